"""Where there is nothing to show, it is said which ledger or column is missing; a report leaves it out."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import make_hazards, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.missing import explain_missing
from taizhang.core.display import Nothing
from taizhang.metadata.missing import load_needed

FOUND = {"found_on": "2021-03-05", "trade": "工贸"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "没有可显示的：工作簿没有“隐患排查治理”台账（workbook.toml的[ledgers.hazards]）。"),
        (
            "en",
            ("Nothing to show: the workbook has no 'Hazards' ledger ([ledgers.hazards] in workbook.toml)."),
        ),
    ],
)
def test_a_ledger_that_is_missing_is_named(lang: str, words: str) -> None:
    shown = figures.plot_hazards_trend(make_view(lang=lang))
    assert isinstance(shown, Nothing) and not shown and str(shown) == words
    assert shown._repr_html_() == f"<p><em>{words}</em></p>".replace("'", "&#x27;")
    with pytest.raises(AttributeError, match="hazards"):
        _ = shown.axes


def test_a_ledger_without_a_row_in_the_period_is_named_with_both() -> None:
    view = make_view({"hazards": make_table("hazards", [{"found_on": "2020-03-05"}])})
    assert (
        str(figures.plot_hazards_by_trade(view))
        == "没有可显示的：城关镇的“隐患排查治理”台账在2021年没有记录。"
    )


def test_a_column_that_is_empty_is_named_with_how_many_rows_there_are() -> None:
    view = make_view({"hazards": make_table("hazards", [FOUND, FOUND])}, lang="en")
    assert str(figures.plot_hazards_by_category(view)) == (
        "Nothing to show: the 'Hazards' ledger of "
        "城关镇 has 2 rows in 2021, but 'Category' (category) is always empty."
    )
    assert figures.plot_hazards_by_trade(view)


def test_the_wrong_view_is_named() -> None:
    assert 'book.view("all", …)' in str(figures.map_risk(make_view()))
    assert 'book.view("名称", …)' in str(figures.map_location(make_view(district="all")))


def test_what_is_withheld_or_not_of_a_period_is_said() -> None:
    rows = {"complaints": make_table("complaints", [{"received_on": "2021-03-05", "channel": "来信"}])}
    assert "[indicators] suppress" in str(figures.plot_classes(make_view(rows), "complaints", "channel"))
    hazards = {"hazards": make_hazards(np.random.default_rng(7))}
    month = make_view(hazards, period="2021-07")
    assert "更长的时段" in str(figures.map_hazards(month))
    report = make_view(hazards, period="2021-07", report="township_review")
    assert "township_review报告不含" in str(figures.map_hazards(report))


def test_what_is_there_but_too_little_has_words_of_its_own() -> None:
    view = make_view({"incidents": make_table("incidents", [{"occurred_on": "2021-03-05", "deaths": 0}])})
    assert (
        str(figures.tabulate_grave_events(view)) == "没有可显示的：没有已知亡人、失踪或较大以上的事故和事件。"
    )
    assert "不足两类" in str(
        figures.plot_closure_by(make_view({"hazards": make_table("hazards", [FOUND])}), "trade")
    )


def test_a_fact_that_is_known_nowhere_is_named() -> None:
    assert "[ledgers.drills]" in str(figures.plot_ranking(make_view(district="all"), "drills.held"))
    drills = {"drills": make_table("drills", [{"held_on": "2021-03-05"}])}
    said = str(figures.plot_ranking(make_view(drills, district="all"), "drills.held"))
    assert "演练次数" in said and "drills.held" in said


def test_a_report_leaves_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taizhang.analysis.missing.is_in_kernel", lambda: True)
    assert figures.plot_hazards_trend(make_view()) is None


def test_every_function_that_shows_or_says_has_words_in_both_languages() -> None:
    public = {*figures.__all__, *narrative.__all__} - {"list_neighbours"}
    assert set(load_needed()) == public
    for lang in ("zh", "en"):
        view = make_view(as_of=date(2021, 12, 31), lang=lang)
        for name in public:
            args = (
                ["hazards.found", "trade"]
                if {"fact"} & {*load_needed()[name].needs}
                else ["hazards", "trade"]
            )
            said = explain_missing(view, name, args)
            assert said and "{" not in said, name
            assert (lang == "zh") == any("一" <= sign <= "鿿" for sign in said.replace("城关镇", "")), name


def test_a_text_says_what_is_missing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    view = make_view()
    assert str(narrative.write_hazards(view)) == (
        "没有可显示的：工作簿没有“隐患排查治理”台账（workbook.toml的[ledgers.hazards]）。"
    )
    assert 'book.view("all", …)' in str(narrative.write_comparison(view, "hazards.found"))
    monkeypatch.setattr("taizhang.analysis.missing.is_in_kernel", lambda: True)
    assert narrative.write_hazards(view) is None


def test_arguments_by_name_are_those_of_the_function_in_any_order() -> None:
    told = figures.plot_classes(make_view(), column="trade", kind="hazards")
    assert repr(told) == repr(figures.plot_classes(make_view(), "hazards", "trade")) and "隐患" in repr(told)


def test_a_notebook_goes_on_where_there_is_nothing() -> None:
    """`if figure:` tells; pandas and others that look at it find nothing odd."""
    nothing = Nothing("没有")
    assert pd.Series([nothing]).map(bool).tolist() == [False] and repr(nothing) == "没有"
    with pytest.raises(AttributeError):
        _ = nothing._repr_mimebundle_
