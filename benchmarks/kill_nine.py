"""Kill reviews of four townships at random moments, and see that what comes of it is what an undisturbed run leaves.

``python -m benchmarks.kill_nine --rounds 50``. In turn the run itself, one of its workers, its fork server and a
worker of a Dask cluster are killed by signal 9. Then the review is run again, and all it left is compared with an
undisturbed run's: pages byte for byte, notebooks but for their times, the manifest but for seconds. A round in which
the chosen one was not there at its moment is drawn again.
"""

import argparse
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
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.counties import write_short_templates
from benchmarks.growth import FROZEN, PERIOD
from benchmarks.measuring import ENVIRONMENT, Process, list_processes

VICTIMS = ("run", "worker", "server", "dask")
_PATIENCE = 120
# Draws of a round until something is met.
_DRAWS = 10
# Of a notebook: when cells ran, and the name that Papermill draws for the cell of parameters.
_PASSING = ("start_time", "end_time", "duration", "execution", "id")


def take_stock(folder: Path, *, leave_out: Collection[str] = ()) -> dict[str, str]:
    """A hash of every file that a review left, without what tells times, and some of what its manifest tells."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            data = json.dumps(drop_times(json.loads(data)), sort_keys=True).encode()
        elif path.name == "manifest.json":
            manifest = {key: value for key, value in json.loads(data).items() if key not in leave_out}
            for entry in manifest["reports"].values():
                entry.pop("seconds")
                entry["sha256"].pop("notebook", None)  # it holds times
            data = json.dumps(manifest, sort_keys=True).encode()
        elif path.suffix == ".parquet" or path.suffix == ".xlsx":
            data = b""  # their content is that of the CSV beside them
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def drop_times(value: Any) -> Any:
    """A notebook without its times of execution and its cells' names."""
    if isinstance(value, dict):
        return {key: drop_times(item) for key, item in value.items() if key not in _PASSING}
    return [drop_times(item) for item in value] if isinstance(value, list) else value


@contextmanager
def start_cluster(book: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Dask scheduler and two workers, by its own commands; the scheduler's address and the workers' nanny."""
    with ExitStack() as stack:
        told = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "told"

        def start(*words: str) -> "subprocess.Popen[bytes]":
            with told.open("ab") as stream:
                process = subprocess.Popen(
                    [sys.executable, "-m", "dask", *words], cwd=book, env=ENVIRONMENT, stderr=stream
                )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        until = time.monotonic() + _PATIENCE
        while not (found := re.search(rb"Scheduler at:\s+(tcp://\S+)", told.read_bytes())):
            if time.monotonic() > until:
                raise RuntimeError("no Dask scheduler")
            time.sleep(0.1)
        address = found[1].decode()
        yield address, start("worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard")


def time_review(book: Path, *more: str) -> float:
    """Seconds of an undisturbed review from nothing.

    Raises
    ------
    SystemExit
        If it fails.
    """
    shutil.rmtree(book / "reports", ignore_errors=True)
    start = time.monotonic()
    if start_review(book, *more).wait():
        raise SystemExit("an undisturbed review failed")
    return time.monotonic() - start


def start_review(book: Path, *more: str) -> "subprocess.Popen[bytes]":
    """A review by command."""
    command = [sys.executable, "-m", "taizhang.cli", "review", "--period", PERIOD, "-C", str(book), *more]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def choose_victims(victim: str, run: int, nanny: int | None) -> list[Process]:
    """Processes that are what is to be killed, at this moment."""
    if victim == "run":
        return [Process(run, "run")]
    return [one for one in list_processes(nanny if victim == "dask" and nanny else run) if one.role == victim]


def disturb(book: Path, victim: str, seconds: float, rng: random.Random, cluster: Any) -> bool:
    """A review from nothing, in which something is killed; whether there was something to kill in time."""
    shutil.rmtree(book / "reports", ignore_errors=True)
    address, nanny = (cluster[0], cluster[1].pid) if victim == "dask" else ("", None)
    review = start_review(book, *(("--scheduler", address) if address else ("--jobs", "2")))
    at = time.monotonic() + rng.uniform(0.02, 0.95) * seconds
    while time.monotonic() < at and review.poll() is None:
        time.sleep(0.01)
    found: list[Process] = []
    while review.poll() is None and not (found := choose_victims(victim, review.pid, nanny)):
        time.sleep(0.01)
    started = [one.pid for one in list_processes(review.pid)]
    killed = bool(found) and review.poll() is None
    if killed:
        os.kill(rng.choice(found).pid, signal.SIGKILL)
    code = review.wait(_PATIENCE)
    if code and victim != "run":
        raise SystemExit(f"the review ended with {code} when a {victim} was killed")
    wait_until_gone(started)
    return killed


def wait_until_gone(pids: list[int]) -> None:
    """See that nothing that a review started runs on.

    Raises
    ------
    SystemExit
        Naming what does.
    """
    until = time.monotonic() + _PATIENCE
    left: list[int] = pids
    while left and time.monotonic() < until:
        time.sleep(0.05)
        left = [pid for pid in left if is_running(pid)]
    if left:
        raise SystemExit(f"still running after the review: {left}")


def is_running(pid: int) -> bool:
    """Whether a process is there, and more than an entry that waits to be read."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def main() -> None:
    """Kill, run again, compare; exit 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--victims", nargs="+", choices=VICTIMS, default=VICTIMS)
    chosen = parser.parse_args()
    from tools.sample import make_sample

    rng, counts = random.Random(chosen.seed), Counter[str]()
    with ExitStack() as stack:
        book = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "county"
        make_sample(book, townships=4, rows=400)
        write_short_templates(book)
        shutil.copy(FROZEN, book / "notebooks" / "township_review.ipynb")
        cluster = stack.enter_context(start_cluster(book)) if "dask" in chosen.victims else None
        time_review(book, "--jobs", "2")  # reads the ledgers too
        expected = take_stock(book / "reports")
        seconds = dict.fromkeys(VICTIMS, time_review(book, "--jobs", "2"))
        if cluster:  # the second run finds its kernels' server there
            seconds["dask"] = min(time_review(book, "--scheduler", cluster[0]) for _ in range(2))
        for number in range(chosen.rounds):
            victim = chosen.victims[number % len(chosen.victims)]
            for _ in range(_DRAWS):
                if disturb(book, victim, seconds[victim], rng, cluster):
                    break
            else:
                raise SystemExit(f"round {number + 1}: no {victim} was met in {_DRAWS} draws")
            if start_review(book, "--jobs", "2").wait():
                raise SystemExit(f"round {number + 1}: the review after a {victim} was killed failed")
            left = take_stock(book / "reports")
            if differ := sorted(name for name in {*left, *expected} if left.get(name) != expected.get(name)):
                raise SystemExit(
                    f"round {number + 1}: a {victim} was killed, and then these differ: {differ}"
                )
            counts[victim] += 1
            print(f"round {number + 1}: {victim} killed, all equal", flush=True)
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{chosen.rounds} rounds on {len(expected)} files, all equal to an undisturbed run; killed: {told}")


if __name__ == "__main__":
    main()
