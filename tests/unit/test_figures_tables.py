"""Tables of facts."""

import pytest
from view_maker import make_fact, make_view

from taizhang.figures.tables import tabulate_definitions
from taizhang.metadata.facts import ALL

FACTS = ("drills.held", "plans.current")  # the one's name says it all


@pytest.mark.parametrize("district", ["", ALL])
def test_a_districts_definitions_leave_out_those_that_say_no_more_than_the_name(district: str) -> None:
    place = {"district": district} if district else {}
    view = make_view(facts=[make_fact(name, 1, **place) for name in FACTS], lang="zh", **place)
    table = tabulate_definitions(view)
    assert table is not None
    said = [row[0].text for row in table.rows]
    # How an interval is found stands after the definition; what has none has no such word.
    ends = {row[0].text: row[1].text.endswith("（泊松）") for row in table.rows}
    assert ends == {name: name == "演练次数" for name in said}
    left_out = [note for note in map(str, table.notes) if "数据字典" in note]
    assert said == (["演练次数", "现行预案"] if district else ["现行预案"])
    assert len(left_out) == (0 if district else 1)
