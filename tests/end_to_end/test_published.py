"""Real reports as they are published: how long, how clean, how sound; and the same bytes from the same inputs."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from lxml import html

from taizhang.report.pdf import count_pages
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook

FORMATS = ("html", "pdf", "docx")
# Names of people, standards, programs and methods: all that a Chinese report may hold of Latin words.
NAMES = set(
    "taizhang Wilson Greenwood Fisher Jenks Kaplan Meier Moran Cox Order AQ GB Brown Holm LISA XmR Kendall".split()
)
FILES = {"risk", "assessment", "toml"}
DOUBLED = re.compile(r"[，。；：、！？]{2,}|（）|\(\)|（[，；、]|[，；、]）|。）。|\bnan\b|NaT|None")
NOTE = "## 存在的问题\n\n巡查记录不全[^1]。\n\n[^1]: 见检查台账。\n"


def copy_book(source: Path, folder: Path) -> Path:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("processed", "reports"))
    notes = folder / "notes" / "2021"
    notes.mkdir(parents=True)
    code = Workbook(folder).districts["code"].iloc[0]
    (notes / f"{code}.md").write_text(NOTE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def published(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_book(sample_book, tmp_path_factory.mktemp("published") / "县 book")
    book = Workbook(root)
    result = make_review(book, "2021", formats=FORMATS, jobs=2, progress=lambda _: None)
    assert not result.failed
    for lang in ("zh", "en"):
        some = book.districts["code"].tolist()[:2]
        made = make_review(book, "2021-07", districts=some, lang=lang, progress=lambda _: None)
        assert not made.failed and not made.behind  # the same whole area in either language
    return result.folder.parent


def list_pdfs(folder: Path) -> list[Path]:
    """The reports; their first page as a file of its own has a test of its own."""
    found = sorted(path for path in folder.glob("*.pdf") if ".brief." not in path.name)
    assert len(found) > 3
    return found


def read_pages(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def walk(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element
    children = element.get("/K", []) if isinstance(element, pikepdf.Dictionary) else []
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from walk(child)


def test_an_annual_review_has_about_ten_pages_and_an_annex_and_a_bulletin_two(published: Path) -> None:
    for path in list_pdfs(published / "2021"):
        main, pages = count_pages(path.read_bytes())
        assert pages == len(read_pages(path))
        if path.name.startswith("comparison"):
            assert pages <= 35
        else:
            assert 8 <= main <= 12 and pages <= 22, (path.name, main, pages)
        assert path.stat().st_size < 2_000_000
        assert path.with_suffix(".html").stat().st_size < 2_000_000
    for path in list_pdfs(published / "2021-07"):
        assert len(read_pages(path)) == 2, path.name
    for path in (*(published / "2021").glob("*.brief.*.pdf"), *(published / "2021-07").glob("*.brief.*.pdf")):
        assert len(read_pages(path)) == 1, path.name


def test_chinese_reports_hold_no_stray_word_nor_doubled_sign(published: Path) -> None:
    for path in [*list_pdfs(published / "2021"), *list_pdfs(published / "2021-07")]:
        text = "\n".join(read_pages(path))
        assert "\ufffd" not in text and "〔U+" not in text
        if ".zh." in path.name:
            assert not DOUBLED.findall(squeeze(text)), path.name
            assert set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES - FILES == set(), path.name


def test_every_pdf_is_tagged_throughout(published: Path) -> None:
    for path in list_pdfs(published / "2021"):
        with pikepdf.open(path) as document:
            assert document.Root.MarkInfo.Marked and str(document.Root.Lang) == "zh-CN"
            with document.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
            elements = list(walk(document.Root.StructTreeRoot))
            kinds = [str(element["/S"]) for element in elements]
            levels = [int(kind[2:]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
            assert levels and levels[0] == 1
            assert all(after <= before + 1 for before, after in pairwise(levels))
            figures = [element for element in elements if element["/S"] == "/Figure"]
            assert figures and all(str(figure.get("/Alt", "")).strip() for figure in figures)
            assert kinds.count("/TH") >= 3 * kinds.count("/Table") > 0
            with document.open_outline() as outline:
                marks = [str(item.title) for item in flatten(outline.root)]
        page = html.parse(path.with_suffix(".html")).getroot()
        # The first page's problems are rows of a table on paper, and a heading's small words no part of it.
        for small in page.xpath("//h2/small"):
            small.drop_tree()
        told = page.xpath("//main//*[self::h2 or self::h3][not(ancestor::ol[@class='problems'])]")
        # The annex is on paper alone; a page has what is in it at its place, also under a heading that has no more.
        main = [squeeze(mark) for mark in marks[: marks.index("附件")]]
        headings = [
            words
            for heading in told
            if (words := squeeze(heading.text_content())) in main or not is_before_fold(heading)
        ]
        assert len(headings) > 10 and main == headings


def is_before_fold(heading: html.HtmlElement) -> bool:
    after = heading.getnext()
    return heading.tag == "h3" and after is not None and after.get("class") == "annex"


def flatten(items: list[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in items:
        yield item
        yield from flatten(item.children)


@pytest.mark.browser
def test_real_pages_are_accessible_and_ask_for_nothing(published: Path, chromium: str) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        first = sorted((published / "2021").glob("[0-9]*.zh.html"))[0]
        for path in (first, *((published / "2021") / f"{name}.zh.html" for name in ("comparison", "index"))):
            page.goto(path.as_uri())
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
            assert found.violations_count == 0, f"{path.name}: {found.generate_report()}"
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_same_inputs_give_the_same_bytes(
    published: Path, sample_book: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = copy_book(sample_book, tmp_path_factory.mktemp("again") / "another")
    again = make_review(Workbook(root), "2021", formats=FORMATS, jobs=1, progress=lambda _: None)
    assert not again.failed
    once = {
        path.relative_to(published / "2021"): path
        for path in (published / "2021").rglob("*")
        if path.is_file()
    }
    twice = {path.relative_to(again.folder): path for path in again.folder.rglob("*") if path.is_file()}
    assert once.keys() == twice.keys() and len(once) > 20
    # The manifest and the notebooks say how long each took.
    timed = [name for name in once if name.name != "manifest.json" and name.parts[0] != "notebooks"]
    differing = [str(name) for name in timed if once[name].read_bytes() != twice[name].read_bytes()]
    assert differing == []
    documents = [path for name, path in once.items() if name.suffix == ".docx"]
    with zipfile.ZipFile(io.BytesIO(documents[0].read_bytes())) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
