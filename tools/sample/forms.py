"""How clerks write a value into a cell: every form here can be read back without guessing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tools.sample.sheets import Form, Value
from tools.sample.words import GIVEN, SURNAMES

_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def write_serial(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """The serial column: 1, 2, 3."""
    return [int(value) for value in values]


def write_text(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """Text as it is; missing cells stay empty."""
    return [None if pd.isna(value) else str(value) for value in values]


def write_nothing(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """A column that nobody fills in."""
    return [None] * len(values)


def write_dates(main: str, *, odd: float = 0.08) -> Form:
    """Days, mostly in one form, with a share `odd` in other forms.

    Parameters
    ----------
    main : str
        cell (a real date), dots (2021.3.5), words (2021年3月5日), digits (20210305), dashes or slashes.
    odd : float
        Share of other forms, 0 to 1.
    """
    styles = ("cell", "dots", "words", "digits", "slashes", "wide")

    def form(values: pd.Series, rng: np.random.Generator) -> list[Value]:
        strange = rng.random(len(values)) < odd
        other = rng.integers(0, len(styles), len(values))
        return [
            None if pd.isna(value) else _write_day(value, styles[pick] if odd_one else main)
            for value, odd_one, pick in zip(values, strange, other, strict=True)
        ]

    return form


def _write_day(day: pd.Timestamp, style: str) -> Value:
    if style == "cell":
        return day.to_pydatetime()
    if style == "digits":
        return int(f"{day:%Y%m%d}")
    text = {
        "dots": f"{day.year}.{day.month}.{day.day}",
        "words": f"{day.year}年{day.month}月{day.day}日",
        "dashes": f"{day:%Y-%m-%d}",
        "slashes": f"{day.year}/{day.month}/{day.day}",
        "wide": f"{day.year}.{day.month}.{day.day}".translate(_WIDE),
    }[style]
    return text


def write_due_days(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """Days by which something is due; half of those that end a month as 2021年5月底前."""
    months = rng.random(len(values)) < 0.5
    return [
        f"{day.year}年{day.month}月底前" if by_month and day.is_month_end else _write_day(day, "words")
        for day, by_month in zip(values, months, strict=True)
    ]


def write_times(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """Points in time: real cells, or text such as 2021-07-01 08:30 and 2021年7月1日8时30分."""
    pick = rng.random(len(values))
    return [
        None
        if pd.isna(value)
        else value.to_pydatetime()
        if share < 0.6
        else f"{value:%Y-%m-%d %H:%M}"
        if share < 0.85
        else f"{value.year}年{value.month}月{value.day}日{value.hour}时{value.minute:02d}分"
        for value, share in zip(values, pick, strict=True)
    ]


def write_months(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """Months as 2021年7月 or 2021-07."""
    pick = rng.random(len(values))
    return [
        f"{value.year}年{value.month}月" if share < 0.7 else f"{value:%Y-%m}"
        for value, share in zip(values, pick, strict=True)
    ]


def write_numbers(unit: str = "", *, odd: float = 0.05, about: bool = False) -> Form:
    """Numbers; a share `odd` in full-width digits, with the unit, or (if `about`) as 约20人."""

    def form(values: pd.Series, rng: np.random.Generator) -> list[Value]:
        pick = rng.random(len(values)) / max(odd, 1e-9)
        cells: list[Value] = []
        for value, share in zip(values, pick, strict=True):
            if pd.isna(value):
                cells.append(None)
                continue
            number = int(value) if float(value) == int(value) else float(value)
            if share >= 1:
                cells.append(number)
            elif share < 0.3:
                cells.append(str(number).translate(_WIDE))
            elif share < 0.6 and about:
                cells.append(f"约{number}{unit}")
            else:
                cells.append(f"{number}{unit}")
        return cells

    return form


def write_money_wan(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """Amounts in 万元: plain, as 3万元, or, where whole yuan are meant, as 3000元."""
    pick = rng.random(len(values))
    cells: list[Value] = []
    for value, share in zip(values, pick, strict=True):
        if pd.isna(value):
            cells.append(None)
        elif share < 0.06:
            cells.append(f"{value:g}万元")
        elif share < 0.10:
            cells.append(f"{round(value * 10000)}元")
        elif share < 0.13:
            cells.append(f"{value:g}".translate(_WIDE))
        else:
            cells.append(float(value))
    return cells


def write_choice(words: Mapping[Any, str | Sequence[str]], *, odd: float = 0.15) -> Form:
    """Categories or booleans in words: the first word of each mostly, other words in a share `odd`."""

    def form(values: pd.Series, rng: np.random.Generator) -> list[Value]:
        pick = rng.random(len(values))
        cells: list[Value] = []
        for value, share in zip(values, pick, strict=True):
            known = None if pd.isna(value) else words[value]
            if known is None or isinstance(known, str):
                cells.append(known)
            elif share < odd and len(known) > 1:
                cells.append(known[1 + int(share / odd * (len(known) - 1))])
            else:
                cells.append(known[0])
        return cells

    return form


def write_people(values: pd.Series, rng: np.random.Generator) -> list[Value]:
    """A count of people: mostly their (invented) names, sometimes the number."""
    cells: list[Value] = []
    for value in values:
        if pd.isna(value):
            cells.append(None)
        elif rng.random() < 0.3:
            cells.append(int(value))
        else:
            cells.append("、".join(draw_names(int(value), rng)))
    return cells


def draw_names(count: int, rng: np.random.Generator) -> list[str]:
    """Invented names, all different up to 360 of them."""
    places = rng.choice(len(SURNAMES) * len(GIVEN), count, replace=count > len(SURNAMES) * len(GIVEN))
    return [SURNAMES[place // len(GIVEN)] + GIVEN[place % len(GIVEN)] for place in places.tolist()]


YES_NO = {True: ("是", "√"), False: ("否", "×")}
