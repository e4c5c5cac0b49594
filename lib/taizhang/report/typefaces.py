"""The fonts of official documents (GB/T 9704): the user's 小标宋, 仿宋, 楷体, 黑体, otherwise the packaged ones.

The standard requires fonts that may not be distributed with software, so the user names a folder with them.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import typst

from taizhang.core.errors import ParameterError
from taizhang.core.fonts import SANS, SERIF, sans_path, serif_path
from taizhang.core.loading import parse_yaml

_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")


@dataclass(frozen=True)
class Typefaces:
    """Families in each role (小标宋, 仿宋, 楷体, 黑体), the first that draws a character taken.

    `found`: ``仿宋: FangSong`` for what the folder holds; `lacking`: the names of what it does not. `folders`: where
    Typst finds them all.
    """

    title: tuple[str, ...]
    body: tuple[str, ...]
    kai: tuple[str, ...]
    hei: tuple[str, ...]
    found: tuple[str, ...]
    lacking: tuple[str, ...]
    folders: tuple[str, ...]


@lru_cache(maxsize=4)
def find_typefaces(folder: str = "") -> Typefaces:
    """Find the faces of official documents in the user's font folder; empty: the packaged faces alone."""
    if folder and not Path(folder).is_dir():
        raise ParameterError("report.no_fonts", folder=Path(folder).name)
    packaged = tuple(dict.fromkeys(str(path.parent) for path in (sans_path(), serif_path())))
    families: set[str] = set()
    if folder:
        families = set(
            typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
            ).families()
        )
    chosen, found, lacking = {}, [], []
    for role, one in parse_yaml((files("taizhang.metadata") / "typefaces.yml").read_text("utf-8")).items():
        family = next((name for name in one["families"] if name in families), None)
        if family is None:
            lacking.append(one["name"])
        else:
            found.append(f"{one['name']}: {family}")
        stand_in = SANS if role == "hei" else SERIF
        chosen[role] = tuple(dict.fromkeys(filter(None, (family, stand_in, SERIF, SANS))))
    return Typefaces(
        **chosen,
        found=tuple(found),
        lacking=tuple(lacking),
        folders=(*packaged, folder) if folder else packaged,
    )


def list_faces(folder: str) -> list[Path]:
    """The font files below a folder; empty: none."""
    return [path for path in Path(folder).rglob("*") if path.suffix.lower() in _SUFFIXES] if folder else []
