"""Marks that several charts share: ranked bars, stacked months, keys of coloured words, short labels."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unicodedata import east_asian_width

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, PackerBase, TextArea, VPacker
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from taizhang.analysis.exhibits import say_exhibit
from taizhang.analysis.view import View
from taizhang.core.outlines import measure_text
from taizhang.figures.canvas import Looks, measure_width, use_axes, width_pt
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

Key = Sequence[tuple[str, str, str]]
Steps = tuple[np.ndarray, np.ndarray]
Extent = tuple[float, float, float, float]  # left, foot, right, top
_NEAR, _APART = 3.0, 9.0  # points between a curve's name and the curve, and the others
_BAR_MM, _TWO_LINES_MM = 7.2, 10.4  # from one horizontal bar to the next, with labels of one and of two lines


def note_point(
    axes: Axes, text: str, place: tuple[float, float], offset: tuple[float, float], **looks: Any
) -> None:
    """Write a short note beside a point, offset to the right and upwards."""
    usual: Looks = {"textcoords": "offset points", "size": load_style().small}
    axes.annotate(text, place, xytext=offset, **usual | looks)


def label_points(
    axes: Axes, points: np.ndarray, names: Iterable[str], *, size: tuple[float, float]
) -> list[int]:
    """Write names beside points (an x and a y each), in order of priority, clear of other names and points.

    The axes' limits must be set; `size` is their width and height (mm). Returns the positions of points without a name.
    """
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    scale = np.array([size[0] / (east - west), size[1] / (north - south)]) * 72 / 25.4
    places, small = (points - [west, south]) * scale, load_style().small
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in places]
    left_out = []
    for at, (name, (x, y)) in enumerate(zip(names, places, strict=True)):
        wide, high = measure_text(name, small)
        for right, up, across, upright in _BESIDE:
            left, foot = x + 7 * right - across * wide, y + 7 * up - upright * high
            box = (left, foot, left + wide, foot + high)
            clear = all(
                box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
                for n, other in enumerate(taken)
                if n != at
            )
            if clear and left >= 0 and foot >= 0 and box[2] <= size[0] * 72 / 25.4:
                looks: Looks = {"ha": _ACROSS[across], "va": _UPRIGHT[upright]}
                note_point(axes, name, tuple(points[at]), (7 * right, 7 * up), **looks)
                taken.append(box)
                break
        else:
            left_out.append(at)
    return left_out


def find_curve_labels(
    axes: Axes, curves: Sequence[Steps], names: Sequence[str], *, size: tuple[float, float]
) -> list[tuple[float, float]]:
    """Find places for the names of rising curves: each beside its own curve, clear of the others and of all names.

    A curve is given by its x, from the axes' left edge, and its y, as steps. The axes' limits must be set; `size` is
    their width and height (mm). Returns each name's lower left corner in the axes' coordinates, or nothing if any name
    has no room.
    """
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    frame = np.array(size) * 72 / 25.4
    scale = frame / [east - west, north - south]
    steps = [((x - west) * scale[0], (y - south) * scale[1]) for x, y in curves]
    taken: list[Extent] = []

    def is_free(box: Extent, own: int) -> bool:
        if box[0] < 0 or box[1] < 0 or box[2] > frame[0] or box[3] > frame[1]:
            return False
        for at, curve in enumerate(steps):
            gap = _NEAR if at == own else _APART
            low, high = (_read_step(curve, x) for x in (box[0] - gap, box[2] + gap))
            if low <= box[3] + gap and high >= box[1] - gap:
                return False
        return not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken)

    for at, name in enumerate(names):
        wide, high = measure_width(name, load_style().text), load_style().text
        for x in np.linspace(0.05, 0.95, 37) * frame[0]:
            y, beside = _read_step(steps[at], x), _NEAR + 1
            # To the right below a curve that rises, else to the left above it.
            corners = ((x + beside, y - beside - high), (x - beside - wide, y + beside))
            boxes = [(left, foot, left + wide, foot + high) for left, foot in corners]
            free = next((box for box in boxes if is_free(box, at)), None)
            if free:
                taken.append(free)
                break
        else:
            return []
    return [(west + box[0] / scale[0], south + box[1] / scale[1]) for box in taken]


def _read_step(curve: Steps, x: float) -> float:
    """Return how high a curve of steps is at x; nought before its first."""
    at = int(np.searchsorted(curve[0], x, side="right")) - 1
    return float(curve[1][at]) if at >= 0 else 0.0


# Where a name may stand beside its point: to the right and above, in steps, and the share of it left of and below that.
_BESIDE = ((1, 0, 0, 0.5), (-1, 0, 1, 0.5), (0, 1, 0.5, 0), (0, -1, 0.5, 1))
_ACROSS = {0: "left", 0.5: "center", 1: "right"}
_UPRIGHT = {0: "bottom", 0.5: "center", 1: "top"}


@contextmanager
def keep_labels(axes: Axes) -> Iterator[None]:
    """Return a context in which seaborn leaves axes without labels alone.

    Otherwise seaborn makes all ticks to see whether an axis may have a label, which takes longer than the drawing.
    """
    labels = axes.get_xlabel(), axes.get_ylabel()
    axes.set(xlabel=labels[0] or " ", ylabel=labels[1] or " ")
    yield
    axes.set(xlabel=labels[0], ylabel=labels[1])


def draw_line(axes: Axes, places: Sequence[float] | np.ndarray, values: np.ndarray, **looks: Any) -> None:
    """Draw a line over places in order, with breaks at unknown values, which seaborn would bridge."""
    parts = np.isnan(values).cumsum()
    with keep_labels(axes):
        sns.lineplot(
            x=places, y=values, units=parts, estimator=None, sort=False, ax=axes, legend=False, **looks
        )


def draw_points(axes: Axes, x: pd.Series, y: pd.Series, apart: pd.Series) -> None:
    """Draw points; those in `apart` have a different colour."""
    palette = {False: load_style().roles["main"], True: load_style().roles["open"]}
    looks: Looks = {"palette": palette, "s": 34, "edgecolor": "face", "linewidth": 1.0, "zorder": 3}
    with keep_labels(axes):
        sns.scatterplot(
            x=x.to_numpy(), y=y.to_numpy(), hue=apart.to_numpy(bool), ax=axes, legend=False, **looks
        )


def draw_intervals(
    axes: Axes, places: np.ndarray, rows: pd.DataFrame, apart: np.ndarray, *, value: str = "ratio"
) -> None:
    """Draw each row's value and, paler, its interval from `low` to `high`; rows in `apart` have a different
    colour."""
    # By Matplotlib, here and wherever intervals are given: seaborn reckons its own from rows.
    low, high = rows["low"].fillna(rows[value]), rows["high"].fillna(rows[value])
    for part, role in ((~apart, "main"), (apart, "open")):
        colour = load_style().roles[role]
        axes.hlines(places[part], low[part], high[part], color=colour, linewidth=2, alpha=0.45)
        axes.scatter(rows[value][part], places[part], s=34, color=colour, zorder=3)


def shorten_label(text: str, columns: int = 24) -> str:
    """Cut a label to a width, counted in columns (a Chinese character takes two), with an ellipsis."""
    width = 0
    for place, character in enumerate(text):
        width += 2 if east_asian_width(character) in "WF" else 1
        if width > columns:
            return f"{text[:place].rstrip()}…"
    return text


def wrap_label(text: str, columns: int = 28) -> str:
    """Break a label into two lines if it is too wide for one, at a space if possible; cut it only if two are too
    narrow."""
    if _measure(text) <= columns:
        return text
    head, gap, rest = text.partition(" ")
    if not gap or _measure(head) > columns:
        at = next(n for n in range(len(text) + 1) if _measure(text[: n + 1]) > columns)
        head, rest = text[:at], text[at:]
    while gap and rest and (word := rest.partition(" ")[0]) != rest and _measure(f"{head} {word}") <= columns:
        head, rest = f"{head} {word}", rest.partition(" ")[2]
    return f"{head}\n{shorten_label(rest, columns)}"


def _measure(text: str) -> int:
    """Columns that a text takes: two for a Chinese character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def back_label(*, pad: float = 0.5, alpha: float = 1.0) -> dict[str, object]:
    """Return a background for a label (matplotlib's `bbox` of a text), so that lines and hatching stop short of
    it."""
    return {"facecolor": load_style().paper, "edgecolor": "none", "pad": pad, "alpha": alpha}


def draw_key(axes: Axes, entries: Key, *, left_pt: float = 0.0) -> None:
    """Write a key in a line above the axes, each entry in its own colour, starting `left_pt` to the left of the axes.

    Each entry has a mark, words and a colour. The mark is a character that resembles the mark on the chart (■, —, ●),
    or '' for words only. If the words are wider than the drawing, they take a second line.
    """
    style = load_style()
    room = _KEY_SHARE * width_pt() if not left_pt else _STRIP_SHARE * width_pt()
    entries = [part for entry in entries for part in _part_entry(*entry, room)]
    areas: list[Artist] = []
    for mark, words, colour in entries:
        ink = choose_ink(colour)
        pair: list[Artist] = [TextArea(words, textprops={"color": ink, "size": style.text})]
        if mark:
            pair.insert(0, TextArea(mark, textprops={"color": colour, "size": style.text}))
        areas.append(HPacker(children=pair, align="baseline", pad=0, sep=4))
    lines = _break_lines(areas, [_measure_entry(*entry[:2], style.text) for entry in entries], room, 14)
    _anchor(axes, VPacker(children=lines, align="left", pad=0, sep=3), "lower left", 0.4, left_pt=left_pt)


# Of a drawing's width, what a key above its axes has, and one below a map.
_KEY_SHARE, _STRIP_SHARE = 0.86, 0.97


def choose_ink(colour: str) -> str:
    """Return the colour of words about something drawn in a colour: grey if that colour is too pale to read."""
    style = load_style()
    return colour if colour in {style.roles[role] for role in ("main", "open", "third")} else style.muted


def _part_entry(mark: str, words: str, colour: str, room: float) -> list[tuple[str, str, str]]:
    """An entry of a key, in parts where it is longer than a line, each of words that are."""
    parts = []
    while _measure_entry(mark, words, load_style().text) > room and " " in words:
        ends = [at for at, sign in enumerate(words) if sign == " "]
        fitting = [at for at in ends if _measure_entry(mark, words[:at], load_style().text) <= room]
        end = fitting[-1] if fitting else ends[0]
        parts.append((mark, words[:end], colour))
        mark, words = "", words[end + 1 :]
    return [*parts, (mark, words, colour)]


def _measure_entry(mark: str, words: str, size: float) -> float:
    """Width of an entry of a key, points."""
    return measure_width(words, size) + (measure_width(mark, size) + 4 if mark else 0)


def _break_lines(parts: Sequence[Artist], widths: Sequence[float], room: float, sep: float) -> list[Artist]:
    """Parts of a key in as many lines as it takes; widths, room and what lies between two in points."""
    lines: list[list[Artist]] = [[]]
    used = 0.0
    for part, width in zip(parts, widths, strict=True):
        if lines[-1] and used + width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(part)
        used += width + sep
    return [HPacker(children=line, align="baseline", pad=0, sep=sep) for line in lines]


def _anchor(axes: Axes, packed: PackerBase, corner: str, gap: float, *, left_pt: float = 0.0) -> None:
    """Place packed words by one corner at the upper left of the axes, or further left."""
    drawing = axes.get_figure()
    assert isinstance(drawing, Drawing)
    where = axes.transAxes + ScaledTranslation(-left_pt / 72, 0, drawing.dpi_scale_trans)
    place: Looks = {"bbox_to_anchor": (0, 1), "bbox_transform": where, "pad": 0, "borderpad": gap}
    axes.add_artist(AnchoredOffsetbox(loc=corner, child=packed, frameon=False, **place))


def set_whole_ticks(axes: Axes, axis: str = "y", most: int = 5) -> None:
    """Set ticks for a count: a few whole numbers."""
    line = axes.xaxis if axis == "x" else axes.yaxis
    line.set_major_locator(MaxNLocator(nbins=most, integer=True, min_n_ticks=2, steps=[1, 2, 5, 10]))
    line.set_major_formatter(lambda value, _: format_number(value))


def label_months(axes: Axes, months: pd.PeriodIndex, lang: str) -> None:
    """Write months below the axes, and the year below its first month if there is more than one."""
    years = months.year
    several = len(set(years)) > 1
    # Twelve labels fit in the column's width; of longer spans every third month is named.
    step = 1 if len(months) <= 12 else 3 if len(months) <= 40 else 6
    if load_style().narrow:
        step = {1: 3, 3: 6, 6: 12}[step] if len(months) > 6 else step
    places, names = [], []
    for place, month in enumerate(months):
        first = place == 0 or years[place] != years[place - 1]
        if (month.month - 1) % step:
            continue
        name = label(f"month.short.{month.month}", lang)
        places.append(place)
        names.append(f"{name}\n{month.year}" if several and (first or month.month == 1) else name)
    axes.set_xticks(places, names)
    axes.set_xlim(-0.6, len(months) - 0.4)


def draw_stacked_months(
    axes: Axes,
    months: pd.PeriodIndex,
    parts: Sequence[tuple[pd.Series, str]],
    lang: str,
    *,
    before: pd.Series | None = None,
) -> None:
    """Draw counts per month as bars of stacked parts, with the total above each bar.

    `parts` are counts by month with their colour, from the bottom up, NaN if a month hasn't begun. `before` are
    counts to compare with, in the same order, drawn as a narrow bar beside each.
    """
    style = load_style()
    places, foot = np.arange(len(months), dtype=float), np.zeros(len(months))
    tallest, width = 0.0, 0.68
    if before is not None:
        values = before.to_numpy(dtype=float)
        axes.bar(places - 0.34, values, width=0.2, color=style.roles["before"], linewidth=0)
        tallest, width = float(np.nanmax(values)), 0.5
        places = places + 0.05
    for counts, colour in parts:
        heights = counts.reindex(months).fillna(0).to_numpy(dtype=float)
        axes.bar(places, heights, bottom=foot, width=width, color=colour, linewidth=0)
        foot = foot + heights
    texts = [format_number(total) if total > 0 else "" for total in foot]
    room = _KEY_SHARE * width_pt() / len(months)
    tight = max(measure_width(text, style.small) for text in texts) > room
    for place, total, text in zip(places, foot, texts, strict=True):
        # Where there is no room for all, that of the highest bar.
        if text and (not tight or total == foot.max()):
            note_point(axes, text, (place, total), (0, 2), ha="center", va="bottom")
    axes.set_ylim(0, max(1.0, float(foot.max()) * 1.16, tallest * 1.08))
    set_whole_ticks(axes)
    label_months(axes, months, lang)


def plot_bars(
    counts: pd.DataFrame, colours: Sequence[str], texts: Iterable[str], key: Key = (), *, above: float = 10
) -> Drawing:
    """Draw horizontal bars with a text at the end of each, the first row at the top; the index holds the labels.

    Each column is one part of the bars, in the colour given, stacked from the left. `key` is as in `draw_key`. On a
    phone's screen each label is above its bar.
    """
    style, texts, names = load_style(), list(texts), list(map(str, counts.index))
    places, start = np.arange(len(counts))[::-1], np.zeros(len(counts))
    wrapped = [wrap_label(name) for name in names]
    # Labels of two lines are higher than a bar is apart from the next.
    upright = _TWO_LINES_MM if any("\n" in name for name in wrapped) else _BAR_MM
    thick, high = (0.4, 2 * _BAR_MM) if style.narrow else (0.66, upright)
    with use_axes(above + high * max(len(counts), 2), grid="") as (drawing, axes):
        for column, colour in zip(counts.columns, colours, strict=True):
            widths = counts[column].to_numpy(dtype=float)
            axes.barh(places, widths, left=start, height=thick, color=colour, linewidth=0)
            start = start + widths
        for place, end, text in zip(places, start, texts, strict=True):
            note_point(axes, text, (end, place), (4, 0), va="center")
        if style.narrow:
            axes.yaxis.set_visible(False)
            axes.spines["left"].set_visible(False)
            for place, name in zip(places, names, strict=True):
                note_point(axes, name, (0, place + thick / 2), (0, 1), va="bottom")
            beside = 0.0
        else:
            axes.set_yticks(places, wrapped)
            lines = [line for name in wrapped for line in name.split("\n")]
            beside = max(measure_width(line, style.text) for line in lines) + 4
        # Each bar has room for its text.
        room = width_pt() - beside - 12
        ends = (
            end / max(1 - (measure_width(text, style.small) + 4) / room, 0.2)
            for end, text in zip(start, texts, strict=True)
        )
        axes.set_xlim(0, max(1.0, *ends))
        axes.set_ylim(-0.6, len(counts) - (0.1 if style.narrow else 0.4))
        # Each bar carries its value.
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        if key:
            draw_key(axes, key)
    return drawing


def tell_parts(view: View, exhibit: str, counts: pd.DataFrame) -> list[str]:
    """Describe stacked bars in words: each class with its number and, unless there is only one part, its parts."""
    told = []
    for name, row in counts.iterrows():
        some = row[row > 0]
        named = [say_exhibit(view, exhibit, "part", name=part, n=n) for part, n in some.items()]
        parts = join_list(named if len(some) > 1 else list(some.index), view.lang)
        how = "whole" if counts.shape[1] > 1 else "one"
        told.append(say_exhibit(view, exhibit, how, name=name, n=row.sum(), parts=parts))
    return told


def bars_height(bars: int, *, above: float = 10) -> float:
    """Return the height in millimetres of a drawing with this many horizontal bars."""
    return above + _BAR_MM * max(bars, 2)


def dots_height(rows: int) -> float:
    """Return the height in millimetres of a drawing with this many rows of dots and lines, which are closer than
    bars."""
    return 18 + min(4.6 * max(rows, 4), max(110, 4.0 * rows))


def name_rows(axes: Axes, places: Iterable[float], names: Iterable[str]) -> float:
    """Write each row's name beside it instead of a tick label, since a tick consists of two texts and three lines.

    The axes have no grid along their rows. Returns the width that the names take, in points.
    """
    axes.yaxis.set_major_locator(NullLocator())
    beside, upright, across = axes.get_yaxis_text1_transform(mpl.rcParams["ytick.major.pad"])
    looks: Looks = {"size": mpl.rcParams["ytick.labelsize"], "color": mpl.rcParams["ytick.labelcolor"]}
    shown = [shorten_label(name) for name in names]
    for place, name in zip(places, shown, strict=True):
        axes.text(0, place, name, transform=beside, va=upright, ha=across, **looks)
    return max(measure_width(name, load_style().text) for name in shown) + mpl.rcParams["ytick.major.pad"]


def set_strip_key(strip: Axes, entries: Key, *, title: str = "") -> float:
    """Write the key of a map into the strip below it (from `ground.make_map`), after a title.

    Each entry has a mark, words and a colour. Only the mark is coloured, so that pale classes stay legible. Returns the
    height of the lines after the first (mm).
    """
    style = load_style()
    children: list[Artist] = []
    widths = []
    if title:
        children.append(TextArea(title, textprops={"color": style.muted, "size": style.small}))
        widths.append(measure_width(title, style.small))
    for mark, words, colour in entries:
        pair: list[Artist] = [
            TextArea(mark, textprops={"color": colour, "size": style.large}),
            TextArea(words, textprops={"color": style.ink, "size": style.small}),
        ]
        children.append(HPacker(children=pair, align="baseline", pad=0, sep=3))
        widths.append(_measure_entry(mark, words, style.large))
    lines = _break_lines(children, widths, _STRIP_SHARE * width_pt(), 12)
    more_mm = _LINE_MM * (len(lines) - 1)
    _raise_map(strip, more_mm)
    _anchor(strip, VPacker(children=lines, align="left", pad=0, sep=3), "upper left", 0.5)
    return more_mm


_LINE_MM = 5.6  # of a key below a map


def _raise_map(strip: Axes, more_mm: float) -> None:
    """Raise the height of the strip below a map, and of the drawing; the part above keeps its size."""
    if not more_mm:
        return
    drawing = strip.get_figure()
    assert isinstance(drawing, Drawing)
    high = drawing.get_figheight() * 25.4
    for axes in drawing.axes:
        box = axes.get_position(original=True)
        foot, tall = (
            (0.0, box.height * high + more_mm)
            if axes is strip
            else (box.y0 * high + more_mm, box.height * high)
        )
        axes.set_position((box.x0, foot / (high + more_mm), box.width, tall / (high + more_mm)))
    drawing.set_figheight((high + more_mm) / 25.4)
    strip.set_ylim(0, strip.get_ylim()[1] + more_mm)
