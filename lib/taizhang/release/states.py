"""Earlier states of a workbook: snapshots, opened as workbooks of their own."""

import os
import shutil
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
        _lend_fonts(book, then)
        if (state := load_state(then.config)) is not None:  # tables are read as they are, whoever made them
            save_state(then.config, replace(state, code=READING.sha256))
        write_known(then.config.processed, releases)
        yield then


def _lend_fonts(book: Workbook, then: Workbook) -> None:
    """Have a workbook out of the store find the font folder beside workbook.toml, which is not stored."""
    fonts = then.config.fonts
    if fonts is None or fonts.exists() or not fonts.is_relative_to(then.root) or ".." in fonts.parts:
        return
    now = book.root / fonts.relative_to(then.root)
    if now.is_dir():
        fonts.parent.mkdir(parents=True, exist_ok=True)
        try:
            fonts.symlink_to(now, target_is_directory=True)
        except OSError:  # a system that asks for a right to do so
            shutil.copytree(now, fonts)


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
