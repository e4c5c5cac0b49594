"""What each fact is: title, definition, formula, unit, interval and source, read from facts.yml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import yaml

from taizhang.core.errors import ParameterError, list_values
from taizhang.core.loading import parse_yaml

# The code that stands for the whole area, where a district's would.
ALL = "all"
DIRECTIONS = ("more_is_better", "less_is_better", "neither")
INTERVALS = ("wilson", "poisson", "greenwood", "none")
FORMS = ("count", "share", "sum")
_REQUIRED = ("title", "definition", "unit", "decimals", "direction", "interval")
_OPTIONAL = ("formula", "source", "key", "form", "function")


@dataclass(frozen=True)
class FactInfo:
    """One fact's definition.

    Attributes
    ----------
    name : str
        Such as ``hazards.found``.
    kind : str
        The ledger kind (or ``grid``, ``targets``) it belongs to: the name's first part.
    title, definition : Mapping of str to str
        Words by language, zh and en.
    formula : str
        In terms of the ledger's columns.
    unit : str
        A key of the units, such as ``percent``; see `unit_label`.
    decimals : int
        How many decimals a report shows.
    direction : str
        more_is_better, less_is_better or neither.
    interval : str
        wilson, poisson, greenwood or none.
    source : str
        Statute, paper or ledger.
    key : bool
        Whether it is shown as a key figure.
    order : int
        Place in tables and files.
    recorded : str
        A column without an entry in the whole ledger of which the fact, then 0, goes unsaid in reports.
    form, function : str
        Of a workbook's own fact: count, share or sum, and ``file.py:function`` that computes it.
    """

    name: str
    kind: str
    title: Mapping[str, str]
    definition: Mapping[str, str]
    formula: str
    unit: str
    decimals: int
    direction: str
    interval: str
    source: str
    key: bool
    order: int
    recorded: str = ""
    form: str = ""
    function: str = ""


@cache
def _read_own() -> dict[str, Any]:
    text = (files("taizhang.metadata") / "facts.yml").read_text(encoding="utf-8")
    return dict(parse_yaml(text))


def _check_entry(name: str, entry: object, problems: list[str], units: Mapping[str, object]) -> bool:
    """Collect what is wrong with an entry of a workbook's own; whether it can be used."""
    before = len(problems)
    if not isinstance(entry, dict):
        problems.append(f"'{name}' must be a mapping")
        return False
    if "." not in name:
        problems.append(f"'{name}' must begin with its ledger kind and a dot")
    if missing := [key for key in (*_REQUIRED, "form", "function") if key not in entry]:
        problems.append(f"'{name}' lacks {list_values(missing)}")
    if unknown := [key for key in entry if key not in (*_REQUIRED, *_OPTIONAL)]:
        problems.append(f"'{name}' has unknown keys {list_values(unknown)}")
    for key, known in (
        ("direction", DIRECTIONS),
        ("interval", INTERVALS),
        ("form", FORMS),
        ("unit", tuple(units)),
    ):
        if key in entry and entry[key] not in known:
            problems.append(f"'{name}' {key} is '{entry[key]}'; known: {', '.join(known)}")
    for key in ("title", "definition"):
        words = entry.get(key, {})
        if key in entry and not (isinstance(words, dict) and {"zh", "en"} <= set(words)):
            problems.append(f"'{name}' {key} needs zh and en")
    return len(problems) == before


def _make_info(name: str, entry: Mapping[str, Any], order: int) -> FactInfo:
    return FactInfo(
        name=name,
        kind=name.split(".", 1)[0],
        title=entry["title"],
        definition=entry["definition"],
        formula=entry.get("formula", ""),
        unit=entry["unit"],
        decimals=entry["decimals"],
        direction=entry["direction"],
        interval=entry["interval"],
        source=entry.get("source", ""),
        key=entry.get("key", False),
        order=order,
        recorded=entry.get("recorded", ""),
        form=entry.get("form", ""),
        function=entry.get("function", ""),
    )


@cache
def load_facts(extra: Path | None = None) -> dict[str, FactInfo]:
    """Read the definitions of all facts, and those of a workbook's own.

    Parameters
    ----------
    extra : Path, optional
        The workbook's ``facts/`` folder, whose ``*.yml`` define further facts; it may be absent.

    Returns
    -------
    dict of str to FactInfo
        In the order of tables and files. Facts of targets are made by `describe_fact`.

    Raises
    ------
    ParameterError
        Naming every entry of the workbook's that is not fit for use.
    """
    own = _read_own()
    facts = {name: _make_info(name, entry, n) for n, (name, entry) in enumerate(own["facts"].items())}
    if extra is None or not extra.is_dir():
        return facts
    problems: list[str] = []
    for path in sorted(extra.glob("*.yml")):
        try:
            entries = parse_yaml(path.read_text(encoding="utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: not YAML in UTF-8 ({str(error).splitlines()[0]})")
            continue
        found: list[str] = []
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if name in facts:
                found.append(f"'{name}' is defined already; choose another name")
            elif _check_entry(name, entry, found, own["units"]):
                facts[name] = _make_info(name, entry, len(facts))
        problems += [f"{path.name}: {text}" for text in found]
    if problems:
        raise ParameterError("facts of the workbook's own: " + "\n  ".join(problems))
    return facts


def load_functions(extra: Path) -> dict[str, Callable[..., Any]]:
    """Import the functions that a workbook's own facts name.

    Parameters
    ----------
    extra : Path
        The workbook's ``facts/`` folder.

    Returns
    -------
    dict of str to callable
        By fact.

    Raises
    ------
    ParameterError
        If a file or a function in it is missing.
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
            problems.append(f"'{name}' names the file '{file}', which is not in {extra.name}/")
            continue
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        if callable(found := getattr(module, function, None)):
            functions[name] = found
        else:
            problems.append(f"'{name}' names the function '{function}', which is not in '{file}'")
    if problems:
        raise ParameterError("facts of the workbook's own: " + "\n  ".join(problems))
    return functions


def split_target(name: str) -> tuple[str, str] | None:
    """Split ``targets.drills.held.done_percent`` into ``drills.held`` and ``done_percent``; else None."""
    for measure in _read_own()["targets"]:
        if name.startswith("targets.") and name.endswith(f".{measure}"):
            return name[len("targets.") : -len(measure) - 1], measure
    return None


def describe_fact(name: str, infos: Mapping[str, FactInfo] | None = None) -> FactInfo:
    """The definition of a fact by name, facts of targets among them.

    Parameters
    ----------
    name : str
        Such as ``hazards.found`` or ``targets.drills.held.done_percent``.
    infos : Mapping of str to FactInfo, optional
        The facts there are, as from `load_facts`; where left out, the built-in ones.

    Returns
    -------
    FactInfo

    Raises
    ------
    KeyError
        If there is no such fact.
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
    """A unit's words, zh or en; empty for a plain count."""
    return str(_read_own()["units"][unit][lang])
