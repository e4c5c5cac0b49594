"""Cases that are closed on a given day, or reported closed without one: complaints, disputes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from taizhang.facts.grounds import Ground, Grounded, Test, ask, every, knows, rests_on
from taizhang.facts.rows import Days, Mask, Numbers, Rows


@dataclass(frozen=True)
class Closing:
    """How a case is known to be closed: by the day in `date`, otherwise by `status`.

    `closed` and `open` are the status values with that meaning. A case closed without a day is *undated*: it
    counts as closed, unless the as-of day asked for is before the latest date in its file, as it may still have
    been open then.
    """

    date: str
    status: str
    closed: tuple[str, ...]
    open: tuple[str, ...]

    def says(self, rows: Rows, values: tuple[str, ...]) -> Mask:
        """Return whether the status has one of these values and no day is given."""
        said = ~rows.known(self.date) & rows.equals(self.status, values[0])
        for value in values[1:]:
            said |= ~rows.known(self.date) & rows.equals(self.status, value)
        return said

    @cached_property
    def _has_no_day(self) -> Test:
        return lambda rows: self.says(rows, self.closed)

    @cached_property
    def ground(self) -> Ground:
        def is_known(rows: Rows) -> Mask:
            undated = rows.test(self._has_no_day)
            open_or_dated = rows.known(self.date) | self.says(rows, self.open)
            return open_or_dated | (undated & ~rows.looks_back()) | (~undated & rows.answered(self.date))

        return Ground((self.date, self.status), is_known)

    @cached_property
    def is_closed(self) -> Grounded[Mask]:
        @rests_on(self.ground)
        def is_closed(rows: Rows) -> Mask:
            return rows.by(self.date) | rows.test(self.is_undated)

        return is_closed

    @cached_property
    def is_undated(self) -> Grounded[Mask]:
        """Closed according to its status, without a day."""

        @rests_on(self.ground)
        def is_undated(rows: Rows) -> Mask:
            return rows.test(self._has_no_day) & ~rows.looks_back()

        return is_undated

    @cached_property
    def is_timed(self) -> Grounded[Mask]:
        """Whether it can be used in a closure curve: its state and the day it came in are known."""

        @rests_on(self.ground)
        def is_timed(rows: Rows) -> Mask:
            return rows.test(self.ground.known) & rows.is_day(rows.ledger.date)

        return is_timed

    @property
    def within(self) -> tuple[tuple[tuple[Test, Test], tuple[Test, Test]], ...]:
        """What suppression must know: which counts are never more than others."""
        return (
            ((every, self.is_undated), (every, self.is_closed)),
            ((every, self.is_timed), (every, knows(self.is_closed))),
            ((self.is_timed, self.is_closed), (every, self.is_closed)),
        )

    def _count_days(self, rows: Rows, end: Days) -> Numbers:
        """Days from coming in to the end, or to as_of if it is open, never below 0."""
        first = rows.days(rows.ledger.date)
        last = np.where(rows.test(self.is_closed), end, rows.as_of)
        return np.maximum((last - first).astype("timedelta64[D]").astype(np.int64), 0)

    @cached_property
    def count_days(self) -> Callable[[Rows], Numbers]:
        """Days to closure; if the day is unknown, the earliest possible one counts: that on which it came in."""

        def count_days(rows: Rows) -> Numbers:
            day = rows.days(self.date)
            return self._count_days(rows, np.where(np.isnat(day), rows.days(rows.ledger.date), day))

        return count_days

    @cached_property
    def count_most_days(self) -> Callable[[Rows], Numbers]:
        """The same with the latest possible day: as_of."""

        def count_most_days(rows: Rows) -> Numbers:
            day = rows.last_days(self.date)
            return self._count_days(rows, np.where(np.isnat(day), rows.as_of, day))

        return count_most_days


@dataclass(frozen=True)
class Timeliness:
    """Whether a case was closed by the day in `due`."""

    closing: Closing
    due: str

    @cached_property
    def is_on_time(self) -> Grounded[Mask]:
        # A case without a day of it may have been closed in time or late.
        placed = Ground((self.closing.date,), self._is_placed)

        @rests_on(self.closing.ground, ask(self.due), placed)
        def is_on_time(rows: Rows) -> Mask:
            in_time = rows.last_days(self.closing.date) <= rows.last_days(self.due)
            return rows.test(self.closing.is_closed) & in_time

        return is_on_time

    @cached_property
    def _is_placed(self) -> Test:
        """For a case with a due day: whether it is known on which side of that day it was closed."""

        def is_placed(rows: Rows) -> Mask:
            done, due = self.closing.date, rows.last_days(self.due)
            placed = (rows.last_days(done) <= due) | (rows.days(done) > due)
            return ~rows.known(self.due) | ~rows.test(self.closing.is_closed) | placed

        return is_placed

    @cached_property
    def is_judged(self) -> Test:
        """Whether timeliness is known: there is a due day, and the case is closed or past that day."""

        def is_judged(rows: Rows) -> Mask:
            over = rows.test(self.closing.is_closed) | rows.before(self.due)
            return rows.known(self.due) & over & rows.test(knows(self.is_on_time))

        return is_judged
