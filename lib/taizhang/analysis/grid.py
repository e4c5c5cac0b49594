"""The grid check: cells by class and level, cells without a responsible person, faults, and ledger rows per cell."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from taizhang.analysis.naming import show_text
from taizhang.analysis.view import View
from taizhang.facts.grid import is_unassigned
from taizhang.facts.rows import Ledgers, Rows
from taizhang.metadata.facts import ALL, describe_fact
from taizhang.stats.classes import choose_classes

# Which group of faults a problem goes under.
GROUPS = {
    "gap": "gap", "gap_sliver": "gap", "overlap": "overlap", "overlap_sliver": "overlap", "nested": "overlap",
    "duplicate": "overlap", "outside": "stray", "beyond": "stray", "across": "stray", "elsewhere": "stray",
}  # fmt: skip
ASSIGNMENTS = ("assigned", "unassigned", "unknown")
WAYS = ("code", "name", "point", "unmatched")
_COUNTED = {"hazards": "hazards.found", "incidents": "incidents.count"}


def choose_cells(view: View) -> gpd.GeoDataFrame | None:
    """Return the grid cells of the view's district; None if there is no grid layer or no cell in it."""
    if view.grid is None:
        return None
    cells = view.grid if view.district == ALL else view.grid[view.grid["district_code"] == view.district]
    return None if cells.empty else cells


def names_persons(cells: gpd.GeoDataFrame) -> bool:
    """Return whether the layer says, for any cell, if it has a responsible person."""
    return bool(cells["assigned"].notna().any())


def mark_unassigned(view: View, cells: gpd.GeoDataFrame) -> pd.Series:
    """Return whether a cell has no responsible person, by the fact's own test; False if the layer does not say."""
    ledgers = Ledgers({"grid": pd.DataFrame(cells.drop(columns="geometry"))}, view.districts)
    rows = Rows(ledgers["grid"], None, view.as_of, placeless=True)
    return pd.Series(rows.test(is_unassigned), index=cells.index)


def tell_assignment(view: View, cells: gpd.GeoDataFrame) -> pd.Series:
    """Return one of ASSIGNMENTS for each cell: assigned, unassigned, or not stated by the layer."""
    told = pd.Series("assigned", cells.index).mask(cells["assigned"].isna(), "unknown")
    return told.mask(mark_unassigned(view, cells), "unassigned")


@dataclass(frozen=True)
class CellCounts:
    """Cells of each level, with a last row `all` if there are several levels.

    `by_class`: levels by classes, as written in the layer. `sums`, on the same index: cells (in all) and unassigned
    (without a responsible person; NA if the layer doesn't say).
    """

    by_class: pd.DataFrame
    sums: pd.DataFrame


def count_cells(view: View) -> CellCounts | None:
    """Count cells by class and level; None if there is no grid layer, or no cell in the district."""
    cells = choose_cells(view)
    if cells is None:
        return None
    level, kind = (
        cells[name].map(lambda value: show_text(value, view.lang)).astype("str")
        for name in ("level", "class")
    )
    counts = pd.crosstab(level, kind)
    unassigned = mark_unassigned(view, cells).groupby(level).sum().astype("Int64")
    if len(counts) > 1:
        counts.loc[ALL] = counts.sum()
        unassigned[ALL] = unassigned.sum()
    if not names_persons(cells):
        unassigned = unassigned.mask(unassigned.notna())
    return CellCounts(counts, pd.DataFrame({"cells": counts.sum(axis=1), "unassigned": unassigned}))


def list_unassigned(view: View) -> pd.DataFrame:
    """Return cells without a responsible person, by code; empty if there are none, or the layer does not say."""
    cells = choose_cells(view)
    if cells is None:
        return pd.DataFrame()
    return cells[mark_unassigned(view, cells)].sort_values("code")


def has_heads(span: pd.DataFrame) -> bool:
    """Return whether any cell contains others, according to the span of control; never so in a grid of one level."""
    return bool(span["heads"].any())


def rank_problems(problems: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rank problems from the largest down, each with its `number` (from 1) in table and map, and its `group`."""
    ranked = problems.sort_values(["area_km2", "codes"], ascending=[False, True])
    return ranked.assign(number=range(1, len(ranked) + 1), group=ranked["problem"].map(GROUPS))


@dataclass(frozen=True)
class ListedProblems:
    """The largest of the problems from `rank_problems`, with the area of these, km2, and how many there are in all.

    `has_shares`: whether any of those listed covers a known share of a cell.
    """

    rows: gpd.GeoDataFrame
    area_km2: float
    number: int
    has_shares: bool


def list_problems(problems: gpd.GeoDataFrame, most: int) -> ListedProblems:
    """Return the largest problems, up to a given number."""
    ranked = rank_problems(problems)
    rows = ranked.head(most)
    shares = bool(rows["share_percent"].notna().any())
    return ListedProblems(rows, float(rows["area_km2"].sum()), len(ranked), shares)


def count_groups(ranked: gpd.GeoDataFrame) -> dict[str, int]:
    """Count problems from `rank_problems` by group: gap, overlap and stray, as far as they occur."""
    counts = ranked["group"].value_counts()
    return {group: int(counts[group]) for group in dict.fromkeys(GROUPS.values()) if group in counts}


def sum_problems(problems: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sum problems by kind, in the order in which kinds were found: problem, number and area_km2."""
    sums = problems.groupby("problem", sort=False)["area_km2"].agg(["size", "sum"]).reset_index()
    return sums.set_axis(["problem", "number", "area_km2"], axis=1)


def count_by_cell(view: View, counts: pd.DataFrame) -> pd.DataFrame:
    """Count the rows in each cell: code, name, district_code, a column for each kind, and total; most first.

    `counts` is as returned by `Workbook.grid_counts`.
    """
    kinds = list(dict.fromkeys(counts["kind"]))
    wide = counts.pivot_table(index="cell", columns="kind", values="rows", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=kinds, fill_value=0).assign(total=lambda table: table.sum(axis=1))
    wide = wide.rename_axis("code").reset_index().sort_values(["total", "code"], ascending=[False, True])
    assert view.grid is not None
    cells = view.grid.drop_duplicates("code").set_index("code")[["name", "district_code"]]
    return wide.join(cells, on="code")


def count_ways(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how the rows were assigned to cells: kinds, in order of appearance, by WAYS."""
    ways = counts.pivot_table(index="kind", columns="how", values="rows", aggfunc="sum", fill_value=0)
    return ways.reindex(index=list(dict.fromkeys(counts["kind"])), columns=list(WAYS), fill_value=0)


@dataclass(frozen=True)
class CellClasses:
    """Rows of a kind per cell, in classes.

    `cells`: those of the view, lowest level last, with `rows`, and `number` of the class (-1: no row). `classes`, in
    ascending order: low and high of the rows in each class; NaN for an empty class. `method` is as returned by
    `choose_classes`. `rows` and `unmatched`: all rows of the kind, and those matched to no cell. `busiest`: the
    cell with the most rows.
    """

    cells: gpd.GeoDataFrame
    classes: pd.DataFrame
    method: str
    rows: int
    unmatched: int
    busiest: pd.Series

    @property
    def filled(self) -> int:
        """Cells with at least one row."""
        return int((self.cells["number"] >= 0).sum())


def classify_cells(view: View, counts: pd.DataFrame | None, kind: str) -> CellClasses | None:
    """Divide rows per cell into classes; None if there is no grid layer, or no row of the kind has a cell."""
    cells = choose_cells(view)
    if cells is None or counts is None:
        return None
    own = counts[counts["kind"] == kind]
    per_cell = own.groupby("cell")["rows"].sum().reindex(cells["code"], fill_value=0)
    # Cells that hold others are drawn beneath them, with the rows that name them.
    cells = cells.assign(rows=per_cell.to_numpy()).sort_values("level", key=lambda level: level.fillna(""))
    values = cells["rows"].to_numpy()
    if not values.any():
        return None
    edges, method = choose_classes(values[values > 0], describe_fact(_COUNTED[kind]).decimals)
    cells["number"] = np.where(values > 0, np.searchsorted(edges, values), -1)
    classes = cells.groupby("number")["rows"].agg(["min", "max"]).reindex(range(len(edges)))
    return CellClasses(
        cells=cells,
        classes=classes.set_axis(["low", "high"], axis=1),
        method=method,
        rows=int(own["rows"].sum()),
        unmatched=int(own.loc[own["cell"].isna(), "rows"].sum()),
        busiest=cells.sort_values(["rows", "code"], ascending=[False, True]).iloc[0],
    )
