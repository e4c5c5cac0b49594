"""What is left to decide: a line each, the commonest first, valid TOML, written once."""

import tomllib
from pathlib import Path

import pytest
from ingest_book import make_book, write_sheet

from taizhang import open as open_workbook
from taizhang.ingest.check import Description, describe_ledgers, write_decisions
from taizhang.ingest.proposals import Proposal

HEAD = ["所属乡镇", "发现日期", "隐患问题描述", "隐患等级", "整改方式", "是否挂牌", "检查组长"]
ROWS = [
    ["溪口镇", "2021-03-01", "堵塞", "重点", "1.立即停工。\n2.限3日内整改。", "√", "甲"],
    ["溪口镇", "2021-03-02", "漏电", "重点", "补设护栏", "", "乙"],
    ["白路镇", "2021-03-03", "漏气", "一般", "清理通道后重新验收", "", "丙"],
    ["溪口镇", "2021-03-04", "漏水", 'C:\\"三"级', "", "", "丁"],
]


def check(root: Path) -> tuple[list[Proposal], Description]:
    config = open_workbook(str(root)).config
    last = list(describe_ledgers(config))[-1]
    return list(last.proposals), last


def read_block(description: Description) -> str:
    """What check prints to be pasted."""
    return description.word("zh").split("taizhang check --write\n")[1]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book", {"a.xlsx": [HEAD, *ROWS]})


def test_an_empty_cell_for_the_result_of_a_verification_says_that_none_was_made(tmp_path: Path) -> None:
    head = ["所属乡镇", "发现日期", "隐患描述", "复查结果", "整改状态"]
    rows = [["溪口镇", "2021-03-01", "甲", "合格", "已销号"], ["溪口镇", "2021-03-02", "乙", "", "未整改"]]
    assert check(make_book(tmp_path / "book", {"a.xlsx": [head, *rows]}))[0] == []


def test_each_decision_is_one_line_and_the_commonest_comes_first(root: Path) -> None:
    found = {(one.table, one.key, one.value): (one.count, one.choice) for one in check(root)[0]}
    assert list(found.items()) == [
        (("ledgers.hazards.columns", "description", "隐患问题描述"), (4, True)),
        (("ledgers.hazards.columns", "mode", ""), (3, False)),
        (("ledgers.hazards.values.listed", "empty", "no"), (3, True)),
        (("ledgers.hazards.values.severity", "重点", "general"), (2, True)),
        (("boundaries.aliases", "白路镇", "350921103"), (1, False)),
        (("ledgers.hazards.values.severity", 'C:\\"三"级', "general"), (1, True)),
    ]


def test_what_check_prints_is_valid_when_pasted_and_after_that(root: Path) -> None:
    path = root / "workbook.toml"
    before = tomllib.loads(path.read_text("utf-8"))
    for _ in range(3):
        proposals, description = check(root)
        path.write_text(path.read_text("utf-8") + "\n" + read_block(description), encoding="utf-8")
        open_workbook(str(root)).ingest()
    after = tomllib.loads(path.read_text("utf-8"))
    assert after["ledgers"]["hazards"].pop("columns") == {"mode": ""}
    assert after["ledgers"]["hazards"].pop("values") == {"listed": {}, "severity": {}}
    assert after["boundaries"].pop("aliases") == {"白路镇": "350921103"}
    assert after == before
    # What was said is not asked again.
    assert not {"mode", "白路镇"} & {one.key for one in proposals}


def test_check_writes_them_itself_once_and_keeps_comments(root: Path) -> None:
    path = root / "workbook.toml"
    path.write_text("# 我的说明\n" + path.read_text("utf-8"), encoding="utf-8")
    config = open_workbook(str(root)).config
    added = write_decisions(config, check(root)[0])
    text = path.read_text("utf-8")
    assert text.startswith("# 我的说明\n") and len(added) == 6
    # A district is nobody's to guess: its line is open as well.
    assert [line.key for line in added if not line.open] == ["mode"]
    assert '# "白路镇" = "350921103"  # 白鹭镇，1行；如果对就保留' in text
    assert '# description = "隐患问题描述"  # 隐患描述；4行' in text
    assert write_decisions(config, check(root)[0]) == [] and path.read_text("utf-8") == text
    # Taken out of their comments, all of them hold.
    opened = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.split("\n"))
    path.write_text(opened, encoding="utf-8")
    book = open_workbook(str(root))
    (summary,) = book.ingest().summaries
    assert (summary.accepted, summary.cells_set_aside) == (4, 0)
    rows = book.ledger("hazards")
    assert rows["listed"].tolist() == [True, False, False, False]
    assert check(root)[0] == []


def test_of_several_sources_each_is_asked_for_its_own(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": [HEAD[:4], *(row[:4] for row in ROWS)]})
    write_sheet(root / "data" / "raw" / "b.xlsx", [HEAD[:4], ["溪口镇", "2021-05-01", "堵", "特重"]])
    path = root / "workbook.toml"
    text = path.read_text("utf-8").split("[ledgers")[0]
    path.write_text(
        text + "".join(f'[[ledgers.hazards]]\nfiles = "data/raw/{name}.xlsx"\n' for name in "ab"),
        encoding="utf-8",
    )
    proposals, description = check(root)
    places = {one.key: one.place for one in proposals if "severity" in one.table}
    assert places["特重"] == ("ledgers", "hazards", 1, "values", "severity")
    assert places["重点"] == ("ledgers", "hazards", 0, "values", "severity")
    tomllib.loads(path.read_text("utf-8") + read_block(description))
    write_decisions(open_workbook(str(root)).config, proposals)
    one, two = tomllib.loads(path.read_text("utf-8"))["ledgers"]["hazards"]
    assert one["values"] == two["values"] == {"severity": {}}
    assert path.read_text("utf-8").index('# "特重"') > path.read_text("utf-8").index("b.xlsx")


def test_many_texts_of_a_column_are_told_by_their_number(tmp_path: Path) -> None:
    rows = [["溪口镇", "2021-03-01", f"问题{n}", f"级{n}" if n else "重大"] for n in range(15)]
    proposals, _ = check(make_book(tmp_path / "book", {"a.xlsx": [HEAD[:4], *rows]}))
    severity = [one for one in proposals if one.table.endswith("severity")]
    assert len(severity) == 10 and "4 more values are not listed" in severity[-1].make_line("en").comment


def test_a_district_is_asked_for_once_whatever_ledgers_name_it(tmp_path: Path) -> None:
    rows = [HEAD[:2], ["溪囗镇", "2021-03-01"]]
    more = '[ledgers.drills]\nfiles = ["data/raw/d.xlsx"]\n'
    root = make_book(tmp_path / "book", {"a.xlsx": rows}, patterns=["a.xlsx"], more=more)
    drills = [["溪囗镇", f"2021-03-0{n}", f"演练{n}"] for n in range(1, 4)]
    write_sheet(root / "data" / "raw" / "d.xlsx", [["所属乡镇", "演练日期", "演练名称"], *drills])
    (only,), _ = check(root)
    assert (only.key, only.value, only.count, only.choice) == ("溪囗镇", "350921101", 4, True)
    # One line, of the two that are near.
    assert (
        only.make_line("en").comment
        == "溪口镇, or 350921102 溪南镇; 4 rows; keep this line only if it is right"
    )


def test_nothing_to_decide_is_nothing_said(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": [["所属乡镇", "发现日期"], ["溪口镇", "2021-03-01"]]})
    proposals, description = check(root)
    assert proposals == [] and "--write" not in description.text


NEAR = [["溪口2021年隐患台账", ""], ["发现日期", "隐患描述"], ["2021-03-05", "甲"]]


def ask_district(tmp_path: Path, files: dict[str, list[list[str]]]) -> list[tuple[str, str]]:
    proposals = check(make_book(tmp_path / "book", files))[0]
    assert all(one.choice for one in proposals if one.key == "district")
    return [(one.key, one.value) for one in proposals if one.key == "district"]


def test_a_title_of_less_than_the_full_name_is_asked_about_in_one_line(tmp_path: Path) -> None:
    assert ask_district(tmp_path, {"a.xlsx": NEAR}) == [("district", "溪口镇")]


@pytest.mark.parametrize("title", ["溪南2021年隐患台账", "溪南镇2021年隐患台账", "2021年隐患台账"])
def test_not_where_another_file_of_the_source_would_be_given_away(tmp_path: Path, title: str) -> None:
    assert ask_district(tmp_path, {"a.xlsx": NEAR, "b.xlsx": [[title, ""], *NEAR[1:]]}) == []


def test_the_time_at_which_a_form_was_sent_is_asked_about_once(tmp_path: Path) -> None:
    head = ["提交者（自动）", "提交时间（自动）", "创建时间", "所在乡镇（必填）", "隐患描述（必填）"]
    rows = [["某甲", "2021/3/8 18:02:11", "2021/3/8 18:01:00", "溪口镇", "堵塞"]]
    found, description = check(make_book(tmp_path / "book", {"a.xlsx": [head, *rows]}))
    assert [(one.table, one.key, one.value) for one in found] == [
        ("ledgers.hazards.columns", "found_on", "提交时间（自动）")
    ]
    assert "某甲" not in description.word("zh")


def test_what_was_added_to_an_answer_is_no_decision_of_its_own(tmp_path: Path) -> None:
    head = ["提交者（自动）", "提交时间（自动）", "所在乡镇", "发现日期", "隐患等级（单选）"]
    rows = [
        ["某甲", "2021/3/8 18:02", "溪口镇", f"2021-03-0{n}", text]
        for n, text in enumerate(("A.一般", "其他〖红色〗", "其他:黄色", "其它（蓝）", "A.一般┋B.重大"), 1)
    ]
    found, _ = check(make_book(tmp_path / "book", {"a.xlsx": [head, *rows]}))
    assert [(one.table, one.key, one.count) for one in found] == [
        ("ledgers.hazards.values.severity", "~^其[他它]", 3),
        ("ledgers.hazards.values.severity", "A.一般┋B.重大", 1),
    ]
