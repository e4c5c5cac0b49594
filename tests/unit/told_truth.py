"""What can be known from told ledgers, and what it is: reckoned row by row, by the contract, without taizhang.

A fact is absent where its kind has no ledger, None where it can't be told.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from told_ledgers import END, YEAR, Row, Span, Table, Told

ALL = "all"
Answer = Callable[[Row], bool | None]
DAYS_DONE = ("rectified_on", "closed_on", "verified_on")
STARRED = {
    "hazards": "found_on", "complaints": "received_on", "disputes": "found_on", "incidents": "occurred_on",
    "drills": "held_on", "inspections": "inspected_on", "investigations": "occurred_on", "responses": "started_at",
    "relief": "given_on", "reports_up": "reported_at",
}  # fmt: skip
# Counts; a loss is none.
NOUGHT_WHERE_NOBODY_WROTE_IT = (
    "deaths",
    "missing",
    "serious_injuries",
    "problems",
    "problems_fixed",
    "hazards_found",
    "measures",
    "measures_done",
)


def _span(row: Row, column: str) -> Span | None:
    return row.says.get(column)


@dataclass
class Fact:
    """A number, or None where it can't be told; of how many rows that were asked the answer is known."""

    value: float | None
    known: int
    of: int
    top: int = 0
    bottom: int = 0

    @property
    def unsaid(self) -> int:
        return self.of - self.known


@dataclass
class Truth:
    """The facts of a period, by place and name, as they can be known."""

    told: Told
    start: date = date(YEAR, 1, 1)
    end: date = END
    as_of: date = END
    facts: dict[tuple[str, str], Fact] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    stock: dict[str, list[Row]] = field(default_factory=dict)  # of whatever period they are

    def __post_init__(self) -> None:
        self.filled = {kind: self._find_filled(kind) for kind in self.told.kinds}
        for kind in self.told.kinds:
            self.rows[kind] = [row for row in self._list(kind) if self._counts(kind, row)]
            self.stock[kind] = [row for row in self._list(kind) if self._counts(kind, row, date.min)]
            getattr(self, f"_tell_{kind}")()
        if {"premises", "inspections"} <= set(self.told.kinds):
            self._tell_coverage()

    def _list(self, kind: str) -> list[Row]:
        return [row for table in self.told.tables if table.kind == kind for row in table.rows]

    def list_begun(self, kind: str) -> list[Row]:
        """The rows that are of a day, month or year begun by as_of."""
        if kind not in STARRED:
            return self._list(kind)
        return [
            row for row in self._list(kind) if (_span(row, STARRED[kind]) or (date.max,))[0] <= self.as_of
        ]

    def _find_filled(self, kind: str) -> set[str]:
        return {column for row in self._list(kind) for column in row.says}

    def _counts(self, kind: str, row: Row, since: date | None = None) -> bool:
        if kind not in STARRED:  # what there is, whenever it began
            return True
        first, last = _span(row, STARRED[kind]) or (date.max, date.max)
        return (since or self.start) <= first and last <= min(self.end, self.as_of)

    def table_of(self, row: Row) -> Table:
        return next(table for table in self.told.tables if any(one is row for one in table.rows))

    def looks_back(self, row: Row) -> bool:
        """Whether a day was asked for before the last of the row's file."""
        days = [span[1] for one in self.table_of(row).rows if (span := _span(one, STARRED[row.kind]))]
        return self.told.asked is not None and max(days) > self.told.asked

    def not_yet(self, row: Row, column: str) -> bool:
        """Whether an empty cell says 'not yet': the row's table has the column, and somebody fills it."""
        return column in self.table_of(row).columns and column in self.filled[row.kind]

    def number(self, row: Row, column: str) -> float | None:
        """The number in a cell; nought where it is empty, nobody ever wrote 0 and somebody wrote more."""
        if column in row.says:
            return float(row.says[column])
        written = [float(one.says[column]) for one in self._list(row.kind) if column in one.says]
        if column in NOUGHT_WHERE_NOBODY_WROTE_IT and column in self.table_of(row).columns:
            return 0.0 if written and min(written) > 0 else None
        return None

    # How the facts are put together: by place, then of the whole area.

    def _places(self, kind: str, stock: bool = False) -> Iterable[tuple[str, list[Row]]]:
        every = (self.stock if stock else self.rows)[kind]
        for town in ("350921101", "350921102", "350921103"):
            yield town, [row for row in every if row.town == town]
        yield ALL, every

    def add(
        self,
        name: str,
        asked: Sequence[Callable[[Row], bool | None]],
        reckon: Callable[[list[Row]], float | None],
    ) -> None:
        """Reckon a fact of every place; each of `asked` says if a row's answer is known, None where it isn't asked.

        Where over a tenth of those asked is unknown, the fact is; of the whole area where it is of any place.
        """
        kind = name.split(".")[0]
        blind = False
        for place, rows in self._places(kind, "_stock" in name):
            told = [[answer(row) for row in rows] for answer in asked]
            sums = [(sum(one is True for one in each), sum(one is not None for one in each)) for each in told]
            lacking = any(10 * (of - known) > of for known, of in sums)
            blind |= lacking
            known = of = len(rows)
            least = Fraction(1)
            for one in sums:  # of equals the last, which looks closest
                share = Fraction(*one) if one[1] else Fraction(1)
                if share <= least:
                    least, (known, of) = share, one
            value = None if lacking or (place == ALL and blind) else reckon(rows)
            self.facts[place, name] = Fact(value, known, of)

    def add_share(
        self,
        name: str,
        asked: Sequence[Callable[[Row], bool | None]],
        holds: Callable[[Row], bool],
        counts: Callable[[Row], bool],
    ) -> None:
        def reckon(rows: list[Row]) -> float | None:
            base = [row for row in rows if counts(row)]
            return 100 * sum(map(holds, base)) / len(base) if base else None

        self.add(name, asked, reckon)

    # Hazards.

    def day_done(self, row: Row) -> Span | None:
        """The first that is filled of rectified, closed, verified unless it failed; on the spot the day found."""
        for column in ("rectified_on", "closed_on"):
            if span := _span(row, column):
                return span
        if row.says.get("verified_result") != "not_passed" and (span := _span(row, "verified_on")):
            return span
        if row.says.get("mode") == "on_the_spot" and row.says.get("status") != "open":
            return _span(row, "found_on")
        return None

    def state(self, row: Row) -> str:
        """rectified, undated (rectified, without a day), open, or unknown."""
        says, day = row.says, self.day_done(row)
        failed, verified = says.get("verified_result") == "not_passed", _span(row, "verified_on")
        if failed and verified is None:
            return "unknown" if self.looks_back(row) else "open"
        if failed and verified and verified[1] <= self.as_of and not (day and verified[0] < day[0]):
            return "open"
        if day:
            return "rectified" if day[1] <= self.as_of else "open"
        if says.get("status") in ("rectified", "closed") or says.get("verified_result") == "passed":
            return "unknown" if self.looks_back(row) else "undated"
        if says.get("status") == "open" or failed or any(self.not_yet(row, column) for column in DAYS_DONE):
            return "open"
        return "unknown"

    def is_done(self, row: Row) -> bool:
        return self.state(row) in ("rectified", "undated")

    def is_open(self, row: Row) -> bool:
        return self.state(row) == "open"

    def is_overdue(self, row: Row) -> bool:
        due = _span(row, "deadline")
        return self.is_open(row) and due is not None and due[1] < self.as_of

    def _tell_hazards(self) -> None:
        def status(row: Row) -> bool:
            return self.state(row) != "unknown"

        def deadline(row: Row) -> bool | None:
            return "deadline" in row.says if self.is_open(row) else None

        def says(column: str) -> Callable[[Row], bool]:
            return lambda row: column in row.says

        def holds(column: str, value: str) -> Callable[[Row], bool]:
            return lambda row: row.says.get(column) == value

        def count(test: Callable[[Row], bool]) -> Callable[[list[Row]], float]:
            return lambda rows: float(sum(map(test, rows)))

        self.add("hazards.found", [], lambda rows: len(rows))
        self.add("hazards.rectified", [status], count(self.is_done))
        self.add("hazards.rectified_undated", [status], count(lambda row: self.state(row) == "undated"))
        self.add("hazards.status_unknown", [], count(lambda row: not status(row)))
        self.add_share("hazards.rectification_rate", [status], self.is_done, status)
        self.add("hazards.on_the_spot", [says("mode")], count(holds("mode", "on_the_spot")))
        self.add_share(
            "hazards.on_the_spot_share", [says("mode")], holds("mode", "on_the_spot"), says("mode")
        )
        self.add("hazards.open", [status], count(self.is_open))
        self.add("hazards.overdue", [status, deadline], count(self.is_overdue))
        self.add("hazards.major", [says("severity")], count(holds("severity", "major")))
        self.add(
            "hazards.major_open",
            [status, says("severity")],
            count(lambda row: self.is_open(row) and row.says.get("severity") == "major"),
        )
        self._tell_stock(status, deadline, says("severity"))
        self.add("hazards.repeats", [says("premises"), says("category")], count(self._repeats))
        self.add("hazards.days_to_rectify_median", [status], self._find_median)
        self._tell_verified(status, says("severity"))

    def verified(self, row: Row) -> bool | None:
        """Whether a verification passed by as_of; None where nobody wrote that."""
        result, day = row.says.get("verified_result"), _span(row, "verified_on")
        if result == "not_passed":
            return False
        if day:
            return day[1] <= self.as_of
        if result == "passed":
            return None if self.looks_back(row) else True
        return False if any(self.not_yet(row, name) for name in ("verified_on", "verified_result")) else None

    def _tell_verified(self, status: Answer, severity: Answer) -> None:
        def known(row: Row) -> bool | None:
            return self.verified(row) is not None if self.is_done(row) else None

        def major(row: Row) -> bool:
            return row.says.get("severity") == "major" and self.is_done(row)

        self.add(
            "hazards.verified",
            [status, known],
            lambda rows: sum(self.is_done(row) and self.verified(row) is True for row in rows),
        )
        self.add_share(
            "hazards.verified_share",
            [status, known],
            lambda row: self.verified(row) is True,
            lambda row: self.is_done(row) and self.verified(row) is not None,
        )
        self.add(
            "hazards.major_unverified",
            [status, severity, lambda row: known(row) if major(row) else None],
            lambda rows: sum(major(row) and self.verified(row) is False for row in rows),
        )

    def _tell_stock(self, status: Answer, deadline: Answer, severity: Answer) -> None:
        """What stands open, whatever period it was found in, and the part that was not found in this one."""

        def is_major(row: Row) -> bool:
            return self.is_open(row) and row.says.get("severity") == "major"

        standing: dict[str, tuple[Sequence[Answer], Callable[[Row], bool]]] = {
            "open": ([status], self.is_open),
            "overdue": ([status, deadline], self.is_overdue),
            "major_open": ([status, severity], is_major),
        }
        for name, (asked, test) in standing.items():
            for which, since in (("", date.min), ("_before", self.start)):

                def count(
                    rows: list[Row], test: Callable[[Row], bool] = test, since: date = since
                ) -> float | None:
                    found = [row.says["found_on"][0] for row in rows if test(row)]
                    return len(found) if since == date.min else sum(day < since for day in found)

                self.add(f"hazards.{name}_stock{which}", asked, count)
        self.add("hazards.overdue_stock_days_median", standing["overdue"][0], self._find_middle)

    def _find_middle(self, rows: list[Row]) -> float | None:
        late = sorted((self.as_of - row.says["deadline"][1]).days for row in rows if self.is_overdue(row))
        return (late[(len(late) - 1) // 2] + late[len(late) // 2]) / 2 if late else None

    def _repeats(self, row: Row) -> bool:
        found = _span(row, "found_on")
        assert found is not None
        if not {"premises", "category"} <= set(row.says) or not self._is_day(row):
            return False
        for other in self._list("hazards"):
            same = all(other.says.get(name) == row.says[name] for name in ("premises", "category"))
            before = _span(other, "found_on")
            if (
                same
                and self._is_day(other)
                and other.town == row.town
                and before
                and 1 <= (found[0] - before[0]).days <= 365
            ):
                return True
        return False

    def _find_median(self, rows: list[Row]) -> float | None:
        timed = [row for row in rows if self.state(row) != "unknown" and self._is_day(row)]
        least, most = (self._half([self._days(row, late) for row in timed]) for late in (False, True))
        return least if least == most else None

    @staticmethod
    def _is_day(row: Row) -> bool:
        """Whether it is known to the day when it was found: a month has no part in medians and daily figures."""
        found = _span(row, "found_on")
        return found is not None and found[0] == found[1]

    def _days(self, row: Row, late: bool) -> tuple[int, bool]:
        """Days to closure, at the least or the most, and whether it is closed."""
        found = (_span(row, "found_on") or (END, END))[0]
        if not self.is_done(row):
            return (self.as_of - found).days, False
        if row.says.get("mode") == "on_the_spot":
            return 0, True
        day = self.day_done(row)
        end = (day[1] if late else day[0]) if day else self.as_of if late else found
        return max((end - found).days, 0), True

    @staticmethod
    def _half(cases: list[tuple[int, bool]]) -> float | None:
        """The first day on which half or fewer are left, by Kaplan and Meier."""
        left, share = len(cases), Fraction(1)
        for day in sorted({days for days, closed in cases}):
            closed = sum(1 for days, done in cases if days == day and done)
            share *= 1 - Fraction(closed, left)
            left -= sum(1 for days, _ in cases if days == day)
            if closed and share <= Fraction(1, 2):
                return float(day)
        return None

    # Cases that are closed on a day, or said to be.

    def is_closed(
        self, row: Row, column: str, closed: tuple[str, ...], opened: tuple[str, ...]
    ) -> bool | None:
        """Whether a case is closed by as_of; None where it can't be known."""
        if span := _span(row, column):
            return span[1] <= self.as_of
        status = row.says.get("status")
        if status in closed:
            return None if self.looks_back(row) else True
        return False if status in opened or self.not_yet(row, column) else None

    def is_resolved(self, row: Row) -> bool | None:
        return self.is_closed(row, "resolved_on", ("resolved",), ("open", "answered"))

    def is_answered(self, row: Row) -> bool | None:
        return self.is_closed(row, "answered_on", ("answered", "resolved"), ("open",))

    def is_settled(self, row: Row) -> bool | None:
        return self.is_closed(row, "settled_on", ("settled",), ("open",))

    def _in_time(self, row: Row, closed: bool | None, column: str, until: str) -> bool | None:
        """Whether a complaint was closed in time; None where that is not known or not yet decided."""
        due, day = _span(row, until), _span(row, column)
        if closed is None or due is None or (closed and day is None):
            return None
        if closed and day:
            return day[1] <= due[1]
        return False if due[1] < self.as_of else None

    def _add_in_time(
        self, name: str, is_closed: Callable[[Row], bool | None], column: str, until: str
    ) -> None:
        def placed(row: Row) -> bool:
            return until not in row.says or not is_closed(row) or column in row.says

        def in_time(row: Row) -> bool | None:
            return self._in_time(row, is_closed(row), column, until)

        self.add_share(
            name,
            [lambda row: is_closed(row) is not None, lambda row: until in row.says, placed],
            lambda row: in_time(row) is True,
            lambda row: in_time(row) is not None,
        )

    def _add_time(self, name: str, is_closed: Callable[[Row], bool | None], came: str, column: str) -> None:
        """The time in which half the cases are closed, if it is the same however late those without a day were."""

        def days(row: Row, late: bool) -> tuple[int, bool]:
            first, day = row.says[came][0], _span(row, column)  # type: ignore[index]
            if not is_closed(row):
                return (self.as_of - first).days, False
            end = (day[1] if late else day[0]) if day else self.as_of if late else first
            return max((end - first).days, 0), True

        def reckon(rows: list[Row]) -> float | None:
            known = [row for row in rows if is_closed(row) is not None]
            least, most = (self._half([days(row, late) for row in known]) for late in (False, True))
            return least if least == most else None

        self.add(name, [lambda row: is_closed(row) is not None], reckon)

    def _tell_complaints(self) -> None:
        def resolved(row: Row) -> bool:
            return self.is_resolved(row) is not None

        def answered(row: Row) -> bool:
            return self.is_answered(row) is not None

        def rated(row: Row) -> bool | None:
            waits = self.is_answered(row) is False or self.is_resolved(row) is False
            waits &= self.is_answered(row) is not True and self.is_resolved(row) is not True
            return None if waits else "satisfied" in row.says

        self.add("complaints.received", [], lambda rows: len(rows))
        self.add(
            "complaints.answered", [answered], lambda rows: sum(self.is_answered(row) is True for row in rows)
        )
        self.add(
            "complaints.resolved", [resolved], lambda rows: sum(self.is_resolved(row) is True for row in rows)
        )
        self.add(
            "complaints.resolved_undated",
            [resolved],
            lambda rows: sum(self.is_resolved(row) is True and "resolved_on" not in row.says for row in rows),
        )
        self.add_share(
            "complaints.resolution_rate", [resolved], lambda row: self.is_resolved(row) is True, resolved
        )
        self._add_in_time("complaints.on_time_rate", self.is_resolved, "resolved_on", "due_on")
        self._add_in_time(
            "complaints.answered_on_time_rate", self.is_answered, "answered_on", "answer_due_on"
        )
        self._add_time("complaints.days_to_resolve_median", self.is_resolved, "received_on", "resolved_on")
        self.add_share(
            "complaints.satisfied_rate",
            [rated],
            lambda row: row.says.get("satisfied") == "yes",
            lambda row: "satisfied" in row.says,
        )

    def _tell_disputes(self) -> None:
        def known(row: Row) -> bool:
            return self.is_settled(row) is not None

        self.add("disputes.found", [], lambda rows: len(rows))
        self.add("disputes.settled", [known], lambda rows: sum(self.is_settled(row) is True for row in rows))
        self.add(
            "disputes.settled_undated",
            [known],
            lambda rows: sum(self.is_settled(row) is True and "settled_on" not in row.says for row in rows),
        )
        self.add_share("disputes.settlement_rate", [known], lambda row: self.is_settled(row) is True, known)
        self._add_time("disputes.days_to_settle_median", self.is_settled, "found_on", "settled_on")

    # Sums of numbers.

    def add_sum(self, name: str, column: str) -> None:
        def reckon(rows: list[Row]) -> float | None:
            numbers = [number for row in rows if (number := self.number(row, column)) is not None]
            return sum(numbers) if numbers or not rows else None

        self.add(name, [lambda row: self.number(row, column) is not None], reckon)

    def level(self, row: Row) -> int | None:
        """The level of an accident by Order 493, 0 to 3; -1 of others; None where it can't be known."""
        if row.says.get("class") != "accident":
            return -1 if "class" in row.says else None
        bounds = {"deaths": (3, 10, 30), "serious_injuries": (10, 50, 100), "loss_wan": (1000, 5000, 10000)}
        numbers = {name: self.number(row, name) for name in bounds}
        if None in numbers.values():
            return None
        return max(sum((numbers[name] or 0) >= bound for bound in of) for name, of in bounds.items())

    def _tell_incidents(self) -> None:
        self.add("incidents.count", [], lambda rows: len(rows))
        for name in ("deaths", "missing", "serious_injuries", "loss_wan"):
            self.add_sum(f"incidents.{name}", name)
        self._tell_reports()

        def asks(column: str) -> Callable[[Row], bool | None]:
            def known(row: Row) -> bool | None:
                return self.number(row, column) is not None if row.says.get("class") == "accident" else None

            return known

        asked = [lambda row: "class" in row.says, *map(asks, ("deaths", "serious_injuries", "loss_wan"))]
        for place, level in enumerate(("ordinary", "larger", "major", "extraordinary")):
            self.add(f"incidents.level_{level}", asked, self._count_level(place))

    def late(self, row: Row) -> bool | None:
        """Whether an incident was reported late, by the days; None where that is not known."""
        occurred, reported = _span(row, "occurred_on"), _span(row, "reported_on")
        if occurred is None or reported is None:
            return None
        days = (min(reported[0], self.as_of) - occurred[0]).days
        return True if days >= 2 else False if days == 0 and reported == occurred else None

    def _tell_reports(self) -> None:
        def told(row: Row) -> bool:
            return self.late(row) is not None

        def accident(row: Row) -> bool:
            return row.says.get("class") == "accident"

        self.add("incidents.late_reports", [told], lambda rows: sum(self.late(row) is True for row in rows))
        self.add_share("incidents.on_time_report_rate", [told], lambda row: self.late(row) is False, told)
        self.add(
            "incidents.late_accidents",
            [lambda row: "class" in row.says, lambda row: told(row) if accident(row) else None],
            lambda rows: sum(accident(row) and self.late(row) is True for row in rows),
        )

    def _count_level(self, level: int) -> Callable[[list[Row]], float]:
        return lambda rows: sum(self.level(row) == level for row in rows)

    def _tell_drills(self) -> None:
        self.add("drills.held", [], lambda rows: len(rows))
        self.add_sum("drills.participants", "participants")
        self.add_sum("drills.problems", "problems")
        for name, column, value in (("field", "kind", "field"), ("evaluated", "evaluated", "yes")):
            self._add_category(f"drills.{name}_share", column, value)

        self._add_ratio("drills.problems_fixed_share", "problems_fixed", "problems")

    def _add_category(self, name: str, column: str, value: str) -> None:
        def known(row: Row) -> bool:
            return column in row.says

        self.add_share(name, [known], lambda row: row.says.get(column) == value, known)

    def _tell_inspections(self) -> None:
        self.add("inspections.visits", [], lambda rows: len(rows))
        self.add_sum("inspections.person_times", "inspectors")
        self.add("inspections.premises", [lambda row: "premises" in row.says], self._count_premises)
        self.add(
            "inspections.hazards_per_visit",
            [lambda row: self.number(row, "hazards_found") is not None],
            self._find_yield,
        )

        def known(row: Row) -> bool:
            return "penalty_yuan" in row.says or self.not_yet(row, "penalty_yuan")

        self.add(
            "inspections.penalties", [known], lambda rows: sum("penalty_yuan" in row.says for row in rows)
        )
        self.add("inspections.penalty_yuan", [known], self._sum_penalties)

    def _sum_penalties(self, rows: list[Row]) -> float | None:
        return sum(float(row.says["penalty_yuan"]) for row in rows if "penalty_yuan" in row.says)

    @staticmethod
    def _count_premises(rows: list[Row]) -> float:
        return len(Counter(str(row.says["premises"]) + row.town for row in rows if "premises" in row.says))

    def _find_yield(self, rows: list[Row]) -> float | None:
        known = [number for row in rows if (number := self.number(row, "hazards_found")) is not None]
        return sum(known) / len(known) if known else None

    # The register, and what was visited of it.

    def _says(self, column: str) -> Answer:
        """Whether a cell says something, be it by being empty."""
        return lambda row: column in row.says or self.not_yet(row, column)

    def _by(self, row: Row, column: str) -> bool:
        span = _span(row, column)
        return span is not None and span[1] <= self.as_of

    def is_registered(self, row: Row) -> bool:
        opened = "opened_on" not in row.says or self._by(row, "opened_on")
        undated = "closed_on" not in row.says and row.says.get("status") == "closed"
        return opened and not self._by(row, "closed_on") and not undated

    def _tell_premises(self) -> None:
        def asks(known: Answer) -> Answer:
            return lambda row: known(row) if self.is_registered(row) else None

        def holds(column: str) -> Callable[[Row], bool]:
            return lambda row: self.is_registered(row) and row.says.get(column) == "yes"

        self.add("premises.registered", [], lambda rows: sum(map(self.is_registered, rows)))
        key, insured = (asks(lambda row, name=name: name in row.says) for name in ("key", "insured"))
        self.add("premises.key", [key], lambda rows: sum(map(holds("key"), rows)))
        self.add_share(
            "premises.insured_share", [insured], holds("insured"), lambda row: insured(row) is True
        )
        graded = asks(self._says("grade"))
        self.add_share(
            "premises.graded_share",
            [graded],
            lambda row: "grade" in row.says,
            lambda row: graded(row) is True,
        )

    def is_within(self, row: Row) -> bool | None:
        """Whether it was open on a day of the period; None where it closed, and nobody wrote when."""
        opened, closed = _span(row, "opened_on"), _span(row, "closed_on")
        if closed is None and row.says.get("status") == "closed":
            return None
        begun = opened is None or opened[1] <= min(self.end, self.as_of)
        return begun and (closed is None or closed[1] > self.start)

    def _tell_coverage(self) -> None:
        for name, is_key in (("coverage", False), ("key_coverage", True)):
            blind = False
            for (place, visits), (_, listed) in zip(
                self._places("inspections"), self._places("premises"), strict=True
            ):
                seen = {(visit.town, visit.says["premises"]) for visit in visits if "premises" in visit.says}
                within = [row for row in listed if self.is_within(row)]
                grounds = [
                    (sum("premises" in visit.says for visit in visits), len(visits)),
                    (sum(self.is_within(row) is not None for row in listed), len(listed)),
                ]
                if is_key:
                    grounds.append((sum("key" in row.says for row in within), len(within)))
                    within = [row for row in within if row.says.get("key") == "yes"]
                lacking = any(10 * (of - known) > of for known, of in grounds)
                blind |= lacking
                known = of = len(listed)
                least = Fraction(1)
                for one in grounds:
                    share = Fraction(*one) if one[1] else Fraction(1)
                    if share <= least:
                        least, (known, of) = share, one
                met = sum((row.town, row.says.get("name")) in seen for row in within)
                value = None if lacking or (place == ALL and blind) or not within else 100 * met / len(within)
                self.facts[place, f"inspections.{name}"] = Fact(value, known, of)

    def _tell_investigations(self) -> None:
        def is_closed(row: Row) -> bool:
            return self._by(row, "closed_on")

        def asks(column: str) -> Answer:
            return lambda row: self.number(row, column) is not None if is_closed(row) else None

        def is_unfinished(row: Row) -> bool:
            done, of = (self.number(row, name) for name in ("measures_done", "measures"))
            return is_closed(row) and done is not None and of is not None and done < of

        self.add(
            "investigations.opened",
            [],
            lambda rows: sum("opened_on" not in row.says or self._by(row, "opened_on") for row in rows),
        )
        self.add("investigations.closed", [self._says("closed_on")], lambda rows: sum(map(is_closed, rows)))
        self.add_sum("investigations.measures", "measures")
        self._add_ratio("investigations.measures_done_rate", "measures_done", "measures")
        self.add(
            "investigations.closed_unfinished",
            [self._says("closed_on"), asks("measures"), asks("measures_done")],
            lambda rows: sum(map(is_unfinished, rows)),
        )

    def _add_ratio(self, name: str, top: str, bottom: str) -> None:
        def reckon(rows: list[Row]) -> float | None:
            numbers = [(self.number(row, top), self.number(row, bottom)) for row in rows]
            both = [(one, other) for one, other in numbers if one is not None and other is not None]
            total = sum(other for _, other in both)
            return 100 * sum(one for one, _ in both) / total if total else None

        asked = [lambda row, name=name: self.number(row, name) is not None for name in (top, bottom)]
        self.add(name, asked, reckon)

    def _tell_responses(self) -> None:
        ended = self._says("ended_at")

        def is_unended(row: Row) -> bool:
            begun = (_span(row, "started_at") or (date.max, date.max))[1] < self.as_of - timedelta(30)
            return begun and bool(ended(row)) and not self._by(row, "ended_at")

        self.add("responses.activated", [], lambda rows: len(rows))
        for level in "1234":
            self.add(
                f"responses.level_{level}",
                [lambda row: "level" in row.says],
                lambda rows, level=level: sum(row.says.get("level") == level for row in rows),
            )

        def timed(row: Row) -> bool | None:
            return False if self._by(row, "ended_at") else None  # days alone are written

        self.add("responses.hours_median", [ended, timed], lambda rows: None)
        self.add("responses.unended_stock", [ended], lambda rows: sum(map(is_unended, rows)))

    def _tell_relief(self) -> None:
        for name in ("households", "people", "amount_wan"):
            self.add_sum(f"relief.{name}", name)

    def _tell_reports_up(self) -> None:
        def is_instructed(row: Row) -> bool:
            return row.says.get("instruction") == "yes"

        def said(row: Row) -> bool:
            return "instruction" in row.says

        done = self._says("instruction_done_on")
        self.add("reports_up.made", [], lambda rows: len(rows))
        self.add("reports_up.instructions", [said], lambda rows: sum(map(is_instructed, rows)))
        self.add_share(
            "reports_up.instructions_done_rate",
            [said, lambda row: done(row) if is_instructed(row) else None],
            lambda row: self._by(row, "instruction_done_on"),
            lambda row: is_instructed(row) and bool(done(row)),
        )
