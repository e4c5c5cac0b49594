"""The return of a district: the doubtful cells of its ledgers, with one cell for each answer."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from taizhang.core.periods import Period
from taizhang.core.privacy import is_person, mask_numbers
from taizhang.core.reasons import Reason
from taizhang.ingest.state import Unread
from taizhang.ledgers.template import list_choices
from taizhang.metadata.kinds import DATED_TYPES, Kind
from taizhang.returns.doubts import Question, is_personal, mark_cells

KEYS_SHEET = "taizhang"
# What the hidden sheet tells of each line; read back by `answers`.
KEY_COLUMNS = (
    "key",
    "kind",
    "file",
    "sheet",
    "row",
    "column",
    "letter",
    "type",
    "old",
    "cells",
    "label",
    "sha",
)
PAIR, CELL = "pair", "cell"
_LONGEST = 160  # characters of a text that is shown
_CONTEXT, _PERSONS = 3, 2  # columns that show a row as it was, and, if asked for, of persons
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_NAME = re.compile(r"[\u3400-\u9fff·]{2,}|[A-Za-z][A-Za-z'\-]+(?: [A-Za-z][A-Za-z'\-]+)*")
_INK, _MUTED, _LINE, _BAND, _YELLOW, _ACCENT = (
    "#1F2A35",
    "#5B6773",
    "#C9D1D9",
    "#E8EEF4",
    "#FFF2A8",
    "#0068A8",
)
_FONT = {"zh": "等线", "en": "Calibri"}
_LIST_CHARACTERS = 255
_STEPS = ("step_1", "step_2", "step_3", "step_4")
# How wide a column is: columns of a ledger's sheet.
_WIDTHS = {
    "number": 5, "place": 22, "row": 6, "column": 13, "reason": 26, "context": 15, "value": 18, "suggestion": 13,
    "answer": 22,
}  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """A ledger without rows of the district in some months; no months: in the whole period."""

    kind: Kind
    months: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two premises that may be the same: their keys, descriptions, and evidence for and against."""

    a: str
    b: str
    told: tuple[str, str]
    speaks: tuple[Reason, ...]
    probability: str


@dataclass(frozen=True)
class Return:
    """The content of one return."""

    code: str  # of the district; '' for the whole area's
    name: str
    title: str  # of the workbook that it comes from
    identity: str  # of that workbook
    period: Period
    made_on: date
    due: date
    questions: tuple[Question, ...]
    pairs: tuple[Pair, ...]
    missing: tuple[Missing, ...]
    others: tuple[tuple[Kind, Reason, int], ...]
    unread: tuple[Unread, ...]
    scores: pd.DataFrame
    before: pd.DataFrame
    kinds: Mapping[str, Kind]
    districts: tuple[str, ...]  # to choose from

    @property
    def asks(self) -> bool:
        """Return whether there is anything to ask."""
        return bool(self.questions or self.pairs or self.missing or self.others or self.unread)


def say(name: str, lang: str, /, **parameters: object) -> str:
    """A word or sentence of the form, zh or en."""
    return Reason(f"returns.form.{name}", **parameters).word(lang)


def write_return(made: Return, lang: str, *, personal: bool = False) -> bytes:
    """The return (.xlsx) as bytes; without `personal` it has no names, telephone or identity numbers."""
    stream = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        _Form(book, made, lang, personal).write()
    return stream.getvalue()


class _Form:
    """Writes one return."""

    def __init__(self, book: xlsxwriter.Workbook, made: Return, lang: str, personal: bool) -> None:
        self.book, self.made, self.lang, self.personal = book, made, lang, personal
        book.set_properties({"title": made.name, "created": _midnight(made.made_on)})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._keys: list[tuple[object, ...]] = []
        self._lists: dict[tuple[str, ...], int] = {}
        self._names: set[str] = {KEYS_SHEET, say("lists", lang).casefold()}

    def style(self, **own: object) -> Format:
        """A cell format, made once."""
        base = {"font_name": _FONT[self.lang], "font_size": 10, "font_color": _INK, "valign": "top"}
        wanted = tuple(sorted((base | own).items()))
        if wanted not in self._formats:
            self._formats[wanted] = self.book.add_format(dict(wanted))
        return self._formats[wanted]

    def say(self, name: str, /, **parameters: object) -> str:
        return say(name, self.lang, **parameters)

    def write(self) -> None:
        """Write all sheets: instructions, one per ledger, pairs, missing ledgers, and the hidden ones."""
        first = self._add(self.say("first"))
        by_kind: dict[str, list[Question]] = {}
        for one in self.made.questions:
            by_kind.setdefault(one.kind.name, []).append(one)
        for name, asked in by_kind.items():
            self._write_ledger(self.made.kinds[name], asked)
        if self.made.pairs:
            self._write_pairs()
        if self.made.missing or self.made.others or self.made.unread:
            self._write_missing()
        self._write_first(first)
        self._write_lists()
        self._write_keys()
        first.activate()

    def _add(self, title: str) -> Worksheet:
        name = _NO_NAME.sub(" ", title)[:31].strip("' ")
        number = 1
        while name.casefold() in self._names:
            number += 1
            name = f"{name[:28]} {number}"
        self._names.add(name.casefold())
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(
            f"&L&8{_no_codes(self.made.name)}  {self.made.period.label(self.lang)}&R&8{self.say('page')}"
        )
        allowed = dict.fromkeys(("format_columns", "format_rows", "sort", "autofilter", "delete_rows"), True)
        sheet.protect("", allowed)
        return sheet

    # ---------------------------------------------------------------- the first page

    def _write_first(self, sheet: Worksheet) -> None:
        made = self.made
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate((22, 14, 12, 18, 12, 18)):
            sheet.set_column(column, column, width, self.style())
        sheet.set_row(0, 30)
        title = self.style(bold=True, font_size=18, font_color=_ACCENT, valign="vcenter")
        sheet.write_string(0, 0, self.say("title", name=made.name), title)
        muted = self.style(font_color=_MUTED)
        about = self.say("about", title=mask_numbers(made.title), period=made.period.label(self.lang))
        sheet.write_string(1, 0, about, muted)
        label, strong = self.style(valign="vcenter"), self.style(bold=True, font_size=12, valign="vcenter")
        numbers = {"cells": len(made.questions), "pairs": len(made.pairs)}
        facts = [
            ("count", self.say("count_both" if made.pairs else "count_cells", **numbers)),
            ("due", made.due.isoformat()),
            ("made", made.made_on.isoformat()),
        ]
        row = 3
        for name, text in facts:
            sheet.set_row(row, 20)
            sheet.write_string(row, 0, self.say(name), label)
            sheet.write_string(row, 1, text, strong)
            row += 1
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, self.say("by"), label)
        yellow = self._yellow("@")
        sheet.merge_range(row, 1, row, 2, "", yellow)
        sheet.write_string(row, 3, self.say("by_hint"), self.style(font_color=_MUTED, valign="vcenter"))
        row += 2
        row = self._write_paragraphs(sheet, row, "steps", [self.say(name) for name in _STEPS])
        told = [self.say("which", period=made.period.label(self.lang))]
        told.append(self.say("shown" if self.personal else "hidden"))
        row = self._write_paragraphs(sheet, row, "", told, color=_MUTED)
        self._write_scores(sheet, row)

    def _write_paragraphs(
        self, sheet: Worksheet, row: int, head: str, lines: Sequence[str], *, color: str = _INK
    ) -> int:
        if head:
            sheet.set_row(row, 24)
            sheet.write_string(row, 0, self.say(head), self._section())
            row += 1
        wrapped = self.style(text_wrap=True, font_color=color)
        for line in lines:
            sheet.merge_range(row, 0, row, 5, "", wrapped)
            sheet.write_string(row, 0, line, wrapped)
            sheet.set_row(row, 15 * -(-_measure(line) // 92) + 3)
            row += 1
        return row + 1

    def _section(self) -> Format:
        return self.style(bold=True, font_size=12, font_color=_ACCENT, valign="vcenter")

    def _write_scores(self, sheet: Worksheet, row: int) -> None:
        scores, before = self.made.scores, self.made.before
        if scores.empty:
            return
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, self.say("scores"), self._section())
        period = self.made.period.period_before().label(self.lang)
        heads = [self.say(name) for name in ("ledger", "read", "aside", "doubtful", "score")]
        heads.append(self.say("before", period=period))
        row += 1
        sheet.set_row(row, 32)
        for column, text in enumerate(heads):
            sheet.write_string(row, column, text, self._head(align="right" if column else "left"))
        earlier: dict[str, float] = (
            dict(zip(before["kind"], before["score"], strict=True)) if len(before) else {}
        )
        whole, tenth = (
            self._cell(num_format="#,##0", align="right"),
            self._cell(num_format="0.0", align="right"),
        )
        for one in scores.to_dict("records"):
            row += 1
            sheet.set_row(row, 20)
            sheet.write_string(row, 0, self.made.kinds[one["kind"]].label(self.lang), self._cell())
            for column, name in enumerate(("read", "set_aside", "doubtful"), 1):
                sheet.write_number(row, column, int(one[name]), whole)
            for column, score in ((4, one["score"]), (5, earlier.get(one["kind"], float("nan")))):
                if pd.isna(score):  # nothing was read
                    sheet.write_string(row, column, "–", self._cell(align="right"))
                else:
                    sheet.write_number(row, column, round(float(score), 1), tenth)
        sheet.write_string(row + 1, 0, self.say("scores_about"), self.style(font_color=_MUTED, font_size=9))

    # ---------------------------------------------------------------- tables

    def _head(self, **own: object) -> Format:
        edge = {"bottom": 1, "bottom_color": _MUTED, "bg_color": _BAND}
        return self.style(bold=True, text_wrap=True, valign="vcenter", **edge, **own)

    def _cell(self, **own: object) -> Format:
        return self.style(text_wrap=True, valign="vcenter", bottom=1, bottom_color=_LINE, **own)

    def _yellow(self, shown: str) -> Format:
        edge = {"border": 1, "border_color": "#B58900", "bg_color": _YELLOW}
        return self.style(text_wrap=True, valign="vcenter", locked=False, num_format=shown, **edge)

    def _begin(self, title: str, heads: Sequence[tuple[str, int]], head: str) -> Worksheet:
        """Begin a sheet with a table whose hidden first column marks its lines."""
        sheet = self._add(title)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 4, self.style(), {"hidden": True})
        sheet.set_row(0, 24)
        sheet.write_string(
            0, 1, head, self.style(bold=True, font_size=14, font_color=_ACCENT, valign="vcenter")
        )
        deep = max(-(-_measure(text) // max(width - 1, 1)) for text, width in heads)
        sheet.set_row(1, 15 * deep + 6)
        for column, (text, width) in enumerate(heads, 1):
            sheet.set_column(column, column, width, self.style())
            sheet.write_string(1, column, text, self._head(align="center" if width < 10 else "left"))
        sheet.freeze_panes(2, 1)
        sheet.repeat_rows(0, 1)
        return sheet

    def _end(self, sheet: Worksheet, last: int, columns: int) -> None:
        sheet.autofilter(1, 0, last, columns)
        sheet.print_area(0, 0, last, columns)

    def _write_line(self, sheet: Worksheet, row: int, cells: Sequence[object], widths: Sequence[int]) -> None:
        """Write a line except its answer, as high as its longest text needs."""
        deep = 1
        for column, (value, width) in enumerate(zip(cells, widths, strict=False), 1):
            if isinstance(value, int):
                sheet.write_number(row, column, value, self._cell(align="center"))
                continue
            sheet.write_string(row, column, str(value), self._cell())
            deep = max(deep, sum(-(-max(_measure(t), 1) // (width - 1)) for t in str(value).split("\n")))
        sheet.set_row(row, 14 * deep + 10)

    def _write_ledger(self, kind: Kind, asked: Sequence[Question]) -> None:
        context = self._choose_context(kind, asked)
        widths = [_WIDTHS[name] for name in ("number", "place", "row", "column", "reason")]
        widths += [_WIDTHS["context"]] * len(context)
        suggested = any(one.suggestion for one in asked)
        ends = ["value", *(["suggestion"] if suggested else []), "answer"]
        widths += [_WIDTHS[name] for name in ends]
        names = [self.say(name) for name in ("number", "place", "row", "column", "reason")]
        names += [kind.fields[name].label(self.lang) for name in context]
        names += [self.say(name) for name in ends]
        title = kind.label(self.lang)
        sheet = self._begin(title, list(zip(names, widths, strict=True)), f"{title}　{self.made.name}")
        columns: dict[tuple[str, str, int], set[str]] = {}
        for one in asked:
            columns.setdefault((one.file, one.row.sheet, one.row.row), set()).add(one.column)
        row = 1
        for row, one in enumerate(asked, 2):
            cells: list[object] = [row - 1, self._name_place(one), one.cell.row, self._name_column(one)]
            cells.append("\n".join(self._hide(one, reason.word(self.lang)) for reason in one.reasons))
            cells += [self._show_field(one, name) for name in context]
            cells.append(self._show_value(one))
            cells += [one.suggestion] if suggested else []
            sheet.write_string(row, 0, one.key, self.style(font_color="#FFFFFF"))
            self._write_line(sheet, row, cells, widths)
            self._write_answer(sheet, row, len(cells) + 1, one)
            self._note(one, columns[one.file, one.row.sheet, one.row.row])
        self._end(sheet, row, len(widths))

    def _choose_context(self, kind: Kind, asked: Sequence[Question]) -> list[str]:
        """The few columns by which people recognise a row: its day, and those that identify duplicates."""
        there = {cell.field for one in asked for cell in one.row.cells if cell.text}
        wanted = [kind.date, *kind.same, *(name for name, item in kind.fields.items() if item.type == "text")]
        fit = [n for n in dict.fromkeys(wanted) if n in there and n != "district" and n in kind.fields]
        plain = [name for name in fit if not is_personal(kind.fields[name])][:_CONTEXT]
        named = [name for name in kind.personal if name in there][:_PERSONS] if self.personal else []
        return [*plain, *named]

    def _name_place(self, one: Question) -> str:
        file = one.file.removeprefix("data/raw/")
        return mask_numbers(f"{file}\n{one.row.sheet}" if one.row.sheet else file)

    def _name_column(self, one: Question) -> str:
        header = one.item.label(self.lang) if one.cell.section and one.item else one.cell.header
        return f"{mask_numbers(header)} ({one.cell.letter})"

    def _show_value(self, one: Question) -> str:
        if not one.cell.text:
            return self.say("nothing")
        return "***" if one.personal and not self.personal else self._show(one, one.cell.text)

    def _show_field(self, one: Question, name: str) -> str:
        cell = one.row.find(name)
        return self._show(one, cell.text) if cell is not None else ""

    def _show(self, one: Question, text: str) -> str:
        """A text of a row, not longer than can be read; see `_hide`."""
        if is_person(text) and not self.personal:
            return "*" * len(text)
        text = self._hide(one, text)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

    def _hide(self, one: Question, text: str) -> str:
        """Hide in a text the numbers of persons and the names that the row's cells hold, unless they are asked for."""
        if self.personal:
            return text
        text = mask_numbers(text)
        for name in _list_names(one):
            text = text.replace(name, "*" * len(name))
        return text

    def _write_answer(self, sheet: Worksheet, row: int, column: int, one: Question) -> None:
        item = one.item
        choices = list(self.made.districts) if one.cell.field == "district" else []
        if item is not None and not choices:
            choices = list_choices(item, self.lang)
        rule: dict[str, Any] = {"validate": "any", "input_message": self.say("text")}
        shown = "@"
        if choices:
            required = item is not None and item.required
            offered = choices if required else [*choices, self.say("empty")]
            rule = {"validate": "list", "source": self._refer(offered), "input_message": self.say("pick")}
            rule["error_message"] = self.say("pick")
        elif item is not None and item.type in DATED_TYPES:
            shown = "yyyy-mm-dd" if item.type == "date" else "yyyy-mm-dd hh:mm"
            rule["input_message"] = self.say("date")
        elif item is not None and item.type in ("integer", "number", "year", "count_or_names"):
            shown, rule["input_message"] = "General", self.say("number_hint")
        sheet.write_blank(row, column, None, self._yellow(shown))
        sheet.data_validation(row, column, row, column, rule)

    def _refer(self, choices: Sequence[str]) -> list[str] | str:
        """The choices themselves if they are short, or else a reference to cells of a hidden sheet."""
        if len(",".join(choices)) <= _LIST_CHARACTERS and not any("," in one for one in choices):
            return list(choices)
        column = xl_col_to_name(self._lists.setdefault(tuple(choices), len(self._lists)))
        return f"='{self.say('lists')}'!${column}$1:${column}${len(choices)}"

    def _note(self, one: Question, asked: Collection[str]) -> None:
        """Record on the hidden sheet what a line asks, without revealing the cell's content."""
        kind = one.item.type if one.item is not None else "text"
        marks = mark_cells(one.row, one.kind, asked)
        self._keys.append(
            (
                one.key, one.kind.name, mask_numbers(one.file), mask_numbers(one.row.sheet), one.cell.row, one.column,
                one.cell.letter, kind, one.old, " ".join(f"{name}:{mark}" for name, mark in marks.items()),
                self._name_column(one), one.sha,
            )
        )  # fmt: skip

    # ---------------------------------------------------------------- pairs, and what is missing

    def _write_pairs(self) -> None:
        names = ("number", "a", "b", "speaks", "probability", "pair_answer")
        widths = [5, 40, 40, 34, 11, 20]
        heads = list(zip(map(self.say, names), widths, strict=True))
        sheet = self._begin(self.say("pairs"), heads, f"{self.say('pairs')}　{self.made.name}")
        choices = [self.say("same"), self.say("different")]
        rule = {"validate": "list", "source": choices, "error_message": self.say("pick")}
        row = 1
        for row, pair in enumerate(self.made.pairs, 2):
            cells = [
                row - 1,
                *pair.told,
                "\n".join(one.word(self.lang) for one in pair.speaks),
                pair.probability,
            ]
            key = make_pair_key(pair.a, pair.b)
            sheet.write_string(row, 0, key, self.style(font_color="#FFFFFF"))
            self._write_line(sheet, row, cells, widths)
            sheet.write_blank(row, len(cells) + 1, None, self._yellow("@"))
            sheet.data_validation(row, len(cells) + 1, row, len(cells) + 1, rule)
            self._keys.append((key, PAIR, pair.a, pair.b, 0, "", "", PAIR, "", "", "", ""))
        self._end(sheet, row, len(widths))

    def _write_missing(self) -> None:
        lines = [
            (
                one.kind.label(self.lang),
                self.made.period.label(self.lang),
                Reason("returns.form.no_rows", months=one.months).word(self.lang)
                if one.months
                else self.say("no_rows_at_all"),
            )
            for one in self.made.missing
        ]
        for kind, reason, count in self.made.others:
            told = self.say("not_answerable", count=count, reason=mask_numbers(reason.word(self.lang)))
            lines.append((kind.label(self.lang), "", told))
        for unread in self.made.unread:
            file = unread.file.removeprefix("data/raw/")
            lines.append(
                (self.say("unread"), mask_numbers(file), mask_numbers(unread.reason.word(self.lang)))
            )
        widths = [26, 30, 84]
        heads = list(zip(map(self.say, ("ledger", "month", "what")), widths, strict=True))
        sheet = self._begin(self.say("missing"), heads, f"{self.say('missing')}　{self.made.name}")
        row = 1
        for row, line in enumerate(lines, 2):
            self._write_line(sheet, row, line, widths)
        sheet.print_area(0, 0, row, len(widths))

    # ---------------------------------------------------------------- hidden sheets

    def _write_lists(self) -> None:
        if not self._lists:
            return
        sheet = self.book.add_worksheet(self.say("lists"))
        for choices, column in self._lists.items():
            for row, text in enumerate(choices):
                sheet.write_string(row, column, text)
        sheet.hide()

    def _write_keys(self) -> None:
        """Write the question of each line by its mark, and which return of which workbook this is."""
        made = self.made
        sheet = self.book.add_worksheet(KEYS_SHEET)
        about = (
            ("taizhang", "return"), ("version", "1"), ("identity", made.identity), ("title", mask_numbers(made.title)),
            ("district", made.code), ("name", made.name), ("period", str(made.period)),
            ("made_on", made.made_on.isoformat()),
        )  # fmt: skip
        for row, (name, text) in enumerate(about):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, text)
        start = len(about) + 1
        for column, name in enumerate(KEY_COLUMNS):
            sheet.write_string(start, column, name)
        for row, line in enumerate(self._keys, start + 1):
            for column, value in enumerate(line):
                sheet.write_string(row, column, str(value))
        sheet.very_hidden()


def _list_names(one: Question) -> list[str]:
    """The names of persons in a row, the longest first: in cells for them, and in others that are a name alone."""
    names = set()
    for cell in one.row.cells:
        item = one.kind.fields.get(cell.field)
        if is_personal(item):
            names |= set(_NAME.findall(cell.text))
        elif is_person(cell.text) and (cell is one.cell or item is None or item.type == "text"):
            names.add(cell.text)
    return sorted(names, key=lambda name: (-len(name), name))


def make_pair_key(a: str, b: str) -> str:
    """A mark of a pair, in whichever order it is given."""
    from taizhang.returns.doubts import hash_text

    return hash_text("\n".join(sorted((a, b))), 16)


def _measure(text: str) -> int:
    """The width of a text, in half-width characters."""
    return sum(2 if ord(one) > 0x2E7F else 1 for one in text)


def _midnight(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day)


def _no_codes(text: str) -> str:
    """A text escaped so that a page footer finds no codes in it."""
    return text.replace("&", "&&")
