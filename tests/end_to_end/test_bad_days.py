"""Kills at random moments leave, after one more run, what an undisturbed run does; two commands lose nothing."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("what", ["kills", "two"])
def test_bad_days_cost_nothing(root: Path, what: str) -> None:
    command = [sys.executable, "-m", "benchmarks.bad_days", "--rounds", "20", "--only", what]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{what}: 20 rounds" in done.stdout
