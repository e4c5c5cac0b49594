"""The data behind a report counted: read, set aside and why, by ledger and by district."""

import pandas as pd

from taizhang.analysis.view import Quality, View
from taizhang.metadata.facts import ALL

COUNTS = ("read", "accepted", "set_aside", "cells_set_aside", "duplicates")
NO_DISTRICT = ""


def count_by_kind(view: View, quality: Quality) -> pd.DataFrame:
    """COUNTS of each ledger, then `all`, of the view's district; empty where it has no row in any ledger."""
    counts = quality.counts
    if view.district != ALL:
        counts = counts[counts["district_code"] == view.district]
    sums = counts.groupby("kind", sort=False)[list(COUNTS)].sum()
    if len(sums):
        sums.loc[ALL] = sums.sum()
    return sums


def count_by_district(view: View, quality: Quality) -> pd.DataFrame:
    """COUNTS of each district that has any, in the view's order, those whose district is not known last."""
    sums = quality.counts.groupby("district_code")[list(COUNTS)].sum()
    return sums.loc[[code for code in (*view.districts["code"], NO_DISTRICT) if code in sums.index]]


def count_reasons(quality: Quality) -> pd.DataFrame:
    """kind, scope, column, why and the rows set aside for it, most first."""
    keys = ["kind", "scope", "column", "why"]
    groups = quality.aside.groupby(keys, sort=False).size().rename("rows").reset_index()
    return groups.sort_values("rows", ascending=False, kind="stable")


def list_missing(quality: Quality) -> pd.DataFrame:
    """Columns with cells missing: kind, column, missing, rows, percent."""
    missing = quality.missing[quality.missing["missing"] > 0]
    return missing.assign(percent=100 * missing["missing"] / missing["rows"])
