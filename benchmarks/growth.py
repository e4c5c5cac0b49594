"""How the cost of a report grows with the townships and with the rows: ``python -m benchmarks.growth``."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.counties import change_one_row, make_county, write_short_templates
from benchmarks.measuring import Cost, measure

FROZEN = Path(__file__).with_name("frozen_review.ipynb")
WAYS = Path(__file__).with_name("ways.py")
PERIOD = "2021"


@dataclass(frozen=True)
class Review:
    """A review by command: what it took, and the reports that it made."""

    cost: Cost
    made: tuple[str, ...]


def run_review(book: Path, *more: str, jobs: int = 2) -> Review:
    """Review a workbook; the reports made are those whose notebooks are new."""
    folder = book / "reports" / PERIOD / "notebooks"
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.ipynb")}
    command = [
        sys.executable,
        "-m",
        "taizhang.cli",
        "review",
        "--period",
        PERIOD,
        "-C",
        str(book),
        "--jobs",
        str(jobs),
    ]
    cost = measure([*command, *more])
    made = {path.stem for path in folder.glob("*.ipynb") if path.stat().st_mtime_ns != before.get(path.name)}
    return Review(cost, tuple(sorted(made)))


def ingest(book: Path) -> Cost:
    """Read the ledgers and count: what a whole review needs once."""
    source = f"import sys, taizhang as tz; book = tz.open(sys.argv[1]); book.view('all', '{PERIOD}')"
    return measure([sys.executable, "-c", source, book])


def time_townships(folder: Path, counts: Sequence[int]) -> list[str]:
    """Whole reviews of more and more townships, with a notebook of one figure; lines of a Markdown table."""
    lines = [
        "| townships | all made, s | per report, s | nothing changed, s | one row changed, s | made then | PSS, MB |",
        "|---:|---:|---:|---:|---:|---|---:|",
    ]
    for townships in counts:
        book = folder / f"townships-{townships}"
        make_county(book, townships=townships, rows=20 * townships)
        write_short_templates(book)
        ingest(book)
        first = run_review(book)
        again = run_review(book)
        change_one_row(book)
        changed = run_review(book)
        if again.made or len(first.made) != townships + 1:
            raise SystemExit(f"{len(first.made)} reports made, then {len(again.made)}")
        each = first.cost.seconds / len(first.made)
        lines.append(
            f"| {townships:,} | {first.cost.seconds:.1f} | {each:.2f} | {again.cost.seconds:.1f} | "
            f"{changed.cost.seconds:.1f} | {', '.join(changed.made)} | {first.cost.mb:.0f} |"
        )
        tell(lines[-1])
    return lines


def time_rows(folder: Path, counts: Sequence[int], *, reports: int = 8) -> list[str]:
    """The frozen notebook's reports of the same townships, in ledgers of more and more rows."""
    lines = [
        "| rows | ingest and facts, once, s | per report, s | processor s per report | of the first | PSS, MB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    first = 0.0
    for rows in counts:
        book, out = folder / f"rows-{rows}", folder / f"rows-{rows}-out"
        codes = make_county(book, townships=200 if rows >= 200_000 else 20, rows=rows)
        once = ingest(book)
        out.mkdir()
        cost = measure([sys.executable, WAYS, "ours2", book, FROZEN, out, *codes[:reports]])
        each = cost.processor / reports
        first = first or each
        lines.append(
            f"| {rows:,} | {once.seconds:.1f} | {cost.seconds / reports:.2f} | {each:.2f} | {each / first:.2f} | "
            f"{cost.mb:.0f} |"
        )
        tell(lines[-1])
    return lines


def tell(line: str) -> None:
    """Show how far it is: the table comes at the end."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure both, print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--townships", type=int, nargs="*", default=[16, 100])
    parser.add_argument("--rows", type=int, nargs="*", default=[20_000, 200_000])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for lines in (time_townships(Path(name), chosen.townships), time_rows(Path(name), chosen.rows)):
            print("\n".join(lines), end="\n\n")


if __name__ == "__main__":
    main()
