"""A workbook: a folder with workbook.toml, its ledgers, districts and facts."""

import os
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from taizhang.analysis.exhibits import is_shown
from taizhang.analysis.quality import Quality
from taizhang.analysis.reach import NEAR_M
from taizhang.analysis.suggestions import score_suggestions, suggest_categories
from taizhang.analysis.view import View
from taizhang.boundaries import find_grid_problems, make_empty_grid, match_cells, measure_span
from taizhang.boundaries.codes import find_levels
from taizhang.boundaries.english import list_names
from taizhang.core.errors import ChangedError, ParameterError
from taizhang.core.files import hash_files, is_named
from taizhang.core.keys import hash_parts
from taizhang.core.periods import Period, parse_period, read_period
from taizhang.core.privacy import mask_column
from taizhang.core.reasons import Reason, suggest
from taizhang.facts import (
    OwnFact,
    compare_reported,
    compute_as_of,
    leave_out_counted,
    leave_out_empty,
    leave_out_hidden,
    list_reported,
    merge_reported,
    select_rows,
)
from taizhang.facts.rows import Written
from taizhang.ingest import IngestResult, ingest
from taizhang.ingest.state import GRID, SUMS, SUMS_COLUMNS, SUMS_FILE
from taizhang.ingest.vintages import find_changes, leave_comparable, resolve_place
from taizhang.metadata.facts import ALL, FactInfo, describe_fact, load_facts, load_functions, split_target
from taizhang.metadata.kinds import PREMISES_KEY, Kind, load_kinds
from taizhang.metadata.words import Tongue
from taizhang.settings.view import ASSESSMENT, RISK, read_settings
from taizhang.settings.workbook import Config, locate_root, read_config
from taizhang.workbook.account import (
    describe_columns,
    measure_spans,
    show_workbook,
    tabulate_summaries,
    try_fact,
)
from taizhang.workbook.corrected import tell_corrections
from taizhang.workbook.counting import (
    count_facts,
    count_reach,
    count_scatter,
    keep_table,
    list_settings,
    list_silences,
)
from taizhang.workbook.earlier import read_earlier
from taizhang.workbook.held import (
    Known,
    check_code,
    find_held,
    hold_apart,
    hold_state,
    is_open_to_writing,
    read_known,
    take_out,
)
from taizhang.workbook.labels import label_table
from taizhang.workbook.notes import read_measures
from taizhang.workbook.pairs import read_doubtful
from taizhang.workbook.panel import Panel, make_panel
from taizhang.workbook.quality import read_quality
from taizhang.workbook.released import Known as Released
from taizhang.workbook.released import find_known
from taizhang.workbook.tables import (
    LazyLedgers,
    add_links,
    describe_linking,
    hide_personal,
    mask_texts,
    read_rows,
    read_written,
)
from taizhang.workbook.templates import packaged_notebooks
from taizhang.workbook.trust import list_own_facts, require_trust

if TYPE_CHECKING:
    from taizhang.analysis.late_entries import LateEntries
    from taizhang.analysis.work_plan import WorkPlan

_MOST_ATTEMPTS = 3
_Frame = TypeVar("_Frame", bound=pd.DataFrame)


class Workbook:
    """An opened workbook; tables are read on first use.

    `root` is the folder with workbook.toml; `as_of` replaces the workbook's own as-of day; `held` is the state
    that a run holds and reads instead of the current files. ParameterError if workbook.toml is missing or has
    mistakes.
    """

    def __init__(self, root: Path, *, as_of: date | None = None, held: Path | None = None) -> None:
        self.root = root.resolve()
        self.chosen_as_of = as_of
        source = held or self.root
        self.kinds: Mapping[str, Kind] = load_kinds(source / "ledgers")
        self.fact_infos: Mapping[str, FactInfo] = load_facts(source / "facts")
        self.config: Config = read_config(self.root, self.kinds, self.fact_infos, held=held)
        self.known: Known | None = read_known(self.config.processed)  # of which day, if not the present's
        self._result: IngestResult | None = None

    @classmethod
    def find(
        cls,
        folder: str | os.PathLike[str] = "",
        *,
        as_of: date | None = None,
        known_on: date | None = None,
    ) -> "Workbook":
        """Open the workbook in `folder` or, if empty, the nearest one upwards from the working directory.

        In a kernel of a report, it has the state from which the whole review is made. With `known_on`, it has what had
        been ingested by the end of that day; ParameterError if nothing so old is stored.
        """
        root = locate_root(folder).resolve()
        if known_on is None:
            return cls(root, as_of=as_of, held=find_held(root))
        with ExitStack() as stack:
            held = take_out(root, known_on, stack)
            book = cls(root, as_of=as_of, held=held)
            weakref.finalize(book, stack.pop_all().close)
        return book

    @contextmanager
    def hold(self, *, wait: bool = True) -> Iterator["Workbook"]:
        """Hold the workbook in its current state, whatever is saved until the end of the block.

        Without `wait`, the results of the previous ingest are taken while another run is ingesting. ChangedError if the
        settings have been saved since it was opened. What was known on an earlier day is held already.
        """
        if self.known is not None:
            yield self
            return
        with ExitStack() as stack:
            for attempt in count(1):
                try:
                    held = stack.enter_context(hold_state(self.config, self.result.fingerprint))
                except ChangedError:  # another run has ingested meanwhile, or the settings have been saved
                    if attempt == _MOST_ATTEMPTS:
                        raise
                    self.ingest(wait=wait)
                else:
                    break
            yield Workbook(self.root, as_of=self.chosen_as_of, held=held)
            check_code(self.root, held)

    @contextmanager
    def hold_to_read(self) -> Iterator["Workbook"]:
        """Like `hold` without waiting, for output that is only printed; a read-only workbook is not changed.

        `result.fresh` of what is yielded says whether such a workbook's raw files had to be read for this block alone.
        """
        if self.known is not None:
            yield self
            return
        if is_open_to_writing(self.config):
            with self.hold(wait=False) as held:
                yield held
            return
        with hold_apart(self.config) as (folder, result):
            held = Workbook(self.root, as_of=self.chosen_as_of, held=folder)
            held._result = result
            yield held
            check_code(self.root, folder)

    def __repr__(self) -> str:
        return f"<Workbook {self.config.title}: {', '.join(self.config.ledgers)}>"

    def _repr_html_(self) -> str:
        return show_workbook(self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.config.ledgers]

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or "config" not in self.__dict__:
            raise AttributeError(name)
        if hasattr(type(self), name):  # a property that failed inside: its own error, not "no such name"
            return object.__getattribute__(self, name)
        if name in self.config.ledgers:
            return self.ledger(name)
        if name in self.kinds:
            raise AttributeError(str(Reason("workbook.no_ledger_there", kind=name)))
        near = suggest(name, self.config.ledgers)
        raise AttributeError(str(Reason("workbook.no_attribute", name=name, near=near)))

    def ingest(self, *, force: bool = False, wait: bool = True) -> IngestResult:
        """Bring data/processed up to date; returns what was read, accepted and set aside."""
        self._result = ingest(self.config, force=force, wait=wait)
        made = (
            "districts",
            "sums",
            "grid",
            "grid_measures",
            "_grid_problems",
            "_parquets",
            "spans",
            "written",
        )
        for name in made:
            self.__dict__.pop(name, None)
        return self._result

    @property
    def result(self) -> IngestResult:
        """The account of the ingest, which is run if it has not been run in this session."""
        return self._result or self.ingest(wait=False)

    def fingerprint(self) -> str:
        """A hash that changes when any processed table or setting does."""
        settings = [self.config.source / name for name in (RISK, ASSESSMENT)]
        return hash_parts(tables=self.result.fingerprint, settings=hash_files(settings))

    def inputs(self) -> list[dict[str, Any]]:
        """path, sha256 and bytes of every raw file."""
        return list(self.result.inputs)

    @property
    def _tables(self) -> Path:
        """data/processed, brought up to date in this session."""
        assert self.result
        return self.config.processed

    @cached_property
    def districts(self) -> gpd.GeoDataFrame:
        """The districts in the layer's order: code, name, parent, geometry, and district_code, equal to code.

        Join them with other tables by district_code.
        """
        found = gpd.read_parquet(self._tables / "districts.parquet")
        return found.assign(district_code=found["code"])

    @cached_property
    def sums(self) -> pd.DataFrame:
        """The numbers by district from summary tables, each with its fact, period and cell; there are no rows
        behind them.

        Columns: kind, fact, period, district_code, district (as written), value, header, source_file, source_sheet
        and source_row.
        """
        if not self.config.sums:
            return pd.DataFrame(columns=list(SUMS_COLUMNS)).astype(SUMS_COLUMNS)
        return pd.read_parquet(self._tables / SUMS_FILE)

    @cached_property
    def grid(self) -> gpd.GeoDataFrame | None:
        """The grid cells without names of responsible persons, or None if there is no readable grid layer."""
        if not self._has_grid:
            return None
        cells = gpd.read_parquet(self._tables / "grid.parquet")
        return cells.drop(columns="responsible", errors="ignore")

    @property
    def _has_grid(self) -> bool:
        return self.config.grid is not None and GRID not in self.result.lost

    @cached_property
    def _shown_grid(self) -> gpd.GeoDataFrame | None:
        """The grid as views show it: cells are matched by their names as written."""
        return None if self.grid is None else self.grid.assign(name=mask_column(self.grid["name"]))

    @cached_property
    def grid_measures(self) -> pd.DataFrame | None:
        """Gaps and overlaps of the grid against each district's boundary (km2)."""
        return pd.read_parquet(self._tables / "grid_measures.parquet") if self._has_grid else None

    def grid_problems(self, district: str = ALL) -> gpd.GeoDataFrame | None:
        """Return gaps, overlaps and stray cells of the grid, largest first, as `find_grid_problems` does.

        `district` is a code, name or alias, or the whole area. None if there is no grid layer.
        """
        return None if self.grid is None else self._choose(self._grid_problems, district)

    @cached_property
    def _grid_problems(self) -> gpd.GeoDataFrame:
        return find_grid_problems(self.grid, self.districts)

    def grid_span(self, district: str = ALL) -> pd.DataFrame | None:
        """Return the span of control per district, as `measure_span` does: numbers, not names of persons.

        `district` is a code, name or alias, or all districts and the whole area. None if there is no grid layer, or no
        column of responsible persons.
        """
        if self.config.grid is None or not self.config.grid.responsible or not self._has_grid:
            return None
        return self._choose(measure_span(gpd.read_parquet(self._tables / "grid.parquet")), district)

    def _choose(self, table: Any, district: str) -> Any:
        """The rows of a district; ``all``: the table."""
        return table if district == ALL else table[table["district_code"] == self.resolve_district(district)]

    def grid_counts(self, view: View, *kinds: str) -> pd.DataFrame | None:
        """Return the number of rows in the view's period for each grid cell.

        `kinds` defaults to hazards and incidents, as far as the view has their rows.

        Returns
        -------
        pandas.DataFrame or None
            kind, cell (NA: none was found), how (as returned by `match_cells`) and rows, one row per group that
            occurs; None if there is no grid layer.
        """
        if self.grid is None:
            return None
        counts = []
        for kind in (kind for kind in kinds or ("hazards", "incidents") if kind in view.ledgers):
            found = (
                match_cells(view.counted(kind).written(), self.grid)
                .groupby(["cell", "how"], dropna=False)
                .size()
            )
            counts.append(found.rename("rows").reset_index().assign(kind=kind))
        columns = ["kind", "cell", "how", "rows"]
        return pd.concat(counts, ignore_index=True)[columns] if counts else pd.DataFrame(columns=columns)

    def reach(self, view: View, *, distance_m: float, kind: str = "shelters") -> gpd.GeoDataFrame | None:
        """Return premises and people within straight-line distance of a shelter, per district; see `summarise_reach`.

        Parameters
        ----------
        view
            The year of its period decides which residents count. Premises are those of the hazards ledger known on
            its as_of, each once, at the centre of its coordinates.
        distance_m
            Straight-line distance in metres.
        kind
            A ledger kind with lon and lat: shelters, or a kind of the workbook's own, such as teams' posts.

        Returns
        -------
        geopandas.GeoDataFrame or None
            None if the view has no rows of such a ledger, or none of them has coordinates.
        """
        if not {"lon", "lat"} <= set(self.kinds[kind].columns if kind in self.kinds else ()):
            with_points = [name for name, one in self.kinds.items() if {"lon", "lat"} <= set(one.columns)]
            raise ParameterError("workbook.no_coordinates", kind=kind, kinds=", ".join(with_points))
        return self._find_reach(view, distance_m, kind) if is_shown(view, "shelter-reach-map") else None

    def _find_reach(
        self, view: View, distance_m: float = NEAR_M, kind: str = "shelters"
    ) -> gpd.GeoDataFrame | None:
        if kind not in view.ledgers:
            return None
        # One table for all districts: computed once, not by each of their reports.
        others = sorted({"hazards"} & {*view.ledgers} | {"population"} & {*self.config.ledgers})
        asked: dict[str, Any] = {
            "kind": kind,
            "others": others,
            "distance_m": distance_m,
            "as_of": view.as_of,
        }
        asked["year"] = view.period.end.year
        return self._keep(
            "reach", asked, lambda folder: count_reach(folder, districts=self.districts, **asked)
        )

    def facts_earlier(self, earlier: Period, period: Period) -> pd.DataFrame:
        """Return the facts of an earlier period, read at the same lag after its end; districts split since then
        are left out."""
        facts = self.facts_as_of(earlier, compute_as_of(earlier, period, self.as_of(period)))
        return leave_comparable(facts, self._find_changes(earlier, period))

    def _find_changes(self, earlier: Period, period: Period) -> pd.DataFrame:
        return find_changes(self.config, self.districts["code"], earlier, period)

    def resolve_district(self, text: str) -> str:
        """Return the code of a district given by code, name or alias, including old ones; an error lists the
        nearest names."""
        return resolve_place(text, self.districts, self.config)

    def list_names(self, lang: str) -> dict[str, str]:
        """Return the names of districts on pages in a language (zh or en), by code."""
        return list_names(self.districts, lang, self.config.boundaries.names_en)

    def district_name(self, code: str) -> str:
        return str(self.districts.set_index("code")["name"][code])

    def as_of(self, period: Period) -> date:
        """Return the as-of day of a period: this run's, otherwise the workbook's, otherwise the period's last day.

        ParameterError if the day is before the period, since nothing was known of the period then.
        """
        day = self.chosen_as_of
        if day and day < period.start:
            raise ParameterError("workbook.too_early", day=day, period=str(period), start=period.start)
        return day or self.config.as_of or period.end

    @property
    def asked(self) -> date | None:
        """The as-of day set for this run or in workbook.toml, if any."""
        return self.chosen_as_of or self.config.as_of

    @cached_property
    def written(self) -> dict[str, Written]:
        """What each kind's whole ledger contains; this decides the meaning of empty cells."""
        assert self.result
        ends = self.asked is not None
        return {
            name: read_written(self.config.processed, self.kinds[name], about, ends=ends)
            for name, about in self._parquets.items()
        }

    @cached_property
    def _parquets(self) -> dict[str, pq.FileMetaData]:
        """The metadata of each processed ledger's file: its rows, and the ends of its columns."""
        return {name: pq.read_metadata(self._tables / f"{name}.parquet") for name in self.config.ledgers}

    def ledger(
        self,
        kind: str,
        *,
        district: str | None = None,
        period: str | Period | None = None,
        personal: bool = False,
    ) -> pd.DataFrame:
        """Return the accepted rows of a ledger, filtered while reading.

        Parameters
        ----------
        kind
            A ledger kind that this workbook has, such as ``hazards``.
        district
            Code or name of one district.
        period
            Only rows whose starred date falls in it (kinds with a date), or of its years (kinds with a year).
        personal
            Keep the columns marked personal, and phone and identity numbers in texts.

        Returns
        -------
        pandas.DataFrame
            Canonical columns, then district_code, district_match, source_file, source_sheet, source_row
            and duplicate.
        """
        if kind not in self.config.ledgers:
            raise ParameterError("workbook.no_ledger", kind=kind, kinds=", ".join(self.config.ledgers))
        about = self.kinds[kind]
        filters: list[tuple[str, str, object]] = []
        if district is not None:
            filters.append(("district_code", "==", self.resolve_district(district)))
        if period is not None and about.years:
            span = read_period(period)
            filters += [(about.years, ">=", span.start.year), (about.years, "<=", span.end.year)]
        elif period is not None and about.date:
            span = read_period(period)
            first, last = pd.Timestamp(span.start), pd.Timestamp(span.end)
            filters += [(about.date, ">=", first), (about.date, "<", last + pd.Timedelta(days=1))]
        rows = read_rows(self._tables, about, filters, personal=personal, read_cells=self._list_cells)
        rows.attrs["kind"] = kind
        return rows

    def columns(self, kind: str) -> pd.DataFrame:
        """Return the meaning of a ledger kind's columns, except personal ones; the kind need not be configured.

        Returns
        -------
        pandas.DataFrame
            Indexed by column: title and description (in the workbook's language), type, unit, required,
            values (a category's).
        """
        if kind not in self.kinds:
            raise ParameterError("workbook.no_kind", kind=kind, near=suggest(kind, self.kinds))
        return describe_columns(self.kinds[kind], self.config.lang)

    def label(self, table: pd.DataFrame, *, kind: str = "", lang: str = "") -> pd.DataFrame:
        """Return a copy of a table with columns and values in a reader's language, for display and export.

        Parameters
        ----------
        table
            Rows of a ledger, facts, a panel's or a figure's `data`, or any table with such columns.
        kind
            The ledger the columns belong to; default: the one that `ledger` or `trace` read them from, if any.
        lang
            zh or en; empty: the workbook's.

        Returns
        -------
        pandas.DataFrame
            Numbers, days, missing cells and unknown columns are unchanged.
        """
        kind, lang = kind or str(table.attrs.get("kind", "")), lang or self.config.lang
        if kind and kind not in self.kinds and kind != SUMS:
            raise ParameterError("workbook.no_kind", kind=kind, near=suggest(kind, self.kinds))
        lang = Tongue(lang, *find_levels(list(self.districts["code"])))
        return label_table(table, self.kinds, kind if kind in self.kinds else "", self.fact_infos, lang)

    @cached_property
    def spans(self) -> pd.DataFrame:
        """Rows of each ledger, and its first and last day: kind, rows, first, last (NaT without dates)."""
        return measure_spans((self.kinds[name], about) for name, about in self._parquets.items())

    @property
    def years(self) -> list[int]:
        """Years covered by the ledgers, the latest first."""
        days = pd.concat([self.spans["first"], self.spans["last"]]).dropna()
        return list(range(days.max().year, days.min().year - 1, -1)) if len(days) else []

    def facts(self, period: str | Period) -> pd.DataFrame:
        """Return all facts of a period, one row per fact for every district and the whole area.

        `as_of` is datetime64. Facts known only from summary tables are included; `reported` lists them.
        """
        period = read_period(period)
        facts = self.facts_as_of(period, self.as_of(period))
        return merge_reported(
            facts, self.reported(period), list(self.fact_infos), list(self.districts["code"])
        )

    def panel(self, facts: Iterable[str] = (), *, periods: Iterable[str | Period]) -> Panel:
        """Return facts of several periods, by district and period, for a regression or another program.

        Parameters
        ----------
        facts
            Names of facts; empty: all facts known in any of the periods.
        periods
            Such as ``["2020Q1", "2020Q2"]``; each is read as of its last day, or as of the workbook's `as_of`.

        Raises
        ------
        ParameterError
            If a fact is unknown, its ledger is not in this workbook, or no period is given.
        """
        named, spans = list(facts), [read_period(period) for period in periods]
        if unknown := [fact for fact in named if fact not in self.fact_infos and not split_target(fact)]:
            raise ParameterError(
                "analysis.no_fact", fact=unknown[0], near=suggest(unknown[0], self.fact_infos)
            )
        if not spans:
            raise ParameterError("workbook.no_periods")
        tables = {period: self.facts(period) for period in spans}
        had = dict.fromkeys(name for table in tables.values() for name in table["fact"])
        if absent := [name for name in named if name not in had]:
            kind = describe_fact(absent[0], self.fact_infos).kind
            raise ParameterError("workbook.no_such_fact", fact=absent[0], kind=kind)
        infos = {name: describe_fact(name, self.fact_infos) for name in named or had}
        return make_panel(tables, infos, self.config.lang)

    def try_fact(
        self, kind: str, function: Callable[..., pd.Series], *, period: str | Period, form: str = "count"
    ) -> pd.DataFrame:
        """Compute a fact not yet saved in a file, for every district and the whole area; columns as in `facts`.

        Parameters
        ----------
        kind
            The ledger whose rows it counts.
        function
            Takes the rows and the keyword `as_of`, and returns a value for each row: see docs/howto/own-fact.md.
        form
            count, share or sum.
        """
        return try_fact(self, kind, function, period=period, form=form)

    def reported(self, period: str | Period) -> pd.DataFrame:
        """Return a period's facts known only from summary tables, without rows behind them; columns as in `facts`."""
        period = read_period(period)
        as_of = self.as_of(period)
        return leave_out_counted(self._list_reported(period, as_of), self.facts_as_of(period, as_of))

    def list_unverified(self, period: str | Period) -> pd.DataFrame:
        """Return the numbers in `reported` with their cells; those of the whole area have none.

        Columns: district_code, district, period, fact, value, unit, source_file, source_sheet, source_row and header.
        """
        period = read_period(period)
        shown = self.reported(period)
        shown = shown[~shown["suppressed"] & shown["value"].notna()]
        same = self.sums["period"].map(lambda text: parse_period(text).is_same(period)).astype(bool)
        names = ["fact", "district_code", "source_file", "source_sheet", "source_row", "header"]
        about = ["district_code", "district", "period", "fact", "value", "unit"]
        cells = mask_texts(self.sums.loc[same, names])
        return shown[about].merge(cells, on=["fact", "district_code"], how="left")

    def _list_reported(self, period: Period, as_of: date) -> pd.DataFrame:
        """Return all numbers of summary tables for a period, even if they are also counted."""
        config = self.config
        return list_reported(
            self.sums,
            self.districts,
            period,
            as_of,
            self.fact_infos,
            suppress_below=config.suppress_below,
            suppress=config.suppress,
        )

    def _list_empty(self, period: Period, facts: Iterable[str]) -> list[str]:
        """The kinds of these facts whose ledgers have no row in the period, all of them having been read."""
        kinds = {fact.partition(".")[0] for fact in facts}
        return [
            kind
            for kind in kinds & {*self.config.ledgers} - {*self._unread}
            if self.kinds[kind].date and self.ledger(kind, period=period, personal=True).empty
        ]

    def _list_lost(self, period: Period) -> list[str]:
        """The kinds without a row in the period of which a summary table could not be read: it may be of the period."""
        read = zip(self.result.sums, self.config.sums, strict=True)
        return self._list_empty(period, [fact for one, source in read if one.unread for fact in source.facts])

    def facts_as_of(self, period: Period, as_of: date) -> pd.DataFrame:
        """Return the facts of a period as the ledgers stood on a given day, from rows only.

        A kind whose ledger has no row in a period covered by summary tables, or by one that could not be read, has no
        facts of it.
        """
        facts = self._count_facts(period, as_of)
        if not self.config.sums:
            return facts
        told = self._list_empty(period, self._list_reported(period, as_of)["fact"].astype("str"))
        return leave_out_empty(facts, [*told, *self._list_lost(period)])

    @property
    def releases(self) -> list[Released]:
        """The releases that readers have; none where nothing small is hidden."""
        if self.config.rounding or not {*self.config.suppress} & {*self.config.ledgers}:
            return []
        return find_known(self.root, self.config.processed)

    def count_withheld(self, period: Period) -> int:
        """Return how many facts of a period are hidden only because of what releases show."""
        if not self.releases:
            return 0
        as_of = self.as_of(period)
        names = ["district_code", "fact", "suppressed", "value"]
        shown = [self._count_facts(period, as_of, alone=alone)[names] for alone in (False, True)]
        both = shown[0].merge(shown[1], on=names[:2], suffixes=("", "_alone"))
        # Where nothing is known, nothing would be shown.
        more = both["suppressed"] & ~both["suppressed_alone"] & both["value_alone"].notna()
        return int(more.sum())

    def _count_facts(self, period: Period, as_of: date, *, alone: bool = False) -> pd.DataFrame:
        kinds = {name: self.kinds[name] for name in self.config.ledgers}
        releases = [] if alone else self.releases
        facts = self._keep(
            "facts",
            {
                "period": str(period),
                "as_of": as_of,
                "asked": self.asked,
                "unread": sorted((kind, sorted(codes)) for kind, codes in self._unread.items()),
                "own": hash_files((self.config.source / "facts").rglob("*")),
                **({"releases": [one.sha256 for one in releases]} if releases else {}),
            },
            lambda folder: count_facts(
                folder, kinds, self.districts, period, as_of, self._facts_settings(period, releases)
            ),
        )
        assert facts is not None
        return facts

    def _keep(self, name: str, asked: Mapping[str, object], make: Callable[[Path], Any]) -> Any:
        """A table for all districts, made once of the same rows and settings."""
        made_from = {**asked, "ledgers": self.result.fingerprint}
        return keep_table(self.config.cache, name, made_from, lambda: make(self._tables))

    def _facts_settings(self, period: Period, releases: Sequence[Released]) -> dict[str, Any]:
        lost = GRID in self.result.lost
        grid, measures = make_empty_grid() if lost else (self.grid, self.grid_measures)
        return list_settings(
            self.config,
            self.kinds,
            self._own_facts,
            grid,
            measures,
            self.asked,
            self._unread,
            read_earlier(releases, period),
        )

    @cached_property
    def _own_facts(self) -> tuple[OwnFact, ...]:
        """The facts that the workbook's facts/ folder adds."""
        require_trust(self.root, list_own_facts(self.config.source))
        functions = load_functions(self.config.source / "facts")
        return tuple(OwnFact(self.fact_infos[name], function) for name, function in functions.items())

    def trace(
        self, fact: str, period: str | Period, district: str, *, personal: bool = False
    ) -> pd.DataFrame:
        """Return the ledger rows behind a number; `counted` marks those in its numerator.

        Where cells were corrected, `corrected` says which, by whom, when and why.

        For a number from a summary table, return its cells, with the columns of `sums`. ParameterError if the fact or
        district is unknown, or if the number is suppressed, since its rows must not be shown.
        """
        period = read_period(period)
        code = ALL if district == ALL else self.resolve_district(district)
        reported = self.reported(period)
        if fact in set(reported["fact"]):
            cells = self._trace_reported(fact, period, code, reported[reported["fact"] == fact])
            return cells if personal else mask_texts(cells)
        rows = select_rows(
            fact,
            {name: self._read_exact(name, personal=personal) for name in self.config.ledgers},
            self.districts,
            period,
            self.as_of(period),
            code,
            **self._facts_settings(period, self.releases),
        )
        rows = tell_corrections(self.tell_links(rows), self.config)
        return rows if personal else self.hide_personal(rows)

    def tell_links(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows, as from `select_rows`, with how each was linked to its premises, and how probable that is.

        Rows that say so already, as those of `trace`, are returned as they are.
        """
        if PREMISES_KEY not in rows or "premises_how" in rows:
            return rows
        return add_links(self._tables, rows, str(rows.attrs["kind"]))

    def _trace_reported(self, fact: str, period: Period, code: str, reported: pd.DataFrame) -> pd.DataFrame:
        """The cells of a number that a summary table tells; of the whole area, those of all districts."""
        hidden = set(reported.loc[reported["suppressed"], "district_code"])
        if code in hidden:
            raise ParameterError("facts.suppressed", fact=fact, district=code)
        if code == ALL and hidden:
            raise ParameterError("facts.suppressed_somewhere", fact=fact)
        same = self.sums["period"].map(lambda text: parse_period(text).is_same(period)).astype(bool)
        cells = self.sums[same & (self.sums["fact"] == fact)]
        cells = cells if code == ALL else cells[cells["district_code"] == code]
        cells = cells.assign(counted=True).reset_index(drop=True)
        cells.attrs["kind"] = SUMS
        return cells

    def hide_personal(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows, as from `select_rows`, without personal data."""
        kind = self.kinds.get(rows.attrs["kind"])
        return (
            mask_texts(rows, self._list_cells)
            if kind is None
            else hide_personal(rows, kind, self._list_cells)
        )

    def _list_cells(self) -> Sequence[str]:
        """The codes of the grid's cells."""
        return [] if self.grid is None else list(self.grid["code"].astype("str"))

    def _read_exact(self, kind: str, *, personal: bool) -> pd.DataFrame:
        """A ledger's rows with their texts as written, to be counted."""
        rows = self.ledger(kind, personal=True)
        return rows if personal else rows.drop(columns=list(self.kinds[kind].personal), errors="ignore")

    def view(self, district: str, period: str | Period, lang: str = "", *, report: str = "") -> View:
        """Return the view for a report on one district or on the whole area.

        Parameters
        ----------
        district
            Code, name or alias; ``all`` for the whole area.
        lang
            zh or en; empty: the workbook's.
        report
            The template, such as ``township_review``; a template shows less for shorter periods.
        """
        period = read_period(period)
        lang = lang or self.config.lang
        if lang not in ("zh", "en"):
            raise ParameterError("workbook.no_language", lang=lang)
        lang = Tongue(lang, *find_levels(list(self.districts["code"])))
        code = ALL if district == ALL else self.resolve_district(district)
        as_of = self.as_of(period)
        spans = self.spans.dropna()
        lost = self._list_lost(period) if self.config.sums else []
        facts, reported = self.facts_as_of(period, as_of), self._list_reported(period, as_of)
        year_before, period_before = period.year_before(), period.period_before()
        # Those of districts split since are among them: their rows are in the scatter.
        earlier = {
            one: self.facts_as_of(one, compute_as_of(one, period, as_of))
            for one in (year_before, period_before)
        }
        own = dict(
            zip(self.districts["code"].astype("str"), self.districts["name"].astype("str"), strict=True)
        )
        names = {place: name for place, name in self.list_names(lang).items() if name != own[place]}
        exact = self._read_ledgers(code, as_of, lost)
        return View(
            district=code,
            name=self.config.name_title(lang) if code == ALL else (own | names)[code],
            title=self.config.name_title(lang),
            period=period,
            lang=lang,
            as_of=as_of,
            facts=_rename(facts, names),
            facts_before=_rename(
                leave_comparable(earlier[year_before], self._find_changes(year_before, period)), names
            ),
            facts_previous=_rename(
                leave_comparable(earlier[period_before], self._find_changes(period_before, period)), names
            ),
            ledgers=self._hide_ledgers(exact, as_of),
            exact=exact,
            districts=_rename(self.districts, names),
            grid=self._shown_grid,
            quality=tabulate_summaries(self.result.summaries),
            approval=self.config.boundaries.approval,
            sample=self.config.sample,
            vintages=self._find_changes(period.year_before(), period),
            settings=read_settings(self.config),
            kinds=self.kinds,
            fact_infos=self.fact_infos,
            report=report,
            asked=self.asked,
            silences=self._find_silences(as_of, code),
            reported=_rename(leave_out_counted(reported, facts), names),
            beside=compare_reported(reported, facts, suppress=self.config.suppress),
            scatter=leave_out_hidden(self._find_scatter(period), facts, *earlier.values()),
            last_day=spans["last"].max().date() if len(spans) else None,
            unread=frozenset([*lost, *(kind for kind in self._unread if not self._is_whole(kind, code))]),
            written=self.written,
            first_days={k: day.date() for k, day in zip(spans["kind"], spans["first"], strict=True)},
            reach=self._find_reach,
            facts_of=self.facts,
            linking=describe_linking(self.result.linking),
            known_on=None if self.known is None else self.known.day,
        )

    @property
    def _unread(self) -> dict[str, frozenset[str]]:
        """By kind the districts of which something could not be read, ``all`` where it may hold any."""
        return {
            kind: frozenset(code for one in some for code in one.codes or (ALL,))
            for kind, some in self.result.unread.items()
        }

    def _find_silences(self, as_of: date, code: str) -> pd.DataFrame:
        """Return where ledgers are silent up to a day: of a district, or of all and the whole area."""
        kinds = {name: self.kinds[name] for name in self.config.ledgers}
        found = self._keep("silences", {"as_of": as_of}, lambda folder: list_silences(folder, kinds, as_of))
        assert found is not None
        return found if code == ALL else found[found["district_code"] == code]

    def _find_scatter(self, period: Period) -> pd.DataFrame:
        """Return how rows cluster behind each fact, for a period and the periods it is compared with."""
        kinds = {name: self.kinds[name] for name in self.config.ledgers}
        earlier = (period.year_before(), period.period_before())
        days = {one: compute_as_of(one, period, self.as_of(period)) for one in (period, *earlier)}
        found = self._keep(
            "scatter",
            {
                "days": sorted((str(one), day) for one, day in days.items()),
                "asked": self.asked,
                "own": hash_files((self.config.source / "facts").rglob("*")),
            },
            lambda folder: count_scatter(
                folder, kinds, self.districts, days, self._facts_settings(period, [])
            ),
        )
        assert found is not None
        return found

    def _is_whole(self, kind: str, code: str) -> bool:
        """Return whether all of a ledger could be read that may hold rows of a district, or of any."""
        lost = self._unread.get(kind, frozenset())
        return not lost if code == ALL else not lost & {ALL, code}

    def _hide_ledgers(self, exact: LazyLedgers, as_of: date) -> LazyLedgers:
        """The same rows as they may be shown."""

        def hide(kind: str) -> pd.DataFrame:
            return hide_personal(exact[kind], self.kinds[kind], self._list_cells)

        return LazyLedgers(hide, {name: self.kinds[name] for name in exact}, as_of)

    def _read_ledgers(self, code: str, as_of: date, without: Collection[str] = ()) -> LazyLedgers:
        """The rows behind a view, with their texts as written, but for what is personal."""

        def read(kind: str) -> pd.DataFrame:
            rows = self.ledger(kind, district=None if code == ALL else code, personal=True)
            return rows.drop(columns=list(self.kinds[kind].personal), errors="ignore")

        return LazyLedgers(
            read,
            # What small counts are suppressed of, a report knows by its facts alone; of what was read in part, nothing.
            {
                name: self.kinds[name]
                for name in self.config.ledgers
                if name not in {*self.config.suppress, *without} and self._is_whole(name, code)
            },
            as_of,
        )

    def plan(self, view: View) -> "WorkPlan":
        """Return the work plan for the period after a view's: tasks from its findings, targets, drills, reviews due.

        Who does a task and by when is what the period's notes say (`measures`); otherwise it is empty.
        """
        from taizhang.analysis.work_plan import make_plan  # with all that finds problems: slow to load

        return make_plan(view, read_measures(self, view.period, str(view.lang)), self.config.targets)

    def quality(self, view: View) -> Quality:
        """Return the quality of the data behind a view: set aside, missing, doubtful; no personal data."""
        quality = read_quality(self._tables, self.result.summaries, view, as_of=self.config.as_of)
        if view.district != ALL or "hazards" not in view.ledgers or not is_shown(view, "quality-suggestions"):
            return quality
        return replace(quality, suggestions=self._suggest("scores", score_suggestions))

    def suggest(self) -> pd.DataFrame:
        """Return suggestions for hazards without a category, trade or severity; see `suggest_categories`.

        No fact is made from them.
        """
        return self._suggest("cells", suggest_categories)

    def _suggest(self, what: str, find: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
        """A table about the whole hazards ledger, made once: learning takes seconds."""
        found = self._keep(
            "suggestions", {"what": what}, lambda _: find(self._read_exact("hazards", personal=False))
        )
        assert found is not None
        return found

    def late_entries(self, view: View, *kinds: str) -> "LateEntries":
        """Return how late rows were entered, what was changed or removed, and what is still expected.

        It is told from the workbook's snapshots, for all ledgers with dates or for some, and rests on no fact.
        """
        from taizhang.workbook.late import read_late_entries  # with models that only this needs: slow to load

        until = self.known.snapshot if self.known is not None else ""
        return read_late_entries(self.config, view, kinds=kinds, until=until)

    def doubtful_pairs(self, district: str = ALL) -> pd.DataFrame:
        """Return the pairs of premises that may be one and that nobody has decided on yet, the likeliest first.

        Columns as in data/processed/doubtful_pairs.csv; a name that is a person's is not shown.
        """
        code = ALL if district == ALL else self.resolve_district(district)
        return read_doubtful(self.config, code, set(self.districts["code"]))

    def template(self, name: str) -> Path:
        """Return a report's notebook: the workbook's own, otherwise the package's."""
        own = self.config.source / "notebooks" / f"{name}.ipynb"
        if is_named(own):
            return own
        packaged = packaged_notebooks()
        if name not in packaged:
            raise ParameterError("workbook.no_notebook", name=name)
        return packaged[name]

    def reports_dir(self, period: Period) -> Path:
        """The folder of a period's review; a separate one if another as-of or known-on day was requested."""
        asof, known = self.chosen_as_of, self.known
        usual = self.config.as_of or period.end
        name = period.path + (f"@asof-{asof.isoformat()}" if asof is not None and asof != usual else "")
        return (
            self.root / "reports" / (name + (f"@known-{known.day.isoformat()}" if known is not None else ""))
        )


def _rename(frame: _Frame, names: Mapping[str, str]) -> _Frame:
    """Rows of districts, or the districts, by the names that the report's language has for some of them."""
    if frame.empty or not names:
        return frame
    code, name = ("code", "name") if "name" in frame else ("district_code", "district")
    called = frame[code].astype("str").map(names)
    return frame.assign(**{name: called.fillna(frame[name].astype("str"))})
