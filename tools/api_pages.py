"""The API reference: mkdocs' hook that puts every public name into docs/api*.md as the site is built.

Names are those of `taizhang.__all__` and of the modules among them, and the classes that they answer with. Each has an
example: the first call of it in a template, or what tools/examples.yml has. A test runs them all.
"""

import ast
import importlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import taizhang
from taizhang.core.loading import parse_yaml

ROOT = Path(__file__).resolve().parents[1]
MARKER = re.compile(r"^<!-- names: (\w+) -->$", re.MULTILINE)
DOOR = "taizhang"
# What a public function answers with, and so is public too: module and class.
ANSWERS = {
    "Workbook": "taizhang.workbook.book",
    "View": "taizhang.analysis.view",
    "Panel": "taizhang.workbook.panel",
    "Figure": "taizhang.core.display",
    "Table": "taizhang.core.display",
    "Prose": "taizhang.core.display",
    "KeyFigures": "taizhang.core.display",
}
MODULES = ("figures", "narrative")
# Of the classes those whose every method is described; of the others what they are.
_DESCRIBED = ("Workbook", "Panel", "Figure", "Table")
_PLACES = frozenset({"view", "book", "county", "draw", "facts", "figures", "narrative", "tz"})


@dataclass(frozen=True)
class Public:
    """A public name: as it is written after ``import taizhang as tz``, and where it is found."""

    name: str
    place: str
    thing: Any

    @property
    def methods(self) -> tuple[str, ...]:
        """Its public methods and properties, where they are described one by one."""
        if self.name not in _DESCRIBED:
            return ()
        return tuple(
            name
            for name, thing in vars(self.thing).items()
            if name[0] != "_" and (inspect.isfunction(thing) or isinstance(thing, property | cached_property))
        )


@cache
def list_names(group: str = "") -> tuple[Public, ...]:
    """Public names: of the door (``taizhang``), of one of its modules, or (left out) all."""
    if not group:
        return tuple(name for one in (DOOR, *list_modules()) for name in list_names(one))
    if group != DOOR:
        module = importlib.import_module(f"{DOOR}.{group}")
        names = module.__all__
        return tuple(
            Public(f"{group}.{name}", f"{DOOR}.{group}.{name}", getattr(module, name)) for name in names
        )
    things = {name: getattr(taizhang, name) for name in taizhang.__all__}
    found = [
        Public(name, f"{DOOR}.{name}", thing)
        for name, thing in things.items()
        if not isinstance(thing, ModuleType | str)
    ]
    for name, place in ANSWERS.items():
        if name not in things:
            found.append(Public(name, f"{place}.{name}", getattr(importlib.import_module(place), name)))
    return tuple(found)


def list_modules() -> tuple[str, ...]:
    """The modules that are public, by their name within the package."""
    named = [name for name in taizhang.__all__ if isinstance(getattr(taizhang, name), ModuleType)]
    return tuple(dict.fromkeys((*MODULES, *named)))


@cache
def find_examples() -> Mapping[str, str]:
    """An example of each name that has one: what examples.yml says, else a template's first call of it."""
    written: dict[str, str] = parse_yaml(Path(__file__).with_name("examples.yml").read_text(encoding="utf-8"))
    called: dict[str, str] = {}
    for name, code in _list_calls():
        called.setdefault(name, code)
    return called | {name: code.rstrip("\n") for name, code in written.items()}


def _list_calls() -> Iterator[tuple[str, str]]:
    """(name, call) of every call in a template that another can repeat, as it has nothing but view and book."""
    first = ["township_review", "county_comparison"]
    paths = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    for stem in dict.fromkeys([*first, *paths]):
        cells = json.loads(paths[stem].read_text("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        view = "county" if any('district = "all"' in source for source in sources) else "view"
        for node in (node for source in sources for node in ast.walk(ast.parse(source))):
            if isinstance(node, ast.Call):
                free = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                if free <= _PLACES:
                    yield _name(node.func), _say(node, view)


def _name(called: ast.expr) -> str:
    """The public name of what is called, a method by its class."""
    door, _, rest = ast.unparse(called).partition(".")
    return {"tz": rest, "book": f"Workbook.{rest}", "view": f"View.{rest}"}.get(door, f"{door}.{rest}")


def _say(call: ast.Call, view: str) -> str:
    text = ast.unparse(call).replace("(view", f"({view}")
    return text.replace("'", '"') if '"' not in text else text


def write_names(group: str) -> str:
    """Markdown, for mkdocstrings, of the names of a group with their examples."""
    lines: list[str] = []
    for public in list_names(group):
        members = list(public.methods) or "false"
        lines.append(f"::: {public.place}")
        if not isinstance(public.thing, ModuleType):  # of a module all that is public is described
            lines += ["    options:", f"      members: {members}"]
        lines.append("")
        examples = {
            name: code
            for name, code in find_examples().items()
            if name == public.name or name.startswith(f"{public.name}.")
        }
        if examples:
            lines += ["```python", *examples.values(), "```", ""]
    return "\n".join(lines)


def list_wanting() -> list[str]:
    """Public names, methods of the chief classes among them, that have no example."""
    names = [name for public in list_names() for name in _list_parts(public)]
    return [name for name in names if name not in find_examples()]


def _list_parts(public: Public) -> list[str]:
    return [f"{public.name}.{method}" for method in public.methods] or [public.name]


def on_page_markdown(markdown: str, **_: object) -> str:
    """Called by mkdocs for every page."""
    return MARKER.sub(lambda found: write_names(found[1]), markdown)
