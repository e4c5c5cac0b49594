"""Time an ingest against python-calamine's own bare read of the same workbook, and one of a long Parquet file.

python -m benchmarks.time_ingest xlsx [--rows 200000] [--repeat 3]
python -m benchmarks.time_ingest parquet [--rows 10000000]
"""

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from shapely import box

from taizhang.settings.workbook import FILE

HEADERS = {
    "district": "所属乡镇", "hazard_id": "隐患编号", "found_on": "发现日期", "premises": "单位名称",
    "premises_type": "场所类型", "trade": "行业领域", "category": "隐患类别", "description": "隐患描述",
    "severity": "隐患等级", "mode": "整改方式", "deadline": "整改期限", "rectified_on": "整改完成日期",
    "status": "整改状态", "responsible": "整改责任人", "listed": "是否挂牌", "cost_wan": "整改资金（万元）",
    "lon": "经度", "lat": "纬度",
}  # fmt: skip
DISTRICTS = 200
ROWS_PER_PART = 250_000


def make_districts(folder: Path) -> gpd.GeoDataFrame:
    """Districts as squares in a row, written where the workbook says."""
    frame = gpd.GeoDataFrame(
        {
            "code": [f"350921{number:03d}" for number in range(101, 101 + DISTRICTS)],
            "name": [f"第{number}镇" for number in range(1, DISTRICTS + 1)],
        },
        geometry=[box(100 + 0.1 * n, 30, 100.1 + 0.1 * n, 30.1) for n in range(DISTRICTS)],
        crs="EPSG:4490",
    )
    path = folder / "data" / "raw" / "districts.gpkg"
    path.parent.mkdir(parents=True)
    frame.to_file(path)
    return frame


def make_rows(rows: int, districts: gpd.GeoDataFrame, seed: int) -> pd.DataFrame:
    """Made-up hazards over three years, as a clerk fills them in."""
    rng = np.random.default_rng(seed)

    def pick(values: list[str]) -> np.ndarray:
        return np.array(values, dtype=object)[rng.integers(0, len(values), rows)]

    found = np.datetime64("2020-01-01", "s") + rng.integers(0, 1096, rows).astype("timedelta64[D]")
    done = found + rng.integers(0, 60, rows).astype("timedelta64[D]")
    place = rng.integers(0, DISTRICTS, rows)
    return pd.DataFrame(
        {
            "district": districts["name"].to_numpy(dtype=object)[place],
            "hazard_id": [f"YH{seed:03d}{number:07d}" for number in range(rows)],
            "found_on": found,
            "premises": np.char.add("永通商店", rng.integers(0, 20_000, rows).astype(str)).astype(object),
            "premises_type": pick(["九小场所", "企业", "学校", "工地"]),
            "trade": pick(["商贸餐饮", "道路交通", "建筑施工", "工贸"]),
            "category": pick(["消防安全", "用电安全", "燃气安全", "道路设施"]),
            "description": np.char.add("电线老化第", rng.integers(0, 50_000, rows).astype(str)).astype(
                object
            ),
            "severity": pick(["一般", "一般", "一般", "重大"]),
            "mode": pick(["立行立改", "限期整改"]),
            "deadline": found + np.timedelta64(15, "D"),
            "rectified_on": done,
            "status": pick(["已整改", "已销号"]),
            "responsible": pick(["甲某", "乙某", "丙某"]),
            "listed": pick(["是", "否"]),
            "cost_wan": rng.integers(0, 500, rows) / 100,
            "lon": 100 + 0.1 * place + 0.05,
            "lat": np.full(rows, 30.05),
        }
    ).rename(columns=HEADERS)


def write_xlsx(path: Path, table: pd.DataFrame) -> None:
    """Write a table with days as days, in constant memory."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(table.columns))
        columns = [
            table[name].dt.to_pydatetime() if table[name].dtype.kind == "M" else table[name].tolist()
            for name in table
        ]
        for number, row in enumerate(zip(*columns, strict=True), 1):
            for column, value in enumerate(row):
                if hasattr(value, "year"):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)


def write_parquet(path: Path, rows: int, districts: gpd.GeoDataFrame) -> None:
    """Write a long table part by part."""
    writer = None
    for seed, start in enumerate(range(0, rows, ROWS_PER_PART)):
        part = make_rows(min(ROWS_PER_PART, rows - start), districts, seed)
        table = pa.Table.from_pandas(part, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def time_command(*command: str) -> tuple[float, float, str]:
    """Seconds of wall clock and of processor, its children's included, of a command, and what it says."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, done.stderr


def run_child(*arguments: str) -> tuple[float, float, float]:
    """Seconds, processor seconds, and peak memory in GB of the process or its largest child, of a module."""
    script = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try:\n    runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
        "print(max(resource.getrusage(one).ru_maxrss for one in who), file=sys.stderr)\n"
    )
    seconds, cpu, said = time_command(sys.executable, "-c", script, *arguments)
    return seconds, cpu, int(said.split()[-1]) / 1024**2


def time_bare_read(path: Path) -> tuple[float, float]:
    """Seconds of wall clock and of processor of python-calamine alone, in a process of its own."""
    script = (
        "import python_calamine as c, sys\n"
        "b = c.load_workbook(sys.argv[1])\n"
        "rows = b.get_sheet_by_index(0).to_python()\n"
        "assert len(rows) > 1\n"
    )
    return time_command(sys.executable, "-c", script, str(path))[:2]


def main() -> None:
    """Make the workbook, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=("xlsx", "parquet"))
    parser.add_argument("--rows", type=int, default=None)
    parser.add_argument("--repeat", type=int, default=1, help="how often to measure both, in turn")
    chosen = parser.parse_args()
    rows = chosen.rows or {"xlsx": 200_000, "parquet": 10_000_000}[chosen.format]
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, {rows:,} rows")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        districts = make_districts(folder)
        path = folder / "data" / "raw" / f"hazards.{chosen.format}"
        text = (
            '[workbook]\n[boundaries]\npath = "data/raw/districts.gpkg"\ncode = "code"\nname = "name"\n'
            f'[ledgers.hazards]\nfiles = ["data/raw/{path.name}"]\n'
        )
        (folder / FILE).write_text(text, encoding="utf-8")
        if chosen.format == "xlsx":
            write_xlsx(path, make_rows(rows, districts, 0))
        else:
            write_parquet(path, rows, districts)
        print(f"file                    {path.stat().st_size / 1024**2:7.1f} MB")
        for _ in range(chosen.repeat):
            shutil.rmtree(folder / "data" / "processed", ignore_errors=True)
            bare = time_bare_read(path) if chosen.format == "xlsx" else None
            if bare is not None:
                print(f"calamine, bare read     {bare[0]:7.2f} s, processor {bare[1]:.2f} s")
            seconds, cpu, memory = run_child("taizhang.cli", "ingest", "-C", name)
            ratios = [f"{own / base:.2f}" for own, base in zip((seconds, cpu), bare or (), strict=False)]
            told = f"; {ratios[0]} times the bare read, processor {ratios[1]}" if ratios else ""
            print(
                f"ingest                  {seconds:7.2f} s, processor {cpu:.2f} s, at most {memory:.2f} GB{told}"
            )
        start = run_child("timeit", "-n", "1", "-r", "1", "pass")[0]
        again = run_child("taizhang.cli", "ingest", "-C", name)[0]
        print(f"ingest, nothing changed {again:7.2f} s, of which Python's own start {start:.2f} s")
        table = folder / "data" / "processed" / "hazards.parquet"
        groups = pq.ParquetFile(table).metadata
        column = groups.schema.to_arrow_schema().names.index("district_code")
        code = districts["code"].iloc[0]
        held = sum(
            groups.row_group(n).column(column).statistics.min
            <= code
            <= groups.row_group(n).column(column).statistics.max
            for n in range(groups.num_row_groups)
        )
        print(f"row groups              {groups.num_row_groups:7d}, of one district {held}")


if __name__ == "__main__":
    main()
