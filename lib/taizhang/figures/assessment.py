"""The assessment by the workbook's own rules: points, ranks with their range, and what each rule does."""

from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.words import label


@exhibit("assessment")
def tabulate_assessment(view: View) -> display.Table | None:
    """Each district's points by rule, total, and rank with its range."""
    found = find_assessment(view)
    if found is None:
        return None
    lang, assessment, rows = view.lang, found.assessment, []
    for code, row in found.places.iterrows():
        points = (_cell(row[n], rule.kind, lang) for n, rule in enumerate(assessment.rules))
        rank = label("standing.range", lang, rank=row["rank"], first=row["low"], last=row["high"])
        if row["vetoed"]:
            rank = label("assessment.vetoed", lang, rank=rank)
        place = write_number(row["rank"], text=rank, note="worse" if row["vetoed"] else "")
        total = write_number(row["total"], 1)
        rows.append((display.Cell(row["district"], district=str(code)), *points, total, place))
    notes = [say_exhibit(view, "assessment", "note")]
    if found.has_missing:
        notes.append(say_exhibit(view, "assessment", "missing"))
    heads = [rule.name for rule in assessment.rules]
    return make_table(view, "assessment", rows, title=assessment.title, columns=heads, notes=notes)


def _cell(points: float, kind: str, lang: str) -> display.Cell:
    """Points of a rule; of a veto whether it applies; a dash where its fact isn't known."""
    words = label(f"assessment.{'veto' if points else 'no_veto'}", lang) if kind == "veto" else ""
    return write_number(points, 1, text=words)


@exhibit("assessment-rules")
def tabulate_rules(view: View) -> display.Table | None:
    """How the ranking changes without each rule."""
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
