"""A static site of the approved releases: pages, downloads, feed, sitemap and descriptions for catalogues.

A release's address is <period>/v<N>/, as in releases/, and never changes. Links between pages are relative, so that
the site also works from disk; it loads nothing from elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from taizhang.core.errors import ChangedError
from taizhang.core.reasons import LANGUAGES, Reason
from taizhang.metadata.formats import format_date
from taizhang.publication.choice import cut_links, list_public
from taizhang.publication.crate import name_type
from taizhang.release.folders import Release
from taizhang.release.paper import Cell, Link, Page, Section, say_at, write_page
from taizhang.release.paper import word as word_release
from taizhang.settings.workbook import Config

LIST = "site.json"
FEED, SITEMAP, CATALOGUE, DATASET = "feed.xml", "sitemap.xml", "catalog.jsonld", "dataset.jsonld"
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MADE = ("html", "pdf", "brief", "docx")


def word(code: str, lang: str, **places: object) -> str:
    """A text of metadata/messages/publication.yml, below `site`."""
    return Reason(f"publication.site.{code}", **places).word(lang)


def build_site(config: Config, releases: Sequence[Release], *, base: str = "") -> dict[str, bytes]:
    """All files of the site by path, except the list of files; the same releases give the same bytes.

    Parameters
    ----------
    config : Config
    releases : Sequence of Release
        The releases to publish, by period, oldest first.
    base : str
        The site's own address, ending with ``/``; without it there is no sitemap, and the feed's links are relative.
    """
    files: dict[str, bytes] = {}
    newest = {one.folder.parent.name: one for one in releases}
    for one in releases:
        added = _copy_release(one)
        files |= {f"{one.name}/{name}": data for name, data in added.items()}
        for lang in LANGUAGES:
            page = write_page(_make_release_page(config, one, newest[one.folder.parent.name], added, lang))
            files[f"{one.name}/index.{lang}.html"] = page.encode()
        files[f"{one.name}/index.html"] = files[f"{one.name}/index.{config.lang}.html"]
        files[f"{one.name}/{DATASET}"] = _write_json(_describe_dataset(config, one, added, base))
    for lang in LANGUAGES:
        files[f"index.{lang}.html"] = write_page(_make_index(config, releases, newest, lang, base)).encode()
    files["index.html"] = files[f"index.{config.lang}.html"]
    files[FEED] = _write_feed(config, releases, base)
    files[CATALOGUE] = _write_json(_describe_catalogue(config, releases, files, base))
    if base:
        files[SITEMAP] = _write_sitemap(releases, [name for name in files if name.endswith(".html")], base)
    return files


def list_site(files: Mapping[str, bytes], releases: Sequence[Release]) -> bytes:
    """The list of the site's files, by which the next run recognises them."""
    hashes = {name: sha256(data).hexdigest() for name, data in sorted(files.items())}
    return _write_json({"releases": [one.name for one in releases], "files": hashes})


def _copy_release(release: Release) -> dict[str, bytes]:
    names = list_public(release)
    there = {*names, *(f"index.{lang}.html" for lang in LANGUAGES)}
    files = {}
    for name in names:
        path = release.folder / name
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data).hexdigest() != release.files[name]:
            raise ChangedError("publication.publish.changed", file=f"{release.name}/{name}")
        files[name] = cut_links(data.decode("utf-8"), there).encode() if name.endswith(".html") else data
    return files


def _make_release_page(
    config: Config, release: Release, newest: Release, files: Mapping[str, bytes], lang: str
) -> Page:
    number, day = newest.number, datetime.fromisoformat(newest.about["made_at"]).date()
    later = number != release.number
    entries = list(release.manifest["reports"].values())
    told = [one for one in entries if one["lang"] == lang] or entries
    errata = [
        name for name in files if name.startswith("erratum.") and (lang in name or name.endswith(".csv"))
    ]
    sections = [Section(word("erratum", lang), links=[Link(name, name) for name in errata])] if errata else []
    sections.append(_list_reports(release, told, files, lang))
    rows = [
        [
            Cell(name, href=name),
            Cell(f"{len(data):,}", right=True),
            Cell(sha256(data).hexdigest(), code=True),
        ]
        for name, data in files.items()
    ]
    columns = [word_release(f"columns.{one}", lang) for one in ("file", "bytes", "sha256")]
    sections.append(Section(word_release("files", lang, n=len(rows)), columns=columns, rows=rows))
    return Page(
        lang=lang,
        title=word_release("release", lang, number=release.number),
        stem="index",
        eyebrow=f"{config.name_title(lang)} {release.period.label(lang)}",
        about=[say_at(release.about["made_at"], lang)],
        banner=word_release("superseded", lang, number=number, day=format_date(day, lang)) if later else "",
        links=[
            Link(word_release("all", lang), f"../../index.{lang}.html"),
            Link(word("metadata", lang), DATASET),
        ],
        sections=sections,
        sample=bool(release.manifest.get("sample")),
    )


def _list_reports(
    release: Release, told: Sequence[Mapping[str, Any]], files: Mapping[str, bytes], lang: str
) -> Section:
    """The reports, one a row, with a column for each form that there is, and for signed copies."""
    signed = {plain: name for name, plain in release.signed.items() if name in files}
    columns, cells = [], []
    for form in _MADE:
        made = [str(one["files"].get(form, "")) for one in told]
        for title, found in (
            (word(form, lang), [name if name in files else "" for name in made]),
            (word("signed", lang, form=word(form, lang)), [signed.get(name, "") for name in made]),
        ):
            if any(found):
                columns.append(title)
                cells.append([Cell(title if name else "—", href=name) for name in found])
    names = [Cell(_name_report(one, lang)) for one in told]
    rows = [list(row) for row in zip(names, *cells, strict=True)]
    return Section(word("reports", lang), columns=[word("report", lang), *columns], rows=rows)


def _name_report(entry: Mapping[str, Any], lang: str) -> str:
    stem = str(entry["files"].get("html") or entry["files"].get("pdf") or "")
    name = word("comparison", lang) if stem.startswith("comparison.") else str(entry["name"])
    return " ".join(filter(None, (name, str(entry.get("title", "")))))


def _make_index(
    config: Config, releases: Sequence[Release], newest: Mapping[str, Release], lang: str, base: str
) -> Page:
    ordered = sorted(releases, key=lambda one: (one.period.end, one.period.start, one.number), reverse=True)
    sections = []
    for one in ordered:
        last = newest[one.folder.parent.name]
        day = format_date(datetime.fromisoformat(last.about["made_at"]).date(), lang)
        later = last.number != one.number
        sections.append(
            Section(
                f"{one.period.label(lang)} {word_release('release', lang, number=one.number)}",
                [say_at(one.about["made_at"], lang)],
                links=[
                    Link(word("open", lang), f"{one.name}/index.{lang}.html"),
                    *(
                        Link(name, f"{one.name}/{name}")
                        for name in ("facts.csv", "dictionary.csv")
                        if name in one.files
                    ),
                ],
                banner=word_release("superseded", lang, number=last.number, day=day) if later else "",
            )
        )
    return Page(
        lang=lang,
        title=word_release("all", lang),
        stem="index",
        eyebrow=config.name_title(lang),
        about=[text for text in (config.issuer, config.contact) if text],
        links=[
            Link(word("feed", lang), FEED),
            Link(word("metadata", lang), CATALOGUE),
            *([Link(word("sitemap", lang), SITEMAP)] if base else []),
        ],
        sections=sections,
        sample=config.sample,
    )


# ------------------------------------------------------------------ for programs


def _name_id(config: Config, name: str, base: str) -> str:
    """An address, or a stable name if the site's address is unknown."""
    return f"{base}{name}" if base else f"urn:uuid:{uuid5(NAMESPACE_URL, f'{config.title}/{name}')}"


def _name_release(config: Config, release: Release, lang: str) -> str:
    number = word_release("release", lang, number=release.number)
    return f"{config.name_title(lang)} {release.period.label(lang)} {number}"


def _read_moment(release: Release) -> datetime:
    """The time of the release in its own time zone, whose day is the day of the release wherever the site is made."""
    moment = datetime.fromisoformat(release.about["made_at"])
    return moment if moment.tzinfo is not None else moment.astimezone()


def _write_moment(release: Release) -> str:
    """The time of the release with its time zone, as feeds require."""
    return _read_moment(release).isoformat(timespec="seconds")


def _write_feed(config: Config, releases: Sequence[Release], base: str) -> bytes:
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    lang = config.lang

    def add(parent: Any, tag: str, text: str = "", **more: str) -> Any:
        element = etree.SubElement(parent, f"{{{_ATOM}}}{tag}", more)
        element.text = text or None
        return element

    ordered = sorted(releases, key=_read_moment, reverse=True)
    add(feed, "id", _name_id(config, "", base))
    add(feed, "title", config.name_title(lang))
    add(feed, "updated", _write_moment(ordered[0]))
    add(add(feed, "author"), "name", config.issuer or config.name_title(lang))
    add(feed, "link", rel="self", href=f"{base}{FEED}", type="application/atom+xml")
    add(feed, "link", rel="alternate", href=f"{base}index.{lang}.html", type="text/html")
    for one in ordered:
        entry = add(feed, "entry")
        add(entry, "id", _name_id(config, f"{one.name}/", base))
        add(entry, "title", _name_release(config, one, lang))
        add(entry, "updated", _write_moment(one))
        add(entry, "link", rel="alternate", href=f"{base}{one.name}/index.{lang}.html", type="text/html")
        if one.about["why"]:
            add(entry, "summary", one.about["why"])
    return _write_xml(feed)


def _write_sitemap(releases: Sequence[Release], pages: Sequence[str], base: str) -> bytes:
    days = {one.name: _write_moment(one)[:10] for one in releases}
    urls = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})  # type: ignore[dict-item]
    for name in sorted(pages):
        url = etree.SubElement(urls, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = f"{base}{name}"
        day = days.get(name.rpartition("/")[0], max(days.values()))
        etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = day
    return _write_xml(urls)


def _write_xml(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _describe_publisher(config: Config) -> dict[str, Any]:
    return {"@type": "Organization", "name": config.issuer or config.name_title(config.lang)}


def _describe_dataset(
    config: Config, release: Release, files: Mapping[str, bytes], base: str
) -> dict[str, Any]:
    """A release as a schema.org Dataset."""
    here = f"{base}{release.name}/" if base else ""
    span = release.period
    names = [_name_release(config, release, lang) for lang in LANGUAGES]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": _name_id(config, f"{release.name}/", base),
        "name": names[0],
        "alternateName": names[1],
        "description": "\n".join(word("description", lang) for lang in LANGUAGES),
        "datePublished": _write_moment(release)[:10],
        "version": str(release.number),
        "temporalCoverage": f"{span.start.isoformat()}/{span.end.isoformat()}",
        "inLanguage": ["zh-CN", "en"],
        "isAccessibleForFree": True,
        "publisher": _describe_publisher(config),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "contentUrl": f"{here}{name}",
                "encodingFormat": name_type(name),
                "contentSize": str(len(data)),
                "sha256": sha256(data).hexdigest(),
            }
            for name, data in files.items()
            if not name.endswith(".html")
        ],
    }


def _describe_catalogue(
    config: Config, releases: Sequence[Release], files: Mapping[str, bytes], base: str
) -> dict[str, Any]:
    """All releases as a W3C DCAT catalogue."""

    def say(texts: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"@language": lang, "@value": text} for lang, text in texts.items()]

    datasets = []
    for one in releases:
        span = one.period
        downloads = [f"{one.name}/{name}" for name in list_public(one) if not name.endswith(".html")]
        datasets.append(
            {
                "@type": "dcat:Dataset",
                "@id": _name_id(config, f"{one.name}/", base),
                "dct:title": say({lang: _name_release(config, one, lang) for lang in LANGUAGES}),
                "dct:description": say({lang: word("description", lang) for lang in LANGUAGES}),
                "dct:issued": {"@type": "xsd:date", "@value": _write_moment(one)[:10]},
                "dcat:version": str(one.number),
                "dct:temporal": {
                    "@type": "dct:PeriodOfTime",
                    "dcat:startDate": {"@type": "xsd:date", "@value": span.start.isoformat()},
                    "dcat:endDate": {"@type": "xsd:date", "@value": span.end.isoformat()},
                },
                "dcat:landingPage": {"@id": f"{base}{one.name}/index.{config.lang}.html"},
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dct:title": name.rpartition("/")[2],
                        "dcat:downloadURL": {"@id": f"{base}{name}"},
                        "dcat:mediaType": {
                            "@id": f"https://www.iana.org/assignments/media-types/{name_type(name)}"
                        },
                        "dcat:byteSize": len(files[name]),
                    }
                    for name in downloads
                ],
            }
        )
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Catalog",
        "@id": _name_id(config, "", base),
        "dct:title": say({lang: config.name_title(lang) for lang in LANGUAGES}),
        "dct:publisher": {
            "@type": "foaf:Organization",
            "foaf:name": config.issuer or config.name_title(config.lang),
        },
        "dcat:dataset": datasets,
    }


def _write_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
