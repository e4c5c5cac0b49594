"""Ingest: what is read again, tables longer than memory, what it says of files."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from ingest_book import TOWNS, make_book, make_hazards, write_sheet

from taizhang import open as open_workbook
from taizhang.core.reasons import Reason
from taizhang.ingest import check, collect
from taizhang.ingest.collect import Collector
from taizhang.ingest.notes import NoteBook
from taizhang.ingest.proposals import list_near
from taizhang.metadata.kinds import load_kinds

KIND = load_kinds()["hazards"]
CODES = sorted(TOWNS)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that an ingest reads."""
    import taizhang.ingest.cache as cache

    names: list[str] = []
    plain = cache.read_ledger_file
    monkeypatch.setattr(
        cache, "read_ledger_file", lambda *a, **named: names.append(named["name"]) or plain(*a, **named)
    )
    return names


def test_only_a_changed_file_is_read_again(tmp_path: Path, read: list[str]) -> None:
    files = {f"{letter}.xlsx": make_hazards(town) for letter, town in zip("abc", TOWNS.values(), strict=True)}
    root = make_book(tmp_path / "book", files)
    book = open_workbook(str(root))
    assert book.ingest().summaries[0].read == 9
    assert read == ["data/raw/a.xlsx", "data/raw/b.xlsx", "data/raw/c.xlsx"]
    read.clear()
    assert not book.ingest().fresh and read == []
    write_sheet(root / "data" / "raw" / "b.xlsx", make_hazards("溪南镇", 5))
    result = book.ingest()
    assert result.fresh and read == ["data/raw/b.xlsx"]
    assert (result.summaries[0].read, len(book.ledger("hazards"))) == (11, 11)


def test_a_ledger_none_of_whose_files_changed_is_left_as_it_is(tmp_path: Path, read: list[str]) -> None:
    root = make_book(
        tmp_path / "book",
        {
            "a.xlsx": make_hazards("溪口镇"),
            "drills/x.xlsx": [["乡镇", "演练日期", "演练名称"], ["溪口镇", "2021-05-01", "消防演练"]],
        },
        more='[ledgers.drills]\nfiles = ["data/raw/drills/*.xlsx"]\n',
    )
    book = open_workbook(str(root))
    book.ingest()
    table = root / "data" / "processed" / "drills.parquet"
    before = table.stat().st_mtime_ns
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 4))
    result = book.ingest()
    assert [one.read for one in result.summaries] == [4, 1]
    assert table.stat().st_mtime_ns == before


def test_an_alias_moves_rows_without_a_file_being_read(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("老溪南")})
    assert open_workbook(str(root)).ingest().summaries[0].set_aside == 3
    settings = root / "workbook.toml"
    text = settings.read_text("utf-8").replace(
        "[ledgers.hazards]", '[boundaries.aliases]\n"老溪南" = "350921102"\n[ledgers.hazards]'
    )
    settings.write_text(text, "utf-8")
    assert open_workbook(str(root)).ingest().summaries[0].accepted == 3


def make_rows(count: int) -> pd.DataFrame:
    """Rows of three towns in turn; every hundredth repeats the row before it in the same town."""
    frame = pd.DataFrame({name: pd.Series(index=range(count), dtype="str") for name in KIND.columns})
    number = pd.Series(range(count))
    number = number.where(number % 100 != 99, number - 3)
    frame["district_code"] = [CODES[n % 3] for n in range(count)]
    frame["district"] = frame["district_code"]
    frame["hazard_id"] = "H" + number.astype(str)
    frame["found_on"] = pd.Timestamp(2021, 1, 1) + pd.to_timedelta(number % 300, unit="D")
    for name, item in KIND.fields.items():
        if item.type in ("date", "datetime", "month"):
            frame[name] = frame[name].astype("datetime64[us]")
        elif item.type == "number":
            frame[name] = frame[name].astype("float64")
        elif item.type in ("integer", "count_or_names", "year"):
            frame[name] = frame[name].astype("Int64")
        elif item.type == "boolean":
            frame[name] = frame[name].astype("boolean")
    frame["source_file"], frame["source_sheet"] = "a.parquet", ""
    frame["source_row"] = pd.array(range(2, count + 2), dtype="Int64")
    return frame


@pytest.mark.parametrize("most", [100_000, 700, 150])
def test_a_long_table_is_written_as_a_short_one(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "ROWS_PER_GROUP", 100)
    rows = make_rows(1500)
    collector = Collector(KIND, tmp_path / "hazards.parquet", CODES, most=most)
    for start in range(0, 1500, 100):
        collector.add(rows.iloc[start : start + 100])
    collector.finish()
    collector.close()
    got = pd.read_parquet(tmp_path / "hazards.parquet")
    assert (collector.rows, collector.duplicates, int(got["duplicate"].sum())) == (1500, 15, 15)
    assert list(got["district_code"]) == sorted(rows["district_code"])
    assert sorted(got["source_row"]) == list(range(2, 1502))
    assert [path.name for path in tmp_path.iterdir()] == ["hazards.parquet"]
    if most > 150:  # sorted within a district, too
        own = got[got["district_code"] == CODES[0]]
        assert own["found_on"].is_monotonic_increasing
    groups = pq.ParquetFile(tmp_path / "hazards.parquet").metadata
    column = groups.schema.to_arrow_schema().names.index("district_code")
    ranges = [groups.row_group(n).column(column).statistics for n in range(groups.num_row_groups)]
    assert sum(one.min <= CODES[0] <= one.max for one in ranges) < len(ranges) / 2


def test_a_second_ingest_loads_no_heavy_library(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇")})
    open_workbook(str(root)).ingest()
    script = (
        "import sys; sys.argv = ['taizhang', 'ingest', '-C', sys.argv[1]]\n"
        "from taizhang.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'pandas', 'numpy', 'geopandas', 'pyarrow', 'matplotlib', 'pandera', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "3 rows read = 3 accepted + 0 set aside" in done.stdout


def test_equal_notes_are_said_once_with_their_counts() -> None:
    notes = NoteBook()
    for name in ("a", "b", "c"):
        about = Reason("ledgers.number.approximate")
        understood = Reason("ledgers.table.understood", column="participants", note=about, count=2)
        notes.add(name, [understood, Reason("ledgers.file.irregular")])
    notes.add("c", [Reason("ledgers.table.title_year", column="year", year="2021")])
    assert list(map(str, notes.list_notes())) == [
        "c: year taken from the title, sheet name or file name: 2021",
        "3 files (a, b, ...): participants: approximate (6)",
        "3 files (a, b, ...): does not follow the file format, but was read anyway",
    ]


def test_lines_to_paste_are_made_of_a_reasons_data() -> None:
    names = [("溪囗", "1", "溪口镇"), ('溪"囗', "2", "溪南镇")]
    near = [Reason("boundaries.match.line", text=text, code=code, name=name) for text, code, name in names]
    proposals = list_near(Reason("boundaries.match.near_name", text="溪囗", near=near))
    lines = [one.word() for one in proposals]
    assert lines == ['"溪囗" = "1"  # 溪口镇', '"溪\\"囗" = "2"  # 溪南镇']
    read = tomllib.loads("\n".join(lines))
    assert read == {"溪囗": "1", '溪"囗': "2"}
    assert list_near(Reason("boundaries.match.no_name", text="溪囗")) == ()


def test_check_says_one_layout_once_and_shows_no_names(tmp_path: Path) -> None:
    rows = make_hazards("溪口镇")
    rows[0][5] = "整改责任人"
    rows[2][5] = "张三13800138000"
    rows[3][1] = "溪囗镇"
    root = make_book(tmp_path / "book", {"a.xlsx": rows, "b.xlsx": make_hazards("溪南镇")})
    texts = [one.text for one in check.describe_ledgers(open_workbook(str(root)).config)]
    text = "\n".join(texts)
    assert text.count("发现日期 -> found_on") == 1 and "2 files (data/raw/a.xlsx, data/raw/b.xlsx)" in text
    assert "recognised but not needed: A 序号, G 备注" in text and "not recognised" not in text
    assert "6 rows read = 5 accepted + 1 set aside" in text
    block = '    [boundaries.aliases]\n    # "溪囗镇" = "350921101"  # 溪口镇, or 350921102 溪南镇; 1 row; keep this'
    assert block in text
    for secret in ("张三", "13800138000"):
        assert secret not in text
    assert not (root / "data" / "processed").exists()


def test_remarks_and_numbers_are_no_unknown_columns(tmp_path: Path) -> None:
    rows = make_hazards("溪口镇")
    rows[0][0], rows[0][6] = "工单序号", "处理备注"
    root = make_book(
        tmp_path / "book", {"a.xlsx": [[*rows[0], "自编栏"], *([*row, "甲"] for row in rows[1:])]}
    )
    notes = open_workbook(str(root)).ingest().summaries[0].notes
    assert list(map(str, notes)) == ["data/raw/a.xlsx: columns not recognised: 自编栏"]
