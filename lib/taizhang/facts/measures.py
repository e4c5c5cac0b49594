"""The forms of facts. Each form says which rows are behind the fact, and which of them are counted.

The number and the rows that `trace` shows come from the same `select`, so they cannot disagree.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from taizhang.core.periods import Period
from taizhang.facts.grounds import (
    MOST_UNKNOWN,
    Amount,
    Ground,
    Test,
    ask,
    every,
    grounds_of,
    holds,
    known,
    knows,
    number,
)
from taizhang.facts.rows import Floats, Ledgers, Mask, Numbers, Rows
from taizhang.metadata.facts import ALL
from taizhang.stats.intervals import poisson_interval, wilson_interval
from taizhang.stats.survival import estimate_survival, find_median

__all__ = ["Amount", "Test", "every", "holds", "known", "knows", "number"]  # with the measures below

# In the name of a part: it is of all rows up to the period's end.
STOCK = "stock"


@dataclass
class Scene:
    """The input of facts: ledgers, period and day, for one set of districts.

    `asked`: the as-of day asked for in the reported period, or None. `unread`: by kind, the districts with a file that
    could not be read; ``all`` if the file may contain any district.
    """

    ledgers: Ledgers
    period: Period
    as_of: date
    grid_measures: pd.DataFrame | None = None
    asked: date | None = None
    unread: Mapping[str, Collection[str]] = field(default_factory=dict)
    intervals: bool = True  # whether limits are wanted: they take longer than the counts
    _rows: dict[tuple[str, bool], Rows] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of districts."""
        return len(self.ledgers.codes)

    def rows(self, kind: str, *, stock: bool = False) -> Rows:
        """Return the period's rows of a kind; with `stock`, all rows up to the period's end, from any period."""
        key = (kind, stock)
        if key not in self._rows:
            ledger = self.ledgers[kind]
            self._rows[key] = Rows(
                ledger, self.period, self.as_of, stock=stock, placeless=ledger.has_placeless, asked=self.asked
            )
        return self._rows[key]

    def is_unread(self, kinds: Collection[str]) -> Mask:
        """Return districts for which rows of these kinds could not be read."""
        codes = {code for kind in kinds for code in self.unread.get(kind, ())}
        return np.full(self.n, True) if ALL in codes else np.asarray(self.ledgers.codes.isin(codes))

    def population(self, column: str) -> Floats:
        """Return residents, output and so on by district for the year in which the period ends; NaN if unknown.

        Rows that give the same value count once; if rows of one district and year disagree, the value is unknown.
        """
        ledger = self.ledgers["population"]
        values, group = ledger.numbers(column), ledger.group
        keep = (ledger.numbers("year") == self.period.end.year) & (group >= 0) & ~np.isnan(values)
        low, high = np.full(self.n, np.inf), np.full(self.n, -np.inf)
        np.minimum.at(low, group[keep], values[keep])
        np.maximum.at(high, group[keep], values[keep])
        return np.where(low == high, low, np.nan)

    @cached_property
    def areas(self) -> Mapping[str, Floats]:
        """Grid measures by name: districts first, the whole area last."""
        if self.grid_measures is None:
            return {}
        table = self.grid_measures.set_index("district_code").reindex([*self.ledgers.codes, "all"])
        return {name: table[name].to_numpy(float) for name in ("gap_km2", "overlap_km2")}


@dataclass(frozen=True)
class Result:
    """A fact for all districts, then for the whole area, in arrays of length n + 1.

    `parts`: the counts and sums that the fact shows, by identity, so that facts can share them; `aliases`: other
    identities of the same rows. `known` and `of`: the number of rows in the fact's base with a known answer, and
    in all; `unknown`: whether too few answers are known.
    """

    value: Floats
    numerator: Floats
    denominator: Floats
    low: Floats
    high: Floats
    parts: Mapping[Any, "Part"] = field(default_factory=dict)
    aliases: Mapping[Any, Any] = field(default_factory=dict)
    known: Floats = field(default_factory=lambda: np.empty(0))
    of: Floats = field(default_factory=lambda: np.empty(0))
    unknown: Mask = field(default_factory=lambda: np.empty(0, bool))


@dataclass(frozen=True)
class Part:
    """A count or sum within a fact, as examined for suppression.

    Attributes
    ----------
    values, sizes : ndarray, shape (n + 1,)
        The number, and the number of rows behind it.
    additive : bool
        Whether the districts add up to the whole area.
    positive : bool
        Whether it is hidden only where it is above 0.
    own : bool
        Whether its rows are of the fact's own kind.
    """

    values: Floats
    sizes: Floats
    additive: bool = True
    positive: bool = True
    own: bool = True

    @property
    def is_count(self) -> bool:
        """Whether it counts rows, and so cannot exceed the count of a larger set of rows."""
        return self.sizes is self.values


def divide(top: Floats, bottom: Floats) -> Floats:
    """The ratio; NaN if the denominator is 0 or unknown."""
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)


def _tally(group: Numbers, n: int, weight: Floats | None = None) -> Floats:
    """Sums by district, with the whole area last; rows of no district (-1) are the whole area's alone."""
    sums = np.bincount(group + 1, weight, minlength=n + 1).astype(float)
    return np.append(sums[1:], sums.sum())


def _count_up(value: Floats, parts: Mapping[Any, Part], interval: bool) -> Result:
    """A result that is not a share: with an exact Poisson interval, or with none."""
    nothing = np.full(value.shape, np.nan)
    low, high = poisson_interval(value) if interval else (nothing, nothing)
    return Result(value, nothing, nothing, low, high, parts)


@dataclass(frozen=True, kw_only=True)
class Measure(ABC):
    """A fact's computation.

    Attributes
    ----------
    fact : str
    needs : tuple of str
        Further kinds that the fact needs.
    filled : str
        A column; if it has no entry at all, there is no such fact, since nobody recorded it.
    stock : bool
        Whether it covers all rows up to the period's end, rather than the period's rows.
    """

    fact: str
    needs: tuple[str, ...] = ()
    filled: str = ""
    stock: bool = False

    @property
    def kind(self) -> str:
        return self.fact.split(".", 1)[0]

    @property
    def kinds(self) -> set[str]:
        """The kinds whose rows it counts."""
        return {self.kind}

    def is_configured(self, scene: Scene) -> bool:
        if any(kind not in scene.ledgers for kind in (self.kind, *self.needs)):
            return False
        ledger = scene.ledgers[self.kind]
        return not self.filled or ledger.table.empty or bool(ledger.known(self.filled).any())

    def rows_of(self, scene: Scene) -> Rows:
        """Return the rows that `select` works on."""
        return scene.rows(self.kind, stock=self.stock)

    @abstractmethod
    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        """Return the rows behind the number, and which of them are counted."""

    @abstractmethod
    def compute(self, scene: Scene) -> Result:
        """Compute the number for every district and the whole area, from the rows with a known answer."""

    def list_grounds(self) -> tuple[Ground, ...]:
        """Return the grounds of the number, beyond the columns that every row has."""
        return ()

    def find_grounds(self, scene: Scene) -> list[tuple[Rows, Ground]]:
        """Return the grounds, each with the rows it applies to."""
        return [(self.rows_of(scene), ground) for ground in self.list_grounds()]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns it depends on: for each ground, the one filled in most often."""
        return tuple(dict.fromkeys(ground.columns[0] for ground in self.list_grounds() if ground.columns))

    def answer(self, scene: Scene) -> Result:
        """Return the number, and how many rows of its base have an answer (for several grounds, the fewest).

        If more than a tenth of a base is unknown, so is the fact; the whole area's is unknown if any district's is.
        """
        told = asked = _tally(self.rows_of(scene).group, scene.n)
        share = np.ones(scene.n + 1)
        unread = scene.is_unread({self.kind, *self.needs, *self.kinds})
        unknown = np.append(self.find_unknown(scene) | unread | self.rows_of(scene).lacks_term, False)
        for rows, ground in self.find_grounds(scene):
            base = rows.test(ground.base)
            of = _tally(rows.group[base], scene.n)
            known_of = _tally(rows.group[base & rows.test(ground.known)], scene.n)
            unknown |= of - known_of > MOST_UNKNOWN * of
            part = np.where(of > 0, divide(known_of, of), 1.0)
            told, asked = np.where(part <= share, known_of, told), np.where(part <= share, of, asked)
            share = np.minimum(share, part)
        unknown[-1] = unknown.any()
        return replace(self.compute(scene), known=told, of=asked, unknown=unknown)

    def find_unknown(self, scene: Scene) -> Mask:
        """Return districts for which it is unknown for reasons other than missing answers in their rows."""
        return np.zeros(scene.n, bool)


@dataclass(frozen=True, kw_only=True)
class _OfRows(Measure):
    """A measure of the rows that pass a test."""

    counted: Test = every

    def list_grounds(self) -> tuple[Ground, ...]:
        return grounds_of(self.counted)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        rows = self.rows_of(scene).test(self.counted)
        return rows, rows


@dataclass(frozen=True, kw_only=True)
class Count(_OfRows):
    """The number of rows that pass a test. `interval`: exact Poisson, for events; stocks have none."""

    interval: bool = True

    def compute(self, scene: Scene) -> Result:
        rows, _ = self.select(scene)
        value = _tally(self.rows_of(scene).group[rows], scene.n)
        # What stands open may be more than the period's rows.
        part = Part(value, value, own=not self.stock)
        return _count_up(
            value, {(STOCK if self.stock else every, self.counted): part}, self.interval and scene.intervals
        )


@dataclass(frozen=True, kw_only=True)
class Sum(Measure):
    """The sum of an amount over the rows where it is known.

    `rows`: the rows that can have an amount, if not all; no other row has one.
    """

    amount: Amount
    interval: bool = False
    rows: Test = every

    def list_grounds(self) -> tuple[Ground, ...]:
        return grounds_of(self.amount)

    def find_unknown(self, scene: Scene) -> Mask:
        """Return districts of whose rows none has an amount, or says that there is none: nobody wrote zero."""
        of = self.rows_of(scene)
        said = np.ones(len(of), bool)
        for ground in self.list_grounds():
            said &= of.test(ground.base) & of.test(ground.known)
        said |= ~np.isnan(of.test(self.amount))
        asked = _tally(of.group[of.test(self.rows)], scene.n)
        return np.asarray((asked > 0) & (_tally(of.group[said], scene.n) == 0))[:-1]

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        amount = self.rows_of(scene).test(self.amount)
        known = ~np.isnan(amount)
        return known, known & (amount != 0)

    def compute(self, scene: Scene) -> Result:
        rows, counted = self.select(scene)
        of = self.rows_of(scene)
        value = _tally(of.group[rows], scene.n, of.test(self.amount)[rows])
        parts = {self.amount: Part(value, _tally(of.group[counted], scene.n))}
        return _count_up(value, parts, self.interval and scene.intervals)


@dataclass(frozen=True, kw_only=True)
class Distinct(Measure):
    """The number of different values in the rows.

    `shared`: a value that occurs in several districts is counted once for the whole area. `numbers`: an identifier of
    what is counted, -1 where there is nothing; default: rows with equal values. `grounds`: what answers it, if that is
    not each of the columns.
    """

    of: tuple[str, ...]
    shared: bool = False
    interval: bool = False
    numbers: Callable[[Rows], Numbers] | None = None
    grounds: tuple[Ground, ...] = ()

    def _number(self, of: Rows) -> Numbers:
        return of.codes_of(*self.of) if self.numbers is None else of.test(self.numbers)

    def list_grounds(self) -> tuple[Ground, ...]:
        return self.grounds or tuple(ask(column) for column in self.of)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        rows = self._number(self.rows_of(scene)) >= 0
        return rows, rows

    def compute(self, scene: Scene) -> Result:
        rows, _ = self.select(scene)
        of = self.rows_of(scene)
        values, group = self._number(of)[rows], of.group[rows]
        pairs = np.unique(values * (scene.n + 1) + group + 1)
        value = _tally(pairs % (scene.n + 1) - 1, scene.n)
        if self.shared:
            value[-1] = len(np.unique(values))
        sizes = _tally(group, scene.n)
        parts = {self.of: Part(value, sizes, additive=not self.shared)}
        return _count_up(value, parts, self.interval and scene.intervals)


@dataclass(frozen=True, kw_only=True)
class Share(Measure):
    """The percentage of the rows with a known answer that pass a test (`counted`).

    `rows`: the rows concerned, if not all rows with a known answer; no other row passes the test.
    """

    counted: Test
    rows: Test | None = None

    @property
    def asked(self) -> Test:
        return self.rows or knows(self.counted)

    def list_grounds(self) -> tuple[Ground, ...]:
        return grounds_of(self.counted)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        of = self.rows_of(scene)
        rows = of.test(self.asked)
        return rows, rows & of.test(self.counted)

    def compute(self, scene: Scene) -> Result:
        rows, counted = self.select(scene)
        group = self.rows_of(scene).group
        total, top = _tally(group[rows], scene.n), _tally(group[counted], scene.n)
        low = high = np.full(total.shape, np.nan)
        if scene.intervals:
            low, high = wilson_interval(top, total)
        parts = {
            (every, every if rows.all() else self.asked): Part(total, total),
            (every, self.counted): Part(top, top, positive=False),
        }
        same = {(every, self.asked): (every, every)} if rows.all() else {}
        return Result(divide(100 * top, total), top, total, 100 * low, 100 * high, parts, same)


@dataclass(frozen=True, kw_only=True)
class Ratio(Measure):
    """The sum of one amount over the sum of another, over rows where both are known.

    With `percent`, it is a share with Wilson's interval; otherwise a rate with Poisson's.
    """

    top: Amount
    bottom: Amount
    percent: bool

    def list_grounds(self) -> tuple[Ground, ...]:
        return grounds_of(self.top) + grounds_of(self.bottom)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        of = self.rows_of(scene)
        top, bottom = of.test(self.top), of.test(self.bottom)
        rows = ~np.isnan(top) & ~np.isnan(bottom)
        return rows, rows & (top != 0)

    def compute(self, scene: Scene) -> Result:
        rows, counted = self.select(scene)
        of = self.rows_of(scene)
        group = of.group[rows]
        top = _tally(group, scene.n, of.test(self.top)[rows])
        bottom = _tally(group, scene.n, of.test(self.bottom)[rows])
        based = rows & (of.test(self.bottom) != 0)
        scale = 100.0 if self.percent else 1.0
        low, high = wilson_interval(top, bottom) if self.percent else poisson_interval(top, bottom)
        parts = {
            (self.top, self.bottom, self.bottom): Part(bottom, _tally(of.group[based], scene.n)),
            (self.top, self.bottom, self.top): Part(top, _tally(of.group[counted], scene.n), positive=False),
        }
        return Result(divide(scale * top, bottom), top, bottom, scale * low, scale * high, parts)


@dataclass(frozen=True, kw_only=True)
class PerPopulation(Measure):
    """The sum of an amount per resident, per output and so on, of the year in which the period ends.

    For the whole area, numerator and denominator cover the districts with a known population; if a district with rows
    has none, the whole area's value is unknown.
    """

    amount: Amount
    column: str
    scale: float = 1.0
    interval: bool = True
    needs: tuple[str, ...] = ("population",)

    def list_grounds(self) -> tuple[Ground, ...]:
        return grounds_of(self.amount)

    def find_unknown(self, scene: Scene) -> Mask:
        rows = _tally(self.rows_of(scene).group, scene.n)[:-1]
        return (rows > 0) & ~(scene.population(self.column) > 0)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        of = self.rows_of(scene)
        amount = of.test(self.amount)
        rows = ~np.isnan(amount) & (scene.population(self.column) > 0)[of.group]
        return rows, rows & (amount != 0)

    def compute(self, scene: Scene) -> Result:
        rows, counted = self.select(scene)
        of = self.rows_of(scene)
        base = scene.population(self.column)
        known = base > 0
        total = np.append(np.where(known, base, np.nan), base[known].sum() if known.any() else np.nan)
        top = _tally(of.group[rows], scene.n, of.test(self.amount)[rows])
        top[np.isnan(total)] = np.nan
        low = high = np.full(scene.n + 1, np.nan)
        if self.interval:
            low, high = poisson_interval(top, total / self.scale)
        parts = {(self.amount, self.column): Part(top, _tally(of.group[counted], scene.n))}
        return Result(divide(self.scale * top, total), top, total, low, high, parts)


@dataclass(frozen=True, kw_only=True)
class Median(Measure):
    """Kaplan-Meier median of days until closed, over the rows that can be timed.

    `days` gives cases closed without a day their shortest possible time, `most_days` their longest: if the two medians
    differ, the value is empty. The wider limits are used.
    """

    days: Callable[[Rows], Numbers]
    most_days: Callable[[Rows], Numbers]
    closed: Test
    rows: Test = every

    def list_grounds(self) -> tuple[Ground, ...]:
        return grounds_of(self.closed)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        of = self.rows_of(scene)
        rows = of.test(self.rows)
        return rows, rows & of.test(self.closed)

    def _find(self, scene: Scene, of_days: Callable[[Rows], Numbers]) -> Floats:
        """Median and limits for every district, then for the whole area."""
        rows, closed = self.select(scene)
        of = self.rows_of(scene)
        days, closed, group = of.test(of_days)[rows], closed[rows], of.group[rows]
        placed = group >= 0
        each = find_median(estimate_survival(days[placed], closed[placed], group[placed]), scene.n)
        return np.hstack([each, find_median(estimate_survival(days, closed), 1)])

    def compute(self, scene: Scene) -> Result:
        rows, closed = self.select(scene)
        of = self.rows_of(scene)
        value, low, high = self._find(scene, self.days)
        if (of.test(self.days) != of.test(self.most_days))[rows].any():
            latest, low_too, high_too = self._find(scene, self.most_days)
            same = (value == latest) | (np.isnan(value) & np.isnan(latest))
            value = np.where(same, value, np.nan)
            low = np.where(same, np.fmin(low, low_too), np.nan)
            high = np.where(same, np.maximum(high, high_too), np.nan)
        top, total = _tally(of.group[closed], scene.n), _tally(of.group[rows], scene.n)
        # Where all of which it is known whether they are closed can be timed, those timed are those counted elsewhere.
        known = knows(self.closed)
        base = every if rows.all() else known if (rows == of.test(known)).all() else self.rows
        within = self.rows if base is self.rows else every
        parts = {
            (every, base): Part(total, total),
            (within, self.closed): Part(top, top, positive=False),
        }
        same = {}
        if base is not self.rows:
            same = {(every, self.rows): (every, base), (self.rows, self.closed): (every, self.closed)}
        return Result(value, top, total, low, high, parts, same)


@dataclass(frozen=True, kw_only=True)
class PlainMedian(_OfRows):
    """Median of an amount over the rows that pass a test; for an even number of rows, the mean of the middle two."""

    amount: Amount

    def compute(self, scene: Scene) -> Result:
        rows, _ = self.select(scene)
        of = self.rows_of(scene)
        group, amount = of.group[rows], of.test(self.amount)[rows]
        each = pd.Series(amount).groupby(group).median().reindex(range(scene.n)).to_numpy(float)
        whole = np.median(amount) if len(amount) else np.nan
        total, nothing = _tally(group, scene.n), np.full(scene.n + 1, np.nan)
        part = Part(total, total, own=not self.stock)
        parts = {(STOCK if self.stock else every, self.counted): part}
        return Result(np.append(each, whole), total, total, nothing, nothing, parts)


@dataclass(frozen=True, kw_only=True)
class Area(Measure):
    """An area computed from the grid layer and the boundaries."""

    column: str

    def is_configured(self, scene: Scene) -> bool:
        return super().is_configured(scene) and scene.grid_measures is not None

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        rows = self.rows_of(scene).test(every)
        return rows, rows

    def compute(self, scene: Scene) -> Result:
        nothing = np.full(scene.n + 1, np.nan)
        return Result(scene.areas[self.column], nothing, nothing, nothing, nothing)


@dataclass(frozen=True, kw_only=True)
class Coverage(Measure):
    """The percentage of another kind's rows passing a test that are covered by rows of the fact's own kind.

    `told`: what of the fact's own kind says which of them each row covers.
    """

    of: str
    rows: Test
    covered: Callable[[Rows, Rows], Mask]
    told: Ground

    @property
    def kinds(self) -> set[str]:
        return {self.kind, self.of}

    def rows_of(self, scene: Scene) -> Rows:
        return scene.rows(self.of)

    def list_grounds(self) -> tuple[Ground, ...]:
        return (*grounds_of(self.rows), self.told)

    def find_grounds(self, scene: Scene) -> list[tuple[Rows, Ground]]:
        own = [(scene.rows(self.kind), self.told)]
        return own + [(scene.rows(self.of), ground) for ground in grounds_of(self.rows)]

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        rows = self.rows_of(scene).test(self.rows)
        return rows, rows & self.covered(self.rows_of(scene), scene.rows(self.kind))

    def compute(self, scene: Scene) -> Result:
        rows, counted = self.select(scene)
        group = self.rows_of(scene).group
        total, top = _tally(group[rows], scene.n), _tally(group[counted], scene.n)
        low, high = wilson_interval(top, total)
        parts = {
            (every, self.rows): Part(total, total, own=False),
            (self.rows, self.covered): Part(top, top, positive=False, own=False),
        }
        return Result(divide(100 * top, total), top, total, 100 * low, 100 * high, parts)
