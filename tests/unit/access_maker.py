"""Small Access files, written by the layout that mdbtools' HACKING describes (Jet 4, ACE); no Access is at hand here.

mdbtools 1.0 reads what is made here (`mdb-export`); a test compares the two where it is installed. Header, catalogue,
one definition and as many data pages as are needed for each table, and their usage maps; no index, no system tables
but the catalogue, no overflow. Text is written as UTF-16, or compressed where it is Latin-1, as Access does it.
"""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from taizhang.ledgers.access import _decrypt

PAGE = 0x1000
BOOL, LONG, MONEY, DOUBLE, DATE, TEXT, OLE, NUMERIC, BIG = 1, 4, 5, 7, 8, 10, 11, 16, 19
SIZES = {BOOL: 0, 3: 2, LONG: 4, MONEY: 8, DOUBLE: 8, DATE: 8, NUMERIC: 17, BIG: 8}
SYSTEM = -0x80000000
Columns = Sequence[tuple[str, int]]
CATALOGUE: Columns = [
    ("Id", LONG), ("ParentId", LONG), ("Name", TEXT), ("Type", 3), ("Flags", LONG), ("LvProp", OLE),
]  # fmt: skip


def make_access(
    path: Path,
    tables: Mapping[str, tuple[Columns, Sequence[Sequence[Any]]]],
    *,
    password: str = "",
    scale: int = 2,
) -> Path:
    """Write a file, .mdb or .accdb by its name."""
    pages = {0: _make_header(path.suffix == ".accdb", password), 1: bytes(PAGE)}
    free = 4  # 2 is the catalogue's definition, 3 has the usage maps
    places, maps = {}, []
    contents = []
    for name, (columns, rows) in tables.items():
        places[name], free = free, free + 1
        contents.append((places[name], columns, rows, 0x4E))
    listed = [
        (2, 0, "MSysObjects", 1, SYSTEM, None),
        *((at, 0, name, 1, 0, None) for name, at in places.items()),
    ]
    contents.insert(0, (2, CATALOGUE, listed, 0x53))
    for number, (place, columns, rows, sort) in enumerate(contents):
        used = []
        for data in _make_data_pages(place, columns, rows, scale):
            pages[free] = data
            used.append(free)
            free += 1
        pages[place] = _make_definition(columns, len(rows), sort, (3 << 8) | number, scale)
        bits = sum(1 << at for at in used)
        maps.append(b"\0" + struct.pack("<I", 0) + bits.to_bytes(64, "little"))
    pages[3] = _make_page(0, maps)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(pages[at] for at in range(free)))
    return path


def _make_header(ace: bool, password: str) -> bytes:
    page = bytearray(PAGE)
    page[:20] = b"\0\1\0\0" + (b"Standard ACE DB\0" if ace else b"Standard Jet DB\0")
    page[0x14] = 2 if ace else 1
    day = 44_000.0
    page[0x72:0x7A] = struct.pack("<d", day)
    mask = struct.pack("<i", int(day))
    hidden = password.encode("utf-16-le").ljust(40, b"\0")
    page[0x42:0x6A] = bytes(byte ^ mask[at % 4] for at, byte in enumerate(hidden))
    page[0x18:0x96] = _decrypt(page[0x18:0x96])
    return bytes(page)


def _make_definition(columns: Columns, rows: int, sort: int, used: int, scale: int) -> bytes:
    body, fixed, variable = b"", 0, 0
    for at, (_, kind) in enumerate(columns):
        varies = kind in (TEXT, OLE)
        various = (
            bytes([18, scale, 0, 0]) if kind == NUMERIC else b"\x09\x04\0\0" if kind == TEXT else bytes(4)
        )
        flags = 0x0102 if varies else 0x0003
        place = (variable, 0) if varies else (0, fixed)
        body += struct.pack("<BIHHH", kind, 1625, at, place[0], at) + various
        body += struct.pack("<HIHH", flags, 0, place[1], 510 if kind == TEXT else SIZES.get(kind, 0))
        variable += varies
        fixed += 0 if varies else SIZES[kind]
    for name, _ in columns:
        word = name.encode("utf-16-le")
        body += struct.pack("<H", len(word)) + word
    head = b"\2\1VC" + struct.pack("<IIIIIIIII", 0, 0x3F + len(body) - 8, 1625, rows, 0, 1, 0, 0, 0)
    head += struct.pack("<BHHHIIII", sort, len(columns), variable, len(columns), 0, 0, used, used)
    return (head + body + b"\xff\xff").ljust(PAGE, b"\0")


def _make_data_pages(owner: int, columns: Columns, rows: Sequence[Sequence[Any]], scale: int) -> list[bytes]:
    pages, held = [], list[bytes]()
    for row in rows:
        record = _make_row(columns, row, scale)
        if 14 + sum(map(len, held)) + 2 * len(held) + len(record) + 2 > PAGE:
            pages.append(_make_page(owner, held))
            held = []
        held.append(record)
    return [*pages, _make_page(owner, held)] if held else pages


def _make_page(owner: int, records: Sequence[bytes]) -> bytes:
    end, places, body = PAGE, [], b""
    for record in records:
        end -= len(record)
        places.append(end)
        body = record + body
    head = b"\1\1" + struct.pack("<HIIH", end - 14 - 2 * len(places), owner, 0, len(places))
    head += struct.pack(f"<{len(places)}H", *places)
    return head.ljust(PAGE - len(body), b"\0") + body


def _make_row(columns: Columns, row: Sequence[Any], scale: int) -> bytes:
    fixed, texts, filled = b"", [], 0
    for at, ((_, kind), value) in enumerate(zip(columns, row, strict=True)):
        filled |= (bool(value) if kind == BOOL else value is not None) << at
        if kind in (TEXT, OLE):
            texts.append(b"" if value is None else _write_text(value))
        else:
            fixed += _write_fixed(kind, value, scale)
    record = struct.pack("<H", len(columns)) + fixed
    offsets = []
    for text in texts:
        offsets.append(len(record))
        record += text
    if texts:
        record += struct.pack(f"<{len(texts) + 2}H", len(record), *reversed(offsets), len(texts))
    return record + filled.to_bytes((len(columns) + 7) // 8, "little")


def _write_text(text: str) -> bytes:
    """UTF-16; characters of Latin-1 as single bytes, between zeros that switch, as Access compresses."""
    runs = list[tuple[bool, str]]()
    for sign in text:
        short = "\0" < sign <= "\xff"
        if runs and runs[-1][0] == short:
            runs[-1] = (short, runs[-1][1] + sign)
        else:
            runs.append((short, sign))
    if (
        any(b"\0" in part.encode("utf-16-le") for short, part in runs if not short)
        or not runs
        or not runs[0][0]
    ):
        return text.encode("utf-16-le")
    parts = [part.encode("latin-1" if short else "utf-16-le") for short, part in runs]
    return b"\xff\xfe" + b"\0".join(parts)


def _write_fixed(kind: int, value: Any, scale: int) -> bytes:
    if kind == BOOL or value is None:
        return bytes(SIZES[kind])
    if kind == MONEY:
        return struct.pack("<q", int(Decimal(value) * 10_000))
    if kind == DOUBLE:
        return struct.pack("<d", value)
    if kind == DATE:
        return struct.pack("<d", (value - datetime(1899, 12, 30)).total_seconds() / 86_400)
    if kind == NUMERIC:
        whole = int(Decimal(value).scaleb(scale))
        words = [(abs(whole) >> (32 * at)) & 0xFFFFFFFF for at in (3, 2, 1, 0)]
        return struct.pack("<BIIII", 0x80 if whole < 0 else 0, *words)
    return int(value).to_bytes(SIZES[kind], "little", signed=True)
