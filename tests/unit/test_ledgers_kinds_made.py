"""Ledgers of projects, letters, model sites and experts are read as made; a column taken away empties its facts."""

from pathlib import Path

import pandas as pd
import pytest
from kinds_made import DISTRICTS, PEOPLE, make_ledger

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.ledgers.model import FileRead, Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

KINDS = ("projects", "signings", "models", "experts")
PLACES = pd.DataFrame({"code": ["101", "102", "103"], "name": DISTRICTS})
CODES = dict(zip(DISTRICTS, PLACES["code"], strict=True))
# By column, the facts that cannot be told without it.
REST = {
    "projects.done_on": {"projects.done", "projects.overdue"},
    "projects.due_on": {"projects.overdue"},
    "projects.planned_wan": {"projects.planned_wan"},
    "projects.spent_wan": {"projects.spent_wan"},
    "signings.due": {"signings.due", "signings.signed_share"},
    "signings.signed": {"signings.signed_share"},
    "experts.members": {"experts.members"},
}


def read(path: Path, kind: str) -> FileRead:
    got = read_here(path, Source(load_kinds()[kind]), name=f"data/{path.name}")
    assert not got.errors and got.set_aside.empty, got.set_aside.to_dict("records")
    return got


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_read_as_made(kind: str, tmp_path: Path) -> None:
    for seed in range(12):
        made = make_ledger(kind, seed, tmp_path)
        got = read(made.path, kind)
        told = got.rows[list(made.columns)].astype(object).where(got.rows[list(made.columns)].notna(), None)
        found = [
            {name: value.date() if isinstance(value, pd.Timestamp) else value for name, value in row.items()}
            for row in told.to_dict("records")
        ]
        assert found == made.rows, (kind, seed)
        assert not [one for table in got.tables for one in table.totals]  # the totals are right


def test_names_of_experts_are_counted_and_shown_nowhere(tmp_path: Path) -> None:
    for seed in range(12):
        got = read(make_ledger("experts", seed, tmp_path).path, "experts")
        shown = str(got.rows.to_dict()) + str(got.tables) + str(got.notes) + str(got)
        assert not [name for name in PEOPLE if name in shown]


@pytest.mark.parametrize("case", REST)
def test_without_a_column_its_facts_are_empty_and_the_others_as_before(case: str, tmp_path: Path) -> None:
    kind, _, column = case.partition(".")
    period = parse_period("2021")
    emptied = 0
    for seed in range(6):
        facts = []
        for without in ("", column):
            rows = read(make_ledger(kind, seed, tmp_path, without=without).path, kind).rows
            rows = rows.assign(district_code=rows["district"].map(CODES))
            told = compute_facts({kind: rows}, PLACES, period, period.end)
            facts.append(told.set_index(["fact", "district_code"])["value"])
        whole, lacking = facts
        for (fact, code), value in lacking.items():
            asked = kind != "projects" or whole["projects.count", code] > 0
            if case == "projects.due_on":  # asked only of what is not done
                asked = whole["projects.count", code] > whole["projects.done", code]
            if fact in REST[case] and asked and code == "all":
                assert pd.isna(value), (seed, fact, code)
                emptied += 1
            elif fact in REST[case] and not asked:
                assert value == whole[fact, code] == 0, (seed, fact, code)
            elif fact not in REST[case]:
                assert value == whole[fact, code] or (pd.isna(value) and pd.isna(whole[fact, code])), (
                    seed,
                    fact,
                )
    assert emptied
