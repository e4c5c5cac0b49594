"""Facts of the grid."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np

from taizhang.facts.grounds import Ground, Grounded, rests_on
from taizhang.facts.measures import Area, Count, Measure, Part, Result, Scene, holds
from taizhang.facts.rows import Ledger, Mask, Numbers, Rows

is_unassigned = holds("assigned", False)  # no responsible person is named
LEVELS = (1, 2, 3, 4, 5)
_LEVEL = re.compile(r"第?(?:([1-5])(?:\.0)?|([一二三四五])|(I{1,3}|IV|V))级?(?:网格)?")
_ROMAN = ("I", "II", "III", "IV", "V")


@cache
def read_level(text: str) -> int:
    """Return the number of a level such as 二级, Ⅱ级 or 2; 0 if it has none."""
    told = _LEVEL.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    if told is None:
        return 0
    digit, character, roman = told.groups()
    return (
        int(digit) if digit else "一二三四五".index(character) + 1 if character else _ROMAN.index(roman) + 1
    )


def _list_levels(ledger: Ledger) -> Numbers:
    if "level" not in ledger.table:
        return np.zeros(len(ledger.table), np.int64)
    texts = ledger.table["level"].astype("str").fillna("")
    return np.array([read_level(text) for text in texts], np.int64)


def find_level(rows: Rows) -> Numbers:
    """Return the level of each cell; 0 if none can be read."""
    return rows.ledger.make(_list_levels, rows.ledger)[rows.at]


def _has_level(rows: Rows) -> Mask:
    return np.asarray(rows.test(find_level) > 0)


@cache
def is_of_level(level: int) -> Grounded[Mask]:
    """Return whether a cell is of a level."""
    at = rests_on(Ground(("level",), _has_level))
    return at(lambda rows: np.equal(rows.test(find_level), level))


@dataclass(frozen=True, kw_only=True)
class _OfLevel(Count):
    """The number of cells of a level; there is no such fact if the layer has no cell of it."""

    level: int

    def is_configured(self, scene: Scene) -> bool:
        if not super().is_configured(scene):
            return False
        ledger = scene.ledgers[self.kind]
        return bool((ledger.make(_list_levels, ledger) == self.level).any())


def _tells_people(rows: Rows) -> Mask:
    """Return whether a cell says who is responsible, or that nobody is."""
    return rows.known("people") | rows.test(is_unassigned)


@dataclass(frozen=True, kw_only=True)
class _People(Measure):
    """The number of different people named in the cells, whom `people` has as numbers, several apart by |."""

    def list_grounds(self) -> tuple[Ground, ...]:
        return (Ground(("assigned",), _tells_people),)

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        rows = self.rows_of(scene).known("people")
        return rows, rows

    def compute(self, scene: Scene) -> Result:
        rows, _ = self.select(scene)
        of = self.rows_of(scene)
        people = of.written().reindex(columns=["people"]).loc[rows, "people"]
        pairs = {
            (group, one)
            for group, cell in zip(of.group[rows], people, strict=True)
            for one in str(cell).split("|")
        }
        value = np.bincount([group for group, _ in pairs] or np.empty(0, int), minlength=scene.n)
        sizes = np.bincount(of.group[rows], minlength=scene.n)
        whole, all_sizes = (np.append(each, each.sum()).astype(float) for each in (value, sizes))
        nothing = np.full(scene.n + 1, np.nan)
        return Result(whole, nothing, nothing, nothing, nothing, {("people",): Part(whole, all_sizes)})


MEASURES: tuple[Measure, ...] = (
    Count(fact="grid.cells", interval=False),
    *(
        _OfLevel(fact=f"grid.cells_level_{level}", level=level, counted=is_of_level(level), interval=False)
        for level in LEVELS
    ),
    Count(fact="grid.cells_unassigned", counted=is_unassigned, interval=False, filled="assigned"),
    _People(fact="grid.responsible", filled="assigned"),
    Area(fact="grid.gap_km2", column="gap_km2"),
    Area(fact="grid.overlap_km2", column="overlap_km2"),
)
