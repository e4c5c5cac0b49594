"""Pictures as part of a page: SVG that cannot run code or affect its surroundings."""

import re
from base64 import b64encode
from collections import Counter
from itertools import pairwise
from zlib import crc32

from lxml import etree
from markupsafe import Markup, escape

from taizhang.core.errors import RenderError
from taizhang.core.outside import tell_error
from taizhang.metadata.style import load_style

_SVG = "{http://www.w3.org/2000/svg}"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
# Elements that only draw, and the style sheet that matplotlib adds to them.
_PLAIN = re.compile(
    "svg|g|defs|symbol|use|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|textPath|title|desc|"
    "clipPath|mask|pattern|marker|linearGradient|radialGradient|stop|image|style"
)
_REFERENCE = re.compile(r"""url\(\s*(['"]?)#([^'")]+)\1\s*\)""")
_URL = re.compile(r"url\(|@import", re.IGNORECASE)
# What HTML's parser reads otherwise than XML's: entities, and elements with a namespace prefix.
_FOREIGN = re.compile(r"""<!ENTITY|xmlns:[\w.-]+\s*=\s*["']http://www\.w3\.org/2000/svg""")
# matplotlib's own style sheet: inside a page it would reach every element of it.
_ROUND = re.compile(r"(?:#[\w-]+\s+)?\*\s*\{([^{}()@]*)\}")


def write_dark_colours() -> str:
    """The style sheet that gives our figures their colours on a dark screen."""
    colours = (f"--c-{light[1:]}:{dark}" for light, dark in load_style().dark.items())
    return f"@media screen and (prefers-color-scheme: dark){{:root{{{';'.join(colours)}}}}}"


def embed_picture(svg: str, *, prefix: str, label: str, described_by: str = "") -> Markup:
    """Make an SVG document part of an HTML page, so that its text is found and uses the page's fonts.

    If it contains anything but plain drawing (scripts, style sheets, links, outside references), it becomes an
    `img`, in which none of these work. `prefix` is added to every id, so that pictures on one page never share an id;
    `described_by` is the id of an element that says more than the `label`. Our figures take their colours from the
    page's style, if it has any (`write_dark_colours`).
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(svg.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise RenderError("report.picture.no_svg", name=prefix, error=tell_error(error)) from error
    etree.strip_elements(root, f"{_SVG}metadata", with_tail=False)
    described = Markup(' aria-describedby="{}"').format(described_by) if described_by else Markup("")
    if _FOREIGN.search(svg) or not _is_plain(root):
        data = b64encode(etree.tostring(root)).decode("ascii")
        return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}"{}>').format(data, label, described)
    for element in list(root.iter(f"{_SVG}style")):
        parent = element.getparent()
        if rule := _ROUND.fullmatch((element.text or "").strip()):
            root.set("style", f"{rule[1].strip().rstrip(';')};{root.get('style', '')}".rstrip(";"))
        if parent is not None:
            parent.remove(element)
    ours = root.get("class") == "taizhang-figure"
    if ours:
        _drop_unused(root)
        # By the full name in every mark, a figure of a hundred districts would be half names.
        prefix = f"z{crc32(prefix.encode()):x}"
    for element in root.iter():
        _prefix_ids(element, prefix)
        if ours:
            _free_colours(element)
            _shorten(element)
    _free_size(root)
    etree.cleanup_namespaces(root)
    text = etree.tostring(root, encoding="unicode")
    start = Markup('<svg role="img" aria-label="{}"{} focusable="false"').format(escape(label), described)
    return start + Markup(text.removeprefix("<svg"))


def _is_plain(root: etree._Element) -> bool:
    """Return whether it is nothing but drawing."""
    if root.tag != f"{_SVG}svg":
        return False
    for element in root.iter():
        if not _PLAIN.fullmatch(element.tag.removeprefix(_SVG)):
            return False
        if element.tag == f"{_SVG}style" and not _ROUND.fullmatch((element.text or "").strip()):
            return False
        for name, value in _list_attributes(element):
            if name.lower().startswith("on"):
                return False
            if name in _HREFS and not value.startswith(("#", "data:image/png;", "data:image/jpeg;")):
                return False
            if _URL.search(_REFERENCE.sub("", value)):
                return False
    return True


def _drop_unused(root: etree._Element) -> None:
    """Leave out of a figure of ours what draws nothing and what nothing refers to, and call the rest by numbers."""
    for group in list(root.iter(f"{_SVG}g")):
        parent = group.getparent()
        if len(group) == 0 and parent is not None:
            parent.remove(group)
    used: dict[str, str] = {}
    for element in root.iter():
        for name, value in _list_attributes(element):
            for id in [value[1:]] if name in _HREFS else [found[1] for found in _REFERENCE.findall(value)]:
                used.setdefault(id, str(len(used)))
    for element in root.iter():
        for name, value in _list_attributes(element):
            if name == "id" and value in used:
                element.set(name, used[value])
            elif name == "id" and element is not root:
                del element.attrib[name]
            elif name in _HREFS and value.startswith("#"):
                element.set(name, f"#{used[value[1:]]}")
            elif "url(" in value:
                element.set(name, _REFERENCE.sub(lambda found: f"url(#{used[found[2]]})", value))


# A twentieth of a point is less than a screen or a printer can show; of places, and of outlines of many corners.
_CORNERS = 12


def _shorten(element: etree._Element) -> None:
    """Say of an element of ours in fewer signs where it is: a county's outlines are most of its page."""
    for name in ("x", "y"):
        if (value := element.get(name)) is not None:
            element.set(name, _write(round(float(value) * 10)))
    if clip := element.get("clip-path"):
        del element.attrib["clip-path"]
        # As a look, which marks share.
        element.set(
            "style", ";".join(filter(None, (element.get("style", "").rstrip("; "), f"clip-path: {clip}")))
        )
    path = element.get("d", "")
    if path.count("L") >= _CORNERS and not _CURVES.search(path):
        element.set("d", _LINE.sub(_step, path))


_CURVES = re.compile(r"[^MLz\d. -]")
_LINE = re.compile(r"M [^Mz]*")


def _step(found: re.Match[str]) -> str:
    """A line of absolute places as steps of tenths of a point; places that are one to the eye are one."""
    numbers = [round(float(number) * 10) for number in re.findall(r"-?[\d.]+", found[0])]
    places = list(zip(numbers[::2], numbers[1::2], strict=True))
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(places) if (a, b) != (x, y)]
    moved = " ".join(f"{_write(x)} {_write(y)}" for x, y in steps) or "0 0"
    return f"M{_write(places[0][0])} {_write(places[0][1])}l{moved.replace(' -', '-')}"


def _write(tenths: int) -> str:
    """A number of tenths without what it does not need."""
    return re.sub(r"^(-?)0(?=\.)", r"\1", f"{tenths / 10:g}")


_OURS = re.compile(r'(<svg [^>]*class="taizhang-figure"[^>]*>)(.*?)</svg>', re.DOTALL)
_LOOKS = re.compile(r" style=\"([\w #%.,:;()'-]+)\"")


def share_looks(body: str) -> tuple[str, str]:
    """A page's body with CSS classes for styles shared by marks of our figures, and the style sheet.

    A figure of a hundred districts repeats the same style for a thousand marks.
    """
    counts = Counter(looks for figure in _OURS.finditer(body) for looks in _LOOKS.findall(figure[2]))
    names = {looks: f"z{at}" for at, (looks, n) in enumerate(counts.most_common()) if n > 1}

    def name(found: re.Match[str]) -> str:
        return f' class="{names[found[1]]}"' if found[1] in names else found[0]

    shared = _OURS.sub(lambda figure: f"{figure[1]}{_LOOKS.sub(name, figure[2])}</svg>", body)
    return shared, "".join(f".{name}{{{looks}}}" for looks, name in names.items())


_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def _free_colours(element: etree._Element) -> None:
    """Colours of the house as custom properties of the page, each with what it is where the page has none."""
    dark = load_style().dark

    def free(match: re.Match[str]) -> str:
        colour = match[0]
        return f"var(--c-{colour[1:]},{colour})" if colour in dark else colour

    looks = element.get("style", "")
    # As attributes, which some shapes of a hatch have, they could not be properties.
    own = [name for name in ("fill", "stroke") if element.get(name) in dark]
    looks = ";".join(
        [*([looks.rstrip("; ")] if looks else []), *(f"{name}: {element.get(name)}" for name in own)]
    )
    for name in own:
        del element.attrib[name]
    if looks:
        element.set("style", _COLOUR.sub(free, looks))


def _prefix_ids(element: etree._Element, prefix: str) -> None:
    for name, value in _list_attributes(element):
        if name == "id":
            element.set(name, f"{prefix}-{value}")
        elif name in _HREFS and value.startswith("#"):
            element.set(name, f"#{prefix}-{value[1:]}")
        elif "url(" in value:
            element.set(name, _REFERENCE.sub(rf"url(#{prefix}-\2)", value))
        elif name == "role" or name.startswith("aria-"):
            del element.attrib[name]


def _free_size(root: etree._Element) -> None:
    """Leave the size to the page, and keep the proportions: a viewBox, and no fixed width."""
    sizes = [
        re.fullmatch(r"\s*([\d.]+)\s*(?:px|pt|mm|cm|in)?\s*", root.get(name, ""))
        for name in ("width", "height")
    ]
    if root.get("viewBox") is None and sizes[0] and sizes[1]:
        root.set("viewBox", f"0 0 {sizes[0][1]} {sizes[1][1]}")
    if root.get("viewBox") is not None:
        for name in ("width", "height"):
            if name in root.attrib:
                del root.attrib[name]


def _list_attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items()]
