"""Notes on the files read: each note once, with the number of files it applies to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from taizhang.core.reasons import Reason
from taizhang.ledgers import FileRead, TableRead


@dataclass
class _Said:
    files: dict[str, None] = field(default_factory=dict)
    count: int = 0


class NoteBook:
    """Collects notes over files: equal ones are merged, and their counts (the parameter `count`) added up."""

    def __init__(self) -> None:
        self._said: dict[Reason, _Said] = {}

    def add(self, name: str, notes: Sequence[Reason]) -> None:
        """Add the notes of a file."""
        for note in notes:
            count = dict(note.parameters).get("count")
            said = self._said.setdefault(note if count is None else note.replace(count=0), _Said())
            said.files.setdefault(name)
            said.count += count or 0

    def list_notes(self) -> tuple[Reason, ...]:
        """Return each note once, most specific first: notes on few files before notes on many."""
        notes = []
        for note, said in sorted(self._said.items(), key=lambda item: len(item[1].files)):
            whole = note.replace(count=said.count) if said.count else note
            notes.append(Reason("ingest.note.of", files=name_files(list(said.files)), reason=whole))
        return tuple(notes)


def name_files(names: Sequence[str], most: int = 2) -> Reason | str:
    """A file, or some of several with their number: 48 files (a.xlsx, b.xlsx, ...)."""
    if len(names) == 1:
        return names[0]
    code = "ingest.files.some" if len(names) > most else "ingest.files.all"
    return Reason(code, number=len(names), names=names[:most])


def note_file(read: FileRead) -> list[Reason]:
    """The notes of a file, or of a part of one."""
    return [*read.notes, *(note for table in read.tables for note in note_table(table))]


def note_table(table: TableRead) -> list[Reason]:
    """Return what people should know about a table: totals that disagree, hidden rows, unusual readings."""
    notes = []
    for one in table.totals:
        total = Reason("ledgers.table.total", **vars(one))
        if table.sheet:
            total = Reason("ledgers.table.total_in_sheet", sheet=table.sheet, **vars(one))
        notes.append(total)
    if table.hidden_sheet:
        notes.append(Reason("ledgers.table.hidden_sheet", sheet=table.sheet))
    if table.hidden_rows:
        notes.append(Reason("ledgers.table.hidden_rows", count=len(table.hidden_rows)))
    if not table.error:  # why a table was refused says what its headers lack
        there = {one.field for one in table.headers}
        asked = [one for one in table.headers if one.asked and not there & {two.field for two in one.asked}]
        notes += [Reason("ledgers.table.not_taken", header=one.header, reason=one.note) for one in asked]
        told = {one.header for one in asked}
        if unknown := tuple(header for header in table.unrecognised if header not in told):
            notes.append(Reason("ledgers.table.unrecognised", headers=unknown))
    return [*notes, *table.notes]
