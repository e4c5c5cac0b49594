"""Tables of numbers by district: what is read of them, what is set aside, and why; three towns, by hand."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from ingest_book import make_book, make_hazards, write_sheet

from taizhang.core.errors import ParameterError
from taizhang.ingest.account import describe_result
from taizhang.ingest.check import describe_ledgers, write_decisions
from taizhang.workbook.book import Workbook

BLOCK = """
[[ledgers.inspections]]
form = "sums"
files = ["data/raw/sums/*.*"]
columns = { "hazards.found" = "隐患数", "hazards.rectified" = "已整改数", "hazards.rectification_rate" = "整改率" }
"""
HEAD = ["序号", "乡镇", "隐患数", "已整改数", "整改率"]
Q3 = [
    ["滨江县隐患排查治理情况统计表"],
    ["2021年第三季度"],
    HEAD,
    [1, "溪口镇", 120, 90, 0.75],
    [2, "溪南镇", 80, 80, 1],
    [3, "白鹭镇", 35, 28, 0.8],
    ["合计", None, 235, 198, 0.843],
    ["填表人：张三  填报日期：2021年10月8日"],
]


def make_sums(
    root: Path, files: dict[str, Sequence[Sequence[object]]], block: str = BLOCK, **more: object
) -> Workbook:
    make_book(root, {"h.xlsx": make_hazards("溪口镇", 3)}, patterns=["h.xlsx"], more=block)
    for name, rows in files.items():
        write_sheet(root / "data/raw/sums" / name, rows)
    return Workbook(root)


def list_numbers(book: Workbook, period: str, fact: str) -> dict[str, float]:
    told = book.sums[(book.sums["period"] == period) & (book.sums["fact"] == fact)]
    return dict(zip(told["district_code"], told["value"], strict=True))


def read_aside(book: Workbook) -> pd.DataFrame:
    assert book.result
    return pd.read_csv(book.config.processed / "set_aside.csv", dtype="str", keep_default_na=False)


def test_a_quarter_is_read_with_its_cells(tmp_path: Path) -> None:
    book = make_sums(tmp_path, {"报表.xlsx": Q3})
    assert list_numbers(book, "2021Q3", "hazards.found") == {
        "350921101": 120,
        "350921102": 80,
        "350921103": 35,
    }
    # A column of shares is percent, also where it says 1.
    assert list_numbers(book, "2021Q3", "hazards.rectification_rate") == pytest.approx(
        {"350921101": 75, "350921102": 100, "350921103": 80}
    )
    (summary,) = book.result.sums
    assert (summary.read, summary.accepted, summary.set_aside, summary.totals) == (3, 3, 0, ())
    assert book.result.summaries[0].read == 3  # the ledger's rows alone
    cell = book.sums[book.sums["fact"] == "hazards.found"].iloc[0]
    assert (cell["source_file"], cell["source_row"], cell["header"]) == (
        "data/raw/sums/报表.xlsx",
        4,
        "隐患数",
    )
    assert not book.result.errors


def test_a_total_that_is_not_the_sum_is_told(tmp_path: Path) -> None:
    book = make_sums(tmp_path, {"报表.xlsx": [*Q3[:6], ["合计", None, 236, 198, 0.9], *Q3[7:]]})
    (total,) = book.result.sums[0].totals  # of rates there is no sum
    assert (total["column"], total["row"], total["stated"], total["summed"]) == ("hazards.found", 7, 236, 235)
    assert any(
        "is given as 236, but its rows add up to 235" in line for line in describe_result(book.result, "en")
    )


NAMED = ["乡镇", "隐患数", "整改率"]
OTHER = ["溪南镇", 7, 60]
# A title, and the lines below it: of 溪口镇 there are 12 hazards found, 83.5 % of them rectified.
NEIGHBOURS = {
    "units in headers": (
        "2021-07",
        "2021年7月",
        [["乡镇", "隐患数（处）", "整改率(%)"], ["溪口镇", 12, 83.5]],
    ),
    "units in cells": ("2021-07", "2021年7月", [NAMED, ["溪口镇", "12处", "83.5%"]]),
    "headers in two rows": (
        "2021H1",
        "2021年上半年",
        [["乡镇", "隐患排查", None], [None, "隐患数", "整改率"], ["溪口镇", 12, 83.5], OTHER],
    ),
    "another word for the district": (
        "2021",
        "2021年",
        [["填报单位", "隐患数", "整改率"], ["溪口镇", 12, 83.5], OTHER],
    ),
    "a total on top": ("2021", "2021年", [NAMED, ["合计", 19, 70], ["溪口镇", 12, 83.5], OTHER]),
    "a dash for nothing": ("2021", "2021年", [NAMED, ["溪口镇", 12, 83.5], ["溪南镇", "—", "/"]]),
    "percent as text and number": ("2021", "2021年", [NAMED, ["溪口镇", 12, "83.5%"], OTHER]),
    "other columns, not asked for": (
        "2021",
        "2021年",
        [[*NAMED, "罚款"], ["溪口镇", 12, 83.5, "无"], [*OTHER, 3]],
    ),
    "shares with thousands beside them": (
        "2021",
        "2021年",
        [NAMED, ["溪口镇", "12", 0.835], ["溪南镇", "1,207", 0.6]],
    ),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_forms_of_clerks(tmp_path: Path, name: str) -> None:
    period, title, lines = NEIGHBOURS[name]
    block = BLOCK.replace('"hazards.rectified" = "已整改数", ', "")
    if name == "another word for the district":
        block = block.replace("columns = {", 'columns = { district = "填报单位",')
    book = make_sums(tmp_path, {"报表.xlsx": [[title], *lines]}, block)
    assert list_numbers(book, period, "hazards.found")["350921101"] == 12
    assert list_numbers(book, period, "hazards.rectification_rate")["350921101"] == pytest.approx(83.5)
    assert not book.result.errors and not book.result.sums[0].totals


def test_districts_by_columns(tmp_path: Path) -> None:
    """A line for each number: the cells are told by the sheet's own rows."""
    rows = [
        ["滨江县2021年第三季度隐患排查治理情况统计表"],
        ["指标", "单位", "溪口镇", "溪南镇", "白鹭镇", "合计"],
        ["隐患数", "处", 120, 80, 35, 236],
        ["已整改数", "处", 90, "约十几", 28, 118],
        ["整改率", "%", 0.75, 1, 0.8, 0.843],
        ["填表人：张三", "", "填报日期：2021年10月8日"],
    ]
    book = make_sums(tmp_path, {"报表.xlsx": rows})
    assert list_numbers(book, "2021Q3", "hazards.found") == {
        "350921101": 120,
        "350921102": 80,
        "350921103": 35,
    }
    assert list_numbers(book, "2021Q3", "hazards.rectified") == {"350921101": 90, "350921103": 28}
    assert list_numbers(book, "2021Q3", "hazards.rectification_rate")["350921101"] == pytest.approx(75)
    cells = book.sums.drop_duplicates("fact").set_index("fact")["source_row"]
    assert cells.to_dict() == {"hazards.found": 3, "hazards.rectified": 4, "hazards.rectification_rate": 5}
    (aside,) = read_aside(book).itertuples()
    assert (aside.source_row, aside.column, aside.district_code) == ("4", "hazards.rectified", "350921102")
    (total,) = book.result.sums[0].totals
    assert (total["row"], total["stated"], total["summed"]) == (3, 236, 235)
    assert not book.result.errors


def test_each_sheet_and_file_has_its_own_period(tmp_path: Path) -> None:
    rows = [["2021年隐患统计表"], ["乡镇", "隐患数", "已整改数", "整改率"], ["溪口镇", 12, 9, 75]]
    other = [rows[0], rows[1], ["溪口镇", 13, 13, 100]]
    book = make_sums(tmp_path, {"2021年第一季度.xlsx": rows, "2021年第二季度.xlsx": other})
    assert list_numbers(book, "2021Q1", "hazards.found") == {"350921101": 12}
    assert list_numbers(book, "2021Q2", "hazards.found") == {"350921101": 13}
    # One under the other in a sheet.
    both = [["2021年第三季度"], *rows[1:], [], ["2021年第四季度"], *other[1:]]
    write_sheet(tmp_path / "data/raw/sums/各季.xlsx", both)
    book.ingest()
    assert list_numbers(book, "2021Q3", "hazards.found") == {"350921101": 12}
    assert list_numbers(book, "2021Q4", "hazards.found") == {"350921101": 13}


def test_what_names_no_period_is_set_aside_and_asked_once(tmp_path: Path) -> None:
    book = make_sums(tmp_path, {"报表.xlsx": [Q3[0], *Q3[2:]]})
    assert book.sums.empty
    aside = read_aside(book)
    assert set(aside["reason_code"]) == {"ingest.sums.no_period"} and set(aside["kind"]) == {"sums"}
    assert (book.result.sums[0].read, book.result.sums[0].set_aside) == (3, 3)
    proposals = [one for part in describe_ledgers(book.config) for one in part.proposals]
    (line,) = write_decisions(book.config, proposals)
    assert line.text.startswith('# period = ""')
    text = (tmp_path / "workbook.toml").read_text("utf-8").replace('# period = ""', 'period = "2021Q3"')
    (tmp_path / "workbook.toml").write_text(text, encoding="utf-8")
    again = Workbook(tmp_path)
    assert len(list_numbers(again, "2021Q3", "hazards.found")) == 3 and read_aside(again).empty


def test_a_period_that_contradicts_the_title_is_told(tmp_path: Path) -> None:
    book = make_sums(tmp_path, {"报表.xlsx": Q3}, BLOCK + 'period = "2021Q2"\n')
    assert len(list_numbers(book, "2021Q2", "hazards.found")) == 3
    assert any("says 2021Q3; 2021Q2 is used" in line for line in describe_result(book.result, "en"))


def test_places_and_cells_that_cannot_be_read_are_set_aside(tmp_path: Path) -> None:
    rows = [
        ["2021年7月"],
        HEAD,
        [1, "溪口镇", "约十几", 9, 75],
        [2, "某某镇", 7, 6, 60],
        [3, "白鹭镇", 5, -1, 140],
    ]
    book = make_sums(tmp_path, {"报表.xlsx": rows})
    aside = read_aside(book)
    told = sorted(zip(aside["source_row"], aside["column"], aside["scope"], strict=True))
    assert told == [
        ("3", "hazards.found", "cell"),
        ("4", "district", "row"),
        ("5", "hazards.rectification_rate", "cell"),
        ("5", "hazards.rectified", "cell"),
    ]
    assert list_numbers(book, "2021-07", "hazards.found") == {"350921103": 5}


def test_two_cells_that_differ_stand_neither(tmp_path: Path) -> None:
    other = [*Q3[:3], [1, "溪口镇", 121, 90, 0.75], [2, "溪南镇", 80, 80, 0.99]]
    book = make_sums(tmp_path, {"a.xlsx": Q3, "b.xlsx": other})
    assert set(list_numbers(book, "2021Q3", "hazards.found")) == {"350921102", "350921103"}
    assert list_numbers(book, "2021Q3", "hazards.rectified")["350921101"] == 90  # the same in both
    aside = read_aside(book)
    rows = aside[aside["column"] == "hazards.found"]
    assert list(rows["value"]) == ["120", "121"] and "b.xlsx" in rows["reason"].iloc[0]


def test_ones_and_noughts_are_no_percent(tmp_path: Path) -> None:
    rows = [["2021年7月"], HEAD, [1, "溪口镇", 1, 1, 1], [2, "溪南镇", 1, 0, 0]]
    book = make_sums(tmp_path, {"报表.xlsx": rows})
    assert list_numbers(book, "2021-07", "hazards.rectification_rate") == {}
    assert set(read_aside(book)["reason_code"]) == {"ledgers.sums.one"}
    assert list_numbers(book, "2021-07", "hazards.found") == {"350921101": 1, "350921102": 1}


def test_settings_of_sums_are_checked(tmp_path: Path) -> None:
    wrong = BLOCK.replace("hazards.rectified", "hazards.rectifed") + 'period = "2021Q5"\nempty = 1\n'
    with pytest.raises(ParameterError) as error:
        make_sums(tmp_path, {"报表.xlsx": Q3}, wrong)
    told = str(error.value)
    assert "'hazards.rectifed'" in told and "'hazards.rectified'" in told
    assert "2021Q5" in told and "unknown key 'empty'" in told


def test_a_header_that_no_file_has_is_an_error(tmp_path: Path) -> None:
    book = make_sums(tmp_path, {"报表.xlsx": Q3}, BLOCK.replace("已整改数", "整改完成数"))
    (error,) = book.result.errors
    assert "整改完成数" in str(error)


def test_check_proposes_a_block_for_sums_among_ledgers(tmp_path: Path) -> None:
    """A file that is no ledger, among those of one; and the block is read as it stands."""
    make_book(tmp_path, {"h.xlsx": make_hazards("溪口镇", 3), "季报.xlsx": Q3})
    told = "\n".join(part.word("en") for part in describe_ledgers(Workbook(tmp_path).config))
    at = told.index("# [[ledgers.hazards]]\n")  # a remark: beside [ledgers.hazards] it would be no TOML
    block = "\n".join(line.strip().removeprefix("# ") for line in told[at:].splitlines()[:4])
    assert block.splitlines()[1:3] == ['form = "sums"', 'files = ["data/raw/季报.xlsx"]']
    text = (tmp_path / "workbook.toml").read_text("utf-8")
    text = text.replace("[ledgers.hazards]", "[[ledgers.hazards]]").replace(
        "data/raw/*.xlsx", "data/raw/h.xlsx"
    )
    (tmp_path / "workbook.toml").write_text(f"{text}\n{block}\n", encoding="utf-8")
    book = Workbook(tmp_path)
    assert list_numbers(book, "2021Q3", "hazards.found")["350921101"] == 120 and not book.result.errors


def test_a_workbook_of_sums_alone(tmp_path: Path) -> None:
    make_sums(tmp_path, {"报表.xlsx": Q3})
    text = (tmp_path / "workbook.toml").read_text("utf-8")
    text = text.replace('[ledgers.hazards]\nfiles = ["data/raw/h.xlsx"]\n', "")
    text = text.replace("[[ledgers.inspections]]", "[ledgers.hazards]")
    (tmp_path / "workbook.toml").write_text(text, encoding="utf-8")
    book = Workbook(tmp_path)
    facts = book.facts("2021Q3").set_index(["district_code", "fact"])["value"]
    assert facts["all", "hazards.found"] == 235 and book.facts("2021Q2").empty


def test_counted_rows_stand_and_sums_stand_beside(tmp_path: Path) -> None:
    rows = [["2021年3月"], HEAD, *Q3[3:6]]
    book = make_sums(tmp_path, {"报表.xlsx": Q3, "三月.xlsx": rows})  # the ledger has three rows, of March
    march = book.facts("2021-03").set_index(["district_code", "fact"])
    assert march.loc[("350921101", "hazards.found"), "value"] == 3 and book.reported("2021-03").empty
    quarter = book.facts("2021Q3").set_index(["district_code", "fact"])
    assert quarter.loc[("350921101", "hazards.found"), ["value", "known", "of"]].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert quarter.loc[("350921101", "hazards.found"), "value"] == 120
    assert ("350921101", "hazards.overdue") not in quarter.index  # no row tells of it
    traced = book.trace("hazards.found", "2021Q3", "溪口镇")
    assert traced[["source_row", "value", "header"]].to_numpy().tolist() == [[4, 120.0, "隐患数"]]
    assert set(book.trace("hazards.found", "2021-03", "溪口镇")["district_code"]) == {"350921101"}
    assert list(book.facts("2021Q3").columns) == list(book.facts("2021-03").columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unread_summary_table_is_not_nought(tmp_path: Path, lang: str) -> None:
    """The ledger has no row in the quarter, and the table that may tell of it is damaged: no number, and said so."""
    book = make_sums(tmp_path, {"报表.xlsx": Q3})
    (tmp_path / "data/raw/sums/报表.xlsx").write_bytes(b"PK\x03\x04 cut in half")
    assert not book.facts("2021Q3")["fact"].str.startswith("hazards.").any()
    march = book.facts("2021-03")
    assert set(march.loc[march["fact"] == "hazards.found", "value"]) == {3, 0}  # what was counted stands
    for district in ("350921101", "all"):
        view = book.view(district, "2021Q3", lang)
        assert "hazards" not in view.ledgers and "hazards" in view.unread
    assert [(kind, one.file) for kind, some in book.result.list_unread() for one in some] == [
        ("inspections", "data/raw/sums/报表.xlsx")
    ]
