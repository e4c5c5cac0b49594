"""The assessment by the workbook's own rules: points, ranks with their range, the effect of each rule, rewards."""

from collections.abc import Iterator

import pandas as pd

from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.rewards import Rewarded, find_rewards, name_untold
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.formats import format_number, format_span, join_list
from taizhang.metadata.words import label


@exhibit("assessment")
def tabulate_assessment(view: View) -> display.Table | None:
    """Tabulate each district's points by rule, total, and rank with its range."""
    found = find_assessment(view)
    if found is None:
        return None
    lang, assessment, rows = view.lang, found.assessment, []
    for code, row in found.places.iterrows():
        ends = zip(row[: len(assessment.rules)], found.least.loc[code], found.most.loc[code], strict=True)
        points = (
            _cell(*numbers, rule.kind, lang) for rule, numbers in zip(assessment.rules, ends, strict=True)
        )
        rank = label("standing.range", lang, rank=row["rank"], first=row["low"], last=row["high"])
        if row["vetoed"]:
            rank = label("assessment.vetoed", lang, rank=rank)
        place = write_number(row["rank"], text=rank, note="worse" if row["vetoed"] else "")
        total = write_number(row["total"], text=format_span(row["total_least"], row["total_most"], lang, 1))
        rows.append((display.Cell(row["district"], district=str(code)), *points, total, place))
    notes = [say_exhibit(view, "assessment", "note")]
    if found.has_ends:
        notes.append(say_exhibit(view, "assessment", "ends"))
    if found.has_missing:
        notes.append(say_exhibit(view, "assessment", "missing"))
    heads = [rule.name for rule in assessment.rules]
    return make_table(view, "assessment", rows, title=assessment.title, columns=heads, notes=notes)


def _cell(points: float, least: float, most: float, kind: str, lang: str) -> display.Cell:
    """Points of a rule, or their range; of a veto whether it applies, or may; a dash where its fact isn't known."""
    if kind != "veto":
        return write_number(points, text=format_span(least, most, lang, 1))
    which = "perhaps" if least != most else "veto" if points else "no_veto"
    return write_number(points, text=label(f"assessment.{which}", lang))


@exhibit("assessment-rules")
def tabulate_rules(view: View) -> display.Table | None:
    """Tabulate how the ranking changes when each rule is left out."""
    found = find_assessment(view)
    if found is None or found.sensitivity.empty:
        return None
    lang, rules = view.lang, found.assessment.rules
    rows = []
    for n, row in found.sensitivity.iterrows():
        rule = rules[int(str(n))]
        kind = label(f"assessment.kind.{rule.kind}", lang)
        rows.append((rule.name, kind, row["moved"], row["most"], write_number(row["tau"], 2)))
    return make_table(view, "assessment-rules", rows, n=len(found.places))


@exhibit("rewards")
def tabulate_rewards(view: View) -> display.Table | None:
    """Tabulate what each district is paid or fined: in the period, and over the year so far; how sure its place is."""
    found = find_rewards(view)
    if not found:
        return None
    columns = [head for one in found for head in _name_rewards(one, view.lang)]
    rows = [
        (
            display.Cell(str(found[0].places.loc[code, "district"]), district=str(code)),
            *(cell for one in found for cell in _show_reward(one, one.places.loc[code], view.lang)),
        )
        for code in found[0].places.index
    ]
    told = {
        "note": True,
        "chance": any(one.is_by_rank for one in found),
        "months": any(one.reward.monthly for one in found),
        "unknown": any(one.has_unknown for one in found),
    }
    notes = [say_exhibit(view, "rewards", name) for name, there in told.items() if there]
    if untold := name_untold(view):
        notes.append(say_exhibit(view, "rewards", "untold", names=join_list(untold, view.lang)))
    return make_table(view, "rewards", rows, columns=columns, notes=notes)


def _name_rewards(one: Rewarded, lang: str) -> Iterator[str]:
    """The heads of a reward's columns."""
    reward = one.reward
    unit = reward.unit_zh if lang == "zh" else reward.unit_en
    if one.months:
        yield label("rewards.amount", lang, name=reward.name, unit=unit)
    if one.goes_on:
        yield label("rewards.total", lang, name=reward.name, unit=unit)
    if one.months and reward.first:
        yield label("rewards.first", lang, n=len(reward.first))
    if one.months and reward.last:
        yield label("rewards.last", lang, n=len(reward.last))


def _show_reward(one: Rewarded, row: pd.Series, lang: str) -> Iterator[display.Cell]:
    """The cells of a district, one for each head."""
    if one.months:
        yield _write_amount(row["amount"], row["known"], one.months, lang)
    if one.goes_on:
        yield _write_amount(row["total"], row["total_known"], one.months_total, lang)
    for side, there in (("first", one.reward.first), ("last", one.reward.last)):
        if one.months and there:
            least, most = 100 * row[f"{side}_least"], 100 * row[f"{side}_most"]
            yield write_number(most, text=format_span(least, most, lang, unit="%"))


def _write_amount(amount: float, known: int, months: int, lang: str) -> display.Cell:
    """Money, with the months that it is of where others can't be told."""
    text = format_number(amount, 0 if float(amount).is_integer() else 2)
    if 0 < known < months:
        text = label("rewards.of", lang, amount=text, known=int(known), months=months)
    return write_number(amount, text=text)
