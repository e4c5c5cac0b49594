"""Made-up counties whose true rates are known: do the statistics keep their word?

``python -m benchmarks.simulation`` prints the table of docs/statistics.md.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.stats.funnel import draw_funnel_of_rates, draw_funnel_of_shares
from taizhang.stats.intervals import poisson_interval, wilson_interval
from taizhang.stats.ranks import rank_places
from taizhang.stats.shrink import shrink_rates
from taizhang.stats.survival import estimate_survival, find_median

COUNTIES = 500
TOWNSHIPS = 20
SEED = 20210701
MEDIAN_DAYS = 40
CASES = 60


def _cover(low: object, high: object, truth: object) -> float:
    lows, highs, truths = (np.asarray(part, float) for part in (low, high, truth))
    return 100 * float(np.mean((lows <= truths) & (truths <= highs)))


def _cover_closure(rng: np.random.Generator, places: int) -> tuple[float, float]:
    """Coverage of the median's interval, and of the share still open on the true median's day.

    Some hazards are still open when the ledger is read; days are whole, as in ledgers.
    """
    group = np.repeat(np.arange(places), CASES)
    scale = rng.uniform(0.5, 2, places) * MEDIAN_DAYS / np.log(2)
    days = np.floor(rng.exponential(scale[group]))
    watched = rng.integers(0, 6 * MEDIAN_DAYS, len(days))
    curves = estimate_survival(np.minimum(days, watched).astype(int), days <= watched, group)
    _, low, high = find_median(curves, places)
    truth = np.ceil(scale * np.log(2)) - 1  # the first whole day by whose end half are closed
    medians = _cover(np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf), truth)
    span = curves.time.max() + 1
    at = np.searchsorted(curves.group * span + curves.time, np.arange(places) * span + truth, "right") - 1
    shares = _cover(curves.low[at], curves.high[at], np.exp(-(truth + 1) / scale))
    return medians, shares


def _call(events: npt.NDArray[np.int64], size: pd.Series, *, share: bool = False) -> npt.NDArray[np.bool_]:
    """The townships that a funnel calls above chance."""
    draw = draw_funnel_of_shares if share else draw_funnel_of_rates
    funnel = draw(pd.Series(events), size, dispersion=1.0)
    return funnel.places["above"].to_numpy(dtype=bool)


def simulate(*, counties: int = COUNTIES, seed: int = SEED) -> pd.DataFrame:
    """Try the statistics on made-up counties of twenty townships each.

    Parameters
    ----------
    counties : int
    seed : int

    Returns
    -------
    DataFrame
        what, stated (the level or bound, percent) and reached (percent).
    """
    rng = np.random.default_rng(seed)
    shape = (counties, TOWNSHIPS)
    totals, shares = rng.integers(15, 300, shape), rng.beta(6, 3, shape)
    exposure, rates = rng.lognormal(3, 0.8, shape), rng.gamma(4, 0.25, shape)
    events = rng.poisson(rates * exposure)

    kept, spared, hits = 0.0, 0.0, 0
    ranges, false, alarms, false_shares, share_alarms = [], [], [], [], []
    more = np.where(np.arange(TOWNSHIPS) < 2, 2.5, 1.0)  # two townships have more, the others are alike
    for base, truth, count, total in zip(exposure, rates, events, totals, strict=True):
        fit = shrink_rates(pd.Series(count), pd.Series(base), draws=1000)
        kept += float(((fit.mean.to_numpy() - truth) ** 2).sum())
        spared += float(((count / base - truth) ** 2).sum())
        ranked = rank_places(fit).sort_index()
        ranges.append(_cover(ranked["low"], ranked["high"], pd.Series(truth).rank(ascending=False)))
        expected, size = 12 * base / base.mean(), pd.Series(base)
        above = _call(rng.poisson(more * expected), size)
        hits += int(above[more > 1].sum())
        false.append(above[more == 1].sum() / max(above.sum(), 1))
        alarms.append(_call(rng.poisson(expected), size).any())
        above = _call(rng.binomial(total, np.where(more > 1, 0.98, 0.9)), pd.Series(total), share=True)
        false_shares.append(above[more == 1].sum() / max(above.sum(), 1))
        share_alarms.append(_call(rng.binomial(total, 0.95), pd.Series(total), share=True).any())
    wilson = wilson_interval(rng.binomial(totals, shares), totals)
    poisson = poisson_interval(events, exposure)
    medians, still_open = _cover_closure(rng, counties * TOWNSHIPS)
    rows = [
        ("Wilson interval covers the true share", "93 to 97", _cover(*wilson, shares)),
        ("exact Poisson interval covers the true rate", "at least 95", _cover(*poisson, rates)),
        ("Kaplan-Meier interval covers the true share still open", "93 to 97", still_open),
        ("Kaplan-Meier median's interval covers the true median", "93 to 97", medians),
        ("squared error of shrunken rates, as a percentage of that of raw rates", "below 100", 100 * kept / spared),
        ("rank range contains the true rank", "at least 95", float(np.mean(ranges))),
        ("townships flagged as above chance that are not, rates", "at most 5", 100 * float(np.mean(false))),
        ("counties with a flag although no township differs", "at most 5", 100 * float(np.mean(alarms))),
        ("townships flagged as above chance that are not, shares", "at most 5", 100 * float(np.mean(false_shares))),
        ("counties with a flag although none differs, shares of 95 %", "at most 5", 100 * float(np.mean(share_alarms))),
        ("townships with 2.5 times the others' rate that are flagged", "", 100 * hits / (2 * counties)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["what", "stated", "reached"])


if __name__ == "__main__":
    print(simulate().round(1).to_string(index=False))
