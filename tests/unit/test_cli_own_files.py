"""Python files that lie in a workbook: a command that runs no fact and no notebook runs none of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

LIBRARY = Path(__file__).parents[2] / "lib"


@pytest.mark.parametrize("words", [["check"], ["doctor"]])
def test_no_file_of_the_folder_is_taken_for_a_library(tmp_path: Path, words: list[str]) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")}, patterns=["*.xls*"])
    # An old book is read by a process of its own, which has to find its libraries, too.
    (root / "data" / "raw" / "b.xls").write_bytes(b"\x09\x08\x08\x00" + b"\0" * 600)
    runs = "open('ran', 'a').write(__name__)\nraise ImportError(__name__)\n"
    libraries = ("python_calamine", "xlrd", "pandas", "numpy", "pyogrio", "tomllib", "typer")
    for name in (
        *libraries,
        "sitecustomize",
        "usercustomize",
        "conftest",
        "taizhang",
        "facts/own",
        "notebooks/own",
    ):
        (root / f"{name}.py").parent.mkdir(exist_ok=True)
        (root / f"{name}.py").write_text(runs)
    for name in ("yaml", "geopandas"):  # a folder is a library, too
        (root / name).mkdir()
        (root / name / "__init__.py").write_text(runs)
    script = tmp_path / "bin" / "taizhang"
    script.parent.mkdir()
    script.write_text("from taizhang.cli import main\nmain()\n")
    environment = {**os.environ, "PYTHONPATH": str(LIBRARY)}
    command = [sys.executable, str(script), *words]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "ImportError" not in done.stdout + done.stderr
    assert not (root / "ran").exists()
    if words == ["check"]:
        assert "b.xls" in done.stderr + done.stdout
