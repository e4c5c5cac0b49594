"""Why a number is another than it was: the rows, settings or layers that made it so."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import pytest
from ingest_book import make_book, make_hazards, write_sheet

from taizhang.core.periods import parse_period
from taizhang.ingest.snapshots import store_whole
from taizhang.release.causes import Comparison, list_places
from taizhang.release.states import open_snapshot
from taizhang.workbook.book import Workbook

XIKOU, XINAN, BAILU = "350921101", "350921102", "350921103"
PERIOD = parse_period("2021")
POPULATION = ["所属乡镇", "年份", "常住人口"]
INCIDENTS = ["所属乡镇", "发生时间", "事故类别", "死亡人数"]
MORE = (
    '[ledgers.population]\nfiles = ["data/raw/more/population.xlsx"]\n'
    '[ledgers.incidents]\nfiles = ["data/raw/more/incidents.xlsx"]\n'
    '[ledgers.complaints]\nfiles = ["data/raw/more/complaints.xlsx"]\n'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_book(tmp_path, {"a.xlsx": make_hazards("溪口镇", 4), "b.xlsx": make_hazards("溪南镇", 3)}, more=MORE)
    more = tmp_path / "data" / "raw" / "more"
    write_sheet(
        more / "population.xlsx",
        [POPULATION, *([town, 2021, 9000] for town in ("溪口镇", "溪南镇", "白鹭镇"))],
    )
    write_sheet(more / "incidents.xlsx", [INCIDENTS, ["溪口镇", "2021-02-03", "生产安全事故", 1]])
    write_complaints(tmp_path, 12, 3)
    return tmp_path


def write_complaints(root: Path, xikou: int, bailu: int) -> None:
    rows = [
        [town, f"2021-04-{n + 1:02d}", "电话"]
        for town, count in (("溪口镇", xikou), ("白鹭镇", bailu))
        for n in range(count)
    ]
    write_sheet(root / "data" / "raw" / "more" / "complaints.xlsx", [["所属乡镇", "受理日期", "渠道"], *rows])


@pytest.fixture
def compare(root: Path) -> Iterator[Callable[[Callable[[], object]], Comparison]]:
    """Compare the workbook before and after something is done to it."""
    with ExitStack() as stack:

        def run(change: Callable[[], object]) -> Comparison:
            ids = []
            for act in (lambda: None, change):
                act()
                book = Workbook(root)
                book.ingest()
                ids.append(store_whole(book.config).id)
            books = [stack.enter_context(open_snapshot(book, one)) for one in ids]
            hidden = [(BAILU, "complaints.received")]
            return Comparison(book, (ids[0], ids[1]), (books[0], books[1]), PERIOD, hidden)

        yield run


def tell(found: Comparison, code: str, fact: str) -> list[str]:
    return [str(one) for one in found.find(code, fact)]


def test_rows_sorted_anew_are_no_cause(root: Path, compare: Callable[..., Comparison]) -> None:
    head, *rows = make_hazards("溪口镇", 4)
    rows.reverse()
    rows[0] = [*rows[0]]
    rows[0][4] = "重大"  # of the fourth, which is now first
    found = compare(lambda: write_sheet(root / "data" / "raw" / "a.xlsx", [head, *rows]))
    place = "changed data/raw/a.xlsx!台账!2 (was data/raw/a.xlsx!台账!5)"
    assert tell(found, XIKOU, "hazards.major") == [place] == tell(found, "all", "hazards.major")
    changes = found.list_changes()
    assert list(changes) == ["hazards"] and changes["hazards"]["columns"].tolist() == ["severity"]


def test_a_row_of_another_town_is_named_for_both(root: Path, compare: Callable[..., Comparison]) -> None:
    rows = make_hazards("溪口镇", 4)
    rows[2][1] = "白鹭镇"
    found = compare(lambda: write_sheet(root / "data" / "raw" / "a.xlsx", rows))
    for code in (XIKOU, BAILU):
        assert tell(found, code, "hazards.found") == ["moved data/raw/a.xlsx!台账!3"]


def test_rates_name_the_rows_of_what_they_are_divided_by(
    root: Path, compare: Callable[..., Comparison]
) -> None:
    rows = [POPULATION, ["溪口镇", 2021, 10000], ["溪南镇", 2021, 9000], ["白鹭镇", 2021, 9000]]
    found = compare(lambda: write_sheet(root / "data" / "raw" / "more" / "population.xlsx", rows))
    assert tell(found, XIKOU, "incidents.deaths_per_100k") == ["changed data/raw/more/population.xlsx!台账!2"]


def test_settings_are_named_where_no_row_is_another(root: Path, compare: Callable[..., Comparison]) -> None:
    def aim() -> None:
        with (root / "workbook.toml").open("a", encoding="utf-8") as file:
            file.write(
                '[[targets]]\nindicator = "hazards.found"\ndistrict = "*"\nperiod = "2021"\nat_least = 2\n'
            )

    found = compare(aim)
    assert tell(found, XIKOU, "targets.hazards.found.done_percent") == ["settings workbook.toml"]
    assert tell(found, XIKOU, "hazards.found") == ["settings workbook.toml"]


def test_rows_of_a_file_that_can_not_be_read_were_not_removed(
    root: Path, compare: Callable[..., Comparison]
) -> None:
    found = compare(lambda: (root / "data" / "raw" / "a.xlsx").write_bytes(b"PK damaged"))
    for code in (XIKOU, BAILU, "all"):
        assert tell(found, code, "hazards.found") == ["unread data/raw/a.xlsx"]
    assert set(found.list_changes()["hazards"]["change"]) == {"unread"}


def test_a_ledger_that_is_no_longer_kept_is_told_by_its_rows(
    root: Path, compare: Callable[..., Comparison]
) -> None:
    path = root / "workbook.toml"
    text = path.read_text("utf-8")
    other = text.replace("[ledgers.hazards]", "[ledgers.disputes]")
    found = compare(lambda: path.write_text(other, "utf-8"))
    path.write_text(text, "utf-8")
    places = found.list_changes()["hazards"]
    assert set(places["change"]) == {"removed"} and places["source_file"].isna().all()
    assert set(map(str, list_places(places, "_before"))) >= {"data/raw/a.xlsx!台账!2"}


def test_places_of_confidential_rows_are_not_named(root: Path, compare: Callable[..., Comparison]) -> None:
    found = compare(lambda: write_complaints(root, 13, 4))
    assert (
        tell(found, "all", "complaints.received") == ["hidden"] == tell(found, BAILU, "complaints.received")
    )
    assert tell(found, XIKOU, "complaints.received") == ["added data/raw/more/complaints.xlsx!台账!14"]
    assert found.list_changes() == {}


def test_of_summary_tables_the_cells_are_named(root: Path, compare: Callable[..., Comparison]) -> None:
    path = root / "data" / "raw" / "more" / "sums.xlsx"

    def write(xikou: int) -> None:
        head = ["序号", "乡镇", "演练次数"]
        towns = enumerate((("溪口镇", xikou), ("溪南镇", 7), ("白鹭镇", 8)), 1)
        write_sheet(path, [["2021年度应急演练统计表"], head, *([n, *one] for n, one in towns)])

    write(5)
    with (root / "workbook.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[ledgers.drills]]\nform = "sums"\nfiles = ["data/raw/more/sums.xlsx"]\n'
            'columns = { "drills.held" = "演练次数" }\n'
        )
    found = compare(lambda: write(6))
    assert tell(found, XIKOU, "drills.held") == ["changed data/raw/more/sums.xlsx!台账!3"]
    assert tell(found, "all", "drills.held") == ["changed data/raw/more/sums.xlsx!台账!3"]


def test_where_a_layer_was_changed_that_is_named(root: Path, compare: Callable[..., Comparison]) -> None:
    layer = root / "data" / "raw" / "towns.gpkg"

    def move() -> None:
        districts = gpd.read_file(layer)
        districts.geometry = districts.geometry.translate(0.001, 0)
        layer.unlink()
        districts.to_file(layer)

    assert tell(compare(move), XIKOU, "hazards.found") == ["changed data/raw/towns.gpkg"]


def test_nothing_that_can_be_named_is_the_code(root: Path, compare: Callable[..., Comparison]) -> None:
    assert tell(compare(lambda: None), XIKOU, "hazards.found") == ["code"]
