"""The first page in words: the verdict, the cells, what each number is, and a quiet township's one line."""

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.view import View
from taizhang.core.briefs import Brief
from taizhang.core.display import Run
from taizhang.facts.incidents import LEVELS
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_fact
from taizhang.narrative.brief import write_brief


def read(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


def make_grave(lang: str) -> View:
    """Three dead in one accident, targets met, three hazards overdue, one of them for over 180 days."""
    end = pd.Timestamp("2021-12-31")
    hazards = [
        {
            "found_on": end - pd.Timedelta(days=late + 30),
            "deadline": end - pd.Timedelta(days=late),
            "status": "open",
            "mode": "by_deadline",
            "premises": f"第{at}商铺",
        }
        for at, late in enumerate((200, 20, 5))
    ]
    incident = {
        "occurred_on": "2021-03-18", "class": "accident", "type": "渔船事故", "deaths": 3, "missing": 2,
        "serious_injuries": 0, "loss_wan": 0.0,
    }  # fmt: skip
    share = {"numerator": 15.0, "denominator": 10.0}
    rates = zip(CODES, (95, 70, 90, 88, 100, 85), strict=True)
    facts = [
        make_fact("incidents.count", 1),
        make_fact("incidents.deaths", 3),
        *(make_fact(f"incidents.level_{name}", name == "larger") for name in LEVELS),
        make_fact("hazards.overdue_stock", 3),
        make_fact("hazards.open_stock", 3),
        make_fact("targets.drills.held.done_percent", 150, **share),  # type: ignore[arg-type]
        make_fact("targets.drills.held.pace_points", 50, **share),  # type: ignore[arg-type]
        *(make_fact("hazards.rectification_rate", value, district=code) for code, value in rates),
        make_fact("hazards.rectification_rate", 90, district=ALL),
    ]  # fmt: skip
    ledgers = {"hazards": make_table("hazards", hazards), "incidents": make_table("incidents", [incident])}
    return make_view(ledgers, facts=facts, lang=lang)


def make_quiet(lang: str) -> View:
    facts = {"incidents.count": 0, "incidents.deaths": 0, "hazards.found": 9, "hazards.overdue_stock": 0}
    found = [{"found_on": "2021-05-01", "rectified_on": "2021-05-02", "deadline": "2021-05-20"}]
    ledgers = {"hazards": make_table("hazards", found)}
    return make_view(ledgers, facts=[make_fact(name, n) for name, n in facts.items()], lang=lang)


@pytest.mark.parametrize(
    ("lang", "clauses"),
    [
        (
            "zh",
            [
                "死亡3人、失踪2人，均出自3月18日的较大渔船事故；",
                "演练目标已完成，但逾期隐患还有3处，其中1处超过180天。",
            ],
        ),
        (
            "en",
            [
                "Three people died and two are missing, all in the larger accident of 18 March; ",
                "the target for drills was met, but three hazards are overdue, one of them by more than 180 days.",
            ],
        ),
    ],
)
def test_verdict_of_a_grave_year(lang: str, clauses: list[str]) -> None:
    brief = write_brief(make_grave(lang))
    assert brief is not None and [read(clause) for clause in brief.verdict] == clauses
    assert [one.level for one in brief.statuses] == ["red", "red", "normal", "red"]
    # The gravest first: deaths before what is overdue, which names its premises, the longest first.
    assert [one.level for one in brief.problems][:2] == ["red", "red"]
    overdue = next(one for one in brief.problems if one.rule == "hazards_overdue")
    assert [one.name for one in overdue.subjects] == ["第0商铺", "第1商铺", "第2商铺"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_quiet_year_says_so_in_a_line(lang: str) -> None:
    brief = write_brief(make_quiet(lang))
    assert brief is not None and brief.problems == () and brief.others == ()
    words = {"zh": ("无人死亡；", "无逾期隐患。"), "en": ("Nobody died; ", "no hazard is overdue.")}
    assert tuple(read(clause) for clause in brief.verdict) == words[lang]
    assert read(brief.none) and [one.level for one in brief.statuses] == ["normal", "", "", "normal"]


def test_nothing_is_written_without_facts() -> None:
    assert write_brief(make_view()) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_that_names_a_fact_is_that_fact(lang: str) -> None:
    view = make_grave(lang)
    brief = write_brief(view)
    assert brief is not None and brief.strip
    spelt = {"one": "1", "two": "2", "three": "3"}
    numbers = 0
    for run, district in list_runs(brief):
        value = view.value(run.fact, district)
        if run.text == "—" or (not any(map(str.isdigit, run.text)) and run.text.lower() not in spelt):
            continue
        assert value is not None
        shown = spelt.get(run.text.lower(), run.text)
        assert shown in (format_fact(value, view.describe(run.fact)), f"{value:g}")
        numbers += 1
    assert numbers > 8


def list_runs(brief: Brief) -> list[tuple[Run, str | None]]:
    """Runs that name a fact, with the district whose it is."""
    own = [run for clause in brief.verdict for run in clause]
    own += [run for one in brief.statuses if one.label not in ("目标任务", "Targets") for run in one.value]
    own += [run for one in brief.problems for run in one.title]
    area = [row.values[2] for row in brief.strip]
    own += [row.values[0] for row in brief.strip]
    return [(run, None) for run in own if run.fact] + [(run, ALL) for run in area if run.fact]
