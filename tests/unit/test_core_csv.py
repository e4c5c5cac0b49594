import io
import json

import pandas as pd
import pytest

from taizhang.core.csv import format_csv, format_facts, guard_formulas


def test_text_never_acts_as_a_formula_and_numbers_stay():
    frame = pd.DataFrame({"text": ["=cmd|'/C calc'!A0", "-3", "@x", "普通"], "number": [-1.5, 2, 3, 4]})
    guarded = guard_formulas(frame)
    assert guarded["text"].tolist() == ["'=cmd|'/C calc'!A0", "-3", "'@x", "普通"]
    assert guarded["number"].tolist() == [-1.5, 2, 3, 4]
    assert frame["text"][0] == "=cmd|'/C calc'!A0"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1+cmd|'/C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1+1", "--cmd|'/C calc'!A0", '-"1"+cmd|x',
        "-'[http://x/y.xlsx]S'!A1", "-$A$1", "-{1}", "-(1)", "- 1+cmd|x", "＝1+1", "＋A1", "－A1", "＠SUM(1)", "-3-3",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_text(text):
    frame = pd.DataFrame({"plain": [text, None], "arrow": pd.Series([text, None], dtype="str")})
    guarded = guard_formulas(frame.rename(columns={"plain": text}))
    assert guarded.columns[0] == f"'{text}"
    assert guarded.iloc[0].tolist() == [f"'{text}", f"'{text}"]
    assert guarded.iloc[1].isna().all()


@pytest.mark.parametrize(
    "text",
    [
        "-3",
        "-3.5",
        "-1e5",
        "+3",
        "3-4",
        "-",
        "--",
        "——",
        "－",
        "-无",
        "- 未整改",
        "－暂无",
        "--无",
        "a=b",
        "",
        " ",
    ],
)
def test_numbers_and_marks_of_a_list_stay_as_written(text):
    for dtype in ("object", "str"):
        assert guard_formulas(pd.DataFrame({"text": pd.Series([text], dtype=dtype)}))["text"].tolist() == [
            text
        ]


def test_days_are_written_without_a_clock_and_times_with():
    frame = pd.DataFrame({"at": pd.to_datetime(["2021-03-05 00:00", "2021-03-05 08:30", None])})
    assert format_csv(frame) == 'at\n2021-03-05\n2021-03-05 08:30\n""\n'


def _facts():
    return pd.DataFrame(
        {
            "district_code": ["350921101", "350921102"],
            "district": ["溪口镇", "老溪南镇"],
            "period": "2021",
            "fact": "hazards.rectification_rate",
            "value": [200 / 3, float("nan")],
            "unit": "percent",
            "numerator": [2.0, 0.0],
            "denominator": [3.0, 0.0],
            "low": [float("nan")] * 2,
            "high": [float("nan")] * 2,
            "suppressed": [False, True],
            "as_of": "2021-12-31",
        }
    )


def test_facts_as_json_are_unrounded_and_null_where_empty():
    rows = json.loads(format_facts(_facts(), "json"))
    assert rows[0]["value"] == 200 / 3
    assert rows[1]["value"] is None
    assert rows[1]["suppressed"] is True
    assert rows[0]["district"] == "溪口镇"


def test_facts_as_csv_have_a_byte_order_mark_and_keep_leading_zeros():
    text = format_facts(_facts().assign(district_code=["012345678", "350921102"]), "csv")
    assert text.startswith("\ufeffdistrict_code,")
    back = pd.read_csv(io.StringIO(text[1:]), dtype={"district_code": str})
    assert back["district_code"][0] == "012345678"
    assert back["value"][0] == 200 / 3


def test_facts_as_a_table_say_suppressed():
    assert "suppressed" in format_facts(_facts(), "table")


def test_a_list_s_dash_is_no_formula():
    frame = pd.DataFrame({"text": ["- 列表", "-现场处置", "-1+cmd|x"]})
    assert guard_formulas(frame)["text"].tolist() == ["- 列表", "-现场处置", "'-1+cmd|x"]
