"""Mentions of premises, one per ledger row, and the atoms formed from indistinguishable rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.core.privacy import has_credit_digit
from taizhang.register.names import Name, fold_name, parse_names

MENTION_COLUMNS = (
    "kind", "district_code", "name", "number", "address", "lon", "lat", "type", "trade", "registered", "source_file",
    "source_sheet", "source_row",
)  # fmt: skip
LINK_COLUMNS = ("premises_key", "how", "probability")
_TOLD = ("name", "address", "type", "trade", "lon", "lat")


@dataclass(frozen=True)
class Atoms:
    """Rows put together that nothing tells apart: one district, one name as folded, one credit code.

    `table`, by number of atom: district_code, folded, code, number (the office's own; empty if none or several are
    given), registered, rows, first (place of its first row among the mentions), and name, address, type, trade, lon
    and lat as the first row that has one tells them. `of`: the atom of each mention, -1 where it has neither name nor
    number. `names`: the parts of each atom's name. `numbers`: columns atom, number; an atom may have several.
    """

    table: pd.DataFrame
    of: np.ndarray
    names: list[Name]
    numbers: pd.DataFrame


def make_atoms(mentions: pd.DataFrame, places: Mapping[str, Sequence[str]]) -> Atoms:
    """Put rows together by district, folded name and credit code; rows without a name by their number.

    `places`: the names of each district, by code, and of the units it lies in. Mentions may stand for several `rows`
    each.
    """
    given = mentions.reindex(columns=list(MENTION_COLUMNS)).reset_index(drop=True)
    district = _read_text(given["district_code"])
    folded = _map_each(_read_text(given["name"]), fold_name)
    number = _map_each(_read_text(given["number"]), lambda text: fold_name(text).upper())
    coded = _map_each(number, _is_code).astype(bool)
    code, own = number.where(coded, ""), number.where(~coded, "")
    nameless = folded == ""
    keys = pd.DataFrame(
        {
            # A code is one unit's everywhere, so a row that tells nothing else is in no district.
            "district_code": district.where(~nameless | (code == ""), ""),
            "folded": folded,
            "code": code,
            "alone": own.where(nameless, ""),
        }
    )
    known = (~nameless | (number != "")).to_numpy()
    of = np.full(len(given), -1)
    of[known], _ = pd.factorize(pd.MultiIndex.from_frame(keys[known]))
    told = given.loc[known, list(_TOLD)].assign(
        atom=of[known],
        first=np.flatnonzero(known),
        registered=_read_flags(given["registered"])[known],
        rows=mentions["rows"].to_numpy()[known] if "rows" in mentions else 1,
    )
    groups = told.groupby("atom")
    first = groups["first"].first()
    table = keys.loc[first, ["district_code", "folded", "code"]].reset_index(drop=True)
    table["first"], table["rows"] = first, groups["rows"].sum()
    table["registered"] = groups["registered"].any()
    table[list(_TOLD)] = groups[list(_TOLD)].first()
    numbers = pd.DataFrame({"atom": of, "number": own})[known & (own != "").to_numpy()].drop_duplicates()
    per = numbers.groupby("atom")["number"]
    table["number"] = per.first().where(per.nunique() == 1).reindex(table.index).fillna("").astype("str")
    named, districts = (table[one].to_numpy(object).tolist() for one in ("folded", "district_code"))
    names = parse_names(named, districts, places)
    return Atoms(table, of, names, numbers.reset_index(drop=True))


def _is_code(number: str) -> bool:
    return len(number) == 18 and has_credit_digit(number)


def _read_text(values: pd.Series) -> pd.Series:
    return values.astype("str").fillna("").str.strip()


def _map_each(values: pd.Series, change: Callable[[str], object]) -> pd.Series:
    """Map texts, each different one once."""
    return values.map({one: change(one) for one in values.unique()})


def _read_flags(values: pd.Series) -> np.ndarray:
    return np.asarray([one is True or one == 1 for one in values.tolist()], bool)
