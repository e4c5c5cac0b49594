"""Reading raw ledgers and boundaries into checked tables in data/processed.

This module only finds out whether anything has changed since the last run, from a state file and without loading
pandas; `taizhang.ingest.run` does the work.
"""

from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from taizhang.core.errors import BusyError, ChangedError, ParameterError
from taizhang.core.files import is_forbidden, remove_leftovers
from taizhang.core.kept import clear_ways
from taizhang.core.locks import hold_lock
from taizhang.ingest.plan import READING, Plan, find_reasons, make_plan, stamp_inputs
from taizhang.ingest.state import (
    APPLIED,
    DETACHED,
    SET_ASIDE_FILE,
    STORED,
    IngestResult,
    KindSummary,
    State,
    find_damage,
    load_state,
    save_state,
)
from taizhang.settings.beside import mark_counting
from taizhang.settings.workbook import STORE, Config

__all__ = [
    "APPLIED", "DETACHED", "READING", "SET_ASIDE_FILE", "IngestResult", "KindSummary", "ingest",
]  # fmt: skip

_PLAIN = (".xlsx", ".csv", ".txt", ".tsv", ".parquet")
_MOST_ATTEMPTS = 4
_LARGE_BYTES = 2 * 1024**2  # what a plain file must exceed to be read in a process of its own


def ingest(config: Config, *, force: bool = False, wait: bool = True) -> IngestResult:
    """Bring data/processed up to date with data/raw; with `force` every file is read again.

    Every file is read in the state that it had at the beginning: one that is saved meanwhile has the reading begin
    again. Raises ParameterError if files that workbook.toml names are not there, BoundaryError if the boundaries cannot
    be used: without districts nothing can be counted; ChangedError if a file is saved again and again, or workbook.toml
    has been saved since it was opened.

    While another run does the same, it is waited for; without `wait` the state that it found is taken, if that is still
    whole. BusyError if the other run does not end.
    """
    if (config.processed / DETACHED).exists():
        return _take_detached(config)
    plan, state = _look(config, load_state(config) if not force else None)
    lock = config.cache / "locks" / "ingest"
    if state is not None and not any(find_reasons(plan, state)):
        _keep_beside(plan, _keep_stamps(plan, state), lock)
        return state.result
    if not wait and state is not None and not find_damage(config, state):
        try:
            with hold_lock(lock, wait=False):
                return _bring_up(config, plan, state, force=force)
        except BusyError:
            return state.result
    with hold_lock(lock):
        remove_leftovers(config.processed)
        clear_ways(config.processed)
        return _bring_up(config, plan, state, force=force)


def _look(config: Config, state: State | None) -> tuple[Plan, State | None]:
    plan = stamp_inputs(make_plan(config), state)
    plan.check_settings()
    return plan, state


def _bring_up(config: Config, plan: Plan, state: State | None, *, force: bool) -> IngestResult:
    """As `ingest`, under its lock, by the plan that was made before it."""
    if not force and (now := load_state(config)) != state:  # another run has done it meanwhile
        plan, state = _look(config, now)
        if state is not None and not any(find_reasons(plan, state)):
            return state.result
    for attempt in count(1):
        _start_child_early(plan)
        from taizhang.ingest.run import run_ingest

        try:
            return _finish(plan, run_ingest(plan, force=force))
        except ChangedError:
            if attempt == _MOST_ATTEMPTS:
                raise
        plan, _ = _look(config, None)  # a file of another state was met: all are hashed anew
    raise AssertionError


def _finish(plan: Plan, state: State) -> IngestResult:
    """Store a snapshot of what an ingest came to, and only then that it is done: a killed one is done again."""
    if plan.config.held is not None:  # of a workbook that may only be read: nothing is stored
        save_state(plan.config, state)
        return state.result
    from taizhang.ingest.snapshots import store_snapshot

    beside = mark_counting(plan.config)
    store_snapshot(plan.config, state)
    save_state(plan.config, replace(state, beside=beside))
    return state.result


def _keep_stamps(plan: Plan, state: State) -> State:
    """Keep the files' times as they now are, so that they are not hashed again the next time."""
    if plan.stamps != state.files:
        state = replace(state, files=dict(plan.stamps))
        with suppress(OSError):  # a folder that may only be read: they are hashed again
            save_state(plan.config, state)
    return state


def _keep_beside(plan: Plan, state: State, lock: Path) -> None:
    """Store a snapshot if an own fact, or another file beside that decides numbers, has been saved since the last."""
    if plan.config.held is not None:
        return
    if state.beside == mark_counting(plan.config) and (plan.config.root / STORE).is_dir():
        return
    try:
        with hold_lock(lock, wait=False):
            if load_state(plan.config) == state:
                _finish(plan, state)
    except BusyError:  # whoever ingests stores one
        return
    except OSError as error:
        if not is_forbidden(error):
            raise


def _start_child_early(plan: Plan) -> None:
    """Have the process that reads risky files start while this one loads its libraries, if it will be needed."""
    names = [name for files in (*plan.ledgers.values(), *plan.sums) for name in files]
    if any(
        plan.paths[name].suffix.lower() not in _PLAIN or plan.stamps[name].bytes > _LARGE_BYTES
        for name in names
    ):
        from taizhang.ledgers import start_child

        start_child()


def _take_detached(config: Config) -> IngestResult:
    state = load_state(config)
    stored = (config.processed / STORED).exists()  # of an earlier version, it is taken if it can be
    if state is None or (state.code != READING.sha256 and not stored):
        raise ParameterError("ingest.missing.same_version")
    return state.result
