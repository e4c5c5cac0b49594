"""Which pairs of names are worth comparing: those that share a key in one district, of which no key is too common."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from taizhang.register.compare import sound_all
from taizhang.register.names import Name

# A key that more names of a district share tells too little, and would make pairs by the square.
MOST = 24


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
    if len(more):
        hashed = more["key"].map(hash).astype("int64")
        table = pd.concat([table, pd.DataFrame({"place": more["at"].astype("int32"), "key": hashed})])
    base.register("keys_given", table)
    base.execute("create or replace temp table register_keys as select distinct place, key from keys_given")
    base.unregister("keys_given")
    found_pairs = base.execute(
        f"""
        with kept as (
            select key from register_keys group by key having count(*) between 2 and {MOST}
        ), within as (select place, key from register_keys semi join kept using (key))
        select distinct a.place as one, b.place as other
        from within a join within b on a.key = b.key and a.place < b.place
        order by one, other
        """
    ).fetchnumpy()
    base.execute("drop table register_keys")
    return np.column_stack([found_pairs["one"], found_pairs["other"]]).astype(np.int64)


def _list_keys(name: Name, district: str) -> list[int]:
    """Keys of a name, as numbers. Names with other numbers are never compared, so numbers are part of all."""
    proper, trade = name.proper, name.trade
    base = (district, name.numbers)
    keys = [hash((district, "core", core)) for core in (name.core, *name.others)]
    keys.append(hash((*base, "flat", name.flat)))
    flat, plain = name.flat, name.plain
    keys.append(hash((*base, "both ends", flat[:1], flat[-3:])))
    keys.append(hash((*base, "edges", plain[:2], plain[-2:])))
    keys.append(hash((*base, "middle", flat[1:4])))
    keys.append(hash((*base, "front", plain[:3])))
    keys.append(hash((*base, "back", plain[-4:])))
    last = trade[-1:]
    if not proper:
        keys.append(hash((*base, "trade", trade)))
        return keys
    keys.append(hash((*base, "proper", proper)))
    keys.append(hash((*base, "last", proper, last)))
    if len(proper) >= 2:
        spoken = sound_all(proper)
        keys.append(hash((*base, "sound", spoken)))
        keys.append(hash((*base, "sound", spoken, last)))
        keys.append(hash((*base, "letters", "".join(sorted(proper)))))
        keys.append(hash((*base, "first", proper[0], trade)))
        keys.append(hash((*base, "end", proper[-1], trade)))
        keys.append(hash((*base, "begins", proper[:2], last)))
        keys.append(hash((*base, "ends", proper[-2:], last)))
    if len(proper) >= 3:
        keys += [hash((*base, "gram", proper[at : at + 2])) for at in range(min(len(proper) - 1, 6))]
    return keys
