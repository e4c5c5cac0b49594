"""Delimited text: encodings, delimiters, and quotation marks that somebody forgot."""

import time
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
        "quotation mark not closed in line 11; read as typed",
    ]


def test_two_marks_that_are_never_closed(tmp_path: Path) -> None:
    lines = [HEAD, row(1, '"3寸'), row(2, "好"), row(3, "好"), row(4, '"5寸'), row(5, "好"), row(6, "好")]
    rows, notes = read(tmp_path, "".join(lines))
    assert [one[2] for one in rows] == ["描述", '"3寸', "好", "好", '"5寸', "好", "好"]
    assert notes[1] == "quotation mark not closed in line 2, 5; read as typed"


def test_as_many_marks_as_lines_do_not_take_a_square_of_time(tmp_path: Path) -> None:
    start = time.process_time()
    rows, notes = read(tmp_path, HEAD + "".join(row(1 + n % 28, f'"{n}寸管') for n in range(6000)))
    assert [line[2] for line in rows[1:]] == [f'"{n}寸管' for n in range(6000)] and len(notes) == 2
    assert time.process_time() - start < 3  # it was 9 s, and 100 s for 20,000


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
        "the quotation mark in line 3 is not closed, so later lines would be read into its "
        "cell; close or remove it"
    )


WIDE = "乡镇,发现日期,描述,编号,期限,场所\n"


def wide(number: int, text: str = "正常") -> str:
    return f"溪口镇,2021-03-{number:02},{text},A-{number},2021-04-{number:02},厂{number}\n"


NINE = "".join(wide(n) for n in range(1, 10))


@pytest.mark.parametrize(
    ("text", "told", "line"),
    [
        (WIDE + NINE + wide(10, '"8寸'), {10: '"8寸'}, 11),  # the last row
        ((WIDE + NINE + wide(10, '"8寸')).rstrip("\n"), {10: '"8寸'}, 11),
        (WIDE.replace("描述", '"描述') + NINE, {0: '"描述'}, 1),  # the header
        (WIDE.replace("描述", '"描述') + NINE + wide(10, '"甲,乙"'), {0: '"描述', 10: "甲,乙"}, 1),
        ('"2021年台账\n' + WIDE + NINE, {}, 1),  # a title
        # Two that close each other: in the next row, and after ten.
        (WIDE + wide(1, '"3寸') + wide(2, '5寸"') + wide(3), {1: '"3寸', 2: '5寸"'}, 2),
        (WIDE + wide(10, '"3寸') + NINE + wide(11, '5寸"'), {1: '"3寸', 11: '5寸"'}, 2),
        (WIDE + wide(1).replace("厂", '"厂') + NINE, {}, 2),  # the last cell
        (WIDE + '"' + wide(1) + NINE, {}, 2),  # the first
        ((WIDE + NINE + wide(10, '"8寸') + wide(11)).replace(",", ";"), {10: '"8寸'}, 11),
        ((WIDE + NINE + wide(10, '"8寸') + wide(11)).replace(",", "\t"), {10: '"8寸'}, 11),
        ((WIDE + NINE + wide(10, '"8寸') + wide(11)).replace("\n", "\r\n"), {10: '"8寸'}, 11),
        ((WIDE + NINE + wide(10, '"8寸') + wide(11)).replace("\n", "\r"), {10: '"8寸'}, 11),
    ],
)
def test_a_mark_that_is_not_closed_wherever_it_stands(
    tmp_path: Path, text: str, told: dict[int, str], line: int
) -> None:
    rows, notes = read(tmp_path, text)
    assert len(rows) == len(text.replace("\r", "\n").replace("\n\n", "\n").splitlines())
    assert {number: rows[number][2] for number in told} == told
    assert all(cell in ("", "正常", "描述") for n, (_, _, cell, *_) in enumerate(rows) if n not in told)
    assert notes[1:] == [f"quotation mark not closed in line {line}; read as typed"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('6"管与8"管', '6"管与8"管'),  # within a cell
        ("“8寸管", "“8寸管"),
        ('"红星"超市', "红星超市"),  # as Excel shows it
        ('"甲,乙"', "甲,乙"),
        ('"8\\"管,长"', '8"管,长'),  # as databases write a mark within marks
        ('"C:\\"', "C:\\"),
    ],
)
def test_marks_that_are_no_fault(tmp_path: Path, text: str, cell: str) -> None:
    rows, notes = read(tmp_path, WIDE + NINE + wide(10, text) + wide(11))
    assert rows[10] == ["溪口镇", "2021-03-10", cell, "A-10", "2021-04-10", "厂10"]
    assert len(rows) == 12 and len(notes) == 1


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
        ('乡镇,\ufeff"描述"\n甲,\ufeff乙\n', 2),  # within a line
        ("乡镇\ufeff,描述\n甲,乙\n", 2),
        ("\u00ef\u00bb\u00bf乡镇,描述\n甲,乙\n", 2),  # one that was read as Latin-1, and as GBK
        ("锘?乡镇,描述\n甲,乙\n", 2),
        (("\ufeff\ufeff乡镇,描述\n甲,乙\n").encode("utf-16"), 2),
    ],
)
def test_marks_of_byte_order_wherever_they_stand(tmp_path: Path, data: str | bytes, rows: int) -> None:
    found, _ = read(tmp_path, data)
    assert len(found) == rows
    assert found[0] == ["乡镇", "描述"]
    assert not any("\ufeff" in cell for one in found for cell in one)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_joined_without_a_line_break_between_them(tmp_path: Path, mark: str) -> None:
    one = f"{mark}{WIDE}{wide(1)}".rstrip("\n")
    rows, notes = read(tmp_path, one + one + "\n" + wide(2))
    assert [cells[5] for cells in rows] == ["场所", "厂1", "场所", "厂1", "厂2"]
    assert notes[1:] == [
        (
            "several files had been joined without a line break (line 2); they were separated, "
            "each header on its own line"
        )
    ]
    same = WIDE + wide(1) + WIDE + wide(2)
    assert len(read(tmp_path, same)[1]) == 1


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ('=T("007")', True),
        ('="甲"&"乙"', True),
        ("=A2", True),
        ("=$B$3+1", True),
        ("=1+1", True),
        ("=(2+3)*4", True),
        ("'=1+1", False),
        ("=5号楼", False),
        ("==", False),
        ("=", False),
    ],
)
def test_formulas_in_text_were_never_computed(tmp_path: Path, cell: str, told: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + row(1, cell), encoding="utf-8")
    assert read_text(path, KNOWN).errors == ({(1, 2): cell} if told else {})


@pytest.mark.parametrize(
    ("data", "count", "line"),
    [
        (HEAD + row(1, "好") + row(2, "好\0的\0"), 2, 3),
        (HEAD.replace("发现", "发\0现") + row(1, "好") + row(2, "好的"), 1, 1),
        (HEAD + row(1, "好") + row(2, "好的").replace("2021", "\x002021"), 1, 3),
        (HEAD + row(1, "好") + row(2, "好的") + "\0" * 3000, 3000, 4),  # a disk that was full
        ("\0" * 512 + HEAD + row(1, "好") + row(2, "好的"), 512, 1),
        (HEAD + row(1, "好") + "\0" * 600 + row(2, "好的"), 600, 3),
        (HEAD + row(1, "好") + row(2, "好的") + "\x1a", 1, 4),  # the end of a file in DOS
        (HEAD + row(1, "好") + row(2, "好\x0b的"), 1, 3),  # a line break of Word's
        ((HEAD + row(1, "好") + row(2, "好\0的")).encode("gbk"), 1, 3),
        ((HEAD + row(1, "好") + row(2, "好\0的")).encode("utf-16"), 1, 3),
    ],
)
def test_control_characters_are_left_out_and_told(
    tmp_path: Path, data: bytes | str, count: int, line: int
) -> None:
    rows, notes = read(tmp_path, data)
    assert rows == [
        ["乡镇", "发现日期", "描述"],
        ["溪口镇", "2021-03-01", "好"],
        ["溪口镇", "2021-03-02", "好的"],
    ]
    what = "control character" if count == 1 else "control characters"
    assert notes[1] == f"{count} {what} (such as NUL) left out, the first in line {line}"


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
        "cannot be read as utf-8, which workbook.toml sets: line 1 fails; correct encoding, or remove it"
    )


def test_foreign_bytes_in_a_utf8_file_are_found_by_line(tmp_path: Path) -> None:
    lines = [HEAD.encode(), *(row(n, "正常").encode() for n in range(1, 21))]
    lines[15] = "溪口镇,2021-03-15,老化".encode("gb18030") + b"\n"
    assert refuse(tmp_path, b"".join(lines)) == (
        "is in no known encoding (UTF-8, GB18030, Big5, UTF-16); the closest, utf-8, fails "
        "at line 16; save it as csv in UTF-8"
    )
    # The mark says UTF-8 at once.
    told = refuse(tmp_path, b"\xef\xbb\xbf" + b"".join(lines))
    assert told == "claims to be utf-8-sig, but line 16 is not; save it as csv in UTF-8"


def put(lines: list[str], at: int, data: bytes, encoding: str = "utf-8") -> bytes:
    written = [line.encode(encoding) for line in lines]
    return b"".join([*written[:at], data, *written[at + 1 :]])


LINES = [HEAD, *(row(n, "正常") for n in range(1, 15))]
TRADITIONAL = ["鄉鎮,發現日期,描述\n", *(f"溪口鎮,2021-03-{n:02},正常運作\n" for n in range(1, 15))]


@pytest.mark.parametrize(
    ("data", "encoding", "line"),
    [
        (put(LINES, 0, HEAD.encode("gbk")), "utf-8", 1),
        (put(LINES, 3, b"\xcf\xaa\xbf\xda,2021-03-03,8\x94\n"), "utf-8", 4),  # a mark of Windows-1252
        (put(LINES, 3, b"a,2021-03-03,8\xa0\n"), "utf-8", 4),
        (put(LINES[:5], 2, row(2, "老化").encode("gbk")), "utf-8", 3),  # a short file
        ("".join(LINES).encode() + "溪口".encode()[:-1], "utf-8", 16),  # cut within a character
        ("".join(LINES).encode("gbk") + "溪口".encode("gbk")[:-1], "gb18030", 16),
        (put(LINES, 9, b"\xff\xfe,2021-03-09,x\n", "gbk"), "gb18030", 10),
        (put(TRADITIONAL, 9, b"\xff\xff,2021-03-09,x\n", "big5"), "big5", 10),
        (put(["district,found on\n", *["Xikou,2021-03-05\n"] * 9], 5, b"caf\xe9,2021-03-05\n"), "utf-8", 6),
    ],
)
def test_the_line_that_is_wrong_and_the_encoding_of_the_others(
    tmp_path: Path, data: bytes, encoding: str, line: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(LedgerError, match=f"the closest, {encoding}, fails at line {line}"):
        read_text(path, KNOWN | {"鄉鎮", "發現日期", "district"})


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
