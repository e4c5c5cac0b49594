"""Risky reads in a child process with limits of memory and time, so that one bad file can't take the others.

The child stays for the next file; one that dies or hangs is replaced. Small, plain files are read here.
"""

import atexit
import os
import pickle
import re
import struct
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import IO, cast

from taizhang.errors import LedgerError
from taizhang.ledgers.model import FileRead, Source, fail_file
from taizhang.ledgers.reading import read_here
from taizhang.ledgers.sheets import sniff_format

MEMORY_BYTES = 2 * 1024**3
SECONDS = 30.0  # for any file, and more for large ones
SECONDS_PER_MB = 10.0
_SMALL_BYTES = 2 * 1024**2
_SMALL_XML = 16 * 1024**2
_FAR_CELL = re.compile(rb'\br="(?:[A-Z]{3}\d+|[A-Z]{1,3}\d{6,})"')


def read_ledger_file(path: Path, source: Source, *, name: str) -> FileRead:
    """Read a ledger file: find its tables, understand headers and values, set aside what can't be read.

    Parameters
    ----------
    path : pathlib.Path
        xlsx, xlsm, xls, ods, csv, txt or parquet.
    source : Source
        The kind, and what workbook.toml says of these files.
    name : str
        The file as shown in every message: posix, relative to the workbook.

    Returns
    -------
    FileRead
        Every data row is in `rows`, or in `set_aside` with scope 'row', exactly once. A file, or a table of
        it, that can't be read is told in `error`; nothing is raised.
    """
    try:
        if _is_plain(path):
            return read_here(path, source, name=name)
    except LedgerError as error:
        return fail_file(name, source.kind, str(error))
    limit = SECONDS + SECONDS_PER_MB * path.stat().st_size / 1024**2
    with _Borrowed() as child:
        try:
            return child.ask((path, source, name), limit)
        except TimeoutError:
            message = f"could not be read within {limit:.0f} s; split it, or save it again without empty formatted rows"
        except EOFError:
            message = (
                f"could not be read within {MEMORY_BYTES / 1024**3:.0f} GB of memory: it is damaged, or declares far "
                f"more cells than it fills; copy its table to a new workbook and save that"
            )
    return fail_file(name, source.kind, message)


def _is_plain(path: Path) -> bool:
    """Whether a file is small through and through, so that reading it here risks nothing.

    Raises
    ------
    LedgerError
        If the file can't be a ledger at all.
    """
    kind = sniff_format(path)
    size = path.stat().st_size
    if kind == "parquet":
        return True  # it is read in parts
    if kind == "text":
        return size <= 64 * 1024**2
    if kind != "xlsx" or size > _SMALL_BYTES:
        return False
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > _SMALL_XML:
                return False
            sheets = [part for part in parts if part.filename.lower().startswith("xl/worksheets/")]
            # zipfile stops at the declared size: a part that lies about it fails its checksum instead.
            return not any(_FAR_CELL.search(package.read(part)) for part in sheets)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise LedgerError(f"is damaged ({error}); restore it or save it again") from None


class _Child:
    """A reading process: asked over its standard input, answering over its standard output."""

    def __init__(self) -> None:
        here = str(Path(__file__).resolve().parents[2])
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(dict.fromkeys([here, *(p for p in sys.path if p)])),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "2",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from taizhang.ledgers.sandbox import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def ask(self, request: tuple[Path, Source, str], seconds: float) -> FileRead:
        """Have a file read. Raises TimeoutError when it takes too long, EOFError when the child dies of it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        try:
            _send(self.process.stdin, request)
            answer = _receive(self.process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            late = not timer.is_alive()
            self.stop()
            raise (TimeoutError if late else EOFError) from None
        finally:
            timer.cancel()
        if not isinstance(answer, FileRead):
            self.stop()
            raise EOFError
        return answer

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what was still to be sent to a dead child is lost with it


_idle: list[_Child] = []
_lock = threading.Lock()
_owner = 0


class _Borrowed:
    """A child for one file: an idle one of this process, or a new one; kept for the next unless it died."""

    def __enter__(self) -> _Child:
        global _owner
        with _lock:
            if _owner != os.getpid():  # after a fork the children are the parent's
                _idle.clear()
                _owner = os.getpid()
                atexit.register(stop_children)
            self.child = _idle.pop() if _idle else _Child()
        return self.child

    def __exit__(self, *error: object) -> None:
        if self.child.process.poll() is None:
            with _lock:
                _idle.append(self.child)


def start_child() -> None:
    """Start a reading process ahead of the first large file, so that it is ready when that is read."""
    with _Borrowed():
        pass


def stop_children() -> None:
    """End the idle reading processes of this process."""
    with _lock:
        if _owner == os.getpid():
            while _idle:
                _idle.pop().stop()


def serve() -> None:
    """Read files as asked, until the asking end closes: what the child process runs."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    limit_memory(MEMORY_BYTES)
    while True:
        try:
            path, asked, name = cast(tuple[Path, Source, str], _receive(source))
        except EOFError:
            return
        try:
            answer = read_here(path, asked, name=name)
        except MemoryError:
            os._exit(1)
        except BaseException as error:  # a Rust panic is no Exception; the file is refused, never the run
            answer = fail_file(name, asked.kind, f"could not be read ({type(error).__name__}: {error})")
        _send(sink, answer)


def limit_memory(size: int) -> None:
    """Limit this process's address space, where the system can (not on Windows; macOS ignores it)."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    size = size if hard == resource.RLIM_INFINITY else min(size, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
    except (ValueError, OSError):
        return


def _send(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, protocol=5)
    stream.write(struct.pack("<Q", len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> object:
    head = stream.read(8)
    if len(head) < 8:
        raise EOFError
    size = struct.unpack("<Q", head)[0]
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)
