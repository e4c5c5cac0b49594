"""Where parts of a report go to the annex, and what is left of the sections they came from."""

from taizhang.core.display import Figure, Prose, Table
from taizhang.report.annex import put_annex_last, put_figures_after
from taizhang.report.notebook import (
    FigureBlock,
    HeadingBlock,
    PointerBlock,
    ProseBlock,
    ReportBlock,
    TableBlock,
)


def head(level: int, text: str) -> HeadingBlock:
    return HeadingBlock(level, text, "", text)


def table(number: int, *, annex: bool = True) -> TableBlock:
    return TableBlock(Table(f"t{number}", f"题{number}", (), (), annex=annex), number, f"table-{number}")


def outline(blocks: list[ReportBlock]) -> list[object]:
    """Headings by their words, lines to the annex by the places they lead to, the rest by sort."""
    return [
        one.text
        if isinstance(one, HeadingBlock)
        else tuple(anchor for _, anchor in one.places)
        if isinstance(one, PointerBlock)
        else type(one).__name__
        for one in blocks
    ]


def test_subsections_with_nothing_but_a_line_are_one_line() -> None:
    words = ProseBlock(Prose(()))
    blocks = [
        head(2, "甲"), head(3, "甲一"), words, table(1),
        head(2, "乙"), words, head(3, "乙一"), table(2), head(3, "乙二"), table(3),
    ]  # fmt: skip
    assert outline(put_annex_last(blocks, "zh")) == [
        "甲", "甲一", "ProseBlock", ("table-1",), "乙", "ProseBlock", ("table-2", "table-3"),
        "附件", "甲", "TableBlock", "乙", "TableBlock", "TableBlock",
    ]  # fmt: skip


def test_one_in_the_middle_stays_so_that_numbers_run_on() -> None:
    words = ProseBlock(Prose(()))
    blocks = [head(2, "甲"), head(3, "一"), table(1), head(3, "二"), words, head(3, "三"), table(2)]
    assert outline(put_annex_last(blocks, "zh"))[:6] == [
        "甲", "一", ("table-1",), "二", "ProseBlock", ("table-2",),
    ]  # fmt: skip


def test_a_part_of_the_annex_opens_with_its_first_table_where_it_has_one() -> None:
    figure = FigureBlock(Figure("f", "题", "图", "", "<svg/>", annex=True), 1, "figure-1")
    part = HeadingBlock(3, "乙", "", "annex-1")
    blocks = [head(2, "甲"), figure, table(1), part, figure, figure, table(2), table(3)]
    assert outline(put_figures_after(blocks)) == [
        "甲", "FigureBlock", "TableBlock",
        "乙", "TableBlock", "FigureBlock", "FigureBlock", "TableBlock",
    ]  # fmt: skip
    assert put_figures_after([part, figure]) == [part, figure]
