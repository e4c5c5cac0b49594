"""What comes of the recipes of docs/recipes.md, by hand; test_recipes.py runs this in a copy that has followed them."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from test_analysis_findings import DISTRICTS, END, YEAR, find, rows

import taizhang as tz
from taizhang import figures
from taizhang.facts import compute_facts
from taizhang.workbook.book import Workbook
from taizhang.workbook.quality import read_set_aside


@pytest.fixture(scope="module")
def book(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The sample with a ledger of gas checks."""
    folder = tmp_path_factory.mktemp("gas") / "book"
    shutil.copytree(sample_book, folder)
    states = {1: "正常", 2: "破损", 3: "说不清"}
    lines = [f"溪口镇,2021-03-0{n},甲路{n}号,{state}" for n, state in states.items()]
    (folder / "gas.csv").write_text("\n".join(["乡镇,入户日期,地址,胶管", *lines, ""]), encoding="utf-8")
    with (folder / "workbook.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[ledgers.gas_checks]\nfiles = ["gas.csv"]\n')
    return tz.open(str(folder))


def test_the_fact() -> None:
    """Two of three, and in the other district none of one."""
    drills = pd.concat(
        [
            rows("101", 3, "held_on", kind=["tabletop", "field", "tabletop"]),
            rows("102", 1, "held_on", kind=["field"]),
        ],
        ignore_index=True,
    )
    facts = compute_facts({"drills": drills}, DISTRICTS, YEAR, END)
    found = facts[facts["fact"] == "drills.tabletop_share"].set_index("district_code")
    assert found["numerator"].to_dict() == {"101": 2, "102": 0, "all": 2}
    assert found["denominator"].to_dict() == {"101": 3, "102": 1, "all": 4}
    assert found["value"].round(1).to_dict() == {"101": 66.7, "102": 0.0, "all": 50.0}


def test_the_kind(book: Workbook) -> None:
    checks = book.gas_checks
    assert checks["checked_on"].dt.day.tolist() == [1, 2, 3]
    assert checks["hose"].fillna("").tolist() == ["good", "worn", ""]
    assert checks["district_code"].nunique() == 1
    aside = read_set_aside(book.config.processed, book.kinds)
    (cell,) = aside[aside["kind"] == "gas_checks"].to_dict("records")
    assert (cell["column"], cell["value"], cell["source_row"]) == ("hose", "说不清", "4")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure(book: Workbook, lang: str) -> None:
    view = book.view("all", "2021", lang)
    held = book.drills[book.drills["held_on"].dt.year == 2021]
    most = held.groupby("scope")["participants"].sum().idxmax()
    word = book.kinds["drills"].fields["scope"].values[most].zh if lang == "zh" else most
    shown = figures.drills.plot_drill_scopes(view)
    assert shown is not None and "<svg" in shown.svg
    assert word in shown.alt.split("最多的是" if lang == "zh" else "most in ")[1]
    assert shown.data["participants"].sum() == held.dropna(subset="scope")["participants"].sum()
    assert figures.drills.plot_drill_scopes(book.view("all", "1999", lang)) is None


@pytest.mark.parametrize(
    ("forms", "said"),
    [
        (["tabletop", "tabletop"], "0.0% of the drills were in the field (0 of 2)"),
        (["tabletop", "field"], None),
        (["tabletop", None], None),
    ],
)
def test_the_rule(forms: list[str | None], said: str | None) -> None:
    told = find({"drills": rows("101", len(forms), "held_on", kind=forms)}).get("drills_all_tabletop")
    assert told == said if said is None else told is not None and told.startswith(said)
