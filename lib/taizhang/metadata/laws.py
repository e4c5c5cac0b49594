"""The legal texts behind the rules, with the dates they were in force, read from laws.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class Law:
    """An article, in force from `start` to `until`, both inclusive; `until` is None if it is still in force.

    `binds`: who is bound; `says`: the provision; `read_at`: where its wording was read.
    """

    title: Mapping[str, str]
    number: Mapping[str, str]
    article: Mapping[str, str]
    start: date
    binds: Mapping[str, str]
    says: Mapping[str, str]
    read_at: str
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def cite(self, lang: str) -> str:
        """The citation in a report."""
        title, number, article = self.title[lang], self.number[lang], self.article[lang]
        return f"《{title}》（{number}）{article}" if lang == "zh" else f"{title} ({number}), {article}"

    def cite_briefly(self, lang: str) -> str:
        """The citation on a first page: in English, where titles are long, by the shorter of title and number."""
        title, number = self.title[lang], self.number[lang]
        return self.cite(lang) if lang == "zh" else f"{min(title, number, key=len)}, {self.article[lang]}"


@cache
def load_laws() -> Mapping[str, tuple[Law, ...]]:
    """Read legal texts by the subject that rules refer to, in order of time."""
    text = (files("taizhang.metadata") / "laws.yml").read_text(encoding="utf-8")
    return {
        matter: tuple(sorted((_make(one) for one in entries), key=lambda law: law.start))
        for matter, entries in parse_yaml(text).items()
    }


def _make(entry: Mapping[str, object]) -> Law:
    return Law(**{"start" if name == "from" else name: value for name, value in entry.items()})  # type: ignore[arg-type]


def find_law(matter: str, day: date) -> Law | None:
    """Find the text in force on a day (the later of two); None if there was none, or the rule names no subject."""
    held = [law for law in load_laws().get(matter, ()) if law.holds_on(day)]
    return held[-1] if held else None
