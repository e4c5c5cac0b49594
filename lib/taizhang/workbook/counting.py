"""Tables for all districts, made from the ledgers and cached until a row, a setting or their code changes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from taizhang.core.files import is_forbidden
from taizhang.core.kept import read_kept_table, write_kept_table
from taizhang.core.keys import Code
from taizhang.core.periods import Period
from taizhang.facts import Earlier, OwnFact, compute_facts, measure_scatter
from taizhang.facts.rows import Mask
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import PREMISES_KEY, Kind
from taizhang.settings.workbook import Config
from taizhang.stats.silence import find_silences
from taizhang.workbook.tables import read_columns, read_counted, read_rows

# What the tables are counted by; how raw files are read is in the rows.
COUNTING = Code(
    ("taizhang.workbook.counting", "taizhang.analysis.suggestions"),
    without=("taizhang.ingest", "taizhang.ledgers"),
)


def keep_table(
    cache: Path, name: str, made_from: Mapping[str, object], make: Callable[[], pd.DataFrame | None]
) -> pd.DataFrame | None:
    """Return a table cached in `cache` for these inputs; if it is not cached, make and cache it.

    In a workbook that may only be read it is made each time.
    """
    stem = cache / name / COUNTING.make_key(**made_from)[:24]
    kept = read_kept_table(stem, gpd.read_parquet if name == "reach" else pd.read_parquet)
    if kept is not None:
        return kept
    table = make()
    if table is not None:
        try:
            write_kept_table(stem, table)
        except OSError as error:
            if not is_forbidden(error):
                raise
    return table


def keep_hidden(cache: Path, key: str, make: Callable[[], Mask]) -> Mask:
    """Return which facts of a year are hidden, from `cache`, or computed and cached."""
    table = keep_table(cache, "hidden", {"question": key}, lambda: pd.DataFrame({"hidden": make()}))
    assert table is not None
    return table["hidden"].to_numpy(bool)


def list_settings(
    config: Config,
    kinds: Mapping[str, Kind],
    own: tuple[OwnFact, ...],
    grid: gpd.GeoDataFrame | None,
    grid_measures: pd.DataFrame | None,
    asked: date | None,
    unread: Mapping[str, Collection[str]],
    earlier: Sequence[Earlier] = (),
) -> dict[str, Any]:
    """Return the arguments for `compute_facts` and `select_rows` other than the rows."""
    return {
        "asked": asked,
        "unread": unread,
        "grid": grid,
        "grid_measures": grid_measures,
        "targets": config.targets,
        "suppress_below": config.suppress_below,
        "suppress": config.suppress,
        "rounding": config.rounding,
        "read_as_of": config.as_of,
        "earlier": earlier,
        "keep": partial(keep_hidden, config.cache),
        "own": own,
        "dates": {name: kind.date or kind.year for name, kind in kinds.items() if kind.date or kind.year},
    }


def count_facts(
    folder: Path,
    kinds: Mapping[str, Kind],
    districts: gpd.GeoDataFrame,
    period: Period,
    as_of: date,
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    """Compute the facts of a period from the ledgers in data/processed; a workbook's own facts may use any column."""
    return compute_facts(_read_tables(folder, kinds, settings), districts, period, as_of, **settings)


def count_scatter(
    folder: Path,
    kinds: Mapping[str, Kind],
    districts: gpd.GeoDataFrame,
    days: Mapping[Period, date],
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    """Return how the rows behind each fact cluster, as returned by `measure_scatter`.

    `days`: the as-of day of each period.
    """
    return measure_scatter(
        _read_tables(folder, kinds, settings),
        districts,
        days,
        own=settings["own"],
        dates=settings["dates"],
        asked=settings["asked"],
    )


def _read_tables(
    folder: Path, kinds: Mapping[str, Kind], settings: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    files = settings["asked"] is not None
    return {
        name: read_rows(folder, kind, personal=True).drop(columns=list(kind.personal), errors="ignore")
        if settings["own"]
        else read_counted(folder, kind, files=files)
        for name, kind in kinds.items()
    }


def list_silences(folder: Path, kinds: Mapping[str, Kind], as_of: date) -> pd.DataFrame:
    """Find gaps up to a day in each district's ledger of dated events, and in the whole area's; see
    `find_silences`."""
    found = []
    for name, kind in kinds.items():
        if not kind.date or kind.fields[kind.date].type not in ("date", "datetime"):
            continue
        rows = read_columns(folder, name, "district_code", kind.date)
        parts = [(str(code), part) for code, part in rows.groupby("district_code", observed=True)]
        for code, part in [*parts, (ALL, rows)]:
            found.append(find_silences(part[kind.date], as_of).assign(kind=name, district_code=code))
    columns = ["kind", "district_code", "where", "start", "end", "per_day"]
    table = pd.concat(
        [part for part in found if len(part)] or [pd.DataFrame(columns=columns)], ignore_index=True
    )
    dtypes = {"kind": "str", "district_code": "str", "where": "str", "per_day": "float64"}
    days = {"start": "datetime64[us]", "end": "datetime64[us]"}
    return table[columns].astype(dtypes | days)


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
    """Run `summarise_reach` on the ledgers in data/processed, reading only what it needs.

    `kind` is the ledger of the sites; `others` says which of hazards (premises) and population (residents) exist.
    Premises found after `as_of` are not known yet; residents are those of `year`. None if no site has coordinates.
    """
    from taizhang.boundaries.reach import summarise_reach  # scipy, which takes long to load

    sites = read_columns(folder, kind, "district_code", "lon", "lat")
    if not (sites["lon"].notna() & sites["lat"].notna()).any():
        return None
    premises = pd.DataFrame(columns=["district_code", PREMISES_KEY, "lon", "lat"])
    if "hazards" in others:
        premises = read_columns(folder, "hazards", *premises, "found_on")
        premises = premises[premises["found_on"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    residents = pd.Series(dtype=float)
    if "population" in others:
        table = read_columns(folder, "population", "district_code", "year", "residents")
        table = table[(table["year"] == year) & table["residents"].notna()]
        residents = table.groupby("district_code")["residents"].sum()
    return summarise_reach(sites, premises, districts, residents, distance_m=distance_m)
