"""Suggested categories: how right and how sure they are, on hazards made up as in `hazard_wording`."""

import pandas as pd
import pytest
from hazard_wording import draw_hazards

from taizhang.analysis.suggestions import (
    LEAST_PROBABLE,
    READS,
    read_labels,
    score_suggestions,
    suggest_categories,
)
from taizhang.stats.labels import measure_calibration

PLACE = ["source_file", "source_sheet", "source_row"]


def try_on(learned: pd.DataFrame, rows: pd.DataFrame, column: str = "category") -> pd.DataFrame:
    """What is suggested for rows whose labels are hidden, with the label they have (`label`)."""
    rows = rows.assign(source_file="new.xlsx")
    said = suggest_categories(pd.concat([learned, rows.assign(**{column: pd.NA})], ignore_index=True))
    said = said[said["column"] == column].merge(rows[[*PLACE, column]], on=PLACE)
    return said.assign(
        label=said[column].astype("str"), right=said["suggestion"] == said[column].astype("str")
    )


@pytest.fixture(scope="module")
def learned() -> pd.DataFrame:
    return draw_hazards("first", 800)


def test_of_the_same_office_most_are_suggested_and_as_sure_as_right(learned: pd.DataFrame) -> None:
    rows = draw_hazards("first", 1000, seed=7)
    said = try_on(learned, rows)
    assert len(said) > 0.8 * len(rows)
    assert said["right"].mean() > 0.9  # a tenth of the labels are a matter of taste, or wrong
    assert measure_calibration(said["probability"], said["right"]) < 0.05
    assert said["probability"].min() >= LEAST_PROBABLE


@pytest.mark.parametrize("hidden", [("燃气",), ("特种设备", "建筑结构")])
def test_a_category_never_given_is_not_suggested_for(hidden: tuple[str, ...]) -> None:
    rows = draw_hazards("first", 1000, seed=7)
    said = try_on(draw_hazards("first", 800, without=hidden), rows)
    new = said["label"].isin(hidden)
    of_new = rows["category"].isin(hidden).sum()
    assert new.sum() < 0.15 * of_new
    assert (said["probability"][new] > 0.9).sum() < 0.1 * of_new
    assert measure_calibration(said["probability"], said["right"]) < 0.05


def test_of_another_office_in_other_words_few_are_suggested(learned: pd.DataFrame) -> None:
    rows = draw_hazards("second", 1000, seed=8)
    said = try_on(learned, rows)
    assert len(said) < 0.3 * len(rows)
    assert (~said["right"]).sum() < 0.05 * len(rows)


def test_the_trade_is_told_by_the_name(learned: pd.DataFrame) -> None:
    said = try_on(learned, draw_hazards("first", 500, seed=7), "trade")
    assert len(said) > 400
    assert said["right"].mean() > 0.97


def test_held_out_scores_agree_with_new_rows(learned: pd.DataFrame) -> None:
    scores = score_suggestions(learned).set_index(["column", "label"])
    whole = scores.loc["category", ""]
    assert whole["labelled"] == 800
    assert whole["calibration"] < 0.05
    said = try_on(learned, draw_hazards("first", 1000, seed=9))
    assert abs(whole["right"] / whole["suggested"] - said["right"].mean()) < 0.05
    each = scores.loc["category"].drop(index="")
    assert each["labelled"].sum() == 800 and each["tried"].sum() == whole["tried"]
    assert each["right"].sum() == whole["right"] and (each["right"] <= each["suggested"]).all()


def test_below_two_hundred_rows_nothing_is_suggested() -> None:
    rows = draw_hazards("first", 205)
    rows.loc[:5, "category"] = pd.NA  # 199 labelled
    assert "category" not in set(suggest_categories(rows)["column"])
    scores = score_suggestions(rows)
    (one,) = scores[scores["column"] == "category"].to_dict("records")
    assert (one["label"], one["labelled"], one["tried"]) == ("", 199, 0)


def test_labels_that_say_nothing_are_none() -> None:
    rows = pd.DataFrame({"category": ["消防", " ", "不详", "N/A", None, "其他"]})
    assert read_labels(rows, "category").isna().to_list() == [False, True, True, True, True, False]
    assert read_labels(rows, "trade").isna().all()


def test_nothing_in_nothing_out() -> None:
    empty = draw_hazards("first", 10).iloc[:0]
    assert suggest_categories(empty).empty
    assert list(suggest_categories(empty)) == [*PLACE, "column", "suggestion", "probability"]
    assert score_suggestions(empty)["column"].to_list() == list(READS)
