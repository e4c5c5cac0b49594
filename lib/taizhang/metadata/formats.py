"""Numbers, dates and shares as each language writes them."""

import math
from datetime import date

from taizhang.metadata.facts import FactInfo, unit_label
from taizhang.metadata.words import label, load_words

_MINUS = "−"
_SINGULAR = {
    "days": "day", "people": "person", "hours": "hour", "minutes": "minute", "households": "household",
}  # fmt: skip


def format_number(value: float | None, decimals: int = 0) -> str:
    """Write a number with thousands separators; a dash if unknown, ∞ if unbounded."""
    if value is None or _is_missing(value):
        return "—"
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    text = f"{abs(value):,.{decimals}f}"
    return f"{_MINUS}{text}" if value < 0 and text.strip("0.,") else text


def format_span(least: float, most: float, lang: str, decimals: int = 0, *, unit: str = "") -> str:
    """Write a number known to lie between two values, each with its unit; one value if both are written alike."""
    ends = [f"{format_number(value, decimals)}{unit}" for value in (least, most)]
    return ends[0] if ends[0] == ends[1] else label("word.span", lang, least=ends[0], most=ends[1])


def format_share(percent: float | None) -> str:
    """Write a share with one decimal, 92.0%; a dash if unknown, as for a zero denominator."""
    return "—" if percent is None or _is_missing(percent) else f"{format_number(percent, 1)}%"


def format_probability(probability: float) -> str:
    """Write a probability with as many of three decimals as it needs, never rounded up: 0.95, 0.999."""
    return f"{math.floor(1000 * probability + 1e-9) / 1000:.3f}".rstrip("0").rstrip(".")


def _is_missing(value: float) -> bool:
    import pandas as pd  # workers write dates, no numbers: they have no use for what it takes

    return bool(pd.isna(value))


def format_fact(value: float | None, info: FactInfo) -> str:
    """Write a fact's value, without its unit, with the decimals of its definition; a dash if unknown."""
    return format_number(value, info.decimals)


def name_unit(info: FactInfo, lang: str, value: float | None = None) -> str:
    """Return the unit after a fact's number, or ''; for a count in Chinese, its measure word (处, 起, 次).

    After a `value` of one, the English is singular.
    """
    unit = unit_label(info.unit, lang)
    if lang == "en" and value == 1:
        unit = _SINGULAR.get(info.unit, unit)
    keys = (f"measure.{info.name}", f"measure.{info.kind}")
    return unit or next((load_words()[key][lang] for key in keys if key in load_words()), "")


def name_measure(kind: str, lang: str) -> str:
    """Return the Chinese measure word for a kind's rows (处, 起), or 项 for things in general; empty in English."""
    if lang != "zh":
        return ""
    return load_words().get(f"measure.{kind}", {"zh": "项"})["zh"]


def join_unit(text: str, unit: str, lang: str) -> str:
    """Add a unit to a number as the language does: 3起, 84.6%, 120 days; a dash gets none."""
    if not unit or text == "—":
        return text
    return f"{text}{unit}" if lang == "zh" or unit.startswith("%") else f"{text} {unit}"


def quantify(value: float | None, info: FactInfo, lang: str) -> str:
    """Write a fact's value with its unit, for use in a sentence.

    English gives money in yuan and millions, as it has no unit of ten thousand.
    """
    if lang == "en" and info.unit == "wan_yuan" and value is not None and not _is_missing(value):
        yuan = 10_000 * value
        if abs(yuan) >= 1e6:
            return f"{format_number(yuan / 1e6, 2)} million yuan"
        return f"{format_number(yuan)} yuan"
    return join_unit(format_fact(value, info), name_unit(info, lang, value), lang)


def write_about(value: float | None, info: FactInfo, lang: str) -> str:
    """Write what is shown for a suppressed number: an approximate value if it is rounded, otherwise 'withheld'."""
    if value is None or _is_missing(value):
        return label("word.withheld", lang)
    return label("word.about", lang, number=quantify(value, info, lang))


_SPELT = "one two three four five six seven eight nine".split()


def spell_number(text: str) -> str:
    """Write a whole number below ten as an English word, as at the start of a sentence; others as digits."""
    return _SPELT[int(text) - 1] if len(text) == 1 and text in "123456789" else text


def format_date(day: date, lang: str) -> str:
    """Write a day: 2021年7月5日, 5 July 2021."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {label(f'month.long.{day.month}', 'en')} {day.year}"


def join_list(items: list[str], lang: str) -> str:
    """Join words as in a sentence: 甲、乙和丙; a, b and c."""
    if len(items) < 2:
        return "".join(items)
    comma, last = ("、", "和") if lang == "zh" else (", ", " and ")
    return f"{comma.join(items[:-1])}{last}{items[-1]}"
