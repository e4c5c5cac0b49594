"""The settings that a view receives: workbook.toml, with risk.toml and assessment.toml beside it."""

from taizhang.metadata.facts import load_facts
from taizhang.settings.assessment import FILE as ASSESSMENT
from taizhang.settings.assessment import read_assessment
from taizhang.settings.reading import SettingsFile
from taizhang.settings.risk import FILE as RISK
from taizhang.settings.risk import read_risk
from taizhang.settings.workbook import Config

__all__ = ["ASSESSMENT", "RISK", "read_settings"]


def read_settings(config: Config) -> dict[str, object]:
    """suppress (tuple of kinds), seasons (Mapping), risk (RiskModel) and assessment (Assessment or None)."""
    facts = tuple(load_facts(config.source / "facts"))
    return {
        "suppress": config.suppress,
        "seasons": config.seasons,
        "risk": read_risk(SettingsFile.read(config.source / RISK), facts),
        "assessment": read_assessment(SettingsFile.read(config.source / ASSESSMENT), facts),
    }
