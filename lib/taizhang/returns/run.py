"""`taizhang return`: write or remove the returns of a period, one per district and one for the whole area."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from taizhang.analysis.scores import score_ledgers
from taizhang.core.clock import read_day
from taizhang.core.files import remove_leftovers, write_bytes
from taizhang.core.locks import hold_lock
from taizhang.core.periods import Period, find_period_of
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason, load_messages
from taizhang.ingest.state import Unread
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import DATED_TYPES, Kind
from taizhang.returns.collect import holds_answers
from taizhang.returns.doubts import FOLDER, Doubts, identify, is_within, read_doubts
from taizhang.returns.form import Missing, Pair, Return, write_return
from taizhang.workbook.book import Workbook

DAYS_TO_ANSWER = 10
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_MOST_BYTES = 120
_ENOUGH = 0.5  # of the districts: what they have handed in for a month is expected of the others


@dataclass(frozen=True)
class Returned:
    """The returns that a run wrote, what they ask, and those kept because of uncollected answers."""

    folder: Path
    files: tuple[Path, ...]
    cells: int
    pairs: int
    kept: tuple[Path, ...] = ()


def make_returns(book: Workbook, period: Period, *, district: str = "", personal: bool = False) -> Returned:
    """Write the questions of a period into a return for each district, or only for one.

    `district`: a code, name or alias, or ``all`` for the workbook of the whole area. Workbooks of the period in which
    nothing is left to ask are taken away, unless they hold answers that have not been collected.
    """
    chosen = "" if district in ("", ALL) else book.resolve_district(district)
    folder = book.root / "reports" / period.path / FOLDER
    with hold_lock(book.config.cache / "locks" / FOLDER):
        doubts = read_doubts(book)
        wanted = [one for one in _list_returns(book, doubts, period) if not district or one.code == chosen]
        names = _name_files(book)
        remove_leftovers(folder)
        kept = _list_answered(book, folder)
        files, cells, pairs = [], 0, 0
        for one in wanted:
            path = folder / names[one.code]
            if path in kept:
                continue
            if not one.asks:
                path.unlink(missing_ok=True)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            write_bytes(path, write_return(one, book.config.lang, personal=personal))
            files.append(path)
            cells += len(one.questions)
            pairs += len(one.pairs)
    left = tuple(folder / names[one.code] for one in wanted if folder / names[one.code] in kept)
    return Returned(folder, tuple(files), cells, pairs, left)


def _list_answered(book: Workbook, folder: Path) -> set[Path]:
    """The existing returns with answers that have not been collected."""
    return {path for path in folder.glob("*.xlsx") if holds_answers(book, path)}


def _name_files(book: Workbook) -> dict[str, str]:
    """A file name for each district, and '' for the whole area: safe on every system, and unique."""
    named = dict(zip(book.districts["code"].astype("str"), book.districts["name"].astype("str"), strict=True))
    named = {"": book.config.title, **named}
    plain = {code: _make_safe(mask_numbers(name)) for code, name in named.items()}
    twice = Counter(name.casefold() for name in plain.values())
    return {
        code: f"{name}{f' {code or ALL}' if twice[name.casefold()] > 1 or not name else ''}.xlsx".strip()
        for code, name in plain.items()
    }


def _make_safe(name: str) -> str:
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).replace("*", "_").strip(" .")
    text = text.encode()[:_MOST_BYTES].decode(errors="ignore").strip(" .")
    return f"_{text}" if _DEVICE.fullmatch(text) else text


def _list_returns(book: Workbook, doubts: Doubts, period: Period) -> Iterator[Return]:
    """The questions for each district and, for rows without one, for the whole area."""
    made_on = read_day()
    names = dict(zip(book.districts["code"].astype("str"), book.districts["name"].astype("str"), strict=True))
    twice = Counter(names.values())
    choices = tuple(code if twice[name] > 1 else name for code, name in names.items())
    scores = score_ledgers(doubts.account, period)
    before = score_ledgers(doubts.account, period.period_before())
    identity = identify(book)
    months = find_months(doubts.account)
    for code, name in (("", book.config.title), *names.items()):
        own = scores[scores["district_code"] == code] if code else _sum_scores(scores)
        earlier = before[before["district_code"] == code] if code else _sum_scores(before)
        yield Return(
            code=code,
            name=name,
            title=book.config.title,
            identity=identity,
            period=period,
            made_on=made_on,
            due=made_on + timedelta(days=DAYS_TO_ANSWER),
            questions=tuple(
                one for one in doubts.questions if one.district_code == code and one.falls_in(period)
            ),
            pairs=tuple(_list_pairs(doubts.pairs, code, set(names))),
            missing=tuple(list_missing(book, months, code, period)) if code else (),
            others=_count_others(doubts, code, period),
            unread=_list_unread(book, code),
            scores=own,
            before=earlier,
            kinds=book.kinds,
            districts=choices,
        )


def _sum_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores of all districts together, by ledger."""
    if scores.empty:
        return scores
    found = (
        scores.groupby("kind", sort=True)[["read", "accepted", "set_aside", "doubtful"]].sum().reset_index()
    )
    return found.assign(district_code="", score=100 * (found["accepted"] - found["doubtful"]) / found["read"])


def _list_pairs(pairs: pd.DataFrame, code: str, codes: set[str]) -> Iterator[Pair]:
    """The pairs of a district; pairs without one, or across two, belong to the whole area."""
    for row in pairs.to_dict("records"):
        # Of two districts it is neither's.
        owners = {str(row[side]).partition(" ")[0] for side in ("a", "b")} & codes
        owners |= {str(row.get("district_code", ""))} & codes
        if (owners.pop() if len(owners) == 1 else "") != code:
            continue
        told = []
        for side in ("a", "b"):
            parts = [row.get(f"{name}_{side}") or "" for name in ("name", "address", "number")]
            told.append(mask_numbers("\n".join(str(part) for part in parts if part) or str(row[side])))
        codes_of = ";".join(str(row.get(f"speaks_{way}", "")) for way in ("for", "against")).split(";")
        told_as = (f"register.speaks.{one}" for one in codes_of)
        speaks = tuple(Reason(one) for one in told_as if one in load_messages())
        share = _write_share(row.get("probability", ""))
        yield Pair(str(row["a"]), str(row["b"]), (told[0], told[1]), speaks, share)


def _write_share(text: object) -> str:
    try:
        return f"{100 * float(str(text)):.0f}%"
    except ValueError:
        return ""


_Months = Mapping[str, Mapping[str, set[str]]]


def find_months(account: pd.DataFrame) -> _Months:
    """The districts that have rows of a ledger, by ledger and month."""
    found: dict[str, dict[str, set[str]]] = {}
    if account.empty:
        return found
    dated = account[account["day"].notna()]
    first = dated["day"].to_numpy().astype("datetime64[M]")
    told = dated[["kind", "district_code"]].fillna("").assign(month=first).drop_duplicates()
    for kind, code, month in told.itertuples(index=False):
        if code:
            found.setdefault(str(kind), {}).setdefault(f"{month:%Y-%m}", set()).add(str(code))
    return found


def list_missing(book: Workbook, handed: _Months, code: str, period: Period) -> Iterator[Missing]:
    """Months in which at least half of the districts have rows of a ledger, and this one has none."""
    as_of = book.as_of(period)
    for name in book.config.ledgers:
        kind = book.kinds[name]
        if not kind.date or kind.fields[kind.date].type not in DATED_TYPES:
            continue
        there = handed.get(name, {})
        known = len({one for codes in there.values() for one in codes})
        expected = [
            month
            for month in list_months(period, as_of)
            if len(there.get(month, ())) >= max(_ENOUGH * known, 2)
        ]
        lacking = [month for month in expected if code not in there[month]]
        if lacking:
            whole = len(lacking) == len(list_months(period, as_of)) > 1
            yield Missing(kind, () if whole else tuple(lacking))


def list_months(period: Period, as_of: date) -> list[str]:
    """The months of a period that had ended by a day, or ended with the period."""
    months, day = [], period.start
    while day <= min(period.end, as_of):
        month = find_period_of(day, "month")
        if month.end <= as_of:
            months.append(month.text)
        day = month.end + timedelta(days=1)
    return months


def _count_others(doubts: Doubts, code: str, period: Period) -> tuple[tuple[Kind, Reason, int], ...]:
    """The rows set aside that no cell can correct, by reason."""
    counts: Counter[tuple[str, Reason]] = Counter()
    kinds = {}
    for kind, district, day, reason in doubts.others:
        if district == code and (not day or is_within(day, period)):
            counts[kind.name, reason] += 1
            kinds[kind.name] = kind
    return tuple((kinds[name], reason, count) for (name, reason), count in counts.items())


def _list_unread(book: Workbook, code: str) -> tuple[Unread, ...]:
    """Files and tables that could not be read: of one district, or of several or none."""
    found: Sequence[Unread] = [one for _, some in book.result.list_unread() for one in some]
    return tuple(one for one in dict.fromkeys(found) if (code in one.codes if code else not one.codes))
