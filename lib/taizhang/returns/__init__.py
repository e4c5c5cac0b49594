"""Ledgers that go back: what is doubtful is asked of each district, and the answers are taken in."""

from taizhang.returns.collect import Collected, Outcome, collect_answers
from taizhang.returns.doubts import Doubts, Question, read_doubts
from taizhang.returns.run import Returned, make_returns
from taizhang.returns.scores import score_ledgers

__all__ = [
    "Collected",
    "Doubts",
    "Outcome",
    "Question",
    "Returned",
    "collect_answers",
    "make_returns",
    "read_doubts",
    "score_ledgers",
]
