"""Hashes of each report's inputs: a report is made again if, and only if, its own inputs have changed.

A district's report reads its own rows and facts, so these decide. It also shows some numbers of the whole area, which
change with every row of every other district; if they decided too, one corrected row would remake every report.
They are therefore hashed separately: a report with unchanged inputs is left as it is, and the manifest and the
review say that it shows outdated numbers of the area. If a number of the area may no longer be shown, the report
is made again. A report that a run does not make, for example in another language, is deleted if it shows what is
now hidden.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from taizhang.core.kept import read_kept, write_kept
from taizhang.core.keys import Code, hash_parts
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import Kind

# Of a fact that is shown, but not to the last case.
_ROUNDED = " ≈"
# Where a row stands in its file: it moves when a row of another district is put in above.
_PLACE = ("source_file", "source_sheet", "source_row")
_ROWS_AT_ONCE = 131_072
_HASHING = Code(("taizhang.report.changes",))


@dataclass(frozen=True)
class InputHashes:
    """Hashes of the inputs of reports."""

    shared: str  # of what all are made from: workbook.toml, the boundary layers, own kinds and facts
    own: Mapping[str, str]  # by district code: of its rows up to the period's as-of day, and of its facts
    area: str  # of the whole area's facts and of what was read
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)  # no hash: as returned by `list_hidden`

    def of_report(self, district: str) -> dict[str, str]:
        """Return the hashes that decide whether a report is made again; for the whole area's report, all of them."""
        rows = self._everything if district == ALL else self.own.get(district, "")
        return {"rows": rows, "settings": self.shared}

    @cached_property
    def _everything(self) -> str:
        return hash_parts(own=dict(self.own), area=self.area)


def hash_inputs(
    rows: Mapping[str, Mapping[str, str]],
    frames: Sequence[pd.DataFrame],
    *,
    quality: Sequence[object],
    shared: Mapping[str, object],
) -> InputHashes:
    """Hash the inputs of a period's reports.

    `rows` are by kind and district, as returned by `hash_rows`; `frames` are the facts of the period and of the
    periods it is compared with; `quality` is the account of each kind's rows; `shared` are inputs of all reports.
    """
    own: dict[str, list[object]] = {}
    for kind, hashes in rows.items():
        for code, mark in hashes.items():
            own.setdefault(code, []).append([kind, mark])
    for number, facts in enumerate(frames):
        for code, mark in _hash_groups(facts.drop(columns="district"), "district_code").items():
            own.setdefault(code, []).append([number, mark])
    area = hash_parts(facts=own.pop(ALL, []), quality=quality)
    hidden = list_hidden(frames)
    return InputHashes(
        shared=hash_parts(**shared, hidden=hidden.get(ALL, [])),
        own={code: hash_parts(parts=parts) for code, parts in sorted(own.items())},
        area=area,
        hidden=hidden,
    )


def list_hidden(frames: Sequence[pd.DataFrame]) -> dict[str, list[str]]:
    """Return, by district code, what must not be shown, such as ``2021 complaints.received``; marked if only rounded.

    A report that still showed one of these numbers would reveal others.
    """
    found: dict[str, set[str]] = {}
    for facts in frames:
        some = facts[facts["suppressed"].astype(bool)]
        marks = some["value"].notna().map({True: _ROUNDED, False: ""})
        for code, period, fact, mark in zip(
            some["district_code"], some["period"], some["fact"], marks, strict=True
        ):
            found.setdefault(str(code), set()).add(f"{period} {fact}{mark}")
    return {code: sorted(facts) for code, facts in sorted(found.items())}


def find_grown(before: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> set[str]:
    """The districts with something hidden now that was not hidden `before`."""
    grown = set()
    for code, facts in now.items():
        known = set(before.get(code, ()))
        if any(fact not in known and fact.removesuffix(_ROUNDED) not in known for fact in facts):
            grown.add(code)
    return grown


def find_exposed(entries: Mapping[str, Mapping[str, Any]], grown: Collection[str]) -> list[str]:
    """The reports that show something hidden now, of districts as returned by `find_grown`.

    A district's report shows its own numbers and the whole area's; the comparison shows those of all.
    """
    return sorted(
        name
        for name, entry in entries.items()
        if grown and (entry["district"] == ALL or not {ALL, entry["district"]}.isdisjoint(grown))
    )


def hash_rows(
    folder: Path, kinds: Mapping[str, Kind], as_of: pd.Timestamp, fingerprint: str, *, cache: Path
) -> dict[str, dict[str, str]]:
    """Hash the rows up to a day, per kind and district, from the cache or computed."""
    key = _HASHING.make_key(tables=fingerprint, as_of=as_of)[:24]
    path = cache / "rows" / f"{key}.json"
    kept: dict[str, dict[str, str]] | None = read_kept(path)
    if kept is not None:
        return kept
    hashes = {name: _hash_rows(folder / f"{name}.parquet", kind, as_of) for name, kind in kinds.items()}
    write_kept(path, hashes)
    return hashes


def _hash_rows(path: Path, kind: Kind, as_of: pd.Timestamp) -> dict[str, str]:
    """Hash per district of a ledger's rows up to a day, in their order; read in parts, so of any length."""
    table = pq.ParquetFile(path)
    columns = [name for name in table.schema_arrow.names if name not in (*_PLACE, *kind.personal)]
    sums: dict[str, tuple[int, int]] = {}
    for batch in table.iter_batches(_ROWS_AT_ONCE, columns=columns):
        rows = batch.to_pandas()
        if kind.years:
            rows = rows[rows[kind.years] <= as_of.year]
        elif kind.date:
            rows = rows[rows[kind.date] < as_of + pd.Timedelta(days=1)]
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


def mark_behind(entries: Mapping[str, dict[str, Any]], area: str) -> list[str]:
    """Note for each report whether its whole-area numbers are current; return the names of those that are behind."""
    for entry in entries.values():
        entry["area_is_current"] = entry.get("area") == area
    return sorted(
        name for name, entry in entries.items() if entry["status"] == "made" and not entry["area_is_current"]
    )
