"""What a person should know of the files read, each thing said once with the number of files it holds for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from taizhang.ledgers import FileRead, TableRead

_LINE = re.compile(r'"[^"\n]+" = "[^"\n]+"(?:  # (?:(?! or )[^;"\n])*)?')
_COUNT = re.compile(r" \((\d+)\)$")


@dataclass
class _Said:
    files: dict[str, None] = field(default_factory=dict)
    count: int = 0


class NoteBook:
    """Collects notes over files: equal ones are put together, their counts added up."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}

    def add(self, name: str, notes: Sequence[str]) -> None:
        """Take the notes of a file; a number in brackets at a note's end is a count."""
        for note in notes:
            match = _COUNT.search(note)
            said = self._said.setdefault(_COUNT.sub("", note), _Said())
            said.files.setdefault(name)
            said.count += int(match[1]) if match else 0

    def list_notes(self) -> tuple[str, ...]:
        """One line each, the most telling first: those of few files before those of many."""
        lines = []
        for text, said in sorted(self._said.items(), key=lambda item: len(item[1].files)):
            count = f" ({said.count:,})" if said.count else ""
            lines.append(f"{name_files(list(said.files))}: {text}{count}")
        return tuple(lines)


def name_files(names: Sequence[str], most: int = 2) -> str:
    """A file, or some of several with their number: 48 files (a.xlsx, b.xlsx, ...)."""
    if len(names) == 1:
        return names[0]
    more = ", ..." if len(names) > most else ""
    return f"{len(names)} files ({', '.join(names[:most])}{more})"


def find_lines(reason: str) -> list[str]:
    """The lines for workbook.toml that a reason proposes: near names of districts, each with its code."""
    return [line.strip() for line in _LINE.findall(reason)]


def note_file(read: FileRead) -> list[str]:
    """The notes of a file, or of a part of one."""
    return [*read.notes, *(note for table in read.tables for note in note_table(table))]


def note_table(table: TableRead) -> list[str]:
    """What a person should know of a table: totals that disagree, hidden rows, odd readings."""
    sheet = f" of sheet '{table.sheet}'" if table.sheet else ""
    notes = [
        f"the total in row {one.row}{sheet}, {one.column}, says {one.stated:g}, its rows sum to {one.summed:g}"
        for one in table.totals
    ]
    if table.hidden_sheet:
        notes.append(f"the hidden sheet '{table.sheet}' was read")
    if table.hidden_rows:
        notes.append(f"hidden rows were read ({len(table.hidden_rows)})")
    if table.unrecognised and not table.error:  # why a table was refused says what its headers lack
        notes.append(f"columns not recognised: {', '.join(table.unrecognised)}")
    return [*notes, *table.notes]
