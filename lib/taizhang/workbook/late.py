"""When rows were entered: what the workbook's snapshots have, handed to the analysis."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from taizhang.analysis.late_entries import LateEntries, list_followed, measure_late_entries
from taizhang.analysis.view import View
from taizhang.settings.workbook import Config
from taizhang.store import list_first_seen, list_snapshots


def read_late_entries(
    config: Config, view: View, *, kinds: Sequence[str] = (), until: datetime | None = None
) -> LateEntries:
    """Measure late entries from a workbook's snapshots, of all kinds with dates, or of some.

    With `until`, those made later are left out, as is what they alone had.
    """
    times = [one.made_at for one in list_snapshots(config) if until is None or one.made_at <= until]
    # On the clock's own day and time, as the rows have it.
    snapshots = pd.DatetimeIndex([time.replace(tzinfo=None) for time in times]).unique().sort_values()
    seen = {}
    for kind in list_followed(view):
        if not len(snapshots) or (kinds and kind not in kinds):
            continue
        rows = list_first_seen(config, kind)
        if not rows.empty:
            rows = rows[rows["first_seen"] <= snapshots[-1]]
            seen[kind] = rows.assign(
                present=rows["last_seen"] >= snapshots[-1],
                last_seen=rows["last_seen"].where(rows["last_seen"] <= snapshots[-1], snapshots[-1]),
            )
    return measure_late_entries(view, seen, snapshots)
