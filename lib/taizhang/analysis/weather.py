"""The weather of a period compared with its normals: temperature, rain, rain days, sunshine."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.rows import choose_months
from taizhang.analysis.view import View

# measured, normal, whether months are averaged (else summed)
MEASURES = {
    "temperature": ("mean_temp_c", "normal_temp_c", True),
    "rain": ("rain_mm", "normal_rain_mm", False),
    "rain_days": ("rain_days", "normal_rain_days", False),
    "sun": ("sun_h", "normal_sun_h", False),
}


@dataclass(frozen=True)
class Course:
    """A summary of monthly weather.

    `departure`: mean temperature less its normal, degrees, over the months that have both. `months`: with a
    temperature. `wettest`: the month with most rain, `rain` in millimetres; None and NaN if none is measured.
    """

    departure: float
    months: int
    wettest: pd.Period | None
    rain: float


def describe_course(monthly: pd.DataFrame) -> Course:
    """Summarise the months of `follow_weather`."""
    apart, rain = (monthly["mean_temp_c"] - monthly["normal_temp_c"]).mean(), monthly["rain_mm"]
    wettest = pd.PeriodIndex(monthly.index)[int(rain.argmax())] if rain.notna().any() else None
    return Course(float(apart), int(monthly["mean_temp_c"].notna().sum()), wettest, float(rain.max()))


def compare_weather(view: View) -> pd.DataFrame:
    """Measured values, normals and departures over the period's months for which both are known.

    Returns
    -------
    pandas.DataFrame
        Index measure (of `MEASURES`): value, normal, departure, months; measures without months left out.
    """
    rows = view.counted("weather").frame()
    found = {}
    for name, (column, normal, averaged) in MEASURES.items() if len(rows) else ():
        # Stations or districts of one month are averaged first.
        months = rows.groupby("month")[[column, normal]].mean().dropna().astype(float)
        if len(months):
            months["departure"] = months[column] - months[normal]
            found[name] = (*(months.mean() if averaged else months.sum()), len(months))
    columns = ["value", "normal", "departure", "months"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns)


def follow_weather(view: View) -> pd.DataFrame | None:
    """Temperature and rain in the months shown by a trend, with their normals; None if none is measured."""
    rows, months = view.recorded("weather").frame(), choose_months(view)
    if rows.empty:
        return None
    columns = ["mean_temp_c", "normal_temp_c", "rain_mm", "normal_rain_mm"]
    monthly = rows.assign(of=rows["month"].dt.to_period("M")).groupby("of")[columns].mean()
    monthly = monthly.astype("float64").reindex(months)
    return None if monthly[["mean_temp_c", "rain_mm"]].isna().all(axis=None) else monthly
