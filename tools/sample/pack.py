"""Pack the small county that `taizhang new --sample` unpacks: ``python -m tools.sample.pack``."""

import tempfile
import zipfile
from pathlib import Path

from tools.sample.make import make_sample

PACKED = Path(__file__).resolve().parents[2] / "lib" / "taizhang" / "lab" / "sample.zip"
TOWNSHIPS = 4
ROWS = 320
_MADE_ON = (2023, 1, 10, 0, 0, 0)


def pack_sample(path: Path = PACKED) -> None:
    """Write the county as a zip file, whose entries carry no time of their making."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        make_sample(Path(folder), townships=TOWNSHIPS, rows=ROWS)
        for file in sorted(file for file in Path(folder).rglob("*") if file.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _MADE_ON)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, file.read_bytes(), compresslevel=9)


if __name__ == "__main__":
    pack_sample()
