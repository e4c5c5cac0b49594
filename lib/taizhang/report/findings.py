"""Problems found in every district and in the whole area, as CSV and JSON for other programs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from taizhang.analysis.findings import Finding, find_by_district
from taizhang.analysis.naming import name_area
from taizhang.analysis.view import View
from taizhang.core.csv import format_csv
from taizhang.core.display import Run
from taizhang.core.files import write_text
from taizhang.metadata.facts import ALL
from taizhang.narrative.findings import cite_basis, join_subjects, say_measure, say_title
from taizhang.report.formats import FINDINGS
from taizhang.report.notes import Note
from taizhang.report.rows import FOLDER, write_rows
from taizhang.settings.workbook import LANGS

if TYPE_CHECKING:
    from taizhang.report.snapshot import Snapshot

COLUMNS = tuple(
    "district_code district rank rule severity problem object fact value source measure owner due rows".split()
)


def write_findings(snapshot: "Snapshot", view: View, *, folder: Path) -> dict[str, str]:
    """Write the findings, one row each, by district and gravity, and the rows behind them.

    `view` must be of the whole area, in the language of the text. `owner` and `due` are taken from notes.
    Returns the SHA-256 of each file of rows, by its name.
    """
    found = find_by_district(view)
    wanted = _choose_rows(snapshot, found)
    rows = write_rows(snapshot, wanted, folder=folder)
    table = _tabulate(snapshot, found, view, wanted)
    write_text(folder / FINDINGS[0], "\ufeff" + format_csv(table))
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    write_text(folder / FINDINGS[1], json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    return rows


def tell_findings(snapshot: "Snapshot", view: View) -> list[dict[str, Any]]:
    """The rows of findings.json, in the view's language."""
    found = find_by_district(view)
    return _tabulate(snapshot, found, view, _choose_rows(snapshot, found)).to_dict("records")  # type: ignore[return-value]


def _choose_rows(snapshot: "Snapshot", found: Mapping[str, list[Finding]]) -> dict[str, tuple[str, ...]]:
    """By district, the facts that findings rest on whose rows may be shown."""
    return {
        code: tuple(
            fact for fact in snapshot.rowed.get(code, ()) if any(fact in one.facts[:1] for one in findings)
        )
        for code, findings in found.items()
    }


def _tabulate(
    snapshot: "Snapshot",
    found: Mapping[str, list[Finding]],
    view: View,
    wanted: Mapping[str, tuple[str, ...]],
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            row
            for code, findings in found.items()
            for row in _list(findings, view, wanted[code], snapshot.notes)
        ],
        columns=list(COLUMNS),
    )


def _list(
    findings: list[Finding], view: View, rowed: tuple[str, ...], notes: Mapping[tuple[str, str], Note]
) -> Iterator[tuple[object, ...]]:
    """The rows of one district's findings, in the order of COLUMNS; who sees to it, and by when, if a note says so."""
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True)) | {ALL: name_area(view)}
    for rank, one in enumerate(findings, start=1):
        fact = next(iter(one.facts), "")
        told = [note for lang in (view.lang, *LANGS) if (note := notes.get((one.district, lang)))]
        owner, due = next(
            (measure[1:] for note in told for measure in note.measures if measure[0] == one.rule.rule),
            ("", ""),
        )
        yield (
            one.district, names[one.district], rank, one.rule.rule, one.severity, _join(say_title(one, view.lang)),
            join_subjects(one, view), fact, view.value(fact, one.district) if fact else None,
            cite_basis(one.rule, view, one.days), _join(say_measure(one, view.lang)), owner, due,
            f"{FOLDER}/{one.district}.{fact}.csv" if fact in rowed else "",
        )  # fmt: skip


def _join(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)
