"""The doubtful cells of a workbook's ledgers, as one question each, and an account of all rows."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from taizhang.core.files import hash_file
from taizhang.core.privacy import is_person, mask_numbers
from taizhang.core.reasons import Label, Reason
from taizhang.ingest.assemble import SET_ASIDE
from taizhang.ingest.cache import read_parts
from taizhang.ingest.corrections import read_corrections
from taizhang.ingest.layers import Layers
from taizhang.ingest.plan import CORRECTIONS, Plan, make_plan
from taizhang.ingest.proposals import ALIASES
from taizhang.ingest.sources import Read, list_reads
from taizhang.ingest.state import SET_ASIDE_FILE, SUMS
from taizhang.ledgers import find_rule_breaks
from taizhang.ledgers.model import ShownCell, ShownRow
from taizhang.ledgers.rules import FUTURE
from taizhang.ledgers.shown import list_faults
from taizhang.ledgers.text import fold
from taizhang.metadata.kinds import DATE_TYPES, Field, Kind, RowCheck
from taizhang.metadata.reasons import classify_reason
from taizhang.workbook.tables import read_columns

if TYPE_CHECKING:
    from taizhang.core.periods import Period
    from taizhang.workbook.book import Workbook

HASH = 12  # characters of a file's hash by which it is known again
HASHES = (4, 12)  # of a cell's: a short one leaves too many texts to guess from
FOLDER = "returns"  # of a period's reports, and the lock of whatever writes or takes them
PAIRS_FILE = "doubtful_pairs.csv"
# Read in a table of rows; a column that a district cannot answer names none.
ACCOUNT = {
    "kind": "str",
    "district_code": "str",
    "day": "datetime64[us]",
    "accepted": "bool",
    "doubtful": "bool",
}
_SOURCE = ["source_file", "source_sheet", "source_row"]
_Place = tuple[str, str, int]


def hash_text(text: str, length: int = 12) -> str:
    """A short hash of a cell's text, which does not reveal the text."""
    return hashlib.sha256(fold(text).encode()).hexdigest()[:length]


@dataclass(frozen=True)
class Question:
    """A doubtful cell: its row, the reason, and a suggestion. `district_code` is '' if not known."""

    kind: Kind
    file: str
    row: ShownRow
    cell: ShownCell
    reasons: tuple[Reason, ...]
    district_code: str = ""
    suggestion: str = ""
    sha: str = ""  # of the file as it was read

    @property
    def column(self) -> str:
        """The column by its canonical name, or else its letter."""
        return self.cell.field or self.cell.letter

    @property
    def item(self) -> Field | None:
        """The field of the cell."""
        return self.kind.fields.get(self.cell.field)

    @property
    def personal(self) -> bool:
        """Whether the cell may contain a person's name or number."""
        return is_personal(self.item)

    @property
    def key(self) -> str:
        """A mark of the cell that is the same in every return."""
        place = (self.kind.name, self.file, self.row.sheet, str(self.cell.row), self.column)
        return hashlib.sha256("\n".join(place).encode()).hexdigest()[:16]

    @property
    def old(self) -> str:
        """A hash of what the cell says; of one with a person's name or number so short that it tells nobody."""
        text = self.cell.text
        personal = self.personal or is_person(text) or mask_numbers(text) != text
        return hash_text(text, HASHES[0] if personal else HASHES[1])

    def falls_in(self, period: "Period") -> bool:
        """Return whether the row belongs to a period; one without a readable day belongs to all."""
        return not self.row.day or is_within(self.row.day, period)


def is_personal(item: Field | None) -> bool:
    """Return whether a column may contain people's names or numbers: marked so, or names that are counted."""
    return item is not None and (item.personal or item.type == "count_or_names")


def is_within(day: str, period: "Period") -> bool:
    """Return whether a day, or a year, is within a period."""
    if len(day) == 4:
        return period.start.year <= int(day) <= period.end.year
    return period.start <= date.fromisoformat(day) <= period.end


def mark_cells(row: ShownRow, kind: Kind, asked: Collection[str] = ()) -> dict[str, str]:
    """Short hashes of a row's cells, for recognising it later; not of personal columns or of cells asked about."""
    told = (
        (cell.field, cell.text)
        for cell in row.cells
        if cell.text and cell.field and not is_personal(kind.fields.get(cell.field))
    )
    return {name: hash_text(text, 4) for name, text in told if name not in asked}


def identify(book: "Workbook") -> str:
    """Marks of a workbook: of its title and of its districts; sharing either means it is the same."""
    codes = "\n".join(sorted(book.districts["code"].astype("str")))
    return " ".join(hashlib.sha256(text.encode()).hexdigest()[:12] for text in (book.config.title, codes))


@dataclass(frozen=True)
class Doubts:
    """The questions of all ledgers, what cannot be answered by a cell, and the account of all rows.

    `account`: one row per ledger row, with `ACCOUNT`; `others`: rows set aside that no cell would mend, by kind,
    district and reason; `pairs`: the register's doubtful pairs.
    """

    questions: tuple[Question, ...]
    account: pd.DataFrame
    others: tuple[tuple[Kind, str, str, Reason], ...] = ()  # kind, district, day, reason
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)


def make_layers(book: "Workbook") -> Layers:
    """The districts, as far as reading the ledgers depends on them."""
    return Layers(book.districts, 0, None, ())


class Ledgers:
    """The raw files of a workbook, read with its corrections."""

    def __init__(self, book: "Workbook") -> None:
        self.book = book
        self.plan: Plan = make_plan(book.config)

    @cached_property
    def reads(self) -> Mapping[str, list[Read]]:
        """The files of each kind, with how they are read."""
        corrections, _ = read_corrections(self.plan.paths.get(CORRECTIONS), self.plan.shown)
        layers = make_layers(self.book)
        return {
            name: list_reads(self.plan, self.book.kinds[name], layers, corrections)
            for name in self.book.config.ledgers
        }

    def read(
        self, kind: str, wanted: Mapping[str, Collection[tuple[str, int]]]
    ) -> Iterator[tuple[Read, "Seen"]]:
        """Read the files that contain the requested rows, by their displayed names."""
        for one in self.reads[kind]:
            if one.shown in wanted and not one.failed:
                yield one, look_at(one, wanted[one.shown])


@dataclass(frozen=True)
class Seen:
    """Rows of a file as written, and why some of their cells could not be read, by sheet and row."""

    rows: Mapping[tuple[str, int], ShownRow]
    faults: Mapping[tuple[str, int], tuple[tuple[str, Reason], ...]]
    sheets: frozenset[str] = frozenset()


def look_at(one: Read, wanted: Collection[tuple[str, int]]) -> Seen:
    """Read a file and return the requested rows."""
    rows: dict[tuple[str, int], ShownRow] = {}
    faults: dict[tuple[str, int], list[tuple[str, Reason]]] = defaultdict(list)
    sheets = set()
    source = replace(one.source, show=tuple(sorted(wanted)))
    for part in read_parts(one.path, source, name=one.shown):
        for table in part.tables:
            sheets.add(table.sheet)
            rows |= {(row.sheet, row.row): row for row in table.shown}
        told = part.set_aside[["source_sheet", "source_row", "column", "reason"]]
        for sheet, row, column, reason in told.itertuples(index=False):
            faults[str(sheet), int(row)] += list_faults(str(column), reason)
    kept = {place: tuple(found) for place, found in faults.items() if place in rows}
    return Seen(rows, kept, frozenset(sheets))


def read_doubts(book: "Workbook") -> Doubts:
    """Ask about every cell set aside and every row that contradicts itself."""
    ledgers = Ledgers(book)
    aside = read_aside(book)
    questions: list[Question] = []
    others: list[tuple[Kind, str, str, Reason]] = []
    near = _list_near(book)
    for name in book.config.ledgers:
        kind = book.kinds[name]
        found = _Kind(book, kind, aside[aside["kind"] == name])
        wanted: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for file, sheet, row in (*found.aside_rows, *found.breaks, *found.suggested):
            wanted[file].add((sheet, row))
        days: dict[_Place, str] = {}
        answered: set[_Place] = set()
        for read, seen in ledgers.read(name, wanted):
            sha = hash_file(read.path)[:HASH]
            for (sheet, row), shown in seen.rows.items():
                place = (read.shown, sheet, row)
                days[place] = shown.day
                asked = found.ask(place, shown, seen.faults.get((sheet, row), ()), near)
                questions += [replace(one, sha=sha) for one in asked]
                if asked:
                    answered.add(place)
        for place, (code, reason) in found.aside_rows.items():
            if place not in answered:
                others.append((kind, code, days.get(place, ""), reason))
    return Doubts(_merge(questions), read_account(book, aside), tuple(others), read_pairs(book))


def read_account(book: "Workbook", aside: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return every row of all ledgers with its district and day, accepted or set aside: `ACCOUNT`.

    No raw file is read; `aside` is what `read_aside` returns.
    """
    aside = read_aside(book) if aside is None else aside
    parts = [_tell_rows(book, book.kinds[name], aside[aside["kind"] == name]) for name in book.config.ledgers]
    return pd.concat(parts, ignore_index=True).astype(ACCOUNT) if parts else pd.DataFrame()


def _tell_rows(book: "Workbook", kind: Kind, aside: pd.DataFrame) -> pd.DataFrame:
    dated = [kind.date] if kind.date else []
    rows = read_columns(book.config.processed, kind.name, "district_code", *dated, *_SOURCE)
    cells = aside.loc[aside["scope"] == "cell", _SOURCE].drop_duplicates().astype(rows[_SOURCE].dtypes)
    doubtful = rows[_SOURCE].merge(cells.assign(doubtful=True), on=_SOURCE, how="left")["doubtful"]
    accepted = pd.DataFrame(
        {
            "district_code": rows["district_code"].astype("str").to_numpy(dtype=object),
            "day": _as_days(rows[kind.date]).to_numpy() if kind.date else pd.NaT,
            "accepted": True,
            "doubtful": doubtful.notna().to_numpy(),
        },
        index=range(len(rows)),
    )
    whole = aside[aside["scope"] == "row"].drop_duplicates(_SOURCE)
    left_out = pd.DataFrame(
        {
            "district_code": whole["district_code"].to_numpy(dtype=object),
            "day": _as_days(whole["day"].replace("", None).astype(object)).to_numpy(),
            "accepted": False,
            "doubtful": False,
        }
    )
    parts = [part for part in (accepted, left_out) if len(part)] or [accepted]
    return pd.concat(parts, ignore_index=True).assign(kind=kind.name)[list(ACCOUNT)]


def read_aside(book: "Workbook") -> pd.DataFrame:
    """Read set_aside.csv, except numbers by district, which are not rows."""
    path = book.config.processed / SET_ASIDE_FILE
    if not path.exists():
        return pd.DataFrame(columns=SET_ASIDE)
    aside = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    if "day" not in aside:  # of a snapshot from before there was one
        aside = aside.assign(day="")
    aside = aside[(aside["kind"] != SUMS) & (aside["source_row"] != "")]
    return aside.assign(source_row=aside["source_row"].astype("float64").astype("int64"))


def read_pairs(book: "Workbook") -> pd.DataFrame:
    """The pairs of premises to be decided; empty if there are none."""
    path = book.config.processed / PAIRS_FILE
    if not path.exists():
        return pd.DataFrame()
    return pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)


def _merge(questions: list[Question]) -> tuple[Question, ...]:
    """One question per cell, with all its reasons, in the order of the ledgers."""
    merged: dict[str, Question] = {}
    for one in questions:
        known = merged.get(one.key)
        if known is None:
            merged[one.key] = one
        else:
            both = tuple(dict.fromkeys((*known.reasons, *one.reasons)))
            merged[one.key] = replace(known, reasons=both, suggestion=known.suggestion or one.suggestion)
    return tuple(merged.values())


def _list_near(book: "Workbook") -> dict[str, str]:
    """The district with a name similar to a text, by text; none if there are several."""
    found: dict[str, set[str]] = defaultdict(set)
    for summary in book.result.summaries:
        for text, lines in summary.near.items():
            found[text] |= {str(line.comment) for line in lines if line.table == ALIASES}
    return {text: next(iter(names)) for text, names in found.items() if len(names) == 1}


class _Kind:
    """The rows of one kind: set aside, with a cell set aside, or breaking a rule."""

    def __init__(self, book: "Workbook", kind: Kind, aside: pd.DataFrame) -> None:
        self.kind, self.book = kind, book
        self.aside = aside
        self.rows = _read_checked(book, kind)
        self.breaks, self._at = self._list_breaks()
        asked = aside[aside["scope"] == "cell"]
        self._doubtful = self._find(asked)
        self.suggested = self._list_suggested()
        at = [*self._doubtful, *self._at.values()]  # of a long ledger, only the rows that are asked about
        if self.suggested:
            at += self._find(pd.DataFrame(list(self.suggested), columns=_SOURCE))
        codes = self.rows["district_code"].iloc[at].fillna("")
        self.codes: dict[_Place, str] = dict(zip(self._name(at), codes, strict=True))
        self.aside_rows: dict[_Place, tuple[str, Reason]] = {}
        self.districts: dict[_Place, list[tuple[str, Reason]]] = defaultdict(list)
        self._whole: dict[_Place, str] = {}
        told = [*_SOURCE, "column", "value", "scope", "district_code", "reason", "reason_code"]
        for *at, column, value, scope, code, reason, reason_code in aside[told].itertuples(index=False):
            place: _Place = (str(at[0]), str(at[1]), int(at[2]))
            words = _word_row(str(reason_code), str(reason))
            code = self.codes.get(place, str(code))
            self.aside_rows.setdefault(place, (code, words))
            if scope == "row":
                self._whole[place] = code
            if column == "district" and classify_reason(str(reason_code)) != "empty":
                self.districts[place].append((str(value), Reason("returns.why.district", value=str(value))))

    def _list_suggested(self) -> dict[_Place, list[tuple[str, str, str]]]:
        """The columns of rows with a suggested value, in words, and its probability."""
        found: dict[_Place, list[tuple[str, str, str]]] = defaultdict(list)
        if self.kind.name != "hazards":
            return found
        lang = self.book.config.lang
        for *at, column, value, share in self.book.suggest().itertuples(index=False):
            known = self.kind.fields[str(column)].values.get(str(value))
            words = known.label(lang) if known is not None else str(value)
            found[str(at[0]), str(at[1]), int(at[2])].append(
                (str(column), words, f"{100 * float(share):.0f}%")
            )
        return found

    def _find(self, aside: pd.DataFrame) -> list[int]:
        """The positions of accepted rows with a cell set aside."""
        keys = aside[_SOURCE].drop_duplicates().astype(self.rows[_SOURCE].dtypes)
        return (
            self.rows[_SOURCE].reset_index(drop=True).reset_index().merge(keys, on=_SOURCE)["index"].tolist()
        )

    def _name(self, at: list[int]) -> list[_Place]:
        """The places of rows, by position."""
        rows = self.rows[_SOURCE].iloc[at]
        return [(str(file), str(sheet), int(row)) for file, sheet, row in rows.itertuples(index=False)]

    def _list_breaks(self) -> tuple[dict[_Place, tuple[str, ...]], dict[_Place, int]]:
        """The rules that rows break, with the rows' positions, by place."""
        breaks = find_rule_breaks(self.rows, self.kind, as_of=self.book.config.as_of)
        broken = np.flatnonzero(breaks.to_numpy(dtype=bool).any(axis=1)).tolist()
        places = self._name(broken)
        told = [tuple(str(name) for name in breaks if breaks[name].iat[at]) for at in broken]
        return dict(zip(places, told, strict=True)), dict(zip(places, broken, strict=True))

    def ask(
        self,
        place: _Place,
        shown: ShownRow,
        faults: Collection[tuple[str, Reason]],
        near: Mapping[str, str],
    ) -> list[Question]:
        """The questions about a row."""
        code = self.codes.get(place, self._whole.get(place, ""))
        told = {"kind": self.kind, "file": place[0], "row": shown, "district_code": code}
        asked = []
        for column, reason in faults:
            cell = shown.find(column)
            if cell is not None:
                asked.append(Question(cell=cell, reasons=(self._word(cell, reason),), **told))  # type: ignore[arg-type]
        cell = shown.find("district")
        if cell is not None and not any(one.cell.field == "district" for one in asked):
            for text, reason in self.districts.get(place, ()):
                suggestion = near.get(text, "")
                asked.append(Question(cell=cell, reasons=(reason,), suggestion=suggestion, **told))  # type: ignore[arg-type]
        for rule in self.breaks.get(place, ()):
            for cell in self._list_columns(rule, shown, self._at[place]):
                asked.append(Question(cell=cell, reasons=(self._name_rule(rule),), **told))  # type: ignore[arg-type]
        for column, words, share in self.suggested.get(place, ()):
            suggestion = f"{words} ({share})"
            known = next((at for at, one in enumerate(asked) if one.cell.field == column), None)
            if known is not None:
                asked[known] = replace(asked[known], suggestion=suggestion)
            elif (cell := shown.find(column)) is not None:
                reasons = (Reason("returns.why.suggested"),)
                asked.append(Question(cell=cell, reasons=reasons, suggestion=suggestion, **told))  # type: ignore[arg-type]
        return asked

    def _word(self, cell: ShownCell, reason: Reason) -> Reason:
        """A reason for those who keep the ledger; without details for personal cells or matters of settings."""
        item = self.kind.fields.get(cell.field)
        said = classify_reason(reason.root.code)
        if is_personal(item) and said != "empty":
            return Reason("returns.why.personal")
        if said in ("empty", "value"):
            said = "says_nothing" if said == "empty" and cell.text else said
            return Reason(f"returns.why.{said}", value=cell.text[:60])
        if "workbook.toml" in reason.word("en"):
            return Reason("returns.why.date" if said == "date" else "returns.why.other")
        return reason

    def _name_rule(self, rule: str) -> Reason:
        titles: dict[str, Label | Reason] = {one.name: Label(**one.title) for one in self.kind.rules}
        titles[FUTURE] = Reason("ingest.future_date")
        return Reason("returns.why.rule", title=titles[rule])

    def _list_columns(self, rule: str, shown: ShownRow, at: int) -> list[ShownCell]:
        """The cells that may be wrong when a rule is broken."""
        if rule == FUTURE:
            limit = pd.Timestamp(self.book.config.as_of or date.today()) + pd.Timedelta(days=1)
            dated = (n for n, one in self.kind.fields.items() if one.type in DATE_TYPES and not one.future)
            names = [name for name in dated if bool((self.rows[name].iloc[[at]] >= limit).item())]
        else:
            names = _name_columns(next(one for one in self.kind.rules if one.name == rule), shown)
        return [cell for cell in map(shown.find, dict.fromkeys(names)) if cell is not None]


def _word_row(code: str, words: str) -> Reason:
    """Why a row was set aside if no cell can correct it, without mention of other files or settings."""
    if code.startswith("ingest.twice"):
        return Reason("returns.why.twice")
    return (
        Reason("returns.why.other_row") if "workbook.toml" in words else Reason("returns.quoted", words=words)
    )


def _as_days(days: pd.Series) -> pd.Series:
    """Dates as days; years as their first day."""
    if days.dtype.kind in "iu" or str(days.dtype) == "Int64":
        days = days.astype("str")
    return pd.to_datetime(days, errors="coerce", format="mixed" if days.dtype == object else None)


def _name_columns(rule: RowCheck, shown: ShownRow) -> list[str]:
    """The columns that a rule compares; where one of several is enough, the first that the table has."""
    if rule.order:
        return list(rule.order)
    needed = [name for name in rule.needs if shown.find(name) is not None][:1]
    filled = [name for name in rule.without if (cell := shown.find(name)) is not None and cell.text]
    return [*rule.when, *needed, *filled]


def _read_checked(book: "Workbook", kind: Kind) -> pd.DataFrame:
    """A ledger's rows with the columns that rules check."""
    looked = {name for name, item in kind.fields.items() if item.type in DATE_TYPES}
    for rule in kind.rules:
        looked |= {*rule.order, *rule.when, *rule.needs, *rule.without}
    looked |= {kind.date} - {""}
    rows = read_columns(book.config.processed, kind.name, *sorted(looked), "district_code", *_SOURCE)
    texts = dict.fromkeys(("district_code", "source_file", "source_sheet"), "str")
    rows = rows.astype(texts)
    return rows.assign(
        source_sheet=rows["source_sheet"].fillna(""), source_row=rows["source_row"].astype("int64")
    )
