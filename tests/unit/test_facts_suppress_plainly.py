"""Suppression against its rules in plain Python, one cell at a time, on rows of every kind."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from facts_reckoned import KINDS, draw_rows, make_table

from taizhang.core.periods import parse_period
from taizhang.facts import complaints, hazards, prepare_ledgers
from taizhang.facts.compute import MEASURES
from taizhang.facts.measures import Part, Result, Scene, every
from taizhang.facts.suppress import blank_result, find_hidden

YEAR, END = parse_period("2021"), date(2021, 12, 31)
ALL_ROWS = (every, every)
KNOWN: dict[str, tuple[Any, Any]] = {
    "hazards": (hazards.SUMS, hazards.WITHIN),
    "complaints": ((), complaints.WITHIN),
}


class Plain:
    """What is hidden, found with dictionaries and loops alone."""

    def __init__(self, results: Mapping[str, Result], below: int, sums: Any, within: Any) -> None:
        self.results = results
        self.parts: dict[Any, Part] = {}
        self.positive: dict[Any, bool] = {}
        for result in results.values():
            for key, part in result.parts.items():
                self.parts.setdefault(key, part)
                self.positive[key] = self.positive.get(key, False) or part.positive
        self.value = {key: part.values.tolist() for key, part in self.parts.items()}
        self.additive = {key: part.additive for key, part in self.parts.items()}
        self.places = range(len(next(iter(results.values())).value))
        self.pairs = {(small, large) for small, large in within if {small, large} <= set(self.parts)}
        for result in results.values():
            counts = [key for key, part in result.parts.items() if part.sizes is part.values]
            self.pairs |= {(counts[1], counts[0])} if len(counts) == 2 else set()
            if ALL_ROWS in self.parts:
                self.pairs |= {(key, ALL_ROWS) for key in counts if result.parts[key].own and key != ALL_ROWS}
        self.sums = [(whole, list(rest)) for whole, rest in sums if {whole, *rest} <= set(self.parts)]
        self.rests = []
        for small, large in self.pairs:  # what is in the larger and not in the smaller adds up, too
            if self.additive[small] and self.additive[large]:
                rest = ("rest", small, large)
                self.value[rest] = [b - a for a, b in zip(self.value[small], self.value[large], strict=True)]
                self.additive[rest], self.positive[rest] = True, False
                self.rests.append((large, [small, rest]))
        self.hidden = {
            (key, at) for key, part in self.parts.items() for at in self.places if 1 <= part.sizes[at] < below
        }
        self.hide_all()

    def is_fact_hidden(self, fact: str, at: int) -> bool:
        result = self.results[fact]
        there = not np.isnan(result.value[at]) or result.denominator[at] > 0
        return there and any((key, at) in self.hidden for key in result.parts)

    def is_shown(self, key: Any, at: int) -> bool:
        return any(
            key in result.parts and not self.is_fact_hidden(fact, at) for fact, result in self.results.items()
        )

    def bound(self) -> tuple[dict[Any, list[float]], dict[Any, list[float]]]:
        """The least and the most that each part can be, to one who sees what is shown."""
        low: dict[Any, list[float]] = {}
        high: dict[Any, list[float]] = {}
        for key, values in self.value.items():
            least = 1 if self.positive[key] else 0
            seen = [self.is_shown(key, at) for at in self.places]
            low[key] = [values[at] if seen[at] else min(least, values[at]) for at in self.places]
            high[key] = [values[at] if seen[at] else np.inf for at in self.places]
        last = len(self.places) - 1
        for _ in range(50):
            before = repr((low, high))
            for at in self.places:
                for small, large in self.pairs:
                    low[large][at] = max(low[large][at], low[small][at])
                    high[small][at] = min(high[small][at], high[large][at])
                for whole, rest in [*self.sums, *self.rests]:
                    self.add_up([(low[key], high[key], at) for key in [whole, *rest]])
            for key in self.value:
                if self.additive[key]:
                    self.add_up([(low[key], high[key], at) for at in [last, *range(last)]])
            if repr((low, high)) == before:
                return low, high
        raise AssertionError("what is shown does not hold together")

    @staticmethod
    def add_up(cells: list[tuple[list[float], list[float], int]]) -> None:
        """The first cell is the sum of the others."""
        (low, high, at), *others = cells
        low[at] = max(low[at], sum(a[i] for a, _, i in others))
        high[at] = min(high[at], sum(b[i] for _, b, i in others))
        for one in others:
            a, b, i = one
            beside = [other for other in others if other is not one]
            a[i] = max(a[i], low[at] - sum(y[j] for _, y, j in beside))
            b[i] = min(b[i], high[at] - sum(x[j] for x, _, j in beside))

    def is_plain(self, key: Any, at: int, low: dict[Any, list[float]], high: dict[Any, list[float]]) -> bool:
        if self.is_shown(key, at) or high[key][at] - low[key][at] >= 0.5:
            return False
        return not any(  # nought, as all can see: nothing is above a nought
            small == key and self.is_shown(large, at) and self.value[large][at] == 0
            for small, large in self.pairs
        )

    def hide_beside(self, key: Any, at: int) -> bool:
        for whole, rest in self.sums:
            members = [whole, *rest]
            if key in members and sum(not self.is_shown(one, at) for one in members) == 1:
                others = [one for one in members if one != key and self.value[one][at] > 0]
                if others:
                    self.hidden.add((min(others, key=lambda one: self.value[one][at]), at))
                    return True
        return False

    def hide_elsewhere(self, key: Any, at: int, low: dict[Any, list[float]]) -> bool:
        if not self.additive[key]:
            return False
        last, values = len(self.places) - 1, self.value[key]
        others = [
            other
            for other in range(last)
            if self.is_shown(key, other) and values[other] > (1 if self.positive[key] else 0)
        ]
        if others:
            other = min(others, key=lambda one: values[one])
            self.hidden.add((key, other))
            self.hidden |= {
                (small, other)
                for small, large in self.pairs
                if large == key and low[small][other] >= values[other]
            }
            return True
        if at != last and self.is_shown(key, last):
            self.hidden.add((key, last))
            return True
        return False

    def hide_all(self) -> None:
        while self.hidden:
            low, high = self.bound()
            cells = [
                (key, at) for key in self.parts for at in self.places if self.is_plain(key, at, low, high)
            ]
            beside = [self.hide_beside(key, at) for key, at in cells]  # all of them
            if not any(beside) and not any(self.hide_elsewhere(key, at, low) for key, at in cells):
                break


def compute_kind(seed: int, kind: str, n: int, most: int) -> dict[str, Result]:
    """The results of a kind's facts of some rows drawn by chance in n districts."""
    codes = [str(101 + at) for at in range(n)]
    rows = draw_rows(seed, YEAR, END, codes, 4, most)
    kinds = ["plans", "drills"] if kind == "plans" else [kind]
    tables = {name: make_table(name, rows[name]) for name in kinds}
    scene = Scene(prepare_ledgers(tables, pd.DataFrame({"code": codes, "name": codes})), YEAR, END)
    measures = [one for one in MEASURES.values() if kind in one.kinds and one.is_configured(scene)]
    return {one.fact: one.compute(scene) for one in measures}


def compare(results: Mapping[str, Result], below: int, sums: Any = (), within: Any = ()) -> int:
    """How many numbers are hidden, by both reckonings the same."""
    found = find_hidden(results, below=below, sums=sums, within=within)
    plain = Plain(results, below, sums, within)
    assert list(found) == list(results)
    for fact, mask in found.items():
        assert mask.dtype == bool
        assert mask.tolist() == [plain.is_fact_hidden(fact, at) for at in plain.places], fact
    return sum(int(mask.sum()) for mask in found.values())


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"population", "grid"}))
def test_what_is_hidden_is_what_the_rules_say(kind: str) -> None:
    hidden = 0
    for seed in range(24 if kind in KNOWN else 6):
        results = compute_kind(seed, kind, 1 + seed % 6, (12, 40, 90)[seed % 3])
        hidden += compare(results, 5 if seed % 4 else 3, *KNOWN.get(kind, ((), ())))
    assert hidden > 5


def make_result(
    key: Any, values: Sequence[float], sizes: Sequence[float] | None = None, **flags: bool
) -> Result:
    """A number by district, and of all last; a count where no sizes are given."""
    numbers, nothing = np.array(values, float), np.full(len(values), np.nan)
    part = Part(numbers, numbers if sizes is None else np.array(sizes, float), **flags)
    return Result(numbers, nothing, nothing, nothing, nothing, {key: part})


def test_without_facts_nothing_is_hidden() -> None:
    assert find_hidden({}, below=5) == {}


def test_numbers_less_than_a_half_apart_are_known() -> None:
    # A sum over 3 rows is hidden, and it is known to be above 0: of 0.9 in all, 0.5 here and something there.
    for values, wanted in (
        ([0.5, 7.0, 9.0, 16.5], [True, True, False, False]),
        ([0.25, 0.25, 9.0, 9.5], [True, True, True, False]),
        ([2.5, 2.5, 9.0, 14.0], [True, True, False, False]),
    ):
        results = {"sum": make_result("loss", values, [3, 3 if values[1] < 5 else 9, 9, 15])}
        assert find_hidden(results, below=5)["sum"].tolist() == wanted
        compare(results, 5)


@pytest.mark.parametrize(
    ("beside", "positive", "wanted"),
    [
        (0.5, False, [True, True, False, False]),
        (0.5, True, [True, False, True, False]),
        (1.0, True, [True, False, True, False]),
        (1.5, True, [True, True, False, False]),
        (0.0, False, [True, False, True, False]),
    ],
)
def test_a_number_that_hides_another_can_be_smaller_itself(
    beside: float, positive: bool, wanted: list[bool]
) -> None:
    # One known to be 1 at least hides nothing by being 1.
    results = {"sum": make_result("loss", [2, beside, 9, 11 + beside], [3, 9, 9, 21], positive=positive)}
    assert find_hidden(results, below=5)["sum"].tolist() == wanted
    compare(results, 5)


def test_numbers_that_do_not_add_up_hide_nothing_elsewhere() -> None:
    results = {"events": make_result("event", [2, 7, 8], [2, 7, 9], additive=False)}
    assert find_hidden(results, below=5)["events"].tolist() == [True, False, False]
    compare(results, 5)


@pytest.mark.parametrize("seed", range(60))
def test_wholes_and_parts_and_what_is_never_above_another(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 7))
    scale = rng.choice([1, 4, 12])

    def add(values: Any) -> list[float]:
        return [*values, values.sum()]

    first, second, third = (rng.poisson(scale, n) * (rng.random(n) < 0.85) for _ in range(3))
    among = rng.binomial(first, 0.5)
    loss = first * rng.choice([0.5, 1, 3.5], n)
    results = {
        "first": make_result("first", add(first), own=bool(seed % 2)),
        "whole": make_result("whole", add(first + second + third)),
        "second": make_result("second", add(second)),
        "third": make_result("third", add(third), positive=bool(seed % 3)),
        "among": make_result("among", add(among), positive=False),
        "loss": make_result("loss", add(loss), add(first)),
        "kinds": make_result(
            "kinds", [*np.minimum(among, 3), min(among.max(), 3)], add(among), additive=False
        ),
    }
    if seed % 5 == 0:
        del results["third"]
    sums = (("whole", ("first", "second", "third")), ("whole", ("first", "nobody's")))
    within = (
        ("among", "first"),
        ("kinds", "among"),
        ("first", "loss"),
        ("nobody's", "first"),
        ("first", "nobody's"),
    )
    if seed % 2:
        within = within[:1]
    compare(results, 1 + int(rng.integers(1, 8)), sums, within[: 2 if (loss < first).any() else None])


def test_what_is_hidden_is_blank() -> None:
    columns = [np.arange(3.0) + 10 * n for n in range(5)]
    blank = blank_result(
        Result(*columns, {"key": Part(columns[0], columns[0])}), np.array([False, True, False])
    )
    shown = [blank.value, blank.numerator, blank.denominator, blank.low, blank.high]
    np.testing.assert_array_equal(shown, [[10 * n, np.nan, 10 * n + 2] for n in range(5)])
    assert columns[0].tolist() == [0, 1, 2]
