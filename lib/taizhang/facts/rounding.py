"""Which rounded counts of a year must be left out so that no exact count can be derived."""

from collections.abc import Sequence

import numpy as np

from taizhang.facts.rows import Floats, Mask, Numbers
from taizhang.facts.suppress import Layout, Link, Pair, Sum, Table, bound_rounded

_SEED = 20210719
Relation = tuple[int, Numbers]  # a whole and its parts, by number of the cell


def leave_out_telling(
    tables: Sequence[Table],
    base: int,
    *,
    sums: Sequence[Sum] = (),
    within: Sequence[Pair] = (),
    links: Sequence[Link] = (),
) -> list[dict[str, Mask]]:
    """Return which rounded counts of a kind to leave out.

    Parameters
    ----------
    tables : sequence of Mapping of str to Result
        The exact counts by fact, for each period.
    sums, within, links
        As for `find_hidden`.

    Returns
    -------
    list of dict of str to ndarray of bool, shape (districts + 1,)
        For each table by fact.

    Notes
    -----
    A rounded count leaves several possible values. Sums may narrow them down to one: months of 5, 10 and 10 with a
    quarter of 15 must be 1, 8 and 8. So may counts of which one never exceeds the other. Linear programming finds
    each count with only one possible value. Of the sums that contain it, or a count above it, including the whole
    area's, the one that leaves least room is then left out. This is repeated until no such count is left.
    """
    if not any(tables):
        return [{} for _ in tables]
    layout = Layout(tables)
    layout.relate(sums, within)
    layout.link(links)
    values, equal, beneath = layout.values, layout.equal, layout.within
    inexact, left_out = values != 0, np.zeros(values.shape, bool)
    above: list[list[int]] = [[] for _ in values]
    for whole, parts in (*equal, *beneath):
        for part in parts:
            above[part].append(whole)
    while inexact.any():
        bounds = _bound(values, inexact, left_out, base)
        plain = _find_plain(inexact, equal, beneath, *bounds)
        room = _find_room(equal, beneath, *bounds)
        if not plain:
            break
        told = left_out.copy()
        for cell in plain:
            shown = [
                one
                for one in _climb(cell, above)
                if np.isfinite(room[one]) and inexact[one] and not told[one]
            ]
            if shown:
                left_out[min(shown, key=lambda one: float(room[one]))] = True
        if (left_out == told).all():  # by other ways: without any sum none is
            left_out |= inexact & np.isfinite(room)
        if (left_out == told).all():
            left_out |= inexact
            break
    masks = left_out.reshape(-1, layout.places)
    return [
        {
            fact: np.any([masks[layout.numbers[at][key]] for key in result.parts], axis=0)
            for fact, result in table.items()
        }
        for at, table in enumerate(tables)
    ]


def _climb(cell: int, above: Sequence[Sequence[int]]) -> list[int]:
    """A cell and all cells that contain it, the nearest first."""
    found = [cell]
    seen = set(found)
    for one in found:
        for whole in above[one]:
            if whole not in seen:
                seen.add(whole)
                found.append(whole)
    return found


def _bound(values: Floats, inexact: Mask, left_out: Mask, base: int) -> tuple[Floats, Floats]:
    """The minimum and maximum of every number; for one left out, the maximum is the overall total."""
    least, most = (np.where(inexact, end, values) for end in bound_rounded(values, base))
    return np.where(left_out, 1.0, least), np.where(left_out, 10 * values.sum() + 1000, most)


def _find_room(equal: Sequence[Relation], beneath: Sequence[Relation], least: Floats, most: Floats) -> Floats:
    """Return the distance between each sum's minimum or maximum and that of its parts; infinite if it is not a
    sum."""
    room = np.full(len(least), np.inf)
    for number, (whole, parts) in enumerate((*equal, *beneath)):
        if number < len(equal) or len(parts) > 1:
            ends = most[parts].sum() - least[whole], most[whole] - least[parts].sum()
            room[whole] = min(room[whole], *ends)
    return room


def _find_plain(
    inexact: Mask, equal: Sequence[Relation], beneath: Sequence[Relation], least: Floats, most: Floats
) -> list[int]:
    """Find the rounded counts with only one possible value."""
    from scipy.optimize import linprog

    from taizhang.facts.protect import stack

    lines, within = (stack(one, len(least)) if one else None for one in (equal, beneath))

    def reach(weights: Floats) -> Floats:
        answer = linprog(
            weights,
            A_eq=lines,
            b_eq=None if lines is None else np.zeros(len(equal)),
            A_ub=within,
            b_ub=None if within is None else np.zeros(len(beneath)),
            bounds=np.column_stack([least, most]),
            method="highs",
        )
        return np.asarray(answer.x)

    rng = np.random.default_rng(_SEED)
    left = np.flatnonzero(inexact)
    lowest, highest = np.full(len(least), np.inf), np.full(len(least), -np.inf)
    together, before = True, -1
    # What differs between any two answers is not plain; where that finds no more, each that is left is asked by itself.
    while len(left) and (together or len(left) != before):
        together, before = len(left) != before, len(left)
        for cells in [left] if together else left[:, None]:
            for sign in (1, -1):
                weights = np.zeros(len(least))
                weights[cells] = sign * rng.uniform(1, 2, len(cells))
                answer = reach(weights)
                lowest, highest = np.minimum(lowest, answer), np.maximum(highest, answer)
        left = left[highest[left] - lowest[left] < 1 - 1e-6]
    return [int(cell) for cell in left]
