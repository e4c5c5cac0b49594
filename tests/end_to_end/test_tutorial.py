"""Every command and block of the tutorial, in order, in an empty folder; and the site that the docs make."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.core.files import write_text
from tools import api_pages

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
    assert len(list(reports.glob("[0-9]*.en.html"))) == 4


ANY_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
DOCS = Path(__file__).parents[2] / "docs"
IN_BOTH = sorted(DOCS.rglob("*.zh.md"))


@pytest.mark.parametrize("page", IN_BOTH, ids=lambda page: page.stem)
def test_both_languages_show_the_same_blocks(page: Path) -> None:
    """What may differ are comments, and what people are told, such as the commands' help."""
    english, chinese = (
        [
            (lang, re.sub(r'#.*|//.*|title += .*|lang += .*|"', "", text).split())
            for lang, text in ANY_BLOCK.findall(path.read_text("utf-8"))
            if not (lang == "text" and page.stem == "commands.zh")
        ]
        for path in (page.with_name(page.name.replace(".zh.md", ".md")), page)
    )
    assert english == chinese


def test_every_page_but_the_records_of_measurements_is_in_both_languages() -> None:
    english = {path for path in DOCS.rglob("*.md") if ".zh" not in path.name}
    assert english - {path.with_name(path.name.replace(".zh", "")) for path in IN_BOTH} == {
        DOCS / "benchmarks.md",
        DOCS / "mutation.md",
    }


@pytest.mark.slow
def test_the_site_is_built(root: Path, tmp_path: Path) -> None:
    run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path)], root)
    pages = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("index.html")}
    names = {path.relative_to(DOCS).as_posix().removesuffix(".md") for path in DOCS.rglob("*.md")}
    english = {name for name in names if not name.endswith(".zh")}
    wanted = english | {f"zh/{name.removesuffix('.zh')}" for name in names - english}
    assert {name.replace("index", ".").replace("/.", "") for name in wanted} <= pages
    named = ("api", "api-figures", "api-narrative", "api-draw", "api-facts")
    for lang in ("", "zh"):
        shown = "".join((tmp_path / lang / name / "index.html").read_text("utf-8") for name in named)
        assert "_read_exact" not in shown  # what is not public
        assert [one.place for one in api_pages.list_names() if f'id="{one.place}"' not in shown] == []
    broken = {
        f"{page.relative_to(tmp_path)}: {link}"
        for page in tmp_path.rglob("index.html")
        for link in re.findall(r'(?:href|src)="([^":#?]+)(?:#[^"]*)?"', page.read_text("utf-8"))
        if not link.startswith("/") and not (page.parent / link).exists()
    }
    # Files beside docs/ are on the forge, not on the site.
    assert [one for one in sorted(broken) if "README" not in one and "/lib/" not in one] == []
