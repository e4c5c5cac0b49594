"""Words and sentences: both languages, the punctuation of each, and no key that nobody has written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from taizhang.core.loading import parse_yaml
from taizhang.core.wording import fill
from taizhang.metadata.facts import load_facts
from taizhang.metadata.words import Tongue, label, load_words, name_places, split_words

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
    """English may leave out a name or a type of event, or say a number with its unit where Chinese says it without."""
    free = {
        "name",
        "type",
        "trade",
        "n",
        "per",
        "rows",
        "ns",
        "districts",
        "number",
        "empty",
        "cells",
        "duplicates",
        "plans",
    }
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


METADATA = ROOT / "lib" / "taizhang" / "metadata"
COUNTS = frozenset(
    "n m number count rows cells districts places months days stages actions lines open due done entities inspectors "
    "visits unsaid overdue duplicates problems found closed held evaluated".split()
)
# Said only of two or more.
OF_MORE = re.compile(
    r"\.control\.called_most|\.standing\.text\.|\.risk\.text\.firm|\.hazards-control\.|\.funnel\.|\.ranks\.simulated|"
    r"\.risk-map\.source|\.grid-problems\.largest|\.drill-effects-table\.|\.required_drills\.(met|missed|missed_all)$|"
    r"\.shared\b|shared_|several|\.boundaries\.file\.layers|\.layer\.joined|\.settings\.(report_twice|edges)|\.ingest\.files\.some|"
    r"\.targets\.|\.findings\.(many|found_in_many|found_in_many_too)$|\.compare\.(equal|spread|tie)$|"
    r"\.inspections-by-mode\.bar|\.source\.equal_classes|\.index\.found$|\.assessment-rules\.|\.decide\.other_column"
)
# Of what is not singular where the number is one.
NOT_ONE = re.compile(
    r"\b[Aa]ll 1\b|\b[Bb]oth 1\b|\b1 (?:[a-z]+ )?(?:are|were|have|do)\b|"
    r"\b1 (?:other |more |further |such |single |small |grid |located )?"
    r"(?!is\b|was\b|has\b|does\b|looks\b|states\b|lacks\b|its\b|premises\b|class\b|process\b|address\b|across\b)[a-z]+s\b"
)


def walk_words(tree: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in English of a file of metadata, with where it stands."""
    if isinstance(tree, dict):
        if isinstance(tree.get("en"), str) and "zh" in tree:
            yield key, tree["en"]
        for name, part in tree.items():
            yield from walk_words(part, f"{key}.{name}")
    elif isinstance(tree, list):
        for at, part in enumerate(tree):
            yield from walk_words(part, f"{key}.{at}")


class Count:
    """A count in a text, however it is to be written."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __format__(self, how: str) -> str:
        return str(self.value)

    __str__ = __repr__ = lambda self: str(self.value)


class Name:
    """What stands in a place that holds no count."""

    value = 2

    def __format__(self, how: str) -> str:
        return "X"

    __str__ = __repr__ = lambda self: "X"


def count_out(text: str, number: int) -> str:
    """A text with all of its counts the same."""
    chosen = {name for _, name, how, _ in Formatter().parse(text) if name and how and "|" in how}
    names = set(re.findall(r"\{(\w+)", text))
    values = {name: Count(number) if name in COUNTS | chosen else Name() for name in names}
    return "".join(map(str, fill(text, values)))


def list_texts() -> Iterator[tuple[str, str]]:
    shares = tuple(
        f".fact.{name}." for name, info in load_facts().items() if info.unit not in ("count", "people")
    )
    for path in sorted([*METADATA.glob("*.yml"), *(METADATA / "messages").glob("*.yml")]):
        for key, text in walk_words(parse_yaml(path.read_text("utf-8"))):
            is_template = "{" in text and path.name not in ("phrases.yml", "outside.yml")
            if is_template and not key.startswith(shares) and not OF_MORE.search(key):
                yield f"{path.name}{key}", text


def test_english_of_one_is_singular() -> None:
    texts = dict(list_texts())
    assert len(texts) > 500
    said = {key: count_out(text, 1) for key, text in texts.items()}
    assert {key: text for key, text in said.items() if NOT_ONE.search(text)} == {}


@pytest.mark.parametrize(
    "text",
    [
        "All {n} districts",
        "{n} cells have",
        "and {n} more reasons",
        "{n} {n:row|rows} are",
        "{n} are overdue",
    ],
)
def test_a_plural_of_one_is_found(text: str) -> None:
    assert NOT_ONE.search(count_out(text, 1))
    assert not NOT_ONE.search(count_out(text, 2))


def test_the_whole_area_and_its_districts_are_called_what_they_are() -> None:
    """Only the words of a text: what fills its places is a ledger's, and stays."""
    here, plain = Tongue("zh", "county", "township"), Tongue("zh")
    text = "全域{n}个地区"
    assert name_places(text, here) == "全县{n}个乡镇（街道）" and name_places(text, plain) == text
    assert name_places(text, "zh") == text and here == "zh" and {"zh": 1}[here] == 1
    english = Tongue("en", "county", "township")
    assert (
        name_places("the whole area: {districts:district|districts}, District", english)
        == "the whole county: {districts:township|townships}, Township"
    )
    assert label("source.unnamed", here, names="地区公司") == "图上没有位置标注：地区公司。"
    assert label("map.districts", here, n=2, districts=2) == "2个乡镇（街道）"
