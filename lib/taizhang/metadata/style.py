"""The visual language of charts and maps: colours, sizes."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class Style:
    """Colours as ``#rrggbb``, sizes in points, widths in millimetres.

    Attributes
    ----------
    width_mm, text, small, large : float
        Width of a figure, and its sizes of type at that width.
    ink, muted, faint, paper, empty : str
        Text, secondary text, grid lines, background, no data.
    roles : dict of str to str
        Colours by meaning: main, done, open, before, third.
    categories : tuple of str
        Colours of classes without a meaning of their own.
    signals : dict of str to str
        The colours of warnings: red, orange, yellow, blue.
    sequential : tuple of str
        Five map classes, from few to many.
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
