"""Facts: numbers computed from ledger tables. Nothing here reads a file."""

from taizhang.facts import hazards
from taizhang.facts.compute import compute_as_of, compute_facts, prepare_ledgers, select_rows
from taizhang.facts.own import OwnFact
from taizhang.facts.releases import Earlier as Earlier
from taizhang.facts.scatter import leave_out_hidden, measure_scatter
from taizhang.facts.sums import (
    compare_reported,
    leave_out_counted,
    leave_out_empty,
    list_reported,
    merge_reported,
)

__all__ = [
    "OwnFact",
    "compare_reported",
    "compute_as_of",
    "compute_facts",
    "hazards",
    "leave_out_counted",
    "leave_out_empty",
    "leave_out_hidden",
    "list_reported",
    "measure_scatter",
    "merge_reported",
    "prepare_ledgers",
    "select_rows",
]
