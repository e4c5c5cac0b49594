"""What ingest and check say: in one language throughout, and of no weight for what is read."""

from pathlib import Path

import pandas as pd
import pytest
from chinese import find_english
from ingest_book import correct, make_book, make_hazards

from taizhang import open as open_workbook
from taizhang.core import reasons
from taizhang.ingest.account import describe_result
from taizhang.ingest.check import describe_ledgers

# The second names a unit that money does not have.
HEADERS = ("经办单位", "整改资金(户)", "整改期限", "备注")


def make_messy(root: Path) -> Path:
    """A workbook with a fault of each sort."""
    rows = make_hazards("溪口镇", 6)
    rows[0] = [*rows[0][:6], *HEADERS]
    for row in rows[1:]:
        row[6:] = ["甲", "3", "2021-04-01", ""]
    rows[1][2] = "待定"
    rows[2][4] = "重点"
    rows[3][1] = "溪囗镇"
    rows[4][2] = "5月6日"
    rows[5][1] = ""
    rows[6][8] = "2021-02-30"
    rows.append(["合计", "", "", "", "", "", "", "9", "", ""])
    other = make_hazards("白鹭镇")
    other[2][2] = 3.5
    other[3][2] = "2090-01-01"
    root = make_book(
        root,
        {"2021年.xlsx": rows, "b.xlsx": other, "c.xlsx": [["说明"], ["无表"]]},
        patterns=["*.xlsx", "*.et"],
    )
    (root / "data" / "raw" / "damaged.xlsx").write_bytes(b"PK\x03\x04 no more")
    (root / "data" / "raw" / "~$b.xlsx").write_bytes(b"lock")
    (root / "data" / "raw" / "page.xlsx").write_text("<html><table></table></html>", "utf-8")
    correct(root, "data/raw/b.xlsx,台账,99,发现日期,a,b,李四,x", "data/raw/b.xlsx,台账,2,无此列,a,b,李四,x")
    return root


def read_csv(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "data" / "processed" / "set_aside.csv", dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_messy(tmp_path_factory.mktemp("messy") / "book")


def test_a_file_in_which_no_row_names_a_district_is_told_of_once(tmp_path: Path) -> None:
    """By check and by ingest; of a file in which some do, no more than the names that nobody knows."""
    files = {
        "a.xlsx": make_hazards("溪口镇"),
        "b.xlsx": make_hazards("某镇"),
        "c.xlsx": make_hazards("溪口镇"),
    }
    files["c.xlsx"][2][1] = files["c.xlsx"][3][1] = "外县"
    book = open_workbook(str(make_book(tmp_path / "book", files)))
    checked = "\n".join(one.word("zh") for one in describe_ledgers(book.config)).splitlines()
    ingested = "\n".join(describe_result(book.ingest(), "zh")).splitlines()
    for lines in (checked, ingested):
        (said,) = (line.strip() for line in lines if "没有一行" in line)
        assert said.startswith(
            "data/raw/b.xlsx：3行中没有一行写的是边界中的地区（“溪口镇”、“溪南镇”、“白鹭镇”）"
        )


def test_one_row_is_one_row_and_a_cell_of_two_lines_stays_on_one(tmp_path: Path) -> None:
    rows = make_hazards("溪口镇", 1)
    rows[1][4] = "重\n点"
    book = open_workbook(str(make_book(tmp_path / "book", {"a.xlsx": rows})))
    said = "\n".join(one.word("en") for one in describe_ledgers(book.config))
    assert "  1 row read = 1 accepted + 0 set aside" in said and "'重⏎点' is not one of" in said
    assert "1 row read = 1 accepted" in "\n".join(describe_result(book.ingest(), "en"))


def test_a_chinese_workbook_is_told_of_in_chinese(messy: Path) -> None:
    book = open_workbook(str(messy))
    result = book.ingest()
    said = [*describe_result(result, "zh"), *(error.word("zh") for error in result.errors)]
    said += [one.word("zh") for one in describe_ledgers(book.config)]
    assert len(result.errors) >= 6
    assert {line: words for line in said if (words := find_english(line, ["BadZipFile"]))} == {}
    assert "hazards 隐患排查治理：读入9行＝采信5行＋搁置4行（5个文件）" in said


def test_an_english_account_holds_no_chinese_but_names(messy: Path) -> None:
    result = open_workbook(str(messy)).ingest()
    lines = describe_result(result, "en")
    assert "hazards 隐患排查治理: 9 rows read = 5 accepted + 4 set aside  (5 files)" in lines
    assert not any(sign in line for line in lines for sign in "，。：；（）“”")


def test_set_aside_is_in_the_workbooks_language_whatever_the_consoles(
    messy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAIZHANG_LANG", "en")
    open_workbook(str(messy)).ingest(force=True)
    aside = read_csv(messy)
    assert list(aside.columns)[-5:] == ["reason", "scope", "district_code", "reason_code", "day"]
    told = aside.set_index(["source_file", "source_row"])["reason"]
    assert told["data/raw/2021年.xlsx", "2"] == "必填的发现日期（found_on）没有填"
    assert told["data/raw/2021年.xlsx", "7"] == "没有这一天：“2021-02-30”"
    assert [find_english(reason) for reason in aside["reason"]] == [[]] * len(aside)
    settings = messy / "workbook.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("[workbook]\n", '[workbook]\nlang = "en"\n'), "utf-8"
    )
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    open_workbook(str(messy)).ingest()
    english = read_csv(messy)
    assert not english["reason"].str.contains("[，。：；（）“”]").any()
    pd.testing.assert_frame_equal(english.drop(columns="reason"), aside.drop(columns="reason"))


def test_other_words_change_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = open_workbook(str(make_messy(tmp_path / "one")))
    facts, rows, aside = one.facts("2021"), one.ledger("hazards"), read_csv(tmp_path / "one")
    quality = one.quality(one.view("all", "2021", "zh"))
    words = {
        code: {lang: f"~{text[::-1]}" if "{" not in text else f"~{text}" for lang, text in said.items()}
        for code, said in reasons.load_messages().items()
    }
    monkeypatch.setattr(reasons, "load_messages", lambda: words)
    other = open_workbook(str(make_messy(tmp_path / "other")))
    pd.testing.assert_frame_equal(other.facts("2021"), facts)
    pd.testing.assert_frame_equal(other.ledger("hazards"), rows)
    changed = read_csv(tmp_path / "other")
    assert changed["reason"].str.startswith("~").all()
    pd.testing.assert_frame_equal(changed.drop(columns="reason"), aside.drop(columns="reason"))
    again = other.quality(other.view("all", "2021", "zh"))
    assert list(again.aside["why"]) == list(quality.aside["why"])
    pd.testing.assert_frame_equal(again.near, quality.near)
    assert len(quality.near) == 1 and quality.near["line"][0].startswith('"溪囗镇" = "350921101"')
