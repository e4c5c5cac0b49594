"""Summary tables by district (``form = "sums"``): each number with its fact, period and cell, not as rows."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from taizhang.core.files import write_beside
from taizhang.core.reasons import Reason
from taizhang.ingest.assemble import PUT_ASIDE, Assembler
from taizhang.ingest.collect import Collector
from taizhang.ingest.layers import Layers
from taizhang.ingest.plan import Plan
from taizhang.ingest.sources import Read, list_reads
from taizhang.ingest.state import SUMS, SUMS_COLUMNS, KindSummary, Unread
from taizhang.ledgers import Correction, FileRead
from taizhang.ledgers.sums import ROW, make_sums_kind, settle_sums
from taizhang.metadata.facts import ADDED, FactInfo, load_facts
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.settings.workbook import DISTRICT, LedgerConfig, SumsConfig, name_source

_KEY = ["fact", "period", "district_code"]


@dataclass(frozen=True)
class SumsSource:
    """A source of sums: its settings, its files, the kind that its tables are read as, and the plan of it alone."""

    config: SumsConfig
    files: tuple[str, ...]
    missing: tuple[str, ...]
    kind: Kind
    plan: Plan
    infos: Mapping[str, FactInfo]

    @property
    def place(self) -> Reason | str:
        return name_source(self.config.kind, self.config)

    def list_reads(self, layers: Layers, corrections: Mapping[str, list[Correction]]) -> list[Read]:
        reads = list_reads(self.plan, self.kind, layers, corrections)
        return [replace(one, source=replace(one.source, sums=True)) for one in reads]

    def settle(self, part: FileRead) -> FileRead:
        """Return a file with each row's period, shares as percentages, and no totals for numbers that do not add
        up."""
        tables = tuple(
            replace(table, totals=tuple(one for one in table.totals if self._is_added(one.column)))
            for table in part.tables
        )
        no_period = Reason("ingest.sums.no_period", place=self.place)
        return settle_sums(replace(part, tables=tables), self.config.period, self.infos, no_period)

    def _is_added(self, column: str) -> bool:
        return column in self.infos and self.infos[column].unit in ADDED


def list_sums_sources(plan: Plan) -> list[SumsSource]:
    """The sources of summary tables in a workbook, in the file's order."""
    config = plan.config
    if not config.sums:
        return []
    kinds, infos = load_kinds(config.root / "ledgers"), load_facts(config.root / "facts")
    usual = kinds["hazards"].fields[DISTRICT]
    found = []
    for one, files, missing in zip(config.sums, plan.sums, plan.missing_sums, strict=True):
        kind = make_sums_kind(kinds[one.kind], kinds[one.kind].fields.get(DISTRICT, usual), one.facts, infos)
        ledger = LedgerConfig.model_construct(
            files=one.files,
            sheets=one.sheets,
            encoding=one.encoding,
            columns=dict(one.columns),
            source=one.source,
        )
        ledger._at = one.at
        alone = replace(
            plan,
            config=config.model_copy(update={"ledgers": {kind.name: (ledger,)}}),
            sources={kind.name: (files,)},
            ledgers={kind.name: files},
        )
        found.append(SumsSource(one, files, missing, kind, alone, infos))
    return found


def read_sums(
    source: SumsSource,
    layers: Layers,
    corrections: Mapping[str, list[Correction]],
    read: Callable[[Read], Iterator[FileRead]],
    put_aside: Callable[[pd.DataFrame], None],
) -> tuple[pd.DataFrame, KindSummary, list[Reason]]:
    """The numbers of a source in `SUMS_COLUMNS`, the account of its rows, and what could not be read."""
    config, kind = source.plan.config, source.kind

    def put(aside: pd.DataFrame) -> None:
        put_aside(aside.assign(kind=SUMS))

    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        path = Path(folder) / "rows.parquet"
        collector = Collector(kind, path, list(layers.districts["code"]))
        try:
            assembler = Assembler(kind, config, layers, collector, put, as_of=config.as_of)
            for one in source.list_reads(layers, corrections):
                for part in read(one):
                    assembler.add(source.settle(part))
            summary = assembler.finish()
        finally:
            collector.close()
        rows = pd.read_parquet(path)
    errors = list(assembler.errors)
    errors += [Reason("ingest.missing.pattern", kind=kind.name, pattern=one) for one in source.missing]
    absent = tuple(Unread(one, "", errors[-1]) for one in source.missing)
    return _melt(rows, source), replace(summary, unread=(*summary.unread, *absent)), errors


def _melt(rows: pd.DataFrame, source: SumsSource) -> pd.DataFrame:
    """A row for each number that is there."""
    facts = source.config.facts
    parts = []
    for fact, header in facts.items():
        told = rows[rows[fact].notna()]
        parts.append(
            told.assign(
                kind=source.kind.name,
                fact=fact,
                value=told[fact].astype("float64"),
                header=header,
                source_row=told[f"{fact}{ROW}"],
            )
        )
    made = pd.concat(parts, ignore_index=True)
    return made[list(SUMS_COLUMNS)].astype(SUMS_COLUMNS)


def join_sums(tables: Sequence[pd.DataFrame], put_aside: Callable[[pd.DataFrame], None]) -> pd.DataFrame:
    """All sources' numbers, each once; if two cells disagree on the same number, neither is used."""
    made = (
        pd.concat(tables, ignore_index=True)
        if tables
        else pd.DataFrame(columns=list(SUMS_COLUMNS)).astype(SUMS_COLUMNS)
    )
    differ = made.groupby(_KEY)["value"].transform("nunique").gt(1).to_numpy(dtype=bool)
    if differ.any():
        torn = made[differ]
        groups = dict(iter(torn.groupby(_KEY)))
        reasons = []
        for number, row in torn.iterrows():
            others = groups[tuple(row[_KEY])].drop(index=number)
            other = others[others["value"] != row["value"]].iloc[0]
            sheet = other["source_sheet"]
            place = Reason("ledgers.place.in_sheet", sheet=sheet) if sheet else ""
            told = {"file": other["source_file"], "sheet": place, "row": int(other["source_row"])}
            reasons.append(Reason("ingest.sums.differ", value=f"{other['value']:g}", **told))
        aside = torn.assign(
            kind=SUMS,
            column=torn["fact"],
            value=torn["value"].map("{:g}".format),
            reason=pd.Series(reasons, index=torn.index, dtype=object),
            scope="cell",
            day=pd.Series(pd.NA, index=torn.index, dtype="str"),
        )
        put_aside(aside[PUT_ASIDE])
    order = ["kind", *_KEY, "source_file", "source_sheet", "source_row"]
    return made[~differ].sort_values(order, kind="stable").drop_duplicates(_KEY, ignore_index=True)


def write_sums(table: pd.DataFrame, path: Path) -> None:
    with write_beside(path) as beside:
        table.to_parquet(beside, index=False)
