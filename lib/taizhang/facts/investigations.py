"""Facts of investigations of accidents: closed, and their measures done."""

from taizhang.facts.grounds import ask, every, rests_on
from taizhang.facts.measures import Count, Measure, Ratio, Sum, number
from taizhang.facts.rows import Mask, Rows


def is_opened(rows: Rows) -> Mask:
    """Return whether it was opened by as_of; an investigation without that day counts."""
    return ~rows.known("opened_on") | rows.by("opened_on")


@rests_on(ask("closed_on"))
def is_closed(rows: Rows) -> Mask:
    return rows.by("closed_on")


@rests_on(ask("closed_on"), ask("measures", is_closed), ask("measures_done", is_closed))
def is_unfinished(rows: Rows) -> Mask:
    """Return whether it is closed, and fewer measures are done than its report asks for."""
    return rows.test(is_closed) & (rows.amounts("measures_done") < rows.amounts("measures"))


MEASURES: tuple[Measure, ...] = (
    Count(fact="investigations.opened", counted=is_opened),
    Count(fact="investigations.closed", counted=is_closed),
    Sum(fact="investigations.measures", amount=number("measures")),
    Ratio(
        fact="investigations.measures_done_rate",
        top=number("measures_done"),
        bottom=number("measures"),
        percent=True,
    ),
    Count(fact="investigations.closed_unfinished", counted=is_unfinished),
)

# What suppression must know: those with measures left are never more than those closed.
WITHIN = (((every, is_unfinished), (every, is_closed)),)
