"""English words of ledgers' classes."""

from taizhang.metadata.terms import _load_terms, name_term


def test_a_known_class_has_english_words_and_any_other_text_stays() -> None:
    assert name_term("商贸餐饮", "en") == "trade and catering" and name_term("商贸餐饮", "zh") == "商贸餐饮"
    assert name_term("甲餐馆后厨无灭火器", "en") == "甲餐馆后厨无灭火器"


def test_terms_are_chinese_and_their_words_are_not() -> None:
    for term, words in _load_terms().items():
        assert not term.isascii() and words.isascii() and words == words.strip(), term
