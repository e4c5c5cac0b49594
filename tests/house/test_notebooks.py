"""The templates are thin: no definitions, no outputs, parameters first, every word in both languages."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

import taizhang
from lab_cells import list_suggestions

LONGEST_CELL = 12
PARAMETERS = {"district", "period", "lang", "workbook"}
REPORTS = {"township_review", "county_comparison"}  # these have as_of, too; others may
MAY_HAVE = {"as_of", "premises"}
FORBIDDEN_NODES = {
    ast.FunctionDef: "a function is defined", ast.AsyncFunctionDef: "a function is defined",
    ast.ClassDef: "a class is defined", ast.Lambda: "a function is defined",
    ast.Try: "an exception is caught", ast.Global: "a global", ast.With: "a with block",
}  # fmt: skip
FORBIDDEN_CALLS = {
    "open",
    "Path",
    "exec",
    "eval",
    "os.chdir",
    "warnings.filterwarnings",
    "warnings.simplefilter",
}


def find_code_faults(source: str) -> list[str]:
    """What a code cell may not hold."""
    faults = []
    if len(source.splitlines()) > LONGEST_CELL:
        faults.append(f"over {LONGEST_CELL} lines")
    if any(line.lstrip().startswith(("%", "!")) for line in source.splitlines()):
        return [*faults, "a magic or a shell command"]
    for node in ast.walk(ast.parse(source)):
        faults += [what for kind, what in FORBIDDEN_NODES.items() if isinstance(node, kind)]
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in FORBIDDEN_CALLS or called.startswith("sys.path."):
                faults.append(f"a call of {called}")
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name}" for name in names]
        # What is public, and no more: `import taizhang as tz`, `from taizhang import figures`.
        public = {"taizhang", *(f"taizhang.{name}" for name in taizhang.__all__)}
        faults += [f"an import of {name}" for name in names if name not in public]
    return faults


def find_parameter_faults(source: str, *, report: bool = False) -> list[str]:
    """A parameters cell holds exactly the four parameters, as_of, which a report's must, and premises, if it is of one;
    as plain literals."""
    names = set()
    for node in ast.parse(source).body:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            return [f"not a plain assignment: {ast.unparse(node)}"]
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            return [f"not a plain text: {ast.unparse(node)}"]
        names.add(node.targets[0].id)
    wanted = PARAMETERS | (names & MAY_HAVE) | ({"as_of"} if report else set())
    return [] if names == wanted else [f"parameters are {sorted(names)}, not {sorted(wanted)}"]


def find_faults(notebook: dict[str, Any], *, own: bool = False, report: bool = False) -> list[str]:
    """What the house does not allow in a template; `own`: one that shows how to define things."""
    faults = []
    cells = notebook["cells"]
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        faults.append("the kernel is not python3")
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        faults.append(f"{len(tagged)} cells are tagged parameters")
    for cell in tagged:
        faults += find_parameter_faults(cell["source"], report=report)
    words: list[str] = []
    for number, cell in enumerate(cells, 1):
        tags = set(cell["metadata"].get("tags", []))
        if cell["cell_type"] == "code":
            if cell["outputs"] or cell["execution_count"] is not None:
                faults.append(f"cell {number}: an output is stored")
            found = find_code_faults(cell["source"])
            faults += [f"cell {number}: {f}" for f in found if not (own and f == "a function is defined")]
        elif cell["cell_type"] == "markdown":
            langs = tags & {"zh", "en"}
            if len(langs) == 1:
                words += langs
            else:
                faults.append(f"cell {number}: tagged neither zh nor en, or both")
        if cell["cell_type"] == "code" or cell is cells[-1]:
            if words.count("zh") != words.count("en"):
                faults.append(f"before cell {number}: Markdown is not in both languages")
            words = []
    return faults


def list_notebooks(root: Path) -> list[Path]:
    return sorted(path for path in (root / "notebooks").glob("*.ipynb"))


def test_templates_are_there(root: Path) -> None:
    assert {path.stem for path in list_notebooks(root)} >= REPORTS


def test_templates_keep_to_the_house(root: Path) -> None:
    found = []
    for path in list_notebooks(root):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        own = path.stem.startswith("make_own_")
        found += [
            f"{path.name}: {fault}" for fault in find_faults(notebook, own=own, report=path.stem in REPORTS)
        ]
    assert not found, "\n".join(found)


def test_what_to_try_is_told_alike_in_both_languages(root: Path) -> None:
    for path in list_notebooks(root):
        notebook = nbformat.read(path, as_version=4)
        told = {
            lang: {
                cell.id.removesuffix(f"-{lang}"): cell.source
                for cell in notebook.cells
                if {"lab", lang} <= set(cell.metadata.get("tags", ()))
            }
            for lang in ("zh", "en")
        }
        assert told["zh"].keys() == told["en"].keys() and told["zh"], path.name
        code = {
            lang: {id.removesuffix(f"-{lang}"): text for id, text in list_suggestions(notebook, lang).items()}
            for lang in told
        }
        assert code["zh"] == code["en"], path.name
        assert not [
            text
            for text in code["en"].values()
            if find_code_faults(text) not in ([], ["a function is defined"])
        ]


def make_notebook(*cells: Any, kernel: str = "python3") -> dict[str, Any]:
    head = nbformat.v4.new_code_cell(
        'district = ""\nperiod = "2021"\nlang = "zh"\nworkbook = ""', metadata={"tags": ["parameters"]}
    )
    return nbformat.v4.new_notebook(
        cells=[head, *cells], metadata={"kernelspec": {"name": kernel, "display_name": kernel}}
    )


def words_in(lang: str) -> Any:
    return nbformat.v4.new_markdown_cell("## x", metadata={"tags": [lang]})


def test_a_good_notebook_has_no_faults() -> None:
    show = nbformat.v4.new_code_cell("figures.plot_hazards_trend(view)")
    assert find_faults(make_notebook(words_in("zh"), words_in("en"), show)) == []


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (nbformat.v4.new_code_cell("x = 1\n" * 13), "over 12 lines"),
        (nbformat.v4.new_code_cell("def f():\n    return 1"), "function"),
        (nbformat.v4.new_code_cell("try:\n    f()\nexcept ValueError:\n    g()"), "exception"),
        (nbformat.v4.new_code_cell("import pandas"), "import of pandas"),
        (nbformat.v4.new_code_cell("from taizhang.report import html"), "import of taizhang.report"),
        (nbformat.v4.new_code_cell("from taizhang.figures import reach"), "import of taizhang.figures.reach"),
        (nbformat.v4.new_code_cell("from taizhang import report"), "import of taizhang.report"),
        (nbformat.v4.new_code_cell("open('x')"), "call of open"),
        (nbformat.v4.new_code_cell("%matplotlib inline"), "magic"),
        (nbformat.v4.new_code_cell("x", execution_count=3), "output"),
        (nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), "2 cells are tagged"),
        (nbformat.v4.new_markdown_cell("words"), "neither"),
        (words_in("zh"), "both languages"),
    ],
)
def test_faults_are_found(cell: Any, fault: str) -> None:
    assert any(fault in found for found in find_faults(make_notebook(cell)))


@pytest.mark.parametrize(
    "source", ["district = 350921101", "district = name()", "import os", 'district = ""']
)
def test_parameter_faults_are_found(source: str) -> None:
    assert find_parameter_faults(source)


def test_another_kernel_is_found() -> None:
    assert find_faults(make_notebook(kernel="conda-env")) == ["the kernel is not python3"]
