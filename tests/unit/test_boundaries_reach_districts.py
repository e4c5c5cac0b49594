"""Shelters, premises and residents in reach, per district, against squares and metres worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from taizhang.boundaries.reach import summarise_reach

A, B = "350921101", "350921102"
# At 26 degrees north 0.01 degrees of latitude are 1,107.9 m (GRS80).
NORTH_M = 1107.9


def make_districts() -> gpd.GeoDataFrame:
    shapes = [box(119.0, 26.0, 119.1, 26.1), box(119.1, 26.0, 119.2, 26.1)]
    return gpd.GeoDataFrame({"code": [A, B], "name": ["溪口镇", "溪南镇"]}, geometry=shapes, crs=4490)


def make_sites(*points: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(points, columns=["district_code", "lon", "lat"])


def make_premises(*points: tuple[str, str | None, float, float]) -> pd.DataFrame:
    return pd.DataFrame(points, columns=["district_code", "premises", "lon", "lat"])


def test_reach_per_district_and_in_all() -> None:
    sites = make_sites((A, 119.05, 26.05), (B, np.nan, np.nan))
    premises = make_premises(
        (A, "近", 119.05, 26.05 + 990 / NORTH_M / 100),
        (A, "远", 119.05, 26.05 + 1010 / NORTH_M / 100),
        # Three rows of one premises, one of them far off: its middle is near.
        (A, "同", 119.05, 26.051), (A, "同", 119.05, 26.051), (A, "同", 119.09, 26.09),
        (A, "不详", np.nan, np.nan),
        (A, None, 119.05, 26.05),
        (B, "近", 119.15, 26.05),
    )  # fmt: skip
    table = summarise_reach(sites, premises, make_districts(), pd.Series({A: 10_000.0}), distance_m=1000)
    table = table.set_index("district_code")
    assert list(table.index) == [A, B, "all"]
    assert table["sites"].tolist() == [1, 1, 2] and table["sites_located"].tolist() == [1, 0, 1]
    assert table["premises_located"].tolist() == [3, 1, 4]
    assert table["premises_in_reach"].tolist() == [2, 0, 2]
    # A circle of 1 km radius on a cell of 10.009 km by 11.079 km.
    share = np.pi / (10.0094 * 11.0796) * 100
    assert table.loc[A, "area_in_reach_percent"] == pytest.approx(share, rel=2e-3)
    assert table.loc[B, "area_in_reach_percent"] == 0
    assert table.loc["all", "area_in_reach_percent"] == pytest.approx(share / 2, rel=2e-3)
    assert table.loc[A, "people_in_reach"] == pytest.approx(100 * share, rel=2e-3)
    assert np.isnan(table.loc[B, "residents"]) and np.isnan(table.loc[B, "people_in_reach"])
    assert table.loc["all", "residents"] == 10_000
    assert table.geometry["all"].area == pytest.approx(table.geometry[A].area)


def test_a_shelter_serves_across_the_border() -> None:
    sites = make_sites((A, 119.099, 26.05))
    premises = make_premises((B, "对岸", 119.101, 26.05))
    table = summarise_reach(sites, premises, make_districts(), pd.Series({A: 1.0}), distance_m=500)
    assert table["premises_in_reach"].tolist() == [0, 1, 1]
    assert table["area_in_reach_percent"].iloc[1] > 0


def test_nothing_known_is_not_nought_people() -> None:
    table = summarise_reach(
        make_sites((A, 119.05, 26.05)),
        make_premises(),
        make_districts(),
        pd.Series(dtype=float),
        distance_m=500,
    )
    assert table["people_in_reach"].isna().all() and table["residents"].isna().all()
    assert table["premises_located"].tolist() == [0, 0, 0]
