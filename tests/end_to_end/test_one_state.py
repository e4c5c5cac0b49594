"""Whatever is saved while a review runs, it is made of one state; the next one finds what was saved."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards, write_sheet

import taizhang as tz
from taizhang.core.errors import ChangedError
from taizhang.report.progress import Progress
from taizhang.report.review import make_review
from tests.short_templates import put_short_templates


def make(root: Path) -> Path:
    make_book(root, {"a.xlsx": make_hazards("溪口镇", 4), "b.xlsx": make_hazards("溪南镇", 6)})
    (root / "notes" / "2021").mkdir(parents=True)
    (root / "notes" / "2021" / "all.md").write_text("先前的批注。", "utf-8")
    put_short_templates(root)
    return root


def save_ledger(root: Path) -> None:
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 1))


def save_note(root: Path) -> None:
    (root / "notes" / "2021" / "all.md").write_text("后来的批注。", "utf-8")
    (root / "notes" / "2021" / "溪口镇.md").write_text("新的批注。", "utf-8")


def save_settings(root: Path) -> None:
    path = root / "workbook.toml"
    path.write_text(path.read_text("utf-8").replace('title = "县"', 'title = "后县"'), "utf-8")


def save_template(root: Path) -> None:
    for path in (root / "notebooks").glob("*.ipynb"):
        book = json.loads(path.read_text("utf-8"))
        said = {
            "id": "later",
            "cell_type": "markdown",
            "metadata": {"tags": ["zh"]},
            "source": "后来的模板。",
        }
        book["cells"].append(said)
        path.write_text(json.dumps(book), "utf-8")


SAVES = (save_ledger, save_note, save_template)


def review(root: Path, progress: Callable[[Progress], None] = lambda _: None, *, jobs: int = 1) -> list[str]:
    book = tz.open(str(root))
    assert book.result
    return make_review(book, "2021", formats=("html",), jobs=jobs, progress=progress).made


def read_outputs(root: Path) -> dict[str, object]:
    """What a review says: its pages and numbers, and which files it was made from."""
    folder = root / "reports" / "2021"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    pages = {name: entry["sha256"]["html"] for name, entry in manifest["reports"].items()}
    return {
        "pages": pages,
        "facts": (folder / "facts.csv").read_bytes(),
        "index": (folder / "index.zh.html").read_bytes(),
        "inputs": manifest["inputs"],
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """What undisturbed reviews say of the first state, and of the last."""
    kept = os.environ.get("TAIZHANG_NOW")
    os.environ["TAIZHANG_NOW"] = "2022-02-01T08:00:00"
    root = make(tmp_path_factory.mktemp("calm") / "book")
    assert len(review(root)) == 4
    first = read_outputs(root)
    for save in (*SAVES, save_settings):
        save(root)
    assert len(review(root)) == 4
    yield first, read_outputs(root)
    if kept is None:
        del os.environ["TAIZHANG_NOW"]
    else:
        os.environ["TAIZHANG_NOW"] = kept


def drop_inputs(outputs: dict[str, object]) -> dict[str, object]:
    return {name: one for name, one in outputs.items() if name not in ("inputs", "index")}


@pytest.mark.parametrize(
    "done", [0, pytest.param(1, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)]
)
def test_all_is_of_the_state_before(
    tmp_path: Path, told: tuple[dict[str, object], dict[str, object]], done: int
) -> None:
    root = make(tmp_path / "book")

    def save(progress: Progress) -> None:
        if progress.done == done:
            for one in (*SAVES, save_settings):
                one(root)
            tz.open(str(root)).ingest()  # another's run brings data/processed up to date meanwhile

    assert len(review(root, save)) == 4
    first, last = told
    assert drop_inputs(read_outputs(root)) == drop_inputs(first)
    assert len(review(root)) == 4
    assert drop_inputs(read_outputs(root)) == drop_inputs(last)
    assert review(root) == []
    assert not (root / "data" / "processed" / ".cache" / "held").exists()


def test_a_ledger_saved_after_the_ingest_is_not_read_by_a_report(
    tmp_path: Path, told: tuple[dict[str, object], dict[str, object]]
) -> None:
    root = make(tmp_path / "book")
    book = tz.open(str(root))
    assert book.result
    save_ledger(root)
    make_review(book, "2021", formats=("html",), jobs=2, progress=lambda _: None)
    assert drop_inputs(read_outputs(root)) == drop_inputs(told[0])


def test_settings_saved_before_the_state_is_taken_end_the_run(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    book = tz.open(str(root))
    assert book.result
    save_settings(root)
    with pytest.raises(ChangedError, match=r"workbook.toml"):
        make_review(book, "2021", formats=("html",), jobs=1, progress=lambda _: None)
    assert len(review(root)) == 4


def test_python_beside_the_workbook_saved_meanwhile_ends_the_run_with_a_message(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    with pytest.raises(ChangedError, match=r"saved during the run: helpers\.py"):
        review(root, lambda _: (root / "helpers.py").write_text("x = 1\n") and None)
    assert len(review(root)) == 4


def test_rows_behind_numbers_that_are_damaged_or_gone_are_made_again(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    assert len(review(root)) == 4
    folder = root / "reports" / "2021" / "rows"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "all.hazards.found.csv" in before
    for path in sorted(folder.glob("*.csv"))[:2]:
        for damage in (Path.unlink, lambda one: one.write_bytes(before[one.name][:40]), Path.mkdir):
            path.unlink(missing_ok=True)
            if damage is not Path.unlink:
                damage(path)
            assert review(root) == []
            left = {one.name: one.read_bytes() for one in folder.iterdir() if ".moved-" not in one.name}
            assert left == before
