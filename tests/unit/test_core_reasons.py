"""Reasons as data: compared and kept without their words, worded last in the language of messages."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from taizhang.core import reasons
from taizhang.core.reasons import (
    Label,
    Reason,
    choose_language,
    current_language,
    find_system_language,
    read_json,
    read_language,
    write_json,
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("TAIZHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    choose_language("")  # a workbook that an earlier test opened has chosen its own
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


WORDS = {
    "a.plain": {"zh": "{names:plain}都没有", "en": "none of {names:plain}"},
    "a.quoted": {"zh": "没有{names}", "en": "no {names}"},
    "a.faults": {"zh": "有误：{faults:clauses}", "en": "wrong: {faults:clauses}"},
    "a.or": {"zh": "{names:choices}", "en": "{names:choices}"},
    "a.of": {"zh": "{what}：{reason}", "en": "{what}: {reason}"},
}


@pytest.fixture
def own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "load_messages", lambda: WORDS)


@pytest.mark.usefixtures("own_words")
@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("a.plain", "甲、乙都没有", "none of 甲, 乙"),
        ("a.quoted", "没有“甲”、“乙”", "no '甲', '乙'"),
        ("a.or", "甲或乙", "甲 or 乙"),
    ],
)
def test_several_values_are_listed_as_the_language_does(code: str, zh: str, en: str) -> None:
    reason = Reason(code, names=["甲", "乙"])
    assert (reason.word("zh"), reason.word("en")) == (zh, en)


@pytest.mark.usefixtures("own_words")
def test_reasons_and_labels_within_a_reason_are_in_its_language() -> None:
    inner = [Reason("a.or", names=["甲", "乙"]), Reason("a.quoted", names=["丙"])]
    reason = Reason("a.of", what=Label(zh="表", en="table"), reason=Reason("a.faults", faults=inner))
    assert reason.word("zh") == "表：有误：甲或乙；没有“丙”"
    assert reason.word("en") == "table: wrong: 甲 or 乙; no '丙'"


def test_the_root_is_what_a_reason_is_about() -> None:
    root = Reason("a.quoted", names=["丙"])
    assert Reason("a.of", what="x", reason=Reason("a.of", what="y", reason=root)).root is root
    assert root.root is root
    assert Reason("a.of", what="x", reason="no reason").root.code == "a.of"


def test_equal_reasons_are_one_and_a_changed_one_is_another() -> None:
    reason = Reason("a.of", what="x", reason="y")
    assert len({reason, Reason("a.of", reason="y", what="x"), reason.replace(what="z")}) == 2
    assert reason.replace(what="z") == Reason("a.of", what="z", reason="y") and reason["what"] == "x"


@dataclass(frozen=True)
class Record:
    name: str
    notes: tuple[Reason, ...]


def test_what_is_kept_comes_back_equal() -> None:
    reason = Reason(
        "a.of",
        what=Label(zh="表", en="table"),
        reason=Reason("a.faults", faults=[Reason("a.or", names=["甲", 3])]),
    )
    within = Reason("a.of", reason=Reason("a.of", reason=reason))
    assert read_json(write_json([within, {"x": [within]}])) == [within, {"x": [within]}]
    for value in ("text", ["two", "texts"]):
        assert read_json(write_json(Reason("a.of", reason=value))) == Reason("a.of", reason=value)
    kept = read_json(write_json({"one": reason, "record": Record("r", (reason,)), "number": 1.5}))
    assert kept == {"one": reason, "record": {"name": "r", "notes": [reason]}, "number": 1.5}
    assert pickle.loads(pickle.dumps(reason)) == reason
