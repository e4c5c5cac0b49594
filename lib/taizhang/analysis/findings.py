"""Problems found: rules that facts meet, each with its evidence, as data; narrative says them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from taizhang.analysis.calls import is_called
from taizhang.analysis.doubt import bound_row, is_partly_known
from taizhang.analysis.exhibits import limit_items
from taizhang.analysis.required_drills import begin_window, is_drill_due, select_recent_drills
from taizhang.analysis.rows import have_rows
from taizhang.analysis.view import View, is_known, once_per_view
from taizhang.core.periods import parse_period
from taizhang.facts.compute import MEASURES
from taizhang.facts.measures import Sum
from taizhang.metadata.facts import ALL, describe_fact, split_target
from taizhang.metadata.rules import FindingRule, load_rules

_MOST_OF_RULE = 3
Row = Mapping[Any, Any]  # of the facts frame, by column
Index = Mapping[str, Mapping[str, Row]]  # rows by district and fact
Called = Callable[..., bool | None]  # whether a call, by its name, is beyond chance, as `is_called` says


@dataclass(frozen=True)
class Evidence:
    """What fills a place of a rule's sentence.

    A number, written with so many decimals, a day, or the name of a target's indicator; `fact` is the one that it is,
    `basis` the one that it is worked out from.
    """

    value: float | date | str
    decimals: int = 0
    fact: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Finding:
    """One problem found: the rule says how much it weighs, in what words it is told, and the next step.

    `district` is a division code, or ``all``; `evidence` goes by place in the rule's sentence; `size` is how far the
    rule is broken, beside others who break it too.
    """

    rule: FindingRule
    district: str
    evidence: Mapping[str, Evidence]
    size: float = 0.0

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it rests on."""
        named = [one.fact or one.basis for one in self.evidence.values()]
        return tuple(dict.fromkeys(name for name in (*named, self.rule.of) if name))

    @property
    def compares(self) -> bool:
        """Whether it rests on the comparison that the rule's fuller sentence speaks of."""
        return "share" in self.evidence

    @property
    def place(self) -> tuple[float, float]:
        """By which findings are sorted, the weightiest first."""
        return -self.rule.weight, -self.size


@dataclass(frozen=True)
class _Case:
    """What the rules look at."""

    facts: Index
    before: Index
    district: str
    ledgers: Mapping[str, pd.DataFrame]
    as_of: date
    called: Called

    def row(self, fact: str, district: str = "") -> Row | None:
        """A fact that has a value that may be shown."""
        return _keep_known(self.facts.get(district or self.district, {}).get(fact))

    def row_before(self, fact: str) -> Row | None:
        """The same of a year before."""
        return _keep_known(self.before.get(self.district, {}).get(fact))

    def number(self, fact: str) -> float | None:
        row = self.row(fact)
        return None if row is None else float(row["value"])

    def bound(self, fact: str) -> tuple[float, float] | None:
        """The least and the most that a fact may be, whatever the rows say that do not; None where it isn't known."""
        row = self.row(fact)
        if row is None:
            return None
        if not is_partly_known(row):
            return float(row["value"]), float(row["value"])
        ends = [bound_row(pd.Series(row), side) for side in ("lowest", "highest")]
        low, high = (None if end is None else float(end["value"]) for end in ends)
        if low is not None and high is not None:
            return low, high
        return (float(row["value"]) if isinstance(MEASURES.get(fact), Sum) else -np.inf), np.inf


def _keep_known(row: Row | None) -> Row | None:
    return row if is_known(row) else None


def _write(value: float, fact: str) -> Evidence:
    return Evidence(float(value), describe_fact(fact).decimals, fact)


def _percent(top: float, bottom: float) -> Evidence:
    return Evidence(100 * top / bottom, 1)


Found = Iterator[dict[str, Evidence]]


def _tell_more(rule: FindingRule, case: _Case) -> dict[str, Evidence]:
    """What of a stock is from before the period, where any is, and how long it has been so."""
    told = {}
    for place, fact in (("carried", rule.carried), ("age", rule.age)):
        if fact and (value := case.number(fact)):
            told[place] = _write(value, fact)
    return told


# A finding, and that there is none, holds whatever the rows say that do not: else neither is said.


def _is_above(rule: FindingRule, case: _Case) -> bool | None:
    low, high = case.bound(rule.fact) or (np.nan, np.nan)
    return True if low > rule.above else False if high <= rule.above else None


def _is_share_below(rule: FindingRule, case: _Case) -> bool | None:
    low, high = case.bound(rule.fact) or (np.nan, np.nan)
    return True if high < rule.below else False if low >= rule.below else None


def _is_share_above(rule: FindingRule, case: _Case) -> bool | None:
    (low, high), (least, most) = (case.bound(fact) or (np.nan, np.nan) for fact in (rule.fact, rule.of))
    if low >= rule.least and most and 100 * low / most > rule.above:
        return True
    return False if high < rule.least or (least > 0 and 100 * high / least <= rule.above) else None


def _is_overdue(rule: FindingRule, case: _Case) -> bool | None:
    low, high = case.bound(rule.fact) or (np.nan, np.nan)
    return True if low > 0 else False if high <= 0 else None


# By check, whether it is met: None where that can't be told.
_MEETS: Mapping[str, Callable[[FindingRule, _Case], bool | None]] = {
    "above": _is_above,
    "share_below": _is_share_below,
    "share_above": _is_share_above,
    "overdue": _is_overdue,
}


def _above(rule: FindingRule, case: _Case) -> Found:
    value = case.number(rule.fact)
    if value is not None and _is_above(rule, case):
        yield {"value": _write(value, rule.fact), **_tell_more(rule, case)}


def _share_below(rule: FindingRule, case: _Case) -> Found:
    row = case.row(rule.fact)
    if row is not None and _is_share_below(rule, case):
        parts = {name: Evidence(float(row[name])) for name in ("numerator", "denominator")}
        yield {"value": _write(row["value"], rule.fact), **parts}


def _share_above(rule: FindingRule, case: _Case) -> Found:
    value, whole = case.number(rule.fact), case.number(rule.of)
    if value is not None and whole and _is_share_above(rule, case):
        yield {"value": _write(value, rule.fact), "share": _percent(value, whole)}


def _overdue(rule: FindingRule, case: _Case) -> Found:
    """Any at all; and whether it is far above the rest, as small numbers differ by chance."""
    value = case.number(rule.fact)
    if value:
        shares = _hold_against_rest(rule, case, value)
        yield {"value": _write(value, rule.fact), **shares, **_tell_more(rule, case)}


def _hold_against_rest(rule: FindingRule, case: _Case, value: float) -> dict[str, Evidence]:
    """A share and the rest's where it is above that beyond chance; else nothing."""
    whole = case.number(rule.of)
    every, every_of = case.row(rule.fact, ALL), case.row(rule.of, ALL)
    if value < rule.least or not whole or every is None or every_of is None:
        return {}
    rest, rest_of = float(every["value"]) - value, float(every_of["value"]) - whole
    # The whole area has no rest, and is not above it.
    if not (rest_of > 0 and value / whole > rest / rest_of and case.called("part", rule.fact, case.district)):
        return {}
    return {"share": _percent(value, whole), "rest": _percent(rest, rest_of)}


def _count_up(rule: FindingRule, case: _Case) -> Found:
    """More than a year before, beyond chance, days for days."""
    now, before = case.row(rule.fact), case.row_before(rule.fact)
    if now is None or before is None:
        return
    # A ledger without any row of the year before is one that was not kept, not a year without events.
    every = case.before.get(ALL, {}).get(rule.fact)
    if every is None or not every["value"] > 0:
        return
    days = (parse_period(str(now["period"])).days, parse_period(str(before["period"])).days)
    rose = float(now["value"]) / days[0] > float(before["value"]) / days[1]
    if rose and case.called("rise", rule.fact, case.district):
        yield {"value": _write(now["value"], rule.fact), "before": Evidence(float(before["value"]))}


def _no_drill(rule: FindingRule, case: _Case) -> Found:
    """No drill in the years before as_of, once these have passed under the law. A district is bound, not the area."""
    drills = case.ledgers.get("drills")
    if case.district == ALL or drills is None or case.row(rule.fact) is None or not is_drill_due(case.as_of):
        return
    own = drills[drills["district_code"] == case.district]
    if select_recent_drills(own, case.as_of, rule.years).empty:
        yield {"since": Evidence(begin_window(case.as_of, rule.years), basis=rule.fact)}


def _target_behind(rule: FindingRule, case: _Case) -> Found:
    for fact in case.facts.get(case.district, {}):
        parts, pace = split_target(fact), case.number(fact)
        if parts is None or parts[1] != "pace_points" or pace is None or pace >= rule.below:
            continue
        if case.bound(fact) != (pace, pace):
            continue
        share = f"targets.{parts[0]}.done_percent"
        if (done := case.number(share)) is not None:
            behind = Evidence(-pace, 1, basis=fact)
            yield {"title": Evidence(parts[0]), "done": Evidence(done, 1, fact=share), "behind": behind}


CHECKS: Mapping[str, Callable[[FindingRule, _Case], Found]] = {
    "above": _above,
    "share_below": _share_below,
    "share_above": _share_above,
    "overdue": _overdue,
    "count_up": _count_up,
    "no_drill": _no_drill,
    "target_behind": _target_behind,
}


def _could_look(rule: FindingRule, case: _Case) -> bool:
    """Whether all that a rule looks at is known, so that no finding means no problem."""
    if rule.check == "target_behind":
        paces = [fact for fact in case.facts.get(case.district, {}) if fact.endswith(".pace_points")]
        bounds = [bound for fact in paces if (bound := case.bound(fact))]
        return any(bounds) and all(low == high for low, high in bounds)
    if case.row(rule.fact) is None:
        return False
    if rule.check == "count_up":
        every = case.before.get(ALL, {}).get(rule.fact)
        return case.row_before(rule.fact) is not None and every is not None and bool(every["value"] > 0)
    if rule.check == "no_drill":
        return "drills" in case.ledgers
    if rule.check == "share_above" and case.row(rule.of) is None:
        return False
    return _MEETS[rule.check](rule, case) is not None


@dataclass(frozen=True)
class Looked:
    """The facts that rules could look at, each once: everywhere, and in some districts only; and if all rules could."""

    everywhere: tuple[str, ...]
    somewhere: tuple[str, ...]
    every: bool

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.somewhere)


def list_looked(view: View) -> Looked:
    """What rules could look at in a view's district; of the whole area in every district as well.

    Where only some districts let a rule look, one without a row of the ledger tells nothing.
    """
    codes = [view.district] if view.district != ALL else [ALL, *view.districts["code"]]
    facts, before = (index_facts(frame, *codes, ALL) for frame in (view.facts, view.facts_before))
    cases = [_Case(facts, before, code, view.ledgers, view.as_of, lambda *_: None) for code in codes]
    looked = [
        (rule.fact, [case.district for case in cases if _could_look(rule, case)]) for rule in load_rules()
    ]
    everywhere = dict.fromkeys(fact for fact, of in looked if fact and len(of) == len(cases))
    somewhere = dict.fromkeys(
        fact for fact, of in looked if fact and len(of) < len(cases) and have_rows(view, fact, of)
    )
    return Looked(tuple(everywhere), tuple(somewhere), all(len(of) == len(cases) for _, of in looked))


def index_facts(facts: pd.DataFrame, *districts: str) -> Index:
    """The rows of a facts frame, which may be empty, by district (those given, or every one) and fact."""
    found: dict[str, dict[str, Row]] = {}
    kept = facts[facts["district_code"].isin(districts)] if districts and len(facts) else facts
    for row in kept.to_dict("records"):
        found.setdefault(str(row["district_code"]), {})[str(row["fact"])] = row
    return found


def find_problems(
    facts: Index,
    facts_before: Index,
    district: str,
    ledgers: Mapping[str, pd.DataFrame],
    as_of: date,
    called: Called,
) -> list[Finding]:
    """The problems that a district's facts show, the weightiest first.

    `facts` and `facts_before`, from `index_facts`, are of the period and of the same period a year before: the
    district's and those of ``all``; the latter may be empty. `ledgers` are rows up to as_of; of them only drills are
    looked at, over two years. `called` says which differences are beyond chance. A fact that is suppressed, empty or
    absent gives rise to no finding.
    """
    case = _Case(facts, facts_before, district, ledgers, as_of, called)
    found = []
    for rule in load_rules():
        for evidence in CHECKS[rule.check](rule, case):
            behind = evidence["behind"].value if "behind" in evidence else 0.0
            found.append(Finding(rule, district, evidence, float(behind)))  # type: ignore[arg-type]
    return sorted(found, key=lambda finding: finding.place)


def choose_findings(view: View) -> list[tuple[Finding, tuple[str, ...]]]:
    """Those of `list_findings` that a report tells of; a bulletin of the weightiest alone.

    A rule that many districts break would hide the others: of each the first few are told.
    """
    seen: Counter[str] = Counter()
    told = []
    for finding, places in list_findings(view):
        seen[finding.rule.rule] += 1
        if seen[finding.rule.rule] <= _MOST_OF_RULE:
            told.append((finding, places))
    return told[: limit_items(view, "findings-text")]


def list_steps(view: View) -> dict[str, list[str]]:
    """What to do next, in the report's words, the weightiest first, with the codes of the districts it is for."""
    steps: dict[str, list[str]] = {}
    for finding, places in list_findings(view)[: limit_items(view, "findings-text")]:
        steps.setdefault(finding.rule.step[view.lang], []).extend(places)
    return steps


@once_per_view
def list_findings(view: View) -> list[tuple[Finding, tuple[str, ...]]]:
    """Problems of the view's district, the weightiest first, with the codes of the districts each is found in.

    Of the whole area, a rule's problem is told once, with the districts that have it too; a rule that
    only districts can break is told of each. In the report of one district there are no codes.
    """
    wanted = () if view.district == ALL else (view.district, ALL)
    facts, before = (index_facts(frame, *wanted) for frame in (view.facts, view.facts_before))

    def find(district: str, ledgers: Mapping[str, pd.DataFrame]) -> list[Finding]:
        return find_problems(facts, before, district, ledgers, view.as_of, partial(is_called, view))

    findings = find(view.district, view.ledgers)
    if view.district != ALL:
        return [(finding, ()) for finding in findings]
    drills = view.ledgers.get("drills")
    local = []
    for code in view.districts["code"]:
        local += find(code, {} if drills is None else {"drills": drills[drills["district_code"] == code]})
    told = {finding.rule.rule for finding in findings}
    listed = [(one, tuple(other.district for other in local if other.rule == one.rule)) for one in findings]
    listed += [(finding, (finding.district,)) for finding in local if finding.rule.rule not in told]
    return sorted(listed, key=lambda pair: pair[0].place)
