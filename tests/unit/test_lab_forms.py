"""Blank forms of all kinds in one file: filled in, they leave nothing to ask, and the example is never counted."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from ingest_book import TOWNS, make_book
from openpyxl.worksheet.worksheet import Worksheet

from taizhang import open as open_workbook
from taizhang.core.errors import ParameterError
from taizhang.ingest.check import describe_ledgers
from taizhang.lab.forms import _sort_names, write_forms
from taizhang.lab.survey import look_at_folder
from taizhang.ledgers.forms import find_form_kind
from taizhang.ledgers.template import write_template
from taizhang.metadata.kinds import Kind, load_kinds

KINDS = load_kinds()
FORM = "data/raw/forms.xlsx"
# What check says of a ledger in which it finds nothing to ask.
PLAIN = {f"ingest.check.{name}" for name in "boundaries ledger layout read value summary".split()}


def make_forms_book(root: Path) -> Path:
    """A workbook of three towns, all of whose ledgers are sheets of one file."""
    make_book(root, {})
    head = (root / "workbook.toml").read_text("utf-8").partition("[ledgers")[0]
    ledgers = "".join(f'[ledgers.{name}]\nfiles = ["{FORM}"]\n' for name in KINDS)
    (root / "workbook.toml").write_text(head + ledgers, "utf-8")
    return root


def read_examples(book: openpyxl.Workbook) -> dict[str, dict[str, str]]:
    """The example of each sheet, by header, as the help sheet has it."""
    help_sheet = next(sheet for sheet in book.worksheets if sheet.auto_filter.ref)
    rows = [[cell or "" for cell in row] for row in help_sheet.iter_rows(values_only=True)]
    start = next(at for at, row in enumerate(rows) if all(row))
    found: dict[str, dict[str, str]] = {}
    for title, column, *_, example in rows[start + 1 :]:
        found.setdefault(title, {})[column] = example
    return found


def fill(sheet: Worksheet, kind: Kind, example: dict[str, str], lang: str) -> None:
    """Three rows after an example: as texts, then as days and numbers of the spreadsheet's own."""
    fields = [item for item in kind.fields.values() if not item.splits]
    for row, town in enumerate(TOWNS.values()):
        for column, item in enumerate(fields, 1):
            value: object = town if item.name == "district" else example[item.title[lang]] or None
            if item.type == "text" and item.name in (*kind.same, *kind.id) and item.name != "district":
                value = f"{value}{row}" if value else value
            elif row and value and item.type in ("date", "datetime"):
                value = datetime.fromisoformat(str(value))
            elif row and value and item.type in ("integer", "number", "year", "count_or_names"):
                value = float(str(value))
            sheet.cell(4 + row, column, value)


def fill_all(path: Path, lang: str) -> None:
    book = openpyxl.load_workbook(path)
    examples = read_examples(book)
    for sheet, kind in zip(book.worksheets, KINDS.values(), strict=False):
        fill(sheet, kind, examples[sheet.title], lang)
    book.save(path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_filled_file_of_all_kinds_leaves_nothing_to_ask(tmp_path: Path, lang: str) -> None:
    root = make_forms_book(tmp_path / "book")
    assert write_forms(str(root), "", root / FORM, lang=lang) == ()
    fill_all(root / FORM, lang)
    first, *ledgers = describe_ledgers(open_workbook(str(root)).config)
    assert first.fine and len(ledgers) == len(KINDS)
    for one in ledgers:
        assert one.fine and not one.proposals
        told = [line for line in one.lines if line.code not in PLAIN]
        assert not told, one.text
        summary = next(line for line in one.lines if line.code == "ingest.check.summary")
        counts = {name: number for name, number in summary.parameters if name != "reason"}
        assert counts == {"read": 3, "accepted": 3, "aside": 0, "cells": 0, "duplicates": 0}, one.text


def test_a_blank_file_holds_no_row_and_no_example(tmp_path: Path) -> None:
    root = make_forms_book(tmp_path / "book")
    write_forms(str(root), "", root / FORM, lang="zh")
    result = open_workbook(str(root)).ingest()
    assert not result.errors and {one.read for one in result.summaries} == {0}
    assert not [note for one in result.summaries for note in one.notes]


def test_a_folder_of_forms_is_known_by_their_second_line(tmp_path: Path) -> None:
    root = make_forms_book(tmp_path / "book")
    write_forms(str(root), "", root / FORM, lang="zh")
    fill_all(root / FORM, "zh")
    seen = look_at_folder(root / "data" / "raw", KINDS)
    assert sorted(one.table.kind for one in seen.ledgers) == sorted(KINDS) and not seen.sums
    assert [path.name for path, _ in seen.others] == []


def test_districts_and_the_register_are_choices_and_survive_being_saved_again(tmp_path: Path) -> None:
    path = tmp_path / "hazards.xlsx"
    names = {"district": ["溪口镇", "溪南镇"], "premises": [f"第{n}粮库" for n in range(300)]}
    write_template(KINDS["hazards"], path, names=names)
    openpyxl.load_workbook(path).save(path)
    book = openpyxl.load_workbook(path)
    sheet, lists = book.worksheets[0], book["选项"]
    assert lists.sheet_state == "hidden"
    rules = {
        sheet.cell(3, next(iter(rule.sqref.ranges)).min_col).value: rule
        for rule in sheet.data_validations.dataValidation
    }
    for header, column, how in (("地区*", "district", "stop"), ("场所", "premises", "warning")):
        rule = rules[header]
        cells = lists[str(rule.formula1).rpartition("!")[2].replace("$", "")]
        assert [cell.value for (cell,) in cells] == names[column]
        assert rule.type == "list" and (rule.errorStyle or "stop") == how and rule.showErrorMessage
    assert (rules["发现日期*"].type, rules["整改投入(万元)"].type) == ("date", "decimal")
    assert float(rules["整改投入(万元)"].formula1) == 0
    assert str(rules["隐患等级"].formula1) == '"一般,重大"'


def test_no_person_is_offered_as_premises() -> None:
    names = ["顺达汽修", "王小明", "***", "便民店13800001111", "顺达汽修", "石化"]
    assert _sort_names(names) == ["石化", "顺达汽修"]


def test_a_name_that_two_districts_have_is_chosen_by_code(tmp_path: Path) -> None:
    import geopandas as gpd

    root = make_book(tmp_path / "book", {})
    towns = gpd.read_file(root / "data" / "raw" / "towns.gpkg")
    towns.loc[1, "name"] = towns.loc[0, "name"]
    towns.to_file(root / "data" / "raw" / "towns.gpkg")
    write_forms(str(root), "hazards", tmp_path / "a.xlsx", lang="zh")
    lists = openpyxl.load_workbook(tmp_path / "a.xlsx")["选项"]
    assert [cell.value for cell in lists["A"][1:]] == ["350921101", "350921102", "白鹭镇"]


def test_without_boundaries_the_form_is_written_and_its_lack_told(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {})
    (root / "data" / "raw" / "towns.gpkg").unlink()
    lacking = write_forms(str(root), "hazards", tmp_path / "a.xlsx", lang="zh")
    assert len(lacking) == 1 and (tmp_path / "a.xlsx").exists()
    with pytest.raises(ParameterError, match="already exists"):
        write_forms(str(root), "hazards", tmp_path / "a.xlsx", lang="zh")


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("隐患", "请从第4行起填写，一行是一处隐患。 [hazards]"), "hazards"),
        (("2021年", "Fill in from row 4, one row for each: one visit. [inspections]"), "inspections"),
        (("隐患", "填表人：甲 [hazards]"), None),
        (("填写说明和例子：本页不会当作台账读取", ""), ""),
        (("填写说明", "请从第4行起填写，一行是一处隐患"), None),
    ],
)
def test_a_form_says_of_which_kind_it_is(lines: tuple[str, ...], kind: str | None) -> None:
    class Told:
        def text(self, row: int, column: int) -> str:
            return lines[row] if column == 0 else ""

    assert find_form_kind(Told(), 2) == kind
