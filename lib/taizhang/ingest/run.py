"""Running an ingest: read what changed, match districts, write the processed tables."""

import csv
import errno
import hashlib
import io
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.clock import read_day
from taizhang.core.csv import format_csv, guard_formulas
from taizhang.core.errors import LedgerError
from taizhang.core.files import (
    UNREADABLE,
    Stamp,
    hash_file,
    open_scratch,
    stamp_file,
    write_beside,
    write_text,
)
from taizhang.core.kept import hash_kept, read_kept, write_kept
from taizhang.core.keys import hash_parts
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.core.records import restore
from taizhang.ingest.assemble import SET_ASIDE, Assembler, word_reasons
from taizhang.ingest.cache import drop_unused, key_of, read_cached
from taizhang.ingest.collect import Collector
from taizhang.ingest.corrections import LOG_COLUMNS, log_applied, read_corrections
from taizhang.ingest.layers import Layers, update_layers
from taizhang.ingest.links import Linked, update_links
from taizhang.ingest.plan import CORRECTIONS, PAIRS, READING, Plan
from taizhang.ingest.sources import Read, list_reads
from taizhang.ingest.state import (
    APPLIED,
    SET_ASIDE_FILE,
    SUMS,
    SUMS_FILE,
    IngestResult,
    KindSummary,
    State,
    Unread,
    load_state,
)
from taizhang.ingest.sums import join_sums, list_sums_sources, read_sums, write_sums
from taizhang.ledgers import Correction, FileRead
from taizhang.ledgers.model import fail_file
from taizhang.ledgers.schema import load_schemas
from taizhang.ledgers.sheets import refuse_special
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.register import read_decisions
from taizhang.settings.workbook import Config

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # no fault of what is read


@dataclass(frozen=True)
class _Outcome:
    """What a kind's ingest came to; its rows and what it set aside are on disk."""

    summary: KindSummary
    errors: list[Reason]
    applied: list[dict[str, Any]]


@dataclass(frozen=True)
class _Work:
    """What all kinds of one run share."""

    plan: Plan
    force: bool
    corrections: Mapping[str, list[Correction]]
    cache: Path
    scratch: Path  # for copies of what is read
    used: set[str] = field(default_factory=set)  # keys of cached files
    again: set[str] = field(default_factory=set)  # files that may be read the next time, as they are

    def key_of(self, one: Read) -> str:
        return key_of(one.source, one.name, self.plan.stamps[one.name].sha256, self.plan.key)

    def read(self, one: Read) -> Iterator[FileRead]:
        """The parts of a file with the bytes of its stamp; ChangedError if it has changed since."""
        key = self.key_of(one)
        self.used.add(key)
        try:
            for part in read_cached(
                self.cache / "files",
                key,
                lambda: self.take(one.name),
                one.source,
                name=one.shown,
                force=self.force,
            ):
                if part.passing:
                    self.again.add(one.name)
                yield part
        except LedgerError as error:  # it could not be opened
            self.again.add(one.name)
            yield fail_file(one.name, one.source.kind, error.reasons, passing=True)

    @contextmanager
    def take(self, name: str) -> Iterator[Path]:
        """A copy of a raw file, for as long as it is read."""
        if name in self.plan.failed:
            raise LedgerError.of(self.plan.failed[name])
        refuse_special(self.plan.paths[name])
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            try:
                path = self.plan.copy(name, Path(folder))
            except PermissionError:
                raise LedgerError("ledgers.file.locked") from None
            except OSError as error:
                if error.errno in _FULL:
                    raise
                raise LedgerError("ledgers.file.not_opened", why=tell_error(error)) from None
            yield path


def run_ingest(plan: Plan, *, force: bool = False) -> State:
    """Read all raw files of a workbook, or those that changed, and write data/processed; the state is not yet saved.

    The plan has its stamps. With `force` files are read, too, whose bytes, settings and readers are those of an earlier
    run. ChangedError if a file or the settings are no longer what the stamps say.
    """
    with open_scratch(plan.config.cache / "reading") as scratch:
        return _run(plan, scratch, force=force)


def _run(plan: Plan, scratch: Path, *, force: bool) -> State:
    config, folder = plan.config, plan.config.processed
    folder.mkdir(parents=True, exist_ok=True)
    kinds = load_kinds(config.root / "ledgers")
    corrections, errors = read_corrections(_copy_written(plan, CORRECTIONS, scratch), plan.shown)
    work = _Work(plan, force, corrections, config.cache, scratch)
    layers = update_layers(plan, scratch, force=force)
    errors += layers.errors
    # Of use only on the way out, and slow to load: read meanwhile, while a child process reads ledgers.
    threading.Thread(target=load_schemas, daemon=True).start()
    outputs = [*layers.outputs, SET_ASIDE_FILE, APPLIED]

    outcomes: dict[str, _Outcome] = {}
    for name in config.ledgers:
        errors += [Reason("ingest.missing.pattern", kind=name, pattern=one) for one in plan.missing[name]]
        outcomes[name] = _update_kind(work, kinds[name], layers)
        outcomes[name] = _note_absent(outcomes[name], plan)
        errors += outcomes[name].errors
        outputs.append(f"{name}.parquet")
    sums = _update_sums(work, layers)
    errors += sums.errors
    outputs += [SUMS_FILE] if config.sums else []
    linked = _update_links(work, [kinds[name] for name in config.ledgers], layers)
    errors += linked.errors
    outputs += linked.outputs
    drop_unused(work.cache / "files", work.used)
    _write_set_aside(folder, work.cache / "kinds", [*outcomes, *([SUMS] if config.sums else [])])
    applied = [row for outcome in outcomes.values() for row in outcome.applied]
    log = pd.DataFrame(applied, columns=LOG_COLUMNS)
    write_text(folder / APPLIED, format_csv(log), encoding="utf-8-sig")

    plan.check_settings()
    stamps = plan.stamps
    made = {output: stamp_file(folder / output, ours=True) for output in outputs}
    summaries = tuple(outcome.summary for outcome in outcomes.values())
    result = IngestResult(
        summaries=summaries,
        sums=sums.summaries,
        linking=linked.account,
        errors=tuple(errors),
        notes=layers.notes,
        lost=layers.lost,
        inputs=tuple(
            {"path": name, "sha256": one.sha256, "bytes": one.bytes} for name, one in stamps.items()
        ),
        layers=plan.layers,
        fingerprint=hash_parts(
            tables={name: stamp.sha256 for name, stamp in made.items()},
            settings={name: stamps[name].sha256 for name in plan.settings},
            **(
                {"unread": repr(unread)}
                if (
                    unread := [
                        *(one.unread for one in (*summaries, *sums.summaries) if one.unread),
                        *layers.lost.items(),
                    ]
                )
                else {}
            ),
        ),
    )
    before = load_state(config)
    same = before is not None and before.result.fingerprint == result.fingerprint and before.result.made_on
    result = replace(result, made_on=before.result.made_on if same else read_day().isoformat())  # type: ignore[union-attr]
    files = {**stamps, **dict.fromkeys(work.again, Stamp(0, 0, 0, UNREADABLE))}
    return State(READING.sha256, plan.key, files, made, result)


def _copy_written(plan: Plan, name: str, scratch: Path) -> Path | None:
    """A copy of a file in which people have written what they decided; None if there is none."""
    path = plan.paths.get(name)
    return None if path is None else plan.copy_together([name], path, scratch)


def _update_links(work: _Work, kinds: list[Kind], layers: Layers) -> Linked:
    """Link the premises that the ledgers name, by what people have decided of pairs of them."""
    plan = work.plan
    written = _copy_written(plan, PAIRS, work.scratch)
    decisions, errors = ([], []) if written is None else read_decisions(written)
    linked = update_links(
        plan.config.processed,
        work.cache / "kinds",
        kinds,
        decisions,
        places=_name_places(plan.config, layers),
        decided_by="" if written is None else plan.stamps[PAIRS].sha256,
        reader=plan.key,
        force=work.force,
    )
    return replace(linked, errors=(*errors, *linked.errors))


def _name_places(config: Config, layers: Layers) -> dict[str, list[str]]:
    """What each district is called, by code, and the units that it lies in."""
    districts = layers.districts
    places = {str(code): [str(name)] for code, name in zip(districts["code"], districts["name"], strict=True)}
    for code, parent in zip(districts["code"], districts["parent"], strict=True):
        places[str(code)] += [str(parent)] if pd.notna(parent) else []
    for alias, code in config.boundaries.aliases.items():
        places.setdefault(code, []).append(alias)
    return places


@dataclass(frozen=True)
class _Sums:
    summaries: tuple[KindSummary, ...] = ()
    errors: tuple[Reason, ...] = ()


def _update_sums(work: _Work, layers: Layers) -> _Sums:
    """Read the tables of numbers by district, all of them: they are short, their files kept as they were read."""
    plan, config = work.plan, work.plan.config
    path, aside = config.processed / SUMS_FILE, work.cache / "kinds" / f"{SUMS}.csv"
    if not config.sums:
        path.unlink(missing_ok=True)
        return _Sums()
    tables, summaries, errors = [], [], list[Reason]()

    with write_beside(aside) as beside, beside.open("w", encoding="utf-8", newline="") as stream:

        def put_aside(table: pd.DataFrame) -> None:
            worded = guard_formulas(word_reasons(table, config.lang))
            stream.write(worded.to_csv(index=False, header=False, lineterminator="\n"))

        for source in list_sums_sources(plan):
            table, summary, wrong = read_sums(source, layers, work.corrections, work.read, put_aside)
            tables.append(table)
            summaries.append(summary)
            errors += wrong
        made = join_sums(tables, put_aside)
    write_sums(made, path)
    return _Sums(tuple(summaries), tuple(dict.fromkeys(errors)))


def _note_absent(outcome: _Outcome, plan: Plan) -> _Outcome:
    """The outcome with the files that are not there: those named one by one, and all of a kind that has none."""
    kind = outcome.summary.kind
    absent = [
        Unread(pattern, "", Reason("ingest.missing.pattern", kind=kind, pattern=pattern))
        for pattern in plan.missing[kind]
        if not plan.ledgers[kind] or not re.search(r"[*?\[]", pattern)
    ]
    unread = (*outcome.summary.unread, *absent)
    return replace(outcome, summary=replace(outcome.summary, unread=unread))


def _update_kind(work: _Work, kind: Kind, layers: Layers) -> _Outcome:
    """Bring a kind's table up to date: nothing is done where all that it follows from is as it was."""
    plan, config = work.plan, work.plan.config
    reads = list_reads(plan, kind, layers, work.corrections)
    keys = [work.key_of(one) for one in reads]
    work.used.update(keys)
    settings = (
        config.as_of, config.lang, sorted(config.boundaries.aliases.items()), config.ledgers[kind.name],
        plan.sources[kind.name], sorted(layers.lost.items()),
    )  # fmt: skip
    digest = hashlib.sha256(repr((kind, keys, settings, plan.key)).encode())
    for table in (layers.districts[["code", "name", "parent"]], layers.crosswalk):
        if table is not None:
            digest.update(pd.util.hash_pandas_object(table).to_numpy().tobytes())
    digest.update(b"".join(layers.districts.geometry.to_wkb()))
    key = digest.hexdigest()

    path = config.processed / f"{kind.name}.parquet"
    about, aside = (work.cache / "kinds" / f"{kind.name}.{suffix}" for suffix in ("json", "csv"))
    kept = None if work.force else read_kept(about)
    if kept and kept["key"] == key and kept["sha256"] == [hash_kept(path), hash_kept(aside)]:
        return restore(_Outcome, kept["outcome"])
    about.unlink(missing_ok=True)
    with write_beside(aside) as beside, beside.open("w", encoding="utf-8", newline="") as stream:

        def put_aside(table: pd.DataFrame) -> None:
            worded = guard_formulas(word_reasons(table, config.lang))
            stream.write(worded.to_csv(index=False, header=False, lineterminator="\n"))

        duplicates = config.ledgers[kind.name][0].duplicates
        collector = Collector(kind, path, list(layers.districts["code"]), duplicates=duplicates)
        try:
            assembler = Assembler(kind, config, layers, collector, put_aside, as_of=config.as_of)
            for one in reads:
                for part in work.read(one):
                    assembler.add(part, one.number)
            summary = assembler.finish()
        finally:
            collector.close()
    outcome = _Outcome(summary, list(assembler.errors), log_applied(kind, assembler.applied))
    if work.again & {one.name for one in reads}:
        return outcome
    # Last, since its presence says that the tables are whole.
    made = {"key": key, "sha256": [hash_file(path), hash_file(aside)], "outcome": outcome}
    write_kept(about, made)
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
