"""Reading spreadsheets into checked tables."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taizhang.ledgers.child import start_child
    from taizhang.ledgers.duplicates import RunningNumbers, find_twins, hash_keys
    from taizhang.ledgers.model import (
        Applied,
        Correction,
        Disagreement,
        FileRead,
        HeaderRead,
        Source,
        TableRead,
    )
    from taizhang.ledgers.reading import is_read_in_parts, iterate_parts
    from taizhang.ledgers.rules import find_rule_breaks
    from taizhang.ledgers.sandbox import read_ledger_file, read_sheets, survey_ledger_file
    from taizhang.ledgers.survey import FileSeen, Survey, TableSeen

_WHERE = dict.fromkeys(
    "Applied Correction Disagreement FileRead HeaderRead Source TableRead".split(), "model"
)
_WHERE |= dict.fromkeys(("RunningNumbers", "find_twins", "hash_keys"), "duplicates")
_WHERE |= dict.fromkeys(("FileSeen", "Survey", "TableSeen"), "survey")
_WHERE |= {
    "survey_ledger_file": "sandbox",
    "find_rule_breaks": "rules",
    "is_read_in_parts": "reading",
    "iterate_parts": "reading",
    "read_ledger_file": "sandbox",
    "read_sheets": "sandbox",
    "start_child": "child",
}

__all__ = [
    "Applied",
    "Correction",
    "Disagreement",
    "FileRead",
    "FileSeen",
    "HeaderRead",
    "RunningNumbers",
    "Source",
    "Survey",
    "TableRead",
    "TableSeen",
    "find_rule_breaks",
    "find_twins",
    "hash_keys",
    "is_read_in_parts",
    "iterate_parts",
    "read_ledger_file",
    "read_sheets",
    "start_child",
    "survey_ledger_file",
]


def __getattr__(name: str) -> Any:
    """Load a module when something of it is first used: a command that reads no ledger loads none."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
