"""Charts of hazards say what the rows say."""

import re
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_hazards, make_table, make_view, takes_a_view_alone

from taizhang import figures
from taizhang.analysis.hazards import cross_classes
from taizhang.analysis.rows import choose_months, count_classes, count_months
from taizhang.core.display import Figure
from taizhang.metadata.style import use_narrow

SVG = "{http://www.w3.org/2000/svg}"


def read_texts(figure: Figure | None) -> list[str]:
    assert figure is not None
    return ["".join(node.itertext()) for node in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def make_few() -> pd.DataFrame:
    """Three of March 2021: one rectified, one closed without a rectified day, one overdue; one of 2020."""
    return make_table(
        "hazards",
        [
            {"found_on": "2021-03-01", "rectified_on": "2021-03-05", "trade": "工贸", "premises": "甲厂"},
            {"found_on": "2021-03-02", "closed_on": "2021-03-09", "trade": "工贸", "premises": "乙厂"},
            {
                "found_on": "2021-03-03",
                "deadline": "2021-03-13",
                "premises": "丙<店>",
                "severity": "major",
                "description": "电线 $裸露$",
            },
            {"found_on": "2020-01-15", "rectified_on": "2020-01-16"},
        ],
    )


def test_trend_counts_found_and_open() -> None:
    figure = figures.plot_hazards_trend(make_view({"hazards": make_few()}))
    assert figure is not None
    assert "共3处，最多的是2021年3月，3处；其中尚有1处未整改" in figure.alt
    assert "3条记录" in figure.source and "2021年12月31日" in figure.source
    texts = read_texts(figure)
    assert "3" in texts and "上年同月查出" in texts and "12月" in texts


def test_trend_leaves_out_a_year_before_that_the_ledger_does_not_reach() -> None:
    rows = make_few()
    texts = read_texts(figures.plot_hazards_trend(make_view({"hazards": rows[rows["found_on"] >= "2021"]})))
    assert "上年同月查出" not in texts


def test_the_year_before_is_shown_where_the_ledger_reaches_it_in_any_district() -> None:
    rows = make_few()
    view = make_view({"hazards": rows[rows["found_on"] >= "2021"]}, first_days={"hazards": date(2020, 1, 3)})
    assert "上年同月查出" in read_texts(figures.plot_hazards_trend(view))


def test_months_after_as_of_are_unknown_not_none() -> None:
    months = choose_months(make_view(as_of=date(2021, 7, 10)))
    counts = count_months(make_few()["found_on"], months, date(2021, 7, 10))
    assert counts[pd.Period("2021-03")] == 3 and counts[pd.Period("2021-07")] == 0
    assert counts[pd.Period("2021-08") :].isna().all()


@pytest.mark.parametrize(
    ("period", "first", "number"),
    [
        ("2021", "2021-01", 12),
        ("2021-07", "2020-08", 12),
        ("2021Q1", "2020-04", 12),
        ("2020-01-01/2021-12-31", "2020-01", 24),
    ],
)
def test_a_trend_shows_a_year_at_least(period: str, first: str, number: int) -> None:
    months = choose_months(make_view(period=period))
    assert (str(months[0]), len(months)) == (first, number)


def test_rows_of_the_period_up_to_as_of() -> None:
    view = make_view({"hazards": make_few()}, as_of=date(2021, 3, 2))
    assert view.show("hazards")["premises"].tolist() == ["甲厂", "乙厂"]
    assert view.show("drills").empty


def test_classes_are_ranked_and_those_not_stated_come_last() -> None:
    figure = figures.plot_hazards_by_trade(make_view({"hazards": make_few()}))
    texts = read_texts(figure)
    assert figure is not None and "最多的是工贸2处（占67%）和未填写1处（占33%）" in figure.alt
    assert texts.index("工贸") < texts.index("未填写")


def test_hazards_by_trade_and_category_are_cells_of_a_table() -> None:
    """Three of gas in factories, one of fire there and one in a shop: four and five by hand; none is an empty cell."""
    told = [("工贸", "燃气")] * 3 + [("工贸", "消防设施"), ("商贸餐饮", "消防设施"), ("商贸餐饮", None)]
    rows = [{"found_on": "2021-03-01", "trade": trade, "category": category} for trade, category in told]
    view = make_view({"hazards": make_table("hazards", rows)})
    counts = cross_classes(view, "trade", "category")
    assert counts is not None and counts.to_dict("index") == {
        "工贸": {"燃气": 3, "消防设施": 1, "未填写": 0},
        "商贸餐饮": {"燃气": 0, "消防设施": 1, "未填写": 1},
    }
    assert list(counts.columns) == ["燃气", "消防设施", "未填写"]
    figure = figures.plot_hazards_cells(view)
    assert figure is not None and "6处隐患" in figure.alt
    assert figure.headline.startswith("隐患最多的是工贸（燃气）3处、工贸（消防设施）1处")
    texts = read_texts(figure)
    assert texts.count("1") == 3 and "0" not in texts
    assert [text for text in texts if text in ("消防", "设施", "燃气", "工贸")] == [
        "燃气",
        "消防",
        "设施",
        "工贸",
    ]
    english = figures.plot_hazards_cells(make_view({"hazards": make_table("hazards", rows)}, lang="en"))
    assert english is not None and "6 hazards" in english.alt and "not stated" in read_texts(english)
    with use_narrow():
        assert {"消防", "设施", "燃气", "未填"} <= set(read_texts(figures.plot_hazards_cells(view)))
    # One class alone, or none stated, makes no table.
    for few in (rows[:3], [{"found_on": "2021-03-01", "trade": "工贸"}] * 2, []):
        made = make_view({"hazards": make_table("hazards", few)}) if few else make_view()
        assert not figures.plot_hazards_cells(made)


def test_beyond_ten_classes_the_rest_is_one() -> None:
    classes = pd.Series([f"类{place:02d}" for place in range(12) for _ in range(12 - place)])
    counts = count_classes(classes, pd.DataFrame({"n": 1.0}, index=classes.index), "zh")["n"]
    assert len(counts) == 10 and counts.index[-1] == "其他3类" and counts.iloc[-1] == 3 + 2 + 1
    assert counts.sum() == len(classes)


def test_closure_curve_counts_open_ones_as_censored() -> None:
    """Of four found on a day two are rectified, after 0 and 10 days; by Kaplan-Meier a quarter, then half."""
    rows = make_table(
        "hazards",
        [
            {"found_on": "2021-12-01", "rectified_on": "2021-12-01", "mode": "on_the_spot"},
            {"found_on": "2021-12-01", "rectified_on": "2021-12-11", "mode": "by_deadline"},
            {"found_on": "2021-12-01", "mode": "by_deadline"},
            {"found_on": "2021-12-01", "mode": "by_deadline"},
        ],
    )
    facts = [
        make_fact("hazards.days_to_rectify_median", 10),
        make_fact("hazards.days_to_rectify_median", 4, district="all"),
    ]
    figure = figures.plot_closure_curve(make_view({"hazards": rows}, facts=facts))
    assert figure is not None and "当日整改25.0%，30天内整改50.0%" in figure.alt
    texts = read_texts(figure)
    assert "城关镇过半需10天" in texts and "全域过半需4天" in texts


def test_overdue_lists_the_open_ones_past_their_deadline() -> None:
    table = figures.tabulate_overdue(make_view({"hazards": make_few()}, as_of=date(2021, 3, 20)))
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["丙<店>", "电线 $裸露$", "重大", "2021-03-03", "2021-03-13", "7"]
    ]
    assert not figures.tabulate_overdue(make_view({"hazards": make_few()}, as_of=date(2021, 3, 13)))


def test_overdue_says_how_many_it_leaves_out() -> None:
    rows = make_table("hazards", [{"found_on": "2021-03-03", "deadline": "2021-03-13", "status": "open"}] * 3)
    table = figures.tabulate_overdue(make_view({"hazards": rows}), most=2)
    assert table is not None and len(table.rows) == 2 and "前2条，共3条" in table.notes[-1]


def test_a_map_shows_points_or_where_they_are_dense_hexagons() -> None:
    few = make_hazards(np.random.default_rng(1), per_year=20)
    many = make_hazards(np.random.default_rng(1), per_year=400)
    points, cells = (figures.map_hazards(make_view({"hazards": rows})) for rows in (few, many))
    assert not figures.map_hazards(make_view({"hazards": few.assign(lon=np.nan, lat=np.nan)}))
    assert "未整改" in read_texts(points) and "每格数量" in read_texts(cells)
    assert points is not None and cells is not None
    assert "相等间隔" in cells.source and "相等间隔" not in points.source
    for figure in (points, cells, figures.map_location(make_view())):
        assert "内部使用" in read_texts(figure) and "北" in read_texts(figure)
        assert any(re.fullmatch(r"[\d.]+千米", text) for text in read_texts(figure))


def test_a_map_zooms_in_on_the_hazards_or_on_a_place() -> None:
    rows = make_table(
        "hazards",
        [
            {"found_on": "2021-03-01", "lon": lon, "lat": lat}
            for lon, lat in ((119.05, 26.05), (119.05, 26.05), (119.051, 26.05), (119.01, 26.01))
        ],
    )
    view = make_view({"hazards": rows}, district=CODES[0])
    alts, bars = [], []
    for more in ({}, {"zoom": 5}, {"zoom": 5, "centre": (119.01, 26.01)}):
        figure = figures.map_hazards(view, **more)
        assert figure is not None
        alts.append(re.search(r"(\d+)处", figure.alt)[1])  # type: ignore[index]
        bars.append(next(float(text[:-2]) for text in read_texts(figure) if text.endswith("千米")))
    # The first district is 0.1 degrees wide: five times larger, 0.02 and a margin are seen.
    assert alts == ["4", "3", "1"]
    assert bars[0] > 3 * bars[1] and bars[1] == bars[2]
    assert not figures.map_hazards(view, zoom=5, centre=(119.09, 26.09))


def test_an_approved_map_shows_its_number_instead() -> None:
    view = make_view(
        {"hazards": make_hazards(np.random.default_rng(1), per_year=20)}, approval="闽S〔2021〕1号"
    )
    texts = read_texts(figures.map_hazards(view))
    assert "审图号：闽S〔2021〕1号" in texts and "内部使用" not in texts


def test_points_without_coordinates_are_said_to_be_missing() -> None:
    rows = make_hazards(np.random.default_rng(1), years=(2021,), per_year=30)
    rows.loc[:4, ["lon", "lat"]] = np.nan
    figure = figures.map_hazards(make_view({"hazards": rows}))
    assert figure is not None and "另有5条没有坐标" in figure.source


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in figures.__all__
        if takes_a_view_alone(getattr(figures, name))
        and name not in ("map_ground", "map_location", "list_neighbours")
    ],
)
@pytest.mark.parametrize("ledgers", [{}, {"hazards": []}])
def test_of_nothing_to_show_it_is_said_why(name: str, ledgers: dict[str, list[dict[str, object]]]) -> None:
    view = make_view({kind: make_table(kind, rows) for kind, rows in ledgers.items()})
    shown = getattr(figures, name)(view)
    assert not shown and str(shown).startswith("没有可显示的：")


def test_english_has_no_chinese_but_the_ledger_s() -> None:
    view = make_view({"hazards": make_few()}, lang="en", district=CODES[0])
    figure = figures.plot_hazards_trend(view)
    assert figure is not None
    said = " ".join([figure.title, figure.alt.replace("城关镇", ""), figure.source, *read_texts(figure)])
    assert not re.search(r"[一-鿿]", said)
