"""How fast hazards are closed, worked out by hand."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.closure import (
    compare_closure,
    follow_closure,
    follow_closure_by,
    group_cases,
    judge_deadlines,
    list_all_cases,
    list_cases,
)

AS_OF, FOUND = date(2021, 12, 31), date(2021, 1, 1)
Z = 1.959963984540054


def make_rows(
    closed: Sequence[int] = (), still_open: Sequence[int] = (), **more: object
) -> list[dict[str, object]]:
    """Hazards closed after so many days, and some open since so many."""
    rows = [{"found_on": FOUND, "rectified_on": FOUND + timedelta(days=n)} for n in closed]
    rows += [{"found_on": AS_OF - timedelta(days=n), "status": "open"} for n in still_open]
    return [row | {"mode": "by_deadline"} | more for row in rows]


def make_hazards(rows: list[dict[str, object]], **more: object):
    return make_view({"hazards": make_table("hazards", rows)}, **more)


def limit_closed(open_: float, cases: int) -> tuple[float, float]:
    """The log-minus-log interval of the share closed, in percent, after the first closures of so many cases."""
    spread = Z * math.sqrt((1 - open_) / (cases * open_)) / -math.log(open_)
    return 100 * (1 - open_ ** math.exp(-spread)), 100 * (1 - open_ ** math.exp(spread))


def limit_share(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval in percent."""
    share, z2 = count / total, Z**2
    middle = share + z2 / (2 * total)
    half = Z * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return 100 * (middle - half) / (1 + z2 / total), 100 * (middle + half) / (1 + z2 / total)


def test_closed_by_deadline_by_hand() -> None:
    """In time; late; open and overdue; open and not due: not judged; closed before a day to come: in time."""
    rows = make_table(
        "hazards",
        [
            {"found_on": "2021-12-01", "deadline": "2021-12-10", "rectified_on": "2021-12-10"},
            {"found_on": "2021-12-01", "deadline": "2021-12-10", "rectified_on": "2021-12-11"},
            {"found_on": "2021-12-01", "deadline": "2021-12-10"},
            {"found_on": "2021-12-01", "deadline": "2022-01-10"},
            {"found_on": "2021-12-01", "deadline": "2022-01-10", "rectified_on": "2021-12-20"},
            {"found_on": "2021-12-01"},
        ],
    )
    cases = list_cases(make_view({"hazards": rows}))
    assert cases is not None
    judged = judge_deadlines(cases)
    low, high = limit_share(2, 4)
    assert judged == {
        "in_time": 2, "due": 4, "share": 50, "low": pytest.approx(low), "high": pytest.approx(high),
        "unsaid": 0, "lowest": 50, "highest": 50,
    }  # fmt: skip
    assert cases.keep(cases.judged & cases.closed).days.tolist() == [9, 10, 19]
    none = judge_deadlines(cases.keep(~cases.judged))
    assert (none["in_time"], none["due"]) == (0, 0)
    assert all(math.isnan(none[name]) for name in ("share", "low", "high"))


def test_half_are_closed_within_ten_days() -> None:
    """Of four found on a day one is put right at once, one after 10 days; two stay open: a quarter, then half."""
    rows = [
        {"found_on": "2021-12-01", "rectified_on": "2021-12-01", "mode": "on_the_spot"},
        {"found_on": "2021-12-01", "rectified_on": "2021-12-11", "mode": "by_deadline"},
        {"found_on": "2021-12-01", "mode": "by_deadline"},
        {"found_on": "2021-12-01", "mode": "by_deadline"},
    ]
    view = make_view({"hazards": make_table("hazards", rows)})
    cases, closure, table = list_cases(view), follow_closure(view), compare_closure(view)
    assert cases is not None and closure is not None and table is not None
    assert cases.days.tolist() == [0, 10, 30, 30] and cases.closed.tolist() == [True, True, False, False]
    assert [closure.curve.within(day)[0] for day in (0, 9, 10, 30)] == pytest.approx([25, 25, 50, 50])
    row = table.iloc[0]
    assert (row["found"], row["due"]) == (4, 0) and math.isnan(row["share"])
    assert (
        row["in_month"] == pytest.approx(50) and row["median"] == 10
    )  # the first day on which half are closed
    assert follow_closure_by(view, "trade") is None  # nobody wrote a trade: one class


def test_small_classes_are_told_together() -> None:
    """Twelve of one trade, two trades of fewer than ten each: three classes become two."""
    rows = [
        {"found_on": "2021-03-01", "status": "open", "trade": trade}
        for trade in ["甲"] * 12 + ["乙"] * 9 + ["丙"]
    ]
    closure = follow_closure_by(make_view({"hazards": make_table("hazards", rows)}), "trade")
    assert closure is not None and list(closure.curves) == ["甲", "其他2类"]
    assert len(closure.cases.rows) == 22


@pytest.mark.parametrize(
    ("closed", "still_open", "end"),
    [
        ([0], [], 1),  # a day at least
        ([10], [20], 20),  # up to the last day observed
        ([10], [40], 30),  # a month at least
        ([40], [100], 52),  # a little beyond the last closed
        ([40, 60], [100], 78),
        ([200], [300], 180),  # half a year at most
        ([], [50], 50),
        ([], [200], 180),
    ],
)
def test_up_to_which_day_the_curve_is_shown(closed: list[int], still_open: list[int], end: float) -> None:
    closure = follow_closure(make_hazards(make_rows(closed, still_open)))
    assert closure is not None and closure.end == end
    assert closure.curve.time[-1] == max([*closed, *still_open]) and len(closure.cases.rows) == len(
        closed + still_open
    )


def test_the_curve_begins_with_nothing_closed_and_ends_flat() -> None:
    """One of four closed after ten days, the others open after twenty: a quarter from the tenth day on."""
    closure = follow_closure(make_hazards(make_rows([10], [20, 20, 20])))
    assert closure is not None
    low, high = limit_closed(0.75, 4)
    curve = closure.curve
    assert curve.time.tolist() == [0, 10, 20, 20]
    assert curve.share.tolist() == pytest.approx([0, 25, 25, 25])
    assert curve.low.tolist() == pytest.approx([0, low, low, low])
    assert curve.high.tolist() == pytest.approx([0, high, high, high])


@pytest.mark.parametrize(
    ("own", "area", "kept"),
    [
        (30.0, 30.5, {CODES[0]: 30.0}),
        (30.5, 30.0, {"all": 30.0}),
        (None, 7.0, {"all": 7.0}),
        (8.0, 7.0, {CODES[0]: 8.0, "all": 7.0}),
    ],
)
def test_half_way_days_within_what_is_shown(own: float | None, area: float, kept: dict[str, float]) -> None:
    name = "hazards.days_to_rectify_median"
    facts = [make_fact(name, area, district="all"), make_fact(name, own)]
    view = make_hazards(make_rows([10], [40]), facts=facts)
    closure = follow_closure(view)
    assert closure is not None and closure.end == 30
    assert closure.medians == kept and list(closure.medians) == list(kept)
    bare = follow_closure(make_hazards(make_rows([10], [40])))
    assert bare is not None and bare.medians == {}


def test_without_hazards_nothing_is_followed() -> None:
    view = make_view()
    assert (follow_closure(view), follow_closure_by(view, "trade"), compare_closure(view)) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_classes_of_fewer_than_ten_are_one_where_there_are_two(lang: str) -> None:
    def group(*numbers: int) -> dict[str, int]:
        trades = [name for name, n in zip(("甲", "乙", "丙", None), numbers, strict=False) for _ in range(n)]
        view = make_hazards(
            [{"found_on": FOUND, "status": "open", "trade": trade} for trade in trades], lang=lang
        )
        cases = list_cases(view)
        assert cases is not None
        return group_cases(view, cases, "trade").value_counts().to_dict()

    unknown, small = ("未填写", "其他{}类") if lang == "zh" else ("not stated", "{} small classes")
    assert group(12, 10, 9) == {"甲": 12, "乙": 10, "丙": 9}
    assert group(12, 9, 0, 8) == {"甲": 12, small.format(2): 17}
    assert group(12, 3, 2, 1) == {"甲": 12, small.format(3): 6}
    assert group(10, 0, 0, 9) == {"甲": 10, unknown: 9}


@pytest.mark.parametrize(
    ("closed", "still_open", "end", "time"),
    [
        ([10], [100], 30, [0, 10, 30]),  # a month at least; what lies beyond is not drawn
        ([100], [130], 130, [0, 100, 130, 130]),
        ([200], [], 180, [0, 180]),  # half a year at most
        ([], [20], 30, [0, 20, 30]),
    ],
)
def test_curves_by_class_end_together(
    closed: list[int], still_open: list[int], end: float, time: list[float]
) -> None:
    rows = [
        *make_rows(closed * 10, still_open * 10, trade="甲"),
        *make_rows(closed * 9, still_open * 9, trade="乙"),
    ]
    found = follow_closure_by(make_hazards(rows), "trade")
    assert found is not None and found.end == pytest.approx(end) and len(found.cases.rows) == len(rows)
    for curve in found.curves.values():
        assert curve.time.tolist() == pytest.approx(time)
        share = 100 / (1 + len(still_open)) if closed and closed[0] <= end else 0
        assert curve.share.tolist() == pytest.approx([0] + [share] * (len(time) - 1))


def test_the_five_commonest_classes_have_curves() -> None:
    rows = []
    for at, trade in enumerate("甲乙丙丁戊己"):
        rows += make_rows([at] * (16 - at), trade=trade)
    view = make_hazards(rows)
    found = follow_closure_by(view, "trade")
    assert found is not None and list(found.curves) == list("甲乙丙丁戊")
    assert [curve.within(1)[0] for curve in found.curves.values()] == [100, 100, 0, 0, 0]
    assert follow_closure_by(make_hazards(rows[:16]), "trade") is None
    two = follow_closure_by(make_hazards(rows[:31]), "trade")
    assert two is not None and list(two.curves) == ["甲", "乙"]


COLUMNS = (
    "by class found median most_median median_low median_high in_month most_in_month "
    "in_time due share lowest highest low high unsaid"
).split()


def test_closure_of_all_and_by_class() -> None:
    """Twelve closed after five days, two days late; ten after forty, in time. Half of all: on the fifth day."""
    rows = make_rows([5] * 12, severity="general", trade="甲", deadline=FOUND + timedelta(days=3))
    rows += make_rows([40] * 10, severity="major", trade="乙", deadline=FOUND + timedelta(days=40))
    view = make_hazards(rows, lang="en")
    table = compare_closure(view)
    assert table is not None
    late = [12, 5, 5, 5, 5, 100, 100, 0, 12, 0, 0, 0, *limit_share(0, 12), 0]
    good = [10, 40, 40, 40, 40, 0, 0, 10, 10, 100, 100, 100, *limit_share(10, 10), 0]
    month, share = 100 * 12 / 22, 100 * 10 / 22
    wanted = [
        ["", "All", 22, 5, 5, 5, 40, month, month, 10, 22, share, share, share, *limit_share(10, 22), 0],
        ["severity", "general", *late], ["severity", "major", *good],
        ["trade", "甲", *late], ["trade", "乙", *good],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(table, pd.DataFrame(wanted, columns=COLUMNS), check_dtype=False, atol=1e-9)


@pytest.mark.parametrize(("day", "percent"), [(30, 100), (31, 0)])
def test_a_month_has_thirty_days(day: int, percent: float) -> None:
    table = compare_closure(make_hazards(make_rows([day] * 2)))
    assert table is not None and table["in_month"].tolist() == [percent]
    assert table["found"].tolist() == [2]


def test_where_all_are_closed_on_the_spot_no_class_is_faster() -> None:
    rows = make_rows([0] * 12, severity="general") + make_rows([0] * 10, severity="major")
    table = compare_closure(make_hazards(rows))
    assert table is not None and table["found"].tolist() == [22, 12, 10]


def test_what_is_closed_without_a_day_is_closed_as_late_or_as_soon_as_may_be() -> None:
    """Nine of twenty closed after 5 days, one after 12, nine open after 20, and one found then and closed undated.

    Late: 9 of 20, 1 of 11 and 1 of 10 are closed on days 5, 12 and 20. Soon: 1 of 20 at once, 9 of 19 and 1 of 10.
    """
    rows = make_rows([5] * 9 + [12], [20] * 9)
    undated = {"found_on": AS_OF - timedelta(days=20), "status": "rectified", "mode": "by_deadline"}
    view = make_hazards([*rows, undated], lang="en")
    closure, table = follow_closure(view), compare_closure(view)
    assert closure is not None and table is not None and closure.cases.undated == 1
    curve = closure.curve
    assert [curve.within(day) for day in (0, 4, 5, 12, 20)] == [
        pytest.approx(pair) for pair in ((0, 5), (0, 5), (45, 50), (50, 55), (55, 55))
    ]
    at_once = limit_closed(0.95, 20)
    assert curve.high[curve.time == 0].tolist() == pytest.approx([0, at_once[1]])
    assert curve.low[curve.time == 5][0] == pytest.approx(limit_closed(0.55, 20)[0])
    row = table.iloc[0]
    assert (row["median"], row["most_median"], row["in_month"]) == (5, 12, pytest.approx(55))
    assert (row["most_in_month"], row["found"]) == (pytest.approx(55), 20)
    figure, shown = figures.plot_closure_curve(view), figures.tabulate_closure(view)
    assert figure is not None and "0.0% to 5.0% on the day, 55.0% within 30 days" in figure.alt
    assert "For 1 hazard the day of closure is not recorded" in figure.source
    assert shown is not None and shown.rows[0][3].text.startswith("5 to 12 (")
    assert "For 1 hazard the day of closure is not recorded" in shown.notes[1]
    dated = figures.tabulate_closure(make_hazards(rows))
    assert dated is not None and len(dated.notes) == 1


def test_what_is_found_on_no_day_is_left_out_and_that_is_told() -> None:
    rows = make_rows([5] * 10, [20] * 9)
    month = {"found_on": "2021-03-01", "rectified_on": "2021-03-01", "mode": "by_deadline"}
    table = make_table("hazards", [*rows, month])
    table["found_on_precision"] = ["day"] * 19 + ["month"]
    view = make_view({"hazards": table})
    found = figures.tabulate_closure(view)
    assert found is not None and found.rows[0][2].text == "19"
    assert found.notes[1] == "另有1处查出日期不到日，没有计入。"


def test_where_it_is_not_written_whether_in_time_the_share_has_bounds() -> None:
    """In time, late, overdue; closed undated before and after the deadline passed: 2 of 4, or 2 to 3 of 5."""
    due, later = "2021-12-10", "2022-01-10"
    rows = [
        {"deadline": due, "rectified_on": due},
        {"deadline": due, "rectified_on": "2021-12-11"},
        {"deadline": due, "status": "open"},
        {"deadline": later, "status": "rectified"},
        {"deadline": due, "status": "rectified"},
        {"status": "rectified"},
    ]
    rows = [{"found_on": "2021-12-01", "mode": "by_deadline", **row} for row in rows]
    view = make_hazards(rows, lang="en")
    judged = judge_deadlines(list_all_cases(view))
    assert (judged["in_time"], judged["due"], judged["unsaid"]) == (2, 4, 1)
    assert (judged["share"], judged["lowest"], judged["highest"]) == (50, 40, 60)
    # Written of thirty more, so that under a tenth have no day.
    many = make_hazards(rows + [{**rows[0]}] * 30)
    said = "".join(run.text for block in narrative.write_closure(many).blocks for run in block.runs)
    assert "按期整改32处，占94.1%" in said and "另有1处没有写明是否按期整改，" in said, said
    assert "按其全否至全是，所占比例在91.4%至94.3%之间。" in said, said
