"""Told ledgers read by the real reader, with their facts and views, in process."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from unittest import mock

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from claim_checker import Checker
from shapely import box
from shown_checker import check_shown
from told_ledgers import TOWNS, YEAR, Told, write_told
from told_truth import ALL, Truth
from view_maker import takes_a_view_alone

from taizhang import figures, narrative
from taizhang.analysis.view import View
from taizhang.boundaries import match_districts
from taizhang.core.display import Figure, KeyFigures, Table
from taizhang.core.periods import Period, parse_period
from taizhang.facts import compute_as_of, compute_facts
from taizhang.facts.rows import Written
from taizhang.figures import canvas
from taizhang.ledgers.model import Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds
from taizhang.workbook.counting import list_silences
from taizhang.workbook.tables import LazyLedgers, read_rows, read_written

AREA = "滨江县"
PERIOD = parse_period(str(YEAR))
DISTRICTS = gpd.GeoDataFrame(
    {"code": list(TOWNS), "name": list(TOWNS.values()), "parent": ["滨江县"] * len(TOWNS)},
    geometry=[box(119 + 0.1 * n, 26, 119.1 + 0.1 * n, 26.1) for n in range(len(TOWNS))],
    crs="EPSG:4490",
)


@dataclass
class Read:
    """Told ledgers as read; `folder` holds their processed tables."""

    told: Told
    folder: Path
    tables: dict[str, pd.DataFrame]
    troubles: list[str]

    def facts(self, period: Period, as_of: date) -> pd.DataFrame:
        return compute_facts(self.tables, DISTRICTS, period, as_of, suppress=(), asked=self.told.asked)

    @cached_property
    def looks(self) -> list[tuple[Truth, pd.DataFrame]]:
        """Of the period and of the year before: what can be known, and the facts."""
        found, as_of = [], self.told.as_of
        for period in (PERIOD, PERIOD.year_before()):
            day = compute_as_of(period, PERIOD, as_of)
            truth = Truth(self.told, period.start, period.end, day)
            found.append((truth, self.facts(period, day)))
        return found

    @cached_property
    def facts_of(self) -> dict[str, pd.DataFrame]:
        """The facts of the period, the year before and the period before, as a view has them."""
        (_, now), (_, then) = self.looks
        return {"facts": now, "facts_before": then, "facts_previous": then}

    @cached_property
    def written(self) -> dict[str, Written]:
        ends = self.told.asked is not None
        return {
            kind: read_written(
                self.folder, load_kinds()[kind], pq.read_metadata(self.folder / f"{kind}.parquet"), ends=ends
            )
            for kind in self.tables
        }

    def view(self, district: str, lang: str) -> View:
        kinds = load_kinds()
        asked = self.told.asked
        firsts = {
            kind: table[kinds[kind].date].min().date()
            for kind, table in self.tables.items()
            if len(table) and kinds[kind].date
        }

        def read(kind: str) -> pd.DataFrame:
            filters = [] if district == ALL else [("district_code", "==", district)]
            return read_rows(self.folder, kinds[kind], filters)

        return View(
            district=district,
            name=AREA if district == ALL else TOWNS[district],
            title=AREA,
            period=PERIOD,
            lang=lang,
            as_of=self.told.as_of,
            ledgers=LazyLedgers(read, {kind: kinds[kind] for kind in self.tables}, self.told.as_of),
            districts=DISTRICTS,
            asked=asked,
            written=self.written,
            first_days=firsts,
            silences=list_silences(self.folder, {kind: kinds[kind] for kind in self.tables}, self.told.as_of),
            **self.facts_of,
        )


def read_told(told: Told, folder: Path) -> Read:
    """Write the files of told ledgers and read them; what was not understood is a trouble."""
    parts: dict[str, list[pd.DataFrame]] = {}
    troubles = []
    for path, table in zip(write_told(told, folder), told.tables, strict=True):
        source = Source(load_kinds()[table.kind], names=frozenset(TOWNS.values()))
        got = read_here(path, source, name=f"data/raw/{path.name}")
        troubles += [f"{path.name}: {error}" for error in got.errors]
        aside = got.set_aside[["source_row", "column", "value", "reason"]]
        troubles += [f"{path.name}: {tuple(map(str, row))}" for row in aside.itertuples(index=False)]
        if len(got.rows) != len(table.rows):
            troubles.append(f"{path.name}: {len(got.rows)} rows for {len(table.rows)}")
        matched = match_districts(got.rows["district"], DISTRICTS)
        parts.setdefault(table.kind, []).append(
            got.rows.assign(
                district_code=matched["code"].astype("str"), district_match=matched["how"].astype("str")
            )
        )
    tables = {}
    for kind, read in parts.items():
        rows = pd.concat(read, ignore_index=True).assign(duplicate=False)
        day = load_kinds()[kind].date
        order = ["district_code", *([day] if day else []), "source_file", "source_row"]
        tables[kind] = rows.sort_values(order, ignore_index=True)
        tables[kind].to_parquet(folder / f"{kind}.parquet", index=False)
    return Read(told, folder, tables, troubles)


def list_differences(read: Read) -> list[str]:
    """Where the facts are not what can be known of what was told."""
    if read.troubles:
        return read.troubles
    wrong = []
    for truth, facts in read.looks:
        got_of = {(row["district_code"], row["fact"]): row for row in facts.to_dict("records")}
        for (place, name), fact in truth.facts.items():
            got = got_of[place, name]
            value, wanted = got["value"], math.nan if fact.value is None else fact.value
            told = f"{name}: {place} {truth.start.year}: {value}, {got['known']:g} of {got['of']:g}"
            same = math.isclose(value, wanted, abs_tol=1e-9) or (math.isnan(value) and math.isnan(wanted))
            if not same or (got["known"], got["of"]) != (fact.known, fact.of):
                wrong.append(f"{told} for {wanted}, {fact.known} of {fact.of}")
    return wrong


# What of a comparison is written of a fact.
COMPARED = (
    "hazards.rectification_rate",
    "hazards.overdue_stock",
    "hazards.days_to_rectify_median",
    "drills.held",
    "incidents.count",
)


def write_report(view: View) -> dict[str, list[str]]:
    """The texts of a report, by the function that writes them: its paragraphs and items."""
    names = [
        name
        for name in narrative.__all__
        if name != "write_brief"
        and not name.startswith("write_action")
        and takes_a_view_alone(getattr(narrative, name))
    ]
    told = {name: getattr(narrative, name)(view) for name in names}
    if view.district == ALL:
        told |= {f"write_comparison {fact}": narrative.write_comparison(view, fact) for fact in COMPARED}
        told["write_standing"] = narrative.write_standing(view, COMPARED[0])
    brief = narrative.write_brief(view)
    return {
        name: ["".join(run.text for run in block.runs) for block in prose.blocks]
        for name, prose in told.items()
        if prose
    } | ({"write_brief": ["".join(run.text for run in brief.beside)]} if brief else {})


def show_exhibits(view: View) -> list[Figure | Table | KeyFigures]:
    """The figures and tables of a report whose claims are held against the truth."""
    with mock.patch.object(canvas, "_draw_svg", return_value="<svg/>"):  # nobody looks at the pictures
        shown = list(_show_all(view))
    return [one for one in shown if one]


def _show_all(view: View) -> Iterator[Figure | Table | KeyFigures | None]:
    yield from (
        figures.show_key_figures(view),
        figures.plot_hazards_trend(view), figures.plot_hazards_by_category(view), figures.plot_closure_curve(view),
        figures.plot_closure_by(view, "severity"), figures.plot_closure_by(view, "mode"),
        figures.tabulate_closure(view), figures.tabulate_overdue(view), figures.plot_inspections_trend(view),
        figures.plot_drills_calendar(view), figures.tabulate_drills(view), figures.plot_incidents_trend(view),
        figures.tabulate_incidents(view), figures.tabulate_neighbours(view), figures.tabulate_changes(view),
        *(figures.tabulate_facts(view, kind) for kind in view.kinds),
    )  # fmt: skip
    if view.district == ALL:
        yield from (figures.tabulate_districts(view), figures.tabulate_required_drills(view))
        yield from (
            show(view, fact) for fact in COMPARED for show in (figures.map_fact, figures.plot_ranking)
        )


def list_false_claims(read: Read, places: Sequence[str], langs: Sequence[str] = ("zh", "en")) -> list[str]:
    """What the reports of some places claim that is not so, or can't be known: in words, figures and tables."""
    (now, _), (then, _) = read.looks
    wrong = []
    for lang in langs:
        for place in places:
            view, checker = read.view(place, lang), Checker(now, then, place, lang)
            found = [
                (name, fault)
                for name, texts in write_report(view).items()
                for text in texts
                for fault in checker.check(text)
            ]
            found += [(one.id, fault) for one in show_exhibits(view) for fault in check_shown(checker, one)]
            wrong += [
                f"{lang} {place} {name}: {fault.text} ({fault.key}: {fault.why})" for name, fault in found
            ]
    return wrong
