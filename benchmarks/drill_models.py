"""What drill models find in made-up counties whose truth is known.

``python -m benchmarks.drill_models`` prints the table of docs/statistics.md; ``--counties 100`` is quicker.
"""

import argparse

import numpy as np
import pandas as pd

from taizhang.analysis.outcomes import Outcome
from taizhang.stats.intervals import ALPHA
from taizhang.stats.outcomes import estimate_effect, sum_next, sum_recent

COUNTIES = 500
SEED = 20210701
TOWNSHIPS, MONTHS = 16, 24
SAMPLE_INCIDENTS, SAMPLE_DRILLS = 0.36, 0.73  # of a township in a month, as in the sample


def study_county(
    rng: np.random.Generator,
    *,
    incidents: float,
    effect: float = 1.0,
    follow: float = 0.0,
    coast: float = 0.0,
    lumps: bool = False,
) -> Outcome:
    """One county of two years, as its report would judge it.

    Parameters
    ----------
    incidents : float
        Of a township in a month.
    effect : float
        Ratio per drill of the three months before.
    follow : float
        Drills that each incident brings in the next month.
    coast : float
        Height of a wave of incidents in half of the townships, which drill more before it.
    lumps : bool
        Whether incidents scatter more than Poisson's.
    """
    wave = np.sin(np.arange(MONTHS) / 6 * np.pi)
    shore = coast * (np.arange(TOWNSHIPS)[:, None] < TOWNSHIPS // 2)
    level = rng.lognormal(0, 0.5, (TOWNSHIPS, 1))
    usual = incidents * level / level.mean() * np.exp(0.3 * wave + shore * wave)
    planned = SAMPLE_DRILLS * level**0.5 * np.exp(shore * np.roll(wave, -2))
    drills, events = (np.zeros((TOWNSHIPS, MONTHS)) for _ in range(2))
    for month in range(MONTHS):
        before = drills[:, max(month - 3, 0) : month].sum(axis=1)
        last = events[:, month - 1] if month else 0
        mean = usual[:, month] * effect**before * (rng.gamma(2, 0.5, TOWNSHIPS) if lumps else 1)
        events[:, month] = rng.poisson(mean)
        drills[:, month] = rng.poisson(planned[:, month] + follow * last)
    held, counts = pd.DataFrame(drills), pd.DataFrame(events)
    found = estimate_effect(counts, counts * 0 + 30.0, sum_recent(held), sum_next(held))
    # One of three outcomes, of which the others show nothing (Holm).
    return Outcome("incidents", found, min(3 * found.p, 1.0))


def simulate(*, counties: int = COUNTIES, seed: int = SEED) -> pd.DataFrame:
    """Percent of counties that report an effect, that say drills follow, and the power that they state on average."""
    rng = np.random.default_rng(seed)
    cases: list[tuple[str, dict[str, float]]] = []
    for rate, words in ((SAMPLE_INCIDENTS, "the sample's rate"), (3.0, "3 a month")):
        cases += [
            (f"no effect, {words}", {"incidents": rate}),
            (f"no effect, in clusters, {words}", {"incidents": rate, "lumps": True}),
            (f"no effect, drills follow incidents, {words}", {"incidents": rate, "follow": 0.5}),
            (f"no effect, seasons on the coast alone, {words}", {"incidents": rate, "coast": 0.5}),
            (f"a fifth less per drill, {words}", {"incidents": rate, "effect": 0.8}),
        ]
    rows = []
    for name, case in cases:
        studied = [study_county(rng, **case) for _ in range(counties)]  # type: ignore[arg-type]
        plain = 100 * np.mean([one.effect.p < ALPHA for one in studied])
        said = 100 * np.mean([one.is_beyond_chance for one in studied])
        follow = 100 * np.mean([one.verdict == "follow" for one in studied])
        power = 100 * np.nanmean([one.power if one.is_modelled else np.nan for one in studied])
        rows.append((name, plain, said, follow, power))
    return pd.DataFrame(rows, columns=["counties", "p_below_5", "said", "withheld", "stated_power"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=COUNTIES)
    print(simulate(counties=parser.parse_args().counties).round(1).to_string(index=False))
