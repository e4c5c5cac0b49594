"""Made-up ledgers of known delays: do intervals of the newest months' final counts cover, and how wide are they?

``python -m benchmarks.late_entries`` prints the table of docs/statistics.md, in some minutes; ``--ledgers 50`` in one.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from taizhang.stats.delays import (
    STEPS,
    build_triangle,
    draw_coming,
    estimate_delays,
    find_limits,
    forecast_counts,
)
from taizhang.stats.intervals import Floats

LEDGERS = 500
SEED = 20210701
DRAWS = 1000
NEWEST = 6
FIRST = 12 * 2021  # the number of the first snapshot's month
HISTORY, FOLLOWED = 36, 24  # months before and after it
LEVELS = (3.0, 12.0, 50.0)
BATCHES = (1.0, 1.5, 2.0)  # mean sizes: the variance of counts is 1, 2 and 3 times chance's


def _step(ages: Floats) -> Floats:
    return np.select([ages < 1, ages < 3, ages < 6], [0.5, 0.7, 0.9], 1.0)


# The share entered by an age in months since the month's end, 0 or more.
SHAPES: dict[str, Callable[[Floats], Floats]] = {
    "most at once": lambda age: 1 - 0.3 * np.exp(-age / 0.7),
    "slowly": lambda age: 1 - 0.6 * np.exp(-age / 3),
    "a long tail": lambda age: 1 - 0.5 * (1 + age) ** -1.5,
    "after checks": _step,
    "hardly any at once": lambda age: 1 - 0.8 * np.exp(-age / 0.8),
    "never late": np.ones_like,
}


@dataclass(frozen=True)
class Ledger:
    """Rows with the month and the age at which each is entered; the moments; what is true of its months."""

    rows: pd.DataFrame
    snapshots: pd.DatetimeIndex
    shape: str
    stretch: Floats
    dispersion: float


def draw_snapshots(rng: np.random.Generator, *, regular: bool) -> pd.DatetimeIndex:
    """The first of each month; or any day, with one month in six left out."""
    firsts = pd.date_range("2021-01-01", periods=FOLLOWED + 1, freq="MS")
    if regular:
        return firsts
    kept = (rng.random(len(firsts)) > 1 / 6) | np.isin(np.arange(len(firsts)), [0, FOLLOWED])
    late = rng.integers(0, 28, len(firsts))
    late[-1] = rng.integers(0, 8)
    return (firsts + pd.to_timedelta(late, unit="D"))[kept]


def draw_ledger(
    shape: str, level: float, batch: float, rng: np.random.Generator, *, districts: int, regular: bool
) -> Ledger:
    """Rows come in batches entered together; months have a season, districts differ in size and delay."""
    numbers = np.arange(FIRST - HISTORY, FIRST + FOLLOWED)
    size = rng.lognormal(0, 0.4, districts)
    rate = level * np.outer(size, 1 + 0.4 * np.sin(2 * np.pi * (numbers / 12 + rng.random())))
    batches = rng.poisson(rate / batch)
    of, month = (np.repeat(grid.ravel(), batches.ravel()) for grid in np.indices(batches.shape))
    sizes = rng.geometric(1 / batch, len(of))
    stretch = rng.lognormal(0, 0.25, districts)
    chance = rng.random(len(of))
    grid = np.r_[0, np.geomspace(0.01, 400, 4000)]
    age = np.interp(chance, SHAPES[shape](grid), grid) * stretch[of]
    if shape == "after checks":
        age = np.select([chance < 0.5, chance < 0.7, chance < 0.9], [0.0, 1.0, 3.0], 6.0)
        stretch = np.ones(districts)
    frame = pd.DataFrame({"district": of, "month": numbers[month], "age": age})
    return Ledger(
        frame.loc[frame.index.repeat(sizes)].reset_index(drop=True),
        draw_snapshots(rng, regular=regular),
        shape,
        stretch,
        2 * batch - 1,
    )


def keep_entered(ledger: Ledger) -> pd.DataFrame:
    """The rows that the last snapshot has, as `build_triangle` takes them."""
    moments = ledger.snapshots
    when = np.asarray(
        12 * moments.year + moments.month - 1 + (moments.day - 1) / moments.days_in_month, float
    )
    at = np.searchsorted(when, (ledger.rows["month"] + 1 + ledger.rows["age"]).to_numpy() - 1e-9)
    rows = ledger.rows[at < len(moments)]
    entered = moments[at[at < len(moments)]]
    code = rows["district"].map("{:03d}".format)
    return pd.DataFrame(
        {"district_code": code, "month": rows["month"], "entered": entered, "last_seen": moments[-1]}
    )


def judge(ledger: Ledger, *, seed: int, draws: int = DRAWS) -> pd.DataFrame:
    """Per district (and all: empty) and month: the final count, its interval, and an oracle's."""
    triangle = build_triangle(keep_entered(ledger), ledger.snapshots)
    delays = estimate_delays(triangle, draws=draws, seed=seed)
    if delays is None:
        return pd.DataFrame()
    found = forecast_counts(triangle, delays, months=NEWEST, seed=seed)
    codes = [int(code) for code in triangle.districts]
    age = np.maximum(triangle.ages[:, -1], 0) / STEPS
    truth = np.array([SHAPES[ledger.shape](age / ledger.stretch[code]) for code in codes])
    shares = np.broadcast_to(truth, (draws, *truth.shape))
    newest = np.flatnonzero(triangle.ages[:, -1] >= 0)[-NEWEST:]
    drawn = draw_coming(triangle, shares, np.full(draws, ledger.dispersion), newest, seed=seed + 1)
    mean = np.concatenate([drawn, drawn.sum(axis=1, keepdims=True)], axis=1).mean(axis=0)
    found["oracle_expected"] = found["counted"] + mean.ravel()
    low, high = find_limits(np.concatenate([drawn, drawn.sum(axis=1, keepdims=True)], axis=1))
    found["oracle_low"], found["oracle_high"] = (
        found["counted"] + low.ravel(),
        found["counted"] + high.ravel(),
    )
    every = ledger.rows.groupby(["district", "month"]).size().unstack(fill_value=0)
    every = every.reindex(index=codes, columns=triangle.months[newest], fill_value=0)
    found["final"] = np.r_[every.to_numpy().ravel(), every.sum().to_numpy()]
    return found


def try_ledgers(ledgers: int = LEDGERS, *, seed: int = SEED, draws: int = DRAWS) -> pd.DataFrame:
    """Judge made-up ledgers of all shapes, levels and batches, of one, three and eight districts."""
    rng = np.random.default_rng(seed)
    kinds = list(product(SHAPES, LEVELS, BATCHES, (True, False)))
    rng.shuffle(kinds)
    found = []
    for number in range(ledgers):
        shape, level, batch, regular = kinds[number % len(kinds)]
        districts = int(rng.choice([1, 3, 8]))
        ledger = draw_ledger(shape, level, batch, rng, districts=districts, regular=regular)
        judged = judge(ledger, seed=number, draws=draws)
        found.append(
            judged.assign(
                shape=shape, level=level, batch=batch, regular=regular, districts=districts, ledger=number
            )
        )
    return pd.concat(found, ignore_index=True)


def tabulate(found: pd.DataFrame) -> pd.DataFrame:
    """Coverage of our intervals and the oracle's, in percent, and mean widths over the oracle's.

    Of the months of which the oracle can't say that they are complete; of ledgers that are never late, what was added.
    """
    never = found["shape"] == "never late"
    open_ = found[~never & (found["oracle_high"] > found["oracle_low"]) & found["low"].notna()]
    parts = [("all", open_)]
    for column, named in (("shape", "{}"), ("level", "{:g} rows a month"), ("batch", "in batches of {:g}")):
        parts += [
            (named.format(value), part) for value, part in open_.groupby(column, sort=column != "shape")
        ]
    for regular, part in open_.groupby("regular"):
        parts.append(("snapshots each month" if regular else "snapshots on any day, some left out", part))
    parts += [(f"districts: {value}", part) for value, part in open_.groupby("districts")]
    parts.append(("all districts together", open_[open_["district_code"] == ""]))
    rows = []
    for what, part in parts:
        covered = (part["low"] <= part["final"]) & (part["final"] <= part["high"])
        oracle = (part["oracle_low"] <= part["final"]) & (part["final"] <= part["oracle_high"])
        width = (part["high"] - part["low"]).mean() / (part["oracle_high"] - part["oracle_low"]).mean()
        coming = part["final"] - part["counted"]
        rows.append(
            {
                "what": what,
                "months": len(part),
                "covered": 100 * covered.mean(),
                "oracle": 100 * oracle.mean(),
                "width": width,
                "expected": (part["expected"] - part["counted"]).sum() / coming.sum(),
                "expected by it": (part["oracle_expected"] - part["counted"]).sum() / coming.sum(),
            }
        )
    added = (found["high"] - found["counted"])[never]
    rows.append({"what": "never late", "months": len(added), "added": added.max()})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledgers", type=int, default=LEDGERS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    print(tabulate(try_ledgers(given.ledgers, seed=given.seed)).round(2).to_string(index=False))
