"""The first page on a telephone: the verdict and the problems stand on its first two screens."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from brief_maker import make_brief
from nbformat import v4

from taizhang.core.briefs import Brief, Subject
from taizhang.core.display import Run
from taizhang.report.brief import is_long
from taizhang.report.html import render_html

pytestmark = pytest.mark.browser
HEIGHT = 1600  # two screens of 360 x 800


def write_page(brief: Brief, meta: Any, path: Path) -> Path:
    shown = v4.new_output("display_data", data=brief._repr_mimebundle_())
    cell = v4.new_code_cell("narrative.write_brief(view)", outputs=[shown])
    notebook = v4.new_notebook(cells=[cell, v4.new_markdown_cell("## 甲\n\n文字。")])
    path.write_text(render_html(notebook, meta=meta), encoding="utf-8")
    return path


def fill(brief: Brief) -> Brief:
    """Five problems as long as a grave year's: five premises, three schools, events, accidents and plans."""
    late = tuple(
        Subject(f"白鹭泰丰船舶修造厂{n}", "大门处私拉乱接电线", (Run(f"逾期{331 - n}天"),)) for n in range(5)
    )
    schools = tuple(
        Subject(f"白鹭镇第{n}小学", "", (Run("“消防设施完好”未达标，2021年春季学期"),)) for n in range(3)
    )
    subjects = (late, schools, schools[:2], schools, schools[:2])
    problems = [
        replace(one, subjects=own, total=len(own) + (not at) * 4, measure=one.measure[:1])
        for at, (one, own) in enumerate(zip(brief.problems, subjects, strict=True))
    ]
    beside = (Run("与上年相比：死亡多3人（0→3）；变差的有实战演练占比（90.0%→20.0%）；其余9项主要指标未见明显变化。"),)
    return replace(brief, problems=tuple(problems), beside=beside)


def test_verdict_and_problems_are_on_two_screens(
    open_page: Callable[..., Any], meta: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_page(
        write_page(fill(make_brief(5, rows=7)), meta("zh"), tmp_path / "350921105.zh.html"), width=360
    ).page
    ends = {
        name: page.evaluate(f"document.querySelector('{name}').getBoundingClientRect().bottom + scrollY")
        for name in (".verdict", ".beside", "ol.problems")
    }
    assert ends[".verdict"] < ends[".beside"] < 800 < ends["ol.problems"] < HEIGHT, ends
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    # Few words stand in columns, many in sentences; blanks to fill in by hand are for paper.
    assert page.locator(".listed").count() == 1 and page.locator(".listed li").count() == 5
    assert page.locator(".more").all_inner_texts() == ["等9处"]
    assert not page.locator(".who").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".who").first.is_visible()


def test_a_basis_that_is_not_there_has_no_word(
    open_page: Callable[..., Any], meta: Callable[..., Any], tmp_path: Path
) -> None:
    brief = make_brief(2)
    bare = replace(brief, problems=(replace(brief.problems[0], basis=""), brief.problems[1]))
    page = open_page(write_page(bare, meta("zh"), tmp_path / "350921105.zh.html"), width=360).page
    assert [text.startswith("依据") for text in page.locator(".basis").all_inner_texts()] == [False, True]


def lengthen(brief: Brief) -> Brief:
    """Problems of so many words that they would fill a third screen."""
    far = tuple(
        Subject(f"Shawan Town fishing vessel accident on {day} March 2021", "", (Run("three dead, a direct loss of 4.20 million yuan"),))
        for day in range(1, 5)
    )
    measure = (Run("Establish the causes, the first of 18 March 2021; mend them, and check all places of the same kind."),)
    problems = tuple(replace(one, subjects=far, total=4, measure=measure) for one in brief.problems)
    return replace(brief, problems=problems)


def test_of_long_problems_a_telephone_shows_what_comes_first(
    open_page: Callable[..., Any], meta: Callable[..., Any], tmp_path: Path
) -> None:
    brief = make_brief(5, lang="en")
    assert not is_long(make_brief(2, lang="en")) and is_long(lengthen(brief))
    path = write_page(lengthen(brief), meta("en"), tmp_path / "350921105.en.html")
    page = open_page(path, width=360).page
    assert page.evaluate("document.querySelector('ol.problems').getBoundingClientRect().bottom + scrollY") < HEIGHT
    first = page.locator(".problems > li").first
    assert [one for one in first.locator(".objects p").all_inner_texts() if one][:2][1].startswith("Shawan")
    assert first.locator(".objects p:visible").count() == 3  # two of four, and how many there are
    assert first.locator(".measure").inner_text().endswith("18 March 2021.")
    wide = open_page(path, width=1280).page
    assert wide.locator(".problems > li").first.locator(".objects p:visible").count() == 4
    assert wide.locator(".measure").first.inner_text().endswith("of the same kind.")


def tell_county(brief: Brief) -> Brief:
    """As much as an English county's page says besides: what else there is, each missed target, last year's loss."""
    words = "43 plans are past their review date (Qingyan Township 青岩乡道路交通事故应急预案, Shawan Town and more); "
    beside = "Compared with the year before: three more deaths (6 → 9); direct disaster loss up by 26.13 million yuan (13.02 million yuan → 39.15 million yuan); otherwise no clear change in the eight indicators below with a figure for the year before (deaths not counted)."
    targets = replace(brief.statuses[2], note=(Run("inspections in 15 townships, drills in 7, hazards rectified in 1"),))
    return replace(
        brief,
        others=(Run("Also: " + words * 4),),
        beside=(Run(beside),),
        well=(),
        statuses=(*brief.statuses[:2], targets, brief.statuses[3]),
        verdict=((Run("Nine people died and two are missing (three in Bailu Town, two in Langyu Township, two in Longtan Town and elsewhere); "),), (Run("23 of 33 targets were missed."),)),
        strip_heads=("Indicator (unit)", "County", "2020", "Range", "worse", "better"),
        foot="How to read: the line is the whole county; further right is better, whichever way the indicator runs; each row has its own scale. “the year before” is 2020; “—” means nothing to compare. Source: ledgers of Binjiang County emergency management review (made-up example).",
    )


def test_an_english_county_s_page_ends_on_the_third_screen(
    open_page: Callable[..., Any], meta: Callable[..., Any], tmp_path: Path
) -> None:
    """The verdict and the problems stand on two screens, all of it on three."""
    made = tell_county(lengthen(make_brief(5, lang="en", rows=11)))
    page = open_page(write_page(made, meta("en"), tmp_path / "350921105.en.html"), width=360).page
    ends = {
        name: page.evaluate(f"document.querySelector('{name}').getBoundingClientRect().bottom + scrollY")
        for name in (".verdict", "ol.problems", "section.brief")
    }
    assert ends[".verdict"] < 800 and ends["ol.problems"] < HEIGHT and ends["section.brief"] < 2400, ends


@pytest.mark.parametrize("rows", [0, 12])
def test_a_page_that_would_pass_the_third_screen_is_long(rows: int) -> None:
    """Problems that fit two screens, with much besides: by itself it fits, with twelve rows of the strip it doesn't."""
    brief = make_brief(3, lang="en", rows=rows)
    assert not is_long(replace(brief, others=(), well=()))
    assert is_long(replace(brief, others=(Run("An accident of the lowest grade. " * 30),))) is bool(rows)


def test_numbers_of_the_strip_do_not_meet(
    open_page: Callable[..., Any], meta: Callable[..., Any], tmp_path: Path
) -> None:
    brief = make_brief(1, lang="en")
    heads = (*brief.strip_heads[:2], "The year before that", "From the lowest to the highest", *brief.strip_heads[4:])
    page = open_page(
        write_page(replace(brief, strip_heads=heads), meta("en"), tmp_path / "350921105.en.html"), width=360
    ).page
    boxes = page.evaluate(
        "[...document.querySelectorAll('.strip tbody tr:not(.group)')].map(row => ['.v2', '.v3'].map(name => {"
        " const box = row.querySelector(name).getBoundingClientRect();"
        " return [box.left, box.top, box.right, box.bottom] }))"
    )
    assert boxes
    for one, other in boxes:
        assert one[2] <= other[0] + 1 or one[3] <= other[1] + 1, (one, other)
        assert max(one[2], other[2]) <= 360
