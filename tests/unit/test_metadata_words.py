"""Words and sentences: both languages, the punctuation of each, and no key that nobody has written."""

import ast
import re
from pathlib import Path

import pytest

from taizhang.metadata.words import label, load_words, split_words

PLACE = re.compile(r"\{[^}]*\}")
ROOT = Path(__file__).parents[2]
CALLS = {"label", "say", "split_words"}


def find_keys(source: str) -> set[str]:
    """Keys that a module asks for as plain texts."""
    keys = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                keys.add(first.value)
    return keys


def test_every_word_is_in_both_languages_and_nothing_else() -> None:
    assert {key for key, said in load_words().items() if set(said) != {"zh", "en"}} == set()


def test_chinese_has_its_own_punctuation() -> None:
    """Half-width marks don't belong in Chinese, nor a mark twice."""
    wrong = {
        key: said["zh"]
        for key, said in load_words().items()
        if re.search(r"[,:;?!()]|[，。；：？]{2}", PLACE.sub("某", said["zh"]))
    }
    assert wrong == {}


def test_english_holds_no_chinese() -> None:
    wrong = {key for key, said in load_words().items() if re.search(r"[一-鿿，。；：？（）]", said["en"])}
    assert wrong == set()


def test_places_of_english_are_known_in_chinese() -> None:
    """English may leave out a name, or say a number with its unit where Chinese says it without."""
    free = {"name", "n", "per", "rows", "ns", "districts", "number", "empty", "cells", "duplicates", "plans"}
    for key, said in load_words().items():
        zh, en = ({place.strip("{}").split(":")[0] for place in PLACE.findall(said[lang])} for lang in said)
        assert zh - en <= free | {"period"} and en - zh <= free, key


def test_modules_ask_only_for_words_that_there_are() -> None:
    words = load_words()
    folder = ROOT / "lib" / "taizhang"
    missing = {
        f"{path.name}: {key}"
        for path in sorted(folder.rglob("*.py"))
        for key in find_keys(path.read_text("utf-8"))
        if "." in key and key not in words
    }
    assert missing == set()
    assert find_keys('label("no.such", lang)') == {"no.such"}


def test_a_place_chooses_its_word_by_number() -> None:
    assert label("source.rows", "en", n="1", rows=1) == ", 1 row"
    assert label("source.rows", "en", n="1,204", rows=1204) == ", 1,204 rows"
    assert label("source.rows", "zh", n="1", rows=1) == "，1条记录"


@pytest.mark.parametrize(("number", "said"), [(1, "once"), (2, "twice"), (3, "3 times"), (12, "12 times")])
def test_a_number_chooses_words_that_hold_it(number: int, said: str) -> None:
    assert label("fact.drills.held.some", "en", n=number) == f"drills were held {said}"


def test_values_are_kept_apart_from_words() -> None:
    value = object()
    assert split_words("source.as_of", "zh", day=value) == ["，统计截至", value]


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        label("no.such", "zh")
