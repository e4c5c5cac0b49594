"""A family of made-up hazard ledgers as they really look, each with the truth it was made from."""

import csv
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

DISTRICTS = ("溪南镇", "溪北镇", "东山乡", "城关街道", "经济开发区")
HEADERS = {
    "district": ("所属乡镇", "乡 镇", "属地", "镇（街道）", "地\n区", "District"),
    "found_on": ("发现日期", "检查时间", "排查\n日期", "隐患发现时间", "Found on"),
    "premises": ("单位名称", "受检单位", "企业（单位）名称", "場所名稱", "Premises"),
    "description": ("隐患描述", "存在问题", "隐患内容", "问 题 描 述", "Hazard"),
    "severity": ("隐患等级", "隐患级别", "Severity"),
    "status": ("整改状态", "是否整改", "整改进展", "Status"),
    "deadline": ("整改期限", "整改时限", "限期", "Deadline"),
    "cost_wan": ("整改资金", "投入资金", "整改经费", "Cost"),
}
SEVERITIES = {"general": ("一般", "一般隐患", "一般 "), "major": ("重大", "重大隐患", "重大事故隐患")}
STATUSES = {
    "open": ("未整改", "整改中", "待整改"),
    "rectified": ("已整改", "整改完成", "现场处置"),
    "closed": ("已销号", "已整改销号", "闭环"),
}
DIGITS = "〇一二三四五六七八九"


@dataclass
class Ledger:
    """A made-up ledger: its grid of cells, merges, and what a reader must make of it."""

    seed: int
    cells: list[list[object]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int, object]] = field(default_factory=list)
    accepted: list[dict[str, object]] = field(default_factory=list)
    rows_aside: list[int] = field(default_factory=list)
    cells_aside: list[tuple[int, str]] = field(default_factory=list)
    wrong_totals: list[int] = field(default_factory=list)
    name: str = ""


def make_ledger(seed: int) -> Ledger:
    """Make the ledger of a seed: the same one each time."""
    rng = random.Random(seed)
    made = Ledger(seed)
    flat = rng.random() < 0.4  # a text file: no merges, no typed cells
    order = [name for name in HEADERS if name not in ("district", "found_on", "description")]
    rng.shuffle(order)
    columns = ["district", "found_on", "description", *order[: rng.randint(1, 5)]]
    rng.shuffle(columns)
    sections = rng.random() < 0.3
    if sections:
        columns.remove("district")
    if rng.random() < 0.3:
        columns.insert(rng.randint(1, len(columns)), "")
    if rng.random() < 0.7:
        columns.insert(0, "序号")
    yuan = rng.choice(("", "元", "万元"))
    unit_above = rng.random() < 0.3
    for _ in range(rng.choice((0, 0, 1, 2))):
        made.cells.append([])
    made.cells.append(
        [rng.choice(("2021年隐患排查治理台账", "滨江县二〇二一年度隐患清单", "2021年1月—12月台账"))]
    )
    if rng.random() < 0.5:
        made.cells.append([f"填报单位:县应急局 单位:{yuan}" if unit_above and yuan else "填报单位:县应急局"])
    else:
        unit_above = False
    if rng.random() < 0.3:
        made.cells.append([])
    for table in range(rng.choice((1, 1, 1, 2))):
        if table:
            made.cells += [[], ["二、补充台账"]]
        _add_table(made, rng, columns, sections, yuan, unit_above, flat)
    for _ in range(rng.choice((0, 1, 2))):
        made.cells.append(
            rng.choice((["填表人:甲", "", "审核:乙"], ["注:以上为截至年底数。"], [], ["备注：无"]))
        )
    suffix = rng.choice((".csv", ".txt", ".csv")) if flat else ".xlsx"
    made.name = f"ledger_{seed:03d}{suffix}"
    return made


def _add_table(
    made: Ledger,
    rng: random.Random,
    columns: list[str],
    sections: bool,
    yuan: str,
    unit_above: bool,
    flat: bool,
) -> None:
    own_unit = f"{rng.choice('（(')}{yuan})".replace("（元)", "（元）") if yuan and not unit_above else ""
    if yuan and not own_unit and not unit_above:
        yuan = ""
    heads = []
    for name in columns:
        text = rng.choice(HEADERS[name]) if name in HEADERS else name
        heads.append(text + own_unit if name == "cost_wan" else text)
    header = _add_header(made, rng, columns, heads, flat)
    if rng.random() < 0.15 and len(columns) >= 3:
        made.cells.append([i if not flat else str(i) for i in range(1, len(columns) + 1)])
    subtotal, total = 0.0, 0.0
    district = ""
    count = rng.randint(1, 14)
    for i in range(count):
        if sections and (not district or rng.random() < 0.3):
            district = rng.choice(DISTRICTS)
            text = rng.choice(("{}", "一、{}", "（二）{}", "{}:")).format(district)
            made.cells.append([text])
            if not flat and rng.random() < 0.5:
                row = len(made.cells) - 1
                made.merges.append((row, 0, row, len(columns) - 1, text))
        row = len(made.cells)
        cells, truth, cost = _make_row(made, rng, columns, i + 1, yuan, flat, row)
        if sections and truth is not None:
            truth["district"] = district
        made.cells.append(cells)
        subtotal, total = subtotal + cost, total + cost
        if truth is not None:
            made.accepted.append({**truth, "source_row": row + 1})
        if rng.random() < 0.08:
            made.cells.append([])
        if rng.random() < 0.08 and i < count - 1:
            made.cells += [list(one) for one in header]
        if rng.random() < 0.1:
            _add_total(made, rng, columns, "小 计", subtotal)
            subtotal = 0.0
    if rng.random() < 0.5:
        _add_total(made, rng, columns, rng.choice(("合计", "总 计", "合计：")), total)


def _add_header(
    made: Ledger, rng: random.Random, columns: list[str], heads: list[str], flat: bool
) -> list[list[object]]:
    """One row, or two with a group over neighbours; returns the rows as written."""
    row = len(made.cells)
    groupable = [
        i for i in range(1, len(columns) - 1) if all(columns[j] not in ("", "序号") for j in (i, i + 1))
    ]
    if not groupable or rng.random() < 0.6:
        made.cells.append(list(heads))
        return [list(heads)]
    start = rng.choice(groupable)
    upper: list[object] = list(heads)
    lower: list[object] = [""] * len(heads)
    upper[start], upper[start + 1] = "登记情况", ""
    lower[start], lower[start + 1] = heads[start], heads[start + 1]
    made.cells += [upper, lower]
    if not flat:
        made.merges.append((row, start, row, start + 1, "登记情况"))
        for i, text in enumerate(heads):
            if i not in (start, start + 1) and text:
                made.merges.append((row, i, row + 1, i, text))
    return [list(upper), list(lower)]


def _make_row(
    made: Ledger, rng: random.Random, columns: list[str], number: int, yuan: str, flat: bool, row: int
) -> tuple[list[object], dict[str, object] | None, float]:
    truth: dict[str, object] = {}
    cells: list[object] = []
    cost = 0.0
    dateless = rng.random() < 0.06
    troubles: list[str] = []
    found = date(2021, 1, 1) + timedelta(days=rng.randrange(330))
    for name in columns:
        cell: object = ""
        if name == "序号":
            cell = str(number) if flat else number
        elif name == "district":
            truth[name] = cell = rng.choice(DISTRICTS)
        elif name == "found_on":
            truth[name] = found
            cell = (
                rng.choice(("已整改", "春节前", "2021年13月1日"))
                if dateless
                else _write_date(rng, found, flat)
            )
        elif name == "deadline":
            if rng.random() < 0.7:
                due = found + timedelta(days=rng.randint(1, 30))
                truth[name], cell = due, _write_date(rng, due, flat)
            else:
                truth[name], cell = None, rng.choice(("", "/", "—"))
        elif name in ("severity", "status"):
            known = SEVERITIES if name == "severity" else STATUSES
            if name == "severity" and rng.random() < 0.1:
                truth[name], cell = None, "重点"
                troubles.append(name)
            else:
                truth[name] = rng.choice(list(known))
                cell = rng.choice(known[str(truth[name])])
        elif name == "premises":
            truth[name] = cell = f"第{rng.randrange(40)}号商店"
        elif name == "description":
            items = rng.randint(1, 3)
            texts = [rng.choice(("电线老化", "通道堵塞", "灭火器过期")) for _ in range(items)]
            cell = texts[0] if items == 1 else "\n".join(f"{i}.{text}" for i, text in enumerate(texts, 1))
            if items > 1 and rng.random() < 0.3:
                cell = ";".join(f"{DIGITS[i]}是{text}" for i, text in enumerate(texts, 1))
            truth[name], truth["items"] = cell, items
        elif name == "cost_wan":
            cost = float(rng.randrange(1, 400) * 50)
            scale = 10000 if yuan == "元" else 1
            truth[name] = cost / scale
            cell = rng.choice((cost, f"{cost:,.0f}", f"约{cost:.0f}", f"{cost:.0f}余"))
            cell = str(cell) if flat else cell
        cells.append(cell)
    if dateless:
        made.rows_aside.append(row + 1)
        return cells, None, cost
    made.cells_aside += [(row + 1, name) for name in troubles]
    return cells, truth, cost


def _write_date(rng: random.Random, day: date, flat: bool) -> object:
    forms: list[object] = [
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month:02d}/{day.day:02d}",
        f"{day.month}月{day.day}日",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"二〇二一年{_numeral(day.month)}月{_numeral(day.day)}日",
    ]
    serial = (day - date(1899, 12, 30)).days
    forms += [str(serial)] if flat else [day, day, serial, float(serial)]
    return rng.choice(forms)


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")


def _add_total(made: Ledger, rng: random.Random, columns: list[str], word: str, amount: float) -> None:
    cells: list[object] = [""] * len(columns)
    cells[0] = word
    if "cost_wan" in columns[1:]:
        wrong = rng.random() < 0.3
        cells[columns.index("cost_wan")] = amount + 7 if wrong else amount
        if wrong:
            made.wrong_totals.append(len(made.cells) + 1)
    made.cells.append(cells)


def write_ledger(made: Ledger, folder: Path) -> Path:
    """Write a made ledger as the file its name says; text files in an encoding and delimiter by seed."""
    path = folder / made.name
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("台账")
            dated = book.add_format({"num_format": "yyyy/m/d"})
            for row, cells in enumerate(made.cells):
                for column, value in enumerate(cells):
                    if isinstance(value, date):
                        sheet.write_datetime(row, column, value, dated)
                    elif value != "":
                        sheet.write(row, column, value)
            for top, left, bottom, right, text in made.merges:
                sheet.merge_range(top, left, bottom, right, text)
        return path
    encoding = ("utf-8-sig", "gb18030", "utf-16", "utf-8")[made.seed % 4]
    delimiter = (",", "\t", ";")[made.seed % 3]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(made.cells)
    return path
