"""Division codes as text: restores codes that a spreadsheet or a DBF field has changed."""

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal

import numpy as np
import pandas as pd

from taizhang.core.errors import BoundaryError
from taizhang.core.reasons import Reason

_WHOLE = re.compile(r"\d+\.0*")
_FRACTION = re.compile(r"\d{5,}\.\d*[1-9]\d*")  # 1.2 may be an office's own way of numbering
_NEGATIVE = re.compile(r"-\d+(?:\.\d*)?")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)")
# 6 digits name a county (GB/T 2260), +3 a township, +3 a village (GB/T 10114).
_DIGITS = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
# No division code in use has 8 or 11 digits: such a number is a 9- or 12-digit code that lost its zero.
_LOST_ZERO = {8: 9, 11: 12}
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]+")


def clean_text(value: object) -> str:
    """Return a cell as plain text: NFKC (full-width forms), no outer, double or zero-width spaces; missing is ''."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", str(value))).split())


def restore_code(value: object) -> str:
    """Restore one code as text: 310107.0 and 3.10107E+5 become 310107, full-width digits plain ones, missing
    values ''.

    Text that is not a number is kept (PH012800000). Raises BoundaryError if the number has a fraction, is
    negative, or has lost digits: to scientific notation, or as a float of over 15 digits.
    """
    text = clean_text(value)
    if isinstance(value, float | np.floating) and text:
        if not float(value).is_integer():
            raise BoundaryError("boundaries.code.fraction", text=text)
        if abs(float(value)) >= 1e15:
            raise BoundaryError("boundaries.code.scientific", text=text)
        text = f"{int(value)}"
    if _FRACTION.fullmatch(text):
        raise BoundaryError("boundaries.code.fraction", text=text)
    if _NEGATIVE.fullmatch(text):
        raise BoundaryError("boundaries.code.negative", text=text)
    if _WHOLE.fullmatch(text):
        return text.split(".")[0]
    if match := _SCIENTIFIC.fullmatch(text):
        # 3.50921E+11 stands for 12 digits of which 6 are gone: which six cannot be known.
        if len(match[2] or "") < int(match[3]):
            raise BoundaryError("boundaries.code.scientific", text=text)
        return str(int(Decimal(text)))
    return text


def read_code_or_name(value: object) -> str:
    """Return a cell's code, restored as far as possible, or else its text."""
    try:
        return restore_code(value)
    except BoundaryError:
        return clean_text(value)


def restore_codes(values: pd.Series, *, where: Reason | str) -> tuple[pd.Series, list[Reason]]:
    """Restore a column of codes as text with leading zeros.

    Zeros are restored only in a column stored as numbers: for a code one digit shorter than the longest, or of 8 or 11
    digits, as no division code has these lengths.

    `where` is the file and column, for messages. Returns the codes on the same index ('' if missing), and a note
    for each correction; raises BoundaryError naming all values that are not codes.
    """
    distinct: dict[object, str] = {}
    bad: list[object] = []
    for value in values.dropna().unique():
        try:
            distinct[value] = restore_code(value)
        except BoundaryError:
            bad.append(value)
    if bad:
        raise BoundaryError("boundaries.code.none", where=where, values=list(map(str, bad)))
    notes = []
    if pd.api.types.is_float_dtype(values.dtype) and distinct:
        notes.append(Reason("boundaries.code.floats", where=where))
    if pd.api.types.is_numeric_dtype(values.dtype) and distinct:
        longest = max(map(len, distinct.values()))
        full = _LOST_ZERO.get(longest, longest)
        short = {value: code for value, code in distinct.items() if len(code) == full - 1}
        distinct |= {value: code.zfill(full) for value, code in short.items()}
        if short:
            lost = {"number": len(short), "digits": full - 1, "codes": list(short.values())}
            notes.append(Reason("boundaries.code.zeros", where=where, **lost))
    return values.astype("object").map(lambda value: distinct.get(value, "")).astype("str"), notes


def reduce_code(code: str) -> str:
    """Return the shortest form of a numeric code: 350921000000 and 350921000 are the county 350921.

    The zeros that fill a code up to 12 digits do not name a lower unit (GB/T 10114, 统计用区划代码).
    """
    if _DIGITS.fullmatch(code):
        for cut in (9, 6):
            if code[cut:] == "000":
                code = code[:cut]
    return code


def cut_zeros(code: str) -> str:
    """Return the digits of a numeric code that name its unit: 350900 is 3509; codes of units below it begin with
    these."""
    code = reduce_code(code)
    if len(code) == 6 and code.isdigit():
        return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return code


def name_level(code: str) -> str:
    """Level of a numeric division code: province, city, county, township, village; '' for other codes."""
    if not _DIGITS.fullmatch(code):
        return ""
    return {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}[len(cut_zeros(code))]


def find_levels(codes: Collection[str]) -> tuple[str, str]:
    """The level of the unit that contains all codes, and that of the codes: as ``county`` and ``township``;
    '' if unclear.

    Of counties (GB/T 2260) a third pair of 01 to 20 is a district, of 81 to 99 a city.
    """
    levels = {name_level(code) for code in codes}
    if len(levels) != 1 or not (level := levels.pop()):
        return "", ""
    digits = {"county": 4, "township": 6}.get(level, 0)
    above = {code[:digits] for code in map(cut_zeros, codes)}
    if not digits or (len(above) > 1 and (level != "county" or len({one[:2] for one in above}) > 1)):
        return "", level
    if level == "county":
        return ("city" if len(above) == 1 else "province"), level
    pair = int(above.pop()[4:])
    return ("district" if pair <= 20 else "county_city" if pair > 80 else "county"), level
