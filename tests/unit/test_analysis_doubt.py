"""What is known of a part of the rows alone, by hand: bounds, and statements that hold wherever the truth lies."""

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.calls import list_calls
from taizhang.analysis.changes import compare_periods
from taizhang.analysis.differences import weigh_change, weigh_part, weigh_place
from taizhang.analysis.doubt import (
    bound_row,
    count_turning,
    draw_towards,
    find_bounds,
    is_partly_known,
    push_rows,
    read_column,
    rests_on_undated,
    take_off,
    weigh_within_bounds,
)
from taizhang.core.periods import parse_period
from taizhang.stats.change import compare_counts, compare_shares

RATE = "hazards.rectification_rate"


def make_share(top: float, bottom: float, unsaid: float = 0, *, fact: str = RATE, district: str = CODES[0]):
    return make_fact(
        fact,
        100 * top / bottom,
        district=district,
        numerator=top,
        denominator=bottom,
        known=bottom,
        of=bottom + unsaid,
    )


def make_row(**fact: object) -> pd.Series:
    return pd.Series(fact)


def test_a_share_of_which_some_rows_do_not_say_has_bounds() -> None:
    """90 of 95 said yes, 5 do not say: 90 to 95 of 100."""
    row = make_row(**make_share(90, 95, 5))
    assert is_partly_known(row) and not is_partly_known(make_row(**make_share(90, 95)))
    low, high = bound_row(row, "lowest"), bound_row(row, "highest")
    assert (low["numerator"], low["denominator"], low["value"]) == (90, 100, 90)
    assert (high["numerator"], high["denominator"], high["value"]) == (95, 100, 95)
    assert low["low"] < 90 < low["high"] and high["low"] < 95 < high["high"] < 100
    bounds = find_bounds(row)
    assert (bounds.lowest, bounds.highest, bounds.unsaid) == (90, 95, 5)
    assert find_bounds(make_row(**make_share(90, 95))) is None
    assert find_bounds(make_row(**make_fact("hazards.major", 9, known=95, of=100))) is None


def test_a_count_has_bounds_and_a_sum_or_a_median_has_none() -> None:
    major = make_row(**make_fact("hazards.major", 9, known=95, of=100))
    assert [bound_row(major, side)["value"] for side in ("lowest", "highest")] == [9, 14]
    for fact in ("incidents.deaths", "drills.problems_fixed_share", "hazards.days_to_rectify_median"):
        assert bound_row(make_row(**make_fact(fact, 9, known=95, of=100)), "lowest") is None
    whole = make_row(**make_fact("incidents.deaths", 9))
    assert bound_row(whole, "highest") is whole


def test_of_all_others_together() -> None:
    every, own = make_row(**make_share(300, 400, 20)), make_row(**make_share(90, 95, 5))
    rest = take_off(every, own)
    assert (rest["numerator"], rest["denominator"], rest["known"], rest["of"]) == (210, 305, 305, 320)
    assert rest["value"] == pytest.approx(100 * 210 / 305)
    assert take_off(own, every) is None


@pytest.mark.parametrize("unsaid", [0, 3, 10])
def test_a_difference_is_weighed_where_it_is_most_probable(unsaid: int) -> None:
    """90 of 100 against 70 of 100: with three or ten more that do not say the shares come closer."""

    def weigh(one: pd.Series, other: pd.Series) -> float:
        return compare_shares(
            one["numerator"], one["denominator"], other["numerator"], other["denominator"]
        ).p

    one, other = make_row(**make_share(90, 100, unsaid)), make_row(**make_share(70, 100, unsaid))
    close = compare_shares(90, 100 + unsaid, 70 + unsaid, 100 + unsaid).p
    assert weigh_within_bounds(one, other, weigh) == pytest.approx(close)
    near = make_row(**make_share(71, 100, 3))
    expected = 1.0  # 71 of 103 against 73 of 103: turned round
    assert weigh_within_bounds(near, make_row(**make_share(70, 100, 3)), weigh) == expected


def make_years(now: dict[str, object], before: dict[str, object], **others: object):
    area = [make_fact("hazards.found", 900, district="all")]
    return make_view(facts=[now], before=[before, *area], **others)


def test_a_change_is_tested_within_bounds() -> None:
    """85 of 100 against 70 of 100 is beyond chance; not so where ten of each do not say: 85 against 80 of 110."""
    sure = make_years(make_share(85, 100), make_share(70, 100))
    assert weigh_change(sure, RATE, CODES[0], "year") == pytest.approx(compare_shares(85, 100, 70, 100).p)
    assert compare_periods(sure, RATE).beyond_chance is True
    unsure = make_years(make_share(85, 100, 10), make_share(70, 100, 10))
    assert weigh_change(unsure, RATE, CODES[0], "year") == pytest.approx(compare_shares(85, 110, 80, 110).p)
    assert compare_periods(unsure, RATE).beyond_chance is False
    deaths = make_fact("incidents.deaths", 40, known=39, of=40)
    area = make_fact("incidents.count", 40, district="all")
    view = make_view(facts=[deaths], before=[make_fact("incidents.deaths", 4), area])
    assert np.isnan(weigh_change(view, "incidents.deaths", CODES[0], "year"))  # nobody knows how many more
    counts = make_years(make_fact("hazards.major", 40, known=90, of=100), make_fact("hazards.major", 20))
    p = compare_counts(50, 20, 365, 366).p, compare_counts(40, 20, 365, 366).p
    assert weigh_change(counts, "hazards.major", CODES[0], "year") == pytest.approx(max(p))


def test_a_place_is_tested_within_bounds() -> None:
    """90 of 100 beside 210 of 300: beyond chance, and not where the others' 60 do not say."""
    every = make_share(300, 400, district="all")
    p = weigh_place(make_view(facts=[make_share(90, 100), every]), RATE, CODES[0])
    assert p == pytest.approx(compare_shares(90, 100, 210, 300).p) and p < 0.01
    every = make_share(300, 400, 30, district="all")
    p = weigh_place(make_view(facts=[make_share(90, 100), every]), RATE, CODES[0])
    assert p == pytest.approx(max(compare_shares(90, 100, n, 330).p for n in (210, 240)))
    parts = [make_fact(name, n, district=code, known=99, of=100)
             for code, k in ((CODES[0], 1), ("all", 6)) for name, n in (("hazards.overdue_stock", 20 * k),
                                                                      ("hazards.open_stock", 40 * k))]  # fmt: skip
    assert np.isnan(
        weigh_part(make_view(facts=parts), "hazards.overdue_stock", "hazards.open_stock", CODES[0])
    )


def test_rows_partly_known_stand_as_near_to_the_level_as_they_may() -> None:
    """At a level of 80 %: 60 of 90 may be 70 of 100, 85 of 90 may be no less than 85 of 100, 75 of 90 may be 80."""
    facts = [make_share(top, 90, 10, district=code) for top, code in zip((60, 85, 75), CODES, strict=False)]
    facts.append(make_share(50, 90, district=CODES[3]))
    rows = pd.DataFrame(facts).set_index("district_code")
    drawn = draw_towards(rows, 80.0)
    assert drawn["numerator"].tolist() == [70, 85, 80, 50]
    assert drawn["denominator"].tolist() == [100, 100, 100, 90]
    assert drawn["value"].tolist() == rows["value"].tolist()
    assert draw_towards(rows, float("nan")).index.tolist() == [CODES[3]]
    whole = rows[rows["of"] == rows["known"]]
    assert draw_towards(whole, 80.0) is whole


@pytest.mark.parametrize(
    ("found_on", "period", "of_cohort", "of_stock"),
    [
        ("2020-05-01", "2020", True, True),
        ("2019-05-01", "2020", False, True),
        ("2021-05-01", "2020", False, False),
    ],
)
def test_what_was_done_by_the_same_lag_is_not_known_without_a_day(
    found_on: str, period: str, of_cohort: bool, of_stock: bool
) -> None:
    rows = [{"found_on": found_on, "status": "rectified"}, {"found_on": "2020-06-01", "status": "open"}]
    view = make_view({"hazards": make_table("hazards", rows)})
    earlier = parse_period(period)
    assert rests_on_undated(view, RATE, earlier) is of_cohort
    assert rests_on_undated(view, "hazards.open_stock", earlier) is of_stock
    assert not rests_on_undated(view, "hazards.found", earlier)
    assert not rests_on_undated(view, "hazards.open_stock", earlier, CODES[1])  # of another district


def test_what_is_not_known_at_the_same_lag_is_not_compared_and_that_is_told() -> None:
    rows = [{"found_on": day, "status": "rectified"} for day in ("2020-05-01", "2021-05-01")]
    facts, before = (
        [make_share(85, 100)],
        [make_share(70, 100), make_fact("hazards.found", 900, district="all")],
    )
    dated = make_view({"hazards": make_table("hazards", [])}, facts=facts, before=before)
    assert compare_periods(dated, RATE) is not None
    view = make_view({"hazards": make_table("hazards", rows)}, facts=facts, before=before)
    assert compare_periods(view, RATE) is None and np.isnan(list_calls(view)["change", RATE, "year"])

    def say(view) -> str:
        return "".join(run.text for block in narrative.write_method(view).blocks for run in block.runs)

    words = "隐患排查治理中有的记录写明已办结而没有日期"
    assert words in say(view) and words not in say(dated)


def test_a_share_is_told_with_its_bounds() -> None:
    facts = [make_fact("hazards.found", 100), make_share(90, 95, 5)]
    prose = narrative.write_hazards(make_view(facts=facts))
    said = "".join(run.text for block in prose.blocks for run in block.runs)
    assert "整改率为94.7%（另有5条没有写明，按其全否至全是在90.0%至95.0%之间）" in said, said
    english = narrative.write_hazards(make_view(facts=facts, lang="en"))
    said = "".join(run.text for block in english.blocks for run in block.runs)
    assert "94.7% (between 90.0% and 95.0%, as 5 rows do not say)" in said, said


def make_rows(*pairs: tuple[float, float, float]) -> pd.DataFrame:
    facts = [make_share(*pair, district=code) for pair, code in zip(pairs, CODES, strict=False)]
    return pd.DataFrame(facts).set_index("district_code")


@pytest.mark.parametrize(
    ("pairs", "turning"),
    [
        (((90, 100, 0), (80, 100, 0), (70, 100, 0)), 0),
        (((90, 100, 5), (80, 100, 0), (70, 100, 0)), 0),  # 85.7 to 90.5 %
        (((90, 100, 15), (80, 100, 0), (70, 100, 0)), 1),  # 78.3 %, behind the second
        (((90, 100, 0), (80, 100, 50), (70, 100, 0)), 1),  # 53.3 %, behind the last
        (
            ((90, 100, 0), (80, 100, 1), (80, 100, 0)),
            1,
        ),  # two are last, if the one that does not say is no lower
        (((90, 100, 0), (90, 100, 0), (70, 100, 3)), 0),
    ],
)
def test_the_highest_and_the_lowest_may_be_others(
    pairs: tuple[tuple[float, float, float], ...], turning: int
) -> None:
    assert count_turning(make_rows(*pairs)) == turning


def test_a_comparison_says_that_the_order_may_turn() -> None:
    rows = make_rows((90, 100, 15), (80, 100, 0), (70, 100, 0)).reset_index().to_dict("records")
    view = make_view(facts=[*rows, make_share(240, 300, district="all")], district="all")
    said = "".join(run.text for block in narrative.write_comparison(view, RATE).blocks for run in block.runs)
    words = "有1个地区的一些记录没有写明，最高、最低的可能是别的地区。"
    assert words in said and words in figures.plot_ranking(view, RATE).source
    assert words in figures.map_fact(view, RATE).source
    sure = make_view(
        facts=[make_fact("hazards.found", n, district=code) for n, code in enumerate(CODES)], district="all"
    )
    assert "没有写明" not in figures.plot_ranking(sure, "hazards.found").source


def test_what_has_no_bounds_may_be_anything() -> None:
    facts = [make_fact("incidents.deaths", n, district=code, known=9, of=10) for n, code in enumerate(CODES)]
    rows = pd.DataFrame(facts).set_index("district_code")
    assert count_turning(rows) == 6
    assert read_column(rows, "value", "lowest").isna().all() and push_rows(rows, "highest").empty
    shares = make_rows((90, 100, 15), (80, 100, 0))
    assert push_rows(shares, "lowest")["value"].tolist() == [pytest.approx(100 * 90 / 115), 80]
    assert read_column(shares, "numerator", "highest").tolist() == [105, 80]
    assert read_column(shares, "numerator", None).tolist() == [90, 80]
