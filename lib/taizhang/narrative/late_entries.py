"""Late entries in words: how late rows are entered and how many are expected, or why that is unknown."""

import numpy as np
import pandas as pd

from taizhang.analysis.late_entries import FEW, FEWEST_SNAPSHOTS, LateEntries, forecast_final, list_delays
from taizhang.analysis.naming import name_month
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_share
from taizhang.narrative.telling import count, lower_title, say, tell
from taizhang.stats.delays import FEWEST_ROWS

# By the shortest delay whose share is known.
_WORDS = {"at_once": "delays", "month": "delays_month", "quarter": "delays_quarter"}


def write_late_entries(view: View, late: LateEntries, kind: str) -> Prose | None:
    """Say how late a ledger's rows are entered and how many are expected, or what is missing to know."""
    lang = view.lang
    if late.lack == "store":
        return tell(lang, say("late_text.store", lang))
    first, last = (format_date(late.snapshots[at].date(), lang) for at in (0, -1))
    span = {"n": count(len(late.snapshots)), "first": first, "last": last}
    if late.lack == "short":
        return tell(lang, say("late_text.short", lang, fewest=FEWEST_SNAPSHOTS, **span))
    title = view.kinds[kind].title[lang] if kind in view.kinds else kind
    named = lower_title(title, lang)
    found = late.get(kind)
    if found is None:
        return tell(lang, say("late_text.kind", lang, kind=named))
    seen = say("late_text.seen", lang, **span)
    if found.delays is None:
        return tell(lang, seen, say("late_text.few", lang, kind=named, fewest=FEWEST_ROWS))
    if not found.delays.late.sum():
        return tell(lang, seen, say("late_text.never", lang, kind=named))
    shares = list_delays(view, late, kind).iloc[-1 if view.district == ALL else 0]
    known = {
        name: format_share(shares[delay])
        for name, delay in (("at_once", 0), ("month", 1), ("quarter", 3))
        if not np.isnan(shares[delay])
    }
    sentences = [seen]
    if known:  # a share that is known is known of longer delays, too
        words = next(_WORDS[name] for name in _WORDS if name in known)
        sentences.append(say(f"late_text.{words}", lang, kind=named, **known))
    final = forecast_final(view, late, kind)
    for month, one in zip(pd.PeriodIndex(final.index)[::-1], final[::-1].to_dict("records"), strict=True):
        if np.isnan(one["expected"]):
            sentences.append(say("late_text.young", lang))
        elif one["high"] > one["counted"]:
            numbers = {name: count(one[name]) for name in ("counted", "low", "high")}
            numbers["expected"] = count(one["expected"], int(one["expected"] < FEW))
            sentences.append(say("late_text.newest", lang, month=name_month(month, lang), **numbers))
            break
    else:
        if len(final):
            sentences.append(say("late_text.complete", lang, n=count(len(final))))
    return tell(lang, *sentences)
