"""What is made again, and why: a library's new version, a changed source, a damaged file, and nothing else."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ingest_book import TOWNS, make_book, make_hazards
from nbformat import NotebookNode, writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import taizhang as tz
from taizhang.core import keys
from taizhang.core.keys import PACKAGE, Code, find_version
from taizhang.ingest import READING, cache
from taizhang.report import tasks, workers
from taizhang.report.plan import _PAGES, find_notebook_code
from taizhang.report.review import ReviewResult, make_review
from taizhang.workbook import book as book_module
from taizhang.workbook.counting import COUNTING

CELLS = [
    new_code_cell(
        'district = ""\nperiod = ""\nlang = "zh"\nworkbook = ""', metadata={"tags": ["parameters"]}, id="a"
    ),
    new_code_cell("import taizhang as tz\nfrom taizhang import figures, narrative", id="b"),
    new_markdown_cell("## 概况", id="c"),
]
TEMPLATE = writes(new_notebook(cells=CELLS))


def make_codes(folder: Path = PACKAGE) -> dict[str, Code]:
    """What makes each stage."""
    codes = {"tables": READING, "facts": COUNTING, "notebook": find_notebook_code(TEMPLATE), **_PAGES}
    return {stage: replace(code, folder=folder) for stage, code in codes.items()}


def find_users(library: str) -> set[str]:
    return {stage for stage, code in make_codes().items() if library in code.versions}


def test_each_stage_is_made_by_the_libraries_that_it_uses_and_no_other() -> None:
    assert find_users("python_calamine") == {"tables"}
    assert find_users("matplotlib") == {"notebook"}
    assert find_users("nbconvert") == {"html"}
    assert find_users("docx") == {"docx"}
    # Word names the faces of official documents, which Typst finds.
    assert find_users("typst") == {"pdf", "docx"}
    assert find_users("pandas") >= {"tables", "facts", "notebook"}


@pytest.mark.parametrize(
    ("source", "stages"),
    [
        ("ledgers/sheets.py", {"tables"}),
        ("ingest/run.py", {"tables"}),
        ("facts/hazards.py", {"facts", "notebook"}),
        ("workbook/tables.py", {"facts", "notebook"}),
        ("core/periods.py", {"tables", "facts", "notebook", "html", "pdf", "docx"}),
        ("figures/hazards.py", {"notebook"}),
        ("narrative/sections.py", {"notebook"}),
        ("report/html.py", {"html"}),
        ("report/templates/typst/report.typ", {"pdf", "docx"}),
        ("report/execute.py", {"notebook"}),
        ("report/index.py", set()),
        ("lab/doctor.py", set()),
        ("cli.py", set()),
    ],
)
def test_a_changed_source_makes_again_what_depends_on_it(
    tmp_path: Path, source: str, stages: set[str]
) -> None:
    copy = tmp_path / "taizhang"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / source).open("a", encoding="utf-8") as stream:
        stream.write("\n\n")
    before, after = make_codes(), make_codes(copy)
    assert {stage for stage in before if before[stage].make_key() != after[stage].make_key()} == stages


# ------------------------------------------------------------------ a whole review of three towns, without kernels


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a file was read, facts counted, a notebook run, a page set."""
    counts: Counter[str] = Counter()

    def run(task: Any) -> NotebookNode:
        if task.rerun:
            counts["notebook"] += 1
            task.notebook.parent.mkdir(parents=True, exist_ok=True)
            task.notebook.write_text(TEMPLATE, "utf-8")
        return new_notebook(cells=CELLS[2:])

    def run_here(due: Any, **_: Any) -> Iterator[Any]:
        yield from map(tasks.make_report, due)

    def count(place: Any, name: str, what: str) -> None:
        plain = getattr(place, name)

        def counted(*given: Any, **named: Any) -> Any:
            counts[what.format(*given)] += 1
            return plain(*given, **named)

        monkeypatch.setattr(place, name, counted)

    monkeypatch.setattr(tasks, "_run", run)
    monkeypatch.setattr(workers, "run_tasks", run_here)
    monkeypatch.setattr(workers, "start_ahead", lambda jobs: None)
    count(cache, "read_ledger_file", "file")
    count(book_module, "count_facts", "facts")
    count(tasks, "_load_renderer", "{0}")
    return counts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all upgrades, each of which begins with bringing it up to date."""
    return make_root(tmp_path_factory.mktemp("upgraded"))


def make_root(tmp_path: Path) -> Path:
    files = {f"{code}.xlsx": make_hazards(name) for code, name in TOWNS.items()}
    root = make_book(tmp_path / "book", files)
    (root / "notebooks").mkdir()
    for kind in ("township_review", "county_comparison"):
        (root / "notebooks" / f"{kind}.ipynb").write_text(TEMPLATE, "utf-8")
    return root


def review(root: Path, **more: Any) -> ReviewResult:
    return make_review(tz.open(str(root)), "2021", progress=lambda _: None, **more)


def fake(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Another version of a library, as if it had been upgraded."""
    monkeypatch.setattr(keys, "find_version", lambda name: "99" if name == library else find_version(name))


@pytest.mark.parametrize(
    ("library", "made"),
    [
        ("python_calamine", {"file": 3}),
        ("matplotlib", {"notebook": 4, "html": 4, "pdf": 4}),
        ("typst", {"pdf": 4}),
        ("nbconvert", {"html": 4}),
        # How names sound links premises, which an ingest does; and names in English.
        ("pypinyin", {"file": 3, "notebook": 4, "html": 4, "pdf": 4}),
        ("pandas", {"file": 3, "facts": 2, "notebook": 4, "html": 4, "pdf": 4}),
    ],
)
def test_an_upgrade_makes_again_what_it_must_and_nothing_else(
    upgraded: Path, done: Counter[str], monkeypatch: pytest.MonkeyPatch, library: str, made: dict[str, int]
) -> None:
    root = upgraded
    review(root)
    done.clear()
    assert review(root).why == {} and done == {}
    fake(monkeypatch, library)
    second = review(root)
    assert done == made
    everything = ["350921101.zh", "350921102.zh", "350921103.zh", "comparison.zh"]
    assert sorted(second.made) == (everything if {"notebook", "html", "pdf"} & set(made) else [])
    done.clear()
    assert review(root).why == {} and done == {}
    if "pdf" in made:
        (why,) = second.why["350921101.zh"]
        assert why.word("en").startswith("library versions changed: ")
        assert f"{library} {find_version(library)} → 99" in why.word("en")


def test_the_manifest_names_the_versions_that_made_each_report(
    root: Path, done: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    review(root)
    assert done == {"file": 3, "facts": 2, "notebook": 4, "html": 4, "pdf": 4}
    fake(monkeypatch, "matplotlib")
    review(root, districts=["溪口镇"])
    manifest = json.loads((root / "reports" / "2021" / "manifest.json").read_text("utf-8"))

    def tell(name: str, stage: str, library: str) -> str | None:
        mark = manifest["reports"][name]["stages"][stage]["by"]
        found: str | None = manifest["makers"][mark]["versions"].get(library)
        return found

    assert tell("350921101.zh", "notebook", "matplotlib") == "99"
    assert tell("350921102.zh", "notebook", "matplotlib") == find_version("matplotlib")
    assert tell("350921101.zh", "pdf", "typst") == find_version("typst")
    assert tell("350921101.zh", "pdf", "matplotlib") is None
    fake(monkeypatch, "typst")  # an older matplotlib again: what nothing was made by is forgotten
    assert len(review(root).made) == 4
    manifest = json.loads((root / "reports" / "2021" / "manifest.json").read_text("utf-8"))
    assert "99" not in [maker["versions"].get("matplotlib") for maker in manifest["makers"].values()]


def test_a_file_that_is_not_what_was_made_is_made_again(root: Path, done: Counter[str]) -> None:
    folder = review(root, formats=("html", "pdf")).folder
    page, notebook = folder / "350921101.zh.html", folder / "notebooks" / "350921102.zh.ipynb"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"<body", b"<BODY"))
    notebook.write_text("{}", "utf-8")
    (folder / "350921103.zh.pdf").touch()  # another time, the same bytes
    done.clear()
    result = review(root)
    assert {name: [str(one.code) for one in why] for name, why in result.why.items()} == {
        "350921101.zh": ["report.why.damaged"],
        "350921102.zh": ["report.why.damaged"],
    }
    assert done == {"html": 2, "pdf": 1, "notebook": 1} and page.read_bytes() == whole
    assert review(root).why == {}


def test_why_a_report_is_made(root: Path, done: Counter[str]) -> None:
    def tell(**more: Any) -> dict[str, list[str]]:
        why = review(root, districts=list(TOWNS), **more).why
        return {name: [one.code.rpartition(".")[2] for one in told] for name, told in why.items()}

    one = "350921101.zh"
    assert set(map(tuple, tell(formats=("html",)).values())) == {("new",)}
    assert tell()[one] == ["missing"]  # the PDF
    note = root / "notes" / "2021" / "350921101.md"
    note.parent.mkdir(parents=True)
    note.write_text("核对过。", "utf-8")
    done.clear()
    assert tell() == {one: ["words"]} and done == {"html": 1, "pdf": 1}  # no notebook is run for it
    (root / "notebooks" / "township_review.ipynb").write_text(TEMPLATE.replace("概况", "情况"), "utf-8")
    assert tell()[one] == ["template"]
    text = (root / "workbook.toml").read_text("utf-8")
    (root / "workbook.toml").write_text(text.replace('title = "县"', 'title = "某县"'), "utf-8")
    assert tell()[one] == ["settings"]
    entry = json.loads((root / "reports" / "2021" / "manifest.json").read_text("utf-8"))["reports"][one]
    assert entry["status"] == "made" and set(entry["stages"]) == {"notebook", "html", "pdf"}
    assert tell(fresh=True)[one] == ["fresh"]


def test_a_page_nobody_asked_for_goes_when_its_words_are_old(root: Path, done: Counter[str]) -> None:
    town = {"districts": ["溪口镇"]}
    folder = review(root, **town).folder
    note = root / "notes" / "2021" / "350921101.md"
    note.parent.mkdir(parents=True)
    note.write_text("核对过。", "utf-8")
    review(root, **town, formats=("html",))
    assert "核对过" in (folder / "350921101.zh.html").read_text("utf-8")
    assert not (folder / "350921101.zh.pdf").exists()
    entry = json.loads((folder / "manifest.json").read_text("utf-8"))["reports"]["350921101.zh"]
    assert set(entry["files"]) == set(entry["sha256"]) == set(entry["stages"]) == {"notebook", "html"}


def test_a_failed_page_leaves_the_notebook_and_is_set_again(
    root: Path, done: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    review(root, districts=["溪口镇"])
    done.clear()
    with monkeypatch.context() as patch:
        fake(patch, "typst")
        patch.setattr("taizhang.report.pdf.render_pdfs", None)  # a renderer that fails
        result = review(root, districts=["溪口镇"])
        assert result.failed == ["350921101.zh"] and done == {"pdf": 1}
        assert {path.name for path in result.folder.glob("3509*")} == {"350921101.zh.html"}
    assert review(root, districts=["溪口镇"]).made == ["350921101.zh"]
    assert done == {"pdf": 2}
