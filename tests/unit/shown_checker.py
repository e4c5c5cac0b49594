"""Reads the figures and tables of reports and holds what they say against what can be known.

Of a table, every cell that is a fact, every change beside one, and each row of a list of rows; of the key figures, each
card; of a figure, its alternative text. What an alternative text claims, this module says for each by hand; one of
which nobody said what it claims counts as false, and so does a list.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from math import inf
from string import Formatter

from claim_checker import Checker, Fault, Said, read_number
from told_ledgers import TOWNS, Row
from told_truth import ALL, STARRED

from taizhang.core.display import Figure, KeyFigure, KeyFigures, Table
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.formats import join_list
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.words import label

Wrong = list[str]
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
NOTHING = ("—", "未填写", "not stated")
_UNKNOWN = (*NOTHING, "不详", "not known")
_CLASSES = {
    "zh": {"general": "一般", "major": "重大", "on_the_spot": "立行立改", "by_deadline": "限期整改", "": "未填写",
           "accident": "事故灾难", "natural": "自然灾害", "field": "实战演练", "tabletop": "桌面演练",
           "yes": "是", "no": "否"},
    "en": {"general": "general", "major": "major", "on_the_spot": "on the spot", "by_deadline": "by a deadline",
           "": "not stated", "accident": "accident", "natural": "natural disaster", "field": "field",
           "tabletop": "tabletop", "yes": "yes", "no": "no"},
}  # fmt: skip


def check_shown(one: Checker, shown: Figure | Table | KeyFigures) -> list[Fault]:
    """What a figure, a table or the key figures of a report claim that is not so, or can't be known."""
    if isinstance(shown, Table):
        return _check_table(one, shown)
    if isinstance(shown, KeyFigures):
        return [fault for item in shown.items for fault in _check_card(one, item)]
    return check_alt(one, shown.id, shown.alt)


# Numbers of facts.


def _find_number(text: str, fact: str) -> tuple[float, float] | None:
    """The first number of a text, and by how much it may be rounded."""
    found = re.search(_NUMBER, text)
    return read_number(text[found.start() :], fact) if found else None


def _hold_value(one: Checker, text: str, fact: str, place: str, *, then: bool = False) -> Wrong:
    """That a text says a fact's value, or that it is not known."""
    told = (one.before if then else one.now).facts.get((place, fact))
    said = _find_number(text, fact)
    if told is None:
        return []  # a fact that is not reckoned here
    if said is None:
        # A dash under an earlier period says that nothing is compared.
        right = text in _UNKNOWN and (told.value is None or (then and text == "—"))
        return [] if right else [f"{fact} is {told.value}"]
    number, within = said
    right = told.value is not None and abs(told.value - number) <= within
    return [] if right else [f"{fact} is {told.value}"]


def _hold_change(one: Checker, text: str, fact: str) -> Wrong:
    """That a text says by how much a fact changed on the year before."""
    now, then = (truth.facts.get((one.place, fact)) for truth in (one.now, one.before))
    if now is None or text in ("", "—"):
        return []
    if now.value is None or then is None or then.value is None:
        return [f"{fact} is {now.value} now, {then and then.value} then"]
    found = re.search(rf"[+−-]{_NUMBER}", text)
    if found is None:
        same = label("change.same", one.lang) in text
        return [] if same and abs(now.value - then.value) < 1e-9 else [f"{now.value} now, {then.value} then"]
    sign = -1 if text[found.start()] in "−-" else 1
    number, within = read_number(text[found.start() + 1 :], fact)
    right = abs(now.value - then.value - sign * number) <= within
    return [] if right else [f"{now.value} now, {then.value} then"]


def _check_card(one: Checker, item: KeyFigure) -> list[Fault]:
    text = f"{item.value} {item.unit}".strip()
    wrong = _hold_value(one, text, item.fact, one.place) + _hold_change(one, item.change, item.fact)
    return [Fault(f"{text} {item.change}", why, "key-figures") for why in wrong]


# Tables.


def _check_table(one: Checker, table: Table) -> list[Fault]:
    heads = [column.label for column in table.columns]
    earlier = label("column.year_before", one.lang).lower()
    faults, name = list[Fault](), re.sub("^(facts|districts)-.*", r"\1", table.id)
    for row in table.rows:
        fact = next((cell.fact for cell in row if cell.fact), "")
        for head, cell in zip(heads, row, strict=True):
            then = earlier in head.lower()
            if cell.fact:
                wrong = _hold_value(one, cell.text, cell.fact, cell.district or one.place, then=then)
            elif fact and re.search("变化|^Change", head):
                wrong = _hold_change(one, cell.text, fact)
            else:
                wrong = []
            faults += [Fault(f"{head}: {cell.text}", why, table.id) for why in wrong]
    if hold := _ROWS.get(name):
        texts = [[cell.text for cell in row] for row in table.rows]
        faults += [Fault(" | ".join(row), why, name) for row in texts for why in hold(one, row)]
        whole = _WHOLE.get(name)
        if whole and len(texts) < 30 and len(texts) != len(whole(one)):
            faults.append(Fault(table.title, f"{len(texts)} listed of {len(whole(one))}", name))
    elif not any(cell.fact for row in table.rows for cell in row):
        faults.append(Fault(table.title, "nobody said what its rows claim"))
    return faults


def _list_here(one: Checker, kind: str, *, stock: bool = False) -> list[Row]:
    rows = (one.now.stock if stock else one.now.rows)[kind]
    return [row for row in rows if one.place in (ALL, row.town)]


def _find_row(rows: Sequence[Row], column: str, text: str) -> Row | None:
    """The row that has a text of its own in a column; on an English page Chinese is in quotation marks."""
    text = text.strip("“”")
    return next((row for row in rows if text in (row.cells.get(column), row.says.get(column))), None)


def _say(one: Checker, row: Row, column: str) -> str:
    """What a class or an answer is called; that it is not stated."""
    return _CLASSES[one.lang][str(row.says.get(column, ""))]


def _hold_day(row: Row, column: str, text: str) -> Wrong:
    """That a cell says a row's day: of a month its first or its last."""
    span = row.says.get(column)
    days = [day.isoformat() for day in span] if span else ["—"]  # type: ignore[attr-defined]
    return [] if text in days else [f"{column} is {days}"]


def _hold_number(one: Checker, row: Row, column: str, text: str) -> Wrong:
    """That a cell says a row's number; an empty one says nothing."""
    number, said = one.now.number(row, column), _find_number(text, "")
    if said is None:
        written = column in row.says
        return [f"{column} is {number}"] if written or text not in NOTHING else []
    return [] if number is not None and abs(number - said[0]) <= said[1] else [f"{column} is {number}"]


def _list_overdue(one: Checker) -> list[Row]:
    return [row for row in _list_here(one, "hazards", stock=True) if one.now.is_overdue(row)]


def _overdue(one: Checker, row: list[str]) -> Wrong:
    _, description, severity, found, due, late = row
    told = _find_row(_list_overdue(one), "description", description)
    if told is None:
        return ["it is not overdue"]
    days = (one.now.as_of - told.says["deadline"][1]).days  # type: ignore[index]
    wrong = [] if _find_number(late, "") == (days, 0.5000001) else [f"{days} days late"]
    wrong += [] if severity == _say(one, told, "severity") else [f"it is {told.says.get('severity')}"]
    return wrong + _hold_day(told, "found_on", found) + _hold_day(told, "deadline", due)


def _drill(one: Checker, row: list[str]) -> Wrong:
    held, name, form, _, people, evaluated = row
    told = _find_row(_list_here(one, "drills"), "name", name)
    if told is None:
        return ["no such drill"]
    wrong = [
        f"{column} is {told.says.get(column)}"
        for column, text in (("kind", form), ("evaluated", evaluated))
        if text.lower() != _say(one, told, column).lower()
    ]
    return wrong + _hold_day(told, "held_on", held) + _hold_number(one, told, "participants", people)


def _incident(one: Checker, row: list[str]) -> Wrong:
    day, group, _, description, *numbers = row
    told = _find_row(_list_here(one, "incidents"), "description", description)
    if told is None:
        return ["no such incident"]
    wrong = [] if group.lower() == _say(one, told, "class").lower() else [f"it is {told.says.get('class')}"]
    wrong += _hold_day(told, "occurred_on", day)
    for column, text in zip(("deaths", "serious_injuries", "loss_wan"), numbers, strict=True):
        wrong += _hold_number(one, told, column, text)
    return wrong


def _required(one: Checker, row: list[str]) -> Wrong:
    name, last, held, verdict = row
    town = next(code for code, called in TOWNS.items() if called == name)
    days = [row.says["held_on"] for row in one.now._list("drills") if row.town == town]
    days = [day for day in days if day[1] <= one.now.as_of]  # type: ignore[index]
    ends = sorted(day[1].isoformat() for day in days)[-1:] or ["—"]  # type: ignore[index]
    words = label(f"drill_rule.{'met' if days else 'missed'}", one.lang)
    right = (last, held, verdict) == (ends[0], str(len(days)), words)
    return [] if right else [f"{len(days)}, the last on {ends[0]}"]


def _list_timed(one: Checker) -> list[Row]:
    """The period's hazards found on a day that is known."""
    return [row for row in _list_here(one, "hazards") if one.now._is_day(row)]


def _read_days(one: Checker, row: Row, late: bool) -> tuple[int, bool]:
    """Days to closure, and whether it is closed: as late as may be, or as soon."""
    if one.now.state(row) != "unknown":
        return one.now._days(row, late)
    return ((one.now.as_of - row.says["found_on"][0]).days, False) if late else (0, True)  # type: ignore[index]


def _close(one: Checker, rows: Sequence[Row], within: int) -> list[float]:
    """Percent closed within some days, by Kaplan and Meier, at least and at most."""
    shares = []
    for late in (True, False):
        cases = [_read_days(one, row, late) for row in rows]
        left = Fraction(1)
        for day in sorted({days for days, done in cases if done and days <= within}):
            closed = sum(done and days == day for days, done in cases)
            left *= 1 - Fraction(closed, sum(days >= day for days, _ in cases))
        shares.append(float(100 * (1 - left)))
    return sorted(shares)


def _halve(one: Checker, rows: Sequence[Row]) -> list[float]:
    """The first day by which half are closed, at least and at most."""
    days = (one.now._half([_read_days(one, row, late) for row in rows]) for late in (True, False))
    return sorted(inf if day is None else day for day in days)


def _group(one: Checker, column: str) -> dict[str, list[Row]]:
    """The timed hazards by what a column's classes are called; those of fewer than ten together."""
    groups: dict[str, list[Row]] = {}
    for row in _list_timed(one):
        groups.setdefault(_say(one, row, column), []).append(row)
    small = [name for name, rows in groups.items() if len(rows) < 10]
    if len(small) > 1:
        name = label("closure.small", one.lang, n=len(small))
        groups[name] = [row for name in small for row in groups.pop(name)]
    return groups


def _closure(one: Checker, row: list[str]) -> Wrong:
    by, name, found, median, month, in_time = row
    columns = {label_of: column for column in ("severity", "mode") for label_of in _name_column(one, column)}
    rows = _group(one, columns[by])[name] if by else _list_timed(one)
    wrong = [] if int(found) == len(rows) else [f"there are {len(rows)}"]
    wrong += _near(month, *_close(one, rows, 30))
    half = _halve(one, rows)
    wrong += (
        _near(re.sub("[（(].*", "", median), *half) if half[0] < inf else [] if median == "—" else [f"{half}"]
    )
    judged = [one.in_time(row) for row in rows]
    known = [each for each in judged if each is not None]
    if not known:
        return wrong + ([] if in_time == "—" else ["none can be judged"])
    return wrong + _near(in_time, 100 * sum(known) / len(known))


def _name_column(one: Checker, column: str) -> Iterator[str]:
    yield {
        "zh": {"severity": "隐患等级", "mode": "整改方式"},
        "en": {"severity": "Severity", "mode": "Mode of correction"},
    }[one.lang][column]


def _near(text: str, least: float, most: float | None = None) -> Wrong:
    """That a text begins with a number, or with two between which it lies."""
    values = (least, least if most is None else most)
    found = re.match(rf"({_NUMBER}|∞)%?(?:(?:至| to )({_NUMBER}|∞)%?)?", text.lstrip())
    said = (
        [read_number(end, "") if end != "∞" else (inf, 0.0) for end in found.groups() if end] if found else []
    )
    ends = (said[0], said[-1]) if said else ()
    near = [
        end == value or abs(end - value) <= within for (end, within), value in zip(ends, values, strict=False)
    ]
    return [] if near and all(near) else [f"it is {least} to {most}, not {text}"]


_ROWS: dict[str, Callable[[Checker, list[str]], Wrong]] = {
    "hazards-overdue": _overdue, "drills-list": _drill, "incidents-list": _incident, "required-drills": _required,
    "closure-table": _closure,
}  # fmt: skip
# The rows that a list has, if it is short enough.
_WHOLE: dict[str, Callable[[Checker], list[Row]]] = {
    "hazards-overdue": _list_overdue,
    "drills-list": lambda one: _list_here(one, "drills"),
    "incidents-list": lambda one: _list_here(one, "incidents"),
}


# Alternative texts.


def check_alt(one: Checker, id: str, text: str) -> list[Fault]:
    """What the alternative text of a figure claims that is not so."""
    name = next((name for name in _ALTS if id == name or id.startswith(f"{name}-")), "")
    if name not in _ALTS:
        return [Fault(text, "nobody said what this claims")]
    forms = ("ranking", "ranking-counts") if name == "ranking" else (name,)
    matches = (re.fullmatch(_compile_alt(form, one.lang), text) for form in forms)
    match = next((found for found in matches if found), None)
    if match is None:
        return [Fault(text, "it is not as exhibits.yml has it")]
    said = {place: words for place, words in match.groupdict().items() if words is not None}
    return [Fault(text, why, name) for why in _ALTS[name](one, said)]


@cache
def _compile_alt(name: str, lang: str) -> str:
    """An alternative text as a regular expression, its places as named groups."""
    parts, seen = [], set[str]()
    about = load_exhibits()["map-fact" if name == "map" else name]
    for words, place, choice, _ in Formatter().parse(about.words["alt"][lang]):
        parts.append(re.escape(words))
        if place and choice:
            parts.append(f"(?:{choice})")
        elif place:
            words = _NUMBER if place in ("n", "open", "empty", "apart") else ".*?"
            parts.append(f"(?P={place})" if place in seen else f"(?P<{place}>{words})")
            seen.add(place)
    return "".join(parts)


def _count(said: Said, name: str = "n") -> int:
    return int(said[name].replace(",", ""))


def _count_months(one: Checker, kind: str) -> Counter[date]:
    days = [row.says[STARRED[kind]][0] for row in _list_here(one, kind)]  # type: ignore[index]
    return Counter(day.replace(day=1) for day in days)


def _hold_peak(one: Checker, said: Said, kind: str) -> Wrong:
    """How many in all, and in which month most."""
    months = _count_months(one, kind)
    wrong = [] if _count(said) == sum(months.values()) else [f"{sum(months.values())} in all"]
    top = [month for month, n in months.items() if n == max(months.values())]
    names = [f"{month.year}年{month.month}月" if one.lang == "zh" else f"{month:%B %Y}" for month in top]
    right = said["peak"] in names and _count(said, "most") == max(months.values())
    return wrong if right else [*wrong, f"most in {names}: {max(months.values())}"]


def _hold_state(one: Checker, words: str) -> Wrong:
    """How many of the period's hazards are open, as far as it is known."""
    states = Counter(one.now.state(row) for row in _list_here(one, "hazards"))
    told = states.total() - states["unknown"]
    how = "unknown" if not told else "some" if states["unknown"] else "open"
    said = load_exhibits()["hazards-state"].say(
        how, one.lang, {"open": states["open"], "unknown": states["unknown"]}
    )
    return [] if words == said else [f"{dict(states)}"]


def _trend(one: Checker, said: Said) -> Wrong:
    return _hold_peak(one, said, "hazards") + _hold_state(one, said["state"])


def _by_class(column: str) -> Callable[[Checker, Said], Wrong]:
    def hold(one: Checker, said: Said) -> Wrong:
        rows = _list_here(one, "hazards")
        counts = Counter(str(row.says.get(column, _CLASSES[one.lang][""])) for row in rows)
        wrong = [] if _count(said) == len(rows) else [f"{len(rows)} in all"]
        for name, n in counts.most_common(3):
            share = f"{n / len(rows):.0%}"
            words = load_exhibits()["hazards-by-class"].say(
                "leader", one.lang, {"name": name, "n": n, "share": share}
            )
            wrong += [] if words in said["leaders"] else [f"{words}: {counts}"]
        return wrong + _hold_state(one, said["state"])

    return hold


def _curve(one: Checker, said: Said) -> Wrong:
    rows = _list_timed(one)
    still = sum(map(one.now.is_open, rows))
    wrong = [] if (_count(said), _count(said, "open")) == (len(rows), still) else [f"{still} of {len(rows)}"]
    return (
        wrong + _near(said["at_once"], *_close(one, rows, 0)) + _near(said["month"], *_close(one, rows, 30))
    )


def _curves(one: Checker, said: Said) -> Wrong:
    """Shares by class, of the column whose classes these are."""
    wanted = [
        {name: _close(one, rows, 30) for name, rows in _group(one, column).items()}
        for column in ("severity", "mode")
    ]
    text = said["shares"]
    # The classes of both may be called alike: those that are left empty, and few others together.
    wrong = [
        [why for name, share in shares.items() for why in _near(text.split(name, 1)[1], *share)]
        for shares in wanted
        if len(shares) > 1 and all(name in text for name in shares)
    ]
    return min(wrong, key=len, default=[f"{wanted}"])


def _calendar(one: Checker, said: Said) -> Wrong:
    passed = one.now.as_of.month - len(_count_months(one, "drills"))
    # A month in which the ledger is silent altogether is none of them.
    wrong = [] if _count(said, "empty") <= passed else [f"{passed} months had none"]
    return wrong + _hold_peak(one, said, "drills")


def _years(one: Checker, said: Said) -> Wrong:
    years = Counter(row.says["occurred_on"][0].year for row in _list_here(one, "incidents", stock=True))  # type: ignore[index]
    told = re.findall(r"(\d{4})年(\d+)起|(\d{4}): (\d+)", said["sums"])
    sums = {int(a or c): int(b or d) for a, b, c, d in told}
    return [] if {year: n for year, n in sums.items() if n} == dict(years) else [f"{dict(years)}"]


def _extremes(one: Checker, said: Said) -> Wrong:
    """Between which districts a fact lies, and of how many it is known."""
    facts = one.facts_in(said["fact"])
    values = {
        TOWNS[town]: value for town in TOWNS for f in facts if (value := one.value(f, town)) is not None
    }
    if len(values) != _count(said):
        return [f"known of {values}"]
    ends = [("high", "most"), ("low", "least")] if "high" in said else [("first", "top"), ("last", "bottom")]
    wrong, told = [], []
    for name, number in ends:
        told.append(values.get(said[name]))
        said_value = _find_number(said[number], facts[0])
        if told[-1] is None or said_value is None or abs(told[-1] - said_value[0]) > said_value[1]:
            wrong.append(f"{said[name]}: {told[-1]}")
    extremes = {max(values.values()), min(values.values())}
    wrong += [] if wrong or set(told) == extremes else [f"{values}"]
    hatched = _find_number(said.get("hatched", ""), "")
    if "high" in said and (hatched[0] if hatched else 0) != len(TOWNS) - len(values):
        wrong.append(f"known of {values}")
    return wrong


def _yield(one: Checker, said: Said) -> Wrong:
    """What a visit finds in all and in the place named, and that its numbers belong together."""
    fact = "inspections.hazards_per_visit"
    places = {name: town for town, name in TOWNS.items()} | {"": ALL}
    values = {name: one.value(fact, place) for name, place in places.items()}
    visits, found = (_find_number(said[name], "") for name in ("visits", "found"))
    whole, town = _find_number(said["value"], fact), said["name"]
    if whole is None or visits is None or found is None:
        return ["no number"]
    wrong = (
        [f"known of {values}"]
        if sum(value is not None for value in values.values()) - 1 != _count(said)
        else []
    )
    if values[""] is None or abs(values[""] - whole[0]) > whole[1]:
        wrong.append(f"{values['']} in all")
    each, made = values.get(town), one.value("inspections.visits", places.get(town, ""))
    if each is None or abs(found[0] / visits[0] - each) > 1e-6 or made is None or visits[0] > made:
        wrong.append(f"{town}: {each} a visit, {made} visits")
    return wrong


def _history(one: Checker, said: Said) -> Wrong:
    """Which ledgers name a premises, in how many rows (a fine is one more), and how many of its hazards are open."""
    named = {
        kind: [
            row for row in _list_here(one, kind, stock=True) if row.says.get("premises") == said["premises"]
        ]
        for kind in ("hazards", "inspections")
    }
    named["penalties"] = [row for row in named["inspections"] if one.now.number(row, "penalty_yuan")]
    titles = {kind: load_kinds()[kind].title[one.lang] for kind in ("hazards", "inspections")}
    titles["penalties"] = label("kind.penalties", one.lang)
    kinds = join_list([titles[kind] for kind, rows in named.items() if rows], one.lang)
    total, still = sum(map(len, named.values())), sum(map(one.now.is_open, named["hazards"]))
    left = load_exhibits()["premises-history"].say("left", one.lang, {"open": still}) if still else ""
    right = (said["kinds"], _count(said), said["left"]) == (kinds, total, left)
    return [] if right else [f"{total} in {kinds}{left}"]


_ALTS: dict[str, Callable[[Checker, Said], Wrong]] = {
    "hazards-trend": _trend, "hazards-by-category": _by_class("category"), "hazards-closure": _curve,
    "closure-by": _curves, "inspections-trend": lambda one, said: _hold_peak(one, said, "inspections"),
    "drills-calendar": _calendar, "incidents-trend": _years, "map": _extremes, "ranking": _extremes,
    "ranking-counts": _extremes, "yield": _yield, "premises-history": _history,
}  # fmt: skip
# Of chance, as such sentences are; and of columns and ledgers that no told ledger has.
_OF_CHANCE = frozenset(
    "closure-cox hazards-control key-periods seasons drill-effects funnel ranks pattern risk-map rate-maps "
    "late-final".split()
)
_UNTOLD = frozenset(
    "hazards-by-trade hazards-by-premises-type hazards-cells hazards-map inspections-by-mode drills-kinds "
    "incidents-map shelters-map warnings weather ground-map location-map grid-map shelter-reach-map grid-problems-map "
    "grid-hazards-map grid-incidents-map action-stages classes drill-ratings".split()
)


def list_alts() -> set[str]:
    """The exhibits whose alternative texts nobody said the claims of."""
    known = {"map-fact" if name == "map" else name for name in _ALTS}
    return (
        {id for id, about in load_exhibits().items() if "alt" in about.words} - known - _OF_CHANCE - _UNTOLD
    )
