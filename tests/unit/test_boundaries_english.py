"""English names of districts: given, from the layer, or by their sounds."""

import geopandas as gpd
import pytest

from taizhang.boundaries.english import list_names, spell_english, spell_event, spell_premises


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


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("白鹭镇中心小学", "Bailu Town Central Primary School"),
        ("白鹭瑞泰颐养院", "Bailu Ruitai Care Home"),
        ("龙潭镇综合应急队", "Longtan Town General Emergency Team"),
        ("城关街道后关网格06", "Chengguan Subdistrict Houguan Grid 06"),
        ("老街城镇燃气站", "Laojie Chengzhen Ranqizhan"),  # 城镇 ends no township's name
        ("老街副食", "Laojie Fushi"),
        ("小学", "Xiaoxue"),
        ("Jollibee", "Jollibee"),
    ],
)
def test_premises_are_spelt_and_their_kind_translated(name: str, spelt: str) -> None:
    assert spell_premises(name) == spelt


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("台风烟花", "typhoon Yanhua"),
        ("台风“烟花”", "typhoon Yanhua"),
        ("“7·16”台风", "typhoon “7·16”"),
        ("台风", "台风"),  # a kind alone has no name
        ("Typhoon Odette", "Typhoon Odette"),
    ],
)
def test_events_are_told_by_their_kind_and_name(name: str, spelt: str) -> None:
    assert spell_event(name) == spelt
