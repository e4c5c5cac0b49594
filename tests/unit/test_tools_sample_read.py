"""The package's reader and facts against the sample's truth, which knows nothing of them."""

import pandas as pd
import pytest

from sample_truth import compute_truth
from taizhang.boundaries import match_districts
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.ledgers import FileRead, Source, find_twins, read_ledger_file
from taizhang.metadata.kinds import load_kinds
from tools.sample import Truth, make_sample
from tools.sample.columns import COLUMNS

PLACE = ["source_file", "source_sheet", "source_row"]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    # Four townships: each of the four forms of the hazards ledger, and enough rows for every flaw.
    return make_sample(tmp_path_factory.mktemp("sample") / "book", townships=4, rows=900, seed=5)


@pytest.fixture(scope="module")
def reads(truth: Truth) -> dict[str, list[FileRead]]:
    found: dict[str, list[FileRead]] = {}
    for kind in COLUMNS:
        source = Source(load_kinds()[kind])
        paths = sorted((truth.folder / "data/raw" / kind).iterdir())
        found[kind] = [
            read_ledger_file(p, source, name=p.relative_to(truth.folder).as_posix()) for p in paths
        ]
    return found


def find_differences(
    truth: pd.DataFrame, read: pd.DataFrame, columns: list[str]
) -> dict[str, list[tuple[object, object]]]:
    """Column -> pairs of true and read values that differ, on rows in the same place."""
    both = truth.merge(read, on=PLACE, suffixes=("", "_read"), validate="one_to_one")
    different = {}
    for column in columns:
        true, got = both[column], both[f"{column}_read"]
        same = (true == got).fillna(False).astype(bool) | (true.isna() & got.isna())
        if true.dtype == "float64":
            same |= (true - got).abs() <= 1e-9 * true.abs()
        if not same.all():
            different[column] = list(zip(true[~same], got[~same], strict=True))
    return different


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_cell_is_read_as_it_was_meant(
    kind: str, truth: Truth, reads: dict[str, list[FileRead]]
) -> None:
    assert not [read.errors for read in reads[kind] if read.errors]
    rows = pd.concat([read.rows for read in reads[kind]], ignore_index=True)
    table = truth.tables[kind]
    # The reader of a file knows no districts: rows of unknown ones are set aside later.
    unknown = truth.set_aside.query("kind == @kind and reason == 'unknown district'")
    assert len(rows) == len(table) + len(unknown)
    assert len(rows.merge(table, on=PLACE)) == len(table)
    assert find_differences(table, rows, list(COLUMNS[kind])) == {}


def test_what_is_set_aside_is_what_was_spoilt(truth: Truth, reads: dict[str, list[FileRead]]) -> None:
    read = pd.concat([read.set_aside for kind in reads for read in reads[kind]])
    # Words that stand for a date say how things are: they are read as that.
    made = truth.set_aside.query("reason != 'unknown district' and value not in ['已整改', '调解中']")
    assert len(made) == len(truth.set_aside.query("reason != 'unknown district'")) - 2
    key = ["kind", "source_file", "source_row", "column", "scope"]
    assert sorted(map(tuple, read[key].to_numpy())) == sorted(map(tuple, made[key].to_numpy()))


def test_differences_are_found(truth: Truth) -> None:
    table = truth.tables["hazards"].head(5)
    changed = table.assign(cost_wan=table["cost_wan"].fillna(0) + 1)
    assert set(find_differences(table, changed, list(COLUMNS["hazards"]))) == {"cost_wan"}


@pytest.mark.parametrize("kind", COLUMNS)
def test_rows_written_twice_are_found(kind: str, truth: Truth) -> None:
    # The reader gives every column of a kind, also those that the sample writes in no ledger.
    written, known = truth.tables[kind].reset_index(drop=True), load_kinds()[kind]
    lacking = known.fields.keys() - set(written.columns)
    table = written.assign(**{name: pd.Series(pd.NA, index=written.index, dtype="str") for name in lacking})
    twins = find_twins(table, known)
    assert sorted(twins.loc[twins["how"] != "near", "row"]) == table.index[table["duplicate"]].tolist()


def test_every_district_is_known_by_name_code_or_alias(truth: Truth) -> None:
    written = pd.concat([table[["district", "district_code"]] for table in truth.tables.values()])
    written = written.reset_index(drop=True)
    written = written[written["district"].notna()]  # what is the whole area's own names none
    known = truth.districts[["code", "name", "parent"]]
    matched = match_districts(written["district"], known, aliases=truth.aliases)
    assert matched["code"].tolist() == written["district_code"].tolist()
    assert {"溪南镇", "老溪南", "350921102"} <= set(written["district"])
    spoilt = truth.set_aside.query("reason == 'unknown district'")["value"]
    assert match_districts(spoilt, known, aliases=truth.aliases)["code"].isna().all()


@pytest.mark.parametrize("text", ["2021", "2021Q3", "2022-02-10/2022-05-03"])
def test_facts_agree_with_plain_pandas(text: str, truth: Truth) -> None:
    period = parse_period(text)
    codes = truth.districts["code"].tolist()
    end = pd.Timestamp(period.end)
    wanted = compute_truth(truth.tables, pd.Timestamp(period.start), end, end, codes)
    facts = compute_facts(truth.tables, truth.districts, period, period.end)
    found = facts.set_index(["district_code", "fact"])
    shown = {key: value for key, value in wanted.items() if not found.loc[key, "suppressed"]}
    assert len(shown) > 0.8 * len(wanted)
    values = {key: None if pd.isna(found.loc[key, "value"]) else found.loc[key, "value"] for key in shown}
    assert values == {
        key: None if value is None else pytest.approx(value, rel=1e-9) for key, value in shown.items()
    }
