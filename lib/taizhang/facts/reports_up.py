"""Facts of information reported to the level above, and of the instructions that came back."""

from taizhang.facts.grounds import ask, every, rests_on
from taizhang.facts.measures import Count, Measure, Share, holds
from taizhang.facts.rows import Mask, Rows

is_instructed = holds("instruction", True)


@rests_on(ask("instruction"), ask("instruction_done_on", is_instructed))
def is_carried_out(rows: Rows) -> Mask:
    """Return whether an instruction was given, and what it asks for was done by as_of."""
    return rows.test(is_instructed) & rows.by("instruction_done_on")


def tells_instruction(rows: Rows) -> Mask:
    """Return whether an instruction was given of which it is known if it was done."""
    return rows.test(is_instructed) & rows.answered("instruction_done_on")


MEASURES: tuple[Measure, ...] = (
    Count(fact="reports_up.made"),
    Count(fact="reports_up.instructions", counted=is_instructed),
    Share(fact="reports_up.instructions_done_rate", counted=is_carried_out, rows=tells_instruction),
)

# What suppression must know: of instructions, some are told of, and some of these are done.
WITHIN = (
    ((every, tells_instruction), (every, is_instructed)),
    ((every, is_carried_out), (every, tells_instruction)),
)
