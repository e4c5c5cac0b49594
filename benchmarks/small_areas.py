"""Made-up counties of sixteen townships whose true rates are known: do shrunken rates cover, and are lists right?

``python -m benchmarks.small_areas`` prints the tables of docs/statistics.md, in some minutes; ``--counties 20`` in one.
``--morris`` prints what the correction of Morris covers; ``--sampler`` fits the same model by PyMC and nutpie as well,
which are no packages of ours: ``pip install pymc nutpie`` first. ``--bound`` prints what intervals must cover where a
small spread can't be told from a larger; ``--prior 0.5`` the table of rates with another prior of the spread,
``--none 0.02`` with so much of the prior on no spread at all.
"""

import argparse
import time
from importlib import import_module
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import halfcauchy

from taizhang.stats import shrink
from taizhang.stats.dispersion import disperse_daily_counts
from taizhang.stats.funnel import draw_funnel_of_rates
from taizhang.stats.intervals import poisson_interval, wilson_interval
from taizhang.stats.ranks import rank_places
from taizhang.stats.shrink import SPREAD, Posterior, shrink_rates, shrink_shares

COUNTIES = 200
TOWNSHIPS = 16
SEED = 20210701
MEANS = (0.5, 2, 10, 50)
SPREADS = (0.0, 0.1, 0.25, 0.5, 1.0, 1.5)
TOTALS = (5, 20, 60, 200)
DAYS = 365
# Means, spreads, and a larger spread that the counts of sixteen places hardly tell from it.
_APART = (
    (0.5, 0.1, 0.5), (0.5, 0.25, 1.0), (0.5, 0.5, 1.5), (2, 0.0, 0.25), (2, 0.1, 0.25), (2, 0.25, 0.5), (10, 0.0, 0.1),
    (10, 0.1, 0.25), (50, 0.0, 0.1),
)  # fmt: skip
_DRAWS = 2000
Floats = npt.NDArray[np.float64]


def _judge(posterior: Posterior, truth: np.ndarray, raw: tuple[np.ndarray, np.ndarray]) -> tuple[float, ...]:
    """Coverage, mean width over the raw interval's, and the least width."""
    ends = posterior.find_intervals()
    width = (ends["high"] - ends["low"]).to_numpy()
    inside = (ends["low"].to_numpy() <= truth) & (truth <= ends["high"].to_numpy())
    return float(inside.mean()), float(width.mean() / (raw[1] - raw[0]).mean()), float(width.min())


def draw_rates(mean: float, spread: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Events, exposures and true rates: so many events on average, rates varying by so much; sizes differ fourfold."""
    exposure = rng.uniform(0.4, 1.6, TOWNSHIPS)
    exposure *= mean / exposure.mean()
    truth = rng.gamma(spread**-2, spread**2, TOWNSHIPS) if spread else np.ones(TOWNSHIPS)
    return rng.poisson(truth * exposure).astype(float), exposure, truth


def cover_rates(mean: float, spread: float, *, counties: int, rng: np.random.Generator) -> tuple[float, ...]:
    """Of rates as `draw_rates` has them."""
    found = []
    for _ in range(counties):
        events, exposure, truth = draw_rates(mean, spread, rng)
        posterior = shrink_rates(pd.Series(events), pd.Series(exposure), draws=_DRAWS)
        found.append(_judge(posterior, truth, poisson_interval(events, exposure)))
    covered, width, least = zip(*found, strict=True)
    return 100 * float(np.mean(covered)), float(np.mean(width)), float(np.min(least))


def tell_apart(mean: float, spread: float, other: float, rng: np.random.Generator) -> float:
    """How often, in percent, the test of dispersion tells one spread from another, at 5 %; by 2,000 draws of each."""
    found = []
    for one in (spread, other):
        scatter = []
        for _ in range(2000):
            events, exposure, _ = draw_rates(mean, one, rng)
            expected = max(events.sum(), 0.5) * exposure / exposure.sum()
            scatter.append(((events - expected) ** 2 / expected).sum())
        found.append(np.array(scatter))
    return 100 * float((found[1] > np.quantile(found[0], 0.95)).mean())


def hold_other(mean: float, spread: float, other: float, *, counties: int, rng: np.random.Generator) -> float:
    """Coverage of the interval that holds 93 % where the spread is the other, in counties where it is this one."""
    inside = []
    with mock.patch.object(shrink, "_SPREADS", np.array([other])):
        for _ in range(counties):
            events, exposure, truth = draw_rates(mean, spread, rng)
            posterior = shrink_rates(pd.Series(events), pd.Series(exposure), draws=_DRAWS)
            ends = posterior.find_intervals(alpha=0.07)
            inside.append(((ends["low"] <= truth) & (truth <= ends["high"])).mean())
    return 100 * float(np.mean(inside))


def print_bounds(counties: int) -> None:
    print("mean, spread, other: told apart, %, coverage of 93 % intervals of the other, %")
    for mean, spread, other in _APART:
        rng = np.random.default_rng([SEED, int(10 * mean), int(100 * spread), int(100 * other)])
        apart = tell_apart(mean, spread, other, rng)
        cover = hold_other(mean, spread, other, counties=counties, rng=rng)
        print(mean, spread, other, f"{apart:.0f}", f"{cover:.1f}", sep=" | ", flush=True)


def correct_rates(events: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """Intervals of rates by moments and the correction of Morris (1983), J. Am. Stat. Assoc. 78, 47-55, section 5.

    The rates are taken as normal, with the variance that the overall rate gives each.
    """
    places = len(events)
    raw, overall = events / exposure, events.sum() / exposure.sum()
    chance = max(overall, 0.5 / exposure.sum()) / exposure
    spread = 0.0
    for _ in range(100):
        weights = 1 / (chance + spread)
        middle = (weights * raw).sum() / weights.sum()
        excess = weights * (places / (places - 1) * (raw - middle) ** 2 - chance)
        spread = max(0.0, float(excess.sum() / weights.sum()))
    pull = (places - 3) / (places - 1) * chance / (chance + spread)
    mean = (1 - pull) * raw + pull * middle
    ratio = (weights * chance).sum() / weights.sum() + spread
    doubt = 2 / (places - 3) * pull**2 * ratio / (chance + spread)
    half = 1.96 * np.sqrt(chance * (1 - (places - 1) / places * pull) + doubt * (raw - middle) ** 2)
    return np.maximum(mean - half, 0.0), mean + half


def cover_corrected(
    mean: float, spread: float, *, counties: int, rng: np.random.Generator
) -> tuple[float, ...]:
    """The same rates by `correct_rates`."""
    found = []
    for _ in range(counties):
        events, exposure, truth = draw_rates(mean, spread, rng)
        (low, high), raw = correct_rates(events, exposure), poisson_interval(events, exposure)
        inside = (low <= truth) & (truth <= high)
        found.append((inside.mean(), (high - low).mean() / (raw[1] - raw[0]).mean(), (high - low).min()))
    covered, width, least = zip(*found, strict=True)
    return 100 * float(np.mean(covered)), float(np.mean(width)), float(np.min(least))


def sample_rates(events: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """Intervals of the model of `shrink_rates` by PyMC's and nutpie's sampler."""
    pymc: Any = import_module("pymc")
    middle = float(np.log((events.sum() + 0.5) / exposure.sum()))
    with pymc.Model():
        spread = pymc.HalfCauchy("spread", SPREAD)
        level = pymc.Flat("level")
        pymc.Potential("prior", 0.5 * (level - pymc.math.log(pymc.math.exp(level) + np.exp(middle))))
        shape = spread**-2
        rates = pymc.Gamma("rates", shape, shape / pymc.math.exp(level), shape=len(events))
        pymc.Poisson("events", rates * exposure, observed=events)
        fit = pymc.sample(
            5000,
            tune=2000,
            chains=2,
            cores=1,
            nuts_sampler="nutpie",
            target_accept=0.95,
            random_seed=SEED,
            progressbar=False,
        )
    low, high = np.quantile(
        fit.posterior["rates"].to_numpy().reshape(-1, len(events)), [0.025, 0.975], axis=0
    )
    return low, high


def compare_samplers() -> None:
    """Of one county each: how far the ends lie apart, over the interval's width, and the seconds that each takes."""
    print("mean | spread | ends apart, % of the width: mean, most | seconds: ours, sampler")
    for mean in MEANS:
        for spread in (0.25, 1.0):
            events, exposure, _ = draw_rates(mean, spread, np.random.default_rng([SEED, int(100 * spread)]))
            begun = time.perf_counter()
            ours = shrink_rates(pd.Series(events), pd.Series(exposure)).find_intervals()
            between = time.perf_counter()
            low, high = sample_rates(events, exposure)
            seconds = between - begun, time.perf_counter() - between
            width = (ours["high"] - ours["low"]).to_numpy()
            apart = 100 * np.abs(np.r_[ours["low"] - low, ours["high"] - high]) / np.r_[width, width]
            print(
                mean,
                spread,
                f"{apart.mean():.1f}, {apart.max():.1f}",
                f"{seconds[0]:.2f}, {seconds[1]:.1f}",
                sep=" | ",
                flush=True,
            )


class _SomeAtNone:
    """The half-Cauchy prior, with a share of it moved to the least of all spreads."""

    def __init__(self, share: float) -> None:
        self.share = share

    def cdf(self, edges: Floats, scale: float) -> Floats:
        below: Floats = self.share + (1 - self.share) * halfcauchy.cdf(edges, scale=scale)
        return np.where(edges > 0, below, 0.0)


def cover_shares(
    total: float, spread: float, *, counties: int, rng: np.random.Generator
) -> tuple[float, ...]:
    """Of shares about 90 % of so many on average, their odds varying by so much."""
    found = []
    for _ in range(counties):
        totals = np.maximum(rng.poisson(total * rng.uniform(0.4, 1.6, TOWNSHIPS)), 1)
        size = 1 / (spread**2 * 0.09) if spread else 0.0
        truth = rng.beta(0.9 * size, 0.1 * size, TOWNSHIPS) if spread else np.full(TOWNSHIPS, 0.9)
        counts = rng.binomial(totals, truth)
        posterior = shrink_shares(pd.Series(counts), pd.Series(totals), draws=_DRAWS)
        found.append(_judge(posterior, truth, wilson_interval(counts, totals)))
    covered, width, least = zip(*found, strict=True)
    return 100 * float(np.mean(covered)), float(np.mean(width)), float(np.min(least))


def list_townships(
    mean: float, visit: float, *, more: float, counties: int, rng: np.random.Generator
) -> dict[str, float]:
    """Three of sixteen have so many times the others' rows, which come in visits of so many; dispersion by day."""
    found = []
    for _ in range(counties):
        rows = np.zeros((TOWNSHIPS, DAYS))
        for place in range(TOWNSHIPS):
            visits = rng.poisson(mean * (more if place < 3 else 1) / visit)
            np.add.at(rows[place], rng.integers(0, DAYS, visits), rng.geometric(1 / visit, visits))
        events, exposure = pd.Series(rows.sum(axis=1)), pd.Series(1.0, range(TOWNSHIPS))
        scatter = disperse_daily_counts(pd.DataFrame(rows))
        spread, df = scatter["dispersion"], scatter["df"]
        places = draw_funnel_of_rates(events, exposure, dispersion=spread, df=df).places
        ranks = rank_places(shrink_rates(events, exposure, dispersion=spread, draws=1000))
        called, hits = int(places["called"].sum()), int(places["above"][:3].sum())
        false = called - hits if more > 1 else called
        found.append((hits / 3, false / max(called, 1), called > 0, ranks["group"].max() > 1))
    names = ("power", "false", "any", "groups")
    return dict(zip(names, 100 * np.mean(found, axis=0), strict=True))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=COUNTIES, help="of each cell")
    parser.add_argument("--morris", action="store_true", help="what Morris' correction covers, and no more")
    parser.add_argument("--bound", action="store_true", help="what intervals must cover, and no more")
    parser.add_argument("--prior", type=float, help="rates alone; half of the spread's prior lies below it")
    parser.add_argument("--none", type=float, help="rates alone; so much of the spread's prior is on none")
    parser.add_argument("--sampler", action="store_true", help="the ends that PyMC finds, and no more")
    asked = parser.parse_args()
    counties = asked.counties
    if asked.sampler:
        return compare_samplers()
    if asked.bound:
        return print_bounds(counties)
    rates = "rates", cover_corrected if asked.morris else cover_rates, MEANS
    only = asked.morris or asked.prior or asked.none
    shrink.SPREAD = asked.prior or SPREAD
    if asked.none:
        mock.patch.object(shrink, "halfcauchy", _SomeAtNone(asked.none)).start()
    for name, cover, sizes in (rates,) if only else (rates, ("shares", cover_shares, TOTALS)):
        print(f"{name}: coverage, % / mean width over the raw interval's; least width of all")
        for size in sizes:
            cells = [
                cover(size, spread, counties=counties, rng=np.random.default_rng([SEED, int(100 * spread)]))
                for spread in SPREADS
            ]
            least = min(cell[2] for cell in cells)
            print(
                size,
                *(f"{cell[0]:.1f} / {cell[1]:.2f}" for cell in cells),
                f"{least:.4f}",
                sep=" | ",
                flush=True,
            )
    if only:
        return
    print(
        "lists: mean, rows a visit, times the others: found, false among the called, counties with any, groups > 1, %"
    )
    for mean in (20, 50):
        for visit in (1.0, 2.0, 4.3):
            for more in (1.0, 2.0):
                rng = np.random.default_rng([SEED, int(mean), int(10 * visit), int(more)])
                found = list_townships(mean, visit, more=more, counties=counties, rng=rng)
                print(mean, visit, more, *(f"{value:.1f}" for value in found.values()), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
