"""Changes on the year before and the period before: by how much, beyond chance or not, for better or worse."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.changes import Change, compare_periods, name_then
from taizhang.analysis.differences import count_days, find_period, list_comparisons
from taizhang.analysis.view import View
from taizhang.figures.bulletin import tabulate_changes
from taizhang.figures.tables import (
    describe_change,
    show_key_figures,
    tabulate_facts,
    tabulate_quality,
    tabulate_targets,
)
from taizhang.metadata.facts import describe_fact
from taizhang.narrative.telling import tell_fact


def make_years(
    fact: str,
    now: dict[str, object],
    before: dict[str, object],
    *,
    lang: str = "zh",
    base: str = "hazards.found",
    base_before: float = 200,
) -> View:
    area = make_fact(base, base_before, district="all")
    return make_view(facts=[make_fact(fact, **now)], before=[make_fact(fact, **before), area], lang=lang)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "before", "beyond"),
    # By hand from the binomial: 10 against 22 has p = 0.0501, 9 against 22 p = 0.0294.
    [(10, 22, False), (9, 22, True), (5, 5, False), (0, 0, False), (0, 6, True), (0, 5, False)],
)
def test_counts_are_judged_by_the_exact_test(now: float, before: float, beyond: bool) -> None:
    change = compare_periods(
        make_years("hazards.overdue", {"value": now}, {"value": before}), "hazards.overdue"
    )
    assert change is not None and change.beyond_chance is beyond
    assert change.verdict == ("better" if beyond else "neutral")


def test_more_overdue_is_worse_and_more_found_is_neither() -> None:
    worse = compare_periods(make_years("hazards.overdue", {"value": 40}, {"value": 10}), "hazards.overdue")
    found = compare_periods(
        make_view(
            facts=[make_fact("hazards.found", 400)],
            before=[make_fact("hazards.found", 100), make_fact("hazards.found", 900, district="all")],
        ),
        "hazards.found",
    )
    assert worse is not None and worse.verdict == "worse"
    assert found is not None and found.beyond_chance and found.verdict == "neutral"


def test_shares_are_judged_by_their_counts() -> None:
    few = make_years(
        "hazards.rectification_rate",
        {"value": 90.0, "numerator": 9, "denominator": 10},
        {"value": 70.0, "numerator": 7, "denominator": 10},
    )
    many = make_years(
        "hazards.rectification_rate",
        {"value": 90.0, "numerator": 900, "denominator": 1000},
        {"value": 70.0, "numerator": 700, "denominator": 1000},
    )
    one, other = (compare_periods(view, "hazards.rectification_rate") for view in (few, many))
    assert one is not None and one.beyond_chance is False and one.difference == pytest.approx(20)
    assert other is not None and other.beyond_chance is True and other.verdict == "better"


def test_medians_are_judged_by_their_intervals() -> None:
    """Difference 10 with limits 10 ± hypot(2, 2): beyond chance; with ± hypot(8, 8): within."""
    name = "hazards.days_to_rectify_median"
    narrow = make_years(name, {"value": 20.0, "low": 18, "high": 22}, {"value": 10.0, "low": 8, "high": 12})
    wide = make_years(name, {"value": 20.0, "low": 12, "high": 28}, {"value": 10.0, "low": 2, "high": 18})
    unknown = make_years(name, {"value": 20.0, "low": 12}, {"value": 10.0, "low": 2, "high": 18})
    verdicts = [compare_periods(view, name) for view in (narrow, wide, unknown)]
    assert [change and change.beyond_chance for change in verdicts] == [True, False, False]


def test_sums_of_money_have_no_measure_of_chance() -> None:
    change = compare_periods(
        make_years("losses.loss_wan", {"value": 30.0}, {"value": 10.0}, base="losses.events"),
        "losses.loss_wan",
    )
    assert change is not None and change.beyond_chance is None and change.percent == pytest.approx(200)
    assert change.verdict == "neutral"


@pytest.mark.parametrize("before", [{"value": None}, {"value": 3, "suppressed": True}])
def test_what_is_not_known_or_withheld_is_not_compared(before: dict[str, object]) -> None:
    assert compare_periods(make_years("hazards.overdue", {"value": 3}, before), "hazards.overdue") is None


def test_a_ledger_without_the_year_before_gives_no_rise_from_nought() -> None:
    view = make_years("hazards.overdue", {"value": 30}, {"value": 0}, base_before=0)
    assert compare_periods(view, "hazards.overdue") is None


def test_stocks_have_no_year_before() -> None:
    view = make_view(
        facts=[make_fact("teams.count", 5)],
        before=[make_fact("teams.count", 3), make_fact("teams.count", 30, district="all")],
    )
    assert compare_periods(view, "teams.count") is None
    table = tabulate_facts(view, "teams")  # and no columns of dashes
    assert [column.label for column in table.columns] == ["指标", "本期", "全域"]
    assert table.notes == ("统计截至2021年12月31日。",)


@pytest.mark.parametrize(("oldest", "compared"), [("2018-12-01", True), ("2020-01-05", False)])
def test_repeats_need_a_third_year_behind_them(oldest: str, compared: bool) -> None:
    rows = make_table("hazards", [{"found_on": oldest}, {"found_on": "2021-02-01"}])
    area = make_fact("hazards.found", 9, district="all")
    view = make_view(
        {"hazards": rows},
        facts=[make_fact("hazards.repeats", 9)],
        before=[make_fact("hazards.repeats", 2), area],
    )
    assert (compare_periods(view, "hazards.repeats") is not None) is compared


@pytest.mark.parametrize(
    ("now", "before", "zh", "en"),
    [
        (30, 10, "+20（+200.0%），差异显著", "+20 (+200.0%), beyond chance"),
        (9, 10, "−1（−10.0%）", "−1 (−10.0%)"),
        (4, 4, "持平", "no change"),
        (3, 2, "+1", "+1"),
    ],
)
def test_changes_in_short(now: float, before: float, zh: str, en: str) -> None:
    change = compare_periods(
        make_years("hazards.overdue", {"value": now}, {"value": before}), "hazards.overdue"
    )
    assert change is not None
    assert describe_change(change, describe_fact("hazards.overdue"), "zh") == zh
    assert describe_change(change, describe_fact("hazards.overdue"), "en") == en


def test_key_figures_say_what_is_withheld_and_what_is_not_known() -> None:
    view = make_view(
        facts=[
            make_fact("hazards.found", 12),
            make_fact("hazards.rectification_rate", None),
            make_fact("complaints.resolution_rate", None, suppressed=True),
            make_fact("hazards.rectified", 3),  # no key figure
        ]
    )
    shown = show_key_figures(view)
    assert shown is not None
    assert [(item.fact, item.value, item.unit) for item in shown.items] == [
        ("hazards.found", "12", "处"),
        ("hazards.rectification_rate", "不详", ""),
        ("complaints.resolution_rate", "从略", ""),
    ]


@pytest.mark.parametrize(
    ("wan", "value", "unit"), [(192.9, "1.93", "million yuan"), (60.1, "601,000", "yuan"), (0.0, "0", "yuan")]
)
def test_money_on_an_english_card_is_in_yuan(wan: float, value: str, unit: str) -> None:
    shown = show_key_figures(make_view(facts=[make_fact("losses.loss_wan", wan)], lang="en"))
    assert shown is not None and (shown.items[0].value, shown.items[0].unit) == (value, unit)


def test_a_card_says_on_when() -> None:
    shown = show_key_figures(make_years("hazards.overdue", {"value": 3}, {"value": 2}, lang="en"))
    assert shown is not None and shown.items[0].change == "+1 on a year before"


def test_a_table_of_stocks_has_no_year_before() -> None:
    table = tabulate_facts(
        make_view(facts=[make_fact("teams.count", 5), make_fact("shelters.count", 3)]), "teams", "shelters"
    )
    assert table is not None and len(table.columns) == len(table.rows[0]) == 3
    assert table.title == "2021年应急队伍、避难场所的各项指标"


def test_a_table_of_facts_never_shows_a_withheld_number() -> None:
    view = make_view(
        facts=[
            make_fact("complaints.received", None, suppressed=True),
            make_fact("complaints.received", 90, district="all"),
        ],
        before=[make_fact("complaints.received", 20), make_fact("complaints.received", 80, district="all")],
    )
    table = tabulate_facts(view, "complaints", "disputes")
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == ["受理诉求", "从略", "—", "—", "90件"]
    assert table.rows[0][1].value is None and table.rows[0][1].note == "suppressed"
    assert tabulate_facts(view, "grid") is None


def test_targets_mark_what_is_behind() -> None:
    view = make_view(
        facts=[
            make_fact("targets.drills.held.done_percent", 50.0, numerator=6, denominator=12),
            make_fact("targets.drills.held.pace_points", -25.0),
        ]
    )
    table = tabulate_targets(view)
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == ["演练次数", "12次", "6次", "50.0%", "−25.0个百分点"]
    assert table.rows[0][4].note == "worse"


def test_quality_counts_each_ledger() -> None:
    quality = pd.DataFrame(
        [
            {
                "kind": "hazards",
                "read": 1000,
                "accepted": 998,
                "set_aside": 2,
                "cells_set_aside": 5,
                "duplicates": 1,
            }
        ]
    )
    table = tabulate_quality(make_view(quality=quality))
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == ["隐患排查治理", "1,000", "998", "2", "5", "1"]


def make_month(
    now: float, before: float, *, lang: str = "zh", period: str = "2021-03", **others: object
) -> View:
    """A period with incidents, and the one before it; neither has a year before."""
    return make_view(
        facts=[make_fact("incidents.count", now), make_fact("hazards.found", 200)],
        previous=[
            make_fact("incidents.count", before),
            make_fact("incidents.count", 400, district="all"),
        ],
        period=period,
        lang=lang,
        **others,  # type: ignore[arg-type]
    )


def test_the_period_before_is_judged_per_day() -> None:
    """March has 31 days, February 28: of 40 in both, 31/59 are to be expected in March.

    28 of 40 at 31/59 has p = 0.0382, by the sum of the binomial probabilities no larger than its own; 27 of 40
    has p = 0.0803, and would have 0.0385 were both months as long.
    """
    for now, before, beyond in ((28, 12, True), (27, 13, False)):
        change = compare_periods(make_month(now, before), "incidents.count", then="previous")
        assert change is not None and change.beyond_chance is beyond
    assert change.difference == 14


def test_a_change_within_chance_says_so_only_where_there_is_room() -> None:
    """5 against 4 in the month before is well within chance."""
    row = tabulate_changes(make_month(5, 4)).rows[0]
    assert [cell.text for cell in row[2:]] == ["4起", "+1", "—", "—"]
    assert row[3].note == ""


def test_the_cards_of_a_bulletin_are_few() -> None:
    """The first key figure of each ledger; the table of changes has the changes of all."""
    facts = ["hazards.found", "hazards.overdue_stock", "drills.held", "incidents.count", "incidents.deaths"]
    view = make_view(facts=[make_fact(fact, 3) for fact in facts], period="2021-03")
    assert [item.fact for item in show_key_figures(view).items] == [
        "hazards.found",
        "drills.held",
        "incidents.count",
    ]
    assert not any(item.change for item in show_key_figures(view).items)


def test_the_period_before_needs_rows_and_days() -> None:
    view = make_month(9, 4)
    assert compare_periods(view, "incidents.count", then="year") is None  # no such facts
    assert list_comparisons(view) == ("year", "previous")
    assert list_comparisons(make_month(9, 4, period="2021")) == ("year",)
    # Read on 2 March, at the same lag February has not begun.
    early = make_month(9, 4, as_of=date(2021, 3, 2))
    assert compare_periods(early, "incidents.count", then="previous") is None


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2021-03", "上月", "the month before"),
        ("2021Q3", "上季度", "the quarter before"),
        ("2021H2", "上半年", "the half-year before"),
        ("2021H1", "上年下半年", "the half-year before"),
        ("2021-03-01/2021-03-10", "此前10天", "the 10 days before"),
    ],
)
def test_the_period_before_is_named_in_words_and_tables(period: str, zh: str, en: str) -> None:
    """40 against 4 is beyond chance whatever the lengths of the periods."""
    chinese, english = make_month(40, 4, period=period), make_month(40, 4, period=period, lang="en")
    words = "".join(run.text for run in tell_fact(chinese, "incidents.count", change=True))
    assert words == f"发生突发事件40起，比{zh}明显增加36起"
    words = "".join(run.text for run in tell_fact(english, "incidents.count", change=True))
    assert words.endswith(f", clearly up by 36 on {en}")
    if chinese.period.kind in ("month", "days"):
        assert tabulate_facts(chinese, "incidents") is None  # bulletins have one table
        table = tabulate_changes(chinese)
        assert [column.label for column in table.columns] == ["指标", "本期", zh, "变化", "上年同期", "变化"]
        assert [cell.text for cell in table.rows[0]] == [
            "突发事件",
            "40起",
            "4起",
            "+36，差异显著",
            "—",
            "—",
        ]
        assert table.rows[0][3].note == "worse" and table.rows[0][3].value == 36
        assert [column.label for column in tabulate_changes(english).columns][2] == f"T{en[1:]}"
        return
    key = next(item for item in show_key_figures(chinese).items if item.fact == "incidents.count")
    assert key.change == f"比{zh} +36，差异显著"
    table = tabulate_facts(chinese, "incidents")
    labels = [column.label for column in table.columns]
    assert labels == ["指标", "本期", "上年同期", "比上年同期变化", f"比{zh}变化", "全域"]
    row = next(row for row in table.rows if row[0].text == "突发事件")
    assert [cell.text for cell in row[2:5]] == ["—", "—", "+36，差异显著"]
    assert row[4].note == "worse"


@pytest.mark.parametrize(
    ("period", "year", "previous", "zh", "en"),
    [
        ("2021", "2020", "2020", "then.year", "then.year"),
        ("2021H1", "2020H1", "2020H2", "上年下半年", "the half-year before"),
        ("2021H2", "2020H2", "2021H1", "上半年", "the half-year before"),
        ("2021Q1", "2020Q1", "2020Q4", "上季度", "the quarter before"),
        ("2021-01", "2020-01", "2020-12", "上月", "the month before"),
        (
            "2021-01-03/2021-01-03",
            "2020-01-03/2020-01-03",
            "2021-01-02/2021-01-02",
            "此前1天",
            "the 1 day before",
        ),
    ],
)
def test_earlier_periods_and_their_names(period: str, year: str, previous: str, zh: str, en: str) -> None:
    chinese, english = make_view(period=period), make_view(period=period, lang="en")
    assert (str(find_period(chinese, "year")), str(find_period(chinese, "previous"))) == (year, previous)
    assert (name_then(chinese, "year"), name_then(english, "year")) == ("上年同期", "a year before")
    if period == "2021":
        assert list_comparisons(chinese) == ("year",)
        return
    assert list_comparisons(chinese) == ("year", "previous")
    assert (name_then(chinese, "previous"), name_then(english, "previous")) == (zh, en)


def make_two(
    fact: str, now: dict[str, object], before: dict[str, object], *, period: str = "2021-03", **others: object
) -> View:
    """A fact of a period and of the one before it, in the second district; the ledgers had rows in both."""
    base = {"hazards": "hazards.found", "inspections": "inspections.visits", "incidents": "incidents.count"}
    rows = [make_fact(base.get(fact.split(".")[0], "drills.held"), 200, district="all")]
    return make_view(
        facts=[make_fact(fact, district=CODES[1], **now)],  # type: ignore[arg-type]
        previous=[make_fact(fact, district=CODES[1], **before), *rows],  # type: ignore[arg-type]
        period=period,
        **others,  # type: ignore[arg-type]
    )


def test_another_district_is_compared_by_its_own_numbers() -> None:
    view = make_two("hazards.overdue", {"value": 4}, {"value": 16})
    change = compare_periods(view, "hazards.overdue", CODES[1], then="previous")
    assert change is not None
    assert (change.now, change.before, change.difference, change.percent) == (4, 16, -12, -75)
    assert (change.beyond_chance, change.verdict) == (True, "better")
    assert compare_periods(view, "hazards.overdue", then="previous") is None
    assert compare_periods(view, "hazards.overdue", CODES[1], then="year") is None
    nought = make_two("hazards.overdue", {"value": 4}, {"value": 0})
    change = compare_periods(nought, "hazards.overdue", CODES[1], then="previous")
    assert change is not None and np.isnan(change.percent) and change.difference == 4


@pytest.mark.parametrize("now", [{"value": None}, {"value": 3, "suppressed": True}])
def test_what_is_not_known_now_is_not_compared(now: dict[str, object]) -> None:
    view = make_two("hazards.overdue", now, {"value": 3})
    assert compare_periods(view, "hazards.overdue", CODES[1], then="previous") is None


@pytest.mark.parametrize(
    ("fact", "now", "before", "verdict"),
    [
        ("drills.held", 40, 10, "better"),
        ("drills.held", 10, 40, "worse"),
        ("incidents.count", 40, 10, "worse"),
        ("incidents.count", 10, 40, "better"),
        # As many in 31 days as in 28 are fewer per day: 1,000 of 2,000 where 1,051 are to be expected.
        ("incidents.count", 1000, 1000, "better"),
        ("drills.held", 1000, 1000, "worse"),
        ("inspections.visits", 1000, 1000, "neutral"),
        ("incidents.count", 20, 20, "neutral"),
    ],
)
def test_better_and_worse(fact: str, now: float, before: float, verdict: str) -> None:
    view = make_two(fact, {"value": now}, {"value": before})
    change = compare_periods(view, fact, CODES[1], then="previous")
    assert change is not None and change.verdict == verdict
    assert change.beyond_chance is (max(now, before) > 20)


@pytest.mark.parametrize(
    ("fact", "beyond"),
    [("inspections.hazards_per_visit", True), ("incidents.deaths_per_100k", False),
     ("incidents.deaths_per_yi_output", False)],
)  # fmt: skip
def test_rates_are_of_visits_or_of_residents_and_days(fact: str, beyond: bool) -> None:
    """27 and 13 of 100 each have p = 0.0385; where the longer month has more, 31/59 to be expected, 0.0803."""
    now, before = ({"value": float(n), "numerator": n, "denominator": 100} for n in (27, 13))
    change = compare_periods(make_two(fact, now, before), fact, CODES[1], then="previous")
    assert change is not None and change.beyond_chance is beyond


def test_rates_by_their_denominators() -> None:
    """9 of 1 visit against 9 of 20: nearly all are to be expected of the 20."""
    fact = "inspections.hazards_per_visit"
    for bottom, beyond in ((1, True), (0, False)):
        now = {"value": 9.0, "numerator": 9, "denominator": bottom}
        view = make_two(fact, now, {"value": 0.45, "numerator": 9, "denominator": 20})
        change = compare_periods(view, fact, CODES[1], then="previous")
        assert change is not None and change.beyond_chance is beyond


@pytest.mark.parametrize(
    ("fact", "value", "beyond"),
    [("hazards.overdue", 7, False), ("drills.field_share", 7, False), ("losses.loss_wan", 7, None)],
)
def test_equal_values_of_equal_days(fact: str, value: float, beyond: bool | None) -> None:
    base = {"losses.loss_wan": "losses.events", "drills.field_share": "drills.held"}.get(
        fact, "hazards.found"
    )
    view = make_years(fact, {"value": value}, {"value": value}, base=base)
    view = make_view(
        facts=view.facts.to_dict("records"), before=view.facts_before.to_dict("records"), period="2021-03"
    )
    change = compare_periods(view, fact)
    assert change is not None and change.beyond_chance is beyond and change.difference == 0


def test_shares_without_counts_are_not_judged() -> None:
    fact = "drills.field_share"
    for numbers in ({}, {"numerator": 9}, {"denominator": 10}):
        view = make_years(
            fact,
            {"value": 90.0, **numbers},
            {"value": 10.0, "numerator": 1, "denominator": 10},
            base="drills.held",
        )
        change = compare_periods(view, fact)
        assert change is not None and change.beyond_chance is False and change.verdict == "neutral"


@pytest.mark.parametrize(
    ("now", "before", "beyond"),
    [
        # Up by 5 or 5.5, of which hypot(3, 4) = 5 may be chance; the other limits don't matter.
        ((24.9, 21.9, 90), (20, 1, 24), False),
        ((25.5, 22.5, 90), (20, 1, 24), True),
        ((20, 1, 24), (24.9, 21.9, 90), False),
        ((20, 1, 24), (25.5, 22.5, 90), True),
    ],
)
def test_limits_of_a_difference_of_medians(
    now: tuple[float, ...], before: tuple[float, ...], beyond: bool
) -> None:
    fact = "hazards.days_to_rectify_median"
    rows = [dict(zip(("value", "low", "high"), row, strict=True)) for row in (now, before)]
    change = compare_periods(make_years(fact, *rows), fact)  # type: ignore[arg-type]
    assert change is not None and change.beyond_chance is beyond
    for name in ("low", "high"):
        unknown = make_years(fact, rows[0], rows[1] | {name: None})  # type: ignore[arg-type]
        change = compare_periods(unknown, fact)
        assert change is not None and change.beyond_chance is False


@pytest.mark.parametrize(("swapped", "beyond"), [(0, True), (3, False)])
def test_medians_hold_by_their_rows_too(swapped: int, beyond: bool) -> None:
    """The limits alone would have it so; of rows, 10 and 0 of ten closed by the median do (Fisher), 7 and 3 don't."""
    fact = "hazards.days_to_rectify_median"
    taken = {"2020": [30] * swapped + [1] * (10 - swapped), "2021": [1] * swapped + [30] * (10 - swapped)}
    rows = [
        {"found_on": f"{year}-03-01", "rectified_on": pd.Timestamp(f"{year}-03-01") + pd.Timedelta(days=n)}
        for year, days in taken.items()
        for n in days
    ]
    facts = make_fact(fact, 30.0, low=29, high=31), make_fact(fact, 1.0, low=1, high=2)
    area = make_fact("hazards.found", 10, district="all")
    view = make_view({"hazards": make_table("hazards", rows)}, facts=facts[:1], before=[facts[1], area])
    change = compare_periods(view, fact)
    assert change is not None and change.beyond_chance is beyond


@pytest.mark.parametrize(("day", "compared"), [(3, False), (4, True)])
def test_a_day_of_both_periods_must_be_over(day: int, compared: bool) -> None:
    """On 4 March four of its 31 days are over, and one of the 28 of February counts; on the third, none."""
    view = make_two("hazards.overdue", {"value": 9}, {"value": 4}, as_of=date(2021, 3, day))
    change = compare_periods(view, "hazards.overdue", CODES[1], then="previous")
    assert (change is not None) is compared
    if change is not None:  # 9 and 4 are in proportion to four days and one
        assert change.beyond_chance is False


@pytest.mark.parametrize(
    ("as_of", "days"),
    [("2021-03-04", (4, 1)), ("2021-03-30", (30, 27)), ("2021-03-31", (31, 28)), ("2021-04-02", (31, 28))],
)
def test_days_that_are_counted(as_of: str, days: tuple[int, int]) -> None:
    """Both are read at the same lag after their end; days after it don't count."""
    assert count_days(make_view(period="2021-03", as_of=date.fromisoformat(as_of)), "previous") == days


@pytest.mark.parametrize(
    ("then", "oldest", "compared"),
    [
        ("year", "2019-04-05", True), ("year", "2019-04-06", False),  # 330 days before 1 March 2020
        ("previous", "2020-03-07", True), ("previous", "2020-03-08", False),  # and before 1 February 2021
    ],
)  # fmt: skip
def test_how_far_back_repeats_are_seen(then: str, oldest: str, compared: bool) -> None:
    facts = [make_fact("hazards.repeats", 2), make_fact("hazards.found", 9)]
    table = make_table("hazards", [{"found_on": "2021-02-01"}, {"found_on": oldest}])
    view = make_view({"hazards": table}, facts=facts, before=facts, previous=facts, period="2021-03")
    change = compare_periods(view, "hazards.repeats", then=then)  # type: ignore[arg-type]
    assert (change is not None) is compared
    bare = make_view(facts=facts, before=facts, previous=facts, period="2021-03")
    assert compare_periods(bare, "hazards.repeats", then=then) is None  # type: ignore[arg-type]
    assert compare_periods(bare, "hazards.found", then=then) is not None  # type: ignore[arg-type]


def test_rows_are_looked_for_in_the_earlier_period_itself() -> None:
    rows = [make_fact("hazards.overdue", 3), make_fact("hazards.found", 9)]
    nothing = [make_fact("hazards.overdue", 3), make_fact("hazards.found", 0)]
    view = make_view(facts=rows, before=rows, previous=nothing, period="2021-03")
    assert compare_periods(view, "hazards.overdue") is not None
    assert compare_periods(view, "hazards.overdue", then="previous") is None
    target = [make_fact("targets.drills.held.done_percent", 50.0), make_fact("drills.held", 3)]
    assert compare_periods(make_view(facts=target, before=target), "targets.drills.held.done_percent") is None


@pytest.mark.parametrize(("now", "before", "verdict"), [(40, 5, "worse"), (5, 40, "better")])
def test_a_rate_may_change_by_less_than_one(now: int, before: int, verdict: str) -> None:
    fact = "incidents.deaths_per_100k"
    rows = [{"value": n / 100, "numerator": n, "denominator": 100} for n in (now, before)]
    change = compare_periods(make_two(fact, *rows), fact, CODES[1], then="previous")
    assert change is not None and abs(change.difference) < 1 and change.verdict == verdict


@pytest.mark.parametrize(
    ("before", "percent", "has_percent"),
    [(10, 50, True), (9.9, 50, False), (-10, 50, True), (40, float("nan"), False), (0, float("nan"), False)],
)
def test_a_change_in_percent_is_of_ten_at_least(before: float, percent: float, has_percent: bool) -> None:
    assert Change(15, before, 5, percent, None, "neutral").has_percent is has_percent


@pytest.mark.parametrize(
    ("difference", "before", "beyond", "within", "from_none", "told"),
    [
        (0, 5, False, False, False, False), (0, 0, None, False, False, False),
        (3, 5, False, True, False, False), (3, 5, True, False, False, True), (3, 5, None, False, False, True),
        (3, 0, None, False, True, False), (3, 0, True, False, False, True), (3, 0, False, True, False, False),
    ],
)  # fmt: skip
def test_a_change_is_told_but_by_chance_or_from_nothing(
    difference: float, before: float, beyond: bool | None, within: bool, from_none: bool, told: bool
) -> None:
    change = Change(before + difference, before, difference, float("nan"), beyond, "neutral")
    info = describe_fact("losses.loss_wan")
    assert (change.is_within_chance, change.rose_from_none(info), change.is_told(info)) == (
        within,
        from_none,
        told,
    )
    # A median of no days is not nothing.
    days = describe_fact("hazards.days_to_rectify_median")
    assert not change.rose_from_none(days) and change.is_told(days) == (told or from_none)
