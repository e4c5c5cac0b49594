"""Raw ledgers and boundaries in, checked tables in data/processed out.

This module only answers whether anything has changed since the last run, from a state file and without
loading pandas; `taizhang.ingest.run` does the work.
"""

from taizhang.core.errors import ParameterError
from taizhang.ingest.plan import READING, Plan, find_reasons, make_plan, stamp_inputs
from taizhang.ingest.state import (
    APPLIED,
    DETACHED,
    SET_ASIDE_FILE,
    IngestResult,
    KindSummary,
    load_state,
)
from taizhang.settings.workbook import Config

__all__ = [
    "APPLIED", "DETACHED", "READING", "SET_ASIDE_FILE", "IngestResult", "KindSummary", "ingest",
]  # fmt: skip

_PLAIN = (".xlsx", ".csv", ".txt", ".tsv", ".parquet")
_LARGE_BYTES = 2 * 1024**2  # what a plain file must exceed to be read in a process of its own


def ingest(config: Config, *, force: bool = False) -> IngestResult:
    """Bring data/processed up to date with data/raw; with `force` every file is read again.

    With `force` every file is read again. Raises ParameterError if files that workbook.toml names are not there,
    BoundaryError if the boundaries cannot be used: without districts nothing can be counted.
    """
    if (config.processed / DETACHED).exists():
        return _take_detached(config)
    plan = make_plan(config)
    state = None if force else load_state(config)
    plan = stamp_inputs(plan, state)
    if state is not None and not any(find_reasons(plan, state)):
        return state.result
    _start_child_early(plan)
    from taizhang.ingest.run import run_ingest

    return run_ingest(plan, force=force)


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
    if state is None or state.code != READING.sha256:
        raise ParameterError("ingest.missing.same_version")
    return state.result
