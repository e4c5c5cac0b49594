"""How the rows behind each fact cluster, for tests of changes and districts.

Hazards come in visits and deaths in accidents, so the rows of one day are taken as one cluster. Dispersion is estimated
within each period, so that a change between the periods does not count as scatter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from taizhang.core.periods import Period
from taizhang.facts.compute import MEASURES, Tables, prepare_ledgers
from taizhang.facts.measures import Count, Distinct, Measure, Median, PerPopulation, Ratio, Scene, Share, Sum
from taizhang.facts.own import OwnFact, make_measures
from taizhang.facts.rows import Floats, Ledgers, Mask, Numbers, Rows
from taizhang.metadata.facts import ALL
from taizhang.stats.dispersion import disperse_daily_counts, disperse_shares

COLUMNS = ("fact", "district_code", "dispersion", "df")
# Where rows have no day: what they come in.
_CLUSTERS = {"schools": "school"}


@dataclass(frozen=True)
class _Parts:
    """A period's rows behind a fact: the district and cluster of each, and its share of numerator and denominator."""

    group: Numbers
    cluster: Numbers
    top: Floats
    bottom: Floats | None
    is_share: bool
    cells: int


def measure_scatter(
    ledgers: Tables,
    districts: pd.DataFrame,
    days: Mapping[Period, date],
    *,
    own: Sequence[OwnFact] = (),
    dates: Mapping[str, str] | None = None,
    asked: date | None = None,
) -> pd.DataFrame:
    """Measure the dispersion of counts, and the design effects of shares, for every fact with an interval.

    Parameters
    ----------
    ledgers, districts, own, dates, asked
        As for `compute_facts`.
    days : Mapping of Period to datetime.date
        The period, and the earlier ones it is compared with, each with its as-of day.

    Returns
    -------
    DataFrame
        fact, district_code (every district, then ``all``), dispersion and df, as returned by `stats.dispersion`.
        Facts with unknown clusters (areas, plans covered by drills) have no rows; df is 0 if there are too few
        clusters.
    """
    ready = ledgers if isinstance(ledgers, Ledgers) else prepare_ledgers(ledgers, districts, dates=dates)
    scenes = [Scene(ready, period, day, asked=asked) for period, day in days.items()]
    codes = list(ready.codes)
    found = []
    for fact, measure in (dict(MEASURES) | make_measures(own)).items():
        parts = [
            part
            for scene in scenes
            if measure.is_configured(scene) and (part := _take_apart(measure, scene)) is not None
        ]
        if not parts:
            continue
        each = _disperse(parts, len(codes)).set_axis(codes)
        whole = _disperse([_put_together(part) for part in parts], 1).set_axis([ALL])
        table = pd.concat([each, whole]).rename_axis("district_code").reset_index()
        found.append(table.assign(fact=fact)[list(COLUMNS)])
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    return table.astype({"fact": "str", "district_code": "str", "dispersion": "float64", "df": "float64"})


def leave_out_hidden(scatter: pd.DataFrame, *facts: pd.DataFrame) -> pd.DataFrame:
    """Return the scatter that may be shown; for hidden small counts, the clustering of their rows is hidden too.

    Dispersion covers all districts together. If any district is hidden, the others get the whole area's value; if
    that is hidden, there is none.

    Parameters
    ----------
    scatter
        As returned by `measure_scatter`.
    facts
        Facts of the same periods, as returned by `compute_facts`.
    """
    suppressed = [table["suppressed"].to_numpy(bool) for table in facts]
    if not any(mask.any() for mask in suppressed):
        return scatter
    hidden = pd.concat(
        [table.loc[mask, ["fact", "district_code"]] for table, mask in zip(facts, suppressed, strict=True)]
    )
    of_area = set(hidden.loc[hidden["district_code"] == ALL, "fact"])
    kept = scatter[~scatter["fact"].isin(of_area)].copy()
    whole = kept[kept["district_code"] == ALL].set_index("fact")
    uncertain = kept["fact"].isin(hidden["fact"])
    for column in ("dispersion", "df"):
        kept[column] = kept[column].where(~uncertain, kept["fact"].map(whole[column]))
    return kept.reset_index(drop=True)


def _put_together(parts: _Parts) -> _Parts:
    """The whole area as one group."""
    return replace(parts, group=np.zeros(len(parts.group), np.int64))


def _take_apart(measure: Measure, scene: Scene) -> _Parts | None:
    """None if the fact has no measure of chance, or its rows no clusters."""
    of = measure.rows_of(scene)
    clusters = _find_clusters(of)
    if clusters is None:
        return None
    kept, cluster = clusters
    rows, counted = measure.select(scene)
    bottom, is_share = None, False
    match measure:
        case Share():
            top, is_share = counted.astype(float), True
        case Median():
            # Half are closed by the median: whether a row is among them is a share.
            days = of.test(measure.days)
            timed = days[rows & counted]
            top = (counted & (days <= (np.median(timed) if len(timed) else 0))).astype(float)
            is_share = True
        case Ratio():
            top, bottom = of.test(measure.top), of.test(measure.bottom)
            is_share = measure.percent
        case Sum(interval=True) | PerPopulation(interval=True):
            top = np.nan_to_num(of.test(measure.amount))
        case Count(interval=True) | Distinct(interval=True):
            top = counted.astype(float)
        case _:
            return None
    use = rows & kept
    if bottom is not None:
        use &= ~np.isnan(top) & ~np.isnan(bottom)
        bottom = bottom[use]
    cells = int(cluster.max(initial=0)) + 1
    if of.ledger.date:
        # Days without a row are clusters of none, up to the day the ledgers are read as of.
        cells = max(cells, (min(scene.period.end, scene.as_of) - scene.period.start).days + 1)
    return _Parts(of.group[use], cluster[use], top[use], bottom, is_share, cells)


def _find_clusters(of: Rows) -> tuple[Mask, Numbers] | None:
    """The rows that belong to a cluster, and its number: the day or, for a stock, the batch its rows came in."""
    ledger = of.ledger
    if ledger.date:
        days = of.days(ledger.date)
        known = of.is_day(ledger.date) & (of.group >= 0)
        start = days[known].min() if known.any() else np.datetime64(0, "D")
        if of.period is not None:
            start = np.datetime64(of.period.start, "D")
        return known, np.where(known, (days - start).astype(np.int64), 0)
    column = _CLUSTERS.get(ledger.kind)
    if column is None:
        return None
    numbers = of.codes_of(column)
    return (numbers >= 0) & (of.group >= 0), numbers


def _disperse(parts: Sequence[_Parts], groups: int) -> pd.DataFrame:
    """By group, in order: dispersion and df."""
    if parts[0].is_share:
        return _disperse_shares(parts, groups)
    counts, bases = [], []
    for part in parts:
        shape = (groups, part.cells)
        counts.append(_spread(part, part.top, shape))
        bases.append(np.ones(shape) if part.bottom is None else _spread(part, part.bottom, shape))
    found = disperse_daily_counts([pd.DataFrame(one) for one in counts], [pd.DataFrame(one) for one in bases])
    return found[["dispersion", "df"]]


def _spread(part: _Parts, amounts: Floats, shape: tuple[int, int]) -> Floats:
    """Sums by group and cluster."""
    sums = np.zeros(shape)
    np.add.at(sums, (part.group, part.cluster), amounts)
    return sums


def _disperse_shares(parts: Sequence[_Parts], groups: int) -> pd.DataFrame:
    """Compute the design effect of each period by its own share, and average a group's periods by their clusters."""
    rows = []
    for number, part in enumerate(parts):
        n = np.ones(len(part.top), np.int64) if part.bottom is None else part.bottom.astype(np.int64)
        # A row of several trials, such as a drill's problems, is as many rows, the first of them successes.
        at = np.repeat(np.arange(len(n)), n)
        order = np.arange(len(at)) - np.repeat(np.cumsum(n) - n, n)
        group, cluster = part.group[at] * len(parts) + number, part.cluster[at]
        rows.append(pd.DataFrame({"group": group, "cluster": cluster, "success": order < part.top[at]}))
    table = pd.concat(rows)
    if table.empty:
        return pd.DataFrame({"dispersion": np.nan, "df": 0.0}, index=range(groups))
    found = disperse_shares(table["group"], table["cluster"], table["success"])
    district = found.index.to_numpy() // len(parts)
    by = found.assign(weighted=found["dispersion"] * found["clusters"]).groupby(district)
    scatter = pd.DataFrame({"dispersion": by["weighted"].sum() / by["clusters"].sum(), "df": by["df"].max()})
    # Where each row is a cluster of its own nothing has to be estimated.
    alone = by["clusters"].sum() == table.groupby(table["group"] // len(parts)).size()
    scatter.loc[alone, "df"] = np.inf
    return scatter.reindex(range(groups)).fillna({"df": 0.0})
