"""Numbers of summary tables, compared with counts from rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.naming import name_area
from taizhang.analysis.view import View
from taizhang.metadata.facts import ALL, FactInfo

_SAME = 1e-6  # of the number's last decimal shown, at least


@dataclass(frozen=True)
class Beside:
    """A fact of a district as reported and as counted; NaN if the count is unknown."""

    code: str
    place: str
    info: FactInfo
    reported: float
    counted: float

    @property
    def difference(self) -> float:
        return self.reported - self.counted

    @property
    def differs(self) -> bool:
        """Whether they differ at the precision written: 83.3 equals 83.33."""
        return not abs(self.difference) <= max(0.5 * 10.0**-self.info.decimals, _SAME)


def list_beside(view: View) -> Iterator[Beside]:
    """Return reported facts of the view's district, or of all and the whole area, that can be compared with a
    count."""
    if view.beside.empty:
        return
    names = {**dict(zip(view.districts["code"], view.districts["name"], strict=True)), ALL: name_area(view)}
    order = list(view.fact_infos)
    codes = list(names) if view.district == ALL else [view.district]
    table = view.beside[view.beside["district_code"].isin(codes)]
    found = [
        Beside(str(code), str(names[code]), view.fact_infos[fact], float(reported), float(counted))
        for code, fact, reported, counted in table.to_numpy()
    ]
    yield from sorted(found, key=lambda one: (order.index(one.info.name), codes.index(one.code)))


def list_differing(view: View) -> list[Beside]:
    """Return those that differ, or whose count is unknown."""
    return [one for one in list_beside(view) if one.differs]


def count_beside(view: View) -> tuple[int, int]:
    """Return how many can be compared with a known count, and how many of those differ."""
    known = [one for one in list_beside(view) if not pd.isna(one.counted)]
    return len(known), sum(one.differs for one in known)
