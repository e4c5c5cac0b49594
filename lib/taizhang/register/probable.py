"""Premises that are probably the same: candidates, their probability, and the thresholds learned from it."""

import re
from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from taizhang.register.blocks import find_pairs
from taizhang.register.compare import compare_names
from taizhang.register.groups import Groups
from taizhang.register.likely import LEAST_CERTAIN, LEAST_DOUBTFUL, Likely
from taizhang.register.mentions import Atoms
from taizhang.register.model import score_pairs
from taizhang.register.names import Name, fold_name, read_number

# Of the links made, so many in a hundred may be expected to be wrong; of the pairs asked, half.
MOST_WRONG = 0.01
MEMORY = "1500MB"
_LEAST_ALIKE, _BATCH = 0.6, 200_000


def find_likely(atoms: Atoms, groups: Groups) -> Likely:
    """Find pairs of groups that are probably the same, and join the certain ones."""
    records = _choose_records(atoms, groups)
    if len(records) < 2:
        return Likely()
    at = records["atom"].tolist()
    names = [atoms.names[atom] for atom in at]
    base = duckdb.connect(config={"threads": 2, "memory_limit": MEMORY, "temp_directory": ""})
    try:
        pairs = find_pairs(
            names, records["district"].to_numpy(object).tolist(), _list_grounds(records), base=base
        )
        roots = records["root"].to_numpy()
        pairs = pairs[roots[pairs[:, 0]] != roots[pairs[:, 1]]]
        levels = _compare_all(names, pairs)
        scored = score_pairs(records[["address", "number", "line", "lon", "lat"]], pairs, levels, base=base)
    finally:
        base.close()
    sure = int(len(atoms.table) - len(np.unique(groups.list_roots())))
    certain_from, doubtful_from = _learn_thresholds(scored.probability, sure)
    certain, doubtful = _unite(
        atoms, groups, np.array(at), pairs, levels, scored.probability, certain_from, doubtful_from
    )
    return Likely(
        certain, doubtful, len(pairs), certain_from, doubtful_from, scored.learned,
        scored.weights | {"share": scored.share},
    )  # fmt: skip


def _compare_all(names: Sequence[Name], pairs: np.ndarray) -> np.ndarray:
    """The similarity of the names of each pair; those with little in common are apart without closer comparison."""
    levels = np.zeros(len(pairs), np.int8)
    for first in range(0, len(pairs), _BATCH):
        part = pairs[first : first + _BATCH].tolist()
        known = np.zeros(len(part), bool)
        for told in ("flat", "plain"):
            one, other = ([getattr(names[pair[side]], told) for pair in part] for side in (0, 1))
            known |= cpdist(one, other, scorer=Indel.normalized_similarity, dtype=np.float32) >= _LEAST_ALIKE
        known |= [
            bool(names[a].others or names[b].others) or names[a].proper[:2] == names[b].proper[:2]
            for a, b in part
        ]
        for at in np.flatnonzero(known).tolist():
            levels[first + at] = compare_names(names[part[at][0]], names[part[at][1]])
    return levels


def _choose_records(atoms: Atoms, groups: Groups) -> pd.DataFrame:
    """One record for each distinct name of each group."""
    table = atoms.table
    named = (table["folded"] != "").to_numpy()
    records = pd.DataFrame(
        {
            "atom": np.arange(len(table)),
            "root": groups.list_roots(),
            "district": table["district_code"],
            "core": [name.core for name in atoms.names],
            "branch": [name.branch for name in atoms.names],
            "others": ["\n".join(name.others) for name in atoms.names],
            "address": _fold_addresses(table["address"]),
            "number": table["number"].replace("", pd.NA),
            "line": _fold(table["trade"].where(table["trade"].notna(), table["type"])),
            "lon": pd.to_numeric(table["lon"], errors="coerce"),
            "lat": pd.to_numeric(table["lat"], errors="coerce"),
        }
    )[named]
    told = records.groupby(["root", "core", "branch", "others"], sort=False)
    first = told["atom"].first()
    more = told[["address", "number", "line", "lon", "lat"]].first().reset_index(drop=True)
    kept = records.set_index("atom").loc[first, ["root", "district"]].reset_index()
    return pd.concat([kept, more], axis=1)


def _fold(texts: pd.Series) -> pd.Series:
    known = {one: fold_name(str(one)) or pd.NA for one in texts.dropna().unique()}
    return texts.map(known).astype("str")


_BEFORE_STREET = re.compile(
    "^(?:[^省市县区镇乡]{2,8}?(?:省|自治区))?(?:[^省市县区镇乡]{2,6}?市)?(?:[^省市县区镇乡]{1,8}?[县区](?!域))?"
    "(?:[^省市县区镇乡路街]{2,6}?(?:镇|乡|街道)(?!路|街))?(?=.{4})"
)
_NUMBER = re.compile("第?([零〇一二两三四五六七八九十百]+)(?=[号组栋幢楼层室社队巷])")


def _fold_addresses(texts: pd.Series) -> pd.Series:
    """Addresses without the places that their district tells, and with numbers in figures: 人民路18号."""
    known = {
        one: _NUMBER.sub(lambda found: read_number(found[1]), _BEFORE_STREET.sub("", fold_name(str(one))))
        or pd.NA
        for one in texts.dropna().unique()
    }
    return texts.map(known).astype("str")


def _list_grounds(records: pd.DataFrame) -> pd.DataFrame:
    """Keys of addresses, and of cells of about 100 m, twice, so that neighbours share one."""
    parts = []
    long = records["address"].str.len() >= 5
    parts.append(records.loc[long, "district"] + "\naddress\n" + records.loc[long, "address"])
    placed = records[["lon", "lat"]].notna().all(axis=1)
    for shift in (0.0, 0.5):
        x, y = ((records.loc[placed, one] * 1000 + shift) // 1 for one in ("lon", "lat"))
        cell = x.astype("int64").astype("str") + "\n" + y.astype("int64").astype("str")
        parts.append(f"cell {shift}\n" + records.loc[placed, "district"] + "\n" + cell)
    keys = pd.concat(parts)
    return pd.DataFrame({"at": keys.index, "key": keys.to_numpy()})


def _learn_thresholds(probability: np.ndarray, sure: int) -> tuple[float, float]:
    """From where on pairs are certain, and from where on they are asked.

    The mean probability of the pairs from a threshold on is the share of them that may be expected to be right; links
    by code, number and name, of which there are `sure`, are right but for one in a thousand.
    """
    ranked = np.sort(probability[probability >= LEAST_DOUBTFUL])[::-1]
    if not len(ranked):
        return LEAST_CERTAIN, LEAST_DOUBTFUL
    right = (np.cumsum(ranked) + 0.999 * sure) / (np.arange(1, len(ranked) + 1) + sure)
    enough = np.flatnonzero((right >= 1 - MOST_WRONG) & (ranked >= LEAST_CERTAIN))
    certain_from = (
        float(ranked[enough[-1]]) if len(enough) else max(LEAST_CERTAIN, float(np.nextafter(ranked[0], 2)))
    )
    asked = ranked[ranked < certain_from]
    if not len(asked):
        return certain_from, LEAST_DOUBTFUL
    half = np.flatnonzero(np.cumsum(asked) / np.arange(1, len(asked) + 1) >= 0.5)
    return certain_from, float(asked[half[-1]]) if len(half) else float(asked[0])


def _unite(
    atoms: Atoms,
    groups: Groups,
    at: np.ndarray,
    pairs: np.ndarray,
    levels: np.ndarray,
    probability: np.ndarray,
    certain_from: float,
    doubtful_from: float,
) -> tuple[list[tuple[int, int, float]], list[tuple[int, int, float, int]]]:
    """Join certain pairs, most likely first; pairs kept apart by a code, branch or decision are not asked about."""
    listed = np.flatnonzero(probability >= doubtful_from)
    listed = listed[np.lexsort((pairs[listed, 1], pairs[listed, 0], -probability[listed]))]
    registered = atoms.table["registered"].to_numpy().copy()
    for atom in np.flatnonzero(registered).tolist():
        registered[groups.find(atom)] = True
    certain, doubtful = [], []
    for pair in listed.tolist():
        one, other = int(at[pairs[pair, 0]]), int(at[pairs[pair, 1]])
        a, b = groups.find(one), groups.find(other)
        if a == b or not groups.may_ask(a, b):
            continue
        likely = float(probability[pair])
        # Two rows of the register are two premises, unless a person says that they are one.
        if likely >= certain_from and groups.may_unite(a, b) and not (registered[a] and registered[b]):
            groups.force(a, b)
            registered[groups.find(a)] = registered[a] or registered[b]
            certain.append((one, other, likely))
        else:
            doubtful.append((one, other, likely, int(levels[pair])))
    return certain, doubtful
