"""Figures, tables and sections of a report by id: their words, their sources, and which periods show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from taizhang.core.loading import parse_yaml
from taizhang.core.periods import SCALES
from taizhang.core.wording import fill
from taizhang.metadata.facts import unit_label
from taizhang.metadata.formats import format_number
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.words import label, name_places

_GIVEN = "..."
Subject = Sequence[Sequence[str]]  # sentences, each of some facts
Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class ExhibitColumn:
    """A table column: its head is its own words, a ledger's, or ``column.NAME``; the unit is on the right."""

    name: str
    words: Mapping[str, str]
    unit: str
    align: Align
    kind: str

    def head(self, lang: str) -> tuple[str, str, Align]:
        """Label, unit and alignment for a table column."""
        if self.kind:
            words = load_kinds()[self.kind].fields[self.name].label(lang)
        else:
            words = name_places(self.words[lang], lang) if self.words else label(f"column.{self.name}", lang)
        return words, unit_label(self.unit, lang) if self.unit else "", self.align


@dataclass(frozen=True)
class Exhibit:
    """The entry in exhibits.yml for one figure, table or section.

    `words`: by part, such as title, alt and note, by language. `source`: the ledgers behind it. `place`: where
    columns known only from the data are inserted. `shown`: by report (a template's name, or ``default``), the
    period lengths that show it; `annex`: those that show it in the annex; `brief`: those that show its short form,
    with at most `most` items (0: no limit). `facts`, `stocks`: what a section says, as in exhibits.yml.
    """

    id: str
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: tuple[str, ...] = ()
    columns: tuple[ExhibitColumn, ...] = ()
    place: int = 0
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    annex: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    brief: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most: int = 0
    facts: Sequence[Subject] = ()
    stocks: Sequence[Subject] = ()

    def is_shown(self, scale: str, report: str = "") -> bool:
        """Whether a report on a period of this length shows it; with no report, as in a notebook, its default."""
        return scale in self.shown.get(report, self.shown.get("default", SCALES))

    def is_annexed(self, scale: str, report: str = "") -> bool:
        """Return whether a report on a period of this length has it in its annex."""
        return scale in self.annex.get(report, self.annex.get("default", ()) if report else ())

    def is_brief(self, scale: str, report: str = "") -> bool:
        """Return whether a report on a period of this length has its short form."""
        return scale in self.brief.get(report, self.brief.get("default", ()))

    def say(self, part: str, lang: str, values: Mapping[str, object]) -> str:
        """Return the words of a part with placeholders filled; whole numbers are in the language's format."""
        return "".join(map(str, fill(name_places(self.words[part][lang], lang), values, _write)))


def _write(value: object) -> object:
    return value if isinstance(value, str) or not hasattr(value, "__float__") else format_number(float(value))


@cache
def load_exhibits() -> Mapping[str, Exhibit]:
    """Read exhibits.yml; ValueError if an entry has an unknown part or names no period length."""
    text = Path(__file__).with_name("exhibits.yml").read_text("utf-8")
    return {id: _read_exhibit(id, entry or {}) for id, entry in parse_yaml(text).items()}


def _read_exhibit(id: str, entry: Mapping[str, object]) -> Exhibit:
    words = {part: said for part, said in entry.items() if isinstance(said, Mapping) and "zh" in said}
    more = {part: said for part, said in entry.items() if part not in words}
    columns, source = (more.pop(name, None) or {} for name in ("columns", "source"))
    assert isinstance(columns, Mapping)
    shown, annex, brief = (_read_lengths(more.pop(name, None)) for name in ("shown", "annex", "brief"))
    facts, stocks, most = more.pop("facts", ()), more.pop("stocks", ()), more.pop("most", 0)
    lengths = {length for one in (shown, annex, brief) for named in one.values() for length in named}
    unknown = [*more, *sorted(lengths - set(SCALES))]
    if unknown:
        raise ValueError(f"exhibits.yml: '{unknown[0]}' of '{id}' is neither a part nor a length of period")
    ledgers = (source,) if isinstance(source, str) else tuple(source)  # type: ignore[arg-type]
    heads = tuple(_read_column(name, about or {}) for name, about in columns.items() if name != _GIVEN)
    place = list(columns).index(_GIVEN) if _GIVEN in columns else 0
    return Exhibit(id, words, ledgers, heads, place, shown, annex, brief, most, facts, stocks)  # type: ignore[arg-type]


def _read_lengths(entry: object) -> dict[str, tuple[str, ...]]:
    """Period lengths by report."""
    assert entry is None or isinstance(entry, Mapping)
    return {report: tuple(lengths) for report, lengths in (entry or {}).items()}


def _read_column(name: str, about: Mapping[str, str]) -> ExhibitColumn:
    words = {lang: about[lang] for lang in ("zh", "en") if lang in about}
    unit = about.get("unit", "")
    align = about.get("align", "right" if unit else "left")
    return ExhibitColumn(name, words, unit, align, about.get("of", ""))  # type: ignore[arg-type]
