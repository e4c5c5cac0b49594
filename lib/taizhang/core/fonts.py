"""The Chinese fonts, from a package: figures, HTML and PDF all use these files and no installed font."""

import struct
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pylopdf_fonts_zh_cn

if TYPE_CHECKING:
    import uharfbuzz as hb

SANS = "Noto Sans SC"
SERIF = "Noto Serif SC"
# The files of both in their regular weight (OpenType, CFF).
sans_path: Callable[[], Path] = pylopdf_fonts_zh_cn.sans_path
serif_path: Callable[[], Path] = pylopdf_fonts_zh_cn.serif_path


@lru_cache(maxsize=8192)
def measure_character(character: str) -> float:
    """Return the advance width of a character in the sans face, in em; 1 if the face lacks it."""
    font = _sans_font()
    glyph = font.get_nominal_glyph(ord(character))
    return font.get_glyph_h_advance(glyph) / font.face.upem if glyph else 1.0


def measure_text(text: str) -> tuple[float, float, float]:
    """Return the width of one line in the sans face, the height of its ink, and its depth below the baseline, in em.

    A character that the face lacks counts as an empty box.
    """
    import uharfbuzz as hb

    font, buffer = _sans_font(), hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    width = top = bottom = 0
    drawn = zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True)
    for at, (glyph, place) in enumerate(drawn):
        ink = font.get_glyph_extents(glyph.codepoint)
        high = place.y_offset + ink.y_bearing if ink else 0
        low = high + ink.height if ink else 0
        top, bottom = (max(top, high), min(bottom, low)) if at else (high, low)
        width += place.x_advance
    return width / font.face.upem, (top - bottom) / font.face.upem, -bottom / font.face.upem


@lru_cache(maxsize=1)
def find_covered() -> frozenset[int]:
    """Return the code points present in both fonts; figures use one font and text the other."""
    sans, serif = (set(_open_face(path).unicodes) for path in (sans_path(), serif_path()))
    return frozenset(sans & serif)


@lru_cache(maxsize=1)
def _sans_font() -> "hb.Font":
    import uharfbuzz as hb

    return hb.Font(_open_face(sans_path()))


def _open_face(path: Path) -> "hb.Face":
    import uharfbuzz as hb  # not by commands that draw nothing, which import this module too

    return hb.Face(hb.Blob.from_file_path(str(path)))


def subset_woff2(path: Path, text: str) -> bytes:
    """Reduce a font (OpenType with CFF outlines) to the characters of a text, as a WOFF2 file.

    The same font and characters always give the same file. Hints are dropped; kerning and full-width punctuation
    spacing are kept.
    """
    return _subset(path, "".join(sorted(set(text))))


def write_face(family: str, woff2: bytes) -> str:
    """A CSS rule with the font embedded."""
    data = b64encode(woff2).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:400;font-display:swap;'
        f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
    )


@lru_cache(maxsize=32)
def _subset(path: Path, characters: str) -> bytes:
    import uharfbuzz as hb

    request = hb.SubsetInput()
    request.unicode_set.update(map(ord, characters))
    request.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DESUBROUTINIZE
    kept = (b"kern", b"halt", b"palt", b"chws", b"pwid")
    request.layout_feature_tag_set.update(int.from_bytes(tag, "big") for tag in kept)
    return _pack_woff2(hb.subset(_open_face(path), request).blob.data)


def _pack_woff2(sfnt: bytes) -> bytes:
    """Pack an OpenType font as WOFF2 (W3C Recommendation, 10 December 2018), tables as they are.

    fontTools packs at Brotli's slowest setting, half a second per font; this takes a few milliseconds and
    comes out 11 % larger. Fonts with CFF outlines need none of the format's table transformations.
    """
    import brotli
    from fontTools.ttLib.woff2 import packBase128, woff2KnownTags

    count = struct.unpack_from(">H", sfnt, 4)[0]
    entries = [struct.unpack_from(">4sIII", sfnt, 12 + 16 * at) for at in range(count)]
    entries.sort(key=lambda entry: entry[2])
    directory, tables = b"", b""
    for tag, _, offset, length in entries:
        name = tag.decode("ascii")
        table = sfnt[offset : offset + length]
        if name == "head":  # bit 11 of its flags says that the font went through a lossless packing
            flags = struct.unpack_from(">H", table, 16)[0] | 1 << 11
            table = table[:16] + struct.pack(">H", flags) + table[18:]
        known = woff2KnownTags.index(name) if name in woff2KnownTags else 63
        directory += bytes([known]) + (tag if known == 63 else b"") + packBase128(length)
        tables += table
    packed = brotli.compress(tables, mode=brotli.MODE_FONT, quality=7)
    body = directory + packed
    length = 48 + len(body)
    padding = -length % 4
    sfnt_size = 12 + sum(16 + (size + 3) // 4 * 4 for _, _, _, size in entries)
    sizes = (length + padding, count, 0, sfnt_size, len(packed), 1, 0)
    header = struct.pack(">4s4sIHHIIHH20x", b"wOF2", sfnt[:4], *sizes)
    return header + body + b"\0" * padding
