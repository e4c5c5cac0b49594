"""Outputs written whole or not at all, and checksums of inputs."""

import errno
import hashlib
import os
import re
import shutil
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from lzma import LZMAError
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from taizhang.core.errors import TaizhangError
from taizhang.core.processes import is_running, mark_machine

UNREADABLE = "unreadable"
# What zipfile raises for an archive that is damaged, locked or of a kind that it does not know.
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, LZMAError, struct.error, OSError, EOFError, NotImplementedError, RuntimeError,
    ValueError, KeyError,
)  # fmt: skip
_STEP_NS = 2 * 10**9  # the longest step of time that file systems count in: FAT's
# The name of what is not whole yet: the file's, whose it is (machine and process), and what mkstemp draws.
_BESIDE = re.compile(r"\..*\.(?P<machine>[0-9a-f]{6})-(?P<pid>\d+)\.[a-z0-9_]{8}(\.\w+)?")
_MOST_ATTEMPTS = 20
MOST_STEM = 40  # of a name, which may have 255 bytes
# What a process on another machine has not finished after this time, it never will.
_DEAD_AFTER = 24 * 3600
# What says that a folder may only be read.
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
# What says that a file system, such as a share, can't be asked to write through.
_CANNOT = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM}


def name_beside(path: Path) -> str:
    """The prefix of this process's unfinished files, by which `remove_leftovers` finds them."""
    return f".{path.stem[:MOST_STEM]}.{mark_machine()}-{os.getpid()}."


@contextmanager
def write_beside(path: Path, *, through: bool = True, new: bool = False) -> Iterator[Path]:
    """Yield a temporary path in the same folder, renamed to `path` if the block ends without an error.

    With `through`, there is the old file or the new one, whole, after a power failure, too. With `new`, FileExistsError
    if somebody else has written `path`, however short a time ago.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=name_beside(path), suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        if through:
            write_through(beside)
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)  # mkstemp makes it private; a report is to be read by others
        if new:
            _put_new(beside, path)
        else:
            beside.replace(path)
        if through and os.name == "posix":  # a rename is written with the folder
            write_through(path.parent)
    except OSError as error:
        raise _name_file(error, beside, path) from error
    finally:
        beside.unlink(missing_ok=True)


def _put_new(beside: Path, path: Path) -> None:
    try:
        path.hardlink_to(beside)  # alone refuses, in one step, what is there
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError:  # a file system without links
        if is_named(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        beside.replace(path)


def _name_file(error: OSError, beside: Path, path: Path) -> OSError:
    """The error, with the name of the file that could not be written, which a failed write does not give."""
    if isinstance(error, TaizhangError):  # in words of our own, which no number explains
        return error
    told = re.search(r"\[errno (\d+)\]", str(error))  # pyarrow's
    number = error.errno or (int(told[1]) if told else 0)
    if not number or error.filename not in (None, str(beside), beside.name):
        return error
    return OSError(number, os.strerror(number), str(path))


def write_through(path: Path) -> None:
    """Have a file or folder on the disk before going on, where the file system can be asked to."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(handle)


def list_below(folder: Path) -> list[Path]:
    """Everything in a folder and its subfolders; files deleted during the listing are skipped."""
    return [Path(place, name) for place, folders, files in os.walk(folder) for name in (*folders, *files)]


def _is_left(path: Path) -> bool:
    """Return whether a killed process had begun to write it; what others are at is not."""
    named = _BESIDE.fullmatch(path.name)
    if not named:
        return False
    try:
        age = time.time() - path.stat().st_mtime
    except OSError:  # just finished by its process
        return False
    here = named["machine"] == mark_machine()
    return age >= _DEAD_AFTER or (here and not is_running(int(named["pid"])))


def list_leftovers(folder: Path, *, below: bool = True) -> list[Path]:
    """What killed processes had begun to write in a folder, or `below` it."""
    return [path for path in (list_below(folder) if below else folder.glob(".*.*")) if _is_left(path)]


def remove_leftovers(folder: Path, *, below: bool = True) -> None:
    """Remove what killed processes had begun to write in a folder, or `below` it; what others are at stays."""
    for path in list_leftovers(folder, below=below):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def fill_folder(folder: Path) -> Iterator[None]:
    """Fill a new or empty folder during the block; one whose filling was killed or failed may be filled again.

    FileExistsError if it has anything else.
    """
    there = list(folder.iterdir()) if folder.is_dir() else []
    if (there and not any(map(_is_left, there))) or (is_named(folder) and not folder.is_dir()):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    handle, mark = tempfile.mkstemp(dir=folder, prefix=name_beside(folder))
    os.close(handle)
    remove_leftovers(folder)
    yield
    Path(mark).unlink(missing_ok=True)


@contextmanager
def open_scratch(parent: Path) -> Iterator[Path]:
    """Yield a new folder below `parent` that only this user can read, and remove it at the end.

    What killed processes left there is removed first.
    """
    made = _make_scratch(parent)
    try:
        with made as folder:
            yield Path(folder)
    finally:
        with suppress(OSError):  # another process has one there
            parent.rmdir()


def _make_scratch(parent: Path) -> "tempfile.TemporaryDirectory[str]":
    for attempt in count(1):
        try:
            parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(parent)
            return tempfile.TemporaryDirectory(
                dir=parent, prefix=name_beside(parent), ignore_cleanup_errors=True
            )
        except (FileExistsError, FileNotFoundError):  # the last who was there has just taken the folder away
            if attempt == _MOST_ATTEMPTS:
                raise
    raise AssertionError


def is_forbidden(error: OSError) -> bool:
    """Return whether an error says that a folder may only be read."""
    return error.errno in _FORBIDDEN


def is_writable(folder: Path) -> bool:
    """Return whether a folder can be written to; by trying, since permissions can mislead. It is made if missing."""
    try:
        with open_scratch(folder):
            return True
    except OSError as error:
        if not is_forbidden(error):
            raise
        return False


def write_text(path: Path, text: str, *, encoding: str = "utf-8", new: bool = False) -> None:
    """Write a text file whole or not at all, with `\\n` line ends on every system; `new`: as for `write_beside`."""
    with write_beside(path, new=new) as beside:
        beside.write_text(text, encoding=encoding, newline="\n")


def write_bytes(path: Path, data: bytes, *, through: bool = True, new: bool = False) -> None:
    """Write a file whole or not at all; `new`: as for `write_beside`."""
    with write_beside(path, through=through, new=new) as beside:
        beside.write_bytes(data)


def is_named(path: Path) -> bool:
    """Return whether something has this name; a broken link counts, so that reading it gives an error."""
    return os.path.lexists(path)


def read_bytes(path: Path) -> bytes:
    """A file's bytes, if it is one."""
    check_plain(path.stat(), path)
    return path.read_bytes()


def check_plain(status: os.stat_result, path: Path) -> None:
    """Raise OSError for a pipe, at which a reader waits for ever, and for a device, which may never end."""
    if not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    check_plain(path.stat(), path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_files(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Name and SHA-256 of each path that is a file, in order, skipping compiled Python."""
    return [
        (path.name, hash_file(path)) for path in sorted(paths) if path.is_file() and path.suffix != ".pyc"
    ]


class Stamp(NamedTuple):
    """What shows whether a file has changed: size, time of modification and of any change (ns), and SHA-256.

    A time of 0 is unlike any file's: the file is hashed again.
    """

    bytes: int
    time: int
    changed: int  # the system's own time, which nobody can put back
    sha256: str


def make_stamp(status: os.stat_result, sha256: str, *, ours: bool = False) -> Stamp:
    """The stamp of a file whose status was taken before its bytes were read.

    A file saved within the last seconds may be saved again without a different time, as file systems count time in
    steps of up to two seconds: its stamp has no time. A file that is `ours` nobody else saves; it may be linked, which
    changes the system's time.
    """
    if ours:
        return Stamp(status.st_size, status.st_mtime_ns, 0, sha256)
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    settled = last + _STEP_NS < time.time_ns()
    return Stamp(status.st_size, status.st_mtime_ns if settled else 0, status.st_ctime_ns, sha256)


def stamp_file(path: Path, known: Stamp | None = None, *, ours: bool = False) -> Stamp:
    """The stamp of a file; a file whose size and times are those of `known` is not read again.

    If the file cannot be read now, for example because it is locked, the hash is a placeholder that no later hash
    equals.
    """
    try:
        status = path.stat()
        check_plain(status, path)
        changed = 0 if ours else status.st_ctime_ns
        if known and (status.st_size, status.st_mtime_ns, changed) == known[:3]:
            return known
        return make_stamp(status, hash_file(path), ours=ours)
    except OSError:
        return Stamp(0, 0, 0, f"{UNREADABLE} {time.time_ns()}")


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of the bytes that were copied."""
    check_plain(source.stat(), source)
    digest = hashlib.sha256()
    with source.open("rb") as stream, target.open("xb") as sink:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest()


def split_layer(path: Path) -> tuple[Path, str]:
    """Split a boundary path into file and layer: ``a.gpkg!towns``, ``a.zip!towns.shp``; '' if no layer is named.

    Names of folders, files and layers may contain '!': the file is the longest part that exists.
    """
    parts = str(path).split("!")
    for end in range(len(parts), 0, -1):
        if (outer := Path("!".join(parts[:end]))).exists():
            return outer, "!".join(parts[end:])
    return path, ""
