"""`taizhang new`: the folders of a workbook, and a commented workbook.toml or a small made-up county."""

import json
import zipfile
from importlib.resources import files
from pathlib import Path

from taizhang.core.errors import ParameterError
from taizhang.core.files import write_text

_TOML = """\
# A Taizhang workbook. Lines that start with # are explanations or examples; the docs describe every key.
[workbook]
title = {title}
lang  = "zh"                        # default report language: zh or en
# as_of = 2022-01-31                # the day the ledgers are read as of; default: the period's last day

[boundaries]                        # the districts to report on
path   = "data/raw/boundaries/townships.shp"    # shapefile, GeoPackage, GeoJSON, GeoParquet
code   = "XZDM"                     # the column of the division code
name   = "XZMC"                     # the column of the name
# parent = "SJXZ"                   # the column of the unit above
# crs    = "EPSG:4490"              # only where the file has none
# offset = "gcj02"                  # where the coordinates come from a web map: gcj02 or bd09
# approval = ""                     # 审图号; empty: every map says internal use

# [boundaries.aliases]              # former and short names -> code
# "老溪南" = "350921102"

# One table per ledger kind; take the # away where you have the files.
# `taizhang template hazards` writes a blank ledger, `taizhang check` shows how yours are understood.
{ledgers}
# [[targets]]                       # 目标任务
# indicator = "drills.held"
# district  = "*"
# period    = "2021"
# at_least  = 12
"""

SAMPLE = "sample.zip"
_IGNORE = "data/processed/\nreports/\n.ipynb_checkpoints/\n"


def make_workbook(folder: Path) -> None:
    """Make a workbook's folders and settings in a folder that is new or empty; any other is a ParameterError."""
    from taizhang.metadata.kinds import load_kinds

    _make_folders(folder)
    ledgers = "".join(
        f"# [ledgers.{kind.name}]  # {kind.title['zh']} {kind.title['en']}\n"
        f'# files = ["data/raw/{kind.name}/*.xlsx"]\n\n'
        for kind in load_kinds().values()
    )
    title = json.dumps(folder.resolve().name, ensure_ascii=False)
    write_text(folder / "workbook.toml", _TOML.format(title=title, ledgers=ledgers))


def make_sample_workbook(folder: Path) -> None:
    """Make a workbook of a made-up county that can be reviewed at once, in a folder that is new or empty.

    The county is one that ``python -m tools.sample`` of the repository writes.
    """
    _make_folders(folder)
    with (files("taizhang.lab") / SAMPLE).open("rb") as file, zipfile.ZipFile(file) as packed:
        packed.extractall(folder)


def _make_folders(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError(f"'{folder}' is not empty; name a new folder")
    for name in ("notebooks", "data/raw/boundaries", "data/processed", "reports"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_text(folder / ".gitignore", _IGNORE)
