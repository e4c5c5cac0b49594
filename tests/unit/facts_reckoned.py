"""Rows of every kind drawn by chance, and every fact of them in plain Python, from the contract's sentences alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from taizhang.core.periods import Period
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.stats.survival import estimate_survival, find_median

CODES = ["101", "102", "103", "104"]  # of the last there are no rows
DISTRICTS = pd.DataFrame({"code": CODES, "name": ["甲镇", "乙镇", "丙镇", "丁镇"]})
Row = dict[str, Any]
DAYS = "found_on rectified_on closed_on deadline inspected_on held_on issued_on review_due occurred_on received_on "
DAYS += "resolved_on due_on settled_on issued_at checked_at expires_on"
VALUES: dict[str, Sequence[Any]] = {
    "premises": ["A", "B"], "category": ["fire", "gas"], "mode": ["on_the_spot", "by_deadline"],
    "severity": ["major", "general"], "hazards_found": [0, 1, 3], "penalty_yuan": [0.0, 0.5, 500.0],
    "participants": [0, 20], "kind": ["field", "tabletop"], "plan": ["防汛 预案", "Ａ", "丙"], "problems": [0, 2, 5],
    "evaluated": [True, False], "problems_fixed": [0, 1, 2], "name": ["防汛预案", "A", "乙"],
    "class": ["accident", "natural"], "deaths": [0, 2, 3, 10, 30], "serious_injuries": [0, 9, 10, 50, 100],
    "loss_wan": [0.0, 999.5, 1000.0, 5000.0, 10000.0], "event": ["暴雨", "台风"], "affected": [0, 7],
    "on_duty": [True, False], "members": [0, 4], "quantity": [1.0, 2.0], "standard": [1.0, 2.0],
    "capacity": [0.0, 50.0],
    "sessions": [0, 3], "reached": [0, 20], "met": [True, False], "veto": [True, False], "assigned": [True, False],
    "year": [2020, 2021], "residents": [0, 4000], "output_yi": [0.5, 0.5, 2.0],
}  # fmt: skip
KINDS = {
    "hazards": "found_on rectified_on closed_on deadline mode severity premises category",
    "inspections": "inspected_on premises hazards_found penalty_yuan",
    "drills": "held_on participants kind plan problems problems_fixed evaluated",
    "plans": "issued_on review_due name",
    "incidents": "occurred_on class deaths serious_injuries loss_wan",
    "losses": "occurred_on event affected loss_wan",
    "complaints": "received_on resolved_on due_on",
    "disputes": "found_on settled_on",
    "warnings": "issued_at",
    "duty_checks": "checked_at on_duty",
    "teams": "members",
    "supplies": "quantity standard expires_on",
    "shelters": "capacity",
    "publicity": "held_on sessions reached",
    "schools": "met veto",
    "grid": "assigned",
    "population": "year residents output_yi",
}


def draw_rows(
    seed: int, period: Period, as_of: date, places: Sequence[str] = CODES[:3], least: int = 8, most: int = 40
) -> dict[str, list[Row]]:
    """Rows of every kind, with cells missing and days upon and beside the period's ends and as_of."""
    rng = np.random.default_rng(seed)
    days = [at + timedelta(days=n) for at in (period.start, period.end, as_of) for n in (-1, 0, 1)]
    days += [period.start + timedelta(days=int(n)) for n in rng.integers(-400, period.days + 40, 6)]

    def draw(column: str) -> Any:
        if column == "district_code":
            return None if rng.random() < 0.05 else places[int(len(places) * rng.random() ** 1.5)]
        if rng.random() < 0.2:
            return None
        of = days if column in DAYS.split() else VALUES[column]
        return of[int(rng.integers(len(of)))]

    return {
        kind: [
            {column: draw(column) for column in ["district_code", *columns.split()]}
            for _ in range(int(rng.integers(least, most)))
        ]
        for kind, columns in KINDS.items()
    }


def make_table(kind: str, rows: list[Row]) -> pd.DataFrame:
    """A table as ingest leaves it; rows are numbered from 10, so that labels are no positions."""
    table = pd.DataFrame(
        rows, index=range(10, 10 + len(rows)), columns=["district_code", *KINDS[kind].split()]
    )
    for column in table:
        if column in DAYS.split():
            table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
        elif column == "district_code" or isinstance(VALUES[column][0], str):
            table[column] = table[column].astype("str")
        else:
            dtype = {bool: "boolean", int: "Int64", float: "float64"}[type(VALUES[column][0])]
            table[column] = table[column].astype(dtype)
    return table


@dataclass
class Look:
    """What the sentences speak of: all rows on record, the period and the day they are read as of."""

    rows: dict[str, list[Row]]
    period: Period
    as_of: date

    def of(self, kind: str) -> list[tuple[int, Row]]:
        """Rows that take part, with their labels."""
        dated = "" if kind == "grid" else load_kinds()[kind].date
        return [
            (10 + at, row)
            for at, row in enumerate(self.rows[kind])
            if row["district_code"] is not None
            and (
                not dated
                or (
                    row[dated]
                    and self.period.start <= row[dated] <= self.period.end
                    and row[dated] <= self.as_of
                )
            )
        ]

    def by(self, day: date | None) -> bool:
        return day is not None and day <= self.as_of

    def past(self, day: date | None) -> bool:
        return day is not None and day < self.as_of


def rectified_day(row: Row) -> date | None:
    return row["rectified_on"] or row["closed_on"]


def is_rectified(look: Look, row: Row) -> bool:
    return look.by(rectified_day(row))


def is_observed(look: Look, row: Row) -> bool:
    return row["mode"] == "on_the_spot" or is_rectified(look, row)


def count_days(look: Look, row: Row) -> int:
    if row["mode"] == "on_the_spot":
        return 0
    end = rectified_day(row) if is_rectified(look, row) else look.as_of
    return max((end - row["found_on"]).days, 0)


def is_repeat(look: Look, row: Row) -> bool:
    key = [row[name] for name in ("district_code", "premises", "category")]
    return None not in key and any(
        [other[name] for name in ("district_code", "premises", "category")] == key
        and other["found_on"]
        and 1 <= (row["found_on"] - other["found_on"]).days <= 365
        for other in look.rows["hazards"]
    )


def level(row: Row) -> int:
    if row["class"] != "accident" or all(
        row[name] is None for name in ("deaths", "serious_injuries", "loss_wan")
    ):
        return -1
    bounds = {"deaths": (3, 10, 30), "serious_injuries": (10, 50, 100), "loss_wan": (1000, 5000, 10000)}
    return max(sum((row[name] or 0) >= bound for bound in of) for name, of in bounds.items())


def is_issued(look: Look, row: Row) -> bool:
    return row["issued_on"] is None or row["issued_on"] <= look.as_of


def is_current(look: Look, row: Row) -> bool:
    return is_issued(look, row) and not look.past(row["review_due"])


def is_drilled(look: Look, row: Row) -> bool:
    plain = {"防汛 预案": "防汛预案", "Ａ": "A"}
    held = {
        (drill["district_code"], plain.get(drill["plan"], drill["plan"])) for _, drill in look.of("drills")
    }
    return row["name"] is not None and (row["district_code"], row["name"]) in held


def has_answer(look: Look, row: Row) -> bool:
    return row["due_on"] is not None and (look.by(row["resolved_on"]) or look.past(row["due_on"]))


def is_on_time(look: Look, row: Row) -> bool:
    return look.by(row["resolved_on"]) and row["due_on"] is not None and row["resolved_on"] <= row["due_on"]


def always(look: Look, row: Row) -> bool:
    return True


def column(name: str) -> Callable[[Look, Row], float | None]:
    return lambda look, row: row[name]


def known(name: str) -> Callable[[Look, Row], bool]:
    return lambda look, row: row[name] is not None


def equal(name: str, value: object) -> Callable[[Look, Row], bool]:
    return lambda look, row: row[name] == value


COUNTS = {
    "hazards.found": always,
    "hazards.rectified": is_rectified,
    "hazards.on_the_spot": equal("mode", "on_the_spot"),
    "hazards.open": lambda look, row: not is_rectified(look, row),
    "hazards.overdue": lambda look, row: not is_rectified(look, row) and look.past(row["deadline"]),
    "hazards.major": equal("severity", "major"),
    "hazards.major_open": lambda look, row: row["severity"] == "major" and not is_rectified(look, row),
    "hazards.repeats": is_repeat,
    "inspections.visits": always,
    "inspections.penalties": lambda look, row: (row["penalty_yuan"] or 0) > 0,
    "drills.held": always,
    "plans.current": is_current,
    "plans.review_overdue": lambda look, row: is_issued(look, row) and look.past(row["review_due"]),
    "incidents.count": always,
    "incidents.level_ordinary": lambda look, row: level(row) == 0,
    "incidents.level_larger": lambda look, row: level(row) == 1,
    "incidents.level_major": lambda look, row: level(row) == 2,
    "incidents.level_extraordinary": lambda look, row: level(row) == 3,
    "complaints.received": always,
    "complaints.resolved": lambda look, row: look.by(row["resolved_on"]),
    "disputes.found": always,
    "disputes.settled": lambda look, row: look.by(row["settled_on"]),
    "warnings.issued": always,
    "duty_checks.made": always,
    "teams.count": always,
    "supplies.lines": always,
    "supplies.below_standard": lambda look, row: (
        None not in (row["quantity"], row["standard"]) and row["quantity"] < row["standard"]
    ),
    "supplies.expired": lambda look, row: look.past(row["expires_on"]),
    "shelters.count": always,
    "grid.cells": always,
    "grid.cells_unassigned": equal("assigned", False),
    "schools.items": always,
    "schools.vetoed": lambda look, row: row["veto"] is True and row["met"] is False,
}
SHARES = {  # the rows whose answer is known, and those counted
    "hazards.rectification_rate": (always, is_rectified),
    "hazards.on_the_spot_share": (known("mode"), equal("mode", "on_the_spot")),
    "drills.field_share": (known("kind"), equal("kind", "field")),
    "drills.evaluated_share": (known("evaluated"), equal("evaluated", True)),
    "drills.plans_drilled_share": (is_current, is_drilled),
    "complaints.resolution_rate": (always, lambda look, row: look.by(row["resolved_on"])),
    "complaints.on_time_rate": (has_answer, is_on_time),
    "disputes.settlement_rate": (always, lambda look, row: look.by(row["settled_on"])),
    "duty_checks.passed_rate": (known("on_duty"), equal("on_duty", True)),
    "schools.items_met_rate": (known("met"), equal("met", True)),
}
SUMS = {
    name: column(name.split(".")[1])
    for name in (
        "inspections.penalty_yuan drills.participants drills.problems incidents.deaths incidents.serious_injuries "
        "incidents.loss_wan losses.affected losses.loss_wan teams.members shelters.capacity publicity.reached"
    ).split()
}
SUMS["publicity.sessions"] = lambda look, row: 1 if row["sessions"] is None else row["sessions"]
RATIOS = {
    "inspections.hazards_per_visit": (column("hazards_found"), lambda look, row: 1),
    "drills.problems_fixed_share": (column("problems_fixed"), column("problems")),
}
PER = {
    "incidents.deaths_per_100k": ("deaths", "residents", 100_000),
    "incidents.deaths_per_yi_output": ("deaths", "output_yi", 1),
    "shelters.capacity_per_resident": ("capacity", "residents", 1),
}
DISTINCT = {"inspections.premises": "premises", "losses.events": "event"}
MEDIAN = "hazards.days_to_rectify_median"
AREAS = pd.DataFrame(
    {"district_code": ["102", "all", "101"], "gap_km2": [0.5, 0.7, 0.2], "overlap_km2": [0.0, 0.1, 0.1]}
)


def garwood(count: float, exposure: float = 1.0) -> tuple[float, float]:
    if not exposure > 0:
        return np.nan, np.nan
    low = chi2.ppf(0.025, 2 * count) / 2 if count > 0 else 0.0
    return low / exposure, chi2.ppf(0.975, 2 * count + 2) / 2 / exposure


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
    said = {
        row[name]
        for row in look.rows["population"]
        if row["district_code"] == code and row["year"] == look.period.end.year and row[name] is not None
    }
    return said.pop() if len(said) == 1 else np.nan


def kind_of(fact: str) -> str:
    return "plans" if fact == "drills.plans_drilled_share" else fact.split(".")[0]


def choose(look: Look, fact: str) -> list[tuple[int, Row, bool]]:
    """The rows behind a fact of the whole area: label, row, and whether it is counted."""

    def whole(row: Row) -> bool:
        return population(look, row["district_code"], PER[fact][1]) > 0

    chosen: list[tuple[int, Row, bool]] = []
    for label, row in look.of(kind_of(fact)):
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
            amount = row[PER[fact][0]]
            rows, counted = amount is not None and whole(row), bool(amount)
        elif fact in DISTINCT:
            rows = counted = row[DISTINCT[fact]] is not None
        elif fact == MEDIAN:
            rows, counted = True, is_observed(look, row)
        else:  # an area is worked out from all cells
            rows = counted = True
        if rows:
            chosen.append((label, row, counted))
    return chosen


def reckon(look: Look, fact: str, code: str) -> tuple[float, float, float, float, float]:
    """Value, numerator, denominator, low and high."""
    rows = [(row, counted) for _, row, counted in choose(look, fact) if code in ("all", row["district_code"])]
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
        amount, base, scale = PER[fact]
        bases = [population(look, one, base) for one in (CODES if code == "all" else [code])]
        total = sum(one for one in bases if one > 0) or nothing
        top = sum(row[amount] for row, _ in rows) if total > 0 else nothing
        low, high = garwood(top, total / scale) if limits else (nothing, nothing)
        return over(scale * top, total), top, total, low, high
    if fact in DISTINCT:
        keys = [(row["district_code"], row[DISTINCT[fact]]) for row, _ in rows]
        # A disaster in two townships is one; premises of one name in two townships are two.
        number = len({key[1] if fact == "losses.events" else key for key in keys})
        return number, nothing, nothing, *(garwood(number) if limits else (nothing, nothing))
    if fact == MEDIAN:
        curve = estimate_survival(
            [count_days(look, row) for row, _ in rows], [counted for _, counted in rows]
        )
        value, low, high = (float(numbers[0]) for numbers in find_median(curve, 1))
        return value, len(some), len(rows), low, high
    areas = AREAS.set_index("district_code")[fact.split(".")[1]]
    return areas.get(code, nothing), nothing, nothing, nothing, nothing
