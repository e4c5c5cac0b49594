"""A workbook with a ledger kind and facts of its own: named in its own words everywhere a report shows them."""

import shutil
from pathlib import Path

import geopandas as gpd
import nbformat
import pandas as pd
import pytest
import shapely
from ingest_book import make_book as make_towns
from ingest_book import make_hazards
from nbformat import v4
from typer.testing import CliRunner

import taizhang as tz
from taizhang import figures
from taizhang.cli import app
from taizhang.report.notebook import ProseBlock, TableBlock, read_blocks
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook

TOML = """
[workbook]
title = "三乡"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
[ledgers.hazards]
files = ["hazards.csv"]
[ledgers.gas_checks]
files = ["gas.csv"]
"""
KIND = """
kind: gas_checks
title: {zh: 燃气安检, en: Gas checks}
row: {zh: 一户安检, en: one household checked}
date: checked_on
fields:
  district: {required: true}
  checked_on: {type: date, required: true, title: {zh: 安检日期, en: Checked on}}
  hose: {type: category, title: {zh: 软管, en: Hose}, values: {good: {zh: 完好, en: good}, worn: {zh: 老化, en: worn}}}
"""
FACTS = """
gas_checks.made:
  title: {zh: 安检户数, en: Households checked}
  definition: {zh: 时期内安检的户数。, en: Households checked in the period.}
  unit: count
  decimals: 0
  direction: more_is_better
  interval: poisson
  key: true
  form: count
  function: gas.py:is_made
hazards.at_weekends:
  title: {zh: 周末发现占比, en: Found at weekends}
  definition: {zh: 周六、周日发现的占比。, en: Share found on a Saturday or Sunday.}
  unit: percent
  decimals: 1
  direction: neither
  interval: wilson
  form: share
  function: gas.py:is_weekend
"""
CODE = """
def is_made(rows, *, as_of):
    return rows["checked_on"] <= as_of


def is_weekend(rows, *, as_of):
    return rows["found_on"].dt.day_of_week >= 5
"""
A, B = "350921101", "350921102"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    root = tmp_path_factory.mktemp("own") / "自有 台账"
    for name, text in (
        ("workbook.toml", TOML),
        ("ledgers/gas_checks.yml", KIND),
        ("facts/own.yml", FACTS),
        ("facts/gas.py", CODE),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    shapes = [shapely.box(119, 26, 119.1, 26.1), shapely.box(119.1, 26, 119.2, 26.1)]
    towns = gpd.GeoDataFrame({"code": [A, B], "name": ["甲镇", "乙乡"]}, geometry=shapes, crs="EPSG:4490")
    towns.to_file(root / "towns.geojson")
    # 3 July 2021 was a Saturday.
    hazards = {"乡镇": ["甲镇", "甲镇"], "发现日期": ["2021-07-03", "2021-07-05"], "隐患描述": ["甲", "乙"]}
    gas = {
        "乡镇": ["甲镇", "甲镇", "乙乡"],
        "安检日期": ["2021-05-01", "2021-05-02", "2021-05-03"],
        "软管": ["完好", "老化", "完好"],
    }
    pd.DataFrame(hazards).to_csv(root / "hazards.csv", index=False, encoding="utf-8-sig")
    pd.DataFrame(gas).to_csv(root / "gas.csv", index=False, encoding="utf-8-sig")
    return tz.open(str(root))


def test_own_kind_and_facts_are_read(book: Workbook) -> None:
    assert book.gas_checks["hose"].tolist() == ["good", "worn", "good"]
    facts = book.facts("2021").set_index(["district_code", "fact"])["value"]
    assert facts[(A, "gas_checks.made")] == 2
    assert facts[(A, "hazards.at_weekends")] == 50


YEARS = """
kind: five_years
title: {zh: 五年规划, en: Five-year plan}
row: {zh: 一项任务的一年, en: one task in one year}
year: year
fields:
  year: {type: year, required: true, title: {zh: 年份, en: Year}}
  spent_wan: {type: number, title: {zh: 完成投资, en: Spent}}
"""


def test_a_kind_without_districts_is_of_the_whole_area(book: Workbook, tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(book.root, root)
    shutil.rmtree(root / "data", ignore_errors=True)
    (root / "ledgers" / "five_years.yml").write_text(YEARS, encoding="utf-8")
    (root / "plan.csv").write_text("年份,完成投资\n2020,5\n2021,7\n2021,8\n", encoding="utf-8")
    (root / "workbook.toml").write_text(
        f'{TOML}[ledgers.five_years]\nfiles = ["plan.csv"]\n', encoding="utf-8"
    )
    told = (
        FACTS.partition("hazards.at_weekends")[0]
        .replace("gas_checks", "five_years")
        .replace("is_made", "spend")
    )
    (root / "facts" / "own.yml").write_text(told.replace("form: count", "form: sum"), encoding="utf-8")
    (root / "facts" / "gas.py").write_text("def spend(rows, *, as_of):\n    return rows['spent_wan']\n")
    own = tz.open(str(root))
    assert not own.result.errors and own.result.summaries[-1].set_aside == 0
    assert own.five_years["spent_wan"].tolist() == [5, 7, 8] and own.five_years["district_code"].isna().all()
    facts = own.facts("2021")
    values = facts[facts["fact"] == "five_years.made"].set_index("district_code")["value"].to_dict()
    assert values == {"all": 15, A: 0, B: 0}
    # Of a year everywhere: rows, days that the ledger covers, and a fact that is tried.
    assert own.ledger("five_years", period="2021")["spent_wan"].tolist() == [7, 8]
    span = own.spans.set_index("kind").loc["five_years"]
    assert (str(span["first"].date()), str(span["last"].date())) == ("2020-01-01", "2021-12-31")
    tried = own.try_fact("five_years", lambda rows, *, as_of: rows["spent_wan"], period="2021", form="sum")
    assert tried.set_index("district_code")["value"]["all"] == 15


def test_figures_name_them_in_their_own_words(book: Workbook) -> None:
    view = book.view("甲镇", "2021", "zh")
    bars = figures.plot_classes(view, "gas_checks", "hose")
    assert bars is not None
    assert "燃气安检" in bars.title and "完好" in bars.svg and "软管" in bars.title
    listed = figures.tabulate_rows(view, "gas_checks", "checked_on", "hose")
    assert listed is not None
    assert [cell.text for cell in listed.rows[0]] == ["2021-05-01", "完好"]
    crossed = figures.cross_tabulate(view, "gas_checks", "checked_on", "hose")
    assert crossed is not None and crossed.rows[-1][-1].text == "2"
    assert figures.plot_ranking(book.view("all", "2021", "zh"), "gas_checks.made")


@pytest.mark.slow
def test_township_report_shows_own_kind_and_own_fact(book: Workbook, tmp_path: Path) -> None:
    from taizhang.report.execute import execute_notebook

    parameters = {"district": A, "period": "2021", "lang": "zh"}
    output = tmp_path / "out.ipynb"
    execute_notebook(book.template("township_review"), output, parameters, cwd=book.root)
    blocks = read_blocks(nbformat.read(output, as_version=4), lang="zh")
    tables = {block.table.id: block.table for block in blocks if isinstance(block, TableBlock)}
    told = next(
        one.prose for one in blocks if isinstance(one, ProseBlock) and one.stands_for == "own-ledgers"
    )
    assert (
        "".join(run.text for run in told.blocks[0].runs)
        == "本工作簿自有台账：燃气安检2条（一行是一户安检）。"
    )
    assert tables["facts-gas-checks"].rows[0][0].text == "安检户数"
    assert "周末发现占比" in [row[0].text for row in tables["facts-hazards"].rows]
    assert {"安检户数", "周末发现占比"} < {row[0].text for row in tables["definitions"].rows}


MORE = """
[[targets]]
indicator = "gas_checks.made"
period = "2021"
at_least = 4
[[reports]]
name = "gas"
template = "gas_review"
title = { zh = "燃气专题", en = "Gas" }
[[reports]]
name = "quality"
template = "data_quality"
title = { zh = "台账质量", en = "Ledgers' quality" }
scope = "county"
"""


@pytest.mark.slow
def test_a_review_of_one_s_own_ledger_facts_report_and_kept_cells(book: Workbook, tmp_path: Path) -> None:
    root = tmp_path / "自有 台账"
    shutil.copytree(book.root, root)
    with (root / "workbook.toml").open("a", encoding="utf-8") as toml:
        toml.write(MORE)
    template = nbformat.read(book.template("make_own_report"), as_version=4)
    plot = v4.new_code_cell('figures.plot_classes(view, "gas_checks", "hose")', id="gas")
    template.cells = [cell for cell in template.cells if cell.id in ("parameters", "view")] + [plot]
    template.cells.insert(0, v4.new_code_cell("import taizhang as tz", id="import"))
    local = nbformat.read(book.template("township_review"), as_version=4)
    at = next(n for n, cell in enumerate(local.cells) if "narrative.write_summary" in cell.source)
    kept = {"tags": ["keep"]}
    local.cells[at + 1 : at + 1] = [
        v4.new_markdown_cell("甲镇的看法", id="mine", metadata=kept),
        v4.new_code_cell(
            'figures.tabulate_rows(view, "gas_checks", "checked_on", "hose")', id="rows", metadata=kept
        ),
        v4.new_markdown_cell("只在电脑上试试", id="loose"),
    ]
    (root / "notebooks" / "local").mkdir(parents=True)
    nbformat.write(template, root / "notebooks" / "gas_review.ipynb")
    nbformat.write(local, root / "notebooks" / "local" / f"{A}.ipynb")

    review = make_review(tz.open(str(root)), "2021", formats=("html",), jobs=1, progress=lambda _: None)
    assert review.failed == []
    assert sorted(review.made) == sorted(
        [*(f"{code}{end}.zh" for code in (A, B) for end in ("", ".gas")), "all.quality.zh", "comparison.zh"]
    )
    pages = {
        path.name.removesuffix(".zh.html"): path.read_text("utf-8") for path in review.folder.glob("*.html")
    }
    assert "甲镇的看法" in pages[A] and ">2021-05-01<" in pages[A] and "只在电脑上试试" not in pages[A]
    assert "甲镇的看法" not in pages[B]
    assert "安检户数" in pages[A]  # half of its target, and behind it
    assert "燃气专题" in pages[f"{A}.gas"] and "软管" in pages[f"{A}.gas"]
    assert "燃气安检" in pages["all.quality"]
    assert "安检户数" in pages["index"] and f"{A}.gas.zh.html" in pages["index"]
    terms = pd.read_csv(review.folder / "dictionary.csv").set_index("fact")
    assert terms.loc["gas_checks.made", "title_zh"] == "安检户数"
    assert len(pd.read_csv(review.folder / "rows" / f"{A}.gas_checks.made.csv")) == 2


def test_names_in_an_own_kind_that_says_nothing_of_persons_stay_where_they_are(tmp_path: Path) -> None:
    root = make_towns(
        tmp_path, {"a.xlsx": make_hazards("溪口镇")}, more='[ledgers.gas]\nfiles = ["data/raw/gas.csv"]\n'
    )
    (root / "ledgers").mkdir()
    (root / "ledgers" / "gas.yml").write_text(GAS, "utf-8")
    (root / "data/raw/gas.csv").write_text("乡镇,站名,联系人\n溪口镇,一站,欧阳明月\n", "utf-8")
    checked = CliRunner().invoke(app, ["check", "-C", str(root)])
    assert checked.output.count("looks personal") == 1 and "personal: false" in checked.output
    book = tz.open(str(root))
    assert "who" not in book.gas and "欧阳明月" not in book.gas.to_csv()
    assert list(book.ledger("gas", personal=True)["who"]) == ["欧阳明月"]
    (root / "ledgers" / "gas.yml").write_text(
        GAS.replace("type: text, title: {zh: 联", "personal: false, type: text, title: {zh: 联"), "utf-8"
    )
    assert list(tz.open(str(root)).gas["who"]) == ["欧阳明月"]
    assert "looks personal" not in CliRunner().invoke(app, ["check", "-C", str(root)]).output


GAS = """
title: {zh: 液化气站, en: Gas stations}
row: {zh: 一站一行, en: one row per station}
fields:
  district: {required: true}
  station: {type: text, title: {zh: 站名, en: Station}, required: true}
  who: {type: text, title: {zh: 联系人, en: Who}}
"""
