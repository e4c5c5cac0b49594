"""The front matter of a note: whether the report is approved, by whom and when, and who deals with its problems."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, Field, model_validator

from taizhang.core.errors import ParameterError
from taizhang.core.loading import DoubledKeyError, OvergrownError, parse_written_yaml
from taizhang.core.reasons import Reason
from taizhang.metadata.rules import load_rules
from taizhang.settings.reading import Day, Mistake, SettingsFile, SettingsTable, YesNo, check_known

# Who sees to a problem and by when, as notes say: by district code (or ``all``) and rule.
Measures = Mapping[tuple[str, str], tuple[str, str]]
_FENCES = {"---": "YAML", "+++": "TOML"}


class Measure(SettingsTable):
    """Who deals with a problem, and by when."""

    owner: Annotated[str, AfterValidator(str.strip)] = ""
    due: Day | None = None


def _know_rules(measures: dict[str, Measure]) -> dict[str, Measure]:
    check_known(measures, (rule.rule for rule in load_rules()))
    return measures


class FrontMatter(SettingsTable):
    """`measures` are by the rule that found the problem, as named in findings.csv."""

    measures: Annotated[dict[str, Measure], AfterValidator(_know_rules)] = Field(default_factory=dict)
    approved: YesNo = False
    approver: Annotated[str, AfterValidator(str.strip)] = ""
    date: Day | None = None

    @model_validator(mode="after")
    def _say_who_and_when(self) -> "FrontMatter":
        if lacking := [key for key in ("approver", "date") if self.approved and not getattr(self, key)]:
            raise Mistake(Reason("settings.front.lacking", keys=lacking))
        return self


def split_front(text: str) -> tuple[FrontMatter, str]:
    """The front matter, and the Markdown after it."""
    fence, _, rest = text.lstrip("\n").partition("\n")
    fence = fence.rstrip()
    if fence not in _FENCES:
        return FrontMatter(), text
    match = re.search(rf"^{re.escape(fence)}[ \t]*(?:\n|\Z)", rest, re.MULTILINE)
    if match is None:
        raise ParameterError("settings.front.open", fence=fence)
    file = SettingsFile("", _parse_front(rest[: match.start()], fence))
    front = file.check(FrontMatter)
    try:
        file.finish()
    except ParameterError as error:
        raise ParameterError.of(Reason("settings.front.at", reason=one) for one in error.reasons) from None
    assert front is not None
    return front, rest[match.end() :]


def _parse_front(text: str, fence: str) -> Mapping[str, Any]:
    """YAML between ---, TOML between +++; `approved = true` between --- is TOML all the same."""
    if not text.strip():
        return {}
    trials: list[Callable[[str], Any]] = [tomllib.loads]
    if fence == "---":
        trials.insert(0, parse_written_yaml)
    for parse in trials:
        try:
            read = parse(text)
        except (OvergrownError, RecursionError):
            raise ParameterError("settings.front.overgrown") from None
        except DoubledKeyError as error:
            raise ParameterError("metadata.doubled", key=error.key, line=error.line + 1) from None
        except (yaml.YAMLError, ValueError):  # a TOML error is one
            continue
        if read is None or isinstance(read, dict):  # None: comments alone
            return read or {}
    raise ParameterError("settings.front.no_form", form=_FENCES[fence])
