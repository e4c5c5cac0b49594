"""Every figure is an SVG that can stand with others in one page, byte for byte the same each time."""

import re
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from view_maker import make_hazards, make_view

from taizhang import figures
from taizhang.core.display import Figure
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import draw_key, draw_line, plot_bars, wrap_label

SVG = "{http://www.w3.org/2000/svg}"


def draw(id: str = "one", text: str = "隐患 $x$ −3 <b>") -> Figure:
    with use_style():
        sheet, axes = make_axes(60)
        axes.plot([1, 2, 3], [3, 1, 2], marker="o")
        axes.text(2, 2, text)
    return finish_figure(sheet, make_view({}), "location-map", data=pd.DataFrame, id=id, n=3)


def read_texts(figure: Figure) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def test_text_stays_text_as_typed_in_the_packaged_font() -> None:
    figure = draw()
    assert "隐患 $x$ −3 <b>" in read_texts(figure)
    assert set(re.findall(r"font-family: ([^;\"]+)", figure.svg)) == {"'Noto Sans SC'"}


def test_text_of_a_ledger_that_looks_like_an_id_is_left_alone() -> None:
    assert ' id="x" url(#y)' in "".join(read_texts(draw(text=' id="x" url(#y)')))


def test_ids_are_the_figure_s_own_and_references_follow() -> None:
    svg = draw("trend").svg
    ids = re.findall(r'<[^>]* id="([^"]+)"', svg)
    assert len(ids) == len(set(ids)) > 3
    assert all(found.startswith("trend-") for found in ids)
    references = re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', svg)
    assert references and set(references) <= set(ids)


def test_it_fits_any_width_and_styles_only_itself() -> None:
    root = ElementTree.fromstring(draw("trend").svg)
    assert root.get("width") is None and root.get("height") is None
    wide, high = (float(part) for part in root.get("viewBox", "").split()[2:])
    assert wide == pytest.approx(160 * 72 / 25.4, abs=0.01) and high == pytest.approx(
        60 * 72 / 25.4, abs=0.01
    )
    style = root.find(f".//{SVG}style")
    assert style is not None and style.text is not None and style.text.startswith("#trend-svg *")
    assert "<metadata" not in draw().svg and "<!DOCTYPE" not in draw().svg


def test_a_report_s_kernel_draws_each_figure_for_a_telephone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    view = make_view({"hazards": make_hazards(np.random.default_rng(7))})
    alone = figures.plot_hazards_trend(view)
    assert alone is not None and alone.narrow == ""
    monkeypatch.setattr("taizhang.analysis.exhibits.is_in_kernel", lambda: True)
    both = figures.plot_hazards_trend(view)
    assert both is not None and both.svg == alone.svg
    root = ElementTree.fromstring(both.narrow)
    assert float(root.get("viewBox", "").split()[2]) == pytest.approx(104 * 72 / 25.4, abs=0.01)


def test_what_is_told_in_words_is_not_drawn_for_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taizhang.core.display.is_in_kernel", lambda: True)
    view = make_view({}, report="township_review")
    with use_style():
        sheet, _ = make_axes(60)
    shown = finish_figure(
        sheet, view, "hazards-by-trade", 1, data=pd.DataFrame, n=1, leaders="", state="", few=["一处"]
    )
    assert shown.told is not None and shown.svg == ""
    bundle = shown._repr_mimebundle_()
    assert "image/svg+xml" not in bundle and "一处" in bundle["text/html"]


def test_the_same_figure_is_the_same_bytes() -> None:
    assert draw().svg == draw().svg


def test_words_of_a_key_longer_than_the_drawing_take_a_second_line() -> None:
    words = "whole area: 1.82 a visit; above the line a visit finds more than in the rest of the county"
    with use_style():
        sheet, axes = make_axes(60)
        draw_key(axes, [("—", words, "#000000")])
    lines = read_texts(finish_figure(sheet, make_view({}), "location-map", data=pd.DataFrame, n=1))
    parts = [line for line in lines if line and line in words]
    assert len(parts) == 2 and " ".join(parts) == words and lines.count("—") == 1


def test_a_line_is_parted_where_nothing_is_known_and_its_axes_keep_no_labels() -> None:
    with use_style():
        _, axes = make_axes(60)
        draw_line(axes, [0, 1, 2, 3, 4], np.array([1.0, 2.0, np.nan, 4.0, 3.0]), color="#000000")
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[0, 1], [1, 2]], [[3, 4], [4, 3]]]
    assert axes.get_xlabel() == axes.get_ylabel() == ""


def test_bars_stand_as_far_apart_as_their_labels_are_high() -> None:
    """Two lines of 11 pt take some 9.6 mm; bars with labels of one line stand 7.2 mm apart."""
    for name, apart in (("商贸餐饮", 7.2), ("自查自纠 2021年防汛备汛专项整治行动", 10.4)):
        counts = pd.DataFrame({"n": [3, 2, 1]}, index=[f"{name}{n}" for n in "甲乙丙"])
        drawing = plot_bars(counts, ["#0068a8"], ["3", "2", "1"])
        assert drawing.get_figheight() * 25.4 == pytest.approx(10 + 3 * apart)


def test_drawing_leaves_no_setting_behind() -> None:
    before = dict(mpl.rcParams)
    draw()
    assert dict(mpl.rcParams) == before


def test_figures_of_a_view_are_equal_run_for_run() -> None:
    view = make_view({"hazards": make_hazards(np.random.default_rng(7))})
    for function in (figures.plot_hazards_trend, figures.plot_closure_curve, figures.map_hazards):
        first, second = function(view), function(view)
        assert first is not None and second is not None and first.svg == second.svg


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("商贸餐饮", ["商贸餐饮"]),
        ("自查自纠 2021年防汛备汛专项整治行动", ["自查自纠", "2021年防汛备汛专项整治行动"]),
        ("电动自行车违规停放充电集中整治行动", ["电动自行车违规停放充电集中整", "治行动"]),
        ("inspection of small shops and stalls", ["inspection of small shops", "and stalls"]),
    ],
)
def test_a_long_label_takes_two_lines(text: str, lines: list[str]) -> None:
    assert wrap_label(text).split("\n") == lines
