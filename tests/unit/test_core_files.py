"""Files appear whole or not at all, and what a killed process had begun is removed."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from faults import ERRORS, failing, small_disk

from taizhang.core import files
from taizhang.core.files import (
    fill_folder,
    name_beside,
    open_scratch,
    remove_leftovers,
    stamp_file,
    write_beside,
    write_bytes,
    write_text,
)


def test_a_file_appears_when_it_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "350921101.zh.html"
    with pytest.raises(RuntimeError), write_beside(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    write_text(path, "whole\n")
    assert path.read_bytes() == b"whole\n"


@pytest.mark.parametrize(
    ("operation", "error"),
    [(one, error) for one in ("create", "write", "rename") for error in ("full", "forbidden", "broken")]
    + [("fsync", "full"), ("fsync", "broken")],  # that it can't be asked is no failure
)
def test_a_file_system_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, operation: str, error: str
) -> None:
    path = tmp_path / "350921101.zh.html"
    write_text(path, "before")
    with failing(operation, error) as failed, pytest.raises(OSError) as caught:
        write_text(path, "after")
    assert failed and caught.value.errno == ERRORS[error]
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_file_is_on_the_disk_before_it_has_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda handle: (order.append(os.fstat(handle).st_mode >> 12), fsync(handle))
    )
    monkeypatch.setattr(os, "replace", lambda *paths: (order.append("rename"), replace(*paths)))
    write_text(tmp_path / "facts.csv", "1")
    regular, folder = 0o10, 0o4
    assert order == [regular, "rename", *([folder] if os.name == "posix" else [])]


def test_a_share_that_cannot_be_asked_to_write_through_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", refuse)
    write_text(tmp_path / "facts.csv", "1")
    assert (tmp_path / "facts.csv").read_text() == "1"


def test_a_disk_that_is_really_full_keeps_the_file_there_was() -> None:
    with small_disk(kib=256) as disk:
        write_bytes(disk / "facts.csv", b"before")
        with pytest.raises(OSError) as caught:
            write_bytes(disk / "facts.csv", b"x" * 400_000)
        assert caught.value.errno == errno.ENOSPC
        assert (disk / "facts.csv").read_bytes() == b"before"
        assert [one.name for one in disk.iterdir()] == ["facts.csv"]


def test_what_a_dead_process_had_begun_is_removed_and_nothing_else(tmp_path: Path) -> None:
    begun = """
import os, pathlib, sys
from taizhang.core.files import write_beside
begun = write_beside(pathlib.Path(sys.argv[1]))
begun.__enter__()
os._exit(9)
"""
    path = tmp_path / "notebooks" / ("长" * 60 + ".zh.ipynb")
    subprocess.run([sys.executable, "-c", begun, path], check=False)
    (dead,) = path.parent.iterdir()
    folder = (
        tmp_path / f"{name_beside(tmp_path / 'hazards').replace(str(os.getpid()), _find_pid(dead))}abcd1234"
    )
    folder.mkdir()
    (folder / "000.parquet").write_text("")
    (tmp_path / ".gitignore").write_text("*")
    (tmp_path / ".config.settings").write_text("ours")
    with write_beside(path) as alive:
        remove_leftovers(tmp_path)
        assert alive.exists() and not dead.exists() and not folder.exists()
    assert sorted(p.name for p in tmp_path.rglob("*")) == [
        ".config.settings", ".gitignore", "notebooks", path.name,
    ]  # fmt: skip


def test_what_another_machine_has_begun_is_removed_after_a_day(tmp_path: Path) -> None:
    theirs = [tmp_path / f".facts.00000f-{number}.abcd1234.csv" for number in (1, 2)]
    for path in theirs:
        path.write_text("1")
    old = theirs[0].stat().st_mtime - 25 * 3600
    os.utime(theirs[0], (old, old))
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [theirs[1]]


def _find_pid(path: Path) -> str:
    return path.name.split("-")[-1].split(".")[0]


def test_a_file_saved_in_the_step_of_time_of_its_stamp_is_hashed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"1")
    status = path.stat()

    def save(data: bytes) -> int:
        """The file's other time, as if it were saved in the same step."""
        path.write_bytes(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        return path.stat().st_ctime_ns

    early = stamp_file(path)
    monkeypatch.setattr(files.time, "time_ns", lambda: status.st_mtime_ns + 3 * 10**9)
    settled = stamp_file(path)
    assert stamp_file(path, settled) is settled
    changed = save(b"2")
    assert stamp_file(path, early._replace(changed=changed)).sha256 != early.sha256
    # One that is saved later, and its time put back, has another time of the system's.
    assert stamp_file(path, settled).sha256 != settled.sha256
    # Of what nobody else saves, links change that time, and nothing is hashed for it.
    ours = stamp_file(path, ours=True)
    os.link(path, tmp_path / "b.csv")
    assert stamp_file(path, ours, ours=True) is ours


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_stays(tmp_path: Path) -> None:
    command = (
        "import sys, time; from pathlib import Path; from taizhang.core.files import open_scratch\n"
        "with open_scratch(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'rows').touch(); print(folder.name, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command, str(tmp_path / "s")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        with open_scratch(tmp_path / "s") as folder:
            assert (tmp_path / "s" / name / "rows").exists() and folder.name != name
        other.kill()
    with open_scratch(tmp_path / "s") as folder:
        assert {path.name for path in (tmp_path / "s").iterdir()} == {folder.name}
    assert not (tmp_path / "s").exists()


def test_what_could_not_be_written_is_named(tmp_path: Path) -> None:
    """Neither a stream nor pyarrow says which file: the first names none, the second has no number either."""
    path = tmp_path / "a.parquet"
    full = OSError("Error writing bytes to file. Detail: [errno 28] No space left on device")
    for error in (OSError(errno.ENOSPC, "full"), full):
        with pytest.raises(OSError) as told, write_beside(path):
            raise error
        assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(path))
    with small_disk(16) as disk, pytest.raises(OSError) as told:
        write_bytes(disk / "b.bin", b"x" * 100_000)
    assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(disk / "b.bin"))
    # What a block could not read is named as it was.
    with pytest.raises(FileNotFoundError) as lacking, write_beside(path):
        (tmp_path / "none").read_bytes()
    assert lacking.value.filename == str(tmp_path / "none")


def test_what_is_to_be_new_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "form.xlsx"
    write_text(path, "mine", new=True)
    for links in (True, False):
        if not links:
            monkeypatch.setattr(
                Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError(errno.EPERM, "no links"))
            )
        with pytest.raises(FileExistsError) as caught:
            write_text(path, "another's", new=True)
        assert caught.value.filename == str(path)
        assert path.read_text() == "mine" and [one.name for one in tmp_path.iterdir()] == ["form.xlsx"]
    write_text(tmp_path / "other", "new", new=True)
    assert (tmp_path / "other").read_text() == "new"


def test_a_folder_whose_filling_was_killed_is_filled_again_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    code = f"""
        import os
        from pathlib import Path
        from taizhang.core.files import fill_folder, write_text
        with fill_folder(Path({str(folder)!r})):
            write_text(Path({str(folder)!r}) / "a", "half")
            os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-c", "\n".join(line[8:] for line in code.splitlines())], check=False)
    assert len(list(folder.iterdir())) == 2
    with fill_folder(folder):
        write_text(folder / "a", "whole")
        with pytest.raises(FileExistsError), fill_folder(folder):  # another is at it
            raise AssertionError
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"a": "whole"}
    with pytest.raises(FileExistsError), fill_folder(folder):
        raise AssertionError


def test_a_place_for_scratch_is_found_though_others_take_it_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, left = tmp_path / "held", [1, 1, 1]
    true = files.remove_leftovers

    def leave(folder: Path) -> None:
        true(folder)
        if left:
            left.pop()
            parent.rmdir()  # the last who was there has just gone

    monkeypatch.setattr(files, "remove_leftovers", leave)
    with open_scratch(parent) as folder:
        assert folder.parent == parent and not left
