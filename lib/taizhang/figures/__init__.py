"""Charts, maps and tables of a report: each takes a View and returns what a notebook cell shows.

If there is nothing to show, a function returns `core.display.Nothing`, which is false and says what is missing and
why; in a report it returns None, and the cell is left out.
"""

from typing import TYPE_CHECKING, Any

from taizhang.analysis.explore import list_neighbours
from taizhang.analysis.missing import tell_missing
from taizhang.figures.actions import plot_action_stages, tabulate_action_stages, tabulate_actions_by_district
from taizhang.figures.assessment import tabulate_assessment, tabulate_rewards, tabulate_rules
from taizhang.figures.bulletin import tabulate_changes
from taizhang.figures.capacity import tabulate_capacity
from taizhang.figures.climate import plot_weather, tabulate_climate
from taizhang.figures.closure import plot_closure_by, tabulate_closure
from taizhang.figures.comparison import map_fact, plot_ranking, tabulate_districts
from taizhang.figures.drills import plot_drill_kinds, plot_drills_calendar, tabulate_drills, tabulate_plans
from taizhang.figures.evaluation import (
    plot_drill_ratings,
    tabulate_drill_evaluations,
    tabulate_drill_improvements,
    tabulate_drill_objectives,
)
from taizhang.figures.explore import (
    cross_tabulate,
    tabulate_neighbours,
    tabulate_own_facts,
    tabulate_own_ledgers,
)
from taizhang.figures.funnel import plot_funnel
from taizhang.figures.gravity import map_rates, plot_yield, tabulate_heat
from taizhang.figures.grid_check import (
    map_grid_counts,
    map_grid_problems,
    tabulate_grid_cells,
    tabulate_grid_counts,
    tabulate_grid_problems,
    tabulate_grid_span,
    tabulate_grid_unassigned,
)
from taizhang.figures.hazards import (
    plot_closure_curve,
    plot_hazards_by_category,
    plot_hazards_by_premises_type,
    plot_hazards_by_trade,
    plot_hazards_cells,
    plot_hazards_trend,
    tabulate_overdue,
)
from taizhang.figures.history import (
    plot_premises_history,
    tabulate_premises_card,
    tabulate_premises_history,
    tabulate_premises_names,
)
from taizhang.figures.incidents import plot_incidents_trend, tabulate_grave_events, tabulate_incidents
from taizhang.figures.inspections import plot_inspections_by_mode, plot_inspections_trend
from taizhang.figures.late_entries import (
    plot_final_counts,
    tabulate_delays,
    tabulate_final_counts,
    tabulate_late_entries,
    tabulate_reporting_triangle,
    tabulate_row_changes,
)
from taizhang.figures.maps import map_grid, map_ground, map_hazards, map_incidents, map_location, map_shelters
from taizhang.figures.others import plot_classes, plot_warnings, tabulate_rows
from taizhang.figures.outcomes import plot_drill_effects, tabulate_drill_effects, tabulate_required_drills
from taizhang.figures.premises import tabulate_premises, tabulate_recurring, tabulate_unvisited
from taizhang.figures.quality import (
    tabulate_district_matches,
    tabulate_ledger_totals,
    tabulate_missing_cells,
    tabulate_near_names,
    tabulate_quality_months,
    tabulate_reported,
    tabulate_rows_read,
    tabulate_rows_read_by_district,
    tabulate_rule_breaks,
    tabulate_set_aside,
    tabulate_set_aside_reasons,
    tabulate_silences,
    tabulate_suggestions,
)
from taizhang.figures.reach import map_reach, tabulate_reach
from taizhang.figures.risk import map_risk, tabulate_risk, tabulate_risk_weights
from taizhang.figures.standing import map_pattern, plot_rank_ranges, tabulate_standing
from taizhang.figures.tables import (
    show_key_figures,
    tabulate_definitions,
    tabulate_facts,
    tabulate_quality,
    tabulate_targets,
)
from taizhang.figures.time import plot_control, plot_key_periods, plot_seasons, tabulate_key_periods

if TYPE_CHECKING:
    from taizhang.figures.cox import plot_cox, tabulate_cox
from taizhang.figures.work_plan import (
    tabulate_plan_drills,
    tabulate_plan_periods,
    tabulate_plan_reviews,
    tabulate_plan_targets,
)

__all__ = [
    "cross_tabulate",
    "list_neighbours",
    "map_fact",
    "map_grid",
    "map_grid_counts",
    "map_grid_problems",
    "map_ground",
    "map_hazards",
    "map_incidents",
    "map_location",
    "map_pattern",
    "map_rates",
    "map_reach",
    "map_risk",
    "map_shelters",
    "plot_action_stages",
    "plot_classes",
    "plot_closure_by",
    "plot_closure_curve",
    "plot_control",
    "plot_cox",
    "plot_drill_effects",
    "plot_drill_kinds",
    "plot_drill_ratings",
    "plot_drills_calendar",
    "plot_final_counts",
    "plot_funnel",
    "plot_hazards_by_category",
    "plot_hazards_by_premises_type",
    "plot_hazards_by_trade",
    "plot_hazards_cells",
    "plot_hazards_trend",
    "plot_incidents_trend",
    "plot_inspections_by_mode",
    "plot_inspections_trend",
    "plot_key_periods",
    "plot_premises_history",
    "plot_rank_ranges",
    "plot_ranking",
    "plot_seasons",
    "plot_warnings",
    "plot_weather",
    "plot_yield",
    "show_key_figures",
    "tabulate_action_stages",
    "tabulate_actions_by_district",
    "tabulate_assessment",
    "tabulate_capacity",
    "tabulate_changes",
    "tabulate_climate",
    "tabulate_closure",
    "tabulate_cox",
    "tabulate_definitions",
    "tabulate_delays",
    "tabulate_district_matches",
    "tabulate_districts",
    "tabulate_drill_effects",
    "tabulate_drill_evaluations",
    "tabulate_drill_improvements",
    "tabulate_drill_objectives",
    "tabulate_drills",
    "tabulate_facts",
    "tabulate_final_counts",
    "tabulate_grave_events",
    "tabulate_grid_cells",
    "tabulate_grid_counts",
    "tabulate_grid_problems",
    "tabulate_grid_span",
    "tabulate_grid_unassigned",
    "tabulate_heat",
    "tabulate_incidents",
    "tabulate_key_periods",
    "tabulate_late_entries",
    "tabulate_ledger_totals",
    "tabulate_missing_cells",
    "tabulate_near_names",
    "tabulate_neighbours",
    "tabulate_overdue",
    "tabulate_own_facts",
    "tabulate_own_ledgers",
    "tabulate_plan_drills",
    "tabulate_plan_periods",
    "tabulate_plan_reviews",
    "tabulate_plan_targets",
    "tabulate_plans",
    "tabulate_premises",
    "tabulate_premises_card",
    "tabulate_premises_history",
    "tabulate_premises_names",
    "tabulate_quality",
    "tabulate_quality_months",
    "tabulate_reach",
    "tabulate_recurring",
    "tabulate_reported",
    "tabulate_reporting_triangle",
    "tabulate_required_drills",
    "tabulate_rewards",
    "tabulate_risk",
    "tabulate_risk_weights",
    "tabulate_row_changes",
    "tabulate_rows",
    "tabulate_rows_read",
    "tabulate_rows_read_by_district",
    "tabulate_rule_breaks",
    "tabulate_rules",
    "tabulate_set_aside",
    "tabulate_set_aside_reasons",
    "tabulate_silences",
    "tabulate_standing",
    "tabulate_suggestions",
    "tabulate_targets",
    "tabulate_unvisited",
]


def __getattr__(name: str) -> Any:
    """Load Cox regression only when used, as lifelines loads slowly and no report needs it."""
    if name not in ("plot_cox", "tabulate_cox"):
        raise AttributeError(f"module 'taizhang.figures' has no attribute '{name}'")
    import taizhang.figures.cox as cox

    return tell_missing(getattr(cox, name))


# Here, at the door, not where they are made: those that call each other ask whether there is something.
for _name in set(__all__) - {"list_neighbours", "plot_cox", "tabulate_cox"}:
    globals()[_name] = tell_missing(globals()[_name])
