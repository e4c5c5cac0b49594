"""Headers understood, in every spelling."""

import pytest

from taizhang.ledgers.headers import HeaderIndex
from taizhang.metadata.kinds import load_kinds

KINDS = load_kinds()


@pytest.mark.parametrize(
    ("kind", "levels", "field"),
    [
        ("hazards", ("地  区",), "district"),
        ("hazards", ("乡（镇、街道）",), "district"),
        ("hazards", ("発现日期",), None),
        ("hazards", ("*发现日期：",), "found_on"),
        ("hazards", ("1.发现日期（年月日）",), "found_on"),
        ("hazards", ("Date Found",), "found_on"),
        ("hazards", ("FOUND_ON",), "found_on"),
        ("hazards", ("檢查時間",), "found_on"),
        ("hazards", ("检查", "时间"), "found_on"),
        ("hazards", ("整改责任单位", "联系电话"), None),
        ("hazards", ("整改责任单位", "名称"), "premises"),
        ("hazards", ("基本情况", "类别"), "category"),
        ("hazards", ("其他", "类别"), None),
        ("inspections", ("检查情况", "检查人员（人）"), "inspectors"),
        ("incidents", ("伤亡情况", "死亡", "人"), "deaths"),
        ("losses", ("直接经济损失万元",), "loss_wan"),
    ],
)
def test_headers(kind: str, levels: tuple[str, ...], field: str | None) -> None:
    match = HeaderIndex(KINDS[kind], {}).match(levels)
    assert (match.field if match else None) == field


@pytest.mark.parametrize(
    ("kind", "header", "factor"),
    [
        ("hazards", "整改资金（元）", 1e-4),
        ("hazards", "整改资金(单位：亿元)", 1e4),
        ("hazards", "整改资金/元", 1e-4),
        ("hazards", "整改资金", 1),
        ("inspections", "罚款金额（万元）", 1e4),
        ("losses", "农作物受灾面积（亩）", 1 / 15),
        ("losses", "受灾人口(万人)", 1e4),
        ("losses", "受灾人口（万）", 1e4),
        ("drills", "演练时长（小时）", 60),
    ],
)
def test_the_unit_in_a_header_converts(kind: str, header: str, factor: float) -> None:
    match = HeaderIndex(KINDS[kind], {}).match((header,))
    assert match is not None and match.factor == pytest.approx(factor) and not match.problem


def test_a_unit_that_does_not_convert_is_a_problem_and_no_guess() -> None:
    match = HeaderIndex(KINDS["losses"], {}).match(("受灾人口（户）",))
    assert match is not None and str(match.problem) == "its unit '户' does not convert to 人"


def test_the_users_header_goes_before_all_others() -> None:
    index = HeaderIndex(KINDS["hazards"], {"found_on": "查出的时间点"})
    match = index.match(("查出的 时间点",))
    assert match is not None and match.field == "found_on" and match.rank == -1
    other = index.match(("发现日期",))  # of a file that has the usual header
    assert other is not None and other.field == "found_on"


def test_no_header_is_two_kinds_fields_best_name() -> None:
    # Within a kind, a title is nobody else's alias: the column whose very name it is must have it.
    for kind in KINDS.values():
        index = HeaderIndex(kind, {})
        for item in kind.fields.values():
            for word in (item.name, item.title["zh"], item.title["en"]):
                match = index.match((word,))
                assert match is not None and match.field == item.name, (kind.name, word)
