"""The probability that two names in one district mean the same premises (splink, the model of Fellegi and Sunter).

Each pair is a block of its own for splink: its two records carry how much their names are alike, as `compare` found it.
"""

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from taizhang.register.compare import LEVELS

# How often each level is found among pairs of the same premises, and among others that share a key: from the half of
# the marked set that thresholds are tuned on (tests/data), and from names made up for the rest.
PRIOR_NAMES = {
    "same": (0.08, 0.00002),
    "added": (0.17, 0.00010),
    "long_slip": (0.30, 0.00018),
    "kin_trade": (0.12, 0.005),
    "short_slip": (0.26, 0.016),
    "part": (0.03, 0.03),
    "little": (0.02, 0.04),
    "apart": (0.02, 0.9087),
}
PRIOR_MATCH = 0.05
# Other columns: (level, condition, among the same, among others). Unknown on either side tells nothing.
_OTHERS: Mapping[str, Sequence[tuple[str, str, float, float]]] = {
    "address": (
        ("same", '"address_l" = "address_r"', 0.55, 0.01),
        ("near", 'jaro_winkler_similarity("address_l", "address_r") >= 0.88', 0.30, 0.14),
        ("other", "ELSE", 0.15, 0.85),
    ),
    "number": (("same", '"number_l" = "number_r"', 0.60, 0.01), ("other", "ELSE", 0.40, 0.99)),
    "line": (("same", '"line_l" = "line_r"', 0.85, 0.25), ("other", "ELSE", 0.15, 0.75)),
}
_GROUND = (("at_100_m", 0.1, 0.70, 0.02), ("at_500_m", 0.5, 0.18, 0.08), ("at_2_km", 2.0, 0.08, 0.30))
_GROUND_ELSE = (0.04, 0.60)
# EM is trusted as so many pairs as it was given; what is known beforehand, as so many of each kind.
_BEFORE = 400
_FEWEST = 3_000  # pairs; with fewer, what is known beforehand decides alone
_SAMPLE = 60_000


@dataclass(frozen=True)
class Scored:
    """What was scored.

    `probability` of each pair; `weights`: by comparison and level, how often among the same and among others;
    `learned`: pairs that these were estimated from, 0 if they are those known beforehand; `share`: of the same among
    candidates.
    """

    probability: np.ndarray
    weights: dict[str, dict[str, tuple[float, float]]]
    learned: int
    share: float


def score_pairs(
    records: pd.DataFrame, pairs: np.ndarray, levels: np.ndarray, *, base: duckdb.DuckDBPyConnection
) -> Scored:
    """Score candidate pairs.

    `records`: by position, address, number, line (trade or type), lon, lat; NA where unknown. `levels`: of each pair, a
    place in `LEVELS`.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    weights, share, learned = _prior(), PRIOR_MATCH, 0
    if len(pairs) >= _FEWEST:
        step = max(1, len(pairs) // _SAMPLE)
        sample = np.arange(0, len(pairs), step)
        weights, share = _learn(records, pairs[sample], levels[sample], base)
        learned = len(sample)
    told = levels > 0
    probability = np.zeros(len(pairs))
    if told.any():
        linker = _make_linker(records, pairs[told], levels[told], weights, share, base)
        scored = linker.inference.predict(warning_mode="never")
        found = base.execute(
            f"select block_l as block, match_probability as p from {scored.physical_name}"
        ).fetchnumpy()
        part = np.zeros(int(told.sum()))
        part[found["block"]] = found["p"]
        probability[told] = part
        _forget(linker)
    return Scored(probability, weights, learned, share)


def _prior() -> dict[str, dict[str, tuple[float, float]]]:
    weights = {"name": dict(PRIOR_NAMES)}
    for column, listed in _OTHERS.items():
        weights[column] = {level: (m, u) for level, _, m, u in listed}
    weights["ground"] = {level: (m, u) for level, _, m, u in _GROUND} | {"farther": _GROUND_ELSE}
    return weights


def _make_linker(
    records: pd.DataFrame,
    pairs: np.ndarray,
    levels: np.ndarray,
    weights: Mapping[str, Mapping[str, tuple[float, float]]],
    share: float,
    base: duckdb.DuckDBPyConnection,
) -> Linker:
    both = pairs.T.ravel()
    table = records.iloc[both].reset_index(drop=True)
    table["unique_id"] = np.arange(len(table))
    table["block"] = np.tile(np.arange(len(pairs)), 2)
    table["level"] = np.tile(levels, 2)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_compare_levels(weights["name"]), *_compare_others(weights)],
        blocking_rules_to_generate_predictions=[block_on("block")],
        probability_two_random_records_match=share,
        retain_matching_columns=False,
        additional_columns_to_retain=["block"],
        em_convergence=0.001,
        max_iterations=15,
    )
    api = DuckDBAPI(connection=base)
    return Linker(api.register(table), settings, log_level=None, validate_settings=False)


def _compare_levels(weights: Mapping[str, tuple[float, float]]) -> cl.CustomComparison:
    found: list[Any] = [
        cll.CustomLevel(f'"level_l" = {LEVELS.index(level)}', level) if level != "apart" else cll.ElseLevel()
        for level in weights
    ]
    for one, (m, u) in zip(found, weights.values(), strict=True):
        one.configure(m_probability=m, u_probability=u, fix_m_probability=True, fix_u_probability=True)
    return cl.CustomComparison(found, "name")


def _compare_others(weights: Mapping[str, Mapping[str, tuple[float, float]]]) -> list[cl.CustomComparison]:
    made = []
    for column, listed in _OTHERS.items():
        found: list[Any] = [cll.NullLevel(column)]
        for level, condition, _, _ in listed:
            one = cll.ElseLevel() if condition == "ELSE" else cll.CustomLevel(condition, level)
            m, u = weights[column][level]
            found.append(one.configure(m_probability=m, u_probability=u))
        made.append(cl.CustomComparison(found, column))
    ground: list[Any] = [
        cll.CustomLevel('"lat_l" is null or "lat_r" is null', "unknown").configure(is_null_level=True)
    ]
    for level, far, _, _ in _GROUND:
        m, u = weights["ground"][level]
        ground.append(cll.DistanceInKMLevel("lat", "lon", far).configure(m_probability=m, u_probability=u))
    m, u = weights["ground"]["farther"]
    ground.append(cll.ElseLevel().configure(m_probability=m, u_probability=u))
    return [*made, cl.CustomComparison(ground, "ground")]


def _learn(
    records: pd.DataFrame, pairs: np.ndarray, levels: np.ndarray, base: duckdb.DuckDBPyConnection
) -> tuple[dict[str, dict[str, tuple[float, float]]], float]:
    """Weights by expectation maximisation, held to what is known beforehand as by so many pairs more.

    Those of names are from marked names and stay: learned from names alone they could turn to anything. The share of
    the same among candidates, and what an address, the ground, a number and a trade tell, are the workbook's.
    """
    before = _prior()
    linker = _make_linker(records, pairs, levels, before, PRIOR_MATCH, base)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        session = linker.training.estimate_parameters_using_expectation_maximisation(
            block_on("block"),
            fix_u_probabilities=False,
            # Where few pairs are the same, what is alike of them is nobody's to learn from the rest: neighbours in one
            # trade would be taken for one.
            fix_m_probabilities=True,
            fix_probability_two_random_records_match=True,
        )
    model = session.core_model_settings
    share = float(model.probability_two_random_records_match)
    same, others = share * len(pairs), (1 - share) * len(pairs)
    weights: dict[str, dict[str, tuple[float, float]]] = {}
    for comparison in model.comparisons:
        name = comparison.output_column_name
        known = before[name]
        if name == "name":
            weights[name] = known
            continue
        found = [level for level in comparison.comparison_levels if not level.is_null_level]
        blended = {}
        for (level, (m, u)), one in zip(known.items(), found, strict=True):
            learned_m, learned_u = _read(one.m_probability, m), _read(one.u_probability, u)
            blended[level] = (
                (m * _BEFORE + learned_m * same) / (_BEFORE + same),
                (u * _BEFORE + learned_u * others) / (_BEFORE + others),
            )
        weights[name] = blended
    _forget(linker)
    return weights, (PRIOR_MATCH * _BEFORE + share * len(pairs)) / (_BEFORE + len(pairs))


def _forget(linker: Any) -> None:
    linker.table_management.delete_tables_created_by_splink_from_db()


def _read(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
