"""Problems found: rules that facts meet, each with its evidence and the next step."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

import pandas as pd

from taizhang.core.display import Run
from taizhang.core.periods import parse_period
from taizhang.metadata.facts import ALL, FactInfo, describe_fact, split_target
from taizhang.metadata.formats import format_date, format_number
from taizhang.metadata.rules import FindingRule, load_rules
from taizhang.stats.change import compare_counts, compare_shares

Row = Mapping[Any, Any]  # of the facts frame, by column
Index = Mapping[str, Mapping[str, Row]]  # rows by district and fact


@dataclass(frozen=True)
class Number:
    """A number in a sentence: as written, as it is, the fact it is, or the one it is worked out from."""

    text: str
    value: float | None = None
    fact: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Finding:
    """One problem found.

    Attributes
    ----------
    rule : str
    weight : int
        1 (a note) to 100 (act now).
    district : str
        Division code, or ``all``.
    facts : tuple of str
        The facts it rests on.
    numbers : Mapping of str to Number
        The evidence, by place in the sentence.
    runs : tuple of display.Run
        The problem in words; runs that are numbers name their fact.
    step : str
        The next step.
    source : str
        The rule's legal source, or empty.
    size : float
        How far the rule is broken, beside others who break it too.
    """

    rule: str
    weight: int
    district: str
    facts: tuple[str, ...]
    numbers: Mapping[str, Number]
    runs: tuple[Run, ...]
    step: str
    source: str
    size: float = 0.0

    @property
    def text(self) -> str:
        """The problem as one string."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class _Case:
    """What the rules look at."""

    facts: Index
    before: Index
    district: str
    ledgers: Mapping[str, pd.DataFrame]
    as_of: date
    lang: str

    def row(self, fact: str, district: str = "") -> Row | None:
        """A fact that has a value that may be shown."""
        return _show(self.facts.get(district or self.district, {}).get(fact))

    def row_before(self, fact: str) -> Row | None:
        """The same of a year before."""
        return _show(self.before.get(self.district, {}).get(fact))

    def number(self, fact: str) -> float | None:
        row = self.row(fact)
        return None if row is None else float(row["value"])


def _show(row: Row | None) -> Row | None:
    return None if row is None or row["suppressed"] or pd.isna(row["value"]) else row


def _write(value: float, fact: str, decimals: int | None = None) -> Number:
    info: FactInfo = describe_fact(fact)
    return Number(format_number(value, info.decimals if decimals is None else decimals), value, fact)


def _percent(top: float, bottom: float) -> Number:
    return Number(format_number(100 * top / bottom, 1), 100 * top / bottom)


Found = Iterator[dict[str, Number]]


def _above(rule: FindingRule, case: _Case) -> Found:
    value = case.number(rule.fact)
    if value is not None and value > rule.above:
        yield {"value": _write(value, rule.fact)}


def _share_below(rule: FindingRule, case: _Case) -> Found:
    row = case.row(rule.fact)
    if row is not None and row["value"] < rule.below:
        yield {
            "value": _write(float(row["value"]), rule.fact),
            "numerator": Number(format_number(row["numerator"]), float(row["numerator"])),
            "denominator": Number(format_number(row["denominator"]), float(row["denominator"])),
        }


def _share_above(rule: FindingRule, case: _Case) -> Found:
    value, whole = case.number(rule.fact), case.number(rule.of)
    if value is None or not whole or value < rule.least:
        return
    if 100 * value / whole > rule.above:
        yield {"value": _write(value, rule.fact), "share": _percent(value, whole)}


def _overdue(rule: FindingRule, case: _Case) -> Found:
    """Any at all; and whether it is far above the rest, by a test of two shares, as small numbers differ by chance."""
    value = case.number(rule.fact)
    if value:
        yield _hold_against_rest(rule, case, value) or {"value": _write(value, rule.fact)}


def _hold_against_rest(rule: FindingRule, case: _Case, value: float) -> dict[str, Number]:
    """A share and the rest's where it is above that beyond chance; else nothing."""
    whole = case.number(rule.of)
    every, every_of = case.row(rule.fact, ALL), case.row(rule.of, ALL)
    if case.district == ALL or not whole or every is None or every_of is None:
        return {}
    rest, rest_of = float(every["value"]) - value, float(every_of["value"]) - whole
    if value < rule.least or rest_of <= 0:
        return {}
    change = compare_shares(value, whole, rest, rest_of)
    if not (change.value > 0 and change.is_beyond_chance(alpha=rule.p)):
        return {}
    return {
        "value": _write(value, rule.fact),
        "share": _percent(value, whole),
        "rest": _percent(rest, rest_of),
    }


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
    change = compare_counts(float(now["value"]), float(before["value"]), *days)
    if change.value > 1 and change.is_beyond_chance(alpha=rule.p):
        yield {
            "value": _write(float(now["value"]), rule.fact),
            "before": Number(format_number(before["value"]), float(before["value"])),
        }


def _no_drill(rule: FindingRule, case: _Case) -> Found:
    """No drill in the years before as_of. A district is bound, the whole area is not one."""
    drills = case.ledgers.get("drills")
    if case.district == ALL or drills is None or case.row(rule.fact) is None:
        return
    since = pd.Timestamp(case.as_of) - pd.DateOffset(years=rule.years)
    held = drills.loc[drills["district_code"] == case.district, "held_on"]
    if not ((held > since) & (held < pd.Timestamp(case.as_of) + pd.Timedelta(days=1))).any():
        yield {"since": Number(format_date(since.date(), case.lang), basis=rule.fact)}


def _target_behind(rule: FindingRule, case: _Case) -> Found:
    for fact in case.facts.get(case.district, {}):
        parts = split_target(fact)
        if parts is None or parts[1] != "pace_points":
            continue
        pace, done = case.number(fact), case.number(f"targets.{parts[0]}.done_percent")
        if pace is not None and done is not None and pace < rule.below:
            title = _name_indicator(parts[0], case.lang)
            yield {
                "title": Number(title),
                "done": Number(format_number(done, 1), done, f"targets.{parts[0]}.done_percent"),
                "behind": Number(format_number(-pace, 1), -pace, basis=fact),
            }


def _name_indicator(fact: str, lang: str) -> str:
    """The title of a target's indicator; a workbook's own goes by its name."""
    try:
        return describe_fact(fact).title[lang]
    except KeyError:
        return fact


CHECKS: Mapping[str, Callable[[FindingRule, _Case], Found]] = {
    "above": _above,
    "share_below": _share_below,
    "share_above": _share_above,
    "overdue": _overdue,
    "count_up": _count_up,
    "no_drill": _no_drill,
    "target_behind": _target_behind,
}


def _fill(template: str, numbers: Mapping[str, Number]) -> tuple[Run, ...]:
    """Fill a sentence's places; ``{value:one|many}`` chooses a word by a number."""
    runs = []
    for words, name, choice, _ in Formatter().parse(template):
        if words:
            runs.append(Run(words))
        if name and choice:
            one, many = choice.split("|")
            runs.append(Run(one if numbers[name].value == 1 else many))
        elif name:
            runs.append(Run(numbers[name].text, numbers[name].fact))
    return tuple(runs)


def index_facts(facts: pd.DataFrame, *districts: str) -> Index:
    """The rows of a facts frame by district and fact, as `find_problems` looks them up.

    Parameters
    ----------
    facts : DataFrame
        In the contract's columns; may be empty.
    *districts : str
        Codes and ``all``; where none is given, every one.

    Returns
    -------
    Mapping of str to Mapping of str to Mapping
    """
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
    lang: str,
) -> list[Finding]:
    """The problems that a district's facts show, the weightiest first.

    Parameters
    ----------
    facts, facts_before : Mapping
        Facts of the period and of the same period a year before, from `index_facts`: the district's and those of
        ``all``; the latter may be empty.
    district : str
        Division code, or ``all``.
    ledgers : Mapping of str to DataFrame
        Ledger rows up to as_of; of them only drills are looked at, over two years.
    as_of : datetime.date
    lang : str
        zh or en.

    Returns
    -------
    list of Finding
        A fact that is suppressed, empty or absent gives rise to none.
    """
    case = _Case(facts, facts_before, district, ledgers, as_of, lang)
    findings = []
    for rule in load_rules():
        for numbers in CHECKS[rule.check](rule, case):
            named = [number.fact or number.basis for number in numbers.values()]
            findings.append(
                Finding(
                    rule=rule.rule,
                    weight=rule.weight,
                    district=district,
                    facts=tuple(dict.fromkeys(name for name in (*named, rule.of) if name)),
                    numbers=numbers,
                    runs=_fill(
                        (rule.plain if rule.plain and len(numbers) == 1 else rule.problem)[lang], numbers
                    ),
                    step=rule.step[lang],
                    source=rule.source,
                    size=numbers["behind"].value or 0.0 if "behind" in numbers else 0.0,
                )
            )
    return sorted(findings, key=lambda finding: (-finding.weight, -finding.size))
