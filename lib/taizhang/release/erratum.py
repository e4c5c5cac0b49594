"""The erratum of a release: every number published in it and in the previous one that changed, with the rows."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taizhang.boundaries.codes import find_levels
from taizhang.boundaries.english import list_names
from taizhang.core.csv import format_csv
from taizhang.core.files import write_text
from taizhang.core.reasons import LANGUAGES
from taizhang.metadata.facts import ALL, FactInfo, describe_fact
from taizhang.metadata.formats import format_fact, name_unit
from taizhang.metadata.words import Tongue, name_places
from taizhang.release.causes import HIDDEN, Cause, Comparison
from taizhang.release.folders import Release
from taizhang.release.paper import Cell, Link, Page, Section, say_at, word, write_page
from taizhang.release.states import open_snapshot
from taizhang.workbook.book import Workbook

CSV = "erratum.csv"
COLUMNS = ("district_code", "district", "period", "fact", "from", "to", "rows")
_KEY = ["district_code", "fact"]
_SAME = 1e-12
NONE = "—"
_MOST_PLACES = 12  # of a number on a page; the table has all


@dataclass(frozen=True)
class Change:
    """A number that changed."""

    code: str
    district: str
    fact: str
    before: float  # NaN: it was empty
    after: float
    causes: tuple[Cause, ...] = ()


def compare_facts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Facts of both tables side by side, by district and fact, in the order of the second.

    Returns
    -------
    DataFrame
        district_code, district, fact, from and to (NaN: empty), and how: same, changed, came (only in the second),
        went, or hidden (in either: neither value is given).
    """
    columns = [*_KEY, "district", "value", "suppressed"]
    both = after[columns].merge(before[columns], on=_KEY, how="outer", suffixes=("", "_before"), sort=False)
    there = [both[name].notna() for name in ("suppressed_before", "suppressed")]
    hidden = both["suppressed_before"].eq(True) | both["suppressed"].eq(True)
    one, other = (both[name].astype("float64") for name in ("value_before", "value"))
    alike = pd.Series(np.isclose(one, other, rtol=_SAME, atol=0.0, equal_nan=True), index=both.index)
    how = np.select(
        [hidden, ~there[0], ~there[1], ~alike], ["hidden", "came", "went", "changed"], default="same"
    )
    return pd.DataFrame(
        {
            "district_code": both["district_code"].astype("str"),
            "district": both["district"].fillna(both["district_before"]).astype("str"),
            "fact": both["fact"].astype("str"),
            "from": one.mask(hidden),
            "to": other.mask(hidden),
            "how": how,
        }
    )


def list_hidden(*tables: pd.DataFrame) -> set[tuple[str, str]]:
    """The facts hidden in any of several tables: district code and fact."""
    return {
        (str(code), str(fact))
        for facts in tables
        for code, fact in facts.loc[facts["suppressed"].astype(bool), _KEY].itertuples(index=False)
    }


def find_changes(compared: pd.DataFrame, rows: Comparison) -> list[Change]:
    """The numbers that changed, each with its causes."""
    changed = compared[compared["how"] == "changed"]
    return [
        Change(
            one["district_code"], one["district"], one["fact"], one["from"], one["to"],
            tuple(rows.find(one["district_code"], one["fact"])),
        )
        for one in changed.to_dict("records")
    ]  # fmt: skip


def write_erratum(
    root: Path, before: Release, manifest: Mapping[str, Any], folder: Path, *, withheld: int
) -> None:
    """Write erratum.csv and erratum.<lang>.html into a release's folder, which has its facts.

    `withheld`: how many figures are hidden only because of what earlier releases show.
    """
    home = Workbook(root)
    tables = [pd.read_parquet(place / "facts.parquet") for place in (before.folder, folder)]
    compared = compare_facts(*tables)
    ids = (before.snapshot, str(manifest["snapshot"]))
    with ExitStack() as stack:
        books = [stack.enter_context(open_snapshot(home, one)) for one in ids]
        rows = Comparison(home, ids, (books[0], books[1]), before.period, list_hidden(*tables))
        changes = find_changes(compared, rows)
        write_text(folder / CSV, "\ufeff" + format_csv(tabulate(changes, str(before.period))))
        for lang in LANGUAGES:
            names = list_place_names(books[1], lang)
            page = _make_page(books[1], before, manifest, changes, compared, names, lang, withheld)
            write_text(folder / f"erratum.{lang}.html", write_page(page))


def tabulate(changes: Sequence[Change], period: str) -> pd.DataFrame:
    """The table of an erratum."""
    return pd.DataFrame(
        [
            (one.code, one.district, period, one.fact, one.before, one.after, "; ".join(map(str, one.causes)))
            for one in changes
        ],
        columns=list(COLUMNS),
    )


def _make_page(
    book: Workbook,
    before: Release,
    manifest: Mapping[str, Any],
    changes: Sequence[Change],
    compared: pd.DataFrame,
    names: Mapping[str, str],
    lang: str,
    withheld: int,
) -> Page:
    number, about = int(manifest["release"]["number"]), manifest["release"]
    count = {how: int((compared["how"] == how).sum()) for how in ("came", "went", "hidden")}
    lines = [word("erratum.means", lang, before=before.number, number=number)]
    lines.append(word("erratum.none" if not changes else "erratum.count", lang, n=len(changes)))
    lines += [word(f"erratum.{how}", lang, n=n) for how, n in count.items() if n]
    if withheld:
        lines.append(word("erratum.withheld", lang, n=withheld))
    if about["why"]:
        lines.append(word("why", lang, why=about["why"]))
    if any(cause.how == HIDDEN for one in changes for cause in one.causes):
        lines.append(word("erratum.hides", lang))
    columns = [word(f"columns.{name}", lang) for name in ("district", "figure", "from", "to", "rows")]
    table = [
        [
            Cell(names.get(one.code, one.district)),
            Cell(show_title(book.fact_infos, one.fact, lang), note=one.fact),
            *(
                Cell(text, right=True)
                for text in show_values(book.fact_infos, one.fact, one.before, one.after, lang)
            ),
            Cell("", lines=show_causes(one.causes, lang)),
        ]
        for one in changes
    ]
    period = before.period.label(lang)
    return Page(
        lang=lang,
        title=word("erratum.title", lang, number=number),
        eyebrow=f"{book.config.name_title(lang)} {period}",
        about=[say_at(about["made_at"], lang), word("by", lang, by=about["by"])],
        links=[
            Link(word("release", lang, number=number), f"../v{number}.{lang}.html"),
            Link(word("release", lang, number=before.number), f"../v{before.number}.{lang}.html"),
            Link(CSV, CSV),
        ],
        stem="erratum",
        sections=[Section(word("erratum.changed", lang), lines, columns, table)],
        sample=book.config.sample,
    )


def list_place_names(book: Workbook, lang: str) -> dict[str, str]:
    """The names of the districts on pages, by code, and under ``all`` that of the whole area."""
    names = list_names(book.districts, lang, book.config.boundaries.names_en)
    tongue = Tongue(lang, *find_levels(list(book.districts["code"])))
    return {**names, ALL: name_places(word("whole", lang), tongue)}


def show_title(infos: Mapping[str, FactInfo], fact: str, lang: str) -> str:
    """The title of a fact, or its name if the fact no longer exists."""
    try:
        return str(describe_fact(fact, infos).title[lang])
    except KeyError:
        return fact


def show_values(
    infos: Mapping[str, FactInfo], fact: str, before: float, after: float, lang: str
) -> tuple[str, str]:
    """Two values of a fact with their units, and with as many digits as it takes to tell them apart."""
    try:
        info = describe_fact(fact, infos)
    except KeyError:
        return _show(before), _show(after)
    texts = format_fact(before, info), format_fact(after, info)
    if texts[0] == texts[1] and before != after:
        texts = _show(before), _show(after)
    first, second = (
        text if text == NONE else _add_unit(text, name_unit(info, lang, value), lang)
        for text, value in zip(texts, (before, after), strict=True)
    )
    return first, second


def _show(value: float) -> str:
    return NONE if np.isnan(value) else f"{value:,.12g}"


def _add_unit(text: str, unit: str, lang: str) -> str:
    return f"{text}{'' if lang == 'zh' or unit == '%' else ' '}{unit}" if unit else text


def show_causes(causes: Sequence[Cause], lang: str) -> list[str]:
    """The causes of a change, one line for those alike in a sheet; if there are many, how many more there are."""
    told: dict[tuple[str, str, str], list[Cause]] = {}
    for one in causes[:_MOST_PLACES]:
        place = one.place
        # A row that was elsewhere before is told by itself.
        of = (one.how, place.file, place.sheet) if place and not one.was else (str(one), "", "")
        told.setdefault(of, []).append(one)
    lines = []
    for first, *others in told.values():
        places = [str(first.place or ""), *(one.place.row for one in others if one.place)]
        was = word("was", lang, place=str(first.was)) if first.was else ""
        lines.append(
            word(f"causes.{first.how}", lang, place=("、" if lang == "zh" else ", ").join(places), was=was)
        )
    more = len(causes) - _MOST_PLACES
    return [*lines, word("more", lang, n=more)] if more > 0 else lines
