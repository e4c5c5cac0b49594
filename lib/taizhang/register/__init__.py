"""The register of premises: which ledger rows name the same ones, how certain that is, and what people decided."""

from taizhang.register.decisions import Decision, read_decisions
from taizhang.register.doubt import DOUBTFUL_COLUMNS
from taizhang.register.links import Linked, link_premises
from taizhang.register.mentions import LINK_COLUMNS, MENTION_COLUMNS
from taizhang.register.names import fold_name, normalise_name

__all__ = [
    "DOUBTFUL_COLUMNS",
    "LINK_COLUMNS",
    "MENTION_COLUMNS",
    "Decision",
    "Linked",
    "fold_name",
    "link_premises",
    "normalise_name",
    "read_decisions",
]
