"""What is known if some rows have no answer: bounds, and whether a statement holds for any truth within them.

If some rows of a fact's base have no answer (`known` below `of`), the fact is computed from the others. A conclusion
from it must hold both if all missing answers are no and if all are yes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.view import Row, View, once_per_view
from taizhang.core.periods import Period
from taizhang.facts import complaints, disputes, hazards
from taizhang.facts.compute import MEASURES
from taizhang.facts.grounds import Test
from taizhang.facts.measures import Count, Coverage, Share
from taizhang.metadata.facts import ALL
from taizhang.stats.intervals import poisson_interval, wilson_interval

Side = Literal["lowest", "highest"]
_NUMBERS = ("value", "numerator", "denominator", "low", "high")
# By fact: which rows say that a case is done, and not when.
UNDATED: Mapping[str, Test] = {
    **{
        name: hazards.has_no_day
        for name in MEASURES
        if name.split("_stock")[0].removeprefix("hazards.")
        in ("rectified", "rectification_rate", "open", "overdue", "major_open", "days_to_rectify_median")
    },
    **dict.fromkeys(
        (
            "complaints.resolved",
            "complaints.resolution_rate",
            "complaints.on_time_rate",
            "complaints.days_to_resolve_median",
        ),
        complaints.RESOLVING.is_undated,
    ),
    **dict.fromkeys(
        ("complaints.answered", "complaints.answered_on_time_rate"), complaints.ANSWERING.is_undated
    ),
    **dict.fromkeys(
        ("disputes.settled", "disputes.settlement_rate", "disputes.days_to_settle_median"),
        disputes.SETTLING.is_undated,
    ),
    **dict.fromkeys(
        ("hazards.verified", "hazards.verified_share", "hazards.major_unverified"),
        hazards.is_verification_undated,
    ),
}


def is_partly_known(row: Row) -> bool:
    """Return whether some rows of a fact's base have no answer, or the number of those that do is withheld."""
    return bool(row.get("of", np.nan) > row.get("known", np.nan))


def mark_partly(rows: pd.DataFrame) -> pd.Series:
    """Return whether each row of a facts frame is partly known."""
    parts = rows.reindex(columns=["of", "known"])
    return parts["of"] > parts["known"]


def _list_partly(rows: pd.DataFrame) -> Iterator[tuple[str, Row]]:
    for code, row in rows[mark_partly(rows)].to_dict("index").items():
        yield str(code), Row({str(name): value for name, value in row.items()})


def bound_row(row: Row, side: Side) -> Row | None:
    """Return a fact's row as it would be if all missing answers were no, or all yes; None if that is undetermined.

    A sum over rows with missing answers has no bound.
    """
    if not is_partly_known(row):
        return row
    measure, more = MEASURES.get(str(row["fact"])), float(row["of"] - row["known"])
    added = more if side == "highest" else 0.0
    if isinstance(measure, Count):
        value = float(row["value"]) + added
        low, high = (row["low"], row["high"])
        if measure.interval:
            low, high = (float(limit) for limit in poisson_interval(value))
        return Row({**row, "value": value, "low": low, "high": high})
    if isinstance(measure, Share | Coverage):
        top, bottom = float(row["numerator"]) + added, float(row["denominator"]) + more
        if isinstance(measure, Coverage) and side == "highest":
            # What has no answer may be rows of the other kind, which cover more of the same base.
            bottom = float(row["denominator"])
            top = min(top, bottom)
        low, high = (100 * float(limit) for limit in wilson_interval(top, bottom))
        share = {
            "value": 100 * top / bottom,
            "numerator": top,
            "denominator": bottom,
            "low": low,
            "high": high,
        }
        return Row({**row, **share})
    return None


@dataclass(frozen=True)
class Bounds:
    """The lowest and highest possible value of a share, in percent, and how many rows have no answer."""

    lowest: float
    highest: float
    unsaid: int


def find_bounds(row: Row) -> Bounds | None:
    """Return the bounds of a share with missing answers; None for other facts, and if nothing is missing."""
    if not is_partly_known(row) or not isinstance(MEASURES.get(str(row["fact"])), Share | Coverage):
        return None
    ends = [bound_row(row, side) for side in ("lowest", "highest")]
    if pd.isna(row["value"]) or any(end is None for end in ends):
        return None
    low, high = (float(end["value"]) for end in ends if end is not None)
    return Bounds(low, high, int(row["of"] - row["known"]))


def take_off(every: Row, own: Row) -> Row | None:
    """Return the row of all others together; None if a part exceeds the whole, or one is withheld."""
    left = {
        name: float(every.get(name, np.nan)) - float(own.get(name, np.nan))
        for name in ("value", "numerator", "denominator", "known", "of")
    }
    if np.isnan(left["denominator"]):
        negative = left["value"] < 0
    else:
        negative = min(left["numerator"], left["denominator"]) < 0
        left["value"] = 100 * left["numerator"] / left["denominator"] if left["denominator"] > 0 else np.nan
    if negative:
        return None
    return Row({**own, **left})


def weigh_within_bounds(one: Row, other: Row, weigh: Callable[[Row, Row], float]) -> float:
    """Return the highest probability, anywhere within the bounds, of such a difference arising by chance.

    NaN if the missing answers have no bounds; 1 if they could reverse the difference.
    """
    p = weigh(one, other)
    if not (is_partly_known(one) or is_partly_known(other)):
        return p
    above = _level(one) > _level(other)
    for side, opposite in (("lowest", "highest"), ("highest", "lowest")):
        ends = bound_row(one, side), bound_row(other, opposite)  # type: ignore[arg-type]
        if ends[0] is None or ends[1] is None:
            return float("nan")
        if (_level(ends[0]) > _level(ends[1])) != above:
            return 1.0
        p = max(p, weigh(ends[0], ends[1]))
    return p


def _level(row: Row) -> float:
    return float(row["value"])


def push_rows(rows: pd.DataFrame, side: Side) -> pd.DataFrame:
    """Return a fact's rows by district, partly known ones at one end of their bounds; those without bounds are
    dropped."""
    ends = {code: bound_row(row, side) for code, row in _list_partly(rows)}
    pushed = rows.drop([code for code, end in ends.items() if end is None])
    for code, end in ends.items():
        if end is not None:
            pushed.loc[code, list(_NUMBERS)] = [float(end[name]) for name in _NUMBERS]
    return pushed


def read_column(rows: pd.DataFrame, column: str, side: Side | None) -> pd.Series:
    """Return a column of a fact by district, with partly known values at one end of their bounds; NaN without bounds.

    Without a side, values are computed from the rows with answers.
    """
    values = rows[column].astype(float).rename(None)
    for code, row in _list_partly(rows):
        end = bound_row(row, side or "lowest")
        values[code] = np.nan if end is None else float((row if side is None else end)[column])
    return values


def count_turning(rows: pd.DataFrame) -> int:
    """Return the number of partly known rows by district, if the highest or lowest district could be another one.

    0 if these stay the same whatever the missing answers are.
    """
    partly = mark_partly(rows)
    if not partly.any():
        return 0
    low = read_column(rows, "value", "lowest").fillna(-np.inf)
    high = read_column(rows, "value", "highest").fillna(np.inf)
    values = rows["value"].astype(float)
    for end, mine, theirs in ((values.max(), low, high), (values.min(), -high, -low)):
        ahead = values == end
        tied = ahead.sum() > 1 and partly[ahead].any()
        if tied or ((~ahead).any() and mine[ahead].min() <= theirs[~ahead].max()):
            return int(partly.sum())
    return 0


def draw_towards(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return a fact's rows by district, with partly known ones as close to a level as their bounds allow.

    A difference that is then beyond chance is so wherever the truth lies; the value itself is unchanged. Rows without
    bounds are dropped.
    """
    if not mark_partly(rows).any():
        return rows
    partly, rows, blind = list(_list_partly(rows)), rows.copy(), []
    for code, row in partly:
        lowest, highest = bound_row(row, "lowest"), bound_row(row, "highest")
        if lowest is None or highest is None or np.isnan(level):
            blind.append(code)
            continue
        bottom = lowest["denominator"]
        near = np.clip(round(level / 100 * bottom), lowest["numerator"], highest["numerator"])
        rows.loc[code, ["numerator", "denominator"]] = [float(near), bottom]
    return rows.drop(blind)


def rests_on_undated(view: View, fact: str, earlier: Period, district: str | None = None) -> bool:
    """Return whether, in an earlier period, some rows are reported done without a day.

    Their state at the same lag after that period is unknown: they have since had more time than rows of the present
    period.
    """
    test = UNDATED.get(fact)
    if test is None:
        return False
    found = _find_undated(view, fact.split(".")[0], test, earlier, MEASURES[fact].stock)
    return bool(found) if district in (None, ALL) else district in found


@once_per_view
def _find_undated(view: View, kind: str, test: Test, earlier: Period, stock: bool) -> frozenset[str]:
    """Return the districts with such rows, cached, as several facts ask the same."""
    if kind not in view.ledgers:
        return frozenset()
    rows = view.recorded(kind)
    first, last = rows.days(rows.ledger.date), rows.last_days(rows.ledger.date)
    among = last <= np.datetime64(earlier.end, "D")
    if not stock:
        among &= first >= np.datetime64(earlier.start, "D")
    among &= rows.test(test)
    return (
        frozenset(map(str, rows.frame()["district_code"].to_numpy()[among])) if among.any() else frozenset()
    )
