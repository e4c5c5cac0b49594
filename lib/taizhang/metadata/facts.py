"""The definitions of facts, read from facts.yml: title, definition, formula, unit, interval and source."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import yaml

from taizhang.core.errors import ParameterError
from taizhang.core.loading import DoubledKeyError, parse_written_yaml, parse_yaml
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason, suggest

# The code that stands for the whole area, where a district's would.
ALL = "all"
# Units of which the whole area has the sum of its districts.
ADDED = ("count", "people", "households", "rooms", "yuan", "wan_yuan", "km2", "ha")
DIRECTIONS = ("more_is_better", "less_is_better", "neither")
INTERVALS = ("wilson", "poisson", "greenwood", "none")
FORMS = ("count", "share", "sum")
_REQUIRED = ("title", "definition", "unit", "decimals", "direction", "interval")
_OPTIONAL = ("formula", "source", "key", "form", "function", "aliases", "plain")


@dataclass(frozen=True)
class FactInfo:
    """One fact's definition, title and definition by language, zh and en.

    `kind` is the ledger kind (or ``grid``, ``targets``) it belongs to: the name's first part; `formula` is in terms of
    the ledger's columns; `unit` a key of the units, such as ``percent``, see `unit_label`; `source` a statute, paper or
    ledger; `key`: whether it is a key figure; `plain`: whether its title
    says all that its definition does; `order` its place in tables and files. Of a workbook's own
    fact, `form` is count, share or sum, and `function` the ``file.py:function`` that computes it. `aliases` are headers
    that summary tables have for it.
    """

    name: str
    kind: str
    order: int
    title: Mapping[str, str]
    definition: Mapping[str, str]
    unit: str
    decimals: int
    direction: str
    interval: str
    formula: str = ""
    source: str = ""
    key: bool = False
    form: str = ""
    function: str = ""
    aliases: tuple[str, ...] = ()
    plain: bool = False


@cache
def _read_own() -> dict[str, Any]:
    text = (files("taizhang.metadata") / "facts.yml").read_text(encoding="utf-8")
    return dict(parse_yaml(text))


def _check_entry(name: str, entry: object, problems: list[Reason], units: Mapping[str, object]) -> bool:
    """Collect the faults in an entry of a workbook's own facts; return whether it can be used."""
    before = len(problems)
    if not isinstance(entry, dict):
        problems.append(Reason("metadata.fact.mapping", name=name))
        return False
    if "." not in name:
        problems.append(Reason("metadata.fact.name", name=name))
    if missing := [key for key in (*_REQUIRED, "form", "function") if key not in entry]:
        problems.append(Reason("metadata.fact.lacks", name=name, keys=missing))
    if unknown := [key for key in entry if key not in (*_REQUIRED, *_OPTIONAL)]:
        problems.append(Reason("metadata.fact.unknown_keys", name=name, keys=unknown))
    choices = {"direction": DIRECTIONS, "interval": INTERVALS, "form": FORMS, "unit": tuple(units)}
    for key, known in choices.items():
        if key in entry and entry[key] not in known:
            near = suggest(entry[key], known)
            problems.append(Reason("metadata.fact.value", name=name, key=key, value=entry[key], near=near))
    for key in ("title", "definition"):
        words = entry.get(key, {})
        if key in entry and not (isinstance(words, dict) and {"zh", "en"} <= set(words)):
            problems.append(Reason("metadata.fact.languages", name=name, key=key))
    return len(problems) == before


def _make_info(name: str, entry: Mapping[str, Any], order: int) -> FactInfo:
    told = {**entry, "aliases": tuple(map(str, entry.get("aliases") or ()))}
    return FactInfo(name, name.split(".", 1)[0], order, **told)


@cache
def load_facts(extra: Path | None = None) -> dict[str, FactInfo]:
    """Read the definitions of all facts, in display order; those of targets come from `describe_fact`.

    `extra` is a workbook's ``facts/`` folder, whose ``*.yml`` define further facts; it may be absent. Raises
    ParameterError naming every invalid entry.
    """
    own = _read_own()
    facts = {name: _make_info(name, entry, n) for n, (name, entry) in enumerate(own["facts"].items())}
    if extra is None or not extra.is_dir():
        return facts
    problems: list[Reason] = []
    for path in sorted(extra.glob("*.yml")):
        try:
            entries = parse_written_yaml(path.read_text(encoding="utf-8")) or {}
        except DoubledKeyError as error:
            doubled = Reason("metadata.doubled", key=error.key, line=error.line)
            problems.append(Reason("metadata.fact.in_file", file=path.name, problem=doubled))
            continue
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            what = Reason("metadata.fact.no_yaml", error=tell_error(error))
            problems.append(Reason("metadata.fact.in_file", file=path.name, problem=what))
            continue
        found: list[Reason] = []
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if name in facts:
                found.append(Reason("metadata.fact.twice", name=name))
            elif _check_entry(name, entry, found, own["units"]):
                facts[name] = _make_info(name, entry, len(facts))
        problems += [Reason("metadata.fact.in_file", file=path.name, problem=what) for what in found]
    if problems:
        raise ParameterError.of(problems)
    return facts


def load_functions(extra: Path) -> dict[str, Callable[..., Any]]:
    """Import the functions named by a workbook's own facts (in its ``facts/`` folder), by fact.

    Raises ParameterError if a file or a function in it is missing.
    """
    functions: dict[str, Callable[..., Any]] = {}
    problems = []
    for name, info in load_facts(extra).items():
        if not info.function:
            continue
        file, _, function = info.function.partition(":")
        path = extra / file
        spec = spec_from_file_location(f"taizhang_workbook_{path.stem}", path)
        if not path.is_file() or spec is None or spec.loader is None:
            problems.append(Reason("metadata.fact.no_file", name=name, file=file, folder=extra.name))
            continue
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        if callable(found := getattr(module, function, None)):
            functions[name] = found
        else:
            problems.append(Reason("metadata.fact.no_function", name=name, function=function, file=file))
    if problems:
        raise ParameterError.of(problems)
    return functions


def split_target(name: str) -> tuple[str, str] | None:
    """Split ``targets.drills.held.done_percent`` into ``drills.held`` and ``done_percent``; otherwise None."""
    for measure in _read_own()["targets"]:
        if name.startswith("targets.") and name.endswith(f".{measure}"):
            return name[len("targets.") : -len(measure) - 1], measure
    return None


def prefer_key(infos: Iterable[FactInfo]) -> list[FactInfo]:
    """Return the key figures among some facts; all of them if there are none, as for a ledger of losses without
    amounts."""
    infos = list(infos)
    return [info for info in infos if info.key] or infos


def describe_fact(name: str, infos: Mapping[str, FactInfo] | None = None) -> FactInfo:
    """Return the definition of a fact, such as ``hazards.found`` or ``targets.drills.held.done_percent``; KeyError
    if unknown.

    `infos` are the known facts, as from `load_facts`; default: the built-in ones.
    """
    facts = load_facts() if infos is None else infos
    if parts := split_target(name):
        indicator, measure = parts
        base = facts[indicator]
        info = _make_info(name, _read_own()["targets"][measure], len(facts) + base.order)
        direction = info.direction if base.direction != "less_is_better" else "neither"
        titles = {lang: words.format(title=base.title[lang]) for lang, words in info.title.items()}
        return replace(info, title=titles, direction=direction)
    return facts[name]


def unit_label(unit: str, lang: str) -> str:
    """Return a unit's words, zh or en; empty for a plain count."""
    return str(_read_own()["units"][unit][lang])
