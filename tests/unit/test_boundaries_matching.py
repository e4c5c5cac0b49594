"""Matching rows to districts: each way, its order, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from boundary_cases import make_districts
from hypothesis import given
from hypothesis import strategies as st

from taizhang.boundaries import compare_vintages, find_district, match_districts, read_crosswalk
from taizhang.boundaries.names import cut_suffix, fold_name
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
        (None, "no district is given"),
        ("  ", "no district is given"),
        ("城关镇", "the name of 2 districts"),
        ("城关", "the name of 2 districts"),
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
    assert "'溪北镇' is no district under '临江县'" in reason
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
        BoundaryError, match=r"not in the layer .*甲 = 1.*another district's own .*溪北镇 = 350921103"
    ):
        match("溪北镇", aliases={"甲": "1", "溪北镇": "350921103"})


def test_crosswalk_follows_mergers_renames_and_chains() -> None:
    assert match("350921201", crosswalk=CROSSWALK) == ("350921101", "crosswalk", "")
    assert match("350921202", crosswalk=CROSSWALK)[0] == "350921101"
    assert match("小溪乡", crosswalk=CROSSWALK)[:2] == ("350921101", "crosswalk")
    assert match("350921401", crosswalk=CROSSWALK)[0] == "350921001"  # by way of 350921402
    code, _, reason = match("350921301", crosswalk=CROSSWALK)
    assert code is None
    assert "became several districts" in reason
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
    with pytest.raises(BoundaryError, match="without old_code or new_code"):
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
    assert "lies in none" in str(found["reason"]["d"])
    assert "no coordinates" in str(found["reason"]["e"])
    assert "in each other's place" in str(found["reason"]["g"])


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
    with pytest.raises(ParameterError, match="2 districts: 城关镇 350921103 under 滨江县, 城关镇 350922101"):
        find_district("城关镇", DISTRICTS)


def test_find_district_by_a_name_or_code_of_before() -> None:
    assert find_district("小溪乡", DISTRICTS, crosswalk=CROSSWALK) == "350921101"
    assert find_district("350921202", DISTRICTS, crosswalk=CROSSWALK) == "350921101"
    with pytest.raises(
        ParameterError, match=r"district '大洋乡' became several districts: .*; name one of them"
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
