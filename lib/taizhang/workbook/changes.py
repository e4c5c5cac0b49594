"""Changed rows: two snapshots compared."""

import pandas as pd

from taizhang.analysis.late_entries import pair_rows
from taizhang.metadata.kinds import Kind
from taizhang.settings.workbook import Config
from taizhang.store import list_differences

_PLACE = ("district_code", "source_file", "source_sheet", "source_row")


def compare_snapshots(config: Config, before: str, after: str, kind: Kind) -> pd.DataFrame:
    """List the rows of a kind that are new, removed, changed or moved from one snapshot to another, by their ids.

    Returns
    -------
    DataFrame
        change (new, removed, changed, moved: to another day or district), columns (of what says something else, by
        comma), and where the row stood before and stands now: district_code, source_file, source_sheet and source_row,
        each also with _before. Nothing of what the row says.
    """
    gone, new = list_differences(config, before, after, kind.name)
    pairs = pair_rows(kind, gone, new)
    old, young = (
        side.reindex(pairs[name].astype("float64")).reset_index(drop=True)
        for side, name in ((gone, "gone"), (new, "new"))
    )
    both = (pairs["gone"].notna() & pairs["new"].notna()).to_numpy()
    names = [name for name in ("district_code", *kind.columns) if name in old and name in young]
    differs = pd.DataFrame({name: _differ(old[name], young[name]) for name in names}, index=pairs.index)
    told = [
        ",".join(name for name in names if row[name]) if whole else ""
        for row, whole in zip(differs.to_dict("records"), both, strict=True)
    ]
    none = pd.Series(pd.NA, pairs.index, dtype="object")  # of a ledger that only one of them has
    places = {f"{name}_before": old.get(name, none) for name in _PLACE}
    places |= {name: young.get(name, none) for name in _PLACE}
    return pd.DataFrame({"change": pairs["change"], "columns": told, **places})


def _differ(one: pd.Series, other: pd.Series) -> pd.Series:
    return ~((one == other) | (one.isna() & other.isna())).fillna(False).astype(bool)
