"""`taizhang new`: an empty workbook, or one with a small made-up county, and nothing written over."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.core import files
from taizhang.core.errors import ParameterError
from taizhang.lab import scaffold
from taizhang.lab.scaffold import make_sample_workbook, make_workbook
from taizhang.metadata.kinds import load_kinds


def test_the_made_up_county_has_its_ledgers_and_can_be_read_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "我的 county"
    made = CliRunner().invoke(app, ["new", str(folder), "--sample"])
    assert made.exit_code == 0 and f'review --period 2021 -C "{folder}"' in made.output
    settings = tomllib.loads((folder / "workbook.toml").read_text("utf-8"))
    assert set(settings["ledgers"]) == set(load_kinds())
    assert settings["workbook"]["sample"] is True
    assert {"notebooks", "reports", ".gitignore", "assessment.toml", "draw.toml"} <= {
        path.name for path in folder.iterdir()
    }
    read = CliRunner().invoke(app, ["ingest", "-C", str(folder)])
    assert read.exit_code == 0, read.output
    assert (
        read.output.count(" rows read = ") == len(settings["ledgers"]) and " 0 rows read" not in read.output
    )


@pytest.mark.parametrize("make", [make_workbook, make_sample_workbook])
def test_nothing_is_written_over(tmp_path: Path, make: object) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(ParameterError, match="not empty"):
        make(tmp_path)  # type: ignore[operator]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_new_workbook_lists_every_kind(tmp_path: Path) -> None:
    make_workbook(tmp_path / "new")
    text = (tmp_path / "new" / "workbook.toml").read_text("utf-8")
    assert all(f"# [ledgers.{kind}]" in text for kind in load_kinds())
    assert not any((tmp_path / "new" / "data/raw/boundaries").iterdir())


def test_upgrade_and_sample_do_not_go_together(tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["new", str(tmp_path / "new"), "--sample", "--upgrade"])
    assert isinstance(asked.exception, ParameterError) and not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", [[], ["--sample"]])
def test_one_whose_making_was_killed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def list_files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    made, folder = tmp_path / "a" / "book", tmp_path / "b" / "book"
    assert CliRunner().invoke(app, ["new", str(made), *words]).exit_code == 0
    with monkeypatch.context() as patch:
        patch.setattr(scaffold, "trust_workbook", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        assert CliRunner().invoke(app, ["new", str(folder), *words]).exit_code
    assert (folder / "notebooks").is_dir() and not (folder / "workbook.toml").exists()
    again = CliRunner().invoke(app, ["new", str(folder), *words])
    assert isinstance(again.exception, ParameterError)  # another is at it
    with monkeypatch.context() as patch:
        patch.setattr(files, "is_running", lambda _: False)  # it has gone
        assert CliRunner().invoke(app, ["new", str(folder), *words]).exit_code == 0
    assert list_files(folder) == list_files(made)
    assert CliRunner().invoke(app, ["new", str(folder), *words]).exit_code
