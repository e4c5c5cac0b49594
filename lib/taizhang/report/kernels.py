"""The kernels of reports: what is loaded before forking, and how a user chooses another way."""

import os

from warm_kernels import client
from warm_kernels.imports import Preload

# warm, ahead or cold, as warm_kernels knows them.
VARIABLE = "TAIZHANG_KERNELS"
PRELOAD = Preload(
    "taizhang",
    # What a notebook loads besides, when it opens a workbook and draws.
    (
        "taizhang.workbook.book",
        "taizhang.figures",
        "taizhang.narrative",
        "taizhang.lab.controls",
        "taizhang.boundaries.reach",
        "holidays.countries",
        "matplotlib.backends.backend_svg",
        "pandas.core.arrays.arrow.extension_types",
        "pandas.core.methods.to_dict",
        "pandas.core.reshape.reshape",
        "pyarrow.dataset",
        "statsmodels.stats.proportion",
        "statsmodels.stats.rates",
        "pyarrow.parquet",
        "taizhang.metadata.preload:load_all",
        "taizhang.settings.reading:build_tables",
        "taizhang.figures.canvas:load_font",
        "taizhang.core.keys:read_package",
        "taizhang.facts.sums:make_empty",
    ),
    # Slow to load, and only what compares districts needs them.
    {
        "plot_rank_ranges": "esda.moran",
        "plot_drill_effects": "statsmodels.genmod.generalized_linear_model",
    },
)


def choose_manner() -> str:
    """Return how kernels are started: warm, ahead or cold."""
    return client.choose_manner(os.environ.get(VARIABLE, ""))
