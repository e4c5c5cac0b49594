"""What earlier releases show of the kinds whose small counts are hidden, for the facts that are counted now."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason
from taizhang.facts import Earlier, prepare_ledgers
from taizhang.facts.rows import Ledgers
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.workbook import read_config
from taizhang.store import find_snapshot
from taizhang.workbook.held import take_out_snapshot
from taizhang.workbook.released import Known
from taizhang.workbook.tables import read_rows

FACTS = "facts.parquet"
COMPARED = "compared.parquet"  # of a release: the facts of the periods that it is compared with
_COLUMNS = ["period", "as_of", "district_code", "fact", "value", "suppressed"]


def read_earlier(releases: Sequence[Known], period: Period) -> tuple[Earlier, ...]:
    """What releases show that matters for the facts of a period: of all calendar years that it touches."""
    years = range(period.start.year, period.end.year + 1)
    return tuple(
        one
        for one in map(_read, releases)
        if any(parse_period(str(text)).end.year in years for text in one.shown["period"].unique())
    )


@lru_cache(maxsize=256)
def _read(release: Known) -> Earlier:
    paths = [release.folder / FACTS, release.folder / COMPARED]
    tables = [pd.read_parquet(path, columns=_COLUMNS) for path in paths if path.exists()]
    root, snapshot = release.root, release.snapshot

    def load(kinds: Collection[str]) -> tuple[Ledgers, date | None]:
        try:
            return _load(root, snapshot, frozenset(kinds))
        except ParameterError as error:
            raise ParameterError.of([Reason("release.no_rows", name=release.name), *error.reasons]) from error

    return Earlier(release.name, release.sha256, snapshot, pd.concat(tables, ignore_index=True), load)


@lru_cache(maxsize=16)
def _load(root: Path, snapshot: str, kinds: frozenset[str]) -> tuple[Ledgers, date | None]:
    """The rows of a snapshot of some kinds, without personal columns, and the as-of day in its settings."""
    with ExitStack() as stack:
        folder = take_out_snapshot(root, find_snapshot(root, snapshot), stack, kinds=kinds)
        known = load_kinds(folder / "ledgers")
        config = read_config(folder, known, load_facts(folder / "facts"))
        tables = {
            name: read_rows(config.processed, known[name], personal=True).drop(
                columns=list(known[name].personal), errors="ignore"
            )
            for name in config.ledgers
            if name in kinds and (config.processed / f"{name}.parquet").exists()
        }
        districts = pd.read_parquet(config.processed / "districts.parquet", columns=["code", "name"])
        dates = {name: kind.date or kind.year for name, kind in known.items() if kind.date or kind.year}
        return prepare_ledgers(tables, districts, dates=dates), config.as_of
