"""corrections.csv: applied to the raw cell, logged without names, refused when it doesn't fit."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_book import HEADER, correct, make_book, make_hazards

from taizhang import open as open_workbook
from taizhang.ledgers.corrections import is_same

FILE = "data/raw/a.xlsx"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = make_hazards("溪口镇")
    rows[2][2] = "2021年13月5日"
    rows[3][4] = "重点"
    return make_book(tmp_path / "县 book", {"a.xlsx": rows, "b.xlsx": make_hazards("溪南镇")})


def read_log(root: Path) -> pd.DataFrame:
    path = root / "data" / "processed" / "corrections_applied.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")


def test_a_cell_by_header_canonical_name_or_letter(root: Path) -> None:
    correct(
        root,
        f"{FILE},台账,3,发现日期,2021年13月5日,2021-12-05,李四,笔误",
        f"{FILE},台账,4,severity,重点,重大,李四,核对原件",
        "b.xlsx,台账,2,d,隐患1,线路老化,李四,核对原件",
    )
    book = open_workbook(str(root))
    rows = book.ledger("hazards", personal=True).set_index(["source_file", "source_row"])
    assert rows.loc[(FILE, 3), "found_on"] == pd.Timestamp(2021, 12, 5)
    assert rows.loc[(FILE, 4), "severity"] == "major"
    assert rows.loc[("data/raw/b.xlsx", 2), "description"] == "线路老化"
    summary = book.result.summaries[0]
    assert (summary.read, summary.accepted, summary.cells_set_aside, summary.corrected) == (6, 6, 0, 3)
    log = read_log(root)
    assert log[
        ["file", "sheet", "row", "column", "letter", "old", "new", "why", "line"]
    ].to_numpy().tolist() == [
        [FILE, "台账", "3", "found_on", "C", "2021年13月5日", "2021-12-05", "笔误", "2"],
        [FILE, "台账", "4", "severity", "E", "重点", "重大", "核对原件", "3"],
        ["data/raw/b.xlsx", "台账", "2", "description", "D", "隐患1", "线路老化", "核对原件", "4"],
    ]
    assert book.result.errors == ()


def test_lines_of_set_aside_serve_when_completed(root: Path) -> None:
    book = open_workbook(str(root))
    book.ingest()
    aside = pd.read_csv(
        root / "data" / "processed" / "set_aside.csv",
        dtype="str",
        keep_default_na=False,
        encoding="utf-8-sig",
    )
    assert list(aside["value"]) == ["2021年13月5日", "重点"]
    mended = aside.assign(new=["2021-12-05", "一般"], by="李四", why="核对")
    mended.to_csv(root / "data" / "raw" / "corrections.csv", index=False)
    assert book.ingest().summaries[0].accepted == 6
    assert book.result.summaries[0].cells_set_aside == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{FILE},台账,2,发现日期,2021-03-09,2021-03-01,李四,x", "the cell now reads '2021-03-01'"),
        (f"{FILE},台账,2,整改责任人,王五,赵六,李四,x", "no longer has the value given as 'old'"),
        (f"{FILE},台账,99,发现日期,a,b,李四,x", "no such row; the last is 4"),
        (f"{FILE},台帐,2,发现日期,a,b,李四,x", "no such sheet among those read; the sheets are: '台账'"),
        (f"{FILE},台账,2,发现时刻,a,b,李四,x", "no such column"),
        (
            "data/raw/c.xlsx,台账,2,发现日期,a,b,李四,x",
            "this workbook has no ledger file 'data/raw/c.xlsx'",
        ),
        (f"{FILE},台账,第二行,发现日期,a,b,李四,x", "'row' must be the row number shown in the spreadsheet"),
    ],
)
def test_what_does_not_fit_is_an_error_and_the_others_go_on(root: Path, line: str, told: str) -> None:
    correct(root, line, f"{FILE},台账,4,隐患等级,重点,重大,李四,核对")
    result = open_workbook(str(root)).ingest()
    assert len(result.errors) == 1
    said = str(result.errors[0])
    assert told in said and "corrections.csv, line 2" in said
    for name in ("张三", "王五", "赵六", "李四"):
        assert name not in said
    assert (result.summaries[0].read, result.summaries[0].corrected) == (6, 1)
    kept = open_workbook(str(root)).ingest()  # nothing changed: the error is still told
    assert kept.errors == result.errors and not kept.fresh


def test_a_name_is_corrected_and_not_logged(root: Path) -> None:
    correct(root, f"{FILE},台账,2,整改责任人,张三,钱七,李四,电话13800138000核实")
    book = open_workbook(str(root))
    rows = book.ledger("hazards", personal=True).set_index(["source_file", "source_row"])
    assert rows.loc[(FILE, 2), "responsible"] == "钱七"
    log = (root / "data" / "processed" / "corrections_applied.csv").read_text(encoding="utf-8-sig")
    for secret in ("张三", "钱七", "李四", "13800138000"):
        assert secret not in log
    assert "***" in log


def test_only_the_file_corrected_is_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import taizhang.ingest.cache as cache

    book = open_workbook(str(root))
    book.ingest()
    read = []
    plain = cache.read_ledger_file
    monkeypatch.setattr(
        cache, "read_ledger_file", lambda *a, **named: read.append(named["name"]) or plain(*a, **named)
    )
    correct(root, f"{FILE},台账,4,隐患等级,重点,重大,李四,核对")
    assert book.ingest().summaries[0].corrected == 1
    assert read == [FILE]


def test_a_list_without_its_columns_is_refused_whole(root: Path) -> None:
    correct(root, f"{FILE},2", head="file,row")
    result = open_workbook(str(root)).ingest()
    assert "lacks the columns column, old, new, by, why" in str(result.errors[0])
    assert result.summaries[0].read == 6


def test_rows_of_a_parquet_file_by_number(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {}, patterns=["*.parquet"])
    table = pa.table(
        {name: [str(row[at]) for row in make_hazards("溪口镇", 5)[1:]] for at, name in enumerate(HEADER)}
    )
    pq.write_table(table, root / "data" / "raw" / "a.parquet")
    correct(root, "a.parquet,,6,隐患描述,隐患5,改过,李四,x", "a.parquet,,7,隐患描述,隐患6,改过,李四,x")
    book = open_workbook(str(root))
    assert list(book.ledger("hazards")["description"]) == ["隐患1", "隐患2", "隐患3", "隐患4", "改过"]
    assert "no such row; the last is 6" in str(book.result.errors[0])


@pytest.mark.parametrize(
    ("value", "written", "same"),
    [
        ("重点 ", "重点", True),
        (3.0, "3", True),
        (3.0, "3.00", True),
        (3.0, "4", False),
        (pd.Timestamp(2021, 3, 5).to_pydatetime(), "2021/3/5", True),
        ("2021.3.5", "2021-03-05", True),
        ("3月5日至7日", "3月5日至9日", False),
        ("=1+1", "'=1+1", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_whether_a_cell_still_says_what_was_written(value: object, written: str, same: bool) -> None:
    assert is_same(value, written) is same
