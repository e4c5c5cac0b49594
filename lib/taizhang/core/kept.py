"""What a run keeps for the next one: taken only if it is whole and ours, otherwise made again."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taizhang.core.files import hash_file, list_below, write_bytes, write_text
from taizhang.core.reasons import read_json, write_json

if TYPE_CHECKING:
    import pandas as pd

_FILES = {".csv", ".docx", ".html", ".ipynb", ".json", ".parquet", ".pdf", ".xlsx"}
_FOLDERS = {
    ".cache", "draws", "facts", "files", "hidden", "kinds", "locks", "notebooks", "outputs", "reach", "rows", "scatter",
    "silences", "suggestions",
}  # fmt: skip


def hash_kept(path: Path) -> str:
    """SHA-256 of a file; empty if there is none that can be read."""
    try:
        return hash_file(path)
    except OSError:
        return ""


def write_kept(path: Path, value: Any) -> None:
    """Write a value as JSON under its own hash."""
    text = write_json(value)
    write_text(path, f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}\n")


def read_kept(path: Path) -> Any:
    """What `write_kept` wrote; None if that is not there, not whole or another program's."""
    try:
        sha256, _, text = path.read_text("utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    text = text.removesuffix("\n")
    return read_json(text) if hashlib.sha256(text.encode()).hexdigest() == sha256 else None


def write_kept_table(stem: Path, table: "pd.DataFrame") -> None:
    """Write a table as `stem`.HASH.parquet, HASH of its own bytes."""
    made = io.BytesIO()
    table.to_parquet(made, index=False)
    data = made.getvalue()
    path = stem.with_name(f"{stem.name}.{hashlib.sha256(data).hexdigest()[:16]}.parquet")
    clear_way(path)
    write_bytes(path, data)


def read_kept_table(stem: Path, read: Callable[[Path], "pd.DataFrame"]) -> "pd.DataFrame | None":
    """Read what `write_kept_table` wrote; None if it is missing or incomplete."""
    for path in sorted(stem.parent.glob(f"{stem.name}.*.parquet")):
        if hash_kept(path)[:16] == path.suffixes[-2][1:]:
            return read(path)
    return None


def clear_way(path: Path) -> None:
    """Move aside a folder in the place of a future file, or a file in the place of a future folder.

    Only for places that are ours: whoever put something there finds it beside.
    """
    if not (path.is_dir() if path.suffix in _FILES else path.name in _FOLDERS and path.is_file()):
        return
    number = 1
    while (aside := path.with_name(f"{path.name}.moved-{number}")).exists():
        number += 1
    path.rename(aside)


def clear_ways(folder: Path) -> None:
    """The same for everything in a folder of ours, or below it."""
    for path in [folder, *list_below(folder)]:
        if path.suffix in _FILES or path.name in _FOLDERS:
            clear_way(path)
