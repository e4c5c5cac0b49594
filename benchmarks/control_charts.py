"""How often control charts call a steady series, and a change that lasts.

``python -m benchmarks.control_charts`` prints the table of docs/statistics.md; ``--series 400`` is quicker. With
another ``--seed``, ``--lines`` of the table, from 0, tell whether a line is off by chance.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.stats.control import Chart, chart_counts, chart_shares

SERIES = 1000
SEED = 20210701
MEANS = (1, 5, 15, 50)
# Months that vary as they are told: the visits' mean size, or the variance of the months over their mean.
KINDS = {
    "Poisson": (1.0, 1.0),
    "visits of 2": (2.0, 1.0),
    "visits of 4.3": (4.3, 1.0),
    "months 3 times Poisson": (1.0, 3.0),
}
SEASON = 0.3


def draw_counts(
    rng: np.random.Generator,
    mean: float,
    months: int,
    *,
    visit: float,
    scatter: float,
    season: float,
    double: int,
) -> pd.Series:
    """A made-up series of counts up to the end of 2021.

    Parameters
    ----------
    mean : float
        Rows a month.
    visit : float
        Rows that come together, geometric with this mean.
    scatter : float
        Variance of the months over their mean, beyond what visits bring.
    season : float
        Height of a yearly wave, as a part of the mean.
    double : int
        Months at the end with twice the rows.
    """
    index = pd.period_range(end="2021-12", periods=months, freq="M")
    level = mean * (1 + season * np.sin(np.asarray(index.month) / 6 * np.pi))
    level[months - double :] *= 2
    if scatter > 1:
        level = rng.gamma(level / (scatter - 1), scatter - 1)
    visits = rng.poisson(level / visit)
    # The sum of geometric numbers is the number of trials of a negative binomial.
    rows = visits + (
        rng.negative_binomial(np.maximum(visits, 1), 1 / visit) * (visits > 0) if visit > 1 else 0
    )
    return pd.Series(rows.astype(float), index)


def draw_shares(
    rng: np.random.Generator, mean: float, months: int, *, alike: float, lost: float
) -> tuple[pd.Series, pd.Series]:
    """Successes of a share of 80 %, with the trials of each month; in the last twelve months less what is `lost`.

    `alike` is the correlation of the trials of one month.
    """
    total = draw_counts(rng, mean, months, visit=1, scatter=1, season=0, double=0)
    share: npt.NDArray[np.float64] = np.where(np.arange(months) < months - 12, 0.8, 0.8 - lost)
    if alike:
        share = rng.beta(share * (1 / alike - 1), (1 - share) * (1 / alike - 1))
    return pd.Series(rng.binomial(total.astype(int), share), total.index), total


def _tell(charts: list[Chart | None]) -> tuple[float, float]:
    """Percent of series with a signal, and with a chart."""
    shown = [chart for chart in charts if chart is not None]
    called = sum(not chart.is_steady for chart in shown)
    return 100 * called / len(charts), 100 * len(shown) / len(charts)


COLUMNS = ["kind", "months", "mean", "steady", "steady_season", "charted", "doubled_6", "doubled_12"]
CASES = [
    *product(KINDS, (24, 36), MEANS),
    *product(("shares", "shares, 0.1 alike"), (24, 36), MEANS),
]


def simulate_case(case: int, series: int, seed: int = SEED) -> tuple[object, ...]:
    """One line of the table, which has random numbers of its own: lines can be made apart."""
    kind, months, mean = CASES[case]
    rng, few = np.random.default_rng([seed, case]), max(series // 4, 1)
    if kind in KINDS:
        visit, scatter = KINDS[kind]
        draw = partial(draw_counts, rng, mean, months, visit=visit, scatter=scatter)
        flat, charted = _tell([chart_counts(draw(season=0, double=0)) for _ in range(series)])
        wave, _ = _tell([chart_counts(draw(season=SEASON, double=0)) for _ in range(series)])
        half, _ = _tell([chart_counts(draw(season=SEASON, double=6)) for _ in range(few)])
        year, _ = _tell([chart_counts(draw(season=SEASON, double=12)) for _ in range(few)])
        return kind, months, mean, flat, wave, charted, half, year
    share = partial(draw_shares, rng, mean, months, alike=0.1 if "alike" in kind else 0.0)
    flat, charted = _tell([chart_shares(*share(lost=0)) for _ in range(series)])
    year, _ = _tell([chart_shares(*share(lost=0.2)) for _ in range(few)])
    return kind, months, mean, flat, np.nan, charted, np.nan, year


def simulate(
    *, series: int = SERIES, seed: int = SEED, lines: Sequence[int] = range(len(CASES))
) -> pd.DataFrame:
    """Chart steady series, and series whose last six or twelve months double.

    Returns
    -------
    DataFrame
        kind, months, mean (rows, or trials, a month); steady and steady_season: percent of steady series with a signal,
        without and with a season; charted: percent that have a chart at all; doubled_6, doubled_12: percent of series
        with a signal where the last six, or twelve, months double, with a season (of shares: lose 20 points).
    """
    return pd.DataFrame([simulate_case(case, series, seed) for case in lines], columns=COLUMNS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=SERIES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--lines", type=int, nargs="+", default=range(len(CASES)))
    asked = parser.parse_args()
    table = simulate(series=asked.series, seed=asked.seed, lines=asked.lines)
    print(table.round(1).to_string(index=False))
