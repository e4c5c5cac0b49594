"""A figure is no dead picture: its drawing can be changed, its data had, and files made of it."""

from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pikepdf
import pytest
from PIL import Image
from shapely.geometry import Point, box
from view_maker import make_hazards, make_view

from taizhang import figures
from taizhang.analysis.view import View
from taizhang.core.display import FIGURE, Figure
from taizhang.core.errors import ParameterError


@pytest.fixture
def view() -> View:
    return make_view({"hazards": make_hazards(np.random.default_rng(7))})


@pytest.fixture
def figure(view: View) -> Figure:
    found = figures.plot_hazards_trend(view)
    assert found is not None
    return found


def read_texts(svg: str) -> list[str]:
    return [
        "".join(node.itertext())
        for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_what_is_changed_on_its_axes_is_in_what_is_shown_next(figure: Figure) -> None:
    before = figure._repr_mimebundle_()
    figure.axes[0].set_title("我的题目")
    figure.axes[0].patches[0].set_color("#123456")
    after = figure._repr_mimebundle_()
    assert "我的题目" in read_texts(after["image/svg+xml"]) and "#123456" in after["image/svg+xml"]
    assert before["image/svg+xml"] == figure.svg and "我的题目" not in figure.svg
    assert after[FIGURE] == before[FIGURE] and "live" not in after[FIGURE]


def test_nobody_s_change_is_none(figure: Figure) -> None:
    figure.figure.stale = True  # as after somebody's own savefig
    assert figure._repr_mimebundle_()["image/svg+xml"] == figure.svg
    assert figure.live is not None and not figure.live.is_changed()


def test_a_report_s_telephone_gets_the_changed_one(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taizhang.analysis.exhibits.is_in_kernel", lambda: True)
    figure = figures.plot_hazards_trend(view)
    assert figure is not None and figure._repr_mimebundle_()[FIGURE]["narrow"] == figure.narrow != ""
    figure.axes[0].set_title("我的题目")
    assert "narrow" not in figure._repr_mimebundle_()[FIGURE]


def test_words_stand_in_place_of_few_bars_until_somebody_changes_these(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taizhang.core.display.is_in_kernel", lambda: True)
    hazards = make_hazards(np.random.default_rng(7)).assign(trade="工贸")
    shown = figures.plot_hazards_by_trade(make_view({"hazards": hazards}, report="township_review"))
    assert shown and shown.told and not shown.svg
    assert "image/svg+xml" not in shown._repr_mimebundle_()
    shown.axes[0].set_title("我的题目")
    bundle = shown._repr_mimebundle_()
    assert "我的题目" in read_texts(bundle["image/svg+xml"]) and "told" not in bundle[FIGURE]


def test_what_is_added_has_room(figure: Figure) -> None:
    """The layout is made again: a title of two lines doesn't run out of the sheet."""
    figure.figure.suptitle("一\n二")
    root = ElementTree.fromstring(figure._repr_mimebundle_()["image/svg+xml"])
    top = figure.axes[0].get_position().y1
    assert "二" in "".join(root.itertext()) and top < 0.85


def test_its_data_are_what_is_drawn(view: View, figure: Figure) -> None:
    data = figure.data
    assert list(data) == ["month", "state", "hazards", "found_year_before"]
    assert data["month"].dtype == "datetime64[us]"
    found = view.ledgers["hazards"]["found_on"]
    july = data[data["month"] == "2021-07-01"]
    assert july["hazards"].sum() == found.between("2021-07-01", "2021-07-31").sum()
    assert set(july["found_year_before"]) == {found.between("2020-07-01", "2020-07-31").sum()}


def test_a_map_s_data_have_the_axes_crs_and_take_a_map_of_ones_own(view: View) -> None:
    figure = figures.map_hazards(view)
    assert figure is not None and isinstance(figure.data, gpd.GeoDataFrame)
    assert figure.data.crs == view.districts.crs and set(figure.data["state"]) <= {
        "rectified",
        "open",
        "unknown",
    }
    axes = figure.axes[0]
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    assert figure.data.intersects(box(west, south, east, north)).all()  # degrees, as the axes are
    mine = gpd.GeoSeries([Point((west + east) / 2, (south + north) / 2)], crs=figure.data.crs)
    mine.to_crs(3857).to_crs(figure.data.crs).plot(ax=axes, color="#abcdef", aspect=None)
    assert (axes.get_xlim(), axes.get_ylim()) == ((west, east), (south, north))
    assert "#abcdef" in figure._repr_mimebundle_()["image/svg+xml"]


def test_a_file_is_as_wide_as_asked_with_its_font(figure: Figure, tmp_path: Path) -> None:
    for form in ("svg", "pdf", "png"):
        figure.save(tmp_path / "new" / f"a.{form}", width_mm=85, dpi=600)
    with Image.open(tmp_path / "new" / "a.png") as image:
        assert image.width == pytest.approx(85 / 25.4 * 600, abs=1)
        assert image.info["dpi"] == pytest.approx((600, 600), abs=0.1)
    svg = (tmp_path / "new" / "a.svg").read_text("utf-8")
    root = ElementTree.fromstring(svg.encode())
    assert root.get("width") == "85mm" and "@font-face" in svg and "font/woff2;base64," in svg
    with pikepdf.open(tmp_path / "new" / "a.pdf") as pdf:
        (page,) = pdf.pages
        assert float(page.MediaBox[2]) == pytest.approx(85 / 25.4 * 72, abs=0.1)
        faces = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/FontFile3" in one]
        assert [str(one.FontName).split("+")[1] for one in faces] == ["NotoSansSC-Regular"]


def test_a_narrow_column_has_type_that_can_be_read_unless_it_was_changed(
    figure: Figure, tmp_path: Path
) -> None:
    def measure() -> float:
        root = ElementTree.parse(tmp_path / "a.svg").getroot()
        return float(root.get("viewBox", "").split()[2])

    figure.save(tmp_path / "a.svg", width_mm=85)
    assert measure() == pytest.approx(104 * 72 / 25.4, abs=0.01)
    figure.save(tmp_path / "a.svg", width_mm=140)
    assert measure() == pytest.approx(160 * 72 / 25.4, abs=0.01)
    figure.axes[0].set_title("我的题目")
    figure.save(tmp_path / "a.svg", width_mm=85)
    assert measure() == pytest.approx(160 * 72 / 25.4, abs=0.01)
    assert "我的题目" in (tmp_path / "a.svg").read_text("utf-8")


def test_other_forms_are_refused_and_nothing_is_left(figure: Figure, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"\.svg, \.pdf, \.png"):
        figure.save(tmp_path / "a.doc")
    assert list(tmp_path.iterdir()) == []


def test_every_figure_has_data_that_parquet_takes(sample_book: Path, tmp_path: Path) -> None:
    import taizhang as tz

    book = tz.open(str(sample_book))
    own, area = book.view(str(book.districts["code"].iloc[0]), "2021"), book.view("all", "2021")
    fact = "hazards.rectification_rate"
    asked: dict[str, tuple[object, ...]] = {"plot_classes": ("teams", "kind")}
    asked |= {"plot_closure_by": ("severity",), "plot_seasons": ("hazards",)}
    asked |= dict.fromkeys(
        ("map_fact", "map_pattern", "plot_funnel", "plot_rank_ranges", "plot_ranking"), (fact,)
    )
    drawn = 0
    for view in (own, area):
        asked["map_grid_counts"] = (book.grid_counts(view), "hazards")
        asked["map_grid_problems"] = (book.grid_problems(view.district),)
        asked["plot_final_counts"] = (book.late_entries(view), "hazards")
        asked["map_reach"] = (book.reach(view, distance_m=1000),)
        for name in figures.__all__:
            if not name.startswith(("plot_", "map_")):
                continue
            figure = getattr(figures, name)(view, *asked.get(name, ()))
            if not figure:
                continue
            data, drawn = figure.data, drawn + 1
            assert len(data) or name == "map_grid_problems", name  # a sound grid has none
            assert data.columns.is_unique and isinstance(data, pd.DataFrame), name
            assert isinstance(data, gpd.GeoDataFrame) == name.startswith("map_"), name
            data.to_parquet(tmp_path / "x.parquet")
            assert not [column for column in data if data[column].dtype == object], name
    assert drawn > 30


def test_one_that_was_read_back_has_no_drawing() -> None:
    with pytest.raises(AttributeError, match="read back"):
        _ = Figure("a", "题", "图", "", "<svg/>").axes
