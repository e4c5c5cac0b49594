"""Suppression of one table, on rows of every kind: linear programming finds nothing that is hidden."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from benchmarks.facts_reckoned import KINDS, draw_rows, make_table
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


def compute_kind(seed: int, kind: str, n: int, most: int) -> dict[str, Result]:
    """The results of a kind's facts of some rows drawn by chance in n districts."""
    codes = [str(101 + at) for at in range(n)]
    rows = draw_rows(seed, YEAR, END, codes, 4, most)
    kinds = ["plans", "drills"] if kind == "plans" else [kind]
    tables = {name: make_table(name, rows[name]) for name in kinds}
    scene = Scene(prepare_ledgers(tables, pd.DataFrame({"code": codes, "name": codes})), YEAR, END)
    measures = [one for one in MEASURES.values() if kind in one.kinds and one.is_configured(scene)]
    return {one.fact: one.compute(scene) for one in measures}


def hide(results: Mapping[str, Result], *, below: int = 5, **known: Any) -> dict[str, list[bool]]:
    """Where one table's facts are hidden."""
    (masks,) = find_hidden([results], below=below, **known)
    assert list(masks) == list(results)
    return {fact: mask.tolist() for fact, mask in masks.items()}


def spread(results: Mapping[str, Result], hidden: Mapping[str, list[bool]], **known: Any) -> dict[Any, float]:
    """How far apart the least and the most are that each number can be, to one who sees what is not hidden."""
    parts = {key: part for result in results.values() for key, part in result.parts.items()}
    positive = {
        key: any(key in one.parts and one.parts[key].positive for one in results.values()) for key in parts
    }
    places = len(next(iter(results.values())).value)
    number = {cell: n for n, cell in enumerate((key, at) for key in parts for at in range(places))}
    low, high = np.zeros(len(number)), np.full(len(number), np.inf)
    for (key, at), n in number.items():
        of = [(fact, result) for fact, result in results.items() if key in result.parts]
        low[n] = min(float(positive[key]), parts[key].values[at])
        if not all(hidden[fact][at] for fact, _ in of):
            low[n] = high[n] = parts[key].values[at]
    equal, within = [], []

    def relate(lines: list[np.ndarray], whole: Any, rest: list[Any]) -> None:
        line = np.zeros(len(number))
        line[[number[cell] for cell in rest]] = 1
        line[number[whole]] -= 1
        lines.append(line)

    for key, part in parts.items():
        if part.additive:
            relate(equal, (key, places - 1), [(key, at) for at in range(places - 1)])
    pairs = {pair for pair in known.get("within", ()) if {*pair} <= {*parts}}
    for result in results.values():
        counts = [key for key, part in result.parts.items() if part.is_count]
        pairs |= {(counts[1], counts[0])} if len(counts) == 2 else set()
        if ALL_ROWS in parts:
            pairs |= {(key, ALL_ROWS) for key in counts if result.parts[key].own and key != ALL_ROWS}
    for at in range(places):
        for small, large in pairs:
            relate(within, (large, at), [(small, at)])
        for whole, rest in known.get("sums", ()):
            if {whole, *rest} <= {*parts}:
                relate(equal, (whole, at), [(key, at) for key in rest])
    found = {}
    for cell, n in number.items():
        if low[n] == high[n]:
            continue
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(number))
            cost[n] = sign
            answer = linprog(
                cost, A_eq=np.array(equal) if equal else None, b_eq=np.zeros(len(equal)) if equal else None,
                A_ub=np.array(within) if within else None, b_ub=np.zeros(len(within)) if within else None,
                bounds=np.c_[low, high],
            )  # fmt: skip
            ends.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
        found[cell] = ends[1] - ends[0]
    return found


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"population", "grid"}))
def test_no_number_hidden_of_any_kind_can_be_worked_out(kind: str) -> None:
    hidden = 0
    for seed in range(5 if kind in KNOWN else 3):
        results = compute_kind(seed, kind, 2 + seed % 5, (40, 12, 90)[seed % 3])
        below = 5 if seed % 4 else 3
        known = dict(zip(("sums", "within"), KNOWN.get(kind, ((), ())), strict=True))
        masks = hide(results, below=below, **known)
        for fact, result in results.items():
            sizes = np.min(
                [np.where(part.sizes > 0, part.sizes, np.inf) for part in result.parts.values()], axis=0
            )
            there = ~np.isnan(result.value) | (result.denominator > 0)
            assert not (~np.array(masks[fact]) & there & (sizes < below)).any(), fact
        for (key, at), width in spread(results, masks, **known).items():
            part = next(one.parts[key] for one in results.values() if key in one.parts)
            if part.values[at] > 0:
                assert width >= (1 - 1e-6 if part.is_count else 0.5), (seed, key, at)
                hidden += 1
    assert hidden > 3


def make_result(
    key: Any, values: Sequence[float], sizes: Sequence[float] | None = None, **flags: bool
) -> Result:
    """A number by district, and of all last; a count where no sizes are given."""
    numbers, nothing = np.array(values, float), np.full(len(values), np.nan)
    part = Part(numbers, numbers if sizes is None else np.array(sizes, float), **flags)
    return Result(numbers, nothing, nothing, nothing, nothing, {key: part})


def test_without_facts_nothing_is_hidden() -> None:
    assert find_hidden([{}], below=5) == [{}]


def test_numbers_less_than_a_half_apart_are_known() -> None:
    # A sum over 3 rows is hidden, and it is known to be above 0: of 0.9 in all, 0.5 here and something there.
    for values, wanted in (
        ([0.5, 7.0, 9.0, 16.5], [True, True, False, False]),
        ([0.25, 0.25, 9.0, 9.5], [True, True, True, False]),
        ([2.5, 2.5, 9.0, 14.0], [True, True, False, False]),
    ):
        results = {"sum": make_result("loss", values, [3, 3 if values[1] < 5 else 9, 9, 15])}
        assert hide(results)["sum"] == wanted


@pytest.mark.parametrize(
    ("beside", "positive"), [(0.5, False), (0.5, True), (1.0, True), (1.5, True), (0.0, False)]
)
def test_a_number_is_hidden_by_the_smallest_beside_it(beside: float, positive: bool) -> None:
    # Each may be more by what the other is less; what is 1 and known to be 1 at least may still be 2.
    results = {"sum": make_result("loss", [2, beside, 9, 11 + beside], [3, 9, 9, 21], positive=positive)}
    assert hide(results)["sum"] == [True, True, False, False]


def test_a_nought_hides_nothing() -> None:
    results = {"sum": make_result("loss", [2, 0, 9, 11], [3, 9, 9, 21])}
    assert hide(results)["sum"] == [True, False, True, False]


def test_numbers_that_do_not_add_up_hide_nothing_elsewhere() -> None:
    results = {"events": make_result("event", [2, 7, 8], [2, 7, 9], additive=False)}
    assert hide(results)["events"] == [True, False, False]


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
    below, within = 1 + int(rng.integers(1, 8)), within[: 2 if (loss < first).any() else None]
    masks = hide(results, below=below, sums=sums, within=within)
    for (key, at), width in spread(results, masks, sums=sums, within=within).items():
        part = next(one.parts[key] for one in results.values() if key in one.parts)
        if part.additive and part.values[at] > 0:
            assert width >= 0.5, (key, at)


def test_what_is_hidden_is_blank() -> None:
    columns = [np.arange(3.0) + 10 * n for n in range(5)]
    blank = blank_result(
        Result(*columns, {"key": Part(columns[0], columns[0])}), np.array([False, True, False])
    )
    shown = [blank.value, blank.numerator, blank.denominator, blank.low, blank.high]
    np.testing.assert_array_equal(shown, [[10 * n, np.nan, 10 * n + 2] for n in range(5)])
    assert columns[0].tolist() == [0, 1, 2]
