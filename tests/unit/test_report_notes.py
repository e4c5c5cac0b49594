"""People's own words: found by district, placed by heading, checked, and never lost."""

import os
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import test_core_loading
from nbformat import v4

from taizhang.core import display
from taizhang.core.errors import ParameterError, RenderError
from taizhang.core.periods import parse_period
from taizhang.report.notebook import (
    FigureBlock,
    HeadingBlock,
    MarkdownBlock,
    ProseBlock,
    ReportBlock,
    read_blocks,
)
from taizhang.report.notes import Note, read_notes
from taizhang.settings.workbook import OwnReport

YEAR = parse_period("2021")


def make_book(root: Path, **names: str) -> Any:
    """A workbook of two districts; `names` are more names of theirs."""
    codes = {"溪口镇": "350921101", "老溪南镇": "350921102", **names}
    codes |= {code: code for code in codes.values()}

    def resolve(text: str) -> str:
        if text not in codes:
            raise ParameterError("boundaries.district.none", text=text, districts="溪口镇")
        return codes[text]

    fire = OwnReport(name="fire", title={"zh": "火灾专题", "en": "Fire"})
    config = SimpleNamespace(lang="zh", reports=(fire,), source=root)
    return SimpleNamespace(root=root, config=config, resolve_district=resolve)


def write(root: Path, name: str, text: str, period: str = "2021") -> None:
    path = root / "notes" / period / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_no_folder_no_notes(tmp_path: Path) -> None:
    assert read_notes(make_book(tmp_path), YEAR) == {}


@pytest.mark.parametrize("name", ["350921101", "溪口镇", "溪口"])
def test_a_note_is_found_by_code_name_and_alias(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"{name}.md", "\ufeff## 存在的问题\r\n人手不足。")
    notes = read_notes(make_book(tmp_path, 溪口="350921101"), YEAR)
    assert list(notes) == [("350921101", "zh")]
    note = notes["350921101", "zh"]
    assert (note.path, note.text) == (f"notes/2021/{name}.md", "## 存在的问题\n人手不足。")
    assert not note.approved and len(note.sha256) == 64


def test_a_rename_keeps_the_note_where_the_old_name_is_an_alias(tmp_path: Path) -> None:
    write(tmp_path, "溪口乡.md", "旧名")
    with pytest.raises(
        ParameterError, match=r"notes/2021/溪口乡\.md: There is no district '溪口乡'.*aliases"
    ):
        read_notes(make_book(tmp_path), YEAR)
    assert read_notes(make_book(tmp_path, 溪口乡="350921101"), YEAR)["350921101", "zh"].text == "旧名"


@pytest.mark.parametrize("name", ["comparison", "all"])
def test_the_comparison_has_a_note_too(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"{name}.md", "全县")
    assert read_notes(make_book(tmp_path), YEAR)["all", "zh"].text == "全县"


def test_only_the_period_s_own_notes_are_read(tmp_path: Path) -> None:
    write(tmp_path, "溪口镇.md", "二〇二〇", period="2020")
    write(tmp_path, "溪口镇.md", "春季", period="2021-03-01_2021-05-31")
    assert read_notes(make_book(tmp_path), YEAR) == {}
    spring = parse_period("2021-03-01/2021-05-31")
    assert read_notes(make_book(tmp_path), spring)["350921101", "zh"].text == "春季"


def test_languages_have_their_own_words_and_share_an_approval_without_words(tmp_path: Path) -> None:
    front = "---\napproved: true\napprover: 县应急管理局\ndate: 2022-02-15\n---\n"
    write(tmp_path, "溪口镇.md", front)
    write(tmp_path, "all.md", front + "中文")  # words that an English report would lack: it is not approved
    write(tmp_path, "老溪南镇.en.md", "English")
    notes = read_notes(make_book(tmp_path), YEAR)
    assert set(notes) == {("350921101", "zh"), ("350921101", "en"), ("350921102", "en"), ("all", "zh")}
    shared = notes["350921101", "en"]
    assert (shared.path, shared.text, shared.approved, shared.approver) == ("", "", True, "县应急管理局")
    assert notes["350921102", "en"].text == "English"


def test_a_report_of_the_workbook_s_own_has_its_own_note(tmp_path: Path) -> None:
    for name in ("溪口镇.md", "溪口镇.fire.md", "350921101.fire.en.md", "all.fire.md"):
        write(tmp_path, name, f"给{name}")
    notes = read_notes(make_book(tmp_path), YEAR)
    assert {key: note.text for key, note in notes.items()} == {
        ("350921101", "zh"): "给溪口镇.md",
        ("350921101.fire", "zh"): "给溪口镇.fire.md",
        ("350921101.fire", "en"): "给350921101.fire.en.md",
        ("all.fire", "zh"): "给all.fire.md",
    }
    write(tmp_path, "溪口镇.flood.md", "没有这种报告")
    with pytest.raises(ParameterError, match=r"no district '溪口镇\.flood'"):
        read_notes(make_book(tmp_path), YEAR)


APPROVED = Note(approved=True, approver="县应急管理局", approved_on=date(2022, 2, 15), text="正文")


@pytest.mark.parametrize(
    "front",
    [
        "---\napproved: true\napprover: 县应急管理局\ndate: 2022-02-15\n---\n正文",
        '+++\napproved = true\napprover = "县应急管理局"\ndate = 2022-02-15\n+++\n正文',
        # as the manual writes it, TOML, between the dashes that most people know
        '---\napproved = true\napprover = "县应急管理局"\ndate = "2022-02-15"\n---\n\n正文\n',
        "\n---\r\napproved: yes\r\napprover: 县应急管理局\r\ndate: '2022-02-15'\r\n--- \r\n正文",
    ],
)
def test_front_matter_in_every_form(tmp_path: Path, front: str) -> None:
    write(tmp_path, "溪口镇.md", front)
    note = read_notes(make_book(tmp_path), YEAR)["350921101", "zh"]
    assert Note(
        approved=note.approved, approver=note.approver, approved_on=note.approved_on, text=note.text
    ) == (APPROVED)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("---\napproved: true\n正文", "begins with --- but has no closing ---"),
        ("---\nfoo\n---\n", "is not valid YAML"),
        ("+++\napproved: true\n+++\n", "is not valid TOML"),
        ("---\napproved: maybe\n---\n", "approved must be true or false, not 'maybe'"),
        ("---\naproved: true\n---\n", "unknown key 'aproved' at the top level; did you mean 'approved'"),
        ("---\napproved: true\n---\n", "approved is true, but 'approver', 'date' is missing"),
        ("---\napproved: true\napprover: 3\ndate: 2022-02-30\n---\n", "front matter"),
        ("---\napproved: false\ndate: soon\n---\n", "date must be a date such as 2022-01-31, not 'soon'"),
    ],
)
def test_wrong_front_matter_is_an_error(tmp_path: Path, front: str, message: str) -> None:
    write(tmp_path, "溪口镇.md", front)
    with pytest.raises(ParameterError, match=r"notes/2021/溪口镇\.md: ") as caught:
        read_notes(make_book(tmp_path), YEAR)
    assert message in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, "东京.md", "x")
    write(tmp_path, "溪口镇.md", "a")
    write(tmp_path, "350921101.md", "b")
    write(tmp_path, "老溪南镇.md", "x", period="去年")
    (tmp_path / "notes" / "溪口镇.md").write_text("x", "utf-8")
    (tmp_path / "notes" / "README.md").write_text("x", "utf-8")
    (tmp_path / "notes" / "2021" / "老溪南镇.md").write_bytes("隐患".encode("gbk"))
    with pytest.raises(ParameterError) as caught:
        read_notes(make_book(tmp_path), YEAR)
    text = str(caught.value)
    assert "There is no district '东京'" in text and "notes/去年" in text
    assert "the same report as notes/2021/350921101.md" in text
    assert "notes/溪口镇.md: must be in the folder of a period" in text
    assert "not UTF-8 (" in text and "README" not in text


def test_a_wrong_footnote_names_its_note_before_anything_is_made(tmp_path: Path) -> None:
    write(tmp_path, "溪口镇.md", "甲[^1]。\n\n[^1]: 一\n[^1]: 二\n")
    with pytest.raises(ParameterError, match=r"notes/2021/溪口镇\.md: footnote \[\^1\] is defined twice"):
        read_notes(make_book(tmp_path), YEAR)


def test_numbers_of_people_are_masked(tmp_path: Path) -> None:
    write(tmp_path, "溪口镇.md", "电话 13812345678")
    assert read_notes(make_book(tmp_path), YEAR)["350921101", "zh"].text == "电话 ***********"


def compose(note: str, lang: str = "zh") -> list[ReportBlock]:
    def show(shown: Any) -> Any:
        return v4.new_code_cell("x", outputs=[v4.new_output("display_data", data=shown._repr_mimebundle_())])

    prose = display.Prose((display.Block((display.Run("算出的话。"),)),))
    figure = display.Figure("trend", "趋势？", "图", "", "<svg/>")
    cells = [
        v4.new_markdown_cell("## 基本情况"), show(prose),
        v4.new_markdown_cell("## 工作开展情况"), v4.new_markdown_cell("### 隐患"), show(prose), show(figure),
        v4.new_markdown_cell("### 无台账"),
        v4.new_markdown_cell("## 存在的问题"), show(prose),
    ]  # fmt: skip
    return read_blocks(v4.new_notebook(cells=cells), lang=lang, note=note)


def outline(blocks: list[ReportBlock]) -> list[str]:
    told = []
    for block in blocks:
        if isinstance(block, HeadingBlock):
            told.append(f"{'#' * block.level} {block.number}{block.text}")
        elif isinstance(block, MarkdownBlock):
            told.append(block.text)
        else:
            told.append({ProseBlock: "[prose]", FigureBlock: "[figure]"}[type(block)])
    return told


COMPUTED = [
    "## 一、基本情况", "[prose]", "## 二、工作开展情况", "### （一）隐患", "[prose]", "[figure]",
    "## 三、存在的问题", "[prose]",
]  # fmt: skip


def test_without_a_note_nothing_is_added() -> None:
    assert outline(compose("")) == COMPUTED


def test_a_section_stands_after_the_sentences_and_before_the_figures() -> None:
    assert outline(compose("## 二、 隐　患\n人手不足。"))[4:7] == ["[prose]", "人手不足。", "[figure]"]


def test_subsections_go_to_the_end_of_their_section_or_where_they_are_known() -> None:
    told = outline(compose("## 工作开展情况\n总说。\n### 亮点\n一。\n### 隐患\n二。\n### 无台账\n三。"))
    assert told[2:] == [
        "## 二、工作开展情况", "总说。", "### （一）隐患", "[prose]", "二。", "[figure]", "### （二）无台账", "三。",
        "### （三）亮点", "一。", "## 三、存在的问题", "[prose]",
    ]  # fmt: skip


def test_an_unknown_section_follows_the_one_before_it_in_the_note() -> None:
    told = outline(compose("## 基本情况\n一。\n## 经验做法\n二。\n## 体会\n三。"))
    assert told[:6] == ["## 一、基本情况", "[prose]", "一。", "## 二、经验做法", "二。", "## 三、体会"]
    assert outline(compose("## 附记\n尾。")) == [*COMPUTED, "## 四、附记", "尾。"]


def test_headings_of_any_level_and_a_title() -> None:
    assert outline(compose("# 溪口镇说明\n开头。\n## 附记\n尾。")) == [
        "开头。",
        *COMPUTED,
        "## 四、附记",
        "尾。",
    ]
    assert outline(compose("# 附记\n尾。\n# 又记\n完。"))[-4:] == [
        "## 四、附记",
        "尾。",
        "## 五、又记",
        "完。",
    ]
    assert outline(compose("### 附记\n尾。"))[-2:] == ["## 四、附记", "尾。"]


def test_references_name_the_figure_and_link_to_it() -> None:
    (block,) = (
        b for b in compose("## 隐患\n见[](#trend)与[该图](#figure-trend)。") if isinstance(b, MarkdownBlock)
    )
    assert block.text == "见[图1](#figure-trend)与[该图](#figure-trend)。" and block.noted
    with pytest.raises(RenderError, match=r"refers to #trand, .*did you mean 'trend'"):
        compose("见[](#trand)。")


@pytest.mark.parametrize(
    ("front", "told"),
    [
        (test_core_loading.BOMB, "settings.front.overgrown"),
        ("a: " + "[" * 100_000, "settings.front.overgrown"),
        ("approved: true\napproved: false", "metadata.doubled"),
    ],
)
def test_front_matter_that_is_a_bomb_is_refused(tmp_path: Path, front: str, told: str) -> None:
    write(tmp_path, "溪口镇.md", f"---\n{front}\n---\n正文")
    with pytest.raises(ParameterError) as error:
        read_notes(make_book(tmp_path), YEAR)
    assert [reason.root.code for reason in error.value.reasons] == [told]
    assert error.value.reasons[0]["file"] == "notes/2021/溪口镇.md"


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")
def test_a_link_to_nothing_and_a_pipe_among_notes_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "notes" / "2021"
    folder.mkdir(parents=True)
    (folder / "溪口镇.md").symlink_to("nowhere.md")
    os.mkfifo(folder / "老溪南镇.md")
    with pytest.raises(ParameterError) as error:
        read_notes(make_book(tmp_path), YEAR)
    assert [reason.root.code for reason in error.value.reasons] == ["report.note.not_opened"] * 2
