"""What an ingest passes to the store: tables, their account, and the settings that numbers depend on."""

import json
from dataclasses import replace

from taizhang.core.errors import ChangedError
from taizhang.core.files import hash_file
from taizhang.core.keys import Code
from taizhang.core.locks import hold_lock
from taizhang.core.reasons import write_json
from taizhang.ingest.state import STATE, State, load_state
from taizhang.settings.beside import name_beside_files
from taizhang.settings.workbook import FILE, Config
from taizhang.store import ENVIRONMENT, Snapshot, dump_lines, list_snapshots, save_snapshot, thin_out

_PROCESSED = "data/processed"
_WORDS = ("notes/", "notebooks/", "templates/")  # what decides no number
_ALL = Code(("taizhang.cli",))


def store_snapshot(config: Config, state: State, *, whole: bool = False) -> Snapshot | None:
    """Store the result of an ingest; None if it and everything else that decides numbers is unchanged.

    With `whole`, notes, notebooks and templates count, too. ChangedError if the settings have been saved since they
    were read.
    """
    beside = name_beside_files(config)
    if (now := hash_file(beside[FILE])) != config.made_from.get(FILE, now):
        raise ChangedError("ingest.settings_changed", name=FILE)
    tables = {f"{_PROCESSED}/{name}": config.processed / name for name in state.outputs}
    told = json.loads(write_json(replace(state, files={}, outputs={}, beside="")))
    about = {
        f"{_PROCESSED}/{STATE}": dump_lines(told).encode(),
        ENVIRONMENT: dump_lines(_ALL.versions, 1).encode(),
    }
    words = [] if whole else [name for name in beside if name.startswith(_WORDS)]
    return save_snapshot(
        config,
        {**beside, **tables, **about},
        fingerprint=state.result.fingerprint,
        known={f"{_PROCESSED}/{name}": stamp.sha256 for name, stamp in state.outputs.items()},
        passing=() if whole else {*about, *words},
    )


def store_whole(config: Config) -> Snapshot:
    """Store the latest ingest with the current notes, notebooks and templates, if needed; returns the snapshot.

    ChangedError if settings have been saved since they were read.
    """
    with hold_lock(config.cache / "locks" / "ingest"):
        state = load_state(config)
        if state is None:
            raise ChangedError("ingest.settings_changed", name=FILE)
        made = store_snapshot(config, state, whole=True)
        return made or list_snapshots(config)[-1]


def prune_store(config: Config) -> tuple[int, int]:
    """Thin out old snapshots, while nobody ingests; returns how many are left out and how many stay."""
    with hold_lock(config.cache / "locks" / "ingest"):
        return thin_out(config)
