"""Where districts stand: groups, who is called by the funnel and is better or worse, patterns of neighbours."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box
from view_maker import CODES, NAMES, make_fact, make_scatter, make_view

from taizhang import figures
from taizhang.analysis.funnel import find_funnel
from taizhang.analysis.standing import find_standing, mark_pattern
from taizhang.analysis.view import View
from taizhang.stats.ranks import rank_places
from taizhang.stats.shrink import shrink_rates, shrink_shares
from taizhang.stats.spatial import join_neighbours, shrink_to_neighbours

RATE = "hazards.rectification_rate"


def make_shares(pairs: list[tuple[int, int]], fact: str = RATE, area: float = 90.0) -> View:
    """Districts of so many of so many, named by their number."""
    rows = [
        make_fact(fact, 100 * done / of, numerator=done, denominator=of)
        | {"district_code": f"3509212{at:02d}", "district": f"第{at}镇"}
        for at, (done, of) in enumerate(pairs)
    ]
    done, of = (sum(pair[at] for pair in pairs) for at in (0, 1))
    whole = make_fact(fact, area, district="all", numerator=done, denominator=of)
    scatter = make_scatter(codes=[str(row["district_code"]) for row in rows])
    return make_view(facts=[*rows, whole], district="all", scatter=scatter)


ALIKE = [(90, 100)] * 20


def test_standing_ranks_by_what_is_left_after_chance() -> None:
    """20 of 50 is drawn towards the others' 563 of 620, and stays last; six are too few for a pattern."""
    shares = [(180, 200), (95, 100), (20, 50), (140, 150), (60, 80), (88, 90)]
    rows = [
        make_fact(RATE, 100 * a / b, district=code, numerator=a, denominator=b)
        for code, (a, b) in zip(CODES, shares, strict=True)
    ]
    standing = find_standing(make_view(facts=rows, district="all"), RATE)
    assert standing is not None
    places = standing.places
    assert places["district"].iloc[-1] == NAMES[2] and 40 < places["shrunk"].iloc[-1] < 84
    assert (
        standing.groups == places["group"].max()
        and standing.widest == (places["last"] - places["first"]).max()
    )
    assert standing.called == list(places.loc[places["called"], "district"])
    assert standing.pattern.reason == "few" and (places["quadrant"] == "").all()
    view = make_view(facts=rows, district="all")
    assert mark_pattern(view, RATE) is None and mark_pattern(make_view(district="all"), RATE) is None


def test_table_says_what_the_funnel_shows() -> None:
    view = make_shares([*ALIKE, (60, 100)])
    view = replace(
        view, districts=_grid([row["district_code"] for _, row in view.facts.iloc[:-1].iterrows()])
    )
    table, figure = figures.tabulate_standing(view, RATE), figures.plot_funnel(view, RATE)
    assert table is not None and figure is not None
    (row,) = [row for row in table.rows if row[7].text == "偏低，超出偶然"]
    assert row[0].text == "第20镇" and row[7].note == "worse" and "有1个：第20镇" in figure.alt
    assert {other[6].note for other in table.rows if other is not row} == {""}


def _grid(codes: list[str]) -> gpd.GeoDataFrame:
    """Squares of a tenth of a degree, six in a row."""
    shapes = [
        box(119 + at % 6 / 10, 26 + at // 6 / 10, 119.1 + at % 6 / 10, 26.1 + at // 6 / 10)
        for at in range(len(codes))
    ]
    names = [f"第{at}镇" for at in range(len(codes))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": names, "parent": "350921"}, geometry=shapes, crs="EPSG:4490"
    )


def test_a_pattern_of_neighbours_is_drawn() -> None:
    """Of 6 by 6 districts four in a corner are low among the low, and one is below its neighbours."""
    rng, places, facts = np.random.default_rng(1), [], []
    for n in range(36):
        column, row = n % 6, n // 6
        chance = 0.97 if column < 2 and row < 3 else 0.55 if column > 3 and row > 2 else 0.8
        done = int(rng.binomial(200, 0.6 if n == 7 else chance))
        code, west, south = f"3509212{n:02d}", 119 + column / 10, 26 + row / 10
        places.append((code, f"第{n}镇", "350921", box(west, south, west + 0.1, south + 0.1)))
        share = done / 2
        facts.append(
            make_fact("hazards.rectification_rate", share, numerator=done, denominator=200, low=share - 5,
                      high=share + 5, unit="percent") | {"district_code": code, "district": f"第{n}镇"}
        )  # fmt: skip
    facts.append(
        make_fact("hazards.rectification_rate", 78.0, district="all", numerator=5600, denominator=7200)
    )
    districts = gpd.GeoDataFrame(
        pd.DataFrame(places, columns=["code", "name", "parent", "geometry"]), crs="EPSG:4490"
    )
    view = replace(make_view(facts=facts, district="all"), districts=districts)
    standing = find_standing(view, "hazards.rectification_rate")
    assert standing is not None
    found = standing.places["quadrant"]
    assert found[found != ""].to_dict() == {
        "350921228": "low_low", "350921229": "low_low", "350921234": "low_low", "350921235": "low_low",
        "350921207": "low_high",
    }  # fmt: skip
    marked = mark_pattern(view, "hazards.rectification_rate")
    assert marked is not None and marked.names == [f"第{n}镇" for n in (7, 28, 29, 34, 35)]
    assert list(marked.quadrants.index) == list(districts["code"])
    assert marked.quadrants[marked.quadrants != ""].to_dict() == found[found != ""].to_dict()
    figure = figures.map_pattern(view, "hazards.rectification_rate")
    assert figure is not None and "p<0.001" in figure.source
    assert "第7镇、第28镇、第29镇、第34镇和第35镇" in figure.alt
    assert "低值集聚" in figure.svg and "低于四邻" in figure.svg


def test_every_column_of_a_standing() -> None:
    """What statistics say of the same counts, in the fact's unit, best first."""
    counts = [(1, 90_000), (9, 110_000), (3, 100_000), (0, 50_000), (40, 200_000), (2, 80_000)]
    for fact, scale in (
        ("incidents.deaths_per_100k", 100_000),
        (RATE, 100),
        ("inspections.hazards_per_visit", 1),
    ):
        rows = [
            make_fact(fact, scale * a / b, district=code, numerator=a, denominator=b)
            for code, (a, b) in zip(CODES, counts, strict=True)
        ]
        view = make_view(facts=rows, district="all")
        standing, funnel = find_standing(view, fact), find_funnel(view, fact)
        assert standing is not None and funnel is not None
        top, size = (pd.Series([pair[at] for pair in counts], list(CODES), dtype=float) for at in (0, 1))
        share = fact == RATE
        posterior = shrink_shares(top, size) if share else shrink_rates(top, size)
        ends = posterior.find_intervals()
        descending = fact != "incidents.deaths_per_100k"
        ranked = rank_places(posterior, descending=descending)
        graph = join_neighbours(view.districts.set_index("code").geometry)
        wanted = pd.DataFrame(
            {
                "district": list(NAMES), "raw": scale * top / size, "shrunk": scale * posterior.mean,
                "low": scale * ends["low"], "high": scale * ends["high"], "above": posterior.judge_above(),
                "above_most": posterior.judge_above(),
                "spatial": scale * shrink_to_neighbours(top, size, graph), "rank": ranked["rank"],
                "first": ranked["low"], "last": ranked["high"], "group": 1,
                "called": funnel.places["called"], "side": funnel.places["side"],
                "verdict": funnel.places["verdict"], "quadrant": "",
            }
        )  # fmt: skip
        got = standing.places
        assert set(got) == set(wanted)
        pd.testing.assert_frame_equal(
            got[[*wanted]], wanted.loc[got.index], check_dtype=False, check_names=False
        )
        assert list(zip(got["rank"], got["district"], strict=True)) == sorted(
            zip(got["rank"], got["district"], strict=True)
        )
        assert standing.groups == wanted["group"].max()
        assert standing.widest == (wanted["last"] - wanted["first"]).max() > 0
        assert standing.called == [
            name for name in got["district"] if got.set_index("district")["called"][name]
        ]
    assert find_standing(make_view(facts=rows[:2], district="all"), fact) is None


def test_ranks_hold_whatever_the_rows_say_that_do_not() -> None:
    """80 of 100 beside 700 of 800 is last; with 80 more rows that do not say it may be 160 of 180, and not last.

    At the least it is 80 of 180, at the most 160 of 180: its interval, rank and probability hold both.
    """
    pairs = [(80, 100), (88, 100), (87, 100), (89, 100)] + [(350, 400)] * 2
    sure, unsure = make_shares(pairs, area=87.0), make_shares(pairs, area=87.0)
    first = unsure.facts.index[0]
    facts = unsure.facts.copy()
    facts.loc[first, ["known", "of"]] = [100.0, 180.0]
    districts = _grid([str(code) for code in sure.facts["district_code"][:-1]])
    sure, unsure = replace(sure, districts=districts), replace(unsure, districts=districts, facts=facts)
    one, two = (find_standing(view, RATE) for view in (sure, unsure))
    assert one is not None and two is not None and (one.partly, two.partly) == (0, 1)
    code = "350921200"
    low, high = one.places.loc[code], two.places.loc[code]
    tops = [pd.Series([top, 88, 87, 89, 350, 350], list(one.places.index.sort_values())) for top in (80, 160)]
    ends = [shrink_shares(top, pd.Series([180, 100, 100, 100, 400, 400], top.index)) for top in tops]
    limits = [
        100 * end.find_intervals().loc[code, side] for end, side in zip(ends, ("low", "high"), strict=True)
    ]
    assert [high["low"], high["high"]] == limits and high["low"] < 52 and high["high"] > low["high"]
    assert high["shrunk"] == low["shrunk"] and (high["first"], high["last"]) == (1, 6)
    assert high["above"] == 0 and high["above_most"] > 0.5 > low["above"] == low["above_most"]
    # The others may stand one place higher or lower because of it.
    others = [at for at in one.places.index if at != code]
    assert (two.places.loc[others, "last"] >= one.places.loc[others, "last"]).all()
    table = figures.tabulate_standing(unsure, RATE)
    assert table is not None and "有1个地区的一些记录没有写明" in table.notes[-1]
    funnel, figure = find_funnel(unsure, RATE), figures.plot_funnel(unsure, RATE)
    assert funnel is not None and (funnel.partly, funnel.left_out) == (1, 0) and figure is not None
    assert "判断时取其可能范围内最接近中线的值" in figure.source


def test_what_has_no_bounds_is_left_out_of_the_funnel_and_that_is_told() -> None:
    """Deaths of which one row does not say: nobody knows how many more there are."""
    fact = "incidents.deaths_per_100k"
    rows = [
        make_fact(fact, 10.0 + at, district=code, numerator=5 + at, denominator=50_000)
        for at, code in enumerate(CODES)
    ]
    rows[0] |= {"known": 20, "of": 21}
    whole = make_fact(fact, 12.0, district="all", numerator=36, denominator=300_000, known=99, of=100)
    view = make_view(facts=[*rows, whole], district="all")
    funnel, standing, figure = (
        find_funnel(view, fact),
        find_standing(view, fact),
        figures.plot_funnel(view, fact),
    )
    assert funnel is not None and standing is not None and figure is not None
    assert (funnel.partly, funnel.left_out) == (0, 1) and CODES[0] not in funnel.places.index
    assert set(standing.places.index) == set(CODES[1:])
    assert "另有1个地区的一些记录没有写明，又无从知道可能的范围，没有计入。" in figure.source
