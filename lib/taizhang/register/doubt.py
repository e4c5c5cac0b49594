"""Pairs that a person must decide about, side by side, with evidence for and against."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from taizhang.register.compare import LEVELS
from taizhang.register.groups import Groups
from taizhang.register.keys import show_name
from taizhang.register.likely import Likely
from taizhang.register.mentions import Atoms
from taizhang.register.names import Name

DOUBTFUL_COLUMNS = (
    "a", "b", "probability", "name_a", "name_b", "district_code", "address_a", "address_b", "number_a", "number_b",
    "rows_a", "rows_b", "place_a", "place_b", "speaks_for", "speaks_against",
)  # fmt: skip

# What a column says of two premises: if it differs, and if it is the same.
_SAID = {"address": ("other_address", "same_address"), "number": ("other_number", "same_number")}


def list_doubtful(
    likely: Likely, atoms: Atoms, groups: Groups, called: np.ndarray, mentions: pd.DataFrame
) -> pd.DataFrame:
    """One row for each doubtful pair of groups, in `DOUBTFUL_COLUMNS`, most likely first.

    `speaks_for` and `speaks_against`: codes, with ; between, worded by ``register.speaks.<code>``.
    """
    table = atoms.table
    needed = sorted({atom for pair in likely.doubtful for atom in pair[:2]})
    told = ["folded", "district_code", "code", "number", "address", "registered"]
    cells = zip(*(table.loc[needed, one].to_numpy(object) for one in told), strict=True)
    told_of = {atom: dict(zip(told, row, strict=True)) for atom, row in zip(needed, cells, strict=True)}
    places = dict(zip(needed, _name_places(mentions.iloc[table.loc[needed, "first"]]), strict=True))
    seen: set[tuple[str, str]] = set()
    rows: list[dict[str, object]] = []
    sizes = table["rows"].groupby(called).sum().to_dict() if len(likely.doubtful) else {}
    for one, other, probability, level in likely.doubtful:
        if groups.find(one) == groups.find(other) or not groups.may_ask(one, other):
            continue
        first, second = sorted((one, other), key=lambda atom: str(called[atom]))
        keys = str(called[first]), str(called[second])
        if keys in seen:
            continue
        seen.add(keys)
        speaks = _weigh(told_of[first], told_of[second], (atoms.names[first], atoms.names[second]), level)
        row: dict[str, object] = {"a": keys[0], "b": keys[1], "probability": round(probability, 4)}
        for side, atom in (("a", first), ("b", second)):
            its = told_of[atom]
            row |= {
                f"name_{side}": show_name(its["folded"]),
                f"address_{side}": its["address"],
                f"number_{side}": its["code"] or its["number"],
                f"rows_{side}": int(sizes[called[atom]]),
                f"place_{side}": places[atom],
            }
        row["district_code"] = told_of[first]["district_code"]
        row["speaks_for"] = ";".join(code for code, good in speaks if good)
        row["speaks_against"] = ";".join(code for code, good in speaks if not good)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(DOUBTFUL_COLUMNS))


def _name_places(rows: pd.DataFrame) -> list[str]:
    """The places of rows: file#sheet:row."""
    told = rows.reindex(columns=["source_file", "source_sheet", "source_row"]).astype("str").fillna("")
    return [
        "".join((file, f"#{sheet}" if sheet else "", f":{number}" if number else ""))
        for file, sheet, number in told.itertuples(index=False)
    ]


def _weigh(
    a: Mapping[str, Any], b: Mapping[str, Any], names: tuple[Name, Name], level: int
) -> list[tuple[str, bool]]:
    """The evidence for two being the same (True) and against."""
    found = [(LEVELS[level], True)]
    if names[0].trade and names[1].trade:
        found.append(("same_trade", True) if names[0].trade == names[1].trade else ("other_trade", False))
    if names[0].branch != names[1].branch:
        found.append(("branch", False))
    for column in _SAID:
        if pd.notna(a[column]) and pd.notna(b[column]) and a[column] and b[column]:
            same = a[column] == b[column]
            found.append((_SAID[column][bool(same)], bool(same)))
    if bool(a["registered"]) and bool(b["registered"]):
        found.append(("both_registered", False))
    return found
