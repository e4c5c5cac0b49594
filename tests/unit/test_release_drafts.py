"""Differences of two drafts, neither of which is the present one."""

import json
import shutil
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards, write_sheet

from taizhang.core.periods import parse_period
from taizhang.release.diff import compare_releases, format_difference
from taizhang.report.manifest import Outputs, write_manifest
from taizhang.report.publish import publish_facts
from taizhang.report.snapshot import take_snapshot
from taizhang.store import list_snapshots
from taizhang.workbook.book import Workbook

_FIRST = make_hazards("溪口镇", 5, month=8)
_LATE = make_hazards("溪南镇", 4, month=8)[1:]


def _draft(root: Path, day: str, count: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a review leaves of a ledger with late rows, without its reports, copied aside."""
    monkeypatch.setenv("TAIZHANG_NOW", f"{day}T18:00:00+08:00")
    write_sheet(root / "data" / "raw" / "a.xlsx", [*_FIRST, *_LATE[:count]])
    with Workbook(root).hold() as book:
        snapshot = take_snapshot(book, parse_period("2021"))
        manifest = {"reports": {}}
        publish_facts(snapshot, manifest, Outputs(snapshot.folder, snapshot.outputs_path))
        write_manifest(snapshot.folder, manifest)
    return shutil.copytree(snapshot.folder, root.parent / f"draft-{count}")


def test_two_drafts_are_compared_with_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "book"
    make_book(root, {"a.xlsx": _FIRST})
    one = _draft(root, "2021-10-01", 0, monkeypatch)
    two = _draft(root, "2021-12-01", 3, monkeypatch)
    _draft(root, "2022-01-01", 4, monkeypatch)
    book = Workbook(root)
    told = [json.loads((folder / "manifest.json").read_text("utf-8"))["snapshot"] for folder in (one, two)]
    assert told == [each.id for each in list_snapshots(book.config)[:2]]
    found = compare_releases(book, str(one), str(two))
    rows = found.table[found.table["part"] == "rows"]
    assert found.with_rows and rows["change"].tolist() == ["added"] * 3
    assert rows["district_code"].tolist() == ["350921102"] * 3
    facts = found.table[(found.table["part"] == "facts") & (found.table["what"] == "hazards.found")]
    (whole,) = facts[facts["district_code"] == "all"].to_dict("records")
    assert (whole["from"], whole["to"], whole["rows"].count("a.xlsx")) == (5, 8, 3)

    # A snapshot that the store no longer has, as in a draft of an earlier version: figures alone.
    path = one / "manifest.json"
    path.write_text(path.read_text("utf-8").replace(told[0], "2021-09-01-00000000"), encoding="utf-8")
    found = compare_releases(book, str(one), str(two))
    assert not found.with_rows and "rows" not in set(found.table["part"])
    assert "no longer stored" in format_difference(found, "table", book, "en")
