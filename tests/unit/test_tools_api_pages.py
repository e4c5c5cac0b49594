"""The API reference: every public name is in it, with an example, and the examples run."""

import ast
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import taizhang as tz
from taizhang import draw, facts, figures, narrative
from taizhang.lab.scaffold import make_sample_workbook
from tools import api_pages

# What the small sample has nothing for: no group stands out, no month, no kind or fact of its own, no table of sums.
EMPTY = {
    "figures.map_pattern", "figures.map_rates", "figures.plot_control", "figures.tabulate_own_facts",
    "figures.tabulate_own_ledgers", "figures.tabulate_reported", "narrative.write_objectives",
    "figures.tabulate_plan_drills", "narrative.write_plan_followed", "narrative.write_workings",
    "draw.find_commitment", "controls", "decide_pairs", "show",
}  # fmt: skip


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the page's first block has made, in the folder that it was made in."""
    folder = tmp_path_factory.mktemp("api")
    make_sample_workbook(folder / "practice")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        book = tz.open("practice")
    found = {"tz": tz, "draw": draw, "facts": facts, "figures": figures, "narrative": narrative}
    found |= {"book": book, "folder": folder}
    return {**found, "view": book.view("溪口镇", "2021"), "county": book.view("all", "2021")}


def test_every_public_name_has_an_example() -> None:
    assert api_pages.list_wanting() == [], "write one in tools/examples.yml"


def test_examples_are_of_what_there_is() -> None:
    known = {public.name: public for public in api_pages.list_names()}
    for name in api_pages.find_examples():
        of, _, method = name.rpartition(".")
        assert name in known or hasattr(known[of].thing, method), name


@pytest.mark.parametrize("name", sorted(api_pages.find_examples()))
def test_examples_run(
    name: str, names: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, space = api_pages.find_examples()[name], dict(names)
    monkeypatch.chdir(names["folder"])
    before = set(names["folder"].iterdir())
    *lines, last = ast.parse(code).body
    if isinstance(last, ast.Try):  # what goes wrong, and is said
        exec(compile(code, name, "exec"), space)
        assert capsys.readouterr().out
        return
    exec(compile(ast.Module(lines, []), name, "exec"), space)
    assert isinstance(last, ast.Expr), "the last line of an example shows something"
    shown = eval(compile(ast.Expression(last.value), name, "eval"), space)
    assert shown is not None or name in EMPTY or set(names["folder"].iterdir()) - before


def test_pages_have_every_public_name(root: Path) -> None:
    pages = "".join(
        api_pages.on_page_markdown(path.read_text("utf-8"))
        for path in (root / "docs").glob("api*.md")
        if ".zh" not in path.name
    )
    for name in tz.__all__:
        thing = getattr(tz, name)
        names = [f"{name}.{each}" for each in thing.__all__] if isinstance(thing, ModuleType) else [name]
        assert isinstance(thing, str) or [one for one in names if f"::: taizhang.{one}\n" not in pages] == []
    assert pages.count("```python\ntz.open(") >= 1


def test_a_name_without_an_example_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = {**api_pages.find_examples()}
    del examples["figures.map_fact"], examples["Workbook.facts"]
    monkeypatch.setattr(api_pages, "find_examples", lambda: examples)
    assert sorted(api_pages.list_wanting()) == ["Workbook.facts", "figures.map_fact"]
