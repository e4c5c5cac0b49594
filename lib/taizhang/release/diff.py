"""Compare releases, drafts and the present: figures with their rows, rows, and words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.csv import format_csv
from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason
from taizhang.ingest.snapshots import store_whole
from taizhang.metadata.formats import join_list
from taizhang.release.causes import Cause, Comparison, list_places
from taizhang.release.erratum import (
    NONE,
    compare_facts,
    find_changes,
    list_hidden,
    list_place_names,
    show_causes,
    show_title,
    show_values,
)
from taizhang.release.folders import find_release, is_release, read_release
from taizhang.release.paper import Cell, Page, Section, word, write_page
from taizhang.release.sections import Word, compare_words
from taizhang.release.states import open_snapshot
from taizhang.report.manifest import NAME as MANIFEST
from taizhang.report.manifest import read_manifest
from taizhang.store import list_snapshots
from taizhang.workbook.book import Workbook

NOW = "now"
COLUMNS = ("part", "district_code", "district", "what", "change", "from", "to", "rows")
_WORDS = {"new": "added"}


@dataclass(frozen=True)
class Side:
    """One side: its name, period, figures, pages, and the snapshot of its rows ('' if not known)."""

    name: str
    period: Period
    facts: pd.DataFrame
    folder: Path
    reports: Mapping[str, Any]
    snapshot: str


@dataclass(frozen=True)
class Difference:
    """The differences: a table with the columns above, whether rows could be compared, and the causes of each figure's
    change by district and fact."""

    before: Side
    after: Side
    table: pd.DataFrame
    with_rows: bool
    causes: Mapping[tuple[str, str], Sequence[Cause]]


def compare_releases(book: Workbook, before: str, after: str) -> Difference:
    """Compare two of: releases (2021/v1, or a folder), the present (now), and folders of drafts.

    ParameterError if one does not exist or their periods differ.
    """
    if before == after == NOW:
        raise ParameterError("release.diff.both_now")
    sides: list[Side | None] = [None if name == NOW else _read_side(book, name) for name in (before, after)]
    other = next(one for one in sides if one is not None)
    first, second = (one or _read_present(book, other.period) for one in sides)
    if not first.period.is_same(second.period):
        raise ParameterError("release.diff.periods", before=str(first.period), after=str(second.period))
    compared = compare_facts(first.facts, second.facts)
    rows: list[dict[str, Any]] = []
    with _open_rows(book, first, second) as comparison:
        known = (
            {(one.code, one.fact): one.causes for one in find_changes(compared, comparison)}
            if comparison
            else {}
        )
        for one in compared[compared["how"].isin(["changed", "came", "went"])].to_dict("records"):
            causes = known.get((one["district_code"], one["fact"]), ())
            told = {
                "change": one["how"],
                "from": one["from"],
                "to": one["to"],
                "rows": "; ".join(map(str, causes)),
            }
            about = {name: one[name] for name in ("district_code", "district")}
            rows.append({"part": "facts", **about, "what": one["fact"], **told})
        if comparison:
            rows += list(_list_rows(comparison))
    for told_words in compare_words(first.folder, second.folder, (first.reports, second.reports)):
        rows.append(_tell_word(told_words, {**first.reports, **second.reports}))
    return Difference(first, second, pd.DataFrame(rows, columns=list(COLUMNS)), comparison is not None, known)


def _read_side(book: Workbook, name: str) -> Side:
    folder = Path(name)
    if not is_release(folder) and (folder / MANIFEST).is_file() and (folder / "facts.parquet").is_file():
        manifest = read_manifest(folder)  # a draft: a review's folder
        period, facts = parse_period(manifest["period"]), pd.read_parquet(folder / "facts.parquet")
        snapshot = str(manifest.get("snapshot", ""))
        if snapshot not in {one.id for one in list_snapshots(book.config)}:  # thinned out, or never recorded
            current = manifest.get("inputs_fingerprint") == book.fingerprint()
            snapshot = store_whole(book.config).id if current else ""
        return Side(folder.name, period, facts, folder, manifest["reports"], snapshot)
    release = (
        read_release(book.root, folder.resolve()) if is_release(folder) else find_release(book.root, name)
    )
    facts = pd.read_parquet(release.folder / "facts.parquet")
    reports = release.manifest["reports"]
    return Side(release.name, release.period, facts, release.folder, reports, release.snapshot)


def _read_present(book: Workbook, period: Period) -> Side:
    """The data ingested now, with the words of the current review, if there is one."""
    folder = book.reports_dir(period)
    facts = book.facts(period)
    return Side(NOW, period, facts, folder, read_manifest(folder)["reports"], store_whole(book.config).id)


@contextmanager
def _open_rows(book: Workbook, first: Side, second: Side) -> Iterator[Comparison | None]:
    """The rows of both sides; None if either side's are not known."""
    if not first.snapshot or not second.snapshot:
        yield None
        return
    ids = (first.snapshot, second.snapshot)
    with ExitStack() as stack:
        books = [stack.enter_context(open_snapshot(book, one)) for one in ids]
        hidden = list_hidden(first.facts, second.facts)
        yield Comparison(book, ids, (books[0], books[1]), first.period, hidden)


def _list_rows(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for kind, found in comparison.list_changes().items():
        for row, was, now in zip(
            found.to_dict("records"), list_places(found, "_before"), list_places(found, ""), strict=True
        ):
            code = row["district_code_before"] if pd.isna(row["district_code"]) else row["district_code"]
            yield {
                "part": "rows", "district_code": "" if pd.isna(code) else str(code), "district": "", "what": kind,
                "change": _WORDS.get(str(row["change"]), str(row["change"])),
                "from": str(was) if was.file else "", "to": str(now) if now.file else "", "rows": row["columns"],
            }  # fmt: skip


def _tell_word(one: Word, reports: Mapping[str, Any]) -> dict[str, Any]:
    about = reports[one.report]
    change = "changed" if one.before and one.after else "added" if one.after else "removed"
    return {
        "part": "words", "district_code": about["district"], "district": about["name"],
        "what": f"{one.report}: {one.section}", "change": change, "from": one.before, "to": one.after, "rows": "",
    }  # fmt: skip


def format_difference(found: Difference, form: str, book: Workbook, lang: str) -> str:
    """Format a difference as table, csv, json or html."""
    if form == "csv":
        return "\ufeff" + format_csv(found.table)
    if form == "json":
        records = found.table.astype(object).where(found.table.notna(), None).to_dict("records")
        parts = {
            part: [{key: one[key] for key in COLUMNS[1:]} for one in records if one["part"] == part]
            for part in ("facts", "rows", "words")
        }
        return json.dumps(
            {"a": found.before.name, "b": found.after.name, **parts}, ensure_ascii=False, indent=1
        ) + "\n"  # fmt: skip
    return _write_html(found, book, lang) if form == "html" else _write_table(found, book, lang)


def _write_table(found: Difference, book: Workbook, lang: str) -> str:
    lines = []
    for part in ("facts", "rows", "words"):
        some = found.table[found.table["part"] == part].to_dict("records")
        lines.append(Reason(f"release.diff.{part}", n=len(some)).word(lang))
        for one in some:
            what = " ".join(filter(None, (one["district"] or one["district_code"], one["what"])))
            lines.append(f"  {what}: {' → '.join(_show_both(one, book, lang))}")
            lines += [f"    {line}" for line in _word_rows(one, found, book, lang)]
    if not found.with_rows:
        lines.append(Reason("release.diff.no_rows").word(lang))
    return "\n".join(lines) + "\n"


def _show_both(one: Mapping[Any, Any], book: Workbook, lang: str) -> tuple[str, str]:
    """What something was and is: of figures with their units."""
    if one["part"] == "facts":
        return show_values(book.fact_infos, one["what"], float(one["from"]), float(one["to"]), lang)
    first, second = (
        NONE if pd.isna(one[side]) or one[side] == "" else str(one[side]) for side in ("from", "to")
    )
    return first, second


def _word_rows(one: Mapping[Any, Any], found: Difference, book: Workbook, lang: str) -> list[str]:
    """What brought a change about, or what was changed, in words."""
    if one["part"] == "facts":
        return show_causes(found.causes.get((one["district_code"], one["what"]), ()), lang)
    change = word(f"change.{one['change']}", lang)
    if one["part"] == "words" or not one["rows"]:
        return [change]
    fields = book.kinds[one["what"]].fields if one["what"] in book.kinds else {}
    titles = [
        fields[name].title[lang] if name in fields else word("columns.district", lang)
        for name in str(one["rows"]).split(",")
    ]
    return [word("change.columns", lang, change=change, names=join_list(titles, lang))]


def _make_cells(
    one: Mapping[Any, Any], district: str, found: Difference, book: Workbook, lang: str
) -> list[Cell]:
    figure, what = one["part"] == "facts", str(one["what"])
    values = _show_both(one, book, lang)
    return [
        Cell(district),
        Cell(show_title(book.fact_infos, what, lang), note=what) if figure else Cell(what),
        *(Cell(text, right=figure) for text in values),
        Cell("", lines=_word_rows(one, found, book, lang)),
    ]


def _write_html(found: Difference, book: Workbook, lang: str) -> str:
    names = list_place_names(book, lang)
    sections = []
    for part in ("facts", "rows", "words"):
        some = found.table[found.table["part"] == part].to_dict("records")
        called = [names.get(one["district_code"], one["district"]) for one in some]
        cells = [_make_cells(one, name, found, book, lang) for one, name in zip(some, called, strict=True)]
        last = "rows" if part == "facts" else "change"
        columns = [word(f"columns.{name}", lang) for name in ("district", "what", "from", "to", last)]
        title = Reason(f"release.diff.{part}", n=len(some)).word(lang)
        lines = [Reason("release.diff.no_rows").word(lang)] if part == "rows" and not found.with_rows else []
        sections.append(Section(title, lines, columns, cells))
    return write_page(
        Page(
            lang=lang,
            title=f"{found.before.name} → {found.after.name}",
            stem="",
            eyebrow=f"{book.config.name_title(lang)} {found.before.period.label(lang)}",
            sections=sections,
            sample=book.config.sample,
        )
    )
