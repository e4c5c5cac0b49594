"""Classes of a map hold every value, and part what lies apart."""

import warnings

import numpy as np
import pytest

from taizhang.stats import classes
from taizhang.stats.classes import choose_classes


@pytest.mark.parametrize("values", [[1.0, 2.0, 2.0, 7.0], list(np.linspace(0, 100, 40)), [3.0] * 9])
def test_every_value_has_its_class(values: list[float]) -> None:
    edges, method = choose_classes(np.array(values), 0)
    assert (np.searchsorted(edges, values, side="left") < len(edges)).all()
    assert method == ("natural_breaks" if len(set(values)) > 5 else "single")
    assert len(edges) <= 5 and (np.diff(edges) > 0).all()


def test_natural_breaks_part_what_lies_apart() -> None:
    values = np.array([1, 1.1, 1.2, 10, 10.2, 20, 20.1, 30, 30.3, 40.0])
    edges, _ = choose_classes(values, 1)
    assert edges.tolist() == [1.2, 10.2, 20.1, 30.3, 40.0]


def test_few_values_are_classes_of_their_own() -> None:
    """Rounded to a tenth, five; each edge half a tenth above, so that values lie with what they are rounded to."""
    edges, method = choose_classes(np.array([0.31, 0.12, 0.14, 0.5, 0.08, 0.9, 0.71]), 1)
    assert method == "single" and edges.tolist() == pytest.approx([0.15, 0.35, 0.55, 0.75, 0.95])
    assert choose_classes(np.array([120.0, 80, 340]), -2)[0].tolist() == [150, 350]
    assert choose_classes(np.arange(5.0), 0)[0].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert choose_classes(np.arange(6.0), 0)[1] == "natural_breaks"


@pytest.mark.parametrize(("number", "expected"), [(40, "natural_breaks"), (41, "quantiles")])
def test_very_many_values_are_parted_by_fifths(
    number: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "_MOST_FOR_BREAKS", 40)
    values = np.r_[np.zeros(3), np.arange(1.0, number - 2) ** 2]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        edges, method = choose_classes(values, 0)
    assert method == expected and len(edges) == 5 and edges.dtype == float
    fifths = np.quantile(values, [0.2, 0.4, 0.6, 0.8, 1]).tolist()
    assert (edges.tolist() == fifths) == (method == "quantiles") and edges[-1] == values[-1]
