"""When rows were entered: what the workbook's snapshots have, handed to the analysis."""

from collections.abc import Sequence

import pandas as pd

from taizhang.analysis.late_entries import LateEntries, list_followed, measure_late_entries
from taizhang.analysis.view import View
from taizhang.settings.workbook import Config
from taizhang.store import list_first_seen, list_snapshots


def read_late_entries(
    config: Config, view: View, *, kinds: Sequence[str] = (), until: str = ""
) -> LateEntries:
    """Measure late entries from a workbook's snapshots, of all kinds with dates, or of some.

    With `until`, a snapshot's id, those made later are left out, as is what they alone had.
    """
    made = list_snapshots(config)
    if until:
        made = made[: next(at for at, one in enumerate(made, 1) if one.id == until)]
    # On the clock's own day and time, as the rows have it.
    times = [one.made_at.replace(tzinfo=None) for one in made if one.in_turn]
    snapshots = pd.DatetimeIndex(times).unique().sort_values()
    seen = {}
    for kind in list_followed(view):
        if not len(snapshots) or (kinds and kind not in kinds):
            continue
        rows = list_first_seen(config, kind, until=until)
        if not rows.empty:
            seen[kind] = rows
    return measure_late_entries(view, seen, snapshots)
