"""The state of a workbook that a run uses from beginning to end, even if files are saved during the run.

Settings, own kinds and facts, notes and templates are copied; of data/processed, whose files are only ever replaced,
the run has links. It lies below data/processed/.cache, and is gone when the run ends. For a workbook that may only be
read, it lies in the system's folder for temporary files.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from taizhang.core.clock import read_day
from taizhang.core.errors import ChangedError
from taizhang.core.files import hash_file, hash_files, is_forbidden, is_writable, open_scratch, write_text
from taizhang.ingest import DETACHED, IngestResult, ingest
from taizhang.ingest.state import STORED, find_damage, load_state
from taizhang.settings.beside import list_beside
from taizhang.settings.workbook import CACHE, Config, hold_path
from taizhang.store import Snapshot, find_known, write_snapshot
from taizhang.workbook.released import FOLDER as RELEASES
from taizhang.workbook.released import LIST, list_known, write_known

# Tells a kernel where the state is that its report is made from.
VARIABLE = "TAIZHANG_HELD"
_FOLDER = "held"


@contextmanager
def hold_state(config: Config, fingerprint: str) -> Iterator[Path]:
    """Yield a folder with the state of a workbook that an ingest of this fingerprint came to.

    ChangedError if data/processed, or the settings that it was made by, are of another.
    """
    with open_scratch(config.cache / _FOLDER) as folder:
        held = _fill(config, folder)
        _check(config, held, fingerprint)
        (held.processed / DETACHED).touch()
        yield folder


@contextmanager
def hold_apart(config: Config) -> Iterator[tuple[Path, IngestResult]]:
    """Yield a folder outside a workbook with its state, and the ingest that it comes from; nothing is written in it.

    What data/processed has is taken if it is current and whole; otherwise the raw files are read.
    """
    with tempfile.TemporaryDirectory(prefix="taizhang-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        held = _fill(config, folder)
        result = ingest(held)
        (held.processed / DETACHED).touch()
        yield folder, result


@dataclass(frozen=True)
class Known:
    """What had been ingested by the end of a day: the snapshot that is read."""

    day: date  # that was asked for
    snapshot: str
    made_at: str
    version: str  # of taizhang, which made it


def take_out(root: Path, day: date, stack: ExitStack) -> Path | None:
    """A folder, until the stack is closed, with what had been ingested by the end of a day.

    None if that is all that has been ingested, and the day not over: what is ingested now is of the day, too.
    ParameterError if nothing so old is stored.
    """
    snapshot, newest = find_known(root, day)
    if newest and day >= read_day():
        return None
    folder = take_out_snapshot(root, snapshot, stack)
    known = Known(day, snapshot.id, snapshot.made_at.isoformat(timespec="seconds"), snapshot.version)
    stored = folder / "data" / "processed" / STORED
    write_text(stored, json.dumps({**vars(known), "day": day.isoformat()}))
    write_known(stored.parent, list_known(root, until=day))
    return folder


def take_out_snapshot(
    root: Path, snapshot: Snapshot, stack: ExitStack, *, kinds: Collection[str] | None = None
) -> Path:
    """A folder, until the stack is closed, with what is in a snapshot; it is taken as it is. Of ledgers there may be
    those of some `kinds` alone."""
    try:
        folder = stack.enter_context(open_scratch(root / CACHE / _FOLDER))
    except OSError as error:
        if not is_forbidden(error):
            raise
        made = tempfile.TemporaryDirectory(prefix="taizhang-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made)).resolve()
    write_snapshot(root, snapshot, folder, kinds=kinds)
    (folder / "data" / "processed" / DETACHED).touch()
    return folder


def read_known(processed: Path) -> Known | None:
    """What the tables' folder says of the snapshot that it is from; None if it is the present."""
    path = processed / STORED
    if not path.exists():
        return None
    told = json.loads(path.read_text("utf-8"))
    return Known(**{**told, "day": date.fromisoformat(told["day"])})


def is_open_to_writing(config: Config) -> bool:
    """Return whether a run may keep its state in the workbook."""
    return is_writable(config.cache / _FOLDER)


def _fill(config: Config, folder: Path) -> Config:
    """Copy or link a workbook's state into a folder; the configuration that reads it there."""
    _copy_settings(config.root, folder)
    if (crosswalk := config.boundaries.crosswalk) is not None and crosswalk.exists():
        _copy(crosswalk, hold_path(config.root, folder, crosswalk))
    held = config.model_copy(update={"held": folder})
    _link_tables(config.processed, held.processed)
    if (config.root / RELEASES).is_dir() and not (held.processed / LIST).exists():
        write_known(held.processed, list_known(config.root))
    return held


def find_held(root: Path) -> Path | None:
    """Where the state is that this process is to read of a workbook, if a run holds one for it."""
    told = Path(os.environ.get(VARIABLE, ""))
    return told if told.is_absolute() and told.is_relative_to(root) and told.is_dir() else None


def has_own_code(root: Path, held: Path) -> bool:
    """Return whether a state out of the store has other Python files beside workbook.toml than the workbook has now."""
    before, now = (hash_files(folder.glob("*.py")) for folder in (held, root))
    return before != now


def check_code(root: Path, held: Path) -> None:
    """ChangedError if Python files beside workbook.toml, which kernels import, have been changed."""
    before, now = (hash_files(folder.glob("*.py")) for folder in (held, root))
    if names := sorted({name for name, _ in {*before} ^ {*now}}):
        raise ChangedError("workbook.changed", names=names)


def _copy_settings(root: Path, folder: Path) -> None:
    for path in list_beside(root):
        _copy(path, folder / path.relative_to(root))
    for path in (root / "notes").glob("*/"):  # the name of an empty one may be wrong, too
        (folder / path.relative_to(root)).mkdir(parents=True, exist_ok=True)


def _copy(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        shutil.copyfile(path, place)
    else:  # a link to nothing: what reads it says so
        place.symlink_to(path.readlink())


def _link_tables(processed: Path, place: Path) -> None:
    place.mkdir(parents=True)
    for path in processed.iterdir() if processed.is_dir() else ():
        if path.name.startswith(".") or not path.is_file():
            continue
        try:
            (place / path.name).hardlink_to(path)
        except FileNotFoundError:  # taken away by another run: seen below
            continue
        except OSError:  # a file system without links
            shutil.copy2(path, place / path.name)


def _check(config: Config, held: Config, fingerprint: str) -> None:
    """Whether what is held fits together: tables, the state that they are recorded in, and the settings."""
    state = load_state(held)
    if state is None or state.result.fingerprint != fingerprint or find_damage(held, state):
        raise ChangedError("workbook.changed", names=["data/processed"])
    changed = []
    for name, known in state.files.items():
        path = hold_path(config.root, held.source, config.root / name)
        if path.is_file() and hash_file(path) != known.sha256:
            changed.append(name)
    if changed:
        raise ChangedError("workbook.changed", names=changed)
