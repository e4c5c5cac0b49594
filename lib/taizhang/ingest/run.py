"""The work of an ingest: read what changed, match districts, write the processed tables."""

import csv
import hashlib
import io
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.csv import format_csv, guard_formulas
from taizhang.core.files import write_beside, write_text
from taizhang.ingest import (
    APPLIED,
    SET_ASIDE_FILE,
    IngestResult,
    KindSummary,
    fingerprint,
    hash_input,
    hash_readers,
    list_inputs,
    processed_folder,
    restore_summary,
    save_state,
)
from taizhang.ingest.assemble import SET_ASIDE, Assembler, make_source, with_corrections
from taizhang.ingest.cache import drop_unused, key_of, read_cached
from taizhang.ingest.collect import Collector
from taizhang.ingest.corrections import LOG_COLUMNS, log_applied, read_corrections
from taizhang.ingest.layers import Layers, update_layers
from taizhang.ledgers import Correction, Source
from taizhang.ledgers.schema import load_schemas
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.settings.workbook import FILE, Config, LedgerConfig, list_files, show_path


@dataclass(frozen=True)
class _Outcome:
    """What a kind's ingest came to; its rows and what it set aside are on disk."""

    summary: KindSummary
    errors: list[str]
    applied: list[dict[str, Any]]


@dataclass(frozen=True)
class _Work:
    """What all kinds of one run share."""

    config: Config
    hashes: Mapping[str, str]
    readers: str
    force: bool
    corrections: Mapping[str, list[Correction]]
    cache: Path


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
    hashes = {name: hash_input(path) for name, path in inputs.items()}
    folder = processed_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    kinds = load_kinds(config.root / "ledgers")
    files = {name: list_files(config, ledger) for name, ledger in config.ledgers.items()}
    corrections, errors = read_corrections(
        config, [show_path(config, path) for found, _ in files.values() for path in found]
    )
    work = _Work(config, hashes, readers, force, corrections, folder / ".cache")
    layers = update_layers(config, hashes, readers, force=force)
    # Of use only on the way out, and slow to load: read meanwhile, while a child process reads ledgers.
    threading.Thread(target=load_schemas, daemon=True).start()
    outputs = [*layers.outputs, SET_ASIDE_FILE, APPLIED]

    used: set[str] = set()
    outcomes: dict[str, _Outcome] = {}
    for name, ledger in config.ledgers.items():
        found, missing = files[name]
        errors += [
            f"[ledgers.{name}] files: '{pattern}' matches no file; put it there or correct {FILE}"
            for pattern in missing
        ]
        outcomes[name] = _update_kind(work, kinds[name], ledger, found, layers, used)
        errors += outcomes[name].errors
        outputs.append(f"{name}.parquet")
    drop_unused(work.cache / "files", used)
    _write_set_aside(folder, work.cache / "kinds", outcomes)
    applied = [row for outcome in outcomes.values() for row in outcome.applied]
    log = pd.DataFrame(applied, columns=LOG_COLUMNS)
    write_text(folder / APPLIED, format_csv(log), encoding="utf-8-sig")

    result = IngestResult(
        summaries=tuple(outcome.summary for outcome in outcomes.values()),
        errors=tuple(errors),
        notes=layers.notes,
        inputs=tuple(
            {"path": shown, "sha256": hashes[shown], "bytes": path.stat().st_size}
            for shown, path in inputs.items()
        ),
        fingerprint=fingerprint(config, hashes, readers),
    )
    save_state(config, result, readers=readers, outputs=outputs)
    return result


def _update_kind(
    work: _Work, kind: Kind, ledger: LedgerConfig, files: list[Path], layers: Layers, used: set[str]
) -> _Outcome:
    """Bring a kind's table up to date: nothing is done where all that it follows from is as it was."""
    source = make_source(kind, ledger, work.config, layers)
    read: list[tuple[str, Path, Source, str]] = []
    for path in files:
        shown = show_path(work.config, path)
        own = with_corrections(source, work.corrections, shown)
        key = key_of(own, shown, work.hashes[shown], work.readers)
        used.add(key)
        read.append((key, path, own, shown))
    digest = hashlib.sha256(
        repr((kind, [key for key, *_ in read], work.config.as_of, ledger.offset)).encode()
    )
    digest.update(
        pd.util.hash_pandas_object(layers.districts[["code", "name", "parent"]]).to_numpy().tobytes()
    )
    digest.update(b"".join(layers.districts.geometry.to_wkb()))
    digest.update(repr(sorted(work.config.boundaries.aliases.items())).encode())
    if layers.crosswalk is not None:
        digest.update(pd.util.hash_pandas_object(layers.crosswalk).to_numpy().tobytes())
    key = digest.hexdigest()

    path = processed_folder(work.config) / f"{kind.name}.parquet"
    about, aside = (work.cache / "kinds" / f"{kind.name}.{suffix}" for suffix in ("json", "csv"))
    if not work.force and about.exists() and aside.exists() and path.exists():
        kept = json.loads(about.read_text(encoding="utf-8"))
        if kept["key"] == key:
            return _Outcome(restore_summary(kept["summary"]), kept["errors"], kept["applied"])
    about.unlink(missing_ok=True)
    with write_beside(aside) as beside, beside.open("w", encoding="utf-8", newline="") as stream:

        def put_aside(table: pd.DataFrame) -> None:
            stream.write(guard_formulas(table).to_csv(index=False, header=False, lineterminator="\n"))

        collector = Collector(kind, path, list(layers.districts["code"]))
        try:
            assembler = Assembler(kind, work.config, layers, collector, put_aside, as_of=work.config.as_of)
            for key_of_file, file, own, shown in read:
                for part in read_cached(
                    work.cache / "files", key_of_file, file, own, name=shown, force=work.force
                ):
                    assembler.add(part)
            summary = assembler.finish()
        finally:
            collector.close()
    outcome = _Outcome(summary, list(assembler.errors), log_applied(kind, assembler.applied))
    # Last, since its presence says that the tables are whole.
    write_text(about, json.dumps({"key": key, **asdict(outcome)}, ensure_ascii=False, default=int))
    return outcome


def _write_set_aside(folder: Path, kinds: Path, outcomes: Iterable[str]) -> None:
    """Put the kinds' lists of what was set aside together, without holding them."""
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow(SET_ASIDE)
    with write_beside(folder / SET_ASIDE_FILE) as beside, beside.open("wb") as stream:
        stream.write(head.getvalue().encode("utf-8-sig"))
        for kind in outcomes:
            with (kinds / f"{kind}.csv").open("rb") as part:
                while chunk := part.read(1 << 20):
                    stream.write(chunk)
