"""A commitment: the lists and rules of a draw are fixed, and their hash published, before its seed exists.

Without a commitment, anyone who holds the lists can change them once the seed is known, again and again, until the
draw suits them. A commitment is a text with the hash of every list, the rules, and the source of the seed; its SHA-256
is published, and the draw refuses anything that has changed since. A file cannot prove that the hash came first, as its
date can be set back: the proof is where and when the hash was published.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import Reason

if TYPE_CHECKING:
    from taizhang.draw.rules import DrawInput

FORMAT = "taizhang-draw-commitment-1"
LISTS = ("entities", "names", "inspectors", "avoid", "visited")


@dataclass(frozen=True)
class SeedRule:
    """The announced seed: the public number from which it is taken, the day of publication, and its form.

    `form` is a regular expression that the whole seed must match, as the same number could otherwise be written in
    several ways, each giving another draw; empty if none is set.
    """

    source: str
    on: date
    form: str = ""


@dataclass(frozen=True)
class Commitment:
    """What was fixed on a day: the SHA-256 of each list, the value of each rule, and the announced seed."""

    title: str
    made_on: date
    lists: Mapping[str, str]
    rules: Mapping[str, str]
    seed: SeedRule

    @property
    def lines(self) -> list[str]:
        """The text whose SHA-256 is published, line by line."""
        return [
            FORMAT,
            f"title\t{self.title}",
            f"made_on\t{self.made_on.isoformat()}",
            f"seed_from\t{self.seed.source}",
            f"seed_on\t{self.seed.on.isoformat()}",
            f"seed_form\t{self.seed.form}",
            *sorted(f"list\t{name}\t{sha256}" for name, sha256 in self.lists.items()),
            *sorted(f"rule\t{name}\t{value}" for name, value in self.rules.items()),
        ]

    @property
    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    @property
    def came_first(self) -> bool:
        """Return whether its stated day is before the seed's."""
        return self.made_on < self.seed.on


def hash_each_list(given: "DrawInput") -> dict[str, str]:
    """Return the SHA-256 of each list: one line per entry, sorted; names are included, so that none can be
    swapped."""
    lines = {
        "entities": [f"{number}\t{stratum}" for number, stratum in given.entities.items()],
        "names": [f"{number}\t{name}" for number, name in given.names.items()],
        "inspectors": list(given.inspectors),
        "avoid": [f"{inspector}\t{entity}" for inspector, entity in given.avoid],
        "visited": [f"{number}\t{day}" for number, day in given.visited.items()],
    }
    return {name: hashlib.sha256("\n".join(sorted(lines[name])).encode()).hexdigest() for name in LISTS}


def list_rules(given: "DrawInput") -> dict[str, str]:
    """Return the rules as text: the share of each stratum, the team size, the greatest number of visits."""
    shares = {f"share {name}": str(Decimal(str(share)).normalize()) for name, share in given.shares.items()}
    return {**shares, "team": str(given.team), "most_per_inspector": str(given.most)}


def make_commitment(given: "DrawInput", seed: SeedRule, today: date) -> Commitment:
    """Fix the lists and rules of a draw; ParameterError if its seed may exist already, or it has no title."""
    problems = []
    if not given.title.strip():
        problems.append(Reason("draw.commit.no_title"))
    if not seed.source.strip():
        problems.append(Reason("draw.commit.no_source"))
    if seed.on <= today:
        problems.append(Reason("draw.commit.too_late", day=seed.on, today=today))
    if problems:
        raise ParameterError.of(problems)
    return Commitment(given.title, today, hash_each_list(given), list_rules(given), seed)


def find_changes(commitment: Commitment, given: "DrawInput") -> list[Reason]:
    """Return the lists and rules that have changed since they were fixed."""
    lists, rules = hash_each_list(given), list_rules(given)
    changed = [name for name in LISTS if lists[name] != commitment.lists.get(name)]
    altered = [
        name for name in sorted({*rules, *commitment.rules}) if rules.get(name) != commitment.rules.get(name)
    ]
    reasons = [Reason("draw.commit.list_changed", name=Reason(f"draw.list_of.{name}")) for name in changed]
    reasons += [
        Reason(
            "draw.commit.rule_changed",
            name=name,
            now=rules.get(name, Reason("core.none")),
            then=commitment.rules.get(name, Reason("core.none")),
        )
        for name in altered
    ]
    if given.title != commitment.title:
        reasons.append(
            Reason("draw.commit.rule_changed", name="title", now=given.title, then=commitment.title)
        )
    return reasons


def find_seed_faults(commitment: Commitment, seed: str) -> list[Reason]:
    """Return the reasons why a seed does not match the announcement."""
    form = commitment.seed.form
    if form and not re.fullmatch(form, seed):
        return [Reason("draw.commit.seed_form", seed=seed, form=form)]
    return []


def check_in_time(commitment: Commitment, given: "DrawInput", seed: str, today: date) -> None:
    """Refuse a draw whose lists or rules have changed since they were fixed, or whose seed does not match."""
    problems = [*find_changes(commitment, given), *find_seed_faults(commitment, seed)]
    if today < commitment.seed.on:
        problems.append(
            Reason("draw.commit.too_early", day=commitment.seed.on, source=commitment.seed.source)
        )
    if problems:
        head = Reason(
            "draw.commit.refused", title=commitment.title, day=commitment.made_on, hash=commitment.sha256
        )
        raise ParameterError.of([head, *problems])
