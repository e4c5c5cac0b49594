"""A person's note outlives re-runs, a rename and other periods: through whole reviews, with the kernel left out."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from test_report_review import NAMES, Book, hash_book, write_template

from taizhang.core.errors import ParameterError
from taizhang.report import review, snapshot, tasks, workers


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    (tmp_path / "data").mkdir()
    for code in [*NAMES, "all"]:
        (tmp_path / "data" / f"{code}.txt").write_text("甲", "utf-8")
    (tmp_path / "notebooks").mkdir()
    for kind in ("township_review", "county_comparison"):
        write_template(tmp_path, kind)
    shown = new_notebook(cells=[new_markdown_cell("## 基本情况"), new_markdown_cell("算出的话。")])

    def run_here(due: Sequence[Any], **_: Any) -> Iterator[Any]:
        yield from map(tasks.make_report, due)

    def run(task: Any) -> Any:
        task.notebook.parent.mkdir(parents=True, exist_ok=True)
        task.notebook.write_text("{}", "utf-8")
        return shown

    monkeypatch.setattr(tasks, "_run", run)
    monkeypatch.setattr(workers, "run_tasks", run_here)
    monkeypatch.setattr(snapshot, "hash_book", hash_book)
    return Book(tmp_path)


def make(book: Book, period: str = "2021") -> Any:
    return review.make_review(
        book,
        period,
        districts=["350921101"],
        formats=("html",),
        progress=lambda _: None,  # type: ignore[arg-type]
    )


def read(book: Book, period: str = "2021") -> str:
    return (book.root / "reports" / period / "350921101.zh.html").read_text("utf-8")


def write(book: Book, name: str, text: str, period: str = "2021") -> Path:
    path = book.root / "notes" / period / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_note_survives_three_re_runs_and_only_its_change_makes_the_report_anew(book: Book) -> None:
    first = make(book)
    assert first.unnoted == ["溪口镇"] and "no notes yet for '溪口镇'" in str(first.notes[0])
    path = write(book, "溪口镇", "## 基本情况\n人手不足。")
    kept = path.read_bytes()
    second = make(book)
    assert (second.made, second.unnoted, second.notes) == (["350921101.zh"], [], [])
    page = read(book)
    assert "人手不足。" in page and "未经批准" in page
    assert make(book).made == [] and make(book).made == []
    assert read(book) == page and path.read_bytes() == kept
    entry = json.loads((book.root / "reports/2021/manifest.json").read_text("utf-8"))["reports"][
        "350921101.zh"
    ]
    assert entry["note"]["path"] == "notes/2021/溪口镇.md" and len(entry["note"]["sha256"]) == 64
    write(book, "溪口镇", "---\napproved: true\napprover: 局办\ndate: 2022-02-15\n---\n")
    assert make(book).unnoted == []  # a note without a text is one, too
    path.write_text(
        "---\napproved: true\napprover: 县局\ndate: 2022-02-15\n---\n## 基本情况\n人手不足。", "utf-8"
    )
    assert make(book).made == ["350921101.zh"]
    assert "县局，2022年2月15日" in read(book) and "未经批准" not in read(book)


def test_a_rename_and_other_periods_leave_it(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    write(book, "350921101", "## 基本情况\n人手不足。")
    write(book, "溪口镇", "## 基本情况\n三季度。", period="2021Q3")
    make(book)
    make(book, "2021Q3")
    assert "三季度。" in read(book, "2021Q3") and "人手不足。" not in read(book, "2021Q3")
    book.districts["name"] = ["新溪镇", *list(NAMES.values())[1:]]
    make(book)
    assert "新溪镇" in read(book) and "人手不足。" in read(book)


def test_a_note_of_no_district_stops_the_review_before_anything_is_made(book: Book) -> None:
    write(book, "东京", "x")
    with pytest.raises(ParameterError, match=r"notes/2021/东京\.md: There is no district '东京'"):
        make(book)
    assert not (book.root / "reports").exists()
