"""All facts of a period, and the ledger rows behind any one of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period
from taizhang.core.reasons import suggest
from taizhang.facts import (
    complaints,
    disputes,
    drills,
    duty_checks,
    experts,
    grid,
    hazards,
    incidents,
    inspections,
    investigations,
    losses,
    models,
    plans,
    premises,
    projects,
    publicity,
    relief,
    reports_up,
    responses,
    schools,
    shelters,
    signings,
    supplies,
    tasks,
    teams,
    warnings,
)
from taizhang.facts.measures import Count, Distinct, Measure, Result, Scene, divide
from taizhang.facts.own import OwnFact, make_measures
from taizhang.facts.releases import Earlier, YearTables, add_releases, list_places, spread
from taizhang.facts.rounding import leave_out_telling
from taizhang.facts.rows import TABLE_COLUMNS, Floats, Ledgers, Mask
from taizhang.facts.suppress import (
    Link,
    blank_result,
    find_hidden,
    hides_counts,
    is_same,
    leave_out_base,
    round_counts,
)
from taizhang.facts.targets import TargetLike, elapsed_percent, spread_targets
from taizhang.facts.years import Reading, find_calendar_period, find_month, link_readings, list_readings
from taizhang.metadata.facts import ALL, FactInfo, describe_fact, load_facts, split_target

if TYPE_CHECKING:
    from taizhang.facts.protect import Keep

ANY = "hazards.found"  # the unit of a target's fact is the same for every indicator
SUPPRESS_BELOW = 5
SUPPRESS = ("complaints", "disputes")
ROUNDING = (
    5  # of what is shown in other ranges, and as of other days, than those of which small counts are hidden
)
NEVER_SUPPRESSED = "incidents"
# A module for each kind, of its name.
_KINDS = (
    hazards, inspections, drills, plans, incidents, losses, complaints, disputes, warnings, duty_checks, teams,
    supplies, shelters, experts, projects, signings, models, publicity, grid, schools, tasks, premises, investigations,
    responses, relief, reports_up,
)  # fmt: skip
MEASURES: Mapping[str, Measure] = {measure.fact: measure for kind in _KINDS for measure in kind.MEASURES}
# What suppression must know of a kind, where its module says it.
_SUMS, _WITHIN = (
    {kind.__name__.rpartition(".")[2]: getattr(kind, name, ()) for kind in _KINDS}
    for name in ("SUMS", "WITHIN")
)
Tables = Ledgers | Mapping[str, pd.DataFrame]


def compute_as_of(period: Period, period_of_report: Period, as_of_of_report: date) -> date:
    """Return the as-of day of an earlier period: the report's lag after that period's end.

    Parameters
    ----------
    period : Period
        The earlier period.
    """
    return period.end + (as_of_of_report - period_of_report.end)


def prepare_ledgers(
    ledgers: Mapping[str, pd.DataFrame],
    districts: pd.DataFrame,
    *,
    grid: pd.DataFrame | None = None,
    dates: Mapping[str, str] | None = None,
) -> Ledgers:
    """Prepare ledgers once, for calling `compute_facts` on many periods.

    Parameters
    ----------
    ledgers : Mapping of str to DataFrame
        By kind, as ingest leaves them.
    districts : DataFrame
        code and name, one row per district.
    grid : DataFrame, optional
        Grid cells: district_code and assigned (boolean, NA where no column says).
    dates : Mapping of str to str, optional
        The starred date of kinds that are not built in; a kind without one is a stock.

    Returns
    -------
    Ledgers
        To be passed as `ledgers`.
    """
    tables = dict(ledgers)
    if grid is not None:
        tables["grid"] = pd.DataFrame(grid.drop(columns="geometry", errors="ignore"))
    return Ledgers(tables, districts, dates)


def _set_scene(
    ledgers: Tables,
    districts: pd.DataFrame,
    period: Period,
    as_of: date,
    grid: pd.DataFrame | None,
    grid_measures: pd.DataFrame | None,
    dates: Mapping[str, str] | None,
    asked: date | None,
    unread: Mapping[str, Collection[str]] | None = None,
) -> Scene:
    ready = ledgers
    if not isinstance(ready, Ledgers):
        ready = prepare_ledgers(ready, districts, grid=grid, dates=dates)
    return Scene(ready, period, as_of, grid_measures, asked, unread or {})


def _list_measures(own: Sequence[OwnFact]) -> tuple[dict[str, FactInfo], dict[str, Measure]]:
    infos = {name: info for name, info in load_facts().items() if name in MEASURES}
    extra = make_measures(own)
    return infos | {fact.info.name: fact.info for fact in own}, dict(MEASURES) | extra


@dataclass(frozen=True)
class Suppression:
    """How small counts are withheld.

    Attributes
    ----------
    kinds : collection of str
        Sensitive kinds.
    below : int
        The smallest count that is shown for these kinds.
    rounding : int
        If above 0, counts are rounded to a multiple of this and not hidden.
    own : date, optional
        The workbook's default as-of day; None for each period's last day.
    keep : callable, optional
        Caches what is hidden in a year; see `hide_facts`.
    earlier : sequence of Earlier
        The releases that readers have, the oldest first.
    """

    kinds: Collection[str] = SUPPRESS
    below: int = SUPPRESS_BELOW
    rounding: int = 0
    own: date | None = None
    keep: "Keep | None" = field(default=None, compare=False)
    earlier: Sequence[Earlier] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if NEVER_SUPPRESSED in self.kinds:
            raise ParameterError("facts.never_suppressed", kind=NEVER_SUPPRESSED)


@dataclass(frozen=True)
class _Published:
    """A kind's facts for a period and day as publishable to the last case, apart from what is hidden."""

    reading: Reading
    results: Mapping[str, Result]
    hidden: Mapping[str, Mask]


def _publish(
    scene: Scene,
    kind: str,
    measures: Sequence[Measure],
    suppression: Suppression,
    readings: Sequence[Reading],
) -> list[_Published]:
    """The facts of a kind that are published, with enough hidden that the rest together reveals nothing."""
    found = YearTables(list_places(scene.ledgers.codes, suppression.earlier))
    tables: list[dict[str, Result]] = []
    at: list[int] = []  # by reading: its table; two readings of a period mostly are the same
    for reading in readings:
        other = Scene(
            scene.ledgers, reading.period, reading.as_of, scene.grid_measures, reading.asked, intervals=False
        )
        table = {measure.fact: measure.compute(other) for measure in measures}
        wide = {fact: spread(result, scene.ledgers.codes, found.codes) for fact, result in table.items()}
        at.append(found.add(reading.period, wide))
        if at[-1] == len(tables):
            tables.append(table)
    links = link_readings(readings) if scene.ledgers[kind].date else []
    moved = [Link(at[link.whole], tuple(at[part] for part in link.parts), link.same_day) for link in links]
    found.links = [link for link in dict.fromkeys(moved) if link.parts != (link.whole,)]
    known: dict[str, Any] = {
        "sums": _SUMS.get(kind, ()),
        "within": _WITHIN.get(kind, ()),
        "links": found.links,
    }
    if suppression.rounding:
        counts = {measure.fact for measure in measures if isinstance(measure, Count | Distinct)}
        shown = [{fact: result for fact, result in table.items() if fact in counts} for table in found.tables]
        left_out = leave_out_telling(shown, suppression.rounding, **known)
        masks = [
            {fact: some.get(fact, np.zeros_like(result.value, bool)) for fact, result in table.items()}
            for table, some in zip(found.tables, left_out, strict=True)
        ]
    else:
        add_releases(found, readings, at, measures, kind, suppression.earlier)
        masks = find_hidden(
            found.tables, below=suppression.below, keep=suppression.keep, disclosed=found.disclosed,
            present=len(tables), **known,
        )  # fmt: skip
    own = [*range(scene.n), len(found.codes)]  # without the districts that are no more
    masks = [{fact: mask[own] for fact, mask in table.items()} for table in masks]
    if scene.ledgers[kind].term and any(mask.any() for table in masks for mask in table.values()):
        # The terms of a year are in its periods now alone, now together with rows of no term.
        masks = [{fact: np.ones_like(mask) for fact, mask in table.items()} for table in masks]
    return [
        _Published(reading, tables[table], masks[table]) for reading, table in zip(readings, at, strict=True)
    ]


def _list_published(
    scene: Scene, kind: str, measures: Sequence[Measure], suppression: Suppression
) -> list[_Published]:
    """The facts of a kind published in the calendar years of a period.

    A kind without dates has nothing that adds up over the year, so only the period itself is considered, or the month
    in which another range ends. For a kind by school terms, everything is hidden if anything is.
    """
    ledger, period = scene.ledgers[kind], scene.period
    stock = not ledger.date and not ledger.term
    calendar = find_calendar_period(period)
    if calendar is None and suppression.rounding:  # all are rounded, and nothing is hidden
        return []
    years = [period.end.year] if stock else range(period.start.year, period.end.year + 1)
    published = []
    for year in years:
        readings = list_readings(year, suppression.own)
        if stock:
            one = calendar or find_month(period.end)
            readings = [reading for reading in readings if reading.period == one]
        facts = tuple(measure.fact for measure in measures)
        releases = tuple(one.key for one in suppression.earlier)
        key = (kind, facts, suppression.below, suppression.rounding, tuple(readings), releases)
        make = partial(_publish, scene, kind, measures, suppression, readings)
        published += scene.ledgers.keep(key, make)
    return published


def _withhold(result: Result, published: Sequence[_Published], suppression: Suppression) -> Mask:
    """The cells withheld when counts are rounded for a range that is not a calendar period.

    Users can ask for any number of other ranges and days, and together with the published year these would reveal what
    is hidden there. If anything is hidden, districts are left out, including zeros: knowing that some have none shows
    which days others have. The whole area's number, shown for every month, reveals nothing about districts.
    """
    nowhere = np.zeros(result.value.shape, bool)
    if suppression.rounding or result.unknown.all():
        return nowhere
    masks = [mask for one in published for mask in one.hidden.values()]
    hidden = np.any([nowhere, *masks], axis=0)
    hidden[:-1] = hidden.any()
    return hidden


def _suppress(
    kind: str, scene: Scene, measures: Sequence[Measure], results: dict[str, Result], suppression: Suppression
) -> dict[str, tuple[Result, Mask]]:
    """A kind's facts as publishable and, where that is less than everything, what is hidden or rounded."""
    if not measures:
        return {}
    published = _list_published(scene, kind, measures, suppression)
    beside = [one for one in published if one.reading.period.is_same(scene.period)]
    asked = (scene.as_of, scene.asked)
    itself = next((one for one in beside if (one.reading.as_of, one.reading.asked) == asked), None)
    shown = {}
    for measure in measures:
        result = results[measure.fact]
        # What is hidden on one of the days that all is shown of is hidden on every other: also where two are the same,
        # as one who sees only this can't know it, and where it is rounded, as that would narrow it down.
        masks = [one.hidden[measure.fact] for one in ([itself] if itself else beside)]
        hidden = np.any([np.zeros(result.value.shape, bool), *masks], axis=0)
        same = itself or any(is_same(one.results[measure.fact], result) for one in beside)
        if same and not suppression.rounding:
            shown[measure.fact] = blank_result(result, hidden), hidden
        else:
            is_count = isinstance(measure, Count | Distinct)
            rounded, mask = round_counts(result, suppression.rounding or ROUNDING, is_count=is_count)
            hidden |= _withhold(result, published, suppression)
            shown[measure.fact] = blank_result(rounded, hidden), mask | hidden
    anything = any(mask.any() for one in published for mask in one.hidden.values())
    if anything or any(
        hides_counts(results[fact], mask, suppression.below) for fact, (_, mask) in shown.items()
    ):
        # How many rows there are, and of how many something is known, gives them away.
        return {fact: (leave_out_base(result), mask) for fact, (result, mask) in shown.items()}
    return shown


def _compute_results(
    scene: Scene, measures: Collection[Measure], suppression: Suppression
) -> tuple[dict[str, Result], dict[str, Mask]]:
    """Return results by fact, blank if hidden, and where they are hidden."""
    configured = [measure for measure in measures if measure.is_configured(scene)]
    results = {measure.fact: measure.answer(scene) for measure in configured}
    hidden = {fact: np.zeros(scene.n + 1, bool) for fact in results}
    exact = dict(results)
    for kind in suppression.kinds:
        of_kind = [measure for measure in configured if kind in measure.kinds]
        for fact, (result, mask) in _suppress(kind, scene, of_kind, exact, suppression).items():
            # Of two kinds that a fact rests on, each hides what it must.
            kept = leave_out_base(result) if np.isnan(results[fact].known).any() else result
            results[fact] = blank_result(kept, hidden[fact])
            hidden[fact] = hidden[fact] | mask
    return {fact: blank_result(result, result.unknown) for fact, result in results.items()}, hidden


def compute_facts(
    ledgers: Tables,
    districts: pd.DataFrame,
    period: Period,
    as_of: date,
    *,
    grid: pd.DataFrame | None = None,
    grid_measures: pd.DataFrame | None = None,
    targets: Sequence[TargetLike] = (),
    suppress_below: int = SUPPRESS_BELOW,
    suppress: Collection[str] = SUPPRESS,
    rounding: int = 0,
    read_as_of: date | None = None,
    own: Sequence[OwnFact] = (),
    dates: Mapping[str, str] | None = None,
    asked: date | None = None,
    unread: Mapping[str, Collection[str]] | None = None,
    keep: "Keep | None" = None,
    earlier: Sequence[Earlier] = (),
) -> pd.DataFrame:
    """Compute all facts of a period, for every district and the whole area.

    Parameters
    ----------
    ledgers : Mapping of str to DataFrame, or Ledgers
        By kind, as ingest leaves them, or prepared by `prepare_ledgers` (then with its `grid`). Every kind among the
        keys is configured, even without rows; facts of other kinds are absent.
    districts : DataFrame
        code and name, in the order wanted.
    as_of : datetime.date
        The as-of day.
    grid : DataFrame, optional
        Grid cells: district_code and assigned (boolean, NA where no column says).
    grid_measures : DataFrame, optional
        district_code (a code or ``all``), gap_km2, overlap_km2; without it these two facts are absent.
    targets : sequence
        Targets with indicator, district, period and at_least.
    suppress_below : int
        The smallest count that is shown for the kinds in `suppress`.
    suppress : collection of str
        Sensitive kinds.
    rounding : int
        If above 0, their counts are rounded to a multiple of it, and nothing is hidden. If 0, small counts are
        hidden in months, quarters, halves and years; in other ranges, and as of other days, counts are rounded to
        5, and districts are left out if a year that the range touches hides anything.
    read_as_of : datetime.date, optional
        The default as-of day; without it, each period's last day.
    own : sequence of OwnFact
        A workbook's own facts.
    dates : Mapping of str to str, optional
        The starred date of kinds that are not built in; a kind without one is a stock.
    asked : datetime.date, optional
        The as-of day asked for in the reported period, also when an earlier period is computed for comparison. If
        it is before the latest date of a row's file, statements of the row without a day are unknown.
    unread : Mapping of str to collection of str, optional
        By kind, the districts with a file that could not be read, or ``all`` if it may contain any; their facts are
        empty.
    keep : callable, optional
        Caches what is hidden in a year for other processes; see `protect.hide_facts`.
    earlier : sequence of Earlier, optional
        The releases that readers have, the oldest first. More is hidden where these and the facts together would reveal
        what one of them hides. Not if all is rounded.

    Returns
    -------
    DataFrame
        Columns as in facts.csv; unique by district_code and fact; districts in order, then ``all``; within each,
        facts in the order of facts.yml, then those of targets.

    Raises
    ------
    ParameterError
        If a row's district, a target or `suppress` is invalid.
    """
    scene = _set_scene(ledgers, districts, period, as_of, grid, grid_measures, dates, asked, unread)
    infos, measures = _list_measures(own)
    suppression = Suppression(suppress, suppress_below, rounding, read_as_of, keep, earlier)
    results, hidden = _compute_results(scene, [measures[name] for name in infos], suppression)
    units = {name: infos[name].unit for name in results}
    _add_targets(scene, infos, results, hidden, units, targets)

    facts = list(results)
    codes, names = [*scene.ledgers.codes, ALL], [*scene.ledgers.names, ALL]
    n = len(codes)

    def stack(columns: list[Floats] | list[Mask], dtype: type = float) -> npt.NDArray[Any]:
        return np.array(columns, dtype).reshape(len(facts), n).T.ravel()

    def stack_numbers(name: str) -> Floats:
        return stack([getattr(results[fact], name) for fact in facts])

    frame = pd.DataFrame(
        {
            "district_code": pd.Series([code for code in codes for _ in facts], dtype="str"),
            "district": pd.Series([name for name in names for _ in facts], dtype="str"),
            "period": pd.Series([str(period)] * (n * len(facts)), dtype="str"),
            "fact": pd.Series(facts * n, dtype="str"),
            "value": stack_numbers("value"),
            "unit": pd.Series([units[fact] for fact in facts] * n, dtype="str"),
            "numerator": stack_numbers("numerator"),
            "denominator": stack_numbers("denominator"),
            "low": stack_numbers("low"),
            "high": stack_numbers("high"),
            "suppressed": stack([hidden[fact] for fact in facts], bool),
            "as_of": pd.Series(pd.Timestamp(as_of), range(n * len(facts)), dtype="datetime64[us]"),
            "known": stack_numbers("known"),
            "of": stack_numbers("of"),
        }
    )
    # A target set for some districts is a fact of those alone.
    meant = frame["fact"].isin(list(infos))
    return frame[meant | frame["suppressed"] | frame["denominator"].notna()].reset_index(drop=True)


def _add_targets(
    scene: Scene,
    infos: Mapping[str, FactInfo],
    results: dict[str, Result],
    hidden: dict[str, Mask],
    units: dict[str, str],
    targets: Sequence[TargetLike],
) -> None:
    """Add the progress towards each target, and whether it keeps pace."""
    codes = list(scene.ledgers.codes)
    spread = spread_targets(targets, scene.period, codes, scene.ledgers.names, infos)
    gone = elapsed_percent(scene.period, scene.as_of)
    for indicator in [name for name in infos if name in spread and name in results]:
        wanted = np.array([spread[indicator].get(code, np.nan) for code in [*codes, ALL]])
        # Percent of a target would tell the last case of what is rounded.
        value = np.where(hidden[indicator], np.nan, results[indicator].value)
        done = divide(100 * value, wanted)
        mask = hidden[indicator] & ~np.isnan(wanted)
        bottom = np.where(mask, np.nan, wanted)
        nothing = np.full(value.shape, np.nan)
        for measure, numbers in (("done_percent", done), ("pace_points", done - gone)):
            fact = f"targets.{indicator}.{measure}"
            told = results[indicator]
            results[fact] = Result(
                numbers, value, bottom, nothing, nothing, known=told.known, of=told.of, unknown=told.unknown
            )
            hidden[fact] = mask
            units[fact] = describe_fact(f"targets.{ANY}.{measure}").unit


def _list_columns_beneath(
    scene: Scene,
    related: Sequence[Measure],
    hidden: Mapping[str, Mask],
    suppression: Suppression,
    place: int,
) -> set[str]:
    """The columns that hidden numbers of a place (-1: any) rest on, in the period or the others of its year.

    What is hidden in another period could be counted by any date, as a case is due some days after it was received.
    """

    def is_hidden(mask: Mask) -> bool:
        return bool(mask.any() if place == -1 else mask[place])

    configured = [measure for measure in related if measure.is_configured(scene)]
    facts = {fact for fact, mask in hidden.items() if is_hidden(mask)}
    dates: set[str] = set()
    for kind in suppression.kinds:
        of_kind = [measure for measure in configured if kind in measure.kinds]
        published = (
            [] if suppression.rounding or not of_kind else _list_published(scene, kind, of_kind, suppression)
        )
        elsewhere = {fact for one in published for fact, mask in one.hidden.items() if is_hidden(mask)}
        if elsewhere:
            facts |= elsewhere
            dates |= scene.ledgers[kind].date_columns
    grounds = [ground for measure in configured if measure.fact in facts for ground in measure.list_grounds()]
    columns = {column for ground in grounds for column in ground.columns} | dates
    return columns | {f"{column}_precision" for column in columns}


def select_rows(
    fact: str,
    ledgers: Tables,
    districts: pd.DataFrame,
    period: Period,
    as_of: date,
    district: str,
    **same: Any,
) -> pd.DataFrame:
    """Return the ledger rows behind a number.

    Parameters
    ----------
    fact : str
        Such as ``hazards.overdue``; of a target, the rows of its indicator.
    ledgers, districts, period, as_of, **same
        As for `compute_facts`.
    district : str
        A division code, or ``all``.

    Returns
    -------
    DataFrame
        The ledger's columns and `counted`. For a count or sum, these are the rows that make it up; for a share,
        all rows of the denominator, with those of the numerator `counted`; for a median, those closed.
        `attrs["kind"]` is the ledger kind.

    Raises
    ------
    ParameterError
        If the fact or the district is unknown, its ledger is not configured, or it is suppressed (for the
        whole area: in any district, whose rows could be counted).
    """
    own: Sequence[OwnFact] = same.get("own", ())
    infos, measures = _list_measures(own)
    parts = split_target(fact)
    name = parts[0] if parts else fact
    if name not in infos:
        raise ParameterError("facts.no_such_fact", fact=fact, near=suggest(fact, infos))
    scene = _set_scene(
        ledgers, districts, period, as_of, same.get("grid"), same.get("grid_measures"), same.get("dates"),
        same.get("asked"),
    )  # fmt: skip
    codes = list(scene.ledgers.codes)
    if district != ALL and district not in codes:
        raise ParameterError("facts.no_such_district", district=district, near=suggest(district, codes))
    measure = measures[name]
    if not measure.is_configured(scene):
        missing = [kind for kind in (measure.kind, *measure.needs) if kind not in scene.ledgers]
        raise ParameterError("facts.no_ledger", fact=fact, kinds=missing)
    suppression = Suppression(
        [kind for kind in same.get("suppress", SUPPRESS) if kind in measure.kinds],
        same.get("suppress_below", SUPPRESS_BELOW), same.get("rounding", 0), same.get("read_as_of"), same.get("keep"),
        same.get("earlier", ()),
    )  # fmt: skip
    place = -1 if district == ALL else codes.index(district)
    beneath: set[str] = set()
    if suppression.kinds:
        related = [other for other in measures.values() if other.kinds & set(suppression.kinds)]
        _, hidden = _compute_results(scene, related, suppression)
        if hidden[name][place]:
            raise ParameterError("facts.suppressed", fact=fact, district=district)
        if district == ALL and hidden[name].any():
            raise ParameterError("facts.suppressed_somewhere", fact=fact)
        beneath = _list_columns_beneath(scene, related, hidden, suppression, place)
    rows, counted = measure.select(scene)
    of = measure.rows_of(scene)
    keep = rows if district == ALL else rows & (of.group == codes.index(district))
    frame: pd.DataFrame = of.ledger.table.iloc[of.at[keep]].drop(columns=TABLE_COLUMNS, errors="ignore")
    frame = frame.drop(columns=[column for column in frame if column in beneath])
    if beneath and len(frame.get("source_file", pd.Series()).unique()) > 1:
        # A file of each month, say, tells what its rows' dates would.
        frame = frame.drop(columns=["source_file", "source_sheet", "source_row"], errors="ignore")
    frame = frame.assign(counted=counted[keep])
    frame.attrs["kind"] = of.ledger.kind
    return frame
