"""Numbers of headings, and anchors of figures and tables."""

import re

import cn2an


def write_number(level: int, count: int, path: list[str], lang: str) -> str:
    """GB/T 9704 writes 一、 then （一） then 1. then （1）; English counts 1, 1.1, 1.1.1."""
    if lang != "zh":
        return ".".join(path)
    if level <= 3:
        numeral = cn2an.an2cn(count)
        return f"{numeral}、" if level == 2 else f"（{numeral}）"
    return f"{count}." if level == 4 else f"（{count}）"


def make_anchor(kind: str, slug: str, taken: set[str]) -> str:
    """Make an anchor that is unique in the report."""
    base = anchor = f"{kind}-{re.sub(r'[^0-9A-Za-z_-]+', '-', slug).strip('-') or 'x'}"
    more = 2
    while anchor in taken:
        anchor, more = f"{base}-{more}", more + 1
    taken.add(anchor)
    return anchor
