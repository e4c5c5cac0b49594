"""A figure as a separate file: SVG, PDF or PNG, of a given width, with its font embedded."""

import re
from functools import cache
from html import unescape
from threading import Lock
from zlib import crc32

import typst

from taizhang.core import fonts
from taizhang.core.errors import ParameterError

FORMS = (".svg", ".pdf", ".png")
_LOCK = Lock()  # the compiler keeps its world in itself


def render_picture(svg: str, form: str, *, width_mm: float, dpi: float) -> bytes:
    """Return one of our SVGs as the bytes of a file; `form` is the file ending, `dpi` the resolution of a PNG.

    ParameterError if the form is unknown.
    """
    if form not in FORMS:
        raise ParameterError("figures.no_form", form=form or "?", forms=", ".join(FORMS))
    if form == ".svg":
        return _embed_font(svg, width_mm).encode()
    fill = "white" if form == ".png" else "none"
    source = (
        f"#set page(width: auto, height: auto, margin: 0pt, fill: {fill})\n"
        f'#image(bytes(sys.inputs.svg), format: "svg", width: {width_mm}mm)\n'
    ).encode()
    with _LOCK:
        made = _compiler().compile(
            source, format="pdf" if form == ".pdf" else "png", ppi=dpi, sys_inputs={"svg": svg}
        )
    assert isinstance(made, bytes)  # one page
    return made if form == ".pdf" else _note_density(made, dpi)


@cache
def _compiler() -> typst.Compiler:
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.sans_path().parent)]
    )
    return typst.Compiler(font_paths=found, ignore_system_fonts=True)


def _embed_font(svg: str, width_mm: float) -> str:
    """Return an SVG of the given width with the characters of the font that it uses."""
    wide, high = (float(side) for side in re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)[0])
    used = unescape("".join(re.findall(r">([^<]+)<", svg)))
    face = fonts.write_face(fonts.SANS, fonts.subset_woff2(fonts.sans_path(), used))
    size = f'width="{width_mm:g}mm" height="{width_mm * high / wide:.4g}mm"'
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return head + re.sub(r"<svg ([^>]*)>", rf"<svg {size} \1><style>{face}</style>", svg, count=1)


def _note_density(png: bytes, dpi: float) -> bytes:
    """A PNG that says how many dots an inch has, which programs set it by."""
    per_metre = round(dpi / 0.0254).to_bytes(4, "big")
    said = b"pHYs" + per_metre * 2 + b"\x01"
    head = 8 + 25  # the signature, and the first chunk
    return png[:head] + (9).to_bytes(4, "big") + said + crc32(said).to_bytes(4, "big") + png[head:]
