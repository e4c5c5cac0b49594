"""A workbook's settings for others: what the numbers depend on, without paths, addresses and people.

Only listed keys are shown, so that a key added later does not appear by accident.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import tomlkit

from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import LANGUAGES, Reason
from taizhang.metadata.kinds import Kind

_TOLD: Mapping[str, tuple[str, ...]] = {
    "workbook": ("title", "lang", "as_of", "sample", "issuer", "contact"),
    "boundaries": tuple("code name parent crs offset encoding approval name_en names_en aliases".split()),
    "boundaries.grid": ("code", "name", "parent", "crs", "offset", "encoding", "class", "level"),
    "indicators": ("suppress_below", "rounding", "suppress", "flood_season", "fire_season"),
    "ledgers": ("form", "period", "dates", "district", "offset", "duplicates", "columns"),
    "targets": ("indicator", "district", "period", "at_least"),
}
_PLACES = ("files", "path")  # of which others are told instead
_ABOUT_PERSONS = ("values", "constants")  # by column, of which some are personal
_AS_WRITTEN = {("workbook", "contact")}  # the office's own, which stands on its reports


def describe_settings(text: str, kinds: Mapping[str, Kind]) -> tuple[str, list[str]]:
    """The settings that may be shown, as TOML with suggested file locations; and the keys left out.

    Parameters
    ----------
    text : str
        The content of workbook.toml.
    kinds : Mapping of str to Kind
        The ledger kinds, which say which columns are personal.
    """
    given = tomllib.loads(text)
    left: list[str] = []
    told: dict[str, Any] = {}
    if "workbook" in given:
        told["workbook"] = _choose("workbook", given.pop("workbook"), left)
    boundaries = given.pop("boundaries", {})
    grid = boundaries.pop("grid", None)
    told["boundaries"] = _place_layer("districts", boundaries) | _choose("boundaries", boundaries, left)
    if isinstance(grid, dict):
        told["boundaries"]["grid"] = _place_layer("grid", grid) | _choose("boundaries.grid", grid, left)
    told["ledgers"] = {}
    for name, tables in given.pop("ledgers", {}).items():
        many = tables if isinstance(tables, list) else [tables]
        chosen = [_choose_ledger(name, one, kinds.get(name), left) for one in many]
        told["ledgers"][name] = chosen if isinstance(tables, list) else chosen[0]
    if "indicators" in given:
        told["indicators"] = _choose("indicators", given.pop("indicators"), left)
    if targets := given.pop("targets", []):
        told["targets"] = [_choose("targets", one, left) for one in targets]
    left = sorted({*left, *given})
    head = [
        line
        for lang in LANGUAGES
        for line in (
            Reason("publication.settings.about").word(lang),
            Reason("publication.settings.left", keys=tuple(left)).word(lang),
        )
    ]
    return "".join(f"# {line}\n" for line in head) + "\n" + tomlkit.dumps(_mask(told)), left


def _choose(table: str, given: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
    known = _TOLD[table.partition(".")[0] if table not in _TOLD else table]
    left += [f"{table}.{key}" for key in given if key not in (*known, *_PLACES)]
    return {key: given[key] for key in known if key in given}


def _place_layer(name: str, layer: Mapping[str, Any]) -> dict[str, Any]:
    """The suggested path of a layer, with its original format."""
    suffix = PurePosixPath(str(layer.get("path", "")).replace("\\", "/").partition("!")[0]).suffix
    suffix = suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", suffix) else ".gpkg"
    return {"path": f"data/raw/boundaries/{name}{suffix}"}


def _choose_ledger(name: str, given: Mapping[str, Any], kind: Kind | None, left: list[str]) -> dict[str, Any]:
    table = f"ledgers.{name}"
    known = (*_TOLD["ledgers"], *_ABOUT_PERSONS)
    left += [f"{table}.{key}" for key in given if key not in (*known, *_PLACES)]
    told = {"files": [f"data/raw/{name}/*"]} | {key: given[key] for key in known if key in given}
    for key in _ABOUT_PERSONS:
        if key in told:
            personal = _list_personal(kind, told[key])
            left += [f"{table}.{key}.{column}" for column in personal]
            told[key] = {column: one for column, one in told[key].items() if column not in personal}
    return told


def _list_personal(kind: Kind | None, columns: Iterable[str]) -> list[str]:
    """The columns that may contain personal data; for an unknown kind, all of them."""
    return [one for one in columns if kind is None or one not in kind.fields or kind.fields[one].personal]


def _mask(value: Any, place: tuple[str, ...] = ()) -> Any:
    if isinstance(value, dict):
        return {_mask(key): _mask(one, (*place, key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_mask(one, place) for one in value]
    return mask_numbers(value) if isinstance(value, str) and place not in _AS_WRITTEN else value
