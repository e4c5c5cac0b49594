"""Drills and outcomes: planted effects are found, absent ones are not, and thin data say so."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from taizhang.stats.outcomes import compare_groups, estimate_effect, sum_recent


def make_county(
    rng: np.random.Generator, effect: float, *, places: int = 16, months: int = 24, rate: float = 1.5
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    level = (
        rng.lognormal(0, 0.5, (places, 1))
        * np.exp(0.3 * np.sin(np.arange(months) / 6 * np.pi))[None, :]
        * rate
    )
    recent = sum_recent(pd.DataFrame(rng.poisson(0.8, (places, months))))
    events = rng.poisson(level * effect ** recent.fillna(0).to_numpy())
    return pd.DataFrame(events), pd.DataFrame(np.full((places, months), 30.0)), recent


def test_recent_drills_leave_the_month_itself_out() -> None:
    drills = pd.DataFrame([[1, 0, 2, 3, 0]])
    assert sum_recent(drills).iloc[0, 3:].tolist() == [3.0, 5.0]
    assert sum_recent(drills).iloc[0, :3].isna().all()


def test_a_strong_effect_is_found() -> None:
    effect = estimate_effect(*make_county(np.random.default_rng(3), 0.6, rate=4))
    assert effect.is_beyond_chance() and 0.5 < effect.ratio < 0.7 and effect.low < 0.6 < effect.high


def test_the_ratio_is_that_of_a_plain_regression() -> None:
    """statsmodels' Poisson with dummies for townships and months."""
    events, exposure, recent = make_county(np.random.default_rng(4), 0.9, places=6, rate=3)
    long = pd.DataFrame(
        {"y": events.stack(), "x": recent.stack(), "base": exposure.stack()}
    ).dropna().reset_index(names=["place", "month"])  # fmt: skip
    dummies = pd.get_dummies(long[["place", "month"]].astype(str), drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([long["x"], dummies], axis=1))
    model = sm.Poisson(long["y"], design, offset=np.log(long["base"]))
    plain = model.fit(disp=0, maxiter=200, method="newton")
    groups = {"groups": pd.factorize(long["place"])[0]}
    robust = model.fit(disp=0, maxiter=200, method="newton", cov_type="cluster", cov_kwds=groups)
    effect = estimate_effect(events, exposure, recent)
    assert effect.model == "poisson" and effect.events == long["y"].sum()
    assert effect.ratio == pytest.approx(np.exp(plain.params["x"]), rel=1e-6)
    # The wider of both intervals: chance's own, and that of months which hang together in six townships.
    reach = max(plain.bse["x"] * student.ppf(0.975, plain.df_resid), robust.bse["x"] * student.ppf(0.975, 5))
    limits = np.exp(plain.params["x"] + np.array([-reach, reach]))
    assert (effect.low, effect.high) == pytest.approx(tuple(limits), rel=1e-6)


def test_lumpy_counts_are_taken_as_such() -> None:
    rng = np.random.default_rng(6)
    events, exposure, recent = make_county(rng, 1.0)
    lumpy = events * rng.choice([0, 4], events.shape)
    assert estimate_effect(lumpy, exposure, recent).model == "negative_binomial"


def test_without_an_effect_there_is_no_evidence() -> None:
    rng = np.random.default_rng(7)
    found = [estimate_effect(*make_county(rng, 1.0, places=10)).is_beyond_chance() for _ in range(40)]
    assert sum(found) <= 5


@pytest.mark.parametrize("reason", ["few_events", "few_places", "no_contrast"])
def test_thin_data_say_so(reason: str) -> None:
    events, exposure, recent = make_county(np.random.default_rng(8), 1.0)
    if reason == "few_events":
        events = events * 0
    if reason == "few_places":
        events, exposure, recent = events[:3] + 5, exposure[:3], recent[:3]
    if reason == "no_contrast":
        recent = recent * 0 + 1
    effect = estimate_effect(events, exposure, recent)
    assert effect.reason == reason and np.isnan(effect.p) and not effect.is_beyond_chance()


def test_before_and_after_is_a_ratio_of_ratios() -> None:
    """40 to 20 against 40 to 40: half."""
    before, after = pd.Series([10, 20, 10, 15, 15, 10]), pd.Series([5, 10, 5, 15, 15, 10])
    base = pd.Series(np.ones(6))
    treated = pd.Series([True, True, True, False, False, False])
    effect = compare_groups(before, after, base, base, treated)
    assert effect.ratio == pytest.approx(0.5, rel=1e-6) and effect.low < 0.5 < effect.high
    assert compare_groups(before, after, base, base, treated & False).reason == "few_places"
