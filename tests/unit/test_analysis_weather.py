"""The weather against its normals, by hand."""

import numpy as np
import pandas as pd
from view_maker import make_table, make_view

from taizhang.analysis.weather import compare_weather, describe_course, follow_weather

# Two stations in January, one in February without a normal of rain, one in March of the year before.
ROWS = [
    {"month": "2021-01-01", "mean_temp_c": 10.0, "normal_temp_c": 9.0, "rain_mm": 30.0, "normal_rain_mm": 50.0,
     "rain_days": 4, "normal_rain_days": 6, "sun_h": 100.0, "normal_sun_h": 90.0},
    {"month": "2021-01-01", "mean_temp_c": 14.0, "normal_temp_c": 11.0, "rain_mm": 50.0, "normal_rain_mm": 70.0},
    {"month": "2021-02-01", "mean_temp_c": 17.0, "normal_temp_c": 12.0, "rain_mm": 80.0, "rain_days": 9,
     "normal_rain_days": 7},
    {"month": "2020-03-01", "mean_temp_c": 20.0, "normal_temp_c": 19.0, "rain_mm": 5.0, "normal_rain_mm": 6.0},
]  # fmt: skip


def test_departures_over_the_months_for_which_both_are_known() -> None:
    found = compare_weather(make_view({"weather": make_table("weather", ROWS)}))
    assert found.columns.tolist() == ["value", "normal", "departure", "months"]
    # Temperatures of months are averaged, rain, days and hours summed; stations of a month are averaged first.
    assert found.T.to_dict("list") == {
        "temperature": [14.5, 11, 3.5, 2], "rain": [40, 60, -20, 1], "rain_days": [13, 13, 0, 2],
        "sun": [100, 90, 10, 1],
    }  # fmt: skip


def test_what_is_not_measured_is_left_out() -> None:
    some = make_table(
        "weather", [{"month": "2021-01-01", "rain_mm": 3.0, "normal_rain_mm": 4.0, "sun_h": 9.0}]
    )
    assert compare_weather(make_view({"weather": some})).index.tolist() == ["rain"]
    for view in (make_view({"weather": some}, period="2020"), make_view()):
        assert compare_weather(view).empty and list(compare_weather(view)) == [
            "value",
            "normal",
            "departure",
            "months",
        ]


def test_months_of_a_trend_with_their_normals() -> None:
    monthly = follow_weather(make_view({"weather": make_table("weather", ROWS)}))
    assert monthly is not None
    assert monthly.index.equals(pd.period_range("2021-01", "2021-12", freq="M"))
    assert monthly.columns.tolist() == ["mean_temp_c", "normal_temp_c", "rain_mm", "normal_rain_mm"]
    assert {str(dtype) for dtype in monthly.dtypes} == {"float64"}
    np.testing.assert_array_equal(monthly.iloc[:3], [[12, 10, 40, 60], [17, 12, 80, np.nan], [np.nan] * 4])


def test_no_trend_without_measurements() -> None:
    normals = [{"month": "2021-01-01", "normal_rain_mm": 4.0, "sun_h": 5.0}]
    for rows, there in (
        (normals, False),
        ([{"month": "2021-12-01", "rain_mm": 1.0}], True),
        (ROWS[3:], False),
    ):
        assert (follow_weather(make_view({"weather": make_table("weather", rows)})) is not None) is there
    assert follow_weather(make_view()) is None


def test_the_course_of_some_months() -> None:
    """Warmer by 1 and 2 degrees; the third month has no normal. Of equal rain the first month is the wettest."""
    months = pd.period_range("2021-01", periods=4, freq="M")
    monthly = pd.DataFrame(
        {
            "mean_temp_c": [10.0, 12, 14, None], "normal_temp_c": [9.0, 10, None, 15],
            "rain_mm": [None, 30.0, 80, 80], "normal_rain_mm": 50.0,
        },
        index=months,
    )  # fmt: skip
    course = describe_course(monthly)
    assert (course.departure, course.months, course.wettest, course.rain) == (1.5, 3, months[2], 80)
    dry = describe_course(monthly.assign(rain_mm=float("nan")))
    assert dry.wettest is None and pd.isna(dry.rain)
