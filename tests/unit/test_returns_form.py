"""What goes back to a district: its own doubtful rows alone, nothing personal, one open cell for each."""

import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from planted_faults import NAMES, PEOPLE, County, make_county

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.returns import make_returns, score_ledgers
from taizhang.returns.run import _make_safe, find_months, list_missing

MARCH = parse_period("2021-03")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    return make_county(tmp_path_factory.mktemp("county") / "青白 book", towns=3)


@pytest.fixture(scope="module")
def folder(county: County) -> Path:
    book = open_workbook(str(county.root))
    book.ingest()
    return make_returns(book, MARCH).folder


def read_texts(path: Path) -> str:
    """All that a file holds, hidden sheets and document properties too."""
    with zipfile.ZipFile(path) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def list_asked(path: Path, sheet: str) -> dict[tuple[int, str], tuple[str, str]]:
    """By row and letter: why it is asked, and what it says."""
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True))
    head = list(rows[0])
    at = [head.index(name) for name in ("行", "列", "疑问", "现在的内容")]
    found = {}
    for row in rows[1:]:
        number, column, why, now = (row[n] for n in at)
        found[number, column.rpartition("(")[2].rstrip(")")] = (why, now)
    return found


def test_each_doubtful_cell_of_a_town_is_asked_once(county: County, folder: Path) -> None:
    letters = {"found_on": "C", "severity": "F", "deadline": "G", "cost_wan": "J", "listed": "K"}
    letters["rectified_on"] = "H"
    for name in county.towns.values():
        own = [one for one in county.faults if name in one.file]
        wanted = {(one.row, letters[one.field]) for one in own if one.field != "district"}
        # A row that contradicts itself is asked about in each cell that may be wrong: the status or the day.
        for one in own:
            if one.field == "rectified_on":
                wanted.add((one.row, "C" if one.wrong == "2021-01-01" else "I"))
        asked = list_asked(folder / f"{name}.xlsx", "隐患排查治理")
        assert set(asked) == wanted
        for one in own:
            if one.field != "district":
                assert asked[one.row, letters[one.field]][1] == (one.wrong or "（空白）")
    area = list_asked(folder / "青白县.xlsx", "隐患排查治理")
    assert [why for why, _ in area.values()] == ["“某某镇”不是已知的地区"] * 3


def test_nothing_of_another_town_and_nothing_personal_is_in_it(county: County, folder: Path) -> None:
    for name in county.towns.values():
        texts = read_texts(folder / f"{name}.xlsx")
        others = [other for other in NAMES if other != name]
        assert name in texts and not any(other in texts for other in others)
        assert not any(person in texts for person in PEOPLE)
        assert not re.search(r"138\d{8}", texts)


def test_no_name_is_told_by_a_reason_or_beside_its_cell(tmp_path: Path) -> None:
    root = make_county(tmp_path / "book", towns=2, faults=0, rows=10).root
    ledger = next((root / "data" / "raw").glob("青溪镇*.xlsx"))
    book = openpyxl.load_workbook(ledger)
    sheet = book.active
    table = {
        2: {"E": "欧阳若曦负责整改", "F": "重点", "L": "欧阳若曦13800001111"},  # a name with its number
        3: {"E": "上官云珠家的线路", "F": "上官云珠", "L": "上官云珠（站长）"},  # in another's column, too
        4: {"B": "诸葛长风", "F": "严重"},  # 严 is a surname, and 严重 no name
        5: {"E": "司徒静海说好的", "G": "司徒静海", "L": ""},
    }
    for row, cells in table.items():
        for letter, text in cells.items():
            sheet[f"{letter}{row}"] = text
    book.save(ledger)
    held = open_workbook(str(root))
    held.ingest()
    texts = "".join(map(read_texts, make_returns(held, MARCH).files))
    assert not any(name in texts for name in ("欧阳若曦", "上官云珠", "诸葛长风", "司徒静海"))
    assert "“严重”不在可选的取值里" in texts and "“****”不是已知的地区" in texts


def test_with_personal_the_names_are_there(county: County, tmp_path: Path) -> None:
    book = open_workbook(str(county.root))
    made = make_returns(book, parse_period("2021-03-01/2021-03-30"), district="青溪镇", personal=True)
    assert [path.name for path in made.files] == ["青溪镇.xlsx"]
    assert any(person in read_texts(made.files[0]) for person in PEOPLE)


def test_only_the_answers_are_open_and_lists_are_offered(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "青溪镇.xlsx")
    assert book["taizhang"].sheet_state == "veryHidden"
    sheet = book["隐患排查治理"]
    assert sheet.protection.sheet and not sheet.protection.password
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.paperSize) == ("B3", "$1:$2", 9)
    unlocked = [cell.coordinate for row in sheet for cell in row if not cell.protection.locked]
    answers = sheet.max_column
    assert len(unlocked) == sheet.max_row - 2
    assert all(sheet[one].column == answers for one in unlocked)
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert '"一般,重大,（空）"' in lists and '"是,否,（空）"' in lists
    area = openpyxl.load_workbook(folder / "青白县.xlsx")["隐患排查治理"]
    assert {rule.formula1 for rule in area.data_validations.dataValidation} == {'"青溪镇,青岭镇,白溪镇"'}


def test_a_return_in_english(tmp_path: Path) -> None:
    county = make_county(tmp_path / "book", towns=2, lang="en")
    book = open_workbook(str(county.root))
    book.ingest()
    made = make_returns(book, MARCH)
    sheets = openpyxl.load_workbook(made.folder / "青溪镇.xlsx").sheetnames
    assert sheets == ["Read me", "Hazards", "taizhang"]


def test_of_another_period_only_rows_without_a_day_are_asked(county: County) -> None:
    book = open_workbook(str(county.root))
    made = make_returns(book, parse_period("2021-07"))
    for name in county.towns.values():
        asked = list_asked(made.folder / f"{name}.xlsx", "隐患排查治理")
        assert {letter for _, letter in asked} == {"C"} and len(asked) == 2


def test_a_score_is_the_share_of_rows_without_doubt() -> None:
    days = pd.to_datetime(["2021-03-01", "2021-03-02", "2021-03-31", "2021-02-28", None])
    account = pd.DataFrame(
        {
            "kind": "hazards",
            "district_code": "1",
            "day": days,
            "accepted": [True, True, False, True, False],
            "doubtful": [False, True, False, False, False],
        }
    )
    (march,) = score_ledgers(account, MARCH).to_dict("records")
    assert (march["read"], march["accepted"], march["set_aside"], march["doubtful"]) == (4, 2, 2, 1)
    assert march["score"] == 25.0  # one row of four: two of March, one of no day, and the good one
    assert score_ledgers(account, parse_period("2021-05")).empty  # nothing was read of it


@pytest.mark.parametrize(
    ("name", "safe"),
    [("溪口镇", "溪口镇"), ("a/b:c*?", "a_b_c__"), ("con", "_con"), ("NUL.x", "_NUL.x"), (" 镇. ", "镇")],
)
def test_a_name_is_safe_on_every_system(name: str, safe: str) -> None:
    assert _make_safe(name) == safe


def test_a_suggestion_is_shown_beside_its_cell(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    book = open_workbook(str(county.root))
    wrong = next(one for one in county.faults if one.field == "severity" and "青溪镇" in one.file)
    rows = [
        (wrong.file, "隐患台账", wrong.row, "severity", "major", 0.934),
        (wrong.file, "隐患台账", 99, "severity", "major", 0.9),  # a row that is not there
        (wrong.file, "隐患台账", wrong.row, "category", "消防", 0.8),  # the table has no such column
    ]
    columns = ["source_file", "source_sheet", "source_row", "column", "suggestion", "probability"]
    monkeypatch.setattr(type(book), "suggest", lambda _: pd.DataFrame(rows, columns=columns))
    made = make_returns(book, parse_period("2021-03-01/2021-03-29"), district="青溪镇")
    (sheet,) = (one for one in openpyxl.load_workbook(made.files[0]) if one.title == "隐患排查治理")
    head, *lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    at = head.index("建议")
    assert [line[at] for line in lines if line[at]] == ["重大 (93%)"]
    assert next(line for line in lines if line[at])[head.index("行")] == wrong.row


def test_a_month_is_missed_where_most_districts_have_rows_of_it(county: County) -> None:
    first, second, third = county.towns
    days = {first: ["2021-03-02", "2021-04-09"], second: ["2021-03-31", "2021-04-01", "2021-05-01"]}
    days[third] = ["2021-03-15"]
    rows = [("hazards", code, pd.Timestamp(day)) for code, some in days.items() for day in some]
    account = pd.DataFrame([*rows, ("hazards", "", pd.NaT)], columns=["kind", "district_code", "day"])
    months, book = find_months(account), open_workbook(str(county.root))
    lacking = [
        [one.months for one in list_missing(book, months, code, parse_period("2021H1"))]
        for code in county.towns
    ]
    assert lacking == [[], [], [("2021-04",)]]  # May has one district alone
    assert [one.months for one in list_missing(book, months, third, parse_period("2021-04"))] == [
        ("2021-04",)
    ]
