"""Made-up counties of sixteen townships whose true rates are known: do shrunken rates cover, and are lists right?

``python -m benchmarks.small_areas`` prints the tables of docs/statistics.md, in some minutes; ``--counties 20`` in one.
"""

import argparse

import numpy as np
import pandas as pd

from taizhang.stats.dispersion import disperse_daily_counts
from taizhang.stats.funnel import draw_funnel_of_rates
from taizhang.stats.intervals import poisson_interval, wilson_interval
from taizhang.stats.ranks import rank_places
from taizhang.stats.shrink import Posterior, shrink_rates, shrink_shares

COUNTIES = 200
TOWNSHIPS = 16
SEED = 20210701
MEANS = (0.5, 2, 10, 50)
SPREADS = (0.0, 0.1, 0.25, 0.5, 1.0, 1.5)
TOTALS = (5, 20, 60, 200)
DAYS = 365
_DRAWS = 2000


def _judge(posterior: Posterior, truth: np.ndarray, raw: tuple[np.ndarray, np.ndarray]) -> tuple[float, ...]:
    """Coverage, mean width over the raw interval's, and the least width."""
    ends = posterior.find_intervals()
    width = (ends["high"] - ends["low"]).to_numpy()
    inside = (ends["low"].to_numpy() <= truth) & (truth <= ends["high"].to_numpy())
    return float(inside.mean()), float(width.mean() / (raw[1] - raw[0]).mean()), float(width.min())


def cover_rates(mean: float, spread: float, *, counties: int, rng: np.random.Generator) -> tuple[float, ...]:
    """Of counts of so many on average, the true rates varying by so much of their mean; sizes differ fourfold."""
    found = []
    for _ in range(counties):
        exposure = rng.uniform(0.4, 1.6, TOWNSHIPS)
        exposure *= mean / exposure.mean()
        truth = rng.gamma(spread**-2, spread**2, TOWNSHIPS) if spread else np.ones(TOWNSHIPS)
        events = rng.poisson(truth * exposure)
        posterior = shrink_rates(pd.Series(events), pd.Series(exposure), draws=_DRAWS)
        found.append(_judge(posterior, truth, poisson_interval(events, exposure)))
    covered, width, least = zip(*found, strict=True)
    return 100 * float(np.mean(covered)), float(np.mean(width)), float(np.min(least))


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=COUNTIES, help="of each cell")
    counties = parser.parse_args().counties
    for name, cover, sizes in (("rates", cover_rates, MEANS), ("shares", cover_shares, TOTALS)):
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
