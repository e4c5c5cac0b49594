"""The work of an ingest: read what changed, match districts, write the processed tables."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from taizhang.boundaries import (
    Layer,
    match_districts,
    measure_grid,
    read_crosswalk,
    read_districts,
    read_grid,
)
from taizhang.config import FILE, Config, LayerConfig, LedgerConfig, list_files, show_path
from taizhang.csvout import format_csv
from taizhang.errors import ParameterError
from taizhang.files import hash_file, write_beside, write_text
from taizhang.ingest import (
    IngestResult,
    KindSummary,
    fingerprint,
    hash_readers,
    list_inputs,
    processed_folder,
    save_state,
)
from taizhang.ledgers import (
    Disagreement,
    FileRead,
    HeaderRead,
    Source,
    TableRead,
    find_duplicates,
    read_ledger_file,
)
from taizhang.ledgers.schema import check_table
from taizhang.metadata.kinds import Kind, load_kinds

SET_ASIDE = ["kind", "source_file", "source_sheet", "source_row", "column", "value", "reason", "scope"]
ROWS_PER_GROUP = 16_384


def run_ingest(config: Config, *, force: bool = False) -> IngestResult:
    """Read all raw files of a workbook, or those that changed, and write data/processed.

    Parameters
    ----------
    config : Config
    force : bool
        Also read the files whose bytes, settings and readers are those of an earlier run.

    Returns
    -------
    IngestResult
    """
    readers = hash_readers()
    inputs = list_inputs(config)
    hashes = {name: hash_file(path) for name, path in inputs.items()}
    folder = processed_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    kinds = load_kinds(config.root / "ledgers")
    errors: list[str] = []
    outputs = ["districts.parquet", "set_aside.csv"]

    layers = read_layers(config)
    districts = layers.districts.frame
    with write_beside(folder / "districts.parquet") as beside:
        districts.to_parquet(beside)
    if layers.grid is not None:
        cells = layers.grid.frame
        with write_beside(folder / "grid.parquet") as beside:
            cells.to_parquet(beside)
        with write_beside(folder / "grid_measures.parquet") as beside:
            measure_grid(cells, districts).to_parquet(beside)
        outputs += ["grid.parquet", "grid_measures.parquet"]

    cache = folder / ".cache" / "files"
    used: set[str] = set()
    summaries, asides = [], []
    for name, ledger in config.ledgers.items():
        kind = kinds[name]
        files, missing = list_files(config, ledger)
        errors += [
            f"[ledgers.{name}] files: '{pattern}' matches no file; put it there or correct {FILE}"
            for pattern in missing
        ]
        source = make_source(kind, ledger, config, districts)
        reads = []
        for path in files:
            shown = show_path(config, path)
            key = _key_of(source, shown, hashes[shown], readers)
            used.add(key)
            reads.append(_read_cached(cache, key, path, source, shown, force=force))
        errors += [read.error for read in reads if read.error]
        table, aside, summary = assemble_kind(kind, reads, districts, config, layers.crosswalk)
        summaries.append(summary)
        asides.append(aside)
        _write_table(folder / f"{name}.parquet", table)
        outputs.append(f"{name}.parquet")
    _drop_unused(cache, used)
    everything = pd.concat(asides, ignore_index=True) if asides else pd.DataFrame(columns=SET_ASIDE)
    write_text(folder / "set_aside.csv", format_csv(everything[SET_ASIDE]), encoding="utf-8-sig")

    result = IngestResult(
        summaries=tuple(summaries),
        errors=tuple(errors),
        notes=tuple(layers.notes),
        inputs=tuple(
            {"path": shown, "sha256": hashes[shown], "bytes": path.stat().st_size}
            for shown, path in inputs.items()
        ),
        fingerprint=fingerprint(config, hashes, readers),
    )
    save_state(config, result, readers=readers, outputs=outputs)
    return result


@dataclass(frozen=True)
class Layers:
    """The boundary layers of a workbook and the crosswalk of codes; what is not configured is None."""

    districts: Layer
    grid: Layer | None
    crosswalk: pd.DataFrame | None

    @property
    def notes(self) -> list[str]:
        """What was mended or noticed in either layer."""
        return [*self.districts.notes, *(self.grid.notes if self.grid else [])]


def read_layers(config: Config) -> Layers:
    """Read the districts, the grid and the crosswalk that workbook.toml names.

    Raises
    ------
    BoundaryError
        If a layer is not fit for use.
    """
    districts = _read_districts(config)
    return Layers(
        districts=districts,
        grid=None if config.grid is None else _read_grid(config.grid, districts.frame),
        crosswalk=_read_crosswalk(config),
    )


def make_source(kind: Kind, ledger: LedgerConfig, config: Config, districts: gpd.GeoDataFrame) -> Source:
    """How the files of a ledger are to be read."""
    return Source(
        kind=kind,
        sheets=ledger.sheets,
        district=ledger.district,
        columns=ledger.columns,
        values=ledger.values,
        names=frozenset(districts["name"]) | frozenset(config.boundaries.aliases),
    )


def _read_districts(config: Config) -> Layer:
    layer = config.boundaries
    return read_districts(
        layer.path,
        code=layer.code,
        name=layer.name,
        parent=layer.parent or None,
        crs=layer.crs or None,
        offset=layer.offset,
        encoding=layer.encoding,
    )


def _read_grid(grid: LayerConfig, districts: gpd.GeoDataFrame) -> Layer:
    return read_grid(
        grid.path,
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
    )


def _read_crosswalk(config: Config) -> pd.DataFrame | None:
    path = config.boundaries.crosswalk
    if path is None:
        return None
    if not path.exists():
        raise ParameterError(
            f"the crosswalk '{show_path(config, path)}' does not exist; "
            f"put it there or correct [boundaries] crosswalk in {FILE}"
        )
    return read_crosswalk(path)


def _key_of(source: Source, name: str, sha256: str, readers: str) -> str:
    """Changes when the file, its name, the settings for it or the readers do."""
    settings = (
        repr(source.kind),
        source.sheets,
        source.district,
        sorted(source.columns.items()),
        sorted((column, sorted(values.items())) for column, values in source.values.items()),
        sorted(source.names),
    )
    return hashlib.sha256(repr((settings, name, sha256, readers)).encode()).hexdigest()[:32]


def _read_cached(cache: Path, key: str, path: Path, source: Source, name: str, *, force: bool) -> FileRead:
    """The file as read in an earlier run with the same key, else read now and kept."""
    about = cache / f"{key}.json"
    if about.exists() and not force:
        kept = json.loads(about.read_text(encoding="utf-8"))
        return FileRead(
            name=name,
            rows=pd.read_parquet(cache / f"{key}.rows.parquet"),
            set_aside=pd.read_parquet(cache / f"{key}.aside.parquet"),
            tables=tuple(_restore_table(table) for table in kept["tables"]),
            error=kept["error"],
        )
    read = read_ledger_file(path, source, name=name)
    with write_beside(cache / f"{key}.rows.parquet") as beside:
        read.rows.to_parquet(beside)
    with write_beside(cache / f"{key}.aside.parquet") as beside:
        read.set_aside.to_parquet(beside)
    # Last, since its presence says that the other two are whole.
    tables = [asdict(table) for table in read.tables]
    write_text(about, json.dumps({"tables": tables, "error": read.error}, ensure_ascii=False))
    return read


def _restore_table(kept: dict[str, Any]) -> TableRead:
    return TableRead(
        **{
            **kept,
            "headers": tuple(HeaderRead(**header) for header in kept["headers"]),
            "totals": tuple(Disagreement(**total) for total in kept["totals"]),
            "hidden_rows": tuple(kept["hidden_rows"]),
            "notes": tuple(kept["notes"]),
        }
    )


def _drop_unused(cache: Path, used: set[str]) -> None:
    for path in cache.glob("*"):
        if path.name.split(".")[0] not in used:
            path.unlink(missing_ok=True)


def assemble_kind(
    kind: Kind,
    reads: Sequence[FileRead],
    districts: gpd.GeoDataFrame,
    config: Config,
    crosswalk: pd.DataFrame | None,
) -> tuple[pd.DataFrame, pd.DataFrame, KindSummary]:
    """All files of a kind as one table with its districts, what was set aside, and the account of both."""
    frames = [read.rows for read in reads if len(read.rows)]
    if frames:
        rows = pd.concat(frames, ignore_index=True)
    else:
        empty = [read.rows for read in reads]
        rows = empty[0].iloc[:0].reset_index(drop=True) if empty else _empty_table(kind)
    rows, unmatched = _match(kind, rows, districts, config, crosswalk)
    aside = pd.concat([*(read.set_aside for read in reads), unmatched], ignore_index=True)
    for column in SET_ASIDE:
        if column not in aside:
            aside[column] = pd.Series(dtype="str")
    order = [c for c in ("district_code", kind.date, "source_file", "source_sheet", "source_row") if c]
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    rows["duplicate"] = find_duplicates(rows, kind).astype(bool)
    rows = check_table(rows, kind)
    set_aside = int((aside["scope"] == "row").sum())
    counts: dict[str, int] = {}
    for read in reads:
        for table in read.tables:
            for name, count in table.counts.items():
                counts[name] = counts.get(name, 0) + int(count)
    read_rows = len(rows) + set_aside
    notes = [f"{read.name}: {note}" for read in reads for table in read.tables for note in _note_table(table)]
    summary = KindSummary(
        kind=kind.name,
        title=dict(kind.title),
        files=len(reads),
        read=read_rows,
        accepted=len(rows),
        set_aside=set_aside,
        cells_set_aside=int((aside["scope"] == "cell").sum()),
        duplicates=int(rows["duplicate"].sum()),
        other_rows={name: count for name, count in counts.items() if name not in ("data", "blank") and count},
        notes=tuple(notes),
    )
    return rows, aside, summary


def _note_table(table: TableRead) -> list[str]:
    """What a person should know of a table: totals that disagree, hidden rows, rules broken, odd readings."""
    notes = [
        f"the total in row {one.row}, {one.column}, says {one.stated:g}, its rows sum to {one.summed:g}"
        for one in table.totals
    ]
    if table.hidden_sheet:
        notes.append(f"the hidden sheet '{table.sheet}' was read")
    if table.hidden_rows:
        notes.append(f"{len(table.hidden_rows)} hidden rows were read")
    if table.unrecognised:
        notes.append(f"columns not recognised: {', '.join(table.unrecognised)}")
    notes += [f"{rule}: {count} rows" for rule, count in table.rules.items()]
    return [*notes, *table.notes]


def _empty_table(kind: Kind) -> pd.DataFrame:
    dtypes = {
        "date": "datetime64[us]", "datetime": "datetime64[us]", "month": "datetime64[us]", "year": "Int64",
        "integer": "Int64", "count_or_names": "Int64", "number": "float64", "boolean": "boolean",
    }  # fmt: skip
    columns = {name: pd.Series(dtype=dtypes.get(kind.fields[name].type, "str")) for name in kind.columns}
    sources = {"source_file": "str", "source_sheet": "str", "source_row": "Int64"}
    return pd.DataFrame({**columns, **{name: pd.Series(dtype=dtype) for name, dtype in sources.items()}})


def _match(
    kind: Kind,
    rows: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    config: Config,
    crosswalk: pd.DataFrame | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each row its district code; rows that have none are set aside, never guessed."""
    points = "lon" in rows and "lat" in rows
    matched = match_districts(
        rows["district"],
        districts,
        aliases=config.boundaries.aliases,
        crosswalk=crosswalk,
        lon=rows["lon"] if points else None,
        lat=rows["lat"] if points else None,
        geometry=districts.geometry if points else None,
    )
    rows = rows.assign(
        district_code=matched["code"].astype("str"), district_match=matched["how"].astype("str")
    )
    required = kind.fields["district"].required
    missing = matched["code"].isna()
    told = missing if required else missing & rows["district"].notna()
    aside = pd.DataFrame(
        {
            "kind": kind.name,
            "source_file": rows.loc[told, "source_file"],
            "source_sheet": rows.loc[told, "source_sheet"],
            "source_row": rows.loc[told, "source_row"],
            "column": "district",
            "value": rows.loc[told, "district"],
            "reason": matched.loc[told, "reason"],
            "scope": "row" if required else "cell",
        }
    )
    return (rows[~missing] if required else rows).reset_index(drop=True), aside


def _write_table(path: Path, table: pd.DataFrame) -> None:
    with write_beside(path) as beside:
        table.to_parquet(beside, row_group_size=ROWS_PER_GROUP, index=False)
