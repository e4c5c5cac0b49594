"""Control charts by month: is a series steady, once chance and the seasons are allowed for?

A month is compared with the same month of the other years, so that a season that returns is no signal, and a chart
needs two whole years. What is asked is whether one month stands out, and whether the level changed from one month on;
all these questions share one false-alarm rate for the whole chart.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from taizhang.stats.intervals import Floats

FEWEST_MONTHS = 24
LEVEL = 0.05  # of charts of a steady series, the most that may show a signal
# The scatter is estimated from the chart itself: what that may add to the rate of false alarms.
_MARGIN = 2
_DRAWS = 4000
_SEED = 20210701
_SHORTEST_LEVEL = 3  # months, for a change of level
_LEAST_SCATTER = 0.3  # of what chance gives; below, months are alike by luck
_SOUGHT_MONTHS, _SOUGHT_POINTS = 12, 0.2  # a doubling, or so many points of a share, over so many months
LEAST_POWER, LEAST_POWER_SEEN = 0.5, 0.4  # to call a series steady, and to trust a signal
_LOWEST_LIMIT = 2.3  # of all simulated; where nothing is seen even with this, none need be drawn
_MOST_SIGNALS = 6


@dataclass(frozen=True)
class Chart:
    """A series with what is expected of each month.

    Attributes
    ----------
    points : DataFrame
        By month: value, centre (of the same month in the other years), low and high (beyond them a month stands out;
        NaN if there is no other year), signal (``limits``, ``level`` from a change on, or empty).
    p : float
        Probability of a month so far out, or of a change so clear, anywhere in the chart of a steady series.
    power : float
        Probability of seeing a doubling (of a share: 20 points) that lasts over the last twelve months.
    dispersion : float
        Variance of the months over what chance alone gives them.
    since : Period or None
        The month from which the level is another.
    change : float
        The level since over the level before; of shares, the difference. NaN if there is none.
    """

    points: pd.DataFrame
    p: float
    power: float
    dispersion: float
    since: pd.Period | None = None
    change: float = np.nan

    def leave_steady(self) -> "Chart":
        """The same chart without its signals, which may be chance among all that is tested."""
        return replace(self, points=self.points.assign(signal=""), since=None, change=np.nan)

    @property
    def is_steady(self) -> bool:
        return bool((self.points["signal"] == "").all())


@dataclass(frozen=True)
class _Series:
    """Counts, or successes, `x` by month; `size` is days, or trials, and 0 where nothing is known."""

    x: Floats
    size: Floats
    season: Floats  # one row per month of the year, 1 where a month of the series is one
    share: bool

    def leave_out(self, place: int) -> "_Series":
        rest = np.arange(len(self.x)) != place
        return _Series(self.x * rest, self.size * rest, self.season, self.share)

    @property
    def part(self) -> Floats:
        """Each month's part in the size of all the same months."""
        return _divide(self.size, (self.season @ self.size) @ self.season)

    def vary(self, x: Floats) -> Floats:
        """Return the variance by chance, given the sums of the same months: multinomial or hypergeometric."""
        total = x @ self.season.T
        if not self.share:
            return total
        trials = self.season @ self.size
        return _divide(total * (trials - total), trials - 1)

    def score(self, x: Floats, contrasts: Floats) -> tuple[Floats, Floats, Floats]:
        """Of each series (row) in `x`: each contrast's z, the scatter (chi-squared) and its degrees of freedom."""
        spread, total = self.vary(x), x @ self.season.T
        mine = _divide((contrasts * self.size) @ self.season.T, self.season @ self.size)
        z = _divide(x @ contrasts.T - total @ mine.T, np.sqrt(spread @ (mine * (1 - mine)).T))
        expected = (total @ self.season) * self.part
        scatter = _divide((x - expected) ** 2, self.part * (spread @ self.season)).sum(axis=1)
        years = self.season @ (self.size > 0)
        return z, scatter, ((spread > 0) * np.maximum(years - 1, 0)).sum(axis=1)

    def draw(self, dispersion: float, draws: int) -> Floats:
        """Steady series with the same months' sums, or shares, and this dispersion."""
        rng = np.random.default_rng(_SEED)
        shape = (draws, len(self.x))
        if self.share:
            chance = _divide(self.season @ self.x, self.season @ self.size) @ self.season
            rho = min(max(dispersion - 1, 0) / max(self.size[self.size > 0].mean() - 1, 1), 0.9)
            chances = np.broadcast_to(chance, shape)
            if rho > 0:
                a, b = (np.maximum(part * (1 / rho - 1), 1e-9) for part in (chance, 1 - chance))
                # A share of none or all has no scatter.
                chances = np.where((chance > 0) & (chance < 1), rng.beta(a, b, shape), chance)
            return rng.binomial(self.size.astype(int), chances).astype(float)
        weights = np.broadcast_to(self.part, shape)
        if dispersion > 1:  # negative binomial months, given their sum: Dirichlet-multinomial
            mean = ((self.season @ self.x) @ self.season) * self.part
            weights = rng.gamma(mean / (dispersion - 1), size=shape)
        x = np.zeros(shape)
        for one in self.season > 0:
            total = int(self.x[one].sum())
            if total:
                # All weights may be zero where the gammas' shapes are small.
                some = weights[:, one] + 1e-300 * (self.size[one] > 0)
                x[:, one] = rng.multinomial(total, some / some.sum(axis=1, keepdims=True))
        return x


def _divide(top: Floats, base: Floats) -> Floats:
    """A quotient, 0 where there is nothing to divide by."""
    return np.divide(top, base, out=np.zeros(np.broadcast_shapes(top.shape, base.shape)), where=base > 0)


def _studentise(z: Floats, scatter: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Return how far each contrast lies out by the scatter of the others, and that scatter."""
    rest = (scatter[:, None] - z**2) / np.maximum(free[:, None] - 1, 1)
    rest = np.maximum(rest, _LEAST_SCATTER)
    return z / np.sqrt(rest), rest


def _contrast(months: int) -> Floats:
    """Each single month; then all months from one on."""
    at = np.arange(months)
    starts = np.arange(_SHORTEST_LEVEL, months - _SHORTEST_LEVEL + 1)
    return np.vstack([np.eye(months), at >= starts[:, None]]).astype(float)


def chart_counts(counts: pd.Series) -> Chart | None:
    """A control chart of counts by month; None with less than two years, or too little power to detect a doubling.

    Parameters
    ----------
    counts : Series
        By month (PeriodIndex), without gaps; NaN if nothing is known.

    Notes
    -----
    Given the sum of the same months of all years, a steady series' months are multinomial by their days, whatever the
    season (Przyborowski and Wilenski 1940); where they scatter more, Dirichlet-multinomial, that is negative binomial.
    Each contrast is studentised by the scatter that it leaves (Quandt 1960, for changes of level), and the largest
    one's distribution is simulated, 4,000 times, from a fixed seed.
    """
    months = pd.PeriodIndex(counts.index)
    value = counts.to_numpy(float)
    known = ~np.isnan(value)
    size = np.where(known, months.days_in_month.to_numpy(float), 0)
    return _chart(months, _Series(np.where(known, value, 0), size, _mark_seasons(months), False), value)


def chart_shares(count: pd.Series, total: pd.Series) -> Chart | None:
    """A control chart of shares by month, as `chart_counts`; also None if a change of 20 points would go undetected.

    Parameters
    ----------
    count, total : Series
        Successes and trials by month (PeriodIndex), without gaps.
    """
    months = pd.PeriodIndex(count.index)
    x, size = count.to_numpy(float), total.to_numpy(float)
    known = (size > 0) & ~np.isnan(x)
    x, size = np.where(known, x, 0), np.where(known, size, 0)
    value = np.where(known, _divide(x, size), np.nan)
    return _chart(months, _Series(x, size, _mark_seasons(months), True), value)


def _mark_seasons(months: pd.PeriodIndex) -> Floats:
    return (np.asarray(months.month) == np.arange(1, 13)[:, None]).astype(float)


def _chart(months: pd.PeriodIndex, series: _Series, value: Floats) -> Chart | None:
    if len(months) < FEWEST_MONTHS:
        return None
    contrasts = _contrast(len(months))
    z, scatter, free = series.score(series.x[None], contrasts)
    if free[0] < 2:
        return None
    t, rest = _studentise(z, scatter, free)
    # With the most telling contrast taken out, lest a change be taken for scatter.
    dispersion = float(rest[0, np.abs(t[0]).argmax()])
    if _find_power(series, dispersion, _LOWEST_LIMIT) < LEAST_POWER_SEEN:
        return None
    drawn = np.abs(_studentise(*series.score(series.draw(dispersion, _DRAWS), contrasts))[0]).max(axis=1)
    limit = float(
        np.sort(drawn)[-int(LEVEL / _MARGIN * (_DRAWS + 1))]
    )  # passed where, and only where, p is below the level
    p = min(float((drawn >= np.abs(t).max()).sum() + 1) / (_DRAWS + 1) * _MARGIN, 1.0)
    power = _find_power(series, dispersion, limit)
    # What was seen could be seen; that nothing was says something only of what would have been.
    if power < (LEAST_POWER if p >= LEVEL else LEAST_POWER_SEEN):
        return None
    signal, since, left, rest = _find_signals(series, contrasts, limit)
    points = pd.DataFrame({"value": value, **_set_limits(series, signal, since, rest, limit)}, index=months)
    points["signal"] = pd.array(signal, dtype="str")
    change = np.nan if since is None else _measure_change(left, np.arange(len(months)) >= since)
    return Chart(points, p, power, dispersion, None if since is None else months[since], change)


def _find_power(series: _Series, dispersion: float, limit: float) -> float:
    """Return how often a doubling, or 20 points of a share, over the last twelve months would pass the limit."""
    last = (np.arange(len(series.x)) >= len(series.x) - _SOUGHT_MONTHS).astype(float)
    level = series.x.sum() / series.size.sum()
    # Where there is no room above for 20 points, they are lost.
    step = (_SOUGHT_POINTS if level <= 0.5 else -_SOUGHT_POINTS) if series.share else level
    x = series.size * (level + step * last)
    z = series.score(x[None], last[None])[0]
    return float(norm.sf(limit - abs(float(z[0, 0])) / max(dispersion, 1.0) ** 0.5))


def _find_signals(
    series: _Series, contrasts: Floats, limit: float
) -> tuple[np.ndarray, int | None, _Series, Floats]:
    """The months that stand out, one after the other, until none does, or the level changes.

    Signals, the place from which the level is another, the series without the months that stand out, and the scatter
    that each month leaves.
    """
    signal, months = np.full(len(series.x), "", dtype=object), len(series.x)
    while True:
        z, scatter, free = series.score(series.x[None], contrasts)
        t, rest = (part[0] for part in _studentise(z, scatter, free))
        far = np.abs(t)
        if free[0] < 2 or far.max() <= limit or (signal != "").sum() == _MOST_SIGNALS:
            return signal, None, series, rest[:months]
        # Of two months that can only be told from each other, the later.
        alone = np.flatnonzero(far[:months] >= far.max() * (1 - 1e-9))
        if not len(alone):
            after = contrasts[far.argmax()] > 0
            signal[after & (series.size > 0) & (signal == "")] = "level"
            return signal, int(after.argmax()), series, np.full(months, rest[far.argmax()])
        signal[alone[-1]] = "limits"
        series = series.leave_out(int(alone[-1]))


def _measure_change(series: _Series, after: np.ndarray) -> float:
    """The level after over the level before, season by season (Mantel and Haenszel 1959); of shares the difference."""
    x, size = (
        [series.season @ (part * side) for side in (after, ~after)] for part in (series.x, series.size)
    )
    whole = series.season @ series.size
    if not series.share:
        # Without any row before there is no ratio.
        base = _divide(x[1] * size[0], whole).sum()
        return float(_divide(x[0] * size[1], whole).sum() / base) if base else np.inf
    weight = _divide(size[0] * size[1], whole)
    return float((weight * (_divide(x[0], size[0]) - _divide(x[1], size[1]))).sum() / weight.sum())


def _set_limits(
    series: _Series, signal: np.ndarray, since: int | None, scatter: Floats, limit: float
) -> dict[str, Floats]:
    """Return what the same months of the other years make likely: centre, low, high.

    The others are those without a signal; after a change of level, the longer of the two parts. The limits are the
    roots of a quadratic, since a month that is beyond them changes its own expectation.
    """
    at, size = np.arange(len(series.x)), series.size
    others = signal != "limits"
    if since is not None:
        others &= (at < since) if since >= len(at) - since else (at >= since)
    seen, trials = (
        (series.season @ (part * others)) @ series.season - part * others for part in (series.x, size)
    )
    known = (size > 0) & (trials > 0)
    part = _divide(size, size + trials)
    rest = 1 - part
    if series.share:
        q = limit**2 * scatter * part * rest / np.maximum(size + trials - 1, 1)
        a, b = rest**2 + q, 2 * part * rest * seen + q * (size + trials - 2 * seen)
        c = (part * seen) ** 2 - q * seen * (size + trials - seen)
        base, most = size, size
    else:
        q = limit**2 * scatter * part * rest
        a, b, c = rest**2, 2 * part * rest * seen + q, (part * seen) ** 2 - q * seen
        base, most = np.ones_like(size), np.full(len(size), np.inf)
    root = np.sqrt(np.maximum(b**2 - 4 * a * c, 0))
    found = {
        "centre": _divide(part * seen, rest),
        "low": np.maximum(_divide(b - root, 2 * a), 0),
        "high": np.minimum(_divide(b + root, 2 * a), most),
    }
    return {name: np.where(known, _divide(one, base), np.nan) for name, one in found.items()}
