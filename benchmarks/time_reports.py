"""Reports by every way side by side, in one go, as ratios; the tables go into docs/benchmarks.md.

``make bench`` takes under a quarter of an hour on two cores, ``make bench-full`` under an hour. On a machine that does
other things too, trust the ratios.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from importlib.util import find_spec
from itertools import product
from pathlib import Path

from benchmarks.growth import FROZEN, run_review, tell, time_rows, time_townships
from benchmarks.growth import WAYS as SCRIPT
from benchmarks.measuring import ENVIRONMENT, Cost, describe_machine, measure
from benchmarks.ways import WAYS

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
START, END = "<!-- written by make bench: start -->", "<!-- written by make bench: end -->"
# In the slow ways fewer reports are made, and in ours with two jobs as many as a county has; all figures are per
# report.
SLOW = ("loop", "papermill", "ploomber")
_COMPARISONS = 12
PLOOMBER = (
    "ploomber-engine==0.0.33",
    "ploomber-core==0.2.27",
    "debuglater==1.4.4",
    "posthog",
    "backoff",
    "distro",
)


def install_ploomber(folder: Path) -> bool:
    """Put ploomber-engine into a folder, unless it is there: it is measured, but no package of ours."""
    if find_spec("ploomber_engine"):
        return True
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), *PLOOMBER]
    if subprocess.run(pip, capture_output=True, check=False).returncode:
        return False
    ENVIRONMENT["PYTHONPATH"] = ":".join(filter(None, (ENVIRONMENT.get("PYTHONPATH", ""), str(folder))))
    return True


def measure_ways(
    book: Path,
    template: Path,
    codes: Sequence[str],
    folder: Path,
    *,
    ways: Sequence[str],
    reports: int,
    few: int,
    turns: int,
) -> tuple[dict[str, Cost], list[str]]:
    """Each way's cost per report, the middle one of its turns, its memory as it is; and the ways not measured."""
    taken: dict[str, list[Cost]] = {}
    missing: list[str] = []
    # In turn, since a machine's speed changes within minutes.
    for turn, way in product(range(turns), ways):
        if turn and way not in taken:
            continue
        out = folder / f"{template.stem}-{way}-{turn}"
        out.mkdir()
        # The first report of each way is not counted: Python may compile what it loads.
        wanted = list(
            codes[: few if way in SLOW else reports if way in ("ours2", "floor2") else (reports + 1) // 2]
        )
        command: list[str | Path] = [sys.executable, SCRIPT, way, book, template, out]
        try:
            if not turn:
                measure([*command, codes[-1]])
            cost = measure([*command, *wanted])
        except RuntimeError as error:
            missing.append(f"{WAYS[way]}: not measured: {error}")
            tell(missing[-1])
            continue
        count = len(wanted)
        each = Cost(cost.seconds / count, cost.processor / count, cost.mb, cost.worker_mb)
        taken.setdefault(way, []).append(each)
        tell(f"{template.stem} {way}, {count} reports: {json.dumps(asdict(each))}")
    middle = {
        way: sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2] for way, costs in taken.items()
    }
    return middle, missing


def write_table(found: dict[str, Cost]) -> Iterator[str]:
    """The ways of one notebook, as multiples of ours with two jobs and of the floor, one process or two alike."""
    ours = found.get("ours2")
    yield "| way | seconds per report | of ours, two jobs | of the floor | processor seconds | PSS, MB | per worker |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for way, one in found.items():
        floor = found.get("floor2" if way.endswith("2") else "floor")
        times = f"{one.seconds / ours.seconds:.1f}" if ours else ""
        share = f"{one.seconds / floor.seconds:.2f}" if floor else ""
        worker = f"{one.worker_mb:.0f}" if one.worker_mb else ""
        yield (
            f"| {WAYS[way]} | {one.seconds:.2f} | {times} | {share} | {one.processor:.2f} | {one.mb:.0f} | {worker} |"
        )


def time_changes(book: Path) -> Iterator[str]:
    """A whole review with the packaged templates, then with nothing changed, then with one row changed."""
    yield "| (e) `taizhang review --jobs 2` | seconds | reports made |"
    yield "|---|---:|---|"
    for words in ("all", "nothing changed", "one row changed"):
        if words == "one row changed":
            change_row(book)
        review = run_review(book)
        made = ", ".join(review.made) if len(review.made) < 4 else str(len(review.made))
        yield f"| {words} | {review.cost.seconds:.1f} | {made or 'none'} |"
        tell(f"{words}: {review.cost.seconds:.1f} s, {made or 'none'} made")


def change_row(book: Path) -> None:
    """Correct one word of one township's row in a raw ledger."""
    (ledger,) = book.glob("data/raw/complaints/*.csv")
    data = ledger.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        found = re.search(r"2021-\d\d-\d\d,[^\n]*?(食品安全)", text)
        assert found, "the sample has no such row"
        ledger.write_bytes((text[: found.start(1)] + "消防通道堵塞" + text[found.end(1) :]).encode(encoding))
        return


def make_tables(chosen: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Everything, section by section."""
    from taizhang import __version__
    from taizhang import open as open_workbook
    from taizhang.metadata.facts import ALL
    from tools.sample import make_sample

    yield f"{date.today().isoformat()}, taizhang {__version__}, {describe_machine()}. Command: `{chosen.command}`."
    book = folder / "county"
    make_sample(book, townships=chosen.townships, rows=100 * chosen.townships)
    opened = open_workbook(str(book))
    opened.view("all", "2021")
    codes = list(map(str, opened.districts["code"]))
    ways = [way for way in chosen.ways or WAYS if way != "ploomber" or install_ploomber(folder / "ploomber")]
    fewer = max(1, chosen.few - 1)
    # The other ways differ from these as with the township's report, and would take minutes more.
    chief = [way for way in ways if way in ("papermill", "ours2", "floor2")]
    for title, template, places, some, few in (
        ("The frozen notebook: 14 code cells, 4 charts, 2 maps, 3 tables", FROZEN, codes, ways, chosen.few),
        ("The township's report as it is", opened.template("township_review"), codes, ways, fewer),
        (
            f"The comparison of {len(codes)} townships as it is, made over and over",
            opened.template("county_comparison"),
            [ALL] * _COMPARISONS,
            chief,
            fewer,
        ),
    ):
        found, missing = measure_ways(
            book, template, places, folder, ways=some, reports=chosen.reports, few=few, turns=chosen.turns
        )
        yield f"\n### {title}\n"
        yield from write_table(found)
        yield from (f"\n{line}" for line in missing)
    if chosen.ways:
        return
    yield f"\n### Only what changed, {len(codes)} townships and the comparison\n"
    yield from time_changes(book)
    yield "\n### More townships, a notebook of one figure, 20 rows each\n"
    yield from time_townships(folder, chosen.growth)
    yield "\n### More rows in the ledger, 1,000 of them the township's own, the frozen notebook\n"
    yield from time_rows(folder, chosen.rows)


def write_docs(text: str) -> None:
    """Put the tables in the place of the last ones."""
    before, _, rest = DOCS.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    DOCS.write_text(f"{before}{START}\n\n{text}\n{END}{after}", encoding="utf-8", newline="\n")


def main() -> None:
    """Measure, print the tables, and write them down if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="more reports, 1,000 townships, 20 million rows")
    parser.add_argument("--townships", type=int, help="of the sample whose reports are made")
    parser.add_argument("--reports", type=int, help="made in each way")
    parser.add_argument("--few", type=int, help="made in the slow ways")
    parser.add_argument("--ways", nargs="+", choices=WAYS, help="these alone, and nothing else")
    parser.add_argument(
        "--turns", type=int, default=1, help="of all ways, of which each one's middle is told"
    )
    parser.add_argument("--growth", type=int, nargs="*", help="numbers of townships")
    parser.add_argument("--rows", type=int, nargs="*", help="numbers of rows of the ledger")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    chosen = parser.parse_args()
    if chosen.ways and chosen.write:
        parser.error("--write puts down all tables; with --ways only some are made")
    chosen.command = "make bench-full" if chosen.full else "make bench"
    if chosen.ways:
        chosen.command = shlex.join(["python", "-m", "benchmarks.time_reports", *sys.argv[1:]])
    known = {
        "townships": (32, 64),
        "reports": (32, 64),
        "few": (2, 5),
        "growth": ([16, 100], [16, 100, 1000]),
        "rows": ([20_000, 200_000], [20_000, 200_000, 2_000_000, 20_000_000]),
    }
    for name, (short, full) in known.items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, full if chosen.full else short)
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for line in make_tables(chosen, Path(folder)):
            print(line, flush=True)
            lines.append(line)
    if chosen.write:
        write_docs("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
