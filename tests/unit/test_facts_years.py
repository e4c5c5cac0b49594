"""What is hidden over the periods of a year, and what is rounded in others."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks.disclosure import KNOWN, OWN, ROUNDING, SEED, Attack, make_ledgers, publish, study_others
from benchmarks.disclosure import PERIODS as PERIODS_OF_2021
from taizhang.core.periods import Period, parse_period
from taizhang.facts import compute, compute_facts, prepare_ledgers, protect, select_rows
from taizhang.facts.measures import Part, Result
from taizhang.facts.rounding import leave_out_telling
from taizhang.facts.suppress import Link, round_counts
from taizhang.facts.years import (
    PERIODS,
    Reading,
    find_calendar_period,
    link_readings,
    list_periods,
    list_readings,
)

DISTRICTS = pd.DataFrame({"code": ["101", "102", "103"], "name": ["甲", "乙", "丙"]})
END = date(2021, 12, 31)


def disputes(counts: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    """Disputes of three districts by month, none settled; one of the year before was."""
    rows = [
        {"district_code": code, "found_on": pd.Timestamp(f"{month}-05"), "source_file": f"{month}.xlsx"}
        for month, three in counts.items()
        for code, many in zip(DISTRICTS["code"], three, strict=True)
        for _ in range(many)
    ]
    table = pd.DataFrame([*rows, {"district_code": "101", "found_on": pd.Timestamp("2020-02-01")}])
    return table.assign(settled_on=pd.to_datetime(np.where(table.index == len(rows), "2020-03-01", None)))


def show(table: pd.DataFrame, period: str, as_of: date | None = None, **settings) -> list[float | None]:
    """Disputes found by district and in all; None: hidden."""
    span = parse_period(period)
    facts = compute_facts({"disputes": table}, DISTRICTS, span, as_of or span.end, **settings)
    rows = facts[facts["fact"] == "disputes.found"]
    return [None if pd.isna(value) else value for value in rows["value"]]


TWO = {"2021-01": (3, 20, 30), "2021-02": (40, 20, 30)}


def test_a_month_is_not_the_quarter_less_the_others() -> None:
    # January's 3 are hidden with another district's; February's 40 or the quarter's 43 would give them away.
    table = disputes(TWO)
    shown = {period: show(table, period) for period in ("2021-01", "2021-02", "2021Q1", "2021H1", "2021")}
    assert shown["2021-01"][0] is None
    assert shown["2021-02"][0] is None or all(shown[text][0] is None for text in ("2021Q1", "2021H1", "2021"))


def test_what_is_hidden_does_not_depend_on_what_was_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    table = disputes(TWO)
    first = [show(table, period) for period in ("2021", "2021-01", "2021Q1")]
    monkeypatch.setattr(protect, "_KEPT", {})
    assert [show(table, period) for period in ("2021Q1", "2021", "2021-01")] == [first[2], first[0], first[1]]


def test_the_periods_of_a_year_are_made_safe_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    run = protect.Protection.run

    def count(self: protect.Protection) -> None:
        made.append(len(self.safe))
        run(self)

    monkeypatch.setattr(protect.Protection, "run", count)
    monkeypatch.setattr(protect, "_KEPT", {})
    for period in ("2021", "2021-02", "2021Q1", "2021"):
        show(disputes(TWO), period)
    assert len(made) == 1
    # One case less is another question.
    show(disputes({**TWO, "2021-02": (39, 20, 30)}), "2021")
    assert len(made) == 2


def test_a_range_that_is_a_month_is_shown_as_the_month() -> None:
    table = disputes(TWO)
    assert show(table, "2021-01-01/2021-01-31") == show(table, "2021-01")


@pytest.mark.parametrize(
    ("counts", "wanted", "hides"),
    [
        ((3, 20, 30), [5, 20, 30, 55], True),
        ((1, 7, 8), [5, 5, 10, 15], True),
        ((0, 12, 13), [0, 10, 15, 25], False),
    ],
)
def test_other_ranges_are_rounded(counts: tuple[int, int, int], wanted: list[float], hides: bool) -> None:
    table = disputes({"2021-01": counts})
    assert show(table, "2021-01", rounding=5) == show(table, "2021-01-02/2021-02-10", rounding=5) == wanted
    # Where the year hides anything, the whole area alone is told.
    assert show(table, "2021-01-02/2021-02-10") == ([None] * 3 + wanted[-1:] if hides else wanted)


def test_other_ranges_tell_nothing_of_what_the_year_hides() -> None:
    """6 and 1: February to March would be about 5, and so March 1 at the most, and at least, as it is hidden."""
    table = disputes({"2021-01": (2, 20, 30), "2021-02": (6, 20, 30), "2021-03": (1, 40, 50)})
    assert show(table, "2021-02") == [6, 20, 30, 56] and show(table, "2021-03")[0] is None
    assert show(table, "2021-02-01/2021-03-31") == [None, None, None, 145]
    # Also what has none of the hidden, as it may be taken from another; and a nought is no exception.
    assert show(table, "2021-02-02/2021-02-20") == [None, None, None, 55]
    assert show(table, "2021-02-06/2021-02-20") == [None, None, None, 0]
    # So it is as of another day: as of 15 March there are none of March.
    table.loc[table["found_on"] == "2021-03-05", "found_on"] = pd.Timestamp("2021-03-20")
    day = date(2021, 3, 15)
    assert show(table, "2021Q1", day, asked=day) == [None, None, None, 110]


def test_other_ranges_ask_every_year_that_they_touch() -> None:
    # Of 2020 there is one in all, which is hidden.
    table = disputes({"2021-01": (9, 20, 30)})
    assert show(table, "2021-01-05/2021-02-10") == [10, 20, 30, 60]
    assert show(table, "2020-12-25/2021-02-10") == [None] * 4


def test_other_ranges_leave_out_the_whole_area_where_the_year_hides_it() -> None:
    table = disputes({"2021-01": (3, 0, 0), "2021-02": (10, 11, 12)})
    assert show(table, "2021-01") == [None, 0, 0, None]
    assert show(table, "2021-02-02/2021-02-20") == [None] * 4


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        # Seven places about 5, 5 or so in all: each would be 1. With one more case they are not plain.
        ([1] * 7, [5] * 7 + [None]),
        ([2] + [1] * 6, [5] * 7 + [10]),
        # Four of 7 at the most, and 28 at the least; four of 8 at the least, and 32 at the most.
        ([7] * 4, [5] * 4 + [None]),
        ([8] * 4, [10] * 4 + [None]),
        ([0, 1, 1, 1, 1, 8], [0, 5, 5, 5, 5, 10, None]),
    ],
)
def test_a_rounded_sum_does_not_tell_its_parts(value: list[int], wanted: list[float | None]) -> None:
    nothing = np.full(len(value) + 1, np.nan)
    exact = Result(np.array([*value, sum(value)], float), nothing, nothing, nothing, nothing)
    rounded, mask = round_counts(exact, 5, is_count=True)
    assert [None if np.isnan(number) else number for number in rounded.value] == wanted
    assert mask.tolist() == [number != 0 for number in exact.value]


def test_a_rounded_quarter_does_not_tell_its_months() -> None:
    """1, 8 and 8, shown as 5, 10 and 10, are the least that they can be, and 17, shown as 15, is the most."""
    values = np.array([[1, 20, 21], [8, 20, 28], [8, 20, 28], [17, 60, 77]], float)
    nothing = np.full(3, np.nan)
    links = [Link(3, (0, 1, 2), True)]

    def leave_out(*changed: tuple[int, int]) -> list[list[bool]]:
        now = values.copy()
        for month, added in changed:
            now[[month, 3], 0] += added
            now[[month, 3], 2] += added
        tables = [
            {"found": Result(row, nothing, nothing, nothing, nothing, {("a", "b"): Part(row, row)})}
            for row in now
        ]
        return [masks["found"].tolist() for masks in leave_out_telling(tables, 5, links=links)]

    assert leave_out() == [[False] * 3] * 3 + [[True, False, False]]
    assert leave_out((0, 1)) == leave_out((1, 1)) == [[False] * 3] * 4  # one more, and they are not plain


# In the last, what is settled, at most what is found, would tell both of a month and a quarter.
@pytest.mark.parametrize(
    ("seed", "mean", "own"),
    [(2, 3.0, None), (2, 3.0, OWN), (17, 10.0, OWN)],
    ids=["ends", "own", "two facts"],
)
def test_nothing_rounded_in_all_periods_of_a_year_can_be_worked_out(
    seed: int, mean: float, own: date | None
) -> None:
    ledgers = make_ledgers(np.random.default_rng([SEED, seed]), 4, mean=mean)
    facts = publish(ledgers, 4, own=own, asked=True, rounding=ROUNDING)
    for known in KNOWN:
        attack = Attack(facts, known, same_day=own is not None)
        assert len(attack.hidden) > 100 and attack.find_plain(whole=True) == []


def test_where_all_is_left_out_but_sums_nothing_is_rounded() -> None:
    assert leave_out_telling([{}, {}], 5) == [{}, {}]


def test_other_ranges_and_days_tell_nothing_hidden_in_the_year() -> None:
    # In this county the cases of a median once told a number hidden beside it.
    found = study_others(3, 6, mean=3.0, own=OWN)
    assert found["hidden"] > 400 and found["plain"] == found["rounded_plain"] == 0
    # Were they all shown rounded, some would be plain.
    assert found["loose"] > 0


def test_what_is_rounded_is_marked_and_rates_are_left_out() -> None:
    span = parse_period("2021-01-02/2021-02-10")
    facts = compute_facts({"disputes": disputes({"2021-01": (0, 12, 13)})}, DISTRICTS, span, span.end)
    found = facts[facts["fact"] == "disputes.found"]
    assert found["suppressed"].tolist() == [False, True, True, True]
    rest = facts.loc[facts["suppressed"], ["numerator", "denominator", "low", "high", "known", "of"]]
    assert rest.isna().all(axis=None)
    assert facts.loc[facts["fact"] == "disputes.settlement_rate", "value"].isna().all()


def test_days_other_than_the_last_and_the_workbooks_own() -> None:
    table = disputes({"2021-01": (6, 12, 13)})
    table.loc[:4, "settled_on"] = pd.Timestamp("2021-02-03")
    span = parse_period("2021-01")

    def settled(day: date, **settings) -> list[float | None]:
        facts = compute_facts({"disputes": table}, DISTRICTS, span, day, **settings)
        rows = facts[facts["fact"] == "disputes.settled"]
        return [None if pd.isna(value) else value for value in rows["value"]]

    own = date(2021, 2, 28)
    assert settled(span.end) == [0, 0, 0, 0]
    assert settled(own, asked=own, read_as_of=own) == [5, 0, 0, 5]
    # Of five settled on one day, an earlier day would tell how many; the found are the same on every day.
    table.loc[2:4, "settled_on"] = pd.Timestamp("2021-02-20")
    assert settled(date(2021, 2, 10), asked=date(2021, 2, 10), read_as_of=own) == [5, 0, 0, 5]
    assert show(table, "2021-01", date(2021, 2, 10), asked=date(2021, 2, 10)) == [6, 12, 13, 31]


def test_what_is_hidden_on_a_day_is_not_rounded_on_another() -> None:
    # 1, 8 and 30 settled by the end of January, 29 a day before. 1 and 8 are 9 together; rounded, 8 is 8 at least, and
    # so would 1 be 1 at most.
    table = disputes({"2021-01": (12, 20, 31)})
    for first, many, day in ((0, 1, 20), (12, 8, 20), (32, 29, 20), (61, 1, 31)):
        table.loc[first : first + many - 1, "settled_on"] = pd.Timestamp(f"2021-01-{day}")
    span = parse_period("2021-01")

    def settled(day: date) -> list[float | None]:
        facts = compute_facts({"disputes": table}, DISTRICTS, span, day, asked=day)
        rows = facts[facts["fact"] == "disputes.settled"]
        assert rows.loc[rows["value"].isna(), "suppressed"].all()
        return [None if pd.isna(value) else value for value in rows["value"]]

    assert settled(span.end) == [None, None, 30, 39]
    assert settled(date(2021, 1, 30)) == [None, None, None, 40]


def test_each_reading_hides_what_was_found_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # Also where a fact is the same on both days: what is shown beside it is not.
    rng = np.random.default_rng(7)
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 365, 90), "D")
    table = pd.DataFrame({"district_code": rng.choice(DISTRICTS["code"], 90), "found_on": days})
    table["settled_on"] = days + pd.to_timedelta(rng.integers(1, 90, 90), "D")
    own = date(2022, 1, 31)
    published: list[compute._Published] = []
    publish = compute._publish

    def record(*given) -> list[compute._Published]:
        published[:] = publish(*given)
        return published

    monkeypatch.setattr(compute, "_publish", record)

    def find_hidden(reading: Reading) -> dict[str, list[bool]]:
        facts = compute_facts(
            {"disputes": table}, DISTRICTS, reading.period, reading.as_of, asked=reading.asked, read_as_of=own
        )
        return {fact: rows["suppressed"].tolist() for fact, rows in facts.groupby("fact")}

    find_hidden(list_readings(2021, own)[0])
    wanted = [(one.reading, {fact: mask.tolist() for fact, mask in one.hidden.items()}) for one in published]
    differ = [one for (_, one), (_, other) in zip(wanted, wanted[PERIODS:], strict=False) if one != other]
    assert len(wanted) == 2 * PERIODS and len(differ) > 2
    for reading, hidden in wanted:
        assert find_hidden(reading) == hidden, reading


def test_rows_of_a_shown_number_lack_the_columns_that_a_hidden_one_rests_on() -> None:
    table = disputes({"2021-01": (6, 12, 13), "2021-04": (60, 60, 60)})
    table.loc[:2, "settled_on"] = pd.Timestamp("2021-01-20")
    arguments = ({"disputes": table}, DISTRICTS, parse_period("2021-01"), date(2021, 1, 31))
    rows = select_rows("disputes.found", *arguments, "101")
    assert len(rows) == 6 and "settled_on" not in rows and "found_on" not in rows
    bare = select_rows("disputes.found", *arguments, "101", suppress=())
    assert {"settled_on", "found_on"} <= {*bare}


def test_the_periods_of_a_year() -> None:
    periods = list_periods(2021)
    assert len(periods) == PERIODS and str(periods[-1]) == "2021"
    assert str(find_calendar_period(parse_period("2021-04-01/2021-06-30"))) == "2021Q2"
    assert find_calendar_period(parse_period("2021-01-01/2021-01-30")) is None
    readings = list_readings(2021, None)
    assert {reading.as_of for reading in readings[:PERIODS]} == {period.end for period in periods}
    by = {str(readings[link.whole].period): link for link in link_readings(readings) if link.whole < PERIODS}
    assert len(link_readings(readings)) == 2 * 7 + PERIODS and "2021" in by


# The columns that tell what each fact counts, by hand.
_RESTS = {
    "received": {"received_on"},
    "answered": {"answered_on"},
    "resolved": {"resolved_on", "status"},
    "resolved_undated": {"resolved_on", "status"},
    "resolution_rate": {"resolved_on", "status"},
    "on_time_rate": {"resolved_on", "due_on"},
}


@pytest.mark.parametrize("seed", [0, 1])
def test_no_trace_lists_a_column_that_a_hidden_number_rests_on(seed: int) -> None:
    ledgers = {"complaints": make_ledgers(np.random.default_rng(seed), 2, mean=3.0)["complaints"]}
    places = pd.DataFrame({"code": ["101", "102"], "name": ["甲", "乙"]})
    ready = prepare_ledgers(ledgers, places)
    spans = [parse_period(text) for text in PERIODS_OF_2021]
    hidden = {}
    for span in spans:
        facts = compute_facts(ready, places, span, OWN, asked=OWN, read_as_of=OWN)
        some = facts[facts["suppressed"]]
        hidden[span] = set(zip(some["district_code"], some["fact"].str.partition(".")[2], strict=True))

    def find_hidden(span: Period, code: str) -> set[str]:
        return {fact for place, fact in hidden[span] if code in (place, "all")}

    traced = 0
    for span in spans[::3]:
        for code in ("101", "102", "all"):
            here = find_hidden(span, code)
            for fact in set(_RESTS) - here:
                rows = select_rows(
                    f"complaints.{fact}", ready, places, span, OWN, code, asked=OWN, read_as_of=OWN
                )
                for other in here & {*_RESTS}:
                    assert not _RESTS[other] & {*rows}, (span, code, fact, other)
                if any(find_hidden(one, code) for one in spans):
                    assert not [name for name in rows if name.endswith("_on")], (span, code, fact)
                traced += 1
            for fact in here & {*_RESTS}:
                with pytest.raises(ValueError, match="suppressed"):
                    select_rows(
                        f"complaints.{fact}", ready, places, span, OWN, code, asked=OWN, read_as_of=OWN
                    )
    assert traced > 10
