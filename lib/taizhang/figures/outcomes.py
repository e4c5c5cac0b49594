"""What goes with drills: incidents, repeats and late closures, and who held the drills that are required."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from taizhang.analysis.naming import describe_source, say_p, show_day
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.view import View, once_per_view
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.hazards import mark_rectified
from taizhang.figures.marks import bars_height, draw_key
from taizhang.figures.time import find_span, is_sensitive
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number
from taizhang.metadata.rules import load_rules
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.outcomes import Effect, compare_groups, estimate_effect, sum_recent

# What may follow from drills, and the ledger that each is counted in.
OUTCOMES = {"incidents": "incidents", "repeats": "hazards", "late": "hazards"}
RECENT_MONTHS = 3
LATE_DAYS = 30
_REPEAT_DAYS = 365


@dataclass(frozen=True)
class Outcome:
    """One outcome: what goes with each drill, and with drilling more than a year before.

    Attributes
    ----------
    name : str
        Of `OUTCOMES`.
    monthly, groups : Effect
        Townships by months; before and after against the other townships.
    adjusted : float
        The monthly effect's p, adjusted for the outcomes looked at (Holm 1979).
    """

    name: str
    monthly: Effect
    groups: Effect
    adjusted: float


@once_per_view
def study_drills(view: View) -> list[Outcome]:
    """Model each outcome on the drills of the three months before.

    Parameters
    ----------
    view : View
        Of the whole area.

    Returns
    -------
    list of Outcome
        Empty where drills, or all outcomes, are not configured or are withheld.
    """
    span = find_span(view, "drills")
    if view.district != ALL or span is None:
        return []
    months = pd.period_range(pd.Period(span[0], "M"), pd.Period(span[1], "M"), freq="M")
    codes = list(view.districts["code"])
    if len(months) < 12:
        return []
    drills = _count(view.ledgers["drills"], "held_on", codes, months)
    recent = sum_recent(drills, months=RECENT_MONTHS)
    more = _drilled_more(drills, months)
    found = []
    for name in OUTCOMES:
        pair = _outcome(view, name, codes, months)
        if pair is None:
            continue
        events, exposure = pair
        groups = Effect(reason="few_places")
        if len(months) >= 24:
            halves = [months[-24:-12], months[-12:]]
            before, after = (events[half].sum(axis=1) for half in halves)
            base, last = (exposure[half].sum(axis=1) for half in halves)
            groups = compare_groups(before, after, base, last, more)
        found.append((name, estimate_effect(events, exposure, recent), groups))
    p = np.array([effect.p for _, effect, _ in found])
    known = ~np.isnan(p)
    adjusted = p.copy()
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return [
        Outcome(name, effect, groups, float(value))
        for (name, effect, groups), value in zip(found, adjusted, strict=True)
    ]


def _count(rows: pd.DataFrame, column: str, codes: list[str], months: pd.PeriodIndex) -> pd.DataFrame:
    """Rows per township and month."""
    table = pd.crosstab(rows["district_code"], rows[column].dt.to_period("M"))
    return table.reindex(index=codes, columns=months, fill_value=0)


def _drilled_more(drills: pd.DataFrame, months: pd.PeriodIndex) -> pd.Series:
    """The townships whose drills grew by more than the middle one's between the last two years."""
    growth = drills[months[-12:]].sum(axis=1) - drills[months[-24:-12]].sum(axis=1)
    return growth > growth.median()


def _outcome(
    view: View, name: str, codes: list[str], months: pd.PeriodIndex
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Events and exposure of an outcome by township and month."""
    kind = OUTCOMES[name]
    table = view.ledgers.get(kind)
    if table is None or table.empty or is_sensitive(view, kind):
        return None
    if name == "incidents":
        events = _count(table, "occurred_on", codes, months)
        days = np.broadcast_to(months.days_in_month.to_numpy(float), events.shape)
        return events, pd.DataFrame(days, index=events.index, columns=events.columns)
    if name == "repeats":
        same = table.sort_values("found_on").groupby(["district_code", "premises", "category"], dropna=True)
        gap = same["found_on"].diff().dt.days.reindex(table.index)
        return (
            _count(table[gap.between(1, _REPEAT_DAYS)], "found_on", codes, months),
            _count(table, "found_on", codes, months),
        )
    # Only hazards that have had their thirty days can say whether these were enough.
    due = table[table["found_on"] + pd.Timedelta(days=LATE_DAYS) <= pd.Timestamp(view.as_of)]
    done = due["rectified_on"].fillna(due["closed_on"]).where(mark_rectified(due, view.as_of))
    spot = (due["mode"] == "on_the_spot").fillna(False)
    late = ~((done - due["found_on"]).dt.days <= LATE_DAYS) & ~spot
    return _count(due[late], "found_on", codes, months), _count(due, "found_on", codes, months)


@leave_out_of_brief
def plot_drill_effects(view: View) -> display.Figure | None:
    """Rate ratios of the outcomes per drill in the three months before, with their intervals.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where nothing could be modelled.
    """
    known = [one for one in study_drills(view) if not np.isnan(one.monthly.ratio)]
    if not known:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(known))[::-1]
    with use_style():
        sheet, axes = make_axes(bars_height(len(known), above=24), grid="x")
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for place, one in zip(places, known, strict=True):
            role = "open" if one.adjusted < 0.05 else "main"
            axes.hlines(
                place, one.monthly.low, one.monthly.high, color=style.roles[role], linewidth=2, alpha=0.45
            )
            axes.scatter(one.monthly.ratio, place, s=34, color=style.roles[role], zorder=3)
        axes.set_yticks(places, [label(f"outcome.{one.name}", lang) for one in known])
        axes.set_ylim(-0.6, len(known) - 0.4)
        axes.set_xlabel(label("axis.ratio_per_drill", lang))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        draw_key(axes, [("┆", label("outcome.no_effect", lang), style.roles["before"])])
    return finish_figure(
        sheet,
        id="drill-effects",
        title=label("figure.drill_effects.title", lang),
        alt=label(
            "figure.drill_effects.alt",
            lang,
            words="；".join(_tell(one, lang) for one in known)
            if lang == "zh"
            else "; ".join(_tell(one, lang) for one in known),
        ),
        source=describe_source(
            view,
            "drills",
            also=dict.fromkeys(OUTCOMES[one.name] for one in known),
            extra=label("source.drill_effects", lang),
        ),
    )


def _tell(one: Outcome, lang: str) -> str:
    """One outcome in short."""
    return label(
        "figure.drill_effects.one",
        lang,
        name=label(f"outcome.{one.name}", lang),
        ratio=say_effect(one.monthly, lang),
    )


def say_effect(effect: Effect, lang: str) -> str:
    """A rate ratio with its interval, or why there is none."""
    if effect.reason:
        return label(f"outcome.reason.{effect.reason}", lang)
    return label(
        "word.interval",
        lang,
        value=format_number(effect.ratio, 2),
        low=format_number(effect.low, 2),
        high=format_number(effect.high, 2),
    )


@leave_out_of_brief
def tabulate_drill_effects(view: View) -> display.Table | None:
    """The models of `study_drills`: ratios, p, and what may be said.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where there is nothing to model.
    """
    lang, found = view.lang, study_drills(view)
    if not found:
        return None
    rows = tuple(
        (
            display.Cell(label(f"outcome.{one.name}", lang)),
            display.Cell(format_number(one.monthly.events), float(one.monthly.events)),
            display.Cell(say_effect(one.monthly, lang)),
            display.Cell(say_p(one.adjusted)),
            display.Cell(say_effect(one.groups, lang)),
            display.Cell(say_verdict(one, lang)),
        )
        for one in found
    )
    heads = ("outcome", "events", "ratio", "p", "groups", "verdict")
    models = [one.monthly.model for one in found if one.monthly.model]
    notes = [label("table.drill_effects.note", lang, months=RECENT_MONTHS)]
    if "negative_binomial" in models:
        notes.append(label("table.drill_effects.negative_binomial", lang))
    return display.Table(
        id="drill-effects-table",
        title=label("table.drill_effects.title", lang),
        columns=tuple(
            display.Column(label(f"column.drill_effects.{name}", lang), "", "right" if 0 < n < 5 else "left")
            for n, name in enumerate(heads)
        ),
        rows=rows,
        notes=tuple(notes),
    )


def say_verdict(one: Outcome, lang: str) -> str:
    """What may be said of an outcome."""
    if np.isnan(one.adjusted):
        return label("outcome.verdict.unknown", lang)
    if one.adjusted >= 0.05:
        return label("outcome.verdict.none", lang)
    return label(f"outcome.verdict.{'fewer' if one.monthly.ratio < 1 else 'more'}", lang)


def tabulate_required_drills(view: View) -> display.Table | None:
    """Which districts held the drill that Order 708 asks of them every two years, and when the last was.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where drills are not configured.
    """
    drills = view.ledgers.get("drills")
    if drills is None or is_sensitive(view, "drills"):
        return None
    (rule,) = [rule for rule in load_rules() if rule.check == "no_drill"]
    lang = view.lang
    day = pd.Timestamp(view.as_of) + pd.Timedelta(days=1)
    since = day - pd.DateOffset(years=rule.years)
    held = drills[drills["held_on"] < day]
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    codes = list(names) if view.district == ALL else [view.district]
    rows = []
    for code in codes:
        dates = held.loc[held["district_code"] == code, "held_on"]
        recent = int((dates >= since).sum())
        verdict = "met" if recent else "missed"
        rows.append(
            (
                display.Cell(str(names[code]), district=code if view.district == ALL else ""),
                display.Cell(show_day(dates.max()), show_day(dates.max())),
                display.Cell(format_number(recent), float(recent)),
                display.Cell(label(f"drill_rule.{verdict}", lang), note="" if recent else "worse"),
            )
        )
    rows.sort(key=lambda row: row[2].value != 0)
    return display.Table(
        id="required-drills",
        title=label("table.required_drills.title", lang, day=format_date(view.as_of, lang)),
        columns=(
            display.Column(label("column.district", lang)),
            display.Column(label("column.required_drills.last", lang)),
            display.Column(label("column.required_drills.held", lang), "", "right"),
            display.Column(label("column.required_drills.verdict", lang)),
        ),
        rows=tuple(rows),
        notes=(label("table.required_drills.note", lang, source=rule.source),),
    )
