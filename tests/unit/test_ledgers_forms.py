"""The schema and the blank form of each kind, made from its metadata."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from chinese import find_english

from taizhang.core.errors import LedgerError
from taizhang.core.reasons import word_all
from taizhang.ledgers.model import Source, make_empty_rows
from taizhang.ledgers.reading import read_here
from taizhang.ledgers.schema import check_table
from taizhang.ledgers.template import list_choices, write_template
from taizhang.metadata.kinds import load_kinds

KINDS = load_kinds()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_form_filled_in_reads_back(tmp_path: Path, kind: object, lang: str) -> None:
    path = write_template(kind, tmp_path / "form.xlsx", lang=lang)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    fields = [item for item in kind.fields.values() if not item.splits]  # type: ignore[attr-defined]
    samples = {
        "text": "甲",
        "date": "2021-03-05",
        "datetime": "2021-03-05 14:30",
        "month": "2021-03",
        "year": 2021,
    }
    for column, item in enumerate(fields, 1):
        choices = list_choices(item, lang)
        value = choices[0] if choices else samples.get(item.type, 3)
        sheet.cell(4, column, value)
    rules = sheet.data_validations.dataValidation
    told = {next(iter(rule.sqref.ranges)).min_col: rule.type for rule in rules}
    free = ("text", "count_or_names")
    for column, item in enumerate(fields, 1):
        wanted = {"integer": "whole", "year": "whole", "number": "decimal"}.get(item.type, "date")
        plain = None if item.type in free else wanted
        assert told.get(column) == ("list" if list_choices(item, lang) else plain), item.name
    assert len(book.worksheets) == 2
    book.save(path)
    got = read_here(path, Source(kind), name="form.xlsx")  # type: ignore[arg-type]
    assert not got.errors and got.set_aside.empty and len(got.rows) == 1
    assert [one.field for one in got.tables[0].headers] == [item.name for item in fields]
    assert not got.rows[[item.name for item in fields]].isna().any(axis=None)
    check_table(got.rows, kind)  # type: ignore[arg-type]


def test_the_schema_names_every_column_that_breaks_it() -> None:
    kind = KINDS["hazards"]
    row = {"district": None, "found_on": pd.Timestamp(2021, 3, 5, 10), "severity": "minor", "cost_wan": -1.0}
    empty = make_empty_rows(kind)
    table = pd.DataFrame([row], columns=empty.columns).astype(empty.dtypes.to_dict())
    with pytest.raises(LedgerError) as caught:
        check_table(table.assign(source_file="a", source_sheet="b", source_row=pd.array([1], "Int64")), kind)
    text = str(caught.value)
    for column in ("district", "found_on", "severity", "cost_wan"):
        assert f"{column} is " in text
    assert (
        "severity is not one of the allowed values (1): 'minor'" in text
        and "cost_wan is below its limit" in text
    )
    chinese = word_all(caught.value.reasons, "zh")
    assert "found_on是日期，却带有时刻（1处）" in chinese
    assert find_english(chinese, ["source_file", "minor", "nan"]) == []


def test_empty_tables_keep_the_schema() -> None:
    for kind in KINDS.values():
        assert check_table(make_empty_rows(kind), kind).empty


def test_a_wrong_type_is_no_ledger_table() -> None:
    kind = KINDS["hazards"]
    with pytest.raises(LedgerError, match=r"table of hazards: found_on has the wrong type \(1\): 'str'$"):
        check_table(make_empty_rows(kind).astype({"found_on": "str"}), kind)
    with pytest.raises(LedgerError, match=r"table of hazards: found_on is not in the table \(1\)$"):
        check_table(make_empty_rows(kind).drop(columns="found_on"), kind)
