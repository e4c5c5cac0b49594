"""Real disaster events and province polygons, by the steps of docs/other-countries.md."""

import re
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from taizhang import figures, narrative
from taizhang import open as open_workbook
from taizhang.cli import app
from taizhang.workbook.book import Workbook

FILES = ("disasters_events_provinces.csv", "phildis_provinces.geojson", "disasters_summary_provinces.csv")
DATED = r"\d{4}-\d\d(-\d\d)?"  # 1999-09 is a month, and known as one
NAME = "灾情 of provinces"


BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def book(root: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The page's steps, in order, in a folder that has the collection; the review is the last of them."""
    if not all((shared_data / "phildis" / name).is_file() for name in FILES):
        pytest.skip("no phildis data beside the repository")
    folder = tmp_path_factory.mktemp("phildis")
    shutil.copytree(shared_data / "phildis", folder / "phildis")
    blocks = BLOCK.findall((root / "docs" / "other-countries.md").read_text("utf-8"))
    assert [lang for lang, _ in blocks] == ["bash", "python", "toml", "bash"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for lang, text in blocks:
            if lang == "toml":
                assert len(text.splitlines()) < 30
                (folder / NAME / "workbook.toml").write_text(text, "utf-8")
            elif lang == "python":
                exec(compile(text, "docs/other-countries.md", "exec"), {})
            else:
                for line in text.splitlines():
                    program, *words = shlex.split(line)
                    assert program == "taizhang"
                    done = CliRunner().invoke(app, words)
                    assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception}"
    return open_workbook(str(folder / NAME))


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "phildis" / FILES[0], dtype="str", keep_default_na=False)


def test_the_review_is_english_with_maps_and_names(book: Workbook) -> None:
    folder = book.root / "reports" / "2013"
    page = (folder / "PH083700000.en.html").read_text("utf-8")
    assert "Leyte" in page and "internal use" in page
    assert "2,365,567" in page  # 44 + 1,500 + 2,364,023 persons in three cyclones
    assert "direct loss was" not in page  # the collection has no such amount, so nothing is said of it
    text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", "", page, flags=re.S)
    assert not re.findall(r"[\u4e00-\u9fff]+", text.replace("中文", ""))
    assert (folder / "PH083700000.en.pdf").read_bytes().startswith(b"%PDF")
    index = (folder / "index.en.html").read_text("utf-8")
    assert '<svg class="map' in index and index.count("<title>") >= 81 and "Occidental Mindoro" in index
    assert book.districts["name"].notna().all() and len(book.districts) == 81


def test_every_row_is_accepted_or_set_aside(book: Workbook, raw: pd.DataFrame) -> None:
    result = book.ingest()
    summary = result.summaries[0]
    assert result.errors == ()
    assert summary.read == len(raw) == summary.accepted + summary.set_aside == 1156
    aside = pd.read_csv(book.root / "data/processed/set_aside.csv", dtype="str", encoding="utf-8-sig")
    rows = aside[aside["scope"] == "row"]
    told = set(rows["source_row"].astype(int)) | set(book.ledger("losses")["source_row"])
    assert told == set(range(2, 1158)) and len(rows) == summary.set_aside


def test_codes_on_no_polygon_are_set_aside_and_named(book: Workbook, raw: pd.DataFrame) -> None:
    book.ingest()
    known = set(book.districts["code"])
    dated = raw[raw["date_start"].str.fullmatch(DATED)]
    unknown = set(dated["ph_psgc"]) - known
    aside = pd.read_csv(book.root / "data/processed/set_aside.csv", dtype="str", encoding="utf-8-sig")
    own = aside[aside["column"] == "district"]
    assert unknown and set(own["value"]) == unknown
    assert all(value in reason for value, reason in zip(own["value"], own["reason"], strict=True))


def test_totals_per_province_are_those_of_plain_pandas(book: Workbook, raw: pd.DataFrame) -> None:
    rows = raw[raw["date_start"].str.fullmatch(DATED) & raw["ph_psgc"].isin(book.districts["code"])]
    numbers = rows.assign(affected=pd.to_numeric(rows["affected_persons"], errors="coerce"))
    wanted = numbers.groupby("ph_psgc")["affected"].agg(["size", "sum"])
    got = book.ledger("losses").groupby("district_code")["affected"].agg(["size", "sum"])
    assert got["size"].to_dict() == wanted["size"].to_dict()
    assert got["sum"].astype(float).to_dict() == wanted["sum"].to_dict()
    years = numbers["date_start"].str[:4]
    assert (numbers["affected"] == 0).any()  # so that an empty cell is not nought, but nobody's word
    for year in ("2013", "2014"):
        facts = book.facts(year)
        own = facts[facts["fact"] == "losses.affected"].set_index("district_code")
        groups = numbers[years == year].groupby("ph_psgc")["affected"]
        told = pd.DataFrame({"sum": groups.sum(), "known": groups.count(), "of": groups.size()})
        told["sum"] = told["sum"].where(told["of"] - told["known"] <= 0.1 * told["of"])
        shown = own.loc[told.index]
        assert (
            shown[["known", "of"]].astype(int).to_numpy().tolist()
            == told[["known", "of"]].to_numpy().tolist()
        )
        assert told["sum"].notna().any() and told["sum"].isna().any()
        pd.testing.assert_series_equal(shown["value"], told["sum"], check_names=False)
        # Not known of the whole where it isn't of a province; how far it is, it says.
        whole = own.loc["all"]
        assert pd.isna(whole["value"]) and (whole["known"], whole["of"]) == (
            told["known"].sum(),
            told["of"].sum(),
        )


def test_a_loss_that_nobody_wrote_down_is_no_loss_of_nought(book: Workbook) -> None:
    loss = book.view("all", "2013").fact("losses.loss_wan")
    assert loss is not None and pd.isna(loss["value"]) and (loss["known"], loss["of"]) == (0, 174)
    view = book.view("PH175100000", "2013", "en")
    shown = figures.show_key_figures(view)
    assert shown is not None  # no key figure is left: those that there are stand in
    # More than a tenth of the six rows say nothing of people affected.
    affected = view.fact("losses.affected")
    assert affected is not None and (affected["known"], affected["of"]) == (4, 6)
    assert [(item.fact, item.value) for item in shown.items] == [("losses.events", "6")]
    rows = figures.tabulate_rows(view, "losses", "event", "occurred_on", "affected", "evacuated", "loss_wan")
    assert rows is not None and [one.label for one in rows.columns] == [
        "Event",
        "Occurred on",
        "People affected",
    ]
    assert "yuan" not in str(narrative.write_losses(view)) + str(narrative.write_summary(view))
