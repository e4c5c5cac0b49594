"""Match decisions to atoms, and find those that contradict each other, also through codes, numbers and names."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from taizhang.core.reasons import Reason
from taizhang.register.decisions import Decision
from taizhang.register.keys import make_key
from taizhang.register.mentions import Atoms
from taizhang.register.names import fold_name


@dataclass
class Agreed:
    """Pairs of atoms that people decided to be the same, and to be apart; `used`: how many decisions found their
    premises; `unused`: lines of those whose premises no row names."""

    same: list[tuple[int, int]] = field(default_factory=list)
    apart: list[tuple[int, int]] = field(default_factory=list)
    errors: list[Reason] = field(default_factory=list)
    used: int = 0
    unused: list[int] = field(default_factory=list)


def settle_decisions(
    decisions: Sequence[Decision],
    atoms: Atoms,
    keys: Sequence[str],
    links: Mapping[str, Sequence[Sequence[int]]],
) -> Agreed:
    """Bring decisions to atoms. Those that contradict each other are errors, and none of them is followed.

    `links`: sets of atoms that are one by code, number or name.
    """
    agreed = Agreed()
    if not decisions:
        return agreed
    found = _find_keys(atoms, keys)
    told: list[Decision] = []
    for one in decisions:
        if found.get(tidy_key(one.a)) and found.get(tidy_key(one.b)):
            told.append(one)
        else:
            agreed.unused.append(one.line)
    agreed.used = len(told)
    graph = _Graph([one for one in told if one.same], found, links)
    wrong: set[int] = set()
    for one in told:
        if one.same:
            continue
        first, second = found[tidy_key(one.a)], found[tidy_key(one.b)]
        path = [] if set(first) & set(second) else graph.find_path(first, second)
        if path is None:
            continue
        lines = [step for step in path if isinstance(step, int)]
        wrong.update(lines, [one.line])
        agreed.errors.append(_word(one, lines, [step for step in path if isinstance(step, str)]))
    for one in told:
        if one.line in wrong:
            continue
        first, second = found[tidy_key(one.a)], found[tidy_key(one.b)]
        pairs = (
            [(first[0], other) for other in second] if one.same else [(a, b) for a in first for b in second]
        )
        (agreed.same if one.same else agreed.apart).extend(pairs)
        if one.same:
            agreed.same.extend((first[0], other) for other in first[1:])
    return agreed


def tidy_key(key: str) -> str:
    """A key in standard form: width, blanks, and a leading apostrophe do not matter."""
    return fold_name(key)


def _find_keys(atoms: Atoms, keys: Sequence[str]) -> dict[str, list[int]]:
    """The atoms that each key means: its own, and by district and name also those that have a credit code by now."""
    found: dict[str, list[int]] = {}
    for atom, key in enumerate(keys):
        found.setdefault(tidy_key(key), []).append(atom)
    coded = atoms.table[(atoms.table["code"] != "") & (atoms.table["folded"] != "")]
    for atom, district, folded in zip(coded.index, coded["district_code"], coded["folded"], strict=True):
        members = found.setdefault(tidy_key(make_key(district, folded)), [])
        if atom not in members:
            members.append(atom)
    return found


class _Graph:
    """The ties between atoms: decisions (by line), and codes, numbers and names (by word)."""

    def __init__(
        self,
        same: Sequence[Decision],
        found: Mapping[str, list[int]],
        links: Mapping[str, Sequence[Sequence[int]]],
    ) -> None:
        self._decided: dict[int, list[tuple[int | str, int]]] = {}
        self._linked: dict[str, dict[int, list[Sequence[int]]]] = {}
        for one in same:
            ends = [*found[tidy_key(one.a)], *found[tidy_key(one.b)]]
            for end in ends:
                self._decided.setdefault(end, []).extend((one.line, other) for other in ends if other != end)
        for how, sets in links.items():
            by_atom = self._linked.setdefault(how, {})
            for members in sets:
                for atom in members:
                    by_atom.setdefault(atom, []).append(members)

    def find_path(self, starts: Iterable[int], ends: Iterable[int]) -> list[int | str] | None:
        """The fewest lines, with the ways between, by which two premises are one; None unless a decision is among them.

        A decision that two are apart is stronger than a code, a number or a name alone.
        """
        for ways in ((), ("code",), ("code", "number", "name")):
            path = self._search(list(starts), set(ends), ways)
            if path is not None and any(isinstance(step, int) for step in path):
                return path
        return None

    def _search(self, starts: list[int], ends: set[int], ways: Sequence[str]) -> list[int | str] | None:
        before: dict[int, tuple[int, int | str] | None] = dict.fromkeys(starts)
        queue = deque(starts)
        while queue:
            atom = queue.popleft()
            if atom in ends:
                return self._trace(atom, before)
            steps = list(self._decided.get(atom, ()))
            for how in ways:
                steps += [(how, other) for members in self._linked[how].get(atom, ()) for other in members]
            for step, other in steps:
                if other not in before:
                    before[other] = (atom, step)
                    queue.append(other)
        return None

    @staticmethod
    def _trace(atom: int, before: Mapping[int, tuple[int, int | str] | None]) -> list[int | str]:
        steps: list[int | str] = []
        while (came := before[atom]) is not None:
            atom, step = came
            steps.append(step)
        return list(dict.fromkeys(reversed(steps)))


def _word(apart: Decision, lines: Sequence[int], ways: Sequence[str]) -> Reason:
    if not lines:
        return Reason("register.pairs.one_already", line=apart.line, a=apart.a, b=apart.b)
    if ways:
        return Reason(
            "register.pairs.contradiction_by",
            lines=sorted(lines), line=apart.line, a=apart.a, b=apart.b,
            ways=[Reason(f"register.pairs.way.{way}") for way in ways],
        )  # fmt: skip
    return Reason("register.pairs.contradiction", lines=sorted(lines), line=apart.line, a=apart.a, b=apart.b)
