"""Boundary files as programs leave them: columns of one name, foreign text, numbers in scientific notation."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
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
    same = "t.shp: several columns have one name ('备注信'); from the second on it is followed by (2), (3)."
    assert (same in notes) == (width > 1)
    frame = read_source(path).frame
    shown = ["备注信", "备注信 (2)", "备注信 (3)"][:width]
    assert list(frame.columns) == ["XZDM", "XZMC", *shown, "geometry"]
    assert frame[shown].iloc[0].tolist() == [f"甲{number}" for number in range(1, width + 1)]


@pytest.mark.parametrize("kind", ["N", "F"])
@pytest.mark.parametrize("text", ["3.50921E+08", "3.5092e8", "3.50921E8"])
def test_a_code_in_scientific_notation_is_refused(tmp_path: Path, kind: str, text: str) -> None:
    path = write_shapefile(tmp_path / "t.shp", [("XZDM", kind, 12, [text, *CODES[1:]]), NAME])
    with pytest.raises(BoundaryError) as caught:
        read(path)
    assert str(caught.value) == (
        f"t.shp, column XZDM: '{text}' cannot be division codes (a fraction, or digits lost to scientific "
        "notation). Store the codes as text."
    )


def test_scientific_notation_that_has_lost_nothing_is_a_code(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "t.shp", [("XZDM", "N", 14, ["3.50921101E+08", *CODES[1:]]), NAME])
    assert read(path)[0] == READ


def test_plain_numbers_are_codes(tmp_path: Path) -> None:
    assert read(write_shapefile(tmp_path / "t.shp", [("XZDM", "N", 12, CODES), NAME]))[0] == READ


def write_geojson(path: Path, encoding: str) -> Path:
    features = [
        {"type": "Feature", "properties": {"XZDM": code, "XZMC": name}, "geometry": shape.__geo_interface__}
        for code, name, shape in zip(CODES, NAMES, squares(), strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("name", ["t.geojson", "t.json"])
@pytest.mark.parametrize("setting", ["auto", "GBK", "gb2312"])
def test_geojson_that_is_no_utf8_is_read_by_its_encoding(tmp_path: Path, name: str, setting: str) -> None:
    rows, notes = read(write_geojson(tmp_path / name, "gbk"), encoding=setting)
    assert rows == READ
    assert f"{name}: GeoJSON should be UTF-8; it was read all the same." in notes
    assert (f"{name}: text read as GBK, judged by its characters." in notes) == (setting == "auto")


def test_an_encoding_that_contradicts_the_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError):
        read(write_geojson(tmp_path / "t.geojson", "gbk"), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_setting_without_effect_is_told(tmp_path: Path, encoding: str) -> None:
    path = write_geojson(tmp_path / "t.geojson", encoding)
    rows, notes = read(path, encoding="GBK")
    assert rows == READ
    idle = "t.geojson: the format says its encoding, so that encoding = 'GBK' has no effect; it can go."
    assert idle in notes
    assert idle not in read(path)[1]


def test_a_geopackage_says_its_encoding(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"XZDM": CODES, "XZMC": NAMES}, geometry=squares(), crs="EPSG:4490")
    frame.to_file(tmp_path / "t.gpkg", layer="乡镇界")
    assert (
        "t.gpkg: the format says its encoding, so that encoding = 'GBK' has no effect; it can go."
        in (read(tmp_path / "t.gpkg", encoding="GBK")[1])
    )


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


def test_each_of_two_columns_of_one_name_can_be_the_name(tmp_path: Path) -> None:
    # 乡镇代码 and 乡镇名称 in UTF-8: nine bytes and one of each, which the file cuts to three characters.
    path = write_shapefile(
        tmp_path / "t.shp", [("行政区划代码", "C", 12, CODES), ("行政区划名称", "C", 40, NAMES)]
    )
    layer = read_districts(path, code="行政区", name="行政区 (2)")
    assert layer.frame[["code", "name"]].to_numpy().tolist() == READ
