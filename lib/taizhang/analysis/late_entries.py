"""Late entries: how late rows are entered, what was changed or removed, and how many are still to come.

All of it rests on snapshots: which rows each of them had. A forecast is no fact, and has no fact's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.view import View
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import DATED_TYPES, Kind
from taizhang.stats.delays import (
    STEPS,
    Delays,
    Triangle,
    build_triangle,
    estimate_delays,
    forecast_counts,
    number_months,
)

FEWEST_SNAPSHOTS = 3
SHORTEST = 60  # days from the first snapshot to the last
MONTHS = 12  # shown
DELAYS = (0, 1, 3, 6)  # months
LONG = 8  # months of delay, from which on the triangle has one column
FEW = 10  # rows, below which an expected number has a decimal
_UNKNOWN_MONTH = ("year",)  # precisions of a date that leave the month open


@dataclass(frozen=True)
class KindEntries:
    """What snapshots show about one kind.

    `rows`: as `follow_rows` leaves them, of all districts. `triangle` counts them; `delays` is None where there are too
    few rows to say anything, and in a store of too few snapshots.
    """

    kind: str
    rows: pd.DataFrame
    triangle: Triangle
    delays: Delays | None


@dataclass(frozen=True)
class LateEntries:
    """What snapshots show about ledgers, by kind.

    `lack`: why there is no forecast: store (there are no snapshots), short (too few, or all within two months), or ''.
    """

    snapshots: pd.DatetimeIndex
    kinds: Mapping[str, KindEntries]
    lack: str

    def __repr__(self) -> str:
        return f"<LateEntries of {len(self.snapshots)} snapshots: {', '.join(self.kinds)}>"

    def get(self, kind: str) -> KindEntries | None:
        """What is known of a kind; None if it has no dates, no rows, or small counts that are withheld."""
        return self.kinds.get(kind)


def list_followed(view: View) -> list[str]:
    """Kinds whose rows have a day, and whose counts may be shown."""
    return [name for name in view.ledgers if not is_sensitive(view, name) and _is_dated(view.kinds[name])]


def _is_dated(kind: Kind) -> bool:
    """Whether a kind's rows have a day on which something was, not one by which it is due."""
    field = kind.fields.get(str(kind.date))
    return field is not None and field.type in DATED_TYPES and not field.future


def measure_late_entries(
    view: View, seen: Mapping[str, pd.DataFrame], snapshots: pd.DatetimeIndex
) -> LateEntries:
    """Measure how late rows are entered, from the rows of all snapshots.

    Parameters
    ----------
    seen : Mapping of str to DataFrame
        By kind, every row that any snapshot had, with first_seen, last_seen and present (in the newest snapshot).
    snapshots : DatetimeIndex
        When they were made, ascending.
    """
    if not len(snapshots):
        return LateEntries(snapshots, {}, "store")
    is_short = len(snapshots) < FEWEST_SNAPSHOTS or (snapshots[-1] - snapshots[0]).days < SHORTEST
    kinds = {}
    for name, found in seen.items():
        rows = follow_rows(view.kinds[name], found, snapshots)
        rows = rows[rows["district_code"].isin(view.districts["code"].astype("str"))]
        if rows["month"].notna().any():
            triangle = build_triangle(rows[rows["left"] != "changed"], snapshots)
            kinds[name] = KindEntries(name, rows, triangle, None if is_short else estimate_delays(triangle))
    return LateEntries(snapshots, kinds, "short" if is_short else "")


_PAIRED = {"change": "str", "gone": "Int64", "new": "Int64"}


def follow_rows(kind: Kind, seen: pd.DataFrame, snapshots: pd.DatetimeIndex) -> pd.DataFrame:
    """Tell rows that were changed from rows that are new or removed.

    A row that is gone from one snapshot to the next and one that is new there are one if they have the same number,
    or else the same of what tells rows of this kind apart. Each row is paired with one at most.

    Returns
    -------
    DataFrame
        district_code, month (`number_months`), ledger (the file), first_seen, last_seen, entered (when the row was
        first seen, in any form), came (first: there at the first snapshot, new, changed, or moved: to another day or
        district) and left ('' if it is still there, changed if it stands in another form, or removed).
    """
    rows = seen.reset_index(drop=True)
    first, last = rows["first_seen"].to_numpy(), rows["last_seen"].to_numpy()
    entered = first.copy()
    came = np.where(first == snapshots[0].to_datetime64(), "first", "new").astype(object)
    left = np.where(rows["present"].to_numpy(bool), "", "removed").astype(object)
    levels = _list_levels(kind, rows)
    # Most rows are there from the first snapshot to the last.
    moving = rows[(came == "new") | (left == "removed")]
    keys, whole = [], []
    for names, _ in levels:
        hashed = pd.util.hash_pandas_object(moving[names].astype("str"), index=False)
        keys.append(hashed.reindex(rows.index, fill_value=0))
        needed = [name for name in names if name in (*kind.id, *kind.same, kind.date, "district_code")]
        whole.append(moving[needed].notna().all(axis=1).reindex(rows.index, fill_value=False).to_numpy())
    for before, now in pairwise(snapshots):
        gone = np.flatnonzero((last == before.to_datetime64()) & (left == "removed"))
        new = np.flatnonzero((first == now.to_datetime64()) & (came == "new"))
        for (_, how), key, known in zip(levels, keys, whole, strict=True):
            if not len(gone) or not len(new):
                break
            old, young = _pair(key, gone[known[gone]], new[known[new]])
            entered[young] = entered[old]
            came[young], left[old] = how, "changed"
            gone, new = np.setdiff1d(gone, old), np.setdiff1d(new, young)
    day = rows[kind.date]
    month = number_months(day)
    precision = f"{kind.date}_precision"
    if precision in rows:
        month = month.mask(rows[precision].astype("str").isin(_UNKNOWN_MONTH))
    return pd.DataFrame(
        {
            "district_code": rows["district_code"].astype("str"),
            "month": month,
            "ledger": rows["source_file"].astype("str"),
            "first_seen": first,
            "last_seen": last,
            "entered": entered,
            "came": came,
            "left": left,
        }
    )


def _list_levels(kind: Kind, rows: pd.DataFrame) -> list[tuple[list[str], str]]:
    """Columns that make two rows one, the surest first, and what the row then is."""
    date = str(kind.date)

    def keep(names: Sequence[str]) -> list[str]:
        called = ["district_code" if name == "district" else name for name in names]
        return [name for name in called if name in rows and rows[name].notna().any()]

    number, what = keep(kind.id), [name for name in keep(kind.same) if name not in ("district_code", date)]
    here = ["district_code", date]
    levels = []
    if number:
        levels += [
            ([*here, *number], "changed"),
            (["district_code", *number], "moved"),
            ([date, *number], "moved"),
        ]
    if what:
        levels += [([*here, *what], "changed"), ([date, *what], "moved")]
    if len(what) > 1:
        levels.append((["district_code", *what], "moved"))
        levels += [([*here, one], "changed") for one in what]
    others = [name for name in keep([*kind.fields]) if name not in {*here, *number, *what}]
    if others and (number or what):
        # All else is as it was: it was worded in another way, or given a number. A cell may be empty, too.
        levels.append(([*here, *others], "changed"))
    return levels if number or what else [(here, "changed")]


def pair_rows(kind: Kind, gone: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Match missing rows to new ones that are the same row changed, by the columns that identify rows of the kind.

    Returns
    -------
    DataFrame
        change (changed, moved: to another day or district, removed or new), gone and new: positions of the rows in the
        two tables, NA where there is none. All rows of both are in it, each once.
    """
    rows = pd.concat([gone, new], ignore_index=True)
    left, right = np.arange(len(gone)), len(gone) + np.arange(len(new))
    found: list[pd.DataFrame] = []
    for names, how in _list_levels(kind, rows) if len(gone) and len(new) else ():
        needed = [name for name in names if name in (*kind.id, *kind.same, kind.date, "district_code")]
        known = rows[needed].notna().all(axis=1).to_numpy()
        key = pd.util.hash_pandas_object(rows[names].astype("str"), index=False)
        old, young = _pair(key, left[known[left]], right[known[right]])
        found.append(pd.DataFrame({"change": how, "gone": old, "new": young - len(gone)}))
        left, right = np.setdiff1d(left, old), np.setdiff1d(right, young)
    found.append(pd.DataFrame({"change": "removed", "gone": left, "new": pd.NA}))
    found.append(pd.DataFrame({"change": "new", "gone": pd.NA, "new": right - len(gone)}))
    return pd.concat([one.astype(_PAIRED) for one in found], ignore_index=True)


def _pair(key: pd.Series, gone: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair rows of equal keys, the first with the first, the second with the second."""
    sides = []
    for rows in (gone, new):
        side = pd.DataFrame({"row": rows, "key": key.to_numpy()[rows]})
        sides.append(side.assign(number=side.groupby("key").cumcount()))
    both = sides[0].merge(sides[1], on=["key", "number"])
    return both["row_x"].to_numpy(), both["row_y"].to_numpy()


def count_changes(view: View, late: LateEntries, kind: str) -> pd.DataFrame:
    """Rows of the view's district by snapshot, the newest first.

    Returns
    -------
    DataFrame
        snapshot, new, late (of them, rows of months that an earlier snapshot already had as ended), changed, moved and
        removed, for every snapshot but the first.
    """
    found = late.kinds[kind]
    rows = _choose(view, found.rows)
    ended = {moment: _end_before(before) for before, moment in pairwise(late.snapshots)}
    rows = rows.assign(
        late=(rows["came"] == "new")
        & (rows["month"].astype("float64") <= rows["first_seen"].map(ended)).fillna(False)
        & ~_is_handed_in(found.triangle, rows)
    )
    after = dict(pairwise(late.snapshots))
    came = rows.groupby("first_seen")
    gone = rows[rows["left"] == "removed"]["last_seen"].map(after).value_counts()
    table = pd.DataFrame(
        {
            "new": came["came"].agg(lambda one: int((one == "new").sum())),
            "late": came["late"].sum(),
            "changed": came["came"].agg(lambda one: int((one == "changed").sum())),
            "moved": came["came"].agg(lambda one: int((one == "moved").sum())),
        }
    ).reindex(late.snapshots[:0:-1], fill_value=0)
    table["removed"] = gone.reindex(table.index).fillna(0)
    return table.astype(int).rename_axis("snapshot").reset_index()


def _end_before(moment: pd.Timestamp) -> int:
    """The newest month that had ended by a moment."""
    return 12 * moment.year + moment.month - 2


def _is_handed_in(triangle: Triangle, rows: pd.DataFrame) -> pd.Series:
    """Whether rows came with the snapshot from which their month is first followed: their delay is unknown."""
    start = pd.DataFrame(triangle.start, triangle.districts, triangle.months).stack()
    at = pd.MultiIndex.from_arrays([rows["district_code"], rows["month"].astype("float64")])
    begun = start.reindex(at).to_numpy()
    place = triangle.snapshots.get_indexer(pd.DatetimeIndex(rows["first_seen"]))
    return pd.Series(np.isnan(begun) | (place <= begun), rows.index)


def forecast_final(view: View, late: LateEntries, kind: str, *, months: int = MONTHS) -> pd.DataFrame:
    """Expected final counts of the newest months that have ended, in the view's district, by month.

    Returns
    -------
    DataFrame
        On a PeriodIndex: counted, expected, low, high, entered, as `forecast_counts` has them; no row if there is no
        estimate, or if the period read ended before the first snapshot.
    """
    found = late.kinds[kind]
    if found.delays is None:
        return pd.DataFrame(
            columns=["counted", "expected", "low", "high", "entered"], index=pd.PeriodIndex([], freq="M")
        )
    table = forecast_counts(found.triangle, found.delays, months=len(found.triangle.months))
    table = table[table["district_code"] == ("" if view.district == ALL else view.district)]
    index = pd.PeriodIndex([pd.Period(year=n // 12, month=n % 12 + 1, freq="M") for n in table["month"]])
    table = table.drop(columns=["district_code", "month"]).set_axis(index)
    return table[index.end_time.date <= view.as_of].tail(months)


def list_delays(view: View, late: LateEntries, kind: str) -> pd.DataFrame:
    """Share of rows entered by some delays, by district: of the view's own and of all, or of each and of all.

    Returns
    -------
    DataFrame
        district_code ('' for all), late, followed, and for each of `DELAYS` (months after the end of the row's own) a
        column of shares in percent, NaN where the late entries of no month have been observed for long enough.
    """
    found = late.kinds[kind]
    if found.delays is None:
        return pd.DataFrame(columns=["district_code", "late", "followed", *DELAYS])
    delays = found.delays
    shares = delays.find_shares([STEPS * delay for delay in DELAYS]).mean(axis=0)
    table = pd.DataFrame(100 * shares, columns=list(DELAYS)).assign(
        district_code=delays.districts, late=delays.late, followed=delays.followed
    )
    weight = found.triangle.entered[:, :, -1].sum(axis=1).astype(float)
    whole = pd.DataFrame([100 * weight @ shares / weight.sum()], columns=list(DELAYS))
    whole = whole.assign(district_code="", late=delays.late.sum(), followed=delays.followed.sum())
    own = table if view.district == ALL else table[table["district_code"] == view.district]
    return pd.concat([own, whole], ignore_index=True)[["district_code", "late", "followed", *DELAYS]]


def show_triangle(view: View, late: LateEntries, kind: str, *, months: int = MONTHS) -> pd.DataFrame:
    """The reporting triangle of the view's district: months by months of delay, as `Triangle.tabulate` has it.

    Delays of eight months and more are together in the last column, 8.
    """
    triangle = late.kinds[kind].triangle
    table = triangle.tabulate(None if view.district == ALL else view.district)
    index = pd.PeriodIndex([pd.Period(year=n // 12, month=n % 12 + 1, freq="M") for n in table.index])
    table = table.set_axis(index)
    if LONG in table:
        long = [delay for delay in range(LONG, len(table.columns)) if delay in table]
        summed = table[long].sum(axis=1).where(table[LONG].notna())
        table = table.drop(columns=long).assign(last=summed).rename(columns={"last": LONG})
    return table[index.start_time.date <= view.as_of].tail(months)


def _choose(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    return rows if view.district == ALL else rows[rows["district_code"] == view.district]
