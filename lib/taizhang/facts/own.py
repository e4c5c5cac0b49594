"""A workbook's own facts: a function that says for each row whether, or how much, it counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.facts.measures import Amount, Count, Measure, Share, Sum, Test
from taizhang.facts.rows import Floats, Mask, Rows
from taizhang.metadata.facts import FactInfo


@dataclass(frozen=True)
class OwnFact:
    """A fact's definition and its function.

    The function takes the rows (a DataFrame with the kind's columns, of the period and dated up to as_of, or the
    stock) and the keyword `as_of` (Timestamp). It returns a Series on the same index: True or False for a count or a
    share, a number for a sum, NA if unknown.
    """

    info: FactInfo
    function: Callable[..., pd.Series]


def make_measures(own: Sequence[OwnFact]) -> dict[str, Measure]:
    """Make the measures of a workbook's own facts, by name."""
    return {fact.info.name: _make_measure(fact) for fact in own}


def _make_measure(fact: OwnFact) -> Measure:
    name, form = fact.info.name, fact.info.form

    def answer(rows: Rows) -> Floats:
        frame = rows.written()
        answers = fact.function(frame, as_of=pd.Timestamp(rows.as_of.item()))
        if not isinstance(answers, pd.Series) or not answers.index.equals(frame.index):
            raise ParameterError("facts.own.no_series", fact=name)
        return np.asarray(answers.astype("Float64"), float)

    def is_known(rows: Rows) -> Mask:
        return ~np.isnan(rows.test(answer))

    def is_counted(rows: Rows) -> Mask:
        return np.asarray(np.nan_to_num(rows.test(answer)) != 0)

    test: Test = is_counted
    amount: Amount = answer
    if form == "share":
        return Share(fact=name, counted=test, rows=is_known)
    if form == "sum":
        return Sum(fact=name, amount=amount, interval=fact.info.interval == "poisson")
    return Count(fact=name, counted=test, interval=fact.info.interval == "poisson")
