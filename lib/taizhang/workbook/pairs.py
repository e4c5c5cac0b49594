"""Pairs of premises that a person must decide on, for display."""

from collections.abc import Collection

import pandas as pd

from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import load_messages
from taizhang.metadata.facts import ALL
from taizhang.metadata.words import label
from taizhang.register import DOUBTFUL_COLUMNS, read_decisions
from taizhang.settings.workbook import Config

FILE, DECIDED = "doubtful_pairs.csv", "data/raw/pairs.csv"
_SHOWN = ("name", "address", "number", "rows", "place")


def read_doubtful(config: Config, code: str, codes: Collection[str]) -> pd.DataFrame:
    """Read the pairs in doubt of a district, or of all, without those decided since the last ingest.

    Texts as written in doubtful_pairs.csv; empty where nothing is told.
    """
    path = config.processed / FILE
    if not path.exists():
        return pd.DataFrame(columns=list(DOUBTFUL_COLUMNS))
    pairs = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    pairs = pairs.reindex(columns=list(DOUBTFUL_COLUMNS)).astype({"probability": "float64"})
    decided = {frozenset((one.a, one.b)) for one in read_decisions(config.root / DECIDED)[0]}
    left = [frozenset(pair) not in decided for pair in zip(pairs["a"], pairs["b"], strict=True)]
    pairs = pairs[pd.Series(left, pairs.index, "bool")]
    if code != ALL:
        pairs = pairs[pairs["district_code"].isin([code]) | ~pairs["district_code"].isin(list(codes))]
    return pairs.reset_index(drop=True)


def set_side_by_side(pair: pd.Series, lang: str) -> pd.DataFrame:
    """One pair side by side: a row for each known attribute, and the evidence for and against."""
    rows: list[tuple[str, ...]] = [(label("pairs.key", lang), str(pair["a"]), str(pair["b"]))]
    for name in _SHOWN:
        told = [mask_numbers(str(pair.get(f"{name}_{side}", ""))) for side in ("a", "b")]
        if any(told):
            rows.append((label(f"pairs.{name}", lang), *told))
    for way in ("for", "against"):
        said = word_evidence(str(pair.get(f"speaks_{way}", "")), lang)
        if said:
            rows.append((label(f"pairs.{way}", lang), said, ""))
    rows.append((label("pairs.probability", lang), f"{100 * float(pair['probability']):.0f}%", ""))
    return pd.DataFrame(rows, columns=["", label("pairs.a", lang), label("pairs.b", lang)]).set_index("")


def word_evidence(codes: str, lang: str) -> str:
    """What speaks for or against, in words; codes that are none of ours are passed over."""
    words = load_messages()
    keys = (f"register.speaks.{one}" for one in codes.split(";"))
    return {"zh": "；", "en": "; "}[lang].join(words[key][lang] for key in keys if key in words)
