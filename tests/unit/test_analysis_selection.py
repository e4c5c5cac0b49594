"""Which facts are shown, by hand: key figures, the first of each ledger in a bulletin, what can be compared."""

import pytest
from view_maker import CODES, make_districts, make_fact, make_table, make_view

from taizhang.analysis.selection import (
    choose_beside_neighbours,
    choose_changes,
    choose_columns,
    choose_facts,
    choose_key_figures,
    choose_told,
    count_sentences,
    find_count,
    has_rows,
    has_withheld,
    list_dated_counts,
    list_definitions,
)
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.metadata.facts import load_facts, prefer_key

# In the order of their definitions; penalties are no key figure.
NAMES = (
    "hazards.found", "hazards.overdue_stock", "inspections.visits", "inspections.penalties", "drills.held",
    "warnings.issued", "incidents.count", "incidents.deaths", "losses.loss_wan", "complaints.received",
)  # fmt: skip


def name_facts(shown: object) -> list[str]:
    return [getattr(one, "info", one).name for one in shown]  # type: ignore[attr-defined]


def order(*names: str) -> list[str]:
    """Names in the order of the definitions."""
    return [name for name in load_facts() if name in names]


def test_key_figures_are_preferred() -> None:
    infos = load_facts()
    key, other = infos["hazards.found"], infos["inspections.penalties"]
    assert key.key and not other.key
    assert prefer_key(iter([other, key])) == [key] and prefer_key([other]) == [other] and prefer_key([]) == []


@pytest.mark.parametrize("period", ["2021", "2021H1", "2021Q3"])
def test_key_figures_of_a_longer_period_are_all(period: str) -> None:
    view = make_view(facts=[make_fact(name, 3) for name in reversed(NAMES)], period=period)
    keys = [name for name in NAMES if load_facts()[name].key]
    assert name_facts(choose_key_figures(view)) == order(*keys)
    assert len(keys) == 7
    assert all(
        set(one.changes) == ({"year"} if period == "2021" else {"year", "previous"})
        for one in choose_key_figures(view)
    )


def test_key_figures_of_a_month_are_six_the_first_of_each_ledger() -> None:
    """Of eight ledgers the first six; overdue hazards and deaths are the second of theirs."""
    more = ("plans.current", "disputes.settlement_rate", "grid.cells_unassigned")
    view = make_view(facts=[make_fact(name, 3) for name in (*more, *NAMES)], period="2021-03")
    assert name_facts(choose_key_figures(view)) == [
        "hazards.found", "inspections.visits", "drills.held", "plans.current", "incidents.count", "losses.loss_wan",
    ]  # fmt: skip


def test_what_can_be_told_stands_in_for_key_figures_that_cannot() -> None:
    losses = make_table("losses", [{"event": "台风", "occurred_on": "2021-03-01", "affected": 9}])
    incidents = make_table("incidents", [{"occurred_on": "2021-03-01"}])
    tables = {"losses": losses, "incidents": incidents}
    year = parse_period("2021")
    facts = compute_facts(tables, make_districts(), year, year.end)
    view = make_view(
        tables, facts=[row for row in facts.to_dict("records") if row["district_code"] == CODES[0]]
    )
    # Loss is not known, and the only key figure of losses; deaths are not, and incidents are counted.
    shown = {one.info.name for one in choose_key_figures(view)}
    assert {"incidents.count", "incidents.deaths"} <= shown and "losses.loss_wan" not in shown


def test_a_ledger_without_key_figures_shows_what_it_has() -> None:
    view = make_view(
        facts=[make_fact("inspections.penalties", 3), make_fact("hazards.found", 1, district=CODES[1])]
    )
    assert name_facts(choose_key_figures(view)) == ["inspections.penalties"]
    assert choose_key_figures(make_view()) == []


def test_a_key_figure_is_known_and_judged_on_the_year_before() -> None:
    """40 incidents against 10 is beyond chance, and worse."""
    area = [make_fact(name, 9, district="all") for name in ("hazards.found", "incidents.count")]
    facts = [
        make_fact("incidents.count", 40),
        make_fact("hazards.found", 3, suppressed=True),
        make_fact("drills.held", None),
    ]
    view = make_view(facts=facts, before=[make_fact("incidents.count", 10), *area], period="2021Q3")
    shown = {one.info.name: one for one in choose_key_figures(view)}
    assert {name: one.is_known for name, one in shown.items()} == {
        "incidents.count": True, "hazards.found": False, "drills.held": False,
    }  # fmt: skip
    assert shown["incidents.count"].verdict == "worse" and shown["hazards.found"].verdict == "neutral"
    assert shown["incidents.count"].changes["previous"] is None
    assert shown["incidents.count"].row["value"] == 40


def test_facts_of_some_ledgers_and_what_they_are_compared_with() -> None:
    """Shelters are a stock without days: nothing to compare them with."""
    facts = [
        make_fact(name, 2)
        for name in ("hazards.overdue_stock", "hazards.found", "drills.held", "shelters.count")
    ]
    month, year = make_view(facts=facts, period="2021-03"), make_view(facts=facts)
    shown, thens = choose_facts(month, "hazards", "shelters")
    assert name_facts(shown) == order("hazards.found", "hazards.overdue_stock", "shelters.count")
    assert thens == ("year", "previous") and list(shown[0].changes) == ["year", "previous"]
    assert choose_facts(year, "hazards")[1] == ("year",)
    shown, thens = choose_facts(month, "shelters")
    assert name_facts(shown) == ["shelters.count"] and thens == () and shown[0].changes == {}
    assert choose_facts(month, "grid") == ([], ()) and choose_facts(month, "schools")[0] == []


def test_a_bulletin_has_the_key_figures_that_can_be_compared() -> None:
    """Penalties are no key figure, drills were not counted before."""
    facts = [
        make_fact(name, 5)
        for name in ("hazards.found", "incidents.count", "inspections.penalties", "drills.held")
    ]
    area = [
        make_fact(name, 9, district="all")
        for name in ("hazards.found", "inspections.visits", "incidents.count")
    ]
    previous = [make_fact("incidents.count", 4), make_fact("inspections.penalties", 1), *area]
    view = make_view(
        facts=facts, previous=previous, before=[make_fact("hazards.found", 2), *area[:2]], period="2021-03"
    )
    shown = choose_changes(view)
    assert name_facts(shown) == ["hazards.found", "incidents.count"]
    assert [list(one.changes) for one in shown] == [["previous", "year"]] * 2
    found, incidents = shown
    assert found.changes["previous"] is None and found.changes["year"].difference == 3
    assert incidents.changes["year"] is None and incidents.changes["previous"].difference == 1


def test_columns_are_key_figures_of_the_whole_area() -> None:
    area = [
        make_fact(name, 9, district="all")
        for name in ("hazards.found", "inspections.penalties", "drills.held")
    ]
    view = make_view(facts=[*area, make_fact("hazards.overdue_stock", 1)], district="all")
    assert name_facts(choose_columns(view)) == order("hazards.found", "drills.held")
    assert name_facts(choose_columns(view, "drills", "grid")) == ["drills.held"]
    assert choose_columns(view, "inspections") == []


def test_beside_neighbours_stand_the_facts_named_or_a_usual_choice() -> None:
    view = make_view(
        facts=[make_fact(name, 1) for name in ("incidents.count", "hazards.found", "incidents.deaths")]
    )
    assert name_facts(choose_beside_neighbours(view)) == ["hazards.found", "incidents.count"]
    assert name_facts(choose_beside_neighbours(view, "incidents.deaths", "drills.held", "hazards.found")) == [
        "incidents.deaths",
        "hazards.found",
    ]
    with pytest.raises(ParameterError) as error:
        choose_beside_neighbours(view, "hazards.found", "hazards.fond")
    assert "unknown fact 'hazards.fond'" in str(error.value) and "'hazards.found'" in str(error.value)


def test_definitions_are_of_the_facts_there_are_with_their_intervals() -> None:
    """Found is counted (Poisson), a rate of the period is a share or a curve."""
    names = (
        "hazards.found",
        "hazards.rectification_rate",
        "hazards.days_to_rectify_median",
        "inspections.visits",
    )
    view = make_view(
        facts=[make_fact("hazards.found", 1), make_fact("inspections.visits", 1, district=CODES[1])]
    )
    infos, methods = list_definitions(view)
    assert name_facts(infos) == ["hazards.found"] and methods == ["poisson"]
    infos, methods = list_definitions(make_view(facts=[make_fact(name, 1) for name in reversed(names)]))
    used = {load_facts()[name].interval for name in names}
    assert name_facts(infos) == order(*names)
    assert methods == [method for method in ("poisson", "wilson", "greenwood") if method in used]
    assert list_definitions(make_view()) == ([], [])


@pytest.mark.parametrize(
    ("first", "value", "others", "told"),
    [
        ("hazards.found", 0, ["hazards.rectification_rate", "drills.held"], ["drills.held"]),
        ("hazards.found", 1, ["hazards.rectification_rate"], ["hazards.rectification_rate"]),
        ("hazards.found", None, ["hazards.rectification_rate"], ["hazards.rectification_rate"]),
        # A share of nought is no count: what stands beside it does not rest on it.
        ("hazards.rectification_rate", 0, ["hazards.overdue_stock"], ["hazards.overdue_stock"]),
        # A loss does not rest on the deaths, their rate does.
        ("incidents.deaths", 0, ["incidents.deaths_per_100k", "incidents.loss_wan"], ["incidents.loss_wan"]),
        ("inspections.visits", 0, ["inspections.hazards_per_visit", "hazards.found"], ["hazards.found"]),
    ],
)  # fmt: skip
def test_what_rests_on_nothing_is_not_told(
    first: str, value: float | None, others: list[str], told: list[str]
) -> None:
    view = make_view(facts=[make_fact(first, value), *(make_fact(name, 1) for name in others)])
    assert choose_told(view, first, *others) == [first, *told]


def test_sentences_beside_the_first_are_of_something() -> None:
    facts = [make_fact("drills.held", 0), make_fact("hazards.found", 1), make_fact("plans.current", None),
             make_fact("disputes.found", 2, suppressed=True)]  # fmt: skip
    numbers = {
        str(fact["fact"]): count_sentences(make_view(facts=facts), str(fact["fact"]), 3) for fact in facts
    }
    assert list(numbers.values()) == [1, 3, 3, 3]
    assert count_sentences(make_view(facts=facts), "incidents.count", 3) == 0


def test_whether_any_number_is_withheld() -> None:
    shown = make_fact("hazards.found", 3)
    hidden = make_fact("hazards.found", 3, district=CODES[1], suppressed=True)
    assert not has_withheld(make_view(facts=[shown])) and has_withheld(make_view(facts=[shown, hidden]))


def test_that_a_count_is_withheld_is_told_once() -> None:
    facts = [make_fact("complaints.received", 3, suppressed=True),
             make_fact("complaints.resolution_rate", 50, suppressed=True), make_fact("disputes.found", 2)]  # fmt: skip
    view, names = make_view(facts=facts), [str(fact["fact"]) for fact in facts]
    assert choose_told(view, *names) == [names[0], names[2]]
    assert choose_told(view, *names[1:]) == names[1:] and choose_told(view, names[1]) == [names[1]]
    assert choose_told(view, names[2], *names[:2]) == [names[2], *names[:2]]


def test_a_dated_ledger_has_rows_where_its_count_is_more_than_nought_or_withheld() -> None:
    """Shelters have no days; of drills none was held; overdue hazards are no count of a ledger's rows."""
    stock = [make_fact("shelters.count", 4), make_fact("drills.held", 0), make_fact("hazards.overdue", 2)]
    assert list_dated_counts(make_view(facts=stock)) == ["drills.held"] and not has_rows(
        make_view(facts=stock)
    )
    assert has_rows(make_view(facts=[*stock, make_fact("incidents.count", 1)]))
    assert has_rows(make_view(facts=[*stock, make_fact("complaints.received", 3, suppressed=True)]))
    assert not has_rows(make_view(facts=[make_fact("hazards.found", 3, district=CODES[1])]))
    # Nothing was found in the period, and something is open from before it.
    none = make_fact("hazards.found", 0)
    assert has_rows(make_view(facts=[none, make_fact("hazards.open_stock", 1)]))
    assert not has_rows(make_view(facts=[none, make_fact("hazards.open_stock", 0)]))
    assert (find_count("hazards"), find_count("inspections")) == ("hazards.found", "inspections.visits")
