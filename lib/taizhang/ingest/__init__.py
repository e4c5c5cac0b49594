"""Raw ledgers and boundaries in, checked tables in data/processed out.

This module only answers whether anything has changed since the last run, from a state file and without
loading pandas; `taizhang.ingest.run` does the work.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file, split_layer, write_text
from taizhang.settings.workbook import FILE, Config, list_files, show_path

STATE = "ingest.json"
SET_ASIDE_FILE = "set_aside.csv"
APPLIED = "corrections_applied.csv"
UNREADABLE = "unreadable"
# In data/processed of a copy that has no raw files: its tables are taken as they are.
DETACHED = "DETACHED"
PLAIN = (".xlsx", ".csv", ".txt", ".tsv", ".parquet")
LARGE_BYTES = 2 * 1024**2  # what a plain file must exceed to be read in a process of its own


@dataclass(frozen=True)
class KindSummary:
    """What became of one kind's rows: read = accepted + set_aside, always.

    Attributes
    ----------
    kind : str
    title : Mapping of str to str
    files : int
    read, accepted, set_aside : int
        Data rows.
    cells_set_aside, duplicates : int
        Single cells; rows that look like an earlier one.
    other_rows : Mapping of str to int
        Rows that are no data, by what they are.
    notes : tuple of str
        What a person should know of the files, each thing once.
    rules : Mapping of str to int
        Accepted rows that break a rule, by the rule's title.
    totals : tuple of Mapping
        file, sheet, row, column, stated, summed of each total that is not the sum of its rows.
    corrected : int
        Cells corrected by corrections.csv.
    """

    kind: str
    title: Mapping[str, str]
    files: int
    read: int
    accepted: int
    set_aside: int
    cells_set_aside: int
    duplicates: int
    other_rows: Mapping[str, int]
    notes: tuple[str, ...] = ()
    rules: Mapping[str, int] = field(default_factory=dict)
    totals: tuple[Mapping[str, Any], ...] = ()
    corrected: int = 0


@dataclass(frozen=True)
class IngestResult:
    """The outcome of an ingest.

    Attributes
    ----------
    summaries : tuple of KindSummary
    errors : tuple of str
        Files and whole tables that could not be read; a run with any ends with exit 1.
    notes : tuple of str
        What a person should know of the boundaries: mended, noticed, proposed.
    inputs : tuple of dict
        path (as shown), sha256 and bytes of every raw file.
    fingerprint : str
        Changes when any input, setting or reader does.
    fresh : bool
        Whether this run read anything, or found all as it was.
    """

    summaries: tuple[KindSummary, ...]
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    inputs: tuple[dict[str, Any], ...]
    fingerprint: str
    fresh: bool = field(default=True, compare=False)


def processed_folder(config: Config) -> Path:
    return config.root / "data" / "processed"


@cache
def hash_readers() -> str:
    """A hash of the code and metadata that turn raw files into tables, as they were when this process first asked."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for name in (
        "metadata/kinds.py",
        "core/loading.py",
        "metadata/fields.yml",
        "metadata/ledgers",
        "ledgers",
        "boundaries",
        "ingest",
    ):
        place = package / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in (".py", ".yml"):
                digest.update(path.relative_to(package).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def layer_files(path: Path) -> list[Path]:
    """A layer's file with the side files that belong to it (shapefiles)."""
    path, _ = split_layer(path)
    if not path.exists():
        return []
    if path.suffix.lower() != ".shp":
        return [path]
    suffixes = (".shp", ".dbf", ".shx", ".prj", ".cpg")
    return sorted(p for p in path.parent.glob(f"{_escape(path.stem)}.*") if p.suffix.lower() in suffixes)


def _escape(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def list_inputs(config: Config) -> dict[str, Path]:
    """Every raw file of the workbook, by its path as shown."""
    paths = [config.root / FILE]
    for layer in (config.boundaries, config.grid):
        if layer is not None:
            paths += layer_files(layer.path)
            if layer.crosswalk is not None:
                paths.append(layer.crosswalk)
    for ledger in config.ledgers.values():
        paths += list_files(config, ledger)[0]
    paths += sorted((config.root / "ledgers").glob("*.y*ml"))
    corrections = config.root / "data" / "raw" / "corrections.csv"
    if corrections.exists():
        paths.append(corrections)
    return {show_path(config, path): path for path in paths}


def check_inputs(config: Config) -> None:
    """Refuse a workbook whose boundary file or raw files are not there at all.

    Raises
    ------
    ParameterError
        Naming what is missing and where it is set.
    """
    if not layer_files(config.boundaries.path):
        raise ParameterError(
            f"the boundary file '{show_path(config, config.boundaries.path)}' does not exist; "
            f"put it there or correct [boundaries] path in {FILE}"
        )
    if config.grid is not None and not layer_files(config.grid.path):
        raise ParameterError(
            f"the grid file '{show_path(config, config.grid.path)}' does not exist; "
            f"put it there, or correct or remove [boundaries.grid] in {FILE}"
        )
    if not config.ledgers:
        raise ParameterError(
            f"{FILE} names no ledger; add a table such as [ledgers.hazards] with files = [...]"
        )
    listed = {kind: list_files(config, ledger) for kind, ledger in config.ledgers.items()}
    if not any(files for files, _ in listed.values()):
        patterns = ", ".join(p for _, missing in listed.values() for p in missing[:1])
        raise ParameterError(
            f"no ledger file found: {patterns} match nothing in the workbook; "
            f"put the files there or correct files = [...] in {FILE}"
        )


def _stat(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def load_state(config: Config) -> dict[str, Any] | None:
    """The state of the last ingest, or None where there is none that this version understands."""
    try:
        state = json.loads((processed_folder(config) / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return state if isinstance(state, dict) and "fingerprint" in state else None


def fingerprint(config: Config, hashes: Mapping[str, str], readers: str) -> str:
    digest = hashlib.sha256(readers.encode())
    for name in sorted(hashes):
        digest.update(f"{name}\0{hashes[name]}\n".encode())
    return digest.hexdigest()


def hash_input(path: Path) -> str:
    """SHA-256 of a raw file; of one that can't be read now, being locked, a mark that no later one equals."""
    try:
        return hash_file(path)
    except OSError:
        return f"{UNREADABLE} {time.time_ns()}"


def is_current(config: Config, state: dict[str, Any] | None) -> bool:
    """Whether the processed tables still follow from the inputs: sizes, times, settings and readers equal.

    A file whose time changed but whose bytes did not counts as unchanged.
    """
    if state is None or state["readers"] != hash_readers():
        return False
    inputs = list_inputs(config)
    known = state["files"]
    if set(inputs) != set(known):
        return False
    for name, path in inputs.items():
        if known[name]["sha256"].startswith(UNREADABLE):
            return False
        if _stat(path) != known[name]["stat"] and hash_input(path) != known[name]["sha256"]:
            return False
    folder = processed_folder(config)
    return all((folder / output).exists() for output in state["outputs"])


def save_state(config: Config, result: IngestResult, *, readers: str, outputs: list[str]) -> None:
    """Record what a finished ingest read and made."""
    inputs = list_inputs(config)
    hashes = {item["path"]: item["sha256"] for item in result.inputs}
    state = {
        "fingerprint": result.fingerprint,
        "readers": readers,
        "files": {name: {"stat": _stat(path), "sha256": hashes[name]} for name, path in inputs.items()},
        "outputs": outputs,
        "summaries": [asdict(summary) for summary in result.summaries],
        "errors": list(result.errors),
        "notes": list(result.notes),
        "inputs": list(result.inputs),
    }
    write_text(processed_folder(config) / STATE, json.dumps(state, ensure_ascii=False, indent=1))


def restore_summary(kept: Mapping[str, Any]) -> KindSummary:
    """A kind's account as it was recorded."""
    return KindSummary(**{**kept, "notes": tuple(kept["notes"]), "totals": tuple(kept["totals"])})


def result_from_state(state: dict[str, Any]) -> IngestResult:
    """The result of the last ingest, as it was recorded."""
    return IngestResult(
        summaries=tuple(map(restore_summary, state["summaries"])),
        errors=tuple(state["errors"]),
        notes=tuple(state["notes"]),
        inputs=tuple(state["inputs"]),
        fingerprint=state["fingerprint"],
        fresh=False,
    )


def _start_child_early(config: Config) -> None:
    """Have the process that reads risky files start while this one loads its libraries, if it will be needed."""
    paths = [path for ledger in config.ledgers.values() for path in list_files(config, ledger)[0]]
    if any(path.suffix.lower() not in PLAIN or path.stat().st_size > LARGE_BYTES for path in paths):
        from taizhang.ledgers import start_child

        start_child()


def _take_detached(config: Config) -> IngestResult:
    state = load_state(config)
    if state is None or state["readers"] != hash_readers():
        raise ParameterError(
            "this copy of the workbook was made by another version of taizhang; install the same version here and there"
        )
    return result_from_state(state)


def ingest(config: Config, *, force: bool = False) -> IngestResult:
    """Bring data/processed up to date with data/raw.

    Parameters
    ----------
    config : Config
    force : bool
        Read every file again even where nothing changed.

    Returns
    -------
    IngestResult

    Raises
    ------
    ParameterError
        If files that workbook.toml names are not there.
    BoundaryError
        If the boundaries cannot be used; without districts nothing can be counted.
    """
    if (processed_folder(config) / DETACHED).exists():
        return _take_detached(config)
    check_inputs(config)
    state = None if force else load_state(config)
    if state is not None and is_current(config, state):
        return result_from_state(state)
    _start_child_early(config)
    from taizhang.ingest.run import run_ingest

    return run_ingest(config, force=force)
