"""Phone and identity numbers in free text, masked before anything shows them."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Mobile (11 digits from 13 to 19), landline with area code, and 18-digit identity numbers
# (GB 11643: six digits of place, a birth date, three digits and a check character).
_PERSONAL = re.compile(
    r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[-—]\d{7,8}"
    r"|[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?!\d)"
)


def mask_numbers(text: str) -> str:
    """Replace phone and identity numbers by asterisks of the same length."""
    return _PERSONAL.sub(lambda match: "*" * len(match[0]), text)


def mask_column(values: "pd.Series") -> "pd.Series":
    """Mask a text column; empty cells stay empty. Where nothing is to be masked it is the very same."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Most texts hold no seven digits in a row: Arrow tells them without a word of Python.
    texts = pa.array(values.astype("str"), pa.large_string(), from_pandas=True)
    risky = pc.fill_null(pc.match_substring_regex(texts, r"\p{Nd}{7}"), False).to_numpy(zero_copy_only=False)
    if not risky.any():
        return values
    masked = values.copy()
    masked[risky] = values[risky].map(mask_numbers)
    return masked
