"""risk.toml and assessment.toml beside workbook.toml, read and checked, and what else a view is told."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from typing import Any

from taizhang.core.errors import ParameterError, nearest
from taizhang.metadata.facts import load_facts, split_target
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.workbook import Config
from taizhang.stats.assess import KINDS, Assessment, AssessmentRule, Step
from taizhang.stats.risk import CLASSES, DIMENSIONS, EDGES, Indicator, RiskModel

RISK, ASSESSMENT = "risk.toml", "assessment.toml"
_INDICATOR = ("name", "dimension", "value", "of", "weight", "more_is_worse", "shrink", "grades")
_RULE = {
    "points": ("points", "zero_at", "full_at"),
    "reward": ("above", "per", "at_most", "steps", "times"),
    "deduction": ("above", "per", "at_most", "steps", "times"),
    "veto": ("above",),
}


def read_settings(config: Config) -> dict[str, object]:
    """What a view is told of a workbook's settings.

    Parameters
    ----------
    config : Config

    Returns
    -------
    dict
        suppress (tuple of kinds), seasons (Mapping), risk (RiskModel) and assessment (Assessment or None).

    Raises
    ------
    ParameterError
        Naming every mistake in risk.toml and assessment.toml, with the nearest known names.
    """
    facts = tuple(load_facts(config.root / "facts"))
    return {
        "suppress": config.suppress,
        "seasons": config.seasons,
        "risk": read_risk(_read_toml(config, RISK), facts),
        "assessment": read_assessment(_read_toml(config, ASSESSMENT), facts),
    }


def _read_toml(config: Config, name: str) -> Mapping[str, Any] | None:
    """A TOML file beside workbook.toml, None where there is none."""
    path = config.root / name
    if not path.is_file():
        return None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{name} is not valid TOML in UTF-8: {error}") from None


class _Reader:
    """Reads one file's tables and collects what is wrong with them."""

    def __init__(self, file: str, facts: tuple[str, ...]) -> None:
        self.file, self.facts, self.problems = file, facts, list[str]()

    def keys(self, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in known:
                self.problems.append(f"unknown key '{key}' {where}{nearest(key, known)}")

    def tables(self, data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        tables = data.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problems.append(f"{key} must be written as [[{key}]]")
            return []
        if not tables:
            self.problems.append(f"there are no [[{key}]]")
        return tables

    def number(self, table: Mapping[str, Any], key: str, where: str, default: float | None) -> float:
        value = table.get(key, default)
        if value is None:
            self.problems.append(f"{where} needs {key} = a number")
            return 1.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.append(f"{where} {key} must be a number, not {value!r}")
            return 1.0
        return float(value)

    def choice(self, table: Mapping[str, Any], key: str, known: tuple[str, ...], where: str) -> str:
        value = table.get(key, "")
        if value not in known:
            self.problems.append(f"{where} {key} = {value!r}{nearest(str(value), known)}")
            return known[0]
        return str(value)

    def fact(self, table: Mapping[str, Any], key: str, where: str) -> str:
        """A fact, one of a target's facts, or nothing where it may be left out."""
        value = table.get(key, "")
        parts = split_target(value) if isinstance(value, str) else None
        if value and (parts[0] if parts else value) not in self.facts:
            self.problems.append(f"{where} {key}: unknown fact {value!r}{nearest(str(value), self.facts)}")
        return str(value)

    def done(self) -> None:
        if self.problems:
            raise ParameterError(f"{self.file}: " + "\n  ".join(self.problems))


def read_risk(data: Mapping[str, Any] | None, facts: tuple[str, ...]) -> RiskModel:
    """Read a risk.toml.

    Parameters
    ----------
    data : Mapping or None
        As parsed; None: the package's own.
    facts : tuple of str
        Known facts.

    Returns
    -------
    RiskModel

    Raises
    ------
    ParameterError
        Naming every mistake.
    """
    if data is None:
        data = tomllib.loads((files("taizhang.metadata") / RISK).read_text(encoding="utf-8"))
    population = load_kinds()["population"].fields
    columns = tuple(f"population.{name}" for name, field in population.items() if field.unit)
    reader = _Reader(RISK, (*facts, *columns))
    reader.keys(data, ("edges", "weights", "indicators"), "at the top")
    weights = data.get("weights", {})
    reader.keys(weights, DIMENSIONS, "[weights]")
    weighed = {name: reader.number(weights, name, "[weights]", 1.0) for name in DIMENSIONS}
    edges = data.get("edges", list(EDGES))
    if not _is_ascending(edges, len(CLASSES) - 1):
        reader.problems.append(f"edges must be {len(CLASSES) - 1} rising numbers, not {edges!r}")
    if not sum(weighed.values()) > 0 or min(weighed.values()) < 0:
        reader.problems.append("[weights] must not be negative, nor all nought")
    indicators = []
    for n, table in enumerate(reader.tables(data, "indicators"), 1):
        where = f"[[indicators]] no. {n}"
        reader.keys(table, _INDICATOR, where)
        name = table.get("name", "")
        name = name if isinstance(name, dict) else {"zh": str(name), "en": str(name)}
        if set(name) != {"zh", "en"} or not all(name.values()):
            reader.problems.append(f'{where} needs name = {{ zh = "...", en = "..." }}')
        if bool(table.get("value")) == bool(table.get("grades")):
            reader.problems.append(f"{where} needs either value or grades")
        grades = table.get("grades")
        if grades is not None and not (
            isinstance(grades, dict)
            and all(isinstance(g, int | float) and 1 <= g <= 5 for g in grades.values())
        ):
            reader.problems.append(f"{where} grades must be numbers of 1 (best) to 5 (worst) by district")
            grades = None
        indicators.append(
            Indicator(
                name=name,
                dimension=reader.choice(table, "dimension", DIMENSIONS, where),
                value=reader.fact(table, "value", where),
                of=reader.fact(table, "of", where),
                weight=reader.number(table, "weight", where, 1.0),
                more_is_worse=bool(table.get("more_is_worse", True)),
                shrink=bool(table.get("shrink", False)),
                grades=grades,
            )
        )
        if not indicators[-1].weight > 0:
            reader.problems.append(f"{where} weight must be above 0")
    reader.done()
    return RiskModel(tuple(indicators), weighed, tuple(float(edge) for edge in edges))


def _is_ascending(values: Any, number: int) -> bool:
    return (
        isinstance(values, list)
        and len(values) == number
        and all(isinstance(value, int | float) for value in values)
        and all(a < b for a, b in pairwise(values))
    )


def read_assessment(data: Mapping[str, Any] | None, facts: tuple[str, ...]) -> Assessment | None:
    """Read an assessment.toml.

    Parameters
    ----------
    data : Mapping or None
        As parsed; None: there is none.
    facts : tuple of str
        Known facts.

    Returns
    -------
    Assessment or None

    Raises
    ------
    ParameterError
        Naming every mistake.
    """
    if data is None:
        return None
    reader = _Reader(ASSESSMENT, facts)
    reader.keys(data, ("title", "rules"), "at the top")
    rules = []
    for n, table in enumerate(reader.tables(data, "rules"), 1):
        where = f"[[rules]] no. {n}"
        kind = reader.choice(table, "kind", KINDS, where)
        reader.keys(table, ("name", "kind", "fact", *_RULE[kind]), f"{where} ({kind})")
        if not table.get("name") or not table.get("fact"):
            reader.problems.append(f"{where} needs name and fact")
        steps = _read_steps(reader, table, where)
        points = kind == "points"
        rule = AssessmentRule(
            name=str(table.get("name", "")),
            kind=kind,
            fact=reader.fact(table, "fact", where),
            points=reader.number(table, "points", where, None if points else 0.0),
            zero_at=reader.number(table, "zero_at", where, None if points else 0.0),
            full_at=reader.number(table, "full_at", where, None if points else 0.0),
            above=reader.number(table, "above", where, 0.0),
            per=reader.number(table, "per", where, None if kind in _STEPPED and not steps else 0.0),
            at_most=reader.number(table, "at_most", where, float("inf")),
            steps=steps,
            times=reader.fact(table, "times", where),
        )
        if points and rule.zero_at == rule.full_at:
            reader.problems.append(f"{where} zero_at and full_at must differ")
        rules.append(rule)
    reader.done()
    return Assessment(str(data.get("title", "")), tuple(rules))


_STEPPED = ("reward", "deduction")


def _read_steps(reader: _Reader, table: Mapping[str, Any], where: str) -> tuple[Step, ...]:
    """Steps as ``{ from = 80, points = 400 }`` or ``{ above = 100, points = 600 }``."""
    steps = []
    for step in table.get("steps", []):
        reader.keys(step, ("from", "above", "points"), f"{where} steps")
        if ("from" in step) == ("above" in step):
            reader.problems.append(f"{where} each of steps needs either from or above")
            continue
        inclusive = "from" in step
        start = reader.number(step, "from" if inclusive else "above", f"{where} steps", None)
        steps.append(Step(start, reader.number(step, "points", f"{where} steps", None), inclusive))
    if [step.start for step in steps] != sorted(step.start for step in steps):
        reader.problems.append(f"{where} steps must rise")
    return tuple(steps)
