"""The assessment by the workbook's own rules: points, ranks with their range, and the effect of each rule."""

from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.formats import format_span
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
