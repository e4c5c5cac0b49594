"""Points of a map as ledgers: KML, KMZ and GeoJSON, a row for each placemark, nothing loaded from elsewhere."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from ledger_files import KINDS, read

from taizhang.core.errors import LedgerError
from taizhang.ledgers import placemarks, sandbox
from taizhang.ledgers.model import FileRead, Source
from taizhang.ledgers.sheets import sniff_format

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
KML = f"""{HEAD}<name>滨江县</name>
<Folder><name>溪南镇</name>
  <Placemark><name>中心小学</name>
    <ExtendedData><Data name="容纳人数"><value>1,200人</value></Data><Data name="所属乡镇"><value>溪南镇</value></Data></ExtendedData>
    <Point><coordinates>118.121,25.331,0</coordinates></Point></Placemark>
  <Placemark><name>文化广场</name>
    <ExtendedData><SchemaData schemaUrl="#a"><SimpleData name="容纳人数">300</SimpleData></SchemaData></ExtendedData>
    <Polygon><outerBoundaryIs><LinearRing><coordinates>118.1,25.3 118.2,25.3 118.2,25.4 118.1,25.3</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Folder>
<Folder><name>石门镇</name>
  <Placemark><name>体育馆</name>
    <description><![CDATA[<html><body><table border="1"><tr><th>项目</th><th>内容</th><th>注</th></tr><tr><td>容纳人数</td><td>800</td></tr>
      <tr><td>占地面积</td><td>2,500&nbsp;平方米</td></tr></table></body></html>]]></description>
    <Point><coordinates>
      118.221,25.431
    </coordinates></Point></Placemark>
</Folder></Document></kml>"""  # noqa: E501 - as programs write it


def write(folder: Path, text: str, name: str = "shelters.kml") -> Path:
    (path := folder / name).write_text(text, encoding="utf-8")
    return path


def list_rows(got: FileRead, *columns: str) -> list[tuple[object, ...]]:
    assert not got.errors, got.errors
    rows = got.rows[list(columns)].astype("object")
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def list_notes(got: FileRead, lang: str) -> str:
    return "\n".join(note.word(lang) for note in (*got.notes, *(one for t in got.tables for one in t.notes)))


def test_each_placemark_is_a_row_and_each_folder_a_sheet(tmp_path: Path) -> None:
    names = frozenset({"溪南镇", "石门镇"})
    got = read(
        write(tmp_path, KML.replace('<Data name="所属乡镇"><value>溪南镇</value></Data>', "")),
        "shelters",
        names=names,
    )
    assert list_rows(got, "source_sheet", "source_row", "district", "name", "capacity", "lon", "lat") == [
        ("溪南镇", 1, "溪南镇", "中心小学", 1200, 118.121, 25.331),
        ("溪南镇", 2, "溪南镇", "文化广场", 300, None, None),  # an area: its place is the folder's
        ("石门镇", 1, "石门镇", "体育馆", 800, 118.221, 25.431),
    ]
    assert got.rows["area_m2"].tolist()[2] == 2500 and got.read == 3 and got.set_aside.empty
    assert "1个地标" in list_notes(got, "zh") and "1 placemark" in list_notes(got, "en")


def test_an_area_without_a_district_is_set_aside(tmp_path: Path) -> None:
    got = read(write(tmp_path, KML), "shelters", sheets=("溪南镇",))
    assert list_rows(got, "name", "lon") == [("中心小学", 118.121)]
    assert got.set_aside[["source_row", "column", "scope"]].to_numpy().tolist() == [[2, "district", "row"]]


def test_a_kmz_is_the_kml_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(path := tmp_path / "a.kmz", "w") as archive:
        archive.writestr("files/icon.kml.png", b"")
        archive.writestr("doc.kml", KML)
        archive.writestr("more/other.kml", KML)
    whole = read(write(tmp_path, KML), "shelters")
    got = read(path, "shelters")
    pd.testing.assert_frame_equal(
        got.rows.drop(columns="source_file"), whole.rows.drop(columns="source_file")
    )
    assert sniff_format(path) == "kmz" and "more/other.kml" in list_notes(got, "zh")


def make_geojson(**more: object) -> dict[str, object]:
    points = [(118.12, 25.33, "溪南镇"), (118.22, 25.43, "石门镇")]
    features: list[dict[str, object]] = [
        {
            "type": "Feature",
            "properties": {  # with a number longer than a spreadsheet keeps
                "隐患编号": 350921102001000123 + at, "乡镇": town, "发现日期": "2021-03-05", "隐患描述": "灭火器过期",
                "照片": ["a.jpg"]},
            "geometry": {"type": "Point", "coordinates": [lon, lat, 3.5]},
        }
        for at, (lon, lat, town) in enumerate(points)
    ]  # fmt: skip
    line = {"type": "LineString", "coordinates": [[118.1, 25.3], [118.2, 25.3]]}
    told = {"乡镇": "石门镇", "发现日期": "2021-03-06", "隐患描述": "道路塌陷", "照片": None}
    features.append({"type": "Feature", "properties": told, "geometry": line})
    return {"type": "FeatureCollection", "features": features, **more}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_features_of_a_geojson(tmp_path: Path, encoding: str) -> None:
    (path := tmp_path / "a.geojson").write_text(
        json.dumps(make_geojson(), ensure_ascii=False), encoding=encoding
    )
    got = read(path)
    assert list_rows(got, "source_row", "district", "hazard_id", "description", "lon", "lat") == [
        (1, "溪南镇", "350921102001000123", "灭火器过期", 118.12, 25.33),
        (2, "石门镇", "350921102001000124", "灭火器过期", 118.22, 25.43),
        (3, "石门镇", None, "道路塌陷", None, None),
    ]
    assert got.tables[0].unrecognised == ("照片",) and "1个地标" in list_notes(got, "zh")


def test_what_is_no_feature_is_told(tmp_path: Path) -> None:
    told = make_geojson()
    told["features"].append({"type": "Point", "coordinates": [118.1, 25.3]})  # type: ignore[attr-defined]
    got = read(write(tmp_path, json.dumps(told), "a.geojson"))
    assert len(got.rows) == 3 and "1项不是GeoJSON的要素" in list_notes(got, "zh")


def test_metres_are_no_degrees(tmp_path: Path) -> None:
    text = json.dumps(make_geojson()).replace("118.12", "39512345.6").replace("25.33", "2801234.5")
    got = read(write(tmp_path, text, "a.json"))
    assert pd.isna(got.rows["lon"][0]) and set(got.set_aside["column"]) == {"lon", "lat"}


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<kml><Document><Placemark><name>&c;</name><Point><coordinates>118.1,25.3</coordinates></Point></Placemark></Document></kml>"""


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path, "350921199001011234", "secret.txt")
    outside = LAUGHS.replace('"ha"', f'SYSTEM "{secret.as_uri()}"')
    for text in (LAUGHS, outside, LAUGHS.replace("[", 'SYSTEM "http://127.0.0.1:9/x.dtd" [')):
        got = read(write(tmp_path, text), "shelters")
        assert (
            got.rows.empty
            and "DOCTYPE" in got.errors[0].word("en")
            and "350921" not in got.errors[0].word("en")
        )
    bare = f"{HEAD}<Placemark><name>&c;</name></Placemark></Document></kml>"
    assert read(write(tmp_path, bare), "shelters").errors


def test_an_archive_that_would_grow_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(path := tmp_path / "a.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML + " " * 100_000)
    monkeypatch.setattr(placemarks, "_MOST_BYTES", 50_000)
    assert "larger" in read(path, "shelters").errors[0].word("en")


def test_what_links_elsewhere_is_not_followed_and_told(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/more.kml</href></Link></NetworkLink>"
    got = read(write(tmp_path, KML.replace("<Folder>", f"{link}<Folder>", 1)), "shelters", district="溪南镇")
    assert got.read == 3 and "1个链接" in list_notes(got, "zh")
    alone = read(write(tmp_path, f"{HEAD}{link}</Document></kml>"), "shelters")
    assert alone.errors and alone.rows.empty


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.kml", KML[:-200]),
        ("a.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature"'),
        ("a.geojson", '{"features": ' + "[" * 200_000),
        ("a.json", '{"name": "package"}'),
        ("a.kml", f"{HEAD}</Document></kml>"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, name: str, text: str) -> None:
    got = read(write(tmp_path, text, name), "shelters")
    assert got.errors and got.rows.empty


def test_they_are_read_in_the_child_process(tmp_path: Path) -> None:
    path = write(tmp_path, KML)
    assert not sandbox._is_plain(path)
    got = sandbox.read_ledger_file(path, Source(KINDS["shelters"], district="溪南镇"), name="a.kml")
    assert got.read == 3 and not got.errors


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="溪南镇"):
        list(placemarks.read_placemarks(write(tmp_path, KML), "kml", ("河东镇",)))
