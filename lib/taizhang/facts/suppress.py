"""Small counts of sensitive kinds are hidden, and as many others as it takes that none can be worked out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from taizhang.facts.measures import Part, Result, every
from taizhang.facts.rows import Floats, Mask

Key = object
Sum = tuple[Key, tuple[Key, ...]]  # a whole and its parts, within each district
Pair = tuple[Key, Key]  # the first is never above the second
ROUNDS = 50  # of narrowing bounds; each is monotone, so stopping early only overlooks a very long chain


@dataclass
class _Table:
    """Parts by district (the whole area last), which facts show them, and what is hidden so far."""

    keys: list[Key]
    values: Floats  # parts x (districts + 1)
    additive: Mask  # parts
    positive: Mask  # parts
    facts: list[list[int]]  # the parts of each fact
    hidden: Mask  # parts x (districts + 1): chosen to be hidden
    exists: Mask  # facts x (districts + 1): has a number to hide
    sums: list[tuple[int, list[int]]]
    within: list[tuple[int, int]]
    # large = small + rest for each pair within: the rests, which no fact shows, add up over districts, too.
    rests: list[tuple[int, list[int]]]

    def hide_facts(self) -> Mask:
        """A fact is hidden where a part of it is."""
        return np.array([self.hidden[parts].any(axis=0) for parts in self.facts]) & self.exists

    def shown(self) -> Mask:
        """A part is seen where a fact that is not hidden shows it."""
        seen = np.zeros_like(self.hidden)
        for at, hidden in enumerate(self.hide_facts()):
            seen[self.facts[at]] |= ~hidden
        return seen


def _lay_out(results: Collection[Result], below: int, sums: Sequence[Sum], within: Sequence[Pair]) -> _Table:
    parts: dict[Key, Part] = {}
    positive: dict[Key, bool] = {}
    for result in results:
        for key, part in result.parts.items():
            parts.setdefault(key, part)
            positive[key] = positive.get(key, False) or part.positive
    keys = list(parts)
    number = {key: n for n, key in enumerate(keys)}
    sizes = np.array([parts[key].sizes for key in keys])
    pairs = {(number[a], number[b]) for a, b in within if a in number and b in number}
    whole = number.get((every, every))
    for result in results:
        counts = [number[key] for key, part in result.parts.items() if part.is_count]
        if len(counts) == 2:  # of a share: its denominator, then its numerator
            pairs.add((counts[1], counts[0]))
        for key, part in result.parts.items():
            if whole is not None and part.is_count and part.own and number[key] != whole:
                pairs.add((number[key], whole))
    values = np.array([parts[key].values for key in keys])
    additive = np.array([parts[key].additive for key in keys])
    both = [(small, large) for small, large in sorted(pairs) if additive[small] and additive[large]]
    rests = np.array([values[large] - values[small] for small, large in both]).reshape(-1, values.shape[1])
    return _Table(
        keys=keys,
        values=np.vstack([values, rests]),
        additive=np.append(additive, np.ones(len(both), bool)),
        positive=np.append([positive[key] for key in keys], np.zeros(len(both))).astype(bool),
        facts=[[number[key] for key in result.parts] for result in results],
        hidden=np.vstack([(sizes >= 1) & (sizes < below), np.zeros(rests.shape, bool)]),
        exists=np.array([~np.isnan(result.value) | (result.denominator > 0) for result in results]),
        sums=[
            (number[whole], [number[key] for key in rest])
            for whole, rest in sums
            if whole in number and all(key in number for key in rest)
        ],
        within=sorted(pairs),
        rests=[(large, [small, len(keys) + n]) for n, (small, large) in enumerate(both)],
    )


def _bound(table: _Table) -> tuple[Floats, Floats]:
    """The range in which a reader who knows all that is shown can place every number."""
    shown = table.shown()
    least = np.where(table.positive, 1.0, 0.0)[:, None]
    bounds = np.array(
        [
            np.where(shown, table.values, np.minimum(least, table.values)),
            np.where(shown, table.values, np.inf),
        ]
    )
    low, high = bounds
    for _ in range(ROUNDS):
        before = bounds.copy()
        for small, large in table.within:
            low[large] = np.maximum(low[large], low[small])
            high[small] = np.minimum(high[small], high[large])
        for whole, rest in (*table.sums, *table.rests):
            _narrow(low, high, whole, rest)
        for part in np.flatnonzero(table.additive):
            _narrow_row(low[part], high[part])
        if np.array_equal(before, bounds):
            break
    return low, high


def _follow_from_zero(table: _Table) -> Mask:
    """Parts that are 0 because one shown above them is: nothing is to be kept from view there."""
    zero = table.shown() & (table.values == 0)
    follow = np.zeros_like(zero)
    for small, large in table.within:
        follow[small] |= zero[large]
    return follow


def _narrow(low: Floats, high: Floats, whole: int, rest: list[int]) -> None:
    """Narrow a whole and its parts within each district."""
    low[whole] = np.maximum(low[whole], low[rest].sum(axis=0))
    high[whole] = np.minimum(high[whole], high[rest].sum(axis=0))
    for part in rest:
        others = [other for other in rest if other != part]
        low[part] = np.maximum(low[part], low[whole] - high[others].sum(axis=0))
        high[part] = np.minimum(high[part], high[whole] - low[others].sum(axis=0))


def _narrow_row(low: Floats, high: Floats) -> None:
    """Narrow the districts (all but the last) and the whole area (the last)."""
    low[-1] = max(low[-1], low[:-1].sum())
    high[-1] = min(high[-1], high[:-1].sum())
    high[:-1] = np.minimum(high[:-1], high[-1] - low[:-1].sum() + low[:-1])
    endless = np.isinf(high[:-1])
    finite = np.where(endless, 0, high[:-1])
    others = np.where(endless.sum() > endless, np.inf, finite.sum() - finite)
    low[:-1] = np.maximum(low[:-1], low[-1] - others)


def _hide_beside(table: _Table, part: int, at: int) -> bool:
    """Hide the smallest other member of a sum within the district that gives `part` away."""
    shown = table.shown()
    for whole, rest in table.sums:
        members = [whole, *rest]
        if part in members and sum(not shown[member, at] for member in members) == 1:
            others = [member for member in members if member != part and table.values[member, at] > 0]
            if others:
                table.hidden[min(others, key=lambda member: float(table.values[member, at])), at] = True
                return True
    return False


def _hide_elsewhere(table: _Table, low: Floats, part: int, at: int) -> bool:
    """Hide the smallest next district, or else the whole area."""
    if not table.additive[part]:
        return False
    values, shown = table.values[part], table.shown()[part]
    last = len(values) - 1
    candidates = np.flatnonzero(shown[:last] & (values[:last] > (1 if table.positive[part] else 0)))
    if len(candidates):
        other = candidates[np.argmin(values[candidates])]
        table.hidden[part, other] = True
        # A part shown beneath it and as large would say that it can be no smaller.
        for small, large in table.within:
            if large == part and low[small, other] >= values[other]:
                table.hidden[small, other] = True
        return True
    if at != last and shown[last]:
        table.hidden[part, last] = True
        return True
    return False


def find_hidden(
    results: Mapping[str, Result],
    *,
    below: int,
    sums: Sequence[Sum] = (),
    within: Sequence[Pair] = (),
) -> dict[str, Mask]:
    """Which numbers of a kind's facts are to be hidden.

    Counts of 1 to `below` - 1 rows are hidden, and the shares and sums over so few. Then the smallest
    others, until no hidden count can be worked out exactly: not from the whole area less the other
    districts, nor from sums within a district, nor from bounds such as that those resolved are among those
    received.

    Parameters
    ----------
    results : Mapping of str to Result
        All facts of one kind, by name.
    below : int
        The smallest count that may be shown; 0 is always shown.
    sums : sequence of (key, keys)
        Parts that add up to another within each district.
    within : sequence of (key, key)
        Parts that are never above another.

    Returns
    -------
    dict of str to ndarray of bool, shape (districts + 1,)
        By name.

    Notes
    -----
    Zeros are not hidden, so a reader knows a hidden count to be at least 1. Numbers of other periods are
    not looked at: facts of a year and of all its months, shown side by side, may still give a month away.
    """
    if not results:
        return {}
    table = _lay_out(results.values(), below, sums, within)
    while table.hidden.any():
        low, high = _bound(table)
        pinned = ~table.shown() & (high - low < 0.5) & ~_follow_from_zero(table)
        pinned[len(table.keys) :] = False  # a rest that is known gives away no number by itself
        cells = [(int(part), int(at)) for part, at in np.argwhere(pinned)]
        # Within districts all at once; across them one at a time, as one more may be enough for many.
        beside = [_hide_beside(table, part, at) for part, at in cells]
        if not any(beside) and not any(_hide_elsewhere(table, low, part, at) for part, at in cells):
            break
    hidden = table.hide_facts()
    return {fact: hidden[at] for at, fact in enumerate(results)}


def blank_result(result: Result, blank: Mask) -> Result:
    """The result with everything empty where hidden or not known, but of how many rows it is known."""
    value, numerator, denominator, low, high = (
        np.where(blank, np.nan, numbers)
        for numbers in (result.value, result.numerator, result.denominator, result.low, result.high)
    )
    return Result(
        value, numerator, denominator, low, high, known=result.known, of=result.of, unknown=result.unknown
    )


def hides_counts(result: Result, hidden: Mask, below: int) -> bool:
    """Whether a fact has something hidden, or its base or what is known of it is a count as small."""
    small = [(n >= 1) & (n < below) for n in (result.known, result.of, result.of - result.known)]
    return bool((hidden | np.any(small, axis=0)).any())


def leave_out_base(result: Result) -> Result:
    """The result without saying of how many rows it is known."""
    nothing = np.full(result.value.shape, np.nan)
    return replace(result, known=nothing, of=nothing)
