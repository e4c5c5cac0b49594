"""risk.toml: read, and every mistake named with the nearest known name and its line."""

import pytest

from taizhang.core.errors import ParameterError
from taizhang.metadata.facts import load_facts
from taizhang.settings.reading import SettingsFile
from taizhang.settings.risk import read_risk

FACTS = tuple(load_facts())


def test_the_packaged_risk_model_has_all_four_dimensions() -> None:
    model = read_risk(None, FACTS)
    assert {i.dimension for i in model.indicators} == {"hazard", "exposure", "vulnerability", "capacity"}
    assert model.edges == (2.0, 3.5, 5.0, 6.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no \\[\\[indicators\\]\\]"),
        (
            '[weights]\nhazrd = 1\n[[indicators]]\nname = "a"\ndimension = "hazard"\nvalue = "hazards.open"',
            "'hazard'",
        ),
        ('[[indicators]]\nname = "a"\ndimension = "hazard"\nvalue = "hazards.opne"', "hazards.open"),
        ('[[indicators]]\nname = "a"\ndimension = "hasard"\nvalue = "hazards.open"', "'hazard'"),
        ('[[indicators]]\nname = "a"\ndimension = "hazard"', "either value or grades"),
        ('[[indicators]]\nname = "a"\ndimension = "hazard"\ngrades = { x = 7 }', "grades.*at most 5, not 7"),
        (
            'edges = [1, 2]\n[[indicators]]\nname = "a"\ndimension = "hazard"\nvalue = "hazards.open"',
            "4 increasing",
        ),
    ],
)
def test_mistakes_in_risk_are_named(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        read_risk(SettingsFile.parse("risk.toml", text), FACTS)
