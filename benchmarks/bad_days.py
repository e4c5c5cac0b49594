"""Kill commands at random moments, and run two at once, on a workbook of three townships.

``python -m benchmarks.bad_days --rounds 200``. In a round of kills a command (ingest, review by two processes) loses
all its processes by signal 9, or one of them; then it runs once more, and what it leaves is compared with an
undisturbed run's. In a round of two, two commands start within a second; then every entry of the manifests must be
there, every file what its manifest says, every number what it was, and nobody may have told of a traceback.
``benchmarks.kill_nine`` kills reviews alone, the parts of them one by one, also on a Dask cluster.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.counties import write_short_templates
from benchmarks.kill_nine import is_running, take_stock, wait_until_gone
from benchmarks.measuring import ENVIRONMENT, list_children
from taizhang.ingest.state import STATE

_PATIENCE = 300
_BESIDE = re.compile(r"\..*\.[0-9a-f]{6}-\d+\.[a-z0-9_]{8}(\.\w+)?")
_REVIEW = ("review", "--to", "html", "--jobs", "2", "--period")
KILLED = {"ingest": ("ingest",), "review": (*_REVIEW, "2021")}
TWO = {
    "ingest": ("ingest",),
    "fresh": ("ingest", "--fresh"),
    "zh": (*_REVIEW, "2021", "--lang", "zh"),
    "en": (*_REVIEW, "2021", "--lang", "en"),
    "quarter": (*_REVIEW, "2021Q2"),
    "one": (*_REVIEW, "2021", "--district"),  # and its code
    "facts": ("facts", "--period", "2021", "--format", "csv"),
}


def start(book: Path, words: tuple[str, ...], told: Path) -> "subprocess.Popen[bytes]":
    """A command on a workbook, in a session of its own; what it tells goes to files beginning with `told`."""
    command = [sys.executable, "-m", "taizhang.cli", *words, "-C", str(book)]
    with told.with_suffix(".out").open("wb") as out, told.with_suffix(".err").open("wb") as err:
        return subprocess.Popen(command, env=ENVIRONMENT, stdout=out, stderr=err, start_new_session=True)


def run(book: Path, words: tuple[str, ...], told: Path) -> float:
    """Run a command to its end; the seconds it took. SystemExit if it fails."""
    begun = time.monotonic()
    if code := start(book, words, told).wait(_PATIENCE):
        raise SystemExit(f"{words} ended with {code}: {told.with_suffix('.err').read_text('utf-8')}")
    return time.monotonic() - begun


def clear(book: Path) -> None:
    """Leave nothing of earlier runs."""
    for folder in ("reports", "data/processed"):
        shutil.rmtree(book / folder, ignore_errors=True)


def list_left(book: Path) -> dict[str, str]:
    """What a run left: reports, tables, and by which fingerprint; not what tells times."""
    found = {f"reports/{name}": sha256 for name, sha256 in take_stock(book / "reports").items()}
    processed = book / "data" / "processed"
    for path in sorted(processed.glob("*.*")):
        if path.is_file() and path.name != STATE:
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    found[STATE] = json.loads((processed / STATE).read_text("utf-8"))["result"]["fingerprint"]
    return found


def find_leftovers(book: Path) -> list[str]:
    """Files that somebody had begun, folders that somebody held, and what was moved aside."""
    return [
        path.relative_to(book).as_posix()
        for path in book.rglob("*")
        if _BESIDE.fullmatch(path.name)
        or path.parent.name in ("held", "reading")
        or ".moved-" in path.name
        or ".unreadable-" in path.name
    ]


def kill(process: "subprocess.Popen[bytes]", rng: random.Random) -> str:
    """Kill all of a command's processes or one; which."""
    below = list_children(process.pid)
    while more := [child for pid in below for child in list_children(pid) if child not in below]:
        below += more
    everybody = rng.random() < 0.5
    for pid in [process.pid, *below] if everybody else [rng.choice([process.pid, *below])]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(_PATIENCE)
    wait_until_gone([pid for pid in below if is_running(pid)])
    return "all" if everybody else "one"


def kill_rounds(book: Path, rounds: int, rng: random.Random, told: Path) -> Counter[str]:
    """Rounds of kills; SystemExit at the first difference."""
    counts, seconds, expected = Counter[str](), dict[str, float](), dict[str, dict[str, str]]()
    for name, words in KILLED.items():
        clear(book)
        run(book, words, told)
        expected[name] = list_left(book)
        clear(book)
        seconds[name] = run(book, words, told)
    for number in range(rounds):
        name = rng.choice(list(KILLED))
        if rng.random() < 0.7:
            clear(book)
        else:  # an earlier state is there
            (book / "data" / "processed" / STATE).unlink(missing_ok=True)
        process = start(book, KILLED[name], told)
        time.sleep(rng.uniform(0.02, 0.98) * seconds[name])
        who = kill(process, rng)
        if name == "ingest":
            shutil.rmtree(book / "reports", ignore_errors=True)
        run(book, KILLED[name], told)
        left = list_left(book)
        if differ := sorted(
            one for one in {*left, *expected[name]} if left.get(one) != expected[name].get(one)
        ):
            raise SystemExit(f"round {number + 1}: {who} of {name} killed, and then these differ: {differ}")
        if leftovers := find_leftovers(book):
            raise SystemExit(f"round {number + 1}: {who} of {name} killed, and these are left: {leftovers}")
        counts[f"{name}, {who}"] += 1
        print(f"kills, round {number + 1}: {who} of {name}, all equal", flush=True)
    return counts


def check_reports(book: Path) -> list[str]:
    """What of the reviews is not what their manifests say, and reports that are not among them."""
    wrong = []
    for manifest in sorted((book / "reports").glob("*/manifest.json")):
        folder, kept = manifest.parent, json.loads(manifest.read_text("utf-8"))
        files = {**kept["data"], **kept["findings"]} | {
            f"rows/{name}": one for name, one in kept["rows"].items()
        }
        files |= {f"index.{lang}.html": one["sha256"] for lang, one in kept["indexes"].items()}
        for name, entry in kept["reports"].items():
            if entry["status"] != "made":
                wrong.append(f"{name} {entry['status']}")
            files |= {entry["files"][form]: one for form, one in entry["sha256"].items()}
        wrong += [
            name
            for name, sha256 in files.items()
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256
        ]
        entered = {f"{name}.ipynb" for name in kept["reports"]}
        wrong += [path.name for path in (folder / "notebooks").glob("*.ipynb") if path.name not in entered]
    return wrong


def two_rounds(book: Path, rounds: int, rng: random.Random, told: Path) -> Counter[str]:
    """Rounds of two commands at once; SystemExit at the first fault."""
    clear(book)
    run(book, TWO["facts"], told)
    numbers, counts = told.with_suffix(".out").read_bytes(), Counter[str]()
    codes = sorted(
        {row["district_code"] for row in csv.DictReader(numbers.decode("utf-8-sig").splitlines())} - {"all"}
    )
    wanted = {"one": {f"{codes[0]}.zh"}}
    for lang in ("zh", "en"):
        wanted[lang] = {f"{code}.{lang}" for code in codes} | {f"comparison.{lang}"}
    for number in range(rounds):
        if rng.random() < 0.5:
            clear(book)
        else:
            shutil.rmtree(book / "reports", ignore_errors=True)
        names = rng.choices(list(TWO), k=2)
        files = [told.with_name(f"{told.name}-{which}") for which in range(2)]
        begun = []
        for name, file in zip(names, files, strict=True):
            begun.append(start(book, (*TWO[name], *(codes[:1] if name == "one" else ())), file))
            time.sleep(rng.uniform(0, 1))
        where = f"round {number + 1}, {' and '.join(names)}"
        for process, name, file in zip(begun, names, files, strict=True):
            said = file.with_suffix(".err").read_text("utf-8") if process.wait(_PATIENCE) else ""
            said = said or file.with_suffix(".err").read_text("utf-8")
            if process.returncode or "Traceback" in said:
                raise SystemExit(f"{where}: {name} ended with {process.returncode}: {said}")
            if name == "facts" and file.with_suffix(".out").read_bytes() != numbers:
                raise SystemExit(f"{where}: other facts")
        manifest = book / "reports" / "2021" / "manifest.json"
        entered = json.loads(manifest.read_text("utf-8"))["reports"].keys() if manifest.exists() else set()
        if lost := sorted(set().union(*(wanted.get(name, set()) for name in names)) - set(entered)):
            raise SystemExit(f"{where}: not in the manifest: {lost}")
        if wrong := check_reports(book) + find_leftovers(book):
            raise SystemExit(f"{where}: {wrong}")
        counts[" and ".join(sorted(names))] += 1
        print(f"two at once, {where}: nothing lost", flush=True)
    return counts


def main() -> None:
    """Exit 1 at the first fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=22)
    parser.add_argument("--only", choices=("kills", "two"))
    chosen = parser.parse_args()
    from tools.sample import make_sample

    rng = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        book, told = Path(folder) / "county", Path(folder) / "told"
        make_sample(book, townships=3, rows=200)
        write_short_templates(book)
        for name, rounds in (("kills", kill_rounds), ("two", two_rounds)):
            if chosen.only in (None, name):
                counts = rounds(book, chosen.rounds, rng, told)
                print(
                    f"{name}: {chosen.rounds} rounds; " + ", ".join(f"{n} {c}" for n, c in counts.items()),
                    flush=True,
                )


if __name__ == "__main__":
    main()
