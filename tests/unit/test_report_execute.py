"""Running notebooks: parameters in, the executed notebook kept whatever happens, no machine in it."""

import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from taizhang.core.errors import ParameterError, RenderError
from taizhang.report.execute import execute_notebook, read_template
from taizhang.report.failures import hide_paths, shorten_error


def write_notebook(*sources: str, parameters: str = 'district = ""\nlang = "zh"') -> str:
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), *map(new_code_cell, sources)]
    return nbformat.writes(new_notebook(cells=cells))


def run(tmp_path: Path, *sources: str, timeout: int = 60) -> nbformat.NotebookNode:
    return execute_notebook(
        write_notebook(*sources), tmp_path / "out.ipynb", {"district": "A1"}, cwd=tmp_path, timeout=timeout
    )


def test_parameters_reach_the_cells_and_the_kernel_runs_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("beside")
    notebook = run(tmp_path, "print(district, lang, open('here.txt').read())")
    assert notebook.cells[-1].outputs[0].text == "A1 zh beside\n"
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs == notebook.cells[-1].outputs


def test_a_notebook_that_names_an_absent_kernel_runs_on_this_python(tmp_path: Path) -> None:
    template = nbformat.reads(write_notebook("import sys; print(sys.prefix)"), as_version=4)
    template.metadata.kernelspec = {"name": "gone-since-1999", "display_name": "x", "language": "python"}
    notebook = execute_notebook(
        nbformat.writes(template), tmp_path / "o.ipynb", {"district": "A"}, cwd=tmp_path, timeout=60
    )
    assert notebook.cells[-1].outputs


def test_a_raised_error_is_kept_in_the_notebook_without_this_machine_or_a_telephone(tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        run(
            tmp_path,
            "import os\nn = '139' + '12345678'\nraise ValueError(f'{n} in {os.getcwd()}/data/a.xlsx')",
            "1",
        )
    assert str(caught.value) == "error in cell 3: ValueError: *********** in data/a.xlsx"
    text = (tmp_path / "out.ipynb").read_text("utf-8")
    assert "ValueError" in text and "13912345678" not in text
    assert str(tmp_path) not in text and os.__file__.rpartition("/lib/")[0] not in text
    cells = nbformat.reads(text, as_version=4).cells
    assert not cells[-1].outputs  # nothing runs after the error


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import os; os._exit(0)", "DeadKernelError: the kernel died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "DeadKernelError: the kernel died"),
        ("while True: pass", "CellTimeoutError: the cell took longer than 2 seconds"),
        ("import sys; sys.exit(2)", "SystemExit: 2"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
    ],
)
def test_each_way_to_end_badly_is_told_apart(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        run(tmp_path, "print('before')", source, "print('after')", timeout=2)
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert [output.output_type for output in outputs][:2] == ["stream", "error"]
    assert not cells[-1].outputs


def test_a_parameter_that_the_notebook_does_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"'dsitrict'.*'district', 'lang'"):
        execute_notebook(write_notebook("1"), tmp_path / "o.ipynb", {"dsitrict": "A"}, cwd=tmp_path)
    with pytest.raises(ParameterError, match="0 cells tagged"):
        untagged = nbformat.writes(new_notebook(cells=[new_code_cell("district = ''")]))
        execute_notebook(untagged, tmp_path / "o.ipynb", {"district": "A"}, cwd=tmp_path)
    assert not (tmp_path / "o.ipynb").exists()


def test_what_is_no_notebook_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text("{")
    with pytest.raises(RenderError, match=r"broken\.ipynb can't be read as a notebook"):
        execute_notebook(path, tmp_path / "o.ipynb", {}, cwd=tmp_path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/li/wb/data/raw/a.xlsx: bad", "data/raw/a.xlsx: bad"),
        ("in /home/li/wb", "in ."),
        ('File "/usr/lib/python3.11/site-packages/pandas/core.py", line 3', 'File "core.py", line 3'),
        (r"C:\Users\li\a.xlsx is locked", "a.xlsx is locked"),
        ("see https://example.org/a/b.html", "see https://example.org/a/b.html"),
        ("3/4 of 10/12 km", "3/4 of 10/12 km"),
    ],
)
def test_paths_of_a_machine_are_hidden(text: str, shown: str) -> None:
    assert hide_paths(text, Path("/home/li/wb")) == shown


def test_a_long_error_becomes_one_short_line() -> None:
    text = shorten_error("\n\x1b[31m" + "长" * 400 + "\nsecond line", Path("/x"))
    assert len(text) == 300 and text.startswith("长") and text.endswith("…")


def test_several_things_in_one_cell_are_shown_in_turn_and_what_is_not_there_is_passed_over(
    tmp_path: Path,
) -> None:
    outputs = run(tmp_path, "import taizhang as tz\ntz.show('one', None, 2)").cells[-1].outputs
    assert [output.data["text/plain"] for output in outputs] == ["'one'", "2"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among Windows's files")
def test_a_pipe_is_no_notebook(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ipynb")
    with pytest.raises(RenderError, match="not a regular file"):
        read_template(tmp_path / "a.ipynb")
