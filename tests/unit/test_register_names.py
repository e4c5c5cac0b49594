"""Names of premises taken apart: what tells two apart, and what does not."""

import pytest

from taizhang.register import normalise_name

PLACES = ("溪口镇", "永安市", "福建省")


def same(one: str, other: str) -> bool:
    a, b = (normalise_name(name, PLACES) for name in (one, other))
    return (a.core, a.branch) == (b.core, b.branch)


@pytest.mark.parametrize(
    "other",
    "溪口镇安通加油站 溪口安通加油站有限公司 福建省永安市溪口镇安通加油站 溪口安通加油站有限责任公司 永安安通加油站 "
    "溪口安通油站 安通加油站（溪口） "
    "安通加油站（重点） 溪口安通加油站（个体工商户） 溪口·安通加油站 溪口安通加油站。".split(),
)
def test_these_are_the_same_station(other: str) -> None:
    assert same("溪口安通加油站", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中国石化溪口加油站", "中石化溪口站"),
        ("中国石油化工股份有限公司福建永安石油分公司溪口加油站", "中石化溪口加油站"),
        ("永安市第二中学", "永安二中"),
        ("溪口第1小学", "溪口镇第一小学"),
        ("惠民超市第二门店", "惠民超市（2号店）"),
        ("惠民超市二店", "惠民超市第2分店"),
        ("福建安通（集团）有限公司", "安通集团（福建）有限公司"),
        ("７天酒店", "七天酒店"),
        ("大安村卫生室", "溪口镇大安卫生所"),
        ("惠民超市(溪口店)", "惠民超市溪口店"),
    ],
)
def test_these_are_the_same(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("鑫源加油站", "鑫园加油站"),
        ("溪口第一小学", "溪口第二小学"),
        ("惠民超市", "惠民超市第二门店"),
        ("惠民超市第一门店", "惠民超市第二门店"),
        ("惠民超市（溪口店）", "惠民超市（城东店）"),
        ("安通有限公司", "安通有限公司溪口分公司"),
        ("溪口加油站", "加油站"),
        ("大安镇安通加油站", "安通加油站"),
        ("中石化安通加油站", "中石油安通加油站"),
        ("永兴一厂", "永兴二厂"),
        ("永兴超市", "永兴宾馆"),
        ("溪口村幼儿园", "溪口镇幼儿园"),
    ],
)
def test_these_are_not(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_former_name_is_kept_beside_the_present_one() -> None:
    now, before = normalise_name("新华超市（原惠民超市）"), normalise_name("惠民超市")
    assert before.core in now.others
    assert now.core == normalise_name("新华超市").core


def test_a_shop_called_after_a_person_has_the_person_before_it_or_in_brackets() -> None:
    assert same("张三小吃店", "小吃店（张三）")
    assert not same("小吃店（张三）", "小吃店（李四）")
