"""A cell of 32,000 characters, Excel's most, takes no longer than another, wherever it stands."""

import csv
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from taizhang.ledgers.model import Source
from taizhang.ledgers.quantities import find_unit_doubt
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

HEAD = ["序号", "所属乡镇", "发现日期", "隐患描述", "隐患等级", "整改资金（元）", "整改期限", "是否整改"]
ROW = ["1", "溪口镇", "2021-03-01", "电线老化", "一般", "100", "2021-04-01", "是"]
SECONDS = 10.0  # of the processor's time; a second is usual, and what backtracks takes a minute
FILLS = {"blanks": " ", "digits": "1", "commas": "，", "stops": "、", "brackets": "(", "years": "年", "letters": "a",
         "lines": "\n"}  # fmt: skip


@contextmanager
def stop_late() -> Iterator[None]:
    """End what takes more than SECONDS of the processor's time."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def read(path: Path, rows: list[list[str]]) -> Any:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    with stop_late():
        return read_here(
            path, Source(kind=load_kinds()["hazards"], names=frozenset(["溪口镇"])), name="a.csv"
        )


@pytest.mark.skipif(not hasattr(signal, "SIGVTALRM"), reason="Windows has no timer of the processor's time")
@pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS)
@pytest.mark.parametrize("place", ["head", "title", "lone", *HEAD])
def test_a_long_cell_is_read_at_once(tmp_path: Path, place: str, fill: str) -> None:
    text = "溪口" + fill * 32_000 + "镇"
    rows = [["台账", *[""] * 8], [*HEAD, ""], [*ROW, ""], [*ROW, ""]]
    if place == "head":
        rows[1][8] = text
    elif place == "title":
        rows[0][0] = text
    elif place == "lone":
        rows.insert(3, [text, *[""] * 8])
    else:
        rows[2][HEAD.index(place)] = text
    found = read(tmp_path / "a.csv", rows)
    assert not found.errors
    assert len(found.rows) + (found.set_aside["scope"] == "row").sum() == 2
    if place == "隐患描述":
        assert found.rows["description"][0] == text


@pytest.mark.parametrize("text", ["1" * 5000, "❶", "²"])
def test_a_running_number_of_odd_figures_stops_nothing(tmp_path: Path, text: str) -> None:
    found = read(tmp_path / "a.csv", [HEAD, [text, "2", "3", "4", "", "", "", ""], ROW])
    assert not found.errors and len(found.rows) == 1


def test_a_number_that_no_spreadsheet_holds_leaves_the_others_their_unit() -> None:
    asked = {"unit": "person", "whole": True, "named": True, "factor": 1.0}
    assert find_unit_doubt(["12345678901234567890", 1e308, 12], **asked) == ""  # type: ignore[arg-type]
    assert find_unit_doubt([3e8, 4e8, 12], **asked) == "beyond"  # type: ignore[arg-type]
