"""Rows that stand twice: shown in pairs, counted, and left out where the user says so."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from ingest_book import TOWNS, make_book, write_sheet
from test_ingest_run import KIND, make_rows

from taizhang import open as open_workbook
from taizhang.ingest import ingest
from taizhang.ingest.check import describe_ledgers
from taizhang.ingest.collect import Collector

HEAD = ["编号", "所属乡镇", "发现日期", "受检单位", "隐患描述", "整改状态"]
LIST = [
    HEAD,
    [1, "溪口镇", "2021-03-01", "红星化工有限公司", "疏散通道堵塞，未保持畅通", "未整改"],
    [2, "溪口镇", "2021-03-02", "蓝天网吧", "灭火器过期", "未整改"],
]
LATER = [
    HEAD,
    [1, "溪口镇", "2021-03-01", "红星化工", "疏散通道堵塞,未保持通畅", "已整改"],
    [2, "溪口镇", "2021-03-03", "蓝天网吧", "灭火器过期", "未整改"],
    [3, "溪南镇", "2021-03-01", "红星化工", "疏散通道堵塞,未保持通畅", "未整改"],
]


def make(root: Path, setting: str = "") -> Path:
    return make_book(root, {"2月.xlsx": LIST, "10月.xlsx": LATER}, more=setting)


def read_aside(root: Path) -> list[dict[str, str]]:
    with (root / "data" / "processed" / "set_aside.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_of_two_files_are_flagged_and_shown_in_pairs(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    book = open_workbook(str(root))
    (summary,) = book.ingest().summaries
    assert (summary.read, summary.accepted, summary.set_aside, summary.duplicates) == (5, 5, 0, 1)
    rows = book.ledger("hazards")
    assert rows.loc[rows["duplicate"], "source_file"].tolist() == ["data/raw/10月.xlsx"]
    assert str(summary.notes[0]) == "data/raw/2月.xlsx and data/raw/10月.xlsx seem to share 1 row"
    text = "\n".join(one.text for one in describe_ledgers(book.config))
    assert (
        "possible duplicate: data/raw/2月.xlsx, sheet '台账', "
        "row 2 = data/raw/10月.xlsx, sheet '台账', "
        "row 2: 2021-03-01, 红星化工, 疏散通道堵塞,未保持通畅 (similar content)"
    ) in text


@pytest.mark.parametrize(
    ("setting", "kept", "left"), [("first", "open", "10月"), ("last", "rectified", "2月")]
)
def test_one_of_them_is_left_out_where_the_user_says_so(
    tmp_path: Path, setting: str, kept: str, left: str
) -> None:
    root = make(tmp_path / "book", f'duplicates = "{setting}"\n')
    book = open_workbook(str(root))
    (summary,) = book.ingest().summaries
    # Rows read = accepted + set aside.
    assert (summary.read, summary.accepted, summary.set_aside, summary.duplicates) == (5, 4, 1, 0)
    rows = book.ledger("hazards")
    same = rows[(rows["district_code"] == "350921101") & (rows["found_on"] == "2021-03-01")]
    assert same["status"].tolist() == [kept] and not rows["duplicate"].any()
    (aside,) = read_aside(root)
    assert (aside["source_file"], aside["source_row"], aside["scope"]) == (
        f"data/raw/{left}.xlsx",
        "2",
        "row",
    )
    assert (aside["reason_code"], aside["district_code"]) == ("ingest.twice.left_out", "350921101")
    # A second run finds all as it is.
    assert not book.ingest().fresh
    ingest(book.config, force=True)
    assert len(book.ledger("hazards")) == 4


def test_a_rule_that_only_a_left_out_row_breaks_is_not_told(tmp_path: Path) -> None:
    told = open_workbook(str(make(tmp_path / "keep"))).ingest().summaries[0].rules
    assert len(told) == 1  # marked rectified, with no day of it
    first = open_workbook(str(make(tmp_path / "first", 'duplicates = "first"\n'))).ingest().summaries[0].rules
    assert first == ()


def test_twelve_lists_numbered_from_one_hold_no_duplicates(tmp_path: Path) -> None:
    towns = list(TOWNS.values())
    files = {
        f"2021年{month}月.xlsx": [
            HEAD,
            *(
                [n, towns[n % 3], f"2021-{month:02d}-{n:02d}", f"单位{month}之{n}", f"问题{n}", ""]
                for n in range(1, 21)
            ),
        ]
        for month in range(1, 13)
    }
    (summary,) = open_workbook(str(make_book(tmp_path / "book", files))).ingest().summaries
    assert (summary.accepted, summary.duplicates) == (240, 0)
    # Added up to the year's list, each stands twice.
    whole = [HEAD, *(row for rows in files.values() for row in rows[1:])]
    write_sheet(tmp_path / "book" / "data" / "raw" / "全年.xlsx", whole)
    (summary,) = open_workbook(str(tmp_path / "book")).ingest().summaries
    assert (summary.accepted, summary.duplicates) == (480, 240)


@pytest.mark.parametrize("keep", ["first", "last"])
@pytest.mark.parametrize("most", [100_000, 700, 150])
def test_of_long_tables_too_one_is_kept(tmp_path: Path, keep: str, most: int) -> None:
    rows, left = make_rows(1500), []
    collector = Collector(
        KIND, tmp_path / "h.parquet", sorted(TOWNS), most=most, duplicates=keep, leave_out=left.append
    )
    for start in range(0, 1500, 100):
        collector.add(rows.iloc[start : start + 100])
    collector.finish()
    collector.close()
    got, out = pd.read_parquet(tmp_path / "h.parquet"), pd.concat(left)
    assert (len(got), len(out), collector.rows, collector.duplicates) == (1485, 15, 1485, 0)
    assert got["hazard_id"].is_unique
    # Rows 97 and 100 of each hundred have one number: the one or the other is left out.
    assert sorted(out["source_row"] % 100) == [{"first": 1, "last": 98}[keep]] * 15
    assert {one.code for one in out["reason"]} <= {"ingest.twice.left_out", "ingest.twice.elsewhere"}


@pytest.mark.parametrize("keep", ["first", "last"])
@pytest.mark.parametrize("most", [10_000, 500, 100])
def test_of_long_tables_rows_that_are_nearly_the_same_are_found_day_by_day(
    tmp_path: Path, keep: str, most: int
) -> None:
    rows, left = make_rows(600), []
    number = pd.Series(range(600)) // 2  # each thing twice, in two lists, written in two ways
    rows["hazard_id"] = pd.Series([None] * 600, dtype="str")
    rows["district_code"] = rows["district"] = [sorted(TOWNS)[n % 2] for n in number]
    rows["found_on"] = (pd.Timestamp(2021, 1, 1) + pd.to_timedelta(number, unit="D")).astype("datetime64[us]")
    rows["premises"] = "红星化工"
    rows["description"] = [
        f"疏散通道堵塞{word}未保持畅通"
        for word in ["，", "和安全出口锁闭、"] * 150
        for word in (word, word + " ")
    ]
    rows["source_file"] = ["a.xlsx", "b.xlsx"] * 300
    collector = Collector(
        KIND, tmp_path / "h.parquet", sorted(TOWNS), most=most, duplicates=keep, leave_out=left.append
    )
    for start in range(0, 600, 100):
        collector.add(rows.iloc[start : start + 100])
    collector.finish()
    collector.close()
    got = pd.read_parquet(tmp_path / "h.parquet")
    assert len(got) == 300 and collector.unsearched == 0
    assert set(got["source_file"]) == {"a.xlsx" if keep == "first" else "b.xlsx"}


def test_a_day_of_too_many_rows_is_said_not_to_be_searched(tmp_path: Path) -> None:
    rows = make_rows(90)
    rows["found_on"] = pd.Timestamp(2021, 1, 1)
    rows["district_code"] = rows["district"] = sorted(TOWNS)[0]
    collector = Collector(KIND, tmp_path / "h.parquet", sorted(TOWNS), most=40)
    collector.add(rows)
    collector.finish()
    assert collector.unsearched == 90
