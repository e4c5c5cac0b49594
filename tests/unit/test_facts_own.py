"""A fact of a workbook's own: a function and a YAML entry."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

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
    with pytest.raises(ValueError, match=r"bad\.yml: 'hazards\.other' lacks 'decimals'") as caught:
        load_facts(folder)
    assert "unknown keys 'decimal'" in str(caught.value)
    assert "direction is 'up'; known: 'more_is_better'" in str(caught.value)


def test_a_missing_function_is_named(folder):
    (folder / "listed.py").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"names the function 'is_listed', which is not in 'listed\.py'"):
        load_functions(folder)


def test_a_function_that_returns_no_series_is_refused(folder):
    own = [OwnFact(load_facts(folder)["hazards.listed_share"], lambda rows, *, as_of: 3)]
    hazards = pd.DataFrame({"district_code": ["101"], "found_on": pd.to_datetime(["2021-02-01"])})
    with pytest.raises(ValueError, match="must return a Series"):
        compute_facts({"hazards": hazards}, DISTRICTS, YEAR, END, own=own)


def test_targets_take_the_title_of_their_indicator(folder):
    info = describe_fact("targets.hazards.listed_share.done_percent", load_facts(folder))
    assert info.title == {"zh": "挂牌督办占比：完成目标", "en": "Listed share: target done"}
