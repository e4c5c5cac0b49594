"""Values of a column, read by the field's type: once per distinct value, then spread over the rows."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import read_date
from taizhang.ledgers.grid import Codes
from taizhang.ledgers.quantities import read_number
from taizhang.ledgers.text import fold, simplify, write_cell
from taizhang.metadata.kinds import DATE_TYPES, Field, load_shared

_NONE = frozenset(("无", "没有", "未发现", "無"))
_NAMES = re.compile(r"[、,;/\s]+|和|及")
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


@dataclass(frozen=True)
class Context:
    """What a column's values are read with besides the field.

    `year` is that of dates written without one, from title, sheet name or file name; `factor` the conversion of the
    header's unit; `values` the user's own reading of values, as written to what it means; `where` the table of
    workbook.toml in which a value can be mapped, for the remedy.
    """

    year: int | None = None
    date1904: bool = False
    factor: float = 1.0
    values: Mapping[str, str] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class Parsed:
    """A column read: `data` over the rows, `reasons` per row (None where read or empty), remarks counted."""

    data: pd.api.extensions.ExtensionArray | np.ndarray
    reasons: np.ndarray
    notes: Counter[Reason]


def read_column(values: Sequence[object], codes: Codes, field: Field, context: Context) -> Parsed:
    """Read a column: `codes` has for each row the position of its value among the distinct `values`, -1 where empty."""
    if field.type == "text" and not context.values:
        return Parsed(take_texts(_clean_texts(values), codes), np.full(len(codes), None), Counter())
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    own = {fold(key): value for key, value in context.values.items()}
    answers: list[_Answer] = []
    notes: Counter[Reason] = Counter()
    for code, value in enumerate(values):
        if own and isinstance(value, (str, float, int)):
            value = own.get(fold(write_cell(value)), value)
        answers.append(read_value(value, field, context) if counts[code] else _NOTHING)
        if note := answers[-1][2]:
            notes[note] += int(counts[code])
    answers.append(_NOTHING)  # of code -1
    data = _spread([answer[0] for answer in answers], codes, field)
    return Parsed(data, np.array([answer[1] for answer in answers])[codes], notes)


def _clean_texts(values: Sequence[object]) -> list[str | None]:
    """Texts as written but for outer white space; None for words that say there is nothing."""
    missing = _missing()
    starts = {word[:1] for word in (*load_shared().missing, *missing)}
    return [
        None if text[:1] in starts and fold(text) in missing else text for text in map(write_cell, values)
    ]


def take_texts(texts: Sequence[str | None], codes: Codes) -> pd.api.extensions.ExtensionArray:
    """Texts by code, as an array of pandas strings; -1 is missing."""
    return pd.array([*texts, None], dtype="str").take(codes)


_Answer = tuple[Any, Reason | None, Reason | None]
_NOTHING: _Answer = (None, None, None)


def read_value(value: object, field: Field, context: Context) -> _Answer:
    """Read one value: the result (None where empty or unreadable), the reason, a remark."""
    if isinstance(value, str) and fold(value) in _missing() and not _is_answer(value, field):
        return _NOTHING
    if field.type == "text":
        return write_cell(value) or None, None, None
    if field.type in DATE_TYPES:
        if isinstance(value, str) and fold(value) == "无":
            return _NOTHING
        last, month = field.future and field.name != "starts_on", field.type == "month"
        found = read_date(value, year=context.year, date1904=context.date1904, last=last, month=month)
        if found.value is None:
            return _refuse(found.reason, value, field)
        return found.value if field.type == "datetime" else _midnight(found.value), None, found.note
    if field.type in ("number", "integer"):
        return _read_number(value, field, context)
    if field.type == "year":
        return _read_year(value, field)
    if field.type == "count_or_names":
        return _count_names(value, field, context)
    return _read_category(value, field, context)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _refuse(reason: Reason | None, value: object, field: Field) -> _Answer:
    """Why a value could not be read, with the value itself unless it is personal."""
    if not field.personal:
        reason = Reason("ledgers.cell.quoted", reason=reason, value=write_cell(value)[:60])
    return None, reason, None


def _read_number(value: object, field: Field, context: Context) -> _Answer:
    if isinstance(value, str) and fold(value) in _NONE and _counts(field):
        return 0, None, Reason("ledgers.number.none_is_zero")
    read = read_number(value, unit=field.unit, factor=context.factor)
    number = read.value
    if number is None:
        return _refuse(read.reason, value, field)
    if field.type == "integer":
        if abs(number - round(number)) > 1e-9:
            return _refuse(Reason("ledgers.number.not_whole"), value, field)
        number = round(number)
    if (field.min is not None and number < field.min) or (field.max is not None and number > field.max):
        return _refuse(_tell_limits(field), value, field)
    return number, None, read.note


def _tell_limits(field: Field) -> Reason:
    if field.max is None:
        return Reason("ledgers.limits.least", least=field.min)
    if field.min is None:
        return Reason("ledgers.limits.most", most=field.max)
    return Reason("ledgers.limits.both", least=field.min, most=field.max)


def _counts(field: Field) -> bool:
    """Whether none of it is 0: of things counted and of money; of no temperature."""
    unit = load_shared().units.get(field.unit)
    return field.type == "integer" or (unit is not None and unit.dimension == "money")


def _read_year(value: object, field: Field) -> _Answer:
    year = 0
    if isinstance(value, datetime):
        year = value.year
    elif match := re.fullmatch(r"(\d{4})(?:\.0+)?年?度?", fold(write_cell(value))):
        year = int(match[1])
    if not (field.min or 1) <= year <= (field.max or year):
        return _refuse(Reason("ledgers.number.not_a_year"), value, field)
    return year, None, None


def _count_names(value: object, field: Field, context: Context) -> _Answer:
    """A count, or the count of the names listed; the names themselves are not kept, nor told in a reason."""
    neither = None, Reason("ledgers.number.neither_count_nor_names"), None
    read = read_number(value, unit=field.unit, factor=context.factor)
    if read.value is not None:
        if read.value < 0 or abs(read.value - round(read.value)) > 1e-9:
            return None, Reason("ledgers.number.not_people"), None
        return round(read.value), None, read.note
    if not isinstance(value, str):
        return neither
    text = re.sub(r"\([^()]*\)", "", unicodedata.normalize("NFKC", value)).strip()
    if match := _COUNT.search(fold(text)):
        number = read_number(match[1]).value
        return neither if number is None else (round(number), None, None)
    names = [name for name in _NAMES.split(text) if name]
    if not names or any(re.search(r"\d|等$", name) or len(name) > 20 for name in names):
        return neither
    return len(names), None, Reason("ledgers.number.names_counted")


def _read_category(value: object, field: Field, context: Context) -> _Answer:
    spellings = _spellings(field)
    text = write_cell(value)
    for word in (fold(text), _plain(text), _plain(simplify(text))):
        if word in spellings:
            name = spellings[word]
            return (name == "true") if field.type == "boolean" else name, None, None
    known = Reason("ledgers.category.yes_or_no") if field.type == "boolean" else tuple(field.values)
    if not context.where:
        return None, Reason("ledgers.category.unknown", value=text[:60], known=known), None
    table = f"{context.where}.values.{field.name}"
    return None, Reason("ledgers.category.map", value=text[:60], known=known, table=table), None


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


def _is_answer(value: str, field: Field) -> bool:
    return field.type in ("category", "boolean") and fold(value) in _spellings(field)


def count_items(text: str) -> int:
    """How many items a text lists by running numbers (1. 2. …, (1)(2), ①②, 一是…二是…); 1 without any."""
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
    """Results per distinct value as a typed array over the rows."""
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
    return take_texts(results, codes)


def _absent(results: list[Any]) -> np.ndarray:
    return np.array([r is None for r in results])
