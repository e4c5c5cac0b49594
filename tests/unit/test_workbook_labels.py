"""Tables in the reader's language, and accounts of what a view holds."""

from pathlib import Path

import pandas as pd
import pytest
from pandas.api.types import is_object_dtype

import taizhang as tz
from taizhang import figures
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period


@pytest.fixture(scope="module")
def book(sample_book: Path) -> tz.Workbook:
    return tz.open(str(sample_book))


def test_a_ledger_s_columns_and_values_are_worded(book: tz.Workbook) -> None:
    rows = book.ledger("hazards")
    chosen = rows[rows["severity"] == "major"]
    shown, english = book.label(chosen), book.label(chosen, lang="en")
    assert {"隐患等级", "发现日期", "乡镇（街道）代码", "文件", "发现日期的精度"} <= set(shown)
    assert set(shown["隐患等级"]) == {"重大"} and set(english["Severity"]) == {"major"}
    assert shown["发现日期"].equals(chosen["found_on"]) and shown["发现日期"].dtype == "datetime64[us]"
    assert set(shown["疑似重复"]) <= {"是", "否"} and list(chosen) == list(rows)
    assert shown["整改日期"].isna().sum() == chosen["rectified_on"].isna().sum()
    assert rows["severity"].isna().any() and book.label(rows)["隐患等级"].isna().equals(
        rows["severity"].isna()
    )


def test_facts_and_panels_are_worded(book: tz.Workbook) -> None:
    facts = book.facts("2021")
    shown = book.label(facts[facts["fact"] == "hazards.rectification_rate"])
    assert set(shown["指标"]) == {"隐患整改率"} and set(shown["单位"]) == {"%"}
    panel = book.panel(["hazards.found"], periods=["2021Q1"])
    assert {"Indicator", "First day", "As of"} <= set(book.label(panel.data, lang="en"))
    assert (
        book.label(facts, lang="en")["Rows known"].tolist() == facts["known"].tolist()
        or facts["known"].isna().any()
    )


def test_a_figure_s_data_and_what_is_not_known_are_as_they_are(book: tz.Workbook) -> None:
    figure = figures.plot_hazards_trend(book.view("all", "2021"))
    assert figure
    shown = book.label(figure.data)
    assert list(shown)[:3] == ["月份", "状态", "hazards"] and {"已整改", "未整改"} <= set(shown["状态"])
    mine = pd.DataFrame({"x": [1], "state": ["odd"]})
    pd.testing.assert_frame_equal(book.label(mine), mine.rename(columns={"state": "状态"}))
    with pytest.raises(ParameterError, match="hazards"):
        book.label(mine, kind="hazard")


def test_a_fact_on_trial_has_no_name_yet(book: tz.Workbook) -> None:
    tried = book.try_fact(
        "hazards", lambda rows, *, as_of: rows["severity"] == "major", period=parse_period("2021")
    )
    assert set(book.label(tried)["指标"]) == set(tried["fact"])


def test_facts_are_stored_with_their_day(book: tz.Workbook, tmp_path: Path) -> None:
    facts = book.facts("2021")
    assert (
        facts["as_of"].dtype == "datetime64[us]" and book.reported("2021")["as_of"].dtype == "datetime64[us]"
    )
    facts.to_parquet(tmp_path / "facts.parquet")
    facts.rename(columns=lambda name: name[:30]).to_stata(
        tmp_path / "facts.dta", write_index=False, version=118
    )
    assert set(pd.read_parquet(tmp_path / "facts.parquet")["as_of"]) == {pd.Timestamp("2021-12-31")}
    assert not [name for name, dtype in facts.dtypes.items() if is_object_dtype(dtype)]


def test_a_view_gives_a_short_account_of_itself(book: tz.Workbook) -> None:
    view = book.view("all", "2021", "en")
    found = len(view.counted("hazards"))
    shown = view._repr_html_()
    assert (
        "2021" in shown
        and f">{found:,}</td>" in shown
        and "<code>hazards</code>" in shown
        and "31 December 2021" in shown
    )
    assert repr(view).startswith("<View ") and "hazards" in repr(view) and len(repr(view)) < 400
    assert len(view._repr_html_()) < 4000
