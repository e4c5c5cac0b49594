"""Every fact in plain Python, row by row, from the sentences that define them alone; and rows drawn by chance.

Nothing of `taizhang.facts` is used. `python -m benchmarks.recount` holds it against whole workbooks.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from taizhang.core.periods import Period
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds, load_shared
from taizhang.stats.survival import estimate_survival, find_median

CODES = ["101", "102", "103", "104"]  # of the last there are no rows
DISTRICTS = pd.DataFrame({"code": CODES, "name": ["甲镇", "乙镇", "丙镇", "丁镇"]})
Row = dict[str, Any]
DAYS = (
    "found_on rectified_on closed_on verified_on deadline inspected_on held_on issued_on review_due occurred_on "
    "received_on answered_on answer_due_on resolved_on due_on settled_on issued_at lifted_at checked_at expires_on "
    "reported_on done_on started_on awarded_on withdrawn_on opened_on started_at ended_at given_on reported_at "
    "instruction_done_on"
).split()
# With a time of day, in minutes since midnight, beside the day: `<column>_at`, None where none is written.
TIMED = {
    "incidents": ("occurred_on", "reported_on"),
    "warnings": ("issued_at", "lifted_at"),
    "responses": ("started_at", "ended_at"),
}
SPANS = (
    "found_on",
    "rectified_on",
    "deadline",
    "held_on",
    "resolved_on",
    "due_on",
    "done_on",
    "opened_on",
)  # known to the month at times
VALUES: dict[str | tuple[str, str], Sequence[Any]] = {
    "premises": ["A", "B"], "category": ["fire", "gas"], "mode": ["on_the_spot", "by_deadline"],
    "severity": ["major", "general"], "hazards_found": [0, 1, 3], "penalty_yuan": [0.0, 0.5, 500.0],
    "participants": [0, 20], "kind": ["field", "tabletop"], "plan": ["防汛 预案", "Ａ", "丙"], "problems": [0, 2, 5],
    "evaluated": [True, False], "problems_fixed": [0, 1, 2], "name": ["防汛预案", "A", "乙"],
    "class": ["accident", "natural"], "deaths": [0, 2, 3, 10, 30], "serious_injuries": [0, 9, 10, 50, 100],
    "loss_wan": [0.0, 999.5, 1000.0, 5000.0, 10000.0], "event": ["暴雨", "台风"], "affected": [0, 7],
    "on_duty": [True, False], "members": [0, 4], "quantity": [1.0, 2.0], "standard": [1.0, 2.0],
    "capacity": [0.0, 50.0],
    "sessions": [0, 3], "reached": [0, 20], "met": [True, False], "veto": [True, False], "assigned": [True, False],
    "status": ["open", "rectified", "closed", "answered", "resolved", "settled"],
    "verified_result": ["passed", "not_passed"],
    "term": [
        "2019-2020学年第二学期", "2020-2021学年上学期", "2021年春季学期", "2021-2022学年第一学期", "2022秋", "不定期",
    ],
    "cost_wan": [0.0, 0.8, 12.5], "inspectors": [2, 3], "missing": [0, 1], "evacuated": [0, 30],
    "houses_collapsed": [2, 5], "houses_damaged": [0, 9], "crops_ha": [0.0, 3.5], "satisfied": [True, False],
    "minutes_to_answer": [0.0, 0.5, 4.0, 12.0], "materials": [100, 250],
    "level": ["一级", "二级网格", "Ⅲ", "4", "第五级", "村级"], "people": ["1", "2", "2|3", "1|4"],
    "planned_wan": [0.0, 80.0, 250.5], "spent_wan": [0.0, 12.5, 100.0], "due": [0, 5, 20], "signed": [0, 4, 20],
    "year": [2020, 2021], "residents": [0, 4000], "output_yi": [0.5, 0.5, 2.0],
    "key": [True, False], "insured": [True, False], "grade": ["三级", "二级"],
    "premises_id": ["91350100M000100Y43", "001", "002"], "measures": [0, 2, 5], "measures_done": [0, 1, 5],
    "households": [0, 12], "amount_wan": [0.0, 6.5], "instruction": [True, False],
    ("responses", "level"): ["1", "2", "3", "4"], ("relief", "people"): [0, 30],
}  # fmt: skip


def list_values(kind: str, column: str) -> Sequence[Any]:
    """The possible values of a column: of the kind, where it has its own."""
    return VALUES.get((kind, column)) or VALUES.get(column, ())


KINDS = {
    "hazards": (
        "found_on rectified_on closed_on verified_on verified_result status deadline mode severity premises category "
        "cost_wan"
    ),
    "inspections": "inspected_on premises premises_id inspectors hazards_found penalty_yuan",
    "drills": "held_on participants kind plan problems problems_fixed evaluated",
    "plans": "issued_on review_due name",
    "incidents": "occurred_on reported_on class deaths missing serious_injuries loss_wan",
    "losses": "occurred_on event affected evacuated houses_collapsed houses_damaged crops_ha loss_wan",
    "complaints": "received_on answered_on answer_due_on resolved_on due_on status satisfied",
    "disputes": "found_on settled_on status",
    "warnings": "issued_at lifted_at kind",
    "duty_checks": "checked_at on_duty minutes_to_answer",
    "teams": "members",
    "supplies": "quantity standard expires_on",
    "shelters": "capacity",
    "publicity": "held_on sessions reached materials",
    "schools": "met veto term",
    "grid": "assigned level people",
    "tasks": "due_on done_on",
    "population": "year residents output_yi",
    "projects": "started_on due_on done_on planned_wan spent_wan",
    "signings": "year due signed",
    "models": "awarded_on withdrawn_on",
    "experts": "members",
    "premises": "name premises_id key status opened_on closed_on grade insured",
    "investigations": "occurred_on opened_on closed_on measures measures_done",
    "responses": "level started_at ended_at",
    "relief": "given_on households people amount_wan",
    "reports_up": "reported_at instruction instruction_done_on",
}

WARNED_OF = ("暴雨", "台风", "高温", "道路结冰")
STATUSES = {
    "hazards": ("open", "rectified", "closed"),
    "complaints": ("open", "answered", "resolved"),
    "disputes": ("open", "settled"),
    "premises": ("open", "closed"),
}
# What an empty cell means in a table that has the column: not yet or none; zero if nobody wrote it; otherwise nothing.
NONE = (
    "rectified_on closed_on verified_on answered_on resolved_on settled_on done_on penalty_yuan standard expires_on "
    "verified_result lifted_at withdrawn_on ended_at instruction_done_on grade"
).split()
CLOSINGS = NONE[:7]
PLACELESS = (
    "tasks",
    "projects",
    "experts",
)  # of a row without a district, the whole area alone has the number
NOUGHT = (
    "deaths missing serious_injuries hazards_found problems problems_fixed affected evacuated houses_collapsed "
    "houses_damaged materials measures measures_done"
).split()


def draw_rows(
    seed: int, period: Period, as_of: date, places: Sequence[str] = CODES[:3], least: int = 8, most: int = 40
) -> dict[str, list[Row]]:
    """Rows of every kind in two files, that may lack columns; days upon and beside the period's ends and as_of.

    Cells are missing in none, few or many of the rows, and some dates are known to the month.
    """
    rng = np.random.default_rng(seed)
    days = [at + timedelta(days=n) for at in (period.start, period.end, as_of) for n in (-1, 0, 1)]
    days += [period.start + timedelta(days=int(n)) for n in rng.integers(-400, period.days + 40, 6)]

    def draw(kind: str, column: str, missing: float) -> Any:
        if rng.random() < missing:
            return None
        if column == "district_code":
            return places[int(len(places) * rng.random() ** 1.5)]
        if (kind, column) == ("warnings", "kind"):
            return WARNED_OF[int(rng.integers(len(WARNED_OF)))]
        of = STATUSES[kind] if column == "status" else days if column in DAYS else list_values(kind, column)
        return of[int(rng.integers(len(of)))]

    drawn: dict[str, list[Row]] = {}
    for kind, columns in KINDS.items():
        names = columns.split()
        missing = {name: float(rng.choice([0, 0, 0.05, 0.3])) for name in names} | {"district_code": 0.05}
        dated = "" if kind == "grid" else load_kinds()[kind].date
        has = [{name for name in names if name == dated or rng.random() < 0.9} for _ in range(2)]
        has = [
            of - {*CLOSINGS} if rng.random() < 0.25 else of for of in has
        ]  # no column says when it was closed
        drawn[kind] = []
        for _ in range(int(rng.integers(least, most))):
            file = int(rng.random() < 0.4)
            row = {name: draw(kind, name, missing[name]) for name in ("district_code", *names)}
            row |= {name: None for name in names if name not in has[file]}
            # Of a column in which an empty cell says something: one that could not be read.
            unread = {
                name
                for name in has[file]
                if name in (*NONE, *NOUGHT) and not row[name] and rng.random() < 0.05
            }
            row |= dict.fromkeys(unread)
            told = (f"{name}?" if name in unread else name for name in sorted(has[file]))
            row |= {"source_file": "ab"[file], "table_columns": "|".join(told)}
            if kind in TIMED:
                row |= draw_times(rng, row, *TIMED[kind])
            for name in SPANS:
                if name in names:
                    month = row[name] is not None and rng.random() < 0.1
                    row[name] = row[name].replace(day=1) if month else row[name]
                    row[f"{name}_precision"] = None if row[name] is None else "month" if month else "day"
            drawn[kind].append(row)
    if seed % 2:
        link_rows(np.random.default_rng(seed), drawn)
    return drawn


LINKED = {
    "hazards": ("premises",),
    "inspections": ("premises", "premises_id"),
    "premises": ("name", "premises_id"),
}


def link_rows(rng: np.random.Generator, drawn: dict[str, list[Row]]) -> None:
    """Link the rows that say where they are to a few premises, whatever their names, which are no matter then."""
    for kind, columns in LINKED.items():
        for row in drawn[kind]:
            said = any(row[name] is not None for name in columns)
            row["premises_key"] = f"350921101 {'甲乙丙丁'[int(rng.integers(4))]}" if said else None


def draw_times(rng: np.random.Generator, row: Row, first: str, second: str) -> Row:
    """Times of day for two days, the second mostly near the first: some an hour later, or at an unknown time."""
    days = {name: row[name] for name in (first, second)}
    if None not in days.values() and rng.random() < 0.8:
        days[second] = days[first] + timedelta(days=int(rng.choice([-1, 0, 0, 0, 1, 2, 3])))
    at = {f"{name}_at": int(rng.integers(1, 1440)) for name in days}
    if rng.random() < 0.5:
        at[f"{second}_at"] = min(at[f"{first}_at"] + int(rng.choice([-1, 0, 59, 60, 61])), 1439)
    return days | {name: None if days[name[:-3]] is None or rng.random() < 0.2 else at[name] for name in at}


def list_columns(kind: str, *more: str) -> list[str]:
    """The columns of a table as ingest leaves it, and `more`."""
    names = KINDS[kind].split()
    spans = [f"{name}_precision" for name in SPANS if name in names]
    return ["district_code", *names, *spans, "source_file", "table_columns", *more]


def make_table(kind: str, rows: list[Row]) -> pd.DataFrame:
    """A table as ingest leaves it; rows are numbered from 10, so that labels are no positions."""
    more = ["premises_key"] if any("premises_key" in row for row in rows) else []
    table = pd.DataFrame(rows, index=range(10, 10 + len(rows)), columns=list_columns(kind, *more))
    for column in table:
        if column in DAYS:
            table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
            if column in TIMED.get(kind, ()):
                minutes = pd.Series([row.get(f"{column}_at") or 0 for row in rows], table.index)
                table[column] += pd.to_timedelta(minutes, unit="min")
        elif not (values := list_values(kind, str(column))) or isinstance(values[0], str):
            table[column] = table[column].astype("str")
        else:
            dtype: Any = {bool: "boolean", int: "Int64", float: "float64"}[type(values[0])]
            table[column] = table[column].astype(dtype)
    return table


def last(row: Row, column: str) -> Any:
    """The last day of what a date stands for; None if there is none."""
    day: date | None = row[column]
    precision = row.get(f"{column}_precision") or "day"
    if day is None or precision == "day":
        return day
    if precision == "year":
        return day.replace(month=12, day=31)
    if precision == "ten_days" and day.day < 21:
        return day + timedelta(days=9)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def read_term(text: str | None) -> date | None:
    """2020-2021学年上学期, 2021-2022学年第二学期, 2021年春季学期, 2022秋: from September, or from February."""
    told = re.fullmatch(r"(\d{4})-\d{4}学年(第一|上|第二|下)学期", text or "")
    season = re.fullmatch(r"(\d{4})年?(春|秋)季?(?:学期)?", text or "")
    if told:
        first = told[2] in ("第一", "上")
        return date(int(told[1]), 9, 1) if first else date(int(told[1]) + 1, 2, 1)
    return date(int(season[1]), 9 if season[2] == "秋" else 2, 1) if season else None


@dataclass
class Look:
    """What the sentences speak of: all rows on record, the period, the day they are read as of, and any asked for.

    `kept`: what was found out of all of them, so that it is asked once.
    """

    rows: dict[str, list[Row]]
    period: Period
    as_of: date
    asked: date | None = None
    codes: Sequence[str] = tuple(CODES)
    kept: dict[Any, Any] = field(default_factory=dict)

    def keep(self, key: Any, find: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = find()
        return self.kept[key]

    def of(self, kind: str, stock: bool = False) -> list[tuple[int, Row]]:
        """Rows that take part, with their labels; of a stock, whatever period they are of."""
        found: list[tuple[int, Row]] = self.keep(("of", kind, stock), lambda: self._find(kind, stock))
        return found

    def of_place(self, kind: str, stock: bool, code: str) -> list[Row]:
        """Those of a district, or of all."""

        def group() -> dict[str, list[Row]]:
            by: dict[str, list[Row]] = {"all": []}
            for _, row in self.of(kind, stock):
                by["all"].append(row)
                by.setdefault(row["district_code"], []).append(row)
            return by

        found: list[Row] = self.keep(("of_place", kind, stock), group).get(code, [])
        return found

    def _find(self, kind: str, stock: bool) -> list[tuple[int, Row]]:
        dated = "" if kind == "grid" else load_kinds()[kind].date
        terms = self.read_terms() if kind == "schools" else None
        return [
            (10 + at, row)
            for at, row in enumerate(self.rows[kind])
            if (row["district_code"] is not None or kind in PLACELESS)
            and (kind != "signings" or row["year"] == self.period.end.year <= self.as_of.year)
            and (terms is None or read_term(row["term"]) is None or read_term(row["term"]) in terms)
            and (
                not dated
                or (
                    row[dated]
                    and (stock or self.period.start <= row[dated])
                    and last(row, dated) <= min(self.period.end, self.as_of)
                )
            )
        ]

    def read_terms(self) -> set[date]:
        """The first days of the terms that began in the period, by the day it is read as of; if none, of the latest."""
        placed = (read_term(row["term"]) for row in self.rows["schools"] if row["district_code"] is not None)
        begun = {day for day in placed if day and day <= min(self.period.end, self.as_of)}
        return {day for day in begun if day >= self.period.start} or {max(begun)} if begun else set()

    def by(self, row: Row, column: str) -> bool:
        day = last(row, column)
        return day is not None and day <= self.as_of

    def past(self, row: Row, column: str) -> bool:
        day = last(row, column)
        return day is not None and day < self.as_of

    def looks_back(self, kind: str, row: Row) -> bool:
        """A day was asked for that lies before the latest starred date of the row's file."""
        dated = load_kinds()[kind].date

        def find() -> dict[str, date]:
            ends: dict[str, date] = {}
            for one in self.rows[kind]:
                if day := last(one, dated):
                    ends[one["source_file"]] = max(day, ends.get(one["source_file"], day))
            return ends

        return self.asked is not None and bool(
            self.keep(("ends", kind), find)[row["source_file"]] > self.asked
        )

    def says(self, kind: str, row: Row, column: str) -> bool:
        """Whether the cell says something, be it by being empty."""
        if row[column] is not None:
            return True

        def is_meant() -> bool:
            written = [one[column] for one in self.rows[kind] if one[column] is not None]
            nought = column in NOUGHT and written and min(written) > 0 and max(written) > 0
            return bool(nought or (column in NONE and written))

        return self.keep(("meant", kind, column), is_meant) and column in row["table_columns"].split("|")

    def amount(self, kind: str, row: Row, column: str) -> float | None:
        """The number, 0 where an empty cell says so."""
        empty = row[column] is None and column in NOUGHT and self.says(kind, row, column)
        return 0 if empty else row[column]


@dataclass
class Told:
    """What a hazard's row says of its rectification."""

    first: date | None
    last: date | None
    reopened: bool
    undated: bool
    known: bool
    done: bool


def tell(look: Look, row: Row) -> Told:
    """What a hazard says, found out once."""
    found: Told = look.keep(("tell", id(row)), lambda: find_told(look, row))
    return found


def find_told(look: Look, row: Row) -> Told:
    """From the contract: its day, or that it is rectified without one, opened again, or not known."""
    passed = row["verified_result"] != "not_passed"
    days = [name for name in ("rectified_on", "closed_on") if row[name]]
    days += ["verified_on"] if row["verified_on"] and passed else []
    if not days and row["mode"] == "on_the_spot" and row["status"] != "open":
        days = ["found_on"]
    first, end = (row[days[0]], last(row, days[0])) if days else (None, None)
    reopened = not passed and (
        row["verified_on"] is None
        or (row["verified_on"] <= look.as_of and (first is None or row["verified_on"] >= first))
    )
    said = row["status"] in ("rectified", "closed") or row["verified_result"] == "passed"
    undated = said and first is None and not reopened
    days_done = ("rectified_on", "closed_on", "verified_on")
    legible = not {f"{name}?" for name in days_done} & {*row["table_columns"].split("|")}
    known = (
        first is not None
        or said
        or row["status"] == "open"
        or not passed
        or (legible and any(look.says("hazards", row, name) for name in days_done))
    )
    if (undated or (not passed and row["verified_on"] is None)) and look.looks_back("hazards", row):
        known = False
    done = known and (undated or (end is not None and end <= look.as_of and not reopened))
    return Told(first, end, reopened, undated, known, done)


def is_rectified(look: Look, row: Row) -> bool:
    return tell(look, row).done


def is_open(look: Look, row: Row) -> bool:
    return tell(look, row).known and not is_rectified(look, row)


def is_timed(look: Look, row: Row) -> bool:
    return tell(look, row).known and row["found_on_precision"] == "day"


def count_days(look: Look, row: Row, latest: bool) -> int:
    """To its rectification, or to as_of; what has no day, or a month, at its soonest or at its latest."""
    told = tell(look, row)
    if told.done and row["mode"] == "on_the_spot":
        return 0
    end: Any = look.as_of
    if told.done and told.first:
        end = told.last if latest else told.first
    elif told.done and not latest:
        end = row["found_on"]
    return max((end - row["found_on"]).days, 0)


@dataclass(frozen=True)
class Closing:
    """Of complaints and disputes: closed by a day, or said to be."""

    kind: str
    column: str
    closed: tuple[str, ...]
    open: tuple[str, ...]

    def undated(self, row: Row) -> bool:
        return row[self.column] is None and row["status"] in self.closed

    def known(self, look: Look, row: Row) -> bool:
        if row[self.column] is None and row["status"] in self.closed:
            return not look.looks_back(self.kind, row)
        return row["status"] in self.open or look.says(self.kind, row, self.column)

    def done(self, look: Look, row: Row) -> bool:
        return look.by(row, self.column) or self.done_undated(look, row)

    def done_undated(self, look: Look, row: Row) -> bool:
        return self.undated(row) and self.known(look, row)

    def timed(self, look: Look, row: Row) -> bool:
        """What came in on a day, of which it is known whether it is closed."""
        came = load_kinds()[self.kind].date
        return self.known(look, row) and last(row, came) == row[came]

    def days(self, look: Look, row: Row, latest: bool) -> int:
        """To its day; what has none, or a month, at its soonest or at its latest; what is open to as_of."""
        came, end = row[load_kinds()[self.kind].date], look.as_of
        if self.done(look, row) and row[self.column]:
            end = last(row, self.column) if latest else row[self.column]
        elif self.done(look, row) and not latest:
            end = came
        return max((end - came).days, 0)


RESOLVED = Closing("complaints", "resolved_on", ("resolved",), ("open", "answered"))
ANSWERED = Closing("complaints", "answered_on", ("answered", "resolved"), ("open",))
SETTLED = Closing("disputes", "settled_on", ("settled",), ("open",))


def is_repeat(look: Look, row: Row) -> bool:
    def group() -> dict[tuple[Any, ...], list[date]]:
        days: dict[tuple[Any, ...], list[date]] = {}
        for other in look.rows["hazards"]:
            if other["found_on"] and other["found_on_precision"] == "day":
                days.setdefault(name_place(other), []).append(other["found_on"])
        return days

    key = name_place(row)
    if None in key or row["found_on_precision"] != "day":
        return False
    earlier = look.keep("repeats", group).get(key, [])
    return any(1 <= (row["found_on"] - day).days <= 365 for day in earlier)


def tell_premises(row: Row) -> Any:
    """What a row was linked to; if nobody has linked it, the name of its premises."""
    if "premises_key" in row:
        return row["premises_key"]
    return None if row["premises"] is None else fold_name(row["premises"])


def names_premises(look: Look, row: Row) -> bool:
    return tell_premises(row) is not None


def name_place(row: Row) -> tuple[Any, ...]:
    return row["district_code"], tell_premises(row), row["category"]


BOUNDS = {"deaths": (3, 10, 30), "serious_injuries": (10, 50, 100), "loss_wan": (1000, 5000, 10000)}


def level(look: Look, row: Row) -> int:
    numbers = {name: look.amount("incidents", row, name) for name in BOUNDS}
    found = max(sum((numbers[name] or 0) >= bound for bound in of) for name, of in BOUNDS.items())
    if row["class"] != "accident" or (None in numbers.values() and found < 3):
        return -1
    return found


def is_issued(look: Look, row: Row) -> bool:
    return row["issued_on"] is None or row["issued_on"] <= look.as_of


def is_current(look: Look, row: Row) -> bool:
    return is_issued(look, row) and row["review_due"] is not None and not look.past(row, "review_due")


def is_begun(look: Look, row: Row) -> bool:
    return row["started_on"] is None or look.by(row, "started_on")


def is_completed(look: Look, row: Row) -> bool:
    return is_begun(look, row) and look.by(row, "done_on")


def is_unfinished(look: Look, row: Row) -> bool:
    return is_begun(look, row) and look.says("projects", row, "done_on") and not look.by(row, "done_on")


def begun_amount(name: str) -> Callable[[Look, Row], float | None]:
    return lambda look, row: row[name] if is_begun(look, row) else None


def is_model(look: Look, row: Row) -> bool:
    return (row["awarded_on"] is None or look.by(row, "awarded_on")) and not look.by(row, "withdrawn_on")


def is_drilled(look: Look, row: Row) -> bool:
    def list_held() -> set[tuple[str, str]]:
        named = [drill for _, drill in look.of("drills") if drill["plan"] is not None]
        return {(drill["district_code"], name_plan(drill["plan"])) for drill in named}

    return row["name"] is not None and (row["district_code"], name_plan(row["name"])) in look.keep(
        "held", list_held
    )


def name_plan(text: str) -> str:
    """Width and white space don't tell plans apart."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def fold_name(text: str) -> str:
    return name_plan(text).casefold()


def is_on_register(look: Look, row: Row) -> bool:
    """Not opened after as_of, nor closed by then; what is said to be closed, on no day, is."""
    opened = row["opened_on"] is None or look.by(row, "opened_on")
    return opened and not (look.by(row, "closed_on") or not tells_closing(look, row))


def tells_closing(look: Look, row: Row) -> bool:
    return row["closed_on"] is not None or row["status"] != "closed"


def is_open_within(look: Look, row: Row) -> bool:
    """Open on a day of the period, up to as_of; on the day of its closing it is closed."""
    if not tells_closing(look, row):
        return False
    opened = row["opened_on"] is None or last(row, "opened_on") <= min(look.period.end, look.as_of)
    return opened and (row["closed_on"] is None or last(row, "closed_on") > look.period.start)


def is_key_within(look: Look, row: Row) -> bool:
    return is_open_within(look, row) and row["key"] is True


def tell_number(row: Row) -> tuple[str, ...] | None:
    """A credit code is one unit's everywhere, an office's own number in its district."""
    number = row["premises_id"]
    if number is None:
        return None
    return (number,) if len(number) == 18 else (row["district_code"], number)


def is_visited(look: Look, row: Row) -> bool:
    def list_visits() -> tuple[set[Any], set[Any]]:
        registered = {tell_number(one) for _, one in look.of("premises")} - {None}
        numbers, names = set(), set()
        for _, visit in look.of("inspections"):
            if (number := tell_number(visit)) is not None:
                numbers.add(number)
            if number not in registered and visit["premises"] is not None:
                names.add((visit["district_code"], fold_name(visit["premises"])))
        return numbers, names

    if "premises_key" in row:
        linked = look.keep("linked", lambda: {visit["premises_key"] for _, visit in look.of("inspections")})
        return row["premises_key"] is not None and row["premises_key"] in linked
    numbers, names = look.keep("visits", list_visits)
    named = row["name"] is not None and (row["district_code"], fold_name(row["name"])) in names
    return named or tell_number(row) in numbers


def is_opened(look: Look, row: Row) -> bool:
    return row["opened_on"] is None or look.by(row, "opened_on")


def has_measures_left(look: Look, row: Row) -> bool:
    done, asked = (look.amount("investigations", row, name) for name in ("measures_done", "measures"))
    return look.by(row, "closed_on") and done is not None and asked is not None and done < asked


def is_unended(look: Look, row: Row) -> bool:
    begun = last(row, "started_at") + timedelta(30) < look.as_of
    return begun and look.says("responses", row, "ended_at") and not look.by(row, "ended_at")


def is_timed_response(look: Look, row: Row) -> bool:
    return look.by(row, "ended_at") and count_hours(row, "started_at", "ended_at") is not None


def is_instructed(look: Look, row: Row) -> bool:
    return row["instruction"] is True


@dataclass(frozen=True)
class OnTime:
    """Whether a complaint was answered, or resolved, by its day."""

    closing: Closing
    due: str

    def placed(self, look: Look, row: Row) -> bool:
        """Whether it can be told on which side of its due day a case was closed."""
        if row[self.due] is None or not self.closing.done(look, row):
            return True
        day, due = row[self.closing.column], last(row, self.due)
        return day is not None and (last(row, self.closing.column) <= due or day > due)

    def asked(self, look: Look, row: Row) -> bool:
        judged = row[self.due] is not None and (self.closing.done(look, row) or look.past(row, self.due))
        return judged and self.closing.known(look, row) and self.placed(look, row)

    def kept(self, look: Look, row: Row) -> bool:
        day, due = last(row, self.closing.column), last(row, self.due)
        return self.closing.done(look, row) and None not in (day, due) and day <= due

    @property
    def grounds(self) -> list[Any]:
        return [
            (always, self.closing.known),
            (always, lambda look, row: row[self.due] is not None),
            (always, self.placed),
        ]


RESOLVED_IN_TIME, ANSWERED_IN_TIME = OnTime(RESOLVED, "due_on"), OnTime(ANSWERED, "answer_due_on")


def may_be_rated(look: Look, row: Row) -> bool:
    """Not what is known to be neither answered nor resolved."""
    told = ANSWERED.known(look, row) or RESOLVED.known(look, row)
    return not told or ANSWERED.done(look, row) or RESOLVED.done(look, row)


def tell_verified(look: Look, row: Row) -> bool | None:
    """Of a rectified hazard: whether it was verified by as_of; None where nobody wrote that."""
    result, day = row["verified_result"], row["verified_on"]
    spoilt = {"verified_on?", "verified_result?"} & {*row["table_columns"].split("|")}
    if result == "not_passed":
        return False
    if result == "passed":
        if day is None:
            return None if look.looks_back("hazards", row) else True
        return look.by(row, "verified_on")
    if spoilt:
        return None
    if day is not None:
        return look.by(row, "verified_on")
    return (
        False if any(look.says("hazards", row, name) for name in ("verified_on", "verified_result")) else None
    )


def is_verified(look: Look, row: Row) -> bool:
    return is_rectified(look, row) and tell_verified(look, row) is True


def tells_verified(look: Look, row: Row) -> bool:
    return tell_verified(look, row) is not None


def is_major_rectified(look: Look, row: Row) -> bool:
    return row["severity"] == "major" and is_rectified(look, row)


def tell_late(look: Look, row: Row) -> bool | None:
    """Whether an incident was reported late: by the clock, or by the days alone; None where that is not known."""
    occurred, reported = row["occurred_on"], row["reported_on"]
    if reported is None:
        return None
    by_clock = None not in (row["occurred_on_at"], row["reported_on_at"]) and reported <= look.as_of
    if by_clock:
        minutes = 1440 * (reported - occurred).days + row["reported_on_at"] - row["occurred_on_at"]
        return None if minutes < 0 else minutes > 60
    if (min(reported, look.as_of) - last(row, "occurred_on")).days >= 2:
        return True
    return False if occurred == last(row, "occurred_on") == reported == last(row, "reported_on") else None


def count_hours(row: Row, first: str = "issued_at", second: str = "lifted_at") -> float | None:
    """From a warning's issue to its lifting, or between other moments, by the clock."""
    if row[second] is None or None in (row[f"{first}_at"], row[f"{second}_at"]):
        return None
    minutes = 1440 * (row[second] - row[first]).days + row[f"{second}_at"] - row[f"{first}_at"]
    return minutes / 60 if minutes >= 0 else None


def is_lifted(look: Look, row: Row) -> bool:
    return look.by(row, "lifted_at")


LEVEL_NAMES = {1: {"一级"}, 2: {"二级网格", "二级"}, 3: {"Ⅲ", "三级"}, 4: {"4"}, 5: {"第五级"}}


def of_level(number: int) -> Callable[[Look, Row], bool]:
    return lambda look, row: row["level"] in LEVEL_NAMES[number]


def has_level(look: Look, row: Row) -> bool:
    return any(row["level"] in names for names in LEVEL_NAMES.values())


def is_there(look: Look, fact: str) -> bool:
    """Whether a layer has such a fact: of a level that it has, or of people if it says who."""
    rows = look.rows.get("grid", [])
    if fact.startswith("grid.cells_level_"):
        return any(of_level(int(fact[-1]))(look, row) for row in rows)
    return fact not in ("grid.responsible", "grid.cells_unassigned") or any(
        row["assigned"] is not None for row in rows
    )


def is_finished(look: Look, row: Row) -> bool:
    return look.by(row, "done_on")


def knows_end(look: Look, row: Row) -> bool:
    return look.says("tasks", row, "done_on")


def knows_side(look: Look, row: Row) -> bool:
    """Whether it can be told on which side of its due day a task was done."""
    if not is_finished(look, row):
        return True
    due: Any = last(row, "due_on")
    return bool(last(row, "done_on") <= due or row["done_on"] > due)


def is_judged_task(look: Look, row: Row) -> bool:
    over = is_finished(look, row) or look.past(row, "due_on")
    return over and knows_end(look, row) and knows_side(look, row)


def is_punctual(look: Look, row: Row) -> bool:
    end: Any = last(row, "done_on")
    return is_finished(look, row) and end <= last(row, "due_on")


def is_tardy(look: Look, row: Row) -> bool:
    exact = last(row, "due_on") == row["due_on"]
    return is_judged_task(look, row) and not is_punctual(look, row) and exact


def count_days_late(look: Look, row: Row, latest: bool) -> int:
    end: Any = look.as_of
    if is_finished(look, row):
        end = last(row, "done_on") if latest else row["done_on"]
    return max((end - row["due_on"]).days, 0)


def is_late_task(look: Look, row: Row) -> bool:
    return knows_end(look, row) and not is_finished(look, row) and look.past(row, "due_on")


def always(look: Look, row: Row) -> bool:
    return True


def column(kind: str, name: str) -> Callable[[Look, Row], float | None]:
    return lambda look, row: look.amount(kind, row, name)


def known(name: str) -> Callable[[Look, Row], bool]:
    return lambda look, row: row[name] is not None


def equal(name: str, value: object) -> Callable[[Look, Row], bool]:
    return lambda look, row: row[name] == value


def is_overdue(look: Look, row: Row) -> bool:
    return is_open(look, row) and look.past(row, "deadline")


def is_major_open(look: Look, row: Row) -> bool:
    return row["severity"] == "major" and is_open(look, row)


# The middle of numbers: the rows that have one, and the number.
MIDDLES: dict[str, tuple[Callable[[Look, Row], bool], Callable[[Look, Row], float]]] = {
    "hazards.overdue_stock_days_median": (
        is_overdue,
        lambda look, row: (look.as_of - last(row, "deadline")).days,
    ),
    "warnings.hours_median": (
        lambda look, row: is_lifted(look, row) and count_hours(row) is not None,
        lambda look, row: count_hours(row) or 0.0,
    ),
    "duty_checks.minutes_median": (
        lambda look, row: row["minutes_to_answer"] is not None,
        lambda look, row: row["minutes_to_answer"],
    ),
    "responses.hours_median": (
        is_timed_response,
        lambda look, row: count_hours(row, "started_at", "ended_at") or 0.0,
    ),
}
# Times to closure: the rows that are timed, those closed, and the days, at their soonest or at their latest.
MEDIANS: dict[str, tuple[Any, Any, Any]] = {
    "hazards.days_to_rectify_median": (is_timed, is_rectified, count_days),
    "complaints.days_to_resolve_median": (RESOLVED.timed, RESOLVED.done, RESOLVED.days),
    "disputes.days_to_settle_median": (SETTLED.timed, SETTLED.done, SETTLED.days),
    "tasks.days_late_median": (is_tardy, is_finished, count_days_late),
}
STANDING = {"open": is_open, "overdue": is_overdue, "major_open": is_major_open}
STOCKS = {f"hazards.{name}_stock{part}" for name in STANDING for part in ("", "_before")}
STOCKS |= {"hazards.overdue_stock_days_median", "tasks.overdue_stock", "tasks.overdue_stock_before"}
STOCKS |= {"responses.unended_stock"}


def before(test: Callable[[Look, Row], bool], begins: str = "found_on") -> Callable[[Look, Row], bool]:
    return lambda look, row: test(look, row) and bool(row[begins] < look.period.start)


COUNTS: dict[str, Callable[[Look, Row], bool]] = {
    **{f"hazards.{name}_stock": test for name, test in STANDING.items()},
    **{f"hazards.{name}_stock_before": before(test) for name, test in STANDING.items()},
    "hazards.found": always,
    "hazards.rectified": is_rectified,
    "hazards.on_the_spot": equal("mode", "on_the_spot"),
    "hazards.rectified_undated": lambda look, row: tell(look, row).done and tell(look, row).undated,
    "hazards.status_unknown": lambda look, row: not tell(look, row).known,
    "hazards.open": is_open,
    "hazards.overdue": is_overdue,
    "hazards.major": equal("severity", "major"),
    "hazards.major_open": is_major_open,
    "hazards.repeats": is_repeat,
    "hazards.verified": is_verified,
    "hazards.major_unverified": lambda look, row: (
        is_major_rectified(look, row) and tell_verified(look, row) is False
    ),
    "inspections.visits": always,
    "inspections.penalties": lambda look, row: (row["penalty_yuan"] or 0) > 0,
    "drills.held": always,
    "plans.current": is_current,
    "plans.review_overdue": lambda look, row: is_issued(look, row) and look.past(row, "review_due"),
    "plans.all": is_issued,
    "incidents.count": always,
    "incidents.level_ordinary": lambda look, row: level(look, row) == 0,
    "incidents.level_larger": lambda look, row: level(look, row) == 1,
    "incidents.level_major": lambda look, row: level(look, row) == 2,
    "incidents.level_extraordinary": lambda look, row: level(look, row) == 3,
    "incidents.late_reports": lambda look, row: tell_late(look, row) is True,
    "incidents.late_accidents": lambda look, row: accident(look, row) and tell_late(look, row) is True,
    "complaints.received": always,
    "complaints.answered": ANSWERED.done,
    "complaints.resolved": RESOLVED.done,
    "complaints.resolved_undated": RESOLVED.done_undated,
    "disputes.found": always,
    "disputes.settled": SETTLED.done,
    "disputes.settled_undated": SETTLED.done_undated,
    "warnings.issued": always,
    "duty_checks.made": always,
    "teams.count": always,
    "supplies.lines": always,
    "supplies.below_standard": lambda look, row: (
        None not in (row["quantity"], row["standard"]) and row["quantity"] < row["standard"]
    ),
    "supplies.expired": lambda look, row: look.past(row, "expires_on"),
    "shelters.count": always,
    "projects.count": is_begun,
    "projects.done": is_completed,
    "projects.overdue": lambda look, row: is_unfinished(look, row) and look.past(row, "due_on"),
    "models.count": is_model,
    "grid.cells": always,
    "grid.cells_unassigned": equal("assigned", False),
    **{f"grid.cells_level_{number}": of_level(number) for number in LEVEL_NAMES},
    "schools.items": always,
    "schools.vetoed": lambda look, row: row["veto"] is True and row["met"] is False,
    "tasks.due": always,
    "tasks.done": is_finished,
    "tasks.overdue_stock": is_late_task,
    "tasks.overdue_stock_before": before(is_late_task, "due_on"),
    "premises.registered": is_on_register,
    "premises.key": lambda look, row: is_on_register(look, row) and row["key"] is True,
    "investigations.opened": is_opened,
    "investigations.closed": lambda look, row: look.by(row, "closed_on"),
    "investigations.closed_unfinished": has_measures_left,
    "responses.activated": always,
    **{f"responses.level_{level}": equal("level", level) for level in "1234"},
    "responses.unended_stock": is_unended,
    "reports_up.made": always,
    "reports_up.instructions": is_instructed,
}
SHARES: dict[
    str, tuple[Callable[[Look, Row], bool], Callable[[Look, Row], bool]]
] = {  # the rows whose answer is known, and those counted
    "hazards.rectification_rate": (lambda look, row: tell(look, row).known, is_rectified),
    "hazards.on_the_spot_share": (known("mode"), equal("mode", "on_the_spot")),
    "drills.field_share": (known("kind"), equal("kind", "field")),
    "drills.evaluated_share": (known("evaluated"), equal("evaluated", True)),
    "drills.plans_drilled_share": (is_current, is_drilled),
    "complaints.resolution_rate": (RESOLVED.known, RESOLVED.done),
    "hazards.verified_share": (
        lambda look, row: is_rectified(look, row) and tells_verified(look, row),
        is_verified,
    ),
    "incidents.on_time_report_rate": (
        lambda look, row: tell_late(look, row) is not None,
        lambda look, row: tell_late(look, row) is False,
    ),
    "complaints.on_time_rate": (RESOLVED_IN_TIME.asked, RESOLVED_IN_TIME.kept),
    "complaints.answered_on_time_rate": (ANSWERED_IN_TIME.asked, ANSWERED_IN_TIME.kept),
    "complaints.satisfied_rate": (known("satisfied"), equal("satisfied", True)),
    "disputes.settlement_rate": (SETTLED.known, SETTLED.done),
    "duty_checks.passed_rate": (known("on_duty"), equal("on_duty", True)),
    "schools.items_met_rate": (known("met"), equal("met", True)),
    "tasks.done_rate": (knows_end, is_finished),
    "tasks.on_time_rate": (is_judged_task, is_punctual),
    "inspections.coverage": (is_open_within, is_visited),
    "inspections.key_coverage": (is_key_within, is_visited),
    "premises.insured_share": (
        lambda look, row: is_on_register(look, row) and row["insured"] is not None,
        equal("insured", True),
    ),
    "premises.graded_share": (
        lambda look, row: is_on_register(look, row) and look.says("premises", row, "grade"),
        known("grade"),
    ),
    "reports_up.instructions_done_rate": (
        lambda look, row: is_instructed(look, row) and look.says("reports_up", row, "instruction_done_on"),
        lambda look, row: look.by(row, "instruction_done_on"),
    ),
}
SUMS = {
    name: column(*name.split("."))
    for name in (
        "inspections.penalty_yuan drills.participants drills.problems incidents.deaths incidents.serious_injuries "
        "incidents.loss_wan losses.affected losses.loss_wan teams.members shelters.capacity publicity.reached "
        "hazards.cost_wan incidents.missing losses.evacuated losses.houses_collapsed losses.houses_damaged "
        "losses.crops_ha publicity.materials signings.due experts.members "
        "investigations.measures relief.households relief.people relief.amount_wan"
    ).split()
}
SUMS["inspections.person_times"] = column("inspections", "inspectors")
SUMS["publicity.sessions"] = lambda look, row: 1 if row["sessions"] is None else row["sessions"]
SUMS |= {f"projects.{name}": begun_amount(name) for name in ("planned_wan", "spent_wan")}
RATIOS = {
    "signings.signed_share": (column("signings", "signed"), column("signings", "due")),
    "inspections.hazards_per_visit": (column("inspections", "hazards_found"), lambda look, row: 1),
    "drills.problems_fixed_share": (column("drills", "problems_fixed"), column("drills", "problems")),
    "investigations.measures_done_rate": (
        column("investigations", "measures_done"),
        column("investigations", "measures"),
    ),
}
PER = {
    "incidents.deaths_per_100k": ("deaths", "residents", 100_000),
    "incidents.deaths_per_yi_output": ("deaths", "output_yi", 1),
    "shelters.capacity_per_resident": ("capacity", "residents", 1),
}


def accident(look: Look, row: Row) -> bool:
    return row["class"] == "accident"


def says(kind: str, name: str) -> Callable[[Look, Row], bool]:
    return lambda look, row: look.says(kind, row, name)


def one(kind: str, name: str) -> list[Any]:
    return [(always, says(kind, name))]


HAS_STATUS = (always, lambda look, row: tell(look, row).known)
LEVEL = one("incidents", "class") + [
    (accident, lambda look, row, name=name: look.says("incidents", row, name) or level(look, row) == 3)
    for name in BOUNDS
]
# By fact: of which rows is it asked, and of which of these is the answer known; of one column, the rows that say it.
GROUNDS: dict[str, list[Any]] = {
    "hazards.rectified": [HAS_STATUS],
    "hazards.rectified_undated": [HAS_STATUS],
    "hazards.rectification_rate": [HAS_STATUS],
    "hazards.open": [HAS_STATUS],
    "hazards.overdue": [HAS_STATUS, (is_open, says("hazards", "deadline"))],
    "hazards.major": one("hazards", "severity"),
    "hazards.major_open": [HAS_STATUS, *one("hazards", "severity")],
    "hazards.on_the_spot": one("hazards", "mode"),
    "hazards.on_the_spot_share": one("hazards", "mode"),
    **{f"hazards.open_stock{part}": [HAS_STATUS] for part in ("", "_before")},
    **{
        f"hazards.overdue_stock{part}": [HAS_STATUS, (is_open, says("hazards", "deadline"))]
        for part in ("", "_before", "_days_median")
    },
    **{
        f"hazards.major_open_stock{part}": [HAS_STATUS, *one("hazards", "severity")]
        for part in ("", "_before")
    },
    "hazards.repeats": [(always, names_premises), *one("hazards", "category")],
    "hazards.days_to_rectify_median": [HAS_STATUS],
    "hazards.verified": [HAS_STATUS, (is_rectified, tells_verified)],
    "hazards.verified_share": [HAS_STATUS, (is_rectified, tells_verified)],
    "hazards.major_unverified": [
        HAS_STATUS,
        *one("hazards", "severity"),
        (is_major_rectified, tells_verified),
    ],
    "inspections.premises": [(always, names_premises)],
    "inspections.penalties": one("inspections", "penalty_yuan"),
    "inspections.hazards_per_visit": one("inspections", "hazards_found"),
    "drills.field_share": one("drills", "kind"),
    "drills.evaluated_share": one("drills", "evaluated"),
    "drills.problems_fixed_share": one("drills", "problems_fixed") + one("drills", "problems"),
    "plans.current": [(is_issued, says("plans", "review_due"))],
    "plans.review_overdue": [(is_issued, says("plans", "review_due"))],
    **{f"incidents.level_{name}": LEVEL for name in ("ordinary", "larger", "major", "extraordinary")},
    "incidents.deaths_per_100k": one("incidents", "deaths"),
    "incidents.deaths_per_yi_output": [*one("incidents", "class"), (accident, says("incidents", "deaths"))],
    "losses.events": one("losses", "event"),
    "losses.events_unwarned": [
        *one("losses", "event"),
        (always, lambda look, row: tell_warned(look, row) != "perhaps"),
    ],
    "complaints.answered": [(always, ANSWERED.known)],
    "complaints.resolved": [(always, RESOLVED.known)],
    "complaints.resolved_undated": [(always, RESOLVED.known)],
    "complaints.resolution_rate": [(always, RESOLVED.known)],
    "complaints.on_time_rate": RESOLVED_IN_TIME.grounds,
    "complaints.answered_on_time_rate": ANSWERED_IN_TIME.grounds,
    "complaints.days_to_resolve_median": [(always, RESOLVED.known)],
    "complaints.satisfied_rate": [(may_be_rated, known("satisfied"))],
    "incidents.late_reports": [(always, lambda look, row: tell_late(look, row) is not None)],
    "incidents.late_accidents": [
        *one("incidents", "class"),
        (accident, lambda look, row: tell_late(look, row) is not None),
    ],
    "incidents.on_time_report_rate": [(always, lambda look, row: tell_late(look, row) is not None)],
    "warnings.hours_median": [
        *one("warnings", "lifted_at"),
        (is_lifted, lambda look, row: count_hours(row) is not None),
    ],
    "duty_checks.minutes_median": [
        (lambda look, row: row["on_duty"] is not False, says("duty_checks", "minutes_to_answer"))
    ],
    "disputes.settled": [(always, SETTLED.known)],
    "disputes.settled_undated": [(always, SETTLED.known)],
    "disputes.settlement_rate": [(always, SETTLED.known)],
    "disputes.days_to_settle_median": [(always, SETTLED.known)],
    "duty_checks.passed_rate": one("duty_checks", "on_duty"),
    "supplies.below_standard": one("supplies", "quantity") + one("supplies", "standard"),
    "supplies.expired": one("supplies", "expires_on"),
    "shelters.capacity_per_resident": one("shelters", "capacity"),
    "grid.cells_unassigned": one("grid", "assigned"),
    "grid.responsible": [(always, lambda look, row: row["people"] is not None or row["assigned"] is False)],
    **{f"grid.cells_level_{number}": [(always, has_level)] for number in LEVEL_NAMES},
    "schools.items_met_rate": one("schools", "met"),
    **{
        f"tasks.{name}": [(always, knows_end)]
        for name in ("done", "done_rate", "overdue_stock", "overdue_stock_before")
    },
    **{
        f"tasks.{name}": [(always, knows_end), (always, knows_side)]
        for name in ("on_time_rate", "days_late_median")
    },
    "schools.vetoed": [*one("schools", "veto"), (equal("veto", True), says("schools", "met"))],
    **{
        name: one(*name.split("."))
        for name in SUMS
        if name != "publicity.sessions" and not name.startswith("projects.")
    },
    "inspections.person_times": one("inspections", "inspectors"),
    "hazards.cost_wan": [HAS_STATUS, (is_rectified, says("hazards", "cost_wan"))],
    **{f"projects.{name}": [(is_begun, says("projects", name))] for name in ("planned_wan", "spent_wan")},
    "projects.done": [(is_begun, says("projects", "done_on"))],
    "projects.overdue": [
        (is_begun, says("projects", "done_on")),
        (is_unfinished, says("projects", "due_on")),
    ],
    "signings.signed_share": one("signings", "signed") + one("signings", "due"),
    "premises.key": [(is_on_register, says("premises", "key"))],
    "premises.insured_share": [(is_on_register, says("premises", "insured"))],
    "premises.graded_share": [(is_on_register, says("premises", "grade"))],
    "investigations.closed": one("investigations", "closed_on"),
    "investigations.measures_done_rate": one("investigations", "measures_done")
    + one("investigations", "measures"),
    "investigations.closed_unfinished": [
        *one("investigations", "closed_on"),
        *(
            (lambda look, row: look.by(row, "closed_on"), says("investigations", name))
            for name in ("measures", "measures_done")
        ),
    ],
    **{f"responses.level_{level}": one("responses", "level") for level in "1234"},
    "responses.hours_median": [
        *one("responses", "ended_at"),
        (
            lambda look, row: look.by(row, "ended_at"),
            lambda look, row: count_hours(row, "started_at", "ended_at") is not None,
        ),
    ],
    "responses.unended_stock": one("responses", "ended_at"),
    "reports_up.instructions": one("reports_up", "instruction"),
    "reports_up.instructions_done_rate": [
        *one("reports_up", "instruction"),
        (is_instructed, says("reports_up", "instruction_done_on")),
    ],
}

DISTINCT: dict[str, Callable[[Row], Any]] = {
    "inspections.premises": tell_premises,
    "losses.events": lambda row: row["event"],
    "losses.events_unwarned": lambda row: row["event"],
    "grid.responsible": lambda row: row["people"],
}
AREAS = pd.DataFrame(
    {"district_code": ["102", "all", "101"], "gap_km2": [0.5, 0.7, 0.2], "overlap_km2": [0.0, 0.1, 0.1]}
)


_CHI2: Any = chi2


def garwood(count: float, exposure: float = 1.0) -> tuple[float, float]:
    if not exposure > 0:
        return np.nan, np.nan
    low = _CHI2.ppf(0.025, 2 * count) / 2 if count > 0 else 0.0
    return low / exposure, _CHI2.ppf(0.975, 2 * count + 2) / 2 / exposure


def wilson(count: float, total: float) -> tuple[float, float]:
    if not total > 0 or count > total:
        return np.nan, np.nan
    z, share = 1.959963984540054, count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return 100 * (middle - half), 100 * (middle + half)


def over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else np.nan


def population(look: Look, code: str, name: str) -> float:
    def group() -> dict[str, set[float]]:
        said: dict[str, set[float]] = {}
        for row in look.rows.get("population", ()):
            if row["year"] == look.period.end.year and row[name] is not None:
                said.setdefault(row["district_code"], set()).add(row[name])
        return said

    found = list(look.keep(("population", name), group).get(code, ()))
    return found[0] if len(found) == 1 else np.nan


COVERED = {
    "drills.plans_drilled_share": "plans",
    "inspections.coverage": "premises",
    "inspections.key_coverage": "premises",
}


def kind_of(fact: str) -> str:
    return COVERED.get(fact, fact.split(".")[0])


def per_amount(look: Look, fact: str, row: Row) -> float | None:
    if fact == "incidents.deaths_per_yi_output" and not accident(look, row):
        return None
    return look.amount(fact.split(".")[0], row, PER[fact][0])


def choose(look: Look, fact: str) -> list[tuple[int, Row, bool]]:
    """The rows behind a fact of the whole area: label, row, and whether it is counted."""

    def whole(row: Row) -> bool:
        return population(look, row["district_code"], PER[fact][1]) > 0

    chosen: list[tuple[int, Row, bool]] = []
    for label, row in look.of(kind_of(fact), fact in STOCKS):
        if fact in COUNTS:
            rows = counted = COUNTS[fact](look, row)
        elif fact in SHARES:
            rows, counted = (test(look, row) for test in SHARES[fact])
        elif fact in SUMS:
            rows, counted = SUMS[fact](look, row) is not None, bool(SUMS[fact](look, row))
        elif fact in RATIOS:
            top, bottom = (amount(look, row) for amount in RATIOS[fact])
            rows, counted = None not in (top, bottom), bool(top)
        elif fact in PER:
            amount = per_amount(look, fact, row)
            rows, counted = amount is not None and whole(row), bool(amount)
        elif fact in DISTINCT:
            rows = counted = DISTINCT[fact](row) is not None and (
                fact != "losses.events_unwarned" or tell_warned(look, row) == "no"
            )
        elif fact in MIDDLES:
            rows = counted = MIDDLES[fact][0](look, row)
        elif fact in MEDIANS:
            timed, done, _ = MEDIANS[fact]
            rows, counted = timed(look, row), timed(look, row) and done(look, row)
        else:  # an area is worked out from all cells
            rows = counted = True
        if rows:
            chosen.append((label, row, counted))
    return chosen


def weigh(look: Look, fact: str, code: str) -> tuple[bool, float, float]:
    """Whether it is known of enough rows; of how many; and of how many it is asked, of the ground fewest rows tell."""
    enough = code != "all" or all(weigh(look, fact, one)[0] for one in look.codes)
    kind = fact.split(".")[0]
    grounds = [(kind_of(fact), *ground) for ground in GROUNDS.get(fact, [])]
    if fact == "drills.plans_drilled_share":
        grounds = [
            ("drills", always, says("drills", "plan")),
            ("plans", is_issued, says("plans", "review_due")),
        ]
    if kind_of(fact) == "premises" and kind == "inspections":
        grounds = [
            ("inspections", always, lambda look, row: {row["premises"], row["premises_id"]} != {None}),
            ("premises", always, tells_closing),
        ]
        if fact == "inspections.key_coverage":
            grounds.append(("premises", is_open_within, says("premises", "key")))
    rows = {of: look.of_place(of, fact in STOCKS, code) for of in (kind, kind_of(fact))}
    told = asked = len(rows[kind_of(fact)])
    share = 1.0
    for of, base, known in grounds:
        some = [row for row in rows[of] if base(look, row)]
        n = sum(known(look, row) for row in some)
        if 10 * (len(some) - n) > len(some):
            enough = False
        part = n / len(some) if some else 1.0
        if part <= share:
            share, told, asked = part, n, len(some)
    # Of a project that has not begun it is certain that it has no part in the sum.
    asked_of = [row for row in rows[kind] if kind != "projects" or is_begun(look, row)]
    if fact in SUMS and code != "all" and asked_of:
        # Where no row has an amount, or says that there is none, nobody wrote that it is nought.
        enough &= any(
            SUMS[fact](look, row) is not None
            or all(base(look, row) and known(look, row) for _, base, known in grounds)
            for row in rows[kind]
        )
    if kind == "schools" and not look.of(kind) and any(row["district_code"] for row in look.rows[kind]):
        enough = False  # no term had begun
    if fact in PER and code != "all" and rows[kind] and not population(look, code, PER[fact][1]) > 0:
        enough = False
    return enough, told, asked


def reckon(look: Look, fact: str, code: str) -> tuple[float, ...]:
    """Value, numerator, denominator, low and high, all empty if too little is known; known, of."""
    enough, told, asked = weigh(look, fact, code)
    numbers = count(look, fact, code) if enough else (np.nan,) * 5
    return (*numbers, told, asked)


def list_disasters(text: str | None) -> set[int]:
    """The kinds of disaster of which a word is in a text."""
    plain = fold_name(text or "")
    return {
        at
        for at, words in enumerate(load_shared().disasters)
        if any(fold_name(word) in plain for word in words)
    }


def tell_warned(look: Look, row: Row) -> str:
    """Whether a warning of the kind was issued on the day or in three before: yes, no, perhaps, unasked."""

    def list_warnings() -> dict[str, list[Row]]:
        by: dict[str, list[Row]] = {}
        for one in look.rows["warnings"]:
            if one["issued_at"] is not None:
                by.setdefault(one["district_code"], []).append(one)
        return by

    first_words = {words[0]: at for at, words in enumerate(load_shared().disasters)}
    heard = {
        first_words[kind]: {first_words[kind], *(first_words[other] for other in others)}
        for kind, others in load_shared().warned_by.items()
    }
    of = list_disasters(row["event"])
    if of and not of & set(heard):
        return "unasked"
    first, end, answer = row["occurred_on"], last(row, "occurred_on"), "no"
    for one in look.keep("warnings by district", list_warnings).get(row["district_code"], []):
        begun, ended, speaks = one["issued_at"], last(one, "issued_at"), list_disasters(one["kind"])
        if ended < first - timedelta(3) or begun > end:
            continue
        if of and speaks and not any(speaks & heard.get(kind, {kind}) for kind in of):
            continue
        if of and speaks and first == end and begun == ended:
            return "yes"
        answer = "perhaps"
    return answer


def find_kind(text: str | None) -> int | None:
    """The kind of disaster that a name is and no more; None if it is a name of its own."""
    plain = fold_name(text or "")
    told = enumerate(load_shared().disasters)
    return next((at for at, words in told if plain in map(fold_name, words)), None)


def name_event(look: Look, row: Row) -> tuple[Any, ...]:
    """Of a kind alone an event begins after three days without it, in any district; otherwise the name is the event's.

    What is known to the month or so is of the first event that it may be, or one by itself.
    """

    def list_days() -> dict[int, list[date]]:
        days: dict[int, list[date]] = {}
        for one in look.rows["losses"]:
            kind, day = find_kind(one["event"]), one["occurred_on"]
            if (
                kind is not None
                and day
                and one["district_code"] is not None
                and last(one, "occurred_on") == day
            ):
                days.setdefault(kind, []).append(day)
        return days

    kind, first, end = find_kind(row["event"]), row["occurred_on"], last(row, "occurred_on")
    if kind is None:
        return (row["event"],)
    days = look.keep("days of disasters", list_days).get(kind, [])
    if first != end:
        near = [day for day in days if first - timedelta(3) <= day <= end + timedelta(3)]
        if not near:
            return kind, first, end
        first = min(near)
    while earlier := [day for day in days if timedelta(0) < first - day <= timedelta(3)]:
        first = min(earlier)
    return kind, first


def count(look: Look, fact: str, code: str) -> tuple[float, float, float, float, float]:
    """Value, numerator, denominator, low and high."""
    chosen = look.keep(("chosen", fact), lambda: choose(look, fact))
    rows = [(row, counted) for _, row, counted in chosen if code in ("all", row["district_code"])]
    some = [row for row, counted in rows if counted]
    nothing = np.nan
    limits = load_facts()[fact].interval == "poisson"
    if fact in COUNTS:
        low, high = garwood(len(rows)) if limits else (nothing, nothing)
        return len(rows), nothing, nothing, low, high
    if fact in SHARES:
        return 100 * over(len(some), len(rows)), len(some), len(rows), *wilson(len(some), len(rows))
    if fact in SUMS:
        total = sum(SUMS[fact](look, row) or 0 for row, _ in rows)
        return total, nothing, nothing, *(garwood(total) if limits else (nothing, nothing))
    if fact in RATIOS:
        top, bottom = (sum(amount(look, row) or 0 for row, _ in rows) for amount in RATIOS[fact])
        if limits:
            return over(top, bottom), top, bottom, *garwood(top, bottom)
        return 100 * over(top, bottom), top, bottom, *wilson(top, bottom)
    if fact in PER:
        _, base, scale = PER[fact]
        bases = [population(look, one, base) for one in (look.codes if code == "all" else [code])]
        total = sum(one for one in bases if one > 0) or nothing
        top = sum(per_amount(look, fact, row) or 0 for row, _ in rows) if total > 0 else nothing
        low, high = garwood(top, total / scale) if limits else (nothing, nothing)
        return over(scale * top, total), top, total, low, high
    if fact in DISTINCT:
        keys = [(row["district_code"], DISTINCT[fact](row)) for row, _ in rows]
        # A disaster in two townships is one; premises of one name in two townships are two.
        number = len(set(keys))
        if fact == "grid.responsible":
            number = len({(code, one) for code, cell in keys for one in cell.split("|")})
        if fact.startswith("losses.events"):
            number = len({name_event(look, row) for row, _ in rows})
        return number, nothing, nothing, *(garwood(number) if limits else (nothing, nothing))
    if fact in MIDDLES:
        found = sorted(MIDDLES[fact][1](look, row) for row, _ in rows)
        middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2 if found else nothing
        return middle, len(found), len(found), nothing, nothing
    if fact in MEDIANS:
        medians = []
        for latest in (False, True):
            days = [MEDIANS[fact][2](look, row, latest) for row, _ in rows]
            curve = estimate_survival(days, [counted for _, counted in rows])
            medians.append([float(numbers[0]) for numbers in find_median(curve, 1)])
        (value, low, high), (other, low_too, high_too) = medians
        if value != other and not np.isnan([value, other]).all():
            return nothing, len(some), len(rows), nothing, nothing
        low, high = np.fmin(low, low_too), np.maximum(high, high_too)
        return value, len(some), len(rows), low, high
    areas = AREAS.set_index("district_code")[fact.split(".")[1]]
    return areas.get(code, nothing), nothing, nothing, nothing, nothing
