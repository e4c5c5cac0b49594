"""Rows of a view that have a place: hazards with their state, others by class."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View
from taizhang.facts import hazards
from taizhang.metadata.facts import ALL
from taizhang.metadata.words import label

_MOST_CLASSES = 5


@dataclass(frozen=True)
class Points:
    """`located`: rows with lon and lat, and `open` or `class` (in words); `rows`: how many there are in all."""

    located: pd.DataFrame
    rows: int

    @property
    def unlocated(self) -> int:
        return self.rows - len(self.located)

    @property
    def classes(self) -> dict[str, int]:
        """Rows by class, the five commonest."""
        counts = self.located["class"].value_counts().head(_MOST_CLASSES)
        return {str(name): int(n) for name, n in counts.items()}


def _locate(rows: pd.DataFrame) -> Points | None:
    located = rows[rows["lon"].notna() & rows["lat"].notna()] if len(rows) else rows
    return None if located.empty else Points(located, len(rows))


def locate_hazards(view: View) -> Points | None:
    """The period's hazards, and whether each is open; None where none has coordinates."""
    return _locate(view.show("hazards").assign(open=view.counted("hazards").test(hazards.is_open)))


def locate_classes(view: View, kind: str, column: str = "") -> Points | None:
    """The period's rows of a kind by the classes of a column, all one class without it; None where none is located."""
    rows = view.show(kind)
    if rows.empty:
        return None
    classes = (
        name_values(rows[column], kind, column, view.lang) if column else label(f"kind.{kind}", view.lang)
    )
    return _locate(rows.assign(**{"class": classes}))


def find_side(view: View, lon: float, lat: float) -> str:
    """In which part of the view's district a point lies: northeast, south and so on, or middle."""
    own = view.districts if view.district == ALL else view.districts[view.districts["code"] == view.district]
    west, south, east, north = own.total_bounds
    across, up = (lon - west) / (east - west) - 0.5, (lat - south) / (north - south) - 0.5
    name = ("south" if up < -0.1 else "north" if up > 0.1 else "") + (
        "west" if across < -0.1 else "east" if across > 0.1 else ""
    )
    return name or "middle"
