"""A fact of a workbook's own: a function and a YAML entry."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import OwnFact, compute_facts, select_rows
from taizhang.metadata.facts import describe_fact, load_facts, load_functions

ENTRY = """
hazards.listed_share:
  title: {zh: 挂牌督办占比, en: Listed share}
  definition: {zh: 挂牌督办的比例。, en: Share under listed supervision.}
  unit: percent
  decimals: 1
  direction: neither
  interval: wilson
  form: share
  function: listed.py:is_listed
"""
CODE = "def is_listed(rows, *, as_of):\n    return rows['listed'].where(rows['found_on'] <= as_of)\n"
DISTRICTS = pd.DataFrame({"code": ["101"], "name": ["甲镇"]})
YEAR, END = parse_period("2021"), date(2021, 12, 31)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yml").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "listed.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def test_a_share_with_unknown_answers(folder):
    info = load_facts(folder)["hazards.listed_share"]
    own = [OwnFact(info, load_functions(folder)["hazards.listed_share"])]
    hazards = pd.DataFrame(
        {
            "district_code": ["101"] * 4,
            "found_on": pd.to_datetime(["2021-02-01"] * 3 + ["2020-01-01"]),
            "listed": pd.array([True, False, None, True], dtype="boolean"),
        }
    )
    facts = compute_facts({"hazards": hazards}, DISTRICTS, YEAR, END, own=own)
    row = facts.set_index(["district_code", "fact"]).loc[("101", "hazards.listed_share")]
    assert (row["value"], row["numerator"], row["denominator"], row["unit"]) == (50, 1, 2, "percent")
    rows = select_rows("hazards.listed_share", {"hazards": hazards}, DISTRICTS, YEAR, END, "101", own=own)
    assert rows["counted"].tolist() == [True, False]


def test_what_is_wrong_is_named_with_its_file(folder):
    (folder / "bad.yml").write_text(
        ENTRY.replace("listed_share", "other").replace("neither", "up").replace("decimals", "decimal"),
        encoding="utf-8",
    )
    (folder / "double.yml").write_text("hazards.x: {unit: count, unit: count}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yml: 'hazards\.other' has no 'decimals'") as caught:
        load_facts(folder)
    assert "double.yml: line 1: 'unit' occurs twice" in str(caught.value)
    assert "unknown keys 'decimal'" in str(caught.value)
    assert "direction is 'up'; known: 'more_is_better'" in str(caught.value)


def test_a_missing_function_is_named(folder):
    (folder / "listed.py").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"refers to the function 'is_listed', which is not in 'listed\.py'"):
        load_functions(folder)


@pytest.mark.parametrize(
    "answer",
    [lambda rows, *, as_of: 3, lambda rows, *, as_of: pd.Series([True], index=[7])],
    ids=["number", "other"],
)
def test_a_function_that_returns_no_series_on_its_rows_is_refused(folder, answer):
    own = [OwnFact(load_facts(folder)["hazards.listed_share"], answer)]
    hazards = pd.DataFrame({"district_code": ["101"], "found_on": pd.to_datetime(["2021-02-01"])})
    with pytest.raises(ParameterError) as caught:
        compute_facts({"hazards": hazards}, DISTRICTS, YEAR, END, own=own)
    assert str(caught.value) == (
        "the function of 'hazards.listed_share' must return a Series with the same index "
        "as the rows it was given"
    )


@pytest.mark.parametrize("interval", ["poisson", "none"])
def test_own_counts_and_sums(folder, interval):
    asked: list[tuple[list[int], pd.Timestamp]] = []

    def weigh(rows, *, as_of):
        asked.append((rows.index.tolist(), as_of))
        return rows["weight"]

    info = load_facts(folder)["hazards.listed_share"]
    own = [
        OwnFact(replace(info, name=f"hazards.{form}", form=form, interval=interval), weigh)
        for form in ("sum", "count")
    ]
    hazards = pd.DataFrame(
        {
            "district_code": ["101"] * 5,
            "found_on": pd.to_datetime(["2020-02-01"] + ["2021-02-01"] * 4),
            "weight": pd.array([9, 0, 3, None, 1], dtype="Int64"),
        }
    )
    facts = compute_facts({"hazards": hazards}, DISTRICTS, YEAR, END, own=own).set_index(
        ["fact", "district_code"]
    )
    assert facts["value"].loc[["hazards.sum", "hazards.count"], "101"].tolist() == [4, 2]
    # Garwood for 4 and for 2.
    limits = (
        [[1.0898645, 10.2415884], [0.2422093, 7.2246876]]
        if interval == "poisson"
        else [[float("nan")] * 2] * 2
    )
    np.testing.assert_allclose(
        facts.loc[[("hazards.sum", "101"), ("hazards.count", "101")], ["low", "high"]], limits, 1e-6
    )
    assert asked == [([1, 2, 3, 4], pd.Timestamp("2021-12-31"))] * 2
    rows = select_rows("hazards.sum", {"hazards": hazards}, DISTRICTS, YEAR, END, "101", own=own)
    assert rows["counted"].to_dict() == {1: False, 2: True, 4: True}
    rows = select_rows("hazards.count", {"hazards": hazards}, DISTRICTS, YEAR, END, "101", own=own)
    assert rows["counted"].to_dict() == {2: True, 4: True}


def test_targets_take_the_title_of_their_indicator(folder):
    info = describe_fact("targets.hazards.listed_share.done_percent", load_facts(folder))
    assert info.title == {"zh": "挂牌督办占比：完成目标", "en": "Listed share: target done"}
