"""Small workbooks on disk for the tests of ingest: three towns, ledgers as rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely import box

TOWNS = {"350921101": "溪口镇", "350921102": "溪南镇", "350921103": "白鹭镇"}
HEADER = ["序号", "所属乡镇", "发现日期", "隐患描述", "隐患等级", "整改责任人", "备注"]


def write_sheet(path: Path, rows: Sequence[Sequence[object]], sheet: str = "台账") -> Path:
    """An .xlsx file with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def make_hazards(town: str, count: int = 3, *, month: int = 3) -> list[list[object]]:
    """A header and some rows."""
    rows = [
        [n, town, f"2021-{month:02d}-{n:02d}", f"隐患{n}", "一般", "张三", ""] for n in range(1, count + 1)
    ]
    return [HEADER, *rows]


def make_book(
    root: Path,
    files: Mapping[str, Sequence[Sequence[object]]],
    *,
    patterns: Sequence[str] = (),
    more: str = "",
) -> Path:
    """A workbook with districts and hazards files by their names in data/raw."""
    raw = root / "data" / "raw"
    raw.mkdir(parents=True)
    gpd.GeoDataFrame(
        {"code": list(TOWNS), "name": list(TOWNS.values())},
        geometry=[box(119 + 0.1 * n, 26, 119.1 + 0.1 * n, 26.1) for n in range(len(TOWNS))],
        crs="EPSG:4490",
    ).to_file(raw / "towns.gpkg")
    for name, rows in files.items():
        write_sheet(raw / name, rows)
    listed = ", ".join(f'"data/raw/{pattern}"' for pattern in patterns or ("*.xlsx",))
    (root / "workbook.toml").write_text(
        '[workbook]\ntitle = "县"\nas_of = 2021-12-31\n[boundaries]\npath = "data/raw/towns.gpkg"\ncode = "code"\n'
        f'name = "name"\n[ledgers.hazards]\nfiles = [{listed}]\n{more}',
        encoding="utf-8",
    )
    return root


def correct(root: Path, *lines: str, head: str = "file,sheet,row,column,old,new,by,why") -> None:
    """Write corrections.csv."""
    text = "\n".join((head, *lines)) + "\n"
    (root / "data" / "raw" / "corrections.csv").write_text(text, encoding="utf-8-sig")
