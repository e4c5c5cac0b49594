"""Facts without rows behind them: numbers by district from summary tables."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from taizhang.core.periods import Period, parse_period
from taizhang.metadata.facts import ADDED, ALL, FactInfo

_NUMBERS = ("numerator", "denominator", "low", "high", "known", "of")


def list_reported(
    sums: pd.DataFrame,
    districts: pd.DataFrame,
    period: Period,
    as_of: date,
    infos: Mapping[str, FactInfo],
    *,
    suppress_below: int,
    suppress: Collection[str],
) -> pd.DataFrame:
    """Return the numbers of summary tables for a period, as facts.

    They have no numerator, denominator or interval, and no rows behind them. The whole area has the sum if every
    district has a number. Before the period's end, there are none. `districts` has code and name, in the order
    wanted; `sums` is as ingest leaves it, for all periods. For the kinds in `suppress`, a district and the whole
    area are hidden if a table of this or an overlapping period has a count of 1 to `suppress_below` - 1, so that
    no other table reveals it.
    """
    if sums.empty:
        return _make_table([], period, as_of, infos)
    codes = list(districts["code"].astype("str"))
    names = dict(zip(codes, districts["name"].astype("str"), strict=True))
    texts = {str(text): parse_period(str(text)) for text in sums["period"].unique()}
    same = [text for text, one in texts.items() if one.is_same(period)]
    told = sums[sums["period"].isin(same)] if as_of >= period.end else sums.iloc[:0]
    near = [text for text, one in texts.items() if one.overlaps(period)]
    small = _find_small(sums[sums["period"].isin(near)], infos, suppress_below, suppress)
    values = {
        (fact, code): value for fact, code, value in told[["fact", "district_code", "value"]].to_numpy()
    }
    rows = []
    for fact in (name for name in infos if name in set(told["fact"])):
        kind = infos[fact].kind
        own = {code: float(values[fact, code]) for code in codes if (fact, code) in values}
        hidden = {code for code in own if (kind, code) in small}
        whole = len(own) == len(codes) and infos[fact].unit in ADDED
        for code in codes:
            if code in own:
                rows.append((code, names[code], fact, own[code], code in hidden))
        torn = any(of == kind for of, _ in small)
        rows.append((ALL, ALL, fact, sum(own.values()) if whole else np.nan, torn and whole))
    return _make_table(rows, period, as_of, infos)


def _make_table(
    rows: Sequence[tuple[str, str, str, float, bool]],
    period: Period,
    as_of: date,
    infos: Mapping[str, FactInfo],
) -> pd.DataFrame:
    """Facts of these districts, names, facts, values and whether they are hidden."""
    if not rows:
        return make_empty().copy()
    frame = pd.DataFrame(rows, columns=["district_code", "district", "fact", "value", "suppressed"])
    frame["value"] = frame["value"].astype("float64").mask(frame["suppressed"].astype(bool))
    frame = frame.assign(
        period=str(period),
        unit=[infos[fact].unit for fact in frame["fact"]],
        as_of=pd.Timestamp(as_of),
        **dict.fromkeys(_NUMBERS, np.nan),
    )
    return frame[list(CONTRACT)].astype(_TYPES)


@cache
def make_empty() -> pd.DataFrame:
    """Return an empty frame of facts, cached, since most workbooks have no summary tables and a report asks four
    times."""
    return pd.DataFrame(columns=list(CONTRACT), dtype=object).astype(_TYPES)


CONTRACT = (
    "district_code", "district", "period", "fact", "value", "unit", "numerator", "denominator", "low", "high",
    "suppressed", "as_of", "known", "of",
)  # fmt: skip
_TYPES = {
    **dict.fromkeys(("district_code", "district", "period", "fact", "unit"), "str"),
    "suppressed": "bool",
    "as_of": "datetime64[us]",
    **dict.fromkeys(("value", *_NUMBERS), "float64"),
}


def _find_small(
    sums: pd.DataFrame, infos: Mapping[str, FactInfo], below: int, suppress: Collection[str]
) -> set[tuple[str, str]]:
    """Find pairs (kind, district) with a small count."""
    found = set()
    for fact, code, value in sums[["fact", "district_code", "value"]].to_numpy():
        info = infos.get(fact)
        if (
            info is not None
            and info.kind in suppress
            and info.unit in ("count", "people", "households")
            and 0 < value < below
        ):
            found.add((info.kind, str(code)))
    return found


def _name_kinds(facts: pd.DataFrame) -> pd.Series:
    return facts["fact"].map(lambda name: name.partition(".")[0]).astype("str")


def leave_out_empty(facts: pd.DataFrame, empty: Collection[str]) -> pd.DataFrame:
    """Facts of rows, except kinds without rows in the period, whose zeros count nothing."""
    return facts[~_name_kinds(facts).isin(set(empty))].reset_index(drop=True) if empty else facts


def leave_out_counted(reported: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Drop reported numbers for which there is a count from rows."""
    if reported.empty:
        return reported
    kinds = set(_name_kinds(facts))
    return reported[~_name_kinds(reported).isin(kinds)].reset_index(drop=True)


def merge_reported(
    facts: pd.DataFrame, reported: pd.DataFrame, order: Sequence[str], codes: Sequence[str]
) -> pd.DataFrame:
    """Merge facts from rows with reported ones: districts in order, then the whole area; facts in their order."""
    if reported.empty:
        return facts
    whole = pd.concat([facts, reported], ignore_index=True)
    places = {code: at for at, code in enumerate([*codes, ALL])}
    facts_at = {fact: at for at, fact in enumerate(order)}
    keys = pd.DataFrame(
        {
            "place": whole["district_code"].map(places),
            "fact": [facts_at.get(fact, len(facts_at)) for fact in whole["fact"]],
        }
    )
    return whole.iloc[keys.sort_values(["place", "fact"], kind="stable").index].reset_index(drop=True)


def compare_reported(
    reported: pd.DataFrame, facts: pd.DataFrame, *, suppress: Collection[str] = ()
) -> pd.DataFrame:
    """Compare reported numbers with counts: district_code, fact, reported, counted (NaN if unknown).

    Covers kinds counted in the period, except those in `suppress`, as one number would reveal the other if it is
    hidden.
    """
    names = ["district_code", "fact", "reported", "counted"]
    if reported.empty:
        return pd.DataFrame(columns=names, dtype="float64").astype(dict.fromkeys(names[:2], "str"))
    counted = facts.loc[:, ["district_code", "fact", "value", "suppressed"]]
    kinds = set(_name_kinds(facts)) - set(suppress)
    beside = reported[_name_kinds(reported).isin(kinds)]
    both = beside.merge(counted, on=["district_code", "fact"], how="left", suffixes=("", "_counted"))
    shown = ~both["suppressed"].astype(bool) & (both["suppressed_counted"] != True)  # noqa: E712 - NaN where there is none
    both = both[shown & both["value"].notna()]
    both = both.rename(columns={"value": "reported", "value_counted": "counted"})
    return both[names].reset_index(drop=True)
