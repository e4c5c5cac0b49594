"""Cache of files as read, until the file, its settings or the readers change."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.errors import LedgerError
from taizhang.core.files import hash_file, write_beside
from taizhang.core.kept import hash_kept, read_kept, write_kept
from taizhang.core.keys import hash_parts
from taizhang.core.reasons import read_reason
from taizhang.core.records import restore
from taizhang.ledgers import FileRead, Source, is_read_in_parts, iterate_parts, read_ledger_file
from taizhang.ledgers.model import make_empty_aside

_KEPT = ("tables", "applied", "errors", "notes", "faults")


def key_of(source: Source, name: str, sha256: str, readers: str) -> str:
    """A key that changes when the file, its name, its settings or the readers change."""
    settings = vars(source) | {"names": sorted(source.names)}
    return hash_parts(settings=settings, name=name, sha256=sha256, code=readers)[:32]


def read_parts(path: Path, source: Source, *, name: str) -> Iterator[FileRead]:
    """Read a file as a whole, or a Parquet or long text file in parts of bounded size."""
    try:
        parts = is_read_in_parts(path)
    except LedgerError:  # said where it is read
        parts = False
    if parts:
        yield from iterate_parts(path, source, name=name)
    else:
        yield read_ledger_file(path, source, name=name)


def read_cached(
    cache: Path,
    key: str,
    take: Callable[[], AbstractContextManager[Path]],
    source: Source,
    *,
    name: str,
    force: bool = False,
) -> Iterator[FileRead]:
    """A file's parts from `cache` if a run had the same key; otherwise, or with `force`, read now and cached.

    `take` gives the file to be read, with the bytes from which the key was computed.
    """
    about = cache / f"{key}.json"
    whole = None if force else read_kept(about)
    if whole is not None and all(
        hash_kept(cache / file) == sha256 for file, sha256 in whole["files"].items()
    ):
        for number, kept in enumerate(whole["parts"]):
            yield _restore(cache / f"{key}.{number}", kept, name)
        return
    parts, files = [], dict[str, str]()
    with take() as path:
        for number, part in enumerate(read_parts(path, source, name=name)):
            if part.passing:  # it may go well the next time
                about.unlink(missing_ok=True)
                yield part
                return
            file = f"{key}.{number}.rows.parquet"
            with write_beside(cache / file) as beside:
                part.rows.to_parquet(beside, index=False)
                files[file] = hash_file(beside)
            if len(part.set_aside):
                file = f"{key}.{number}.aside.parquet"
                with write_beside(cache / file) as beside:
                    reasons = [json.dumps(reason.to_json()) for reason in part.set_aside["reason"]]
                    part.set_aside.assign(reason=reasons).to_parquet(beside, index=False)
                    files[file] = hash_file(beside)
            parts.append({"aside": len(part.set_aside), **{key: getattr(part, key) for key in _KEPT}})
            yield part
    # Last, since its presence says that the others are whole.
    write_kept(about, {"files": files, "parts": parts})


def _restore(stem: Path, kept: dict[str, Any], name: str) -> FileRead:
    rows, aside = (stem.with_name(f"{stem.name}.{what}.parquet") for what in ("rows", "aside"))
    set_aside = _restore_aside(aside) if kept.pop("aside") else make_empty_aside()
    return restore(FileRead, {**kept, "name": name, "rows": pd.read_parquet(rows), "set_aside": set_aside})


def _restore_aside(path: Path) -> pd.DataFrame:
    aside = pd.read_parquet(path)
    reasons = {text: read_reason(json.loads(text)) for text in aside["reason"].unique()}
    return aside.assign(reason=aside["reason"].astype(object).map(reasons))


def drop_unused(cache: Path, used: set[str]) -> None:
    """Delete cached files that this run did not use."""
    for path in cache.glob("*"):
        if path.name.split(".")[0] not in used and path.is_file():
            path.unlink(missing_ok=True)
