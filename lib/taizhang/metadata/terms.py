"""English words for classes that ledgers write as text."""

from functools import cache
from pathlib import Path

from taizhang.core.loading import parse_yaml


@cache
def _load_terms() -> dict[str, str]:
    return dict(parse_yaml(Path(__file__).with_name("terms.yml").read_text("utf-8")))


def name_term(text: str, lang: str) -> str:
    """Translate a class into the language of a page; text that is not a known term is left as written."""
    return _load_terms().get(text.strip(), text) if lang == "en" else text


@cache
def load_place_kinds() -> dict[str, str]:
    """English words for the ends of Chinese names of premises, the longest end first."""
    kinds = dict(parse_yaml(Path(__file__).with_name("places.yml").read_text("utf-8")))
    return dict(sorted(kinds.items(), key=lambda pair: -len(pair[0])))
