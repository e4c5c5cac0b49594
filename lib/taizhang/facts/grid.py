"""Facts of the grid."""

from taizhang.facts.measures import Area, Count, Measure, holds

is_unassigned = holds("assigned", False)  # no responsible person is named

MEASURES: tuple[Measure, ...] = (
    Count(fact="grid.cells", interval=False),
    Count(fact="grid.cells_unassigned", counted=is_unassigned, interval=False, filled="assigned"),
    Area(fact="grid.gap_km2", column="gap_km2"),
    Area(fact="grid.overlap_km2", column="overlap_km2"),
)
