"""Rows that tell of one thing twice."""

from collections.abc import Sequence

import pandas as pd
import pytest

from taizhang.ledgers.duplicates import RunningNumbers, find_twins, hash_keys
from taizhang.ledgers.model import make_empty_rows
from taizhang.metadata.kinds import Kind, load_kinds

KINDS = load_kinds()
HAZARDS = KINDS["hazards"]


def make_table(rows: Sequence[dict[str, object]], kind: Kind = HAZARDS) -> pd.DataFrame:
    empty = make_empty_rows(kind)
    return pd.DataFrame(rows, columns=empty.columns).astype(empty.dtypes.to_dict())


def find_duplicates(table: pd.DataFrame, kind: Kind) -> pd.Series:
    """The rows of one sheet that look like an earlier one."""
    placed = table.assign(source_file="a.xlsx", source_sheet="").reset_index(drop=True)
    twins = find_twins(placed, kind)["row"].to_list()
    return pd.Series([at in twins for at in range(len(table))], index=table.index, dtype=bool)


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


def test_rows_are_compared_within_their_district() -> None:
    kind = Kind("x", {}, {}, {}, id=("number",), same=("district", "day"))
    table = pd.DataFrame(
        {
            "district": ["甲", "甲", "乙", "甲", "丙", "丙", None, "甲"],
            "number": ["1", "1", "1", None, "2", "2", "2", None],
            "day": ["5", "6", "5", "5", "7", "7", "7", None],
        },
        index=list("abcdefgh"),
    )
    by_id = [False, True, False, False, False, True, False, False]
    same = [False, False, False, True, False, True, False, False]
    either = [a or b for a, b in zip(by_id, same, strict=True)]
    found = find_duplicates(table, kind)
    assert found.to_list() == either and found.index.to_list() == list("abcdefgh") and found.dtype == bool
    hashes = hash_keys(table, kind)
    assert list(hashes) == ["id", "same"] and hashes.index.to_list() == list("abcdefgh")
    assert (hashes.dtypes == "uint64").all()
    assert (hashes["id"] == 0).to_list() == [False, False, False, True, False, False, True, True]
    assert (hashes["same"] == 0).to_list() == [False] * 6 + [True] * 2
    for name, expected in (("id", by_id), ("same", same)):
        assert (hashes[name].duplicated() & (hashes[name] != 0)).to_list() == expected
    # Hashes do not depend on the index, nor on what else is in the table: tables are compared piece by piece.
    assert (
        hash_keys(table.iloc[4:].reset_index(drop=True), kind)["id"].to_list() == hashes["id"].to_list()[4:]
    )
    # Codes go before names: two spellings of one district are one, and rows without a code go by what they wrote.
    coded = table.assign(district_code=["1", "1", "1", "1", "3", None, None, "1"])
    assert find_duplicates(coded, kind).to_list() == [False, True, True, True, False, False, False, False]
    unknown = coded.assign(district_code=None)
    assert find_duplicates(unknown, kind).to_list() == either
    # Codes alone, and neither.
    alone = coded.drop(columns="district")
    assert find_duplicates(alone, kind).to_list() == [False, True, True, True, False, False, False, False]
    plain = Kind("x", {}, {}, {}, same=("number",))
    numbered = find_duplicates(table[["number"]], plain)
    assert numbered.to_list() == [False, True, True, False, False, True, True, False]
    assert list(hash_keys(table, plain)) == ["same"]
    assert not find_duplicates(table, Kind("x", {}, {}, {})).any()
    assert hash_keys(table, Kind("x", {}, {}, {})).shape == (8, 0)


DAY = pd.Timestamp(2021, 3, 5)


def pair(first: dict[str, object], second: dict[str, object], **same: object) -> pd.DataFrame:
    """Two rows of two files."""
    common = {"district": "溪口镇", "found_on": DAY, "source_sheet": "", **same}
    return make_table(
        [{**common, "source_file": "a.xlsx", **first}, {**common, "source_file": "b.xlsx", **second}]
    )


def say(premises: str | None, description: str | None) -> dict[str, object]:
    return {"premises": premises, "description": description}


@pytest.mark.parametrize(
    ("first", "second", "how"),
    [
        (say("红星化工厂", "灭火器过期"), say("红星化工厂", "灭火器过期"), "same"),
        (say("红星化工有限公司", "灭火器过期"), say("红星化工", "灭火器过期。"), "near"),
        (
            say("溪口镇红星超市", "疏散通道堵塞，未保持畅通"),
            say("红星超市", "疏散通道堵塞,未保持通畅"),
            "near",
        ),
        (say("紅星超市", "電線老化"), say("红星超市", "电线老化"), "near"),
        (say("红星超市（城关店）", "电 线 老 化"), say("红星超市(城关店)", "电线老化"), "near"),
        (say(None, "二层东侧疏散通道堵塞"), say(None, "二层东侧疏散通道被堵塞"), "near"),
        (say(None, "二层东侧疏散通道堵塞"), say("红星超市", "二层东侧疏散通道堵塞"), "near"),
        # not the same
        (say("红星超市1号店", "灭火器过期"), say("红星超市2号店", "灭火器过期"), None),
        (
            say("红星加油站东站", "卸油区静电接地装置失效"),
            say("红星加油站西站", "卸油区静电接地装置失效"),
            None,
        ),
        (say("红星超市", "一层灭火器过期"), say("红星超市", "三层灭火器过期"), None),
        (say("红星超市", "灭火器过期"), say("红星超市", "灭火器过期，电线裸露未穿管"), None),
        (say("红星超市", "灭火器过期"), say("蓝天网吧", "灭火器过期"), None),
        (say(None, "过期"), say("红星超市", "过期"), None),
        (say("红星超市", None), say("蓝天网吧", None), None),
        (say(None, None), say(None, None), None),
    ],
)
def test_the_same_row_of_two_files_by_day_text_and_place(
    first: dict[str, object], second: dict[str, object], how: str | None
) -> None:
    found = find_twins(pair(first, second), HAZARDS)
    assert found.to_numpy().tolist() == ([[1, 0, how]] if how else [])
    last = find_twins(pair(first, second), HAZARDS, keep="last")
    assert last.to_numpy().tolist() == ([[0, 1, how]] if how else [])
    # Of another day or district it is another, and within one sheet only what is the same to the letter.
    assert find_twins(pair(first, {**second, "found_on": DAY + pd.Timedelta(days=1)}), HAZARDS).empty
    assert find_twins(pair(first, {**second, "district": "溪南镇"}), HAZARDS).empty
    within = find_twins(pair(first, {**second, "source_file": "a.xlsx"}), HAZARDS)
    assert within["how"].to_list() == (["same"] if how == "same" else [])
    other = {**second, "source_file": "a.xlsx", "source_sheet": "二"}
    assert find_twins(pair(first, other), HAZARDS)["how"].to_list() == ([how] if how else [])


def test_other_kinds_are_compared_by_their_own_columns() -> None:
    common = {"district": "溪口镇", "source_sheet": ""}
    drill = {**common, "held_on": DAY, "organiser": "镇应急办"}
    named = [("2021年消防疏散演练", "a"), ("2021年消防疏散演练活动", "b"), ("2022年消防疏散演练", "b")]
    drills = make_table(
        [{**drill, "name": name, "source_file": file} for name, file in named], KINDS["drills"]
    )
    assert find_twins(drills, KINDS["drills"])[["row", "twin"]].to_numpy().tolist() == [[1, 0]]
    # The next list knows when a complaint was resolved: it is the same.
    complaint = {**common, "received_on": DAY, "channel": "12345", "topic": "占道经营堵塞通道"}
    lists = [{**complaint, "source_file": "1月"}, {**complaint, "source_file": "2月", "resolved_on": DAY}]
    complaints = make_table(lists, KINDS["complaints"])
    assert find_twins(complaints, KINDS["complaints"], keep="last").to_numpy().tolist() == [[0, 1, "near"]]
    # Kinds without a text: what is equal alone.
    check = {**common, "checked_at": DAY, "on_duty": True}
    checks = make_table(
        [
            {**check, "minutes_to_answer": n, "source_file": file}
            for n, file in ((1, "a"), (2, "b"), (1, "c"))
        ],
        KINDS["duty_checks"],
    )
    assert find_twins(checks, KINDS["duty_checks"])[["row", "twin"]].to_numpy().tolist() == [[2, 0]]


def test_three_of_one_kind_leave_one() -> None:
    row = {"district": "溪口镇", "found_on": DAY, "source_sheet": "", **say("红星超市", "灭火器过期")}
    table = make_table([{**row, "source_file": file} for file in "abc"])
    assert find_twins(table, HAZARDS)[["row", "twin"]].to_numpy().tolist() == [[1, 0], [2, 0]]
    assert find_twins(table, HAZARDS, keep="last")[["row", "twin"]].to_numpy().tolist() == [[0, 2], [1, 2]]


def number(origins: dict[str, list[str | None]]) -> frozenset[tuple[str, str]]:
    running = RunningNumbers(HAZARDS)
    for file, ids in origins.items():
        running.add(make_table([{"hazard_id": one, "source_file": file, "source_sheet": ""} for one in ids]))
    return running.list_origins()


@pytest.mark.parametrize(
    ("first", "second", "anew"),
    [
        (["1", "2", "3"], ["1", "2"], True),
        (["001", "002"], ["001", "002", "003"], True),
        (["No.1", "No.2"], ["No.1", "No.2"], True),
        (["第1号", "第2号", None], ["第1号"], True),
        (["1", "3", "4"], ["1", "2", "4"], True),  # rows set aside leave gaps
        (["0", "1"], ["0", "1"], True),
        (["1.0", "2.0"], ["1.0", "2.0"], True),  # as programs write numbers that may be missing
        (["1", "2", "3"], ["4", "5", "6"], False),  # one count over all
        (["1", "2", "3"], ["A-17", "B-4"], False),
        (["YH2021001", "YH2021002"], ["YH2021001", "YH2021002"], False),
        (["1", "700", "9000"], ["1", "45000"], False),
    ],
)
def test_numbers_that_begin_anew_in_each_file_are_no_ids(
    first: list[str | None], second: list[str | None], anew: bool
) -> None:
    assert bool(number({"a": first, "b": second})) == anew
    table = pair({"hazard_id": "1", **say("甲厂", "电线")}, {"hazard_id": "1", **say("乙厂", "通道")})
    running = number({"a.xlsx": first, "b.xlsx": second})
    assert len(find_twins(table, HAZARDS, running=running)) == (not anew)


def test_numbers_that_begin_anew_within_a_sheet_are_no_ids() -> None:
    assert number({"a": ["1", "2", "3", "1", "2", "3"]}) == {("a", "")}
    assert number({"a": ["1", "2", "3", "4", "5", "6", "6"]}) == frozenset()  # one row copied
    assert number({"a": ["1", "2", "3"]}) == number({}) == number({"a": [None]}) == frozenset()
    # The parts of one long file are one.
    running = RunningNumbers(HAZARDS)
    for ids in (["1", "2"], ["3", "4"]):
        running.add(make_table([{"hazard_id": one, "source_file": "a", "source_sheet": ""} for one in ids]))
    assert running.list_origins() == frozenset()


def test_of_very_many_rows_of_one_day_only_equal_texts_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taizhang.ledgers.duplicates._MOST_COMPARED", 1)
    equal = pair(say("红星化工有限公司", "灭火器过期"), say("红星化工", "灭火器过期。"))
    assert find_twins(equal, HAZARDS).to_numpy().tolist() == [[1, 0, "near"]]
    assert find_twins(
        pair(say("红星超市", "通道被堵塞不畅通"), say("红星超市", "通道堵塞不畅通")), HAZARDS
    ).empty
    within = pair(
        say("红星化工有限公司", "灭火器过期"), {**say("红星化工", "灭火器过期"), "source_file": "a.xlsx"}
    )
    assert find_twins(within, HAZARDS).empty
