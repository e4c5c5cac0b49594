import random
from itertools import islice

import pandas as pd
import pytest

from taizhang.core.privacy import (
    compute_check,
    is_credit_code,
    is_identity,
    is_person,
    mask_column,
    mask_numbers,
)
from tests.unit.made_up_people import (
    BESIDE,
    check_identity,
    list_innocent,
    make_identity,
    make_landline,
    make_mobile,
    make_name,
    spell_identity,
    spell_landline,
    spell_mobile,
    spell_service,
)

TELEPHONES = [*spell_mobile(17), *spell_landline(0), *spell_landline(3), *spell_service(4), *spell_service(5)]
IDENTITIES = spell_identity(31)
AROUND = (
    "{}",
    "联系电话：{}，已告知",
    "{}已整改",
    "2021-05-01检查，{}",
    "1、{}；2、无",
    "《{}》",
    "{}.xlsx",
    "网格3 {}",
)


@pytest.mark.parametrize("written", [*TELEPHONES, *IDENTITIES])
def test_every_spelling_is_masked_within_any_words(written):
    for around in AROUND:
        text = around.format(written)
        masked = mask_numbers(text)
        assert len(masked) == len(text)
        left = masked
        for word in around.split("{}"):
            assert word in masked
            left = left.replace(word, "", 1)
        assert set(left.strip(" ()（）[]+＋")) <= {"*"}, (text, masked)


@pytest.mark.parametrize(
    "written",
    [f"tel{make_mobile(3)}", f"Tel.{make_mobile(3)}", f"T{make_identity(5)}", f"SFZ{make_identity(5)}"],
)
def test_letters_before_a_number_do_not_hide_it(written):
    assert not any(one.isdigit() for one in mask_numbers(written))


def test_a_number_without_its_area_is_one_where_a_word_says_so():
    assert mask_numbers("电话：8000123") == "电话：*******"
    assert mask_numbers("面积8000123") == "面积8000123"


def test_numbers_of_other_countries_are_masked():
    assert mask_numbers("联系+852 2123 4567。") == "联系**************。"
    assert mask_numbers("误差+1 234 567 890 123") == "误差+1 234 567 890 123"  # no country has it


def test_several_numbers_in_a_cell():
    first, second = make_mobile(1), make_mobile(2)
    area, local = make_landline(0)
    for joint in ("/", "、", " ", "，", ";", "\n", "-"):
        masked = mask_numbers(f"{first}{joint}{second}{joint}{area}-{local}")
        assert not any(one.isdigit() for one in masked), masked
    assert mask_numbers(f"{area}-{local}/{local}") == "*" * 20


@pytest.mark.parametrize(
    "text",
    [
        "灭火器3具，压力0.8", "编号202103050001234", "13800000元", "金额13800001111元", "13800001111.50", "¥1380000111",
        "26.13800001111", "150 2021-05-01", "0512-20210501", "YH-0855-8000123", "2021-0855-8000123", "0.08558000123",
        "12345", "电话12345", "a3f13800001111bc", "192.168.100.100", "3.14159265358979", "522601", "1500000000",
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_person_stays(text):
    assert mask_numbers(text) == text


def test_two_thousand_innocent_numbers_stay():
    innocent = list(islice(list_innocent(random.Random(20210501)), 2000))
    assert [text for text in innocent if mask_numbers(text) != text] == []


@pytest.mark.parametrize("beside", BESIDE)
def test_a_name_beside_a_telephone_is_masked_with_it(beside):
    for number in range(24):
        name, spelled = make_name(number), spell_mobile(number)
        for telephone in (spelled[0], spelled[number % len(spelled)]):
            text = beside.format(n=name, t=telephone)
            assert name not in mask_numbers(text), text


def test_names_with_blanks_dots_and_latin_letters_beside_a_telephone():
    telephone = make_mobile(7)
    stars = "*" * 11
    assert mask_numbers(f"赵　某 {telephone}") == f"*** {stars}"
    assert mask_numbers(f"联系人:买买提·某某 {telephone}") == f"联系人:****** {stars}"
    assert mask_numbers(f"Zhao Mou {telephone}") == f"******** {stars}"
    assert mask_numbers(f"{telephone} (Zhao Mou)") == f"{stars} (********)"


@pytest.mark.parametrize(
    "text",
    ["联系方式{}", "已告知{}，请整改", "县应急局{}", "请拨打{}", "消防通道堵塞，{}，已告知", "烟花店（{}）"],
)
def test_words_beside_a_telephone_that_are_no_name_stay(text):
    telephone = make_mobile(9)
    assert mask_numbers(text.format(telephone)) == text.format("*" * 11)


def test_names_elsewhere_stay():
    assert mask_numbers("责任人赵某某") == "责任人赵某某"


def test_check_characters():
    # By hand: the weighted sum of 11010519491231002 is 167, 167 mod 11 is 2, of which the character is X (the example
    # of GB 11643).
    assert compute_check("11010519491231002") == "X" == check_identity("11010519491231002")[17]
    assert is_identity("11010519491231002X") and not is_identity("110105194912310021")
    assert not is_identity(check_identity("52260119730230001"))  # no 30 February
    assert not is_identity(check_identity("99260119730220001"))  # no such province
    assert is_credit_code("91350100M000100Y43") and not is_credit_code(
        "91350100M000100Y44"
    )  # GB 32100's example


def test_what_is_called_an_identity_number_may_be_miswritten():
    wrong = make_identity(5)[:17] + str((int(make_identity(5)[17]) + 1) % 10)
    assert mask_numbers(f"身份证{wrong}") == "身份证" + "*" * 18
    assert mask_numbers(f"网格{wrong}") == f"网格{wrong}"


def test_mask_column_keeps_empty_cells_and_the_original():
    values = pd.Series([f"打{make_mobile(1)}", None, "无"], dtype="str")
    masked = mask_column(values)
    assert masked.tolist()[0] == "打***********"
    assert masked.isna().tolist() == [False, True, False]
    assert values[0] == f"打{make_mobile(1)}"
    plain = pd.Series(["无", "灭火器3具"], dtype="str")
    assert mask_column(plain) is plain


def test_mask_column_finds_all_that_mask_numbers_finds():
    texts = [around.format(one) for one in (*TELEPHONES, *IDENTITIES) for around in AROUND]
    texts += [one.format(n=make_name(3), t=make_mobile(4)) for one in BESIDE]
    texts += list(islice(list_innocent(random.Random(7)), 500))
    assert mask_column(pd.Series(texts, dtype="str")).tolist() == [mask_numbers(text) for text in texts]
    # Short columns are read in another way.
    parts = [texts[at : at + 40] for at in range(0, len(texts), 40)]
    for part in parts:
        column = pd.Series([None, *part], dtype="str")
        assert mask_column(column).tolist()[1:] == [mask_numbers(text) for text in part]
    repeated = mask_column(pd.Series(texts * 2, dtype="str").astype("category"))
    assert repeated.tolist() == [mask_numbers(text) for text in texts] * 2


def test_a_column_of_codes_of_18_figures_holds_no_identity_number_but_a_person_s():
    """One code in eleven has the right check character; a person's number among them has a day of its own."""
    cells = [f"350921200101{1 + at // 100:02}{at % 100:04}" for at in range(500)]
    assert any(map(is_identity, cells))
    column = pd.Series(cells, dtype="str")
    assert mask_column(column) is column
    hazards = pd.Series(
        [f"5226012021{1 + at % 12:02}{1 + at % 28:02}{at:04}" for at in range(300)], dtype="str"
    )
    assert hazards.map(is_identity).any()
    assert mask_column(hazards) is hazards
    among = pd.Series([*cells, make_identity(8)], dtype="str")
    assert mask_column(among).tolist() == [*cells, "*" * 18]
    persons = pd.Series([make_identity(at) for at in range(30)], dtype="str")
    assert set(mask_column(persons)) == {"*" * 18}


def test_a_person_is_one_as_a_trader_too():
    named = [
        "张三",
        "个体户张三",
        "张三（个体户）",
        "张三(个体工商户)",
        "业主：李某某",
        "欧阳建国 个体",
        "王五先生",
    ]
    assert all(map(is_person, named))
    assert not any(
        map(is_person, ["个体户张三小卖部", "老板娘火锅", "个体劳动者协会", "经营者协会", "个体户"])
    )
