"""Lines for a terminal, in which a Chinese character is two columns wide."""

from hypothesis import given
from hypothesis import strategies as st

from taizhang.core.terminal import format_pairs, measure_width, wrap_text


def test_a_wide_character_takes_two_columns() -> None:
    assert measure_width("台账ab，") == 2 + 2 + 1 + 1 + 2


def test_words_are_kept_whole_and_wide_characters_are_not() -> None:
    assert wrap_text("put your ledgers in data/raw", 12) == ["put your", "ledgers in", "data/raw"]
    assert wrap_text("读到的行＝采信＋搁置", 10) == ["读到的行＝", "采信＋搁置"]


def test_no_line_begins_with_a_closing_sign_nor_ends_with_an_opening_one() -> None:
    assert wrap_text("一二三四。五", 8) == ["一二三", "四。五"]
    assert wrap_text("一二三（四）", 8) == ["一二三", "（四）"]


@given(st.text(alphabet="ab 台账，。（）“”-", max_size=60), st.integers(6, 30))
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    assert "".join(wrap_text(text, width)).replace(" ", "") == text.replace(" ", "")


def test_names_and_meanings_stand_in_two_columns() -> None:
    assert format_pairs([("-C DIR", "工作簿"), ("--a-name-that-is-long N", "x")], 40, most=10) == [
        "  -C DIR      工作簿",
        "  --a-name-that-is-long N",
        "              x",
    ]
