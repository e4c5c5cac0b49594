"""Write townships and grid cells as ESRI shapefiles the way county offices hand them out: GBK, no .cpg."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyogrio.raw import write

from tools.sample.forms import draw_names
from tools.sample.geography import Land, measure_km2
from tools.sample.places import Township

_VILLAGES = tuple("东西南北上下中前后新大小")
_GBK = 0x4D


@dataclass(frozen=True)
class Grid:
    """The grid as its layer shows it.

    Attributes
    ----------
    frame : pandas.DataFrame
        code, name, parent, class, level, responsible (personal, empty if nobody is named), assigned,
        district_code, geometry; in the order of `Land.cells`.
    defects : pandas.DataFrame
        problem (gap or overlap), district_code, area_km2: what was done to the layer on purpose.
    """

    frame: pd.DataFrame
    defects: pd.DataFrame


def make_grid(towns: list[Township], land: Land, rng: np.random.Generator) -> Grid:
    """Name the grid cells, leave some without a responsible person, and make a few gaps and overlaps."""
    geometries = [cell.geometry for cell in land.cells]
    serial: dict[int, int] = {}
    rows = []
    for cell in land.cells:
        town = towns[cell.town]
        number = serial[cell.town] = serial.get(cell.town, 0) + 1
        village = _VILLAGES[(number + cell.town) % len(_VILLAGES)] + town.name[1]
        rows.append(
            {
                "code": f"{town.code}{number:03d}",
                "name": f"{town.name}{village}网格{number:02d}",
                "parent": town.code,
                "class": str(rng.choice(["A", "B", "C"], p=[0.6, 0.18, 0.22])),
                "level": "二级" if number == 1 else "三级",
                "responsible": "" if rng.random() < 0.06 else draw_names(1, rng)[0],
                "district_code": town.code,
            }
        )
    defects = []
    for number in range(3, len(towns) - 1, 5):
        own = [place for place, cell in enumerate(land.cells) if cell.town == number]
        problem = "gap" if (number // 5) % 2 == 0 else "overlap"
        first = own[len(own) // 2]
        if problem == "gap":
            hole = shapely.Point(land.cells[first].centre).buffer(0.006, quad_segs=3)
            geometries[first] = shapely.difference(geometries[first], hole)
            lost = shapely.intersection(hole, land.cells[first].geometry)
        else:
            near = [
                place for place in own if place != first and geometries[place].intersects(geometries[first])
            ]
            lost = shapely.intersection(geometries[first].buffer(0.004), geometries[near[0]])
            geometries[first] = shapely.union(geometries[first], lost)
        defects.append(
            {"problem": problem, "district_code": towns[number].code, "area_km2": measure_km2(lost)}
        )
    frame = pd.DataFrame(rows)
    if frame["responsible"].ne("").all():
        frame.loc[0, "responsible"] = ""
    frame["assigned"] = frame["responsible"] != ""
    frame["geometry"] = np.array(geometries, dtype=object)
    return Grid(frame, pd.DataFrame(defects, columns=["problem", "district_code", "area_km2"]))


def write_shapes(folder: Path, districts: pd.DataFrame, grid: pd.DataFrame) -> None:
    """Write townships.shp and grid.shp into a folder.

    Parameters
    ----------
    folder : Path
    districts : pandas.DataFrame
        code, name, parent, geometry.
    grid : pandas.DataFrame
        As in `Grid.frame`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_layer(
        folder / "townships.shp", districts, {"code": "XZDM", "name": "XZMC", "parent": "SJXZ"}, _GBK
    )
    names = {
        "code": "WGBM", "name": "WGMC", "parent": "SSXZ", "class": "WGLB", "level": "WGJB", "responsible": "FZR",
    }  # fmt: skip
    _write_layer(folder / "grid.shp", grid, names, 0)


def _write_layer(path: Path, frame: pd.DataFrame, names: dict[str, str], language: int) -> None:
    write(
        path,
        shapely.to_wkb(frame["geometry"].to_numpy(), flavor="iso"),
        [frame[column].to_numpy(dtype=object) for column in names],
        list(names.values()),
        geometry_type="MultiPolygon",
        crs="EPSG:4490",
        driver="ESRI Shapefile",
        encoding="GBK",
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    # Bytes 1 to 3 of a .dbf are the day of writing, byte 29 the language; both are made the same everywhere.
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[1:4] = bytes((2023 - 1900, 1, 10))
    data[29] = language
    table.write_bytes(bytes(data))
