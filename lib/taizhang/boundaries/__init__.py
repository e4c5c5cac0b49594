"""Boundaries: reads files into checked districts and grid cells, and matches rows to them.

Reach of shelters is in `taizhang.boundaries.reach`, as it needs scipy, which takes long to load.
"""

from taizhang.boundaries.cells import find_grid_problems, match_cells
from taizhang.boundaries.coverage import check_coverage, check_districts, describe_coverage
from taizhang.boundaries.crosswalk import compare_vintages, read_crosswalk
from taizhang.boundaries.crs import area_km2
from taizhang.boundaries.grid import check_cells, make_empty_grid, measure_grid, measure_span, read_grid
from taizhang.boundaries.layers import Layer, read_districts
from taizhang.boundaries.matching import SPLIT, find_district, match_districts
from taizhang.boundaries.offsets import undo_offset
from taizhang.boundaries.points import find_strays, locate_points
from taizhang.boundaries.shifts import describe_shift

__all__ = [
    "SPLIT",
    "Layer",
    "area_km2",
    "check_cells",
    "check_coverage",
    "check_districts",
    "compare_vintages",
    "describe_coverage",
    "describe_shift",
    "find_district",
    "find_grid_problems",
    "find_strays",
    "locate_points",
    "make_empty_grid",
    "match_cells",
    "match_districts",
    "measure_grid",
    "measure_span",
    "read_crosswalk",
    "read_districts",
    "read_grid",
    "undo_offset",
]
