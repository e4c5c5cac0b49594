"""What an answer rests on: every predicate and amount says of which columns it is told, and of which rows it is known.

What was not written down is not zero: an answer that rests on a column which a row's table lacks, or on an empty
cell that says nothing (`empty` in the ledgers' metadata), is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Generic

import numpy as np

from taizhang.facts.rows import Floats, Made, Mask, Rows

Test = Callable[[Rows], Mask]
Amount = Callable[[Rows], Floats]
# Where more of its base is unknown, a fact of that district and period is empty.
MOST_UNKNOWN = 0.1


def every(rows: Rows) -> Mask:
    """All rows."""
    return np.ones(len(rows), bool)


@dataclass(frozen=True)
class Ground:
    """Columns of which any answers, the rows that are asked (`base`), and those whose answer is `known`."""

    columns: tuple[str, ...]
    known: Test
    base: Test = every


@dataclass(frozen=True, eq=False)
class Grounded(Generic[Made]):
    """A function of rows with its grounds. False, or NaN, where the answer is not known."""

    function: Callable[[Rows], Made]
    grounds: tuple[Ground, ...]

    def __call__(self, rows: Rows) -> Made:
        return self.function(rows)


def rests_on(*grounds: Ground) -> Callable[[Callable[[Rows], Made]], Grounded[Made]]:
    """Give a predicate or an amount its grounds."""
    return lambda function: Grounded(function, grounds)


def grounds_of(function: object) -> tuple[Ground, ...]:
    """The grounds of a predicate or an amount; none where it rests on what every row has."""
    return function.grounds if isinstance(function, Grounded) else ()


@cache
def knows(function: Callable[[Rows], object]) -> Test:
    """Of which rows the answer is known."""
    grounds = grounds_of(function)

    def is_known(rows: Rows) -> Mask:
        known = np.ones(len(rows), bool)
        for ground in grounds:
            known &= rows.test(ground.known) | ~rows.test(ground.base)
        return known

    return is_known


@cache
def answered(column: str) -> Test:
    """Whether the cell says something: written, or empty if that has a meaning."""
    return lambda rows: rows.answered(column)


@cache
def ask(column: str, base: Test = every) -> Ground:
    """The ground of a column by itself."""
    return Ground((column,), answered(column), base)


@cache
def number(column: str) -> Grounded[Floats]:
    """The number in a column, one and the same for each column; 0 if an empty cell says so."""
    return Grounded(lambda rows: rows.amounts(column), (ask(column),))


@cache
def known(column: str) -> Test:
    """Whether a column is filled."""
    return lambda rows: rows.known(column)


@cache
def holds(column: str, value: str | bool) -> Grounded[Mask]:
    """Whether a column holds a value."""
    return Grounded(lambda rows: rows.equals(column, value), (ask(column),))
