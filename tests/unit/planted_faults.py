"""A county of twenty townships whose hazards ledgers have two hundred planted faults, and what each cell should say."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely import box

HEADER = [
    "序号", "所属乡镇", "发现日期", "场所类型", "隐患描述", "隐患等级", "整改期限", "整改完成日期", "整改状态",
    "整改资金(万元)", "是否挂牌督办", "整改责任人", "联系电话",
]  # fmt: skip
AT = {
    "district": 1, "found_on": 2, "severity": 5, "deadline": 6, "rectified_on": 7, "status": 8, "cost_wan": 9,
    "listed": 10,
}  # fmt: skip
NAMES = [f"{a}{b}镇" for a in "青白赤金银铜石松竹梅" for b in "溪岭"]
PEOPLE = ["欧阳若曦", "诸葛长风", "上官云珠", "司徒静海", "慕容雪村"]


@dataclass(frozen=True)
class Fault:
    """A planted fault: where, which column, what stands there now and what should."""

    file: str
    row: int
    field: str
    wrong: object
    right: object


@dataclass(frozen=True)
class County:
    """A workbook with its districts, faults and all cells as they should be."""

    root: Path
    towns: dict[str, str]
    faults: list[Fault]
    rows: dict[tuple[str, int], list[object]]

    def find(self, file: str, row: int, field: str) -> Fault | None:
        return next((f for f in self.faults if (f.file, f.row, f.field) == (file, row, field)), None)


def make_county(root: Path, *, towns: int = 20, faults: int = 10, rows: int = 24, lang: str = "zh") -> County:
    """`faults` per town, of ten sorts in turn, in ledgers of `rows` rows."""
    rng = random.Random(24)
    codes = {f"3509211{n:02d}": NAMES[n] for n in range(towns)}
    raw = root / "data" / "raw"
    raw.mkdir(parents=True)
    gpd.GeoDataFrame(
        {"code": list(codes), "name": list(codes.values())},
        geometry=[box(119 + 0.05 * n, 26, 119.05 + 0.05 * n, 26.1) for n in range(towns)],
        crs="EPSG:4490",
    ).to_file(raw / "towns.gpkg")
    planted, truth = [], {}
    for number, name in enumerate(codes.values()):
        table = [_make_row(rng, at, name, number) for at in range(rows)]
        file = f"data/raw/{name}隐患台账.xlsx"
        truth |= {(file, at + 2): list(row) for at, row in enumerate(table)}
        sorts = _plant(rng, file, table)
        planted += [next(sorts) for _ in range(faults)]
        book = openpyxl.Workbook()
        page = book.active
        page.title = "隐患台账"
        page.append(HEADER)
        for row in table:
            page.append(row)
        book.save(root / file)
    (root / "workbook.toml").write_text(
        f'[workbook]\ntitle = "青白县"\nlang = "{lang}"\nas_of = 2021-12-31\n[boundaries]\n'
        'path = "data/raw/towns.gpkg"\ncode = "code"\nname = "name"\n[ledgers.hazards]\n'
        'files = ["data/raw/*隐患台账.xlsx"]\n',
        encoding="utf-8",
    )
    return County(root, codes, planted, truth)


def _make_row(rng: random.Random, at: int, town: str, number: int) -> list[object]:
    found = date(2021, 3, 1) + timedelta(days=at)
    person = PEOPLE[(at + number) % len(PEOPLE)]
    phone = f"138{number:02d}{at:02d}{rng.randrange(1000, 9999)}"
    said = f"灭火器过期{at}号，联系人{person}{phone}" if at % 6 == 0 else f"疏散通道堵塞{at}号"
    later = [(found + timedelta(days=days)).isoformat() for days in (15, 7)]
    first = [at + 1, town, found.isoformat(), f"{town[:2]}商店{at}号", said, "一般"]
    return [*first, *later, "已整改", round(0.1 + at / 10, 1), "否", person, phone]


def _plant(rng: random.Random, file: str, table: list[list[object]]) -> Iterator[Fault]:
    """Faults of all sorts, each in a row of its own."""
    wrongs = [
        ("found_on", "2021-13-05"), ("found_on", None), ("severity", "重点"), ("deadline", "尽快"),
        ("cost_wan", "若干"), ("listed", "看情况"), ("district", "某某镇"), ("rectified_on", "二月三十日"),
        ("rectified_on", None), ("rectified_on", "2021-01-01"),
    ]  # fmt: skip
    for at, (field, wrong) in zip(rng.sample(range(len(table)), len(wrongs)), wrongs, strict=True):
        right = table[at][AT[field]]
        table[at][AT[field]] = wrong
        yield Fault(file, at + 2, field, wrong, right)
