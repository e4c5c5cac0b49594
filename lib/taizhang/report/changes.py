"""What each report is made from, as hashes: a report is made again when, and only when, its own makings change.

A district's report reads its own rows and its own facts, so they decide. It also shows some numbers of the whole
area beside its own. These move with every row of every other district; were they to decide too, one corrected row
would remake every report. They are hashed apart: a report whose own makings are the same is left as it is, and the
manifest says of it, and the review at its end, that it shows the area as it was before. What of the area may not
be shown any more does decide.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from taizhang.core.files import hash_file, hash_files, write_text
from taizhang.core.periods import Period
from taizhang.ingest import processed_folder
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import Kind
from taizhang.report.manifest import fingerprint
from taizhang.settings.view import ASSESSMENT, RISK
from taizhang.settings.workbook import FILE

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

# Where a row stands in its file: it moves when a row of another district is put in above.
_PLACE = ("source_file", "source_sheet", "source_row")
_ROWS_AT_ONCE = 131_072
# Goes into the names of kept hashes: another way of hashing makes other hashes.
_WAY = "1"


@dataclass(frozen=True)
class InputHashes:
    """Hashes of what reports are made from.

    Attributes
    ----------
    shared : str
        Of what all reports are made from: workbook.toml, the boundary layers, own kinds and facts.
    own : Mapping of str to str
        By district code: of its rows up to the period's as-of day, and of its facts.
    area : str
        Of the whole area's facts and of what was read.
    """

    shared: str
    own: Mapping[str, str]
    area: str

    def of_report(self, district: str) -> str:
        """Of what decides whether a report is made again: for the whole area's, everything."""
        if district == ALL:
            return self._everything
        return fingerprint(shared=self.shared, own=self.own.get(district, ""))

    @cached_property
    def _everything(self) -> str:
        return fingerprint(shared=self.shared, own=dict(self.own), area=self.area)


def hash_inputs(book: "Workbook", period: Period) -> InputHashes:
    """Hash what the reports of a period are made from.

    Parameters
    ----------
    book : Workbook
    period : Period

    Returns
    -------
    InputHashes
        The hashes of rows are kept beside the processed tables until these change.
    """
    own: dict[str, list[object]] = {}
    for kind, hashes in _read_kept_rows(book, period).items():
        for code, mark in hashes.items():
            own.setdefault(code, []).append([kind, mark])
    frames = [
        book.facts(period),
        book.facts_earlier(period.year_before(), period),
        book.facts_earlier(period.period_before(), period),
    ]
    for number, facts in enumerate(frames):
        for code, mark in _hash_groups(facts.drop(columns="district"), "district_code").items():
            own.setdefault(code, []).append([number, mark])
    area = fingerprint(
        facts=own.pop(ALL, []), quality=[summary.__dict__ for summary in book.result.summaries]
    )
    return InputHashes(
        # What was set aside is told in every report, so a change of it remakes them all.
        shared=fingerprint(
            made_from=_hash_shared(book),
            hidden=[_list_hidden(facts) for facts in frames],
            first_days=[str(day) for day in book.spans["first"]],
            aside=[
                [one.kind, one.set_aside, one.cells_set_aside, one.duplicates]
                for one in book.result.summaries
            ],
        ),
        own={code: fingerprint(parts=parts) for code, parts in sorted(own.items())},
        area=area,
    )


def _list_hidden(facts: pd.DataFrame) -> list[str]:
    """The whole area's facts that must not be shown: a report that still shows one would give others away."""
    return sorted(facts.loc[(facts["district_code"] == ALL) & facts["suppressed"].astype(bool), "fact"])


def _hash_shared(book: "Workbook") -> str:
    config = book.config
    own = [
        path
        for name in ("ledgers", "facts")
        for path in sorted((book.root / name).glob("*"))
        if path.is_file()
    ]
    # What a report of the workbook's own is called is that report's matter alone.
    settings = tomllib.loads((book.root / FILE).read_text(encoding="utf-8-sig")) | {"reports": []}
    return fingerprint(
        settings=settings,
        beside=hash_files(book.root / name for name in (RISK, ASSESSMENT)),
        layers=[item for item in book.inputs() if item["path"] in book.result.layers],
        own={path.name: hash_file(path) for path in own},
        as_of=str(book.chosen_as_of or config.as_of),
    )


def _read_kept_rows(book: "Workbook", period: Period) -> dict[str, dict[str, str]]:
    """Hash per kind and district, as kept for these processed tables, else made now."""
    as_of = book.as_of(period).isoformat()
    key = hashlib.sha256(f"{_WAY}|{book.fingerprint()}|{as_of}".encode()).hexdigest()[:24]
    folder = processed_folder(book.config) / ".cache" / "rows"
    path = folder / f"{key}.json"
    if path.exists():
        kept: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
        return kept
    hashes = {
        kind: _hash_rows(
            processed_folder(book.config) / f"{kind}.parquet", book.kinds[kind], pd.Timestamp(as_of)
        )
        for kind in book.config.ledgers
    }
    write_text(path, json.dumps(hashes))
    return hashes


def _hash_rows(path: Path, kind: Kind, as_of: pd.Timestamp) -> dict[str, str]:
    """Hash per district of a ledger's rows up to a day, in their order; read in parts, so of any length."""
    table = pq.ParquetFile(path)
    columns = [name for name in table.schema_arrow.names if name not in (*_PLACE, *kind.personal)]
    sums: dict[str, tuple[int, int]] = {}
    for batch in table.iter_batches(_ROWS_AT_ONCE, columns=columns):
        rows = batch.to_pandas()
        if kind.date:
            is_year = kind.fields[kind.date].type == "year"
            rows = rows[rows[kind.date] < (as_of.year + 1 if is_year else as_of + pd.Timedelta(days=1))]
        codes = rows["district_code"].astype("str").fillna("")
        before = codes.map({code: count for code, (count, _) in sums.items()}).fillna(0).astype("int64")
        rows = rows.assign(district_code=codes, place=rows.groupby(codes).cumcount() + before)
        for code, (count, total) in _sum_groups(rows, "district_code").items():
            known, sum_ = sums.get(code, (0, 0))
            sums[code] = (known + count, (sum_ + total) % 2**64)
    return {code: f"{count}-{total:016x}" for code, (count, total) in sums.items()}


def _hash_groups(rows: pd.DataFrame, by: str) -> dict[str, str]:
    return {code: f"{count}-{total:016x}" for code, (count, total) in _sum_groups(rows, by).items()}


def _sum_groups(rows: pd.DataFrame, by: str) -> dict[str, tuple[int, int]]:
    """Rows of each group, and the sum of their hashes modulo 2^64."""
    if rows.empty:
        return {}
    marks = pd.util.hash_pandas_object(rows, index=False).to_numpy(dtype=np.uint64)
    codes, names = pd.factorize(rows[by])
    totals = np.zeros(len(names), dtype=np.uint64)
    np.add.at(totals, codes, marks)
    counts = np.bincount(codes, minlength=len(names))
    return {
        str(name): (int(count), int(total)) for name, count, total in zip(names, counts, totals, strict=True)
    }


def hash_index(book: "Workbook", period: Period, manifest: Mapping[str, Any], facts: str) -> str:
    """Of what the index shows: of a thousand townships it takes a while to draw."""
    reports = {
        name: {key: value for key, value in entry.items() if key != "seconds"}
        for name, entry in manifest["reports"].items()
    }
    config = book.config
    said = [
        config.title,
        config.sample,
        config.boundaries.approval,
        [repr(report) for report in config.reports],
    ]
    return fingerprint(facts=facts, said=said, as_of=str(book.as_of(period)), reports=reports)


def mark_behind(entries: Mapping[str, dict[str, Any]], area: str) -> list[str]:
    """Note of each report whether the whole area's numbers in it are as they now are; names those that are behind."""
    for entry in entries.values():
        entry["area_is_current"] = entry.get("area") == area
    return sorted(
        name for name, entry in entries.items() if entry["status"] == "made" and not entry["area_is_current"]
    )
