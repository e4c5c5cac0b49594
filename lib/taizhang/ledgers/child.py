"""The child process that reads risky files: it is started, given requests, and replaced if it dies or hangs.

Nothing heavy is imported here, so that the process can be started early and load its libraries in the meantime.
"""

import atexit
import gc
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taizhang.ledgers.model import Source
    from taizhang.ledgers.survey import Survey

MEMORY_BYTES = 2 * 1000**3  # what the system counts may be a little more
_FULL = 75  # how a child ends that has no memory left; libraries that can't get any abort
_OUT_OF_MEMORY = (_FULL, -signal.SIGABRT)
_SECONDS_TO_END = 1.0


class Child:
    """A reading process: receives requests on standard input and answers on standard output."""

    def __init__(self) -> None:
        here = str(Path(__file__).resolve().parents[2])
        places = list(dict.fromkeys([here, *(p for p in sys.path if p not in ("", str(Path.cwd())))]))
        # Isolated: no module is looked for where one stands, nor where an environment variable says.
        serve = f"import sys; sys.path[:] = {places!r}; from taizhang.ledgers.child import serve; serve()"
        environment = {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "2",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", serve],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def ask(self, request: "tuple[Path, Source | Survey | None, str]", seconds: float) -> Any:
        """Have a file read.

        Raises TimeoutError if it takes too long, MemoryError if the child ran out of what it may use, EOFError if it
        ended otherwise.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        try:
            _send(self.process.stdin, request)
            answer = _receive(self.process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            late = not timer.is_alive()
            with suppress(subprocess.TimeoutExpired):  # its end of the pipe may be closed before it ends
                self.process.wait(_SECONDS_TO_END)
            full = self.process.poll() in _OUT_OF_MEMORY
            self.stop()
            raise (TimeoutError if late else MemoryError if full else EOFError) from None
        finally:
            timer.cancel()
        return answer

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was still to be sent to a dead child is lost with it
                    stream.close()


_idle: list[Child] = []
_lock = threading.Lock()
_owner = 0


class Borrowed:
    """A child for one file: an idle one of this process, or a new one; kept for reuse unless it died."""

    def __enter__(self) -> Child:
        global _owner
        with _lock:
            if _owner != os.getpid():  # after a fork the children are the parent's
                _idle.clear()
                _owner = os.getpid()
                atexit.register(stop_children)
            self.child = _idle.pop() if _idle else Child()
        return self.child

    def __exit__(self, *error: object) -> None:
        if self.child.process.poll() is None:
            with _lock:
                _idle.append(self.child)


def start_child() -> None:
    """Start a reading process ahead of the first large file, so that it is ready when that is read."""
    with Borrowed():
        pass


def stop_children() -> None:
    """End the idle reading processes of this process."""
    with _lock:
        if _owner == os.getpid():
            while _idle:
                _idle.pop().stop()


def serve() -> None:
    """Read files on request until the other end closes: the main loop of the child process."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    limit_memory(MEMORY_BYTES)
    from taizhang.core.outside import tell_error
    from taizhang.core.reasons import Reason
    from taizhang.ledgers.model import Source, fail_file  # loaded while the asking end loads its own
    from taizhang.ledgers.reading import read_here
    from taizhang.ledgers.sheets import SheetsRead, list_sheets
    from taizhang.ledgers.survey import FileSeen, survey_here

    gc.disable()  # nothing read goes in circles, and to look for some among millions of cells takes long
    while True:
        try:
            path, asked, name = _receive(source)
        except EOFError:
            return
        try:
            answer: object
            if asked is None:
                answer = list_sheets(path, name)
            else:
                look = read_here if isinstance(asked, Source) else survey_here
                answer = look(path, asked, name=name)
        except MemoryError:
            os._exit(_FULL)
        except BaseException as error:  # a Rust panic is no Exception; the file is refused, never the run
            reason = Reason("ledgers.file.not_read", why=tell_error(error, named=True))
            if asked is None:
                answer = SheetsRead(problem=reason)
            else:
                read = isinstance(asked, Source)
                answer = fail_file(name, asked.kind, [reason]) if read else FileSeen(name, (), reason)
        try:
            _send(sink, answer)
        except MemoryError:
            os._exit(_FULL)
        del answer
        gc.collect()


def limit_memory(size: int) -> None:
    """Limit this process's address space, if the system supports it (not on Windows; macOS ignores it)."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    size = size if hard == resource.RLIM_INFINITY else min(size, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def _send(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, protocol=5)
    stream.write(struct.pack("<Q", len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    head = stream.read(8)
    if len(head) < 8:
        raise EOFError
    size = struct.unpack("<Q", head)[0]
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)
