"""Reading the account of the data from data/processed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from taizhang.analysis.quality import NO_DISTRICT, Quality, assess_quality
from taizhang.analysis.view import View
from taizhang.core.privacy import mask_column, mask_numbers
from taizhang.ingest.corrections import HIDDEN
from taizhang.ingest.state import SET_ASIDE_FILE, SUMS, KindSummary
from taizhang.metadata.kinds import Kind
from taizhang.metadata.reasons import classify_reason
from taizhang.workbook.tables import mask_texts

_TOTALS = ["kind", "file", "sheet", "row", "column", "stated", "summed"]


def read_quality(
    folder: Path, summaries: Sequence[KindSummary], view: View, *, as_of: date | None = None
) -> Quality:
    """Read the quality of the data behind a view, from data/processed and the summaries of the last ingest.

    Values of personal columns are left out, and phone and identity numbers are masked. Dates after `as_of` (default:
    today) are in the future.
    """
    keys = {summary.kind: _read_keys(folder / f"{summary.kind}.parquet") for summary in summaries}
    totals = [{"kind": one.kind, **total} for one in summaries for total in one.totals]
    quality = assess_quality(
        view,
        keys,
        read_set_aside(folder, view.kinds),
        pd.DataFrame(totals, columns=_TOTALS),
        _word_near(summaries),
        as_of=as_of,
    )
    # Only now: files are told apart by their names.
    return replace(quality, aside=mask_texts(quality.aside), totals=mask_texts(quality.totals))


def read_set_aside(folder: Path, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """Read set_aside.csv from data/processed, with personal data hidden, and add `why`, the class of the reason.

    Its columns are kind, source_file, source_sheet, source_row, column, value, reason, scope, district_code,
    reason_code, why.
    """
    aside = pd.read_csv(folder / SET_ASIDE_FILE, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    personal = [
        # A number that is not used may be one that is withheld.
        column not in ("district", "period") if kind == SUMS else _is_personal(kinds[kind], column)
        for kind, column in zip(aside["kind"], aside["column"], strict=True)
    ]
    aside["value"] = mask_column(aside["value"]).mask(pd.Series(personal, dtype=bool), HIDDEN)
    aside["reason"] = aside["reason"].map(mask_numbers)
    # A cell that holds nothing has no other fault, whatever was asked of it.
    whys = aside["reason_code"].map(classify_reason).mask(aside["value"] == "", "empty")
    return aside.assign(why=whys.astype("str"))


def _is_personal(kind: Kind, column: str) -> bool:
    return column in kind.fields and kind.fields[column].personal


def _read_keys(path: Path) -> pd.DataFrame:
    """District, file and duplicate flag of a kind's rows: few columns, whatever the ledger's length."""
    table = pq.read_table(path, columns=["district_code", "source_file", "duplicate"])
    return table.to_pandas().fillna({"district_code": NO_DISTRICT})


def _word_near(summaries: Sequence[KindSummary]) -> dict[str, str]:
    """By district text: the lines of workbook.toml that would settle it."""
    lines: dict[str, str] = {}
    for summary in summaries:
        for text, proposals in summary.near.items():
            lines.setdefault(mask_numbers(text), "\n".join(mask_numbers(one.word()) for one in proposals))
    return lines
