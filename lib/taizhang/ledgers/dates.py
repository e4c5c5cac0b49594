"""Reading dates as written in ledgers. Nothing is guessed: text with two readings, or without a year, is not a
date."""

import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from taizhang.core.reasons import Reason
from taizhang.ledgers.text import is_short

FIRST_YEAR, LAST_YEAR = 1900, 2200
PRECISIONS = ("day", "ten_days", "month", "year")
_EARLIEST = 1949  # a spreadsheet's day before this year is a small number in a date's format
_LAST_OF_NUMBERS = 1905  # and so is a day as text up to this one, as a csv has it: 2021 becomes 1905/7/13
_SERIALS = (20000, 80000)  # 1954 to 2119: a bare number in this range can only be a spreadsheet's day
_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_NUMERAL = "〇○零一二三四五六七八九十廿卅"
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TO = r"\s*(?:至|到|~|-)+\s*"
_SEP = r"\s*[-/.]\s*"
_FULL = re.compile(rf"(\d{{4}})(?:\s*年\s*|{_SEP})(\d{{1,2}})(?:\s*月\s*|{_SEP})(\d{{1,2}})(?!\d)\s*[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?")
_SHORT = re.compile(
    rf"(\d{{1,2}})(?:\s*月\s*(\d{{1,2}})(?!\d)\s*(?:[日号]|(?![\d.]))|{_SEP}(\d{{1,2}})(?![\d.]))"
)
# 23年: of the years from 1949 on it is 2023 alone, by our era and by the Republic's (1934).
_YEAR_OF_TWO = re.compile(r"['‘’`]?([0-2]\d|3[0-7])(?=\s*年\s*\d)")
_PART_OF_YEAR = re.compile(
    r"(?:(?P<y>\d{4})\s*年?(?:度)?\s*)?"
    r"(?:(?:第?\s*(?P<q>[1-4一二三四])\s*季度?|q[1-4])|(?P<h>[上下])半年|[春夏秋冬]季?)\s*(?P<end>底|末)?"
)
_TWO_DIGIT = re.compile(
    rf"'?(\d{{2}})(?:\s*年\s*|{_SEP})(\d{{1,2}})(?:\s*月\s*|{_SEP})(\d{{1,2}})(?!\d)\s*[日号]?"
)
_DAY = re.compile(r"(\d{1,2})\s*[日号]?")
_REVERSED = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?!\d)")
_THREE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})(?!\d)")  # which of them is the year, a column tells
_REPUBLIC = re.compile(
    r"(?:中[华華])?民[国國]\s*(?P<y>\d{1,3}|元)\s*(?=年|[-/.])|(?P<three>1\d\d)\s*(?=(?:年|[-/.])\s*\d|年)"
)
_REPUBLIC_COMPACT = re.compile(r"(1\d\d)([01]\d)([0-3]\d)")
_ENGLISH = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?[\s-]+)?(?P<m>[a-z]{3,9})\.?[\s-]*(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?[\s-]+)?"
    r"(?P<y>\d{4})"
)
_TIME = re.compile(
    r"[t,\s]*(?P<half>上午|下午|凌晨|早上|中午|晚上|晚|am|pm)?\s*(?P<h>\d{1,2})\s*[:时点]\s*(?:(?P<m>\d{1,2})\s*分?)?"
    r"(?:\s*:?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*秒?)?\s*(?P<half2>am|pm)?\s*(?:许|左右)?(?P<zone>z|[+-]\d\d:?\d\d)?"
)
_MONTH = re.compile(r"(\d{4})(?:\s*年(?:度)?\s*|\s*[-/.]\s*)(\d{1,2})\s*月?(?:份)?")
_ENGLISH_MONTH = re.compile(r"(?P<m>[a-z]{3,9})\.?[\s,-]*(?P<y>\d{4})")
_PARTIAL = re.compile(
    r"(?:(?P<y>\d{4})\s*(?:年(?:度)?|[-/.])\s*)?(?P<m>\d{1,2})\s*(?P<named>月(?:份)?)?\s*"
    r"(?P<part>上旬|中旬|下旬|初|中|底|末)?"
)
_YEAR = re.compile(r"(?P<y>\d{4})\s*(?P<named>年(?:度)?)?\s*(?P<part>初|底|末)?")
_THIRDS = {"上旬": 1, "初": 1, "中旬": 11, "中": 11, "下旬": 21, "底": 21, "末": 21}
_WEEKDAY = re.compile(r"\s*[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?\s*")
_TAIL = re.compile(
    r"\s*(?:上午|下午|晚上|凌晨)?(?:前完成|之前|以前|前|止|起|起始|完成|整改完成|完毕)?\s*[。.,;]?$"
)


@dataclass(frozen=True)
class Relative:
    """A date that depends on the row's own date.

    With a `month`, the first such day (0: the last of the month), ten-day period or month that ends on or after
    the row's own date; with `end` ("month", "year"), the last day of the month or year of the row's own date;
    with `working`, so many working days after it; otherwise that date plus `months` and `days`.
    """

    days: int = 0
    working: int = 0
    months: int = 0
    month: int = 0
    day: int = 1
    end: str = ""
    precision: str = "day"
    two_digits: int = -1  # of the year, where these are written

    def settle(self, own: date) -> date | None:
        """Its first day, for a row with this date; None if there is no such day."""
        if self.month:
            for year in range(own.year, own.year + 9):  # 29 February comes every eighth year at the latest
                if self.two_digits not in (-1, year % 100) or (self.two_digits >= 0 and year > own.year + 1):
                    continue
                first = _make(year, self.month, self.day or monthrange(year, self.month)[1]).value
                if first and (self.two_digits >= 0 or find_last_day(first.date(), self.precision) >= own):
                    return first.date()
            return None
        if self.end:
            return find_last_day(own if self.end == "month" else own.replace(month=12), "month")
        if self.working:
            return _count_working_days(own, self.working)
        months = own.month - 1 + self.months
        year, month = own.year + months // 12, months % 12 + 1
        return date(year, month, min(own.day, monthrange(year, month)[1])) + timedelta(days=self.days)


def _count_working_days(own: date, days: int) -> date | None:
    """The day so many working days after another, which is not counted itself; None in a year not arranged yet.

    Weekends that the State Council has worked in exchange for days off (调休) are working days.
    """
    calendar = _open_calendar()
    last = calendar.get_nth_working_day(own, days)
    arranged = {day.year for day in calendar.weekend_workdays}
    return date(last.year, last.month, last.day) if {own.year, last.year} <= arranged else None


@cache
def _open_calendar() -> Any:
    import holidays  # few ledgers need it, and it takes a while to load

    return holidays.country_holidays("CN")


def find_last_day(first: date, precision: str) -> date:
    """The last day that a date of some precision may mean, given its first."""
    if precision == "ten_days" and first.day < 21:
        return first.replace(day=first.day + 9)
    if precision in ("ten_days", "month"):
        return first.replace(day=monthrange(first.year, first.month)[1])
    return first.replace(month=12, day=31) if precision == "year" else first


@dataclass(frozen=True)
class Found:
    """A date, or the reason why it could not be read; `note` says how it was interpreted.

    `value` is the first day covered by the `precision`. `relative` is given if no year is written, beside the
    reading in the title's year if there is one.
    """

    value: datetime | None
    reason: Reason | None = None
    note: Reason | None = None
    precision: str = "day"
    relative: Relative | None = field(default=None, compare=False)


@cache
def _reason(name: str, **parameters: int) -> Reason:
    return Reason(f"ledgers.date.{name}", **parameters)


def find_year(*texts: str) -> int | None:
    """The one year mentioned in a title, sheet name or file name.

    The first text that mentions a year decides; None if it mentions two, or none does.
    """
    for text in filter(is_short, texts):
        plain = write_arabic(unicodedata.normalize("NFKC", text))
        written = re.findall(r"(?<!\d)((?:19|20)\d{2})(?=\s*(?:年|\D|$))", plain)
        of_republic = re.findall(r"民[国國]\s*(\d{2,3})\s*(?=年)|(?<!\d)(1[0-4]\d)(?=年度?)", plain)
        written += [str(1911 + int(two or three)) for two, three in of_republic]
        written += re.findall(r"(?<!\d)((?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d)", plain)
        years = set(map(int, written))
        if years:
            return years.pop() if len(years) == 1 else None
    return None


def from_serial(serial: float, *, date1904: bool = False) -> datetime | None:
    """A spreadsheet's day number as a datetime, rounded to the second; None outside 1954 to 2119."""
    if not _SERIALS[0] <= serial <= _SERIALS[1]:
        return None
    epoch = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
    return epoch + timedelta(seconds=round(serial * 86400))


def find_epoch(values: Iterable[object], *, year: int | None, date1904: bool) -> bool:
    """Find out whether bare day numbers of a column count from 1904: as the file says, unless the title's year
    contradicts.

    It contradicts if at least three numbers all lie in that year by the other count, and none does by the file's.
    """
    figures = [str(value).strip() for value in values if not isinstance(value, bool)]
    numbers = [
        float(text) for text in figures if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and from_serial(float(text))
    ]
    if year is None or len(numbers) < 3:
        return date1904
    own, other = (
        [day.year == year for number in numbers if (day := from_serial(number, date1904=way))]
        for way in (date1904, not date1904)
    )
    return date1904 ^ (all(other) and not any(own))


def read_date(
    value: object,
    *,
    year: int | None = None,
    date1904: bool = False,
    last: bool = False,
    month: bool = False,
    partial: bool = False,
    order: str = "",
) -> Found:
    """Read a date or datetime from a cell.

    `year`, from the title or file name, is used for dates without one; with `date1904` day numbers count from
    1904; with `last` the last day of a range is taken (deadlines) instead of the first; with `month` the day may
    be absent and the first of the month is returned; with `partial` months, years and thirds of a month are read
    with their precision. `order` is the column's, as `find_order` tells it.
    """
    if isinstance(value, date):
        if order == "swapped":
            return Found(None, _reason("swapped"))
        if value.year < _EARLIEST:
            return Found(None, _reason("number"))
        of_day = datetime(value.year, value.month, value.day)
        found = Found(value.replace(tzinfo=None) if isinstance(value, datetime) else of_day)
    elif isinstance(value, bool):
        return Found(None, _reason("yes_or_no"))
    elif isinstance(value, (int, float)):
        found = _read_number(float(value), date1904, month, partial)
    elif isinstance(value, str) and is_short(value):
        found = _read_text(value.strip(), year, date1904, last, month, partial, order)
    else:
        return Found(None, _reason("not_a_date"))
    if found.value is None:
        return found
    of_numbers = FIRST_YEAR <= found.value.year <= _LAST_OF_NUMBERS
    if isinstance(value, str) and of_numbers and found.precision == "day" and not month:
        return Found(None, _reason("number"))
    if not FIRST_YEAR <= found.value.year <= LAST_YEAR:
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        return Found(None, _reason("year_outside", year=found.value.year, **limits))
    return replace(found, value=found.value.replace(day=1, hour=0, minute=0, second=0)) if month else found


def _read_number(number: float, date1904: bool, month: bool, partial: bool = False) -> Found:
    if day := from_serial(number, date1904=date1904):
        return Found(day)
    if not math.isfinite(number):
        return Found(None, _reason("number"))
    whole = int(number)
    if whole == number and 19000101 <= whole <= 22001231:
        return _make(whole // 10000, whole // 100 % 100, whole % 100)
    if whole == number and month and 190001 <= whole <= 220012:
        return _make(whole // 100, whole % 100, 1)
    if partial and (found := _read_partial_number(number)):
        return found
    if match := _REPUBLIC_COMPACT.fullmatch(f"{number:.0f}" if number == whole else ""):
        return _make(int(match[1]) + 1911, int(match[2]), int(match[3]))
    return Found(None, _reason("number"))


def _read_partial_number(number: float) -> Found | None:
    """2023 is a year, 202306 and 2023.6 are months; 2023.1 may have been 2023.10."""
    if _EARLIEST <= number < 2101:
        decimals = f"{number:.2f}".partition(".")[2]
        if not math.isclose(number, round(number, 2), abs_tol=1e-9) or decimals == "10":
            return None
        if decimals == "00":
            return replace(_make(int(number), 1, 1), precision="year")
        month = int(decimals) if decimals[0] == "0" or decimals in ("11", "12") else int(decimals) / 10
        return replace(_make(int(number), int(month), 1), precision="month") if month == int(month) else None
    if number.is_integer() and _EARLIEST * 100 < number < 210013:
        return _read_six(f"{int(number)}")
    return None


def _read_six(figures: str) -> Found | None:
    """Six figures as year and month; None if they may be a day with a year of two."""
    if _make(2000 + int(figures[:2]), int(figures[2:4]), int(figures[4:])).value:
        return None
    found = _make(int(figures[:4]), int(figures[4:]), 1)
    return replace(found, precision="month") if found.value else None


@lru_cache(maxsize=65536)
def _read_text(
    text: str,
    year: int | None,
    date1904: bool,
    last: bool,
    month: bool,
    partial: bool = False,
    order: str = "",
) -> Found:
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    plain = re.sub(r"[‐‑‒–—―−]", "-", plain)
    plain = plain.replace("。", ".").replace("\\", "/").replace("〜", "~")
    plain = _WEEKDAY.sub(" ", write_arabic(plain)).strip()
    plain = re.sub(r"^['‘’`](?=\d{4})", "", plain)  # typed to make it a text
    plain = re.sub(r"^(\d{4}|\d{2})[、,](\d{1,2})[、,](?=\d{1,2}(?!\d))", r"\1.\2.", plain)
    plain = _from_republic(plain, order)
    if order != "roc":
        plain = _YEAR_OF_TWO.sub(r"20\1", plain, count=1) if _YEAR_OF_TWO.match(plain) else plain
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return _read_number(float(plain), date1904, month)
    if month and (found := _read_month(plain, year)):
        return found
    if partial and (found := _read_partial(plain, year, last)):
        return found
    if match := _PART_OF_YEAR.fullmatch(re.sub(r"\s*(?:以?前|之前)(?:完成)?$", "", plain)):
        return _read_part(match, year) if last and match["end"] else Found(None, _reason("no_month"))
    start, rest = _read_day(plain, year, order)
    if start.value is None and start.relative:
        # A leap year stands for the one not written.
        two = start.relative.two_digits
        tried = _read_text(text, 2000 + max(two, 0), date1904, last, month, partial, order).value
        relative = Relative(month=tried.month, day=tried.day, two_digits=two) if tried else None
        return replace(start, relative=relative)
    if start.value is None:
        return start
    found = _read_rest(start, rest, last)
    if start.relative and found.value:
        found = replace(found, relative=Relative(month=found.value.month, day=found.value.day))
    return found


def _read_rest(start: Found, rest: str, last: bool) -> Found:
    """Return what follows a day: a time, the end of a range, a word."""
    assert start.value is not None
    if match := _TIME.match(rest):
        if (match["zone"] or "").startswith("-") and not rest.startswith("t"):
            # 9:30-11:00 ends at 11:00; a zone is what a program writes, after its T.
            match = _TIME.fullmatch(rest, 0, match.start("zone")) or match
        clock = _read_time(match)
        if clock is None:
            return Found(None, _reason("no_such_time"))
        start = replace(start, value=start.value + clock)
        rest = rest[match.end() :]
    if match := re.match(_TO, rest):
        return _read_range(start, rest[match.end() :], last)
    if not _TAIL.fullmatch(rest):
        return Found(None, _reason("not_a_date"))
    return start


def _from_republic(plain: str, order: str) -> str:
    """Years of the Republic (民国110年, 110/8/21) as those of our era; with `order` roc also ones of two figures."""
    if match := _REPUBLIC.match(plain):
        written = match["y"] or match["three"]
        return f"{1911 + (1 if written == '元' else int(written))}{plain[match.end() :]}"
    if match := _REPUBLIC_COMPACT.fullmatch(plain):
        return f"{1911 + int(match[1])}{match[2]}{match[3]}"
    if order == "roc" and (
        match := re.match(r"(\d{2})(?=\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2})", plain)
    ):
        return f"{1911 + int(match[1])}{plain[match.end() :]}"
    return plain


def find_order(values: Iterable[object], *, year: int | None = None, told: str = "") -> str:
    """The order in which a column writes day and month if the year comes last, and whether years are the Republic's.

    mdy, dmy, roc, or ymd with two-digit years, if the column's own days show it or workbook.toml sets it; '' if
    there is nothing to decide, or each cell decides for itself; "?" if the column does not settle it, or shows
    both orders, so that none of these dates is read. "swapped": all texts have a day above 12, and no spreadsheet
    date has one: the spreadsheet swapped day and month in the others, so that nothing in the column can be trusted.
    """
    if told and told != "ymd":
        return told
    texts = [
        unicodedata.normalize("NFKC", value).strip()
        for value in values
        if isinstance(value, str) and is_short(value)
    ]
    first = last = either = 0
    for text in texts:
        if match := _REVERSED.match(text):
            a, b = int(match[1]), int(match[2])
            first, last = first + (b <= 12 < a), last + (a <= 12 < b)
            either += max(a, b) <= 12 and a != b
    days = [value for value in values if isinstance(value, date) and value.year >= _EARLIEST]
    if (
        first + last >= 3
        and not either
        and len(days) >= 3
        and all(day.day <= 12 for day in days)
        and not told
    ):
        return "swapped"
    if first or last or either:
        return "?" if bool(first) == bool(last) else "dmy" if first else "mdy"
    if any(_REPUBLIC.match(text) for text in texts):
        return "roc"
    if told or _are_years_first(texts):
        return "ymd"
    return "" if year is None else _find_order_of_three(texts, year)


def _are_years_first(texts: Sequence[str]) -> bool:
    """Return whether two-digit years come first: a single year or two consecutive ones, over five dates or more.

    Read as days of the month, all these dates would fall on the same one or two days, in three or more different years.
    """
    found = {match.groups() for text in texts if (match := _TWO_DIGIT.match(text))}
    days = [tuple(map(int, one)) for one in found]
    years = {y for y, _, _ in days}
    valid = all(_make(2000 + y, m, d).value for y, m, d in days)
    alike = bool(years) and min(years) > 12 and max(years) - min(years) <= 1
    return len(days) >= 5 and valid and alike and len({d for _, _, d in days}) >= 3


def _find_order_of_three(texts: Sequence[str], year: int) -> str:
    """The order of dates whose year has two figures, in a column of the title's year: one that all of them allow."""
    found = [tuple(map(int, match.groups())) for text in texts if (match := _THREE.match(text))]
    orders = {
        "": [(a, b, c) for a, b, c in found],
        "mdy": [(c, a, b) for a, b, c in found],
        "dmy": [(c, b, a) for a, b, c in found],
    }
    fits = [
        order
        for order, days in orders.items()
        if days and all(y == year % 100 and _make(year, m, d).value for y, m, d in days)
    ]
    if len(fits) == 1:
        return fits[0]
    return "?" if fits and "" not in fits else ""


def _read_day(plain: str, year: int | None, order: str = "") -> tuple[Found, str]:
    """The date at the start of the text, and the text after it; all of it where there is no date."""
    if match := _STAMP.fullmatch(plain):
        y, mo, d, h, mi, s = (int(part or 0) for part in match.groups())
        found = _make(y, mo, d)
        if found.value is None or h > 23 or mi > 59 or s > 59:
            return Found(None, _reason("no_such_day")), plain
        return Found(found.value.replace(hour=h, minute=mi, second=s)), ""
    if match := (_FULL.match(plain) or _COMPACT.match(plain)):
        return _make(int(match[1]), int(match[2]), int(match[3])), plain[match.end() :]
    if match := _REVERSED.match(plain):
        found = _read_reversed(int(match[3]), int(match[1]), int(match[2]), order)
        return found, plain[match.end() :] if found.value else plain
    if order in ("mdy", "dmy", "?") and (match := _THREE.match(plain)):
        found = _read_reversed(2000 + int(match[3]), int(match[1]), int(match[2]), order)
        return found, plain[match.end() :] if found.value else plain
    if match := _TWO_DIGIT.match(plain):
        if order == "ymd":
            return _make(2000 + int(match[1]), int(match[2]), int(match[3])), plain[match.end() :]
        if year is None or year % 100 != int(match[1]):
            month, day = int(match[2]), int(match[3])
            relative = Relative(month=month, day=day, two_digits=int(match[1]))
            return Found(None, _reason("two_digits"), relative=relative), plain[match.end() :]
        return _make(year, int(match[2]), int(match[3])), plain[match.end() :]
    if (match := _ENGLISH.match(plain)) and match["m"][:3] in _MONTHS and (match["d1"] or match["d2"]):
        day = int(match["d1"] or match["d2"])
        return _make(int(match["y"]), _MONTHS[match["m"][:3]], day), plain[match.end() :]
    if match := _SHORT.match(plain):
        return _take_year(year, int(match[1]), int(match[2] or match[3])), plain[match.end() :]
    if _MONTH.fullmatch(plain) or re.fullmatch(r"\d{1,2}月(?:份)?|\d{4}年?", plain):
        return Found(None, _reason("no_day")), plain
    return Found(None, _reason("not_a_date")), plain


def _take_year(year: int | None, month: int, day: int, precision: str = "day") -> Found:
    """A date without a year: in the title's, where there is one, and as the row's own day has it."""
    if _make(2000, month, day or 1).value is None:  # a leap year
        return Found(None, _reason("no_such_day"))
    relative = Relative(month=month, day=day, precision=precision)
    found = Found(None, _reason("no_year"))
    if year is not None:
        found = _make(year, month, day or monthrange(year, month)[1])
    note = _reason("year_taken") if found.value else None
    return replace(found, note=note, precision=precision, relative=relative)


def _read_partial(plain: str, year: int | None, last: bool) -> Found | None:
    """A year, a month, or a third of one; the end of a month or year, up to which a deadline runs, is a day."""
    plain = re.sub(r"[。.,;]$", "", plain).strip()
    ended = re.sub(r"\s*(?:以?前|之前)(?:完成)?$", "", plain)
    if match := re.fullmatch(r"(\d{4})(\d{2})", plain):
        return _read_six(plain)
    if match := _YEAR.fullmatch(ended):
        first, part = int(match["y"]), match["part"]
        if (ended != plain and not part) or not (match["named"] or _EARLIEST <= first <= 2100):
            return None
        if part == "初":
            return replace(_make(first, 1, 1), precision="month")
        if part:
            return _make(first, 12, 31) if last else replace(_make(first, 12, 1), precision="month")
        return replace(_make(first, 1, 1), precision="year")
    if match := _ENGLISH_MONTH.fullmatch(plain):
        number = _MONTHS.get(match["m"][:3])
        return replace(_make(int(match["y"]), number, 1), precision="month") if number else None
    match = _PARTIAL.fullmatch(ended)
    if match is None or not (match["named"] or match["y"]) or (match["part"] and not match["named"]):
        return None
    month, part = int(match["m"]), match["part"] or ""
    if (ended != plain and part not in ("底", "末")) or not 1 <= month <= 12:
        return None  # 6月前 may be until the end of May or of June
    day, precision = (_THIRDS[part], "ten_days") if part else (1, "month")
    if last and part in ("底", "末"):
        day, precision = 0, "day"
    if match["y"]:
        of_year = int(match["y"])
        return replace(_make(of_year, month, day or monthrange(of_year, month)[1]), precision=precision)
    return _take_year(year, month, day, precision)


def _read_part(match: re.Match[str], year: int | None) -> Found:
    """The end of a quarter or of a half of a year, up to which a deadline runs."""
    number = {"上": 2, "下": 4}.get(match["h"]) or int((match["q"] or "0").translate(_DIGITS))
    if not number:
        return Found(None, _reason("no_month"))
    if match["y"]:
        return _make(int(match["y"]), 3 * number, 30 + (number in (1, 4)))
    return _take_year(year, 3 * number, 0)


def _read_reversed(year: int, first: int, second: int, order: str) -> Found:
    """A date whose year stands last, by the column's order; without one by itself, where it can be but one day."""
    if order in ("mdy", "dmy"):
        month, day = (first, second) if order == "mdy" else (second, first)
        return replace(
            _make(year, month, day), note=_reason("taken_as_mdy" if order == "mdy" else "taken_as_dmy")
        )
    if order == "swapped":
        return Found(None, _reason("swapped"))
    if order == "?" or (first != second and max(first, second) <= 12):
        return Found(None, _reason("day_or_month"))
    return _make(year, min(first, second), max(first, second))


def _read_range(start: Found, rest: str, last: bool) -> Found:
    assert start.value is not None
    if (match := _TIME.fullmatch(rest)) and (clock := _read_time(match)) is not None:
        until = start.value.replace(hour=0, minute=0, second=0) + clock
        return replace(start, value=max(until, start.value) if last else start.value)
    end, after = _read_day(rest, start.value.year)
    if match := _TIME.match(after):
        after = after[match.end() :]
    if end.value is None and (match := _DAY.match(rest)):
        end, after = _make(start.value.year, start.value.month, int(match[1])), rest[match.end() :]
    if end.value is None or not _TAIL.fullmatch(after):
        return Found(None, _reason("range"))
    if end.value.date() < start.value.date():
        return Found(None, _reason("range_backwards"))
    return Found(end.value if last else start.value, note=_reason("last_taken" if last else "first_taken"))


def _read_month(plain: str, year: int | None) -> Found | None:
    if match := (_MONTH.fullmatch(plain) or re.fullmatch(r"(\d{4})(\d{2})", plain)):
        return _make(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{1,2})\s*月(?:份)?", plain):
        return _make(year, int(match[1])) if year is not None else Found(None, _reason("no_year"))
    if match := re.fullmatch(r"(?P<m>[a-z]{3,9})\.?[\s,-]*(?P<y>\d{4})", plain):
        number = _MONTHS.get(match["m"][:3])
        return _make(int(match["y"]), number) if number else None
    return None


def _read_time(match: re.Match[str]) -> timedelta | None:
    hour, minute, second = int(match["h"]), int(match["m"] or 0), int(match["s"] or 0)
    half = match["half"] or match["half2"]
    if half in ("下午", "晚上", "晚", "pm") and hour < 12:
        hour += 12
    if half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    if (match["zone"] or "+08:00").replace(":", "") != "+0800":
        return None
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _make(year: int, month: int, day: int = 1) -> Found:
    try:
        return Found(datetime(year, month, day))
    except ValueError:
        return Found(None, _reason("no_such_day"))


def write_arabic(text: str) -> str:
    """Chinese numerals in a date as digits: 二〇二一年三月二十五日 becomes 2021年3月25日."""
    text = re.sub("[〇○零一二三四五六七八九]{4}(?=年)", lambda match: match[0].translate(_DIGITS), text)
    text = re.sub(
        "(?<=民[国國])[〇○零一二三四五六七八九]{2,3}(?=年)", lambda match: match[0].translate(_DIGITS), text
    )
    text = re.sub(f"(?<=民[国國])一百([{_NUMERAL}]*)(?=年)", _count_hundred, text)
    return re.sub(f"[{_NUMERAL}]{{1,3}}(?=[月日号年])", lambda match: _count(match[0]), text)


def _count_hundred(match: re.Match[str]) -> str:
    rest = _count(re.sub("^一(?=十)", "", match[1].lstrip("零〇○"))) if match[1] else "0"
    return str(100 + int(rest)) if rest.isdecimal() else match[0]


def _count(numeral: str) -> str:
    """A Chinese numeral up to 39 as digits; as it stands where it is not one."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    match = re.fullmatch("([二三])?(十)?([〇○零一二三四五六七八九])?", numeral)
    if not match:
        return numeral
    if match[2]:
        tens, ones = (int(part.translate(_DIGITS)) for part in (match[1] or "一", match[3] or "〇"))
        return str(10 * tens + ones)
    return numeral.translate(_DIGITS) if len(numeral) == 1 else numeral
