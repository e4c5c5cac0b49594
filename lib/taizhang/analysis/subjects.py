"""The subjects of findings by name: premises, schools, events as recorded in the ledgers, most serious first.

Kinds with suppressed small counts have no rows in a view, so nothing from them is named.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from taizhang.analysis.actions import list_stages
from taizhang.analysis.contradictions import NUMBERS, find_contradictions, find_lone
from taizhang.analysis.premises import find_unvisited
from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards, incidents, losses, supplies
from taizhang.facts.compute import MEASURES
from taizhang.facts.measures import Count, Coverage, Ratio, Share
from taizhang.facts.rows import Mask, Rows
from taizhang.facts.terms import find_term_start
from taizhang.metadata.facts import ALL
from taizhang.metadata.rules import FindingRule, SubjectsRule
from taizhang.metadata.terms import name_term
from taizhang.metadata.words import label

MOST = 10  # subjects that a finding names at most
CHECKED = "checked"  # of a rule whose check itself says what it is about
_LONGEST = 48  # letters of a description that are told, or half as many Chinese characters
_MID_YEAR = 7  # a spring term begins before, an autumn term after
_PLACE = ("source_file", "source_sheet", "source_row")


@dataclass(frozen=True)
class Evidence:
    """The value of a placeholder in a rule's words.

    A number with its decimals, a day, or a text, which may be the name of a fact. `fact` is the fact that the
    number is, `basis` the fact from which it is computed.
    """

    value: float | date | str
    decimals: int = 0
    fact: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Subject:
    """One thing that a finding is about.

    `name` and `what` are as in the ledger; `amount` says how serious it is (days overdue, deaths, the day it was
    due), `more` adds what else the rule states. `kind` and `row` (file, sheet, row) say where it is recorded,
    `district` to which district it belongs, and `day` when it happened, if known to the day.
    """

    name: str
    what: str = ""
    amount: Evidence | None = None
    kind: str = ""
    row: tuple[str | int, ...] = ()
    district: str = ""
    day: date | None = None
    more: Mapping[str, Evidence] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """The first subjects of a finding, their total number, and how many are past the rule's red threshold."""

    first: tuple[Subject, ...] = ()
    total: int = 0
    grave: int = 0


def name_subjects(view: View, rule: FindingRule, district: str) -> Named:
    """Name the subjects of a rule's finding in a district, or in the whole area."""
    if rule.subjects is None or rule.subjects.rows == CHECKED:
        return Named()
    table = _list_rows(view, rule.subjects, rule.fact)
    if district != ALL and len(table):
        table = table[table["district_code"] == district]
    if table.empty:
        return Named()
    return Named(
        tuple(_make(row) for row in table.head(MOST).to_dict("records")),
        len(table),
        count_grave(rule, table["amount"]),
    )


def count_grave(rule: FindingRule, amounts: Iterable[float]) -> int:
    """Count the amounts that make a finding red."""
    if rule.red_above is not None:
        return sum(one > rule.red_above for one in amounts)
    return 0 if rule.red_below is None else sum(one < rule.red_below for one in amounts)


@once_per_view
def _list_rows(view: View, about: SubjectsRule, fact: str) -> pd.DataFrame:
    """The rows that a rule is about, the gravest first.

    name, what, amount (a number or a day), kind, row, district_code, day and `more`; empty if the view has none.
    """
    find = _ROWS[about.rows] if about.rows else partial(_find_counted, fact=fact)
    return find(view, about)


def _make(row: Mapping[Any, Any]) -> Subject:
    return Subject(
        name=str(row["name"]),
        what=str(row["what"]),
        amount=_weigh(row["amount"]),
        kind=str(row["kind"]),
        row=tuple(row["row"]),
        district=str(row["district_code"]),
        day=None if pd.isna(row["day"]) else row["day"].date(),
        more=row["more"],
    )


def _weigh(value: Any, basis: str = "") -> Evidence | None:
    """Return a cell as evidence; None if it is empty."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return Evidence(value.date())
    if isinstance(value, str):
        return Evidence(value)
    number = float(value)
    return Evidence(number, 0 if number == int(number) else 1, basis=basis)


# Rows, by how a rule finds them.


def _find_counted(view: View, about: SubjectsRule, *, fact: str) -> pd.DataFrame:
    """Find the rows that a fact counts; for a share, those known to fail."""
    measure = MEASURES[fact]
    if not measure.kinds <= set(view.ledgers):
        return pd.DataFrame()
    if isinstance(measure, Coverage):
        asked = view.counted(measure.of)
        covered = measure.covered(asked, view.counted(measure.kind))
        return _tabulate(view, asked, asked.test(measure.rows) & ~covered, about)
    rows = view.standing(measure.kind) if measure.stock else view.counted(measure.kind)
    if isinstance(measure, Ratio):
        left = rows.test(measure.bottom) - rows.test(measure.top)
        return _tabulate(view, rows, left > 0, about, left)
    assert isinstance(measure, Count | Share)
    chosen = rows.test(measure.counted)
    if isinstance(measure, Share):
        chosen = rows.test(measure.asked) & ~chosen
    return _tabulate(view, rows, chosen, about)


def _tabulate(
    view: View, rows: Rows, chosen: Mask, about: SubjectsRule, amounts: np.ndarray | None = None
) -> pd.DataFrame:
    """Tabulate the chosen rows, with what a rule says about each."""
    kind, at = rows.ledger.kind, np.flatnonzero(chosen)
    table = rows.frame().iloc[at]
    numbers = {name: rows.amounts(name)[at] for name in about.numbers}
    texts = {
        name: table[name]
        .astype("str")
        .map(partial(_name_text, lang=view.lang, is_term=name == rows.ledger.term))
        for name in about.texts
        if name in table
    }
    day = pd.Series(pd.NaT, table.index)
    if date := rows.ledger.date:
        day = table[date].where(rows.is_day(date)[at])
    made = pd.DataFrame(
        {
            "name": _choose_text(view, kind, table, about.name),
            "what": _choose_text(view, kind, table, about.what).map(_shorten),
            "amount": (_measure(rows, about) if amounts is None else amounts)[at],
            "kind": kind,
            "row": list(table.reindex(columns=list(_PLACE)).itertuples(index=False, name=None)),
            "district_code": table["district_code"].astype("str"),
            "day": day,
        },
        index=table.index,
    )
    cells = {name: pd.Series(of, table.index) for name, of in (numbers | texts).items()}
    more = [
        {name: found for name, of in cells.items() if (found := _tell(of.iloc[place], f"{kind}.{name}"))}
        for place in range(len(made))
    ]
    made["more"] = pd.Series(more, made.index, dtype=object)
    # A day that is past is the graver the earlier it was.
    return made.sort_values("amount", ascending=made["amount"].dtype.kind == "M", kind="stable")


def _name_text(text: str, *, lang: str, is_term: bool) -> str:
    """A text as a page in a language has it; in English a school term by its season and year."""
    begins = find_term_start(text) if is_term and lang == "en" and isinstance(text, str) else None
    if begins is None:
        return name_term(text, lang) if isinstance(text, str) else text
    return label(f"school_term.{'spring' if begins.month < _MID_YEAR else 'autumn'}", lang, year=begins.year)


def _tell(value: Any, basis: str) -> Evidence | None:
    """Return whether a cell is worth mentioning: not empty, and not zero."""
    return _weigh(value, basis) if pd.notna(value) and value not in (0, "") else None


def _measure(rows: Rows, about: SubjectsRule) -> np.ndarray:
    """Return how grave each row is."""
    if about.since:
        days = (rows.as_of - rows.last_days(about.since)).astype("timedelta64[D]")
        return np.where(np.isnat(days), np.nan, days.astype(np.int64))
    if about.amount in rows.ledger.date_columns:
        return np.where(rows.is_day(about.amount), rows.days(about.amount), np.datetime64("NaT")).astype(
            "datetime64[s]"
        )
    return rows.amounts(about.amount) if about.amount else np.full(len(rows), np.nan)


def _choose_text(view: View, kind: str, table: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return the first of some columns that is filled in, in words; otherwise nothing."""
    said = pd.Series(pd.NA, table.index, dtype="str")
    for name in columns:
        if name in table:
            filled = table[name].notna()
            said = said.fillna(name_values(table[name], kind, name, view.lang, view.kinds).where(filled))
    return said.fillna("").map(partial(name_term, lang=view.lang))


def _shorten(text: str) -> str:
    """Shorten a description to its first sentence, and to the room in a line."""
    for stop in "。；;：:\n":
        text = text.split(stop)[0]
    widths = np.cumsum([1 + (character >= "\u2e80") for character in text])
    return text if not text or widths[-1] <= _LONGEST else text[: int((widths <= _LONGEST - 2).sum())] + "…"


def _find_accidents(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Events with deaths, and accidents of a level above the lowest: the highest level first, then most deaths.

    Ties are ordered by the district with most deaths, as the verdict names it first.
    """
    if "incidents" not in view.ledgers:
        return pd.DataFrame()
    rows = view.counted("incidents")
    level = rows.test(incidents.find_level)
    chosen = (np.nan_to_num(rows.amounts("deaths")) > 0) | (level > 0)
    made = _tabulate(view, rows, chosen, about)
    made["level"] = pd.Series(level[chosen], rows.frame().index[chosen])
    made["what"] = [
        label(f"grade.{incidents.LEVELS[at]}", view.lang) if at > 0 else "" for at in made["level"]
    ]
    made["of_district"] = made.groupby("district_code")["amount"].transform("sum")
    order = ["level", "amount", "of_district"]
    return made.sort_values(order, ascending=False, kind="stable").drop(columns="of_district")


def _find_repeats(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Find premises with repeated hazards, those with most first, and their categories, most common first."""
    if "hazards" not in view.ledgers:
        return pd.DataFrame()
    rows = view.counted("hazards")
    made = _tabulate(view, rows, rows.test(hazards.is_repeat), about)
    # As rows were linked: by the names that are shown, premises told apart by a masked number only would be one.
    made["premises"] = rows.premises().loc[made.index]
    joint = "、" if view.lang == "zh" else ", "
    made["amount"] = made.groupby(["district_code", "premises", "what"], sort=False)["name"].transform("size")
    made = made.sort_values("amount", ascending=False, kind="stable")
    groups = made.groupby(["district_code", "premises"], sort=False)
    kinds = groups["what"].transform(lambda of: joint.join(dict.fromkeys(one for one in of if one)))
    firsts = groups.head(1).assign(what=kinds, amount=groups["name"].transform("size"))
    return firsts.sort_values("amount", ascending=False, kind="stable")


def _find_never_inspected(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Find premises never inspected, the key ones first."""
    found = find_unvisited(view)
    if found is None:
        return pd.DataFrame()
    register, _, never = found
    made = _tabulate(view, register, never, about)
    is_key = register.equals("key", True)[never]
    return made.iloc[np.argsort(~is_key, kind="stable")]


def _find_short(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Find supplies below the standard, those furthest below it first."""
    if "supplies" not in view.ledgers:
        return pd.DataFrame()
    rows = view.counted("supplies")
    quantity, standard = rows.numbers("quantity"), rows.numbers("standard")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = pd.Series(quantity / standard, rows.frame().index)
    made = _tabulate(view, rows, rows.test(supplies.is_below_standard), about, standard - quantity)
    return made.loc[share[made.index].sort_values(kind="stable").index]


def _find_stages(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Stages of special actions that are not done and past their last day, the latest first."""
    stages = list_stages(view, True)
    if stages.empty:
        return stages
    rows = view.standing("actions")
    overdue = set(stages.loc[stages["state"] == "overdue", list(_PLACE)].itertuples(index=False, name=None))
    places = rows.frame()[list(_PLACE)].itertuples(index=False, name=None)
    return _tabulate(view, rows, np.array([place in overdue for place in places], bool), about)


def _find_cells(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Grid cells without a responsible person."""
    if view.grid is None:
        return pd.DataFrame()
    cells = pd.DataFrame(view.grid.drop(columns="geometry", errors="ignore"))
    cells = cells[(cells["assigned"] == False).fillna(False)]  # noqa: E712  # NA where no column says
    return pd.DataFrame(
        {
            "name": cells["name"].fillna(cells["code"]).astype("str"), "what": "", "amount": np.nan, "kind": "grid",
            "row": [()] * len(cells), "district_code": cells["district_code"].astype("str"), "day": pd.NaT,
            "more": [{}] * len(cells),
        },
        index=cells.index,
    )  # fmt: skip


def _find_unwarned(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Find disasters without a warning on record before them, those that affected most people first."""
    if not {"losses", "warnings"} <= set(view.ledgers):
        return pd.DataFrame()
    rows = view.counted("losses")
    chosen, _ = losses.find_unwarned(rows, view.counted("warnings").ledger)
    return _tabulate(view, rows, chosen, about)


def _find_contradictions(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Find disasters on which two ledgers differ, those that affected most people first."""
    pairs = find_contradictions(view)
    if pairs.empty:
        return pairs
    rows = view.counted("losses")
    made = _tabulate(view, rows, np.isin(np.arange(len(rows)), pairs["losses"]), about).sort_index()
    pairs = pairs.sort_values("losses")
    names = {name + too: f"losses.{name}" for name in NUMBERS for too in ("", "_too")}
    more = [
        {name: one for name, basis in names.items() if (one := _weigh(row[name], basis))}
        for row in pairs.to_dict("records")
    ]
    made["more"] = pd.Series(more, made.index, dtype=object)
    return made.sort_values("amount", ascending=False, kind="stable")


def _find_lone(view: View, about: SubjectsRule) -> pd.DataFrame:
    """Find disasters recorded in only one ledger, and which ledger, those that affected most people first."""
    lone, parts = find_lone(view), []
    for kind, of in lone.groupby("kind", sort=False):
        rows = view.counted(str(kind))
        made = _tabulate(view, rows, np.isin(np.arange(len(rows)), of["at"]), about)
        parts.append(made.assign(what=label(f"findings.only_in.{kind}", view.lang)))
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).sort_values("amount", ascending=False, kind="stable")


_ROWS: Mapping[str, Callable[[View, SubjectsRule], pd.DataFrame]] = {
    "accidents": _find_accidents,
    "repeats": _find_repeats,
    "unvisited": _find_never_inspected,
    "short": _find_short,
    "stages": _find_stages,
    "cells": _find_cells,
    "unwarned": _find_unwarned,
    "contradictions": _find_contradictions,
    "lone": _find_lone,
}
