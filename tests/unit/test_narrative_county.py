"""What a county's summary says of silent ledgers: a few one by one, of many how many districts and a table."""

import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.view import View


def make_silent(*spans: tuple[str, int, str, str], lang: str = "zh") -> View:
    """Of ledgers (hazards or drills) of districts, from one day to another."""
    silences = pd.DataFrame(
        [
            {
                "kind": kind, "district_code": CODES[at], "where": "within", "start": pd.Timestamp(first),
                "end": pd.Timestamp(last), "per_day": 0.5,
            }
            for kind, at, first, last in spans
        ]
    )  # fmt: skip
    hazards = make_table("hazards", [{"found_on": "2021-03-01"}])
    drills = make_table("drills", [{"held_on": "2021-03-01"}])
    facts = [make_fact("hazards.found", 1, district=code) for code in ("all", CODES[0])]
    return make_view(
        {"hazards": hazards, "drills": drills}, facts=facts, silences=silences, district="all", lang=lang
    )


def say(view: View) -> str:
    prose = narrative.write_summary(view)
    assert prose is not None
    return "".join(run.text for block in prose.blocks for run in block.runs)


SPANS = [("hazards", at, "2021-04-01", f"2021-0{at + 6}-30") for at in range(3)]


@pytest.mark.parametrize(
    ("lang", "many"),
    [
        ("zh", "4个地区的部分台账有成段时间没有记录"),
        ("en", "Four districts have ledgers without rows for long"),
    ],
)
def test_many_silent_ledgers_are_counted_and_a_table_lists_them(lang: str, many: str) -> None:
    few = make_silent(*SPANS, lang=lang)
    assert all(NAMES[at] in say(few) for at in range(3)) and many not in say(few)
    more = make_silent(
        *SPANS,
        ("drills", 0, "2021-05-01", "2021-12-01"),
        ("hazards", 3, "2021-04-01", "2021-12-01"),
        lang=lang,
    )
    assert many in say(more) and NAMES[3] not in say(more)
    table = figures.tabulate_silences(more)
    assert table is not None and len(table.rows) == 5
    assert table.rows[0][0].text == NAMES[0] and "2021" in table.rows[0][2].text
    assert not figures.tabulate_silences(make_silent(*SPANS[:0]))


def test_the_days_without_rows_stand_in_the_table() -> None:
    table = figures.tabulate_silences(make_silent(("drills", 2, "2021-05-01", "2021-12-01")))
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == [NAMES[2], "应急演练", "2021年5月1日至2021年12月1日"]
