"""Districts that changed since the year before, by what changed."""

import pandas as pd
from view_maker import CODES, NAMES, make_view

from taizhang.analysis.vintages import list_changed
from taizhang.metadata.facts import ALL

VINTAGES = pd.DataFrame(
    {"code": [CODES[1], CODES[0], CODES[2], "999999999"], "change": ["split", "merged", "split", "renamed"]}
).assign(comparable=True)


def test_changes_of_the_area_and_of_one_district() -> None:
    assert list_changed(make_view(district=ALL, vintages=VINTAGES)) == {
        "merged": [NAMES[0]],
        "split": [NAMES[1], NAMES[2]],
    }
    assert list_changed(make_view(vintages=VINTAGES)) == {"merged": [NAMES[0]]}
    assert list_changed(make_view()) == {}


def test_that_rows_are_lost_is_told_of_every_district() -> None:
    lost = pd.concat([VINTAGES, pd.DataFrame({"code": [ALL], "change": ["lost"], "comparable": [False]})])
    assert list_changed(make_view(district=CODES[5], vintages=lost)) == {"lost": []}
    assert list(list_changed(make_view(district=ALL, vintages=lost))) == ["merged", "split", "lost"]
