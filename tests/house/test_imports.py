"""Who may import whom: downwards only, no circles, and nothing heavy at the door."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "taizhang"
# Small modules that know no ledger: everyone may import them.
LEAVES = {
    "errors",
    "checker",
    "periods",
    "display",
    "view",
    "files",
    "fonts",
    "csvout",
    "privacy",
    "outlines",
    "__init__",
}
# Each part of the package and what it may import besides itself and the leaves.
BELOW = {
    "metadata": set(),
    "stats": {"metadata"},
    "ledgers": {"metadata"},
    "boundaries": {"metadata"},
    "facts": {"stats", "metadata"},
    "figures": {"stats", "metadata"},
    "narrative": {"figures", "facts", "stats", "metadata"},
    "config": {"metadata"},
    "settings": {"config", "stats", "metadata"},
    "draw": {"config", "metadata"},
    "sample": {"metadata"},
    "warm": set(),
    "templates": set(),
    "ingest": {"config", "ledgers", "boundaries", "metadata"},
    "workbook": {
        "door",
        "lazy",
        "templates",
        "ingest",
        "config",
        "settings",
        "ledgers",
        "boundaries",
        "facts",
        "stats",
        "metadata",
    },
    "door": {"workbook", "facts", "metadata"},  # the workbook as a type alone
    "lazy": {"metadata"},
    "picking": {"workbook", "config", "metadata"},
    "report": {
        "settings",
        "warm",
        "workbook",
        "ingest",
        "config",
        "figures",
        "narrative",
        "facts",
        "stats",
        "metadata",
    },
}
TOP = {"cli", "lab", "scaffold", "doctor", "__main__"}
# Facts, figures and sentences are computed from what they are given.
PURE = ("facts", "figures", "narrative", "stats")
FILE_CALLS = {
    "open", "read_csv", "read_excel", "read_file", "read_parquet", "read_json", "read_table", "read_text",
    "read_bytes", "to_csv", "to_excel", "to_file", "to_parquet", "to_json", "write_text", "write_bytes", "urlopen",
}  # fmt: skip
# The one name by which a package is imported, where it is not the package's own.
IMPORTED_AS = {
    "fonttools": "fontTools", "pyyaml": "yaml", "pylopdf-fonts-zh-cn": "pylopdf_fonts_zh_cn",
    "python-calamine": "python_calamine", "markdown-it-py": "markdown_it", "pillow": "PIL",
    "python-docx": "docx", "ipython": "IPython",
}  # fmt: skip
# Used without an import: the other half of distributed, the kernel, and JupyterLab, which is started.
NOT_IMPORTED = {"dask", "ipykernel", "jupyterlab"}


def list_modules(root: Path) -> dict[str, Path]:
    """Dotted name below the package -> file."""
    base = root / "lib" / PACKAGE
    modules = {}
    for path in sorted(base.rglob("*.py")):
        parts = path.relative_to(base).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        modules[name] = path
    return modules


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def walk_imports(tree: ast.AST, *, top_only: bool = False) -> Iterator[tuple[str, int]]:
    """(absolute module or module.name, line) of every import; `top_only`: those that run at import."""
    nodes = list(ast.iter_child_nodes(tree))
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import; write it in full"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        elif top_only and (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_type_checking(node)
        ):
            continue
        else:
            nodes += ast.iter_child_nodes(node)


def find_module(dotted: str, modules: dict[str, Path]) -> str | None:
    """The module of the package that an import names, or None for another package's."""
    parts = dotted.split(".")
    if parts[0] != PACKAGE:
        return None
    for length in range(len(parts), 1, -1):
        name = ".".join(parts[1:length])
        if name in modules:
            return name
    return "__init__"


def find_upward(name: str, source: str, modules: dict[str, Path]) -> list[str]:
    """Imports of module `name` that go up or sideways."""
    part = name.split(".")[0]
    if part in TOP:
        return []
    wrong = []
    for dotted, line in walk_imports(ast.parse(source)):
        target = find_module(dotted, modules)
        if target is None:
            continue
        to = target.split(".")[0]
        allowed = LEAVES | {part} if part not in LEAVES else LEAVES
        if part == "view":  # it carries what the workbook's own kinds and facts are
            allowed = LEAVES | {"metadata"}
        if to not in allowed | BELOW.get(part, set()) and not (
            name == "__init__" and to in ("workbook", "picking")
        ):
            wrong.append(f"{name}, line {line}: imports {target}")
    return wrong


def find_file_calls(source: str) -> list[str]:
    """Calls that read or write files."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if name in FILE_CALLS:
                found.append(f"line {node.lineno}: {ast.unparse(node.func)}()")
    return found


def test_imports_go_down(root: Path) -> None:
    modules = list_modules(root)
    unknown = {name.split(".")[0] for name in modules} - LEAVES - TOP - set(BELOW)
    assert not unknown, f"say in this test where they belong: {unknown}"
    wrong = [w for name, path in modules.items() for w in find_upward(name, path.read_text("utf-8"), modules)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("facts.hazards", "from taizhang.workbook import Workbook", 1),
        ("facts.hazards", "from taizhang.stats import rates", 0),
        ("ledgers.read", "from taizhang.boundaries import names", 1),
        ("ledgers.read", "def f():\n    import taizhang.cli", 1),
        ("errors", "from taizhang.metadata import words", 1),
        ("cli", "from taizhang.report import html", 0),
        ("__init__", "from taizhang.workbook import Workbook", 0),
    ],
)
def test_upward_imports_are_found(name: str, source: str, expected: int) -> None:
    modules = dict.fromkeys(
        ["workbook", "stats", "stats.rates", "boundaries", "cli", "metadata", "report", "report.html"], Path()
    )
    assert len(find_upward(name, source, modules)) == expected


def test_no_circles(root: Path) -> None:
    modules = list_modules(root)
    graph = {
        name: {
            target
            for dotted, _ in walk_imports(ast.parse(path.read_text("utf-8")), top_only=True)
            if (target := find_module(dotted, modules)) not in (None, name)
        }
        for name, path in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"modules import each other in a circle: {' -> '.join(error.args[1])}")


def test_facts_and_figures_read_no_file(root: Path) -> None:
    found = [
        f"{name}, {call}"
        for name, path in list_modules(root).items()
        if name.split(".")[0] in PURE
        for call in find_file_calls(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_file_calls_are_found() -> None:
    assert find_file_calls("import pandas as pd\npd.read_csv('x')\nopen('y')\nlen('z')") == [
        "line 2: pd.read_csv()",
        "line 3: open()",
    ]


def test_every_imported_package_is_declared(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {part.split(">")[0].split("=")[0].strip().lower() for part in project["dependencies"]}
    as_imported = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in declared}
    used: dict[str, str] = {}
    for name, path in list_modules(root).items():
        for dotted, line in walk_imports(ast.parse(path.read_text("utf-8"))):
            used.setdefault(dotted.split(".")[0], f"{name}, line {line}")
    foreign = set(used) - set(sys.stdlib_module_names) - {PACKAGE}
    missing = {name: used[name] for name in foreign - as_imported}
    assert not missing, f"imported but not in pyproject.toml: {missing}"
    idle = as_imported - foreign - {IMPORTED_AS.get(n, n) for n in NOT_IMPORTED}
    assert not idle, f"in pyproject.toml but imported nowhere: {idle}"


def test_every_package_that_tests_import_is_declared(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {part.split(">")[0].strip().lower() for part in asked}
    declared = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}
    sources = [p for folder in ("tests", "docs", "benchmarks") for p in (root / folder).rglob("*.py")]
    own = {PACKAGE, "make", *(path.stem for path in sources), *(path.parent.name for path in sources)}
    used = {
        dotted.split(".")[0]: path.relative_to(root).as_posix()
        for path in sources
        for dotted, _ in walk_imports(ast.parse(path.read_text("utf-8")))
    }
    missing = {name: used[name] for name in set(used) - set(sys.stdlib_module_names) - own - declared}
    assert not missing, f"imported but not in pyproject.toml: {missing}"


def test_import_is_light() -> None:
    code = "import sys, taizhang; print(*{'pandas', 'geopandas', 'matplotlib', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_review_with_nothing_to_make_loads_nothing_slow() -> None:
    slow = {
        "nbformat",
        "papermill",
        "jupyter_client",
        "matplotlib",
        "scipy",
        "statsmodels",
        "mapclassify",
        "pypinyin",
    }
    code = f"import sys, taizhang.workbook, taizhang.report.review; print(*{slow!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_one_version() -> None:
    import taizhang

    try:
        installed = importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is on the path but not installed")
    assert installed == taizhang.__version__
