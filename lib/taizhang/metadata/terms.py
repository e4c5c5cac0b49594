"""English words for the classes that ledgers write as text."""

from functools import cache
from pathlib import Path

from taizhang.core.loading import parse_yaml


@cache
def _load_terms() -> dict[str, str]:
    return dict(parse_yaml(Path(__file__).with_name("terms.yml").read_text("utf-8")))


def name_term(text: str, lang: str) -> str:
    """A class as a page in a language has it; a text that is no known term stays as it was written."""
    return _load_terms().get(text.strip(), text) if lang == "en" else text
