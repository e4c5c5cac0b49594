"""Reasons are classed by their codes."""

import pytest

from taizhang.metadata.reasons import classify_reason


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("ledgers.empty.required", "empty"),
        ("boundaries.match.not_given", "empty"),
        ("boundaries.point.in_none", "empty"),
        ("boundaries.match.near_name", "district"),
        ("boundaries.match.split", "district"),
        ("ledgers.category.map", "value"),
        ("ledgers.date.not_a_date", "date"),
        ("ledgers.number.not_a_number", "number"),
        ("ledgers.limits.both", "limits"),
        ("ledgers.dates", "other"),
        ("", "other"),
    ],
)
def test_class_of_a_reason(code: str, why: str) -> None:
    assert classify_reason(code) == why
