"""`taizhang collect`: add answers to corrections.csv and pairs.csv, if they still fit.

Each answer is compared with its question and with what the ledger says now. If it fits and the ledger's reader accepts
it, it is written down; everything else is listed with the reason, and nothing is changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from taizhang.boundaries import match_districts
from taizhang.core.clock import read_day
from taizhang.core.csv import format_csv
from taizhang.core.files import hash_file, write_text
from taizhang.core.locks import hold_lock
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.ingest.corrections import HIDDEN, NAMES
from taizhang.ingest.plan import CORRECTIONS
from taizhang.ingest.sources import Read
from taizhang.ledgers import Correction
from taizhang.ledgers.corrections import is_same
from taizhang.ledgers.model import ShownCell, ShownRow
from taizhang.ledgers.shown import ANYWHERE
from taizhang.ledgers.text import fold
from taizhang.returns.answers import Answer, Asked, ReturnRead, read_return
from taizhang.returns.doubts import (
    FOLDER,
    HASH,
    HASHES,
    Ledgers,
    Seen,
    hash_text,
    identify,
    is_personal,
    look_at,
    read_pairs,
)
from taizhang.returns.form import say
from taizhang.returns.lists import PAIR_NAMES, List, open_list

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

PAIRS = "data/raw/pairs.csv"
COLLECTED = "collected.csv"  # in data/processed: what became of each answer of the last run
TAKEN, ALREADY, UNCHANGED, REFUSED = "taken", "already", "unchanged", "refused"
_COLUMNS = [
    "return_file", "return_line", "kind", "file", "sheet", "row", "column", "answer", "outcome", "reason",
    "reason_code", "by",
]  # fmt: skip
_ALIKE = 0.75  # of a row's other cells: a row that was edited is still the same
_FEW = 3  # of a row's other cells: with fewer, rows may be alike by chance
_ROUNDS = 4
_YES, _NO = frozenset(("yes", "是", "1", "true", "同")), frozenset(("no", "否", "0", "false", "不同"))


@dataclass(frozen=True)
class Outcome:
    """The result for an answer: used, already there, no change, or refused for a reason."""

    answer: Answer
    what: str
    reason: Reason | None = None
    file: str = ""
    sheet: str = ""
    row: int = 0

    def word(self) -> Reason:
        """The message about an answer that was not used."""
        asked = self.answer.asked
        place = (
            Reason("returns.pair_place", a=asked.file, b=asked.sheet)
            if asked.is_pair
            else Reason(
                "returns.place",
                file=self.file or asked.file or self.answer.file,
                sheet=Reason("ledgers.place.in_sheet", sheet=asked.sheet) if asked.sheet else "",
                row=self.row or asked.row,
                column=asked.label or asked.column,
            )
            if asked.kind
            else ""
        )
        told = {"file": self.answer.file, "line": self.answer.line, "place": place, "reason": self.reason}
        return Reason("returns.refused" if place else "returns.refused_line", **told)


@dataclass(frozen=True)
class Collected:
    """The results for the answers of some files, and the files that could not be used at all."""

    outcomes: tuple[Outcome, ...]
    faults: tuple[Reason, ...] = ()
    files: int = 0

    def count(self, what: str) -> int:
        return sum(one.what == what for one in self.outcomes)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.what == REFUSED)


@dataclass
class _Fit:
    """An answer that can be used: its file, row and cell, and the resulting correction."""

    answer: Answer
    read: Read
    row: ShownRow
    cell: ShownCell
    reason: Reason | None = None
    others: list[Answer] = field(default_factory=list)  # that say the same

    @property
    def correction(self) -> Correction:
        return Correction(
            line=0,
            file=self.read.shown,
            sheet=self.row.sheet,
            row=self.cell.row,
            column=self.cell.column,
            old=self.cell.text,
            new=self.answer.text,
        )


def collect_answers(book: "Workbook", paths: Sequence[Path]) -> Collected:
    """Collect the answers of returns; those not used are listed with the reason.

    Taking them twice is taking them once, in whatever order they come. What was taken earlier stands until somebody
    changes the line in corrections.csv or pairs.csv.
    """
    with hold_lock(book.config.cache / "locks" / FOLDER):
        weighed = _Weighing(book, [read_return(path) for path in dict.fromkeys(paths)])
        made = weighed.weigh()
        weighed.write()
        table = _tabulate(book, made)
        write_text(book.config.processed / COLLECTED, format_csv(table), encoding="utf-8-sig")
    return made


def holds_answers(book: "Workbook", path: Path) -> bool:
    """Return whether a return has answers that collecting it would use."""
    read = read_return(path)
    return bool(read.answers) and _Weighing(book, [read]).weigh().count(TAKEN) > 0


class _Weighing:
    """Compares answers with the questions and the ledgers, and keeps what is to be written."""

    def __init__(self, book: "Workbook", reads: Sequence[ReturnRead]) -> None:
        self.book, self.reads = book, reads
        self.corrections: List = open_list(book.root / CORRECTIONS, NAMES)
        self.pairs: List = open_list(book.root / PAIRS, PAIR_NAMES)
        self.new_corrections: list[dict[str, str]] = []
        self.new_pairs: list[dict[str, str]] = []
        self.outcomes: list[Outcome] = []

    def weigh(self) -> Collected:
        """Decide about every answer."""
        faults = []
        own = identify(self.book).split()
        cells: dict[str, list[Answer]] = defaultdict(list)
        pairs: dict[str, list[Answer]] = defaultdict(list)
        for read in self.reads:
            fault = read.fault
            if fault is None and not set(own) & set(read.identity.split()):
                fault = Reason("returns.file.other", title=read.title)
            if fault is not None:
                faults.append(Reason("returns.file.refused", file=read.file, reason=fault))
                continue
            for answer in read.answers:
                if answer.fault is not None:
                    self._refuse([answer], answer.fault)
                else:
                    (pairs if answer.asked.is_pair else cells)[answer.asked.key].append(answer)
        self._weigh_cells(cells)
        self._weigh_pairs(pairs)
        order = {id(answer): at for at, answer in enumerate(a for read in self.reads for a in read.answers)}
        self.outcomes.sort(key=lambda one: order[id(one.answer)])
        return Collected(tuple(self.outcomes), tuple(faults), len(self.reads))

    def write(self) -> None:
        """Add the accepted answers to the two lists."""
        self.corrections.add(self.new_corrections, ("file", "sheet", "row", "column"))
        self.pairs.add(self.new_pairs, ("a", "b"))

    def _refuse(self, answers: Iterable[Answer], reason: Reason, **place: object) -> None:
        self.outcomes += [Outcome(one, REFUSED, reason, **place) for one in answers]  # type: ignore[arg-type]

    def _find_period(self, answers: Sequence[Answer]) -> str:
        """The first of the periods in whose returns an answer was given."""
        given = {id(answer) for answer in answers}
        periods = (read.period for read in self.reads if any(id(one) in given for one in read.answers))
        return min(periods, default="")

    # ---------------------------------------------------------------- cells

    def _weigh_cells(self, cells: Mapping[str, list[Answer]]) -> None:
        ledgers = Ledgers(self.book)
        by_file: dict[tuple[str, str], list[list[Answer]]] = defaultdict(list)
        for answers in cells.values():
            if not all(_agree(answers[0], other) for other in answers):
                self._refuse(answers, Reason("returns.conflict.differ"))
                continue
            asked = answers[0].asked
            by_file[asked.kind, asked.file].append(answers)
        for (kind, file), groups in by_file.items():
            reads = _find_reads(ledgers.reads.get(kind, ()), file, groups[0][0].asked.sha)
            if not reads:
                for answers in groups:
                    self._refuse(answers, Reason("returns.conflict.no_file"))
                continue
            self._weigh_file(reads, groups)

    def _weigh_file(self, reads: Sequence[Read], groups: Sequence[list[Answer]]) -> None:
        """Decide about the answers for one file; several sources may read different sheets of it."""
        asked = [answers[0].asked for answers in groups]
        fits: list[_Fit] = []
        seen = [_look_for(one, asked) for one in reads]
        hashes = {hash_file(one.path)[:HASH] for one in reads}
        whole: list[Seen] | None = None
        for answers in groups:
            one = answers[0].asked
            # Of a file that has been saved since, a row of few cells is known by its number no more.
            sure = one.sha in hashes or len(one.marks) >= _FEW
            found = _find_row(one, seen, exact=True) if sure else None
            if found is None:
                whole = whole or [look_at(read, {ANYWHERE}) for read in reads]
                found = _find_row(one, whole, exact=True, alone=not sure)
                if found is None and sure:
                    found = _find_row(one, whole, exact=False)
            if found is None:
                self._refuse(answers, Reason("returns.conflict.no_row"), file=reads[0].shown)
                continue
            at, row = found
            cell = row.find_column(one.column)
            if cell is None:
                self._refuse(answers, Reason("returns.conflict.no_column"), file=reads[at].shown)
                continue
            fit = _Fit(answers[0], reads[at], row, cell, others=answers[1:])
            if self._compare(fit):
                fits.append(fit)
        for read in reads:
            self._try(read, [fit for fit in fits if fit.read is read])

    def _compare(self, fit: _Fit) -> bool:
        """Compare the question, the ledger's current content and the answer; True if the answer may be used."""
        answer, cell = fit.answer, fit.cell
        place = {"file": fit.read.shown, "sheet": fit.row.sheet, "row": cell.row}
        everybody = [answer, *fit.others]
        before = [one for one in self.corrections.lines if _is_for(one, fit)]
        if is_same(cell.text, answer.text) or (not cell.text and not answer.text):
            what = ALREADY if before else UNCHANGED
            self.outcomes += [Outcome(one, what, **place) for one in everybody]  # type: ignore[arg-type]
            return False
        old = answer.asked.old
        if len(old) in HASHES and hash_text(cell.text, len(old)) == old:
            return True
        taken = next((one for one in reversed(before) if is_same(cell.text, one["new"])), None)
        if taken is not None:
            hidden = is_personal(fit.read.source.kind.fields.get(cell.field))
            self._refuse(everybody, _tell_taken(taken, HIDDEN if hidden else taken["new"]), **place)
        else:
            self._refuse(everybody, Reason("returns.conflict.changed"), **place)
        return False

    def _try(self, read: Read, fits: list[_Fit]) -> None:
        """Read the file as if the answers were applied; those that are not understood are refused."""
        for _ in range(_ROUNDS):
            if not fits:
                return
            wanted = {(fit.row.sheet, fit.row.row) for fit in fits}
            more = tuple(fit.correction for fit in fits)
            source = replace(read.source, corrections=(*read.source.corrections, *more))
            seen = look_at(replace(read, source=source), wanted)
            for fit in fits:
                fit.reason = self._doubt(fit, seen)
            wrong = [fit for fit in fits if fit.reason is not None]
            if not wrong:
                break
            fits = [fit for fit in fits if fit.reason is None]
            for fit in wrong:
                place = {"file": read.shown, "sheet": fit.row.sheet, "row": fit.cell.row}
                self._refuse([fit.answer, *fit.others], fit.reason or Reason("core.none"), **place)
        for fit in fits:
            self._take(fit)

    def _doubt(self, fit: _Fit, seen: Seen) -> Reason | None:
        """Why the ledger reader does not accept an answer."""
        row = seen.rows.get((fit.row.sheet, fit.row.row))
        cell = None if row is None else row.find_column(fit.answer.asked.column)
        if cell is None or not is_same(cell.text, fit.answer.text):
            return Reason("returns.conflict.not_placed")
        column, item = fit.cell.field, fit.read.source.kind.fields.get(fit.cell.field)
        for name, reason in seen.faults.get((fit.row.sheet, fit.row.row), ()):
            if name == column and not (is_personal(item) and fit.answer.text):
                return _word_fault(reason, fit)
            if name == column:
                return Reason("returns.conflict.not_understood")
        if column == "district" and fit.answer.text:
            matched = match_districts(
                pd.Series([fit.answer.text], dtype="str"),
                self.book.districts,
                aliases=self.book.config.boundaries.aliases,
            )
            if matched["code"].isna().any():
                return Reason("returns.why.district", value=fit.answer.text[:60])
        return None

    def _take(self, fit: _Fit) -> None:
        one, answer = fit.correction, fit.answer
        period = self._find_period((answer, *fit.others))
        by = " / ".join(sorted({other.by for other in (answer, *fit.others)} - {""}))
        self.new_corrections.append(
            {
                "file": one.file, "sheet": one.sheet, "row": str(one.row), "column": one.column, "old": one.old,
                "new": one.new, "by": by, "why": Reason("returns.taken_why", period=period).word(self.book.config.lang),
                "when": read_day().isoformat(),
            }
        )  # fmt: skip
        place = {"file": one.file, "sheet": one.sheet, "row": one.row}
        self.outcomes += [Outcome(other, TAKEN, **place) for other in (answer, *fit.others)]  # type: ignore[arg-type]

    # ---------------------------------------------------------------- pairs

    def _weigh_pairs(self, pairs: Mapping[str, list[Answer]]) -> None:
        asked = read_pairs(self.book)
        there = (
            {frozenset((str(a), str(b))) for a, b in asked[["a", "b"]].itertuples(index=False)}
            if len(asked)
            else set()
        )
        decided = {frozenset((one["a"], one["b"])): one for one in self.pairs.lines}
        for answers in pairs.values():
            self._weigh_pair(answers, there, decided)

    def _weigh_pair(
        self,
        answers: Sequence[Answer],
        there: Collection[frozenset[str]],
        decided: Mapping[frozenset[str], Mapping[str, str]],
    ) -> None:
        said = [_read_same(one.text) for one in answers]
        odd = [one for one, same in zip(answers, said, strict=True) if same is None]
        if odd:
            self._refuse(answers, Reason("returns.conflict.not_listed"))
            return
        if len(set(said)) > 1:
            self._refuse(answers, Reason("returns.conflict.differ"))
            return
        asked, same = answers[0].asked, said[0]
        pair = frozenset((asked.file, asked.sheet))
        if pair in decided:
            line = decided[pair]
            if _read_same(line["same"]) is same:
                self.outcomes += [Outcome(one, ALREADY) for one in answers]
            else:
                stands = Reason(f"returns.form.{'different' if same else 'same'}")
                self._refuse(answers, _tell_taken(line, stands))
            return
        if pair not in there:
            self._refuse(answers, Reason("returns.conflict.no_pair"))
            return
        by = " / ".join(sorted({one.by for one in answers} - {""}))
        period = self._find_period(answers)
        why = Reason("returns.taken_why", period=period).word(self.book.config.lang)
        self.new_pairs.append(
            {
                "a": asked.file, "b": asked.sheet, "same": "yes" if same else "no", "by": by, "why": why,
                "when": read_day().isoformat(),
            }
        )  # fmt: skip
        self.outcomes += [Outcome(one, TAKEN) for one in answers]


def _tell_taken(line: Mapping[str, str], stands: object) -> Reason:
    """Whose earlier answer stands, and what it says."""
    told = {
        "by": line["by"] or "–",
        "when": line.get("when") or "–",
        "value": stands or Reason("returns.form.empty"),
    }
    return Reason("returns.conflict.other_answer", **told)


def _agree(one: Answer, other: Answer) -> bool:
    return fold(one.text) == fold(other.text) or (bool(one.text) and is_same(one.text, other.text))


def _read_same(text: str) -> bool | None:
    word = fold(text)
    if word in _YES or word in {fold(say("same", lang)) for lang in ("zh", "en")}:
        return True
    if word in _NO or word in {fold(say("different", lang)) for lang in ("zh", "en")}:
        return False
    return None


def _look_for(read: Read, asked: Sequence[Asked]) -> Seen:
    """The rows of a file with the row numbers asked about, in whichever sheet has the name."""
    masked = any("*" in one.sheet for one in asked)
    return look_at(read, {ANYWHERE} if masked else {(one.sheet, one.row) for one in asked})


def _find_reads(reads: Sequence[Read], file: str, sha: str) -> list[Read]:
    """The file that was asked about; or one of another place or name now, if no other has its name or bytes."""
    there = [one for one in reads if not one.failed]
    same = [one for one in there if mask_numbers(one.shown) == file]
    if same:
        return same
    moved = [one for one in there if PurePosixPath(mask_numbers(one.shown)).name == PurePosixPath(file).name]
    renamed = moved or [one for one in there if sha and hash_file(one.path)[:HASH] == sha]
    return renamed if len({one.shown for one in renamed}) == 1 else []


def _find_row(
    asked: Asked, seen: Sequence[Seen], *, exact: bool, alone: bool = False
) -> tuple[int, ShownRow] | None:
    """The row that was asked about, by its cells: where it stood, or, if it has moved, where it alone is the same.

    One that was edited meanwhile is known where it stands, if no other is as like. `alone`: only one that has no like.
    """
    marks = asked.marks
    best: list[tuple[float, bool, int, ShownRow]] = []
    for at, one in enumerate(seen):
        for row in one.rows.values():
            here = mask_numbers(row.sheet) == asked.sheet and _stands_at(row, asked)
            now = _compare_marks(row, marks)
            if not marks and not here:
                continue
            best.append((now, here, at, row))
    if not best:
        return None
    if exact:
        same = [one for one in best if one[0] == 1.0]
        here_too = [] if alone else [one for one in same if one[1]]
        chosen = here_too or (same if len(same) == 1 else [])
        return (chosen[0][2], chosen[0][3]) if chosen else None
    best.sort(key=lambda one: (one[0], one[1]), reverse=True)
    first = best[0]
    rival = best[1][0] if len(best) > 1 else 0.0
    return (first[2], first[3]) if first[0] >= _ALIKE and first[0] > rival else None


def _stands_at(row: ShownRow, asked: Asked) -> bool:
    cell = row.find_column(asked.column)
    return row.row == asked.row or (cell is not None and cell.row == asked.row)


def _compare_marks(row: ShownRow, marks: Mapping[str, str]) -> float:
    """The share of a row's cells that are unchanged, from 0 to 1."""
    if not marks:
        return 1.0
    now = {cell.field: hash_text(cell.text, 4) for cell in row.cells if cell.field and cell.text}
    return sum(now.get(name) == mark for name, mark in marks.items()) / len(marks)


def _is_for(line: Mapping[str, str], fit: _Fit) -> bool:
    """Return whether a line of corrections.csv concerns the cell."""
    names = {fold(fit.cell.field), fold(fit.cell.letter), fold(fit.cell.header)} - {""}
    path = line["file"].replace("\\", "/").removeprefix("./")
    same_file = path == fit.read.shown or fit.read.shown.endswith(f"/{path}")
    return (
        same_file
        and line.get("sheet", "") in ("", fit.row.sheet)
        and line["row"].partition(".")[0] == str(fit.cell.row)
        and fold(line["column"]) in names
    )


def _word_fault(reason: Reason, fit: _Fit) -> Reason:
    """Why the reader rejects an answer, worded for the person who gave it."""
    if reason.root.code.startswith("ledgers.category"):
        return Reason("returns.why.value", value=fit.answer.text[:60])
    if "workbook.toml" in reason.word("en"):
        return Reason("returns.conflict.not_understood")
    return reason


def _tabulate(book: "Workbook", made: Collected) -> pd.DataFrame:
    """The result of each answer; answers about personal cells are hidden."""
    lang = book.config.lang
    rows = []
    for one in made.outcomes:
        asked = one.answer.asked
        kind = book.kinds.get(asked.kind)
        item = None if kind is None else kind.fields.get(asked.column)
        answer = HIDDEN if is_personal(item) and one.answer.text else mask_numbers(one.answer.text)
        place = (
            ("", "", "")
            if asked.is_pair
            else (one.file or asked.file, one.sheet or asked.sheet, one.row or asked.row)
        )
        rows.append(
            (
                one.answer.file, one.answer.line, asked.kind, *map(mask_numbers, map(str, place)),
                f"{asked.file} = {asked.sheet}" if asked.is_pair else asked.column, answer, one.what,
                mask_numbers(one.reason.word(lang)) if one.reason else "", one.reason.root.code if one.reason else "",
                one.answer.by,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS).astype("str")
