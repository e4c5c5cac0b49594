"""A view's report shows what exhibits.yml says of a period so long; reports name nothing else."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from view_maker import make_hazards, make_view

import taizhang
from taizhang import figures
from taizhang.analysis.exhibits import (
    exhibit,
    is_brief,
    is_shown,
    limit_items,
    place_shown,
    say_exhibit,
)
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.exhibits import Exhibit, load_exhibits

LIB = Path(taizhang.__file__).parent


@exhibit("hazards-control")
def draw(view: View, word: str = "drawn") -> str | None:
    return word


@pytest.mark.parametrize(
    ("period", "report", "shown"),
    [
        ("2021", "township_review", True),
        ("2021H1", "township_review", False),
        ("2021H1", "county_comparison", True),
        ("2021Q1", "", True),
        ("2021-07", "", False),
    ],
)
def test_an_exhibit_is_none_where_it_is_not_shown(period: str, report: str, shown: bool) -> None:
    view = make_view(period=period, report=report)
    assert draw(view) == ("drawn" if shown else None) and draw(view, word="x") == ("x" if shown else None)


def test_the_first_id_that_is_known_decides() -> None:
    view = make_view(period="2021H1", report="township_review")
    assert is_shown(view, "teams-rows", "rows") and not is_shown(view, "supplies-rows", "rows")
    assert is_shown(view, "of-nothing")


@pytest.mark.parametrize("report", ["", "township_review", "county_comparison"])
def test_a_bulletin_of_a_month_or_less_is_brief(report: str) -> None:
    for period, brief in (
        ("2021", False),
        ("2021Q1", False),
        ("2021-07", True),
        ("2021-07-05/2021-07-11", True),
    ):
        view = make_view(period=period, report=report)
        ids = ("key-figures", "hazards-trend", "findings-text", "method-text")
        assert [is_brief(view, id) for id in ids] == [brief] * 4 and not is_brief(view, "inspections-trend")
        assert [limit_items(view, id) for id in ids] == ([6, None, 5, None] if brief else [None] * 4)


def test_what_a_report_has_in_its_annex_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "hazards-control": Exhibit("hazards-control", annex={"mine": ("year",)}),
        "rows": Exhibit("rows"),
    }
    monkeypatch.setattr("taizhang.analysis.exhibits.load_exhibits", lambda: known)
    said = Prose(())

    @exhibit("hazards-control")
    def tell(view: View) -> Prose | None:
        return said if view.district else None

    for period, report, annexed in (
        ("2021", "mine", True),
        ("2021Q1", "mine", False),
        ("2021", "other", False),
    ):
        view = make_view(period=period, report=report)
        assert tell(view) == Prose((), annex=annexed)
        # The first id that is known decides; what is no display object stays as it is.
        assert place_shown(view, said, "of-nothing", "hazards-control") == Prose((), annex=annexed)
        assert place_shown(view, said, "rows", "hazards-control") is said
        assert place_shown(view, None, "hazards-control") is None


def test_an_exhibit_must_be_in_the_file() -> None:
    with pytest.raises(KeyError, match="hazards-tredn"):
        exhibit("hazards-tredn")


def test_place_period_and_day_are_the_views() -> None:
    view = make_view(period="2021")
    assert say_exhibit(view, "hazards-overdue", "note") == "不论哪一期查出，超期天数算到2021年12月31日。"
    assert say_exhibit(view, "hazards-overdue", "title") == "截至2021年12月31日，哪些隐患超期未整改？"
    assert say_exhibit(view, "hazards-closure", "at_once", name="甲镇") == "甲镇过半当日整改"


def test_a_districts_report_of_a_month_has_no_map_and_a_notebook_of_ones_own_has_it_of_a_quarter() -> None:
    hazards = {"hazards": make_hazards(np.random.default_rng(1), per_year=40)}
    for period, report, shown in (
        ("2021Q2", "township_review", False),
        ("2021Q2", "", True),
        ("2021-07", "", False),
    ):
        assert (figures.map_hazards(make_view(hazards, period=period, report=report)) is not None) == shown


def list_patterns() -> list[re.Pattern[str]]:
    """Every text in the rooms that show something; of an f-string, anything in its places."""
    patterns = []
    for room in ("analysis", "figures", "narrative", "workbook"):
        for path in (LIB / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [
                        re.escape(one.value) if isinstance(one, ast.Constant) else ".+" for one in node.values
                    ]
                    patterns.append(re.compile("".join(map(str, parts))))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    patterns.append(re.compile(re.escape(node.value)))
    return [pattern for pattern in patterns if re.search("[a-z]{2}", pattern.pattern)]


def test_every_exhibit_is_used() -> None:
    patterns = list_patterns()
    assert {id for id in load_exhibits() if not any(pattern.fullmatch(id) for pattern in patterns)} == set()


def test_a_report_may_have_its_own_short_form(monkeypatch: pytest.MonkeyPatch) -> None:
    one = replace(
        load_exhibits()["findings-text"], brief={"default": ("month",), "mine": ("quarter",)}, most=4
    )
    monkeypatch.setattr("taizhang.analysis.exhibits.load_exhibits", lambda: {"findings-text": one})
    for period, report, brief in (
        ("2021-07", "other", True),
        ("2021-07", "mine", False),
        ("2021Q1", "mine", True),
        ("2021Q1", "other", False),
    ):
        view = make_view(period=period, report=report)
        assert is_brief(view, "findings-text") == brief
        assert limit_items(view, "findings-text") == (4 if brief else None)
