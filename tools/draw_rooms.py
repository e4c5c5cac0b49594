"""Draw the rooms of the package and which uses which, from the code: docs/pictures/rooms-en.svg and rooms-zh.svg.

``python -m make docs`` writes them with the reference pages; a test fails when a picture is not what the code says.
"""

import tomllib
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import grimp

from taizhang.core.loading import parse_yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, KERNELS = "taizhang", "warm_kernels"
# Pixels: a row, the column of names, that of what a room is, a cell of the matrix, the heads above it.
_ROW, _NAMES, _ABOUT, _CELL, _HEAD, _GAP, _EDGE = 26, 116, 372, 26, 96, 8, 12
_INK, _FAINT, _BAND, _DOT = "#1f2933", "#52606d", "#eef2f6", "#1f6f8b"
_FONT = "font-family=\"system-ui, 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif\""


def read_layers(root: Path = ROOT) -> list[list[str]]:
    """The rooms from top to bottom, line by line, as import-linter's contract in pyproject.toml has them."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (lines,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in line.split("|")] for line in lines]


def find_uses() -> dict[str, set[str]]:
    """Room -> the rooms that it imports, types apart; the root of the package, which is their door, is none."""
    graph = grimp.build_graph(PACKAGE, KERNELS, exclude_type_checking_imports=True, cache_dir=None)
    uses: dict[str, set[str]] = {}
    for module in graph.modules:
        room = _name_room(module)
        found = {_name_room(used) for used in graph.find_modules_directly_imported_by(module)}
        uses.setdefault(room, set()).update(found - {room, PACKAGE})
    uses.pop(PACKAGE)
    return uses


def _name_room(module: str) -> str:
    first, *rest = module.split(".")
    return rest[0] if first == PACKAGE and rest else first


def load_words() -> Mapping[str, Mapping[str, str]]:
    """What each room is, and the picture's own words, by language."""
    words: Mapping[str, Mapping[str, Mapping[str, str]]] = parse_yaml(
        Path(__file__).with_name("reference.yml").read_text(encoding="utf-8")
    )
    return words["rooms"]


def draw_rooms(lang: str) -> str:
    """The picture as SVG: a band for each line of rooms, and a dot where the room of a row uses that of a column."""
    return draw_matrix([*read_layers(), [KERNELS]], find_uses(), load_words(), lang)


def draw_matrix(
    layers: Sequence[Sequence[str]],
    uses: Mapping[str, set[str]],
    words: Mapping[str, Mapping[str, str]],
    lang: str,
) -> str:
    """The same of any rooms; KeyError if one has no words."""
    order = [room for line in layers for room in line]
    left = _EDGE + _NAMES + _ABOUT
    width = left + _CELL * len(order) + 3 * _EDGE  # the last head leans over
    height = _HEAD + _ROW * len(order) + _GAP * len(layers) + _EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" {_FONT} font-size="13">',
        f"<title>{escape(words['title'][lang])}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, room in enumerate(order):
        x = left + _CELL * (number + 0.5)
        lines.append(
            f'<text transform="translate({x + 4:g} {_HEAD - 6}) rotate(-60)" fill="{_INK}" font-size="12">{room}</text>'
        )
    y = float(_HEAD)
    for line in layers:
        lines.append(
            f'<rect x="{_EDGE / 2:g}" y="{y:g}" width="{width - _EDGE}" height="{_ROW * len(line)}" '
            f'rx="5" fill="{_BAND}"/>'
        )
        for room in line:
            middle = y + _ROW / 2
            lines += [
                f'<text x="{_EDGE}" y="{middle + 4.5:g}" font-weight="600" fill="{_INK}">{room}</text>',
                f'<text x="{_EDGE + _NAMES}" y="{middle + 4.5:g}" fill="{_FAINT}">{escape(words[room][lang])}</text>',
            ]
            for number, used in enumerate(order):
                x = left + _CELL * (number + 0.5)
                if used == room:
                    lines.append(
                        f'<rect x="{x - 4:g}" y="{middle - 4:g}" width="8" height="8" fill="#c5ced8"/>'
                    )
                elif used in uses.get(room, ()):
                    lines.append(
                        f'<circle cx="{x:g}" cy="{middle:g}" r="6" fill="{_DOT}">'
                        f"<title>{room} → {used}</title></circle>"
                    )
            y += _ROW
        y += _GAP
    return "\n".join([*lines, "</svg>"]) + "\n"
