"""Files appear whole or not at all, and what a killed process had begun is removed."""

from pathlib import Path

import pytest

from taizhang.core.files import remove_leftovers, write_beside, write_text


def test_a_file_appears_when_it_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "350921101.zh.html"
    with pytest.raises(RuntimeError), write_beside(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    write_text(path, "whole\n")
    assert path.read_bytes() == b"whole\n"


def test_what_was_begun_is_removed_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "notebooks" / "350921101.zh.ipynb"
    write_text(path, "{}")
    with write_beside(path) as beside:
        (tmp_path / ".gitignore").write_text("*")
        (tmp_path / ".hidden.folder_x").mkdir()
        remove_leftovers(tmp_path)
        assert not beside.exists()
        beside.write_text("{}")
    assert sorted(p.name for p in tmp_path.rglob("*")) == [
        ".gitignore", ".hidden.folder_x", "350921101.zh.ipynb", "notebooks",
    ]  # fmt: skip
