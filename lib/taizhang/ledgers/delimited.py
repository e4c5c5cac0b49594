"""Delimited text (csv, tsv, txt) as a sheet: its encoding, delimiter, records and faults."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from taizhang.core.errors import LedgerError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.ledgers.sheets import Sheet
from taizhang.ledgers.text import CONTROL, fold, simplify, tidy_cell

DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_ENCODINGS = ("gb18030", "big5", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# A mark of UTF-8 that was read as another encoding's.
_MARK_MISREAD = re.compile(r"\A(?:\u00ef\u00bb\u00bf|\u951f?\u9518\?)")
# '007 is typed in a cell to keep a text a text.
_KEPT_TEXT = re.compile(r"'(?=[\d=+\-@])(.*)", re.DOTALL)
# A formula that Excel would compute when it opens the file.
_FORMULA = re.compile(
    r'=\s*(?:[A-Za-z.]+\(|"|\$?[A-Za-z]{1,3}\$?\d|\(|-?\d+(?:\.\d+)?\s*[-+*/^&]).*', re.DOTALL
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")


def read_text(path: Path, known: frozenset[str], *, encoding: str = "") -> Sheet:
    """Read a csv or txt file, finding out its encoding and delimiter; LedgerError if none fits, or it is no text.

    `known` are the folded header spellings of the kind: of two encodings that both decode, the one that shows more of
    them is right. `encoding`, where given, is taken as it is.
    """
    text, encoding, notes = _read_characters(path.read_bytes(), known, encoding)
    if not text.strip():
        raise LedgerError("ledgers.file.empty")
    delimiter = find_delimiter(text)
    text, more = _part_joined(text, delimiter)
    records, of_marks = _split_records(text, delimiter)
    more += of_marks
    width = max(map(len, records), default=0)
    rows = [record if len(record) == width else record + [""] * (width - len(record)) for record in records]
    errors = _free_kept_texts(rows)
    shown = Reason(f"ledgers.delimiter.{DELIMITERS[delimiter]}")
    read_as = Reason("ledgers.file.read_as", encoding=encoding, delimiter=shown)
    return Sheet("", rows, errors=errors, notes=(read_as, *notes, *more))


def _read_characters(data: bytes, known: frozenset[str], encoding: str) -> tuple[str, str, list[Reason]]:
    """The text without marks and control characters, its encoding, and notes of what was left out.

    A mark may stand several times, and again where two files were joined.
    """
    text, encoding = (_decode_as(data, encoding), encoding) if encoding else decode(data, known)
    text = _MARK_MISREAD.sub("", text.replace("\ufeff", ""))
    if not (found := CONTROL.search(text)):
        return text, encoding, []
    line = text.count("\n", 0, found.start()) + 1
    text, count = CONTROL.subn("", text)
    return text, encoding, [Reason("ledgers.file.controls", count=count, line=line)]


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LedgerError("ledgers.file.wrong_encoding", encoding=encoding, line=line) from None


def decode(data: bytes, known: frozenset[str]) -> tuple[str, str]:
    """The text, and the encoding in which it is readable."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                told = {"encoding": encoding, "line": error.object.count(b"\n", 0, error.start) + 1}
                raise LedgerError("ledgers.file.wrong_mark", **told) from None
    sample = data[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    # In UTF-16 one byte of each digit, delimiter and line's end is 0; a stray NUL makes no UTF-16.
    if max(even, odd) > max(3, 0.02 * len(sample)) and max(even, odd) > 10 * min(even, odd):
        encoding = "utf-16-le" if odd >= even else "utf-16-be"
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8"), "utf-8"
    options = []
    for order, encoding in enumerate(_ENCODINGS):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            count = _count_known(text, known)
            if count or not encoding.startswith("utf-16"):  # almost any even number of bytes is some UTF-16
                options.append((-count, order, text, encoding))
    if not options and len(_CONTROLS.findall(sample)) > 0.01 * len(sample):
        raise LedgerError("ledgers.file.no_text")
    lines = data.split(b"\n")
    foreign = [number for number, line in enumerate(lines, 1) if not line.isascii()]
    if not options or _is_mostly_utf8(lines, foreign):
        nearest, line = _find_fault(lines, foreign, known)
        raise LedgerError("ledgers.file.no_encoding", nearest=nearest, line=line)
    _, _, text, encoding = min(options)
    return text, encoding


def _is_mostly_utf8(lines: list[bytes], foreign: list[int]) -> bool:
    """Whether nine of ten lines with Chinese are UTF-8: no other encoding's lines are by chance."""
    good = sum(_decodes(lines[number - 1], "utf-8") for number in foreign)
    return len(foreign) >= 10 and good >= 0.9 * len(foreign)


def _find_fault(lines: list[bytes], foreign: list[int], known: frozenset[str]) -> tuple[str, int]:
    """The encoding that reads most lines, or of two the one that shows more headers, and the first line it doesn't."""
    bad = {
        encoding: [number for number in foreign if not _decodes(lines[number - 1], encoding)]
        for encoding in ("utf-8", "gb18030", "big5", "cp950", "big5hkscs")
    }
    head = b"\n".join(lines[:40])
    nearest = min(bad, key=lambda one: (len(bad[one]), -_count_known(head.decode(one, "replace"), known)))
    return nearest, bad[nearest][0] if bad[nearest] else 1


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _count_known(text: str, known: frozenset[str]) -> int:
    cells = re.split(r'[,;\t|\n"]', "\n".join(text.splitlines()[:40]))
    return sum(fold(simplify(cell)) in known for cell in cells if cell.strip())


def find_delimiter(text: str) -> str:
    """The delimiter that gives the most cells to the most lines of the file's beginning."""
    lines = text[:200_000].splitlines()[:200]
    best, most = ",", 0
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        except csv.Error:
            continue
        if sum(widths) > most:
            best, most = delimiter, sum(widths)
    return best


def _part_joined(text: str, delimiter: str) -> tuple[str, list[Reason]]:
    """Put the header on a line of its own where files were joined of which one had no line break at its end."""
    header = next((line for line in text.splitlines() if line.count(delimiter) >= 2), "")
    if not header or text.count(header) == 1:
        return text, []
    joint = re.compile(rf"(?<=[^\r\n]){re.escape(header)}(?=[\r\n]|\Z)")
    lines = [text.count("\n", 0, found.start()) + 1 for found in joint.finditer(text)]
    notes = [Reason("ledgers.file.joined", lines=lines)] if lines else []
    return joint.sub(lambda found: f"\n{found[0]}", text), notes


def _split_records(text: str, delimiter: str) -> tuple[list[list[str]], list[Reason]]:
    """The records. A quotation mark that is never closed swallows the lines after it: that is seen and corrected.

    A line that begins such a record is read as typed, marks and all, where it then has as many cells as the others,
    or one; else LedgerError names the line.
    """
    text = _double_escaped_marks(text, delimiter)
    records, ends = _parse(text, delimiter)
    spans = list(pairwise([0, *ends]))
    lines = list(io.StringIO(text, newline=""))
    single = all(end - start == 1 for start, end in spans)
    if single and not (spans and _is_open(lines[spans[-1][0] :], delimiter)):
        return records, []
    width = _find_width(records, spans, lines, delimiter)
    kept: list[list[str]] = []
    mended: list[int] = []
    start = 0  # of lines; where a line is corrected, reading begins again at the next
    fresh = zip(records, ends, strict=True)
    while start < len(lines):
        try:
            record, end = next(fresh)
        except StopIteration:
            break
        if _swallows(lines[start:end], record, delimiter, width):
            plain = _read_as_typed(lines[start], delimiter)
            if len(plain) not in (1, width):  # 1: a title or note
                raise LedgerError("ledgers.file.open_quote", line=start + 1)
            kept.append(plain)
            mended.append(start + 1)
            start += 1
            fresh = _parse_on("".join(lines[start:]), delimiter, start)
            continue
        kept.append(record)
        start = end
    notes = [Reason("ledgers.file.quote_as_typed", lines=mended)] if mended else []
    return kept, notes


def _parse(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Records, and after how many lines each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        pairs = [(record, reader.line_num) for record in reader]
    except csv.Error as error:
        if "field larger" in str(error):  # what an open mark has swallowed
            raise LedgerError("ledgers.file.open_quote", line=reader.line_num) from None
        raise LedgerError("ledgers.file.not_delimited", why=tell_error(error)) from None
    return [record for record, _ in pairs], [end for _, end in pairs]


def _parse_on(text: str, delimiter: str, start: int) -> "zip[tuple[list[str], int]]":
    records, ends = _parse(text, delimiter)
    return zip(records, [start + end for end in ends], strict=True)


def _find_width(
    records: list[list[str]], spans: list[tuple[int, int]], lines: list[str], delimiter: str
) -> int:
    """How many cells most rows have; those of a record that breaks a rule of quoting are counted as typed."""
    widths = Counter[int]()
    for record, (start, end) in zip(records, spans, strict=True):
        if end - start > 1 and not _is_regular(lines[start:end], delimiter):
            widths.update(len(_read_as_typed(line, delimiter)) for line in lines[start:end])
        else:
            widths[len(record)] += 1
    return widths.most_common(1)[0][0]


def _read_as_typed(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])


def _is_regular(lines: list[str], delimiter: str) -> bool:
    """Whether lines keep to the rules of quoting: no mark is left open, nothing but a delimiter follows one."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether a mark is still open at the end: what would follow goes into its cell."""
    return len(list(csv.reader([*lines, "x"], delimiter=delimiter))) == 1


def _swallows(lines: list[str], record: list[str], delimiter: str, width: int) -> bool:
    """Whether a record is several rows by mistake: it breaks a rule of quoting, or holds whole rows.

    Of one line, whether it would swallow more if there were more.
    """
    if len(lines) == 1:
        return _is_open(lines, delimiter)
    if not _is_regular(lines, delimiter):
        return True
    if width > 1 and all(len(_read_as_typed(line, delimiter)) == width for line in lines):
        return True  # two marks that are not closed, and close each other
    inner = [line for cell in record for line in cell.splitlines()[1:-1]]
    return width > 1 and any(line.count(delimiter) >= width - 1 for line in inner)


def _double_escaped_marks(text: str, delimiter: str) -> str:
    """Write a mark within marks twice, where the text has it after a backslash, as databases write it."""
    if '\\"' not in text or _is_regular(list(io.StringIO(text, newline="")), delimiter):
        return text
    doubled = text.replace('\\"', '""')
    return doubled if _is_regular(list(io.StringIO(doubled, newline="")), delimiter) else text


def _free_kept_texts(rows: list[list[str]]) -> dict[tuple[int, int], str]:
    """Put in place of ="007" and '007 the text that Excel shows; returns the cells with formulas nobody computed."""
    formulas = {}
    for line, row in enumerate(rows):
        for number, cell in enumerate(row):
            if cell[:1] not in ("=", "'"):
                continue
            shown = str(tidy_cell(cell))
            if shown != cell:
                row[number] = shown
            elif match := _KEPT_TEXT.fullmatch(cell.strip()):
                row[number] = match[1]
            elif _FORMULA.fullmatch(cell.strip()):
                formulas[line, number] = cell.strip()
    return formulas
