"""Headers and values that may mean a column, or something else: asked about once, never taken, taken when told."""

import tomllib
from pathlib import Path

from ingest_book import make_book

from taizhang import open as open_workbook
from taizhang.ingest.check import describe_ledgers
from taizhang.ingest.proposals import Proposal

HEAD = ["所属乡镇", "发现日期", "隐患描述", "风险等级"]
ROWS = [["溪口镇", "2021-03-01", "堵塞", "重大"], ["溪南镇", "2021-03-02", "漏电", "一般"]]


def ask(root: Path) -> list[Proposal]:
    return [one for part in describe_ledgers(open_workbook(str(root)).config) for one in part.proposals]


def tell(root: Path, lines: str) -> None:
    path = root / "workbook.toml"
    path.write_text(path.read_text("utf-8") + lines, encoding="utf-8")


def read_severity(root: Path) -> list[object]:
    book = open_workbook(str(root))
    book.ingest()
    return book.ledger("hazards")["severity"].astype(object).where(lambda one: one.notna(), None).tolist()


def test_grades_of_risk_are_asked_about_once_and_taken_when_told(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": [HEAD, *ROWS], "b.xlsx": [HEAD, *ROWS[:1]]})
    (only,) = ask(root)
    assert (only.table, only.key, only.value, only.count) == (
        "ledgers.hazards.columns",
        "severity",
        "风险等级",
        3,
    )
    assert only.choice
    assert only.word("en") == (
        '# severity = "风险等级"  # Severity? Keep '
        "this line only if so: the grades of risk (major, larger, ordinary, low: red, "
        "orange, yellow, blue) are of risk points; a major risk is not a major hazard. "
        "data/raw/a.xlsx, sheet '台账', 3 rows; without it, Severity stays unknown"
    )
    assert "是隐患等级吗？如果是就保留：" in only.word("zh") and only.word("zh").endswith(
        "3行；不写，隐患等级不明"
    )
    assert read_severity(root) == [None] * 3
    tell(root, f"[{only.table}]\n{only.word('zh').removeprefix('# ')}\n")
    assert sorted(map(str, read_severity(root))) == ["general", "major", "major"]
    assert ask(root) == []


def test_what_ingest_says_of_it(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": [[*HEAD, "检查组长"], *([*row, "甲"] for row in ROWS)]})
    (summary,) = open_workbook(str(root)).ingest().summaries
    told = [note.word("zh") for note in summary.notes]
    assert sum("“风险等级”不会自动采用：可能是severity，也可能不是：" in text for text in told) == 1
    assert any("认不出的列：检查组长" in text and "风险等级" not in text for text in told)


def test_where_another_column_gives_it_nothing_is_asked(tmp_path: Path) -> None:
    rows = [[*HEAD, "隐患等级"], [*ROWS[0], "一般"], [*ROWS[1], "重大"]]
    root = make_book(tmp_path / "book", {"a.xlsx": rows})
    assert ask(root) == []
    assert read_severity(root) == ["general", "major"]


def test_a_column_that_is_said_not_to_be_there_is_not_asked_for(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": [HEAD, *ROWS]})
    tell(root, '[ledgers.hazards.columns]\nseverity = ""\n')
    assert ask(root) == [] and read_severity(root) == [None, None]


def test_a_grade_of_risk_as_a_value_is_asked_about_with_its_reason(tmp_path: Path) -> None:
    rows = [[*HEAD[:3], "隐患等级"], [*ROWS[0][:3], "重大风险"], [*ROWS[1][:3], "一般"]]
    root = make_book(tmp_path / "book", {"a.xlsx": rows})
    (only,) = ask(root)
    assert (only.table, only.key, only.value) == ("ledgers.hazards.values.severity", "重大风险", "general")
    assert only.choice and "或major；如果对就保留：风险分级" in only.word("zh")
    assert read_severity(root) == [None, "general"]


def test_a_day_that_may_be_another_leaves_its_table_unread_and_the_line_is_told(tmp_path: Path) -> None:
    rows = [["所属乡镇", "上报日期", "隐患描述", "隐患等级"], *ROWS]
    root = make_book(tmp_path / "book", {"a.xlsx": rows})
    (only,) = ask(root)
    assert (only.key, only.value, only.count, only.choice) == ("found_on", "上报日期", 2, True)
    assert only.word("zh").endswith("2行；不写，这张表读不了")
    (error,) = open_workbook(str(root)).ingest().errors
    assert 'found_on = "上报日期"' in str(error)
    tell(root, f"[{only.table}]\n{only.word('zh').removeprefix('# ')}\n")
    assert tomllib.loads((root / "workbook.toml").read_text("utf-8"))
    assert read_severity(root) == ["major", "general"]
