"""No file is read or written in the system's own encoding, and output is UTF-8 on any console."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import taizhang


def test_no_file_is_opened_without_saying_its_encoding(sample_book, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(sample_book, book, ignore=shutil.ignore_patterns("processed", "reports"))
    # Python itself tells of every file opened in the system's encoding (PEP 597); a console may be cp936.
    watched = [sys.executable, "-X", "warn_default_encoding", "-W", "always::EncodingWarning"]
    command = ["-m", "taizhang.cli", "facts", "--period", "2021", "--format", "json", "-C", str(book)]
    done = subprocess.run(
        [*watched, *command],
        env={**os.environ, "PYTHONIOENCODING": "cp936"},
        capture_output=True,
        check=False,
    )
    told = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "溪口镇" in {row["district"] for row in json.loads(done.stdout.decode("utf-8"))}
    home = str(Path(taizhang.__file__).parent)
    assert [line for line in told.splitlines() if "EncodingWarning" in line and home in line] == []
