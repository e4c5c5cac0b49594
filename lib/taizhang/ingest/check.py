"""`taizhang check`: what an ingest would do, and the lines to paste into workbook.toml; nothing is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from taizhang.config import FILE, Config, list_files, show_path
from taizhang.errors import BoundaryError
from taizhang.ingest import check_inputs
from taizhang.ingest.run import assemble_kind, make_source, read_layers
from taizhang.ledgers import FileRead, TableRead, read_ledger_file
from taizhang.metadata.kinds import Kind, load_kinds

_MAP_IN = re.compile(r"map it in \[(?P<table>ledgers\.[^\]]+)\]")
_MOST = 5


@dataclass(frozen=True)
class Description:
    """What was found of one part of the workbook, in words, and whether all of it could be read."""

    text: str
    fine: bool


def describe_ledgers(config: Config) -> Iterator[Description]:
    """Describe the boundaries, then each ledger: its tables, headers, values and what would be set aside.

    Parameters
    ----------
    config : Config

    Yields
    ------
    Description
        One for the boundaries and one per ledger kind.

    Raises
    ------
    ParameterError
        If files that workbook.toml names are not there.
    """
    check_inputs(config)
    try:
        layers = read_layers(config)
    except BoundaryError as error:
        yield Description(f"boundaries: {error}", False)
        return
    districts = layers.districts.frame
    lines = [f"boundaries: {len(districts)} districts in {show_path(config, config.boundaries.path)}"]
    if layers.grid is not None:
        lines.append(f"grid: {len(layers.grid.frame)} cells")
    lines += [f"  {note}" for note in layers.notes]
    yield Description("\n".join(lines), True)
    kinds = load_kinds(config.root / "ledgers")
    for name, ledger in config.ledgers.items():
        kind = kinds[name]
        files, missing = list_files(config, ledger)
        source = make_source(kind, ledger, config, districts)
        reads = [read_ledger_file(path, source, name=show_path(config, path)) for path in files]
        lines = [f"\n{name} {kind.title['zh']} {kind.title['en']}"]
        lines += [
            f"  error: '{pattern}' matches no file; correct files in [ledgers.{name}]" for pattern in missing
        ]
        for read in reads:
            lines += _describe_file(read)
        _, aside, summary = assemble_kind(kind, reads, districts, config, layers.crosswalk)
        lines.append(
            f"  {summary.read:,} rows read = {summary.accepted:,} accepted + {summary.set_aside:,} set aside; "
            f"{summary.cells_set_aside:,} single cells set aside; {summary.duplicates:,} suspected duplicates"
        )
        lines += _describe_aside(aside)
        lines += _suggest_lines(kind, reads, aside)
        yield Description("\n".join(lines), not missing and not any(read.error for read in reads))


def _describe_file(read: FileRead) -> list[str]:
    lines = [f"  {read.name}"]
    if read.error:
        lines.append(f"    error: {read.error}")
    for table in read.tables:
        lines += _describe_table(table)
    return lines


def _describe_table(table: TableRead) -> list[str]:
    where = f"sheet '{table.sheet}', " if table.sheet else ""
    hidden = " (a hidden sheet)" if table.hidden_sheet else ""
    counts = ", ".join(f"{count} {name}" for name, count in table.counts.items() if count)
    lines = [f"    {where}headers in row {table.first_row}, {table.header_rows} deep{hidden}: {counts}"]
    understood = [
        f"{one.column} {one.header} -> {one.field}{f' ({one.unit})' if one.unit else ''}"
        for one in table.headers
        if one.field
    ]
    lines.append(f"      understood: {'; '.join(understood)}")
    if table.unrecognised:
        lines.append(f"      not recognised: {', '.join(table.unrecognised)}")
    if table.hidden_rows:
        lines.append(f"      {len(table.hidden_rows)} hidden rows were read")
    lines += [
        f"      total in row {one.row}, {one.column}: says {one.stated:g}, its rows sum to {one.summed:g}"
        for one in table.totals
    ]
    lines += [f"      {rule}: {count} rows" for rule, count in table.rules.items()]
    lines += [f"      {note}" for note in table.notes]
    return lines


def _describe_aside(aside: pd.DataFrame) -> list[str]:
    lines = []
    for (scope, column, reason), group in aside.groupby(
        ["scope", "column", "reason"], sort=False, dropna=False
    ):
        first = group.iloc[0]
        sheet = f", sheet '{first['source_sheet']}'" if isinstance(first["source_sheet"], str) else ""
        where = f"{first['source_file']}{sheet}, row {first['source_row']}"
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        lines.append(f"    would set aside the {scope}: {column}: {reason} ({where}{more})")
    most = 4 * _MOST
    return lines[:most] + ([f"    and {len(lines) - most} more reasons"] if len(lines) > most else [])


def _suggest_lines(kind: Kind, reads: list[FileRead], aside: pd.DataFrame) -> list[str]:
    """Lines for workbook.toml: values nobody has mapped, headers nobody has named."""
    tables: dict[str, dict[str, str]] = {}
    for row in aside.itertuples():
        if match := _MAP_IN.search(str(row.reason)):
            values = kind.fields[str(row.column)].values
            choice = " or ".join(values) or "true or false"
            tables.setdefault(match["table"], {})[str(row.value)] = choice
    lines = []
    for name, choices in tables.items():
        lines.append(f"    [{name}]")
        lines += [f'    "{value}" = ""  # {choice}' for value, choice in choices.items()]
    unknown = dict.fromkeys(
        header for read in reads for table in read.tables for header in table.unrecognised
    )
    understood = {one.field for read in reads for table in read.tables for one in table.headers}
    free = [name for name in kind.columns if name not in understood]
    if unknown and free:
        lines.append(f"    [ledgers.{kind.name}.columns]  # not recognised: {', '.join(unknown)}")
        lines += [f'    # {name} = ""  # {kind.fields[name].title["zh"]}' for name in free]
    return [f"    to settle, paste into {FILE}:", *lines] if lines else []
