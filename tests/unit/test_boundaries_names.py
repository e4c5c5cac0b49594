"""Names of places, taken apart by hand."""

import pytest

from taizhang.boundaries.names import (
    cut_spaces,
    cut_suffix,
    find_near,
    fold_name,
    is_bare,
    levels_of,
    split_places,
    split_suffix,
    to_simplified,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (" 溪 北\u3000镇 ", "溪北镇"),
        ("Quezon  CITY", "quezon city"),
        ("溪北 Town 镇", "溪北 town 镇"),
        ("滨海街道办事处", "滨海街道"),
        ("滨海街道办", "滨海街道"),
        ("濱海街道辦事處", "濱海街道"),
        ("濱海街道辦", "濱海街道"),
        ("溪北镇人民政府", "溪北镇"),
        ("溪北乡政府", "溪北乡"),
        ("溪北鎮政府", "溪北鎮"),
        ("某地区办事处", "某地区"),
        ("滨江县人民政府", "滨江县人民政府"),
        ("溪北镇政府大院", "溪北镇政府大院"),
        ("", ""),
    ],
)
def test_names_as_they_are_compared(text: str, folded: str) -> None:
    assert fold_name(text) == folded


@pytest.mark.parametrize(
    ("name", "base", "suffix", "levels"),
    [
        ("溪北镇", "溪北", "镇", ("township",)),
        ("老溪畲族乡", "老溪", "乡", ("township",)),
        ("老溪畲族民族乡", "老溪", "民族乡", ("township",)),
        ("滨海街道", "滨海", "街道", ("township",)),
        ("滨江县", "滨江", "县", ("county",)),
        ("滨江市", "滨江", "市", ("county", "city")),
        ("延边朝鲜族自治州", "延边", "自治州", ("city",)),
        ("福建省", "福建", "省", ("province",)),
        ("罗湖社区", "罗湖", "社区", ("village",)),
        ("罗湖社区居民委员会", "罗湖", "社区居民委员会", ("village",)),
        ("溪头村委会", "溪头", "村委会", ("village",)),
        ("忠县", "", "", None),
        ("市辖区", "", "", None),
        ("新区", "", "", None),
        ("溪北", "", "", None),
        ("镇", "", "", None),
        ("大溪区", "大溪", "区", ("county",)),
        ("浦东新区", "浦东", "新区", ("county",)),
        ("积石山保安族东乡族撒拉族自治县", "积石山", "自治县", ("county",)),
        ("回族乡", "", "", None),
        ("香港特别行政区", "香港", "特别行政区", ("province",)),
        ("城东区", "城东", "区", ("county",)),
    ],
)
def test_suffixes_and_their_levels(name: str, base: str, suffix: str, levels: tuple[str, ...] | None) -> None:
    assert split_suffix(name) == (base, suffix) and cut_suffix(name) == base
    if levels:
        assert levels_of(suffix) == levels


def test_small_things_of_names() -> None:
    assert is_bare("溪北") and not is_bare("溪北镇") and not is_bare("忠县") and is_bare("")
    assert cut_spaces(" Quezon  City\t1 ") == "QuezonCity1"
    assert to_simplified("濱海鎮 Town") == "滨海镇 Town"
    assert (
        split_places(" 滨江县/溪北镇、城关;a - b—c_d>e·f，g•h ")
        == "滨江县 溪北镇 城关 a b c d e f g h".split()
    )
    assert split_places(" 、/ ") == []


@pytest.mark.parametrize(
    ("text", "names", "near"),
    [
        ("溪被镇", ["溪北镇", "溪北乡", "城关镇"], ["溪北镇"]),
        ("甲乙", ["甲丙", "丁戊"], ["甲丙"]),  # half alike is enough
        ("甲乙丙丁戊", ["甲乙己庚辛", "甲乙丙庚辛"], ["甲乙丙庚辛"]),
        ("所在地是滨江县的溪北镇附近一带", ["城关镇", "溪北镇", "镇"], ["溪北镇"]),
        ("所在地是溪北附近一带", ["城关", "溪北", "溪"], ["溪北"]),
        ("溪", ["大溪北镇一二", "溪北"], ["溪北", "大溪北镇一二"]),
        ("", ["溪北镇"], []),
        (
            "溪北镇",
            ["溪北镇一", "溪北镇一二", "溪北镇一二三", "溪北镇一二三四"],
            ["溪北镇一", "溪北镇一二", "溪北镇一二三"],
        ),
        ("镇镇镇镇", ["镇"], []),
        ("aaaabc", ["aaaaxy"], []),  # one letter of three, however often
        ("aaaab", ["aaaax"], ["aaaax"]),
        ("abcdef", ["fedcba"], []),  # the same letters in another order
    ],
)
def test_names_that_come_near(text: str, names: list[str], near: list[str]) -> None:
    assert find_near(text, names) == near
