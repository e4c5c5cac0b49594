"""Every command and block of the tutorial, in order, in an empty folder; and the site that the docs make."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.files import write_text

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=240)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_every_block_of_the_tutorial_runs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "空 folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    blocks = BLOCK.findall((root / "docs" / "tutorial.md").read_text("utf-8"))
    assert [lang for lang, _ in blocks] == [
        "bash",
        "bash",
        "python",
        "toml",
        "bash",
        "bash",
        "python",
        "bash",
    ]
    for lang, text in blocks:
        if lang == "toml":
            write_text(folder / "mycounty" / "workbook.toml", text)
        elif lang == "python":
            exec(compile(text, "docs/tutorial.md", "exec"), {})
        else:
            for line in text.splitlines():
                name, *words = shlex.split(line)
                assert name == "taizhang"
                done = CliRunner().invoke(app, words)  # in this process: each start takes seconds
                assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception}"
    reports = folder / "mycounty" / "reports" / "2021"
    assert (reports / "index.en.html").is_file() and (reports / "comparison.en.pdf").is_file()
    assert len(list(reports.glob("[0-9]*.en.html"))) == 3


def test_both_tutorials_show_the_same(root: Path) -> None:
    english, chinese = (
        [
            (lang, re.sub(r'#.*|title = .*|lang = .*|"', "", text).split())
            for lang, text in BLOCK.findall((root / "docs" / f"tutorial{end}.md").read_text("utf-8"))
        ]
        for end in ("", ".zh")
    )
    assert english == chinese != []


@pytest.mark.slow
def test_the_site_is_built(root: Path, tmp_path: Path) -> None:
    run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path)], root)
    for page in ("index.html", "tutorial/index.html", "zh/tutorial/index.html", "howto/windows/index.html"):
        assert (tmp_path / page).is_file(), page
