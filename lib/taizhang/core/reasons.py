"""Reasons as data: a code and its parameters, worded only at the end, in the reader's language."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from taizhang.core.privacy import mask_numbers
from taizhang.core.terminal import show_controls
from taizhang.core.wording import Words, fill, read_catalogue

LANGUAGES = ("zh", "en")
MOST_VALUES = 5
_CATALOGUES = Path(__file__).parents[1] / "metadata" / "messages"
_chosen: list[str] = []


@dataclass(frozen=True)
class Label:
    """A message parameter that differs by language, such as a column's title or a unit."""

    zh: str
    en: str


@dataclass(frozen=True, init=False)
class Reason:
    """Why something is so: a dotted key of metadata/messages/, such as ``ledgers.date.no_such_day``.

    `parameters`, by name in order, fill the placeholders of its words: text, numbers, labels, other reasons, and
    tuples of these.
    """

    code: str
    parameters: tuple[tuple[str, Any], ...]

    def __init__(self, code: str, /, **parameters: Any) -> None:
        frozen = tuple((name, _freeze(value)) for name, value in sorted(parameters.items()))
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "parameters", frozen)

    def __getitem__(self, name: str) -> Any:
        """Return what fills a place."""
        return dict(self.parameters)[name]

    def __str__(self) -> str:
        return self.word()

    @property
    def root(self) -> "Reason":
        """The reason itself, or, if it quotes or joins others (parameter `reason`), the first of them."""
        inner = dict(self.parameters).get("reason")
        return inner.root if isinstance(inner, Reason) else self

    def replace(self, **parameters: Any) -> "Reason":
        """Return a copy with some parameters changed."""
        return Reason(self.code, **(dict(self.parameters) | parameters))

    def word(self, lang: str = "") -> str:
        """Return its words in a language; by default, in the language of messages."""
        lang = lang or current_language()
        said = load_messages()[self.code][lang]
        values = {
            name: _Listed(one, lang) if isinstance(one, tuple) else one for name, one in self.parameters
        }
        return "".join(map(str, fill(said, values, lambda value: write_value(value, lang))))

    def to_json(self) -> list[Any]:
        """Return it as plain lists, for state files; `read_reason` reads them back."""
        return [self.code, {name: _to_json(value) for name, value in self.parameters}]


def read_reason(kept: Iterable[Any]) -> Reason:
    """Read a reason written by `Reason.to_json`."""
    code, parameters = kept
    return Reason(code, **{name: _from_json(value) for name, value in parameters.items()})


class _Listed(tuple[Any, ...]):
    """Several values in a place: ``{names:plain}`` lists all of them unquoted; also ``:clauses`` and ``:choices``."""

    def __new__(cls, values: Iterable[Any], lang: str) -> "_Listed":
        listed = super().__new__(cls, values)
        listed.lang = lang
        return listed

    lang: str

    def __format__(self, how: str) -> str:
        chinese, english = {"plain": ("、", ", "), "clauses": ("；", "; "), "choices": ("或", " or ")}[how]
        sign = chinese if self.lang == "zh" else english
        return sign.join(write_value(value, self.lang) for value in self)


def write_json(value: Any) -> str:
    """Write reasons and small records as JSON; `read_json` reads them back, records as dicts."""
    return json.dumps(value, ensure_ascii=False, default=_dump)


def _dump(value: Any) -> Any:
    if isinstance(value, Reason):
        return {"reason": value.to_json()}
    return vars(value) if is_dataclass(value) else int(value)


def read_json(text: str) -> Any:
    """Read what `write_json` wrote: reasons as Reason, tuples as lists."""
    return json.loads(text, object_hook=_restore)


def _restore(kept: dict[str, Any]) -> Any:
    # A reason's parameters may be one other reason, under the same name; that one is restored by then.
    match kept:
        case {"reason": [str(), dict()] as reason} if len(kept) == 1:
            return read_reason(reason)
    return kept


def _freeze(value: Any) -> Any:
    return tuple(map(_freeze, value)) if isinstance(value, list | tuple) else value


def _to_json(value: Any) -> Any:
    if isinstance(value, Reason):
        return {"reason": value.to_json()}
    if isinstance(value, Label):
        return {"label": [value.zh, value.en]}
    return [_to_json(one) for one in value] if isinstance(value, tuple) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return Label(*value["label"]) if "label" in value else read_reason(value["reason"])
    return tuple(map(_from_json, value)) if isinstance(value, list) else value


def write_value(value: Any, lang: str) -> str:
    """Write a value for a message: a reason in words, or up to five values in quotes.

    Telephone and identity numbers are masked here, and so in every message, log and error.
    """
    if isinstance(value, Reason):
        return value.word(lang)
    if isinstance(value, Label):
        return mask_numbers(value.zh if lang == "zh" else value.en)
    if not isinstance(value, tuple):
        return _keep_on_line(value)
    seen = list(dict.fromkeys(value))
    quotes = "“{}”" if lang == "zh" else "'{}'"
    shown = seen[:MOST_VALUES]
    written = [
        one.word(lang) if isinstance(one, Reason) else quotes.format(_keep_on_line(one)) for one in shown
    ]
    listed = {"zh": "、", "en": ", "}[lang].join(written)
    if more := len(seen) - len(written):
        listed += {"zh": f"等{len(seen)}个", "en": f" and {more} more"}[lang]
    return listed


def _keep_on_line(value: object) -> str:
    """A cell's text as one line of a message: its line breaks and controls are shown, and do nothing."""
    text = mask_numbers(str(value))
    # Most are plain: no pattern need be asked.
    return text if text.isprintable() else show_controls("⏎".join(text.splitlines()) or text)


@cache
def load_messages() -> Words:
    """Load all messages from metadata/messages/, which has one file for each room."""
    return read_catalogue(sorted(_CATALOGUES.glob("*.yml")))


def choose_language(lang: str) -> None:
    """Use this language for messages from now on; an empty string means the system's."""
    _chosen[:] = [lang] if lang else []


def current_language() -> str:
    """Return the language of messages: TAIZHANG_LANG if set, otherwise the one chosen, otherwise the system's."""
    asked = os.environ.get("TAIZHANG_LANG", "")
    return asked if asked in LANGUAGES else _chosen[0] if _chosen else find_system_language()


@cache
def find_system_language() -> str:
    """Return zh if the system's language is Chinese, otherwise en."""
    if sys.platform == "win32":
        import ctypes

        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0xFF == 0x04 else "en"
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    told = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if told.lower().startswith("zh") else "en"


@lru_cache(maxsize=1)
def parse_toml(text: str) -> Mapping[str, Any]:
    """Parse a TOML file; callers must not change the tables, as workbook.toml is read once for its language and
    again for the rest."""
    import tomllib

    return tomllib.loads(text)


def read_language(folder: str | os.PathLike[str] = "") -> str:
    """Return the language set by the workbook in a folder, or by the nearest one upwards; empty if none is set.

    This is quick, and done before anything else is read, so mistakes in workbook.toml are not reported here.
    """
    root = Path(folder).resolve()
    for place in (root, *root.parents):
        file = place / "workbook.toml"
        try:
            if not file.is_file():
                continue
            told = parse_toml(file.read_text("utf-8-sig"))["workbook"]["lang"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return ""
        return told if told in LANGUAGES else ""
    return ""


def word_all(reasons: Iterable[Reason], lang: str = "") -> str:
    """Return several reasons in words, one per line."""
    return "\n  ".join(reason.word(lang) for reason in reasons)


def suggest(word: object, known: Iterable[object]) -> Reason:
    """Return the end of a message about an unknown word: the nearest known names, or all of them, with
    punctuation."""
    import difflib

    names = [str(name) for name in known]
    close = difflib.get_close_matches(str(word), names, n=3, cutoff=0.5)
    return Reason("core.nearest", names=close) if close else Reason("core.known", names=names)
