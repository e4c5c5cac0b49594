"""Keys: what something is made from is found in the sources, all of it and no more."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from taizhang.core import keys
from taizhang.core.keys import PACKAGE, Code, find_version, hash_parts, read_package
from taizhang.core.reasons import Reason, choose_language


def write_package(folder: Path, **sources: str) -> Path:
    """A package of modules by room and name, as ``ledgers__reading``; what has a suffix is a data file."""
    for name, text in {"__init__.py": "", **sources}.items():
        path = folder / name.replace("__", "/", 1) if name != "__init__.py" else folder / name
        path = path if path.suffix else path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        (path.parent / "__init__.py").touch()
    return folder


def list_imports(tree: ast.AST) -> Iterator[str]:
    """What a module imports when it runs, by Python's own reading."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from list_imports(node)


def test_every_import_of_the_package_is_found() -> None:
    package = read_package()
    modules = {name: one for name, one in package.items() if isinstance(one, keys._Module)}
    assert len(modules) > 150
    for name, found in modules.items():
        parts = name.split(".")[1:]
        path = PACKAGE.joinpath(*parts, "__init__.py") if PACKAGE.joinpath(*parts).is_dir() else None
        source = (path or PACKAGE.joinpath(*parts).with_suffix(".py")).read_text("utf-8")
        named = set(list_imports(ast.parse(source)))
        wanted = {module for one in named if (module := keys._find_module(one, modules))} - {name}
        face = {one for one in modules if one.startswith(f"{name}.")} if "import_module(" in source else set()
        assert found.modules - face == wanted - face, name
        foreign = {one.split(".")[0] for one in named} - {"taizhang"} - sys.stdlib_module_names
        assert foreign <= found.libraries, name
        # What a docstring seems to import is no library.
        assert {one for one in found.libraries if find_version(one)} <= foreign, name


def test_every_library_that_is_imported_has_a_version() -> None:
    named = {
        one for path in PACKAGE.rglob("*.py") for one in list_imports(ast.parse(path.read_text("utf-8")))
    }
    foreign = {one.split(".")[0] for one in named} - sys.stdlib_module_names - {"taizhang"}
    assert [one for one in sorted(foreign) if not find_version(one)] == []


def test_every_data_file_is_read_by_a_module() -> None:
    package = read_package()
    read = frozenset[str]().union(*(one.data for one in package.values() if isinstance(one, keys._Module)))
    files = {name for name, one in package.items() if isinstance(one, str)}
    labs = {
        "lab/jupyter/labconfig/page_config.json",
        "lab/jupyter_zh/labconfig/default_setting_overrides.json",
    }
    assert files - read <= {*labs, "py.typed"}  # JupyterLab's own


def test_what_a_fork_server_has_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read_package()
    monkeypatch.setattr(keys, "_scan", None)
    assert Code(("taizhang.core.csv",)).sources[0] == "taizhang.core.csv"


def test_code_is_followed_through_all_that_it_imports(tmp_path: Path) -> None:
    folder = write_package(
        tmp_path,
        ledgers__reading="from taizhang.core.text import (\n    strip,  # a, comment\n)\nimport pandas as pd\n",
        core__text='def strip():\n    from taizhang.core import wide as w, deep\n    files("x") / "words.yml"\n',
        core__wide='"""It reads like\nimport of nothing that there is."""\n',
        core__deep="if TYPE_CHECKING:\n    from taizhang.core.types import X\n\n    from a import b\nimport os\n",
        core__types="",
        core__other="",
        **{"metadata__words.yml": "a: b", "metadata__facts.yml": "a: b"},
    )
    code = Code(("taizhang.ledgers.reading",), folder=folder)
    assert code.sources == (
        "metadata/words.yml",
        "taizhang.core.deep",
        "taizhang.core.text",
        "taizhang.core.wide",
        "taizhang.ledgers.reading",
    )
    assert set(code.versions) == {"python", "pandas"}
    up_to = Code(("taizhang.ledgers.reading",), without=("taizhang.core",), folder=folder)
    assert up_to.sources == ("taizhang.ledgers.reading",)


def test_a_face_that_imports_by_name_brings_all_of_its_room(tmp_path: Path) -> None:
    folder = write_package(tmp_path, room__a="", room__b="", other__c="import taizhang.room")
    (folder / "room" / "__init__.py").write_text("def __getattr__(name): return import_module(name)")
    assert Code(("taizhang.other.c",), folder=folder).sources == (
        "taizhang.other.c", "taizhang.room", "taizhang.room.a", "taizhang.room.b",
    )  # fmt: skip


def test_a_changed_source_changes_the_keys_of_what_imports_it_alone(tmp_path: Path) -> None:
    sources = {
        "facts__count": 'from taizhang.core import text\nx = files("x") / "facts.yml"',
        "report__html": "from taizhang.core import text",
        "report__pdf": "import typst",
        "core__text": "",
        "metadata__facts.yml": "a: b",
    }

    def make_keys(**change: str) -> tuple[str, ...]:
        folder = write_package(tmp_path / str(hash_parts(**change)), **(sources | change))
        entries = ("taizhang.facts.count", "taizhang.report.html", "taizhang.report.pdf")
        return tuple(Code((name,), folder=folder).make_key(rows=1) for name in entries)

    before = make_keys()
    for name, differ in (
        ("core__text", (True, True, False)),
        ("metadata__facts.yml", (True, False, False)),
        ("report__pdf", (False, False, True)),
    ):
        after = make_keys(**{name: f"{sources[name]}\n# changed"})
        assert tuple(a != b for a, b in zip(before, after, strict=True)) == differ, name


def test_a_version_changes_the_keys_of_what_imports_the_library_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_package(tmp_path, report__pdf="import typst", report__html="import jinja2")
    pdf, html = (Code((f"taizhang.report.{form}",), folder=folder) for form in ("pdf", "html"))
    before = pdf.make_key(), html.make_key()
    found = keys.find_version
    monkeypatch.setattr(keys, "find_version", lambda name: "9" if name == "typst" else found(name))
    assert pdf.versions == {"python": found("python"), "typst": "9"}
    assert (pdf.make_key() != before[0], html.make_key() != before[1]) == (True, False)
    assert pdf.sha256 == Code(("taizhang.report.pdf",), folder=folder).sha256


def test_kernels_that_come_along_are_known_by_their_sources(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    before = keys._hash_sources(tmp_path)
    keys._hash_sources.cache_clear()
    (tmp_path / "a.py").write_text("x = 2")
    assert len(before) == 12 and keys._hash_sources(tmp_path) != before
    assert Code(("taizhang.report.execute",)).versions["warm_kernels"] == find_version("warm_kernels") != ""


def test_versions_are_those_that_importlib_tells() -> None:
    from importlib.metadata import version

    for name, installed in {
        "pandas": "pandas",
        "python_calamine": "python-calamine",
        "yaml": "PyYAML",
    }.items():
        assert find_version(name) == version(installed)
    assert find_version("no_such_library") == ""


def test_keys_differ_when_any_part_does_and_not_by_order() -> None:
    assert hash_parts(a=1, b="x") == hash_parts(b="x", a=1)
    assert len({hash_parts(a=1, b="x"), hash_parts(a=2, b="x"), hash_parts(a=1, c="x")}) == 3


def test_a_reason_has_one_key_in_every_language() -> None:
    """The words that it would be told in are no part of what was made."""
    found = set()
    try:
        for lang in ("zh", "en"):
            choose_language(lang)
            found.add(hash_parts(notes=(Reason("ingest.missing.pattern", kind="hazards", pattern="*.xlsx"),)))
    finally:
        choose_language("")
    assert len(found) == 1
    assert hash_parts(notes=(Reason("ingest.missing.pattern", kind="hazards", pattern="*.csv"),)) not in found
