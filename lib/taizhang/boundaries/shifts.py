"""Whether one boundary layer is shifted against another by a web map's offset."""

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from taizhang.boundaries.offsets import shift_geometry
from taizhang.core.reasons import Reason

_GEOD = pyproj.Geod(ellps="GRS80")
# A shift is reported when undoing it removes at least half of what the layers disagree in.
_GAIN = 0.5
_LEAST_PERCENT = 0.5


def describe_shift(
    frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, *, name: Reason, against: Reason
) -> Reason | None:
    """Say whether a layer seems shifted against another by GCJ-02 or BD-09, or their undoing.

    Each offset is removed and added, and the area in which the outlines of both layers then disagree is compared with
    that of the unchanged layer.

    Both layers cover the same area, in degrees; `name` and `against` are their names. None if nothing suggests a shift.
    """
    layer = _outline(frame.geometry)
    base = _outline(_choose_covered(reference.geometry, layer))
    if shapely.is_empty(layer) or shapely.is_empty(base):
        return None
    now = _disagree(layer, base)
    if now < _LEAST_PERCENT:
        return None
    tries = [(offset, undo) for offset in ("gcj02", "bd09") for undo in (True, False)]
    moved = [shift_geometry(np.array([layer], dtype=object), offset, undo=undo)[0] for offset, undo in tries]
    left = [_disagree(one, base) for one in moved]
    best = int(np.argmin(left))
    if left[best] > now * (1 - _GAIN):
        return None
    start, end = shapely.centroid(layer), shapely.centroid(moved[best])
    _, _, metres = _GEOD.inv(start.x, start.y, end.x, end.y)
    offset, undo = tries[best]
    advice = f"boundaries.shift.{'undo' if undo else 'undone_twice'}"
    return Reason(advice, name=name, against=against, metres=round(metres), offset=offset)


def _choose_covered(geometry: gpd.GeoSeries, layer: shapely.Geometry) -> gpd.GeoSeries:
    """Choose units of which the layer covers at least half, as a layer of some of them shows its shift against
    these."""
    shapes = shapely.make_valid(geometry.dropna().to_numpy())
    sizes = shapely.area(shapes)
    covered = shapely.area(shapely.intersection(shapes, layer)) >= 0.5 * sizes
    return geometry.dropna()[covered & (sizes > 0)]


def _outline(geometry: gpd.GeoSeries) -> shapely.Geometry:
    return shapely.union_all(shapely.make_valid(geometry.dropna().to_numpy()))


def _disagree(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Area in one but not the other, percent of the area of both."""
    both = shapely.area(shapely.union(one, other))
    return float(shapely.area(shapely.symmetric_difference(one, other)) / both * 100) if both else 0.0
