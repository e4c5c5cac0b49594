"""The account of the data: counts add up by ledger and district, reasons are classed, names are hidden."""

import pytest
from ingest_book import make_book, make_hazards

from taizhang import open as open_workbook
from taizhang.analysis.quality import Quality
from taizhang.analysis.view import View
from taizhang.figures import quality as tables


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[View, Quality]]:
    """Views and accounts of three small ledgers, by district."""
    first = make_hazards("溪口镇", 4)
    first[1][2] = "待定"  # row 2: no date, set aside
    first[2][4] = "重点"  # row 3: a cell set aside
    first[3][1] = "溪囗镇"  # row 4: not a district
    first[4][3] = "打13800138000"
    second = make_hazards("溪南镇", 2)
    second[1][3] = ""  # a missing description
    second.append(["合计", "", "", "", "", "", ""])
    root = make_book(tmp_path_factory.mktemp("quality") / "book", {"a.xlsx": first, "b.xlsx": second})
    book = open_workbook(str(root))
    views = {name: book.view(name, "2021", "zh") for name in ("all", "350921101", "350921102")}
    return {name: (view, book.quality(view)) for name, view in views.items()}


def texts(table: object) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_read_is_accepted_and_set_aside_by_district(looked: dict[str, tuple[View, Quality]]) -> None:
    assert texts(tables.tabulate_rows_read(*looked["all"])) == [
        ["隐患排查治理", "6", "4", "2", "1", "0"],
        ["合计", "6", "4", "2", "1", "0"],
    ]
    assert texts(tables.tabulate_rows_read_by_district(*looked["all"])) == [
        ["溪口镇", "3", "2", "1", "1", "0"],
        ["溪南镇", "2", "2", "0", "0", "0"],
        ["乡镇（街道）不详", "1", "0", "1", "0", "0"],
    ]
    assert texts(tables.tabulate_rows_read(*looked["350921102"]))[-1] == ["合计", "2", "2", "0", "0", "0"]
    assert tables.tabulate_rows_read_by_district(*looked["350921102"]) is None


def test_reasons_and_places(looked: dict[str, tuple[View, Quality]]) -> None:
    assert sorted(row[1:] for row in texts(tables.tabulate_set_aside_reasons(*looked["all"]))) == sorted(
        [
            ["发现日期", "整行", "必填而为空", "1"],
            ["隐患等级", "单元格", "选项无法识别", "1"],
            ["地区", "整行", "查无此乡镇（街道）", "1"],
        ]
    )
    places = [row[2] for row in texts(tables.tabulate_set_aside(*looked["all"]))]
    assert sorted(places) == ["2", "3", "4"]
    assert [row[2] for row in texts(tables.tabulate_set_aside(*looked["350921101"]))] == ["2", "3"]
    assert tables.tabulate_set_aside(*looked["350921102"]) is None


def test_missing_matches_and_near_names(looked: dict[str, tuple[View, Quality]]) -> None:
    view, account = looked["all"]
    missing = account.missing.set_index("column")["missing"]
    assert (missing["description"], missing["severity"], missing["found_on"]) == (1, 1, 0)
    assert "responsible" not in missing.index  # personal
    assert texts(tables.tabulate_district_matches(view, account)) == [["隐患排查治理", "名称", "4"]]
    (near,) = texts(tables.tabulate_near_names(view, account))
    assert near[:2] == ["溪囗镇", "1"] and '"溪囗镇" = "350921101"  # 溪口镇' in near[2].splitlines()
    assert tables.tabulate_near_names(*looked["350921101"]) is None
    assert tables.tabulate_ledger_totals(view, account) is None


def test_months_have_the_score(looked: dict[str, tuple[View, Quality]]) -> None:
    """Of March's six rows two are set aside, one of them without a day, and one of the others has a doubtful cell."""
    assert texts(tables.tabulate_quality_months(*looked["all"])) == [["2021年3月", "6", "2", "1", "50.0"]]
    assert texts(tables.tabulate_quality_months(*looked["350921101"])) == [
        ["2021年3月", "3", "1", "1", "33.3"]
    ]
    assert texts(tables.tabulate_quality_months(*looked["350921102"])) == [
        ["2021年3月", "2", "0", "0", "100.0"]
    ]
