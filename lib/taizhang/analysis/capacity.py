"""The index of emergency capacity: what stands behind one dimension of the risk index, told by itself."""

from dataclasses import replace

from taizhang.analysis.risk import Risk, make_risk, measure_indicators
from taizhang.analysis.view import View, once_per_view

BEST = 10  # of a score


@once_per_view
def find_capacity(view: View) -> Risk | None:
    """The capacity of every district, from the indicators of capacity in risk.toml; the strongest comes first.

    Its scores are of strength, 10 is best, and its places have a column strength as well. None if none of the
    indicators, measured facts or grades, is known in three districts.
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
