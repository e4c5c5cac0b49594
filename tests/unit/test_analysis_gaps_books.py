"""Ledgers whose columns say less than they might: the facts of whole workbooks, and what their reports say of them."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box, mapping

import taizhang as tz
from taizhang import figures, narrative
from taizhang.core.display import Prose
from taizhang.facts import hazards
from taizhang.workbook.book import Workbook

TOML = """
[workbook]
title = "县"
[boundaries]
path = "areas.geojson"
code = "code"
name = "name"
[ledgers.KIND]
files = ["rows.csv"]
"""


def open_book(folder: Path, kind: str, *lines: str) -> Workbook:
    """A workbook of two districts with one ledger, whose first line is its header."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"35092110{n}", "name": name},
            "geometry": mapping(box(118 + n, 26, 118.5 + n, 26.5)),
        }
        for n, name in ((1, "甲镇"), (2, "乙镇"))
    ]
    areas = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "areas.geojson").write_text(areas, encoding="utf-8")
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "workbook.toml").write_text(TOML.replace("KIND", kind), encoding="utf-8")
    return tz.open(str(folder))


def read_facts(
    book: Workbook, *names: str, period: str = "2021", code: str = "350921101"
) -> list[float | None]:
    facts = book.facts(period).set_index(["fact", "district_code"])["value"]
    values = [facts[name, code] for name in names]
    return [None if pd.isna(value) else float(value) for value in values]


def say(
    book: Workbook, *sections: str, lang: str = "zh", district: str = "甲镇", about: Sequence[str] = ()
) -> str:
    view = book.view(district, "2021", lang)
    prose: list[Prose | None] = [getattr(narrative, f"write_{name}")(view, *about) for name in sections]
    return "\n".join("".join(run.text for run in block.runs) for one in prose if one for block in one.blocks)


def test_on_the_spot_without_a_date_is_rectified_on_the_day(tmp_path: Path) -> None:
    """A holiday action found 23: 18 put right on the spot, without a date, and 5 by a deadline; all closed."""
    spot = [f"甲镇,2021-05-0{n % 5 + 1},厂{n},立行立改,,,已整改" for n in range(18)]
    later = [f"甲镇,2021-05-03,限{n},限期整改,2021-06-01,2021-05-2{n},已整改" for n in range(5)]
    book = open_book(
        tmp_path, "hazards", "乡镇,发现日期,场所名称,整改方式,整改期限,整改完成日期,整改状态", *spot, *later
    )
    names = (
        "rectified",
        "rectified_undated",
        "rectification_rate",
        "open",
        "overdue",
        "days_to_rectify_median",
    )
    assert read_facts(book, *(f"hazards.{name}" for name in names)) == [23, 0, 100, 0, 0, 0]
    assert read_facts(book, "hazards.open_stock", "hazards.overdue_stock") == [0, 0]
    said = say(book, "hazards")
    assert "均已整改" in said and "半数以上的隐患当日整改" in said
    assert "甲镇没有未整改的隐患" in said and "逾期" not in said
    # None is found where nobody looks: without inspections nothing is said of days with more.
    assert say(book, "key_periods", district="all") == ""


def test_more_than_on_other_days_that_had_none_is_no_number_of_times(tmp_path: Path) -> None:
    rows = [f"甲镇,2021-05-0{n % 5 + 1},事故灾难" for n in range(23)]
    book = open_book(tmp_path, "incidents", "乡镇,发生日期,事件类别", *rows)
    said = say(book, "key_periods", district="all")
    assert "inf" not in said and "劳动节（平时没有）" in said
    table = figures.tabulate_key_periods(book.view("all", "2021", "zh"))
    assert table is not None
    values = [cell.value for row in table.rows for cell in row if isinstance(cell.value, float)]
    assert values and np.isfinite(values).all()


def test_hazards_closed_but_without_a_day_of_correction(tmp_path: Path) -> None:
    book = open_book(
        tmp_path, "hazards",
        "乡镇,发现日期,隐患等级,整改期限,销号日期,销号情况",
        "甲镇,2021-03-01,重大,2021-04-01,2021-03-05,已销号",
        "甲镇,2021-03-02,一般,2021-04-01,,已销号",
        "甲镇,2021-03-03,一般,2021-04-01,,未销号",
    )  # fmt: skip
    names = ("rectified", "rectified_undated", "open", "overdue", "major_open")
    assert read_facts(book, *(f"hazards.{name}" for name in names)) == [2, 1, 1, 1, 0]
    assert read_facts(book, *(f"hazards.{name}_stock" for name in names[2:])) == [1, 1, 0]
    said = say(book, "hazards")
    assert "其中1处台账写明已整改而没有日期" in said
    assert "重大隐患有1处" in said and "没有未整改的重大隐患" in said
    # Half were rectified in four days if the undated one was at once, more than half never, if on the last day.
    assert read_facts(book, "hazards.days_to_rectify_median") == [None]


def test_what_nothing_tells_is_said_with_the_column_that_would(tmp_path: Path) -> None:
    book = open_book(tmp_path, "hazards", "乡镇,发现日期,整改期限", *["甲镇,2021-03-01,2021-03-10"] * 3)
    assert read_facts(book, "hazards.found", "hazards.status_unknown") == [3, 3]
    names = (
        "rectified",
        "rectification_rate",
        "open",
        "overdue",
        "major",
        "major_open",
        "days_to_rectify_median",
    )
    assert read_facts(book, *(f"hazards.{name}" for name in names)) == [None] * 7
    assert read_facts(book, "hazards.overdue", code="all") == [None]
    assert read_facts(book, "hazards.overdue", code="350921102") == [0]
    for lang, column, wrong in (
        ("zh", "“整改日期”或“整改状态”", ("均未整改", "逾期未整改的有", "没有逾期", "没有发现突出问题")),
        (
            "en",
            "“Rectified on” or “Status”",
            ("none of them", "is open past", "are open past", "nothing stands out"),
        ),
    ):
        said = say(book, "summary", "hazards", "findings", lang=lang)
        assert column in said and not any(claim in said for claim in wrong)


def test_incidents_without_a_column_of_deaths(tmp_path: Path) -> None:
    book = open_book(
        tmp_path,
        "incidents",
        "乡镇,发生时间,简要经过",
        "甲镇,2021-03-01,厂房坍塌，2人死亡",
        "甲镇,2021-04-01,车辆相撞",
    )
    names = ("deaths", "serious_injuries", "level_ordinary", "level_larger", "loss_wan")
    assert read_facts(book, "incidents.count", *(f"incidents.{name}" for name in names)) == [2] + [None] * 5
    said = say(book, "summary", "incidents", "findings")
    assert "死亡人数无从得知：台账没有写明“死亡人数”" in said and "没有人员" not in said
    assert "nobody" not in say(book, "summary", "incidents", lang="en")


def test_a_cell_that_cannot_be_read_is_not_empty(tmp_path: Path) -> None:
    """Of three accidents one has an error for its deaths, one three of them, and one an empty cell."""
    rows = ["甲镇,2021-03-05,事故灾难,#N/A", "甲镇,2021-03-06,事故灾难,3", "甲镇,2021-03-07,事故灾难,"]
    book = open_book(tmp_path, "incidents", "乡镇,发生时间,事件类别,死亡人数", *rows)
    assert read_facts(book, "incidents.count", "incidents.deaths") == [3, None]
    said = say(book, "summary", "incidents")
    assert "死亡人数无从得知：应写明“死亡人数”的3条记录中，只有2条写明" in said and "3人死亡" not in said


def test_a_day_that_cannot_be_read_is_no_open_hazard(tmp_path: Path) -> None:
    """One rectified on a day that is none, one open and overdue, one rectified: it was not left open."""
    rows = [
        "2021-03-01,2021-04-01,2021-02-30,",
        "2021-03-01,2021-04-01,,",
        "2021-03-01,2021-04-01,2021-03-02,",
    ]
    book = open_book(
        tmp_path, "hazards", "乡镇,发现日期,整改期限,整改日期,销号日期", *(f"甲镇,{row}" for row in rows)
    )
    names = ("hazards.found", "hazards.status_unknown", "hazards.rectified", "hazards.overdue")
    assert read_facts(book, *names) == [3, 1, None, None]
    assert "1处整改情况不明" in say(book, "hazards")


@pytest.mark.parametrize("word", ["不详", "待核实", "未统计", "Unknown"])
def test_a_cell_that_says_that_it_is_not_known_says_neither_none_nor_not_yet(
    tmp_path: Path, word: str
) -> None:
    """An empty cell is 0 where nobody wrote 0, and not yet among days; a word for what nobody knows is neither."""
    rows = [f"甲镇,2021-03-05,事故灾难,{cell}" for cell in ("1", "", word)]
    (tmp_path / "i").mkdir()
    book = open_book(tmp_path / "i", "incidents", "乡镇,发生时间,事件类别,死亡人数", *rows[:2])
    assert read_facts(book, "incidents.deaths") == [1]
    (tmp_path / "j").mkdir()
    book = open_book(tmp_path / "j", "incidents", "乡镇,发生时间,事件类别,死亡人数", *rows)
    assert read_facts(book, "incidents.count", "incidents.deaths") == [3, None]
    days = [f"甲镇,2021-03-01,2021-04-01,{day}" for day in ("2021-03-02", "", word)]
    (tmp_path / "k").mkdir()
    book = open_book(tmp_path / "k", "hazards", "乡镇,发现日期,整改期限,整改日期", *days)
    assert read_facts(book, "hazards.status_unknown", "hazards.open", "hazards.overdue") == [1, None, None]
    assert "1处整改情况不明" in say(book, "hazards")


def test_complaints_answered_are_not_resolved(tmp_path: Path) -> None:
    rows = [f"甲镇,2021-03-01,12345热线,2021-03-{n + 2:02d}" for n in range(10)]
    book = open_book(tmp_path, "complaints", "乡镇,受理日期,来源渠道,答复日期", *rows)
    assert read_facts(book, "complaints.answered", "complaints.resolved", "complaints.resolution_rate") == [
        10,
        None,
        None,
    ]
    said = say(book, "summary", "complaints")
    assert "所受理的已全部答复" in said and "诉求办结率无从得知" in said and "均未办结" not in said


def test_one_district_with_data(tmp_path: Path) -> None:
    rows = ["甲镇,2021-03-05,甲,2021-04-01,2021-03-20"]
    book = open_book(tmp_path, "hazards", "乡镇,发现日期,场所名称,整改期限,整改完成日期", *rows)
    said = say(book, "comparison", district="all", about=["hazards.rectification_rate"])
    assert said.startswith("隐患整改率只有甲镇有数据，为100.0%。")


def test_a_district_without_rows_is_not_where_a_rule_looked(tmp_path: Path) -> None:
    """Of 甲镇 nothing can be told; of 乙镇 there is no row, so that its noughts say nothing of problems."""
    book = open_book(tmp_path, "hazards", "乡镇,发现日期,场所名称", *["甲镇,2021-05-01,甲"] * 3)
    assert say(book, "findings", district="all").startswith("本期没有一条规则可以对照，有无问题无从判断。")
    equal = say(book, "comparison", district="all", about=["hazards.overdue_stock"])
    assert equal == "现存逾期未整改没有可以比较的数据。"


def test_on_the_spot_without_a_day_is_told_of_in_the_method(tmp_path: Path) -> None:
    """Three on the spot, one of them with its day; one by a deadline, without."""
    rows = ["2021-05-01,立行立改,,已整改"] * 2 + [
        "2021-05-02,立行立改,2021-05-02,已整改",
        "2021-05-03,限期整改,,已整改",
    ]
    book = open_book(
        tmp_path, "hazards", "乡镇,发现日期,整改方式,整改日期,整改状态", *(f"甲镇,{row}" for row in rows)
    )
    assert "立行立改的隐患中有2处没有写整改日期，以发现日为准。" in say(book, "method")
    assert "2 have no date of rectification" in say(book, "method", lang="en")
    assert "立行立改的隐患" not in say(book, "method", district="乙镇")


@pytest.mark.parametrize(
    ("as_of", "expected"), [("", [2, 1, 0]), ("2021-04-01", [1, 0, 1]), ("2021-06-01", [2, 1, 0])]
)
def test_a_status_without_a_day_on_a_day_asked_for(tmp_path: Path, as_of: str, expected: list[float]) -> None:
    """Eleven hazards dated up to 1 June; before it, it is not known of the undated one whether it was rectified yet."""
    rows = ["甲镇,2021-03-01,2021-03-02,已整改", "甲镇,2021-03-01,,已整改", *["甲镇,2021-03-03,,未整改"] * 9]
    book = open_book(tmp_path, "hazards", "乡镇,发现日期,整改日期,整改状态", *rows, "乙镇,2021-06-01,,未整改")
    if as_of:
        book = Workbook(tmp_path, as_of=pd.Timestamp(as_of).date())
    names = ("hazards.rectified", "hazards.rectified_undated", "hazards.status_unknown")
    assert read_facts(book, *names) == expected
    view = book.view("甲镇", "2021")
    assert view.counted("hazards").test(hazards.is_unknown).sum() == expected[2]
    assert ("整改情况不明" in say(book, "hazards")) == bool(expected[2])


SPOT = "乡镇,发现日期,整改方式,整改期限,整改日期,整改状态"
CLOSED = "乡镇,发现日期,隐患级别,整改期限,"


@pytest.mark.parametrize(
    ("head", "row", "rectified", "unknown", "still_open"),
    [
        (SPOT, "甲镇,2021-05-01,立行立改,2021-05-02,,未整改", 0, 0, 2),  # the status says otherwise
        (SPOT, "甲镇,2021-05-01,立行立改,,,", 2, 0, 0),
        (SPOT, "甲镇,2021-05-01,当场整改,,2021-05-03,已整改", 2, 0, 0),
        (SPOT, "甲镇,2021-05-01,责令立即整改,,,", None, 2, None),  # an order
        ("乡镇,发现日期,整改方式", "甲镇,2021-05-01,立行立改", 2, 0, 0),
        ("乡镇,发现日期,整改方式,整改状态", "甲镇,2021年5月,当场整改,已整改", 2, 0, 0),
        ("乡镇,发现日期,整改方式,复查日期,复查结果", "甲镇,2021-05-01,当场整改,2021-05-03,不合格", 0, 0, 2),
        ("乡镇,发现日期,整改情况", "甲镇,2021-05-01,已当场整改完毕", 2, 0, 0),
    ],
)
def test_on_the_spot_without_a_day_of_each_kind(
    tmp_path: Path, head: str, row: str, rectified: int | None, unknown: int, still_open: int | None
) -> None:
    names = ("rectified", "rectified_undated", "status_unknown", "open")
    undated = 0 if rectified is not None else None
    found = read_facts(open_book(tmp_path, "hazards", head, row, row), *(f"hazards.{name}" for name in names))
    assert found == [rectified, undated, unknown, still_open]


@pytest.mark.parametrize(
    ("column", "cell", "rectified"),
    [
        *((column, "2021-04-26", 2) for column in ("复查日期", "销号日期", "验收日期")),
        # The third row's empty cell says of a status nothing: whether it is open is not known.
        *(
            (column, cell, None)
            for column, cell in (("复查结果", "已整改"), ("是否销号", "是"), ("是否整改", "√"))
        ),
        *((column, cell, None) for column, cell in (("整改情况", "4月26日已完成"), ("验收结果", "合格"))),
    ],
)
def test_hazards_closed_in_columns_of_other_names(
    tmp_path: Path, column: str, cell: str, rectified: int | None
) -> None:
    rows = [f"甲镇,2021-04-25,重大,2021-04-26,{cell}"] * 2 + ["甲镇,2021-05-27,一般,2021-05-29,"]
    book = open_book(tmp_path, "hazards", CLOSED + column, *rows)
    unknown = 0 if rectified else 1
    still = None if unknown else 1
    names = ("rectified", "status_unknown", "open", "overdue", "major_open")
    assert read_facts(book, *(f"hazards.{name}" for name in names)) == [
        rectified, unknown, still, still, None if unknown else 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cells", "deaths"),
    [
        ("受伤人数", ("2", "0"), None),
        ("死亡失踪人数", ("1", "0"), None),  # the missing are not dead: it is asked
        ("伤亡人数", ("2", "0"), None),
        ("伤亡情况", ("无人员伤亡", ""), None),
        ("事故等级", ("一般事故", "较大事故"), None),
        ("死亡人数", ("", ""), None),
        ("死亡人数", ("—", "—"), None),
        ("死亡人数", ("0", ""), None),  # where noughts are written, an empty cell is not one
        ("死亡人数", ("无", "无"), 0),
        ("死亡人数", ("1", ""), 1),
        ("伤亡情况", ("无人员伤亡", "死1伤2"), 1),
    ],
)
def test_deaths_told_in_other_ways(
    tmp_path: Path, column: str, cells: tuple[str, str], deaths: int | None
) -> None:
    rows = [f"甲镇,2021-03-0{n},事故灾难,{cell}" for n, cell in enumerate(cells, 1)]
    book = open_book(tmp_path, "incidents", f"乡镇,发生时间,事件类别,{column}", *rows)
    assert read_facts(book, "incidents.count", "incidents.deaths") == [2, deaths]
    assert ("没有人员死亡" in say(book, "incidents")) == (deaths == 0)


@pytest.mark.parametrize(
    ("column", "cells", "answered", "resolved"),
    [
        ("是否答复", ("是", "否"), None, None),
        ("回访日期", ("2021-03-10", "2021-03-11"), None, None),
        ("满意度", ("满意", "不满意"), None, None),
        ("办结日期", ("", ""), None, None),
        ("办结日期", ("2021-03-10", ""), None, 6),
        ("办理状态", ("已办结", "办理中"), 6, 6),
        ("办理情况", ("已转办", "已转办"), 0, 0),
    ],
)
def test_complaints_closed_in_other_ways(
    tmp_path: Path, column: str, cells: tuple[str, str], answered: int | None, resolved: int | None
) -> None:
    # Six of each: of sensitive ledgers fewer are withheld.
    rows = [f"甲镇,2021-03-0{n},12345热线,{cell}" for n, cell in enumerate(cells, 1)] * 6
    book = open_book(tmp_path, "complaints", f"乡镇,受理日期,来源渠道,{column}", *rows)
    assert read_facts(book, "complaints.answered", "complaints.resolved") == [answered, resolved]
    assert resolved == 0 or "均未办结" not in say(book, "complaints")


HAZARDS = "乡镇,发现日期,场所名称,整改期限,整改完成日期"
ONE = "甲镇,2021-03-05,甲,2021-04-01,2021-03-20"


@pytest.mark.parametrize(
    ("kind", "lines", "fact", "zh", "en"),
    [
        (
            "hazards", [HAZARDS, ONE], "hazards.days_to_rectify_median",
            "整改用时中位数只有甲镇有数据，为15天。", "Median days to rectify: only Jiazhen has data, 15 days.",
        ),
        (
            "inspections", ["乡镇,检查日期,检查对象,发现隐患数", "甲镇,2021-03-05,甲店,3"],
            "inspections.hazards_per_visit",
            "每次检查发现隐患只有甲镇有数据，为3.00。", "Hazards per visit: only Jiazhen has data, 3.00.",
        ),
        (
            "hazards", [HAZARDS, ONE, ONE.replace("甲镇", "乙镇")], "hazards.rectification_rate",
            r"2个[^的]+的隐患整改率相同，均为100\.0%。", r"Rectification rate is the same in 2 .+: 100\.0%\.",
        ),
        (
            "hazards", [HAZARDS, ONE], "hazards.found",
            r"2个[^的]+的发现隐患从0处（乙镇）到1处（甲镇）不等。",
            r"Hazards found ranged from 0 \(Yizhen\) to 1 \(Jiazhen\)",
        ),
        (
            "hazards", [HAZARDS], "hazards.rectification_rate",
            "隐患整改率没有可以比较的数据。", "Rectification rate: no values to compare.",
        ),
        (
            "hazards",
            [HAZARDS.replace("完成日期", "状态"), ONE.replace("2021-03-20", "已整改"), "乙镇,2021-03-05,甲,,"],
            "hazards.rectification_rate",
            "隐患整改率只有甲镇有数据，为100.0%。", "Rectification rate: only Jiazhen has data, 100.0%.",
        ),
    ],
)  # fmt: skip
def test_districts_of_which_one_or_none_or_all_have_data(
    tmp_path: Path, kind: str, lines: list[str], fact: str, zh: str, en: str
) -> None:
    book = open_book(tmp_path, kind, *lines)
    assert re.match(zh, say(book, "comparison", district="all", about=[fact]))
    assert re.match(en, say(book, "comparison", district="all", lang="en", about=[fact]))


@pytest.mark.parametrize(
    ("kind", "lines", "sections"),
    [
        (
            "incidents", ["乡镇,发生日期,事件类别", *[f"甲镇,2021-10-0{n % 7 + 1},事故灾难" for n in range(28)]],
            ["key_periods"],
        ),
        ("inspections", ["乡镇,检查日期,检查对象,发现隐患数", *["甲镇,2021-03-05,甲店,0"] * 3], ["inspections"]),
        ("drills", ["乡镇,演练日期,参加人数,发现问题数,已整改问题数", *["甲镇,2021-03-05,0,0,0"] * 3], ["drills"]),
        (
            "hazards", ["乡镇,发现日期,场所名称", "甲镇,2020-12-05,甲", *["乙镇,2021-05-05,甲"] * 12],
            ["summary", "hazards"],
        ),
        ("population", ["乡镇,年份,常住人口", "甲镇,2021,0", "乙镇,2021,0"], ["summary"]),
    ],
)  # fmt: skip
def test_nothing_is_divided_by_nought(
    tmp_path: Path, kind: str, lines: list[str], sections: list[str]
) -> None:
    book = open_book(tmp_path, kind, *lines)
    values = book.facts("2021")["value"].astype(float)
    assert not np.isinf(values).any()
    for lang in ("zh", "en"):
        said = say(book, *sections, lang=lang, district="all")
        assert not any(sign in said for sign in ("inf", "nan", "∞", "None"))
