"""Ledgers written by hand that give the figures of docs/seeds.md, by the row's number.

A ledger is a list of rows: how many, and what their cells say. Days are of 2021 where nothing else is said.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[tuple[int, Mapping[str, Any]]]
DAY, DONE, LATER = "2021-05-01", "2021-05-20", "2021-06-30"
FOUND = {"found_on": DAY, "status": "open"}
FIXED = {"found_on": DAY, "rectified_on": DONE}
VISIT = {"inspected_on": DAY}


def name(count: int, **cells: Any) -> list[tuple[int, dict[str, Any]]]:
    """Rows that differ in their premises."""
    return [(1, {**cells, "premises": f"第{n}号"}) for n in range(count)]


def tell(**cells: Any) -> Rows:
    return [(1, cells)]


def month(number: int, day: str) -> dict[str, Any]:
    """A month's weather: eleven alike, but for rain days, which are whole."""
    return {
        "month": f"2021-{number:02d}-01", "mean_temp_c": 18.7, "normal_temp_c": 18.0,
        "rain_days": 13 if number > 7 else 12, "normal_rain_days": 135.5 / 11, "sun_h": 1234.5 / 11,
        "normal_sun_h": 1616.8 / 11,
    }  # fmt: skip


# Kinds that the package has.
BUILT_IN: dict[str, dict[str, Rows]] = {
    "P1": {
        "hazards": [
            (18, {"found_on": DAY, "mode": "on_the_spot", "closed_on": DAY}),
            (5, {"found_on": DAY, "mode": "by_deadline", "deadline": LATER, "closed_on": DONE}),
        ],
        "inspections": [(27 + 88 + 4, VISIT)],
    },
    "P2": {
        "inspections": [(165, {**VISIT, "inspectors": 2}), (1135, {**VISIT, "inspectors": 1})],
        "hazards": [(60, FIXED)],
    },
    "P3": {
        "inspections": [(count, {**cells, "inspectors": 3 if at < 60 else 2})
                        for at, (count, cells) in enumerate(name(120, **VISIT))],
        "hazards": [(92, FIXED)],
    },
    "P4": {
        "inspections": [(79, {**VISIT, "inspectors": 5}), (70, {**VISIT, "inspectors": 4})],
        "hazards": [(30, {**FOUND, "category": "无证照"})],
    },
    "P5": {"hazards": [(12, FIXED)]},
    "P6": {"inspections": [(7, {**VISIT, "mode": "joint"})]},
    "P7": {
        "complaints": [
            (40, {"received_on": DAY, "answered_on": "2021-05-08", "answer_due_on": "2021-05-08", "resolved_on": DONE,
                  "status": "resolved", "satisfied": True}),
        ],
    },
    "P8": {"weather": [(1, month(number, DAY)) for number in range(1, 12)]},
    "P10": {"inspections": [(3, cells) for _, cells in name(300, **VISIT)]
            + [(2, {**VISIT, "premises": f"另{n}号"}) for n in range(50)]},
    "P11": {
        "premises": [(1, {"name": f"第{n}号", "status": "open"}) for n in range(100)],
        "inspections": name(99, **VISIT),
    },
    "P12": {"reports_up": [(5, {"reported_at": DAY, "kind": "呈阅件"}),
                           (29, {"reported_at": DAY, "kind": "信息内参"})]},
    "P22": {
        "reports_up": [(12, {"reported_at": DAY, "kind": "气象内参"}), (43, {"reported_at": DAY, "kind": "专报"})],
        "publicity": [(1, {"held_on": DAY, "form": "短信", "materials": 120})],
    },
    "P24": {"hazards": [(99, {**FIXED, "verified_on": LATER, "verified_result": "passed"}), (1, FIXED)]},
    "P13": {"teams": tell(name="气象应急联动人员", members=4000)},
    "P14": {"signings": [(1, {"year": 2021, "due": 9, "signed": 9}), (1, {"year": 2021, "due": 60, "signed": 60})]},
    "P15": {"publicity": [(1, {"held_on": day}) for day in ("2021-05-09", "2021-06-30", "2021-09-28")]},
    "P16": {"actions": [(1, {"name": one, "stage": "集中整治", "starts_on": DAY, "ends_on": LATER})
                        for one in ("双见底", "无证照", "双节")]},
    "P19": {"schools": [(3, {"school": "中心小学", "item": "门卫", "met": True, "veto": False})]},
    "R1": {"hazards": [(number, {**FOUND, "premises_type": of})
                       for of, number in (("厂区", 4), ("商业用户", 7), ("庭院用户", 23), ("施工工地", 2))]},
    "R4": {"experts": tell(field="安全生产", members=7)},
    "R5": {"premises": [(1, {"name": f"第{n}号", "grade": "三级", "status": "open"}) for n in range(3)]},
    "R6": {
        "hazards": [(5, FIXED)],
        "signings": tell(year=2021, due=5, signed=5),
        "publicity": tell(held_on=DAY, materials=700),
    },
    "R7": {"drills": [(40, {"held_on": DAY, "kind": "field", "participants": 1250})]},
    "R8": {"inspections": name(56, **VISIT)},
    "R9": {"publicity": [(1, {"held_on": "2021-05-12", "reached": 1800, "materials": 3600})]},
    "R10": {
        "models": [(1, {"name": f"示范村{n}", "awarded_on": DAY}) for n in range(2)],
        "projects": tell(name="示范村设备", spent_wan=2),
    },
    "R11": {"publicity": [(29, {"held_on": DAY, "materials": 0}), (1, {"held_on": DAY, "materials": 170})]},
    "R12": {"inspections": name(30, **VISIT), "hazards": [(6 + 6 + 14, FOUND)]},
    "R13": {"complaints": [(340, {"received_on": DAY})]},
    "R14": {"inspections": [(22, {**VISIT, "penalty_yuan": 25000.0}), (1, {**VISIT, "penalty_yuan": 47000.0})]},
    "R21": {"population": tell(year=2021, residents=44882, households=11495, area_km2=91.57)},
    "R22": {"tasks": [(260, {"task": "整改", "due_on": LATER, "done_on": DONE})]},
    "R23": {"tasks": [(68, {"task": "实事", "due_on": LATER})]},
    "R24": {
        "responses": tell(plan="重污染天气应急预案", level="1", started_at=DAY),
        "teams": [(6, {"name": "巡逻队"})],
    },
    "R25": {"projects": tell(name="污水处理厂", started_on="2020-01-01", done_on=DAY, planned_wan=800, spent_wan=800)},
    "R28": {"schools": [(3, {"school": "幼儿园", "item": "用电", "met": True, "veto": False})]},
    "R29": {"supplies": [(1, {"item": "口罩", "quantity": 900, "standard": 1000})]},
    "R30": {"publicity": tell(held_on=DAY)},
    "W1": {"premises": [(2, {"name": "甲", "key": True, "status": "open"}),
                        (3, {"name": "乙", "key": False, "status": "open"})]},
    "W2": {"incidents": [(4, {"occurred_on": "2021-05-01 08:00", "reported_on": "2021-05-01 09:00",
                              "class": "accident"})]},
    "W3": {"investigations": [(1, {"occurred_on": DAY, "opened_on": DAY, "closed_on": LATER, "measures": 5,
                                   "measures_done": 4})]},
    "W4": {"inspections": [(2, {**VISIT, "penalty_yuan": 500.0})]},
    "W5": {"premises": [(2, {"name": "甲", "grade": "二级", "insured": True, "status": "open"})]},
    "W6": {"duty_checks": [(3, {"checked_at": DAY, "on_duty": True, "minutes_to_answer": 1})]},
    "W7": {
        "warnings": tell(issued_at="2021-05-01 08:00", lifted_at="2021-05-01 20:00", kind="暴雨", colour="red"),
        "responses": tell(plan="防汛应急预案", level="4", started_at="2021-05-01 08:00", ended_at="2021-05-02 08:00"),
        "losses": tell(occurred_on="2021-05-02", event="暴雨"),
    },
    "W8": {"teams": tell(name="灾害信息员", members=30)},
    "W10": {"projects": tell(name="平台一期", started_on=DAY, done_on=DONE)},
    "W11": {
        "plans": tell(name="防震预案", issued_on="2020-01-01", review_due="2023-01-01"),
        "drills": tell(held_on=DAY, plan="防震预案"),
        "shelters": tell(name="中学"),
    },
    "W13": {"publicity": tell(held_on=DAY, form="知识竞赛", reached=100)},
    "W14": {"models": tell(name="中心社区", level="national")},
    "W15": {"inspections": tell(**VISIT, mode="random")},
    "W12": {"tasks": [(2, {"task": "演练", "due_on": LATER, "done_on": DONE}),
                      (1, {"task": "修订预案", "due_on": DONE, "done_on": LATER})]},
    "S1": {"drills": [(1100, {"held_on": DAY})]},
    "S2": {"drills": tell(held_on="2021-07-01", participants=1000)},
    "S3": {"teams": [(1, {"name": "特警队", "members": 50}), (2, {"name": "志愿者", "members": 80}),
                     (301, {"name": "巡堤查险队", "members": 129}), (1, {"name": "巡堤查险队", "members": 171}),
                     (646, {"name": "抢险队", "members": 68}), (1, {"name": "抢险队", "members": 72})]},
    "S4": {"supplies": [
        (1, {"item": item, "quantity": amount, "unit": unit, "standard": amount})
        for item, amount, unit in (
            ("编织袋", 6.36e6, "条"), ("彩条布", 3.8e5, "平方米"), ("救生圈", 2675, "个"), ("救生衣", 14600, "件"),
            ("冲锋舟", 31, "艘"), ("橡皮舟", 83, "只"), ("铅丝", 264.9, "吨"), ("发电机", 55, "个"),
        )
    ]},
    "S5": {"projects": [(9, {"name": "续建", "started_on": "2020-06-01", "spent_wan": 1000}),
                        (14, {"name": "新开工", "started_on": DAY, "spent_wan": 10000 / 14})]},
    "S6": {"projects": [(1, {"name": "信息中心", "done_on": DAY, "spent_wan": 500}),
                        (1, {"name": "集群通讯", "done_on": "2021-12-31", "spent_wan": 564})]},
    "S7": {"disputes": [(2067, {"found_on": DAY, "settled_on": DONE}), (274, {"found_on": DAY})]},
    "S8": {"inspections": [(9085, VISIT)], "hazards": [(8140, FIXED), (82, {"found_on": DAY})]},
    "S9": {"complaints": [(98, {"received_on": DAY, "resolved_on": DONE}), (2, {"received_on": DAY})]},
    "S10": {"models": [(1, {"name": f"示范点{n}", "level": "provincial" if n < 4 else "municipal", "awarded_on": DAY})
                       for n in range(15)]},
    "S11": {"publicity": [(1, {"held_on": DAY, "form": "发放", "materials": number, "reached": 0})
                          for number in (50000, 100000, 15000)]
            + [(1, {"held_on": "2021-12-02", "form": "培训", "materials": 0, "reached": 96})]},
    "S12": {"responses": [(1, {"plan": "抗旱应急预案", "level": "2", "started_at": "2021-02-04"}),
                          (1, {"plan": "雪灾应急预案", "level": "4", "started_at": "2021-11-11",
                               "ended_at": "2021-11-12"})]},
    "S13": {"reports_up": [(478, {"reported_at": DAY, "kind": "专报", "instruction": True}),
                           (7, {"reported_at": DAY, "kind": "专报", "instruction": False}),
                           (2177 - 485, {"reported_at": DAY, "kind": "信息", "instruction": False})]},
    "S14": {"warnings": [(110, {"issued_at": DAY, "kind": "暴雨", "colour": "yellow"})]},
    "S15": {
        "complaints": [(1427, {"received_on": DAY})],
        "tasks": [(52, {"task": "批示督办", "due_on": LATER, "done_on": DONE, "source": "督办单"})],
    },
    "S30": {"supplies": [(1, {"item": "编织袋", "depot": f"第{n}库", "quantity": 1}) for n in range(63)]},
    "S31": {"reports_up": [(18, {"reported_at": DAY, "kind": "热线动态", "instruction": True}),
                           (28, {"reported_at": DAY, "kind": "热线动态", "instruction": False})]},
    "S16": {"duty_checks": [(17 + 18 + 21, {"checked_at": "2021-10-01"})]},
    "S17": {"plans": [(1, {"name": "总体", "kind": "general"}), (23, {"name": "专项", "kind": "special"}),
                      (65, {"name": "部门", "kind": "department"})]},
    "S18": {"shelters": [(120, {"name": "避难场所"}), (10, {"name": "疏散基地"})]},
    "S19": {"models": [(1, {"name": f"社区{n}", "kind": "综合减灾示范社区", "level": "national", "awarded_on": DAY})
                       for n in range(13)]},
    "S20": {"publicity": [(25, {"held_on": DAY, "form": "讲座"})]},
    "S21": {"inspections": [(17 + 12, VISIT)]},
    "S22": {
        "relief": tell(given_on=DAY, event="冬春救助", households=3, people=9, amount_wan=1.5),
        "losses": tell(occurred_on=DAY, event="洪涝", houses_collapsed=1, houses_damaged=2),
    },
    "S23": {
        "experts": tell(field="应急", members=3),
        "premises": [(1, {"name": "油库", "type": "危险化学品", "key": True, "status": "open"})],
    },
    "S24": {
        "teams": tell(name="综合应急干部", members=30),
        "models": [(1, {"name": f"示范点{n}", "awarded_on": DAY}) for n in range(5)],
    },
    "S27": {
        "teams": tell(name="甲队", members=10),
        "shelters": tell(name="中学", capacity=500),
        "population": tell(year=2021, residents=1000),
        "supplies": tell(item="帐篷", quantity=5, standard=10),
    },
    "S28": {"incidents": tell(occurred_on=DAY, **{"class": "security"})},
    "S29": {"incidents": tell(occurred_on=DAY, deaths=0, **{"class": "accident"})},
    "A1": {"tasks": [(1, {"task": f"任务{n}", "due_on": f"2021-{due:02d}-28"})
                     for n, due in enumerate((5, 4, 6, 5, 3, 12, 4, 4, 12, 12, 12, 5, 12))]},
    "A4": {"hazards": [(4, FIXED), (1, FOUND)]},
    "A5": {"actions": [
        (1, {"name": "集中整治", "stage": "全面自查", "starts_on": "2021-11-26", "ends_on": "2021-12-20",
             "done_on": "2021-12-20"}),
        (1, {"name": "集中整治", "stage": "检查执法", "starts_on": "2021-12-21", "ends_on": "2022-02-20"}),
        (1, {"name": "集中整治", "stage": "督促指导", "starts_on": "2022-02-21", "ends_on": "2022-03-21"}),
    ]},
    "A6": {"tasks": [(1, {"task": "上报", "due_on": f"2021-{day}"})
                     for day in ("03-04", "03-11", "03-18", "03-25", "04-10")]},
    "A7": {"publicity": tell(held_on="2021-03-01", form="宣传单", materials=500)},
    "A8": {"signings": tell(year=2021, due=12, signed=12)},
    "A9": {"hazards": [(2, {**FOUND, "severity": "major", "listed": True}),
                       (8, {**FIXED, "severity": "general", "verified_on": DONE, "verified_result": "passed"})]},
    "A10": {"schools": [(3, {"school": "甲", "item": "消防", "met": True, "veto": True})]},
    "A11": {"tasks": [(1, {"task": "退养", "due_on": "2021-10-31", "done_on": "2021-10-30"})]},
    "A12": {"disputes": [(2, {"found_on": DAY, "settled_on": DONE})]},
    "P25": {"inspections": [(2, {**VISIT, "mode": "joint"})]},
    "P26": {"projects": [(3, {"name": "课题", "started_on": DAY})]},
    "P28": {"hazards": [(30, {**FIXED, "category": "无证照"})]},
    "R31": {"publicity": [(4, {"held_on": DAY, "sessions": 1, "materials": 0}),
                          (1, {"held_on": DAY, "sessions": 0, "materials": 50})]},
    "R34": {"population": tell(year=2021, residents=3442, households=1339, area_km2=1.5)},
    "R35": {"publicity": tell(held_on=DAY, sessions=108, reached=968)},
    "R37": {"actions": [(1, {"name": "备春耕", "stage": f"第{n}阶段", "starts_on": DAY, "ends_on": DONE})
                        for n in range(1, 5)]},
    "R38": {"projects": [(1, {"name": "监控中心", "started_on": DAY, "spent_wan": 500}),
                         (1, {"name": "自动站", "started_on": DAY, "spent_wan": 360})]},
    "R40": {"projects": [(1, {"name": "古零羊山", "started_on": DAY, "planned_wan": 100, "spent_wan": 92}),
                         (1, {"name": "古奔屯", "started_on": DAY, "planned_wan": 200, "spent_wan": 190})]},
    "R42": {"projects": tell(name="老年公寓", started_on=DAY, planned_wan=550)},
    "R43": {"teams": [(6, {"name": "巡查组", "kind": "大气"}), (6, {"name": "巡逻队", "kind": "禁烧"})]},
    "R44": {"premises": [(1, {"name": f"{kind}{n}", "type": kind, "status": "open"})
                         for kind, count in (("供热", 31), ("供水", 17), ("燃气", 40), ("污水", 12), ("填埋", 13),
                                             ("环卫", 13))
                         for n in range(count)]},
    "S33": {"teams": [(4, {"name": "应急分队", "members": 100}), (1, {"name": "卫生应急队", "members": 30}),
                      (24, {"name": "民兵应急小分队"})]},
    "S34": {"supplies": [(1, {"item": item, "quantity": amount, "unit": unit}) for item, amount, unit in (
        ("棉衣", 3906, "套"), ("棉被", 7132, "套"), ("帐篷", 1210, "顶"), ("备防石", 237000, "立方米"),
        ("土牛", 23000, "立方米"),
    )]},
    "S35": {"actions": [(1, {"name": f"第{n}次大检查", "stage": "检查", "starts_on": DAY, "ends_on": DONE})
                        for n in range(1, 6)]},
    "S38": {"losses": [(1, {"event": f"第{n}次强对流", "occurred_on": f"2021-06-{7 * n:02d}"}) for n in range(1, 5)]},
    "S39": {"tasks": [(1, {"task": f"任务{n}", "due_on": LATER}) for n in range(10)],
            "projects": [(1, {"name": f"项目{n}", "started_on": DAY}) for n in range(8)]},
    "A16": {"population": tell(year=2021, residents=110000, area_km2=3885.6)},
    "A17": {"publicity": [(2, {"held_on": DAY, "form": "横幅标语", "materials": 10})]},
    "A18": {"actions": [(1, {"name": "集中整治", "stage": name, "starts_on": "2020-12-01", "ends_on": "2021-03-30"})
                        for name in ("部署", "整治", "回头看", "总结")],
            "tasks": [(1, {"task": "报送", "due_on": day})
                      for day in ("2021-01-15", "2021-02-26", "2021-03-30", "2021-12-18")]},
    "P30": {"tasks": [(1, {"task": f"实事{n}", "due_on": LATER}) for n in range(5)]},
    "R45": {"incidents": tell(**{"occurred_on": DAY, "class": "accident", "type": "火灾", "deaths": 0, "missing": 0,
                                 "serious_injuries": 0, "injuries": 0, "loss_wan": 1})},
    "R46": {"models": [(2, {"name": "社区", "kind": "信息化示范", "awarded_on": DAY})]},
    "R50": {"projects": [(8, {"name": "建成", "started_on": DAY, "done_on": DONE}),
                         (3, {"name": "开建", "started_on": DAY})]},
    "R54": {"projects": [(15, {"name": "规划", "started_on": DAY, "planned_wan": 10})],
            "models": [(11, {"name": "示范村", "kind": "综合示范", "awarded_on": DAY})],
            "publicity": [(3, {"held_on": DAY, "form": "培训"})]},
    "R56": {"publicity": [(1, {"held_on": DAY, "reached": number}) for number in (42, 21)]},
    "R58": {"publicity": [(1, {"held_on": DAY, "form": form, "sessions": sessions, "materials": materials})
                          for form, sessions, materials in (("标语", 0, 26), ("墙报", 0, 10), ("课", 3, 0))]},
    "S41": {"inspections": name(12, **VISIT)},
    "S42": {"publicity": tell(held_on=DAY, form="知识竞赛", sessions=1, reached=18)},
    "S45": {"drills": [(3, {"held_on": DAY, "name": "演练"})]},
    "A20": {"tasks": [(1, {"task": "解读", "due_on": LATER, "done_on": DONE})]},
    "A23": {"tasks": [(1, {"task": f"第{n}个一", "due_on": LATER}) for n in range(9)]},
    "A24": {"actions": [(1, {"name": "水库退养", "stage": name, "starts_on": DAY, "ends_on": LATER})
                        for name in ("摸底", "整治", "验收")]},
    "A25": {"actions": [(1, {"name": "平安校园", "stage": name, "starts_on": DAY, "ends_on": LATER})
                        for name in ("宣传", "实施", "自查", "申报")],
            "inspections": [(4, VISIT)]},
    "A26": {"tasks": [(1, {"task": f"任务{n}", "owner": "科室", "due_on": "2021-12-31"}) for n in range(9)]
                     + [(1, {"task": "登记表", "due_on": "2021-04-25"})]},
}  # fmt: skip
BUILT_IN["A2"] = BUILT_IN["A1"]

# Kinds of a workbook's own: rows, and of each fact the column that counts (true or false) or adds up.
OWN: dict[str, dict[str, tuple[Rows, Mapping[str, str]]]] = {
    "P9": {"weather_days": ([(5, {"snow": 1}), (16, {"ice": 1}), (89, {"haze": 1}), (5, {"fog": 1})],
                            {"snow": "snow", "ice": "ice", "haze": "haze", "fog": "fog"})},
    "P17": {"seizures": ([(1, {"dishes": 10, "devices": 2})], {"dishes": "dishes", "devices": "devices"})},
    "P21": {"weather_extremes": ([(1, {"high": 38.6, "low": -5.2, "snow_cover": 1, "cold": 8})],
                                 {"highest": "high", "lowest": "low", "snow_cover": "snow_cover", "cold": "cold"})},
    "P23": {"seizures": ([(3, {"seller": 1, "sets": 20})], {"sellers": "seller", "sets": "sets"})},
    "P24": {"lightning_points": ([(24000, {"point": 1})], {"all": ""})},
    "S32": {"duty_papers": ([(218, {"report": 1}), (52, {"plan": 1}), (24, {"notice": 1})],
                            {"reports": "report", "plans": "plan", "notices": "notice"})},
    "P18": {"powers": ([(61, {"kept": 1}), (40, {"kept": 0})], {"kept": "kept", "all": ""})},
    "P20": {"credit_lists": ([(1, {"black": 1}), (4, {"black": 0})], {"black": "black"})},
    "R14": {"environment_cases": ([(22, {"fine": 2.5}), (1, {"fine": 4.7})], {"all": "", "fined_wan": "fine"})},
    "R15": {"firms": ([(17, {"shut": 1}), (15, {"treated": 1}), (98, {"permit": 1}),
                       (122, {"fee": 6.0}), (1, {"fee": 38.0})],
                      {"shut": "shut", "treated": "treated", "permits": "permit", "fees_wan": "fee"})},
    "R16": {"returned_workers": (
        [(43, {"back": 1, "poor": 1}), (371, {"back": 1, "poor": 0}), (508, {"back": 0, "poor": 1}),
         (1824, {"back": 0, "poor": 0})],
        {"all": "", "back": "back", "back_poor": "back*poor", "not_back": "1-back",
         "not_back_poor": "(1-back)*poor", "poor": "poor"},
    )},
    "R17": {"investments": ([(221, {"funds": 1.0}), (24, {"funds": 4.0}), (6, {"funds": 8.0}), (3, {"funds": 35 / 3})],
                            {"signed": "", "funds_yi": "funds"})},
    "R18": {"investments": ([(85, {"built": 1}), (128, {"begun": 1})], {"built": "built", "begun": "begun"})},
    "R19": {"job_fairs": ([(1, {"firms": 158, "posts": 5682, "hired": 1384})],
                          {"firms": "firms", "posts": "posts", "hired": "hired"})},
    "R20": {"businesses": ([(11 + 17, {"working": 1}), (8 + 262, {"working": 0})], {"working": "working", "all": ""})},
    "R26": {"villages": ([(1, {"toilets": 890}), (1, {"toilets": 700}), (1, {"toilets": 1070, "rubbish": 2200})],
                         {"toilets": "toilets", "rubbish_t": "rubbish"})},
    "R27": {"poverty": ([(1, {"lifted": 5491})], {"lifted": "lifted"})},
    "R28": {"nurseries": ([(1, {"children": 410, "staff": 60})], {"children": "children", "staff": "staff"})},
    "S25": {"cameras": ([(5000, {"joined": 1})], {"joined": "joined"})},
    "S26": {"health": ([(1, {"vaccinated": 19.26, "irrigated": 1020})],
                       {"vaccinated_wan": "vaccinated", "irrigated_wan_mu": "irrigated"})},
    "A3": {"recruits": ([(383, {"hired": 1})], {"hired": "hired"})},
    "A13": {"poverty": ([(16, {"people": 33 / 16})], {"households": "", "people": "people"})},
    "A14": {"credit_lists": ([(1, {"black": 1})], {"black": "black"})},
    "A15": {"reservoirs": ([(1, {"ended": 1})], {"ended": "ended", "all": ""})},
    "P25": {"seizures": ([(1, {"dishes": 560})], {"dishes": "dishes"})},
    "P26": {"weather_work": ([(5, {"service": 1, "paper": 1})], {"services": "service", "papers": "paper"})},
    "P27": {"permits": ([(1, {"took": 1.3})], {"days": "took"})},
    "R32": {"seizures": ([(10, {"box": 1})], {"fireworks": "box"})},
    "R33": {"elections": ([(8, {"full": 1}), (4, {"full": 0})], {"communities": "", "registered": "full"})},
    "R34": {"allowances": ([(265, {"people": 660 / 265})], {"households": "", "people": "people"})},
    "R35": {"clean_up": ([(1, {"g": 427, "r": 63.2, "p": 22, "w": 35.1, "h": 79, "b": 37})],
                         {"groups": "g", "rubbish_t": "r", "ponds": "p", "waste_t": "w", "households": "h",
                          "walls": "b"})},
    "R36": {"towns": ([(1, {"a": 560, "b": 110, "c": 3, "d": 60, "f": 301, "g": 78})],
                      {"bins": "a", "containers": "b", "torn_down": "c", "shops": "d", "toilets": "f", "houses": "g"})},
    "R37": {"farming": ([(1, {"dry": 126, "wells": 1300, "wet": 40})],
                        {"dry_wan_mu": "dry", "wells": "wells", "watered_wan_mu": "wet"})},
    "R38": {"monitors": ([(5, {"air": 1}), (3, {"water": 1}), (3, {"rain": 1})],
                         {"air": "air", "water": "water", "rain": "rain"}),
            "firms": ([(6, {"fee": 3.63, "checked": 1}), (1, {"cod": 2947})],
                      {"checked": "checked", "recovered_wan": "fee", "less_t": "cod"})},
    "R39": {"businesses": (
        [(246, {"station": 1, "works": 1}), (17, {"station": 1, "works": 0}),
         (8 + 6, {"station": 0, "works": 1}), (128 + 7, {"station": 0, "works": 0})],
        {"stations": "station", "stations_open": "station*works", "hauliers": "1-station",
         "hauliers_working": "(1-station)*works"},
    )},
    "R40": {"tourism": ([(1, {"visitors": 55, "income": 1.1})], {"visitors_wan": "visitors", "income_yi": "income"})},
    "R41": {"investments": (
        [(221, {"large": 0, "industry": 0}), (27, {"large": 1, "industry": 1}),
         (24 + 6 + 3 - 27, {"large": 1, "industry": 0}),
         (1, {"outside": 355.9, "signed": 0})],
        {"signed": "1-(signed == 0)", "large": "large", "industry": "industry", "outside_yi": "outside"},
    )},
    "R42": {"old_age": ([(1, {"people": 597, "beds": 80})], {"people": "people", "beds": "beds"})},
    "R43": {"factories": ([(10, {"stopped": 1})], {"stopped": "stopped"})},
    "S36": {"snow": ([(1, {"mm": 45.7, "cm": 23})], {"fallen_mm": "mm", "depth_cm": "cm"})},
    "S37": {"hospitals": ([(12, {"reserve": 0}), (12, {"reserve": 1})],
                          {"named": "1-reserve", "reserve": "reserve"})},
    "S38": {"duty_papers": ([(8, {"circular": 1})], {"circulars": "circular"})},
    "A19": {"crops": ([(1, {"tobacco": 480, "lotus": 2000})], {"tobacco_mu": "tobacco", "lotus_mu": "lotus"})},
    # One row each, whose columns are added up.
    **{key: {kind: ([(1, cells)], {name: name for name in cells}) for kind, cells in kinds.items()} for key, kinds in {
        "P29": {"crowds": {"inside": 75, "approved": 100}},
        "P30": {"audits": {"done": 2}},
        "R46": {"firms": {"chemical": 19, "polluting": 6, "to_close": 6}, "cameras": {"placed": 7}},
        "R47": {"city_ranks": {"place": 10}},
        "R48": {"returned_workers": {"from_elsewhere": 139}},
        "R49": {"smelting": {"ammonia_percent": 95, "water_t": 70, "patents": 4}},
        "R51": {"air": {"fall_percent": 10, "workshops": 20}},
        "R52": {"shops": {"markets": 99, "stores": 3619, "supermarkets": 110,
                "markets_percent": 56, "stores_percent": 76, "supermarkets_percent": 82}},
        "R53": {"investments": {"turned_percent": 29.1, "turned_points": 6.4, "groups": 104}},
        "R55": {"farming": {"short_households": 3000, "short_yi": 0.7, "trained": 10000}},
        "R56": {"community": {"staff": 16, "minors": 856, "disabled": 107}},
        "R57": {"markets": {"shops": 24, "counters": 63, "stands": 30, "roads_km": 77, "lamps": 30}},
        "R58": {"fire_campaign": {"reached_percent": 98}},
        "S40": {"insured": {"percent": 95, "own_yuan": 20, "state_yuan": 80}},
        "S41": {"links": {"stations_percent": 95, "places": 2400}},
        "S43": {"stations": {"townships": 1500}, "platform": {"offices": 10, "cities": 1, "tenders": 5}},
        "S44": {"snow": {"offices": 22, "roads": 4}},
        "A21": {"recruits": {"epidemic": 306}},
        "A22": {"poverty": {"premium_yuan": 45, "union_percent": 50}},
    }.items()},
}  # fmt: skip

# What must be reached: indicator, by how much.
TARGETS: dict[str, dict[str, float]] = {
    "R17": {"investments.signed": 400, "investments.funds_yi": 900},
    "S24": {"teams.members": 30, "models.count": 10},
    "A3": {"recruits.hired": 383},
    "A17": {"publicity.materials": 20},
}
# Periods and days other than the year 2021 and its last.
PERIODS = {"A2": ("2021H1", "2021-06-30"), "R17": ("2020", "2020-07-01")}
