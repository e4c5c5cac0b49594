"""The formats of reports."""

from pathlib import Path

from taizhang.core.errors import ParameterError
from taizhang.core.files import is_named
from taizhang.settings.workbook import DEFAULT_FORMATS as DEFAULT_FORMATS
from taizhang.settings.workbook import FORMATS as FORMATS

# A report's first page by itself, made with its PDF; and all pages that a report may leave.
BRIEF = "brief"
PAGES = (*FORMATS, BRIEF)
# A review's numbers for others, beside its reports.
DATA_FILES = tuple(
    "facts.xlsx facts.csv facts.parquet unverified.csv comparison.xlsx comparison.csv dictionary.csv".split()
)
# The problems found, likewise.
FINDINGS = ("findings.csv", "findings.json")


def parse_formats(text: str) -> tuple[str, ...]:
    """Read `--to`, such as ``html,pdf``; the ParameterError names an unknown format and the known ones."""
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not wanted:
        raise ParameterError("report.format.none", known=", ".join(FORMATS))
    if unknown := [part for part in wanted if part not in FORMATS]:
        raise ParameterError("report.format.unknown", formats=unknown, known=", ".join(FORMATS))
    return wanted


def find_word_base(root: Path) -> Path | None:
    """An office's own base document for Word, in the workbook's templates/ folder."""
    path = root / "templates" / "styles.docx"
    return path if is_named(path) else None
