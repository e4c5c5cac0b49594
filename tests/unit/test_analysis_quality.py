"""The account of the data, counted by hand from tables handed in."""

import pandas as pd
from view_maker import CODES, make_table, make_view

from taizhang.analysis.quality import (
    assess_quality,
    count_by_district,
    count_by_kind,
    count_reasons,
    list_missing,
)
from taizhang.metadata.facts import ALL

COLUMNS = "kind source_file source_sheet source_row column value reason scope district_code why".split()
FIRST, SECOND = CODES[:2]


def set_aside(kind: str, scope: str, district: str, why: str, value: str = "x") -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {
        "kind": kind, "scope": scope, "district_code": district, "why": why, "value": value, "column": "c",
    }  # fmt: skip


def keys(*districts: str, twice: bool = False) -> pd.DataFrame:
    return pd.DataFrame({"district_code": list(districts), "source_file": "a.xlsx", "duplicate": twice})


ASIDE = pd.DataFrame(
    [
        set_aside("drills", "row", FIRST, "date"), set_aside("drills", "cell", SECOND, "number"),
        set_aside("drills", "row", "", "district", "城观镇"), set_aside("drills", "row", "", "district", "某镇"),
        set_aside("drills", "row", "", "district", "城观镇"), set_aside("complaints", "row", SECOND, "date"),
    ],
    columns=COLUMNS,
)  # fmt: skip
TOTALS = pd.DataFrame(
    [("drills", "a.xlsx", "", 9, "participants", 10.0, 9.0)],
    columns=["kind", "file", "sheet", "row", "column", "stated", "summed"],
)


def assess(district: str):
    rows = [
        {"held_on": "2021-03-01", "name": "甲", "participants": 5},
        {"held_on": "2021-04-01", "name": None},
    ]
    rows.append({"held_on": "2020-04-01", "name": None})
    drills = make_table("drills", rows).assign(district_match="name")
    view = make_view({"drills": drills}, district=district)
    found = {"drills": keys(FIRST, FIRST, FIRST, twice=True), "complaints": keys(FIRST, SECOND)}
    return view, assess_quality(view, found, ASIDE, TOTALS, {"城观镇": "line"}, as_of=view.as_of)


def test_rows_read_are_those_accepted_and_those_set_aside() -> None:
    view, quality = assess(ALL)
    # complaints are no ledger of the view, their small counts being suppressed: of them there is the sum alone.
    assert count_by_kind(view, quality).T.to_dict("list") == {
        "drills": [7, 3, 4, 1, 3], "complaints": [3, 2, 1, 0, 0], ALL: [10, 5, 5, 1, 3],
    }  # fmt: skip
    assert count_by_district(view, quality).T.to_dict("list") == {
        FIRST: [4, 3, 1, 0, 3], SECOND: [0, 0, 0, 1, 0], "": [6, 2, 4, 0, 0],
    }  # fmt: skip
    view, quality = assess(SECOND)
    assert count_by_kind(view, quality).T.to_dict("list") == {"drills": [0, 0, 0, 1, 0], ALL: [0, 0, 0, 1, 0]}


def test_reasons_the_most_frequent_first() -> None:
    _, quality = assess(ALL)
    assert count_reasons(quality)[["kind", "why", "rows"]].to_numpy().tolist() == [
        ["drills", "district", 3], ["drills", "date", 1], ["drills", "number", 1], ["complaints", "date", 1],
    ]  # fmt: skip
    assert quality.near.to_numpy().tolist() == [["城观镇", 2, "line"], ["某镇", 1, ""]]


def test_missing_cells_are_those_of_the_period() -> None:
    _, quality = assess(ALL)
    missing = list_missing(quality).set_index("column")
    assert missing.loc["name", ["missing", "rows", "percent"]].tolist() == [1, 2, 50.0]
    assert "held_on" not in missing.index
    assert quality.matches.to_numpy().tolist() == [["drills", "name", 2]]


def test_a_total_belongs_to_the_one_district_of_its_file() -> None:
    assert assess(FIRST)[1].totals["district_code"].tolist() == [FIRST]
    assert assess(SECOND)[1].totals.empty
