"""Which differences a report may state: everything it tests is one family, adjusted once.

A call is a statement that something differs: a fact from the year before, a district from the others, a key period from
other days. It is identified by its subject, such as ``("change", "hazards.found", "year")``, and has the probability of
such a difference by chance. Words, tables, figures and findings ask only here whether a difference is beyond chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from taizhang.analysis.differences import (
    find_scatter,
    list_comparisons,
    weigh_change,
    weigh_part,
    weigh_place,
)
from taizhang.analysis.exhibits import is_shown
from taizhang.analysis.outcomes import study_drills
from taizhang.analysis.patterns import look_for_pattern, weigh_pattern
from taizhang.analysis.time import KINDS, MONTHLY, chart_hazards, find_months, list_key_periods
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.metadata.rules import load_rules
from taizhang.stats.intervals import ALPHA

Name = tuple[str | int, ...]


@once_per_view
def list_calls(view: View) -> Mapping[Name, float]:
    """Return the probability of every statement of difference that a report on the view can make; NaN if there is
    none.

    A township's report and a comparison of all districts each form their own family.
    """
    calls: dict[Name, float] = {}
    for fact, info in view.fact_infos.items():
        if info.interval == "none" or view.fact(fact) is None:
            continue
        for then in list_comparisons(view):
            calls["change", fact, then] = weigh_change(view, fact, view.district, then)
        if view.district == ALL:
            if info.key:
                calls |= {("place", fact, code): weigh_place(view, fact, code) for code in _codes(view)}
        elif info.interval == "wilson":
            calls["place", fact, view.district] = weigh_place(view, fact, view.district)
    calls |= _list_over_time(view)
    for code in [view.district, *(_codes(view) if view.district == ALL else [])]:
        for rule in load_rules():
            if rule.check == "overdue":
                calls["part", rule.fact, code] = weigh_part(view, rule.fact, rule.of, code)
            if rule.check == "count_up":
                calls["rise", rule.fact, code] = weigh_change(view, rule.fact, code, "year")
    return calls


def _list_over_time(view: View) -> dict[Name, float]:
    """Return the statements on key periods, months, steadiness and, for the whole area, drills and patterns on the
    map."""
    calls: dict[Name, float] = {}
    if is_shown(view, "key-periods-text"):
        for kind, part in list_key_periods(view, *KINDS).items():
            calls |= {("key_period", kind, str(name)): float(one) for name, one in part["p"].items()}
        for kind in MONTHLY:
            months = find_months(view, kind)
            if months is not None:
                calls["months", kind] = float(months.attrs["p"])
    charts = chart_hazards(view) if is_shown(view, "control-text") else None
    if charts is not None:
        calls |= {("chart", part): chart.p for part, chart in charts.charts.items()}
    for one in study_drills(view):
        calls["drills", one.name] = one.effect.p
    for fact, info in view.fact_infos.items():
        pattern = look_for_pattern(view, fact) if view.district == ALL and info.key else None
        if pattern is not None:
            calls["pattern", fact], calls["local", fact] = weigh_pattern(pattern)
    return calls


def _codes(view: View) -> list[str]:
    return [str(code) for code in view.districts["code"]]


def _list_known(view: View) -> np.ndarray:
    return np.array([value for value in list_calls(view).values() if not np.isnan(value)])


def count_tested(view: View) -> int:
    """Return the number of statements that could be tested."""
    return len(_list_known(view))


@once_per_view
def _find_threshold(view: View) -> float:
    """Return the highest probability that is beyond chance in the family."""
    p = _list_known(view)
    called = multipletests(p, alpha=ALPHA, method="fdr_bh")[0] if len(p) else np.array([], bool)
    return float(p[called].max()) if called.any() else ALPHA / (len(p) + 1)


@dataclass(frozen=True)
class Power:
    """How often a doubling of last year's count would be detected if nothing else had changed."""

    fact: str
    before: float
    doubling: float


def find_power(view: View) -> Power | None:
    """Return the power for the first count tested, in the order of facts: hazards found, if there are any.

    None if no count was tested.
    """
    tested = count_tested(view)
    for (kind, fact, *then), p in list_calls(view).items():
        if kind != "change" or then != ["year"] or np.isnan(p):
            continue
        info, before = view.describe(str(fact)), view.fact(str(fact), when="year")
        scatter = find_scatter(view, str(fact), view.district)
        if info.unit == "count" and info.interval == "poisson" and before is not None and scatter:
            n = float(before["value"])
            if n > 0:
                reach = np.log(2) / np.sqrt(scatter.dispersion * (1 / n + 1 / (2 * n)))
                return Power(str(fact), n, float(norm.sf(norm.isf(ALPHA / tested / 2) - reach)))
    return None


def is_called(view: View, *name: str | int) -> bool | None:
    """Return whether a statement holds with the false discovery rate controlled over the family; None if not tested.

    Notes
    -----
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300: where nothing differs, the probability that any
    statement of the report is made is at most 5 percent.
    """
    p = list_calls(view).get(name, float("nan"))
    return None if np.isnan(p) else bool(p <= _find_threshold(view))


def is_beyond(view: View, p: float) -> bool | None:
    """Return whether a statement outside the family is beyond chance, judged together with the family."""
    return None if np.isnan(p) else bool(p <= _find_threshold(view))
