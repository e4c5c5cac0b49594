"""Answers come back: each is taken once, or listed with its reason; whatever was done to the file meanwhile."""

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from planted_faults import AT, County, make_county

from taizhang import open as open_workbook
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.returns import Collected, collect_answers, make_returns

MARCH = parse_period("2021-03")
LETTERS = {"ABCDEFGHIJKLM"[at]: field for field, at in AT.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> County:
    county = make_county(tmp_path_factory.mktemp("county") / "青白 book", towns=2)
    book = open_workbook(str(county.root))
    book.ingest()
    make_returns(book, MARCH)
    return county


@pytest.fixture
def county(made: County, tmp_path: Path) -> County:
    """The county with its returns, to be changed."""
    shutil.copytree(made.root, tmp_path / "book")
    return County(tmp_path / "book", made.towns, made.faults, made.rows)


def find_return(county: County, name: str) -> Path:
    return county.root / "reports" / "2021-03" / "returns" / f"{name}.xlsx"


def read_head(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[2] if cell.value}


def answer(county: County, path: Path, *, by: str = "", change: Callable[[str], object] | None = None) -> int:
    """Write into the yellow cells what each should say; `change` what is answered instead."""
    book = openpyxl.load_workbook(path)
    sheet = book["隐患排查治理"]
    head = read_head(sheet)
    answered = 0
    for row in range(3, sheet.max_row + 1):
        file = f"data/raw/{str(sheet.cell(row, head['文件／工作表']).value).splitlines()[0]}"
        letter = str(sheet.cell(row, head["列"]).value).rpartition("(")[2].rstrip(")")
        fault = county.find(file, int(sheet.cell(row, head["行"]).value), LETTERS[letter])
        if fault is not None:
            sheet.cell(row, head["更正为"]).value = change(str(fault.right)) if change else fault.right  # type: ignore[assignment]
            answered += 1
    if by:
        page = book.worksheets[0]
        (at,) = [cell for row in page.iter_rows(max_col=1) for cell in row if cell.value == "填写人"]
        page.cell(at.row, 2).value = by
    book.save(path)
    return answered


def answer_all(county: County) -> list[Path]:
    paths = [find_return(county, name) for name in ("青白县", *county.towns.values())]
    for path in paths:
        answer(county, path)
    return paths


def collect(county: County, *paths: Path) -> Collected:
    book = open_workbook(str(county.root))
    book.ingest()
    return collect_answers(book, list(paths))


def read_lines(county: County, name: str = "corrections.csv") -> list[dict[str, str]]:
    path = county.root / "data" / "raw" / name
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def count(made: Collected) -> tuple[int, int, int, int]:
    return tuple(made.count(what) for what in ("taken", "already", "unchanged", "refused"))  # type: ignore[return-value]


def list_codes(made: Collected) -> list[str]:
    return [one.reason.code.rpartition(".")[2] for one in made.refused if one.reason]


def test_every_fault_is_mended_and_no_other_cell_changes(county: County) -> None:
    paths = answer_all(county)
    faults = len(county.faults)
    assert count(collect(county, *paths)) == (faults, 0, 0, 0)
    book = open_workbook(str(county.root))
    summary = book.ingest().summaries[0]
    assert (summary.read, summary.accepted, summary.cells_set_aside, summary.corrected) == (48, 48, 0, faults)
    rows = book.ledger("hazards", personal=True).set_index(["source_file", "source_row"])
    for (file, row), cells in county.rows.items():
        told = rows.loc[(file, row)]
        assert told["found_on"] == pd.Timestamp(str(cells[AT["found_on"]]))
        assert told["rectified_on"] == pd.Timestamp(str(cells[AT["rectified_on"]]))
        assert told["deadline"] == pd.Timestamp(str(cells[AT["deadline"]]))
        assert (told["district"], told["severity"], told["listed"]) == (cells[1], "general", False)
        assert told["cost_wan"] == cells[AT["cost_wan"]]
        assert (told["description"], told["responsible"]) == (cells[4], cells[11])
    assert len(rows) == len(county.rows)
    made = make_returns(book, MARCH)
    assert made.files == () and list(made.folder.glob("*.xlsx")) == []  # nothing is left to ask


def test_taken_twice_in_any_order_and_in_halves_is_the_same(county: County, tmp_path: Path) -> None:
    paths = answer_all(county)
    list_of = county.root / "data" / "raw" / "corrections.csv"
    collect(county, *paths)
    first = list_of.read_bytes()
    assert count(collect(county, *paths)) == (0, len(county.faults), 0, 0)
    assert list_of.read_bytes() == first
    list_of.unlink()
    collect(county, *reversed(paths))
    assert list_of.read_bytes() == first
    list_of.unlink()
    collect(county, paths[2])
    collect(county, *paths[:2])
    assert list_of.read_bytes() == first


def test_who_and_when_stand_in_the_list(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_NOW", "2021-04-08T09:00:00")
    path = find_return(county, "青溪镇")
    answer(county, path, by="王小明")
    collect(
        county,
        path,
    )
    lines = read_lines(county)
    assert {(one["by"], one["when"], one["why"]) for one in lines} == {
        ("王小明", "2021-04-08", "疑点回填表2021-03")
    }
    other = find_return(county, "青岭镇")
    answer(county, other)
    collect(county, other)
    assert {one["by"] for one in read_lines(county)} == {"王小明", "青岭镇"}


def test_users_lines_and_columns_stay(county: County) -> None:
    raw = county.root / "data" / "raw" / "corrections.csv"
    old = (
        "更正人,file,备注,sheet,row,column,old,new,why\r\n"
        '李四,data/raw/青岭镇隐患台账.xlsx,"甲,乙",隐患台账,2,隐患描述,旧,新,核对\r\n'
    )
    raw.write_bytes(old.encode("gb18030"))
    path = find_return(county, "青溪镇")
    answer(county, path)
    collect(county, path)
    text = raw.read_bytes().decode("gb18030")
    lines = list(csv.DictReader(text.splitlines()))
    assert text.startswith("更正人,file,备注,sheet,row,column,old,new,why,when\r\n李四,")
    assert lines[0]["备注"] == "甲,乙" and lines[0]["when"] == ""
    assert len(lines) == 10 and lines[1]["更正人"] == "青溪镇"


def test_the_ledger_was_changed_meanwhile(county: County) -> None:
    path = find_return(county, "青溪镇")
    answer(county, path)
    ledger = county.root / "data" / "raw" / "青溪镇隐患台账.xlsx"
    book = openpyxl.load_workbook(ledger)
    faults = {one.field: one for one in county.faults if "青溪镇" in one.file and one.wrong}
    sheet = book.active
    sheet.cell(faults["severity"].row, AT["severity"] + 1).value = "重大"
    sheet.cell(faults["cost_wan"].row, AT["cost_wan"] + 1).value = faults["cost_wan"].right
    book.save(ledger)
    made = collect(county, path)
    assert list_codes(made) == ["changed"] and made.count("unchanged") == 1
    said = str(made.refused[0].word())
    assert f"row {faults['severity'].row}" in said and "has been changed" in said
    listed = pd.read_csv(
        county.root / "data" / "processed" / "collected.csv", dtype="str", keep_default_na=False
    )
    assert sorted(listed["outcome"].unique()) == ["refused", "taken", "unchanged"]


def test_rows_moved_deleted_and_a_sheet_renamed_in_the_ledger(county: County) -> None:
    path = find_return(county, "青溪镇")
    answered = answer(county, path)
    ledger = county.root / "data" / "raw" / "青溪镇隐患台账.xlsx"
    book = openpyxl.load_workbook(ledger)
    sheet = book.active
    gone = next(one for one in county.faults if "青溪镇" in one.file and one.field == "deadline")
    sheet.delete_rows(gone.row)
    sheet.insert_rows(2)
    for column, value in enumerate(["新", "青溪镇", "2021-03-30", "新商店", "新隐患", "一般"], 1):
        sheet.cell(2, column).value = value
    sheet.title = "三月"
    book.save(ledger)
    made = collect(county, path)
    assert list_codes(made) == ["no_row"] and made.count("taken") == answered - 1
    result = open_workbook(str(county.root)).ingest()
    assert result.errors == () and result.summaries[0].corrected == answered - 1


def test_two_offices_answer_differently(county: County, tmp_path: Path) -> None:
    path = find_return(county, "青白县")
    other = tmp_path / "copy.xlsx"
    shutil.copy(path, other)
    answer(county, path, by="甲")
    answer(county, other, by="乙", change=lambda right: "青岭镇" if right == "青溪镇" else right)
    made = collect(county, path, other)
    assert list_codes(made) == ["differ", "differ"] and made.count("taken") == 2
    collect(county, path)
    made = collect(county, other)
    assert list_codes(made) == ["other_answer"] and made.count("already") == 1
    assert (
        made.refused[0].reason.word("zh").startswith("甲已答复“青溪镇”（")
    )  # whose answer stands, and which


def test_answers_that_cannot_be_read_are_listed(county: County) -> None:
    path = find_return(county, "青溪镇")
    wrong = {"一般": "特别 (93%)", "否": "也许"}
    answered = answer(
        county, path, change=lambda right: wrong.get(right, "不知道" if right[:2] == "20" else right)
    )
    made = collect(county, path)
    assert made.count("refused") + made.count("taken") == answered
    assert made.count("taken") == 1  # the money
    assert {one.answer.text for one in made.refused} == {"特别", "也许", "不知道"}
    area = find_return(county, "青白县")
    answer(county, area, change=lambda _: "别处镇")
    assert list_codes(collect(county, area)) == ["district", "district"]


def test_days_and_numbers_as_a_spreadsheet_has_them(county: County) -> None:
    path = find_return(county, "青溪镇")

    def typed(right: str) -> object:
        return (
            pd.Timestamp(right).to_pydatetime()
            if right[:2] == "20"
            else float(right)
            if right[0].isdigit()
            else right
        )

    answered = answer(county, path, change=typed)
    assert count(collect(county, path)) == (answered, 0, 0, 0)
    assert all(len(one["new"]) == 10 for one in read_lines(county) if one["new"][:2] == "20")


def test_lines_sorted_deleted_doubled_renamed_and_pasted_over(county: County, tmp_path: Path) -> None:
    path = find_return(county, "青溪镇")
    answered = answer(county, path)
    book = openpyxl.load_workbook(path)
    sheet = book["隐患排查治理"]
    head = read_head(sheet)
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    lines.sort(key=lambda line: str(line[4]), reverse=True)
    told = [line for line in lines if line[head["更正为"] - 1]]
    # The mark of one line pasted over another's: it no longer fits what the line shows.
    told[1][0] = told[0][0]
    told[2][0] = None  # a mark that is gone: the place that the line shows is enough
    lines = [line for line in lines if line is not told[3]] + [told[4]]
    sheet.delete_rows(3, sheet.max_row)
    for line in lines:
        sheet.append(line)
    sheet.title = "改了名"
    renamed = tmp_path / "返回 最终版(2).xlsx"
    book.save(renamed)
    made = collect(county, renamed)
    assert list_codes(made) == ["mixed"]
    assert made.count("taken") == answered - 2 + 1  # one line stands twice, and is taken once
    assert len(read_lines(county)) == answered - 2


def test_what_stands_where_no_answer_is_looked_for_is_listed(county: County, tmp_path: Path) -> None:
    path = find_return(county, "青溪镇")
    answered = answer(county, path)
    book = openpyxl.load_workbook(path)
    sheet = book["隐患排查治理"]
    head = read_head(sheet)
    now, to = head["现在的内容"], head["更正为"]
    sheet.cell(3, now).value, sheet.cell(3, to).value = "改在这里", None  # not in the yellow cell
    sheet.cell(4, to).value = " 　"  # blanks are no answer
    sheet.cell(5, to).value = "=1+1"
    book.save(tmp_path / "a.xlsx")
    made = collect(county, tmp_path / "a.xlsx")
    assert sorted(list_codes(made)) == ["beside", "error"] and made.count("taken") == answered - 3
    assert "行，列“" in made.refused[0].word().word("zh")
    for cell in sheet[2]:
        cell.value = None  # the headers are gone: nobody knows which column is the answers'
    book.save(tmp_path / "b.xlsx")
    assert list_codes(collect(county, tmp_path / "b.xlsx")) == ["no_head"]


def test_a_file_of_another_workbook_or_of_none(county: County, tmp_path: Path) -> None:
    path = find_return(county, "青溪镇")
    answer(county, path)
    book = openpyxl.load_workbook(path)
    keys = book["taizhang"]
    for row in keys.iter_rows(max_row=10):
        if row[0].value == "identity":
            row[1].value = "0 0"
    book.save(tmp_path / "other.xlsx")
    made = collect(county, tmp_path / "other.xlsx", county.root / "data" / "raw" / "青溪镇隐患台账.xlsx")
    assert [one["reason"].code.rpartition(".")[2] for one in made.faults] == ["other", "no_return"]
    assert made.outcomes == ()


def test_a_return_that_was_made_to_harm_is_refused_and_the_others_are_taken(
    county: County, tmp_path: Path
) -> None:
    paths = [find_return(county, name) for name in county.towns.values()]
    answered = answer(county, paths[0])
    answer(county, paths[1])
    book = openpyxl.load_workbook(paths[1])
    # As a dense table, that is billions of cells.
    book["隐患排查治理"]["XFD1048576"] = "x"
    book.save(tmp_path / "远.xlsx")
    book = openpyxl.load_workbook(paths[1])
    (keys,) = [sheet for sheet in book.worksheets if sheet["A1"].value == "taizhang"]
    (head,) = [row for row in keys.iter_rows() if row[0].value == "key"]
    at = {cell.value: cell.column for cell in head}
    for row in range(head[0].row + 1, keys.max_row + 1):
        keys.cell(row, at["row"]).value = "第二行"
        keys.cell(row, at["old"]).value = ""  # so that anything would be what was asked about
    book.save(tmp_path / "改.xlsx")
    made = collect(county, paths[0], tmp_path / "远.xlsx", tmp_path / "改.xlsx")
    assert [one.code for one in made.faults] == ["returns.file.refused"]
    assert made.faults[0]["file"] == "远.xlsx" and made.faults[0]["reason"].code == "ledgers.file.too_big"
    assert made.count("taken") == answered and {*list_codes(made)} <= {"changed", "mixed"} and made.refused


@pytest.mark.parametrize(
    "data", [b"\xff\xfea\x00,", b"a,b,same\n" + b"x" * 200_000 + b",b,yes\n", b"\x81\xff,\xff\n"]
)
def test_a_list_that_is_none_is_told(county: County, data: bytes) -> None:
    for name in ("pairs.csv", "corrections.csv"):
        path = county.root / "data" / "raw" / name
        path.write_bytes(data)
        book = open_workbook(str(county.root))
        assert book.ingest().errors
        with pytest.raises(ParameterError):
            collect_answers(book, [find_return(county, "青溪镇")])
        assert path.read_bytes() == data
        path.unlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_in_the_place_of_pairs_is_not_waited_for(county: County) -> None:
    os.mkfifo(county.root / "data" / "raw" / "pairs.csv")
    assert any("pairs.csv" in str(one) for one in open_workbook(str(county.root)).ingest().errors)


def test_a_return_with_answers_is_not_written_over(county: County) -> None:
    path = find_return(county, "青溪镇")
    answer(county, path)
    before = path.read_bytes()
    book = open_workbook(str(county.root))
    made = make_returns(book, MARCH)
    assert made.kept == (path,) and path.read_bytes() == before
    collect(county, path)
    book.ingest()
    assert make_returns(book, MARCH).kept == () and not path.exists()


def list_pairs(county: County) -> pd.DataFrame:
    """Pairs of one town, and one of two towns."""
    own, other = county.towns
    pairs = [
        (f"{own} 安通加油站", f"{own} 溪口安通加油站", own),
        (f"{own} 顺达汽修", f"{other} 顺达汽修厂", own),
    ]
    columns = ["name_a", "name_b", "address_a", "address_b", "number_a", "number_b"]
    table = pd.DataFrame(pairs, columns=["a", "b", "district_code"])
    names = table["a"].str.split(" ").str[1], table["b"].str.split(" ").str[1], "某路1号", "", "", ""
    shown = dict(zip(columns, names, strict=True))
    return table.assign(probability="0.8123", speaks_for="", speaks_against="", **shown)


def decide(path: Path, word: str) -> Path:
    book = openpyxl.load_workbook(path)
    sheet = book["同一单位"]
    sheet.cell(3, read_head(sheet)["是否同一家"]).value = word
    book.save(path)
    return path


def test_pairs_are_asked_where_they_belong_and_decided_once(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = list_pairs(county)
    for module in ("doubts", "collect"):
        monkeypatch.setattr(f"taizhang.returns.{module}.read_pairs", lambda _: pairs)
    book = open_workbook(str(county.root))
    book.ingest()
    assert make_returns(book, MARCH).pairs == 2
    own, area = find_return(county, "青溪镇"), find_return(county, "青白县")
    assert "安通加油站\n某路1号" in [cell.value for cell in openpyxl.load_workbook(own)["同一单位"][3]]
    assert "同一单位" not in openpyxl.load_workbook(find_return(county, "青岭镇")).sheetnames
    assert count(collect(county, decide(own, "同一家"), decide(area, "不是同一家"))) == (2, 0, 0, 0)
    lines = [(one["a"], one["b"], one["same"], one["by"]) for one in read_lines(county, "pairs.csv")]
    (a, b, _), (c, d, _) = pairs[["a", "b", "district_code"]].itertuples(index=False)
    assert sorted(lines) == sorted([(a, b, "yes", "青溪镇"), (c, d, "no", "青白县")])
    assert count(collect(county, own, area)) == (0, 2, 0, 0)
    made = collect(county, decide(own, "不是同一家"), decide(area, "也许"))
    assert list_codes(made) == ["other_answer", "not_listed"]
    assert len(read_lines(county, "pairs.csv")) == 2


def test_trace_says_who_corrected_what(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_NOW", "2021-04-08T09:00:00")
    path = find_return(county, "青溪镇")
    answer(county, path, by="王小明")
    collect(county, path)
    book = open_workbook(str(county.root))
    with book.hold_to_read() as held:
        rows = held.trace("hazards.found", "2021-03", "青溪镇")
        assert "corrected" not in held.trace("hazards.found", "2021-03", "青岭镇")
    fault = next(one for one in county.faults if "青溪镇" in one.file and one.field == "cost_wan")
    told = rows.set_index("source_row")["corrected"]
    assert told[fault.row] == f"cost_wan：若干 → {fault.right}（王小明, 2021-04-08, 疑点回填表2021-03）"
    corrected = {one.row for one in county.faults if "青溪镇" in one.file and one.field != "district"}
    assert {row for row, text in told.items() if text} == corrected


def make_odd_ledgers(root: Path) -> None:
    """A text file as Excel in Chinese saves it, cells merged downwards, and districts that stand over their rows."""
    raw = root / "data" / "raw"
    make_county(root, towns=2, faults=0, rows=10)
    for path in raw.glob("*台账.xlsx"):
        path.unlink()
    text = "序号,所属乡镇,发现日期,隐患描述,隐患等级\n1,青溪镇,2021-02-30,漏电,一般\n2,青溪镇,2021-03-02,堵塞,重点\n"
    (raw / "甲隐患台账.csv").write_bytes(text.encode("gb18030"))
    book = openpyxl.Workbook()
    merged, headed = book.active, book.create_sheet("按乡镇")
    merged.title = "三月"
    merged.append(["序号", "所属乡镇", "发现日期", "隐患描述", "隐患等级"])
    for day in range(1, 5):
        merged.append([day, "青岭镇", f"2021-03-{day:02d}", f"隐患{day}", "一般"])
    merged["E2"] = "重点"
    merged.merge_cells("E2:E4")
    headed.append(["序号", "发现日期", "隐患描述", "隐患等级"])
    for name in ("青溪镇", "青龄镇"):
        headed.append([name])
        for day in range(1, 4):
            headed.append([day, f"2021-04-{day:02d}", f"{name[:2]}隐患{day}", "一般"])
    book.save(raw / "乙隐患台账.xlsx")
    settings = root / "workbook.toml"
    told = settings.read_text(encoding="utf-8").replace("*隐患台账.xlsx", "*隐患台账.*")
    settings.write_text(told, encoding="utf-8")


def test_text_files_merged_cells_and_heads_of_sections(tmp_path: Path) -> None:
    make_odd_ledgers(tmp_path / "book")
    county = County(tmp_path / "book", {}, [], {})
    book = open_workbook(str(county.root))
    assert book.ingest().summaries[0].accepted == 8  # of 12: a wrong day, three under a wrong head
    said = {"2021-02-30": "2021-02-28", "重点": "重大", "青龄镇": "青岭镇"}
    made = make_returns(book, parse_period("2021"))
    for path in made.files:
        form = openpyxl.load_workbook(path)
        if "隐患排查治理" not in form.sheetnames:
            continue
        sheet = form["隐患排查治理"]
        head = read_head(sheet)
        for row in range(3, sheet.max_row + 1):
            sheet.cell(row, head["更正为"]).value = said[str(sheet.cell(row, head["现在的内容"]).value)]
        form.save(path)
    assert count(collect(county, *made.files)) == (4, 0, 0, 0)
    lines = [(one["file"][9:], one["row"], one["column"], one["new"]) for one in read_lines(county)]
    assert sorted(lines) == [
        ("乙隐患台账.xlsx", "2", "severity", "重大"),
        ("乙隐患台账.xlsx", "6", "A", "青岭镇"),
        ("甲隐患台账.csv", "2", "found_on", "2021-02-28"),
        ("甲隐患台账.csv", "3", "severity", "重大"),
    ]
    summary = open_workbook(str(county.root)).ingest().summaries[0]
    assert (summary.read, summary.accepted, summary.cells_set_aside) == (12, 12, 0)
    assert count(collect(county, *made.files)) == (0, 4, 0, 0)


def test_rows_of_few_cells_are_known_only_while_their_file_is_as_it_was(tmp_path: Path) -> None:
    make_county(tmp_path / "book", towns=2, faults=0, rows=10)
    county = County(tmp_path / "book", {}, [], {})
    raw = county.root / "data" / "raw"
    for path in raw.glob("*台账.xlsx"):
        path.unlink()
    ledger = raw / "甲隐患台账.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["所属乡镇", "发现日期", "隐患等级"])
    for day in (1, None, 3):
        book.active.append(["青溪镇", f"2021-03-0{day}" if day else None, "一般"])
    book.save(ledger)
    held = open_workbook(str(county.root))
    held.ingest()
    (path,) = make_returns(held, MARCH, district="青溪镇").files
    form = openpyxl.load_workbook(path)
    sheet = form["隐患排查治理"]
    sheet.cell(3, read_head(sheet)["更正为"]).value = "2021-03-02"
    form.save(path)
    asked = ledger.read_bytes()
    book.active.insert_rows(2)
    for column, value in enumerate(("青溪镇", None, "一般"), 1):  # one as like as can be, above
        book.active.cell(2, column).value = value
    book.save(ledger)
    assert list_codes(collect(county, path)) == ["no_row"]
    book.active.delete_rows(2)
    book.properties.title = "saved again"  # a save within the same second could else leave the same bytes
    book.save(ledger)
    (raw / "三月").mkdir()
    ledger = ledger.rename(raw / "三月" / ledger.name)
    settings = county.root / "workbook.toml"
    told = settings.read_text(encoding="utf-8").replace("data/raw/*", "data/raw/三月/*")
    settings.write_text(told, encoding="utf-8")
    assert list_codes(collect(county, path)) == ["no_row"]  # three rows are alike but for their days
    ledger.write_bytes(asked)
    assert count(collect(county, path)) == (1, 0, 0, 0)  # the file lies elsewhere, and is as it was
    (line,) = read_lines(county)
    place = {name: line[name] for name in ("file", "row", "new")}
    assert place == {"file": "data/raw/三月/甲隐患台账.xlsx", "row": "3", "new": "2021-03-02"}
    assert count(collect(county, path)) == (0, 1, 0, 0)
