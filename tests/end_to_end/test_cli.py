"""The command line as a user meets it: exit codes, one clear message, nothing else on standard output."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import geopandas as gpd
import openpyxl
import pytest
from shapely import box

from taizhang.cli import main

PERIOD = ["--period", "2021"]
OWN_KIND = """
kind: gas_checks
title: {zh: 燃气安检, en: Gas checks}
row: {zh: 一户安检, en: one household checked}
date: checked_on
fields:
  district: {required: true}
  checked_on: {type: date, required: true, title: {zh: 安检日期, en: Checked on}}
  hose: {type: category, title: {zh: 软管, en: Hose}, values: {good: {zh: 完好, en: good}, worn: {zh: 老化, en: worn}}}
"""


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


def refused(result, *told):
    code, out, err = result
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    for text in told:
        assert text in err
    return err


def test_ingest_accounts_for_every_row(run, sample_book):
    code, out, _ = run("ingest", "-C", sample_book)
    assert code == 0
    lines = [line for line in out.splitlines() if "rows read" in line]
    assert len(lines) > 5
    for line in lines:
        read, accepted, aside = (
            int(part.split(" ")[-1].replace(",", ""))
            for part in (
                line.split(" rows read")[0],
                line.split(" accepted")[0],
                line.split(" set aside")[0],
            )
        )
        assert read == accepted + aside


def test_facts_json_is_one_array_unique_by_district_and_fact(run, sample_book):
    code, out, _ = run("facts", *PERIOD, "--format", "json", "-C", sample_book)
    assert code == 0
    rows = json.loads(out)
    assert {row["period"] for row in rows} == {"2021"}
    keys = [(row["district_code"], row["fact"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert list(rows[0]) == [
        "district_code", "district", "period", "fact", "value", "unit",
        "numerator", "denominator", "low", "high", "suppressed", "as_of", "known", "of",
    ]  # fmt: skip


def test_facts_of_one_district_by_name(run, sample_book):
    code, out, _ = run("facts", *PERIOD, "--district", "溪口镇", "--format", "json", "-C", sample_book)
    assert code == 0
    assert {row["district"] for row in json.loads(out)} == {"溪口镇"}


def test_facts_csv_has_a_byte_order_mark(run, sample_book):
    code, out, _ = run("facts", *PERIOD, "--format", "csv", "-C", sample_book)
    assert code == 0
    assert out.startswith("\ufeffdistrict_code,district,period,fact,value,")


def test_trace_gives_the_rows_that_a_count_counts(run, sample_book):
    _, out, _ = run("facts", *PERIOD, "--district", "溪口镇", "--format", "json", "-C", sample_book)
    found = next(row["value"] for row in json.loads(out) if row["fact"] == "hazards.found")
    code, out, _ = run("trace", "hazards.found", *PERIOD, "--district", "溪口镇", "-C", sample_book)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert found > 0
    assert len(rows) == found
    assert "responsible" not in rows[0]
    assert all(row["source_file"] and row["source_row"] for row in rows)


def test_trace_shows_personal_columns_only_when_asked(run, sample_book):
    _, out, _ = run(
        "trace", "hazards.found", *PERIOD, "--district", "溪口镇", "--personal", "-C", sample_book
    )
    assert "responsible" in next(csv.reader(io.StringIO(out)))


def test_unknown_district_lists_the_nearest(run, sample_book):
    refused(run("facts", *PERIOD, "--district", "西口镇", "-C", sample_book), "西口镇", "溪口镇")
    refused(run("review", *PERIOD, "--district", "西口镇", "-C", sample_book), "西口镇", "溪口镇")


@pytest.mark.parametrize("command", ["facts", "review"])
def test_malformed_period(run, sample_book, command):
    refused(run(command, "--period", "2021Q5", "-C", sample_book), "period '2021Q5'", "2021Q3")


def test_unknown_format(run, sample_book):
    refused(run("review", *PERIOD, "--to", "html,pfd", "-C", sample_book), "'pfd'", "html, pdf")


def test_unknown_language_and_unknown_option(run, sample_book):
    refused(run("review", *PERIOD, "--lang", "fr", "-C", sample_book), "fr")
    refused(run("review", *PERIOD, "--langue", "zh", "-C", sample_book), "--langue")


def test_unknown_fact_names_the_nearest(run, sample_book):
    refused(run("trace", "hazards.find", *PERIOD, "--district", "溪口镇", "-C", sample_book), "hazards.found")


def test_unknown_key_in_the_settings(run, sample_book, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(sample_book, book, ignore=shutil.ignore_patterns("reports"))
    settings = book / "workbook.toml"
    settings.write_text(settings.read_text("utf-8").replace("title", "titel", 1), encoding="utf-8")
    refused(run("facts", *PERIOD, "-C", book), "titel", "did you mean 'title'?")


def test_missing_raw_folder(run, sample_book, tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    shutil.copy(sample_book / "workbook.toml", book)
    refused(run("review", *PERIOD, "-C", book), "data/raw", "does not exist")


def test_no_workbook(run, tmp_path):
    refused(run("facts", *PERIOD, "-C", tmp_path), "taizhang new DIR")
    refused(run("facts", *PERIOD, "-C", tmp_path / "nowhere"), "does not exist")


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(run, sample_book, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(sample_book, book, ignore=shutil.ignore_patterns("reports"))
    broken = next((book / "data" / "raw").rglob("*.xlsx"))
    broken.write_bytes(b"this is no workbook")
    code, out, err = run("ingest", "-C", book)
    assert code == 1
    assert broken.name in err
    assert "Traceback" not in err
    assert "rows read" in out
    assert broken.read_bytes() == b"this is no workbook"


def test_new_makes_a_workbook_and_writes_over_nothing(run, tmp_path):
    book = tmp_path / "新 县"
    code, _, _ = run("new", book)
    assert code == 0
    assert (book / "workbook.toml").is_file()
    assert all((book / name).is_dir() for name in ("notebooks", "data/raw", "data/processed", "reports"))
    refused(run("new", book), "not empty")


def test_doctor_tries_what_is_needed(run, sample_book):
    code, out, _ = run("doctor", "-C", sample_book)
    assert code == 0, out
    assert "FAIL" not in out
    assert "Noto" in out


def test_doctor_says_of_an_empty_workbook_what_is_missing(run, tmp_path):
    book = tmp_path / "新 县"
    assert run("new", book)[0] == 0
    code, out, _ = run("doctor", "-C", book)
    assert code == 1
    (told,) = (line for line in out.splitlines() if line.startswith("FAIL"))
    assert "townships.shp' does not exist" in told and "[boundaries] path" in told


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("taizhang re", ["review", "release", "return"]),
        ("taizhang rev", ["review"]),
        ("taizhang review --sch", ["--scheduler"]),
    ],
)
def test_a_shell_completes_commands_and_options(typed, offered):
    asked = {"_TAIZHANG_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    command = [
        sys.executable,
        "-c",
        "import sys; sys.argv[0] = 'taizhang'; from taizhang.cli import main; main()",
    ]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert done.stdout.split() == offered


def test_template_writes_a_blank_ledger(run, tmp_path):
    path = tmp_path / "hazards.xlsx"
    assert run("template", "hazards", path)[0] == 0
    assert path.stat().st_size > 0
    refused(run("template", "hazards", path), "already exists")
    refused(run("template", "hazard", tmp_path / "x.xlsx"), "did you mean 'hazards'")


def test_template_of_a_kind_of_the_workbook_reads_back(run, tmp_path):
    folder = tmp_path / "w"
    (folder / "ledgers").mkdir(parents=True)
    (folder / "workbook.toml").write_text(
        '[workbook]\n[boundaries]\npath = "d.geojson"\ncode = "c"\nname = "n"\n'
        '[ledgers.gas_checks]\nfiles = ["gas.xlsx"]\n',
        encoding="utf-8",
    )
    (folder / "ledgers" / "gas.yml").write_text(OWN_KIND, encoding="utf-8")
    gpd.GeoDataFrame(
        {"c": ["350921101"], "n": ["溪口镇"]}, geometry=[box(119, 26, 120, 27)], crs=4490
    ).to_file(folder / "d.geojson")
    code, out, _ = run("template", "gas_checks", folder / "gas.xlsx", "--lang", "zh", "-C", folder)
    assert code == 0 and "gas.xlsx" in out
    book = openpyxl.load_workbook(folder / "gas.xlsx")
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[3]][:3] == ["地区*", "安检日期*", "软管"]
    assert any("完好" in str(rule.formula1) for rule in sheet.data_validations.dataValidation)
    for column, value in enumerate(("溪口镇", "2021-03-05", "老化"), 1):
        sheet.cell(4, column, value)
    book.save(folder / "gas.xlsx")
    code, out, _ = run("ingest", "-C", folder)
    assert code == 0 and "1 row read = 1 accepted + 0 set aside" in out
    refused(run("template", "gas_check", tmp_path / "x.xlsx", "-C", folder), "gas_checks")
