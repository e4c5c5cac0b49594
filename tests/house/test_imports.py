"""Who may import whom, by the contracts in pyproject.toml, and nothing heavy at the door."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "taizhang"
LINTER = Path(sys.executable).with_name("lint-imports")
# Facts, figures and sentences are computed from what they are given.
PURE = ("analysis", "facts", "figures", "narrative", "stats")
FILE_CALLS = {
    "open", "read_csv", "read_excel", "read_file", "read_parquet", "read_json", "read_table", "read_text",
    "read_bytes", "to_csv", "to_excel", "to_file", "to_parquet", "to_json", "write_text", "write_bytes", "urlopen",
}  # fmt: skip
# The one name by which a package is imported, where it is not the package's own.
IMPORTED_AS = {
    "fonttools": "fontTools", "pyyaml": "yaml", "pylopdf-fonts-zh-cn": "pylopdf_fonts_zh_cn",
    "python-calamine": "python_calamine", "markdown-it-py": "markdown_it", "pillow": "PIL",
    "python-docx": "docx", "ipython": "IPython", "pyzmq": "zmq", "scikit-learn": "sklearn",
    "psycopg[binary]": "psycopg",
}  # fmt: skip
# Used without an import: the other half of distributed, the kernel, and JupyterLab, which is started, with its Chinese.
NOT_IMPORTED = {
    "dask",
    "ipykernel",
    "jupyterlab",
    "jupyterlab_language_pack_zh_cn",
    "mdit_py_plugins",
    # drivers, which SQLAlchemy and fsspec load by an address
    "aiohttp",
    "paramiko",
    "pymysql",
    "pydantic",
}


def list_modules(root: Path) -> dict[str, Path]:
    """Dotted name below the package -> file."""
    base = root / "lib" / PACKAGE
    modules = {}
    for path in sorted(base.rglob("*.py")):
        parts = path.relative_to(base).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        modules[name] = path
    return modules


def walk_imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(absolute module or module.name, line) of every import."""
    nodes = list(ast.iter_child_nodes(tree))
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import; write it in full"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        else:
            nodes += ast.iter_child_nodes(node)


def find_file_calls(source: str) -> list[str]:
    """Calls that read or write files."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if name in FILE_CALLS:
                found.append(f"line {node.lineno}: {ast.unparse(node.func)}()")
    return found


def test_imports_go_down_and_in_no_circle(root: Path) -> None:
    done = subprocess.run([LINTER, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


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
    kernels = {f"warm_kernels.{path.stem}": path for path in (root / "lib" / "warm_kernels").glob("*.py")}
    extras = [need for needs in project["optional-dependencies"].values() for need in needs]
    declared = {
        part.split(">")[0].split("=")[0].strip().lower() for part in (*project["dependencies"], *extras)
    }
    as_imported = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in declared}
    used: dict[str, str] = {}
    for name, path in (list_modules(root) | kernels).items():
        for dotted, line in walk_imports(ast.parse(path.read_text("utf-8"))):
            used.setdefault(dotted.split(".")[0], f"{name}, line {line}")
    foreign = set(used) - set(sys.stdlib_module_names) - {PACKAGE, "warm_kernels"}
    missing = {name: used[name] for name in foreign - as_imported}
    assert not missing, f"imported but not in pyproject.toml: {missing}"
    idle = as_imported - foreign - {IMPORTED_AS.get(n, n) for n in NOT_IMPORTED}
    assert not idle, f"in pyproject.toml but imported nowhere: {idle}"


def test_every_package_that_tests_import_is_declared(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    extras = [need for needs in project["project"]["optional-dependencies"].values() for need in needs]
    asked = [*project["project"]["dependencies"], *extras, *project["dependency-groups"]["dev"]]
    names = {part.split(">")[0].strip().lower() for part in asked}
    declared = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}
    sources = [p for folder in ("tests", "tools", "benchmarks") for p in (root / folder).rglob("*.py")]
    own = {
        PACKAGE,
        "warm_kernels",
        "make",
        "tools",
        *(path.stem for path in sources),
        *(path.parent.name for path in sources),
    }
    used = {
        dotted.split(".")[0]: path.relative_to(root).as_posix()
        for path in sources
        for dotted, _ in walk_imports(ast.parse(path.read_text("utf-8")))
    }
    missing = {name: used[name] for name in set(used) - set(sys.stdlib_module_names) - own - declared}
    assert not missing, f"imported but not in pyproject.toml: {missing}"


def test_what_an_extra_brings_is_imported_where_it_is_used(root: Path) -> None:
    """The main installation lacks it: no module may need it to be loaded."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extra = {need.split(">")[0] for needs in project["optional-dependencies"].values() for need in needs}
    assert {"dask", "distributed", "fsspec"} <= extra
    for name, path in list_modules(root).items():
        tree = ast.parse(path.read_text("utf-8"))
        loaded = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        found = {dotted.split(".")[0] for dotted, _ in walk_imports(ast.Module(list(loaded), []))}
        assert not found & extra, name


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
    code = f"import sys, taizhang.workbook.book, taizhang.report.review; print(*{slow!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_one_version() -> None:
    import taizhang

    try:
        installed = importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is on the path but not installed")
    assert installed == taizhang.__version__
