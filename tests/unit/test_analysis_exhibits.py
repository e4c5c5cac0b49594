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
    tell_few,
)
from taizhang.analysis.view import View
from taizhang.core.display import Prose, Run
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
        if report:  # whose method is short in a year, too: the annex has the workings
            assert is_brief(view, "method-text")
            ids = ids[:3]
        assert [is_brief(view, id) for id in ids] == [brief] * len(ids) and not is_brief(
            view, "inspections-trend"
        )
        assert [limit_items(view, id) for id in ids] == (
            [6, None, 5, None][: len(ids)] if brief else [None] * len(ids)
        )


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


def write_items(*texts: str) -> list[tuple[Run, ...]]:
    return [(Run(text),) for text in texts]


def test_few_rows_or_bars_are_words_in_a_report() -> None:
    view = make_view(report="township_review")
    told = tell_few(view, write_items("甲3次", "乙1次"), "drills-kinds")
    assert told is not None and [(b.kind, "".join(r.text for r in b.runs)) for b in told.blocks] == [
        ("p", "按所针对的事件分：甲3次、乙1次。")
    ]
    # Items with commas of their own stand further apart, long ones are a list.
    told = tell_few(view, write_items("甲3次，均为实战", "乙1次"), "drills-kinds")
    assert told is not None and "".join(r.text for r in told.blocks[0].runs).endswith(
        "甲3次，均为实战；乙1次。"
    )
    told = tell_few(view, write_items("甲" * 40, "乙"), "drills-kinds")
    assert told is not None and [b.kind for b in told.blocks] == ["p", "li", "li"]
    assert told.blocks[1].runs[-1].text == "。"
    # Ten are as many as a figure is worth; a notebook of no report shows it in any case.
    assert tell_few(view, write_items(*"甲乙丙丁戊己庚辛壬"), "drills-kinds") is not None
    assert tell_few(view, write_items(*"甲乙丙丁戊己庚辛壬癸"), "drills-kinds") is None
    assert tell_few(view, [], "drills-kinds") is None
    assert tell_few(make_view(), write_items("甲"), "drills-kinds") is None
    # The first exhibit that has words for it decides.
    assert tell_few(view, write_items("甲"), "hazards-control") is None
    assert tell_few(view, write_items("甲"), "of-nothing", "drills-kinds") is not None


def test_a_row_in_words_leaves_out_what_is_not_known() -> None:
    rows = [
        ("甲厂", "堆放杂物。", "一般", "2021-01-02", "—", 30),
        ("乙厂", "无灭火器", "重大", "2021-01-03", "2021-02-01", 9),
    ]
    table = figures.tables.make_table(make_view(report="township_review"), "hazards-overdue", rows)
    assert table is not None and table.told is not None and len(table.rows) == 2
    assert ["".join(r.text for r in b.runs) for b in table.told.blocks] == [
        "截至2021年12月31日超期未整改的隐患：",
        "甲厂：堆放杂物。",
        "乙厂：无灭火器（重大，2021-01-03查出，应于2021-02-01整改，超期9天）。",
    ]
    exploring = figures.tables.make_table(make_view(), "hazards-overdue", rows)
    assert exploring is not None and exploring.told is None and exploring.rows == table.rows


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", "2021-07-16台风（自然灾害）：屋顶受损；死亡0人，重伤1人，直接经济损失56.5万元。"),
        (
            "en",
            "2021-07-16, 台风 (自然灾害): 屋顶受损; 0 dead; 1 seriously injured; direct loss 565,000 yuan.",
        ),
    ],
)
def test_numbers_of_a_row_in_words_have_the_units_of_the_language(lang: str, told: str) -> None:
    loss = figures.tables.write_number(56.5, 1)
    row = ("2021-07-16", "自然灾害", "台风", "屋顶受损。", 0, 1, loss)
    table = figures.tables.make_table(make_view(report="township_review", lang=lang), "incidents-list", [row])
    assert table is not None and table.told is not None
    words = "".join(run.text for run in table.told.blocks[0].runs)
    assert words == told


def test_notes_of_a_table_told_in_words_stay() -> None:
    table = figures.tables.make_table(
        make_view(report="township_review"),
        "rows",
        [("“7·16”台风", "2021-07-16", 5)],
        id="losses-rows",
        columns=["", "", ""],
        names=("event", "occurred_on", "affected"),
        notes=("不能相加。",),
        kind="灾情",
    )
    assert table is not None and table.told is not None
    assert [(b.kind, "".join(r.text for r in b.runs)) for b in table.told.blocks] == [
        ("p", "“7·16”台风（2021-07-16），受灾5。"),
        ("note", "不能相加。"),
    ]


def test_a_grid_of_one_kind_of_cells_is_no_map_in_a_report() -> None:
    import geopandas as gpd
    import shapely

    cells = [shapely.box(120 + x / 100, 27, 120.01 + x / 100, 27.01) for x in range(2)]
    grid = gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": ["甲", "乙"], "district_code": "350921101", "assigned": [True, True]},
        geometry=cells,
        crs="EPSG:4490",
    )
    for assigned, report, shown in (
        ([True, True], "township_review", False),
        ([True, False], "township_review", True),
        ([True, True], "", True),
    ):
        view = replace(make_view(report=report), grid=grid.assign(assigned=assigned))
        assert bool(figures.map_grid(view)) == shown


def test_an_exhibit_must_be_in_the_file() -> None:
    with pytest.raises(KeyError, match="hazards-tredn"):
        exhibit("hazards-tredn")


def test_place_period_and_day_are_the_views() -> None:
    view = make_view(period="2021")
    assert say_exhibit(view, "hazards-overdue", "note") == "不论哪一期查出，超期天数算到2021年12月31日。"
    assert say_exhibit(view, "hazards-overdue", "title") == "截至2021年12月31日超期未整改的隐患"
    assert say_exhibit(view, "hazards-closure", "at_once", name="甲镇") == "甲镇过半当日整改"


def test_a_districts_report_of_a_month_has_no_map_and_a_notebook_of_ones_own_has_it_of_a_quarter() -> None:
    hazards = {"hazards": make_hazards(np.random.default_rng(1), per_year=40)}
    for period, report, shown in (
        ("2021Q2", "township_review", False),
        ("2021Q2", "", True),
        ("2021-07", "", False),
    ):
        assert bool(figures.map_hazards(make_view(hazards, period=period, report=report))) == shown


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
