"""Drills evaluated: ratings, objectives on the workbook's own scale, and the plan of improvement, by hand."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis.evaluation import judge_improvements
from taizhang.analysis.view import View
from taizhang.figures.evaluation import (
    plot_ratings,
    tabulate_evaluations,
    tabulate_improvements,
    tabulate_objectives,
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
        "2021年，城关镇开展应急演练4次，已评估3次，发现问题4个，已改进3个。评估等次为：“良好”2次和“优秀”1次。"
    )
    table = tabulate_evaluations(view)
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
    figure = plot_ratings(view)
    assert figure is not None and "2次（66.7%）" in figure.svg and "共3次评估" in figure.alt


def test_the_whole_area_is_told_by_district() -> None:
    table = tabulate_evaluations(make_drills(district=ALL))
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == ["城关镇", "4", "3", "75.0%", "4", "3", "75.0%"]
    assert [cell.text for cell in table.rows[1][1:]] == ["0", "0", "—", "0", "0", "—"]


def test_objectives_stand_on_the_workbook_s_own_scale(kinds: dict[str, Kind]) -> None:
    view = make_drills(kinds)
    table = tabulate_objectives(view)
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
        "改进计划共4条，已完成1条，逾期1条。"
    )


def test_an_objective_that_nobody_has_rated_is_listed_with_noughts(kinds: dict[str, Kind]) -> None:
    view = make_drills(kinds)
    rows = view.ledgers["drill_objectives"]
    rows.loc[rows["objective"] == "信息报告", "rating"] = None
    table = tabulate_objectives(view)
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["信息报告", "0", "0", "0", "0", "0"],
        ["疏散安置", "2", "1", "1", "0", "0"],
    ]


def test_the_plan_says_who_and_until_when(kinds: dict[str, Kind]) -> None:
    table = tabulate_improvements(make_drills(kinds, lang="en"))
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
    table = tabulate_improvements(make_drills({**kinds, "drill_objectives": hidden}))
    assert table is not None and "责任单位" not in [column.label for column in table.columns]


def test_without_a_ledger_of_objectives_or_drills_there_is_nothing() -> None:
    view = make_drills()
    assert (
        write_objectives(view) is None
        and tabulate_objectives(view) is None
        and tabulate_improvements(view) is None
    )
    assert write_evaluation(make_view()) is None and plot_ratings(make_view()) is None
    empty = make_view(ledgers={"drills": make_table("drills", [])})
    assert read(write_evaluation(empty)) == "2021年，城关镇没有应急演练记录。"
    assert tabulate_evaluations(empty) is None
