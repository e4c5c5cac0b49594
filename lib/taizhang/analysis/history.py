"""The history of one premises (一企一档): what every ledger says of it, day by day, as rows were linked to it.

Ledgers that have no column for premises, such as incidents and drills, are looked through for its name as written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from taizhang.analysis.rows import is_sensitive, name_values
from taizhang.analysis.view import View, once_per_view
from taizhang.core.errors import ParameterError
from taizhang.core.privacy import is_person
from taizhang.core.reasons import suggest
from taizhang.facts import hazards, inspections
from taizhang.facts.folding import fold_name
from taizhang.facts.rows import Mask, Rows
from taizhang.metadata.kinds import PREMISES, PREMISES_KEY, find_premises_columns
from taizhang.metadata.terms import name_term

PENALTIES = "penalties"  # of visits, on a line of their own
# In order, what is told of a row beside its day; of other kinds, their first columns of text.
_TOLD = {
    "hazards": ("category", "description"), "inspections": ("mode", "action", "outcome"),
    "incidents": ("type", "description"), "drills": ("kind", "name"), "investigations": ("incident", "level"),
}  # fmt: skip
_MOST_TOLD = 2
_SHORTEST = 4  # letters of a name that is looked for in texts: a shorter one stands in others
_ABOUT = ("type", "trade", "address", "key", "grade", "insured", "status", "opened_on", "closed_on")
_PLACE = ("source_file", "source_sheet", "source_row")


@dataclass(frozen=True)
class History:
    """What ledgers say of one premises up to as_of.

    `names`: as they may be shown, most often written first. `about`: what the register says, by column. `events`, by
    day: kind (a ledger's, or penalties), day, exact (False: known to the month or so), until (the day on which a hazard
    was rectified, NaT where it was not), open, said, linked (False: found by its name in a text), amount (yuan of a
    penalty), and the row's file, sheet and number. `written`: kind, name (as shown) and rows.
    """

    key: str
    names: tuple[str, ...]
    district: str
    events: pd.DataFrame
    written: pd.DataFrame
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its events, in the order of the ledgers; penalties after inspections."""
        return tuple(self.events["kind"].cat.remove_unused_categories().cat.categories)


class _Linked(NamedTuple):
    """Rows of a kind that names premises: as shown, their keys, and the names as written."""

    rows: Rows
    keys: pd.Series
    names: pd.Series
    shown: pd.Series


@once_per_view
def list_premises(view: View) -> pd.DataFrame:
    """Return the premises that the view's ledgers name, those with most rows first.

    Indexed by premises_key: rows, name (the one most often written, as it may be shown).
    """
    parts = [
        pd.DataFrame(
            {"key": one.keys.to_numpy(), "name": one.shown.to_numpy(), "registered": kind == PREMISES}
        )
        for kind, one in _iterate_linked(view)
    ]
    every = pd.concat(parts) if parts else pd.DataFrame(columns=["key", "name", "registered"])
    every = every[every["key"].notna()]
    rows = every.groupby("key", sort=False)["registered"].agg(lambda of: int((~of.astype(bool)).sum()))
    names = every.dropna(subset="name").groupby(["key", "name"], sort=False).size().rename("n").reset_index()
    names = names.sort_values(["n", "name"], ascending=[False, True], kind="stable").drop_duplicates("key")
    found = pd.DataFrame({"rows": rows}).join(names.set_index("key")["name"]).rename_axis(PREMISES_KEY)
    order = found.reset_index().sort_values(["rows", PREMISES_KEY], ascending=[False, True])
    return order.set_index(PREMISES_KEY)


@once_per_view
def find_history(view: View, premises: str = "") -> History | None:
    """Return the history of the premises with a name or key; if empty, of those with the most rows. None if
    there are none.

    ParameterError if the view's ledgers name no such premises, or several of that name.
    """
    every = list_premises(view)
    if every.empty:
        return None
    key = _choose(view, every, premises)
    linked = [(kind, one, (one.keys == key).to_numpy(bool)) for kind, one in _iterate_linked(view)]
    names = pd.concat([one.shown[of] for _, one, of in linked]).dropna()
    written = {str(name) for _, one, of in linked for name in one.names[of].dropna()}
    codes = pd.concat([one.rows.frame().loc[of, "district_code"] for _, one, of in linked]).dropna()
    events = [
        part
        for kind, one, of in linked
        for part in _list_events(view, kind, one.rows, of, linked=True)
        if kind != PREMISES
    ]
    for kind in view.ledgers:
        if find_premises_columns(view.kinds[kind]) is None and not is_sensitive(view, kind):
            rows = view.recorded(kind)
            found = _name_it(view, kind, rows, written, set(codes))
            events += _list_events(view, kind, rows, found, linked=False)
    register = [_describe(view, one.rows, of) for kind, one, of in linked if kind == PREMISES]
    return History(
        key,
        tuple(map(str, names.value_counts(sort=True).index)),
        str(codes.mode().iloc[0]) if len(codes) else "",
        _sort(view, events),
        _count_names(linked),
        register[0] if register else {},
    )


def _count_names(linked: list[tuple[str, _Linked, Mask]]) -> pd.DataFrame:
    """How each ledger writes the name, and in how many rows: most first."""
    parts = [
        one.shown[of].dropna().value_counts().rename_axis("name").reset_index(name="rows").assign(kind=kind)
        for kind, one, of in linked
    ]
    return pd.concat(parts, ignore_index=True).sort_values(
        ["rows", "kind", "name"], ascending=[False, True, True]
    )


def _iterate_linked(view: View) -> Iterator[tuple[str, _Linked]]:
    for kind in view.ledgers:
        columns = find_premises_columns(view.kinds[kind])
        if columns is None:
            continue
        rows = view.recorded(kind)
        names, shown = (
            table.reindex(columns=[columns[0]])[columns[0]] for table in (rows.written(), rows.frame())
        )
        yield kind, _Linked(rows, rows.premises() if kind != PREMISES else _key_register(rows), names, shown)


def _key_register(rows: Rows) -> pd.Series:
    """The premises of each row of the register; in one that has not been linked, its name."""
    if rows.ledger.is_linked:
        return rows.premises()
    return rows.written()["name"].map(lambda name: fold_name(str(name)), na_action="ignore")


def _choose(view: View, every: pd.DataFrame, premises: str) -> str:
    """The key that a name, or a key, means."""
    if not premises.strip():
        return str(every.index[0])
    if premises in every.index:
        return premises
    asked = fold_name(premises)
    found = dict.fromkeys(
        str(key)
        for _, one in _iterate_linked(view)
        for key, name in zip(one.keys, one.names, strict=True)
        if pd.notna(key) and pd.notna(name) and fold_name(str(name)) == asked
    )
    if not found:
        known = [str(name) for name in every["name"].dropna() if "*" not in str(name)]
        raise ParameterError("analysis.no_premises", name=premises, near=suggest(premises, known[:2000]))
    if len(found) > 1:
        raise ParameterError("analysis.several_premises", name=premises, keys=list(found))
    return next(iter(found))


def _name_it(view: View, kind: str, rows: Rows, names: set[str], codes: set[str]) -> Mask:
    """Rows of a district where it is with a text that holds one of its names."""
    named = np.zeros(len(rows), bool)
    wanted = [fold_name(name) for name in names if not is_person(name)]
    wanted = [name for name in wanted if len(name) >= _SHORTEST]
    if not view.kinds[kind].date or not wanted:
        return named
    table, fields = rows.written(), view.kinds[kind].fields
    for name, about in fields.items():
        if about.type != "text" or about.personal or name == "district" or name not in table:
            continue
        holds = [
            text for text in table[name].dropna().unique() if any(one in fold_name(text) for one in wanted)
        ]
        named |= table[name].isin(holds).to_numpy(bool)
    return named & table["district_code"].isin(codes).to_numpy(bool)


def _list_events(view: View, kind: str, rows: Rows, chosen: Mask, *, linked: bool) -> Iterator[pd.DataFrame]:
    """Tabulate the chosen rows of a kind; visits with a penalty once more, as penalties."""
    day = view.kinds[kind].date
    if not day or not chosen.any() or view.kinds[kind].fields[day].type not in ("date", "datetime"):
        return
    at = np.flatnonzero(chosen)
    table = view.show(kind, rows).iloc[at]
    made = pd.DataFrame(
        {
            "kind": kind,
            "day": table[day].dt.normalize(),
            "exact": rows.is_day(day)[at],
            "until": pd.Series(pd.NaT, table.index, "datetime64[s]"),
            "open": False,
            "said": _tell(view, kind, table),
            "linked": linked,
            "amount": np.nan,
            **{name: table[name] for name in _PLACE if name in table},
        },
        index=table.index,
    )
    if kind == "hazards":
        done = rows.test(hazards.is_rectified)
        until = np.where(done, rows.test(hazards.find_rectified_day), np.datetime64("NaT", "D"))
        made["until"] = until[at].astype("datetime64[s]")
        made["open"] = rows.test(hazards.is_open)[at]
    yield made
    if kind == "inspections":
        fined = rows.test(inspections.is_penalised)[at]
        yield made[fined].assign(kind=PENALTIES, amount=rows.amounts("penalty_yuan")[at][fined])


def _tell(view: View, kind: str, table: pd.DataFrame) -> pd.Series:
    """What the first columns that are filled in say."""
    fields = view.kinds[kind].fields
    usual = [
        name for name, one in fields.items() if one.type == "text" and name != "district" and not one.personal
    ]
    columns = [name for name in _TOLD.get(kind, usual) if name in table]
    said = [
        name_values(table[name], kind, name, view.lang, view.kinds).where(table[name].notna(), "")
        for name in columns
    ]
    mark = "：" if view.lang == "zh" else ": "
    parts = zip(*said, strict=True) if said else ((),) * len(table)
    told = [
        mark.join(dict.fromkeys(one for one in row if one))
        for row in (list(filter(None, of))[:_MOST_TOLD] for of in parts)
    ]
    return pd.Series(told, table.index, dtype="str")


def _describe(view: View, rows: Rows, chosen: Mask) -> dict[str, str]:
    """What the register says of it in words; where several rows do, the first that says it."""
    table, about = rows.frame()[chosen], {}
    for name in _ABOUT:
        filled = table[name].dropna() if name in table else pd.Series(dtype="str")
        if filled.empty:
            continue
        first = filled.iloc[:1]
        if pd.api.types.is_datetime64_any_dtype(first):
            about[name] = f"{first.iloc[0]:%Y-%m-%d}"
        elif first.dtype == "boolean":
            about[name] = "true" if first.iloc[0] else "false"
        else:
            about[name] = name_term(str(first.iloc[0]), view.lang)
    return about


def _sort(view: View, events: list[pd.DataFrame]) -> pd.DataFrame:
    """All events by day, those of one day in the order of the ledgers."""
    lines = [
        one for kind in view.ledgers for one in ((kind, PENALTIES) if kind == "inspections" else (kind,))
    ]
    columns = ["kind", "day", "exact", "until", "open", "said", "linked", "amount", *_PLACE]
    every = pd.concat(events, ignore_index=True) if events else pd.DataFrame(columns=columns)
    every["kind"] = pd.Categorical(every["kind"], categories=lines)
    return every.sort_values(["day", "kind"], kind="stable", ignore_index=True)[columns]
