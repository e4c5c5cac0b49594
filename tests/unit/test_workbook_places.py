"""What a workbook tells of its ground: the grid's problems, span and counts, reach, and changed districts."""

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import taizhang as tz
from taizhang.analysis.subjects import name_subjects
from taizhang.boundaries.offsets import add_offset
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.metadata.rules import load_rules
from taizhang.workbook.book import Workbook
from taizhang.workbook.tables import read_counted
from tests.unit.made_up_people import check_identity

TOML = """
[workbook]
title = "三乡"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
crosswalk = "changes.csv"
[boundaries.grid]
path = "grid.geojson"
code = "code"
name = "name"
parent = "town"
responsible = "who"
[ledgers.hazards]
files = ["hazards.csv"]
[ledgers.incidents]
files = ["incidents.csv"]
[ledgers.shelters]
files = ["shelters.csv"]
[ledgers.population]
files = ["population.csv"]
"""
A, B, C = "350921101", "350921102", "350921103"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """Three square towns; the grid of the second leaves out its eastern half."""
    root = tmp_path_factory.mktemp("places")
    towns = [shapely.box(119 + n / 10, 26, 119.1 + n / 10, 26.1) for n in range(3)]
    gpd.GeoDataFrame({"code": [A, B, C], "name": ["甲镇", "乙镇", "丙镇"]}, geometry=towns, crs=4326).to_file(
        root / "towns.geojson"
    )
    cells = [towns[0], shapely.box(119.1, 26, 119.15, 26.1), towns[2]]
    gpd.GeoDataFrame(
        {
            "code": [f"{code}001" for code in (A, B, C)], "name": ["一格", "二格", "三格"],
            "town": ["甲镇", "乙镇", "丙镇"], "who": ["赵某", "钱某", None],
        },
        geometry=cells, crs=4326,
    ).to_file(root / "grid.geojson")  # fmt: skip
    tables = {
        "hazards": "乡镇,发现日期,场所,隐患内容,所属网格,经度,纬度\n"
        f"甲镇,2021-03-01,商店,用电,{A}001,119.05,26.05\n"
        "甲镇,2021-04-01,商店,消防,一格,119.05,26.05\n"
        "乙镇,2021-05-01,工厂,用电,,119.12,26.05\n"
        "乙镇,2021-06-01,学校,用电,,119.17,26.05\n"
        "丙镇,2020-06-01,学校,用电,三格,119.25,26.05\n",
        "incidents": "乡镇,发生时间,类别,经度,纬度\n丙镇,2021-02-03,事故灾难,119.25,26.05\n",
        "shelters": "乡镇,名称,容纳人数,经度,纬度\n甲镇,礼堂,100,119.05,26.052\n",
        "population": "乡镇,年度,常住人口\n甲镇,2021,10000\n乙镇,2020,9000\n",
        "changes": f"old_code,new_code,year\n350921900,{B},2021\n350921900,{C},2021\n350921901,{A},2015\n",
    }
    for name, text in tables.items():
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "workbook.toml").write_text(TOML, encoding="utf-8")
    return tz.open(str(root))


def test_the_ledgers_are_read_whole(book: Workbook) -> None:
    """What the other tests build on."""
    assert [len(book.ledger(kind)) for kind in ("hazards", "incidents", "shelters", "population")] == [
        5,
        1,
        1,
        2,
    ]
    assert book.ledger("hazards")["grid"].notna().sum() == 3


def test_problems_of_the_grid_by_district(book: Workbook) -> None:
    found = book.grid_problems()
    assert found is not None
    assert found[["problem", "district_code", "codes"]].to_numpy().tolist() == [["gap", B, f"{B}001 {C}001"]]
    # The facts of the district say the same area.
    facts = book.facts("2021").set_index(["district_code", "fact"])["value"]
    assert found["area_km2"].iloc[0] == pytest.approx(facts[B, "grid.gap_km2"], rel=1e-9)
    empty, own = book.grid_problems("甲镇"), book.grid_problems(B)
    assert empty is not None and empty.empty and own is not None and len(own) == 1


def test_span_holds_no_names(book: Workbook) -> None:
    span = book.grid_span()
    assert span is not None and span["people"].tolist() == [1, 1, 0, 2]
    assert "赵" not in span.to_csv() and book.grid is not None and "responsible" not in book.grid
    own = book.grid_span("乙镇")
    assert own is not None and own["people"].tolist() == [1]


def test_rows_per_cell_by_code_name_and_point(book: Workbook) -> None:
    counts = book.grid_counts(book.view("all", "2021"))
    assert counts is not None
    told = {
        (row.kind, None if pd.isna(row.cell) else row.cell, row.how): row.rows for row in counts.itertuples()
    }
    assert told == {
        ("hazards", f"{A}001", "code"): 1,
        ("hazards", f"{A}001", "name"): 1,
        ("hazards", f"{B}001", "point"): 1,
        ("hazards", None, "unmatched"): 1,
        ("incidents", f"{C}001", "point"): 1,
    }
    own = book.grid_counts(book.view("丙镇", "2020"), "hazards")
    assert own is not None and own[["cell", "how", "rows"]].to_numpy().tolist() == [[f"{C}001", "name", 1]]


def test_reach_knows_premises_once_and_residents_of_the_year(book: Workbook) -> None:
    found = book.reach(book.view("all", "2021"), distance_m=300)
    assert found is not None
    table = found.set_index("district_code")
    assert table["premises_located"].tolist() == [1, 2, 1, 4]
    assert table["premises_in_reach"].tolist() == [1, 0, 0, 1]
    assert table["residents"].iloc[0] == 10_000 and table["residents"].iloc[1:3].isna().all()
    # Premises found after the day of the report are not known yet.
    earlier = book.reach(book.view("all", "2020"), distance_m=300)
    assert earlier is not None and earlier["premises_located"].tolist() == [0, 0, 1, 1]


def test_reach_needs_a_kind_with_coordinates(book: Workbook) -> None:
    view = book.view("all", "2021")
    with pytest.raises(ParameterError, match="the kinds with lon and lat are: hazards"):
        book.reach(view, distance_m=300, kind="drills")
    with pytest.raises(ParameterError, match="'nothing' is not a ledger kind"):
        book.reach(view, distance_m=300, kind="nothing")


def test_districts_that_changed_since_the_year_before(book: Workbook) -> None:
    vintages = book.view("all", "2021").vintages
    assert vintages[["code", "change", "comparable"]].to_numpy().tolist() == [
        [B, "split", False],
        [C, "split", False],
    ]
    assert book.view("all", "2020").vintages.empty


def test_a_workbook_without_grid_or_crosswalk(tmp_path: Path) -> None:
    plain = TOML.split("[boundaries.grid]")[0].replace('crosswalk = "changes.csv"\n', "")
    towns = gpd.GeoDataFrame(
        {"code": [A], "name": ["甲镇"]}, geometry=[shapely.box(119, 26, 119.1, 26.1)], crs=4326
    )
    towns.to_file(tmp_path / "towns.geojson")
    (tmp_path / "d.csv").write_text("乡镇,演练日期,演练名称\n甲镇,2021-03-01,防汛\n", encoding="utf-8")
    (tmp_path / "workbook.toml").write_text(
        f'{plain}\n[ledgers.drills]\nfiles = ["d.csv"]\n', encoding="utf-8"
    )
    bare = tz.open(str(tmp_path))
    view = bare.view("all", "2021")
    assert bare.grid_problems() is None and bare.grid_span() is None and bare.grid_counts(view) is None
    assert bare.reach(view, distance_m=300) is None and view.vintages.empty


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_points_of_a_web_map_are_moved_back(tmp_path: Path, offset: str) -> None:
    """A point 50 m within the border, which the web map shows hundreds of metres beyond it."""
    plain = TOML.split("[boundaries.grid]")[0].replace('crosswalk = "changes.csv"\n', "")
    squares = [shapely.box(119, 26, 119.1, 26.1), shapely.box(119.1, 26, 119.2, 26.1)]
    towns = gpd.GeoDataFrame({"code": [A, B], "name": ["甲镇", "乙镇"]}, geometry=squares, crs=4326)
    towns.to_file(tmp_path / "towns.geojson")
    (lon,), (lat,) = add_offset([119.0995], [26.05], offset)
    (tmp_path / "h.csv").write_text(
        f"乡镇,发现日期,隐患内容,经度,纬度\n,2021-03-01,用电,{lon},{lat}\n甲镇,2021-03-02,用电,,\n",
        encoding="utf-8",
    )
    found = {}
    for told in ("none", offset):
        ledger = f'[ledgers.hazards]\nfiles = ["h.csv"]\noffset = "{told}"\n'
        (tmp_path / "workbook.toml").write_text(f"{plain}\n{ledger}", encoding="utf-8")
        book = tz.open(str(tmp_path))
        found[told] = book.ledger("hazards").sort_values("found_on")
        notes = [note for summary in book.result.summaries for note in summary.notes]
        assert any(f"{offset} offset of its coordinates was removed" in str(note) for note in notes) == (
            told == offset
        )
    # Asked again with another setting, nothing of the first answer is left.
    assert found["none"]["district_code"].tolist() == [B, A] and found[offset]["district_code"].tolist() == [
        A,
        A,
    ]
    assert found[offset]["district_match"].tolist() == [f"point_{offset}", "name"]
    assert found[offset]["lon"].iloc[0] == pytest.approx(119.0995, abs=1e-9)
    assert found[offset]["lat"].iloc[0] == pytest.approx(26.05, abs=1e-9) and pd.isna(
        found[offset]["lon"].iloc[1]
    )


def test_a_point_decides_where_the_row_says_no_district(tmp_path: Path) -> None:
    """With a district column that is empty, and without such a column at all."""
    plain = TOML.split("[boundaries.grid]")[0].replace('crosswalk = "changes.csv"\n', "")
    square = gpd.GeoDataFrame(
        {"code": [A], "name": ["甲镇"]}, geometry=[shapely.box(119, 26, 119.1, 26.1)], crs=4326
    )
    square.to_file(tmp_path / "towns.geojson")
    (tmp_path / "h.csv").write_text(
        "乡镇,发现日期,隐患内容,经度,纬度\n,2021-03-01,内,119.05,26.05\n,2021-03-02,外,120,26.05\n,2021-03-03,无,,\n"
        "乙镇,2021-03-04,不符,119.05,26.05\n",
        encoding="utf-8",
    )
    (tmp_path / "i.csv").write_text(
        "发生时间,类别,经度,纬度\n2021-02-03,事故灾难,119.05,26.05\n", encoding="utf-8"
    )
    ledgers = '[ledgers.hazards]\nfiles = ["h.csv"]\n[ledgers.incidents]\nfiles = ["i.csv"]\n'
    (tmp_path / "workbook.toml").write_text(f"{plain}\n{ledgers}", encoding="utf-8")
    book = tz.open(str(tmp_path))
    rows = book.ledger("hazards")
    assert rows[["description", "district_code", "district_match"]].to_numpy().tolist() == [
        ["内", A, "point"]
    ]
    assert book.ledger("incidents")["district_match"].tolist() == ["point"]
    aside = pd.read_csv(tmp_path / "data" / "processed" / "set_aside.csv").set_index("source_row")
    codes, reasons = aside["reason_code"], aside["reason"]
    assert (codes[3], codes[4]) == ("boundaries.point.in_none", "ledgers.empty.required")
    assert reasons[3] == "没写地区，点不在任何地区内"
    # A district that nobody knows is not passed over for the point.
    assert codes[5] in ("boundaries.match.no_name", "boundaries.match.near_name") and "“乙镇”" in reasons[5]


def test_points_of_another_place_than_the_rows_name_are_told(tmp_path: Path) -> None:
    plain = TOML.split("[boundaries.grid]")[0].replace('crosswalk = "changes.csv"\n', "")
    squares = [shapely.box(119, 26, 119.1, 26.1), shapely.box(119.1, 26, 119.2, 26.1)]
    towns = gpd.GeoDataFrame({"code": [A, B], "name": ["甲镇", "乙镇"]}, geometry=squares, crs=4326)
    towns.to_file(tmp_path / "towns.geojson")
    rows = [("甲镇", 119.05), ("甲镇", 119.15), ("乙镇", 119.02), ("乙镇", 119.15)]
    (tmp_path / "h.csv").write_text(
        "乡镇,发现日期,隐患内容,经度,纬度\n"
        + "".join(f"{town},2021-03-0{n + 1},用电,{lon},26.05\n" for n, (town, lon) in enumerate(rows)),
        encoding="utf-8",
    )
    (tmp_path / "workbook.toml").write_text(
        f'{plain}\n[ledgers.hazards]\nfiles = ["h.csv"]\n', encoding="utf-8"
    )
    book = tz.open(str(tmp_path))
    assert book.ledger("hazards")["district_code"].tolist() == [A, A, B, B]
    notes = [note for summary in book.result.summaries for note in summary.notes]
    assert any("points over 1 km outside the district" in str(note) and "(2)" in str(note) for note in notes)


def test_facts_are_counted_without_the_texts_that_none_looks_at(book: Workbook) -> None:
    period = parse_period("2021")
    whole = compute_facts(
        {kind: book.ledger(kind) for kind in book.config.ledgers},
        book.districts, period, book.as_of(period), **book._facts_settings(period, []),
    )  # fmt: skip
    pd.testing.assert_frame_equal(book.facts("2021"), whole)
    counted = read_counted(book.root / "data" / "processed", book.kinds["hazards"])
    assert "premises" in counted and not {"description", "responsible", "source_file"} & set(counted)


@pytest.mark.parametrize("path", ["towns.gpkg!乡镇", "towns.zip!b.shp"])
def test_one_of_several_layers_is_named_in_the_path(tmp_path: Path, path: str) -> None:
    """As the error that asks for a name proposes it; the file behind it is an input."""
    squares = [shapely.box(119, 26, 119.1, 26.1), shapely.box(119.1, 26, 119.2, 26.1)]
    towns = gpd.GeoDataFrame({"code": [A, B], "name": ["甲镇", "乙镇"]}, geometry=squares, crs=4326)
    for layer, frame in (("乡镇", towns), ("县", towns.iloc[:1])):
        frame.to_file(tmp_path / "towns.gpkg", layer=layer)
    (tmp_path / "parts").mkdir()
    for stem, frame in (("b", towns), ("a", towns.iloc[:1])):
        frame.to_file(tmp_path / "parts" / f"{stem}.shp", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "towns.zip", "w") as archive:
        for part in sorted((tmp_path / "parts").iterdir()):
            archive.write(part, part.name)
    (tmp_path / "h.csv").write_text("乡镇,发现日期,隐患内容\n甲镇,2021-03-01,用电\n", encoding="utf-8")
    toml = TOML.split("[boundaries.grid]")[0].replace('crosswalk = "changes.csv"\n', "")
    toml = toml.replace("towns.geojson", path) + '[ledgers.hazards]\nfiles = ["h.csv"]\n'
    (tmp_path / "workbook.toml").write_text(toml, encoding="utf-8")
    book = tz.open(str(tmp_path))
    assert book.districts["code"].tolist() == [A, B]
    assert path.split("!")[0] in [item["path"] for item in book.inputs()]
    (tmp_path / "workbook.toml").write_text(toml.replace("towns.", "cities."), encoding="utf-8")
    with pytest.raises(ParameterError, match="does not exist"):
        _ = tz.open(str(tmp_path)).districts


def test_codes_like_identity_numbers_are_matched_and_masked_where_shown(tmp_path: Path) -> None:
    """Cells' codes of 18 figures, telephone numbers as names of cells and premises: what is masked is what is shown."""
    # The first two have the check character that a person's number has.
    cells = [check_identity("35092119900101100"), check_identity("35092119900101101"), "13800138000"]
    towns = [shapely.box(119 + n / 10, 26, 119.1 + n / 10, 26.1) for n in range(3)]
    gpd.GeoDataFrame({"code": [A, B, C], "name": ["甲镇", "乙镇", "丙镇"]}, geometry=towns, crs=4326).to_file(
        tmp_path / "towns.geojson"
    )
    gpd.GeoDataFrame({"code": cells, "name": ["一格", "二格", "三格"]}, geometry=towns, crs=4326).to_file(
        tmp_path / "grid.geojson"
    )
    rows = [
        ("甲镇", "2021-01-01", "酒家13800138001", "用电", cells[0]),
        ("甲镇", "2021-01-02", "酒家13800138002", "用电", cells[0]),
        ("甲镇", "2021-01-03", "酒家13800138001", "用电", cells[0]),
        ("乙镇", "2021-01-01", "乙店", "用电", cells[1]),
        ("丙镇", "2021-01-01", "丙店", "用电", cells[2]),
    ]
    text = "乡镇,发现日期,场所名称,隐患类别,所属网格\n" + "\n".join(map(",".join, rows)) + "\n"
    (tmp_path / "hazards.csv").write_text(text, encoding="utf-8")
    toml = TOML.replace('crosswalk = "changes.csv"\n', "")
    toml = toml.replace('parent = "town"\nresponsible = "who"\n', "")
    (tmp_path / "workbook.toml").write_text(toml[: toml.index("[ledgers.incidents]")], encoding="utf-8")
    book = tz.open(str(tmp_path))
    counts = book.grid_counts(book.view("all", "2021"))
    assert counts is not None
    assert counts[["cell", "how", "rows"]].to_numpy().tolist() == [
        [cells[2], "code", 1],
        [cells[0], "code", 3],
        [cells[1], "code", 1],
    ]
    own = book.grid_counts(book.view("乙镇", "2021"))
    assert own is not None and own[["cell", "rows"]].to_numpy().tolist() == [[cells[1], 1]]
    # What is shown is masked, in tables and in traces; what is counted is not: one of three premises came again.
    shown = book.ledger("hazards")
    # A cell's own code is nobody's number, whatever its check character.
    assert shown["grid"].tolist() == [*[cells[0]] * 3, cells[1], "*" * 11]
    assert shown["premises"].tolist() == [*["酒家" + "*" * 11] * 3, "乙店", "丙店"]
    # So are what a report names: the other restaurant, of another number, has no hazard that came again.
    named = name_subjects(
        book.view("all", "2021"), next(one for one in load_rules() if one.rule == "hazards_repeats"), "all"
    )
    assert [(one.name, one.amount.value) for one in named.first] == [("酒家" + "*" * 11, 1)]
    facts = book.facts("2021").set_index(["district_code", "fact"])["value"]
    traced = book.trace("hazards.repeats", "2021", "甲镇")
    assert facts[A, "hazards.repeats"] == len(traced) == 1
    assert traced[["premises", "grid"]].to_numpy().tolist() == [["酒家" + "*" * 11, cells[0]]]
    assert book.trace("hazards.repeats", "2021", "甲镇", personal=True)["grid"].tolist() == [cells[0]]


def test_districts_join_by_the_name_that_other_tables_have(book: Workbook) -> None:
    facts = book.facts("2021")
    joined = book.districts.merge(facts[facts["fact"] == "hazards.found"], on="district_code")
    assert joined[["name", "value"]].to_numpy().tolist() == [["甲镇", 2], ["乙镇", 2], ["丙镇", 0]]
    assert (book.districts["code"] == book.districts["district_code"]).all()
