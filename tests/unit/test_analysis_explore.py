"""Cross-tables, neighbours, and a workbook's own ledgers, by hand on six square districts."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from view_maker import AREA, CODES, make_districts, make_fact, make_table

from taizhang import figures
from taizhang.analysis.explore import count_crossed, count_own_rows, list_own_kinds
from taizhang.analysis.view import View
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period

ROWS = [
    {"found_on": "2021-01-05", "trade": "消防", "severity": "general"},
    {"found_on": "2021-01-09", "trade": "消防", "severity": "major"},
    {"found_on": "2021-03-09", "trade": "燃气", "severity": "general"},
    {"found_on": "2020-03-09", "trade": "燃气", "severity": "general"},  # not of the period
    {"found_on": "2021-03-10", "trade": None, "severity": "general"},
]


@pytest.fixture
def view() -> View:
    facts = [
        make_fact("hazards.found", float(n), district=code) for n, code in enumerate([*CODES, "all"], start=1)
    ]
    frame = pd.DataFrame(facts)
    return View(
        district=CODES[0],
        name="城关镇",
        title=AREA,
        period=parse_period("2021"),
        lang="en",
        as_of=date(2021, 12, 31),
        facts=frame,
        facts_before=frame.iloc[:0],
        facts_previous=frame.iloc[:0],
        ledgers={"hazards": make_table("hazards", ROWS)},
        districts=make_districts(),
    )


def read(table: object) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]  # type: ignore[attr-defined]


def test_cross_table_counts_the_rows_of_the_period(view: View) -> None:
    table = figures.cross_tabulate(view, "hazards", "trade", "severity")
    assert table is not None
    assert [column.label for column in table.columns][1:] == ["general", "major", "Total"]
    assert read(table) == [
        ["消防", "1", "1", "2"],
        ["gas", "1", "0", "1"],
        ["not stated", "1", "0", "1"],
        ["Total", "3", "1", "4"],
    ]


def test_rare_classes_are_counted_together_and_months_keep_their_order(view: View) -> None:
    table = figures.cross_tabulate(view, "hazards", "found_on", "trade", most=1)
    assert table is not None
    assert [column.label for column in table.columns][1:] == ["2 other classes", "消防", "Total"]
    assert read(table) == [["2021-01", "0", "2", "2"], ["2021-03", "2", "0", "2"], ["Total", "2", "2", "4"]]


def test_withheld_kinds_and_unknown_columns_are_refused(view: View) -> None:
    withheld = replace(view, settings={"suppress": ("hazards",)})
    with pytest.raises(ParameterError, match="withholds"):
        figures.cross_tabulate(withheld, "hazards", "trade", "severity")
    with pytest.raises(ParameterError, match="hazards has no column 'colour'; known: 'district', 'found_on'"):
        figures.cross_tabulate(view, "hazards", "colour", "severity")
    with pytest.raises(ParameterError, match="unknown ledger kind 'hazard'; did you mean 'hazards'"):
        figures.cross_tabulate(view, "hazard", "trade", "severity")


def test_neighbours_share_a_border_or_a_corner(view: View) -> None:
    # Two rows of three: the first touches the second, and the fourth and fifth below.
    assert figures.list_neighbours(view) == [CODES[1], CODES[3], CODES[4]]
    assert figures.list_neighbours(replace(view, district="all")) == []
    table = figures.tabulate_neighbours(view, "hazards.found")
    assert table is not None
    assert [cell.value for cell in table.rows[0][1:]] == [1, 2, 4, 5, 7]
    with pytest.raises(ParameterError, match=r"unknown fact 'hazards\.fond'"):
        figures.tabulate_neighbours(view, "hazards.fond")


def test_built_in_ledgers_are_not_shown_as_own(view: View) -> None:
    assert not figures.tabulate_own_ledgers(view)
    assert not figures.tabulate_own_facts(view)


def test_the_whole_cross_table(view: View) -> None:
    counts = count_crossed(view, "hazards", "trade", "severity", most=12)
    assert counts.to_dict("split") == {
        "index": ["消防", "gas", "not stated", ""],
        "columns": ["general", "major", ""],
        "data": [[1, 1, 2], [1, 0, 1], [1, 0, 1], [3, 1, 4]],
    }
    assert count_crossed(
        replace(view, period=parse_period("2019")), "hazards", "trade", "severity", most=3
    ).empty


def test_at_least_twelve_months_are_shown_the_rest_as_one(view: View) -> None:
    days = [f"2021-{month:02}-01" for month in range(1, 13)] + ["2020-05-01"] * 2 + ["2020-04-01"]
    rows = make_table("hazards", [{"found_on": day, "trade": "消防"} for day in days])
    longer = replace(view, lang="zh", ledgers={"hazards": rows}, period=parse_period("2020-01-01/2021-12-31"))
    months = list(count_crossed(longer, "hazards", "found_on", "trade", most=1).index)
    # The two of May come first, then those of the earliest months with one.
    assert months == [
        "2020-04", "2020-05", *(f"2021-{month:02}" for month in range(1, 11)), "其余2类", "",
    ]  # fmt: skip
    fourteen = count_crossed(longer, "hazards", "found_on", "trade", most=13)
    assert fourteen.loc["其余1类", ""] == 1 and len(fourteen) == 15
    assert count_crossed(longer, "hazards", "found_on", "trade", most=14).index[-2] == "2021-12"


def test_refusals_in_full(view: View) -> None:
    for kind, rows, columns, message in (
        ("hazard", "trade", "severity", "unknown ledger kind 'hazard'; did you mean 'hazards'?"),
        (
            "hazards",
            "trade",
            "severit",
            "hazards has no column 'severit'; did you mean 'severity', 'district'?",
        ),
        (
            "hazards",
            "severit",
            "trad",
            "hazards has no column 'severit'; did you mean 'severity', 'district'?",
        ),
    ):
        with pytest.raises(ParameterError) as caught:
            count_crossed(view, kind, rows, columns, most=3)
        assert str(caught.value) == message
    with pytest.raises(ParameterError) as caught:
        count_crossed(
            replace(view, settings={"suppress": ("hazards",)}), "hazards", "trade", "severity", most=3
        )
    assert str(caught.value) == (
        "this workbook withholds small counts of hazards ([indicators] suppress), so they "
        "are not cross-tabulated; for the rows, use book.ledger()"
    )


def test_own_ledgers_and_their_rows_of_the_period(view: View) -> None:
    kind = replace(view.kinds["hazards"], name="wells")
    own = replace(
        view,
        ledgers={"wells": view.ledgers["hazards"], "hazards": view.ledgers["hazards"]},
        kinds={**view.kinds, "wells": kind},
    )
    assert list_own_kinds(own) == ["wells"] and count_own_rows(own) == {"wells": 4}
    assert count_own_rows(view) == {}
