"""The page of a review, opened from disk in Chromium with the network refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import geopandas as gpd
import pytest
import shapely

from taizhang.report.index import _drop_brackets
from taizhang.stats.classes import choose_classes

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
ENGLISH = ("Chengguan Town", "Laoxinan Town", "Xingang Township", "Shacheng Town")


@pytest.mark.parametrize(
    ("lang", "width", "dark"),
    [("zh", 360, False), ("zh", 1280, True), ("en", 360, True)],
)
def test_page_is_quiet_self_contained_and_accessible(
    review_folder: Path, open_page: Open, lang: str, dark: bool, width: int
) -> None:
    path = review_folder / f"index.{lang}.html"
    opened = open_page(path, width=width, dark=dark)
    assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.list_violations() == []


def test_map_leads_to_every_report_there_is(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    places = page.locator(".map a")
    targets = [place.get_attribute("href") for place in places.all()]
    assert targets == [f"3509211{number:02d}.zh.html" for number in range(2, 13)]  # the first one failed
    assert places.first.get_attribute("aria-label") == "城关镇的报告"
    assert page.locator(".map path.shape").count() == 12
    places.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/350921102.zh.html")


def test_a_failed_report_is_said_plainly(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    assert page.locator(".alert").inner_text().startswith("1 份报告生成失败：溪口镇（中文）。")
    row = page.locator("tr[data-code='350921101']")
    assert "生成失败" in row.inner_text() and row.get_by_role("link").count() == 0
    english = open_page(review_folder / "index.en.html").page
    assert english.locator("tr[data-code='350921101']").get_by_role("link").count() == 3


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("新港", ["350921104"]),
        ("xingang", ["350921104"]),
        ("xin gang", ["350921104"]),
        ("XGX", ["350921104"]),
        ("350921112", ["350921112"]),
        ("bailin", ["350921106"]),
        ("东京", []),
    ],
)
def test_districts_are_found_by_name_pinyin_and_code(
    review_folder: Path, open_page: Open, typed: str, codes: list[str]
) -> None:
    page = open_page(review_folder / "index.zh.html").page
    page.get_by_role("searchbox").fill(typed)
    rows = page.locator("#districts tr[data-code]:visible")
    assert [row.get_attribute("data-code") for row in rows.all()] == codes
    assert page.locator("#search output").inner_text() == (
        f"找到 {len(codes)} 个乡镇（街道）" if codes else "没有匹配的乡镇（街道）"
    )
    assert page.locator(".map > [data-code]:not(.away)").count() == len(codes)


def test_one_district_found_is_said_in_the_singular(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.en.html").page
    for typed, said in (("xingang", "1 township found"), ("350921", "12 townships found")):
        page.get_by_role("searchbox").fill(typed)
        assert page.locator("#search output").inner_text() == said


def test_what_is_touched_is_24_pixels_high_and_wide(review_folder: Path, open_page: Open) -> None:
    """WCAG 2.2, 2.5.8; the map's districts are links in the table too."""
    page = open_page(review_folder / "index.zh.html", width=360).page
    page.locator(".choice").nth(1).check()
    page.locator(".choice").nth(2).check()
    for folded in page.locator("details").all():
        folded.evaluate("(one) => { one.open = true; }")
    small = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
        .filter((one) => !one.closest(".map, .skip") && one.checkVisibility())
        .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


def test_table_sorts_with_unknown_numbers_last_and_the_area_below(
    review_folder: Path, open_page: Open
) -> None:
    page = open_page(review_folder / "index.zh.html").page
    heads = page.locator("#districts thead th")
    # What is better the more of it there is sorts from its least; what is neither from its most.
    for title, sign in (("隐患整改率", 1), ("发现隐患", -1)):
        (at,) = [at for at, text in enumerate(heads.all_inner_texts()) if text.startswith(title)]
        heads.nth(at).get_by_role("button").click()
        cells = page.locator(f"#districts tbody tr[data-code] td:nth-child({at + 1})")
        values = [cell.get_attribute("data-value") for cell in cells.all()]
        numbers = [float(value) for value in values if value is not None]
        assert len(set(numbers)) > 5 and numbers == sorted(numbers, key=lambda value: sign * value)
        assert None not in values[: len(numbers)] and len(values) == 12
    assert page.locator("#districts tbody tr").last.locator("th").inner_text() == "全县"
    assert page.locator("#districts thead th").nth(1).get_by_role("button").count() == 0


def test_rates_stand_with_their_interval_and_counts_of_own_work_without(
    review_folder: Path, open_page: Open
) -> None:
    page = open_page(review_folder / "index.zh.html").page
    rate = page.locator("td[data-fact='hazards.rectification_rate'][data-district='350921102']")
    assert rate.inner_text().split() == ["98.7", "80.0–99.5"]
    found = page.locator("td[data-fact='hazards.found'][data-district='350921102']")
    assert found.inner_text().split() == ["27"]
    withheld = page.locator("td[data-fact='complaints.resolution_rate'][data-district='350921101']")
    assert withheld.inner_text() == "从略" and withheld.get_attribute("data-value") is None
    assert "88" not in withheld.evaluate("(cell) => cell.outerHTML")


def test_map_takes_its_colours_from_any_figure(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    page.get_by_label("着色指标").select_option("drills.held")
    # places 0, 1, 2, 0, 1, 2 ... held 0, 1 and 2 drills: the ends and the middle of the ramp
    classes = [path.get_attribute("class") for path in page.locator(".map path.shape").all()]
    assert classes == ["shape c0", "shape c2", "shape c4"] * 4
    assert page.locator(".legend").inner_text().split() == ["0", "1", "2"]
    page.get_by_label("着色指标").select_option("complaints.resolution_rate")
    assert page.locator(".legend").inner_text().split() == ["88.0", "不详"]
    assert page.locator(".method").inner_text() == "分级方法：按数值，1级。"


def test_map_is_classed_as_the_comparison_is(
    twelve_values: tuple[Path, np.ndarray], open_page: Open
) -> None:
    """Natural breaks of the same edges as `figures.map_fact` takes, named below the map."""
    folder, values = twelve_values
    page = open_page(folder / "index.zh.html").page
    page.get_by_label("着色指标").select_option("drills.held")
    edges, method = choose_classes(values, 0)
    assert method == "natural_breaks"
    classes = [path.get_attribute("class") for path in page.locator(".map path.shape").all()]
    assert classes == [f"shape c{place}" for place in np.searchsorted(edges, values)]
    assert page.locator(".method").inner_text() == "分级方法：自然断点法（Fisher-Jenks），5级。"


def test_data_files_are_linked_and_there(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    links = [link.get_attribute("href") for link in page.locator(".downloads a").all()]
    assert links == ["facts.csv", "facts.parquet", "manifest.json"]
    hrefs = page.evaluate("[...document.querySelectorAll('[href]')].map((a) => a.getAttribute('href'))")
    files = {href for href in hrefs if not href.startswith(("#", "data:"))}
    assert [name for name in files if not (review_folder / name).exists()] == []


def test_a_printed_index_has_every_figure_and_no_empty_section(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    page.emulate_media(media="print")
    heads = page.locator("#districts thead th:visible").all_inner_texts()
    assert [head.split("\n")[0] for head in heads][:2] == ["乡镇（街道）", "隐患整改率（%）"] and len(heads) == 5
    assert not page.locator(".downloads").is_visible() and not page.locator("#data-title").is_visible()
    for gone in ("#shade", "#query", ".choice", "#columns"):
        assert not page.locator(gone).first.is_visible()
    assert page.locator(".citation").is_visible() and page.locator(".troubles").is_visible()
    narrow = page.locator("#districts").evaluate("(one) => one.querySelector('table').scrollWidth <= one.clientWidth")
    assert narrow


def test_a_citation_names_who_publishes_first(review_folder: Path, open_page: Open) -> None:
    cited = open_page(review_folder / "index.zh.html").page.locator(".citation").inner_text()
    assert cited.startswith("滨江县应急管理局：滨江县应急管理年度评估：2021年，数据截至2022年1月31日。")


def test_main_points_name_what_they_are_about_and_no_more(tmp_path: Path, open_page: Open, stand_ins: Any) -> None:
    assert _drop_brackets("甲厂（仓库（西侧）堆放杂物，逾期706天）、乙厂等78处") == "甲厂、乙厂等78处"
    assert _drop_brackets("Plant A (stairs (west), 706 days) and 77 more") == "Plant A and 77 more"


def test_of_many_districts_the_worst_stand_open_and_the_map_has_numbers(
    tmp_path: Path, open_page: Open, stand_ins: Any
) -> None:
    book = stand_ins.book()
    cells = [shapely.box(120 + n % 10 / 10, 27 + n // 10 / 10, 120.1 + n % 10 / 10, 27.1 + n // 10 / 10) for n in range(60)]
    data = {"code": [f"3509211{n:02d}" for n in range(1, 61)], "name": [f"第{n}镇" for n in range(1, 61)], "parent": "滨江县"}
    book.districts = gpd.GeoDataFrame(data, geometry=cells, crs="EPSG:4490")
    page = open_page(stand_ins.fill(tmp_path, book) / "index.zh.html").page
    shown = page.locator(".troubles li:visible")
    assert shown.count() == 16 and shown.first.inner_text().startswith("第3镇")
    more = page.locator(".troubles summary")
    assert more.inner_text() == "展开全部60个"
    more.press("Enter")
    assert shown.count() == 60
    assert page.locator(".map .names.wide text").count() == 60 and "镇" not in str(page.locator(".map .names.wide").text_content())
    assert "名称在指到或选中时显示" in page.locator(".mapped .help").last.inner_text()
    page.locator('.map g[data-code="350921117"]').hover()
    assert page.locator("#told").inner_text().startswith("第17镇")
    # A search opens what is folded, and print has all.
    more.press("Enter")
    page.locator("#query").fill("第55镇")
    assert shown.count() == 1
    page.locator("#query").fill("")
    more.press("Enter")
    assert shown.count() == 16
    page.emulate_media(media="print")
    assert shown.count() == 60


def test_a_telephone_shows_each_district_as_a_card(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html", width=360).page
    table = page.locator("#districts table")
    assert table.evaluate("(one) => one.scrollWidth <= one.closest('.scroll').clientWidth + 1")
    row = table.locator("tbody tr").first
    told = row.locator("td:visible").evaluate_all("(cells) => cells.map((one) => getComputedStyle(one, '::before').content)")
    assert "隐患整改率（%）" in "".join(told) and len(told) == 5
    tree = page.locator("#districts").aria_snapshot()
    assert tree.count("- rowheader") == 13 and tree.count("- columnheader") >= 5


def test_page_is_complete_without_scripts(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html", scripts=False).page
    assert page.locator("#districts tbody tr").count() == 13
    assert not page.locator("#search").is_visible() and not page.locator("select").is_visible()
    assert page.locator(".choose").inner_text().split() == ["着色指标", "严重问题的类数"]
    shades = json.loads(page.locator(".map").get_attribute("data-shades"))
    assert [shade["name"] for shade in shades][:2] == ["severe", "hazards.rectification_rate"]


def test_severe_problems_lead_the_page_those_with_most_kinds_first(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    points = page.locator(".points li").all_inner_texts()
    assert [point.split("\n") for point in points] == [["死亡3人 <b>", "白林乡3人"]]  # a note is no main point
    rows = page.locator(".troubles li")
    assert [row.get_attribute("data-code")[-3:] for row in rows.all()][:3] == ["103", "102", "101"]
    assert rows.nth(0).locator(".told").inner_text() == "死亡3人；逾期隐患9处"
    assert rows.nth(1).locator(".told").inner_text() == "逾期隐患2处"  # a kind counts once
    assert rows.nth(2).locator(".told").inner_text() == "没有发现严重问题"
    assert page.locator("#map-title").inner_text().startswith("严重问题最多的是老溪南镇，有2类")
    order = [row.get_attribute("data-code") for row in page.locator("#districts tr[data-code]").all()]
    assert order[:2] == ["350921103", "350921102"]
    classes = {
        place.get_attribute("data-code")[-3:]: place.locator("path").get_attribute("class")
        for place in page.locator(".map > [data-code]").all()
    }
    assert (classes["103"], classes["102"], classes["104"]) == ("shape c1", "shape c0", "shape blank")


def test_map_tells_the_value_under_the_pointer_and_the_focus(review_folder: Path, open_page: Open) -> None:
    page = open_page(review_folder / "index.zh.html").page
    place = page.locator(".map > a[data-code='350921103']")
    place.focus()
    assert page.locator("#told").inner_text() == "老溪南镇：严重问题的类数2"
    assert page.locator(".lit").get_attribute("d") == place.locator("path").get_attribute("d")
    page.locator("#shade").select_option("drills.held")
    place.hover()
    assert page.locator("#told").inner_text() == "老溪南镇：演练次数（次）2"
    assert place.locator("title").text_content() == "老溪南镇：演练次数（次）2"


def test_columns_beyond_eight_are_for_the_reader_to_choose(tmp_path: Path, open_page: Open, stand_ins: Any) -> None:
    from snapshot_maker import make_snapshot

    from taizhang.core.periods import parse_period
    from taizhang.metadata.facts import load_facts
    from taizhang.report.index import write_index

    facts = stand_ins.facts()
    keys = [name for name, info in load_facts().items() if info.key and name not in set(facts["fact"])][:6]
    like = facts[facts["fact"] == "hazards.found"]
    more = pd.concat([facts, *(like.assign(fact=name) for name in keys)], ignore_index=True)
    write_index(make_snapshot(stand_ins.book(), parse_period("2021"), more), stand_ins.manifest(), "zh", folder=tmp_path)
    page = open_page(tmp_path / "index.zh.html").page
    heads = page.locator("#districts thead th.right")
    assert heads.count() == 10 and page.locator("#districts thead th.right:visible").count() == 8
    hidden = page.locator("#districts thead th.right[data-more]").first
    title = hidden.text_content().split("（")[0]
    page.locator("#columns summary").click()
    page.locator("#columns label", has_text=title).first.locator("input").check()
    assert hidden.is_visible()
    page.emulate_media(media="print")
    assert page.locator("#districts thead th.right:visible").count() == 10


@pytest.mark.parametrize(("lang", "width"), [("zh", 1280), ("en", 360)])
def test_two_to_four_districts_stand_side_by_side_with_the_year_before(
    tmp_path: Path, open_page: Open, stand_ins: Any, lang: str, width: int
) -> None:
    from snapshot_maker import make_snapshot

    from taizhang.core.periods import parse_period
    from taizhang.report.index import write_index

    book, (now, before), manifest = stand_ins.book, (stand_ins.facts(), stand_ins.facts()), stand_ins.manifest
    before["value"] += 1
    snapshot = make_snapshot(book(), parse_period("2021"), now, before)
    write_index(snapshot, manifest(), lang, folder=tmp_path)
    opened = open_page(tmp_path / f"index.{lang}.html", width=width)
    page = opened.page
    boxes = page.locator(".choice")
    boxes.nth(1).check()
    assert not page.locator("#compare").is_visible()
    for at in (2, 3, 4):
        boxes.nth(at).check()
    assert page.locator("#compare thead th[scope=colgroup]").all_inner_texts() == [
        *(("城关镇", "老溪南镇", "新港乡", "沙埕镇") if lang == "zh" else ENGLISH),
    ]
    line = page.locator("#compare tbody tr", has_text="发现隐患" if lang == "zh" else "Hazards found").first
    assert line.locator(".dots circle").count() == 12 and line.locator(".dots path[class^=mark]").count() == 4
    first = line.locator("td.value").all_inner_texts()
    # 20 + 7 x place modulo 41: 27, 34, 41, 48, each with the year before one above it
    assert first == ["27", "28", "34", "35", "41", "42", "48", "49"]
    assert boxes.nth(5).is_disabled() and not boxes.nth(4).is_disabled()
    page.locator("#years input").check()
    assert page.locator("#districts .before").first.is_visible()
    assert opened.complaints == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.list_violations() == []
    for at in (1, 2, 3):
        boxes.nth(at).uncheck()
    assert not page.locator("#compare").is_visible()
