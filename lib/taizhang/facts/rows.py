"""Ledger tables made ready: district numbers, days and flags as arrays, worked out once per table."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period
from taizhang.metadata.kinds import load_kinds

Mask = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Made = TypeVar("Made")


class Ledger:
    """One kind's table with its columns as arrays, each made when first asked for.

    Parameters
    ----------
    table : DataFrame
        Canonical columns and district_code; it is not changed. A column it lacks counts as unknown.
    codes : Index of str
        Division codes of the districts; rows of no district take no part.
    date : str, optional
        The starred date of a kind that is not built in.
    """

    def __init__(self, kind: str, table: pd.DataFrame, codes: pd.Index, date: str = "") -> None:
        self.kind = kind
        self.table = table
        # A row belongs to the period in which its starred date falls. Kinds without one are stocks.
        self.date = load_kinds()[kind].date if kind in load_kinds() else date
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

    def make(self, function: Callable[..., Made], *arguments: Hashable) -> Made:
        """What `function` returns for the arguments, worked out once."""
        if (function, arguments) not in self._made:
            self._made[function, arguments] = function(*arguments)
        made: Made = self._made[function, arguments]
        return made

    def known(self, column: str) -> Mask:
        """Whether the cell is filled."""
        return self.make(self._known, column)

    def _known(self, column: str) -> Mask:
        if column not in self.table:
            return np.zeros(len(self.table), bool)
        return self.table[column].notna().to_numpy()

    def days(self, column: str) -> Days:
        """Dates as days; NaT where unknown."""
        return self.make(self._days, column)

    def _days(self, column: str) -> Days:
        if column not in self.table:
            return np.full(len(self.table), np.datetime64("NaT", "D"))
        return pd.to_datetime(self.table[column]).to_numpy().astype("datetime64[D]")

    def numbers(self, column: str) -> Floats:
        """Numbers; NaN where unknown."""
        return self.make(self._numbers, column)

    def _numbers(self, column: str) -> Floats:
        if column not in self.table:
            return np.full(len(self.table), np.nan)
        return np.asarray(self.table[column].astype("Float64"), float)

    def equals(self, column: str, value: str | bool) -> Mask:
        """Whether the cell holds the value; unknown cells don't."""
        return self.make(self._equals, column, value)

    def _equals(self, column: str, value: str | bool) -> Mask:
        if column not in self.table:
            return np.zeros(len(self.table), bool)
        return (self.table[column] == value).fillna(False).to_numpy(bool)

    def codes_of(self, columns: tuple[str, ...]) -> Numbers:
        """A number for each combination of values; -1 where one of them is unknown."""
        return self.make(self._codes_of, columns)

    def _codes_of(self, columns: tuple[str, ...]) -> Numbers:
        values = self.table.reindex(columns=list(columns))
        return np.asarray(values.groupby(list(columns)).ngroup().fillna(-1), np.int64)

    def previous_day(self, columns: tuple[str, ...]) -> Days:
        """The last earlier day on which another row holds the same values; NaT where there is none."""
        return self.make(self._previous_day, columns)

    def _previous_day(self, columns: tuple[str, ...]) -> Days:
        rows = pd.DataFrame({"code": self.codes_of(columns), "day": self.days(self.date)})
        known = rows[(rows["code"] >= 0) & rows["day"].notna()].drop_duplicates().sort_values(["code", "day"])
        known["before"] = known.groupby("code")["day"].shift()
        return rows.merge(known, how="left")["before"].to_numpy().astype("datetime64[D]")


class Rows:
    """The rows of a kind that a period's facts look at: of the period and dated up to as_of, or the stock.

    Without a period: all on record up to as_of. Rows of no district are left out unless `placeless`. Its methods are
    those of Ledger, on these rows alone; what a row is (rectified, overdue, settled) is asked by `test` and a
    predicate of `facts`, and nowhere else.
    """

    def __init__(
        self, ledger: Ledger, period: Period | None, as_of: date, *, placeless: bool = False
    ) -> None:
        self.ledger = ledger
        self.period = period
        self.as_of = np.datetime64(as_of, "D")
        keep = (ledger.group >= 0) | placeless
        if ledger.date:
            day = ledger.days(ledger.date)
            keep = keep & (day <= self.as_of)
            if period is not None:
                keep &= (day >= np.datetime64(period.start, "D")) & (day <= np.datetime64(period.end, "D"))
        self.at = np.flatnonzero(keep)
        self.group = ledger.group[self.at]
        self._made: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.at)

    def test(self, function: Callable[["Rows"], Made]) -> Made:
        """What `function` says of these rows, worked out once."""
        if function not in self._made:
            self._made[function] = function(self)
        made: Made = self._made[function]
        return made

    def known(self, column: str) -> Mask:
        return self.ledger.known(column)[self.at]

    def days(self, column: str) -> Days:
        return self.ledger.days(column)[self.at]

    def numbers(self, column: str) -> Floats:
        return self.ledger.numbers(column)[self.at]

    def equals(self, column: str, value: str | bool) -> Mask:
        return self.ledger.equals(column, value)[self.at]

    def codes_of(self, *columns: str) -> Numbers:
        return self.ledger.codes_of(columns)[self.at]

    def previous_day(self, *columns: str) -> Days:
        return self.ledger.previous_day(columns)[self.at]

    def by(self, column: str) -> Mask:
        """Whether the date is known and on or before as_of."""
        return self.days(column) <= self.as_of

    def before(self, column: str) -> Mask:
        """Whether the date is known and before as_of."""
        return self.days(column) < self.as_of

    def frame(self) -> pd.DataFrame:
        """These rows as a table, in the order of the arrays that the other methods give."""
        return self.ledger.table.iloc[self.at]


class Ledgers(dict[str, Ledger]):
    """Several ledgers made ready for the same districts, to be used for as many periods as needed.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        By kind, as ingest leaves them. A kind that is a key is configured, even without rows.
    districts : DataFrame
        code and name, one row per district.
    dates : Mapping of str to str, optional
        The starred date of kinds that are not built in.

    Raises
    ------
    ParameterError
        If a code stands twice in `districts`, or a row has a code that is not there.
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
        super().__init__(
            {kind: Ledger(kind, table, self.codes, days.get(kind, "")) for kind, table in tables.items()}
        )
