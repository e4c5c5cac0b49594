"""The boundary layers of an ingest: read now, or taken from the last ingest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

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
from taizhang.core.errors import BoundaryError, TaizhangError
from taizhang.core.files import hash_file, split_layer, write_beside
from taizhang.core.kept import hash_kept, read_kept, write_kept
from taizhang.core.keys import hash_parts
from taizhang.core.reasons import Reason
from taizhang.facts.grid import read_level
from taizhang.ingest.plan import Plan
from taizhang.ingest.state import CROSSWALK, GRID, Unread
from taizhang.settings.workbook import Config, GridConfig, LayerConfig, show_layer, show_path


@dataclass(frozen=True)
class Layers:
    """Districts, grid cells (None if there is no such layer), crosswalk of codes, and remarks.

    `lost`: the grid or crosswalk, if it could not be read.
    """

    districts: gpd.GeoDataFrame
    cells: int
    crosswalk: pd.DataFrame | None
    notes: tuple[Reason, ...]
    outputs: tuple[str, ...] = ()
    lost: Mapping[str, Unread] = field(default_factory=dict)

    @property
    def errors(self) -> list[Reason]:
        """What could not be read, in a line each."""
        return [
            Reason(f"ingest.lost.{name}", file=one.file, why=one.reason) for name, one in self.lost.items()
        ]


def read_layers(
    config: Config, *, path: Path | None = None, grid: Path | None = None
) -> tuple[Layer, Layer | None]:
    """Read the districts and the grid named in workbook.toml; BoundaryError if a layer is not fit for use.

    `path` and `grid`: where they are read instead.
    """
    districts = _read_districts(config, path or config.boundaries.path)
    where = PurePosixPath(show_layer(config, config.boundaries)).name
    districts.notes.extend(describe_coverage(districts.frame, where=where))
    if config.grid is None:
        return districts, None
    return districts, _read_grid(config, config.grid, grid or config.grid.path, districts.frame)


def _try_layers(
    config: Config,
    *,
    path: Path | None = None,
    grid: Path | None = None,
    failed: Mapping[str, tuple[Reason, ...]] = MappingProxyType({}),
) -> tuple[Layer, Layer | None, dict[str, Unread]]:
    """The same, but a grid that is not fit for use, or by `failed` could not be brought here, is told."""
    apart = config.model_copy(update={"grid": None})
    districts, _ = read_layers(apart, path=path)
    if config.grid is None:
        return districts, None, {}
    shown = show_layer(config, config.grid)
    try:
        if shown in failed:
            raise BoundaryError.of(failed[shown])
        return districts, _read_grid(config, config.grid, grid or config.grid.path, districts.frame), {}
    except BoundaryError as error:
        return districts, None, {GRID: _tell_lost(shown, error)}


def _tell_lost(shown: str, error: TaizhangError) -> Unread:
    first, *more = error.reasons
    return Unread(shown, "", Reason("ingest.lost.why", whys=error.reasons) if more else first)


def describe_layers(plan: Plan) -> Layers:
    """Read the layers and write nothing."""
    config = plan.config
    districts, grid, lost = _try_layers(config, failed=plan.failed)
    return _put_together(config, districts, grid, config.boundaries.crosswalk, lost)


def update_layers(plan: Plan, scratch: Path, *, force: bool) -> Layers:
    """Bring districts.parquet and the grid's tables up to date; `force`: read them even if nothing changed.

    Read are copies below `scratch`, of the bytes that the plan's stamps are of.
    """
    config, folder = plan.config, plan.config.processed
    made_of_grid = ["grid.parquet", "grid_measures.parquet"]
    outputs = ["districts.parquet", *(made_of_grid if config.grid else [])]
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
        table, lost = _try_crosswalk(config, crosswalk)
        return Layers(
            gpd.read_parquet(folder / "districts.parquet"),
            kept["cells"],
            table,
            tuple(kept["notes"]),
            tuple(outputs),
            lost,
        )
    districts, grid, lost = _try_layers(
        config,
        path=_copy_layer(plan, plan.boundaries, config.boundaries, scratch / "districts"),
        grid=_copy_layer(plan, plan.grid, config.grid, scratch / "grid") if config.grid else None,
        failed=plan.failed,
    )
    with write_beside(folder / "districts.parquet") as beside:
        districts.frame.to_parquet(beside)
    if grid is not None:
        with write_beside(folder / "grid.parquet") as beside:
            grid.frame.to_parquet(beside)
        with write_beside(folder / "grid_measures.parquet") as beside:
            measure_grid(grid.frame, districts.frame).to_parquet(beside)
    elif config.grid is not None:  # what an earlier one left is no longer so
        for name in made_of_grid:
            outputs.remove(name)
            (folder / name).unlink(missing_ok=True)
    layers = _put_together(config, districts, grid, crosswalk, lost, outputs=tuple(outputs))
    if lost:  # read again by the next run that reads anything
        about.unlink(missing_ok=True)
        return layers
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
    config: Config,
    districts: Layer,
    grid: Layer | None,
    crosswalk: Path | None,
    lost: Mapping[str, Unread],
    *,
    outputs: tuple[str, ...] = (),
) -> Layers:
    notes = (*districts.notes, *(grid.notes if grid else ()))
    table, also = _try_crosswalk(config, crosswalk)
    return Layers(districts.frame, len(grid.frame) if grid else 0, table, notes, outputs, {**lost, **also})


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
        shown=show_layer(config, layer),
    )


def _read_grid(config: Config, grid: GridConfig, path: Path, districts: gpd.GeoDataFrame) -> Layer:
    if not split_layer(grid.path)[0].exists():
        raise BoundaryError("ingest.missing.grid", path=show_path(config, grid.path))
    shown = show_layer(config, grid)
    layer = read_grid(
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
        shown=shown,
    )
    told = layer.frame["level"].dropna().astype("str")
    strange = told[[read_level(text) == 0 for text in told]]
    if len(strange):
        where, levels = PurePosixPath(shown).name, strange.unique().tolist()
        layer.notes.append(
            Reason("boundaries.grid.strange_levels", where=where, number=len(strange), levels=levels)
        )
    return layer


def _try_crosswalk(config: Config, path: Path | None) -> tuple[pd.DataFrame | None, dict[str, Unread]]:
    """Read the crosswalk, if there is to be one, where it is or has been copied to; one that can't be read is told."""
    named = config.boundaries.crosswalk
    if path is None or named is None:
        return None, {}
    try:
        if not path.exists():
            raise BoundaryError("ingest.missing.crosswalk", path=show_path(config, named))
        return read_crosswalk(path), {}
    except BoundaryError as error:
        return None, {CROSSWALK: _tell_lost(show_path(config, named), error)}
