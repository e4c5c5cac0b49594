"""The structure of a tagged PDF."""

from collections.abc import Iterator
from typing import Any

import pikepdf


def walk_elements(element: Any) -> Iterator[Any]:
    """Structure elements in reading order."""
    if isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element
    children = element.get("/K", []) if isinstance(element, pikepdf.Dictionary) else []
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from walk_elements(child)
