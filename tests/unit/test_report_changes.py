"""What decides whether a report is made again: its own rows and facts, not its neighbours'."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.metadata.kinds import load_kinds
from taizhang.report.changes import (
    InputHashes,
    _hash_rows,
    find_exposed,
    find_grown,
    list_hidden,
    mark_behind,
)
from taizhang.report.snapshot import take_snapshot

PERIOD = parse_period("2021")
AS_OF = pd.Timestamp("2021-12-31")


def write_rows(path: Path, *rows: tuple[str, str, str, int]) -> dict[str, str]:
    table = pd.DataFrame(rows, columns=["district_code", "found_on", "description", "source_row"])
    table["found_on"] = pd.to_datetime(table["found_on"])
    table["responsible"] = [str(number) for number in range(len(table))]
    table.to_parquet(path)
    return _hash_rows(path, load_kinds()["hazards"], AS_OF)


def test_rows_count_by_what_they_say_and_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hazards.parquet"
    one, two, other = ("A", "2021-01-01", "x", 5), ("A", "2021-01-01", "y", 6), ("B", "2021-02-01", "x", 7)
    first = write_rows(path, one, two, other)
    assert first.keys() == {"A", "B"} and first["A"] != first["B"]
    # A row above moves all others down; who is responsible is not shown.
    assert write_rows(path, ("A", "2021-01-01", "x", 6), ("A", "2021-01-01", "y", 7), other) == first
    changed = write_rows(path, one, ("A", "2021-01-01", "z", 6), other)
    assert changed["A"] != first["A"] and changed["B"] == first["B"]
    assert write_rows(path, two, one, other)["A"] != first["A"]
    assert write_rows(path, one, two, two, other)["A"] != first["A"]
    # Dated after the day that the ledgers are read as of: no report shows it.
    assert write_rows(path, one, two, ("A", "2022-01-01", "late", 9), other) == first
    monkeypatch.setattr("taizhang.report.changes._ROWS_AT_ONCE", 1)
    assert write_rows(path, one, two, other) == first


def test_a_report_of_the_area_hangs_on_all_and_a_district_s_on_its_own() -> None:
    def marks(**change: object) -> tuple[str, ...]:
        known = {"shared": "s", "own": {"A": "1", "B": "2"}, "area": "a"} | change
        hashes = InputHashes(**known)  # type: ignore[arg-type]
        return tuple(str(hashes.of_report(code)) for code in ("A", "B", "all"))

    first = marks()
    for change, differ in (
        ({"area": "b"}, (False, False, True)),
        ({"own": {"A": "1", "B": "3"}}, (False, True, True)),
        ({"shared": "t"}, (True, True, True)),
    ):
        assert tuple(a != b for a, b in zip(first, marks(**change), strict=True)) == differ, change


def test_reports_that_show_the_area_as_it_was_are_told() -> None:
    entries = {
        "A.zh": {"status": "made", "area": "old"},
        "B.zh": {"status": "made", "area": "new"},
        "C.zh": {"status": "failed", "area": "old"},
    }
    assert mark_behind(entries, "new") == ["A.zh"]
    assert [entry["area_is_current"] for entry in entries.values()] == [False, True, False]


def test_what_is_hidden_is_listed_by_place() -> None:
    facts = pd.DataFrame(
        {
            "district_code": ["all", "all", "A", "A"],
            "period": "2021",
            "fact": ["b", "a", "c", "b"],
            "value": [None, 3.0, 5.0, None],
            "suppressed": [True, False, True, True],
        }
    )
    before = facts[1:].assign(period="2020")
    # The year before is the period before, too.
    assert list_hidden([facts, before, before]) == {
        "A": ["2020 b", "2020 c ≈", "2021 b", "2021 c ≈"],
        "all": ["2021 b"],
    }


def test_reports_that_show_what_now_is_hidden() -> None:
    entries = {f"{code}.{lang}": {"district": code} for code in ("A", "B", "all") for lang in ("zh", "en")}

    def find(before: list[str], now: list[str], place: str = "A") -> set[str]:
        return {
            name[0] for name in find_exposed(entries, find_grown({place: before, "C": ["x"]}, {place: now}))
        }

    assert find(["2021 b"], ["2021 b"]) == find(["2021 b"], []) == set()
    assert find([], ["2021 b"]) == {"A", "a"}
    assert find([], ["2021 b"], "all") == {"A", "B", "a"}
    # What was rounded is hidden, what was shown is rounded; what was hidden is rounded, which tells nothing new.
    assert find(["2021 b ≈"], ["2021 b"]) == find([], ["2021 b ≈"]) == {"A", "a"}
    assert find(["2021 b"], ["2021 b ≈"]) == set()
    # A workbook whose manifest does not say.
    assert find_exposed(entries, find_grown({}, {"A": ["2021 b"]})) == ["A.en", "A.zh", "all.en", "all.zh"]
    assert find_exposed(entries, set()) == []


@pytest.fixture(scope="module")
def own_book(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    open_workbook(str(sample_book)).ingest()
    folder = tmp_path_factory.mktemp("changes") / "book"
    shutil.copytree(sample_book, folder)
    yield folder


def hash_now(root: Path) -> InputHashes:
    return take_snapshot(open_workbook(str(root)), PERIOD).hashes


def test_one_raw_row_changes_its_own_district_alone(own_book: Path) -> None:
    before = hash_now(own_book)
    assert hash_now(own_book) == before  # as kept
    (ledger,) = own_book.glob("data/raw/complaints/*.csv")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            lines = ledger.read_bytes().decode(encoding).splitlines(keepends=True)
            break
        except UnicodeDecodeError:
            continue
    at = next(number for number, line in enumerate(lines) if ",2021-" in line and "食品安全" in line)
    lines[at] = lines[at].replace("食品安全", "消防通道堵塞")
    ledger.write_bytes("".join(lines).encode(encoding))
    after = hash_now(own_book)
    assert [code for code in before.own if before.own[code] != after.own[code]] != []
    assert len([code for code in before.own if before.own[code] != after.own[code]]) == 1
    assert after.shared == before.shared
    toml = own_book / "workbook.toml"
    text = toml.read_text("utf-8")
    # A report more changes no other one.
    toml.write_text(text + '\n# a word\n[[reports]]\nname = "fire"\ntitle = "火灾专题"\n', "utf-8")
    assert hash_now(own_book).shared == after.shared
    toml.write_text(text.replace("at_least = 200", "at_least = 201"), "utf-8")
    assert hash_now(own_book).shared != after.shared
