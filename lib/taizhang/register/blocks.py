"""Candidate pairs of names: those of one district that share a key that is not too common."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from taizhang.register.compare import sound_all
from taizhang.register.names import Name

# A key that more names of a district share tells too little, and would make pairs by the square: for keys of a whole
# name, and for keys of a part of it.
MOST, MOST_OF_PART = 16, 8


def find_pairs(
    names: Sequence[Name], districts: Sequence[str], more: pd.DataFrame, *, base: duckdb.DuckDBPyConnection
) -> np.ndarray:
    """Pairs of positions in `names`, the lower first, as an array of two columns.

    `more`: further keys, such as addresses and cells of the ground: columns at (position) and key (text).
    """
    ats: list[int] = []
    keys: list[int] = []
    for at, (name, district) in enumerate(zip(names, districts, strict=True)):
        found = _list_keys(name, district)
        keys += found
        ats += [at] * len(found)
    table = pd.DataFrame({"place": np.array(ats, np.int32), "key": np.array(keys, np.int64)})
    del ats, keys
    if len(more):
        hashed = more["key"].map(_mark_whole).astype("int64")
        table = pd.concat([table, pd.DataFrame({"place": more["at"].astype("int32"), "key": hashed})])
    base.register("keys_given", table)
    base.execute("create or replace temp table register_keys as select distinct place, key from keys_given")
    base.unregister("keys_given")
    del table
    found_pairs = base.execute(
        f"""
        with kept as (
            select key from register_keys group by key
            having count(*) between 2 and if(key % 2 = 0, {MOST}, {MOST_OF_PART})
        ), within as (select place, key from register_keys semi join kept using (key))
        select distinct a.place as one, b.place as other
        from within a join within b on a.key = b.key and a.place < b.place
        order by one, other
        """
    ).fetchnumpy()
    base.execute("drop table register_keys")
    return np.column_stack([found_pairs["one"], found_pairs["other"]]).astype(np.int64)


def _mark_whole(key: object) -> int:
    """A key of a whole name, as an even number."""
    return hash(key) & ~1


def _mark_part(key: object) -> int:
    """A key of a part, as an odd number."""
    return hash(key) | 1


def _list_keys(name: Name, district: str) -> list[int]:
    """Keys of a name. Names with different numbers are never compared, so numbers are part of all keys except
    those of former names.
    """
    proper, trade, flat, plain = name.proper, name.trade, name.flat, name.plain
    base, last = (district, name.numbers), trade[-1:]
    wholes: list[object] = [(district, "core", core) for core in (name.core, *name.others)]
    parts: list[object] = [(base, "both ends", flat[:1], flat[-3:])]
    parts += [(base, "middle", flat[1:4]), (base, "back", plain[-4:])]
    wholes.append((base, "flat", flat))
    if not proper:
        wholes.append((base, "trade", trade))
        parts.append((base, "unnamed", name.places[-1:], trade[-2:]))
    else:
        wholes += [(base, "proper", proper), (base, "last", proper, last)]
    if len(proper + trade) >= 3:
        parts.append((base, "head", (proper + trade)[:2]))
    if len(proper) >= 2:
        spoken = sound_all(proper)
        wholes += [(base, "sound", spoken, last), (base, "letters", "".join(sorted(proper + trade)))]
        parts += [
            (base, "ends", proper[-2:], last),
            (base, "sound", spoken),
        ]
    if len(proper) >= 3:
        parts += [(base, "gram", proper[at : at + 2]) for at in range(min(len(proper) - 1, 6))]
    return [*map(_mark_whole, wholes), *map(_mark_part, parts)]
