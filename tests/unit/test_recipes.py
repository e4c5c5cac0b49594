"""The recipes in docs/ are followed on a copy of the repository, block by block, and what comes of it is right."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

STEP = re.compile(
    r"^\*\*(?P<number>\d)\.\*\* `(?P<file>[^`]+)`"
    r"(?:, new|，新文件|(?:, above |，在这一行之上：)`(?P<line>[^\n]+)`)\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# Tests that a change of these kinds must pass, beside those of what the recipes say comes of them.
HELD = (
    "tests/unit/recipes_followed.py",
    "tests/house/test_imports.py::test_imports_go_down_and_in_no_circle",
    "tests/house/test_docs.py::test_reference_pages_are_up_to_date",
    "tests/unit/test_metadata_facts.py",
    "tests/unit/test_metadata_kinds.py",
    "tests/unit/test_metadata_exhibits.py",
    "tests/unit/test_facts_compute.py::test_every_fact_and_the_rows_behind_it[1-2021-0]",
    "tests/unit/test_narrative_tellings.py::test_of_every_alternative_text_it_is_known_what_it_claims",
)


@dataclass(frozen=True)
class Step:
    """What to put where: above a line of a file, or into a new one."""

    number: int
    file: str
    line: str
    text: str

    def follow(self, root: Path) -> None:
        path = root / self.file
        if not self.line:
            assert not path.exists(), f"{self.file} is there already"
            path.write_text(self.text, encoding="utf-8")
            return
        lines = path.read_text("utf-8").split("\n")
        found = [number for number, line in enumerate(lines) if line.strip() == self.line]
        assert len(found) == 1, f"{self.file} has {len(found)} lines '{self.line}'"
        lines[found[0] : found[0]] = self.text.removesuffix("\n").split("\n")
        path.write_text("\n".join(lines), encoding="utf-8")


def read_recipes(page: str) -> list[list[Step]]:
    """The steps of each recipe, in order."""
    recipes = []
    for part in page.split("\n## ")[1:]:
        steps = STEP.finditer(part)
        recipes.append(
            [Step(int(one["number"]), one["file"], one["line"] or "", one["text"]) for one in steps]
        )
        assert len(recipes[-1]) == part.count("\n```") / 2, "a block that says not where it goes"
    return recipes


def test_each_recipe_touches_three_files_at_most(root: Path) -> None:
    english, chinese = (
        read_recipes((root / f"docs/recipes{end}.md").read_text("utf-8")) for end in ("", ".zh")
    )
    assert english == chinese and len(english) == 4
    for steps in english:
        files = list(dict.fromkeys(step.file for step in steps))
        assert [files.index(step.file) + 1 for step in steps] == [step.number for step in steps]
        assert 1 <= len(files) <= 3


def test_a_step_goes_where_it_says(tmp_path: Path) -> None:
    page = "# A\n\n## B\n\n**1.** `a.py`, above `two`\n\n```python\n  one\n```\n"
    page += "\n**2.** `b.py`, new\n\n```python\nx\n```\n"
    (steps,) = read_recipes(page)
    (tmp_path / "a.py").write_text("zero\n  two\nthree\n")
    for step in steps:
        step.follow(tmp_path)
    assert (tmp_path / "a.py").read_text() == "zero\n  one\n  two\nthree\n"
    assert (tmp_path / "b.py").read_text() == "x\n"
    for step in steps[1:], [Step(1, "a.py", "four", "x\n")]:
        with pytest.raises(AssertionError):
            step[0].follow(tmp_path)


@pytest.mark.long
def test_recipes_are_true(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ("lib", "docs", "tests", "tools", "benchmarks", "notebooks", "pyproject.toml", "make.py"):
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
        else:
            shutil.copy(root / name, copy)
    for recipe in read_recipes((root / "docs" / "recipes.md").read_text("utf-8")):
        for step in recipe:
            step.follow(copy)
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (copy / "lib", copy)))}
    for command in (
        ("ruff", "format", "--quiet", "--no-cache", "lib"),
        ("ruff", "check", "--fix", "--quiet", "--no-cache", "lib"),
        ("tools.make_reference",),
        (
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            "--basetemp",
            str(tmp_path / "b"),
            *HELD,
        ),
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=copy, env=found, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
