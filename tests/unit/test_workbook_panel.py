"""Facts of several periods as a panel: the same numbers as `facts` has, in the forms that other programs take."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taizhang import open as open_workbook
from taizhang.core.errors import ParameterError
from taizhang.workbook.book import Workbook
from taizhang.workbook.panel import Panel

QUARTERS = [f"{year}Q{quarter}" for year in (2020, 2021) for quarter in (1, 2, 3, 4)]
FACTS = [
    "hazards.found",
    "hazards.rectification_rate",
    "hazards.overdue_stock_days_median",
    "inspections.visits",
]


@pytest.fixture(scope="module")
def book(sample_book: Path) -> Workbook:
    return open_workbook(str(sample_book))


@pytest.fixture(scope="module")
def panel(book: Workbook) -> Panel:
    return book.panel(FACTS, periods=QUARTERS)


def test_each_district_has_each_period_with_the_numbers_that_facts_have(book: Workbook, panel: Panel) -> None:
    assert len(panel.data) == len(book.districts) * len(QUARTERS) * len(FACTS)
    facts = book.facts("2021Q3")
    chosen = facts[facts["fact"].isin(FACTS) & (facts["district_code"] != "all")]
    same = panel.data[panel.data["period"] == "2021Q3"].set_index(["district_code", "fact"])
    for column in ("value", "numerator", "denominator", "low", "high", "known", "of", "suppressed"):
        mine = same[column].reindex(pd.MultiIndex.from_frame(chosen[["district_code", "fact"]]))
        np.testing.assert_array_equal(mine.to_numpy(), chosen[column].to_numpy())
    assert set(same["first_day"]) == {pd.Timestamp("2021-07-01")} and set(same["last_day"]) == {
        pd.Timestamp("2021-09-30")
    }
    assert panel.data["as_of"].dtype.kind == "M"


def test_a_row_per_district_and_period_and_a_column_per_fact(panel: Panel) -> None:
    table = panel.wide()
    assert len(table) == len(panel.data) / len(FACTS)
    assert list(table)[5:] == list(panel.codebook["variable"])
    assert list(table)[5] == "hazards_found" and max(map(len, table)) <= 32
    one = panel.data[(panel.data["fact"] == "hazards.found") & (panel.data["period"] == "2020Q2")].iloc[0]
    found = table[(table["district_code"] == one["district_code"]) & (table["period"] == "2020Q2")]
    assert found["hazards_found"].tolist() == [one["value"]]
    assert panel.wide("high")["hazards_found"].gt(table["hazards_found"]).all()


def test_stata_reads_it_with_labels(panel: Panel, tmp_path: Path) -> None:
    panel.to_stata(tmp_path / "panel.dta")
    with pd.read_stata(tmp_path / "panel.dta", iterator=True) as reader:
        labels, table = reader.variable_labels(), reader.read()
    assert labels["hazards_rectification_rate"] == "隐患整改率 (%)"
    assert len(table) == len(panel.wide())
    np.testing.assert_array_equal(table["hazards_found"], panel.wide()["hazards_found"])
    assert table["first_day"].iloc[0] == pd.Timestamp("2020-01-01") and "溪" in "".join(table["district"])


def test_csv_and_parquet_hold_the_rows(panel: Panel, tmp_path: Path) -> None:
    panel.to_csv(tmp_path / "panel.csv")
    panel.to_parquet(tmp_path / "panel.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "panel.parquet"), panel.data)
    read = pd.read_csv(tmp_path / "panel.csv", dtype={"district_code": "str"})
    np.testing.assert_allclose(read["value"], panel.data["value"])
    assert read["last_day"].iloc[-1] == "2021-12-31"


def test_no_name_acts_as_a_formula_in_the_csv(panel: Panel, tmp_path: Path) -> None:
    named = replace(panel, data=panel.data.assign(district="=cmd|x"))
    named.to_csv(tmp_path / "panel.csv")
    assert set(pd.read_csv(tmp_path / "panel.csv")["district"]) == {"'=cmd|x"}


def test_without_names_all_facts_are_in_it_and_hidden_numbers_are_not(book: Workbook) -> None:
    panel = book.panel(periods=["2021"])
    facts = book.facts("2021")
    assert set(panel.codebook["fact"]) == set(facts["fact"])
    assert panel.codebook["variable"].is_unique
    hidden = panel.data[panel.data["suppressed"]]
    assert len(hidden) and hidden["value"].isna().all()


def test_it_shows_what_it_is(panel: Panel) -> None:
    shown = panel._repr_html_()
    assert "4 × 8 × 4" in shown and "隐患整改率" in shown


@pytest.mark.parametrize(
    ("facts", "periods", "words"),
    [(["hazards.fond"], ["2021"], "hazards.found"), (["hazards.found"], [], "2021Q1")],
)
def test_what_cannot_be_had_is_said(book: Workbook, facts: list[str], periods: list[str], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        book.panel(facts, periods=periods)
