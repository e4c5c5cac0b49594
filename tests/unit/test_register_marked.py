"""The marked set of tests/data: how many links are right and how many are found, on the half not tuned on."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from taizhang.register import Linked, link_premises
from tools.mark_pairs import CITY, PROVINCE

MARKED = Path(__file__).parents[1] / "data" / "premises_pairs.csv"


@pytest.fixture(scope="module")
def pairs() -> list[dict[str, str]]:
    with MARKED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_set_is_what_its_description_says(pairs: list[dict[str, str]]) -> None:
    assert len(pairs) >= 1_500
    assert sum(one["origin"] == "real" for one in pairs) >= len(pairs) / 2
    assert {one["half"] for one in pairs} == {"tune", "report"}


def link(pairs: list[dict[str, str]]) -> tuple[Linked, list[str]]:
    """Link all names as the rows of one workbook, and tell of each pair whether it is certain, doubtful or apart."""
    towns = sorted({one[f"district_{side}"] for one in pairs for side in "ab"})
    rows = [
        {"district_code": one[f"district_{side}"], "name": one[f"name_{side}"]}
        for one in pairs
        for side in "ab"
    ]
    linked = link_premises(pd.DataFrame(rows), places={town: (town, CITY, PROVINCE) for town in towns})
    keys = linked.rows["premises_key"].tolist()
    asked = {frozenset(pair) for pair in zip(linked.doubtful["a"], linked.doubtful["b"], strict=True)}
    states = [
        "certain" if a == b else "doubtful" if frozenset((a, b)) in asked else "apart"
        for a, b in zip(keys[::2], keys[1::2], strict=True)
    ]
    return linked, states


def test_links_are_right_and_found(pairs: list[dict[str, str]]) -> None:
    half = [one for one in pairs if one["half"] == "report"]
    _, states = link(half)
    found = pd.DataFrame({"same": [one["same"] == "1" for one in half], "state": states})
    certain, doubtful = found["state"] == "certain", found["state"] == "doubtful"
    assert found.loc[certain, "same"].mean() >= 0.99
    assert (certain & found["same"]).sum() / found["same"].sum() >= 0.75
    assert ((certain | doubtful) & found["same"]).sum() / found["same"].sum() >= 0.95
    assert (doubtful & ~found["same"]).sum() <= (doubtful & found["same"]).sum()
