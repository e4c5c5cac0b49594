"""The account of a report's data: what was read, set aside, missing or doubtful, by ledger and district."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.scores import score_months
from taizhang.analysis.view import View
from taizhang.ledgers import find_rule_breaks
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import DATED_TYPES, Kind

COUNTS = ("read", "accepted", "set_aside", "cells_set_aside", "duplicates")
NO_DISTRICT = ""
MOST_MONTHS = 24
_PLACE = ["source_file", "source_sheet", "source_row"]


@dataclass(frozen=True)
class Quality:
    """The quality of the data behind a view, without personal data.

    `counts`: kind, district_code ('' if unknown) and COUNTS, for rows of all periods and districts. `aside`:
    what was set aside, as in set_aside.csv, and `why`: empty, district, value, date, limits, number, other.
    `totals`: kind, file, sheet, row, column, stated, summed, district_code of totals that differ from the sum
    of their rows. `near`: value, rows and line (to paste into workbook.toml) of texts that match no district.
    For the view's rows: `missing`: kind, column, missing, rows; `rules` (rules broken): kind, rule, title,
    rows; `matches` (how districts were found): kind, how, rows. `months`: by month, up to the period's end, read,
    accepted, set_aside, doubtful and score of the view's district, as from `score_months`.
    `suggestions`: how often what is suggested for hazards is right, as from `score_suggestions`; empty in a
    district's report.
    """

    counts: pd.DataFrame
    aside: pd.DataFrame
    missing: pd.DataFrame
    totals: pd.DataFrame
    rules: pd.DataFrame
    matches: pd.DataFrame
    near: pd.DataFrame
    months: pd.DataFrame = field(default_factory=pd.DataFrame)
    suggestions: pd.DataFrame = field(default_factory=pd.DataFrame)


def assess_quality(
    view: View,
    keys: Mapping[str, pd.DataFrame],
    aside: pd.DataFrame,
    totals: pd.DataFrame,
    near: Mapping[str, str],
    *,
    as_of: date | None = None,
) -> Quality:
    """Compile the account of a view's data.

    The view's district decides whose rows are included, and its period decides which are examined for missing values,
    rules and matching; reading is reported for all periods, as rows set aside may have no date.

    Parameters
    ----------
    keys : Mapping of str to DataFrame
        By kind: district_code ('' if unknown), source_file and duplicate of all rows.
    aside : DataFrame
        set_aside.csv, with `why`.
    totals : DataFrame
        kind, file, sheet, row, column, stated, summed.
    near : Mapping of str to str
        By district text: the lines of workbook.toml that would settle it.
    as_of : datetime.date, optional
        The day after which a date is in the future; default: today.
    """
    counts, missing, rules, matches, accounts = [], [], [], [], []
    owners = {
        kind: rows.groupby("source_file")["district_code"].agg(_only_one) for kind, rows in keys.items()
    }
    for kind, rows in keys.items():
        by_district = _count_by_district(kind, rows, aside[aside["kind"] == kind])
        if kind not in view.ledgers:  # its small counts are suppressed, those of its rows among them
            whole = by_district.assign(district_code=NO_DISTRICT)
            counts.append(whole.groupby(["kind", "district_code"], as_index=False).sum())
            continue
        counts.append(by_district)
        accounts.append(_tell_rows(view, view.kinds[kind], aside[aside["kind"] == kind]))
        looked_at = _find_rows(view, view.kinds[kind])
        missing.append(_count_missing(view.kinds[kind], looked_at))
        rules.append(_count_rules(view.kinds[kind], looked_at, view.lang, as_of))
        hows = looked_at["district_match"].value_counts().rename_axis("how").rename("rows").reset_index()
        matches.append(hows.assign(kind=kind))
    files = totals[["kind", "file"]].to_numpy()
    totals = totals.assign(district_code=[owners[kind].get(file, NO_DISTRICT) for kind, file in files])
    if view.district != ALL:
        aside = aside[aside["district_code"] == view.district]
        totals = totals[totals["district_code"] == view.district]
    return Quality(
        counts=pd.concat(counts, ignore_index=True),
        aside=aside.reset_index(drop=True),
        missing=_join(missing, "kind", "column", "missing", "rows"),
        totals=totals.reset_index(drop=True),
        rules=_join(rules, "kind", "rule", "title", "rows"),
        matches=_join(matches, "kind", "how", "rows"),
        near=_list_near(aside, near),
        months=_score_months(view, accounts),
    )


def _join(parts: Sequence[pd.DataFrame], *columns: str) -> pd.DataFrame:
    """Join the kinds' tables into one; with the same columns if there are none."""
    if not parts:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(parts, ignore_index=True)[list(columns)]


def _find_rows(view: View, kind: Kind) -> pd.DataFrame:
    """Return the view's rows of a kind: those of the period if it has dates, those of its years if it has years."""
    rows = view.ledgers[kind.name]
    if kind.years:
        return rows[rows[kind.years].between(view.period.start.year, view.period.end.year)]
    return view.show(kind.name) if kind.date else rows


def count_twice(view: View) -> dict[str, int]:
    """Count, by kind, the rows in the period's facts that look like another counted row.

    Kinds without any, and those with withheld small counts, are left out.
    """
    frames = {kind: view.counted(kind).frame() for kind in view.ledgers if not is_sensitive(view, kind)}
    counts = {kind: int(rows["duplicate"].sum()) for kind, rows in frames.items() if "duplicate" in rows}
    return {kind: number for kind, number in counts.items() if number}


def _only_one(codes: pd.Series) -> str:
    return str(codes.iloc[0]) if codes.nunique() == 1 else NO_DISTRICT


def _count_by_district(kind: str, keys: pd.DataFrame, aside: pd.DataFrame) -> pd.DataFrame:
    """Count read, accepted, set_aside, cells_set_aside and duplicates by district; '' if the district is unknown."""
    groups = keys.groupby("district_code")["duplicate"]
    told = aside.groupby(["district_code", "scope"]).size().unstack().reindex(columns=["row", "cell"])
    table = pd.DataFrame(
        {
            "accepted": groups.size(),
            "set_aside": told["row"],
            "cells_set_aside": told["cell"],
            "duplicates": groups.sum(),
        }
    )
    table = table.fillna(0).astype("int64").rename_axis("district_code").reset_index()
    table.insert(0, "kind", kind)
    table.insert(2, "read", table["accepted"] + table["set_aside"])
    return table


def _tell_rows(view: View, kind: Kind, aside: pd.DataFrame) -> pd.DataFrame:
    """Return the view's rows of a kind with dates, accepted or set aside, as `score_months` takes them."""
    rows = (view.ledgers if view.exact is None else view.exact)[kind.name]
    columns = ["district_code", "day", "accepted", "doubtful"]
    if not kind.date or kind.fields[kind.date].type not in DATED_TYPES:
        return pd.DataFrame(columns=columns)
    if view.district != ALL:
        aside = aside[aside["district_code"] == view.district]
    places = pd.MultiIndex.from_frame(aside.loc[aside["scope"] == "cell", _PLACE].astype("str"))
    accepted = rows[["district_code"]].assign(day=rows[kind.date], accepted=True)
    accepted["doubtful"] = pd.MultiIndex.from_frame(rows[_PLACE].astype("str")).isin(places)
    left_out = aside[aside["scope"] == "row"].drop_duplicates(_PLACE)
    days = pd.to_datetime(left_out["day"], format="%Y-%m-%d", errors="coerce")
    left_out = left_out[["district_code"]].assign(day=days, accepted=False, doubtful=False)
    parts = [part for part in (accepted, left_out) if len(part)] or [accepted]
    return pd.concat(parts, ignore_index=True)[columns].assign(kind=kind.name)


def _score_months(view: View, accounts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    accounts = [one for one in accounts if len(one)]
    if not accounts:
        return pd.DataFrame(columns=["read", "accepted", "set_aside", "doubtful", "score"])
    account = pd.concat(accounts, ignore_index=True)
    account = account.astype({"day": "datetime64[us]", "accepted": bool, "doubtful": bool})
    last = pd.Period(view.period.end, "M")
    return score_months(account, last - (MOST_MONTHS - 1), last)


def _count_missing(kind: Kind, rows: pd.DataFrame) -> pd.DataFrame:
    columns = [c for c, item in kind.fields.items() if c in rows and not item.personal and not item.splits]
    missing = rows[columns].isna().sum().astype("int64")
    return pd.DataFrame(
        {"kind": kind.name, "column": columns, "missing": missing.to_numpy(), "rows": len(rows)}
    )


def _count_rules(kind: Kind, rows: pd.DataFrame, lang: str, as_of: date | None) -> pd.DataFrame:
    """Count rows that break a rule; rules on personal columns, which a view lacks, are skipped."""
    lacking = {name: pd.Series(pd.NA, index=rows.index) for name in kind.columns if name not in rows}
    breaks = find_rule_breaks(rows.assign(**lacking), kind, as_of=as_of).sum()
    titles = {rule.name: rule.title[lang] for rule in kind.rules}
    broken = [(kind.name, rule, titles.get(str(rule), ""), int(n)) for rule, n in breaks.items() if n]
    return pd.DataFrame(broken, columns=["kind", "rule", "title", "rows"])


def _list_near(aside: pd.DataFrame, near: Mapping[str, str]) -> pd.DataFrame:
    """List texts that match no district, how often they occur, and the lines that would settle them."""
    texts = Counter(aside.loc[aside["why"] == "district", "value"].dropna())
    listed = [(text, rows, near.get(text, "")) for text, rows in texts.most_common()]
    return pd.DataFrame(listed, columns=["value", "rows", "line"])


def sum_read(view: View) -> pd.Series:
    """Sum COUNTS over all ledgers, periods and districts."""
    return view.quality[list(COUNTS)].sum()


def count_by_kind(view: View, quality: Quality) -> pd.DataFrame:
    """Return COUNTS of each ledger, then `all`, for the view's district; empty if it has no row in any ledger."""
    counts = quality.counts
    if view.district != ALL:
        counts = counts[counts["district_code"] == view.district]
    sums = counts.groupby("kind", sort=False)[list(COUNTS)].sum()
    if len(sums):
        sums.loc[ALL] = sums.sum()
    return sums


def count_by_district(view: View, quality: Quality) -> pd.DataFrame:
    """Return COUNTS of each district that has any, in the view's order; rows of unknown district last."""
    sums = quality.counts.groupby("district_code")[list(COUNTS)].sum()
    return sums.loc[[code for code in (*view.districts["code"], NO_DISTRICT) if code in sums.index]]


def count_reasons(quality: Quality) -> pd.DataFrame:
    """Count rows set aside by reason: kind, scope, column, why and rows, most first."""
    keys = ["kind", "scope", "column", "why"]
    groups = quality.aside.groupby(keys, sort=False).size().rename("rows").reset_index()
    return groups.sort_values("rows", ascending=False, kind="stable")


def list_missing(quality: Quality) -> pd.DataFrame:
    """Return columns with empty cells: kind, column, missing, rows, percent."""
    missing = quality.missing[quality.missing["missing"] > 0]
    return missing.assign(percent=100 * missing["missing"] / missing["rows"])
