"""Boundary layers made for tests: coverages with one known defect, and small files in every format."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely

GEOD = pyproj.Geod(ellps="GRS80")
DEFECTS = (
    "none", "gap", "overlap", "gap_sliver", "overlap_sliver", "bow-tie", "hole", "duplicate", "multipart", "island",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A coverage and what is wrong with it: (problem, km2 by geodesics or NaN, codes)."""

    frame: gpd.GeoDataFrame
    expected: list[tuple[str, float, str]]


def measure_km2(shape: shapely.Geometry) -> float:
    """Area by geodesics (Karney), which no projection enters; edges straight in degrees."""
    return (
        sum(
            abs(GEOD.geometry_area_perimeter(part)[0])
            for part in shapely.get_parts(shapely.segmentize(shape, 0.002))
        )
        / 1e6
    )


def make_case(defect: str, seed: int) -> Case:
    """A coverage of 3 x 3 to 5 x 5 irregular cells somewhere in China, with one defect."""
    rng = np.random.default_rng([seed, DEFECTS.index(defect)])
    columns, rows = rng.integers(3, 6, 2)
    step = rng.uniform(0.02, 0.2)
    west, south = rng.uniform(76, 130), rng.uniform(19, 50)
    corners = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0), indexing="ij"), axis=-1)
    corners += rng.uniform(-0.12, 0.12, corners.shape)
    corners = corners * step + [west, south]
    # One bent point on each edge, the same for both sides of it.
    across = (corners[:-1] + corners[1:]) / 2 + rng.uniform(-0.05, 0.05, corners[1:].shape) * step
    upward = (corners[:, :-1] + corners[:, 1:]) / 2 + rng.uniform(-0.05, 0.05, corners[:, 1:].shape) * step
    if defect == "bow-tie":
        across, upward = (corners[:-1] + corners[1:]) / 2, (corners[:, :-1] + corners[:, 1:]) / 2
    shapes = {
        (i, j): shapely.polygons(
            [corners[i, j], across[i, j], corners[i + 1, j], upward[i + 1, j], corners[i + 1, j + 1],
             across[i, j + 1], corners[i, j + 1], upward[i, j]]
        )
        for i in range(columns) for j in range(rows)
    }  # fmt: skip
    codes = {key: f"3509211{number:02d}" for number, key in enumerate(shapes, start=1)}
    i, j = int(rng.integers(1, columns - 1)), int(rng.integers(1, rows - 1))
    here, beside = (i, j), (i + 1, j)
    # `here` and `beside` share the edge from corners[i+1, j] to corners[i+1, j+1]; both ends lie inside.
    low, middle, high = corners[i + 1, j], upward[i + 1, j], corners[i + 1, j + 1]
    expected: list[tuple[str, float, str]] = []
    pair = f"{codes[here]} {codes[beside]}"
    block = shapely.box(*(middle - 0.1 * step), *(middle + 0.1 * step))
    width = rng.uniform(1.0, 6.0) / 111_000
    line = shapely.linestrings([low + 0.1 * (middle - low), middle, high + 0.1 * (middle - high)])
    ribbon = shapely.buffer(line, width, cap_style="flat")
    strip = shapely.intersection(ribbon, shapes[beside])
    extra: list[tuple[str, shapely.Geometry]] = []
    if defect == "gap":
        for key in (here, beside):
            shapes[key] = shapely.difference(shapes[key], block)
        expected = [("gap", measure_km2(block), pair)]
    elif defect == "overlap":
        expected = [("overlap", measure_km2(shapely.intersection(block, shapes[beside])), pair)]
        shapes[here] = shapely.union(shapes[here], block)
    elif defect == "gap_sliver":
        expected = [("gap_sliver", measure_km2(strip), pair)]
        shapes[beside] = shapely.difference(shapes[beside], strip)
    elif defect == "overlap_sliver":
        expected = [("overlap_sliver", measure_km2(strip), pair)]
        shapes[here] = shapely.union(shapes[here], ribbon)
    elif defect == "bow-tie":
        first, second, third, fourth = (
            corners[i, j],
            corners[i + 1, j],
            corners[i + 1, j + 1],
            corners[i, j + 1],
        )
        cross = shapely.intersection(
            shapely.linestrings([first, third]), shapely.linestrings([second, fourth])
        )
        center = shapely.get_coordinates(cross)[0]
        shapes[here] = shapely.polygons([first, second, fourth, third])
        right, left = shapely.polygons([second, third, center]), shapely.polygons([fourth, first, center])
        expected = [
            ("invalid", np.nan, codes[here]),
            ("multipart", np.nan, codes[here]),
            ("gap", measure_km2(right), ""),
            ("gap", measure_km2(left), ""),
        ]
    elif defect == "hole":
        hole = shapely.buffer(shapely.centroid(shapes[here]), 0.15 * step)
        shapes[here] = shapely.difference(shapes[here], hole)
        expected = [("gap", measure_km2(hole), codes[here])]
    elif defect == "duplicate":
        extra = [("350921999", shapes[here])]
        expected = [("duplicate", measure_km2(shapes[here]), f"{codes[here]} 350921999")]
    elif defect == "multipart":
        exclave = shapely.buffer(shapely.centroid(shapes[here]), 0.1 * step)
        away = (0, 0)
        shapes[here] = shapely.difference(shapes[here], exclave)
        shapes[away] = shapely.MultiPolygon([shapes[away], exclave])
        expected = [("multipart", np.nan, codes[away])]
    elif defect == "island":
        alone = shapely.box(west - 3 * step, south, west - 2 * step, south + step)
        extra = [("350921998", alone)]
        expected = [("island", measure_km2(alone), "350921998")]
    named = [*((codes[key], shape) for key, shape in shapes.items()), *extra]
    frame = gpd.GeoDataFrame(
        {"code": [code for code, _ in named], "name": [f"镇{code}" for code, _ in named]},
        geometry=[shape for _, shape in named],
        crs=4490,
    )
    return Case(frame, expected)


def make_box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """A box in the sample county: offsets from 119 E, 26 N."""
    return shapely.box(119 + west, 26 + south, 119 + east, 26 + north)


def make_districts() -> gpd.GeoDataFrame:
    """Two towns side by side, each 0.1 x 0.1 degrees."""
    return gpd.GeoDataFrame(
        {"code": ["350921101", "350921102"], "name": ["溪北镇", "溪南乡"], "parent": ["滨江县", "滨江县"]},
        geometry=[make_box(0, 0, 0.1, 0.1), make_box(0.1, 0, 0.2, 0.1)],
        crs=4490,
    )


def write_shapefile(
    frame: gpd.GeoDataFrame, path: Path, *, encoding: str, driver: int, cpg: str | None
) -> Path:
    """A shapefile whose text is in `encoding`, whatever its own marks are made to say."""
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding=encoding)
    dbf = path.with_suffix(".dbf")
    head = bytearray(dbf.read_bytes())
    head[29] = driver
    dbf.write_bytes(head)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path
