"""Districts by the gravity of their problems, and what the table of all of them shows, by hand."""

import math

import pytest
from view_maker import CODES, NAMES, make_fact, make_view

from taizhang import figures, narrative
from taizhang.analysis.findings import list_findings
from taizhang.analysis.gravity import (
    find_heat,
    find_yield,
    list_differences,
    number_districts,
    order_by_gravity,
)
from taizhang.analysis.view import View

DEATHS, OVERDUE, RATE = "incidents.deaths", "hazards.overdue_stock", "drills.evaluated_share"
MEDIAN, YIELD = "hazards.overdue_stock_days_median", "inspections.hazards_per_visit"


def test_most_kinds_come_first_and_of_as_many_the_graver() -> None:
    severe = {
        "a": ["schools_vetoed"],
        "b": ["deaths"],
        "c": [],
        "d": ["schools_vetoed", "events_unwarned"],
        "e": ["deaths", "deaths"],  # a kind counts once
        "f": [],
    }
    assert order_by_gravity(severe) == ["d", "b", "e", "a", "c", "f"]


def make_county(lang: str = "zh") -> View:
    """Three died in the third; the second's rate is far below the rest's; the first's is withheld, the last's empty."""
    rows = [make_fact(DEATHS, 3.0 * (at == 2), district=code) for at, code in enumerate(CODES)]
    rows += [make_fact(OVERDUE, float(at == 4), district=code) for at, code in enumerate(CODES)]
    rows += [make_fact(MEDIAN, 10.0 + at, district=code) for at, code in enumerate(CODES)]
    for at, code in enumerate(CODES):
        done, of = (1, 10) if at == 1 else (95, 100)
        value = None if at == 5 else 100 * done / of
        share = make_fact(RATE, value, district=code, numerator=done, denominator=of, low=5, high=99)
        rows.append(share | {"suppressed": at == 0})
    rows += [
        make_fact(DEATHS, 3, district="all"),
        make_fact(OVERDUE, 1, district="all"),
        make_fact(MEDIAN, 12, district="all"),
        make_fact(RATE, 80, district="all", numerator=286, denominator=310, low=76, high=84),
    ]
    return make_view(facts=rows, district="all", lang=lang)


def test_numbers_go_by_gravity() -> None:
    places = number_districts(make_county())
    # Deaths are red; an overdue hazard and a rate below its bound are to be watched.
    assert list(places.index) == [CODES[2], CODES[0], CODES[1], CODES[3], CODES[4], CODES[5]]
    assert list(places["number"]) == [1, 2, 3, 4, 5, 6]
    assert places["severe"].tolist() == [1, 0, 0, 0, 0, 0]
    assert places.loc[CODES[4], "lesser"] == 1 and places.loc[CODES[1], "lesser"] == 1
    assert places.loc[CODES[2], "district"] == NAMES[2]


def test_each_problem_that_a_districts_report_tells_is_counted() -> None:
    """Deaths, an overdue hazard, and supplies that are only noted: one and two of the third's own report."""
    view = make_county()
    more = [
        make_fact(name, 2, district=CODES[2]) for name in ("supplies.below_standard", "hazards.overdue_stock")
    ]
    facts = view.facts[~((view.facts["fact"] == OVERDUE) & (view.facts["district_code"] == CODES[2]))]
    view = make_view(facts=[*facts.to_dict("records"), *more], district="all")
    places = number_districts(view)
    assert places.loc[CODES[2], ["severe", "lesser"]].tolist() == [1, 2]
    for code in CODES:
        own = make_view(facts=view.facts.to_dict("records"), district=code)
        assert len(list_findings(own)) == places.loc[code, ["severe", "lesser"]].sum(), code


def test_values_and_states_by_hand() -> None:
    heat = find_heat(make_county())
    assert heat is not None
    assert [info.name for info in heat.problems] == [DEATHS, OVERDUE]
    assert [info.name for info in heat.indicators] == [MEDIAN, RATE]
    assert heat.states[DEATHS].to_dict() == {
        code: "red" if code == CODES[2] else "" for code in heat.places.index
    }
    assert heat.states.loc[CODES[4], OVERDUE] == "amber" and heat.states.loc[CODES[1], OVERDUE] == ""
    assert heat.states[RATE].reindex(CODES).tolist() == ["withheld", "worse", "", "", "", "unknown"]
    assert heat.values.loc[CODES[1], RATE] == 10
    assert all(math.isnan(heat.values.loc[code, RATE]) for code in (CODES[0], CODES[5]))
    # What is exact is not tested, and has no mark.
    assert [info.name for info in heat.untested] == [MEDIAN] and set(heat.states[MEDIAN]) == {""}


def test_only_the_whole_area_has_the_table() -> None:
    assert find_heat(make_view(facts=[make_fact(DEATHS, 3)])) is None
    assert find_heat(make_view(facts=[make_fact(DEATHS, 3, district="all")], district="all")) is None
    assert not figures.tabulate_heat(make_view())


@pytest.mark.parametrize(("lang", "withheld"), [("zh", "从略"), ("en", "*")])
def test_cells_have_a_mark_beside_the_colour(lang: str, withheld: str) -> None:
    table = figures.tabulate_heat(make_county(lang))
    assert table is not None and table.shaded
    texts = [[cell.text for cell in row] for row in table.rows]
    name, severe, lesser, deaths, overdue, median, rate = texts[0]
    assert (name, severe, lesser, deaths, overdue, median, rate) == (
        f"1 {NAMES[2]}",
        "1",
        "0",
        "●3",
        "0",
        "12",
        "95.0",
    )
    by_name = {row[0].partition(" ")[2]: row[3:] for row in texts[:-1]}
    assert by_name[NAMES[4]][1] == "○1" and by_name[NAMES[1]][3] == "▼10.0"
    assert by_name[NAMES[0]][3] == withheld and by_name[NAMES[5]][3] == "—"
    notes = {cell.note for row in table.rows for cell in row}
    assert notes == {"", "red", "amber", "worse", "suppressed"}
    # The whole area stands last; every number names its fact and district.
    assert texts[-1][3:] == ["3", "1", "12", "80.0"] and table.rows[-1][3].district == "all"
    assert table.rows[0][3].fact == DEATHS and table.rows[0][3].district == CODES[2]


def test_differences_and_what_is_said_of_them() -> None:
    (one,) = list_differences(make_county())
    assert (one.info.name, one.level) == (RATE, 80)
    assert one.worse.to_dict() == {NAMES[1]: 10} and one.better.empty
    said = ["".join(run.text for run in block.runs) for block in narrative.write_rates(make_county()).blocks]  # type: ignore[union-attr]
    assert said == [f"演练评估率：全域80.0%；差于其余地区的有1个：{NAMES[1]}（10.0%）。"]
    assert list_differences(make_view()) == [] and not narrative.write_rates(make_view())


def test_small_maps_are_drawn_of_what_differs_alone() -> None:
    figure = figures.map_rates(make_county())
    assert figure is not None and "演练评估率（%）" in figure.svg and f"▼{NAMES[1]}" in figure.svg
    assert "逾期天数中位数" not in figure.svg and NAMES[3] not in figure.svg
    assert not figures.map_rates(make_view(district="all"))


def make_visits(*pairs: tuple[float | None, float]) -> View:
    """What visits found, and how many they were, by district; of the first unknown where None."""
    rows = [
        make_fact(
            YIELD, None if found is None else found / visits, district=code, numerator=found, denominator=visits,
            low=0, high=9,
        )
        for code, (found, visits) in zip(CODES, pairs, strict=False)
    ]  # fmt: skip
    found, visits = sum(one or 0 for one, _ in pairs), sum(of for _, of in pairs)
    level = make_fact(
        YIELD, found / visits, district="all", numerator=found, denominator=visits, low=0, high=9
    )
    return make_view(facts=[*rows, level], district="all")


def test_yield_by_hand() -> None:
    """The second finds five times as much a visit as the others, the first's is not known."""
    view = make_visits((None, 10), (500, 100), (100, 100), (110, 100), (90, 90), (10, 10))
    found = find_yield(view)
    assert found is not None and list(found.places.index) == list(CODES[1:])
    assert found.places.loc[CODES[1]].tolist() == [NAMES[1], 100, 500, 5, "above"]
    assert found.places["side"].tolist() == ["above", "below", "below", "below", ""]
    prose, figure = narrative.write_yield(view), figures.plot_yield(view)
    assert prose is not None and figure is not None
    said = "".join(run.text for block in prose.blocks for run in block.runs)
    assert f"发现最多的是{NAMES[1]}，500处，检查100次，平均每次5.00处" in said
    assert f"检查最少的是{NAMES[5]}，10次，发现10处" in said and f"多于其余地区的有{NAMES[1]}" in said
    assert NAMES[1] in figure.svg
    assert find_yield(make_visits((5, 5))) is None and find_yield(make_view()) is None


def test_yields_alike_are_no_measure_of_risk() -> None:
    prose = narrative.write_yield(make_visits((20, 10), (40, 20), (62, 30), (21, 10)))
    assert prose is not None and "不等于风险高低" in prose.blocks[-1].runs[-1].text
