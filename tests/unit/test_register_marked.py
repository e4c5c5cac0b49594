"""The marked set of tests/data: how many links are right and how many are found, on the half not tuned on."""

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from taizhang.register import Linked, link_premises
from tools.mark_pairs import CITY, PROVINCE

MARKED = Path(__file__).parents[1] / "data" / "premises_pairs.csv"
BLIND = MARKED.with_name("premises_pairs_blind.csv")


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


def test_pairs_written_before_looking_are_told_as_well_as_they_were() -> None:
    """Not blind any more; each pair stands in districts of its own."""
    with BLIND.open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    assert Counter(one["set"] for one in pairs) == {"1": 534, "2": 151, "3": 152, "4": 90}
    places: dict[str, tuple[str, ...]] = {}
    rows: list[dict[str, object]] = []
    for at, one in enumerate(pairs):
        for side in "ab":
            town = one[f"district_{side}"]
            code = f"{town}{at}" if town else ""
            if town:
                places[code] = (town, *one["above"].split())
            row: dict[str, object] = {"district_code": code, "name": one[f"name_{side}"]}
            row["address"] = one[f"address_{side}"] or None
            rows.append(row | {axis: float(one[f"{axis}_{side}"] or "nan") for axis in ("lon", "lat")})
    linked = link_premises(pd.DataFrame(rows), places=places)
    keys = linked.rows["premises_key"].tolist()
    asked = {frozenset(pair) for pair in zip(linked.doubtful["a"], linked.doubtful["b"], strict=True)}
    told = Counter(
        (one["same"], "certain" if a == b else "doubtful" if frozenset((a, b)) in asked else "apart")
        for one, a, b in zip(pairs, keys[::2], keys[1::2], strict=True)
    )
    same = sum(one["same"] == "1" for one in pairs)
    assert told["0", "certain"] == 0
    assert told["1", "certain"] / same >= 0.8
    assert (told["1", "certain"] + told["1", "doubtful"]) / same >= 0.95
    assert told["0", "doubtful"] <= told["1", "doubtful"] / 2
