"""Premises under several names: linked by ingest, counted as one, decided by people, linked again only if need be."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from ingest_book import make_book, write_sheet

from taizhang import open as open_workbook
from taizhang.ingest import links
from taizhang.ingest.collect import Collector

HEADER = ["所属乡镇", "发现日期", "场所名称", "隐患类别", "隐患描述", "整改状态"]
SPELLINGS = ("溪口安通加油站", "溪口镇安通加油站", "溪口安通加油站有限公司", "溪口安通加油站")


def make_hazards(names: Sequence[str], *, town: str = "溪口镇") -> list[list[object]]:
    """Hazards of one category, five days apart."""
    days = pd.date_range("2021-03-01", periods=len(names), freq="5D")
    rows = zip(names, days, strict=True)
    return [
        HEADER,
        *([town, f"{day:%Y-%m-%d}", name, "消防", f"灭火器过期{day:%d}", "未整改"] for name, day in rows),
    ]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_book(tmp_path, {"a.xlsx": make_hazards(SPELLINGS)})


def count(root: Path, fact: str = "hazards.repeats", code: str = "350921101") -> float:
    facts = open_workbook(str(root)).facts("2021").set_index(["fact", "district_code"])
    return float(facts.at[(fact, code), "value"])


def read_links(root: Path) -> pd.DataFrame:
    return pd.read_parquet(root / "data" / "processed" / "premises_links.parquet")


def decide(root: Path, *lines: str) -> None:
    text = "\n".join(("a,b,same,by,why", *lines)) + "\n"
    (root / "data" / "raw" / "pairs.csv").write_text(text, encoding="utf-8")


def test_one_station_under_several_names_repeats(root: Path) -> None:
    assert count(root) == 3
    found = read_links(root)
    assert {"source_file", "source_sheet", "source_row", "premises_key", "how", "probability"} <= {*found}
    assert found["premises_key"].nunique() == 1
    assert found["source_row"].tolist() == [2, 3, 4, 5]
    rows = open_workbook(str(root)).ledger("hazards")
    assert rows["premises_key"].tolist() == found["premises_key"].tolist()


def test_rows_without_premises_have_no_link(root: Path) -> None:
    rows = make_hazards(["惠民超市", "", "惠民超市"], town="白鹭镇")
    write_sheet(root / "data" / "raw" / "b.xlsx", rows)
    read = open_workbook(str(root)).ledger("hazards", district="白鹭镇")
    assert read["premises_key"].isna().tolist() == [False, True, False]
    assert read["premises_key"].dropna().nunique() == 1
    found = read_links(root)
    assert len(found) == 6
    assert found.loc[found["source_file"] == "data/raw/b.xlsx", "source_row"].tolist() == [2, 4]
    assert len(found.drop_duplicates("premises_key")) == 2


def test_nothing_is_linked_again_without_need(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = []
    real = links.link_premises
    monkeypatch.setattr(
        links, "link_premises", lambda *given, **named: times.append(1) or real(*given, **named)
    )
    book = open_workbook(str(root))
    first = book.ingest()
    keys = book.ledger("hazards")["premises_key"].tolist()
    assert len(times) == 1
    assert book.ingest().fingerprint == first.fingerprint
    rows = make_hazards(SPELLINGS)
    rows[1][5] = "已整改"  # another status: the same mentions
    write_sheet(root / "data" / "raw" / "a.xlsx", rows)
    book = open_workbook(str(root))
    assert book.ingest().fingerprint != first.fingerprint
    assert len(times) == 1
    assert book.ledger("hazards")["premises_key"].tolist() == keys
    (root / "data" / "processed" / "premises_links.parquet").unlink()
    book.ingest()
    assert len(times) == 1
    assert len(read_links(root)) == 4
    (root / "data" / "processed" / "doubtful_pairs.csv").unlink()
    book.ingest()
    assert len(times) == 2
    write_sheet(root / "data" / "raw" / "b.xlsx", make_hazards(["惠民超市"], town="白鹭镇"))
    book.ingest()
    assert len(times) == 3
    assert len(read_links(root)) == 5


def test_a_decision_is_read_followed_and_part_of_the_state(root: Path) -> None:
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards(["东街修车铺", "老王汽修"]))
    before = open_workbook(str(root)).ingest()
    assert count(root) == 0
    one, other = read_links(root)["premises_key"]
    decide(root, f"{one},{other},是,李四,同一门面")
    book = open_workbook(str(root))
    after = book.ingest()
    assert after.fingerprint != before.fingerprint
    assert after.errors == ()
    assert "data/raw/pairs.csv" in {one["path"] for one in after.inputs}
    assert count(root) == 1
    assert set(read_links(root)["how"]) == {"decision"}
    (root / "data" / "raw" / "pairs.csv").unlink()
    assert open_workbook(str(root)).ingest().fingerprint == before.fingerprint


def test_decisions_that_contradict_each_other_are_errors(root: Path) -> None:
    names = ["东街修车铺", "老王汽修", "城北汽配"]
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards(names))
    open_workbook(str(root)).ingest()
    a, b, c = read_links(root)["premises_key"]
    decide(root, f"{a},{b},是,李四,", f"{b},{c},是,李四,", f"{a},{c},否,王五,")
    errors = open_workbook(str(root)).ingest().errors
    assert len(errors) == 1
    said = errors[0].word("en")
    assert names[0] in said and names[2] in said
    assert all(f"{line}" in said for line in (2, 3, 4))
    assert (
        open_workbook(str(root)).ingest().errors == errors
    )  # nothing has changed: they are told all the same


def test_without_names_nothing_is_written(tmp_path: Path) -> None:
    root = make_book(
        tmp_path, {"a.xlsx": [[*HEADER[:2], *HEADER[3:]], ["溪口镇", "2021-03-01", "消防", "无", "未整改"]]}
    )
    result = open_workbook(str(root)).ingest()
    assert result.linking is None
    assert not (root / "data" / "processed" / "premises_links.parquet").exists()
    assert "premises_key" not in open_workbook(str(root)).ledger("hazards")


def test_a_person_s_name_is_kept_and_not_shown(root: Path) -> None:
    names = ["张三", "张三", "溪口安通加油站"]
    rows = make_hazards(names)
    rows[2] = rows[1]  # handed in twice, which a note tells of
    write_sheet(root / "data" / "raw" / "a.xlsx", rows)
    book = open_workbook(str(root))
    assert book.ledger("hazards", personal=True)["premises"].tolist() == names
    assert book.ledger("hazards")["premises"].tolist() == ["**", "**", "溪口安通加油站"]
    found = read_links(root)
    assert found["premises_key"].iloc[0] == found["premises_key"].iloc[1]
    assert not found["premises_key"].str.contains("张三").any()
    collector = Collector(book.kinds["hazards"], root / "x.parquet", ["350921101"])
    collector.add(book.ledger("hazards", personal=True).drop(columns="duplicate"))
    collector.finish()
    assert collector.pairs and "张三" not in repr(collector.pairs)
