"""Hashes of rows by content: equal values give equal hashes, whatever columns are entirely empty."""

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Hashes = np.ndarray  # n x 2 of uint64: 128 bits for each row

_KEYS = ("taizhang-rows-01", "taizhang-rows-02")  # of pandas' hash of texts, 16 letters each
_ODD = np.uint64(0x9E3779B97F4A7C15)


def hash_rows(table: pa.Table) -> Hashes:
    """Hash each row of a table by its columns' names, types and values; empty cells add nothing."""
    total = np.zeros((table.num_rows, 2), dtype=np.uint64)
    for name, column in zip(table.column_names, table.columns, strict=True):
        _add_column(total, name, column)
    return total


def number_copies(hashes: Hashes) -> Hashes:
    """Make the hashes of repeated rows distinct, so that a second identical row counts as another row."""
    first, second = hashes[:, 0], hashes[:, 1]
    copies = pd.DataFrame({"a": first, "b": second}).groupby(["a", "b"], sort=False).cumcount()
    more = copies.to_numpy(np.uint64)
    if not more.any():
        return hashes
    mixed = np.column_stack([_mix(more + _ODD), _mix(more ^ _ODD)])
    return np.where(more[:, None] > 0, hashes + mixed, hashes)


def hash_order(hashes: Hashes, *columns: np.ndarray) -> str:
    """Hash rows in order, with numbers beside them."""
    digest = hashlib.sha256(np.ascontiguousarray(hashes).tobytes())
    for column in columns:
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:16]


def _add_column(total: np.ndarray, name: str, column: pa.ChunkedArray) -> None:
    if column.null_count == len(column):
        return
    kind = column.type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    if not (text or binary or _is_number(kind)):
        column, text = pc.cast(column, pa.string()), True
    valid = pc.is_valid(column).to_numpy()
    salt = hashlib.blake2b(f"{name}\0{'text' if text else kind}".encode(), digest_size=16).digest()
    salts = np.frombuffer(salt, dtype="<u8")
    if text or binary:
        coded = pc.dictionary_encode(column).combine_chunks()
        values = coded.dictionary.to_numpy(zero_copy_only=False).astype(object)
        codes = pc.fill_null(coded.indices, 0).to_numpy()
        known = [pd.util.hash_array(values, hash_key=key, categorize=False)[codes] for key in _KEYS]
    else:
        plain = pc.cast(column, pa.uint8()) if pa.types.is_boolean(kind) else column
        known = [_view_bits(plain)] * 2
    for lane in (0, 1):
        mixed = _mix(known[lane] ^ salts[lane])
        total[:, lane] += np.where(valid, mixed, np.uint64(0))


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_timestamp(kind)
    )


def _view_bits(column: pa.ChunkedArray) -> np.ndarray:
    """The stored values as 64 bits each; 0 if missing."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
    elif column.type != pa.uint64():
        column = column.cast(pa.int64())
    filled = pc.fill_null(column, pa.scalar(0, column.type))
    return np.ascontiguousarray(filled.to_numpy()).view(np.uint64)


def _mix(value: np.ndarray) -> np.ndarray:
    """Spread 64 bits (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        value = value + _ODD
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return value ^ (value >> np.uint64(31))
