"""Kill commands at random moments, and run two at once, on a workbook of two townships.

``python -m benchmarks.bad_days --rounds 200``. In a round of kills a command (ingest, a review by two processes or by a
Dask cluster on this machine, new, draw, return, collect, release, publish) loses all its processes by signal 9, or one
of them; then it runs once more, and what it leaves is compared with an undisturbed run's. In a round of two, two
commands start within a second; then every entry of the manifests must be there, every file what its manifest says,
every number what it was before an answer was collected or after, every release whole, and nobody may have told of a
traceback. ``benchmarks.kill_nine`` kills reviews of whole notebooks, the parts of them one by one.

So that a round takes seconds, commands are forked from this process, which has loaded what they need, kernels from one
server, and pages are short.
"""

import argparse
import atexit
import gc
import hashlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import weakref
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import openpyxl

from benchmarks.counties import make_county, write_short_templates
from benchmarks.kill_nine import is_running, start_cluster, take_stock, wait_until_gone
from benchmarks.measuring import list_children, list_processes
from taizhang.core.clock import NOW
from taizhang.ingest.state import STATE
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.release import list_releases
from taizhang.release.folders import find_faults
from taizhang.report.kernels import PRELOAD
from taizhang.returns.form import say
from taizhang.settings.workbook import read_config
from taizhang.store import list_snapshots
from warm_kernels.client import ADDRESS, Server
from warm_kernels.kernel import SINGLE_THREAD

_PATIENCE = 300
_CODES = ("350900101", "350900102")
_BESIDE = re.compile(r"\..*\.[0-9a-f]{6}-\d+\.[a-z0-9_]{8}(\.\w+)?")
_REVIEW = ("review", "--to", "html", "--period")
_HERE = ("--jobs", "2")
_RELEASE = ("release", "--period", "2021", "--by", "甲", "--jobs", "1")
# What a round of kills may kill, and how often: reviews take longest.
KILLED = {
    "ingest": 4, "review": 2, "dask": 3, "new": 3, "draw": 3, "return": 3, "collect": 3, "release": 3, "publish": 3,
}  # fmt: skip
TWO: dict[str, tuple[str, ...]] = {
    "ingest": ("ingest",),
    "fresh": ("ingest", "--fresh"),
    "zh": (*_REVIEW, "2021", "--lang", "zh", *_HERE),
    "en": (*_REVIEW, "2021", "--lang", "en", "--jobs", "1"),
    "quarter": (*_REVIEW, "2021Q2", "--jobs", "1"),
    "one": (*_REVIEW, "2021", "--jobs", "1", "--district"),  # and its code
    "facts": ("facts", "--period", "2021", "--format", "csv"),
    "trace": ("trace", "hazards.found", "--period", "2021", "--district", "all"),
    "draw": ("draw",),
    "check": ("check", "--write"),
    "return": ("return", "--period", "2021"),
    "status": ("status", "--period", "2021"),
    "collect": ("collect",),  # and the answers
    "release": _RELEASE,
    "publish": ("publish", "--to"),  # and where
    "diff": ("diff", "2021/v1", "now", "--format", "csv"),
    "known": ("facts", "--period", "2021", "--format", "csv", "--known-on", "2022-02-01"),
}
_LATER = ("return", "collect", "release", "publish")  # than a review
_OF_RELEASES = ("publish", "diff")
_LOADED = (
    "taizhang.ingest.run", "taizhang.ingest.check", "taizhang.workbook.book", "taizhang.report.review",
    "taizhang.report.run", "taizhang.report.workers", "taizhang.report.data", "taizhang.report.index",
    "taizhang.report.findings", "taizhang.draw", "taizhang.lab.scaffold", "taizhang.cli", "pyarrow.parquet",
    "pyarrow.dataset", "taizhang.core.csv",
)  # fmt: skip
_DRAW = (
    'title = "抽查"\nseed = "7"\nentities = "data/raw/entities.csv"\ninspectors = "data/raw/inspectors.csv"\n'
)


class Command:
    """A command forked from this process, in a session of its own; what it tells goes to two files."""

    def __init__(self, words: tuple[str, ...], told: Path) -> None:
        self.told = told
        self.returncode: int | None = None
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            self._become(words)

    def _become(self, words: tuple[str, ...]) -> None:
        code = 70
        try:
            os.setsid()
            # What this process does at its end is not the command's to do.
            atexit._clear()
            weakref.finalize._registry.clear()  # type: ignore[attr-defined]
            weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
            for number, name in ((1, ".out"), (2, ".err")):
                handle = os.open(self.told.with_suffix(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(handle, number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            # As it is called from a shell: processes that it starts look there for what to import.
            sys.argv = ["taizhang", *words]
            try:
                sys.modules["taizhang.cli"].main()
                code = 0
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
            except BaseException:
                sys.excepthook(*sys.exc_info())
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def wait(self) -> int:
        """Its exit code; SystemExit if it does not end."""
        until = time.monotonic() + _PATIENCE
        while self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > until:
                raise SystemExit(f"no end: {self.read('.err')}")
            else:
                time.sleep(0.01)
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def read(self, what: str) -> str:
        """What it told."""
        return self.told.with_suffix(what).read_text("utf-8-sig")


def run(words: tuple[str, ...], told: Path) -> float:
    """Run a command to its end; the seconds it took. SystemExit if it fails."""
    begun = time.monotonic()
    command = Command(words, told)
    if code := command.wait():
        raise SystemExit(f"{words} ended with {code}: {command.read('.err')}")
    return time.monotonic() - begun


def make_book(book: Path) -> None:
    """A workbook of two townships with a few rows, one file of which is read by a process of its own, and a draw."""
    make_county(book, townships=2, rows=40, timed=2)
    write_short_templates(book)
    old = Path(__file__).parents[1] / "tools" / "sample" / "incidents.xls"
    shutil.copy(old, book / "data/raw/incidents.xls")
    with (book / "workbook.toml").open("a", encoding="utf-8") as stream:
        stream.write('[ledgers.incidents]\nfiles = ["data/raw/incidents.xls"]\n')
    rows = "".join(f"A{number:02d},普通,店{number}\n" for number in range(30))
    (book / "data/raw/entities.csv").write_text(f"id,stratum,name\n{rows}", "utf-8")
    (book / "data/raw/inspectors.csv").write_text("id\n1\n2\n3\n4\n", "utf-8")
    (book / "draw.toml").write_text(f'{_DRAW}team = 2\n[share]\n"*" = 0.2\n', "utf-8")
    doubtful = "".join(
        f"{_CODES[n % 2]},2021-06-{n + 1:02d},店{n},消防安全,一般,{deadline}\n"
        for n, deadline in enumerate(("下旬前", "待定", "2021-07-01", "2021-07-03"))
    )
    (book / "data/raw/hazards/doubtful.csv").write_text(
        f"district,found_on,premises,category,severity,deadline\n{doubtful}", "utf-8"
    )
    notes = book / "notes" / "2021"
    notes.mkdir(parents=True)
    for owner in ("all", *_CODES):
        (notes / f"{owner}.md").write_text(
            "---\napproved: true\napprover: 甲\ndate: 2022-01-31\n---\n", "utf-8"
        )


def prepare(book: Path, told: Path) -> None:
    """What later commands need, beside the book: a review in HTML, a release of it, and answers that came back."""
    here = ("-C", str(book))
    # What it adds to workbook.toml stays: the state is the same in all rounds.
    run((*TWO["check"], *here), told)
    run((*_REVIEW, "2021", *_HERE, *here), told)
    run((*TWO["return"], *here), told)
    answers = book.with_name("answers")
    shutil.copytree(book / "reports" / "2021" / "returns", answers)
    for path in answers.glob("*.xlsx"):
        answer(path)
    shutil.rmtree(book / "reports" / "2021" / "returns")
    shutil.copytree(book / "reports", book.with_name("reviewed"))
    run((*_RELEASE, *here), told)
    shutil.copytree(book / "releases", book.with_name("released"))
    shutil.copytree(book / "data" / "store", book.with_name("stored"))


def answer(path: Path) -> None:
    """Write a day into every cell of a return that asks for one."""
    opened = openpyxl.load_workbook(path)
    for sheet in opened.worksheets:
        heads = {cell.value: (cell.row, cell.column) for row in sheet.iter_rows(max_row=5) for cell in row}
        if (at := heads.get(say("answer", "zh"))) is not None:
            for row in range(at[0] + 1, sheet.max_row + 1):
                if sheet.cell(row, 1).value:
                    sheet.cell(row, at[1]).value = "2021-07-05"
    opened.save(path)


def put_back(book: Path, *, released: bool) -> None:
    """The review that is there already, and its release if need be; nobody has collected anything."""
    drop_releases(book)
    there = {"reviewed": "reports", "stored": "data/store"} | ({"released": "releases"} if released else {})
    for name, place in there.items():
        shutil.rmtree(book / place, ignore_errors=True)
        shutil.copytree(book.with_name(name), book / place)


def drop_releases(book: Path) -> None:
    """As if nothing had been released, published or collected."""
    for folder in (book / "releases", book.with_name("site")):
        shutil.rmtree(folder, ignore_errors=True)
    for name in ("corrections.csv", "pairs.csv"):
        (book / "data" / "raw" / name).unlink(missing_ok=True)


def clear(book: Path) -> None:
    """Leave nothing of earlier runs."""
    for folder in ("reports", "data/processed", "data/store"):
        shutil.rmtree(book / folder, ignore_errors=True)
    drop_releases(book)


def list_left(book: Path) -> dict[str, str]:
    """What a run left: reports, tables, and by which fingerprint; not what tells times.

    Nor which snapshot the reports were made from, as that one's name depends on those before; that it is in the store.
    """
    stock = take_stock(book / "reports", leave_out=["snapshot"])
    found = {f"reports/{name}": sha256 for name, sha256 in stock.items()}
    stored = {
        (one.id, one.fingerprint) for one in list_snapshots(read_config(book, load_kinds(), load_facts()))
    }
    for path in sorted((book / "reports").glob("*/manifest.json")):
        told = json.loads(path.read_text("utf-8"))
        known = any(
            told["snapshot"] == name and told["inputs_fingerprint"].startswith(mark) for name, mark in stored
        )
        found[f"snapshot of {path.parent.name}"] = "stored" if known else "not stored"
    processed = book / "data" / "processed"
    for path in sorted(processed.glob("*.*")):
        if path.is_file() and path.name != STATE:
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    if (processed / STATE).exists():
        found[STATE] = json.loads((processed / STATE).read_text("utf-8"))["result"]["fingerprint"]
    return found


def list_files(folder: Path) -> dict[str, str]:
    """All files of a folder, by their hashes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def list_answers(book: Path) -> list[str]:
    """The returns of the two townships; that of the whole area asks other things."""
    return sorted(map(str, book.with_name("answers").glob("第*.xlsx")))


def list_collected(book: Path) -> dict[str, str]:
    """What was taken of the answers that came back."""
    paths = (book / "data" / "raw" / name for name in ("corrections.csv", "pairs.csv"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()}


def list_returns(book: Path) -> dict[str, str]:
    """The parts of the returns, but for the one that tells when they were made."""
    found = {}
    for path in sorted((book / "reports" / "2021" / "returns").glob("*")):
        with zipfile.ZipFile(path) as parts:
            for one in parts.infolist():
                if one.filename != "docProps/core.xml":
                    found[f"{path.name} {one.filename}"] = str(one.CRC)
    return found


def find_leftovers(*folders: Path) -> list[str]:
    """Files that somebody had begun, folders that somebody held, and what was moved aside."""
    return [
        path.as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if _BESIDE.fullmatch(path.name)
        or path.parent.name in ("held", "reading")
        or ".moved-" in path.name
        or ".unreadable-" in path.name
    ]


def kill(command: Command, rng: random.Random, nanny: int | None) -> str:
    """Kill all of a command's processes or one, of a cluster's workers, too; which, or that it had ended."""
    below = list_children(command.pid)
    while more := [child for pid in below for child in list_children(pid) if child not in below]:
        below += more
    others = [one.pid for one in list_processes(nanny) if one.role == "dask"] if nanny else []
    everybody = rng.random() < 0.5
    met = command.poll() is None
    for pid in [command.pid, *below] if everybody else [rng.choice([command.pid, *below, *others])]:
        if command.returncode is not None and pid == command.pid:
            continue
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    command.wait()
    wait_until_gone([pid for pid in below if is_running(pid)])
    return ("all" if everybody else "one") if met else "after its end"


def kill_rounds(
    book: Path, rounds: int, rng: random.Random, told: Path, killed: tuple[str, ...]
) -> Counter[str]:
    """Rounds of kills; SystemExit at the first difference."""
    made, trusted = book.with_name("made"), Path(os.environ["XDG_DATA_HOME"])
    words: dict[str, tuple[str, ...]] = {
        "ingest": ("ingest", "-C", str(book)),
        "review": (*_REVIEW, "2021", *_HERE, "-C", str(book)),
        "new": ("new", "--sample", str(made)),
        "draw": ("draw", "-C", str(book)),
        "return": (*TWO["return"], "-C", str(book)),
        "collect": ("collect", *list_answers(book), "-C", str(book)),
        "release": (*_RELEASE, "-C", str(book)),
        "publish": ("publish", "--to", str(book.with_name("site")), "-C", str(book)),
    }

    def forget(name: str) -> None:
        clear(book)
        shutil.rmtree(made, ignore_errors=True)
        if name in _LATER:
            put_back(book, released=name == "publish")

    look: dict[str, Callable[[], dict[str, str]]] = dict.fromkeys(KILLED, lambda: list_left(book))
    look |= {
        "new": lambda: list_files(made),
        "draw": lambda: list_files(book / "reports" / "draws"),
        "return": lambda: list_returns(book),
        "collect": lambda: list_collected(book),
        "release": lambda: take_stock(book / "releases"),
        "publish": lambda: list_files(book.with_name("site")),
    }
    counts, seconds, expected = Counter[str](), dict[str, float](), dict[str, dict[str, str]]()
    nanny: int | None = None
    with ExitStack() as stack:
        if "dask" in killed:
            address, workers = stack.enter_context(start_cluster(book))
            nanny = workers.pid
            words["dask"] = (*_REVIEW, "2021", "--scheduler", address, "-C", str(book))
        for name in killed:
            forget(name)
            run(words[name], told)
            expected[name] = look[name]()
            if not expected[name]:
                raise SystemExit(f"{name} leaves nothing")
            forget(name)
            seconds[name] = run(words[name], told)
            if (again := look[name]()) != expected[name]:
                raise SystemExit(
                    f"{name} is not the same twice: {sorted(again.items() ^ expected[name].items())}"
                )
        print(
            f"[{time.process_time():.0f} s] undisturbed: "
            + ", ".join(f"{name} {s:.1f} s" for name, s in seconds.items()),
            flush=True,
        )
        for number in range(rounds):
            name = rng.choices(list(killed), [KILLED[one] for one in killed])[0]
            if rng.random() < 0.7:
                forget(name)
            else:  # an earlier state is there
                (book / "data" / "processed" / STATE).unlink(missing_ok=True)
                shutil.rmtree(made, ignore_errors=True)
                drop_releases(book)
                if name in _LATER:
                    put_back(book, released=name == "publish")
            if name == "ingest":
                shutil.rmtree(book / "reports", ignore_errors=True)
            elif name in ("review", "dask"):
                for folder in ("draws", "2021/returns"):
                    shutil.rmtree(book / "reports" / folder, ignore_errors=True)
            command = Command(words[name], told)
            time.sleep(rng.uniform(0.02, 0.98) * seconds[name])
            who = kill(command, rng, nanny if name == "dask" else None)
            if name != "new" or look[name]() != expected[name]:  # which is not made where one is
                seconds[name] = 0.8 * seconds[name] + 0.2 * run(
                    words[name], told
                )  # others are at work here, too
            left, where = look[name](), f"round {number + 1}: {who} of {name} killed"
            if differ := sorted(
                one for one in {*left, *expected[name]} if left.get(one) != expected[name].get(one)
            ):
                raise SystemExit(f"{where}, and then these differ: {differ}")
            if leftovers := find_leftovers(book, made, trusted, book.with_name("site")):
                raise SystemExit(f"{where}, and these are left: {leftovers}")
            counts[f"{name}, {who}"] += 1
            print(f"kills, {where}, all equal", flush=True)
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
    counts = Counter[str]()
    here, answers = ("-C", str(book)), list_answers(book)
    numbers = {name: set[str]() for name in ("facts", "trace")}
    for words in ((), ("collect", *answers)):
        if words:
            run((*words, *here), told)
        for name, known in numbers.items():
            run((*TWO[name], *here), told)
            known.add(told.with_suffix(".out").read_text("utf-8-sig"))
    taken = list_collected(book)
    codes = list(_CODES)
    wanted = {"one": {f"{codes[0]}.zh"}}
    for lang in ("zh", "en"):
        wanted[lang] = {f"{code}.{lang}" for code in codes} | {f"comparison.{lang}"}
    more = {"one": codes[:1], "collect": answers, "publish": [str(book.with_name("site"))]}
    for number in range(rounds):
        names = rng.choices(list(TWO), k=2)
        if {*names} & {*_OF_RELEASES, "known"}:
            put_back(book, released=True)
            shutil.rmtree(book / "reports", ignore_errors=True)
        elif rng.random() < 0.5:
            clear(book)
        else:
            drop_releases(book)
            shutil.rmtree(book / "reports", ignore_errors=True)
        begun = []
        for which, name in enumerate(names):
            begun.append(
                Command((*TWO[name], *more.get(name, ()), *here), told.with_name(f"{told.name}-{which}"))
            )
            time.sleep(rng.uniform(0, 1))
        where = f"round {number + 1}, {' and '.join(names)}"
        for command, name in zip(begun, names, strict=True):
            code, said = command.wait(), command.read(".err")
            if code or "Traceback" in said:
                raise SystemExit(f"{where}: {name} ended with {code}: {said}")
            if name in numbers and command.read(".out") not in numbers[name]:
                raise SystemExit(f"{where}: other {name}")
        manifest, facts = (book / "reports" / "2021" / name for name in ("manifest.json", "facts.csv"))
        entered = json.loads(manifest.read_text("utf-8"))["reports"].keys() if manifest.exists() else set()
        if lost := sorted(set().union(*(wanted.get(name, set()) for name in names)) - set(entered)):
            raise SystemExit(f"{where}: not in the manifest: {lost}")
        if wrong := check_reports(book) + find_leftovers(book, book.with_name("site")):
            raise SystemExit(f"{where}: {wrong}")
        if facts.exists() and facts.read_text("utf-8-sig") not in numbers["facts"]:
            raise SystemExit(f"{where}: other facts.csv")
        if "collect" in names and list_collected(book) != taken:
            raise SystemExit(f"{where}: answers are lost")
        releases = list_releases(book)
        if "release" in names and not releases:
            raise SystemExit(f"{where}: no release")
        if faults := [fault for one in releases for fault in find_faults(one)]:
            raise SystemExit(f"{where}: releases that are not whole: {faults}")
        counts[" and ".join(sorted(names))] += 1
        print(f"two at once, {where}: nothing lost", flush=True)
    return counts


def main() -> None:
    """Exit 1 at the first fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=22)
    parser.add_argument("--only", choices=("kills", "two"))
    parser.add_argument("--killed", nargs="+", choices=tuple(KILLED), default=tuple(KILLED))
    chosen = parser.parse_args()
    if any(
        os.environ.get(name) != value for name, value in SINGLE_THREAD.items()
    ):  # before anything is loaded
        os.execve(
            sys.executable,
            [sys.executable, "-m", "benchmarks.bad_days", *sys.argv[1:]],
            os.environ | SINGLE_THREAD,
        )
    rng = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        book, told = Path(folder) / "county", Path(folder) / "told"
        make_book(book)
        server = Server(PRELOAD.modules)
        os.environ |= {
            ADDRESS: server.address, "TAIZHANG_TRUST": "1", NOW: "2022-02-01T08:00:00",
            "XDG_DATA_HOME": str(Path(folder) / "home"), "LANG": "en_US.UTF-8",
        }  # fmt: skip
        for name in _LOADED:
            importlib.import_module(name)
        gc.freeze()
        try:
            prepare(book, told)
            if chosen.only != "two":
                tell(
                    "kills", chosen.rounds, kill_rounds(book, chosen.rounds, rng, told, tuple(chosen.killed))
                )
            if chosen.only != "kills":
                tell("two", chosen.rounds, two_rounds(book, chosen.rounds, rng, told))
        finally:
            server.close()


def tell(what: str, rounds: int, counts: Counter[str]) -> None:
    print(
        f"{what}: {rounds} rounds; " + ", ".join(f"{name} {n}" for name, n in sorted(counts.items())),
        flush=True,
    )


if __name__ == "__main__":
    main()
