"""Headers understood, in every spelling."""

from pathlib import Path

import pandas as pd
import pytest
from ledger_files import read, write_csv

from taizhang.ledgers.headers import HeaderIndex
from taizhang.metadata.kinds import load_kinds

KINDS = load_kinds()


@pytest.mark.parametrize(
    ("kind", "levels", "field"),
    [
        ("hazards", ("地  区",), "district"),
        ("hazards", ("乡（镇、街道）",), "district"),
        ("hazards", ("発现日期",), None),
        ("hazards", ("*发现日期：",), "found_on"),
        ("hazards", ("1.发现日期（年月日）",), "found_on"),
        ("hazards", ("Date Found",), "found_on"),
        ("hazards", ("FOUND_ON",), "found_on"),
        ("hazards", ("檢查時間",), "found_on"),
        ("hazards", ("检查", "时间"), "found_on"),
        ("hazards", ("整改责任单位", "联系电话"), None),
        ("hazards", ("整改责任单位", "名称"), None),
        ("hazards", ("企业", "名称"), "premises"),
        ("hazards", ("基本情况", "类别"), "category"),
        ("hazards", ("其他", "类别"), None),
        ("inspections", ("检查情况", "检查人员（人）"), "inspectors"),
        ("incidents", ("伤亡情况", "死亡", "人"), "deaths"),
        ("losses", ("直接经济损失万元",), "loss_wan"),
        ("reports_up", ("时间", "报告时间"), "reported_at"),  # the group adds nothing
        ("reports_up", ("批示办理", "报告时间"), None),  # perhaps the day of an answer
    ],
)
def test_headers(kind: str, levels: tuple[str, ...], field: str | None) -> None:
    match = HeaderIndex(KINDS[kind], {}).match(levels)
    assert (match.field if match else None) == field


@pytest.mark.parametrize(
    ("kind", "header", "factor"),
    [
        ("hazards", "整改资金（元）", 1e-4),
        ("hazards", "整改资金(单位：亿元)", 1e4),
        ("hazards", "整改资金/元", 1e-4),
        ("hazards", "整改资金", 1),
        ("inspections", "罚款金额（万元）", 1e4),
        ("losses", "农作物受灾面积（亩）", 1 / 15),
        ("losses", "受灾人口(万人)", 1e4),
        ("losses", "受灾人口（万）", 1e4),
        ("drills", "演练时长（小时）", 60),
    ],
)
def test_the_unit_in_a_header_converts(kind: str, header: str, factor: float) -> None:
    match = HeaderIndex(KINDS[kind], {}).match((header,))
    assert match is not None and match.factor == pytest.approx(factor) and not match.problem


def test_a_unit_that_does_not_convert_is_a_problem_and_no_guess() -> None:
    match = HeaderIndex(KINDS["losses"], {}).match(("受灾人口（户）",))
    assert match is not None and str(match.problem) == "its unit '户' cannot be converted to 人"


def test_the_users_header_goes_before_all_others() -> None:
    index = HeaderIndex(KINDS["hazards"], {"found_on": "查出的时间点"})
    match = index.match(("查出的 时间点",))
    assert match is not None and match.field == "found_on" and match.rank == -1
    other = index.match(("发现日期",))  # of a file that has the usual header
    assert other is not None and other.field == "found_on"


def test_no_header_is_two_kinds_fields_best_name() -> None:
    # Within a kind, a title is nobody else's alias: the column whose very name it is must have it.
    for kind in KINDS.values():
        index = HeaderIndex(kind, {})
        for item in kind.fields.values():
            for word in (item.name, item.title["zh"], item.title["en"]):
                match = index.match((word,))
                assert match is not None and match.field == item.name, (kind.name, word)


def tell_people(tmp_path: Path, text: str) -> list[tuple[object, ...]]:
    got = read(write_csv(tmp_path, text), "population", names=frozenset(("溪南镇", "石门镇")))
    columns = ["district", "year", "residents", "households", "area_km2"]
    assert not got.errors and got.set_aside.empty
    return [
        tuple(None if pd.isna(v) else v for v in row) for row in got.rows[columns].itertuples(index=False)
    ]


@pytest.mark.parametrize(
    "header",
    [
        "2022年常住人口（人）", "2022年末常住人口",
        "2022年常住人口数（人）", "常住人口（2022年）", "常住人口（2022年/人）",
        "2022年度常住人口", "二〇二二年常住人口", "民國111年常住人口", "Population 2022", "2022常住人口",
    ],
)  # fmt: skip
def test_the_year_of_a_header_is_that_of_the_rows(tmp_path: Path, header: str) -> None:
    rows = [("溪南镇", 2022, 3000, None, None), ("石门镇", 2022, 5000, None, None)]
    assert tell_people(tmp_path, f"乡镇,{header}\n溪南镇,3000\n石门镇,5000\n") == rows


def test_headers_of_several_years_are_a_row_for_each(tmp_path: Path) -> None:
    text = "乡镇,2021年户数,2022年户数,2022年常住人口（万人）,面积（km2）\n溪南镇,9,10,0.3,7\n石门镇,19,20,0.5,8\n"
    assert tell_people(tmp_path, text) == [
        ("溪南镇", 2021, None, 9, 7.0), ("石门镇", 2021, None, 19, 8.0),
        ("溪南镇", 2022, 3000, 10, 7.0), ("石门镇", 2022, 5000, 20, 8.0),
    ]  # fmt: skip


def test_a_group_of_headers_may_name_the_year(tmp_path: Path) -> None:
    text = "乡镇,2021年,,2022年,\n,常住人口,户数,常住人口,户数\n溪南镇,29,9,30,10\n"
    assert tell_people(tmp_path, text) == [("溪南镇", 2021, 29, 9, None), ("溪南镇", 2022, 30, 10, None)]


def test_a_column_of_years_goes_before_the_headers(tmp_path: Path) -> None:
    text = "2020年人口\n乡镇,年份,2022年常住人口\n溪南镇,2021,29\n溪南镇,2022,30\n"
    assert [row[:3] for row in tell_people(tmp_path, text)] == [("溪南镇", 2021, 29), ("溪南镇", 2022, 30)]


def test_a_header_goes_before_the_title_and_is_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "人口情况,\n乡镇,2022年常住人口\n溪南镇,30\n", "2023年人口.csv")
    got = read(path, "population")
    assert got.rows["year"].tolist() == [2022]
    assert [str(note) for note in got.tables[0].notes] == ["year taken from the headers: 2022"]


@pytest.mark.parametrize("header", ["2022年", "2021年至2022年人口", "比2021年增加人口", "2022年人口增长率"])
def test_headers_that_name_a_year_and_nothing_known_are_not_read(tmp_path: Path, header: str) -> None:
    assert read(write_csv(tmp_path, f"乡镇,{header}\n溪南镇,3000\n石门镇,5000\n"), "population").rows.empty
