"""A report as of an earlier day: what it would have said then, whatever the ledgers have learnt since."""

import json
import shutil

import nbformat
import pandas as pd
import pytest

import taizhang
from taizhang.cli import main
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook
from tests.short_templates import put_short_templates

DAY = "2021-09-30"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in this process; gives exit code, standard output and standard error."""

    def run_command(*arguments):
        monkeypatch.setattr("sys.argv", ["taizhang", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run_command


def forget(book: Workbook, kind: str) -> pd.DataFrame:
    """A ledger as it was kept on DAY: no later row, and no later entry in an earlier one."""
    about, rows = book.kinds[kind], book.ledger(kind)
    if not about.date:
        return rows
    if about.fields[about.date].type == "year":
        return rows[rows[about.date] <= 2021]
    rows = rows[rows[about.date] < pd.Timestamp(DAY) + pd.Timedelta(days=1)].copy()
    for name, field in about.fields.items():
        if field.type in ("date", "datetime") and not field.future:
            rows.loc[rows[name] >= pd.Timestamp(DAY) + pd.Timedelta(days=1), name] = pd.NaT
    return rows


def forget_but_ends(book: Workbook, kind: str) -> pd.DataFrame:
    """The same, with the status that a row had then, and of each file its last row, of no district.

    That a file goes on after the day leaves a status without a day unknown.
    """
    rows, date = forget(book, kind), book.kinds[kind].date
    if not date or book.kinds[kind].fields[date].type == "year":
        return rows
    now = book.ledger(kind).loc[rows.index]
    ends = [
        name
        for name in ("rectified_on", "closed_on", "verified_on", "answered_on", "settled_on")
        if name in rows
    ]
    later = (
        (now[ends].notna() & rows[ends].isna()).any(axis=1)
        if "resolved_on" not in rows
        else (now["resolved_on"].notna() & rows["resolved_on"].isna())
    )
    if "status" in rows:
        rows.loc[later & rows["status"].notna(), "status"] = "open"
    if "verified_result" in rows:
        rows.loc[later, "verified_result"] = pd.NA
    last = book.ledger(kind).sort_values(date).groupby("source_file").tail(1)
    return pd.concat([rows, last.assign(district_code=pd.NA).astype(rows.dtypes)], ignore_index=True)


def test_facts_are_those_that_would_have_been_told_then(sample_book):
    book = taizhang.open(str(sample_book), as_of=DAY)
    period = parse_period("2021")
    then = compute_facts(
        {kind: forget_but_ends(book, kind) for kind in book.config.ledgers},
        book.districts,
        period,
        book.as_of(period),
        # Sensitive counts are rounded on a day that is neither the period's last nor the workbook's own.
        **(book._facts_settings(period, []) | {"rounding": 5}),
    )
    shown = book.facts("2021")
    # But the year hides some of them, of the whole area, too: so nothing is told.
    left_out = shown["suppressed"] & shown["value"].isna()
    assert (then["suppressed"] & then["value"].notna()).any() and not shown.loc[~left_out, "suppressed"].any()
    assert left_out[then["suppressed"]].all()
    numbers = ["value", "numerator", "denominator", "low", "high", "known", "of"]
    then.loc[left_out, numbers] = float("nan")
    then.loc[left_out, "suppressed"] = True
    pd.testing.assert_frame_equal(shown, then)
    assert set(then["as_of"].astype(str)) == {DAY}
    later = taizhang.open(str(sample_book)).facts("2021")
    found = later["fact"] == "hazards.found"
    assert later.loc[found, "value"].sum() > then.loc[found, "value"].sum()


def test_a_view_shows_nothing_later_than_its_day(sample_book):
    book = taizhang.open(str(sample_book), as_of=DAY)
    view = book.view("all", "2021")
    assert view.as_of.isoformat() == DAY
    for kind in view.ledgers:  # all but the suppressed
        kept, date = forget(book, kind), book.kinds[kind].date
        assert len(view.ledgers[kind]) == len(kept)
        if date and book.kinds[kind].fields[date].type != "year":
            kept = kept[kept[date] >= "2021"]
            shown = view.show(kind).reset_index(drop=True)
            pd.testing.assert_frame_equal(shown, kept.reset_index(drop=True))
    hazards = taizhang.open(str(sample_book)).ledger("hazards")
    late = (hazards["found_on"] <= DAY) & (hazards["rectified_on"] > DAY)
    assert late.any()  # else the sample could not show it


def test_commands_take_the_day(run, sample_book):
    where = ("--period", "2021", "--district", "溪口镇", "-C", sample_book)

    def read(*more):
        code, out, _ = run("facts", *where, "--format", "json", *more)
        assert code == 0
        return {row["fact"]: row for row in json.loads(out)}

    then, now, after = read("--as-of", DAY), read(), read("--as-of", "2023-06-30")
    assert {row["as_of"] for row in then.values()} == {DAY}
    assert then["hazards.found"]["value"] < now["hazards.found"]["value"]
    assert after["hazards.found"]["value"] == now["hazards.found"]["value"]
    assert after["hazards.open"]["value"] <= now["hazards.open"]["value"]
    code, out, _ = run("trace", "hazards.found", *where, "--as-of", DAY)
    assert code == 0
    assert len(out.splitlines()) - 1 == then["hazards.found"]["value"]


@pytest.mark.parametrize("day", ["2021-09-31", "2021-9-30", "30.9.2021", "20210930", "now", "2020-12-31"])
@pytest.mark.parametrize("command", ["facts", "review", "trace"])
def test_a_day_that_is_none_or_before_the_period_is_refused(run, sample_book, command, day):
    named = ["hazards.found", "--district", "all"] if command == "trace" else []
    code, out, err = run(command, *named, "--period", "2021", "--as-of", day, "-C", sample_book)
    assert (code, out) == (2, "")
    assert day in err and "Traceback" not in err


def test_the_first_day_of_the_period_is_taken(sample_book):
    facts = taizhang.open(str(sample_book), as_of="2021-01-01").facts("2021")
    assert set(facts["as_of"].astype(str)) == {"2021-01-01"}


@pytest.mark.slow
def test_a_review_says_its_day_everywhere(sample_book, tmp_path):
    day = "2021-09-15"
    root = tmp_path / "book"
    shutil.copytree(sample_book, root, ignore=shutil.ignore_patterns("reports"))
    put_short_templates(root)
    first = make_review(Workbook(root), "2021-09", districts=["溪口镇"], formats=("html",), jobs=1)
    (code,) = (entry["district"] for entry in first.manifest["reports"].values())
    then = taizhang.open(str(root), as_of=day)
    result = make_review(then, "2021-09", districts=[code], formats=("html",), jobs=1)
    assert result.made == [f"{code}.zh"]
    assert result.manifest["as_of"] == day
    assert result.folder == root / "reports" / f"2021-09@asof-{day}"
    entries = result.manifest["reports"]
    assert [*entries] == [f"{code}.zh"] and entries[f"{code}.zh"]["parameters"]["as_of"] == day
    assert set(pd.read_parquet(result.folder / "facts.parquet")["as_of"].astype(str)) == {day}
    page = (result.folder / f"{code}.zh.html").read_text("utf-8")
    assert "应急管理月报（截至2021年9月15日）" in page and "截至2021年9月30日" not in page
    index = (result.folder / "index.zh.html").read_text("utf-8")
    assert f'datetime="{day}"' in index
    assert make_review(then, "2021-09", districts=[code], formats=("html",), jobs=1).made == []
    # The plain review is left as it was; a day that is read anyway has no folder of its own.
    plain = taizhang.open(str(root), as_of="2021-09-30")
    assert plain.reports_dir(parse_period("2021-09")) == first.folder
    again = make_review(Workbook(root), "2021-09", districts=[code], formats=("html",), jobs=1)
    assert again.made == [] and again.folder == first.folder


def test_a_notebook_that_does_not_take_the_day_is_refused(sample_book, tmp_path):
    root = tmp_path / "book"
    shutil.copytree(sample_book, root, ignore=shutil.ignore_patterns("reports"))
    notebook = nbformat.read(Workbook(root).template("township_review"), as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace('as_of = ""', "").replace(", as_of=as_of", "")
    (root / "notebooks").mkdir(exist_ok=True)
    nbformat.write(notebook, root / "notebooks" / "township_review.ipynb")
    with pytest.raises(ParameterError, match=r"does not assign .*as_of"):
        make_review(taizhang.open(str(root), as_of=DAY), "2021", districts=["溪口镇"], formats=("html",))
