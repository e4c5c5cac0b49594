"""Recount the facts of workbooks from their rows, in plain Python, and compare every number.

Run as ``python -m benchmarks.recount [WORKBOOK]... [--year YEAR]``: of each workbook (default: the one here) a year,
its third quarter, its July, and the year as somebody asks for it on 30 June. Prints, by set, the facts, how many
numbers were compared (value, numerator, denominator, limits, known and of, by district and for all), and each that
differs. Nothing is hidden or rounded for it. Facts of the map, of the grid, of targets and a workbook's own are not
recounted.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

import taizhang
from benchmarks.facts_reckoned import DAYS, KINDS, TIMED, Look, reckon
from taizhang.core.periods import Period, parse_period
from taizhang.facts import compute_facts, prepare_ledgers
from taizhang.metadata.kinds import load_kinds
from taizhang.workbook.book import Workbook

NUMBERS = ("value", "numerator", "denominator", "low", "high", "known", "of")
CLOSE = 1e-9
SHOWN = 20


@dataclass(frozen=True)
class Reading:
    """A period, the day it is read as of, and whether somebody asked for that day."""

    period: Period
    as_of: date
    asked: bool = False

    @property
    def label(self) -> str:
        return f"{self.period}{' as asked' if self.asked else ''}"


def list_readings(year: int, as_of: date | None) -> list[Reading]:
    """A year, a quarter and a month as the workbook reads them, and the year in the middle of it."""
    plain = [parse_period(text) for text in (f"{year}", f"{year}Q3", f"{year}-07")]
    middle = date(year, 6, 30)
    return [*(Reading(one, as_of or one.end) for one in plain), Reading(plain[0], middle, True)]


def list_rows(table: pd.DataFrame, kind: str) -> list[dict[str, Any]]:
    """Rows in plain Python: days apart from their time, None if nothing is written."""
    names = KINDS[kind].split()
    rows: list[dict[str, Any]] = []
    columns = [
        name
        for name in (*names, "district_code", "source_file", "table_columns", "premises_key")
        if name in table
    ]
    columns += [f"{name}_precision" for name in names if f"{name}_precision" in table]
    for values in table[columns].astype(object).where(table[columns].notna(), None).to_dict("records"):
        row: dict[str, Any] = dict.fromkeys((*names, "district_code", "source_file"))
        row |= {str(name): value for name, value in values.items()}
        for name in names:
            if name in DAYS:
                moment = row[name]
                row[name] = moment.date() if moment is not None else None
                if name in TIMED.get(kind, ()):
                    passed = None if moment is None else moment - pd.Timestamp(row[name])
                    row[f"{name}_at"] = passed.total_seconds() / 60 if passed else None
                row.setdefault(f"{name}_precision", None if row[name] is None else "day")
        row["table_columns"] = row.get("table_columns") or "|".join(columns)
        rows.append(row)
    return rows


def compare(book: Workbook, reading: Reading) -> tuple[int, int, int, list[str]]:
    """How many facts and numbers were compared, how many of these are not empty, and what differs."""
    kinds = [kind for kind in KINDS if kind in book.config.ledgers]
    tables = {kind: book.ledger(kind, personal=True) for kind in kinds}
    asked = reading.as_of if reading.asked else book.config.as_of
    facts = compute_facts(
        prepare_ledgers(tables, book.districts),
        book.districts,
        reading.period,
        reading.as_of,
        suppress=(),
        asked=asked,
    )
    codes = list(book.districts["code"].astype("str"))
    rows = {kind: list_rows(tables[kind], kind) if kind in tables else [] for kind in KINDS}
    look = Look(rows, reading.period, reading.as_of, asked, codes)
    numbers, filled, wrong = 0, 0, []
    for row in facts.to_dict("records"):
        fact, code = str(row["fact"]), str(row["district_code"])
        told = np.array([row[name] for name in NUMBERS], float)
        right = np.array(reckon(look, fact, code), float)
        numbers, filled = numbers + len(NUMBERS), filled + int((~np.isnan(told)).sum())
        for name, one, other in zip(NUMBERS, told, right, strict=True):
            if not np.isclose(one, other, rtol=CLOSE, atol=CLOSE, equal_nan=True):
                wrong.append(f"{fact} {code} {name}: {one:g}, recounted {other:g}")
    return facts["fact"].nunique(), numbers, filled, wrong


def iterate_sets(
    workbooks: list[str], year: int | None
) -> Iterator[tuple[str, Reading, int, int, int, list[str]]]:
    """Each workbook's readings, recounted."""
    for root in workbooks:
        book = taizhang.open(root)
        book.ingest()
        for reading in list_readings(year or find_year(book), book.config.as_of):
            yield str(book.config.title), reading, *compare(book, reading)


def find_year(book: Workbook) -> int:
    """The year of most rows with a day."""
    years: pd.Series = pd.concat(
        [
            book.ledger(kind)[load_kinds()[kind].date].dt.year.dropna()
            for kind in KINDS
            if _is_dated(book, kind)
        ]
    )
    return int(years.mode().iloc[0])


def _is_dated(book: Workbook, kind: str) -> bool:
    return kind in book.config.ledgers and load_kinds()[kind].date not in ("", "year")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workbook", nargs="*", default=["."])
    parser.add_argument("--year", type=int)
    told = parser.parse_args()
    print(
        "| workbook | period | as of | facts | numbers | not empty | differences |\n|---|---|---|---|---|---|---|"
    )
    total, differing = 0, []
    for title, reading, facts, numbers, filled, wrong in iterate_sets(told.workbook, told.year):
        print(
            f"| {title} | {reading.label} | {reading.as_of} | {facts} | {numbers:,} | {filled:,} | {len(wrong)} |",
            flush=True,
        )
        total += numbers
        differing += [f"{title}, {reading.label}: {line}" for line in wrong]
    print(f"\n{total:,} numbers, {len(differing)} differences")
    for line in differing[:SHOWN]:
        print(line)
    raise SystemExit(bool(differing))


if __name__ == "__main__":
    main()
