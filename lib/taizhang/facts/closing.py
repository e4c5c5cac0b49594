"""Cases that are closed on a given day, or reported closed without one: complaints, disputes."""

from dataclasses import dataclass
from functools import cached_property

from taizhang.facts.grounds import Ground, Grounded, Test, rests_on
from taizhang.facts.rows import Mask, Rows


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
