"""Releases: a review frozen under a number, and what the next one says of every figure that is another."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ingest_book import make_book, make_hazards, write_sheet
from lxml import html

from taizhang.cli import main
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.ingest.snapshots import prune_store
from taizhang.publication import pack_period
from taizhang.release import (
    Release,
    compare_releases,
    format_difference,
    list_releases,
    make_release,
    read_release,
    verify_release,
)
from taizhang.release.erratum import compare_facts
from taizhang.release.folders import find_faults
from taizhang.report.review import make_review
from taizhang.store import list_snapshots
from taizhang.workbook.book import Workbook
from tests.short_templates import put_short_templates

PERIOD = parse_period("2021")
XIKOU, XINAN, BAILU = "350921101", "350921102", "350921103"
COMPLAINTS = ["所属乡镇", "受理日期", "渠道", "办结日期"]
MORE = '[ledgers.complaints]\nfiles = ["data/raw/complaints/*.xlsx"]\n'


def make(root: Path) -> Path:
    """Hazards of two towns, and complaints of three, of which one has few."""
    make_book(
        root,
        {"a.xlsx": make_hazards("溪口镇", 4), "b.xlsx": make_hazards("溪南镇", 3)},
        more=MORE,
    )
    write_complaints(root, {"溪口镇": 12, "溪南镇": 9, "白鹭镇": 3})
    put_short_templates(root)
    return root


def write_complaints(root: Path, counts: dict[str, int]) -> None:
    for town, count in counts.items():
        rows = [[town, f"2021-04-{n + 1:02d}", "电话", ""] for n in range(count)]
        write_sheet(root / "data" / "raw" / "complaints" / f"{town}.xlsx", [COMPLAINTS, *rows])


def freeze(root: Path, day: str, **more: Any) -> Release:
    os.environ["TAIZHANG_NOW"] = f"{day}T09:00:00+08:00"
    return make_release(
        Workbook(root), PERIOD, **{"by": "李工", "jobs": 1, "progress": lambda _: None} | more
    ).release


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def read_erratum(release: Release) -> dict[tuple[str, str], dict[str, str]]:
    with (release.folder / "erratum.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(row["district_code"], row["fact"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, Release, dict[str, bytes], Release]]:
    """A workbook with two releases, between which ledgers were corrected; and the bytes of the first when made."""
    before = os.environ.get("TAIZHANG_NOW")
    root = make(tmp_path_factory.mktemp("release") / "book")
    os.environ["TAIZHANG_NOW"] = "2022-01-05T08:00:00+08:00"
    make_review(Workbook(root), PERIOD, formats=("html",), jobs=1, progress=lambda _: None)
    (root / "reports" / "2021" / "returns").mkdir()
    (root / "reports" / "2021" / "returns" / "溪口镇.xlsx").write_bytes(b"internal")
    first = freeze(root, "2022-01-05")
    bytes_then = read_files(first.folder)
    raw = root / "data" / "raw"
    rows = make_hazards("溪口镇", 4)
    rows[1][4] = "重大"  # row 2: general, now major
    rows[3][1] = "白鹭镇"  # row 4: of another town
    del rows[4]  # row 5 is gone
    write_sheet(raw / "a.xlsx", rows)
    more = [[n, "溪南镇", f"2021-05-0{n}", f"新隐患{n}", "一般", "李四", ""] for n in (4, 5)]
    write_sheet(raw / "b.xlsx", [*make_hazards("溪南镇", 3), *more])
    write_complaints(root, {"溪口镇": 13, "白鹭镇": 9})
    second = freeze(root, "2022-02-01", why="溪口镇更正")
    yield root, first, bytes_then, second
    os.environ.pop("TAIZHANG_NOW")
    if before is not None:
        os.environ["TAIZHANG_NOW"] = before


def test_a_release_is_the_review_and_read_only(two: Any) -> None:
    root, first, then, second = two
    assert [one.name for one in list_releases(root)] == ["2021/v1", "2021/v2"]
    assert read_files(first.folder) == then
    assert {"index.zh.html", "facts.csv", "facts.parquet", "manifest.json", f"{XIKOU}.zh.html"} <= set(then)
    assert not [name for name in then if name.startswith("returns")] and "comparison.zh.html" in then
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in second.folder.rglob("*") if path.is_file())
    assert not [path for path in first.folder.parent.iterdir() if path.name.startswith(".")]
    manifest = json.loads(then["manifest.json"])
    assert manifest["release"] == {
        "number": 1,
        "by": "李工",
        "why": "",
        "made_at": "2022-01-05T09:00:00+08:00",
    }
    assert manifest["snapshot"] in [one.id for one in list_snapshots(Workbook(root).config)]
    assert set(manifest["files"]) == set(then) - {"manifest.json"}
    assert second.snapshot != first.snapshot and second.about["why"] == "溪口镇更正"


def test_the_erratum_names_every_changed_figure_and_no_other(two: Any) -> None:
    _, first, _, second = two
    tables = [
        pd.read_parquet(one.folder / "facts.parquet").set_index(["district_code", "fact"])
        for one in (first, second)
    ]
    shown = [one[~one["suppressed"]]["value"] for one in tables]
    both = pd.concat(shown, axis=1, join="inner", keys=["from", "to"])
    differ = both[~((both["from"] == both["to"]) | (both["from"].isna() & both["to"].isna()))]
    erratum = read_erratum(second)
    assert set(erratum) == set(differ.index) and len(differ) > 5
    assert {row["period"] for row in erratum.values()} == {"2021"}
    for key, row in erratum.items():
        values = [float(row[name]) if row[name] else None for name in ("from", "to")]
        assert values == [None if pd.isna(one) else one for one in differ.loc[key]]


def test_each_change_has_its_rows(two: Any) -> None:
    _, _, _, second = two
    rows = {key: row["rows"] for key, row in read_erratum(second).items()}
    moved, gone = "moved data/raw/a.xlsx!台账!4", "removed data/raw/a.xlsx!台账!5"
    assert set(rows[XIKOU, "hazards.found"].split("; ")) == {moved, gone}
    assert rows[BAILU, "hazards.found"] == moved
    added = {"added data/raw/b.xlsx!台账!5", "added data/raw/b.xlsx!台账!6"}
    assert set(rows[XINAN, "hazards.found"].split("; ")) == added
    assert rows[XIKOU, "hazards.major"] == "changed data/raw/a.xlsx!台账!2"
    assert set(rows["all", "hazards.found"].split("; ")) == {gone, *added}
    assert all(rows.values()) and "新隐患" not in "".join(rows.values())
    # Of the whole area's complaints rows would tell of a town's count that is hidden.
    assert rows["all", "complaints.received"] == "hidden"


def test_what_one_of_two_hides_is_not_told() -> None:
    facts = pd.DataFrame(
        [
            (XIKOU, "a", "x", 7.0, False),
            (XINAN, "a", "y", float("nan"), True),
            ("all", "a", "all", 9.0, False),
        ],
        columns=["district_code", "fact", "district", "value", "suppressed"],
    )
    other = facts.assign(value=[8.0, 2.0, 9.0], suppressed=[True, False, False])
    told = compare_facts(facts, other)
    assert told["how"].tolist() == ["hidden", "hidden", "same"]
    assert told.loc[:1, ["from", "to"]].isna().all(axis=None)


def test_what_the_first_hides_the_second_hides_too(two: Any) -> None:
    _, first, _, second = two
    shown = []
    for one in (first, second):
        facts = pd.read_parquet(one.folder / "facts.parquet")
        received = facts[facts["fact"] == "complaints.received"].set_index("district_code")
        shown.append(received["value"].where(~received["suppressed"]))
    # Of 12, 9, 3 and 24 in all the 3 is small, and the 9 would tell it. Of 13, 9, 9 and 31 nothing is, but the 9 stays.
    assert shown[0].isna().to_dict() == {XIKOU: False, XINAN: True, BAILU: True, "all": False}
    assert shown[1].isna()[XINAN] and shown[1].isna().sum() == 2 and shown[1]["all"] == 31
    assert [one["name"] for one in second.manifest["earlier"]] == ["2021/v1"] and first.manifest[
        "earlier"
    ] == []
    page = html.fromstring((second.folder / "erratum.en.html").read_bytes()).text_content()
    assert "more figures are withheld in this release" in page
    assert "withheld in this release" not in (first.folder / "index.zh.html").read_text("utf-8")
    assert json.loads((second.folder / "manifest.json").read_text("utf-8"))["files"]["compared.parquet"]


def test_pages_lead_to_all(two: Any) -> None:
    root, first, _, second = two
    for lang, told in (("zh", "已由第2版"), ("en", "Superseded by release 2")):
        index = html.fromstring((root / "releases" / f"index.{lang}.html").read_bytes())
        assert told in index.text_content() and "溪口镇更正" in index.text_content()
        page = html.fromstring((first.folder.parent / f"v1.{lang}.html").read_bytes())
        assert told in page.text_content()
        assert all(sha256 in page.text_content() for sha256 in first.files.values())
        erratum = html.fromstring((second.folder / f"erratum.{lang}.html").read_bytes())
        assert "data/raw/a.xlsx!台账!4" in erratum.text_content() and "新隐患" not in erratum.text_content()
        for place, tree in (
            (root / "releases", index),
            (first.folder.parent, page),
            (second.folder, erratum),
        ):
            targets = [
                link for _, name, link, _ in tree.iterlinks() if name == "href" and link[:1] not in "#d"
            ]
            assert targets and all((place / link).exists() for link in targets)
            assert "http" not in "".join(targets)


def test_both_are_made_again_byte_for_byte(two: Any) -> None:
    _, first, _, second = two
    for one in (first, second):
        verdict = verify_release(one, jobs=1)
        assert verdict.fine, (verdict.faults, verdict.differs, verdict.unmade)
        assert not verdict.code


def test_what_differs_is_told_in_all_forms(two: Any) -> None:
    root, _, _, second = two
    book = Workbook(root)
    found = compare_releases(book, "2021/v1", str(second.folder))
    told = json.loads(format_difference(found, "json", book, "zh"))
    facts = {(one["district_code"], one["what"]): one for one in told["facts"]}
    erratum = read_erratum(second)
    changed = {key for key, one in facts.items() if one["change"] == "changed"}
    assert changed == set(erratum) and (told["a"], told["b"]) == ("2021/v1", "2021/v2")
    assert all(facts[key]["rows"] == row["rows"] for key, row in erratum.items())
    rows = {(one["change"], one["from"], one["to"]) for one in told["rows"]}
    place = "data/raw/a.xlsx!台账!"
    assert {
        ("removed", f"{place}5", ""),
        ("moved", f"{place}4", f"{place}4"),
        ("changed", f"{place}2", f"{place}2"),
    } <= rows
    assert len(rows) == 5 and {one["what"] for one in told["rows"]} == {
        "hazards"
    }  # complaints are confidential
    words = [one for one in told["words"] if one["district_code"] == "all"]
    assert any("查出隐患7处" in one["from"] and "查出隐患8处" in one["to"] for one in words)
    text = format_difference(found, "table", book, "en")
    assert "hazards.found: 3 → 5" in text and "Words:" in text
    assert len(format_difference(found, "csv", book, "zh").splitlines()) > len(changed)
    assert "      " not in text and "    moved to another day or district" in text
    page = html.fromstring(format_difference(found, "html", book, "zh").encode())
    assert page.findall(".//table")
    shown = " ".join(" ".join(cell.itertext()) for cell in page.iterfind(".//td"))
    assert "删去：data/raw/a.xlsx" in shown and "改到别的日期或地区（" in shown
    assert not {"removed", "moved", "changed", "added"} & set(re.findall("[a-z]+", shown))
    draft = compare_releases(book, "2021/v2", "now").table
    assert draft.empty and compare_releases(book, str(root / "reports" / "2021"), "now").table.empty


def test_a_changed_byte_is_found(two: Any, tmp_path: Path) -> None:
    _, first, *_ = two
    copy = tmp_path / "v1"
    shutil.copytree(first.folder, copy)
    (copy / "facts.csv").chmod(0o644)
    (copy / "facts.csv").write_bytes(b"other")
    (copy / "index.zh.html").unlink()
    (copy / "more.txt").write_text("x", "utf-8")
    faults = find_faults(read_release(first.root, copy))
    assert faults == [("missing", "index.zh.html"), ("changed", "facts.csv"), ("added", "more.txt")]


def test_a_manifest_that_lacks_something_is_told(two: Any, tmp_path: Path) -> None:
    _, first, *_ = two
    whole = json.loads((first.folder / "manifest.json").read_text("utf-8"))
    folder = tmp_path / "2021" / "v1"
    folder.mkdir(parents=True)
    wrong: list[Any] = [
        {key: one for key, one in whole.items() if key != name} for name in ("files", "reports", "release")
    ]
    wrong += [{**whole, "code": {}}, {**whole, "reports": {"a": {}}}, {**whole, "period": "21"}, [], None]
    for manifest in wrong:
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        with pytest.raises(ParameterError, match=r"2021/v1"):
            read_release(tmp_path, folder)


def test_nothing_new_is_no_release(two: Any) -> None:
    root, _, _, second = two
    again = make_release(Workbook(root), PERIOD, by="李工", jobs=1, progress=lambda _: None)
    assert (again.new, again.release.name) == (False, second.name)
    assert [path.name for path in second.folder.parent.iterdir() if path.is_dir()] in (
        ["v1", "v2"],
        ["v2", "v1"],
    )


def test_a_package_of_a_release_has_the_settings_of_then(two: Any, tmp_path: Path) -> None:
    root, *_ = two
    path = root / "workbook.toml"
    before = path.read_text("utf-8")
    path.write_text(f"{before}[indicators]\nsuppress_below = 9\n", "utf-8")
    try:
        made = pack_period(Workbook(root).config, PERIOD, tmp_path / "2021.zip")
    finally:
        path.write_text(before, "utf-8")
    assert made.source == "releases/2021/v2" and not [one for one in made.notes if "settings" in one.code]
    with zipfile.ZipFile(tmp_path / "2021.zip") as pack:
        settings = tomllib.loads(pack.read("workbook.toml").decode())
    assert "complaints" in settings["ledgers"] and "indicators" not in settings


def test_pruning_leaves_what_a_release_names(two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    root, first, _, second = two
    monkeypatch.setenv("TAIZHANG_NOW", "2024-01-01T09:00:00+08:00")
    prune_store(Workbook(root).config)
    left = {one.id for one in list_snapshots(Workbook(root).config)}
    assert {first.snapshot, second.snapshot} <= left


def test_reports_must_be_approved_where_that_is_asked_for(two: Any) -> None:
    root, *_ = two
    path, note = root / "workbook.toml", root / "notes" / "2021" / "all.md"
    before = path.read_text("utf-8")
    path.write_text(f"{before}[release]\napproval = true\n", "utf-8")
    note.parent.mkdir(parents=True)
    try:
        note.write_text("---\napproved: true\napprover: 王主任\ndate: 2022-02-02\n---\n", "utf-8")
        with pytest.raises(ParameterError) as refused:
            make_release(Workbook(root), PERIOD, by="李工", jobs=1, progress=lambda _: None)
        assert f"{XIKOU}.zh" in str(refused.value) and "comparison" not in str(refused.value)
    finally:
        path.write_text(before, "utf-8")
        note.unlink()
    assert len(list_releases(root)) == 2


def test_commands_end_as_they_should(
    two: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, first, _, second = two

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["taizhang", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    code, out, _ = run("diff", "2021/v1", "2021/v2", "--format", "csv", "-C", root)
    assert code == 0 and out.startswith("\ufeffpart,district_code")
    code, _, err = run("diff", "2021/v1", "2021/v9", "-C", root)
    assert code == 2 and "2021/v9" in err
    assert run("release", "--period", "2021", "--by", " ", "-C", root)[0] == 2
    assert run("verify", root / "nowhere")[0] == 2
    file = first.folder / "facts.csv"
    data = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(data + b"1")
    try:
        code, _, err = run("verify", first.folder, "--jobs", 1)
        assert code == 1 and "2021/v1" in err and "facts.csv" in err
    finally:
        file.write_bytes(data)
        file.chmod(0o444)
    assert second.folder.exists()


# A release of the review that is there; it says when it begins.
_RELEASE = """
import json, sys
from pathlib import Path
from taizhang.core.periods import parse_period
from taizhang.release import freeze
from taizhang.report.review import ReviewResult
from taizhang.workbook.book import Workbook

book, period = Workbook(Path(sys.argv[1])), parse_period("2021")
folder = book.reports_dir(period)
names = list(json.loads((folder / "manifest.json").read_text("utf-8"))["reports"])
freeze.bring_up_to_date = lambda *_, **__: [ReviewResult({}, [], names, [], folder)]
print("begins", flush=True)
freeze.make_release(book, period, by="x")
"""


@pytest.mark.long
def test_a_killed_release_leaves_none_or_a_whole_one(two: Any, tmp_path: Path) -> None:
    """Killed at 50 moments from the beginning to the end: each time there is the release, whole, or nothing of it."""
    root = tmp_path / "book"
    shutil.copytree(two[0], root)
    folder = root / "releases" / "2021"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "lib")}

    def release(seconds: float | None) -> float:
        """Make the second release, and kill that after some time; returns how long it took."""
        if (folder / "v2").exists():
            shutil.rmtree(folder / "v2")
        process = subprocess.Popen(
            [sys.executable, "-c", _RELEASE, str(root)], env=environment, stdout=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"begins\n"
        began = time.monotonic()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return time.monotonic() - began

    whole = release(None)
    assert [one.name for one in list_releases(root)] == ["2021/v1", "2021/v2"]
    ended = set()
    for turn in range(50):
        release(whole * turn / 48)
        there = list_releases(root)
        ended.add(len(there))
        assert [one.name for one in there] in (["2021/v1"], ["2021/v1", "2021/v2"])
        assert all(not find_faults(one) for one in there)
        assert {one.snapshot for one in there} <= {one.id for one in list_snapshots(Workbook(root).config)}
    assert ended == {1, 2}
    release(None)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
