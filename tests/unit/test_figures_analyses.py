"""Figures and tables of time, closure, standing, drills, risk and assessment, on small views."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_hazards, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.standing import find_standing
from taizhang.analysis.time import compare_key_periods, find_span
from taizhang.analysis.view import View
from taizhang.figures.canvas import use_axes
from taizhang.figures.time import _draw_ratios
from taizhang.metadata.facts import load_facts
from taizhang.settings.assessment import read_assessment
from taizhang.settings.reading import SettingsFile
from taizhang.settings.risk import read_risk

FACTS = tuple(load_facts())


@pytest.fixture(scope="module")
def town() -> View:
    days = pd.date_range("2020-01-01", "2021-12-31", freq="3D")
    ledgers = {
        "hazards": make_hazards(np.random.default_rng(1)),
        "inspections": make_table("inspections", [{"inspected_on": day} for day in days]),
    }
    return make_view(ledgers, settings={"suppress": ("complaints",)})


@pytest.fixture(scope="module")
def county() -> View:
    rng = np.random.default_rng(2)
    shares = [(180, 200), (95, 100), (20, 50), (140, 150), (60, 80), (88, 90)]
    facts = [
        make_fact("hazards.rectification_rate", 100 * a / b, district=code, numerator=a, denominator=b,
                  low=100 * a / b - 5, high=min(100 * a / b + 5, 100), unit="percent")
        for code, (a, b) in zip(CODES, shares, strict=True)
    ]  # fmt: skip
    for n, (code, (a, b)) in enumerate(zip(CODES, shares, strict=True)):
        counts = {"incidents.deaths": n, "hazards.found": b, "hazards.open": b - a, "incidents.count": n + 3}
        facts += [make_fact(name, float(value), district=code) for name, value in counts.items()]
    days = pd.date_range("2020-01-01", "2021-12-31")
    drills, incidents, people = [], [], []
    for n, code in enumerate(CODES, 1):
        if n < 6:
            drills.append(make_table("drills", [{"held_on": day} for day in rng.choice(days, 40)], code))
        rows = [{"occurred_on": day, "class": "accident"} for day in rng.choice(days, 40)]
        incidents.append(make_table("incidents", rows, code))
        people.append(
            make_table("population", [{"year": 2021, "residents": 1000 * n, "area_km2": 10.0}], code)
        )
    ledgers = {
        "drills": pd.concat(drills),
        "incidents": pd.concat(incidents),
        "population": pd.concat(people),
    }
    rules = {
        "rules": [
            {
                "name": "整改率", "kind": "points", "fact": "hazards.rectification_rate",
                "points": 20, "zero_at": 40, "full_at": 100,
            },
            {"name": "死亡", "kind": "deduction", "fact": "incidents.deaths", "per": 2},
        ]
    }  # fmt: skip
    settings = {
        "suppress": ("complaints", "disputes"),
        "seasons": {"flood_season": ("06-01", "09-30")},
        "risk": read_risk(None, FACTS),
        "assessment": rules and read_assessment(SettingsFile("assessment.toml", rules), FACTS),
    }
    return make_view(ledgers, facts=facts, district="all", settings=settings)


def test_withheld_kinds_have_no_counts_by_day_or_month(town: View) -> None:
    """Months of a sensitive kind beside its year would give single months away."""
    rows = [{"received_on": f"2021-{month:02d}-05", "channel": "热线"} for month in range(1, 13)] * 3
    view = make_view({"complaints": make_table("complaints", rows)})
    assert not figures.plot_classes(view, "complaints", "channel")
    assert not figures.tabulate_rows(view, "complaints", "received_on", "channel")
    assert find_span(view, "complaints") is None and not figures.plot_seasons(view, "complaints")
    hidden = make_view(dict(town.ledgers), settings={"suppress": ("hazards",)})
    assert not figures.plot_control(hidden) and compare_key_periods(hidden, "hazards") is None
    assert figures.plot_control(town)


def test_without_a_share_that_can_be_known_the_chart_is_of_hazards_found() -> None:
    days = pd.date_range("2020-01-01", periods=24, freq="MS")
    rows = [{"found_on": day, "status": "rectified"} for day in days for _ in range(10)]
    figure = figures.plot_control(make_view({"hazards": make_table("hazards", rows)}, lang="en"))
    assert figure is not None and "thirty days" not in figure.alt
    assert figure.alt.endswith("control charts by month: 0 months of hazards found out of line.")


def test_stocks_are_listed_in_their_units() -> None:
    """Whole numbers without a decimal, others with one; counted pieces need no unit."""
    shelters = [{"name": "中学", "capacity": 740, "area_m2": 2062.0}, {"name": "小学", "area_m2": 398.0}]
    table = figures.tabulate_rows(
        make_view({"shelters": make_table("shelters", shelters)}), "shelters", "name", "capacity", "area_m2"
    )
    assert [column.unit for column in table.columns] == ["", "人", "平方米"]
    assert [[cell.text for cell in row[1:]] for row in table.rows] == [["740", "2,062"], ["—", "398"]]
    losses = [{"event": "台风", "occurred_on": "2021-07-16", "houses_damaged": 3, "loss_wan": 67.7},
              {"event": "暴雨", "occurred_on": "2021-08-16", "houses_damaged": 3, "loss_wan": 12}]  # fmt: skip
    table = figures.tabulate_rows(
        make_view({"losses": make_table("losses", losses)}), "losses", "event", "houses_damaged", "loss_wan"
    )
    assert [column.unit for column in table.columns] == ["", "间", "万元"]
    assert [row[2].text for row in table.rows] == ["67.7", "12.0"]


def test_months_out_of_line_are_named(town: View) -> None:
    said = "".join(run.text for block in narrative.write_control(town).blocks for run in block.runs)
    assert not re.search(r"\d{4}-\d{2}", said)


def test_key_periods_and_months_of_a_township(town: View) -> None:
    found = compare_key_periods(town, "hazards")
    assert found is not None and found["days_inside"]["national_day"] == 8 + 7
    assert found["inside"]["national_day"] == sum(
        day in set(pd.date_range("2020-10-01", "2020-10-08")) | set(pd.date_range("2021-10-01", "2021-10-07"))
        for day in town.ledgers["hazards"]["found_on"]
    )
    for figure in (
        figures.plot_key_periods(town),
        figures.plot_seasons(town, "hazards"),
        figures.plot_control(town),
    ):
        assert figure is not None and figure.alt and "{" not in figure.alt + figure.title + figure.source
    assert narrative.write_key_periods(town) and narrative.write_control(town)


def test_a_key_period_without_a_visit_has_no_mark() -> None:
    """None per visit is an arrow at the edge; what nobody looked at is nothing."""
    part = pd.DataFrame(
        {"ratio": [2.0, 0.0, np.nan], "low": [1.0, 0.0, np.nan], "high": [4.0, 3.0, np.nan]},
        index=list("abc"),
    )
    with use_axes(60) as (_, axes):
        _draw_ratios(axes, part, list("abc"), 0.0, "#123456")
        marks = [marker.get_offsets().tolist() for marker in axes.collections[1:]]
    assert marks == [[[2.0, 2.0]], [[0.055, 1.0]]]


def test_seasons_of_the_workbook_are_compared(county: View) -> None:
    found = compare_key_periods(county, "incidents")
    assert found is not None and found["days_inside"]["flood_season"] == 244
    assert found["days_outside"]["flood_season"] == 731 - 244


def test_closure_by_class(town: View) -> None:
    table = figures.tabulate_closure(town)
    assert table is not None and int(table.rows[0][2].value) == 185  # type: ignore[arg-type]
    figure = figures.plot_closure_by(town, "mode")
    assert figure is not None and "Kaplan" in figure.source and "p" not in table.columns


def test_standing_ranks_by_what_is_left_after_chance(county: View) -> None:
    """20 of 50 is drawn towards the others' 563 of 620, and stays last."""
    standing = find_standing(county, "hazards.rectification_rate")
    assert standing is not None and 40 < standing.places["shrunk"].iloc[-1] < 84
    table = figures.tabulate_standing(county, "hazards.rectification_rate")
    assert table is not None
    last = table.rows[-1]
    assert last[0].text == NAMES[2] and last[5].text.startswith("6")
    figure = figures.plot_rank_ranges(county, "hazards.rectification_rate")
    assert figure is not None and NAMES[2] in figure.svg
    assert figure.headline == f"位次范围最宽相差{standing.widest}位，可分1组"
    assert "不足八个" in table.notes[1]  # six districts are too few for a pattern


def test_required_drills_are_told(county: View) -> None:
    table = figures.tabulate_required_drills(county)
    assert table is not None and table.rows[0][0].text == NAMES[5] and table.rows[0][3].text == "未达到"
    assert [row[3].text for row in table.rows[1:]] == ["达到"] * 5
    words = narrative.write_required_drills(county)
    assert words is not None and NAMES[5] in words._repr_mimebundle_()["text/plain"]


def test_drill_effects_say_what_cannot_be_concluded(county: View) -> None:
    words = narrative.write_drill_effects(county)
    assert words is not None
    text = words._repr_mimebundle_()["text/plain"]
    assert "前提" in text and "不能得出的结论" in text and "没有证据" in text
    figure = figures.plot_drill_effects(county)
    assert figures.tabulate_drill_effects(county) and figure is not None
    assert figure.source.startswith("资料来源：应急演练台账")
    for outcome, ledger in (("突发事件", "、事故与突发事件台账"), ("重复隐患", "、隐患排查治理台账")):
        assert (outcome in figure.alt) == (ledger in figure.source)


def test_risk_keeps_only_what_the_ledgers_allow(county: View) -> None:
    weights, table = figures.tabulate_risk_weights(county), figures.tabulate_risk(county)
    assert weights is not None and table is not None and figures.map_risk(county)
    assert {row[1].text for row in weights.rows} == {"突发事件发生率（按人口）", "人口密度", "未整改隐患占比"}
    assert len(table.rows) == 6 and narrative.write_risk(county)


def test_assessment_by_the_workbooks_rules(county: View) -> None:
    """180 of 200 is 90 %: 20 * 50 / 60 points; deaths 0 to 5 cost 2 each."""
    table, rules = figures.tabulate_assessment(county), figures.tabulate_rules(county)
    assert table is not None and rules is not None
    first = next(row for row in table.rows if row[0].text == NAMES[0])
    assert [cell.text for cell in first[1:4]] == ["16.7", "0.0", "16.7"]
    assert not figures.tabulate_assessment(make_view())


def test_english_has_no_chinese_words(county: View) -> None:
    table = figures.tabulate_standing(replace(county, lang="en"), "hazards.rectification_rate")
    assert table is not None and table.columns[1].label == "Raw"
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", table.notes[0])


def test_there_is_nothing_to_show_of_no_ledgers() -> None:
    empty = make_view(as_of=date(2021, 12, 31), district="all")
    for show in (
        figures.plot_key_periods, figures.plot_control, figures.tabulate_closure, figures.plot_drill_effects,
        figures.tabulate_required_drills, figures.map_risk, figures.tabulate_assessment, figures.tabulate_climate,
    ):  # fmt: skip
        assert not show(empty)


def test_words_for_few_rows_need_all_that_they_speak_of() -> None:
    """Where the table has no column of days, or a row no day, a report keeps the table."""
    losses = [{"event": "台风", "occurred_on": "2021-07-16", "loss_wan": 67.7}]
    view = make_view({"losses": make_table("losses", losses)}, report="township_review")
    assert figures.tabulate_rows(view, "losses", "event", "occurred_on", "loss_wan").told is not None
    assert figures.tabulate_rows(view, "losses", "event", "loss_wan").told is None
