"""Every fact, its numbers and its rows against plain Python; what is asked for, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.facts_reckoned import (
    AREAS,
    CODES,
    DISTRICTS,
    KINDS,
    Look,
    choose,
    draw_rows,
    is_there,
    kind_of,
    make_table,
    reckon,
)
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import OwnFact, compute_facts, prepare_ledgers, select_rows
from taizhang.metadata.facts import load_facts

YEAR, END = parse_period("2021"), date(2021, 12, 31)
COLUMNS = [
    "district_code", "district", "period", "fact", "value", "unit", "numerator", "denominator", "low", "high",
    "suppressed", "as_of", "known", "of",
]  # fmt: skip
NUMBERS = ["value", "numerator", "denominator", "low", "high", "known", "of"]
CASES = [
    (0, "2021", 31),
    (1, "2021", 0),
    (2, "2021H1", -40),
    (3, "2020Q3", 5),
    (4, "2021-02", -10),
    (44, "2021", 3),
]


@pytest.mark.parametrize(("seed", "text", "lag"), CASES)
def test_every_fact_and_the_rows_behind_it(seed: int, text: str, lag: int) -> None:
    period = parse_period(text)
    as_of = period.end + timedelta(days=lag)
    asked = as_of if seed % 2 else None
    look = Look(draw_rows(seed, period, as_of), period, as_of, asked)
    tables = {kind: make_table(kind, rows) for kind, rows in look.rows.items()}
    same: dict[str, Any] = {"grid_measures": AREAS, "suppress": (), "asked": asked}
    ready = prepare_ledgers(tables, DISTRICTS)
    facts = compute_facts(ready, DISTRICTS, period, as_of, **same)
    infos = [info for info in load_facts().values() if info.kind in KINDS and is_there(look, info.name)]
    assert facts.columns.tolist() == COLUMNS
    assert facts["fact"].tolist() == [info.name for info in infos] * 5
    assert facts["unit"].tolist() == [info.unit for info in infos] * 5
    assert facts["district_code"].tolist() == [code for code in [*CODES, "all"] for _ in infos]
    assert facts["district"].tolist() == [
        name for name in ["甲镇", "乙镇", "丙镇", "丁镇", "all"] for _ in infos
    ]
    assert facts["period"].unique().tolist() == [text]
    assert facts["as_of"].unique().tolist() == [pd.Timestamp(as_of)]
    assert not facts["suppressed"].any()
    by = facts.set_index(["fact", "district_code"])[NUMBERS]
    for info in infos:
        fact = info.name
        for code in [*CODES, "all"]:
            np.testing.assert_allclose(
                by.loc[(fact, code)].to_numpy(), reckon(look, fact, code), atol=1e-7, err_msg=f"{fact} {code}"
            )
        for code in ("101", "all"):
            rows = select_rows(fact, ready, DISTRICTS, period, as_of, code, **same)
            wanted = [
                (label, counted)
                for label, row, counted in choose(look, fact)
                if code in ("all", row["district_code"])
            ]
            assert list(zip(rows.index, rows["counted"], strict=True)) == wanted, (fact, code)
            columns = tables[kind_of(fact)].columns.drop("table_columns")
            assert rows.columns.tolist() == [*columns, "counted"]


def make_hazards(*found: str | None, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"district_code": "101", "found_on": pd.to_datetime(list(found)), **columns})


def ask(fact: str, district: str = "101", **tables: Any) -> pd.DataFrame:
    same = {key: tables.pop(key) for key in list(tables) if key == "grid" or key not in KINDS}
    return select_rows(fact, tables, DISTRICTS, YEAR, END, district, **same)


def test_without_ledgers_there_are_columns_and_no_rows() -> None:
    facts = compute_facts({}, DISTRICTS, YEAR, END)
    assert facts.columns.tolist() == COLUMNS and facts.empty
    full = compute_facts({"hazards": make_hazards("2021-05-01")}, DISTRICTS, YEAR, END)
    texts = ["district_code", "district", "period", "fact", "unit"]
    wanted = dict.fromkeys(texts, "str") | dict.fromkeys(NUMBERS, "float64")
    wanted |= {"suppressed": "bool", "as_of": "datetime64[us]"}
    for frame in (facts, full):
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == wanted
        assert isinstance(frame.index, pd.RangeIndex)


def test_grid_is_taken_beside_the_ledgers_and_without_its_geometry() -> None:
    grid = pd.DataFrame({"district_code": ["101", "102"], "assigned": [True, False], "geometry": [1, 2]})
    settings: dict[str, Any] = {"grid": grid, "grid_measures": AREAS}
    by_hand = prepare_ledgers({}, DISTRICTS, grid=grid)
    assert by_hand["grid"].table.columns.tolist() == ["district_code", "assigned"]
    facts = compute_facts({}, DISTRICTS, YEAR, END, **settings)
    assert facts["fact"].unique().tolist() == [
        "grid.cells", "grid.cells_unassigned", "grid.responsible", "grid.gap_km2", "grid.overlap_km2",
    ]  # fmt: skip
    rows = ask("grid.gap_km2", "102", **settings)
    assert rows.to_numpy().tolist() == [["102", False, True]]
    assert ask("grid.cells_unassigned", "all", grid=grid.drop(columns="geometry")).index.tolist() == [1]
    assert grid.columns.tolist() == ["district_code", "assigned", "geometry"]


def test_kinds_of_a_workbooks_own_have_their_dates() -> None:
    table = make_hazards("2021-05-01", "2020-05-01", listed=[True, True])
    own = [make_own("workers.listed")]
    for dates, number in (({"workers": "found_on"}, 1), (None, 2)):
        settings: dict[str, Any] = {"own": own, "dates": dates}
        facts = compute_facts({"workers": table}, DISTRICTS, YEAR, END, **settings)
        assert facts["value"].tolist() == [number, 0, 0, 0, number]
        assert (
            len(select_rows("workers.listed", {"workers": table}, DISTRICTS, YEAR, END, "101", **settings))
            == number
        )
        ready = prepare_ledgers({"workers": table}, DISTRICTS, dates=dates)
        assert compute_facts(ready, DISTRICTS, YEAR, END, own=own)["value"].iloc[0] == number


def make_own(name: str, form: str = "count", function: Any = None) -> OwnFact:
    info = replace(load_facts()["hazards.found"], name=name, kind=name.split(".")[0], form=form)
    return OwnFact(info, function or (lambda rows, *, as_of: rows["listed"]))


def test_facts_are_in_the_order_of_the_metadata_then_own_ones_then_targets() -> None:
    own = [make_own("hazards.listed"), make_own("hazards.again")]
    target = SimpleNamespace(indicator="hazards.again", district="101", period="2021", at_least=4)
    table = make_hazards("2021-05-01", listed=[True])
    facts = compute_facts({"hazards": table}, DISTRICTS, YEAR, END, own=own, targets=[target])
    names = facts.loc[facts["district_code"] == "101", "fact"].tolist()
    assert names[:2] == ["hazards.found", "hazards.rectified"]
    built_in = sum(info.kind == "hazards" for info in load_facts().values())
    assert names[built_in:] == [
        "hazards.listed", "hazards.again", "targets.hazards.again.done_percent", "targets.hazards.again.pace_points",
    ]  # fmt: skip
    assert facts.loc[facts["district_code"] == "102", "fact"].tolist() == names[: built_in + 2]
    rows = ask("targets.hazards.again.done_percent", hazards=table, own=own)
    assert rows["counted"].tolist() == [True]


def test_sensitive_kinds_and_those_that_are_never_suppressed() -> None:
    complaints = pd.DataFrame(
        {"district_code": ["101"] * 4, "received_on": pd.Timestamp("2021-02-01"), "status": "open"}
    )
    tables = {"complaints": complaints, "disputes": complaints.rename(columns={"received_on": "found_on"})}
    tables["hazards"] = tables["disputes"]

    def hidden(**settings: Any) -> list[str]:
        facts = compute_facts(tables, DISTRICTS, YEAR, END, **settings)
        return facts.loc[facts["suppressed"] & (facts["district_code"] == "101"), "fact"].tolist()

    rates = [
        "complaints.received",
        "complaints.resolution_rate",
        "complaints.days_to_resolve_median",
        "disputes.found",
        "disputes.settlement_rate",
        "disputes.days_to_settle_median",
    ]
    assert hidden() == rates
    assert hidden(suppress_below=4) == []
    assert hidden(suppress_below=5, suppress=["disputes"]) == rates[3:]
    assert "hazards.found" in hidden(suppress=["hazards"])
    with pytest.raises(ParameterError) as caught:
        hidden(suppress=["complaints", "incidents"])
    assert str(caught.value) == (
        "suppress names 'incidents', but incident counts are public and never suppressed; "
        "remove it from [indicators] suppress"
    )


@pytest.mark.parametrize("number", [4, 5])
def test_rows_of_a_suppressed_count(number: int) -> None:
    complaints = pd.DataFrame(
        {
            "district_code": ["101"] * number + ["102"] * 20 + ["103"] * 9,
            "received_on": pd.Timestamp("2021-02-01"),
        }
    )  # fmt: skip
    for settings in ({}, {"suppress_below": number + 1, "suppress": ["complaints"]}):
        if number == 5 and not settings:
            assert len(ask("complaints.received", complaints=complaints)) == 5
            assert len(ask("complaints.received", "all", complaints=complaints)) == 34
            continue
        for code in ("101", "103"):
            with pytest.raises(ParameterError) as caught:
                ask("complaints.received", code, complaints=complaints, **settings)
            assert str(caught.value) == (
                f"'complaints.received' is suppressed for '{code}', so its rows are not shown"
            )
        with pytest.raises(ParameterError) as caught:
            ask("complaints.received", "all", complaints=complaints, **settings)
        assert str(caught.value) == (
            "'complaints.received' is suppressed for some districts, and the rows of the "
            "whole area would reveal their numbers; ask for one district"
        )
        assert len(ask("complaints.received", "102", complaints=complaints, **settings)) == 20
    assert len(ask("complaints.received", complaints=complaints, suppress_below=number)) == number
    assert len(ask("complaints.received", complaints=complaints, suppress=["hazards"])) == number


def test_the_whole_area_itself_can_be_suppressed() -> None:
    complaints = pd.DataFrame({"district_code": ["101"] * 3, "received_on": pd.Timestamp("2021-02-01")})
    with pytest.raises(ParameterError) as caught:
        ask("complaints.received", "all", complaints=complaints)
    assert str(caught.value) == "'complaints.received' is suppressed for 'all', so its rows are not shown"


def test_facts_of_other_kinds_are_not_worked_out_for_the_rows_of_one() -> None:
    def fail(rows: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.Series:
        raise AssertionError("nobody asked")

    complaints = pd.DataFrame({"district_code": ["101"] * 9, "received_on": pd.Timestamp("2021-02-01")})
    own = [make_own("hazards.listed", function=fail)]
    rows = ask("complaints.received", complaints=complaints, hazards=make_hazards("2021-05-01"), own=own)
    assert len(rows) == 9


@pytest.mark.parametrize(
    ("fact", "district", "message"),
    [
        (
            "hazards.overdu",
            "101",
            "unknown fact 'hazards.overdu'; did you mean 'hazards.overdue', 'hazards.verified', "
            "'hazards.overdue_stock'?",
        ),
        ("hazards.found", "1010", "unknown district '1010'; did you mean '101', '104', '103'?"),
        ("drills.held", "101", "'drills.held' needs a ledger that is not configured: 'drills'"),
        (
            "drills.plans_drilled_share",
            "101",
            "'drills.plans_drilled_share' needs a ledger that is not configured: 'drills', 'plans'",
        ),
    ],
)
def test_what_cannot_be_asked_for(fact: str, district: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        ask(fact, district, hazards=make_hazards("2021-05-01"))
    assert str(caught.value) == message


def test_a_fact_needs_all_its_ledgers_and_a_column_that_is_filled() -> None:
    plans = pd.DataFrame({"district_code": ["101"], "name": ["A"]})
    drills = pd.DataFrame(
        {"district_code": ["101"], "held_on": pd.to_datetime(["2021-05-01"]), "plan": ["A"]}
    )
    share = "drills.plans_drilled_share"
    for tables, there in (
        ({"plans": plans}, False),
        ({"drills": drills}, False),
        ({"plans": plans, "drills": drills}, True),
    ):
        assert (share in set(compute_facts(tables, DISTRICTS, YEAR, END)["fact"])) is there
    for assigned, there in (([None, None], False), ([None, True], True), ([], True)):
        grid = pd.DataFrame(
            {"district_code": ["101"] * len(assigned), "assigned": pd.array(assigned, dtype="boolean")}
        )
        assert (
            "grid.cells_unassigned" in set(compute_facts({"grid": grid}, DISTRICTS, YEAR, END)["fact"])
        ) is there
