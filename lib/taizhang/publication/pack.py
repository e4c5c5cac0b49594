"""The replication package: a period's facts as published, their meaning and origin, without rows of ledgers.

What goes in is listed file by file. The same review gives the same bytes.
"""

import io
import json
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from taizhang.core.csv import format_csv
from taizhang.core.errors import ChangedError, ParameterError
from taizhang.core.files import hash_file, write_bytes
from taizhang.core.keys import PACKAGE
from taizhang.core.periods import Period
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import LANGUAGES, Reason
from taizhang.metadata.kinds import load_kinds
from taizhang.publication.codebook import make_codebook
from taizhang.publication.crate import NAME, About, describe_crate, name_files
from taizhang.publication.settings import describe_settings
from taizhang.release.folders import FOLDER, list_releases
from taizhang.report.manifest import NAME as MANIFEST
from taizhang.report.manifest import Manifest, read_manifest
from taizhang.settings.workbook import FILE, Config
from taizhang.store import find_snapshot
from taizhang.workbook.held import take_out_snapshot
from taizhang.workbook.templates import packaged_notebooks

_DATA = {  # with what says what each is
    "facts.csv": "facts",
    "facts.parquet": "parquet",
    "comparison.csv": "comparison",
    "dictionary.csv": "dictionary",
    "unverified.csv": "unverified",
}
_UNVERIFIED = ["district_code", "district", "period", "fact", "value", "unit"]  # without its place in a file
_LOCK = "requirements.lock"
_ALWAYS = ("township_review", "county_comparison")
_NEEDED = frozenset(("data", "inputs", "versions", "title", "period", "as_of"))  # of a manifest
_FIRST_DAY = date(1980, 1, 1)  # of what a zip can say
_WRITABLE = 0o100644 << 16


@dataclass(frozen=True)
class Packed:
    """A finished package: its source, its files, and warnings for the person who made it."""

    path: Path
    files: int
    source: str  # reports/2021 or releases/2021/v2
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class _Source:
    """The folder of a review, current or released."""

    folder: Path
    name: str
    manifest: Manifest

    @property
    def number(self) -> int:
        return int(self.manifest.get("release", {}).get("number", 0))

    @property
    def day(self) -> date:
        """The day of the release, or else the review's as-of day."""
        made_at = self.manifest.get("release", {}).get("made_at", "")
        return date.fromisoformat(made_at[:10] or self.manifest["as_of"])

    @property
    def settings(self) -> str:
        """The SHA-256 of the settings used."""
        return next((one["sha256"] for one in self.manifest["inputs"] if one["path"] == FILE), "")


def pack_period(config: Config, period: Period, path: Path, *, licence: str = "") -> Packed:
    """Write the replication package of a period's newest release or, where there is none, of its review.

    Parameters
    ----------
    config : Config
    period : Period
    path : Path
        Where the zip goes; it is written whole or not at all.
    licence : str
        A URL or words; if empty, the package says that none is stated.

    Raises
    ------
    ParameterError
        If there is no review of the period, or settings have changed since it was made.
    ChangedError
        If a file is not what the manifest says.
    """
    source = _find_source(config, period)
    files: dict[str, bytes] = {}
    titles: dict[str, dict[str, str]] = {}
    notes: list[Reason] = []

    def add(name: str, data: bytes | str, code: str, /, **places: object) -> None:
        files[name] = data if isinstance(data, bytes) else data.encode()
        titles[name] = name_files(code, **places)

    facts = _add_data(source, add)
    with ExitStack() as stack:
        place = _find_settings(config, source, stack)
        kinds = load_kinds(place / "ledgers")
        text = (place / FILE).read_text("utf-8-sig")
        settings = tomllib.loads(text)
        asked = dict.fromkeys((*settings.get("ledgers", ()), *(one.kind for one in config.sums)))
        book = make_codebook([kinds[name] for name in asked if name in kinds], facts)
        add("codebook.csv", "\ufeff" + format_csv(book), "codebook")
        if hash_file(place / FILE) == source.settings:
            add(FILE, describe_settings(text, kinds)[0], "settings")
        elif source.number:
            notes.append(Reason("publication.pack.no_settings", name=source.name))
        else:
            raise ParameterError("publication.pack.settings_changed", period=period.text)
        own = _add_notebooks(place, settings, add)
    if own:
        notes.append(Reason("publication.pack.own", files=tuple(own)))
    add("code/version.json", _write_json(_describe_code(source.manifest)), "version")
    add("code/requirements.txt", _list_requirements(source.manifest), "requirements")
    if (lock := _find_lock()) is not None:
        add(f"code/{_LOCK}", lock.read_bytes(), "lock")
    if not licence:
        notes.append(Reason("publication.pack.no_licence"))
    about = _describe(config, source, period, licence)
    titles |= {f"README.{lang}.md": name_files("readme") for lang in LANGUAGES}
    titles |= {MANIFEST: name_files("manifest"), NAME: name_files("crate")}
    for lang in LANGUAGES:
        files[f"README.{lang}.md"] = _write_readme(about, titles, lang).encode()
    files[MANIFEST] = _write_json(_shorten_manifest(source, files)).encode()
    files[NAME] = describe_crate(about, files, titles)
    write_bytes(path, _zip(files, source.day))
    return Packed(path, len(files), source.name, tuple(notes))


def _find_source(config: Config, period: Period) -> _Source:
    if releases := list_releases(config.root, period):
        newest = releases[-1]
        return _Source(newest.folder, f"{FOLDER}/{newest.name}", dict(newest.manifest))
    folder = config.root / "reports" / period.path
    manifest = read_manifest(folder)
    if not manifest.keys() >= _NEEDED:
        raise ParameterError("publication.pack.no_review", period=period.text)
    return _Source(folder, folder.relative_to(config.root).as_posix(), manifest)


def _find_settings(config: Config, source: _Source, stack: ExitStack) -> Path:
    """The folder with the settings, own kinds and notebooks of a review: of a release, those of then, out of the store.

    Where the store does not have them, those of now.
    """
    if not source.number:
        return config.root
    try:
        snapshot = find_snapshot(config.root, str(source.manifest.get("snapshot", "")))
    except ParameterError:
        return config.root
    return take_out_snapshot(config.root, snapshot, stack, kinds=())


def _add_data(source: _Source, add: Any) -> list[str]:
    """Add the files of numbers, each checked against the manifest; returns the columns of the facts."""
    columns: list[str] = []
    for name, code in _DATA.items():
        if name not in source.manifest["data"]:
            continue
        path = source.folder / name
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data).hexdigest() != source.manifest["data"][name]:
            raise ChangedError("publication.pack.changed", file=f"{source.name}/{name}")
        if name == "unverified.csv":
            table = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", dtype="str", keep_default_na=False)
            data = ("\ufeff" + format_csv(table[_UNVERIFIED])).encode()
        if name == "facts.csv":
            columns = data.decode("utf-8-sig").partition("\n")[0].split(",")
        add(f"data/{name}", data, code)
    return columns


def _add_notebooks(place: Path, settings: Mapping[str, Any], add: Any) -> list[str]:
    """Add the notebooks behind the reports, without outputs; returns the workbook's own ones."""
    packaged = packaged_notebooks()
    named = {one.get("template") or one["name"] for one in settings.get("reports", [])}
    own = []
    for name in sorted({*_ALWAYS, *named}):
        there = place / "notebooks" / f"{name}.ipynb"
        path = there if there.is_file() else packaged.get(name)
        if path is None:
            continue
        text = _strip_notebook(path)
        if name not in packaged or text != _strip_notebook(packaged[name]):
            own.append(f"notebooks/{name}.ipynb")
        add(f"notebooks/{name}.ipynb", text, "notebook", name=name)
    return own


def _strip_notebook(path: Path) -> str:
    """A notebook without outputs, keeping only tags among the metadata of its cells."""
    book = nbformat.read(path, as_version=4)
    book["metadata"] = {key: book["metadata"][key] for key in ("kernelspec",) if key in book["metadata"]}
    for cell in book["cells"]:
        cell["metadata"] = {key: cell["metadata"][key] for key in ("tags",) if key in cell["metadata"]}
        cell["source"] = mask_numbers(cell["source"])
        cell.pop("attachments", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return nbformat.writes(book) + "\n"


def _describe_code(manifest: Manifest) -> dict[str, Any]:
    """The code and libraries that made the review."""
    makers = [dict(one) for _, one in sorted(manifest.get("makers", {}).items())]
    code = {"code": manifest["code"]} if "code" in manifest else {}
    return {"versions": manifest["versions"], "makers": makers, **code}


def _list_requirements(manifest: Manifest) -> str:
    """The libraries that made the review, with versions, as a pip requirements file."""
    versions: dict[str, str] = {}
    for one in manifest.get("makers", {}).values():
        versions |= one.get("versions", {})
    versions |= manifest.get("code", {}).get("environment", {})
    known = packages_distributions()
    python = versions.pop("python", manifest["versions"].get("python", ""))
    named = {
        known.get(name, [name])[0]: version for name, version in versions.items() if name != "warm_kernels"
    }
    named["taizhang"] = manifest["versions"]["taizhang"]
    lines = [f"{name}=={version}" for name, version in sorted(named.items(), key=lambda one: one[0].lower())]
    return "\n".join((f"# Python {python}", *lines)) + "\n"


@cache
def _find_lock() -> Path | None:
    """The locked environment of this version: in the installed package, or at the root of a checkout."""
    places = (PACKAGE / _LOCK, PACKAGE.parents[1] / _LOCK)
    return next((path for path in places if path.is_file()), None)


def _shorten_manifest(source: _Source, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest without names of files, people and places; hashes of inputs remain, for comparison."""
    manifest = source.manifest
    release = {key: manifest["release"][key] for key in ("number", "made_at")} if source.number else {}
    inputs = sorted(
        ({"sha256": one["sha256"], "bytes": one.get("bytes")} for one in manifest["inputs"]),
        key=lambda one: str(one["sha256"]),
    )
    unread = [{key: one[key] for key in ("kind", "districts")} for one in manifest.get("unread", [])]
    return {
        "title": manifest["title"],
        "period": manifest["period"],
        "as_of": manifest["as_of"],
        "sample": manifest.get("sample", False),
        **({"known_on": manifest["known_on"]["day"]} if "known_on" in manifest else {}),
        **({"release": release} if release else {}),
        "versions": manifest["versions"],
        "inputs": inputs,
        "unread": unread,
        "files": {name: sha256(data).hexdigest() for name, data in sorted(files.items())},
    }


def _describe(config: Config, source: _Source, period: Period, licence: str) -> About:
    code = "release" if source.number else "review"
    told = {"number": source.number, "day": source.manifest["as_of"]}
    titles, descriptions = {}, {}
    for lang in LANGUAGES:
        title, label = config.name_title(lang), period.label(lang)
        titles[lang] = Reason("publication.title", title=title, period=label).word(lang)
        descriptions[lang] = Reason(f"publication.about.{code}", **told).word(lang)
    stated = licence or " ".join(Reason("publication.no_licence").word(lang) for lang in LANGUAGES)
    return About(
        titles=titles,
        descriptions=descriptions,
        lang=config.lang,
        period=period,
        day=source.day,
        number=source.number,
        issuer=config.issuer,
        contact=config.contact,
        licence=stated,
        version=str(source.manifest["versions"]["taizhang"]),
    )


def _write_readme(about: About, titles: Mapping[str, Mapping[str, str]], lang: str) -> str:
    def word(code: str, **places: object) -> str:
        return Reason(f"publication.readme.{code}", **places).word(lang)

    lines = [f"# {about.titles[lang]}", "", about.descriptions[lang], "", word("holds"), ""]
    lines += [f"- `{name}`: {words[lang]}" for name, words in sorted(titles.items())]
    lines += ["", f"## {word('again')}", "", word("steps", version=about.version, period=about.period.text)]
    lines += ["", f"## {word('terms')}", "", about.licence]
    if about.issuer:
        lines += ["", word("issuer", issuer=about.issuer)]
    if about.contact:
        lines += ["", word("contact", contact=about.contact)]
    return "\n".join(lines) + "\n"


def _write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _zip(files: Mapping[str, bytes], day: date) -> bytes:
    """The files as one zip, all with the same date."""
    day = max(day, _FIRST_DAY)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in _order(files):
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.external_attr, entry.create_system = _WRITABLE, 3
            packed.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _order(files: Iterable[str]) -> list[str]:
    """Sort the description first, so that readers find it first."""
    return sorted(files, key=lambda name: (name != NAME, name))
