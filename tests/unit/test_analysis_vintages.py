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


def test_nothing_changed_here_and_none_is_lost() -> None:
    assert list_changed(make_view(district=CODES[4], vintages=VINTAGES)) == {}
    only = pd.DataFrame({"code": [ALL], "change": ["lost"], "comparable": [False]})
    assert list_changed(make_view(district=ALL, vintages=only)) == {"lost": []}
    renamed = VINTAGES.assign(code=[CODES[3], CODES[2], CODES[1], CODES[0]])
    found = list_changed(make_view(district=ALL, vintages=renamed))
    assert list(found.items()) == [
        ("merged", [NAMES[2]]), ("renamed", [NAMES[0]]), ("split", [NAMES[3], NAMES[1]]),
    ]  # fmt: skip
