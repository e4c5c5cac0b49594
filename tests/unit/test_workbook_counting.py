"""What is hidden in a year is kept: as it would be made now, and never of other rows, settings or code."""

from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taizhang.core.keys import Code
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, protect
from taizhang.workbook import counting

DISTRICTS = pd.DataFrame({"code": ["101", "102", "103"], "name": ["甲", "乙", "丙"]})
MONTHS = {"2021-01": (3, 20, 30), "2021-02": (40, 20, 30)}


def disputes(months: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    rows = [
        (code, pd.Timestamp(f"{month}-05"), pd.NaT)
        for month, three in months.items()
        for code, many in zip(DISTRICTS["code"], three, strict=True)
        for _ in range(many)
    ]
    return pd.DataFrame(rows, columns=["district_code", "found_on", "settled_on"])


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One number for every time that a year is made safe; nothing is kept in this process."""
    numbers: list[int] = []
    run = protect.Protection.run

    def count(self: protect.Protection) -> bool:
        numbers.append(len(self.safe))
        return run(self)

    monkeypatch.setattr(protect.Protection, "run", count)
    monkeypatch.setattr(protect, "_MOST_KEPT", 1)
    return numbers


def compute(
    folder: Path | None, months: dict[str, tuple[int, int, int]] = MONTHS, period: str = "2021-01", **settings
) -> pd.DataFrame:
    protect._KEPT.clear()
    keep = partial(counting.keep_hidden, folder) if folder else None
    span, day = parse_period(period), date(2021, 12, 31)
    return compute_facts(
        {"disputes": disputes(months)}, DISTRICTS, span, day, read_as_of=day, keep=keep, **settings
    )


def test_what_is_kept_is_what_would_be_made(tmp_path: Path, made: list[int]) -> None:
    plain, first, again = compute(None), compute(tmp_path), compute(tmp_path)
    assert len(made) == 2  # without keeping, and the first time with it
    assert plain["suppressed"].any() and not plain["suppressed"].all()
    pd.testing.assert_frame_equal(first, plain)
    pd.testing.assert_frame_equal(again, plain)
    # All periods of the year ask the same.
    pd.testing.assert_frame_equal(compute(tmp_path, period="2021Q1"), compute(None, period="2021Q1"))
    assert len(made) == 3


def test_nothing_kept_is_of_other_rows_settings_or_code(
    tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    compute(tmp_path)
    fewer = {**MONTHS, "2021-02": (39, 20, 30)}
    for months, below in ((fewer, 5), (MONTHS, 21)):
        before = len(made)
        kept = compute(tmp_path, months, suppress_below=below)
        assert len(made) == before + 1
        pd.testing.assert_frame_equal(kept, compute(None, months, suppress_below=below))
    before = len(made)
    compute(tmp_path)
    assert len(made) == before
    monkeypatch.setattr(counting, "COUNTING", Code(("taizhang.core.keys",)))
    compute(tmp_path)
    assert len(made) == before + 1


def test_a_question_is_the_same_in_every_order_of_the_memory(tmp_path: Path) -> None:
    compute(tmp_path)
    compute(tmp_path, {month: MONTHS[month] for month in reversed(MONTHS)})
    assert len(list((tmp_path / "hidden").iterdir())) == 1
    mask = counting.keep_hidden(tmp_path, "one", lambda: np.array([True, False]))
    assert mask.dtype == bool and mask.tolist() == [True, False]
