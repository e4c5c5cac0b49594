"""The packaged fonts, and cutting them down to the characters of a page."""

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.ft2font import LoadFlags

from taizhang.core import fonts

TEXT = "隐患排查治理,2021(中)A"


@pytest.mark.parametrize("path", [fonts.sans_path(), fonts.serif_path()])
def test_subset_holds_just_the_characters_asked_for(path: Path) -> None:
    font = TTFont(io.BytesIO(fonts.subset_woff2(path, TEXT)))
    assert set(font.getBestCmap()) == set(map(ord, TEXT))
    assert font["maxp"].numGlyphs < 60


def test_subset_draws_the_same_outlines_as_the_font() -> None:
    from fontTools.pens.recordingPen import RecordingPen

    drawn = []
    for source in (fonts.sans_path(), io.BytesIO(fonts.subset_woff2(fonts.sans_path(), TEXT))):
        font = TTFont(source)
        pen = RecordingPen()
        font.getGlyphSet()[font.getBestCmap()[ord("隐")]].draw(pen)
        drawn.append((pen.value, font["hmtx"][font.getBestCmap()[ord("隐")]][0]))
    assert drawn[0] == drawn[1]


def test_subset_is_the_same_whatever_the_order_of_characters() -> None:
    one = fonts._subset.__wrapped__(fonts.sans_path(), "".join(sorted(set(TEXT))))
    assert fonts.subset_woff2(fonts.sans_path(), TEXT[::-1] + TEXT) == one


def test_a_character_that_the_font_lacks_is_left_out() -> None:
    font = TTFont(io.BytesIO(fonts.subset_woff2(fonts.sans_path(), "中\U0001f600")))
    assert set(font.getBestCmap()) == {ord("中")}


@pytest.mark.parametrize(
    "text", ["隐患整改率 96.4%", "10（18%）", "gypsy AV", "“引号”——，。", "a b", "−5 - ", ""]
)
def test_a_text_is_measured_as_matplotlib_measures_it(text: str) -> None:
    font = font_manager.get_font(str(fonts.sans_path()))
    font.set_size(100, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    drawn = [*font.get_width_height(), font.get_descent()]
    assert fonts.measure_text(text) == pytest.approx([size / 64 / 100 for size in drawn], abs=0.002)


def test_a_character_that_the_font_lacks_takes_room_all_the_same() -> None:
    assert fonts.measure_text("中\U0001f600")[0] > fonts.measure_text("中")[0]
