"""make.py: what it makes, when it installs, and with which exit code it ends."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import make


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that would have been run; nothing is."""
    commands: list[tuple[str, ...]] = []

    def record(*command: object, check: bool = True) -> int:
        commands.append(tuple(Path(str(part)).name for part in command))
        return 1 if "mypy" in command else 0

    monkeypatch.setattr(make, "run", record)
    return commands


def test_review_takes_the_sample_period_unless_told(ran: list[tuple[str, ...]]) -> None:
    make.make_review([])
    make.make_review(["--lang", "en"])
    make.make_review(["--period=2022Q1"])
    assert [command[1:] for command in ran] == [
        ("review", "--period", "2021"),
        ("review", "--period", "2021", "--lang", "en"),
        ("review", "--period=2022Q1"),
    ]


def test_tests_run_even_where_types_fail_and_the_failure_counts(ran: list[tuple[str, ...]]) -> None:
    with pytest.raises(SystemExit) as ended:
        make.make_test(["-k", "x"])
    assert ended.value.code == 1
    assert [command[2] for command in ran] == ["ruff", "mypy", "pytest"]
    assert ran[-1][-2:] == ("-k", "x")


def test_set_up_runs_once_and_again_when_the_lock_changes(
    ran: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1")
    monkeypatch.setattr(make, "LOCK", lock)
    monkeypatch.setattr(make, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(make, "works", lambda python: True)
    make.set_up()
    assert [command[2] for command in ran] == ["pip", "pip", "compileall"]
    assert "--require-hashes" in ran[0]
    make.set_up()
    assert len(ran) == 3
    lock.write_text("a==2")
    make.set_up()
    assert len(ran) == 6


def test_a_failed_command_ends_the_run_with_its_code() -> None:
    with pytest.raises(SystemExit) as ended:
        make.run(sys.executable, "-c", "raise SystemExit(3)")
    assert ended.value.code == 3
    assert make.run(sys.executable, "-c", "raise SystemExit(3)", check=False) == 3


def test_no_python_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "OLDEST", (9, 9))
    monkeypatch.setattr(make.shutil, "which", lambda name: None)
    with pytest.raises(make.MakeError, match=r"Python 9\.9 or newer is needed"):
        make.find_python()


def test_clean_leaves_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "reports/2021/index.html",
        "reports/README.md",
        "data/processed/x.parquet",
        "data/raw/x.csv",
        ".venv/x",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(make, "ROOT", tmp_path)
    monkeypatch.setattr(make, "VENV", tmp_path / ".venv")
    make.make_clean([])
    left = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert left == [".venv/x", "data/raw/x.csv", "reports/README.md"]
    make.make_clean(["--all"])
    assert not (tmp_path / ".venv").exists()


def test_makefile_has_the_same_targets(root: Path) -> None:
    line = next(
        line for line in (root / "Makefile").read_text("utf-8").splitlines() if line.startswith("TARGETS :=")
    )
    assert set(line.split(":=")[1].split()) == {"setup", *make.TARGETS}


def test_unknown_target_is_refused(root: Path) -> None:
    asked = subprocess.run([sys.executable, "-m", "make", "bake"], cwd=root, capture_output=True, text=True)
    assert asked.returncode == 2
    assert "invalid choice" in asked.stderr


def test_an_old_python_can_read_make(root: Path) -> None:
    """Else it could not say that it is too old."""
    ast.parse((root / "make.py").read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.skipif(os.name == "nt", reason="CI runs bash on Linux")
def test_ci_runs_the_two_commands(root: Path) -> None:
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    lines = script.read_text("utf-8").splitlines()
    assert lines[-2:] == ["make review", "make test"]
