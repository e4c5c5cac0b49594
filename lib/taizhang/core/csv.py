"""Tables as CSV in which ledger text can never act as a formula."""

import json
import re
from typing import Any

import pandas as pd

# Signs of full width count, too: Excel in Chinese takes them for the others. Dashes alone, or before Chinese, are a
# list's mark or an empty cell's, not a formula.
_FORMULA = r"\s*[=+@＝＋＠]|\s*[-－]+\s*[^-－\s\u3400-\u9fff]|[\t\r\n]"


def guard_text(text: Any) -> Any:
    """A header, or a cell that is not a number, as `guard_formulas` writes it."""
    return f"'{text}" if re.match(_FORMULA, str(text)) else text


def guard_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula (OWASP, CSV Injection).

    This affects text, other than numbers, that starts with ``= + - @`` (also full-width, or after blanks, a tab or a
    line end). Column heads are guarded too, as they may come from a ledger.
    """
    guarded = frame.rename(columns=guard_text)
    risked: dict[Any, pd.Series[bool]] = {}
    for column, values in guarded.items():
        if not (values.dtype == object or isinstance(values.dtype, pd.StringDtype)):
            continue
        risky = values.astype("str").str.match(_FORMULA)
        # Most columns hold nothing of the kind: no further question is asked of them.
        if (
            risky.any()
            and (risky := risky & pd.to_numeric(values, errors="coerce").isna() & values.notna()).any()
        ):
            risked[column] = risky
    for column, risky in risked.items():
        guarded[column] = guarded[column].astype(object)
        guarded.loc[risky, column] = "'" + guarded.loc[risky, column].astype(str)
    return guarded


def prepare_csv(frame: pd.DataFrame) -> pd.DataFrame:
    """Prepare a table for CSV: guard its texts, and write days as 2021-03-05."""
    return write_days(guard_formulas(frame))


def write_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Write a table's days as text, such as 2021-03-05; with the time if any value has one."""
    shown = frame.copy()
    for column, days in shown.select_dtypes(["datetime", "datetimetz"]).items():
        whole = days.isna() | (days.dt.normalize() == days)
        shown[column] = days.dt.strftime("%Y-%m-%d").where(whole, days.dt.strftime("%Y-%m-%d %H:%M"))
    return shown


def format_csv(frame: pd.DataFrame) -> str:
    """CSV text with `\n` line ends; days as 2021-03-05, empty for unknown values."""
    return prepare_csv(frame).to_csv(index=False, lineterminator="\n")


def format_facts(facts: pd.DataFrame, form: str) -> str:
    """Format facts as an aligned table, CSV (with a byte order mark, for Excel) or JSON."""
    if form == "csv":
        return "\ufeff" + format_csv(facts)
    if form == "json":
        records = write_days(facts).astype(object).where(facts.notna(), None).to_dict("records")
        return json.dumps(records, ensure_ascii=False, indent=1, default=str) + "\n"
    shown = facts[["district_code", "district", "fact", "value", "unit", "low", "high"]].copy()
    shown["value"] = shown["value"].where(~facts["suppressed"].astype(bool))
    for column in ("value", "low", "high"):
        shown[column] = shown[column].map(lambda x: "" if pd.isna(x) else f"{x:,.2f}".rstrip("0").rstrip("."))
    hidden = facts["suppressed"].astype(bool)
    shown.loc[hidden, "value"] = facts.loc[hidden, "value"].map(
        lambda x: "suppressed" if pd.isna(x) else f"~{x:,.0f}"
    )
    with pd.option_context("display.unicode.east_asian_width", True):
        return shown.to_string(index=False) + "\n"
