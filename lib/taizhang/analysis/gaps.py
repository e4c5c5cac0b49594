"""What cannot be stated about a view, and which ledger column would provide it."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.view import View, once_per_view
from taizhang.facts.compute import MEASURES
from taizhang.facts.grounds import MOST_UNKNOWN, Ground
from taizhang.facts.measures import PerPopulation, Scene
from taizhang.facts.rows import Rows
from taizhang.metadata.facts import ALL, split_target


@dataclass(frozen=True)
class Gap:
    """Why a fact is unknown: of the `of` rows concerned, only `known` have an answer.

    Any one of `columns`, in the ledger `kind`, would provide it. `partly`: for the whole area, enough
    rows have an answer, but not in every district. `all_of`: all of these columns are needed, and it is not known
    which is missing.
    """

    kind: str
    columns: tuple[str, ...]
    known: int
    of: int
    partly: bool = False
    all_of: bool = False


@dataclass(frozen=True)
class _Looked:
    """The rows of a view, in the form that measures need."""

    view: View

    def rows(self, kind: str, *, stock: bool = False) -> Rows:
        return self.view.standing(kind) if stock else self.view.counted(kind)


@once_per_view
def find_gap(view: View, fact: str) -> Gap | None:
    """Return why a fact of the view's district is empty, if rows lack what it rests on; otherwise None.

    Also None if the fact is suppressed, or no row is concerned.
    """
    row = view.fact(fact)
    if row is None or row["suppressed"] or pd.notna(row["value"]):
        return None
    parts = split_target(fact)
    measure = MEASURES.get(parts[0] if parts else fact)
    if measure is None:
        return None
    known, of = (float(row.get(name, np.nan)) for name in ("known", "of"))
    lacking = _lacks(known, of)
    if isinstance(measure, PerPopulation) and not lacking and of > 0:
        return Gap("population", (measure.column,), 0, 1)
    if not lacking and view.district != ALL:
        return None
    scene = cast(Scene, _Looked(view))
    for rows, ground in measure.find_grounds(scene):
        if ground.columns and _is_open(rows, ground):
            base = rows.test(ground.base)
            said, asked = int((base & rows.test(ground.known)).sum()), int(base.sum())
            return Gap(rows.ledger.kind, ground.columns, said, asked, not _lacks(said, asked))
    grounds = [ground for ground in measure.list_grounds() if ground.columns]
    if not lacking or not grounds:
        return None
    if len(grounds) == 1:
        return Gap(measure.kind, grounds[0].columns, int(known), int(of))
    return Gap(measure.kind, measure.columns, int(known), int(of), all_of=True)


def _lacks(known: float, of: float) -> bool:
    return bool(of - known > MOST_UNKNOWN * of)


def _is_open(rows: Rows, ground: Ground) -> bool:
    """Return whether a ground leaves too many rows of any district unknown."""
    base = rows.test(ground.base)
    places, known = rows.group[base] + 1, rows.test(ground.known)[base]  # -1: of no district
    shares = zip(np.bincount(places, weights=known), np.bincount(places), strict=True)
    return any(_lacks(known, of) for known, of in shares)


def rests_on_columns(fact: str) -> bool:
    """Return whether a fact rests on columns that a ledger may lack."""
    return fact in MEASURES and bool(MEASURES[fact].list_grounds())


@dataclass(frozen=True)
class Unsaid:
    """Of the `of` rows that need one of some columns, `unsaid` have no answer, few enough for the fact to be
    known."""

    kind: str
    columns: tuple[str, ...]
    unsaid: int
    of: int


def list_unsaid(view: View) -> list[Unsaid]:
    """Return missing answers of the view's facts for which enough rows have an answer, each once.

    For kinds with withheld small counts, only the numbers of known rows given by the facts are used.
    """
    scene, found = cast(Scene, _Looked(view)), dict[tuple[object, ...], Unsaid]()
    for fact, measure in MEASURES.items():
        row = view.fact(fact)
        if row is None or row["suppressed"] or pd.isna(row["value"]):
            continue
        for rows, ground in measure.find_grounds(scene):
            base = rows.test(ground.base)
            of, known = int(base.sum()), int((base & rows.test(ground.known)).sum())
            published = row.get("known") == known and row.get("of") == of
            if ground.columns and known < of and (published or not is_sensitive(view, measure.kind)):
                kind = rows.ledger.kind
                found.setdefault(
                    (kind, ground.columns, known, of), Unsaid(kind, ground.columns, of - known, of)
                )
    return list(found.values())


def list_noughts(view: View) -> dict[str, list[str]]:
    """Return, by kind, count columns in which nobody ever wrote 0, so that an empty cell means 0, if facts rest on
    them."""
    rested: dict[str, dict[str, None]] = {}
    for measure in MEASURES.values():
        rested.setdefault(measure.kind, {}).update(dict.fromkeys(measure.columns))
    found = {}
    for kind in (kind for kind in view.ledgers if kind in rested):
        ledger = view.counted(kind).ledger
        if names := [name for name in rested[kind] if ledger.has_no_nought(name)]:
            found[kind] = names
    return found


def count_cut(view: View) -> dict[str, int]:
    """Count, by kind, rows left out because the period covers only part of the month or year they are dated to."""
    counts = {kind: len(view.counted(kind).cut) for kind in view.ledgers}
    return {kind: number for kind, number in counts.items() if number}
