"""Mistakes in a file of settings: their lines, places and words, all at once, in both languages."""

from pathlib import Path

import pytest

from taizhang.core.errors import ParameterError
from taizhang.settings import reading
from taizhang.settings.draw import DrawSettings
from taizhang.settings.reading import SettingsFile, find_lines, show_value

TOML = '''# [not.a.table]
title = """
[in.a.text]
key = 1
"""
list = [
  "a]", # ]
  "b = 2",
]
[one]
"quoted.key" = 1
dotted.key = {x = 1}
[one.two]
[[many]]
name = "a"
[[many]]
name = "b"
[many.inner]
deep = 1
[[many.parts]]
x = 1
[[many.parts]]
x = 2
'''


def test_lines_of_tables_and_keys() -> None:
    assert find_lines(TOML) == {
        ("title",): 2,
        ("list",): 6,
        ("one",): 10,
        ("one", "quoted.key"): 11,
        ("one", "dotted", "key"): 12,
        ("one", "two"): 13,
        ("many", 0): 14,
        ("many", 0, "name"): 15,
        ("many", 1): 16,
        ("many", 1, "name"): 17,
        ("many", 1, "inner"): 18,
        ("many", 1, "inner", "deep"): 19,
        ("many", 1, "parts", 0): 20,
        ("many", 1, "parts", 0, "x"): 21,
        ("many", 1, "parts", 1): 22,
        ("many", 1, "parts", 1, "x"): 23,
    }


WRONG = """entities = 3
inspectors = "i.csv"
avoids = 2
team = "2"
most_per_inspector = true
once_since = 2021-01-01T08:00:00
[share]
"高" = "0.5"
"低" = 0.1
"""


def find_mistakes(text: str) -> ParameterError:
    file = SettingsFile.parse("draw.toml", text)
    assert file.check(DrawSettings) is None
    with pytest.raises(ParameterError) as caught:
        file.finish()
    return caught.value


def test_every_mistake_is_told_at_once_in_the_order_of_lines() -> None:
    error = find_mistakes(WRONG)
    assert str(error).split("\n  ") == [
        "draw.toml, line 1: entities must be text in quotes, not 3",
        "draw.toml, line 3: unknown key 'avoids' at the top level; did you mean 'avoid'?",
        "draw.toml, line 4: team must be a whole number, not '2'",
        "draw.toml, line 5: most_per_inspector must be a whole number, not true",
        "draw.toml, line 6: once_since must be a date such as 2022-01-31, not 2021-01-01T08:00:00",
        "draw.toml, line 8: [share] 高 must be a number, not '0.5'",
    ]
    assert [reason["reason"].code for reason in error.reasons][:2] == [
        "settings.text",
        "settings.unknown_key",
    ]


def test_a_thousand_mistakes_are_told_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    plain = reading.find_lines
    monkeypatch.setattr(reading, "find_lines", lambda text: calls.append(text) or plain(text))
    file = SettingsFile.parse("a.toml", "[[a]]\n" * 1000)
    for number in range(1000):
        file.add(("a", number), "settings.empty", value="")
    with pytest.raises(ParameterError) as told:
        file.finish()
    assert len(calls) == 1 and len(told.value.reasons) == 1000


def test_mistakes_in_chinese_hold_no_english_but_names(monkeypatch: pytest.MonkeyPatch) -> None:
    error = find_mistakes(WRONG.replace('inspectors = "i.csv"\n', ""))
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    assert str(error).split("\n  ")[:3] == [
        'draw.toml：缺inspectors = "..."',
        "draw.toml第1行：entities应为引号内的文字，不能是3",
        "draw.toml第2行：顶层没有“avoids”这一项；是不是“avoid”？",
    ]


def test_a_file_that_is_no_toml_or_no_utf8_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"x\.toml is not valid TOML"):
        SettingsFile.parse("x.toml", "a = ")
    path = tmp_path / "x.toml"
    assert SettingsFile.read(path) is None
    path.write_bytes("标题 = 1".encode("gb18030"))
    with pytest.raises(ParameterError, match=r"x\.toml is not UTF-8"):
        SettingsFile.read(path)


def test_values_are_shown_as_the_file_has_them() -> None:
    assert [show_value(value) for value in (True, "a", 1.5, ["x"])] == ["true", "'a'", "1.5", "['x']"]
