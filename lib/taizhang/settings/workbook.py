"""workbook.toml, read and checked: every wrong key is named at once, with the nearest known one."""

import contextlib
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError, nearest
from taizhang.core.periods import KINDS as PERIOD_KINDS
from taizhang.core.periods import parse_period
from taizhang.metadata.kinds import Kind
from taizhang.settings.checker import Checker, unify_path

FILE = "workbook.toml"
LANGS = ("zh", "en")
STYLES = ("modern", "gbt9704")
OFFSETS = ("none", "gcj02", "bd09")
DEFAULT_SUPPRESS = ("complaints", "disputes")
DEFAULT_SUPPRESS_BELOW = 5
SEASONS = ("flood_season", "fire_season")
SCOPES = ("district", "county")
# A report's name stands in file names, between the district's code and the language.
_REPORT_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class LayerConfig:
    """A boundary layer: its file, the columns that hold code, name and parent, and how to read it."""

    path: Path
    code: str
    name: str
    parent: str = ""
    crs: str = ""
    offset: str = "none"
    encoding: str = "auto"
    approval: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    crosswalk: Path | None = None
    class_: str = ""
    level: str = ""
    responsible: str = ""


@dataclass(frozen=True)
class LedgerConfig:
    """The files of one ledger kind and what the reader cannot know by itself."""

    kind: str
    files: tuple[str, ...]
    sheets: tuple[str, ...] | None = None
    district: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    offset: str = "none"


@dataclass(frozen=True)
class Target:
    """目标任务: a fact that a district (``*``: each) is to reach in a period."""

    indicator: str
    district: str
    period: str
    at_least: float


@dataclass(frozen=True)
class OwnReport:
    """A report of the workbook's own, made by every review beside the township reviews and the comparison.

    Attributes
    ----------
    name : str
        Stands in its files' names: ``350921101.fire.zh.html``.
    template : str
        A notebook in the workbook's notebooks/, or one of the package's.
    title : Mapping of str to str
        What it is called, in zh and en.
    scope : str
        ``district``: one for each; ``county``: one of the whole area.
    periods : tuple of str
        Kinds of period that it is made for.
    """

    name: str
    template: str
    title: Mapping[str, str]
    scope: str = SCOPES[0]
    periods: tuple[str, ...] = PERIOD_KINDS


@dataclass(frozen=True)
class Config:
    """A checked workbook.toml. Paths are absolute; file patterns stay relative to `root`."""

    root: Path
    title: str
    lang: str
    boundaries: LayerConfig
    grid: LayerConfig | None
    ledgers: Mapping[str, LedgerConfig]
    as_of: date | None = None
    sample: bool = False
    suppress_below: int = DEFAULT_SUPPRESS_BELOW
    suppress: tuple[str, ...] = DEFAULT_SUPPRESS
    seasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    reports: tuple[OwnReport, ...] = ()
    style: str = STYLES[0]
    fonts: Path | None = None


_LAYER_KEYS = (
    "path",
    "code",
    "name",
    "parent",
    "crs",
    "offset",
    "encoding",
    "approval",
    "aliases",
    "crosswalk",
)
_GRID_KEYS = (*_LAYER_KEYS, "class", "level", "responsible")
_KEYS: dict[str, tuple[str, ...]] = {
    "": ("workbook", "boundaries", "ledgers", "indicators", "targets", "reports"),
    "workbook": ("title", "lang", "as_of", "sample", "style", "fonts"),
    "boundaries": (*_LAYER_KEYS, "grid"),
    "boundaries.grid": _GRID_KEYS,
    "ledger": ("files", "sheets", "district", "offset", "columns", "values"),
    "indicators": ("suppress_below", "suppress", *SEASONS),
    "targets": ("indicator", "district", "period", "at_least"),
    "reports": ("name", "template", "title", "scope", "periods"),
}


def find_root(start: Path) -> Path:
    """The nearest folder upwards from `start` that holds workbook.toml.

    Raises
    ------
    ParameterError
        If there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise ParameterError(
        f"no {FILE} in '{start.name or start}' or any folder above it; "
        "name the workbook with -C DIR, or make one with: taizhang new DIR"
    )


def locate_root(folder: str | os.PathLike[str] = "") -> Path:
    """The root of the workbook in `folder`; empty: the nearest one upwards from the working directory.

    Raises
    ------
    ParameterError
        If there is no such folder or no workbook.
    """
    if folder and not Path(folder).is_dir():
        raise ParameterError(f"the workbook folder '{folder}' does not exist; make it with: taizhang new DIR")
    return find_root(Path(folder) if folder else Path.cwd())


def _read_layer(check: Checker, table: Mapping[str, Any], where: str, root: Path) -> LayerConfig:
    path = check.path(table, "path", where, None)
    crosswalk = check.path(table, "crosswalk", where)
    return LayerConfig(
        path=root / path,
        code=check.text(table, "code", where, None),
        name=check.text(table, "name", where, None if where == "boundaries" else ""),
        parent=check.text(table, "parent", where),
        crs=check.text(table, "crs", where),
        offset=check.choice(table, "offset", where, OFFSETS),
        encoding=check.text(table, "encoding", where, "auto"),
        approval=check.text(table, "approval", where),
        aliases=check.mapping(table, "aliases", where),
        crosswalk=root / crosswalk if crosswalk else None,
        class_=check.text(table, "class", where),
        level=check.text(table, "level", where),
        responsible=check.text(table, "responsible", where),
    )


def _read_ledger(check: Checker, table: Mapping[str, Any], kind: Kind) -> LedgerConfig:
    where = f"ledgers.{kind.name}"
    check.keys(table, _KEYS["ledger"], where)
    files = tuple(map(unify_path, check.texts(table, "files", where)))
    if not files:
        check.problems.append(f'[{where}] needs files = ["data/raw/..."]')
    sheets = check.texts(table, "sheets", where)
    columns = check.mapping(table, "columns", where)
    values: dict[str, Mapping[str, str]] = {}
    for column in check.table(table, "values", f"{where}.values"):
        values[column] = check.mapping(table["values"], column, f"{where}.values")
    for place, names in (("columns", columns), ("values", values)):
        for name in names:
            if name not in kind.columns:
                check.problems.append(
                    f"unknown column '{name}' [{where}.{place}]{nearest(name, kind.columns)}"
                )
    for column, mapping in values.items():
        known = kind.fields[column].values if column in kind.fields else {}
        for raw, value in mapping.items():
            if known and value not in known:
                check.problems.append(f"[{where}.values.{column}] '{raw}' = '{value}'{nearest(value, known)}")
    offset = check.choice(table, "offset", where, OFFSETS)
    if offset != "none" and not {"lon", "lat"} <= set(kind.columns):
        check.problems.append(f"[{where}] offset = '{offset}': this kind has no lon and lat to move back")
    return LedgerConfig(
        kind=kind.name,
        files=files,
        sheets=None if not sheets or sheets == ("*",) else sheets,
        district=check.text(table, "district", where),
        columns=columns,
        values=values,
        offset=offset,
    )


def _read_season(check: Checker, table: Mapping[str, Any], key: str) -> tuple[str, str]:
    """The first and the last day of a season, as month-day."""
    days = check.texts(table, key, "indicators")
    try:
        for day in days:
            date.fromisoformat(f"2000-{day}")
        first, last = days
    except ValueError:
        check.problems.append(
            f'[indicators] {key} must be two days such as ["06-01", "09-30"], not {table[key]!r}'
        )
        return "", ""
    return first, last


def _read_target(check: Checker, table: Any, number: int, facts: Iterable[str]) -> Target:
    if not isinstance(table, dict):
        check.problems.append("[[targets]] must be tables")
        table = {}
    where = f"targets no. {number}"
    check.keys(table, _KEYS["targets"], where)
    indicator = check.text(table, "indicator", where, None)
    if indicator and indicator not in facts:
        check.problems.append(f"[{where}] unknown indicator '{indicator}'{nearest(indicator, facts)}")
    period = table.get("period")
    try:
        parse_period(str(period))
    except ParameterError as error:
        check.problems.append(f"[{where}] {error}")
    return Target(
        indicator=indicator,
        district=check.text(table, "district", where, "*"),
        period=str(period),
        at_least=check.number(table, "at_least", where, None),
    )


def _read_report(check: Checker, table: Any, number: int) -> OwnReport:
    if not isinstance(table, dict):
        check.problems.append("[[reports]] must be tables")
        table = {}
    where = f"reports no. {number}"
    check.keys(table, _KEYS["reports"], where)
    name = check.text(table, "name", where, None)
    if name and (not _REPORT_NAME.fullmatch(name) or name in LANGS):
        check.problems.append(
            f"[{where}] name = '{name}' stands in file names: begin with one of a to z, go on with these, "
            "0 to 9, - and _; zh and en are taken"
        )
    template = check.text(table, "template", where, name)
    if template.endswith(".ipynb") or "/" in template or "\\" in template:
        bare = re.split(r"[/\\]", template)[-1].removesuffix(".ipynb")
        check.problems.append(
            f"[{where}] template = '{template}' must be a notebook's name alone, such as '{bare}'; "
            "it is looked for in notebooks/"
        )
    periods = check.texts(table, "periods", where) if "periods" in table else PERIOD_KINDS
    for kind in periods:
        if kind not in PERIOD_KINDS:
            check.problems.append(f"[{where}] periods: unknown kind '{kind}'{nearest(kind, PERIOD_KINDS)}")
    return OwnReport(
        name=name,
        template=template,
        title=check.words(table, "title", where),
        scope=check.choice(table, "scope", where, SCOPES),
        periods=periods,
    )


def _read_reports(check: Checker, data: Mapping[str, Any]) -> tuple[OwnReport, ...]:
    reports = [_read_report(check, item, n) for n, item in enumerate(check.tables(data, "reports"), 1)]
    for name, count in Counter(report.name for report in reports).items():
        if name and count > 1:
            check.problems.append(f"[[reports]] {count} are called '{name}'; each needs its own name")
    return tuple(reports)


def read_config(root: Path, kinds: Mapping[str, Kind], facts: Iterable[str]) -> Config:
    """Read and check workbook.toml.

    Parameters
    ----------
    root : Path
        The workbook's folder.
    kinds : Mapping of str to Kind
        The ledger kinds known in this workbook.
    facts : iterable of str
        The names of the known facts, for [[targets]].

    Returns
    -------
    Config

    Raises
    ------
    ParameterError
        Naming every unknown key with the nearest known one, and every value of the wrong type.
    """
    try:
        data = tomllib.loads((root / FILE).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ParameterError(f"no {FILE} in '{root.name}'; make a workbook with: taizhang new DIR") from None
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{FILE} is not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise ParameterError(f"{FILE} is not UTF-8 ({error.reason}); save it as UTF-8") from None
    check = Checker()
    check.keys(data, _KEYS[""], "")
    book = check.table(data, "workbook", "workbook")
    check.keys(book, _KEYS["workbook"], "workbook")
    as_of = book.get("as_of")
    if isinstance(as_of, str):
        with contextlib.suppress(ValueError):  # a text that is no day falls to the message below
            as_of = date.fromisoformat(as_of)
    if isinstance(as_of, datetime) or not isinstance(as_of, date | None):
        check.problems.append(f"[workbook] as_of must be a day such as 2022-01-31, not {book['as_of']!r}")
        as_of = None
    if not isinstance(book.get("sample", False), bool):
        check.problems.append("[workbook] sample must be true or false")

    layer = check.table(data, "boundaries", "boundaries")
    check.keys(layer, _KEYS["boundaries"], "boundaries")
    boundaries = _read_layer(check, layer, "boundaries", root)
    grid = None
    if "grid" in layer:
        cells = check.table(layer, "grid", "boundaries.grid")
        check.keys(cells, _KEYS["boundaries.grid"], "boundaries.grid")
        # The same keys: a grid whose codes stand in a column called as the districts' need not name it again.
        named = {"code": layer["code"]} if "code" in layer else {}
        grid = _read_layer(check, {**named, **cells}, "boundaries.grid", root)

    ledgers: dict[str, LedgerConfig] = {}
    tables = check.table(data, "ledgers", "ledgers")
    for name in tables:
        if name in kinds:
            ledgers[name] = _read_ledger(check, check.table(tables, name, f"ledgers.{name}"), kinds[name])
        else:
            check.problems.append(f"unknown ledger kind '{name}' [ledgers.{name}]{nearest(name, kinds)}")

    indicators = check.table(data, "indicators", "indicators")
    check.keys(indicators, _KEYS["indicators"], "indicators")
    suppress = (
        check.texts(indicators, "suppress", "indicators") if "suppress" in indicators else DEFAULT_SUPPRESS
    )
    for name in suppress:
        if name not in kinds:
            check.problems.append(
                f"[indicators] suppress names no ledger kind '{name}'{nearest(name, kinds)}"
            )
    facts = list(facts)
    targets = check.tables(data, "targets")
    config = Config(
        root=root,
        title=check.text(book, "title", "workbook", root.name),
        lang=check.choice(book, "lang", "workbook", LANGS),
        boundaries=boundaries,
        grid=grid,
        ledgers=ledgers,
        as_of=as_of,
        sample=bool(book.get("sample", False)),
        suppress_below=int(check.number(indicators, "suppress_below", "indicators", DEFAULT_SUPPRESS_BELOW)),
        suppress=suppress,
        seasons={name: _read_season(check, indicators, name) for name in SEASONS if name in indicators},
        targets=tuple(_read_target(check, item, n, facts) for n, item in enumerate(targets, 1)),
        reports=_read_reports(check, data),
        style=check.choice(book, "style", "workbook", STYLES),
        fonts=root / fonts if (fonts := check.path(book, "fonts", "workbook")) else None,
    )
    if check.problems:
        raise ParameterError(f"{FILE}: " + "\n  ".join(check.problems))
    return config


def list_files(config: Config, ledger: LedgerConfig) -> tuple[list[Path], list[str]]:
    """The files of a ledger in name order, and the patterns that match none.

    Lock files that Excel and WPS leave (``~$...``, ``.~...``) are passed over.
    """
    found: dict[Path, None] = {}
    missing = []
    for pattern in ledger.files:
        place = Path(pattern)
        if place.is_absolute():
            base = Path(place.anchor)
            matches = base.glob(str(place.relative_to(base)))
        else:
            matches = config.root.glob(pattern)
        paths = sorted(p for p in matches if p.is_file() and not p.name.startswith(("~$", ".~")))
        if not paths:
            missing.append(pattern)
        found.update(dict.fromkeys(paths))
    return list(found), missing


def show_path(config: Config, path: Path) -> str:
    """A path as outputs show it: relative to the workbook where it lies inside, POSIX separators."""
    try:
        return path.relative_to(config.root).as_posix()
    except ValueError:
        return path.name
