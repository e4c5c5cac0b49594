"""Tables for all districts at once, made from the ledgers and kept until a row, a setting or their code changes."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from taizhang.core.files import write_beside
from taizhang.core.keys import Code
from taizhang.core.periods import Period
from taizhang.facts import compute_facts
from taizhang.metadata.kinds import Kind
from taizhang.workbook.tables import read_columns, read_counted, read_rows

# What the tables are counted by; how raw files are read is in the rows.
COUNTING = Code(("taizhang.workbook.counting",), without=("taizhang.ingest", "taizhang.ledgers"))


def keep_table(
    folder: Path, name: str, made_from: Mapping[str, object], make: Callable[[], pd.DataFrame | None]
) -> pd.DataFrame | None:
    """A table as kept in data/processed for all that it is made from, else made now and kept, if there is one."""
    path = folder / ".cache" / name / f"{COUNTING.make_key(**made_from)[:24]}.parquet"
    if path.exists():
        return gpd.read_parquet(path) if name == "reach" else pd.read_parquet(path)
    table = make()
    if table is not None:
        with write_beside(path) as beside:
            table.to_parquet(beside, index=False)
    return table


def count_facts(
    folder: Path,
    kinds: Mapping[str, Kind],
    districts: gpd.GeoDataFrame,
    period: Period,
    as_of: date,
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    """The facts of a period, of the ledgers in data/processed; facts of the workbook's own may look at any column."""
    read = read_rows if settings["own"] else read_counted
    return compute_facts(
        {name: read(folder, kind) for name, kind in kinds.items()}, districts, period, as_of, **settings
    )


def count_reach(
    folder: Path,
    kind: str,
    districts: gpd.GeoDataFrame,
    others: Collection[str],
    *,
    distance_m: float,
    as_of: date,
    year: int,
) -> gpd.GeoDataFrame | None:
    """As from `summarise_reach`, of the ledgers in data/processed, of which no more is read than it needs.

    `kind` is the ledger of the sites; `others`: which of hazards (premises) and population (residents) there are to
    read; premises found after `as_of` are not known yet; the residents are those of `year`. None where no site has
    coordinates.
    """
    from taizhang.boundaries.reach import summarise_reach  # scipy, which takes long to load

    sites = read_columns(folder, kind, "district_code", "lon", "lat")
    if not (sites["lon"].notna() & sites["lat"].notna()).any():
        return None
    premises = pd.DataFrame(columns=["district_code", "premises", "lon", "lat"])
    if "hazards" in others:
        premises = read_columns(folder, "hazards", *premises, "found_on")
        premises = premises[premises["found_on"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    residents = pd.Series(dtype=float)
    if "population" in others:
        table = read_columns(folder, "population", "district_code", "year", "residents")
        table = table[(table["year"] == year) & table["residents"].notna()]
        residents = table.groupby("district_code")["residents"].sum()
    return summarise_reach(sites, premises, districts, residents, distance_m=distance_m)
