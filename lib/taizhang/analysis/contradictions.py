"""Disasters that two ledgers record with different numbers, or that only one of them records."""

import numpy as np
import pandas as pd

from taizhang.analysis.silence import is_silent
from taizhang.analysis.view import View, once_per_view
from taizhang.facts.losses import APART, find_disasters, is_related

NUMBERS = ("affected", "evacuated", "loss_wan")
_APART = np.timedelta64(1, "D")  # most days between the two
_NEAR = np.timedelta64(APART, "D")  # within which another row may be of the same disaster


@once_per_view
def find_contradictions(view: View) -> pd.DataFrame:
    """Find rows of losses and incidents in the period that concern the same disaster but disagree.

    Returns `losses` and `incidents`, positions among the rows that the view counts, and the NUMBERS that differ,
    such as ``affected`` and ``affected_too``; NaN if they agree or one is missing. Rows are matched only if
    exactly one row of each ledger fits: same district and kind of disaster, same or adjacent days.
    """
    if not {"losses", "incidents"} <= set(view.ledgers):
        return pd.DataFrame()
    losses, incidents = view.counted("losses"), view.counted("incidents")
    events, _ = _read_disasters(losses.frame(), "event")
    speaks, natural = _read_disasters(incidents.frame(), "type")
    days, others = losses.days("occurred_on"), incidents.days("occurred_on")
    exact, exact_too = losses.is_day("occurred_on"), incidents.is_day("occurred_on")
    pairs = []
    for at, of in enumerate(events):
        same = (incidents.group == losses.group[at]) & (abs(others - days[at]) <= _APART)
        same &= exact_too & exact[at] & natural
        pairs += [(at, int(one)) for one in np.flatnonzero(same) if of and is_related(of, speaks[one])]
    table = pd.DataFrame(pairs, columns=["losses", "incidents"])
    table = table[~table["losses"].duplicated(keep=False) & ~table["incidents"].duplicated(keep=False)]
    for name in NUMBERS:
        one, other = losses.numbers(name)[table["losses"]], incidents.numbers(name)[table["incidents"]]
        differ = ~np.isclose(one, other, rtol=1e-6) & ~np.isnan(one) & ~np.isnan(other)
        table[name], table[f"{name}_too"] = np.where(differ, one, np.nan), np.where(differ, other, np.nan)
    return table[table[list(NUMBERS)].notna().any(axis=1)]


# By ledger, the columns that name a disaster.
_NAMING = {"losses": ("event",), "incidents": ("type", "description")}


@once_per_view
def find_lone(view: View) -> pd.DataFrame:
    """Find rows about a disaster in the period for which the other ledger (losses or incidents) has no row.

    `kind` is the row's ledger, and `at` its position among the rows that the view counts. A row is reported only if
    the other ledger has disaster rows for the district, is not silent at that time, and has no row that may mean the
    same disaster: up to three days apart, dated only to the month, or naming no kind of disaster. A natural incident
    is considered only if it names a kind of disaster and a loss, or people affected or evacuated. Only the district's
    own rows are used, so that its report and the whole area's agree.
    """
    found = [
        {"kind": kind, "at": int(at)}
        for kind, other in (("losses", "incidents"), ("incidents", "losses"))
        if {kind, other} <= set(view.ledgers)
        for at in _find_lone(view, kind, other)
    ]
    return pd.DataFrame(found, columns=["kind", "at"])


def _find_lone(view: View, kind: str, other: str) -> list[int]:
    rows, ledger = view.counted(kind), view.counted(other).ledger
    of_rows, natural = _read_disasters(rows.frame(), *_NAMING[kind])
    speaks, may_be = _read_disasters(ledger.table, *_NAMING[other])
    # If the other ledger has only accidents, no match is expected there.
    known = np.array([bool(of) for of in speaks], bool) & may_be
    first, last = ledger.days("occurred_on"), ledger.last_days("occurred_on")
    days, exact, codes = (
        rows.days("occurred_on"),
        rows.is_day("occurred_on"),
        view.districts["code"].astype("str"),
    )
    asked = exact & natural
    if kind == "incidents":
        asked &= np.any([np.nan_to_num(rows.numbers(name)) > 0 for name in NUMBERS], axis=0)
    lone = []
    for at in np.flatnonzero(asked):
        of = of_rows[at]
        if not of or is_silent(view, other, view.period, codes.iloc[int(rows.group[at])]):
            continue
        own = ledger.group == rows.group[at]
        if not known[own].any():
            continue
        near = own & (np.isnat(first) | ((first <= days[at] + _NEAR) & (last >= days[at] - _NEAR)))
        if not any(
            (may_be[one] and not speaks[one]) or is_related(of, speaks[one]) or is_related(speaks[one], of)
            for one in np.flatnonzero(near)
        ):
            lone.append(int(at))
    return lone


def _read_disasters(table: pd.DataFrame, *columns: str) -> tuple[list[frozenset[int]], np.ndarray]:
    """The kinds of disaster that each row names in these columns, and whether it may be of a disaster at all."""
    cells = table.reindex(columns=list(columns)).astype("str").fillna("")
    said = map(" ".join, cells.itertuples(index=False, name=None))
    may_be = np.ones(len(table), bool)
    if "class" in table:
        may_be = table["class"].astype("str").fillna("natural").eq("natural").to_numpy(bool)
    return [find_disasters(text) for text in said], may_be
