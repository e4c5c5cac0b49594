"""Whatever happens to what a review left, the next one makes it again; two at once lose nothing."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_ingest_heals import DAMAGES
from test_report_review import Book, hash_book, make_book, run


@pytest.fixture(scope="module", autouse=True)
def own_data() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taizhang.report.snapshot.hash_book", hash_book)
        yield


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = make_book(tmp_path_factory.mktemp("heals"))
    run(book)
    return book


def _list(folder: Path) -> dict[str, str]:
    """Hashes of all files, but of those that hold times."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part in str(path) for part in (".moved-", "unreadable-", "manifest.json"))
        and path.suffix not in (".ipynb", ".xlsx")
    }


@pytest.mark.parametrize("damage", DAMAGES)
def test_numbers_findings_and_index_that_are_damaged_are_made_again(book: Book, damage: object) -> None:
    folder = book.root / "reports" / "2021"
    before = _list(folder)
    names = [
        name
        for name in before
        if name.startswith(("facts", "comparison.csv", "dictionary", "findings", "index"))
    ]
    assert {"facts.csv", "facts.parquet", "findings.csv", "findings.json", "index.zh.html"} <= {*names}
    for name in names:
        damage(folder / name)  # type: ignore[operator]
        result = run(book)
        assert not result.made and not result.failed, name
        assert _list(folder) == before, name


@pytest.mark.slow
def test_pages_and_notebooks_that_are_damaged_are_made_again(book: Book) -> None:
    folder = book.root / "reports" / "2021"
    before = _list(folder)
    pages = ["350921101.zh.html", "350921102.zh.pdf", "350921103.zh.html"]
    notebook = folder / "notebooks" / "350921103.zh.ipynb"
    for damage in (DAMAGES[0], DAMAGES[2], DAMAGES[4], DAMAGES[5]):
        for page in pages:
            damage(folder / page)
        damage(notebook)
        result = run(book)
        assert sorted(result.made) == ["350921101.zh", "350921102.zh", "350921103.zh"]
        assert _list(folder) == before
        assert notebook.is_file() and not run(book).made


@pytest.mark.slow
def test_a_manifest_that_is_damaged_is_kept_aside_and_all_is_made_again(book: Book) -> None:
    folder = book.root / "reports" / "2021"
    before = _list(folder)
    (folder / "350921101.en.html").write_text("of nobody knows what")
    (folder / "notebooks" / "350921101.en.ipynb").write_text("{}")
    (folder / "manifest.json").write_text('{"reports": {"a": 1}}')
    result = run(book)
    assert len(result.made) == 4 and result.unlisted == ["350921101.en"]
    assert "manifest.unreadable-1.json" in str(result.notes[0])
    assert _list(folder) == before
    assert (
        json.loads((folder / "manifest.json").read_text("utf-8"))["reports"].keys()
        == result.manifest["reports"].keys()
    )
