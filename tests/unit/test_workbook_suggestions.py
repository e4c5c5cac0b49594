"""Suggestions in a workbook: in the quality report, and in no fact."""

from pathlib import Path

import pandas as pd
import pytest
from hazard_wording import draw_hazards
from ingest_book import TOWNS, make_book

from taizhang import analysis, facts
from taizhang import open as open_workbook
from taizhang.analysis import suggestions
from taizhang.figures import quality as tables
from taizhang.workbook.book import Workbook

HEADER = ["所属乡镇", "发现日期", "隐患描述", "单位名称", "所属行业", "隐患类别", "隐患等级"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    drawn = draw_hazards("first", 300)
    drawn["severity"] = drawn["severity"].map({"general": "一般", "major": "重大"}).astype("object")
    drawn.loc[::20, "category"] = None  # fifteen rows
    drawn.loc[10:, "severity"] = None
    drawn.loc[100:, "trade"] = None
    drawn.loc[0, "severity"] = "较重"  # not understood
    rows = [
        [list(TOWNS.values())[n % 3], f"2021-{1 + n % 12:02d}-{1 + n % 28:02d}", one.description, one.premises,
         one.trade, one.category, one.severity]
        for n, one in enumerate(drawn.itertuples())
    ]  # fmt: skip
    return make_book(tmp_path_factory.mktemp("suggest") / "book", {"a.xlsx": [HEADER, *rows]})


@pytest.fixture(scope="module")
def book(root: Path) -> Workbook:
    return open_workbook(str(root))


def test_the_quality_report_tells_how_often_they_are_right(book: Workbook) -> None:
    view = book.view("all", "2021", "zh")
    table = tables.tabulate_suggestions(view, book.quality(view))
    assert table is not None
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts[0][:3] == ["隐患类别", "全部", "285"]
    assert texts[1][1] == "消防" and texts[1][4].endswith("%")
    assert texts[-2] == ["行业", "不建议：有标注的不足200行", "100", "—", "—", "—", "—"]
    assert texts[-1][:3] == ["隐患等级", "不建议：有标注的不足200行", "9"]
    english = book.view("all", "2021", "en")
    shown = tables.tabulate_suggestions(english, book.quality(english))
    assert shown is not None and shown.rows[-1][1].text == "none: fewer than 200 labelled rows"
    one = book.view("350921101", "2021", "zh")
    assert tables.tabulate_suggestions(one, book.quality(one)) is None


def test_cells_are_suggested_by_place(book: Workbook) -> None:
    said = book.suggest()
    assert set(said["column"]) == {"category"}
    assert set(said["source_row"]) <= {2 + 20 * n for n in range(15)} and len(said) > 5
    assert said["source_file"].eq("data/raw/a.xlsx").all()
    pd.testing.assert_frame_equal(said, book.suggest())


def test_no_fact_changes_with_them(root: Path, book: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is suggested, with nothing, and with nonsense: the same facts and the same rows."""
    book.suggest()
    before, rows = book.facts("2021"), book.ledger("hazards")
    said = [len(book.suggest())]
    for least in (2.0, 0.0):
        monkeypatch.setattr(suggestions, "LEAST_PROBABLE", least)
        for kept in (root / "data" / "processed").rglob("*/suggestions/*"):
            kept.unlink()
        again = open_workbook(str(root))
        said.append(len(again.suggest()))
        pd.testing.assert_frame_equal(again.facts("2021"), before)
        pd.testing.assert_frame_equal(again.ledger("hazards"), rows)
    assert said[1] == 0 and said[2] >= said[0] > 0
    assert not hasattr(facts, "suggestions") and analysis is not None
