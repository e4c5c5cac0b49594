"""Special actions: states of stages, sums and sentences, counted by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis.actions import (
    UNKNOWN,
    ActionCounts,
    StageProblem,
    count_actions,
    follow_stages,
    list_stage_problems,
    list_stages,
    rank_stages,
    sum_stages,
    sum_stages_by_district,
)
from taizhang.analysis.view import View
from taizhang.core.periods import parse_period
from taizhang.figures.actions import plot_action_stages, tabulate_action_stages, tabulate_actions_by_district
from taizhang.metadata.facts import ALL
from taizhang.narrative.actions import write_action_problems, write_action_steps, write_actions

CODES = ("350921101", "350921102")


def stage(
    name: str, number: int, done: str | None, found: int | None, closed: int | None, **more: object
) -> dict[str, object]:
    """Stage 1 runs in March, 2 in April, and so on, of 2021."""
    return {
        "name": name,
        "stage": ("动员部署", "自查自纠", "集中整治", "总结提升")[number - 1],
        "starts_on": f"2021-{number + 2:02}-01",
        "ends_on": f"2021-{number + 2:02}-28",
        "done_on": done,
        "found": found,
        "closed": closed,
        "source_row": number,
    } | more


# As of 1 June: the first in time, the second two days late, the third overdue, the fourth just begun.
ROWS = [
    stage("消防整治", 1, "2021-03-28", None, None),
    stage("消防整治", 2, "2021-04-30", 20, 18),
    stage("消防整治", 3, "2021-06-02", 5, 5),
    stage("消防整治", 4, None, 0, 0),
]


def make_actions(rows: list[dict[str, object]], **more: object) -> View:
    view = make_view(ledgers={"actions": make_table("actions", rows)}, as_of=date(2021, 6, 1), **more)  # type: ignore[arg-type]
    return view


def read(prose: object) -> list[str]:
    return ["".join(run.text for run in block.runs) for block in prose.blocks]  # type: ignore[attr-defined]


def test_stages_are_judged_as_of_the_day() -> None:
    stages = list_stages(make_actions(ROWS))
    assert stages["state"].tolist() == ["in_time", "late", "overdue", "running"]
    assert stages["open"].tolist()[1:] == [2, 0, 0]


def test_a_stage_of_no_district_is_the_whole_area_s() -> None:
    rows = [*ROWS[:2], stage("消防整治", 3, None, 7, 1)]
    table = make_table("actions", rows)
    table.loc[2, "district_code"] = pd.NA
    view = make_view(ledgers={"actions": table}, as_of=date(2021, 6, 1), district=ALL)
    assert list_stages(view)["state"].tolist() == ["in_time", "late", "overdue"]
    counts = count_actions(view)
    assert counts is not None and (counts.stages, counts.places, counts.found, counts.left) == (3, 1, 27, 8)
    assert sum_stages_by_district(view)["stages"].tolist() == [2, 0, 0, 0, 0, 0]


def test_the_last_day_is_in_time_and_the_next_is_late() -> None:
    rows = [
        stage(name, 3, day, None, None)
        for name, day in (("甲", "2021-05-28"), ("乙", "2021-05-29"), ("丙", None))
    ]
    view = make_actions(rows)
    assert list_stages(view).set_index("name")["state"].to_dict() == {
        "甲": "in_time",
        "乙": "late",
        "丙": "overdue",
    }
    on_the_day = replace(make_actions(rows), as_of=date(2021, 5, 28))
    states = list_stages(on_the_day).set_index("name")["state"].to_dict()
    assert states == {"甲": "in_time", "乙": "running", "丙": "running"}


def test_the_table_has_each_stage_with_what_it_found() -> None:
    table = tabulate_action_stages(make_actions(ROWS))
    assert table is not None
    assert [[cell.text for cell in row[1:]] for row in table.rows] == [
        ["动员部署", "2021-03-01", "2021-03-28", "按期完成", "—", "—", "—", "—"],
        ["自查自纠", "2021-04-01", "2021-04-28", "逾期完成", "20", "18", "2", "90.0%"],
        ["集中整治", "2021-05-01", "2021-05-28", "逾期未完成", "5", "5", "0", "100.0%"],
        ["总结提升", "2021-06-01", "2021-06-28", "进行中", "0", "0", "0", "—"],
    ]
    assert [row[4].note for row in table.rows] == ["", "", "worse", ""]
    assert tabulate_actions_by_district(make_actions(ROWS)) is None


def test_the_whole_area_counts_its_districts() -> None:
    rows = [
        stage("消防整治", 2, "2021-04-28", 20, 18),
        stage("消防整治", 2, None, 4, 4, district_code=CODES[1]),
    ]
    view = make_actions(rows, district=ALL)
    stages, places = tabulate_action_stages(view), tabulate_actions_by_district(view)
    assert stages is not None and places is not None
    assert [cell.text for cell in stages.rows[0][4:]] == [
        "按期完成 1、逾期未完成 1",
        "24",
        "22",
        "2",
        "91.7%",
    ]
    first, second = places.rows[:2]
    assert [cell.text for cell in first[1:]] == ["1", "1", "0", "0", "0", "20", "18", "2", "90.0%"]
    assert [cell.text for cell in second[1:]] == ["1", "0", "0", "1", "0", "4", "4", "0", "100.0%"]
    assert read(write_action_problems(view)) == ["消防整治的自查自纠阶段有1个地区逾期未完成，2个问题未销号。"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sentences_say_what_the_table_says(lang: str) -> None:
    view = make_actions(ROWS, lang=lang)
    words = {
        "zh": [
            "2021年，城关镇开展专项行动1项，共4个阶段，发现问题25个，已销号23个，销号率为92.0%，1个阶段没有写明发现数和销号数。"
            "各阶段中，按期完成1个，逾期完成1个，逾期未完成1个，正在进行1个。",
            "消防整治的自查自纠阶段发现问题20个，尚有2个未销号。",
            "消防整治的集中整治阶段应于2021年5月28日前完成，尚未完成。",
        ],
        "en": [
            "In 2021, 城关镇 took part in one special action, in 4 stages; "
            "25 problems were found and 23 closed (92.0%); one stage does not say what was found and closed. "
            "Of the stages, one was done in time; one was done late; one is overdue; one is under way.",
            "消防整治, 自查自纠: 2 of 20 problems still open.",
            "消防整治, 集中整治: due by 28 May 2021 and not done.",
        ],
    }
    assert read(write_actions(view)) + read(write_action_problems(view)) == words[lang]
    assert len(read(write_action_steps(view))) == 4


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "发现问题3个，均未销号。"),
        ("en", "in one stage; 3 problems were found and none has been closed."),
    ],
)
def test_that_nothing_is_closed_is_said_in_words(lang: str, said: str) -> None:
    view = make_actions([stage("消防整治", 1, None, 3, 0)], lang=lang)
    assert said in read(write_actions(view))[0]


def test_stages_of_the_whole_area_are_counted_once_and_over_all_districts() -> None:
    other = [stage("消防整治", n, "2021-03-20", 1, 1, district_code=CODES[1]) for n in (1, 2)]
    rows = [*(stage("消防整治", n, "2021-03-20", 2, 2) for n in (1, 2)), *other]
    assert read(write_actions(make_actions(rows, district=ALL)))[0].startswith(
        "2021年，全域开展专项行动1项，分2个阶段，2个地区合计4个，发现问题6个"
    )


def test_nothing_left_and_nothing_at_all_are_said() -> None:
    sound = make_actions([stage("消防整治", 1, "2021-03-20", 3, 3)])
    assert read(write_action_problems(sound)) == ["没有逾期未完成的阶段，没有未销号的问题。"]
    assert read(write_action_steps(sound)) == ["巩固成果，把行之有效的做法转为日常检查的要求。"]
    empty = make_actions([stage("旧行动", 1, None, 3, 3, starts_on="2019-01-01", ends_on="2019-02-01")])
    assert read(write_actions(empty)) == ["2021年，城关镇没有开展专项行动的记录。"]
    assert tabulate_action_stages(empty) is None and plot_action_stages(empty) is None
    # Of the stage of before the period nobody wrote whether it was done.
    assert read(write_action_problems(empty)) == [
        "已写明的阶段中没有逾期未完成的，也没有未销号的问题；其余没有写明完成日期或销号数，无从判断。"
    ]
    assert write_actions(make_view()) is None


def test_the_chart_says_in_words_what_it_shows() -> None:
    figure = plot_action_stages(make_actions(ROWS))
    assert figure is not None
    assert figure.alt.endswith("共发现25个，已销号23个；发现最多的是自查自纠 消防整治。")
    assert "20个，销号率90.0%" in figure.svg


AREA_ROWS = [
    stage("甲行动", 2, "2021-04-28", 20, 18, ends_on="2021-04-29"),
    stage("甲行动", 1, None, None, 4, ends_on="2021-12-31"),
    stage("甲行动", 2, None, 4, 5, starts_on="2021-03-31"),
    stage("甲行动", 2, "2021-05-30", 3, None),
    stage("乙行动", 1, None, 0, 0),
    stage("甲行动", 3, None, 8, 1, starts_on="2020-12-31"),  # began before the period
]
DISTRICTS = (CODES[0], CODES[0], CODES[1], CODES[1], CODES[0], CODES[0])


def make_area(district: str = ALL) -> View:
    table = make_table("actions", AREA_ROWS)
    table["district_code"] = pd.Series(DISTRICTS, dtype="str")
    return make_view(ledgers={"actions": table}, as_of=date(2021, 6, 1), district=district)


SUMS = [
    "stages",
    "in_time",
    "late",
    "overdue",
    "running",
    "known",
    "found",
    "closed",
    "open",
    "closed_percent",
]


def list_sums(table: pd.DataFrame, *by: str) -> list[list[object]]:
    return table[[*by, *SUMS]].astype(object).where(table[[*by, *SUMS]].notna(), None).to_numpy().tolist()


def test_stages_are_in_order_and_never_have_less_than_nought_open() -> None:
    stages = list_stages(make_area())
    assert stages[["name", "source_row"]].to_numpy().tolist() == [
        ["乙行动", 6], ["甲行动", 3], ["甲行动", 4], ["甲行动", 2], ["甲行动", 5],
    ]  # fmt: skip
    assert stages["state"].tolist() == ["overdue", "running", "overdue", "in_time", "late"]
    assert str(stages["state"].dtype) == "str"
    assert {str(dtype) for dtype in stages[["found", "closed", "open"]].dtypes} == {"float64"}
    assert stages["open"].fillna(-1).tolist() == [0, -1, 0, 2, -1]
    assert list(stages.index) == [0, 1, 2, 3, 4]
    assert (
        list_stages(make_view()).empty
        and list_stages(make_view({"actions": make_table("actions", [])})).empty
    )


def test_sums_of_a_stage_over_its_districts() -> None:
    sums = sum_stages(make_area())
    assert list_sums(sums, "name", "stage") == [
        ["乙行动", "动员部署", 1, 0, 0, 1, 0, 1, 0, 0, 0, None],
        ["甲行动", "动员部署", 1, 0, 0, 0, 1, 0, None, None, None, None],
        ["甲行动", "自查自纠", 3, 1, 1, 1, 0, 2, 24, 23, 2, 100 * 23 / 24],
    ]
    assert sums["starts_on"].dt.strftime("%m-%d").tolist() == ["03-01", "03-01", "03-31"]
    assert sums["ends_on"].dt.strftime("%m-%d").tolist() == ["03-28", "12-31", "04-29"]
    own = sum_stages(make_area(CODES[0]))
    assert own["source_row"].tolist() == [6, 3, 4, 2, 5]
    assert sum_stages(make_view()).empty


def test_sums_of_a_district_over_its_stages() -> None:
    sums = sum_stages_by_district(make_area())
    assert len(sums) == 6 and {str(dtype) for dtype in sums[SUMS[:6]].dtypes} == {"int64"}
    assert list_sums(sums, "district_code")[:3] == [
        [CODES[0], 3, 1, 0, 1, 1, 2, 20, 18, 2, 90.0],
        [CODES[1], 2, 0, 1, 1, 0, 1, 4, 5, 0, 125.0],
        ["350921103", 0, 0, 0, 0, 0, 0, None, None, None, None],
    ]


def test_stages_by_their_first_day() -> None:
    ranked = rank_stages(make_area())
    assert ranked[["name", "stage", "found", "stages"]].to_numpy().tolist() == [
        ["乙行动", "动员部署", 0, 1], ["甲行动", "自查自纠", 24, 2],
    ]  # fmt: skip
    assert list(ranked.index) == [0, 1]
    later = make_actions([stage("甲", 2, None, 1, 1), stage("乙", 3, None, 1, 1), stage("丙", 1, None, 1, 1)])
    assert rank_stages(later)["name"].tolist() == ["丙", "甲", "乙"]
    assert rank_stages(make_view()).empty


def test_what_stages_found_and_closed() -> None:
    """Seventeen stages of one district each, and one of two; sixteen are shown, of which two found most."""
    rows = [stage(f"{at:02}", 1, None, 3, 1, starts_on=f"2021-03-{at + 1:02}") for at in range(17)]
    rows += [stage("05", 1, None, 2, 2, starts_on="2021-03-06"), stage("16", 2, None, 90, 9)]
    rows += [stage("09", 1, None, 2, 0, starts_on="2021-03-10"), stage("17", 2, None, 99, None)]
    found = follow_stages(make_actions(rows, district=ALL))
    assert found is not None and list(found.shown.index) == [f"动员部署 {at:02}" for at in range(16)]
    assert found.shown["found"].tolist() == [3] * 5 + [5] + [3] * 3 + [5] + [3] * 6
    # The last stage does not say what is closed.
    assert (found.found, found.closed, found.rows, found.most) == (145, 28, 20, "动员部署 05")
    nothing = [stage("甲", 1, None, 0, 0)]
    assert follow_stages(make_actions(nothing)) is None and follow_stages(make_view()) is None
    one = follow_stages(make_actions([*nothing, stage("乙", 2, None, 1, 0)]))
    assert one is not None and (one.found, one.closed, one.rows, one.most) == (1, 0, 2, "自查自纠 乙")


def test_what_the_actions_come_to() -> None:
    counts = count_actions(make_area())
    assert counts == ActionCounts(
        actions=2, stages=3, rows=5, places=2, found=24, closed=23, left=2, silent=1,
        states={"in_time": 1, "late": 1, "overdue": 2, "running": 1},
    )  # fmt: skip
    assert counts is not None and list(counts.states) == ["in_time", "late", "overdue", "running"]
    own = count_actions(make_area(CODES[0]))
    assert own is not None and (own.stages, own.rows) == (5, 5)
    few = count_actions(make_actions(ROWS[:1]))
    assert few is not None and few.states == {"in_time": 1}
    assert count_actions(make_view()) is None


@pytest.mark.parametrize(
    ("found", "closed", "left", "states", "percent", "due"),
    [
        (8, 6, 2, {"late": 1, "overdue": 1}, 75, ["overdue", "open", "late"]),
        (8, 8, 0, {"in_time": 2, "late": 1}, 100, ["late"]),
        (3, 0, 3, {"running": 1}, 0, ["open"]),
        (0, 0, 0, {"overdue": 2}, float("nan"), ["overdue"]),
        (0, 0, 0, {"in_time": 1, "running": 3}, float("nan"), []),
    ],
)
def test_share_closed_and_what_is_due(
    found: float, closed: float, left: float, states: dict[str, int], percent: float, due: list[str]
) -> None:
    counts = ActionCounts(1, 2, 2, 1, found, closed, left, 0, states)
    assert counts.due == due and counts.closed_percent == pytest.approx(percent, nan_ok=True)


def test_problems_of_stages() -> None:
    assert list_stage_problems(make_area()) == [
        StageProblem("乙行动", "动员部署", overdue=1),
        StageProblem("甲行动", "集中整治", open=7, overdue=1, carried=True),
        StageProblem("甲行动", "自查自纠", open=2, overdue=1),
    ]
    assert list_stage_problems(make_area(CODES[0])) == [
        StageProblem("乙行动", "动员部署", due=date(2021, 3, 28)),
        StageProblem("甲行动", "集中整治", due=date(2021, 5, 28), carried=True),
        StageProblem("甲行动", "集中整治", found=8, open=7, carried=True),
        StageProblem("甲行动", "自查自纠", due=date(2021, 4, 28)),
        StageProblem("甲行动", "自查自纠", found=20, open=2),
    ]
    assert list_stage_problems(make_view()) == []


def test_one_problem_open_is_a_problem() -> None:
    view = make_actions([stage("甲", 4, None, 3, 2), stage("乙", 4, None, 3, 3)])
    problem = StageProblem("甲", "总结提升", found=3, open=1)
    assert list_stage_problems(view) == [problem]
    assert list_stage_problems(replace(view, district=ALL)) == [StageProblem("甲", "总结提升", open=1)]
    assert type(list_stage_problems(view)[0].found) is float


def test_rows_of_a_stage_stand_together_in_the_order_of_their_days() -> None:
    """Two stages of one action by turns, twenty rows each."""
    rows = [
        stage("甲", 1 + at % 2, None, at, 0, starts_on=f"2021-03-{at // 2 + 1:02}", ends_on="2021-04-30")
        | {"source_row": at}
        for at in range(40)
    ]
    table = make_table("actions", rows)
    sums = sum_stages(make_view({"actions": table}, as_of=date(2021, 6, 1)))
    assert sums["source_row"].tolist() == [*range(2, 42, 2), *range(3, 42, 2)]
    assert sums["found"].tolist() == [*range(0, 40, 2), *range(1, 40, 2)]


def test_stages_of_one_first_day_are_ranked_by_name() -> None:
    rows = [stage(f"{at * 7 % 40:02}", 1 + at % 2, None, 1, 1, starts_on="2021-03-01") for at in range(40)]
    ranked = rank_stages(make_actions(rows))
    assert ranked["name"].tolist() == [f"{at:02}" for at in range(40)]
    two = rank_stages(make_actions([stage("甲", at, None, 1, 1, starts_on="2021-03-01") for at in (2, 1)]))
    assert two["stage"].tolist() == sorted(two["stage"])


def test_problems_stand_in_the_order_of_the_stages_and_closed_of_none_is_no_share() -> None:
    view = make_actions([stage("甲", 3, None, 3, 2), stage("甲", 4, None, 3, 2), stage("乙", 4, None, 0, 4)])
    for one in (view, replace(view, district=ALL)):
        assert [problem.stage for problem in list_stage_problems(one) if problem.open] == [
            "集中整治",
            "总结提升",
        ]
    assert pd.isna(sum_stages(view).set_index("name").loc["乙", "closed_percent"])


@pytest.mark.parametrize(
    ("silent", "states", "told"),
    [
        (0, {"in_time": 2}, True),
        (1, {"in_time": 2}, False),
        (0, {"in_time": 1, UNKNOWN: 1}, False),
        (0, {}, True),
    ],
)
def test_whether_all_is_known_of_every_stage(silent: int, states: dict[str, int], told: bool) -> None:
    assert ActionCounts(1, 2, 2, 1, 4, 4, 0, silent, states).is_told == told


def test_a_stage_of_before_the_period_is_overdue_until_it_is_done() -> None:
    """Of the stages of 2021 that began by May, seen from the second quarter of 2022."""
    rows = [
        stage("甲", 1, "2021-03-30", 5, 5),
        stage("甲", 2, None, 4, 4),
        stage("甲", 3, "2021-05-28", 6, 2),
    ]
    rows.append({**stage("乙", 1, None, 1, 1), "starts_on": "2022-04-01", "ends_on": "2022-04-30"})
    view = replace(make_actions(rows, period="2022Q2"), as_of=date(2022, 6, 30))
    assert list_stages(view)["name"].tolist() == ["乙"]
    assert list_stage_problems(view) == [
        StageProblem("乙", "动员部署", due=date(2022, 4, 30)),
        StageProblem("甲", "自查自纠", due=date(2021, 4, 28), carried=True),
        StageProblem("甲", "集中整治", found=6, open=4, carried=True),
    ]
    assert read(write_action_problems(view))[1] == (
        "甲的自查自纠阶段应于2021年4月28日前完成，尚未完成。该阶段在本期之前开始。"
    )
    assert len(read(write_action_steps(view))) == 3  # overdue, open, and late
    none = replace(view, period=parse_period("2022Q1"), as_of=date(2022, 3, 31))
    assert count_actions(none) is None and len(list_stage_problems(none)) == 2


def test_what_was_late_and_is_done_is_no_problem() -> None:
    view = make_actions([stage("甲", 1, "2021-03-30", 5, 5)])
    assert read(write_action_problems(view)) == ["没有逾期未完成的阶段，没有未销号的问题。"]


def test_of_the_whole_area_an_action_s_stages_are_one_item() -> None:
    rows = [
        stage("消防整治", 1, "2021-03-20", 9, 5),
        stage("消防整治", 2, None, 4, 2, district_code=CODES[1]),
        stage("燃气整治", 1, "2021-03-20", 3, 1),
    ]
    assert read(write_action_problems(make_actions(rows, district=ALL))) == [
        "消防整治：动员部署阶段4个问题未销号；自查自纠阶段1个地区逾期未完成，2个问题未销号。",
        "燃气整治的动员部署阶段尚有2个问题未销号。",
    ]
    english = read(write_action_problems(make_actions(rows, district=ALL, lang="en")))
    assert (
        english[0] == "消防整治: 动员部署, 4 problems open; 自查自纠, overdue in 1 district, 2 problems open."
    )
