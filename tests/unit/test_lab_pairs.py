"""Doubtful pairs of premises, side by side, and the answers that go into pairs.csv."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from taizhang.core.csv import format_csv
from taizhang.lab.pairs import Decider, make_decider, write_decision
from taizhang.register import Decision, link_premises, read_decisions
from taizhang.workbook.pairs import read_doubtful, set_side_by_side

ROWS = [
    {"district_code": "350921001", "name": name, "source_file": "隐患.xlsx", "source_row": row}
    for row, name in enumerate(("鑫源加油站", "鑫园加油站", "大安饭店", "大安酒楼"), 2)
]


@pytest.fixture
def book(tmp_path: Path) -> Any:
    """A workbook with two pairs in doubt."""
    (tmp_path / "data/raw").mkdir(parents=True)
    config = SimpleNamespace(
        root=tmp_path, processed=tmp_path / "data/processed", cache=tmp_path / "cache", lang="zh"
    )
    config.processed.mkdir()
    doubtful = link_premises(pd.DataFrame(ROWS)).doubtful
    (config.processed / "doubtful_pairs.csv").write_text(format_csv(doubtful), "utf-8-sig")
    return SimpleNamespace(
        root=tmp_path,
        config=config,
        doubtful_pairs=lambda district: read_doubtful(config, district, {"350921001"}),
    )


def decided(book: Any) -> list[Decision]:
    decisions, errors = read_decisions(book.root / "data/raw/pairs.csv")
    assert errors == []
    return decisions


def test_names_that_sound_alike_are_asked_and_not_linked(book: Any) -> None:
    pairs = book.doubtful_pairs("all")
    assert {frozenset(pair) for pair in zip(pairs["name_a"], pairs["name_b"], strict=True)} == {
        frozenset(("鑫源加油站", "鑫园加油站")),
        frozenset(("大安饭店", "大安酒楼")),
    }
    assert book.doubtful_pairs("350921001").equals(pairs)


def test_where_nothing_is_in_doubt_there_are_columns_and_no_rows(book: Any) -> None:
    file = book.config.processed / "doubtful_pairs.csv"
    file.write_text(file.read_text("utf-8-sig").split("\n")[0] + "\n", "utf-8-sig")
    pairs = book.doubtful_pairs("all")
    assert len(pairs) == 0 and "district_code" in pairs
    file.unlink()
    assert list(book.doubtful_pairs("all")) == list(pairs)


def test_a_pair_is_set_side_by_side_in_words(book: Any) -> None:
    pair = book.doubtful_pairs("all").iloc[0]
    shown = set_side_by_side(pair, "zh")
    assert list(shown.columns) == ["甲", "乙"]
    assert shown.loc["首见于"].str.startswith("隐患.xlsx:").all()
    assert "行业" in shown.loc["像的地方", "甲"]


def test_answers_are_written_and_counted(book: Any) -> None:
    control = Decider(book, "all", "zh")
    first = control.pairs.iloc[0]
    control.same.click()
    assert not (book.root / "data/raw/pairs.csv").exists()  # nobody said who decides
    control.by.value, control.why.value = "县局", "看过"
    control.same.click()
    control.skip.click()
    assert control.same.disabled and control.shown.value == "没有拿不准的单位对。"
    assert decided(book) == [Decision(2, first["a"], first["b"], True, "县局", "看过")]
    assert len(book.doubtful_pairs("all")) == 1  # what is decided is not asked again
    linked = link_premises(pd.DataFrame(ROWS), decided(book))
    assert linked.rows["premises_key"].nunique() == 3


def test_a_decision_leaves_other_lines_as_they_are(book: Any) -> None:
    file = book.root / "data/raw/pairs.csv"
    file.write_text("a,b,same,by,why\n甲,乙,否,张,\n", "utf-8")
    write_decision(book, "丙", "丁", same=False, by="县局")
    assert [(one.a, one.b, one.same) for one in decided(book)] == [("甲", "乙", False), ("丙", "丁", False)]


def test_two_who_decide_at_once_lose_nothing(book: Any) -> None:
    def decide(who: str) -> None:
        for number in range(15):
            write_decision(book, f"{who}{number}", "丁", same=False, by=who)

    with ThreadPoolExecutor(2) as both:
        list(both.map(decide, ("甲", "乙")))
    assert len(decided(book)) == 30


def test_a_name_with_markup_is_shown_as_text(book: Any) -> None:
    control = Decider(book, "all", "zh")
    control.pairs.loc[:, "name_a"] = "<b>店</b>"
    control._show("")
    assert "<b>" not in control.shown.value and "&lt;b&gt;" in control.shown.value


def test_in_a_batch_run_there_is_no_control(book: Any) -> None:
    assert make_decider(book, "all") is None
