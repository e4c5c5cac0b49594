"""How long a review of a made-up county takes, by number of jobs. See README.md beside this file."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def time_command(*arguments: str) -> float:
    """Seconds that a ``taizhang`` command takes; its output is shown only where it fails."""
    command = Path(sys.executable).with_name("taizhang.exe" if os.name == "nt" else "taizhang")
    start = time.perf_counter()
    done = subprocess.run([str(command), *arguments], capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"taizhang {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def main() -> None:
    """Make the county, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--townships", type=int, default=16)
    parser.add_argument(
        "--rows", type=int, default=None, help="hazard rows; default: the sample's own number"
    )
    parser.add_argument("--period", default="2021")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, {chosen.townships} townships"
    )
    with tempfile.TemporaryDirectory() as folder:
        book = str(Path(folder) / "county")
        rows = ["--rows", str(chosen.rows)] if chosen.rows else []
        seconds = time_command("sample", book, "--townships", str(chosen.townships), *rows)
        print(f"sample            {seconds:7.1f} s")
        print(f"ingest            {time_command('ingest', '-C', book):7.1f} s")
        for jobs in chosen.jobs:
            seconds = time_command(
                "review", "--period", chosen.period, "--jobs", str(jobs), "--fresh", "-C", book
            )
            reports = len(list((Path(book) / "reports" / chosen.period.replace("/", "_")).glob("*.pdf")))
            print(
                f"review, {jobs:>2} jobs   {seconds:7.1f} s for {reports} reports, {seconds / reports:.2f} s each"
            )


if __name__ == "__main__":
    main()
