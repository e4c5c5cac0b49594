"""Of counts that are rounded in all periods of a year, which must be left out so that the others tell none exactly."""

from collections.abc import Sequence

import numpy as np

from taizhang.facts.measures import Result
from taizhang.facts.rows import Floats, Mask
from taizhang.facts.suppress import Link, bound_rounded

_SEED = 20210719
_TRIES = 4
Relation = tuple[int, list[int], bool]  # a whole, its parts and whether they add up, by number of the cell


def leave_out_telling(results: Sequence[Result], links: Sequence[Link], base: int) -> list[Mask]:
    """Which rounded counts of one fact to leave out.

    Parameters
    ----------
    results : sequence of Result
        The exact counts of each table, of every district and the whole area.
    links : sequence of Link
        Between the tables.

    Returns
    -------
    list of ndarray of bool, shape (districts + 1,)
        By table.

    Notes
    -----
    Rounded months of districts are known to some numbers each. Sums of them may narrow that down to one, such as 5, 10,
    10 and a quarter of 15: 1, 8 and 8. By linear programming each count is looked for that only one number fits; of the
    sums that it is a part of, the whole area's among them, the one that leaves least room is then left out, until there
    is none.
    """
    values = np.array([result.value for result in results])
    left_out = np.zeros(values.shape, bool)
    inexact = ~np.isnan(values) & (values != 0)
    relations = _relate(values, links)
    while inexact.any():
        bounds = _bound(values, inexact, left_out, base)
        plain = _find_plain(inexact, relations, *bounds)
        room = _find_room(values.shape, relations, *bounds)
        told = left_out.copy()
        for table, place in plain:
            above = [table, *_list_above(table, links)]
            sums = [(at, where) for at in above for where in (place, -1) if np.isfinite(room[at, where])]
            shown = [cell for cell in sums if inexact[cell] and not told[cell]]
            if shown:
                left_out[min(shown, key=lambda cell: float(room[cell]))] = True
        if not plain:
            break
        if (left_out == told).all():  # by other ways: without any sum none is
            left_out |= inexact & np.isfinite(room)
    return list(left_out)


def _list_above(table: int, links: Sequence[Link]) -> list[int]:
    """The tables that hold a table, the nearest first."""
    found = [table]
    for at in found:
        found += [link.whole for link in links if at in link.parts and link.whole not in found]
    return found[1:]


def _bound(values: Floats, inexact: Mask, left_out: Mask, base: int) -> tuple[Floats, Floats]:
    """The least and the most of every number, as one row; of what is left out, as much as there is in all."""
    least, most = (np.where(inexact, end, values) for end in bound_rounded(values, base))
    far = 10 * np.nansum(values) + 1000
    least = np.where(left_out, 1.0, np.where(np.isnan(values), 0.0, least))
    return least.ravel(), np.where(left_out | np.isnan(values), far, most).ravel()


def _find_room(shape: tuple[int, ...], relations: Sequence[Relation], least: Floats, most: Floats) -> Floats:
    """How far each sum's least, or most, lies from the most, or least, that its parts can be; infinite of no sum."""
    room = np.full(len(least), np.inf)
    for whole, parts, _ in relations:
        ends = most[parts].sum() - least[whole], most[whole] - least[parts].sum()
        room[whole] = min(room[whole], *ends)
    return room.reshape(shape)


def _relate(values: Floats, links: Sequence[Link]) -> list[Relation]:
    """All that is true of the numbers: no reader can know more."""
    tables, places = values.shape
    told = [(at * places + places - 1, [at * places + n for n in range(places - 1)]) for at in range(tables)]
    told += [
        (link.whole * places + place, [part * places + place for part in link.parts])
        for link in links
        for place in range(places)
    ]
    flat, found = values.ravel(), []
    for whole, parts in told:
        total = flat[parts].sum()
        if np.isnan(total) or np.isnan(flat[whole]):
            continue
        if total <= flat[whole]:
            found.append((whole, parts, bool(total == flat[whole])))
        else:  # different values, of which all have no more than the parts together
            found += [(whole, [part], False) for part in parts if flat[part] <= flat[whole]]
    return found


def _find_plain(
    inexact: Mask, relations: Sequence[Relation], least: Floats, most: Floats
) -> list[tuple[int, int]]:
    """Table and place of the rounded counts that only one number fits."""
    from scipy import sparse
    from scipy.optimize import linprog

    rows: dict[bool, list[dict[int, float]]] = {True: [], False: []}
    for whole, parts, adds_up in relations:
        rows[adds_up].append({whole: -1.0} | dict.fromkeys(parts, 1.0))

    def stack(lines: list[dict[int, float]]) -> sparse.csr_array | None:
        if not lines:
            return None
        at = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        cells = [cell for line in lines for cell in line]
        signs = [sign for line in lines for sign in line.values()]
        return sparse.csr_array((signs, (at, cells)), shape=(len(lines), len(least)))

    equal, within = stack(rows[True]), stack(rows[False])

    def reach(weights: Floats) -> Floats:
        answer = linprog(
            weights,
            A_eq=equal,
            b_eq=None if equal is None else np.zeros(equal.shape[0]),
            A_ub=within,
            b_ub=None if within is None else np.zeros(within.shape[0]),
            bounds=np.column_stack([least, most]),
            method="highs",
        )
        return np.asarray(answer.x)

    rng = np.random.default_rng(_SEED)
    left = np.flatnonzero(inexact.ravel())
    lowest, highest = np.full(len(least), np.inf), np.full(len(least), -np.inf)
    # What differs between any two answers is not plain; at last each that is left is asked by itself.
    for number in range(_TRIES + 1):
        for cells in [left] if number < _TRIES else left[:, None]:
            for sign in (1, -1):
                weights = np.zeros(len(least))
                weights[cells] = sign * rng.uniform(1, 2, len(cells))
                answer = reach(weights)
                lowest, highest = np.minimum(lowest, answer), np.maximum(highest, answer)
        left = left[highest[left] - lowest[left] < 1 - 1e-6]
        if not len(left):
            break
    return [(int(cell) // inexact.shape[1], int(cell) % inexact.shape[1]) for cell in left]
