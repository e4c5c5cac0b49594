"""The inputs of a review, gathered from the workbook once and passed on."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from taizhang.analysis.view import View
from taizhang.core.files import hash_files
from taizhang.core.periods import Period
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import LANGUAGES
from taizhang.ingest.state import SUMS_FILE
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.words import label
from taizhang.report.changes import InputHashes, hash_inputs, hash_rows
from taizhang.report.notes import Note, read_notes
from taizhang.report.rows import list_rowed_facts
from taizhang.settings.notes import Measures
from taizhang.settings.workbook import FILE, Config
from taizhang.store import find_made_from
from taizhang.workbook.held import Known
from taizhang.workbook.notes import read_measures

if TYPE_CHECKING:
    from taizhang.returns import Handed
    from taizhang.workbook.book import Workbook


@dataclass(frozen=True)
class Snapshot:
    """One state of a workbook, for one period."""

    config: Config
    folder: Path  # the review's
    period: Period
    as_of: date  # the day the ledgers are read as of
    chosen: bool  # whether that day was chosen for this run
    known: Known | None  # what had been ingested by an earlier day, if that is what is read
    asked: date | None  # the day that somebody asked for, in this run or in workbook.toml
    fact_infos: Mapping[str, FactInfo]
    districts: gpd.GeoDataFrame  # code, name, parent and geometry
    facts: (
        pd.DataFrame
    )  # of the period, all districts and ``all``; what is reported and not counted among them
    reported: pd.DataFrame  # those of them that summary tables tell, unverified, each with its cell
    before: pd.DataFrame  # of the same one a year before
    rowed: dict[str, tuple[str, ...]]  # by district code, or ``all``: the facts with a file of their rows
    notes: Mapping[tuple[str, str], Note]  # by owner and language, as returned by `read_notes`
    hashes: InputHashes
    inputs: list[dict[str, Any]]  # path, sha256 and bytes of every raw file
    days: Mapping[str, tuple[date, date]]  # the first and last day on record, by kind
    made_on: str  # the day of the last ingest that changed anything
    fingerprint: str  # of the processed tables and settings
    find_template: Callable[[str], Path]  # the path of a report's notebook, by its name
    read_ledger: Callable[[str], pd.DataFrame]  # the rows of a kind, with texts as written
    hide: Callable[[pd.DataFrame], pd.DataFrame]  # rows behind a fact without what is personal
    unread: tuple[
        dict[str, Any], ...
    ]  # kind, title, file, sheet, reason, districts (codes; empty: any) of each
    trace: Callable[[str], pd.DataFrame]  # the rows behind a fact of the whole area
    look: Callable[[str], View]  # the view of the whole area in a language
    read_measures: Callable[[str], Measures]  # who sees to problems by when, as notes say, for a language
    # What districts handed in, and what is outstanding.
    tell_handed: "Callable[[], tuple[Handed, ...]]" = tuple
    stored: str = ""  # the id of the store's snapshot with these rows; '' if there is none

    @property
    def root(self) -> Path:
        """The workbook's folder."""
        return self.config.root

    @property
    def outputs_path(self) -> Path:
        """Where the sizes and times of the review's files are stored."""
        return self.config.cache / "outputs" / f"{self.folder.name}.json"


def take_snapshot(book: "Workbook", period: Period) -> Snapshot:
    """Gather the inputs of a review; ParameterError if a note belongs to no report or has invalid front matter."""
    notes = read_notes(book, period)
    facts, counted = book.facts(period), book.facts_as_of(period, book.as_of(period))
    before, previous = (
        book.facts_earlier(earlier, period) for earlier in (period.year_before(), period.period_before())
    )
    return Snapshot(
        config=book.config,
        folder=book.reports_dir(period),
        period=period,
        as_of=book.as_of(period),
        chosen=book.chosen_as_of is not None,
        known=book.known,
        asked=book.asked,
        fact_infos=book.fact_infos,
        districts=book.districts,
        facts=facts,
        reported=book.list_unverified(period),
        before=before,
        rowed=list_rowed_facts(counted, book.fact_infos, book.config),
        notes=notes,
        hashes=hash_book(book, period, (facts, before, previous)),
        inputs=[one | {"path": mask_numbers(one["path"])} for one in book.inputs()],
        days={
            kind: (first.date(), last.date())
            for kind, first, last in book.spans.dropna()[["kind", "first", "last"]].itertuples(index=False)
        },
        made_on=book.result.made_on,
        fingerprint=book.fingerprint(),
        find_template=book.template,
        read_ledger=lambda kind: book.ledger(kind, personal=True),
        hide=lambda rows: book.hide_personal(book.tell_links(rows)),
        unread=tuple(
            {
                "kind": kind,
                "title": dict(book.kinds[kind].title)
                if kind in book.kinds
                else {lang: label(f"kind.{kind}", lang) for lang in LANGUAGES},
                "file": mask_numbers(one.file),
                "sheet": mask_numbers(one.sheet),
                "reason": one.reason,
                "codes": list(one.codes),
            }
            for kind, some in book.result.list_unread()
            for one in some
        ),
        trace=lambda fact: book.trace(fact, period, ALL),
        # What has been worked out for the findings serves the index, too.
        look=cache(lambda lang: book.view(ALL, period, lang)),
        read_measures=lambda lang: read_measures(book, period, lang),
        tell_handed=lambda: _tell_handed(book, period),
        stored=book.known.snapshot if book.known else find_made_from(book.root, book.result.fingerprint),
    )


def _tell_handed(book: "Workbook", period: Period) -> "tuple[Handed, ...]":
    from taizhang.returns import tell_handed  # with all that writes workbooks: slow to load

    return tell_handed(book, period)


def hash_book(book: "Workbook", period: Period, frames: Sequence[pd.DataFrame]) -> InputHashes:
    """Hash the inputs of a period's reports; `frames` are its facts, and those it is compared with."""
    config, result, summaries = book.config, book.result, book.result.summaries
    root = config.source
    # What a report of the workbook's own is called is that report's matter alone; when reports are made or released,
    # none's.
    settings = tomllib.loads((root / FILE).read_text(encoding="utf-8-sig"))
    settings |= {"reports": [], "routine": {}, "release": {}}
    kinds = {name: book.kinds[name] for name in config.ledgers}
    return hash_inputs(
        hash_rows(
            config.processed,
            kinds,
            pd.Timestamp(book.as_of(period)),
            book.fingerprint(),
            cache=config.cache,
        ),
        frames,
        quality=[vars(summary) for summary in summaries],
        shared={
            "settings": settings,
            "beside": hash_files([*root.glob("*.py"), *(p for p in root.glob("*.toml") if p.name != FILE)]),
            "own": [hash_files((root / name).rglob("*")) for name in ("ledgers", "facts")],
            "layers": [item for item in result.inputs if item["path"] in result.layers],
            "as_of": str(book.asked),
            "linking": repr(book.result.linking),
            "unread": repr(book.result.list_unread()),
            "sums": hash_files([config.processed / SUMS_FILE] if config.sums else []),
            "written": [
                [
                    sorted(one.filled),
                    sorted(one.no_nought),
                    sorted((name, str(day)) for name, day in one.ends.items()),
                ]
                for one in book.written.values()
            ],
            "first_days": [str(day) for day in book.spans["first"]],
            # What was set aside is told in every report, so a change of it remakes them all.
            "aside": [[one.kind, one.set_aside, one.cells_set_aside, one.duplicates] for one in summaries],
        },
    )
