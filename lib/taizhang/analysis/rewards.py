"""What districts are paid, or fined, by the rewards of assessment.toml: in the period, and over the year so far."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.analysis.assessment import read_rules
from taizhang.analysis.comparison import select_values
from taizhang.analysis.doubt import Side, read_column
from taizhang.analysis.view import View, once_per_view
from taizhang.core.periods import Period, parse_period
from taizhang.metadata.facts import ALL
from taizhang.stats.assess import MISSING, Assessment, Reward, assess_places, simulate_ranks
from taizhang.stats.intervals import Floats
from taizhang.stats.rewards import draw_ranks, find_chances, keep_earned, pay_steps, share_prizes

_ENDS = ("first_least", "first_most", "last_least", "last_most")


@dataclass(frozen=True)
class Rewarded:
    """A reward by district.

    `places`, by code, in the view's order: district; amount and known, of the period: the sum of what is known, NaN if
    nothing is, and of how many of its `months`; total and total_known: the same from January on, of `months_total`.
    Of a reward by rank also the probabilities, from 0 to 1, of being among the first and the last (first_least,
    first_most, last_least, last_most; they differ where some answers are missing): the mean over the months of the
    period, NaN where a rank isn't known.
    """

    reward: Reward
    places: pd.DataFrame
    months: int
    months_total: int

    @property
    def goes_on(self) -> bool:
        """Whether the year so far is more than the period."""
        return self.months_total > self.months

    @property
    def has_unknown(self) -> bool:
        """Whether some amount is unknown."""
        return bool((self.places["total_known"] < self.months_total).any())

    @property
    def is_by_rank(self) -> bool:
        return self.reward.kind == "rank"


def find_rewards(view: View) -> tuple[Rewarded, ...]:
    """The rewards of which something is known; none if assessment.toml has none, or the view is of one district."""
    return tuple(one for one in _find_all(view) if one.places["total_known"].any())


def name_untold(view: View) -> list[str]:
    """The names of rewards of which nothing is known."""
    return [one.reward.name for one in _find_all(view) if not one.places["total_known"].any()]


@once_per_view
def _find_all(view: View) -> tuple[Rewarded, ...]:
    assessment = view.settings.get("assessment")
    if not isinstance(assessment, Assessment) or view.district != ALL or len(view.districts) < 2:
        return ()
    return tuple(_find_reward(view, assessment, reward) for reward in assessment.rewards)


def _find_reward(view: View, assessment: Assessment, reward: Reward) -> Rewarded:
    periods = _list_months(view) if reward.monthly else [view.period]
    parts = {one: _pay(view, assessment, reward, one) for one in periods}
    own = [one for one in periods if view.period.start <= one.start and one.end <= view.period.end]
    codes = list(view.districts["code"])
    amounts = pd.DataFrame({str(one): part["amount"] for one, part in parts.items()}, index=codes)
    mine = amounts[[str(one) for one in own]]
    places = pd.DataFrame(
        {
            "district": view.districts.set_index("code")["name"].astype("str"),
            "amount": mine.sum(axis=1, min_count=1),
            "known": mine.notna().sum(axis=1),
            "total": amounts.sum(axis=1, min_count=1),
            "total_known": amounts.notna().sum(axis=1),
        }
    )
    if reward.kind == "rank":
        for name in _ENDS:
            chances = [parts[one][name].reindex(codes).to_numpy(float) for one in own]
            places[name] = np.mean(chances, axis=0) if chances else np.nan
    return Rewarded(reward, places, len(own), len(periods))


def _list_months(view: View) -> list[Period]:
    """The months of the year up to the period's end, as far as the ledgers are read."""
    last = view.period.end
    months = [parse_period(f"{last.year:04d}-{month:02d}") for month in range(1, last.month + 1)]
    return [one for one in months if one.end <= last and one.start <= view.as_of]


def _pay(view: View, assessment: Assessment, reward: Reward, period: Period) -> pd.DataFrame:
    """What each district gets for one period, by code, and how sure its place is."""
    facts = view.facts if period.is_same(view.period) or view.facts_of is None else view.facts_of(period)
    if reward.kind == "steps":
        ends = [_pay_steps(view, facts, reward, side) for side in ("lowest", "highest")]
        paid = np.where(ends[0] == ends[1], ends[0], np.nan)  # whatever the missing answers are
        return pd.DataFrame({"amount": paid}, index=list(view.districts["code"]))
    ranked, best, worst = (
        _rank_by_fact(view, facts, reward) if reward.fact else _rank_by_points(view, assessment, facts)
    )
    paid = share_prizes(ranked, reward.first, reward.last)
    if reward.reach is not None:
        values = _read(view, facts, reward.fact, None)
        paid = keep_earned(paid, values >= reward.reach if reward.descending else values <= reward.reach)
    chances = find_chances(best, worst, len(reward.first), len(reward.last))
    if np.isnan(ranked).any():
        chances[:] = np.nan  # whoever isn't known may be anywhere among them
    return chances.assign(amount=paid).set_axis(list(view.districts["code"]))


def _read(view: View, facts: pd.DataFrame, name: str, side: Side | None, column: str = "value") -> Floats:
    """A fact by district, at an end of what its missing answers allow; unknown if that has no bounds."""
    values = read_column(select_values(facts, name), column, side)
    return values.reindex(list(view.districts["code"])).to_numpy(float)


def _pay_steps(view: View, facts: pd.DataFrame, reward: Reward, side: Side) -> Floats:
    times = None
    if reward.times == MISSING:
        done, wanted = (_read(view, facts, reward.fact, side, one) for one in ("numerator", "denominator"))
        times = np.maximum(wanted - done, 0)
    elif reward.times:
        times = _read(view, facts, reward.times, side)
    return pay_steps(reward.steps, _read(view, facts, reward.fact, side), times)


def _rank_by_fact(view: View, facts: pd.DataFrame, reward: Reward) -> tuple[Floats, Floats, Floats]:
    """What districts are ranked by, the most being first, and draws of their ranks, best and worst."""
    sign = 1.0 if reward.descending else -1.0
    limits = ("value", "low", "high") if reward.descending else ("value", "high", "low")

    def read(side: Side) -> tuple[Floats, Floats, Floats]:
        value, low, high = (sign * _read(view, facts, reward.fact, side, column) for column in limits)
        return value, low, high

    worse, better = read("lowest"), read("highest")
    if not reward.descending:
        worse, better = better, worse
    return sign * _read(view, facts, reward.fact, None), *draw_ranks(worse, better)


def _rank_by_points(view: View, assessment: Assessment, facts: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """The same by the points of the rules; a district of which any of these isn't known has no place."""
    read = read_rules(view, assessment, facts)
    ends = read.ends if read.differ else None
    places, _ = assess_places(assessment, read.values, read.low, read.high, ends=ends, draws=1)
    ranked = -places["rank"].where(places["missing"] == 0).to_numpy(float)
    return ranked, *simulate_ranks(assessment, read.values, read.low, read.high, ends=ends)
