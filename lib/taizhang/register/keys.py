"""Keys of premises that stay the same in every ingest, and that people can read in pairs.csv."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from taizhang.core.privacy import is_person, mask_numbers
from taizhang.register.mentions import Atoms


def name_keys(atoms: Atoms, places: Sequence[str]) -> list[str]:
    """The key of each atom: its credit code, with its place (`places`), or else its district's code and folded name.

    People's names are not shown; a digest replaces them.
    """
    table = atoms.table
    numbers = dict(zip(atoms.numbers["atom"], atoms.numbers["number"], strict=True))
    keys = []
    told = (table[column].to_numpy(object) for column in ("code", "district_code", "folded"))
    parts = zip(*told, places, strict=True)
    for atom, (code, district, folded, place) in enumerate(parts):
        if code:
            keys.append(f"{code} {place}".strip())
        else:
            keys.append(make_key(district, folded, numbers.get(atom, "")))
    return keys


def make_key(district: str, folded: str, number: str = "") -> str:
    """The key of premises without a credit code."""
    return f"{district} {show_name(folded) if folded else '#' + number}".strip()


@lru_cache(maxsize=65_536)
def show_name(folded: str) -> str:
    """A name as it may be shown: a digest replaces people's names and names with a telephone number."""
    if is_person(folded) or mask_numbers(folded) != folded:
        return f"***{hashlib.sha256(folded.encode()).hexdigest()[:8]}"
    return folded
