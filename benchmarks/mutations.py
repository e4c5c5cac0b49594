"""Small damage to the bytes of a file, drawn by a seed: what disks, mail, other programs and people do to files."""

import io
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence

# What stands in files that are not as they should be.
ODD_TEXTS = (
    "", " ", "\0", "\x1b[31m", "\ufeff", "\u202e", "\u3000" * 3, "a" * 40_000, " " * 32_000, "，" * 300, '"', "'",
    "\r", "\n",
    "=1+1", "=cmd|' /C calc'!A0", "-@1", "#REF!", "#N/A", "NaN", "inf", "-inf", "1e999", "1E-400", "-0", "00012",
    "12345678901234567890", "9" * 400, "0x1F", "１２３", "一百二十三万", "½", "²", "٣", "1,234.5", "1.234,5", "12%",
    "约3-5人", "9999-12-31", "0000-00-00", "10000-01-01", "1582-10-10", "1900-02-29", "2021-02-30", "2021年13月5日",
    "44197", "2958466", "-1", "4419700000000", "民国110年3月", "十二月", "24:00", "25:61", "2021-03-05T00:00:00+99:99",
    "合计", "小计：", "注：", "同上", "〃", "是否", "√×", "无", "不详", "true", "None", "null", "<table>",
    "&#0;", "&lt;", "_x0000_", "𠮷" * 50, "\U0001f600", "e\u0301", "溪口镇", "溪口镇、溪南镇",
    "350921101", "350921101.0", "3.5E+08", "</sheetData>",
)  # fmt: skip
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MOST_BYTES = 8 * 1024**2

Mutation = Callable[[random.Random, bytes], bytes]


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data)) if data else 0


def flip_bits(rng: random.Random, data: bytes) -> bytes:
    """One to sixteen bits the other way."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16)) if data else 0):
        changed[_place(rng, data)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def set_number(rng: random.Random, data: bytes) -> bytes:
    """A number of one to eight bytes in place of what was there: lengths, counts and offsets at their limits."""
    at, size = _place(rng, data), rng.choice((1, 2, 4, 8))
    number = rng.choice(_NUMBERS) & (256**size - 1)
    return data[:at] + number.to_bytes(size, rng.choice(("little", "big"))) + data[at + size :]


def cut_end(rng: random.Random, data: bytes) -> bytes:
    """A file that did not arrive whole."""
    return data[: _place(rng, data)]


def cut_out(rng: random.Random, data: bytes) -> bytes:
    """A piece lost from the middle."""
    at = _place(rng, data)
    return data[:at] + data[at + rng.choice((1, 2, 16, 512, 4096)) :]


def repeat_piece(rng: random.Random, data: bytes) -> bytes:
    """A piece that is there twice."""
    at = _place(rng, data)
    piece = data[at : at + rng.choice((1, 8, 128, 4096))]
    return data[:at] + piece * rng.choice((2, 3, 50)) + data[at + len(piece) :]


def splice_pieces(rng: random.Random, data: bytes) -> bytes:
    """A piece of the file over another."""
    one, other, size = _place(rng, data), _place(rng, data), rng.choice((4, 64, 512, 2048))
    return data[:one] + data[other : other + size] + data[one + size :]


def blank_piece(rng: random.Random, data: bytes) -> bytes:
    """A sector of noughts, as a failing disk leaves it."""
    at, size = _place(rng, data), rng.choice((1, 16, 512))
    return data[:at] + bytes(min(size, len(data) - at)) + data[at + size :]


def add_end(rng: random.Random, data: bytes) -> bytes:
    """Something behind the end."""
    return data + rng.choice((b"\0" * 512, b"\n" * 99, b"PK\x05\x06" + bytes(18), rng.randbytes(64)))


BYTES: tuple[Mutation, ...] = (
    flip_bits, set_number, cut_end, cut_out, repeat_piece, splice_pieces, blank_piece, add_end,
)  # fmt: skip


# ------------------------------------------------------------------ text


def _decode(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _by_lines(change: Callable[[random.Random, list[str]], list[str]]) -> Mutation:
    def mutate(rng: random.Random, data: bytes) -> bytes:
        text, encoding = _decode(data)
        return "".join(change(rng, text.splitlines(keepends=True))).encode(encoding, "replace")

    mutate.__name__ = change.__name__
    return mutate


@_by_lines
def drop_lines(rng: random.Random, lines: list[str]) -> list[str]:
    """Lines lost."""
    at = rng.randrange(len(lines) + 1)
    return lines[:at] + lines[at + rng.choice((1, 1, 3, 50)) :]


@_by_lines
def repeat_lines(rng: random.Random, lines: list[str]) -> list[str]:
    """Lines twice, or a thousand times."""
    at, size = rng.randrange(len(lines) + 1), rng.choice((1, 1, 5))
    return lines[:at] + lines[at : at + size] * rng.choice((2, 3, 1000)) + lines[at + size :]


@_by_lines
def swap_lines(rng: random.Random, lines: list[str]) -> list[str]:
    """Two lines in each other's place."""
    if lines:
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return lines


@_by_lines
def join_lines(rng: random.Random, lines: list[str]) -> list[str]:
    """A line break lost, or all of another kind."""
    if rng.random() < 0.5 and lines:
        at = rng.randrange(len(lines))
        return [*lines[:at], lines[at].rstrip("\r\n"), *lines[at + 1 :]]
    end = rng.choice(("\r", "\r\n", "\n\n", "\x0b", "\u2028", "\0\n"))
    return [line.rstrip("\r\n") + end for line in lines]


@_by_lines
def change_word(rng: random.Random, lines: list[str]) -> list[str]:
    """Something odd in place of what stands between two marks."""
    if not lines:
        return lines
    at = rng.randrange(len(lines))
    parts = re.split(r'([,;\t|:=\[\]{}"]|\s+)', lines[at])
    parts[rng.randrange(len(parts))] = rng.choice(ODD_TEXTS)
    return [*lines[:at], "".join(parts), *lines[at + 1 :]]


@_by_lines
def put_mark(rng: random.Random, lines: list[str]) -> list[str]:
    """A sign that means something, where it means something else."""
    if not lines:
        return [rng.choice(ODD_TEXTS)]
    at = rng.randrange(len(lines))
    where = rng.randrange(len(lines[at]) + 1)
    mark = rng.choice("\",;\t|\n\\'\0=[]{}#:-&*!%@`~<>\ufeff\x1a\x85")
    return [*lines[:at], lines[at][:where] + mark + lines[at][where:], *lines[at + 1 :]]


@_by_lines
def put_bomb(rng: random.Random, lines: list[str]) -> list[str]:
    """YAML of some lines that stand for thousands of millions, or brackets without an end."""
    bomb = [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]\n" for n in range(rng.choice((3, 7, 9)))
    ]
    at = rng.randrange(len(lines) + 1)
    return [*lines[:at], *rng.choice((bomb, ["[" * 3000 + "\n"], ["a: " + "{a: " * 500 + "\n"])), *lines[at:]]


def change_delimiter(rng: random.Random, data: bytes) -> bytes:
    """Another separator, everywhere or on some lines."""
    text, encoding = _decode(data)
    mark, some = rng.choice(";\t|，、 :\0"), rng.random() < 0.3
    lines = text.splitlines(keepends=True)
    kept = [line if some and rng.random() < 0.5 else line.replace(",", mark) for line in lines]
    return "".join(kept).encode(encoding, "replace")


def change_encoding(rng: random.Random, data: bytes) -> bytes:
    """Another encoding, of all or from some place on, with a mark of it or a wrong one."""
    text, encoding = _decode(data)
    other = rng.choice(("utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32",
                        "latin-1", "utf-7", "cp932", "hz"))  # fmt: skip
    at = rng.choice((0, 0, rng.randrange(len(text) + 1)))
    made = text[:at].encode(encoding, "replace") + text[at:].encode(other, "replace")
    return rng.choice((b"", b"", b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2)) + made


TEXTS: tuple[Mutation, ...] = (
    drop_lines, repeat_lines, swap_lines, join_lines, change_word, change_word, change_word, put_mark, put_mark,
)  # fmt: skip
TABLES: tuple[Mutation, ...] = (*TEXTS, change_delimiter, change_encoding, *BYTES)


# ------------------------------------------------------------------ zip: xlsx, xlsb, ods


def _unzip(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(part.filename, package.read(part)) for part in package.infolist()]


def _zip(parts: Sequence[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning),
        zipfile.ZipFile(held, "w", how) as package,
    ):  # of names there twice
        for name, content in parts:
            package.writestr(zipfile.ZipInfo(name), content, how)  # of no time
    return held.getvalue()


def _by_parts(
    change: Callable[[random.Random, list[tuple[str, bytes]]], list[tuple[str, bytes]]],
) -> Mutation:
    def mutate(rng: random.Random, data: bytes) -> bytes:
        try:
            parts = _unzip(data)
        except Exception:  # an earlier mutation has broken it: bytes are all that can be changed
            return rng.choice(BYTES)(rng, data)
        return _zip(change(rng, parts) if parts else parts)

    mutate.__name__ = change.__name__
    return mutate


Parts = list[tuple[str, bytes]]


@_by_parts
def drop_part(rng: random.Random, parts: Parts) -> Parts:
    """A part of the package that is not there."""
    at = rng.randrange(len(parts))
    return parts[:at] + parts[at + 1 :]


@_by_parts
def repeat_part(rng: random.Random, parts: Parts) -> Parts:
    """A part twice under one name, or under another's."""
    name, content = rng.choice(parts)
    return [*parts, (rng.choice((name, rng.choice(parts)[0], name.upper(), f"../{name}")), content)]


@_by_parts
def swap_parts(rng: random.Random, parts: Parts) -> Parts:
    """Two parts under each other's name."""
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    names = [name for name, _ in parts]
    names[one], names[other] = names[other], names[one]
    return [(name, content) for name, (_, content) in zip(names, parts, strict=True)]


@_by_parts
def damage_part(rng: random.Random, parts: Parts) -> Parts:
    """Bytes of a part changed before it is packed, so that its checksum is right."""
    at = rng.randrange(len(parts))
    name, content = parts[at]
    return [*parts[:at], (name, rng.choice(BYTES)(rng, content)), *parts[at + 1 :]]


_CELL = re.compile(rb"<c\b[^>]*?(?:/>|>.*?</c>)", re.S)
_ROW = re.compile(rb"<row\b[^>]*?(?:/>|>.*?</row>)", re.S)
_VALUE = re.compile(rb"<(v|t|f)(?:\s[^>]*)?>[^<]*</\1>")
_ATTRIBUTE = re.compile(rb'(\s[\w:]+)="([^"]*)"')
_ODD_VALUES = (b"", b"-1", b"0", b"1", b"4294967296", b"99999999999999999999", b"NaN", b"1e999", b"s", b"str",
b"inlineStr",
               b"e", b"b", b"d", b"n", b"A1", b"XFD1048576", b"A0", b"ZZZZ1", b"A1:XFD1048576", b"B2:A1", b"$A$1",
               b"true",
               b"veryHidden", b"yyyy", b"0.5", b"&amp;", b"2021-03-05", b"../../x")  # fmt: skip


def _near(rng: random.Random, pattern: re.Pattern[bytes], content: bytes) -> re.Match[bytes] | None:
    """A match of a pattern, somewhere: the next one from a place that is drawn."""
    return pattern.search(content, _place(rng, content)) or pattern.search(content)


def _by_xml(change: Callable[[random.Random, bytes], bytes]) -> Mutation:
    @_by_parts
    def mutate(rng: random.Random, parts: Parts) -> Parts:
        chosen = [at for at, (name, _) in enumerate(parts) if name.endswith((".xml", ".rels"))]
        sheets = [at for at in chosen if "sheet" in parts[at][0].lower() or "content" in parts[at][0]]
        if not chosen:
            return parts
        at = rng.choice(sheets if sheets and rng.random() < 0.7 else chosen)
        name, content = parts[at]
        return [*parts[:at], (name, change(rng, content)), *parts[at + 1 :]]

    mutate.__name__ = change.__name__
    return mutate


@_by_xml
def change_attribute(rng: random.Random, content: bytes) -> bytes:
    """Another value of an attribute, or none: types, references, styles, dimensions, ranges, counts."""
    found = _near(rng, _ATTRIBUTE, content)
    if found is None:
        return content
    new = rng.choice((b"", b'%s="%s"' % (found[1], rng.choice(_ODD_VALUES))))
    return content[: found.start()] + new + content[found.end() :]


@_by_xml
def change_value(rng: random.Random, content: bytes) -> bytes:
    """Another value in a cell, or another text."""
    found = _near(rng, _VALUE, content)
    if found is None:
        return content
    text = rng.choice(ODD_TEXTS).encode("utf-8", "replace")
    raw = rng.random() < 0.2
    text = text if raw else text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b"\0", b"")
    tag = found[1]
    return content[: found.start()] + b"<%s>%s</%s>" % (tag, text, tag) + content[found.end() :]


@_by_xml
def move_cells(rng: random.Random, content: bytes) -> bytes:
    """A cell or a row lost, twice, elsewhere, or very often."""
    pattern = rng.choice((_CELL, _ROW))
    found = _near(rng, pattern, content)
    if found is None:
        return content
    how = rng.randrange(4)
    if how == 0:
        return content[: found.start()] + content[found.end() :]
    if how == 1:
        return content[: found.start()] + found[0] * rng.choice((2, 3, 2000)) + content[found.end() :]
    other = _near(rng, pattern, content)
    assert other is not None
    if how == 2:
        return content[: other.start()] + found[0] + content[other.end() :]
    return content[: other.start()] + found[0] + content[other.start() :]


@_by_xml
def add_element(rng: random.Random, content: bytes) -> bytes:
    """An element that should not be there, or is there already."""
    new = rng.choice((
        b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b'<mergeCells><mergeCell ref="A1:C3"/><mergeCell ref="B2:D9"/></mergeCells>',
        b'<mergeCells><mergeCell ref="A4:A4000"/></mergeCells>', b'<mergeCells><mergeCell ref=""/></mergeCells>',
        b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="A1"/>',
        b'<cols><col min="1" max="16384" hidden="1"/></cols>',
        b'<row r="5" hidden="1"><c r="B5" t="d"><v>2021-03-05</v></c></row>', b'<c r="C9" t="e"><v>#REF!</v></c>',
        b'<c r="D9" t="s"><v>99999</v></c>', b'<c t="inlineStr"><is><t>x</t></is></c>', b'<row r="0"/>',
        b'<row r="1048577"/>',
        b"<!-- -->", b"<![CDATA[x]]>", b"&unknown;", b'<x xmlns:y="z"/>', b"</worksheet>", b"<sheetData>",
        b"<phoneticPr/>",
    ))  # fmt: skip
    places = [found.end() for found in re.finditer(rb">", content)] or [0]
    at = rng.choice(places)
    return content[:at] + new + content[at:]


@_by_xml
def drop_element(rng: random.Random, content: bytes) -> bytes:
    """A tag lost, so that the rest does not fit."""
    found = _near(rng, re.compile(rb"</?[\w:]+[^>]*>"), content)
    return content if found is None else content[: found.start()] + content[found.end() :]


ZIPS: tuple[Mutation, ...] = (
    change_attribute, change_attribute, change_attribute, change_value, change_value, change_value, move_cells,
    move_cells,
    add_element, drop_element, drop_part, repeat_part, swap_parts, damage_part, *BYTES,
)  # fmt: skip


# ------------------------------------------------------------------ BIFF: xls


def change_record(rng: random.Random, data: bytes) -> bytes:
    """A record of an xls lost, twice, of another type, of another length, or with other content."""
    start = data.find(b"\x09\x08\x10\x00")
    if start < 0:
        return rng.choice(BYTES)(rng, data)
    places: list[tuple[int, int]] = []
    at = start
    while at + 4 <= len(data) and len(places) < 20_000:
        kind, size = struct.unpack_from("<HH", data, at)
        if size > 8224 or (kind == 0 and size == 0):
            break
        places.append((at, size))
        at += 4 + size
    at, size = rng.choice(places)
    record = data[at : at + 4 + size]
    how = rng.randrange(5)
    if how == 0:
        new = b""
    elif how == 1:
        new = record * 2
    elif how == 2:
        new = struct.pack("<H", rng.choice((0x0203, 0x00FD, 0x0205, 0x0006, 0x00BE, 0x00E5, 0x0201, 0x0809, 0x000A,
                                            rng.randrange(65536)))) + record[2:]  # fmt: skip
    elif how == 3:
        new = (
            record[:2] + struct.pack("<H", rng.choice((0, 1, size + 1, max(size - 1, 0), 65535))) + record[4:]
        )
    else:
        new = record[:4] + rng.choice(BYTES)(rng, record[4:])
    changed = data[:at] + new + data[at + len(record) :]
    # What follows stays where it was, since a container of sectors is read by place.
    return changed[: len(data)].ljust(len(data), b"\0") if rng.random() < 0.7 else changed


XLS: tuple[Mutation, ...] = (change_record, change_record, change_record, *BYTES)
MUTATIONS = {
    ".xlsx": ZIPS, ".xlsm": ZIPS, ".ods": ZIPS, ".xlsb": (drop_part, repeat_part, swap_parts, damage_part,
    damage_part, *BYTES),
    ".xls": XLS, ".csv": TABLES, ".parquet": BYTES, ".shp": BYTES, ".shx": BYTES, ".dbf": BYTES, ".prj": (*TEXTS,
    *BYTES),
    ".gpkg": BYTES, ".geojson": (*TEXTS, change_encoding, *BYTES), ".toml": (*TEXTS, change_encoding, *BYTES),
    ".md": (*TEXTS, put_bomb, put_bomb, change_encoding, *BYTES), ".json": (*TEXTS, *BYTES), ".ipynb": (*TEXTS, *BYTES),
}  # fmt: skip

Step = tuple[str, int]


def draw_steps(rng: random.Random, suffix: str) -> tuple[Step, ...]:
    """One to eight mutations that suit a file's suffix, each with a seed of its own."""
    many, suited = rng.choice((1, 1, 1, 2, 2, 3, 8)), MUTATIONS.get(suffix, BYTES)
    return tuple((rng.choice(suited).__name__, rng.getrandbits(32)) for _ in range(many))


_BY_NAME = {mutation.__name__: mutation for some in MUTATIONS.values() for mutation in some}


def mutate(data: bytes, steps: Sequence[Step]) -> bytes:
    """The bytes after these mutations: the same for the same steps."""
    for name, seed in steps:
        data = _BY_NAME[name](random.Random(seed), data)[:_MOST_BYTES]
    return data
