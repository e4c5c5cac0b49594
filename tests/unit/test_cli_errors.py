"""What the command line says of a mistake, it says once."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

from taizhang.cli import main


def tear(root: Path) -> None:
    (root / "workbook.toml").write_text("x = [", encoding="utf-8")


def lose_ledgers(root: Path) -> None:
    (root / "data" / "raw" / "a.xlsx").unlink()


def damage_ledger(root: Path) -> None:
    (root / "data" / "raw" / "a.xlsx").write_bytes(b"PK\x03\x04 no more")


READ = (["check"], ["ingest"], ["facts", "--period", "2021"])
ALL = (*READ, ["review", "--period", "2021"])


@pytest.mark.parametrize(
    ("spoil", "said", "words"),
    [
        *((tear, "is not valid TOML", words) for words in ALL),
        *((lose_ledgers, "no ledger file found", words) for words in ALL),
        # A review tells of it in its reports, which are made.
        *((damage_ledger, "a.xlsx: is damaged", words) for words in READ),
    ],
)
def test_an_error_is_said_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    spoil: Callable[[Path], None],
    said: str,
    words: list[str],
) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")})
    spoil(root)
    monkeypatch.setattr(sys, "argv", ["taizhang", *words, "-C", str(root)])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capfd.readouterr()
    assert end.value.code and f"{out}{err}".count(said) == 1
    assert "Traceback" not in err
