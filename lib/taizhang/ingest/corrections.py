"""data/raw/corrections.csv: cells that a person has corrected, and a log of what was applied."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from taizhang.core.errors import LedgerError
from taizhang.core.outside import tell_error
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.ledgers import Applied, Correction
from taizhang.ledgers.delimited import read_text
from taizhang.metadata.kinds import Kind

LOG_COLUMNS = ["kind", "file", "sheet", "row", "column", "letter", "old", "new", "why", "line"]
# The columns of set_aside.csv stand for ours, so that its lines can be copied and completed.
NAMES = {
    "file": ("file", "source_file", "文件"),
    "sheet": ("sheet", "source_sheet", "工作表"),
    "row": ("row", "source_row", "行"),
    "column": ("column", "列"),
    "old": ("old", "value", "原值"),
    "new": ("new", "新值"),
    "by": ("by", "更正人"),
    "why": ("why", "原因"),
    "when": ("when", "时间"),
}
_MAY_LACK = ("sheet", "when")
_GUARDED = re.compile(r"'(?=\s*[=+@＝＋＠\-－])")
HIDDEN = "***"


def read_corrections(
    path: Path | None, names: Sequence[str]
) -> tuple[dict[str, list[Correction]], list[Reason]]:
    """Read the corrections of the ledger files `names`, by file as shown, and the faults in unusable lines."""
    if path is None:
        return {}, []
    try:
        table = _read_table(path)
    except LedgerError as error:
        return {}, [Reason("ingest.corrections.refused", reason=reason) for reason in error.reasons]
    except OSError as error:
        return {}, [
            Reason(
                "ingest.corrections.refused", reason=Reason("ledgers.file.not_opened", why=tell_error(error))
            )
        ]
    found: dict[str, list[Correction]] = {}
    errors = []
    for line, row in table:
        try:
            one = _make_correction(line, row, names)
        except LedgerError as error:
            errors += [
                Reason("ingest.corrections.line", line=line, reason=reason) for reason in error.reasons
            ]
        else:
            found.setdefault(one.file, []).append(one)
    return found, errors


def _read_table(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Lines by our column names, with their numbers; blank lines are passed over."""
    known = frozenset(word for words in NAMES.values() for word in words)
    rows = [[str(cell) for cell in row] for row in read_text(path, known).rows]
    head = [unicodedata.normalize("NFKC", cell).strip().casefold() for cell in rows[0]]
    places = {}
    for name, words in NAMES.items():
        at = [head.index(word) for word in words if word in head]
        if at:
            places[name] = at[0]
    lacking = [name for name in NAMES if name not in places and name not in _MAY_LACK]
    if lacking:
        raise LedgerError(
            "ingest.corrections.columns",
            lacking=lacking,
            has=[*rows[0]],
            columns=[name for name in NAMES if name != "when"],
        )
    lines = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            lines.append((number, {name: row[at].strip() for name, at in places.items()}))
    return lines


def read_lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines by our column names, with their numbers; none if the list is not there or cannot be read."""
    try:
        return _read_table(path)
    except (LedgerError, OSError):
        return []


def _make_correction(line: int, row: Mapping[str, str], names: Sequence[str]) -> Correction:
    number = re.fullmatch(r"(\d+)(?:\.0*)?", unicodedata.normalize("NFKC", row["row"]))
    if not number or int(number[1]) < 1:
        raise LedgerError("ingest.corrections.row")
    if not row["column"]:
        raise LedgerError("ingest.corrections.column")
    return Correction(
        line=line,
        file=_find_file(row["file"], names),
        sheet=row.get("sheet", ""),
        row=int(number[1]),
        column=row["column"],
        old=row["old"],
        new=_GUARDED.sub("", row["new"], count=1) if row["new"].startswith("'") else row["new"],
        why=row["why"],
        by=row["by"],
        when=row.get("when", ""),
    )


def _find_file(written: str, names: Sequence[str]) -> str:
    """The ledger file meant, by its path in the workbook or by a name that only one has."""
    path = written.replace("\\", "/").removeprefix("./")
    if path in names:
        return path
    same = [name for name in names if PurePosixPath(name).name == path]
    if len(same) == 1:
        return same[0]
    if same:
        raise LedgerError("ingest.corrections.several_files", name=path, files=same)
    raise LedgerError("ingest.corrections.no_file", name=written)


def log_applied(kind: Kind, applied: Sequence[Applied]) -> list[dict[str, Any]]:
    """The corrections applied, in `LOG_COLUMNS`; values of personal columns are hidden."""
    rows = []
    for one in applied:
        item, correction = kind.fields.get(one.field), one.correction
        hide = item is not None and item.personal
        old, new = (
            (HIDDEN if text else "") if hide else mask_numbers(text)
            for text in (correction.old, correction.new)
        )
        row = (
            kind.name, correction.file, one.sheet, correction.row, one.field or correction.column,
            one.letter, old, new, mask_numbers(correction.why), correction.line,
        )  # fmt: skip
        rows.append(dict(zip(LOG_COLUMNS, row, strict=True)))
    return rows
