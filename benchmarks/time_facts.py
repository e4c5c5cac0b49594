"""Time the facts of 3,000 townships over 12 months from 5 million made-up hazards.

Run as ``python -m benchmarks.time_facts [ROWS] [TOWNSHIPS]``; prints seconds, of the wall clock and of the
processor, and the most memory used.
"""

import resource
import sys
import time
from datetime import timedelta

import numpy as np
import pandas as pd

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, prepare_ledgers


def make_hazards(rows: int, codes: pd.Series) -> pd.DataFrame:
    """Two years of hazards: nine in ten rectified after 20 days on average, at 200,000 premises."""
    rng = np.random.default_rng(1)

    def words(values: list[str]) -> pd.Series:
        return pd.Series(
            pd.Categorical.from_codes(rng.integers(0, len(values), rows), pd.Index(values))
        ).astype("str")

    found = np.datetime64("2020-01-01", "us") + rng.integers(0, 731, rows).astype("timedelta64[D]")
    rectified = found + rng.exponential(20, rows).astype("timedelta64[D]")
    rectified[rng.random(rows) < 0.1] = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "district_code": codes.take(rng.integers(0, len(codes), rows)).reset_index(drop=True),
            "found_on": found,
            "rectified_on": rectified,
            "deadline": found + np.timedelta64(15, "D"),
            "premises": words([f"场所{i}" for i in range(200_000)]),
            "category": words(["消防", "用电", "燃气", "设备", "其他"]),
            "severity": words(["general", "major"]),
            "mode": words(["on_the_spot", "by_deadline"]),
        }
    )


def main() -> None:
    rows, townships = (int(text) for text in (*sys.argv[1:], *("5000000", "3000")[len(sys.argv) - 1 :]))
    codes = pd.Series([f"{i:09d}" for i in range(townships)], dtype="str")
    districts = pd.DataFrame({"code": codes, "name": codes})
    hazards = make_hazards(rows, codes)
    start, spent = time.perf_counter(), time.process_time()
    ledgers = prepare_ledgers({"hazards": hazards}, districts)
    for month in range(1, 13):
        period = parse_period(f"2021-{month:02d}")
        compute_facts(ledgers, districts, period, period.end + timedelta(days=10))
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{rows:,} hazards, {townships:,} townships, 12 months: {seconds:.1f} s "
        f"({spent:.1f} s of the processor), at most {most:.2f} GB"
    )


if __name__ == "__main__":
    main()
