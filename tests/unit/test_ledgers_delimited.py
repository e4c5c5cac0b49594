"""Delimited text: encodings, delimiters, and quotation marks that somebody forgot."""

from pathlib import Path

import pytest

from taizhang.core.errors import LedgerError
from taizhang.ledgers.delimited import decode, find_delimiter, read_text

KNOWN = frozenset({"乡镇", "发现日期", "描述"})
HEAD = "乡镇,发现日期,描述\n"


def read(tmp_path: Path, data: bytes | str, **options: str) -> tuple[list[list[str]], list[str]]:
    path = tmp_path / "a.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    sheet = read_text(path, KNOWN, **options)
    return [[str(cell) for cell in row] for row in sheet.rows], [str(note) for note in sheet.notes]


def refuse(tmp_path: Path, data: bytes | str, **options: str) -> str:
    with pytest.raises(LedgerError) as caught:
        read(tmp_path, data, **options)
    return str(caught.value)


def row(number: int, text: str) -> str:
    return f"溪口镇,2021-03-{number:02},{text}\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('"8寸管破损', '"8寸管破损'),  # an inch mark of a Chinese keyboard's user
        ('"', '"'),
        ('"甲""乙', '"甲""乙'),
    ],
)
@pytest.mark.parametrize("later", ['"灭火器,过期"', '"灭火器"', "灭火器"])
def test_a_mark_that_is_never_closed_is_read_as_typed(
    tmp_path: Path, text: str, cell: str, later: str
) -> None:
    lines = [HEAD, *(row(n, "正常") for n in range(1, 10)), row(10, text)]
    lines += [*(row(n, "正常") for n in range(11, 20)), row(20, later), row(21, "正常")]
    rows, notes = read(tmp_path, "".join(lines))
    assert len(rows) == 22
    assert rows[10] == ["溪口镇", "2021-03-10", cell]
    assert rows[20] == ["溪口镇", "2021-03-20", later.strip('"')]
    assert notes == [
        "read as utf-8, delimited by comma",
        "a quotation mark that is not closed is read as typed, in line 11",
    ]


def test_two_marks_that_are_never_closed(tmp_path: Path) -> None:
    lines = [HEAD, row(1, '"3寸'), row(2, "好"), row(3, "好"), row(4, '"5寸'), row(5, "好"), row(6, "好")]
    rows, notes = read(tmp_path, "".join(lines))
    assert [one[2] for one in rows] == ["描述", '"3寸', "好", "好", '"5寸', "好", "好"]
    assert notes[1] == "a quotation mark that is not closed is read as typed, in line 2, 5"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('"第一行\n第二行"', "第一行\n第二行"),
        ('"1.甲，乙\n2.丙,丁\n3.戊"', "1.甲，乙\n2.丙,丁\n3.戊"),
        ('"说""好""\n的"', '说"好"\n的'),
        ('"甲\r\n乙"', "甲\r\n乙"),
    ],
)
def test_a_cell_of_several_lines_stays_one(tmp_path: Path, text: str, cell: str) -> None:
    rows, notes = read(tmp_path, HEAD + row(1, text) + row(2, "好"))
    assert rows[1:] == [["溪口镇", "2021-03-01", cell], ["溪口镇", "2021-03-02", "好"]]
    assert len(notes) == 1


def test_a_line_that_cannot_be_mended_is_named(tmp_path: Path) -> None:
    # As typed it has two cells for three: which of them lacks what, nobody can tell.
    text = HEAD + row(1, "好") + '溪口镇,"8寸\n' + row(3, "好") + row(4, "好")
    assert refuse(tmp_path, text) == (
        "line 3 opens a quotation mark that is not closed, so that later lines would go into its cell; "
        "close or remove it"
    )


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('="2021-03-05"', "2021-03-05"),
        ('"=""007"""', "007"),
        ('"=""说""""好"""""""', '说"好"'),
        ("'007", "007"),
        ("'=1+1", "=1+1"),
        ("=1+1", "=1+1"),
        ("'甲", "'甲"),
        ("甲'1", "甲'1"),
    ],
)
def test_what_systems_write_to_keep_a_text_a_text(tmp_path: Path, cell: str, shown: str) -> None:
    rows, _ = read(tmp_path, HEAD + f"溪口镇,{cell},甲\n")
    assert rows[1] == ["溪口镇", shown, "甲"]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("\ufeff\ufeff" + '"乡镇","描述"\n甲,乙\n', 2),
        ("\ufeff" + '"乡镇","描述"\n甲,乙\n' + "\ufeff" + '"乡镇","描述"\n丙,丁\n', 4),
        ("乡镇,描述\n\ufeff\ufeff甲,乙\n", 2),
    ],
)
def test_marks_of_byte_order_wherever_a_line_begins(tmp_path: Path, data: str, rows: int) -> None:
    found, _ = read(tmp_path, data)
    assert len(found) == rows
    assert found[0] == ["乡镇", "描述"]
    assert not any("\ufeff" in cell for one in found for cell in one)


def test_nul_characters_are_left_out_and_told(tmp_path: Path) -> None:
    rows, notes = read(tmp_path, HEAD + row(1, "好") + row(2, "好\0的\0"))
    assert rows[2][2] == "好的"
    assert notes[1] == "2 NUL characters left out, the first in line 3"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]
)
def test_each_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    head = "鄉鎮,發現日期,描述\n" if encoding == "big5" else HEAD
    text = head + "".join(f"溪口,2021-03-{n:02},正常\n" for n in range(1, 9))
    rows, _ = read(tmp_path, text.encode(encoding))
    assert rows[0] == head.strip().split(",")
    assert len(rows) == 9
    assert rows[8][1] == "2021-03-08"


def test_the_encoding_that_is_given_is_taken(tmp_path: Path) -> None:
    text = "鄉鎮,說明\n烏溪鎮,犇犇\n"
    rows, notes = read(tmp_path, text.encode("big5hkscs"), encoding="big5hkscs")
    assert rows[1] == ["烏溪鎮", "犇犇"]
    assert notes == ["read as big5hkscs, delimited by comma"]
    assert refuse(tmp_path, text.encode("big5hkscs"), encoding="utf-8") == (
        "is not in utf-8, as workbook.toml says: line 1 can't be read; correct encoding, or leave it out"
    )


def test_foreign_bytes_in_a_utf8_file_are_found_by_line(tmp_path: Path) -> None:
    lines = [HEAD.encode(), *(row(n, "正常").encode() for n in range(1, 21))]
    lines[15] = "溪口镇,2021-03-15,老化".encode("gb18030") + b"\n"
    assert refuse(tmp_path, b"".join(lines)) == (
        "is in no known encoding (UTF-8, GB18030, Big5, UTF-16): read as utf-8, line 16 is wrong; "
        "save it as csv in UTF-8"
    )
    # The mark says UTF-8 at once.
    told = refuse(tmp_path, b"\xef\xbb\xbf" + b"".join(lines))
    assert told == "says it is utf-8-sig, but line 16 isn't; save it as csv in UTF-8"


@pytest.mark.parametrize("text", ["消防设施老化严重", "灭火器过期", "联通基站塔基松动"])
def test_a_utf8_cell_in_a_file_of_gb18030_is_read_as_that(tmp_path: Path, text: str) -> None:
    lines = [HEAD.encode("gbk"), row(1, "正常").encode("gbk"), b"\xcf\xaa\xbf\xda\xd5\xf2,2021-03-02,"]
    data = b"".join(lines) + text.encode() + b"\n"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        assert "line 3 is wrong" in refuse(tmp_path, data)
        return
    rows, notes = read(tmp_path, data)
    assert rows[2] == ["溪口镇", "2021-03-02", text]
    assert notes[1] == "1 cell in UTF-8, read as that: row 3"


def test_common_words_in_gb18030_stay(tmp_path: Path) -> None:
    # 联通 in GBK is two bytes pairs that look like UTF-8, as users of Notepad know.
    rows, notes = read(tmp_path, (HEAD + row(1, "联通") + row(2, "一般")).encode("gbk"))
    assert [one[2] for one in rows] == ["描述", "联通", "一般"]
    assert len(notes) == 1


def test_the_delimiter_with_most_cells() -> None:
    assert find_delimiter("a;b;c\n1,5;2;3\n") == ";"
    assert find_delimiter("a\tb\n1\t2\n") == "\t"
    assert find_delimiter("a|b|c\n") == "|"
    assert find_delimiter("a") == ","


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path, "\n \n") == "is empty; save the ledger again"


def test_one_nul_makes_no_utf16() -> None:
    assert decode("乡镇,描述\n甲\0,乙\n".encode(), KNOWN)[1] == "utf-8"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("地區,發現日期,描述\n鰂魚涌,2021-03-05,梯間阻塞\n", "big5hkscs"),  # 鰂 is in no plain Big5
        ("地區,發現日期,描述\n沙田邨,2021-03-05,電線老化\n", "big5hkscs"),
        ("地區,發現日期,描述\n深水埗,2021-03-05,電線老化\n", "big5hkscs"),
        ("地區,發現日期,描述\n臺北市,2021-03-05,電線老化\n", "big5"),
        ("地区,发现日期,描述\n溪南镇,2021-03-05,电线老化\n", "gb18030"),
    ],
)
def test_traditional_characters_of_taiwan_and_of_hong_kong(tmp_path: Path, text: str, encoding: str) -> None:
    rows, notes = read(tmp_path, text.encode(encoding))
    assert rows[1][0] == text.splitlines()[1].split(",")[0]
    assert notes == [f"read as {encoding}, delimited by comma"]
