"""Met at a hundred percent; behind below the pace."""

import pytest
from view_maker import CODES, make_fact, make_view

from taizhang.analysis.targets import count_targets, list_targets


@pytest.mark.parametrize(
    ("done", "pace", "met", "behind"),
    [
        (100.0, 0.0, True, False),
        (99.9, 0.0, False, False),
        (99.9, -0.1, False, True),
        (None, None, False, False),
    ],
)
def test_a_target_is_met_or_behind(done: float | None, pace: float | None, met: bool, behind: bool) -> None:
    facts = [
        make_fact("targets.drills.held.done_percent", done, numerator=1, denominator=12),
        make_fact("targets.drills.held.pace_points", pace),
        make_fact("targets.drills.held.done_percent", 50, district=CODES[1]),
        make_fact("hazards.found", 50),
    ]
    (target,) = list_targets(make_view(facts=facts))
    assert (target.indicator, target.is_met, target.is_behind) == ("drills.held", met, behind)
    assert target.is_known == (done is not None)


def test_targets_are_in_the_order_of_the_facts_with_their_pace() -> None:
    facts = [
        make_fact("targets.inspections.visits.done_percent", 40),
        make_fact("targets.drills.held.pace_points", -3),
        make_fact("targets.drills.held.done_percent", 50),
    ]
    first, second = list_targets(make_view(facts=facts))
    assert (first.indicator, first.done["value"], first.pace) == ("inspections.visits", 40, None)
    assert second.indicator == "drills.held" and second.done["value"] == 50
    assert second.pace is not None and second.pace["value"] == -3
    assert not first.is_behind and second.is_behind and list_targets(make_view()) == []


def test_targets_known_met_and_behind() -> None:
    """Four known: two met, one of them behind all the same, another behind; the fifth isn't known."""
    known = {"drills.held": (100, -1), "inspections.visits": (120, 3), "hazards.found": (99.9, -0.5),
             "publicity.sessions": (50, 0), "plans.current": (None, -9)}  # fmt: skip
    facts = []
    for name, (done, pace) in known.items():
        facts += [
            make_fact(f"targets.{name}.done_percent", done),
            make_fact(f"targets.{name}.pace_points", pace),
        ]
    counts = count_targets(make_view(facts=facts))
    assert counts is not None and (counts.known, counts.met) == (4, 2)
    assert counts.behind == ("drills.held", "hazards.found")
    assert count_targets(make_view(facts=facts[-2:])) is None and count_targets(make_view()) is None
