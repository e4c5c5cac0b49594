"""The period that titles, sheet and file name speak of."""

import pytest

from taizhang.ledgers.periods import find_period

# What is said, and the period; '' where it can't be told.
CASES = [
    (["2021年第三季度隐患排查治理情况统计表"], "2021Q3"),
    (["滨江县二〇二一年四季度安全生产报表"], "2021Q4"),
    (["2021年3季度"], "2021Q3"),
    (["2021Q3隐患.xlsx"], "2021Q3"),
    (["滨江县2021年7月份安全生产月报"], "2021-07"),
    (["202107隐患.xlsx"], "2021-07"),
    (["2021-07.xlsx"], "2021-07"),
    (["2021年上半年"], "2021H1"),
    (["2021年度统计表"], "2021"),
    (["2021年1-12月"], "2021"),
    (["2021年1月至6月"], "2021H1"),
    (["2021年10—12月"], "2021Q4"),
    (["2021年1-9月"], "2021-01-01/2021-09-30"),
    (["2021年7月1日至9月30日"], "2021Q3"),
    (["2021年7月1日-2021年8月15日"], "2021-07-01/2021-08-15"),
    (["民国110年第3季"], "2021Q3"),
    (["Hazards, July 2021"], "2021-07"),
    # The parts of it in several texts: the sheet's name is the quarter, the title's the year.
    (["2021年隐患统计表", "第三季度", "隐患.xlsx"], "2021Q3"),
    (["2021年第三季度", "2021年汇总.xlsx"], "2021Q3"),
    # The day on which a form was filled in is no period.
    (["填报日期：2021年10月8日"], ""),
    (["2021年第三季度", "填报日期：2021年10月8日", "20211008.xlsx"], "2021Q3"),
    # What runs up to a day begins nobody knows when.
    (["截至2021年9月30日隐患统计表"], ""),
    # Several.
    (["2021年第三季度", "2021年第四季度"], ""),
    (["2021年7月", "2021年第三季度"], ""),
    (["2021年第三季度（与2020年同期相比）"], ""),
    (["第三季度"], ""),
    (["隐患排查情况", "Sheet1"], ""),
    (["2021年13月"], ""),
]


@pytest.mark.parametrize(("texts", "period"), CASES)
def test_periods_of_titles(texts: list[str], period: str) -> None:
    assert str(find_period(*texts) or "") == period
