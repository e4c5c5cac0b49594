"""The weather of a period compared with its normals: temperature, rain, rain days, sunshine."""

import pandas as pd

from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import name_month, name_span
from taizhang.analysis.view import View
from taizhang.analysis.weather import compare_weather, describe_course, follow_weather
from taizhang.core import display
from taizhang.figures.canvas import Looks, finish_figure, make_drawing, tidy_axes, use_style
from taizhang.figures.marks import draw_key, draw_line, label_months, set_whole_ticks
from taizhang.figures.tables import make_table, write_number
from taizhang.figures.tidy import name_index
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("weather")
def plot_weather(view: View) -> display.Figure | None:
    """Plot mean temperature and rain per month against the normals; None if no month shown has a measurement."""
    monthly = follow_weather(view)
    if monthly is None:
        return None
    months = pd.PeriodIndex(monthly.index)
    lang, style = view.lang, load_style()
    places = list(range(len(months)))
    main, normal = style.roles["main"], style.roles["before"]
    with use_style():
        drawing = make_drawing(92)
        above, below = drawing.subplots(2, 1, sharex=True)
        for axes in (above, below):
            tidy_axes(axes)
        usually: Looks = {"color": normal, "linewidth": 1.4, "linestyle": (0, (4, 2))}
        draw_line(above, places, monthly["normal_temp_c"].to_numpy(float), **usually)
        looks: Looks = {"color": main, "linewidth": 2, "marker": "o", "markersize": 4}
        draw_line(above, places, monthly["mean_temp_c"].to_numpy(float), markeredgecolor=main, **looks)
        above.margins(y=0.15)
        below.bar(places, monthly["rain_mm"], width=0.6, color=main, linewidth=0)
        ends = [[place + side for place in places] for side in (-0.42, 0.42)]
        below.hlines(monthly["normal_rain_mm"], *ends, color=normal, linewidth=2)
        set_whole_ticks(below, most=4)
        label_months(below, months, lang)
        usual = label("weather.normal", lang)
        draw_key(above, [("●", label("weather.temperature", lang), main), ("- -", usual, normal)])
        draw_key(below, [("■", label("weather.rain", lang), main), ("—", usual, normal)])
    course = describe_course(monthly)
    wettest = label("word.not_known", lang) if course.wettest is None else name_month(course.wettest, lang)
    told = {
        "span": name_span(months, lang, within=True), "difference": format_number(abs(course.departure), 1),
        "warmer": label(f"weather.{'cooler' if course.departure < 0 else 'warmer'}", lang),
        "rain": course.rain, "wettest": wettest,
    }  # fmt: skip
    return finish_figure(
        drawing, view, "weather", course.months, data=lambda: name_index(monthly, "month"), told=told
    )


@exhibit("climate")
def tabulate_climate(view: View) -> display.Table | None:
    """Tabulate the weather of the period against its normals; None if no month has both."""
    cells = []
    for name, row in compare_weather(view).iterrows():
        departure = f"{'+' if row['departure'] > 0 else ''}{format_number(row['departure'], 1)}"
        numbers = (write_number(row["value"], 1), write_number(row["normal"], 1))
        apart = write_number(row["departure"], text=departure)
        cells.append((label(f"climate_table.{name}", view.lang), *numbers, apart, row["months"]))
    return make_table(view, "climate", cells)
