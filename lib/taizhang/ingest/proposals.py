"""Lines for workbook.toml that would settle what could not be read, as data."""

from dataclasses import dataclass

from taizhang.core.reasons import Reason

ALIASES = "boundaries.aliases"


@dataclass(frozen=True)
class Proposal:
    """A line to paste into a table of workbook.toml; an empty value is for a person to fill in.

    With `choice` the line is commented out: a person decides whether, or which of several.
    """

    table: str
    key: str
    value: str
    comment: Reason | str = ""
    choice: bool = False

    def word(self, lang: str = "") -> str:
        """As TOML has it, its comment in a language."""
        key = self.key if self.key.isascii() and self.key.isidentifier() else quote(self.key)
        comment = self.comment.word(lang) if isinstance(self.comment, Reason) else self.comment
        line = f"{key} = {quote(self.value)}" + (f"  # {comment}" if comment else "")
        return f"# {line}" if self.choice else line


def quote(text: str) -> str:
    """A text as TOML quotes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def list_near(reason: Reason) -> tuple[Proposal, ...]:
    """The districts near in name that a reason gives for one that is not known, each as an alias."""
    near = dict(reason.root.parameters).get("near", ())
    return tuple(Proposal(ALIASES, one["text"], one["code"], one["name"]) for one in near)
