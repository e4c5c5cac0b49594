"""Names of months, spans, places and periods as used in sentences, and the line under a figure."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from taizhang.analysis.view import View
from taizhang.boundaries.english import is_chinese, spell_premises
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.terms import name_term
from taizhang.metadata.words import label

if TYPE_CHECKING:  # the names of places are needed where statistics are not loaded
    from taizhang.stats.outcomes import Effect
    from taizhang.stats.spatial import Pattern


def describe_source(
    view: View, kind: str, rows: int | None = None, *, also: Iterable[str] = (), extra: str = ""
) -> str:
    """Write the source line: source, number of rows, and the as-of day.

    `also` are further ledger kinds behind a figure; `extra` are words such as the method of an interval.
    """
    lang = view.lang
    ledgers = [label("source.ledger", lang, ledger=view.kinds[k].title[lang]) for k in (kind, *also)]
    words = label("source.ledgers", lang, ledgers=("、" if lang == "zh" else ", ").join(ledgers))
    if rows is not None:
        words += label("source.rows", lang, n=format_number(rows), rows=rows)
    words += label("source.as_of", lang, day=format_date(view.as_of, lang))
    return label("source.extra" if extra else "source.end", lang, words=words, extra=extra)


def name_month(month: pd.Period, lang: str) -> str:
    """Write a month in words: 2021年7月, July 2021."""
    return label("month.full", lang, year=month.year, month=label(f"month.long.{month.month}", lang))


def name_span(months: pd.PeriodIndex, lang: str, *, within: bool = False) -> str:
    """Write months in words, or the year if they make up one; `within` a sentence: in 2021, from ... to ...."""
    first, last = months[0], months[-1]
    lead = "in_" if within else ""
    if len(months) == 12 and first.month == 1:
        return label(f"month.{lead}year", lang, year=first.year)
    return label(f"month.{lead}span", lang, first=name_month(first, lang), last=name_month(last, lang))


def tell_peak(counts: pd.Series, lang: str) -> dict[str, object]:
    """Return parameters for wording monthly counts: the span of months, the month with the most, and how many."""
    months = pd.PeriodIndex(counts.index)
    return {
        "span": name_span(months, lang, within=True), "months": name_span(months, lang),
        "peak": name_month(months[int(counts.argmax())], lang), "most": counts.max(),
    }  # fmt: skip


def show_text(value: object, lang: str) -> str:
    """Return a ledger's text as written; in English a known term is translated; if empty, the words for 'not
    stated'."""
    return label("word.not_stated", lang) if pd.isna(value) else name_term(str(value), lang)  # type: ignore[call-overload]


def quote_text(text: str, lang: str) -> str:
    """Put Chinese text on an English page in quotation marks: what is written there is what the ledger says.

    >>> quote_text("仓库堵塞", "en"), quote_text("fire", "en"), quote_text("仓库堵塞", "zh")
    ('“仓库堵塞”', 'fire', '仓库堵塞')
    """
    return f"“{text}”" if lang == "en" and is_chinese(text) and "“" not in text else text


def quote_entry(value: object, lang: str) -> str:
    """Return a ledger's text as `show_text` does, in quotation marks if it is Chinese on an English page."""
    return quote_text(show_text(value, lang), lang)


def spell_names(names: Iterable[object], lang: str) -> list[str]:
    """Return names of premises as pages show them: in English in pinyin, with what is written if two would be alike."""
    shown = [show_text(name, lang) for name in names]
    if lang != "en":
        return shown
    spelt = {name: spell_premises(name) for name in dict.fromkeys(shown)}
    alike = {name for name, count in Counter(spelt.values()).items() if count > 1}
    return [
        label("word.quoted", lang, name=spelt[name], written=name) if spelt[name] in alike else spelt[name]
        for name in shown
    ]


def show_day(value: object) -> str:
    """Write a ledger's day as 2021-07-05; a dash if there is none."""
    return "—" if pd.isna(value) else pd.Timestamp(value).date().isoformat()  # type: ignore[call-overload,arg-type]


def name_area(view: View) -> str:
    """Return the name of the whole area when it is mentioned beside a district."""
    return label("word.area", view.lang)


def name_place(view: View) -> str:
    """Return the name of the view's district in a sentence; the whole area has a title, but no name."""
    return label("word.the_area", view.lang) if view.district == ALL else view.name


def name_period(view: View) -> str:
    """Write the view's period within a sentence or title: 2021年7月, the first half of 2021."""
    words = view.period.label(view.lang)
    if view.lang == "en" and view.period.kind in ("half", "quarter"):
        return f"the {words}"
    return f"the days {words}" if view.lang == "en" and view.period.kind == "days" else words


def say_p(p: float) -> str:
    """Write a probability as reports do."""
    if math.isnan(p):
        return "—"
    return "p<0.001" if p < 0.001 else f"p={p:.3f}"


def say_ratio(row: pd.Series, lang: str) -> str:
    """Write a ratio with its interval, open-ended if there is no upper limit."""
    if pd.isna(row["ratio"]):
        return "—"
    low, high = (format_number(row[name], 2) if np.isfinite(row[name]) else "∞" for name in ("low", "high"))
    value = format_number(row["ratio"], 2) if np.isfinite(row["ratio"]) else "∞"
    return label("word.interval", lang, value=value, low=low, high=high)


def say_pattern(pattern: "Pattern", lang: str, *, alike: bool) -> str:
    """Write Moran's I in words, or say why there is none; `alike`: whether neighbours resemble each other beyond
    chance."""
    if pattern.reason:
        return label(f"pattern.reason.{pattern.reason}", lang)
    found = int(pattern.places["found"].sum())
    part = "_alone" if not pattern.local else "" if found else "_none"
    return label(
        f"pattern.{'beyond' if alike else 'within'}{part}",
        lang,
        moran=format_number(pattern.moran, 2),
        p=say_p(pattern.p),
        n=found,
    )


def say_effect(effect: "Effect", lang: str) -> str:
    """Write a rate ratio with its interval, or say why there is none."""
    if effect.reason:
        return label(f"outcome.reason.{effect.reason}", lang)
    value, low, high = (format_number(number, 2) for number in (effect.ratio, effect.low, effect.high))
    return label("word.interval", lang, value=value, low=low, high=high)


def name_leaders(counts: pd.Series, lang: str, *, most: int = 3) -> str:
    """List the first classes of a sorted count: 甲（3）、乙（2）和丙（1）."""
    told = [
        label("figure.count_of", lang, name=name, n=format_number(n)) for name, n in counts.head(most).items()
    ]
    return join_list(told, lang)
