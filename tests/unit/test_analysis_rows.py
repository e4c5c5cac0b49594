"""Months, classes and counts behind charts, by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_table, make_view

from taizhang.analysis import rows
from taizhang.metadata.kinds import load_kinds


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2021", "2021-01", "2021-12"),
        ("2021Q1", "2020-04", "2021-03"),
        ("2021-03", "2020-04", "2021-03"),
        ("2020-01-15/2021-03-02", "2020-01", "2021-03"),
        ("2020-04-15/2021-03-02", "2020-04", "2021-03"),
        ("2021-02-20/2021-03-02", "2020-04", "2021-03"),
    ],
)
def test_a_trend_has_twelve_months_at_least(period: str, first: str, last: str) -> None:
    view = make_view(period=period)
    months = rows.choose_months(view)
    assert (str(months[0]), str(months[-1]), months.freqstr) == (first, last, "M")


def test_days_by_month() -> None:
    """A month that begins on the day is known; of one that begins after it nothing is."""
    months = pd.period_range("2021-01", "2021-04", freq="M")
    texts = ["2021-01-31", "2021-02-01", "2021-02-28 23:59", None, "2020-12-31", "2021-05-01"]
    days = pd.Series([pd.Timestamp(text) for text in texts])
    counts = rows.count_months(days, months)
    assert counts.index.equals(months) and counts.tolist() == [1, 2, 0, 0] and counts.dtype == float
    for day, known in (("2021-02-28", 2), ("2021-03-01", 3), ("2021-04-30", 4)):
        counts = rows.count_months(days, months, date.fromisoformat(day))
        np.testing.assert_array_equal(counts, [*[1, 2, 0, 0][:known], *[np.nan] * (4 - known)])


def test_how_far_a_ledger_goes_back() -> None:
    months = pd.period_range("2021-01", "2021-12", freq="M")
    assert rows.reaches_back(pd.Timestamp("2020-01-31 23:59"), months) is True
    assert rows.reaches_back(pd.Timestamp("2020-02-01"), months) is False


def test_classes_in_words() -> None:
    values = pd.Series(["accident", None, "other"], index=[4, 2, 9])
    named = rows.name_values(values, "incidents", "class", "zh")
    assert named.to_dict() == {4: "事故灾难", 2: "未填写", 9: "other"} and named.dtype == "str"
    assert rows.name_values(values, "incidents", "class", "en").tolist() == [
        "accident",
        "not stated",
        "other",
    ]
    # A text, and a column that the kind does not have, stay as they are.
    assert rows.name_values(values, "incidents", "type", "zh").tolist() == ["accident", "未填写", "other"]
    assert rows.name_values(pd.Series([3]), "incidents", "storeys", "zh").tolist() == ["3"]
    assert rows.name_values(values[:0], "incidents", "class", "zh").dtype == "str"
    own = {"incidents": replace(load_kinds()["incidents"], fields={})}
    assert rows.name_values(values, "incidents", "class", "zh", own).tolist()[0] == "accident"


def test_sums_by_class_most_first() -> None:
    """Equal ones by name; what is not stated comes last, be it the most."""
    classes = pd.Series(["丙", "未填写", "甲", "未填写", "乙", "甲"])
    parts = pd.DataFrame(
        {"a": [True, True, False, True, True, True], "b": [1, 5, 1, 5, 1, 0]}, index=range(6, 0, -1)
    )
    found = rows.count_classes(classes, parts, "zh")
    assert found.index.tolist() == ["丙", "乙", "甲", "未填写"]
    assert found.to_dict("list") == {"a": [1, 1, 1, 2], "b": [1, 1, 1, 10]}
    assert {str(one) for one in found.dtypes} == {"float64"}


@pytest.mark.parametrize("number", [9, 10, 11, 13])
def test_classes_beyond_the_tenth_are_one(number: int) -> None:
    """The first class has most, and so on; with what is not stated there is one more."""
    names = [f"c{n:02d}" for n in range(number)]
    classes = pd.Series([*names, "not stated"])
    parts = pd.DataFrame({"n": [*range(number, 0, -1), 50], "m": 1})
    found = rows.count_classes(classes, parts, "en")
    if number <= 10:
        assert found.index.tolist() == [*names, "not stated"]
        assert found["n"].tolist() == [*range(number, 0, -1), 50]
        return
    rest = number - 9
    assert found.index.tolist() == [*names[:9], f"{rest} others", "not stated"]
    assert found["n"].tolist() == [*range(number, number - 9, -1), rest * (rest + 1) / 2, 50]
    assert found["m"].tolist() == [1] * 9 + [rest, 1] and list(found) == ["n", "m"]


def test_totals_of_counts() -> None:
    """A month that has not begun is nothing yet."""
    counts = pd.DataFrame({"open": [1.0, 4.0, np.nan], "closed": [2.0, 1.0, np.nan]}, index=list("abc"))
    totals = rows.total_counts(counts)
    assert totals.by_class.to_dict() == {"a": 3, "b": 5, "c": 0}
    assert totals.by_part.to_dict() == {"open": 5, "closed": 3} and totals.whole == 8
    assert totals.shares.to_dict() == {"a": 0.375, "b": 0.625, "c": 0}
    none = rows.total_counts(counts * 0)
    assert none.whole == 0 and none.shares.isna().all() and list(none.shares.index) == list("abc")


def make_drills(names: list[str | None], **columns: list[object]) -> pd.DataFrame:
    rows = [
        {"held_on": "2021-03-01", "plan": name} | {key: values[at] for key, values in columns.items()}
        for at, name in enumerate(names)
    ]
    return make_table("drills", [*rows, {"held_on": "2020-03-01", "plan": "旧"}]).set_index(
        pd.Index(range(50, 51 + len(rows)))
    )


def test_rows_and_amounts_by_class() -> None:
    names = ["乙", "甲", "甲", None, "丙"]
    view = make_view({"drills": make_drills(names, participants=[30, 5, None, 4, 0])})
    counts = rows.sum_classes(view, "drills", "plan")
    assert counts is not None and list(counts.items()) == [("甲", 2), ("丙", 1), ("乙", 1), ("未填写", 1)]
    counts = rows.sum_classes(view, "drills", "plan", "participants")
    assert counts is not None and list(counts.items()) == [("乙", 30), ("甲", 5), ("丙", 0), ("未填写", 4)]
    assert rows.sum_classes(make_view({"drills": make_drills([None, None])}), "drills", "plan") is None
    none = make_view({"drills": make_drills(["甲"], participants=[0])})
    assert rows.sum_classes(none, "drills", "plan", "participants") is None
    for empty in (make_view(), replace(view, period=make_view(period="2019").period)):
        assert rows.sum_classes(empty, "drills", "plan") is None
    withheld = replace(view, settings={"suppress": ("drills",)})
    assert rows.sum_classes(withheld, "drills", "plan") is None


def test_activities_without_a_number_are_one_session() -> None:
    table = make_table(
        "publicity",
        [{"held_on": "2021-03-01", "form": form, "sessions": number, "reached": number}
         for form, number in (("讲座", 3), ("讲座", None), ("入户", None))],
    )  # fmt: skip
    view = make_view({"publicity": table})
    sessions = rows.sum_classes(view, "publicity", "form", "sessions")
    assert sessions is not None and sessions.to_dict() == {"讲座": 4, "入户": 1}
    reached = rows.sum_classes(view, "publicity", "form", "reached")
    assert reached is not None and reached.to_dict() == {"讲座": 3, "入户": 0}


def test_classes_of_the_workbooks_own_kinds_are_in_its_words() -> None:
    kinds = dict(load_kinds())
    table = make_table("incidents", [{"occurred_on": "2021-03-01", "class": "accident"}])
    view = make_view({"incidents": table}, kinds=kinds)
    plain, own = rows.sum_classes(view, "incidents", "class"), None
    kinds["incidents"] = replace(kinds["incidents"], fields={})
    own = rows.sum_classes(make_view({"incidents": table}, kinds=kinds), "incidents", "class")
    assert plain is not None and plain.index.tolist() == ["事故灾难"]
    assert own is not None and own.index.tolist() == ["accident"]


def test_stated_classes_by_their_number() -> None:
    view = make_view({"drills": make_drills(["乙", "甲", "丁", None, "丙", "甲", "丁"])})
    counts = rows.rank_classes(view, "drills", "plan")
    assert counts is not None and list(counts.items()) == [("丁", 2), ("甲", 2), ("丙", 1), ("乙", 1)]
    for none in (
        make_view(),
        make_view({"drills": make_drills([None])}),
        replace(view, period=make_view(period="2019").period),
    ):
        assert rows.rank_classes(none, "drills", "plan") is None
    incidents = make_table("incidents", [{"occurred_on": "2021-03-01", "class": "accident"}])
    for lang, word in (("zh", "事故灾难"), ("en", "accident")):
        counts = rows.rank_classes(make_view({"incidents": incidents}, lang=lang), "incidents", "class")
        assert counts is not None and list(counts.items()) == [(word, 1)]


def make_warnings(*pairs: tuple[str | None, str | None]) -> pd.DataFrame:
    return make_table(
        "warnings", [{"issued_at": "2021-03-01", "kind": kind, "colour": colour} for kind, colour in pairs]
    )


def test_warnings_by_kind_and_colour() -> None:
    table = make_warnings(
        ("暴雨", "blue"), ("暴雨", "red"), ("大风", "blue"), ("暴雨", None), (None, "orange")
    )
    found = rows.count_colours(make_view({"warnings": table.set_index(pd.Index(range(9, 14)))}))
    assert found is not None and list(found) == ["red", "orange", "blue", "unknown"]
    assert found.to_dict("index") == {
        "暴雨": {"red": 1, "orange": 0, "blue": 1, "unknown": 1},
        "大风": {"red": 0, "orange": 0, "blue": 1, "unknown": 0},
        "未填写": {"red": 0, "orange": 1, "blue": 0, "unknown": 0},
    }
    assert found.index.tolist() == ["暴雨", "大风", "未填写"]
    known = rows.count_colours(make_view({"warnings": make_warnings((None, "yellow"))}, lang="en"))
    assert known is not None and known.to_dict("index") == {"not stated": {"yellow": 1}}
    assert rows.count_colours(make_view()) is None
    assert rows.count_colours(make_view({"warnings": table}, period="2020")) is None


def test_kinds_whose_small_counts_are_withheld() -> None:
    kinds = ("hazards", "complaints", "disputes")
    assert [rows.is_sensitive(make_view(), kind) for kind in kinds] == [False, True, True]
    chosen = make_view(settings={"suppress": ("hazards",)})
    assert [rows.is_sensitive(chosen, kind) for kind in kinds] == [True, False, False]


@pytest.mark.parametrize(
    ("counts", "number"),
    [
        ([5, 4, 3, 2], 3), ([5, 5, 5], 3), ([5], 1), ([5, 4, 3, 3], 2), ([5, 4, 4, 4, 1], 1), ([4] * 4, 4),
        ([4] * 5, 5), ([4] * 6, 0), ([4, 4, 4, 4, 1], 4), ([4, 4, 4, 4, 4, 1], 5), ([9, 1, 1, 1, 1, 1, 1], 1),
        ([5, 5, 5, 4, 4], 3),
    ],
)  # fmt: skip
def test_the_first_classes_without_parting_equals(counts: list[int], number: int) -> None:
    assert rows.choose_leaders(pd.Series(counts)).tolist() == counts[:number]


@pytest.mark.parametrize(
    ("names", "leaders", "rows_", "is_single"),
    [
        ("aab", {"a": 2}, 3, False),
        ("aabbbcd", {"b": 3, "a": 2}, 7, False),
        ("ba", {"a": 1, "b": 1}, 2, True),
        ("abcde", dict.fromkeys("abcde", 1), 5, True),
    ],
)
def test_the_leading_classes(names: str, leaders: dict[str, int], rows_: int, is_single: bool) -> None:
    """Rows that do not state theirs are not counted."""
    found = rows.find_leaders(make_view({"drills": make_drills([None, *names])}), "drills", "plan")
    assert found is not None and list(found.counts.items()) == list(leaders.items())
    assert (found.rows, found.is_single) == (rows_, is_single)


def test_where_no_class_leads() -> None:
    """Six with one row each are too many alike; of six with two likewise."""
    for names in ("abcdef", "aabbccddeeff"):
        assert rows.find_leaders(make_view({"drills": make_drills([*names])}), "drills", "plan") is None
    assert rows.find_leaders(make_view({"drills": make_drills([None])}), "drills", "plan") is None


def test_rows_of_a_district_are_its_own() -> None:
    table = pd.concat(
        [make_drills(["甲"]), make_drills(["乙"]).assign(district_code=CODES[1])], ignore_index=True
    )
    counts = rows.rank_classes(make_view({"drills": table}, district="all"), "drills", "plan")
    assert counts is not None and counts.to_dict() == {"乙": 1, "甲": 1}
