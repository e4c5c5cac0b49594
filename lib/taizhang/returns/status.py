"""`taizhang status`: who handed in which ledger when, its quality, and the state of its questions."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from taizhang.analysis.scores import score_ledgers
from taizhang.core.csv import format_csv
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason
from taizhang.ingest.state import APPLIED
from taizhang.metadata.kinds import DATED_TYPES, Kind
from taizhang.returns.answers import read_return
from taizhang.returns.doubts import FOLDER, read_account, read_aside
from taizhang.returns.form import Missing
from taizhang.returns.run import find_months, list_missing, list_months
from taizhang.store import list_first_seen
from taizhang.workbook.book import Workbook
from taizhang.workbook.tables import read_columns

COLUMNS = {
    "period": "str", "district_code": "str", "district": "str", "kind": "str", "handed_in": "str", "read": "int64",
    "set_aside": "int64", "doubtful": "int64", "returned": "int64", "mended": "int64", "score": "float64",
}  # fmt: skip
_COUNTS = ["read", "set_aside", "doubtful", "returned", "mended"]
_KEYS = ["district_code", "kind"]
_SOURCE = ["source_file", "source_sheet", "source_row"]


@dataclass(frozen=True)
class Status:
    """The ledgers of a period.

    `rows`, in `COLUMNS`: of the period, then of each of its months, one row per district and ledger; districts with
    nothing of a ledger stand with zeros. `handed_in`: the first day on which a row of it was ingested and accepted (''
    if none was). `returned`: cells asked about in the period's return workbooks; `mended`: cells corrected by
    corrections.csv. `score` is NaN where no row was read. A row without a district has the code ''.
    `missing`: the reminders, district_code, district, kind and period: months without a row of a ledger of which at
    least half of the districts have some.
    """

    period: Period
    rows: pd.DataFrame
    missing: pd.DataFrame
    kinds: Mapping[str, Kind]

    @property
    def whole(self) -> pd.DataFrame:
        """The rows for the whole period."""
        return self.rows[self.rows["period"] == self.period.text]


def read_status(book: Workbook, period: Period) -> Status:
    """Read the state of a period's ledgers, by district, and for rows whose district is not known."""
    account = read_account(book)
    names = dict(zip(book.districts["code"].astype("str"), book.districts["name"].astype("str"), strict=True))
    months = [parse_period(text) for text in list_months(period, book.as_of(period))]
    seen = {name: _read_seen(book, book.kinds[name]) for name in book.config.ledgers}
    mended = _read_mended(book)
    parts = [
        _tell_period(book, one, account, seen, mended, names)
        for one in [period, *(month for month in months if month.text != period.text)]
    ]
    rows = pd.concat(parts, ignore_index=True).astype(COLUMNS)
    handed = find_months(account)
    missing = [
        (code, name, one.kind.name, month)
        for code, name in names.items()
        for one in list_missing(book, handed, code, period)
        for month in one.months or (period.text,)
    ]
    lacking = pd.DataFrame(missing, columns=["district_code", "district", "kind", "period"])
    return Status(period, rows, lacking, book.kinds)


@dataclass(frozen=True)
class Handed:
    """What a district handed in for a period: rows of all its ledgers, their score, and what is outstanding, in words.

    `code` and `name` are '' for rows whose district is not known; `score` is NaN where no row was read.
    """

    code: str
    name: str
    read: int
    set_aside: int
    doubtful: int
    score: float
    missing: tuple[Missing, ...]


def tell_handed(book: Workbook, period: Period) -> tuple[Handed, ...]:
    """Sum up the ledgers of a period by district, without those whose small counts are suppressed.

    It rests on nothing but the tables, so that a page that shows it can be made again from a snapshot.
    """
    account = read_account(book)
    if account.empty:
        return ()
    account = account[~account["kind"].isin(list(book.config.suppress))]
    scores = score_ledgers(account, period)
    counts = scores.groupby("district_code")[["read", "accepted", "set_aside", "doubtful"]].sum()
    sums = {
        str(code): {str(key): int(n) for key, n in own.items()}
        for code, own in counts.to_dict("index").items()
    }
    handed = find_months(account)
    names = dict(zip(book.districts["code"].astype("str"), book.districts["name"].astype("str"), strict=True))
    found = []
    for code, name in (*names.items(), ("", "")):
        lacking = list_missing(book, handed, code, period) if code else ()
        missing = tuple(one for one in lacking if one.kind.name not in book.config.suppress)
        if code not in sums:
            if code:
                found.append(Handed(code, name, 0, 0, 0, float("nan"), missing))
            continue
        own = sums[code]
        score = 100 * (own["accepted"] - own["doubtful"]) / own["read"]
        found.append(Handed(code, name, own["read"], own["set_aside"], own["doubtful"], score, missing))
    return tuple(found)


def _tell_period(
    book: Workbook,
    period: Period,
    account: pd.DataFrame,
    seen: Mapping[str, pd.DataFrame],
    mended: pd.DataFrame,
    names: Mapping[str, str],
) -> pd.DataFrame:
    scores = score_ledgers(account, period)
    every = pd.MultiIndex.from_product([names, book.config.ledgers], names=_KEYS)
    unknown = scores.loc[scores["district_code"] == "", _KEYS]
    table = pd.concat([every.to_frame(index=False), unknown], ignore_index=True)
    table = table.merge(scores, on=_KEYS, how="left")
    returned = _count_returned(book, period)
    own = mended[_is_within(mended["day"], period)].groupby(_KEYS).size()
    handed = {
        (str(code), kind): str(day)
        for kind, rows in seen.items()
        for code, day in rows[_is_within(rows["day"], period)].groupby("district_code")["first"].min().items()
    }
    keys = list(table[_KEYS].itertuples(index=False, name=None))
    table = table.assign(
        period=period.text,
        district=[names.get(code, "") for code, _ in keys],
        handed_in=[handed.get(key, "") for key in keys],
        returned=[returned.get(key, 0) for key in keys],
        mended=[int(own.get(key, 0)) for key in keys],
    )
    return table.assign(**{name: table[name].fillna(0).astype("int64") for name in _COUNTS})[list(COLUMNS)]


def _is_within(days: pd.Series, period: Period) -> pd.Series:
    """Return which days are within a period; rows without a day are within all."""
    after = pd.Timestamp(period.end) + pd.Timedelta(days=1)
    return days.isna() | ((days >= pd.Timestamp(period.start)) & (days < after))


def _read_days(rows: pd.DataFrame, kind: Kind) -> pd.Series:
    if kind.date not in rows or kind.fields[kind.date].type not in DATED_TYPES:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
    return rows[kind.date].astype("datetime64[us]")


def _read_seen(book: Workbook, kind: Kind) -> pd.DataFrame:
    """When each row of a kind was first ingested: district_code, day (its own) and first."""
    rows = list_first_seen(book.config, kind.name)
    if rows.empty or "district_code" not in rows:
        return pd.DataFrame({"district_code": [], "day": pd.Series([], dtype="datetime64[us]"), "first": []})
    first = pd.to_datetime(rows["first_seen"]).dt.strftime("%Y-%m-%d")
    codes = rows["district_code"].astype("str").fillna("")
    return pd.DataFrame({"district_code": codes, "day": _read_days(rows, kind), "first": first})


def _read_mended(book: Workbook) -> pd.DataFrame:
    """The cells corrected by corrections.csv: kind, district_code, and the day of their row."""
    log = pd.read_csv(
        book.config.processed / APPLIED, dtype="str", encoding="utf-8-sig", keep_default_na=False
    )
    named = {"file": "source_file", "sheet": "source_sheet", "row": "source_row"}
    log = log.rename(columns=named)[["kind", *_SOURCE]]
    parts = []
    aside = read_aside(book)
    for name, cells in log.groupby("kind"):
        kind = book.kinds[str(name)]
        columns = [*_SOURCE, "district_code", *([kind.date] if kind.date else [])]
        rows = read_columns(book.config.processed, kind.name, *columns)
        rows = rows.assign(day=_read_days(rows, kind))
        still = aside.loc[(aside["kind"] == name) & (aside["scope"] == "row"), [*_SOURCE, "district_code"]]
        places = pd.concat([rows[[*_SOURCE, "district_code", "day"]], still], ignore_index=True)
        places = places.astype(dict.fromkeys(_SOURCE, "str")).drop_duplicates(_SOURCE)
        found = cells.merge(places, on=_SOURCE, how="left")
        parts.append(found.assign(district_code=found["district_code"].astype("str").fillna("")))
    if not parts:
        return pd.DataFrame({"kind": [], "district_code": [], "day": pd.Series([], dtype="datetime64[us]")})
    return pd.concat(parts, ignore_index=True)


def _count_returned(book: Workbook, period: Period) -> Counter[tuple[str, str]]:
    """The number of cells asked about in a period's returns, by district and ledger."""
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted((book.root / "reports" / period.path / FOLDER).glob("*.xlsx")):
        if path.name.startswith("~$"):
            continue
        told = read_return(path)
        counts.update((told.code, asked.kind) for asked in told.asked.values() if not asked.is_pair)
    return counts


def describe_missing(status: Status, lang: str) -> list[Reason]:
    """The reminders in words, one line per district and ledger."""
    groups: dict[tuple[str, str], list[str]] = {}
    names: dict[str, str] = {}
    for code, district, kind, month in status.missing.itertuples(index=False):
        names[str(code)] = str(district)
        groups.setdefault((str(code), str(kind)), []).append(str(month))
    return [
        Reason(
            "returns.status.missing",
            district=names[code],
            ledger=status.kinds[kind].title[lang],
            periods=[parse_period(text).label(lang) for text in months],
        )
        for (code, kind), months in groups.items()
    ]


def format_status(status: Status, form: str, lang: str) -> str:
    """Format the account as an aligned table of the period, CSV (with a byte order mark, for Excel) or JSON."""
    if form == "csv":
        return "\ufeff" + format_csv(status.rows)
    if form == "json":
        told: dict[str, Any] = {
            "period": status.period.text,
            "ledgers": _list_records(status.rows),
            "missing": _list_records(status.missing),
        }
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    shown = status.whole
    shown = shown[shown["read"] + shown["returned"] + shown["mended"] > 0]
    if shown.empty:
        return ""
    words = {name: str(Reason(f"returns.status.columns.{name}")) for name in COLUMNS}
    none = str(Reason("returns.status.no_district"))
    table = shown.assign(
        district=shown["district"].where(shown["district_code"] != "", none),
        kind=[status.kinds[kind].title[lang] for kind in shown["kind"]],
        handed_in=shown["handed_in"].replace("", "—"),
        score=[f"{score:.1f}" if score == score else "—" for score in shown["score"]],
    )
    with pd.option_context("display.unicode.east_asian_width", True, "display.width", None):
        return (
            table.drop(columns=["period", "district_code"]).rename(columns=words).to_string(index=False)
            + "\n"
        )


def _list_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if value != value or value == "" else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
