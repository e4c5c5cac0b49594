"""The loop: findings of one year become tasks of the next, whose review says what was done of them."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from ingest_book import make_book

import taizhang as tz
from taizhang import narrative
from taizhang.lab.scaffold import make_sample_workbook
from taizhang.report.review import make_review
from taizhang.report.work_plan import write_task_ledger
from tests.marked_book import read_output
from tests.short_templates import put_short_templates


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


HAZARDS = [
    ["所属乡镇", "发现日期", "单位名称", "隐患描述", "整改期限", "整改完成日期"],
    ["溪口镇", "2021-05-06", "惠民超市", "灭火器过期", "2021-06-01", ""],
    ["溪口镇", "2021-07-08", "永通商店", "电线老化", "2021-08-01", "2021-07-20"],
    ["溪南镇", "2021-09-10", "新港酒楼", "通道堵塞", "2021-10-01", ""],
    ["溪南镇", "2022-03-04", "新港酒楼", "应急灯损坏", "2022-04-01", "2022-03-20"],
]
SETTINGS = """
[[reports]]
name = "plan"
template = "work_plan"
title = { zh = "工作计划", en = "Work plan" }
scope = "county"
periods = ["year"]
"""
NOTE = "---\nmeasures:\n  hazards_overdue: {owner: 镇应急办, due: 2022-03-31}\n---\n"


def test_two_reviews_close_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2021's review makes the plan; its ledger, filled in, is read; 2022's review says what was done of it."""
    monkeypatch.setenv("TAIZHANG_TRUST", "1")
    root = make_book(tmp_path / "book", {"a.xlsx": HAZARDS}, patterns=("a.xlsx",), more=SETTINGS)
    settings = root / "workbook.toml"
    settings.write_text(settings.read_text("utf-8").replace("as_of = 2021-12-31\n", ""), encoding="utf-8")
    put_short_templates(root, "write_tasks")
    for town in ("溪口镇", "溪南镇"):
        (root / "notes" / "2021").mkdir(parents=True, exist_ok=True)
        (root / "notes" / "2021" / f"{town}.md").write_text(NOTE, encoding="utf-8")
    made = make_review(tz.open(str(root)), "2021", formats=("html",), jobs=1)
    assert not made.failed and (root / "reports/2021/all.plan.zh.html").is_file()

    ledger = openpyxl.load_workbook(root / "reports/2021/work_plan.2022.xlsx")
    sheet = ledger.active
    heads = {cell.value: cell.column for cell in sheet[1]}
    rows = {sheet.cell(row, heads["地区"]).value: row for row in range(2, sheet.max_row + 1)
            if str(sheet.cell(row, heads["对应问题"]).value).startswith("hazards_overdue")}  # fmt: skip
    assert set(rows) >= {"溪口镇", "溪南镇"}
    assert sheet.cell(rows["溪口镇"], heads["责任单位"]).value == "镇应急办"
    sheet.cell(rows["溪口镇"], heads["办结日期"]).value = date(2022, 3, 15)  # the other is left undone
    (root / "data/raw/tasks").mkdir()
    ledger.save(root / "data/raw/tasks/2022年计划.xlsx")
    with settings.open("a", encoding="utf-8") as file:
        file.write('\n[ledgers.tasks]\nfiles = ["data/raw/tasks/*.xlsx"]\n')

    again = make_review(tz.open(str(root)), "2022", formats=("html",), jobs=1)
    assert not again.failed
    pages = {
        name: "".join(read_output(root / f"reports/2022/{code}.zh.html").split())
        for name, code in (("溪口镇", "350921101"), ("溪南镇", "350921102"))
    }
    assert "依据上期评估列入工作计划的1项：按期完成1项" in pages["溪口镇"]
    assert "依据上期评估列入工作计划的1项：逾期未完成1项" in pages["溪南镇"]
