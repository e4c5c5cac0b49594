"""Names that read like totals or notes (合计3店, 注：烟花店), in kinds without a date: judged by the whole row."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from test_ledgers_rowkinds import ROW_KINDS, classify

from taizhang.ledgers.model import Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

NUMBERED = ["序号", "乡镇", "队伍名称", "人数", "队伍类型"]
BARE = NUMBERED[1:]
A, B = ["溪口镇", "甲队", 5, "民兵"], ["溪口镇", "乙队", 6, "民兵"]


def judge(head: Sequence[str], *rows: Sequence[object]) -> tuple[list[str], list[int]]:
    """The kinds of rows, and those in doubt."""
    table = classify(rows, head=head, kind="teams")
    return [ROW_KINDS[kind] for kind in table.kinds], list(table.doubts)


@pytest.mark.parametrize(
    "name", ["合计3店", "总计（南店）", "共计5人", "注：烟花店", "备注：南店", "合计、小计店", "天天合计"]
)
def test_a_full_row_with_a_running_number_is_a_row(name: str) -> None:
    rows = [[1, *A], [2, "溪口镇", name, 7, ""], [3, *B], ["合计", "", "", 18, ""]]
    assert judge(NUMBERED, *rows) == (["data", "data", "data", "total"], [])


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", 11, ""],
        ["", "合计", "", 11, ""],
        ["", "", "合计2队", 11, ""],  # of no district
        ["", "溪口镇", "小计", 11, ""],
        ["", "溪口镇", "溪口镇小计", 11, ""],
        [3, "溪口镇", "溪口镇小计", 11, ""],
        [3, "溪口镇", "合计：", 99, ""],  # nobody is called that; that the sum is wrong is told of it
        ["", "溪口镇", "合计2队", 11, ""],
        ["", "溪口镇", "合计2队", 99, ""],  # without the number that the others have
        ["", "溪口镇", "共计11人", "", ""],
        [3, "县直各队", "合计2队", 99, ""],  # of no district, either
    ],
)
def test_plain_totals_stay_totals(row: list[object]) -> None:
    assert judge(NUMBERED, [1, *A], [2, *B], row) == (["data", "data", "total"], [])


@pytest.mark.parametrize(
    "row",
    [
        ["注：以上人数含志愿者", "", "", "", ""],
        ["", "注：以上人数含志愿者", "", "", ""],
        ["", "", "备注：x", "", ""],
        ["说明：", "见附件", "", "", ""],
    ],
)
def test_plain_notes_stay_notes(row: list[object]) -> None:
    assert judge(NUMBERED, [1, *A], [2, *B], row) == (["data", "data", "note"], [])


def test_without_running_numbers_the_sums_and_the_other_words_decide() -> None:
    assert judge(BARE, A, B, ["溪口镇", "合计2队", 11, ""]) == (["data", "data", "total"], [])
    assert judge(BARE, A, B, ["溪口镇", "合计2队", 11, "民兵"]) == (["data", "data", "total"], [])
    assert judge(BARE, A, B, ["溪口镇", "合计3店", 7, "民兵"]) == (["data", "data", "data"], [])
    assert judge(BARE, A, B, ["溪口镇", "合计3店", 7, ""]) == (["data", "data", "data"], [2])
    # The number in the words is how many rows there are, or how many people; another is neither.
    assert judge(BARE, A, B, ["溪口镇", "共计2支", "", ""]) == (["data", "data", "total"], [])
    assert judge(BARE, A, B, ["溪口镇", "共计11人", "", ""]) == (["data", "data", "total"], [])
    assert judge(BARE, A, B, ["溪口镇", "共计12人", "", ""]) == (["data", "data", "data"], [2])
    # A district's rows, and those since the last total.
    other = ["溪南镇", "丙队", 4, "民兵"]
    rows = [A, B, other, ["溪口镇", "合计2队", 11, ""], other, other, ["溪南镇", "合计2队", 8, ""]]
    assert judge(BARE, *rows)[0] == ["data"] * 3 + ["total", "data", "data", "total"]


def test_a_name_like_a_note_s_first_in_its_row_is_a_row_where_the_rest_is_one() -> None:
    head = ["队伍名称", "乡镇", "人数", "队伍类型"]
    rows = [
        ["注：烟花店", "溪口镇", 5, ""],
        ["注：烟花店", "溪口镇", "", ""],
        ["注：烟花店", "见附件", 5, ""],
    ]
    assert judge(head, *rows) == (["data", "data", "note"], [1])


def test_with_a_number_and_the_sum_of_the_others_it_is_doubtful() -> None:
    rows = [[1, *A], [2, *B], [3, "溪口镇", "合计3店", 11, ""]]
    assert judge(NUMBERED, *rows) == (["data", "data", "data"], [2])
    assert judge(NUMBERED, *rows[:2], [3, "溪口镇", "合计3店", 11, "民兵"]) == (["data", "data", "data"], [])
    # Words without a number, where the others have one.
    assert judge(NUMBERED, *rows[:2], ["", "溪口镇", "合计3店", 7, "民兵"]) == (["data", "data", "data"], [2])


def test_a_doubtful_row_is_set_aside_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [BARE, A, B, ["溪口镇", "合计3店", 7, ""], ["溪口镇", "丁队", 3, "民兵"]]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    read = read_here(path, Source(kind=load_kinds()["teams"], names=frozenset(["溪口镇"])), name="a.csv")
    assert read.rows["name"].tolist() == ["甲队", "乙队", "丁队"]
    aside = read.set_aside[["source_row", "column", "value", "scope"]].to_numpy().tolist()
    assert aside == [[4, "name", "合计3店", "row"]]
    assert read.set_aside["reason"][0].code == "ledgers.row.total_or_name"
    assert read.tables[0].counts["data"] == 4


def test_who_filled_in_a_ledger_of_one_district_is_a_note() -> None:
    head = ["队伍名称", "人数", "队伍类型"]
    rows = [["甲队", 5, "民兵"], ["填表人：甲", "", "审核：乙"], ["注：烟花店", 5, "民兵"]]
    assert judge(head, *rows) == (["data", "note", "note"], [])
