"""From a folder as an office keeps it to right facts: a county of the north, a city's streets, a school district."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import taizhang as tz
from offices import OFFICES, YEAR, Office
from offices_truth import find_truth
from taizhang.ingest.proposals import Proposal
from taizhang.lab.survey import Made, make_workbook_from
from taizhang.workbook.book import Workbook

MOST_DECISIONS = 10
SUPPRESSED = ("complaints", "disputes")
# What is left to a person, of each office: none is a list of values.
DECISIONS = {"county": [], "streets": [], "schools": ["empty"]}


@dataclass
class Case:
    office: Office
    made: Made
    book: Workbook


def make_case(folder: Path, name: str, seed: int) -> Case:
    """An office's folder, the workbook made of it, and what is left to decide decided as it is proposed."""
    office = OFFICES[name](folder / "来件", seed)
    made = make_workbook_from(folder / "工作簿", folder / "来件")
    settings = folder / "工作簿" / "workbook.toml"
    text = settings.read_text("utf-8")
    for one in made.left:
        assert isinstance(one, Proposal), one
        line = f"{one.key} = "
        assert text.count(f"# {line}") == 1
        text = text.replace(f"# {line}", line)
    settings.write_text(text, "utf-8")
    return Case(office, made, tz.open(str(folder / "工作簿")))


def list_faults(case: Case) -> list[str]:
    """Facts that differ from what the folder tells."""
    facts = case.book.facts(str(YEAR)).set_index(["district_code", "fact"])
    faults = []
    for (code, fact), right in find_truth(case.office).items():
        if (code, fact) not in facts.index:
            faults.append(f"{code} {fact}: absent")
            continue
        told = facts.loc[(code, fact)]
        value = None if pd.isna(told["value"]) else float(told["value"])
        if told["suppressed"] and fact.startswith(SUPPRESSED):
            right = None
        same = value is None if right is None else value == pytest.approx(right)
        if not same:
            faults.append(f"{code} {fact}: {value}, not {right}")
    return faults


@pytest.fixture(scope="module", params=OFFICES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(tmp_path_factory.mktemp(request.param), request.param, seed=1)


def test_few_decisions_are_left_and_none_is_a_list_of_values(
    case: Case, request: pytest.FixtureRequest
) -> None:
    assert case.made.runs
    assert [one.key for one in case.made.left] == DECISIONS[request.node.callspec.params["case"]]
    assert len(case.made.left) <= MOST_DECISIONS


def test_every_row_is_read(case: Case) -> None:
    result = case.book.ingest()
    assert {one.kind for one in result.summaries} == {row.kind for row in case.office.rows} | (
        {"population"} if case.office.residents else set()
    )
    for one in result.summaries:
        assert one.read == one.accepted + one.set_aside
        others = case.office.others.get(one.kind, 0)
        assert (one.accepted, one.set_aside) == (case.office.count(one.kind), others), one.kind
        assert not one.cells_set_aside, one.kind
    assert not result.errors


def test_every_fact_that_can_be_known_is_right_and_the_others_are_empty(case: Case) -> None:
    assert not list_faults(case)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("name", OFFICES)
def test_more_offices_of_these_habits(tmp_path: Path, name: str, seed: int) -> None:
    case = make_case(tmp_path, name, seed)
    assert len(case.made.left) <= MOST_DECISIONS
    assert not list_faults(case)
