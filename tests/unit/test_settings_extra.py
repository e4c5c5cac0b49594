"""risk.toml and assessment.toml: read, and every mistake named with the nearest known name."""

import tomllib

import pytest

from taizhang.core.errors import ParameterError
from taizhang.metadata.facts import load_facts
from taizhang.settings.extra import read_assessment, read_risk

FACTS = tuple(load_facts())
RULES = """
title = "考核"
[[rules]]
name = "整改率"
kind = "points"
fact = "hazards.rectification_rate"
points = 20
zero_at = 60
full_at = 95
[[rules]]
name = "招工奖励"
kind = "reward"
fact = "targets.drills.held.done_percent"
steps = [{ from = 80, points = 400 }, { above = 100, points = 600 }]
times = "drills.participants"
[[rules]]
name = "较大事故"
kind = "veto"
fact = "incidents.level_larger"
"""


def test_the_packaged_risk_model_has_all_four_dimensions() -> None:
    model = read_risk(None, FACTS)
    assert {i.dimension for i in model.indicators} == {"hazard", "exposure", "vulnerability", "capacity"}
    assert model.edges == (2.0, 3.5, 5.0, 6.5)


def test_rules_are_read() -> None:
    assessment = read_assessment(tomllib.loads(RULES), FACTS)
    assert assessment is not None and [rule.kind for rule in assessment.rules] == ["points", "reward", "veto"]
    steps = assessment.rules[1].steps
    assert [(s.start, s.points, s.inclusive) for s in steps] == [(80, 400, True), (100, 600, False)]
    assert read_assessment(None, FACTS) is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rectification_rate", "rectificaton_rate", "did you mean 'hazards.rectification_rate'"),
        ('kind = "points"', 'kind = "pionts"', "did you mean 'points'"),
        ("zero_at", "zero_att", "unknown key 'zero_att'.*did you mean 'zero_at'"),
        ("full_at = 95", "full_at = 60", "must differ"),
        ("from = 80", "from = 180", "must rise"),
        ("points = 20", 'points = "20"', "must be a number"),
        ('fact = "incidents.level_larger"', "", "needs name and fact"),
        ("title", "titel", "unknown key 'titel'"),
    ],
)
def test_mistakes_in_rules_are_named(old: str, new: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        read_assessment(tomllib.loads(RULES.replace(old, new)), FACTS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no \\[\\[indicators\\]\\]"),
        (
            '[weights]\nhazrd = 1\n[[indicators]]\nname = "a"\ndimension = "hazard"\nvalue = "hazards.open"',
            "'hazard'",
        ),
        ('[[indicators]]\nname = "a"\ndimension = "hazard"\nvalue = "hazards.opne"', "hazards.open"),
        ('[[indicators]]\nname = "a"\ndimension = "hasard"\nvalue = "hazards.open"', "'hazard'"),
        ('[[indicators]]\nname = "a"\ndimension = "hazard"', "either value or grades"),
        ('[[indicators]]\nname = "a"\ndimension = "hazard"\ngrades = { x = 7 }', "1 \\(best\\) to 5"),
        (
            'edges = [1, 2]\n[[indicators]]\nname = "a"\ndimension = "hazard"\nvalue = "hazards.open"',
            "4 rising",
        ),
    ],
)
def test_mistakes_in_risk_are_named(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        read_risk(tomllib.loads(text), FACTS)
