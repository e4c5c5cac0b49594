"""Typefaces of official documents: the user's where there are any, else the packaged ones, and said."""

import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from taizhang.core.errors import ParameterError
from taizhang.core.fonts import SANS, SERIF, serif_path
from taizhang.report.typefaces import find_typefaces, list_faces


def rename(folder: Path, family: str) -> None:
    """A copy of the packaged serif under another family's name."""
    with TTFont(serif_path()) as font:
        for record in font["name"].names:
            if record.nameID in (1, 16):
                record.string = family
        font.save(folder / "face.otf")


def test_without_a_folder_the_packaged_faces_take_every_place() -> None:
    faces = find_typefaces()
    assert faces.found == () and faces.lacking == ("小标宋", "仿宋", "楷体", "黑体")
    assert faces.body == (SERIF, SANS) and faces.hei == (SANS, SERIF)


def test_a_face_of_the_user_s_takes_its_role(tmp_path: Path) -> None:
    rename(tmp_path, "FangSong")
    faces = find_typefaces(str(tmp_path))
    assert faces.found == ("仿宋: FangSong",) and "仿宋" not in faces.lacking
    assert faces.body == ("FangSong", SERIF, SANS) and faces.kai == (SERIF, SANS)
    assert str(tmp_path) in faces.folders


def test_no_folder_is_an_error_that_shows_no_path(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="the font folder 'none' does not exist") as caught:
        find_typefaces(str(tmp_path / "none"))
    assert str(tmp_path) not in str(caught.value)


def test_font_files_are_listed_wherever_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "more").mkdir()
    shutil.copy(serif_path(), tmp_path / "more" / "a.OTF")
    assert list_faces(str(tmp_path)) == [tmp_path / "more" / "a.OTF"]
    assert list_faces("") == []
