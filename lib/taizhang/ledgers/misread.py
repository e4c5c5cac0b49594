"""Text that was read in the wrong encoding: restoring it, or recognising that it is lost."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from taizhang.core.reasons import Reason
from taizhang.ledgers.grid import Grid

_CHINESE = re.compile("[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
# Four letters of Latin-1 in a row that are none of a word's: 消防 in GBK is ÏûÉè there.
_LATIN = re.compile(
    "[\u0080-\u00ff\u0152-\u0178\u017d-\u017e\u0192\u02c6-\u02dc\u2013-\u203a\u20ac\u2122]{4}"
)
_MARKS = "?？\ufffd"
_LEAST = 3  # Chinese characters that must come of it; two if both are common: else chance can make them


def mend_misread(grid: Grid) -> tuple[Grid, tuple[Reason, ...]]:
    """Restore cells whose text is UTF-8 read as GBK or Latin-1, or GBK read as Latin-1, and return their rows."""
    columns, mended = list(grid.values), []
    for column, values in enumerate(columns):
        found = {code: text for code, value in enumerate(values) if (text := restore(value))}
        if found:
            columns[column] = [found.get(code, value) for code, value in enumerate(values)]
            mended += np.flatnonzero(np.isin(grid.codes[:, column], list(found))).tolist()
    if not mended:
        return grid, ()
    rows = [grid.sheet.number_row(row) for row in sorted(set(mended))]
    return replace(grid, values=columns), (Reason("ledgers.file.misread", count=len(mended), rows=rows),)


def restore(value: object) -> str:
    """A cell's text before it was read in the wrong encoding; '' if nothing shows that it was."""
    if type(value) is not str or len(value) < 3 or value.isascii():
        return ""
    for written, encoding in _unread(value):
        with suppress(UnicodeDecodeError):
            text = written.decode(encoding)
            if len(text) < len(value) and _is_chinese(text):
                return text
    return ""


def _is_chinese(text: str) -> bool:
    found = _CHINESE.findall(text)
    return len(found) >= _LEAST or (len(found) == 2 and all(map(_is_common, found)))


def _is_common(character: str) -> bool:
    """Return whether a character is of the first level of GB 2312."""
    return "\xb0" <= character.encode("gb2312", "replace").decode("latin-1")[0] <= "\xd7"


def is_lost(text: str) -> bool:
    """Return whether characters of a text are lost, replaced when it was read in an encoding that lacks them."""
    if "\ufffd" in text or "锟斤拷" in text or re.fullmatch(r"\s*\?{3,}\s*", text):
        return True
    if text[-1:] not in _MARKS or text.isascii():
        return False
    for written, encoding in _unread(text.rstrip(_MARKS)):
        try:
            written.decode(encoding)
        except UnicodeDecodeError as error:
            # All of it is UTF-8 but for a last character that was cut.
            whole = written[: error.start].decode(encoding)
            if error.start >= len(written) - 2 and len(_CHINESE.findall(whole)) >= _LEAST:
                return True
    return False


def _unread(text: str) -> Iterator[tuple[bytes, str]]:
    """The bytes that a text may have been read from, and the encoding they may be in."""
    with suppress(UnicodeEncodeError):
        yield text.encode("gb18030"), "utf-8"
    if _LATIN.search(text):
        with suppress(UnicodeEncodeError):
            written = b"".join(_write_latin(character) for character in text)
            yield written, "utf-8"
            yield written, "gb2312"


def _write_latin(character: str) -> bytes:
    """As Windows-1252 writes it; what that has no sign for stands for its own byte."""
    with suppress(UnicodeEncodeError):
        return character.encode("cp1252")
    return character.encode("latin-1")
