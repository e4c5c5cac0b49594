"""The examples that start a routine: read by systemd where it is there, and by their own rules everywhere."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from taizhang.settings.workbook import Routine

PAGES = ("routine.md", "routine.zh.md")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = "/srv/taizhang/bin/taizhang"
# Of each of the five fields of cron: the least and the most.
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def read_blocks(root: Path, page: str) -> list[tuple[str, str, str]]:
    return BLOCK.findall((root / "docs" / "howto" / page).read_text("utf-8"))


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2]


def test_both_languages_show_the_same(root: Path) -> None:
    first, second = (read_blocks(root, page) for page in PAGES)
    assert first == second
    assert [(kind, name) for kind, name, _ in first] == [
        ("toml", ""),
        ("crontab", ""),
        ("systemd", "taizhang.service"),
        ("systemd", "taizhang.timer"),
        ("bat", ""),
    ]
    shown = tomllib.loads(first[0][2])["routine"]
    assert set(shown) == set(Routine.list_keys())


def test_the_line_of_cron(root: Path) -> None:
    (text,) = (text for kind, _, text in read_blocks(root, PAGES[0]) if kind == "crontab")
    mail, line = text.splitlines()
    assert re.fullmatch(r"MAILTO=\S+@\S+", mail)
    *fields, command = line.split(None, 5)
    for written, (least, most) in zip(fields, FIELDS, strict=True):
        ends = [] if written == "*" else [int(part) for part in written.split("-")]
        assert all(least <= end <= most for end in ends) and ends == sorted(ends)
    assert command.split()[:2] == [COMMAND, "routine"] and "%" not in command  # cron ends a line there


def test_the_units_of_systemd(root: Path, tmp_path: Path) -> None:
    units = {name: text for kind, name, text in read_blocks(root, PAGES[0]) if kind == "systemd"}
    for name, text in units.items():
        (tmp_path / name).write_text(text.replace(COMMAND, sys.executable), "utf-8")
        parsed = configparser.ConfigParser()
        parsed.read_string(text)
        if name.endswith("timer"):
            when = parsed["Timer"]["OnCalendar"]
        else:
            assert parsed["Service"]["ExecStart"].split()[:2] == [COMMAND, "routine"]
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("no systemd here")
    for words in (
        ["verify", "--user", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        ["calendar", when],
    ):
        there = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(tmp_path),
            "SYSTEMD_LOG_LEVEL": "warning",
            "LC_ALL": "C",
        }
        done = subprocess.run(
            [analyze, *words], capture_output=True, text=True, check=False, timeout=60, env=there
        )
        assert done.returncode == 0 and "taizhang" not in done.stderr, done.stderr
    assert re.search(r"06:00:00", done.stdout)


def test_the_task_of_windows(root: Path) -> None:
    (line,) = (text.strip() for kind, _, text in read_blocks(root, PAGES[0]) if kind == "bat")
    # A quotation mark within the task's command is written \".
    words = [
        re.sub(r'^"(.*)"$', r"\1", word).replace('\\"', '"')
        for word in re.findall(r'"(?:\\"|[^"])*"|\S+', line)
    ]
    assert words[:2] == ["schtasks", "/Create"]
    given = dict(zip(words[2::2], words[3::2], strict=True))
    assert given.keys() == {"/TN", "/SC", "/ST", "/TR"} and given["/SC"] == "DAILY"
    assert re.fullmatch(r"[01]\d:[0-5]\d", given["/ST"])
    assert given["/TR"] == '"C:\\taizhang\\Scripts\\taizhang.exe" routine -C "D:\\binjiang"'
    assert len(given["/TR"]) <= 261  # what Task Scheduler takes
