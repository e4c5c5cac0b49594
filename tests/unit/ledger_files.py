"""Small ledger files to read in tests."""

from pathlib import Path

from taizhang.ledgers.model import FileRead, Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

KINDS = load_kinds()


def read(path: Path, kind: str = "hazards", **source: object) -> FileRead:
    return read_here(path, Source(KINDS[kind], **source), name=f"data/raw/{path.name}")  # type: ignore[arg-type]


def write_csv(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
