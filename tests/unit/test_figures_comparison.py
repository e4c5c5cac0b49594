"""The comparison: maps with classes that hold their values, rankings with intervals, funnels."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from shapely import LineString, Point, Polygon, box
from view_maker import CODES, NAMES, make_districts, make_fact, make_scatter, make_view

from taizhang import figures
from taizhang.analysis.view import View
from taizhang.core.display import Figure
from taizhang.core.outlines import measure_text, simplify_districts
from taizhang.figures.canvas import make_axes, use_style
from taizhang.figures.ground import (
    draw_ground,
    find_corner,
    label_beside,
    make_map,
    place_labels,
    say_unlabelled,
    use_panels,
    wrap_entries,
    write_list,
)
from taizhang.figures.marks import find_curve_labels, label_points, set_strip_key
from taizhang.metadata.style import use_narrow

SVG = "{http://www.w3.org/2000/svg}"
RATE = "hazards.rectification_rate"


def read_texts(figure: Figure | None) -> list[str]:
    assert figure is not None
    return ["".join(node.itertext()) for node in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def make_rates(counts: list[tuple[int, int] | None], **others: object) -> View:
    """Rectification rates of the six districts with rough intervals, and of the whole area."""
    rows = []
    for code, pair in zip(CODES, counts, strict=True):
        done, all_ = pair or (None, None)
        value = None if done is None or not all_ else 100 * done / all_
        near = {} if value is None else {"low": value - 5, "high": value + 5}
        rows.append(make_fact(RATE, value, district=code, numerator=done, denominator=all_, **near))
    known = [pair for pair in counts if pair]
    done, all_ = sum(pair[0] for pair in known), sum(pair[1] for pair in known)
    rows.append(make_fact(RATE, 100 * done / all_, district="all", numerator=done, denominator=all_))
    return make_view(facts=rows, district="all", **others)  # type: ignore[arg-type]


EXACT = "hazards.overdue_stock_days_median"  # which chance has no part in
COUNTS = [(95, 100), (90, 100), (80, 100), (99, 100), (85, 100), None]


def test_map_shows_values_classes_and_no_data() -> None:
    figure = figures.map_fact(make_rates(COUNTS), RATE)
    texts = read_texts(figure)
    assert figure is not None and figure.id == "map-hazards-rectification-rate"
    assert {"95.0", "99.0", "80.0", "不详", "内部使用", "隐患整改率（%）"} <= set(texts)
    assert all(any(name in text for text in texts) for name in NAMES)
    assert "最高的是临海街道（99.0%），最低的是石门乡（80.0%）；1个地区画斜线：不详。" in figure.alt
    assert "只有与其余的差别超出偶然波动的才加深颜色。" in figure.source


def test_a_withheld_value_is_said_to_be_withheld() -> None:
    facts = [make_fact(EXACT, 20 + place, district=code) for place, code in enumerate(CODES)]
    facts[2] |= {"suppressed": True, "value": 3.0}
    view = make_view(facts=facts, district="all")
    figure = figures.map_fact(view, EXACT)
    texts = read_texts(figure)
    assert figure is not None and "从略" in texts and "3" not in texts and "不详" not in texts
    assert "；1个地区画斜线：从略。" in figure.alt
    facts[4] |= {"value": None}
    figure = figures.map_fact(make_view(facts=facts, district="all"), EXACT)
    assert "从略或不详" in read_texts(figure)
    assert figure is not None and "；2个地区画斜线：从略或不详。" in figure.alt


def test_a_map_with_all_values_says_nothing_of_hatching() -> None:
    figure = figures.map_fact(make_rates([*COUNTS[:5], (88, 100)]), RATE)
    assert figure is not None and "斜线" not in figure.alt and "不详" not in read_texts(figure)


def test_nothing_to_map_is_none() -> None:
    view = make_view(facts=[make_fact("drills.held", 0, district=code) for code in CODES], district="all")
    assert not figures.map_fact(view, "drills.held")
    assert not figures.plot_ranking(view, "drills.held")
    assert not figures.map_fact(view, RATE)


def test_ranking_puts_the_better_side_first_and_marks_who_differs() -> None:
    figure = figures.plot_ranking(make_rates(COUNTS), RATE)
    texts = read_texts(figure)
    assert (
        figure is not None
        and "居首的是临海街道（99.0%），末位是石门乡（80.0%）；2个地区与其余地区的差别超出偶然波动"
        in figure.alt
    )
    assert "全域89.8%" in texts and "差别超出偶然波动" in texts
    fewer = [
        make_fact("hazards.overdue", n, district=code)
        for n, code in zip([5, 1, 3, 2, 9, 4], CODES, strict=True)
    ]
    overdue = figures.plot_ranking(make_view(facts=fewer, district="all"), "hazards.overdue")
    assert overdue is not None and "居首的是溪口镇（1处），末位是老溪南乡（9处）" in overdue.alt
    assert not any("平均" in text for text in read_texts(overdue))


@pytest.mark.parametrize(
    ("lang", "drawn", "listed", "shrunken"),
    [
        ("zh", "横线为原始值的95%置信区间", "百分比后括号内为原始值的95%置信区间", "修正值（95%可信区间）"),
        (
            "en",
            "Lines are 95% confidence intervals of the raw values",
            "95% confidence intervals of the raw values",
            "Shrunken (95% credible interval)",
        ),
    ],
)
def test_each_interval_says_what_it_is_of(lang: str, drawn: str, listed: str, shrunken: str) -> None:
    """A rate has an interval of its raw value, and another once it is shrunken: a reader meets both in one annex."""
    view = make_rates(COUNTS, lang=lang)
    ranking, standing = figures.plot_ranking(view, RATE), figures.tabulate_standing(view, RATE)
    districts = figures.tabulate_districts(view, "hazards")
    assert ranking is not None and standing is not None and districts is not None
    assert drawn in ranking.source and listed in "".join(districts.notes)
    assert shrunken in [column.label for column in standing.columns]


def test_funnel_names_who_lies_outside() -> None:
    counts = [(90 + place % 5, 100) for place in range(20)] + [(60, 100)]
    rows = [
        make_fact(RATE, float(done), numerator=done, denominator=all_)
        | {"district_code": f"3509212{place:02d}", "district": f"第{place}镇"}
        for place, (done, all_) in enumerate(counts)
    ]
    scatter = make_scatter(codes=[str(row["district_code"]) for row in rows])
    whole = make_fact(RATE, 90.5, district="all", numerator=1900, denominator=2100)
    view = make_view(facts=[*rows, whole], district="all", scatter=scatter)
    figure = figures.plot_funnel(view, RATE)
    assert figure is not None and "有1个：第20镇" in figure.alt
    assert "第20镇" in read_texts(figure) and "第3镇" not in read_texts(figure)


def test_a_district_without_an_interval_is_not_marked() -> None:
    facts = [
        make_fact("hazards.days_to_rectify_median", days, district=code, low=days - 1, high=days + 1)
        for days, code in zip([4, 5, 6, 5, 4], CODES, strict=False)
    ]
    facts.append(make_fact("hazards.days_to_rectify_median", 0, district=CODES[5]))
    facts.append(make_fact("hazards.days_to_rectify_median", 5, district="all"))
    figure = figures.plot_ranking(make_view(facts=facts, district="all"), "hazards.days_to_rectify_median")
    assert figure is not None and "0个地区与其余地区的差别超出偶然波动" in figure.alt
    assert "差别超出偶然波动" not in read_texts(figure)


def test_funnel_says_whose_value_its_line_is() -> None:
    view = make_rates([(91, 100), (90, 100), (88, 100), (92, 100), (89, 100), None])
    assert "全域90.0%" in read_texts(figures.plot_funnel(view, RATE))
    hidden = view.facts["district_code"] == CODES[2]
    part = figures.plot_funnel(
        replace(view, facts=view.facts.assign(suppressed=view.facts["suppressed"] | hidden)), RATE
    )
    # Without the 88 of 100: 362 of 400.
    assert "图中地区合计90.5%" in read_texts(part) and "全域90.0%" not in read_texts(part)


def test_long_words_of_a_key_take_two_lines() -> None:
    facts = [make_fact(EXACT, 20 + place, district=code) for place, code in enumerate(CODES)]
    facts[2] |= {"suppressed": True, "value": 3.0}
    facts[4] |= {"value": None}
    figure = figures.map_fact(make_view(facts=facts, district="all", lang="en"), EXACT)
    assert {"withheld or", "not known"} <= set(read_texts(figure))


def test_funnel_needs_denominators() -> None:
    facts = [make_fact("hazards.overdue", n, district=code) for n, code in enumerate(CODES)]
    view = make_view(facts=[*facts, make_fact("hazards.overdue", 15, district="all")])
    assert not figures.plot_funnel(view, "hazards.overdue")


def test_table_of_districts_has_everyone_and_the_whole() -> None:
    table = figures.tabulate_districts(make_rates(COUNTS))
    assert table is not None and [row[0].text for row in table.rows] == [*NAMES, "全域"]
    assert [row[1].text for row in table.rows[:1]] == ["95.0（90.0–100.0）"]
    assert table.rows[5][1].text == "不详" and table.rows[0][1].district == CODES[0]
    assert not figures.tabulate_districts(make_rates(COUNTS), "drills")


def test_table_of_districts_has_single_facts_that_somebody_knows() -> None:
    """A share that no district knows has no column, and key figures come only where their kind is asked for."""
    shares = [make_fact("hazards.verified_share", 40.0 + n, district=code) for n, code in enumerate(CODES)]
    unknown = [make_fact("hazards.cost_wan", None, district=code) for code in (*CODES, "all")]
    facts = [*shares, make_fact("hazards.verified_share", 42.5, district="all"), *unknown]
    view = make_view(facts=[*facts, make_fact("hazards.found", 9, district="all")], district="all")
    table = figures.tabulate_districts(view, "hazards.verified_share", "hazards.cost_wan")
    assert table is not None and table.id == "districts-facts-hazards"
    assert [column.label for column in table.columns][1:] == ["隐患复查率"]
    assert [row[1].text for row in table.rows][-1].startswith("42.5")


def test_simplified_districts_still_share_their_edges() -> None:
    left = Polygon(
        [(0, 0), (1, 0), *[(1 + 0.0004 * (-1) ** n, n / 200) for n in range(1, 200)], (1, 1), (0, 1)]
    )
    edge = [(1, 0), *[(1 + 0.0004 * (-1) ** n, n / 200) for n in range(1, 200)], (1, 1)]
    right = Polygon([*edge, (2, 1), (2, 0)])
    frame = make_districts().iloc[:2].set_geometry([left, right], crs="EPSG:4490")
    simple = simplify_districts(frame)
    assert sum(len(shape.exterior.coords) for shape in simple.geometry) < 200
    assert simple.union_all().area == pytest.approx(2, abs=1e-9)
    assert simple.geometry.iloc[0].intersection(simple.geometry.iloc[1]).area == 0
    assert isinstance(simple.geometry.iloc[0].intersection(simple.geometry.iloc[1]), LineString) or (
        simple.geometry.iloc[0].touches(simple.geometry.iloc[1])
    )


def test_labels_keep_apart_and_within() -> None:
    frame = make_districts()
    _, axes, _ = make_map(tuple(frame.total_bounds))
    left_out = place_labels(axes, list(frame.geometry), list(NAMES), ["#000"] * 6, size=10.5)
    assert left_out == []
    for text, shape in zip(axes.texts, frame.geometry, strict=True):
        assert shape.buffer(0.001).contains(Point(text.get_position()))
    crowded = [shape.buffer(-0.049) for shape in frame.geometry]
    _, axes, _ = make_map(tuple(frame.total_bounds))
    assert place_labels(axes, crowded, list(NAMES), ["#000"] * 6, size=10.5) == list(range(6))


def test_what_has_no_room_within_is_led_to_by_a_line() -> None:
    """An island too small for its name, and the smallest of sixteen in a row: labels keep off each other."""
    row = [box(119 + n / 100, 26, 119.006 + n / 100, 26.006) for n in range(16)]
    sheet, axes, _ = make_map((119, 25.9, 119.2, 26.1))
    names = [f"第{n}镇" for n in range(16)]
    assert place_labels(axes, row, names, ["#000"] * 16, size=6, lead=True) == []
    assert [text.get_text() for text in axes.texts] == names and len(axes.lines) == 16
    renderer = FigureCanvasAgg(sheet).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
    # A shape without ground has nothing to be led to.
    assert place_labels(axes, [box(0, 0, 0, 0)], ["甲"], ["#000"], lead=True) == [0]
    assert say_unlabelled(names, [3, 5], "zh") == "图上没有位置标注：第3镇和第5镇。" and not say_unlabelled(
        names, [], "zh"
    )


@pytest.mark.parametrize(("room", "written"), [(1.05, True), (0.93, False)])
def test_a_label_that_would_reach_beyond_its_district_is_left_out(room: float, written: bool) -> None:
    frame = make_districts()
    sheet, axes, _ = make_map(tuple(frame.total_bounds))
    wide, _ = measure_text("浪屿乡", 10.5)
    degrees = wide / (sheet.get_figwidth() * 72) * np.ptp(axes.get_xlim())
    island = box(119.1, 26.02, 119.1 + room * degrees, 26.08)
    assert place_labels(axes, [island], ["浪屿乡"], ["#000"], size=10.5) == ([] if written else [0])


def test_a_label_is_as_wide_as_its_characters() -> None:
    assert measure_text("溪口镇", 10)[0] == 30
    assert measure_text("溪口镇\n98.4", 10) == pytest.approx((30, 25.6))


def test_scale_bar_is_as_long_as_it_says() -> None:
    """0.1 degrees of longitude at 26.1 degrees north are 10.0 km; the map of 0.318 shows 31.8 km on 160 mm."""
    figure = figures.map_fact(make_rates(COUNTS), RATE)
    assert figure is not None
    said = next(text for text in read_texts(figure) if text.endswith("千米"))
    assert said == "5千米"
    bars = re.findall(r'<path d="M ([\d.]+) [\d.]+ L ([\d.]+) [\d.]+ L', figure.svg)
    km_per_point = 0.318 * 111.32 * np.cos(np.radians(26.1)) / 453.54
    assert any(abs((float(right) - float(left)) * 2 * km_per_point - 5) < 0.05 for left, right in bars)


def test_labels_of_one_place_do_not_lie_on_each_other() -> None:
    frame = make_districts()
    _, axes, _ = make_map(tuple(frame.total_bounds))
    shape = frame.geometry.iloc[0]
    small = shape.centroid.buffer(0.012)
    assert place_labels(axes, [small, small], ["甲", "乙乙乙"], ["#000"] * 2, size=10.5) == [1]
    _, axes, _ = make_map(tuple(frame.total_bounds))
    assert place_labels(axes, [shape], ["甲"], ["#000"], size=10.5, taken=[shape.bounds]) == [0]


def test_a_label_takes_the_nearest_place_that_is_free() -> None:
    _, axes, _ = make_map((0, 0, 10, 10))
    field, left = box(0, 0, 10, 10), box(0, 0, 5.2, 10)
    assert place_labels(axes, [field], ["甲"], ["#000"], size=8) == []
    assert axes.texts[-1].get_position() == (5, 5)
    assert place_labels(axes, [field], ["甲"], ["#000"], size=8, taken=[left.bounds]) == []
    x, y = axes.texts[-1].get_position()
    assert 5.2 < x < 6.5 and y == 5


def test_a_district_without_ground_leaves_the_others_their_map() -> None:
    view = make_rates(COUNTS)
    view.districts.loc[2, "geometry"] = Polygon()
    for figure in (figures.map_fact(view, RATE), figures.map_location(replace(view, district=CODES[0]))):
        assert figure is not None
        shown = " ".join(read_texts(figure))
        assert NAMES[0] in shown and NAMES[2] not in shown
    _, axes, _ = draw_ground(replace(view, district=CODES[2]))
    assert axes.get_xlim()[0] < 119 and axes.get_xlim()[1] > 119.3


def test_a_district_is_named_on_its_own_map_even_where_it_has_no_room() -> None:
    view = make_rates(COUNTS)
    west, south, _, north = view.districts.geometry[1].bounds
    view.districts.loc[1, "geometry"] = box(west, south, west + 0.004, north)
    found = figures.map_location(replace(view, district=CODES[1]))
    assert found is not None and NAMES[1] in read_texts(found)
    elsewhere = figures.map_location(replace(view, district=CODES[0]))
    assert elsewhere is not None and NAMES[1] not in read_texts(elsewhere)
    _, axes, _ = make_map((0, 0, 10, 10))
    left, low, right, high = label_beside(axes, box(9, 4, axes.get_xlim()[1] - 0.1, 6), "甲镇", size=8)
    assert right < 9 and low < 5 < high  # by the edge it stands on the other side
    assert label_beside(axes, box(1, 4, 1.2, 6), "甲镇", size=8)[0] > 1.2
    assert left < right


@pytest.mark.parametrize("extent", [(0, 0, 10, 0.4), (0, 0, 0.4, 10), (0, 0, 10, 10)])
def test_the_north_arrow_has_its_place_on_any_extent(extent: tuple[float, float, float, float]) -> None:
    """Seven by eleven millimetres, whatever the map's shape, on a map that is at least 26 mm high."""
    sheet, axes, _ = make_map(extent)
    left, low, right, top = find_corner(axes)
    inch = axes.transData.transform([(left, low), (right, top)]) / sheet.dpi
    assert (inch[1] - inch[0]) * 25.4 == pytest.approx((7, 11), abs=0.1)
    assert axes.get_position().height * sheet.get_figheight() * 25.4 >= 25.9
    place_labels(axes, [box(left, low, right, top)], ["甲"], ["#000"], size=6)
    assert not axes.texts


@pytest.mark.parametrize(
    ("lang", "said"), [("en", ">Deaths per 100,000 residents<"), ("zh", "（人/10万人）<")]
)
def test_a_rate_is_said_to_be_per_residents_once(lang: str, said: str) -> None:
    facts = [make_fact("incidents.deaths_per_100k", n / 2, district=code) for n, code in enumerate(CODES)]
    figure = figures.plot_ranking(
        make_view(facts=facts, district="all", lang=lang), "incidents.deaths_per_100k"
    )
    assert figure is not None and said in figure.svg


def test_many_rows_stand_in_columns_under_one_title_and_in_one_on_a_telephone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taizhang.figures.comparison._MOST_ROWS", 3)
    wide = figures.plot_ranking(make_rates(COUNTS), RATE)
    with use_narrow():
        narrow = figures.plot_ranking(make_rates(COUNTS), RATE)
    for figure, columns in ((wide, 2), (narrow, 1)):
        assert figure is not None and read_texts(figure).count("隐患整改率（%）") == 1
        # Names end where their axes begin.
        named = [f'<text style="[^"]*text-anchor: end[^"]*" x="([^"]+)"[^>]*>{name}<' for name in NAMES]
        assert len({found for text in named for found in re.findall(text, figure.svg)}) == columns


def test_what_a_map_lists_stands_below_all_lines_of_its_key() -> None:
    tops = []
    for classes in (2, 9):
        _, _, strip = make_map((0, 0, 10, 10), foot_mm=30)
        more = set_strip_key(strip, [("■", "第一类的名称", "#000000")] * classes)
        write_list(strip, ["高：1、2"], below_mm=more)
        tops.append(strip.get_ylim()[1] - strip.texts[-1].get_position()[1])
    assert tops[0] == 8 and tops[1] >= 8 + 5


def test_entries_of_a_list_are_not_parted_and_fit_the_width() -> None:
    """160 mm less 14 pt are 41.9 em of the small type; an entry and its comma take 10, as what leads to them does."""
    lines = wrap_entries(["一" * 9] * 7, "zh", lead="级" * 9)
    assert lines == ["级" * 9 + "：" + ("一" * 9 + "、") * 3, ("一" * 9 + "、") * 3 + "一" * 9]
    assert wrap_entries(["1", "2"], "en", lead="High") == ["High: 1, 2"]


def test_small_maps_stand_two_in_a_row_under_their_titles() -> None:
    with use_panels(make_view(district="all"), ["甲", "乙", "丙"]) as (_, panels, strip):
        boxes = [axes.get_position() for axes in panels]
    assert boxes[0].y0 == boxes[1].y0 > boxes[2].y1 and boxes[0].x0 == boxes[2].x0 < boxes[1].x0
    assert boxes[2].y0 >= strip.get_position().y1 - 1e-9
    assert [axes.texts[0].get_text() for axes in panels] == ["甲", "乙", "丙"]


def test_curves_bear_their_names_where_these_touch_none() -> None:
    """Steps at 20 and 80 of a hundred: each name stands beside its own; of two that are one, neither has a place."""
    with use_style():
        _, axes = make_axes(100)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        days = np.array([0.0, 50.0])
        low, high = (days, np.array([20.0, 20.0])), (days, np.array([80.0, 80.0]))
        places = find_curve_labels(axes, [low, high], ["甲", "乙"], size=(100, 100))
        (_, one), (_, other) = places
        assert abs(one - 20) < 8 < 40 < other - one and abs(other - 80) < 8
        assert find_curve_labels(axes, [low, low], ["甲", "乙"], size=(100, 100)) == []
        # A name as wide as the axes has no place.
        assert find_curve_labels(axes, [low, high], ["甲", "乙" * 40], size=(100, 100)) == []


def test_names_of_points_touch_nothing() -> None:
    """Five points on one spot: four names find a side each, the fifth none; one apart has its own."""
    axes = make_map((0, 0, 10, 10))[1]
    axes.set_aspect("auto")
    axes.set(xlim=(0, 10), ylim=(0, 10))
    points = np.array([[5.0, 5.0]] * 5 + [[1.0, 9.0]])
    assert label_points(axes, points, ["甲乙丙"] * 6, size=(100, 100)) == [4]
