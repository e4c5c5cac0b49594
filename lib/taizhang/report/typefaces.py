"""The faces of official documents (GB/T 9704): 小标宋, 仿宋, 楷体, 黑体 of the user's, else the packaged ones.

The standard names faces that may not be given away with software, so the user names a folder that holds them.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import typst

from taizhang.core.errors import ParameterError
from taizhang.core.fonts import SANS, SERIF, sans_path, serif_path

# Role -> what Chinese calls it, the families that are it, and the packaged face that stands in.
_ROLES = {
    "title": (
        "小标宋",
        (
            "FZXiaoBiaoSong-B05S",
            "FZXiaoBiaoSong-B05",
            "方正小标宋简体",
            "方正小标宋_GBK",
            "小标宋体",
            "STZhongsong",
        ),
        SERIF,
    ),
    "body": (
        "仿宋",
        (
            "FangSong_GB2312",
            "FangSong",
            "仿宋_GB2312",
            "仿宋",
            "FZFangSong-Z02S",
            "FZFangSong-Z02",
            "STFangsong",
        ),
        SERIF,
    ),
    "kai": (
        "楷体",
        ("KaiTi_GB2312", "KaiTi", "楷体_GB2312", "楷体", "FZKai-Z03S", "FZKai-Z03", "STKaiti", "LXGW WenKai"),
        SERIF,
    ),
    "hei": ("黑体", ("SimHei", "黑体", "FZHei-B01S", "FZHei-B01", "STHeiti"), SANS),
}
_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")


@dataclass(frozen=True)
class Faces:
    """Families in each role, the first that draws a character taken.

    Attributes
    ----------
    title, body, kai, hei : tuple of str
        小标宋, 仿宋, 楷体, 黑体, and what stands in for characters they lack.
    found, lacking : tuple of str
        ``仿宋: FangSong`` for what the folder holds; the names of what it does not.
    folders : tuple of str
        Where Typst finds them all.
    """

    title: tuple[str, ...]
    body: tuple[str, ...]
    kai: tuple[str, ...]
    hei: tuple[str, ...]
    found: tuple[str, ...]
    lacking: tuple[str, ...]
    folders: tuple[str, ...]


@lru_cache(maxsize=4)
def find_faces(folder: str = "") -> Faces:
    """Find the faces of official documents.

    Parameters
    ----------
    folder : str
        The user's font folder; empty: the packaged faces alone.

    Raises
    ------
    ParameterError
        If there is no such folder.
    """
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
    for role, (name, known, stand_in) in _ROLES.items():
        family = next((one for one in known if one in families), None)
        if family is None:
            lacking.append(name)
        else:
            found.append(f"{name}: {family}")
        chosen[role] = tuple(dict.fromkeys(filter(None, (family, stand_in, SERIF, SANS))))
    return Faces(
        **chosen,
        found=tuple(found),
        lacking=tuple(lacking),
        folders=(*packaged, folder) if folder else packaged,
    )


def hash_faces(folder: str) -> str:
    """SHA-256 over the fonts in a folder: reports set in other fonts are made again."""
    digest = sha256()
    for path in sorted(Path(folder).rglob("*")) if folder else ():
        if path.suffix.lower() in _SUFFIXES:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
