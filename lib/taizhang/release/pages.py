"""Pages about releases: one for each, and a list of all. They are rewritten with every release.

The files of a release never change. If a later release supersedes it, the page beside it says so.
"""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from taizhang.core.files import write_text
from taizhang.core.periods import parse_period
from taizhang.core.reasons import LANGUAGES
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date
from taizhang.release.erratum import CSV, list_place_names, show_title, show_values
from taizhang.release.folders import FOLDER, SIGNED, Release, list_releases
from taizhang.release.paper import Cell, Link, Page, Section, say_at, word, write_page
from taizhang.report.manifest import NAME as MANIFEST
from taizhang.workbook.book import Workbook

_MOST_TOLD = 5  # changed numbers named in the list; the erratum has all


def write_pages(book: Workbook) -> None:
    """Write releases/<period>/v<N>.<lang>.html for each release, and releases/index.<lang>.html."""
    releases = list_releases(book.root)
    by_period: dict[str, list[Release]] = {}
    for one in releases:
        by_period.setdefault(one.folder.parent.name, []).append(one)
    for lang in LANGUAGES:
        names = list_place_names(book, lang)
        told = {one.name: tell_changes(book, one, names, lang) for one in releases}
        for some in by_period.values():
            for one in some:
                page = _make_page(book, one, some[-1], told[one.name], lang)
                write_text(one.folder.parent / f"{one.folder.name}.{lang}.html", write_page(page))
        index = _make_index(book, by_period, told, lang)
        write_text(book.root / FOLDER / f"index.{lang}.html", write_page(index))


def tell_changes(book: Workbook, release: Release, names: dict[str, str], lang: str) -> list[str]:
    """Describe what a release changed: how many numbers, and the first of them, the whole area's before others."""
    if CSV not in release.files:
        return [word("first", lang)] if release.number == 1 else []
    table = pd.read_csv(
        release.folder / CSV, dtype={"district_code": "str", "district": "str"}, encoding="utf-8-sig"
    )
    lines = [word("erratum.count" if len(table) else "erratum.none", lang, n=len(table))]
    first = table.sort_values("district_code", key=lambda code: code != ALL, kind="stable")
    for one in first.head(_MOST_TOLD).to_dict("records"):
        district = names.get(one["district_code"], one["district"])
        figure = show_title(book.fact_infos, one["fact"], lang)
        before, after = show_values(book.fact_infos, one["fact"], one["from"], one["to"], lang)
        lines.append(word("told", lang, district=district, figure=figure, before=before, after=after))
    more = len(table) - _MOST_TOLD
    return [*lines, word("more", lang, n=more)] if more > 0 else lines


def _say_superseded(newest: Release, lang: str) -> str:
    day = format_date(datetime.fromisoformat(newest.about["made_at"]).date(), lang)
    return word("superseded", lang, number=newest.number, day=day)


def _list_links(release: Release, lang: str, base: str) -> list[Link]:
    """The links to a release's index, erratum and facts; `base` is its folder as seen from the page."""
    tongue = lang if lang in release.languages else (release.languages or [lang])[0]
    links = [Link(word("reports", lang), f"{base}/index.{tongue}.html")]
    if f"erratum.{lang}.html" in release.files:
        links.append(Link(word("erratum.title", lang, number=release.number), f"{base}/erratum.{lang}.html"))
    return [*links, Link("facts.csv", f"{base}/facts.csv")]


def _make_page(book: Workbook, release: Release, newest: Release, told: Sequence[str], lang: str) -> Page:
    about, name = release.about, release.folder.name
    lines = [word("why", lang, why=about["why"])] if about["why"] else []
    lines.append(word("snapshot", lang, snapshot=release.snapshot))
    code = release.code
    marks = {"sha": code["sha256"][:12], "environment": code["environment_sha256"][:12]}
    lines.append(word("code", lang, version=code["version"], **marks))
    lines.append(word("verify", lang, command=f"taizhang verify {FOLDER}/{release.name}"))
    files = [
        [
            Cell(file, href=f"{name}/{file}"),
            Cell(_write_size(release, file), right=True),
            Cell(sha256, code=True),
        ]
        for file, sha256 in release.files.items()
    ]
    files.append(
        [
            Cell(MANIFEST, href=f"{name}/{MANIFEST}"),
            Cell(_write_size(release, MANIFEST), right=True),
            Cell(""),
        ]
    )
    told_of_files = [word("hashes", lang)]
    if release.signed:
        mark = release.manifest[SIGNED].get("certificate_sha256", "")
        told_of_files.append(word("signed", lang, n=len(release.signed), sha=mark))
    return Page(
        lang=lang,
        title=word("release", lang, number=release.number),
        stem=name,
        eyebrow=f"{book.config.name_title(lang)} {release.period.label(lang)}",
        about=[say_at(about["made_at"], lang), word("by", lang, by=about["by"])],
        banner=_say_superseded(newest, lang) if newest.number != release.number else "",
        links=[Link(word("all", lang), f"../index.{lang}.html"), *_list_links(release, lang, name)],
        sections=[
            Section(word("changed", lang), [*told, *lines]),
            Section(
                word("files", lang, n=len(files)), told_of_files,
                [word(f"columns.{one}", lang) for one in ("file", "bytes", "sha256")], files,
            ),
        ],
        sample=bool(release.manifest.get("sample")),
    )  # fmt: skip


def _write_size(release: Release, file: str) -> str:
    path = release.folder / file
    return f"{path.stat().st_size:,}" if path.exists() else "—"


def _make_index(
    book: Workbook, by_period: dict[str, list[Release]], told: dict[str, list[str]], lang: str
) -> Page:
    sections = []
    for path, some in sorted(
        by_period.items(), key=lambda one: (one[1][-1].period.end, one[1][-1].period.start), reverse=True
    ):
        label = parse_period(some[-1].manifest["period"]).label(lang)
        for one in reversed(some):
            newest = one.number == some[-1].number
            lines = [f"{say_at(one.about['made_at'], lang)} {word('by', lang, by=one.about['by'])}"]
            lines += [word("why", lang, why=one.about["why"])] if one.about["why"] else []
            page = Link(word("page", lang, number=one.number), f"{path}/{one.folder.name}.{lang}.html")
            sections.append(
                Section(
                    f"{label} {word('release', lang, number=one.number)}",
                    [*lines, *told[one.name]],
                    links=[page, *_list_links(one, lang, f"{path}/{one.folder.name}")],
                    banner="" if newest else _say_superseded(some[-1], lang),
                )
            )
    return Page(
        lang=lang,
        title=word("all", lang),
        stem="index",
        eyebrow=book.config.name_title(lang),
        sections=sections,
        sample=book.config.sample,
    )
