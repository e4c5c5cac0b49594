"""Figures of the sample's reports as a page shows them: on a telephone, on a wide screen, in the dark."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.metadata.style import load_style
from taizhang.report.execute import execute_notebook
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PERIOD = parse_period("2021")

# Of each figure that is shown: its id, the picture's width, how large its smallest text is (px).
MEASURE = """() => [...document.querySelectorAll("figure .plate svg")].filter((svg) => svg.checkVisibility()).map((svg) => {
  const box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width;
  const sizes = [...svg.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale);
  const cut = [...svg.querySelectorAll("text")].filter((text) => {
    const own = text.getBoundingClientRect();
    return own.left < box.left - 2 || own.right > box.right + 2 || own.top < box.top - 2 || own.bottom > box.bottom + 2;
  }).map((text) => text.textContent);
  return [svg.closest("figure").id, box.width, Math.min(...sizes), cut];
})"""

# Of each text of a picture: words, its colour, and that of what lies under its middle.
CONTRASTS = """() => {
  const read = (colour) => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const found = [];
  for (const svg of document.querySelectorAll("figure .plate svg")) {
    if (!svg.checkVisibility()) continue;
    for (const text of svg.querySelectorAll("text")) {
      text.scrollIntoView({ block: "center", behavior: "instant" });
      const box = text.getBoundingClientRect();
      const under = document.elementsFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      const shape = under.find((one) => one.matches("path, use, rect, circle, polygon") && getComputedStyle(one).fill !== "none" && getComputedStyle(one).fillOpacity > 0.6);
      const back = shape ? getComputedStyle(shape).fill : getComputedStyle(document.body).backgroundColor;
      found.push([text.textContent, read(getComputedStyle(text).fill), read(back)]);
    }
  }
  return found;
}"""

COLOURS = """() => [...new Set([...document.querySelectorAll("figure .plate svg *")].flatMap((one) => {
  const style = getComputedStyle(one);
  return one.matches("path, rect, circle, polygon, text") ? [style.fill, style.stroke] : [];
}))]"""


@pytest.fixture(scope="module")
def made(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of a township in English and that of the county in Chinese."""
    book, folder = open_workbook(str(sample_book)), tmp_path_factory.mktemp("figures")
    town = str(book.districts["code"].iloc[0])
    pages = {}
    for template, district, lang in (("township_review", town, "en"), ("county_comparison", "all", "zh")):
        chosen = {"district": district, "period": "2021", "lang": lang}
        done = execute_notebook(book.template(template), folder / "done.ipynb", chosen, cwd=book.root)
        meta = ReportMeta(book.config.title, district, "甲", PERIOD, lang, book.as_of(PERIOD), template, True, version="x")
        pages[template] = folder / f"{template}.html"
        pages[template].write_text(render_html(done, meta=meta), encoding="utf-8")
    return pages


def measure(made: dict[str, Path], open_page: Callable[..., Any], template: str, width: int) -> list[Any]:
    page = open_page(made[template], width=width).page
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    page.evaluate("document.fonts.ready")
    return list(page.evaluate(MEASURE))


@pytest.mark.parametrize("template", ["township_review", "county_comparison"])
@pytest.mark.parametrize("width", [360, 560, 1280])
def test_no_text_of_a_figure_is_under_12_pixels_or_cut(
    made: dict[str, Path], open_page: Callable[..., Any], template: str, width: int
) -> None:
    shown = measure(made, open_page, template, width)
    assert len(shown) > 5 and len({id for id, *_ in shown}) == len(shown)
    assert [(id, size) for id, _, size, _ in shown if size < 12] == []
    assert [(id, cut) for id, *_, cut in shown if cut] == []
    assert all(wide <= width for _, wide, *_ in shown)


def test_a_page_with_all_its_figures_twice_is_small_and_tells_each_once(
    made: dict[str, Path], open_page: Callable[..., Any]
) -> None:
    for path in made.values():
        assert path.stat().st_size < 2_000_000
        for width in (360, 1280):
            page = open_page(path, width=width).page
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
            assert page.locator("figure").get_by_role("img").count() == page.locator("figure").count()


@pytest.mark.parametrize("template", ["township_review", "county_comparison"])
def test_figures_are_drawn_for_the_dark(
    made: dict[str, Path], open_page: Callable[..., Any], template: str
) -> None:
    page = open_page(made[template], width=1280, dark=True).page
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    plates = page.evaluate("[...document.querySelectorAll('figure .plate')].map((one) => getComputedStyle(one).backgroundColor)")
    assert set(plates) == {"rgba(0, 0, 0, 0)"}
    known = {"none", "rgb(0, 0, 0)", *map(to_rgb, load_style().dark.values())}
    assert {colour for colour in page.evaluate(COLOURS) if not colour.startswith("url")} <= known
    texts = page.evaluate(CONTRASTS)
    assert len(texts) > 50
    # Marks of a key need no more than what they stand for; of a map's classes the palest lie close to the ground.
    marks, pale = set("■●○▲▼◆┆—▨") | {"- -"}, [to_rgb(load_style().dark[step]) for step in load_style().sequential[:3]]
    words = [one for one in texts if one[0] not in marks]
    assert [one for one in words if contrast(*one[1:]) < 4.5] == []
    signs = [one for one in texts if one[0] in marks and f"rgb({', '.join(map(str, one[1]))})" not in pale]
    assert signs and [one for one in signs if contrast(*one[1:]) < 3] == []


def test_paper_of_a_page_read_in_the_dark_is_light(made: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(made["township_review"], width=1280, dark=True).page
    page.emulate_media(media="print", color_scheme="dark")
    assert to_rgb(load_style().ink) in page.evaluate(COLOURS)


def to_rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(part, 16)) for part in re.findall('[0-9a-f]{2}', colour))})"


def contrast(one: list[float], other: list[float]) -> float:
    """Contrast ratio of WCAG 2."""

    def light(colour: list[float]) -> float:
        parts = [part / 255 for part in colour[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)
