"""A workbook sent to workers that share no folder with it, and what comes back."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from taizhang import open as open_workbook
from taizhang.core.errors import ParameterError, SchedulerError
from taizhang.report.cluster import CACHE, Parcel, fetch_workbook, send_workbook
from taizhang.report.kernels import PRELOAD
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook
from warm_kernels.client import ADDRESS, get_server

SOURCES = (
    'district = ""\nperiod = ""\nlang = ""\nworkbook = ""',
    "import taizhang as tz\nfrom taizhang import figures, narrative\n\n"
    "book = tz.open(workbook)\nview = book.view(district, period, lang)",
    "narrative.write_summary(view)",
    "figures.plot_hazards_trend(view)",
    "figures.tabulate_quality(view)",
)


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Workbook:
    """A copy of the sample with a short report that ends in an error in one township."""
    open_workbook(str(sample_book)).ingest()
    root = tmp_path / "book"
    shutil.copytree(sample_book, root, ignore=shutil.ignore_patterns("reports", "notebooks"))
    cells: list[Any] = [new_code_cell(source) for source in SOURCES]
    cells[0].metadata["tags"] = ["parameters"]
    cells.insert(2, new_markdown_cell("## 概况"))
    cells.append(new_code_cell("1 / (district != '350921102')"))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    (root / "notebooks").mkdir()
    for name in ("township_review", "county_comparison"):
        nbformat.write(new_notebook(cells=cells), root / "notebooks" / f"{name}.ipynb")
    return open_workbook(str(root))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    yield tmp_path / "cache"
    fsspec.filesystem("memory").store.clear()


def list_files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_a_copy_gives_the_same_numbers_and_holds_no_raw_file(book: Workbook, cache: Path) -> None:
    facts = book.facts("2021")
    parcel = send_workbook(book.config, "memory://box/county")
    copy = open_workbook(str(fetch_workbook(parcel)))
    assert copy.root.is_relative_to(cache) and not (copy.root / "data" / "raw").exists()
    assert copy.facts("2021").equals(facts) and copy.fingerprint() == book.fingerprint()
    assert copy.ledger("hazards").equals(book.ledger("hazards"))
    assert fetch_workbook(parcel) == copy.root


def test_only_what_changed_is_sent_again(book: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    first = send_workbook(book.config, "memory://box")
    sent: list[str] = []
    system = type(fsspec.filesystem("memory"))
    put = system.put_file
    monkeypatch.setattr(system, "put_file", lambda self, *a, **k: (sent.append(a[0]), put(self, *a, **k)))
    assert send_workbook(book.config, "memory://box") == first and sent == []
    (book.root / "risk.toml").write_text("# other weights\n", encoding="utf-8")
    second = send_workbook(book.config, "memory://box")
    assert sent == [str(book.root / "risk.toml")] and second.key != first.key
    assert (fetch_workbook(second) / "risk.toml").read_text("utf-8") == "# other weights\n"


def test_what_was_sent_in_part_or_changed_on_the_way_is_not_taken(book: Workbook) -> None:
    parcel = send_workbook(book.config, "memory://box")
    system, sha256 = fsspec.filesystem("memory"), dict(parcel.files)["workbook.toml"]
    whole = system.cat(f"/box/objects/{sha256}")
    system.pipe(f"/box/objects/{sha256}", whole[:10])
    with pytest.raises(SchedulerError, match=f"{sha256}' is not the content that was sent"):
        fetch_workbook(parcel)
    send_workbook(book.config, "memory://box")
    assert (fetch_workbook(parcel) / "workbook.toml").read_bytes() == whole


def test_addresses_that_are_no_use_are_errors(book: Workbook) -> None:
    with pytest.raises(SchedulerError, match="cannot put the workbook at 'nonsense://x'"):
        send_workbook(book.config, "nonsense://x")
    with pytest.raises(SchedulerError, match="cannot fetch the workbook from 'memory://empty'"):
        fetch_workbook(Parcel("memory://empty", (("workbook.toml", "0" * 64),)))
    with pytest.raises(ParameterError, match="add --scheduler"):
        make_review(book, "2021", store="memory://box")


def test_another_version_s_copy_is_refused(book: Workbook) -> None:
    root = fetch_workbook(send_workbook(book.config, "memory://box"))
    state = root / "data" / "processed" / "ingest.json"
    text = json.dumps(json.loads(state.read_text("utf-8")) | {"code": "older"})
    state.unlink()  # linked to what was fetched
    state.write_text(text, "utf-8")
    with pytest.raises(ParameterError, match="another version of taizhang"):
        open_workbook(str(root)).ingest()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="forks kernels")
def test_a_worker_that_shares_no_folder_makes_the_same_reports(
    book: Workbook, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    # A fork server for each worker would load the same libraries again.
    monkeypatch.setenv(ADDRESS, get_server(PRELOAD.modules).address)

    other = tmp_path / "other"
    shutil.copytree(book.root, other)
    here = make_review(open_workbook(str(other)), "2021-07", jobs=1, formats=("html",))
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        there = make_review(
            book,
            "2021-07",
            scheduler=cluster.scheduler_address,
            store=f"file://{tmp_path}/store",
            formats=("html",),
        )
    assert (
        sorted(there.made)
        == sorted(here.made)
        == ["350921101.zh", "350921103.zh", "350921104.zh", "comparison.zh"]
    )
    assert there.failed == here.failed == ["350921102.zh"]
    errors = [result.manifest["reports"]["350921102.zh"]["error"] for result in (here, there)]
    assert errors[0] == errors[1] and "ZeroDivisionError" in errors[0]
    pages, others = list_files(there.folder), list_files(here.folder)
    assert set(pages) == set(others) and "notebooks/350921102.zh.ipynb" in pages
    assert all(pages[name] == others[name] for name in pages if name.endswith((".html", ".csv")))
    (copy,) = (cache / "workbooks").iterdir()
    assert not (copy / "reports").exists()
    assert str(copy) not in "".join(page.decode("utf-8", "ignore") for page in pages.values())


def test_without_the_extra_a_store_is_refused_by_its_name(
    book: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(SchedulerError, match=r'fsspec is not installed.*"taizhang\[cluster\]"'):
        send_workbook(book.config, "memory://store")
