"""The assessment of a view's districts: points by hand, withheld facts, and when there is none."""

from dataclasses import replace

import pytest
from view_maker import CODES, NAMES, make_fact, make_view

from taizhang import figures, narrative
from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.view import View
from taizhang.stats.assess import Assessment, AssessmentRule

RULES = Assessment(
    "",
    (
        AssessmentRule("整改率", "points", "hazards.rectification_rate", points=20, zero_at=40, full_at=100),
        AssessmentRule("死亡", "deduction", "incidents.deaths", per=2),
    ),
)


@pytest.fixture
def view() -> View:
    """Rates of 40 to 90 percent; deaths of nought to five, those of the last district withheld."""
    facts = [
        make_fact("hazards.rectification_rate", 40 + 10 * n, district=code) for n, code in enumerate(CODES)
    ]
    facts += [
        make_fact("incidents.deaths", n, district=code, suppressed=n == 5) for n, code in enumerate(CODES)
    ]
    return make_view(facts=facts, district="all", settings={"assessment": RULES})


def test_points_by_hand(view: View) -> None:
    """50 percent is 10 of the 60 from 40 to 100: a sixth of 20 points; a death costs two."""
    found = find_assessment(view)
    assert found is not None
    own = found.places.loc[CODES[1]]
    assert own["total"] == pytest.approx(20 / 6 - 2) and own["district"] == NAMES[1]
    assert found.places["rank"].is_monotonic_increasing and found.places["district"].iloc[0] == NAMES[5]


def test_a_withheld_fact_gives_no_points(view: View) -> None:
    found, table = find_assessment(view), figures.tabulate_assessment(view)
    assert found is not None and table is not None
    assert found.places.loc[CODES[5], "missing"] == 1 and found.has_missing
    known = replace(found, places=found.places.assign(missing=0))
    assert not known.has_missing
    assert [cell.text for cell in table.rows[0]][:4] == [NAMES[5], "16.7", "—", "16.7"]
    assert any("横线为指标不详或从略" in note for note in table.notes)


def test_none_without_rules_or_of_one_district(view: View) -> None:
    assert find_assessment(replace(view, settings={})) is None
    assert find_assessment(replace(view, district=CODES[0])) is None
    assert find_assessment(replace(view, facts=view.facts.assign(suppressed=True))) is None


def test_points_that_hang_on_rows_that_do_not_say_are_a_range(view: View) -> None:
    """55 of 100 with 20 that do not say is 55 to 75 of 120: 1.9 to 7.5 of 20 points; a veto may apply."""
    rules = Assessment("", (*RULES.rules[:1], AssessmentRule("重大", "veto", "hazards.major", above=2)))
    facts = [
        make_fact("hazards.rectification_rate", rate, district=code, numerator=rate, denominator=100)
        for rate, code in zip((55, 50, 60, 70, 80, 90), CODES, strict=True)
    ] + [make_fact("hazards.major", 2, district=code) for code in CODES]
    facts[0] |= {"known": 100, "of": 120}
    sure = make_view(facts=facts, district="all", settings={"assessment": rules})
    found, table = find_assessment(sure), figures.tabulate_assessment(sure)
    assert found is not None and table is not None and found.has_ends
    own = found.places.loc[CODES[0]]
    assert (own["total"], own["vetoed"]) == (pytest.approx(5), False)
    assert (own["total_least"], own["total_most"]) == (
        pytest.approx(20 * (110 / 2.4 - 40) / 60),
        pytest.approx(7.5),
    )
    # 50 and 60 % are exact: it may lie before or behind both.
    assert (own["rank"], own["low"], own["high"]) == (5, 4, 6)
    assert found.places.loc[CODES[1], ["low", "high"]].tolist() == [5, 6]
    (row,) = [row for row in table.rows if row[0].text == NAMES[0]]
    assert [cell.text for cell in row[1:4]] == ["1.9至7.5", "无", "1.9至7.5"]
    assert "按其全否至全是的范围" in table.notes[1]
    facts[7] |= {"known": 9, "of": 10}  # two major hazards of nine rows, and one that does not say
    unsure = make_view(facts=facts, district="all", settings={"assessment": rules})
    found, table = find_assessment(unsure), figures.tabulate_assessment(unsure)
    assert found is not None and table is not None
    (row,) = [row for row in table.rows if row[0].text == NAMES[1]]
    assert row[2].text == "可能否决" and found.places.loc[CODES[0], ["low", "high"]].tolist() == [4, 6]
    # With 70 % the fourth district is third, and behind all where the veto applies.
    assert found.places.loc[CODES[3], ["low", "high"]].tolist() == [3, 3]
    facts[9] |= {"known": 9, "of": 10}
    found = find_assessment(make_view(facts=facts, district="all", settings={"assessment": rules}))
    assert found is not None and found.places.loc[CODES[3], ["low", "high"]].tolist() == [3, 6]


def test_that_ranks_range_is_told(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_assessment(view)
    assert found is not None
    ranging = replace(found, places=found.places.assign(low=1, high=4))
    monkeypatch.setattr("taizhang.narrative.county.find_assessment", lambda _: ranging)
    prose = narrative.write_assessment(view)
    assert prose is not None
    said = "".join(run.text for run in prose.blocks[0].runs)
    assert said.endswith("至少一半地区的位次范围跨4位或更多，名次相近的不分高下。")


def test_vetoes_are_told_and_of_ranks_that_are_sure_no_doubt(view: View) -> None:
    """The third has more than two deaths and ranks last; every rank is certain, as no fact has an interval."""
    rules = Assessment(
        "考核办法", (*RULES.rules[:1], AssessmentRule("死亡", "veto", "incidents.deaths", above=3))
    )
    view = replace(view, settings={"assessment": rules})
    found, prose = find_assessment(view), narrative.write_assessment(view)
    assert found is not None and prose is not None
    assert (found.vetoed, found.first, found.span) == ([NAMES[4]], [NAMES[5]], 1)
    said = "".join(run.text for run in prose.blocks[0].runs)
    assert said == f"按《考核办法》计分，排在第一的是{NAMES[5]}。一票否决的有1个，排在最后：{NAMES[4]}。"
    assert not narrative.write_assessment(make_view())
