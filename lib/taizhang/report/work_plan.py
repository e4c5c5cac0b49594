"""A work plan's tasks as a ledger of the kind `tasks`, which next year's workbook can hold."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from taizhang.analysis.subjects import Subject
from taizhang.analysis.view import View
from taizhang.analysis.work_plan import PlannedTask, list_district_tasks
from taizhang.core.exports import write_excel
from taizhang.core.files import hash_file
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.words import label
from taizhang.narrative.findings import say_measure
from taizhang.settings.notes import Measures

COLUMNS = ("district", "task", "owner", "due_on", "done_on", "source", "finding")
_MOST_NAMES = 3  # things that a finding is about, named after its rule


def write_task_ledger(view: View, measures: Measures, path: Path) -> str:
    """Write the tasks of all districts and of the whole area; return the SHA-256 of the file.

    `view` is of the whole area. Headings are those by which the kind is known; units and days nobody wrote are empty,
    and so are the days on which tasks are done. No number of a report is in it: it may outlive what is shown now.
    """
    kind = load_kinds()["tasks"]
    titles = [kind.fields[name].title[view.lang] for name in COLUMNS]
    rows = [_list_cells(task, view) for task in list_district_tasks(view, measures)]
    table = pd.DataFrame(rows, columns=titles, dtype=object)
    write_excel(table, path, kind.title[view.lang])
    return hash_file(path)


def _list_cells(task: PlannedTask, view: View) -> tuple[object, ...]:
    lang, finding = view.lang, task.finding
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    words = "".join(run.text for run in say_measure(finding, lang))
    source = label("plan.source", lang, period=view.period.period_after().label(lang))
    about = "、" if lang == "zh" else ", "
    named = about.join(dict.fromkeys(_name_things(finding.subjects)))
    return (
        "" if finding.district == ALL else names[finding.district],
        words, task.owner, task.due, "", source, " ".join(part for part in (finding.rule.rule, named) if part),
    )  # fmt: skip


def _name_things(subjects: tuple[Subject, ...]) -> Iterator[str]:
    return (
        one.name for one in subjects[:_MOST_NAMES] if one.name and one.kind not in ("targets", "assessment")
    )
