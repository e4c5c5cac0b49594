"""Ctrl-C at any moment: one line, 130, nothing left behind; the processes below say nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

LIBRARY = Path(__file__).parents[2] / "lib"
# As the shell has it: a command that ends itself by the signal is 130 there, too.
STOPPED = (130, -signal.SIGINT)


@pytest.mark.skipif(os.name != "posix", reason="signals to a group as Unix has them")
@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("words", [["ingest"], ["review", "--period", "2021", "--district", "溪口镇"]])
def test_a_command_that_is_stopped_says_so_in_a_line(
    tmp_path: Path, words: list[str], seconds: float
) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")})
    script = tmp_path / "taizhang"
    # Python itself is up by now, and says that it is.
    script.write_text("import taizhang\nprint('up', flush=True)\nfrom taizhang.cli import main\nmain()\n")
    process = subprocess.Popen(
        [sys.executable, str(script), *words, "-C", str(root)],
        env={**os.environ, "PYTHONPATH": str(LIBRARY), "TAIZHANG_LANG": "en"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "up\n"
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the command and all of its group
    _, said = process.communicate(timeout=60)
    if process.returncode == 0:
        return  # it was done by then
    assert process.returncode in STOPPED
    # What was done by then was told before; nothing: where it was at its end already.
    told = [line for line in said.splitlines() if not line.startswith("[1/1] 溪口镇 zh: done")]
    assert told in (["stopped"], ["已停止 stopped"], [])
    assert [path for path in root.rglob(".*.*") if path.is_file()] == []
