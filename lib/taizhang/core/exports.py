"""Tables exported for other programs: typed columns, Excel, CSV and LaTeX."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from taizhang.core.csv import format_csv, guard_formulas
from taizhang.core.files import write_beside, write_text

_BLANK = ("", "—")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LONGEST_SHEET, _WIDEST = 31, 60  # of an Excel sheet's name, and of its columns
_SIDES = {"left": "l", "right": "r", "center": "c"}
_LATEX = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "\n": " ", **{sign: f"\\{sign}" for sign in "{}$&#_%"},
}  # fmt: skip


class _Cell(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def value(self) -> float | str | None: ...
    @property
    def fact(self) -> str: ...
    @property
    def note(self) -> str: ...


def type_table(heads: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> pd.DataFrame:
    """Convert a table of cells to a DataFrame with numbers, days (datetime64) or texts by column; unknown values
    are missing."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in heads)
    typed = [_type_column(list(cells), first=at == 0) for at, cells in enumerate(columns)]
    return pd.DataFrame(dict(enumerate(typed))).set_axis(_number_twins(heads), axis=1)


def _number_twins(heads: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    named = []
    for head in heads:
        seen[head] += 1
        named.append(head if seen[head] == 1 else f"{head} [{seen[head]}]")
    return named


def _type_column(cells: Sequence[_Cell], *, first: bool) -> pd.Series:
    """Type a column; the one that heads the rows is a number only if it shows nothing else, as names may sort by a
    number."""
    filled = [cell for cell in cells if cell.text not in _BLANK]
    values = [
        float(cell.value) + 0.0 if isinstance(cell.value, int | float) else None for cell in cells
    ]  # no -0
    known = [(cell, value) for cell, value in zip(cells, values, strict=True) if value is not None]
    # Of a fact that isn't known, or is withheld, there are words.
    worded = [
        cell for cell in filled if not isinstance(cell.value, int | float) and not (cell.fact or cell.note)
    ]
    # A column of words may sort by numbers, such as those of a yes and a no.
    counted = any(sign.isdigit() for cell, _ in known for sign in cell.text)
    if (
        counted
        and not worded
        and all(_is_told(cell.text, value) for cell, value in known)
        and (not first or all(cell.text == f"{value:g}" for cell, value in known))
    ):
        numbers = pd.Series(values, dtype="float64")
        whole = all(value.is_integer() and "." not in cell.text for cell, value in known)
        return numbers.astype("Int64") if whole else numbers
    texts = pd.Series([None if cell.text == "—" else cell.text for cell in cells], dtype="str")
    if filled and all(_DAY.fullmatch(cell.text) for cell in filled):
        return pd.to_datetime(texts.replace("", None), format="%Y-%m-%d").astype("datetime64[us]")
    return texts


def _is_told(text: str, value: float) -> bool:
    """Return whether a cell's number is the one at the start of its text: in the same unit, and without a mark."""
    found = _NUMBER.search(text.replace(",", "").replace("−", "-"))
    if found is None or text.endswith("*"):
        return not text.endswith("*")
    decimals = len(found[0].partition(".")[2])
    return abs(float(found[0]) - value) <= 0.5000001 * 10.0**-decimals


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV that Excel can also read; none of its texts acts as a formula."""
    write_text(path, "\ufeff" + format_csv(table))


def write_excel(table: pd.DataFrame, path: Path, name: str) -> None:
    """Write a table as an Excel file with one sheet; numbers and days keep their type, and no text acts as a
    formula."""
    shown = guard_formulas(table)
    texts = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with (
        write_beside(path) as beside,
        pd.ExcelWriter(
            beside, engine="xlsxwriter", engine_kwargs=texts, datetime_format="yyyy-mm-dd"
        ) as writer,
    ):
        shown.to_excel(writer, sheet_name=name[:_LONGEST_SHEET], index=False, freeze_panes=(1, 1))
        for at, (head, column) in enumerate(shown.items()):
            longest = max([_measure(head), *map(_measure, column.dropna())])
            writer.sheets[name[:_LONGEST_SHEET]].set_column(at, at, min(longest + 2, _WIDEST))


def _measure(value: object) -> int:
    """Columns of Excel that a value takes, at least those of a day: two for a Chinese character."""
    return max(10, *(sum(1 if sign.isascii() else 2 for sign in line) for line in str(value).split("\n")))


def format_latex(
    caption: str,
    heads: Iterable[str],
    sides: Iterable[Literal["left", "right", "center"]],
    rows: Iterable[Iterable[str]],
    notes: Iterable[str],
    name: str,
) -> str:
    """Format a table as LaTeX with booktabs; its texts are set as typed. Chinese needs ctex or xeCJK."""
    body = [
        r"\begin{table}", r"\centering", rf"\caption{{{escape_latex(caption)}}}", rf"\label{{tab:{name}}}",
        rf"\begin{{tabular}}{{{''.join(_SIDES[side] for side in sides)}}}", r"\toprule",
        _join_row(heads), r"\midrule", *map(_join_row, rows), r"\bottomrule", r"\end{tabular}",
        *(rf"\par {{\footnotesize {escape_latex(note)}}}" for note in notes), r"\end{table}",
    ]  # fmt: skip
    return "\n".join(body) + "\n"


def _join_row(texts: Iterable[str]) -> str:
    row = " & ".join(map(escape_latex, texts))
    # A bracket or a star after the end of a row would be read as its option.
    return f"{'{}' if row.startswith(('[', '*')) else ''}{row} \\\\"


def escape_latex(text: str) -> str:
    """Escape a text, so that LaTeX sets it as typed."""
    return "".join(_LATEX.get(sign, sign) for sign in text)
