"""Catalogues of words in Chinese and English, and how their placeholders are filled."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from taizhang.core.loading import parse_yaml

Words = dict[str, dict[str, str]]


def read_catalogue(paths: Iterable[Path]) -> Words:
    """Read words by dotted key, such as ``month.short``, and by language, from YAML files whose leaves hold zh and
    en.

    Raises KeyError if a key occurs in two files.
    """
    words: Words = {}
    for path in paths:
        for key, said in _flatten(parse_yaml(path.read_text("utf-8")) or {}, ""):
            if key in words:
                raise KeyError(f"'{key}' is in {path.name} and in a file before it; give one another name")
            words[key] = said
    return words


def _flatten(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in tree.items():
        if "zh" in value:
            yield f"{prefix}{key}", value
        else:
            yield from _flatten(value, f"{prefix}{key}.")


def list_places(text: str) -> set[str]:
    """Return the names of a text's placeholders, except those within a choice of words."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def leave_out_untold(text: str, told: Collection[str]) -> str:
    """Remove the parts in [brackets] that contain an empty placeholder, with the comma in front."""

    def keep(match: re.Match[str]) -> str:
        return match[1] if list_places(match[1]) <= set(told) else ""

    return re.sub(r"\[([^\[\]]*)\]", keep, text).lstrip("，, ")


def fill(
    text: str, values: Mapping[str, Any], write: Callable[[Any], object] = lambda value: value
) -> list[object]:
    """Fill a text's placeholders, keeping the values separate from the surrounding words.

    A placeholder is written ``{name}``; ``{name:,}`` uses Python's number format; ``{name:hazard|hazards}`` gives
    the first word if the value is one, otherwise the second. There may also be a word for two, and placeholders in
    words: ``{name:once|twice|{name} times}``. A value that chooses a word is a number, or has a numeric attribute
    `value`. `write` is applied to each value that fills a placeholder. Raises KeyError if a placeholder has no value.
    """
    parts: list[object] = []
    for words, name, choice, _ in Formatter().parse(text):
        if words:
            parts.append(words)
        if name and choice and "|" in choice:
            *few, many = choice.split("|")
            number = getattr(values[name], "value", values[name])
            chosen = next((said for at, said in enumerate(few, start=1) if number == at), many)
            parts += fill(chosen, values, write)
        elif name:
            parts.append(format(values[name], choice) if choice else write(values[name]))
    return parts
