"""The canvas of every chart: size, type, colours, and the resulting SVG."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from io import StringIO
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib._path import convert_to_string  # type: ignore[attr-defined]  # compiled, and not typed
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.path import Path
from matplotlib.ticker import ScalarFormatter
from pandas.api.types import is_object_dtype

from taizhang.analysis.exhibits import say_exhibit, tell_few
from taizhang.analysis.naming import describe_source
from taizhang.analysis.view import View
from taizhang.core import display, fonts
from taizhang.figures.files import render_picture
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.style import load_style

Looks = dict[str, Any]  # of a mark, as Matplotlib names them
_MM_PER_INCH = 25.4
_DPI = 72  # of every SVG


@cache
def _pin_font() -> None:
    """Make the packaged font the only one of its name, so that no installed font can take its place."""
    path = str(fonts.sans_path())
    manager = font_manager.fontManager
    manager.ttflist = [entry for entry in manager.ttflist if entry.name != fonts.SANS]
    manager.addfont(path)


def set_own_fonts() -> None:
    """Make charts drawn without `use_style`, such as a researcher's own, find the packaged Chinese font first."""
    _pin_font()
    others = [name for name in mpl.rcParams["font.sans-serif"] if name != fonts.SANS]
    mpl.rcParams["font.sans-serif"] = [fonts.SANS, *others]


def load_font() -> None:
    """Find and read the font in the process from which kernels are forked; otherwise each kernel would search all
    fonts."""
    with use_style():
        font_manager.findfont(font_manager.FontProperties())
        ScalarFormatter()
    fonts.measure_text("")
    _read_heights()


@contextmanager
def use_style() -> Iterator[None]:
    """Return a context for drawing in the house style, which produces identical SVG on every run."""
    _pin_font()
    style = load_style()
    settings: Any = {
        "font.family": [fonts.SANS],
        "font.size": style.text,
        "axes.labelsize": style.text,
        "xtick.labelsize": style.text,
        "ytick.labelsize": style.text,
        "text.color": style.ink,
        "text.parse_math": False,  # a ledger's $ is a $
        "axes.labelcolor": style.muted,
        "axes.edgecolor": style.muted,
        "axes.facecolor": "none",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "xtick.color": style.muted,
        "ytick.color": style.muted,
        "xtick.labelcolor": style.ink,
        "ytick.labelcolor": style.ink,
        "grid.color": style.faint,
        "grid.linewidth": 0.8,
        "figure.facecolor": "none",
        "figure.edgecolor": "none",
        "hatch.linewidth": 0.6,
        "lines.solid_capstyle": "butt",
        "svg.fonttype": "none",
        "svg.hashsalt": "taizhang",
    }
    with mpl.rc_context(settings):
        yield


def width_pt() -> float:
    """Width of a drawing in points."""
    return load_style().width_mm / _MM_PER_INCH * 72


def make_drawing(height_mm: float) -> Drawing:
    """Make an empty drawing as wide as the text column."""
    engine = ConstrainedLayoutEngine(w_pad=2 / 72, h_pad=3 / 72, hspace=0.03, wspace=0.03)
    drawing = Drawing(figsize=(load_style().width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH), layout=engine)
    _Canvas(drawing)
    return drawing


def make_axes(height_mm: float, *, grid: str = "y") -> tuple[Drawing, Axes]:
    """Make a drawing with one pair of axes; `grid` names the axis with grid lines: x, y, both, or '' for none."""
    drawing = make_drawing(height_mm)
    axes = drawing.add_subplot()
    tidy_axes(axes, grid=grid)
    return drawing, axes


@contextmanager
def use_columns(height_mm: float, columns: int, *, grid: str = "y") -> Iterator[tuple[Drawing, list[Axes]]]:
    """Do the same as `use_axes`, with several axes side by side that share a scale."""
    with use_style():
        drawing = make_drawing(height_mm)
        found = drawing.subplots(1, columns, sharex=True, squeeze=False)[0]
        for axes in found:
            tidy_axes(axes, grid=grid)
        yield drawing, list(found)


@contextmanager
def use_axes(height_mm: float, *, grid: str = "y") -> Iterator[tuple[Drawing, Axes]]:
    """Return a context for drawing in the house style, on a drawing as returned by `make_axes`."""
    with use_style():
        yield make_axes(height_mm, grid=grid)


def tidy_axes(axes: Axes, *, grid: str = "y") -> None:
    """Keep only the lines that help reading: a grid along one axis, no ticks, no spine across it."""
    axes.tick_params(length=0)
    if grid:
        axes.grid(axis=grid)  # type: ignore[arg-type]
        axes.spines["left" if grid == "y" else "bottom"].set_visible(False)


def finish_figure(
    drawing: Drawing,
    view: View,
    exhibit: str,
    rows: int | None = None,
    *,
    data: Callable[[], pd.DataFrame],
    id: str = "",
    ledgers: Sequence[str] = (),
    extra: str = "",
    source: str = "",
    told: Mapping[str, object] | None = None,
    few: Iterable[str] = (),
    none: bool = False,
    **values: object,
) -> display.Figure:
    """Turn a drawing made within `use_style` into a figure of a report.

    Parameters
    ----------
    exhibit : str
        Key in exhibits.yml, which gives title, alternative text and source; `id` if it differs from this key.
    rows : int, optional
        Number of ledger rows behind the figure.
    data : function
        Returns the table of what is drawn, one row per mark, with the column names of ledgers and facts. It is called
        only if a user asks for the data. Months become their first days.
    ledgers : sequence of str
        The ledgers behind the figure, if not the exhibit's.
    extra, source : str
        Words after the source, and the whole source line, if not the exhibit's.
    few : iterable of str
        Words for each bar, which a report shows instead of a figure with few bars.
    none : bool
        Whether nothing stands out, for which the exhibit has a separate headline.
    told, **values
        What fills the exhibit's words; place, period and day are the view's where left out.
    """
    id, about, values = id or exhibit, load_exhibits()[exhibit], {**(told or {}), **values}
    title, alt = (say_exhibit(view, exhibit, part, **values) for part in ("title", "alt"))
    part = "headline_none" if none else "headline"
    headline = say_exhibit(view, exhibit, part, **values) if part in about.words else ""
    if not extra and "extra" in about.words:
        extra = say_exhibit(view, exhibit, "extra", **values)
    if not source and "source" in about.words:
        source = say_exhibit(view, exhibit, "source", **values)
    elif not source:
        first, *also = ledgers or about.source
        source = describe_source(view, first, rows, also=also, extra=extra)
    words = tell_few(view, [(display.Run(text),) for text in few], id, exhibit, **values)
    live = LiveDrawing(drawing, id, data)
    svg = "" if words and display.is_in_kernel() else live.draw()
    return display.Figure(id, title, alt, source, svg, told=words, headline=headline, live=live)


class LiveDrawing:
    """A figure's drawing and its data, for further use; see `display.Live`."""

    def __init__(self, drawing: Drawing, id: str, data: Callable[[], pd.DataFrame]) -> None:
        self.drawing = drawing
        self._id, self._make_data = id, data
        self._first = self._now = ""
        drawing.stale = False  # whatever is changed from here on makes it so

    @cached_property
    def data(self) -> pd.DataFrame:
        return tidy_table(self._make_data())

    def is_changed(self) -> bool:
        # One that was never drawn, as words are in its place, is drawn only if somebody has changed it.
        return self.draw() != self._first if self._now else bool(self.drawing.stale)

    def draw(self) -> str:
        if not self._now:
            self._first = self._now = self._draw()
        # To lay it out again moves things a little, though nobody has changed any.
        elif self.drawing.stale and self._draw(layout=False) != self._now:
            self._now = self._draw()
        return self._now

    def _draw(self, *, layout: bool = True) -> str:
        with use_style():
            return _clean_svg(_draw_svg(self.drawing, layout=layout), self._id)

    def render(self, svg: str, form: str, width_mm: float | None, dpi: float) -> bytes:
        return render_picture(svg, form, width_mm=width_mm or load_style().width_mm, dpi=dpi)


def tidy_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table that any program can store: months become their first days, and attributes are dropped."""
    table = table.reset_index(drop=True)
    table.attrs = {}
    kinds = {str(name): column.dtype for name, column in table.items()}
    months = [name for name, dtype in kinds.items() if isinstance(dtype, pd.PeriodDtype)]
    table = table.assign(**{name: table[name].dt.start_time.astype("datetime64[us]") for name in months})
    return table.astype(
        dict.fromkeys((name for name, dtype in kinds.items() if is_object_dtype(dtype)), "str")
    )


class _Renderer(RendererSVG):
    """Measures a text once in a process, and ten times as fast as Matplotlib, which loads each glyph's outline.

    Nothing on our sheets is in another face, or mathematics (`use_style`).
    """

    def get_text_width_height_descent(
        self, s: str, prop: font_manager.FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        size = prop.get_size_in_points()
        width, height, descent = _measure_text(s)
        return width * size, height * size, descent * size

    def _convert_path(
        self, path: Path, transform: Any = None, clip: Any = None, simplify: Any = None, sketch: Any = None
    ) -> str:
        """A path to a hundredth of a point, on one line; Matplotlib writes it to a millionth, on many."""
        box = (0.0, 0.0, self.width, self.height) if clip else None
        codes = [b"M", b"L", b"Q", b"C", b"z"]
        written = convert_to_string(path, transform, box, simplify, sketch, 2, codes, False)
        return written.decode("ascii").replace("\n", "").rstrip()

    def _get_font_height_metrics(self, prop: font_manager.FontProperties) -> tuple[float, float, float]:
        """Return what Matplotlib reads from the face's tables for each text, if the renderer doesn't know it."""
        ascender, descender, gap, units = _read_heights()
        size = 1 / units * prop.get_size_in_points() * _DPI / 72
        return ascender * size, -descender * size, gap * size


@cache
def _read_heights() -> tuple[int, int, int, int]:
    """Ascender, descender and gap of the packaged face, and the units in which an em is measured."""
    face = font_manager.get_font(str(fonts.sans_path()))
    table, head = face.get_sfnt_table("OS/2"), face.get_sfnt_table("head")
    assert table is not None and head is not None
    return table["sTypoAscender"], table["sTypoDescender"], table["sTypoLineGap"], head["unitsPerEm"]


_measure_text = lru_cache(maxsize=4096)(fonts.measure_text)


def measure_width(text: str, size: float) -> float:
    """Return the width of a line of text in points."""
    return _measure_text(text)[0] * size


class _Canvas(FigureCanvasSVG):
    """What a drawing asks when it lays itself out."""

    def draw(self, *args: Any, **kwargs: Any) -> None:
        """Draw nothing yet: seaborn's heat table asks for it, to turn labels that meet, which ours never do."""
        self.figure.stale = False

    def get_renderer(self) -> _Renderer:
        return _make_renderer(self.figure, StringIO())


def _make_renderer(drawing: Drawing, buffer: StringIO) -> _Renderer:
    drawing.dpi = _DPI
    wide, high = drawing.get_size_inches() * _DPI
    renderer: Any = _Renderer  # Matplotlib gives it no types
    made: _Renderer = renderer(wide, high, buffer, image_dpi=_DPI, metadata={"Date": None, "Creator": None})
    return made


def _draw_svg(drawing: Drawing, *, layout: bool = True) -> str:
    """The drawing drawn once; `savefig` would draw it twice, the first time for its layout."""
    if engine := drawing.get_layout_engine():
        if layout:
            engine.execute(drawing)
        drawing.set_layout_engine("none")
    buffer = StringIO()
    renderer: Any = _make_renderer(drawing, buffer)
    drawing.draw(renderer)
    renderer.finalize()
    if engine:
        drawing.set_layout_engine(engine)  # for what somebody adds
    return buffer.getvalue()


def _clean_svg(svg: str, id: str) -> str:
    """Make an SVG fit to stand with others in one page: its own ids, no size of its own, no style for others.

    Matplotlib numbers its ids again in each figure, and styles every element of the page (`*`).
    """
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r">\n *<", "><", svg)  # a notebook holds each line of an output by itself
    svg = re.sub(r"<[^/][^>]*>", lambda tag: _clean_tag(tag[0], id), svg)
    return svg.replace('<style type="text/css">*{', f'<style type="text/css">#{id}-svg *{{', 1)


def _clean_tag(tag: str, id: str) -> str:
    """Mend one tag; the text between tags is the ledger's and stays as it is."""
    tag = re.sub(r' id="([^"]+)"', rf' id="{id}-\1"', tag)
    tag = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{id}-", tag)
    tag = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", tag)
    if tag.startswith("<svg "):
        tag = re.sub(r' (width|height)="[^"]*"', "", tag)
        tag = tag.replace("<svg ", f'<svg id="{id}-svg" class="taizhang-figure" ', 1)
    return tag
