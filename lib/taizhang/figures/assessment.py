"""The assessment by the workbook's own rules: points, ranks with their range, and what each rule does."""

import math

from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.naming import name_period
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label


@leave_out_of_brief
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
    notes = [label("table.assessment.note", lang)]
    if found.places["missing"].any():
        notes.append(label("table.assessment.missing", lang))
    return display.Table(
        id="assessment",
        title=assessment.title or label("table.assessment.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(rule.name, "", "right") for rule in assessment.rules),
            display.Column(label("column.assessment.total", lang), "", "right"),
            display.Column(label("column.assessment.rank", lang)),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _cell(points: float, kind: str, lang: str) -> display.Cell:
    """Points of a rule; of a veto whether it applies; a dash where its fact isn't known."""
    if math.isnan(points):
        return display.Cell("—")
    if kind == "veto":
        return display.Cell(label(f"assessment.{'veto' if points else 'no_veto'}", lang), float(points))
    return display.Cell(format_number(points, 1), float(points))


@leave_out_of_brief
def tabulate_rules(view: View) -> display.Table | None:
    """How the ranking changes without each rule."""
    found = find_assessment(view)
    if found is None or found.sensitivity.empty:
        return None
    lang, rules = view.lang, found.assessment.rules
    rows = tuple(
        (
            display.Cell(rules[int(str(n))].name),
            display.Cell(label(f"assessment.kind.{rules[int(str(n))].kind}", lang)),
            display.Cell(format_number(row["moved"]), float(row["moved"])),
            display.Cell(format_number(row["most"]), float(row["most"])),
            display.Cell(format_number(row["tau"], 2), float(row["tau"])),
        )
        for n, row in found.sensitivity.iterrows()
    )
    heads = ("rule", "kind", "moved", "most", "tau")
    return display.Table(
        id="assessment-rules",
        title=label("table.rules.title", lang, n=len(found.places)),
        columns=tuple(
            display.Column(label(f"column.rules.{name}", lang), "", "right" if n > 1 else "left")
            for n, name in enumerate(heads)
        ),
        rows=rows,
        notes=(label("table.rules.note", lang),),
    )
