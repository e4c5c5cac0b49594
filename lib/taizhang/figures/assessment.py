"""The assessment by the workbook's own rules: points, ranks with their range, and what each rule does."""

import math

from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import list_heads, make_table
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label


@exhibit("assessment")
def tabulate_assessment(view: View) -> display.Table | None:
    """Each district's points by rule, total, and rank with its range."""
    found = find_assessment(view)
    if found is None:
        return None
    lang, assessment, rows = view.lang, found.assessment, []
    for code, row in found.places.iterrows():
        cells = [display.Cell(row["district"], district=str(code))]
        for n, rule in enumerate(assessment.rules):
            cells.append(_cell(row[n], rule.kind, lang))
        if math.isnan(row["total"]):
            rows.append((*cells, display.Cell("—"), display.Cell("—")))
            continue
        cells.append(display.Cell(format_number(row["total"], 1), float(row["total"])))
        rank = label("standing.range", lang, rank=row["rank"], first=row["low"], last=row["high"])
        if row["vetoed"]:
            rank = label("assessment.vetoed", lang, rank=rank)
        cells.append(display.Cell(rank, float(row["rank"]), note="worse" if row["vetoed"] else ""))
        rows.append(tuple(cells))
    notes = [say_exhibit(view, "assessment", "note")]
    if found.places["missing"].any():
        notes.append(say_exhibit(view, "assessment", "missing"))
    return make_table(
        view,
        "assessment",
        rows,
        title=assessment.title,
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(rule.name, "", "right") for rule in assessment.rules),
            *list_heads("assessment", lang),
        ),
        notes=notes,
    )


def _cell(points: float, kind: str, lang: str) -> display.Cell:
    """Points of a rule; of a veto whether it applies; a dash where its fact isn't known."""
    if math.isnan(points):
        return display.Cell("—")
    if kind == "veto":
        return display.Cell(label(f"assessment.{'veto' if points else 'no_veto'}", lang), float(points))
    return display.Cell(format_number(points, 1), float(points))


@exhibit("assessment-rules")
def tabulate_rules(view: View) -> display.Table | None:
    """How the ranking changes without each rule."""
    found = find_assessment(view)
    if found is None or found.sensitivity.empty:
        return None
    lang, rules = view.lang, found.assessment.rules
    rows = (
        (
            display.Cell(rules[int(str(n))].name),
            display.Cell(label(f"assessment.kind.{rules[int(str(n))].kind}", lang)),
            display.Cell(format_number(row["moved"]), float(row["moved"])),
            display.Cell(format_number(row["most"]), float(row["most"])),
            display.Cell(format_number(row["tau"], 2), float(row["tau"])),
        )
        for n, row in found.sensitivity.iterrows()
    )
    return make_table(view, "assessment-rules", rows, n=len(found.places))
