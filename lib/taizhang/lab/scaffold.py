"""`taizhang new`: the folders of a workbook, and a commented workbook.toml or a small made-up county."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from taizhang.core.errors import ParameterError
from taizhang.core.files import fill_folder, write_text
from taizhang.core.reasons import current_language
from taizhang.core.trust import trust_workbook

SAMPLE = "sample.zip"
_COMMENTED = {"zh": "workbook.zh.toml", "en": "workbook.en.toml"}
_IGNORE = "data/processed/\nreports/\n.ipynb_checkpoints/\n"


def make_workbook(folder: Path) -> None:
    """Create a workbook's folders and settings in a new or empty folder; otherwise ParameterError."""
    from taizhang.metadata.kinds import load_kinds

    lang = current_language()
    ledgers = "".join(
        f"# [ledgers.{kind.name}]  # {kind.title['zh']}{'' if lang == 'zh' else ' ' + kind.title['en']}\n"
        f'# files = ["data/raw/{kind.name}/*.xlsx"]\n\n'
        for kind in load_kinds().values()
    )
    title = json.dumps(folder.resolve().name, ensure_ascii=False)
    commented = (files("taizhang.lab") / _COMMENTED[lang]).read_text("utf-8")
    with make_folders(folder):
        write_text(folder / "workbook.toml", commented.format(title=title, ledgers=ledgers))


def make_sample_workbook(folder: Path) -> None:
    """Create a workbook of a made-up county, ready for review, in a new or empty folder.

    The county is one that ``python -m tools.sample`` of the repository writes.
    """
    with (
        make_folders(folder),
        (files("taizhang.lab") / SAMPLE).open("rb") as file,
        zipfile.ZipFile(file) as packed,
    ):
        packed.extractall(folder)


@contextmanager
def make_folders(folder: Path) -> Iterator[None]:
    """Create a workbook's folders in a new or empty folder, to be filled in the block; otherwise ParameterError.

    A folder in which that was killed is filled again.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(fill_folder(folder))
        except FileExistsError:
            raise ParameterError("lab.not_empty", folder=folder) from None
        for name in ("notebooks", "data/raw/boundaries", "data/processed", "reports"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        write_text(folder / ".gitignore", _IGNORE)
        with suppress(OSError):  # a home that can't be written: asked about when it has code of its own
            trust_workbook(folder)
        yield
