"""Facts: ledger tables in, numbers out. Nothing here reads a file."""

from taizhang.facts.compute import compute_as_of, compute_facts, prepare_ledgers, select_rows
from taizhang.facts.own import OwnFact

__all__ = ["OwnFact", "compute_as_of", "compute_facts", "prepare_ledgers", "select_rows"]
