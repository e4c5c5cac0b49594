"""Boundaries: files in, checked districts and grid cells out, and rows matched to them."""

from taizhang.boundaries.crs import area_km2
from taizhang.boundaries.layers import Layer, read_districts
from taizhang.boundaries.matching import find_district, match_districts

__all__ = [
    "Layer",
    "area_km2",
    "find_district",
    "match_districts",
    "read_districts",
]
