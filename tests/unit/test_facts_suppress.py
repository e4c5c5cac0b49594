"""Suppression: what is hidden, what is not, and an attack that knows all that is shown."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows

YEAR, END = parse_period("2021"), date(2021, 12, 31)
NUMBERS = ["value", "numerator", "denominator", "low", "high"]


@pytest.fixture(autouse=True)
def _say_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hidden is hidden whether or not enough is known: an attack is hardest to bear where all is shown."""
    monkeypatch.setattr("taizhang.facts.measures.MOST_UNKNOWN", 1.0)


def name_districts(n: int) -> pd.DataFrame:
    codes = [str(101 + i) for i in range(n)]
    return pd.DataFrame({"code": codes, "name": codes})


def complaints(received, resolved, answered=None, on_time=None) -> pd.DataFrame:
    """Cases by district: resolved ones first; `answered` have a due day gone by, `on_time` of them kept it."""
    parts = []
    for i, total in enumerate(received):
        done = np.arange(total) < resolved[i]
        asked = np.arange(total) < (answered[i] if answered is not None else 0)
        in_time = np.arange(total) < (on_time[i] if on_time is not None else 0)
        due = np.where(in_time, "2021-06-01", "2021-03-01")
        parts.append(
            pd.DataFrame(
                {
                    "district_code": str(101 + i),
                    "received_on": pd.Timestamp("2021-02-01"),
                    "resolved_on": pd.to_datetime(pd.Series(np.where(done, "2021-05-01", None))),
                    "due_on": pd.to_datetime(pd.Series(np.where(asked, due, None))),
                }
            )
        )
    # One of another year, so that an empty day says that a case is not resolved.
    before = {
        "district_code": ["101"],
        "received_on": pd.Timestamp("2020-02-01"),
        "resolved_on": pd.Timestamp("2020-03-01"),
    }
    return pd.concat([*parts, pd.DataFrame(before)], ignore_index=True)


def compute(table: pd.DataFrame, n: int, kind: str = "complaints", **settings) -> pd.DataFrame:
    return compute_facts({kind: table}, name_districts(n), YEAR, END, **settings)


def shown(facts: pd.DataFrame, fact: str) -> list[float | None]:
    rows = facts[facts["fact"] == fact]
    return [None if row.suppressed else row.value for row in rows.itertuples()]


def test_a_small_count_hides_the_smallest_next():
    facts = compute(complaints([3, 20, 9, 12], [0, 0, 0, 0]), 4)
    assert shown(facts, "complaints.received") == [None, 20, None, 12, 44]
    assert shown(facts, "complaints.resolved") == [0, 0, 0, 0, 0]  # zero is not small
    assert shown(facts, "complaints.resolution_rate") == [None, 0, None, 0, 0]
    hidden = facts[facts["suppressed"]]
    assert hidden[NUMBERS].isna().all(axis=None)
    # Of how many rows something is known would give the hidden counts away.
    assert facts[["known", "of"]].isna().all(axis=None)


def test_what_is_known_is_said_where_nothing_small_is():
    facts = compute(complaints([20, 9], [5, 0]), 2).set_index(["fact", "district_code"])
    assert facts.loc[("complaints.resolved", "101"), ["known", "of"]].tolist() == [20, 20]
    # Of two of nine cases it is not known whether they are resolved: a count as small as those that are hidden.
    table = complaints([20, 9], [5, 0]).assign(table_columns="received_on|resolved_on")
    table.loc[table.index[20:22], "table_columns"] = "received_on"
    facts = compute(table, 2)
    assert not facts["suppressed"].any() and facts[["known", "of"]].isna().all(axis=None)


def test_two_small_counts_hide_each_other():
    facts = compute(complaints([3, 4, 9], [0, 0, 0]), 3)
    assert shown(facts, "complaints.received") == [None, None, 9, 16]


def test_two_ones_need_a_third():
    # Both are at least 1 and together 2: a reader would know them.
    facts = compute(complaints([1, 1, 9, 8], [0, 0, 0, 0]), 4)
    assert shown(facts, "complaints.received") == [None, None, 9, None, 19]


def test_large_counts_and_zeros_stay():
    facts = compute(complaints([5, 0, 9], [5, 0, 0]), 3)
    assert not facts["suppressed"].any()
    assert shown(facts, "complaints.received") == [5, 0, 9, 14]


def test_all_is_hidden_where_nothing_else_can_be():
    facts = compute(complaints([3, 0, 0], [0, 0, 0]), 3)
    assert shown(facts, "complaints.received") == [None, 0, 0, None]


def test_a_number_shown_beneath_gives_nothing_away():
    # 8 received and 8 resolved: were 8 received hidden and 8 resolved shown, 8 could be no less, and 3 would be plain.
    facts = compute(complaints([3, 8, 9], [3, 8, 9]), 3)
    assert shown(facts, "complaints.received") == [None, 8, 9, None]
    assert shown(facts, "complaints.resolved") == [None, 8, 9, None]


def test_other_kinds_and_thresholds():
    table = complaints([3, 20], [3, 20])
    assert not compute(table, 2, suppress=()).suppressed.any()
    assert not compute(table, 2, suppress_below=3).suppressed.any()
    assert not compute(table.rename(columns={"received_on": "found_on"}), 2, "hazards").suppressed.any()
    with pytest.raises(
        ValueError,
        match="incident counts are public and never suppressed",
    ):
        compute(table, 2, suppress=["incidents"])


def test_sums_within_a_district():
    # 20 found, 18 rectified, 2 open: hiding the 2 alone would leave 20 - 18.
    days = pd.to_datetime(["2021-05-01"] * 18 + [None] * 2)
    hazards = pd.DataFrame(
        {"district_code": "101", "found_on": pd.Timestamp("2021-02-01"), "rectified_on": days}
    )
    facts = compute(hazards, 1, "hazards", suppress=["hazards"]).set_index(["district_code", "fact"])
    hidden = facts["suppressed"].xs("101")
    assert hidden["hazards.open"] and hidden["hazards.rectified"] and hidden["hazards.rectification_rate"]
    assert not hidden["hazards.found"]


def test_sums_of_plans_hide_the_drilled_share():
    plans = pd.DataFrame({"district_code": ["101"] * 2 + ["102"] * 9, "name": [str(i) for i in range(11)]})
    plans["review_due"] = pd.Timestamp("2022-06-01")
    drills = pd.DataFrame({"district_code": ["102"], "held_on": pd.Timestamp("2021-02-01"), "plan": ["3"]})
    facts = compute_facts(
        {"plans": plans, "drills": drills}, name_districts(2), YEAR, END, suppress=["plans"]
    )
    assert shown(facts, "plans.current") == [None, None, 11]
    assert shown(facts, "drills.plans_drilled_share") == [None, None, None]
    assert shown(facts, "drills.held") == [0, 1, 1]


def test_a_suppressed_fact_has_no_rows():
    table = complaints([3, 20, 9], [0, 0, 0])
    arguments = ({"complaints": table}, name_districts(3), YEAR, END)
    with pytest.raises(ValueError, match="is suppressed"):
        select_rows("complaints.received", *arguments, "101")
    with pytest.raises(ValueError, match="is suppressed"):
        select_rows("complaints.received", *arguments, "103")
    with pytest.raises(ValueError, match="suppressed for some districts"):
        select_rows("complaints.received", *arguments, "all")  # its rows, counted, are the numbers hidden
    assert len(select_rows("complaints.received", *arguments, "102")) == 20
    assert len(select_rows("complaints.received", *arguments, "101", suppress=())) == 3


def attack(facts: pd.DataFrame, n: int) -> list[str]:
    """Every hidden count that linear programming over all that is shown pins down."""
    parts = ("received", "resolved", "answered", "on_time")
    number = {(part, i): k for k, (part, i) in enumerate((p, i) for p in parts for i in range(n + 1))}
    low, high = np.zeros(len(number)), np.full(len(number), np.inf)
    by = {name: group.reset_index(drop=True) for name, group in facts.groupby("fact")}
    for i in range(n + 1):
        for part in ("received", "resolved"):
            row = by[f"complaints.{part}"].loc[i]
            low[number[part, i]] = 1 if row.suppressed else row.value
            high[number[part, i]] = np.inf if row.suppressed else row.value
        for fact, top, bottom in (
            ("resolution_rate", "resolved", "received"),
            ("on_time_rate", "on_time", "answered"),
        ):
            row = by[f"complaints.{fact}"].loc[i]
            if row.suppressed:
                low[number[bottom, i]] = max(low[number[bottom, i]], 1)
            else:
                for part, value in ((top, row.numerator), (bottom, row.denominator)):
                    low[number[part, i]] = high[number[part, i]] = value
    equal, unequal = [], []
    for part in parts:
        line = np.zeros(len(number))
        line[[number[part, i] for i in range(n)]] = 1
        line[number[part, n]] = -1
        equal.append(line)
    for small, large in (
        ("resolved", "received"), ("answered", "received"), ("on_time", "answered"), ("on_time", "resolved")
    ):  # fmt: skip
        for i in range(n + 1):
            line = np.zeros(len(number))
            line[number[small, i]], line[number[large, i]] = 1, -1
            unequal.append(line)
    found = []
    for cell, k in number.items():
        if low[k] == high[k] or (cell[0] == "on_time" and high[number["resolved", cell[1]]] == 0):
            continue  # shown, or nothing in time because nothing is resolved, which is shown
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(number))
            cost[k] = sign
            answer = linprog(
                cost,
                A_ub=np.array(unequal),
                b_ub=np.zeros(len(unequal)),
                A_eq=np.array(equal),
                b_eq=np.zeros(len(equal)),
                bounds=list(zip(low, high, strict=True)),
            )
            ends.append(sign * answer.fun if answer.status == 0 else sign * -np.inf)
        if ends[1] - ends[0] < 1 - 1e-6:
            found.append(f"{cell}: {ends}")
    return found


def test_those_in_time_are_among_those_resolved():
    # Resolved 1 and 8, shown together as 9: were 8 in time shown, 8 resolved could be no less.
    facts = compute(complaints([20, 9, 30], [1, 8, 25], [0, 8, 0], [0, 8, 0]), 3)
    assert shown(facts, "complaints.resolved")[0] is None
    assert attack(facts, 3) == []


def draw_table(seed: int) -> tuple[pd.DataFrame, int]:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    received = rng.poisson(rng.choice([2, 6, 12]), n)
    resolved = rng.binomial(received, rng.choice([0.3, 0.9]))
    on_time = rng.binomial(resolved, rng.choice([0.0, 0.5, 1.0]))
    answered = on_time + rng.binomial(received - on_time, rng.choice([0.0, 0.4]))
    return complaints(received, resolved, answered, on_time), n


@pytest.mark.parametrize("block", range(4))
def test_no_hidden_count_can_be_worked_out(block):
    hidden = 0
    for seed in range(block * 15, block * 15 + 15):
        table, n = draw_table(seed)
        if table.empty:
            continue
        facts = compute(table, n)
        assert attack(facts, n) == [], seed
        hidden += facts["suppressed"].sum()
        small = facts["value"].between(1, 4) & facts["fact"].isin(
            ["complaints.received", "complaints.resolved"]
        )
        assert not small.any()
    assert hidden > 20


def test_the_attack_works():
    facts = compute(complaints([3, 20, 9], [0, 0, 0]), 3)
    bare = compute(complaints([3, 20, 9], [0, 0, 0]), 3, suppress=())
    at = (facts["district_code"] == "103") & facts["fact"].str.startswith("complaints.re")
    opened = facts.copy()
    opened.loc[at, [*NUMBERS, "suppressed"]] = bare.loc[at, [*NUMBERS, "suppressed"]]
    assert any("('received', 0)" in text for text in attack(opened, 3))
