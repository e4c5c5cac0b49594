"""Every fact, its numbers and its rows against plain Python; what is asked for, and what is refused."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from facts_reckoned import (
    AREAS,
    CODES,
    DISTRICTS,
    KINDS,
    Look,
    choose,
    draw_rows,
    kind_of,
    make_table,
    reckon,
)

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, prepare_ledgers, select_rows
from taizhang.metadata.facts import load_facts

YEAR, END = parse_period("2021"), date(2021, 12, 31)
COLUMNS = [
    "district_code", "district", "period", "fact", "value", "unit", "numerator", "denominator", "low", "high",
    "suppressed", "as_of",
]  # fmt: skip
NUMBERS = ["value", "numerator", "denominator", "low", "high"]
CASES = [
    (0, "2021", 31),
    (1, "2021", 0),
    (2, "2021H1", -40),
    (3, "2020Q3", 5),
    (4, "2021-02", -10),
    (5, "2021", 3),
]


@pytest.mark.parametrize(("seed", "text", "lag"), CASES)
def test_every_fact_and_the_rows_behind_it(seed: int, text: str, lag: int) -> None:
    period = parse_period(text)
    as_of = period.end + timedelta(days=lag)
    look = Look(draw_rows(seed, period, as_of), period, as_of)
    tables = {kind: make_table(kind, rows) for kind, rows in look.rows.items()}
    same: dict[str, Any] = {"grid_measures": AREAS, "suppress": ()}
    ready = prepare_ledgers(tables, DISTRICTS)
    facts = compute_facts(ready, DISTRICTS, period, as_of, **same)
    infos = [info for info in load_facts().values() if info.kind in KINDS]
    assert facts.columns.tolist() == COLUMNS
    assert facts["fact"].tolist() == [info.name for info in infos] * 5
    assert facts["unit"].tolist() == [info.unit for info in infos] * 5
    assert facts["district_code"].tolist() == [code for code in [*CODES, "all"] for _ in infos]
    assert facts["district"].tolist() == [
        name for name in ["甲镇", "乙镇", "丙镇", "丁镇", "all"] for _ in infos
    ]
    assert facts["period"].unique().tolist() == [text] and facts["as_of"].unique().tolist() == [as_of]
    assert not facts["suppressed"].any()
    by = facts.set_index(["fact", "district_code"])[NUMBERS]
    for info in infos:
        fact = info.name
        for code in [*CODES, "all"]:
            np.testing.assert_allclose(
                by.loc[(fact, code)].to_numpy(), reckon(look, fact, code), atol=1e-7, err_msg=f"{fact} {code}"
            )
        for code in ("101", "all"):
            rows = select_rows(fact, ready, DISTRICTS, period, as_of, code, **same)
            wanted = [
                (label, counted)
                for label, row, counted in choose(look, fact)
                if code in ("all", row["district_code"])
            ]
            assert list(zip(rows.index, rows["counted"], strict=True)) == wanted, (fact, code)
            assert rows.columns.tolist() == [*tables[kind_of(fact)].columns, "counted"]
