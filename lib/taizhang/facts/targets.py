"""Targets: how much is done, and whether this keeps pace with the time elapsed."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason, suggest


class TargetLike(Protocol):
    """A target: its indicator (a fact), district (code, name, ``*`` or ``all``), period and number."""

    @property
    def indicator(self) -> str: ...
    @property
    def district(self) -> str: ...
    @property
    def period(self) -> str | Period: ...
    @property
    def at_least(self) -> float: ...


def elapsed_percent(period: Period, as_of: date) -> float:
    """Return the percentage of the period elapsed at the end of as_of, in days, 0 to 100."""
    gone = (min(as_of, period.end) - period.start).days + 1
    return 100 * max(gone, 0) / period.days


def spread_targets(
    targets: Sequence[TargetLike],
    period: Period,
    codes: Sequence[str],
    names: Sequence[str],
    facts: Collection[str],
) -> dict[str, dict[str, float]]:
    """Return the targets of a period by indicator and district code.

    A target is shown only in reports on its own period. A target that names a district overrides ``*``, which means
    every district but not the whole area.

    Parameters
    ----------
    codes, names : sequence of str
        Of the districts, in order.
    facts : collection of str
        Names of the known facts.

    Returns
    -------
    dict of str to dict
        Indicator to district code (or ``all``) to the number to be reached.

    Raises
    ------
    ParameterError
        Names every target with an unknown indicator or district, or set twice.
    """
    problems: list[Reason] = []
    wide: dict[str, dict[str, float]] = {}
    narrow: dict[str, dict[str, float]] = {}
    for target in targets:
        of = target.period if isinstance(target.period, Period) else parse_period(str(target.period))
        if target.indicator not in facts:
            near = suggest(target.indicator, sorted(facts))
            problems.append(Reason("facts.target.no_such_fact", fact=target.indicator, near=near))
            continue
        if target.district == "*":
            found, into = list(codes), wide
        elif target.district == "all" or target.district in codes:
            found, into = [target.district], narrow
        else:
            found, into = [codes[at] for at, name in enumerate(names) if name == target.district], narrow
            if len(found) != 1:
                about = {"fact": target.indicator, "district": target.district}
                near = suggest(target.district, [*codes, *names, "*", "all"])
                problems.append(
                    Reason("facts.target.several", **about, n=len(found))
                    if found
                    else Reason("facts.target.no_such_district", **about, near=near)
                )
                continue
        if (of.start, of.end) != (period.start, period.end):
            continue
        numbers = into.setdefault(target.indicator, {})
        if any(code in numbers for code in found):
            about = {"fact": target.indicator, "district": target.district}
            problems.append(Reason("facts.target.twice", **about, period=str(of)))
        numbers.update(dict.fromkeys(found, float(target.at_least)))
    if problems:
        raise ParameterError.of(problems)
    return {
        indicator: wide.get(indicator, {}) | narrow.get(indicator, {}) for indicator in {**wide, **narrow}
    }
