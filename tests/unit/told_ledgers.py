"""Small made-up ledgers in which the same is told in different ways, each row with what its cells say."""

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl

TOWNS = {"350921101": "溪口镇", "350921102": "溪南镇", "350921103": "白鹭镇"}
YEAR = 2023
END = date(YEAR, 12, 31)
ASKED = date(YEAR, 9, 30)
# The ways of telling of hazards, with the columns that each has.
HABITS = {
    "dates": ("rectified_on",),
    "statuses": ("status",),
    "dated statuses": ("status",),
    "verification": ("verified_on", "verified_result"),
    "closing": ("closed_on",),
    "mode and status": ("mode", "status"),
    "mixed": ("rectified_on", "status", "verified_on", "verified_result", "closed_on", "mode"),
}
Span = tuple[date, date]  # the first and the last day that a date may be

HEADERS: dict[str, tuple[str, ...]] = {
    "district": ("所属乡镇", "乡镇"),
    "hazards.found_on": ("发现日期", "排查时间", "检查日期"),
    "hazards.description": ("隐患描述", "存在问题"),
    "hazards.premises": ("单位名称", "受检单位"),
    "hazards.category": ("隐患类别",),
    "hazards.severity": ("隐患等级", "隐患级别"),
    "hazards.mode": ("整改方式", "整改类型"),
    "hazards.deadline": ("整改期限", "整改时限"),
    "hazards.rectified_on": ("整改完成日期", "整改完成时间"),
    "hazards.verified_on": ("复查日期", "验收时间"),
    "hazards.verified_result": ("复查结果", "验收结果"),
    "hazards.closed_on": ("销号日期", "闭环时间"),
    "hazards.status": ("整改状态", "整改情况", "整改进展"),
    "complaints.received_on": ("受理日期", "投诉日期"),
    "complaints.topic": ("诉求类别",),
    "complaints.answered_on": ("答复日期",),
    "complaints.resolved_on": ("办结日期",),
    "complaints.due_on": ("办理期限",),
    "complaints.status": ("办理状态",),
    "complaints.answer_due_on": ("答复期限",),
    "complaints.satisfied": ("是否满意",),
    "disputes.found_on": ("排查日期",),
    "disputes.kind": ("纠纷类型",),
    "disputes.settled_on": ("化解日期",),
    "disputes.status": ("化解情况", "化解状态"),
    "incidents.occurred_on": ("发生日期", "事发时间"),
    "incidents.class": ("事件类别",),
    "incidents.reported_on": ("报告日期", "首报时间"),
    "incidents.missing": ("失踪人数",),
    "incidents.type": ("事故类型",),
    "incidents.description": ("简要经过",),
    "incidents.deaths": ("死亡人数",),
    "incidents.serious_injuries": ("重伤人数",),
    "incidents.loss_wan": ("直接经济损失（万元）",),
    "drills.held_on": ("演练日期",),
    "drills.name": ("演练名称",),
    "drills.kind": ("演练形式",),
    "drills.evaluated": ("是否评估",),
    "drills.participants": ("参加人数",),
    "drills.problems": ("发现问题数",),
    "drills.problems_fixed": ("已整改问题数",),
    "inspections.inspected_on": ("检查日期",),
    "inspections.premises": ("被检查单位",),
    "inspections.inspectors": ("检查人员",),
    "inspections.hazards_found": ("发现隐患数",),
    "inspections.penalty_yuan": ("罚款金额（元）",),
    "premises.name": ("单位名称", "企业名称"),
    "premises.key": ("是否重点", "是否重点监管对象"),
    "premises.status": ("经营状态", "企业状态"),
    "premises.opened_on": ("开业日期", "投产时间"),
    "premises.closed_on": ("关闭日期", "注销日期"),
    "premises.grade": ("标准化等级",),
    "premises.insured": ("安责险投保情况",),
    "investigations.occurred_on": ("事故发生时间", "事故日期"),
    "investigations.incident": ("事故名称",),
    "investigations.opened_on": ("启动调查日期",),
    "investigations.closed_on": ("结案日期", "批复结案时间"),
    "investigations.measures": ("整改措施数",),
    "investigations.measures_done": ("已落实措施数",),
    "responses.plan": ("启动的预案", "响应名称"),
    "responses.level": ("响应级别", "响应等级"),
    "responses.started_at": ("启动时间",),
    "responses.ended_at": ("终止时间", "响应结束时间"),
    "relief.given_on": ("发放日期", "救助时间"),
    "relief.event": ("救助事项",),
    "relief.households": ("救助户数",),
    "relief.people": ("救助人数",),
    "relief.amount_wan": ("救助金额（万元）",),
    "reports_up.reported_at": ("报告时间", "上报时间"),
    "reports_up.kind": ("信息类别",),
    "reports_up.instruction": ("有无批示", "领导批示"),
    "reports_up.instruction_done_on": ("批示办结日期",),
}
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("hazards.severity", "general"): ("一般", "一般隐患"),
    ("hazards.severity", "major"): ("重大", "重大隐患"),
    ("hazards.mode", "on_the_spot"): ("立行立改", "当场整改"),
    ("hazards.mode", "by_deadline"): ("限期整改",),
    ("hazards.status", "open"): ("未整改", "整改中", "待整改", "尚未整改到位"),
    ("hazards.status", "rectified"): ("已整改", "整改完成", "全部整改到位"),
    ("hazards.status", "closed"): ("已销号", "闭环"),
    ("hazards.verified_result", "passed"): ("合格", "通过"),
    ("hazards.verified_result", "not_passed"): ("不合格", "未通过"),
    ("complaints.satisfied", "yes"): ("满意",),
    ("complaints.satisfied", "no"): ("不满意",),
    ("complaints.status", "open"): ("办理中", "未办结"),
    ("complaints.status", "answered"): ("已答复",),
    ("complaints.status", "resolved"): ("已办结",),
    ("disputes.status", "open"): ("调解中", "未化解"),
    ("disputes.status", "settled"): ("已化解", "调解成功"),
    ("incidents.class", "accident"): ("事故灾难",),
    ("incidents.class", "natural"): ("自然灾害",),
    ("drills.kind", "field"): ("实战演练",),
    ("drills.kind", "tabletop"): ("桌面推演",),
    ("drills.evaluated", "yes"): ("是",),
    ("drills.evaluated", "no"): ("否",),
    ("premises.key", "yes"): ("是", "重点"),
    ("premises.key", "no"): ("否", "一般"),
    ("premises.status", "open"): ("在营", "存续"),
    ("premises.status", "closed"): ("已关闭", "注销"),
    ("premises.insured", "yes"): ("已投保",),
    ("premises.insured", "no"): ("未投保",),
    **{
        ("responses.level", level): (f"{word}级", f"{word}级响应")
        for level, word in zip("1234", "一二三四", strict=True)
    },
    ("reports_up.instruction", "yes"): ("有",),
    ("reports_up.instruction", "no"): ("无",),
}


@dataclass
class Row:
    """A row of a table: what its cells say, by column; what is empty is not among them. Dates are spans.

    `words`: what its status cell says in words. `cells`: texts where they are not just a value's.
    """

    kind: str
    town: str
    said: dict[str, object]
    cells: dict[str, object] = field(default_factory=dict)
    words: dict[str, object] = field(default_factory=dict)

    @property
    def says(self) -> dict[str, object]:
        """What the row says, a cell of its own before words in another."""
        return self.words | self.said


@dataclass
class Table:
    """A file with one table, and the columns that it has."""

    kind: str
    name: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Told:
    """A workbook's ledgers as they were told: the kinds kept, and the day asked for, if any."""

    seed: int
    tables: list[Table]
    asked: date | None = None
    habits: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(table.kind for table in self.tables))

    @property
    def as_of(self) -> date:
        return self.asked or END


@dataclass
class Hazard:
    """What really happened with a hazard."""

    town: str
    found: date
    severity: str
    premises: str
    category: str
    spot: bool
    deadline: date | None
    done: date | None
    verified: date | None
    passed: bool
    closed: date | None


def make_hazards(
    rng: random.Random, towns: Sequence[str], number: int, *, plain: bool = False
) -> list[Hazard]:
    """Hazards of two years; `plain`: whatever is rectified was verified and closed by the end, none failed."""
    made = []
    for _ in range(number):
        before = rng.random() < 0.25
        found = date(YEAR - before, 1, 1) + timedelta(days=rng.randrange(365))
        spot = rng.random() < 0.3
        done = found if spot else found + timedelta(days=rng.randint(1, 70))
        if done > END or (not spot and rng.random() < 0.25):
            done = None
        verified = closed = None
        passed = True
        if done:
            verified = min(done + timedelta(days=rng.randint(0, 9)), END)
            passed = plain or rng.random() < 0.85
            closed = min(verified + timedelta(days=rng.randint(0, 9)), END) if passed else None
            if not plain and rng.random() < 0.2:
                verified, passed, closed = None, True, None
        deadline = None if spot else found + timedelta(days=rng.randint(3, 60))
        severity = "major" if rng.random() < 0.15 else "general"
        premises, category = f"第{rng.randrange(6)}号商店", rng.choice(("用电", "消防"))
        made.append(
            Hazard(
                rng.choice(towns), found, severity, premises, category, spot, deadline, done, verified, passed,
                closed,
            )
        )  # fmt: skip
    return made


def _day(day: date) -> Span:
    return day, day


def _month(day: date) -> Span:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _choose(rng: random.Random, column: str, value: str) -> str:
    return rng.choice(WORDS[column, value])


def _write_dated_status(
    rng: random.Random, one: Hazard, said: dict[str, object]
) -> tuple[str, dict[str, object]]:
    """A status cell that says the day, too, and what it says; `said` by other cells is the deadline."""
    done, closed, verified = one.done, one.closed, one.verified
    if done is None or not one.passed:
        if "deadline" not in said and rng.random() < 0.3:
            last = _month(one.found + timedelta(days=31))[1]
            if last.year == one.found.year:
                return f"正在整改，预计{last.month}月底完成", {"status": "open", "deadline": _day(last)}
        return rng.choice(("正在组织整改", "整改中", "逾期未整改", "未整改")), {"status": "open"}
    if one.spot and rng.random() < 0.3:
        return rng.choice(("立行立改", "已当场整改完毕")), {"status": "rectified", "mode": "on_the_spot"}
    form = rng.randrange(8)
    if form == 6 and verified:
        says = {"status": "closed", "rectified_on": _day(done), "verified_on": _day(verified)}
        text = f"{done.month}月{done.day}日整改，{verified.month}月{verified.day}日复查合格"
        return text, says | {"verified_result": "passed"}
    if form == 7 and closed:
        says = {"status": "closed", "rectified_on": _day(done), "closed_on": _day(closed)}
        return f"已于{done.month}月{done.day}日整改完成并于{closed.month}月{closed.day}日销号", says
    texts = (
        f"已于{done.month}月{done.day}日整改到位", f"{done.month}月{done.day}日整改完毕",
        f"{done.year}.{done.month}.{done.day}已整改", f"已完成（{done.year}.{done.month}.{done.day}）",
        f"已整改 {done.year}/{done.month}/{done.day}", f"已于{done.year}年{done.month}月{done.day}日完成整改",
    )  # fmt: skip
    return texts[form % 6], {"status": "rectified", "rectified_on": _day(done)}


def tell_hazard(rng: random.Random, one: Hazard, habit: str, columns: Sequence[str], *, plain: bool) -> Row:
    """A row that tells of a hazard in the columns of its table, by a habit."""
    said: dict[str, object] = {"found_on": _day(one.found)}
    cells: dict[str, object] = {"description": f"电线老化{rng.randrange(10**6)}", "district": TOWNS[one.town]}
    words: dict[str, object] = {}
    if "deadline" in columns and one.deadline:
        form = 0 if plain else rng.randrange(5)
        days = (one.deadline - one.found).days
        said["deadline"] = _day(one.deadline)
        if form == 1:
            cells["deadline"] = f"{days}天"
        elif form == 2 and not plain:
            cells["deadline"] = f"{one.deadline.year}年{one.deadline.month}月"
            said["deadline"] = _month(one.deadline)
    if "severity" in columns:
        said["severity"] = one.severity
    if "premises" in columns:
        said["premises"] = one.premises
    if "category" in columns:
        said["category"] = one.category
    ways = set(columns)
    if habit == "mixed" and not plain:  # each row in a way of its own
        ways = set(HABITS[rng.choice([name for name in HABITS if name != "mixed"])])
        if rng.random() < 0.3:
            ways |= set(HABITS[rng.choice(list(HABITS))])
    told_open = one.done is None or not one.passed
    if "rectified_on" in ways and one.done:
        said["rectified_on"] = _day(one.done)
        if not plain and rng.random() < 0.05:
            said["rectified_on"] = _month(one.done)
            cells["rectified_on"] = f"{one.done.year}年{one.done.month}月"
    if "verified_on" in ways and one.verified:
        said["verified_on"] = _day(one.verified)
    if "verified_result" in ways and one.verified:
        said["verified_result"] = "passed" if one.passed else "not_passed"
    if "closed_on" in ways and one.closed:
        said["closed_on"] = _day(one.closed)
    if "mode" in ways:
        said["mode"] = "on_the_spot" if one.spot else "by_deadline"
    if "status" in ways:
        if habit == "dated statuses" or (habit == "mixed" and not plain and rng.random() < 0.4):
            cells["status"], words = _write_dated_status(rng, one, said)
        else:
            said["status"] = (
                "open" if told_open else "closed" if one.closed and rng.random() < 0.4 else "rectified"
            )
    own = {name: value for name, value in said.items() if name in columns}
    return Row("hazards", one.town, own, cells, words if "status" in columns else {})


def _make_rows(kind: str, rng: random.Random, towns: Sequence[str], number: int) -> list[Row]:
    """Rows of a kind beside the hazards, every column filled as it really was."""
    rows = []
    for _ in range(number):
        day = date(YEAR - (rng.random() < 0.25), 1, 1) + timedelta(days=rng.randrange(365))
        done = day + timedelta(days=rng.randint(0, 40))
        ended = done if done <= END and rng.random() < 0.7 else None
        town = rng.choice(towns)
        said: dict[str, object] = {}
        if kind == "complaints":
            answered = day + timedelta(days=rng.randint(0, 5)) if ended or rng.random() < 0.5 else None
            if answered and answered > END:
                answered = None
            status = "resolved" if ended else "answered" if answered else "open"
            said = {"received_on": _day(day), "topic": f"噪声{rng.randrange(10**6)}", "status": status}
            said["due_on"] = _day(day + timedelta(days=rng.randint(3, 30)))
            if answered:
                said["answered_on"] = _day(answered)
            if ended:
                said["resolved_on"] = _day(ended)
        elif kind == "disputes":
            said = {"found_on": _day(day), "kind": f"邻里{rng.randrange(10**6)}"}
            said["status"] = "settled" if ended else "open"
            if ended:
                said["settled_on"] = _day(ended)
        elif kind == "incidents":
            said = {"occurred_on": _day(day), "class": rng.choice(("accident", "accident", "natural"))}
            said |= {"type": "火灾", "description": f"经过{rng.randrange(10**6)}"}
            for name, some in (("deaths", 0.2), ("serious_injuries", 0.2), ("loss_wan", 0.6)):
                said[name] = rng.randint(1, 4) if rng.random() < some else 0
        elif kind == "drills":
            problems = rng.choice((0, 0, 1, 3))
            said = {
                "held_on": _day(day),
                "name": f"演练{rng.randrange(10**6)}",
                "participants": rng.randint(5, 90),
            }
            said |= {"kind": rng.choice(("field", "tabletop")), "evaluated": rng.choice(("yes", "yes", "no"))}
            said |= {"problems": problems, "problems_fixed": rng.randint(0, problems)}
        elif kind in _REGISTERS:
            said = _REGISTERS[kind](rng, day, ended)
        else:
            said = {"inspected_on": _day(day), "premises": f"第{rng.randrange(9)}号厂"}
            said["hazards_found"] = rng.choice((0, 1, 2))
            if rng.random() < 0.3:
                said["penalty_yuan"] = 1000 * rng.randint(1, 9)
        rows.append(Row(kind, town, said, {"district": TOWNS[town]}))
    return rows


def _register(rng: random.Random, day: date, ended: date | None) -> dict[str, object]:
    said: dict[str, object] = {"name": f"第{rng.randrange(9)}号厂", "key": rng.choice(("yes", "no", "no"))}
    said |= {"insured": rng.choice(("yes", "no")), "status": "open"}
    if rng.random() < 0.6:
        said["opened_on"] = _day(day)
    if rng.random() < 0.5:
        said["grade"] = "三级"
    if ended and rng.random() < 0.3:
        said["status"] = "closed"
        if rng.random() < 0.7:
            said["closed_on"] = _day(ended)
    return said


def _investigation(rng: random.Random, day: date, ended: date | None) -> dict[str, object]:
    measures = rng.randint(0, 5)
    said: dict[str, object] = {"occurred_on": _day(day), "incident": f"事故{rng.randrange(10**6)}"}
    said |= {
        "opened_on": _day(day),
        "measures": measures,
        "measures_done": rng.choice((measures, rng.randint(0, measures))),
    }
    return said | ({"closed_on": _day(ended)} if ended else {})


def _response(rng: random.Random, day: date, ended: date | None) -> dict[str, object]:
    said: dict[str, object] = {
        "plan": rng.choice(("防汛", "抗旱")),
        "level": rng.choice("1234"),
        "started_at": _day(day),
    }
    return said | ({"ended_at": _day(ended)} if ended else {})


def _relief(rng: random.Random, day: date, ended: date | None) -> dict[str, object]:
    said: dict[str, object] = {"given_on": _day(day), "event": f"救助{rng.randrange(10**6)}"}
    return said | {name: rng.randint(0, 60) for name in ("households", "people", "amount_wan")}


def _report(rng: random.Random, day: date, ended: date | None) -> dict[str, object]:
    said: dict[str, object] = {"reported_at": _day(day), "kind": f"快报{rng.randrange(10**6)}"}
    said["instruction"] = rng.choice(("yes", "no"))
    return said | ({"instruction_done_on": _day(ended)} if ended and said["instruction"] == "yes" else {})


_REGISTERS: dict[str, Callable[[random.Random, date, date | None], dict[str, object]]] = {
    "premises": _register,
    "investigations": _investigation,
    "responses": _response,
    "relief": _relief,
    "reports_up": _report,
}

# Of each kind: the columns that every table has, those that some have, and how nought may be left empty.
OTHERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "complaints": (("received_on", "topic"), ("answered_on", "resolved_on", "due_on", "status")),
    "disputes": (("found_on", "kind"), ("settled_on", "status")),
    "incidents": (
        ("occurred_on", "type", "description"),
        ("class", "deaths", "serious_injuries", "loss_wan"),
    ),
    "drills": (("held_on", "name"), ("kind", "evaluated", "participants", "problems", "problems_fixed")),
    "inspections": (("inspected_on", "premises"), ("hazards_found", "penalty_yuan")),
    "premises": (("name",), ("key", "status", "opened_on", "closed_on", "grade", "insured")),
    "investigations": (("occurred_on", "incident"), ("opened_on", "closed_on", "measures", "measures_done")),
    "responses": (("plan", "started_at"), ("level", "ended_at")),
    "relief": (("given_on", "event"), ("households", "people", "amount_wan")),
    "reports_up": (("reported_at", "kind"), ("instruction", "instruction_done_on")),
}
_NOUGHTS = (
    "deaths", "serious_injuries", "loss_wan", "problems", "problems_fixed", "hazards_found", "measures",
    "measures_done",
)  # fmt: skip


def _tell_others(rng: random.Random, kind: str, towns: Sequence[str]) -> Table:
    always, some = OTHERS[kind]
    columns = (*always, *(name for name in some if rng.random() < 0.7))
    table = Table(kind, f"{kind}.csv", columns)
    blank = {name for name in columns if name in _NOUGHTS and rng.random() < 0.3}
    gaps = {name for name in columns if name in some and rng.random() < 0.25}
    share = rng.choice((0.05, 0.3))
    for row in _make_rows(kind, rng, towns, rng.randint(1, 14)):
        row.said = {
            name: value
            for name, value in row.said.items()
            if name in columns
            and not (name in blank and value == 0)
            and not (name in gaps and rng.random() < share)
        }
        table.rows.append(row)
    return table


def _tell_more(rng: random.Random, table: Table) -> None:
    """Add the columns of answers, reports and inspectors to a table, with gaps, from a random stream of its own."""
    added = [name for name in MORE.get(table.kind, ()) if rng.random() < 0.7]
    table.columns = (*table.columns, *added)
    gap = rng.choice((0, 0, 0.05, 0.3))
    for row in table.rows:
        said = {name: value for name in added if (value := _say_more(rng, row, name)) is not None}
        if "inspectors" in said:
            row.cells["inspectors"] = rng.choice(
                (said["inspectors"], "、".join("甲乙丙"[: said["inspectors"]]))
            )
        for name in [name for name in said if rng.random() < gap]:
            del said[name]
            row.cells.pop(name, None)
        row.said |= said


def _say_more(rng: random.Random, row: Row, name: str) -> Any:
    """What a row says in one of these columns; None if nothing."""
    if name == "inspectors":
        return rng.randint(1, 3)
    if name == "missing":
        return rng.choice((0, 0, 1))
    if name == "reported_on":
        return _day(row.said["occurred_on"][0] + timedelta(days=rng.choice((0, 0, 0, 1, 2, 5))))
    if name == "answer_due_on":
        return _day(row.said["received_on"][0] + timedelta(days=rng.randint(1, 6)))
    if row.said.get("status") == "open" or not {"answered_on", "resolved_on", "status"} & set(row.said):
        return None
    return rng.choice(("yes", "yes", "no"))


MORE = {
    "complaints": ("answer_due_on", "satisfied"),
    "incidents": ("reported_on", "missing"),
    "inspections": ("inspectors",),
}


def make_told(seed: int) -> Told:
    """The ledgers of a seed: one habit of telling of hazards or several, columns that are absent or have gaps."""
    rng, vague = random.Random(seed), random.Random(seed + 10**7)
    towns = tuple(TOWNS)[: rng.choice((2, 3))]
    several = rng.random() < 0.3
    habits = tuple(rng.sample(list(HABITS), 2)) if several else (list(HABITS)[seed % len(HABITS)],)
    hazards = make_hazards(rng, towns, rng.randint(1, 30))
    told = Told(seed, [], ASKED if rng.random() < 0.15 else None, habits, towns)
    for number, habit in enumerate(habits):
        further = [name for name in ("deadline", "severity") if rng.random() < 0.8]
        if rng.random() < 0.5:
            further += ["premises", "category"]
        if rng.random() < 0.2:
            further.append("mode")
        own = [name for name in HABITS[habit] if rng.random() < 0.9]
        columns = tuple(dict.fromkeys(("found_on", "description", *further, *own)))
        table = Table("hazards", f"hazards{number}.{'xlsx' if rng.random() < 0.2 else 'csv'}", columns)
        gaps = {name for name in columns[2:] if rng.random() < 0.15}
        share = rng.choice((0.04, 0.1, 0.4))
        for one in hazards[number :: len(habits)]:
            row = tell_hazard(rng, one, habit, columns, plain=False)
            if vague.random() < 0.04 and not row.words and "deadline" not in row.cells:
                row.said["found_on"] = _month(one.found)
                row.cells["found_on"] = f"{one.found.year}年{one.found.month}月"
            for name in gaps:
                if rng.random() < share:
                    _empty(row, name)
            table.rows.append(row)
        if table.rows:
            told.tables.append(table)
    told.tables += [_tell_others(rng, kind, towns) for kind in OTHERS if rng.random() < 0.35]
    more = random.Random(seed + 2 * 10**7)
    for table in told.tables:
        _tell_more(more, table)
    return told


def _empty(row: Row, name: str) -> None:
    """Leave a cell empty, with what is read from it."""
    row.said.pop(name, None)
    row.cells.pop(name, None)
    if name == "status":
        row.words = {}


def make_plain_hazards(seed: int) -> list[Hazard]:
    """The hazards that `make_equal` tells of."""
    rng = random.Random(seed)
    return make_hazards(rng, tuple(TOWNS), rng.randint(12, 30), plain=True)


def make_equal(seed: int, habit: str) -> Told:
    """The same hazards for a seed, told in full by one habit."""
    columns = ("found_on", "description", "deadline", "severity", "premises", "category", *HABITS[habit])
    rng = random.Random(seed)
    rows = [tell_hazard(rng, one, habit, columns, plain=True) for one in make_plain_hazards(seed)]
    return Told(seed, [Table("hazards", "hazards.csv", columns, rows)], habits=(habit,), towns=tuple(TOWNS))


def _write_value(
    rng: random.Random, kind: str, column: str, value: object, form: Callable[[date], object]
) -> object:
    if isinstance(value, tuple):
        return form(value[0])
    if (f"{kind}.{column}", value) in WORDS:
        return _choose(rng, f"{kind}.{column}", str(value))
    return value


_DATES: tuple[Callable[[date], object], ...] = (
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year}.{day.month}.{day.day}",
)


def write_told(told: Told, folder: Path) -> list[Path]:
    """Write the files of the ledgers, in the order of their tables."""
    rng = random.Random(told.seed + 10**6)
    paths = []
    for table in told.tables:
        columns = ("district", *table.columns)
        heads = [rng.choice(HEADERS.get(f"{table.kind}.{name}") or HEADERS[name]) for name in columns]
        form = rng.choice(_DATES)
        grid: list[list[object]] = [["序号", *heads]]
        for number, row in enumerate(table.rows, 1):
            cells: list[object] = [number]
            for name in columns:
                if name in row.cells:
                    cells.append(row.cells[name])
                elif name in row.said:
                    cells.append(_write_value(rng, table.kind, name, row.said[name], form))
                else:
                    cells.append("")
            grid.append(cells)
        path = folder / table.name
        if path.suffix == ".xlsx":
            book = openpyxl.Workbook()
            assert book.active is not None
            for line in grid:
                book.active.append(line)
            book.save(path)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(grid)
        paths.append(path)
    return paths
