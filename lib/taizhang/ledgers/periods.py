"""The reporting period of a whole table: from its title, sheet name or file name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period, parse_period
from taizhang.ledgers.dates import write_arabic

_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d{2})"
_GAP = r"\s*[-—–~至到]+\s*"
# Most telling first: what one has taken, the others don't see.
_FORMS = tuple(
    re.compile(form, re.I)
    for form in (
        # Days: a span of them is a period, one of them alone (填表日期) is none.
        rf"{_YEAR}[年./-](?P<m1>\d{{1,2}})[月./-](?P<d1>\d{{1,2}})日?{_GAP}"
        r"(?:(?P<year2>(?:19|20)\d{2})[年./-])?(?P<m2>\d{1,2})[月./-](?P<d2>\d{1,2})(?!\d)日?",
        rf"{_YEAR}(?:年\d{{1,2}}月|[./-]\d{{1,2}}[./-])(?P<day>\d{{1,2}})(?!\d)日?",
        rf"{_YEAR}(?P<packed_m>0[1-9]|1[0-2])(?P<packed_d>[0-3]\d)(?!\d)",
        # From one month to another.
        rf"{_YEAR}年度?\s*(?P<from>\d{{1,2}})月?份?{_GAP}(?P<to>\d{{1,2}})月",
        rf"{_YEAR}年?度?\s*(?:第?(?P<quarter>[1-4])季|Q(?P<q>[1-4])(?!\d))",
        rf"{_YEAR}年?度?\s*(?:(?P<half>[上下])半年|H(?P<h>[12])(?!\d))",
        rf"{_YEAR}年度?\s*(?P<month>\d{{1,2}})月",
        rf"{_YEAR}[-./](?P<dashed>0[1-9]|1[0-2])(?!\d|[./-]\d)",
        rf"{_YEAR}(?P<joined>0[1-9]|1[0-2])(?!\d)",
        # Parts of a year that another text names.
        rf"(?<!\d)(?P<from>\d{{1,2}})月?份?{_GAP}(?P<to>\d{{1,2}})月",
        r"第?(?<!\d)(?P<quarter>[1-4])季|(?<![a-z0-9])Q(?P<q>[1-4])(?!\d)",
        r"(?P<half>[上下])半年|(?<![a-z0-9])H(?P<h>[12])(?!\d)",
        r"(?<!\d)(?P<month>1[0-2]|0?[1-9])月份?(?!\d{1,2}日)",
        rf"{_YEAR}(?=\D|$)",
    )
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH = re.compile(rf"(?<![a-z])({'|'.join(_MONTHS)})[a-z]*\.?\s+(?=(?:19|20)\d{{2}})", re.I)
_ORDINAL = re.compile("[一二三四](?=季)")
_NUMERAL = dict(zip("一二三四", "1234", strict=True))
_TO_DATE = re.compile("(?:截至|截止|累计)[^,;。)]*")


def find_period(*texts: str) -> Period | None:
    """The single period that titles, sheet name and file name give together, such as a year and a quarter.

    None if they give none or two different ones, or only a cut-off day.
    """
    whole: set[Period] = set()
    years: set[int] = set()
    parts: set[str] = set()
    for text in texts:
        for year, part in _read_parts(text):
            if year and part:
                with suppress(ParameterError):
                    whole.add(parse_period(_write(year, part)))
            elif year:
                years.add(year)
            else:
                parts.add(part)
    if not whole and len(years) == 1 and len(parts) <= 1:
        with suppress(ParameterError):
            return parse_period(_write(max(years), "".join(parts)))
    if len(whole) != 1:
        return None
    (found,) = whole
    # A year of its own beside it is no other period; another part of the year, or another year, is.
    year = found.start.year
    same = years <= {year} and all(_is_same(found, year, part) for part in parts)
    return found if same else None


def _is_same(found: Period, year: int, part: str) -> bool:
    with suppress(ParameterError):
        return parse_period(_write(year, part)) == found
    return False


def _write(year: int, part: str) -> str:
    """A period as users write it: months 1 to 3 are Q1."""
    if "/" in part:
        return part
    return f"{year}{part}"


def _read_parts(text: str) -> Iterator[tuple[int, str]]:
    """(year or 0, part or ''), each once; a part is H1, Q3, -07, or a whole span of days."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _ORDINAL.sub(lambda match: _NUMERAL[match[0]], write_arabic(plain))
    plain = re.sub(
        r"民[国國]\s*(\d{2,3})\s*年|(?<!\d)(1[0-4]\d)\s*年",
        lambda match: f"{1911 + int(match[1] or match[2])}年",
        plain,
    )
    plain = _ENGLISH.sub(lambda match: f"{_MONTHS.index(match[1].lower()) + 1}月", plain)
    plain = _TO_DATE.sub(" ", plain)
    for form in _FORMS:
        for match in form.finditer(plain):
            yield from _tell(match.groupdict())
        plain = form.sub(" | ", plain)


def _tell(told: dict[str, str | None]) -> Iterable[tuple[int, str]]:
    year = int(told.get("year") or 0)
    if told.get("d1"):
        last = int(told.get("year2") or year)
        span = (
            f"{year}-{int(told['m1'] or 0):02d}-{int(told['d1'] or 0):02d}/"
            f"{last}-{int(told['m2'] or 0):02d}-{int(told['d2'] or 0):02d}"
        )
        return [(year, _shorten(span))]
    if told.get("day") or told.get("packed_d"):
        return []
    if told.get("from"):
        return [(year, _name_months(int(told["from"] or 0), int(told["to"] or 0), year))]
    if quarter := told.get("quarter") or told.get("q"):
        return [(year, f"Q{quarter}")]
    if half := told.get("half") or told.get("h"):
        return [(year, f"H{ {'上': '1', '下': '2'}.get(half, half) }")]
    if month := told.get("month") or told.get("dashed") or told.get("joined"):
        return [(year, f"-{int(month):02d}")]
    return [(year, "")]


def _name_months(first: int, last: int, year: int) -> str:
    """The part of a year from one month to another; where it is no half or quarter, its days."""
    if (last - first + 1, (first - 1) % (last - first + 1 or 1)) == (3, 0):
        return f"Q{(first + 2) // 3}"
    if (first, last) in ((1, 6), (7, 12)):
        return f"H{(first + 5) // 6}"
    if first == last:
        return f"-{first:02d}"
    if not year:
        return f"-{first:02d}~{last:02d}"  # no period by itself; with a year it is made one
    with suppress(ParameterError):
        start, end = parse_period(f"{year}-{first:02d}").start, parse_period(f"{year}-{last:02d}").end
        return _shorten(f"{start}/{end}")
    return "?"


def _shorten(span: str) -> str:
    """A span of days as the part of a year that it is, where it is one."""
    try:
        found = parse_period(span)
    except ParameterError:
        return span
    year = found.start.year
    for part in ("", "H1", "H2", *(f"Q{n}" for n in range(1, 5)), *(f"-{n:02d}" for n in range(1, 13))):
        known = parse_period(f"{year}{part}")
        if (known.start, known.end) == (found.start, found.end):
            return part
    return span
