"""Districts that changed since the year before, and whether they can be compared with their earlier form."""

import pandas as pd

from taizhang.boundaries import SPLIT, compare_vintages, find_district, read_crosswalk
from taizhang.core.errors import BoundaryError
from taizhang.core.periods import Period
from taizhang.metadata.facts import ALL
from taizhang.settings.workbook import Config


def find_changes(config: Config, codes: pd.Series, earlier: Period, period: Period) -> pd.DataFrame:
    """Districts that changed between the year of an earlier period and that of a period's end, by the crosswalk.

    Returns those of `compare_vintages` that changed; with `all`, change 'lost', if rows of a split district are set
    aside, so that the whole area lacks them; all with change 'unknown', if the crosswalk could not be read.
    """
    path = config.boundaries.crosswalk
    if path is None:
        return pd.DataFrame(columns=["code", "change", "comparable", "before"])
    try:
        crosswalk = read_crosswalk(path)
    except BoundaryError:  # told by the ingest: nobody knows what has changed
        unknown = {"code": [*codes, ALL], "change": "unknown", "comparable": False, "before": ""}
        return pd.DataFrame(unknown)
    years = (earlier.start.year, period.end.year)
    changes = compare_vintages(crosswalk, codes, years=years)
    changes = changes[changes["change"] != "none"].reset_index(drop=True)
    if changes["comparable"].all() or not _has_lost_rows(config):
        return changes
    lost = {"code": ALL, "change": "lost", "comparable": False, "before": ""}
    return pd.concat([changes, pd.DataFrame([lost])], ignore_index=True)


def resolve_place(text: str, districts: pd.DataFrame, config: Config) -> str:
    """The code of a district given by code, name or alias, of today or of an earlier vintage by the crosswalk.

    Raises ParameterError if there is no such district, or several; it lists the nearest names.
    """
    path = config.boundaries.crosswalk
    try:
        crosswalk = None if path is None else read_crosswalk(path)
    except BoundaryError:
        crosswalk = None
    return find_district(text, districts, config.boundaries.aliases, crosswalk=crosswalk)


def _has_lost_rows(config: Config) -> bool:
    kept = pd.read_csv(config.processed / "set_aside.csv", usecols=["reason_code"], dtype="str")
    return bool((kept["reason_code"] == SPLIT).any())


def leave_comparable(facts: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Drop earlier facts of districts that have since been split, as they covered a different area."""
    split = changes.loc[~changes["comparable"].astype(bool), "code"]
    return facts[~facts["district_code"].isin(split)].reset_index(drop=True)
