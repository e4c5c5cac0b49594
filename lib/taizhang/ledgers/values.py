"""Reading a column's values by the field's type: once per distinct value, then applied to the rows."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from taizhang.core.privacy import has_credit_digit, is_number, mask_numbers
from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import Relative, read_date
from taizhang.ledgers.grid import Codes, ErrorCell
from taizhang.ledgers.marks import is_error_text
from taizhang.ledgers.misread import is_lost
from taizhang.ledgers.phrases import Said, answer_day, begins_with_yes, read_due, read_own_day, read_phrase
from taizhang.ledgers.quantities import is_bare, read_number, read_sentence
from taizhang.ledgers.text import fold, simplify, write_cell
from taizhang.metadata.kinds import DATE_TYPES, DATED_TYPES, NUMBER_TYPES, Field, load_shared
from taizhang.metadata.phrases import load_phrases

_EXACT = 1e15  # a longer number has lost its last figures in a spreadsheet
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+\d{2}")  # as a spreadsheet shows a long number: 3.50921E+17
_ERROR_SIGNS = frozenset("#＃E错錯")
_NONE = frozenset(("无", "没有", "未发现", "無"))
_SEVERAL = re.compile(r"[、,，;；/+|┋\s]+|和|及|与")
# As forms write an answer: A. before an option, 〖…〗 or a colon before what was added to it.
_OPTION = re.compile(r"^\s*(?:[(](?:[A-Za-z]|\d{1,2})[)]|(?:[A-Za-z]|\d{1,2})\s*[.、:)]|[①-⑳])\s*")
_SAID_BESIDE = re.compile(r"\s*〖[^〖〗]*〗\s*$|(?<=^其[他它])\s*[:(_\-].*$", re.DOTALL)
_CREDIT_CODE = re.compile("[0-9A-Z]{18}")
_NAMES = re.compile(r"[、,;/\n]+|和|及")
_COUNT = re.compile(r"等?(?:共|计|共计)?(\d+|[一二三四五六七八九十两]+)(?:人|名|位|人次)$")
_NUMBERS: dict[str, int] = {c: i for i, c in enumerate("一二三四五六七八九十", 1)}
_NUMBERS |= {f"十{c}": 10 + i for i, c in enumerate("一二三四五六七八九", 1)} | {"二十": 20}
_NUMBERS |= {chr(0x245F + n): n for n in range(1, 21)}  # ① to ⑳

_FIRST_ITEM = re.compile(r"[1１]\s*[.．、,，)）::]|①|一[是、)）]|第一")
_ITEMS = [
    re.compile(pattern)
    for pattern in (
        # 1、…2、…: after a Chinese character only a point or 、 makes a number one of a list.
        r"(?:(?:^|[\n;。:,!?)\s])\s*(?=\d{1,2}\s*[.、):])|(?<=[\u4e00-\u9fff])(?=\d{1,2}[.、]))(\d{1,2})"
        r"\s*[.、):](?!\d)",
        r"\((\d{1,2})\)",
        r"([①-⑳])",
        r"([一二三四五六七八九十]{1,3})是",
        r"(?:^|[\n;。:,\s(])\s*([一二三四五六七八九十]{1,3})[、)]",
        r"第([一二三四五六七八九十]{1,3})[,、:]",
    )
]

_LONGEST_QUOTE = 60  # characters of a value in a message


@dataclass(frozen=True)
class Context:
    """The settings for reading a column's values, besides the field.

    `year`: for dates without one, from title, sheet name or file name; `factor`: the conversion of the header's unit;
    `values`: the user's mapping of values as written (after ``~`` a regular expression); `empty`: the meaning of
    an empty cell, or ''; `where`: the table of workbook.toml in which a value can be mapped, for messages.
    `phrases`: the kind whose phrases the column may contain, or ''; `asks`: the act that a day alone states there;
    `after`: a date here is not before the row's own date, which may settle the year; `in_days`, `in_working_days`,
    `in_months`: the header says that numbers are these; `order`: the order of day and month in the column;
    `decimal`: its decimal sign. `words_only`: a bare number would be ambiguous (伤亡情况); `doubt`: why bare numbers
    of the column are not in its unit.
    """

    year: int | None = None
    date1904: bool = False
    factor: float = 1.0
    values: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""
    where: str = ""
    phrases: str = ""
    asks: str = ""
    after: bool = False
    in_days: bool = False
    in_working_days: bool = False
    in_months: bool = False
    order: str = ""
    decimal: str = ""
    words_only: bool = False
    doubt: str = ""


class Answer(NamedTuple):
    """The reading of one value: the result (None if empty or unreadable), the reason, a remark.

    A date also has its `precision`, and how the row's own date settles it; `said` is what else the cell says.
    """

    value: Any
    reason: Reason | None = None
    note: Reason | None = None
    precision: str = "day"
    relative: Relative | None = None
    said: Said | None = None

    @property
    def says_nothing(self) -> bool:
        return self.value is None and self.reason is None and not (self.relative or self.said)


@dataclass(frozen=True)
class Parsed:
    """The reading of a column: `data` by row, `reasons` by row (None if read or empty), and counted remarks.

    `answers` are the readings of the distinct values, by `codes`, and last that of an empty cell; none if texts
    were taken unchanged. `precisions` of dates are texts by row.
    """

    data: Any
    reasons: np.ndarray
    notes: Counter[Reason]
    codes: Codes = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    answers: tuple[Answer, ...] = ()
    precisions: Any = None


def read_column(values: Sequence[object], codes: Codes, field: Field, context: Context) -> Parsed:
    """Read a column: `codes` has for each row the position of its value among the distinct `values`, -1 where empty."""
    plain = field.type == "text" and not field.check_digit and not context.values
    if plain and not any(map(_is_no_text, values)):
        return Parsed(
            take_texts(_clean_texts(values, field), codes), np.full(len(codes), None), Counter(), codes
        )
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    own = OwnValues(context.values)
    answers: list[Answer] = []
    notes: Counter[Reason] = Counter()
    nothing = read_value(context.empty, field, context) if context.empty else _NOTHING
    for code, value in enumerate(values):
        answer = _read_own(value, own.get(value), field, context) if counts[code] else _NOTHING
        answers.append(nothing if answer.says_nothing else answer)
        if note := answers[-1].note:
            notes[note] += int(counts[code])
    answers.append(nothing)  # of code -1
    data = _spread([answer.value for answer in answers], codes, field)
    precisions = None
    if field.type in DATE_TYPES:
        whole = "month" if field.type == "month" else ""
        told = [None if a.value is None else whole or a.precision for a in answers[:-1]]
        precisions = take_texts(told, codes)
    reasons = np.array([answer.reason for answer in answers], dtype=object)[codes]
    return Parsed(data, reasons, notes, codes, tuple(answers), precisions)


def _read_own(value: object, meant: object, field: Field, context: Context) -> Answer:
    """Read what the user says a value means; what else it says is taken, too, unless it says otherwise."""
    answer = read_value(meant, field, context)
    if meant is value or not context.phrases or not isinstance(value, str):
        return answer
    said = read_phrase(value, context.phrases)
    if not said or dict(said.values).get(field.name, answer.value) != answer.value:
        return answer
    values = tuple((name, one) for name, one in said.values if name != field.name)
    return answer._replace(said=Said(values, said.days) or None)


class OwnValues:
    """The user's own mapping of a column's values: by exact text, otherwise by the first matching pattern."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.texts = {fold(key): key for key in values if not key.startswith("~")}
        self.patterns = [(re.compile(key[1:]), key) for key in values if key.startswith("~")]

    def find(self, value: object) -> str | None:
        """The text or pattern that applies to a cell; None if there is none."""
        if not (self.texts or self.patterns) or not isinstance(value, str | float | int):
            return None
        text = write_cell(value)
        if (word := fold(text)) in self.texts:
            return self.texts[word]
        plain = unicodedata.normalize("NFKC", text)
        told = (key for pattern, key in self.patterns if pattern.search(text) or pattern.search(plain))
        return next(told, None)

    def get(self, value: object) -> object:
        """Return the value that a cell is mapped to; the cell itself if there is no mapping."""
        key = self.find(value)
        return value if key is None else self.values[key]


def _clean_texts(values: Sequence[object], field: Field) -> list[str | None]:
    """Texts as written but for outer white space; None for words that say there is nothing."""
    nothing = _missing() | set(map(fold, field.unanswered))
    starts = {sign for word in nothing for sign in (word[:1], word[:1].upper())}
    return [
        None if text[:1] in starts and fold(text) in nothing else text for text in map(write_cell, values)
    ]


def take_texts(texts: Sequence[str | None], codes: Codes) -> pd.api.extensions.ExtensionArray:
    """Return texts by code, as an array of pandas strings; -1 is missing."""
    return pd.array([*texts, None], dtype="str").take(codes)


_NOTHING = Answer(None)


def says_nothing(value: object, field: Field, context: Context) -> bool:
    """Return whether a cell is empty, or holds a word that means so."""
    return value == "" or read_value(value, field, context).says_nothing


def read_value(value: object, field: Field, context: Context) -> Answer:
    """Read one value by the field's type; what remains unread may be a phrase."""
    answer = _read_plainly(value, field, context)
    if not context.phrases or is_error(value):
        return answer
    if isinstance(value, date) and context.asks and field.type not in DATE_TYPES:
        return _answer_day(value, field, context) or answer
    if not isinstance(value, str):
        return answer
    if answer.reason is not None:
        asks = context.asks if field.type not in DATE_TYPES or begins_with_yes(value) else ""
        if (said := read_phrase(value, context.phrases, asks)) and _may_say(said, field):
            if field.type in DATE_TYPES:
                return Answer(None, note=Reason("ledgers.cell.in_words"), said=said)
            own = dict(said.values).get(field.name)
            if own is None and (field.name == "status" or field.type in NUMBER_TYPES):
                # 限7日内整改 says a deadline and not whether it was met: that is asked, the rest is taken.
                return answer._replace(said=said)
            return Answer(own, note=Reason("ledgers.cell.in_words"), said=said)
    elif field.name == "status" and answer.value is not None:
        # A plain status may say more: 立行立改 a mode, 复查合格 a verification.
        said = read_phrase(value, context.phrases)
        if said and {name for name, _ in (*said.values, *said.days)} - {field.name}:
            return answer._replace(said=said)
    return answer


def _answer_day(value: date, field: Field, context: Context) -> Answer | None:
    """Return what a spreadsheet's day says in a column of values that asks for an act."""
    day = read_date(value, date1904=context.date1904).value
    if day is None:
        return None
    said = answer_day((day, "day"), load_phrases().kinds[context.phrases].acts[context.asks])
    return Answer(dict(said.values).get(field.name), note=Reason("ledgers.cell.in_words"), said=said)


def _may_say(said: Said, field: Field) -> bool:
    """Whether a phrase may stand in a column: a deadline that says on the spot does not say that it was done."""
    return not (field.future and ("mode", "on_the_spot") in said.values)


def _read_plainly(value: object, field: Field, context: Context) -> Answer:
    if is_error(value):
        reason = "ledgers.cell.not_computed" if str(value).startswith("=") else "ledgers.cell.error"
        return _refuse(Reason(reason), value, field)
    if isinstance(value, str) and _is_unknown(fold(value), field):
        return _NOTHING
    if field.type == "text":
        if _lacks_figures(value):
            return _refuse(Reason("ledgers.cell.figures_lost"), value, field)
        if isinstance(value, str) and is_lost(value):
            return _refuse(Reason("ledgers.cell.characters_lost"), value, field)
        return _read_code(value, field) if field.check_digit else Answer(write_cell(value) or None)
    if field.type in DATE_TYPES:
        return _read_day(value, field, context)
    if field.type in ("number", "integer"):
        return _read_number(value, field, context)
    if field.type == "year":
        return _read_year(value, field)
    if field.type == "count_or_names":
        return _count_names(value, field, context)
    return _read_category(value, field, context)


def _read_code(value: object, field: Field) -> Answer:
    """A number as written; a credit code without blanks and in capitals, if its check digit is right."""
    text = write_cell(value)
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not _CREDIT_CODE.fullmatch(code):
        return Answer(text or None)
    if has_credit_digit(code):
        return Answer(code)
    if is_number(code):  # somebody's identity number is not told
        return Answer(None, Reason("ledgers.cell.check_digit"))
    return _refuse(Reason("ledgers.cell.check_digit"), value, field)


def _is_no_text(value: object) -> bool:
    return _lacks_figures(value) or is_error(value) or (isinstance(value, str) and is_lost(value))


def _lacks_figures(value: object) -> bool:
    """Return whether a long number has lost its last figures: stored as a number, or as a spreadsheet shows it."""
    if isinstance(value, str):
        return "E+" in value and _SHORTENED.fullmatch(value.strip()) is not None
    return isinstance(value, float) and abs(value) >= _EXACT


def is_error(value: object) -> bool:
    """Return whether a cell shows a spreadsheet error, including as text, as in a csv written by a spreadsheet."""
    if isinstance(value, ErrorCell):
        return True
    return isinstance(value, str) and value.lstrip()[:1] in _ERROR_SIGNS and is_error_text(value.strip())


def _read_day(value: object, field: Field, context: Context) -> Answer:
    if isinstance(value, str) and fold(value) == "无":
        return _NOTHING
    last, month = field.future and field.name != "starts_on", field.type == "month"
    counted = context.after and last and (context.in_days or context.in_working_days)
    if counted and re.fullmatch(r"\d{1,3}", text := write_cell(value)):
        number = int(text)
        return Answer(
            None, relative=Relative(working=number) if context.in_working_days else Relative(days=number)
        )
    partial = field.type in DATED_TYPES
    if context.in_months and re.fullmatch(r"0?[1-9]|1[0-2]", text := write_cell(value)):
        value = f"{text}月"
    found = read_date(
        value,
        year=context.year,
        date1904=context.date1904,
        last=last,
        month=month,
        partial=partial,
        order=context.order,
    )
    relative = found.relative if context.after else None
    if found.value is not None:
        whole = found.value if field.type == "datetime" else _midnight(found.value)
        return Answer(whole, None, found.note, found.precision, relative)
    if context.after and isinstance(value, str) and relative is None:
        relative = read_due(value) if last else read_own_day(value)
    refused = _refuse(found.reason, value, field)
    return refused._replace(precision=relative.precision, relative=relative) if relative else refused


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _refuse(reason: Reason | None, value: object, field: Field) -> Answer:
    """Return why a value could not be read, with the value itself unless it is personal."""
    if not field.personal:
        reason = Reason("ledgers.cell.quoted", reason=reason, value=write_cell(value)[:60])
    return Answer(None, reason)


def _is_long(value: object) -> bool:
    """Whether a cell has as many figures as a telephone number."""
    return len(value) >= 10 if isinstance(value, str) else isinstance(value, int | float) and value >= 1e9


def _read_number(value: object, field: Field, context: Context) -> Answer:
    if context.words_only:
        if fold(write_cell(value)) not in ("0", *_NONE):
            return _refuse(Reason("ledgers.number.of_what"), value, field)
        return Answer(0, said=Said((("deaths", 0), ("injuries", 0)), ()))
    if isinstance(value, str) and fold(value) in _NONE and _counts(field):
        return Answer(0, None, Reason("ledgers.number.none_is_zero"))
    # In a column of a smaller unit, such as yuan for 10,000 yuan, a number may rightly be as large.
    if context.factor >= 1 and _is_long(value) and is_number(write_cell(value)):
        return _refuse(Reason("ledgers.number.of_a_person"), value, field)
    if context.doubt and is_bare(value):
        return _refuse(Reason(f"ledgers.number.unit_{context.doubt}"), value, field)
    read = read_number(value, unit=field.unit, factor=context.factor, decimal=context.decimal)
    if read.value is None and isinstance(value, str):
        read = read_sentence(value, field.unit) or read
    number = read.value
    if number is None:
        return _refuse(read.reason, value, field)
    if field.type == "integer":
        if abs(number - round(number)) > 1e-9:
            return _refuse(Reason("ledgers.number.not_whole"), value, field)
        number = round(number)
    if (field.min is not None and number < field.min) or (field.max is not None and number > field.max):
        return _refuse(_tell_limits(field), value, field)
    return Answer(number, None, read.note)


def _tell_limits(field: Field) -> Reason:
    if field.max is None:
        return Reason("ledgers.limits.least", least=field.min)
    if field.min is None:
        return Reason("ledgers.limits.most", most=field.max)
    return Reason("ledgers.limits.both", least=field.min, most=field.max)


def _counts(field: Field) -> bool:
    """Return whether none of it is 0: of things counted and of money; of no temperature."""
    unit = load_shared().units.get(field.unit)
    return field.type == "integer" or (unit is not None and unit.dimension == "money")


def _read_year(value: object, field: Field) -> Answer:
    year = 0
    if isinstance(value, datetime):
        year = value.year
    elif match := re.fullmatch(r"(\d{4})(?:\.0+)?年?度?", fold(write_cell(value))):
        year = int(match[1])
    if not (field.min or 1) <= year <= (field.max or year):
        return _refuse(Reason("ledgers.number.not_a_year"), value, field)
    return Answer(year)


def _count_names(value: object, field: Field, context: Context) -> Answer:
    """A count, or the count of the names listed; the names themselves are not kept, nor told in a reason."""
    neither = Answer(None, Reason("ledgers.number.neither_count_nor_names"))
    if _is_long(value) and is_number(write_cell(value)):
        return Answer(None, Reason("ledgers.number.of_a_person"))
    read = read_number(value, unit=field.unit, factor=context.factor)
    if read.value is not None:
        if read.value < 0 or abs(read.value - round(read.value)) > 1e-9:
            return Answer(None, Reason("ledgers.number.not_people"))
        return Answer(round(read.value), None, read.note)
    if not isinstance(value, str):
        return neither
    text = re.sub(r"\([^()]*\)", "", unicodedata.normalize("NFKC", value)).strip()
    if match := _COUNT.search(fold(text)):
        number = read_number(match[1]).value
        return neither if number is None else Answer(round(number))
    if fold(text) in _NONE:
        return Answer(0, None, Reason("ledgers.number.none_is_zero"))
    parts = [part.strip() for part in _NAMES.split(text)]
    # A space stands between Chinese names, and within English ones.
    names = [name for part in parts for name in ([part] if part.isascii() else part.split()) if name]
    if (
        not names
        or not all(re.search(r"[^\W\d_]", name) for name in names)
        or any(re.search(r"\d|等$", name) or len(name) > 20 for name in names)
    ):
        return neither
    return Answer(len(names), None, Reason("ledgers.number.names_counted"))


def _read_category(value: object, field: Field, context: Context) -> Answer:
    spellings = _spellings(field)
    text = write_cell(value)
    for word in (fold(text), _plain(text), _plain(simplify(text))):
        if word in spellings:
            name = spellings[word]
            return Answer((name == "true") if field.type == "boolean" else name)
    parts = [
        _find_option(part, spellings) for part in (text, *_SEVERAL.split(_OPTION.sub("", _normal(text))))
    ]
    option, several = parts[0], dict.fromkeys(parts[1:])
    if not option and len(several) == 1 and field.type != "boolean":
        option = parts[1]  # 桌面、推演: the same said twice
    if option:
        return Answer((option == "true") if field.type == "boolean" else option)
    known = Reason("ledgers.category.yes_or_no") if field.type == "boolean" else tuple(field.values)
    if not context.where:
        return Answer(None, Reason("ledgers.category.unknown", value=_quote(text), known=known))
    table = f"{context.where}.values.{field.name}"
    if len(several) > 1 and "" not in several:
        return Answer(
            None, Reason("ledgers.category.several", value=_quote(text), known=tuple(several), table=table)
        )
    return Answer(None, Reason("ledgers.category.map", value=_quote(text), known=known, table=table))


def _quote(text: str) -> str:
    """A value for a message; a long one is masked before it is cut, as half a telephone number is known by nobody."""
    return text if len(text) <= _LONGEST_QUOTE else mask_numbers(text)[:_LONGEST_QUOTE]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _find_option(text: str, spellings: Mapping[str, str]) -> str:
    """The value that an option of a form stands for: A. 一般隐患, 其他〖…〗; '' if it is none."""
    option = _SAID_BESIDE.sub("", _OPTION.sub("", _normal(text)))
    return spellings.get(_plain(option)) or spellings.get(_plain(simplify(option)), "")


def _plain(text: str) -> str:
    return re.sub(r"[\"'“”‘’《》。.,;:!]", "", fold(text))


_SPELLINGS: dict[int, tuple[Field, dict[str, str]]] = {}


def _spellings(field: Field) -> dict[str, str]:
    """Folded spellings of a category's or a boolean's values; the field's own go before the common ones."""
    if id(field) in _SPELLINGS:
        return _SPELLINGS[id(field)][1]
    spellings: dict[str, str] = {}
    for name, value in field.values.items():
        for word in (name, value.zh, value.en, *value.aliases):
            spellings.setdefault(fold(word), name)
            spellings.setdefault(_plain(word), name)
    if field.type == "boolean":
        for name, words in load_shared().booleans.items():
            for word in words:
                spellings.setdefault(fold(word), name)
    _SPELLINGS[id(field)] = (field, spellings)  # the field is held, so that no other gets its id
    return spellings


@cache
def _missing() -> frozenset[str]:
    return frozenset(map(fold, load_shared().missing)) | {""}


@cache
def _unknown() -> frozenset[str]:
    return frozenset(map(fold, load_shared().unknown))


def says_unknown(value: object, field: Field) -> bool:
    """Return whether a cell says that something is unknown, as opposed to none or not yet."""
    return isinstance(value, str) and fold(value) in _unknown() and _is_unknown(fold(value), field)


def _is_unknown(word: str, field: Field) -> bool:
    """Return whether a word says that there is nothing, or nothing known, in a column of this type."""
    if word in map(fold, field.unanswered):
        return True
    if field.type in ("category", "boolean") and word in _spellings(field):
        return False
    return word in _missing() or (field.type != "text" and word in _unknown())


def count_items(text: str) -> int:
    """The number of items that a text lists with numbering (1. 2. …, (1)(2), ①②, 一是…二是…); 1 without any."""
    if not _FIRST_ITEM.search(text):
        return 1
    plain = " ".join(text.translate(_WIDTHS).split())
    most = 1
    for pattern in _ITEMS:
        expected = 1
        for mark in pattern.findall(plain):
            if (int(mark) if mark.isdecimal() else _NUMBERS.get(mark)) == expected:
                expected += 1
        most = max(most, expected - 1)
    return most


_WIDTHS = str.maketrans("（）．，；：！？０１２３４５６７８９", "().,;:!?0123456789")


def _spread(results: list[Any], codes: Codes, field: Field) -> Any:
    """Results per distinct value, and of an empty cell as the last, as a typed array over the rows."""
    if field.type in DATE_TYPES:
        return np.array(results, "datetime64[us]")[codes]
    if field.type == "number":
        return np.array(results, "float64")[codes]
    if field.type in ("integer", "year", "count_or_names"):
        numbers = np.array([r or 0 for r in results])
        return pd.arrays.IntegerArray(numbers[codes], _absent(results)[codes])
    if field.type == "boolean":
        answers = np.array([bool(r) for r in results])
        return pd.arrays.BooleanArray(answers[codes], _absent(results)[codes])
    return pd.array(results, dtype="str").take(codes)


def _absent(results: list[Any]) -> np.ndarray:
    return np.array([r is None for r in results])
