"""Premises linked by decision, credit code, number and name, and decisions that contradict themselves."""

from pathlib import Path

import pandas as pd
import pytest

from taizhang.core.privacy import has_credit_digit
from taizhang.register import Decision, fold_name, link_premises, read_decisions

# Made up, with right check digits.
CODE, OTHER = "91350921MA0000000B", "91350921MA0000001E"


def mention(
    name: str | None = None, number: str | None = None, district: str = "350921001", **more: object
) -> dict[str, object]:
    return {
        "kind": "hazards",
        "district_code": district,
        "name": name,
        "number": number,
        "registered": False,
        **more,
    }


def link(*rows: dict[str, object], decisions: list[Decision] | None = None) -> list[str]:
    return link_premises(pd.DataFrame(rows), decisions or []).rows["premises_key"].tolist()


def test_check_digits_of_the_codes_used_here() -> None:
    assert has_credit_digit(CODE) and has_credit_digit(OTHER)


def test_one_station_under_three_names() -> None:
    keys = link(
        mention("溪口安通加油站"),
        mention("溪口安通加油站有限公司"),
        mention("溪口安通 加油站"),
        mention("大安加油站"),
    )
    assert len(set(keys[:3])) == 1
    assert keys[0] == "350921001 溪口安通加油站"
    assert keys[3] == "350921001 大安加油站"


def test_a_code_ties_whatever_the_name_and_is_the_key() -> None:
    keys = link(
        mention("安通加油站", CODE),
        mention("旧称", CODE.lower(), "350921002"),
        mention("安通加油站"),
        mention(None, CODE),
    )
    assert keys == [CODE] * 4


def test_a_code_with_a_wrong_digit_is_a_number() -> None:
    wrong = CODE[:-1] + "A"
    keys = link(mention("甲厂", wrong), mention("乙厂", wrong), mention("丙厂", wrong, "350921002"))
    assert keys[0] == keys[1] != keys[2]


def test_two_codes_stay_apart_and_nobody_chooses_between_them() -> None:
    keys = link(mention("安通加油站", CODE), mention("安通加油站", OTHER), mention("安通加油站"))
    assert keys == [CODE, OTHER, "350921001 安通加油站"]


def test_one_name_in_two_districts_is_two() -> None:
    assert len(set(link(mention("安通加油站"), mention("安通加油站", district="350921002")))) == 2


def test_a_row_with_neither_name_nor_number_is_of_no_premises() -> None:
    linked = link_premises(pd.DataFrame([mention(), mention("甲厂")], index=[7, 3]))
    assert linked.rows.index.tolist() == [7, 3]
    assert linked.rows["premises_key"].isna().tolist() == [True, False]
    assert link_premises(pd.DataFrame([])).rows.empty


def test_the_register_gives_the_key() -> None:
    rows = [mention("安通加油站"), mention("安通加油站有限公司", registered=True), mention("安通加油站")]
    assert link(*rows) == ["350921001 安通加油站有限公司"] * 3


def test_how_each_row_is_tied() -> None:
    rows = [
        mention("甲厂", "7"),
        mention("乙厂", "7"),
        mention("丙厂"),
        mention("丁厂", CODE),
        mention("戊厂"),
        mention("戊厂"),
    ]
    linked = link_premises(pd.DataFrame(rows))
    assert linked.rows["how"].tolist() == ["number", "number", "alone", "code", "name", "name"]
    assert linked.rows["probability"].isna().tolist() == [False, False, True, False, False, False]


def test_a_decision_ties_and_parts() -> None:
    a, b, c = "350921001 甲厂", "350921001 乙厂", "350921001 甲厂有限公司"
    rows = [mention("甲厂"), mention("乙厂"), mention("甲厂有限公司")]
    keys = link(*rows, decisions=[Decision(2, a, b, True), Decision(3, a, c, False)])
    assert keys[0] == keys[1] != keys[2]


def test_a_decision_outlives_the_credit_code_that_came_later() -> None:
    decisions = [Decision(2, "350921001 甲厂", "350921001 乙厂", True)]
    assert link(mention("甲厂", CODE), mention("乙厂"), decisions=decisions) == [CODE, CODE]


def test_a_decision_whose_premises_are_gone_is_kept_for_later() -> None:
    linked = link_premises(
        pd.DataFrame([mention("甲厂")]), [Decision(2, "350921001 甲厂", "350921001 乙厂", True)]
    )
    assert linked.account["unused_lines"] == [2]
    assert linked.errors == []


def test_a_chain_that_contradicts_itself_names_its_three_lines() -> None:
    a, b, c = (f"350921001 {name}" for name in ("甲厂", "乙厂", "丙厂"))
    decisions = [Decision(2, a, b, True), Decision(3, b, c, True), Decision(4, a, c, False)]
    linked = link_premises(pd.DataFrame([mention("甲厂"), mention("乙厂"), mention("丙厂")]), decisions)
    (error,) = linked.errors
    assert (error["lines"], error["line"]) == ((2, 3), 4)
    assert linked.rows["premises_key"].nunique() == 3  # none of the three is followed
    for lang in ("zh", "en"):
        assert all(str(line) in error.word(lang) for line in (2, 3, 4))


def test_a_contradiction_by_way_of_a_credit_code() -> None:
    rows = [mention("甲厂"), mention("乙厂", CODE), mention("丙厂", CODE)]
    decisions = [
        Decision(2, "350921001 甲厂", "350921001 乙厂", True),
        Decision(3, "350921001 甲厂", "350921001 丙厂", False),
    ]
    (error,) = link_premises(pd.DataFrame(rows), decisions).errors
    assert (error["lines"], error["line"]) == ((2,), 3)
    assert "the same credit code" in error.word("en")


def test_keys_do_not_show_a_person() -> None:
    (key,) = link(mention("张建国"))
    assert "张建国" not in key and key == link(mention("张建国"))[0]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_decisions_are_read_as_they_were_saved(tmp_path: Path, encoding: str) -> None:
    text = "a,b,same,by,why\n甲,乙,是,张,看过\n\n甲,丙,否,,\n"
    decisions, errors = read_decisions(write(tmp_path / "pairs.csv", text, encoding))
    assert errors == []
    assert decisions == [Decision(2, "甲", "乙", True, "张", "看过"), Decision(4, "甲", "丙", False)]


def test_lines_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    text = "a,b,same,by,why\n甲,乙,也许,,\n甲,,是,,\n甲,甲,是,,\n甲,丙,TRUE,,\n"
    decisions, errors = read_decisions(write(tmp_path / "pairs.csv", text))
    assert [one.line for one in decisions] == [5]
    assert [(one["line"], one["reason"].code) for one in errors] == [
        (2, "register.pairs.answer"),
        (3, "register.pairs.key"),
        (4, "register.pairs.itself"),
    ]
    lacking = read_decisions(write(tmp_path / "pairs.csv", "a,same\n甲,是\n"))[1]
    assert [one.code for one in lacking] == ["register.pairs.columns"]
    assert read_decisions(tmp_path / "none.csv") == ([], [])


@pytest.mark.parametrize(
    "written", ["溪口 安通加油站", "溪口·安通加油站", "溪口安通加油站。", "溪口安通加油\u200b站"]
)
def test_names_are_folded(written: str) -> None:
    assert fold_name(written) == "溪口安通加油站"


def test_width_script_and_brackets_are_folded() -> None:
    assert fold_name("ＡＢ貿易（廈門）【總部】") == "ab贸易(厦门)(总部)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("惠民超市东店", "惠民超市西店"),
        ("惠民超市", "惠民超市城东店"),
        ("张记面馆老店", "张记面馆新店"),
        ("如家酒店（解放路店）", "如家酒店（人民路店）"),
        ("同济堂药房（溪口镇解放路）", "同济堂药房（溪口镇建设路）"),
        ("安通加油站（南）", "安通加油站北站"),
        ("瑞丰机械制造有限公司东厂区", "瑞丰机械制造有限公司西厂区"),
        ("恒达化工有限公司A厂", "恒达化工有限公司B厂"),
        ("滨江花园A区", "滨江花园B区"),
        ("中石化第一加油站", "中石化第二加油站"),
        ("惠民超市火车站店", "惠民超市汽车站店"),
        ("恒达建材有限公司溪口经营部", "恒达建材有限公司石门经营部"),
        ("农业银行城东分理处", "农业银行城西分理处"),
        ("实验小学东校区", "实验小学西校区"),
    ],
)
def test_one_code_is_no_tie_between_places_of_a_firm(one: str, other: str) -> None:
    keys = link(mention(one, CODE), mention(other, CODE), mention(one, CODE, "350921002"))
    assert keys[0] == keys[2] != keys[1]
    assert all(key.startswith(CODE) for key in keys)


def test_one_code_ties_what_is_called_otherwise() -> None:
    names = ("安通加油站", "溪口安通油站有限公司", "宏达加油站", "江南加油站", "第一加油站")
    assert set(link(*(mention(name, CODE) for name in names))) == {CODE}


def test_branches_that_share_a_code_stay_apart_unless_decided() -> None:
    names = [
        "惠民超市",
        "惠民超市第二门店",
        "惠民超市有限公司溪口分公司",
        "惠民超市（二号店）",
        "惠民超市有限公司",
    ]
    rows = [mention(name, CODE) for name in names]
    keys = link(*rows)
    assert keys == [CODE, f"{CODE} 2", f"{CODE} 溪口", f"{CODE} 2", CODE]
    keys = link(*rows, decisions=[Decision(2, CODE, f"{CODE} 2", True)])
    assert keys[0] == keys[1] == keys[3] != keys[2]


def test_no_link_of_any_kind_joins_two_codes_or_two_branches() -> None:
    spellings = (
        "安通加油站",
        "溪口安通加油站",
        "安通加油站有限公司",
        "安通汽车加油站",
        "安安通加油站",
        "安通石油加油站",
    )
    rows = [mention(name, code) for name in spellings for code in (CODE, OTHER, None)]
    rows += [
        mention(f"{name}第{number}分店", code)
        for name in spellings
        for number in "一二"
        for code in (CODE, None)
    ]
    told = pd.DataFrame(rows)
    told["key"] = link_premises(told, places={"350921001": ("溪口镇",)}).rows["premises_key"]
    told["branch"] = told["name"].str.extract("第(.)分店")[0].fillna("")
    by_key = told.groupby("key")
    assert (by_key["number"].nunique() <= 1).all()
    assert (by_key["branch"].nunique() == 1).all()


def test_two_of_the_register_are_never_one_by_probability() -> None:
    rows = [
        mention("惠民超市", registered=True),
        mention("惠民生活超市", registered=True),
        mention("惠民超市"),
    ]
    linked = link_premises(pd.DataFrame(rows))
    assert linked.rows["premises_key"].nunique() == 2


def test_the_city_that_most_names_tell_is_known_where_one_tells_it_without_its_kind() -> None:
    rows = [mention(f"福建省永宁市{name}") for name in ("甲石材厂", "乙茶叶厂", "丙超市")]
    keys = link(*rows, mention("福建永宁丁宾馆"), mention("丁宾馆"))
    assert keys[3] == keys[4]


def test_a_persons_name_is_in_no_key_and_no_pair() -> None:
    names = ("张建国", "张建国（个体户）", "个体户张建囯", "张健国")
    linked = link_premises(pd.DataFrame([mention(name) for name in names]))
    shown = linked.rows["premises_key"].str.cat() + linked.doubtful.to_csv()
    assert not any(name in shown for name in ("张建国", "张建囯", "张健国"))


def test_a_former_name_is_found_beside_rows_that_do_not_tell_it() -> None:
    keys = link(mention("小太阳幼儿园"), mention("小太阳幼儿园（原春苗幼儿园）"), mention("春苗幼儿园"))
    assert len(set(keys)) == 1
