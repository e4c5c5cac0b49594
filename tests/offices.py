"""Folders of files as offices keep them: a county of the north, a city's streets, a school district; seeded.

Each row is made together with what it tells, which `offices_truth` counts; nothing here knows how ledgers are read.
"""

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import openpyxl
from openpyxl.styles import Font
from shapely import box

Cells = list[object]
YEAR = 2023
NUMERALS = "一二三四五六七八九十"


@dataclass
class Row:
    """What a row tells: values by name, None or absent where it doesn't; `first` and `last` day of its date."""

    kind: str
    district: str
    first: date
    last: date
    told: dict[str, object] = field(default_factory=dict)


@dataclass
class Office:
    """A folder, its districts by code, what its rows tell, and how many rows there are by kind."""

    folder: Path
    districts: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    residents: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)  # rows by kind that are no district's

    def count(self, kind: str) -> int:
        return sum(row.kind == kind for row in self.rows) + (
            len(self.residents) if kind == "population" else 0
        )


# ------------------------------------------------------------------ files


def write_book(
    path: Path, sheets: dict[str, Sequence[Sequence[object]]], merges: dict[str, Sequence[str]] | None = None
) -> None:
    """An .xlsx file; the first row of each sheet is a title over its width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        page["A1"].font = Font(size=16, bold=True)
        width = max(len(row) for row in rows)
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
        for area in (merges or {}).get(name, ()):
            page.merge_cells(area)
    book.save(path)


def write_csv(path: Path, rows: Sequence[Sequence[object]], encoding: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)


def write_layer(path: Path, districts: dict[str, str], columns: tuple[str, str], **options: str) -> None:
    """Squares side by side, in CGCS2000."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes = [box(117 + 0.1 * n, 38, 117.1 + 0.1 * n, 38.1) for n in range(len(districts))]
    frame = {columns[0]: list(districts), columns[1]: list(districts.values())}
    gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490").to_file(path, **options)


# ------------------------------------------------------------------ days


def draw_day(rng: random.Random, first: date = date(YEAR, 1, 4), last: date = date(YEAR, 12, 20)) -> date:
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def find_month(year: int, month: int) -> tuple[date, date]:
    """Its first and last day."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def write_day(rng: random.Random, day: date, *, plain: bool = False) -> object:
    """A day in one of the ways that stand mixed in one column; `plain` as text alone."""
    ways: list[Callable[[], object]] = [
        lambda: f"{day.year}.{day.month}.{day.day}",
        lambda: f"{day.year}年{day.month}月{day.day}日",
        lambda: f"{day.year}/{day.month}/{day.day}",
        lambda: f"{day:%Y%m%d}",
        lambda: f"{day:%Y-%m-%d}",
    ]
    return rng.choice(ways)() if plain or rng.random() < 0.6 else day


# ------------------------------------------------------------------ hazards

PREMISES = tuple(
    "红星超市 顺达汽修厂 兴旺木材加工厂 永盛饭店 万家乐宾馆 福源粮油店 宏远物流园 益民加油站 中心敬老院".split()
)
PROBLEMS = tuple(
    (category, problem)
    for category, problems in {
        "消防": "灭火器压力不足 安全出口堆放杂物 应急照明灯损坏",
        "用电": "配电箱前堆放可燃物 电线私拉乱接 插线板串接使用",
        "燃气": "燃气软管超过两米 未安装燃气报警器",
        "管理": "未建立安全生产责任制 未开展岗前安全培训",
        "设备": "叉车未定期检验 砂轮机无防护罩",
    }.items()
    for problem in problems.split()
)
DONE = (
    *("已整改", "已整改到位", "整改完成", "已整改完毕", "整改到位", "已督促整改到位", "已清理完毕"),
    *("已更换灭火器，整改完毕", "立即清理，已整改", "已完成（照片附后）"),
)
OPEN = tuple("未整改 正在整改 整改中 尚未整改到位 未整改（资金未到位） 未完成，正在协调资金".split())
SPOT = ("立行立改", "当场整改", "已当场整改到位", "即知即改")


def tell_hazard(rng: random.Random, district: str, found: date, premises: Sequence[str], place: str) -> Row:
    """A hazard, with its category and a description that no other has."""
    category, problem = rng.choice(PROBLEMS)
    told: dict[str, object] = {
        "premises": rng.choice(premises),
        "category": category,
        "description": f"{place}{problem}",
    }
    return Row("hazards", district, found, found, told)


def write_status(rng: random.Random, row: Row, *, months: bool = False) -> str:
    """How far the row's hazard is, in words; what they say goes into the row."""
    told, found = row.told, row.first
    chance = rng.random()
    if chance < 0.4:
        told["done"] = True
        day = found + timedelta(days=rng.randint(0, 40))
        told["done_first"] = told["done_last"] = day
        ways = [
            f"已于{day.month}月{day.day}日整改到位",
            f"{day.month}月{day.day}日整改完毕",
            f"已整改（{day.year}.{day.month}.{day.day}）",
            f"已完成整改，{day.year}年{day.month}月{day.day}日",
            f"已整改{day.month}.{day.day}",
        ]
        return rng.choice(ways)
    if chance < 0.5 and months and found.month < 12:
        first, last = find_month(found.year, found.month + 1)
        told |= {"done": True, "done_first": first, "done_last": last}
        return f"已于{first.month}月完成整改"
    if chance < 0.68:
        told["done"] = True
        return rng.choice(DONE)
    if chance < 0.82:
        told |= {"done": True, "spot": True}
        return rng.choice(SPOT)
    told["done"] = False
    if chance < 0.9 and found.month < 12:
        told["planned"] = find_month(found.year, found.month + 1)[1]
        return f"正在整改，预计{found.month + 1}月底完成"
    return rng.choice(OPEN)


def write_deadline(rng: random.Random, row: Row) -> str:
    """A deadline as so much time."""
    words = {"7天": 7, "一周内": 7, "15日内": 15, "立即": 0, "30天": 30, "三日内": 3, "半个月": 15}
    text = rng.choice(sorted(words))
    row.told["deadline"] = row.first + timedelta(days=words[text])
    return text


# ------------------------------------------------------------------ a county of the north


def make_county(folder: Path, seed: int, size: int = 12) -> Office:
    """A county: files by township named in title and file, a county list in GB18030, villages, months, 万人."""
    rng = random.Random(seed)
    names = ("城关镇", "北山镇", "大王庄镇", "柳林镇", "马家堡乡", "小河子乡", "三道沟满族乡", "西营乡")
    office = Office(folder, {f"130999{100 + n}": name for n, name in enumerate(names)})
    codes = {name: code for code, name in office.districts.items()}
    write_layer(folder / "边界" / "沙岭县乡镇界.shp", office.districts, ("XZDM", "XZMC"), encoding="gbk")

    def add_hazard(name: str, place: str) -> Row:
        found = draw_day(rng)
        row = tell_hazard(rng, codes[name], found, [f"{name[:2]}{one}" for one in PREMISES], place)
        office.rows.append(row)
        return row

    for name in names[:4]:  # a file of each township's own, without a column of districts
        told_by_folder = name == "柳林镇"
        rows: list[Cells] = [
            [f"{'' if told_by_folder else f'沙岭县{name}'}{YEAR}年安全生产隐患排查整改台账"],
            [
                "填报单位：安监站" if told_by_folder else f"填报单位：{name}人民政府",
                "",
                "",
                "",
                "",
                "",
                f"填报时间：{YEAR}年12月25日",
            ],
            ["序号", "检查时间", "被检查单位", "存在的问题", "整改期限", "整改情况", "备注"],
        ]
        for number in range(size):
            row = add_hazard(name, f"第{number + 1}车间")
            del row.told["category"]
            due = write_deadline(rng, row)
            status = write_status(rng, row, months=True)
            cells = [number + 1, write_day(rng, row.first), row.told["premises"], row.told["description"]]
            rows.append([*cells, due, status, ""])
        rows += [["合计", "", "", f"{size}条", "", "", ""], ["填表人：王某", "", "", "审核人：李某"]]
        file = f"{name}/隐患台账.xlsx" if told_by_folder else f"{name}{YEAR}年隐患台账.xlsx"
        write_book(folder / "隐患" / file, {"隐患台账": rows})

    rows = [
        [f"{YEAR}年各乡镇安全隐患整改情况"],
        ["序号", "排查日期", "单位名称", "隐患内容", "整改时限", "是否整改", "备注"],
    ]
    for section, name in enumerate(names[4:]):  # several townships in one sheet, each below its name
        rows.append([f"{NUMERALS[section]}、{name}"])
        for number in range(size):
            row = add_hazard(name, f"{name}{number + 1}号院")
            del row.told["category"]
            due = row.first + timedelta(days=rng.choice((5, 10, 15, 30)))
            row.told["deadline"] = due
            row.told["done"] = done = rng.random() < 0.8
            cells = [number + 1, write_day(rng, row.first), row.told["premises"], row.told["description"]]
            rows.append([*cells, write_day(rng, due), "是" if done else "否", ""])
        rows.append(["小计", "", "", f"{size}条", "", "", ""])
    write_book(
        folder / "隐患" / "其他乡镇隐患台账.xlsx",
        {"Sheet1": rows, "填表说明": [["本表由各乡镇按月填报"], ["不得漏报"]]},
    )

    rows = [
        [
            "序号",
            "乡镇",
            "检查时间",
            "企业名称",
            "隐患描述",
            "隐患类别",
            "隐患等级",
            "整改时限",
            "整改落实情况",
        ]
    ]
    for number in range(2 * size):  # the county's own checks, districts by their short names
        name = rng.choice(names)
        row = add_hazard(name, f"{number + 1}号库房")
        row.told["severity"] = rng.choices(("general", "major"), (9, 1))[0]
        level = {"general": ("一般", "一般隐患"), "major": ("重大", "重大隐患")}[str(row.told["severity"])]
        due = row.first + timedelta(days=rng.choice((7, 15, 30)))
        row.told["deadline"] = due
        written = name[:-1] if name in ("城关镇", "北山镇") else name
        rows.append(
            [number + 1, written, write_day(rng, row.first, plain=True), row.told["premises"], row.told["description"],
             row.told["category"], rng.choice(level), write_day(rng, due, plain=True), write_status(rng, row)]
        )  # fmt: skip
    write_csv(folder / "隐患" / f"县安委办检查隐患清单{YEAR}.csv", rows, "gb18030")
    _write_drills(rng, office, names, folder / "演练" / f"沙岭县{YEAR}年应急演练统计表.xlsx", "组织单位")
    villages = ("河东村", "前街村", "后店子村", "南台村")
    _write_incidents(
        rng, office, folder / "事故" / f"{YEAR}年事故台账.xlsx", "事故地点",
        lambda name: rng.choice((f"{name}{rng.choice(villages)}", f"沙岭县{name}{rng.choice(villages)}", name)),
        "江北县城关镇河东村",
    )  # fmt: skip
    _write_population(rng, office, folder / "人口" / f"沙岭县{YEAR}年末常住人口.xlsx", "沙岭县", "乡镇")
    (folder / "隐患" / "填报要求.txt").write_text("请各乡镇于每月25日前报送台账。\n", encoding="gb18030")
    return office


# ------------------------------------------------------------------ a city's streets


def make_streets(folder: Path, seed: int, size: int = 12) -> Office:
    """Street offices: a sheet for each month with merged cells, yes and no, complaints and disputes, addresses."""
    rng = random.Random(seed)
    names = ("东风街道", "建设街道", "和平里街道", "滨河路街道", "新华街道")
    office = Office(folder, {f"210999{1 + n:03}": f"{name}办事处" for n, name in enumerate(names)})
    codes = {name: code for code, name in zip(office.districts, names, strict=True)}
    write_layer(folder / "街道边界.gpkg", office.districts, ("code", "name"))
    heads = [
        "序号",
        "街道",
        "检查日期",
        "单位名称",
        "隐患描述",
        "隐患类别",
        "隐患级别",
        "整改方式",
        "整改期限（天）",
        "整改情况",
    ]
    sheets: dict[str, Sequence[Sequence[object]]] = {}
    merges: dict[str, list[str]] = {}
    for month in range(1, 13):
        rows: list[Cells] = [[f"新城区{YEAR}年{month}月安全隐患清单"], heads]
        areas = []
        for name in rng.sample(names, 4):
            top = len(rows) + 1
            for number in range(rng.randint(1, 4)):
                first, last = find_month(YEAR, month)
                found = draw_day(rng, first, last)
                premises = [f"{name[:2]}{one}" for one in PREMISES]
                row = tell_hazard(rng, codes[name], found, premises, f"{month}号楼{rng.randint(1, 99)}室")
                office.rows.append(row)
                told = row.told
                told["severity"] = "major" if rng.random() < 0.05 else "general"
                told["spot"] = rng.random() < 0.5
                told["done"] = bool(told["spot"]) or rng.random() < 0.75
                days: object = rng.choice((3, 7, 15))
                told["deadline"] = found + timedelta(days=int(str(days)))
                written = f"{found.month}月{found.day}日" if rng.random() < 0.4 else found
                cells = [len(rows) - 1, name if not number else None, written, told["premises"]]
                cells += [told["description"], told["category"]]
                cells += ["重大" if told["severity"] == "major" else "一般"]
                cells += ["立行立改" if told["spot"] else "限期整改", days]
                rows.append([*cells, rng.choice(DONE if told["done"] else OPEN)])
            if len(rows) > top:
                areas.append(f"B{top}:B{len(rows)}")
        rows.append(["合计", "", "", "", f"{len(rows) - 2}处", "", "", "", "", ""])
        rows.append(["注：立行立改的当日完成。"])
        sheets[f"{month}月"], merges[f"{month}月"] = rows, areas
    write_book(folder / "隐患" / f"新城区{YEAR}年隐患清单.xlsx", sheets, merges)

    rows = [["工单编号", "来电时间", "所属街道", "诉求类别", "办理情况"]]
    for number in range(5 * size):
        name, day = rng.choice(names), draw_day(rng)
        row = Row("complaints", codes[name], day, day)
        office.rows.append(row)
        answered = day + timedelta(days=rng.randint(0, 9))
        status, words = rng.choice(
            (("resolved", "已办结"), ("answered", "已答复"), ("open", "办理中"), ("resolved", "办结"),
             ("answered", f"{answered.month}月{answered.day}日已回复"))
        )  # fmt: skip
        row.told["answered"] = status != "open"
        row.told["resolved"] = status == "resolved"
        hour = f"{rng.randint(8, 17):02}:{rng.randint(0, 59):02}:00"
        topic = rng.choice(("噪音扰民", "消防通道", "燃气安全"))
        rows.append([f"GD{number:05}", f"{day:%Y-%m-%d} {hour}", name, topic, words])
    write_csv(folder / "热线" / f"12345热线工单{YEAR}.csv", rows, "gbk")

    for name in names:
        rows = [
            [f"{name}{YEAR}年矛盾纠纷排查化解台账"],
            ["序号", "排查时间", "纠纷类型", "当事人", "化解情况"],
        ]
        for number in range(size):
            day = draw_day(rng)
            settled = day + timedelta(days=rng.randint(1, 20))
            row = Row("disputes", codes[name], day, day)
            office.rows.append(row)
            row.told["settled"] = rng.random() < 0.8
            words = rng.choice(("已化解", "调解成功", f"{settled.month}月{settled.day}日调解成功"))
            if row.told["settled"] and "月" in words:
                row.told["settled_day"] = settled
            kind = rng.choice(("邻里", "物业", "劳资"))
            rows.append([number + 1, day, kind, f"甲{number}", words if row.told["settled"] else "正在调解"])
        write_book(folder / "纠纷" / f"{name}矛盾纠纷台账.xlsx", {"Sheet1": rows})

    rows = [
        [f"新城区{YEAR}年安全生产执法检查统计表"],
        ["序号", "街道", "检查时间", "检查对象", "检查人员", "发现隐患数", "罚款金额（元）"],
    ]
    for number in range(3 * size):
        name, day = rng.choice(names), draw_day(rng)
        hazards, penalty = rng.randint(0, 5), rng.choice((0, 0, 0, 2000, 5000))
        premises = f"{name[:2]}{rng.choice(PREMISES)}"
        told = {"premises": premises, "hazards_found": hazards, "penalty": penalty}
        office.rows.append(Row("inspections", codes[name], day, day, told))
        rows.append([number + 1, name, write_day(rng, day), premises, "张某、李某", hazards, penalty])
    write_book(folder / "执法" / f"{YEAR}年执法检查.xlsx", {"检查": rows})
    _write_drills(rng, office, names, folder / "演练" / f"新城区{YEAR}年演练台账.xlsx", "街道")
    _write_incidents(
        rng, office, folder / "事故" / f"{YEAR}年突发事件.xlsx", "发生地点",
        lambda name: f"新城区{name}{rng.choice(('建设路', '光明巷', '解放大街'))}{rng.randint(1, 90)}号",
    )  # fmt: skip
    _write_population(rng, office, folder / f"新城区{YEAR}年各街道常住人口.xlsx", "新城区", "街道")
    return office


# ------------------------------------------------------------------ a school district


def make_schools(folder: Path, seed: int, size: int = 12) -> Office:
    """School districts: items by school in a sheet for each, drills by month with the year in the title."""
    rng = random.Random(seed)
    names = ("城南学区", "城北学区", "实验学区", "河西学区")
    office = Office(folder, {f"3709990{11 + n}": name for n, name in enumerate(names)})
    codes = {name: code for code, name in office.districts.items()}
    write_layer(folder / "学区划分.geojson", office.districts, ("XQDM", "XQMC"))
    schools = {
        name: [f"{name[:2]}{kind}" for kind in ("第一小学", "实验中学", "中心幼儿园")] for name in names
    }
    items = ("门卫制度", "消防设施", "校车管理", "食堂卫生", "视频监控", "应急预案", "护学岗")
    for term, title in (("2022-2023学年第二学期", "春季"), ("2023-2024学年第一学期", "秋季")):
        sheets: dict[str, Sequence[Sequence[object]]] = {}
        for name in names:
            rows: list[Cells] = [
                [f"{YEAR}年{title}平安校园检查表（{name}）"],
                ["序号", "学校名称", "检查项目", "是否达标", "一票否决项", "学期"],
            ]
            for school in schools[name]:
                for item in items:
                    met, veto = rng.random() < 0.85, item in ("消防设施", "校车管理")
                    day = date(YEAR, 3 if title == "春季" else 9, 1)
                    office.rows.append(Row("schools", codes[name], day, day, {"met": met, "veto": veto}))
                    told = ["√" if met else "×", "是" if veto else "", term]
                    rows.append([len(rows) - 1, school, item, *told])
            rows.append(["检查人：赵某", "", "", "", "", ""])
            sheets[name] = rows
        write_book(folder / "平安校园" / f"{YEAR}年{title}检查.xlsx", sheets)

    for place, name in enumerate(names):
        rows = [["序号", "学校", "排查时间", "隐患描述", "隐患类型", "整改期限", "整改完成情况"]]
        for number in range(size):
            row = tell_hazard(rng, codes[name], draw_day(rng), schools[name], f"{number + 1}号教室")
            office.rows.append(row)
            due = write_deadline(rng, row)
            cells = [number + 1, row.told["premises"], write_day(rng, row.first, plain=True)]
            cells += [row.told["description"], row.told["category"], due, write_status(rng, row, months=True)]
            rows.append(cells)
        path = folder / "隐患" / f"{name}{YEAR}年校园安全隐患排查台账.csv"
        write_csv(path, rows, ("utf-8-sig", "gb18030", "utf-8", "gbk")[place])

    rows = [
        [f"{YEAR}年度中小学应急疏散演练统计表"],
        ["序号", "学区", "学校", "演练月份", "演练内容", "参加人数", "疏散用时"],
    ]
    for name in names:
        for number in range(size):
            first, last = find_month(YEAR, number % 12 + 1)
            people, seconds = rng.randint(200, 1500), rng.randint(70, 200)
            told = {"participants": people}
            office.rows.append(Row("drills", codes[name], first, last, told))
            ways = (first.month, f"{first.month}月", f"{first.month}月份", f"{YEAR}年{first.month}月")
            month = rng.choice(ways)
            written = rng.choice((people, f"{people}人", f"师生{people}余人", f"约{people}人"))
            time = f"{seconds // 60}分{seconds % 60}秒"
            theme = rng.choice(("地震避险", "消防疏散", "防踩踏"))
            rows.append([len(rows) - 1, name, rng.choice(schools[name]), month, theme, written, time])
    rows.append(["合计", "", "", "", "", "", ""])
    write_book(folder / "演练" / "疏散演练统计.xlsx", {"统计表": rows})

    rows = [[f"{YEAR}年安全宣传教育活动情况"], ["学区", "开展时间", "活动形式", "活动主题", "参与人数"]]
    for name in names:
        for number in range(size // 2):
            first, last = find_month(YEAR, 2 * number % 12 + 1)
            people = rng.randint(50, 900)
            office.rows.append(Row("publicity", codes[name], first, last, {"reached": people}))
            form = rng.choice(("讲座", "主题班会", "知识竞赛"))
            rows.append(
                [name, f"{YEAR}年{first.month}月", form, "防溺水", rng.choice((people, f"{people}余人"))]
            )
    write_book(folder / "宣教" / f"{YEAR}年宣教活动.xlsx", {"Sheet1": rows})
    return office


# ------------------------------------------------------------------ ledgers that several keep


def _write_drills(rng: random.Random, office: Office, names: Sequence[str], path: Path, header: str) -> None:
    """Drills known to the month; the district's cell merged over its rows; two rows of headers."""
    codes = dict(zip(names, office.districts, strict=True))
    rows: list[Cells] = [
        [f"{YEAR}年应急演练开展情况统计表"],
        ["序号", header, "演练时间", "演练名称", "演练情况", "", "是否评估"],
        ["", "", "", "", "演练形式", "参演人数", ""],
    ]
    merges = ["A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:G3"]
    for name in names:
        top = len(rows) + 1
        for number in range(rng.randint(2, 5)):
            first, last = find_month(YEAR, rng.randint(1, 12))
            field_drill, evaluated, people = rng.random() < 0.6, rng.random() < 0.7, rng.randint(20, 400)
            told = {"participants": people, "field": field_drill, "evaluated": evaluated}
            office.rows.append(Row("drills", codes[name], first, last, told))
            month = rng.choice((f"{YEAR}年{first.month}月", f"{YEAR}.{first.month:02}", f"{first.month}月"))
            form = rng.choice(("实战演练", "实战") if field_drill else ("桌面推演", "桌面演练"))
            written = rng.choice((people, f"约{people}人", f"{people}余人", f"{people}人"))
            title = rng.choice(("森林防火", "防汛", "危化品泄漏", "消防疏散")) + "演练"
            held_by = f"{name}人民政府" if header == "组织单位" else name
            cells = [len(rows) - 2, held_by if not number else None, month, title]
            rows.append([*cells, form, written, "是" if evaluated else "否"])
        merges.append(f"B{top}:B{len(rows)}")
    rows.append(["合计", "", "", f"{len(rows) - 3}次", "", "", ""])
    write_book(path, {"演练": rows}, {"演练": merges})


def _write_incidents(
    rng: random.Random,
    office: Office,
    path: Path,
    header: str,
    write_place: Callable[[str], str],
    neighbour: str = "",
) -> None:
    """Incidents by place, with people hurt in one cell."""
    rows: list[Cells] = [
        [f"{YEAR}年事故（事件）登记台账"],
        ["序号", "发生时间", header, "事件类别", "伤亡情况", "直接经济损失（万元）", "简要经过"],
    ]
    for code, full in office.districts.items():
        for number in range(rng.randint(1, 3)):
            day = draw_day(rng)
            deaths, injuries = rng.choice((0, 0, 0, 1, 2)), rng.choice((0, 0, 1, 3))
            loss = rng.choice((0, 1.5, 12, 30))
            accident = rng.random() < 0.7
            told = {"deaths": deaths, "loss_wan": loss, "accident": accident}
            office.rows.append(Row("incidents", code, day, day, told))
            hurt = rng.choice(
                (
                    f"死亡{deaths}人，受伤{injuries}人",
                    f"死亡{deaths};受伤{injuries}",
                    f"死{deaths}伤{injuries}",
                )
            )
            if not deaths + injuries:
                hurt = rng.choice((hurt, "无人员伤亡", "无伤亡"))
            place = write_place(full.removesuffix("办事处"))
            story = f"{NUMERALS[number]}号仓库起火" if accident else f"大风致{NUMERALS[number]}号围墙倒塌"
            kind = "事故灾难" if accident else "自然灾害"
            rows.append([len(rows) - 1, write_day(rng, day), place, kind, hurt, loss, story])
    if neighbour:  # of a town that bears the name of one here: nobody's
        rows.append([len(rows) - 1, date(YEAR, 6, 1), neighbour, "事故灾难", "死亡3人", 50, "邻县事故"])
        office.others["incidents"] = 1
    write_book(path, {"台账": rows})


def _write_population(rng: random.Random, office: Office, path: Path, unit: str, header: str) -> None:
    """Residents in 万人; the year stands in the title alone."""
    title = f"{unit}{YEAR}年末常住人口情况表"
    heads: list[list[Cells]] = [
        [[title], ["", "", "单位：万人"], ["序号", header, "常住人口"]],
        [[f"{title}（万人）"], ["序号", header, "常住人口"]],
        [[title], ["序号", header, "常住人口（万人）"]],
    ]
    rows = rng.choice(heads)
    head, total = len(rows) - 1, 0
    for code, full in office.districts.items():
        residents = rng.randint(80, 900) * 100
        office.residents[code] = residents
        total += residents
        rows.append([len(rows) - head, full.removesuffix("办事处"), residents / 10_000])
    rows.append(["合计", "", total / 10_000])
    write_book(path, {"人口": rows})


OFFICES = {"county": make_county, "streets": make_streets, "schools": make_schools}
