"""Progress on standard error."""

import pytest

from taizhang.report.progress import Progress, format_seconds, show_progress


def test_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress() as report:
        report(Progress(0, 2))
        report(Progress(1, 2, "溪口镇 zh", "made"))
        report(Progress(2, 2, "城东街道 zh", "failed", "error in cell 3: KeyError: 'a'"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "[1/2] 溪口镇 zh: done, about 0 s left",
        "[2/2] 城东街道 zh: failed: error in cell 3: KeyError: 'a'",
    ]


def test_a_bar_with_the_time_left_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    with show_progress() as report:
        report(Progress(0, 2))
        report(Progress(1, 2, "[bold]溪口镇 zh", "failed", "[red] is text"))
    err = capsys.readouterr().err
    assert "1/2" in err and "time left" in err
    assert "[bold]溪口镇 zh: failed: [red] is text" in err


def test_seconds_and_minutes() -> None:
    assert [format_seconds(s) for s in (4.4, 89, 90, 3600)] == ["4 s", "89 s", "2 min", "60 min"]
