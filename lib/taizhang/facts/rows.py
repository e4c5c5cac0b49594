"""Ledger tables prepared for computing: district numbers, days and flags as arrays, computed once per table."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period
from taizhang.facts.folding import fold_name
from taizhang.facts.terms import choose_terms, find_term_start
from taizhang.metadata.kinds import PREMISES_KEY, load_kinds

Mask = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Made = TypeVar("Made")
TABLE_COLUMNS = "table_columns"
_UNREAD = "?"
_NOT_A_DAY = np.datetime64("NaT", "D")


def last_days(days: Days, precision: pd.Series | None) -> Days:
    """Return the last day of each span that begins on a day: ten days, a month, a year, by ``<column>_precision``.

    上旬 is 1 to 10, 中旬 11 to 20, 下旬 21 to the end of the month.
    """
    if precision is None:
        return days
    known = precision.astype("str").fillna("day").to_numpy(dtype=object)
    month, year = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    month_end = (month + 1).astype("datetime64[D]") - 1
    ten = np.where(days - month.astype("datetime64[D]") < np.timedelta64(20, "D"), days + 9, month_end)
    ends = {"ten_days": ten, "month": month_end, "year": (year + 1).astype("datetime64[D]") - 1}
    last = days
    for name, end in ends.items():
        last = np.where(known == name, end, last)
    return last


@dataclass(frozen=True)
class Written:
    """What a kind's whole ledger contains, in any district and period; this decides what empty cells mean.

    `filled`: columns filled in by any row. `no_nought`: number columns with positive numbers and no 0. `ends`: the
    latest date by source_file.
    """

    filled: frozenset[str]
    no_nought: frozenset[str]
    ends: Mapping[str, date]


class Ledger:
    """One kind's table with its columns as arrays, each made on first use.

    Parameters
    ----------
    table : DataFrame
        Canonical columns and district_code; it is not changed. A missing column counts as unknown.
    codes : Index of str
        Division codes of the districts; rows without a district are ignored.
    date : str, optional
        The starred date of a kind that is not built in.
    written : Written, optional
        What the whole ledger contains, if the table is only a part of it.
    shown : DataFrame, optional
        The same rows for display, with personal numbers masked; never used for matching or counting.
    """

    def __init__(
        self,
        kind: str,
        table: pd.DataFrame,
        codes: pd.Index,
        date: str = "",
        *,
        written: Written | None = None,
        shown: pd.DataFrame | None = None,
    ) -> None:
        self.kind = kind
        self.table = table
        self.shown = table if shown is None else shown
        self.written = written
        about = load_kinds().get(kind)
        self._fields = about.fields if about else {}
        # A row belongs to the period in which its starred date falls. Kinds without one are stocks.
        self.date = about.date if about else date
        self.term = about.term if about else ""
        self.year = about.year if about else ""
        if not about and date in table and pd.api.types.is_numeric_dtype(table[date]):  # a year and no day
            self.date, self.year = "", date
        # Of a kind whose rows need no district, one without is of the whole area; of a workbook's own kind, rows that
        # need one and have none are not here. Cells of the grid that lie in no district are of none.
        needs_none = "district" in self._fields and not self._fields["district"].required
        self.has_placeless = needs_none if about else kind != "grid"
        self._made: dict[Hashable, Any] = {}
        if "district_code" in table:
            group = codes.get_indexer(pd.Index(table["district_code"]))
            stray = (group < 0) & table["district_code"].notna().to_numpy()
            if stray.any():
                wrong = tuple(table.loc[stray, "district_code"].unique())
                raise ParameterError("facts.strange_codes", kind=kind, codes=wrong)
        else:
            group = np.full(len(table), -1)
        self.group: Numbers = group.astype(np.int64)

    @property
    def date_columns(self) -> set[str]:
        """The columns that hold days, including the starred date."""
        days = {name for name, field in self._fields.items() if field.type in ("date", "datetime")}
        return days | ({self.date} if self.date else set())

    def make(self, function: Callable[..., Made], *arguments: Hashable) -> Made:
        """Return what `function` returns for the arguments, computed once."""
        if (function, arguments) not in self._made:
            self._made[function, arguments] = function(*arguments)
        made: Made = self._made[function, arguments]
        return made

    def known(self, column: str) -> Mask:
        """Return whether the cell is filled in."""
        return self.make(self._known, column)

    def _known(self, column: str) -> Mask:
        if column == PREMISES_KEY and column not in self.table:
            return self.premises().notna().to_numpy()
        if column not in self.table:
            return np.zeros(len(self.table), bool)
        return self.table[column].notna().to_numpy()

    def has(self, column: str) -> Mask:
        """Return whether the row's own table has the column, with a filled or empty cell but not an unreadable one."""
        return self.make(self._has, column)

    def unread(self, column: str) -> Mask:
        """Return whether the cell could not be read, in a column where an empty cell has a meaning."""
        return self.make(self._has, column + _UNREAD)

    def _has(self, column: str) -> Mask:
        if TABLE_COLUMNS not in self.table:
            return np.full(len(self.table), column in self.table)
        there = self.table[TABLE_COLUMNS].astype("category")
        kinds = np.array([column in str(names).split("|") for names in there.cat.categories], bool)
        return np.append(kinds, False)[there.cat.codes.to_numpy()]

    def is_filled(self, column: str) -> bool:
        """Return whether any row of the kind, in any district, fills in the column."""
        if self.written is not None:
            return column in self.written.filled
        return bool(self.known(column).any())

    def has_no_nought(self, column: str) -> bool:
        """Return whether a column of counts has positive numbers but never a 0, so that an empty cell means 0."""
        if column not in self._fields or self._fields[column].empty != "nought":
            return False
        if self.written is not None:
            return column in self.written.no_nought
        numbers = self.numbers(column)
        return bool((numbers > 0).any() and not (numbers == 0).any())

    def answered(self, column: str) -> Mask:
        """Return whether the cell gives an answer: filled in, or empty where the metadata give that a meaning."""
        return self.make(self._answered, column)

    def _answered(self, column: str) -> Mask:
        empty = self._fields[column].empty if column in self._fields else "unknown"
        if (empty == "none" and self.is_filled(column)) or self.has_no_nought(column):
            return self.known(column) | self.has(column)
        return self.known(column)

    def amounts(self, column: str) -> Floats:
        """Return numbers; 0 if an empty cell means zero, NaN if unknown."""
        return self.make(self._amounts, column)

    def _amounts(self, column: str) -> Floats:
        numbers = self.numbers(column)
        if not self.has_no_nought(column):
            return numbers
        return np.where(np.isnan(numbers) & self.has(column), 0.0, numbers)

    def days(self, column: str) -> Days:
        """Return dates as days (for a longer span, the first day); NaT if unknown."""
        return self.make(self._days, column)

    def last_days(self, column: str) -> Days:
        """Return the last day that each date covers: itself, or the end of its ten-day period, month or year."""
        return self.make(self._last_days, column)

    def _last_days(self, column: str) -> Days:
        name = f"{column}_precision"
        return last_days(self.days(column), self.table.get(name))

    def latest_of_file(self) -> Days:
        """The latest date of each row's file; NaT for a kind without dates."""
        return self.make(self._latest_of_file)

    def _latest_of_file(self) -> Days:
        n = len(self.table)
        if not self.date or not n:
            return np.full(n, _NOT_A_DAY)
        files = self.table["source_file"].astype("str") if "source_file" in self.table else None
        if self.written is not None and files is not None:
            return pd.to_datetime(files.map(dict(self.written.ends))).to_numpy().astype("datetime64[D]")
        days = pd.Series(self.last_days(self.date).astype("datetime64[s]"), index=self.table.index)
        latest = (
            days.groupby(files).transform("max") if files is not None else days.where(days.isna(), days.max())
        )
        return latest.to_numpy().astype("datetime64[D]")

    def _days(self, column: str) -> Days:
        if column not in self.table:
            return np.full(len(self.table), np.datetime64("NaT", "D"))
        return pd.to_datetime(self.table[column]).to_numpy().astype("datetime64[D]")

    def moments(self, column: str) -> Days:
        """Return dates with their time of day, to the second; NaT where none is written: midnight is a day alone."""
        return self.make(self._moments, column)

    def _moments(self, column: str) -> Days:
        if column not in self.table:
            return np.full(len(self.table), np.datetime64("NaT", "s"))
        moments = pd.to_datetime(self.table[column]).to_numpy().astype("datetime64[s]")
        return np.where(moments == moments.astype("datetime64[D]"), np.datetime64("NaT", "s"), moments)

    def term_starts(self) -> Days:
        """The first day of each row's school term; NaT if no term is given."""
        return self.make(self._term_starts)

    def _term_starts(self) -> Days:
        if self.term not in self.table:
            return np.full(len(self.table), _NOT_A_DAY)
        texts = self.table[self.term].astype("str")
        starts = {text: find_term_start(text) for text in texts.dropna().unique()}
        return np.array([starts.get(text) for text in texts], "datetime64[D]")

    def numbers(self, column: str) -> Floats:
        """Numbers; NaN if unknown."""
        return self.make(self._numbers, column)

    def _numbers(self, column: str) -> Floats:
        if column not in self.table:
            return np.full(len(self.table), np.nan)
        return np.asarray(self.table[column].astype("Float64"), float)

    def equals(self, column: str, value: str | bool) -> Mask:
        """Return whether the cell holds the value; unknown cells don't."""
        return self.make(self._equals, column, value)

    def _equals(self, column: str, value: str | bool) -> Mask:
        if column not in self.table:
            return np.zeros(len(self.table), bool)
        return (self.table[column] == value).fillna(False).to_numpy(bool)

    def codes_of(self, columns: tuple[str, ...]) -> Numbers:
        """Return a number for each combination of values; -1 if one of them is unknown."""
        return self.make(self._codes_of, columns)

    def _codes_of(self, columns: tuple[str, ...]) -> Numbers:
        values = self.table.reindex(columns=list(columns))
        if PREMISES_KEY in columns and PREMISES_KEY not in self.table:
            values[PREMISES_KEY] = self.premises().to_numpy()
        return np.asarray(values.groupby(list(columns)).ngroup().fillna(-1), np.int64)

    @property
    def is_linked(self) -> bool:
        """Return whether its rows have been linked to premises, as an ingest leaves them."""
        return PREMISES_KEY in self.table

    def premises(self) -> pd.Series:
        """Return the premises that each row was linked to; NA where it names none.

        In a table that has not been linked, premises are those of one name, within a district.
        """
        return self.make(self._premises)

    def _premises(self) -> pd.Series:
        if self.is_linked:
            return self.table[PREMISES_KEY]
        names = self.table.reindex(columns=["premises"])["premises"]
        return names.map({text: fold_name(str(text)) for text in names.dropna().unique()}).astype("str")

    def previous_day(self, columns: tuple[str, ...]) -> Days:
        """Return the latest earlier day on which another row has the same values; NaT if there is none."""
        return self.make(self._previous_day, columns)

    def _previous_day(self, columns: tuple[str, ...]) -> Days:
        days = self.days(self.date)
        exact = days == self.last_days(self.date)  # a month is no day to count from
        rows = pd.DataFrame({"code": self.codes_of(columns), "day": np.where(exact, days, _NOT_A_DAY)})
        known = rows[(rows["code"] >= 0) & rows["day"].notna()].drop_duplicates().sort_values(["code", "day"])
        known["before"] = known.groupby("code")["day"].shift()
        return rows.merge(known, how="left")["before"].to_numpy().astype("datetime64[D]")


class Rows:
    """The rows of a kind that a period's facts use: those of the period dated up to as_of, or the stock.

    Without a period, these are all rows up to as_of. A `stock` has all rows dated up to the period's last day or as_of,
    whichever is earlier. Rows without a district are left out unless `placeless`. A row dated only to the month or
    so is included if the period, up to as_of, contains all of it; `cut` are those of which it contains a part. A
    kind by school terms has the rows of the terms that the period reads, and rows without a term; `lacks_term`:
    the period can read none of its rows. A kind by years has the rows of the year in which the period ends, if it has
    begun by as_of. Methods are those of Ledger, on these rows only. The state of a row
    (rectified, overdue, settled) is found only by `test` with a predicate of `facts`.

    `asked`: the as-of day asked for in the reported period, or None.
    """

    def __init__(
        self,
        ledger: Ledger,
        period: Period | None,
        as_of: date,
        *,
        stock: bool = False,
        placeless: bool = False,
        asked: date | None = None,
    ) -> None:
        self.ledger = ledger
        self.period = period
        self.as_of = np.datetime64(as_of, "D")
        self.asked = asked
        keep = (ledger.group >= 0) | placeless
        touched = np.zeros(len(keep), bool)
        if ledger.date:
            first, last = ledger.days(ledger.date), ledger.last_days(ledger.date)
            touched = keep & (first <= self.as_of)
            keep = keep & (last <= self.as_of)
            if period is not None:
                start, end = np.datetime64(period.start, "D"), np.datetime64(period.end, "D")
                touched &= (last >= start) & (first <= end)
                keep &= ((first >= start) | stock) & (last <= end)
        self.lacks_term = False
        if ledger.term and period is not None:
            starts = np.where(keep, ledger.term_starts(), _NOT_A_DAY)
            end = min(np.datetime64(period.end, "D"), self.as_of)
            there = keep.any()
            keep = keep & choose_terms(starts, np.datetime64(period.start, "D"), end)
            self.lacks_term = bool(there and not keep.any())
        if ledger.year:
            years = ledger.numbers(ledger.year)
            of_period = years <= as_of.year if period is None else years == period.end.year
            keep = keep & of_period & (years <= as_of.year)
        self.at = np.flatnonzero(keep)
        self.cut = np.flatnonzero(touched & ~keep)
        self.group = ledger.group[self.at]
        self._made: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.at)

    def test(self, function: Callable[["Rows"], Made]) -> Made:
        """Return the result of `function` on these rows, computed once."""
        if function not in self._made:
            self._made[function] = function(self)
        made: Made = self._made[function]
        return made

    def known(self, column: str) -> Mask:
        return self.ledger.known(column)[self.at]

    def has(self, column: str) -> Mask:
        return self.ledger.has(column)[self.at]

    def unread(self, column: str) -> Mask:
        return self.ledger.unread(column)[self.at]

    def answered(self, column: str) -> Mask:
        return self.ledger.answered(column)[self.at]

    def days(self, column: str) -> Days:
        return self.ledger.days(column)[self.at]

    def last_days(self, column: str) -> Days:
        return self.ledger.last_days(column)[self.at]

    def moments(self, column: str) -> Days:
        return self.ledger.moments(column)[self.at]

    def hours(self, first: str, last: str) -> Floats:
        """Return hours between two moments; NaN where the time of either is not written, or their order is wrong."""
        seconds = (self.moments(last) - self.moments(first)).astype("timedelta64[s]")
        hours = np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64) / 3600)
        return np.where(hours >= 0, hours, np.nan)

    def is_day(self, column: str) -> Mask:
        """Return whether the date is known to the day."""
        return self.days(column) == self.last_days(column)

    def is_month(self, column: str) -> Mask:
        """Return whether the date is known to the month or better."""
        first, last = (days.astype("datetime64[M]") for days in (self.days(column), self.last_days(column)))
        return first == last

    def numbers(self, column: str) -> Floats:
        return self.ledger.numbers(column)[self.at]

    def amounts(self, column: str) -> Floats:
        return self.ledger.amounts(column)[self.at]

    def equals(self, column: str, value: str | bool) -> Mask:
        return self.ledger.equals(column, value)[self.at]

    def codes_of(self, *columns: str) -> Numbers:
        return self.ledger.codes_of(columns)[self.at]

    def premises(self) -> pd.Series:
        return self.ledger.premises().iloc[self.at]

    def previous_day(self, *columns: str) -> Days:
        return self.ledger.previous_day(columns)[self.at]

    def by(self, column: str) -> Mask:
        """Return whether the date is known and entirely on or before as_of."""
        return self.last_days(column) <= self.as_of

    def is_carried(self) -> Mask:
        """Return whether a row of a stock comes from before the period: its date begins earlier."""
        if self.period is None:
            return np.zeros(len(self), bool)
        return self.days(self.ledger.date) < np.datetime64(self.period.start, "D")

    def before(self, column: str) -> Mask:
        """Return whether the date is known and entirely before as_of."""
        return self.last_days(column) < self.as_of

    def looks_back(self) -> Mask:
        """Return whether the as-of day asked for is before the latest date of the row's file.

        A statement of such a row without a day may not yet have been made then.
        """
        if self.asked is None:
            return np.zeros(len(self), bool)
        return self.ledger.latest_of_file()[self.at] > np.datetime64(self.asked, "D")

    def frame(self) -> pd.DataFrame:
        """Return these rows as a table for display, in the same order as the arrays of the other methods."""
        return self.ledger.shown.iloc[self.at]

    def written(self) -> pd.DataFrame:
        """Return these rows with their texts as written, for matching and counting, never for display."""
        return self.ledger.table.iloc[self.at]


class Ledgers(dict[str, Ledger]):
    """Several ledgers prepared for the same districts, for use with any number of periods.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        By kind, as ingest leaves them. Every kind among the keys is configured, even without rows.
    districts : DataFrame
        code and name, one row per district.
    dates : Mapping of str to str, optional
        The starred date of kinds that are not built in.

    Raises
    ------
    ParameterError
        If a code occurs twice in `districts`, or a row has a code that is not among them.
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        districts: pd.DataFrame,
        dates: Mapping[str, str] | None = None,
    ) -> None:
        self.codes = pd.Index(districts["code"].astype("str"))
        self.names = districts["name"].astype("str").tolist()
        if not self.codes.is_unique:
            raise ParameterError("facts.codes_twice", codes=tuple(self.codes[self.codes.duplicated()]))
        days = dates or {}
        self._kept: dict[Hashable, Any] = {}
        super().__init__(
            {kind: Ledger(kind, table, self.codes, days.get(kind, "")) for kind, table in tables.items()}
        )

    def keep(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return a result computed once from all these ledgers."""
        if key not in self._kept:
            self._kept[key] = make()
        made: Made = self._kept[key]
        return made
