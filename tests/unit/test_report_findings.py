"""The files of findings: a row for each, whose texts no spreadsheet runs."""

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.report import findings
from taizhang.report.findings import COLUMNS, write_findings
from taizhang.report.notes import Note

FACT = "hazards.overdue_stock"
CONTRACT = "district_code district rank rule severity problem object fact value source measure owner due rows"


def write(folder: Path, monkeypatch: pytest.MonkeyPatch, lang: str = "zh") -> dict[str, tuple[str, ...]]:
    """Of one township with an overdue hazard at a place called =1+1 and an expired plan; the rows that are written."""
    hazard = {"found_on": "2021-05-01", "premises": "=1+1", "deadline": "2021-12-01", "status": "open"}
    plan = {"name": "火灾预案", "review_due": "2020-09-27"}
    values = {FACT: 1, "plans.review_overdue": 1}
    facts = [make_fact(fact, n, district=code) for fact, n in values.items() for code in (CODES[0], "all")]
    facts += [make_fact(fact, 0, district=code) for fact in values for code in CODES[1:]]
    ledgers = {"hazards": make_table("hazards", [hazard]), "plans": make_table("plans", [plan])}
    view = make_view(ledgers, facts=facts, district="all", lang=lang)
    note = Note(measures=(("hazards_overdue", "镇应急办", "2022-03-31"),))
    snapshot = SimpleNamespace(
        rowed={CODES[0]: (FACT, "hazards.found"), "all": ()}, notes={(CODES[0], "en"): note}
    )
    written = {}
    monkeypatch.setattr(findings, "write_rows", lambda _, wanted, folder: written.update(wanted))
    write_findings(snapshot, view, folder=folder)  # type: ignore[arg-type]
    return written


def test_a_row_for_each_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = write(tmp_path, monkeypatch)
    assert {code: facts for code, facts in written.items() if facts} == {CODES[0]: (FACT,)}
    table = pd.read_csv(tmp_path / "findings.csv", dtype=str, keep_default_na=False)
    assert " ".join(table.columns) == CONTRACT == " ".join(COLUMNS)
    assert table[["district_code", "rank", "rule", "severity"]].to_numpy().tolist() == [
        [CODES[0], "1", "hazards_overdue", "amber"],
        [CODES[0], "2", "plans_past_review", "amber"],
        ["all", "1", "hazards_overdue", "amber"],
        ["all", "2", "plans_past_review", "amber"],
    ]
    first, second = table.iloc[0], table.iloc[1]
    assert tuple(first[["district", "problem", "object", "fact", "value"]]) == (
        "城关镇", "逾期隐患1处", "'=1+1（逾期30天）", FACT, "1.0",
    )  # fmt: skip
    assert tuple(first[["measure", "owner", "due", "rows"]]) == (
        "先整改=1+1的隐患；对逾期隐患逐处重定期限和责任人，每周调度到清零", "镇应急办", "2022-03-31",
        f"rows/{CODES[0]}.{FACT}.csv",
    )  # fmt: skip
    assert second["source"] == "《突发事件应急预案管理办法》（国办发〔2013〕101号）第二十四条"
    assert tuple(second[["owner", "due", "rows"]]) == ("", "", "")
    assert table.iloc[2]["object"] == "城关镇=1+1（逾期30天）"


def test_json_says_the_same_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, monkeypatch, "en")
    records = json.loads((tmp_path / "findings.json").read_text("utf-8"))
    assert [tuple(one) for one in records] == [COLUMNS] * 4
    assert records[0]["object"] == "=1+1 (30 days overdue)" and records[0]["value"] == 1
    assert records[0]["source"] == "good practice" and records[0]["problem"] == "1 hazard is overdue"
