"""Whatever happens to what an ingest wrote, the next one makes it again; two at once wait for each other."""

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards, write_sheet

from taizhang.core.errors import BusyError
from taizhang.core.files import hash_file
from taizhang.core.kept import read_kept_table, write_kept_table
from taizhang.core.locks import WAIT, hold_lock
from taizhang.ingest import cache
from taizhang.workbook.book import Workbook


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _replace(path: Path) -> None:
    path.write_text('{"key": "1", "sha256": [], "files": {"a": 5}, "reports": {"x": 1}, "code": [null]}')


def _spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _block(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "somebody's").write_text("text")


DAMAGES = [Path.unlink, _empty, _cut, _replace, _spoil, _block]


def _list(root: Path) -> dict[str, str]:
    processed = root / "data" / "processed"
    return {
        path.relative_to(processed).as_posix(): hash_file(path)
        for path in sorted(processed.rglob("*"))
        if path.is_file() and "locks" not in path.parts and ".moved-" not in str(path)
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    rows = [*make_hazards("溪口镇"), [4, "没有这个镇", "2021-03-04", "隐患", "一般", "张三", ""]]
    root = make_book(
        tmp_path_factory.mktemp("heals") / "book", {"a.xlsx": rows, "b.xlsx": make_hazards("溪南镇")}
    )
    book = Workbook(root)
    book.ingest()
    return root, _list(root)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_file_that_is_damaged_is_made_again(
    made: tuple[Path, dict[str, str]], damage: Callable[[Path], None], tmp_path: Path
) -> None:
    origin, _ = made
    root = tmp_path / "book"
    shutil.copytree(origin, root)
    told = Workbook(root).ingest(force=True)
    before = _list(root)
    assert {"hazards.parquet", "districts.parquet", "ingest.json", ".cache/layers.json"} <= set(before)
    tables = {name: one for name, one in before.items() if name != "ingest.json"}  # it has times in it
    for name in before:
        damage(root / "data" / "processed" / name)
        if name.startswith(".cache/"):  # asked for only when something else is to be made
            (root / "data" / "processed" / "hazards.parquet").unlink()
            if name.startswith(".cache/files/"):
                (root / "data" / "processed" / ".cache" / "kinds" / "hazards.json").unlink(missing_ok=True)
        result = Workbook(root).ingest()
        assert result.summaries == told.summaries, name
        assert {one: sha256 for one, sha256 in _list(root).items() if one != "ingest.json"} == tables, name
        assert not Workbook(root).ingest().fresh


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_table_that_is_kept_is_made_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    import pandas as pd

    table = pd.DataFrame({"value": [1.0, 2.0]})
    write_kept_table(tmp_path / "facts" / "key", table)
    kept = read_kept_table(tmp_path / "facts" / "key", pd.read_parquet)
    assert kept is not None and kept.equals(table)
    (path,) = (tmp_path / "facts").iterdir()
    damage(path)
    assert read_kept_table(tmp_path / "facts" / "key", pd.read_parquet) is None
    write_kept_table(tmp_path / "facts" / "key", table)
    kept = read_kept_table(tmp_path / "facts" / "key", pd.read_parquet)
    assert kept is not None and kept.equals(table)


def test_a_cache_that_is_a_file_is_moved_aside(made: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    origin, before = made
    root = tmp_path / "book"
    shutil.copytree(origin, root)
    shutil.rmtree(root / "data" / "processed" / ".cache" / "kinds")
    (root / "data" / "processed" / ".cache" / "kinds").write_text("somebody's")
    (root / "data" / "processed" / "ingest.json").unlink()
    Workbook(root).ingest()
    assert {name for name in _list(root) if "/" in name} == {name for name in before if "/" in name}


def test_a_reader_takes_what_there_is_while_another_run_writes_and_a_writer_waits(
    made: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "book"
    shutil.copytree(made[0], root)
    before = Workbook(root).ingest()
    write_sheet(root / "data" / "raw" / "b.xlsx", make_hazards("溪南镇", 7))
    lock = root / "data" / "processed" / ".cache" / "locks" / "ingest"
    monkeypatch.setenv(WAIT, "0")
    with hold_lock(lock):
        assert Workbook(root).result.summaries == before.summaries
        with pytest.raises(BusyError):
            Workbook(root).ingest()
    assert Workbook(root).result.summaries[0].accepted == before.summaries[0].accepted + 4


def test_who_waited_does_not_read_what_the_other_has_read(
    made: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "book"
    shutil.copytree(made[0], root)
    write_sheet(root / "data" / "raw" / "b.xlsx", make_hazards("溪南镇", 7))
    read, true = list[str](), cache.read_parts
    monkeypatch.setattr(cache, "read_parts", lambda *a, **k: (read.append(k["name"]), true(*a, **k))[1])
    found: list[int] = []
    runs = [
        threading.Thread(target=lambda: found.append(Workbook(root).ingest().summaries[0].accepted))
        for _ in range(2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert found[0] == found[1] and len(read) == len(set(read))
    assert json.loads((root / "data" / "processed" / "ingest.json").read_text("utf-8"))
