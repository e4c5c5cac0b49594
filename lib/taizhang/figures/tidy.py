"""The data behind figures, one row per mark: the source of `display.Figure.data`."""

import geopandas as gpd
import pandas as pd

from taizhang.analysis.view import View


def melt_counts(counts: pd.DataFrame, down: str, across: str, value: str) -> pd.DataFrame:
    """Turn a table of counts, such as months by state, into a row for each cell."""
    return (
        counts.rename_axis(down).reset_index().melt(down, var_name=across, value_name=value).infer_objects()
    )


def name_index(table: pd.DataFrame | pd.Series, name: str, value: str = "") -> pd.DataFrame:
    """Return a table with its index as a named column and, for a Series, a name for its values."""
    frame = table.to_frame(value) if isinstance(table, pd.Series) else table
    return frame.rename_axis(name).reset_index()


def join_ground(view: View, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Join a table by district code with the shapes of a map of all districts, as drawn."""
    ground = view.outlines.set_index("code")[["name", "geometry"]].rename(columns={"name": "district"})
    new = table[[name for name in table if name not in ("name", *ground)]]
    return ground.join(new).rename_axis("district_code").reset_index()


def make_points(view: View, rows: pd.DataFrame, *columns: str) -> gpd.GeoDataFrame:
    """Turn rows with lon and lat into points, with some other columns, given by name."""
    shown = rows[["lon", "lat", *columns]]
    return gpd.GeoDataFrame(
        shown, geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=view.outlines.crs
    )
