"""Workbooks as they were, out of the store."""

from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

from taizhang.ingest.snapshots import store_whole
from taizhang.release.states import open_snapshot
from taizhang.report.typefaces import list_faces
from taizhang.workbook.book import Workbook


def test_the_office_s_own_fonts_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not stored: a release is made again with those that lie beside workbook.toml."""
    monkeypatch.setenv("TAIZHANG_NOW", "2022-01-05T09:00:00+08:00")
    root = make_book(tmp_path, {"a.xlsx": make_hazards("溪口镇", 2)})
    text = (
        (root / "workbook.toml")
        .read_text("utf-8")
        .replace("[boundaries]", 'fonts = "own/fonts"\n[boundaries]')
    )
    (root / "workbook.toml").write_text(text, "utf-8")
    font = root / "own" / "fonts" / "仿宋.ttf"
    font.parent.mkdir(parents=True)
    font.write_bytes(b"a font")
    book = Workbook(root)
    book.ingest()
    with open_snapshot(book, store_whole(book.config).id) as then:
        assert [path.read_bytes() for path in list_faces(str(then.config.fonts))] == [b"a font"]
    assert font.read_bytes() == b"a font"
