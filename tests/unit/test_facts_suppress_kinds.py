"""An attack on kinds that a user names under suppress: every sum and order that a reader can know of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts

YEAR, END = parse_period("2021"), date(2021, 12, 31)


@pytest.fixture(autouse=True)
def _say_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hidden is hidden whether or not enough is known: an attack is hardest to bear where all is shown."""
    monkeypatch.setattr("taizhang.facts.measures.MOST_UNKNOWN", 1.0)


@dataclass(frozen=True)
class Known:
    """What a reader knows of a kind's facts: counts, shares as (top, bottom), sums, and what is never above what."""

    kind: str
    counts: Sequence[str]
    shares: Sequence[tuple[str, str, str]]
    sums: Sequence[tuple[str, str, str]]
    within: Sequence[tuple[str, str]]


HAZARDS = Known(
    "hazards",
    (
        "found", "rectified", "rectified_undated", "status_unknown", "open", "overdue", "major", "major_open",
        "on_the_spot", "repeats",
    ),
    (("rectification_rate", "rectified", "told"), ("on_the_spot_share", "on_the_spot", "known")),
    (("found", "rectified", "open", "status_unknown"), ("told", "rectified", "open")),
    (
        ("rectified_undated", "rectified"), ("told", "found"),
        ("overdue", "open"), ("major_open", "open"), ("major_open", "major"), ("major", "found"), ("known", "found"),
        ("repeats", "found"), ("on_the_spot", "known"),
    ),
)  # fmt: skip
INSPECTIONS = Known("inspections", ("visits", "penalties"), (), (), (("penalties", "visits"),))
DRILLS = Known(
    "drills",
    ("held",),
    (("field_share", "field", "known_kind"), ("evaluated_share", "evaluated", "known_evaluated")),
    (),
    (("field", "known_kind"), ("evaluated", "known_evaluated"), ("known_kind", "held"), ("known_evaluated", "held")),
)  # fmt: skip
COMPLAINTS = Known(
    "complaints",
    ("received", "answered", "resolved", "resolved_undated"),
    (
        ("resolution_rate", "resolved", "told"), ("on_time_rate", "on_time", "judged"),
        ("answered_on_time_rate", "answered_on_time", "answer_judged"), ("satisfied_rate", "satisfied", "rated"),
    ),
    (),
    (
        ("answered", "received"), ("told", "received"), ("judged", "received"), ("answer_judged", "received"),
        ("rated", "received"), ("resolved", "told"), ("resolved_undated", "resolved"), ("on_time", "judged"),
        ("on_time", "resolved"), ("answered_on_time", "answer_judged"), ("answered_on_time", "answered"),
        ("satisfied", "rated"),
    ),
)  # fmt: skip
REPORTS_UP = Known(
    "reports_up",
    ("made", "instructions"),
    (("instructions_done_rate", "done", "told"),),
    (),
    (("instructions", "made"), ("told", "instructions"), ("done", "told")),
)
INVESTIGATIONS = Known(
    "investigations", ("opened", "closed", "closed_unfinished"), (), (), (("closed_unfinished", "closed"),)
)
RESPONSES = Known(
    "responses",
    ("activated", "level_1", "level_2", "level_3", "level_4"),
    (),
    (("activated", "level_1", "level_2", "level_3", "level_4"),),
    (("level_1", "activated"),),
)
PREMISES = Known(
    "premises",
    ("registered", "key"),
    (("insured_share", "insured", "insurance_told"), ("graded_share", "graded", "grade_told")),
    (),
    (
        ("key", "registered"), ("insurance_told", "registered"), ("grade_told", "registered"),
        ("insured", "insurance_told"), ("graded", "grade_told"),
    ),
)  # fmt: skip


def attack(facts: pd.DataFrame, n: int, known: Known) -> list[str]:
    """Every hidden count that linear programming over all that is shown pins down, places 0 to n - 1, and all."""
    names = [*known.counts, *(part for _, top, bottom in known.shares for part in (top, bottom))]
    names = list(dict.fromkeys(names))
    number = {(part, i): k for k, (part, i) in enumerate((p, i) for p in names for i in range(n + 1))}
    low, high = np.zeros(len(number)), np.full(len(number), np.inf)
    by = {name: rows.reset_index(drop=True) for name, rows in facts.groupby("fact")}
    hidden = set()
    for i in range(n + 1):
        for part in known.counts:
            row = by[f"{known.kind}.{part}"].loc[i]
            if row.suppressed:
                hidden.add((part, i))
                low[number[part, i]] = 1  # zeros are always shown
            else:
                low[number[part, i]] = high[number[part, i]] = row.value
        for fact, top, bottom in known.shares:
            row = by[f"{known.kind}.{fact}"].loc[i]
            if not row.suppressed:
                for part, value in ((top, row.numerator), (bottom, row.denominator)):
                    low[number[part, i]] = high[number[part, i]] = 0 if pd.isna(value) else value
    equal, unequal = [], []

    def add(lines: list[np.ndarray], plus: list[tuple[str, int]], minus: list[tuple[str, int]]) -> None:
        line = np.zeros(len(number))
        line[[number[cell] for cell in plus]] = 1
        line[[number[cell] for cell in minus]] -= 1
        lines.append(line)

    for part in names:
        add(equal, [(part, i) for i in range(n)], [(part, n)])
    for i in range(n + 1):
        for whole, *parts in known.sums:
            add(equal, [(part, i) for part in parts], [(whole, i)])
        for small, large in known.within:
            add(unequal, [(small, i)], [(large, i)])
    above, level = (csr_array(np.array(lines).reshape(-1, len(number))) for lines in (unequal, equal))
    found = []
    for cell in sorted(hidden):
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(number))
            cost[number[cell]] = sign
            answer = linprog(
                cost, A_ub=above, b_ub=np.zeros(len(unequal)), A_eq=level, b_eq=np.zeros(len(equal)),
                bounds=np.c_[low, high],
            )  # fmt: skip
            assert answer.status in (0, 3), answer.message  # what is shown holds together
            ends.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
        if ends[1] - ends[0] < 1 - 1e-6:
            found.append(f"{cell}: {ends}")
    return found


def draw_rows(seed: int, kind: str) -> tuple[pd.DataFrame, int]:
    """A small table of a kind over one to five districts, with all that its facts look at."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    place = np.repeat(np.arange(n), rng.poisson(rng.choice([2, 6, 12]), n))
    size = len(place)
    maybe = SimpleNamespace(
        often=rng.random(size) < rng.choice([0.3, 0.9]), rarely=rng.random(size) < 0.15, half=rng.random(size) < 0.5
    )  # fmt: skip
    day = pd.Series(pd.Timestamp("2021-02-01") + pd.to_timedelta(rng.integers(0, 90, size), "D"))
    rows = pd.DataFrame({"district_code": [str(101 + i) for i in place]})
    if kind == "hazards":
        return rows.assign(
            found_on=day,
            rectified_on=pd.Series(day + pd.Timedelta(days=9)).where(maybe.often),
            deadline=pd.Series(day + pd.Timedelta(days=7)).where(maybe.half),
            mode=pd.Series(np.where(maybe.half, "on_the_spot", "by_deadline"), dtype="str").where(~maybe.rarely),
            status=pd.Series(rng.choice(["open", "closed"], size), dtype="str").where(~maybe.often & maybe.half),
            table_columns=np.where(rng.random(size) < rng.choice([0, 0.3]), "status", "rectified_on|deadline"),
            severity=np.where(maybe.rarely, "major", "general"),
            premises=rng.choice(["a", "b", "c"], size),
            category=rng.choice(["x", "y"], size),
        ), n  # fmt: skip
    if kind == "inspections":
        return rows.assign(inspected_on=day, penalty_yuan=np.where(maybe.rarely, 500.0, 0.0), premises="a"), n
    later = {days: day + pd.Timedelta(days=days) for days in (3, 5, 9, 12)}
    if kind == "complaints":
        return rows.assign(
            received_on=day,
            answered_on=later[3].where(maybe.often),
            answer_due_on=later[5].where(~maybe.rarely) - pd.to_timedelta(np.where(maybe.half, 4, 0), unit="D"),
            resolved_on=later[9].where(maybe.often & maybe.half),
            due_on=later[12].where(~maybe.rarely),
            status=pd.Series(rng.choice(["open", "resolved"], size), dtype="str").where(maybe.rarely),
            satisfied=pd.array(np.where(maybe.half, maybe.often, None), dtype="boolean"),
        ), n  # fmt: skip
    if kind == "reports_up":
        told = pd.array(np.where(maybe.rarely, None, maybe.half), dtype="boolean")
        return rows.assign(
            reported_at=day,
            kind="快报",
            instruction=told,
            instruction_done_on=later[9].where(maybe.often & maybe.half),
        ), n
    if kind == "investigations":
        return rows.assign(
            occurred_on=day, opened_on=later[3], closed_on=later[9].where(maybe.often), measures=5,
            measures_done=np.where(maybe.half, 5, 3),
        ), n  # fmt: skip
    if kind == "responses":
        level = pd.Series(rng.choice(list("1234"), size, p=[0.1, 0.2, 0.3, 0.4]), dtype="str")
        return rows.assign(plan="防汛", level=level, started_at=day, ended_at=later[3].where(maybe.often)), n
    if kind == "premises":
        return rows.assign(
            name=[f"店{at}" for at in range(size)],
            key=maybe.rarely,
            insured=pd.array(np.where(maybe.rarely, None, maybe.half), dtype="boolean"),
            grade=pd.Series("三级", rows.index, dtype="str").where(maybe.often),
        ), n
    return rows.assign(
        held_on=day,
        kind=pd.Series(np.where(maybe.half, "field", "tabletop"), dtype="str").where(~maybe.rarely),
        evaluated=pd.array(np.where(maybe.rarely, None, maybe.often), dtype="boolean"),
    ), n  # fmt: skip


def compute(rows: pd.DataFrame, n: int, kind: str, suppress: Sequence[str]) -> pd.DataFrame:
    codes = [str(101 + i) for i in range(n)]
    districts = pd.DataFrame({"code": codes, "name": codes})
    targets = [SimpleNamespace(indicator=FIRST[kind], district="*", period="2021", at_least=10.0)]
    return compute_facts({kind: rows}, districts, YEAR, END, suppress=suppress, targets=targets)


KNOWN = (HAZARDS, INSPECTIONS, DRILLS, COMPLAINTS, REPORTS_UP, INVESTIGATIONS, RESPONSES, PREMISES)
FIRST = {known.kind: f"{known.kind}.{known.counts[0]}" for known in KNOWN}


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.kind)
def test_no_hidden_count_of_a_kind_can_be_worked_out(known: Known) -> None:
    hidden = 0
    for seed in range(9):
        rows, n = draw_rows(seed, known.kind)
        if rows.empty:
            continue
        facts = compute(rows, n, known.kind, [known.kind])
        assert attack(facts, n, known) == [], seed
        hidden += int(facts["suppressed"].sum())
        of_counts = facts["fact"].isin([f"{known.kind}.{part}" for part in known.counts])
        assert not (of_counts & facts["value"].between(1, 4)).any(), seed
        # A target says no more of a count than the count does.
        is_first = facts["fact"] == FIRST[known.kind]
        withheld = set(facts.loc[facts["suppressed"] & is_first, "district_code"])
        of_target = facts["fact"].str.startswith("targets.") & facts["district_code"].isin(withheld)
        assert facts.loc[of_target, ["value", "numerator"]].isna().all(axis=None), seed
    assert hidden > 20


def test_the_attack_works() -> None:
    rows, n = draw_rows(4, "hazards")
    facts, bare = (compute(rows, n, "hazards", suppress) for suppress in (["hazards"], []))
    only = facts["suppressed"] & (facts["fact"] == "hazards.open")
    first = facts.index[
        facts["fact"].isin(["hazards.open", "hazards.rectified", "hazards.found", "hazards.status_unknown"])
    ]
    assert only.any()
    opened = facts.copy()
    shown = [at for at in first if facts.loc[at, "fact"] != "hazards.open"]
    opened.loc[shown] = bare.loc[shown]
    assert any("('open'" in text for text in attack(opened, n, HAZARDS))
