"""Make a whole workbook for a made-up county, and the truth behind it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd

from tools.sample import events, registers, services, standing
from tools.sample.columns import COLUMNS, DATED, PLACE, type_frame
from tools.sample.flaws import Flaw, add_flaws
from tools.sample.geography import Land, draw_land
from tools.sample.hazards import YEARS, Year, draw_year
from tools.sample.layouts import CORE, LedgerFile, Planner
from tools.sample.layouts_more import MORE
from tools.sample.lists import write_lists
from tools.sample.places import ALIASES, Township, make_townships
from tools.sample.premises import make_premises
from tools.sample.settings import write_checksums, write_settings
from tools.sample.shapes import Grid, make_grid, write_shapes
from tools.sample.sheets import Value, lay_out, write_csv, write_xlsx

TOWNSHIPS = 16
DEFAULT_ROWS = 6600
SEED = 20210101
# The incidents of the repository's own sample are an old .xls file. It was written once and is kept here, so that
# nothing needs a library that writes the format; those of every other sample are an .xlsx file.
_OLD_FILE = Path(__file__).with_name("incidents.xls")
PLANNERS: dict[str, Planner] = CORE | MORE
# Above this many hazards, hazards and inspections are written as Parquet, as spreadsheets would not hold them.
MOST_SHEET_ROWS = 500_000
PART_ROWS = 1_000_000
# Drawn township by township, so that they need not fit in memory.
_STREAMED = ("hazards", "inspections")
_SET_ASIDE = ["kind", "source_file", "source_sheet", "source_row", "column", "value", "reason", "scope"]
_COUNTS = ["kind", "read", "accepted", "set_aside", "cells_set_aside", "duplicates"]
# One random stream per purpose, so that one kind's rows don't depend on another's. A kind that came later has one by
# its name, so that those before it keep theirs.
LATER = (
    "tasks", "projects", "signings", "models", "experts", "premises", "investigations", "responses", "relief",
    "reports_up",
)  # fmt: skip
_FIRST = [kind for kind in COLUMNS if kind not in LATER]
_STREAMS = {name: crc32(name.encode()) for name in (*LATER, "register")} | {
    name: number for number, name in enumerate(("places", "land", "grid", "premises", *_FIRST, "draw"))
}


@dataclass(frozen=True)
class Truth:
    """What a perfect reader would make of a sample.

    Attributes
    ----------
    folder : Path
        The workbook.
    tables : dict of str to pandas.DataFrame
        Accepted rows of each kind: canonical columns (`district` as written), district_code, duplicate,
        source_file, source_sheet, source_row. Kinds written as Parquet are not in it: those files are the truth.
    counts : pandas.DataFrame
        kind, read, accepted, set_aside (rows), cells_set_aside, duplicates (flagged among the accepted).
    set_aside : pandas.DataFrame
        kind, source_file, source_sheet, source_row, column, value, reason, scope (row or cell).
    districts : pandas.DataFrame
        code, name, parent, geometry (longitude and latitude, EPSG:4490).
    grid : Grid
        The cells, and the gaps and overlaps made on purpose.
    aliases : dict of str to str
        Former and short names, with their codes.
    """

    folder: Path
    tables: dict[str, pd.DataFrame]
    counts: pd.DataFrame
    set_aside: pd.DataFrame
    districts: pd.DataFrame
    grid: Grid
    aliases: dict[str, str]


@dataclass
class _Sample:
    """What has been written so far."""

    folder: Path
    seed: int
    towns: list[Township]
    land: Land
    aliases: dict[str, str]
    register: list[pd.DataFrame] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)
    counts: list[dict[str, object]] = field(default_factory=list)
    set_aside: list[dict[str, object]] = field(default_factory=list)

    @property
    def has_old_file(self) -> bool:
        """Whether the incidents are those of the kept .xls file: they depend on nothing but these two."""
        return len(self.towns) == TOWNSHIPS and self.seed == SEED

    def stream(self, purpose: str, *more: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, _STREAMS[purpose], *more])


def make_sample(
    folder: Path, *, townships: int = TOWNSHIPS, rows: int = DEFAULT_ROWS, seed: int = SEED
) -> Truth:
    """Write a workbook with boundaries and three years of ledgers for the made-up county.

    Parameters
    ----------
    folder : Path
        Made if need be; existing files of the same names are written over.
    townships : int
        Number of townships, two or more.
    rows : int
        Number of hazards over the three years; a few rows written twice come on top. Above
        `MOST_SHEET_ROWS`, hazards and inspections are Parquet files without flaws.
    seed : int
        The same seed gives the same files, byte for byte.

    Returns
    -------
    Truth

    Raises
    ------
    ValueError
        If `townships`, `rows` or `seed` is out of range.
    """
    if rows < 1 or seed < 0:
        raise ValueError(f"rows is {rows} and seed is {seed}; rows must be 1 or more, seed 0 or more")
    towns = make_townships(townships, np.random.default_rng([seed, _STREAMS["places"]]))
    land = draw_land(towns, np.random.default_rng([seed, _STREAMS["land"]]))
    by_name = {town.name: town.code for town in towns}
    aliases = {alias: by_name[name] for name, alias in ALIASES.items() if name in by_name}
    sample = _Sample(Path(folder), seed, towns, land, aliases)
    grid = make_grid(towns, land, sample.stream("grid"))
    districts = pd.DataFrame(
        {
            "code": [town.code for town in towns],
            "name": [town.name for town in towns],
            "parent": [town.parent for town in towns],
            "geometry": np.array(land.towns, dtype=object),
        }
    )
    write_shapes(sample.folder / "data/raw/boundaries", districts, grid.frame)
    years = _draw_years(sample, grid.frame["code"].tolist(), rows)
    if rows > MOST_SHEET_ROWS:
        _write_parquet(sample, years)
    else:
        _write_years(sample, years)
    for kind, frame in _draw_rest(sample).items():
        _write_kind(sample, kind, frame, PLANNERS[kind])
    write_settings(sample.folder, aliases, sample.endings, townships=townships, rows=rows, seed=seed)
    write_lists(sample.folder, sample.tables, sample.stream("draw"))
    write_checksums(sample.folder / "data/raw")
    return Truth(
        folder=sample.folder,
        tables=sample.tables,
        counts=pd.DataFrame(sample.counts, columns=_COUNTS),
        set_aside=pd.DataFrame(sample.set_aside, columns=_SET_ASIDE),
        districts=districts,
        grid=grid,
        aliases=aliases,
    )


def _draw_years(sample: _Sample, cells: list[str], rows: int) -> Iterator[tuple[Township, int, Year]]:
    """Hazards and inspections, township by township and year by year; of each township also the register."""
    wanted = np.array([[t.effort * t.population**0.75 * f for f in t.trend] for t in sample.towns])
    exact = wanted / wanted.sum() * rows
    counts = np.floor(exact).astype(int)
    missing = np.argsort(-(exact - counts), axis=None, kind="stable")[: rows - int(counts.sum())]
    counts.flat[missing] += 1
    for number, town in enumerate(sample.towns):
        many = int(np.clip(counts[number].sum() / 2.2, 16, 900))
        premises = make_premises(number, town, sample.land, cells, many, sample.stream("premises", number))
        drawn = []
        for place, year in enumerate(YEARS):
            stream = sample.stream("hazards", number, year)
            drawn.append(draw_year(town, year, int(counts[number, place]), premises, stream))
            yield town, year, drawn[-1]
        stream = sample.stream("register", number)
        sample.register.append(registers.draw_register(town, premises.frame, drawn, stream))


def _write_years(sample: _Sample, years: Iterator[tuple[Township, int, Year]]) -> None:
    hazards, inspections = [], []
    for town, year, drawn in years:
        hazards.append(drawn.hazards.assign(district_code=town.code, year=year))
        inspections.append(drawn.inspections.assign(district_code=town.code, year=year))
    _write_kind(sample, "hazards", pd.concat(hazards, ignore_index=True), PLANNERS["hazards"])
    visits = pd.concat(inspections, ignore_index=True).sort_values(
        "inspected_on", kind="stable", ignore_index=True
    )
    visits["month"] = visits["inspected_on"].dt.month
    _write_kind(sample, "inspections", visits, PLANNERS["inspections"])


def _write_parquet(sample: _Sample, years: Iterator[tuple[Township, int, Year]]) -> None:
    """Write hazards and inspections as Parquet files of about a million hazards each."""
    waiting: dict[str, list[pd.DataFrame]] = {kind: [] for kind in _STREAMED}
    written = dict.fromkeys(waiting, 0)
    held = part = 0

    def flush() -> None:
        for kind, frames in waiting.items():
            path = sample.folder / f"data/raw/{kind}/part-{part:04d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = pd.concat(frames, ignore_index=True)
            type_frame(kind, whole)[list(COLUMNS[kind])].to_parquet(path, index=False, compression="zstd")
            written[kind] += len(whole)
            frames.clear()

    for town, _, drawn in years:
        waiting["hazards"].append(drawn.hazards.assign(district=town.name))
        waiting["inspections"].append(drawn.inspections.assign(district=town.name))
        held += len(drawn.hazards)
        if held >= PART_ROWS:
            flush()
            held, part = 0, part + 1
    if waiting["hazards"]:
        flush()
    for kind, count in written.items():
        sample.endings[kind] = ".parquet"
        sample.counts.append(
            {
                "kind": kind,
                "read": count,
                "accepted": count,
                "set_aside": 0,
                "cells_set_aside": 0,
                "duplicates": 0,
            }
        )


def _draw_rest(sample: _Sample) -> dict[str, pd.DataFrame]:
    """All kinds but hazards and inspections, each in the order its file is written."""
    parts: dict[str, list[pd.DataFrame]] = {kind: [] for kind in PLANNERS if kind not in _STREAMED}
    county_warnings = services.draw_county_warnings(sample.stream("warnings"))
    county_weather = services.draw_county_weather(sample.stream("weather"))
    for number, town in enumerate(sample.towns):
        area = sample.land.towns[number]

        def rng(kind: str, number: int = number) -> np.random.Generator:
            return sample.stream(kind, number)

        plans = events.draw_plans(town, rng("plans"))
        incidents = events.draw_incidents(number, town, area, rng("incidents"))
        losses = events.draw_losses(town, rng("losses"))
        warnings = services.draw_warnings(town, county_warnings, rng("warnings"))
        drawn = {
            "drills": events.draw_drills(town, plans, rng("drills")),
            "plans": plans,
            "incidents": incidents,
            "losses": losses,
            "complaints": services.draw_complaints(town, rng("complaints")),
            "disputes": services.draw_disputes(town, rng("disputes")),
            "warnings": warnings,
            "duty_checks": services.draw_duty_checks(town, rng("duty_checks")),
            "weather": services.draw_weather(town, county_weather, rng("weather")),
            "teams": services.draw_teams(town, rng("teams")),
            "supplies": services.draw_supplies(town, rng("supplies")),
            "shelters": services.draw_shelters(town, area, rng("shelters")),
            "publicity": services.draw_publicity(town, rng("publicity")),
            "actions": services.draw_actions(town, rng("actions")),
            "schools": services.draw_schools(town, rng("schools")),
            "population": events.draw_population(town, area, rng("population")),
            "tasks": services.draw_tasks(town, rng("tasks")),
            "projects": standing.draw_projects(town, rng("projects")),
            "signings": standing.draw_signings(town, rng("signings")),
            "models": standing.draw_models(town, rng("models")),
            "premises": sample.register[number],
            "investigations": registers.draw_investigations(town, incidents, rng("investigations")),
            "responses": registers.draw_responses(town, warnings, rng("responses")),
            "relief": registers.draw_relief(town, losses, rng("relief")),
            "reports_up": registers.draw_reports_up(town, incidents, rng("reports_up")),
        }
        for kind, frame in drawn.items():
            parts[kind].append(frame)
    parts["tasks"].append(services.draw_county_tasks(sample.stream("tasks", len(sample.towns))))
    parts["projects"].append(standing.draw_county_projects())
    parts["experts"].append(standing.draw_experts(sample.stream("experts", 0)))
    frames = {}
    for kind, some in parts.items():
        frame = pd.concat(some, ignore_index=True)
        if kind in DATED and kind != "weather":
            frame = frame.sort_values(DATED[kind], kind="stable", ignore_index=True)
        frames[kind] = frame
    frames["drills"]["year"] = frames["drills"]["held_on"].dt.year
    return frames


def _name_districts(sample: _Sample, kind: str, codes: pd.Series, rng: np.random.Generator) -> pd.Series:
    """How each row names its township: mostly by today's name, sometimes by a former one or by the code."""
    names = {town.code: town.name for town in sample.towns}
    other = {code: alias for alias, code in sample.aliases.items()}
    pick = rng.random(len(codes))
    by_code = 0.03 if kind in ("inspections", "plans") else 0.0
    return pd.Series(
        [
            None
            if pd.isna(code)
            else other[code]
            if share < 0.08 and code in other
            else code
            if share > 1 - by_code
            else names[code]
            for code, share in zip(codes, pick, strict=True)
        ],
        codes.index,
        dtype="str",
    )


def _write_kind(sample: _Sample, kind: str, frame: pd.DataFrame, planner: Planner) -> None:
    """Write one kind's files and note what a perfect reader would accept of them."""
    rng = sample.stream(kind)
    frame, flaws = add_flaws(kind, frame, rng)
    if "district_code" in frame:
        frame["district"] = _name_districts(sample, kind, frame["district_code"], rng)
        before = frame["district"].shift()
        frame["district"] = frame["district"].where(~frame["duplicate"], before)
    frame = type_frame(kind, frame)
    written: dict[tuple[object, str], Value] = {(flaw.label, flaw.column): flaw.value for flaw in flaws}
    places = _write_files(sample, planner(frame, sample.towns), written, rng)
    sample.endings[kind] = Path(places["source_file"].iloc[0]).suffix
    frame = frame.join(places)
    for flaw in flaws:
        where = places.loc[flaw.label]
        value = "" if flaw.value is None else str(flaw.value)
        known = {"column": flaw.column, "value": value, "reason": flaw.reason, "scope": flaw.scope}
        sample.set_aside.append({"kind": kind, **{name: where[name] for name in PLACE}, **known})
    sample.tables[kind] = _accept(kind, frame, flaws)
    sample.counts.append(
        {
            "kind": kind,
            "read": len(frame),
            "accepted": len(sample.tables[kind]),
            "set_aside": sum(flaw.scope == "row" for flaw in flaws),
            "cells_set_aside": sum(flaw.scope == "cell" for flaw in flaws),
            "duplicates": int(sample.tables[kind]["duplicate"].sum()),
        }
    )


def _accept(kind: str, frame: pd.DataFrame, flaws: list[Flaw]) -> pd.DataFrame:
    """Rows without those set aside, and with empty cells where a cell was set aside."""
    frame = frame.copy()
    for flaw in flaws:
        if flaw.scope == "cell":
            frame.loc[flaw.label, flaw.column] = pd.NA
    kept = frame.drop(index=[flaw.label for flaw in flaws if flaw.scope == "row"])
    kept = kept.sort_values(["source_file", "source_sheet", "source_row"], kind="stable", ignore_index=True)
    codes = ["district_code"] if "district_code" in kept else []
    return kept[[*COLUMNS[kind], *codes, "duplicate", *PLACE]]


def _write_files(
    sample: _Sample,
    files: list[LedgerFile],
    written: Mapping[tuple[object, str], Value],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Write the files of a kind; where each row stands, by index label."""
    places = []
    for file in files:
        name = f"data/raw/{file.path}"
        old = sample.has_old_file and file.path.startswith("incidents/")
        if old:
            name = name.removesuffix("x")
        path = sample.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sheets = []
        for title, layout, rows in file.tables:
            sheet, numbers = lay_out(title, layout, rows, rng, written=written)
            sheets.append(sheet)
            places.append(
                pd.DataFrame(
                    {"source_file": name, "source_sheet": title, "source_row": numbers}, rows.index
                ).astype(PLACE)
            )
        sheets += file.others
        if old:
            shutil.copyfile(_OLD_FILE, path)
        elif path.suffix == ".csv":
            write_csv(path, sheets[0])
        else:
            write_xlsx(path, sheets)
    return pd.concat(places)
