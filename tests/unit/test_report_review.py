"""Reviews: every report its own, what failed told apart, only what changed made again.

A small stand-in for a workbook and two small notebooks, so that each run costs kernels and little else.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pypdfium2
import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from shapely import box
from view_maker import make_view

from taizhang.analysis.view import View
from taizhang.core.errors import ParameterError, SchedulerError
from taizhang.core.periods import Period
from taizhang.metadata.facts import load_facts
from taizhang.report.changes import InputHashes
from taizhang.report.docx import BASES
from taizhang.report.progress import Progress
from taizhang.report.review import ReviewResult, make_review
from taizhang.settings.workbook import OwnReport

NAMES = {"350921101": "溪口镇", "350921102": "老溪南镇", "350921103": "城东街道"}
MARKERS = {
    "350921101": "记号甲7401",
    "350921102": "记号乙7402",
    "350921103": "记号丙7403",
    "all": "记号总7400",
}

CELL = """
from pathlib import Path
from taizhang.core import display
mark = Path("data", district + ".txt").read_text("utf-8")
words = {"zh": "本地区的记号是", "en": "The marker here is "}[lang]
""".strip()
SHOW = """
display.Figure("f", "图题" + mark, "图示" + mark, "", '<svg xmlns="http://www.w3.org/2000/svg" width="400" '
    'height="60"><text x="5" y="30" font-family="Noto Sans SC">' + "图中" + mark + "</text></svg>")
""".strip()


class Book:
    """What make_review asks of a Workbook."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.chosen_as_of: date | None = None
        self.known = None
        self.asked: date | None = None
        self.written: dict[str, object] = {}
        self.result = SimpleNamespace(list_unread=list, made_on="2022-01-31", fingerprint="")
        self.spans = pd.DataFrame(
            {
                "kind": ["hazards"],
                "rows": 6,
                "first": pd.Timestamp("2021-01-02"),
                "last": pd.Timestamp("2021-12-30"),
            }
        )
        self.config = SimpleNamespace(
            root=root,
            source=root,
            held=None,
            processed=root / "data" / "processed",
            cache=root / "data" / "processed" / ".cache",
            title="滨江县安全评估",
            titles={"zh": "滨江县安全评估"},
            name_title=lambda lang: "滨江县安全评估",
            lang="zh",
            sample=True,
            sums=(),
            style="modern",
            fonts=None,
            issuer="",
            contact="",
            ledgers={},
            suppress=(),
            reports=(),
            boundaries=SimpleNamespace(approval="", names_en={}),
        )
        self.fact_infos = load_facts()
        self.districts = gpd.GeoDataFrame(
            {"code": list(NAMES), "name": list(NAMES.values())},
            geometry=[box(x, 0, x + 1, 1) for x in range(3)],
            crs="EPSG:4490",
        )

    def view(self, *_: object, **__: object) -> View:
        """One that no rule finds a problem in."""
        return make_view(facts=[])

    def _raw(self) -> list[Path]:
        return sorted((self.root / "data").glob("*.txt"))

    def inputs(self) -> list[dict[str, Any]]:
        return [
            {"path": f"data/{path.name}", "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": 1}
            for path in self._raw()
        ]

    def fingerprint(self) -> str:
        return hashlib.sha256(b"".join(path.read_bytes() for path in self._raw())).hexdigest()

    @contextmanager
    def hold(self) -> Iterator["Book"]:
        yield self

    def as_of(self, period: Period) -> date:
        return date(2022, 1, 31)

    def resolve_district(self, text: str) -> str:
        codes = {name: code for code, name in NAMES.items()} | {code: code for code in NAMES}
        if text not in codes:
            raise ParameterError("boundaries.district.none", text=text, districts="溪口镇")
        return codes[text]

    def reports_dir(self, period: Period) -> Path:
        return self.root / "reports" / period.path

    def template(self, kind: str) -> Path:
        return self.root / "notebooks" / f"{kind}.ipynb"

    def facts_as_of(self, period: Period, as_of: date) -> pd.DataFrame:
        return self.facts(period)

    def list_unverified(self, period: Period) -> pd.DataFrame:
        return pd.DataFrame(columns=["district_code", "fact"])

    def facts_earlier(self, earlier: Period, period: Period) -> pd.DataFrame:
        return self.facts(earlier)

    def ledger(self, kind: str) -> pd.DataFrame:
        raise AssertionError

    trace = hide_personal = ledger

    def facts(self, period: Period) -> pd.DataFrame:
        codes = [*NAMES, "all"]
        return pd.DataFrame(
            {
                "district_code": codes,
                "district": [*NAMES.values(), "滨江县"],
                "period": str(period),
                "fact": "hazards.found",
                "value": [1.0, 2.0, 3.0, 6.0],
                "unit": "count",
                "numerator": [1.0, 2.0, 3.0, 6.0],
                "denominator": float("nan"),
                "low": float("nan"),
                "high": float("nan"),
                "suppressed": False,
                "as_of": "2022-01-31",
            }
        )


def hash_book(book: Book, period: Period, frames: object) -> InputHashes:
    """Each report is made from its own file of data."""
    marks = {path.stem: path.read_text("utf-8") for path in book._raw()}
    path = book.root / "data" / "hidden.json"
    hidden = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return InputHashes(str(hidden.get("all", "")), marks, marks["all"], hidden)


@pytest.fixture(scope="module", autouse=True)
def own_data() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taizhang.report.snapshot.hash_book", hash_book)
        yield


def write_template(root: Path, kind: str, *extra: str) -> None:
    cells = [
        new_code_cell(
            'district = ""\nperiod = ""\nlang = "zh"\nworkbook = ""', metadata={"tags": ["parameters"]}
        ),
        new_markdown_cell("## 概况"),
        new_code_cell(CELL),
        new_code_cell("display.Prose((display.Block((display.Run(words + mark),)),))"),
        new_code_cell(SHOW),
        *map(new_code_cell, extra),
    ]
    notebook = new_notebook(cells=cells)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    (root / "notebooks" / f"{kind}.ipynb").write_text(writes(notebook), "utf-8")


def make_book(root: Path) -> Book:
    (root / "data").mkdir(parents=True)
    for code, marker in MARKERS.items():
        (root / "data" / f"{code}.txt").write_text(marker, "utf-8")
    write_template(root, "township_review")
    write_template(root, "county_comparison")
    return Book(root)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return make_book(tmp_path)


def run(book: Book, **more: Any) -> ReviewResult:
    more.setdefault("jobs", 1)
    more.setdefault("progress", lambda progress: None)
    return make_review(book, "2021", **more)  # type: ignore[arg-type]


def read_text(page: Path) -> str:
    """What a page shows, without spaces."""
    if page.suffix == ".pdf":
        document = pypdfium2.PdfDocument(page)
        text = "".join(p.get_textpage().get_text_range() for p in document)
        document.close()
    else:
        text = page.read_text("utf-8")
    return re.sub(r"\s", "", text)


def read_states(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        path.name: (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.glob("*.*")
        if path.suffix in (".html", ".pdf") and not path.name.startswith("index")
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Book, ReviewResult, list[Progress]]]:
    """A whole review with two jobs; tests that use it only look."""
    book, seen = make_book(tmp_path_factory.mktemp("book")), []
    yield book, run(book, jobs=2, progress=seen.append), seen


def test_each_report_shows_its_own_district_and_no_other(
    done: tuple[Book, ReviewResult, list[Progress]],
) -> None:
    _, result, _ = done
    stems = {**{code: code for code in NAMES}, "all": "comparison"}
    for code, stem in stems.items():
        for form in ("html", "pdf"):
            text = read_text(result.folder / f"{stem}.zh.{form}")
            for other, marker in MARKERS.items():
                assert (f"本地区的记号是{marker}" in text) == (other == code), (stem, form, other)
                assert (f"图中{marker}" in text) == (other == code), (stem, form, other)
                assert (marker in text) == (other == code), (stem, form, other)


def test_a_review_leaves_what_the_contract_says(done: tuple[Book, ReviewResult, list[Progress]]) -> None:
    book, result, seen = done
    left = sorted(
        path.relative_to(result.folder).as_posix() for path in result.folder.rglob("*") if path.is_file()
    )
    reports = [f"{stem}.zh" for stem in (*NAMES, "comparison")]
    assert {
        *(f"{name}.{form}" for name in reports for form in ("html", "pdf")),
        *(f"notebooks/{name}.ipynb" for name in reports),
        *("facts.csv", "facts.parquet", "index.zh.html", "manifest.json"),
    } <= set(left)
    assert not [name for name in left if Path(name).name.startswith(".")]
    assert (sorted(result.made), result.failed, str(result.summary)) == (sorted(reports), [], "4 made")
    assert (result.folder / "facts.csv").read_bytes().startswith(b"\xef\xbb\xbfdistrict_code,")
    pd.testing.assert_frame_equal(
        pd.read_parquet(result.folder / "facts.parquet"),
        book.facts(Period(date(2021, 1, 1), date(2021, 12, 31), "2021")),
    )
    manifest = json.loads((result.folder / "manifest.json").read_text("utf-8"))
    assert manifest["inputs"] == book.inputs() and "typst" in manifest["versions"]
    entry = manifest["reports"]["350921101.zh"]
    assert (entry["status"], entry["error"], entry["name"]) == ("made", "", "溪口镇")
    assert entry["parameters"] == {"district": "350921101", "period": "2021", "lang": "zh"}
    assert entry["seconds"] > 0
    assert [progress.done for progress in seen] == [0, 1, 2, 3, 4] and seen[-1].total == 4


def test_no_output_names_this_machine(done: tuple[Book, ReviewResult, list[Progress]]) -> None:
    book, result, _ = done
    for path in result.folder.rglob("*"):
        if path.suffix in (".html", ".json", ".ipynb", ".csv"):
            assert str(book.root) not in path.read_text("utf-8"), path.name
        elif path.suffix == ".pdf":
            assert str(book.root).encode() not in path.read_bytes(), path.name


def test_nothing_changed_nothing_made(book: Book) -> None:
    first = run(book, districts=["溪口镇", "城东街道"], formats=("html",))
    states = read_states(first.folder)
    again = run(book, districts=["溪口镇", "城东街道"], formats=("html",))
    assert (again.made, str(again.summary)) == ([], "2 unchanged")
    assert read_states(first.folder) == states
    fresh = run(book, districts=["溪口镇"], formats=("html",), fresh=True)
    assert fresh.made == ["350921101.zh"]
    # Made anew, it is the same byte for byte.
    assert {name: digest for name, (_, digest) in read_states(first.folder).items()} == {
        name: digest for name, (_, digest) in states.items()
    }


def test_what_changed_is_made_again(book: Book) -> None:
    def remake(form: str = "html") -> list[str]:
        return run(book, districts=["溪口镇"], formats=(form,)).made

    folder = book.root / "reports" / "2021"
    assert remake() == ["350921101.zh"]
    (book.root / "data" / "350921101.txt").write_text("记号新7409", "utf-8")  # an input
    assert remake() == ["350921101.zh"]
    assert "记号新7409" in read_text(folder / "350921101.zh.html")
    write_template(book.root, "township_review", "1 + 1")  # the template
    assert remake() == ["350921101.zh"]
    (folder / "350921101.zh.html").unlink()  # a page that is gone
    assert remake() == ["350921101.zh"]
    assert run(book, districts=["溪口镇"]).made == ["350921101.zh"]  # a format more
    assert remake() == []  # a format less is there already
    (book.root / "templates").mkdir()
    base = book.root / "templates" / "styles.docx"
    assert remake("docx") == ["350921101.zh"]
    base.write_bytes((BASES / "modern.docx").read_bytes())  # a base document for Word
    assert remake("html") == []
    assert remake("docx") == ["350921101.zh"]
    base.write_bytes((BASES / "gbt9704.docx").read_bytes())
    assert remake("docx") == ["350921101.zh"]
    assert remake("docx") == []


def test_other_districts_and_languages_stay(book: Book) -> None:
    run(book, districts=["溪口镇"], formats=("html",))
    result = run(book, districts=["城东街道"], formats=("html",))
    assert set(result.manifest["reports"]) == {"350921101.zh", "350921103.zh"}
    assert 'href="350921101.en.html"' not in (result.folder / "350921101.zh.html").read_text("utf-8")
    result = run(book, districts=["溪口镇"], lang="en", formats=("html",))
    assert result.made == ["350921101.en"]
    assert set(result.manifest["reports"]) == {"350921101.zh", "350921103.zh", "350921101.en"}
    assert "Themarkerhereis记号甲7401" in read_text(result.folder / "350921101.en.html")
    # Each language now leads to the other, and neither notebook is run again for it.
    assert 'href="350921101.en.html"' in (result.folder / "350921101.zh.html").read_text("utf-8")
    assert 'href="350921101.zh.html"' in (result.folder / "350921101.en.html").read_text("utf-8")
    assert run(book, districts=["溪口镇"], formats=("html",)).made == []
    assert {path.name for path in result.folder.glob("index.*")} == {"index.zh.html", "index.en.html"}


def test_no_page_stays_that_shows_what_now_is_hidden(book: Book) -> None:
    hidden = book.root / "data" / "hidden.json"

    def hide(**facts: list[str]) -> None:
        hidden.write_text(json.dumps(facts), "utf-8")

    hide(all=["2021 disputes.found"])
    both = ["溪口镇", "城东街道"]
    run(book, districts=both)
    result = run(book, districts=both, lang="en", formats=("html",))
    assert len(result.manifest["reports"]) == 4 and not result.taken
    # Of one district more is hidden; only its Chinese page is asked for.
    hide(all=["2021 disputes.found"], **{"350921101": ["2021 disputes.found"]})
    result = run(book, districts=["溪口镇"], formats=("html",))
    assert result.taken == ["350921101.en"] and result.made == ["350921101.zh"]
    assert "deleted" in str(result.notes[0]) and "350921101.en" in str(result.notes[0])
    names = {path.name for path in result.folder.rglob("350921101.*")}
    assert names == {"350921101.zh.html", "350921101.zh.ipynb"}  # the PDF showed it, too
    assert "350921101.en.html" not in (result.folder / "350921101.zh.html").read_text("utf-8")
    assert set(result.manifest["reports"]) == {"350921101.zh", "350921103.zh", "350921103.en"}
    # Less is hidden: what is shown was shown. Then something of the whole area is, which every report shows.
    hide(all=["2021 disputes.found"])
    assert not run(book, districts=["溪口镇"], formats=("html",)).taken
    hide(all=["2021 disputes.found", "2021 disputes.settled"])
    result = run(book, districts=["溪口镇"], formats=("html",))
    assert result.taken == ["350921103.en", "350921103.zh"]
    assert {path.name for path in result.folder.rglob("*.html")} == {"350921101.zh.html", "index.zh.html"}
    told = json.loads((result.folder / "manifest.json").read_text("utf-8"))["hidden"]
    assert told == {"2022-01-31": json.loads(hidden.read_text("utf-8"))}  # by the day read as of


def test_reports_of_other_periods_that_show_what_now_is_hidden_are_named(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hide(*codes: str) -> None:
        facts = Book.facts

        def facts_hidden(self: Book, period: Period) -> pd.DataFrame:
            found = facts(self, period)
            return found.assign(suppressed=(period.text == "2021-03") & found["district_code"].isin(codes))

        monkeypatch.setattr(book, "facts", facts_hidden.__get__(book))
        (book.root / "data" / "hidden.json").write_text(
            json.dumps({code: ["2021-03 hazards.found"] for code in codes}), "utf-8"
        )

    both = {"districts": ["溪口镇", "城东街道"], "formats": ("html",), "jobs": 1, "progress": lambda _: None}
    hide("350921103")
    make_review(book, "2021-03", **both)  # type: ignore[arg-type]
    make_review(book, "2020-03", **both)  # type: ignore[arg-type]
    assert not run(book, districts=["溪口镇"], formats=("html",)).exposed
    hide("350921101", "350921103")
    result = run(book, districts=["溪口镇"], formats=("html",))
    assert result.exposed == ["2021-03/facts.csv", "2021-03/350921101.zh"]
    assert any("still show" in str(note) and "2021-03/350921101.zh" in str(note) for note in result.notes)
    assert not make_review(book, "2022-03", **both).exposed  # type: ignore[arg-type]
    make_review(book, "2021-03", **both)  # type: ignore[arg-type]
    assert not run(book, districts=["溪口镇"], formats=("html",)).exposed


def test_a_failing_report_keeps_its_notebook_and_the_others_are_made(book: Book) -> None:
    assert not run(book, districts=["溪口镇"]).failed
    fail = "if district == '350921101':\n    raise KeyError(str(Path.cwd() / 'data' / '电话13912345678'))"
    write_template(book.root, "township_review", fail)
    seen: list[Progress] = []
    result = run(book, districts=["溪口镇", "城东街道"], jobs=2, progress=seen.append)
    assert (result.made, result.failed, str(result.summary)) == (
        ["350921103.zh"],
        ["350921101.zh"],
        "1 made, 1 failed",
    )
    entry = json.loads((result.folder / "manifest.json").read_text("utf-8"))["reports"]["350921101.zh"]
    assert entry["status"] == "failed" and "KeyError" in entry["error"]
    assert "139" not in entry["error"] and str(book.root) not in entry["error"]
    assert entry["files"] == {"notebook": "notebooks/350921101.zh.ipynb"}
    notebook = (result.folder / "notebooks" / "350921101.zh.ipynb").read_text("utf-8")
    assert "KeyError" in notebook and str(book.root) not in notebook
    # Pages of the run before would show other numbers than the notebook: they are gone.
    assert {path.name for path in result.folder.glob("3509*")} == {"350921103.zh.html", "350921103.zh.pdf"}
    assert [progress.error for progress in seen if progress.status == "failed"] == [entry["error"]]
    write_template(book.root, "township_review")
    assert run(book, districts=["溪口镇", "城东街道"], formats=("html",)).failed == []


def test_a_lost_kernel_fails_its_report_alone(book: Book) -> None:
    write_template(book.root, "township_review", "import os\nif district == '350921102':\n    os._exit(0)")
    result = run(book, districts=list(NAMES), formats=("html",))
    assert result.failed == ["350921102.zh"] and len(result.made) == 2
    assert "the kernel died" in result.manifest["reports"]["350921102.zh"]["error"]


def test_a_page_that_can_t_be_rendered_fails_its_report(book: Book) -> None:
    write_template(book.root, "township_review", "display.Figure('g', '题', '图', '', '<svg')")
    result = run(book, districts=["溪口镇"], formats=("pdf",))
    assert result.failed == ["350921101.zh"]
    assert (
        "Typst could not typeset the PDF of 溪口镇 2021"
        in result.manifest["reports"]["350921101.zh"]["error"]
    )
    assert not (result.folder / "350921101.zh.pdf").exists()


def test_a_run_that_is_stopped_is_gone_on_with(book: Book) -> None:
    def stop(progress: Progress) -> None:
        if progress.done == 1:
            raise KeyboardInterrupt

    assert len(run(book, districts=list(NAMES), formats=("html",)).made) == 3
    with pytest.raises(KeyboardInterrupt):
        run(book, districts=list(NAMES), formats=("html",), fresh=True, progress=stop)
    entries = json.loads((book.root / "reports" / "2021" / "manifest.json").read_text("utf-8"))["reports"]
    assert sorted(entry["status"] for entry in entries.values()) == ["made", "unfinished", "unfinished"]
    result = run(book, districts=list(NAMES), formats=("html",))
    assert (len(result.made), len(result.unchanged)) == (2, 1)


FIRE = OwnReport(name="fire", template="fire_review", title={"zh": "火灾专题", "en": "Fire"})
COUNTY = OwnReport(
    name="short",
    template="fire_review",
    title={"zh": "简报", "en": "In short"},
    scope="county",
    periods=("year", "half"),
)


def test_reports_of_the_workbook_s_own(book: Book) -> None:
    assert len(run(book, formats=("html",)).made) == 4
    write_template(book.root, "fire_review")
    book.config.reports = (FIRE, COUNTY)
    result = run(book, formats=("html", "pdf"))
    own = [*(f"{code}.fire.zh" for code in NAMES), "all.short.zh"]
    assert set(own) < set(result.made) and result.failed == []
    for code in NAMES:  # each its own district's numbers, and its own title
        for form in ("html", "pdf"):
            text = read_text(result.folder / f"{code}.fire.zh.{form}")
            assert "2021年火灾专题" in text and MARKERS[code] in text
            assert not any(mark in text for other, mark in MARKERS.items() if other != code)
        assert "火灾" not in read_text(result.folder / f"{code}.zh.html")
    assert "简报" in read_text(result.folder / "all.short.zh.html")
    entry = result.manifest["reports"]["350921101.fire.zh"]
    assert (entry["report"], entry["title"], entry["kind"]) == ("fire", "火灾专题", "fire_review")
    assert entry["files"]["notebook"] == "notebooks/350921101.fire.zh.ipynb"
    index = (result.folder / "index.zh.html").read_text("utf-8")
    for name in own:
        assert f'href="{name}.html"' in index and f'href="{name}.pdf"' in index
    assert "火灾专题" in index and "简报" in index
    assert result.unnoted == [*NAMES.values(), book.config.title]  # each place once

    assert run(book, formats=("html", "pdf")).made == []
    write_template(book.root, "fire_review", "display.Prose((display.Block((display.Run('新'),)),))")
    changed = run(book, formats=("html", "pdf"))
    assert sorted(changed.made) == sorted(own)  # the others are not made from it
    (book.root / "data" / "350921102.txt").write_text("记号改", "utf-8")
    assert sorted(run(book, formats=("html", "pdf")).made) == [
        "350921102.fire.zh",
        "350921102.zh",
        "all.short.zh",
        "comparison.zh",
    ]


def test_a_report_taken_out_of_the_settings_is_no_more_called_behind(book: Book) -> None:
    write_template(book.root, "fire_review")
    book.config.reports = (FIRE,)
    run(book, formats=("html",), districts=["溪口镇"])
    (book.root / "data" / "all.txt").write_text("别处改了", "utf-8")
    assert run(book, formats=("html",), districts=["溪口镇"]).behind == ["350921101.fire.zh", "350921101.zh"]
    book.config.reports = ()
    assert run(book, formats=("html",), districts=["溪口镇"]).behind == ["350921101.zh"]


def test_reports_of_the_workbook_s_own_are_linked_in_both_languages(book: Book) -> None:
    write_template(book.root, "fire_review")
    book.config.reports = (FIRE,)
    run(book, formats=("html",), districts=["溪口镇"])
    result = run(book, formats=("html",), districts=["溪口镇"], lang="en")
    assert sorted(result.made) == ["350921101.en", "350921101.fire.en"]
    assert 'href="350921101.fire.en.html"' in (result.folder / "350921101.fire.zh.html").read_text("utf-8")
    assert "Fire,2021" in read_text(result.folder / "350921101.fire.en.html")


def test_reports_of_the_workbook_s_own_for_what_they_are_meant(book: Book) -> None:
    write_template(book.root, "fire_review", "1 / 0")
    book.config.reports = (FIRE, COUNTY)
    result = run(book, formats=("html",), districts=["溪口镇"])  # nothing of the county is asked for
    assert (result.made, result.failed) == (["350921101.zh"], ["350921101.fire.zh"])
    assert "溪口镇火灾专题（中文）" in (result.folder / "index.zh.html").read_text("utf-8")
    quarter = make_review(book, "2021Q3", formats=("html",), jobs=1, progress=lambda progress: None)  # type: ignore[arg-type]
    assert "all.short.zh" not in {*quarter.made, *quarter.failed}
    assert "简报" not in (quarter.folder / "index.zh.html").read_text("utf-8")
    (book.root / "notebooks" / "fire_review.ipynb").write_text(writes(new_notebook()), "utf-8")
    with pytest.raises(ParameterError, match=r"fire_review\.ipynb has 0 cells tagged 'parameters'"):
        run(book)


def test_reports_of_one_name_are_refused(book: Book) -> None:
    write_template(book.root, "fire_review")
    book.config.reports = (FIRE,)
    book.districts.loc[1, "code"] = "350921101.fire"
    with pytest.raises(ParameterError, match=r"two reports would have the name '350921101\.fire'"):
        run(book)


def test_requests_that_are_wrong(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match="unknown format 'epub'"):
        run(book, formats=("epub",))
    with pytest.raises(ParameterError, match="unknown style 'red'"):
        run(book, style="red")
    with pytest.raises(ParameterError, match="language 'fr'"):
        run(book, lang="fr")
    with pytest.raises(ParameterError, match="no district '上海'"):
        run(book, districts=["上海"])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ParameterError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        run(book, districts=["溪口镇"])
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    (book.root / "notebooks" / "township_review.ipynb").write_text(writes(new_notebook()), "utf-8")
    with pytest.raises(ParameterError, match=r"township_review\.ipynb has 0 cells tagged 'parameters'"):
        run(book)


def test_a_period_without_rows_says_so(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(book, districts=["溪口镇"], formats=("html",)).nothing is None
    facts = book.facts
    monkeypatch.setattr(book, "facts", lambda period: facts(period).assign(value=0.0))
    result = run(book, districts=["溪口镇"], formats=("html",))
    told = "so its reports have no numbers; the ledgers run from 2021-01-02 to 2021-12-30"
    assert result.nothing is not None and told in str(result.nothing) and result.nothing in result.notes
    # What is not known, or withheld, may be some.
    for unknown in ({"value": float("nan")}, {"value": 0.0, "suppressed": True}):
        monkeypatch.setattr(book, "facts", lambda period, unknown=unknown: facts(period).assign(**unknown))
        assert run(book, districts=["溪口镇"], formats=("html",)).nothing is None


def test_the_day_of_making_is_that_of_the_ingest_and_never_the_clock_s(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(book, districts=["溪口镇"], formats=("pdf",))
    assert b"D:20220131000000" in (result.folder / "350921101.zh.pdf").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1640995200")  # 2022-01-01
    result = run(book, districts=["溪口镇"], formats=("pdf",))
    assert b"D:20220101000000" in (result.folder / "350921101.zh.pdf").read_bytes()


def test_a_dask_cluster_makes_the_reports(book: Book) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        result = run(
            book, districts=["溪口镇", "城东街道"], scheduler=cluster.scheduler_address, formats=("html",)
        )
    assert sorted(result.made) == ["350921101.zh", "350921103.zh"]
    assert "记号丙7403" in read_text(result.folder / "350921103.zh.html")


def test_a_scheduler_that_can_t_be_reached_is_an_error(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taizhang.report.workers._PATIENCE", 1)
    with pytest.raises(SchedulerError, match=r"'tcp://127\.0\.0\.1:9' can't be reached"):
        run(book, districts=["溪口镇"], scheduler="tcp://127.0.0.1:9")
    with pytest.raises(SchedulerError, match="'nonsense://x' can't be reached"):
        run(book, districts=["溪口镇"], scheduler="nonsense://x")


def test_the_index_is_drawn_again_when_what_it_shows_changes_alone(book: Book) -> None:
    folder = run(book).folder
    index = folder / "index.zh.html"
    drawn, text = index.stat().st_mtime_ns, index.read_text("utf-8")
    run(book)
    assert index.stat().st_mtime_ns == drawn
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["reports"]["350921101.zh"]["status"] = "failed"
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    run(book, districts=["城东街道"])
    assert index.stat().st_mtime_ns != drawn and index.read_text("utf-8") != text
    index.unlink()
    run(book)
    assert index.read_text("utf-8") == text
    # Somebody has written into it.
    index.write_text(text.replace("</html>", "<p>改</p></html>"), "utf-8")
    run(book)
    assert index.read_text("utf-8") == text
