"""Verdicts on key periods, months, charts and drills, judged among everything a report tests."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from taizhang.analysis.calls import is_called
from taizhang.analysis.outcomes import Outcome, study_drills
from taizhang.analysis.time import KINDS, Steadiness, chart_hazards, find_months, list_key_periods
from taizhang.analysis.view import View, once_per_view


@once_per_view
def judge_key_periods(view: View, *kinds: str) -> Mapping[str, pd.DataFrame]:
    """As `list_key_periods`, of these kinds or all; `verdict` is alike if chance may explain the difference."""
    judged = {}
    for kind, part in list_key_periods(view, *(kinds or KINDS)).items():
        called = pd.Series(
            [bool(is_called(view, "key_period", kind, str(name))) for name in part.index], part.index
        )
        judged[kind] = part.assign(verdict=part["verdict"].where(called, "alike"))
        judged[kind].attrs = part.attrs
    return judged


@once_per_view
def judge_months(view: View, kind: str) -> pd.DataFrame | None:
    """As `find_months`; none is `apart` if chance may explain the pattern, as given by `attrs["beyond"]`."""
    months = find_months(view, kind)
    if months is None:
        return None
    beyond = bool(is_called(view, "months", kind))
    judged = months.assign(apart=months["apart"] & beyond)
    judged.attrs = months.attrs | {"beyond": beyond}
    return judged


@once_per_view
def judge_charts(view: View) -> Steadiness | None:
    """As `chart_hazards`; a chart whose signals chance may explain shows none."""
    found = chart_hazards(view)
    if found is None:
        return None
    charts = {
        part: chart if is_called(view, "chart", part) else chart.leave_steady()
        for part, chart in found.charts.items()
    }
    return replace(found, charts=charts)


@once_per_view
def judge_drills(view: View) -> list[Outcome]:
    """As `study_drills`; only what is beyond chance among everything the report tests counts as evidence."""
    return [replace(one, called=is_called(view, "drills", one.name)) for one in study_drills(view)]
