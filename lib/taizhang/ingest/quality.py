"""The account of the data behind a report: what was read, set aside, missing, doubtful, by ledger and district."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from taizhang.analysis.view import Quality, View
from taizhang.core.privacy import mask_column, mask_numbers
from taizhang.ingest.corrections import HIDDEN
from taizhang.ingest.proposals import Proposal
from taizhang.ingest.state import SET_ASIDE_FILE, KindSummary
from taizhang.ledgers import find_rule_breaks
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import Kind
from taizhang.metadata.reasons import classify_reason

NO_DISTRICT = ""


def describe_quality(
    folder: Path,
    kinds: Mapping[str, Kind],
    summaries: Sequence[KindSummary],
    view: View,
    *,
    as_of: date | None = None,
) -> Quality:
    """Put the account together from data/processed.

    Parameters
    ----------
    folder : pathlib.Path
        data/processed.
    kinds : Mapping of str to Kind
    summaries : sequence of KindSummary
        The account of the last ingest.
    view : View
        Its district says whose rows are meant, its period which are looked at for missing values, rules and
        the way they were matched; reading is told of all periods, since what is set aside may have no date.
    as_of : datetime.date, optional
        The day after which a date is in the future; default: today.

    Returns
    -------
    Quality
        Without values of personal columns, and with telephone and identity numbers masked.
    """
    aside = read_set_aside(folder, kinds)
    counts, missing, rules, matches, owners = [], [], [], [], {}
    for summary in summaries:
        kind = kinds[summary.kind]
        keys = _read_keys(folder / f"{kind.name}.parquet")
        own = aside[aside["kind"] == kind.name]
        by_district = _count_by_district(kind.name, keys, own)
        owners[kind.name] = keys.groupby("source_file")["district_code"].agg(_only_one)
        if kind.name not in view.ledgers:  # its small counts are suppressed, those of its rows among them
            counts.append(by_district.drop(columns="district_code").groupby("kind", as_index=False).sum())
            continue
        counts.append(by_district)
        rows = _rows_of(view, kind)
        missing.append(_count_missing(kind, rows))
        rules.append(_count_rules(kind, rows, view.lang, as_of))
        matches.append(
            rows["district_match"].value_counts().rename_axis("how").rename("rows").reset_index()
            .assign(kind=kind.name)
        )  # fmt: skip
    totals = pd.DataFrame(
        [{"kind": one.kind, **total} for one in summaries for total in one.totals],
        columns=["kind", "file", "sheet", "row", "column", "stated", "summed"],
    )
    totals["district_code"] = [
        owners[kind].get(file, NO_DISTRICT) for kind, file in zip(totals["kind"], totals["file"], strict=True)
    ]
    if view.district != ALL:
        aside = aside[aside["district_code"] == view.district]
        totals = totals[totals["district_code"] == view.district]
    return Quality(
        counts=pd.concat(counts, ignore_index=True).fillna({"district_code": NO_DISTRICT}),
        aside=aside.reset_index(drop=True),
        missing=_join(missing, "kind", "column", "missing", "rows"),
        totals=totals.reset_index(drop=True),
        rules=_join(rules, "kind", "rule", "title", "rows"),
        matches=_join(matches, "kind", "how", "rows"),
        near=_list_near(aside, [one.near for one in summaries]),
    )


def _join(parts: Sequence[pd.DataFrame], *columns: str) -> pd.DataFrame:
    """The kinds' tables as one; with its columns where there is none."""
    if not parts:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(parts, ignore_index=True)[list(columns)]


def read_set_aside(folder: Path, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """set_aside.csv with what is personal hidden, and `why`: the class of the reason.

    Parameters
    ----------
    folder : pathlib.Path
        data/processed.
    kinds : Mapping of str to Kind

    Returns
    -------
    pandas.DataFrame
        kind, source_file, source_sheet, source_row, column, value, reason, scope, district_code, reason_code, why.
    """
    aside = pd.read_csv(folder / SET_ASIDE_FILE, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    personal = [
        kinds[kind].fields[column].personal if column in kinds[kind].fields else False
        for kind, column in zip(aside["kind"], aside["column"], strict=True)
    ]
    aside["value"] = mask_column(aside["value"]).mask(pd.Series(personal, dtype=bool), HIDDEN)
    aside["reason"] = aside["reason"].map(mask_numbers)
    # A cell that holds nothing has no other fault, whatever was asked of it.
    whys = aside["reason_code"].map(classify_reason).mask(aside["value"] == "", "empty")
    return aside.assign(why=whys.astype("str"))


def _rows_of(view: View, kind: Kind) -> pd.DataFrame:
    """The view's rows of a kind: of the period where they have a date, of its years where they have a year."""
    rows = view.ledgers[kind.name]
    if not kind.date:
        return rows
    if kind.fields[kind.date].type == "year":
        return rows[rows[kind.date].between(view.period.start.year, view.period.end.year)]
    return view.show(kind.name)


def _read_keys(path: Path) -> pd.DataFrame:
    """District, file and duplicate flag of a kind's rows: few columns, whatever the ledger's length."""
    table = pq.read_table(path, columns=["district_code", "source_file", "duplicate"])
    return table.to_pandas().fillna({"district_code": NO_DISTRICT})


def _only_one(codes: pd.Series) -> str:
    return str(codes.iloc[0]) if codes.nunique() == 1 else NO_DISTRICT


def _count_by_district(kind: str, keys: pd.DataFrame, aside: pd.DataFrame) -> pd.DataFrame:
    """read, accepted, set_aside, cells_set_aside and duplicates by district; '' where none is known."""
    groups = keys.groupby("district_code")["duplicate"]
    told = aside.groupby(["district_code", "scope"]).size().unstack(fill_value=0)
    told = told.reindex(columns=["row", "cell"], fill_value=0)
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


def _count_missing(kind: Kind, rows: pd.DataFrame) -> pd.DataFrame:
    columns = [c for c, item in kind.fields.items() if c in rows and not item.personal and not item.splits]
    missing = rows[columns].isna().sum()
    return pd.DataFrame(
        {"kind": kind.name, "column": columns, "missing": missing.to_numpy(dtype="int64"), "rows": len(rows)}
    )


def _count_rules(kind: Kind, rows: pd.DataFrame, lang: str, as_of: date | None) -> pd.DataFrame:
    """Rows that break a rule; rules on personal columns, which a view lacks, are passed over."""
    lacking = {name: pd.Series(pd.NA, index=rows.index) for name in kind.columns if name not in rows}
    breaks = find_rule_breaks(rows.assign(**lacking), kind, as_of=as_of).sum()
    titles = {rule.name: rule.title for rule in kind.rules}
    return pd.DataFrame(
        [
            {
                "kind": kind.name,
                "rule": rule,
                "title": titles[str(rule)][lang] if rule in titles else "",
                "rows": int(n),
            }
            for rule, n in breaks.items()
            if n
        ],
        columns=["kind", "rule", "title", "rows"],
    )


def _list_near(aside: pd.DataFrame, near: Sequence[Mapping[str, Sequence[Proposal]]]) -> pd.DataFrame:
    """District texts that none was found for, how often they occur, and the lines that would settle them."""
    lines: dict[str, list[str]] = {}
    for proposals in near:
        for text, own in proposals.items():
            lines.setdefault(mask_numbers(text), [mask_numbers(one.word()) for one in own])
    unknown = aside[aside["why"] == "district"]
    rows = [
        {"value": value, "rows": len(group), "line": "\n".join(lines.get(str(value), ()))}
        for value, group in unknown.groupby("value", sort=False)
    ]
    table = pd.DataFrame(rows, columns=["value", "rows", "line"])
    return table.sort_values("rows", ascending=False, kind="stable", ignore_index=True)
