"""The site: built strictly, in both languages, with every public name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import api_pages


@pytest.mark.slow
def test_the_site_builds_in_both_languages(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    quiet = {
        **os.environ,
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONPATH": os.pathsep.join((str(root / "lib"), str(root))),
    }
    built = subprocess.run(command, cwd=root, env=quiet, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {page.relative_to(root / "docs") for page in (root / "docs").rglob("*.md")}
    pages_of_names = ("api", "api-figures", "api-narrative", "api-draw", "api-facts")
    for lang in ("", "zh"):
        for page in pages:
            plain = page.with_name(page.name.removesuffix(".zh.md").removesuffix(".md"))
            place = tmp_path / lang / (plain.parent if plain.name == "index" else plain) / "index.html"
            assert place.is_file(), place
        shown = "".join((tmp_path / lang / name / "index.html").read_text("utf-8") for name in pages_of_names)
        assert "_read_exact" not in shown
        assert [one.place for one in api_pages.list_names() if f'id="{one.place}"' not in shown] == []
