"""data/raw/pairs.csv: people's decisions about two premises, and contradictions among them."""

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from taizhang.core.files import is_named, read_bytes
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason

COLUMNS = ("a", "b", "same", "by", "why")
_NAMES = {
    "a": ("a", "甲"),
    "b": ("b", "乙"),
    "same": ("same", "是否相同", "是否同一", "是否同一单位", "同一单位", "相同"),
    "by": ("by", "决定人", "确认人"),
    "why": ("why", "理由", "原因"),
}
_MAY_LACK = ("by", "why")
_ANSWERS = {
    **dict.fromkeys(("yes", "y", "是", "1", "1.0", "true", "相同", "同一", "√", "same"), True),
    **dict.fromkeys(("no", "n", "否", "0", "0.0", "false", "不同", "不是", "×", "apart"), False),
}


@dataclass(frozen=True)
class Decision:
    """A person's decision about two premises, by key: whether they are the same. `line` is that of pairs.csv."""

    line: int
    a: str
    b: str
    same: bool
    by: str = ""
    why: str = ""


def read_decisions(path: Path | None) -> tuple[list[Decision], list[Reason]]:
    """Read pairs.csv, in UTF-8 or as Excel in Chinese saves it; also the faults of lines that cannot be used."""
    if path is None or not is_named(path):
        return [], []
    try:
        rows = _read_rows(path)
    except OSError as error:
        return [], [Reason("register.pairs.not_opened", why=tell_error(error))]
    except (UnicodeDecodeError, csv.Error):
        return [], [Reason("register.pairs.no_table")]
    if not rows:
        return [], []
    head = [unicodedata.normalize("NFKC", cell).strip().casefold() for cell in rows[0][1]]
    places = {
        name: next((head.index(word) for word in words if word in head), -1) for name, words in _NAMES.items()
    }
    if lacking := [name for name, at in places.items() if at < 0 and name not in _MAY_LACK]:
        return [], [Reason("register.pairs.columns", lacking=lacking, columns=COLUMNS)]
    decisions, errors = [], []
    for line, row in rows[1:]:
        told = {name: row[at].strip() if 0 <= at < len(row) else "" for name, at in places.items()}
        if not any(told.values()):
            continue
        found = _make_decision(line, told)
        if isinstance(found, Decision):
            decisions.append(found)
        else:
            errors.append(Reason("register.pairs.line", line=line, reason=found))
    return decisions, errors


def _read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Rows that are not blank, with the line each begins on."""
    text = _decode(read_bytes(path))
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    rows, before = [], 0
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append((before + 1, row))
        before = reader.line_num
    return rows


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _make_decision(line: int, told: Mapping[str, str]) -> Decision | Reason:
    a, b = told["a"], told["b"]
    if not a or not b:
        return Reason("register.pairs.key")
    answer = _ANSWERS.get(unicodedata.normalize("NFKC", told["same"]).strip().casefold())
    if answer is None:
        return Reason("register.pairs.answer", text=told["same"])
    if a == b:
        return Reason("register.pairs.itself")
    return Decision(line, a, b, answer, told["by"], told["why"])
