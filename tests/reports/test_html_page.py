"""A report as a reader meets it: opened in Chromium from disk, with the network refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_report_pdf import LONG_TEXTS, build, build_annexed, write_long_table

from taizhang.core import display
from taizhang.report.html import render_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(notebook: Callable[..., Any], meta: Callable[..., Any], tmp_path_factory: Any) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for lang in ("zh", "en"):
        made[lang] = folder / f"350921101.{lang}.html"
        made[lang].write_text(render_html(notebook(lang), meta=meta(lang)), encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("lang", "width", "dark"),
    [("zh", 360, False), ("zh", 1280, True), ("en", 360, True)],
)
def test_page_is_quiet_self_contained_and_accessible(
    pages: dict[str, Path], open_page: Callable[..., Any], lang: str, dark: bool, width: int
) -> None:
    opened = open_page(pages[lang], width=width, dark=dark)
    page = opened.page
    page.evaluate("document.fonts.ready")
    assert [url for url in opened.requests if not url.startswith("data:")] == [pages[lang].as_uri()]
    assert opened.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title().startswith("溪口镇" if lang == "zh" else "Xikou Town")
    assert opened.list_violations() == []


def test_every_picture_has_alternative_text_and_a_number(
    pages: dict[str, Path], open_page: Callable[..., Any]
) -> None:
    page = open_page(pages["zh"]).page
    pictures = page.get_by_role("img").all()
    assert len(pictures) == page.locator("figure").count() == 2
    assert [picture.get_attribute("aria-label") for picture in pictures] == [
        "全年发现隐患 163 处，七月最多。"
    ] * 2
    assert page.locator("figcaption .label").all_inner_texts() == ["图1", "图2"]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids)) > 40
    # what refers to an id inside a picture refers to its own
    for slug in ("hazards-trend", "hazards-again"):
        inside = page.locator(f"#figure-{slug} svg").inner_html()
        assert f"url(#figure-{slug}-" in inside and "url(#p" not in inside


def test_a_fold_opens_for_a_link_and_for_print(tmp_path: Path, meta: Callable[..., Any], open_page: Callable[..., Any]) -> None:
    path = tmp_path / "annex.html"
    path.write_text(render_html(build_annexed(), meta=meta(note="见[](#u)与[](#b)。")), encoding="utf-8")
    page = open_page(path).page
    opened = "[...document.querySelectorAll('.annex')].map((fold) => fold.open)"
    assert page.evaluate(opened) == [False] * 3 and not page.locator("#table-u").is_visible()
    page.get_by_role("link", name="附表1").click()
    page.locator("#table-u").wait_for(state="visible")
    assert page.evaluate(opened) == [False, False, True]
    page.locator(".annex summary").last.click()
    assert page.evaluate(opened) == [False] * 3
    page.get_by_role("link", name="附表1").click()
    page.wait_for_function("document.querySelectorAll('.annex')[2].open")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(opened) == [True] * 3
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(opened) == [False, False, True]
    page.goto(f"{path.as_uri()}#figure-b")
    page.reload()
    page.locator("#figure-b").wait_for(state="visible")


def test_fonts_come_from_the_file(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"]).page
    loaded = page.evaluate(
        "document.fonts.ready.then((fonts) => [...fonts].map((font) => [font.family, font.status]))"
    )
    assert sorted(loaded) == [['"Noto Sans SC"', "loaded"], ['"Noto Serif SC"', "loaded"]] or sorted(
        loaded
    ) == [
        ["Noto Sans SC", "loaded"],
        ["Noto Serif SC", "loaded"],
    ]


def test_a_table_sorts_by_keyboard_and_keeps_its_total_last(
    pages: dict[str, Path], open_page: Callable[..., Any]
) -> None:
    page = open_page(pages["zh"]).page
    head = page.locator("#table-overdue thead th").nth(4)
    days = page.locator("#table-overdue tbody td:last-child")
    before = days.all_inner_texts()
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    numbers = [int(text.split()[0]) for text in before[:13]]
    up = [text.split()[0] for text in days.all_inner_texts() if text.strip()]
    assert up == [str(number) for number in sorted(numbers)] + ["38"]
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    down = [text.split()[0] for text in days.all_inner_texts() if text.strip()]
    assert down == [str(number) for number in sorted(numbers, reverse=True)] + ["38"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert days.all_inner_texts() == before


def test_a_long_table_can_be_filtered(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"]).page
    page.locator(".filter").get_by_role("searchbox").fill("幼儿园")
    names = page.locator("#table-overdue tbody tr:visible th").all_inner_texts()
    assert names and all("幼儿园" in name for name in names[:-1]) and names[-1] == "全县"
    assert page.locator(".filter output").inner_text() == "显示 4 行，共 14 行"


def test_a_wide_table_scrolls_in_a_region_reached_by_keyboard(
    open_page: Callable[..., Any], meta: Callable[..., Any], tmp_path: Path
) -> None:
    columns = tuple(display.Column(f"很长的一列名称{at}") for at in range(12))
    row = tuple(display.Cell("很长很长的一个格子") for _ in columns)
    path = tmp_path / "wide.html"
    path.write_text(render_html(build("## 一", display.Table("t", "题", columns, (row,))), meta=meta()), "utf-8")
    narrow = open_page(path, width=800).page.locator("#table-t .scroll")
    assert narrow.evaluate("(region) => region.scrollWidth > region.clientWidth")
    assert narrow.get_attribute("tabindex") == "0" and narrow.get_attribute("role") == "region"
    telephone = open_page(path, width=360).page
    telephone.wait_for_timeout(100)
    assert telephone.locator("#table-t .scroll").get_attribute("tabindex") is None


@pytest.mark.parametrize("scripts", [True, False])
def test_a_telephone_shows_a_wide_table_as_cards_that_keep_its_heads(
    pages: dict[str, Path], open_page: Callable[..., Any], scripts: bool
) -> None:
    page = open_page(pages["zh"], width=360, scripts=scripts).page
    table = page.locator("#table-overdue table")
    assert table.evaluate("(one) => one.scrollWidth <= one.closest('.scroll').clientWidth + 1")
    cells = table.locator("tbody tr").first.locator("th, td").all()
    tops = [cell.bounding_box()["y"] for cell in cells]  # type: ignore[index]
    assert tops == sorted(tops) and tops[-1] > tops[0]
    heads = ["隐患", "发现日期", "整改期限", "逾期（天）"]
    assert [cell.evaluate("(one) => getComputedStyle(one, '::before').content") for cell in cells[1:]] == [
        f'"{head}"' for head in heads
    ]
    # To a screen reader it is a table still, with its heads.
    assert page.get_by_role("table").filter(has=page.get_by_role("columnheader")).count() >= 1
    tree = page.locator("#table-overdue").aria_snapshot()
    assert tree.count("columnheader") == 5 and tree.count("- rowheader") == 15 and "逾期" in tree


def test_heads_of_cards_show_themselves_to_the_keyboard_and_sort(
    pages: dict[str, Path], open_page: Callable[..., Any]
) -> None:
    page = open_page(pages["zh"], width=360).page
    head = page.locator("#table-overdue thead")
    assert head.bounding_box()["height"] <= 2  # type: ignore[index]
    head.get_by_role("button").last.focus()
    assert head.bounding_box()["height"] > 20  # type: ignore[index]
    page.keyboard.press("Enter")
    days = page.locator("#table-overdue tbody td:last-child").all_inner_texts()
    numbers = [int(text.split()[0]) for text in days if text.strip()]
    assert numbers[:-1] == sorted(numbers[:-1]) and numbers[-1] == 38
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("lang", "button", "told"), [("zh", "搜索", "第{}处，共{}处"), ("en", "Search", "{} of {}")])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_search_goes_from_hit_to_hit_by_keyboard(
    pages: dict[str, Path], open_page: Callable[..., Any], lang: str, button: str, told: str, width: int
) -> None:
    opened = open_page(pages[lang], width=width)
    page = opened.page
    page.get_by_role("button", name=button, exact=True).press("Enter")
    search = page.get_by_role("search")
    wanted = "隐患 409 处" if lang == "zh" else "409 HAZARDS WERE"  # over the end of a number's element, whatever the case
    page.keyboard.type(wanted)
    state = search.get_by_role("status")
    assert state.inner_text() == told.format(1, 1)
    box = search.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.locator(".hit").inner_text().casefold().startswith(("全年共发现隐患 409 处", "409 hazards were found"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2021")  # in cells and elsewhere
    found = int(state.inner_text().rstrip("处").replace("共", " ").split()[-1])
    assert found > 1
    page.keyboard.press("Shift+Enter")
    assert state.inner_text() == told.format(found, found)
    page.keyboard.press("Enter")
    assert state.inner_text() == told.format(1, found)
    for _ in range(40):  # pages scroll smoothly
        shown = page.locator(".hit").bounding_box()
        if shown is not None and box["height"] - 1 < shown["y"] < 800:
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail("the hit is not in sight")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("<script>x")
    assert state.inner_text() in ("没有找到", "Nothing found")
    page.keyboard.press("Escape")
    assert not search.is_visible()
    assert page.get_by_role("button", name=button, exact=True).evaluate("(one) => one === document.activeElement")
    assert [url for url in opened.requests if not url.startswith("data:")] == [pages[lang].as_uri()]
    assert opened.complaints == []


def test_a_search_opens_the_fold_and_reading_goes_on_there(
    tmp_path: Path, meta: Callable[..., Any], open_page: Callable[..., Any]
) -> None:
    path = tmp_path / "annexed.html"
    path.write_text(render_html(build_annexed(), meta=meta()), encoding="utf-8")
    page = open_page(path, width=360).page
    fold = page.locator("details.annex").first
    text = str(fold.locator("th, td, p").first.text_content()).strip()
    assert text and fold.get_attribute("open") is None
    page.get_by_role("button", name="搜索", exact=True).click()
    page.keyboard.type(text)
    for _ in range(20):
        if fold.get_attribute("open") is not None:
            break
        page.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None
    assert fold.locator(".hit").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("Boolean(document.activeElement.closest('details.annex'))")


def test_an_open_search_is_accessible(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    opened = open_page(pages["en"], width=360, dark=True)
    page = opened.page
    page.get_by_role("button", name="Search", exact=True).click()
    page.keyboard.type("hazards")
    assert opened.list_violations() == []


def test_ledger_text_shows_as_typed(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"]).page
    text = page.locator("main").inner_text()
    assert text.count("<script>document.title='gone'</script>") == 2
    assert "=cmd|'/c calc'!A1" in text and "<b onclick=alert(1)>原样</b>" in text
    assert page.locator("main b, main script, main img").count() == 0
    assert "PRINTED" not in text and "CODE" not in text


def test_contents_follow_the_reader(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"]).page
    links = page.get_by_role("navigation", name="目录").get_by_role("link")
    assert links.all_inner_texts() == [
        "一、一年概览",
        "二、隐患排查治理",
        "趋势",
        "逾期未改",
        "三、方法与数据质量",
    ]
    links.nth(1).click()
    page.locator(".toc a[href='#section-2'][aria-current]").wait_for()
    box = links.nth(1).bounding_box()
    assert box is not None and 0 <= box["y"] < 800


def test_contents_fold_on_a_telephone(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"], width=360).page
    assert not page.get_by_role("link", name="隐患排查治理").is_visible()
    page.locator(".toc summary").click()
    assert page.get_by_role("link", name="隐患排查治理").is_visible()


def test_a_figure_opens_large_and_goes_back(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"], width=360).page
    button = page.locator("#figure-hazards-again .zoom")
    button.click()
    assert page.get_by_role("dialog").locator("svg").count() == 1
    assert page.locator("#figure-hazards-again svg").count() == 0
    page.keyboard.press("Escape")
    page.locator("#figure-hazards-again svg").wait_for()  # the event comes after the dialog is gone
    assert not page.get_by_role("dialog").is_visible()
    assert page.locator("#figure-hazards-again svg").count() == 1
    assert button.evaluate("(element) => element === document.activeElement")


def test_skip_link_leads_to_the_text(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_page_is_complete_without_scripts(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"], width=360, scripts=False).page
    assert page.get_by_role("link", name="隐患排查治理").is_visible()
    assert page.locator("#table-overdue tbody tr").count() == 15
    assert page.locator("button").count() == 0
    assert page.locator("#table-overdue .scroll").get_attribute("tabindex") == "0"


def test_head_says_whose_report_it_is(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["en"]).page
    head = page.locator("header").inner_text()
    for said in (
        "Xikou Town",
        "Annual review of emergency management, 2021",
        "31 January 2022",
        "350921101",
        "Internal use",
        "made up",
    ):
        assert said in head
    assert page.get_by_role("link", name="中文").get_attribute("href") == "350921101.zh.html"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_numbers_carry_their_fact(pages: dict[str, Path], open_page: Callable[..., Any]) -> None:
    page = open_page(pages["zh"]).page
    assert page.locator(".text [data-fact='hazards.found']").inner_text() == "409"
    assert page.locator(".card[data-fact='drills.held'] .value").inner_text().split() == ["31", "次"]
    assert page.locator(":is([data-district='all'] td, td[data-district='all'])[data-fact='hazards.overdue']").inner_text() == "38"


def test_printed_page_is_light_and_without_controls(
    pages: dict[str, Path], open_page: Callable[..., Any]
) -> None:
    page = open_page(pages["zh"], dark=True).page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in (".toc", ".zoom >> nth=0", ".filter", ".skip"):
        assert not page.locator(hidden).is_visible()
    # a button is not repeated with its table's head on the next page; its words alone are
    assert page.locator(".sort").first.evaluate("(one) => getComputedStyle(one).display") == "contents"


@pytest.mark.parametrize("dark", [False, True])
def test_a_draft_with_a_note_and_rows_to_show(
    notebook: Callable[..., Any], meta: Callable[..., Any], open_page: Any, tmp_path: Path, dark: bool
) -> None:
    note = "## 应急演练\n\n人手**不足**，见[](#hazards-trend)。<b>原样</b>\n"
    about = meta("zh", draft=True, note=note, rows=("hazards.found",), languages=("zh",))
    path = tmp_path / "350921101.zh.html"
    path.write_text(render_html(notebook("zh"), meta=about), encoding="utf-8")
    opened = open_page(path, dark=dark)
    page = opened.page
    assert page.evaluate("getComputedStyle(document.body, '::before').content") == '"草稿"'
    assert "草稿，未经批准" in page.locator(".about").inner_text()
    assert page.locator("[data-noted]").inner_text() == "人手不足，见图1。<b>原样</b>"
    assert page.locator("[data-noted] a").get_attribute("href") == "#figure-hazards-trend"
    links = page.locator(".card .rows a")
    assert [link.get_attribute("href") for link in links.all()] == ["rows/350921101.hazards.found.csv"]
    assert links.first.get_attribute("aria-label") == "发现隐患：查看台账明细（CSV）"
    assert opened.list_violations() == []
    assert opened.complaints == []


def test_an_approved_report_says_who_and_when_and_is_no_draft(
    notebook: Callable[..., Any], meta: Callable[..., Any], open_page: Any, tmp_path: Path
) -> None:
    path = tmp_path / "350921101.zh.html"
    about = meta("zh", approver="县应急管理局", approved_on="2022-02-15")
    path.write_text(render_html(notebook("zh"), meta=about), encoding="utf-8")
    page = open_page(path).page
    assert "县应急管理局，2022年2月15日" in page.locator(".about").inner_text()
    assert page.locator("body[data-draft]").count() == 0 and page.locator(".card .rows").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_unbroken_text_leaves_dates_their_width(
    meta: Callable[..., Any], open_page: Callable[..., Any], tmp_path: Path, width: int
) -> None:
    shown = build("## 一", *(write_long_table(text) for text in LONG_TEXTS))
    path = tmp_path / "long.html"
    path.write_text(render_html(shown, meta=meta("zh")), encoding="utf-8")
    page = open_page(path, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lines = """(cells) => cells.map((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return [cell.textContent.trim(), new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size];
    })"""
    told = page.locator("tbody th, tbody td").evaluate_all(lines)
    dates = [(text, number) for text, number in told if text[:3] in ("202", "203") and len(text) == 10]
    assert len(dates) == 4 * len(LONG_TEXTS) and {number for _, number in dates} == {1}
    assert {text for text, _ in told} >= set(LONG_TEXTS)
