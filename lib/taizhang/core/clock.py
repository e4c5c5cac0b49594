"""The clock: the machine's, or TAIZHANG_NOW (ISO 8601), so that runs can be repeated."""

import os
from datetime import date, datetime

from taizhang.core.errors import ParameterError

NOW = "TAIZHANG_NOW"


def read_day() -> date:
    """Today; ParameterError if TAIZHANG_NOW is not a valid time."""
    return read_moment().date()


def read_moment() -> datetime:
    """Now, with the zone that the clock has, or else this machine's; ParameterError as for `read_day`."""
    given = os.environ.get(NOW, "")
    try:
        moment = datetime.fromisoformat(given) if given else datetime.now()
    except ValueError:
        raise ParameterError("core.no_moment", value=given) from None
    return moment if moment.tzinfo is not None else moment.astimezone()
