"""The index of emergency capacity: one dimension of the risk index, reported on its own."""

from dataclasses import replace

from taizhang.analysis.risk import Risk, make_risk, measure_indicators
from taizhang.analysis.view import View, once_per_view

BEST = 10  # of a score


@once_per_view
def find_capacity(view: View) -> Risk | None:
    """Return the capacity of every district, from the capacity indicators in risk.toml, strongest first.

    Scores measure strength (10 is best), and the places include a strength column. None if no indicator, measured fact
    or grade is known in at least three districts.
    """
    measured = measure_indicators(view, "capacity")
    if measured is None:
        return None
    model = replace(measured.model, weights={"capacity": 1.0})
    lack = make_risk(view, replace(measured, model=model))
    places = lack.places.assign(strength=BEST - lack.places["index"])
    return replace(
        lack, places=places.sort_values(["index", "kept"], kind="stable"), scores=BEST - lack.scores
    )
