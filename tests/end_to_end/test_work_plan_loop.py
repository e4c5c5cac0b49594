"""The loop: findings of one year become tasks of the next, whose review says what was done of them."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

import taizhang as tz
from taizhang import narrative
from taizhang.lab.scaffold import make_sample_workbook
from taizhang.report.work_plan import write_task_ledger


def say(prose: object) -> str:
    return prose._repr_mimebundle_()["text/plain"]  # type: ignore[attr-defined,no-any-return]


@pytest.mark.long
def test_a_plan_is_followed_in_next_years_review(tmp_path: Path) -> None:
    root = tmp_path / "book"
    make_sample_workbook(root)
    book = tz.open(str(root))
    view = book.view("all", "2021")
    path = root / "data/raw/tasks/2022年计划.xlsx"
    write_task_ledger(view, {}, path)

    # The office fills in a day for each task, and some days on which they were done.
    ledger = openpyxl.load_workbook(path)
    sheet = ledger.active
    heads = {cell.value: cell.column for cell in sheet[1]}
    place, due, done, finding = (heads[name] for name in ("地区", "完成时限", "办结日期", "对应问题"))
    town = "溪口镇"
    rows = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, place).value == town]
    assert len(rows) >= 4 and len({sheet.cell(row, finding).value.split()[0] for row in rows}) == len(rows)
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, due).value = date(2022, 6, 30)
    for row, day in zip(rows, (date(2022, 6, 30), date(2022, 7, 1), date(2022, 6, 1)), strict=False):
        sheet.cell(row, done).value = day
    ledger.save(path)

    # It is put into the workbook beside the other ledgers of tasks.
    again = tz.open(str(root))
    before = book.view(town, "2022").value("tasks.due")
    after = again.view(town, "2022")
    assert after.value("tasks.due") == (before or 0) + len(rows)
    told = say(narrative.write_plan_followed(after))
    left = len(rows) - 3
    assert told.startswith(
        f"其中依据上期评估列入工作计划的{len(rows)}项：按期完成2项、逾期完成1项和逾期未完成{left}项。"
    )
    assert "逾期未完成的是：" in told
    overdue = after.value("tasks.overdue_stock")
    assert overdue is not None and overdue >= left
    # The year before had no plan, and says nothing of one.
    assert not narrative.write_plan_followed(again.view(town, "2021"))
