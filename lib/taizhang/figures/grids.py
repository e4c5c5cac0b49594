"""Small calendars: counts as cells of months by class, or of months by year."""

from textwrap import wrap

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style


def draw_cells(axes: Axes, counts: pd.DataFrame, *, every: bool = False) -> None:
    """Draw a table of counts as shaded cells with the number in each; zero is blank, NaN is hatched.

    Index and columns are the labels. With `every`, each column gets its own label, even on the narrowest sheet.
    """
    style = load_style()
    most = max(float(counts.max().max()), 1)
    steps = len(style.sequential)
    axes.patch.set(facecolor=style.empty, hatch="////", edgecolor=style.faint)
    sns.heatmap(
        counts,
        ax=axes,
        cmap=ListedColormap(style.sequential),
        vmin=0,
        vmax=most,
        cbar=False,
        linewidths=1.5,
        linecolor=style.paper,
        mask=counts.isna(),
    )
    for row, (_, values) in enumerate(counts.iterrows()):
        for column, value in enumerate(values):
            if pd.notna(value) and value > 0:
                axes.text(
                    column + 0.5,
                    row + 0.5,
                    format_number(value),
                    ha="center",
                    va="center",
                    size=style.small,
                    color=style.paper if value >= (steps - 2) / steps * most else style.ink,
                )
    if style.narrow and len(counts.columns) > 6 and not every:
        axes.set_xticks(axes.get_xticks()[::3], list(counts.columns[::3]))
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0, rotation=0)
    if every:
        # Words of an alphabet stand on end; Chinese ones stand upright, two characters a line.
        upright = not all(str(name).isascii() for name in counts.columns)
        if upright:
            axes.set_xticks(axes.get_xticks(), ["\n".join(wrap(str(name), 2)) for name in counts.columns])
        axes.tick_params(axis="x", rotation=0 if upright else 90)
