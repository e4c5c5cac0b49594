"""How the values of a column were understood, for people to check."""

from collections.abc import Mapping, Sequence

import numpy as np

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import Relative
from taizhang.ledgers.model import Understood
from taizhang.ledgers.phrases import Day, Said
from taizhang.ledgers.text import write_cell
from taizhang.ledgers.values import Answer, Parsed
from taizhang.metadata.kinds import DATED_TYPES, NUMBER_TYPES, Field, Kind

_MOST_VALUES = 200
_LONGEST = 60


def list_understood(
    kind: Kind, parsed: Mapping[str, Parsed], written: Mapping[str, Sequence[object]]
) -> tuple[Understood, ...]:
    """Return, for each column, the values that had to be interpreted, most frequent first; none of personal
    columns."""
    found: list[Understood] = []
    for name, values in written.items():
        field, column = kind.fields[name], parsed[name]
        if field.personal or not column.answers:
            continue
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(values))
        told = [
            Understood(name, write_cell(value)[:_LONGEST], meaning, int(count))
            for value, answer, count in zip(values, column.answers, counts, strict=False)
            if count and (meaning := _tell(answer, field)) is not None
        ]
        found += sorted(told, key=lambda one: -one.count)[:_MOST_VALUES]
    return tuple(found)


def _tell(answer: Answer, field: Field) -> Reason | str | None:
    """Return what a value was read as, where it is not what the value says in so many words."""
    if answer.said:
        said = answer.said
        if answer.value is not None:
            said = Said((*{**dict(said.values), field.name: answer.value}.items(),), said.days)
        return _tell_said(said)
    if answer.value is None:
        return None if answer.relative is None else _tell_day(answer.relative)
    if field.type in ("category", "boolean"):
        return str(answer.value).lower() if field.type == "boolean" else str(answer.value)
    if field.type in DATED_TYPES and answer.precision != "day":
        return _tell_day((answer.value, answer.precision))
    if field.type == "count_or_names" and answer.note and answer.note.code == "ledgers.number.names_counted":
        return None  # names are counted, and shown nowhere
    if field.type in NUMBER_TYPES and answer.note:
        return f"{answer.value:g}"
    return None


def _tell_said(said: Said) -> Reason:
    parts = [Reason("ledgers.understood.part", column=name, value=value) for name, value in said.values]
    parts += [Reason("ledgers.understood.part", column=name, value=_tell_day(day)) for name, day in said.days]
    return Reason("ledgers.understood.parts", parts=parts)


def _tell_day(day: Day) -> Reason:
    if not isinstance(day, Relative):
        first, precision = day
        forms = {"month": f"{first:%Y-%m}", "year": f"{first:%Y}"}
        return Reason(f"ledgers.understood.{precision}", day=forms.get(precision, f"{first:%Y-%m-%d}"))
    if day.month:
        name = "month_first" if day.precision == "month" else "last_first" if not day.day else "day_first"
        return Reason(f"ledgers.understood.{name}", month=day.month, day=day.day)
    if day.end:
        return Reason(f"ledgers.understood.{day.end}_end")
    if day.working:
        return Reason("ledgers.understood.working_days", days=day.working)
    if day.months:
        return Reason("ledgers.understood.months", months=day.months)
    return Reason("ledgers.understood.days", days=day.days) if day.days else Reason("ledgers.understood.same")
