"""Earlier states of a workbook: snapshots, opened as workbooks of their own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from taizhang.core.errors import ParameterError
from taizhang.core.trust import VARIABLE, is_trusted
from taizhang.ingest import READING
from taizhang.ingest.state import load_state, save_state
from taizhang.store import Snapshot, list_snapshots
from taizhang.workbook.book import Workbook
from taizhang.workbook.held import take_out_snapshot


def find_snapshot(book: Workbook, name: str) -> Snapshot:
    """Find a snapshot by its id; ParameterError if it is not in the store."""
    for one in list_snapshots(book.config):
        if one.id == name:
            return one
    raise ParameterError("store.no_snapshot", id=name)


@contextmanager
def open_snapshot(book: Workbook, snapshot: Snapshot) -> Iterator[Workbook]:
    """A snapshot's content as a workbook in a folder of its own, trusted if the workbook is."""
    with ExitStack() as stack:
        folder = take_out_snapshot(book.root, snapshot, stack)
        if is_trusted(book.root):
            said = os.environ.get(VARIABLE, "")
            trusted = said if said == "1" else os.pathsep.join(filter(None, (said, str(folder))))
            stack.enter_context(set_environment({VARIABLE: trusted}))
        then = Workbook(folder)
        if (state := load_state(then.config)) is not None:  # tables are read as they are, whoever made them
            save_state(then.config, replace(state, code=READING.sha256))
        yield then


@contextmanager
def set_environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables during the block; None removes one."""
    before = {name: os.environ.get(name) for name in values}
    try:
        _set(values)
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
