"""What goes wrong in real ledgers: a few cells that cannot be read, unknown places, rows written twice."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.sample.sheets import Value

# Column, what stands there, why it cannot be accepted, and whether the whole row or the cell is set aside.
_FLAWS: dict[str, tuple[tuple[str, Value, str, str], ...]] = {
    "hazards": (
        ("found_on", "2021年13月5日", "unreadable date", "row"),
        ("found_on", "待查", "unreadable date", "row"),
        ("found_on", None, "missing", "row"),
        ("district", "溪囗镇", "unknown district", "row"),
        ("district", "外洋村委会", "unknown district", "row"),
        ("district", None, "missing", "row"),
        ("severity", "重点", "unmapped value", "cell"),
        ("severity", "重点", "unmapped value", "cell"),
        ("severity", "重点", "unmapped value", "cell"),
        ("severity", "重点隐患", "unmapped value", "cell"),
        ("rectified_on", "已整改", "unreadable date", "cell"),
        ("deadline", "长期坚持", "unreadable date", "cell"),
        ("cost_wan", "待核算", "unreadable number", "cell"),
    ),
    "inspections": (
        ("inspected_on", "2020.2.30", "unreadable date", "row"),
        ("district", "县直单位", "unknown district", "row"),
        ("mode", "夜查", "unmapped value", "cell"),
        ("penalty_yuan", "另案处理", "unreadable number", "cell"),
    ),
    "drills": (
        ("held_on", "2021.6.31", "unreadable date", "row"),
        ("kind", "检验性", "unmapped value", "cell"),
        ("participants", "若干", "unreadable number", "cell"),
    ),
    "plans": (
        ("kind", "其他预案", "unmapped value", "cell"),
        ("issued_on", "修订中", "unreadable date", "cell"),
    ),
    "incidents": (
        ("class", "其他", "unmapped value", "cell"),
        ("district", "外县", "unknown district", "row"),
        ("loss_wan", "正在统计", "unreadable number", "cell"),
    ),
    "complaints": (
        ("received_on", "2022-13-01", "unreadable date", "row"),
        ("satisfied", "一般", "unmapped value", "cell"),
        ("district", "邻县", "unknown district", "row"),
    ),
    "disputes": (("settled_on", "调解中", "unreadable date", "cell"),),
    "tasks": (("due_on", "长期坚持", "unreadable date", "row"),),
    "warnings": (("colour", "紫色", "unmapped value", "cell"),),
    "supplies": (
        ("quantity", "若干", "unreadable number", "row"),
        ("expires_on", "见包装", "unreadable date", "cell"),
    ),
}
_TWICE = {"hazards": 4, "inspections": 2, "drills": 1, "warnings": 1}


@dataclass(frozen=True)
class Flaw:
    """One cell that cannot be accepted: index label, column, what is written, why, and row or cell."""

    label: int
    column: str
    value: Value
    reason: str
    scope: str


def add_flaws(kind: str, frame: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Flaw]]:
    """Write a few rows twice and choose the cells that go wrong.

    Parameters
    ----------
    kind : str
    frame : pandas.DataFrame
        Rows of one kind in the order they will be written, index 0 to n-1.
    rng : numpy.random.Generator

    Returns
    -------
    frame : pandas.DataFrame
        With the repeated rows right behind their originals, a bool column `duplicate` and a new index.
    flaws : list of Flaw
        Each in a row of its own, none in a repeated one.
    """
    flaws = _FLAWS.get(kind, ())
    twice = _TWICE.get(kind, 0)
    if len(frame) < 4 * (len(flaws) + twice):
        return frame.assign(duplicate=False), []
    picks = rng.choice(len(frame), len(flaws) + twice, replace=False)
    again, bad = np.sort(picks[:twice]), picks[twice:].copy()
    frame = pd.concat([frame.assign(duplicate=False), frame.iloc[again].assign(duplicate=True)])
    frame = frame.sort_index(kind="stable").reset_index(drop=True)
    places = bad + np.searchsorted(again, bad)
    chosen: list[Flaw] = []
    for place, (column, value, reason, scope) in zip(places.tolist(), flaws, strict=True):
        # A row without a district but with coordinates would be placed by its point, and be no flaw.
        pointless = column == "district" and value is None
        place = _move_to_filled(frame, place, column, {flaw.label for flaw in chosen}, pointless=pointless)
        chosen.append(Flaw(place, column, value, reason, scope))
    return frame, chosen


def _move_to_filled(
    frame: pd.DataFrame, place: int, column: str, taken: set[int], *, pointless: bool = False
) -> int:
    """The next row from `place` that has a value in the column and is neither repeated nor taken.

    `pointless` asks for one without coordinates.
    """
    twice = frame["duplicate"] | frame["duplicate"].shift(-1, fill_value=False)
    filled = frame[column].notna() if column in frame else pd.Series(True, frame.index)
    if pointless and "lon" in frame:
        filled &= frame["lon"].isna()
    free = filled & ~twice & ~frame.index.isin(list(taken))
    open_rows = np.flatnonzero(free.to_numpy())
    if not len(open_rows):
        return place
    return int(open_rows[np.searchsorted(open_rows, place) % len(open_rows)])
