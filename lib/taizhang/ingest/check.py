"""`taizhang check`: what an ingest would do, and lines for workbook.toml that are left to decide."""

import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.errors import BoundaryError
from taizhang.core.files import remove_leftovers, write_text
from taizhang.core.locks import hold_lock
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Label, Reason
from taizhang.ingest.account import count_rows
from taizhang.ingest.assemble import Assembler
from taizhang.ingest.cache import read_parts
from taizhang.ingest.collect import Collector
from taizhang.ingest.corrections import read_corrections
from taizhang.ingest.decisions import Decisions
from taizhang.ingest.layers import Layers, describe_layers
from taizhang.ingest.notes import NoteBook, name_files, note_file
from taizhang.ingest.plan import CORRECTIONS, PAIRS, make_plan
from taizhang.ingest.proposals import ALIASES, Proposal, merge_proposals
from taizhang.ingest.sources import Read, list_reads
from taizhang.ingest.state import GRID, KindSummary
from taizhang.ingest.sums import SumsSource, list_sums_sources, read_sums
from taizhang.ledgers import Correction, FileRead, HeaderRead, Survey, TableRead, survey_ledger_file
from taizhang.ledgers.model import fail_file
from taizhang.ledgers.sheets import MAPS
from taizhang.metadata.kinds import Kind, load_kinds, load_shared
from taizhang.register import read_decisions
from taizhang.settings.reading import write_table
from taizhang.settings.workbook import DISTRICT, FILE, Config, show_layer
from taizhang.settings.writing import Line, add_lines, find_table, write_head, write_key
from taizhang.settings.writing import write_text as quote

_MOST = 20
_PASSED_OVER = "ledgers.sheet.passed_over"
_MOST_FILES = 4


@dataclass(frozen=True)
class Description:
    """The findings about one part of the workbook, one line each, and whether all of it could be read."""

    lines: tuple[Reason | Proposal, ...]
    fine: bool
    proposals: tuple[Proposal, ...] = ()

    def word(self, lang: str = "") -> str:
        """The description in words, in a language; default: that of messages."""
        lines = (
            f"    {mask_numbers(one.word(lang))}" if isinstance(one, Proposal) else one.word(lang)
            for one in self.lines
        )
        return "\n".join(lines)

    @property
    def text(self) -> str:
        """The description in words, in the language of messages."""
        return self.word()


def describe_ledgers(config: Config) -> Iterator[Description]:
    """Describe the boundaries, then each ledger: its tables, headers, values and what would be set aside.

    Files of the same layout are described once. Values of personal columns are never shown. Yields one description for
    the boundaries, one for corrections.csv and pairs.csv where a line of them can't be used, one per ledger, and one of
    what is left to decide, where there is any; raises ParameterError if files that workbook.toml names are not there.
    """
    plan = make_plan(config)
    try:
        layers = describe_layers(plan)
    except BoundaryError as error:
        refused = (Reason("ingest.check.no_boundaries", reason=reason) for reason in error.reasons)
        yield Description(tuple(refused), False)
        return
    shown = show_layer(config, config.boundaries)
    lines = [Reason("ingest.check.boundaries", number=len(layers.districts), path=shown)]
    if config.grid is not None and GRID not in layers.lost:
        lines.append(Reason("ingest.check.grid", number=layers.cells))
    lines += [_note(Reason("ingest.check.error", reason=error)) for error in layers.errors]
    lines += [_note(note) for note in layers.notes]
    yield Description(tuple(lines), not layers.lost)
    corrections, errors = read_corrections(plan.paths.get(CORRECTIONS), plan.shown)
    errors += read_decisions(plan.paths.get(PAIRS))[1]
    if errors:
        yield Description(tuple(Reason("ingest.check.error", reason=error) for error in errors), False)
    kinds = load_kinds(config.root / "ledgers")
    proposals: list[Proposal] = []
    for name in config.ledgers:
        kind = kinds[name]
        found, missing = plan.ledgers[name], plan.missing[name]
        seen, reasons = _Seen(), _Reasons()
        decisions = Decisions(kind, config.ledgers[name])

        def put_aside(
            aside: pd.DataFrame, reasons: _Reasons = reasons, decisions: Decisions = decisions
        ) -> None:
            reasons.add(aside)
            decisions.add_aside(aside)

        with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
            codes, duplicates = list(layers.districts["code"]), config.ledgers[name][0].duplicates
            collector = Collector(kind, Path(folder) / "rows.parquet", codes, duplicates=duplicates)
            assembler = Assembler(kind, config, layers, collector, put_aside, as_of=config.as_of)
            sums: list[Reason] = []
            for one in list_reads(plan, kind, layers, corrections):
                for part in _read(one):
                    if part.errors or any(note.root.code == _PASSED_OVER for note in part.notes):
                        alone = config.ledgers[name][one.number].at < 0
                        sums += _propose_sums(one, kind, layers, kinds, whole=bool(part.errors), alone=alone)
                    seen.add(part)
                    decisions.add(part, one.number)
                    assembler.add(part, one.number)
            summary = assembler.finish()
        title = Label(zh=kind.title["zh"], en=f"{kind.title['zh']} {kind.title['en']}")
        lacking = [Reason("ingest.check.pattern", pattern=pattern, kind=name) for pattern in missing]
        proposals += decisions.list_proposals(summary, collector)
        yield Description(
            (
                Reason("ingest.check.ledger", kind=name, title=title, files=len(found)),
                *(
                    _note(
                        Reason(
                            "ingest.check.personal", title=Label(**item.title), column=item.name, kind=name
                        )
                    )
                    for item in kind.fields.values()
                    if item.guessed
                ),
                *(
                    _note(Reason("ingest.check.error", reason=reason))
                    for reason in (*lacking, *assembler.errors)
                ),
                *seen.describe(),
                *(_note(note) for note in assembler.places.list_notes()),
                *_describe_summary(summary),
                *_describe_pairs(collector),
                *reasons.describe(),
                *sums,
            ),
            not missing and not assembler.errors,
        )
    for source in list_sums_sources(plan):
        description, wanted = _describe_sums(source, layers, corrections)
        proposals += wanted
        yield description
    settings = tomllib.loads((config.root / FILE).read_text(encoding="utf-8-sig"))
    if left := merge_proposals(proposals, settings):
        yield Description(tuple(_suggest_lines(left, settings)), True, tuple(left))


def _read(one: Read) -> Iterator[FileRead]:
    if one.failed:
        return iter([fail_file(one.name, one.source.kind, one.failed)])
    return read_parts(one.path, one.source, name=one.shown)


def _propose_sums(
    one: Read, kind: Kind, layers: Layers, kinds: Mapping[str, Kind], *, whole: bool, alone: bool
) -> Iterator[Reason]:
    """A block for a file that holds tables of numbers by district, where their headers are facts.

    Beside a [ledgers.KIND] that stands `alone` it is a remark: as it is it would be no TOML.
    """
    if one.failed or one.source.rows:
        return
    names = frozenset(layers.districts["name"].astype("str"))
    seen = survey_ledger_file(one.path, Survey(dict(kinds), names), name=one.name)
    for table in (table for table in seen.tables if table.sums):
        told = [(column.field, column.header) for column in table.columns if column.field and column.header]
        if not any(name != DISTRICT for name, _ in told):
            continue
        if DISTRICT not in dict(told):
            best = max(table.columns, key=lambda column: sum(word in names for word in column.words))
            told.append((DISTRICT, best.header))
        yield Reason("ingest.check.sums_found", file=one.name, kind=kind.name)
        if whole:
            yield Reason("ingest.check.sums_apart", kind=kind.name)
        pairs = ", ".join(f"{write_key(name)} = {quote(header)}" for name, header in told)
        lines = [f"[[ledgers.{kind.name}]]", 'form = "sums"', f"files = [{quote(one.name)}]"]
        if table.sheet and not whole:
            lines.append(f"sheets = [{quote(table.sheet)}]")
        for line in (*lines, f"columns = {{ {pairs} }}"):
            yield Reason("ingest.check.line", line=f"{'# ' if alone else ''}{line}")


def _describe_sums(
    source: SumsSource, layers: Layers, corrections: Mapping[str, list[Correction]]
) -> tuple[Description, list[Proposal]]:
    """A source of numbers by district, and the period that is to be told of it where its tables don't."""
    seen, reasons, kind = _Seen(), _Reasons(), source.kind

    def read(one: Read) -> Iterator[FileRead]:
        for part in _read(one):
            seen.add(source.settle(part))
            yield part

    table, summary, errors = read_sums(source, layers, corrections, read, reasons.add)
    lines = [
        Reason(
            "ingest.check.sums", period=period, numbers=len(rows), districts=rows["district_code"].nunique()
        )
        for period, rows in table.groupby("period", sort=True)
    ]
    undated = reasons.count("ingest.sums.no_period")
    proposals = [line for line, *_ in summary.near.values()]
    if undated:
        words = Reason("ingest.decide.period", count=undated)
        proposals.append(
            Proposal(f"ledgers.{kind.name}", "period", "", words, True, undated, source.config.at)
        )
    title = Label(zh=kind.title["zh"], en=f"{kind.title['zh']} {kind.title['en']}")
    told = [
        Reason("ingest.check.sums_ledger", kind=kind.name, title=title, files=len(source.files)),
        *(_note(Reason("ingest.check.error", reason=reason)) for reason in errors),
        *seen.describe(),
        *lines,
        *_describe_summary(summary),
        *reasons.describe(),
    ]
    return Description(tuple(told), not errors), proposals


def _note(reason: Reason) -> Reason:
    return Reason("ingest.check.note", reason=reason)


def _in_brackets(reason: Reason | Label | str | None) -> Reason | str:
    return Reason("ingest.check.in_brackets", reason=reason) if reason else ""


@dataclass
class _Layout:
    """Tables of one layout: in how many files, with how many rows of each sort."""

    table: TableRead
    files: dict[str, None] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


class _Seen:
    """The layouts seen in a kind's files, and what else is to be said of each file."""

    def __init__(self) -> None:
        self.layouts: dict[object, _Layout] = {}
        self.notes = NoteBook()
        self.values: dict[str, Counter[tuple[str, Reason | str]]] = {}

    def add(self, part: FileRead) -> None:
        """Add a file, or a part of one."""
        for table in part.tables:
            if table.error:
                continue
            key = (table.header_rows, table.hidden_sheet, table.headers)
            layout = self.layouts.setdefault(key, _Layout(table))
            layout.files.setdefault(part.name)
            layout.counts.update(table.counts)
            for one in table.understood:
                self.values.setdefault(one.column, Counter())[one.value, one.meaning] += one.count
        told = tuple(replace(table, headers=()) for table in part.tables)  # unknown headers: with the layout
        self.notes.add(part.name, note_file(replace(part, tables=told)))

    @property
    def headers(self) -> Iterable[HeaderRead]:
        """The headers of all layouts."""
        return (one for layout in self.layouts.values() for one in layout.table.headers)

    def describe(self) -> list[Reason]:
        """Each layout once, then the notes."""
        layouts = sorted(self.layouts.values(), key=lambda one: -len(one.files))
        lines = [line for layout in layouts for line in _describe_layout(layout)]
        lines += [line for column, values in self.values.items() for line in _describe_values(column, values)]
        return lines + [_note(note) for note in self.notes.list_notes()]


def _describe_layout(layout: _Layout) -> list[Reason]:
    table = layout.table
    one_sheet = table.sheet and len(layout.files) == 1
    code = "ingest.check.layout"
    if not table.first_row:
        on_map = str(next(iter(layout.files))).lower().endswith(MAPS)
        code = "ingest.check.layout_map" if on_map else "ingest.check.layout_names"
    lines = [
        Reason(
            code,
            files=name_files(list(layout.files), _MOST_FILES),
            sheet=Reason("ledgers.place.in_sheet", sheet=table.sheet) if one_sheet else "",
            row=table.first_row,
            deep=table.header_rows,
            hidden=Reason("ingest.check.hidden") if table.hidden_sheet else "",
            rows=count_rows(layout.counts, "counted"),
        )
    ]
    for one in table.headers:
        if one.field:
            unit = _in_brackets(one.note or _name_unit(one.unit)) if one.unit else ""
            place = {"letters": f"{one.column:>2}", "header": one.header}
            lines.append(Reason("ingest.check.read", column=one.field, unit=unit, **place))
    for one in table.headers:
        if not one.field and one.header and not one.ignored:
            place = {"letters": f"{one.column:>2}", "header": one.header}
            lines.append(Reason("ingest.check.not_read", note=_in_brackets(one.note), **place))
    ignored = [f"{one.column} {one.header}" for one in table.headers if one.ignored and not one.field]
    if ignored:
        lines.append(Reason("ingest.check.ignored", headers=ignored))
    return lines


def _describe_values(column: str, values: Counter[tuple[str, Reason | str]]) -> Iterator[Reason]:
    """Say how each value of a column was understood, the most frequent first."""
    for (value, meaning), count in values.most_common(_MOST):
        yield Reason("ingest.check.value", column=column, value=value, meaning=meaning, count=count)
    if len(values) > _MOST:
        yield Reason("ingest.check.more_values", column=column, number=len(values) - _MOST)


def _name_unit(unit: str) -> Label | str:
    known = load_shared().units.get(unit)
    return Label(zh=known.zh, en=unit) if known else unit


def _describe_summary(summary: KindSummary) -> list[Reason]:
    lines = [
        Reason(
            "ingest.check.summary",
            read=summary.read,
            accepted=summary.accepted,
            aside=summary.set_aside,
            cells=summary.cells_set_aside,
            duplicates=summary.duplicates,
        )
    ]
    if summary.corrected:
        lines.append(Reason("ingest.check.corrected", number=summary.corrected))
    return lines + [_note(rule) for rule in summary.rules]


def _describe_pairs(collector: Collector) -> list[Reason]:
    """Rows that look like another, side by side."""
    lines = [
        Reason(
            "ingest.check.pair",
            first=_name_place(pair.first),
            second=_name_place(pair.second),
            said=pair.said,
            how=Reason(f"ingest.twice.{pair.how}"),
        )
        for pair in collector.pairs[:_MOST]
    ]
    left = sum(collector.twice.values()) - len(lines)
    return lines + ([Reason("ingest.check.more_pairs", number=left)] if left > 0 else [])


def _name_place(place: tuple[str, str, int]) -> Reason:
    file, sheet, row = place
    shown = Reason("ledgers.place.in_sheet", sheet=sheet) if sheet else ""
    return Reason("ingest.check.place", file=file, sheet=shown, row=int(row))


class _Reasons:
    """Why rows and cells would be set aside: each reason with its number and its first place."""

    def __init__(self) -> None:
        self.counts = Counter[tuple[str, str, Reason]]()
        self.first: dict[tuple[str, str, Reason], Reason] = {}

    def add(self, aside: pd.DataFrame) -> None:
        """Take what is set aside, any number of times."""
        for (scope, column, reason), group in aside.groupby(["scope", "column", "reason"], sort=False):
            assert isinstance(reason, Reason)
            key = (str(scope), str(column), reason)
            if key not in self.counts:
                row = group.iloc[0]
                self.first[key] = _name_place((row["source_file"], row["source_sheet"], row["source_row"]))
            self.counts[key] += len(group)

    def count(self, code: str) -> int:
        """Return how many rows and cells are set aside for a reason."""
        return sum(count for (_, _, reason), count in self.counts.items() if reason.code == code)

    def describe(self) -> list[Reason]:
        """One line per reason, the most frequent first."""
        lines = []
        for key, count in self.counts.most_common(_MOST):
            scope, column, reason = key
            told = {
                "column": column or Reason("ingest.check.whole"),
                "reason": reason,
                "place": self.first[key],
            }
            if count > 1:
                lines.append(Reason(f"ingest.check.{scope}s_aside", more=count - 1, **told))
            else:
                lines.append(Reason(f"ingest.check.{scope}_aside", **told))
        left = len(self.counts) - _MOST
        return lines + ([Reason("ingest.check.more_reasons", number=left)] if left > 0 else [])


def _suggest_lines(proposals: Sequence[Proposal], settings: Mapping[str, Any]) -> list[Reason | Proposal]:
    """Blocks for workbook.toml, valid wherever they are pasted: what belongs into a table that is there is a remark."""
    lines: list[Reason | Proposal] = [Reason("ingest.check.settle", number=len(proposals))]
    for place in dict.fromkeys(one.place for one in proposals):
        there = find_table(settings, place) is not None or any(isinstance(part, int) for part in place)
        head = Reason("ingest.check.under", table=write_table(place)) if there else write_head(place)
        lines.append(Reason("ingest.check.line", line=head))
        lines += [replace(one, choice=one.choice or there) for one in proposals if one.place == place]
    return lines


def write_decisions(config: Config, proposals: Sequence[Proposal]) -> list[Line]:
    """Insert the lines of decisions into workbook.toml, and return them; those left open become comments.

    A district with a similar name is left open: a person must say which one is meant.
    """
    path = config.root / FILE
    lines = [
        replace(one, choice=one.choice or one.table == ALIASES).make_line(config.lang)
        for one in proposals
        if not one.personal
    ]
    with hold_lock(config.cache / "locks" / "settings"):
        remove_leftovers(path.parent, below=False)
        made, added = add_lines(path.read_text(encoding="utf-8-sig"), lines)
        if added:
            write_text(path, made)
    return added
