"""Where notes are: ``notes/<period>/<district>.md``; and who sees to each problem by when, as they say."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from taizhang.core.errors import ParameterError
from taizhang.core.files import read_bytes
from taizhang.core.periods import Period
from taizhang.core.privacy import mask_numbers
from taizhang.metadata.facts import ALL
from taizhang.settings.notes import Measures, split_front
from taizhang.settings.workbook import LANGS

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

FOLDER = "notes"
# A note on the comparison, which is no district's.
_AREA = ("comparison", ALL)


def list_notes(book: "Workbook", period: Period) -> Iterator[tuple[Path, str, str]]:
    """Yield the notes of a period: path, district as in the file name, and language."""
    for path in sorted((book.config.source / FOLDER / period.path).glob("*.md")):
        stem, _, lang = path.stem.rpartition(".")
        yield (path, stem, lang) if lang in LANGS and stem else (path, path.stem, book.config.lang)


def find_owner(stem: str, book: "Workbook") -> str:
    """Return the owner of a note by its file's name: a district's code or ``all``, with a report's name after a dot."""
    place, _, last = stem.rpartition(".")
    report = last if place and last in {own.name for own in book.config.reports} else ""
    place = place if report else stem
    try:
        code = ALL if place in _AREA else book.resolve_district(place)
    except ParameterError as error:
        raise ParameterError("report.note.no_district", reason=error.reasons[0]) from None
    return f"{code}.{report}" if report else code


def read_measures(book: "Workbook", period: Period, lang: str) -> Measures:
    """Return who sees to a problem and by when, by district code (or ``all``) and rule, as the period's notes say.

    Of several notes on a district, that of a report of the workbook's own (such as a work plan's) comes first, then
    the one in the language.
    """
    found: dict[tuple[str, str], tuple[str, str]] = {}
    notes = [(find_owner(stem, book), of, path) for path, stem, of in list_notes(book, period)]
    for owner, _, path in sorted(notes, key=lambda one: ("." not in one[0], one[1] != lang)):
        front, _ = split_front(read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n"))
        for rule, one in front.measures.items():
            found.setdefault((owner.split(".")[0], rule), (mask_numbers(one.owner), str(one.due or "")))
    return found
