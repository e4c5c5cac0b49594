"""The sources of a ledger kind: how to read each, and which of its settings have no effect."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from taizhang.boundaries import find_district
from taizhang.core.errors import ParameterError
from taizhang.core.reasons import Reason, suggest
from taizhang.ingest.layers import Layers
from taizhang.ingest.plan import Plan
from taizhang.ledgers import Correction, FileRead, Source
from taizhang.ledgers.model import RowNumbers
from taizhang.ledgers.text import fold
from taizhang.ledgers.values import Context, read_value
from taizhang.metadata.kinds import Field, Kind
from taizhang.settings.workbook import EMPTY, Config, LedgerConfig, name_source

# Settings that hold for text files alone, or for workbooks alone.
_READ_AS_TEXT = "ledgers.file.read_as"


@dataclass(frozen=True)
class Read:
    """A file to be read, by its name as shown, and how; `failed`: why what is elsewhere could not be brought here."""

    name: str
    path: Path
    number: int  # of the source, from 0
    source: Source
    shown: str  # as its rows name it: of a table in a database the address
    failed: tuple[Reason, ...] = ()


def list_reads(
    plan: Plan, kind: Kind, layers: Layers, corrections: Mapping[str, list[Correction]]
) -> list[Read]:
    """The files of a kind in the order of its sources, each with its own settings and corrections."""
    reads = []
    sources = make_sources(kind, plan.config, layers)
    for number, (source, names) in enumerate(zip(sources, plan.sources[kind.name], strict=True)):
        for name in names:
            rows = plan.rows.get(name)
            shown = rows.shown if rows else name
            own = corrections.get(shown, [])
            if rows:
                source = replace(source, rows=RowNumbers(rows.sheet, rows.key))
                others = {one.sheet for one in plan.rows.values() if one.shown == shown} - {rows.sheet}
                own = [one for one in own if one.sheet not in others]
            elif len(sources) > 1 and source.sheets is not None:  # its other sheets may be another source's
                own = [one for one in own if one.sheet in ("", *source.sheets)]
            source_here = replace(source, corrections=tuple(own))
            failed = plan.failed.get(name, ())
            reads.append(Read(name, plan.paths[name], number, source_here, shown, failed))
    return reads


def make_sources(kind: Kind, config: Config, layers: Layers) -> list[Source]:
    """Return how the files of a kind are to be read; an unreadable district, constant or value is refused here."""
    wrong: list[Reason] = []
    made = []
    ledgers = config.ledgers[kind.name]
    for ledger in ledgers:
        place = name_source(kind.name, ledger)
        district = ledger.district or str(ledger.constants.get("district", ""))
        if district:
            try:
                find_district(district, layers.districts, config.boundaries.aliases)
            except ParameterError as error:
                wrong.append(Reason("ingest.ledger_district", place=place, reason=error.reasons[0]))
        constants = {name: value for name, value in ledger.constants.items() if name != "district"}
        for name, value in constants.items():
            wrong += _refuse_value(place, f"constants.{name}", value, kind.fields[name])
        for name, value in ledger.empty.items():
            wrong += _refuse_value(place, f"values.{name}.empty", value, kind.fields[name])
        made.append(
            Source(
                kind=kind,
                sheets=ledger.sheets,
                district=district,
                columns=ledger.columns,
                values=ledger.mapped,
                empty=ledger.empty,
                constants=constants,
                encoding="" if ledger.encoding == "auto" else ledger.encoding,
                dates=ledger.dates or "",
                names=frozenset(layers.districts["name"]) | frozenset(config.boundaries.aliases),
            )
        )
    if wrong:
        raise ParameterError.of(wrong)
    return made


def _refuse_value(place: Reason | str, key: str, value: object, item: Field) -> Iterator[Reason]:
    """Return why a column can't hold a value that workbook.toml gives."""
    if value == "":
        return
    read, reason = read_value(value, item, Context())[:2]
    if read is None:
        yield Reason("ingest.constant", place=place, key=key, reason=reason or Reason("core.none"))


class SourceUse:
    """The effect of one source's settings, over all of its files."""

    def __init__(self, kind: Kind, number: int, config: Config) -> None:
        self.kind = kind
        self.ledger: LedgerConfig = config.ledgers[kind.name][number]
        self.place = name_source(kind.name, self.ledger)
        self._own: set[str] = set()
        self._headers: dict[str, str] = {}  # header: the first file that has it
        self._tables: list[frozenset[str]] = []  # the columns of each table
        self._used: set[str] = set()
        self._unread = False
        self._texts = self._files = 0

    def add(self, part: FileRead) -> None:
        """Add a file, or part of one."""
        self._files += 1
        self._texts += any(note.code == _READ_AS_TEXT for note in part.notes)
        self._unread |= bool(part.errors) and not part.tables
        for table in part.tables:
            self._used.update(table.used)
            self._own.update(one.own for one in table.headers)
            for one in table.headers:
                if one.header:
                    self._headers.setdefault(one.header, part.name)
            self._tables.append(frozenset(one.field or one.own for one in table.headers))

    def list_faults(self) -> list[Reason]:
        """The headers that workbook.toml names but no file has, if all files were read."""
        if self._unread or not self._tables:
            return []
        return [
            self._miss(column, header)
            for column, header in self.ledger.columns.items()
            if header and column not in self._own
        ]

    def _miss(self, column: str, header: str) -> Reason:
        words = {fold(one): one for one in self._headers}
        near = suggest(fold(header), words)
        found = tuple(words[one] for one in near["names"])
        shown = Reason(near.code, names=found)
        file = self._headers[found[0]]
        return Reason(
            "ingest.no_header", place=self.place, column=column, header=header, near=shown, file=file
        )

    def list_notes(self) -> list[Reason]:
        """Settings without effect."""
        if self._unread or not self._tables:
            return []
        idle = []
        if self.ledger.encoding != "auto" and not self._texts:
            idle.append(("encoding", Reason("ingest.idle.no_text")))
        if self.ledger.sheets is not None and self._texts == self._files:
            idle.append(("sheets", Reason("ingest.idle.all_text")))
        there = frozenset().union(*self._tables)
        always = frozenset.intersection(*self._tables)
        constants = dict(self.ledger.constants)
        if self.ledger.district and "district" in always:
            idle.append(("district", Reason("ingest.idle.there", column="district")))
        idle += [
            (f"constants.{name}", Reason("ingest.idle.there", column=name))
            for name in constants
            if name in always
        ]
        idle += [
            (f"values.{name}", Reason("ingest.idle.lacking", column=name))
            for name in self.ledger.values
            if name not in there
        ]
        entries = [
            (name, key) for name, values in self.ledger.values.items() if name in there for key in values
        ]
        idle += [
            (
                f"values.{name}.{key}",
                Reason("ingest.idle.no_empty" if key == EMPTY else "ingest.idle.no_cell"),
            )
            for name, key in entries
            if f"values.{name}.{key}" not in self._used
        ]
        if self.ledger.dates and "dates" not in self._used:
            idle.append(("dates", Reason("ingest.idle.dates")))
        return [Reason("ingest.idle.of", place=self.place, key=key, reason=reason) for key, reason in idle]
