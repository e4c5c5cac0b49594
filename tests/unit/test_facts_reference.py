"""Facts against a plain loop over rows, written from the contract's sentences alone."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, prepare_ledgers

CODES = ["101", "102", "103", "104"]
DISTRICTS = pd.DataFrame({"code": CODES, "name": CODES})
START = date(2020, 1, 1)
COUNTED = ("overdue", "on_the_spot", "on_the_spot_share", "major", "major_open", "repeats")


def draw_hazards(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 120))

    def days(low: int, high: int, missing: float) -> pd.Series:
        picked = pd.Series(pd.Timestamp(START) + pd.to_timedelta(rng.integers(low, high, n), unit="D"))
        return picked.mask(rng.random(n) < missing).astype("datetime64[us]")

    def texts(words: list[str], missing: float) -> pd.Series:
        return pd.Series(rng.choice(words, n), dtype="str").mask(rng.random(n) < missing)

    return pd.DataFrame(
        {
            "district_code": texts(CODES[:3], 0),
            "found_on": days(0, 800, 0),
            "rectified_on": days(0, 900, 0.4),
            "closed_on": days(0, 900, 0.4),
            "deadline": days(0, 900, 0.05),
            "mode": texts(["on_the_spot", "by_deadline"], 0.08),
            "severity": texts(["general", "major"], 0.08),
            "premises": texts(["A", "B"], 0.03),
            "category": texts(["fire", "gas"], 0.03),
        }
    )


def count_plainly(table: pd.DataFrame, first: date, last: date, as_of: date) -> dict[str, float]:
    every = [
        {
            key: (value.date() if isinstance(value, pd.Timestamp) else None if pd.isna(value) else value)
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]
    rows = [row for row in every if first <= row["found_on"] <= last and row["found_on"] <= as_of]
    for row in rows:
        done = row["rectified_on"] if row["rectified_on"] is not None else row["closed_on"]
        if done is None and row["mode"] == "on_the_spot":
            done = row["found_on"]
        row["done"] = done if done is not None and done <= as_of else None
        row["open"] = row["done"] is None
        row["overdue"] = row["open"] and row["deadline"] is not None and row["deadline"] < as_of
        key = [row[name] for name in ("district_code", "premises", "category")]
        row["repeat"] = None not in key and any(
            [other[name] for name in ("district_code", "premises", "category")] == key
            and 1 <= (row["found_on"] - other["found_on"]).days <= 365
            for other in every
        )
        row["observed"] = not row["open"]
        end = row["done"] or as_of
        row["days"] = (
            0 if row["done"] and row["mode"] == "on_the_spot" else max((end - row["found_on"]).days, 0)
        )
    found, known = len(rows), sum(row["mode"] is not None for row in rows)
    spot = sum(row["mode"] == "on_the_spot" for row in rows)
    rectified = sum(not row["open"] for row in rows)
    median = np.nan
    if rows:
        fit = KaplanMeierFitter().fit([r["days"] for r in rows], [r["observed"] for r in rows])
        curve = fit.survival_function_["KM_estimate"]
        reached = curve.index[curve <= 0.5 + 1e-9]
        median = reached[0] if len(reached) else np.nan
    numbers = {
        "found": found,
        "rectified": rectified,
        "rectification_rate": 100 * rectified / found if found else np.nan,
        "on_the_spot": spot,
        "on_the_spot_share": 100 * spot / known if known else np.nan,
        "open": found - rectified,
        "overdue": sum(row["overdue"] for row in rows),
        "major": sum(row["severity"] == "major" for row in rows),
        "major_open": sum(row["severity"] == "major" and row["open"] for row in rows),
        "repeats": sum(row["repeat"] for row in rows),
        "days_to_rectify_median": median,
    }
    empty = {
        "overdue": ([row for row in rows if row["open"]], ["deadline"]),
        "on_the_spot": (rows, ["mode"]),
        "on_the_spot_share": (rows, ["mode"]),
        "major": (rows, ["severity"]),
        "major_open": (rows, ["severity"]),
        "repeats": (rows, ["premises", "category"]),
    }
    for name, (base, columns) in empty.items():
        if any(sum(row[column] is None for row in base) > len(base) / 10 for column in columns):
            numbers[name] = np.nan
    return numbers


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("text", "lag"), [("2021", 31), ("2020Q3", 0), ("2021-02", -10)])
def test_hazards(seed, text, lag):
    table, period = draw_hazards(seed), parse_period(text)
    as_of = period.end + timedelta(days=lag)
    facts = compute_facts({"hazards": table}, DISTRICTS, period, as_of)
    values = facts.set_index(["district_code", "fact"])["value"]
    for code in [*CODES, "all"]:
        rows = table if code == "all" else table[table["district_code"] == code]
        for name, number in count_plainly(rows, period.start, period.end, as_of).items():
            of = [(values[one, "hazards.found"], values[one, f"hazards.{name}"]) for one in CODES]
            if code == "all" and name in COUNTED and any(found and np.isnan(value) for found, value in of):
                number = np.nan  # of a district it is not known
            np.testing.assert_allclose(values[code, f"hazards.{name}"], number, err_msg=f"{code} {name}")


def test_ledgers_made_ready_once_serve_many_periods():
    table = draw_hazards(3)
    ready = prepare_ledgers({"hazards": table}, DISTRICTS)
    for text in ("2020", "2021-05", "2021"):
        period = parse_period(text)
        pd.testing.assert_frame_equal(
            compute_facts(ready, DISTRICTS, period, period.end),
            compute_facts({"hazards": table}, DISTRICTS, period, period.end),
        )


def test_limits_hold_the_value():
    facts = compute_facts({"hazards": draw_hazards(5)}, DISTRICTS, parse_period("2021"), date(2021, 12, 31))
    known = facts[facts["value"].notna()]
    assert not (known["low"] > known["value"]).any() and not (known["high"] < known["value"]).any()
    percent = facts[facts["unit"] == "percent"]
    assert percent["low"].min() >= 0 and percent["high"].max() <= 100
