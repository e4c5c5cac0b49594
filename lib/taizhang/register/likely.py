"""The premises that are probably the same."""

from dataclasses import dataclass, field
from typing import Any

# No threshold is lower than these, whatever the data say.
LEAST_CERTAIN, LEAST_DOUBTFUL = 0.95, 0.2


@dataclass(frozen=True)
class Likely:
    """`certain`: pairs of atoms united, with their probability; `doubtful`: pairs to be asked, likeliest first, with
    their level of likeness. A pair is certain from `certain_from` on, and asked from `doubtful_from` on."""

    certain: list[tuple[int, int, float]] = field(default_factory=list)
    doubtful: list[tuple[int, int, float, int]] = field(default_factory=list)
    candidates: int = 0
    certain_from: float = LEAST_CERTAIN
    doubtful_from: float = LEAST_DOUBTFUL
    learned: int = 0
    weights: dict[str, Any] = field(default_factory=dict)
