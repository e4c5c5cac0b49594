"""The sheets of a blank form: how the kind of each is marked, and how help sheets are recognised.

The second line of a ledger's form names its kind in brackets, so that a file with a sheet for each kind can be given
for any of them; the first cell of its other sheets says that they are not read.
"""

import re
from functools import cache
from typing import Protocol

from taizhang.core.reasons import LANGUAGES, Reason

_KIND = re.compile(r"\[(\w+)\]$")


class Cells(Protocol):
    """What is looked at of a sheet."""

    def text(self, row: int, column: int) -> str: ...


def say_form(name: str, lang: str) -> str:
    """A word or sentence of the forms, zh or en."""
    return Reason(f"ledgers.form.{name}").word(lang)


def describe_form(kind: str, row: str, lang: str) -> str:
    """The second line of a form: where to begin, what a row is, and of which kind it is."""
    told = Reason("ledgers.form.how", row=row).word(lang)
    return f"{say_form('start', lang)}{told} [{kind}]"


def find_form_kind(sheet: Cells, height: int) -> str | None:
    """The kind of a form's sheet: '' if it holds no ledger, None if it does not belong to a form."""
    if height and sheet.text(0, 0) in _list("unread"):
        return ""
    line = sheet.text(1, 0) if height > 1 else ""
    found = _KIND.search(line) if line.startswith(_list("start")) else None
    return found[1] if found else None


@cache
def _list(name: str) -> tuple[str, ...]:
    return tuple(say_form(name, lang) for lang in LANGUAGES)
