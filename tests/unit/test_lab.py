"""Templates copied, never over a user's, and upgraded cell by cell; kept cells; the two controls."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.core.display import FIGURE, Figure, is_interactive
from taizhang.lab import controls as picking
from taizhang.lab import launch as lab
from taizhang.report.kept import carry_kept, drop_lab, find_local
from taizhang.report.notebook import MarkdownBlock, read_blocks


def cell(name: str, source: str, *tags: str) -> Any:
    return new_code_cell(source, id=name, metadata={"tags": list(tags)} if tags else {})


def book(*cells: Any) -> Any:
    notebook = new_notebook(cells=list(copy.deepcopy(cells)))
    notebook.nbformat_minor = 5
    return notebook


P = cell("parameters", 'district = "1"\nperiod = "2021"\nlang = "zh"\nworkbook = ""', "parameters")
A, B, C = cell("a", "one()"), cell("b", "two()"), cell("c", "three()")


def sources(notebook: Any) -> list[str]:
    return [one.source for one in notebook.cells]


def test_merge_takes_what_only_the_package_changed() -> None:
    mine = book(P, cell("a", "mine()"), B, cell("own", "my_own()"), C)
    theirs = book(P, A, cell("b", "better()"), cell("d", "new()"), C)
    merge = lab.merge_notebooks(book(P, A, B, C), mine, theirs)
    assert sources(merge.notebook)[1:] == ["mine()", "better()", "new()", "my_own()", "three()"]
    assert merge.conflicts == []
    assert list(map(str, merge.taken)) == ["changed: b: two()", "added: d: new()"]


def test_merge_leaves_what_both_changed_and_what_the_user_dropped() -> None:
    mine = book(P, cell("a", "mine()"), C)  # b was dropped by the user
    theirs = book(P, cell("a", "theirs()"), cell("b", "better()"))  # c was dropped by the package
    merge = lab.merge_notebooks(book(P, A, B, C), mine, theirs)
    assert sources(merge.notebook)[1:] == ["mine()"]
    assert merge.conflicts == ["a: mine()"]
    assert list(map(str, merge.taken)) == ["dropped: c: three()"]


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "package" / "review.ipynb"
    path.parent.mkdir()
    nbformat.write(book(P, A, B), path)
    monkeypatch.setattr(lab, "packaged_notebooks", lambda: {"review": path})
    return path


def test_upgrade_never_writes_over_an_edited_cell(packaged: Path, tmp_path: Path) -> None:
    root = tmp_path / "工作 簿"
    assert lab.copy_templates(root) == ["review"]
    assert lab.copy_templates(root) == []
    own = root / "notebooks" / "review.ipynb"
    assert [one.state for one in lab.upgrade_templates(root)] == ["same"]

    nbformat.write(book(P, A, cell("b", "better()")), packaged)
    assert [one.state for one in lab.upgrade_templates(root)] == ["replaced"]
    assert sources(nbformat.read(own, as_version=4))[2] == "better()"

    nbformat.write(book(P, cell("a", "mine()"), cell("b", "better()")), own)
    nbformat.write(book(P, cell("a", "theirs()"), cell("b", "best()")), packaged)
    (done,) = lab.upgrade_templates(root)
    assert (done.state, done.conflicts) == ("merged", ["a: mine()"])
    assert sources(nbformat.read(own, as_version=4))[1:] == ["mine()", "best()"]
    assert "-mine()" in done.difference and "+theirs()" in done.difference

    (root / "notebooks" / lab.ORIGINALS / "review.ipynb").unlink()
    before = own.read_bytes()
    assert [one.state for one in lab.upgrade_templates(root)] == ["differs"]
    assert own.read_bytes() == before


def test_the_command_shows_the_difference_and_leaves_the_edited_cell(packaged: Path, tmp_path: Path) -> None:
    root = tmp_path / "工作 簿"
    lab.copy_templates(root)
    toml = '[boundaries]\npath = "b.shp"\ncode = "c"\nname = "n"\n'
    (root / "workbook.toml").write_text(toml, encoding="utf-8")
    own = root / "notebooks" / "review.ipynb"
    nbformat.write(book(P, cell("a", "mine()"), B), own)
    nbformat.write(book(P, cell("a", "theirs()"), B, C), packaged)
    done = CliRunner().invoke(app, ["new", "--upgrade", str(root)])
    assert done.exit_code == 1, done.output  # something is left to the user
    for line in (
        "merged; the cells you changed are kept",
        "added: c: three()",
        "your version kept: a: mine()",
    ):
        assert line in done.output
    assert "-mine()" in done.output and "+theirs()" in done.output
    assert sources(nbformat.read(own, as_version=4))[1:] == ["mine()", "two()", "three()"]
    again = CliRunner().invoke(app, ["new", "--upgrade", str(root)])
    assert (again.exit_code, "your version kept" in again.output) == (0, True)


def test_kept_cells_go_where_they_were_written(tmp_path: Path) -> None:
    words = new_markdown_cell("我的看法", id="w", metadata={"tags": ["keep", "zh"]})
    shown = cell("k", "my_figure()", "keep")
    shown.execution_count = 3
    local = tmp_path / "notebooks" / "local" / "350921101.ipynb"
    local.parent.mkdir(parents=True)
    nbformat.write(book(P, A, words, cell("gone", "old()"), shown, cell("loose", "not_kept()"), B), local)
    assert find_local(tmp_path, "350921101") == local
    assert find_local(tmp_path, "350921102") is None
    carried = nbformat.reads(carry_kept(nbformat.writes(book(P, A, B, C)), local), as_version=4)
    assert sources(carried)[1:] == ["one()", "我的看法", "my_figure()", "two()", "three()"]
    assert carried.cells[3].execution_count is None


def test_a_notebook_without_kept_cells_changes_nothing(tmp_path: Path) -> None:
    local = tmp_path / "x.ipynb"
    nbformat.write(book(P, A, cell("loose", "not_kept()")), local)
    template = nbformat.writes(book(P, A, B))
    assert carry_kept(template, local) == template


def test_cells_for_jupyterlab_alone_are_in_no_report(tmp_path: Path) -> None:
    hint = new_markdown_cell("**试一试** 换一列。", id="h", metadata={"tags": ["lab", "zh"]})
    template = nbformat.writes(book(P, A, hint, cell("tried", "try_it()", "lab"), B))
    made = drop_lab(template)
    assert sources(nbformat.reads(made, as_version=4))[1:] == ["one()", "two()"]
    # Another hint is no other report.
    hint.source = "**试一试** 再换一列。"
    assert drop_lab(nbformat.writes(book(P, A, hint, B))) == made
    assert drop_lab(nbformat.writes(book(P, A))) == nbformat.writes(book(P, A))
    assert drop_lab("{") == "{"
    # What is kept behind a hint stands behind the cell above it.
    local = tmp_path / "x.ipynb"
    nbformat.write(book(P, A, hint, cell("k", "my_figure()", "keep"), B), local)
    carried = nbformat.reads(carry_kept(made, local), as_version=4)
    assert sources(carried)[1:] == ["one()", "my_figure()", "two()"]
    # Nor does a notebook that was run with them, by whatever runs it, show them in a report.
    told = new_markdown_cell("一句话。", id="t", metadata={"tags": ["zh"]})
    texts = [
        block.text
        for block in read_blocks(book(P, hint, told), lang="zh")
        if isinstance(block, MarkdownBlock)
    ]
    assert texts == ["一句话。"]


def test_controls_write_what_is_picked_and_follow_the_cell(sample_book: Path) -> None:
    import taizhang as tz

    workbook, written = tz.open(str(sample_book)), []
    first, second = workbook.districts["code"].iloc[:2]
    variables: dict[str, Any] = {"district": workbook.district_name(first), "period": "2021"}

    def write(picked: dict[str, str], lang: str) -> str:
        written.append(picked)
        return "script"

    pair = picking.Controls(workbook, variables, write, "zh")
    assert (pair.district.value, pair.period.value) == (first, "2021")
    assert "2021Q3" in pair.period.options
    pair.district.value = second
    assert written == [{"district": second, "period": "2021"}]
    pair.follow()  # a cell that changed nothing ran: what was picked stays
    assert pair.district.value == second
    variables |= {"district": "all", "period": "2020H1"}
    pair.follow()
    assert (pair.district.value, pair.period.value, len(written)) == ("all", "2020H1", 1)
    pair.period.value = "20x"
    assert len(written) == 1 and "20x" in pair.said.outputs[0]["data"]["text/plain"]


def test_there_are_no_controls_outside_a_notebook() -> None:
    import taizhang as tz

    assert not is_interactive()
    assert tz.controls() is None


def test_jupyterlab_runs_with_this_python() -> None:
    command = lab.list_command(["--port=9999"])
    assert command[1:4] == ["-P", "-m", "jupyterlab"] and command[-1] == "--port=9999"
    assert lab.make_environment()["JUPYTER_PREFER_ENV_PATH"] == "1"


@pytest.mark.parametrize(("lang", "locales"), [("zh", ["zh_CN"]), ("en", [])])
def test_jupyterlab_is_in_the_workbooks_language(lang: str, locales: list[str]) -> None:
    folders = map(Path, lab.make_environment(lang)["JUPYTER_CONFIG_PATH"].split(os.pathsep))
    written = [folder / "labconfig" / "default_setting_overrides.json" for folder in folders]
    settings = [json.loads(path.read_text("utf-8")) for path in written if path.is_file()]
    assert [one["@jupyterlab/translation-extension:plugin"]["locale"] for one in settings] == locales


def test_a_figure_shows_its_title_and_source_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure("a", "<b>谁的图</b>", '有"引号"', "来源&", "<svg/>")
    batch = figure._repr_mimebundle_()
    assert "text/html" not in batch and batch["image/svg+xml"] == "<svg/>"
    monkeypatch.setattr("taizhang.core.display.is_interactive", lambda: True)
    seen = figure._repr_mimebundle_()
    html = seen.pop("text/html")
    assert seen == batch and seen[FIGURE]["title"] == "<b>谁的图</b>"
    assert "&lt;b&gt;谁的图&lt;/b&gt;" in html and "来源&amp;" in html and 'alt="有&quot;引号&quot;"' in html
    assert "data:image/svg+xml;base64,PHN2Zy8+" in html
