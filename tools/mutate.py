"""How many small faults, put into the code by mutmut, the tests catch: ``python -m tools.mutate --write``.

A seeded sample of mutants over the rooms that decide numbers is tried against the unit tests that reach its function.
What survives stands as a diff in build/mutation/survivors.diff. Mutants that no input tells from the code are listed in
tools/mutants_equivalent.yml, each with its reason. ``--write`` puts the table into docs/mutation.md.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "mutation"
EQUIVALENT = ROOT / "tools" / "mutants_equivalent.yml"
PAGE = ROOT / "docs" / "mutation.md"
# Room -> the modules that decide numbers, and the beginnings of the names of unit tests that are run against them.
ROOMS = {
    "facts": (("*",), ("facts", "domain", "analysis_agreement")),
    "stats": (("*",), ("stats",)),
    "analysis": (("*",), ("analysis", "figures", "narrative", "ingest_vintages", "workbook_own")),
    "ledgers": (
        ("values", "dates", "quantities", "rules", "rowkinds"),
        ("ledgers", "metadata_kinds", "tools_sample_read"),
    ),
    "boundaries": (("matching", "names", "codes"), ("boundaries",)),
}
COPIED = ("tests", "notebooks", "docs", "tools", "data", "benchmarks")
CAUGHT = ("killed", "timeout", "suspicious", "segfault")


def prepare(rooms: list[str], modules: list[str]) -> None:
    """Lay the copy that is mutated: mutmut knows modules below src/ by their names."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    skipped = shutil.ignore_patterns("__pycache__", "processed", ".*")
    shutil.copytree(ROOT / "lib", FOLDER / "src", ignore=skipped)
    for name in COPIED:
        shutil.copytree(ROOT / name, FOLDER / name, ignore=skipped)
    for path in (*ROOT.glob("*.toml"), *ROOT.glob("*.md"), ROOT / "make.py"):
        shutil.copy(path, FOLDER)
    units = sorted(path.stem for path in (ROOT / "tests" / "unit").glob("test_*.py"))
    settings = {
        "source_paths": ["src"],
        "only_mutate": [
            f"src/taizhang/{room}/{name}.py" for room in rooms for name in modules or ROOMS[room][0]
        ],
        "also_copy": [*COPIED, "make.py", "workbook.toml"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-q"],
        "pytest_add_cli_args_test_selection": [
            f"tests/unit/{name}.py"
            for name in units
            if any(name.removeprefix("test_").startswith(ROOMS[room][1]) for room in rooms)
        ],
        "use_git_change_detection": False,
        # Forked from a process that has run no test: what it had kept in caches would not be worked out by a mutant.
        "process_isolation": "forkserver",
        "timeout_constant": 5.0,
        "timeout_multiplier": 4.0,
    }
    written = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    with (FOLDER / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write(f"\n[tool.mutmut]\n{written}")


def run(*words: str, check: bool = False) -> str:
    """Run Python in the copy; what it printed, which goes to mutmut.log, too."""
    environment = {**os.environ, "PYTHONPATH": str(FOLDER / "src")}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=FOLDER, env=environment, check=check, capture_output=True, text=True)
    with (FOLDER / "mutmut.log").open("a", encoding="utf-8") as log:
        log.write(done.stdout + done.stderr)
    return done.stdout


def make_mutants() -> None:
    """Write all mutants, of which a sample is tried."""
    script = (
        "from mutmut.__main__ import create_mutants; from mutmut.utils.file_utils import copy_src_dir; "
        "copy_src_dir(); create_mutants(2)"
    )
    run("-c", script, check=True)


def list_mutants() -> Iterator[tuple[str, str]]:
    """Name and status of every mutant there is."""
    from mutmut.stats import status_by_exit_code

    for path in sorted((FOLDER / "mutants" / "src").rglob("*.meta")):
        for name, code in json.loads(path.read_text("utf-8"))["exit_code_by_key"].items():
            yield name, "not tried" if code is None else status_by_exit_code[code]


def report(found: dict[str, str], total: int, seed: int) -> str:
    """The page: by room how many were tried and caught, then each that is claimed to be equivalent."""
    claimed: dict[str, str] = (
        yaml.safe_load(EQUIVALENT.read_text("utf-8")) or {} if EQUIVALENT.exists() else {}
    )
    rooms = sorted({name.split(".")[1] for name in found})
    lines = [
        "# Mutation testing",
        "",
        f"{len(found)} of {total:,} mutants over the rooms that decide numbers, drawn with seed {seed}, made by",
        "mutmut and tried against the unit tests. Command: `python -m tools.mutate --write`.",
        "",
        "| room | tried | caught | equivalent | survived |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    sums: Counter[str] = Counter()
    for room in rooms:
        of = {name: status for name, status in found.items() if name.split(".")[1] == room}
        counts = Counter(
            "caught" if status in CAUGHT else "equivalent" if name in claimed else "survived"
            for name, status in of.items()
        )
        sums += counts
        row = [room, len(of), *(counts[key] for key in ("caught", "equivalent", "survived"))]
        lines.append(f"| {' | '.join(map(str, row))} |")
    shares = [f"{sums[key]} ({sums[key] / len(found):.1%})" for key in ("caught", "equivalent", "survived")]
    lines += [f"| all | {len(found)} | {' | '.join(shares)} |", ""]
    claims = [name for name, status in found.items() if status not in CAUGHT and name in claimed]
    if claims:
        lines += [
            "Claimed as equivalent:",
            "",
            *(f"- `{name}`: {claimed[name]}" for name in sorted(claims)),
            "",
        ]
    return "\n".join(lines)


def main() -> None:
    """Make the mutants, try a sample, and say what was caught; 1 if under 95 percent were."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutants", type=int, default=600)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=[*ROOMS])
    parser.add_argument("--modules", nargs="+", default=[], help="only these of the rooms' modules")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--again", action="store_true", help="go on with the mutants and results that are there"
    )
    parser.add_argument("--write", action="store_true", help="write docs/mutation.md")
    chosen = parser.parse_args()
    if not chosen.again:
        prepare(chosen.rooms, chosen.modules)
        make_mutants()
    names = sorted(name for name, _ in list_mutants())
    sample = random.Random(chosen.seed).sample(names, min(chosen.mutants, len(names)))
    run("-m", "mutmut", "run", "--max-children", str(chosen.jobs), *sample)
    found = {name: status for name, status in list_mutants() if name in set(sample)}
    page = report(found, len(names), chosen.seed)
    print(page)
    alive = sorted(name for name, status in found.items() if status not in CAUGHT)
    diffs = [f"{found[name]}: {name}\n{run('-m', 'mutmut', 'show', name)}" for name in alive]
    (FOLDER / "survivors.diff").write_text("\n".join(diffs), "utf-8")
    if chosen.write:
        PAGE.write_text(page, "utf-8")
    sys.exit(len(found) - len(alive) < 0.95 * len(found))


if __name__ == "__main__":
    main()
