"""Lines for workbook.toml that would resolve what could not be read, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.settings.reading import KeyPath
from taizhang.settings.writing import Line, find_table

ALIASES = "boundaries.aliases"
ASK_ABOVE = "boundaries.match.ask_above"


@dataclass(frozen=True)
class Proposal:
    """A line to paste into a table of workbook.toml.

    With `choice` the line is commented out: a person decides whether to use it, or which of several. `count`: how many
    rows or cells it affects; `source`: which of several [[ledgers.KIND]] (from 0), -1 if there is only one.
    """

    table: str
    key: str
    value: str
    comment: Reason | str = ""
    choice: bool = False
    count: int = 0
    source: int = -1

    @property
    def place(self) -> KeyPath:
        """The table as keys and positions."""
        parts: list[str | int] = [*self.table.split(".")]
        return tuple([*parts[:2], self.source, *parts[2:]] if self.source >= 0 else parts)

    def make_line(self, lang: str = "") -> Line:
        """The line as written in the file, with its comment in a language."""
        comment = self.comment.word(lang) if isinstance(self.comment, Reason) else self.comment
        return Line(self.place, self.key, self.value, comment, self.choice)

    def add(self, other: "Proposal") -> "Proposal":
        """Merge the same decision about other rows, adding up the counts."""
        count, comment = self.count + other.count, self.comment
        if isinstance(comment, Reason):
            comment = comment.replace(count=count)
        return replace(self, count=count, comment=comment)

    @property
    def personal(self) -> bool:
        """Whether it contains a phone or identity number, which must not be shown."""
        return any(mask_numbers(text) != text for text in (self.key, self.value))

    def word(self, lang: str = "") -> str:
        """The line as TOML, with its comment in a language."""
        return self.make_line(lang).text


def merge_proposals(proposals: Sequence[Proposal], settings: Mapping[str, Any]) -> list[Proposal]:
    """Each decision once, those affecting most rows first, without what workbook.toml already says."""
    merged: dict[tuple[KeyPath, str, str], Proposal] = {}
    for one in proposals:
        if one.key in (find_table(settings, one.place) or ()):
            continue
        key = (one.place, one.key, one.value)
        merged[key] = merged[key].add(one) if key in merged else one
    return sorted(merged.values(), key=lambda one: -one.count)


def list_near(reason: Reason) -> tuple[Proposal, ...]:
    """The similarly named districts that a reason suggests, each as an alias; or the unit above."""
    if reason.root.code == ASK_ABOVE:
        unit = dict(reason.root.parameters)["unit"]
        return (Proposal("boundaries", "parent", str(unit), choice=True),)
    near = dict(reason.root.parameters).get("near", ())
    return tuple(Proposal(ALIASES, one["text"], one["code"], one["name"]) for one in near)
