"""What an ingest left in data/processed, and the account of it: read without loading pandas."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taizhang.core.files import Stamp, stamp_file, write_text
from taizhang.core.reasons import Reason, read_json, write_json
from taizhang.ingest.proposals import Proposal
from taizhang.settings.workbook import Config

STATE = "ingest.json"
SET_ASIDE_FILE = "set_aside.csv"
APPLIED = "corrections_applied.csv"
# In data/processed of a copy that has no raw files: its tables are taken as they are.
DETACHED = "DETACHED"


@dataclass(frozen=True)
class KindSummary:
    """What became of one kind's rows: read = accepted + set_aside, always.

    Attributes
    ----------
    read, accepted, set_aside : int
        Data rows.
    cells_set_aside, duplicates : int
        Single cells; rows that look like an earlier one.
    other_rows : Mapping of str to int
        Rows that are no data, by what they are.
    notes : tuple of Reason
        What a person should know of the files, each thing once.
    rules : tuple of Reason
        Accepted rows that break a rule: its title, and how many.
    totals : tuple of Mapping
        file, sheet, row, column, stated, summed of each total that is not the sum of its rows.
    corrected : int
        Cells corrected by corrections.csv.
    near : Mapping of str to tuple of Proposal
        By the text of a district that is not known: the lines that would settle it.
    """

    kind: str
    title: Mapping[str, str]
    files: int
    read: int
    accepted: int
    set_aside: int
    cells_set_aside: int
    duplicates: int
    other_rows: Mapping[str, int]
    notes: tuple[Reason, ...] = ()
    rules: tuple[Reason, ...] = ()
    totals: tuple[Mapping[str, Any], ...] = ()
    corrected: int = 0
    near: Mapping[str, tuple[Proposal, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class IngestResult:
    """The outcome of an ingest.

    Attributes
    ----------
    errors : tuple of Reason
        Files and whole tables that could not be read; a run with any ends with exit 1.
    notes : tuple of Reason
        What a person should know of the boundaries: mended, noticed, proposed.
    inputs : tuple of dict
        path (as shown), sha256 and bytes of every raw file.
    layers : tuple of str
        Which of these are of the boundaries.
    fingerprint : str
        Changes when any processed table or setting does; a file read anew with the same outcome changes nothing.
    fresh : bool
        Whether this run read anything, or found all as it was.
    """

    summaries: tuple[KindSummary, ...]
    errors: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    inputs: tuple[dict[str, Any], ...]
    layers: tuple[str, ...]
    fingerprint: str
    fresh: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class State:
    """What the last ingest read and left.

    Attributes
    ----------
    code, key : str
        Of what read it: the sources alone, and with the versions of libraries.
    files, outputs : dict of str to Stamp
        Raw files by their name as shown; files of data/processed.
    """

    code: str
    key: str
    files: dict[str, Stamp]
    outputs: dict[str, Stamp]
    result: IngestResult


def processed_folder(config: Config) -> Path:
    return config.root / "data" / "processed"


def load_state(config: Config) -> State | None:
    """The state of the last ingest, or None where there is none that this version understands."""
    try:
        kept = read_json((processed_folder(config) / STATE).read_text(encoding="utf-8"))
        files, outputs = (
            {name: Stamp(*one) for name, one in kept[key].items()} for key in ("files", "outputs")
        )
        return State(kept["code"], kept["key"], files, outputs, _restore_result(kept["result"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def save_state(config: Config, state: State) -> None:
    """Record what a finished ingest read and made."""
    write_text(processed_folder(config) / STATE, write_json(state))


def restore_summary(kept: Mapping[str, Any]) -> KindSummary:
    """A kind's account as it was recorded."""
    listed = {name: tuple(kept[name]) for name in ("notes", "rules", "totals")}
    near = {text: tuple(Proposal(**line) for line in lines) for text, lines in kept["near"].items()}
    return KindSummary(**{**kept, **listed, "near": near})


def _restore_result(kept: Mapping[str, Any]) -> IngestResult:
    return IngestResult(
        summaries=tuple(map(restore_summary, kept["summaries"])),
        errors=tuple(kept["errors"]),
        notes=tuple(kept["notes"]),
        inputs=tuple(kept["inputs"]),
        layers=tuple(kept["layers"]),
        fingerprint=kept["fingerprint"],
        fresh=False,
    )


def find_damage(config: Config, state: State) -> list[str]:
    """Files of data/processed that are gone, or no longer what the ingest wrote."""
    folder = processed_folder(config)
    return [
        name
        for name, known in state.outputs.items()
        if not (folder / name).exists() or stamp_file(folder / name, known).sha256 != known.sha256
    ]
