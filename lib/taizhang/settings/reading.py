"""Validation of a settings file: reports all mistakes at once, each with its line, as reasons."""

import hashlib
import io
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    ValidationError,
    model_validator,
)

from taizhang.core.errors import ParameterError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason, parse_toml, suggest

KeyPath = tuple[str | int, ...]  # keys and list positions that lead to a value, as in data["targets"][0]


MOST_BYTES = 4 * 1024**2  # of a settings file


class Mistake(ValueError):
    """A mistake found by a validator; the value and the place are added to its reasons later."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*(reason.code for reason in reasons))
        self.reasons = reasons


def check_known(names: Iterable[str], known: Iterable[str]) -> None:
    """Check that each name is known."""
    known = list(known)
    if wrong := [name for name in names if name not in known]:
        raise Mistake(*(Reason("settings.unknown", name=name, near=suggest(name, known)) for name in wrong))


class SettingsTable(BaseModel):
    """A table of a settings file, which refuses unknown keys."""

    # Built when first used: a review with nothing to make reads neither risk.toml nor assessment.toml.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _remember(cls, data: Any, info: Any) -> Any:
        """Remember a table's keys, so that a message on an unknown key can name the known ones."""
        if info.context is not None:
            info.context["models"][id(data)] = cls
        return data

    @classmethod
    def list_keys(cls) -> list[str]:
        """The keys as written in the file."""
        return [field.alias or name for name, field in cls.model_fields.items()]


T = TypeVar("T", bound=SettingsTable)


def build_tables() -> None:
    """Build all settings tables defined so far, so that forked processes find them ready."""
    waiting = [SettingsTable]
    while waiting:
        table = waiting.pop()
        table.model_rebuild()
        waiting += table.__subclasses__()


def _read_day(value: Any) -> Any:
    """A day, or its text as 2022-01-31."""
    try:
        day = date.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        day = None
    if isinstance(day, datetime) or not isinstance(day, date):
        raise Mistake(Reason("settings.day"))
    return day


Real = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]
YesNo = Annotated[bool, Strict()]
Day = Annotated[date, BeforeValidator(_read_day)]
# As people on Windows write it, with the separator that every system reads.
PathText = Annotated[str, AfterValidator(lambda path: path.replace("\\", "/"))]
OneOrMany = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
Texts = Annotated[tuple[str, ...], OneOrMany]

_CODES = {
    "string_type": "text", "bool_type": "yes_or_no", "bool_parsing": "yes_or_no", "int_type": "whole_number",
    "float_type": "number", "finite_number": "number", "literal_error": "choice", "union_tag_invalid": "choice",
    "model_type": "table", "model_attributes_type": "table", "dict_type": "table", "list_type": "list",
    "tuple_type": "list", "greater_than": "above", "greater_than_equal": "at_least", "less_than_equal": "at_most",
    "string_too_short": "empty",
}  # fmt: skip


def find_place(error: tomllib.TOMLDecodeError) -> Reason:
    """Return where a TOML file is invalid: Python says so only in English, with line and column at the end."""
    if found := re.search(r"line (\d+), column (\d+)", str(error)):
        return Reason("settings.toml_place", line=int(found[1]), column=int(found[2]))
    return Reason("settings.toml_end")


class SettingsFile:
    """A file's tables, and all mistakes in them.

    `name`: its name in messages, or empty. `text`: the TOML from which `data` was parsed, for line numbers.
    `sha256` is of the bytes that were read.
    """

    sha256 = ""

    def __init__(self, name: str, data: Mapping[str, Any], text: str = "") -> None:
        self.name, self.data, self._text = name, data, text
        self._reasons: list[tuple[int, Reason]] = []

    @classmethod
    def parse(cls, name: str, text: str) -> Self:
        try:
            return cls(name, parse_toml(text), text)
        except tomllib.TOMLDecodeError as error:
            raise ParameterError("settings.no_toml", file=name, place=find_place(error)) from None
        except RecursionError:
            raise ParameterError("settings.too_deep", file=name) from None

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a settings file; None if it does not exist."""
        try:
            # A folder, a link to nothing, or a pipe, which would wait for ever.
            if not path.is_file() and os.path.lexists(path):
                raise ParameterError("settings.no_file", file=path.name)
            if path.stat().st_size > MOST_BYTES:
                raise ParameterError("settings.too_long", file=path.name, megabytes=MOST_BYTES // 1024**2)
            data = path.read_bytes()
            file = cls.parse(path.name, io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig").read())
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise ParameterError("settings.no_utf8", file=path.name, why=tell_error(error)) from None
        file.sha256 = hashlib.sha256(data).hexdigest()
        return file

    def check(self, model: type[T], place: KeyPath = (), **context: Any) -> T | None:
        """Return the table at a place, {} if there is none; None if it has mistakes, which are kept for `finish`."""
        data: Any = self.data
        for part in place:
            data = data[part] if isinstance(part, int) else data.get(part, {})
        context["models"] = {}
        try:
            return model.model_validate(data, context=context)
        except ValidationError as wrong:
            for error in wrong.errors(include_url=False):
                self._take(error, data, place, context["models"])
        return None

    def add(self, place: KeyPath, code: str, **parameters: Any) -> None:
        """Record a mistake found elsewhere."""
        self._keep(place, Reason(code, where=_write_place(place), **parameters))

    def finish(self) -> None:
        """Raise all mistakes as one error, in the order of their lines."""
        if self._reasons:
            ordered = sorted(dict.fromkeys(self._reasons), key=lambda kept: kept[0])
            raise ParameterError.of(self._say_where(*kept) for kept in ordered)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        """Found once: a thousand mistakes are told in no time."""
        return find_lines(self._text)

    def _say_where(self, line: int, reason: Reason) -> Reason:
        code = "settings.at_line" if line else "settings.in_file"
        return Reason(code, file=self.name, line=line, reason=reason) if self.name else reason

    def _keep(self, place: KeyPath, reason: Reason) -> None:
        lines = self._lines
        line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 0)
        self._reasons.append((line, reason))

    def _take(
        self, error: Mapping[str, Any], data: Any, place: KeyPath, models: Mapping[int, type[SettingsTable]]
    ) -> None:
        """Convert a pydantic error to a reason."""
        below, parent = _strip_tags(error["loc"], data)
        place += below
        key, where, value = str(place[-1]) if place else "", _write_place(place), show_value(error["input"])
        kind, more = error["type"], error.get("ctx", {})
        if kind == "extra_forbidden":
            found = suggest(key, models[id(parent)].list_keys())
            unknown = Reason("settings.unknown_key", key=key, place=write_table(place[:-1]), near=found)
            self._keep(place, unknown)
        elif kind == "missing":
            fields = models[id(parent)].model_fields
            field = next(one for name, one in fields.items() if key in (name, one.alias))
            usual = '"..."' if field.annotation is str else Reason("settings.a_number")
            self._miss(place[:-1], key, (field.examples or [usual])[0])
        elif kind == "union_tag_not_found":
            self._miss(place, "kind", '"..."')
        elif kind == "value_error":
            for reason in more["error"].reasons:
                if reason.code.startswith("settings."):
                    given = {"where": where, "value": value, "place": write_table(place[:-1])}
                    given |= dict(reason.parameters)
                    self._keep(place, Reason(reason.code, **given))
                else:
                    self._keep(place, Reason("settings.of_value", where=where, reason=reason))
        else:
            known = re.findall(r"'([^']*)'", more.get("expected", more.get("expected_tags", "")))
            if kind == "union_tag_invalid":
                where, value = _write_place((*place, "kind")), show_value(error["input"]["kind"])
            near = suggest(value.strip("'"), known) if known else ""
            limit = next((f"{more[sign]:g}" for sign in ("gt", "ge", "le") if sign in more), "")
            code = _CODES.get(kind, "not_understood")
            if code == "list" and len(place) == 1:
                code = "list_of_tables"
            self._keep(place, Reason(f"settings.{code}", where=where, value=value, near=near, limit=limit))

    def _miss(self, table: KeyPath, key: str, example: object) -> None:
        code = "settings.missing" if table else "settings.missing_at_top"
        self._keep((*table, key), Reason(code, place=write_table(table), key=key, example=example))


def _strip_tags(loc: KeyPath, data: Any) -> tuple[KeyPath, Any]:
    """pydantic's place without the kinds that it puts between, and the table that holds the last key."""
    place: list[str | int] = []
    parent = data
    for at, part in enumerate(loc):
        if at and isinstance(loc[at - 1], int) and isinstance(data, dict) and data.get("kind") == part:
            continue
        inside = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if inside or at == len(loc) - 1:
            place.append(part)
            parent = data
        if inside:
            data = data[part]
    return tuple(place), parent


def write_table(place: KeyPath) -> Reason | str:
    """Name a table as in the file: [boundaries.grid], or [[targets]] with its number."""
    at = next((at for at, part in enumerate(place) if isinstance(part, int)), 0)
    if not at:
        return f"[{'.'.join(map(str, place))}]" if place else Reason("settings.top")
    head = f"[[{'.'.join(map(str, place[:at]))}]]"
    below = ".".join(str(part) for part in place[at + 1 :] if isinstance(part, str))
    return Reason("settings.numbered", table=head, n=int(place[at]) + 1, below=f" {below}" if below else "")


def _write_place(place: KeyPath) -> Reason | str:
    """A key and the table it stands in."""
    if len(place) > 2 and isinstance(place[-1], int):
        place = place[:-1]  # one of a list within a table
    if len(place) < 2:
        return "".join(map(str, place))
    if isinstance(place[-1], int):
        return write_table(place)
    return Reason("settings.place_key", place=write_table(place[:-1]), key=place[-1])


def show_value(value: Any) -> str:
    """Write a value for messages, close to how the file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | time) else repr(value)


_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_HEAD = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_LONG = re.compile(r'"""[\s\S]*?"""|' r"'''[\s\S]*?'''")
_QUIET = re.compile(r'"(?:\\.|[^"\\])*"|' r"'[^']*'|#.*")


def find_lines(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of each table and key of a valid TOML file; keys of inline tables have their
    table's line."""
    lines: dict[KeyPath, int] = {}
    seen: Counter[KeyPath] = Counter()
    table: KeyPath = ()
    depth = 0
    whole = _LONG.sub(lambda found: "''" + "\n" * found[0].count("\n"), text)
    for number, line in enumerate(whole.split("\n"), 1):
        if depth == 0 and (head := _HEAD.match(line)):
            table = tuple(_follow(_split_key(head[2]), seen, new=head[1] == "[["))
            lines[table] = number
        elif depth == 0 and (key := _KEY.match(line)):
            lines.setdefault(table + tuple(_split_key(key[1])), number)
        quiet = _QUIET.sub("", line)
        depth += sum(map(quiet.count, "[{")) - sum(map(quiet.count, "]}"))
    return lines


def _split_key(text: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, text)]


def _follow(parts: Sequence[str], seen: Counter[KeyPath], *, new: bool) -> Iterator[str | int]:
    """A header's keys, with the number of the [[table]] that each is in."""
    path: KeyPath = ()
    for at, part in enumerate(parts):
        path += (part,)
        yield part
        if new and at == len(parts) - 1:
            seen[path] += 1
        if seen[path]:
            yield seen[path] - 1
            path += (seen[path] - 1,)
