"""Made-up counties whose true risk is known: who is called high, and does a class said to be sure come again?

``python -m benchmarks.risk_classes`` prints the table of docs/statistics.md, in some minutes; ``--counties 20`` in one.

Sixteen townships with the indicators of the package's own risk.toml that chance has a part in (incidents, major hazards
a visit, hazards open and repeated, duty checks passed) and those it has not (density, teams, shelters).
"""

import argparse

import numpy as np
import pandas as pd

from taizhang.stats.intervals import Floats
from taizhang.stats.risk import Indicator, RiskIndex, RiskModel, compute_risk
from taizhang.stats.shrink import Posterior, shrink_rates, shrink_shares

COUNTIES = 100
TOWNSHIPS = 16
SEED = 20210701
_NAME = {"zh": "", "en": ""}
# Dimension, weight and kind of each: as in risk.toml.
_INDICATORS = (
    ("hazard", 2.0, "rate"), ("hazard", 1.0, "rate"), ("exposure", 2.0, "fixed"), ("exposure", 1.0, "fixed"),
    ("vulnerability", 2.0, "share"), ("vulnerability", 1.0, "share"), ("capacity", 2.0, "fixed"),
    ("capacity", 2.0, "fixed"), ("capacity", 1.0, "share"),
)  # fmt: skip
MODEL = RiskModel(
    tuple(Indicator(_NAME, one, value="x", weight=weight) for one, weight, _ in _INDICATORS), {}
)


def draw_truth(spread: float, rng: np.random.Generator) -> Floats:
    """Of each township and indicator how many times the county's level: all 1 where nothing differs."""
    return np.exp(rng.normal(0, spread, (TOWNSHIPS, len(_INDICATORS))))


def draw_year(truth: Floats, size: float, rng: np.random.Generator) -> RiskIndex:
    """A year's index; `size` incidents a township on average, ten times as many hazards, shares about 20 %."""
    values: dict[int, pd.Series] = {}
    sampled: dict[int, Floats] = {}
    scales: dict[int, str] = {}
    for n, (_, _, kind) in enumerate(_INDICATORS):
        if kind == "fixed":
            values[n] = pd.Series(truth[:, n])
            continue
        exposure = pd.Series(rng.uniform(0.5, 1.5, TOWNSHIPS) * size)
        if kind == "rate":
            posterior: Posterior = shrink_rates(
                pd.Series(rng.poisson(truth[:, n] * exposure)), exposure, draws=1000, seed=SEED + n
            )
        else:
            odds = 0.25 * truth[:, n]
            total = pd.Series(np.ceil(10 * exposure.to_numpy()).astype("int64"))
            counts = rng.binomial(total.to_numpy(), odds / (1 + odds))
            posterior = shrink_shares(pd.Series(counts), total, draws=1000, seed=SEED + n)
            scales[n] = "share"
        values[n], sampled[n] = posterior.mean, posterior.draws
    return compute_risk(MODEL, pd.DataFrame(values), sampled=sampled, scales=scales)


def study(spread: float, size: float, *, counties: int, rng: np.random.Generator) -> dict[str, float]:
    """Percent above the middle class, surely so, of any class surely, and of these classes those that come again."""
    above = sure_above = sure = again = total = 0
    for _ in range(counties):
        truth = draw_truth(spread, rng)
        one, other = (draw_year(truth, size, rng).places for _ in range(2))
        for first, second in ((one, other), (other, one)):
            upper, firm = first["class"].isin(("high", "very_high")), first["kept"] >= 0.95
            above, sure_above = above + int(upper.sum()), sure_above + int((upper & firm).sum())
            sure, total = sure + int(firm.sum()), total + len(first)
            again += int((firm & (first["class"] == second["class"])).sum())
    return {
        "above": 100 * above / total,
        "sure_above": 100 * sure_above / total,
        "sure": 100 * sure / total,
        "again": 100 * again / sure if sure else float("nan"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=COUNTIES, help="of each row")
    counties = parser.parse_args().counties
    print(
        "spread, incidents: above the middle class, and surely; classes of 95 %; of these the same in another year, %"
    )
    for spread in (0.0, 0.2, 0.5, 1.0):
        for size in (2.0, 20.0):
            rng = np.random.default_rng([SEED, int(10 * spread), int(size)])
            found = study(spread, size, counties=counties, rng=rng)
            print(spread, size, *(f"{value:.1f}" for value in found.values()), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
