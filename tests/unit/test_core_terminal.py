"""Lines for a terminal, in which a Chinese character is two columns wide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.core.reasons import Reason
from taizhang.core.terminal import format_pairs, measure_width, show_controls, wrap_text


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


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[2J清屏", "\\x1b[2J清屏"),
        ("\x9b2J", "\\x9b2J"),  # the same in one character
        ("\x1b]8;;http://h\x07点\x1b]8;;\x07", "\\x1b]8;;http://h\\x07点\\x1b]8;;\\x07"),
        ("已整改\r未整改", "已整改\\r未整改"),
        ("甲\x08乙\x7f\x00", "甲\\x08乙\\x7f\\x00"),
        ("\u202eabc\u2066\u061c", "\\u202eabc\\u2066\\u061c"),
        ("溪口镇\t1\n—ü", "溪口镇\t1\n—ü"),
    ],
)
def test_what_a_terminal_would_obey_is_seen(text: str, seen: str) -> None:
    assert show_controls(text) == seen


def test_controls_in_a_message_are_seen() -> None:
    said = Reason("settings.no_utf8", file="a\x1b[2J\n\x9bb.toml", why="").word("en")
    assert said.startswith("a\\x1b[2J⏎\\x9bb.toml is not UTF-8")
