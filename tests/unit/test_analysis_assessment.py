"""The assessment of a view's districts: points by hand, withheld facts, and when there is none."""

from dataclasses import replace

import pytest
from view_maker import CODES, NAMES, make_fact, make_view

from taizhang import figures
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
