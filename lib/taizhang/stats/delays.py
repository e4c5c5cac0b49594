"""How long after its month a row is entered, and how many rows of the newest months are still to come.

What is known are the rows that a ledger held at some moments, its snapshots. A month's *age* at a snapshot is the time
since it ended. From one snapshot to the next some rows of a month are added: of the rows held at the later one they are
the late share. Such shares are not bent by rows that nobody has entered yet, nor by rows that were there at the first
snapshot, whose day of entry is unknown: this is the chain ladder, read backwards in time.

statsmodels is loaded when first needed.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.stats.intervals import ALPHA, Floats

Ints = npt.NDArray[np.int64]
DRAWS = 2000
SEED = 20210701
STEPS = 4  # of age in a month: snapshots are some days early or late
OLDEST = 36  # months of age; older months are taken as complete
FEWEST_ROWS = 20  # held at a second snapshot: of fewer nothing is said
_SLOPE = -1.5  # of the smooth curve, in the age's logarithm, where few late rows tell nothing of it
_EXTRA = 2.0  # late rows that such a curve counts for
_KEPT = 1.0  # late rows per month of age that the smooth curve counts for
_KEPT_DISTRICT = 2.0  # likewise, all districts' curve in one of them
_ALIKE = (1.0, 100.0)  # bounds of what the districts' being alike counts for, in late rows
_STEADY = (0.3, 10.0)  # bounds of the shape of a district's monthly rates
_LOOKED_BACK = 24  # months from which a district's usual rate is taken
_ROUNDS = 12
_SURE = 10.0  # degrees of freedom that a dispersion of 1 counts for


@dataclass(frozen=True)
class Triangle:
    """Rows held, by district, month and snapshot.

    Attributes
    ----------
    districts, months, snapshots : Index, ndarray of int, DatetimeIndex
        Codes; the months' numbers (12 x year + month - 1), without a gap; moments, ascending.
    entered : ndarray of int, shape (districts, months, snapshots)
        Rows of the month that had been entered by the snapshot, those since removed among them.
    start : ndarray of int, shape (districts, months)
        The first snapshot from which the month is followed: rows that it held are of unknown delay.
    ages : ndarray of int, shape (months, snapshots)
        In quarters of a month since the month ended; negative before.
    counted : ndarray of int, shape (districts, months)
        Rows held at the last snapshot.
    """

    districts: pd.Index
    months: Ints
    snapshots: pd.DatetimeIndex
    entered: Ints
    start: Ints
    ages: Ints
    counted: Ints

    def tabulate(self, district: object = None) -> pd.DataFrame:
        """Months by whole months of delay, 0 (in the month or by its end) and more: rows added, in one district or all.

        Column `before` has the rows that were there when the month began to be followed, if it had then ended for a
        month or more: when they were entered is unknown. NaN where it is not known, or yet to come.
        """
        chosen = np.arange(len(self.districts))
        if district is not None:
            chosen = chosen[self.districts == district]
        delay = np.maximum(-(-self.ages // STEPS), 0)
        width = int(delay[:, -1].max(initial=0)) + 1
        added = np.diff(self.entered[chosen], axis=2, prepend=0)
        start = self.start[chosen]
        since = np.take_along_axis(delay[None], start[:, :, None], axis=2)[..., 0]
        early = (np.arange(len(self.snapshots)) <= start[..., None]) & (since > 0)[..., None]
        table = np.zeros((len(self.months), width))
        rows = np.broadcast_to(np.arange(len(self.months))[:, None], delay.shape)
        np.add.at(table, (rows, delay), np.where(early, 0, added).sum(axis=0))
        numbers = np.arange(width)
        table[numbers > delay[:, -1:]] = np.nan
        least = since.min(axis=0, initial=width)[:, None]
        table[(numbers <= least) & (least > 0)] = np.nan
        found = pd.DataFrame(table, index=pd.Index(self.months, name="month"), columns=numbers)
        found.insert(0, "before", np.where(early, added, 0).sum(axis=(0, 2)))
        return found


def number_months(days: pd.Series) -> pd.Series:
    """Number of each day's month, 12 x year + month - 1; NA where the day is not known."""
    return (12 * days.dt.year + days.dt.month - 1).astype("Int64")


def build_triangle(rows: pd.DataFrame, snapshots: pd.DatetimeIndex) -> Triangle:
    """Count rows by district, month and snapshot.

    Parameters
    ----------
    rows : DataFrame
        district_code, month (`number_months`), entered (the snapshot that first held the row) and last_seen (that which
        last held it); rows without any of them are left out. Optionally ledger, the file that the row is in.
    snapshots : DatetimeIndex
        All moments at which the ledger was read, also those at which nothing had changed.

    Notes
    -----
    A month is followed in a district only from the first snapshot that had rows of it or of an earlier month in one of
    the district's files (in any district): whoever hands in a ledger of past years does not enter its rows late.
    """
    known = rows.dropna(subset=["district_code", "month", "entered", "last_seen"])
    moments = snapshots.sort_values().unique()
    last = moments[-1]
    newest = 12 * last.year + last.month - 1
    span = newest - (12 * moments[0].year + moments[0].month - 1)
    month = known["month"].to_numpy(np.int64)
    near = (month <= newest) & (month > newest - OLDEST - span - 2)
    known, month = known[near], month[near]
    first = int(month.min()) if len(month) else newest
    months = np.arange(first, newest + 1)
    of, districts = pd.factorize(known["district_code"], sort=True)
    shape = (len(districts), len(months), len(moments))
    at = moments.get_indexer(pd.DatetimeIndex(known["entered"]))
    entered = np.zeros(shape, np.int64)
    np.add.at(entered, (of, month - first, at), 1)
    entered = entered.cumsum(axis=2)
    held = (known["last_seen"] >= last).to_numpy()
    counted = np.zeros(shape[:2], np.int64)
    np.add.at(counted, (of[held], month[held] - first), 1)
    ledger = known["ledger"] if "ledger" in known else known["district_code"]
    files, _ = pd.factorize(ledger)
    earliest = np.full((int(files.max(initial=0)) + 1, len(moments)), newest + 1)
    np.minimum.at(earliest, (files, at), month)
    earliest = np.minimum.accumulate(earliest, axis=1)
    reached = np.full((len(districts), len(moments)), newest + 1)
    np.minimum.at(reached, of, earliest[files])
    followed = reached[:, None, :] <= months[None, :, None]
    start = np.where(followed.any(axis=2), followed.argmax(axis=2), shape[2] - 1)
    return Triangle(
        pd.Index(districts), months, moments, entered, start, _find_ages(months, moments), counted
    )


def _find_ages(months: Ints, moments: pd.DatetimeIndex) -> Ints:
    """Quarters of a month from the months' ends to the moments, rounded; a month ends at noon of its last day."""
    moments = moments + pd.Timedelta(hours=12)
    into = (moments.day - 1 + np.maximum(moments.hour / 24 - 0.5, 0)) / moments.days_in_month
    age = np.asarray(12 * moments.year + moments.month - 1 + into, float)[None, :] - (months[:, None] + 1)
    return np.where(age < 0, np.floor(STEPS * age), np.round(STEPS * age)).astype(np.int64)


@dataclass(frozen=True)
class Delays:
    """Draws of the share of a month's rows that have been entered by each age.

    Attributes
    ----------
    ages : ndarray of int
        In quarters of a month, ascending; by the last of them all rows are taken to be in.
    shares : ndarray of float, shape (draws, districts, ages)
    dispersion : ndarray of float, shape (draws,)
        How many times the variance of late rows exceeds chance's: they come in batches.
    late, followed : ndarray of float, shape (districts,)
        Late rows seen, and rows among which they were, each counted once.
    """

    districts: pd.Index
    ages: Ints
    shares: Floats
    dispersion: Floats
    late: Floats
    followed: Floats

    def find_shares(self, ages: npt.ArrayLike) -> Floats:
        """Shares by the given ages, shape (draws, districts, ages): NaN below the first age, 1 beyond the last."""
        wanted = np.asarray(ages, float)
        upper = np.clip(np.searchsorted(self.ages, wanted, side="left"), 0, len(self.ages) - 1)
        lower = np.maximum(upper - 1, 0)
        gap = np.maximum(self.ages[upper] - self.ages[lower], 1)
        part = np.where(upper > lower, np.clip((wanted - self.ages[lower]) / gap, 0, 1), 1.0)
        logs = np.log(np.maximum(self.shares, 1e-300))
        found = np.exp((1 - part) * logs[..., lower] + part * logs[..., upper])
        found[..., wanted >= self.ages[-1]] = 1.0
        found[..., wanted < self.ages[0]] = np.nan
        return np.asarray(found)


@dataclass(frozen=True)
class _Steps:
    """What was added to months from one snapshot to the next: arrays of one entry per step, by district where 2-d."""

    low: Ints  # the ages before and after, as numbers in `ages`
    high: Ints
    late: Floats  # shape (steps, districts)
    held: Floats
    ages: Ints


def _take_steps(triangle: Triangle) -> _Steps | None:
    low, high, late, held = [], [], [], []
    for number, ages in enumerate(triangle.ages):
        kept = (ages >= 0) & (ages <= STEPS * OLDEST)
        # Of several snapshots of one age the last counts.
        kept[:-1] &= ages[:-1] < ages[1:]
        at = np.flatnonzero(kept)
        for before, after in pairwise(at):
            followed = triangle.start[:, number] <= before
            then, now = triangle.entered[:, number, before], triangle.entered[:, number, after]
            if (now * followed).any():
                low.append(ages[before])
                high.append(ages[after])
                late.append((now - then) * followed)
                held.append(now * followed)
    if not low:
        return None
    edges = np.unique(np.r_[low, high])
    places = [np.searchsorted(edges, part) for part in (low, high)]
    return _Steps(places[0], places[1], np.array(late, float), np.array(held, float), edges)


def estimate_delays(triangle: Triangle, *, draws: int = DRAWS, seed: int = SEED) -> Delays | None:
    """Estimate the share of rows entered by each age, for every district.

    Parameters
    ----------
    triangle : Triangle
    draws, seed : int
        Of the simulation.

    Returns
    -------
    Delays or None
        None if fewer than twenty rows of ended months were held at a second snapshot. If none of them was late, all
        shares are 1.

    Notes
    -----
    Reverse-time hazards of right-truncated delays: Kalbfleisch and Lawless (1991), Statistica Sinica 1, 19-32; the
    chain ladder as an over-dispersed model: England and Verrall (2002), British Actuarial Journal 8, 443-518. Each
    share has a beta posterior around a smooth curve (a binomial regression on age and its logarithm), districts around
    all together. Late rows seen after a longer gap between snapshots are spread over it as the estimate has it (EM).
    """
    steps = _take_steps(triangle)
    if steps is None:
        return None
    late, followed = steps.late.sum(axis=0), _count_followed(triangle, steps)
    if followed.sum() < FEWEST_ROWS:
        return None
    count = len(triangle.districts)
    if not late.sum():
        shares = np.ones((draws, count, len(steps.ages)))
        return Delays(triangle.districts, steps.ages, shares, np.ones(draws), late, followed)
    rng = np.random.default_rng(seed)
    width = np.diff(steps.ages) / STEPS
    age = steps.ages[:-1] / STEPS + width / 2
    hazard, added, at_risk = _fit(steps, age, width)
    part, whole, gone = _split(steps, hazard)
    mine, risk = part.T @ steps.late, whole.T @ steps.held - gone.T @ steps.late
    alike, dispersion, freedom = _judge_districts(steps, hazard, mine, risk)
    spread = np.maximum(dispersion * freedom / rng.chisquare(freedom, draws), 1.0)

    smooth = _draw_smooth(added, at_risk, age, width, dispersion, draws, rng)
    weight = _KEPT * width
    by = spread[:, None]
    pooled = _draw_beta(added / by + weight, (at_risk - added) / by + weight * (1 / smooth - 1), rng)
    shares = np.ones((draws, count, len(steps.ages)))
    for d in range(count):
        drawn = pooled
        if count > 1:
            expected = (risk[:, d] * hazard).sum()
            times = rng.gamma(alike + mine[:, d].sum() / spread, 1 / (alike + expected / spread))
            centre = np.clip(1 - (1 - pooled) ** times[:, None], 1e-9, 1 - 1e-6)
            weight = _KEPT_DISTRICT * width
            rest = (risk[:, d] - mine[:, d]) / by + weight * (1 / centre - 1)
            drawn = _draw_beta(mine[:, d] / by + weight, rest, rng)
        shares[:, d, :-1] = np.cumprod((1 - drawn)[:, ::-1], axis=1)[:, ::-1]
    return Delays(triangle.districts, steps.ages, shares, spread, late, followed)


def _count_followed(triangle: Triangle, steps: _Steps) -> Floats:
    """Rows held at a second snapshot or later of an ended month, each once."""
    ended = (triangle.ages >= 0) & (triangle.ages <= STEPS * OLDEST)
    first = np.where(ended.any(axis=1), ended.argmax(axis=1), len(triangle.snapshots))
    begun = np.maximum(triangle.start, first[None, :])
    seen = begun < len(triangle.snapshots) - 1
    last = len(triangle.snapshots) - 1 - ended[:, ::-1].argmax(axis=1)
    held = triangle.entered[:, np.arange(len(triangle.months)), last]
    return np.asarray((held * seen).sum(axis=1), float)


def _draw_beta(a: Floats, b: Floats, rng: np.random.Generator) -> Floats:
    return np.clip(rng.beta(np.maximum(a, 1e-6), np.maximum(b, 1e-6)), 0.0, 1 - 1e-9)


def _split(steps: _Steps, hazard: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the late rows of each step were entered, as the hazards have it: shapes (steps, bins).

    part: share of its late rows that falls into the bin; held: 1 if the step has the bin; gone: share of them that was
    entered later than the bin, so no longer at risk in it.
    """
    bins = np.arange(len(hazard))
    held = ((bins >= steps.low[:, None]) & (bins < steps.high[:, None])).astype(float)
    still = np.cumprod((1 - held * hazard)[:, ::-1], axis=1)[:, ::-1]  # after the bin, going back
    above = np.c_[still[:, 1:], np.ones(len(still))]
    part = held * hazard * above
    total = part.sum(axis=1, keepdims=True)
    part = np.divide(part, total, out=held / held.sum(axis=1, keepdims=True), where=total > 0)
    gone = held * (part[:, ::-1].cumsum(axis=1)[:, ::-1] - part)
    return part, held, gone


def _fit(steps: _Steps, age: Floats, width: Floats) -> tuple[Floats, Floats, Floats]:
    """Late shares per bin of all districts, and the late rows and rows at risk that they rest on."""
    late, held = steps.late.sum(axis=1), steps.held.sum(axis=1)
    hazard = np.clip(0.5 * width / (1 + age), 1e-4, 0.5)
    several = (steps.high - steps.low > 1).any()
    for _ in range(_ROUNDS if several else 1):
        part, whole, gone = _split(steps, hazard)
        added, at_risk = late @ part, held @ whole - late @ gone
        smooth = _smooth(added, at_risk, age, width)[0]
        weight = _KEPT * width
        hazard = np.clip((added + weight) / (at_risk + weight / smooth), 1e-12, 1 - 1e-9)
    return hazard, added, at_risk


def _smooth(
    added: Floats, at_risk: Floats, age: Floats, width: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Late shares per bin by a regression on age; its design, coefficients, their covariance by chance alone."""
    import statsmodels.api as sm

    shape = width * (age + 0.5) ** _SLOPE
    level = max(added.sum(), 0.5) / (at_risk * shape).sum()
    prior = np.clip(level * shape, 1e-9, 0.9)
    pseudo = _EXTRA * shape / shape.sum()
    top, size = added + pseudo, at_risk + pseudo / prior
    design = np.column_stack([np.ones(len(age)), np.log(age + 0.5), age])
    found = sm.GLM(
        top / size,
        design,
        family=sm.families.Binomial(sm.families.links.CLogLog()),
        offset=np.log(width),
        var_weights=size,
    ).fit(maxiter=50)
    fitted = np.clip(found.fittedvalues, 1e-9, 1 - 1e-6)
    return fitted, design, np.asarray(found.params), np.asarray(found.normalized_cov_params)


def _draw_smooth(
    added: Floats,
    at_risk: Floats,
    age: Floats,
    width: Floats,
    dispersion: float,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    _, design, mean, covariance = _smooth(added, at_risk, age, width)
    drawn = rng.multivariate_normal(mean, dispersion * covariance, draws, method="eigh")
    return np.clip(1 - np.exp(-np.exp(np.clip(drawn @ design.T, -30, 5)) * width), 1e-9, 1 - 1e-6)


def _judge_districts(
    steps: _Steps, hazard: Floats, added: Floats, at_risk: Floats
) -> tuple[float, float, float]:
    """How alike the districts are (in late rows), the dispersion and its degrees of freedom."""
    mine, expected = added.sum(axis=0), hazard @ at_risk
    dispersion, freedom, alike = 1.0, 1.0, _ALIKE[1]
    factor = np.ones(len(mine))
    bins = np.arange(len(hazard))
    inside = (bins >= steps.low[:, None]) & (bins < steps.high[:, None])
    for _ in range(3):
        if len(mine) > 1:
            excess = ((mine - expected) ** 2 - dispersion * expected).sum()
            alike = float(np.clip((expected**2).sum() / max(excess, 1e-9), *_ALIKE))
            factor = (alike + mine / dispersion) / (alike + expected / dispersion)
        weight = _KEPT_DISTRICT * np.diff(steps.ages)[:, None] / STEPS
        centre = np.clip(1 - (1 - hazard[:, None]) ** factor, 1e-9, 1 - 1e-6)
        own = centre if len(mine) == 1 else (added + weight) / (at_risk + weight / centre)
        share = 1 - np.exp(inside @ np.log1p(-np.clip(own, 0, 1 - 1e-9)))
        chance = steps.held * share
        squares = ((steps.late - chance) ** 2 / np.maximum(1 - share, 0.05)).sum()
        cells = (chance > 0.05).sum()
        freedom = max(float(chance.sum() ** 2 / max((chance**2).sum(), 1e-9)), 1.0)
        used = min(len(hazard) * (1 if len(mine) == 1 else 2), 0.5 * cells)
        raw = squares / max(chance.sum(), 1e-9) * cells / max(cells - used, 1)
        dispersion = float(max((raw * freedom + _SURE) / (freedom + _SURE), 1.0))
    return alike, dispersion, freedom + _SURE


def forecast_counts(
    triangle: Triangle,
    delays: Delays,
    *,
    months: int = 12,
    alpha: float = ALPHA,
    seed: int = SEED,
) -> pd.DataFrame:
    """Expected final counts of the newest months that have ended.

    Parameters
    ----------
    months : int
        How many.
    alpha : float
        One less the level of the interval.

    Returns
    -------
    DataFrame
        district_code (empty: all of them together), month, counted (rows held now), expected (with those still to
        come; what may be removed is not taken off), low, high (whole numbers; the interval of the final count) and
        entered (the share of the rows that is in, by estimate). A month younger than any that has been followed has no
        estimate: NaN.

    Notes
    -----
    A month's rate has a gamma posterior from its own rows and the district's usual rate; the rows still to come are
    negative binomial. The limits are those of mid-P.
    """
    newest = np.flatnonzero(triangle.ages[:, -1] >= 0)[-months:]
    shares = delays.find_shares(triangle.ages[:, -1])
    coming = draw_coming(triangle, shares, delays.dispersion, newest, seed=seed)
    counted = triangle.counted[:, newest]
    mean = shares[:, :, newest].mean(axis=0)
    rows = []
    parts = [(code, counted[d], coming[:, d], mean[d]) for d, code in enumerate(triangle.districts)]
    final = counted + coming.mean(axis=0)
    whole = final.sum(axis=0)
    # Where nobody has entered a row, none need be missing: the share is that of rows as they are expected.
    share = np.divide((final * mean).sum(axis=0), whole, out=np.ones(len(whole)), where=whole != 0)
    parts.append(("", counted.sum(axis=0), coming.sum(axis=1), share))
    for code, held, drawn, share in parts:
        low, high = find_limits(drawn, alpha=alpha)
        rows.append(
            pd.DataFrame(
                {
                    "district_code": code,
                    "month": triangle.months[newest],
                    "counted": held,
                    "expected": held + drawn.mean(axis=0),
                    "low": held + low,
                    "high": held + high,
                    "entered": share,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def draw_coming(
    triangle: Triangle, shares: Floats, dispersion: Floats, newest: npt.NDArray[np.intp], *, seed: int = SEED
) -> Floats:
    """Draw how many rows are still to come, shape (draws, districts, newest), of shares (draws, districts, months)."""
    rng = np.random.default_rng(seed)
    mean = shares.mean(axis=0)
    usual, shape = _find_usual(triangle, mean, float(dispersion.mean()))
    counted = triangle.counted[:, newest]
    entered = shares[:, :, newest]
    by = dispersion[:, None, None]
    known = np.nan_to_num(entered, nan=1.0)
    rate = rng.gamma(shape[:, None] + counted / by, 1 / ((shape / usual)[:, None] + known / by))
    expected = rate * (1 - known)
    # Above 1 by a hair is chance itself.
    over = np.maximum(by - 1, 1e-3)
    drawn = rng.poisson(rng.gamma(expected / over, over)).astype(float)
    drawn[np.isnan(entered)] = np.nan
    return np.asarray(drawn)


def _find_usual(triangle: Triangle, shares: Floats, dispersion: float) -> tuple[Floats, Floats]:
    """Each district's usual rows a month, and the shape of the gamma that its months' rates follow."""
    age = triangle.ages[:, -1]
    usable = (age >= 0) & (age <= STEPS * _LOOKED_BACK) & (np.nan_to_num(shares) > 0.5)
    begun = np.maximum.accumulate(triangle.entered[:, :, -1] > 0, axis=1)
    usable &= begun
    number = usable.sum(axis=1)
    total = np.where(usable, triangle.counted / np.where(usable, shares, 1.0), 0.0)
    mean = (total.sum(axis=1) + 0.5) / np.maximum(number, 1)
    squares = (np.where(usable, total - mean[:, None], 0.0) ** 2).sum(axis=1) / np.maximum(number - 1, 1)
    excess = np.maximum(squares - dispersion * mean, 1e-9) / mean**2
    shape = np.where(number > 3, np.clip(1 / excess, *_STEADY), _STEADY[0])
    return mean, shape


def find_limits(drawn: Floats, *, alpha: float = ALPHA) -> tuple[Floats, Floats]:
    """Limits of whole numbers over the first axis, by mid-P: half of a limit's own probability counts as outside.

    What the lower limit does not leave out, since there is nothing below 0, the upper one does.
    """
    ordered = np.sort(drawn, axis=0)
    count = len(ordered)
    low, high = np.full(drawn.shape[1:], np.nan), np.full(drawn.shape[1:], np.nan)
    for at in np.ndindex(drawn.shape[1:]):
        values, number = np.unique(ordered[(slice(None), *at)], return_counts=True)
        if np.isnan(values).any():
            continue
        below = np.cumsum(number) - number / 2
        low[at] = values[below >= alpha / 2 * count][0]
        outside = (ordered[(slice(None), *at)] < low[at]).sum()
        high[at] = values[(below <= (1 - alpha) * count + outside) | (values == low[at])][-1]
    return low, high
