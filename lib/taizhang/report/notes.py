"""What people wrote for a report: notes/<period>/<district>.md, and whether the report is approved."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from taizhang.core.errors import ParameterError, RenderError, list_values, nearest
from taizhang.core.periods import Period, parse_period
from taizhang.core.privacy import mask_numbers
from taizhang.metadata.facts import ALL
from taizhang.settings.workbook import LANGS

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

FOLDER = "notes"
_KEYS = ("approved", "approver", "date")
# A note on the comparison, which is no district's.
_AREA = ("comparison", ALL)
_FENCES = {"---": "YAML", "+++": "TOML"}


@dataclass(frozen=True)
class Note:
    """A report's note.

    Attributes
    ----------
    path : str
        Its file as seen from the workbook.
    text : str
        Markdown without front matter; telephone and identity numbers are masked.
    sha256 : str
        Of the file.
    approved : bool
        Whether the report is approved; a draft until then.
    approver : str
        Who approved it, as it is to stand on the cover.
    approved_on : datetime.date or None
        When.
    """

    path: str = ""
    text: str = ""
    sha256: str = ""
    approved: bool = False
    approver: str = ""
    approved_on: date | None = None


def read_notes(book: "Workbook", period: Period) -> dict[tuple[str, str], Note]:
    """Read all notes of a period.

    Parameters
    ----------
    book : Workbook
    period : Period
        Its folder is ``notes/<period>``, the ``/`` of a span written ``_``.

    Returns
    -------
    dict of (owner, zh or en) to Note
        The owner is a district's code, ``all``, or for a report of the workbook's own the two with a dot between,
        as ``350921101.fire``. A file is named by a district's code, name or alias, or ``comparison``, followed
        by the name of such a report (``溪口镇.fire.md``, ``all.fire.md``); it is in the workbook's
        language, or in the one that stands before its suffix (``溪口镇.en.md``). A report in a language in
        which nothing is written still has the approval of the other's note.

    Raises
    ------
    ParameterError
        Naming every note that belongs to no district or period, and every front matter and footnote that is wrong.
    """
    problems = _find_strays(book.root / FOLDER)
    notes: dict[tuple[str, str], Note] = {}
    for path in sorted((book.root / FOLDER / period.path).glob("*.md")):
        shown = path.relative_to(book.root).as_posix()
        stem, _, lang = path.stem.rpartition(".")
        if lang not in LANGS or not stem:
            stem, lang = path.stem, book.config.lang
        try:
            key = (_find_owner(stem, book), lang)
            if key in notes:
                raise ParameterError(f"it is for the same report as {notes[key].path}; join the two")
            notes[key] = _read_note(path, shown)
        except ParameterError as error:
            problems.append(f"{shown}: {error}")
    if problems:
        raise ParameterError("\n  ".join(problems))
    for code, lang in list(notes):
        other = {"zh": "en", "en": "zh"}[lang]
        note = notes[code, lang]
        if note.approved and (code, other) not in notes:
            notes[code, other] = Note("", "", note.sha256, True, note.approver, note.approved_on)
    return notes


def _find_strays(folder: Path) -> list[str]:
    """Notes and folders of notes that no period would ever read."""
    problems = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "~")) or path.stem.upper() == "README":
            continue
        if path.is_dir():
            try:
                parse_period(path.name.replace("_", "/"))
            except ParameterError as error:
                problems.append(f"{FOLDER}/{path.name}: {error}, a / as _")
        elif path.suffix == ".md":
            problems.append(
                f"{FOLDER}/{path.name}: it belongs in the folder of a period, such as {FOLDER}/2021"
            )
    return problems


def _find_owner(stem: str, book: "Workbook") -> str:
    place, _, last = stem.rpartition(".")
    report = last if place and last in {own.name for own in book.config.reports} else ""
    place = place if report else stem
    try:
        code = ALL if place in _AREA else book.resolve_district(place)
    except ParameterError as error:
        raise ParameterError(
            f"{error} If it has a new name, put the old one under [boundaries.aliases], or rename the note."
        ) from None
    return f"{code}.{report}" if report else code


def _read_note(path: Path, shown: str) -> Note:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParameterError(f"it is not UTF-8 ({error.reason}); save it as UTF-8") from None
    front, text = _split_front(text.replace("\r\n", "\n"))
    from taizhang.report.notebook import place_note  # slow to load, and most reviews have no note

    try:
        place_note([], text)
    except RenderError as error:  # footnotes that don't fit their marks
        raise ParameterError(str(error)) from None
    return Note(shown, mask_numbers(text.strip()), sha256(data).hexdigest(), **_read_front(front))


def _split_front(text: str) -> tuple[Mapping[str, Any], str]:
    """The front matter's keys, and the Markdown after it."""
    fence, _, rest = text.lstrip("\n").partition("\n")
    fence = fence.rstrip()
    if fence not in _FENCES:
        return {}, text
    match = re.search(rf"^{re.escape(fence)}[ \t]*(?:\n|\Z)", rest, re.MULTILINE)
    if match is None:
        raise ParameterError(f"its front matter begins with {fence} and has no {fence} at its end")
    return _parse_front(rest[: match.start()], fence), rest[match.end() :]


def _parse_front(text: str, fence: str) -> Mapping[str, Any]:
    """YAML between ---, TOML between +++; `approved = true` between --- is TOML all the same."""
    if not text.strip():
        return {}
    trials: list[tuple[Callable[[str], Any], type[Exception]]] = [(tomllib.loads, tomllib.TOMLDecodeError)]
    if fence == "---":
        trials.insert(0, (yaml.safe_load, yaml.YAMLError))
    reasons = []
    for parse, failure in trials:
        try:
            read = parse(text)
        except (failure, ValueError) as error:
            reasons.append(str(error).splitlines()[0])
        else:
            if read is None:  # comments alone
                return {}
            if isinstance(read, dict):
                return read
    reason = f" ({reasons[0]})" if reasons else ""
    raise ParameterError(
        f"its front matter is no {_FENCES[fence]}{reason}; write lines such as approved: true"
    )


def _read_front(front: Mapping[str, Any]) -> dict[str, Any]:
    """The approval, checked; all that is wrong with it at once."""
    problems = [f"unknown key '{key}'{nearest(str(key), _KEYS)}" for key in front if key not in _KEYS]
    approved, approver, day = (front.get(key) for key in _KEYS)
    if approved is not None and not isinstance(approved, bool):
        problems.append(f"approved must be true or false, not {approved!r}")
    if approver is not None and not isinstance(approver, str):
        problems.append(f"approver must be text, not {approver!r}")
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day.strip())
        except ValueError:
            problems.append(f"date must be a day such as 2022-02-15, not '{day}'")
            day = None
    elif isinstance(day, datetime) or not isinstance(day, date | None):
        problems.append(f"date must be a day such as 2022-02-15, not {day!r}")
        day = None
    if approved is True and not problems:
        lacking = [key for key in _KEYS[1:] if not front.get(key)]
        if lacking:
            problems.append(f"approved is true, but it does not say {list_values(lacking)}")
    if problems:
        raise ParameterError("its front matter: " + "; ".join(problems))
    return {"approved": bool(approved), "approver": (approver or "").strip(), "approved_on": day}
