"""The weather of a period against its normals: temperature, rain, rain days, sunshine."""

import pandas as pd

from taizhang.analysis.naming import name_period
from taizhang.analysis.rows import find_rows, leave_out_of_brief
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label

# measured, normal, whether months are averaged (else summed)
MEASURES = {
    "temperature": ("mean_temp_c", "normal_temp_c", True),
    "rain": ("rain_mm", "normal_rain_mm", False),
    "rain_days": ("rain_days", "normal_rain_days", False),
    "sun": ("sun_h", "normal_sun_h", False),
}


def compare_weather(view: View) -> pd.DataFrame:
    """Measured values, normals and departures over the period's months for which both are known.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.DataFrame
        Index measure (of `MEASURES`): value, normal, departure, months; measures without months left out.
    """
    rows = find_rows(view, "weather")
    found = {}
    for name, (column, normal, averaged) in MEASURES.items() if len(rows) else ():
        # Stations or districts of one month are averaged first.
        months = rows.groupby("month")[[column, normal]].mean().dropna().astype(float)
        if len(months):
            value, usual = (months.mean() if averaged else months.sum())[[column, normal]]
            found[name] = (value, usual, value - usual, len(months))
    columns = ["value", "normal", "departure", "months"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns)


@leave_out_of_brief
def tabulate_climate(view: View) -> display.Table | None:
    """The weather of the period against its normals.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where no month is known with its normal.
    """
    found, lang = compare_weather(view), view.lang
    if found.empty:
        return None
    rows = tuple(
        (
            display.Cell(label(f"climate_table.{name}", lang)),
            display.Cell(format_number(row["value"], 1), float(row["value"])),
            display.Cell(format_number(row["normal"], 1), float(row["normal"])),
            display.Cell(
                f"{'+' if row['departure'] > 0 else ''}{format_number(row['departure'], 1)}",
                float(row["departure"]),
            ),
            display.Cell(format_number(row["months"]), float(row["months"])),
        )
        for name, row in found.iterrows()
    )
    heads = ("measure", "value", "normal", "departure", "months")
    return display.Table(
        id="climate",
        title=label("table.climate.title", lang, period=name_period(view)),
        columns=tuple(
            display.Column(label(f"column.climate.{name}", lang), "", "right" if n else "left")
            for n, name in enumerate(heads)
        ),
        rows=rows,
        notes=(label("table.climate.note", lang),),
    )
