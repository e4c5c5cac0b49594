"""Several sources of one kind, and settings that nothing in the files answers to."""

from pathlib import Path

import pandas as pd
import pytest
from ingest_book import HEADER, correct, make_book, make_hazards, write_sheet

from taizhang import open as open_workbook
from taizhang.core.errors import ParameterError
from taizhang.ingest import IngestResult
from taizhang.ingest.check import describe_ledgers

TWO = '[[ledgers.hazards]]\nfiles = ["data/raw/a*"]\n{one}[[ledgers.hazards]]\nfiles = ["data/raw/b*"]\n{two}'


def make(root: Path, files: dict[str, list[list[object]]], ledgers: str) -> Path:
    """A workbook whose ledgers are these."""
    make_book(root, files)
    path = root / "workbook.toml"
    path.write_text(path.read_text("utf-8").split("[ledgers")[0] + ledgers, encoding="utf-8")
    return root


def ingest(root: Path) -> tuple[IngestResult, pd.DataFrame]:
    book = open_workbook(str(root))
    return book.ingest(), book.ledger("hazards")


def test_each_source_has_its_own_columns_values_and_district(tmp_path: Path) -> None:
    files = {
        "a.xlsx": [["查处日", "问题", "轻重"], ["2021-03-01", "堵塞", "甲"], ["2021-03-02", "漏电", "乙"]],
        "b.xlsx": [["所属乡镇", "发现日期", "隐患等级"], ["溪南镇", "2021-04-01", "甲"]],
    }
    one = (
        'district = "溪口镇"\n[ledgers.hazards.columns]\nfound_on = "查处日"\nseverity = "轻重"\n'
        '[ledgers.hazards.values.severity]\n"甲" = "major"\n"乙" = "general"\n'
    )
    two = '[ledgers.hazards.values.severity]\n"甲" = "general"\n'
    result, rows = ingest(make(tmp_path / "book", files, TWO.format(one=one, two=two)))
    assert not result.errors
    assert rows[["district_code", "severity", "source_file"]].to_numpy().tolist() == [
        ["350921101", "major", "data/raw/a.xlsx"],
        ["350921101", "general", "data/raw/a.xlsx"],
        ["350921102", "general", "data/raw/b.xlsx"],
    ]
    assert (result.summaries[0].files, result.summaries[0].read) == (2, 3)


def test_a_constant_stands_for_a_column_that_is_not_there_and_overrides_none(tmp_path: Path) -> None:
    lacking = [["所属乡镇", "隐患描述"], ["溪口镇", "堵塞"]]
    having = [["所属乡镇", "隐患描述", "发现日期", "整改方式"], ["溪口镇", "漏电", "2021-05-01", ""]]
    ledgers = (
        '[ledgers.hazards]\nfiles = ["data/raw/*.xlsx"]\n'
        '[ledgers.hazards.constants]\nfound_on = 2021-06-30\nmode = "立行立改"\nlisted = true\ncost_wan = 1.5\n'
    )
    result, rows = ingest(make(tmp_path / "book", {"a.xlsx": lacking, "b.xlsx": having}, ledgers))
    rows = rows.set_index("description")
    assert not result.errors and result.summaries[0].set_aside == 0
    assert rows.loc["堵塞", "found_on"] == pd.Timestamp("2021-06-30")
    assert rows.loc["漏电", "found_on"] == pd.Timestamp("2021-05-01")
    assert rows.loc["堵塞", "mode"] == "on_the_spot" and pd.isna(rows.loc["漏电", "mode"])
    assert rows["listed"].tolist() == [True, True] and rows["cost_wan"].tolist() == [1.5, 1.5]


def test_a_district_of_the_settings_is_for_tables_without_such_a_column(tmp_path: Path) -> None:
    files = {"a.xlsx": make_hazards("溪南镇", 2), "b.xlsx": [row[2:] for row in make_hazards("", 2)]}
    ledgers = '[ledgers.hazards]\nfiles = ["data/raw/*.xlsx"]\ndistrict = "白鹭镇"\n'
    result, rows = ingest(make(tmp_path / "book", files, ledgers))
    found = rows.groupby("source_file")["district_code"].unique().map(list).to_dict()
    assert found == {"data/raw/a.xlsx": ["350921102"], "data/raw/b.xlsx": ["350921103"]}
    assert "the table's own district column is used instead of the district in workbook.toml ('" in str(
        result.summaries[0].notes[0]
    )
    named = ledgers.replace('district = "白鹭镇"', '[ledgers.hazards.constants]\ndistrict = "350921103"')
    assert ingest(make(tmp_path / "named", files, named))[1]["district_code"].equals(rows["district_code"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '[ledgers.hazards.constants]\nfound_on = "某天"',
            "[ledgers.hazards] constants.found_on: not a date",
        ),
        (
            '[ledgers.hazards.constants]\nseverity = "重点"',
            "[ledgers.hazards] constants.severity: '重点' is not one of 'general', 'major'",
        ),
        (
            '[ledgers.hazards.values.severity]\nempty = "没填"',
            "[ledgers.hazards] values.severity.empty: '没填'",
        ),
        ('district = "溪口乡"', "[ledgers.hazards] district: "),
    ],
)
def test_what_no_column_can_hold_is_refused(tmp_path: Path, line: str, told: str) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")}, more=line)
    with pytest.raises(ParameterError) as caught:
        open_workbook(str(root)).ingest()
    assert told in str(caught.value)


def test_a_mistake_in_a_source_names_it_by_its_number(tmp_path: Path) -> None:
    files = {"a.xlsx": make_hazards("溪口镇"), "b.xlsx": make_hazards("溪南镇")}
    root = make(tmp_path / "book", files, TWO.format(one="", two='district = "溪口乡"\n'))
    with pytest.raises(ParameterError, match=r"\[\[ledgers.hazards\]\] no. 2 district: "):
        open_workbook(str(root)).ingest()
    root = make(tmp_path / "other", files, TWO.format(one="", two='columns = {found_on = "查处日期"}\n'))
    (error,) = open_workbook(str(root)).ingest().errors
    assert str(error) == (
        "[[ledgers.hazards]] no. 2 columns: found_on = '查处日期': no file has this header; "
        "did you mean '发现日期'? (data/raw/b.xlsx)"
    )


@pytest.mark.parametrize(
    ("column", "header", "near"),
    [
        ("deadline", "没有这个表头", "known: '"),
        ("responsible", "整改人", "'整改责任人'"),
        ("description", "隐患 描述 ", None),  # white space is no difference
        ("description", "隐患描述", None),
        ("category", "", None),  # an empty header leaves a column out
        ("severity", "隐患等第", "'隐患等级'"),
        ("found_on", "發現日期", "'发现日期'"),
    ],
)
def test_a_header_that_no_file_has_is_an_error(
    tmp_path: Path, column: str, header: str, near: str | None
) -> None:
    more = f'[ledgers.hazards.columns]\n{column} = "{header}"\n'
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")}, more=more)
    errors = open_workbook(str(root)).ingest().errors
    assert len(errors) == (near is not None)
    if near:
        assert near in str(errors[0]) and "data/raw/a.xlsx" in str(errors[0]) and header in str(errors[0])
        (told,) = (one for one in describe_ledgers(open_workbook(str(root)).config) if not one.fine)
        assert header in told.text


def test_a_header_that_one_file_of_several_has_is_none(tmp_path: Path) -> None:
    other = [[*HEADER[:2], "查处日", *HEADER[3:]], *make_hazards("溪南镇")[1:]]
    more = '[ledgers.hazards.columns]\nfound_on = "查处日"\n'
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇"), "b.xlsx": other}, more=more)
    result, rows = ingest(root)
    assert not result.errors and len(rows) == 6


def test_nothing_is_said_of_a_header_while_a_file_cannot_be_read(tmp_path: Path) -> None:
    more = '[ledgers.hazards.columns]\nseverity = "轻重"\n'
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")}, more=more)
    (root / "data" / "raw" / "b.xlsx").write_bytes(b"")
    (error,) = open_workbook(str(root)).ingest().errors
    assert "b.xlsx" in str(error)


def test_a_sheet_is_read_by_one_source_alone(tmp_path: Path) -> None:
    files = {"a.xlsx": make_hazards("溪口镇")}
    both = '[[ledgers.hazards]]\nfiles = ["data/raw/a.xlsx"]\n{}[[ledgers.hazards]]\nfiles = ["data/raw/*.xlsx"]\n{}'
    for one, two in (("", ""), ('sheets = "台账"\n', ""), ('sheets = "台账"\n', 'sheets = ["台账", "二"]\n')):
        root = make(tmp_path / f"b{len(one)}{len(two)}", files, both.format(one, two))
        with pytest.raises(
            ParameterError, match=r"'data/raw/a.xlsx' is read by \[\[ledgers.hazards\]\] no. 1, 2"
        ):
            open_workbook(str(root)).ingest()


def test_two_sources_read_a_file_s_sheets_with_their_corrections(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇", 2)})
    import openpyxl

    path = root / "data" / "raw" / "a.xlsx"
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("二季度")
    for row in make_hazards("溪南镇", 2, month=5):
        page.append(row)
    book.save(path)
    text = (root / "workbook.toml").read_text("utf-8").split("[ledgers")[0]
    text += "".join(
        f'[[ledgers.hazards]]\nfiles = "data/raw/a.xlsx"\nsheets = "{one}"\n' for one in ("台账", "二季度")
    )
    (root / "workbook.toml").write_text(text, encoding="utf-8")
    correct(root, "a.xlsx,二季度,2,隐患等级,一般,重大,李四,核对")
    result, rows = ingest(root)
    assert not result.errors
    assert rows["severity"].tolist() == ["general", "general", "major", "general"]


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("a.xlsx", 'encoding = "gbk"', "[ledgers.hazards] encoding has no effect"),
        ("a.csv", 'sheets = "台账"', "[ledgers.hazards] sheets has no effect"),
        ("a.xlsx", 'district = "溪口镇"', "[ledgers.hazards] district has no effect"),
        ("a.xlsx", 'constants = {severity = "重大"}', "[ledgers.hazards] constants.severity has no effect"),
        ("a.xlsx", "values = {trade = {x = 'y'}}", "[ledgers.hazards] values.trade has no effect"),
        ("a.csv", 'encoding = "gbk"', None),
        ("a.xlsx", 'sheets = "台账"', None),
        ("a.xlsx", 'constants = {trade = "化工"}', None),
        (
            "a.xlsx",
            "values = {severity = {'重点' = 'major'}}",
            "[ledgers.hazards] values.severity.重点 has no effect",
        ),
        (
            "a.xlsx",
            "values = {severity = {'~重' = 'major'}}",
            "[ledgers.hazards] values.severity.~重 has no effect",
        ),
        (
            "a.xlsx",
            "values = {severity = {empty = 'major'}}",
            "[ledgers.hazards] values.severity.empty has no effect",
        ),
        ("a.xlsx", "values = {severity = {'一般' = 'major'}}", None),
        ("a.xlsx", "values = {severity = {'~般' = 'major'}}", None),
        ("a.xlsx", 'dates = "mdy"', "[ledgers.hazards] dates has no effect"),
    ],
)
def test_a_setting_that_has_no_effect_is_told(tmp_path: Path, name: str, more: str, told: str | None) -> None:
    rows = make_hazards("溪口镇")
    files = {name: rows} if name.endswith("xlsx") else {}
    root = make_book(tmp_path / "book", files, patterns=["a.*"], more=more)
    if not files:
        text = "\n".join(",".join(map(str, row)) for row in rows)
        (root / "data" / "raw" / name).write_bytes(text.encode("gbk"))
    result = open_workbook(str(root)).ingest()
    assert not result.errors
    notes = [str(note) for note in result.summaries[0].notes if "has no effect" in str(note)]
    assert len(notes) == (told is not None) and (told is None or notes[0].startswith(told))


@pytest.mark.parametrize(
    ("days", "dates", "told"),
    [
        (["03/04/2021", "05/06/2021"], "mdy", False), (["03/13/2021", "05/06/2021"], "mdy", True),
        (["23.5.3", "23.6.4"], "ymd", False), (["2023年5月3日", "2023-6-4"], "dmy", True),
        (["99.5.3", "99.6.4"], "roc", False),
        (["2021-03-01", "03/04/2021"], "dmy", False),
    ],
)  # fmt: skip
def test_an_order_of_dates_that_changes_nothing_is_told(
    tmp_path: Path, days: list[str], dates: str, told: bool
) -> None:
    head, more = (
        ["所属乡镇", "发现日期", "隐患等级"],
        f'dates = "{dates}"\nvalues = {{severity = {{empty = "general"}}}}\n',
    )
    rows = [head, *(["溪口镇", day, ""] for day in days)]
    notes = (
        open_workbook(str(make_book(tmp_path / "book", {"a.xlsx": rows}, more=more)))
        .ingest()
        .summaries[0]
        .notes
    )
    assert [str(note) for note in notes if "has no effect" in str(note)] == [
        "[ledgers.hazards] dates has no effect: dates are read the same without it"
    ] * told


def test_offsets_are_undone_source_by_source(tmp_path: Path) -> None:
    """What comes from a web map is moved some 400 metres; what doesn't stands where it is."""
    head = ["所属乡镇", "发现日期", "经度", "纬度"]
    row = ["溪口镇", "2021-03-01", 119.05, 26.05]
    root = make(
        tmp_path / "book",
        {"a.xlsx": [head, row], "b.xlsx": [head, row]},
        TWO.format(one='offset = "gcj02"\n', two=""),
    )
    rows = ingest(root)[1].set_index("source_file")
    moved, same = rows.loc["data/raw/a.xlsx"], rows.loc["data/raw/b.xlsx"]
    assert (same["lon"], same["lat"]) == (119.05, 26.05)
    assert 0.002 < abs(moved["lon"] - 119.05) < 0.008 and 0.001 < abs(moved["lat"] - 26.05) < 0.006


def test_a_source_of_which_no_file_is_there_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")}, TWO.format(one="", two=""))
    result, rows = ingest(root)
    assert ["'data/raw/b*' matches no file" in str(error) for error in result.errors] == [True]
    assert len(rows) == 3
    write_sheet(root / "data" / "raw" / "b.xlsx", make_hazards("溪南镇"))
    result, rows = ingest(root)
    assert not result.errors and len(rows) == 6
