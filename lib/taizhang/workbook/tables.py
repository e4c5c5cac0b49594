"""The ledgers of a view, each read from its file on first use."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from taizhang.core.privacy import mask_column, mask_persons
from taizhang.facts.rows import TABLE_COLUMNS, Written, last_days
from taizhang.ingest.state import LINKS_FILE, Linking
from taizhang.metadata.kinds import PREMISES_KEY, Kind, find_premises_columns

# No fact of the package looks at these; they are most of a long ledger.
_UNCOUNTED = (
    "description", "hazard_id", "inspection_id", "trade", "premises_type", "district", "district_match",
    "source_file", "source_sheet", "source_row",
)  # fmt: skip
# Columns whose texts are taizhang's own.
_OURS = frozenset(("district_code", "district_match", "fact", "period", TABLE_COLUMNS))
_GRID, _LONG = "grid", 18
_PLACE = ["source_file", "source_sheet", "source_row"]
# Few values, and long: read as categories.
_REPEATED = [TABLE_COLUMNS]


def read_rows(
    folder: Path,
    kind: Kind,
    filters: Sequence[tuple[str, str, object]] = (),
    *,
    personal: bool = False,
    read_cells: Callable[[], Collection[str]] = tuple,
) -> pd.DataFrame:
    """Read a ledger's rows from data/processed, filtered while reading.

    Columns marked personal are left out, and phone and identity numbers in texts are masked, unless requested.
    """
    path = folder / f"{kind.name}.parquet"
    rows = pd.read_parquet(path, filters=list(filters) or None, read_dictionary=_REPEATED)
    return rows if personal else hide_personal(rows, kind, read_cells)


def add_links(folder: Path, rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return rows of a kind with how each was linked to its premises, beside the key: premises_how,
    premises_probability."""
    path = folder / LINKS_FILE
    if not path.exists():
        return rows
    told = ["how", "probability"]
    links = pd.read_parquet(path, columns=[*_PLACE, PREMISES_KEY, *told], filters=[("kind", "==", kind)])
    links = links.drop_duplicates([*_PLACE, PREMISES_KEY])
    found = rows[[*_PLACE, PREMISES_KEY]].merge(links, how="left", on=[*_PLACE, PREMISES_KEY])
    made = rows.copy()
    for number, name in enumerate(told, list(made).index(PREMISES_KEY) + 1):
        made.insert(number, f"premises_{name}", found[name].to_numpy())
    return made


def describe_linking(linking: Linking | None) -> dict[str, float]:
    """How rows were linked to premises, for a view; nothing if no ledger names any."""
    if linking is None:
        return {}
    told = {name: value for name, value in vars(linking).items() if name != "rows" and value is not None}
    return {"rows": sum(linking.rows.values()), **told}


def hide_personal(
    rows: pd.DataFrame, kind: Kind, read_cells: Callable[[], Collection[str]] = tuple
) -> pd.DataFrame:
    """Return rows without the columns marked personal, and with phone and identity numbers in texts masked, and the
    names of premises that are a person's name alone.

    This is for display only. Matching and counting (premises, cell codes) use the unmasked rows, as masking would make
    different values equal. `read_cells`: as for `mask_texts`.
    """
    rows = rows.drop(columns=[c for c in kind.personal if c in rows])
    named = (find_premises_columns(kind) or ("",))[0]
    if named in rows:
        rows = rows.assign(**{named: mask_persons(rows[named])})
    return mask_texts(rows, read_cells)


def mask_texts(rows: pd.DataFrame, read_cells: Callable[[], Collection[str]] = tuple) -> pd.DataFrame:
    """Mask phone and identity numbers in all columns of text, including names of files and sheets.

    `read_cells` returns the codes of the grid: in its column these are not masked, even with a valid check character.
    """
    masked = {}
    for name, column in rows.items():
        if name in _OURS or not _is_text(column):
            continue
        if (shown := mask_column(column)) is column:
            continue
        if name == _GRID:
            shown = shown.mask(column.isin([code for code in read_cells() if len(code) == _LONG]), column)
        masked[str(name)] = shown
    return rows.assign(**masked) if masked else rows


def _is_text(column: pd.Series) -> bool:
    dtype = column.dtype
    of = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
    return of == np.dtype(object) or isinstance(of, pd.StringDtype)


def read_counted(folder: Path, kind: Kind, *, files: bool = False) -> pd.DataFrame:
    """Read a ledger's rows from data/processed for counting, without texts that no fact uses.

    With `files`, the columns that name each row's file are included.
    """
    left_out = {*_UNCOUNTED, *kind.personal} - ({"source_file"} if files else set())
    names = pq.read_schema(folder / f"{kind.name}.parquet").names
    return read_columns(folder, kind.name, *(name for name in names if name not in left_out))


def read_columns(folder: Path, kind: str, *columns: str) -> pd.DataFrame:
    """Read some columns of all of a ledger's rows from data/processed."""
    repeated = [*_REPEATED, "source_file"]
    return pd.read_parquet(folder / f"{kind}.parquet", columns=list(columns), read_dictionary=repeated)


def read_written(folder: Path, kind: Kind, about: pq.FileMetaData, *, ends: bool) -> Written:
    """Return which columns a whole ledger in data/processed fills in, from the file's own counts, and on request
    the latest days."""
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    filled: set[str] = set()
    no_nought: set[str] = set()
    for place, name in enumerate(about.schema.names):
        told = [group.column(place).statistics for group in groups]
        known = [one for one in told if one is not None and one.null_count < one.num_values + one.null_count]
        if known:
            filled.add(name)
        field = kind.fields.get(name)
        if field is None or field.empty != "nought" or not known or not all(one.has_min_max for one in known):
            continue
        if min(one.min for one in known) > 0:
            no_nought.add(name)
    latest: dict[str, date] = {}
    if ends and kind.date and about.num_rows:
        names = {name for name in (kind.date, f"{kind.date}_precision") if name in about.schema.names}
        rows = read_columns(folder, kind.name, *sorted(names), "source_file")
        days = last_days(
            rows[kind.date].to_numpy().astype("datetime64[D]"), rows.get(f"{kind.date}_precision")
        )
        of_file = pd.Series(days.astype("datetime64[s]")).groupby(rows["source_file"].astype("str")).max()
        latest = {str(name): day.date() for name, day in of_file.dropna().items()}
    return Written(frozenset(filled), frozenset(no_nought), latest)


class LazyLedgers(Mapping[str, pd.DataFrame]):
    """Tables by kind, each as read by `read`, with rows dated on or before a day.

    Other columns may contain later days, which facts need.
    """

    def __init__(self, read: Callable[[str], pd.DataFrame], kinds: Mapping[str, Kind], as_of: date) -> None:
        self._read_rows, self._kinds, self._as_of = read, kinds, as_of
        self._read: dict[str, pd.DataFrame] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __contains__(self, kind: object) -> bool:
        return kind in self._kinds  # as Mapping has it, the rows would be read

    def __getitem__(self, kind: str) -> pd.DataFrame:
        if kind not in self._kinds:
            raise KeyError(kind)
        if kind not in self._read:
            rows = self._read_rows(kind)
            if day := self._kinds[kind].date:
                is_year = self._kinds[kind].fields[day].type == "year"
                after = self._as_of.year + 1 if is_year else pd.Timestamp(self._as_of) + pd.Timedelta(days=1)
                rows = rows[rows[day] < after]
            self._read[kind] = rows.reset_index(drop=True)
        return self._read[kind]
