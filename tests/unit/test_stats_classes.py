"""Classes of a map hold every value, and part what lies apart."""

import numpy as np
import pytest

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
