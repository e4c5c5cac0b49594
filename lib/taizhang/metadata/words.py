"""Words of reports in Chinese and English: labels, and sentences with places for numbers."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from taizhang.metadata.loading import parse_yaml

_FILES = (
    "words.yml",
    "sentences.yml",
    "reports.yml",
    "checks.yml",
    "analysis.yml",
    "lab.yml",
    "quality.yml",
    "special.yml",
)


@cache
def load_words() -> dict[str, dict[str, str]]:
    """Read words.yml and sentences.yml.

    Returns
    -------
    dict of str to dict
        Dotted key, such as ``month.short``, to the words by language, zh and en.
    """
    words: dict[str, dict[str, str]] = {}
    for name in _FILES:
        text = (files("taizhang.metadata") / name).read_text(encoding="utf-8")
        for key, said in _flatten(parse_yaml(text), ""):
            if key in words:
                raise KeyError(f"'{key}' is in {name} and in {_FILES[0]}; give one of them another name")
            words[key] = said
    return words


def _flatten(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Walk to the leaves, which are mappings with zh."""
    for key, value in tree.items():
        if "zh" in value:
            yield f"{prefix}{key}", value
        else:
            yield from _flatten(value, f"{prefix}{key}.")


def split_words(key: str, lang: str, **values: object) -> list[object]:
    """Fill a sentence and keep what fills it apart from the words around it.

    A place is written ``{name}``; ``{name:hazard|hazards}`` is the first word where the value is one,
    else the second; there may be words for two as well, and places in them: ``{name:once|twice|{name} times}``.

    Parameters
    ----------
    key : str
        Dotted key of words.yml or sentences.yml.
    lang : str
        zh or en.
    **values
        What fills the places, by name. A value that chooses a word is a number, or has an attribute
        `value` that is one.

    Returns
    -------
    list
        Words as str, and the values as they were given, in order.

    Raises
    ------
    KeyError
        If there is no such key, or a place has no value.
    """
    return _fill(load_words()[key][lang], values)


def _fill(text: str, values: dict[str, object]) -> list[object]:
    """Fill a text's places, and those within the words that a number chooses."""
    parts: list[object] = []
    for words, name, choice, _ in Formatter().parse(text):
        if words:
            parts.append(words)
        if name and choice:
            *few, many = choice.split("|")
            number = getattr(values[name], "value", values[name])
            parts += _fill(next((said for at, said in enumerate(few, start=1) if number == at), many), values)
        elif name:
            parts.append(values[name])
    return parts


def label(key: str, lang: str, **values: object) -> str:
    """A label or sentence in one language, its places filled.

    Parameters
    ----------
    key, lang, **values
        As for `split_words`.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If there is no such key, or a place has no value.
    """
    return "".join(str(part) for part in split_words(key, lang, **values))
