"""Restore records, dataclasses and named tuples from JSON."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


def restore(kind: Any, kept: Any) -> Any:
    """Restore a record of a class from a mapping, and tuples from lists; TypeError or ValueError if a value
    doesn't fit."""
    if isinstance(kind, type) and is_dataclass(kind) and not isinstance(kept, kind):
        nested = _find_nested(kind)
        return kind(**{name: restore(nested.get(name), one) for name, one in dict(kept).items()})
    if isinstance(kept, list) and hasattr(kind, "_fields"):
        return kind(*kept)
    if isinstance(kind, UnionType):  # of a record or none
        known = [one for one in get_args(kind) if one is not NoneType]
        return kept if kept is None or len(known) > 1 else restore(known[0], kept)
    if get_origin(kind) is tuple:
        return tuple(restore(get_args(kind)[0], one) for one in kept)
    if get_origin(kind) in (dict, Mapping):
        return {name: restore(get_args(kind)[1], one) for name, one in dict(kept).items()}
    return kept


@cache
def _find_nested(kind: type) -> dict[str, Any]:
    """Find the fields of a record that JSON stores in another form, with their types."""
    hints = get_type_hints(kind)
    return {
        name: hint
        for name, hint in hints.items()
        if get_origin(hint) or not isinstance(hint, type) or is_dataclass(hint) or hasattr(hint, "_fields")
    }
