"""What goes with drills: incidents, repeats and late closures, and who held the drills that are required."""

import numpy as np

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import say_effect, say_p, show_day
from taizhang.analysis.outcomes import OUTCOMES, RECENT_MONTHS, study_drills
from taizhang.analysis.required_drills import check_required_drills, find_drill_rule
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_key
from taizhang.figures.tables import make_table
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("drill-effects")
def plot_drill_effects(view: View) -> display.Figure | None:
    """Rate ratios of the outcomes per drill in the three months before, with their intervals."""
    known = [one for one in study_drills(view) if one.is_modelled]
    if not known:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(known))[::-1]
    with use_style():
        drawing, axes = make_axes(bars_height(len(known), above=24), grid="x")
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for place, one in zip(places, known, strict=True):
            role = "open" if one.verdict in ("fewer", "more") else "main"
            axes.hlines(
                place, one.monthly.low, one.monthly.high, color=style.roles[role], linewidth=2, alpha=0.45
            )
            axes.scatter(one.monthly.ratio, place, s=34, color=style.roles[role], zorder=3)
        axes.set_yticks(places, [label(f"outcome.{one.name}", lang) for one in known])
        axes.set_ylim(-0.6, len(known) - 0.4)
        axes.set_xlabel(say_exhibit(view, "drill-effects", "axis"))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        draw_key(axes, [("┆", label("outcome.no_effect", lang), style.roles["before"])])
    return finish_figure(
        drawing,
        view,
        "drill-effects",
        ledgers=["drills", *dict.fromkeys(OUTCOMES[one.name] for one in known)],
        words=label("change.join", lang).join(
            say_exhibit(
                view,
                "drill-effects",
                "one",
                name=label(f"outcome.{one.name}", lang),
                ratio=say_effect(one.monthly, lang),
            )
            for one in known
        ),
    )


@exhibit("drill-effects-table")
def tabulate_drill_effects(view: View) -> display.Table | None:
    """The models of `study_drills`: ratios, p, and what may be said."""
    lang, found = view.lang, study_drills(view)
    if not found:
        return None
    rows = (
        (
            display.Cell(label(f"outcome.{one.name}", lang)),
            display.Cell(format_number(one.monthly.events), float(one.monthly.events)),
            display.Cell(say_effect(one.monthly, lang)),
            display.Cell(say_p(one.adjusted)),
            display.Cell(say_effect(one.groups, lang)),
            display.Cell(label(f"outcome.verdict.{one.verdict}", lang)),
        )
        for one in found
    )
    notes = [say_exhibit(view, "drill-effects-table", "note", months=RECENT_MONTHS)]
    if any(one.monthly.model == "negative_binomial" for one in found):
        notes.append(say_exhibit(view, "drill-effects-table", "negative_binomial"))
    return make_table(view, "drill-effects-table", rows, notes=notes)


@exhibit("required-drills")
def tabulate_required_drills(view: View) -> display.Table | None:
    """Which districts held the drill that Order 708 asks of them every two years, and when the last was."""
    table = check_required_drills(view)
    if table is None:
        return None
    lang = view.lang
    rows = (
        (
            display.Cell(row["district"], district=str(code) if view.district == ALL else ""),
            display.Cell(show_day(row["last"]), show_day(row["last"])),
            display.Cell(format_number(row["held"]), float(row["held"])),
            display.Cell(
                label(f"drill_rule.{'met' if row['met'] else 'missed'}", lang),
                note="" if row["met"] else "worse",
            ),
        )
        for code, row in table.iterrows()
    )
    return make_table(view, "required-drills", rows, source=find_drill_rule().source)
