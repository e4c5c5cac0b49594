"""Reports of told ledgers claim nothing that is not so, or that can't be known; and the checker that says so."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest
from claim_checker import CLAIMING, ROOTS, Checker, list_templates
from shown_checker import check_alt, check_shown, list_alts
from told_ledgers import END, TOWNS, Row, Table, Told, make_told
from told_truth import ALL, Truth
from told_views import PERIOD, list_differences, list_false_claims, read_told

from taizhang.core import display
from taizhang.core.wording import read_catalogue
from taizhang.facts import compute_as_of
from taizhang.metadata import words

QUICK, LONG = 10, 1000
CODE, OTHER, _ = TOWNS


def day(text: str) -> tuple[date, date]:
    return date.fromisoformat(text), date.fromisoformat(text)


def make_table(kind: str, columns: str, *rows: Mapping[str, object]) -> Table:
    """A table of rows that name their town, else it is the first; dates are days."""
    made = []
    for row in rows:
        said = {
            name: day(value) if name.endswith("_on") or name == "deadline" else value
            for name, value in row.items()
        }  # type: ignore[arg-type]
        made.append(Row(kind, str(row.get("town", CODE)), {k: v for k, v in said.items() if k != "town"}))
    return Table(kind, f"{kind}.csv", tuple(columns.split()), made)


def hazard(
    found: str, due: str = "", done: str = "", premises: str = "甲", **more: object
) -> dict[str, object]:
    dates = {"found_on": found, "deadline": due, "rectified_on": done}
    said = {"severity": "general", "mode": "by_deadline", "premises": premises, "category": "消防"}
    return said | {name: text for name, text in dates.items() if text} | more


# Everything is written down. Of four hazards at the first town one was rectified on the spot, one later, and two are
# open, one of them major and overdue; at the second both are rectified; at the third nothing happened.
BRIGHT = Told(
    0,
    [
        make_table(
            "hazards",
            "found_on severity mode deadline rectified_on premises category description",
            hazard("2023-03-01", "", "2023-03-01", mode="on_the_spot"),
            hazard("2023-03-05", "2023-03-20", "2023-03-10", description="隐患1"),
            hazard("2023-04-01", "2023-05-01", "", "乙", severity="major", description="隐患2"),
            hazard("2023-11-01", "2024-01-31", "", "丙"),
            hazard("2022-11-01", "2022-11-30", "2022-11-05", "丁"),
            hazard("2023-06-01", "2023-06-30", "2023-06-02", "戊", town=OTHER),
            hazard("2023-06-03", "2023-06-30", "2023-06-04", "己", town=OTHER),
        ),
        make_table(
            "complaints",
            "received_on resolved_on due_on",
            {"received_on": "2023-02-01", "resolved_on": "2023-02-09", "due_on": "2023-02-10"},
            {"received_on": "2023-03-01", "due_on": "2023-03-10"},
        ),
        make_table(
            "disputes",
            "found_on status",
            {"found_on": "2023-02-01", "status": "settled"},
            {"found_on": "2023-02-02", "status": "open"},
        ),
        make_table(
            "incidents",
            "occurred_on class description deaths serious_injuries loss_wan",
            {
                "occurred_on": "2023-05-01",
                "class": "accident",
                "description": "着火",
                "deaths": 2,
                "serious_injuries": 0,
                "loss_wan": 10,
            },
        ),
        make_table(
            "drills",
            "held_on kind evaluated problems problems_fixed",
            {
                "held_on": "2023-05-01",
                "kind": "field",
                "evaluated": "yes",
                "problems": 3,
                "problems_fixed": 1,
            },
            {
                "held_on": "2023-06-01",
                "kind": "tabletop",
                "evaluated": "no",
                "problems": 0,
                "problems_fixed": 0,
            },
        ),
        make_table(
            "inspections",
            "inspected_on penalty_yuan",
            {"inspected_on": "2023-05-01", "penalty_yuan": 5000},
            {"inspected_on": "2023-06-01"},
        ),
    ],
    towns=tuple(TOWNS),
)
# Nothing is written down but that it happened.
DARK = Told(
    0,
    [
        make_table("hazards", "found_on", *({"found_on": f"2023-0{month}-01"} for month in range(1, 10))),
        make_table(
            "complaints",
            "received_on answered_on",
            {"received_on": "2023-02-01", "answered_on": "2023-02-02"},
        ),
        make_table("disputes", "found_on", {"found_on": "2023-02-01"}),
        make_table(
            "incidents", "occurred_on description", {"occurred_on": "2023-05-01", "description": "着火"}
        ),
        make_table("drills", "held_on name", {"held_on": "2023-05-01", "name": "消防"}),
        make_table("inspections", "inspected_on", {"inspected_on": "2023-05-01"}),
    ],
    towns=tuple(TOWNS),
)
# Twelve open hazards, none of them overdue, one without a deadline: a twelfth does not say.
PARTLY = Told(
    0,
    [
        make_table(
            "hazards",
            "found_on deadline status",
            *({"found_on": "2023-12-01", "deadline": "2024-02-01", "status": "open"} for _ in range(11)),
            {"found_on": "2023-12-01", "status": "open"},
        )
    ],
    towns=tuple(TOWNS),
)

NOTHING_ZH = "对照本报告所用的规则，没有发现突出问题。"
NOTHING_EN = "By the rules that this report applies, nothing stands out."
STEADY_ZH = "与其他年份的同月相比，每月查出隐患数和三十日内整改的比例都看不出异常的月份或持续的变化。"
PLANTED = [
    # Otherwise than was written.
    (BRIGHT, CODE, "zh", "2023年，溪口镇查出隐患4处。均未整改，整改率为50.0%。"),
    (BRIGHT, CODE, "zh", "2023年，溪口镇查出隐患4处。均已整改。"),
    (BRIGHT, CODE, "en", "In 2023, 4 hazards were found. None of them has been rectified."),
    (BRIGHT, CODE, "en", "In 2023, 4 hazards were found. All have been rectified."),
    (BRIGHT, ALL, "zh", "2023年，全域查出隐患6处。均未整改。"),
    (BRIGHT, CODE, "zh", "没有逾期未整改的。"),
    (BRIGHT, CODE, "en", "None is past its deadline."),
    (BRIGHT, CODE, "zh", "没有重大隐患。"),
    (BRIGHT, CODE, "en", "None is a major hazard."),
    (BRIGHT, CODE, "zh", "重大隐患有1处，均已整改。"),
    (BRIGHT, CODE, "en", "One hazard is major. No major hazard is still open."),
    (BRIGHT, CODE, "zh", "2023年，溪口镇没有查出隐患的记录。"),
    (BRIGHT, ALL, "en", "In 2023, no hazard is on record."),
    (BRIGHT, CODE, "zh", "均为立行立改。"),
    (BRIGHT, CODE, "zh", "没有立行立改的。"),
    (BRIGHT, CODE, "en", "Every one was rectified on the spot."),
    (BRIGHT, CODE, "en", "None was rectified on the spot."),
    (BRIGHT, CODE, "zh", "半数以上的隐患当日整改。"),
    (BRIGHT, CODE, "en", "Half or more were rectified on the day."),
    (BRIGHT, CODE, "zh", "整改尚未过半，整改用时的中位数还不能得出。"),
    (BRIGHT, CODE, "en", "None had been found in the same category at the same premises within the year before."),
    (BRIGHT, CODE, "zh", "没有人员死亡。"),
    (BRIGHT, CODE, "en", "Nobody died."),
    (BRIGHT, CODE, "en", "No direct loss is on record."),
    (BRIGHT, CODE, "zh", "2023年，溪口镇突发事件台账没有记录。"),
    (BRIGHT, ALL, "en", "In 2023, the ledger of incidents has no entry."),
    (BRIGHT, CODE, "zh", "没有事故灾难类事件。"),
    (BRIGHT, CODE, "en", "It was not an accident."),
    (BRIGHT, CODE, "zh", "2023年，溪口镇没有应急演练记录。"),
    (BRIGHT, CODE, "zh", "全部作了评估。"),
    (BRIGHT, CODE, "en", "No drill was evaluated."),
    (BRIGHT, CODE, "zh", "均为实战演练。"),
    (BRIGHT, CODE, "en", "No drill was a field exercise."),
    (BRIGHT, CODE, "zh", "演练中发现问题3个，所发现的均已改进。"),
    (BRIGHT, CODE, "en", "3 problems came to light; none of these has been fixed yet."),
    (BRIGHT, CODE, "en", "No problem is on record."),
    (BRIGHT, CODE, "zh", "受理群众诉求2件，所受理的已全部办结。"),
    (BRIGHT, CODE, "en", "There were 2 complaints; none that was received in the period has been resolved."),
    (BRIGHT, CODE, "zh", "到期的均未按期办结。"),
    (BRIGHT, CODE, "zh", "排查矛盾纠纷2件，所排查的均未化解。"),
    (BRIGHT, CODE, "en", "There were 2 disputes; all that were found in the period have been settled."),
    (BRIGHT, CODE, "zh", "没有作出行政处罚。"),
    (BRIGHT, CODE, "en", "None ended in a penalty."),
    (BRIGHT, CODE, "zh", "2023年，溪口镇查出隐患4处（上年同期为零）。"),
    (BRIGHT, CODE, "en", "In 2023, 4 hazards were found, the same as a year before."),
    (BRIGHT, CODE, "zh", NOTHING_ZH),
    (BRIGHT, ALL, "en", NOTHING_EN),
    (BRIGHT, CODE, "zh", "没有由规则提出的专门措施，日常工作按计划进行。"),
    (BRIGHT, CODE, "zh", "本期没有一条规则可以对照，有无问题无从判断。"),
    (BRIGHT, CODE, "zh", "溪口镇本期没有记录，无从判断有无问题。"),
    (BRIGHT, CODE, "zh", "2023年，溪口镇各台账都没有记录，本报告没有可以陈述的数字。"),
    (BRIGHT, ALL, "en",
     "All 3 districts held a drill in the last two years, those of plans for disasters or epidemics not counted."),
    (BRIGHT, ALL, "zh", "3个地区近两年都组织过演练，自然灾害、公共卫生等预案的演练不计。"),
    (BRIGHT, ALL, "zh", "3个地区近两年都没有生产安全事故应急预案的演练记录。"),
    (BRIGHT, OTHER, "zh", "溪南镇近两年组织过演练，自然灾害、公共卫生等预案的演练不计。"),
    (BRIGHT, CODE, "en", "溪口镇 has no drill of a work safety plan on record in the last two years."),
    (BRIGHT, ALL, "zh", "3个地区的现存逾期未整改相同，均为0处。"),
    (BRIGHT, CODE, "zh", "现存逾期未整改无从得知：台账没有写明“整改期限”。"),
    (BRIGHT, CODE, "en", "All 3 targets are met."),
    (BRIGHT, CODE, "zh", "溪口镇的隐患排查治理台账从2023年3月6日到2023年5月1日没有记录。"),
    (BRIGHT, CODE, "zh",
     "溪口镇的隐患排查治理台账从2023年5月2日到2023年6月30日和从2023年10月5日到2023年11月5日没有记录。"),
    (BRIGHT, CODE, "en", "The ledger of hazards has no row of 溪口镇 from 6 March 2023 to 1 May 2023."),
    (BRIGHT, OTHER, "zh", "溪南镇的隐患排查治理台账记录始于2023年6月3日。"),
    (BRIGHT, CODE, "en", "The rows of 溪口镇 in the ledger of hazards end on 1 April 2023."),
    # What a rule rests on: a law that has been in force since before the period.
    (BRIGHT, CODE, "zh", "重大隐患1处未整改。依据：通行做法。"),
    (BRIGHT, CODE, "en", "One major hazard is still open. Basis: good practice."),
    (BRIGHT, CODE, "zh",
     "重大隐患1处未整改。"
     "依据：《安全生产法（2021年修正）》（主席令第八十八号）第四十一条，2021年9月1日起施行。"),
    # Not to be known from what was written.
    (DARK, CODE, "zh", "查出隐患9处。均未整改。"),
    (DARK, CODE, "en", "In 2023, 9 hazards were found. None of them has been rectified."),
    (DARK, CODE, "zh", "没有逾期未整改的。"),
    (DARK, ALL, "en", "None is past its deadline."),
    (DARK, CODE, "zh", "没有重大隐患。"),
    (DARK, CODE, "en", "No hazard is still open."),
    (DARK, CODE, "zh", "没有发现一年内在同一场所重复出现的同类隐患。"),
    (DARK, CODE, "zh", "没有人员死亡。"),
    (DARK, CODE, "en", "Nobody was seriously injured."),
    (DARK, CODE, "en", "It was not an accident."),
    (DARK, CODE, "zh", "均未评估。"),
    (DARK, CODE, "en", "All of these have been fixed."),
    (DARK, CODE, "zh", "没有作出行政处罚。"),
    (DARK, CODE, "en", "All that were received in the period have been resolved."),
    (DARK, CODE, "zh", "所受理的均未办结。"),
    (DARK, CODE, "en", "None that was found in the period has been settled."),
    (DARK, CODE, "zh", NOTHING_ZH),
    (DARK, ALL, "zh", "本期能对照规则的只有现存逾期未整改，就此没有发现突出问题。"),
    (DARK, CODE, "zh", STEADY_ZH),
    # A part does not say, which must be told, and rightly.
    (PARTLY, CODE, "zh", "没有逾期未整改的。"),
    (PARTLY, CODE, "en", "None is past its deadline (not counting 2 rows that do not say)."),
    (BRIGHT, CODE, "zh", "截至2023年12月31日，溪口镇尚未整改的隐患有2处，其中1处是往期遗留的。"),
    (BRIGHT, CODE, "en", "As of 31 December 2023, 2 hazards are still open. The median time overdue is 243 days."),
    (BRIGHT, CODE, "zh", "隐患台账从2023年1月1日开始，在此之前查出而未整改的不在其中。"),
]  # fmt: skip
TRUE = [
    (
        BRIGHT,
        CODE,
        "zh",
        "2023年，溪口镇查出隐患4处（上年同期1处）。其中2处已整改，整改率为50.0%。",
    ),
    (BRIGHT, OTHER, "zh", "2023年，溪南镇查出隐患2处。均已整改。没有重大隐患。没有未整改的隐患。"),
    (
        BRIGHT,
        CODE,
        "en",
        "One hazard is major. 2 hazards are still open; one is past its deadline; the median time overdue is 244 days. "
        "One major hazard is still open. Two people died.",
    ),
    (BRIGHT, OTHER, "en", "No drill is on record. The ledger of incidents has no entry."),
    (
        BRIGHT,
        CODE,
        "zh",
        "溪口镇的隐患排查治理台账从2023年4月2日到2023年10月31日和从2023年11月2日到2023年12月31日没有记录。",
    ),
    (BRIGHT, CODE, "en", "The ledger of hazards has no row of 溪口镇 from 2 April 2023 to 31 October 2023."),
    (BRIGHT, OTHER, "zh", "溪南镇的隐患排查治理台账记录始于2023年6月1日。"),
    (BRIGHT, CODE, "en", "The rows of 溪口镇 in the ledger of hazards end on 1 November 2023."),
    (BRIGHT, ALL, "zh", "3个地区中有2个近两年没有生产安全事故应急预案的演练记录：溪南镇和白鹭镇。"),
    (BRIGHT, CODE, "zh", "溪口镇近两年组织过演练，自然灾害、公共卫生等预案的演练不计。"),
    (BRIGHT, OTHER, "en", "溪南镇 has no drill of a work safety plan on record in the last two years."),
    (
        DARK,
        CODE,
        "en",
        "All hazards overdue cannot be told: the ledger does not state “Rectified on” or “Status”.",
    ),
    (DARK, CODE, "zh", "死亡人数无从得知：台账没有写明“死亡人数”。9处整改情况不明。"),
    (PARTLY, CODE, "zh", "没有逾期未整改的（不计没有写明的1条）。"),
    (PARTLY, CODE, "en", "None is past its deadline (not counting one row that does not say)."),
    (PARTLY, CODE, "zh", "隐患台账从2023年12月1日开始，在此之前查出而未整改的不在其中。"),
]


# Alternative texts of figures; the last of a line says whether it is false.
TREND = "hazards-trend"
ALTS = [
    (BRIGHT, CODE, "zh", TREND,
     "溪口镇2023年各月查出隐患的柱状图：共4处，最多的是2023年3月，2处；其中尚有2处未整改。", False),
    (BRIGHT, CODE, "zh", TREND,
     "溪口镇2023年各月查出隐患的柱状图：共4处，最多的是2023年3月，2处；其中尚有0处未整改。", True),
    (BRIGHT, CODE, "zh", TREND,
     "溪口镇2023年各月查出隐患的柱状图：共4处，最多的是2023年4月，2处；其中尚有2处未整改。", True),
    (BRIGHT, CODE, "en", TREND,
     "Bars of hazards found each month in 溪口镇, 2023: 5 in all, most in March 2023 (2); 2 of "
     "these still open.", True),
    (DARK, CODE, "zh", TREND,
     "溪口镇2023年各月查出隐患的柱状图：共9处，最多的是2023年1月，1处；是否已整改不明。", False),
    (DARK, CODE, "zh", TREND,
     "溪口镇2023年各月查出隐患的柱状图：共9处，最多的是2023年1月，1处；其中尚有0处未整改。", True),
    (DARK, CODE, "en", TREND,
     "Bars of hazards found each month in 溪口镇, 2023: 9 in all, most in January 2023 (1); 9 of "
     "these still open.", True),
    (BRIGHT, CODE, "zh", "hazards-closure",
     "溪口镇4处隐患的整改时间曲线：当日整改25.0%，30天内整改50.0%，截至统计日其中尚有2处未整改。", False),
    (BRIGHT, CODE, "zh", "hazards-closure",
     "溪口镇4处隐患的整改时间曲线：当日整改25.0%，30天内整改100.0%，截至统计日其中尚有0处未整改。", True),
    (BRIGHT, CODE, "en", "hazards-by-category",
     "Ranked bars of 4 hazards in 溪口镇: most in 消防 with 4 (100%); 2 of these still open.", False),
    (BRIGHT, CODE, "en", "hazards-by-category",
     "Ranked bars of 4 hazards in 溪口镇: most in 用电 with 4 (100%); 2 of these still open.", True),
    (BRIGHT, CODE, "en", "drills-calendar",
     "Calendar of drills in 溪口镇, 2023: 2 in all, most in May 2023 (1); 10 months had none.", False),
    (BRIGHT, CODE, "en", "drills-calendar",
     "Calendar of drills in 溪口镇, 2023: 2 in all, most in May 2023 (1); 11 months had none.", True),
    (BRIGHT, CODE, "zh", "incidents-trend", "溪口镇历年各月突发事件数：2023年1起。", False),
    (BRIGHT, CODE, "zh", "incidents-trend", "溪口镇历年各月突发事件数：2022年1起、2023年1起。", True),
    (BRIGHT, CODE, "en", "inspections-trend",
     "Bars of inspections each month in 溪口镇, 2023: 2 in all, most in May 2023 (2).", True),
    (BRIGHT, ALL, "zh", "map-hazards-rectification-rate",
     "隐患整改率分级地图，已知2个地区：最高的是溪南镇（100.0%），最低的是溪口镇（50.0%）；"
     "1个地区画斜线：不详。", False),
    (BRIGHT, ALL, "zh", "map-hazards-rectification-rate",
     "隐患整改率分级地图，已知3个地区：最高的是溪南镇（100.0%），最低的是白鹭镇（0.0%）。", True),
    (BRIGHT, ALL, "en", "ranking-hazards-rectification-rate",
     "2 districts ranked by Rectification rate with intervals: from 溪口镇 (50.0%) to 溪口镇 (50.0%); districts that "
     "differ from the others beyond chance: 0.", True),
    (BRIGHT, CODE, "zh", TREND,
     "溪口镇2023年没有一处隐患。", True),
    (BRIGHT, CODE, "zh", "premises-history", "甲在各台账的记录，按时间排列：隐患排查治理，共2条。", False),
    (BRIGHT, CODE, "zh", "premises-history", "甲在各台账的记录，按时间排列：隐患排查治理，共3条。", True),
    (BRIGHT, CODE, "zh", "premises-history", "甲在各台账的记录，按时间排列：执法检查，共2条。", True),
    (BRIGHT, CODE, "zh", "premises-history",
     "乙在各台账的记录，按时间排列：隐患排查治理，共1条，1处隐患未整改。", False),
    (BRIGHT, CODE, "zh", "premises-history", "乙在各台账的记录，按时间排列：隐患排查治理，共1条。", True),
    (BRIGHT, CODE, "en", "premises-history",
     "Records of 乙 on a line of time: Hazards, 1 in all, 1 hazard still open.", False),
    (BRIGHT, CODE, "en", "premises-history",
     "Records of 甲 on a line of time: Hazards, 2 in all, 1 hazard still open.", True),
]  # fmt: skip
# A row of a table by its heads, its cells, and the fact that the second is, if any.
FACTS = ("facts-hazards", ("指标", "本期", "上年同期", "比上年同期变化"))
OVERDUE = ("hazards-overdue", ("场所", "隐患", "等级", "查出", "期限", "超期"))
GRAVE = ("incidents-list", ("日期", "类别", "类型", "经过", "死亡", "重伤", "损失"))
HELD = ("drills-list", ("日期", "演练", "形式", "针对", "人数", "评估"))
CELLS = [
    (BRIGHT, FACTS, ("查出", "4处", "1处", "+3（+300.0%）"), "hazards.found", False),
    (BRIGHT, FACTS, ("查出", "5处", "1处", "+3"), "hazards.found", True),
    (BRIGHT, FACTS, ("查出", "4处", "0处", "+3"), "hazards.found", True),
    (BRIGHT, FACTS, ("查出", "4处", "1处", "+4"), "hazards.found", True),
    (BRIGHT, FACTS, ("查出", "4处", "1处", "持平"), "hazards.found", True),
    (BRIGHT, FACTS, ("整改率", "50.0%", "100.0%", "−50.0个百分点"), "hazards.rectification_rate", False),
    (BRIGHT, FACTS, ("重大", "0处", "—", "—"), "hazards.major", True),
    (BRIGHT, FACTS, ("逾期", "不详", "—", "—"), "hazards.overdue", True),
    (BRIGHT, FACTS, ("逾期", "—", "—", "—"), "hazards.overdue", True),
    (BRIGHT, FACTS, ("逾期", "无", "—", "—"), "hazards.overdue", True),
    (BRIGHT, FACTS, ("损失", "10.0万元", "—", "—"), "incidents.loss_wan", False),
    (BRIGHT, FACTS, ("重伤", "0人", "—", "—"), "incidents.serious_injuries", False),
    (DARK, FACTS, ("逾期", "不详", "—", "—"), "hazards.overdue", False),
    (DARK, FACTS, ("逾期", "0处", "—", "—"), "hazards.overdue", True),
    (DARK, FACTS, ("整改", "0处", "—", "—"), "hazards.rectified", True),
    (DARK, FACTS, ("死亡", "0人", "—", "—"), "incidents.deaths", True),
    (DARK, FACTS, ("死亡", "无", "—", "—"), "incidents.deaths", True),
    (DARK, FACTS, ("处罚", "0次", "—", "—"), "inspections.penalties", True),
    (PARTLY, FACTS, ("逾期", "0处", "—", "—"), "hazards.overdue", False),
    (BRIGHT, OVERDUE, ("乙", "隐患2", "重大", "2023-04-01", "2023-05-01", "244"), "", False),
    (BRIGHT, OVERDUE, ("乙", "隐患2", "一般", "2023-04-01", "2023-05-01", "244"), "", True),
    (BRIGHT, OVERDUE, ("乙", "隐患2", "重大", "2023-04-01", "2023-05-01", "24"), "", True),
    (BRIGHT, OVERDUE, ("甲", "隐患1", "一般", "2023-03-05", "2023-03-20", "286"), "", True),
    (BRIGHT, GRAVE, ("2023-05-01", "事故灾难", "火灾", "着火", "2", "0", "10.0"), "", False),
    (BRIGHT, GRAVE, ("2023-05-01", "事故灾难", "火灾", "着火", "0", "0", "10.0"), "", True),
    (DARK, GRAVE, ("2023-05-01", "未填写", "火灾", "着火", "—", "—", "—"), "", False),
    (DARK, GRAVE, ("2023-05-01", "未填写", "火灾", "着火", "0", "—", "—"), "", True),
    (DARK, GRAVE, ("2023-05-01", "事故灾难", "火灾", "着火", "—", "—", "—"), "", True),
    (DARK, HELD, ("2023-05-01", "消防", "未填写", "未填写", "—", "未填写"), "", False),
    (DARK, HELD, ("2023-05-01", "消防", "未填写", "未填写", "—", "否"), "", True),
    (DARK, HELD, ("2023-05-01", "消防", "未填写", "未填写", "0", "未填写"), "", True),
]  # fmt: skip


def make_checker(told: Told, place: str, lang: str) -> Checker:
    before = PERIOD.year_before()
    then = Truth(told, before.start, before.end, compute_as_of(before, PERIOD, END))
    return Checker(Truth(told), then, place, lang)


@pytest.mark.parametrize(
    ("told", "place", "lang", "text"), PLANTED, ids=[f"{n}" for n in range(len(PLANTED))]
)
def test_a_planted_sentence_is_found_false(told: Told, place: str, lang: str, text: str) -> None:
    found = make_checker(told, place, lang).check(text)
    assert found and all(fault.key for fault in found), "it is a sentence of a report, and understood"


@pytest.mark.parametrize(("told", "place", "lang", "id", "text", "false"), ALTS)
def test_an_alternative_text_is_held_against_the_truth(
    told: Told, place: str, lang: str, id: str, text: str, false: bool
) -> None:
    assert bool(check_alt(make_checker(told, place, lang), id, text)) is false


def test_of_every_alternative_text_it_is_known_what_it_claims() -> None:
    assert list_alts() == set()


@pytest.mark.parametrize(("told", "of", "texts", "fact", "false"), CELLS)
def test_a_row_of_a_table_is_held_against_the_truth(
    told: Told, of: tuple[str, tuple[str, ...]], texts: tuple[str, ...], fact: str, false: bool
) -> None:
    id, heads = of
    cells = [display.Cell(text, fact=fact if 1 <= at <= 2 else "") for at, text in enumerate(texts)]
    table = display.Table(id, "", tuple(map(display.Column, heads)), (tuple(cells),))
    assert bool(check_shown(make_checker(told, CODE, "zh"), table)) is false


@pytest.mark.parametrize(
    ("value", "unit", "change", "false"),
    [
        ("50.0", "%", "比上年同期 −50.0个百分点", False), ("50.0", "%", "与上年同期持平", True),
        ("100.0", "%", "", True), ("不详", "", "", True),
    ],
)  # fmt: skip
def test_a_key_figure_is_held_against_the_truth(value: str, unit: str, change: str, false: bool) -> None:
    card = display.KeyFigure("hazards.rectification_rate", "整改率", value, unit, change)
    assert bool(check_shown(make_checker(BRIGHT, CODE, "zh"), display.KeyFigures((card,)))) is false


def test_a_list_that_leaves_rows_out_is_false() -> None:
    """Two drills were held; one is listed."""
    told = Told(0, [make_table("drills", "held_on name", {"held_on": "2023-05-01", "name": "消防"},
                               {"held_on": "2023-06-01", "name": "疏散"})], towns=tuple(TOWNS))  # fmt: skip
    row = tuple(map(display.Cell, ("2023-05-01", "消防", "未填写", "未填写", "—", "未填写")))
    table = display.Table("drills-list", "", tuple(map(display.Column, HELD[1])), (row,))
    (fault,) = check_shown(make_checker(told, CODE, "zh"), table)
    assert fault.why == "1 listed of 2"


@pytest.mark.parametrize(("told", "place", "lang", "text"), TRUE, ids=[f"{n}" for n in range(len(TRUE))])
def test_a_true_sentence_is_left_alone(told: Told, place: str, lang: str, text: str) -> None:
    assert make_checker(told, place, lang).check(text) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "本镇无一人受伤。"),
        ("zh", "隐患全部清零。"),
        ("en", "Nobody was warned."),
        ("en", "Every school is safe."),
    ],
)
def test_a_claim_that_no_template_explains_is_not_passed_over(lang: str, text: str) -> None:
    (fault,) = make_checker(BRIGHT, CODE, lang).check(text)
    assert not fault.key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_of_every_template_of_sentences_it_is_known_what_it_claims(lang: str) -> None:
    catalogue = read_catalogue([Path(words.__file__).with_name("sentences.yml")])
    claiming = {key for key, said in catalogue.items() if CLAIMING[lang].search(said[lang])}
    assert {key for key in claiming if not key.startswith(ROOTS)} == set()
    checker = make_checker(BRIGHT, CODE, lang)
    unread = [template.key for template in list_templates(lang) if not checker.knows(template)]
    assert unread == []


def list_faults(seeds: Iterable[int], folder: Path, *, reports: int) -> dict[int, list[str]]:
    """What is wrong with facts and reports of some seeds: of a town in one language, of the whole area in the other."""
    wrong = {}
    for seed in seeds:
        own = folder / str(seed)
        own.mkdir()
        told = make_told(seed)
        read = read_told(told, own)
        faults = list_differences(read)
        langs = ("zh", "en") if seed % 2 else ("en", "zh")
        texts = list(zip((told.towns[seed % len(told.towns)], ALL), langs, strict=True))
        for place, lang in (texts if seed % 4 < 2 else texts[::-1])[:reports]:
            faults += list_false_claims(read, [place], [lang])
        if faults:
            wrong[seed] = faults
    return wrong


def test_reports_of_told_ledgers_claim_nothing_false(tmp_path: Path) -> None:
    assert list_faults(range(QUICK), tmp_path, reports=1) == {}


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_a_thousand_told_ledgers(part: int, tmp_path: Path) -> None:
    assert list_faults(range(part, LONG, 20), tmp_path, reports=2) == {}
