"""Problems found: rules that the facts trigger, with their evidence, as data; the narrative puts them into words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from taizhang.analysis.actions import UNKNOWN, list_stages
from taizhang.analysis.calls import is_called
from taizhang.analysis.contradictions import find_contradictions, find_lone
from taizhang.analysis.doubt import bound_row, is_partly_known
from taizhang.analysis.exhibits import limit_items
from taizhang.analysis.premises import count_unvisited
from taizhang.analysis.reach import count_far_premises
from taizhang.analysis.required_drills import begin_window, is_drill_due, select_recent_drills
from taizhang.analysis.rows import have_rows
from taizhang.analysis.subjects import MOST, Evidence, Named, Subject, count_grave, name_subjects
from taizhang.analysis.view import Row, View, is_known, once_per_view
from taizhang.core.periods import parse_period
from taizhang.facts.compute import MEASURES
from taizhang.facts.incidents import GRAVE_LEVELS
from taizhang.facts.measures import Sum
from taizhang.metadata.facts import ALL, describe_fact, split_target
from taizhang.metadata.rules import FindingRule, load_rules
from taizhang.stats.assess import Assessment

_MOST_OF_RULE = 3
Index = Mapping[str, Mapping[str, Row]]  # rows by district and fact
Called = Callable[..., bool | None]  # whether a call, by its name, is beyond chance, as `is_called` says


SEVERITIES = ("red", "amber", "note")


@dataclass(frozen=True)
class Finding:
    """One problem found; its rule gives the weight, the wording and the measure to take.

    `district` is a division code, or ``all``. `evidence` is by placeholder of the rule's words; `size` says how
    far the rule is broken, compared with other districts that break it; `certainty` is the share of rows with an
    answer. `severity` is one of SEVERITIES. `subjects` are the things it is about, most serious first, and only
    the first if there are many; `total` is their number.
    """

    rule: FindingRule
    district: str
    evidence: Mapping[str, Evidence]
    size: float = 0.0
    severity: str = "amber"
    subjects: tuple[Subject, ...] = ()
    total: int = 0
    certainty: float = 1.0

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it rests on."""
        named = [one.fact or one.basis for one in self.evidence.values()]
        return tuple(dict.fromkeys(name for name in (self.rule.fact, *named, self.rule.of) if name))

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which the events it names happened, as far as known."""
        return tuple(one.day for one in self.subjects if one.day)

    @property
    def place(self) -> tuple[float, ...]:
        """The sort key of findings, most serious first."""
        return SEVERITIES.index(self.severity), -self.rule.weight, -self.size, -self.certainty


@dataclass(frozen=True)
class _Hit:
    """A broken rule: its evidence, how far it is broken, and its subjects if the check knows them."""

    evidence: Mapping[str, Evidence]
    size: float = 0.0
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True)
class _Case:
    """The data that the rules examine."""

    facts: Index
    before: Index
    district: str
    ledgers: Mapping[str, pd.DataFrame]
    as_of: date
    called: Called
    view: View | None = None  # where the rows themselves are looked at

    def row(self, fact: str, district: str = "") -> Row | None:
        """Return a fact's row if its value may be shown."""
        return _keep_known(self.facts.get(district or self.district, {}).get(fact))

    def row_before(self, fact: str) -> Row | None:
        """The same of a year before."""
        return _keep_known(self.before.get(self.district, {}).get(fact))

    def number(self, fact: str) -> float | None:
        row = self.row(fact)
        return None if row is None else float(row["value"])

    def bound(self, fact: str) -> tuple[float, float] | None:
        """Return the lowest and highest possible value of a fact, whatever the missing answers are; None if
        unknown."""
        row = self.row(fact)
        if row is None:
            return None
        if not is_partly_known(row):
            return float(row["value"]), float(row["value"])
        ends = [bound_row(row, side) for side in ("lowest", "highest")]
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


Found = Iterator[_Hit]


def _is_asked(rule: FindingRule, case: _Case) -> bool:
    """Return whether the period is long enough for a rule."""
    row = case.row(rule.fact) if rule.days else None
    return not rule.days or (row is not None and parse_period(str(row["period"])).days >= rule.days)


def _tell_more(rule: FindingRule, case: _Case) -> dict[str, Evidence]:
    """Say which part of a stock is from before the period, if any, and how long it has lasted."""
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


# By check, whether it is met: None if that can't be told.
_MEETS: Mapping[str, Callable[[FindingRule, _Case], bool | None]] = {
    "above": _is_above,
    "share_below": _is_share_below,
    "share_above": _is_share_above,
    "overdue": _is_overdue,
}


def _above(rule: FindingRule, case: _Case) -> Found:
    value = case.number(rule.fact)
    if value is not None and _is_above(rule, case):
        yield _Hit({"value": _write(value, rule.fact), **_tell_more(rule, case)}, value)


def _share_below(rule: FindingRule, case: _Case) -> Found:
    row = case.row(rule.fact)
    if row is not None and _is_share_below(rule, case):
        parts = {name: Evidence(float(row[name])) for name in ("numerator", "denominator")}
        missed = Evidence(float(row["denominator"] - row["numerator"]))
        evidence = {"value": _write(row["value"], rule.fact), **parts, "missed": missed}
        yield _Hit(evidence, rule.below - float(row["value"]))


def _share_above(rule: FindingRule, case: _Case) -> Found:
    value, whole = case.number(rule.fact), case.number(rule.of)
    if value is not None and whole and _is_share_above(rule, case):
        yield _Hit({"value": _write(value, rule.fact), "share": _percent(value, whole)}, value)


def _overdue(rule: FindingRule, case: _Case) -> Found:
    """Find any overdue; and whether the share is far above the rest's, as small numbers differ by chance."""
    value = case.number(rule.fact)
    if value:
        shares = _hold_against_rest(rule, case, value)
        yield _Hit({"value": _write(value, rule.fact), **shares, **_tell_more(rule, case)}, value)


def _hold_against_rest(rule: FindingRule, case: _Case, value: float) -> dict[str, Evidence]:
    """Return a share and the rest's, if it is higher beyond chance; otherwise nothing."""
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
    """Find a count that is higher than a year before, per day and beyond chance."""
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
        rise = float(now["value"]) - float(before["value"])
        yield _Hit(
            {"value": _write(now["value"], rule.fact), "before": Evidence(float(before["value"]))}, rise
        )


def _no_drill(rule: FindingRule, case: _Case) -> Found:
    """Find districts without a drill in the required years before as_of, once the law has been in force for so
    long."""
    drills = case.ledgers.get("drills")
    if case.district == ALL or drills is None or case.row(rule.fact) is None or not is_drill_due(case.as_of):
        return
    own = drills[drills["district_code"] == case.district]
    if select_recent_drills(own, case.as_of, rule.years).empty:
        yield _Hit({"since": Evidence(begin_window(case.as_of, rule.years), basis=rule.fact)})


def _find_targets(case: _Case, name: str) -> Iterator[tuple[str, Row, float, bool]]:
    """Return indicator, row, value and whether its time is over, for each target with a fact of this name that is
    certain."""
    for fact, row in case.facts.get(case.district, {}).items():
        parts, value = split_target(fact), case.number(fact)
        if parts is None or parts[1] != name or value is None or case.bound(fact) != (value, value):
            continue
        yield parts[0], row, value, parse_period(str(row["period"])).end <= case.as_of


def _weigh_target(indicator: str, done: Row) -> Subject:
    """Return a target as a subject: how much is done, and of how much."""
    fact = f"targets.{indicator}.done_percent"
    parts = {"done": Evidence(float(done["numerator"])), "due": Evidence(float(done["denominator"]))}
    known = {name: one for name, one in parts.items() if not np.isnan(one.value)}  # type: ignore[arg-type]
    return Subject(indicator, "", Evidence(float(done["value"]), 1, fact=fact), "targets", more=known)


def _target_missed(rule: FindingRule, case: _Case) -> Found:
    """Find targets that were not met although their time is over."""
    missed = [
        _weigh_target(name, row)
        for name, row, done, is_over in _find_targets(case, "done_percent")
        if is_over and done < rule.below
    ]
    if missed:
        yield _count_targets(missed, {"least": min(_measure(one) for one in missed)})


def _target_behind(rule: FindingRule, case: _Case) -> Found:
    """Find running targets that are further behind the elapsed time than the rule allows."""
    behind, paces = [], []
    for name, _, pace, is_over in _find_targets(case, "pace_points"):
        done = case.row(f"targets.{name}.done_percent")
        if not is_over and pace < rule.below and done is not None:
            behind.append(_weigh_target(name, done))
            paces.append(-pace)
    if behind:
        yield _count_targets(behind, {"behind": max(paces)})


def _measure(subject: Subject) -> float:
    assert subject.amount is not None
    return float(subject.amount.value)  # type: ignore[arg-type]


def _count_targets(found: Sequence[Subject], more: Mapping[str, float]) -> _Hit:
    """Make a finding on some targets, the one furthest from being met first."""
    subjects = tuple(sorted(found, key=_measure))
    basis = subjects[0].amount.fact if subjects[0].amount else ""
    numbers = {name: Evidence(number, 1) for name, number in more.items()}
    evidence = {"value": Evidence(float(len(found)), basis=basis)} | numbers
    return _Hit(evidence, 100 - _measure(subjects[0]), subjects)


def _find_worst_level(case: _Case) -> tuple[str, float] | None:
    """Return the fact of the highest accident level above the lowest that occurred, and its number; None if none
    did."""
    for level in reversed(GRAVE_LEVELS):
        fact = f"incidents.level_{level}"
        low, _ = case.bound(fact) or (0.0, 0.0)
        if low > 0:
            return fact, case.number(fact) or low
    return None


def _graded(rule: FindingRule, case: _Case) -> Found:
    """Find accidents above the lowest level, with all deaths in the period."""
    if worst := _find_worst_level(case):
        fact, number = worst
        deaths = case.number(rule.fact)
        told = {"grade": Evidence(fact), "value": _write(number, fact), **_count_missing(case)}
        yield _Hit(told | ({"deaths": _write(deaths, rule.fact)} if deaths else {}), deaths or 0.0)


def _deaths(rule: FindingRule, case: _Case) -> Found:
    """Find deaths that no accident above the lowest level accounts for."""
    value, (low, _) = case.number(rule.fact), case.bound(rule.fact) or (0.0, 0.0)
    if value and low > 0 and _find_worst_level(case) is None:
        yield _Hit({"value": _write(value, rule.fact), **_count_missing(case)}, value)


def _count_missing(case: _Case) -> dict[str, Evidence]:
    """Return how many people are missing according to the period's incidents, if any."""
    if case.view is None or "incidents" not in case.view.ledgers:
        return {}
    rows = case.view.counted("incidents")
    own = np.ones(len(rows), bool)
    if case.district != ALL:
        own = (rows.frame()["district_code"] == case.district).to_numpy(bool)
    missing = float(np.nansum(rows.amounts("missing")[own]))
    return {"missing": Evidence(missing, basis="incidents.deaths")} if missing else {}


def _vetoed(rule: FindingRule, case: _Case) -> Found:
    """Find the vetoes of the assessment that apply to a district, whatever the missing answers are."""
    assessment = None if case.view is None else case.view.settings.get("assessment")
    if case.district == ALL or not isinstance(assessment, Assessment):
        return
    met = []
    for one in assessment.rules:
        if one.kind == "veto" and (case.bound(one.fact) or (np.nan, np.nan))[0] > one.above:
            met.append(
                Subject(one.name, "", _write(case.number(one.fact) or 0.0, one.fact), kind="assessment")
            )
    if met:
        yield _Hit(
            {"value": Evidence(float(len(met)), basis=str(met[0].amount and met[0].amount.fact))},
            len(met),
            tuple(met),
        )


def _actions_late(rule: FindingRule, case: _Case) -> Found:
    """Find stages of special actions past their last day and not done; a stage shared by districts counts once."""
    if case.view is None:
        return
    stages = list_stages(case.view, True)
    if stages.empty:
        return
    late = stages[stages["state"] == "overdue"]
    if case.district != ALL:
        late = late[late["district_code"] == case.district]
    if len(late):
        number = float(len(late.drop_duplicates(["name", "stage"])))
        yield _Hit({"value": Evidence(number)}, number)


def _ledgers_differ(rule: FindingRule, case: _Case) -> Found:
    """Find disasters for which the ledgers of losses and incidents have different numbers."""
    if case.view is None:
        return
    pairs = find_contradictions(case.view)
    if case.district != ALL and len(pairs):
        codes = case.view.counted("losses").frame()["district_code"].to_numpy()[pairs["losses"]]
        pairs = pairs[codes == case.district]
    if len(pairs):
        yield _Hit({"value": Evidence(float(len(pairs)))}, float(len(pairs)))


def _ledgers_lack(rule: FindingRule, case: _Case) -> Found:
    """Find disasters recorded in only one of the ledgers of losses and incidents."""
    if case.view is None:
        return
    lone = find_lone(case.view)
    if case.district != ALL and len(lone):
        codes = {
            kind: case.view.counted(kind).frame()["district_code"].to_numpy() for kind in set(lone["kind"])
        }
        lone = lone[[codes[kind][at] == case.district for kind, at in lone.itertuples(index=False)]]
    if len(lone):
        yield _Hit({"value": Evidence(float(len(lone)))}, float(len(lone)))


def _shelters_far(rule: FindingRule, case: _Case) -> Found:
    """Find districts in which most premises on the map are far from every shelter."""
    far, known = count_far_premises(case.view).get(case.district, (0, 0)) if case.view else (0, 0)
    if known and 100 * far / known > rule.above:
        yield _Hit({"value": Evidence(float(far)), "of": Evidence(float(known))}, float(far))


def _premises_unvisited(rule: FindingRule, case: _Case) -> Found:
    """Find premises on the register that no inspection on record was linked to."""
    never, asked = count_unvisited(case.view).get(case.district, (0, 0)) if case.view else (0, 0)
    if case.view is not None and never > rule.above:
        since = Evidence(case.view.begun("inspections").date())
        yield _Hit(
            {"value": Evidence(float(never)), "of": Evidence(float(asked)), "since": since}, float(never)
        )


def _set_aside(rule: FindingRule, case: _Case) -> Found:
    """Find ledgers of the workbook with more unusable rows than the rule allows."""
    if case.view is None or case.district != ALL or case.view.quality.empty:
        return
    table = case.view.quality.assign(share=100 * case.view.quality["set_aside"] / case.view.quality["read"])
    table = table[table["share"] > rule.above].sort_values("share", ascending=False, kind="stable")
    kinds, lang = case.view.kinds, case.view.lang
    subjects = tuple(
        Subject(
            kinds[row["kind"]].title[lang], "", Evidence(row["share"], 1), row["kind"],
            more={"done": Evidence(row["set_aside"]), "due": Evidence(row["read"])},
        )
        for row in table.to_dict("records")
    )  # fmt: skip
    if subjects:
        number = Evidence(float(len(subjects)))
        yield _Hit({"value": number, "limit": Evidence(rule.above)}, float(table["share"].max()), subjects)


CHECKS: Mapping[str, Callable[[FindingRule, _Case], Found]] = {
    "graded": _graded,
    "deaths": _deaths,
    "vetoed": _vetoed,
    "actions_late": _actions_late,
    "ledgers_differ": _ledgers_differ,
    "ledgers_lack": _ledgers_lack,
    "shelters_far": _shelters_far,
    "premises_unvisited": _premises_unvisited,
    "set_aside": _set_aside,
    "above": _above,
    "share_below": _share_below,
    "share_above": _share_above,
    "overdue": _overdue,
    "count_up": _count_up,
    "no_drill": _no_drill,
    "target_missed": _target_missed,
    "target_behind": _target_behind,
}


def _could_look(rule: FindingRule, case: _Case) -> bool:
    """Return whether everything a rule examines is known, so that no finding means no problem."""
    if rule.check in ("target_missed", "target_behind"):
        shares = [fact for fact in case.facts.get(case.district, {}) if fact.endswith(".done_percent")]
        bounds = [bound for fact in shares if (bound := case.bound(fact))]
        return any(bounds) and all(low == high for low, high in bounds)
    if rule.check in _LOOKS:
        return _LOOKS[rule.check](case)
    if case.row(rule.fact) is None or not _is_asked(rule, case):
        return False
    if rule.check == "count_up":
        every = case.before.get(ALL, {}).get(rule.fact)
        return case.row_before(rule.fact) is not None and every is not None and bool(every["value"] > 0)
    if rule.check == "no_drill":
        return "drills" in case.ledgers
    if rule.check == "share_above" and case.row(rule.of) is None:
        return False
    return _MEETS[rule.check](rule, case) is not None


def _knows_deaths(case: _Case) -> bool:
    low, high = case.bound("incidents.deaths") or (np.nan, np.nan)
    return bool(low > 0 or high == 0)


def _knows_levels(case: _Case) -> bool:
    return all(
        low > 0 or high == 0
        for level in GRAVE_LEVELS
        for low, high in [case.bound(f"incidents.level_{level}") or (np.nan, np.nan)]
    )


def _knows_stages(case: _Case) -> bool:
    if case.view is None or "actions" not in case.view.ledgers:
        return False
    stages = list_stages(case.view, True)
    return stages.empty or UNKNOWN not in set(stages["state"])


def _knows_vetoes(case: _Case) -> bool:
    """Return whether it is known for every veto of the assessment if it applies to a district."""
    assessment = None if case.view is None else case.view.settings.get("assessment")
    if case.district == ALL or not isinstance(assessment, Assessment):
        return True
    vetoes = [one for one in assessment.rules if one.kind == "veto"]
    bounds = [(one.above, *(case.bound(one.fact) or (np.nan, np.nan))) for one in vetoes]
    return all(low > above or high <= above for above, low, high in bounds)


def _has_both(case: _Case) -> bool:
    return case.view is not None and {"losses", "incidents"} <= set(case.view.ledgers)


# By check that looks at more than its fact's number, whether it could look.
_LOOKS: Mapping[str, Callable[[_Case], bool]] = {
    "deaths": _knows_deaths,
    "graded": _knows_levels,
    "vetoed": _knows_vetoes,
    "actions_late": _knows_stages,
    "ledgers_differ": _has_both,
    "ledgers_lack": _has_both,
    "shelters_far": lambda case: case.view is not None and case.district in count_far_premises(case.view),
    "premises_unvisited": lambda case: case.view is not None and case.district in count_unvisited(case.view),
    "set_aside": lambda case: True,
}


@dataclass(frozen=True)
class Looked:
    """Facts that the rules could examine, everywhere or in some districts, and whether every rule could be."""

    everywhere: tuple[str, ...]
    somewhere: tuple[str, ...]
    every: bool

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.somewhere)


# What a rule looks at is its fact but for this: of what is found, deaths are told, and they may be unknown.
_LOOKED_AT = {"graded": "incidents.level_larger"}


def list_looked(view: View) -> Looked:
    """Return the facts that rules could examine in a view's district; for the whole area, in every district as well.

    Districts without a row in the ledger have no findings.
    """
    codes = [view.district] if view.district != ALL else [ALL, *view.districts["code"]]
    facts, before = (index_facts(frame, *codes, ALL) for frame in (view.facts, view.facts_before))
    cases = [_Case(facts, before, code, view.ledgers, view.as_of, lambda *_: None, view) for code in codes]
    looked = [
        (_LOOKED_AT.get(rule.check, rule.fact), [case.district for case in cases if _could_look(rule, case)])
        for rule in load_rules()
    ]
    everywhere = dict.fromkeys(fact for fact, of in looked if fact and len(of) == len(cases))
    somewhere = dict.fromkeys(
        fact for fact, of in looked if fact and len(of) < len(cases) and have_rows(view, fact, of)
    )
    return Looked(tuple(everywhere), tuple(somewhere), all(len(of) == len(cases) for _, of in looked))


def index_facts(facts: pd.DataFrame, *districts: str) -> Index:
    """Index the rows of a facts frame, which may be empty, by district (those given, or all) and fact."""
    found: dict[str, dict[str, Row]] = {}
    kept = facts[facts["district_code"].isin(districts)] if districts and len(facts) else facts
    for row in kept.to_dict("records"):
        found.setdefault(str(row["district_code"]), {})[str(row["fact"])] = Row(
            {str(name): value for name, value in row.items()}
        )
    return found


def find_problems(
    facts: Index,
    facts_before: Index,
    district: str,
    ledgers: Mapping[str, pd.DataFrame],
    as_of: date,
    called: Called,
    view: View | None = None,
) -> list[Finding]:
    """Find the problems shown by a district's facts, most serious first.

    `facts` and `facts_before`, from `index_facts`, cover the district and ``all`` for the period and for the same
    period a year earlier; the latter may be empty. `ledgers` are rows up to as_of; only drills are used, over two
    years. `called` says which differences are beyond chance; `view` has the rows that findings name. A fact that is
    suppressed, empty or absent leads to no finding.
    """
    case = _Case(facts, facts_before, district, ledgers, as_of, called, view)
    asked = [rule for rule in load_rules() if _is_asked(rule, case)]
    found = [_conclude(rule, hit, case) for rule in asked for hit in CHECKS[rule.check](rule, case)]
    return sorted(_join_vetoes(_join_accidents(found)), key=lambda finding: finding.place)


def _join_accidents(found: list[Finding]) -> list[Finding]:
    """One problem per cause: accidents of the lowest grade that are all told with their dead stand there alone."""
    dead = {one.row for finding in found if finding.rule.rule == "deaths" for one in finding.subjects}
    return [
        one
        for one in found
        if one.rule.rule != "accidents_ordinary"
        or one.total > len(one.subjects)
        or not one.subjects
        or not dead.issuperset(subject.row for subject in one.subjects)
    ]


def _join_vetoes(found: list[Finding]) -> list[Finding]:
    """One problem per cause: a veto of the assessment is told with the problem that it comes from, where there is one.

    `veto` is then among that one's evidence; vetoes of other causes stay a problem of their own.
    """
    alone = next((one for one in found if one.rule.check == "vetoed"), None)
    if alone is None:
        return found
    others, left = [one for one in found if one is not alone], list[Subject]()
    for subject in alone.subjects:
        fact = subject.amount.fact if subject.amount else ""
        at = next((at for at, one in enumerate(others) if one.rule.tells_veto and fact in one.facts), None)
        if at is None:
            left.append(subject)
            continue
        told = others[at].evidence
        n = float(told["veto"].value) + 1 if "veto" in told else 1.0  # type: ignore[arg-type]
        others[at] = replace(others[at], evidence={**told, "veto": Evidence(n)})
    if left:
        basis = left[0].amount.fact if left[0].amount else ""
        n = alone.total - len(alone.subjects) + len(left)
        others.append(
            replace(alone, evidence={"value": Evidence(float(n), basis=basis)}, subjects=tuple(left), total=n)
        )
    return others


def _conclude(rule: FindingRule, hit: _Hit, case: _Case) -> Finding:
    """Complete a finding with its subjects by name, which decide how severe it is."""
    row = case.row(rule.fact) or Row()
    of, known = row.get("of", 0), row.get("known", 0)
    named = Named(
        hit.subjects[:MOST], len(hit.subjects), count_grave(rule, list(map(_measure, hit.subjects)))
    )
    if not hit.subjects and case.view is not None:
        named = name_subjects(case.view, rule, case.district)
    evidence = dict(hit.evidence)
    if rule.red_above is not None and named.grave:
        limit, grave = Evidence(rule.red_above), Evidence(float(named.grave), basis=rule.fact)
        # Where all are, that is said.
        every = "value" in evidence and evidence["value"].value == named.grave
        evidence |= {"every": limit} if every else {"grave": grave, "limit": limit}
    return Finding(
        rule, case.district, evidence, hit.size,
        "red" if named.grave else rule.severity, named.first, named.total,
        float(known / of) if of else 1.0,
    )  # fmt: skip


def choose_findings(view: View) -> list[tuple[Finding, tuple[str, ...]]]:
    """Choose the findings of `list_findings` that a report includes; a bulletin has only the most serious.

    A rule triggered in many districts would crowd out the others, so only its first few are included.
    """
    seen: Counter[str] = Counter()
    told = []
    for finding, places in list_findings(view):
        seen[finding.rule.rule] += 1
        if seen[finding.rule.rule] <= _MOST_OF_RULE:
            told.append((finding, places))
    return told[: limit_items(view, "findings-text")]


def list_steps(view: View) -> list[tuple[Finding, tuple[str, ...]]]:
    """Return the findings whose measures a report includes, one per rule, with the codes of the districts
    concerned."""
    steps: dict[str, tuple[Finding, tuple[str, ...]]] = {}
    for finding, places in list_findings(view)[: limit_items(view, "findings-text")]:
        first, codes = steps.get(finding.rule.rule, (finding, ()))
        steps[finding.rule.rule] = first, (*codes, *places)
    return list(steps.values())


@once_per_view
def list_findings(view: View) -> list[tuple[Finding, tuple[str, ...]]]:
    """Return problems in the view's district, most serious first, with the codes of the districts where each is
    found.

    For the whole area, a rule's problem is given once, with the districts that share it; a rule that applies only to
    districts is given for each. In the report on one district there are no codes.
    """
    by_district = find_by_district(view)
    findings = by_district[view.district]
    if view.district != ALL:
        return [(finding, ()) for finding in findings]
    local = [finding for code in view.districts["code"] for finding in by_district[code]]
    told = {_name_matter(finding) for finding in findings}
    listed = []
    for one in findings:
        same = [other for other in local if _name_matter(other) == _name_matter(one)]
        if vetoed := sum("veto" in other.evidence for other in same):
            one = replace(one, evidence={**one.evidence, "veto": Evidence(float(vetoed))})
        listed.append((one, tuple(other.district for other in same)))
    listed += [(finding, (finding.district,)) for finding in local if _name_matter(finding) not in told]
    return sorted(listed, key=lambda pair: pair[0].place)


def _name_matter(finding: Finding) -> str:
    """Name the matter of a finding, which is told once: deaths in a graded accident and other deaths are one
    matter."""
    return finding.rule.fact or finding.rule.rule


@once_per_view
def find_by_district(view: View) -> dict[str, list[Finding]]:
    """Return the problems of the view's district, by code; for the whole area, those of every district and of
    ``all``."""
    codes = [view.district] if view.district != ALL else [*view.districts["code"], ALL]
    facts, before = (index_facts(frame, *codes, ALL) for frame in (view.facts, view.facts_before))
    drills = view.ledgers.get("drills")
    ledgers = {} if drills is None else {"drills": drills}
    called = partial(is_called, view)
    return {code: find_problems(facts, before, code, ledgers, view.as_of, called, view) for code in codes}
