"""Facts of premises by the keys that rows were linked to, whatever their names; expected values by hand.

The period is 2021, read as of 2021-12-31.
"""

from datetime import date

import numpy as np
import pandas as pd

from taizhang.boundaries.reach import locate_premises
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR, AS_OF = parse_period("2021"), date(2021, 12, 31)
STATION, SHOP = "101 安通加油站", "101 惠民超市"


def compute(**tables: pd.DataFrame) -> dict[tuple[str, str], float]:
    facts = compute_facts(tables, DISTRICTS, YEAR, AS_OF, suppress=())
    return facts.set_index(["fact", "district_code"])["value"].to_dict()


def make_hazards(**columns: object) -> pd.DataFrame:
    found = pd.to_datetime(["2021-03-01", "2021-03-06", "2021-03-11", "2021-03-16", "2021-03-21"])
    told = {
        "district_code": "101",
        "found_on": found,
        "premises": [
            "溪口安通加油站",
            "溪口镇安通加油站",
            "安通加油站有限公司",
            "溪口安通加油站",
            "惠民超市",
        ],
        "category": "消防",
    }
    return pd.DataFrame(told | columns)


def test_repeats_by_key_and_by_name_where_nobody_linked() -> None:
    assert compute(hazards=make_hazards())["hazards.repeats", "101"] == 1
    linked = make_hazards(premises_key=[STATION] * 4 + [SHOP])
    assert compute(hazards=linked)["hazards.repeats", "101"] == 3
    apart = make_hazards(
        premises=["安通"] * 5, premises_key=[STATION, "101 #2", "101 #3", "101 #4", "101 #5"]
    )
    assert compute(hazards=apart)["hazards.repeats", "101"] == 0
    # One firm's in two districts are two.
    firm = make_hazards(
        premises_key=["91350100M000100Y43"] * 5, district_code=["101", "102", "101", "102", "102"]
    )
    assert compute(hazards=firm)["hazards.repeats", "all"] == 3
    # Width, blanks and capitals do not tell names apart that nobody has linked.
    plain = make_hazards(premises=["ＫＴＶ 一号", "KTV一号", "ktv一号", "二号", "三号"])
    assert compute(hazards=plain)["hazards.repeats", "101"] == 2


def test_rows_without_a_key_name_no_premises() -> None:
    unnamed = make_hazards(premises_key=[STATION, None, STATION, None, None])
    assert np.isnan(compute(hazards=unnamed)["hazards.repeats", "101"])  # of three in five it is not known
    visits = pd.DataFrame(
        {
            "district_code": "101",
            "inspected_on": pd.to_datetime(["2021-01-05"] * 4),
            "premises": ["溪口安通加油站", None, "溪口镇安通加油站", "惠民超市"],
            "premises_id": [None, "A-7", None, None],
            "premises_key": [STATION, STATION, STATION, SHOP],
        }
    )
    assert compute(inspections=visits)["inspections.premises", "101"] == 2
    nameless = visits.drop(columns="premises_key")
    assert np.isnan(compute(inspections=nameless)["inspections.premises", "101"])  # a number alone is no name


def test_coverage_by_key() -> None:
    register = pd.DataFrame(
        {
            "district_code": ["101", "101", "102", "102"],
            "name": ["安通加油站", "惠民超市", "安通加油站", "兴旺网吧"],
            "key": pd.array([True, False, True, False], dtype="boolean"),
            "premises_key": [STATION, SHOP, "102 安通加油站", "91350100M000100Y43"],
        }
    )
    visits = pd.DataFrame(
        {
            "district_code": ["101", "101", "101"],
            "inspected_on": pd.to_datetime(["2021-01-05"] * 3),
            "premises": ["溪口镇安通加油站", "安通加油站", "兴旺网吧"],
            "premises_key": [STATION, STATION, "91350100M000100Y43"],
        }
    )
    found = compute(premises=register, inspections=visits)
    assert found["inspections.coverage", "101"] == 50
    # By its credit code, whoever visited it.
    assert found["inspections.coverage", "102"] == 50
    assert (found["inspections.key_coverage", "101"], found["inspections.key_coverage", "102"]) == (100, 0)
    rows = select_rows(
        "inspections.coverage", {"premises": register, "inspections": visits}, DISTRICTS, YEAR, AS_OF, "all"
    )
    assert rows["counted"].tolist() == [True, False, False, True]


def test_premises_on_a_map_are_those_linked() -> None:
    rows = make_hazards(lon=[1.0, 2.0, 3.0, 4.0, 9.0], lat=5.0)
    assert len(locate_premises(rows)) == 4
    found = locate_premises(rows.assign(premises_key=[STATION] * 4 + [SHOP]))
    assert found["premises"].tolist() == [STATION, SHOP]
    assert found["lon"].tolist() == [2.5, 9.0]
