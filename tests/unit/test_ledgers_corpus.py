"""No workbook of the corpus crashes, hangs or fills the memory: each is read, or refused with a reason."""

import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "data" / "excel_corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine")


def test_every_workbook_is_read_or_refused() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "excel_corpus.py"), str(CORPUS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    *_, last = done.stdout.strip().splitlines()
    counts = Counter(
        {
            line[6:]: int(line[:4])
            for line in done.stdout.splitlines()
            if line[:4].strip().isdigit() and "slowest" not in line
        }
    )
    files = [path for path in CORPUS.rglob("*") if path.suffix in (".xls", ".xlsx", ".xlsm", ".xlsb")]
    assert sum(counts.values()) == len(files)
    assert counts["read through; no table of hazards in it"] >= 50
    assert float(last.split("slowest ")[1].split(" s")[0]) < 30
    # The largest of all children of this test, the reading children of the benchmark among them, in kB.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 1024**2
