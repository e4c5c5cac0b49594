"""Exhibits: words in both languages, heads that there are, and what a period of some length shows."""

import re
from pathlib import Path

import pytest
import yaml

from taizhang.metadata import exhibits
from taizhang.metadata.exhibits import Exhibit, load_exhibits
from taizhang.metadata.facts import load_facts
from taizhang.metadata.words import load_words

ROOT = Path(__file__).parents[2]
PLACE = re.compile(r"\{[^}]*\}")
WORDS = {
    f"{id}.{part}": said
    for id, one in load_exhibits().items()
    for part, said in [
        *one.words.items(),
        *((column.name, column.words) for column in one.columns if column.words),
    ]
}


def test_titles_are_statements() -> None:
    """A caption says what is shown; it asks nothing."""
    titles = {id: one.words["title"] for id, one in load_exhibits().items() if "title" in one.words}
    assert len(titles) > 60
    assert not [id for id, said in titles.items() if {"?", "？"} & set(said["zh"] + said["en"])]


@pytest.mark.parametrize(
    "key",
    ["season.verdict.alike", "cox.alike", "standing.within", "standing.text.one_group", "periods.alike",
     "compare.none_apart", "rates.alike", "yield.alike", "brief.strip.none", "brief.strip.rest",
     "brief.strip.apart_none"],
)  # fmt: skip
def test_that_no_difference_is_seen_has_one_wording(key: str) -> None:
    said = load_words()[key]
    assert "看不出差别" in said["zh"] and "no clear difference" in said["en"]


@pytest.mark.parametrize("id", ["ranking", "funnel", "key-periods", "seasons", "closure-cox"])
def test_headlines_say_so_in_the_same_words(id: str) -> None:
    said = load_exhibits()[id].words["headline_none"]
    assert "看不出差别" in said["zh"] and "No clear difference" in said["en"]


def test_words_are_in_both_languages_each_with_its_own_punctuation() -> None:
    assert len(WORDS) > 100
    assert {key for key, said in WORDS.items() if set(said) != {"zh", "en"}} == set()
    half_width = {
        key: said["zh"] for key, said in WORDS.items() if re.search(r"[,:;?!()]", PLACE.sub("某", said["zh"]))
    }
    assert half_width == {}
    assert {key for key, said in WORDS.items() if re.search(r"[一-鿿，。；：？（）]", said["en"])} == set()


def test_a_headline_tells_nothing_that_the_alternative_text_does_not() -> None:
    places = re.compile(r"\{(\w+)")
    led = {id: one.words for id, one in load_exhibits().items() if "headline" in one.words}
    assert len(led) > 20
    for id, words in led.items():
        for lang in ("zh", "en"):
            told = set(places.findall(words["headline"][lang]))
            assert told and told <= set(places.findall(words["alt"][lang])), (id, lang)
            if "headline_none" in words:
                assert places.findall(words["headline_none"][lang]) == [], (id, lang)


def test_every_reader_of_yaml_takes_the_file() -> None:
    text = (ROOT / "lib" / "taizhang" / "metadata" / "exhibits.yml").read_text("utf-8")
    assert set(yaml.load(text, yaml.SafeLoader)) == set(load_exhibits())


def test_every_head_has_words() -> None:
    for one in load_exhibits().values():
        for column in one.columns:
            assert all(column.head(lang)[0] for lang in ("zh", "en")), f"{one.id}: {column.name}"


def test_what_a_section_says_are_facts() -> None:
    entries = {
        entry.rstrip("*@")
        for one in load_exhibits().values()
        for subject in (*one.facts, *one.stocks)
        for sentence in subject
        for entry in sentence
    }
    assert len(entries) > 40
    assert entries - set(load_facts()) == set()


def test_numbers_are_written_as_words_are_and_choose_them() -> None:
    said = {"alt": {"zh": "{n}处", "en": "{n} {n:row|rows} in {name}"}}
    one = Exhibit("x", said)
    assert one.say("alt", "en", {"n": 1, "name": "A"}) == "1 row in A"
    assert one.say("alt", "en", {"n": 1234.0, "name": "A"}) == "1,234 rows in A"
    assert one.say("alt", "zh", {"n": "3.5"}) == "3.5处"


@pytest.mark.parametrize(
    ("report", "lengths"),
    [
        ("", ["year", "half", "quarter"]),
        ("township_review", ["year"]),
        ("county_comparison", ["year", "half", "quarter"]),
    ],
)
def test_a_report_shows_less_of_a_shorter_period(report: str, lengths: list[str]) -> None:
    one = load_exhibits()["hazards-control"]
    assert [scale for scale in ("year", "half", "quarter", "month") if one.is_shown(scale, report)] == lengths
    assert load_exhibits()["hazards-trend"].is_shown("month", "township_review")


def test_an_annex_is_of_the_lengths_named_in_all_reports_or_in_one_and_never_for_looking_around() -> None:
    one = exhibits._read_exhibit("x", yaml.safe_load("{annex: {default: [year], mine: [half, quarter]}}"))
    scales = ("year", "half", "quarter", "month")
    assert [scale for scale in scales if one.is_annexed(scale, "other")] == ["year"]
    assert [scale for scale in scales if one.is_annexed(scale, "mine")] == ["half", "quarter"]
    assert not any(one.is_annexed(scale) for scale in scales) and one.is_shown("year", "mine")
    assert not exhibits._read_exhibit("x", {}).is_annexed("year", "mine")


def test_a_short_form_is_of_the_lengths_named_in_all_reports_or_in_one() -> None:
    one = exhibits._read_exhibit(
        "x", yaml.safe_load("{brief: {default: [month], mine: [half, quarter]}, most: 4}")
    )
    scales = ("year", "half", "quarter", "month")
    assert [scale for scale in scales if one.is_brief(scale)] == ["month"]
    assert [scale for scale in scales if one.is_brief(scale, "other")] == ["month"]
    assert [scale for scale in scales if one.is_brief(scale, "mine")] == ["half", "quarter"]
    assert one.most == 4 and one.is_shown("month", "mine")
    plain = exhibits._read_exhibit("x", {})
    assert plain.most == 0 and not any(plain.is_brief(scale) for scale in scales)


@pytest.mark.parametrize(
    "entry", ["{titel: x}", "{shown: {default: [decade]}}", "{brief: {default: [month, decade]}}"]
)
def test_a_part_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"'(titel|decade)' of 'x' is neither a part nor a length of period"):
        exhibits._read_exhibit("x", yaml.safe_load(entry))
