"""Small calendars: counts as cells of months by class, or of months by year."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style


def draw_cells(axes: Axes, counts: pd.DataFrame) -> None:
    """Draw a table of counts as shaded cells with the number in each; nought is an empty cell, NaN is hatched.

    Index and columns are the labels.
    """
    style = load_style()
    most = counts.max().max()
    ramp = LinearSegmentedColormap.from_list("house", style.sequential)
    axes.patch.set(facecolor=style.empty, hatch="////", edgecolor=style.faint)
    sns.heatmap(
        counts,
        ax=axes,
        cmap=ramp,
        vmin=0,
        vmax=max(float(most), 1),
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
                    color=style.paper if value > 0.55 * most else style.ink,
                )
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0, rotation=0)
