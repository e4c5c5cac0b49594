"""Counties of any size for the benchmarks: squares on a map, and one long ledger of hazards as Parquet."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import nbformat
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import box

from taizhang.settings.workbook import FILE

# Hazards of each district whose report is timed, however long the whole ledger is.
OWN_ROWS = 1000
_PART = 500_000
_SETTINGS = """[workbook]
title = "大县"
lang = "zh"
[boundaries]
path = "data/raw/districts.gpkg"
code = "code"
name = "name"
[ledgers.hazards]
files = ["data/raw/hazards/*.parquet", "data/raw/hazards/*.csv"]
"""
_FIRST = 350_900_101


def make_county(book: Path, *, townships: int, rows: int, timed: int = 8) -> list[str]:
    """Write a workbook with a ledger of so many rows.

    Parameters
    ----------
    book : Path
        Its folder.
    townships : int
        At least `timed`.
    rows : int
        Hazards in all, over three years. The first `timed` districts have `OWN_ROWS` each, or an equal share where
        that is fewer; the others share the rest.
    timed : int

    Returns
    -------
    list of str
        Codes of the first districts.
    """
    timed = min(timed, townships)
    codes = [str(_FIRST + number) for number in range(townships)]
    wide = int(np.ceil(np.sqrt(townships)))
    side = 0.8 / wide
    west, south = 118 + side * (np.arange(townships) % wide), 26 + side * (np.arange(townships) // wide)
    (book / "data/raw/hazards").mkdir(parents=True)
    gpd.GeoDataFrame(
        {"code": codes, "name": [f"第{number}乡" for number in range(1, townships + 1)]},
        geometry=box(west, south, west + side, south + side),
        crs="EPSG:4490",
    ).to_file(book / "data/raw/districts.gpkg")
    (book / FILE).write_text(_SETTINGS, encoding="utf-8")
    own = min(OWN_ROWS, rows // townships)
    counts = np.full(townships, own)
    others = townships - timed
    if others:
        counts[timed:] = (rows - own * timed) // others
        counts[-1] += rows - counts.sum()
    writer = None
    for part in _draw(codes, counts, west, south, side):
        table = pa.Table.from_pandas(part, preserve_index=False)
        writer = writer or pq.ParquetWriter(
            book / "data/raw/hazards/all.parquet", table.schema, compression="zstd"
        )
        writer.write_table(table)
    if writer is not None:
        writer.close()
    # One row in a file of its own, so that it can be changed without writing the long one again.
    (book / "data/raw/hazards/one.csv").write_text(
        f"district,found_on,premises,category,severity\n{codes[0]},2021-05-04,永通商店,消防安全,一般\n",
        "utf-8",
    )
    return codes[:timed]


def _draw(
    codes: list[str], counts: np.ndarray, west: np.ndarray, south: np.ndarray, side: float
) -> Iterator[pd.DataFrame]:
    """The ledger in parts, district by district."""
    place = np.repeat(np.arange(len(codes)), counts)
    for start in range(0, len(place), _PART):
        at = place[start : start + _PART]
        rng, many = np.random.default_rng(start), len(at)

        def pick(*values: str, rng: np.random.Generator = rng, many: int = many) -> pa.Array:
            numbers = pa.array(rng.integers(0, len(values), many, dtype=np.int32))
            return pa.DictionaryArray.from_arrays(numbers, list(dict.fromkeys(values))).cast(pa.string())

        found = np.datetime64("2019-01-01", "ms") + rng.integers(0, 1096, many).astype("timedelta64[D]")
        done = found + rng.integers(0, 60, many).astype("timedelta64[D]")
        done[rng.random(many) < 0.1] = np.datetime64("NaT")
        yield pd.DataFrame(
            {
                "district": pd.Categorical.from_codes(at, pd.Index(codes)).astype("str"),
                "found_on": found,
                "premises": np.char.add("永通商店", rng.integers(0, 20_000, many).astype(str)),
                "trade": pick("商贸餐饮", "道路交通", "建筑施工", "工贸"),
                "category": pick("消防安全", "用电安全", "燃气安全", "道路设施"),
                "description": np.char.add("电线老化第", rng.integers(0, 50_000, many).astype(str)),
                "severity": np.where(rng.random(many) < 0.25, "重大", "一般"),
                "mode": pick("立行立改", "限期整改"),
                "deadline": found + np.timedelta64(15, "D"),
                "rectified_on": done,
                "lon": west[at] + side * rng.random(many),
                "lat": south[at] + side * rng.random(many),
            }
        )


def write_short_templates(book: Path) -> None:
    """Notebooks of one key figure: where the count of reports is what is measured."""
    for name in ("township_review", "county_comparison"):
        sources = (
            'district = ""\nperiod = ""\nlang = ""\nworkbook = ""',
            "import taizhang as tz\nfrom taizhang import figures",
            "view = tz.open(workbook).view(district, period, lang)",
            "figures.show_key_figures(view)",
        )
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        cells[0].metadata["tags"] = ["parameters"]
        cells.insert(3, nbformat.v4.new_markdown_cell("## 概况"))
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        path = book / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def change_one_row(book: Path) -> None:
    """Correct the category of the row that stands in a file of its own."""
    path = book / "data/raw/hazards/one.csv"
    path.write_text(path.read_text("utf-8").replace("消防安全", "用电安全"), "utf-8")
