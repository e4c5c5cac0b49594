"""Encodings: judged per file, mojibake refused."""

import opencc
import pytest

from taizhang.boundaries.encodings import (
    decide_encoding,
    decode_bytes,
    find_mojibake,
    normalise_encoding,
    require_words,
)
from taizhang.core.errors import BoundaryError

NAMES = ["罗湖区", "福田区", "盐田区", "溪北镇", "老溪畲族乡", "城关街道"]
TRADITIONAL = [opencc.OpenCC("s2t").convert(name) for name in NAMES if "畲" not in name]


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (NAMES, "utf-8"),
        (NAMES, "gb18030"),
        (TRADITIONAL, "cp950"),
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "gb18030"),
    ],
)
def test_unmarked_text_is_judged_by_its_characters(names: list[str], encoding: str) -> None:
    judged = decide_encoding([name.encode(encoding) for name in names], marks={}, where="a.shp")
    assert judged.encoding == encoding
    assert "judging by its characters" in str(judged.notes[0])


def test_latin_names_and_plain_ascii() -> None:
    latin = [name.encode("cp1252") for name in ("Las Piñas City", "Parañaque City")]
    assert decide_encoding(latin, marks={}).encoding == "cp1252"
    assert decide_encoding([b"Manila"], marks={}).encoding == "utf-8"


def test_a_mark_is_followed_unless_the_text_contradicts_it() -> None:
    raw = [name.encode("gb18030") for name in NAMES]
    assert decide_encoding(raw, marks={".cpg": "gb18030"}).notes == ()
    judged = decide_encoding(raw, marks={".cpg": "utf-8"}, where="a.shp")
    assert judged.encoding == "gb18030"
    assert "the .cpg says UTF-8" in str(judged.notes[0])
    utf8 = [name.encode() for name in NAMES]
    assert decide_encoding(utf8, marks={"DBF language driver 0x4D": "gb18030"}).encoding == "utf-8"


def test_a_stated_encoding_that_yields_no_words_is_refused() -> None:
    raw = ["罗湖".encode(), "福田".encode()]
    with pytest.raises(BoundaryError, match="Set encoding to UTF-8"):
        decide_encoding(raw, marks={}, setting="gbk")
    assert decide_encoding(raw, marks={}, setting="utf8").encoding == "utf-8"
    with pytest.raises(BoundaryError, match="unknown"):
        decide_encoding(raw, marks={}, setting="klingon")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BoundaryError, match="Set encoding"):
        decide_encoding([bytes([0xFF, 0xFE, 0x81, 0x20, 0xFF])], marks={}, where="a.shp")


def test_a_character_cut_by_the_field_width_is_left_off() -> None:
    assert decode_bytes("滨江县溪北镇".encode()[:-1], "utf-8") == "滨江县溪北"
    with pytest.raises(UnicodeDecodeError):
        decode_bytes("溪北".encode("gb18030"), "utf-8")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("utf-8", "gb18030"),
        ("utf-8", "latin-1"),
        ("gb18030", "latin-1"),
        ("gb18030", "cp950"),
        ("cp950", "gb18030"),
    ],
)
def test_mojibake_is_refused_with_what_it_was(right: str, wrong: str) -> None:
    names = TRADITIONAL if right == "cp950" else ["罗湖街道", "溪北镇", "福田街道"]
    broken = [name.encode(right).decode(wrong, "ignore") for name in names]
    with pytest.raises(BoundaryError, match="wrong encoding"):
        require_words(broken, where="a.geojson")


def test_real_names_are_no_mojibake() -> None:
    require_words([*NAMES, *TRADITIONAL, "Las Piñas", "缃云县", "鄠邑区", "亳州市", "圐圙街道"], where="a")
    assert find_mojibake(["缃楁箹"]) == [("缃楁箹", "罗湖")]
    with pytest.raises(BoundaryError):
        require_words(["锟斤拷锟斤拷", "溪北镇"], where="a")
    with pytest.raises(BoundaryError):
        require_words(["溪北\ufffd", "溪南乡"], where="a")


def test_names_of_encodings() -> None:
    spelt = [
        "936",
        "GBK",
        "GB2312",
        "ANSI 936",
        "OEM 936",
        "UTF-8",
        "65001",
        "BIG5",
        "CP950",
        "ISO 8859-1",
        "???",
    ]
    assert [normalise_encoding(one) for one in spelt] == [
        "gb18030", "gb18030", "gb18030", "gb18030", "gb18030", "utf-8", "utf-8", "cp950", "cp950", "cp1252", "",
    ]  # fmt: skip


def test_text_that_is_as_good_in_two_encodings_is_asked_about() -> None:
    raw = "安案哀".encode("gb18030")
    assert raw.decode("cp950") == "假偶飢"  # as common in Big5 as the others are in GBK
    with pytest.raises(BoundaryError, match="could be"):
        decide_encoding([raw], marks={}, where="a.shp")
    assert decide_encoding([raw], marks={}, setting="gbk").encoding == "gb18030"
