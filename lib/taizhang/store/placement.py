"""The places of a table's rows: which rows, in which order, in which file, sheet and row; stored as
differences from the previous snapshot.

For a row that remains, only a change is stored. An inserted line shifts all rows below it by one,
which takes one number; for a file sorted by a column, that column's name is enough. In general, row numbers are
predicted, and the differences from the prediction, nearly all zero, are compressed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Arrays = list[np.ndarray]
# Values of a column of the content, for rows by their numbers, to sort by.
Look = Callable[[np.ndarray, Sequence[str]], pd.DataFrame]

_ORIGIN = ("source_file", "source_sheet")
_CHEAP = 64  # bytes that need no better way


@dataclass(frozen=True)
class Placement:
    """Rows by their numbers, ascending, and for each where it stood.

    `codes`: of columns with few texts, as numbers into `texts`; -1 where empty. `row`: of source_row, if that has whole
    numbers alone. `flag`: of a column of yes and no. `order`: positions of these rows, in the table's order.
    """

    ids: np.ndarray
    codes: Mapping[str, np.ndarray]
    texts: Mapping[str, tuple[str, ...]]
    row: np.ndarray | None
    flag: np.ndarray | None
    order: np.ndarray
    schema: str = ""  # of the table, as a file of the store
    count: int = 0  # rows that the table has ever had
    about: Mapping[str, Any] = field(default_factory=dict)


def line_up(tables: Mapping[str, Placement], paths: Sequence[str], key: str) -> Placement | None:
    """The places of the rows of several tables, one table after the other, for rows with a text in a column.
    None if a table or the column is missing.

    None if a table is not there or has no such column.
    """
    if not all(
        path in tables and key in tables[path].codes and tables[path].row is not None for path in paths
    ):
        return None
    texts: dict[str, tuple[str, ...]] = dict.fromkeys(_ORIGIN, ())
    codes = {name: [np.zeros(0, np.int64)] for name in _ORIGIN}
    rows = [np.zeros(0, np.int64)]
    for path in paths:
        one = tables[path]
        chosen = one.order[one.codes[key][one.order] >= 0]
        assert one.row is not None
        rows.append(one.row[chosen])
        for name in _ORIGIN:
            numbers = one.codes[name][chosen]
            codes[name].append(np.where(numbers < 0, -1, numbers + len(texts[name])))
            texts[name] += tuple(one.texts[name])
    row = np.concatenate(rows)
    ids = np.arange(len(row))
    return Placement(ids, {name: np.concatenate(some) for name, some in codes.items()}, texts, row, None, ids)


def place_like(placed: Placement, lined: Placement | None) -> Placement | None:
    """The rows of a table with the places of others, in its own order; None if the numbers of rows differ."""
    if lined is None or len(lined.ids) != len(placed.ids) or {*placed.codes} != {*_ORIGIN}:
        return None
    row = np.empty(len(placed.ids), np.int64)
    assert lined.row is not None
    row[placed.order] = lined.row
    codes = {}
    for name in _ORIGIN:
        known = {text: number for number, text in enumerate(placed.texts[name])}
        numbers = np.array([*(known.get(text, -1) for text in lined.texts[name]), -1])
        codes[name] = np.empty(len(row), np.int64)
        codes[name][placed.order] = numbers[lined.codes[name]]
    return replace(placed, row=row, codes=codes)


def is_placed_alike(one: Placement, other: Placement) -> bool:
    """Return whether all rows have the same places."""
    return (
        one.row is not None
        and other.row is not None
        and np.array_equal(one.row, other.row)
        and all(np.array_equal(one.codes[name], other.codes[name]) for name in one.codes)
    )


def make_empty(names: Sequence[str]) -> Placement:
    """A placement of no rows."""
    none = np.zeros(0, np.int64)
    return Placement(
        none, dict.fromkeys(names, none), dict.fromkeys(names, ()), none, np.zeros(0, bool), none
    )


def encode(
    before: Placement, now: Placement, look: Look, columns: Sequence[str], *, placed: bool = True
) -> tuple[dict[str, Any], Arrays]:
    """Describe rows by their differences from earlier ones; `columns` of the content may predict how a file
    is sorted.

    Without `placed`, files, sheets and row numbers are left out.
    """
    arrays: Arrays = []
    told: dict[str, Any] = {"count": now.count}

    def put(name: str, values: np.ndarray) -> None:
        if values.any():
            told[name] = len(arrays)
            arrays.append(shrink(values))

    kept, fresh, where = _compare(before, now)
    put("removed", _to_steps(np.flatnonzero(~np.isin(before.ids, now.ids, assume_unique=True))))
    again = now.ids[fresh & (now.ids < before.count)]
    put("again", _to_steps(again))
    told["new"] = int((now.ids >= before.count).sum())
    for name, codes in now.codes.items():
        if more := now.texts[name][len(before.texts.get(name, ())) :]:
            told[f"texts.{name}"] = list(more)
        if not placed:
            continue
        earlier = before.codes.get(name)
        put(f"kept.{name}", codes[kept] - (earlier[where] if earlier is not None else 0))
        put(f"fresh.{name}", _to_differences(codes[fresh]))
    if now.flag is not None:
        earlier_flag = before.flag[where] if before.flag is not None else np.zeros(len(where), bool)
        put("flags", np.packbits(np.concatenate([now.flag[kept] ^ earlier_flag, now.flag[fresh]])))
    if now.row is not None and placed:
        put("fresh.row", _to_differences(now.row[fresh], 1))
        earlier_row = before.row[where] if before.row is not None else np.zeros(len(where), np.int64)
        if (now.row[kept] != earlier_row).any():
            origin = _join_codes(now.codes, kept)
            gone = ~np.isin(before.ids, now.ids, assume_unique=True)
            shifted = _shift_rows(before, gone, now.codes, now.row, kept, where)
            tried = [measure(_left_before(now.row[kept], one, origin)) for one in (earlier_row, shifted)]
            if tried[1] < tried[0]:
                told["shifted"], earlier_row = True, shifted
            how, values = _predict_rows(now.row[kept], earlier_row, origin, now.ids[kept], look, columns)
            told["rows"] = how
            put("kept.row", values)
    if now.row is not None and placed:
        order = _order_by_place(now.codes, now.texts, now.row)
        if np.array_equal(now.order, order):
            told["sorted"] = True
            return told, arrays
    rank = _rank_before(before, where)
    place = np.empty(len(now.ids), np.int64)  # of each row in the table
    place[now.order] = np.arange(len(now.ids))
    put("places", _to_steps(place[fresh], sort=True))
    if (np.sort(place[fresh]) != place[fresh]).any():
        put("turned", np.argsort(np.argsort(place[fresh])) - np.arange(int(fresh.sum())))
    mine = np.argsort(place[kept], kind="stable")  # kept rows, as the table has them
    ranks = rank[mine]
    local, far = ranks - np.arange(len(ranks)), _to_differences(ranks + 1, 1)
    told["local"] = measure(local) <= measure(far)
    put("order", local if told["local"] else far)
    return told, arrays


def decode(before: Placement, told: Mapping[str, Any], arrays: Sequence[np.ndarray], look: Look) -> Placement:
    """Restore the rows that `encode` described."""

    def get(name: str, length: int) -> np.ndarray:
        return np.asarray(arrays[told[name]], np.int64) if name in told else np.zeros(length, np.int64)

    left = np.ones(len(before.ids), bool)
    if "removed" in told:
        left[_from_steps(get("removed", 0))] = False
    again = _from_steps(get("again", 0)) if "again" in told else np.zeros(0, np.int64)
    new = np.arange(told["count"] - told["new"], told["count"])
    ids = np.sort(np.concatenate([before.ids[left], again, new]))
    kept = np.isin(ids, before.ids[left], assume_unique=True)
    fresh, where = ~kept, np.flatnonzero(left)
    many, few = int(kept.sum()), int(fresh.sum())
    codes, texts = {}, {}
    for name in told["codes"]:
        earlier = before.codes.get(name)
        known = np.zeros(len(ids), np.int64)
        known[kept] = get(f"kept.{name}", many) + (earlier[where] if earlier is not None else 0)
        known[fresh] = np.cumsum(get(f"fresh.{name}", few))
        codes[name] = known
        texts[name] = (*before.texts.get(name, ()), *told.get(f"texts.{name}", ()))
    flag = row = None
    if told["flag"]:
        bits = np.unpackbits(get("flags", (len(ids) + 7) // 8).astype(np.uint8))[: len(ids)].astype(bool)
        flag = np.zeros(len(ids), bool)
        flag[kept] = bits[:many] ^ (before.flag[where] if before.flag is not None else False)
        flag[fresh] = bits[many:]
    if told["row"]:
        row = np.zeros(len(ids), np.int64)
        row[fresh] = np.cumsum(get("fresh.row", few) + 1) if few else 0
        earlier_row = before.row[where] if before.row is not None else np.zeros(many, np.int64)
        if told.get("shifted"):
            earlier_row = _shift_rows(before, ~left, codes, row, kept, where)
        row[kept] = earlier_row
        if "rows" in told:
            origin = _join_codes(codes, kept)
            row[kept] = _restore_rows(
                told["rows"], get("kept.row", many), earlier_row, origin, ids[kept], look
            )
    if told.get("sorted") and row is not None:
        order = _order_by_place(codes, texts, row)
    else:
        order = _restore_order(told, get, before, where, kept)
    return Placement(ids, codes, texts, row, flag, order, count=told["count"])


def _compare(before: Placement, now: Placement) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which rows remain and which are new, and the earlier places of those that remain."""
    kept = np.isin(now.ids, before.ids, assume_unique=True)
    return kept, ~kept, np.searchsorted(before.ids, now.ids[kept])


def _rank_before(before: Placement, where: np.ndarray) -> np.ndarray:
    """The ranks of the remaining rows in the earlier table, counted without the rows removed."""
    place = np.empty(len(before.ids), np.int64)
    place[before.order] = np.arange(len(before.ids))
    return np.argsort(np.argsort(place[where]))


def _restore_order(
    told: Mapping[str, Any],
    get: Callable[[str, int], np.ndarray],
    before: Placement,
    where: np.ndarray,
    kept: np.ndarray,
) -> np.ndarray:
    many, few = int(kept.sum()), int((~kept).sum())
    rank = _rank_before(before, where)
    if "order" in told:
        stored = get("order", many)
        ranks = stored + np.arange(many) if told["local"] else np.cumsum(stored + 1) - 1
    else:
        ranks = np.arange(many)
    at = np.empty(many, np.int64)
    at[rank] = np.arange(many)
    positions = np.flatnonzero(kept)[at[ranks]]  # kept rows, as the table has them
    places = _from_steps(get("places", few)) if "places" in told else np.arange(few)
    others = np.flatnonzero(~kept)
    if "turned" in told:
        turned = get("turned", few) + np.arange(few)
        others = others[np.argsort(turned)]
    order = np.empty(many + few, np.int64)
    rest = np.ones(many + few, bool)
    rest[places] = False
    order[places] = others
    order[rest] = positions
    return order


def _join_codes(codes: Mapping[str, np.ndarray], chosen: np.ndarray) -> np.ndarray:
    """A number for each file and sheet."""
    joined = np.zeros(int(chosen.sum()), np.int64)
    for name in ("source_file", "source_sheet"):
        if name in codes:
            joined = joined * (int(codes[name].max(initial=0)) + 2) + codes[name][chosen] + 1
    return joined


def _order_by_place(
    codes: Mapping[str, np.ndarray], texts: Mapping[str, tuple[str, ...]], row: np.ndarray
) -> np.ndarray:
    """Rows as most tables have them: by file, sheet and row number."""
    names = pd.Series([*texts.get("source_file", ()), ""], dtype="object")  # the last for none
    ranks = names.rank(method="dense").to_numpy(np.int64)
    file, sheet = (codes.get(name, np.zeros(len(row), np.int64)) for name in _ORIGIN)
    return np.lexsort((row, sheet, ranks[file]))


def _shift_rows(
    before: Placement,
    gone: np.ndarray,
    codes: Mapping[str, np.ndarray],
    row: np.ndarray,
    kept: np.ndarray,
    where: np.ndarray,
) -> np.ndarray:
    """The row numbers of those that remain, if only rows removed and added above have moved them."""
    origin = _join_origin(codes, len(row))
    earlier = before.row if before.row is not None else np.zeros(len(before.ids), np.int64)
    lost, shifted = _join_origin(before.codes, len(before.ids))[gone], earlier[where]
    for one in np.unique(np.concatenate([lost, origin[~kept]])):
        mine = origin[kept] == one
        added = np.unique(row[~kept & (origin == one)])
        left = shifted[mine] - np.searchsorted(np.unique(earlier[gone][lost == one]), shifted[mine])
        shifted[mine] = left + np.searchsorted(added - np.arange(len(added)), left, side="right")
    return shifted


def _join_origin(codes: Mapping[str, np.ndarray], length: int) -> np.ndarray:
    """A number for each file and sheet, the same in every snapshot."""
    file, sheet = (codes.get(name, np.zeros(length, np.int64)) for name in _ORIGIN)
    return (file << 32) + sheet


def _predict_rows(
    row: np.ndarray,
    earlier: np.ndarray,
    origin: np.ndarray,
    ids: np.ndarray,
    look: Look,
    columns: Sequence[str],
) -> tuple[str, np.ndarray]:
    """The prediction of row numbers that needs the fewest bytes, and the remaining differences."""
    best = ("", _left_before(row, earlier, origin))
    size = measure(best[1])
    if columns and size > max(_CHEAP, len(row) // 4):  # files sorted anew
        content = look(ids, columns)
        for name in columns:
            order = _sort_by(content[name], earlier, origin)
            tried = _to_differences(row[order], 1)
            if (fits := measure(tried)) < size:
                best, size = (name, tried), fits
    return best


def _restore_rows(
    how: str, stored: np.ndarray, earlier: np.ndarray, origin: np.ndarray, ids: np.ndarray, look: Look
) -> np.ndarray:
    row = np.empty(len(ids), np.int64)
    if how:
        order = _sort_by(look(ids, [how])[how], earlier, origin)
        row[order] = np.cumsum(stored + 1)
    else:
        order = np.lexsort((earlier, origin))
        row[order] = np.cumsum(stored) + earlier[order]
    return row


def _left_before(row: np.ndarray, earlier: np.ndarray, origin: np.ndarray) -> np.ndarray:
    order = np.lexsort((earlier, origin))
    return _to_differences((row - earlier)[order])


def _sort_by(column: pd.Series, earlier: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """Positions sorted by file and sheet, then by a column of the content, then as before."""
    codes = pd.factorize(column, sort=True, use_na_sentinel=True)[0]
    return np.lexsort((earlier, np.where(codes < 0, len(codes), codes), origin))


def _to_differences(values: np.ndarray, step: int = 0) -> np.ndarray:
    return np.diff(values, prepend=0) - step if len(values) else values


def _to_steps(values: np.ndarray, *, sort: bool = False) -> np.ndarray:
    """Ascending numbers as steps, each plus one, so that none is zero."""
    return np.diff(np.sort(values) if sort else values, prepend=-1)


def _from_steps(steps: np.ndarray) -> np.ndarray:
    return np.cumsum(steps) - 1


def shrink(values: np.ndarray) -> np.ndarray:
    """The same numbers in the smallest sufficient type."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    for kind in (np.uint8, np.int8, np.uint16, np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return values.astype(kind)
    return values.astype(np.int64)


def measure(values: np.ndarray) -> int:
    """The compressed size of numbers in bytes."""
    if not values.any():
        return 0
    return len(pa.compress(write_planes(shrink(values)), "zstd", asbytes=True))


def write_planes(values: np.ndarray) -> bytes:
    """Numbers as bytes, first the lowest byte of each, then the next, so that similar bytes are together."""
    bytewise = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)
    return np.ascontiguousarray(bytewise.T).tobytes()
