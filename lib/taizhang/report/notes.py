"""The notes that people write for reports: notes/<period>/<district>.md, and whether the report is approved."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from taizhang.core.errors import ParameterError, RenderError
from taizhang.core.files import read_bytes
from taizhang.core.outside import tell_error
from taizhang.core.periods import Period, parse_period
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.settings.notes import split_front
from taizhang.workbook.notes import FOLDER, find_owner, list_notes

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook


@dataclass(frozen=True)
class Note:
    """A report's note.

    `path`: relative to the workbook. `text`: Markdown without front matter, with phone and identity numbers masked.
    `sha256`: of the file. `approved`: until then, the report is a draft. `approver`: as written on the cover.
    """

    path: str = ""
    text: str = ""
    sha256: str = ""
    approved: bool = False
    approver: str = ""
    approved_on: date | None = None
    measures: tuple[tuple[str, str, str], ...] = ()  # rule, who sees to it, by when

    @property
    def is_there(self) -> bool:
        """Whether somebody has written it, if only to approve the report, in this language or the other."""
        return bool(self.path) or self.approved


def read_notes(book: "Workbook", period: Period) -> dict[tuple[str, str], Note]:
    """Read all notes of a period from ``notes/<period>``, with ``_`` for the ``/`` of a span, by owner and language.

    The owner is a district's code or ``all``; for a report of the workbook's own, its name is added:
    ``350921101.fire``. A file is named by a district's code, name or alias, or ``comparison``, followed by the
    name of such a report (``溪口镇.fire.md``, ``all.fire.md``); it is in the workbook's language, or in the one
    that stands before its suffix (``溪口镇.en.md``). A report in a language without a note takes over the approval
    of the other language's note if that has no words, which would be missing from the report.
    """
    source = book.config.source
    problems = _find_strays(source / FOLDER)
    notes: dict[tuple[str, str], Note] = {}
    for path, stem, lang in list_notes(book, period):
        shown = path.relative_to(source).as_posix()
        try:
            key = (find_owner(stem, book), lang)
            if key in notes:
                raise ParameterError("report.note.twice", other=notes[key].path)
            notes[key] = _read_note(path, shown)
        except ParameterError as error:
            problems += [Reason("settings.in_file", file=shown, reason=reason) for reason in error.reasons]
    if problems:
        raise ParameterError.of(problems)
    for code, lang in list(notes):
        other = {"zh": "en", "en": "zh"}[lang]
        note = notes[code, lang]
        if note.approved and not note.text and (code, other) not in notes:
            notes[code, other] = replace(note, path="", text="")
    return notes


def _find_strays(folder: Path) -> list[Reason]:
    """Notes and folders of notes that no period would ever read."""
    problems = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "~")) or path.stem.upper() == "README":
            continue
        shown = f"{FOLDER}/{path.name}"
        if path.is_dir():
            try:
                parse_period(path.name.replace("_", "/"))
            except ParameterError as error:
                problems += [Reason("report.note.folder", file=shown, reason=one) for one in error.reasons]
        elif path.suffix == ".md":
            problems.append(Reason("report.note.no_period", file=shown, folder=FOLDER))
    return problems


def _read_note(path: Path, shown: str) -> Note:
    try:
        data = read_bytes(path)
    except OSError as error:
        raise ParameterError("report.note.not_opened", why=tell_error(error)) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParameterError("report.note.no_utf8", why=tell_error(error)) from None
    front, text = split_front(text.replace("\r\n", "\n"))
    from taizhang.report.notebook import place_note  # slow to load, and most reviews have no note

    try:
        place_note([], text)
    except RenderError as error:  # footnotes that don't fit their marks
        raise ParameterError.of(error.reasons) from None
    words = mask_numbers(text.strip())
    measures = tuple(
        (rule, mask_numbers(one.owner), str(one.due or "")) for rule, one in front.measures.items()
    )
    approval = (front.approved, mask_numbers(front.approver), front.date)
    return Note(shown, words, sha256(data).hexdigest(), *approval, measures)
