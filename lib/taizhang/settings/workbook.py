"""Read and check workbook.toml: all wrong keys are reported at once, with the nearest known key and the line."""

import codecs
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator

from taizhang.core.addresses import fill_address, is_address, show_address
from taizhang.core.errors import ParameterError
from taizhang.core.periods import KINDS as PERIOD_KINDS
from taizhang.core.periods import SCALES, parse_period
from taizhang.core.reasons import Reason, suggest
from taizhang.metadata.kinds import DATE_TYPES, Kind
from taizhang.settings.reading import (
    Day,
    KeyPath,
    Mistake,
    OneOrMany,
    PathText,
    Real,
    SettingsFile,
    SettingsTable,
    Texts,
    Whole,
    YesNo,
    check_known,
    write_table,
)

FILE = "workbook.toml"
CACHE = "data/processed/.cache"
STORE = "data/store"
FETCHED = "fetched"
Lang = Literal["zh", "en"]
Style = Literal["modern", "gbt9704"]
Scope = Literal["district", "county"]
Offset = Literal["none", "gcj02", "bd09"]
Dates = Literal["ymd", "mdy", "dmy", "roc"]
Duplicates = Literal["keep", "first", "last"]
Form = Literal["rows", "sums"]
ROWS: Form = "rows"
SUMS: Form = "sums"
DISTRICT = "district"
LANGS, STYLES, SCOPES = get_args(Lang), get_args(Style), get_args(Scope)
PATTERN = "~"  # begins a key under values that is a regular expression
EMPTY = "empty"  # stands under values for the cells that say nothing
SEASONS = ("flood_season", "fire_season")
STEPS = ("ingest", "check", "review", "status")  # of `taizhang routine`
FORMATS = ("html", "pdf", "docx")  # of reports
DEFAULT_FORMATS = FORMATS[:2]
# A report's name stands in file names, between the district's code and the language.
_REPORT_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def _place_file(value: Any, info: ValidationInfo) -> Any:
    """A path is relative to the workbook; an empty one is none."""
    if not isinstance(value, str):
        raise Mistake(Reason("settings.text"))
    if _is_elsewhere(value):
        raise Mistake(Reason("settings.source.path"))
    root: Path = (info.context or {})["root"]
    return root / value.replace("\\", "/") if value or info.field_name == "path" else None


def _is_elsewhere(path: str) -> bool:
    """Return whether a path is an address; messages don't repeat it, since a password may be in it."""
    return "://" in path


def _read_words(value: Any) -> Any:
    """Words in each language: ``{ zh = "...", en = "..." }``, or one text for both."""
    words = {"zh": value, "en": value} if isinstance(value, str) else value
    if not isinstance(words, dict) or set(words) != set(LANGS):
        raise Mistake(Reason("settings.words"))
    if not all(isinstance(text, str) and text.strip() for text in words.values()):
        raise Mistake(Reason("settings.words"))
    return words


def _know(what: str) -> AfterValidator:
    """Return a check that names are among the known facts, kinds or periods."""

    def check(names: Any, info: ValidationInfo) -> Any:
        known = {"periods": PERIOD_KINDS, **_KNOWN, **(info.context or {})}
        if what in known:
            check_known([names] if isinstance(names, str) else names, known[what])
        return names

    return AfterValidator(check)


_KNOWN = {"steps": STEPS, "scales": SCALES, "formats": FORMATS, "langs": LANGS}


def place_fetched(root: Path, name: str) -> Path:
    """Where what comes from elsewhere is kept while it is read."""
    return root / CACHE / FETCHED / name


Words = Annotated[dict[str, str], BeforeValidator(_read_words)]


def _be_an_address(value: Any) -> Any:
    """Refuse what is no address, without repeating it."""
    if not isinstance(value, str) or (value and not is_address(value)):
        raise Mistake(Reason("settings.source.address"))
    return value


class _SourceConfig(SettingsTable):
    """Where rows come from: a database's address, and the query or table in it; empty: from files."""

    # Not shown: a password may be in it, where it should be in the environment.
    source: Annotated[str, BeforeValidator(_be_an_address), Field(repr=False)] = ""
    query: str = ""
    table: str = ""

    @property
    def place(self) -> str:
        """The address as it may be shown: filled in where the environment can, without user and password."""
        try:
            address = fill_address(self.source)
        except ParameterError:
            return show_address(self.source)
        return address.shown


def _check_source(info: ValidationInfo, key: str, example: str, *, given: bool) -> None:
    """Rows come from files or from a database, of which one query or one table is read."""
    if "source" not in info.data:  # told already
        return
    source, query, table = (info.data.get(name, "") for name in ("source", "query", "table"))
    if source and given:
        raise Mistake(Reason("settings.source.both", key=key))
    if source and bool(query.strip()) == bool(table.strip()):
        raise Mistake(Reason("settings.source.query_or_table"))
    alone = [name for name in ("query", "table", "key") if info.data.get(name)]
    if not source and alone:
        raise Mistake(Reason("settings.source.without", keys=alone))
    if not source and not given:
        raise Mistake(Reason("settings.missing", key=key, example=example))


class LayerConfig(_SourceConfig):
    """A boundary layer: its file or its source, the columns of code, name and parent, and how to read it.

    The `path` of a layer out of a database is where its rows are kept when they have been read.
    """

    path: Annotated[Path, Field("", validate_default=True)]
    _fetched: ClassVar[str] = "boundaries.parquet"

    @field_validator("path", mode="before")
    @classmethod
    def _place(cls, path: Any, info: ValidationInfo) -> Any:
        _check_source(info, "path", '"..."', given=path != "")
        if path == "" and info.data.get("source"):
            return place_fetched((info.context or {})["root"], cls._fetched)
        return _place_file(path, info)

    code: str = ""
    name: str = ""
    parent: str = ""
    crs: str = ""
    offset: Offset = "none"
    encoding: str = "auto"
    approval: str = ""
    aliases: dict[str, str] = Field(default_factory=dict)
    name_en: str = ""
    names_en: dict[str, str] = Field(default_factory=dict)
    crosswalk: Annotated[Path | None, BeforeValidator(_place_file)] = None


class GridConfig(LayerConfig):
    """The layer of grid cells, with further columns."""

    _fetched: ClassVar[str] = "grid.parquet"
    class_: str = Field("", alias="class")
    level: str = ""
    responsible: str = ""


class DistrictsConfig(LayerConfig):
    """The layer of the districts reported on, with the grid inside them."""

    code: str
    name: str
    grid: GridConfig | None = None


def _write_constant(value: Any) -> Any:
    """A constant as a cell would have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str | int | float | datetime) or value == "":
        raise Mistake(Reason("settings.constant"))
    return value


def _write_value(value: Any) -> Any:
    """Say what a value means, as text: numbers, true and false need no quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, int | float) else value


def _flatten(value: Any) -> Any:
    """``hazards.found = "..."`` without quotes is a table in a table to TOML: the same is meant."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for name, header in value.items():
        nested = isinstance(header, dict)
        flat |= {f"{name}.{one}": text for one, text in header.items()} if nested else {name: header}
    return flat


ValueText = Annotated[str, BeforeValidator(_write_value)]
Constant = Annotated[str | int | float | datetime, BeforeValidator(_write_constant)]


class _FilesConfig(_SourceConfig):
    """The files of a source, or its database, and how they are opened.

    `key`: the column of the database's rows that numbers them.
    """

    key: str = ""
    sheets: Texts | None = None
    encoding: str = "auto"
    files: Annotated[tuple[PathText, ...], OneOrMany, Field(validate_default=True)] = ()

    @field_validator("files")
    @classmethod
    def _need_files(cls, files: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        _check_source(info, "files", '["data/raw/..."]', given=bool(files))
        idle = [
            name
            for name, usual in (("sheets", None), ("encoding", "auto"))
            if info.data.get(name, usual) != usual
        ]
        if info.data.get("source") and idle:
            raise Mistake(Reason("settings.source.idle", keys=idle))
        return files

    @field_validator("sheets")
    @classmethod
    def _take_every_sheet(cls, sheets: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if not sheets or sheets == ("*",) else sheets

    @field_validator("encoding")
    @classmethod
    def _know_encoding(cls, encoding: str) -> str:
        try:
            return encoding if encoding in ("", "auto") else codecs.lookup(encoding).name
        except LookupError:
            raise Mistake(Reason("settings.encoding")) from None


def _find_twice(columns: Mapping[str, str]) -> list[Reason]:
    """Find headers that are mapped to more than one column."""
    users: dict[str, list[str]] = {}
    for column, header in columns.items():
        users.setdefault(unicodedata.normalize("NFKC", header).strip().casefold(), []).append(column)
    users.pop("", None)
    twice = [names for names in users.values() if len(names) > 1]
    return [Reason("settings.header_twice", header=columns[names[0]], columns=names) for names in twice]


class LedgerConfig(_FilesConfig):
    """A source of a ledger kind: its files, and what the reader cannot know by itself.

    `constants` supply columns that a table lacks; `district` supplies its district. Under `values`, a key that
    begins with ``~`` is a regular expression, and ``empty`` is the meaning of an empty cell. `at`: the number of the
    [[ledgers.KIND]], from 0; -1 for [ledgers.KIND].
    """

    form: Form = ROWS
    dates: Dates | None = None
    district: str = ""
    offset: Offset = "none"
    duplicates: Duplicates = "keep"
    constants: dict[str, Constant] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, ValueText]] = Field(default_factory=dict)
    _at: int = PrivateAttr(-1)

    @property
    def at(self) -> int:
        return self._at

    @field_validator("offset")
    @classmethod
    def _need_points(cls, offset: str, info: ValidationInfo) -> str:
        if offset != "none" and not {"lon", "lat"} <= set(_get_kind(info).columns):
            raise Mistake(Reason("settings.no_points"))
        return offset

    @field_validator("columns", "constants", "values")
    @classmethod
    def _know_columns(cls, given: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        check_known(given, _get_kind(info).columns)
        return given

    @field_validator("columns")
    @classmethod
    def _use_headers_once(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        if twice := _find_twice(columns):
            raise Mistake(*twice)
        return columns

    @field_validator("values")
    @classmethod
    def _know_values(cls, given: Mapping[str, Mapping[str, str]], info: ValidationInfo) -> Mapping[str, Any]:
        kind, mistakes = _get_kind(info), []
        for column, values in given.items():
            item = kind.fields[column]
            known = item.values
            told = [value for key, value in values.items() if key != EMPTY]
            check_known(told, known or told)
            for key in values:
                try:
                    re.compile(key.removeprefix(PATTERN) if key.startswith(PATTERN) else "")
                except re.error as error:
                    mistakes.append(Reason("settings.pattern", key=key, why=str(error)))
            if EMPTY in values and (item.type in DATE_TYPES or item.type == "text" or item.required):
                mistakes.append(Reason("settings.no_empty", column=column))
        if mistakes:
            raise Mistake(*mistakes)
        return given

    @property
    def empty(self) -> dict[str, str]:
        """Return the meaning of an empty cell in a column, if set; an empty string means unknown."""
        return {column: values[EMPTY] for column, values in self.values.items() if EMPTY in values}

    @property
    def mapped(self) -> dict[str, dict[str, str]]:
        """The values set by the user, by text or pattern."""
        return {
            column: {key: value for key, value in values.items() if key != EMPTY}
            for column, values in self.values.items()
        }


class SumsConfig(_FilesConfig):
    """Summary tables: numbers by district, such as monthly or quarterly reports, without rows behind them.

    `columns`: header by fact, and that of the districts if it is not recognised. `period`: the period of all files; if
    empty, each table's title, sheet or file name gives it. `kind` and `at`: the [ledgers.KIND] it is under, and its
    number.
    """

    form: Form = SUMS
    period: Annotated[str, BeforeValidator(_write_value)] = ""
    columns: Annotated[
        dict[str, str], BeforeValidator(_flatten), Field(examples=['{ "hazards.found" = "..." }'])
    ]
    _kind: str = PrivateAttr("")
    _at: int = PrivateAttr(-1)

    @property
    def kind(self) -> str:
        return self._kind

    @property
    def at(self) -> int:
        return self._at

    @property
    def facts(self) -> dict[str, str]:
        """Headers by fact."""
        return {name: header for name, header in self.columns.items() if name != DISTRICT}

    @field_validator("period")
    @classmethod
    def _know_period(cls, period: str) -> str:
        if period:
            parse_period(period)
        return period

    @field_validator("columns")
    @classmethod
    def _know_facts(cls, columns: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        known: Sequence[str] = (info.context or {})["facts"]
        check_known((name for name in columns if name != DISTRICT), known)
        wrong = [
            Reason("settings.sums.no_header", name=name)
            for name, header in columns.items()
            if not header.strip()
        ]
        if not set(columns) - {DISTRICT}:
            wrong.append(Reason("settings.sums.no_fact"))
        if wrong := [*wrong, *_find_twice(columns)]:
            raise Mistake(*wrong)
        return columns


def _get_kind(info: ValidationInfo) -> Kind:
    return cast(Kind, (info.context or {})["kind"])


class Target(SettingsTable):
    """A target (目标任务): a fact that a district (``*``: each district) should reach in a period."""

    indicator: Annotated[str, _know("facts")]
    district: str = "*"
    period: Annotated[str, BeforeValidator(str), Field(examples=['"2021"'])]
    at_least: Real

    @field_validator("period")
    @classmethod
    def _know_period(cls, period: str) -> str:
        parse_period(period)
        return period


class OwnReport(SettingsTable):
    """A report added by the workbook, made by every review beside the township reviews and the comparison.

    Its name is part of its file names: ``350921101.fire.zh.html``. `template`: a notebook in the workbook's
    notebooks/, or one of the package's; by default the name. `scope`: one for each ``district``, or one for the
    whole ``county``. `periods`: the kinds of period for which it is made.
    """

    name: str
    template: Annotated[str, Field(validate_default=True)] = ""
    title: Annotated[Words, Field(examples=['{ zh = "...", en = "..." }'])]
    scope: Scope = "district"
    periods: Annotated[Texts, _know("periods")] = PERIOD_KINDS

    @field_validator("name")
    @classmethod
    def _fit_file_names(cls, name: str) -> str:
        if not _REPORT_NAME.fullmatch(name) or name in (*LANGS, "brief"):
            raise Mistake(Reason("settings.report_name"))
        return name

    @field_validator("template")
    @classmethod
    def _be_a_bare_name(cls, template: str, info: ValidationInfo) -> str:
        if template.endswith(".ipynb") or "/" in template or "\\" in template:
            bare = re.split(r"[/\\]", template)[-1].removesuffix(".ipynb")
            raise Mistake(Reason("settings.report_template", bare=bare))
        return template or str(info.data.get("name", ""))


def _read_title(value: Any) -> Any:
    return value if value == "" else _read_words(value)


class _Workbook(SettingsTable):
    title: Annotated[dict[str, str] | Literal[""], BeforeValidator(_read_title)] = ""
    lang: Lang = "zh"
    as_of: Day | None = None
    sample: YesNo = False
    style: Style = "modern"
    fonts: Annotated[Path | None, BeforeValidator(_place_file)] = None
    issuer: str = ""
    contact: str = ""


def _read_season(value: Any) -> Any:
    """The first and the last day of a season, as month-day."""
    try:
        for day in value:
            date.fromisoformat(f"2000-{day}")
        first, last = value
    except (TypeError, ValueError):
        raise Mistake(Reason("settings.season")) from None
    return first, last


Season = Annotated[tuple[str, str] | None, BeforeValidator(_read_season)]


class _Indicators(SettingsTable):
    suppress_below: Whole = 5
    rounding: Literal[0, 5] = 0
    suppress: Annotated[Texts, _know("kinds")] = ("complaints", "disputes")
    flood_season: Season = None
    fire_season: Season = None

    @property
    def seasons(self) -> dict[str, tuple[str, str]]:
        return {name: days for name in SEASONS if (days := getattr(self, name))}


class Routine(SettingsTable):
    """What `taizhang routine` does, in this order, whenever it is started.

    `periods`: of a review, the last month, quarter, half or year that is past. `lang`: the languages of its reports; by
    default the workbook's.
    """

    steps: Annotated[Texts, _know("steps")] = ("ingest", "review", "status")
    periods: Annotated[Texts, _know("scales")] = ("month",)
    to: Annotated[Texts, _know("formats")] = DEFAULT_FORMATS
    lang: Annotated[Texts, _know("langs")] = ()


class Release(SettingsTable):
    """What `taizhang release` asks for: with `approval`, an approved note for each of the reports; with `sign`, signed
    copies of PDFs, by the certificate in that file."""

    approval: YesNo = False
    sign: Annotated[Path | None, BeforeValidator(_place_file)] = None


class _File(SettingsTable):
    """The whole file; each ledger is checked by itself, as its kind decides what fits."""

    workbook: _Workbook = _Workbook()
    boundaries: Annotated[DistrictsConfig, Field(examples=['{ path = "...", code = "...", name = "..." }'])]
    ledgers: dict[str, Any] = Field(default_factory=dict)
    indicators: _Indicators = _Indicators()
    targets: tuple[Target, ...] = ()
    reports: tuple[OwnReport, ...] = ()
    routine: Routine = Routine()
    release: Release = Release()


# The tables of the file by name, for the documentation to be compared with.
TABLES: dict[str, type[SettingsTable]] = {
    "workbook": _Workbook, "boundaries": DistrictsConfig, "boundaries.grid": GridConfig, "ledgers": LedgerConfig,
    "ledgers sums": SumsConfig,
    "indicators": _Indicators, "targets": Target, "reports": OwnReport,
    "routine": Routine, "release": Release,
}  # fmt: skip


class Config(_Workbook, _Indicators):
    """A checked workbook.toml. Paths are absolute; file patterns stay relative to `root`."""

    title: str = ""  # type: ignore[assignment]  # in the workbook's own language
    titles: Mapping[str, str] = Field(default_factory=dict)
    root: Path
    boundaries: LayerConfig
    grid: GridConfig | None = None
    ledgers: Mapping[str, tuple[LedgerConfig, ...]]  # the sources of each kind, in the file's order
    sums: tuple[SumsConfig, ...] = ()  # tables of numbers by district, of any kind
    targets: tuple[Target, ...] = ()
    reports: tuple[OwnReport, ...] = ()
    routine: Routine = Field(default_factory=Routine)
    release: Release = Field(default_factory=Release)
    made_from: Mapping[str, str] = Field(default_factory=dict)  # SHA-256 of workbook.toml as it was read
    held: Path | None = None  # where a run holds the state that it reads

    def name_title(self, lang: str) -> str:
        """The workbook's title in a language."""
        return self.titles.get(str(lang), self.title)

    @property
    def source(self) -> Path:
        """Where settings, notes and templates are read: the workbook's folder, or what a run holds of it."""
        return self.held or self.root

    @property
    def processed(self) -> Path:
        """The folder of an ingest's output, to be read."""
        return self.source / "data" / "processed"

    @property
    def cache(self) -> Path:
        """Where what can be worked out again is kept: not in a workbook that may only be read."""
        apart = self.held is not None and not self.held.is_relative_to(self.root)
        return (self.source if apart else self.root) / CACHE


def hold_path(root: Path, held: Path, path: Path) -> Path:
    """Where a run that holds the workbook's state in `held` has a file of it."""
    return held / (path.relative_to(root) if path.is_relative_to(root) else f"outside/{path.name}")


def find_root(start: Path) -> Path:
    """Find the nearest folder upwards from `start` that contains workbook.toml."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
        if os.path.lexists(folder / FILE):  # never the one above in its place
            raise ParameterError("settings.no_file", file=str(folder / FILE))
    raise ParameterError("settings.no_workbook", folder=start.name or str(start))


def locate_root(folder: str | os.PathLike[str] = "") -> Path:
    """Return the root of the workbook in `folder` or, if empty, of the nearest one upwards from the working
    directory."""
    if folder and not Path(folder).is_dir():
        raise ParameterError("settings.no_folder", folder=str(folder))
    return find_root(Path(folder) if folder else Path.cwd())


def read_config(
    root: Path, kinds: Mapping[str, Kind], facts: Iterable[str], *, held: Path | None = None
) -> Config:
    """Read workbook.toml, and check it against the ledger kinds and facts known in this workbook.

    With `held`, as a run holds it there; paths are relative to `root` all the same.
    """
    file = SettingsFile.read((held or root) / FILE)
    if file is None:
        raise ParameterError("settings.no_workbook", folder=root.name)
    facts = tuple(facts)
    whole = file.check(_File, root=root, kinds=tuple(kinds), facts=facts)
    tables: Any = file.data.get("ledgers")
    ledgers: dict[str, tuple[LedgerConfig, ...]] = {}
    sums: list[SumsConfig] = []
    for name in tables if isinstance(tables, dict) else ():
        if name not in kinds:
            file.add(("ledgers", name), "settings.unknown_ledger", kind=name, near=suggest(name, kinds))
            continue
        rows, others = _read_sources(file, tables, kinds[name], facts)
        if rows or not others:
            ledgers[name] = tuple(rows)
        sums += others
    for name, count in Counter(report.name for report in whole.reports).items() if whole else ():
        if count > 1:
            file.add(("reports", 0), "settings.report_twice", name=name, n=count)
    file.finish()
    assert whole is not None
    districts, grid = whole.boundaries, whole.boundaries.grid
    if grid and not grid.code:  # its codes stand in a column called as the districts'
        grid = grid.model_copy(update={"code": districts.code})
    titles = whole.workbook.title or dict.fromkeys(LANGS, root.name)
    own = dict(whole.workbook) | dict(whole.indicators)
    own |= {"title": titles[whole.workbook.lang], "titles": titles}
    own |= {"root": root, "boundaries": districts.model_copy(update={"grid": None}), "grid": grid}
    own |= {"made_from": {FILE: file.sha256}, "held": held}
    if held is not None and districts.crosswalk is not None:
        place = hold_path(root, held, districts.crosswalk)
        own["boundaries"] = own["boundaries"].model_copy(update={"crosswalk": place})
    return Config.model_construct(
        **own,
        ledgers=ledgers,
        sums=tuple(sums),
        targets=whole.targets,
        reports=whole.reports,
        routine=whole.routine,
        release=whole.release,
    )


def _read_sources(
    file: SettingsFile, tables: Mapping[str, Any], kind: Kind, facts: tuple[str, ...]
) -> tuple[list[LedgerConfig], list[SumsConfig]]:
    """The sources of a kind, one [ledgers.KIND] or several [[ledgers.KIND]]: those of rows, and those of sums."""
    given = tables[kind.name]
    places: list[KeyPath] = [("ledgers", kind.name)]
    if isinstance(given, list):
        places = [("ledgers", kind.name, number) for number in range(len(given))]
    found: list[LedgerConfig] = []
    sums: list[SumsConfig] = []
    for at, place in enumerate(places):
        number = at if isinstance(given, list) else -1
        table = given[at] if isinstance(given, list) else given
        if isinstance(table, dict) and table.get("form") == SUMS:
            if (one := file.check(SumsConfig, place, kind=kind, facts=facts)) is not None:
                one._kind, one._at = kind.name, number
                sums.append(one)
        elif (source := file.check(LedgerConfig, place, kind=kind)) is not None:
            source._at = number
            found.append(source)
    told = [one.duplicates for one in found if "duplicates" in one.model_fields_set]
    if len(set(told)) > 1:
        file.add(places[0], "settings.duplicates_differ", kind=kind.name, values=told)
    # What one of them says of duplicates holds for all: they are compared with each other.
    return [one.model_copy(update={"duplicates": told[0]}) if told else one for one in found], sums


def name_source(kind: str, source: LedgerConfig | SumsConfig) -> Reason | str:
    """Name a source for messages: [ledgers.hazards], or [[ledgers.hazards]] with its number."""
    return write_table(("ledgers", kind, source.at) if source.at >= 0 else ("ledgers", kind))


def list_files(config: Config, ledger: LedgerConfig | SumsConfig) -> tuple[list[Path], list[str]]:
    """Return the files of a ledger on this machine sorted by name (2月 before 10月), and the patterns that match none.

    Files not written by people are skipped: lock files of Excel and WPS (``~$...``, ``.~...``), files that macOS and
    Windows leave in folders (``._...``, ``.DS_Store``, ``Thumbs.db``), and other hidden files.
    """
    found: dict[Path, None] = {}
    missing = []
    for pattern in ledger.files:
        if is_address(pattern):  # what is elsewhere is listed there
            continue
        place = Path(pattern)
        if place.is_absolute():
            base = Path(place.anchor)
            matches = base.glob(str(place.relative_to(base)))
        else:
            matches = config.root.glob(pattern)
        # A link to nothing is a ledger that can't be read, which is told; so is what is neither file nor folder.
        paths = [p for p in matches if not p.is_dir() and not is_left_behind(p.name)]
        paths.sort(key=lambda path: _split_figures(str(path)))
        if not paths:
            missing.append(pattern)
        found.update(dict.fromkeys(paths))
    return list(found), missing


def is_left_behind(name: str) -> bool:
    """Return whether a file is none of people's, by its name."""
    return name.startswith(("~$", ".")) or name.lower() in ("thumbs.db", "desktop.ini", "icon\r")


def _split_figures(text: str) -> list[tuple[int, str]]:
    """Return a text's sort key, by the numbers in it rather than their digits."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text)]


def show_layer(config: Config, layer: LayerConfig) -> str:
    """Name a layer for output: its file, or its database without user and password, with the table."""
    return f"{layer.place}!{layer.table}".rstrip("!") if layer.source else show_path(config, layer.path)


def show_path(config: Config, path: Path) -> str:
    """Write a path for output: relative to the workbook if inside it, with POSIX separators."""
    try:
        return path.relative_to(config.root).as_posix()
    except ValueError:
        return path.name
