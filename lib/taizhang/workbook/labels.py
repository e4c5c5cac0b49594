"""Tables in a reader's language: column heads and values as reports write them."""

from collections.abc import Callable, Mapping

import pandas as pd
from pandas.api.types import is_bool_dtype

from taizhang.analysis.rows import name_values
from taizhang.metadata.facts import FactInfo, describe_fact, unit_label
from taizhang.metadata.kinds import Kind
from taizhang.metadata.words import label, load_words

_WORDED = ("category", "boolean", "text")
_PRECISION = "_precision"


def label_table(
    table: pd.DataFrame, kinds: Mapping[str, Kind], kind: str, infos: Mapping[str, FactInfo], lang: str
) -> pd.DataFrame:
    """Implements `Workbook.label`; `kind` is the ledger of the rows, or empty."""
    shown = table.assign(
        **{str(name): _word(table[name], str(name), kinds, kind, infos, lang) for name in table}
    )
    heads: dict[object, str] = {}
    for name in table:
        head = _name_column(str(name), kinds, kind, lang)
        heads[name] = head if head not in heads.values() else str(name)
    return shown.rename(columns=heads)


def _name_column(name: str, kinds: Mapping[str, Kind], kind: str, lang: str) -> str:
    """Name a column by its ledger's title or that of a common column; other names are unchanged."""
    fields = kinds[kind].fields if kind else {}
    if name in fields:
        return fields[name].label(lang)
    if name.endswith(_PRECISION) and (column := name.removesuffix(_PRECISION)) in fields:
        return label("data.precision", lang, column=fields[column].label(lang))
    return label(f"data.{name}", lang) if f"data.{name}" in load_words() else name


def _word(
    values: pd.Series,
    name: str,
    kinds: Mapping[str, Kind],
    kind: str,
    infos: Mapping[str, FactInfo],
    lang: str,
) -> pd.Series:
    """Codes as words; numbers, days and what is missing stay."""
    fields = kinds[kind].fields if kind else {}
    if name in fields:
        if fields[name].type not in _WORDED:
            return values
        if not is_bool_dtype(values):
            return name_values(values, kind, name, lang, kinds).where(values.notna())
    if is_bool_dtype(values):
        return values.map({True: label("word.yes", lang), False: label("word.no", lang)}).astype("str")
    if name == "fact":
        return values.map(
            lambda fact: _name(lambda: describe_fact(fact, infos).title[lang], fact), na_action="ignore"
        )
    if name == "unit":
        return values.map(lambda unit: _name(lambda: unit_label(unit, lang), unit), na_action="ignore")
    words = {"state": "hazards", "district_match": "dataquality.matched"}.get(name)
    if words:
        known = {key for key in values.dropna().unique() if f"{words}.{key}" in load_words()}
        return values.map(
            lambda key: label(f"{words}.{key}", lang) if key in known else key, na_action="ignore"
        )
    return values


def _name(find: Callable[[], str], code: str) -> str:
    """Return what a code is called; one that is unknown, such as that of a fact on trial, stays."""
    try:
        return find()
    except KeyError:
        return code
