"""Outcomes associated with drills (incidents, repeats, late closures), and who held the required drills."""

import numpy as np
import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import say_effect, say_p
from taizhang.analysis.outcomes import OUTCOMES, RECENT_MONTHS
from taizhang.analysis.required_drills import check_required_drills, find_drill_rule
from taizhang.analysis.verdicts import judge_drills
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.marks import bars_height, draw_intervals, draw_key, wrap_label
from taizhang.figures.tables import make_table, write_day, write_number
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import join_list
from taizhang.metadata.laws import find_law
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("drill-effects")
def plot_drill_effects(view: View) -> display.Figure | None:
    """Plot the rate ratios of the outcomes per drill in the preceding three months, with their intervals."""
    known = [one for one in judge_drills(view) if one.is_modelled]
    if not known:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(known))[::-1]
    effects = pd.DataFrame([vars(one.effect) for one in known])[["ratio", "low", "high"]]
    apart = np.array([one.is_beyond_chance for one in known])
    with use_axes(bars_height(len(known), above=24), grid="x") as (drawing, axes):
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        draw_intervals(axes, places, effects, apart)
        columns = 18 if style.narrow else 28
        axes.set_yticks(places, [wrap_label(label(f"outcome.{one.name}", lang), columns) for one in known])
        axes.set_ylim(-0.6, len(known) - 0.4)
        axes.set_xlabel(say_exhibit(view, "drill-effects", "axis"))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        draw_key(axes, [("┆", label("outcome.no_effect", lang), style.roles["before"])])
    told = []
    for one in known:
        pair = {"name": label(f"outcome.{one.name}", lang), "ratio": say_effect(one.effect, lang)}
        told.append(say_exhibit(view, "drill-effects", "one", **pair))
    ledgers = ["drills", *dict.fromkeys(OUTCOMES[one.name] for one in known)]
    words = label("change.join", lang).join(told)
    beyond = [label(f"outcome.{one.name}", lang) for one in known if one.is_beyond_chance]
    names = join_list(beyond, lang) or label("word.none", lang)
    return finish_figure(
        drawing, view, "drill-effects",
        data=lambda: effects.assign(outcome=[one.name for one in known], beyond_chance=apart),
        ledgers=ledgers, words=words, names=names, none=not beyond,
    )  # fmt: skip


@exhibit("drill-effects-table")
def tabulate_drill_effects(view: View) -> display.Table | None:
    """Tabulate the models of `judge_drills`: ratios, p, and the conclusion allowed."""
    lang, found = view.lang, judge_drills(view)
    if not found:
        return None
    rows = (
        (
            label(f"outcome.{one.name}", lang), one.effect.events, say_effect(one.effect, lang), say_p(one.adjusted),
            write_number(100 * one.power, 0) if one.is_modelled else "—",
            label(f"outcome.verdict.{one.verdict}", lang),
        )
        for one in found
    )  # fmt: skip
    notes = [say_exhibit(view, "drill-effects-table", "note", months=RECENT_MONTHS)]
    if any(one.effect.model == "negative_binomial" for one in found):
        notes.append(say_exhibit(view, "drill-effects-table", "negative_binomial"))
    return make_table(view, "drill-effects-table", rows, notes=notes)


@exhibit("required-drills")
def tabulate_required_drills(view: View) -> display.Table | None:
    """Tabulate which districts held the drill that Order 708 requires every two years, and when the last one was."""
    table = check_required_drills(view)
    if table is None:
        return None
    rows = []
    for code, row in table.iterrows():
        name = display.Cell(row["district"], district=str(code) if view.district == ALL else "")
        words = label(f"drill_rule.{'met' if row['met'] else 'missed'}", view.lang)
        verdict = display.Cell(words, note="" if row["met"] else "worse")
        rows.append((name, write_day(row["last"]), row["held"], verdict))
    law = find_law(find_drill_rule().law, view.as_of)
    return make_table(view, "required-drills", rows, source=law.cite(view.lang) if law else "")
