"""The workbook.toml of a sample and the note on where its data come from."""

import hashlib
from pathlib import Path

_HEAD = """\
# 虚构示例：滨江县及其乡镇、边界、单位、人名和数据均为程序编造，与任何真实地方、单位和个人无关。
# A made-up sample: the county, its townships, boundaries, premises, names and figures are invented by a program.

[workbook]
title = { zh = "滨江县应急管理年度评估（虚构示例）", en = "Binjiang County emergency management review (made-up example)" }
lang = "zh"
sample = true

[boundaries]
path = "data/raw/boundaries/townships.shp"
code = "XZDM"
name = "XZMC"
parent = "SJXZ"
encoding = "auto"
approval = ""

[boundaries.aliases]
"""
_GRID = """
[boundaries.grid]
path = "data/raw/boundaries/grid.shp"
code = "WGBM"
name = "WGMC"
parent = "SSXZ"
class = "WGLB"
level = "WGJB"
responsible = "FZR"
"""
_TARGETS = """
[indicators]
flood_season = ["04-15", "10-15"]
fire_season = ["09-15", "04-30"]

[[targets]]
indicator = "drills.held"
district = "*"
period = "2021"
at_least = 10

[[targets]]
indicator = "drills.held"
district = "*"
period = "2022"
at_least = 12

[[targets]]
indicator = "inspections.visits"
district = "*"
period = "2021"
at_least = 45

[[targets]]
indicator = "hazards.rectified"
district = "350921101"
period = "2021"
at_least = 200
"""
_SOURCE = """\
# 数据来源 / Source

**虚构示例，不是真实数据。** 滨江县、各乡镇（街道）、边界、网格、单位、人名、电话和全部台账均由程序
按固定的随机种子编造，与任何真实的行政区域、单位和个人无关；行政区划代码只为满足格式，电话号码均为无效号码。
边界不是地图成果，不得作为任何界线的依据。

**A made-up sample, not real data.** The county, its townships, boundaries, grid, premises, people, telephone
numbers and all ledgers were invented by a program from a fixed random seed and stand for no real place,
organisation or person. The division codes only fit the format. The boundaries are no survey of anything.

- Publisher: the Taizhang project (generator: `python -m tools.sample`)
- Licence: as the project's
- Period: 2020-01-01 to 2022-12-31, as it stood on 2022-12-31
- Seed: {seed}; townships: {townships}; hazards drawn: {rows}
- Checksums: SHA256SUMS beside this file (`sha256sum -c SHA256SUMS`)
- Boundaries: ESRI shapefile, EPSG:4490, attribute text in GBK without a .cpg file
- On purpose: unreadable dates, unknown district names, unmapped values, rows written twice,
  gaps and overlaps in the grid
"""


def write_settings(
    folder: Path,
    aliases: dict[str, str],
    endings: dict[str, str],
    *,
    townships: int,
    rows: int,
    seed: int,
) -> None:
    """Write workbook.toml and data/raw/SOURCE.md.

    Parameters
    ----------
    folder : Path
    aliases : dict of str to str
        Name -> code.
    endings : dict of str to str
        Kind that was written -> ending of its files, such as ".xlsx".
    townships, rows, seed : int
        What the sample was made with.
    """
    text = _HEAD + "".join(f'"{name}" = "{code}"\n' for name, code in aliases.items()) + _GRID
    for kind, ending in endings.items():
        text += f'\n[ledgers.{kind}]\nfiles = ["data/raw/{kind}/*{ending}"]\n'
    (folder / "workbook.toml").write_text(text + _TARGETS, encoding="utf-8", newline="\n")
    source = _SOURCE.format(seed=seed, townships=townships, rows=rows)
    (folder / "data/raw/SOURCE.md").write_text(source, encoding="utf-8", newline="\n")


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS for all files below a folder, as `sha256sum -c` reads it."""
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS"):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
