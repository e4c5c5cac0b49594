"""Points counted in hexagons whose middles are whole and half numbers."""

import numpy as np
import pytest

from taizhang.stats.hexagons import Hexagons, count_in_hexagons


def count(*points: tuple[float, float], extent: tuple[float, float, float, float] = (0, 2, 0, 3)) -> Hexagons:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return count_in_hexagons(x, y, extent=extent, across=2, up=3)


def test_a_point_belongs_to_the_nearer_middle() -> None:
    """Up counts three times: of (1.1, 1.38) the middle (1.5, 1.5) is nearer than (1, 1)."""
    found = count((1, 1), (1.3, 1.1), (1, 1.3), (0.5, 0.5), (1.4, 1.4), (1.1, 1.38), (0.9, 2.62))
    assert found.width == pytest.approx(1) and found.rise == 1
    # Of either lattice column by column.
    assert found.cells.to_numpy().tolist() == pytest.approx(
        [pytest.approx(row, abs=1e-8) for row in [(1, 1, 3), (0.5, 0.5, 1), (0.5, 2.5, 1), (1.5, 1.5, 2)]]
    )
    assert list(found.cells) == ["x", "y", "n"] and found.cells.index.tolist() == [0, 1, 2, 3]


def test_points_on_the_edge_are_inside_and_others_are_not_counted() -> None:
    corners = [(0, 0), (0, 3), (2, 0), (2, 3)]
    found = count(
        *corners, (2.6, 1), (-0.6, 1), (1, 3.6), (1, -0.6), (-0.4, 0.4), (0.5, -0.5), (2.5, 1.5), (0.5, 3.5)
    )
    assert found.cells.to_numpy().round(6).tolist() == [[*corner, 1] for corner in corners]
    assert count((9, 9)).cells.empty and count().cells.empty


def test_the_extent_need_not_begin_at_nought() -> None:
    """From 10 to 14 and 20 to 26 a hexagon is two wide and a row two high."""
    found = count((12, 22), (13, 23), (10, 26), extent=(10, 14, 20, 26))
    assert (found.width, found.rise) == (pytest.approx(2), 2)
    assert found.cells.to_numpy().round(6).tolist() == [[10, 26, 1], [12, 22, 1], [13, 23, 1]]
