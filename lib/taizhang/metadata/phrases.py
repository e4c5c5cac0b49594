"""The words and clauses that clerks write in status and date cells, read from phrases.yml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from taizhang.core.loading import parse_yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Clause:
    """A clause: its `form` in classes of words, and the acts it states, each with the place of its day, or ''.

    `examples`: cells of a `kind` with their meaning, as written in phrases.yml.
    """

    form: str
    says: Mapping[str, str]
    kind: str = "hazards"
    examples: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """The columns that an act fills: `values` by column, and the column of its `day`, or ''."""

    values: Mapping[str, str] = field(default_factory=dict)
    day: str = ""


@dataclass(frozen=True)
class KindPhrases:
    """The columns of a kind that may hold phrases, and the acts these describe, later stages last."""

    columns: tuple[str, ...]
    acts: Mapping[str, Act]

    def find_act(self, column: str, header: str, answers: Mapping[str, Mapping[str, str]]) -> str:
        """Return the act that a day alone states in a column with this header, or ''."""
        if column in answers:
            told = (act for act, words in answers[column].items() if re.search(words, header, re.I))
            return next((act for act in told if act in self.acts), "")
        return next((name for name, act in self.acts.items() if act.day == column and name != "due"), "")


@dataclass(frozen=True)
class Casualties:
    """The words for casualties in one cell of a `kind`: by column (and `slight`), and for none.

    `account` is the column with the account of the event, `accounts` the phrases that report deaths, `denials` those
    that only seem to.
    """

    kind: str
    columns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    nobody: Mapping[str, tuple[str, ...]]
    fillers: tuple[str, ...]
    examples: Mapping[str, Mapping[str, int]]
    account: str
    accounts: tuple[str, ...]
    denials: tuple[str, ...]


@dataclass(frozen=True)
class Phrases:
    """The contents of phrases.yml; words are regular expressions by class."""

    fillers: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    clauses: tuple[Clause, ...]
    kinds: Mapping[str, KindPhrases]
    clashes: tuple[frozenset[str], ...]
    doubts: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Mapping[str, str]]
    affirmed: frozenset[str]
    casualties: Casualties

    def list_columns(self, kind: str) -> tuple[str, ...]:
        """Return the columns of a kind whose cells may contain phrases."""
        told = self.kinds[kind].columns if kind in self.kinds else ()
        return told + (self.casualties.columns if kind == self.casualties.kind else ())

    def find_act(self, kind: str, column: str, header: str) -> str:
        """Return the act that a day alone states in a kind's column with this header, or ''."""
        told = self.kinds.get(kind)
        return told.find_act(column, header, self.answers) if told and column in told.columns else ""


@cache
def load_phrases() -> Phrases:
    """Read phrases.yml."""
    data = parse_yaml((HERE / "phrases.yml").read_text("utf-8"))
    kinds = {
        name: KindPhrases(
            tuple(given["columns"]), {act: Act(**(fills or {})) for act, fills in given["acts"].items()}
        )
        for name, given in data["kinds"].items()
    }
    hurt = data["casualties"]
    casualties = Casualties(
        kind=hurt["kind"],
        columns=tuple(hurt["columns"]),
        words={name: tuple(words.split()) for name, words in hurt["words"].items()},
        nobody={text: tuple(columns) for text, columns in hurt["nobody"].items()},
        fillers=tuple(hurt["fillers"].split()),
        examples=hurt["examples"],
        account=hurt["account"],
        accounts=tuple(hurt["accounts"]),
        denials=tuple(hurt["denials"]),
    )
    return Phrases(
        casualties=casualties,
        fillers=tuple(data["fillers"].split()),
        words={name: tuple(words.split()) for name, words in data["words"].items()},
        clauses=tuple(Clause(**given) for given in data["clauses"]),
        kinds=kinds,
        doubts={said: tuple(words.split()) for said, words in data["doubts"].items()},
        answers=data["answers"],
        affirmed=frozenset(data["affirmed"].split()),
        clashes=tuple(map(frozenset, data["clash"])),
    )
