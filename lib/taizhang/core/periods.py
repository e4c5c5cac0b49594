"""Reporting periods: a year, half-year, quarter, month, or a span of days."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import Reason

_FORMS = Reason("core.period.forms")
_MONTHS = "January February March April May June July August September October November December".split()
# A span of days is reported on as the shortest of these that is as long.
_LONGEST = {"month": 31, "quarter": 92, "half": 184}
SCALES = ("year", "half", "quarter", "month")
_SHORT = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-(\d{2}))?")
# Of a period's text, what follows the year, by one of its months.
_SUFFIXES: Mapping[str, Callable[[int], str]] = {
    "year": lambda month: "",
    "half": lambda month: f"H{(month + 5) // 6}",
    "quarter": lambda month: f"Q{(month + 2) // 3}",
    "month": lambda month: f"-{month:02d}",
}
KINDS = ("year", "half", "quarter", "month", "days")


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole days, both ends inclusive; its text is as the user writes it, such as ``2021Q3``."""

    start: date
    end: date
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def kind(self) -> str:
        """year, half, quarter, month or days."""
        if "/" in self.text:
            return "days"
        return {"H": "half", "Q": "quarter", "-": "month"}.get(self.text[4:5], "year")

    @property
    def scale(self) -> str:
        """The report length for the period: year, half, quarter or month."""
        return next((scale for scale, days in _LONGEST.items() if self.days <= days), "year")

    @property
    def path(self) -> str:
        """The period as a folder name: the `/` of a span is written `_`."""
        return self.text.replace("/", "_")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def is_same(self, other: "Period") -> bool:
        """Return whether both cover the same days, however they are written."""
        return (self.start, self.end) == (other.start, other.end)

    def overlaps(self, other: "Period") -> bool:
        return self.start <= other.end and other.start <= self.end

    def label(self, lang: str) -> str:
        """The period in words, zh or en."""
        year, month = self.start.year, self.start.month
        if lang == "zh":
            return {
                "year": f"{year}年",
                "half": f"{year}年{'上' if month == 1 else '下'}半年",
                "quarter": f"{year}年第{'一二三四'[(month - 1) // 3]}季度",
                "month": f"{year}年{month}月",
                "days": f"{year}年{month}月{self.start.day}日至"
                f"{self.end.year}年{self.end.month}月{self.end.day}日",
            }[self.kind]
        return {
            "year": f"{year}",
            "half": f"{'first' if month == 1 else 'second'} half of {year}",
            "quarter": f"{('first', 'second', 'third', 'fourth')[(month - 1) // 3]} quarter of {year}",
            "month": f"{_MONTHS[month - 1]} {year}",
            "days": f"{self.start.day} {_MONTHS[month - 1]} {year} to "
            f"{self.end.day} {_MONTHS[self.end.month - 1]} {self.end.year}",
        }[self.kind]

    def year_before(self) -> "Period":
        """The same period one year earlier."""
        if self.kind != "days":
            return parse_period(f"{self.start.year - 1}{self.text[4:]}")
        return _span(_year_back(self.start), _year_back(self.end))

    def period_before(self) -> "Period":
        """The period of the same kind that ends the day before this one starts."""
        last = self.start - timedelta(days=1)
        if self.kind == "days":
            return _span(last - timedelta(days=self.days - 1), last)
        return find_period_of(last, self.kind)

    def period_after(self) -> "Period":
        """The period of the same kind that starts the day after this one ends."""
        first = self.end + timedelta(days=1)
        if self.kind == "days":
            return _span(first, first + timedelta(days=self.days - 1))
        return find_period_of(first, self.kind)


def find_period_of(day: date, scale: str) -> Period:
    """The period of a given length (one of `SCALES`) that contains a day."""
    return parse_period(f"{day.year:04d}{_SUFFIXES[scale](day.month)}")


def _year_back(day: date) -> date:
    """The same day one year earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _span(start: date, end: date) -> Period:
    return Period(start, end, f"{start.isoformat()}/{end.isoformat()}")


def parse_period(text: str) -> Period:
    """Read a period as users write it: ``2021``, ``2021H1``, ``2021Q3``, ``2021-07`` or ``2021-03-01/2021-05-31``.

    Raises ParameterError if the text has another form, contains an impossible day, or ends before it starts.
    """
    text = str(text).strip()
    if match := _SHORT.fullmatch(text):
        year, half, quarter, month = int(match[1]), *match.groups()[1:]
        months = 6 if half else 3 if quarter else 1 if month else 12
        first = months * (int(half or quarter or month or 1) - 1) + 1
        if year >= 1 and 1 <= first <= 12:
            last = first + months - 1
            return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]), text)
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}", text):
        try:
            start, end = (date.fromisoformat(part) for part in text.split("/"))
        except ValueError:
            raise ParameterError("core.period.no_such_day", text=text, forms=_FORMS) from None
        if end < start:
            raise ParameterError("core.period.backwards", text=text)
        return _span(start, end)
    raise ParameterError("core.period.unknown", text=text, forms=_FORMS)


def parse_day(text: str) -> date:
    """Read a day as users write it, ``2022-01-31``; ParameterError if there is no such day."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        with suppress(ValueError):  # 2022-02-30 falls to the message below
            return date.fromisoformat(text)
    raise ParameterError("core.period.day", text=text)


def read_period(period: "str | int | Period") -> Period:
    """Read a period given as a Period, a text or a number (Papermill's ``-p period 2021`` passes a number)."""
    return period if isinstance(period, Period) else parse_period(str(period))
