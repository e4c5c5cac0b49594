"""Rules and duplicates: told, counted, nothing mended."""

from datetime import date

import pandas as pd

from taizhang.ledgers.model import make_empty_rows
from taizhang.ledgers.rules import find_duplicates, find_rule_breaks, hash_keys
from taizhang.metadata.kinds import load_kinds

HAZARDS = load_kinds()["hazards"]


def make_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    empty = make_empty_rows(HAZARDS)
    return pd.DataFrame(rows, columns=empty.columns).astype(empty.dtypes.to_dict())


def test_each_rule_is_told_by_row() -> None:
    day = pd.Timestamp
    table = make_table(
        [
            {"found_on": day(2021, 3, 5), "closed_on": day(2021, 3, 4), "status": "closed"},
            {"found_on": day(2021, 3, 5), "deadline": day(2021, 3, 4), "status": "open"},
            {"found_on": day(2021, 3, 5), "status": "rectified"},
            {"found_on": day(2021, 3, 5), "status": "open", "rectified_on": day(2021, 3, 5)},
            {"found_on": day(2022, 1, 1), "deadline": day(2030, 1, 1)},
            {"found_on": day(2021, 3, 5), "status": "closed", "rectified_on": day(2021, 3, 6)},
        ]
    )
    breaks = find_rule_breaks(table, HAZARDS, as_of=date(2021, 12, 31))
    assert {name: list(column[column].index) for name, column in breaks.items() if column.any()} == {
        "closed_before_found": [0],
        "deadline_before_found": [1],
        "done_without_date": [2],
        "open_with_date": [3],
        "closed_without_date": [5],
        "future_date": [4],
    }
    assert table["closed_on"].iloc[0] == day(2021, 3, 4)


def test_duplicates_by_id_or_by_date_premises_and_text() -> None:
    day = pd.Timestamp(2021, 3, 5)
    same = {"district": "溪南镇", "found_on": day, "premises": "甲厂", "description": "电线老化"}
    table = make_table(
        [
            same,
            same,
            {**same, "description": None},
            {**same, "description": None},
            {"district": "溪南镇", "found_on": day, "hazard_id": "1"},
            {"district": "溪南镇", "found_on": day, "hazard_id": "1", "description": "另一处"},
            {"district": "溪北镇", "found_on": day, "hazard_id": "1"},
        ]
    )
    assert list(find_duplicates(table, HAZARDS)) == [False, True, False, False, False, True, False]
    coded = table.assign(district_code=["1", "1", "1", "1", "1", "1", None])
    assert list(find_duplicates(coded, HAZARDS)) == [False, True, False, False, False, True, False]
    assert find_duplicates(table.iloc[:0], HAZARDS).empty
    hashes = hash_keys(table, HAZARDS)
    repeated = pd.concat([hashes[name].duplicated() & (hashes[name] != 0) for name in hashes], axis=1).any(
        axis=1
    )
    assert list(repeated) == [False, True, False, False, False, True, False]


def test_the_day_itself_is_not_in_the_future_and_the_next_one_is() -> None:
    moments = ["2021-12-31", "2021-12-31 23:59:59", "2022-01-01", "2022-01-01 00:00:01"]
    table = make_table([{"found_on": pd.Timestamp(moment)} for moment in moments])
    late = find_rule_breaks(table, HAZARDS, as_of=date(2021, 12, 31))["future_date"]
    assert list(late) == [False, False, True, True]
