"""Text that was read in another encoding than it was written in."""

from pathlib import Path

import openpyxl
import pytest
from ledger_files import read

from taizhang.ledgers.misread import is_lost, restore

HEAD = "乡镇,发现日期,隐患描述,场所名称\n"
SAID = "消防设施老化严重"


@pytest.mark.parametrize("written", ["utf-8", "gbk"])
@pytest.mark.parametrize("text", [SAID, "灭火器过期", "联通基站", "一、无预案；二、未演练（2021年）"])
@pytest.mark.parametrize("read_as", ["gb18030", "cp1252", "latin-1"])
def test_what_was_read_in_the_wrong_encoding_is_put_right(written: str, text: str, read_as: str) -> None:
    data = text.encode(written)
    if read_as == "cp1252":  # what Windows shows of the five bytes that stand for nothing there: themselves
        seen = "".join(bytes([one]).decode("cp1252", "ignore") or chr(one) for one in data)
    else:
        seen = data.decode(read_as, "surrogateescape")
    if written == "gbk" and read_as == "gb18030":
        assert restore(seen) == "" and seen == text
    elif max(seen) >= "\udc80":  # an odd byte at the end: this was never one text
        assert restore(seen) == ""
    else:
        assert restore(seen) == text


@pytest.mark.parametrize(
    "text",
    [
        "犇羴".encode().decode("gb18030"),  # by chance alone UTF-8 of two characters, rare ones
        "联通", "消防设施老化严重", "张三", "徕卡旗舰店", "欧阳震华", "café", "Parañaque", "Ñuñoa", "naïve",
        "灭火器（过期）", "", "ABC", "鑫鑫鑫", "犇犇", "①②③", "８寸管", "溪口鎮", 5.0, None,
    ],
)  # fmt: skip
def test_words_as_they_are_written_stay(text: object) -> None:
    assert restore(text) == ""
    assert not (isinstance(text, str) and is_lost(text))


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("消防��老化", True),
        ("锟斤拷锟斤拷", True),
        ("????", True),
        ("消防设施老".encode().decode("gb18030", "replace"), True),  # its last character was cut
        ("消防设施老".encode().decode("gb18030", "replace").replace("\ufffd", "?"), True),
        ("灭火器是否过期?", False),
        ("有无预案？", False),
        ("??", False),  # as people write that they don't know
        ("Is it safe?", False),
    ],
)
def test_characters_that_are_gone(text: str, lost: bool) -> None:
    assert is_lost(text) is lost


def row(text: str, *, day: int = 5) -> str:
    return f"溪口镇,2021-03-{day:02},{text},甲厂\n"


MISREAD = SAID.encode().decode("gb18030")
RIGHT = (HEAD + row("正常") + row(SAID, day=6)).encode
MIXED = {
    # A cell, the header and a title in UTF-8 among lines of GBK; a short cell.
    "cell": HEAD.encode("gbk") + row("正常").encode("gbk") + row("@").encode("gbk").replace(b"@", SAID.encode()),
    "header": HEAD.encode() + row("正常").encode("gbk"),
    "short": HEAD.encode("gbk") + row("正常").encode("gbk").replace("甲厂".encode("gbk"), "甲厂".encode()),
    # Saved as UTF-8 after it was read wrongly.
    "saved": (HEAD + row("正常") + row(MISREAD)).encode(),
    "latin": (HEAD + row("正常") + row(SAID.encode("gbk").decode("latin-1"))).encode(),
}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "places", "description"),
    [
        ("cell", "row 3", ["正常", SAID]),
        ("header", "row 1", ["正常"]),
        ("short", "row 2", ["正常"]),
        ("saved", "row 3", ["正常", SAID]),
        ("latin", "row 3", ["正常", SAID]),
    ],
)
def test_cells_put_right_are_told_by_row(
    tmp_path: Path, how: str, places: str, description: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(MIXED[how])
    got = read(path)
    assert not got.errors and got.set_aside.empty
    assert got.rows["description"].tolist() == description
    assert got.rows["premises"].tolist() == ["甲厂"] * len(description)
    assert [str(note).endswith(f"restored: {places}") for note in got.notes] == [False, True]


def test_cells_of_a_workbook_are_put_right_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["乡镇", "发现日期", "隐患描述", "场所名称"])
    book.active.append(["溪口镇", "2021-03-05", MISREAD, "锟斤拷锟斤拷"])
    book.save(tmp_path / "a.xlsx")
    got = read(tmp_path / "a.xlsx")
    assert got.rows["description"].tolist() == [SAID]
    assert [str(note) for note in got.notes] == [
        "1 cell garbled by an earlier wrong encoding was restored: row 2"
    ]
    told = got.set_aside[["source_row", "column", "value"]].to_numpy().tolist()
    assert told == [[2, "premises", "锟斤拷锟斤拷"]]
    assert got.set_aside["reason"][0].root.code == "ledgers.cell.characters_lost"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (RIGHT("utf-8") + row(SAID).encode("gbk"), 4),  # two files joined
        (HEAD.encode("gbk") + row("正常").encode("gbk") + row("甲").encode(), 3),
        ("年度台账表\n".encode() + HEAD.encode("gbk") + row("正常").encode("gbk"), 1),
    ],
)
def test_lines_that_no_encoding_reads_are_named(tmp_path: Path, data: bytes, line: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    (told,) = read(path).errors
    assert f"fails at line {line}" in str(told)
