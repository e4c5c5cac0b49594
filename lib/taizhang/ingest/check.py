"""`taizhang check`: what an ingest would do, and the lines to paste into workbook.toml; nothing is written."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from taizhang.core.errors import BoundaryError
from taizhang.core.privacy import mask_numbers
from taizhang.ingest.assemble import Assembler, make_source, with_corrections
from taizhang.ingest.cache import read_parts
from taizhang.ingest.collect import Collector
from taizhang.ingest.corrections import read_corrections
from taizhang.ingest.layers import describe_layers
from taizhang.ingest.notes import NoteBook, find_lines, name_files, note_file
from taizhang.ingest.plan import make_plan
from taizhang.ingest.state import KindSummary
from taizhang.ledgers import FileRead, HeaderRead, TableRead
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.settings.workbook import FILE, Config, show_path

_MAP_IN = re.compile(r"map it in \[(?P<table>ledgers\.[^\]]+)\]")
_MOST = 20
_MOST_FILES = 4


@dataclass(frozen=True)
class Description:
    """What was found of one part of the workbook, in words, and whether all of it could be read."""

    text: str
    fine: bool


def describe_ledgers(config: Config) -> Iterator[Description]:
    """Describe the boundaries, then each ledger: its tables, headers, values and what would be set aside.

    Files of the same layout are described once. Values of personal columns are never shown.

    Parameters
    ----------
    config : Config

    Yields
    ------
    Description
        One for the boundaries, one for corrections.csv where a line of it can't be used, and one per ledger.

    Raises
    ------
    ParameterError
        If files that workbook.toml names are not there.
    """
    plan = make_plan(config)
    try:
        layers = describe_layers(config)
    except BoundaryError as error:
        yield Description(f"boundaries: {error}", False)
        return
    lines = [f"boundaries: {len(layers.districts)} districts in {show_path(config, config.boundaries.path)}"]
    if config.grid is not None:
        lines.append(f"grid: {layers.cells} cells")
    yield Description("\n".join([*lines, *(f"  {note}" for note in layers.notes)]), True)
    names = [name for files in plan.ledgers.values() for name in files]
    corrections, errors = read_corrections(config, names)
    if errors:
        yield Description("\n".join(f"error: {error}" for error in errors), False)
    kinds = load_kinds(config.root / "ledgers")
    for name, ledger in config.ledgers.items():
        kind = kinds[name]
        found, missing = plan.ledgers[name], plan.missing[name]
        source = make_source(kind, ledger, config, layers)
        seen, reasons = _Seen(), _Reasons(kind)
        with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
            collector = Collector(kind, Path(folder) / "rows.parquet", list(layers.districts["code"]))
            assembler = Assembler(kind, config, layers, collector, reasons.add, as_of=config.as_of)
            for shown in found:
                path = plan.paths[shown]
                for part in read_parts(path, with_corrections(source, corrections, shown), name=shown):
                    seen.add(part)
                    assembler.add(part)
            summary = assembler.finish()
        lines = [f"\n{name} {kind.title['zh']} {kind.title['en']}: {len(found)} files"]
        lines += [
            f"  error: '{pattern}' matches no file; correct files in [ledgers.{name}]" for pattern in missing
        ]
        lines += [f"  error: {error}" for error in assembler.errors]
        lines += seen.describe()
        lines += _describe_summary(summary)
        lines += reasons.describe()
        lines += _suggest_lines(kind, seen, reasons)
        yield Description(mask_numbers("\n".join(lines)), not missing and not assembler.errors)


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

    def add(self, part: FileRead) -> None:
        """Take a file, or a part of one."""
        for table in part.tables:
            if table.error:
                continue
            key = (table.header_rows, table.hidden_sheet, table.headers)
            layout = self.layouts.setdefault(key, _Layout(table))
            layout.files.setdefault(part.name)
            layout.counts.update(table.counts)
        told = tuple(replace(table, headers=()) for table in part.tables)  # unknown headers: with the layout
        self.notes.add(part.name, note_file(replace(part, tables=told)))

    @property
    def headers(self) -> Iterable[HeaderRead]:
        """The headers of all layouts."""
        return (one for layout in self.layouts.values() for one in layout.table.headers)

    def describe(self) -> list[str]:
        """Each layout once, then the notes."""
        lines = []
        for layout in sorted(self.layouts.values(), key=lambda one: -len(one.files)):
            lines += _describe_layout(layout)
        return lines + [f"  {note}" for note in self.notes.list_notes()]


def _describe_layout(layout: _Layout) -> list[str]:
    table = layout.table
    where = f", sheet '{table.sheet}'" if table.sheet and len(layout.files) == 1 else ""
    hidden = " (a hidden sheet)" if table.hidden_sheet else ""
    counts = ", ".join(f"{count:,} {name}" for name, count in layout.counts.items() if count)
    at = f"headers in row {table.first_row}, {table.header_rows} deep"
    lines = [f"  {name_files(list(layout.files), _MOST_FILES)}{where}: {at}{hidden}; rows: {counts}"]
    for one in table.headers:
        if one.field:
            unit = f" ({one.note or one.unit})" if one.unit else ""
            lines.append(f"      {one.column:>2} {one.header} -> {one.field}{unit}")
    for one in table.headers:
        if not one.field and one.header and not one.ignored:
            note = f" ({one.note})" if one.note else ""
            lines.append(f"      {one.column:>2} {one.header} not recognised{note}")
    ignored = [f"{one.column} {one.header}" for one in table.headers if one.ignored and not one.field]
    if ignored:
        lines.append(f"      known and not read: {', '.join(ignored)}")
    return lines


def _describe_summary(summary: KindSummary) -> list[str]:
    lines = [
        f"  {summary.read:,} rows read = {summary.accepted:,} accepted + {summary.set_aside:,} set aside; "
        f"{summary.cells_set_aside:,} single cells set aside; {summary.duplicates:,} suspected duplicates"
    ]
    if summary.corrected:
        lines.append(f"  {summary.corrected:,} cells corrected by data/raw/corrections.csv")
    return lines + [f"  {rule}: {count:,} rows" for rule, count in summary.rules.items()]


class _Reasons:
    """Why rows and cells would be set aside: each reason with its number and its first place."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.counts = Counter[tuple[str, str, str]]()
        self.first: dict[tuple[str, str, str], str] = {}
        self.unmapped: dict[str, dict[str, str]] = {}
        self.near: dict[str, None] = {}

    def add(self, aside: pd.DataFrame) -> None:
        """Take what is set aside, any number of times."""
        groups = aside.groupby(["scope", "column", "reason"], sort=False, dropna=False)
        for (scope, column, reason), group in groups:
            key = (str(scope), str(column), str(reason))
            if key not in self.counts:
                row = group.iloc[0]
                sheet = f", sheet '{row['source_sheet']}'" if row["source_sheet"] else ""
                self.first[key] = f"{row['source_file']}{sheet}, row {row['source_row']}"
            self.counts[key] += len(group)
            item = self.kind.fields.get(str(column))
            personal = item is not None and item.personal
            if (match := _MAP_IN.search(key[2])) and item is not None and not personal:
                choice = " or ".join(item.values) or "true or false"
                for value in group["value"].dropna().unique():
                    self.unmapped.setdefault(match["table"], {})[str(value)] = choice
            if column == "district":
                self.near |= dict.fromkeys(find_lines(key[2]))

    def describe(self) -> list[str]:
        """One line per reason, the most frequent first."""
        lines = []
        for key, count in self.counts.most_common(_MOST):
            scope, column, reason = key
            more = f" and {count - 1:,} more" if count > 1 else ""
            lines.append(f"    would set aside the {scope}: {column}: {reason} ({self.first[key]}{more})")
        left = len(self.counts) - _MOST
        return lines + ([f"    and {left} more reasons"] if left > 0 else [])


def _suggest_lines(kind: Kind, seen: _Seen, reasons: _Reasons) -> list[str]:
    """Lines for workbook.toml: values nobody has mapped, districts nobody has named, headers not known."""
    lines = []
    if reasons.near:
        lines.append("    [boundaries.aliases]  # only those that are right")
        names = Counter(line.split(" = ")[0] for line in reasons.near)
        # Of several that are near, a person must choose: two lines for one name are no TOML.
        lines += [f"    {'# ' if names[line.split(' = ')[0]] > 1 else ''}{line}" for line in reasons.near]
    for name, choices in reasons.unmapped.items():
        lines.append(f"    [{name}]")
        lines += [f'    "{value}" = ""  # {choice}' for value, choice in choices.items()]
    unknown = dict.fromkeys(
        one.header for one in seen.headers if one.field is None and one.header and not one.ignored
    )
    understood = {one.field for one in seen.headers}
    free = [name for name, item in kind.fields.items() if name not in understood and not item.splits]
    if unknown and free:
        lines.append(f"    [ledgers.{kind.name}.columns]  # not recognised: {', '.join(unknown)}")
        lines += [f'    # {name} = ""  # {kind.fields[name].title["zh"]}' for name in free]
    return [f"    to settle, paste into {FILE}:", *lines] if lines else []
