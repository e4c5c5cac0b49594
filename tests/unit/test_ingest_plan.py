"""What an ingest is going to read: listed once, and one state of it."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ingest_book import correct, make_book, make_hazards, write_sheet

from taizhang import open as open_workbook
from taizhang.core import files
from taizhang.core.files import UNREADABLE
from taizhang.ingest import cache, load_state
from taizhang.ingest.plan import find_reasons, make_plan, stamp_inputs
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


def test_a_plan_names_every_raw_file_once(root: Path) -> None:
    correct(root, "a.xlsx,台账,2,隐患等级,一般,重大,李四,核对")
    plan = stamp_inputs(make_plan(read_config(root)))
    assert list(plan.paths) == [
        "workbook.toml", "data/raw/towns.gpkg", "data/raw/a.xlsx", "data/raw/b.xlsx", "data/raw/corrections.csv",
    ]  # fmt: skip
    assert plan.ledgers == {"hazards": ("data/raw/a.xlsx", "data/raw/b.xlsx")}
    assert plan.missing == {"hazards": ("data/raw/none/*.xlsx",)}
    assert (plan.layers, plan.settings) == (("data/raw/towns.gpkg",), ("workbook.toml",))
    assert set(plan.stamps) == set(plan.paths) and plan.find_changed() == []
    size = (root / "data" / "raw" / "a.xlsx").stat().st_size
    assert plan.stamps["data/raw/a.xlsx"].bytes == size


def test_nothing_is_listed_or_hashed_twice(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from taizhang.ingest import plan

    counts: Counter[str] = Counter()
    listed, hashed = settings.list_files, files.hash_file
    monkeypatch.setattr(plan, "list_files", lambda *a: counts.update(["list"]) or listed(*a))
    monkeypatch.setattr(files, "hash_file", lambda path: counts.update([path.name]) or hashed(path))
    open_workbook(str(root)).ingest()
    assert counts["list"] == counts["a.xlsx"] == counts["towns.gpkg"] == counts["workbook.toml"] == 1
    counts.clear()
    open_workbook(str(root)).ingest()
    assert counts == {"list": 1}  # all of the size and time that they were


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


def test_a_file_that_changes_while_it_is_read_is_told_and_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, plain = root / "data" / "raw" / "b.xlsx", cache.read_ledger_file

    def read_and_change(file: Path, *given: Any, **named: Any) -> Any:
        read = plain(file, *given, **named)
        if file == path:
            write_sheet(path, make_hazards("溪南镇", 5))
        return read

    with monkeypatch.context() as patch:
        patch.setattr(cache, "read_ledger_file", read_and_change)
        result = open_workbook(str(root)).ingest()
    assert str(result.errors[-1]).startswith("data/raw/b.xlsx: the file changed while it was being read")
    state = load_state(read_config(root))
    assert state is not None and state.files["data/raw/b.xlsx"].sha256 == UNREADABLE
    after = open_workbook(str(root)).ingest()
    assert after.fresh and after.summaries[0].read == 8
    assert not [error for error in after.errors if "changed while" in str(error)]
    # Of the state in between, nothing was kept: the file as it first was is read anew.
    write_sheet(path, make_hazards("溪南镇", 3))
    assert open_workbook(str(root)).ingest().summaries[0].read == 6


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
