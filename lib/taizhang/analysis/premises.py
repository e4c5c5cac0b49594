"""Premises by name: those with most records, with hazards that repeat, and those on the register never inspected."""

import numpy as np
import pandas as pd

from taizhang.analysis.history import list_premises
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards, inspections, premises
from taizhang.facts.rows import Mask, Rows
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import PREMISES, PREMISES_KEY, find_premises_columns

LONG_DAYS = (
    360  # on the register, and on record in the ledger of visits, before "never inspected" is said of it
)
_DAY = np.timedelta64(1, "D")


def count_by_kind(view: View) -> pd.DataFrame:
    """Return the rows of each ledger by premises, those with most rows first: name, a column for each kind, rows.

    Indexed by premises_key; rows of all periods up to as_of, those of the register not counted.
    """
    every = list_premises(view)
    counts = {
        kind: view.recorded(kind).premises().value_counts()
        for kind in view.ledgers
        if kind != PREMISES and find_premises_columns(view.kinds[kind]) is not None
    }
    made = pd.DataFrame(
        {kind: of.reindex(every.index).fillna(0).astype("int64") for kind, of in counts.items()}
    )
    return pd.concat([every[["name"]], made, every[["rows"]]], axis=1)


@once_per_view
def list_recurring(view: View) -> pd.DataFrame:
    """Return premises whose hazards repeat in the period, those with most repeats first.

    Columns: key, name, district_code, repeats, found (hazards of the period), open (of these), penalties (visits of the
    period with one; NaN if that is not known). Empty if the number of repeats is not known.
    """
    columns = ["key", "name", "district_code", "repeats", "found", "open", "penalties"]
    if "hazards" not in view.ledgers or not view.value("hazards.repeats"):
        return pd.DataFrame(columns=columns)
    rows = view.counted("hazards")
    shown = rows.frame().reindex(columns=["premises", "district_code"])
    table = pd.DataFrame(
        {
            "key": rows.premises().to_numpy(),
            "name": shown["premises"].to_numpy(),
            "district_code": shown["district_code"].astype("str").to_numpy(),
            "repeats": rows.test(hazards.is_repeat),
            "open": rows.test(hazards.is_open),
        }
    )
    table = table[table["key"].notna()]
    made = table.groupby(["district_code", "key"], sort=False).agg(
        name=("name", _choose_name), repeats=("repeats", "sum"), found=("key", "size"), open=("open", "sum")
    )
    made = made[made["repeats"] > 0].reset_index()
    made["penalties"] = _count_penalties(view, made)
    order = ["repeats", "found", "key"]
    return made.sort_values(order, ascending=[False, False, True], ignore_index=True)[columns]


def _choose_name(names: pd.Series) -> str:
    """The name that is written most often, the first of several."""
    known = names.dropna()
    return str(known.mode().iloc[0]) if len(known) else ""


def _count_penalties(view: View, made: pd.DataFrame) -> np.ndarray:
    unknown = np.full(len(made), np.nan)
    if "inspections" not in view.ledgers or view.value("inspections.penalties") is None:
        return unknown
    visits = view.counted("inspections")
    fined = visits.premises()[visits.test(inspections.is_penalised)]
    places = visits.frame()["district_code"].astype("str").loc[fined.index]
    counts = pd.Series(1, index=pd.MultiIndex.from_arrays([places, fined])).groupby(level=[0, 1]).sum()
    asked = pd.MultiIndex.from_frame(made[["district_code", "key"]])
    return counts.reindex(asked).fillna(0).to_numpy(float) if len(counts) else np.zeros(len(made))


def find_unvisited(view: View) -> tuple[Rows, Mask, Mask] | None:
    """Find premises on the register, open at as_of and for a year before, and those of them that no visit on record was
    linked to.

    Returns the register's rows, which of them are asked about, and which have never been inspected; None if either
    ledger is not there, goes back less than a year, or too many visits do not say where they were.
    """
    if not {PREMISES, "inspections"} <= set(view.ledgers) or not view.lasts("year"):
        return None
    register, visits = view.recorded(PREMISES), view.recorded("inspections")
    begun = view.begun("inspections")
    if (
        not len(visits)
        or pd.isna(begun)
        or np.datetime64(view.as_of, "D") - np.datetime64(begun, "D") < LONG_DAYS * _DAY
    ):
        return None
    named = visits.known(PREMISES_KEY) | visits.known("premises_id")
    if named.mean() < 0.9:
        return None
    opened = register.known("opened_on") & (
        register.last_days("opened_on") > register.as_of - LONG_DAYS * _DAY
    )
    asked = register.test(premises.is_open) & ~opened
    return register, asked, asked & ~premises.is_visited(register, visits)


@once_per_view
def count_unvisited(view: View) -> dict[str, tuple[int, int]]:
    """Count premises never inspected, and those asked about, by district and for ``all``; see `find_unvisited`."""
    found = find_unvisited(view)
    if found is None:
        return {}
    register, asked, never = found
    codes = register.frame()["district_code"].astype("str").to_numpy()
    by = {
        str(code): (int(never[codes == code].sum()), int(asked[codes == code].sum()))
        for code in np.unique(codes[asked])
    }
    return by | {ALL: (int(never.sum()), int(asked.sum()))}


@once_per_view
def list_unvisited(view: View) -> pd.DataFrame:
    """Return premises never inspected, the key ones first: name, district_code, trade, type, key, opened_on."""
    columns = ["name", "district_code", "trade", "type", "key", "opened_on"]
    found = find_unvisited(view)
    if found is None:
        return pd.DataFrame(columns=columns)
    register, _, never = found
    rows = view.show(PREMISES, register)[never].reindex(columns=columns)
    is_key = register.equals("key", True)[never]
    return rows.iloc[np.argsort(~is_key, kind="stable")].reset_index(drop=True)
