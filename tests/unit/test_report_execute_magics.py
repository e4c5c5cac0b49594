"""A cell under a magic that fails says why, as any other does."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from taizhang.core.errors import RenderError
from taizhang.report.execute import execute_notebook


@pytest.mark.parametrize(
    "source",
    [
        "%%time\nx = 1\n1/0",
        "%%time\n1/0",
        "%%timeit -n1 -r1\n1/0",
        "%%capture\n1/0",
        "%time 1/0",
        "%prun -q 1/0",
    ],
)
def test_a_magic_hides_no_reason(source: str, tmp_path: Path) -> None:
    cells = [new_code_cell("a = 1", metadata={"tags": ["parameters"]}), new_code_cell(source)]
    template = nbformat.writes(new_notebook(cells=cells))
    with pytest.raises(RenderError, match="ZeroDivisionError: division by zero"):
        execute_notebook(template, tmp_path / "made.ipynb", {"a": 2}, cwd=tmp_path)
