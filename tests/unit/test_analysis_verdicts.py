"""Key periods, months, charts and drills are told only as far as the family of all calls holds."""

import numpy as np
import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis import verdicts
from taizhang.analysis.calls import list_calls
from taizhang.analysis.outcomes import Outcome
from taizhang.analysis.verdicts import judge_charts, judge_drills, judge_key_periods, judge_months
from taizhang.analysis.view import View
from taizhang.stats.outcomes import Effect


def make_steps() -> View:
    """Two hazards a week for two years, then four, in a third."""
    days = [
        *pd.date_range("2019-01-01", "2020-12-31", freq="84h"),
        *pd.date_range("2021-01-01", "2021-12-31", freq="42h"),
    ]
    return make_view({"hazards": make_table("hazards", [{"found_on": day.normalize()} for day in days])})


@pytest.mark.parametrize("called", [True, False, None])
def test_what_does_not_hold_is_steady_and_alike(monkeypatch: pytest.MonkeyPatch, called: bool | None) -> None:
    view = make_steps()
    monkeypatch.setattr(verdicts, "is_called", lambda *_: called)
    charts, months = judge_charts(view), judge_months(view, "hazards")
    assert charts is not None and months is not None
    chart = charts.charts["found"]
    assert chart.is_steady is not called or called is None
    assert (chart.since is None) is (called is not True)
    assert months.attrs["beyond"] is (called is True) and (called or not months["apart"].any())
    for part in judge_key_periods(view).values():
        assert called or part["verdict"].eq("alike").all()


def test_the_family_holds_what_is_looked_at_over_time() -> None:
    names = {name[:2] for name in list_calls(make_steps())}
    assert ("chart", "found") in names and ("months", "hazards") in names


@pytest.mark.parametrize(("called", "verdict"), [(True, "fewer"), (False, "none"), (None, "fewer")])
def test_drills(monkeypatch: pytest.MonkeyPatch, called: bool | None, verdict: str) -> None:
    effect = Effect(0.7, 0.6, 0.8, 0.001)
    monkeypatch.setattr(verdicts, "study_drills", lambda view: [Outcome("incidents", effect, 0.003)])
    monkeypatch.setattr(verdicts, "is_called", lambda *_: called)
    (one,) = judge_drills(make_view(district="all"))
    assert one.verdict == verdict and not np.isnan(one.adjusted)
