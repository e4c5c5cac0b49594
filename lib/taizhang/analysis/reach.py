"""Reach of shelters: what is shown for a district, and which premises lie within reach."""

import geopandas as gpd
import pandas as pd
import shapely

from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL

MOST_POINTS = 400
# A walk of a quarter of an hour, as the crow flies.
NEAR_M = 1000.0
_FEWEST_PREMISES = 10


@once_per_view
def count_far_premises(view: View) -> dict[str, tuple[int, int]]:
    """Count premises farther than `NEAR_M` from every shelter, and premises with coordinates, by district and for
    ``all``.

    Districts with fewer than ten premises with coordinates are left out. Empty in reports on less than half a year, and
    if any shelter, even of a neighbouring district, lacks coordinates, since it may be the near one.
    """
    table = view.reach(view) if view.reach and view.lasts("year", "half") else None
    if table is None or (table["sites"] != table["sites_located"]).any():
        return {}
    known = table[table["premises_located"] >= _FEWEST_PREMISES]
    far = known["premises_located"] - known["premises_in_reach"]
    pairs = zip(far.astype(int), known["premises_located"].astype(int), strict=True)
    return dict(zip(known["district_code"].astype(str), pairs, strict=True))


def list_reach(view: View, reach: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of `Workbook.reach` that the view shows, by code: its district or all of them, then the
    whole area."""
    codes = [*view.districts["code"], ALL] if view.district == ALL else [view.district, ALL]
    return reach.set_index("district_code").loc[codes]


def choose_columns(table: gpd.GeoDataFrame, *columns: str) -> list[str]:
    """Choose the given columns of `list_reach` that contain information.

    A column unknown everywhere does not; premises do not if none has coordinates.
    """
    known = [name for name in columns if table[name].notna().any()]
    if table["premises_located"].any():
        return known
    return [name for name in known if not name.startswith("premises_")]


def locate_sites(view: View) -> pd.DataFrame:
    """Return the shelters with both coordinates."""
    sites = view.ledgers["shelters"]
    return sites[sites["lon"].notna() & sites["lat"].notna()]


def count_unlocated(view: View, reach: gpd.GeoDataFrame) -> int:
    """Count sites of the view's district without coordinates."""
    own = reach.set_index("district_code").loc[view.district]
    return int(own["sites"] - own["sites_located"])


def place_premises(view: View, area: shapely.Geometry) -> pd.DataFrame:
    """Return premises in the hazards ledger, each once: lon, lat and `inside`, whether within reach.

    Empty if there are none, or so many that their dots would hide the map.
    """
    from taizhang.boundaries.reach import locate_premises  # scipy, which takes long to load

    if "hazards" not in view.ledgers or view.ledgers["hazards"].empty:
        return pd.DataFrame()
    points = locate_premises(view.recorded("hazards").written())[["lon", "lat"]].dropna()
    if len(points) > MOST_POINTS:
        return pd.DataFrame()
    return points.assign(inside=shapely.contains_xy(area, points["lon"], points["lat"]))
