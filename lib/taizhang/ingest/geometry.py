"""Boundaries out of a database: the column of WKB, as PostGIS, MySQL and MariaDB give it, becomes geometry."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from taizhang.core.errors import BoundaryError
from taizhang.core.files import write_beside
from taizhang.ingest.databases import Wanted, fetch_rows
from taizhang.ingest.rowfile import read_rows

_LEAST = 21 * 2  # hexadecimal digits of a point, which is the shortest


def fetch_layer(wanted: Wanted, root: Path, path: Path) -> None:
    """Read a layer into a GeoParquet file; BoundaryError if no column, or more than one, is geometry."""
    rows = path.with_name(f"{path.stem}.rows")
    try:
        fetch_rows(wanted, root, rows)
        table = read_rows(rows).to_pandas()
    finally:
        rows.unlink(missing_ok=True)
    shapes = {
        name: found for name in table.columns if (found := read_shapes(table[name].tolist())) is not None
    }
    if len(shapes) != 1:
        raise BoundaryError("ingest.source.geometry", found=list(shapes), columns=list(table.columns))
    ((name, geometry),) = shapes.items()
    frame = gpd.GeoDataFrame(table.drop(columns=name), geometry=geometry, crs=_find_crs(geometry))
    with write_beside(path) as beside:
        frame.to_parquet(beside)


def read_shapes(values: Sequence[Any]) -> Any:
    """Shapes of a column whose cells are all WKB in hexadecimal or empty; None if they are not."""
    if not any(isinstance(one, str) and one for one in values):
        return None
    if not all(one is None or one != one or (isinstance(one, str) and len(one) >= _LEAST) for one in values):
        return None
    texts = [one if isinstance(one, str) else None for one in values]
    for skipped in (0, 8):  # MySQL and MariaDB put the four bytes of the SRID before it
        try:
            shapes = shapely.from_wkb([one and one[skipped:] for one in texts])
        except (shapely.errors.ShapelyError, ValueError):
            continue
        if skipped:
            srids = [int.from_bytes(bytes.fromhex(one[:8]), "little") if one else 0 for one in texts]
            shapes = shapely.set_srid(shapes, srids)
        return shapes
    return None


def _find_crs(shapes: Any) -> CRS | None:
    """The system that the shapes say they are in; None if they say none, or not the same."""
    codes = {int(code) for code in shapely.get_srid(shapes)[~shapely.is_missing(shapes)]}
    if len(codes) != 1 or not (code := codes.pop()):
        return None
    try:
        return CRS.from_epsg(code)
    except CRSError:
        return None
