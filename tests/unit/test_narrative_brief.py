"""The first page in words: the verdict, the cells, what each number is, and a quiet township's one line."""

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.brief import find_beside
from taizhang.analysis.selection import choose_facts
from taizhang.analysis.view import View
from taizhang.core.briefs import Brief
from taizhang.core.display import Run
from taizhang.facts.incidents import LEVELS
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_fact
from taizhang.narrative.brief import write_brief
from taizhang.narrative.telling import list_changes


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
    written, spelt = [f"第{n}商铺" for n in range(3)], [f"Di {n} Shangpu (第{n}商铺)" for n in range(3)]
    assert [one.name for one in overdue.subjects] == (written if lang == "zh" else spelt)


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


def share(done: int, of: int, fact: str = "drills.field_share", **more: object) -> dict[str, object]:
    return make_fact(fact, 100 * done / of, numerator=done, denominator=of, **more)  # type: ignore[arg-type]


def number(*values: tuple[str, float]) -> list[dict[str, object]]:
    return [make_fact(fact, value) for fact, value in values]


AREA = [
    make_fact(fact, 9, district=ALL) for fact in ("incidents.count", "drills.held", "complaints.received")
]
TURNS: dict[str, tuple[list[dict[str, object]], list[dict[str, object]], str, str]] = {
    # 90 of 100 against 20 of 100 and 10 incidents against 60: beyond chance; 12 drills against 10 are not.
    "better": (
        [share(90, 100), *number(("incidents.count", 10), ("drills.held", 12), ("incidents.deaths", 0))],
        [share(20, 100), *number(("incidents.count", 60), ("drills.held", 10), ("incidents.deaths", 2))],
        "与上年相比：死亡少2人（2→0）；变好的有实战演练占比（20.0%→90.0%）、突发事件（60起→10起）；除此之外，演练次数未见明显变化。",
        "Compared with the year before: two fewer deaths (2 → 0); better: share of field drills (20.0% → 90.0%), "
        "incidents (60 → 10); otherwise no clear change in drills held.",
    ),
    "worse": (
        [share(20, 100), make_fact("incidents.deaths", 3)],
        [share(90, 100), make_fact("incidents.deaths", 0)],
        "与上年相比：死亡多3人（0→3）；变差的有实战演练占比（90.0%→20.0%）。",
        "Compared with the year before: three more deaths (0 → 3); worse: share of field drills (90.0% → 20.0%).",
    ),
    "alike": (
        [share(52, 100), make_fact("incidents.deaths", 0), make_fact("drills.held", 10)],
        [share(50, 100), make_fact("incidents.deaths", 0), make_fact("drills.held", 9)],
        "与上年相比：均无人死亡；除此之外，实战演练占比和演练次数未见明显变化。",
        "Compared with the year before: nobody died in either; otherwise no clear change in "
        "share of field drills and drills held.",
    ),
    "deaths alone": (
        [make_fact("incidents.deaths", 1)],
        [make_fact("incidents.deaths", 1)],
        "与上年相比：死亡同为1人；主要指标没有可比的数据。",
        "Compared with the year before: one death in both; no key indicator can be compared.",
    ),
    # Of one of two deaths before, no row says; of a district without a fact nothing is known.
    "not known": (
        [make_fact("incidents.deaths", 1), make_fact("drills.held", None)],
        [make_fact("incidents.deaths", 1, known=1, of=2), make_fact("drills.held", 9)],
        "没有上年可比的数据，是好是差不能判断。",
        "Nothing can be compared with the year before, so whether things are better or worse is not known.",
    ),
    "no last year": (
        [share(52, 100), make_fact("incidents.deaths", 1)],
        [],
        "没有上年可比的数据，是好是差不能判断。",
        "Nothing can be compared with the year before, so whether things are better or worse is not known.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TURNS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_better_or_worse_than_last_year(case: str, lang: str) -> None:
    now, before, zh, en = TURNS[case]
    view = make_view(facts=now, before=[*before, *AREA] if before else [], lang=lang)
    brief = write_brief(view)
    assert brief is not None and read(brief.beside) == {"zh": zh, "en": en}[lang]


STRIP = ("drills.evaluated_share", "drills.field_share", "complaints.on_time_rate")


def make_strip(lang: str, *, turned: bool = False, dead: bool = False) -> View:
    """Three shares on the strip with last year's, one of the first half again as high where turned; drills beside."""
    now, before = list[dict[str, object]](), list[dict[str, object]]()
    for at, fact in enumerate(STRIP):
        for code in (*CODES, ALL):
            now.append(share(95 if turned and not at else 52, 100, fact, district=code))
            before.append(share(50, 100, fact, district=code))
    deaths = [
        make_fact("incidents.deaths_per_100k", 2, numerator=1, denominator=50_000, district=code)
        for code in (*CODES, ALL)
    ]  # type: ignore[arg-type]
    now += [*deaths, make_fact("drills.held", 10), make_fact("incidents.deaths", 3 if dead else 0)]
    before += [*deaths, make_fact("drills.held", 9), make_fact("incidents.deaths", 0)]
    return make_view(facts=now, before=[*before, *AREA], lang=lang)


@pytest.mark.parametrize(
    ("options", "zh", "en"),
    [
        (
            {"dead": True},
            "与上年相比：死亡多3人（0→3）；除此之外，下表有上年数的3项指标未见明显变化（不计死亡）。",
            "Compared with the year before: three more deaths (0 → 3); otherwise no clear change in the three "
            "indicators below with a figure for the year before (deaths not counted).",
        ),
        (
            {"turned": True},
            "与上年相比：均无人死亡；变好的有演练评估率（50.0%→95.0%）；除此之外，下表有上年数的其余2项指标未见明显变化（不计死亡）。",
            "Compared with the year before: nobody died in either; better: share of drills evaluated "
            "(50.0% → 95.0%); otherwise no clear change in the other two indicators below with a figure for the "
            "year before (deaths not counted).",
        ),
    ],
)
def test_what_did_not_change_is_counted_as_a_reader_counts_it(
    options: dict[str, bool], zh: str, en: str
) -> None:
    """The strip below has three rows with last year's figure besides deaths; drills held are none of them."""
    for lang, said in {"zh": zh, "en": en}.items():
        brief = write_brief(make_strip(lang, **options))
        assert brief is not None and read(brief.beside) == said
        shown = [row for row in brief.strip if row.values[1].text != "—" and "deaths" not in row.fact]
        assert [row.fact for row in shown] == list(STRIP)


def test_what_no_test_is_of_is_not_unchanged() -> None:
    """A median without limits has a row with last year's figure; whether it changed, no test says."""
    median, found = "hazards.days_to_rectify_median", make_fact("hazards.found", 9, district=ALL)
    days = [make_fact(median, 4, district=code) for code in (*CODES, ALL)]
    shares = [share(50, 100, STRIP[0], district=code) for code in (*CODES, ALL)]
    view = make_view(facts=[*days, *shares], before=[*days, *shares, *AREA, found], lang="zh")
    brief = write_brief(view)
    assert brief is not None and [row.fact for row in brief.strip] == [median, STRIP[0]]
    assert read(brief.beside) == "与上年相比：下表有上年数的1项指标未见明显变化，另1项不作检验。"


def test_a_loss_is_told_beside_last_years() -> None:
    """In units of 10,000 yuan: of disasters, else of incidents; not where a row of one year tells no amount."""
    rows = [make_fact(fact, 9, district=ALL) for fact in ("losses.events", "incidents.count")]

    def tell(now: float, before: float, lang: str, fact: str = "losses.loss_wan", **more: object) -> str:
        then = [make_fact(fact, before, **more), *rows]  # type: ignore[arg-type]
        brief = write_brief(make_view(facts=[make_fact(fact, now)], before=then, lang=lang))
        assert brief is not None
        return read(brief.beside)

    rest = "；主要指标没有可比的数据。"
    assert tell(3914.5, 1301.6, "zh") == f"与上年相比：灾害直接经济损失多2,612.9万元（1,301.6→3,914.5）{rest}"
    assert "direct disaster loss up by 26.13 million yuan (13.02 million yuan → 39.15 million yuan)" in tell(
        3914.5, 1301.6, "en"
    )
    assert (
        tell(0, 20, "zh", "incidents.loss_wan") == f"与上年相比：事件直接经济损失少20.0万元（20.0→0）{rest}"
    )
    assert tell(0, 0, "zh") == f"与上年相比：灾害直接经济损失均为零{rest}"
    assert "no direct disaster loss in either" in tell(0, 0, "en")
    assert tell(5, 5, "zh") == f"与上年相比：灾害直接经济损失同为5.0万元{rest}"
    assert "损失" not in tell(5, 5, "zh", known=1, of=2)


def collect_verdicts(view: View) -> dict[str, dict[str, str]]:
    """By where it is told and fact, whether it is better or worse than a year before, or neither: page 1 and tables."""
    found = find_beside(view)
    told = {info.name: side for side in ("better", "worse") for info, _ in getattr(found, side)}
    tables = {
        one.info.name: change.verdict
        for one in choose_facts(view, *view.kinds)[0]
        if (change := one.changes.get("year")) is not None
    }
    words = {
        fact: "better" if (change.difference > 0) == (view.describe(fact).direction == "more_is_better") else "worse"
        for fact in view.fact_infos
        if view.fact(fact) is not None
        for _, change in list_changes(view, fact)
        if change.beyond_chance and view.describe(fact).direction != "neither"
    }  # fmt: skip
    return {"page 1": told, "tables": tables, "sentences": words}


@pytest.mark.parametrize("case", TURNS)
def test_page_one_tables_and_sentences_have_one_verdict(case: str) -> None:
    now, before, *_ = TURNS[case]
    view = make_view(facts=now, before=[*before, *AREA] if before else [])
    told = collect_verdicts(view)
    for fact in {fact for of in told.values() for fact in of} - {"incidents.deaths"}:
        verdicts = {told["page 1"].get(fact, "neutral"), told["tables"].get(fact, "neutral")}
        assert verdicts == {told["sentences"].get(fact, "neutral")}, fact


def test_a_rate_of_deaths_is_no_indicator_beside_them() -> None:
    """No death and then three: the rate, of which chance can't be told apart, is not said to be unchanged."""
    rate = "incidents.deaths_per_100k"
    now = [make_fact("incidents.deaths", 3), make_fact(rate, 6, numerator=3, denominator=50_000)]
    then = [make_fact("incidents.deaths", 0), make_fact(rate, 0, numerator=0, denominator=50_000)]
    view = make_view(facts=now, before=[*then, *AREA])
    assert (find_beside(view).alike, find_beside(view).deaths) == (0, (3, 0))


def test_overdue_is_told_as_a_number_too() -> None:
    """Where the ledger goes back far enough, and so the stock of a year before is known."""
    rows = make_table("hazards", [{"found_on": "2018-05-01", "rectified_on": "2018-05-02"}])
    before = [make_fact("hazards.overdue_stock", 2), make_fact("hazards.found", 9, district=ALL)]
    view = make_view({"hazards": rows}, facts=[make_fact("hazards.overdue_stock", 5)], before=before)
    brief = write_brief(view)
    assert (
        brief is not None
        and read(brief.beside) == "与上年相比：逾期隐患多3处（2→5）；主要指标没有可比的数据。"
    )


@pytest.mark.parametrize(
    ("lang", "note", "worst"),
    [
        ("zh", "未完成：演练4个地区、检查2个", ("临海街道", "检查5/45次、演练2/10次")),
        (
            "en",
            "missed: drills in 4 districts, inspections in 2",
            ("临海街道", "inspections 5 (target 45), drills 2 (target 10)"),
        ),
    ],
)
def test_every_target_that_is_missed_is_on_the_page(lang: str, note: str, worst: tuple[str, str]) -> None:
    """Four districts fall short of the target for drills, two of these of that for inspections, too."""
    facts = []
    for at, (code, done) in enumerate(zip(CODES, (10, 9, 4, 2, 6, 12), strict=True)):
        parts = {"numerator": float(done), "denominator": 10.0, "district": code}
        visits = {"numerator": 5.0 if at in (2, 3) else 45.0, "denominator": 45.0, "district": code}
        for name, of in (("drills.held", parts), ("inspections.visits", visits)):
            percent = 100 * of["numerator"] / of["denominator"]  # type: ignore[operator]
            facts += [
                make_fact(f"targets.{name}.done_percent", percent, **of),  # type: ignore[arg-type]
                make_fact(f"targets.{name}.pace_points", percent - 100, **of),  # type: ignore[arg-type]
            ]
    brief = write_brief(make_view(facts=facts, district=ALL, lang=lang))
    assert brief is not None and brief.problems[0].rule == "target_missed"
    assert read(brief.statuses[2].note) == note
    # In the table each district has its own by name, what is least done first.
    subjects = {one.name: read(one.amount) for one in brief.problems[0].subjects}
    assert subjects[worst[0]] == worst[1]
    graver = [
        make_fact(name, 1, district=code)
        for code in (CODES[0], ALL)
        for name in (
            "incidents.deaths",
            "hazards.major_open_stock",
            "schools.vetoed",
            "losses.events_unwarned",
        )
    ]
    late = [make_fact("hazards.overdue_stock", 1, district=code) for code in (CODES[0], ALL)]
    brief = write_brief(make_view({}, facts=[*facts, *graver, *late], district=ALL, lang="zh"))
    assert brief is not None
    told = read(brief.others) + "".join(
        read(one.title) + "".join(each.name for each in one.subjects) for one in brief.problems
    )
    assert "临海街道" in told and "石门乡" in told


def test_what_page_one_has_no_room_for_says_where_it_is() -> None:
    """An accident told among the deaths is not told once more; another is."""
    usual = {"class": "accident", "serious_injuries": 0, "loss_wan": 0.0, "missing": 0}
    rows = [usual | {"occurred_on": "2021-03-18", "type": "触电", "deaths": 1}]
    levels = [make_fact(f"incidents.level_{name}", float(name == "ordinary")) for name in LEVELS]
    facts = [make_fact("incidents.count", 1), make_fact("incidents.deaths", 1), *levels]
    brief = write_brief(make_view({"incidents": make_table("incidents", rows)}, facts=facts))
    assert brief is not None and [one.rule for one in brief.problems] == ["deaths"] and brief.others == ()
    rows.append(usual | {"occurred_on": "2021-05-01", "type": "火灾", "deaths": 0, "loss_wan": 2.0})
    brief = write_brief(make_view({"incidents": make_table("incidents", rows)}, facts=facts))
    assert brief is not None and [one.rule for one in brief.problems] == ["deaths"]
    assert "2021年5月1日火灾" in read(brief.others)


def test_what_is_told_besides_begins_small_but_for_a_name() -> None:
    """Six rules of one county: what does not make the table stands in a line, in the middle of a sentence."""
    levels = [make_fact(f"incidents.level_{name}", float(name == "ordinary")) for name in LEVELS]
    names = ("incidents.deaths", "hazards.major_open_stock", "hazards.overdue_stock", "schools.vetoed",
             "losses.events_unwarned", "plans.review_overdue", "supplies.expired")  # fmt: skip
    facts = [*(make_fact(name, 1) for name in names), *levels]
    brief = write_brief(make_view(facts=facts, lang="en"))
    assert brief is not None and len(brief.problems) == 5
    assert "; 1 line of supplies is past its expiry date" in read(brief.others)
    assert not any(part[:1].isupper() for part in read(brief.others).removeprefix("Also: ").split("; "))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "死亡4人（老溪南乡3人、白沙镇1人）、失踪2人。"),
        ("en", "Four people died (three in 老溪南乡, one in 白沙镇) and two are missing."),
    ],
)
def test_districts_are_told_of_the_dead_and_not_of_the_missing(lang: str, said: str) -> None:
    usual = {"class": "accident", "serious_injuries": 0, "loss_wan": 0.0}
    rows = [
        usual | {"occurred_on": "2021-03-18", "type": "渔船事故", "deaths": 3, "missing": 2},
        usual | {"occurred_on": "2021-04-18", "type": "触电", "deaths": 1, "missing": 0},
    ]
    table = make_table("incidents", rows).assign(district_code=[CODES[4], CODES[5]])
    levels = [
        make_fact(f"incidents.level_{name}", float(name in ("larger", "ordinary")), district=ALL)
        for name in LEVELS
    ]
    facts = [
        make_fact("incidents.count", 2, district=ALL),
        make_fact("incidents.deaths", 4, district=ALL),
        *levels,
    ]
    brief = write_brief(make_view({"incidents": table}, facts=facts, lang=lang, district=ALL))
    assert brief is not None and read(brief.verdict[0]) == said
