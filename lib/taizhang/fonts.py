"""The Chinese fonts, from a package: figures, HTML and PDF use the same files, and no installed font."""

from pathlib import Path

import pylopdf_fonts_zh_cn

SANS = "Noto Sans SC"
SERIF = "Noto Serif SC"


def sans_path() -> Path:
    """File of Noto Sans SC Regular (OpenType, CFF)."""
    return pylopdf_fonts_zh_cn.sans_path()


def serif_path() -> Path:
    """File of Noto Serif SC Regular (OpenType, CFF)."""
    return pylopdf_fonts_zh_cn.serif_path()
