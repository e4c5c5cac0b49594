"""Key periods of the year compared with other days, and the monthly pattern."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaincc, betaincinv, ndtri, stdtrit
from scipy.stats import f

from taizhang.stats.dispersion import disperse_daily_counts
from taizhang.stats.intervals import ALPHA, Floats, poisson_interval

# As the library names them, in the order of the year.
HOLIDAYS = {
    "new_year": "元旦",
    "spring_festival": "春节",
    "qingming": "清明节",
    "may_day": "劳动节",
    "dragon_boat": "端午节",
    "mid_autumn": "中秋节",
    "national_day": "国庆节",
}
FEWEST_YEARS = 2


@cache
def list_holidays(first: date, last: date) -> pd.DataFrame:
    """The public holidays of China that overlap a span, each with all its days off.

    A holiday is the unbroken run of days off around its day, as the State Council arranged them each year
    (weekends that are worked break it). Where two fall together, both have the same days. Every caller gets the same
    table, which nobody may change.

    Parameters
    ----------
    first, last : datetime.date
        Both inclusive.

    Returns
    -------
    DataFrame
        name (a key of `HOLIDAYS`), start, end (datetime.date, both inclusive), in order of time.

    Notes
    -----
    Arrangements and lunar dates by the library holidays; of years not arranged yet, the days that the
    Regulation on Public Holidays for National Annual Festivals and Memorial Days fixes.
    """
    # New Year's days off may begin in the year before.
    calendar = holidays.country_holidays("CN", years=range(first.year, last.year + 2), language="zh_CN")
    found: dict[tuple[str, int], tuple[date, date]] = {}
    for day, words in sorted(calendar.items()):
        for name, said in HOLIDAYS.items():
            if said in words.split("; "):
                start = end = day
                while not calendar.is_working_day(start - timedelta(days=1)):
                    start -= timedelta(days=1)
                while not calendar.is_working_day(end + timedelta(days=1)):
                    end += timedelta(days=1)
                found.setdefault((name, day.year), (start, end))
    rows = [(name, *span) for (name, _), span in found.items() if span[0] <= last and span[1] >= first]
    return pd.DataFrame(rows, columns=["name", "start", "end"])


def list_seasons(name: str, season: Sequence[str], first: date, last: date) -> pd.DataFrame:
    """A season of every year that overlaps a span, as `list_holidays`.

    Parameters
    ----------
    name : str
        Such as flood_season.
    season : sequence of str
        First and last day as month-day, ``("06-01", "09-30")``; it may run over the new year.
    """
    rows = []
    for year in range(first.year - 1, last.year + 1):
        start = _on(year, season[0])
        end = _on(year, season[1])
        if end < start:
            end = _on(year + 1, season[1])
        if start <= last and end >= first:
            rows.append((name, start, end))
    return pd.DataFrame(rows, columns=["name", "start", "end"])


def _on(year: int, text: str) -> date:
    """A month and day in a year; 29 February of a common year is the 28th."""
    month, day = (int(part) for part in text.split("-"))
    if (month, day) == (2, 29):
        return date(year, 3, 1) - timedelta(days=1)
    return date(year, month, day)


def compare_periods(
    days: pd.Series,
    spans: pd.DataFrame,
    first: date,
    last: date,
    *,
    base: pd.Series | None = None,
    near: int | None = None,
    alpha: float = ALPHA,
) -> pd.DataFrame:
    """Events per day, or per visit, in each key period compared with other days.

    Parameters
    ----------
    days : Series of datetime
        One per event; those outside first to last don't count.
    spans : DataFrame
        name, start, end, as returned by `list_holidays`. Holidays are compared with the days that lie in none of
        the spans named with them, so pass seasons apart.
    first, last : datetime.date
        The days looked at, both inclusive.
    base : Series of datetime, optional
        One per visit: events are then per visit, and not per day.
    near : int, optional
        Days before and after each span that it is compared with; otherwise all.
    alpha : float
        One less the level of the intervals.

    Returns
    -------
    DataFrame
        Index name, in order of first appearance: inside, days_inside, outside, days_outside, base_inside, base_outside
        (days, or visits), ratio, low, high, p and dispersion. The interval leaves 1 out where, and only where, p is
        below alpha.

    Notes
    -----
    Given their sum the count inside is binomial; the interval is Clopper and Pearson's (1934), exact where
    events come one by one. Where they come in clusters, so that the weeks' counts vary more than Poisson's
    would, it is that of the counts divided by the dispersion (McCullagh and Nelder 1989, 4.5), widened as t by the
    number of weeks that the dispersion rests on.
    """
    length = (last - first).days + 1
    counts = _count_days(days, first, length)
    size = np.ones(length) if base is None else _count_days(base, first, length)
    reach = length if near is None else near
    inside: dict[str, npt.NDArray[np.bool_]] = {}
    around: dict[str, npt.NDArray[np.bool_]] = {}
    for name, start, end in spans.itertuples(index=False):
        for marks, more in ((inside, 0), (around, reach)):
            begun, ended = (start - first).days - more, (end - first).days + more
            marks.setdefault(name, np.zeros(length, bool))[max(begun, 0) : max(ended + 1, 0)] = True
    outside = ~np.any([*inside.values()], axis=0)
    normal = ndtri(alpha / 2)
    rows = {}
    for name, mark in inside.items():
        others = outside & around[name]
        if not mark.any() or not others.any():
            continue
        spread, free = _disperse_weeks(counts, size, [mark, others])
        # As t is to the normal: what is known of the dispersion from so many weeks.
        wide = (stdtrit(free, alpha / 2) / normal) ** 2 if free else np.inf
        parts = (counts[mark].sum(), size[mark].sum(), counts[others].sum(), size[others].sum())
        rows[name] = (
            *(parts[0], mark.sum(), parts[2], others.sum(), parts[1], parts[3]),
            *_compare_rates(*parts, max(spread, 1.0) * wide, alpha),
            max(spread, 1.0),
        )
    columns = ["inside", "days_inside", "outside", "days_outside", "base_inside", "base_outside",
               "ratio", "low", "high", "p", "dispersion"]  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _count_days(days: pd.Series, first: date, length: int) -> Floats:
    """Events on each of so many days from the first on."""
    at = (days.dropna().to_numpy().astype("datetime64[D]") - np.datetime64(first)).astype(int)
    return np.bincount(at[(at >= 0) & (at < length)], minlength=length).astype(float)


def _disperse_weeks(counts: Floats, size: Floats, marks: Sequence[np.ndarray]) -> tuple[float, int]:
    """Dispersion of weeks' counts around their groups' rates, at least 0, and its degrees of freedom."""
    week = np.arange(len(counts)) // 7
    square, whole, free = 0.0, 0.0, 0
    for mark in marks:
        top, base = (np.bincount(week[mark], part[mark]) for part in (counts, size))
        weeks = len(np.unique(week[mark]))
        if weeks > 1 and base.sum() > 0:
            left = top - base * top.sum() / base.sum()
            square += float((left**2).sum()) * weeks / (weeks - 1)
            whole += top.sum()
            free += weeks - 1
    return (square / whole if whole else 1.0), free


def _compare_rates(
    top: float, top_base: float, rest: float, rest_base: float, spread: float, alpha: float
) -> tuple[float, float, float, float]:
    """Ratio of two rates with its interval and p."""
    if not top + rest or not top_base or not rest_base or not np.isfinite(spread):
        return np.nan, np.nan, np.nan, np.nan
    odds, share = rest_base / top_base, top_base / (top_base + rest_base)
    a, b = top / spread, rest / spread
    low = betaincinv(a, b + 1, alpha / 2) if a else 0.0
    high = betaincinv(a + 1, b, 1 - alpha / 2) if b else 1.0
    tails = (betainc(a, b + 1, share) if a else 1.0, betaincc(a + 1, b, share) if b else 1.0)
    ratio = top / rest * odds if rest else np.inf
    limits = low / (1 - low) * odds, (high / (1 - high) * odds if high < 1 else np.inf)
    return ratio, *limits, min(2 * float(min(tails)), 1.0)


def describe_months(
    days: pd.Series,
    first_year: int,
    last_year: int,
    *,
    exact: pd.Series | None = None,
    alpha: float = ALPHA,
) -> pd.DataFrame:
    """Say how each month of the year compares with the average month, over whole years.

    Parameters
    ----------
    days : Series of datetime
        One per event.
    first_year, last_year : int
        Whole years looked at, both inclusive.
    exact : Series of bool, optional
        Which are known to the day; the others, known to the month, have no part in the scatter of days.

    Returns
    -------
    DataFrame
        Index month (1 to 12): events, expected (at an even rate per day), ratio, low, high. `attrs` has p,
        the probability of a pattern so strong by chance alone (NaN of one year), years and dispersion. The intervals
        widen with the months' variation from year to year, where it exceeds Poisson's.

    Notes
    -----
    Edwards' (1961) question put to an F test, with the dispersion estimated from years, at least 1 (McCullagh and
    Nelder 1989, 4.5). A dispersion that comes out as 1 or less may be luck, so that the test stays that of F.
    It takes the dispersion of days within years where that is larger.
    Intervals: Garwood (1936).
    """
    years = range(first_year, last_year + 1)
    months = pd.period_range(f"{first_year}-01", f"{last_year}-12", freq="M")
    at = days.dropna().to_numpy().astype("datetime64[M]").astype(int) - (first_year - 1970) * 12
    table = np.bincount(at[(at >= 0) & (at < len(months))], minlength=len(months)).astype(float)
    table = table.reshape(len(years), 12)
    length = months.days_in_month.to_numpy(float).reshape(len(years), 12)
    events, span = table.sum(axis=0), length.sum(axis=0)
    expected = table.sum() * span / span.sum()
    free = (len(years) - 1) * 11
    with np.errstate(invalid="ignore", divide="ignore"):  # without any event nothing is known
        # What is left when each year has its level and each month its share.
        fitted = table.sum(axis=1, keepdims=True) * events / table.sum()
        known = fitted > 0
        left = ((table - fitted)[known] ** 2 / fitted[known]).sum()
        spread = max(float(left / free), 1.0) if free else 1.0
        statistic = ((events - expected) ** 2 / expected).sum()
        low, high = (limit * spread / expected for limit in poisson_interval(events / spread, alpha=alpha))
        ratio = events / expected
    # So few months may look alike by luck: days tell better how events cluster.
    tested = max(spread, _disperse_days(days if exact is None else days[exact], years)) if free else spread
    p = float(f.sf(statistic / 11 / tested, 11, free)) if free else np.nan
    columns = {"events": events, "expected": expected, "ratio": ratio, "low": low, "high": high}
    result = pd.DataFrame(columns, index=pd.RangeIndex(1, 13, name="month"))
    result.attrs.update({"p": p, "years": len(years), "dispersion": spread})
    return result


def _disperse_days(days: pd.Series, years: Sequence[int]) -> float:
    """Dispersion of the counts of days, each year with a level of its own."""
    lengths = [(date(year + 1, 1, 1) - date(year, 1, 1)).days for year in years]
    spans = zip(years, lengths, strict=True)
    tables = [pd.DataFrame(_count_days(days, date(year, 1, 1), length)[None]) for year, length in spans]
    return float(disperse_daily_counts(tables)["dispersion"].iloc[0])


def name_periods(seasons: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The names of all key periods: the holidays, then the seasons that are configured."""
    return (*HOLIDAYS, *seasons)
