"""The list for a draw from the workbook's register of premises, as last ingested.

Premises are those that rows were linked to: one that stands twice is drawn once, and a visit counts however the ledger
of inspections writes the name.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from taizhang.core.errors import ParameterError
from taizhang.core.privacy import mask_persons
from taizhang.facts import premises
from taizhang.facts.rows import Ledger, Rows
from taizhang.metadata.kinds import PREMISES, PREMISES_KEY, load_kinds
from taizhang.settings.draw import UNKNOWN

_NEEDED = (
    "district_code",
    "name",
    "status",
    "opened_on",
    "opened_on_precision",
    "closed_on",
    "closed_on_precision",
)
_JOINT = "·"


def read_register(processed: Path, strata: Sequence[str], once: date | None, day: date) -> pd.DataFrame:
    """Return the premises of the register that are open on a day.

    Columns: id, name (a person's masked), stratum, number. `strata` are columns of the register; with several, a
    stratum is named by all of them. With `once`, visited_on: the last visit on record up to the day. ParameterError if
    there is no register, or it has no such column.
    """
    path = processed / f"{PREMISES}.parquet"
    if not path.exists():
        raise ParameterError("draw.register.not_there")
    there = pq.read_schema(path).names
    if PREMISES_KEY not in there:
        raise ParameterError("draw.register.not_there")
    fields = load_kinds()[PREMISES].fields
    shown = [name for name in there if name in fields and not fields[name].personal]
    if missing := [name for name in strata if name not in shown]:
        raise ParameterError("draw.register.no_column", columns=missing)
    wanted = dict.fromkeys((*_NEEDED, "premises_id", PREMISES_KEY, *strata))
    table = pd.read_parquet(path, columns=[name for name in wanted if name in there])
    ledger = Ledger(PREMISES, table, pd.Index(table["district_code"].dropna().unique()))
    listed = Rows(ledger, None, day)
    rows = listed.written()[listed.test(premises.is_open)]
    rows = rows[rows[PREMISES_KEY].notna()]
    made = pd.DataFrame(
        {
            "id": rows[PREMISES_KEY].astype("str"),
            "name": mask_persons(rows["name"].astype("str")),
            "stratum": _name_strata(rows, strata),
            "number": rows["premises_id"].astype("str") if "premises_id" in rows else pd.NA,
        }
    )
    if once is not None:
        made["visited_on"] = made["id"].map(_list_visits(processed, day))
    return made.reset_index(drop=True)


def _name_strata(rows: pd.DataFrame, strata: Sequence[str]) -> pd.Series:
    """The class of each row: what the columns say, a category or yes-or-no in Chinese, as the ledgers write it."""
    fields, parts = load_kinds()[PREMISES].fields, []
    for name in strata:
        texts = rows[name].astype("str").str.strip()
        words = {value: about.zh for value, about in fields[name].values.items()}
        texts = texts.str.lower() if fields[name].type == "boolean" else texts
        parts.append(texts.replace(words).fillna(UNKNOWN))
    named = [_JOINT.join(of) for of in zip(*parts, strict=True)]
    return pd.Series(named, rows.index, dtype="str")


def _list_visits(processed: Path, day: date) -> dict[str, str]:
    """The last day of a visit up to a day, by premises."""
    path = processed / "inspections.parquet"
    if not path.exists() or PREMISES_KEY not in pq.read_schema(path).names:
        raise ParameterError("draw.register.no_visits")
    visits = pd.read_parquet(path, columns=[PREMISES_KEY, "inspected_on"]).dropna()
    visits = visits[visits["inspected_on"] < pd.Timestamp(day) + pd.Timedelta(days=1)]
    last = visits.groupby(PREMISES_KEY)["inspected_on"].max()
    return {str(key): f"{last_day:%Y-%m-%d}" for key, last_day in last.items()}
