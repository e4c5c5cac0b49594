"""The district of a whole table, by its sheet, its title or its file."""

from pathlib import Path

import pandas as pd
import pytest
from ledger_files import read, write_csv

from taizhang.core.reasons import Reason
from taizhang.ledgers.places import find_places, find_table_place, suggest_place

NAMES = frozenset(
    ("石门镇", "城关镇", "东山乡", "西石门镇", "开发区", "老石门", "雲嶺鄉", "城关镇东区", "Riverside Town")
)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("石门镇2021年隐患台账", {"石门镇"}),
        ("滨江县石门镇隐患台账", {"石门镇"}),
        ("2021年石门镇、城关镇隐患台账", {"石门镇", "城关镇"}),
        ("西石门镇台账", {"西石门镇"}),  # the longest, not the one that stands in it
        ("大石门镇台账", set()),  # another place, which is not in the layer
        ("关于石门镇的台账", {"石门镇"}),
        ("填报单位：石门镇人民政府", {"石门镇"}),
        ("城关镇东区台账", {"城关镇东区"}),
        ("东山乡村振兴台账", set()),
        ("东山乡隐患", {"东山乡"}),
        ("石 门 镇", {"石门镇"}),
        ("云岭乡台账", {"雲嶺鄉"}),
        ("石門鎮台賬", {"石门镇"}),
        ("老石门台账", set()),  # no full name
        ("滨江县隐患台账", set()),
        ("", set()),
    ],
)
def test_full_names_in_a_text(text: str, places: set[str]) -> None:
    assert find_places(text, NAMES) == places


@pytest.mark.parametrize(
    ("sheet", "title", "file", "told"),
    [
        ("石门镇", "隐患台账", "a.xlsx", ("石门镇", "sheet")),
        ("老石门", "", "a.xlsx", ("老石门", "sheet")),  # a sheet's name may be an alias
        ("Sheet1", "石门镇隐患台账", "a.xlsx", ("石门镇", "title")),
        ("Sheet1", "隐患台账", "data/raw/石门镇2021年.xlsx", ("石门镇", "file")),
        ("石门镇", "石门镇隐患台账", "石门镇.xlsx", ("石门镇", "sheet")),
        ("Sheet1", "石门镇隐患台账", "城关镇.xlsx", ("", "")),  # they disagree: asked
        ("Sheet1", "石门镇和城关镇隐患台账", "石门镇.xlsx", ("", "")),
        ("Sheet1", "隐患台账", "石门镇/a.xlsx", ("", "")),
        ("Sheet1", "隐患台账", "a.xlsx", ("", "")),
    ],
)
def test_what_names_the_district_of_a_table(sheet: str, title: str, file: str, told: tuple[str, str]) -> None:
    assert find_table_place(sheet, [title], [], file, NAMES) == told


def test_titles_above_count_where_the_tables_own_name_none() -> None:
    assert find_table_place("", ["二、补充"], ["石门镇台账"], "a.csv", NAMES) == ("石门镇", "title")
    assert find_table_place("", ["城关镇"], ["石门镇台账"], "a.csv", NAMES) == ("城关镇", "title")


def test_a_table_of_a_title_that_names_district_and_year(tmp_path: Path) -> None:
    got = read(
        write_csv(tmp_path, "石门镇2021年隐患台账,,\n发现日期,隐患描述,整改日期\n3月5日,甲,3月8日\n"),
        names=NAMES,
    )
    assert list(got.rows["district"]) == ["石门镇"] and list(got.rows["district_match"]) == ["title"]
    assert "district taken from the title (石门镇)" in map(str, got.tables[0].notes)


def test_a_district_column_or_a_setting_goes_before_the_title(tmp_path: Path) -> None:
    text = "石门镇隐患台账,,\n发现日期,隐患描述,乡镇\n2021-3-5,甲,城关镇\n2021-3-5,乙,\n"
    got = read(write_csv(tmp_path, text), names=NAMES)
    assert list(got.rows["district"]) == ["城关镇"] and len(got.set_aside) == 1
    text = "石门镇隐患台账,\n发现日期,隐患描述\n2021-3-5,甲\n"
    got = read(write_csv(tmp_path, text), names=NAMES, district="城关镇")
    assert list(got.rows["district"]) == ["城关镇"] and "district_match" not in got.rows


def test_a_table_that_two_places_claim_is_asked_about(tmp_path: Path) -> None:
    text = "石门镇、城关镇隐患台账,\n发现日期,隐患描述\n2021-3-5,甲\n"
    got = read(write_csv(tmp_path, text), names=NAMES)
    assert got.errors and "no column says which district" in str(got.errors[0])


@pytest.mark.parametrize(
    ("text", "residents"),
    [
        ("地区,常住人口,其中,年份\n,（万人）,外来人口,\n石门镇,56,23,2020\n", [560000]),
        ("2020年各镇常住人口,\n单位：万人,\n地区,常住人口\n石门镇,5.6\n", [56000]),
        ("地区,2020年常住人口（万人）\n石门镇,5.6\n", None),
        ("2020年各镇人口,\n地区,常住人口\n,（万人）\n石门镇,5.6\n", [56000]),
        ("2020年各镇人口,,\n地区,常住人口,户数\n,（人）,（万户）\n石门镇,56000,1.5\n", [56000]),
        (
            "2020年各镇人口（单位：人）,\n地区,常住人口（万人）\n石门镇,5.6\n",
            [56000],
        ),  # the header's own unit
    ],
)
def test_residents_in_units_told_above_and_the_year_by_the_title(
    tmp_path: Path, text: str, residents: list[int] | None
) -> None:
    got = read(write_csv(tmp_path, text), "population", names=NAMES)
    if residents is None:
        assert got.errors or list(got.rows["residents"]) == [56000]
        return
    assert list(got.rows["residents"]) == residents and list(got.rows["year"]) == [2020]


def test_the_place_is_told_by_a_reason_with_words_in_both_languages() -> None:
    told = Reason("ledgers.table.place", by=Reason("ledgers.table.by_file"), place="石门镇")
    assert told.word("zh") == "地区取自文件名：石门镇"


@pytest.mark.parametrize(
    ("sheet", "title", "told"),
    [
        ("Sheet1", "东风街道矛盾纠纷台账", ("东风街道办事处", "title")),
        ("Sheet1", "新城区东风街道办事处2023年台账", ("东风街道办事处", "title")),
        ("东风街道", "台账", ("东风街道办事处", "sheet")),
        ("东风街道办事处", "台账", ("东风街道办事处", "sheet")),
        ("Sheet1", "城关镇隐患台账", ("城关镇人民政府", "title")),
        ("Sheet1", "城关镇人民政府隐患台账", ("城关镇人民政府", "title")),
        ("Sheet1", "柳林乡台账", ("柳林乡政府", "title")),
        ("Sheet1", "大东风街道台账", ("", "")),
        ("Sheet1", "东风街台账", ("", "")),
    ],
)
def test_an_office_and_what_it_is_the_office_of_are_one(
    sheet: str, title: str, told: tuple[str, str]
) -> None:
    names = frozenset({"东风街道办事处", "城关镇人民政府", "柳林乡政府"})
    assert find_table_place(sheet, [title], [], "a.xlsx", names) == told


@pytest.mark.parametrize(
    ("title", "residents"),
    [
        ("2023年末常住人口（万人）", 56_000),
        ("2023年末常住人口(单位：万人)", 56_000),
        ("2023年末户数、人口情况（万户、万人）", 56_000),
        ("2023年末常住人口（万人）（初步数）", 56_000),
        ("2023年末常住人口（千人）", 5_600),
        ("2023年末常住人口（万元）", None),  # no unit of people: 5.6 people are none
        ("2023年末常住人口（石门镇）", None),
        ("2023年末常住人口（万人以上）", None),
    ],
)
def test_a_unit_in_brackets_in_the_title(title: str, residents: int | None, tmp_path: Path) -> None:
    got = read(write_csv(tmp_path, f"{title},\n地区,常住人口\n石门镇,5.6\n"), "population", names=NAMES)
    assert [None if one is pd.NA else one for one in got.rows["residents"]] == [residents]


@pytest.mark.parametrize(
    ("header", "cell", "day", "precision"),
    [
        ("演练月份", "3", "2023-03-01", "month"),
        ("月份", "12", "2023-12-01", "month"),
        ("月份", "3月", "2023-03-01", "month"),
        ("演练时间（月）", "03", "2023-03-01", "month"),
        ("开展月份", "2023年3月", "2023-03-01", "month"),
        ("演练月份", "13", None, None),
        ("演练月份", "0", None, None),
        ("演练时间", "3", None, None),  # of what?
        ("演练日期", "3", None, None),
    ],
)
def test_numbers_under_a_header_of_months(
    header: str, cell: str, day: str | None, precision: str | None, tmp_path: Path
) -> None:
    text = f"2023年应急演练统计,,\n地区,{header},演练名称\n石门镇,{cell},防汛\n"
    got = read(write_csv(tmp_path, text), "drills", names=NAMES)
    told = list(zip(got.rows["held_on"].astype("str"), got.rows["held_on_precision"], strict=True))
    assert told == ([(day, precision)] if day else [])


@pytest.mark.parametrize(
    ("texts", "near"),
    [
        (["石门2021年隐患台账"], "石门镇"), (["Sheet1", "2021年城关隐患"], "城关镇"), (["雲嶺2021年"], "雲嶺鄉"),
        (["石门、城关隐患台账"], ""),  # two
        (["西石门隐患台账"], "西石门镇"), (["滨江县隐患台账"], ""), (["老石门台账"], "石门镇"), ([], ""),
    ],
)  # fmt: skip
def test_less_than_a_full_name_is_only_near(texts: list[str], near: str) -> None:
    assert suggest_place(texts, NAMES - {"城关镇东区"}) == near
    assert find_table_place("", texts, [], "a.csv", NAMES) == ("", "")


def test_a_title_of_less_than_the_full_name_is_refused_with_the_line_ready(tmp_path: Path) -> None:
    text = "石门2021年隐患台账,\n发现日期,隐患描述\n2021-3-5,甲\n"
    (error,) = read(write_csv(tmp_path, text), names=NAMES).errors
    assert 'write in workbook.toml under [ledgers.hazards]: district = "石门镇"' in str(error)
