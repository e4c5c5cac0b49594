"""Assessment by rules (考核): points, rewards, deductions and vetoes, and each rule's effect on the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.stats.intervals import Floats

KINDS = ("points", "reward", "deduction", "veto")
DRAWS = 2000
SEED = 20210701
Z95 = 1.959963984540054
_DRAWS_AT_ONCE = 100  # of a simulation: a dozen arrays of so many times districts times facts are held


@dataclass(frozen=True)
class Step:
    """Points from a value upwards; ``start`` itself counts if `inclusive`."""

    start: float
    points: float
    inclusive: bool = True


@dataclass(frozen=True)
class AssessmentRule:
    """One rule of an assessment.

    Attributes
    ----------
    name : str
    kind : str
        points (up to `points`, in a line from `zero_at` to `full_at`), reward or deduction (`per` points
        for each unit beyond `above`, at most `at_most`; or by `steps`), or veto (a value above `above`).
    fact : str
    points, zero_at, full_at, above, per, at_most : float
    steps : tuple of Step
        In ascending order; the last that a value reaches decides, none gives nothing.
    times : str
        A fact that the points of `steps` are multiplied by, such as heads; empty: nothing.
    """

    name: str
    kind: str
    fact: str
    points: float = 0.0
    zero_at: float = 0.0
    full_at: float = 0.0
    above: float = 0.0
    per: float = 0.0
    at_most: float = np.inf
    steps: tuple[Step, ...] = ()
    times: str = ""


MISSING = "missing"  # to a target: what a reward is multiplied by


@dataclass(frozen=True)
class Reward:
    """Money for a place among the districts, or for a value reached.

    Attributes
    ----------
    name, unit_zh, unit_en : str
    kind : str
        rank (`first` to the first places, `last` taken from the last, the very last first) or steps (`steps`, each
        amount multiplied by the fact `times`, if there is one, or by what is MISSING to a target).
    fact : str
        What districts are ranked by, or the value of the steps; empty: by the points of the assessment.
    descending : bool
        Whether the highest value is first.
    reach : float, optional
        The value of `fact` without which no place is paid, and with which none is fined.
    monthly : bool
        Whether it is given for each month of the year; otherwise for the period as a whole.
    """

    name: str
    kind: str
    fact: str = ""
    descending: bool = True
    first: tuple[float, ...] = ()
    last: tuple[float, ...] = ()
    steps: tuple[Step, ...] = ()
    times: str = ""
    monthly: bool = False
    reach: float | None = None
    unit_zh: str = "元"
    unit_en: str = "yuan"


@dataclass(frozen=True)
class Assessment:
    """Rules under a title, and what is paid, which changes no points."""

    title: str
    rules: tuple[AssessmentRule, ...]
    rewards: tuple[Reward, ...] = ()


def apply_rule(rule: AssessmentRule, values: Floats, times: Floats | None = None) -> Floats:
    """Points that a rule gives for values; NaN if a value isn't known.

    Parameters
    ----------
    times : ndarray of float, optional
        What the points of steps are multiplied by.

    Returns
    -------
    ndarray of float
        Below 0 for a deduction; of a veto 1 where it applies, else 0.
    """
    unknown = np.isnan(values)
    if rule.kind == "points":
        share = (values - rule.zero_at) / (rule.full_at - rule.zero_at)
        return rule.points * np.clip(share, 0, 1)
    if rule.kind == "veto":
        return np.where(unknown, np.nan, values > rule.above)
    if rule.steps:
        points = find_step(rule.steps, values)
        points = points if times is None else points * times
    else:
        points = np.maximum(values - rule.above, 0) * rule.per
    points = np.minimum(points, rule.at_most)
    return np.where(unknown, np.nan, points if rule.kind == "reward" else -points)


def find_step(steps: Sequence[Step], values: Floats) -> Floats:
    """The points of the last step that each value reaches; 0 below the first."""
    points = np.zeros(values.shape)
    for step in steps:
        reached = values >= step.start if step.inclusive else values > step.start
        points[reached] = step.points
    return points


def _total(points: Floats, rules: Sequence[AssessmentRule]) -> tuple[Floats, Floats]:
    """Totals and vetoes; points that can't be known don't count, and the others are scaled up for them."""
    kinds = np.array([rule.kind for rule in rules])
    most = np.array([rule.points if rule.kind == "points" else 0.0 for rule in rules])
    plain = kinds == "points"
    known = ~np.isnan(points)
    reach = (known[..., plain] * most[plain]).sum(axis=-1)
    got = np.nansum(points[..., plain], axis=-1)
    scaled = np.divide(got * most.sum(), reach, out=np.full(reach.shape, np.nan), where=reach > 0)
    scaled = scaled if plain.any() else np.zeros(reach.shape)
    extra = np.nansum(points[..., ~plain & (kinds != "veto")], axis=-1)
    return scaled + extra, np.nansum(points[..., kinds == "veto"], axis=-1) > 0


def _rank(total: Floats, vetoed: np.ndarray) -> Floats:
    """1 for the most points; the vetoed after all others; unknown last."""
    # The vetoed rank among themselves, below everyone else.
    span = np.ptp(np.nan_to_num(total)) + 1
    key = pd.DataFrame(np.atleast_2d(total - vetoed * span))
    return key.rank(axis=1, method="min", na_option="bottom", ascending=False).to_numpy()


def assess_places(
    assessment: Assessment,
    values: pd.DataFrame,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    *,
    ends: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points, totals, ranks with their range, and each rule's effect on the ranking.

    Parameters
    ----------
    values : DataFrame
        One row per district, one column per fact that the rules name; NaN if unknown or withheld.
    low, high : DataFrame, optional
        Limits of the facts' 95 % intervals, alike; NaN if a fact has none and counts as exact.
    ends : tuple of DataFrame, optional
        The values, alike, at the least and at the most that what is not known of them allows. The range of a rank then
        holds each district's at its better end among others at their worse, and the reverse.
    draws, seed : int
        Of the simulation that gives the ranks their range.

    Returns
    -------
    places : DataFrame
        Per district: rule numbers (points), total, total_least and total_most (at the ends), vetoed, rank, low, high
        (the rank in 95 % of draws) and missing (rules whose fact isn't known; their points are shared out among the
        others).
    sensitivity : DataFrame
        Per rule number: moved (districts whose rank changes without the rule), most (places at most), tau
        (Kendall's, of the ranking with and without).

    Notes
    -----
    Each draw takes every fact from a normal distribution as wide as its interval on the side drawn, and
    ranks again: Goldstein and Spiegelhalter (1996), J. R. Stat. Soc. A 159, 385-443.
    """
    from scipy.stats import kendalltau  # slow to load, and settings are read to see whether they changed

    rules = assessment.rules
    columns = list(values.columns)
    center = values.to_numpy(float)
    points = _score(rules, center, columns)
    total, vetoed = _total(points, rules)
    rank = _rank(total, vetoed)[0]
    best, worst = simulate_ranks(assessment, values, low, high, ends=ends, draws=draws, seed=seed)
    totals = (
        [total, total] if ends is None else [_total(one, rules)[0] for one in score_ends(assessment, *ends)]
    )
    places = pd.DataFrame(points, index=values.index, columns=range(len(rules))).assign(
        total=total,
        total_least=totals[0],
        total_most=totals[1],
        vetoed=vetoed,
        rank=rank.astype(int),
        low=np.quantile(best, 0.025, axis=0, method="lower").astype(int),
        high=np.quantile(worst, 0.975, axis=0, method="higher").astype(int),
        missing=np.isnan(points).sum(axis=1),
    )
    rows = []
    for place in range(len(rules)):
        kept = [n for n in range(len(rules)) if n != place]
        if not kept:
            break
        other = _rank(*_total(points[:, kept], [rules[n] for n in kept]))[0]
        shift = np.abs(other - rank)
        tau = kendalltau(other, rank).statistic if len(rank) > 1 else np.nan
        rows.append((place, int((shift > 0).sum()), int(shift.max()), float(tau)))
    sensitivity = pd.DataFrame(rows, columns=["rule", "moved", "most", "tau"]).set_index("rule")
    return places, sensitivity


def simulate_ranks(
    assessment: Assessment,
    values: pd.DataFrame,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    *,
    ends: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[Floats, Floats]:
    """Draw the ranks of `assess_places`, best and worst, a row for each draw; they differ if there are `ends`."""
    rules, columns = assessment.rules, list(values.columns)
    center = values.to_numpy(float)
    below = np.zeros_like(center) if low is None else np.nan_to_num(center - low[columns].to_numpy(float))
    beyond = np.zeros_like(center) if high is None else np.nan_to_num(high[columns].to_numpy(float) - center)
    rng = np.random.default_rng(seed)
    certain = [place for place, rule in enumerate(rules) if rule.kind != "points"]
    best, worst = (np.empty((draws, len(values))) for _ in range(2))
    sides = None if ends is None else [end[columns].to_numpy(float) for end in ends]
    for first in range(0, draws, _DRAWS_AT_ONCE):
        chunk = slice(first, first + _DRAWS_AT_ONCE)
        z = rng.standard_normal((min(_DRAWS_AT_ONCE, draws - first), *center.shape)) / Z95
        noise = np.where(np.signbit(z), below, beyond) * z

        def draw(at: Floats, noise: Floats = noise) -> Floats:
            drawn = _score(rules, np.where(at == 0, np.maximum(at + noise, 0), at + noise), columns)
            # A veto, and what counts events that happened, is not a matter of chance.
            drawn[..., certain] = _score(rules, at, columns)[:, certain]
            return drawn

        if sides is None:
            best[chunk] = worst[chunk] = _rank(*_total(draw(center), rules))
        else:
            worse, better = (_total(one, rules) for one in _order(rules, *(draw(side) for side in sides)))
            best[chunk], worst[chunk] = _rank_among(better, worse), _rank_among(worse, better)
    return best, worst


def score_ends(assessment: Assessment, least: pd.DataFrame, most: pd.DataFrame) -> tuple[Floats, Floats]:
    """Points per district and rule at the worse and the better of two bounds of the facts' values."""
    rules, columns = assessment.rules, list(least.columns)
    return _order(rules, *(_score(rules, end[columns].to_numpy(float), columns) for end in (least, most)))


def _order(rules: Sequence[AssessmentRule], one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """The worse and the better of two points, rule by rule: a veto that applies is worse."""
    veto = np.array([rule.kind == "veto" for rule in rules])
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    return np.where(veto, upper, lower), np.where(veto, lower, upper)


def _rank_among(own: tuple[Floats, Floats], others: tuple[Floats, Floats]) -> Floats:
    """Do the same as `_rank`, for each place with its own totals and vetoes among the others with theirs."""
    # The vetoed are below everyone else, in both.
    span = max(np.nanmax(total, initial=0) for total, _ in (own, others))
    span -= min(np.nanmin(total, initial=0) for total, _ in (own, others))
    mine, theirs = (total - vetoed * (span + 1) for total, vetoed in (own, others))
    ranks = np.empty_like(mine)
    for place in range(mine.shape[1]):
        unknown = np.isnan(mine[:, [place]])
        ahead = (theirs > mine[:, [place]]) | (unknown & ~np.isnan(theirs))
        ahead[:, place] = False
        ranks[:, place] = 1 + ahead.sum(axis=1)
    return ranks


def _score(rules: Sequence[AssessmentRule], values: Floats, columns: Sequence[str]) -> Floats:
    """Points per district and rule, of values per district and fact; draws, if any, come first."""
    facts = {name: values[..., place] for place, name in enumerate(columns)}
    return np.stack(
        [apply_rule(rule, facts[rule.fact], facts[rule.times] if rule.times else None) for rule in rules],
        axis=-1,
    )
