"""Cache keys: a hash of everything that a result is made from. If the key is unchanged, the result is reused.

The code part of a key is found automatically: the modules that make the result, everything they import, the data files
of the package that they read, and the versions of the libraries that they import.
"""

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path

from taizhang.core.files import hash_file

NAME = "taizhang"
PACKAGE = Path(__file__).parents[1]
# A package that comes in the same wheel has no version of its own: its sources stand for one.
_BESIDE = ("warm_kernels",)
# Libraries that are imported by another name than they are installed by.
_INSTALLED_AS = {
    "yaml": "pyyaml",
    "docx": "python_docx",
    "markdown_it": "markdown_it_py",
    "PIL": "pillow",
    "sklearn": "scikit_learn",
    "zmq": "pyzmq",
}

_TYPES_ALONE = re.compile(r"^([ \t]*)if TYPE_CHECKING:.*\n(?:\1[ \t]+.*\n|[ \t]*\n)+", re.MULTILINE)
_IMPORT = re.compile(
    r"(?m)^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n]+))|import[ \t]+([^\n]+))"
)
_COMMENT = re.compile(r"#.*")
# How a module gets at the package's data files, which it then names in a text.
_READS_DATA = ("__file__", " files(", "(files(", ".PackageLoader(")
_TEXT = re.compile(r"[\"']([\w./-]+)[\"']")


@dataclass(frozen=True)
class _Module:
    """A source file: its SHA-256, and the modules, data files and libraries it names."""

    sha256: str
    modules: frozenset[str]
    data: frozenset[str]
    libraries: frozenset[str]


@dataclass(frozen=True)
class Code:
    """The code that makes a result: modules, such as ``taizhang.report.pdf``, with everything they import.

    The search stops at the modules `without` and those below them, since their results are known by content.
    `libraries` are also imported; `folder` is the package's.
    """

    modules: tuple[str, ...]
    without: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    folder: Path = PACKAGE

    @property
    def sources(self) -> tuple[str, ...]:
        """Modules, and data files by their path in the package, in order."""
        return _follow(self)[0]

    @property
    def versions(self) -> dict[str, str]:
        """Installed versions of Python and of the imported libraries."""
        found = {name: find_version(name) for name in sorted({*_follow(self)[1], *self.libraries})}
        return {"python": find_version("python"), **{name: found[name] for name in found if found[name]}}

    @property
    def sha256(self) -> str:
        """SHA-256 of the sources only."""
        return _follow(self)[2]

    def make_key(self, **parts: object) -> str:
        """Return the cache key of the result that this code makes from the given parts."""
        return hash_parts(code=self.sha256, versions=self.versions, **parts)


def hash_parts(**parts: object) -> str:
    """Return the SHA-256 of named parts; each is a JSON value, a record (with all its fields), or can be written
    by `str`."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=_write_part)
    return hashlib.sha256(text.encode()).hexdigest()


def _write_part(part: object) -> str:
    # A reason is put into words by `str`, in the language of the moment.
    return repr(part) if is_dataclass(part) else str(part)


def follow_text(text: str, *modules: str, without: tuple[str, ...] = ()) -> Code:
    """Return the code used by a Python text: its imports, plus the given modules."""
    named = set(_list_imports(text))
    found = {_find_module(one, read_package()) for one in named}
    libraries = {one.partition(".")[0] for one in named} - {NAME} - sys.stdlib_module_names
    return Code((*modules, *sorted(found - {""})), without, tuple(sorted(libraries)))


def find_version(library: str) -> str:
    """Return the installed version of a library, given its import name; empty if it is not installed."""
    if library == "python":
        return platform.python_version()
    if library in _BESIDE:
        return _hash_sources(PACKAGE.with_name(library))
    return _list_installed().get(_INSTALLED_AS.get(library, library).lower(), "")


@cache
def _hash_sources(folder: Path) -> str:
    """The first twelve digits of the SHA-256 of a package's modules, used as its version."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _list_installed() -> Mapping[str, str]:
    """Versions by name, taken from the names of the metadata folders: importlib.metadata would read them all."""
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = [path.name for path in Path(folder).iterdir()]
        except OSError:
            continue
        for name in names:
            stem, dot, suffix = name.rpartition(".")
            if dot and suffix in ("dist-info", "egg-info"):
                library, _, version = stem.partition("-")
                found.setdefault(re.sub(r"[-.]+", "_", library).lower(), version.split("-")[0])
    return found


def read_package() -> Mapping[str, _Module | str]:
    """Return every module of the package by name, and the SHA-256 of each data file by its path in the package.

    They are read when this process first asks. Only texts are kept, so that the process can be forked afterwards.
    """
    return _read_folder(PACKAGE)


@cache
def _read_folder(folder: Path) -> Mapping[str, _Module | str]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    sources: dict[str, bytes] = {}
    data: dict[str, str] = {}
    for path in paths:
        inside = path.relative_to(folder)
        if path.suffix == ".py":
            parts = inside.with_suffix("").parts
            module = ".".join((NAME, *(parts[:-1] if parts[-1] == "__init__" else parts)))
            sources[module] = path.read_bytes()
        else:
            data[inside.as_posix()] = hash_file(path)
    return data | {name: _scan(name, source, sources.keys(), data) for name, source in sources.items()}


def _scan(name: str, source: bytes, known: Iterable[str], data: Iterable[str]) -> _Module:
    text = source.decode()
    if "if TYPE_CHECKING" in text:
        text = _TYPES_ALONE.sub("", text)
    named = set(_list_imports(text))
    modules = {module for one in named if (module := _find_module(one, known))} - {name}
    if "import_module(" in text:  # the face of a room, which imports what is asked for
        modules |= {module for module in known if module.startswith(f"{name}.")}
    return _Module(
        hashlib.sha256(source).hexdigest(),
        frozenset(modules),
        frozenset(_find_data(text, data)),
        frozenset({one.partition(".")[0] for one in named} - {NAME} - sys.stdlib_module_names),
    )


def _list_imports(text: str) -> Iterable[str]:
    """Everything imported anywhere in a source: ``package.module`` or ``package.module.name``."""
    for module, inside, rest, plain in _IMPORT.findall(text):
        for part in _COMMENT.sub("", inside or rest or plain).split(","):
            name = part.split(" as ")[0].strip()
            if name:
                yield f"{module}.{name}" if module else name


def _find_module(named: str, known: Iterable[str]) -> str:
    """The module meant by a name: for ``taizhang.core.display.Figure`` it is ``taizhang.core.display``."""
    while named.startswith(NAME):
        if named in known:
            return named
        named = named.rpartition(".")[0]
    return ""


def _find_data(text: str, data: Iterable[str]) -> Iterable[str]:
    """Data files that a source reads, named by file or by folder."""
    if not any(call in text for call in _READS_DATA):
        return
    named = {part.strip("/") for part in _TEXT.findall(text)}
    for path in data:
        folder, _, file = path.rpartition("/")
        parts = folder.split("/")
        if file in named or any("/".join(parts[n:]) in named for n in range(1, len(parts))):
            yield path


@cache
def _follow(code: Code) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Sources, libraries and the hash of all sources, starting from some modules."""
    package = _read_folder(code.folder)
    seen: set[str] = set()
    waiting = list(code.modules)
    while waiting:
        name = waiting.pop()
        if name in seen or any(name == end or name.startswith(f"{end}.") for end in code.without):
            continue
        seen.add(name)
        found = package[name]
        if isinstance(found, _Module):
            waiting += found.modules | found.data
    libraries: set[str] = set()
    marks: dict[str, str] = {}
    for name in sorted(seen):
        found = package[name]
        if isinstance(found, _Module):
            libraries |= found.libraries
        marks[name] = found.sha256 if isinstance(found, _Module) else found
    return tuple(marks), tuple(sorted(libraries)), hash_parts(**marks)
