"""A real review, made with two jobs, as it is published.

Every page holds its own district's figures and no other's; pages are clean and sound, as long as they should be, and
the same bytes from the same inputs.
"""

import io
import json
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

from tagged_pdf import walk_elements
from taizhang.metadata.facts import load_facts
from taizhang.metadata.formats import format_fact
from taizhang.report.pdf import count_pages
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook

MARKER = "标记{}号仓库"
HOSTILE = "<script>alert(1)</script> =cmd|'/C calc'!A0 #set page(width: 1pt) *x* $y$ `z` 13812345678"
TYPED = HOSTILE.replace("13812345678", "*" * 11)
FORMATS = ("html", "pdf", "docx")
# Names of people, standards, programs and methods: all that a Chinese report may hold of Latin words.
NAMES = set(
    "taizhang Wilson Greenwood Fisher Jenks Kaplan Meier Moran Cox Order AQ GB Brown Holm LISA XmR Kendall".split()
)
FILES = {"risk", "assessment", "toml"}
DOUBLED = re.compile(r"[，。；：、！？]{2,}|（）|\(\)|（[，；、]|[，；、]）|。）。|\bnan\b|NaT|None")
NOTE = "## 存在的问题\n\n巡查记录不全[^1]。\n\n[^1]: 见检查台账。\n"


@pytest.fixture(scope="module")
def review(sample_book, tmp_path_factory):
    """The sample with one overdue, marked hazard per district and a note on one, reviewed with two jobs."""
    root = tmp_path_factory.mktemp("review") / "县 book"
    shutil.copytree(sample_book, root, ignore=shutil.ignore_patterns("reports"))
    codes = Workbook(root).districts["code"].tolist()
    lines = ["district,found_on,premises,description,deadline,severity,rectified_on"]
    lines += [f'{code},2021-05-05,{MARKER.format(code)},"{HOSTILE}",2021-05-06,general,' for code in codes]
    (root / "data" / "raw" / "hazards" / "marked.csv").write_text("\n".join(lines), encoding="utf-8")
    settings = root / "workbook.toml"
    text = settings.read_text("utf-8")
    marked = re.sub(r"(\[ledgers\.hazards\]\nfiles = \[)", r'\1"data/raw/hazards/marked.csv", ', text)
    assert marked != text
    settings.write_text(marked, encoding="utf-8")
    notes = root / "notes" / "2021"
    notes.mkdir(parents=True)
    (notes / f"{codes[0]}.md").write_text(NOTE, encoding="utf-8")
    book = Workbook(root)
    result = make_review(book, "2021", formats=FORMATS, jobs=2, progress=lambda _: None)
    assert not result.failed
    for lang in ("zh", "en"):
        made = make_review(book, "2021-07", districts=codes[:1], lang=lang, progress=lambda _: None)
        assert not made.failed and not made.behind  # the same whole area in either language
    return book, result.folder, codes


@pytest.fixture(scope="module")
def published(review):
    """The folder of all periods' reports."""
    return review[1].parent


def read_pdf(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def squeeze(text: str) -> str:
    """Without white space, and the spaces of no width by which long texts are broken."""
    return re.sub(r"[\s\u200b]+", "", text)


def test_every_output_of_the_contract_is_there(review):
    _, folder, codes = review
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wanted = {
        "index.zh.html",
        "comparison.zh.html",
        "comparison.zh.pdf",
        "facts.parquet",
        "facts.csv",
        "manifest.json",
    }
    for code in codes:
        wanted |= {f"{code}.zh.html", f"{code}.zh.pdf", f"notebooks/{code}.zh.ipynb"}
    assert wanted <= names
    page = (folder / "index.zh.html").read_text("utf-8")
    linked = set(re.findall(r'<a href="([^"#]*)"', page))
    assert {f"{code}.brief.zh.pdf" for code in (*codes, "comparison")} <= linked & names
    assert not [name for name in names if Path(name).name.startswith(".")]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert {report["status"] for report in manifest["reports"].values()} == {"made"}


def test_two_districts_never_share_a_figure(review):
    _, folder, codes = review
    for code in codes:
        for text in (
            (folder / f"{code}.zh.html").read_text("utf-8"),
            read_pdf(folder / f"{code}.zh.pdf"),
            (folder / "notebooks" / f"{code}.zh.ipynb").read_text("utf-8"),
        ):
            found = set(re.findall(r"标记(\d+)号", squeeze(text)))
            assert found == {code}


def test_ledger_text_shows_as_typed_and_numbers_of_persons_do_not(review):
    _, folder, codes = review
    page = html.parse(folder / f"{codes[0]}.zh.html").getroot()
    shown = " ".join(page.xpath("//body")[0].text_content().split())
    pdf = squeeze(read_pdf(folder / f"{codes[0]}.zh.pdf"))
    assert TYPED in shown
    assert squeeze(TYPED) in pdf
    for path in folder.rglob("*"):
        if path.suffix in (".html", ".ipynb", ".json", ".csv"):
            assert "13812345678" not in path.read_text("utf-8"), path.name


def test_pdf_holds_title_district_key_figures_and_the_words_of_its_charts(review):
    book, folder, codes = review
    facts = book.facts("2021")
    for code in codes:
        text = squeeze(read_pdf(folder / f"{code}.zh.pdf"))
        assert squeeze(book.config.title) in text
        assert book.district_name(code) in text
        own = (
            facts[(facts["district_code"] == code) & ~facts["suppressed"]].set_index("fact")["value"].dropna()
        )
        keys = [info for name, info in load_facts().items() if info.key and name in own.index]
        assert len(keys) > 10
        for info in keys:
            assert info.title["zh"] in text, info.name
            assert format_fact(own[info.name], info) in text, info.name
        drawing = html.parse(folder / f"{code}.zh.html").getroot().xpath("//figure//*[local-name()='text']")
        words = {"".join(node.itertext()).strip() for node in drawing}
        chinese = {word for word in words if re.fullmatch(r"[\u4e00-\u9fff]{2,}", word)}
        assert len(chinese) > 10
        assert {word for word in chinese if word not in text} == set()


def test_a_township_takes_about_ten_pages_none_half_empty_with_its_workings_in_an_annex(review):
    """The last page before the annex is as full as it is: the annex begins below it."""
    book, folder, codes = review
    facts = book.facts("2021").set_index(["district_code", "fact"])["value"]
    for code in codes:
        data = (folder / f"{code}.zh.pdf").read_bytes()
        main, pages = count_pages(data)
        assert 8 <= main <= 12 and pages <= 22, (code, main, pages)
        with pypdfium2.PdfDocument(data) as document:
            assert [number for number in range(1, main - 1) if measure_fill(document[number]) < 0.7] == []
            text = squeeze(
                "".join(document[number].get_textpage().get_text_range() for number in range(1, main))
            )
        for fact, said in (
            ("hazards.found", "查出隐患{n}处"),
            ("hazards.rectified", "{n}处已整改"),
            ("drills.held", "开展应急演练{n}次"),
            ("incidents.count", "发生突发事件{n}起"),
        ):
            n = facts[code, fact]
            assert n == 0 or said.format(n=f"{n:,.0f}") in text, (code, fact)


def test_the_county_s_report_has_its_workings_in_an_annex_and_every_township_in_its_table(review):
    book, folder, codes = review
    data = (folder / "comparison.zh.pdf").read_bytes()
    main, pages = count_pages(data)
    assert main <= 14 and pages > main, (main, pages)
    with pypdfium2.PdfDocument(data) as document:
        assert [number for number in range(1, main - 1) if measure_fill(document[number]) < 0.6] == []
    table = html.parse(folder / "comparison.zh.html").getroot().get_element_by_id("table-heat-table")
    named = [row.text_content().strip() for row in table.xpath(".//tbody//th")]
    assert [name.split(" ")[0] for name in named[:-1]] == [str(n + 1) for n in range(len(codes))]
    assert {name.split(" ")[1] for name in named[:-1]} == {book.district_name(code) for code in codes}


def measure_fill(page):
    """How far down the type area of a page something stands, as a part of its height."""
    head, foot, height = 79, 71, page.get_height()  # points
    bottoms = [
        bottom
        for _, bottom, _, top in (one.get_bounds() for one in page.get_objects(max_depth=1))
        if top < height - head + 4 and bottom > foot - 6
    ]
    return (height - head - min(bottoms, default=height - head)) / (height - head - foot)


def test_notebooks_keep_no_path_of_this_machine(review):
    book, folder, _ = review
    for path in (folder / "notebooks").glob("*.ipynb"):
        assert str(book.root) not in path.read_text("utf-8")


@pytest.mark.browser
def test_real_pages_in_a_real_browser_are_accessible_and_ask_for_nothing(review, chromium):
    """On a telephone and on a wide screen; accessible on the wide one, as each page has its own test of the other."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
    rules = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
    _, folder, codes = review
    said, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for name in (f"{codes[0]}.zh.html", "comparison.zh.html", "index.zh.html"):
            page.goto((folder / name).as_uri())
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                scroll = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert scroll <= 0, (name, width)
                bare = page.evaluate(
                    "[...document.querySelectorAll('figure svg[role=img], figure img')]"
                    ".filter(e => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.alt))"
                    ".length"
                )
                assert bare == 0, (name, width)
                if name != "index.zh.html":
                    assert page.locator("figure").count() > 5
            found = Axe().run(page, options=rules)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def list_pdfs(folder: Path) -> list[Path]:
    """The reports; their first page as a file of its own has a test of its own."""
    found = sorted(path for path in folder.glob("*.pdf") if ".brief." not in path.name)
    assert len(found) > 1
    return found


def read_pages(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


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


def strip_typed(text: str) -> str:
    """What a row says is the ledger's: one sign in place of its text, whole or cut short by '…'."""
    for length in range(len(TYPED), 20, -1):
        part = TYPED if length == len(TYPED) else TYPED[:length] + "…"
        text = re.sub(r"[\s\u200b]*".join(map(re.escape, squeeze(part))), "行", text)
    return text


def test_chinese_reports_hold_no_stray_word_nor_doubled_sign(published: Path) -> None:
    for path in [*list_pdfs(published / "2021"), *list_pdfs(published / "2021-07")]:
        text = strip_typed("\n".join(read_pages(path)))
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
            elements = list(walk_elements(document.Root.StructTreeRoot))
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


def test_the_same_inputs_give_the_same_bytes(review, tmp_path_factory):
    book, folder, codes = review
    root = tmp_path_factory.mktemp("again") / "another"
    shutil.copytree(book.root, root, ignore=shutil.ignore_patterns("processed", "reports"))
    again = make_review(
        Workbook(root), "2021", districts=codes[:1], formats=FORMATS, jobs=1, progress=lambda _: None
    )
    assert not again.failed
    once = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    twice = {path.relative_to(again.folder): path for path in again.folder.rglob("*") if path.is_file()}
    assert once.keys() >= twice.keys() and len(twice) > 20
    # The manifest and the notebooks say how long each took, and the index links the reports that are there.
    timed = [
        name
        for name in twice
        if name.name not in ("manifest.json", "index.zh.html") and name.parts[0] != "notebooks"
    ]
    assert {path.suffix for path in timed} >= {".html", ".pdf", ".docx", ".csv", ".json", ".parquet"}
    differing = [str(name) for name in timed if once[name].read_bytes() != twice[name].read_bytes()]
    assert differing == []
    documents = [path for name, path in once.items() if name.suffix == ".docx"]
    with zipfile.ZipFile(io.BytesIO(documents[0].read_bytes())) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
