"""The grounds of answers: every predicate and amount names the columns it needs and the rows for which it is known.

What was not written down is not zero: an answer is unknown if the row's table lacks a required column, or if the
cell is empty and an empty cell has no meaning there (`empty` in the ledgers' metadata).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Generic

import numpy as np

from taizhang.facts.rows import Floats, Made, Mask, Rows
from taizhang.metadata.kinds import PREMISES_KEY

Test = Callable[[Rows], Mask]
Amount = Callable[[Rows], Floats]
# Where more of its base is unknown, a fact of that district and period is empty.
MOST_UNKNOWN = 0.1


def every(rows: Rows) -> Mask:
    """Return True for all rows."""
    return np.ones(len(rows), bool)


@dataclass(frozen=True)
class Ground:
    """Columns any one of which gives the answer, the rows concerned (`base`), and those with a `known` answer."""

    columns: tuple[str, ...]
    known: Test
    base: Test = every


@dataclass(frozen=True, eq=False)
class Grounded(Generic[Made]):
    """A function of rows with its grounds. False, or NaN, where the answer is unknown."""

    function: Callable[[Rows], Made]
    grounds: tuple[Ground, ...]

    def __call__(self, rows: Rows) -> Made:
        return self.function(rows)


def rests_on(*grounds: Ground) -> Callable[[Callable[[Rows], Made]], Grounded[Made]]:
    """Attach its grounds to a predicate or an amount."""
    return lambda function: Grounded(function, grounds)


def grounds_of(function: object) -> tuple[Ground, ...]:
    """Return the grounds of a predicate or an amount; none if it rests on columns that every row has."""
    return function.grounds if isinstance(function, Grounded) else ()


@cache
def knows(function: Callable[[Rows], object]) -> Test:
    """Return the rows for which the answer is known."""
    grounds = grounds_of(function)

    def is_known(rows: Rows) -> Mask:
        known = np.ones(len(rows), bool)
        for ground in grounds:
            known &= rows.test(ground.known) | ~rows.test(ground.base)
        return known

    return is_known


@cache
def answered(column: str) -> Test:
    """Return whether the cell gives an answer: filled in, or empty where an empty cell has a meaning."""
    return lambda rows: rows.answered(column)


@cache
def ask(column: str, base: Test = every) -> Ground:
    """Return the ground formed by a single column."""
    return Ground((column,), answered(column), base)


@cache
def names_premises(*columns: str) -> Ground:
    """Return the ground of rows that say, in one of these columns, which premises they are of."""
    return Ground(columns, known(PREMISES_KEY))


@cache
def number(column: str) -> Grounded[Floats]:
    """Return the number in a column, as the same object for each column; 0 if an empty cell means zero."""
    return Grounded(lambda rows: rows.amounts(column), (ask(column),))


@cache
def known(column: str) -> Test:
    """Return whether a column is filled in."""
    return lambda rows: rows.known(column)


@cache
def holds(column: str, value: str | bool) -> Grounded[Mask]:
    """Return whether a column holds a value."""
    return Grounded(lambda rows: rows.equals(column, value), (ask(column),))
