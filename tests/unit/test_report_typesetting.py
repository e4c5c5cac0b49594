"""Tables on paper: how columns share the width, when type is made smaller and when a page is turned."""

import pytest

from taizhang.core import display
from taizhang.core.display import Block, Prose, Run
from taizhang.report.notebook import FigureBlock, HeadingBlock, MarkdownBlock, ProseBlock, TableBlock
from taizhang.report.typesetting import MODERN, OFFICIAL, fit_columns, set_blocks


def columns_of(*texts: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "unit": "", "align": align} for label, align in texts]


def cells_of(*texts: str) -> list[dict[str, str]]:
    return [{"text": text, "note": ""} for text in texts]


def test_columns_share_the_width_and_numbers_never_break() -> None:
    columns = columns_of(("场所", "left"), ("内容", "left"), ("金额", "right"))
    fitted = fit_columns(columns, [cells_of("溪口镇加油站", "长" * 60, "1,234,567.8")])
    assert (fitted["size"], fitted["turned"]) == (9.0, False)
    place, content, money = (column["weight"] for column in fitted["columns"])
    room = 160 / (9 * 25.4 / 72)
    # 6 characters, 8 digits of 0.555 em and 3 marks of 0.278 em, and 1.1 em of inset each; the long text takes
    # what is left.
    assert place == pytest.approx(7.1) and money == pytest.approx(8 * 0.555 + 3 * 0.278 + 1.1)
    assert content == pytest.approx(room - place - money, abs=0.01)


def test_smaller_type_where_it_spares_a_second_line_and_heads_that_need_not_break() -> None:
    """40 characters, half of 6 and half an em more, 2 and 2, 1.1 em of inset each, 0.8 after the number: 52.7 em;
    9 pt has 50.4, 8.5 pt 53.4."""
    columns = columns_of(("情况", "left"), ("直接经济损失", "right"), *[("类别", "left")] * 2)
    fitted = fit_columns(columns, [cells_of("长" * 40, "1.0", "类别", "类别")])
    assert fitted["size"] == 8.5
    widths = [column["weight"] for column in fitted["columns"]]
    assert widths == pytest.approx([41.1, 5.26, 3.9, 3.1], abs=0.01)
    # Far too long for a line: no reason for small type.
    assert fit_columns(columns, [cells_of("长" * 70, "1.0", "类别", "类别")])["size"] == 9.0


def test_a_long_table_is_set_tight_and_an_interval_is_as_wide_as_it_is() -> None:
    """Sixteen rows are set tight. 10.0（5.0–15.0）: 8 digits, 3 points, a dash of 0.536 em and 2 brackets."""
    for rows, dense in ((15, False), (16, True)):
        row = (display.Cell("10.0（5.0–15.0）"),)
        table = display.Table("t", "题", (display.Column("数", "", "right"),), (row,) * rows)
        (block,) = set_blocks([TableBlock(table, 1, "t")], lang="zh")
        assert (block["dense"], block["size"]) == (dense, 8.0 if dense else 9.0)
        assert block["columns"][0]["weight"] == pytest.approx(8 * 0.555 + 3 * 0.278 + 0.536 + 2 + 1.1)


def test_a_table_too_wide_for_its_page_is_set_smaller_then_turned() -> None:
    def fit(count: int) -> tuple[float, bool]:
        fitted = fit_columns(columns_of(*[("数", "right")] * count), [cells_of(*["1,234.5"] * count)])
        return fitted["size"], fitted["turned"]

    # 4.4 em each: at 9 pt 50.4 em fit upright and 77.8 turned, at 7.5 pt 60.5 and 93.4.
    assert [fit(count) for count in (11, 13, 14, 21)] == [
        (9.0, False),
        (7.5, False),
        (9.0, True),
        (7.5, True),
    ]


def test_heads_take_three_lines_before_the_page_is_turned() -> None:
    """Heads of three words, 5.4 em wide over three lines: ten fit upright at 8 pt, twelve not even at 7.5."""
    fitted = {}
    for count in (10, 12):
        columns = columns_of(*[("members per resident", "right")] * count)
        fitted[count] = fit_columns(columns, [cells_of(*["1.0"] * count)])["turned"]
    assert fitted == {10: False, 12: True}


def test_width_that_saves_no_line_is_shared_alike() -> None:
    """Two heads that could be longer and a text that fills its line: neither head takes all that is left."""
    columns = columns_of(("文", "left"), *[("grid cells without a person", "right")] * 3)
    rows = [cells_of("长" * 20, "1", "1", "1")]
    _, *numbers = (column["weight"] for column in fit_columns(columns, rows)["columns"])
    assert max(numbers) - min(numbers) < 0.01


def test_spare_width_goes_where_it_saves_lines() -> None:
    """Ten short names and ten long definitions: the names may break where the definitions do anyway."""
    columns = columns_of(("指标", "left"), ("定义", "left"))
    rows = [cells_of("甲" * (20 if place else 4), "义" * (100 if place else 4)) for place in range(10)]
    narrow, broad = (column["weight"] for column in fit_columns(columns, rows)["columns"])
    assert narrow < 14 and broad > 35


def test_heads_have_one_line_where_every_cell_has() -> None:
    columns = [{"label": text, "unit": "", "align": "right"} for text in ("隐患排查治理", "值")]
    shown = fit_columns(columns, [[{"text": "1"}, {"text": "2"}]])
    first, second = (column["weight"] for column in shown["columns"])
    assert first >= 6 + 1.1 and second < 3 and shown["size"] == 9.0


def test_lists_of_official_documents_are_numbered() -> None:
    """GB/T 9704 knows levels by number, and no bullets."""
    items = tuple(Block((Run(text),), "li") for text in ("甲", "乙"))
    block = ProseBlock(Prose((Block((Run("如下："),)), *items)))
    for page, ordered in ((MODERN, False), (OFFICIAL, True)):
        _, made = set_blocks([block], lang="zh", page=page)
        assert made["type"] == "list" and made["ordered"] is ordered and len(made["items"]) == 2


def make_shaded(label: str, columns: int) -> display.Table:
    heads = (display.Column("地区"), *(display.Column(label, "", "center"),) * columns)
    cells = (display.Cell("溪口镇"), *(display.Cell("▼37.5", 37.5, note="worse"),) * columns)
    return display.Table("t", "题", heads, (cells,), shaded=True)


def test_filled_cells_stand_close_and_long_words_of_heads_on_end() -> None:
    """3 characters, 3.1 em a number, and half an em of inset each: 17 columns are 64 em, which 7 pt has upright."""
    for label, on_end in (("演练 评估%", False), ("Drills evaluated %", True)):
        (block,) = set_blocks([TableBlock(make_shaded(label, 17), 1, "t")], lang="zh")
        assert (block["turned"], block["size"], block["on_end"]) == (False, 7.0, on_end)
        assert [column["label"] for column in block["columns"]] == ["地区", *[label] * 17]
    # Another table stands as ever: its heads lie, and its page is turned.
    plain = display.Table("t", "题", make_shaded("Drills evaluated %", 17).columns, make_shaded("", 17).rows)
    (block,) = set_blocks([TableBlock(plain, 1, "t")], lang="en")
    assert block["type"] == "turned" and not block["blocks"][0]["on_end"]


def test_a_figure_floats_where_enough_text_follows_before_the_annex() -> None:
    figure = FigureBlock(display.Figure("f", "题", "图", "", "<svg/>"), 1, "f")
    text = MarkdownBlock("字" * 500)
    annex = HeadingBlock(2, "附件", "", "annex")

    def floats(*after: object) -> str:
        return str(set_blocks([figure, *after], lang="zh")[0]["floats"])  # type: ignore[list-item]

    assert floats(text, HeadingBlock(2, "乙", "二、", "b"), text) == "bottom"
    assert floats(text) == floats(text, annex, text) == floats(MarkdownBlock("a" * 1500)) == "top"
    # With too little before the next figure it stays: that one would come first.
    assert floats(MarkdownBlock("字" * 150)) == floats(MarkdownBlock("字" * 150), figure, text) == ""
