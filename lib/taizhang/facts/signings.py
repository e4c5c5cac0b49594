"""Facts of responsibility letters, of the year in which the period ends."""

from taizhang.facts.measures import Measure, Ratio, Sum, number

MEASURES: tuple[Measure, ...] = (
    Sum(fact="signings.due", amount=number("due")),
    Ratio(fact="signings.signed_share", top=number("signed"), bottom=number("due"), percent=True),
)
