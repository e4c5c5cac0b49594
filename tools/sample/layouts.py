"""The ledgers that every workbook has, as their offices lay them out: hazards, inspections, drills and so on."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from tools.sample.forms import (
    YES_NO,
    write_choice,
    write_dates,
    write_money_wan,
    write_nothing,
    write_numbers,
    write_people,
    write_serial,
    write_text,
    write_times,
)
from tools.sample.places import COUNTY, Township
from tools.sample.sheets import Column, Layout, Sheet

SERIAL = Column(None, "序号", write_serial)
REMARKS = Column(None, "备注", write_nothing)
SEVERITY = write_choice({"general": ("一般", "一般隐患"), "major": ("重大", "重大隐患")})
HAZARD_MODE = write_choice(
    {"on_the_spot": ("立行立改", "当场整改", "立即整改"), "by_deadline": ("限期整改", "限时整改")}
)
STATUS = write_choice(
    {
        "open": ("未整改", "整改中", "待整改"),
        "rectified": ("已整改", "整改完成"),
        "closed": ("已销号", "已整改销号", "销号"),
    }
)
_MODES = {
    "routine": ("日常检查", "日常巡查"),
    "special": ("专项检查", "专项整治"),
    "unannounced": ("四不两直",),
    "random": ("双随机", "“双随机、一公开”"),
    "joint": ("联合检查", "联合执法"),
    "expert": ("专家检查", "专家会诊"),
}
_DRILL_KINDS = {"tabletop": ("桌面演练", "桌面推演"), "field": ("实战演练", "现场演练", "实战")}
_DRILL_SCOPES = {"single": ("单项", "单项演练"), "combined": ("综合", "综合演练")}
_PLAN_KINDS = {
    "general": ("总体预案", "总体应急预案"),
    "special": ("专项预案", "专项应急预案"),
    "department": ("部门预案",),
    "event": ("活动预案", "大型活动"),
    "on_site": ("现场处置方案",),
}
_CLASSES = {
    "natural": ("自然灾害",),
    "accident": ("事故灾难",),
    "health": ("公共卫生", "公共卫生事件"),
    "security": ("社会安全", "社会安全事件"),
}


@dataclass(frozen=True)
class LedgerFile:
    """One file of a ledger: where it goes, its tables (sheet, layout, rows) and sheets that hold no table."""

    path: str
    tables: list[tuple[str, Layout, pd.DataFrame]]
    others: list[Sheet] = field(default_factory=list)


Planner = Callable[[pd.DataFrame, list[Township]], list[LedgerFile]]


def note_foot(office: str, day: str) -> tuple[str, ...]:
    """The line under a table that says who filled it in; the phone number is nobody's."""
    people = "填表人：示例甲      审核人：示例乙      联系电话：0593-0000000"
    return (f"{people}      填报单位：{office}      填报日期：{day}",)


def group_years(frame: pd.DataFrame, column: str) -> list[tuple[int, pd.DataFrame]]:
    """Rows by the year of a date, in order."""
    return [(int(str(year)), rows) for year, rows in frame.groupby(frame[column].dt.year, sort=True)]


def _plan_hazard_columns(form: int, dates: str) -> tuple[Column, ...]:
    day = write_dates(dates)
    money = Column("cost_wan", "整改资金（万元）" if form % 2 else "整改资金", write_money_wan)
    point = (Column("lon", "经度", write_numbers(odd=0)), Column("lat", "纬度", write_numbers(odd=0)))
    people = Column("responsible", "整改责任人", write_text)
    if form == 0:
        group = "整改情况"
        return (
            SERIAL,
            Column("district", "乡镇（街道）", write_text),
            Column("hazard_id", "隐患编号", write_text),
            Column("found_on", "排查时间", day),
            Column("premises", "单位名称", write_text),
            Column("premises_type", "场所类型", write_text),
            Column("trade", "行业领域", write_text),
            Column("category", "隐患类别", write_text),
            Column("description", "隐患描述", write_text),
            Column("severity", "隐患等级", SEVERITY),
            Column("mode", "整改方式", HAZARD_MODE),
            Column("deadline", "整改期限", day, group),
            Column("rectified_on", "整改完成时间", day, group),
            Column("verified_on", "复查时间", day, group),
            Column("closed_on", "销号时间", day, group),
            Column("status", "整改状态", STATUS, group),
            people,
            Column("listed", "是否挂牌督办", write_choice(YES_NO, odd=0.05)),
            money,
            Column("inspection_id", "检查编号", write_text),
            Column("grid", "所属网格", write_text),
            *point,
            REMARKS,
        )
    if form == 1:
        return (
            SERIAL,
            Column("hazard_id", "编号", write_text),
            Column("district", "所属乡镇", write_text),
            Column("found_on", "发现日期", day),
            Column("premises", "场所名称", write_text),
            Column("premises_type", "场所类别", write_text),
            Column("trade", "所属行业", write_text),
            Column("grid", "网格编码", write_text),
            Column("category", "类型", write_text, "隐患情况"),
            Column("description", "隐患内容", write_text, "隐患情况"),
            Column("severity", "级别", SEVERITY, "隐患情况"),
            Column("mode", "整改类型", HAZARD_MODE),
            Column("deadline", "整改时限", day),
            people,
            money,
            Column("rectified_on", "整改日期", day),
            Column("verified_on", "验收日期", day),
            Column("closed_on", "销号日期", day),
            Column("status", "是否整改", STATUS),
            Column("listed", "挂牌督办", write_choice(YES_NO, odd=0.05)),
            Column("inspection_id", "检查单号", write_text),
            *point,
        )
    if form == 2:
        return (
            SERIAL,
            Column("district", "属地", write_text),
            Column("premises", "受检单位", write_text),
            Column("trade", "行业", write_text),
            Column("premises_type", "单位类型", write_text),
            Column("found_on", "检查日期", day),
            Column("inspection_id", "检查编号", write_text),
            Column("description", "存在问题", write_text),
            Column("category", "隐患分类", write_text),
            Column("severity", "隐患级别", SEVERITY),
            Column("hazard_id", "隐患编码", write_text),
            Column("mode", "整改方式", HAZARD_MODE, "整改落实"),
            Column("deadline", "限期", day, "整改落实"),
            Column("responsible", "责任人", write_text, "整改落实"),
            Column("cost_wan", "投入资金（万元）", write_money_wan, "整改落实"),
            Column("rectified_on", "整改完成日期", day, "验收销号"),
            Column("verified_on", "复查日期", day, "验收销号"),
            Column("closed_on", "销号日期", day, "验收销号"),
            Column("status", "状态", STATUS, "验收销号"),
            Column("listed", "是否挂牌", write_choice(YES_NO, odd=0.05)),
            Column("grid", "所在网格", write_text),
            *point,
            REMARKS,
        )
    return (
        SERIAL,
        Column("found_on", "隐患发现时间", day),
        Column("district", "乡镇", write_text),
        Column("hazard_id", "隐患编号", write_text),
        Column("premises", "企业（单位）名称", write_text),
        Column("premises_type", "企业类型", write_text),
        Column("trade", "行业类别", write_text),
        Column("description", "隐患情况", write_text),
        Column("category", "隐患种类", write_text),
        Column("severity", "等级", SEVERITY),
        Column("mode", "整改方式", HAZARD_MODE),
        Column("deadline", "整改期限", day),
        Column("rectified_on", "实际完成时间", day),
        Column("verified_on", "核查时间", day),
        Column("closed_on", "闭环日期", day),
        Column("status", "整改状态", STATUS),
        people,
        Column("listed", "是否挂牌督办", write_choice(YES_NO, odd=0.05)),
        Column("cost_wan", "资金投入（万元）", write_money_wan),
        Column("inspection_id", "检查记录编号", write_text),
        Column("grid", "网格编号", write_text),
        *point,
    )


_HAZARD_NOTE = "注：1.立行立改的不填整改期限；2.本表为虚构示例数据。"


def plan_hazards(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
    """One file per township and year, in the township's own form."""
    styles = ("cell", "dots", "words", "dashes")
    files = []
    years = frame["year"].unique().tolist()
    for town in towns:
        own = frame[frame["district_code"] == town.code]
        for year in sorted(years):
            rows = own[own["year"] == year]
            if rows.empty:
                continue
            columns = _plan_hazard_columns(town.layout, styles[town.layout])
            if not town.maps:
                columns = tuple(column for column in columns if column.name not in ("lon", "lat"))
            layout = Layout(
                f"{COUNTY}{town.name}{year}年隐患排查治理台账（虚构示例）",
                (f"填报单位：{town.name}人民政府（虚构）                单位：万元",),
                columns,
                totals=("cost_wan",),
                notes=(_HAZARD_NOTE, *note_foot(town.name, f"{year}年12月31日")),
            )
            files.append(
                LedgerFile(f"hazards/{town.name}_{year}年隐患台账.xlsx", [("隐患台账", layout, rows)])
            )
    return files


def plan_inspections(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
    """One county file per year, with a row for each month."""
    day = write_dates("cell", odd=0.05)
    columns = (
        SERIAL,
        Column("inspection_id", "检查编号", write_text),
        Column("district", "镇街", write_text),
        Column("inspected_on", "检查时间", day),
        Column("premises", "被检查单位", write_text),
        Column("mode", "检查方式", write_choice(_MODES)),
        Column("action", "专项行动", write_text),
        Column("inspectors", "检查人员", write_people),
        Column("hazards_found", "发现隐患（处）", write_numbers("处", odd=0.04), "检查结果"),
        Column("outcome", "处理结果", write_text, "检查结果"),
        Column("penalty_yuan", "罚款（元）", write_numbers("元", odd=0.06), "检查结果"),
    )
    files = []
    for year, rows in frame.groupby("year", sort=True):
        layout = Layout(
            f"{COUNTY}{year}年安全生产执法检查登记表（虚构示例）",
            (),
            columns,
            totals=("hazards_found", "penalty_yuan"),
            notes=note_foot(f"{COUNTY}应急管理局（虚构）", f"{year}年12月31日"),
            section="month_title",
        )
        titled = rows.assign(month_title=[f"{_MONTHS[month - 1]}月份" for month in rows["month"]])
        files.append(LedgerFile(f"inspections/执法检查_{year}.xlsx", [(f"{year}年", layout, titled)]))
    return files


_MONTHS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def plan_drills(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
    """One county file with a sheet per year and one sheet of instructions."""
    columns = (
        SERIAL,
        Column("district", "乡镇（街道）", write_text),
        Column("name", "演练名称", write_text),
        Column("held_on", "演练时间", write_dates("dots", odd=0.2)),
        Column("organiser", "组织单位", write_text),
        Column("kind", "演练形式", write_choice(_DRILL_KINDS)),
        Column("scope", "演练性质", write_choice(_DRILL_SCOPES)),
        Column("hazard_type", "灾种", write_text),
        Column("plan", "依据预案", write_text),
        Column("participants", "参演人数", write_numbers("人", odd=0.2, about=True)),
        Column("duration_min", "时长（分钟）", write_numbers("分钟", odd=0.05)),
        Column("evacuation_s", "疏散用时（秒）", write_numbers("秒", odd=0.05)),
        Column(
            "evaluated",
            "是否评估",
            write_choice({True: ("是", "已评估"), False: ("否", "未评估")}),
            "评估情况",
        ),
        Column("rating", "评估等次", write_text, "评估情况"),
        Column("problems", "发现问题数", write_numbers("个", odd=0.05), "评估情况"),
        Column("problems_fixed", "已整改问题数", write_numbers("个", odd=0.05), "评估情况"),
        REMARKS,
    )
    tables = [
        (
            f"{year}年",
            Layout(
                f"{COUNTY}{year}年应急演练情况汇总表（虚构示例）",
                (f"填报单位：{COUNTY}应急管理局（虚构）",),
                columns,
                totals=("participants", "problems", "problems_fixed"),
                notes=note_foot(f"{COUNTY}应急管理局（虚构）", f"{year}年12月31日"),
            ),
            rows,
        )
        for year, rows in frame.groupby("year", sort=True)
    ]
    help_sheet = Sheet(
        "填表说明",
        [
            ["填表说明（虚构示例）"],
            ["1.每次演练填一行，桌面推演与实战演练分开填写。"],
            ["2.依据预案一栏填写预案全称，与预案台账一致。"],
        ],
    )
    return [LedgerFile("drills/应急演练汇总.xlsx", tables, [help_sheet])]


def plan_plans(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
    """One county file."""
    day = write_dates("words", odd=0.15)
    layout = Layout(
        f"{COUNTY}应急预案台账（虚构示例）",
        ("截至2022年12月31日",),
        (
            SERIAL,
            Column("district", "乡镇", write_text),
            Column("name", "预案名称", write_text),
            Column("kind", "预案类别", write_choice(_PLAN_KINDS)),
            Column("hazard_type", "适用灾种", write_text),
            Column("issued_on", "印发时间", day, "时间"),
            Column("revised_on", "最近修订时间", day, "时间"),
            Column("review_due", "应修订时间", day, "时间"),
            REMARKS,
        ),
        notes=("注：预案原则上每三年修订一次。",),
    )
    return [LedgerFile("plans/应急预案台账.xlsx", [("预案", layout, frame)])]


def plan_incidents(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
    """One file with all years, casualties under one header; the repository's is an old .xls."""
    count = write_numbers("人", odd=0.03)
    layout = Layout(
        f"{COUNTY}事故与突发事件登记表（虚构示例）",
        ("单位：人、万元",),
        (
            SERIAL,
            Column("district", "所在乡镇", write_text),
            Column("occurred_on", "发生时间", write_times),
            Column("reported_on", "报告时间", write_times),
            Column("class", "事件类别", write_choice(_CLASSES)),
            Column("type", "事件类型", write_text),
            Column("deaths", "死亡", count, "人员伤亡"),
            Column("missing", "失踪", count, "人员伤亡"),
            Column("serious_injuries", "重伤", count, "人员伤亡"),
            Column("injuries", "受伤人数", count, "人员伤亡"),
            Column("loss_wan", "直接经济损失（万元）", write_money_wan),
            Column("affected", "受灾人口", write_numbers("人", odd=0.1, about=True)),
            Column("evacuated", "转移人数", write_numbers("人", odd=0.1, about=True)),
            Column("description", "简要经过", write_text),
            Column("lon", "经度", write_numbers(odd=0)),
            Column("lat", "纬度", write_numbers(odd=0)),
        ),
        totals=("deaths", "missing", "serious_injuries", "injuries", "loss_wan"),
        notes=note_foot(f"{COUNTY}应急管理局（虚构）", "2022年12月31日"),
    )
    return [LedgerFile("incidents/事故与突发事件登记.xlsx", [("登记表", layout, frame)])]


def plan_population(frame: pd.DataFrame, towns: list[Township]) -> list[LedgerFile]:
    """One file, a sheet per year, each with its total."""
    columns = (
        Column("district", "乡镇", write_text),
        Column("year", "年份", write_numbers(odd=0)),
        Column("residents", "常住人口（人）", write_numbers(odd=0), "人口"),
        Column("households", "户数（户）", write_numbers(odd=0), "人口"),
        Column("output_yi", "地区生产总值（亿元）", write_numbers(odd=0), "经济"),
        Column("employees", "从业人员（人）", write_numbers(odd=0), "经济"),
        Column("area_km2", "行政区域面积（平方公里）", write_numbers(odd=0)),
    )
    tables = []
    for year, rows in frame.groupby("year", sort=True):
        layout = Layout(
            f"{COUNTY}{year}年分乡镇人口与经济基本情况（虚构示例）",
            ("单位：人、户、亿元、平方公里",),
            columns,
            totals=("residents", "households", "output_yi", "employees", "area_km2"),
            notes=("数据来源：虚构，仅作示例。",),
        )
        tables.append((f"{year}年", layout, rows))
    return [LedgerFile("population/人口与经济.xlsx", tables)]


CORE: dict[str, Planner] = {
    "hazards": plan_hazards,
    "inspections": plan_inspections,
    "drills": plan_drills,
    "plans": plan_plans,
    "incidents": plan_incidents,
    "population": plan_population,
}
