"""Drills and outcomes: planted effects are found, absent ones are not, and thin data say so."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.genmod.generalized_linear_model import GLM

from taizhang.stats.outcomes import Effect, estimate_effect, sum_next, sum_recent


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
    events, exposure, recent = make_county(np.random.default_rng(4), 0.9, places=6, months=18, rate=3)
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
    scale = effect.dispersion**0.5
    assert scale > 1
    # The wider of both intervals: chance's own, and that of months which hang together in six townships.
    reach = max(
        scale * plain.bse["x"] * student.ppf(0.975, plain.df_resid), robust.bse["x"] * student.ppf(0.975, 5)
    )
    limits = np.exp(plain.params["x"] + np.array([-reach, reach]))
    assert (effect.low, effect.high) == pytest.approx(tuple(limits), rel=1e-6)


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


def regress(
    y: np.ndarray, x: np.ndarray, base: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Newton's way to coefficients, scores of each row over the information, and Pearson's dispersion.

    The variance is mean + size * mean squared.
    """
    b = np.zeros(x.shape[1])
    b[1] = np.log(y.sum() / base.sum())
    for _ in range(60):
        mean = base * np.exp(x @ b)
        inverse = np.linalg.inv(x.T @ (x * (mean / (1 + size * mean))[:, None]))
        b = b + inverse @ (x.T @ ((y - mean) / (1 + size * mean)))
    mean = base * np.exp(x @ b)
    pearson = float(((y - mean) ** 2 / (mean + size * mean**2)).sum() / (len(y) - x.shape[1]))
    return b, inverse, pearson


def expect_effect(
    events: pd.DataFrame, exposure: pd.DataFrame, treatment: pd.DataFrame, *, alpha: float
) -> Effect:
    """As the docstring says, cell by cell."""
    cells = [
        (events.loc[row, column], treatment.loc[row, column], exposure.loc[row, column], row, column)
        for row in events.index
        for column in events.columns
    ]
    cells = [cell for cell in cells if not any(pd.isna(part) for part in cell[:2]) and cell[2] > 0]
    rows = [row for row in events.index if sum(cell[0] for cell in cells if cell[3] == row)]
    columns = [column for column in events.columns if sum(cell[0] for cell in cells if cell[4] == column)]
    cells = [cell for cell in cells if cell[3] in rows and cell[4] in columns]
    y, x, base = (np.array([float(cell[n]) for cell in cells]) for n in range(3))
    marks = [[cell[3] == row for cell in cells] for row in rows[1:]]
    marks += [[cell[4] == column for cell in cells] for column in columns[1:]]
    if events.shape[1] >= 24:  # a yearly wave of each row with twenty, but the first where all have them
        many = [row for row in rows if sum(cell[0] for cell in cells if cell[3] == row) >= 20]
        place = {column: n for n, column in enumerate(events.columns)}
        marks += [
            [(cell[3] == row) * wave(np.pi * place[cell[4]] / 6) for cell in cells]
            for wave in (np.cos, np.sin)
            for row in many[len(many) == len(rows) :]
        ]
    design = np.column_stack([x, np.ones(len(y)), *np.array(marks, float)])
    free = len(y) - design.shape[1]
    b, inverse, dispersion = regress(y, design, base, 0.0)
    model, size, scale = "poisson", 0.0, dispersion
    if dispersion > 1.2:
        mean = base * np.exp(design @ b)
        size = max(((y - mean) ** 2 * len(y) / free - mean).sum() / (mean**2).sum(), 1e-6)
        b, inverse, scale = regress(y, design, base, size)
        model = "negative_binomial"
    reaches = [((inverse[0, 0] * max(scale, 1)) ** 0.5, free)]
    mean = base * np.exp(design @ b)
    parts = design * ((y - mean) / (1 + size * mean))[:, None]
    sums = np.array([parts[[cell[3] == row for cell in cells]].sum(axis=0) for row in rows])
    correction = len(rows) / (len(rows) - 1) * (len(y) - 1) / free
    seen = mean * (1 + size * y) / (1 + size * mean) ** 2  # information as observed, not as expected
    bread = np.linalg.inv(design.T @ (design * seen[:, None]))
    wide = (bread @ sums.T @ sums @ bread)[0, 0] * correction
    reaches.append((wide**0.5, len(rows) - 1))
    reach, error, left = max((student.isf(alpha / 2, df) * error, error, df) for error, df in reaches)
    return Effect(
        ratio=np.exp(b[0]), low=np.exp(b[0] - reach), high=np.exp(b[0] + reach),
        p=2 * student.sf(abs(b[0]) / error, left), events=int(y.sum()), places=len(rows), months=len(columns),
        model=model, dispersion=dispersion, error=error, freedom=left,
    )  # fmt: skip


def check_effect(found: Effect, expected: Effect) -> None:
    # The library stops once the deviance hardly changes, which leaves the fifth digit open.
    exact = 1e-5 if expected.model == "poisson" else 1e-3
    for name, value in vars(expected).items():
        assert getattr(found, name) == (
            value if isinstance(value, str) else pytest.approx(value, rel=exact, nan_ok=True)
        ), name


@pytest.mark.parametrize(
    ("seed", "lumps", "alpha"), [(1, 1, 0.05), (2, 1, 0.2), (3, 2, 0.1), (4, 2, 0.05), (7, 3, 0.2)]
)
def test_effects_as_by_newton(seed: int, lumps: int, alpha: float) -> None:
    rng = np.random.default_rng(seed)
    events, exposure, recent = make_county(rng, 0.8, places=8, months=12, rate=4)
    events = events.astype(float)
    if lumps > 1:
        events *= rng.choice([0, lumps], events.shape)
        exposure *= rng.choice([0.5, 1, 2], exposure.shape)
    exposure.iloc[1, 4] = 0
    events.iloc[2, 5] = np.nan
    events.iloc[3], events[8] = 0, 0  # no event at all: left out
    if lumps > 1:  # one event alone is kept
        events.iloc[4] = 0
        events.iloc[4, 6] = 1
    expected = expect_effect(events, exposure, recent, alpha=alpha)
    assert 4 < expected.places < 8 and expected.months < 9
    check_effect(estimate_effect(events, exposure, recent, alpha=alpha), expected)
    assert expected.model == ("poisson" if lumps == 1 else "negative_binomial")


def test_a_season_of_each_township_from_two_years_on() -> None:
    rng = np.random.default_rng(5)
    for months, quiet in ((23, False), (24, False), (24, True)):
        events, exposure, recent = make_county(rng, 0.8, places=5, months=months, rate=5)
        if quiet:  # one has nineteen events
            events.iloc[2] = [1] * 22 + [0] * 2
        check_effect(
            estimate_effect(events, exposure, recent), expect_effect(events, exposure, recent, alpha=0.05)
        )


def test_seasons_on_the_coast_alone_are_no_effect() -> None:
    """Half the townships drill before their typhoons: no drill has any effect."""
    rng = np.random.default_rng(6)
    wave = np.sin(np.arange(36) / 6 * np.pi)
    coast = np.arange(16)[:, None] < 8
    drills = pd.DataFrame(rng.poisson(0.8 * np.exp(coast * np.roll(wave, -2))))
    events = pd.DataFrame(rng.poisson(3 * np.exp(0.8 * coast * wave)))
    found = estimate_effect(events, events * 0 + 30.0, sum_recent(drills))
    assert found.p > 0.05 and 0.85 < found.ratio < 1.15


def test_drills_that_follow_incidents_are_seen_by_those_that_come_after() -> None:
    rng = np.random.default_rng(7)
    events = rng.poisson(2.0, (16, 24))
    drills = rng.poisson(0.1 + np.column_stack([np.full(16, 2), events[:, :-1]]))
    counts, held = pd.DataFrame(events), pd.DataFrame(drills)
    found = estimate_effect(counts, counts * 0 + 30.0, sum_recent(held), sum_next(held))
    assert found.lead_p < 0.01
    apart = pd.DataFrame(rng.poisson(1.5, (16, 24)))
    found = estimate_effect(counts, counts * 0 + 30.0, sum_recent(apart), sum_next(apart))
    assert found.lead_p > 0.05
    assert np.isnan(estimate_effect(counts, counts * 0 + 30.0, sum_recent(apart)).lead_p)


def test_drills_before_and_after_leave_the_month_out() -> None:
    county = make_county(np.random.default_rng(3), 0.9, places=6, rate=3)
    assert sum_recent(county[0]).equals(sum_recent(county[0], months=3))
    assert sum_recent(county[0], months=1).iloc[:, 1].tolist() == county[0].iloc[:, 0].tolist()
    after = sum_next(pd.DataFrame([[1, 0, 2, 3, 0]]))
    assert after.iloc[0, :2].tolist() == [5.0, 5.0] and after.iloc[0, 2:].isna().all()


def test_power_is_that_of_the_t_test() -> None:
    """An error of 0.1 and many degrees of freedom: log 0.8 is 2.23 errors off, and 1.96 is the limit."""
    effect = Effect(error=0.1, freedom=1e6)
    assert effect.find_power(0.8) == pytest.approx(norm.sf(1.96 - 2.2314), abs=1e-3)
    assert effect.find_power(1.0) == pytest.approx(0.05, abs=1e-4)
    assert Effect(error=0.1, freedom=5).find_power(0.8) < effect.find_power(0.8)


def test_a_model_that_does_not_settle_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = GLM.fit

    def stop(self: GLM, *args: object, **options: object) -> object:
        fit = plain(self, *args, **options)
        fit.converged = False
        return fit

    monkeypatch.setattr(GLM, "fit", stop)
    found = estimate_effect(*make_county(np.random.default_rng(3), 0.6, months=12, rate=4))
    assert found.reason == "no_fit" and np.isnan([found.ratio, found.p, found.error]).all()


def make_thin(total: int, places: int = 4) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Two months of places, events as even as may be, and drills that differ by half of one."""
    events = pd.DataFrame([[total // (2 * places)] * 2] * places)
    events.iloc[0, 0] += total - int(events.to_numpy().sum())
    treatment = pd.DataFrame([[0, 0.5]] + [[0, 0.0]] * (places - 1))
    return events, pd.DataFrame(1.0, events.index, events.columns), treatment


@pytest.mark.filterwarnings("ignore:Perfect separation")
@pytest.mark.parametrize(
    ("total", "places", "reason"),
    [(19, 4, "few_events"), (20, 4, ""), (40, 3, "few_places"), (19, 3, "few_events")],
)
def test_how_few_are_too_few(total: int, places: int, reason: str) -> None:
    found = estimate_effect(*make_thin(total, places))
    assert (found.reason, found.events, found.places, found.months) == (reason, total, places, 2)
    assert np.isnan(found.ratio) == (reason != "") and (found.model == "poisson") == (reason == "")


def test_without_freedom_or_contrast_nothing_is_worked_out() -> None:
    """Four places and three months have seven parameters with the drills: seven cells are too few, eight are not."""
    rng = np.random.default_rng(1)
    events = pd.DataFrame(rng.poisson(9, (4, 3)) + 1.0)
    exposure, treatment = events * 0 + 30, pd.DataFrame(rng.uniform(0, 0.5, (4, 3)))
    hidden = [(1, 1), (1, 2), (2, 0), (2, 2), (3, 0)]
    for row, column in hidden:
        exposure.iloc[row, column] = 0
    found = estimate_effect(events, exposure, treatment)
    assert (found.reason, found.places, found.months) == ("no_contrast", 4, 3)
    assert found.events == events.where(exposure > 0).sum().sum()
    exposure.iloc[3, 0] = 30
    check_effect(
        estimate_effect(events, exposure, treatment),
        expect_effect(events, exposure, treatment, alpha=0.05),
    )
    always = treatment * 0 + np.array([[0.5], [2], [1], [0]])
    found = estimate_effect(events, exposure, always)
    assert (found.reason, found.places, found.months) == ("no_contrast", 4, 3)


def test_evidence_is_below_the_level_and_not_on_it() -> None:
    assert not Effect(p=0.05).is_beyond_chance() and Effect(p=0.0499).is_beyond_chance()
    assert Effect(p=0.1).is_beyond_chance(alpha=0.2) and not Effect().is_beyond_chance()
