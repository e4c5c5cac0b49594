"""Read every workbook of a folder as a ledger and count the outcomes.

python -m benchmarks.excel_corpus ../shared/data/excel_corpus
"""

import resource
import sys
import time
from collections import Counter
from pathlib import Path

from taizhang.core.reasons import word_all
from taizhang.ledgers import Source, read_ledger_file
from taizhang.metadata.kinds import load_kinds

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".txt", ".parquet")


def list_files(folder: Path) -> list[Path]:
    """The workbooks under a folder, in order of name."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def tell_outcome(path: Path, root: Path) -> tuple[str, str, float]:
    """Outcome, reason and seconds of reading one file as a ledger of hazards."""
    started = time.perf_counter()
    got = read_ledger_file(path, Source(load_kinds()["hazards"]), name=path.relative_to(root).as_posix())
    seconds = time.perf_counter() - started
    if not got.errors:
        return "read, with a table of hazards", "", seconds
    if any(error.root.code == "ledgers.file.no_table" for error in got.errors):
        return "read through; no table of hazards in it", "", seconds
    if got.tables:
        return "a table refused with a reason", word_all(got.errors), seconds
    return "file refused with a reason", word_all(got.errors), seconds


def main(folder: Path) -> None:
    """Print one line per refused file, then the counts."""
    counts: Counter[str] = Counter()
    slowest = 0.0
    for path in list_files(folder):
        outcome, reason, seconds = tell_outcome(path, folder)
        counts[outcome] += 1
        slowest = max(slowest, seconds)
        if reason:
            print(reason)
    for outcome, count in counts.most_common():
        print(f"{count:4d}  {outcome}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{sum(counts.values()):4d}  files; slowest {slowest:.1f} s; most memory of this process {own:.2f} GB"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
