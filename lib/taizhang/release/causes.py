"""Why a number changed: the rows behind it in two snapshots, compared by content.

A cause is a place and what happened there, without the content of rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file
from taizhang.core.periods import Period
from taizhang.core.privacy import mask_numbers
from taizhang.facts import prepare_ledgers, select_rows
from taizhang.facts.compute import MEASURES
from taizhang.facts.measures import Count, Share
from taizhang.facts.rows import Ledgers
from taizhang.ingest.state import SUMS
from taizhang.metadata.facts import ALL, split_target
from taizhang.settings.beside import name_beside_files
from taizhang.workbook.book import Workbook
from taizhang.workbook.changes import compare_snapshots

# What happened to a row: it came, went, was changed, belongs to another day or district; or it says the same, and
# counts in another way.
ADDED, REMOVED, CHANGED, MOVED, RECOUNTED = "added", "removed", "changed", "moved", "recounted"
SETTINGS, CODE, HIDDEN, UNREAD = "settings", "code", "hidden", "unread"
_HOW = {"new": ADDED, "removed": REMOVED, "changed": CHANGED, "moved": MOVED}
_SOURCE = ("source_file", "source_sheet", "source_row")
_NO_CONTENT = {*_SOURCE, "counted", "duplicate", "corrected"}


@dataclass(frozen=True)
class Place:
    """The place of a row: a file and, if there are any, its sheet and row."""

    file: str
    sheet: str = ""
    row: str = ""  # its number, or out of a database the value of its key

    def __str__(self) -> str:
        return "!".join(filter(None, (self.file, self.sheet, self.row)))


@dataclass(frozen=True)
class Cause:
    """What happened and where: `place` now and, if that differs, `was` before."""

    how: str
    place: Place | None = None
    was: Place | None = None

    def __str__(self) -> str:
        parts = [self.how, str(self.place or ""), f"(was {self.was})" if self.was else ""]
        return " ".join(filter(None, parts))


class Comparison:
    """Two states of a workbook whose rows are compared.

    `home` is the workbook that has both snapshots in its store; `before` and `after` are opened out of them.
    """

    def __init__(
        self,
        home: Workbook,
        ids: tuple[str, str],
        books: tuple[Workbook, Workbook],
        period: Period,
        hidden: Iterable[tuple[str, str]],
    ) -> None:
        self.home, self.ids, self.books, self.period = home, ids, books, period
        self._hidden = [(code, fact.partition(".")[0]) for code, fact in hidden]
        self._changes: dict[str, pd.DataFrame] = {}
        self._bases: dict[tuple[int, str], pd.DataFrame | None] = {}

    def find(self, code: str, fact: str) -> list[Cause]:
        """The causes of a changed fact of a district, or of ``all``: rows, or else settings, layers or the code."""
        target = split_target(fact)
        name = target[0] if target else fact
        kinds = self._list_kinds(name)
        if any(self._hides(kind, code) for kind in kinds):
            return [Cause(HIDDEN)]
        told = self._find_rows(name, code)
        told += [one for kind in kinds[1:] for one in self._list_changes(kind, code)]
        if target and self._settings:
            told += self._settings
        if not told:
            told = [one for kind in kinds for one in self._list_changes(kind, code)]
        told = told or [*self._settings] or self._inputs or [Cause(CODE)]
        return list(dict.fromkeys(self._restate(one) for one in told))

    def _restate(self, cause: Cause) -> Cause:
        """What a file that could not be read no longer shows, or shows again, was neither removed nor added."""
        unread = cause.place is not None and cause.place.file in self._unread
        return Cause(UNREAD, Place(cause.place.file)) if unread and cause.place is not None else cause

    @cached_property
    def _unread(self) -> set[str]:
        """The files of which one of the two states could not read something."""
        return {
            mask_numbers(one.file)
            for book in self.books
            for _, some in book.result.list_unread()
            for one in some
        }

    def list_changes(self) -> dict[str, pd.DataFrame]:
        """All changed rows by kind, except kinds whose small counts are hidden; columns as in `compare_snapshots`."""
        open_kinds = [
            kind for kind in self._kinds if not any(kind in one.config.suppress for one in self.books)
        ]
        return {kind: self._mark_unread(found) for kind in open_kinds if len(found := self._compare(kind))}

    def _mark_unread(self, found: pd.DataFrame) -> pd.DataFrame:
        file = found["source_file"].fillna(found["source_file_before"]).astype("str").map(mask_numbers)
        lost = found["change"].isin(["removed", "new"]) & file.isin(self._unread)
        return found.assign(change=found["change"].mask(lost, UNREAD))

    @cached_property
    def _kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for book in self.books for kind in book.config.ledgers))

    def _list_kinds(self, name: str) -> list[str]:
        """The ledger of a fact first, then the others it depends on."""
        first = name.partition(".")[0]
        kinds = {first}
        if name in MEASURES:
            kinds |= MEASURES[name].kinds | {*MEASURES[name].needs}
        return [first, *sorted(kinds - {first})]

    def _hides(self, kind: str, code: str) -> bool:
        """Whether the places of a kind's rows would reveal counts hidden in either release."""
        if not any(kind in book.config.suppress for book in self.books):
            return False
        return any(one == kind and code in (ALL, where) for where, one in self._hidden)

    def _compare(self, kind: str) -> pd.DataFrame:
        if kind not in self._changes:
            about = self.books[1].kinds.get(kind) or self.books[0].kinds.get(kind)
            found = (
                compare_snapshots(self.home.config, *self.ids, about) if about is not None else pd.DataFrame()
            )
            self._changes[kind] = found
        return self._changes[kind]

    def _list_changes(self, kind: str, code: str) -> list[Cause]:
        """All changed rows of a kind and district."""
        found = self._compare(kind)
        if code != ALL and len(found):
            found = found[(found["district_code"] == code) | (found["district_code_before"] == code)]
        return [_tell(row) for row in found.to_dict("records")]

    def _find_rows(self, fact: str, code: str) -> list[Cause]:
        """The rows behind a fact in one state only, or counted differently; for sums and medians also changed ones."""
        bases = [self._read_base(side, fact) for side in (0, 1)]
        if bases[0] is None or bases[1] is None:
            return []
        sides = []
        for base in bases:
            assert base is not None
            part = base if code == ALL else base[base["district_code"] == code]
            sides.append({one["row"]: one for one in part.to_dict("records")})
        before, after = sides
        if any(base is not None and base.attrs["cells"] for base in bases):
            return _compare_cells(before, after)
        told, same = [], []
        for row in dict.fromkeys((*before, *after)):
            one, other = before.get(row), after.get(row)
            if one and other and one["counted"] == other["counted"]:
                if row.startswith("change "):
                    same.append(row)
                continue
            told.append(self._describe(fact, row, one, other))
        # What is only counted is the same whatever else the row says.
        if not told or not isinstance(MEASURES.get(fact), Count | Share):
            told += [self._describe(fact, row, before[row], after[row]) for row in same]
        return told

    def _describe(
        self, fact: str, row: str, before: Mapping[Any, Any] | None, after: Mapping[Any, Any] | None
    ) -> Cause:
        if row.startswith("change "):
            return _tell(self._compare(fact.partition(".")[0]).loc[int(row.split()[1])].to_dict())
        one = after or before
        assert one is not None
        place = one["place"]
        assert isinstance(place, Place)
        return Cause(RECOUNTED, place)

    def _read_base(self, side: int, fact: str) -> pd.DataFrame | None:
        """The rows behind a fact of the whole area: district_code, counted, place, and row, which identifies
        a row in both states; None if they have no places.
        """
        key = side, fact
        if key not in self._bases:
            self._bases[key] = self._make_base(side, fact)
        return self._bases[key]

    def _make_base(self, side: int, fact: str) -> pd.DataFrame | None:
        book = self.books[side]
        try:
            rows = self._select(side, fact)
        except ParameterError:
            return None
        if not {*_SOURCE} <= set(rows.columns):
            return None
        rows = rows.reset_index(drop=True)
        places = list_places(rows, "")
        changes = self._compare(fact.partition(".")[0])
        suffix = ("_before", "")[side]
        known = dict(zip(list_places(changes, suffix), changes.index, strict=True)) if len(changes) else {}
        content = rows[sorted(name for name in rows if name in self._list_columns(rows, book))]
        marks = pd.util.hash_pandas_object(content.astype("str"), index=False).astype("str")
        copies = marks.groupby(marks).cumcount()
        named = [
            f"change {known[one]}" if one in known else f"{mark} {copy}"
            for one, mark, copy in zip(places, marks, copies, strict=True)
        ]
        codes = rows["district_code"].astype("str") if "district_code" in rows else pd.Series(ALL, rows.index)
        base = pd.DataFrame(
            {"district_code": codes, "counted": rows["counted"].astype(bool), "place": places, "row": named}
        )
        base.attrs["cells"] = rows.attrs.get("kind") == SUMS
        return base

    def _list_columns(self, rows: pd.DataFrame, book: Workbook) -> set[str]:
        kind = book.kinds.get(str(rows.attrs.get("kind", "")))
        own = set(kind.columns) if kind else set(map(str, rows.columns))
        return (own | {"district_code"}) - _NO_CONTENT

    def _select(self, side: int, fact: str) -> pd.DataFrame:
        book, period = self.books[side], self.period
        try:
            days = (period, book.as_of(period))
            return select_rows(
                fact, self._ready[side], book.districts, *days, ALL, suppress=(), asked=book.asked
            )
        except ParameterError:  # an own fact, the grid's, or a summary table's
            return book.trace(fact, period, ALL, personal=True)

    @cached_property
    def _ready(self) -> list[Ledgers]:
        return [
            prepare_ledgers(
                {kind: book.ledger(kind, personal=True) for kind in book.config.ledgers}, book.districts
            )
            for book in self.books
        ]

    @cached_property
    def _settings(self) -> list[Cause]:
        """The changed files of settings, own kinds and own facts."""
        sides = [
            {
                name: hash_file(path)
                for name, path in name_beside_files(book.config).items()
                if not name.startswith(("notes/", "notebooks/", "templates/"))
            }
            for book in self.books
        ]
        return [Cause(SETTINGS, Place(name)) for name in _differ(*sides)]

    @cached_property
    def _inputs(self) -> list[Cause]:
        """The changed raw files, such as layers."""
        sides = [{str(one["path"]): str(one["sha256"]) for one in book.inputs()} for book in self.books]
        return [Cause(CHANGED, Place(mask_numbers(name))) for name in _differ(*sides)]


def _compare_cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Cause]:
    """What happened to the cells of summary tables, each of which is known by its place."""
    sides = [
        {one["place"]: row for row, one in side.items() if row not in other}
        for side, other in ((before, after), (after, before))
    ]
    told = []
    for place in dict.fromkeys((*sides[0], *sides[1])):
        how = CHANGED if place in sides[0] and place in sides[1] else REMOVED if place in sides[0] else ADDED
        told.append(Cause(how, place))
    return told


def _differ(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def list_places(rows: pd.DataFrame, suffix: str) -> list[Place]:
    """The places of rows, or with the suffix ``_before`` their former places; without a file if they had none."""
    columns = [rows[f"{name}{suffix}"] for name in _SOURCE]
    return [
        Place(_write(file), _write(sheet), _write(row)) for file, sheet, row in zip(*columns, strict=True)
    ]


def _write(cell: object) -> str:
    """A part of a place as text; row numbers may be floats if other cells are empty."""
    if pd.isna(cell):  # type: ignore[call-overload]
        return ""
    return str(int(cell)) if isinstance(cell, float) else mask_numbers(str(cell))


def _tell(row: Mapping[object, object]) -> Cause:
    sides = [list_places(pd.DataFrame([row]), suffix)[0] for suffix in ("_before", "")]
    was, now = (one if one.file else None for one in sides)
    how = _HOW[str(row["change"])]
    return Cause(how, now or was, was if now is not None and was != now else None)
