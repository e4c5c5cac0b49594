"""Group atoms into premises: decisions are followed, and links never join two credit codes or two branches."""

from collections.abc import Iterable

import numpy as np


class Groups:
    """Disjoint groups of atoms, of which some must stay apart.

    `codes` and `branches`, by atom; an empty code or None as branch tells nothing. A group of two codes or two branches
    can only be made by `force`.
    """

    def __init__(self, codes: list[str], branches: list[str | None]) -> None:
        self._parents = list(range(len(codes)))
        self._codes = list(codes)
        self._branches = list(branches)
        self._apart: dict[int, set[int]] = {}
        self._members: dict[int, list[int]] = {}

    def find(self, atom: int) -> int:
        """The first atom of an atom's group."""
        parents = self._parents
        while parents[atom] != atom:
            parents[atom] = atom = parents[parents[atom]]
        return atom

    def part(self, one: int, other: int) -> None:
        """Keep the groups of two atoms apart from now on."""
        a, b = self.find(one), self.find(other)
        if a != b:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def may_unite(self, one: int, other: int) -> bool:
        """Return whether the groups of two atoms may be joined: no decision, code or branch is against it."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return True
        codes = self._codes[a], self._codes[b]
        branches = self._branches[a], self._branches[b]
        return not (
            b in self._apart.get(a, ())
            or (codes[0] and codes[1] and codes[0] != codes[1])
            or (branches[0] is not None and branches[1] is not None and branches[0] != branches[1])
        )

    def may_ask(self, one: int, other: int) -> bool:
        """Return whether a person may be asked if two atoms' groups are one: also of a firm and of a branch."""
        a, b = self.find(one), self.find(other)
        return self.may_unite(a, b) or not (
            b in self._apart.get(a, ())
            or (self._codes[a] and self._codes[b] and self._codes[a] != self._codes[b])
            or (self._branches[a] and self._branches[b])
        )

    def unite(self, one: int, other: int) -> bool:
        """Join the groups of two atoms if nothing is against it; return whether they are joined."""
        if not self.may_unite(one, other):
            return False
        self.force(one, other)
        return True

    def force(self, one: int, other: int) -> None:
        """Join the groups of two atoms, whatever their codes and branches, because a person decided so."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return
        if len(self._members.get(a, ())) < len(self._members.get(b, ())):
            a, b = b, a
        self._parents[b] = a
        self._codes[a] = self._codes[a] or self._codes[b]
        self._branches[a] = self._branches[b] if self._branches[a] is None else self._branches[a]
        self._members.setdefault(a, [a]).extend(self._members.pop(b, [b]))
        for third in self._apart.pop(b, set()):
            self._apart[third].discard(b)
            self._apart[third].add(a)
            self._apart.setdefault(a, set()).add(third)

    def unite_all(self, atoms: Iterable[int]) -> list[tuple[int, int]]:
        """Unite atoms that are the same by one key, unless that would join two codes; return the pairs made.

        Where the key is that of two codes, those without a code could be either's, and stay as they are.
        """
        listed = list(atoms)
        codes = {self._codes[self.find(atom)] for atom in listed} - {""}
        if len(codes) > 1:
            return []
        return [(listed[0], other) for other in listed[1:] if self.unite(listed[0], other)]

    def list_roots(self) -> np.ndarray:
        """The group of each atom, as its first atom's number."""
        return np.array([self.find(atom) for atom in range(len(self._parents))], dtype=np.int64)
