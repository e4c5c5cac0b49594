"""Reads the sentences of reports and holds every claim in them against what can be known.

A claim is false where the truth is otherwise, and where what was written does not tell. What a sentence claims, this
module says for each template by hand; a clause with a word like none or all that no template explains is an unread
claim, and counts as false.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from string import Formatter

from told_ledgers import TOWNS, Row
from told_truth import ALL, STARRED, Fact, Truth

from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.laws import load_laws
from taizhang.metadata.rules import FindingRule, load_rules
from taizhang.metadata.words import load_words

_SPELT = "one two three four five six seven eight nine".split()
_NUMBER = {
    "zh": r"[−-]?\d[\d,]*(?:\.\d+)?(?:人次|平方千米|个百分点|[处次家个件起支条场项人天%])?(?:万元|元)?",
    "en": r"(?:a total of )?(?:[−-]?\d[\d,]*(?:\.\d+)?|\b(?:" + "|".join(_SPELT) + r"))\b"
    r"%?(?: million yuan| yuan| people| person| points?| days?)?",
}
# Words that claim something of all or of none.
CLAIMING = {
    "zh": re.compile("没有|全部|(?<![平人年日月])均|都|无人|未见|从未|毫无|为零|皆|所有|一律|无一|唯一|未"),
    "en": re.compile(
        r"\b(?:none|no|nobody|nothing|all|every|everyone|neither|both|never|not|each|any|only)\b", re.I
    ),
}
_ENGLISH_ONCE = {"once": 1.0, "twice": 2.0}


def _compile(text: str, lang: str) -> str:
    """A template as a regular expression, its places as named groups."""
    parts, seen = [], set[str]()
    for words, name, choice, _ in Formatter().parse(text):
        # What stands in brackets may be left out.
        parts.append(re.escape(words).replace(r"\ ", " ").replace(r"\[", "(?:").replace(r"\]", ")?"))
        if not name:
            continue
        if choice and "|" in choice:
            longest = sorted(choice.split("|"), key=len, reverse=True)  # complaints before complaint
            parts.append("(?:" + "|".join(_compile(one, lang) for one in longest) + ")")
            if "once|twice" in choice:
                parts[-1] = f"(?:(?P<times>once|twice)|(?P<{name}>{_NUMBER[lang]}) times)"
            continue
        if name in seen:
            parts.append(f"(?P={name})")
            continue
        seen.add(name)
        number = name in _PLACES_OF_NUMBERS
        if name == "grade":
            titles = sorted((load_facts()[grade].title[lang] for grade in _GRADES), key=len, reverse=True)
            parts.append(f"(?P<grade>{'|'.join(titles)})")
            continue
        words_in = _PLACES.get(name, _WORDS)
        parts.append(f"(?P<{name}>{_NUMBER[lang] if number else words_in})")
    return "".join(parts)


_WORDS = r"(?:[^。.;；：:]|\.(?=\d))+?"
_NOUGHTS = {
    key.removeprefix("nought."): said for key, said in load_words().items() if key.startswith("nought.")
}
_OF_NOUGHT = "|".join(word for said in _NOUGHTS.values() for word in said.values())
_PLACES = {
    "noughts": rf"(?:(?:{_OF_NOUGHT})(?:、|和|, | or )?)+",
    "then": "(?:上年同期|上年|a year before|the year before)",
    "low": "[^。;；]+?",
    "high": "[^。;；]+?",
    # No clause before it, though a title may have a comma.
    "title": rf"(?:{'|'.join(info.title['zh'] for info in load_facts().values() if '，' in info.title['zh'])}"
    r"|(?:[^。.;；：:，]|\.(?=\d))+?)",
}
_PLACES_OF_NUMBERS = frozenset(
    "n m per value share rest before done behind numerator denominator due least most difference area known of "
    "grave limit missing deaths missed".split()
)


def read_number(text: str, fact: str = "") -> tuple[float, float]:
    """The number that a text says, in units of a fact, and by how much it may be rounded."""
    plain = text.lower().replace("a total of ", "").replace(",", "").replace("−", "-")
    word = re.match(r"[a-z]+", plain)
    if word:
        return float(_SPELT.index(word[0]) + 1), 1e-9
    found = re.match(r"-?\d+(?:\.(\d+))?", plain)
    assert found, text
    is_wan = bool(fact) and load_facts()[fact].unit == "wan_yuan"
    scale = 1e6 if "million" in plain else 1.0
    scale *= 1e-4 if "yuan" in plain and is_wan else 1.0
    return float(found[0]) * scale, (0.5000001 * 10.0 ** -len(found[1] or "")) * scale


@dataclass(frozen=True)
class Template:
    """Words of a report: the key of their catalogue, their regular expression, and the fact they are of, if any."""

    key: str
    pattern: re.Pattern[str]
    fact: str = ""
    extent: str = ""
    rule: FindingRule | None = None


def _is_joint(text: str) -> bool:
    """Whether a template is all places, with no more than a word between them: a piece of others."""
    words = "".join(part for part, *_ in Formatter().parse(text))
    return len(re.findall("[a-z]", words)) < 4 and len(re.findall("[\u4e00-\u9fff]", words)) < 2


@cache
def list_templates(lang: str) -> tuple[Template, ...]:
    """Every template that claims something, of the sentences of reports and the rules' problems."""
    made = []
    for key, said in load_words().items():
        if not key.startswith(ROOTS):
            continue
        text = said[lang].strip()
        if key.startswith(("fact.", "levels.", "findings.")) and text[-2:-1] != "}":
            text = text.rstrip("。.")
        if key.startswith("gap."):
            text = load_words()["gap.lead"][lang] + text
        fact, _, extent = (
            key.removeprefix("fact.").rpartition(".") if key.startswith("fact.") else ("", "", "")
        )
        if extent == "unit" or key in _NOTHING_CLAIMED or (not fact and _is_joint(text)):
            continue
        edge = r"(?<![\w,.])" if lang == "en" and (text[:1].isalnum() or text[:1] == "{") else ""
        end = r"(?!\w)" if lang == "en" and text[-1:] not in ".:" else ""
        pattern = re.compile(edge + _compile(text, lang) + end, re.IGNORECASE)
        made.append(Template(key, pattern, fact, extent))
    for rule in load_rules():
        for root, words in (("rule", rule.title), ("step", rule.measure)):
            pattern = re.compile(_compile(words[lang], lang), re.IGNORECASE)
            of = {"fact": rule.fact, "rule": rule} if root == "rule" else {}
            made.append(Template(f"{root}.{rule.rule}", pattern, **of))
    return tuple(made)


ROOTS = (
    "fact.", "clause.", "gap.", "levels.", "classes.", "summary.", "findings.", "compare.", "method.",
    "closure.in_time", "control.", "periods.", "required_drills.", "drill_effects.", "risk.text.", "outcome.",
    "standing.text.", "pattern.", "targets.", "unread", "silence.", "stock.", "grave.", "rates.", "yield.",
    "assessment_text.", "brief.beside.", "elsewhere.", "noughts.",
)  # fmt: skip
# Pieces that others hold, and words around.
_NOTHING_CLAIMED = frozenset(
    "gap.column gap.or gap.lead gap.levels clause.remark clause.remark_join clause.then_was clause.area_is "
    "noughts.last clause.within.1 clause.within.2 clause.within.3 findings.colon findings.of findings.source "
    "findings.many "
    "findings.all_places findings.places findings.subject_quoted findings.some_subjects compare.tie method.rows_of "
    "method.unsaid_of silence.span classes.leader periods.one periods.none periods.only "
    "clause.none_before clause.not_all control.found control.share control.signal control.level control.subject.found "
    "control.subject.share clause.bounds clause.near clause.about_as clause.were compare.death "
    "brief.beside.lead brief.beside.otherwise brief.beside.not_deaths brief.beside.unjudged".split()
)
_OF_RULE = ("findings.carried", "findings.carried_tasks", "findings.age")
# Words of chance, and of how numbers are made: what they say of all or none is of tests and settings, not of rows.
_OF_CHANCE = (
    "method.", "periods.", "drill_effects.", "outcome.", "risk.text.", "standing.text.", "pattern.", "step.",
    "classes.", "compare.apart", "compare.none_apart", "compare.missing.", "compare.area", "control.called",
    "control.found_", "control.share_", "control.short", "control.unseen", "rates.", "yield.", "assessment_text.",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A claim that is false or that nobody could read."""

    text: str
    why: str
    key: str = ""


class Checker:
    """Holds the texts of one place's report, in one language, against the truth of the period and the year before."""

    def __init__(self, now: Truth, before: Truth, place: str, lang: str) -> None:
        self.now, self.before, self.place, self.lang = now, before, place, lang
        self.kinds = set(now.told.kinds)
        self.rule: FindingRule | None = None
        self.rule_place = place
        self.recent: list[tuple[str, str]] = []  # facts told, with their places

    def check(self, text: str) -> list[Fault]:
        """The claims of a text that are false, and those that are not understood."""
        found = []
        for template in list_templates(self.lang):
            if template.fact and template.rule is None and template.fact.split(".")[0] not in self.kinds:
                continue
            found += [(match.start(), match.end(), template) for match in template.pattern.finditer(text)]
        found.sort(key=lambda one: (one[0], -one[1]))
        rivals: dict[tuple[int, int], list[Template]] = {}
        for start, stop, template in found:
            rivals.setdefault((start, stop), []).append(template)
        faults, left, end, subject = list[Fault](), list[str](), 0, ""
        of_rule = False
        for (start, stop), same in rivals.items():
            if start < end:
                continue
            left.append(text[end:start])
            if re.search("[。.]", text[end:start]):
                subject = ""
            template = self._choose(same, subject, of_rule)
            match = template.pattern.match(text, start)
            assert match
            place = self._place_before(text[:start])
            faults += [
                Fault(match[0], why, template.key) for why in self._hold(template, match, place, subject)
            ]
            named = self.facts_in(match["title"])[:1] if template.key == "clause.titled" else []
            subject, end = template.fact or "".join(named) or subject, stop
            # The title of a problem may have the words of a fact.
            rule = next((one.rule for one in same if one.rule), None)
            of_rule = rule is not None or template.key in _OF_RULE
            if rule:
                self.rule, self.rule_place = rule, place
            if template.fact and template.rule is None:
                self.recent.append((place, template.fact))
                more, end = self._read_remarks(text, stop, template, place)
                faults += more
        left.append(text[end:])
        for rest in left:
            faults += [
                Fault(clause.strip(), "a claim that no template explains")
                for clause in re.split("[。；，]|; |\\. |, ", rest)
                if CLAIMING[self.lang].search(clause)
            ]
        return faults

    def _choose(self, rivals: list[Template], subject: str, of_rule: bool) -> Template:
        """Of templates with the same words, the one that goes with what was said before: of a fact, or of a rule."""
        before = next((one for one in rivals if one.fact == f"{subject}_before"), None)
        return before or next((one for one in rivals if (one.key in _OF_RULE) == of_rule), rivals[0])

    def _place_before(self, text: str) -> str:
        """The place of a finding in the whole area's report."""
        for code, name in TOWNS.items():
            if re.search(f"{name}(?:：|: )$", text):
                return code
        return self.place

    def _read_remarks(self, text: str, at: int, template: Template, place: str) -> tuple[list[Fault], int]:
        """What stands in brackets after a clause: rows that don't say, the year before, the whole area."""
        faults, remark, told = [], False, self.now.facts.get((place, template.fact))
        year, area = ("上年同期", "全域") if self.lang == "zh" else ("a year before", "in the whole area")
        number = _NUMBER[self.lang]
        while bracket := re.compile(r" ?[（(]([^（）()]*)[）)]").match(text, at):
            at, inside = bracket.end(), bracket[1]
            if unsaid := re.search(r"不计没有写明的(\d+)条|not counting (\S+) rows? that", inside):
                remark = True
                count, _ = read_number(unsaid[1] or unsaid[2])
                if told is None or told.unsaid != count:
                    faults.append(Fault(bracket[0], f"{told and told.unsaid} rows do not say", template.key))
                continue
            if bounds := re.search(
                rf"另有(\d+)条没有写明.*在({number})至({number})之间"
                rf"|between ({number}) and ({number}), as (\S+) rows? do",
                inside,
            ):
                said = (bounds[1], bounds[2], bounds[3]) if bounds[1] else (bounds[6], bounds[4], bounds[5])
                faults += self._hold_bounds(template, told, bracket[0], *said)
                continue
            if several := re.search(r"分别为(.+?)(?:；|$)", inside) or re.match(
                r"(?:(?:both|all) about as a year before: (.+)|(.+ and .+) a year before)$", inside
            ):
                near = "相当" in inside or " about as " in inside
                faults += self._hold_several(several[1] or several[2], near, template)
                continue
            then = self.before.facts.get((place, template.fact))
            whole = self.now.facts.get((ALL, template.fact))
            zero = "为零" if self.lang == "zh" else "none"
            for of, mark in ((then, year), (whole, area)):
                words = f"{mark}({number}|{zero})" if self.lang == "zh" else f"({number}|{zero}) {mark}"
                if said := re.search(words, inside, re.IGNORECASE):
                    value, within = (0.0, 1e-9) if said[1] == zero else read_number(said[1], template.fact)
                    if of is None or of.value is None or abs(of.value - value) > within:
                        faults.append(Fault(bracket[0], f"{mark}: {of and of.value}", template.key))
        extreme = template.extent in ("none", "all")
        if extreme and not remark and told is not None and told.value is not None and told.unsaid:
            faults.append(
                Fault(template.key, f"{told.unsaid} rows do not say, which is not told", template.key)
            )
        return faults, at

    def _hold_several(self, text: str, near: bool, template: Template) -> list[Fault]:
        """What the last facts told were a year before; where they are said to be near, within a tenth."""
        said, faults = re.split("、|和|, | and ", text), []
        told = self.recent[-len(said) :]
        for words, (place, fact) in zip(said, told, strict=True):
            then, now = self.before.facts.get((place, fact)), self.value(fact, place)
            value, within = (0.0, 1e-9) if words == "none" else read_number(words, fact)
            if then is None or then.value is None or abs(then.value - value) > within:
                faults.append(Fault(text, f"{fact} was {then and then.value}", template.key))
            elif near and (now is None or abs(now - then.value) > 0.1 * abs(then.value) + 1e-9):
                faults.append(Fault(text, f"{fact} is {now} and was {then.value}", template.key))
        return faults

    def _hold_bounds(
        self, template: Template, told: Fact | None, text: str, unsaid: str, low: str, high: str
    ) -> list[Fault]:
        """The least and the most that a share may be, where some rows do not say."""
        if told is None or told.value is None or told.unsaid != read_number(unsaid)[0]:
            return [Fault(text, f"{told and told.unsaid} rows do not say", template.key)]
        top = round(told.value * told.known / 100)
        wanted = [100 * top / told.of, 100 * (top + told.unsaid) / told.of]
        if template.fact in _OF_SOME:
            return []  # of those due, or asked, alone
        ends = [read_number(one, template.fact) for one in (low, high)]
        right = all(abs(value - end) <= within for value, (end, within) in zip(wanted, ends, strict=True))
        return [] if right else [Fault(text, f"between {wanted}", template.key)]

    # What each template claims.

    def _hold(self, template: Template, match: re.Match[str], place: str, subject: str) -> list[str]:
        key, said = template.key, {k: v for k, v in match.groupdict().items() if v is not None}
        if key.startswith("fact."):
            return self._hold_fact(template, said, place)
        if key.startswith("rule."):
            return self._hold_rule(template, said, place)
        if key.startswith(_OF_CHANCE):
            return []
        holds = _CLAIMS.get(key)
        if holds is None:
            return ["nobody said what this claims"]
        return holds(self, said, place, subject)

    def knows(self, template: Template) -> bool:
        """Whether it is known what a template claims."""
        return template.key.startswith(("fact.", "rule.", *_OF_CHANCE)) or template.key in _CLAIMS

    def value(self, fact: str, place: str = "") -> float | None:
        told = self.now.facts.get((place or self.place, fact))
        return None if told is None else told.value

    def _hold_fact(self, template: Template, said: Mapping[str, str], place: str) -> list[str]:
        fact, extent = template.fact, template.extent
        value = self.value(fact, place)
        if extent in ("unknown", "undated"):
            rate = self.value("hazards.rectification_rate", place)
            rows = [row for row in self.now.rows["hazards"] if place in (ALL, row.town)]
            right = value is None and rate is not None
            right &= rate < 50 if extent == "unknown" else any(map(self.is_vague, rows))
            return [] if right else [f"{rate} % are rectified, {value} days the median"]
        if value is None:
            return [f"{fact} cannot be known"]
        if fact == "hazards.days_to_rectify_median" and extent == "none":
            rows = [
                row for row in self.now.rows["hazards"] if place in (ALL, row.town) and self.now._is_day(row)
            ]
            at_once = sum(self.now.is_done(row) and self.now._days(row, True)[0] == 0 for row in rows)
            return [] if 2 * at_once >= len(rows) else [f"{at_once} of {len(rows)} on the day"]
        if extent == "none":
            return [] if value == 0 else [f"{fact} is {value}"]
        if extent == "all":
            whole = self.value(_WHOLES[fact], place) if fact in _WHOLES else 100
            return [] if value == whole and whole else [f"{fact} is {value} of {whole}"]
        if "times" in said:
            number, within = _ENGLISH_ONCE[said["times"].lower()], 1e-9
        else:
            number, within = read_number(said.get("n") or said["per"], fact)
        return [] if abs(number - value) <= within else [f"{fact} is {value}"]

    def _hold_rule(self, template: Template, said: Mapping[str, str], place: str) -> list[str]:
        rule = template.rule
        assert rule is not None
        if rule.check == "no_drill":
            held = self.drills(place)
            return ["a drill was held"] if held or place == ALL else []
        if rule.fact.split(".")[0] not in self.kinds:
            return ["nothing was said of this"]
        fact = rule.fact
        if rule.check == "graded":
            titles = {load_facts()[name].title[self.lang].lower(): name for name in _GRADES}
            fact = titles[said["grade"].lower()]
            if "deaths" in said and self.value(rule.fact, place) != read_number(said["deaths"])[0]:
                return [f"{self.value(rule.fact, place)} died"]
        value = self.value(fact, place)
        if value is None:
            return [f"{rule.fact} cannot be known"]
        number, within = read_number(said["value"]) if "value" in said else (self._read_share(said), 1e-9)
        wrong = [] if abs(number - value) <= within else [f"{rule.fact} is {value}"]
        if rule.check == "share_above" or "share" in said:
            share, within = read_number(said["share"])
            whole = self.value(rule.of, place)
            if not whole or abs(share - 100 * value / whole) > within:
                wrong.append(f"the share of {whole} is wrong")
        if rule.check == "count_up":
            then = self.before.facts[place, rule.fact].value
            if then != read_number(said["before"])[0] or value <= then:
                wrong.append(f"it was {then} the year before")
        return wrong if wrong or self.breaks(rule, place) is not False else ["the rule is kept"]

    @staticmethod
    def _read_share(said: Mapping[str, str]) -> float:
        """A share by its parts: of how many, and how many hold, or do not."""
        whole = read_number(said["denominator"])[0]
        top = (
            read_number(said["numerator"])[0]
            if "numerator" in said
            else whole - read_number(said["missed"])[0]
        )
        return 100 * top / whole

    def drills(self, place: str) -> int:
        """Drills on record of the two years before as_of, which are all that there are."""
        rows = [row for row in self.now._list("drills") if place in (ALL, row.town)]
        return sum(span[1] <= self.now.as_of for row in rows if (span := row.says["held_on"]))  # type: ignore[index]

    def breaks(self, rule: FindingRule, place: str) -> bool | None:
        """Whether a place breaks a rule; None where that can't be known."""
        if rule.fact.split(".")[0] not in self.kinds:
            return None
        if rule.check == "no_drill":
            return place != ALL and not self.drills(place)
        if rule.check in ("graded", "deaths"):
            levels = [self.value(name, place) for name in _GRADES]
            graded = True if any(levels) else None if None in levels else False
            deaths = self.now.facts[place, rule.fact]
            if rule.check == "graded" or graded:
                return graded if rule.check == "graded" else False
            if deaths.value is None or (deaths.unsaid and not deaths.value):
                return None
            return bool(deaths.value)
        value, fact = self.value(rule.fact, place), self.now.facts.get((place, rule.fact))
        if value is None or fact is None:
            return None
        unsaid = fact.unsaid
        if rule.check in ("above", "overdue"):
            least = rule.above or 0
            return True if value > least else None if value + unsaid > least else False
        if rule.check == "share_below":
            if unsaid and rule.fact in ("drills.problems_fixed_share", *_OF_SOME):
                return None  # nobody knows how many problems they had, or which were due or asked
            top = round(value * fact.known / 100) if unsaid else 0
            ends = [100 * n / fact.of for n in (top, top + unsaid)] if unsaid else [value, value]
            return True if ends[1] < rule.below else False if ends[0] >= rule.below else None
        if rule.check == "share_above":
            whole = self.value(rule.of, place)
            if not whole:
                return False
            meets = [n >= rule.least and 100 * n / whole > rule.above for n in (value, value + unsaid)]
            return meets[0] if meets[0] == meets[1] else None
        then = self.before.facts[place, rule.fact].value
        return None if not then else False if value <= then else None

    def is_vague(self, row: Row) -> bool:
        """Whether it is not known how many days a hazard took, or takes by now."""
        if self.now.state(row) == "unknown" or not self.now._is_day(row):
            return True
        return self.now._days(row, False) != self.now._days(row, True)

    def in_time(self, row: Row) -> bool | None:
        """Whether a hazard was rectified by its deadline; None where that is not known or not yet decided."""
        due, day = row.says.get("deadline"), self.now.day_done(row)
        if due is None or self.now.state(row) == "unknown":
            return None
        if not self.now.is_done(row):
            return False if due[1] < self.now.as_of else None  # type: ignore[index]
        first, last = day or (date.min, self.now.as_of)
        return True if last <= due[1] else False if first > due[1] else None  # type: ignore[index]

    def broken(self, places: Iterable[str]) -> list[str]:
        return [rule.rule for place in places for rule in load_rules() if self.breaks(rule, place)]

    @property
    def places(self) -> tuple[str, ...]:
        """The place, or all of them in the whole area's report."""
        return (*TOWNS, ALL) if self.place == ALL else (self.place,)

    def facts_in(self, text: str) -> list[str]:
        """The facts of these ledgers whose titles a list names."""
        infos = [info for name, info in load_facts().items() if name.split(".")[0] in self.kinds]
        found, text = [], text.lower()
        for info in sorted(infos, key=lambda info: -len(info.title[self.lang])):
            if info.title[self.lang].lower() in text:
                found.append(info.name)
                text = text.replace(info.title[self.lang].lower(), "")
        if load_words()["gap.levels"][self.lang] in text:
            found.append("incidents.level_ordinary")
        return found


# Shares of those rows alone that fell due, that were asked, or that are done.
_OF_SOME = (
    "complaints.on_time_rate", "complaints.answered_on_time_rate", "complaints.satisfied_rate",
    "hazards.verified_share",
)  # fmt: skip
_GRADES = tuple(f"incidents.level_{level}" for level in ("larger", "major", "extraordinary"))
_WHOLES = {
    "hazards.rectified": "hazards.found",
    "hazards.open_stock_before": "hazards.open_stock",
    "hazards.overdue_stock": "hazards.open_stock",
    "hazards.overdue_stock_before": "hazards.overdue_stock",
    "hazards.major_open_stock_before": "hazards.major_open_stock",
    "complaints.answered": "complaints.received",
    "tasks.overdue_stock_before": "tasks.overdue_stock",
    "investigations.closed": "investigations.opened",
}  # fmt: skip
Said = Mapping[str, str]
Claim = Callable[[Checker, Said, str, str], list[str]]


def _same(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    now, then = one.value(subject, place), one.before.facts.get((place, subject))
    same = now is not None and then is not None and then.value is not None and abs(now - then.value) < 1e-9
    return [] if same else [f"{subject}: {now} now, {then and then.value} then"]


def _same_area(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    now, area = one.value(subject, place), one.value(subject, ALL)
    return [] if now is not None and now == area else [f"{subject}: {now} here, {area} in all"]


def _beside_area(side: int) -> Claim:
    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        now, area = one.value(subject, place), one.value(subject, ALL)
        number, within = read_number(said["area"], subject)
        right = (
            now is not None and area is not None and abs(area - number) <= within and side * (now - area) > 0
        )
        return [] if right else [f"{subject}: {now} here, {area} in all"]

    return hold


def _changed(side: int) -> Claim:
    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        now, then = one.value(subject, place), one.before.facts.get((place, subject))
        number, within = read_number(said["difference"], subject)
        if (
            now is None
            or then is None
            or then.value is None
            or abs(side * (now - then.value) - number) > 2 * within
        ):
            return [f"{subject}: {now} now, {then and then.value} then"]
        return []

    return hold


def _no_value(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    facts = one.facts_in(said["title"])
    told = {fact: one.now.facts[place, fact] for fact in facts}
    wrong = [fact for fact in facts if told[fact].value is not None or 10 * told[fact].unsaid > told[fact].of]
    return [f"{fact} is {one.value(fact, place)}" for fact in wrong] if facts else ["of nothing known"]


def _titled(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    facts = one.facts_in(said["title"])
    right = bool(facts)
    for fact in facts:
        number, within = read_number(said["n"], fact)
        value = one.value(fact, place)
        right &= value is not None and abs(value - number) <= within
    return [] if right else [str({fact: one.value(fact, place) for fact in facts})]


def _levels(*levels: str) -> Claim:
    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        values = {level: one.value(f"incidents.level_{level}", place) for level in levels}
        return [] if all(value == 0 for value in values.values()) else [str(values)]

    return hold


def _no_rows(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    rows = [row for kind in one.kinds for row in one.now.rows[kind] if one.place in (ALL, row.town)]
    return [f"{len(rows)} rows"] if rows else []


def _sound(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That nothing stands out at all: every rule must have been able to look."""
    blind = [rule.rule for rule in load_rules() for place in one.places if one.breaks(rule, place) is None]
    return (
        [f"broken: {one.broken(one.places)}; could not look: {blind}"]
        if one.broken(one.places) or blind
        else []
    )


def _sound_of(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    facts = one.facts_in(said["looked"])
    wrong = [
        f"{fact} cannot be known" for fact in facts for place in one.places if one.value(fact, place) is None
    ]
    wrong += [f"broken: {rule}" for rule in one.broken(one.places)]
    return wrong if facts else ["it does not say what was looked at"]


def _sound_in(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    facts = one.facts_in(said["looked"])
    wrong = [
        f"{fact} cannot be known"
        for fact in facts
        if all(one.value(fact, place) is None for place in one.places)
    ]
    wrong += [f"broken: {rule}" for rule in one.broken(one.places)]
    return wrong if facts else ["it does not say what was looked at"]


def _blind(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That no rule could look; a town without a row of a ledger shows nothing where the area can't be told of."""
    looked = [
        rule.rule
        for rule in load_rules()
        for place in one.places
        if one.breaks(rule, place) is not None
        and any(place in (ALL, row.town, one.place) for row in one.now._list(rule.fact.split(".")[0]))
    ]
    return [f"looked: {looked}"] if looked else []


def _no_steps(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    return [f"broken: {broken}"] if (broken := one.broken(one.places)) else []


def _equal(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    number, within = read_number(said["value"])
    values = [
        value
        for town in TOWNS
        for fact in one.facts_in(said["fact"])
        if (value := one.value(fact, town)) is not None
    ]
    places = read_number(said["n"])[0] if "n" in said else 2
    right = len(values) == places and all(abs(value - number) <= within for value in values)
    return [] if right else [f"{values}"]


def _one(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    values = {
        TOWNS[town]: value
        for town in TOWNS
        for fact in one.facts_in(said["fact"])
        if (value := one.value(fact, town)) is not None
    }
    number, within = read_number(said["value"])
    right = len(values) == 1 and said["name"] in values and abs(values[said["name"]] - number) <= within
    return [] if right else [f"{values}"]


def _no_comparison(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    facts = one.facts_in(said["fact"])
    told = {row.town for fact in facts for row in one.now.list_begun(fact.split(".")[0])}
    values = [one.value(fact, town) for town in told for fact in facts]
    return [] if all(value is None for value in values) else [f"{values}"]


def _deaths(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """How many died in all, and in each town that is named."""
    every = one.value("incidents.deaths", ALL)
    wrong = [] if every == read_number(said["n"])[0] else [f"{every} died"]
    for town, name in TOWNS.items():
        number = re.search(rf"{name}(\d+)人|(\w+) (?:person|people)? ?in {name}", said["names"])
        told = read_number(number[1] or number[2])[0] if number else 0
        if one.value("incidents.deaths", town) != told:
            wrong.append(f"{one.value('incidents.deaths', town)} died in {name}")
    return wrong


def _list_incidents(one: Checker, place: str) -> tuple[list[Row], list[Row]]:
    """Incidents with dead or missing, or of a grade above the lowest; and others that do not say how many died."""
    rows = [row for row in one.now.rows["incidents"] if place in (ALL, row.town)]
    lost = [row for row in rows if any(one.now.number(row, name) for name in ("deaths", "missing"))]
    grave = [row for row in rows if row in lost or (one.now.level(row) or 0) > 0]
    return grave, [row for row in rows if row not in grave and one.now.number(row, "deaths") is None]


def _grave(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """How many grave events there were, how many died in them, and in how many towns."""
    rows, _ = _list_incidents(one, place)
    dead = sum(one.now.number(row, "deaths") or 0 for row in rows)
    wanted = {"n": len(rows), "dead": dead, "places": len({row.town for row in rows})}
    return [f"{name} is {number}" for name, number in wanted.items() if read_number(said[name])[0] != number]


def _grave_silent(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """Of how many further incidents it is not written how many died."""
    _, silent = _list_incidents(one, place)
    return [] if read_number(said["n"])[0] == len(silent) else [f"of {len(silent)}"]


def _none_grave(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That nobody died and no accident was of a grade above the lowest: all must be known."""
    facts = [
        "incidents.deaths",
        *(f"incidents.level_{name}" for name in ("larger", "major", "extraordinary")),
    ]
    values = {fact: one.value(fact, place) for fact in facts}
    return [] if all(value == 0 for value in values.values()) else [str(values)]


def _grave_unknown(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That it can't be told whether nobody died, and no accident was larger."""
    return [] if _none_grave(one, said, place, subject) else ["it is known"]


def _spread(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    facts = one.facts_in(said["fact"])
    values = {
        TOWNS[town]: value for town in TOWNS for fact in facts if (value := one.value(fact, town)) is not None
    }
    ends = [
        read_number(said[name], facts[0]) if facts and re.match(_NUMBER[one.lang], said[name], re.I) else None
        for name in ("least", "most")
    ]
    if not values or len(values) != read_number(said["n"])[0]:
        return [f"{values}"]
    for end, value in zip(ends, (min(values.values()), max(values.values())), strict=True):
        if end is not None and abs(end[0] - value) > end[1]:
            return [f"{values}"]
    return []


def _turning(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """In how many districts some rows do not say what the fact compared rests on."""
    counts = dict[str, int]()
    for (town, name), fact in one.now.facts.items():
        if town in TOWNS and fact.value is not None:
            counts[name] = counts.get(name, 0) + (fact.unsaid > 0)
    return [] if read_number(said["n"])[0] in counts.values() else [f"{counts}"]


def _all_drilled(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    towns = TOWNS if one.place == ALL else (one.place,)
    without = [TOWNS[town] for town in towns if not one.drills(town)]
    return [f"without: {without}"] if without else []


def _some_drilled(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    towns = TOWNS if one.place == ALL else (one.place,)
    without = {TOWNS[town] for town in towns if not one.drills(town)}
    named = {name for name in TOWNS.values() if name in said.get("names", "")}
    number = read_number(said["m"])[0] if "m" in said else 1 if named else len(towns)
    named = named or set(TOWNS.values())
    return [] if named == without and len(without) == number else [f"without: {without}"]


def _steady(of_share: bool) -> Claim:
    """That a chart has nothing out of line: of shares, only where it can be known how soon hazards were rectified."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        if (
            not of_share
            and "三十日" not in said.get("subject", "")
            and "thirty" not in said.get("subject", "")
        ):
            return []
        rows = [row for row in one.now._list("hazards") if one.place in (ALL, row.town)]
        rows = [row for row in rows if (one.now.as_of - row.says["found_on"][1]).days >= 30]  # type: ignore[index]
        dark = [row for row in rows if one.is_vague(row)]
        return (
            [f"of {len(dark)} of {len(rows)} it is not known how soon"] if 10 * len(dark) > len(rows) else []
        )

    return hold


def _in_time(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    judged = [
        answer
        for row in one.now.rows["hazards"]
        if one.place in (ALL, row.town) and (answer := one.in_time(row)) is not None
    ]
    right = (len(judged), sum(judged)) == (read_number(said["due"])[0], read_number(said["done"])[0])
    return [] if right else [f"{sum(judged)} of {len(judged)}"]


def _perhaps_in_time(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """Of how many with a deadline it is not written whether they met it: done on no known side, or of unknown state."""
    unsaid = 0
    for row in one.now.rows["hazards"]:
        due, day = row.says.get("deadline"), one.now.day_done(row)
        if one.place not in (ALL, row.town) or due is None:
            continue
        by, since = (one.now.as_of, row.says["found_on"][0]) if day is None else (day[1], day[0])  # type: ignore[index]
        blind = one.now.state(row) == "unknown"
        unsaid += blind or (one.now.is_done(row) and by > due[1] and (day is None or since <= due[1]))
    return [] if unsaid == read_number(said["n"])[0] else [f"{unsaid} do not say"]


def _found(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """How many problems stand out: of the whole area, and of districts by rules that it keeps."""
    own = one.broken([one.place])
    facts = {rule.rule: rule.fact for rule in load_rules()}
    told = {facts[rule] for rule in own}
    others = (
        [rule for town in TOWNS for rule in one.broken([town]) if facts[rule] not in told]
        if one.place == ALL
        else []
    )
    unsure = sum(
        rule.check == "count_up" and one.breaks(rule, p) is None for rule in load_rules() for p in one.places
    )
    number, _ = read_number(said["n"])
    least = len(own) + len(others)
    return [] if least <= number <= least + unsure else [f"{own + others} are broken"]


def _found_in(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """In which districts a problem is found."""
    rule = one.rule
    if rule is None or rule.check == "count_up":
        return []
    rules = [other for other in load_rules() if other.fact == rule.fact]
    towns = {TOWNS[town] for town in TOWNS if any(one.breaks(of, town) for of in rules)}
    named = {name for name in TOWNS.values() if name in said.get("names", "")} or set(TOWNS.values())
    return [] if towns == named else [f"found in {towns}"]


def _gap(how: str) -> Claim:
    """That some facts can't be told, for want of a column."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        facts = one.facts_in(said["titles"])
        wrong = [
            f"{fact} is {one.value(fact, place)}" for fact in facts if one.value(fact, place) is not None
        ]
        for fact in facts:
            told = one.now.facts[place, fact]
            if how == "absent" and told.known:
                wrong.append(f"{fact}: {told.known} rows say it")
            if how == "some" and told.known == told.of:
                wrong.append(f"{fact}: all rows say it")
        return wrong if facts else ["of nothing known"]

    return hold


def _nothing(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    return []


def _more(which: str) -> Claim:
    """What of a rule's stock is from before the period, and how long it has been so."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        fact = getattr(one.rule, which) if one.rule else ""
        value = one.value(fact, one.rule_place)
        number, within = read_number(said["n"])
        right = value is not None and abs(value - number) <= within
        return [] if right else [f"{fact} is {value}"]

    return hold


def _begins_on(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That nothing on record of hazards is from before a day, and something of that day."""
    form = "%Y年%m月%d日" if one.lang == "zh" else "%d %B %Y"
    first = min(row.says["found_on"][0] for row in one.now._list("hazards"))
    return [] if datetime.strptime(said["day"], form).date() == first else [f"it begins on {first}"]


def _basis(how: str) -> Claim:
    """Which text a rule rests on on the period's last day, since when, and what was in force before."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        if one.rule is None:
            return ["of no rule"]
        laws = [law for law in load_laws().get(one.rule.law, ()) if law.start <= one.now.end]
        laws = [law for law in laws if law.until is None or law.until >= one.now.start]
        now = [law for law in laws if law.until is None or law.until >= one.now.end]
        if how == "none":
            return [f"in force: {now}"] if now else []
        if not now or now[-1].cite(one.lang) != said["source"]:
            return [f"in force: {now}"]
        form = "%Y年%m月%d日" if one.lang == "zh" else "%d %B %Y"
        if datetime.strptime(said["day"], form).date() != now[-1].start or now[-1].start <= one.now.start:
            return [f"in force since {now[-1].start}"]
        before = [law.cite(one.lang) for law in laws if law.start < now[-1].start]
        wanted = [said["former"]] if how == "changed" else []
        return [] if before[-1:] == wanted else [f"before: {before}"]

    return hold


def _none_of_noughts(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """Of each of these there is no row."""
    names = re.split("、|和|, | or ", said["noughts"])
    facts = [next(fact for fact, words in _NOUGHTS.items() if words[one.lang] == name) for name in names]
    return [f"{fact} is {one.value(fact, place)}" for fact in facts if one.value(fact, place) != 0]


def _untold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    return ["nobody told of this"]


_DAY = {"zh": r"\d{4}年\d{1,2}月\d{1,2}日", "en": r"\d{1,2} [A-Z][a-z]+ \d{4}"}


def _read_silence(one: Checker, said: Said) -> tuple[list[date], dict[str, list[tuple[date, date]]]]:
    """The days that a sentence names, and of each town that it names the spans of days its rows are dated to."""
    form = "%Y年%m月%d日" if one.lang == "zh" else "%d %B %Y"
    days = [datetime.strptime(text, form).date() for text in re.findall(_DAY[one.lang], said["days"])]
    kinds = [kind for kind in one.kinds if load_kinds()[kind].title[one.lang].lower() in said["kind"].lower()]
    assert kinds, f"no ledger is called {said['kind']}"
    towns = [code for code, name in TOWNS.items() if name in said["names"]] or list(TOWNS)
    rows = [row for kind in kinds for row in one.now._list(kind) if row.town in towns]
    spans: dict[str, list[tuple[date, date]]] = {town: [] for town in towns}
    for row in rows:
        spans[row.town].append(row.says[STARRED[row.kind]])  # type: ignore[arg-type]
    return days, spans


def _silent(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That towns have no row from one day to another, in one span or several."""
    days, spans = _read_silence(one, said)
    pairs = list(zip(days[::2], days[1::2], strict=True))
    return [
        f"{span}"
        for of in spans.values()
        for span in of
        for first, last in pairs
        if span[0] >= first and span[1] <= last
    ] + ([] if pairs else ["from no day to none"])


def _begins(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That the first rows of towns are of one day."""
    (day,), spans = _read_silence(one, said)
    firsts = {min(span[0] for span in of) for of in spans.values() if of}
    whole = {min(firsts)} if firsts and len(spans) == len(TOWNS) else firsts
    return [] if whole == {day} else [f"{firsts}"]


def _ends(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That the last rows of towns, by the day that is read as of, are of one day."""
    (day,), spans = _read_silence(one, said)
    until = one.now.as_of
    lasts = {max(span[0] for span in of if span[0] <= until) for of in spans.values() if of}
    whole = {max(lasts)} if lasts and len(spans) == len(TOWNS) else lasts
    return [] if whole == {day} else [f"{lasts}"]


def _then(one: Checker, fact: str, place: str) -> float | None:
    told = one.before.facts.get((place, fact))
    return None if told is None else told.value


def _beside(fact: str, side: int) -> Claim:
    """How a count lies to that of the year before: each row of both must say."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        now, then = (truth.facts.get((place, fact)) for truth in (one.now, one.before))
        if (
            now is None
            or then is None
            or now.value is None
            or then.value is None
            or now.unsaid
            or then.unsaid
        ):
            return [f"{fact}: {now} and {then}"]
        wanted = {
            "now": now.value,
            "before": then.value,
            "n": abs(now.value - then.value) if side else now.value,
        }
        wrong = [
            name for name, text in said.items() if name in wanted and read_number(text)[0] != wanted[name]
        ]
        right = not wrong and (now.value > then.value) - (now.value < then.value) == side
        nought = "n" in said or now.value == 0
        return [] if right and nought else [f"{fact}: {now.value} and {then.value}"]

    return hold


def _turned(good: int) -> Claim:
    """Which indicators are better, or worse, each with what it was and is."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        facts, wrong = one.facts_in(said["names"]), list[str]()
        for fact in facts:
            now, then, info = one.value(fact, place), _then(one, fact, place), load_facts()[fact]
            side = 1 if info.direction == "more_is_better" else -1
            if now is None or then is None or good * side * (now - then) <= 0:
                wrong.append(f"{fact}: {now} and {then}")
                continue
            title = re.escape(info.title[one.lang])
            told = re.search(
                rf"{title}[（ ]\(?({_NUMBER[one.lang]}) ?→ ?({_NUMBER[one.lang]})", said["names"], re.I
            )
            ends = [read_number(text, fact) for text in told.groups()] if told else []
            if [
                abs(end - value) <= within for (end, within), value in zip(ends, (then, now), strict=False)
            ] != [True] * 2:
                wrong.append(f"{fact}: {then} to {now}")
        return wrong if facts else ["of nothing known"]

    return hold


def _alike(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That some key indicators can be set beside the year before: each must be known of both."""
    known = [fact for fact in load_facts() if None not in (one.value(fact, place), _then(one, fact, place))]
    return [] if read_number(said["n"])[0] <= len(known) else [f"known of both: {known}"]


def _named_alike(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """The same by name."""
    facts = one.facts_in(said["names"])
    unknown = [fact for fact in facts if None in (one.value(fact, place), _then(one, fact, place))]
    return unknown if facts else ["of nothing known"]


def _beside_loss(side: int) -> Claim:
    """How a sum of money lies to that of the year before: each row of both must say."""

    def hold(one: Checker, said: Said, place: str, subject: str) -> list[str]:
        fact = next(iter(one.facts_in(said["name"])), "")
        told = [truth.facts.get((place, fact)) for truth in (one.now, one.before)]
        if any(row is None or row.value is None or row.unsaid for row in told):
            return [f"{fact}: {told}"]
        now, then = (float(row.value) for row in told)  # type: ignore[union-attr, arg-type]
        wanted, wrong = {"now": now, "before": then, "n": abs(now - then)}, list[str]()
        for name in wanted.keys() & said.keys():
            number, within = (0.0, 0.0) if said[name] in ("0", "nothing") else read_number(said[name], fact)
            wrong += [] if abs(number - wanted[name]) <= within + 1e-9 else [f"{fact} {name}: {wanted[name]}"]
        if (now > then) - (now < then) != side or (not side and "now" not in said and now):
            wrong.append(f"{fact}: {now} and {then}")
        return wrong

    return hold


def _nothing_beside(one: Checker, said: Said, place: str, subject: str) -> list[str]:
    """That nothing can be set beside the year before.

    Deaths that each row of both years tells of would have been, where no town's ledger is without a row for a quarter.
    """
    told = [truth.facts.get((place, "incidents.deaths")) for truth in (one.now, one.before)]
    if "incidents" not in one.kinds or any(
        fact is None or fact.value is None or fact.unsaid for fact in told
    ):
        return []
    towns = TOWNS if place == ALL else (place,)
    quarters = [
        (truth.start.year, quarter)
        for truth in (one.before, one.now)
        for quarter in range(4)
        if date(truth.start.year, 3 * quarter + 1, 1) <= truth.as_of
    ]
    spans = [(row.town, row.says[STARRED[row.kind]]) for row in one.now._list("incidents")]
    rows = {(town, span[0].year, (span[0].month - 1) // 3) for town, span in spans}  # type: ignore[index]
    full = all((town, *quarter) in rows for town in towns for quarter in quarters)
    return [f"deaths: {told}"] if full else []


_CLAIMS: dict[str, Claim] = {
    **{
        f"brief.beside.{key}.{which}": _beside(fact, side)
        for key, fact in (("deaths", "incidents.deaths"), ("overdue", "hazards.overdue_stock"))
        for which, side in (("more", 1), ("fewer", -1), ("same", 0), ("nought", 0))
    },
    **{f"brief.beside.better{many}": _turned(1) for many in ("", "_many")},
    **{f"brief.beside.worse{many}": _turned(-1) for many in ("", "_many")},
    **{
        f"brief.beside.loss.{which}": _beside_loss(side)
        for which, side in (("more", 1), ("fewer", -1), ("same", 0), ("nought", 0))
    },
    "brief.beside.rest": _alike, "brief.beside.none": _alike, "brief.beside.untested": _nothing,
    "brief.beside.named": _named_alike,
    "brief.beside.nothing": _nothing_beside, "elsewhere.losses": _untold,
    "findings.only_in.losses": _untold, "findings.only_in.incidents": _untold, "findings.first_subject": _nothing,
    "findings.among_subject": _nothing,
    **{key: _untold for key in load_words() if key.startswith(("targets.", "compare.targets"))},
    "clause.withheld": _untold, "clause.rounded": _untold, "clause.titled": _titled,
    "clause.same_both": _untold, "unread": _untold, "unread_grid": _untold, "summary.reported": _untold,
    "silence.many": _nothing, "silence.within": _silent, "silence.before": _begins,
    "silence.after": _ends, "silence.ask": _nothing,
    "findings.subjects": _nothing, "stock.begins": _begins_on,
    "findings.uncited": _nothing, "findings.named": _nothing, "noughts.told": _none_of_noughts,
    "findings.carried": _more("carried"), "findings.carried_tasks": _more("carried"), "findings.age": _more("age"),
    "clause.same": _same, "clause.same_area": _same_area, "clause.unknown": _no_value,
    "clause.above_area": _beside_area(1), "clause.below_area": _beside_area(-1),
    **{f"clause.{rate}up_{sure}": _changed(1) for rate in ("", "rate_") for sure in ("beyond", "plain")},
    **{f"clause.{rate}down_{sure}": _changed(-1) for rate in ("", "rate_") for sure in ("beyond", "plain")},
    "levels.none": _levels("ordinary", "larger", "major", "extraordinary"),
    "levels.no_graver": _levels("larger", "major", "extraordinary"), "levels.lead": _nothing, "levels.inside": _nothing,
    **{f"gap.{how}": _gap(how) for how in ("absent", "some", "all_of", "partly")},
    **{f"findings.found_in{many}{too}": _found_in for many in ("", "_many", "_all") for too in ("", "_too")},
    "findings.practice": _basis("none"), "findings.source_new": _basis("new"),
    "findings.source_changed": _basis("changed"),
    "findings.lead": _found, "findings.steps_lead": _nothing, "findings.more": _nothing, "findings.first": _nothing,
    "summary.nothing": _no_rows, "summary.districts": _nothing, "summary.as_of": _nothing,
    "findings.none": _sound, "findings.none_of": _sound_of, "findings.none_in": _sound_in,
    "findings.blind": _blind, "findings.no_rows": _no_rows,
    "findings.no_steps": _no_steps, "compare.equal": _equal, "compare.one": _one, "compare.nothing": _no_comparison,
    "compare.spread": _spread, "compare.deaths": _deaths, "compare.turning": _turning,
    "grave.some": _grave, "grave.silent": _grave_silent, "grave.none": _none_grave, "grave.unknown": _grave_unknown,
    "required_drills.met": _all_drilled, "required_drills.met_one": _all_drilled,
    **{f"required_drills.missed{which}": _some_drilled for which in ("", "_one", "_all")},
    "control.all_steady": _steady(True), "control.steady": _steady(False), "closure.in_time": _in_time,
    "closure.in_time_unsaid": _perhaps_in_time,
}  # fmt: skip
