"""Clauses and how sentences open: none, one and all in words, what chance explains, no figure at the head."""

import pytest
from test_narrative import FOUND, list_runs, read
from view_maker import make_fact, make_table, make_view

from taizhang import narrative
from taizhang.analysis.view import View


def make_drill_view(lang: str, **shares: float) -> View:
    """A month with a year before and a month before that the drills are held against."""
    now = [make_fact("drills.held", 2, period="2021-07", low=0.2, high=7.2)]
    now += [
        make_fact(
            f"drills.{name}", value, period="2021-07", numerator=value / 50, denominator=2, low=1.0, high=99.0
        )
        for name, value in shares.items()
    ]
    earlier = [make_fact("drills.held", 0), make_fact("drills.held", 30, district="all")]
    previous = [make_fact("drills.held", 1), make_fact("drills.held", 30, district="all")]
    return make_view(facts=now, before=earlier, previous=previous, period="2021-07", lang=lang)


def test_what_chance_explains_stands_in_one_pair_of_brackets() -> None:
    """None a year before and one the month before: two against either is within chance."""
    assert read(narrative.write_drills(make_drill_view("en"))) == (
        "In July 2021, drills were held twice (none a year before and one the month before)."
    )
    assert read(narrative.write_drills(make_drill_view("zh"))) == (
        "2021年7月，城关镇开展应急演练2次（上年同期0次，上月1次）。"
    )


@pytest.mark.parametrize(
    ("share", "zh", "en"),
    [
        (0.0, "没有实战演练", "No drill was a field exercise."),
        (50.0, "实战演练占50.0%", "Field exercises made up 50.0%."),
        (100.0, "均为实战演练", "Every drill was a field exercise."),
    ],
)
def test_a_share_of_none_and_of_all_is_said_in_words(share: float, zh: str, en: str) -> None:
    assert zh in read(narrative.write_drills(make_drill_view("zh", field_share=share)))
    prose = narrative.write_drills(make_drill_view("en", field_share=share))
    assert read(prose).endswith(en) and "drills.field_share" in list_runs(prose)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "One hazard is major."), (9, "Nine hazards are major"), (10, "A total of 10 hazards are major")],
)
def test_no_english_sentence_opens_with_a_figure(number: float, said: str) -> None:
    view = make_view(facts=[FOUND, make_fact("hazards.major", number)], lang="en")
    assert said in read(narrative.write_hazards(view))


def test_that_nobody_died_says_the_rate_too() -> None:
    facts = [make_fact("incidents.count", 2), make_fact("incidents.deaths", 0)]
    facts.append(make_fact("incidents.deaths_per_100k", 0.0))
    assert read(narrative.write_incidents(make_view(facts=facts, lang="en"))).endswith("; nobody died.")


@pytest.mark.parametrize(
    ("counts", "named"),
    [
        ({"渔业": 5, "林业": 4, "工贸": 3, "学校": 2}, ["渔业", "林业", "工贸"]),
        # Not one of three that are alike may be named without the others.
        ({"渔业": 5, "林业": 3, "工贸": 3, "学校": 3}, ["渔业"]),
        ({"渔业": 3, "林业": 3, "工贸": 3, "学校": 3}, ["学校", "工贸", "林业", "渔业"]),
        (dict.fromkeys(("渔业", "林业", "工贸", "学校", "养老", "燃气"), 3), []),
    ],
)
def test_the_commonest_classes_are_not_parted_from_their_equals(
    counts: dict[str, int], named: list[str]
) -> None:
    rows = [{"found_on": "2021-02-01", "trade": trade} for trade, n in counts.items() for _ in range(n)]
    view = make_view({"hazards": make_table("hazards", rows)}, facts=[make_fact("hazards.found", len(rows))])
    said = read(narrative.write_hazards(view))
    assert sorted(trade for trade in counts if trade in said) == sorted(named)
    assert ("从行业看" in said) == bool(named)


def test_what_is_lumped_together_is_not_among_the_commonest() -> None:
    counts = {"渔业": 5, "林业": 4, "工贸": 3} | {f"第{n}类": 2 for n in range(12)}
    rows = [{"found_on": "2021-02-01", "trade": trade} for trade, n in counts.items() for _ in range(n)]
    view = make_view(
        {"hazards": make_table("hazards", rows)}, facts=[make_fact("hazards.found", len(rows))], lang="en"
    )
    said = read(narrative.write_hazards(view))
    assert "The commonest trades were 渔业 (5), 林业 (4) and manufacturing (3)." in said
