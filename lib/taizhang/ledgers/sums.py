"""Summary tables by district: a kind made from the facts they contain, and decisions on periods and shares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason
from taizhang.ledgers.marks import number_column
from taizhang.ledgers.model import FileRead, TableRead
from taizhang.ledgers.periods import find_period
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.kinds import Field, Kind

PERIOD = "period"
ROW = ":row"  # ends the name of a column with the sheet's row of a fact's cell
# A fact's unit as a field has it, the header's words being of its dimension; of others a number is read as it stands.
_UNITS = {
    "count": "piece", "people": "person", "percent": "percent", "days": "day", "yuan": "yuan",
    "wan_yuan": "wan_yuan", "km2": "km2", "rooms": "room", "ha": "ha", "hours": "hour", "minutes": "minute",
    "households": "household",
}  # fmt: skip
_WHOLE = ("count", "people", "rooms", "households")


def make_sums_kind(
    kind: Kind, district: Field, facts: Iterable[str], infos: Mapping[str, FactInfo], *, spelled: bool = False
) -> Kind:
    """Make the kind of a table with `district` and a column for each of some facts, whose headers are in the
    settings.

    With `spelled`, facts are recognised by their titles and aliases, for tables without settings.
    """
    fields = {"district": replace(district, required=True)}
    for name in facts:
        unit = infos[name].unit
        fields[name] = Field(
            name,
            "integer" if unit in _WHOLE else "number",
            unit=_UNITS.get(unit, ""),
            title=dict(infos[name].title) if spelled else {"zh": name, "en": name},
            aliases=infos[name].aliases if spelled else (),
            description=dict(infos[name].definition),
            min=None if unit == "points" else 0,
            max=100 if unit == "percent" else None,
        )
    if spelled:
        return Kind(kind.name, kind.title, kind.row, fields)
    fields[PERIOD] = Field(PERIOD, "text", title={"zh": "", "en": ""}, description={"zh": "", "en": ""})
    return Kind(kind.name, kind.title, kind.row, fields)


def settle_sums(part: FileRead, period: str, infos: Mapping[str, FactInfo], no_period: Reason) -> FileRead:
    """Settle a file read as such a kind: the period of each row, and shares as percentages.

    The period is the one given, otherwise the one in the table's title, sheet name or file name; rows of a table
    without one are set aside for the reason `no_period`. A column of shares is judged as a whole: if none is above
    1 and some are fractions, they are shares of 1; if it contains only 0 and 1, it is unclear whether 1 means 1 %
    or 100 %.
    """
    rows, notes = part.rows.copy(), list(part.notes)
    facts = [name for name in infos if name in rows]
    for name in facts:
        rows[f"{name}{ROW}"] = rows["source_row"]
    aside = [_turn_back(part)]
    shares = [name for name, info in infos.items() if info.unit == "percent" and name in rows]
    periods = pd.Series(pd.NA, index=rows.index, dtype="str")
    for table, mask in _iterate_tables(part, rows):
        for found, own in _iterate_periods(part, table, rows, mask):
            if period and found is not None and not found.is_same(parse_period(period)):
                notes.append(Reason("ledgers.sums.other_period", said=str(found), period=period))
            if period or found is not None:
                periods[own] = period or str(found)
            else:
                aside.append(_set_aside(rows[own], "row", "", no_period))
        for name, row in _list_rows(table).items():
            if name in facts:
                rows.loc[mask, f"{name}{ROW}"] = row
        for name in shares:
            share = rows.loc[mask, name].astype("float64")
            if _are_shares(share):
                rows.loc[mask, name] = share * 100
                notes.append(Reason("ledgers.sums.shares", header=_find_header(table, name)))
            elif not share.dropna().empty and share.max() == 1:
                doubtful = mask & rows[name].notna().to_numpy()
                aside.append(_set_aside(rows[doubtful], "cell", name, Reason("ledgers.sums.one"), rows[name]))
                rows.loc[doubtful, name] = np.nan
    rows[PERIOD] = periods
    kept = rows[periods.notna()].reset_index(drop=True)
    return replace(
        part,
        rows=kept,
        tables=tuple(_turn_totals(table) for table in part.tables),
        set_aside=pd.concat(aside, ignore_index=True),
        notes=tuple(dict.fromkeys(notes)),
    )


def _list_rows(table: TableRead) -> dict[str, int]:
    """Of a table that stands on its side, the sheet's row (1-based) of each fact."""
    named = [one for one in table.headers if one.field] if table.turned else []
    return {str(one.field): number_column(one.column) + 1 for one in named}


def _turn_totals(table: TableRead) -> TableRead:
    rows = _list_rows(table)
    return replace(
        table, totals=tuple(replace(one, row=rows.get(one.column, one.row)) for one in table.totals)
    )


def _turn_back(part: FileRead) -> pd.DataFrame:
    """Return what is set aside, with the sheet's rows where tables stand on their side."""
    aside = part.set_aside.copy()
    for table in (one for one in part.tables if one.turned):
        rows = _list_rows(table)
        own = aside["source_sheet"] == table.sheet
        aside.loc[own, "source_row"] = aside.loc[own, "column"].map(rows).astype("Int64")
    return aside


def _iterate_tables(part: FileRead, rows: pd.DataFrame) -> Iterator[tuple[TableRead, np.ndarray]]:
    """Each table with its rows: those below its header, above that of the next of its sheet."""
    for sheet in dict.fromkeys(table.sheet for table in part.tables if not table.error):
        own = {table.first_row: table for table in part.tables if table.sheet == sheet and not table.error}
        starts = sorted(own)
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            mask = (rows["source_sheet"] == sheet) & (rows["source_row"] > start)
            if end is not None:
                mask &= rows["source_row"] < end
            yield own[start], mask.to_numpy(dtype=bool)


def _iterate_periods(
    part: FileRead, table: TableRead, rows: pd.DataFrame, mask: np.ndarray
) -> Iterator[tuple[Period | None, np.ndarray]]:
    """The parts of a table by their period: what stands between two parts with a period of its own is the lower's."""
    beside = (table.sheet, part.name.rsplit("/", 1)[-1])
    found = find_period(*table.titles, *beside)
    starts: list[tuple[int, Period | None]] = [(0, found)]
    for row, text in table.headings:
        own = find_period(text) or (find_period(text, *table.titles, *beside) if found is None else None)
        if own is not None and rows["source_row"][mask].gt(row).any():
            starts.append((row, own))
    numbers = rows["source_row"].to_numpy(dtype="int64", na_value=0)
    for (start, told), (end, _) in zip(starts, [*starts[1:], (np.iinfo(np.int64).max, None)], strict=True):
        yield told, mask & (numbers > start) & (numbers < end)


def _are_shares(values: pd.Series) -> bool:
    known = values.dropna()
    return bool(len(known) and known.max() <= 1 and ((known > 0) & (known < 1)).any())


def _find_header(table: TableRead, name: str) -> str:
    return next((one.header for one in table.headers if one.field == name), name)


def _set_aside(
    rows: pd.DataFrame, scope: str, column: str, reason: Reason, values: pd.Series | None = None
) -> pd.DataFrame:
    """Rows as what is set aside, for one reason."""
    if column:
        rows = rows.assign(source_row=rows[f"{column}{ROW}"])
    frame = rows[["source_file", "source_sheet", "source_row", "district"]].assign(
        kind="",
        column=column or PERIOD,
        value="" if values is None else values[rows.index].map("{:g}".format),
        reason=pd.Series([reason] * len(rows), index=rows.index, dtype=object),
        scope=scope,
        day=pd.Series(pd.NA, index=rows.index, dtype="str"),
    )
    return frame
