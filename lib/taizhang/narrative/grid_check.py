"""The grid check in words."""

import geopandas as gpd

from taizhang.analysis.grid import choose_cells, list_unassigned, names_persons, sum_problems
from taizhang.analysis.naming import name_place
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.words import label
from taizhang.narrative.telling import count, say, tell


def write_grid_check(view: View, problems: gpd.GeoDataFrame | None) -> Prose | None:
    """Say how many cells there are, how many lack a responsible person, and which gaps, overlaps and strays there
    are.

    `problems` is as returned by `Workbook.grid_problems`; without a grid layer, a sentence says so.
    """
    lang, cells = view.lang, choose_cells(view)
    if cells is None or problems is None:
        return tell(
            lang, say("check_text.lost_grid" if "grid" in view.unread else "check_text.no_grid", lang)
        )
    first = say("check_text.cells", lang, name=name_place(view), n=count(len(cells)))
    missing = len(list_unassigned(view))
    if not names_persons(cells):
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
        for place, (problem, number, area) in enumerate(sum_problems(problems).itertuples(index=False)):
            found += say("clause.remark_join", lang) if place else ()
            name = label(f"problem.{problem}", lang)
            found += say("check_text.part", lang, problem=name, n=count(number), area=count(area, 3))
        sentences.append((*found, *say("join.stop", lang)))
    return tell(lang, *sentences)
