"""The published site: approved releases alone, no rows; links, feed and descriptions; in a browser, from disk and served."""

import functools
import http.server
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html

import taizhang
from taizhang.cli import main
from taizhang.core.errors import ChangedError, ParameterError
from taizhang.core.files import name_beside
from taizhang.core.trust import revoke_trust
from taizhang.lab.scaffold import make_sample_workbook
from taizhang.metadata.words import label
from taizhang.publication import publish_releases
from taizhang.publication.site import build_site
from taizhang.release import Release

BASE = "https://example.gov.cn/review/"
ATOM, MAP = "{http://www.w3.org/2005/Atom}", "{http://www.sitemaps.org/schemas/sitemap/0.9}"
CODE = "350921101"


def write_report(lang: str, *, draft: bool = False, approved: bool = True) -> str:
    mark = ' data-draft="DRAFT"' if draft else ""
    said = f"<dt>{label('report.approved', lang)}</dt><dd>李工</dd>" if approved else ""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>R</title></head><body{mark}><main>'
        f'<h1>R</h1><dl><dt>x</dt><dd>Use</dd>{said}</dl><p><a href="index.{lang}.html">all</a>'
        f'<a class="rows" href="rows/{CODE}.hazards.found.csv" download>rows</a></p></main></body></html>'
    )


def make_release(root: Path, name: str, made_at: str, texts: dict[str, str]) -> Path:
    """A release as `taizhang release` leaves it, with files that no site may hold."""
    folder = root / "releases" / name
    files = {
        "facts.csv": "﻿district_code,fact,value\n", "dictionary.csv": "fact\n", "findings.csv": "SECRET\n",
        f"rows/{CODE}.hazards.found.csv": "SECRET\n", f"notebooks/{CODE}.zh.ipynb": "SECRET", "index.zh.html": "SECRET",
    } | texts  # fmt: skip
    if not name.endswith("v1"):
        files |= {
            "erratum.csv": "district_code\n",
            "erratum.zh.html": write_report("zh"),
            "erratum.en.html": "<p>e</p>",
        }
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, "utf-8")
    reports = {
        f"{CODE}.{lang}": {
            "name": "溪口镇", "lang": lang, "title": "", "status": "made", "district": CODE,
            "files": {"html": f"{CODE}.{lang}.html", "notebook": f"notebooks/{CODE}.zh.ipynb"},
        }
        for lang in ("zh", "en")
        if f"{CODE}.{lang}.html" in texts
    }  # fmt: skip
    manifest = {
        "period": name.partition("/")[0], "as_of": "2021-12-31", "reports": reports, "snapshot": "s",
        "release": {"number": int(name[-1]), "by": "李工", "why": "更正", "made_at": made_at},
        "files": {file: sha256((folder / file).read_bytes()).hexdigest() for file in files},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site") / "book"
    make_sample_workbook(root)
    both = {f"{CODE}.{lang}.html": write_report(lang) for lang in ("zh", "en")}
    make_release(root, "2021/v1", "2022-03-01T09:00:00+08:00", both)
    make_release(root, "2021/v2", "2022-04-01T09:00:00+08:00", both)
    make_release(
        root, "2021Q3/v1", "2021-11-01T09:00:00+08:00", {f"{CODE}.zh.html": write_report("zh", draft=True)}
    )
    make_release(
        root,
        "2021H1/v1",
        "2021-08-01T09:00:00+08:00",
        {f"{CODE}.zh.html": write_report("zh", approved=False)},
    )
    with (root / "workbook.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[release]\napproval = true\n")
    return root


@pytest.fixture(scope="module")
def site(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public") / "县 site"
    made = publish_releases(taizhang.open(str(book)).config, str(folder), base=BASE)
    assert made.releases == ("2021/v1", "2021/v2")
    assert [one.code for one in made.refused] == [
        "publication.publish.not_approved",
        "publication.publish.draft",
    ]
    assert made.files == len(read_files(folder))
    return folder


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_only_approved_releases_are_there_and_nothing_that_lists_rows(site: Path) -> None:
    files = read_files(site)
    assert not [name for name in files if "rows/" in name or "notebooks" in name or "findings" in name]
    assert not [name for name, data in files.items() if b"SECRET" in data]
    assert not [name for name in files if name.startswith(("2021Q3", "2021H1"))]
    assert {
        "2021/v1/facts.csv",
        f"2021/v1/{CODE}.en.html",
        "2021/v2/erratum.csv",
        "2021/v2/index.html",
    } <= set(files)
    page = files[f"2021/v1/{CODE}.zh.html"].decode()
    assert '<a class="rows" hidden download>rows</a>' in page and 'href="index.zh.html"' in page
    listed = json.loads(files["site.json"])["files"]
    assert listed == {name: sha256(data).hexdigest() for name, data in files.items() if name != "site.json"}


def test_every_link_leads_to_a_file_of_the_site(site: Path) -> None:
    seen = 0
    for page in site.rglob("*.html"):
        for link in html.fromstring(page.read_text("utf-8")).iter("a"):
            href = link.get("href")
            if href is None or href.startswith("#"):
                continue
            seen += 1
            assert not urlsplit(href).scheme and (page.parent / urlsplit(href).path).is_file(), (page, href)
    assert seen > 50


def test_v1_says_that_v2_supersedes_it(site: Path) -> None:
    first, second = ((site / f"2021/v{n}/index.en.html").read_text("utf-8") for n in (1, 2))
    assert "Superseded by release 2 of 1 April 2022" in first and "Superseded" not in second


def test_the_feed_has_what_atom_asks_for(site: Path) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: ids, titles and times once each, an author, a link to itself, ids that differ."""
    feed = etree.fromstring((site / "feed.xml").read_bytes())
    entries = feed.findall(f"{ATOM}entry")
    for one in (feed, *entries):
        for tag in ("id", "title", "updated"):
            (found,) = one.findall(f"{ATOM}{tag}")
            assert found.text
            if tag == "updated":
                assert datetime.fromisoformat(found.text).utcoffset() is not None
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    (itself,) = (one for one in feed.findall(f"{ATOM}link") if one.get("rel") == "self")
    assert itself.get("href") == f"{BASE}feed.xml"
    ids = [one.findtext(f"{ATOM}id") for one in entries]
    assert ids == [f"{BASE}2021/v2/", f"{BASE}2021/v1/"]  # the newest first
    sitemap = etree.fromstring((site / "sitemap.xml").read_bytes())
    places = [one.text or "" for one in sitemap.iter(f"{MAP}loc")]
    pages = {f"{BASE}{path.relative_to(site).as_posix()}" for path in site.rglob("*.html")}
    assert set(places) == pages and len(places) == len(pages)


def test_catalogues_are_told_what_there_is(site: Path) -> None:
    catalogue = json.loads((site / "catalog.jsonld").read_text("utf-8"))
    assert catalogue["@type"] == "dcat:Catalog" and len(catalogue["dcat:dataset"]) == 2
    for dataset in catalogue["dcat:dataset"]:
        assert dataset["@type"] == "dcat:Dataset" and {one["@language"] for one in dataset["dct:title"]} == {
            "zh",
            "en",
        }
        for one in dataset["dcat:distribution"]:
            path = site / one["dcat:downloadURL"]["@id"].removeprefix(BASE)
            assert path.stat().st_size == one["dcat:byteSize"]
    told = json.loads((site / "2021/v2/dataset.jsonld").read_text("utf-8"))
    assert told["@type"] == "Dataset" and told["temporalCoverage"] == "2021-01-01/2021-12-31"
    assert {one["name"] for one in told["distribution"]} == {"facts.csv", "dictionary.csv", "erratum.csv"}


def test_again_it_is_the_same_and_what_is_not_the_sites_stays(book: Path, site: Path, tmp_path: Path) -> None:
    config = taizhang.open(str(book)).config
    to = tmp_path / "www"
    publish_releases(config, str(to), base=BASE)
    before = read_files(to)
    publish_releases(config, str(to), base=BASE)
    assert read_files(to) == before == read_files(site) and list(tmp_path.iterdir()) == [to]
    (to / "CNAME").write_text("x")
    with pytest.raises(ParameterError, match="CNAME"):
        publish_releases(config, str(to), base=BASE)
    assert read_files(to) == before | {"CNAME": b"x"}
    (to / "CNAME").unlink()
    away = book / "releases" / "2021" / "gone"
    (book / "releases" / "2021" / "v1").rename(away)
    try:
        with pytest.raises(ParameterError, match="2021/v1"):
            publish_releases(config, str(to))
    finally:
        away.rename(book / "releases" / "2021" / "v1")
    facts = book / "releases" / "2021" / "v2" / "facts.csv"
    whole = facts.read_bytes()
    facts.write_bytes(whole + b"1")
    try:
        with pytest.raises(ChangedError, match=r"facts\.csv"):
            publish_releases(config, str(to))
    finally:
        facts.write_bytes(whole)
    assert read_files(to) == before and list(tmp_path.iterdir()) == [to]


def test_a_site_that_a_killed_run_had_moved_aside_is_put_back(book: Path, site: Path, tmp_path: Path) -> None:
    config, to = taizhang.open(str(book)).config, tmp_path / "www"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"{name_beside(to).replace(str(os.getpid()), str(ended.pid))}abcdefgh"
    shutil.copytree(site, left / "site")
    away = book / "releases" / "2021" / "gone"
    (book / "releases" / "2021" / "v1").rename(away)
    try:  # what was published is known again
        with pytest.raises(ParameterError, match="2021/v1"):
            publish_releases(config, str(to))
    finally:
        away.rename(book / "releases" / "2021" / "v1")
    assert read_files(to) == read_files(site)
    publish_releases(config, str(to), base=BASE)
    assert read_files(to) == read_files(site) and list(tmp_path.iterdir()) == [to]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork, each run would have to load all anew")
def test_killed_at_any_moment_it_leaves_the_site_before_or_the_new_one(book: Path, tmp_path: Path) -> None:
    """Two sites by turns, killed at moments from the beginning to the end: there is one of them, whole, or it is put
    back by the next run."""
    config, to = taizhang.open(str(book)).config, tmp_path / "www"
    bases = [BASE, BASE.replace("https", "http")]
    wanted = []
    for base in bases:
        publish_releases(config, str(tmp_path / f"site-{len(wanted)}"), base=base)
        wanted.append(read_files(tmp_path / f"site-{len(wanted)}"))
    publish_releases(config, str(to), base=bases[0])
    fork = multiprocessing.get_context("fork")

    def run(base: str, seconds: float | None) -> float:
        process = fork.Process(target=publish_releases, args=(config, str(to)), kwargs={"base": base})
        began = time.monotonic()
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        return time.monotonic() - began

    whole = run(bases[1], None)
    assert read_files(to) == wanted[1]
    seen = set()
    for turn in range(16):
        run(bases[turn % 2], whole * turn / 12)
        if to.exists():
            there = read_files(to)
            assert there in wanted
            seen.add(wanted.index(there) == turn % 2)
    assert seen == {True, False}
    publish_releases(config, str(to), base=bases[0])
    assert read_files(to) == wanted[0] and {path.name for path in tmp_path.iterdir()} == {"www", "site-0", "site-1"}


def test_to_an_address_only_from_a_workbook_that_is_trusted(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import fsspec

    config = taizhang.open(str(book)).config
    monkeypatch.setenv("PLACE", "memory://public")
    publish_releases(config, "${PLACE}/site")
    memory = fsspec.filesystem("memory")
    listed = json.loads(memory.cat_file("/public/site/site.json"))
    assert listed["releases"] == ["2021/v1", "2021/v2"] and memory.exists("/public/site/2021/v1/facts.csv")
    assert not memory.exists("/public/site/sitemap.xml")  # nobody said where it is
    monkeypatch.setenv("TAIZHANG_TRUST", "")
    revoke_trust(book)
    with pytest.raises(ParameterError, match="taizhang trust"):
        publish_releases(config, "s3://user:geheim@host/site")
    monkeypatch.setattr("sys.argv", ["taizhang", "publish", "--to", "memory://public/two", "-C", str(book)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 1 and "2 releases" in told.out and "2021Q3/v1" in told.err


def test_a_file_is_left_alone_and_a_link_is_followed(book: Path, tmp_path: Path) -> None:
    config, own = taizhang.open(str(book)).config, tmp_path / "report.pdf"
    own.write_bytes(b"x")
    with pytest.raises(ParameterError, match=r"report\.pdf"):
        publish_releases(config, str(own))
    assert own.read_bytes() == b"x"
    (tmp_path / "www").mkdir()
    link = tmp_path / "public"
    link.symlink_to("www", target_is_directory=True)
    for _ in range(2):
        publish_releases(config, str(link))
        assert link.is_symlink() and (tmp_path / "www" / "index.html").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"report.pdf", "www", "public"}


def test_another_site_at_an_address_is_left_alone(book: Path, site: Path) -> None:
    import fsspec

    config, memory = taizhang.open(str(book)).config, fsspec.filesystem("memory")
    memory.pipe_file("/other/index.html", b"another site")
    with pytest.raises(ParameterError, match=r"index\.html"):
        publish_releases(config, "memory://other")
    assert memory.find("/other") == ["/other/index.html"]
    memory.pipe_file("/cut/index.html", b"")  # of a run that was cut short
    memory.pipe_file("/cut/site.json", b'{"releases": [], "files": {"index.html": ""}}')
    publish_releases(config, "memory://cut")
    assert memory.cat_file("/cut/index.html")


@pytest.mark.parametrize(
    "base", ["https://u:geheim@example.gov.cn/", "https://example.gov.cn/?a=1", "https://x/#a", "https://"]
)
def test_an_address_to_which_nothing_can_be_added_is_refused(book: Path, tmp_path: Path, base: str) -> None:
    with pytest.raises(ParameterError, match="https://") as refused:
        publish_releases(taizhang.open(str(book)).config, str(tmp_path / "www"), base=base)
    assert "geheim" not in str(refused.value) and not (tmp_path / "www").exists()


def test_the_day_of_a_release_is_that_of_its_own_zone(book: Path) -> None:
    """On any machine: at half past midnight in China it is another day in London."""
    config = taizhang.open(str(book)).config
    manifest = {"period": "2021", "reports": {}, "files": {}, "release": {"made_at": "2022-03-01T00:30:00+08:00"}}
    manifest["release"] |= {"number": 1, "by": "李工", "why": ""}
    one = Release(book, book / "releases" / "2021" / "v1", 1, manifest)
    made = build_site(config, [one], base="https://example.gov.cn/%E8%AF%84/")
    assert json.loads(made["2021/v1/dataset.jsonld"])["datePublished"] == "2022-03-01"
    days = etree.fromstring(made["sitemap.xml"]).iter(f"{MAP}lastmod")
    assert {day.text for day in days} == {"2022-03-01"}


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "width", "dark"), [("index.zh.html", 360, False), ("2021/v1/index.en.html", 1280, True)]
)
def test_pages_are_accessible_and_ask_for_nothing_elsewhere(
    site: Path, open_page: Callable[..., Any], name: str, width: int, dark: bool
) -> None:
    opened = open_page(site / name, width=width, dark=dark)
    assert [url for url in opened.requests if not url.startswith("data:")] == [(site / name).as_uri()]
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.list_violations() == []


@pytest.mark.browser
def test_from_a_plain_server_a_reader_gets_from_the_front_to_a_report(served: str, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served)
    page.get_by_role("link", name="Feed (Atom)").or_(page.get_by_role("link", name="订阅")).wait_for()
    page.goto(urljoin(served, "index.en.html"))
    page.get_by_role("link", name="Open this release").first.click()
    page.wait_for_url("**/2021/v2/index.en.html")
    page.get_by_role("row", name="溪口镇").get_by_role("link", name="page").click()
    page.wait_for_url(f"**/{CODE}.en.html")
    assert not page.get_by_text("rows").is_visible()
    page.get_by_role("link", name="all").click()
    page.wait_for_url("**/2021/v2/index.en.html")
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(served).netloc}
    page.close()
