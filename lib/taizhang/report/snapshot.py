"""What a review rests on, gathered from the workbook once and handed on: nothing behind it asks the book again."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from taizhang.core.files import hash_files
from taizhang.core.periods import Period
from taizhang.ingest import processed_folder
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.report.changes import InputHashes, hash_inputs, hash_rows
from taizhang.report.notes import Note, read_notes
from taizhang.report.rows import list_rowed_facts
from taizhang.settings.workbook import FILE, Config

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook


@dataclass(frozen=True)
class Snapshot:
    """One state of a workbook, for one period.

    Attributes
    ----------
    folder : Path
        The review's.
    as_of : datetime.date
        The day the ledgers are read as of.
    chosen : bool
        Whether that day was chosen for this run.
    districts : geopandas.GeoDataFrame
        code, name, parent and geometry.
    facts, before : pandas.DataFrame
        Facts of the period, and of the same one a year before; all districts and ``all``.
    said : pandas.DataFrame
        The facts that reports speak of.
    rowed : dict of str to tuple of str
        By district code, or ``all``: the facts with a file of their rows.
    notes : Mapping of (str, str) to Note
        By owner and language, as from `read_notes`.
    hashes : InputHashes
    inputs : list of dict
        path, sha256 and bytes of every raw file.
    fingerprint : str
        Of the processed tables and settings.
    find_template : callable
        The path of a report's notebook, by its name.
    read_ledger, trace : callable
        The rows of a kind; the rows behind a fact of the whole area.
    """

    config: Config
    folder: Path
    period: Period
    as_of: date
    chosen: bool
    fact_infos: Mapping[str, FactInfo]
    districts: gpd.GeoDataFrame
    facts: pd.DataFrame
    before: pd.DataFrame
    said: pd.DataFrame
    rowed: dict[str, tuple[str, ...]]
    notes: Mapping[tuple[str, str], Note]
    hashes: InputHashes
    inputs: list[dict[str, Any]]
    fingerprint: str
    find_template: Callable[[str], Path]
    read_ledger: Callable[[str], pd.DataFrame]
    trace: Callable[[str], pd.DataFrame]

    @property
    def root(self) -> Path:
        """The workbook's folder."""
        return self.config.root

    @property
    def outputs_path(self) -> Path:
        """Where the sizes and times of the review's files are kept."""
        return processed_folder(self.config) / ".cache" / "outputs" / f"{self.folder.name}.json"


def take_snapshot(book: "Workbook", period: Period) -> Snapshot:
    """Gather what the review of a period rests on.

    Raises
    ------
    ParameterError
        If a note belongs to no report or has wrong front matter.
    """
    notes = read_notes(book, period)
    facts = book.facts(period)
    before, previous = (
        book.facts_earlier(earlier, period) for earlier in (period.year_before(), period.period_before())
    )
    return Snapshot(
        config=book.config,
        folder=book.reports_dir(period),
        period=period,
        as_of=book.as_of(period),
        chosen=book.chosen_as_of is not None,
        fact_infos=book.fact_infos,
        districts=book.districts,
        facts=facts,
        before=before,
        said=book.said(facts),
        rowed=list_rowed_facts(facts, book.fact_infos, book.config),
        notes=notes,
        hashes=hash_book(book, period, (facts, before, previous)),
        inputs=book.inputs(),
        fingerprint=book.fingerprint(),
        find_template=book.template,
        read_ledger=book.ledger,
        trace=lambda fact: book.trace(fact, period, ALL),
    )


def hash_book(book: "Workbook", period: Period, frames: Sequence[pd.DataFrame]) -> InputHashes:
    """Hash what the reports of a period are made from; `frames` are its facts, and those it is compared with."""
    config, root, result = book.config, book.root, book.result
    # What a report of the workbook's own is called is that report's matter alone.
    settings = tomllib.loads((root / FILE).read_text(encoding="utf-8-sig")) | {"reports": []}
    kinds = {name: book.kinds[name] for name in config.ledgers}
    return hash_inputs(
        hash_rows(processed_folder(config), kinds, pd.Timestamp(book.as_of(period)), book.fingerprint()),
        frames,
        quality=[vars(summary) for summary in result.summaries],
        shared={
            "settings": settings,
            "beside": hash_files([*root.glob("*.py"), *(p for p in root.glob("*.toml") if p.name != FILE)]),
            "own": [hash_files((root / name).rglob("*")) for name in ("ledgers", "facts")],
            "layers": [item for item in result.inputs if item["path"] in result.layers],
            "as_of": str(book.chosen_as_of or config.as_of),
            "first_days": [str(day) for day in book.spans["first"]],
            # What was set aside is told in every report, so a change of it remakes them all.
            "aside": [
                [one.kind, one.set_aside, one.cells_set_aside, one.duplicates] for one in result.summaries
            ],
        },
    )
