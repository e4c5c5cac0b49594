"""Two runs that write the same files come one after the other; locks of the dead are taken over."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from taizhang.core.errors import BusyError, ParameterError
from taizhang.core.locks import WAIT, hold_lock
from taizhang.core.processes import mark_machine
from taizhang.core.reasons import choose_language

HOLD = """
import sys, time, pathlib
from taizhang.core.locks import hold_lock
with hold_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _start_holder(path: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_who_waits_is_told_whose_it_is_and_one_that_is_killed_lets_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_language("en")
    holder = _start_holder(tmp_path / "ingest")
    monkeypatch.setenv(WAIT, "0")
    with (
        pytest.raises(BusyError, match=rf"process {holder.pid} on .* since \d{{4}}-"),
        hold_lock(tmp_path / "ingest"),
    ):
        pass
    with pytest.raises(BusyError), hold_lock(tmp_path / "ingest", wait=False):
        pass
    monkeypatch.setenv(WAIT, "30")
    threading.Timer(0.5, holder.kill).start()
    with hold_lock(tmp_path / "ingest") as waited:
        assert waited
        assert json.loads((tmp_path / "ingest.json").read_text())["pid"] == os.getpid()
    holder.wait()
    assert f"process {holder.pid} on" in capsys.readouterr().err
    assert not (tmp_path / "ingest.json").exists()
    with hold_lock(tmp_path / "ingest") as waited:
        assert not waited


@pytest.mark.parametrize(
    ("machine", "pid", "hours", "taken"),
    [
        ("ours", "dead", 0, True),
        ("ours", "alive", 99, False),
        ("theirs", "dead", 1, False),
        ("theirs", "dead", 13, True),
    ],
)
def test_on_a_share_without_locks_a_file_stands_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, pid: str, hours: int, taken: bool
) -> None:
    def refuse(self: FileLock, **chosen: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(FileLock, "acquire", refuse)
    monkeypatch.setenv(WAIT, "0")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    owner = {
        "machine": mark_machine() if machine == "ours" else "00000f",
        "pid": ended.pid if pid == "dead" else os.getpid(),
    }
    (tmp_path / "ingest.json").write_text(json.dumps(owner))
    (tmp_path / "ingest.lock").write_text("another program's")
    then = time.time() - hours * 3600
    os.utime(tmp_path / "ingest.lock", (then, then))
    if taken:
        with hold_lock(tmp_path / "ingest"):
            assert json.loads((tmp_path / "ingest.json").read_text())["pid"] == os.getpid()
            with pytest.raises(BusyError), hold_lock(tmp_path / "ingest", wait=False):
                pass
        assert not (tmp_path / "ingest.lock").exists()
    else:
        with pytest.raises(BusyError), hold_lock(tmp_path / "ingest"):
            pass


def test_a_time_to_wait_is_a_number_of_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAIT, "an hour")
    with pytest.raises(ParameterError, match="an hour"), hold_lock(tmp_path / "ingest"):
        pass
