"""The finder of English words finds them, and lets names pass."""

import pytest
from chinese import find_chinese, find_english


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("错误：没有地区“西口镇”", []),
        ("error: 没有地区", ["error"]),
        ("写在data/raw/hazards/*.xlsx的found_on列，见workbook.toml", []),
        ("用taizhang check -C DIR查看[ledgers.hazards]", []),
        ("打不开（原文：“no such file”、“none”）", []),
        ("打不开“no such place”", ["no", "such", "place"]),
        ("隐患hazards：set aside 3行", ["set", "aside"]),
        ("日期不是a date such as 2021-01-01", ["date", "such", "as"]),
    ],
)
def test_english_words_are_found_and_names_are_not(text: str, words: list[str]) -> None:
    assert find_english(text) == words


def test_chinese_is_found() -> None:
    assert find_chinese("error：unknown") == ["："]
    assert find_chinese("plain words, no more") == []
