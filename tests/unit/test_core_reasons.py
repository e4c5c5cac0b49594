"""The language of messages: TAIZHANG_LANG, else the one chosen, else the system's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taizhang.core.reasons import choose_language, current_language, find_system_language, read_language


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("TAIZHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    find_system_language.cache_clear()
    yield
    choose_language("")
    find_system_language.cache_clear()


def test_the_order_in_which_languages_go(monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_language() == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    find_system_language.cache_clear()
    assert current_language() == "zh"
    choose_language("en")
    assert current_language() == "en"
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    assert current_language() == "zh"
    monkeypatch.setenv("TAIZHANG_LANG", "fr")  # none that there is
    assert current_language() == "en"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ('[workbook]\nlang = "zh"\n', "zh"),
        ('\ufeff[workbook]\nlang = "en"\n', "en"),
        ('[workbook]\nlang = "fr"\n', ""),
        ("[workbook]\nlang = 3\n", ""),
        ("workbook = 3\n", ""),
        ("[workbook]\n", ""),
        ("[workbook\n", ""),
    ],
)
def test_the_language_of_a_workbook_from_any_folder_in_it(tmp_path: Path, text: str, lang: str) -> None:
    (tmp_path / "workbook.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert read_language(tmp_path) == read_language(tmp_path / "a" / "b") == lang
    (tmp_path / "workbook.toml").write_bytes("[workbook]\nlang = '中'".encode("gbk"))
    assert read_language(tmp_path) == ""
