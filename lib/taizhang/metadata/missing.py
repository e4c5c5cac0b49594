"""What a figure, table or text needs, and what to say if there is nothing to show; see missing.yml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from taizhang.core.loading import parse_yaml
from taizhang.core.wording import fill
from taizhang.metadata.words import name_places

Worded = Mapping[str, str]


@dataclass(frozen=True)
class Needed:
    """What a function needs, `words` for anything else that may be missing, and its ids in reports."""

    needs: tuple[str, ...] = ()
    words: Worded = field(default_factory=dict)
    exhibits: tuple[str, ...] = ()


@cache
def _read() -> Mapping[str, Any]:
    found: Mapping[str, Any] = parse_yaml(Path(__file__).with_name("missing.yml").read_text("utf-8"))
    return found


@cache
def load_needed() -> Mapping[str, Needed]:
    """Read the needs of functions of `taizhang.figures` and `taizhang.narrative`, by name."""
    return {
        name: Needed(
            tuple(about.get("needs", ())),
            {lang: about[lang] for lang in ("zh", "en") if lang in about},
            tuple(about.get("exhibits", ())),
        )
        for name, about in _read()["functions"].items()
    }


def say_reason(reason: str | Worded, lang: str, **values: object) -> str:
    """Word a reason of missing.yml, given by its name or its words, in one language."""
    words: Worded = _read()["reasons"][reason] if isinstance(reason, str) else reason
    return "".join(map(str, fill(name_places(words[lang], lang), values)))
