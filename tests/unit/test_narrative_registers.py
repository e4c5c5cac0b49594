"""What reports say of the register, investigations, responses, relief and information reports."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from told_ledgers import TOWNS, Row, Table, Told
from told_views import Read, list_differences, read_told

from taizhang import narrative
from taizhang.analysis.doubt import bound_row
from taizhang.analysis.findings import find_by_district
from taizhang.analysis.view import Row as FactRow
from taizhang.core.display import Prose
from taizhang.core.periods import parse_period

CODE, OTHER, _ = TOWNS


def make_table(kind: str, columns: str, *rows: Mapping[str, object]) -> Table:
    """A table of rows of the first town; what ends in _on or _at is a day."""
    made = []
    for row in rows:
        said = {
            name: (date.fromisoformat(str(value)),) * 2 if name.endswith(("_on", "_at")) else value
            for name, value in row.items()
        }
        made.append(Row(kind, CODE, said, {"district": TOWNS[CODE]}))
    return Table(kind, f"{kind}.csv", tuple(columns.split()), made)


def read_text(prose: Prose | None) -> str:
    assert prose is not None
    return "\n".join("".join(run.text for run in block.runs) for block in prose.blocks)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Of three key premises two were visited; one of two investigations is closed with a measure left; one response
    has no end; of two instructions one is done."""
    tables = [
        make_table("inspections", "inspected_on premises", *(
            {"inspected_on": "2023-05-01", "premises": name} for name in ("第1号厂", "第2号厂", "第4号厂")
        )),
        make_table("premises", "name key insured grade",
            {"name": "第1号厂", "key": "yes", "insured": "yes", "grade": "三级"},
            {"name": "第2号厂", "key": "yes", "insured": "yes"},
            {"name": "第3号厂", "key": "yes", "insured": "no"},
            {"name": "第4号厂", "key": "no", "insured": "yes"},
        ),
        make_table("investigations", "occurred_on incident opened_on closed_on measures measures_done",
            {"occurred_on": "2023-02-01", "incident": "坍塌事故", "opened_on": "2023-02-02", "closed_on": "2023-05-01",
             "measures": 4, "measures_done": 3},
            {"occurred_on": "2023-09-01", "incident": "火灾事故", "opened_on": "2023-09-02", "measures": 4,
             "measures_done": 1},
        ),
        make_table("responses", "plan level started_at ended_at",
            {"plan": "防汛", "level": "3", "started_at": "2023-06-01", "ended_at": "2023-06-03"},
            {"plan": "抗旱", "level": "4", "started_at": "2023-10-01"},
        ),
        make_table("relief", "given_on event households people amount_wan",
            {"given_on": "2023-01-20", "event": "冬春救助", "households": 12, "people": 30, "amount_wan": 6},
        ),
        make_table("reports_up", "reported_at kind instruction instruction_done_on",
            {"reported_at": "2023-06-02", "kind": "专报", "instruction": "yes", "instruction_done_on": "2023-06-20"},
            {"reported_at": "2023-07-02", "kind": "快报", "instruction": "yes"},
            {"reported_at": "2023-08-02", "kind": "续报", "instruction": "no"},
        ),
    ]  # fmt: skip
    read = read_told(Told(0, tables, towns=tuple(TOWNS)), tmp_path_factory.mktemp("told"))
    assert list_differences(read) == []
    return read


def test_sentences_say_what_the_ledgers_say(told: Read) -> None:
    zh, en = told.view(CODE, "zh"), told.view(CODE, "en")
    said = {
        "write_inspections": (
            ("名录单位的检查覆盖率为75.0%", "重点监管对象的检查覆盖率为66.7%", "名录在营单位有4家",
             "其中重点监管对象3家", "安责险投保率为75.0%", "标准化达标率为25.0%"),
            ("75.0% of the premises on the register were visited",
             "66.7% of those under key supervision were visited",
             "the register has 4 premises", "3 of them are under key supervision"),
        ),
        "write_incidents": (
            ("开展事故调查2起", "已结案1起", "整改措施落实率为50.0%", "已结案而台账未记明措施全部落实的有1起"),
            ("Two investigations were opened", "one is closed", "50.0% of their measures have been carried out",
             "one is closed with not all measures recorded as carried out"),
        ),
        "write_losses": (
            ("发放救助惠及30人次", "涉及12户次", "救助金额6.0万元"),
            ("relief reached 30 people", "it went to 12 households", "the amount given was"),
        ),
        "write_warnings": (
            ("启动应急响应2次", "上报信息3件", "得到领导批示的有2件", "批示办结率为50.0%"),
            ("responses were activated twice", "reports were made to the level above", "2 brought an instruction",
             "50.0% of the instructions have been carried out"),
        ),
    }  # fmt: skip
    for name, (chinese, english) in said.items():
        for view, words in ((zh, chinese), (en, english)):
            text = read_text(getattr(narrative, name)(view))
            assert [one for one in words if one not in text] == [], (name, text)


def test_findings_name_what_was_left_undone(told: Read) -> None:
    view = told.view(CODE, "zh")
    found = {one.rule.rule: one for one in find_by_district(view)[CODE]}
    named = {
        "investigations_unfinished": "坍塌事故",
        "key_premises_unvisited": "第3号厂",
        "responses_unended": "抗旱",
        "instructions_open": "快报",
    }
    assert {rule: [one.name for one in found[rule].subjects] for rule in named} == {
        rule: [name] for rule, name in named.items()
    }
    assert (
        found["responses_unended"].subjects[0].amount.value == 91
    )  # from the 1st of October to the year's end
    text = read_text(narrative.write_findings(view))
    for words in (
        "重点监管对象3家中，1家没有检查记录",
        "领导批示2件中，1件没有办结记录",
        "事故调查1起已经结案，台账未记明整改措施全部落实",
    ):
        assert words in text, text
    # Not every key place is visited in a quarter: of shorter periods it is no problem.
    rows = view.facts.assign(period=str(parse_period("2023Q4")))
    short = {one.rule.rule for one in find_by_district(replace(view, facts=rows))[CODE]}
    assert "key_premises_unvisited" not in short and "instructions_open" in short


def test_what_visits_without_a_name_may_have_covered_bounds_the_coverage() -> None:
    row = FactRow(
        {"fact": "inspections.key_coverage", "value": 90.0, "numerator": 9.0, "denominator": 10.0, "low": 0.0,
         "high": 0.0, "known": 19.0, "of": 20.0}
    )  # fmt: skip
    low, high = bound_row(row, "lowest"), bound_row(row, "highest")
    assert low is not None and high is not None
    assert (
        low["value"] == pytest.approx(100 * 9 / 11) and high["value"] == 100
    )  # the tenth may have been visited
