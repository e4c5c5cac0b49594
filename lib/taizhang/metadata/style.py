"""The visual language of charts and maps: colours, sizes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class Style:
    """Colours as ``#rrggbb``, sizes of type in points at the width of a figure, in millimetres.

    `muted` is for secondary text, `faint` for grid lines, `empty` for no data. `roles` are colours by meaning (main,
    done, open, before, third), `categories` colours of other classes, `signals` colours of warnings (red, orange,
    yellow, blue), `sequential` five map classes, from few to many. `dark`: the colour of each on a dark screen.
    `narrow`: whether this is the style of a phone screen.
    """

    width_mm: float
    text: float
    small: float
    large: float
    ink: str
    muted: str
    faint: str
    paper: str
    empty: str
    roles: dict[str, str]
    categories: tuple[str, ...]
    signals: dict[str, str]
    sequential: tuple[str, ...]
    dark: dict[str, str]
    narrow: bool = False


_NARROW = ContextVar("narrow", default=False)


def load_style() -> Style:
    """The style in style.yml: for figures as wide as a page column or, within `use_narrow`, a phone screen."""
    return _read_style(_NARROW.get())


@contextmanager
def use_narrow() -> Iterator[None]:
    """Return a context in which figures are drawn for a phone screen."""
    token = _NARROW.set(True)
    try:
        yield
    finally:
        _NARROW.reset(token)


@cache
def _read_style(narrow: bool) -> Style:
    text = (files("taizhang.metadata") / "style.yml").read_text(encoding="utf-8")
    values: dict[str, Any] = parse_yaml(text)
    values |= {name: tuple(values[name]) for name in ("categories", "sequential")}
    own = values.pop("narrow")
    return Style(**values | (own if narrow else {}), narrow=narrow)
