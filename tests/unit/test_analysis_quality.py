"""The account of the data, counted by hand from tables handed in."""

from dataclasses import replace
from datetime import date

import pandas as pd
from view_maker import CODES, make_table, make_view

from taizhang.analysis.quality import (
    COUNTS,
    assess_quality,
    count_by_district,
    count_by_kind,
    count_reasons,
    count_twice,
    list_missing,
    sum_read,
)
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import load_kinds
from taizhang.narrative.quality import write_quality

COLUMNS = "kind source_file source_sheet source_row column value reason scope district_code why day".split()
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


def test_the_whole_account() -> None:
    view, quality = assess(ALL)
    assert list(quality.counts) == ["kind", "district_code", *COUNTS]
    assert quality.counts.to_numpy().tolist() == [
        ["drills", "", 3, 0, 3, 0, 0], ["drills", FIRST, 4, 3, 1, 0, 3], ["drills", SECOND, 0, 0, 0, 1, 0],
        ["complaints", "", 3, 2, 1, 0, 0],
    ]  # fmt: skip
    assert list(quality.counts.index) == [0, 1, 2, 3]
    assert {str(dtype) for dtype in quality.counts[list(COUNTS)].dtypes} == {"int64"}
    assert list(quality.aside) == COLUMNS and len(quality.aside) == 6
    assert list(quality.totals) == [*TOTALS, "district_code"] and len(quality.totals) == 1
    assert list(quality.near) == ["value", "rows", "line"] and list(quality.near.index) == [0, 1]
    assert list(quality.rules) == ["kind", "rule", "title", "rows"] and quality.rules.empty
    reasons = count_reasons(quality)
    assert list(reasons) == ["kind", "scope", "column", "why", "rows"]
    assert reasons.iloc[0].tolist() == ["drills", "row", "c", "district", 3]
    view = replace(view, quality=pd.DataFrame([(9, 8, 1, 0, 2), (1, 0, 1, 5, 0)], columns=list(COUNTS)))
    assert sum_read(view).to_dict() == dict(zip(COUNTS, (10, 8, 2, 5, 2), strict=True))


def test_missing_cells_rules_and_matches_of_each_kind() -> None:
    drills = make_table("drills", [
        {"held_on": "2021-03-01", "name": "甲", "problems": 1, "problems_fixed": 2},
        {"held_on": "2021-05-01", "name": "乙", "problems": 1, "problems_fixed": 1},
        {"held_on": "2020-05-01", "problems": 1, "problems_fixed": 3},  # of another period
    ]).assign(district_match=["name", "code", "code"])  # fmt: skip
    people = make_table("population", [
        {"year": year, "residents": n} for year, n in ((2019, None), (2020, None), (2021, 5), (2022, None))
    ]).assign(district_match="code")  # fmt: skip
    teams = make_table("teams", [{"members": 3}, {"members": None}]).assign(district_match="code")
    view = make_view(
        {"drills": drills, "population": people, "teams": teams}, district=ALL, period="2020-12-01/2021-11-30"
    )
    # Of the first file nobody knows which district it is of; two texts name none.
    files = [("a.xlsx", FIRST), ("a.xlsx", SECOND), ("b.xlsx", SECOND), ("b.xlsx", None)]
    found = {
        "drills": pd.DataFrame(
            [{"district_code": c, "source_file": f, "duplicate": False} for f, c in files]
        ),
        "population": keys(FIRST),
        "teams": keys(FIRST),
    }
    totals = pd.concat([TOTALS.assign(file=name) for name in ("a.xlsx", "b.xlsx", "c.xlsx")])
    quality = assess_quality(view, found, ASIDE.iloc[:0], totals, {}, as_of=date(2021, 4, 30))
    missing = {(kind, column): (n, of) for kind, column, n, of in quality.missing.to_numpy().tolist()}
    assert missing["population", "residents"] == (1, 2) and missing["teams", "members"] == (1, 2)
    assert missing["drills", "problems"] == (0, 2) and missing["drills", "participants"] == (2, 2)
    shown = [
        name for name, one in load_kinds()["drills"].fields.items() if not one.personal and not one.splits
    ]
    assert [column for kind, column in missing if kind == "drills"] == shown
    assert quality.rules.to_numpy().tolist() == [
        ["drills", "more_fixed_than_problems", "改进数多于问题数", 1], ["drills", "future_date", "", 1],
    ]  # fmt: skip
    assert sorted(quality.matches.to_numpy().tolist()) == [
        ["drills", "code", 1], ["drills", "name", 1], ["population", "code", 2], ["teams", "code", 2],
    ]  # fmt: skip
    assert quality.totals["district_code"].tolist() == ["", SECOND, ""]
    listed = list_missing(quality)
    assert listed["missing"].min() == 1
    assert listed.set_index(["kind", "column"]).loc[("teams", "members"), "percent"] == 50
    assert count_by_kind(view, quality).loc["drills"].tolist() == [3, 3, 0, 0, 0]


def test_a_view_without_ledgers_has_an_account_without_rows() -> None:
    quality = assess_quality(make_view(district=ALL), {"drills": keys(FIRST)}, ASIDE, TOTALS, {})
    assert (list(quality.missing), list(quality.rules), list(quality.matches)) == (
        ["kind", "column", "missing", "rows"], ["kind", "rule", "title", "rows"], ["kind", "how", "rows"],
    )  # fmt: skip
    other = make_view(district=CODES[2])
    assert count_by_kind(other, quality).empty and list(count_by_kind(other, quality)) == list(COUNTS)


def test_what_belongs_to_one_district_is_told_of_it_alone() -> None:
    _, quality = assess(SECOND)
    assert quality.aside[["kind", "scope", "why"]].to_numpy().tolist() == [
        ["drills", "cell", "number"], ["complaints", "row", "date"],
    ]  # fmt: skip
    assert list(quality.aside.index) == [0, 1]


def test_personal_columns_are_neither_missing_nor_broken() -> None:
    fields = load_kinds()["hazards"].fields
    personal = [name for name, one in fields.items() if one.personal]
    table = make_table("hazards", [{"found_on": "2021-03-01", "rectified_on": "2021-02-28"}] * 2)
    hazards = table.drop(columns=personal).assign(district_match="name")
    view = make_view({"hazards": hazards})
    quality = assess_quality(view, {"hazards": keys(FIRST)}, ASIDE, TOTALS.iloc[:0], {}, as_of=view.as_of)
    whole = [name for name, one in fields.items() if not one.personal and not one.splits]
    assert personal and len(whole) + len(personal) <= len(fields)
    assert quality.missing["column"].tolist() == whole
    rules = quality.rules.set_index("rule")["rows"]
    assert rules.max() == 2 and (rules > 0).all()


def test_tables_of_several_kinds_are_numbered_through() -> None:
    drills = make_table("drills", [{"held_on": "2021-03-01", "problems": 1, "problems_fixed": 2}])
    incidents = make_table("incidents", [{"occurred_on": "2021-03-01", "reported_on": "2021-02-01"}])
    view = make_view(
        {
            "drills": drills.assign(district_match="name"),
            "incidents": incidents.assign(district_match="name"),
        },
        lang="en",
    )
    found = {"drills": keys(FIRST), "incidents": keys(FIRST)}
    quality = assess_quality(view, found, ASIDE.iloc[:0], TOTALS.iloc[:0], {}, as_of=view.as_of)
    for table in (quality.counts, quality.missing, quality.rules, quality.matches):
        assert list(table.index) == list(range(len(table))) and set(table["kind"]) == {"drills", "incidents"}
    assert {str(dtype) for dtype in quality.missing[["missing", "rows"]].dtypes} == {"int64"}
    assert quality.counts.to_numpy().tolist() == [
        ["drills", FIRST, 1, 1, 0, 0, 0], ["incidents", FIRST, 1, 1, 0, 0, 0],
    ]  # fmt: skip
    assert quality.rules["title"].tolist()[0] == load_kinds()["drills"].rules[0].title["en"]


def test_what_is_as_frequent_stays_in_the_order_met() -> None:
    """Forty texts and reasons that occur once, and the last of them twice, which goes to the front."""
    names = [f"{number * 7 % 40:02d}" for number in range(40)]
    rows = [
        set_aside("drills", "row", "", "district", name) | {"column": name} for name in [*names, names[-1]]
    ]
    aside = pd.DataFrame([*rows, set_aside("drills", "row", "", "date", "x")])
    near = {names[2]: "line"}
    quality = assess_quality(make_view(district=ALL), {"drills": keys(FIRST)}, aside, TOTALS, near)
    wanted = [names[-1], *names[:-1]]
    assert quality.near["value"].tolist() == wanted and quality.near["rows"].tolist() == [2] + [1] * 39
    assert quality.near["line"].tolist() == ["line" if name == names[2] else "" for name in wanted]
    assert list(quality.near.index) == list(range(40))
    assert count_reasons(quality)["column"].tolist() == [*wanted, "c"]
    none = assess_quality(make_view(district=ALL), {"drills": keys(FIRST)}, ASIDE.iloc[:0], TOTALS, near)
    assert none.near.empty and list(none.near) == ["value", "rows", "line"]


def test_how_many_of_the_rows_counted_may_be_counted_twice() -> None:
    rows = [{"found_on": day} for day in ("2021-03-01", "2021-03-01", "2021-04-01", "2020-12-31")]
    hazards = make_table("hazards", rows)
    hazards["duplicate"] = [False, True, True, True]
    drills = make_table("drills", [{"held_on": "2021-03-01"}])
    complaints = make_table("complaints", [{"received_on": "2021-03-01"}]).assign(duplicate=True)
    view = make_view({"hazards": hazards, "drills": drills, "complaints": complaints})
    # That of the year before is not counted in the period, and small counts of complaints are withheld.
    assert count_twice(view) == {"hazards": 2}
    assert count_twice(make_view({"drills": drills})) == {}


def test_after_a_kind_that_is_withheld_others_are_looked_at() -> None:
    view, _ = assess(ALL)
    found = {"complaints": keys(FIRST), "drills": keys(FIRST)}
    quality = assess_quality(view, found, ASIDE, TOTALS, {}, as_of=view.as_of)
    assert quality.counts["kind"].unique().tolist() == ["complaints", "drills"] and len(quality.missing)


def read(prose: object) -> str:
    return "".join(run.text for block in prose.blocks for run in block.runs)  # type: ignore[attr-defined]


def test_the_account_begins_with_how_much_could_be_used() -> None:
    """Of ten rows five are set aside, and a cell; of a district without a row nothing is said."""
    view, account = assess(ALL)
    assert read(write_quality(view, account)) == (
        "共读入10行，采用5行（50.0%），搁置5行，另有1个单元格无法识读，3行疑似重复，仍计入。搁置最多的是应急演练，原因是查无此地区（3处）。"
    )
    assert write_quality(*assess(SECOND)) is None
    english = read(write_quality(replace(view, lang="en"), account))
    assert english.endswith("Most was set aside in the ledger of drills: no such district (3).")
