"""draw.toml beside workbook.toml: the lists and rules of a double-random draw."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import Reason
from taizhang.settings.reading import Day, Mistake, PathText, Real, SettingsFile, SettingsTable, Texts, Whole

FILE = "draw.toml"
REGISTER = "premises"  # of entities, instead of a file: the workbook's register of premises
UNKNOWN = "未填写"  # the stratum of premises whose column is empty
AnyText = Annotated[str, BeforeValidator(str)]


def _be_a_pattern(form: str) -> str:
    try:
        re.compile(form)
    except re.error as error:
        raise Mistake(Reason("settings.pattern", key=form, why=str(error))) from None
    return form


class DrawSettings(SettingsTable):
    """Lists as files relative to the workbook; `share` of each stratum to draw, 0 to 1.

    `entities` may be ``premises``: the workbook's register, whose columns `strata` (default: grade) make the strata.

    `seed_from`, `seed_on` and `seed_form` announce the seed before it exists: the public number from which it is
    taken, the day of publication, and a regular expression that the seed must match.
    """

    title: AnyText = ""
    seed: AnyText = ""
    seed_from: AnyText = ""
    seed_on: Day | None = None
    seed_form: Annotated[AnyText, AfterValidator(_be_a_pattern)] = ""
    entities: Annotated[PathText, Field(examples=['"..."'])]
    strata: Texts = ()
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
