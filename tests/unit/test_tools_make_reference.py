"""The reference pages, beyond being up to date, which tests/house/test_docs.py sees to."""

import pytest

from taizhang.metadata.kinds import load_kinds
from tools.make_reference import describe_kinds


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_data_dictionary_names_every_column_and_value(lang: str) -> None:
    text = describe_kinds(load_kinds(), lang)
    for kind in load_kinds().values():
        section = text.split(f"\n## {kind.name}\n")[1].split("\n## ")[0]
        for item in kind.fields.values():
            assert f"\n| `{item.name}`" in section
            assert all(f"| `{value}` |" in section for value in item.values)
    assert "`found_on`\\*" in text and "`responsible`†" in text
    assert {"zh": "整改投入资金（万元）", "en": "number, 10,000 yuan"}[lang] in text
