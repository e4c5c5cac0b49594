"""Reach per district: shelters, premises and residents within a straight line, as one table."""

from collections.abc import Callable, Collection
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from taizhang.boundaries.crs import area_km2
from taizhang.boundaries.reach import draw_reach, measure_area_in_reach, measure_reach
from taizhang.metadata.facts import ALL


def summarise_reach(
    sites: pd.DataFrame,
    premises: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    residents: pd.Series,
    *,
    distance_m: float,
) -> gpd.GeoDataFrame:
    """Who is within a straight line of a site (a shelter, a team), per district and in all.

    A site serves across district borders. People are estimated as the residents times the share of the
    district's area in reach, as if they lived evenly over it: nobody's home is known.

    Parameters
    ----------
    sites : pandas.DataFrame
        district_code, lon, lat (degrees) of every site, of all districts.
    premises : pandas.DataFrame
        district_code, premises (name), lon, lat: rows that name premises, such as hazards. Each premises of
        a district counts once, at the middle (median) of its coordinates; rows without a name do not.
    districts : geopandas.GeoDataFrame
        code, geometry in degrees.
    residents : pandas.Series
        By district code; a district without a number is not known.
    distance_m : float
        Reach in metres, as the crow flies.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per district in order, then 'all': district_code; distance_m; sites and sites_located; premises_located
        and premises_in_reach; area_in_reach_percent; residents and people_in_reach (NaN where not known;
        'all' sums the districts whose residents are known); geometry, the area in reach within the district.
    """
    codes = districts["code"].astype(str)
    premises = premises.groupby(["district_code", "premises"])[["lon", "lat"]].median().reset_index()
    located = sites["lon"].notna() & sites["lat"].notna()
    lon, lat = (sites[name].to_numpy(float, na_value=np.nan) for name in ("lon", "lat"))
    reached = measure_reach(
        premises["lon"].astype(float), premises["lat"].astype(float), lon, lat, distance_m=distance_m
    )
    homes = premises["district_code"].astype(str)
    known = premises["lon"].notna() & premises["lat"].notna()
    inside = reached["within"].fillna(False).astype(bool)
    percent = measure_area_in_reach(districts.geometry, lon, lat, distance_m=distance_m).to_numpy()
    people = residents.reindex(codes).to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "district_code": codes.to_numpy(),
            "distance_m": float(distance_m),
            "sites": _count(sites["district_code"], codes),
            "sites_located": _count(sites.loc[located, "district_code"], codes),
            "premises_located": _count(homes[known], codes),
            "premises_in_reach": _count(homes[known & inside], codes),
            "area_in_reach_percent": percent,
            "residents": people,
            "people_in_reach": people * percent / 100,
        }
    )
    circles = draw_reach(lon, lat, distance_m=distance_m)
    shapes = shapely.intersection(districts.geometry.to_numpy(), circles)
    areas = area_km2(districts.geometry).to_numpy()
    total = table.sum(numeric_only=True).to_dict() | {
        "district_code": ALL,
        "distance_m": float(distance_m),
        "area_in_reach_percent": float((areas * np.nan_to_num(percent)).sum() / areas.sum()),
    }
    if np.isnan(people).all():
        total |= {"residents": np.nan, "people_in_reach": np.nan}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    counts = ["sites", "sites_located", "premises_located", "premises_in_reach"]
    table[counts] = table[counts].astype("int64")
    whole = shapely.intersection(shapely.union_all(districts.geometry.to_numpy()), circles)
    return gpd.GeoDataFrame(table, geometry=[*shapes, whole], crs=districts.crs)


def read_reach(
    read: Callable[..., pd.DataFrame],
    kind: str,
    districts: gpd.GeoDataFrame,
    others: Collection[str],
    *,
    distance_m: float,
    as_of: date,
    year: int,
) -> gpd.GeoDataFrame | None:
    """Read what `summarise_reach` needs of the ledgers, and no more of them, and summarise it.

    Parameters
    ----------
    read : callable
        Given a kind and names of columns, reads these of all its rows.
    kind : str
        The ledger of the sites.
    districts : geopandas.GeoDataFrame
    others : collection of str
        Which of hazards (premises) and population (residents) there are to read.
    distance_m : float
    as_of : datetime.date
        Premises found later are not known yet.
    year : int
        Of the residents.

    Returns
    -------
    geopandas.GeoDataFrame or None
        None where no site has coordinates.
    """
    sites = read(kind, "district_code", "lon", "lat")
    if not (sites["lon"].notna() & sites["lat"].notna()).any():
        return None
    premises = pd.DataFrame(columns=["district_code", "premises", "lon", "lat"])
    if "hazards" in others:
        premises = read("hazards", *premises, "found_on")
        premises = premises[premises["found_on"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    residents = pd.Series(dtype=float)
    if "population" in others:
        table = read("population", "district_code", "year", "residents")
        table = table[(table["year"] == year) & table["residents"].notna()]
        residents = table.groupby("district_code")["residents"].sum()
    return summarise_reach(sites, premises, districts, residents, distance_m=distance_m)


def _count(values: pd.Series, codes: pd.Series) -> np.ndarray:
    return values.astype(str).value_counts().reindex(codes, fill_value=0).to_numpy()
