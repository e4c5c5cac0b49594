"""Ledger kinds and their fields, read from YAML: the built-in ones and a user's own.

A field shared by kinds is defined once in ``fields.yml``; a kind's file lists its fields in order and may override
keys of a shared one. Schemas, labels, templates and the data dictionary are all derived from these files.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from taizhang.core.errors import ParameterError
from taizhang.core.loading import DoubledKeyError, parse_written_yaml, parse_yaml
from taizhang.core.outside import tell_error
from taizhang.core.privacy import is_personal_header
from taizhang.core.reasons import Label, Reason, suggest

HERE = Path(__file__).parent
FIELD_TYPES = tuple("text date datetime month year integer number boolean category count_or_names".split())
DATE_TYPES = ("date", "datetime", "month")
DATED_TYPES = ("date", "datetime")  # of these a ledger table has the precision, in `<column>_precision`
NUMBER_TYPES = ("integer", "number", "year", "count_or_names")
EMPTY = ("unknown", "none", "nought")
CHECK_DIGITS = ("", "credit_code")
PREMISES = "premises"  # the register, and the column of other kinds that names what stands in it
PREMISES_KEY = "premises_key"  # the column in which a table has the premises that each row was linked to
_KIND_KEYS = ("kind", "title", "row", "date", "term", "year", "id", "same", "fields", "rules", "example")


class _Titled:
    """Something with a title in zh and en."""

    title: Mapping[str, str]

    def label(self, lang: str) -> str:
        """The title, zh or en."""
        return self.title[lang]


@dataclass(frozen=True)
class Value:
    """One value of a category (or of a yes-or-no field) and the ways it may be written."""

    name: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()

    def label(self, lang: str) -> str:
        """The value in words, zh or en."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Unit:
    """A unit: its dimension, its size in the smallest unit of that dimension, and how it is written."""

    name: str
    zh: str
    en: str
    dimension: str
    size: float
    aliases: tuple[str, ...] = ()

    def label(self, lang: str) -> str:
        """The unit in words, zh or en."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Asked:
    """Headers or values of a column that may mean something else, so that the user is asked.

    `headers`: after ``~`` a regular expression, matched anywhere in the header (folded, without brackets). `values` are
    whole cells. `why`: the other possible meaning.
    """

    headers: tuple[str, ...]
    values: tuple[str, ...]
    why: Label


@dataclass(frozen=True)
class Field(_Titled):
    """A ledger column: its canonical name, one of `FIELD_TYPES`, and the name of its unit ('' for none).

    A row without a readable value in a `required` field is set aside; `personal` fields (names, phones) stay in
    data/processed. `aliases` are other headers, more specific ones first: if two columns claim the field, the earlier
    alias wins. `values`: a category's canonical values; for a boolean, further ways to write "true" and "false".
    `min` and `max` are inclusive limits. `future`: whether a date may lie in the future (a deadline, an expiry).
    `splits`: the text column whose numbered items this column counts, or ''. `empty`, one of `EMPTY`: the meaning of an
    empty cell in a table that has the column: unknown; not yet or none, if any row of the kind fills it in; or
    zero, if nobody ever wrote 0 and some wrote more. `unanswered`: words that are not an answer in this column,
    though they are elsewhere (无 for whether somebody was satisfied). `asked`: headers and values that may mean
    this field. `guessed`: of a user's own kind, whether it is personal by its headers alone.
    `check_digit`, one of `CHECK_DIGITS`: of a text of the code's length, the check digit must be right.
    """

    name: str
    type: str
    required: bool = False
    personal: bool = False
    unit: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    min: float | None = None
    max: float | None = None
    future: bool = False
    splits: str = ""
    empty: str = "unknown"
    unanswered: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    guessed: bool = False
    check_digit: str = ""


@dataclass(frozen=True)
class RowCheck(_Titled):
    """A contradiction within a row, which is counted and listed, but never corrected.

    ``order``: the first column must not be after (or above) the second. ``when`` with ``needs``: rows with
    these category values must have one of the columns; with ``without``: must have none of them.
    """

    name: str
    title: Mapping[str, str]
    order: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind(_Titled):
    """A ledger kind: its name, what one `row` is (zh and en), its fields in order, and its rules.

    `date` is the column that puts a row into a period ('' for kinds without one), `term` the column with a row's school
    term, `year` the column with the year that it is for. `id` and `same` are the columns by which duplicate rows are
    suspected. `example`: a row for the blank form, by column, in zh and en; a category's value by its name.
    """

    name: str
    title: Mapping[str, str]
    row: Mapping[str, str]
    fields: Mapping[str, Field]
    date: str = ""
    term: str = ""
    year: str = ""
    id: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    rules: tuple[RowCheck, ...] = ()
    example: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical columns, in order."""
        return tuple(self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a row is set aside."""
        return tuple(name for name, item in self.fields.items() if item.required)

    @property
    def years(self) -> str:
        """The column of years by which its rows belong to periods; '' for kinds with days, and without either."""
        return (
            self.date
            if self.date and self.fields[self.date].type == "year"
            else ""
            if self.date
            else self.year
        )

    @property
    def personal(self) -> tuple[str, ...]:
        """Columns that no report shows."""
        return tuple(name for name, item in self.fields.items() if item.personal)


def find_premises_columns(kind: Kind) -> tuple[str, str] | None:
    """Return the columns of a kind that name or number a row's premises; None if it has none.

    Kinds with personal premises columns, or with a key of their own, are skipped.
    """
    name = "name" if kind.name == PREMISES else PREMISES
    number = f"{PREMISES}_id"
    there = [column for column in (name, number) if column in kind.fields]
    if not there or PREMISES_KEY in kind.fields or any(kind.fields[column].personal for column in there):
        return None
    return name, number


_FIELD_KEYS, _RULE_KEYS = (tuple(one.name for one in fields(of))[1:] for of in (Field, RowCheck))
_FIELD_KEYS = tuple(key for key in _FIELD_KEYS if key != "guessed")


@dataclass(frozen=True)
class Forms:
    """What forms make of headers, and the columns that they add.

    Patterns of what stands `before` and `after` what a question asks for, of `which` (属于哪个) and of a `hint`; by
    kind the `subjects` that its questions name again. `columns`: words by what such a column is; `beside`: headers
    that are the form's in a table that has one of these others; `asked`: that a form's time may be the row's date;
    `skipped`: what is written for a question not answered, in tables with a header of `skipped_beside`. `sort`: 哪种
    before what the type is asked of; `case`: a condition before the question; `now`: what says no more than the time.
    `void`: what in a column of `void_headers` says that an entry was withdrawn or refused.
    """

    before: re.Pattern[str]
    after: re.Pattern[str]
    which: re.Pattern[str]
    hint: re.Pattern[str]
    subjects: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, tuple[str, ...]]
    asked: Asked
    skipped: tuple[str, ...]
    skipped_beside: tuple[str, ...]
    sort: re.Pattern[str]
    case: re.Pattern[str]
    now: re.Pattern[str]
    void: tuple[str, ...]
    void_headers: tuple[str, ...]


@dataclass(frozen=True)
class Shared:
    """The contents of fields.yml for all kinds: units, words, and the shared fields as written."""

    units: Mapping[str, Unit]
    generic: tuple[str, ...]
    qualified: Asked
    ignored: Mapping[str, tuple[str, ...]]
    booleans: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    totals: tuple[str, ...]
    notes: tuple[str, ...]
    disasters: tuple[tuple[str, ...], ...]
    warned_by: Mapping[str, tuple[str, ...]]
    forms: Forms
    fields: Mapping[str, Mapping[str, Any]]


@cache
def load_shared() -> Shared:
    """Read fields.yml: units with conversions, words, shared fields."""
    data = parse_yaml((HERE / "fields.yml").read_text("utf-8"))
    return Shared(
        units={name: _make_unit(name, **given) for name, given in data["units"].items()},
        generic=_texts(data["generic"]),
        qualified=_read_asked(data["qualified"])[0],
        ignored={what: _texts(words) for what, words in data["ignored"].items()},
        booleans={answer: _texts(words) for answer, words in data["booleans"].items()},
        missing=_texts(data["missing"]),
        unknown=_texts(data["unknown"]),
        totals=_texts(data["rows"]["total"]),
        notes=_texts(data["rows"]["note"]),
        disasters=tuple(map(_texts, data["disasters"])),
        warned_by={kind: _texts(others) for kind, others in data["warned_by"].items()},
        forms=_read_forms(data["forms"]),
        fields=data["fields"],
    )


def _read_forms(given: Mapping[str, Any]) -> Forms:
    return Forms(
        before=re.compile(f"^(?:{'|'.join(given['before'].split())})"),
        after=re.compile(f"(?:{'|'.join(given['after'].split())})$"),
        which=re.compile(given["which"]),
        hint=re.compile(given["hint"]),
        subjects={kind: tuple(words.split()) for kind, words in given["subjects"].items()},
        columns={what: _texts(words) for what, words in given["columns"].items()},
        beside={header: _texts(others) for header, others in given["beside"].items()},
        asked=_read_asked(given["asked"])[0],
        skipped=_texts(given["skipped"]["values"]),
        skipped_beside=_texts(given["skipped"]["beside"]),
        sort=re.compile(given["sort"]),
        case=re.compile(given["case"]),
        now=re.compile(given["now"]),
        void=_texts(given["void"]["values"]),
        void_headers=_texts(given["void"]["headers"]),
    )


def load_kinds(extra: Path | None = None) -> Mapping[str, Kind]:
    """Read the ledger kinds by name: the built-in ones in a fixed order, then others and the user's by file name.

    `extra` is a workbook's ``ledgers/`` folder: each ``*.yml`` in it is a kind of the user's own, in the same form.
    Raises ParameterError naming everything wrong with these files.
    """
    if extra is None or not extra.is_dir():
        return _load_builtin()
    files = sorted(extra.glob("*.yml")) + sorted(extra.glob("*.yaml"))
    return _load_with(tuple((path, path.stat().st_mtime_ns) for path in files))


_ORDER = (
    "hazards inspections drills plans incidents losses complaints disputes warnings duty_checks weather teams "
    "supplies shelters publicity actions schools population premises investigations responses relief reports_up"
).split()


@cache
def _load_builtin() -> Mapping[str, Kind]:
    later = sorted(path.stem for path in (HERE / "ledgers").glob("*.yml") if path.stem not in _ORDER)
    return MappingProxyType(
        {name: _read_kind(HERE / "ledgers" / f"{name}.yml") for name in (*_ORDER, *later)}
    )


@cache
def _load_with(files: tuple[tuple[Path, int], ...]) -> Mapping[str, Kind]:
    kinds = dict(_load_builtin())
    problems: list[Reason] = []
    for path, _ in files:
        try:
            kind = _read_kind(path, parse_written_yaml, own=True)
        except ParameterError as error:
            problems += error.reasons
            continue
        if kind.name in kinds:
            twice = Reason("metadata.kind.twice", name=kind.name)
            problems.append(Reason("metadata.kind.in_file", file=path.name, problem=twice))
        kinds[kind.name] = kind
    if problems:
        raise ParameterError.of(problems)
    return MappingProxyType(kinds)


def _read_kind(path: Path, parse: Callable[[str], Any] = parse_yaml, *, own: bool = False) -> Kind:
    """Read one kind's YAML, collecting all faults in it; `own`: a workbook's, in which nobody looked for persons."""
    try:
        data = parse(path.read_text("utf-8"))
    except DoubledKeyError as error:
        doubled = Reason("metadata.doubled", key=error.key, line=error.line)
        raise _refuse(path, [doubled]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _refuse(path, [Reason("metadata.kind.no_yaml", error=tell_error(error))]) from None
    if not isinstance(data, dict) or not isinstance(data.get("fields"), dict):
        raise _refuse(path, [Reason("metadata.kind.keys", keys=("kind", "title", "row", "fields"))])
    problems = _unknown_keys(data, _KIND_KEYS, Reason("metadata.kind.the_kind"))
    name = str(data.get("kind") or path.stem)
    if not name.isidentifier():
        problems.append(Reason("metadata.kind.name", name=name))
    columns: dict[str, Field] = {}
    for column, given in data["fields"].items():
        given = {} if given is None else given
        if not isinstance(given, dict):
            problems.append(Reason("metadata.kind.mapping", field=str(column)))
            continue
        where = Reason("metadata.kind.field", field=str(column))
        problems += _unknown_keys(given, _FIELD_KEYS, where)
        try:
            made = _make_field(str(column), given)
            columns[str(column)] = _guess_personal(made) if own and "personal" not in given else made
        except ParameterError as error:
            problems += [Reason("metadata.kind.of", where=where, problem=reason) for reason in error.reasons]
    if "district" not in columns:  # its rows are of the whole area, or of the district that a title names
        columns = {"district": _make_field("district", {}), **columns}
    rules: list[RowCheck] = []
    words: dict[str, Mapping[str, str]] = {}
    for key in ("title", "row"):
        try:
            words[key] = _words(data.get(key), name)
        except ParameterError as error:
            problems += [Reason("metadata.kind.of", where=key, problem=reason) for reason in error.reasons]
    for rule, given in (data.get("rules") or {}).items():
        problems += _unknown_keys(given, _RULE_KEYS, Reason("metadata.kind.rule", rule=str(rule)))
        title = _words(given.get("title"), str(rule))
        when = {key: _texts(value) for key, value in (given.get("when") or {}).items()}
        order, needs, without = (_texts(given.get(key)) for key in ("order", "needs", "without"))
        rules.append(RowCheck(str(rule), title, order, when, needs, without))
    named: dict[str | Reason, tuple[str, ...]] = {
        key: _texts([data[key]] if data.get(key) else []) for key in ("date", "term", "year")
    }
    named |= {key: _texts(data.get(key)) for key in ("id", "same")}
    example = data.get("example") or {}
    if not isinstance(example, dict):
        problems.append(Reason("metadata.kind.mapping", field="example"))
        example = {}
    named["example"] = _texts(list(example))
    named |= {
        Reason("metadata.kind.rule", rule=r.name): (*r.order, *r.when, *r.needs, *r.without) for r in rules
    }
    problems += [
        Reason("metadata.kind.no_field", where=where, column=column, near=suggest(column, columns))
        for where, given in named.items()
        for column in given
        if column not in columns
    ]
    if problems:
        raise _refuse(path, problems)
    date, term, year = (next(iter(named[key]), "") for key in ("date", "term", "year"))
    return Kind(
        name,
        **words,
        fields=columns,
        date=date,
        term=term,
        year=year,
        id=named["id"],
        same=named["same"],
        rules=tuple(rules),
        example={column: _words(_write_key(given), "") for column, given in example.items()},
    )


def _make_unit(name: str, title: dict[str, str], dimension: str, size: float, aliases: list[str]) -> Unit:
    return Unit(name, title["zh"], title["en"], dimension, float(size), _texts(aliases))


def _make_field(name: str, given: Mapping[str, Any]) -> Field:
    merged = {**load_shared().fields.get(name, {}), **given}
    kind = merged.get("type")
    if kind not in FIELD_TYPES:
        raise ParameterError("metadata.kind.type", type=str(kind), known=FIELD_TYPES)
    unit = str(merged.get("unit") or "")
    units = load_shared().units
    if unit and unit not in units:
        raise ParameterError("metadata.kind.unit", unit=unit, near=suggest(unit, units))
    values = {}
    for value, words in (merged.get("values") or {}).items():
        key = str(_write_key(value))
        words = words if isinstance(words, dict) else {"aliases": words or []}
        if unknown := _unknown_keys(words, ("zh", "en", "aliases"), Reason("metadata.kind.value", value=key)):
            raise ParameterError.of(unknown)
        zh, en = str(words.get("zh", key)), str(words.get("en", key))
        values[key] = Value(key, zh, en, _texts(words.get("aliases")))
    if kind == "category" and not values:
        raise ParameterError("metadata.kind.no_values")
    empty = str(merged.get("empty") or EMPTY[0])
    if empty not in EMPTY:
        raise ParameterError("metadata.kind.empty", empty=empty, known=EMPTY)
    check_digit = str(merged.get("check_digit") or "")
    if check_digit not in CHECK_DIGITS:
        raise ParameterError("metadata.kind.check_digit", given=check_digit, known=CHECK_DIGITS[1:])
    rest: dict[str, Any] = {
        "empty": empty,
        "check_digit": check_digit,
        "min": merged.get("min"),
        "max": merged.get("max"),
    }
    rest |= {key: bool(merged.get(key)) for key in ("required", "personal", "future")}
    rest |= {"title": _words(merged.get("title"), name), "description": _words(merged.get("description"), "")}
    rest |= {"aliases": _texts(merged.get("aliases")), "splits": str(merged.get("splits") or "")}
    rest |= {"unanswered": _texts(merged.get("unanswered")), "asked": _read_asked(merged.get("asked"))}
    return Field(name, kind, unit=unit, values=values, **rest)


def _guess_personal(item: Field) -> Field:
    """The field, as personal if it is one of names or telephones by what it is called."""
    number = item.type in ("integer", "number")
    if item.personal or not (number or item.type == "text"):
        return item
    called = (item.name, *item.title.values(), *item.aliases)
    guessed = any(is_personal_header(one, number=number) for one in called)
    return replace(item, personal=True, guessed=True) if guessed else item


def _write_key(value: object) -> object:
    """A bare true or false in YAML is a bool: both spellings mean the same here."""
    return str(value).lower() if isinstance(value, bool) else value


def _read_asked(given: object) -> tuple[Asked, ...]:
    where = Reason("metadata.kind.asked")
    told = []
    for one in given if isinstance(given, list) else [given] if given else []:
        if not isinstance(one, dict) or not one.get("why"):
            raise ParameterError("metadata.kind.asked_keys")
        if unknown := _unknown_keys(one, ("headers", "values", "why"), where):
            raise ParameterError.of(unknown)
        headers, values = _texts(one.get("headers")), _texts(one.get("values"))
        for pattern in (word[1:] for word in headers if word.startswith("~")):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ParameterError("metadata.kind.asked_pattern", pattern=pattern, why=str(error)) from None
        told.append(Asked(headers, values, Label(**_words(one["why"], ""))))
    return tuple(told)


def _words(given: object, default: str) -> Mapping[str, str]:
    """A text in zh and en; a single text is used for both, and a missing language takes the other's."""
    if isinstance(given, dict):
        if unknown := [key for key in given if key not in ("zh", "en")]:
            # In {zh: a, en: b, c} the rest of an unquoted text becomes a key: never lose it.
            raise ParameterError("metadata.kind.languages", text=str(given), key=unknown[0])
        texts = {lang: str(given[lang]) for lang in ("zh", "en") if given.get(lang)}
        other = next(iter(texts.values()), default)
        return {lang: texts.get(lang, other) for lang in ("zh", "en")}
    text = default if given is None else str(given)
    return {"zh": text, "en": text}


def _texts(given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    return tuple(str(item) for item in given) if isinstance(given, (list, tuple)) else (str(given),)


def _refuse(path: Path, problems: list[Reason]) -> ParameterError:
    return ParameterError.of(
        Reason("metadata.kind.in_file", file=path.name, problem=problem) for problem in problems
    )


def _unknown_keys(given: Mapping[str, Any], known: tuple[str, ...], where: Reason) -> list[Reason]:
    return [
        Reason("metadata.kind.unknown_key", where=where, key=str(key), near=suggest(key, known))
        for key in given
        if key not in known
    ]
