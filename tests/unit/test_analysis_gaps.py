"""Every fact, every column it rests on: taken away, or partly emptied, the fact is empty and no sentence claims it."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pandas as pd
import pytest
from view_maker import CODES, make_districts, make_table, make_view

from taizhang import narrative
from taizhang.analysis.gaps import Gap, Unsaid, count_cut, find_gap, list_noughts, list_unsaid
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.facts.compute import MEASURES
from taizhang.facts.grounds import Ground
from taizhang.facts.measures import Coverage
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.words import label, load_words, split_words
from taizhang.narrative.evaluation import write_evaluation
from taizhang.narrative.telling import UNSAID

YEAR = parse_period("2021")
HALF = 6  # rows of each of two sorts
# Of each kind two sorts of rows, in which every column is filled and every number can be told.
SORTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "hazards": (
        {"found_on": "2021-03-01", "mode": "by_deadline", "severity": "major", "deadline": "2021-03-20",
         "rectified_on": "2021-03-11", "closed_on": "2021-03-12", "verified_on": "2021-03-12", "status": "closed",
         "verified_result": "passed", "premises": "甲", "category": "消防", "cost_wan": 1.5},
        {"found_on": "2021-05-01", "mode": "by_deadline", "severity": "general", "deadline": "2021-05-20",
         "status": "open", "premises": "乙", "category": "消防"},
    ),
    "inspections": (
        {"inspected_on": "2021-03-01", "premises": "甲", "inspectors": 2, "hazards_found": 2, "penalty_yuan": 500.0},
        {"inspected_on": "2021-03-02", "premises": "乙", "inspectors": 3, "hazards_found": 0, "penalty_yuan": 0.0},
    ),
    "drills": (
        {"held_on": "2021-03-01", "kind": "field", "evaluated": True, "participants": 20, "problems": 2,
         "problems_fixed": 1, "plan": "甲"},
        {"held_on": "2021-03-02", "kind": "tabletop", "evaluated": False, "participants": 10, "problems": 0,
         "problems_fixed": 0, "plan": "甲"},
    ),
    "plans": (
        {"name": "甲", "issued_on": "2020-01-01", "review_due": "2021-06-01"},
        {"name": "乙", "issued_on": "2020-01-01", "review_due": "2023-06-01"},
    ),
    "incidents": (
        {"occurred_on": "2021-03-01", "reported_on": "2021-03-01", "class": "accident", "deaths": 3, "missing": 1,
         "serious_injuries": 1, "loss_wan": 10.0},
        {"occurred_on": "2021-03-02", "reported_on": "2021-03-02", "class": "accident", "deaths": 0, "missing": 0,
         "serious_injuries": 0, "loss_wan": 0.0},
    ),
    "losses": (
        {"occurred_on": "2021-03-01", "event": "暴雨", "affected": 20, "evacuated": 30, "houses_collapsed": 2,
         "houses_damaged": 5, "crops_ha": 3.5, "loss_wan": 3.0},
        {"occurred_on": "2021-03-02", "event": "台风", "affected": 0, "evacuated": 0, "houses_collapsed": 0,
         "houses_damaged": 0, "crops_ha": 0.0, "loss_wan": 0.0},
    ),
    "complaints": (
        {"received_on": "2021-03-01", "answered_on": "2021-03-02", "resolved_on": "2021-03-05", "due_on": "2021-03-10",
         "answer_due_on": "2021-03-03", "status": "resolved", "satisfied": True},
        {"received_on": "2021-03-01", "due_on": "2021-03-10", "answer_due_on": "2021-03-03", "status": "open"},
    ),
    "disputes": (
        {"found_on": "2021-03-01", "settled_on": "2021-03-05", "status": "settled"},
        {"found_on": "2021-03-01", "status": "open"},
    ),
    "warnings": (
        {"issued_at": "2021-03-01 08:00", "lifted_at": "2021-03-01 20:00", "kind": "暴雨"},
        {"issued_at": "2021-03-02 08:00", "lifted_at": "2021-03-02 18:00", "kind": "台风"},
    ),
    "duty_checks": (
        {"checked_at": "2021-03-01", "on_duty": True, "minutes_to_answer": 2.0},
        {"checked_at": "2021-03-01", "on_duty": False},
    ),
    "teams": ({"name": "甲", "members": 10}, {"name": "乙", "members": 5}),
    "supplies": (
        {"item": "甲", "quantity": 5.0, "standard": 10.0, "expires_on": "2021-06-01"},
        {"item": "乙", "quantity": 5.0, "standard": 5.0, "expires_on": "2023-06-01"},
    ),
    "shelters": ({"name": "甲", "capacity": 50}, {"name": "乙", "capacity": 0}),
    "publicity": (
        {"held_on": "2021-03-01", "reached": 50, "materials": 100},
        {"held_on": "2021-03-01", "reached": 0, "materials": 0},
    ),
    "schools": (
        {"school": "甲", "item": "乙", "met": False, "veto": True},
        {"school": "甲", "item": "丙", "met": True, "veto": False},
    ),
    "tasks": ({"due_on": "2021-03-01", "done_on": "2021-03-05"}, {"due_on": "2021-03-02"}),
    "projects": (
        {"name": "甲", "started_on": "2020-03-01", "due_on": "2021-06-01", "done_on": "2021-05-01",
         "planned_wan": 100.0, "spent_wan": 90.0},
        {"name": "乙", "started_on": "2021-03-01", "due_on": "2021-06-01", "planned_wan": 50.0, "spent_wan": 20.0},
    ),
    "signings": ({"year": 2021, "due": 10, "signed": 10}, {"year": 2021, "due": 5, "signed": 2}),
    "models": (
        {"name": "甲", "awarded_on": "2020-03-01", "withdrawn_on": "2021-03-01"},
        {"name": "乙", "awarded_on": "2021-03-01"},
    ),
    "experts": ({"field": "消防", "members": 4}, {"field": "防汛", "members": 3}),
    "premises": (
        {"name": "甲", "opened_on": "2019-03-01", "status": "closed", "closed_on": "2021-06-01", "key": True,
         "insured": True, "grade": "三级"},
        {"name": "乙", "opened_on": "2019-03-01", "status": "open", "key": False, "insured": False, "grade": "二级"},
    ),
    "investigations": (
        {"occurred_on": "2021-03-01", "opened_on": "2021-03-02", "closed_on": "2021-04-01", "measures": 3,
         "measures_done": 1},
        {"occurred_on": "2021-03-02", "opened_on": "2021-03-03", "measures": 0, "measures_done": 0},
    ),
    "responses": (
        {"plan": "甲", "level": "1", "started_at": "2021-03-01 08:00", "ended_at": "2021-03-02 08:00"},
        {"plan": "乙", "level": "3", "started_at": "2021-03-02 08:00"},
    ),
    "relief": (
        {"given_on": "2021-03-01", "households": 5, "people": 20, "amount_wan": 3.0},
        {"given_on": "2021-03-02", "households": 0, "people": 0, "amount_wan": 0.0},
    ),
    "reports_up": (
        {"reported_at": "2021-03-01", "instruction": True, "instruction_done_on": "2021-03-05"},
        {"reported_at": "2021-03-02", "instruction": False},
    ),
    "population": (
        {"year": 2021, "residents": 5000, "output_yi": 8.0}, {"year": 2020, "residents": 4000, "output_yi": 7.0},
    ),
}  # fmt: skip
SECTIONS = (
    narrative.write_summary, narrative.write_hazards, narrative.write_inspections, narrative.write_drills,
    narrative.write_incidents, narrative.write_losses, narrative.write_complaints, narrative.write_warnings,
    narrative.write_publicity, narrative.write_capacity, narrative.write_schools, narrative.write_tasks,
    narrative.write_findings, narrative.write_next_steps, write_evaluation,
)  # fmt: skip


def make_tables() -> dict[str, pd.DataFrame]:
    return {**_make_tables()}


@cache
def _make_tables() -> dict[str, pd.DataFrame]:
    """Twelve rows of each kind in one district, in tables that have the columns written."""
    tables = {}
    for kind, sorts in SORTS.items():
        each = 1 if kind == "population" else HALF
        rows = [sort for sort in sorts for _ in range(each)]
        columns = sorted({name for sort in sorts for name in sort})
        tables[kind] = make_table(kind, rows).assign(table_columns="|".join(columns))
    return tables


def list_grounds() -> Iterator[tuple[str, str, Ground]]:
    """Every fact, with the kind and the ground of each thing it rests on."""
    for fact, measure in MEASURES.items():
        for ground in measure.list_grounds():
            if not ground.columns or measure.kind == "grid":
                continue
            kind = measure.kind
            if isinstance(measure, Coverage) and ground.columns[0] in load_kinds()[measure.of].fields:
                kind = measure.of if ground.columns[0] not in load_kinds()[measure.kind].fields else kind
            yield fact, kind, ground


# A row without a column that it must have is set aside.
CASES = [
    (fact, kind, ground.columns)
    for fact, kind, ground in list_grounds()
    if not any(load_kinds()[kind].fields[name].required for name in ground.columns)
]
# What a mode or a verification says of the same.
BESIDE = {"status": ("verified_result",)}


def take_away(table: pd.DataFrame, columns: Sequence[str], rows: slice | list[int]) -> pd.DataFrame:
    """The table without the columns in some rows, whose own table had none of them."""
    table = table.copy()
    gone = {*columns, *(other for name in columns for other in BESIDE.get(name, ()))} & {*table}
    for name in gone:
        table.loc[table.index[rows], name] = pd.NA if table[name].dtype != "datetime64[us]" else pd.NaT
    left = [name for name in str(table["table_columns"].iloc[0]).split("|") if name not in gone]
    table.loc[table.index[rows], "table_columns"] = "|".join(left)
    return table


def make_views(tables: dict[str, pd.DataFrame]) -> list[View]:
    facts = compute_facts(tables, make_districts(), YEAR, YEAR.end, suppress=())
    own = [row for row in facts.to_dict("records") if row["district_code"] in (CODES[0], "all")]
    return [
        make_view(tables, facts=own, district=district, lang=lang)
        for district, lang in ((CODES[0], "zh"), ("all", "en"))
    ]


def read(prose: Prose | None) -> str:
    return "" if not prose else "\n".join("".join(run.text for run in block.runs) for block in prose.blocks)


def read_sections(view: View) -> str:
    return "\n".join(read(write(view)) for write in SECTIONS)


def list_claims(fact: str, lang: str) -> list[str]:
    """The words by which a clause would claim none or all of a fact."""
    words = load_words()
    keys = [f"fact.{fact}.{extent}" for extent in ("none", "all") if f"fact.{fact}.{extent}" in words]
    return ["".join(str(part) for part in split_words(key, lang, n=2)) for key in keys]


def test_every_fact_is_known_where_all_is_written() -> None:
    facts = compute_facts(make_tables(), make_districts(), YEAR, YEAR.end, suppress=())
    own = facts[facts["district_code"] == CODES[0]].set_index("fact")
    rested = {fact for fact, _, _ in CASES}
    assert rested <= set(own.index) and own.loc[sorted(rested), "value"].notna().all()
    assert (own["known"] == own["of"]).all()
    for view in make_views(make_tables()):
        assert not any(find_gap(view, fact) for fact in own.index)


@cache
def read_without(
    kind: str, columns: tuple[str, ...], rows: tuple[int | None, int | None], needed: frozenset[str]
) -> list[tuple[View, str, set[str]]]:
    """What is said of the kinds needed without some columns, and the facts that nothing tells: many facts rest on the
    same columns."""
    tables = {name: table for name, table in make_tables().items() if name in needed}
    tables[kind] = take_away(tables[kind], columns, slice(*rows))
    return [
        (view, read_sections(view), {other for other in MEASURES if find_gap(view, other)})
        for view in make_views(tables)
    ]


@pytest.mark.parametrize("rows", [(None, None), (4, 8)], ids=["all", "some"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}:{case[2][0]}")
def test_a_column_taken_away_empties_what_rests_on_it(
    case: tuple[str, str, tuple[str, ...]], rows: tuple[int | None, int | None]
) -> None:
    fact, kind, columns = case
    needed = frozenset({kind, *MEASURES[fact].kinds, *MEASURES[fact].needs})
    for view, said, dark in read_without(kind, columns, rows, needed):
        row = view.fact(fact)
        assert row is not None and pd.isna(row["value"]) and row["known"] < row["of"], view.district
        assert all(pd.isna(row[name]) for name in ("numerator", "denominator", "low", "high"))
        gap = find_gap(view, fact)
        assert gap is not None and gap.kind == kind and columns[0] in gap.columns
        assert gap.known < gap.of
        known = [words for one in MEASURES if one not in dark for words in list_claims(one, view.lang)]
        for other in dark:
            for claim in list_claims(other, view.lang):
                if not any(claim in words for words in known):
                    assert claim not in said, (other, claim)
        title = load_kinds()[kind].fields[gap.columns[0]].title[view.lang]
        if fact in TOLD:
            assert label("gap.column", view.lang, title=title) in said, said


# Facts that a section speaks of.
TOLD = {
    entry
    for entry in MEASURES
    if any(f"fact.{entry}.{extent}" in load_words() for extent in ("some", "none", "all"))
} - {*UNSAID, "incidents.level_ordinary", "incidents.level_larger", "incidents.level_major",
     "incidents.level_extraordinary"}  # fmt: skip


@pytest.mark.parametrize("kind", sorted({kind for _, kind, _ in CASES}))
def test_what_a_few_rows_leave_out_is_told_once(kind: str) -> None:
    """Of each column that a kind's facts rest on, one row of each sort says nothing, of 120."""
    of_kind = {(fact, columns) for fact, of, columns in CASES if of == kind}
    needed = {kind, "population", *(name for fact, _ in of_kind for name in MEASURES[fact].kinds)}
    many = {
        name: pd.concat([make_tables()[name]] * 20, ignore_index=True) for name in needed - {"population"}
    }
    many["population"] = make_tables()["population"]
    for columns in {columns for _, columns in of_kind}:
        for view in make_views(many | {kind: take_away(many[kind], columns, [0, HALF])}):
            told = [one for one in list_unsaid(view) if one.kind == kind and one.columns == columns]
            assert told and len(told) == len({one.of for one in told}), columns
            assert all(1 <= one.unsaid <= 2 and one.of >= 120 for one in told)
            title = load_kinds()[kind].fields[columns[0]].title[view.lang]
            method = read(narrative.write_method(view))
            assert method.count(label("gap.column", view.lang, title=title)) == len(told)


def test_how_many_rows_do_not_say_it() -> None:
    rows = [{"held_on": "2021-03-01", "evaluated": True}] * 10 + [{"held_on": "2021-03-01"}]
    chinese, english = make_views({"drills": make_table("drills", rows)})
    assert list_unsaid(chinese) == [Unsaid("drills", ("evaluated",), 1, 11)]
    assert "只计写明的记录：应急演练的“是否评估”（11条中1条没有写明）。" in read(
        narrative.write_method(chinese)
    )
    assert "count only those that do: “Evaluated” of drills (1 of 11 rows)." in read(
        narrative.write_method(english)
    )


def test_why_a_fact_is_empty() -> None:
    tables = make_tables()
    tables["hazards"] = take_away(tables["hazards"], ["deadline"], slice(6, 8))
    view = make_views(tables)[0]
    assert find_gap(view, "hazards.overdue") == Gap("hazards", ("deadline",), 4, 6)
    assert find_gap(view, "hazards.open") is None and find_gap(view, "hazards.nothing") is None
    said = read(narrative.write_hazards(view))
    assert "现存逾期未整改和逾期天数中位数无从得知：应写明“整改期限”的6条记录中，只有4条写明。" in said


def test_none_and_all_say_how_many_rows_they_leave_out() -> None:
    rows = [{"held_on": "2021-03-01", "evaluated": True}] * 10 + [{"held_on": "2021-03-01"}]
    view = make_views({"drills": make_table("drills", rows)})[0]
    assert "全部作了评估（不计没有写明的1条）" in read(narrative.write_drills(view))
    view = make_views({"drills": make_table("drills", rows)})[1]
    assert "very drill was evaluated (not counting 1 row that does not say)" in read(
        narrative.write_drills(view)
    )


def test_the_method_says_which_empty_cells_count_as_nought() -> None:
    rows = [{"occurred_on": "2021-03-01", "deaths": 1}, {"occurred_on": "2021-03-02"}]
    view = make_views({"incidents": make_table("incidents", rows)})[0]
    assert view.fact("incidents.deaths")["value"] == 1 and list_noughts(view) == {"incidents": ["deaths"]}
    assert "空格按0计：事故与突发事件的“死亡人数”。" in read(narrative.write_method(view))
    zero = make_views(
        {"incidents": make_table("incidents", [*rows, {"occurred_on": "2020-01-01", "deaths": 0}])}
    )[0]
    assert pd.isna(zero.fact("incidents.deaths")["value"]) and list_noughts(zero) == {}


def test_the_method_says_how_many_rows_the_period_cuts() -> None:
    rows = [{"found_on": "2021-01-01", "status": "open"}] * 3
    table = make_table("hazards", rows).assign(found_on_precision=["year", "month", "day"])
    view = make_view({"hazards": table}, period="2021-01")
    assert count_cut(view) == {"hazards": 1} and len(view.counted("hazards")) == 2
    assert "不计入：隐患排查治理1条。" in read(narrative.write_method(view))
    assert count_cut(make_view({"hazards": table}, period="2021")) == {}
