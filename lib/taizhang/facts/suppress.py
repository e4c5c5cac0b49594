"""Hides small counts of sensitive kinds, and as many other numbers as needed so that none can be derived."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from taizhang.facts.measures import STOCK, Part, Result, every
from taizhang.facts.rows import Floats, Mask, Numbers

if TYPE_CHECKING:
    from taizhang.facts.protect import Cells, Keep

Key = object
Sum = tuple[Key, tuple[Key, ...]]  # a whole and its parts, within each district
Pair = tuple[Key, Key]  # the first is never above the second
Table = Mapping[str, Result]  # the results of one kind's facts in one period, by fact
# What one would rather see: the whole area than a district, a longer period than a shorter.
_AREA, _LONGER, _LARGER = 0.2, 0.1, 0.01
BETWEEN = -1


@dataclass(frozen=True)
class Link:
    """A relation between tables: the others are parts of `whole`.

    `same_day`: all are read as of the same day, so that the parts add up to the whole. `state`: of the rows that all
    are counted from, the present being 0; `BETWEEN` two states.
    """

    whole: int
    parts: tuple[int, ...]
    same_day: bool
    state: int = 0


@dataclass(frozen=True)
class Disclosed:
    """What of a table, by its number, a release shows and hides: places by fact."""

    table: int
    shown: Mapping[str, Mask]
    hidden: Mapping[str, Mask]


class Layout:
    """The numbers of all tables in one array of cells."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tables
        self.numbers: list[dict[Key, int]] = []  # by table: the number of each part
        self.parts: list[Part] = []
        self.positive: list[bool] = []
        self.aliases: list[dict[Key, Key]] = []
        for table in tables:
            numbers: dict[Key, int] = {}
            aliases: dict[Key, Key] = {}
            for result in table.values():
                aliases |= result.aliases
                for key, part in result.parts.items():
                    if key not in numbers:
                        numbers[key] = len(self.parts)
                        self.parts.append(part)
                        self.positive.append(False)
                    self.positive[numbers[key]] |= part.positive
            self.numbers.append(numbers)
            self.aliases.append(aliases)
        self.places = len(self.parts[0].values)
        self.values = np.array([part.values for part in self.parts]).ravel()
        self.sizes = np.array([part.sizes for part in self.parts]).ravel()
        self.equal: list[tuple[int, Numbers]] = []
        self.within: list[tuple[int, Numbers]] = []

    def select(self, tables: Collection[int]) -> Mask:
        """The cells of some tables."""
        found = np.zeros((len(self.parts), self.places), bool)
        found[[number for at in tables for number in self.numbers[at].values()]] = True
        return found.ravel()

    def mark(self, facts: Iterable[tuple[int, Mapping[str, Mask]]]) -> Mask:
        """The cells that facts of tables have in some places."""
        found = np.zeros((len(self.parts), self.places), bool)
        for at, masks in facts:
            for fact, mask in masks.items():
                for key in self.tables[at][fact].parts:
                    found[self.numbers[at][key]] |= mask
        return found.ravel()

    def relate(self, sums: Sequence[Sum], within: Sequence[Pair]) -> None:
        """Relate the parts of each table, within every place and across places."""
        for at in range(len(self.tables)):
            self._relate_within(at, sums, within)
        for number in range(len(self.parts)):
            self._relate_places(number)

    def find(self, table: int, key: Key) -> int | None:
        """Return the number of a part in a table, under its own key or another key for the same rows."""
        numbers = self.numbers[table]
        return numbers.get(key, numbers.get(self.aliases[table].get(key, key)))

    def cell(self, part: int, place: int) -> int:
        return part * self.places + place

    def _relate(self, wholes: list[tuple[int, Numbers]], whole: int, parts: Sequence[int]) -> None:
        """Relate the parts within every place where it is true.

        As of a past day, more cases may be reported closed without a day than were closed.
        """
        values = self.values.reshape(-1, self.places)
        beyond = values[list(parts)].sum(axis=0) - values[whole]
        holds = np.isclose(beyond, 0) | ((beyond < 0) & (wholes is self.within))
        for place in np.flatnonzero(holds):
            wholes.append((self.cell(whole, int(place)), np.array(parts) * self.places + place))

    def _relate_places(self, part: int) -> None:
        first, last = self.cell(part, 0), self.cell(part, self.places - 1)
        if self.parts[part].additive:
            self.equal.append((last, np.arange(first, last)))
        else:
            self.within += [
                (last, np.array([cell]))
                for cell in range(first, last)
                if self.values[cell] <= self.values[last]
            ]

    def _relate_within(self, table: int, sums: Sequence[Sum], within: Sequence[Pair]) -> None:
        found = self.numbers[table]
        pairs = {
            (a, b) for a, b in ((self.find(table, a), self.find(table, b)) for a, b in within)
            if a is not None and b is not None
        }  # fmt: skip
        everything = found.get((every, every))
        for result in self.tables[table].values():
            counts = [found[key] for key, part in result.parts.items() if part.is_count]
            if len(counts) == 2:  # of a share: its denominator, then its numerator
                pairs.add((counts[1], counts[0]))
            pairs |= {
                (found[key], everything)
                for key, part in result.parts.items()
                if everything is not None and part.is_count and part.own and found[key] != everything
            }
        for small, large in sorted(pairs):
            self._relate(self.within, large, [small])
        for large_key, rest in sums:
            total, parts = self.find(table, large_key), [self.find(table, key) for key in rest]
            if total is not None and None not in parts:
                self._relate(self.equal, total, [one for one in parts if one is not None])

    def link(self, links: Sequence[Link]) -> None:
        """Relate the parts of linked tables by everything that is true of them; no reader can know more."""
        found: dict[tuple[int, Key], list[tuple[bool, int, list[int]]]] = {}
        for link in links:
            tables = (link.whole, *link.parts)
            for key in dict.fromkeys(key for table in tables for key in self.numbers[table]):
                numbers = [number for table in tables if (number := self.find(table, key)) is not None]
                if len(numbers) == len(tables):
                    found.setdefault((link.state, key), []).append((link.same_day, numbers[0], numbers[1:]))
        values = self.values.reshape(-1, self.places)
        for (state, key), related in found.items():
            if state == BETWEEN:
                for _, whole, (part,) in related:
                    self._relate_same(whole, part)
                continue
            sums = [(values[whole], values[parts].sum(axis=0)) for _, whole, parts in related]
            # What no later day changes, such as what was received, always adds up.
            lasting = key == (every, every) or (
                all(np.allclose(whole, total) for whole, total in sums)
                and any(whole.any() for whole, _ in sums)
            )
            for same_day, whole, parts in related:
                if (
                    isinstance(key, tuple) and key[0] is STOCK
                ):  # as it stands at the end, which is the last part's
                    self._link(whole, parts[-1:], adds_up=True)
                else:
                    self._link(whole, parts, adds_up=same_day or lasting)

    def _relate_same(self, one: int, other: int) -> None:
        """Relate what is the same in two states."""
        values = self.values.reshape(-1, self.places)
        for place in np.flatnonzero(np.isclose(values[one], values[other])):
            self.equal.append((self.cell(one, int(place)), np.array([self.cell(other, int(place))])))

    def _link(self, whole: int, parts: Sequence[int], *, adds_up: bool) -> None:
        values = self.values.reshape(-1, self.places)
        total = values[parts].sum(axis=0)
        same = np.isclose(total, values[whole]) & adds_up
        for place in range(self.places):
            cells, large = np.array(parts) * self.places + place, self.cell(whole, place)
            if same[place]:
                self.equal.append((large, cells))
            elif total[place] <= values[whole, place]:
                self.within.append((large, cells))
            else:  # such as different values, of which there are no more in all than in the parts together
                self.within += [
                    (large, np.array([cell])) for cell in cells if self.values[cell] <= self.values[large]
                ]


def find_hidden(
    tables: Sequence[Table],
    *,
    below: int,
    sums: Sequence[Sum] = (),
    within: Sequence[Pair] = (),
    links: Sequence[Link] = (),
    disclosed: Sequence[Disclosed] = (),
    present: int | None = None,
    keep: "Keep | None" = None,
) -> list[dict[str, Mask]]:
    """Return which numbers of a kind's facts must be hidden, in tables that are published together.

    Counts of 1 to `below` - 1 rows are hidden, and the shares and sums over so few rows. Then as few other numbers as
    possible are hidden, until no hidden count can be derived exactly: not from the whole area minus the other
    districts, not from sums within a district, not from the months of a year, and not from bounds such as that the
    cases resolved are among those received.

    Parameters
    ----------
    tables : sequence of Mapping of str to Result
        All facts of one kind, by name, for each period.
    below : int
        The smallest count that may be shown; 0 is always shown.
    sums : sequence of (key, keys)
        Parts that add up to another part within each district.
    within : sequence of (key, key)
        Parts that are never above another.
    links : sequence of Link
        Between the tables.
    disclosed : sequence of Disclosed
        What releases show and hide. What they show is known and can't be hidden; what they hide must not become known.
    present : int, optional
        How many of the tables, the first, are published now; default: all. The others are of releases.
    keep : callable, optional
        As for `hide_facts`.

    Returns
    -------
    list of dict of str to ndarray of bool, shape (districts + 1,)
        For each table by fact.

    Notes
    -----
    Zeros are not hidden, so a reader knows a hidden count to be at least 1.
    """
    if not any(result.parts for table in tables for result in table.values()):
        return [
            {fact: np.zeros(result.value.shape, bool) for fact, result in table.items()} for table in tables
        ]
    layout = Layout(tables)
    tables = tables[:present]
    small = (layout.sizes >= 1) & (layout.sizes < below) & layout.select(range(len(tables)))
    released = layout.select({one.table for one in disclosed})
    published = layout.mark((one.table, one.shown) for one in disclosed)
    small |= layout.mark((one.table, one.hidden) for one in disclosed)
    facts = [(at, fact, result) for at, table in enumerate(tables) for fact, result in table.items()]
    hidden = np.zeros((len(facts), layout.places), bool)
    if small.any():
        from taizhang.facts.protect import hide_facts  # scipy, which takes long to load

        layout.relate(sums, within)
        layout.link(links)
        cells = _make_cells(layout, [(at, result) for at, _, result in facts], links)
        cells = replace(cells, published=published, kept=released | layout.select(range(len(tables))))
        hidden = hide_facts(cells, small, keep).reshape(hidden.shape)
    masks: list[dict[str, Mask]] = [{} for _ in tables]
    for (at, fact, _), mask in zip(facts, hidden, strict=True):
        masks[at][fact] = mask
    return masks


def _make_cells(layout: Layout, facts: Sequence[tuple[int, Result]], links: Sequence[Link]) -> "Cells":
    from scipy import sparse

    from taizhang.facts.protect import Cells

    places = layout.places
    shows = [
        (number, layout.numbers[at][key]) for number, (at, result) in enumerate(facts) for key in result.parts
    ]
    spread = np.array(shows)[:, :, None] * places + np.arange(places)
    rows, columns = spread[:, 0].ravel(), spread[:, 1].ravel()
    exists = np.array([~np.isnan(result.value) | (result.denominator > 0) for _, result in facts]).ravel()
    counts = np.array([bool((part.values == np.floor(part.values)).all()) for part in layout.parts])
    positive = np.repeat(layout.positive, places)
    weights = np.ones((len(layout.parts), places))
    weights[:, -1] += _AREA
    families: dict[Key, int] = {}
    family = np.array(
        [
            families.setdefault(layout.aliases[at].get(key, key), len(families))
            for at, numbers in enumerate(layout.numbers)
            for key in numbers
        ]
    )
    wholes = {link.whole for link in links}
    longer = [number for at in wholes for number in layout.numbers[at].values()]
    weights[longer] += _LONGER
    values = layout.values
    return Cells(
        values=values,
        least=np.where(positive, np.minimum(1, values), 0),
        counts=np.repeat(counts, places),
        fixed=positive & (values == 0),
        shows=sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(exists), len(values))),
        exists=exists,
        weights=weights.ravel() + _LARGER * np.log1p(np.abs(values)),
        family=np.repeat(family, places),
        equal=layout.equal,
        within=layout.within,
    )


def blank_result(result: Result, blank: Mask) -> Result:
    """Return the result with hidden or unknown values blank, except the number of known rows."""
    value, numerator, denominator, low, high = (
        np.where(blank, np.nan, numbers)
        for numbers in (result.value, result.numerator, result.denominator, result.low, result.high)
    )
    return Result(
        value, numerator, denominator, low, high, known=result.known, of=result.of, unknown=result.unknown
    )


def hides_counts(result: Result, hidden: Mask, below: int) -> bool:
    """Return whether a fact has something hidden, or a small number of rows in its base or known rows."""
    small = [(n >= 1) & (n < below) for n in (result.known, result.of, result.of - result.known)]
    return bool((hidden | np.any(small, axis=0)).any())


def leave_out_base(result: Result) -> Result:
    """Return the result without its numbers of known rows."""
    nothing = np.full(result.value.shape, np.nan)
    return replace(result, known=nothing, of=nothing)


def is_same(one: Result, other: Result) -> bool:
    """Return whether two results of a fact are the same."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("value", "numerator", "denominator")
    )


def _round(values: Floats, base: int) -> Floats:
    return np.maximum(base, base * np.floor(values / base + 0.5))


def bound_rounded(values: Floats, base: int) -> tuple[Floats, Floats]:
    """Return the least and the greatest possible value of counts of at least 1 that are shown rounded like this."""
    rounded = _round(values, base)
    return np.where(rounded == base, 1, np.ceil(rounded - base / 2)), np.ceil(rounded + base / 2) - 1


def round_counts(result: Result, base: int, *, is_count: bool) -> tuple[Result, Mask]:
    """The result with counts rounded, and where it is not exact.

    Counts are rounded to the nearest multiple of `base`, but a count above 0 never to less than `base`. Shares,
    sums and medians are left out, as they would reveal the exact counts. So is the whole area's count if it is the
    least or the greatest possible sum of the districts, which would reveal each of them.
    """
    value = result.value
    inexact = ~np.isnan(value) & (value != 0)
    if not is_count:
        inexact |= result.denominator > 0
    blank = blank_result(result, inexact)
    if is_count:
        rounded = np.where(inexact, _round(value, base), value)
        least, most = (np.where(inexact, end, value) for end in bound_rounded(value, base))
        if least[:-1].sum() == most[-1] or most[:-1].sum() == least[-1]:
            rounded[-1] = np.nan if inexact[-1] else rounded[-1]
        blank = replace(blank, value=rounded)
    return leave_out_base(blank), inexact
