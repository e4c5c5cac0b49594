"""Reading delimited text (csv, tsv, txt) as a sheet: its encoding, delimiter, records and faults."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
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
_HEAD_BYTES = 1 << 20
_MOST_CHARACTERS = 16 * 1024**2  # of a part, so that memory is bounded however long the lines are
_MOST_LINES_OF_A_CELL = 1000
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")


def read_text(path: Path, known: frozenset[str], *, encoding: str = "") -> Sheet:
    """Read a csv or txt file, finding out its encoding and delimiter; LedgerError if none fits, or it is no text.

    `known` are the folded header spellings of the kind: if two encodings both decode, the one that yields more of
    them is right. `encoding`, if given, is used without checks.
    """
    text, encoding, notes = _read_characters(path.read_bytes(), known, encoding)
    if not text.strip():
        raise LedgerError("ledgers.file.empty")
    delimiter = find_delimiter(text)
    text, more = _part_joined(text, delimiter, _find_header(text, delimiter))
    records, of_marks = _split_records(text, delimiter)
    more += of_marks
    width = max(map(len, records), default=0)
    rows = [record if len(record) == width else record + [""] * (width - len(record)) for record in records]
    errors = _free_kept_texts(rows)
    shown = Reason(f"ledgers.delimiter.{DELIMITERS[delimiter]}")
    read_as = Reason("ledgers.file.read_as", encoding=encoding, delimiter=shown)
    return Sheet("", rows, errors=errors, notes=(read_as, *notes, *more))


def read_text_parts(
    path: Path, known: frozenset[str], *, encoding: str = "", rows: int
) -> Iterator[tuple[Sheet, bool]]:
    """The sheets of a long csv or txt file, as `read_text` gives one of all, and whether each is the last.

    Each has about so many lines and is read by itself; a cell of several lines is never cut. LedgerError as in
    `read_text`, when the part is read that it is of.
    """
    encoding = _find_encoding(path, known, encoding)
    delimiter = header = ""
    before = first = width = 0  # records and lines of the parts before, and the most cells of a record
    waiting: list[str] = []
    with path.open(encoding=encoding, newline="") as stream:
        following = _take_lines(stream, rows)
        while waiting or following:
            lines, following = waiting + following, _take_lines(stream, rows) if following else []
            text, noted = _clean("".join(lines), first)
            if not delimiter:
                if not text.strip():
                    raise LedgerError("ledgers.file.empty")
                delimiter, header = find_delimiter(text), ""
                header = _find_header(text, delimiter)
            text, joined = _part_joined(text, delimiter, header, first)
            waiting = []
            if following:
                text, waiting = _cut_open_record(text, delimiter, first)
            records, of_marks = _split_records(text, delimiter, first)
            first += len(lines) - len(waiting)
            width = max(width, *map(len, records))
            cells = [one if len(one) == width else one + [""] * (width - len(one)) for one in records]
            errors = {(row + before, column): word for (row, column), word in _free_kept_texts(cells).items()}
            shown = Reason(f"ledgers.delimiter.{DELIMITERS[delimiter]}")
            read_as = Reason("ledgers.file.read_as", encoding=encoding, delimiter=shown)
            notes = (read_as, *noted, *joined, *of_marks)
            yield Sheet("", cells, top=before, errors=errors, notes=notes), not (following or waiting)
            before += len(records)


def _take_lines(stream: Iterable[str], rows: int) -> list[str]:
    """The next lines of a stream: so many, or fewer where they are long."""
    lines: list[str] = []
    length = 0
    for line in stream:
        lines.append(line)
        length += len(line)
        if len(lines) >= rows or length >= _MOST_CHARACTERS:
            break
    return lines


def _cut_open_record(text: str, delimiter: str, before: int) -> tuple[str, list[str]]:
    """The text without a last record that goes on after it, and the lines of that.

    A mark that is open for longer than a cell may be is not closed at all: its lines stay.
    """
    _, ends = _parse(text, delimiter, before)
    lines = list(io.StringIO(text, newline=""))
    start = ends[-2] if len(ends) > 1 else 0
    if not start or len(lines) - start > _MOST_LINES_OF_A_CELL or not _is_open(lines[start:], delimiter):
        return text, []
    return "".join(lines[:start]), lines[start:]


def _find_encoding(path: Path, known: frozenset[str], encoding: str) -> str:
    """As `decode` finds it, for a file of any length."""
    if encoding:
        if line := _find_undecodable(path, encoding):
            raise LedgerError("ledgers.file.wrong_encoding", encoding=encoding, line=line)
        return encoding
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if marked:
        if line := _find_undecodable(path, marked):
            raise LedgerError("ledgers.file.wrong_mark", encoding=marked, line=line)
        return marked
    wide = _guess_wide(head[:4000])
    for one in filter(None, (wide, "utf-8")):
        if not _find_undecodable(path, one):
            return one
    options = []
    for order, one in enumerate(_ENCODINGS):
        if not _find_undecodable(path, one):
            count = _count_known(head.decode(one, "ignore"), known)
            if count or not one.startswith("utf-16"):
                options.append((-count, order, one))
    if options:
        return min(options)[2]
    nearest = "gb18030" if _count_known(head.decode("gb18030", "ignore"), known) else "utf-8"
    raise LedgerError("ledgers.file.no_encoding", nearest=nearest, line=_find_undecodable(path, nearest))


def _find_undecodable(path: Path, encoding: str) -> int:
    """The first line of a file that is not of an encoding; 0 if there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_HEAD_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return lines + error.object.count(b"\n", 0, error.start)
            if not chunk:
                return 0
            lines += chunk.count(b"\n")


def _read_characters(data: bytes, known: frozenset[str], encoding: str) -> tuple[str, str, list[Reason]]:
    """The text without marks and control characters, its encoding, and notes of what was left out.

    A mark may stand several times, and again where two files were joined.
    """
    text, encoding = (_decode_as(data, encoding), encoding) if encoding else decode(data, known)
    text, notes = _clean(text)
    return text, encoding, notes


def _clean(text: str, before: int = 0) -> tuple[str, list[Reason]]:
    """The text without marks and control characters, and a note of these; `before` it there are so many lines."""
    text = _MARK_MISREAD.sub("", text.replace("\ufeff", ""))
    if not (found := CONTROL.search(text)):
        return text, []
    line = before + text.count("\n", 0, found.start()) + 1
    text, count = CONTROL.subn("", text)
    return text, [Reason("ledgers.file.controls", count=count, line=line)]


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LedgerError("ledgers.file.wrong_encoding", encoding=encoding, line=line) from None


def decode(data: bytes, known: frozenset[str]) -> tuple[str, str]:
    """Return the text, and the encoding in which it is readable."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                told = {"encoding": encoding, "line": error.object.count(b"\n", 0, error.start) + 1}
                raise LedgerError("ledgers.file.wrong_mark", **told) from None
    sample = data[:4000]
    if encoding := _guess_wide(sample):
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


def _guess_wide(sample: bytes) -> str:
    """Which UTF-16 a file's beginning looks like: one byte of each digit, delimiter and line's end is 0.

    A stray NUL makes no UTF-16.
    """
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > max(3, 0.02 * len(sample)) and max(even, odd) > 10 * min(even, odd):
        return "utf-16-le" if odd >= even else "utf-16-be"
    return ""


def _is_mostly_utf8(lines: list[bytes], foreign: list[int]) -> bool:
    """Return whether nine of ten lines with Chinese are UTF-8: no other encoding's lines are by chance."""
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
    """Return the delimiter that gives the most cells to the most lines at the beginning of the file."""
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


def _find_header(text: str, delimiter: str) -> str:
    return next((line for line in text.splitlines() if line.count(delimiter) >= 2), "")


def _part_joined(text: str, delimiter: str, header: str, before: int = 0) -> tuple[str, list[Reason]]:
    """Put the header on a line of its own where files were joined of which one had no line break at its end."""
    if not header or text.count(header) == (not before):
        return text, []
    joint = re.compile(rf"(?<=[^\r\n]){re.escape(header)}(?=[\r\n]|\Z)")
    lines = [before + text.count("\n", 0, found.start()) + 1 for found in joint.finditer(text)]
    notes = [Reason("ledgers.file.joined", lines=lines)] if lines else []
    return joint.sub(lambda found: f"\n{found[0]}", text), notes


def _split_records(text: str, delimiter: str, before: int = 0) -> tuple[list[list[str]], list[Reason]]:
    """The records of a text with so many lines `before` it.

    A quotation mark that is never closed swallows the lines after it: that is seen and corrected.

    A line that begins such a record is read as typed, marks and all, where it then has as many cells as the others,
    or one; else LedgerError names the line.
    """
    text = _double_escaped_marks(text, delimiter)
    records, ends = _parse(text, delimiter, before)
    spans = list(pairwise([0, *ends]))
    lines = list(io.StringIO(text, newline=""))
    single = all(end - start == 1 for start, end in spans)
    if single and not (spans and _is_open(lines[spans[-1][0] :], delimiter)):
        return records, []
    width = _find_width(records, spans, lines, delimiter)
    kept: list[list[str]] = []
    mended: list[int] = []
    start = 0  # of lines; where a line is corrected, reading begins again at the next
    fresh: Iterator[tuple[list[str], int]] = zip(records, ends, strict=True)
    while start < len(lines):
        try:
            record, end = next(fresh)
        except StopIteration:
            break
        if _swallows(lines[start:end], record, delimiter, width):
            plain = _read_as_typed(lines[start], delimiter)
            if len(plain) not in (1, width):  # 1: a title or note
                raise LedgerError("ledgers.file.open_quote", line=before + start + 1)
            kept.append(plain)
            mended.append(before + start + 1)
            start += 1
            fresh = _parse_on(lines, start, delimiter, before)
            continue
        kept.append(record)
        start = end
    notes = [Reason("ledgers.file.quote_as_typed", lines=mended)] if mended else []
    return kept, notes


def _parse(text: str, delimiter: str, before: int = 0) -> tuple[list[list[str]], list[int]]:
    """Records, and after how many lines each ends; there are so many lines `before` the text."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        pairs = [(record, reader.line_num) for record in reader]
    except csv.Error as error:
        raise _refuse(error, before + reader.line_num) from None
    return [record for record, _ in pairs], [end for _, end in pairs]


def _parse_on(lines: list[str], start: int, delimiter: str, before: int) -> Iterator[tuple[list[str], int]]:
    """Records from a line on, and the line at which each ends: one by one, since the next may be read as typed too."""
    reader = csv.reader((lines[at] for at in range(start, len(lines))), delimiter=delimiter)
    try:
        for record in reader:
            yield record, start + reader.line_num
    except csv.Error as error:
        raise _refuse(error, before + start + reader.line_num) from None


def _refuse(error: csv.Error, line: int) -> LedgerError:
    if "field larger" in str(error):  # what an open mark has swallowed
        return LedgerError("ledgers.file.open_quote", line=line)
    return LedgerError("ledgers.file.not_delimited", why=tell_error(error))


def _find_width(
    records: list[list[str]], spans: list[tuple[int, int]], lines: list[str], delimiter: str
) -> int:
    """Return how many cells most rows have; those of a record that breaks a rule of quoting are counted as typed."""
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
    """Return whether lines keep to the rules of quoting: no mark is left open, nothing but a delimiter follows one."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Return whether a mark is still open at the end: what would follow goes into its cell."""
    return len(list(csv.reader([*lines, "x"], delimiter=delimiter))) == 1


def _swallows(lines: list[str], record: list[str], delimiter: str, width: int) -> bool:
    """Return whether a record is several rows by mistake: it breaks a rule of quoting, or holds whole rows.

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
