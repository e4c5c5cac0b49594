"""Inserting lines into a settings file in the right place, leaving everything else, including comments, unchanged."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.settings.reading import KeyPath, find_lines

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True)
class Line:
    """A key of a table and its value. An `open` line is commented out, for the user to decide."""

    table: KeyPath
    key: str
    value: str
    comment: str = ""
    open: bool = False

    @property
    def text(self) -> str:
        """The line as TOML."""
        comment = f"  # {_CONTROLS.sub(' ', self.comment)}" if self.comment else ""
        return f"{'# ' if self.open else ''}{write_key(self.key)} = {write_text(self.value)}{comment}"


def write_key(key: str) -> str:
    """Write a key as TOML, quoted if necessary."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else write_text(key)


def write_text(text: str) -> str:
    """Write a text as a one-line TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_head(table: KeyPath) -> str:
    """Write a table's header; a table below [[...]] belongs to the last one above it."""
    return f"[{'.'.join(write_key(part) for part in table if isinstance(part, str))}]"


def find_table(data: Mapping[str, Any], table: KeyPath) -> Mapping[str, Any] | None:
    """Return a table of a parsed file; None if there is none."""
    found: Any = data
    for part in table:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return None
    return found if isinstance(found, Mapping) else None


def add_lines(text: str, lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """Insert lines into a file's text, and return those inserted; a key or comment already present is not repeated.

    A missing table is added after the last related one. An open line can't be put into a table written as ``{ ... }``,
    and is then not among the lines returned. Raises ParameterError if anything else in the file would change.
    """
    data = tomllib.loads(text)
    bounds = _Sections(text)
    added: list[Line] = []
    pieces: dict[
        tuple[int, bool], list[str]
    ] = {}  # by line, tables of their own after what ends the one before
    inline: list[Line] = []
    for table in dict.fromkeys(line.table for line in lines):
        there = find_table(data, table)
        known = {
            line.key for line in lines if line.table == table and there is not None and line.key in there
        }
        new = list(dict.fromkeys(one for one in lines if one.table == table and one.key not in known))
        if there is not None and table not in bounds.heads:
            inline += [one for one in new if not one.open]
            continue
        if there is not None:
            new = [one for one in new if not bounds.has_comment(table, one)]
            pieces.setdefault((bounds.find_end(table), False), []).extend(one.text for one in new)
        elif new:
            block = ["", write_head(table), *(one.text for one in new)]
            pieces.setdefault((bounds.find_kin(table), True), []).extend(block)
        added += new
    rows = bounds.rows
    for at, own in sorted(pieces, reverse=True):
        rows = [*rows[:at], *pieces[at, own], *rows[at:]]
    made = "\n".join(rows)
    if inline:
        import tomlkit  # needed for these alone

        document = tomlkit.parse(made)
        for one in inline:
            place: Any = document
            for part in one.table:
                place = place[part]
            place[one.key] = one.value
        made = tomlkit.dumps(document)
    _check(data, made, [*added, *inline])
    return made.replace("\n", bounds.newline), [*added, *inline]


def _check(before: dict[str, Any], made: str, added: Sequence[Line]) -> None:
    """Check that the file has its old content and the added lines, and nothing else."""
    for one in added:
        place: Any = before
        for part in one.table:
            if isinstance(place, dict) and part not in place:
                place[part] = {}
            place = place[part]
        if not one.open:
            place[one.key] = one.value
    try:
        same = tomllib.loads(made) == before
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise ParameterError("settings.not_written")


class _Sections:
    """A file's lines by the table they stand in."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        plain = text.replace("\r\n", "\n")
        self.rows = plain.split("\n")
        placed = sorted((number - 1, place) for place, number in find_lines(plain).items())
        self.heads = {place: at for at, place in placed if self.rows[at].lstrip().startswith("[")}
        self.starts = sorted(self.heads.values())

    def _find_next(self, at: int) -> int:
        return next((start for start in self.starts if start > at), len(self.rows))

    def find_end(self, table: KeyPath) -> int:
        """Return the position for another line of a table: after its last line, before the lines that introduce
        the next table."""
        start = self.heads[table]
        end = self._find_next(start)
        if end < len(self.rows):
            while end - 1 > start and self.rows[end - 1].lstrip().startswith("#"):
                end -= 1  # a comment that stands on the next header
            if end - 1 > start and self.rows[end - 1].strip():
                end = self._find_next(start)  # it goes on from the table's own lines: it is theirs
        while end - 1 > start and not self.rows[end - 1].strip():
            end -= 1
        return end

    def find_kin(self, table: KeyPath) -> int:
        """Return the position for a missing table: after the last one with the same beginning."""
        for size in range(len(table) - 1, 0, -1):
            kin = [place for place in self.heads if place[:size] == table[:size]]
            if kin and (size > 1 or len(table) == 2):
                return self.find_end(max(kin, key=self.heads.__getitem__))
        end = len(self.rows)
        while end and not self.rows[end - 1].strip():
            end -= 1
        return end

    def has_comment(self, table: KeyPath, line: Line) -> bool:
        """Return whether the table already contains the line as a comment, whatever its value."""
        start = self.heads[table]
        key = f"{write_key(line.key)} ="
        body = (row.lstrip("# \t") for row in self._iterate_body(start) if row.lstrip().startswith("#"))
        same = f"{key} {write_text(line.value)}"
        # A column may be several headers': of those the value tells.
        return line.open and any(row.startswith(same if "columns" in table else key) for row in body)

    def _iterate_body(self, start: int) -> Iterator[str]:
        yield from self.rows[start + 1 : self._find_next(start)]
