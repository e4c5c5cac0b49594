"""Division codes restored to text."""

import numpy as np
import pandas as pd
import pytest

from taizhang.boundaries.codes import (
    clean_text,
    cut_zeros,
    find_levels,
    name_level,
    read_code_or_name,
    reduce_code,
    restore_code,
    restore_codes,
)
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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (pd.NA, ""),
        (float("nan"), ""),
        (np.float64("nan"), ""),
        ("  溪\u200b北\u3000 镇 ", "溪北 镇"),
        ("ＡＢ１", "AB1"),
        (1.5, "1.5"),
        (0, "0"),
        ("a\ufeff\u00adb", "ab"),
        ("", ""),
    ],
)
def test_texts_are_cleaned(value: object, text: str) -> None:
    assert clean_text(value) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("310107.", "310107"),
        ("3E+0", "3"),
        ("3.1E1", "31"),
        ("3.1e+01", "31"),
        ("3.50921101001E+11", "350921101001"),
        (0.0, "0"),
        (np.float64(3.5e11), "350000000000"),
        ("３１０１０７．０", "310107"),
        ("012.000", "012"),
        ("1.5", "1.5"),
        ("E5", "E5"),
    ],
)
def test_codes_out_of_numbers(value: object, code: str) -> None:
    assert restore_code(value) == read_code_or_name(value) == code


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (310107.5, "'310107.5' is not a division code: it has a fraction."),
        (np.float64(0.5), "'0.5' is not a division code: it has a fraction."),
        (-1, "'-1' is not a division code: it is negative."),
        ("-350921.0", "'-350921.0' is not a division code: it is negative."),
        (3.5e17, "'3.5e+17' was stored as a number and has lost digits; store the codes as text."),
        ("3.1E+2", "'3.1E+2' was stored as a number and has lost digits; store the codes as text."),
        ("3E3", "'3E3' was stored as a number and has lost digits; store the codes as text."),
    ],
)
def test_what_is_no_code_says_why(value: object, said: str) -> None:
    with pytest.raises(BoundaryError) as error:
        restore_code(value)
    assert str(error.value) == said
    assert read_code_or_name(value) == str(value)  # as it stands


@pytest.mark.parametrize(
    ("values", "codes", "notes"),
    [
        ([310107, 310108], ["310107", "310108"], []),
        (
            [310107.0, np.nan],
            ["310107", ""],
            ["a: codes stored as floating-point numbers were restored to text."],
        ),
        ([np.nan, np.nan], ["", ""], []),
        (
            [12800000, 12900000, 133900000],
            ["012800000", "012900000", "133900000"],
            [
                (
                    "a: 2 codes of 8 digits had lost the leading zero when stored as a number; it "
                    "was restored ('12800000', '12900000')."
                )
            ],
        ),
        (
            [12800000, 1234567],
            ["012800000", "1234567"],
            [
                (
                    "a: 1 code of 8 digits had lost the leading zero when stored as a number; it "
                    "was restored ('12800000')."
                )
            ],
        ),
        (
            [12800000000],
            ["012800000000"],
            [
                (
                    "a: 1 code of 11 digits had lost the leading zero when stored as a number; it "
                    "was restored ('12800000000')."
                )
            ],
        ),
        (
            [10107, 310107],
            ["010107", "310107"],
            [
                (
                    "a: 1 code of 5 digits had lost the leading zero when stored as a number; it "
                    "was restored ('10107')."
                )
            ],
        ),
        ([107, 310107], ["107", "310107"], []),
        (["12800000", None, "133900000"], ["12800000", "", "133900000"], []),
        ([310107.0, "３１０１０８", None], ["310107", "310108", ""], []),
    ],
)
def test_columns_of_codes(values: list[object], codes: list[str], notes: list[str]) -> None:
    column = pd.Series(values, index=[f"r{place}" for place in range(len(values))])
    found, said = restore_codes(column, where="a")
    assert found.to_list() == codes and found.dtype == "str" and list(found.index) == list(column.index)
    assert list(map(str, said)) == notes


def test_an_empty_column_has_no_codes_and_bad_ones_are_listed() -> None:
    found, notes = restore_codes(pd.Series([], dtype="float64"), where="a")
    assert found.empty and notes == []
    with pytest.raises(BoundaryError) as error:
        restore_codes(pd.Series([1.5, "3E3", 7, 1.5], dtype=object), where="a.dbf")
    assert str(error.value) == (
        "a.dbf: '1.5', '3E3' cannot be division codes (fractions, negative numbers, or "
        "digits lost when stored as numbers). Store the codes as text."
    )


@pytest.mark.parametrize(
    ("code", "reduced", "cut", "level"),
    [
        ("35", "35", "35", "province"),
        ("350000", "350000", "35", "province"),
        ("350000000000", "350000", "35", "province"),
        ("3509", "3509", "3509", "city"),
        ("350900", "350900", "3509", "city"),
        ("350900000", "350900", "3509", "city"),
        ("350921", "350921", "350921", "county"),
        ("350920", "350920", "350920", "county"),
        ("350921000", "350921", "350921", "county"),
        ("350921101", "350921101", "350921101", "township"),
        ("350921100", "350921100", "350921100", "township"),
        ("350921101000", "350921101", "350921101", "township"),
        ("350921000001", "350921000001", "350921000001", "village"),
        ("350921101001", "350921101001", "350921101001", "village"),
        ("3509211", "3509211", "3509211", ""),
        ("", "", "", ""),
        ("罗湖", "罗湖", "罗湖", ""),
        ("PH0000", "PH0000", "PH0000", ""),
        ("350921101000000", "350921101000000", "350921101000000", ""),
    ],
)
def test_codes_by_level(code: str, reduced: str, cut: str, level: str) -> None:
    assert (reduce_code(code), cut_zeros(code), name_level(code)) == (reduced, cut, level)


@pytest.mark.parametrize(
    ("codes", "levels"),
    [
        (["350921101", "350921102000"], ("county", "township")),
        (["350902101", "350902102"], ("district", "township")),
        (["350981101"], ("county_city", "township")),
        (["350921", "350902"], ("city", "county")),
        (["350921", "350121"], ("province", "county")),
        (["350921", "360121"], ("", "county")),
        (["350921101", "350902101"], ("", "township")),
        (["350921101001"], ("", "village")),
        (["350921101", "350921"], ("", "")),
        (["PH012801", "A-1"], ("", "")),
        ([], ("", "")),
    ],
)
def test_what_level_districts_are_of_and_what_they_lie_in(codes: list[str], levels: tuple[str, str]) -> None:
    assert find_levels(codes) == levels
