"""Reviews killed by signal 9 at a random moment leave, once run again, what an undisturbed one does.

Two rounds; benchmarks/kill_nine.py has as many as one likes, and kills the run and the fork server too.
"""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("victims", [("worker",), ("dask",)], ids="-".join)
def test_what_is_killed_is_made_up_for(root: Path, victims: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "benchmarks.kill_nine", "--rounds", str(len(victims)), "--seed", "3"]
    done = subprocess.run(
        [*command, "--victims", *victims], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(victims)} rounds on " in done.stdout and "all equal to an undisturbed run" in done.stdout
