"""The content of a report's first page: four states, what was done well, and where indicators lie.

Problems come from `analysis.findings`; whether an indicator differs from the whole area follows the report's verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.calls import is_called
from taizhang.analysis.changes import Change, compare_periods
from taizhang.analysis.comparison import compare_districts, hold_against, list_values
from taizhang.analysis.differences import find_pair
from taizhang.analysis.doubt import is_partly_known
from taizhang.analysis.gaps import rests_on_columns
from taizhang.analysis.hazards import list_overdue
from taizhang.analysis.incidents import GraveEvent, list_grave_events
from taizhang.analysis.targets import TargetProgress
from taizhang.analysis.view import View, once_per_view
from taizhang.facts.incidents import GRAVE_LEVELS, LEVELS
from taizhang.metadata.brief import WellDone, load_brief
from taizhang.metadata.facts import ALL, FactInfo, split_target
from taizhang.metadata.rules import find_rule

Level = Literal["red", "amber", "normal", ""]


@dataclass(frozen=True)
class Deaths:
    """Deaths in the period and a year earlier, None if unknown; `missing` people as far as rows give them.

    `events`: fatal events, most deaths first; empty if they do not add up to the fact.
    """

    level: Level
    deaths: float | None
    before: float | None = None
    missing: int = 0
    events: tuple[GraveEvent, ...] = ()


@dataclass(frozen=True)
class Grade:
    """The worst accident grade in the period (empty if none), how many had it, and how many a year earlier."""

    level: Level
    grade: str = ""
    number: float | None = None
    before: float | None = None


@dataclass(frozen=True)
class Targets:
    """The targets that are known, over all districts for the whole area; `missed`: not met, or behind pace."""

    level: Level
    targets: tuple[TargetProgress, ...] = ()
    missed: tuple[TargetProgress, ...] = ()

    @property
    def met(self) -> tuple[TargetProgress, ...]:
        return tuple(one for one in self.targets if one.is_met)


@dataclass(frozen=True)
class Overdue:
    """Overdue hazards, whenever found; `longest` in days, `long`: rows past the red threshold; None if unknown.

    If the whole area's number is unknown, `told` has the numbers of the districts that have any, by code.
    """

    level: Level
    number: float | None
    before: float | None = None
    longest: int | None = None
    long: int | None = None
    of_trade: tuple[str, int] | None = None  # the commonest trade, where more than half are of it
    told: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Well:
    """Something done well, by its key in brief.yml; `numbers`: values by placeholder and fact."""

    key: str
    numbers: Mapping[str, tuple[str, float]]
    targets: tuple[TargetProgress, ...] = ()


Pair = tuple[float, float]  # now, and a year before


@dataclass(frozen=True)
class Beside:
    """The comparison with the year before: deaths, overdue hazards and losses as numbers, and the indicators'
    verdicts.

    A number is None if it is unknown in either year. `better` and `worse` are beyond chance. Rows of the strip that
    show the year before, other than deaths, are divided into `alike` (tested, neither better nor worse), `turned`
    (better or worse) and `untested`. `has_deaths`: a row of deaths shows the year before, too. `keys`: if the strip has
    no such row, the key figures that were tested and are neither.
    """

    deaths: Pair | None
    overdue: Pair | None
    loss: tuple[FactInfo, Pair] | None = None
    better: tuple[tuple[FactInfo, Change], ...] = ()
    worse: tuple[tuple[FactInfo, Change], ...] = ()
    alike: int = 0
    turned: int = 0
    untested: int = 0
    has_deaths: bool = False
    keys: tuple[FactInfo, ...] = ()

    @property
    def has_numbers(self) -> bool:
        return bool(self.deaths or self.overdue or self.loss)

    @property
    def is_told(self) -> bool:
        """Whether anything can be compared with the year before."""
        return bool(self.has_numbers or self.better or self.worse or self.alike or self.keys)


@dataclass(frozen=True)
class Placed:
    """An indicator: the district's value, last year's, and the whole area's; None if not known or not comparable.

    Positions run from -1 to 1 on the row's own scale; 0 is the whole area's value, and further right is better.
    `others`: positions of the other districts, ascending; `least` and `most`: their values. `side`: worse or
    better than the whole area beyond chance, else empty; `apart`: for the whole area, names of the districts
    beyond chance.
    """

    group: str
    info: FactInfo
    value: float
    before: float | None
    level: float
    place: float
    place_before: float | None
    others: tuple[float, ...]
    least: float
    most: float
    side: Literal["better", "worse", ""] = ""
    apart: tuple[str, ...] = ()


def find_deaths(view: View) -> Deaths:
    """Return deaths; any death is red."""
    deaths = view.value("incidents.deaths")
    if deaths is None:
        return Deaths("", None)
    fatal = [one for one in list_grave_events(view).events if one.deaths]
    events = sorted(fatal, key=lambda one: -one.deaths)
    if sum(one.deaths for one in events) != deaths:
        events = []
    missing = int(np.nansum(view.counted("incidents").amounts("missing")))
    before = _read_before(view, "incidents.deaths")
    return Deaths("red" if deaths else "normal", deaths, before, missing, tuple(events))


def find_grade(view: View) -> Grade:
    """Return the worst accident grade, only if the numbers of all four grades are known."""
    numbers = {grade: view.value(f"incidents.level_{grade}") for grade in LEVELS}
    if any(number is None for number in numbers.values()):
        return Grade("")
    worst = next((grade for grade in reversed(LEVELS) if numbers[grade]), "")
    if not worst:
        return Grade("normal")
    before = _read_before(view, f"incidents.level_{worst}")
    return Grade("red" if worst in GRAVE_LEVELS else "amber", worst, numbers[worst], before)


def find_targets(view: View) -> Targets:
    """Return the targets. A target not met is missed once the period is over; until then, one behind the elapsed
    time."""
    facts = view.facts if view.district == ALL else view.facts[view.facts["district_code"] == view.district]
    found = []
    for fact, code in zip(facts["fact"], facts["district_code"], strict=True):
        parts = split_target(fact)
        if not parts or parts[1] != "done_percent" or (view.district == ALL and code == ALL):
            continue
        done, pace = view.fact(fact, code), view.fact(f"targets.{parts[0]}.pace_points", code)
        if (
            done is not None
            and pd.notna(done["value"])
            and not done["suppressed"]
            and not is_partly_known(done)
        ):
            found.append(TargetProgress(parts[0], done, pace))
    over = view.as_of >= view.period.end
    missed = tuple(one for one in found if not one.is_met and (over or one.is_behind))
    if not found:
        return Targets("")
    far = any(_find_progress(one) < (find_rule("target_missed").red_below or 0) for one in missed)
    return Targets("red" if far else "amber" if missed else "normal", tuple(found), missed)


def _find_progress(target: TargetProgress) -> float:
    """Return the percentage done of what is due by the time elapsed."""
    done = float(target.done["value"])
    gone = (
        100.0 if target.pace is None or pd.isna(target.pace["value"]) else done - float(target.pace["value"])
    )
    return 100 * done / gone if gone > 0 else 100.0


def find_long_overdue() -> float:
    """Return the number of days past the deadline that makes an overdue hazard a red problem."""
    days = find_rule("hazards_overdue").red_above
    assert days is not None
    return days


def find_overdue(view: View) -> Overdue:
    """Return overdue hazards; rows are used only if their number agrees with the fact."""
    number = view.value("hazards.overdue_stock")
    if number is None:
        told = (
            {}
            if view.district != ALL
            else {
                str(code): found
                for code in view.districts["code"]
                if (found := view.value("hazards.overdue_stock", code))
            }
        )
        return Overdue("amber" if told else "", None, told=told)
    before = _read_before(view, "hazards.overdue_stock")
    if not number:
        return Overdue("normal", number, before)
    rows = list_overdue(view) if "hazards" in view.ledgers else pd.DataFrame()
    if len(rows) != number:
        return Overdue("amber", number, before)
    long = int((rows["late"] > find_long_overdue()).sum())
    trades = rows["trade"].value_counts()
    of_trade = (str(trades.index[0]), int(trades.iloc[0])) if len(trades) else None
    if of_trade and (2 * of_trade[1] <= number or of_trade[1] < 2):
        of_trade = None
    return Overdue("red" if long else "amber", number, before, int(rows["late"].iloc[0]), long, of_trade)


def _read_before(view: View, fact: str) -> float | None:
    """Return the value of a year before, if the two are comparable."""
    pair = find_pair(view, fact, view.district, "year")
    return None if pair is None else float(pair[1]["value"])


# Losses of disasters; where these can't be compared, those of incidents. The two ledgers overlap, so they don't add up.
_LOSSES = ("losses.loss_wan", "incidents.loss_wan")


@once_per_view
def find_beside(view: View) -> Beside:
    """Compare the strip's indicators, and key figures with a good side and a measure of chance, with the year before.

    Better or worse follows the verdict used in tables and sentences. Deaths are given as numbers, and no rate of
    deaths is compared. Indicators that are neither are counted among the rows that a reader sees.
    """
    strip = [fact for group in load_brief().strip.values() for fact in group.facts]
    keys = [name for name, info in view.fact_infos.items() if info.key]
    sides: dict[str, list[tuple[FactInfo, Change]]] = {"better": [], "worse": [], "neutral": []}
    for fact in dict.fromkeys([*strip, *keys]):
        if fact not in view.fact_infos or _is_of_deaths(fact):
            continue
        info, change = view.describe(fact), compare_periods(view, fact)
        if info.direction != "neither" and change and is_called(view, "change", fact, "year") is not None:
            sides[change.verdict].append((info, change))
    rows = [one.info.name for one in place_indicators(view) if one.before is not None]
    shown = {fact for fact in rows if not _is_of_deaths(fact)}
    neutral = {info.name for info, _ in sides["neutral"]}
    turned = {info.name for side in ("better", "worse") for info, _ in sides[side]}
    alike = len(shown & neutral)
    return Beside(
        _pair_known(view, "incidents.deaths"),
        _pair_known(view, "hazards.overdue_stock"),
        next(((view.describe(fact), pair) for fact in _LOSSES if (pair := _pair_known(view, fact))), None),
        tuple(sides["better"]),
        tuple(sides["worse"]),
        alike,
        len(shown & turned),
        len(shown - neutral - turned),
        len(shown) < len(rows),
        () if alike else tuple(info for info, _ in sides["neutral"]),
    )


def _is_of_deaths(fact: str) -> bool:
    return fact.startswith("incidents.deaths")


def _pair_known(view: View, fact: str) -> Pair | None:
    """Return a count now and a year before, if both are known for every row."""
    pair = find_pair(view, fact, view.district, "year")
    if pair is None or any(is_partly_known(row) for row in pair):
        return None
    return float(pair[0]["value"]), float(pair[1]["value"])


def find_well_done(view: View, most: int) -> list[Well]:
    """Return the first entries of brief.yml that apply."""
    found = []
    for key, one in load_brief().well.items():
        if key == "targets_met":
            targets = find_targets(view)
            if targets.targets and len(targets.met) == len(targets.targets) and view.district != ALL:
                found.append(Well(key, {}, targets.targets))
        elif _holds(view, one):
            numbers = {place: (fact, view.value(fact) or 0.0) for place, fact in one.told.items()}
            found.append(Well(key, numbers))
    return found[:most]


def _holds(view: View, one: WellDone) -> bool:
    """Return whether facts lie within their bounds, and every row says what they rest on."""
    for fact, (low, high) in one.when.items():
        row, value = view.fact(fact), view.value(fact)
        if row is None or value is None or is_partly_known(row):
            return False
        if pd.isna(row.get("of", 0)) and rests_on_columns(fact):
            return False
        if (low is not None and value < low) or (high is not None and value > high):
            return False
    return True


@once_per_view
def place_indicators(view: View) -> tuple[Placed, ...]:
    """Return the indicators of the strip, group by group."""
    plan, placed = load_brief(), list[Placed]()
    for group, chosen in plan.strip.items():
        found = [one for fact in chosen.facts if (one := _place(view, group, fact))]
        placed += found[: chosen.most]
    return tuple(placed[: plan.most_indicators])


def _place(view: View, group: str, fact: str) -> Placed | None:
    """Return None if the district's value, the whole area's or all other districts' are unknown."""
    if fact not in view.fact_infos:
        return None
    info, value, level = view.describe(fact), view.value(fact), view.value(fact, ALL)
    known = list_values(view, fact)["value"].dropna()
    others = known.drop(view.district, errors="ignore")
    if value is None or level is None or others.empty:
        return None
    before = _read_before(view, fact)
    good = 1.0 if info.direction == "more_is_better" else -1.0
    every = [*others, value, *([before] if before is not None else [])]
    scale = max(abs(one - level) for one in every)

    def place(one: float) -> float:
        return round(good * (one - level) / scale, 4) + 0.0 if scale else 0.0

    side: Literal["better", "worse", ""] = ""
    apart: Sequence[str] = ()
    if view.district == ALL:
        comparison = compare_districts(view, fact)
        apart = comparison.apart if comparison else ()
    elif (held := hold_against(view, fact)) in ("above", "below"):
        side = "better" if (held == "above") == (good > 0) else "worse"
    return Placed(
        group,
        info,
        value,
        before,
        level,
        place(value),
        None if before is None else place(before),
        tuple(sorted(map(place, others))),
        float(known.min()),
        float(known.max()),
        side,
        tuple(apart),
    )
