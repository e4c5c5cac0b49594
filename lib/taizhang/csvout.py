"""Tables as CSV in which ledger text can never act as a formula."""

import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guard_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Numbers keep their signs; only text that starts with ``= + - @``, a tab or a return and is no number
    is changed (OWASP, CSV Injection).
    """
    guarded = frame.copy()
    for column in guarded.columns:
        if not (guarded[column].dtype == object or isinstance(guarded[column].dtype, pd.StringDtype)):
            continue
        risky = guarded[column].astype("str").str.startswith(_FORMULA_STARTS)
        risky &= pd.to_numeric(guarded[column], errors="coerce").isna() & guarded[column].notna()
        if risky.any():
            guarded[column] = guarded[column].astype(object)
            guarded.loc[risky, column] = "'" + guarded.loc[risky, column].astype(str)
    return guarded


def format_csv(frame: pd.DataFrame) -> str:
    """CSV text with `\\n` line ends; days as 2021-03-05, empty for not known."""
    shown = guard_formulas(frame)
    for column in shown.columns:
        if pd.api.types.is_datetime64_any_dtype(shown[column]):
            days = shown[column].dt.strftime("%Y-%m-%d")
            clock = shown[column].dt.normalize() != shown[column]
            shown[column] = days.where(~(clock & shown[column].notna()), shown[column].dt.strftime("%Y-%m-%d %H:%M"))
    return shown.to_csv(index=False, lineterminator="\n")
