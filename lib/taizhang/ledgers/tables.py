"""Reading a table into typed rows, with everything unreadable set aside and named."""

import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import replace

import numpy as np
import pandas as pd

from taizhang.core.errors import LedgerError
from taizhang.core.reasons import Label, Reason
from taizhang.ledgers.dates import find_epoch, find_order, find_year, read_date
from taizhang.ledgers.grid import Grid
from taizhang.ledgers.headers import HeaderIndex, Question, bare_words, measure
from taizhang.ledgers.model import (
    ASIDE_TYPES,
    TABLE_COLUMNS,
    UNREAD,
    Disagreement,
    HeaderRead,
    Source,
    TableRead,
    make_empty_aside,
    pandas_type,
)
from taizhang.ledgers.phrases import tells_deaths
from taizhang.ledgers.places import find_table_place, suggest_place
from taizhang.ledgers.points import find_point, hold_points
from taizhang.ledgers.quantities import find_decimal_sign, find_factor, find_unit_doubt, read_number
from taizhang.ledgers.questions import POINT
from taizhang.ledgers.rowkinds import (
    DATA,
    HEADER,
    NOTE,
    ROW_KINDS,
    SECTION,
    TITLE,
    TOTAL,
    Doubt,
    HeaderColumn,
    LedgerTable,
)
from taizhang.ledgers.sheets import name_column
from taizhang.ledgers.shown import show_rows, write_days
from taizhang.ledgers.spread import list_later, spread_words
from taizhang.ledgers.text import fold, write_cell
from taizhang.ledgers.understood import list_understood
from taizhang.ledgers.values import (
    Context,
    OwnValues,
    Parsed,
    count_items,
    read_column,
    says_nothing,
    says_unknown,
    take_texts,
)
from taizhang.metadata.kinds import DATE_TYPES, DATED_TYPES, EMPTY, NUMBER_TYPES, Field, Kind, load_shared
from taizhang.metadata.phrases import load_phrases

NEAR_DISTRICT = (
    "ledgers.table.near_district"  # a table whose title names a district by less than its full name
)
_UNIT = re.compile(r"(?:计量)?单位\s*[::]\s*([^\s))]+)|\bunits?\s*:\s*([^)]+)", re.I)
_BRACKETED = re.compile(r"[(（]([^()（）]{1,12})[)）]")
_DITTOS = frozenset(map(fold, ("同上", "同前", "〃", "″", '"', "“", "”", "''", "ditto")))
_LOOKED_AT = 500  # rows that tell whether a column holds coordinates
_SUMMED = ("integer", "number")
_CASUALTIES = re.compile("伤亡|死伤|傷亡|死傷")
_IN_MONTHS = re.compile(r"月份$|^月$|[(（\[]\s*月份?\s*[)）\]]$|^month$", re.I)
_IN_DAYS = re.compile(r"[(（\[]\s*(?:天|日|days?)\s*[)）\]]|天数|/\s*天$", re.I)


def read_table(
    grid: Grid, table: LedgerTable, index: HeaderIndex, source: Source, *, name: str
) -> tuple[pd.DataFrame, pd.DataFrame, TableRead]:
    """Read a table's data rows: rows accepted, rows and cells set aside, and a description of the table.

    Raises LedgerError if a required column is missing, naming the line of workbook.toml that fixes it.
    """
    kind = source.kind
    titles = [*table.titles, *table.above]
    year = find_year(*titles, grid.sheet.name, name.rsplit("/", 1)[-1])
    place, told_by = source.district, ""
    if not place and not table.sections:
        place, told_by = find_table_place(grid.sheet.name, table.titles, table.above, name, source.names)
    spot = _find_spot(grid, table, index)
    there = {"lon", "lat"} if spot is not None else set()
    check_columns(grid, table, index, source, name=name, year=table.year or year, place=place, there=there)
    _take_units(table, kind)
    data = np.flatnonzero(table.kinds == DATA) + table.first
    numbers = np.array([grid.sheet.number_row(row) for row in data.tolist()], dtype=np.int64)
    codes, notes = _fill_merges(grid, table, kind, data)
    notes += _fill_dittos(grid, table, codes)
    _leave_skipped(grid, table, codes, kind)
    date1904 = grid.sheet.date1904
    if kind.date in table.fields and (days := grid.values[table.fields[kind.date].position]):
        date1904 = find_epoch(_used(days, codes[kind.date]), year=year, date1904=date1904)
    if date1904 != grid.sheet.date1904:
        notes.append(Reason("ledgers.table.other_epoch", first=1904 if date1904 else 1900))
    context = Context(year, date1904, where=f"ledgers.{kind.name}")
    told_in_words = load_phrases().list_columns(kind.name)
    later = list_later(kind)
    parsed: dict[str, Parsed] = {}
    raw: dict[str, tuple[list[object], np.ndarray]] = {}
    words_only: list[str] = []
    used: list[str] = []
    ways: list[tuple[str, str]] = []
    for field_name, column in table.fields.items():
        field = kind.fields[field_name]
        values, own = grid.values[column.position], codes[field_name]
        if column is spot and field_name == "district":
            values = [point.rest if (point := find_point(value)) else value for value in values]
            own = np.where(np.isin(own, [at for at, value in enumerate(values) if value == ""]), -1, own)
        if field_name == "district":
            values, own = _with_sections(table, data, values, own)
        assert column.match is not None
        dated = field.type in DATED_TYPES
        told = replace(
            context,
            factor=column.match.factor,
            values=source.values.get(field_name, {}),
            empty=source.empty.get(field_name, ""),
            phrases=kind.name if field_name in told_in_words else "",
            asks=load_phrases().find_act(kind.name, field_name, column.levels[-1]),
            words_only=field_name in told_in_words and bool(_CASUALTIES.search(column.levels[-1])),
            after=field_name in later,
            order=find_order(_used(values, own), year=year, told=source.dates) if dated else "",
            decimal=find_decimal_sign(_used(values, own)) if field.type in _SUMMED else "",
            doubt=find_unit_doubt(
                _used(values, own),
                field.unit,
                whole=field.type == "integer",
                named=bool(column.match.unit),
                factor=column.match.factor,
            )
            if field.type in _SUMMED
            else "",
            in_months=dated and any(_IN_MONTHS.search(level) for level in column.levels),
            in_days=field.future and any(_IN_DAYS.search(level) for level in column.levels),
            in_working_days=field.future and any("工作日" in level for level in column.levels),
        )
        if way := told.order + told.decimal:
            ways.append((field_name, way))
        parsed[field_name] = read_column(values, own, field, told)
        used += _list_used(field, source, told, values, own)
        if told.words_only:
            words_only.append(field_name)
        raw[field_name] = (values, own)
        notes += [
            Reason("ledgers.table.understood", column=field_name, note=note, count=count)
            for note, count in parsed[field_name].notes.items()
        ]
    if spot is not None:
        points = list(map(find_point, grid.values[spot.position]))
        own = grid.codes[data, spot.position]
        for field_name in ("lon", "lat"):
            numbers_of = [getattr(point, field_name) if point else "" for point in points]
            raw[field_name] = numbers_of, own
            parsed[field_name] = read_column(numbers_of, own, kind.fields[field_name], context)
        count = int(parsed["lon"].data[~np.isnan(parsed["lon"].data)].size)
        notes.append(Reason("ledgers.table.points", header=spot.header, count=count))
    there = {column.match.field for column in table.columns if column.match is not None}
    for field_name, value in source.constants.items():
        if field_name not in there:
            raw[field_name] = [value], np.zeros(len(data), dtype=np.int64)
            parsed[field_name] = read_column(*raw[field_name], kind.fields[field_name], context)
    of_rows = table.year or year
    for field in kind.fields.values():
        if field.type == "year" and field.required and field.name not in parsed and of_rows is not None:
            value = [str(of_rows)], np.zeros(len(data), dtype=np.int64)
            parsed[field.name] = read_column(*value, field, context)
            told_year = {"column": field.name, "year": str(of_rows)}
            notes.append(Reason(f"ledgers.table.{'header' if table.year else 'title'}_year", **told_year))
    if "district" in parsed:
        place = told_by = ""
    if told_by:
        notes.append(Reason("ledgers.table.place", by=Reason(f"ledgers.table.by_{told_by}"), place=place))
    if place and "district" in kind.fields:
        constant = take_texts([place], np.zeros(len(data), dtype=np.int64))
        parsed["district"] = Parsed(constant, np.full(len(data), None, dtype=object), Counter())
    elif "district" not in parsed and table.sections and "district" in kind.fields:
        values, own = _with_sections(table, data, [], np.full(len(data), -1))
        parsed["district"] = read_column(values, own, kind.fields["district"], context)
        raw["district"] = (values, own)
    understood = list_understood(kind, parsed, {name: values for name, (values, _) in raw.items()})
    there = {
        *parsed
    }  # what words of another cell fill is no column of the table's, but for people hurt (伤亡情况)
    for field_name in words_only:
        there |= {
            one for answer in parsed[field_name].answers if answer.said for one, _ in answer.said.values
        }
    notes += _note_accounts(kind, parsed, raw)
    notes += spread_words(kind, parsed, len(data))
    doubts = {
        at: table.doubts[row] for at, row in enumerate((data - table.first).tolist()) if row in table.doubts
    }
    doubts = {**_find_void(grid, table, data), **doubts}
    rows, aside = _assemble(kind, parsed, raw, numbers, name, grid.sheet.name, doubts)
    doubtful = _list_unknown(kind, raw, numbers)
    rows[TABLE_COLUMNS] = _name_columns(kind, there, rows, pd.concat([doubtful, aside[doubtful.columns]]))
    if told_by:
        rows["district_match"] = take_texts([told_by], np.zeros(len(rows), dtype=np.int64))
    about = replace(
        _describe(grid, table, index, source, notes),
        understood=understood,
        used=tuple(used),
        ways=tuple(ways),
    )
    if len(data):
        about = replace(about, totals=_check_totals(grid, table, kind, parsed, data))
    if source.show:
        own_days = write_days(parsed[kind.date].data, numbers) if kind.date in parsed else {}
        about = replace(about, shown=show_rows(grid, table, frozenset(source.show), own_days))
    return rows, aside, about


def _find_spot(grid: Grid, table: LedgerTable, index: HeaderIndex) -> HeaderColumn | None:
    """The one column in which phones give a place with its coordinates, where the table has no columns of these."""
    wanted = {"lon", "lat"}
    if not wanted <= set(index.kind.fields) or wanted & (set(table.fields) | index.refused):
        return None
    some = slice(table.first, min(table.last, table.first + _LOOKED_AT))
    found = [
        column
        for column in table.columns
        if not column.role
        and hold_points(_used(grid.values[column.position], grid.codes[some, column.position]))
        if column.match is None or index.kind.fields[column.match.field].type == "text"
    ]
    if len(found) != 1:
        for column in found:
            if column.match is None:
                column.note, column.asked = Reason("ledgers.header.points"), ()
        return None
    (spot,) = found
    if spot.match is None:
        spot.role, spot.asked = POINT, ()
    return spot


def _list_unknown(
    kind: Kind, raw: Mapping[str, tuple[list[object], np.ndarray]], numbers: np.ndarray
) -> pd.DataFrame:
    """Cells that say that something is not known (不详), by source_row, column and scope as those set aside."""
    found = []
    for name, (values, codes) in raw.items():
        field = kind.fields[name]
        if field.empty == EMPTY[0]:
            continue  # there an empty cell says no more
        said = [code for code, value in enumerate(values) if says_unknown(value, field)]
        found += [(row, name, "cell") for row in numbers[np.isin(codes, said)]] if said else []
    return pd.DataFrame(found, columns=["source_row", "column", "scope"])


def _name_columns(
    kind: Kind, there: Set[str], rows: pd.DataFrame, aside: pd.DataFrame
) -> pd.api.extensions.ExtensionArray:
    """The columns that each row's table has, by `|`; one whose cell can't be read is followed by `UNREAD`.

    Such a cell is not empty, nor is one that says that something is not known. Told are those of columns in which an
    empty cell says something; not those of days to come, such as an expiry, of which only one that has passed counts.
    """
    fields = {name: kind.fields[name] for name in sorted(there) if name in kind.fields}
    telling = [name for name, field in fields.items() if field.empty != EMPTY[0] and not field.future]
    cells = aside[(aside["scope"] == "cell") & aside["column"].isin(telling)]
    unread = cells.groupby("source_row")["column"].agg("|".join)
    codes, sets = pd.factorize(unread.reindex(rows["source_row"]).astype("str").fillna(""))
    texts = [
        "|".join(f"{name}{UNREAD}" if name in one.split("|") else name for name in sorted(there))
        for one in sets
    ]
    return take_texts(texts, codes)


def _list_used(
    field: Field, source: Source, told: Context, values: list[object], codes: np.ndarray
) -> list[str]:
    """The source's values, empty and dates that decide how a cell is read, as `TableRead.used` names them."""
    there = _used(values, codes)
    own = OwnValues(told.values)
    keys = [key for key in dict.fromkeys(map(own.find, there)) if key is not None]
    used = [f"values.{field.name}.{key}" for key in keys]
    if told.empty and any(says_nothing(value, field, told) for value in [*there, *([""] * (-1 in codes))]):
        used.append(f"values.{field.name}.empty")
    if source.dates and field.type in DATE_TYPES:
        free = find_order(there, year=told.year)
        how = {"year": told.year, "month": field.type == "month", "partial": True}
        differ = (read_date(v, order=told.order, **how) != read_date(v, order=free, **how) for v in there)  # type: ignore[arg-type]
        used += ["dates"] * any(differ)
    return used


def _note_accounts(
    kind: Kind, parsed: dict[str, Parsed], raw: dict[str, tuple[list[object], np.ndarray]]
) -> list[Reason]:
    """Say that accounts of events tell of deaths, where the table has no column of them; nothing is read into one."""
    told = load_phrases().casualties
    if kind.name != told.kind or "deaths" in parsed or told.account not in raw:
        return []
    values, codes = raw[told.account]
    deadly = [at for at, value in enumerate(values) if isinstance(value, str) and tells_deaths(value)]
    count = int(np.isin(codes, deadly).sum())
    return [Reason("ledgers.table.account_of_deaths", column=told.account, count=count)] if count else []


def _used(values: list[object], codes: np.ndarray) -> list[object]:
    """Return the values that occur in these rows."""
    return [values[code] for code in np.unique(codes[codes >= 0]).tolist()]


def check_columns(
    grid: Grid,
    table: LedgerTable,
    index: HeaderIndex,
    source: Source,
    *,
    name: str,
    year: int | None,
    place: str,
    there: Set[str] = frozenset(),
) -> None:
    """Raise an error if a required column is missing, saying how to fix it in workbook.toml.

    `there` are columns that the table has without a header of their own.
    """
    kind, fields = source.kind, {*table.fields, *there}
    lacking = [name for name in kind.required if name not in fields and name not in source.constants]
    if "district" in lacking and (place or table.sections or {"lon", "lat"} <= fields):
        lacking.remove("district")
    if year is not None:
        lacking = [name for name in lacking if kind.fields[name].type != "year"]
    if not lacking:
        return
    unknown = [column.header for column in table.columns if column.levels and column.match is None]
    asked = {
        question.field: (column.header, question)
        for column in reversed(table.columns)
        for question in column.asked
    }
    lines = []
    for column in lacking:
        if column in asked:
            header, question = asked[column]
            told = {"kind": kind.name, "column": column, "header": header, "why": question.asked.why}
            told["title"] = kind.fields[column].title["zh"]
            lines.append(Reason("ledgers.table.asked", **told))
            continue
        near = [header for header in unknown if index.suggest(header) == column]
        shown = near[0] if near else Reason("ledgers.table.header_as_is")
        if column == "district":
            said = [grid.sheet.name, *table.titles, name.rsplit("/", 1)[-1].rpartition(".")[0]]
            if short := suggest_place(said, source.names):
                lines.append(Reason(NEAR_DISTRICT, kind=kind.name, header=shown, district=short))
            else:
                lines.append(Reason("ledgers.table.no_district", kind=kind.name, header=shown))
        else:
            about = {"column": column, "title": kind.fields[column].title["zh"]}
            lines.append(Reason("ledgers.table.no_column", kind=kind.name, header=shown, **about))
    lines += [c.match.problem for c in table.columns if c.match is not None and c.match.problem]
    raise LedgerError(
        "ledgers.table.refused",
        sheet=Reason("ledgers.place.sheet_then", sheet=grid.sheet.name) if grid.sheet.name else "",
        row=grid.sheet.number_row(table.header[0]),
        problems=lines,
        unknown=unknown or Reason("core.none"),
    )


def _take_units(table: LedgerTable, kind: Kind) -> None:
    """Apply the unit that the lines above the table name to columns whose header names none.

    单位:万元, or units alone in brackets: 2023年末常住人口（万人）.
    """
    units = load_shared().units
    parts: list[str] = []
    for title in table.titles:
        for inside in _BRACKETED.findall(title):
            named = re.split("[、,;/，；]", inside)
            parts += named if all(map(_dimension, named)) else []
        for match in _UNIT.finditer(title.replace("：", ":")):
            parts += re.split(r"[、,;/，；]", match[1] or match[2])
    for column in table.columns:
        if not parts or column.match is None or column.match.unit or column.match.problem:
            continue
        field = kind.fields[column.match.field]
        if field.type not in _SUMMED or not field.unit:
            continue
        same = [part for part in parts if _dimension(part) == units[field.unit].dimension]
        if same:
            column.match = measure(field, column.match.rank, same)


def _dimension(part: str) -> str:
    for name, unit in load_shared().units.items():
        if find_factor(part, name) is not None and fold(part) not in ("万", "千", "亿"):
            return unit.dimension
    return ""


def _fill_merges(
    grid: Grid, table: LedgerTable, kind: Kind, data: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Reason]]:
    """Codes per field over the data rows; a cell merged down holds for all its rows, but a number counts once."""
    whole = {name: grid.codes[:, column.position] for name, column in table.fields.items()}
    at = {column.position: name for name, column in table.fields.items()}
    once = 0
    copied: set[str] = set()
    for top, left, bottom, _ in grid.merges():
        if bottom <= top or left not in at or bottom < table.first or top >= table.last or top < table.first:
            continue
        name = at[left]
        if kind.fields[name].type in ("integer", "number", "count_or_names"):
            once += 1
            continue
        if name not in copied:
            whole[name] = whole[name].copy()
            copied.add(name)
        whole[name][top : min(bottom + 1, table.last)] = whole[name][top]
    notes = [Reason("ledgers.table.merged_once", count=once)] if once else []
    return {name: codes[data] for name, codes in whole.items()}, notes


def _fill_dittos(grid: Grid, table: LedgerTable, codes: dict[str, np.ndarray]) -> list[Reason]:
    """Give a cell that says 同上 the code of the nearest one above it that says something else."""
    notes = []
    for name, column in table.fields.items():
        values = grid.values[column.position]
        marks = [i for i, v in enumerate(values) if isinstance(v, str) and len(v) <= 5 and fold(v) in _DITTOS]
        same = np.isin(codes[name], marks)
        if same.any():
            rows = np.arange(len(same))
            above = np.maximum.accumulate(np.where(same, -1, rows))
            codes[name] = np.where(above >= 0, codes[name][np.maximum(above, 0)], codes[name])
            count = int((same & (above >= 0)).sum())
            notes.append(Reason("ledgers.table.dittos", column=name, count=count))
    return notes


def _leave_skipped(grid: Grid, table: LedgerTable, codes: dict[str, np.ndarray], kind: Kind) -> None:
    """Empty the cells in which a questionnaire says by a number that nobody answered: -3."""
    forms = load_shared().forms
    beside = set(map(fold, forms.skipped_beside))
    if not any(fold(bare_words(column.header)) in beside for column in table.columns):
        return
    for name, column in table.fields.items():
        field = kind.fields[name]
        if field.type in NUMBER_TYPES and (field.min is None or field.min < 0):
            continue  # of which it may be a number: degrees below zero
        values = grid.values[column.position]
        marks = [at for at, value in enumerate(values) if write_cell(value) in forms.skipped]
        codes[name] = np.where(np.isin(codes[name], marks), -1, codes[name])


def _find_void(grid: Grid, table: LedgerTable, data: np.ndarray) -> dict[int, Doubt]:
    """Rows that their form says to be withdrawn or refused, by a column of its own."""
    forms = load_shared().forms
    headers, marks = set(map(fold, forms.void_headers)), set(map(fold, forms.void))
    found: dict[int, Doubt] = {}
    for column in table.columns:
        if column.match is not None or fold(bare_words(column.header)) not in headers:
            continue
        said = [write_cell(value) for value in grid.values[column.position]]
        void = {at for at, text in enumerate(said) if fold(text) in marks}
        for row, code in enumerate(grid.codes[data, column.position].tolist()):
            if code in void:
                why = Reason("ledgers.row.withdrawn", header=column.header, value=said[code])
                found[row] = Doubt("", why)
    return found


def _with_sections(
    table: LedgerTable, data: np.ndarray, values: list[object], codes: np.ndarray
) -> tuple[list[object], np.ndarray]:
    """The district of the section that a row stands under, where the row itself says none."""
    if not table.sections:
        return values, codes
    starts = sorted(table.sections)
    texts = [table.sections[row] for row in starts]
    number = np.searchsorted(np.array(starts) + table.first, data, side="right") - 1
    under = np.where(number >= 0, number + len(values), -1)
    return [*values, *texts], np.where(codes >= 0, codes, under)


def _assemble(
    kind: Kind,
    parsed: dict[str, Parsed],
    raw: dict[str, tuple[list[object], np.ndarray]],
    numbers: np.ndarray,
    name: str,
    sheet: str,
    doubts: Mapping[int, Doubt],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Typed rows, and what is set aside: rows for a required value or as they may be totals, else cells."""
    count = len(numbers)
    types = {key: pandas_type(field.type) for key, field in kind.fields.items() if key not in parsed}
    absent = {key: pd.Series(index=range(count), dtype=dtype).array for key, dtype in types.items()}
    rows = pd.DataFrame({key: parsed[key].data if key in parsed else absent[key] for key in kind.fields})
    for field in kind.fields.values():
        if field.splits in raw:
            rows[field.name] = rows[field.name].fillna(pd.Series(_count_items(*raw[field.splits])))
    same = np.zeros(count, dtype=np.int64)
    rows["source_file"], rows["source_sheet"] = take_texts([name], same), take_texts([sheet], same)
    rows["source_row"] = pd.array(numbers, dtype="Int64")
    for field in kind.fields.values():
        if field.type in DATE_TYPES:
            rows[f"{field.name}_precision"] = (
                parsed[field.name].precisions
                if field.name in parsed
                else pd.array([None], dtype="str").take(np.full(count, -1), allow_fill=True)
            )
    written = rows.get("district", pd.Series(index=rows.index, dtype=object)).to_numpy(dtype=object)
    days = write_days(parsed[kind.date].data, numbers) if kind.date in parsed else {}
    parts = [make_empty_aside()]

    def set_aside(at: list[int], columns: list[str], reasons: list[Reason], scope: str) -> None:
        values = [_raw_text(raw, column, row) for column, row in zip(columns, at, strict=True)]
        frame = pd.DataFrame(
            {"source_row": numbers[at], "column": columns, "value": values, "reason": reasons}
        )
        told = {"kind": kind.name, "source_file": name, "source_sheet": sheet, "scope": scope}
        frame = frame.assign(
            **told, district=written[at], day=[days.get(number, "") for number in numbers[at].tolist()]
        )
        parts.append(frame[list(ASIDE_TYPES)].astype(ASIDE_TYPES))

    failed = np.zeros(count, dtype=bool)
    first: dict[int, str] = {row: doubt.field for row, doubt in doubts.items()}
    joined: dict[int, Reason] = {row: doubt.reason for row, doubt in doubts.items()}
    failed[list(doubts)] = True
    for field_name in kind.required:
        if field_name not in parsed:
            continue
        reasons = parsed[field_name].reasons
        bad = rows[field_name].isna().to_numpy()
        if field_name == "district" and {"lon", "lat"} <= set(parsed):
            # Where a row says no district, its point may: that the ingest finds out.
            bad = bad & (rows["lon"].isna() | rows["lat"].isna()).to_numpy()
        failed |= bad
        title = kind.fields[field_name].title["zh"]
        empty = Reason("ledgers.empty.required", column=field_name, title=title)
        for row in np.flatnonzero(bad).tolist():
            reason = reasons[row] or empty
            first.setdefault(row, field_name)
            if row in joined:
                reason = Reason("ledgers.row.also", reason=joined[row], column=field_name, other=reason)
            joined[row] = reason
    if first:
        order = sorted(first)
        set_aside(order, [first[row] for row in order], [joined[row] for row in order], "row")
    for field_name, one in parsed.items():
        at = np.flatnonzero((one.reasons != None) & ~failed).tolist()  # noqa: E711 - elementwise
        if at and not kind.fields[field_name].required:
            set_aside(at, [field_name] * len(at), one.reasons[at].tolist(), "cell")
    aside = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    aside = aside.sort_values("source_row", kind="stable", ignore_index=True)
    return (rows[~failed].reset_index(drop=True) if failed.any() else rows), aside


def _raw_text(raw: dict[str, tuple[list[object], np.ndarray]], field_name: str, row: int) -> str:
    values, codes = raw.get(field_name, ([], np.full(row + 1, -1)))
    return "" if codes[row] < 0 else write_cell(values[codes[row]])


def _count_items(values: list[object], codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Items per row, from the distinct texts; missing where there is no text."""
    counts = np.array([*(count_items(v) if isinstance(v, str) else 1 for v in values), 0], dtype="int64")
    return pd.arrays.IntegerArray(counts[codes], codes < 0)


def _describe(
    grid: Grid, table: LedgerTable, index: HeaderIndex, source: Source, notes: list[Reason]
) -> TableRead:
    sheet = grid.sheet
    counts = Counter({ROW_KINDS[k]: int((table.kinds == k).sum()) for k in range(len(ROW_KINDS))})
    counts["title"] += len(table.title_rows)
    counts["header"] += table.header[1] - table.header[0] + 1
    data = np.flatnonzero(table.kinds == DATA) + table.first + sheet.top + 1
    hidden = tuple(int(row) for row in data if int(row) in sheet.hidden_rows) if sheet.hidden_rows else ()
    folded = [c for c in table.columns if c.levels and c.position + sheet.left in sheet.hidden_columns]
    if folded:
        shown = [f"{name_column(c.position + sheet.left)} {c.header}" for c in folded]
        notes = [*notes, Reason("ledgers.table.hidden_columns", columns=shown)]
    for column in (one for one in table.columns if not one.levels):
        below = grid.codes[table.first : table.last, column.position]
        if filled := int((below[table.kinds == DATA] >= 0).sum()):
            letters = name_column(column.position + sheet.left)
            notes = [*notes, Reason("ledgers.table.no_header", letters=letters, count=filled)]
    if source.district and "district" in table.fields:
        notes = [*notes, Reason("ledgers.table.own_district", district=source.district)]
    return TableRead(
        sheet=sheet.name,
        first_row=sheet.number_row(table.header[0]),
        header_rows=table.header[1] - table.header[0] + 1,
        headers=describe_headers(grid, table, index, source.kind),
        counts={name: counts[name] for name in "title header section total note blank data".split()},
        hidden_rows=hidden,
        hidden_sheet=sheet.hidden,
        notes=tuple(notes),
        titles=tuple(table.titles or table.above),
        headings=() if source.kind.date else _list_headings(grid, table),
    )


def _list_headings(grid: Grid, table: LedgerTable) -> tuple[tuple[int, str], ...]:
    """Rows below a header that are texts and no data, as a title between two parts of a table is."""
    rows = np.flatnonzero(np.isin(table.kinds, (SECTION, NOTE, TITLE))) + table.first
    texts = (
        (row, " ".join(filter(None, (grid.text(row, at) for at in grid.filled(row)))))
        for row in rows.tolist()
    )
    return tuple((grid.sheet.number_row(row), text) for row, text in texts if text)


def describe_headers(
    grid: Grid, table: LedgerTable, index: HeaderIndex, kind: Kind
) -> tuple[HeaderRead, ...]:
    """Each header of a table and how it was understood."""
    return tuple(
        _describe_header(grid, column, index, kind)
        for column in table.columns
        if column.levels or (grid.codes[table.first : table.last, column.position] >= 0).any()
    )


def _describe_header(grid: Grid, column: HeaderColumn, index: HeaderIndex, kind: Kind) -> HeaderRead:
    letters = name_column(column.position + grid.sheet.left)
    match = column.match
    own = match.field if match is not None and match.rank < 0 else ""
    if match is None and column.asked and column.note is None:
        doubt = Reason("ledgers.header.asked", asked=[tell_question(one) for one in column.asked])
        return HeaderRead(letters, column.header, None, "", doubt, asked=column.asked)
    if match is None:
        ignored = column.role or index.ignores(column.levels)
        note = column.note or (Reason(f"ledgers.header.{ignored}") if ignored else None)
        near = "" if note or not column.levels else index.suggest(column.levels[-1])
        note = note or (Reason("ledgers.header.near", column=near) if near else None)
        return HeaderRead(letters, column.header, None, "", note, bool(ignored and not column.note))
    if match.problem:
        refused = Reason("ledgers.header.not_read", column=match.field, reason=match.problem)
        return HeaderRead(letters, column.header, None, match.unit, refused, own=own)
    unit = kind.fields[match.field].unit
    if match.unit and match.factor != 1.0:
        wanted = Label(zh=load_shared().units[unit].zh, en=unit) if unit else ""
        converted = Reason("ledgers.header.converted", unit=wanted)
        return HeaderRead(letters, column.header, match.field, match.unit, converted, own=own)
    return HeaderRead(letters, column.header, match.field, match.unit or unit, own=own)


def tell_question(question: Question) -> Reason:
    """Say what a header may mean, and what else."""
    return Reason("ledgers.header.may_be", column=question.field, why=question.asked.why)


def _check_totals(
    grid: Grid, table: LedgerTable, kind: Kind, parsed: dict[str, Parsed], data: np.ndarray
) -> tuple[Disagreement, ...]:
    """Compare each total with its rows: those since the total before it, or all so far.

    One that stands at the head of its rows is compared with those below. A total agrees when it is any of these; the
    sums are of the rows that hold data, in the field's unit.
    """
    wrong: list[Disagreement] = []
    totals = np.flatnonzero(table.kinds == TOTAL) + table.first
    if not len(totals):
        return ()
    heads = np.flatnonzero(np.isin(table.kinds, (SECTION, HEADER))) + table.first
    for name, column in table.fields.items():
        field = kind.fields[name]
        if field.type not in _SUMMED or name in ("lon", "lat") or name not in parsed or column.match is None:
            continue
        amounts = pd.Series(parsed[name].data).fillna(0).to_numpy(dtype="float64")
        running = np.concatenate([[0.0], np.cumsum(amounts)])
        starts = [table.first]
        for row in totals.tolist():
            stated = _stated(grid, row, column, field)
            until = int(np.searchsorted(data, row))
            # Its rows may begin at the last total, the table's start, or any section before it.
            begun = [starts[-1], starts[0], *(int(head) for head in heads if head < row)]
            sums = [running[until] - running[int(np.searchsorted(data, start))] for start in begun]
            sections = [table.first + one for one in table.sections]
            head = max([table.first, *(one for one in sections if one < row)])
            if starts[-1] <= head and int(np.searchsorted(data, head)) == until < len(data):
                # Nothing between it and the table's header or its section: it stands at the head of its rows.
                ends = [*(int(end) for end in (*totals, *heads) if end > row), table.last]
                sums = [running[int(np.searchsorted(data, end))] - running[until] for end in ends]
            if stated is not None and not any(_equal(stated, one) for one in sums):
                nearest = min(sums, key=lambda one: abs(one - stated))
                wrong.append(Disagreement(grid.sheet.number_row(row), name, stated, round(float(nearest), 6)))
            starts.append(row)
    return tuple(sorted(wrong, key=lambda one: (one.row, one.column)))


def _stated(grid: Grid, row: int, column: HeaderColumn, field: Field) -> float | None:
    value = grid.cell(row, column.position)
    if value == "" or column.match is None:
        return None
    return read_number(value, unit=field.unit, factor=column.match.factor).value


def _equal(stated: float, summed: float) -> bool:
    """Equal as far as a sum of written decimals can be told."""
    return abs(stated - summed) <= 1e-6 * max(1.0, abs(stated))
