"""The grid check in words."""

import geopandas as gpd

from taizhang.analysis.naming import name_place
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.figures.grid_check import choose_cells
from taizhang.metadata.words import label
from taizhang.narrative.telling import count, make_paragraph, make_prose, say


def write_grid_check(view: View, problems: gpd.GeoDataFrame | None) -> Prose | None:
    """How many cells there are, how many have nobody named, and what faults the ground shows.

    Parameters
    ----------
    view : View
    problems : geopandas.GeoDataFrame or None
        From `Workbook.grid_problems`.

    Returns
    -------
    Prose
        A workbook without a grid layer is told so.
    """
    lang, cells = view.lang, choose_cells(view)
    if cells is None or problems is None:
        return make_prose([make_paragraph([say("check_text.no_grid", lang)], lang)])
    first = say("check_text.cells", lang, name=name_place(view), n=count(len(cells)))
    assigned = cells["assigned"].astype("boolean")
    missing = int((~assigned).sum())
    if assigned.isna().all():
        first += say("check_text.unknown", lang)
    elif missing:
        first += say("check_text.unassigned", lang, n=count(missing))
    else:
        first += say("check_text.assigned", lang)
    sentences = [(*first, *say("join.stop", lang))]
    if problems.empty:
        sentences.append(say("check_text.sound", lang))
    else:
        found = say("check_text.found", lang, n=count(len(problems)))
        for place, (problem, part) in enumerate(problems.groupby("problem", sort=False)):
            found += say("clause.remark_join", lang) if place else ()
            found += say(
                "check_text.part",
                lang,
                problem=label(f"problem.{problem}", lang),
                n=count(len(part)),
                area=count(part["area_km2"].sum(), 3),
            )
        sentences.append((*found, *say("join.stop", lang)))
    return make_prose([make_paragraph(sentences, lang)])
