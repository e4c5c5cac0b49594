"""Categories, trades and severities suggested where a hazard lacks one, learned from the office's own labelled rows.

A suggestion is shown to somebody who decides; no fact is made from it.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from taizhang.facts.folding import fold_name
from taizhang.metadata.kinds import load_shared
from taizhang.stats.labels import Labeller, learn_labels, measure_calibration

# What each column is learned from.
READS = {
    "category": ("description", "premises", "premises_type", "trade", "mode"),
    "trade": ("premises", "premises_type", "description"),
    "severity": ("description", "category", "premises", "premises_type", "trade", "mode"),
}
LEAST_PROBABLE = 0.7  # below, nothing is suggested
_PLACE = ["source_file", "source_sheet", "source_row"]
SUGGESTED = {
    "source_file": "str", "source_sheet": "str", "source_row": "int64", "column": "str", "suggestion": "str",
    "probability": "float64",
}  # fmt: skip
SCORED = {
    "column": "str", "label": "str", "labelled": "int64", "tried": "int64", "suggested": "int64", "right": "int64",
 "probability": "float64", "calibration": "float64",
}  # fmt: skip
WHOLE = ""  # the label of a column's own row


def suggest_categories(hazards: pd.DataFrame) -> pd.DataFrame:
    """Suggest what empty cells of category, trade and severity are; what is not at all sure is left out.

    Parameters
    ----------
    hazards : DataFrame
        All accepted rows of the hazards ledger, with texts as written. A cell that could not be understood is empty.

    Returns
    -------
    DataFrame
        source_file, source_sheet, source_row, column, suggestion, probability (0 to 1, that it is right); by column,
        then in the order of the rows. A severity is suggested by its name in the metadata. Nothing for a column with
        fewer than `stats.labels.FEWEST_ROWS` labelled rows.
    """
    parts = []
    for column in READS:
        if column not in hazards:
            continue
        labels = read_labels(hazards, column)
        empty = labels.isna().to_numpy()
        learned = _learn(hazards, column, labels) if empty.any() else None
        if learned is None:
            continue
        rows = hazards[empty]
        said = learned.suggest(_read_texts(rows, column))
        told = rows[_PLACE].reset_index(drop=True).assign(
            column=column, suggestion=said["label"], probability=said["probability"]
        )  # fmt: skip
        parts.append(told[told["probability"] >= LEAST_PROBABLE])
    if not parts:
        return pd.DataFrame(columns=list(SUGGESTED)).astype(SUGGESTED)
    return pd.concat(parts, ignore_index=True)[list(SUGGESTED)].astype(SUGGESTED)


def score_suggestions(hazards: pd.DataFrame) -> pd.DataFrame:
    """Try the suggestions on labelled rows that were held out, the rows of one premises always together.

    Parameters
    ----------
    hazards : DataFrame
        As for `suggest_categories`.

    Returns
    -------
    DataFrame
        Of each column first all rows (label ''), then each label, the most frequent first: column, label, labelled
        (rows), tried (of these, held out), suggested (times this label was), right (of these), probability (their
        mean), calibration (their expected calibration error). A column of which nothing is learned has the one row,
        with no row tried, and so has one that the ledger lacks.
    """
    parts = []
    for column in READS:
        labels = read_labels(hazards, column)
        learned = _learn(hazards, column, labels)
        parts.append(_score(column, labels.dropna(), learned))
    return pd.concat(parts, ignore_index=True).astype(SCORED)


def _score(column: str, labels: pd.Series, learned: Labeller | None) -> pd.DataFrame:
    whole = {
        "column": column,
        "label": WHOLE,
        "labelled": len(labels),
        "tried": 0,
        "suggested": 0,
        "right": 0,
    }
    nothing = {"probability": np.nan, "calibration": np.nan}
    if learned is None:
        return pd.DataFrame([whole | nothing])
    tried = learned.held_out.assign(sure=lambda rows: rows["probability"] >= LEAST_PROBABLE)
    tried["hit"] = tried["sure"] & (tried["suggested"] == tried["label"])
    rows = [_count(whole, tried, tried[tried["sure"]])]
    for label, number in (
        labels.value_counts().sort_index().sort_values(ascending=False, kind="stable").items()
    ):
        of_label = tried[tried["label"] == label]
        said = tried[tried["sure"] & (tried["suggested"] == label)]
        rows.append(_count(whole | {"label": str(label), "labelled": number}, of_label, said))
    return pd.DataFrame(rows)


def _count(about: Mapping[str, object], rows: pd.DataFrame, said: pd.DataFrame) -> dict[str, object]:
    counts = {
        "tried": len(rows),
        "suggested": len(said),
        "right": int(said["hit"].sum()),
    }
    calibration = measure_calibration(said["probability"], said["hit"])
    return {**about, **counts, "probability": said["probability"].mean(), "calibration": calibration}


def read_labels(hazards: pd.DataFrame, column: str) -> pd.Series:
    """Return a column's labels as texts; NA where there is none, or a word for something not known."""
    if column not in hazards:
        return pd.Series(pd.NA, index=hazards.index, dtype="str")
    texts = hazards[column].astype("str").str.strip()
    shared = load_shared()
    nothing = {text.casefold() for text in (*shared.unknown, *shared.missing, "")}
    return texts.mask(texts.str.casefold().isin(nothing))


def _learn(hazards: pd.DataFrame, column: str, labels: pd.Series) -> Labeller | None:
    given = labels.notna().to_numpy()
    rows = hazards[given]
    return learn_labels(_read_texts(rows, column), labels[given].to_list(), _find_premises(rows))


def _read_texts(hazards: pd.DataFrame, column: str) -> list[tuple[str, ...]]:
    texts = [
        hazards[name].astype("str").fillna("").map(fold_name)
        if name in hazards
        else pd.Series("", hazards.index)
        for name in READS[column]
    ]
    return list(zip(*texts, strict=True))


def _find_premises(hazards: pd.DataFrame) -> list[str]:
    """Return what rows that may be alike have in common: the premises, else the visit, else the day and district."""
    ways = (
        ("premises_key",),
        ("district_code", "premises"),
        ("inspection_id",),
        ("district_code", "found_on"),
    )
    found = [""] * len(hazards)
    for way in ways:
        keys = zip(*(_read_keys(hazards, column) for column in way), strict=True)
        found = [
            known or ("\t".join((way[-1], *key)) if all(key) else "")
            for known, key in zip(found, keys, strict=True)
        ]
    return found


def _read_keys(hazards: pd.DataFrame, column: str) -> list[str]:
    if column not in hazards:
        return [""] * len(hazards)
    return [fold_name(text) for text in hazards[column].astype("str").fillna("")]
