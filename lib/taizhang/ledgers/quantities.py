"""Numbers as written in ledgers: thousands separators, 约 and 余, 万 and 亿, Chinese numerals, units in the cell."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from taizhang.core.reasons import Reason
from taizhang.ledgers.text import fold, is_short
from taizhang.metadata.kinds import Unit, load_shared

_ABOUT_BEFORE = re.compile(
    r"^(?:大约|约|近|逾|超过|超|共计|共|计|≈|~|≥|>=?|不足|about|approx(?:imately|\.)?|around|over|morethan|nearly|almost)+"
)
_ABOUT_AFTER = re.compile(r"(?:余|多|左右|上下|以上|许|\+)+$")
_RANGE = re.compile(
    r"(?P<low>\d[\d,.]*|[一二两三四五六七八九十百]+)(?P<unit>[^-~至到—\d]*)[-~至到—]+"
    r"(?P<high>\d[\d,.]*|[一二两三四五六七八九十百]+)(?P<end>[^-~至到—\d]*)"
)
# What stands after a number, in brackets or after a stop: a part of it, or words without a figure.
_BESIDE = re.compile(r"(?P<whole>[^,;、()\[\]]+)(?P<stop>[,;、(\[])(?P<more>[^()\[\]]+)[)\]]?")
_PART = re.compile(r"(?:其中|含|包含|包括|内含|incl(?:uding|\.)?|ofwhom|ofwhich)(?P<parts>.+)")
_FIGURES = re.compile(r"\d[\d,.]*[百千万]?")
# Of 10² and ①5 NFKC makes 102 and 15.
_RAISED = re.compile(
    "(?<![A-Za-z])([\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]+)"
)
_MORE, _TO, _STOPS = "余多+", "-~至到—", "。.;,"
_COUNTED = re.compile(r"^(?:共计|共|计)+$")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+(?!\d)|\d+)(?:,\d+)?(?:e[+-]?\d+)?")
# What shows which sign a column's decimals have; 1,234 alone shows nothing.
_POINT_SHOWN = re.compile(
    r"\d{1,3}(?:,\d{3}){2,}(?!\d)|,\d{3}\.\d|^[+-]?(?:\d+\.(?:\d{1,2}|\d{4,})|0\.\d+)(?!\d)"
)
_COMMA_SHOWN = re.compile(
    r"\d{1,3}(?:\.\d{3}){2,}(?!\d)|\.\d{3},\d|^[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)(?![\d,])"
)
_BARE = re.compile(r"[+-]?[\d,]+(?:\.\d+)?")
_MOST = 1e15  # beyond it a number of floating point has lost its last figures
_SENTENCE = re.compile(
    r"(?P<n>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)[余多]?(?P<scale>百|千|万)?[余多]?(?:人次|人|名|位)(?![口均月])"
)
_NOT_ONE = re.compile(
    "[每各最]|累计|其中|至少|不少于|不低于|以上|以下|不足|超过|应|计划|拟|预计|定员|核载|未|无|不|限|[-~至到或]"
)
_OTHER_FIGURES = re.compile(r"第\d+[次届期季]|\d+(?:年|月|日|号|时|点|分|个(?:班|村|单位|部门|小时))")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟点半]+")
_INNER_SCALE = re.compile(r"(?=.*[万亿])[^\d.]+")
_SCALES = {"百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "k": 1e3}
_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)(?:个)?(?:小时|时|h|hours?|hr))?(?:(\d+(?:\.\d+)?)(?:分钟|分|min|mins|minutes?|′|'))?"
    r"(?:(\d+(?:\.\d+)?)(?:秒钟|秒|s|sec|seconds?|′′|''|\"))?"
)


@dataclass(frozen=True)
class Read:
    """A number, or the reason why it could not be read; `note` says how it was interpreted."""

    value: float | None
    reason: Reason | None = None
    note: Reason | None = None


@cache
def _reason(name: str, **parameters: str | float) -> Reason:
    return Reason(f"ledgers.number.{name}", **parameters)


@cache
def _units() -> dict[str, str]:
    """Folded spellings of units, to their names."""
    spellings: dict[str, str] = {}
    for name, unit in load_shared().units.items():
        for text in (unit.zh, unit.en, name, *unit.aliases):
            spellings.setdefault(fold(text), name)
    return spellings


@lru_cache(maxsize=4096)
def find_factor(text: str, unit: str) -> float | None:
    """Return the factor from the unit named by `text` (元, 万人, 亩, a bare 万) to `unit`.

    `unit` is the field's in fields.yml, or ''. None if the text is not a unit, or cannot be converted.
    """
    units = load_shared().units
    wanted = units.get(unit)
    word = fold(text)
    if word in _SCALES:
        # 3万 of a money field is 30,000 yuan, whatever the field counts in.
        base = 1.0 if wanted is None or wanted.dimension != "money" else wanted.size
        return _SCALES[word] / base
    candidates = [units[_units()[word]]] if word in _units() else []
    if wanted is not None and word in {fold(t) for t in (wanted.zh, wanted.en, *wanted.aliases)}:
        candidates = [wanted]
    for found in candidates:
        if wanted is None:
            return 1.0 if found.dimension in ("count", "goods") else None
        if found.dimension == wanted.dimension:
            return found.size / wanted.size
        if "count" in (found.dimension, wanted.dimension) and _counts(found) and _counts(wanted):
            return found.size / wanted.size
    return None


def is_unit(text: str) -> bool:
    """Return whether a text is a unit, or a bare 千, 万 or 亿."""
    word = fold(text)
    return word in _units() or word in _SCALES


def _counts(unit: Unit) -> bool:
    return unit.dimension in ("count", "people", "households", "rooms")


def scale(value: float, factor: float) -> float:
    """Multiply, or divide if that is exact: 123456 yuan are 12.3456 wan and not 12.345600000000001."""
    parts = round(1 / factor)
    return value / parts if math.isclose(1 / factor, parts) else value * factor


def find_decimal_sign(values: Iterable[object]) -> str:
    """Return the decimal sign of a column's texts: "comma" if at least two show it and none contradicts.

    '' for a point, or if nothing needs deciding; "?" if both occur, in which case texts with a comma are not read.
    """
    kept = list(values)
    texts = [
        _ABOUT_BEFORE.sub("", fold_number(value))
        for value in kept
        if isinstance(value, str) and is_short(value)
    ]
    comma = sum(bool(_COMMA_SHOWN.search(text)) for text in texts)
    point = sum(bool(_POINT_SHOWN.search(text)) for text in texts)
    point += any(isinstance(value, float) and not value.is_integer() for value in kept)
    if not comma:
        return ""
    return "?" if point or comma < 2 else "comma"


def find_unit_doubt(values: Iterable[object], unit: str, *, whole: bool, named: bool, factor: float) -> str:
    """Return why bare numbers of a column can't be in their apparent unit; '' if nothing contradicts it.

    "fractions": at least a fifth are not whole people or households, and no unit is `named`; "hours": at least a
    fifth are fractions in a column of minutes or seconds without a unit, none over 24; "beyond": most are more
    people, in the named unit, than any province has. Such a column must not be read in part.
    """
    # One that no spreadsheet holds is a slip of its own, and says nothing of the others' unit.
    bare = [number for value in values if (number := _read_bare(value)) is not None]
    found = [number for number in bare if abs(number) <= _MOST]
    known = load_shared().units.get(unit)
    if len(found) < 2 or known is None:
        return ""
    fractions = 5 * sum(number != round(number) for number in found) >= len(found)
    if whole and fractions and not named and known.dimension in ("people", "households"):
        return "fractions"
    if known.dimension == "time" and fractions and not named and max(found) <= 24:
        return "hours"
    beyond = sum(number * factor > 1e8 for number in found)
    return "beyond" if known.dimension == "people" and 2 * beyond > len(found) else ""


def is_bare(value: object) -> bool:
    """Return whether a cell is a number without a unit."""
    return _read_bare(value) is not None


def _read_bare(value: object) -> float | None:
    """A number without a unit of its own; None for others."""
    if isinstance(value, str):
        plain = fold_number(value) if is_short(value) else ""
        return _read_text(plain, "", 1.0).value if _BARE.fullmatch(plain) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def read_number(value: object, *, unit: str = "", factor: float = 1.0, decimal: str = "") -> Read:
    """Read a number from a cell, in the field's unit; a unit in the cell is converted to it.

    `factor` converts from the header's unit, for cells without a unit; `decimal` is the column's decimal sign, from
    `find_decimal_sign`.
    """
    read = _read_any(value, unit, factor, decimal)
    if read.value is not None and not abs(read.value) <= _MOST:
        return Read(None, _reason("too_big"))
    return read


def _read_any(value: object, unit: str, factor: float, decimal: str) -> Read:
    if isinstance(value, bool):
        return Read(None, _reason("yes_or_no"))
    if isinstance(value, (int, float)):
        number = float(value)
        return Read(scale(number, factor)) if math.isfinite(number) else Read(None, _reason("not_a_number"))
    if isinstance(value, timedelta):
        return _read_duration(value.total_seconds(), unit)
    if isinstance(value, date):
        return Read(None, _reason("date"))
    if isinstance(value, str) and is_short(value):
        return _read_text(value, unit, factor, decimal)
    return Read(None, _reason("not_a_number"))


def read_sentence(text: str, unit: str) -> Read | None:
    """Return the one number of people in a sentence (组织师生500余人参加); None if there is none, several, or a
    limit."""
    if not is_short(text):
        return None
    wanted = load_shared().units.get(unit)
    plain = _OTHER_FIGURES.sub("", fold_number(text))
    found = list(_SENTENCE.finditer(plain))
    if wanted is None or wanted.dimension != "people" or len(found) != 1 or _NOT_ONE.search(plain):
        return None
    match = found[0]
    if re.search(r"\d|[一二三四五六七八九十百千万]+[人名]", plain[: match.start()] + plain[match.end() :]):
        return None
    number = float(match["n"].replace(",", "")) * _SCALES.get(match["scale"] or "", 1.0)
    return Read(scale(number, 1 / wanted.size), note=_reason("in_sentence"))


def _read_duration(seconds: float, unit: str) -> Read:
    found = load_shared().units.get(unit)
    if found is None or found.dimension != "time":
        return Read(None, _reason("time"))
    return Read(seconds / found.size)


@lru_cache(maxsize=65536)
def _read_text(text: str, unit: str, factor: float, decimal: str = "") -> Read:
    plain = fold_number(text)
    if decimal == "?" and "," in plain:
        return Read(None, _reason("decimal_sign"))
    about = _reason("approximate")
    note: Reason | None = None
    if before := _ABOUT_BEFORE.match(plain):
        note = None if _COUNTED.match(before[0]) else about
        plain = plain[before.end() :]
    if decimal == "comma" and (match := _COMMA_NUMBER.match(plain)):
        plain = match[0].replace(".", "").replace(",", ".") + plain[match.end() :]
    if plain.startswith(("¥", "$")) and unit.endswith("yuan"):
        if plain[0] == "$":
            return Read(None, _reason("dollars"))
        plain, factor = plain[1:], find_factor("元", unit) or factor
    number, rest = _leading_number(plain)
    if number is None:
        return _read_otherwise(plain, unit, factor, decimal) or Read(None, _reason("not_a_number"))
    if rest.startswith((*_MORE,)):
        note, rest = about, rest.lstrip(_MORE)
    if match := _ABOUT_AFTER.search(rest):
        note, rest = about, rest[: match.start()]
    rest = re.sub("(?<=元)[整正]$", "", rest.strip(_STOPS))  # 叁仟元整, as on a receipt
    if not rest:
        if _INNER_SCALE.fullmatch(plain):  # 三万五千, with no unit: in a money field that is yuan
            factor = find_factor("元", unit) or factor
        return Read(scale(number, factor), note=note)
    own = find_factor(rest, unit)
    if own is None and rest[0] in _SCALES:
        # 3万余人: the scale, then the unit.
        inner = find_factor(rest[1:].lstrip(_MORE), unit)
        if inner is not None:
            note = about if rest[1] in _MORE else note
            own = _SCALES[rest[0]] * inner
    if own is None:
        reason = _reason("other_unit", unit=rest) if is_unit(rest) else _reason("not_a_number")
        return _read_otherwise(plain, unit, factor, decimal) or Read(None, reason)
    return Read(scale(number, own), note=note)


def _read_otherwise(plain: str, unit: str, factor: float, decimal: str) -> Read | None:
    """A time in words, a range (two numbers), or a number with other text beside it; None for other texts."""
    if (read := _read_written_duration(plain, unit)) is not None:
        return read
    if match := _RANGE.fullmatch(plain):
        end = match["end"]
        ends = (match["low"] + (match["unit"] or end), match["high"] + end)
        low, high = (_read_text(one, unit, factor, decimal).value for one in ends)
        if low is not None and high is not None:
            return Read(None, _reason("range", low=low, high=high))
    return _read_beside(plain, unit, factor, decimal)


def _read_beside(plain: str, unit: str, factor: float, decimal: str) -> Read | None:
    """A number with a part of it (120人（含教师20人）) or with words (120（师生）); None if these may matter."""
    match = _BESIDE.fullmatch(plain)
    if match is None or (match["stop"] not in "([" and len(match["more"]) < 2):
        return None
    whole, more = match["whole"], match["more"]
    if is_unit(more) and match["stop"] in "([":
        return _read_text(whole + more, unit, factor, decimal)
    read = _read_text(whole, unit, factor, decimal)
    if read.value is None:
        return None
    if part := _PART.fullmatch(more):
        parts = [_read_text(one, unit, factor, decimal).value for one in _FIGURES.findall(part["parts"])]
        fits = all(one is not None and one <= read.value for one in parts)
        return Read(read.value, note=_reason("part_of")) if fits else None
    if re.search(r"\d", more) or _CHINESE.search(more) or _NOT_ONE.search(more) or is_unit(more):
        return None
    return Read(read.value, note=_reason("with_words"))


def fold_number(text: str) -> str:
    """Normalise to NFKC, lower case, no white space, ASCII minus and separators; keep ² and ① except in m²."""
    plain = "".join(
        part if _RAISED.fullmatch(part) else unicodedata.normalize("NFKC", part)
        for part in _RAISED.split(text)
    ).casefold()
    plain = re.sub(r"^['‘’`](?=\d)", "", re.sub(r"\s+", "", plain))  # typed to make it a text
    return plain.replace("−", "-").replace("–", "-")


def _leading_number(plain: str) -> tuple[float | None, str]:
    if match := _NUMBER.match(plain):
        rest = plain[match.end() :]
        if rest.startswith(","):  # 1,23 or 12,34: no thousands; not to be guessed
            return None, plain
        return float(match[0].replace(",", "")), rest
    if match := _CHINESE.match(plain):
        numeral, rest = match[0], plain[match.end() :]
        # 三万 as 3万: a scale, which in a money field means yuan.
        if numeral.endswith(("万", "亿")):
            numeral, rest = numeral[:-1], numeral[-1] + rest
        return _read_chinese(numeral), rest
    return None, plain


def _read_chinese(numeral: str) -> float | None:
    import cn2an

    if numeral == "半":
        return 0.5
    try:
        return float(cn2an.cn2an(numeral, "smart"))
    except (ValueError, KeyError):  # the latter of 三亿一 and 亿亿一
        return None


def _read_written_duration(plain: str, unit: str) -> Read | None:
    """3小时20分 in a field of time; None for other texts, and in other fields."""
    match = _DURATION.fullmatch(plain)
    if not plain or match is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    read = _read_duration(3600 * hours + 60 * minutes + seconds, unit)
    return None if read.reason else read
