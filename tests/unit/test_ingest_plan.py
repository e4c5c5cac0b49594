"""What an ingest is going to read: listed once, and one state of it."""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingest_book import correct, make_book, make_hazards, write_sheet

from taizhang import open as open_workbook
from taizhang.core import files
from taizhang.core.errors import BoundaryError, ChangedError
from taizhang.core.files import name_beside
from taizhang.ingest import cache, load_state
from taizhang.ingest.plan import READING, Plan, find_reasons, make_plan, stamp_inputs
from taizhang.settings import workbook as settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_book(
        tmp_path / "book",
        {"a.xlsx": make_hazards("溪口镇"), "b.xlsx": make_hazards("溪南镇")},
        patterns=["*.xlsx", "none/*.xlsx"],
    )


def read_config(root: Path) -> Any:
    return open_workbook(str(root)).config


def test_libraries_that_rows_and_links_depend_on_are_in_the_key() -> None:
    # Characters, likeness, sound, the odds of a pair and the engine that works them out.
    assert {"opencc", "rapidfuzz", "pypinyin", "splink", "duckdb"} <= READING.versions.keys()
    assert {"python_calamine", "openpyxl", "xlrd", "pandas", "pyarrow"} <= READING.versions.keys()


def test_a_plan_names_every_raw_file_once(root: Path) -> None:
    correct(root, "a.xlsx,台账,2,隐患等级,一般,重大,李四,核对")
    plan = stamp_inputs(make_plan(read_config(root)))
    assert list(plan.paths) == [
        "workbook.toml", "data/raw/towns.gpkg", "data/raw/a.xlsx", "data/raw/b.xlsx", "data/raw/corrections.csv",
    ]  # fmt: skip
    assert plan.ledgers == {"hazards": ("data/raw/a.xlsx", "data/raw/b.xlsx")}
    assert plan.missing == {"hazards": ("data/raw/none/*.xlsx",)}
    assert (plan.layers, plan.settings) == (("data/raw/towns.gpkg",), ("workbook.toml",))
    assert set(plan.stamps) == set(plan.paths)
    size = (root / "data" / "raw" / "a.xlsx").stat().st_size
    assert plan.stamps["data/raw/a.xlsx"].bytes == size


def test_nothing_is_listed_or_hashed_twice(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from taizhang.ingest import plan

    counts: Counter[str] = Counter()
    listed, hashed = settings.list_files, files.hash_file
    monkeypatch.setattr(plan, "list_files", lambda *a: counts.update(["list"]) or listed(*a))
    monkeypatch.setattr(files, "hash_file", lambda path: counts.update([path.name]) or hashed(path))
    later = time.time_ns() + 10**10
    open_workbook(str(root)).ingest()
    assert counts["list"] == counts["a.xlsx"] == counts["towns.gpkg"] == counts["workbook.toml"] == 1
    counts.clear()
    # Saved a moment ago, they could have been saved again in the same step of time; later they can't have been.
    monkeypatch.setattr(files.time, "time_ns", lambda: later)
    open_workbook(str(root)).ingest()
    assert counts == {"list": 1, "a.xlsx": 1, "b.xlsx": 1, "towns.gpkg": 1, "workbook.toml": 1}
    counts.clear()
    open_workbook(str(root)).ingest()
    assert counts == {"list": 1}  # all of the size and times that they were


def test_a_file_saved_in_the_same_step_of_time_is_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "data" / "raw" / "a.csv"
    text = (root / "workbook.toml").read_text("utf-8").replace("*.xlsx", "*.csv")
    (root / "workbook.toml").write_text(text, "utf-8")
    one = "所属乡镇,发现日期,隐患等级\n溪口镇,2021-03-01,一般\n"
    path.write_text(one, "utf-8")
    status = path.stat()
    assert open_workbook(str(root)).ingest().summaries[0].read == 1
    path.write_text(one.replace("03-01", "04-01"), "utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # of the same size, and its time put back
    assert open_workbook(str(root)).ingest().fresh


def test_why_tables_are_made_again(root: Path) -> None:
    def tell() -> list[str]:
        config = read_config(root)
        state = load_state(config)
        return list(find_reasons(stamp_inputs(make_plan(config), state), state))

    assert tell() == ["code"]  # there are none
    open_workbook(str(root)).ingest()
    assert tell() == []
    (root / "data" / "raw" / "a.xlsx").touch()
    assert tell() == []
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 4))
    write_sheet(root / "data" / "raw" / "c.xlsx", make_hazards("溪口镇", 1))
    (root / "data" / "raw" / "b.xlsx").unlink()
    (root / "data" / "processed" / "hazards.parquet").write_bytes(b"")
    assert tell() == ["data/raw/b.xlsx", "data/raw/c.xlsx", "data/raw/a.xlsx", "hazards.parquet"]


def test_a_table_that_is_not_what_was_written_is_written_again(root: Path) -> None:
    book = open_workbook(str(root))
    first = book.ingest()
    table, towns = (root / "data" / "processed" / name for name in ("hazards.parquet", "districts.parquet"))
    whole = table.read_bytes(), towns.read_bytes()
    table.write_bytes(b"x")
    towns.write_bytes(b"x")
    again = book.ingest()
    assert again.fresh and (table.read_bytes(), towns.read_bytes()) == whole
    assert again.fingerprint == first.fingerprint
    assert not book.ingest().fresh


@pytest.fixture
def save_while(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have something done when a file of a name is about to be read, has been copied, or has been read."""

    def arrange(moment: str, name: str, *doings: Callable[[], object]) -> None:
        left = list(doings)
        copy, read = Plan.copy, cache.read_ledger_file

        def act(at: str, this: str) -> None:
            if at == moment and this == name and left:
                left.pop(0)()

        def copy_and_act(self: Plan, shown: str, folder: Path) -> Path:
            act("before", Path(shown).name)
            copied = copy(self, shown, folder)
            act("copied", Path(shown).name)
            return copied

        def read_and_act(path: Path, *given: Any, **named: Any) -> Any:
            found = read(path, *given, **named)
            act("read", path.name)
            return found

        monkeypatch.setattr(Plan, "copy", copy_and_act)
        monkeypatch.setattr(cache, "read_ledger_file", read_and_act)

    return arrange


@pytest.mark.parametrize(
    "steps",
    ["before: more", "copied: more", "read: more", "before: more, read: back", "copied: more, read: back"],
)
def test_a_file_saved_while_it_is_read(root: Path, save_while: Callable[..., None], steps: str) -> None:
    """Three rows become five, and perhaps three again, as of the same time: what is recorded is what was read."""
    path = root / "data" / "raw" / "b.xlsx"
    first, times = path.read_bytes(), path.stat()
    rows = {hashlib.sha256(first).hexdigest(): 6}

    def save(what: str) -> None:
        if what == "more":
            write_sheet(path, make_hazards("溪南镇", 5))
        else:
            path.write_bytes(first)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        rows.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), 8)

    for moment, what in (step.split(": ") for step in steps.split(", ")):
        save_while(moment, "b.xlsx", lambda what=what: save(what))
    result = open_workbook(str(root)).ingest()
    state = load_state(read_config(root))
    assert state is not None and result.errors == open_workbook(str(root)).ingest().errors
    assert result.summaries[0].read == rows[state.files["data/raw/b.xlsx"].sha256]
    # The next run finds what is there now, without being told to read all anew.
    after = open_workbook(str(root)).ingest()
    assert after.summaries[0].read == rows[hashlib.sha256(path.read_bytes()).hexdigest()]
    assert open_workbook(str(root)).ingest(force=True).fingerprint == after.fingerprint


def test_a_file_that_is_saved_again_and_again_ends_the_run(
    root: Path, save_while: Callable[..., None]
) -> None:
    path = root / "data" / "raw" / "b.xlsx"
    saves = [lambda n=n: write_sheet(path, make_hazards("溪南镇", n)) for n in range(1, 20)]
    save_while("before", "b.xlsx", *saves)
    with pytest.raises(ChangedError, match=r"data/raw/b.xlsx: the file kept being saved"):
        open_workbook(str(root)).ingest()


def test_no_copy_is_left(
    root: Path, save_while: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    save_while("read", "b.xlsx", stop)
    with pytest.raises(KeyboardInterrupt):
        open_workbook(str(root)).ingest()
    reading = root / "data" / "processed" / ".cache" / "reading"
    assert not reading.exists()
    monkeypatch.setattr(os, "getpid", lambda: 2**22 + 1)  # of no process
    (reading / f"{name_beside(reading)}abcd1234").mkdir(parents=True)  # what a killed run leaves
    monkeypatch.undo()
    open_workbook(str(root)).ingest(force=True)
    assert not reading.exists()


def test_a_file_that_is_locked_is_tried_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, plain = root / "data" / "raw" / "b.xlsx", Path.open

    def refuse(self: Path, *given: Any, **named: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return plain(self, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        result = open_workbook(str(root)).ingest()
    assert "in use by another program" in str(result.errors[-1]) and result.summaries[0].read == 3
    assert [one.file for one in result.unread["hazards"]] == ["data/raw/b.xlsx"]
    again = open_workbook(str(root)).ingest()
    assert again.fresh and again.summaries[0].read == 6 and again.unread == {}


def test_settings_saved_since_they_were_read_end_the_run(root: Path) -> None:
    book = open_workbook(str(root))
    path = root / "workbook.toml"
    path.write_text(path.read_text("utf-8").replace("as_of = 2021-12-31", "as_of = 2021-12-30"), "utf-8")
    with pytest.raises(ChangedError, match=r"workbook.toml: saved since it was opened"):
        book.ingest()
    assert open_workbook(str(root)).ingest().fresh


def test_layers_and_corrections_are_read_in_one_state(root: Path, save_while: Callable[..., None]) -> None:
    towns = root / "data" / "raw" / "towns.gpkg"
    correct(root, "a.xlsx,台账,2,隐患等级,一般,重大,李四,核对")
    save_while("copied", "towns.gpkg", lambda: towns.write_bytes(b"half a file"))
    assert len(open_workbook(str(root)).districts) == 3
    with pytest.raises(BoundaryError):
        open_workbook(str(root)).ingest()


def test_the_fingerprint_is_of_what_came_out(root: Path) -> None:
    book = open_workbook(str(root))
    first = book.ingest().fingerprint
    # An empty row more, so other bytes, and the same rows.
    write_sheet(root / "data" / "raw" / "a.xlsx", [*make_hazards("溪口镇"), [None, " "]])
    second = book.ingest()
    assert second.fresh and second.fingerprint == first
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 2))
    assert book.ingest().fingerprint != first


@pytest.mark.parametrize(
    ("named", "beside", "others"),
    [
        ("t.shp", ["t.cpg", "t.dbf", "t.prj", "t.shx"], ["t.sbn", "t.qgz", "u.dbf"]),
        ("t.mif", ["t.mid"], ["t.dbf", "u.mid"]),
        ("t.TAB", ["t.DAT", "t.id", "t.ind", "t.map"], ["t.txt"]),
        ("t.gdb", ["t.gdb/a00000001.gdbtable", "t.gdb/timestamps"], ["u.gdb/a"]),
        ("t.gpkg", [], ["t.dbf"]),
    ],
)
def test_all_parts_of_a_layer_are_watched(
    root: Path, named: str, beside: list[str], others: list[str]
) -> None:
    folder = root / "data" / "raw" / "layer"
    is_folder = named.endswith(".gdb")
    for name in [*beside, *others, *([] if is_folder else [named])]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")
    text = (root / "workbook.toml").read_text("utf-8").replace("towns.gpkg", f"layer/{named}")
    (root / "workbook.toml").write_text(text, "utf-8")
    layers = make_plan(read_config(root)).layers
    assert sorted(layers) == sorted(
        f"data/raw/layer/{name}" for name in [*beside, *([] if is_folder else [named])]
    )
