"""What a notebook cell shows: figures, tables, sentences and key figures.

Each displays in JupyterLab and carries what the HTML and PDF renderers need, as JSON under its own MIME type. Ledger
text in them is data: the renderers escape it, so that it shows as typed.
"""

import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from taizhang.core.exports import format_latex, type_table, write_csv, write_excel
from taizhang.core.files import write_bytes, write_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

FIGURE = "application/vnd.taizhang.figure+json"
TABLE = "application/vnd.taizhang.table+json"
PROSE = "application/vnd.taizhang.prose+json"
KEY_FIGURES = "application/vnd.taizhang.keyfigures+json"
_NARROW_MM = 120.0  # a picture up to so wide is set as on a phone screen


def is_interactive() -> bool:
    """Return whether a person is using this kernel; a batch run (Papermill's or ours) may not ask for input."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))


def is_in_kernel() -> bool:
    """Return whether a notebook is being run for a report, in a kernel that nobody is using."""
    if "IPython" not in sys.modules or is_interactive():
        return False
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def pack(thing: Any) -> Any:
    """A display object as JSON; large tables store only what differs from the default, and live parts are left out."""
    if isinstance(thing, tuple):
        return [pack(one) for one in thing]
    if not is_dataclass(thing):
        return thing
    values = ((one.name, getattr(thing, one.name), one.default) for one in fields(thing) if one.compare)
    return {name: pack(value) for name, value, usual in values if value != usual}


class Live(Protocol):
    """The live drawing behind a figure, in the session that drew the figure."""

    drawing: "Drawing"

    @property
    def data(self) -> "pd.DataFrame":
        """The data drawn."""

    def is_changed(self) -> bool:
        """Return whether the drawing was changed after it was made."""

    def draw(self) -> str:
        """The drawing in its present state, as SVG."""

    def render(self, svg: str, form: str, width_mm: float | None, dpi: float) -> bytes:
        """Write an SVG to a file; see `Figure.save`."""


@dataclass(frozen=True)
class Figure:
    """A chart or map as SVG with real text; in the session that drew it, also the live drawing.

    `figure` and `axes` are live Matplotlib objects: changes appear when the figure is next shown or saved. For a map,
    ``axes[0]`` uses longitude and latitude; `data` then has geometries, in the CRS of the axes. `save` writes a file.

    `id`: a stable slug, unique in a report, such as ``hazards-trend``; `title`: what is measured, or the question that
    the figure answers; `headline`: the finding at the head of the caption, or ''; `alt`: what the figure shows,
    computed from the data; `source`: source, n and interval; `annex`: whether reports put it in their annex; `told`:
    words that a report shows instead if the figure would show too little; `narrow`: the figure drawn for a phone's
    screen, or ''.
    """

    id: str
    title: str
    alt: str
    source: str
    svg: str
    annex: bool = False
    told: "Prose | None" = None
    narrow: str = ""
    headline: str = ""
    live: Live | None = field(default=None, compare=False, repr=False)
    narrower: Callable[[], str] | None = field(default=None, compare=False, repr=False)  # gives `narrow`

    @property
    def figure(self) -> "Drawing":
        """Matplotlib's figure, live."""
        return self._find_live().drawing

    @property
    def axes(self) -> "list[Axes]":
        """Matplotlib's axes, live."""
        return list(self._find_live().drawing.axes)

    @property
    def data(self) -> "pd.DataFrame":
        """The data shown, one row per mark drawn; days are datetime64."""
        return self._find_live().data

    def save(self, path: str | Path, width_mm: float | None = None, dpi: float = 300) -> Path:
        """Save the figure as SVG, PDF or PNG, by the ending of the file name, with the font embedded.

        Parameters
        ----------
        path : str or Path
            The folder is created if it does not exist.
        width_mm : float, optional
            The default is a report's column, 160 mm. Type is scaled with the width; up to 120 mm, a figure that
            nobody has changed is redrawn for a narrow column with readable type.
        dpi : float
            Resolution of a PNG, in dots per inch.

        Raises
        ------
        ParameterError
            If the file name has another ending.
        """
        live, path, shown = self._find_live(), Path(path), self._refresh()
        svg = shown.svg or live.draw()
        if width_mm is not None and width_mm <= _NARROW_MM:
            svg = shown.narrow or (shown.narrower() if shown.narrower else "") or svg
        write_bytes(path, live.render(svg, path.suffix.lower(), width_mm, dpi))
        return path

    def _find_live(self) -> Live:
        if self.live is None:
            raise AttributeError(f"'{self.id}' was read back from a report: its drawing is not kept")
        return self.live

    def _refresh(self) -> "Figure":
        """The figure in its present state: if its drawing was changed, drawn again, and without words in its place."""
        if self.live is None or not self.live.is_changed():
            return self
        return replace(self, svg=self.live.draw(), narrow="", narrower=None, told=None)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = self._refresh()
        about = {name: said for name, said in pack(shown).items() if name != "svg"}
        if shown.told and not shown.svg:
            return shown.told._repr_mimebundle_() | {FIGURE: about}
        bundle = {"image/svg+xml": shown.svg, "text/plain": self.alt, FIGURE: about}
        # Reports set title and source themselves; on a screen nobody else would.
        return {"text/html": shown._draw_framed(), **bundle} if is_interactive() else bundle

    def _draw_framed(self) -> str:
        """Title, picture and source; embedded as an image so that ids of several pictures do not clash."""
        data = b64encode(self.svg.encode()).decode("ascii")
        return (
            f"<p><strong>{escape(self.headline or self.title)}</strong></p>"
            f"{f'<p>{escape(self.title)}</p>' if self.headline else ''}"
            f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(self.alt)}" style="max-width:42rem">'
            f"<p><small>{escape(self.source)}</small></p>"
        )


class Nothing:
    """Returned if there is no figure or table to show; it is false, and says what is missing and why."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return f"<p><em>{escape(self.words)}</em></p>"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no '{name}'" if name.startswith("_") else self.words)


@dataclass(frozen=True)
class Column:
    """A table column: label, unit ('' for none) and alignment."""

    label: str
    unit: str = ""
    align: Literal["left", "right", "center"] = "left"


@dataclass(frozen=True)
class Cell:
    """A table cell: the text shown, the value for sorting, and the fact it shows (if any)."""

    text: str
    value: float | str | None = None
    fact: str = ""
    note: str = ""  # such as "suppressed", "better", "worse", "red", "amber": renderers may mark it
    district: str = ""  # code of the district the fact is of, where it isn't the report's own


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column heads its row.

    `rows` is a tuple of tuples of Cell, each as long as `columns`; `wide` asks for a landscape page in print, `dense`
    for small type, as in reference tables; `annex`: whether reports put it in their annex; `told`: words that a report
    shows instead of a table with few rows. In a `shaded` table, cells with a note are filled with its colour, columns
    are narrow, and a phone shows each row as a card.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    wide: bool = False
    dense: bool = False
    annex: bool = False
    shaded: bool = False
    told: "Prose | None" = None

    @property
    def data(self) -> "pd.DataFrame":
        """The rows as a DataFrame: numbers as numbers, days as datetime64; dashes and withheld values are missing.

        A cell with more than a number, such as an interval, gives the number. Equal column heads are numbered.
        """
        return type_table(self._name_heads(), self.rows)

    def to_csv(self, path: str | Path) -> None:
        """Write `data` as UTF-8 CSV that Excel can also read; text that a spreadsheet would run gets an
        apostrophe."""
        write_csv(self.data, Path(path))

    def to_excel(self, path: str | Path) -> None:
        """Write `data` as an Excel file with one sheet; text that a spreadsheet would run gets an apostrophe."""
        write_excel(self.data, Path(path), self.id)

    def to_latex(self, path: str | Path | None = None) -> str:
        """Return the table as shown, as LaTeX with booktabs, caption and notes; also write it if a path is given."""
        texts = ([cell.text for cell in row] for row in self.rows)
        sides = [column.align for column in self.columns]
        text = format_latex(self.title, self._name_heads(), sides, texts, self.notes, self.id)
        if path is not None:
            write_text(Path(path), text)
        return text

    def _name_heads(self) -> list[str]:
        return [f"{one.label} ({one.unit})" if one.unit else one.label for one in self.columns]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        head = "".join(f'<th scope="col">{escape(head)}</th>' for head in self._name_heads())
        rows = ("".join(f"<td>{escape(cell.text)}</td>" for cell in row) for row in self.rows)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in self.notes)
        html = (
            f"<table><caption>{escape(self.title)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{notes}"
        )
        plain = "\n".join("\t".join(cell.text for cell in row) for row in self.rows)
        return {"text/html": html, "text/plain": plain, TABLE: pack(self)}


@dataclass(frozen=True)
class Run:
    """A stretch of text; `fact` names the fact whose number it is."""

    text: str
    fact: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph or a list item, of runs."""

    runs: tuple[Run, ...]
    kind: Literal["p", "li", "note"] = "p"


@dataclass(frozen=True)
class Prose:
    """Sentences computed from facts; `annex`: whether reports put them in their annex."""

    blocks: tuple[Block, ...]
    annex: bool = False

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        html = ""
        for block in self.blocks:
            tag = "li" if block.kind == "li" else "p"
            texts = (f"<strong>{escape(r.text)}</strong>" if r.strong else escape(r.text) for r in block.runs)
            html += f"<{tag}>{''.join(texts)}</{tag}>"
        plain = "\n".join("".join(run.text for run in block.runs) for block in self.blocks)
        return {"text/html": html, "text/plain": plain, PROSE: pack(self)}


@dataclass(frozen=True)
class KeyFigure:
    """One number on a card: label, value as text, unit, change as text, and whether the change is good."""

    fact: str
    label: str
    value: str
    unit: str = ""
    change: str = ""
    verdict: Literal["better", "worse", "neutral"] = "neutral"


@dataclass(frozen=True)
class KeyFigures:
    """The cards at the top of a report; `annex`: whether reports put them in their annex."""

    items: tuple[KeyFigure, ...] = ()
    annex: bool = False

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        rows = "".join(
            f"<tr><th>{escape(item.label)}</th><td>{escape(f'{item.value} {item.unit}')}</td>"
            f"<td>{escape(item.change)}</td></tr>"
            for item in self.items
        )
        plain = "\n".join(f"{i.label}\t{i.value} {i.unit}\t{i.change}" for i in self.items)
        return {"text/html": f"<table>{rows}</table>", "text/plain": plain, KEY_FIGURES: pack(self)}
