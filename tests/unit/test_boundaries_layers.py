"""Reading layers: formats, text, columns, geometry."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from boundary_cases import make_box, make_districts, write_shapefile

from taizhang.boundaries import area_km2, read_districts
from taizhang.boundaries.offsets import shift_geometry
from taizhang.core.errors import BoundaryError

COLUMNS = {"code": "code", "name": "name", "parent": "parent"}


def write_topology(path: Path) -> Path:
    """Two towns as TopoJSON by hand: arc 0 is the shared edge, 1 and 2 the rest of each."""
    arcs = [
        [[119.1, 26], [119.1, 26.1]],
        [[119.1, 26.1], [119, 26.1], [119, 26], [119.1, 26]],
        [[119.1, 26], [119.2, 26], [119.2, 26.1], [119.1, 26.1]],
    ]
    frame = make_districts().drop(columns="geometry")
    geometries = [
        {"type": "Polygon", "arcs": rings, "properties": properties}
        for rings, properties in zip([[[0, 1]], [[2, -1]]], frame.to_dict("records"), strict=True)
    ]
    objects = {"towns": {"type": "GeometryCollection", "geometries": geometries}}
    path.write_text(json.dumps({"type": "Topology", "objects": objects, "arcs": arcs}), encoding="utf-8")
    return path


def write_layer(kind: str, folder: Path) -> Path:
    frame, path = make_districts(), folder / f"towns.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "topojson":
        write_topology(path)
    elif kind == "zip":
        write_shapefile(frame, folder / "towns.shp", encoding="GBK", driver=0x4D, cpg=None)
        with zipfile.ZipFile(path, "w") as archive:
            for part in (".shp", ".shx", ".dbf", ".prj"):
                archive.write(folder / f"towns{part}", f"边界/乡镇{part}")
    elif kind == "geojson":
        frame.to_crs(4326).to_file(path, driver="GeoJSON")
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("kind", ["shp", "zip", "gpkg", "geojson", "topojson", "parquet"])
def test_every_format_reads_the_same(kind: str, tmp_path: Path) -> None:
    crs = "EPSG:4490" if kind == "topojson" else None
    layer = read_districts(write_layer(kind, tmp_path), **COLUMNS, crs=crs)
    expected = make_districts()
    assert layer.frame.columns.to_list() == ["code", "name", "parent", "geometry"]
    assert layer.frame.drop(columns="geometry").equals(expected.drop(columns="geometry").astype("str"))
    assert layer.crs.to_epsg() == (4326 if kind == "geojson" else 4490)
    assert area_km2(layer.frame.geometry).to_list() == pytest.approx(area_km2(expected.geometry).to_list())


def test_topojson_states_no_crs(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match="states no coordinate system"):
        read_districts(write_layer("topojson", tmp_path), **COLUMNS)


@pytest.mark.parametrize(
    ("encoding", "driver", "cpg", "said"),
    [
        ("GBK", 0x4D, None, []),
        ("GBK", 0, "936", []),
        ("GBK", 0, None, ["text read as GBK"]),
        ("GBK", 0, "UTF-8", ["the .cpg says UTF-8", "text read as GBK"]),
        ("UTF-8", 0x4D, None, ["the DBF (0x4D) says GBK", "text read as UTF-8"]),
        ("UTF-8", 0x57, "UTF-8", []),
    ],
)
def test_shapefile_text(encoding: str, driver: int, cpg: str | None, said: list[str], tmp_path: Path) -> None:
    frame = make_districts().rename(columns={"name": "名称"})
    path = write_shapefile(frame, tmp_path / "乡镇[1].shp", encoding=encoding, driver=driver, cpg=cpg)
    layer = read_districts(path, code="code", name="名称")
    assert layer.frame["name"].to_list() == ["溪北镇", "溪南乡"]
    assert len(layer.notes) == len(said)
    assert all(part in str(note) for part, note in zip(said, layer.notes, strict=True))


def test_big5_names(tmp_path: Path) -> None:
    frame = make_districts().assign(name=["溪北鎮", "溪南鄉"], parent="濱江縣")
    path = write_shapefile(frame, tmp_path / "a.shp", encoding="BIG5", driver=0, cpg=None)
    assert read_districts(path, **COLUMNS).frame["name"].to_list() == ["溪北鎮", "溪南鄉"]


def test_mojibake_in_a_geojson_is_refused(tmp_path: Path) -> None:
    frame = make_districts().assign(name=["缃楁箹", "绂忕敯"])
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    with pytest.raises(BoundaryError, match="缃楁箹 \\(was 罗湖\\)"):
        read_districts(tmp_path / "a.geojson", **COLUMNS)


def test_an_unknown_column_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match=r"code = 'XZDM'.*The columns are: code, name, parent"):
        read_districts(write_layer("gpkg", tmp_path), code="XZDM", name="name")


def test_files_that_are_no_layers(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match="no such file"):
        read_districts(tmp_path / "none.shp", **COLUMNS)
    (tmp_path / "bad.gpkg").write_bytes(b"nothing")
    with pytest.raises(BoundaryError, match="cannot be read as boundaries"):
        read_districts(tmp_path / "bad.gpkg", **COLUMNS)
    (tmp_path / "bad.zip").write_bytes(b"nothing")
    with pytest.raises(BoundaryError, match="cannot be unpacked"):
        read_districts(tmp_path / "bad.zip", **COLUMNS)
    path = write_layer("shp", tmp_path)
    path.with_suffix(".dbf").unlink()
    with pytest.raises(BoundaryError, match=r"\.dbf missing"):
        read_districts(path, **COLUMNS)


def test_several_layers_need_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    make_districts().to_file(path, layer="towns")
    make_districts().assign(name="甲镇").to_file(path, layer="old")
    with pytest.raises(BoundaryError, match="towns, old"):
        read_districts(path, **COLUMNS)
    assert read_districts(f"{path}!old", **COLUMNS).frame["name"].to_list() == ["甲镇", "甲镇"]
    with pytest.raises(BoundaryError, match="no layer 'new'"):
        read_districts(f"{path}!new", **COLUMNS)


def test_an_archive_of_several_needs_a_name(tmp_path: Path) -> None:
    write_layer("zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "towns.zip", "a") as archive:
        for part in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(tmp_path / f"towns{part}", f"b{part}")
    with pytest.raises(BoundaryError, match="must hold one layer"):
        read_districts(tmp_path / "towns.zip", **COLUMNS)
    assert len(read_districts(f"{tmp_path}/towns.zip!b.shp", **COLUMNS).frame) == 2


def test_codes_and_names_that_do_not_hold(tmp_path: Path) -> None:
    frame = make_districts()
    frame.assign(code=["1", "1"]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(BoundaryError, match="1: 溪北镇, 溪南乡"):
        read_districts(tmp_path / "a.gpkg", **COLUMNS)
    frame.assign(code=["1", None]).to_file(tmp_path / "b.gpkg")
    with pytest.raises(BoundaryError, match=r"no code .* for '溪南乡', features '2'"):
        read_districts(tmp_path / "b.gpkg", **COLUMNS)
    frame.assign(name=["溪北镇", None]).to_file(tmp_path / "c.gpkg")
    layer = read_districts(tmp_path / "c.gpkg", **COLUMNS)
    assert layer.frame["name"].to_list() == ["溪北镇", "350921102"]
    assert "no name" in str(layer.notes[0])
    frame.assign(code=["1", None], name=["溪北镇", None]).to_file(tmp_path / "d.gpkg")
    layer = read_districts(tmp_path / "d.gpkg", **COLUMNS)
    assert layer.frame["code"].to_list() == ["1"]
    assert "left out: feature '2'" in str(layer.notes[0])


def test_shared_names_and_mixed_levels_are_noted(tmp_path: Path) -> None:
    frame = make_districts().assign(name="城关镇", code=["350921", "350921102"])
    frame.to_file(tmp_path / "a.gpkg")
    notes = read_districts(tmp_path / "a.gpkg", **COLUMNS).notes
    assert "2 districts have the same name" in str(notes[0])
    assert "1 county, 1 township" in str(notes[1])


def test_float_codes_become_text(tmp_path: Path) -> None:
    make_districts().assign(code=[350921101.0, 350921102.0]).to_file(tmp_path / "a.gpkg")
    layer = read_districts(tmp_path / "a.gpkg", **COLUMNS)
    assert layer.frame["code"].to_list() == ["350921101", "350921102"]
    assert "floating-point" in str(layer.notes[0])


def test_geometry_is_mended_and_said(tmp_path: Path) -> None:
    bow = shapely.polygons([[119, 26], [119.1, 26.1], [119.1, 26], [119, 26.1]])
    frame = make_districts()
    frame.loc[0, "geometry"] = bow
    frame.to_file(tmp_path / "a.gpkg")
    layer = read_districts(tmp_path / "a.gpkg", **COLUMNS)
    assert layer.frame.geometry.is_valid.all()
    assert "溪北镇 (Self-intersection)" in str(layer.notes[0])
    # Two triangles that meet in the middle: half of the box.
    assert area_km2(layer.frame.geometry)[0] == pytest.approx(
        area_km2(make_districts().geometry)[0] / 2, rel=1e-3
    )


def test_shapes_that_are_no_areas(tmp_path: Path) -> None:
    frame = make_districts()
    frame.loc[0, "geometry"] = shapely.Point(119, 26)
    frame.to_file(tmp_path / "a.gpkg")
    with pytest.raises(BoundaryError, match="expected areas, found Point"):
        read_districts(tmp_path / "a.gpkg", **COLUMNS)
    frame.loc[0, "geometry"] = None
    frame.to_file(tmp_path / "b.gpkg")
    layer = read_districts(tmp_path / "b.gpkg", **COLUMNS)
    assert "'溪北镇' have no area" in str(layer.notes[0])
    assert layer.frame.geometry[0].is_empty


def test_islands_of_one_district_are_one(tmp_path: Path) -> None:
    frame = make_districts()
    frame = gpd.pd.concat([frame, frame.iloc[[1]].set_geometry([make_box(0.5, 0, 0.6, 0.1)], crs=4490)])
    frame.to_file(tmp_path / "a.gpkg")
    layer = read_districts(tmp_path / "a.gpkg", **COLUMNS)
    assert layer.frame["code"].to_list() == ["350921101", "350921102"]
    assert layer.frame.geometry[1].geom_type == "MultiPolygon"
    assert "were merged" in str(layer.notes[0])
    assert len(layer.notes) == 1
    frame["parent"] = ["滨江县", "滨江县", "临江县"]
    frame.to_file(tmp_path / "b.gpkg")
    layer = read_districts(tmp_path / "b.gpkg", **COLUMNS)
    assert layer.frame["parent"].to_list() == ["滨江县", "滨江县"]
    assert "differ in other columns ('350921102')" in str(layer.notes[1])


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_offset_is_undone_in_degrees_and_in_web_mercator(offset: str, tmp_path: Path) -> None:
    frame = make_districts().to_crs(4326)
    shifted = frame.set_geometry(
        gpd.GeoSeries(shift_geometry(frame.geometry.to_numpy(), offset, undo=False), crs=4326)
    )
    shifted.to_file(tmp_path / "a.gpkg")
    shifted.to_crs(3857).to_file(tmp_path / "b.gpkg")
    for name in ("a", "b"):
        layer = read_districts(tmp_path / f"{name}.gpkg", **COLUMNS, offset=offset)
        assert shapely.hausdorff_distance(layer.frame.geometry[0], frame.geometry[0]) < 1e-9
        assert f"the {offset} offset was removed" in str(layer.notes[-1])
    with pytest.raises(BoundaryError, match="none, gcj02, bd09"):
        read_districts(tmp_path / "a.gpkg", **COLUMNS, offset="mars")


def test_projected_layers_come_in_degrees_of_their_own_datum(tmp_path: Path) -> None:
    make_districts().to_crs(4527).to_file(tmp_path / "a.gpkg")
    layer = read_districts(tmp_path / "a.gpkg", **COLUMNS)
    assert layer.crs.to_epsg() == 4490
    assert shapely.hausdorff_distance(layer.frame.geometry[0], make_districts().geometry[0]) < 1e-6


def test_coordinates_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    frame = make_districts()
    frame.loc[0, "geometry"] = shapely.Polygon([(119, 26), (119.1, 26.1), (float("inf"), 26), (119, 26.1)])
    frame.to_parquet(tmp_path / "towns.parquet")
    with pytest.raises(BoundaryError, match="infinite or not numbers: '溪北镇'"):
        read_districts(tmp_path / "towns.parquet", **COLUMNS)


def test_the_areas_of_a_collection_are_laid_once(tmp_path: Path) -> None:
    frame = make_districts()
    first = frame.geometry.iloc[0]
    part = shapely.intersection(first, shapely.transform(first, lambda points: points + 0.01))
    frame.loc[0, "geometry"] = shapely.GeometryCollection([first, part])
    frame.to_parquet(tmp_path / "towns.parquet")
    shape = read_districts(tmp_path / "towns.parquet", **COLUMNS).frame.geometry.iloc[0]
    assert shape.is_valid and shape.equals(first)


def test_a_part_without_a_name_takes_that_of_its_code(tmp_path: Path) -> None:
    frame = make_districts()
    name = COLUMNS["name"]
    both = pd.concat([frame.iloc[:1].assign(**{name: None}), frame], ignore_index=True)
    both.to_file(tmp_path / "towns.gpkg")
    layer = read_districts(tmp_path / "towns.gpkg", **COLUMNS)
    assert layer.frame["name"].tolist() == frame[name].tolist()
    assert not any("no name" in str(note) for note in layer.notes)


def test_one_misread_name_among_many_is_told(tmp_path: Path) -> None:
    names = ["缃楁箹", *(f"{a}{b}镇" for a in "东西南北" for b in "山河湖海川")]
    squares = [shapely.box(119 + n / 100, 26, 119.01 + n / 100, 26.1) for n in range(len(names))]
    frame = gpd.GeoDataFrame(
        {"code": [f"350921{n:03d}" for n in range(100, 100 + len(names))], "name": names},
        geometry=squares, crs=4490,
    )  # fmt: skip
    frame.to_file(tmp_path / "towns.geojson")
    layer = read_districts(tmp_path / "towns.geojson", code="code", name="name")
    assert any("缃楁箹 (perhaps 罗湖)" in str(note) for note in layer.notes)


def test_text_cut_within_a_character_is_told(tmp_path: Path) -> None:
    """A field of 254 bytes holds a letter, 126 characters of GBK and half of the next."""
    frame = make_districts()
    frame["name"] = ["A" + name + "号" * 126 for name in frame["name"]]
    path = tmp_path / "towns.shp"
    with pytest.warns(RuntimeWarning, match="truncated to 254"):
        write_shapefile(frame, path, encoding="GBK", driver=0x4D, cpg=None)
    layer = read_districts(path, **COLUMNS)
    told = [
        note
        for note in layer.notes
        if "cut off in the middle of a character at the end of the field (" in str(note)
    ]
    assert len(told) == 1 and "column name: 2 texts" in str(told[0])


def test_the_unit_above_may_be_named_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    make_districts().drop(columns="parent").to_file(path)
    layer = read_districts(path, code="code", name="name", parent="沙岭县")
    assert layer.frame["parent"].unique().tolist() == ["沙岭县"]
    # A column's name that is not there is no unit, nor is a word that names none.
    for wrong in ("SJXZ", "县", "所属县名"):
        with pytest.raises(BoundaryError, match=f"parent = '{wrong}'"):
            read_districts(path, code="code", name="name", parent=wrong)
    with pytest.raises(BoundaryError, match="name = 'NAME2'") as error:
        read_districts(path, code="code", name="NAME2", parent="沙岭县")
    assert "沙岭县" not in str(error.value)


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (["CON", "a"], "unfit_codes"), (["nul.1", "a"], "unfit_codes"), (["Aux", "a"], "unfit_codes"),
        (["com1", "LPT9"], "unfit_codes"), (["x.", "a"], "unfit_codes"), (["a/b", "c"], "unfit_codes"),
        (["a\\b", "c"], "unfit_codes"), (["a:b", "c"], "unfit_codes"), (["a*", "c"], "unfit_codes"),
        (["..", "c"], "unfit_codes"), (["INDEX", "a"], "unfit_codes"), (["x" * 101, "a"], "unfit_codes"),
        (["AB01", "ab01"], "alike_codes"), (["\u00e91", "e\u03011"], "codes"),
        (["\u00e91", "\u00c91"], "alike_codes"),
        (["COM10", "console"], ""), (["x" * 100, "AB.01"], ""),
    ],
)  # fmt: skip
def test_codes_are_names_of_files_on_every_system(tmp_path: Path, codes: list[str], told: str) -> None:
    frame = gpd.GeoDataFrame(
        {"code": codes, "name": ["甲镇", "乙镇"]},
        geometry=[shapely.box(119, 26, 119.1, 26.1), shapely.box(119.1, 26, 119.2, 26.1)],
        crs="EPSG:4490",
    )  # fmt: skip
    frame.to_file(tmp_path / "towns.gpkg")
    if not told:
        assert (
            read_districts(tmp_path / "towns.gpkg", code="code", name="name").frame["code"].tolist() == codes
        )
        return
    with pytest.raises(BoundaryError) as error:
        read_districts(tmp_path / "towns.gpkg", code="code", name="name")
    assert error.value.reasons[0].code == f"boundaries.layer.{told}"
