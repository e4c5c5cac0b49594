"""Matching rows to districts: each way, its order, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from boundary_cases import make_districts
from hypothesis import given
from hypothesis import strategies as st

from taizhang.boundaries import compare_vintages, find_district, match_districts, read_crosswalk
from taizhang.boundaries.names import cut_suffix, cut_units_above, fold_name
from taizhang.boundaries.offsets import add_offset
from taizhang.core.errors import BoundaryError, ParameterError

DISTRICTS = pd.DataFrame(
    {
        "code": ["350921101", "350921102", "350921103", "350921001", "350922101"],
        "name": ["溪北镇", "老溪畲族乡", "城关镇", "滨海街道", "城关镇"],
        "parent": ["滨江县", "滨江县", "滨江县", "滨江县", "临江县"],
    }
)
CROSSWALK = pd.DataFrame(
    {
        "old_code": ["350921201", "350921202", "350921301", "350921301", "350921401"],
        "old_name": ["溪北乡", "小溪乡", "大洋乡", "大洋乡", "旧关镇"],
        "new_code": ["350921101", "350921101", "350921102", "350921103", "350921402"],
        "new_name": ["溪北镇", "溪北镇", "老溪畲族乡", "城关镇", "中关镇"],
    }
)
CROSSWALK.loc[len(CROSSWALK)] = ["350921402", "中关镇", "350921001", "滨海街道"]


def match(value: object, **more: object) -> tuple[object, str, str]:
    found = match_districts(pd.Series([value]), DISTRICTS, **more)
    row = found.iloc[0]
    return (None if pd.isna(row["code"]) else row["code"], row["how"], str(row["reason"] or ""))


@pytest.mark.parametrize(
    ("value", "code", "how"),
    [
        ("350921101", "350921101", "code"),
        (350921101, "350921101", "code"),
        (350921101.0, "350921101", "code"),
        ("350921101000", "350921101", "code"),
        ("溪北镇", "350921101", "name"),
        (" 溪北镇　", "350921101", "name"),
        ("溪 北 镇", "350921101", "name"),
        ("溪北镇人民政府", "350921101", "name"),
        ("滨江县溪北镇", "350921101", "name"),
        ("滨江县/城关镇", "350921103", "name"),
        ("滨海街道办事处", "350921001", "name"),
        ("溪北", "350921101", "suffix"),
        ("滨海", "350921001", "suffix"),
        ("老溪", "350921102", "suffix"),
        ("濱海街道辦事處", "350921001", "script"),
        ("濱海", "350921001", "script"),
    ],
)
def test_each_way(value: object, code: str, how: str) -> None:
    assert match(value) == (code, how, "")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no district given"),
        ("  ", "no district given"),
        ("城关镇", "2 districts are named"),
        ("城关", "2 districts are named"),
        ("溪北乡", '"溪北乡" = "350921101"  # 溪北镇'),
        ("溪北鎮區", '"溪北鎮區" = "350921101"'),
        ("350921999", "no district has the code 350921999"),
        ("350921101005", '"350921101005" = "350921101"  # 溪北镇'),
        ("溪北镇、滨海街道", "names 2 districts"),
        ("全县", "no district is named '全县'"),
    ],
)
def test_what_is_not_accepted_and_why(value: object, reason: str) -> None:
    code, how, said = match(value)
    assert code is None
    assert how == "unmatched"
    assert reason in said


@pytest.mark.parametrize(
    ("parent", "code"),
    [("滨江县", "350921103"), ("滨江", "350921103"), ("濱江縣", "350921103"), ("350922", "350922101"),
     (350922, "350922101"), ("350922000000", "350922101")],
)  # fmt: skip
def test_the_unit_above_decides_between_namesakes(parent: object, code: str) -> None:
    found = match_districts(pd.Series(["城关镇"]), DISTRICTS, parent=pd.Series([parent]))
    assert found["code"].to_list() == [code]


def test_the_unit_above_may_rule_a_unique_name_out() -> None:
    code, _, reason = match("溪北镇", parent=pd.Series(["临江县"]))
    assert code is None
    assert "'临江县' has no district '溪北镇'" in reason
    assert match("溪北镇", parent=pd.Series(["福建省"]))[0] is None
    assert match("溪北镇", parent=pd.Series(["350900"]))[0] == "350921101"


def test_what_an_exact_name_leaves_open_no_looser_form_decides() -> None:
    names = pd.DataFrame({"code": ["1", "2", "3"], "name": ["溪北", "溪北", "溪北镇"]})
    found = match_districts(pd.Series(["溪北", "溪北镇"]), names)
    assert found["how"].to_list() == ["unmatched", "name"]


def test_aliases_decide_and_are_checked() -> None:
    aliases = {"老城关": "350921103", "城关镇": "350922101"}
    assert match("老城关", aliases=aliases) == ("350921103", "alias", "")
    assert match("城关镇", aliases=aliases) == ("350922101", "alias", "")
    with pytest.raises(
        BoundaryError, match=r"not in the layer .*甲 = 1.*belong to another district .*溪北镇 = 350921103"
    ):
        match("溪北镇", aliases={"甲": "1", "溪北镇": "350921103"})


def test_crosswalk_follows_mergers_renames_and_chains() -> None:
    assert match("350921201", crosswalk=CROSSWALK) == ("350921101", "crosswalk", "")
    assert match("350921202", crosswalk=CROSSWALK)[0] == "350921101"
    assert match("小溪乡", crosswalk=CROSSWALK)[:2] == ("350921101", "crosswalk")
    assert match("350921401", crosswalk=CROSSWALK)[0] == "350921001"  # by way of 350921402
    code, _, reason = match("350921301", crosswalk=CROSSWALK)
    assert code is None
    assert "' was split into several districts" in reason
    # Exact names and codes come first: a current name is no old one.
    assert (
        match("溪北镇", crosswalk=CROSSWALK)[1] == "crosswalk"
        or match("溪北镇", crosswalk=CROSSWALK)[1] == "name"
    )


def test_crosswalk_backwards_and_broken() -> None:
    older = pd.DataFrame({"code": ["350921301"], "name": ["大洋乡"]})
    found = match_districts(pd.Series(["350921103"]), older, crosswalk=CROSSWALK)
    assert found.loc[0, ["code", "how"]].to_list() == ["350921301", "crosswalk"]
    with pytest.raises(BoundaryError, match="new_code"):
        match("x", crosswalk=pd.DataFrame({"old_code": ["1"]}))
    with pytest.raises(
        BoundaryError, match="A row of the crosswalk has no old_code or no new_code; fill it in or delete it"
    ):
        match("x", crosswalk=pd.DataFrame({"old_code": ["1"], "new_code": [None]}))


def test_vintages_say_what_compares(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("crosswalk") / "c.csv"
    CROSSWALK.to_csv(path, index=False, encoding="utf-8-sig")
    table = compare_vintages(read_crosswalk(path), ["350921101", "350921102", "350921001", "350922101"])
    assert table["change"].to_list() == ["merged", "split", "renamed", "none"]
    assert table["comparable"].to_list() == [True, False, True, True]
    assert table["before"].to_list()[0] == "350921201 350921202"
    with pytest.raises(BoundaryError, match="no such crosswalk"):
        read_crosswalk(path.with_name("none.csv"))


def test_only_changes_between_the_years_compared_count() -> None:
    crosswalk = CROSSWALK.assign(year="2015")
    codes = ["350921101", "350921102", "350921001"]
    # A change within the first year leaves part of it under the old codes.
    for years in ((2014, 2015), (2015, 2016)):
        changed = compare_vintages(crosswalk, codes, years=years)
        assert changed["change"].to_list() == ["merged", "split", "renamed"]
    for years in ((2016, 2021), (2012, 2014)):
        assert set(compare_vintages(crosswalk, codes, years=years)["change"]) == {"none"}
    # A change whose year nobody wrote down may be of these years.
    unknown = compare_vintages(crosswalk.assign(year=None), codes, years=(2020, 2021))
    assert unknown["comparable"].to_list() == [True, False, True]


def test_layers_without_suffixes_match_rows_with_them() -> None:
    short = pd.DataFrame({"code": ["440303", "2"], "name": ["罗湖", "福田"]})
    found = match_districts(pd.Series(["罗湖区", "羅湖區", "福田", "福田区", "罗湖社区", "福田街道"]), short)
    assert found["how"].to_list() == ["suffix", "script", "name", "suffix", "unmatched", "unmatched"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("罗 湖", "罗湖"), ("罗湖", "罗 湖"), ("罗\u3000湖", "罗湖"), ("罗湖", "罗\u200b湖"),
        ("Quezon City", "QuezonCity"), ("QuezonCity", "Quezon  city"),
    ],
)  # fmt: skip
def test_white_space_makes_no_other_name(name: str, written: str) -> None:
    layer = pd.DataFrame({"code": ["440303"], "name": [name]})
    found = match_districts(pd.Series([written]), layer).iloc[0]
    assert (found["code"], found["how"]) == ("440303", "name")
    both = pd.DataFrame({"code": ["1", "2"], "name": ["San Juan", "Sanjuan"]})
    assert match_districts(pd.Series(["San Juan", "Sanjuan"]), both)["code"].tolist() == ["1", "2"]


def test_a_full_name_is_no_bare_name() -> None:
    counties = pd.DataFrame({"code": ["350921"], "name": ["滨江县"]})
    assert match_districts(pd.Series(["滨江县区", "滨江"]), counties)["how"].to_list() == [
        "unmatched",
        "suffix",
    ]


def test_points_decide_only_without_text() -> None:
    districts = make_districts()
    values = pd.Series([None, "溪南乡", None, None, None, "不知道", None], index=list("abcdefg"))
    lon = pd.Series([119.05, 119.05, 119.1, 118.0, np.nan, 119.05, 26.05], index=values.index)
    lat = pd.Series([26.05, 26.05, 26.05, 26.05, 26.05, 26.05, 119.05], index=values.index)
    found = match_districts(values, districts, lon=lon, lat=lat, geometry=districts.geometry)
    assert found.index.to_list() == list("abcdefg")
    assert found["how"].to_list() == ["point", "name", *["unmatched"] * 5]
    assert found["code"].to_list()[:2] == ["350921101", "350921102"]
    assert "on their border" in str(found["reason"]["c"])
    assert "outside every district" in str(found["reason"]["d"])
    assert "no coordinates" in str(found["reason"]["e"])
    assert "are swapped" in str(found["reason"]["g"])


def test_shifted_points_are_undone_and_said() -> None:
    districts = make_districts()
    lon, lat = add_offset([119.0985], [26.05], "bd09")  # moves over the border, a kilometre east
    where = {"lon": pd.Series(lon), "lat": pd.Series(lat), "geometry": districts.geometry}
    assert match_districts(pd.Series([None]), districts, **where)["code"].to_list() == ["350921102"]
    found = match_districts(pd.Series([None]), districts, **where, offset="bd09")
    assert found.loc[0, ["code", "how"]].to_list() == ["350921101", "point_bd09"]


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.floats(0.02, 0.98), st.floats(0.02, 0.98)), min_size=1, max_size=40
    )
)
def test_counts_are_the_same_by_code_name_alias_suffix_and_point(
    rows: list[tuple[int, float, float]],
) -> None:
    districts = make_districts()
    at = np.array([row[0] for row in rows])
    lon = pd.Series([119 + 0.1 * (row[0] + row[1]) for row in rows])
    lat = pd.Series([26 + 0.1 * row[2] for row in rows])
    written = {
        "code": districts["code"], "name": districts["name"], "suffix": pd.Series(["溪北", "溪南"]),
        "alias": pd.Series(["甲", "乙"]), "point": pd.Series([None, None]),
    }  # fmt: skip
    aliases = {"甲": "350921101", "乙": "350921102"}
    expected = districts["code"].to_numpy()[at].tolist()
    for how, texts in written.items():
        found = match_districts(
            pd.Series(texts.to_numpy(dtype=object)[at]), districts, aliases=aliases, lon=lon, lat=lat,
            geometry=districts.geometry,
        )  # fmt: skip
        assert set(found["how"]) == {how}
        assert found["code"].to_list() == expected


@given(st.text(max_size=12))
def test_any_text_matches_only_what_it_names(text: str) -> None:
    code, how, _ = match(text)
    if code is not None:
        name = DISTRICTS.set_index("code").loc[code, "name"]
        assert how in ("code", "name", "suffix", "script")
        assert how == "code" or fold_name(text) in (name, cut_suffix(name)) or how == "script" or "县" in text


def test_find_district() -> None:
    assert find_district("溪北", DISTRICTS) == "350921101"
    assert find_district("350921001", DISTRICTS) == "350921001"
    assert find_district("甲", DISTRICTS, {"甲": "350921001"}) == "350921001"
    with pytest.raises(ParameterError, match=r"no district '溪被镇'. Nearest: 溪北镇 350921101 under 滨江县"):
        find_district("溪被镇", DISTRICTS)
    with pytest.raises(
        ParameterError,
        match="2 districts are named '城关镇': 城关镇 350921103 under 滨江县, 城关镇 350922101",
    ):
        find_district("城关镇", DISTRICTS)


def test_find_district_by_a_name_or_code_of_before() -> None:
    assert find_district("小溪乡", DISTRICTS, crosswalk=CROSSWALK) == "350921101"
    assert find_district("350921202", DISTRICTS, crosswalk=CROSSWALK) == "350921101"
    with pytest.raises(
        ParameterError, match=r"district '大洋乡' was split into several districts: .*; name one of them"
    ):
        find_district("大洋乡", DISTRICTS, crosswalk=CROSSWALK)
    with pytest.raises(ParameterError, match="no district '小溪乡'"):
        find_district("小溪乡", DISTRICTS)


def test_empty_tables() -> None:
    found = match_districts(pd.Series([], dtype="str"), DISTRICTS)
    assert found.columns.to_list() == ["code", "how", "reason"]
    assert found.empty


def test_names_without_suffix() -> None:
    names = [
        "溪北镇",
        "老溪畲族乡",
        "浦东新区",
        "高新区",
        "忠县",
        "市辖区",
        "积石山保安族东乡族撒拉族自治县",
        "滨海街道",
        "溪北",
    ]
    assert [cut_suffix(name) for name in names] == [
        "溪北",
        "老溪",
        "浦东",
        "高新",
        "",
        "",
        "积石山",
        "滨海",
        "",
    ]


def test_a_million_rows_are_matched_by_their_distinct_values() -> None:
    values = pd.Series(np.tile(np.array(["溪北镇", "城关", None, "350922101"], dtype=object), 250_000))
    found = match_districts(values, gpd.GeoDataFrame(DISTRICTS))
    assert found["how"].value_counts().to_dict() == {"name": 250_000, "unmatched": 500_000, "code": 250_000}


LAYER = pd.DataFrame(
    [
        ("350921", "滨江县", "350900"),
        ("350922", "临江县", "350900"),
        ("350921101", "溪北镇", "350921"),
        ("350921103", "城关镇", "350921"),
        ("350922101", "城关镇", 350922.0),
        ("350921104", "濱海街道", None),
        ("350921105", "老溪", "滨江"),
        ("PH01", "Cainta", "Rizal"),
        ("350921901", "西门村", "350999"),
        ("350922901", "西门村", ""),
    ],
    columns=["code", "name", "parent"],
)
BOTH = "城关镇 350921103 under 滨江县, 城关镇 350922101 under 临江县"


def find(
    value: object, above: object = None, layer: pd.DataFrame = LAYER, **more: object
) -> tuple[object, str, str]:
    found = match_districts(pd.Series([value]), layer, parent=pd.Series([above]), **more).iloc[0]  # type: ignore[arg-type]
    assert (found["reason"] is None) == (found["how"] != "unmatched")
    return (None if pd.isna(found["code"]) else found["code"]), found["how"], str(found["reason"] or "")


@pytest.mark.parametrize(
    ("value", "above", "code", "how"),
    [
        ("城关镇", "滨江县", "350921103", "name"),
        ("城关镇", "臨江", "350922101", "name"),
        ("城关镇", "350922", "350922101", "name"),
        ("城关镇", 350921000.0, "350921103", "name"),
        ("老溪", "滨江县", "350921105", "name"),
        ("老溪", "滨江", "350921105", "name"),
        ("老溪", "3509", "350921105", "name"),
        ("老溪", "350921", "350921105", "name"),
        ("Cainta", "350921", "PH01", "name"),
        ("Cainta", "RIZAL", "PH01", "name"),
        ("Cainta", "350000", "PH01", "name"),
        ("老溪", "350921106", "350921105", "name"),  # no unit above it: nothing to compare
        ("滨海街道", "350921", "350921104", "script"),
        ("滨海街道", "临江县", "350921104", "script"),
        ("滨江", "350900", "350921", "suffix"),
        ("滨江县", "350000", "350921", "name"),
        ("西门村", "350922", "350922901", "name"),
        ("濱江", None, "350921", "script"),
        ("濱江縣", None, "350921", "script"),
        ("滨海", None, "350921104", "script"),
        ("老溪乡", None, "350921105", "suffix"),
        ("滨江县 溪北镇", None, "350921101", "name"),
        ("滨江县城关镇", None, "350921103", "name"),
        ("临江县、城关镇", None, "350922101", "name"),
        ("CAINTA", None, "PH01", "name"),
        ("PH01", None, "PH01", "code"),
        ("350921101000", None, "350921101", "code"),
        ("滨老溪", None, None, ""),
        ("滨江老溪", None, "350921105", "name"),
        ("Rizal, Cainta", None, None, ""),
        ("老溪村", None, None, ""),
        ("老溪县", None, None, ""),
        ("溪北镇", "350922", None, ""),
        ("溪北镇", "临江", None, ""),
    ],
)
def test_each_way_under_each_unit(value: object, above: object, code: str | None, how: str) -> None:
    found = find(value, above)
    assert found[:2] == (code, how or "unmatched")


@pytest.mark.parametrize(
    ("value", "above", "said"),
    [
        (None, None, "no district given"),
        (
            "城关镇",
            None,
            f"2 districts are named '城关镇': {BOTH}; "
            f"give the code or the unit above, or "
            f'paste under [boundaries.aliases]: "城关镇" = "<code>"',
        ),
        ("城关", "350900", f"2 districts are named '城关': {BOTH}; give the code or the unit above"),
        ("城关镇", "360000", f"'360000' has no district '城关镇'; it has {BOTH}"),
        (
            "溪北镇",
            "临江县",
            "'临江县' has no district '溪北镇'; it has 溪北镇 350921101 under 滨江县",
        ),
        ("老溪", "临江县", "'临江县' has no district '老溪'; it has 老溪 350921105 under 滨江"),
        ("Cainta", "甲县", "'甲县' has no district 'Cainta'; it has Cainta PH01 under Rizal"),
        (
            "西门村",
            None,
            "2 districts are named '西门村': 西门村 "
            "350921901 under 350999, 西门村 350922901; "
            "give the code or the unit above, or "
            'paste under [boundaries.aliases]: "西门村" = "<code>"',
        ),
        (
            "西门村",
            "滨江县",
            "2 districts are named '西门村': 西门村 "
            "350921901 under 350999, 西门村 350922901; give the code or the unit above",
        ),
        (
            "临江县、别处",
            None,
            "no district is named '临江县、别处'; if one "
            "of these is meant, paste its line "
            'under [boundaries.aliases]: "临江县、别处" = "350922"  # 临江县',
        ),
        ("溪北镇、临江、别处", None, "'溪北镇、临江、别处' names 2 districts; a row can belong to only one"),
        ("别处", None, "no district is named '别处'"),
        (
            "溪被镇",
            None,
            "no district is named '溪被镇'; if one of "
            "these is meant, paste its line under "
            '[boundaries.aliases]: "溪被镇" = "350921101"  # 溪北镇',
        ),
        (
            "城管镇",
            None,
            "no district is named '城管镇'; if one of "
            "these is meant, paste its line under "
            '[boundaries.aliases]: "城管镇" = '
            '"350921103"  # 城关镇 or "城管镇" = "350922101"  # 城关镇',
        ),
        ("350929", None, "no district has the code 350929"),
        (
            "3509219",
            None,
            "no district has the code 3509219; if one of these is meant, paste its line "
            'under [boundaries.aliases]: "3509219" = "350921"  # 滨江县',
        ),
        (
            "350921101007",
            None,
            "no district has the code 350921101007; if one of these is meant, paste its "
            "line under [boundaries.aliases]: "
            '"350921101007" = "350921"  # 滨江县 or "350921101007" = "350921101"  # 溪北镇',
        ),
    ],
)
def test_each_refusal_in_its_own_words(value: object, above: object, said: str) -> None:
    assert find(value, above) == (None, "unmatched", said)


def test_codes_that_shorten_to_one_are_none() -> None:
    layer = pd.DataFrame({"code": ["350921", "350921000", "350", "3509"], "name": ["甲", "乙", "丙", "丁"]})
    assert find("350921000000", layer=layer) == (
        None,
        "unmatched",
        "no district has the code 350921000000; if one of these is meant, paste its line "
        "under [boundaries.aliases]: "
        '"350921000000" = "350921"  # 甲 or '
        '"350921000000" = "350921000"  # 乙 or "350921000000" = "3509"  # 丁',
    )
    assert find("350921", layer=layer)[0] == "350921" and find("350921000", layer=layer)[0] == "350921000"
    many = pd.DataFrame({"code": ["3509", "35092", "350921", "3509211"], "name": list("甲乙丙丁")})
    assert find("35092119", layer=many)[2].count(" or ") == 2  # three at most


def test_a_layer_without_parents_says_nothing_of_them() -> None:
    layer = pd.DataFrame({"code": ["1", "2"], "name": ["溪北", "溪北"]})
    assert find("溪北", layer=layer)[2].startswith("2 districts are named '溪北': 溪北 1, 溪北 2; ")


def test_names_are_proposed_for_the_first_five_hundred_alone() -> None:
    layer = pd.DataFrame({"code": ["1"], "name": ["溪北镇"]})
    reasons = match_districts(pd.Series([f"溪北{place}镇" for place in range(502)]), layer)["reason"]
    assert [reason.code.rpartition(".")[2] for reason in reasons] == ["near_name"] * 500 + ["no_name"] * 2


def test_aliases_say_all_that_is_wrong_with_them() -> None:
    with pytest.raises(BoundaryError) as error:
        find("甲", aliases={"甲": "1", "溪北镇": "350921103", "乙": "2", "濱海街道": "350921"})
    assert str(error.value) == (
        "[boundaries.aliases] has codes that are "
        "not in the layer ('甲 = 1', '乙 = 2'); "
        "names that already belong to another "
        "district ('溪北镇 = 350921103', '濱海街道 = 350921'). Correct them in workbook.toml."
    )
    with pytest.raises(
        BoundaryError, match=r"^\[boundaries.aliases\] has codes that are not in the layer \('甲 = 1'\)\. "
    ):
        find("甲", aliases={"甲": "1"})
    # One's own name, a name that several share, and what is written around it.
    aliases = {"溪北镇": "350921101", "城关镇": " 350922101 ", " 旧 镇政府": "350921101"}
    assert find("城关镇", aliases=aliases)[:2] == ("350922101", "alias")
    assert find("旧镇", "临江县", aliases=aliases)[:2] == (
        "350921101",
        "alias",
    )  # the user's word needs no unit above
    assert find("溪北镇", aliases=aliases)[:2] == ("350921101", "name")


def test_old_names_and_codes() -> None:
    moves = pd.DataFrame(
        [
            ("350921201", "溪头", "350921101", "溪北镇"),
            ("350921202", "濱江", "350921101", ""),
            ("350921203", "西乡", "350921103", ""),
            ("350921203", "西乡", "350922101", ""),
            ("350921204", "城关镇", "350921101", ""),
            ("350921205", "临江", "350921101", ""),
        ],
        columns=["old_code", "old_name", "new_code", "new_name"],
    )
    assert find("350921201", crosswalk=moves) == ("350921101", "crosswalk", "")
    assert find("溪头", crosswalk=moves)[:2] == ("350921101", "crosswalk")
    # The old name goes before a form without its suffix or in other characters.
    assert find("临江", crosswalk=moves)[:2] == ("350921101", "crosswalk") and find("临江")[1] == "suffix"
    assert find("滨江", crosswalk=moves)[:2] == ("350921", "suffix")
    assert find("濱江", crosswalk=moves)[:2] == ("350921101", "crosswalk") and find("濱江")[1] == "script"
    for text in ("350921203", "西乡"):
        assert find(text, crosswalk=moves) == (
            None,
            "unmatched",
            f"'{text}' was split into several districts: {BOTH}; it is not known which one is meant",
        )
    assert find("西乡", "临江县", crosswalk=moves)[:2] == ("350922101", "crosswalk")
    assert find("西乡", "甲县", crosswalk=moves)[2] == "no district is named '西乡'"
    # A name of today that is not settled is not settled by one of before.
    assert find("城关镇", crosswalk=moves)[2].startswith("2 districts are named '城关镇'")
    assert find("溪北镇", crosswalk=moves)[1] == "name"


def test_tables_keep_their_index_and_types() -> None:
    index = pd.Index(["b", "a", "a", "c"])
    values = pd.Series(["溪北镇", None, "溪北镇", 350921.0], index=index, dtype=object)
    above = pd.Series(["滨江县", "滨江县", "临江县", None], dtype=object)
    found = match_districts(values, LAYER, parent=above)
    assert list(found) == ["code", "how", "reason"] and list(found.index) == list(index)
    assert list(map(str, found.dtypes)) == ["str", "str", "object"]
    assert found["code"].fillna("").to_list() == ["350921101", "", "", "350921"]
    assert found["how"].to_list() == ["name", "unmatched", "unmatched", "code"]
    assert [None if one is None else one.code for one in found["reason"]] == [
        None, "boundaries.match.not_given", "boundaries.match.not_under", None,
    ]  # fmt: skip
    with pytest.raises(BoundaryError) as error:
        match_districts(values, LAYER, parent=above[:3])
    assert str(error.value) == "parent must have one value for each row."
    none = match_districts(values[:0], LAYER)
    assert list(map(str, none.dtypes)) == ["str", "str", "object"] and list(none) == list(found)
    # Codes that came as numbers, names alone: what is missing is not made up.
    numbers = pd.DataFrame({"code": [1, 2], "name": ["溪北镇", "溪南镇"]}, index=[7, 9])
    assert match_districts(pd.Series(["溪北", 2]), numbers)["code"].to_list() == ["1", "2"]


def test_points_need_both_coordinates_and_shapes() -> None:
    districts = make_districts()
    values = pd.Series([None, "不知道", "溪南乡", None], index=[3, 3, 5, 7])
    lon = pd.Series([119.15, 119.05, 119.05, None], dtype="Float64", index=values.index)
    lat = pd.Series([26.05, 26.05, 26.05, 26.05], index=values.index)
    where = {"lon": lon, "lat": lat, "geometry": districts.geometry}
    found = match_districts(values, districts, **where)
    assert found["code"].fillna("").to_list() == ["350921102", "", "350921102", ""]
    assert found["how"].to_list() == ["point", "unmatched", "name", "unmatched"]
    assert list(map(str, found["reason"][(found["how"] == "unmatched").to_numpy()])) == [
        "no district is named '不知道'", "no district and no coordinates given",
    ]  # fmt: skip
    assert found["reason"].iloc[0] is None and found["reason"].iloc[2] is None
    mixed = {**where, "lon": lon.astype(object).where(lon.notna(), None)}
    assert match_districts(values, districts, **mixed)["how"].to_list() == found["how"].to_list()
    for left_out in where:
        other = match_districts(
            values, districts, **{name: one for name, one in where.items() if name != left_out}
        )
        assert other["how"].to_list() == ["unmatched", "unmatched", "name", "unmatched"]
        assert str(other["reason"].iloc[0]) == "no district given"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("溪被镇", "There is no district '溪被镇'. Nearest: 溪北镇 350921101 under 滨江县."),
        ("城管镇", f"There is no district '城管镇'. Nearest: {BOTH}."),
        ("xyz", "There is no district 'xyz'. Nearest: 滨江县 350921 under 350900, 溪北镇 350921101 under 滨江县, "
                "城关镇 350921103 under 滨江县, 临江县 350922 under 350900, 城关镇 350922101 under 临江县."),
        ("城关", f"2 districts are named '城关': {BOTH}; give the code or the unit above."),
        ("西乡", f"district '西乡' was split into several districts: {BOTH}; name one of them."),
    ],
)  # fmt: skip
def test_what_find_district_says(text: str, said: str) -> None:
    moves = pd.DataFrame(
        {"old_code": ["9", "9"], "old_name": ["西乡", "西乡"], "new_code": ["350921103", "350922101"]}
    )
    with pytest.raises(ParameterError) as error:
        find_district(text, LAYER, crosswalk=moves)
    assert str(error.value) == said


def test_find_district_takes_each_way_of_naming_one() -> None:
    assert (
        find_district("350921101", LAYER)
        == find_district("溪北", LAYER)
        == find_district(350921101.0, LAYER)
        == "350921101"
    )
    assert find_district("甲", LAYER, {"甲": "350921"}) == "350921"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("溪北镇河东村", "350921101"),
        ("滨江县溪北镇人民路3号", "350921101"),
        ("滨江县城关镇河东村", "350921103"),
        ("福建省宁德市滨江县城关镇河东村", "350921103"),
        ("临江县城关镇河东村", "350922101"),
        ("老溪畲族乡下村小学", "350921102"),
        ("滨海街道办事处旁", "350921001"),
        ("濱江縣溪北鎮河東村", "350921101"),
        ("滨江县 溪北镇 河东村", "350921101"),
        ("溪北镇乡村振兴办", "350921101"),
    ],
)
def test_a_place_below_a_district(value: str, code: str) -> None:
    assert match(value) == (code, "place", "")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("城关镇河东村", "2 districts are named"),
        (
            "外江县溪北镇河东村",
            "which is outside every district of the layer",
        ),  # a unit above that nobody knows
        ("临江县溪北镇河东村", "no district is named"),  # it is not in that county
        ("河东村", "no district is named"),
        ("溪北镇与滨海街道交界处", "names 2 districts"),
        ("溪北镇河东村、滨海街道", "names 2 districts"),
        ("溪北小学", "溪北"),  # no full name
        ("大溪北镇河东村", "溪北"),
        ("溪北镇以外", "溪北"),
        ("老溪畲族乡村旅游公司", "老溪"),
    ],
)
def test_a_place_that_is_below_no_district_for_certain(value: str, reason: str) -> None:
    code, how, why = match(value)
    assert (code, how) == (None, "unmatched") and reason in why


def test_the_longest_full_name_has_the_place_and_the_unit_above_decides() -> None:
    towns = pd.DataFrame(
        {"code": ["1", "2", "3"], "name": ["城关镇", "城关镇东区", "石门"], "parent": ["甲县"] * 3}
    )
    found = match_districts(pd.Series(["城关镇东区河东村", "城关镇河东村", "石门小学"]), towns)
    assert found["code"].fillna("").tolist() == ["2", "1", ""]
    above = match_districts(pd.Series(["城关镇河东村"]), DISTRICTS, parent=pd.Series(["临江县"]))
    assert above["code"].tolist() == ["350922101"]


def test_a_user_names_a_district_and_no_place_in_it() -> None:
    with pytest.raises(ParameterError, match="溪北镇河东村"):
        find_district("溪北镇河东村", DISTRICTS)


@pytest.mark.parametrize(
    ("value", "code", "how"),
    [
        ("臺北市大安區", "63000030", "name"),
        ("大安區", "63000030", "name"),
        ("台北市大安區", "63000030", "script"),
        ("台北市大安区", "63000030", "script"),
        ("大安区", "63000030", "script"),
        ("臺北市大安區和平東路", "63000030", "place"),
        ("大安區和平東路", "63000030", "place"),
        ("臺北市中山區", "63000040", "name"),
        ("中山區", None, "unmatched"),  # Keelung has one, too
        ("基隆市中山區南榮路", "10017010", "place"),
        ("新北市大安區", None, "unmatched"),
    ],
)
def test_names_that_the_layer_writes_with_the_unit_above(value: str, code: str | None, how: str) -> None:
    names = {
        "63000030": "臺北市大安區",
        "63000040": "臺北市中山區",
        "10017010": "基隆市中山區",
        "10017020": "基隆市信義區",
    }
    towns = pd.DataFrame({"code": list(names), "name": list(names.values())})
    found = match_districts(pd.Series([value]), towns).iloc[0]
    assert (None if pd.isna(found["code"]) else found["code"], found["how"]) == (code, how)


@pytest.mark.parametrize("value", ["台東縣", "台东县", "臺東縣", "臺东县"])
def test_two_ways_of_writing_tai(value: str) -> None:
    towns = pd.DataFrame({"code": ["1", "2"], "name": ["臺東縣", "臺南市"]})
    assert match_districts(pd.Series([value]), towns)["code"].tolist() == ["1"]


def test_a_layer_whose_names_have_no_common_unit_above_keeps_them_whole() -> None:
    names = {"1": "石门镇", "2": "城关镇", "3": "新市街道", "4": "州头镇"}
    assert cut_units_above(names) == {}
    assert cut_units_above({"1": "沙市区", "2": "津市镇"}) == {}
    assert cut_units_above({"1": "滨江县石门镇", "2": "滨江县城关镇"}) == {
        "1": ("滨江县", "石门镇"), "2": ("滨江县", "城关镇"),
    }  # fmt: skip


ABOVE_UNKNOWN = pd.DataFrame({"code": ["1", "2", "3"], "name": ["城关镇", "东风街道办事处", "老溪畲族乡"]})


@pytest.mark.parametrize(
    ("value", "unit", "name"),
    [
        ("沙岭县城关镇前街村", "沙岭县", "城关镇"),
        ("沙岭县城关镇", "沙岭县", "城关镇"),
        ("河北省沧州市沙岭县城关镇前街村", "沙岭县", "城关镇"),
        ("沙岭縣城關鎮前街村", "沙岭县", "城关镇"),
        ("新城区东风街道建设路12号", "新城区", "东风街道"),
        ("新城区东风街道办事处建设路12号", "新城区", "东风街道"),
        ("沙岭满族自治县老溪畲族乡河东村", "沙岭满族自治县", "老溪畲族乡"),
        ("临江市 城关镇河东村", "临江市", "城关镇"),
    ],
)
def test_a_unit_above_of_which_the_layer_says_nothing_is_asked(value: str, unit: str, name: str) -> None:
    found = match_districts(pd.Series([value]), ABOVE_UNKNOWN).iloc[0]
    reason = found["reason"]
    assert pd.isna(found["code"]) and reason.code == "boundaries.match.ask_above"
    assert dict(reason.parameters) == {"text": value, "unit": unit, "name": name}
    answered = match_districts(pd.Series([value]), ABOVE_UNKNOWN.assign(parent=unit)).iloc[0]
    assert answered["how"] == "place" or answered["how"] == "name"


@pytest.mark.parametrize(
    "value", ["全县城关镇以外", "邻县城关镇河东村", "大城关镇河东村", "沙岭县城关镇以外", "沙岭县河东村"]
)
def test_what_is_no_unit_above_is_not_asked(value: str) -> None:
    found = match_districts(pd.Series([value]), ABOVE_UNKNOWN).iloc[0]
    assert pd.isna(found["code"]) and found["reason"].code != "boundaries.match.ask_above"


def test_another_units_place_is_not_this_ones() -> None:
    layer = ABOVE_UNKNOWN.assign(parent="沙岭县")
    found = match_districts(pd.Series(["江北县城关镇河东村", "沙岭县城关镇河东村", "城关镇河东村"]), layer)
    assert found["code"].fillna("").tolist() == ["", "1", "1"]
    # It is not proposed as another name of the district that it isn't in.
    assert found["reason"].iloc[0].code == "boundaries.match.other_unit"


ROADS = pd.DataFrame(
    {"code": ["1", "2", "3"], "name": ["城关镇", "石门镇", "东山乡"], "parent": ["滨江县"] * 3}
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("国道307线城关镇路段", "1"), ("河东村（城关镇）", "1"), ("S201石门镇境内", "2"), ("省道201线东山乡段", "3"),
        ("人民路3号（石门镇）", "2"), ("農貿市場（石門鎮）", "2"), ("滨江县国道307线城关镇路段", "1"),
        ("G307 城关镇段", "1"),
        ("阳光小区（城关镇）", "1"), ("河东村(滨江县城关镇)", "1"),
        ("国道307线城关镇与石门镇交界处", None), ("河东村（城关镇、石门镇）", None), ("国道307线城关镇方向", None),
        ("距城关镇5公里", None), ("河东村（原城关镇）", None), ("大城关镇路段", None), ("老城关镇", None),
        ("临江县国道307线城关镇路段", None), ("高新区人民路城关镇段", None), ("县道东山乡村公路", None),
        ("河东村（城关镇以外）", None),
        ("国道307线城关路段", None),  # less than the full name
        ("从河东村到城关镇", None),
    ],
)  # fmt: skip
def test_a_full_name_further_on_in_a_place(text: str, code: str | None) -> None:
    found = match_districts(pd.Series([text]), ROADS).iloc[0]
    assert (None if pd.isna(found["code"]) else found["code"]) == code
    assert found["how"] == ("place" if code else "unmatched") and (found["reason"] is None) == bool(code)


def test_a_full_name_further_on_under_a_unit_that_the_layer_does_not_know_is_asked_about() -> None:
    bare = ROADS.drop(columns="parent")
    found = match_districts(pd.Series(["国道307线城关镇路段", "沙岭县国道307线城关镇路段"]), bare)
    assert found["how"].tolist() == ["place", "unmatched"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12 Main St, Old Mill Town", "1"), ("Main St, Old Mill Town, Riverside County", "1"),
        ("Dock 3, lakeview", "2"),
        ("Old Mill Town, Lakeview", None), ("Riverside County, Lakeview", None),
        ("Main St, Lakeview, Other County", None),
        ("Main St, Lake", None), ("near Lakeview", None), ("Main St, Old Mill Town, Lakeview", None),
    ],
)  # fmt: skip
def test_an_english_address_is_in_the_part_that_is_a_district(text: str, code: str | None) -> None:
    parents = ["Riverside County"] * 2
    towns = pd.DataFrame({"code": ["1", "2"], "name": ["Old Mill Town", "Lakeview"], "parent": parents})
    found = match_districts(pd.Series([text]), towns).iloc[0]
    assert (None if pd.isna(found["code"]) else found["code"]) == code
    assert found["how"] == ("place" if code else "unmatched")
