"""One family for all that a report tests: what holds with false discoveries controlled, by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from view_maker import CODES, make_fact, make_scatter, make_view

from taizhang.analysis import calls
from taizhang.analysis.calls import find_power, is_beyond, is_called, list_calls
from taizhang.analysis.view import View


def make_family(monkeypatch: pytest.MonkeyPatch, *p: float) -> View:
    monkeypatch.setattr(calls, "list_calls", lambda view: {("call", at): one for at, one in enumerate(p)})
    return make_view()


@pytest.mark.parametrize(
    ("p", "called"),
    [
        # Of four tests the first must be below 0.0125, two below 0.025, three below 0.0375, all below 0.05.
        ((0.012, 0.5, 0.5, 0.5), (True, False, False, False)),
        ((0.013, 0.5, 0.5, 0.5), (False, False, False, False)),
        ((0.013, 0.02, 0.5, 0.5), (True, True, False, False)),
        ((0.04, 0.04, 0.04, 0.04), (True, True, True, True)),
        # What is not tested is no part of the family: of two tests 0.024 holds.
        ((0.024, np.nan, 0.5, np.nan), (True, None, False, None)),
        ((np.nan,), (None,)),
    ],
)
def test_false_discoveries_are_controlled_over_all(
    monkeypatch: pytest.MonkeyPatch, p: tuple[float, ...], called: tuple[bool | None, ...]
) -> None:
    view = make_family(monkeypatch, *p)
    assert tuple(is_called(view, "call", at) for at in range(len(p))) == called
    assert is_called(view, "another") is None


def test_what_is_none_of_the_family_is_held_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside four that don't hold, one more must be below a fifth of 0.05; beside one that does, no higher than it."""
    view = make_family(monkeypatch, 0.3, 0.4, 0.5, 0.6)
    assert [is_beyond(view, p) for p in (0.0099, 0.0101, np.nan)] == [True, False, None]
    view = make_family(monkeypatch, 0.012, 0.4, 0.5, 0.6)
    assert [is_beyond(view, p) for p in (0.0119, 0.0121)] == [True, False]
    assert is_beyond(make_family(monkeypatch), 0.049)


def test_a_township_s_family() -> None:
    """Its changes, its shares beside the others', the overdue part of what stands open, and more incidents."""
    numbers = [("hazards.found", 90, {}), ("hazards.overdue", 9, {}), ("losses.loss_wan", 5, {})]
    numbers += [("hazards.rectification_rate", 90.0, {"numerator": 81, "denominator": 90})]
    facts = [make_fact(name, value, **more) for name, value, more in numbers]
    facts += [make_fact(name, 6 * value, district="all") for name, value, _ in numbers[:2]]
    facts += [make_fact(numbers[3][0], 80.0, district="all", numerator=432, denominator=540)]
    before = [*facts, make_fact("hazards.found", 540, district="all")]
    view = make_view(facts=facts, before=before)
    p = list_calls(view)
    assert set(p) == {
        ("change", "hazards.found", "year"),
        ("change", "hazards.overdue", "year"),
        ("change", "hazards.rectification_rate", "year"),
        ("place", "hazards.rectification_rate", CODES[0]),
        ("part", "hazards.overdue_stock", CODES[0]),
        ("rise", "incidents.count", CODES[0]),
    }
    assert p["change", "hazards.found", "year"] == 1 and np.isnan(p["rise", "incidents.count", CODES[0]])
    month = make_view(facts=facts[:1], before=before, previous=before, period="2021-03")
    names = set(list_calls(month))
    assert {("change", "hazards.found", then) for then in ("year", "previous")} <= names


def test_a_comparison_is_another_family() -> None:
    """Key figures are tested in every district, and what the rules tell of each."""
    facts = [
        make_fact("hazards.rectification_rate", 100 * top / 100, district=code, numerator=top, denominator=of)
        for code, top, of in [(CODES[0], 60, 100), (CODES[1], 90, 100), ("all", 540, 600)]
    ]
    p = pd.Series(list_calls(make_view(facts=facts, district="all"))).sort_index()
    places = p.loc["place", "hazards.rectification_rate"]
    assert list(places.index) == list(CODES) and places.notna().sum() == 2
    # 60 of 100 against 480 of 500: beyond all doubt; 90 of 100 against 450 of 500: just the same.
    assert places[CODES[0]] < 1e-9 and places[CODES[1]] == 1


def test_what_so_few_can_show_is_worked_out_once() -> None:
    """50 a year before, the only test: log 2 is 4.0 standard errors of a ratio of 50 and 100, and 1.96 are needed."""
    rows = [make_fact("hazards.found", 50), make_fact("hazards.found", 300, district="all")]
    found = find_power(make_view(facts=rows, before=rows))
    assert found is not None and (found.fact, found.before) == ("hazards.found", 50)
    assert found.doubling == pytest.approx(norm.cdf(np.log(2) / 0.03**0.5 - 1.96), abs=1e-3)
    four = find_power(make_view(facts=rows, before=rows, scatter=make_scatter(4.0)))
    assert four is not None and four.doubling == pytest.approx(
        norm.cdf(np.log(2) / 0.12**0.5 - 1.96), abs=1e-3
    )
    assert find_power(make_view(facts=rows)) is None
