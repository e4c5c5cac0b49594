"""Numbers of docs/boundaries.md and the row of the point join: rounds of offsets, joins, sizes of simplified maps.

A single run on a machine that may be doing other things: ratios are worth more than seconds. The growth from
a tenth of the points to all of them is measured in the one run, each size several times in turn, medians taken.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from taizhang.boundaries import locate_points, match_districts, read_districts
from taizhang.boundaries.offsets import add_offset, undo_offset
from taizhang.core.outlines import simplify_districts

ROOT = Path(__file__).resolve().parents[1]
EXTENT = (73.5, 18.0, 135.0, 53.5)


def time_call(function: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def measure_round_trips(points: int) -> None:
    """Worst metres between a point and itself, shifted and brought back."""
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(*EXTENT[::2], points), rng.uniform(*EXTENT[1::2], points)
    geod = pyproj.Geod(ellps="GRS80")
    for offset in ("gcj02", "bd09"):
        shifted = add_offset(lon, lat, offset)
        back = undo_offset(*shifted, offset)
        _, _, error = geod.inv(lon, lat, *back)
        _, _, moved = geod.inv(lon, lat, *shifted)
        print(
            f"{offset:6} {points:,} points: worst error {max(error):.1e} m; "
            f"shifted by {min(moved):.0f} to {max(moved):.0f} m"
        )


def make_polygons(count: int) -> gpd.GeoDataFrame:
    """A coverage of bent cells over China's extent: 24 vertices each, edges shared."""
    side = int(np.ceil(np.sqrt(count)))
    rng = np.random.default_rng(7)
    corners = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0), indexing="ij"), axis=-1)
    corners += rng.uniform(-0.2, 0.2, corners.shape)
    share = np.linspace(0, 1, 7)[:-1]
    bend = np.where((share > 0)[:, None], rng.uniform(-0.05, 0.05, (6, 2)), 0.0)

    def bend_edge(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        return start[:, :, None] + (end - start)[:, :, None] * share[None, None, :, None] + bend

    south, north = (bend_edge(corners[:-1, at], corners[1:, at]) for at in (slice(None, -1), slice(1, None)))
    west, east = (bend_edge(corners[at, :-1], corners[at, 1:]) for at in (slice(None, -1), slice(1, None)))

    def turn(edge: np.ndarray, end: np.ndarray) -> np.ndarray:
        return np.concatenate([end[:, :, None], edge[:, :, :0:-1]], axis=2)

    rings = np.concatenate(
        [south, east, turn(north, corners[1:, 1:]), turn(west, corners[:-1, 1:])], axis=2
    ).reshape(-1, 24, 2)[:count]
    west_edge, south_edge, east_edge, north_edge = EXTENT
    rings = rings / side * [east_edge - west_edge, north_edge - south_edge] + [west_edge, south_edge]
    codes = [f"{place:09d}" for place in range(len(rings))]
    return gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapely.polygons(rings), crs=4490)


def measure_join(polygons: int, points: int, repeats: int) -> None:
    """The join of all points and of a tenth of them, in turn."""
    frame = make_polygons(polygons)
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(*EXTENT[::2], points), rng.uniform(*EXTENT[1::2], points)
    runs: dict[int, list[float]] = {points // 10: [], points: []}
    for _ in range(repeats):
        for size, seconds in runs.items():
            seconds.append(time_call(partial(locate_points, lon[:size], lat[:size], frame.geometry)))
    medians = {size: statistics.median(seconds) for size, seconds in runs.items()}
    places = locate_points(lon, lat, frame.geometry)
    for size, median in medians.items():
        print(f"join of {len(frame):,} polygons and {size:,} points: {median:.2f} s (median of {repeats})")
    growth = medians[points] / medians[points // 10] / 10
    print(f"growth from {points // 10:,} to {points:,} points: {growth:.2f} x linear")
    print(f"points in a polygon: {np.mean(places.position >= 0):.2%}")
    rows = pd.Series([pd.NA] * points, dtype="str")
    whole = time_call(
        partial(match_districts, rows, frame, lon=pd.Series(lon), lat=pd.Series(lat), geometry=frame.geometry)
    )
    print(f"the same through match_districts, with how and why for every row: {whole:.2f} s")


def measure_simplification() -> None:
    """Vertices and bytes of the sample's outlines as a map draws them, before and after."""
    layers = ROOT / "data" / "raw" / "boundaries"
    frame = read_districts(layers / "townships.shp", code="XZDM", name="XZMC").frame
    simple = simplify_districts(frame)
    sizes = [sum(len(text) for text in one.geometry.to_wkt(rounding_precision=5)) for one in (frame, simple)]
    vertices = [int(shapely.get_num_coordinates(one.geometry.to_numpy()).sum()) for one in (frame, simple)]
    print(
        f"simplified outlines of the sample: {vertices[0]:,} vertices to {vertices[1]:,}, "
        f"{sizes[0] / 1000:.0f} kB of text to {sizes[1] / 1000:.0f} kB ({1 - sizes[1] / sizes[0]:.0%} saved)"
    )


def main() -> None:
    """Measure all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=50_000)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--round-trips", type=int, default=10_000)
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores")
    measure_round_trips(chosen.round_trips)
    measure_simplification()
    measure_join(chosen.polygons, chosen.points, chosen.repeats)


if __name__ == "__main__":
    main()
