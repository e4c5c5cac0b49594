"""Link rows that name the same premises: by decision, credit code, number or name, or else by probability."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from taizhang.core.reasons import Reason
from taizhang.register.branches import name_branches, name_places
from taizhang.register.contradictions import Agreed, settle_decisions
from taizhang.register.decisions import Decision
from taizhang.register.doubt import list_doubtful
from taizhang.register.groups import Groups
from taizhang.register.keys import name_keys
from taizhang.register.likely import Likely
from taizhang.register.mentions import LINK_COLUMNS, Atoms, make_atoms

_NO_PLACES: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True)
class Linked:
    """What was linked.

    `rows`: premises_key, how and probability, on the index of the mentions; NA where a row has neither a name nor a
    number. `how`: code, number, name, probability or decision, for the strongest thing that ties a row to others, or
    alone. `doubtful`: pairs to decide, likeliest first. `errors`: decisions that contradict each other; none of these
    is followed. `account`: what was counted and learned, for the method section.
    """

    rows: pd.DataFrame
    doubtful: pd.DataFrame
    errors: list[Reason] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)


def link_premises(
    mentions: pd.DataFrame,
    decisions: Sequence[Decision] = (),
    *,
    places: Mapping[str, Sequence[str]] = _NO_PLACES,
) -> Linked:
    """Link the rows that name the same premises.

    `mentions`: one per row, in `MENTION_COLUMNS`; columns may be missing. `places`: by district_code, the names of the
    district and of the units it lies in, which a name may begin with or not.
    """
    atoms = make_atoms(mentions, places)
    branches = name_branches(atoms)
    of_firm = name_places(atoms, branches)
    keys = name_keys(atoms, of_firm)
    links = {"code": list_codes(atoms, of_firm), "number": list_numbers(atoms), "name": list_names(atoms)}
    agreed = settle_decisions(decisions, atoms, keys, links)
    groups = Groups(atoms.table["code"].to_numpy(object).tolist(), branches)
    how = _Ties(len(atoms.table))
    for one, other in agreed.same:
        groups.force(one, other)
        how.tie([(one, other)], "decision")
    for one, other in agreed.apart:
        groups.part(one, other)
    for way, sets in links.items():
        for members in sets:
            how.tie(groups.unite_all(members), way)
    likely = _find_likely(atoms, groups)
    for one, other, probability in likely.certain:
        how.tie([(one, other)], "probability", probability)
    called = _call_groups(atoms, groups, keys)
    rows = _tell_rows(mentions, atoms, how, called)
    doubtful = list_doubtful(likely, atoms, groups, called, mentions)
    return Linked(rows, doubtful, agreed.errors, _count(rows, doubtful, agreed, likely))


def _find_likely(atoms: Atoms, groups: Groups) -> Likely:
    """Find premises that are probably the same; splink and DuckDB, slow to load, are loaded only if needed."""
    if atoms.table["folded"].nunique() < 2:
        return Likely()
    from taizhang.register.probable import find_likely

    return find_likely(atoms, groups)


class _Ties:
    """The first, and therefore strongest, link of each atom."""

    def __init__(self, count: int) -> None:
        self.how = np.full(count, "", dtype=object)
        self.probability = np.full(count, np.nan)

    def tie(self, pairs: Iterable[tuple[int, int]], how: str, probability: float = 1.0) -> None:
        for pair in pairs:
            for atom in pair:
                if not self.how[atom]:
                    self.how[atom], self.probability[atom] = how, probability


def list_codes(atoms: Atoms, of_firm: Sequence[str]) -> list[list[int]]:
    """Sets of atoms with the same credit code and branch; rows with only a code belong to the firm's first branch."""
    table = atoms.table
    coded = table.index[table["code"] != ""]
    branch = pd.Series([of_firm[at] for at in coded], index=coded, dtype="str")
    return _list_sets(pd.DataFrame({"code": table.loc[coded, "code"], "branch": branch}))


def list_numbers(atoms: Atoms) -> list[list[int]]:
    """Sets of atoms in one district with the same number in the office's own numbering."""
    given = atoms.numbers.assign(
        district=atoms.table["district_code"].reindex(atoms.numbers["atom"]).to_numpy()
    ).set_index("atom")
    return _list_sets(given[["district", "number"]])


def list_names(atoms: Atoms) -> list[list[int]]:
    """Sets of atoms in one district with the same normalised name, whether or not places in it include their kind."""
    named = atoms.table.index[atoms.table["folded"] != ""]
    names = [atoms.names[at] for at in named]
    district = atoms.table.loc[named, "district_code"]
    branch = pd.Series([name.branch for name in names], named, "str")
    cores = pd.Series([name.core for name in names], named, "str")
    flats = pd.Series([f"{name.flat}|{'.'.join(name.numbers)}" for name in names], named, "str")
    sets = _list_sets(pd.DataFrame({"district": district, "name": cores, "branch": branch}))
    return sets + _list_sets(pd.DataFrame({"district": district, "name": flats, "branch": branch}))


def _list_sets(keys: pd.DataFrame) -> list[list[int]]:
    """Sets of two or more with the same key, as lists of index values."""
    keys = keys[keys.duplicated(keep=False)]
    numbers = keys.groupby(list(keys.columns), sort=False).ngroup()
    return [
        list(dict.fromkeys(members))
        for members in keys.index.to_series().groupby(numbers.to_numpy()).agg(list)
    ]


def _call_groups(atoms: Atoms, groups: Groups, keys: Sequence[str]) -> np.ndarray:
    """The key of each atom's group: its credit code, or else its name in the register, or else the shortest name."""
    table = atoms.table
    roots = groups.list_roots()
    rank = pd.DataFrame(
        {
            "root": roots,
            "uncoded": table["code"] == "",
            "unregistered": ~table["registered"],
            "nameless": table["folded"] == "",
            "length": table["folded"].str.len(),
            "key": list(keys),
        }
    ).sort_values(["uncoded", "unregistered", "nameless", "length", "key"])
    return rank.groupby("root")["key"].first().reindex(roots).astype("str").to_numpy()


def _tell_rows(mentions: pd.DataFrame, atoms: Atoms, ties: _Ties, called: np.ndarray) -> pd.DataFrame:
    table = atoms.table
    untied = np.select([table["code"] != "", table["rows"] > 1], ["code", "name"], "alone")
    how = np.where(ties.how != "", ties.how, untied)
    probability = np.where(
        np.isnan(ties.probability), np.where(how == "alone", np.nan, 1.0), ties.probability
    )
    told = {"premises_key": called, "how": how, "probability": probability}
    atom = pd.Series(atoms.of).where(atoms.of >= 0)
    rows = (
        pd.DataFrame(told, index=range(len(table)))
        .astype({"premises_key": "str", "how": "str"})
        .reindex(atom)
    )
    return rows.set_axis(mentions.index)[list(LINK_COLUMNS)]


def _count(rows: pd.DataFrame, doubtful: pd.DataFrame, agreed: Agreed, likely: Likely) -> dict[str, Any]:
    return {
        "rows": int(rows["premises_key"].notna().sum()),
        "premises": int(rows["premises_key"].nunique()),
        "rows_by_how": {str(how): int(count) for how, count in rows["how"].value_counts().items()},
        "doubtful": len(doubtful),
        "decisions": agreed.used,
        "unused_lines": agreed.unused,
        "candidates": likely.candidates,
        "certain_from": likely.certain_from,
        "doubtful_from": likely.doubtful_from,
        "learned_from": likely.learned,
        "weights": likely.weights,
    }
