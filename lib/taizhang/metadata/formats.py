"""Numbers, dates and shares as each language writes them."""

from datetime import date

import pandas as pd

from taizhang.metadata.words import label, load_words

_MINUS = "−"


def format_number(value: float | None, decimals: int = 0) -> str:
    """Write a number with its thousands apart; a dash where it isn't known.

    Parameters
    ----------
    value : float or None
    decimals : int
        Digits after the point.

    Returns
    -------
    str
    """
    if value is None or pd.isna(value):
        return "—"
    text = f"{abs(value):,.{decimals}f}"
    return f"{_MINUS}{text}" if value < 0 and text.strip("0.,") else text


def choose_decimals(unit: str) -> int:
    """Digits after the point that a unit is written with: none for counts, one for rates and money."""
    return {"percent": 1, "percentage_points": 1, "points": 1, "wan_yuan": 1, "days": 0, "km2": 2}.get(
        unit, 2 if unit.startswith("per_") or "_per_" in unit else 0
    )


def format_value(value: float | None, unit: str) -> str:
    """Write a fact's value, without its unit, with as many digits as its unit takes.

    Parameters
    ----------
    value : float or None
    unit : str
        Unit as in facts.yml, such as ``percent``.

    Returns
    -------
    str
    """
    return format_number(value, choose_decimals(unit))


def name_unit(unit: str, lang: str) -> str:
    """The unit in words; empty where there is nothing to say, or the unit isn't listed."""
    key = f"unit.{unit}"
    return label(key, lang) if key in load_words() else ""


def join_unit(text: str, unit: str, lang: str) -> str:
    """Put a unit after a number as the language does: 3起, 84.6%, 3 incidents, 120 days."""
    name = name_unit(unit, lang)
    if not name or text == "—":
        return text
    return f"{text}{name}" if lang == "zh" or name.startswith("%") else f"{text} {name}"


def format_date(day: date, lang: str) -> str:
    """Write a day: 2021年7月5日, 5 July 2021."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {label(f'month.long.{day.month}', 'en')} {day.year}"


def join_list(items: list[str], lang: str) -> str:
    """Join words as a sentence lists them: 甲、乙和丙; a, b and c."""
    if len(items) < 2:
        return "".join(items)
    comma, last = ("、", "和") if lang == "zh" else (", ", " and ")
    return f"{comma.join(items[:-1])}{last}{items[-1]}"
