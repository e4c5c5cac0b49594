"""The assessment by the workbook's own rules: points, ranks with their range, and what each rule does."""

import math

import pandas as pd

from taizhang.analysis.naming import name_period
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.view import View, once_per_view
from taizhang.core import display
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label
from taizhang.stats.assess import Assessment, assess_places


@once_per_view
def find_assessment(view: View) -> tuple[Assessment, pd.DataFrame, pd.DataFrame] | None:
    """Points and ranks by the rules of assessment.toml.

    Parameters
    ----------
    view : View
        Of the whole area.

    Returns
    -------
    tuple of (Assessment, DataFrame, DataFrame) or None
        The rules, and both tables of `stats.assess.assess_places`; None where there is no such file, or no
        district has a fact of its points that is known.
    """
    assessment = view.settings.get("assessment")
    if not isinstance(assessment, Assessment) or view.district != ALL or len(view.districts) < 2:
        return None
    names = dict.fromkeys(name for rule in assessment.rules for name in (rule.fact, rule.times) if name)
    tables = [
        pd.DataFrame({name: _list(view, name, column) for name in names})
        for column in ("value", "low", "high")
    ]
    places, sensitivity = assess_places(assessment, *tables)
    return None if places["total"].isna().all() else (assessment, places, sensitivity)


def _list(view: View, fact: str, column: str) -> pd.Series:
    """A column of a fact by district; unknown where withheld or not configured."""
    rows = view.facts[(view.facts["fact"] == fact) & (view.facts["district_code"] != ALL)]
    values = rows[column].mask(rows["suppressed"].astype(bool)).to_numpy(float)
    return pd.Series(values, index=rows["district_code"], dtype=float).reindex(list(view.districts["code"]))


@leave_out_of_brief
def tabulate_assessment(view: View) -> display.Table | None:
    """Each district's points by rule, total, and rank with its range.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where the workbook has no assessment.toml.
    """
    found = find_assessment(view)
    if found is None:
        return None
    lang, (assessment, places, _) = view.lang, found
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    rows = []
    for code, row in places.sort_values("rank").iterrows():
        cells = [display.Cell(str(names[code]), district=str(code))]
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
    if places["missing"].any():
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
    """How the ranking changes without each rule.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where the workbook has no assessment.toml, or one rule alone.
    """
    found = find_assessment(view)
    if found is None or found[2].empty:
        return None
    lang, (assessment, places, sensitivity) = view.lang, found
    rows = tuple(
        (
            display.Cell(assessment.rules[int(str(n))].name),
            display.Cell(label(f"assessment.kind.{assessment.rules[int(str(n))].kind}", lang)),
            display.Cell(format_number(row["moved"]), float(row["moved"])),
            display.Cell(format_number(row["most"]), float(row["most"])),
            display.Cell(format_number(row["tau"], 2), float(row["tau"])),
        )
        for n, row in sensitivity.iterrows()
    )
    heads = ("rule", "kind", "moved", "most", "tau")
    return display.Table(
        id="assessment-rules",
        title=label("table.rules.title", lang, n=len(places)),
        columns=tuple(
            display.Column(label(f"column.rules.{name}", lang), "", "right" if n > 1 else "left")
            for n, name in enumerate(heads)
        ),
        rows=rows,
        notes=(label("table.rules.note", lang),),
    )
