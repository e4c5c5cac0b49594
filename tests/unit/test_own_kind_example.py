"""The example of docs/howto/own-ledger-kind.md is followed in a copy of the sample, and its numbers come out."""

import re
import shutil
from pathlib import Path

import pytest
from test_recipes import STEP, Step

import taizhang as tz
from taizhang import figures
from taizhang.workbook.book import Workbook

PAGES = {"en": "own-ledger-kind.md", "zh": "own-ledger-kind.zh.md"}
LEDGER = "data/raw/returned_workers/返乡务工.csv"
# 414 are back (43 poor), 2,332 are not (508 poor): 2,746, and 551 poor in all.
NUMBERS = {"all": 2746, "back": 414, "back_poor": 43, "not_back": 2332, "not_back_poor": 508, "poor": 551}


def read_steps(root: Path, lang: str) -> list[Step]:
    page = (root / "docs" / "howto" / PAGES[lang]).read_text("utf-8")
    found = STEP.finditer(page)
    return [Step(int(one["number"]), one["file"], one["line"] or "", one["text"]) for one in found]


@pytest.fixture(scope="module")
def book(root: Path, sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    folder = tmp_path_factory.mktemp("workers") / "book"
    shutil.copytree(sample_book, folder)
    for step in read_steps(root, "en"):
        (folder / step.file).parent.mkdir(parents=True, exist_ok=True)
        step.follow(folder)
    page = (root / "docs" / "howto" / PAGES["en"]).read_text("utf-8")
    (settings,) = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    with (folder / "workbook.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{settings}")
    return tz.open(str(folder))


def test_both_pages_have_the_same_files(root: Path) -> None:
    english, chinese = (read_steps(root, lang) for lang in PAGES)
    assert english == chinese and [step.file for step in english][-1] == LEDGER


def test_the_numbers_come_out_and_have_their_rows(book: Workbook) -> None:
    facts = book.facts("2021").set_index(["fact", "district"])["value"]
    for place in ("溪口镇", "all"):
        found = {name: facts[f"returned_workers.{name}", place] for name in NUMBERS}
        assert found == NUMBERS
    assert facts["returned_workers.all", "浪屿乡"] == 0
    assert len(book.returned_workers) == 4  # neither title nor total
    told = book.trace("returned_workers.not_back_poor", "2021", "溪口镇")
    assert told.loc[told["counted"], "people"].tolist() == [508]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_tells_them(book: Workbook, lang: str) -> None:
    view = book.view("溪口镇", "2021", lang)
    table = figures.tabulate_own_facts(view)
    assert table is not None
    shown = {row[0].text: row[1].text for row in table.rows}
    titles = {name: view.describe(f"returned_workers.{name}").title[lang] for name in NUMBERS}
    unit = {"zh": "人", "en": " people"}[lang]
    assert shown == {titles[name]: f"{number:,}{unit}" for name, number in NUMBERS.items()}
    (kind,) = (row for row in figures.tabulate_own_ledgers(view).rows)
    assert kind[2].text == "4"
    drawn = figures.plot_classes(view, "returned_workers", "state", value="people")
    assert drawn is not None and "2,332" in drawn.alt


def test_an_answer_left_out_is_not_nought(book: Workbook, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    shutil.copytree(book.root, folder)
    path = folder / LEDGER
    path.write_text(path.read_text("utf-8").replace("未返岗,是,508", ",是,508"), encoding="utf-8")
    facts = tz.open(str(folder)).facts("2021").set_index(["fact", "district"])
    assert facts.loc[("returned_workers.all", "溪口镇"), "value"] == 2746
    # The row that does not say is in none of the parts.
    assert facts.loc[("returned_workers.not_back", "溪口镇"), "value"] == 1824
