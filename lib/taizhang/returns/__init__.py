"""Returns: doubtful cells are sent back to the districts as questions, and the answers are collected."""

from taizhang.analysis.scores import score_ledgers
from taizhang.returns.collect import Collected, Outcome, collect_answers
from taizhang.returns.doubts import Doubts, Question, read_doubts
from taizhang.returns.run import Returned, make_returns
from taizhang.returns.status import Handed, Status, describe_missing, format_status, read_status, tell_handed

__all__ = [
    "Collected",
    "Doubts",
    "Handed",
    "Outcome",
    "Question",
    "Returned",
    "Status",
    "collect_answers",
    "describe_missing",
    "format_status",
    "make_returns",
    "read_doubts",
    "read_status",
    "score_ledgers",
    "tell_handed",
]
