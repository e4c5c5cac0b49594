"""Charts, maps and tables of a report: each takes a View and returns what a notebook cell shows, or None."""

from taizhang.figures.hazards import (
    plot_closure_curve,
    plot_hazards_by_category,
    plot_hazards_by_premises_type,
    plot_hazards_by_trade,
    plot_hazards_trend,
    tabulate_overdue,
)

__all__ = [
    "plot_closure_curve",
    "plot_hazards_by_category",
    "plot_hazards_by_premises_type",
    "plot_hazards_by_trade",
    "plot_hazards_trend",
    "tabulate_overdue",
]
