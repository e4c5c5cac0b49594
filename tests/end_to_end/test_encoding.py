"""No file is read or written in the system's own encoding, and output is UTF-8 on any console."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import taizhang
from tests.short_templates import put_short_templates
from tools.sample import make_sample

# As on Windows: nothing can be forked, and a text file without a named encoding is read and written as cp936.
LIKE_WINDOWS = """
import builtins, io, multiprocessing, os

for name in ("fork", "forkpty", "sched_getaffinity"):
    delattr(os, name)
plain = io.open


def open_as_cp936(file, mode="r", buffering=-1, encoding=None, *more, **named):
    if encoding in (None, "locale") and "b" not in mode:
        encoding = "cp936"
    return plain(file, mode, buffering, encoding, *more, **named)


io.open = builtins.open = open_as_cp936
"""


@pytest.mark.slow
def test_a_review_where_nothing_forks_and_files_are_cp936(tmp_path):
    book = tmp_path / "县 book"
    make_sample(book, townships=2, rows=40, seed=7)
    toml = book / "workbook.toml"
    text = toml.read_text("utf-8").replace('"data/raw/hazards/*.xlsx"', r"'data\raw\hazards\*.xlsx'")
    assert "\\" in text
    toml.write_text(text, "utf-8")
    put_short_templates(book, "plot_hazards_trend", "map_hazards")
    (tmp_path / "sitecustomize.py").write_text(LIKE_WINDOWS, "utf-8")
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [
        sys.executable,
        "-m",
        "taizhang.cli",
        "review",
        "--period",
        "2021-07",
        "--jobs",
        "2",
        "-C",
        str(book),
    ]
    done = subprocess.run(
        [*command, "--district", "350921101", "--to", "html,pdf"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONIOENCODING": "cp936",
            "TAIZHANG_KERNELS": "ahead",
        },
        capture_output=True,
        check=False,
    )
    told = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "溪口镇" in told
    folder = book / "reports" / "2021-07"
    assert "溪口镇" in (folder / "350921101.zh.html").read_text("utf-8")
    assert (folder / "350921101.zh.pdf").is_file()
    entries = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert not [item["path"] for item in entries["inputs"] if "\\" in item["path"]]


def test_no_file_is_opened_without_saying_its_encoding(sample_book, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(sample_book, book, ignore=shutil.ignore_patterns("processed", "reports"))
    # Python itself tells of every file opened in the system's encoding (PEP 597); a console may be cp936.
    watched = [sys.executable, "-X", "warn_default_encoding", "-W", "always::EncodingWarning"]
    command = ["-m", "taizhang.cli", "facts", "--period", "2021", "--format", "json", "-C", str(book)]
    done = subprocess.run(
        [*watched, *command],
        env={**os.environ, "PYTHONIOENCODING": "cp936"},
        capture_output=True,
        check=False,
    )
    told = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "溪口镇" in {row["district"] for row in json.loads(done.stdout.decode("utf-8"))}
    home = str(Path(taizhang.__file__).parent)
    assert [line for line in told.splitlines() if "EncodingWarning" in line and home in line] == []
