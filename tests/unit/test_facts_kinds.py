"""Facts of the other kinds by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR = parse_period("2021")
AS_OF = date(2022, 1, 31)
IN, BEFORE, AFTER = "2021-05-01", "2020-05-01", "2022-01-05"
A, B = "101", "102"


def compute(period=YEAR, as_of=AS_OF, **tables) -> dict[tuple[str, str], float]:
    settings = {key: tables.pop(key) for key in ("grid", "grid_measures", "suppress") if key in tables}
    facts = compute_facts(tables, DISTRICTS, period, as_of, **({"suppress": ()} | settings))
    return facts.set_index(["fact", "district_code"])["value"].to_dict()


def three(values, fact) -> list[float]:
    return [values[fact, code] for code in (A, B, "all")]


def table(date_column: str | None, codes: list[str], days: list[str | None] | None = None, **columns):
    frame = pd.DataFrame({"district_code": codes, **columns})
    if date_column:
        frame[date_column] = pd.to_datetime(days if days else [IN] * len(codes))
    return frame


def test_inspections():
    visits = table(
        "inspected_on",
        [A, A, A, B, B],
        [IN, IN, BEFORE, IN, "2021-12-31"],
        premises=["P", "P", "Q", "P", None],
        hazards_found=[3, None, 9, 1, 0],
        penalty_yuan=[0.0, 500, 100, None, 20.5],
    )
    values = compute(inspections=visits)
    assert three(values, "inspections.visits") == [2, 2, 4]
    np.testing.assert_equal(three(values, "inspections.premises"), [1, np.nan, np.nan])
    # Somebody wrote 0, so an empty number of hazards is not known; an empty penalty is none.
    np.testing.assert_equal(three(values, "inspections.hazards_per_visit"), [np.nan, 0.5, np.nan])
    assert three(values, "inspections.penalties") == [1, 1, 2]
    assert three(values, "inspections.penalty_yuan") == [500, 20.5, 520.5]
    values = compute(
        inspections=visits.assign(hazards_found=[3, None, 9, 1, 2], premises=["P", "P", "Q", "P", "R"])
    )
    assert three(values, "inspections.premises") == [1, 2, 3]
    assert three(values, "inspections.hazards_per_visit") == [
        1.5,
        1.5,
        1.5,
    ]  # nobody ever wrote 0: empty is 0
    values = compute(inspections=visits.drop(columns=["penalty_yuan", "hazards_found"]))
    for fact in ("penalties", "penalty_yuan", "hazards_per_visit"):
        np.testing.assert_equal(three(values, f"inspections.{fact}"), [np.nan] * 3)


def test_rates_over_visits_have_poisson_intervals():
    visits = table("inspected_on", [A, A], hazards_found=[3, 7])
    facts = compute_facts({"inspections": visits}, DISTRICTS, YEAR, AS_OF)
    row = facts.set_index(["district_code", "fact"]).loc[(A, "inspections.hazards_per_visit")]
    # Garwood for 10: 4.795389 to 18.390356; over 2 visits.
    np.testing.assert_allclose([row["low"], row["high"]], [2.3976943, 9.1951780], 1e-6)


def test_drills_and_plans():
    drills = table(
        "held_on",
        [A, A, A, B],
        [IN, IN, BEFORE, AFTER],
        kind=["field", "field", "field", "field"],
        plan=["防汛 预案", "别的", "森林防火预案", "防汛预案"],
        participants=[30, 0, 50, 40],
        evaluated=pd.array([True, True, False, True], dtype="boolean"),
        problems=[4, 2, 9, 1],
        problems_fixed=[3, None, 9, 1],
    )
    plans = table(
        None,
        [A, A, A, A, B, B],
        name=["防汛预案", "森林防火预案", "旧预案", "未印发预案", "防汛预案", "Ａ预案"],
        issued_on=pd.to_datetime(["2020-01-01", None, "2019-01-01", "2022-02-01", "2021-01-01", None]),
        review_due=pd.to_datetime(
            ["2022-01-31", "2022-06-01", "2022-01-30", None, "2023-01-01", "2021-01-01"]
        ),
    )
    values = compute(drills=drills, plans=plans)
    assert three(values, "drills.held") == [2, 0, 2]
    assert three(values, "drills.participants") == [30, 0, 30]
    np.testing.assert_equal(three(values, "drills.field_share"), [100, np.nan, 100])
    np.testing.assert_equal(three(values, "drills.evaluated_share"), [100, np.nan, 100])
    assert three(values, "drills.problems") == [6, 0, 6]
    # Nobody ever wrote that 0 were fixed, so the empty one is 0: 3 of 6.
    np.testing.assert_equal(three(values, "drills.problems_fixed_share"), [50, np.nan, 50])
    assert three(values, "plans.current") == [2, 1, 3]
    assert three(values, "plans.review_overdue") == [1, 1, 2]
    # 防汛 预案 is 防汛预案; 102's drill is of another period.
    assert three(values, "drills.plans_drilled_share") == [50, 0, 100 / 3]
    lacking = compute(drills=drills.assign(plan=["防汛 预案", None, None, None]), plans=plans)
    np.testing.assert_equal(three(lacking, "drills.plans_drilled_share"), [np.nan, 0, np.nan])
    lacking = compute(drills=drills, plans=plans.drop(columns="review_due"))
    for fact in ("plans.current", "plans.review_overdue", "drills.plans_drilled_share"):
        np.testing.assert_equal(three(lacking, fact), [np.nan] * 3)
    lacking = compute(drills=drills.drop(columns=["kind", "participants", "evaluated", "problems"]))
    for fact in ("field_share", "participants", "evaluated_share", "problems", "problems_fixed_share"):
        np.testing.assert_equal(lacking[f"drills.{fact}", A], np.nan)
    assert "drills.plans_drilled_share" not in {fact for fact, _ in compute(drills=drills)}


def test_full_width_names_of_plans_are_the_same():
    drills = table("held_on", [A], plan=["A 预案"])
    plans = table(None, [A], name=["Ａ预案"], review_due=pd.to_datetime(["2023-01-01"]))
    assert compute(drills=drills, plans=plans)["drills.plans_drilled_share", A] == 100


def test_incidents_and_population():
    incidents = table(
        "occurred_on",
        [A, A, A, A, B],
        **{"class": ["accident", "natural", "accident", "accident", "accident"]},
        deaths=[2, 40, None, None, 1],  # nobody wrote 0: an empty cell says so
        serious_injuries=[None, 1, None, 10, None],
        loss_wan=[999.9, 0, 0, 1, 5000],
    )
    population = table(
        None, [A, A, A], year=[2021, 2021, 2020], residents=[50_000, 50_000, 1], output_yi=[8.0, 8.0, 1.0]
    )
    values = compute(incidents=incidents[incidents["district_code"] == A], population=population)
    assert three(values, "incidents.deaths_per_100k") == [84, 0, 84] or np.isnan(
        values["incidents.deaths_per_100k", B]
    )
    assert (
        values["incidents.deaths_per_100k", "all"] == 84
    )  # nothing happened where the population is not known
    values = compute(incidents=incidents, population=population)
    assert three(values, "incidents.count") == [4, 1, 5]
    assert three(values, "incidents.deaths") == [42, 1, 43]
    assert three(values, "incidents.serious_injuries") == [11, 0, 11]
    np.testing.assert_allclose(three(values, "incidents.loss_wan"), [1000.9, 5000, 6000.9])
    assert three(values, "incidents.level_ordinary") == [2, 0, 2]
    assert three(values, "incidents.level_larger") == [1, 0, 1]
    assert three(values, "incidents.level_major") == [0, 1, 1]
    assert three(values, "incidents.level_extraordinary") == [0, 0, 0]
    # 102 has an incident and no known population, so the whole area's rate is not known either.
    np.testing.assert_equal(three(values, "incidents.deaths_per_100k"), [84, np.nan, np.nan])
    # Of the accident class alone: 2 of 42 deaths, over 8.
    np.testing.assert_equal(three(values, "incidents.deaths_per_yi_output"), [0.25, np.nan, np.nan])
    for column, facts in {
        "deaths": ["deaths", "level_ordinary", "deaths_per_100k", "deaths_per_yi_output"],
        "serious_injuries": ["serious_injuries", "level_major"],
        "loss_wan": ["loss_wan", "level_larger", "level_extraordinary"],
        "class": ["level_ordinary", "deaths_per_yi_output"],
    }.items():
        lacking = compute(incidents=incidents.drop(columns=column), population=population)
        for fact in facts:
            assert np.isnan(lacking[f"incidents.{fact}", A]), (column, fact)
    assert ("incidents.deaths_per_100k", A) not in compute(incidents=incidents)


@pytest.mark.parametrize(
    ("deaths", "injuries", "loss", "level"),
    [
        (0, 0, 0, "ordinary"), (2, 9, 999.99, "ordinary"), (3, 0, 0, "larger"), (9, 0, 0, "larger"),
        (0, 10, 0, "larger"), (0, 49, 0, "larger"), (0, 0, 1000, "larger"), (0, 0, 4999.99, "larger"),
        (10, 0, 0, "major"), (29, 0, 0, "major"), (0, 50, 0, "major"), (0, 99, 0, "major"),
        (0, 0, 5000, "major"), (0, 0, 9999.99, "major"), (30, 0, 0, "extraordinary"),
        (0, 100, 0, "extraordinary"), (0, 0, 10_000, "extraordinary"), (1, 10, 5000, "major"),
        (30, None, None, "extraordinary"),  # there is none higher
    ],
)  # fmt: skip
def test_levels_of_order_493(deaths, injuries, loss, level):
    one = table(
        "occurred_on",
        [A],
        **{"class": ["accident"], "deaths": [deaths], "serious_injuries": [injuries], "loss_wan": [loss]},
    )
    values = compute(incidents=one)
    names = ("ordinary", "larger", "major", "extraordinary")
    assert {name: values[f"incidents.level_{name}", A] for name in names} == {
        name: float(name == level) for name in names
    }


def test_population_that_disagrees_is_not_known():
    incidents = table("occurred_on", [A], deaths=[1])
    population = table(None, [A, A], year=[2021, 2021], residents=[10_000, 20_000])
    assert np.isnan(compute(incidents=incidents, population=population)["incidents.deaths_per_100k", A])


def test_losses():
    losses = table(
        "occurred_on",
        [A, A, B, B],
        [IN, IN, IN, BEFORE],
        event=["暴雨", "暴雨", "暴雨", "台风"],
        affected=[100, None, 50, 7],  # nobody wrote 0
        loss_wan=[1.5, 2.5, None, 7],
    )
    values = compute(losses=losses)
    assert three(values, "losses.events") == [1, 1, 1]
    assert three(values, "losses.affected") == [100, 50, 150]
    np.testing.assert_equal(three(values, "losses.loss_wan"), [4, np.nan, np.nan])


def events(days, names, codes=None, **columns) -> list[float]:
    losses = table("occurred_on", codes or [A] * len(days), days, event=names, **columns)
    return three(compute(losses=losses), "losses.events")


def test_events_that_are_only_a_kind():
    # Three floods of one year, months apart.
    assert events(["2021-04-11", "2021-08-06", "2021-09-20"], ["洪涝"] * 3) == [3, 0, 3]
    # At most three days apart is one, day by day; four days are too many.
    assert events(["2021-04-11", "2021-04-14", "2021-04-17"], ["洪涝"] * 3) == [1, 0, 1]
    assert events(["2021-04-11", "2021-04-15"], ["洪涝"] * 2) == [2, 0, 2]
    # However the kind is written, and in whatever order.
    assert events(["2021-04-12", "2021-04-11"], ["洪涝灾害", " 洪 水 "]) == [1, 0, 1]
    assert events(["2021-04-11", "2021-04-11"], ["Flood", "flooding"]) == [1, 0, 1]
    # Kinds differ.
    assert events(["2021-04-11", "2021-04-11"], ["洪涝", "台风"]) == [2, 0, 2]
    # One event may strike several districts, a day later; its days are those of all of them.
    assert events(["2021-04-11", "2021-04-12"], ["洪涝"] * 2, [A, B]) == [1, 1, 1]
    assert events(["2021-04-11", "2021-04-14", "2021-04-17"], ["洪涝"] * 3, [A, B, A]) == [1, 1, 1]
    # A name is one event, however long it lasts; rows without a name count none.
    assert events(["2021-04-11", "2021-09-20"], ["台风“烟花”"] * 2) == [1, 0, 1]
    assert events(["2021-04-11", "2021-09-20"], ["2021年第1号洪涝"] * 2) == [1, 0, 1]


def test_days_of_other_periods_and_of_no_district_begin_no_event():
    assert events(["2020-12-30", "2021-01-01", "2021-01-03"], ["洪涝"] * 3) == [1, 0, 1]
    codes = [A, None, A]
    assert events(["2021-04-11", "2021-04-14", "2021-04-17"], ["洪涝"] * 3, codes) == [2, 0, 2]


def test_months_in_which_a_kind_struck():
    """A flood of June is one that June's days tell of; without such days it is one more."""
    days = ["2021-06-01", "2021-06-10", "2021-06-25", "2021-08-01", "2021-08-01"]
    of = ["month", "day", "day", "month", "month"]
    assert events(days, ["洪涝"] * 5, occurred_on_precision=of) == [3, 0, 3]


def test_complaints():
    days = pd.to_datetime
    complaints = table(
        "received_on",
        [A] * 6,
        # in time; on the due day; late; open and past due; open, due on as_of (not known yet); no due day
        resolved_on=days(["2021-05-03", "2021-05-10", "2021-05-11", None, None, "2021-05-02"]),
        due_on=days(["2021-05-10", "2021-05-10", "2021-05-10", "2022-01-30", "2022-01-31", None]),
    )
    values = compute(complaints=complaints)
    assert values["complaints.received", A] == 6
    assert values["complaints.resolved", A] == 4
    assert values["complaints.resolution_rate", A] == pytest.approx(400 / 6)
    assert np.isnan(values["complaints.on_time_rate", A])  # of one in six no due day is known
    values = compute(complaints=complaints.iloc[:5])
    assert values["complaints.on_time_rate", A] == 50


def test_that_a_complaint_was_answered_does_not_say_that_it_was_resolved():
    answered = table(
        "received_on", [A] * 10, answered_on=pd.to_datetime(["2021-05-03"] * 8 + ["2022-02-01", None])
    )
    values = compute(complaints=answered)
    assert values["complaints.answered", A] == 8
    for fact in ("resolved", "resolution_rate", "on_time_rate"):
        assert np.isnan(values[f"complaints.{fact}", A])
    said = table("received_on", [A] * 10, status=["resolved"] * 6 + ["answered"] * 3 + ["open"])
    values = compute(complaints=said)
    assert [values[f"complaints.{fact}", A] for fact in ("answered", "resolved", "resolution_rate")] == [
        9,
        6,
        60,
    ]
    facts = compute_facts({"complaints": said}, DISTRICTS, YEAR, AS_OF, suppress=(), asked=date(2021, 4, 30))
    row = facts.set_index(["fact", "district_code"]).loc[("complaints.resolved", A)]
    assert np.isnan(row["value"]) and (row["known"], row["of"]) == (4, 10)  # those said to be open still are


def test_a_dispute_said_to_be_settled():
    days = pd.to_datetime([None, "2022-02-02", None, None])
    said = table("found_on", [A] * 4, status=["settled", "settled", "open", None], settled_on=days)
    values = compute(disputes=said)
    assert (values["disputes.settled", A], values["disputes.settlement_rate", A]) == (1, 25)
    values = compute(disputes=said.drop(columns="settled_on"))
    assert np.isnan(values["disputes.settled", A])  # one of four says nothing


def test_disputes_as_in_the_half_year_report():
    found, settled = 2341, 2067
    disputes = table("found_on", [A] * found)
    disputes["settled_on"] = pd.to_datetime(["2021-06-01"] * settled + [None] * (found - settled))
    values = compute(disputes=disputes)
    assert (values["disputes.found", A], values["disputes.settled", A]) == (2341, 2067)
    assert round(values["disputes.settlement_rate", A], 1) == 88.3


def test_warnings_and_duty_checks():
    warnings = table("issued_at", [A, A, B], ["2021-12-31 23:59", "2022-01-01 00:00", "2021-05-01 08:30"])
    checks = table("checked_at", [A, A, B], on_duty=pd.array([True, False, None], dtype="boolean"))
    values = compute(warnings=warnings, duty_checks=checks)
    assert three(values, "warnings.issued") == [1, 1, 2]
    assert three(values, "duty_checks.made") == [2, 1, 3]
    np.testing.assert_equal(three(values, "duty_checks.passed_rate"), [50, np.nan, np.nan])


def test_stocks_are_read_as_of_the_day():
    teams = table(None, [A, A, B], members=[10, None, 5])
    supplies = table(
        None,
        [A, A, A, B],
        quantity=[5.0, 10, 3, 1],
        standard=[10.0, 10, None, 2],
        expires_on=pd.to_datetime(["2022-01-30", "2022-01-31", None, None]),
    )
    shelters = table(None, [A, A], capacity=[100.0, 50])
    population = table(None, [A, B], year=[2021, 2021], residents=[1000, 500])
    values = compute(teams=teams, supplies=supplies, shelters=shelters, population=population)
    assert three(values, "teams.count") == [2, 1, 3]
    np.testing.assert_equal(three(values, "teams.members"), [np.nan, 5, np.nan])
    assert three(values, "supplies.lines") == [3, 1, 4]
    assert three(values, "supplies.below_standard") == [1, 1, 2]
    assert three(values, "supplies.expired") == [1, 0, 1]
    assert three(values, "shelters.count") == [2, 0, 2]
    assert three(values, "shelters.capacity") == [150, 0, 150]
    assert three(values, "shelters.capacity_per_resident") == [0.15, 0, 0.1]


def test_publicity_and_schools():
    publicity = table("held_on", [A, A, B], sessions=[3, None, 2], reached=[100, 20, None])
    schools = table(
        None,
        [A, A, A, B],
        met=pd.array([True, False, False, None], dtype="boolean"),
        veto=pd.array([True, True, None, True], dtype="boolean"),
    )
    values = compute(publicity=publicity, schools=schools)
    assert three(values, "publicity.sessions") == [4, 2, 6]
    np.testing.assert_equal(three(values, "publicity.reached"), [120, np.nan, np.nan])
    assert three(values, "schools.items") == [3, 1, 4]
    np.testing.assert_equal(three(values, "schools.items_met_rate"), [100 / 3, np.nan, np.nan])
    np.testing.assert_equal(
        three(values, "schools.vetoed"), [np.nan] * 3
    )  # one veto of three is empty; met is
    schools = schools.iloc[:3].assign(
        veto=[True, True, False], met=pd.array([True, False, None], dtype="boolean")
    )
    assert compute(schools=schools)["schools.vetoed", A] == 1  # of what carries no veto it is not asked


def test_grid_with_its_measures():
    # A town's 105 cells.
    grid = pd.DataFrame({"district_code": [A] * 105, "assigned": [True] * 100 + [False] * 5})
    measures = pd.DataFrame(
        {"district_code": [B, "all", A], "gap_km2": [0.5, 0.7, 0.2], "overlap_km2": [0, 0.1, 0.1]}
    )
    values = compute(grid=grid, grid_measures=measures)
    assert three(values, "grid.cells") == [105, 0, 105]
    assert three(values, "grid.cells_unassigned") == [5, 0, 5]
    assert three(values, "grid.gap_km2") == [0.2, 0.5, 0.7]
    assert three(values, "grid.overlap_km2") == [0.1, 0, 0.1]


def test_grid_facts_nobody_asked_for_are_absent():
    grid = pd.DataFrame({"district_code": [A], "assigned": pd.array([pd.NA], dtype="boolean")})
    assert {fact for fact, _ in compute(grid=grid)} == {"grid.cells"}


def test_the_gas_inspection_and_the_holiday_action():
    # 36 hazards: 4 plant, 7 commercial users, 23 households, 2 sites; 23 of an action, 18 at once, all closed.
    gas = table(
        "found_on", [A] * 36, premises_type=["plant"] * 4 + ["commercial"] * 7 + ["home"] * 23 + ["site"] * 2
    )
    action = table(
        "found_on",
        [B] * 23,
        mode=["on_the_spot"] * 18 + ["by_deadline"] * 5,
        closed_on=pd.to_datetime([IN] * 18 + ["2021-05-20"] * 5),
    )
    values = compute(hazards=pd.concat([gas, action], ignore_index=True))
    assert values["hazards.found", A] == 36
    assert values["hazards.found", B] == values["hazards.rectified", B] == 23
    assert values["hazards.on_the_spot", B] == 18
    assert values["hazards.rectification_rate", B] == 100
    assert values["hazards.days_to_rectify_median", B] == 0


def test_rows_behind_facts_of_two_kinds():
    incidents = table("occurred_on", [A, A, B], deaths=[1, 0, 3])
    population = table(None, [A], year=[2021], residents=[1000])
    tables = {"incidents": incidents, "population": population}
    rows = select_rows("incidents.deaths_per_100k", tables, DISTRICTS, YEAR, AS_OF, "all")
    assert rows.index.tolist() == [0, 1]
    assert rows["counted"].tolist() == [True, False]
    plans = table(None, [A, A], name=["甲", "乙"], review_due=pd.to_datetime(["2023-01-01"] * 2))
    drills = table("held_on", [A], plan=["乙"])
    rows = select_rows(
        "drills.plans_drilled_share", {"plans": plans, "drills": drills}, DISTRICTS, YEAR, AS_OF, A
    )
    assert rows[["name", "counted"]].to_numpy().tolist() == [["甲", False], ["乙", True]]
