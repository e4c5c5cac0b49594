"""English names of districts: given, from the layer, or by their sounds."""

import geopandas as gpd
import pytest

from taizhang.boundaries.english import list_names, spell_english


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("溪口镇", "Xikou Town"),
        ("城关街道", "Chengguan Subdistrict"),
        ("枫林乡", "Fenglin Township"),
        ("老溪畲族乡", "Laoxi Township"),
        ("滨江县", "Binjiang County"),
        ("开发区", "Kaifaqu"),
        ("Quezon City", "Quezon City"),
    ],
)
def test_a_name_by_its_sounds(name: str, english: str) -> None:
    assert spell_english(name) == english


def test_given_names_come_first_then_the_layer_s_then_sounds() -> None:
    frame = gpd.GeoDataFrame({"code": list("abcd"), "name": ["甲镇", "溪口镇", "西口镇", "锡口镇"]})
    assert list_names(frame, "zh", {"a": "A"}) == dict(zip("abcd", frame["name"], strict=True))
    named = list_names(
        frame.assign(name_en=[None, "Creekmouth", "", None]), "en", {"甲镇": "First", "d": "Tin"}
    )
    assert named == {"a": "First", "b": "Creekmouth", "c": "Xikou Town", "d": "Tin"}
    # Two of one sound are told apart.
    assert list_names(frame, "en", {})["b"] == "Xikou Town (溪口镇)"
