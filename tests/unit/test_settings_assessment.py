"""assessment.toml: read, and every mistake named with the nearest known name and its line."""

import pytest

from taizhang.core.errors import ParameterError
from taizhang.metadata.facts import load_facts
from taizhang.settings.assessment import read_assessment
from taizhang.settings.reading import SettingsFile
from taizhang.stats.assess import Assessment

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


def read(text: str) -> Assessment | None:
    return read_assessment(SettingsFile.parse("assessment.toml", text), FACTS)


def test_rules_are_read() -> None:
    assessment = read(RULES)
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
        ("from = 80", "from = 180", "must increase"),
        ("points = 20", 'points = "20"', "must be a number"),
        ('fact = "incidents.level_larger"', "", r'line 16: \[\[rules\]\] no\. 3 needs fact = "\.\.\."'),
        ('name = "较大事故"', 'name = ""', r"\[\[rules\]\] no\. 3 name must not be empty"),
        ('kind = "veto"', "", r"no\. 3 needs kind = "),
        ("title", "titel", "unknown key 'titel'"),
    ],
)
def test_mistakes_in_rules_are_named(old: str, new: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        read(RULES.replace(old, new))


REWARDS = """
[[rewards]]
name = "月评比"
kind = "rank"
every = "month"
first = [1000, 800, 500]
last = [300, 300, 300]
[[rewards]]
name = "招工奖励"
kind = "steps"
fact = "targets.drills.held.done_percent"
steps = [{ from = 80, amount = 400 }, { above = 100, amount = 600 }]
times = "drills.participants"
"""


def test_rewards_are_read() -> None:
    assessment = read(RULES + REWARDS)
    assert assessment is not None
    by_rank, by_steps = assessment.rewards
    assert (by_rank.monthly, by_rank.first, by_rank.last) == (True, (1000, 800, 500), (300, 300, 300))
    assert by_rank.descending and by_rank.fact == "" and by_rank.unit_en == "yuan"
    assert [(s.start, s.points, s.inclusive) for s in by_steps.steps] == [(80, 400, True), (100, 600, False)]
    assert by_steps.times == "drills.participants" and not by_steps.monthly
    alone = read(
        REWARDS.replace('kind = "rank"', 'kind = "rank"\nfact = "hazards.rectified"\norder = "least"')
    )
    assert alone is not None and not alone.rules and not alone.rewards[0].descending
    reached = REWARDS.replace('kind = "rank"', 'kind = "rank"\nfact = "drills.held"\nreach = 12')
    told = read(reached.replace('"drills.participants"', '"missing"'))
    assert told is not None and (told.rewards[0].reach, told.rewards[1].times) == (12, "missing")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("first = [1000, 800, 500]\nlast = [300, 300, 300]", "", "needs first = .* or last ="),
        ('every = "month"', 'every = "week"', "every"),
        ("from = 80", "from = 180", "must increase"),
        ("amount = 600", "points = 600", "amount"),
        ('every = "month"', "reach = 100", "name the fact"),
        ('"drills.participants"', '"missing"\nfact = "drills.held"', "fact must begin with targets"),
        ('kind = "steps"', 'kind = "step"', "did you mean 'steps'"),
        (
            'times = "drills.participants"',
            'times = "drills.participant"',
            "did you mean 'drills.participants'",
        ),
    ],
)
def test_mistakes_in_rewards_are_named(old: str, new: str, words: str) -> None:
    changed = REWARDS.replace(old, new)
    if "missing" in new:
        changed = changed.replace('fact = "targets.drills.held.done_percent"\n', "")
    with pytest.raises(ParameterError, match=words):
        read(RULES + changed)


def test_without_rules_a_rank_needs_a_fact() -> None:
    with pytest.raises(ParameterError, match="say by which fact"):
        read(REWARDS)
