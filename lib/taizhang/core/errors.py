"""What can go wrong, one class each.

A message says what, where (file, sheet, row, column), up to five offending values, and the remedy.
"""

from collections.abc import Iterable
from typing import Any, Self

from taizhang.core.reasons import Reason, word_all


class TaizhangError(Exception):
    """Base of all errors that a user can fix; built from a reason, or from a message code and its parameters."""

    def __init__(self, said: str | Reason, /, **parameters: Any) -> None:
        super().__init__(said, parameters)
        self.reasons: tuple[Reason, ...] = (said if isinstance(said, Reason) else Reason(said, **parameters),)

    @classmethod
    def of(cls, reasons: Iterable[Reason]) -> Self:
        """Combine all collected errors into one."""
        first, *rest = reasons
        error = cls(first)
        error.reasons = (first, *rest)
        return error

    def __str__(self) -> str:
        return word_all(self.reasons)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.reasons)


def _restore(kind: type[TaizhangError], reasons: tuple[Reason, ...]) -> TaizhangError:
    return kind.of(reasons)


class ParameterError(TaizhangError, ValueError):
    """A request or a setting is wrong: a period, a district, a key in workbook.toml."""


class LedgerError(TaizhangError, ValueError):
    """A ledger, or a whole table in one, could not be read."""


class ChangedError(TaizhangError, RuntimeError):
    """A file was saved while it was being read, or the settings since they were read."""


class BusyError(TaizhangError, RuntimeError):
    """Another run is writing the same files and has not ended."""


class BoundaryError(TaizhangError, ValueError):
    """A boundary layer could not be read or is not fit for use."""


class RenderError(TaizhangError, RuntimeError):
    """A report could not be executed or rendered."""


class SchedulerError(TaizhangError, ConnectionError):
    """The Dask scheduler could not be reached or lost its workers."""
