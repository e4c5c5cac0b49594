"""Sentences of a report, computed from facts: each function takes a View and returns Prose.

If there is nothing to say, it says what is missing and why (`core.display.Nothing`, which is false); in a report it is
None, and left out.
"""

from taizhang.analysis.missing import tell_missing
from taizhang.narrative.actions import write_action_problems, write_action_steps, write_actions
from taizhang.narrative.analysis import write_closure, write_control, write_key_periods
from taizhang.narrative.brief import write_brief
from taizhang.narrative.comparison import (
    write_comparison,
    write_drill_effects,
    write_required_drills,
    write_risk,
    write_standing,
)
from taizhang.narrative.county import write_assessment, write_grave_events, write_rates, write_yield
from taizhang.narrative.evaluation import write_evaluation, write_objectives
from taizhang.narrative.findings import write_findings, write_next_steps
from taizhang.narrative.grid_check import write_grid_check
from taizhang.narrative.late_entries import write_late_entries
from taizhang.narrative.method import write_method, write_workings
from taizhang.narrative.quality import write_quality
from taizhang.narrative.sections import (
    write_capacity,
    write_complaints,
    write_drills,
    write_grid,
    write_hazards,
    write_incidents,
    write_inspections,
    write_losses,
    write_publicity,
    write_schools,
    write_summary,
    write_targets,
    write_tasks,
    write_warnings,
    write_weather,
)
from taizhang.narrative.work_plan import (
    write_plan_basis,
    write_plan_drills,
    write_plan_followed,
    write_plan_goals,
    write_plan_reviews,
    write_plan_support,
    write_plan_tasks,
)

__all__ = [
    "write_action_problems",
    "write_action_steps",
    "write_actions",
    "write_assessment",
    "write_brief",
    "write_capacity",
    "write_closure",
    "write_comparison",
    "write_complaints",
    "write_control",
    "write_drill_effects",
    "write_drills",
    "write_evaluation",
    "write_findings",
    "write_grave_events",
    "write_grid",
    "write_grid_check",
    "write_hazards",
    "write_incidents",
    "write_inspections",
    "write_key_periods",
    "write_late_entries",
    "write_losses",
    "write_method",
    "write_next_steps",
    "write_objectives",
    "write_plan_basis",
    "write_plan_drills",
    "write_plan_followed",
    "write_plan_goals",
    "write_plan_reviews",
    "write_plan_support",
    "write_plan_tasks",
    "write_publicity",
    "write_quality",
    "write_rates",
    "write_required_drills",
    "write_risk",
    "write_schools",
    "write_standing",
    "write_summary",
    "write_targets",
    "write_tasks",
    "write_warnings",
    "write_weather",
    "write_workings",
    "write_yield",
]

# Here, at the door: functions within the package ask each other whether there is something.
for _name in __all__:
    globals()[_name] = tell_missing(globals()[_name])
