"""Names and values that a terminal would obey are seen on it, and do nothing."""

import re
import sys
from pathlib import Path

import pytest
from ingest_book import HEADER, make_book, write_sheet

from taizhang.cli import main

# Clears the screen, in one character too; opens an address; writes over the line before; turns the text round.
HOSTILE = "\x1b[2J\x9b1A\x1b]8;;http:a.example\x07\r\x08\u202e"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check"], 0),
        (["ingest"], 0),
        (["facts", "--period", "2021"], 0),
        (["facts", "--period", "2021", "--district", HOSTILE], 2),
        (["facts", "--period", HOSTILE], 2),
        (["trace", f"hazards.{HOSTILE}", "--period", "2021", "--district", "溪口镇"], 2),
        (["template", HOSTILE], 2),
        ([HOSTILE], 2),
    ],
)
def test_no_control_reaches_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: list[str],
    told: int,
) -> None:
    root = make_book(tmp_path / "book", {})
    row = [1, "溪口镇", "2021-03-01", "甲", "一般\x9b\u202e", "张三", ""]
    unknown = [2, "无此镇\x9b2J\u2067\u202e", "昨天\x9b", "乙", "一般", "李四", ""]
    write_sheet(
        root / "data" / "raw" / f"a{HOSTILE}.xlsx", [[*HEADER, "某列\x9b2J\u202e"], [*row, 1], [*unknown, 1]]
    )
    monkeypatch.setattr(sys, "argv", ["taizhang", *words, "-C", str(root)])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capfd.readouterr()
    assert end.value.code == told
    assert ACTING.findall(out + err) == []
    if told == 2 or words == ["check"]:
        assert r"\x1b[2J\x9b1A" in out + err
