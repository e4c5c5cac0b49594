"""School terms: when a term begins, and which terms a period reads."""

import re
import unicodedata
from datetime import date

import numpy as np
import numpy.typing as npt

_AUTUMN, _SPRING = 9, 2  # the month in which each begins; autumn runs to January, spring to August
_YEARS = re.compile(r"(20\d{2})\D{1,3}(20\d{2}|\d{2})(?!\d)")
_YEAR = re.compile(r"20\d{2}")
# 上学期 of a school year is its first term.
_FIRST = re.compile(r"第[一1]学期|上学期|学期[一1]|first|\b1st\b|(?<=\D)1$")
_SECOND = re.compile(r"第[二2]学期|下学期|学期[二2]|second|\b2nd\b|(?<=\D)2$")


def find_term_start(text: str) -> date | None:
    """Return the first day of a school term as people write it; None if year or term cannot be determined.

    2020-2021学年第二学期 and 2021年春季学期 begin on 1 February 2021, 2020-2021学年上学期 and 2020秋 on 1 September
    2020. A school year without a term begins with its autumn.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    spring, autumn = bool(re.search("春|spring", plain)), bool(re.search("秋|autumn|fall", plain))
    second, first = bool(_SECOND.search(plain)), bool(_FIRST.search(plain))
    years = _YEARS.search(plain)
    told = years is not None and int(years[2]) % 100 == (int(years[1]) + 1) % 100
    single = _YEAR.findall(plain)
    if (spring or second) == (autumn or first) and (spring or autumn or first or second or not told):
        return None
    if told and years is not None:
        begun = int(years[1])
    elif len(single) == 1 and (spring or autumn):
        return date(int(single[0]), _SPRING if spring else _AUTUMN, 1)
    elif len(single) == 1 and "学年" in plain:
        begun = int(single[0])
    else:
        return None
    return date(begun + 1, _SPRING, 1) if spring or second else date(begun, _AUTUMN, 1)


def choose_terms(
    starts: npt.NDArray[np.datetime64], first: np.datetime64, last: np.datetime64
) -> npt.NDArray[np.bool_]:
    """Return which rows a period reads, from the first days of their terms (NaT: no term, which always counts).

    These are rows of terms that began from `first` to `last` or, if none did, of the latest term that began before.
    """
    begun = starts <= last
    within = begun & (starts >= first)
    if not within.any() and begun.any():
        within = starts == starts[begun].max()
    return within | np.isnat(starts)
