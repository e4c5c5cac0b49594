"""draw.toml beside workbook.toml: the lists and rules of a double-random draw."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from taizhang.core.errors import ParameterError
from taizhang.settings.reading import Day, PathText, Real, SettingsFile, SettingsTable, Whole

FILE = "draw.toml"
AnyText = Annotated[str, BeforeValidator(str)]


class DrawSettings(SettingsTable):
    """Lists as files relative to the workbook; `share` drawn of each stratum, 0 to 1."""

    title: AnyText = ""
    seed: AnyText = ""
    entities: Annotated[PathText, Field(examples=['"..."'])]
    inspectors: Annotated[PathText, Field(examples=['"..."'])]
    avoid: PathText = ""
    team: Whole = 2
    most_per_inspector: Whole = 0
    once_since: Day | None = None
    share: Annotated[dict[str, Real], Field(examples=['{ "*" = 0.05 }'])]


def read_draw_settings(root: Path) -> DrawSettings:
    file = SettingsFile.read(root / FILE)
    if file is None:
        raise ParameterError("settings.no_draw")
    settings = file.check(DrawSettings)
    file.finish()
    assert settings is not None
    return settings
