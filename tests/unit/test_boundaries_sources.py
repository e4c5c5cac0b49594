"""Boundary files as programs leave them: columns of one name, foreign text, numbers in scientific notation."""

import json
import os
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import box

from taizhang.boundaries.layers import read_districts
from taizhang.boundaries.sources import read_source
from taizhang.core.errors import BoundaryError

NAMES = ["溪口镇", "溪南乡", "城关街道"]
CODES = ["350921101", "350921102", "350921103"]
CORNERS = [(119.0 + at * 0.1, 26.0) for at in range(3)]


def squares() -> list[object]:
    return [box(x, y, x + 0.1, y + 0.1) for x, y in CORNERS]


def write_shapefile(
    path: Path, fields: Sequence[tuple[str, str, int, Sequence[str]]], encoding: str = "utf-8"
) -> Path:
    """A shapefile of three squares; its fields (name, type, width, texts) are written byte for byte."""
    gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=squares(), crs="EPSG:4490").to_file(path)
    width = 1 + sum(field[2] for field in fields)
    head = struct.pack("<BBBBIHH20x", 3, 121, 1, 1, 3, 33 + 32 * len(fields), width)
    for name, kind, size, _ in fields:
        head += (
            name.encode(encoding)[:10].ljust(11, b"\0")
            + kind.encode()
            + b"\0" * 4
            + bytes([size])
            + b"\0" * 15
        )
    rows = b""
    for at in range(3):
        rows += b" "
        for _, kind, size, texts in fields:
            text = texts[at].encode(encoding)[:size]
            rows += text.rjust(size) if kind in "NF" else text.ljust(size)
    path.with_suffix(".dbf").write_bytes(head + b"\r" + rows + b"\x1a")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def read(path: Path, **options: str) -> tuple[list[list[str]], list[str]]:
    layer = read_districts(path, code="XZDM", name="XZMC", **options)
    return layer.frame[["code", "name"]].to_numpy().tolist(), [str(note) for note in layer.notes]


CODE, NAME = ("XZDM", "C", 12, CODES), ("XZMC", "C", 40, NAMES)
READ = [list(pair) for pair in zip(CODES, NAMES, strict=True)]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_columns_whose_names_are_cut_to_one_are_told_apart(tmp_path: Path, width: int) -> None:
    more = [(f"备注信息{number}", "C", 20, [f"甲{number}"] * 3) for number in range(1, width + 1)]
    path = write_shapefile(tmp_path / "t.shp", [CODE, NAME, *more])
    rows, notes = read(path)
    assert rows == READ
    same = (
        "t.shp: several columns have the same name "
        "('备注信'); the second and later ones are renamed with (2), (3)."
    )
    assert (same in notes) == (width > 1)
    frame = read_source(path).frame
    shown = ["备注信", "备注信 (2)", "备注信 (3)"][:width]
    assert list(frame.columns) == ["XZDM", "XZMC", *shown, "geometry"]
    assert frame[shown].iloc[0].tolist() == [f"甲{number}" for number in range(1, width + 1)]


LOST = (
    "cannot be division codes (fractions, negative numbers, or digits lost when stored as "
    "numbers). Store the codes as text"
)
UNFIT = "codes that cannot be used as report names ("


@pytest.mark.parametrize("kind", ["N", "F"])
@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, LOST) for text in ("3.50921E+08", "3.5092e8", "3.50921E8", "3.50921E+008", "0.350921E+09")),
        *((text, LOST) for text in ("350921101.5", "-350921101")),
        ("3.50921D+08", UNFIT),  # as Fortran writes it, of which GDAL takes the 3
        ("*" * 12, UNFIT),  # a number too wide for its field
        ("", "no code (column XZDM) for '溪口镇'"),
    ],
)
def test_a_code_that_is_no_whole_number_is_refused(tmp_path: Path, kind: str, text: str, why: str) -> None:
    path = write_shapefile(tmp_path / "t.shp", [("XZDM", kind, 12, [text, *CODES[1:]]), NAME])
    with pytest.raises(BoundaryError) as caught:
        read(path)
    assert why in str(caught.value) and text in str(caught.value)


@pytest.mark.parametrize("text", ["3.50921E+08", "3,50921E+08", "350,921,101", "350921 101", "'350921101"])
def test_a_code_as_text_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = write_shapefile(tmp_path / "t.shp", [("XZDM", "C", 12, [text, *CODES[1:]]), NAME])
    with pytest.raises(BoundaryError) as caught:
        read(path)
    assert text in str(caught.value)


@pytest.mark.parametrize("code", ["3", "0", "35092110", "35092110100"])
@pytest.mark.parametrize("kind", ["N", "C"])
def test_a_code_of_a_strange_length_among_others_is_told(tmp_path: Path, kind: str, code: str) -> None:
    path = write_shapefile(tmp_path / "t.shp", [("XZDM", kind, 12, [*CODES[:2], code]), NAME])
    rows, notes = read(path)
    mended = f"0{code}" if kind == "N" and len(code) > 1 else code  # 8 or 11 digits of a number lost a zero
    assert rows == [*READ[:2], [mended, NAMES[2]]]
    told = f"t.shp: most codes have 9 digits, but 1 does not ('{code}'); check whether digits were lost."
    assert (told in notes) == (mended == code)


def test_codes_of_18_figures_lose_none(tmp_path: Path) -> None:
    long = [f"{code}001002003" for code in CODES]
    rows, notes = read(write_shapefile(tmp_path / "t.shp", [("XZDM", "N", 19, long), NAME]))
    assert rows == [list(pair) for pair in zip(long, NAMES, strict=True)]
    assert not any("digits" in note for note in notes)
    path = write_geojson(tmp_path / "t.geojson", "utf-8")
    whole = path.read_text("utf-8")
    for code in CODES:
        whole = whole.replace(f'"{code}"', f"{code}001002003")
    path.write_text(whole, encoding="utf-8")
    assert read(path)[0] == rows
    path.write_text(whole.replace("1002003", "1002003.0"), encoding="utf-8")  # floats keep but fifteen
    with pytest.raises(BoundaryError, match="digits lost when stored as numbers"):
        read(path)


def test_scientific_notation_that_has_lost_nothing_is_a_code(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "t.shp", [("XZDM", "N", 14, ["3.50921101E+08", *CODES[1:]]), NAME])
    assert read(path)[0] == READ


def test_plain_numbers_are_codes(tmp_path: Path) -> None:
    assert read(write_shapefile(tmp_path / "t.shp", [("XZDM", "N", 12, CODES), NAME]))[0] == READ


def write_geojson(path: Path, encoding: str, names: Sequence[str] = NAMES) -> Path:
    features = [
        {"type": "Feature", "properties": {"XZDM": code, "XZMC": name}, "geometry": shape.__geo_interface__}
        for code, name, shape in zip(CODES, names, squares(), strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("name", ["t.geojson", "t.json"])
@pytest.mark.parametrize("setting", ["auto", "GBK", "gb2312"])
def test_geojson_that_is_no_utf8_is_read_by_its_encoding(tmp_path: Path, name: str, setting: str) -> None:
    rows, notes = read(write_geojson(tmp_path / name, "gbk"), encoding=setting)
    assert rows == READ
    assert f"{name}: GeoJSON should be UTF-8; the file was read anyway." in notes
    assert (f"{name}: text read as GBK, judging by its characters." in notes) == (setting == "auto")


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        *((one, NAMES) for one in ("gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32")),
        ("gb18030", ["䶮口镇", "溪南乡", "㵐城街道"]),  # four bytes a character
        ("big5", ["溪口鎮", "溪南鄉", "城關街道"]),
        ("big5", ["許功蓋鎮", "溪南鄉", "城關街道"]),  # their second byte is a backslash
    ],
)
def test_geojson_in_other_encodings_is_read(tmp_path: Path, encoding: str, names: list[str]) -> None:
    rows, notes = read(write_geojson(tmp_path / "t.geojson", encoding, names))
    assert [row[1] for row in rows] == names
    assert "t.geojson: GeoJSON should be UTF-8; the file was read anyway." in notes


def test_utf16_of_ascii_signs_alone_is_read(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "t.geojson", "utf-8")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), encoding="utf-16-le")
    assert read(path)[0] == READ


def test_damaged_geojson_is_called_by_its_own_name_not_by_its_copys(tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    path.write_bytes(write_geojson(tmp_path / "whole.geojson", "gbk").read_bytes()[:-40])
    with pytest.raises(BoundaryError) as refused:
        read(path)
    assert "t.geojson" in str(refused.value) and "taizhang-" not in str(refused.value)


def test_geojson_of_hong_kong_is_read_where_its_encoding_is_told(tmp_path: Path) -> None:
    names = ["深水埗", "黃大仙區", "鰂魚涌鎮"]
    path = write_geojson(tmp_path / "t.geojson", "big5hkscs", names)
    assert [row[1] for row in read(path, encoding="big5hkscs")[0]] == names
    with pytest.raises(BoundaryError, match="Set encoding under"):
        read(path)


def test_geojson_of_two_encodings_is_refused_with_the_place(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "t.geojson", "gbk")
    path.write_bytes(path.read_bytes().replace("溪南乡".encode("gbk"), "溪南乡".encode()))
    with pytest.raises(BoundaryError, match=r"GBK, except in one place .*two encodings seem to be mixed"):
        read(path)


@pytest.mark.parametrize("name", ["t.mif", "t.geojsonl"])
def test_other_formats_are_read_in_the_encoding_of_their_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "t.mif":
        frame = gpd.GeoDataFrame({"XZDM": CODES, "XZMC": NAMES}, geometry=squares(), crs="EPSG:4490")
        pyogrio.write_dataframe(frame, path, driver="MapInfo File", encoding="gbk")
    else:
        lines = json.loads(write_geojson(tmp_path / "t.json", "utf-8").read_text("utf-8"))["features"]
        path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines), encoding="gbk")
    rows, notes = read(path)
    assert rows == READ and f"{name}: text read as GBK, judging by its characters." in notes
    assert read(path, encoding="GBK") == (READ, [])


def test_an_encoding_that_contradicts_the_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError):
        read(write_geojson(tmp_path / "t.geojson", "gbk"), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_setting_without_effect_is_told(tmp_path: Path, encoding: str) -> None:
    path = write_geojson(tmp_path / "t.geojson", encoding)
    rows, notes = read(path, encoding="GBK")
    assert rows == READ
    idle = (
        "t.geojson: this format states its own encoding, so encoding = 'GBK' has no effect and "
        "can be removed."
    )
    assert idle in notes
    assert idle not in read(path)[1]


def test_a_geopackage_says_its_encoding(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"XZDM": CODES, "XZMC": NAMES}, geometry=squares(), crs="EPSG:4490")
    frame.to_file(tmp_path / "t.gpkg", layer="乡镇界")
    assert (
        "t.gpkg: this format states its own encoding, so encoding = 'GBK' has no effect and can be removed."
    ) in (read(tmp_path / "t.gpkg", encoding="GBK")[1])


def test_the_line_to_paste_keeps_the_folder(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"XZDM": CODES, "XZMC": NAMES}, geometry=squares(), crs="EPSG:4490")
    for layer in ("乡镇界", "村界"):
        frame.to_file(tmp_path / "t.gpkg", layer=layer)
    with pytest.raises(BoundaryError) as caught:
        read(tmp_path / "t.gpkg", shown="data/raw/boundaries/t.gpkg")
    assert str(caught.value) == (
        "t.gpkg: the file holds 2 layers (乡镇界, 村界). Name one: path = 'data/raw/boundaries/t.gpkg!乡镇界'."
    )
    assert read(Path(f"{tmp_path / 't.gpkg'}!乡镇界"))[0] == READ


def make_frame(**columns: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"XZDM": CODES, "XZMC": NAMES}, geometry=squares(), crs="EPSG:4490").rename(
        columns=columns
    )


def test_the_line_to_paste_names_the_layer_that_has_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    make_frame(XZDM="CUNDM", XZMC="CUNMC").to_file(path, layer="村界")
    points = make_frame()
    points.set_geometry(points.geometry.representative_point()).to_file(path, layer="驻地")
    make_frame().to_file(path, layer="乡镇界")
    with pytest.raises(BoundaryError, match=r"path = 't\.gpkg!乡镇界'"):
        read(path)


def test_a_table_beside_the_layer_is_none(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    make_frame().to_file(path, layer="乡镇界")
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="属性表")
    assert read(path) == (READ, [])


@pytest.mark.parametrize("layer", ["乡镇 界(2021)", "a!b", "t.gpkg"])
def test_names_of_layers_as_they_are(tmp_path: Path, layer: str) -> None:
    path = tmp_path / "t.gpkg"
    for name in (layer, "c"):
        make_frame().to_file(path, layer=name)
    with pytest.raises(BoundaryError) as caught:
        read(path, shown="raw/t.gpkg")
    assert f"path = 'raw/t.gpkg!{layer}'." in str(caught.value)
    assert read(Path(f"{path}!{layer}"))[0] == READ
    with pytest.raises(BoundaryError, match="no layer 'C'"):
        read(Path(f"{path}!C"))


@pytest.mark.parametrize("name", ["t.gpkg", "t.shp", "t.geojson"])
@pytest.mark.parametrize("folder", ["!常用", "a;b"])
def test_folders_whose_names_pyogrio_takes_for_more(tmp_path: Path, folder: str, name: str) -> None:
    make_frame().to_file(tmp_path / name)
    (tmp_path / folder).mkdir()
    for part in tmp_path.glob("t.*"):
        part.rename(tmp_path / folder / part.name)
    assert read(tmp_path / folder / name)[0] == READ


def test_a_layer_of_a_geopackage_in_an_archive(tmp_path: Path) -> None:
    for layer in ("村界", "乡镇界"):
        make_frame().to_file(tmp_path / "t.gpkg", layer=layer)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.write(tmp_path / "t.gpkg", "边界.gpkg")
    with pytest.raises(BoundaryError) as caught:
        read(tmp_path / "t.zip", shown="raw/t.zip")
    assert "path = 'raw/t.zip!边界.gpkg!村界'." in str(caught.value)
    assert read(Path(f"{tmp_path / 't.zip'}!边界.gpkg!乡镇界"))[0] == READ


def test_a_geodatabase_of_two_layers(tmp_path: Path) -> None:
    path = tmp_path / "t.gdb"
    for layer in ("村界", "乡镇界"):
        make_frame().to_crs(4326).to_file(path, layer=layer, driver="OpenFileGDB")
    with pytest.raises(BoundaryError, match="2 layers"):
        read(path)
    assert read(Path(f"{path}!乡镇界"))[0] == READ


@pytest.mark.parametrize(
    ("name", "asked"),
    [("XZDM", "xzdm"), (" XZDM ", "XZDM"), ("xzdm", "XZDM"), ("XZDM", "ＸＺＤＭ")],
)
def test_a_column_that_differs_in_spaces_widths_and_capitals_alone(
    tmp_path: Path, name: str, asked: str
) -> None:
    frame = make_frame(XZDM=name)
    frame.to_file(tmp_path / "t.geojson")
    layer = read_districts(tmp_path / "t.geojson", code=asked, name="XZMC")
    assert layer.frame["code"].tolist() == CODES
    frame.assign(**{"Xzdm": "1"}).to_file(tmp_path / "u.geojson")
    with pytest.raises(BoundaryError, match="no such column"):
        read_districts(tmp_path / "u.geojson", code=asked, name="XZMC")


@pytest.mark.parametrize(
    ("fields", "encoding", "shown"),
    [
        ([("乡镇街道名称一", "C"), ("乡镇街道名称二", "C")], "gbk", ["乡镇街道名", "乡镇街道名 (2)"]),
        ([("备注信息一", "N"), ("备注信息二", "N")], "utf-8", ["备注信", "备注信 (2)"]),
        ([("xzmc", "C"), ("xzdm", "N")], "utf-8", ["xzmc", "xzdm"]),  # not the same as XZMC
        ([("", "C"), ("", "C")], "utf-8", ["", " (2)"]),
        ([("XZMC", "C"), ("n", "C")], "utf-8", ["XZMC (2)", "n"]),  # the first is the name
    ],
)
@pytest.mark.parametrize("deleted", [False, True])
def test_columns_of_one_name_of_each_kind(
    tmp_path: Path, fields: list[tuple[str, str]], encoding: str, shown: list[str], deleted: bool
) -> None:
    more = [(name, kind, 9, [f"{at}{n}" for n in range(3)]) for at, (name, kind) in enumerate(fields, 1)]
    path = write_shapefile(tmp_path / "t.shp", [CODE, NAME, *more], encoding)
    if deleted:  # a row struck out stays in the file
        table = bytearray(path.with_suffix(".dbf").read_bytes())
        head, size = struct.unpack_from("<HH", table, 8)
        table[head + size] = ord("*")
        path.with_suffix(".dbf").write_bytes(table)
    left = [0, 2] if deleted else [0, 1, 2]
    assert read(path)[0] == [READ[n] for n in left]
    frame = read_source(path).frame
    got = [[str(cell) for cell in frame[name]] for name in shown]
    assert got == [[f"{at}{n}" for n in left] for at in (1, 2)]


def test_each_of_two_columns_of_one_name_can_be_the_name(tmp_path: Path) -> None:
    # 乡镇代码 and 乡镇名称 in UTF-8: nine bytes and one of each, which the file cuts to three characters.
    path = write_shapefile(
        tmp_path / "t.shp", [("行政区划代码", "C", 12, CODES), ("行政区划名称", "C", 40, NAMES)]
    )
    layer = read_districts(path, code="行政区", name="行政区 (2)")
    assert layer.frame[["code", "name"]].to_numpy().tolist() == READ


def test_a_ring_that_is_not_closed_is_a_damaged_file(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "a.shp", [CODE, NAME])
    elsewhere = struct.pack("<dd", 119.25, 26.05)  # for the last corner
    path.write_bytes(path.read_bytes()[:-16] + elsewhere)
    with pytest.raises(BoundaryError, match=r"a\.shp: the file cannot be read"):
        read(path)


def test_what_is_said_of_a_damaged_file_names_no_path(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text("{", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.geojson", "b.geojson")
    for path, where in ((tmp_path / "a.geojson", "'a.geojson'"), (tmp_path / "a.zip", "'a.zip!b.geojson'")):
        with pytest.raises(BoundaryError) as refused:
            read_source(path)
        assert where in str(refused.value) and "/" not in str(refused.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among Windows's files")
@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.zip", "a.shp", "a.dbf"])
def test_a_pipe_is_no_layer(tmp_path: Path, name: str) -> None:
    path = write_shapefile(tmp_path / "a.shp", [CODE, NAME])
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    with pytest.raises(BoundaryError, match=rf"{name}.*not a regular file"):
        read_source(path if name == "a.dbf" else tmp_path / name)
