"""PostgreSQL and MariaDB servers for tests: on the loopback, of a user without rights, gone with the test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SECONDS = 20


def find_program(name: str) -> str:
    """A server's program, where Debian puts it or on the path; '' if it is not installed."""
    folders = [*sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True), "/usr/sbin"]
    return shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")])) or ""


def find_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def become() -> dict[str, Any]:
    """How a process is started without rights: PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **become())
    assert done.returncode == 0, f"{command[0]}: {done.stderr[-2000:]}"


@contextmanager
def serve(command: Sequence[str], port: int) -> Iterator[None]:
    """Run a server until the block ends."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **become()
    ) as process:
        try:
            end = time.monotonic() + _SECONDS
            while time.monotonic() < end and process.poll() is None:
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            assert process.poll() is None, f"{command[0]} ended"
            yield
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, and nothing of it stays


@contextmanager
def make_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="taizhang-server-", ignore_cleanup_errors=True) as name:
        if os.geteuid() == 0:
            shutil.chown(name, "nobody", "nogroup")
        yield Path(name)


@contextmanager
def serve_postgres() -> Iterator[str]:
    """The address of a PostgreSQL server's `postgres` database, for its superuser `owner`."""
    with make_folder() as folder:
        data, port = folder / "data", find_port()
        run(
            [
                find_program("initdb"),
                "-D",
                str(data),
                "-U",
                "owner",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ]
        )
        # A password is asked for over the network, as an office's server does.
        rules = "host all owner 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (data / "pg_hba.conf").write_text(rules)
        quick = [
            "-c",
            "fsync=off",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"unix_socket_directories={folder}",
        ]
        with serve([find_program("postgres"), "-D", str(data), "-p", str(port), *quick], port):
            yield f"postgresql+psycopg://owner@127.0.0.1:{port}/postgres"


@contextmanager
def serve_mariadb() -> Iterator[str]:
    """The address of a MariaDB server's `ledgers` database, for its user `root`."""
    with make_folder() as folder:
        data, port, plain = folder / "data", find_port(), "--no-defaults"
        run([
            find_program("mariadb-install-db"), plain, f"--datadir={data}", "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ])  # fmt: skip
        places = [
            f"--datadir={data}",
            f"--socket={folder}/s",
            f"--pid-file={folder}/pid",
            f"--tmpdir={folder}",
        ]
        quick = [f"--port={port}", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0"]
        with serve([find_program("mariadbd"), plain, *places, *quick], port):
            yield f"mysql+pymysql://root@127.0.0.1:{port}/mysql"
