"""The boundary layers of an ingest: read now, or taken from the last ingest."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from taizhang.boundaries import (
    Layer,
    describe_coverage,
    measure_grid,
    read_crosswalk,
    read_districts,
    read_grid,
)
from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file, split_layer, write_beside
from taizhang.core.kept import hash_kept, read_kept, write_kept
from taizhang.core.keys import hash_parts
from taizhang.core.reasons import Reason
from taizhang.ingest.plan import Plan
from taizhang.settings.workbook import Config, GridConfig, LayerConfig, show_path


@dataclass(frozen=True)
class Layers:
    """Districts, grid cells (None if there is no such layer), crosswalk of codes, and what was noticed."""

    districts: gpd.GeoDataFrame
    cells: int
    crosswalk: pd.DataFrame | None
    notes: tuple[Reason, ...]
    outputs: tuple[str, ...] = ()


def read_layers(
    config: Config, *, path: Path | None = None, grid: Path | None = None
) -> tuple[Layer, Layer | None]:
    """Read the districts and the grid named in workbook.toml; BoundaryError if a layer is not fit for use.

    `path` and `grid`: where they are read instead.
    """
    districts = _read_districts(config, path or config.boundaries.path)
    districts.notes.extend(describe_coverage(districts.frame, where=config.boundaries.path.name))
    if config.grid is None:
        return districts, None
    return districts, _read_grid(config, config.grid, grid or config.grid.path, districts.frame)


def describe_layers(config: Config) -> Layers:
    """Read the layers and write nothing."""
    districts, grid = read_layers(config)
    return _put_together(districts, grid, _read_crosswalk(config, config.boundaries.crosswalk))


def update_layers(plan: Plan, scratch: Path, *, force: bool) -> Layers:
    """Bring districts.parquet and the grid's tables up to date; `force`: read them even if nothing changed.

    Read are copies below `scratch`, of the bytes that the plan's stamps are of.
    """
    config, folder = plan.config, plan.config.processed
    outputs = ["districts.parquet"] + (["grid.parquet", "grid_measures.parquet"] if config.grid else [])
    key = hash_parts(
        code=plan.key,
        settings=[repr(config.boundaries), repr(config.grid)],
        files=[[Path(name).name, plan.stamps[name].sha256] for name in (*plan.boundaries, *plan.grid)],
    )
    about = config.cache / "layers.json"
    crosswalk = config.boundaries.crosswalk
    if crosswalk is not None and crosswalk.exists():
        crosswalk = plan.copy_together([plan.crosswalk], crosswalk, scratch / "crosswalk")
    kept = None if force else read_kept(about)
    if kept and kept["key"] == key and kept["sha256"] == [hash_kept(folder / output) for output in outputs]:
        return Layers(
            gpd.read_parquet(folder / "districts.parquet"),
            kept["cells"],
            _read_crosswalk(config, crosswalk),
            tuple(kept["notes"]),
            tuple(outputs),
        )
    districts, grid = read_layers(
        config,
        path=_copy_layer(plan, plan.boundaries, config.boundaries, scratch / "districts"),
        grid=_copy_layer(plan, plan.grid, config.grid, scratch / "grid") if config.grid else None,
    )
    with write_beside(folder / "districts.parquet") as beside:
        districts.frame.to_parquet(beside)
    if grid is not None:
        with write_beside(folder / "grid.parquet") as beside:
            grid.frame.to_parquet(beside)
        with write_beside(folder / "grid_measures.parquet") as beside:
            measure_grid(grid.frame, districts.frame).to_parquet(beside)
    layers = _put_together(districts, grid, _read_crosswalk(config, crosswalk), outputs=tuple(outputs))
    # Last, since its presence says that the tables are whole.
    made = [hash_file(folder / output) for output in outputs]
    write_kept(about, {"key": key, "sha256": made, "cells": layers.cells, "notes": layers.notes})
    return layers


def _copy_layer(plan: Plan, names: Iterable[str], layer: LayerConfig, folder: Path) -> Path:
    """Return where the layer's copy is, written as its path is: with the layer's name after '!'."""
    path, inner = split_layer(layer.path)
    copied = plan.copy_together(names, path, folder)
    return Path(f"{copied}!{inner}") if inner else copied


def _put_together(
    districts: Layer, grid: Layer | None, crosswalk: pd.DataFrame | None, *, outputs: tuple[str, ...] = ()
) -> Layers:
    notes = (*districts.notes, *(grid.notes if grid else ()))
    cells = len(grid.frame) if grid else 0
    return Layers(districts.frame, cells, crosswalk, notes, outputs)


def _read_districts(config: Config, path: Path) -> Layer:
    layer = config.boundaries
    return read_districts(
        path,
        code=layer.code,
        name=layer.name,
        parent=layer.parent or None,
        name_en=layer.name_en or None,
        crs=layer.crs or None,
        offset=layer.offset,
        encoding=layer.encoding,
        shown=show_path(config, layer.path),
    )


def _read_grid(config: Config, grid: GridConfig, path: Path, districts: gpd.GeoDataFrame) -> Layer:
    return read_grid(
        path,
        districts,
        code=grid.code,
        name=grid.name or None,
        parent=grid.parent or None,
        class_=grid.class_ or None,
        level=grid.level or None,
        responsible=grid.responsible or None,
        crs=grid.crs or None,
        offset=grid.offset,
        encoding=grid.encoding,
        shown=show_path(config, grid.path),
    )


def _read_crosswalk(config: Config, path: Path | None) -> pd.DataFrame | None:
    if path is None:
        return None
    if not path.exists():
        raise ParameterError("ingest.missing.crosswalk", path=show_path(config, path))
    return read_crosswalk(path)
