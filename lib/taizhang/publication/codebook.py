"""The codebook: the columns of the facts and of the ledgers behind them, in both languages."""

from collections.abc import Iterable, Mapping

import pandas as pd

from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import LANGUAGES, Reason
from taizhang.metadata.kinds import Field, Kind, load_shared

_COLUMNS = tuple(
    "table table_zh table_en column type unit_zh unit_en required personal title_zh title_en values_zh values_en"
    " description_zh description_en".split()
)
FACTS = "facts"
# Types of the columns of facts; what they mean stands among the messages.
_OF_FACTS = {
    "district_code": "text", "district": "text", "period": "text", "fact": "text", "value": "number", "unit": "text",
    "numerator": "number", "denominator": "number", "low": "number", "high": "number", "suppressed": "boolean",
    "as_of": "date", "known": "number", "of": "number",
}  # fmt: skip


def make_codebook(kinds: Iterable[Kind], fact_columns: Iterable[str]) -> pd.DataFrame:
    """One row per column: first those of facts.csv, then those of each ledger kind."""
    named = {lang: Reason("publication.facts").word(lang) for lang in LANGUAGES}
    rows = [_describe_fact(name, named) for name in fact_columns if name in _OF_FACTS]
    rows += [_describe(kind, item) for kind in kinds for item in kind.fields.values()]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).fillna("")
    return frame.map(lambda cell: mask_numbers(cell) if isinstance(cell, str) else cell)


def _describe_fact(name: str, named: Mapping[str, str]) -> dict[str, object]:
    meaning = {lang: Reason(f"publication.columns.{name}").word(lang) for lang in LANGUAGES}
    about = {"table": FACTS, "column": name, "type": _OF_FACTS[name]}
    return {**about, **_spread("table", named), **_spread("description", meaning)}


def _describe(kind: Kind, item: Field) -> dict[str, object]:
    unit = load_shared().units.get(item.unit)
    values = {
        lang: "; ".join(f"{one.name} = {one.label(lang)}" for one in item.values.values())
        for lang in LANGUAGES
    }
    return {
        "table": kind.name,
        **_spread("table", kind.title),
        "column": item.name,
        "type": item.type,
        **_spread("unit", {lang: unit.label(lang) if unit else "" for lang in LANGUAGES}),
        "required": item.required,
        "personal": item.personal,
        **_spread("title", item.title),
        **_spread("values", {} if item.personal else values),
        **_spread("description", item.description),
    }


def _spread(name: str, words: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{lang}": words.get(lang, "") for lang in LANGUAGES}
