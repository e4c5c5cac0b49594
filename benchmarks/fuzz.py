"""Damaged files and odd ledgers, read until the time is up: nothing may crash, hang, fill memory or change a value.

``python -m benchmarks.fuzz --minutes 60 --seed 1``. In turn a real file is damaged by a few small mutations and read
as a ledger; a file of a workbook is damaged, and the workbook checked, ingested and counted; and hypothesis makes
ledgers of odd headers, values and rows. All is read in a process of its own, which is watched. Minutes and seconds are
of a processor, since the clock says nothing beside other work. A fault is a traceback, a death, more than 30 s, 100 s
by the clock, more than 2 GB, an empty message, or a broken promise:

- rows read = rows accepted + rows set aside, each once; the same outcome twice; numbers finite or empty;
- no accepted value that the ledger does not hold, as far as hypothesis made it and so knows;
- facts finite or empty, shares within 0 and 100, numerators not above denominators;
- what is damaged in data/processed is made again, equal to what was there.

Each kind of fault is told once, its input made small and kept in ``--keep``; exit 1 where there are any.
``--again FILE`` reads a kept input once more.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzz_ledgers import Ledger, draw_ledgers
from benchmarks.fuzz_reading import SETTINGS, Reader, Seen, tell_processor_seconds
from benchmarks.mutations import Step, draw_steps, mutate

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "data" / "excel_corpus"
LEDGERS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".parquet")
_OF_WORKBOOKS = ("book", "settings")
_LARGE_BYTES = 200_000
# Of a hundred turns: damaged ledgers, damaged workbooks; the others are hypothesis's.
_TURNS = {"ledger": 45, "book": 40, "made": 15}
_EXAMPLES = 40
_SHRINKING_SECONDS = 45.0


@dataclass(frozen=True)
class Case:
    """A file, what was done to it, and how it is read: as a ledger of a kind, or as a file of a workbook."""

    kind: str
    file: str
    steps: tuple[Step, ...]
    read_as: str


@dataclass
class Table:
    """What was read: inputs, outcomes, seconds and memory by kind."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    mb: dict[str, float] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, seen: Seen) -> None:
        """Count an input."""
        self.outcomes.setdefault(kind, Counter())[seen.outcome] += 1
        self.seconds[kind] = max(self.seconds.get(kind, 0), seen.seconds)
        self.mb[kind] = max(self.mb.get(kind, 0), seen.mb)

    def write(self) -> str:
        """As Markdown."""
        lines = [
            "| what | inputs | read | refused | given up in time or memory | slowest, processor s | most memory, MB "
            "| kinds of fault |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for kind, of in sorted(self.outcomes.items()):
            told = [f"{of[one]:,}" for one in ("read", "refused", "given up")]
            faults = sum(kind in kinds for kinds in self.faults.values())
            cost = f"{self.seconds[kind]:.1f} | {self.mb[kind]:,.0f}"
            lines.append(f"| {kind} | {of.total():,} | {' | '.join(told)} | {cost} | {faults} |")
        total = sum(of.total() for of in self.outcomes.values())
        lines.append(f"| all | {total:,} | | | | {max(self.seconds.values(), default=0):.1f} | "
                     f"{max(self.mb.values(), default=0):,.0f} | {len(self.faults)} |")  # fmt: skip
        return "\n".join(lines)


class Fuzzer:
    """Damages, has it read, and keeps what fails.

    `corpus`: a folder with more real files, or one that is not there. `keep`: where inputs that fail are put.
    """

    def __init__(self, corpus: Path, keep: Path, folder: Path, seed: int) -> None:
        self.keep, self.rng, self.table = keep, random.Random(seed), Table()
        self.reader = Reader(folder)
        self.ledgers = self._list_ledgers(corpus)
        self.suffixes = sorted({path.suffix.lower() for path in self.ledgers})

    def _list_ledgers(self, corpus: Path) -> list[Path]:
        folders = [ROOT / "data" / "raw", ROOT / "tests" / "unit" / "old_excel", corpus, self.reader.more]
        files = (path for folder in folders for path in folder.rglob("*"))
        return sorted(
            path
            for path in files
            if path.suffix.lower() in LEDGERS and path.stat().st_size and "draw" not in path.parts
        )

    def damage_ledger(self) -> None:
        """A real file, damaged, as a ledger."""
        suffix = self.rng.choice(self.suffixes)  # each format as often as any other
        files = [path for path in self.ledgers if path.suffix.lower() == suffix]
        path = self.rng.choice(files)
        if path.stat().st_size > _LARGE_BYTES and self.rng.random() < 0.8:
            path = self.rng.choice(files)
        known = path.parent.name if path.is_relative_to(ROOT / "data" / "raw") else ""
        read_as = self.rng.choice((known or "hazards", self.rng.choice(self.reader.kinds), "survey"))
        steps = draw_steps(self.rng, suffix)
        self.read(Case(suffix.removeprefix("."), str(path), steps, read_as))

    def damage_book(self) -> None:
        """A file of a workbook, damaged, and the workbook read as the commands read it."""
        groups = sorted(self.reader.groups)
        group = self.rng.choice((*groups, *SETTINGS, *SETTINGS))
        file = self.rng.choice(self.reader.groups[group])
        steps = draw_steps(self.rng, Path(file).suffix if Path(file).suffix else ".json")
        alone = group in SETTINGS and self.rng.random() < 0.7
        self.read(Case(group, file, steps, "settings" if alone else "book"))

    def read(self, case: Case) -> None:
        """Have a case read; count it, and keep it, made small, where it fails in a new way."""
        seen = self._look(case)
        self.table.add(case.kind, seen)
        for fault in seen.faults:
            if self._enter(fault, case.kind):
                small = self._shrink(case, fault)
                self._keep_case(small, fault)

    def _look(self, case: Case, data: bytes | None = None) -> Seen:
        if case.read_as in _OF_WORKBOOKS:
            return self.reader.ask(case.read_as, case.kind, case.file, case.steps)
        if data is None:
            data = mutate(Path(case.file).read_bytes(), case.steps)
        return self.reader.ask("ledger", Path(case.file).suffix.lower(), data, case.read_as)

    def _enter(self, fault: str, kind: str) -> bool:
        """Enter a fault by its first line; whether it is new."""
        name = fault.partition("\n")[0]
        new = name not in self.table.faults
        kinds = self.table.faults.setdefault(name, [])
        if kind not in kinds:
            kinds.append(kind)
        if new:
            print(f"FAULT in {kind}: {fault}", flush=True)
        return new

    def _shrink(self, case: Case, fault: str) -> Case:
        """The fewest of a case's mutations that fail alike."""
        name = fault.partition("\n")[0]
        until = time.monotonic() + _SHRINKING_SECONDS

        def fails(steps: Sequence[Step]) -> bool:
            if time.monotonic() > until:
                return False
            seen = self._look(Case(case.kind, case.file, tuple(steps), case.read_as))
            return any(one.partition("\n")[0] == name for one in seen.faults)

        return Case(case.kind, case.file, tuple(drop_parts(case.steps, fails)), case.read_as)

    def _keep_case(self, case: Case, fault: str) -> None:
        self.keep.mkdir(parents=True, exist_ok=True)
        path = self.keep / f"{len(self.table.faults):03d}.json"
        path.write_text(json.dumps({**vars(case), "fault": fault}, ensure_ascii=False, indent=1), "utf-8")
        suffix = Path(case.file).suffix
        if case.read_as not in _OF_WORKBOOKS:
            data = self._make_small(case, fault.partition("\n")[0], suffix)
            path.with_suffix(suffix).write_bytes(data)
        print(f"  kept as {path}: {case.file} {[name for name, _ in case.steps]}", flush=True)

    def _make_small(self, case: Case, name: str, suffix: str) -> bytes:
        """The damaged file; of a text the fewest lines that fail alike."""
        data = mutate(Path(case.file).read_bytes(), case.steps)
        if suffix != ".csv":
            return data
        until = time.monotonic() + _SHRINKING_SECONDS

        def fails(lines: Sequence[bytes]) -> bool:
            if time.monotonic() > until:
                return False
            seen = self._look(case, b"".join(lines))
            return any(one.partition("\n")[0] == name for one in seen.faults)

        return b"".join(drop_parts(data.splitlines(keepends=True), fails))

    def make_ledgers(self) -> None:
        """Ledgers by hypothesis, which makes those that fail small itself."""
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from hypothesis.internal.conjecture import engine

        engine.MAX_SHRINKING_SECONDS = int(_SHRINKING_SECONDS)

        failed: list[tuple[Ledger, str]] = []

        @seed(self.rng.getrandbits(32))
        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
        )
        @given(draw_ledgers())
        def read(ledger: Ledger) -> None:
            seen = self.reader.ask("made", ledger)
            self.table.add(f"made {ledger.suffix.removeprefix('.')}", seen)
            if new := [one for one in seen.faults if one.partition("\n")[0] not in self.table.faults]:
                failed.append((ledger, new[0]))
                raise AssertionError(new[0].partition("\n")[0])

        try:
            read()
        except AssertionError:
            ledger, fault = failed[-1]
            self._enter(fault, f"made {ledger.suffix.removeprefix('.')}")
            self.keep.mkdir(parents=True, exist_ok=True)
            path = self.keep / f"{len(self.table.faults):03d}.txt"
            path.write_text(f"{fault}\n{ledger!r}\n", "utf-8")
            print(f"  kept as {path}: {ledger!r}", flush=True)

    def run(self, seconds: float) -> None:
        """Until so many seconds of a processor are used up."""
        turns: dict[str, Callable[[], None]] = {
            "ledger": self.damage_ledger, "book": self.damage_book, "made": self.make_ledgers,
        }  # fmt: skip
        spent = dict.fromkeys(turns, 0.0)
        began = told = time.monotonic()
        while (used := tell_processor_seconds(os.getpid())) < seconds:
            turn = min(turns, key=lambda one: spent[one] / _TURNS[one])
            start = time.monotonic()
            turns[turn]()
            spent[turn] += time.monotonic() - start
            if time.monotonic() > told + 300:
                told = time.monotonic()
                minutes = (told - began) / 60
                print(
                    f"{used / 60:.0f} minutes of a processor in {minutes:.0f}\n{self.table.write()}",
                    flush=True,
                )


def drop_parts(parts: Sequence[Any], fails: Callable[[Sequence[Any]], bool]) -> list[Any]:
    """The fewest parts that still fail, by leaving out halves, quarters and so on."""
    left, size = list(parts), len(parts) // 2
    while size:
        at = 0
        while at < len(left):
            fewer = left[:at] + left[at + size :]
            if fewer and fails(fewer):
                left = fewer
            else:
                at += size
        size //= 2
    return left


def read_again(path: Path, folder: Path) -> Iterator[str]:
    """What becomes of a kept case now."""
    told = json.loads(path.read_text("utf-8"))
    steps = tuple((name, seed) for name, seed in told["steps"])
    reader = Reader(folder)
    if told["read_as"] in _OF_WORKBOOKS:
        seen = reader.ask(told["read_as"], told["kind"], told["file"], steps)
    else:
        suffix = Path(told["file"]).suffix
        seen = reader.ask("ledger", suffix.lower(), path.with_suffix(suffix).read_bytes(), told["read_as"])
    reader.stop()
    yield f"{seen.outcome}, {seen.seconds:.1f} s, {seen.mb:.0f} MB"
    yield from seen.faults


def main() -> None:
    """Fuzz for some minutes and print the table; exit 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "taizhang-fuzz")
    parser.add_argument("--again", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taizhang-fuzz-") as folder:
        if chosen.again:
            print(*read_again(chosen.again, Path(folder)), sep="\n")
            return
        fuzzer = Fuzzer(chosen.corpus, chosen.keep, Path(folder), chosen.seed)
        began = time.monotonic()
        try:
            fuzzer.run(chosen.minutes * 60)
        finally:
            fuzzer.reader.stop()
            processor = tell_processor_seconds(os.getpid()) / 60
            minutes = (time.monotonic() - began) / 60
            print(f"{minutes:.1f} minutes, {processor:.1f} of a processor, seed {chosen.seed}")
            print(fuzzer.table.write())
            for fault, kinds in fuzzer.table.faults.items():
                print(f"- {fault} ({', '.join(kinds)})")
    raise SystemExit(1 if fuzzer.table.faults else 0)


if __name__ == "__main__":
    main()
