"""Drills evaluated: ratings, objectives on the workbook's own scale, and the plan of improvement, by hand."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis.evaluation import (
    ObjectiveCounts,
    choose_plan_columns,
    count_improvements,
    count_objectives,
    count_ratings,
    find_objectives,
    judge_improvements,
    list_scale,
    rate_objectives,
    sum_evaluations,
)
from taizhang.analysis.view import View
from taizhang.core.periods import parse_period
from taizhang.figures.evaluation import (
    plot_drill_ratings,
    tabulate_drill_evaluations,
    tabulate_drill_improvements,
    tabulate_drill_objectives,
)
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.narrative.evaluation import write_evaluation, write_objectives

DRILLS = [
    {
        "held_on": "2021-03-01",
        "name": "防汛演练",
        "kind": "field",
        "evaluated": True,
        "rating": "良好",
        "problems": 3,
        "problems_fixed": 2,
    },
    {
        "held_on": "2021-05-01",
        "name": "消防演练",
        "kind": "tabletop",
        "evaluated": True,
        "rating": "优秀",
        "problems": 0,
        "problems_fixed": 0,
    },
    {
        "held_on": "2021-06-01",
        "name": "地震演练",
        "kind": "field",
        "evaluated": True,
        "rating": "良好",
        "problems": 1,
        "problems_fixed": 1,
    },
    {"held_on": "2021-09-01", "name": "反恐演练", "kind": "field", "evaluated": False},
]
OBJECTIVES = [
    ("信息报告", "performed", None, None, None),
    ("疏散安置", "some", "补设标识", "2021-06-30", "2021-06-01"),
    ("信息报告", "unable", "重申要求", "2021-06-30", None),
    ("疏散安置", "performed", "添置广播", "2022-06-30", None),
    ("疏散安置", None, "复盘", None, None),
]


@pytest.fixture(scope="module")
def kinds(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    """The built-in kinds, and the one that the how-to shows."""
    folder = tmp_path_factory.mktemp("ledgers")
    text = (root / "docs" / "howto" / "drill-evaluation.md").read_text("utf-8")
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    (folder / "drill_objectives.yml").write_text(block[1], encoding="utf-8")
    return dict(load_kinds(folder))


def make_drills(
    kinds: dict[str, Kind] | None = None, *, lang: str = "zh", district: str = "350921101"
) -> View:
    view = make_view(
        ledgers={"drills": make_table("drills", DRILLS)},
        lang=lang,
        district=district,
        as_of=date(2021, 12, 31),
    )
    if kinds is None:
        return view
    names = ["objective", "rating", "improvement", "due", "done_on"]
    rows = pd.DataFrame(OBJECTIVES, columns=names).astype(
        {"objective": "str", "rating": "str", "improvement": "str"}
    )
    for column in ("due", "done_on"):
        rows[column] = pd.to_datetime(rows[column])
    rows = rows.assign(
        held_on=pd.Timestamp("2021-03-01"),
        drill="防汛演练",
        owner="应急管理站",
        source_row=range(5),
        district_code=view.district,
    )
    return replace(view, kinds=kinds, ledgers={**view.ledgers, "drill_objectives": rows})


def read(prose: object) -> str:
    return "".join(run.text for block in prose.blocks for run in block.runs)  # type: ignore[attr-defined]


def test_drills_are_told_and_listed_with_their_ratings() -> None:
    view = make_drills()
    assert read(write_evaluation(view)) == (
        "2021年，城关镇开展应急演练4次，已评估3次，发现问题4个，已改进3个。评估等次为：“优秀”1次和“良好”2次。"
    )
    table = tabulate_drill_evaluations(view)
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == [
        "2021-03-01",
        "防汛演练",
        "实战演练",
        "是",
        "良好",
        "3",
        "2",
    ]
    assert [cell.text for cell in table.rows[3][3:]] == ["否", "—", "—", "—"]
    figure = plot_drill_ratings(view)
    assert figure is not None and "2次（66.7%）" in figure.svg and "共3次评估" in figure.alt


def test_the_whole_area_is_told_by_district() -> None:
    table = tabulate_drill_evaluations(make_drills(district=ALL))
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == ["城关镇", "4", "3", "75.0%", "4", "3", "75.0%"]
    assert [cell.text for cell in table.rows[1][1:]] == ["0", "0", "—", "0", "0", "—"]


def test_objectives_stand_on_the_workbook_s_own_scale(kinds: dict[str, Kind]) -> None:
    view = make_drills(kinds)
    table = tabulate_drill_objectives(view)
    assert table is not None
    assert [column.label for column in table.columns] == [
        "演练目标",
        "评估次数",
        "顺利完成",
        "有所不足",
        "严重不足",
        "未能完成",
    ]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["信息报告", "2", "1", "0", "0", "1"],
        ["疏散安置", "2", "1", "1", "0", "0"],
    ]
    assert [row[-1].note for row in table.rows] == ["worse", ""]
    assert read(write_objectives(view)) == (
        "共评估演练目标4项次，其中评为“顺利完成”的2项次（50.0%），评为“未能完成”的1项次。"
        "本期的改进计划有4条，已完成1条。截至2021年12月31日，逾期未完成的有1条。"
    )


def test_an_objective_that_nobody_has_rated_is_listed_with_noughts(kinds: dict[str, Kind]) -> None:
    view = make_drills(kinds)
    rows = view.ledgers["drill_objectives"]
    rows.loc[rows["objective"] == "信息报告", "rating"] = None
    table = tabulate_drill_objectives(view)
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["信息报告", "0", "0", "0", "0", "0"],
        ["疏散安置", "2", "1", "1", "0", "0"],
    ]


def test_the_plan_says_who_and_until_when(kinds: dict[str, Kind]) -> None:
    table = tabulate_drill_improvements(make_drills(kinds, lang="en"))
    assert table is not None
    assert [column.label for column in table.columns] == [
        "Drill",
        "Improvement",
        "Owner",
        "Due",
        "Done on",
        "Progress",
    ]
    assert [[cell.text for cell in row[3:]] for row in table.rows] == [
        ["2021-06-30", "2021-06-01", "done"],
        ["2021-06-30", "—", "overdue"],
        ["2022-06-30", "—", "under way"],
        ["—", "—", "no date set"],
    ]
    assert judge_improvements(make_drills()).empty


def test_a_personal_column_is_never_shown(kinds: dict[str, Kind]) -> None:
    kind = kinds["drill_objectives"]
    hidden = replace(kind, fields={**kind.fields, "owner": replace(kind.fields["owner"], personal=True)})
    table = tabulate_drill_improvements(make_drills({**kinds, "drill_objectives": hidden}))
    assert table is not None and "责任单位" not in [column.label for column in table.columns]


def test_without_a_ledger_of_objectives_or_drills_there_is_nothing() -> None:
    view = make_drills()
    assert (
        write_objectives(view) is None
        and tabulate_drill_objectives(view) is None
        and tabulate_drill_improvements(view) is None
    )
    assert write_evaluation(make_view()) is None and plot_drill_ratings(make_view()) is None
    empty = make_view(ledgers={"drills": make_table("drills", [])})
    assert read(write_evaluation(empty)) == "2021年，城关镇没有应急演练记录。"
    assert tabulate_drill_evaluations(empty) is None


def test_sums_of_the_drills_evaluated() -> None:
    table = make_table(
        "drills",
        [
            {"held_on": "2021-03-01", "evaluated": True, "problems": 3, "problems_fixed": 2},
            {"held_on": "2021-03-02", "evaluated": False, "problems": 5},
            {"held_on": "2021-03-03", "problems_fixed": 4, "district_code": "350921102"},
            {"held_on": "2020-03-03", "evaluated": True, "problems": 0, "problems_fixed": 0},
        ],
    )
    sums = sum_evaluations(make_view({"drills": table}, district=ALL))
    assert list(sums) == [
        "held",
        "said",
        "evaluated",
        "known",
        "problems",
        "fixed",
        "evaluated_percent",
        "fixed_percent",
    ]
    assert len(sums) == 7 and list(sums.index[-1:]) == [ALL]
    assert sums.loc["350921101"].tolist() == [2, 2, 1, 1, 3, 2, 50, 100 * 2 / 3]
    assert sums.loc[ALL].tolist()[:6] == [3, 2, 1, 1, 3, 2]
    assert sums.loc[ALL, "evaluated_percent"] == 50  # of the third it is not said
    assert sums.loc["350921102"].tolist()[:6] == [1, 0, 0, 0, 0, 0]
    # Had nobody ever written 0, an empty number would be one: 8 problems, 6 fixed.
    told = sum_evaluations(make_view({"drills": table[table["held_on"] > "2021"]}, district=ALL))
    assert told.loc[ALL].tolist()[3:6] == [3, 8, 6]
    assert sums.loc[["350921102", "350921103"], "fixed_percent"].isna().all()
    assert pd.isna(sums.loc["350921103", "evaluated_percent"])
    assert (
        sum_evaluations(make_view({"drills": table}, period="2019")).empty
        and sum_evaluations(make_view()).empty
    )


def test_ratings_objectives_and_improvements_in_numbers(kinds: dict[str, Kind]) -> None:
    view = make_drills(kinds)
    ratings = count_ratings(view)
    # By merit, not by number.
    assert list(ratings["n"].items()) == [("优秀", 1), ("良好", 2)]
    assert ratings["percent"].tolist() == [100 / 3, 100 * 2 / 3]
    assert list(list_scale(view).values()) == ["顺利完成", "有所不足", "严重不足", "未能完成"]
    assert list(list_scale(view))[:2] == ["performed", "some"] and list(list_scale(view))[3] == "unable"
    rated = ObjectiveCounts(4, "顺利完成", 2, "未能完成", 1)
    assert rate_objectives(view) == rated and rated.good_percent == 50
    counts = count_objectives(view)
    assert counts.index.tolist() == ["信息报告", "疏散安置"] and counts.to_numpy().tolist() == [
        [1, 0, 0, 1],
        [1, 1, 0, 0],
    ]
    assert list(counts) == list(list_scale(view))
    items = judge_improvements(view)
    assert (
        items["state"].tolist() == ["done", "overdue", "running", "open"]
        and str(items["state"].dtype) == "str"
    )
    assert count_improvements(view) == {ALL: 4, "done": 1, "overdue": 1, "carried": 0}


def test_columns_of_the_plan_that_are_shown(kinds: dict[str, Kind]) -> None:
    """The how-to's ledger, without a day and with a person's name."""
    view = make_drills(kinds)
    own = kinds["drill_objectives"]
    shown = [name for name in ("drill", "problem", "improvement", "owner", "due", "done_on")
             if name in own.fields and name in view.ledgers["drill_objectives"]]  # fmt: skip
    assert list(choose_plan_columns(view)) == shown and {"drill", "improvement", "owner", "due"} <= {*shown}
    rows = view.ledgers["drill_objectives"].drop(columns="due")
    fields = {**own.fields, "owner": replace(own.fields["owner"], personal=True)}
    hidden = replace(view, kinds={**kinds, "drill_objectives": replace(own, fields=fields)},
                     ledgers={"drill_objectives": rows})  # fmt: skip
    assert list(choose_plan_columns(hidden)) == [name for name in shown if name not in ("due", "owner")]
    no_field = replace(own, fields={name: own.fields[name] for name in own.fields if name != "drill"})
    bare = replace(view, kinds={**kinds, "drill_objectives": no_field})
    assert list(choose_plan_columns(bare)) == [name for name in shown if name != "drill"]
    assert choose_plan_columns(replace(view, kinds=load_kinds())) == () == choose_plan_columns(make_view())


@pytest.mark.parametrize(
    ("as_of", "states"),
    [
        (date(2021, 6, 30), ["done", "running", "running", "open"]),
        (date(2021, 7, 1), ["done", "overdue", "running", "open"]),
        (date(2021, 6, 1), ["done", "running", "running", "open"]),
        (date(2021, 5, 31), ["running", "running", "running", "open"]),
    ],
)
def test_improvements_as_of_a_day(kinds: dict[str, Kind], as_of: date, states: list[str]) -> None:
    assert judge_improvements(replace(make_drills(kinds), as_of=as_of))["state"].tolist() == states


def test_columns_that_a_ledger_of_objectives_may_lack(kinds: dict[str, Kind]) -> None:
    view = make_drills(kinds)
    rows = view.ledgers["drill_objectives"]

    def without(*columns: str) -> View:
        return replace(view, ledgers={"drill_objectives": rows.drop(columns=list(columns))})

    assert judge_improvements(without("due", "done_on"))["state"].tolist() == ["open"] * 4
    assert (
        judge_improvements(without("improvement")).empty and count_improvements(without("improvement")) == {}
    )
    assert count_objectives(without("objective")).empty and count_objectives(without("rating")).empty
    assert rate_objectives(without("rating")) is None
    unrated = replace(view, ledgers={"drill_objectives": rows.assign(rating=pd.Series(dtype="str"))})
    assert rate_objectives(unrated) is None
    unknown = replace(view, kinds=load_kinds())
    assert list_scale(unknown) == {} and rate_objectives(unknown) is None and count_objectives(unknown).empty
    bare = replace(kinds["drill_objectives"], fields={"held_on": kinds["drill_objectives"].fields["held_on"]})
    assert list_scale(replace(view, kinds={**kinds, "drill_objectives": bare})) == {}
    earlier = replace(view, period=parse_period("2020"))
    assert (
        find_objectives(earlier).empty and count_ratings(earlier).empty and rate_objectives(earlier) is None
    )
    assert count_ratings(make_view()).empty and find_objectives(make_view()).empty
    assert count_ratings(make_view()).dtypes.astype(str).to_dict() == {"n": "float64", "percent": "float64"}
    dull = make_view({"drills": make_table("drills", [{"held_on": "2021-03-01"}])})
    assert count_ratings(dull).empty


def test_more_fixed_than_found_is_no_share_of_nothing() -> None:
    table = make_table("drills", [{"held_on": "2021-03-01", "problems": 0, "problems_fixed": 2}])
    sums = sum_evaluations(make_view({"drills": table}))
    assert sums.loc[ALL, ["problems", "fixed"]].tolist() == [0, 2] and sums["fixed_percent"].isna().all()


def test_improvements_of_before_the_period_stand_until_they_are_done(kinds: dict[str, Kind]) -> None:
    """Of the five of March one is done and one overdue; seen from the third quarter all are of before it."""
    view = make_drills(kinds)
    later = replace(view, period=parse_period("2021Q3"))
    items = judge_improvements(later)
    assert items["state"].tolist() == ["overdue", "running", "open"] and items["carried"].all()
    assert count_improvements(later) == {ALL: 0, "done": 0, "overdue": 1, "carried": 1}
    assert len(tabulate_drill_improvements(later).rows) == 3  # type: ignore[union-attr]
    # One more of July, overdue: two, one of them of before.
    rows = view.ledgers["drill_objectives"]
    late = rows["done_on"].isna() & (rows["due"] < "2021-12-31")
    more = rows[late].assign(held_on=pd.Timestamp("2021-07-01"))
    both = replace(later, ledgers={"drill_objectives": pd.concat([rows, more], ignore_index=True)})
    assert count_improvements(both) == {ALL: 1, "done": 0, "overdue": 2, "carried": 1}
    said = read(write_objectives(both))
    assert (
        "本期的改进计划有1条，已完成0条。截至2021年12月31日，逾期未完成的有2条，其中1条是往期遗留的。" in said
    ), said
    english = read(write_objectives(replace(both, lang="en")))
    assert "As of 31 December 2021, 2 items are overdue, 1 from before this period." in english, english
