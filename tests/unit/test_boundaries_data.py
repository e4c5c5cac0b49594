"""Real boundaries and codes, as found: ../shared/data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from taizhang.boundaries import area_km2, check_districts, match_districts, read_districts
from taizhang.boundaries.names import cut_suffix
from taizhang.core.errors import BoundaryError


def test_shanghai_reads_with_right_names(shared_data: Path) -> None:
    path = shared_data / "cn_shanghai_county_shp" / "区县界_area.shp"
    layer = read_districts(path, code="ADMINCODE", name="NAME")
    names = layer.frame.set_index("code")["name"]
    assert len(names) == 17
    assert names["310115"] == "浦东新区"
    assert names["310230"] == "崇明县"
    assert names["310108"] == "闸北区"
    assert layer.notes == []  # the DBF says GBK itself
    assert layer.crs.to_epsg() == 4326
    # The city has 6,340.5 km2 of land; this layer also draws water.
    assert 6300 < area_km2(layer.frame.geometry).sum() < 7500
    assert not {"overlap", "nested", "duplicate"} & set(check_districts(layer.frame)["problem"])
    with pytest.raises(BoundaryError, match="or to auto"):
        read_districts(path, code="ADMINCODE", name="NAME", encoding="utf-8")


def test_shenzhen_is_refused_for_its_crs_and_reads_with_one(shared_data: Path) -> None:
    path = shared_data / "cn_shenzhen_district_shp" / "sz.shp"
    with pytest.raises(
        BoundaryError, match=r"113\.746 to 114\.624 \(x\) and 22\.3993 to 22\.8647.*EPSG:4490.*EPSG:4326"
    ):
        read_districts(path, code="qh", name="qh")
    layer = read_districts(path, code="qh", name="qh", crs="EPSG:4490")
    assert layer.frame["name"].to_list()[:3] == ["罗湖", "福田", "盐田"]
    found = match_districts(pd.Series(["罗湖区", "大鹏", "光明区", "羅湖區"]), layer.frame)
    assert found["code"].to_list() == ["罗湖", "大鹏", "光明", "罗湖"]
    gaps = check_districts(layer.frame).query("problem == 'gap'")
    assert gaps["area_km2"].sum() == pytest.approx(0.07, abs=0.005)
    with pytest.raises(BoundaryError, match="or to auto"):
        read_districts(path, code="qh", name="qh", crs="EPSG:4490", encoding="gbk")


def test_ambiguous_town_names_never_match_without_the_unit_above(shared_data: Path) -> None:
    streets = pd.read_csv(shared_data / "cn_division_codes" / "streets.csv", dtype="str")
    districts = streets.rename(columns={"areaCode": "parent"})[["code", "name", "parent"]]
    ambiguous = districts[districts["name"].duplicated(keep=False)]
    assert len(ambiguous) == 12384
    sample = ambiguous.sample(3000, random_state=4)
    alone = match_districts(sample["name"], districts)
    assert alone["code"].isna().all()
    assert alone["reason"].map(str).str.contains("districts").all()
    above = match_districts(sample["name"], districts, parent=sample["parent"])
    same = districts.duplicated(["name", "parent"], keep=False).reindex(sample.index)
    assert (above["code"] == sample["code"])[~same].all()
    assert above["code"][same].isna().all()
    unique = districts.drop_duplicates("name", keep=False).sample(1000, random_state=4)
    assert (match_districts(unique["name"], districts)["code"] == unique["code"]).all()


def test_philippine_provinces_read_with_text_codes(shared_data: Path) -> None:
    layer = read_districts(
        shared_data / "phildis" / "phildis_provinces.geojson", code="ph_psgc", name="ph_psgc"
    )
    assert len(layer.frame) == 81
    assert layer.frame["code"].str.fullmatch(r"PH\d{9}").all()
    assert "6 features have neither code nor name" in str(layer.notes[0])
    events = pd.read_csv(shared_data / "phildis" / "disasters_events_provinces.csv", dtype="str")
    found = match_districts(events["ph_psgc"], layer.frame)
    assert set(found["how"]) == {"code", "unmatched"}
    assert events["ph_psgc"][found["code"].isna()].nunique() == 6


def test_philippine_cities_have_names_beyond_ascii(shared_data: Path) -> None:
    path = shared_data / "phildis" / "phildis_ncr.geojson"
    layer = read_districts(path, code="ph_psgc", name="municity")
    assert "Las Piñas City" in layer.frame["name"].to_list()
    assert match_districts(pd.Series(["las piñas city"]), layer.frame)["code"].to_list() == ["PH137601000"]


def test_the_sample_counts_the_same_by_code_name_alias_short_name_and_point(root: Path) -> None:
    districts = read_districts(
        root / "data" / "raw" / "boundaries" / "townships.shp", code="XZDM", name="XZMC", parent="SJXZ"
    ).frame
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(west, east, 4000), rng.uniform(south, north, 4000)
    # The truth by brute force: every point against every district.
    inside = np.array([shapely.contains_xy(shape, lon, lat) for shape in districts.geometry])
    assert inside.sum(axis=0).max() == 1
    kept = inside.any(axis=0)
    at = inside[:, kept].argmax(axis=0)
    lon, lat, expected = pd.Series(lon[kept]), pd.Series(lat[kept]), districts["code"].to_numpy()[at].tolist()
    short = [cut_suffix(name) or name for name in districts["name"]]
    written = {
        "code": districts["code"].tolist(),
        "name": districts["name"].tolist(),
        "suffix": short,
        "alias": [f"旧{code}村" for code in districts["code"]],
        "point": [None] * len(districts),
    }
    aliases = dict(zip(written["alias"], written["code"], strict=True))
    for how, texts in written.items():
        values = pd.Series([texts[one] for one in at], dtype="object")
        found = match_districts(
            values, districts, aliases=aliases, lon=lon, lat=lat, geometry=districts.geometry
        )
        assert found["code"].to_list() == expected
        assert set(found["how"]) == {how}
