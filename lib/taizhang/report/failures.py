"""Describing failed reports: in one line, without a machine's paths or personal numbers."""

import os
import re
from pathlib import Path

from taizhang.core.outside import tell_error
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import current_language, write_value

# Seconds that one cell may take before it has failed.
TIMEOUT = 600


def describe_error(problem: BaseException) -> str:
    """A message for an error: our own errors word themselves, others are named by class."""
    return write_value(tell_error(problem, named=True), current_language())


# An absolute path, POSIX or Windows, but no part of an address such as https://example.org/a.
_ABSOLUTE = re.compile(
    r"(?<![\w:/.<])(?:[A-Za-z]:[\\/]|/)(?:[^\s\\/:;,'\"<>|()]+[\\/])+([^\s\\/:;,'\"<>|()]*)"
)


def hide_paths(text: str, cwd: Path) -> str:
    """Write paths inside `cwd` relative to it, and reduce others to their last part."""
    for root in dict.fromkeys((str(cwd), str(cwd.resolve()))):
        text = text.replace(f"{root}{os.sep}", "").replace(root, ".")
    return _ABSOLUTE.sub(r"\1", text)


def shorten_error(said: str, cwd: Path, most: int = 300) -> str:
    """Shorten an error to one line for the manifest, without a machine's paths, personal numbers and colour codes."""
    first = next((line.strip() for line in said.splitlines() if line.strip()), "")
    text = mask_numbers(hide_paths(_COLOUR.sub("", first), cwd))
    return text if len(text) <= most else f"{text[: most - 1]}…"


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
