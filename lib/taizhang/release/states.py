"""Earlier states of a workbook: snapshots, opened as workbooks of their own."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from taizhang.core.trust import VARIABLE, is_trusted
from taizhang.ingest import READING
from taizhang.ingest.state import load_state, save_state
from taizhang.store import find_snapshot
from taizhang.workbook.book import Workbook
from taizhang.workbook.held import take_out_snapshot
from taizhang.workbook.released import Known, write_known


@contextmanager
def open_snapshot(book: Workbook, name: str, *, releases: Sequence[Known] = ()) -> Iterator[Workbook]:
    """A workbook in a folder of its own, with all that a snapshot of an id holds; whoever trusts the workbook trusts
    that. It knows of some releases. ParameterError if there is no such snapshot."""
    with ExitStack() as stack:
        folder = take_out_snapshot(book.root, find_snapshot(book.root, name), stack)
        if is_trusted(book.root):
            said = os.environ.get(VARIABLE, "")
            trusted = said if said == "1" else os.pathsep.join(filter(None, (said, str(folder))))
            stack.enter_context(set_environment({VARIABLE: trusted}))
        then = Workbook(folder)
        if (state := load_state(then.config)) is not None:  # tables are read as they are, whoever made them
            save_state(then.config, replace(state, code=READING.sha256))
        write_known(then.config.processed, releases)
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
