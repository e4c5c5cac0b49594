"""Errors: worded from their codes, several at once, whole after a way through another process."""

import pickle

import pytest

from taizhang.core.errors import LedgerError, ParameterError
from taizhang.core.reasons import Reason


def test_an_error_is_worded_by_its_code_in_the_language_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ParameterError("facts.no_ledger", fact="drills.held", kinds=["drills"])
    assert str(error) == "'drills.held' needs a ledger that is not configured: 'drills'"
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    assert str(error) == "指标“drills.held”要用“drills”台账，工作簿没有配置"
    assert isinstance(error, ValueError)


def test_several_are_one_error_a_line_each() -> None:
    reasons = [Reason("lab.not_empty", folder=name) for name in ("a", "b")]
    error = ParameterError.of(reasons)
    assert error.reasons == tuple(reasons)
    assert str(error) == "'a' is not empty; name a new folder\n  'b' is not empty; name a new folder"


def test_an_error_comes_whole_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(LedgerError.of([Reason("lab.not_empty", folder="a")] * 2)))
    assert isinstance(error, LedgerError) and len(error.reasons) == 2 and "'a' is not empty" in str(error)


def test_a_code_that_is_not_there_is_no_message() -> None:
    with pytest.raises(KeyError):
        str(ParameterError("no.such_code"))
