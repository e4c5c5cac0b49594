"""A snapshot for tests of what a review leaves, from a stand-in for a workbook and facts made up."""

from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.periods import Period
from taizhang.report.changes import InputHashes
from taizhang.report.rows import list_rowed_facts
from taizhang.report.snapshot import Snapshot


def make_snapshot(
    book: Any,
    period: Period,
    facts: pd.DataFrame,
    before: pd.DataFrame | None = None,
    reported: pd.DataFrame | None = None,
) -> Snapshot:
    """Of a book that has config, districts, fact_infos and as_of; without earlier facts where none are given."""
    return Snapshot(
        config=book.config,
        folder=Path("reports"),
        period=period,
        as_of=book.as_of(period),
        chosen=False,
        known=None,
        asked=None,
        fact_infos=book.fact_infos,
        districts=book.districts,
        facts=facts,
        reported=pd.DataFrame(columns=["district_code", "fact"]) if reported is None else reported,
        before=facts.iloc[:0] if before is None else before,
        rowed=list_rowed_facts(facts, book.fact_infos, book.config) if hasattr(book, "ledger") else {},
        notes={},
        hashes=InputHashes("", {}, ""),
        inputs=[],
        days={},
        made_on="",
        fingerprint="",
        find_template=Path,
        read_ledger=getattr(book, "ledger", pd.DataFrame),
        read_measures=lambda lang: {},
        hide=lambda rows: rows,
        unread=(),
        trace=lambda fact: book.trace(fact, period, "all"),
        look=lambda lang: book.view("all", period, lang),
    )
