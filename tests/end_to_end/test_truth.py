"""From files to facts, the whole way: equal to plain pandas on what the generator says is true."""

import json

import pandas as pd
import pytest

from sample_truth import compute_truth
from taizhang.cli import main
from taizhang.core.periods import parse_period
from taizhang.workbook.book import Workbook
from tools.sample import make_sample


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("truth") / "book", townships=5, rows=500, seed=11)


@pytest.mark.parametrize("text", ["2021", "2022Q3"])
def test_facts_printed_equal_the_truth(truth, text, monkeypatch, capsys):
    monkeypatch.setattr(
        "sys.argv", ["taizhang", "facts", "--period", text, "--format", "json", "-C", str(truth.folder)]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    facts = {(row["district_code"], row["fact"]): row for row in json.loads(capsys.readouterr().out)}
    period = parse_period(text)
    end = pd.Timestamp(period.end)
    wanted = compute_truth(
        truth.tables, pd.Timestamp(period.start), end, end, truth.districts["code"].tolist()
    )
    shown = {key: value for key, value in wanted.items() if not facts[key]["suppressed"]}
    assert len(shown) > 0.8 * len(wanted)
    assert {key: facts[key]["value"] for key in shown} == {
        key: None if value is None else pytest.approx(value, rel=1e-9) for key, value in shown.items()
    }


def test_rows_are_accounted_for_as_the_generator_wrote_them(truth):
    summaries = {summary.kind: summary for summary in Workbook.find(truth.folder).ingest().summaries}
    for row in truth.counts.itertuples():
        summary = summaries[row.kind]
        assert (summary.read, summary.accepted, summary.set_aside) == (row.read, row.accepted, row.set_aside)
        assert summary.duplicates == row.duplicates
        # Words in the place of a date say how things are, and are read as that.
        own = truth.set_aside[truth.set_aside["kind"] == row.kind]
        spoken = (own["scope"].eq("cell") & own["value"].isin(["已整改", "调解中"])).sum()
        assert summary.cells_set_aside == row.cells_set_aside - spoken


def test_tables_equal_the_truth_row_for_row(truth):
    book = Workbook.find(truth.folder)
    for kind, table in truth.tables.items():
        where = ["source_file", "source_sheet", "source_row"]
        read = book.ledger(kind, personal=True).sort_values(where, ignore_index=True)
        wanted = table.sort_values(where, ignore_index=True)
        codes = (one["district_code"].fillna("").tolist() for one in (read, wanted))  # '' is the whole area
        assert next(codes) == next(codes)
        assert read[where].astype(str).values.tolist() == wanted[where].astype(str).values.tolist()
