"""One disaster in two ledgers with other numbers: which is right, neither says."""

import numpy as np
import pandas as pd

from taizhang.analysis.view import View, once_per_view
from taizhang.facts.losses import find_disasters, is_related

NUMBERS = ("affected", "evacuated", "loss_wan")
_APART = np.timedelta64(1, "D")  # most days between the two


@once_per_view
def find_contradictions(view: View) -> pd.DataFrame:
    """Rows of losses and of incidents of the period that are of one disaster and don't agree.

    `losses` and `incidents`, the places among the rows that the view counts, and of NUMBERS those that differ,
    ``affected`` and ``affected_too``; NaN where they agree or one is not written. Only where just one row of each
    ledger, of one district, kind of disaster and day, or of days next to each other, can be meant.
    """
    if not {"losses", "incidents"} <= set(view.ledgers):
        return pd.DataFrame()
    losses, incidents = view.counted("losses"), view.counted("incidents")
    events, types = losses.frame()["event"].astype("str").fillna(""), incidents.frame()
    class_ = (
        types["class"].astype("str").fillna("natural")
        if "class" in types
        else pd.Series("natural", types.index)
    )
    said = types["type"].astype("str").fillna("") if "type" in types else pd.Series("", types.index)
    speaks = [find_disasters(text) for text in said]
    days, others = losses.days("occurred_on"), incidents.days("occurred_on")
    exact, exact_too = losses.is_day("occurred_on"), incidents.is_day("occurred_on")
    pairs = []
    for at, event in enumerate(events):
        of = find_disasters(event)
        same = (incidents.group == losses.group[at]) & (abs(others - days[at]) <= _APART)
        same &= exact_too & exact[at] & (class_ == "natural").to_numpy()
        pairs += [(at, int(one)) for one in np.flatnonzero(same) if of and is_related(of, speaks[one])]
    table = pd.DataFrame(pairs, columns=["losses", "incidents"])
    table = table[~table["losses"].duplicated(keep=False) & ~table["incidents"].duplicated(keep=False)]
    for name in NUMBERS:
        one, other = losses.numbers(name)[table["losses"]], incidents.numbers(name)[table["incidents"]]
        differ = ~np.isclose(one, other, rtol=1e-6) & ~np.isnan(one) & ~np.isnan(other)
        table[name], table[f"{name}_too"] = np.where(differ, one, np.nan), np.where(differ, other, np.nan)
    return table[table[list(NUMBERS)].notna().any(axis=1)]
