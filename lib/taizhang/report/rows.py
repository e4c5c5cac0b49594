"""The ledger rows behind a report's key figures, as CSV files beside it."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from taizhang.core.csv import prepare_csv
from taizhang.core.errors import ParameterError
from taizhang.core.files import write_bytes
from taizhang.facts import prepare_ledgers, select_rows
from taizhang.facts.compute import MEASURES
from taizhang.facts.incidents import GRAVE_LEVELS
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.rules import load_rules
from taizhang.settings.workbook import Config

if TYPE_CHECKING:
    from taizhang.report.snapshot import Snapshot

FOLDER = "rows"


def list_rowed_facts(
    facts: pd.DataFrame, infos: Mapping[str, FactInfo], config: Config
) -> dict[str, tuple[str, ...]]:
    """Return the key figures, and facts behind findings, that get a file of their rows, by district code and ``all``.

    Only facts with a number, and none of a kind whose small counts are suppressed, as its rows are confidential even if
    the count is large.
    """
    open_kinds = set(config.ledgers) - set(config.suppress)
    found = {rule.fact for rule in load_rules()} | {f"incidents.level_{level}" for level in GRAVE_LEVELS}
    named = {
        name
        for name, info in infos.items()
        if (info.key or name in found)
        and (MEASURES[name].kinds if name in MEASURES else {name.split(".")[0]}) <= open_kinds
    }
    shown = facts[facts["fact"].isin(named) & facts["value"].notna() & ~facts["suppressed"].astype(bool)]
    return {str(code): tuple(rows["fact"]) for code, rows in shown.groupby("district_code")}


def write_rows(
    snapshot: "Snapshot", wanted: Mapping[str, tuple[str, ...]], *, folder: Path
) -> dict[str, str]:
    """Write ``rows/<district>.<fact>.csv`` below the review's folder, as `taizhang trace` prints it.

    `wanted` is as returned by `list_rowed_facts`. No personal column is in the files, no phone or identity number, and
    no text that a spreadsheet would run. Returns the SHA-256 of each file by its name.
    """
    written: dict[str, str] = {}
    districts = snapshot.districts
    facts = sorted({fact for names in wanted.values() for fact in names})
    for kind in dict.fromkeys(fact.split(".")[0] for fact in facts):
        ready = prepare_ledgers({kind: snapshot.read_ledger(kind)}, districts)
        for fact in (fact for fact in facts if fact.split(".")[0] == kind):
            try:
                days = (snapshot.period, snapshot.as_of)
                rows = select_rows(fact, ready, districts, *days, ALL, suppress=(), asked=snapshot.asked)
                rows = snapshot.hide(rows)
            except ParameterError:  # it needs another ledger besides
                rows = snapshot.trace(fact)
            written |= _write_parts(
                folder / FOLDER, fact, rows, [code for code, names in wanted.items() if fact in names]
            )
    return written


def remove_rows(snapshot: "Snapshot", *, folder: Path) -> None:
    """Remove the rows that an earlier run wrote and this workbook no longer shows, such as of a kind now suppressed.

    Files that are not named as ours are left alone.
    """
    for path in (folder / FOLDER).glob("*.csv"):
        code, _, fact = path.stem.partition(".")
        if fact in snapshot.fact_infos and fact not in snapshot.rowed.get(code, ()):
            path.unlink()


def _write_parts(folder: Path, fact: str, rows: pd.DataFrame, codes: Collection[str]) -> dict[str, str]:
    shown = prepare_csv(rows)  # once for all: a province has a thousand districts
    places = shown.groupby("district_code").indices
    written = {}
    for code in codes:
        part = shown if code == ALL else shown.iloc[places.get(code, [])]
        data = ("\ufeff" + part.to_csv(index=False, lineterminator="\n")).encode()
        # Thousands of them, known by their hashes: what a power failure takes is made again.
        write_bytes(folder / f"{code}.{fact}.csv", data, through=False)
        written[f"{code}.{fact}.csv"] = sha256(data).hexdigest()
    return written
