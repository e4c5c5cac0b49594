"""Division codes restored to text."""

import numpy as np
import pandas as pd
import pytest

from taizhang.boundaries.codes import name_level, reduce_code, restore_code, restore_codes
from taizhang.core.errors import BoundaryError


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("310107", "310107"),
        (310107, "310107"),
        (310107.0, "310107"),
        (np.float64(350921101001), "350921101001"),
        ("310107.0", "310107"),
        ("3.10107E+05", "310107"),
        (" ３１０１０７　", "310107"),
        ("PH012800000", "PH012800000"),
        ("012800000", "012800000"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
    ],
)
def test_restore_code(value: object, code: str) -> None:
    assert restore_code(value) == code


@pytest.mark.parametrize("value", [310107.5, "3.50921E+11"])
def test_lost_digits_are_refused(value: object) -> None:
    with pytest.raises(BoundaryError):
        restore_code(value)


def test_zeros_lost_by_a_column_of_numbers_come_back() -> None:
    codes, notes = restore_codes(pd.Series([12800000, 133900000]), where="a.dbf, column psgc")
    assert codes.to_list() == ["012800000", "133900000"]
    assert "12800000" in str(notes[0])
    # A whole region's codes begin with 0: eight digits are no code at all, nine are.
    alone, _ = restore_codes(pd.Series([12800000.0, 12900000.0, np.nan]), where="a")
    assert alone.to_list() == ["012800000", "012900000", ""]


def test_text_and_mixed_levels_keep_their_length() -> None:
    text, notes = restore_codes(pd.Series(["12800000", "133900000"]), where="a")
    assert text.to_list() == ["12800000", "133900000"]
    assert notes == []
    levels, notes = restore_codes(pd.Series([310101, 310101001]), where="a")
    assert levels.to_list() == ["310101", "310101001"]
    assert notes == []


def test_all_bad_codes_are_named_at_once() -> None:
    with pytest.raises(BoundaryError, match=r"'1\.5', '2\.5'"):
        restore_codes(pd.Series([1.5, 2.5, 3.0]), where="a")


def test_levels_and_filling_zeros() -> None:
    assert [reduce_code(code) for code in ("350921000000", "350921101000", "350921101001", "350921000")] == [
        "350921", "350921101", "350921101001", "350921",
    ]  # fmt: skip
    levels = [
        name_level(code) for code in ("350000", "350900", "350921", "350921101", "350921101001", "罗湖")
    ]
    assert levels == ["province", "city", "county", "township", "village", ""]
