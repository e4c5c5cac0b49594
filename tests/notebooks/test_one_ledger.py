"""A workbook with a single ledger: its section shows, and nothing stands empty."""

from pathlib import Path

import pytest

from taizhang import open as open_workbook
from taizhang.report.execute import execute_notebook
from taizhang.report.notebook import HeadingBlock, read_blocks

KEYS = ("hazards", "schools", "weather")
# Sections over several kinds: each stands only where one of them does.
SECTIONS = {"突发事件": {"incidents"}, "工作开展情况": {"schools"}, "应急保障": {"teams"}}


def keep_only(sample_book: Path, folder: Path, kind: str) -> Path:
    """The sample with one ledger and no targets, in a folder of its own."""
    text = (sample_book / "workbook.toml").read_text("utf-8")
    head, *tables = text.split("\n[")
    kept = [
        table
        for table in tables
        if not table.startswith(("ledgers", "[targets", "boundaries.grid"))
        or table.startswith(f"ledgers.{kind}]")
    ]
    folder.mkdir()
    (folder / "data").mkdir()
    (folder / "data" / "raw").symlink_to(sample_book / "data" / "raw")
    (folder / "workbook.toml").write_text("\n[".join([head, *kept]), "utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", KEYS)
def test_a_single_ledger_has_its_section_and_no_other(sample_book: Path, tmp_path: Path, kind: str) -> None:
    book = open_workbook(str(keep_only(sample_book, tmp_path / "one", kind)))
    assert list(book.config.ledgers) == [kind]
    notebook = execute_notebook(
        book.template("township_review"),
        tmp_path / "executed.ipynb",
        {"district": str(book.districts["code"].iloc[0]), "period": "2021", "lang": "zh"},
        cwd=book.root,
    )
    blocks = read_blocks(notebook, lang="zh")
    for first, second in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(first, HeadingBlock):
            assert second is not None, f"an empty section at the end: {first.text}"
            assert not isinstance(second, HeadingBlock) or second.level > first.level, first.text
    told = " ".join(str(block) for block in blocks)
    assert book.kinds[kind].title["zh"] in told
    others = {one.title["zh"] for name, one in book.kinds.items() if name != kind}
    others |= {heading for heading, kinds in SECTIONS.items() if kind not in kinds}
    assert not others & {block.text for block in blocks if isinstance(block, HeadingBlock)}


@pytest.mark.slow
def test_every_kind_has_a_cell_in_the_township_notebook(root: Path) -> None:
    import json

    from taizhang.metadata.kinds import load_kinds

    cells = json.loads((root / "notebooks" / "township_review.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    silent = {"population"}  # the denominator of rates, shown in none of its own
    lacking = [kind for kind in load_kinds() if kind not in silent and kind.rstrip("s") not in code]
    assert not lacking
