"""Which workbooks a user trusts: those may run code of their own, and have what they name elsewhere asked for.

That is kept in the user's own folder, by the workbooks' paths: a mark inside a workbook would travel with it.
docs/security.md says what needs trust, and why a trusted workbook stays so when its files change.
"""

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import platformdirs

from taizhang.core.files import remove_leftovers, write_text

# For runs without a terminal: 1, or the folders whose workbooks are trusted, written like a PATH.
VARIABLE = "TAIZHANG_TRUST"


def trust_workbook(root: Path) -> None:
    """Let a workbook run its own facts and notebooks, from now on and for this user."""
    mark = _find_mark(root)
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_leftovers(mark.parent)
    write_text(mark, f"{root.resolve()}\n{datetime.now(UTC).isoformat(timespec='seconds')}\n")


def revoke_trust(root: Path) -> None:
    """Ask again before a workbook runs its own code."""
    _find_mark(root).unlink(missing_ok=True)


def is_trusted(root: Path) -> bool:
    """Return whether a workbook may run its own code."""
    root = root.resolve()
    said = os.environ.get(VARIABLE, "")
    if said == "1":
        return True
    if any(root.is_relative_to(Path(folder).resolve()) for folder in said.split(os.pathsep) if folder):
        return True
    try:
        return _find_mark(root).read_text("utf-8").splitlines()[:1] == [str(root)]
    except (OSError, UnicodeDecodeError):
        return False


def show_folder(root: Path) -> str:
    """A folder as it is typed after `taizhang trust`."""
    return f'"{root}"' if " " in str(root) else str(root)


def _find_mark(root: Path) -> Path:
    name = sha256(str(root.resolve()).encode()).hexdigest()[:32]
    return platformdirs.user_data_path("taizhang", appauthor=False) / "trusted" / f"{name}.txt"
