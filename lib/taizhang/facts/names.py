"""Names of plans, and of premises in tables that have not been linked, with the district that they are in."""

import numpy as np
import pandas as pd

from taizhang.facts.folding import fold_name
from taizhang.facts.rows import Rows


def key_names(rows: Rows, column: str) -> pd.Series:
    """Return district number and name as one key; NA if the name is unknown."""
    names = _read(rows, column)
    return _place(rows, names)


def key_numbers(rows: Rows, column: str) -> pd.Series:
    """Return credit codes (18 characters) alone, and other numbers with their district's; NA if unknown.

    A credit code is one unit's everywhere; of an office's own numbers, two districts may have the same.
    """
    numbers = _read(rows, column)
    return _place(rows, numbers).where(numbers.str.len() != 18, numbers)


def _read(rows: Rows, column: str) -> pd.Series:
    texts = rows.written().reindex(columns=[column])[column].reset_index(drop=True)
    return texts.map({text: fold_name(str(text)) for text in texts.dropna().unique()}).astype("str")


def _place(rows: Rows, names: pd.Series) -> pd.Series:
    return (pd.Series(rows.group).astype("str") + "\n" + names).where(names.notna(), np.nan)
