"""Headers that may mean a column, or something else in law or in an office's habit: no one's until a person says."""

import numpy as np
import pytest
from ledger_files import KINDS

from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.values import Context, read_column
from taizhang.metadata.kinds import Field

# kind, header (levels apart by "/", the outermost first), the columns it may mean
ASKED = [
    # the grades of risk, of problems and of accidents are not those of hazards
    ("hazards", "风险等级", "severity"),
    ("hazards", "风险等级（红橙黄蓝）", "severity"),
    ("hazards", "風險等級", "severity"),
    ("hazards", "安全风险分级", "severity"),
    ("hazards", "双重预防/风险等级", "severity"),
    ("hazards", "风险情况/等级", "severity"),
    ("hazards", "等级（风险）", "severity"),
    ("hazards", "风险等级 Severity", "severity"),
    ("hazards", "Risk level", "severity"),
    ("hazards", "事故等级", "severity"),
    ("hazards", "问题等级", "severity"),
    ("hazards", "隐患性质", "category severity"),
    # whose the hazard is
    ("hazards", "责任单位", "premises"),
    ("hazards", "整改责任单位", "premises"),
    ("hazards", "整改责任单位/名称", "premises"),
    ("hazards", "隐患部位", "premises"),
    ("hazards", "隐患具体位置", "premises"),
    ("inspections", "整改单位名称", "premises"),
    # which day it is
    ("hazards", "登记日期", "found_on"),
    ("hazards", "上报时间", "found_on"),
    ("hazards", "查处时间", "found_on"),
    ("hazards", "完成时间", "deadline rectified_on"),
    ("hazards", "整改时间", "deadline rectified_on"),
    ("hazards", "整改情况/完成时间", "deadline rectified_on"),
    ("hazards", "整改日期（计划）", "rectified_on"),
    ("hazards", "结案日期", "closed_on"),
    ("actions", "完成时间", "ends_on done_on"),
    ("complaints", "完成日期", "resolved_on due_on"),
    ("complaints", "解决时间", "resolved_on"),
    ("complaints", "回访时间", "answered_on"),
    ("complaints", "反馈日期", "answered_on"),
    ("complaints", "反馈时限", "answer_due_on"),
    ("complaints", "是否解决", "status"),
    ("disputes", "调解时间", "settled_on"),
    ("disputes", "结案日期", "settled_on"),
    ("disputes", "是否办结", "status"),
    ("disputes", "纠纷发生时间", "found_on"),
    ("incidents", "上报时间", "reported_on"),
    ("plans", "备案日期", "issued_on"),
    ("plans", "编制时间", "issued_on"),
    ("plans", "实施日期", "issued_on"),
    ("plans", "更新时间", "revised_on"),
    ("drills", "计划演练时间", "held_on"),
    ("warnings", "响应启动时间", "issued_at"),
    ("warnings", "预警失效时间", "lifted_at"),
    ("supplies", "报废日期", "expires_on"),
    # what is counted
    ("hazards", "整改要求", "mode"),
    ("hazards", "督办", "listed"),
    ("hazards", "金额（万元）", "cost_wan"),
    ("hazards", "计划投入资金", "cost_wan"),
    ("inspections", "罚没金额（元）", "penalty_yuan"),
    ("inspections", "实收罚款", "penalty_yuan"),
    ("inspections", "罚款（已缴）", "penalty_yuan"),
    ("inspections", "罚金", "penalty_yuan"),
    ("inspections", "参加人员", "inspectors"),
    ("drills", "应参加人数", "participants"),
    ("drills", "参加人数（应到）", "participants"),
    ("incidents", "死亡失踪人数", "deaths"),
    ("incidents", "死亡（失踪）人数", "deaths"),
    ("incidents", "死亡人数（含失踪）", "deaths"),
    ("incidents", "伤亡情况/死亡、失踪/人", "deaths"),
    ("incidents", "Casualties", "deaths"),
    ("incidents", "受伤人数（不含重伤）", "injuries"),
    ("incidents", "经济损失（万元）", "loss_wan"),
    ("incidents", "经济损失万元", "loss_wan"),
    ("incidents", "直接财产损失", "loss_wan"),
    ("incidents", "间接经济损失", "loss_wan"),
    ("losses", "农业直接经济损失", "loss_wan"),
    ("losses", "避险转移人数", "evacuated"),
    ("losses", "农作物成灾面积（公顷）", "crops_ha"),
    ("losses", "严重损坏房屋", "houses_damaged"),
    ("population", "总人口", "residents"),
    ("population", "2022年末总人口（人）", "residents"),
    ("population", "人口万人", "residents"),
    ("population", "户籍人口", "residents"),
    ("population", "常住人口（不含流动人口）", "residents"),
    ("population", "户籍户数", "households"),
    ("population", "工农业总产值", "output_yi"),
    ("population", "就业人员", "employees"),
    ("teams", "编制人数", "members"),
    ("shelters", "安置人数", "capacity"),
    # of the register, projects, tasks, model sites and reports: what is registered, forecast, applied for
    ("premises", "经济类型", "type"),
    ("premises", "单位性质", "type"),
    ("premises", "市场主体类型", "type"),
    ("hazards", "企业性质", "premises_type"),
    ("premises", "住所", "address"),
    ("premises", "注册地址", "address"),
    ("premises", "退出时间", "closed_on"),
    ("premises", "成立日期", "opened_on"),
    ("premises", "风险等级", "grade"),
    ("premises", "保险情况", "insured"),
    ("premises", "工伤保险", "insured"),
    ("projects", "预计完工时间", "due_on"),
    ("projects", "Estimated completion date", "due_on"),
    ("projects", "竣工日期", "due_on done_on"),
    ("projects", "Completion date", "due_on done_on"),
    ("projects", "投资额（万元）", "planned_wan spent_wan"),
    ("tasks", "Completion date", "due_on done_on"),
    ("tasks", "完成时间", "due_on done_on"),
    ("models", "创建单位", "name"),
    ("models", "创建社区", "name"),
    ("models", "申报时间", "awarded_on"),
    ("reports_up", "事件类型", "kind"),
    ("reports_up", "接报时间", "reported_at"),
    ("reports_up", "批示时间", "instruction_done_on"),
    ("relief", "下拨资金（万元）", "amount_wan"),
    ("relief", "需救助户数", "households"),
    ("responses", "解除时间", "ended_at"),
    ("responses", "预警级别", "level"),
    ("investigations", "立案时间", "opened_on"),
    ("investigations", "日期", "occurred_on"),
    ("signings", "未签数", "signed"),
    ("experts", "拟聘人数", "members"),
]
# Neighbours of those, which mean what they say.
TAKEN = [
    ("hazards", "隐患等级", "severity"),
    ("hazards", "事故隐患等级", "severity"),
    ("hazards", "隐患等级（一般/重大）", "severity"),
    ("hazards", "级别", "severity"),
    ("hazards", "隐患类别", "category"),
    ("hazards", "单位名称", "premises"),
    ("hazards", "场所（部位）", "premises"),
    ("hazards", "整改责任人", "responsible"),
    ("hazards", "检查时间", "found_on"),
    ("hazards", "发现日期（年月日）", "found_on"),
    ("hazards", "整改/完成时间", "rectified_on"),
    ("hazards", "整改完成时间", "rectified_on"),
    ("hazards", "计划完成时间", "deadline"),
    ("hazards", "整改时限", "deadline"),
    ("hazards", "整改期限（应完成时间）", "deadline"),
    ("hazards", "销号时间", "closed_on"),
    ("hazards", "是否挂牌督办", "listed"),
    ("hazards", "整改方式", "mode"),
    ("hazards", "整改资金（元）", "cost_wan"),
    ("hazards", "隐患描述及整改要求", "description"),
    ("actions", "完成日期", "done_on"),
    ("actions", "计划完成时间", "ends_on"),
    ("complaints", "回复时间", "answered_on"),
    ("complaints", "办结时间", "resolved_on"),
    ("complaints", "回访满意度", "satisfied"),
    ("disputes", "化解时间", "settled_on"),
    ("disputes", "调解成功日期", "settled_on"),
    ("disputes", "调解结果", "status"),
    ("incidents", "首报时间", "reported_on"),
    ("incidents", "死亡", "deaths"),
    ("incidents", "失踪", "missing"),
    ("incidents", "重伤（含急性工业中毒）", "serious_injuries"),
    ("incidents", "直接经济损失（万元）", "loss_wan"),
    ("inspections", "处罚金额", "penalty_yuan"),
    ("inspections", "检查人员", "inspectors"),
    ("losses", "转移安置人数", "evacuated"),
    ("losses", "农作物受灾面积", "crops_ha"),
    ("plans", "印发时间", "issued_on"),
    ("population", "2022年末常住人口（万人）", "residents"),
    ("population", "地区生产总值（GDP）", "output_yi"),
    ("population", "从业人员", "employees"),
    ("shelters", "可安置人数", "capacity"),
    ("supplies", "有效期至", "expires_on"),
    ("teams", "人数", "members"),
    ("warnings", "解除时间", "lifted_at"),
    ("premises", "单位类型", "type"),
    ("premises", "经营地址", "address"),
    ("premises", "注销日期", "closed_on"),
    ("projects", "计划完工时间", "due_on"),
    ("projects", "Date completed", "done_on"),
    ("models", "示范社区", "name"),
    ("reports_up", "信息类别", "kind"),
    ("tasks", "办结时间", "done_on"),
]
# Values that are asked about as any that nobody knows is.
VALUES = [
    ("hazards", "severity", ["重大风险", "较大风险", "红色", "较大", "特别重大"]),
    ("hazards", "mode", ["责令立即整改", "当场责令整改"]),
    ("inspections", "mode", ["随机抽查", "综合执法", "明察暗访", "抽查暗访", "突击检查"]),
    ("premises", "status", ["停业", "已搬迁", "查无下落"]),
    ("responses", "level", ["红色", "重大"]),
    ("complaints", "status", ["已反馈", "已回访", "5月3日已回访"]),
    ("disputes", "status", ["已办结", "结案", "已完成", "已调解", "5月3日调解", "5月3日办结"]),
]


def split(header: str) -> tuple[str, ...]:
    return tuple(header.split("/")) if "（一般/重大）" not in header else (header,)


@pytest.mark.parametrize(("kind", "header", "columns"), ASKED)
def test_it_is_asked_about_and_not_taken(kind: str, header: str, columns: str) -> None:
    index = HeaderIndex(KINDS[kind], {})
    assert index.match(split(header)) is None
    assert [one.field for one in index.ask(split(header))] == columns.split()


@pytest.mark.parametrize(("kind", "header", "columns"), ASKED)
def test_it_is_taken_when_a_person_says_so(kind: str, header: str, columns: str) -> None:
    for column in columns.split():
        index = HeaderIndex(KINDS[kind], {column: header})
        match = index.match(split(header))
        assert match is not None and match.field == column and not index.ask(split(header))


@pytest.mark.parametrize(("kind", "header", "column"), TAKEN)
def test_its_neighbours_are_taken(kind: str, header: str, column: str) -> None:
    index = HeaderIndex(KINDS[kind], {})
    match = index.match(split(header))
    assert match is not None and match.field == column and not index.ask(split(header))


@pytest.mark.parametrize(("kind", "column", "texts"), VALUES)
def test_values_that_may_mean_something_else_are_set_aside(kind: str, column: str, texts: list[str]) -> None:
    phrases = kind if column == "status" or kind == "hazards" else ""
    read = read_column(
        list(texts), np.arange(len(texts)), KINDS[kind].fields[column], Context(2021, phrases=phrases)
    )
    assert [reason is not None for reason in read.reasons] == [True] * len(texts)


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("hazards", "未整改日期"),
        ("actions", "未整改数"),
        ("actions", "已整改率"),
        ("incidents", "上年同期死亡人数"),
        ("complaints", "应答复率"),
    ],
)
def test_a_header_that_says_otherwise_is_near_to_nothing(kind: str, header: str) -> None:
    index = HeaderIndex(KINDS[kind], {})
    assert index.match((header,)) is None and index.suggest(header) == ""


def list_words(item: Field) -> list[str]:
    return [item.title["zh"], item.name, item.title["en"], *item.aliases]


def test_no_kind_asks_about_a_header_that_it_takes() -> None:
    for kind in KINDS.values():
        index = HeaderIndex(kind, {})
        for item in kind.fields.values():
            told = [(word, index.match((word,)), index.ask((word,))) for word in list_words(item)]
            assert all(match is not None and not asked for _, match, asked in told), (kind.name, item.name)


def test_each_says_why_in_both_languages() -> None:
    asked = [one for kind in KINDS.values() for item in kind.fields.values() for one in item.asked]
    assert len(asked) >= 60
    for one in asked:
        assert one.why.zh and one.why.en and not one.why.zh.endswith("。") and not one.why.en.endswith(".")
        assert one.headers or one.values
