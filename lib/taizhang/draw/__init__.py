"""The double-random draw (双随机): who is inspected and by whom, chosen at random in a repeatable way."""

from taizhang.draw.commitment import Commitment, SeedRule, make_commitment
from taizhang.draw.rules import Draw, DrawInput, make_draw, repeat_draw
from taizhang.draw.run import (
    commit_draw,
    find_commitment,
    read_commitment,
    read_draw,
    read_record,
    run_draw,
    write_record,
)
from taizhang.draw.tables import check_draw, describe_draw, tabulate_draw, tabulate_strata

__all__ = [
    "Commitment",
    "Draw",
    "DrawInput",
    "SeedRule",
    "check_draw",
    "commit_draw",
    "describe_draw",
    "find_commitment",
    "make_commitment",
    "make_draw",
    "read_commitment",
    "read_draw",
    "read_record",
    "repeat_draw",
    "run_draw",
    "tabulate_draw",
    "tabulate_strata",
    "write_record",
]
