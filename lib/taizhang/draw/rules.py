"""The rules of the draw: tickets by SHA-256, strata, avoidance, one visit each. No files and no other randomness.

Anyone can repeat a draw in any programming language, since each ticket is the SHA-256 of a text whose parts are all in
the record.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import Reason
from taizhang.draw.commitment import Commitment, find_changes, find_seed_faults

ANY = "*"


@dataclass(frozen=True)
class DrawInput:
    """The lists and rules of a draw.

    `entities`: stratum by number; each entity occurs once, however many departments list it. `inspectors`: numbers,
    never names. `shares`: share drawn by stratum, 0 to 1; ``*`` for strata not named. `avoid`: pairs (inspector,
    entity) that must not meet (回避). `visited`: entities not drawn, each with the day of its last visit
    (综合查一次). `team`: inspectors per visit; `most`: visits per inspector, 0 for no limit. `names` have no effect on
    the draw.
    """

    title: str
    entities: Mapping[str, str]
    inspectors: tuple[str, ...]
    shares: Mapping[str, float]
    avoid: tuple[tuple[str, str], ...] = ()
    visited: Mapping[str, str] = field(default_factory=dict)
    team: int = 2
    most: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One entity drawn, with its inspectors; fewer than a full team if not enough were available."""

    entity: str
    stratum: str
    ticket: str
    inspectors: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """A draw: the input, the seed, the lists' hash, and the visits in the order drawn.

    `commitment`: what was fixed before the seed existed, or None.
    """

    given: DrawInput
    seed: str
    list_sha256: str
    visits: tuple[Visit, ...]
    commitment: Commitment | None = None

    @property
    def unfilled(self) -> tuple[Visit, ...]:
        """Visits whose team could not be made up."""
        return tuple(visit for visit in self.visits if len(visit.inspectors) < self.given.team)


def hash_lists(given: DrawInput) -> str:
    """Return the SHA-256 included in every ticket, so that other lists give another draw."""
    lines = [f"entity\t{number}\t{stratum}" for number, stratum in given.entities.items()]
    lines += [f"inspector\t{number}\t" for number in given.inspectors]
    lines += [f"avoid\t{inspector}\t{entity}" for inspector, entity in given.avoid]
    lines += [f"visited\t{number}\t" for number in given.visited]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _ticket(seed: str, lists: str, purpose: str, number: str) -> str:
    return hashlib.sha256(f"{seed}\n{lists}\n{purpose}\n{number}".encode()).hexdigest()


def count_drawn(size: int, share: float) -> int:
    """Return how many of a stratum are drawn: the share, rounded half up, and at least one if it is above 0."""
    if share <= 0 or size == 0:
        return 0
    number = int((Decimal(size) * Decimal(str(share))).quantize(Decimal(1), ROUND_HALF_UP))
    return min(max(number, 1), size)


def check_input(given: DrawInput) -> None:
    """Check the lists and rules; raise one ParameterError that names all mistakes."""
    strata = set(given.entities.values())
    avoiding, avoided = ({pair[at] for pair in given.avoid} for at in (0, 1))
    problems = []
    if not given.entities:
        problems.append(Reason("draw.input.nothing"))
    if twice := {number for number, count in Counter(given.inspectors).items() if count > 1}:
        problems.append(Reason("draw.input.twice", inspectors=sorted(twice)))
    if not 1 <= given.team <= len(given.inspectors):
        problems.append(Reason("draw.input.team", team=given.team, n=len(given.inspectors)))
    if ANY not in given.shares and (unshared := strata - set(given.shares)):
        problems.append(Reason("draw.input.no_share", strata=sorted(unshared)))
    if of_no_entity := set(given.shares) - strata - {ANY}:
        problems.append(Reason("draw.input.no_stratum", strata=sorted(of_no_entity)))
    if wrong := [name for name, share in given.shares.items() if not 0 <= share <= 1]:
        problems.append(Reason("draw.input.share", strata=wrong))
    if no_inspectors := avoiding - set(given.inspectors):
        problems.append(Reason("draw.input.no_inspector", inspectors=sorted(no_inspectors)))
    if no_entities := avoided - set(given.entities):
        problems.append(Reason("draw.input.no_entity", entities=sorted(no_entities)))
    if problems:
        raise ParameterError.of(problems)


def make_draw(given: DrawInput, seed: str) -> Draw:
    """Draw entities within strata, and inspectors for each; equal lists, rules and seed give an equal draw on any
    machine.

    The seed is any text fixed in public before the draw, such as the day's lottery numbers. ParameterError if lists or
    rules have mistakes, or the seed is empty.
    """
    check_input(given)
    if not seed.strip():
        raise ParameterError("draw.no_seed")
    lists = hash_lists(given)
    drawn = []
    for stratum in sorted(set(given.entities.values())):
        members = [number for number, of in given.entities.items() if of == stratum]
        open_to = [number for number in members if number not in given.visited]
        tickets = sorted((_ticket(seed, lists, "entity", number), number) for number in open_to)
        share = given.shares.get(stratum, given.shares.get(ANY, 0.0))
        # The share is of all in the stratum; those visited already count as done.
        wanted = max(count_drawn(len(members), share) - (len(members) - len(open_to)), 0)
        drawn += [(ticket, number, stratum) for ticket, number in tickets[:wanted]]
    banned = set(given.avoid)
    load = dict.fromkeys(given.inspectors, 0)
    visits = []
    for ticket, number, stratum in sorted(drawn):
        free = [
            inspector
            for inspector in given.inspectors
            if (inspector, number) not in banned and (not given.most or load[inspector] < given.most)
        ]
        free.sort(key=lambda inspector: (load[inspector], _ticket(seed, lists, number, inspector)))
        team = tuple(free[: given.team])
        for inspector in team:
            load[inspector] += 1
        visits.append(Visit(number, stratum, ticket, team))
    return Draw(given, seed, lists, tuple(visits))


def repeat_draw(draw: Draw) -> list[Reason]:
    """Repeat the draw of a record and return the differences; empty if there are none."""
    again = make_draw(draw.given, draw.seed)
    faults = []
    if draw.commitment is not None:
        faults += find_changes(draw.commitment, draw.given) + find_seed_faults(draw.commitment, draw.seed)
    if again.list_sha256 != draw.list_sha256:
        faults.append(Reason("draw.record.hash", hash=again.list_sha256, recorded=draw.list_sha256))
    if len(again.visits) != len(draw.visits):
        faults.append(Reason("draw.record.count", n=len(again.visits), recorded=len(draw.visits)))
    for place, (new, old) in enumerate(zip(again.visits, draw.visits, strict=False), 1):
        if new != old:
            drawn = {"entity": new.entity, "team": ", ".join(new.inspectors)}
            recorded = {"recorded": old.entity, "recorded_team": ", ".join(old.inspectors)}
            faults.append(Reason("draw.record.visit", place=place, **drawn, **recorded))
    return faults
