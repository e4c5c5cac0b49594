"""Complementary suppression: which cells of linked tables must be hidden beside the small ones, by linear
programming.

A table has a number for every place, the whole area last. Tables of one kind over the months, quarters, halves and year
are linked, as months add up to quarters. Anyone who sees all of them can derive a hidden number from the others, unless
enough others are hidden, too (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, ch. 6). This
module looks for other numbers that agree with everything shown. If they differ from the true ones by at least 1, nobody
can tell which are true. If there are none, it hides the cells that make such numbers possible at the least cost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Keep = Callable[[str, Callable[[], Mask]], Mask]  # what is kept under a key, else made now and kept
SEED = 20211231
EPSILON = 1e-6
# A sum of amounts is known where it is known to less than this.
AMOUNT = 0.5
_AUDITS = 40
# How many facts may be hidden, a little less than, for one cell to be safe where all are looked at together: first
# where it costs little, so that much is safe before anything that costs more; each twice, up and down.
_PRICES = (1.2, 1.2, 2.2, 2.2, 3.2, 3.2, 4.2, 4.2, 6.2, 8.2, 12.2)
# Of no more than so many each is looked at alone, which hides the least.
_FEW = 8
# Every period of a year asks for the same cells: answers by the digest of the question, so many of them.
_KEPT: dict[str, Mask] = {}
_MOST_KEPT = 64


@dataclass
class Cells:
    """Numbers, the facts that show them, and the relations between them that a reader knows.

    Attributes
    ----------
    values : ndarray, shape (cells,)
    least : ndarray, shape (cells,)
        The least possible value for someone who does not see the number.
    counts : ndarray of bool, shape (cells,)
        Whether it is a whole number.
    fixed : ndarray of bool, shape (cells,)
        Cells that are never hidden by choice, such as zeros.
    shows : csr_array of bool, shape (facts, cells)
        The cells that each fact shows.
    exists : ndarray of bool, shape (facts,)
        Whether the fact has a number to hide.
    weights : ndarray, shape (cells,)
        The cost of hiding it.
    family : ndarray of int, shape (cells,)
        Cells that count the same thing in other places and periods have the same number.
    equal, within : list of (whole, parts)
        Relations in which the parts add up to the whole, or to no more than the whole.
    published : ndarray of bool, shape (cells,), optional
        Cells that releases show, whatever is hidden now.
    kept : ndarray of bool, shape (cells,), optional
        Cells that must not be derived where they are not shown; without it, all.
    """

    values: Floats
    least: Floats
    counts: Mask
    fixed: Mask
    shows: sparse.csr_array
    exists: Mask
    weights: Floats
    family: Numbers
    equal: list[tuple[int, Numbers]] = field(default_factory=list)
    within: list[tuple[int, Numbers]] = field(default_factory=list)
    published: Mask = field(default_factory=lambda: np.empty(0, bool))
    kept: Mask = field(default_factory=lambda: np.empty(0, bool))

    def __post_init__(self) -> None:
        if not len(self.published):
            self.published = np.zeros(len(self.values), bool)
        if not len(self.kept):
            self.kept = np.ones(len(self.values), bool)


def merge_equal(cells: Cells, small: Mask) -> tuple[Cells, Mask]:
    """Return the same with one cell for all numbers that a reader knows to be equal, and which cells are small."""
    n = len(cells.values)
    pairs = np.array([(whole, parts[0]) for whole, parts in cells.equal if len(parts) == 1]).reshape(-1, 2)
    graph = sparse.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    many, group = sparse.csgraph.connected_components(graph, directed=False)

    def gather(values: npt.NDArray[Any], take: np.ufunc) -> npt.NDArray[Any]:
        found = np.zeros(many, values.dtype)
        first = np.unique(group, return_index=True)[1]
        found[:] = values[first]
        take.at(found, group, values)
        return found

    def move(relations: Sequence[tuple[int, Numbers]]) -> list[tuple[int, Numbers]]:
        moved = {(int(group[whole]), tuple(sorted(group[parts].tolist()))) for whole, parts in relations}
        return [(whole, np.array(parts)) for whole, parts in sorted(moved) if parts != (whole,)]

    joined = sparse.csr_array((np.ones(n), (np.arange(n), group)), shape=(n, many))
    merged = Cells(
        values=gather(cells.values, np.maximum),
        least=gather(cells.least, np.maximum),
        counts=gather(cells.counts, np.logical_and),
        fixed=gather(cells.fixed, np.logical_or),
        shows=(cells.shows @ joined).tocsr(),
        exists=cells.exists,
        weights=gather(cells.weights, np.maximum),
        family=gather(cells.family, np.minimum),
        equal=move(cells.equal),
        within=move(cells.within),
        published=gather(cells.published, np.logical_or),
        kept=gather(cells.kept, np.logical_or),
    )
    return merged, gather(small, np.logical_or)


def stack(relations: Sequence[tuple[int, Numbers]], n: int) -> sparse.csr_array:
    """Return one row per relation: its parts minus its whole."""
    sizes = [len(parts) + 1 for _, parts in relations]
    at = np.concatenate([np.append(parts, whole) for whole, parts in relations] or [np.empty(0, int)])
    signs = np.concatenate([np.append(np.ones(len(parts)), -1.0) for _, parts in relations] or [np.empty(0)])
    rows = np.repeat(np.arange(len(relations)), sizes)
    return sparse.csr_array((signs, (rows, at)), shape=(len(relations), n))


class Protection:
    """The cells hidden so far, and those known to be safe."""

    def __init__(self, cells: Cells, small: Mask) -> None:
        cells, small = merge_equal(cells, small)
        self.cells = cells
        n = len(cells.values)
        self.equal, self.within = stack(cells.equal, n), stack(cells.within, n)
        self.lines = sparse.vstack([self.equal, self.within], format="csr")
        self.room = -(self.within @ cells.values)  # by how much each within may grow
        # Of the relations the parts, and the wholes, to see what follows from a zero.
        self.up = (self.lines > 0).astype(float).T.tocsr()
        self.down = (self.lines < 0).astype(float)
        self.step = np.where(cells.counts, 1 - EPSILON, AMOUNT)
        self.fixed = cells.fixed  # what is never hidden by choice
        self.chosen = small & ~cells.published
        self.safe = np.zeros(n, bool)
        self.lost = np.zeros(n, bool)
        self.of = cells.shows.T.tocsr()
        # Who sees the releases alone may know some already: nothing that is hidden now takes that back.
        if cells.published.any():
            self._see(cells.published)
            self.lost[self.audit()] = True
            self.safe[:] = False
        self._see()

    def _see(self, shown: Mask | None = None) -> None:
        cells = self.cells
        self.hidden_facts = (cells.shows @ self.chosen.astype(float) > 0) & cells.exists
        told = self.of @ (~self.hidden_facts).astype(float) > 0
        self.shown = told | cells.published if shown is None else shown.copy()
        # A zero that follows from a total of zero that is always shown need not be hidden.
        nought = self.shown & (cells.values == 0) & cells.fixed
        before = -1
        while nought.sum() != before:
            before = nought.sum()
            nought |= self.up @ (self.down @ nought.astype(float)) > 0
        self.to_keep = ~self.shown & ~nought & cells.kept & ~self.lost
        self.nought = nought & ~self.shown & self.fixed.any()

    def _solve(
        self, costs: Floats, free: Mask, forced: tuple[int, float] | None = None, *, wide: bool = False
    ) -> Floats | None:
        """Alternative numbers, minus the true ones, at the least cost of change.

        `free`: which cells may change, by at most 1 unless `wide`; `forced`: a cell and its change. None if there is
        no solution.
        """
        cells = self.cells
        at = np.flatnonzero(free & ~self.nought)
        far = cells.values.sum() + 1 if wide else 1.0
        low = np.maximum(-far, cells.least[at] - cells.values[at])
        high = np.full(len(at), far)
        paid = self.shown[at]
        if forced is not None:
            of = int(np.searchsorted(at, forced[0]))
            if not low[of] <= forced[1] <= high[of]:
                return None
            low[of] = high[of] = forced[1]
        equal, within = self.equal[:, at], self.within[:, at]
        equal = equal[np.diff(equal.indptr) > 0]
        grown = (within > 0).astype(float) @ high - (within < 0).astype(float) @ low
        used = grown > self.room
        within, room = within[used], self.room[used]
        lines = sparse.vstack([equal, within], format="csc")
        least = np.append(np.zeros(equal.shape[0]), np.full(within.shape[0], -np.inf))
        most = np.append(np.zeros(equal.shape[0]), room)
        # What is shown is paid for either way: its changes up and down are apart.
        both = sparse.hstack([lines, -lines[:, paid]], format="csc")
        price = np.append(costs[at], costs[at][paid])
        lows = np.append(np.where(paid, 0, low), np.zeros(paid.sum()))
        highs = np.append(np.where(paid, np.maximum(high, 0), high), np.maximum(-low[paid], 0))
        answer = milp(
            price,
            bounds=Bounds(lows, highs),
            constraints=[LinearConstraint(both, least, most)] if lines.shape[0] else None,
            options={"presolve": False},
        )
        if answer.x is None:
            return None
        change = np.zeros(len(cells.values))
        change[at] = answer.x[: len(at)]
        change[at[paid]] -= answer.x[len(at) :]
        return np.asarray(change)

    def _mark(self, change: Floats) -> None:
        self.safe |= np.abs(change) >= self.step

    def audit(self) -> Numbers:
        """Return the cells that can be derived from what is shown."""
        free = ~self.shown
        generator = np.random.default_rng(SEED)
        for _ in range(_AUDITS):
            left = self.to_keep & ~self.safe
            if not left.any():
                break
            weights = np.where(left, generator.uniform(1, 2, len(left)), 0)
            before, moved = left.sum(), 0.0
            for sign in (-1, 1):
                change = self._solve(sign * weights, free)
                assert change is not None
                self._mark(change)
                moved = max(moved, float(weights @ np.abs(change)))
            if moved < EPSILON:
                break
            if (self.to_keep & ~self.safe).sum() == before:
                for cell in np.flatnonzero(left):
                    self._audit_one(int(cell), free)
                break
        return np.flatnonzero(self.to_keep & ~self.safe)

    def _audit_one(self, cell: int, free: Mask) -> None:
        weights = np.zeros(len(free))
        weights[cell] = 1
        ends = [self._solve(sign * weights, free, wide=True) for sign in (-1, 1)]
        reach = sum(abs(end[cell]) for end in ends if end is not None)
        if reach >= self.step[cell]:
            self.safe[cell] = True

    def _count_costs(self) -> Floats:
        """The cost of hiding each cell: the facts that show it, weighted by how much they are wanted."""
        news = self.of @ (~self.hidden_facts & self.cells.exists).astype(float)
        return np.where(self.shown, news * self.cells.weights, 0.0)

    def _repair(self, cell: int) -> bool:
        """Hide, at the least cost, what is needed for one cell to be able to take another value."""
        cells = self.cells
        open_ = ~(self.shown & (self.fixed | cells.published))
        costs = self._count_costs()
        step = 1.0 if cells.counts[cell] else AMOUNT
        best = None
        # What is counted alike mostly is enough, and that nothing changes by more than 1.
        alike = open_ & (~self.shown | (cells.family == cells.family[cell]))
        for free, wide in ((alike, False), (open_, False), (open_, True)):
            for sign in (1, -1):
                change = self._solve(costs, free, (cell, sign * step), wide=wide)
                if change is not None and (best is None or costs @ np.abs(change) < costs @ np.abs(best)):
                    best = change
            if best is not None:
                break
        if best is None:
            return False
        self._mark(best)
        self.chosen |= self.shown & (np.abs(best) > EPSILON)
        self._see()
        return True

    def _repair_many(self, pinned: Numbers, price: float, first: int) -> None:
        """Hide what is needed for as many cells as affordable to take other values, alternately up and down.

        `first`: whether the first goes down (0) or up (1).
        """
        cells = self.cells
        costs = self._count_costs()
        free = ~(self.shown & (self.fixed | cells.published))
        signs = np.where((np.arange(len(pinned)) + first) % 2, 1, -1)
        signs[cells.values[pinned] - cells.least[pinned] < self.step[pinned]] = 1
        costs[pinned] = -price * signs
        change = self._solve(costs, free)
        if change is not None:
            self._mark(change)
            self.chosen |= self.shown & (np.abs(change) > EPSILON)
            self._see()

    def run(self) -> bool:
        """Hide cells until nothing hidden can be derived; False if that is impossible, as zeros are never hidden.

        Where releases show other numbers, zeros are, if nothing else helps.
        """
        if self._run():
            return True
        if not self.cells.published.any():
            return False
        self.fixed = np.zeros_like(self.fixed)
        return self._run()

    def _run(self) -> bool:
        hopeless = np.zeros(len(self.safe), bool)
        while True:
            pinned = [cell for cell in self.audit() if not hopeless[cell]]
            if not pinned:
                return not (hopeless & self.to_keep & ~self.safe).any()
            for at, price in enumerate(_PRICES):
                left = [cell for cell in pinned if not self.safe[cell]]
                if len(left) > _FEW:
                    self._repair_many(np.array(left), price, at % 2)
            pinned.sort(key=lambda cell: -self.cells.values[cell])
            for cell in pinned:
                if not self.safe[cell] and not self._repair(int(cell)):
                    hopeless[cell] = True


def _digest(cells: Cells, small: Mask) -> str:
    """Return the SHA-256 of only the numbers, so that it is the same in every process."""
    arrays = [small]
    for value in (getattr(cells, one.name) for one in fields(cells)):
        if isinstance(value, list):
            arrays += [np.array([len(value)]), np.array([(whole, len(parts)) for whole, parts in value])]
            arrays += [parts for _, parts in value]
        elif isinstance(value, np.ndarray):
            arrays.append(value)
        else:
            arrays += [np.array(value.shape), value.indptr, value.indices, value.data]
    digest = sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def hide_facts(cells: Cells, small: Mask, keep: Keep | None = None) -> Mask:
    """Return which facts must be hidden so that no small number can be derived.

    Parameters
    ----------
    cells : Cells
    small : ndarray of bool, shape (cells,)
    keep : callable, optional
        Caches the answer beyond this process. The key covers all arguments, so an answer can become stale only
        through changes of the code.

    Returns
    -------
    ndarray of bool, shape (facts,)
        In the order of `Cells.shows`; all facts if nothing less is enough.
    """

    def make() -> Mask:
        protection = Protection(cells, small)
        return protection.hidden_facts if protection.run() else np.ones_like(cells.exists)

    key = _digest(cells, small)
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = make() if keep is None else keep(key, make)
    return _KEPT[key].copy()
