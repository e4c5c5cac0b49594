"""What is counted as an outcome of drills: repeats and late closures at their boundaries, by hand."""

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_table, make_view

from taizhang.analysis.outcomes import Outcome, _agree, _read_outcome, study_drills
from taizhang.analysis.view import View
from taizhang.stats.outcomes import Effect, estimate_effect, sum_next, sum_recent

MONTHS = pd.period_range("2021-01", "2021-12", freq="M")


def count(view: View, name: str) -> tuple[dict[str, int], dict[str, int]]:
    """Events and exposure of the first district, months without either left out."""
    (pair,) = _read_outcome(view, name, MONTHS)
    events, exposure = (table.loc[CODES[0]] for table in pair)
    return tuple({str(month): int(n) for month, n in part.items() if n} for part in (events, exposure))  # type: ignore[return-value]


def make_hazards(*rows: dict[str, object]) -> View:
    return make_view({"hazards": make_table("hazards", list(rows))}, district="all")


def test_late_is_more_than_thirty_days_of_those_that_had_them() -> None:
    """As of 31 December, what was found on 1 December has had its thirty days; found a day later it has not."""
    view = make_hazards(
        {"found_on": "2021-03-01", "rectified_on": "2021-03-31", "mode": "by_deadline"},  # after 30 days
        {"found_on": "2021-03-01", "rectified_on": "2021-04-01", "mode": "by_deadline"},  # after 31
        {"found_on": "2021-04-01", "mode": "on_the_spot"},
        {"found_on": "2021-05-01", "closed_on": "2021-05-02"},
        {"found_on": "2021-12-01"},
        {"found_on": "2021-12-02"},
        {
            "found_on": "2021-06-01",
            "rectified_on": "2022-01-01",
            "closed_on": "2021-06-02",
        },  # rectified after as_of
    )
    late, due = count(view, "late")
    assert late == {"2021-03": 1, "2021-06": 1, "2021-12": 1}
    assert due == {"2021-03": 2, "2021-04": 1, "2021-05": 1, "2021-06": 1, "2021-12": 1}


def test_a_repeat_is_the_facts_repeat() -> None:
    """Found again within 365 days at the same premises; a year and a day after is none, nor is another category."""
    same = {"premises": "甲厂", "category": "用电"}
    view = make_hazards(
        {"found_on": "2020-05-31", **same},
        {"found_on": "2021-05-31", **same},  # 365 days on
        {"found_on": "2020-06-30", "premises": "乙厂", "category": "用电"},
        {"found_on": "2021-07-01", "premises": "乙厂", "category": "用电"},  # 366 days on
        {"found_on": "2021-08-01", "premises": "甲厂", "category": "消防"},
        {"found_on": "2021-09-01", **same},
        {"found_on": "2021-09-01", **same},  # two on one day are both repeats of the day before
    )
    repeats, found = count(view, "repeats")
    assert repeats == {"2021-05": 1, "2021-09": 2}
    assert found == {"2021-05": 1, "2021-07": 1, "2021-08": 1, "2021-09": 2}


def test_of_hazards_that_do_not_say_if_they_are_repeats_none_is_exposed() -> None:
    """One of eleven names no premises: ten are exposed. Of two in eleven over a tenth is not known."""
    rows = [
        {"found_on": f"2021-03-{day:02d}", "premises": f"{day}厂", "category": "用电"} for day in range(1, 11)
    ]
    assert count(make_hazards(*rows, {"found_on": "2021-03-20", "category": "用电"}), "repeats")[1] == {
        "2021-03": 10
    }
    view = make_hazards(*rows[:9], *[{"found_on": "2021-03-20", "category": "用电"}] * 2)
    assert _read_outcome(view, "repeats", MONTHS) == []


def test_what_is_closed_without_a_day_is_late_and_in_time() -> None:
    """Of ten due two are late, and one closed undated is: three or two. Of two undated in ten nothing is known."""
    soon = {"found_on": "2021-03-01", "rectified_on": "2021-03-02"}
    late, undated = {**soon, "rectified_on": "2021-05-02"}, {"found_on": "2021-03-01", "status": "rectified"}
    ends = _read_outcome(make_hazards(*[soon] * 7, late, late, undated), "late", MONTHS)
    assert [(events.loc[CODES[0], "2021-03"], due.loc[CODES[0], "2021-03"]) for events, due in ends] == [
        (3, 10), (2, 10),
    ]  # fmt: skip
    assert _read_outcome(make_hazards(*[soon] * 8, undated, undated), "late", MONTHS) == []


def test_of_an_outcome_read_twice_what_holds_of_both_is_said() -> None:
    one = Effect(ratio=0.5, low=0.3, high=0.8, p=0.001, lead_p=0.5, error=0.2, freedom=5)
    other = Effect(ratio=0.6, low=0.4, high=0.9, p=0.01, lead_p=0.05, error=0.1, freedom=5)
    both = _agree([one, other])
    assert (both.ratio, both.low, both.high, both.p, both.lead_p, both.error) == (
        0.6,
        0.3,
        0.9,
        0.01,
        0.05,
        0.2,
    )
    assert _agree([one, Effect(ratio=1.2, low=0.9, high=1.6, p=0.2)]).p == 1
    assert _agree([one]) is one and _agree([one, Effect(reason="few_events")]).reason == "few_events"


def test_a_year_is_no_month() -> None:
    """A hazard of a month is counted in it; one of a year in none, and of more than a tenth nothing is modelled."""
    rows = [
        {"found_on": f"2021-{month:02d}-05", "rectified_on": f"2021-{month:02d}-06"} for month in range(1, 11)
    ]
    table = make_table("hazards", [*rows, {"found_on": "2021-01-01", "rectified_on": "2021-01-02"}])
    table["premises"], table["category"] = "甲厂", "用电"
    table["found_on_precision"] = ["day"] * 9 + ["month", "year"]
    due = count(make_view({"hazards": table}, district="all"), "late")[1]
    assert due == {
        f"2021-{month:02d}": 1 for month in range(1, 10)
    }  # from a month no thirty days are counted
    table["found_on_precision"] = ["day"] * 9 + ["year"] * 2
    assert _read_outcome(make_view({"hazards": table}, district="all"), "late", MONTHS) == []


def test_incidents_are_per_day_of_the_month() -> None:
    view = make_view(
        {
            "incidents": make_table(
                "incidents", [{"occurred_on": "2021-02-03"}, {"occurred_on": "2021-02-28"}]
            )
        },
        district="all",
    )
    events, days = count(view, "incidents")
    assert events == {"2021-02": 2} and days["2021-02"] == 28 and len(days) == 12
    (pair,) = _read_outcome(view, "incidents", MONTHS)
    assert list(pair[1].index) == list(pair[0].index) == list(CODES)
    assert pair[1].columns.equals(MONTHS) and {str(dtype) for dtype in pair[1].dtypes} == {"float64"}


@pytest.mark.parametrize(
    ("p", "lead_p", "ratio", "verdict"),
    [
        (np.nan, 0.5, 0.5, "unknown"), (0.05, 0.5, 0.5, "none"), (0.049, 0.5, 0.5, "fewer"),
        (0.049, np.nan, 1.5, "more"), (0.049, 0.099, 0.5, "follow"), (0.049, 0.1, 0.5, "fewer"),
    ],
)  # fmt: skip
def test_verdicts(p: float, lead_p: float, ratio: float, verdict: str) -> None:
    outcome = Outcome("late", Effect(ratio=ratio, lead_p=lead_p), p)
    assert outcome.verdict == verdict and outcome.is_beyond_chance == (verdict in ("fewer", "more"))


def test_withheld_and_short_ledgers_are_not_modelled() -> None:
    drills = make_table("drills", [{"held_on": f"2021-{month:02d}-05"} for month in range(1, 13)])
    assert (
        study_drills(make_view({"drills": drills}, district="all", settings={"suppress": ("drills",)})) == []
    )
    assert study_drills(make_view({"drills": drills})) == []  # of one district
    assert _read_outcome(make_view(district="all"), "late", MONTHS) == []


def make_county(months: int, seed: int = 1) -> View:
    """Drills, hazards and incidents of six districts over so many months, up to the end of 2021."""
    rng = np.random.default_rng(seed)
    days = pd.period_range(end="2021-12", periods=months, freq="M").start_time

    def draw(kind: str, column: str, mean: float) -> pd.DataFrame:
        rows = [
            {column: day + pd.Timedelta(days=int(rng.integers(0, 28))), "district_code": code}
            for code in CODES
            for day in days
            for _ in range(rng.poisson(mean))
        ]
        return make_table(kind, [*({column: days[0], "district_code": code} for code in CODES), *rows])

    hazards = draw("hazards", "found_on", 3)
    hazards = hazards.assign(
        premises=rng.choice(["甲", "乙", "丙", "丁"], len(hazards)), category="消防",
        rectified_on=hazards["found_on"] + pd.to_timedelta(rng.integers(0, 60, len(hazards)), "D"),
    )  # fmt: skip
    ledgers = {"drills": draw("drills", "held_on", 0.6), "hazards": hazards,
               "incidents": draw("incidents", "occurred_on", 1)}  # fmt: skip
    return make_view(ledgers, district="all")


@pytest.mark.parametrize("months", [12, 24, 36])
def test_each_outcome_is_modelled_on_the_drills_before(months: int) -> None:
    view = make_county(months)
    span = pd.period_range(end="2021-12", periods=months, freq="M")
    drills = pd.DataFrame(0, index=list(CODES), columns=span)
    for code, day in zip(
        view.ledgers["drills"]["district_code"], view.ledgers["drills"]["held_on"], strict=True
    ):
        drills.loc[code, day.to_period("M")] += 1
    found = study_drills(view)
    assert [one.name for one in found] == ["incidents", "repeats", "late"]
    p = []
    for one in found:
        (pair,) = _read_outcome(view, one.name, span)
        assert pair[0].shape == pair[1].shape == (6, months)
        assert one.effect == estimate_effect(*pair, sum_recent(drills, months=3), sum_next(drills, months=3))
        p.append(one.effect.p)
    # Holm by hand: the smallest of three times 3, the next times 2, none below one before it.
    worst, order = 0.0, sorted(range(3), key=lambda at: p[at])
    for rank, at in enumerate(order):
        worst = max(worst, min(1, (3 - rank) * p[at]))
        assert found[at].adjusted == pytest.approx(worst)
    assert all(one.is_modelled for one in found)


def test_ten_months_are_too_few_and_what_is_withheld_is_left_out() -> None:
    assert study_drills(make_county(10)) == []
    view = make_county(12)
    less = make_view(dict(view.ledgers), district="all", settings={"suppress": ("incidents",)})
    assert [one.name for one in study_drills(less)] == ["repeats", "late"]
    bare = make_view({"drills": view.ledgers["drills"]}, district="all")
    assert study_drills(bare) == []
    empty = {**view.ledgers, "hazards": view.ledgers["hazards"].iloc[:0]}
    assert [one.name for one in study_drills(make_view(empty, district="all"))] == ["incidents"]
    # What cannot be modelled has no p, and the others are adjusted for one another alone.
    few = {**view.ledgers, "incidents": make_table("incidents", [{"occurred_on": "2021-05-01"}])}
    found = {one.name: one for one in study_drills(make_view(few, district="all"))}
    if not found["incidents"].is_modelled:
        assert np.isnan(found["incidents"].adjusted)
        p = sorted((found["repeats"].effect.p, found["late"].effect.p))
        assert min(found["repeats"].adjusted, found["late"].adjusted) == pytest.approx(min(1, 2 * p[0]))
