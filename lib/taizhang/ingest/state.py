"""The state and account of the last ingest, read without loading pandas."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from taizhang.core.files import Stamp, stamp_file, write_text
from taizhang.core.reasons import Reason, read_json, write_json
from taizhang.core.records import restore
from taizhang.ingest.proposals import Proposal
from taizhang.settings.workbook import Config

STATE = "ingest.json"
SET_ASIDE_FILE = "set_aside.csv"
APPLIED = "corrections_applied.csv"
SUMS_FILE = "sums.parquet"
LINKS_FILE = "premises_links.parquet"
DOUBTFUL_FILE = "doubtful_pairs.csv"
SUMS = "sums"  # the kind of such rows in set_aside.csv
SUMS_COLUMNS = {
    "kind": "str", "fact": "str", "period": "str", "district_code": "str", "district": "str", "value": "float64",
    "header": "str", "source_file": "str", "source_sheet": "str", "source_row": "Int64",
}  # fmt: skip
GRID, CROSSWALK = "grid", "crosswalk"
# In data/processed of a copy that has no raw files: its tables are taken as they are.
DETACHED = "DETACHED"
# Beside it in a state out of the store: which snapshot, when it was made, and the day that was asked for.
STORED = "STORED.json"


@dataclass(frozen=True)
class Unread:
    """A file, or a table in a sheet, that could not be read, and the districts whose rows it may hold; empty: any."""

    file: str
    sheet: str
    reason: Reason
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KindSummary:
    """The account of one kind's data rows: read = accepted + set_aside, always."""

    kind: str
    title: Mapping[str, str]
    files: int
    read: int
    accepted: int
    set_aside: int
    cells_set_aside: int
    duplicates: int  # rows that look like an earlier one
    other_rows: Mapping[str, int]  # rows that are no data, by what they are
    notes: tuple[Reason, ...] = ()  # what a person should know of the files, each thing once
    rules: tuple[Reason, ...] = ()  # accepted rows that break a rule: its title, and how many
    # file, sheet, row, column, stated, summed of each total that is not the sum of its rows
    totals: tuple[Mapping[str, Any], ...] = ()
    corrected: int = 0  # cells, by corrections.csv
    # by the text of a district that is not known: the lines that would settle it
    near: Mapping[str, tuple[Proposal, ...]] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()  # the facts that rest on these are empty


@dataclass(frozen=True)
class Linking:
    """How rows were linked to premises.

    Rows by how; different premises; pairs left to decide; the probability from which a pair is linked, and from which
    it is asked; the pairs that these were learned from, 0 if they are the package's own; decisions followed.
    """

    rows: Mapping[str, int]
    premises: int
    doubtful: int
    certain_from: float | None = None
    doubtful_from: float | None = None
    learned_from: int = 0
    decisions: int = 0


@dataclass(frozen=True)
class IngestResult:
    """The outcome of an ingest."""

    summaries: tuple[KindSummary, ...]
    errors: tuple[
        Reason, ...
    ]  # files and whole tables that could not be read; a run with any ends with exit 1
    notes: tuple[Reason, ...]  # what a person should know of the boundaries: corrected, noticed, proposed
    inputs: tuple[dict[str, Any], ...]  # path (as shown), sha256 and bytes of every raw file
    layers: tuple[str, ...]  # which of these are of the boundaries
    # Changes when any processed table or setting does; a file read again with the same outcome changes nothing.
    fingerprint: str
    made_on: str = ""  # the day of the last ingest that changed anything, as 2022-02-01
    sums: tuple[KindSummary, ...] = ()  # of each source of numbers by district, which are no rows
    # the grid, or the crosswalk of codes, if it could not be read
    lost: Mapping[str, Unread] = field(default_factory=dict)
    linking: Linking | None = None  # None if no ledger names premises
    fresh: bool = field(default=True, compare=False)  # whether this run read anything, or found all as it was

    @property
    def unread(self) -> dict[str, tuple[Unread, ...]]:
        """What could not be read, by the kind whose facts depend on it."""
        grid = {GRID: (self.lost[GRID],)} if GRID in self.lost else {}
        return {one.kind: one.unread for one in self.summaries if one.unread} | grid

    def list_unread(self) -> list[tuple[str, tuple[Unread, ...]]]:
        """Return what could not be read, including sources of summary tables and layers."""
        found = [(one.kind, one.unread) for one in (*self.summaries, *self.sums) if one.unread]
        return found + [(name, (one,)) for name, one in self.lost.items()]


@dataclass(frozen=True)
class State:
    """What the last ingest read and wrote."""

    code: str  # of the sources that read it
    key: str  # of these and the versions of libraries
    files: dict[str, Stamp]  # raw files by their name as shown
    outputs: dict[str, Stamp]  # files of data/processed
    result: IngestResult
    beside: str = ""  # of own facts and other files beside that decide numbers, as they were when last stored


def load_state(config: Config) -> State | None:
    """The state of the last ingest, or None if there is none that this version understands."""
    try:
        state: State = restore(State, read_json((config.processed / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if not all(isinstance(one, Stamp) for one in (*state.files.values(), *state.outputs.values())):
        return None
    if not all(isinstance(one, KindSummary) for one in (*state.result.summaries, *state.result.sums)):
        return None
    return replace(state, result=replace(state.result, fresh=False))


def save_state(config: Config, state: State) -> None:
    """Record what a finished ingest read and wrote."""
    write_text(config.processed / STATE, write_json(state))


def find_damage(config: Config, state: State) -> list[str]:
    """Files of data/processed that are missing, or no longer as the ingest wrote them."""
    paths = {name: config.processed / name for name in state.outputs}
    return [
        name
        for name, known in state.outputs.items()
        if not paths[name].exists() or stamp_file(paths[name], known, ours=True).sha256 != known.sha256
    ]
