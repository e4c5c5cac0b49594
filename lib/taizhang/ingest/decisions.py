"""The decisions that a kind's files leave to the user: one line of workbook.toml each, most common first."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from taizhang.core.reasons import Label, Reason
from taizhang.ingest.collect import Collector
from taizhang.ingest.proposals import Proposal
from taizhang.ingest.state import KindSummary
from taizhang.ledgers import FileRead, HeaderRead, TableRead
from taizhang.ledgers.headers import HeaderIndex, Question
from taizhang.ledgers.tables import NEAR_DISTRICT
from taizhang.ledgers.text import fold
from taizhang.metadata.kinds import Field, Kind
from taizhang.settings.workbook import LedgerConfig

_MOST_VALUES = 10  # lines of one column; more are told by their number
_MANY, _LONG = 3, 8  # texts, none of them known, of a column that is something else; signs of one of them
_MANY_TWICE, _SHARE_TWICE = 10, 50  # rows that stand twice, or one row in so many, before it is asked about
_ASKED = ("category", "boolean")
_OTHER, _OTHER_KEY = re.compile("其[他它]\\s*[〖:：(（_]"), "~^其[他它]"
_UNMAPPED = ("ledgers.category.map", "ledgers.category.several")


def find_near_district(error: Reason) -> str:
    """The district that a refused table names without its full name; '' if there is none."""
    problems = dict(error.parameters).get("problems", ())
    near = (dict(one.parameters)["district"] for one in problems if one.code == NEAR_DISTRICT)
    return str(next(near, ""))


@dataclass
class _Column:
    """A category's or yes-or-no column: the values it was read as, empty cells, and texts that nobody has mapped."""

    read: Counter[object]
    empty: int
    unmapped: Counter[str]
    header: str = ""


@dataclass
class _Doubt:
    """A header that may mean columns: where it first stands, its rows, and whether its table is read without it."""

    file: str
    sheet: str
    asked: tuple[Question, ...]
    rows: int = 0
    refused: bool = False


class Decisions:
    """Collects decisions over the files of a kind."""

    def __init__(self, kind: Kind, sources: Sequence[LedgerConfig]) -> None:
        self.kind, self.sources = kind, sources
        self._columns: dict[tuple[int, str], _Column] = {}
        self._headers: dict[tuple[int, str], tuple[str, int]] = {}  # the column it is near to, its rows
        self._doubts: dict[tuple[int, str], _Doubt] = {}
        self._index = HeaderIndex(kind, {})
        self._dates = Counter[int]()
        self._districts = Counter[str]()
        self._whole: dict[
            int, set[str]
        ] = {}  # districts that tables are near to, '' of tables that name theirs

    def add(self, part: FileRead, number: int = 0) -> None:
        """Add a file, or part of one, from a source (from 0)."""
        for table in part.tables:
            self._ask_headers(number, part.name, table)
            if table.error:
                near_district = find_near_district(table.error)
                self._whole.setdefault(number, set()).add(near_district)
                continue
            if not any(one.field == "district" for one in table.headers):
                self._whole.setdefault(number, set()).add("")
            there = {one.field for one in table.headers}
            for one in table.headers:
                if one.field or not one.header or one.ignored or one.own or one.asked:
                    continue
                if self._is_left_out(number, one):
                    continue
                near = one.note["column"] if one.note and one.note.code == "ledgers.header.near" else ""
                known, rows = self._headers.get((number, one.header), ("", 0))
                near = known or ("" if near in there else near)
                self._headers[number, one.header] = near, rows + table.counts.get("data", 0)
        for name, item in self.kind.fields.items():
            headers = [one.header for table in part.tables for one in table.headers if one.field == name]
            if item.type not in _ASKED or item.personal or item.splits or not headers:
                continue
            seen = self._columns.setdefault((number, name), _Column(Counter(), 0, Counter(), headers[0]))
            values = part.rows[name]
            seen.read.update(values.dropna().tolist())
            seen.empty += int(values.isna().sum())
        for column, reason, value in part.set_aside[["column", "reason", "value"]].itertuples(index=False):
            root = reason.root
            asked = self._columns.get((number, column))
            if asked is not None:
                asked.empty -= 1  # it says something, be it not understood
            if root.code in _UNMAPPED and asked is not None:
                text = str(value)  # 其他〖…〗 is asked about once, whatever was added to it
                asked.unmapped[_OTHER_KEY if _OTHER.match(text) else text] += 1
            elif root.code == "ledgers.date.day_or_month":
                self._dates[number] += 1

    def _ask_headers(self, number: int, file: str, table: TableRead) -> None:
        """Take the headers that may mean a column which the table has not; of a refused one, what it lacks."""
        there = {one.field for one in table.headers} | set(self.sources[number].constants)
        if table.error is None:
            there.add("district")  # a column's, or a title's
        needed = self.kind.required
        for one in table.headers:
            asked = tuple(question for question in one.asked if question.field not in there)
            if not one.header or not asked:
                continue
            first = _Doubt(file, table.sheet, asked)
            doubt = self._doubts.setdefault((number, one.header), first)
            doubt.rows += table.counts.get("data", 0)
            doubt.refused |= table.error is not None and any(question.field in needed for question in asked)

    def _is_left_out(self, number: int, header: HeaderRead) -> bool:
        """Return whether workbook.toml says that a header is not what it seems to say."""
        match, asked = self._index.match((header.header,)), self._index.ask((header.header,))
        fields = {match.field} if match is not None else {question.field for question in asked}
        return any(self.sources[number].columns.get(name) == "" for name in fields)

    def add_aside(self, aside: pd.DataFrame) -> None:
        """Add what is set aside after the districts were looked up."""
        self._districts.update(aside.loc[aside["column"] == "district", "value"].dropna().tolist())

    def list_proposals(self, summary: KindSummary, collector: Collector) -> list[Proposal]:
        """A line for each decision."""
        found = [*self._list_near(summary), *self._list_doubts(), *self._list_headers()]
        for (number, name), seen in self._columns.items():
            found += self._list_values(number, name, seen)
        for number, (district, *others) in ((at, sorted(told)) for at, told in self._whole.items()):
            if district and not others:  # for tables that name theirs by title, it would go before the title
                words = Reason("ingest.decide.district", name=district)
                found.append(self._make(number, "", "district", district, words, 1))
        for number, count in self._dates.items():
            words = Reason("ingest.decide.dates", count=count)
            found.append(self._make(number, "", "dates", "mdy", words, count))
        twice = sum(collector.twice.values())
        if collector.keep == "keep" and (twice >= _MANY_TWICE or _SHARE_TWICE * twice > summary.read):
            words = Reason("ingest.decide.twice", count=twice)
            found.append(self._make(0, "", "duplicates", "first", words, twice))
        return found

    def _make(
        self,
        number: int,
        below: str,
        key: str,
        value: str,
        words: Reason | str,
        count: int,
        *,
        choice: bool = True,
    ) -> Proposal:
        table = f"ledgers.{self.kind.name}{below and '.'}{below}"
        return Proposal(table, key, value, words, choice, count, self.sources[number].at)

    def _list_near(self, summary: KindSummary) -> list[Proposal]:
        """List districts with names similar to what is written; the user must say whether they are meant."""
        lines = []
        for text, (first, *others) in summary.near.items():
            count = self._districts.get(text, 0)
            if first.key == "parent":
                words = Reason("ingest.decide.above", name=first.value, text=text, count=count)
                lines.append(replace(first, comment=words, count=count))
                continue
            words = Reason("ingest.decide.near", name=first.comment, count=count)
            if others:
                named = [Reason("ingest.decide.code", code=one.value, name=one.comment) for one in others]
                words = Reason("ingest.decide.near_several", name=first.comment, others=named, count=count)
            lines.append(replace(first, comment=words, count=count, choice=bool(others)))
        return lines

    def _list_doubts(self) -> list[Proposal]:
        """Headers that may mean a column, or something else: what they may mean and what is lost without them."""
        lines = []
        for (number, header), doubt in self._doubts.items():
            sheet = Reason("ledgers.place.in_sheet", sheet=doubt.sheet) if doubt.sheet else ""
            titles = [Label(**self.kind.fields[one.field].title) for one in doubt.asked]
            others = [one.field for one in doubt.asked[1:]]
            lost = (
                Reason("ingest.decide.table_lost")
                if doubt.refused
                else Reason("ingest.decide.lost", titles=titles)
            )
            words = Reason(
                "ingest.decide.asked",
                titles=titles,
                others=Reason("ingest.decide.or_column", columns=others) if others else "",
                why=list(dict.fromkeys(one.asked.why for one in doubt.asked)),
                file=doubt.file,
                sheet=sheet,
                lost=lost,
                count=doubt.rows,
            )
            lines.append(self._make(number, "columns", doubt.asked[0].field, header, words, doubt.rows))
        return lines

    def _list_headers(self) -> list[Proposal]:
        """Headers that are near to a column's; check lists the others among those not recognised."""
        lines = []
        for (number, header), (near, count) in self._headers.items():
            if near:
                words = Reason(
                    "ingest.decide.header", title=Label(**self.kind.fields[near].title), count=count
                )
                lines.append(self._make(number, "columns", near, header, words, count))
        return lines

    def _list_values(self, number: int, name: str, seen: _Column) -> list[Proposal]:
        item, total = self.kind.fields[name], sum(seen.unmapped.values())
        texts = seen.unmapped.most_common()
        long = sum(len(text) for text in seen.unmapped) > _LONG * len(texts)
        if texts and not seen.read and (long or len(texts) >= _MANY):
            words = Reason("ingest.decide.other_column", header=seen.header, number=len(texts), count=total)
            return [self._make(number, "columns", name, "", words, total, choice=False)]
        lines = [self._propose_value(number, item, text, count) for text, count in texts[:_MOST_VALUES]]
        if len(texts) > _MOST_VALUES:
            more = Reason("ingest.decide.more", number=len(texts) - _MOST_VALUES)
            lines[-1] = replace(
                lines[-1], comment=Reason("ingest.decide.and", one=lines[-1].comment, other=more)
            )
        if len(seen.read) == 1 and seen.empty > 0 and item.empty == "unknown" and not item.required:
            (only,) = seen.read
            if name not in self.sources[number].empty:
                lines.append(self._ask_empty(number, item, only, seen.empty))
        return lines

    def _propose_value(self, number: int, item: Field, text: str, count: int) -> Proposal:
        first, *others = list(item.values) or ["true", "false"]
        words = Reason("ingest.decide.value", others=others, count=count)
        asked = next((one for one in item.asked if fold(text) in map(fold, one.values)), None)
        if asked is not None:
            words = Reason("ingest.decide.asked_value", others=others, why=asked.why, count=count)
        return self._make(number, f"values.{item.name}", text, first, words, count)

    def _ask_empty(self, number: int, item: Field, only: object, count: int) -> Proposal:
        """Return what an empty cell means where one value alone was ever written."""
        words = ["yes", "no"] if item.type == "boolean" else list(item.values)
        written = ("yes" if only else "no") if item.type == "boolean" else str(only)
        other = next((word for word in words if word != written), "")
        said = Reason("ingest.decide.empty", only=written, count=count)
        return self._make(number, f"values.{item.name}", "empty", other, said, count)
