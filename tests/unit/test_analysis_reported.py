"""Reported numbers in a report: marked wherever they stand, and part of no change, rank, map or finding."""

import pytest
from ingest_book import make_book, make_hazards, write_sheet

from taizhang import figures, narrative
from taizhang.analysis.changes import compare_periods
from taizhang.analysis.reported import count_beside, list_beside, list_differing
from taizhang.analysis.view import View
from taizhang.workbook.book import Workbook
from taizhang.workbook.quality import read_set_aside

BLOCK = """
[[ledgers.drills]]
form = "sums"
files = ["data/raw/sums/*.xlsx"]
columns = { "hazards.found" = "隐患数", "drills.held" = "演练次数", "complaints.received" = "信访件数" }
"""
HEAD = ["乡镇", "隐患数", "演练次数", "信访件数"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """Three rows of hazards in March 2021; a report of the month, and one of the third quarter of 2021 and 2020."""
    root = tmp_path_factory.mktemp("reported")
    make_book(root, {"h.xlsx": make_hazards("溪口镇", 3)}, patterns=["h.xlsx"], more=BLOCK)
    month = [["2021年3月"], HEAD, ["溪口镇", 4, 2, 9], ["溪南镇", 0, 1, 3], ["白鹭镇", 7, 0, 8]]
    quarter = [
        ["2021年第三季度"],
        HEAD,
        ["溪口镇", 120, 2, 9],
        ["溪南镇", 80, 1, "约十几"],
        ["白鹭镇", 35, 0, 8],
    ]
    before = [["2020年第三季度"], HEAD, ["溪口镇", 12, 2, 9], ["溪南镇", 8, 1, 7], ["白鹭镇", 3, 0, 8]]
    for name, rows in (("a", month), ("b", quarter), ("c", before)):
        write_sheet(root / f"data/raw/sums/{name}.xlsx", rows)
    return Workbook(root)


def write_text(shown: object) -> str:
    bundle = shown._repr_mimebundle_()  # type: ignore[attr-defined]
    return str(bundle["text/plain"]) + " ".join(getattr(shown, "notes", ()))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reported_number_is_marked(book: Workbook, lang: str) -> None:
    mark = {"zh": "未经", "en": "unverified"}[lang]
    view = book.view("溪口镇", "2021Q3", lang)
    cards = figures.show_key_figures(view)
    assert cards is not None and [
        (one.value, mark in one.change) for one in cards.items if one.value == "120"
    ] == [("120", True)]
    summary = narrative.write_summary(view)
    assert summary is not None and "120" in write_text(summary) and mark in write_text(summary)
    table = figures.tabulate_facts(view, "hazards")
    assert table is not None and "120" in write_text(table) and mark in table.notes[-1]
    cells = [cell for row in table.rows for cell in row if cell.fact and cell.value is not None]
    assert cells and all(cell.text.endswith("*") for cell in cells)
    districts = figures.tabulate_districts(book.view("all", "2021Q3", lang), "hazards")
    assert districts is not None and mark in districts.notes[-1]
    assert [row[1].text for row in districts.rows] == ["120*", "80*", "35*", "235*"]


def test_nothing_rests_on_reported_numbers(book: Workbook) -> None:
    view = book.view("all", "2021Q3", "en")
    assert view.fact("hazards.found") is None and view.facts.empty and view.facts_before.empty
    assert compare_periods(view, "hazards.found", then="year") is None
    assert not figures.plot_ranking(view, "hazards.found") and not figures.map_fact(view, "hazards.found")
    assert not figures.tabulate_changes(view) and not narrative.write_hazards(view)
    assert not narrative.write_comparison(view, "hazards.found")


def beside(view: View) -> list[tuple[str, str, float, float]]:
    return [(one.place, one.info.name, one.reported, one.counted) for one in list_beside(view)]


def test_reported_and_counted_stand_side_by_side(book: Workbook) -> None:
    view = book.view("all", "2021-03", "en")
    found = [("Xikou Town", 4, 3), ("Xinan Town", 0, 0), ("Bailu Town", 7, 0), ("Whole county", 11, 3)]
    assert beside(view) == [(place, "hazards.found", reported, counted) for place, reported, counted in found]
    assert [one.place for one in list_differing(view)] == ["Xikou Town", "Bailu Town", "Whole county"]
    assert count_beside(view) == (4, 3)
    table = figures.tabulate_reported(view)
    assert table is not None and [[cell.text for cell in row] for row in table.rows] == [
        ["Xikou Town", "Hazards found", "4", "3", "1"],
        ["Bailu Town", "Hazards found", "7", "0", "7"],
        ["Whole county", "Hazards found", "11", "3", "8"],
    ]
    own = figures.tabulate_reported(book.view("溪南镇", "2021-03", "en"))
    assert not own  # nothing differs
    year = book.view("all", "2021", "en")
    assert not figures.tabulate_reported(year) and year.reported.empty


def test_small_numbers_of_complaints_are_nowhere(book: Workbook) -> None:
    """3 in 溪南镇: that is withheld, and the whole area's 20 with it."""
    view = book.view("溪南镇", "2021-03", "en")
    row = view.report_of("complaints.received")
    assert row is not None and row["suppressed"]
    summary = narrative.write_summary(view)
    assert summary is not None and "omplaints" not in write_text(summary)
    rows = [view.report_of("complaints.received", code) for code in (*book.districts["code"], "all")]
    assert [row is not None and bool(row["suppressed"]) for row in rows] == [False, True, False, True]
    assert [
        row is not None and row["value"] for row in rows if row is not None and not row["suppressed"]
    ] == [9, 8]
    unverified = book.list_unverified("2021-03")
    told = unverified[unverified["fact"] == "complaints.received"]
    assert told["district_code"].tolist() == ["350921101", "350921103"]
    # A cell that could not be read may be such a number: its text stays in data/processed.
    aside = read_set_aside(book.config.processed, book.kinds)
    assert aside.loc[aside["kind"] == "sums", "value"].tolist() == ["***"]
