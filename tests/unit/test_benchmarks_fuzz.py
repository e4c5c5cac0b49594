"""What fuzzing does, and that it sees what it looks for."""

import os
import random
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import fuzz_reading
from benchmarks.fuzz import drop_parts
from benchmarks.fuzz_ledgers import ANY, Ledger, tell_changed
from benchmarks.mutations import MUTATIONS, draw_steps, mutate
from taizhang.ledgers import Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

LEDGER = Ledger(
    "hazards",
    ".xlsx",
    "",
    "",
    ("附件1",),
    ("district", "found_on", "description"),
    ("所属乡镇", "发现日期", "隐患描述"),
    (
        (("溪口镇", ANY), ("2021-03-05", (date(2021, 3, 5),)), ("甲", ANY)),
        (("溪南镇", ANY), ("2021-02-30", ()), ("乙", ANY)),
    ),
)


@pytest.mark.parametrize("suffix", MUTATIONS)
def test_steps_of_one_seed_make_the_same_bytes_and_others_do_not(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    LEDGER.write(path)
    data = path.read_bytes() if suffix in (".xlsx", ".ods") else "甲,乙\n1,2\n3,4\n".encode() * 20
    made = [[mutate(data, draw_steps(random.Random(seed), suffix)) for seed in range(40)] for _ in range(2)]
    assert made[0] == made[1]
    assert len(set(made[0])) > 20


def test_a_failing_input_is_made_small() -> None:
    assert drop_parts(range(40), lambda parts: {3, 17} <= set(parts)) == [3, 17]
    assert drop_parts("a", lambda parts: True) == ["a"]


def test_a_changed_value_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    LEDGER.write(path)
    kind = load_kinds()["hazards"]
    got = read_here(path, Source(kind), name="a.xlsx")
    assert len(got.rows) == len(got.set_aside) == 1
    assert not [*fuzz_reading.find_broken(got, kind), *LEDGER.find_changed(got)]
    other = replace(got, rows=got.rows.assign(found_on=pd.Timestamp(2021, 5, 3), description="丙"))
    assert [fault.partition("\n")[0] for fault in LEDGER.find_changed(other)] == [
        "a changed value of date", "a changed value of text",
    ]  # fmt: skip
    lost = replace(got, rows=got.rows.iloc[:0])
    assert [fault.partition("\n")[0] for fault in fuzz_reading.find_broken(lost, kind)] == [
        "rows read are not those accepted and set aside"
    ]
    assert list(fuzz_reading.find_differences(got, lost)) == ["other rows when read again"]


def test_what_a_cell_may_become() -> None:
    assert tell_changed("integer", "约20", (20,), 20) == "" != tell_changed("integer", "约20", (20,), 2)
    assert tell_changed("integer", "若干", (), 3) and not tell_changed("integer", "3-5", ANY, 4)
    assert not tell_changed("text", " １２ 甲", ANY, "12甲") and tell_changed("text", "甲", ANY, "乙")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ""),
        ({"known": np.inf}, "facts: known is not finite"),
        ({"value": 101.0}, "facts: a share is not within 0 and 100"),
        ({"numerator": 3.0}, "facts: a numerator above its denominator"),
        ({"high": 120.0}, "facts: high of a share is not within 0 and 100"),
    ],
)
def test_facts_that_cannot_be_are_seen(changed: dict[str, float], fault: str) -> None:
    row = {"unit": "percent", "value": 50.0, "numerator": 1.0, "denominator": 2.0, "low": 9.0, "high": 91.0}
    facts = pd.DataFrame([{**row, "known": 2.0, "of": 2.0, **changed}])
    found = [one.partition("\n")[0] for one in fuzz_reading.find_wrong_facts(facts)]
    assert found == ([fault] if fault else [])


def _die(*_: object) -> None:
    os.kill(os.getpid(), 9)


def _grow(*_: object) -> None:
    held = np.ones(80 * 1024**2)  # 640 MB
    time.sleep(200)
    held.sum()


def _wait(*_: object) -> None:
    time.sleep(200)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
@pytest.mark.parametrize(
    ("reading", "fault"),
    [
        (lambda *_: ("read", 0.1, []), ()),
        (lambda *_: 1 / 0, ("ZeroDivisionError in ?",)),
        (_die, ("died with -9",)),
        (_wait, ("more than 30 s",)),
        (_grow, ("more than 300 MB",)),
    ],
    ids=["fine", "raises", "dies", "hangs", "grows"],
)
def test_the_process_that_reads_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: object, fault: tuple[str, ...]
) -> None:
    monkeypatch.setattr(fuzz_reading, "make_books", lambda *_: {})
    monkeypatch.setattr(fuzz_reading, "_PATIENCE", 1.0 if reading is _wait else 100.0)
    # A forked child begins with what its parent holds now, not with the most that the parent ever held.
    held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
    monkeypatch.setattr(fuzz_reading, "MB", 300.0 + held)
    monkeypatch.setitem(fuzz_reading._READINGS, "made", reading)
    reader = fuzz_reading.Reader(tmp_path)
    seen = reader.ask("made", LEDGER)
    reader.stop()
    told = [one.partition("\n")[0] for one in seen.faults]
    expected = [f"more than {fuzz_reading.MB:.0f} MB" if "MB" in one else one for one in fault]
    assert told == expected
