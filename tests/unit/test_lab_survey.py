"""`taizhang new --from`: from a folder as an office has it to a workbook that can be reviewed."""

import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from access_maker import DATE, TEXT, make_access
from shapely import box
from typer.testing import CliRunner

from taizhang import open as open_workbook
from taizhang.boundaries.survey import survey_layers
from taizhang.cli import app
from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file
from taizhang.ingest.proposals import Proposal
from taizhang.lab.survey import Made, make_workbook_from

Rows = Sequence[Sequence[object]]
TOWNS = {"130921101": "石门镇", "130921102": "柳林镇", "130921201": "马庄乡"}


def write_areas(path: Path, districts: Mapping[str, str], **more: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    gpd.GeoDataFrame(
        {"XZQDM": list(districts), "XZQMC": list(districts.values()), **more},
        geometry=[box(116 + 0.1 * n, 38, 116.1 + 0.1 * n, 38.1) for n in range(len(districts))],
        crs="EPSG:4490",
    ).to_file(path)


def write_book(path: Path, sheets: Mapping[str, Rows]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def make_northern_county(folder: Path) -> None:
    """A county of the north: a year's list of all townships, a list a month, drills, and things that are no ledger."""
    write_areas(folder / "底图" / "乡镇界.shp", TOWNS, SJMC=["滨河县"] * 3)
    hazards = [
        [
            n,
            list(TOWNS.values())[n % 3],
            f"2023-0{1 + n % 9}-1{n % 9}",
            f"第{n}处隐患：线路老化",
            "一般",
            "已整改",
        ]
        for n in range(1, 13)
    ]
    head = ["序号", "乡镇", "检查时间", "隐患问题描述", "隐患等级", "整改情况"]
    write_book(
        folder / "隐患" / "2023年隐患台账.xlsx", {"台账": [["滨河县2023年隐患排查台账"], head, *hazards]}
    )
    drills = [[name, "2023-05-12", f"{name}防汛演练", 80] for name in TOWNS.values()]
    write_book(
        folder / "应急演练统计.xlsx", {"Sheet1": [["乡镇", "演练日期", "演练名称", "参加人数"], *drills]}
    )
    (folder / "说明.docx").write_bytes(b"PK\x03\x04 not read")
    (folder / "隐患" / "~$2023年隐患台账.xlsx").write_bytes(b"lock")
    (folder / "隐患" / "备份.xlsx").write_bytes((folder / "隐患" / "2023年隐患台账.xlsx").read_bytes())


def make_city(folder: Path) -> None:
    """A city's street offices: the place is an address's, the day has a header of its own, one file holds two kinds."""
    streets = {"440305001": "南山街道", "440305002": "粤海街道"}
    write_areas(folder / "街道.geojson", streets)
    rows = [[name, "2022/6/1", "消火栓无水", "重点", n] for name in streets.values() for n in range(3)]
    head = ["隐患所在单位所属", "排查到的日子", "隐患描述", "隐患等级", "整改投入(万元)"]
    visits = [
        ["南山街道", "2022-03-02", "一号店", "联合检查"],
        ["粤海街道", "2022-03-03", "二号店", "专项检查"],
    ]
    more = [["街道", "检查日期", "被检查单位", "检查方式"], *visits]
    write_book(folder / "工作.xlsx", {"隐患清单": [head, *rows], "执法检查": more})


def make_school_district(folder: Path) -> None:
    """A school district: a file for each, whose name says whose it is, in GBK; codes without a coordinate system."""
    write_areas(folder / "学区.shp", {"330106001": "文晖学区", "330106002": "朝晖学区"})
    (folder / "学区.prj").unlink()
    for name in ("文晖学区", "朝晖学区"):
        lines = ["发现日期,隐患描述,隐患等级", "2023-09-04,围墙开裂,一般", "2023-10-08,灭火器过期,重大"]
        (folder / f"{name}隐患台账.csv").write_bytes("\n".join(lines).encode("gbk"))


def list_files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hash_file(path) for path in folder.rglob("*") if path.is_file()
    }


def survey(tmp_path: Path) -> tuple[Made, Path]:
    """Make a workbook of the folder; what lies there stays as it is."""
    before = list_files(tmp_path / "from")
    made = make_workbook_from(tmp_path / "book", tmp_path / "from")
    assert list_files(tmp_path / "from") == before
    return made, tmp_path / "book"


def test_a_county_of_the_north(tmp_path: Path) -> None:
    make_northern_county(tmp_path / "from")
    made, root = survey(tmp_path)
    settings = tomllib.loads((root / "workbook.toml").read_text("utf-8"))
    assert made.runs
    assert settings["boundaries"] == {
        "path": "data/raw/boundaries/乡镇界.shp", "code": "XZQDM", "name": "XZQMC", "parent": "SJMC",
    }  # fmt: skip
    assert settings["ledgers"]["hazards"]["files"] == ["data/raw/hazards/*.xlsx"]
    assert settings["ledgers"]["drills"] == {"files": ["data/raw/drills/*.xlsx"]}
    book = open_workbook(str(root))
    hazards, drills = book.ingest().summaries
    assert (hazards.read, hazards.accepted, drills.accepted) == (12, 12, 3)
    told = "\n".join(map(str, made.lines))
    assert "boundaries 底图/乡镇界.shp: 3 districts, code XZQDM, name XZQMC, CRS EPSG:4490" in told
    assert (
        "hazards Hazards 隐患/2023年隐患台账.xlsx: header in row 2, 12 rows, districts from '乡镇', 2023-01-"
    ) in told
    assert "not used: 隐患/备份.xlsx: identical to 隐患/2023年隐患台账.xlsx" in told or (
        "not used: 隐患/2023年隐患台账.xlsx: identical to 隐患/备份.xlsx" in told
    )
    assert "说明.docx" in told and "~$" not in told
    # A header that is near to a column's is asked, with the line to take.
    assert '# description = "隐患问题描述"' in (root / "workbook.toml").read_text("utf-8")
    assert len(made.left) <= 10


def test_a_city_with_headers_of_its_own_and_two_kinds_in_a_file(tmp_path: Path) -> None:
    make_city(tmp_path / "from")
    made, root = survey(tmp_path)
    ledgers = tomllib.loads((root / "workbook.toml").read_text("utf-8"))["ledgers"]
    assert made.runs
    assert ledgers["hazards"]["sheets"] == ["隐患清单"] and ledgers["inspections"]["sheets"] == ["执法检查"]
    assert ledgers["hazards"]["columns"]["district"] == "隐患所在单位所属"
    assert ledgers["hazards"]["columns"]["found_on"] == "排查到的日子"
    book = open_workbook(str(root))
    book.ingest()
    hazards = book.ledger("hazards")
    assert hazards["district_code"].value_counts().to_dict() == {"440305001": 3, "440305002": 3}
    assert len(book.ledger("inspections")) == 2
    assert '# "重点" = "general"  # or major; 6 cells' in (root / "workbook.toml").read_text("utf-8")


def test_a_school_district_whose_files_say_whose_they_are(tmp_path: Path) -> None:
    make_school_district(tmp_path / "from")
    made, root = survey(tmp_path)
    assert made.runs
    settings = tomllib.loads((root / "workbook.toml").read_text("utf-8"))
    # Degrees are in one of two systems that are the same: written, and asked.
    assert settings["boundaries"]["crs"] == "EPSG:4490" and "学区.shp states no CRS" in str(made.left[0])
    book = open_workbook(str(root))
    (summary,) = book.ingest().summaries
    assert summary.accepted == 4
    assert book.ledger("hazards")["district_code"].value_counts().to_dict() == {
        "330106001": 2,
        "330106002": 2,
    }


def test_the_command_says_it_all_in_the_user_s_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    make_northern_county(tmp_path / "from")
    asked = ["new", str(tmp_path / "book"), "--from", str(tmp_path / "from")]
    ran = CliRunner().invoke(app, asked)
    assert ran.exit_code == 0, ran.output
    assert "边界 底图/乡镇界.shp：3个区划，代码列XZQDM" in ran.output and "待定" in ran.output
    assert "原文件没有改动" in ran.output and "review --period 2023" in ran.output
    text = (tmp_path / "book" / "workbook.toml").read_text("utf-8")
    assert 'lang = "zh"' in text and "隐患描述；12行" in text
    # Not over another workbook.
    assert isinstance(CliRunner().invoke(app, asked).exception, ParameterError)


def test_without_boundaries_it_says_so_and_ends_with_1(tmp_path: Path) -> None:
    make_northern_county(tmp_path / "from")
    for path in (tmp_path / "from" / "底图").iterdir():
        path.unlink()
    ran = CliRunner().invoke(app, ["new", str(tmp_path / "book"), "--from", str(tmp_path / "from")])
    assert ran.exit_code == 1 and "no boundary layer found" in ran.output
    assert tomllib.loads((tmp_path / "book" / "workbook.toml").read_text("utf-8"))["ledgers"]["hazards"]


def test_a_grid_within_the_districts_is_found(tmp_path: Path) -> None:
    make_northern_county(tmp_path / "from")
    cells = {f"{code}00{n}": f"{name}第{n}网格" for code, name in TOWNS.items() for n in (1, 2)}
    write_areas(tmp_path / "from" / "网格.gpkg", cells)
    made, root = survey(tmp_path)
    settings = tomllib.loads((root / "workbook.toml").read_text("utf-8"))["boundaries"]
    assert settings["path"].endswith("乡镇界.shp")
    assert settings["grid"] == {"path": "data/raw/boundaries/网格.gpkg", "code": "XZQDM", "name": "XZQMC"}
    assert made.runs and any("grid 网格.gpkg: 6 cells" in str(line) for line in made.lines)


def test_a_damaged_file_among_a_kind_s_is_that_kind_s(tmp_path: Path) -> None:
    make_northern_county(tmp_path / "from")
    whole = (tmp_path / "from" / "隐患" / "2023年隐患台账.xlsx").read_bytes()
    (tmp_path / "from" / "隐患" / "马庄乡.xlsx").write_bytes(whole[: len(whole) // 2])
    made, root = survey(tmp_path)
    assert not made.runs
    assert any("马庄乡.xlsx" in str(one) for one in made.left)
    (error,) = open_workbook(str(root)).ingest().errors
    assert "data/raw/hazards/马庄乡.xlsx" in str(error)


TOWN_NAMES = list(TOWNS.values())


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        (
            [
                ["滨河县一季度安全生产季报"],
                ["指标", *TOWN_NAMES, "合计"],
                ["经费", 3, 4, 5, 12],
                ["车辆", 3, 3, 5, 11],
            ],
            True,
        ),
        (
            [
                ["乡镇", "上报数", "完成数"],
                *([name, n, n] for n, name in enumerate(TOWN_NAMES, 3)),
                ["合计", 12, 12],
            ],
            True,
        ),
        ([["单位", "1月", "2月"], *([name, "5", "6"] for name in TOWN_NAMES)], True),
        ([["姓名", "职务"], ["甲", "镇长"], ["乙", "书记"]], False),
        ([["乡镇", "联系人"], *([name, "甲"] for name in TOWN_NAMES)], False),
        ([["乡镇", "编号"], *([TOWN_NAMES[0], n] for n in range(9))], False),
    ],
)
def test_a_table_of_sums_is_said_to_be_one(tmp_path: Path, rows: Rows, sums: bool) -> None:
    make_northern_county(tmp_path / "from")
    write_book(tmp_path / "from" / "季报.xlsx", {"汇总": rows})
    made, root = survey(tmp_path)
    (line,) = (str(line) for line in made.lines if "季报.xlsx" in str(line))
    assert line.startswith("not used") and ("summary table" in line) == sums
    assert made.runs and "季报" not in (root / "workbook.toml").read_text("utf-8")


SUMS = [
    ["滨河县2023年第一季度安全生产情况统计表"],
    ["序号", "乡镇", "检查企业数", "排查隐患数", "已整改数", "整改率（%）", "经费（万元）"],
    *([n, name, 10 * n, n, n - 1, 80, 3] for n, name in enumerate(TOWN_NAMES, 3)),
    ["合计", "", sum(range(30, 30 + 10 * len(TOWN_NAMES), 10)), "", "", "", ""],
]


def test_a_table_of_sums_whose_headers_are_facts_is_read_as_one(tmp_path: Path) -> None:
    make_northern_county(tmp_path / "from")
    write_book(tmp_path / "from" / "2023年季报.xlsx", {"一季度": SUMS})
    made, root = survey(tmp_path)
    assert made.runs, made.lines
    settings = tomllib.loads((root / "workbook.toml").read_text("utf-8"))["ledgers"]
    (block,) = (
        [one for one in settings["inspections"] if one.get("form") == "sums"]
        if isinstance(settings["inspections"], list)
        else [settings["inspections"]]
    )
    assert block["columns"] == {
        "inspections.premises": "检查企业数",
        "hazards.found": "排查隐患数",
        "hazards.rectified": "已整改数",
        "hazards.rectification_rate": "整改率（%）",
    }
    (line,) = (str(line) for line in made.lines if "2023年季报.xlsx" in str(line))
    assert line.startswith("summary table 2023年季报.xlsx") and "2023Q1" in line
    book = open_workbook(str(root))
    sums = book.sums[book.sums["fact"] == "inspections.premises"]
    assert sums["period"].tolist() == ["2023Q1"] * len(TOWN_NAMES)
    assert sums["value"].tolist() == [10.0 * n for n in range(3, 3 + len(TOWN_NAMES))]
    # Of the hazards there are rows; of inspections, where there are none, the report shows what is reported.
    assert (
        "inspections.premises" in set(book.reported("2023Q1")["fact"]) or "inspections" in book.config.ledgers
    )
    assert not book.result.errors


TURNED = [
    ["滨河县一季度安全生产季报"],
    ["指标", *TOWN_NAMES, "合计"],
    ["隐患数", *range(3, 3 + len(TOWN_NAMES)), ""],
    ["整改数", *range(3, 3 + len(TOWN_NAMES)), ""],
]


@pytest.mark.parametrize(
    ("rows", "kind"), [([["安全生产情况统计表"], *SUMS[1:]], "inspections"), (TURNED, "hazards")]
)
def test_a_table_of_sums_without_a_period_is_asked_about(tmp_path: Path, rows: Rows, kind: str) -> None:
    """Beside the rows of a kind, or alone; districts by rows, or by columns."""
    make_northern_county(tmp_path / "from")
    write_book(tmp_path / "from" / "季报.xlsx", {"汇总": rows})
    made, root = survey(tmp_path)
    (asked,) = (one for one in made.left if getattr(one, "key", "") == "period")
    assert asked.table == f"ledgers.{kind}"  # type: ignore[union-attr]
    text = (root / "workbook.toml").read_text("utf-8")
    assert text.count("# period =") == 1
    (root / "workbook.toml").write_text(text.replace('# period = ""', 'period = "2023Q1"'), encoding="utf-8")
    assert set(open_workbook(str(root)).sums["period"]) == {"2023Q1"}


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_folder_without_anything_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ParameterError):
        make_workbook_from(tmp_path / "book", tmp_path / name)
    assert not (tmp_path / "book").exists()


def test_a_workbook_is_not_made_inside_the_folder(tmp_path: Path) -> None:
    make_northern_county(tmp_path / "from")
    with pytest.raises(ParameterError, match="must not be changed"):
        make_workbook_from(tmp_path / "from" / "book", tmp_path / "from")


def make_addressed(folder: Path, places: Sequence[str], title: str) -> None:
    """A county whose incidents say where they were by address, and whose population has its year in a title."""
    write_areas(folder / "乡镇界.shp", TOWNS)
    head = ["序号", "发生时间", "事故地点", "事件类别", "死亡人数", "简要经过"]
    rows = [[n, f"2023-05-{n:02}", place, "事故灾难", 0, f"{n}号库"] for n, place in enumerate(places, 1)]
    write_book(folder / "事故.xlsx", {"台账": [[title], head, *rows]})


@pytest.mark.parametrize(
    ("places", "title", "parent", "asked"),
    [
        # The title says that the county is the folder's own.
        (["滨河县石门镇河东村", "滨河县马庄乡", "柳林镇"], "滨河县2023年事故台账", "滨河县", []),
        (["滨河县石门镇河东村"], "石家庄市滨河县事故台账", "滨河县", []),
        (["滨河县石门镇河东村", "滨河县马庄乡", "江北县石门镇"], "滨河县2023年事故台账", "滨河县", []),
        # It doesn't, or names several.
        (["滨河县石门镇河东村", "滨河县马庄乡"], "2023年事故台账", None, ["滨河县"]),
        (["滨河县石门镇河东村", "滨河县马庄乡"], "大滨河县事故台账", None, ["滨河县"]),
        (
            ["滨河县石门镇河东村", "滨河县马庄乡", "江北县石门镇"],
            "江北县、滨河县2023年事故台账", None, ["滨河县", "江北县"],
        ),
        (["石门镇河东村", "马庄乡2号", "柳林镇"], "滨河县2023年事故台账", None, []),
    ],
)  # fmt: skip
def test_the_unit_above_is_taken_from_titles_or_asked_once(
    tmp_path: Path, places: list[str], title: str, parent: str | None, asked: list[str]
) -> None:
    make_addressed(tmp_path / "from", places, title)
    made, root = survey(tmp_path)
    text = (root / "workbook.toml").read_text("utf-8")
    settings = tomllib.loads(text)
    assert settings["ledgers"]["incidents"]["columns"] == {"district": "事故地点"}
    assert settings["boundaries"].get("parent") == parent
    assert [one.value for one in made.left if isinstance(one, Proposal)] == asked
    assert all(f'# parent = "{unit}"' in text for unit in asked)
    assert any(f"all districts belong to {parent} " in str(line) for line in made.lines) == bool(parent)
    (summary,) = open_workbook(str(root)).ingest().summaries
    foreign = [place for place in places if "县" in place and not (parent and place.startswith(parent))]
    assert summary.set_aside == len(foreign)


@pytest.mark.parametrize(
    ("title", "file", "read"),
    [
        ("滨河县2023年末常住人口情况表", "人口.xlsx", True),
        ("常住人口（2023年）", "人口.xlsx", True),
        ("二〇二三年常住人口", "人口.xlsx", True),
        ("常住人口情况表", "2023年人口.xlsx", True),
        ("常住人口情况表", "人口.xlsx", False),
        ("2022年和2023年常住人口", "人口.xlsx", False),
    ],
)
def test_a_year_in_the_title_is_the_tables(tmp_path: Path, title: str, file: str, read: bool) -> None:
    write_areas(tmp_path / "from" / "乡镇界.shp", TOWNS)
    rows = [[name, 1.5 + n] for n, name in enumerate(TOWNS.values())]
    sheet = [[title], ["", "单位：万人"], ["乡镇", "常住人口"], *rows]
    write_book(tmp_path / "from" / file, {"人口": sheet})
    _, root = survey(tmp_path)
    ledgers = tomllib.loads((root / "workbook.toml").read_text("utf-8")).get("ledgers", {})
    assert list(ledgers) == (["population"] if read else [])
    if read:
        book = open_workbook(str(root))
        book.ingest()
        rows = book.ledger("population")[["year", "residents"]].to_numpy().tolist()
        assert rows == [[2023, 15_000], [2023, 25_000], [2023, 35_000]]


def test_a_folder_named_after_a_district_says_whose_its_files_are(tmp_path: Path) -> None:
    write_areas(tmp_path / "from" / "乡镇界.shp", TOWNS)
    head = ["序号", "检查时间", "单位名称", "存在问题", "整改情况"]
    for n, folder in enumerate(["石门镇", "2023/柳林镇", "滨河县马庄乡/台账"], 1):
        rows = [[k, f"2023-05-{k:02}", f"{n}号店", f"{n}{k}号线路老化", "已整改"] for k in range(1, n + 1)]
        write_book(
            tmp_path / "from" / folder / "隐患台账.xlsx", {"Sheet1": [["2023年隐患台账"], head, *rows]}
        )
    made, root = survey(tmp_path)
    assert made.runs and not made.left
    sources = tomllib.loads((root / "workbook.toml").read_text("utf-8"))["ledgers"]["hazards"]
    assert sorted(one["district"] for one in sources) == sorted(TOWNS.values())
    book = open_workbook(str(root))
    book.ingest()
    counts = book.ledger("hazards")["district_code"].value_counts().to_dict()
    assert counts == {"130921101": 1, "130921102": 2, "130921201": 3}


def survey_one(tmp_path: Path, name: str, rows: Rows) -> dict[str, object]:
    """The settings of the one ledger that a folder of one file makes."""
    write_areas(tmp_path / "from" / "乡镇界.shp", TOWNS)
    write_book(tmp_path / "from" / name, {"Sheet1": rows})
    made, root = survey(tmp_path)
    assert made.runs
    (settings,) = tomllib.loads((root / "workbook.toml").read_text("utf-8"))["ledgers"].values()
    (summary,) = open_workbook(str(root)).ingest().summaries
    assert summary.accepted == summary.read > 0
    return dict(settings)


@pytest.mark.parametrize("ending", ["", "人民政府", "安监站"])
def test_who_held_it_is_whose_it_is_where_nothing_else_says(tmp_path: Path, ending: str) -> None:
    rows = [[f"{name}{ending}", "2023年6月", "防汛演练", 30] for name in TOWNS.values()]
    head = ["组织单位", "演练时间", "演练名称", "参演人数"]
    settings = survey_one(tmp_path, "演练.xlsx", [["2023年演练"], head, *rows])
    assert settings["columns"] == {"district": "组织单位"}


def test_where_a_title_says_it_columns_stay_what_they_are(tmp_path: Path) -> None:
    rows = [["石门镇中心小学", "2023-06-01", "防汛演练", 30], ["石门镇敬老院", "2023-06-02", "消防演练", 20]]
    head = ["组织单位", "演练时间", "演练名称", "参演人数"]
    assert "columns" not in survey_one(tmp_path, "演练.xlsx", [["石门镇2023年演练"], head, *rows])


def test_a_sentence_that_begins_with_a_place_is_no_column_of_districts(tmp_path: Path) -> None:
    rows: list[list[object]] = []
    for name in TOWNS.values():
        rows.append([name])
        rows += [[n, f"2023-04-1{n}", f"{n}号店", f"{name}粮库{n}号灭火器过期", "已整改"] for n in (1, 2)]
    head = ["序号", "检查时间", "单位名称", "隐患问题描述", "整改情况"]
    assert not survey_one(tmp_path, "隐患.xlsx", [["2023年隐患台账"], head, *rows])["columns"]


def test_a_sentence_is_no_column_of_districts_without_sections_either(tmp_path: Path) -> None:
    rows = [
        [n, f"2023-04-1{n}", f"{n}号店", f"{name}粮库{n}号灭火器过期", "已整改", name]
        for n, name in enumerate(TOWNS.values(), 1)
    ]
    head = ["序号", "检查时间", "单位名称", "隐患问题描述", "整改情况", "被督导地方"]
    settings = survey_one(tmp_path, "隐患.xlsx", [["2023年隐患台账"], head, *rows])
    assert settings["columns"] == {"district": "被督导地方"}


@pytest.mark.parametrize(
    ("above", "parent"),
    [
        ({"SJMC": ["滨河县"] * 3}, "SJMC"),
        ({"SJDM": ["130921"] * 3}, "滨河县"),
        ({"BZ": ["甲", "乙", "丙"]}, "滨河县"),
    ],
)
def test_a_code_of_the_unit_above_does_not_say_its_name(
    tmp_path: Path, above: dict[str, list[str]], parent: str
) -> None:
    make_addressed(tmp_path / "from", ["滨河县石门镇河东村", "柳林镇"], "滨河县2023年事故台账")
    write_areas(tmp_path / "from" / "乡镇界.shp", TOWNS, **above)
    made, root = survey(tmp_path)
    assert made.runs and not made.left
    assert tomllib.loads((root / "workbook.toml").read_text("utf-8"))["boundaries"]["parent"] == parent
    (summary,) = open_workbook(str(root)).ingest().summaries
    assert summary.accepted == 2


def test_a_file_that_names_its_district_by_less_than_the_full_name_is_asked_about_once(
    tmp_path: Path,
) -> None:
    make_northern_county(tmp_path / "from")
    rows = [["发现日期", "隐患描述"], ["2023-03-05", "甲"], ["2023-03-06", "乙"]]
    for town in ("石门", "柳林"):
        write_book(tmp_path / "from" / "站所" / f"{town}隐患台账.xlsx", {"Sheet1": rows})
    made, root = survey(tmp_path)
    asked = {one.value: one for one in made.left if isinstance(one, Proposal) and one.key == "district"}
    assert set(asked) == {"石门镇", "柳林镇"} and all(one.choice for one in asked.values())
    assert not [one for one in made.left if not isinstance(one, Proposal)]
    text = (root / "workbook.toml").read_text("utf-8")
    for town in ("石门", "柳林"):
        (block,) = (part for part in text.split("\n[") if f"{town}隐患台账.xlsx" in part)
        assert f'# district = "{town}镇"' in block
    (root / "workbook.toml").write_text(text.replace('# district = "', 'district = "'), encoding="utf-8")
    rows_read = open_workbook(str(root)).ledger("hazards", period="2023-03")
    found = rows_read.loc[rows_read["description"].isin(["甲", "乙"]), "district"]
    assert sorted(found) == ["柳林镇", "柳林镇", "石门镇", "石门镇"]


@pytest.mark.parametrize(
    ("column", "codes", "told"),
    [
        ("CODE", ["RC01", "RC02", "RC03"], "CODE"), ("pcode", ["PH0142", "PH0143", "PH0144"], "pcode"),
        ("CODE", ["RC01", "RC01", "RC03"], ""), ("note", ["RC01", "RC02", "RC03"], ""), ("CODE", ["A1", "B", "C3"], ""),
    ],
)  # fmt: skip
def test_codes_with_letters_before_their_figures(
    tmp_path: Path, column: str, codes: list[str], told: str
) -> None:
    gpd.GeoDataFrame(
        {column: codes, "NAME": ["North Town", "South Town", "Old Mill Town"]},
        geometry=[box(116 + 0.1 * n, 38, 116.1 + 0.1 * n, 38.1) for n in range(3)],
        crs="EPSG:4490",
    ).to_file(tmp_path / "t.geojson")
    (layer,) = survey_layers(tmp_path / "t.geojson")
    assert (layer.code, layer.name) == (told, "NAME")


def test_access_is_a_ledger_and_a_database_is_named_with_its_line(tmp_path: Path) -> None:
    pytest.importorskip("access_parser")
    source = tmp_path / "县里"
    write_areas(source / "乡镇界.geojson", TOWNS)
    columns = [("所属乡镇", TEXT), ("预案名称", TEXT), ("印发日期", DATE)]
    rows = [(town, f"{town}总体应急预案", datetime(2019, 5, 1)) for town in TOWNS.values()]
    make_access(source / "预案.accdb", {"预案登记": (columns, rows), "空表": (columns, [])})
    sqlite3.connect(source / "台账.db").execute("CREATE TABLE a (b)").connection.close()
    made = make_workbook_from(tmp_path / "book", source)
    config = tomllib.loads((tmp_path / "book" / "workbook.toml").read_text("utf-8"))
    assert made.runs and set(config["ledgers"]) == {"plans"}
    assert len(open_workbook(tmp_path / "book").ledger("plans")) == len(TOWNS)
    assert any("sqlite:///data/raw/台账.db" in line.word("zh") for line in made.lines)
    said = "".join(line.word("zh") for line in made.lines)
    assert "：3行数据" in said and "第0行" not in said
    shown = CliRunner().invoke(app, ["check", "-C", str(tmp_path / "book")]).output
    assert "a table of a database" in shown or "数据库的表" in shown


def test_points_of_a_map_are_ledgers_beside_the_areas(tmp_path: Path) -> None:
    source = tmp_path / "县里"
    write_areas(source / "乡镇界.geojson", TOWNS)
    marks = "".join(
        f"<Folder><name>{town}</name><Placemark><name>{town}避难场所</name><ExtendedData><Data name='容纳人数'>"
        f"<value>{100 * n}</value></Data></ExtendedData><Point><coordinates>{115.95 + 0.1 * n},38.05</coordinates>"
        f"</Point></Placemark></Folder>"
        for n, town in enumerate(TOWNS.values(), 1)
    )
    (source / "避难场所.kml").write_text(f"<kml><Document>{marks}</Document></kml>", encoding="utf-8")
    hazards = gpd.GeoDataFrame(
        {"隐患描述": ["甲", "乙"], "发现日期": ["2023-05-03", "2023-05-04"], "隐患等级": ["一般", "重大"]},
        geometry=gpd.points_from_xy([116.05, 116.15], [38.05, 38.05]),
        crs="EPSG:4326",
    )
    hazards.to_file(source / "隐患.geojson")
    made = make_workbook_from(tmp_path / "book", source)
    assert made.runs
    config = tomllib.loads((tmp_path / "book" / "workbook.toml").read_text("utf-8"))
    assert set(config["ledgers"]) == {"hazards", "shelters"}
    assert config["boundaries"]["path"].endswith("乡镇界.geojson")
    done = CliRunner().invoke(app, ["ingest", "-C", str(tmp_path / "book")])
    assert done.exit_code == 0, done.output
    book = open_workbook(tmp_path / "book")
    assert book.ledger("hazards")["district_code"].tolist() == [
        "130921101",
        "130921102",
    ]  # where the points lie
    assert book.ledger("shelters")["district_code"].tolist() == list(TOWNS)
    assert book.ledger("shelters")["capacity"].tolist() == [100, 200, 300]
    shown = CliRunner().invoke(app, ["check", "-C", str(tmp_path / "book")]).output
    assert "地图上的点" in shown or "points of a map" in shown
