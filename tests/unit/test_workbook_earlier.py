"""What is hidden in a workbook's facts because of its releases, and which releases a state knows of."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards, write_sheet

from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.ingest.snapshots import store_whole
from taizhang.settings.workbook import STORE
from taizhang.workbook import earlier
from taizhang.workbook.book import Workbook
from taizhang.workbook.released import LIST, list_known

XIKOU, XINAN, BAILU = "350921101", "350921102", "350921103"
PERIOD = parse_period("2021")


def write_complaints(root: Path, counts: dict[str, int]) -> None:
    rows = [[town, f"2021-04-{n + 1:02d}", "电话"] for town, many in counts.items() for n in range(many)]
    write_sheet(root / "data" / "raw" / "complaints" / "a.xlsx", [["所属乡镇", "受理日期", "渠道"], *rows])


def release(root: Path, name: str, made_at: str) -> None:
    """What of a release those after it need to know."""
    book = Workbook(root)
    book.ingest()
    folder = root / "releases" / name
    folder.mkdir(parents=True)
    book.facts(PERIOD).to_parquet(folder / "facts.parquet")
    manifest = {"release": {"made_at": made_at}, "snapshot": store_whole(book.config).id}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def list_hidden(book: Workbook) -> set[str]:
    facts = book.facts(PERIOD)
    return set(facts.loc[(facts["fact"] == "complaints.received") & facts["suppressed"], "district_code"])


def test_facts_hide_what_a_release_hides_and_name_it_where_its_rows_are_gone(tmp_path: Path) -> None:
    more = '[ledgers.complaints]\nfiles = ["data/raw/complaints/*.xlsx"]\n'
    make_book(tmp_path, {"a.xlsx": make_hazards("溪口镇", 3)}, patterns=["a.xlsx"], more=more)
    # 3 is small, and 9, the least of the others, would tell it.
    write_complaints(tmp_path, {"溪口镇": 12, "溪南镇": 9, "白鹭镇": 3})
    release(tmp_path, "2021/v1", "2022-01-05T09:00:00+08:00")
    assert list_hidden(Workbook(tmp_path)) == {XINAN, BAILU}
    # Nothing is small now; but the 9 has not changed, and is hidden with one other.
    write_complaints(tmp_path, {"溪口镇": 12, "溪南镇": 9, "白鹭镇": 10})
    book = Workbook(tmp_path)
    book.ingest()
    hidden = list_hidden(book)
    assert XINAN in hidden and len(hidden) == 2 and XIKOU not in hidden  # the 12 is known
    assert book.count_withheld(PERIOD) >= 2
    with pytest.raises(ParameterError):
        book.trace("complaints.received", PERIOD, XINAN)
    with book.hold() as held:
        assert json.loads((held.config.processed / LIST).read_text("utf-8"))[0]["name"] == "2021/v1"
        assert list_hidden(held) == hidden

    release(tmp_path, "2021/v2", "2022-02-05T09:00:00+08:00")
    assert list_hidden(Workbook(tmp_path)) == hidden
    names = [one.name for one in list_known(tmp_path)]
    assert names == ["2021/v1", "2021/v2"]
    assert len(list_known(tmp_path, until=date(2022, 2, 4))) == 1
    assert not list_known(tmp_path, before=datetime.fromisoformat("2022-01-05T09:00:00+08:00"))

    # Without the store it can't be known what v1 shows.
    (tmp_path / STORE).rename(tmp_path / "gone")
    write_complaints(tmp_path, {"溪口镇": 12, "溪南镇": 9, "白鹭镇": 11})
    earlier._load.cache_clear()
    with pytest.raises(ParameterError, match="2021/v1"):
        Workbook(tmp_path).facts(PERIOD)
