"""The other ledgers, as their offices lay them out; complaints are an export of the hotline's system."""

from dataclasses import replace

import pandas as pd

from tools.sample.forms import (
    YES_NO,
    write_choice,
    write_dates,
    write_due_days,
    write_money_wan,
    write_months,
    write_nothing,
    write_numbers,
    write_people,
    write_serial,
    write_text,
    write_times,
)
from tools.sample.layouts import REMARKS, SERIAL, LedgerFile, Planner, note_foot
from tools.sample.places import COUNTY, Township
from tools.sample.sheets import Column, Layout

_DAY = write_dates("dots", odd=0.15)
_COUNT = write_numbers(odd=0.03)
_OFFICE = f"{COUNTY}应急管理局（虚构）"


def _plan(path: str, sheet: str, layout: Layout) -> Planner:
    """A planner that puts all rows in one sheet of one file."""

    def planner(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
        return [LedgerFile(path, [(sheet, layout, frame)])]

    return planner


def _plan_by_year(path: str, column: str, layout: Layout) -> Planner:
    """A planner that gives each year, or year of a date, a sheet; {year} in the title is filled in."""

    def planner(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
        tables = []
        # A sheet holds a year as the clerk filed it, whatever the date cell says later.
        years = frame[column] if column == "year" else frame[column].dt.year
        for year, rows in frame.groupby(years, sort=True):
            own = replace(layout, title=layout.title.format(year=year))
            tables.append((f"{year}年", own, rows))
        return [LedgerFile(path, tables)]

    return planner


_LOSSES = Layout(
    f"{COUNTY}自然灾害灾情统计表（虚构示例）",
    ("单位：人、间、公顷、万元",),
    (
        SERIAL,
        Column("district", "所属乡镇", write_text),
        Column("event", "灾害名称", write_text),
        Column("occurred_on", "受灾时间", _DAY),
        Column("affected", "受灾人口（人）", write_numbers("人", odd=0.1, about=True), "人口"),
        Column("evacuated", "紧急转移安置人口（人）", write_numbers("人", odd=0.1, about=True), "人口"),
        Column("houses_collapsed", "倒塌房屋（间）", write_numbers("间", odd=0.05), "房屋"),
        Column("houses_damaged", "损坏房屋（间）", write_numbers("间", odd=0.05), "房屋"),
        Column("crops_ha", "农作物受灾面积（公顷）", write_numbers("公顷", odd=0.05)),
        Column("loss_wan", "直接经济损失（万元）", write_money_wan),
    ),
    totals=("affected", "evacuated", "houses_collapsed", "houses_damaged", "crops_ha", "loss_wan"),
    notes=note_foot(_OFFICE, "2022年12月31日"),
)
_COMPLAINTS = Layout(
    "",
    (),
    (
        Column(None, "工单序号", write_serial),
        Column("received_on", "受理时间", write_dates("dashes", odd=0)),
        Column("district", "所属乡镇", write_text),
        Column("channel", "来源渠道", write_text),
        Column("topic", "诉求类型", write_text),
        Column("answered_on", "答复时间", write_dates("dashes", odd=0)),
        Column("due_on", "办理期限", write_dates("dashes", odd=0)),
        Column("resolved_on", "办结时间", write_dates("slashes", odd=0)),
        Column("satisfied", "满意度", write_choice({True: ("满意", "非常满意"), False: ("不满意",)})),
        Column(None, "处理备注", write_nothing),
    ),
)
_DISPUTES = Layout(
    f"{COUNTY}{{year}}年矛盾纠纷排查化解台账（虚构示例）",
    (f"填报单位：{COUNTY}综治中心（虚构）",),
    (
        SERIAL,
        Column("district", "乡镇", write_text),
        Column("found_on", "排查时间", _DAY),
        Column("kind", "纠纷类型", write_text),
        Column("settled_on", "化解时间", _DAY),
        REMARKS,
    ),
    notes=("注：不得填写当事人姓名。",),
)
_COLOURS = {"red": ("红色",), "orange": ("橙色", "橙"), "yellow": ("黄色", "黄"), "blue": ("蓝色", "蓝")}
_WARNINGS = Layout(
    f"{COUNTY}预警信息发布登记表（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("kind", "预警种类", write_text),
        Column("colour", "预警级别", write_choice(_COLOURS)),
        Column("issued_at", "发布时间", write_times, "时间"),
        Column("lifted_at", "解除时间", write_times, "时间"),
    ),
)
_DUTY = Layout(
    f"{COUNTY}值班值守抽查情况表（虚构示例）",
    ("抽查方式：电话抽查",),
    (
        SERIAL,
        Column("checked_at", "抽查时间", write_times),
        Column("district", "乡镇（街道）", write_text),
        Column("on_duty", "在岗情况", write_choice({True: ("在岗", "在位"), False: ("不在岗", "无人接听")})),
        Column("minutes_to_answer", "应答用时（分钟）", write_numbers("分钟", odd=0.06)),
        REMARKS,
    ),
    notes=note_foot(_OFFICE, "2022年12月31日"),
)
_WEATHER = Layout(
    f"{COUNTY}分乡镇月气象资料（虚构示例）",
    ("单位：℃、毫米、天、小时",),
    (
        Column("district", "乡镇", write_text),
        Column("month", "月份", write_months),
        Column("mean_temp_c", "平均气温（℃）", _COUNT, "气温"),
        Column("normal_temp_c", "常年气温（℃）", _COUNT, "气温"),
        Column("rain_mm", "降水量（毫米）", _COUNT, "降水"),
        Column("normal_rain_mm", "常年降水量（毫米）", _COUNT, "降水"),
        Column("rain_days", "雨日（天）", _COUNT, "降水"),
        Column("normal_rain_days", "常年雨日（天）", _COUNT, "降水"),
        Column("sun_h", "日照时数（小时）", _COUNT, "日照"),
        Column("normal_sun_h", "常年日照时数（小时）", _COUNT, "日照"),
    ),
    notes=("注：气象资料为虚构。",),
)
_TEAMS = Layout(
    f"{COUNTY}应急队伍基本情况表（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "所属乡镇", write_text),
        Column("name", "队伍名称", write_text),
        Column("kind", "队伍类型", write_text),
        Column("members", "人数", write_numbers("人", odd=0.1)),
        Column("equipped", "装备是否达标", write_choice(YES_NO)),
    ),
    totals=("members",),
)
_SUPPLIES = Layout(
    f"{COUNTY}应急物资储备台账（虚构示例）",
    ("盘点日期：2022年12月31日",),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("depot", "储备库名称", write_text),
        Column("item", "物资名称", write_text),
        Column("unit", "计量单位", write_text),
        Column("quantity", "库存数量", _COUNT, "储备情况"),
        Column("standard", "储备标准", _COUNT, "储备情况"),
        Column("expires_on", "有效期至", _DAY),
        REMARKS,
    ),
    notes=note_foot(_OFFICE, "2022年12月31日"),
)
_SHELTERS = Layout(
    f"{COUNTY}避灾安置场所一览表（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "乡镇", write_text),
        Column("name", "避难场所名称", write_text),
        Column("capacity", "可容纳人数（人）", write_numbers("人", odd=0.1, about=True)),
        Column("area_m2", "面积（平方米）", write_numbers("平方米", odd=0.06)),
        Column("lon", "经度", write_numbers(odd=0), "坐标"),
        Column("lat", "纬度", write_numbers(odd=0), "坐标"),
    ),
    totals=("capacity", "area_m2"),
)
_PUBLICITY = Layout(
    f"{COUNTY}{{year}}年安全宣教培训统计表（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("held_on", "活动时间", _DAY),
        Column("form", "活动形式", write_text),
        Column("theme", "活动主题", write_text),
        Column("sessions", "场次", write_numbers("场", odd=0.05)),
        Column("reached", "参加人数", write_numbers("人", odd=0.2, about=True)),
        Column("materials", "发放资料（份）", write_numbers("份", odd=0.1)),
    ),
    totals=("sessions", "reached", "materials"),
    notes=note_foot(_OFFICE, "12月31日"),
)
_ACTIONS = Layout(
    f"{COUNTY}专项整治行动进展表（虚构示例）",
    (),
    (
        SERIAL,
        Column("name", "行动名称", write_text),
        Column("stage", "阶段", write_text),
        Column("district", "乡镇（街道）", write_text),
        Column("starts_on", "开始时间", _DAY, "时间安排"),
        Column("ends_on", "结束时间", _DAY, "时间安排"),
        Column("done_on", "实际完成时间", _DAY, "时间安排"),
        Column("found", "发现隐患数", write_numbers("处", odd=0.05), "进展"),
        Column("closed", "已整改数", write_numbers("处", odd=0.05), "进展"),
    ),
    totals=("found", "closed"),
)
_SCHOOLS = Layout(
    f"{COUNTY}平安校园检查汇总表（虚构示例）",
    (),
    (
        SERIAL,
        Column("term", "学期", write_text),
        Column("district", "乡镇（街道）", write_text),
        Column("school", "学校名称", write_text),
        Column("item", "检查项目", write_text),
        Column(
            "met",
            "是否达标",
            write_choice({True: ("√", "达标", "是"), False: ("×", "未达标", "否")}, odd=0.3),
        ),
        Column("veto", "是否一票否决项", write_choice(YES_NO, odd=0)),
    ),
)
_TASKS = Layout(
    f"{COUNTY}{{year}}年重点工作任务督办台账（虚构示例）",
    (f"填报单位：{COUNTY}应急管理局（虚构）",),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("task", "工作任务", write_text),
        Column("owner", "责任单位", write_text, "责任落实"),
        Column("responsible", "责任领导", write_text, "责任落实"),
        Column("due_on", "完成时限", write_due_days, "督办情况"),
        Column("done_on", "办结时间", _DAY, "督办情况"),
        Column("source", "任务来源", write_text),
        REMARKS,
    ),
    notes=("合计", "注：全县的任务不填乡镇（街道）。"),
)

_PROJECTS = Layout(
    f"{COUNTY}防灾减灾治理项目进展表（虚构示例）",
    ("单位：万元",),
    (
        SERIAL,
        Column("name", "项目名称", write_text),
        Column("district", "所在乡镇（街道）", write_text),
        Column("started_on", "实际开工时间", _DAY, "时间"),
        Column("due_on", "计划完工时间", _DAY, "时间"),
        Column("done_on", "实际完工时间", _DAY, "时间"),
        Column("planned_wan", "计划总投资", write_money_wan, "投资（万元）"),
        Column("spent_wan", "累计完成投资", write_money_wan, "投资（万元）"),
        REMARKS,
    ),
    totals=("planned_wan", "spent_wan"),
    notes=("注：所在乡镇为空的是县级项目。", *note_foot(_OFFICE, "2022年12月31日")),
)
_SIGNINGS = Layout(
    f"{COUNTY}{{year}}年安全生产责任状签订情况表（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("due", "应签", write_numbers("份", odd=0.05), "责任状（份）"),
        Column("signed", "已签", write_numbers("份", odd=0.05), "责任状（份）"),
        REMARKS,
    ),
    totals=("due", "signed"),
)
_LEVELS = {
    "national": ("国家级", "全国"), "provincial": ("省级",), "municipal": ("市级",), "county": ("县级",),
}  # fmt: skip
_MODELS = Layout(
    f"{COUNTY}示范创建名单（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("name", "示范单位名称", write_text),
        Column("kind", "创建类型", write_text),
        Column("level", "命名级别", write_choice(_LEVELS)),
        Column("awarded_on", "命名时间", _DAY),
        Column("withdrawn_on", "撤销时间", _DAY),
    ),
    notes=note_foot(_OFFICE, "2022年12月31日"),
)
_EXPERTS = Layout(
    f"{COUNTY}应急专家库（虚构示例）",
    (),
    (
        SERIAL,
        Column("field", "专业领域", write_text),
        Column("members", "专家名单（姓名或人数）", write_people),
        Column("district", "所属乡镇", write_text),
        REMARKS,
    ),
    notes=("注：姓名均为虚构；所属乡镇为空的是县级专家。",),
)

_PREMISES = Layout(
    f"{COUNTY}安全生产检查对象名录（虚构示例）",
    ("截至2022年12月31日",),
    (
        SERIAL,
        Column("district", "所属乡镇（街道）", write_text),
        Column("name", "单位名称", write_text),
        Column("premises_id", "统一社会信用代码", write_text),
        Column("type", "单位类型", write_text),
        Column("trade", "行业领域", write_text),
        Column("address", "地址", write_text),
        Column("responsible", "主要负责人", write_text),
        Column("key", "是否重点监管", write_choice({True: ("重点", "是"), False: ("一般", "否")})),
        Column("grade", "标准化等级", write_text),
        Column("insured", "是否投保安责险", write_choice({True: ("是", "已投保"), False: ("否", "未投保")})),
        Column("opened_on", "开业日期", _DAY, "经营"),
        Column(
            "status",
            "经营状态",
            write_choice({"open": ("在营", "正常"), "closed": ("已关闭", "注销")}),
            "经营",
        ),
        Column("closed_on", "关闭日期", _DAY, "经营"),
        Column("lon", "经度", write_numbers(odd=0), "坐标"),
        Column("lat", "纬度", write_numbers(odd=0), "坐标"),
    ),
    notes=("注：代码均为虚构，其中的行政区划代码不存在。", *note_foot(_OFFICE, "2022年12月31日")),
)
_INVESTIGATIONS = Layout(
    f"{COUNTY}生产安全事故调查处理台账（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "事发乡镇", write_text),
        Column("incident", "事故名称", write_text),
        Column("occurred_on", "事故发生时间", write_times),
        Column("level", "事故等级", write_text),
        Column("opened_on", "启动调查日期", _DAY, "调查处理"),
        Column("closed_on", "结案日期", _DAY, "调查处理"),
        Column("measures", "整改措施数", write_numbers("项", odd=0.05), "整改措施（项）"),
        Column("measures_done", "已落实措施数", write_numbers("项", odd=0.05), "整改措施（项）"),
        Column("accountable", "追责人员", write_text),
    ),
    totals=("measures", "measures_done"),
    notes=("注：姓名均为虚构。",),
)
_RESPONSE_LEVELS = {
    level: (f"{word}级", f"{roman}级") for level, word, roman in zip("1234", "一二三四", "ⅠⅡⅢⅣ", strict=True)
}
_RESPONSES = Layout(
    f"{COUNTY}应急响应启动记录表（虚构示例）",
    (),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("plan", "启动预案名称", write_text),
        Column("level", "响应级别", write_choice(_RESPONSE_LEVELS)),
        Column("started_at", "启动时间", write_times, "时间"),
        Column("ended_at", "终止时间", write_times, "时间"),
    ),
)
_RELIEF = Layout(
    f"{COUNTY}自然灾害生活救助发放统计表（虚构示例）",
    ("单位：户、人、万元",),
    (
        SERIAL,
        Column("district", "所属乡镇", write_text),
        Column("event", "救助事项", write_text),
        Column("given_on", "发放日期", _DAY),
        Column("households", "救助户数", write_numbers("户", odd=0.08)),
        Column("people", "救助人数", write_numbers("人", odd=0.08)),
        Column("amount_wan", "发放金额（万元）", write_money_wan),
    ),
    totals=("households", "people", "amount_wan"),
    notes=note_foot(f"{COUNTY}民政局（虚构）", "2022年12月31日"),
)
_REPORTS_UP = Layout(
    f"{COUNTY}{{year}}年突发事件信息报送台账（虚构示例）",
    (f"填报单位：{COUNTY}应急管理局值班室（虚构）",),
    (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("kind", "信息类别", write_text),
        Column("occurred_at", "事发时间", write_times, "时间"),
        Column("reported_at", "报告时间", write_times, "时间"),
        Column(
            "instruction",
            "有无批示",
            write_choice({True: ("有", "有批示"), False: ("无", "无批示")}),
            "领导批示",
        ),
        Column("instruction_done_on", "批示办结日期", _DAY, "领导批示"),
        REMARKS,
    ),
)

MORE: dict[str, Planner] = {
    "losses": _plan("losses/灾情统计.xlsx", "灾情", _LOSSES),
    "complaints": _plan("complaints/诉求工单导出.csv", "", _COMPLAINTS),
    "disputes": _plan_by_year("disputes/矛盾纠纷台账.xlsx", "found_on", _DISPUTES),
    "warnings": _plan("warnings/预警发布登记.xlsx", "预警", _WARNINGS),
    "duty_checks": _plan("duty_checks/值守抽查.xlsx", "抽查", _DUTY),
    "weather": _plan("weather/月气象资料.xlsx", "气象", _WEATHER),
    "teams": _plan("teams/应急队伍.xlsx", "队伍", _TEAMS),
    "supplies": _plan("supplies/应急物资.xlsx", "物资", _SUPPLIES),
    "shelters": _plan("shelters/避灾安置场所.xlsx", "安置点", _SHELTERS),
    "publicity": _plan_by_year("publicity/宣教培训.xlsx", "held_on", _PUBLICITY),
    "actions": _plan("actions/专项整治.xlsx", "专项整治", _ACTIONS),
    "schools": _plan("schools/平安校园检查.xlsx", "检查", _SCHOOLS),
    "tasks": _plan_by_year("tasks/重点任务督办台账.xlsx", "due_on", _TASKS),
    "projects": _plan("projects/治理项目.xlsx", "项目", _PROJECTS),
    "signings": _plan_by_year("signings/责任状签订.xlsx", "year", _SIGNINGS),
    "models": _plan("models/示范创建.xlsx", "示范", _MODELS),
    "experts": _plan("experts/应急专家.xlsx", "专家", _EXPERTS),
    "premises": _plan("premises/检查对象名录.xlsx", "名录", _PREMISES),
    "investigations": _plan("investigations/事故调查台账.xlsx", "调查", _INVESTIGATIONS),
    "responses": _plan("responses/应急响应记录.xlsx", "响应", _RESPONSES),
    "relief": _plan("relief/救助发放统计.xlsx", "救助", _RELIEF),
    "reports_up": _plan_by_year("reports_up/信息报送台账.xlsx", "reported_at", _REPORTS_UP),
}
