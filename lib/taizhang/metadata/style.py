"""The visual language of charts and maps: colours, sizes."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class Style:
    """Colours as ``#rrggbb``, sizes of type in points at the width of a figure, in millimetres.

    `muted` is for secondary text, `faint` for grid lines, `empty` for no data. `roles` are colours by meaning (main,
    done, open, before, third), `categories` those of classes without one, `signals` those of warnings (red, orange,
    yellow, blue), `sequential` five map classes, from few to many.
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


@cache
def load_style() -> Style:
    """Read style.yml."""
    text = (files("taizhang.metadata") / "style.yml").read_text(encoding="utf-8")
    values: dict[str, Any] = parse_yaml(text)
    values |= {name: tuple(values[name]) for name in ("categories", "sequential")}
    return Style(**values)
