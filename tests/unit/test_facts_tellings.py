"""What ledgers tell in one way or another: every fact that can be known is right, and no other is given."""

import math
from pathlib import Path

import pytest
from told_ledgers import END, HABITS, make_equal, make_plain_hazards, make_told
from told_truth import ALL
from told_views import PERIOD, list_differences, read_told

# The facts of the seeds before these are tested with their reports, in test_narrative_tellings.
FIRST, QUICK, PARTS = 10, 34, 2


@pytest.mark.parametrize("part", range(PARTS))
def test_facts_of_told_ledgers(part: int, tmp_path: Path) -> None:
    wrong = {}
    for seed in range(FIRST + part, QUICK, PARTS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        if found := list_differences(read_told(make_told(seed), folder)):
            wrong[seed] = found
    assert wrong == {}


@pytest.mark.parametrize("seed", range(2))
def test_the_same_hazards_told_in_seven_ways(seed: int, tmp_path: Path) -> None:
    """What can be known is the same whichever way it is told; the day is known only where one is written."""
    hazards = make_plain_hazards(seed)
    now = [one for one in hazards if one.found.year == END.year]
    still = [one for one in now if one.done is None]
    truth = {
        "found": len(now),
        "rectified": len(now) - len(still),
        "rectification_rate": 100 * (len(now) - len(still)) / len(now),
        "open": len(still),
        "overdue": sum(one.deadline is not None and one.deadline < END for one in still),
        "major": sum(one.severity == "major" for one in now),
        "major_open": sum(one.severity == "major" for one in still),
        "on_the_spot": sum(one.spot for one in now),
    }
    undated = {"statuses": len(now) - len(still)}
    undated["mode and status"] = sum(one.done is not None and not one.spot for one in now)
    medians = {}
    for habit in HABITS:
        folder = tmp_path / habit
        folder.mkdir()
        read = read_told(make_equal(seed, habit), folder)
        assert read.troubles == []
        facts = read.facts(PERIOD, END).set_index(["district_code", "fact"])["value"][ALL]
        told = {name: facts[f"hazards.{name}"] for name in truth}
        if habit not in ("mode and status", "mixed"):
            assert math.isnan(told.pop("on_the_spot")), habit  # nobody wrote how most were rectified
        assert told == pytest.approx({name: truth[name] for name in told}), habit
        assert facts["hazards.rectified_undated"] == undated.get(habit, 0), habit
        medians[habit] = facts["hazards.days_to_rectify_median"]
    assert medians["dates"] == medians["dated statuses"] == medians["mixed"] >= 0
