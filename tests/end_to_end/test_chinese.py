"""Every command in Chinese: help, results and mistakes, without an English word but names; and the same in English."""

import csv
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from chinese import find_chinese, find_english

import taizhang
from taizhang.cli import app, main
from taizhang.core.errors import TaizhangError
from taizhang.core.reasons import choose_language, find_system_language
from taizhang.report.cluster import Parcel, fetch_workbook, send_workbook
from taizhang.report.execute import read_template
from taizhang.report.pdf import draw_png
from taizhang.report.svg import embed_picture
from tests.short_templates import put_short_templates

PERIOD = ["--period", "2021"]
FACT_COLUMNS = ["name", "n", "low", "high", "unit", "district_name", "denominator", "numerator"]
TRACE_COLUMNS = ["source_file", "source_sheet", "source_row", "district_name", "duplicate", "counted"]
COMMANDS = [info.name or info.callback.__name__ for info in app.registered_commands if info.callback]
# Metavariables and names of JupyterLab's and of columns stay as they are.
ALLOWED = [
    *COMMANDS, "modern", "Noto", "Sans", "Serif", "typst", "ipykernel", "form", "version", "help", "now",
]  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command as on a system without any language; gives exit code, standard output and standard error."""
    monkeypatch.delenv("TAIZHANG_LANG")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("COLUMNS", "80")
    find_system_language.cache_clear()

    def run_command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["taizhang", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    yield run_command
    find_system_language.cache_clear()
    choose_language("")


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    """A copy of the sample that a test may spoil."""
    copy = tmp_path / "工作簿"
    shutil.copytree(sample_book, copy, ignore=shutil.ignore_patterns("reports"))
    return copy


def is_chinese(*texts: str, allowed: tuple[str, ...] = ()) -> bool:
    told = "\n".join(texts)
    # A word as somebody wrote it, what stands for a value, a hash.
    bare = re.sub(r"“[^”\s]*”|\b[A-Z]{4,}\b|\b[0-9a-f]{64}\b", "", told)
    assert find_english(bare, [*ALLOWED, *allowed]) == [], told
    return bool(find_chinese(told))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(run, sample_book: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(sample_book)
    code, out, err = run(*filter(None, [command]), "--help")
    assert (code, err) == (0, "")
    assert is_chinese(out) and out.startswith("用法：taizhang")
    monkeypatch.setenv("TAIZHANG_LANG", "en")
    _, out, _ = run(*filter(None, [command]), "--help")
    assert out.startswith("Usage: taizhang") and set(find_chinese(out)) <= {"台账", "双随机"}


def test_the_language_is_the_workbooks_else_the_systems(
    run, sample_book: Path, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("check")[2].startswith("error: ")
    assert run("facts", "--period", "x", "-C", sample_book)[2].startswith("错误：")
    assert run("facts", "--period", "x", f"-C{sample_book}")[2].startswith("错误：")
    assert run("review", "--period", "x", "--lang", "en", "-C", sample_book)[2].startswith("error: ")
    assert run("review", "--period", "x", "--lang=en", "-C", sample_book)[2].startswith("error: ")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    find_system_language.cache_clear()
    assert run("check")[2].startswith("错误：")
    (tmp_path / "workbook.toml").write_text(
        "[workbook\nlang = 'en'", encoding="utf-8"
    )  # broken: the system's
    assert run("check")[2].startswith("错误：")
    (tmp_path / "workbook.toml").write_text("[workbook]\nlang = 'en'\nx = 1", encoding="utf-8")
    assert run("check")[2].startswith("error: ")
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    assert run("check")[2].startswith("错误：")


def test_nothing_asked_for(run, sample_book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sample_book)
    code, out, err = run()
    assert (code, out) == (2, "") and is_chinese(err) and "命令：" in err
    assert run("--version")[:2] == (0, "taizhang 0.1.0\n")


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["reveiw"], 2, "“review”"),
        (["facts"], 2, "“--period P”"),
        (["facts", "--period"], 2, "“--period”"),
        (["facts", "--perod", "2021"], 2, "“--period”"),
        (["ingest", "--fresh=1"], 2, "“--fresh”"),
        (["doctor", "nothing"], 2, "参数写多了"),
        (["trace", *PERIOD, "--district", "溪口镇"], 2, "“FACT”"),
        (["facts", *PERIOD, "--format", "xls"], 2, "“xls”"),
        (["review", *PERIOD, "--lang", "fr"], 2, "“fr”"),
        (["review", *PERIOD, "--jobs", "0"], 2, "“0”"),
        (["review", *PERIOD, "--jobs", "many"], 2, "“many”"),
        (["review", *PERIOD, "--to", "html,pfd"], 2, "“pfd”"),
        (["review", *PERIOD, "--to", ","], 2, "没有写格式"),
        (["review", *PERIOD, "--style", "red"], 2, "“red”"),
        (["review", *PERIOD, "--store", "memory://x"], 2, "--scheduler"),
        (["facts", "--period", "2021Q5"], 2, "“2021Q5”"),
        (["facts", *PERIOD, "--as-of", "2020-12-31"], 2, "2021-01-01"),
        (["facts", *PERIOD, "--as-of", "tomorrow"], 2, "“tomorrow”"),
        (["facts", *PERIOD, "-C", "none"], 2, "“none”"),
        (["facts", *PERIOD, "--district", "西口镇"], 2, "溪口镇"),
        (["trace", "hazards.find", *PERIOD, "--district", "溪口镇"], 2, "“hazards.found”"),
        (["trace", "complaints.count", *PERIOD, "--district", "溪口镇"], 2, "“complaints.count”"),
        (["draw", "--check", "none.json"], 2, "“none.json”"),
        (["template", "hazard"], 2, "“hazards”"),
        (["new", "."], 2, "不是空的"),
        (["new", "x", "--sample", "--upgrade"], 2, "--sample"),
    ],
)
def test_mistakes(run, sample_book: Path, monkeypatch, arguments: list[str], code: int, named: str) -> None:
    monkeypatch.chdir(sample_book)
    ended, out, err = run(*arguments)
    assert (ended, out) == (code, "")
    assert is_chinese(err) and err.startswith("错误：")
    assert named in err
    monkeypatch.setenv("TAIZHANG_LANG", "en")
    ended, _, err = run(*arguments)
    assert ended == code and err.startswith("error: ")
    assert set(find_chinese(err)) <= {"西口镇", "溪口镇", "滨江县"}


def test_new_and_its_upgrade(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    code, out, err = run("new", tmp_path / "新县")
    assert (code, err) == (0, "") and is_chinese(out.replace(str(tmp_path), ""))
    settings = (tmp_path / "新县" / "workbook.toml").read_text("utf-8")
    comments = [line.rpartition("#")[2] for line in settings.splitlines() if "#" in line]
    assert is_chinese(
        "\n".join(text for text in comments if "=" not in text),
        allowed=("GeoPackage", "GeoJSON", "GeoParquet"),
    )
    code, out, err = run("new", "--upgrade", tmp_path / "新县")
    assert (code, err) == (0, "") and is_chinese(out)
    (tmp_path / "新县" / "notebooks" / ".originals" / "township_review.ipynb").unlink()
    own = tmp_path / "新县" / "notebooks" / "township_review.ipynb"
    notebook = json.loads(own.read_text("utf-8"))
    del notebook["cells"][-1]
    own.write_text(json.dumps(notebook), encoding="utf-8")
    code, out, err = run("new", "--upgrade", tmp_path / "新县")
    assert (code, err) == (1, "") and is_chinese(out.partition("\n---")[0]) and "+++ 软件所带" in out


def test_template(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    code, out, _ = run("template", "hazards")
    assert code == 0 and is_chinese(out)
    code, _, err = run("template", "hazards")
    assert code == 2 and is_chinese(err)


def test_doctor(run, sample_book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run("doctor", "-C", sample_book)
    assert (code, err) == (0, "") and is_chinese(out)
    monkeypatch.setitem(sys.modules, "typst", None)  # as where it is not installed
    monkeypatch.setattr("jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", lambda *_: 1 / 0)
    code, out, err = run("doctor", "-C", sample_book)
    assert (code, err) == (1, "") and is_chinese(out, allowed=("ZeroDivisionError",))
    assert "没有安装Python库（原文：“" in out and "ZeroDivisionError（原文：“division by zero”）" in out


def test_lab(run, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.call", lambda *_, **__: 0)  # JupyterLab's own window is its own affair
    code, out, err = run("lab", "-C", book)
    assert (code, out) == (0, "") and "已复制到notebooks/" in err
    assert is_chinese(re.sub(r"[a-z]+_[a-z_]+", "", err), allowed=("explore",))
    assert run("lab", "-C", book) == (0, "", "")


def test_draw_and_its_record(run, book: Path) -> None:
    (book / "draw.toml").write_text(
        'title = "抽查"\nentities = "e.csv"\ninspectors = "i.csv"\nteam = 1\n[share]\n"*" = 0.5\n',
        encoding="utf-8",
    )
    (book / "e.csv").write_text("编号,名称,风险等级\nE1,甲厂,高\nE2,乙厂,高\n", encoding="utf-8")
    (book / "i.csv").write_text("执法证号\nP1\nP2\n", encoding="utf-8")
    record = book / "r.json"
    code, _, err = run("draw", "--to", record, "-C", book)
    assert code == 2 and is_chinese(err) and "--seed" in err
    code, out, err = run("draw", "--seed", "1", "--to", record, "-C", book)
    assert code == 0 and is_chinese(out, err.replace(str(record), ""))
    code, _, err = run("draw", "--seed", "2", "--to", record, "-C", book)
    assert code == 2 and is_chinese(err)
    assert run("draw", "--check", record, "-C", book)[0] == 0
    drawn = json.loads(record.read_text("utf-8"))
    assert drawn["method"].startswith("签号＝") and is_chinese(drawn["method"], allowed=("entity", "kind"))
    drawn["visits"][0]["inspectors"] = ["P9"]
    record.write_text(json.dumps(drawn), encoding="utf-8")
    code, out, err = run("draw", "--check", record, "-C", book)
    assert code == 1 and is_chinese(err, out.replace(str(record), "")) and "P9" in err
    record.write_text("{}", encoding="utf-8")
    code, _, err = run("draw", "--check", record, "-C", book)
    assert code == 2 and is_chinese(err)


def test_ingest_and_check(run, book: Path) -> None:
    for command in ("ingest", "check"):
        code, out, err = run(command, "-C", book)
        assert (code, err) == (0, "")
        # What the ledgers themselves say: sheets' columns by letter, headers, names of files.
        assert is_chinese(re.sub(r" +[A-Z]{1,2} [^→\n]* →", "", out))
    with (book / "data" / "processed" / "set_aside.csv").open(encoding="utf-8-sig", newline="") as file:
        asides = list(csv.DictReader(file))
    assert asides and all(is_chinese(row["reason"]) for row in asides)
    hazards = next((book / "data" / "raw" / "hazards").glob("*.xlsx"))
    hazards.write_bytes(hazards.read_bytes()[:1000])
    (hazards.parent / "table.parquet").write_bytes(b"PAR1")
    (book / "data" / "raw" / "corrections.csv").mkdir()
    (hazards.parent / "empty.xlsx").write_bytes(b"")
    for command in ("ingest", "check", "facts"):
        code, out, err = run(command, *(PERIOD if command == "facts" else ()), "-C", book)
        assert code == 1 and "错误：" in out + err and hazards.name in out + err
        told = "" if command == "facts" else re.sub(r" +[A-Z]{1,2} [^→\n]* →", "", out)
        assert is_chinese(err, told)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("title", "titel", "title"),
        ("[boundaries]", "[boundary]", "boundaries"),
        ("[ledgers.hazards]", "[ledgers.hazard]", "hazards"),
        ("townships.shp", "none.shp", "none.shp"),
        ("[workbook]", "[workbook", "第4行第10个字符"),
    ],
)
def test_mistakes_in_the_settings(run, book: Path, old: str, new: str, named: str, monkeypatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")  # of a file that can't be read the language is not known
    find_system_language.cache_clear()
    settings = book / "workbook.toml"
    settings.write_text(settings.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    code, out, err = run("facts", *PERIOD, "-C", book)
    assert (code, out) == (2, "") and is_chinese(err) and named in err


def test_facts_of_the_workbooks_own(run, book: Path) -> None:
    (book / "facts").mkdir()
    (book / "facts" / "own.yml").write_text(
        "listed: 1\nhazards.x: {title: {zh: 甲}, direction: up, colour: red}\nhazards.found: {}\n",
        encoding="utf-8",
    )
    code, _, err = run("facts", *PERIOD, "-C", book)
    assert code == 2 and is_chinese(err, allowed=("direction", "title", "unit"))
    assert err.count("own.yml") >= 5


def spoil_boundaries(book: Path) -> None:
    layer = next((book / "data").rglob("townships.shp"))
    layer.write_bytes(layer.read_bytes()[:60])


def spoil_archive(book: Path) -> None:
    (book / "layer.zip").write_bytes(b"PK\3\4")
    settings = book / "workbook.toml"
    told = re.sub(r'(?m)^path *= *".*townships.shp"', 'path = "layer.zip"', settings.read_text("utf-8"))
    settings.write_text(told, encoding="utf-8")


def spoil_kind(book: Path) -> None:
    (book / "ledgers").mkdir(exist_ok=True)
    (book / "ledgers" / "own.yml").write_text("a: [", encoding="utf-8")


def spoil_fact(book: Path) -> None:
    (book / "facts").mkdir(exist_ok=True)
    (book / "facts" / "own.yml").write_bytes(b"a: \xff")


def spoil_processed(book: Path) -> None:
    shutil.rmtree(book / "data" / "processed")
    (book / "data" / "processed").write_text("")


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_boundaries, "GDAL"),
        (spoil_archive, "压缩包解不开（压缩包不完整，或已损坏）"),
        (spoil_kind, "own.yml：不是UTF-8编码的YAML：不合YAML的写法，看第2行第1个字符"),
        (spoil_fact, "own.yml：不是UTF-8编码的YAML（第1行有不合UTF-8编码的字节）"),
        (spoil_processed, "路径中有一段是文件，不是文件夹"),
    ],
)
def test_what_a_library_says_is_told_in_chinese(run, book: Path, spoil, named: str) -> None:
    spoil(book)
    code, out, err = run("ingest", "-C", book)
    assert code and err.startswith("错误：") and named in err
    assert is_chinese(err.replace(str(book.parent), ""), out)


def test_files_of_settings_and_lists_that_cannot_be_read(run, book: Path, monkeypatch) -> None:
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    (book / "draw.toml").write_text(
        'title = "a"\nentities = "e.csv"\ninspectors = "e.csv"\nteam = 1\nseed = "1"\n[share]\n"*" = 0.5\n'
    )
    for content, named in ((b"", "没有内容"), (b'a\n"b', "对不上（原文：“")):
        (book / "e.csv").write_bytes(content)
        code, _, err = run("draw", "-C", book)
        assert code == 2 and named in err and is_chinese(err)
    code, _, err = run("template", "hazards", book / "workbook.toml" / "x.xlsx")
    assert code == 2 and "已经存在" in err and is_chinese(err.replace(str(book), ""))
    (book / "workbook.toml").write_bytes(b"[workbook]\ntitle = '\xff'\n")
    code, _, err = run("check", "-C", book)
    assert code == 2 and "第2行有不合UTF-8编码的字节" in err and is_chinese(err)


def test_facts_and_trace(run, sample_book: Path) -> None:
    code, out, err = run("facts", *PERIOD, "--district", "溪口镇", "-C", sample_book)
    assert (code, err) == (0, "") and find_english(out.partition("\n")[0], FACT_COLUMNS) == []
    code, out, err = run("trace", "hazards.found", *PERIOD, "--district", "溪口镇", "-C", sample_book)
    assert (code, err) == (0, "") and len(out.splitlines()) > 1
    assert find_english(out.partition("\n")[0], [*TRACE_COLUMNS, "kind"]) == []


def test_pages_that_cannot_be_made(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_LANG", "zh")
    config = taizhang.open(str(book)).config
    template = book / "broken.ipynb"
    template.write_text("{", encoding="utf-8")
    for attempt in (
        lambda: send_workbook(config, "xyz://a"),
        lambda: send_workbook(config, f"file://{book}/workbook.toml/a"),
        lambda: fetch_workbook(Parcel(f"file://{book}/none", (("a", "0" * 64),))),
        lambda: embed_picture("<svg>", prefix="fig-1", label=""),
        lambda: draw_png("<svg", about="fig-1"),
        lambda: read_template(template),
    ):
        with pytest.raises(TaizhangError) as caught:
            attempt()
        assert is_chinese(
            str(caught.value).replace(str(book.parent), "").replace("xyz://a", ""), allowed=["fig"]
        )


@pytest.mark.slow
def test_a_review_and_one_that_fails(run, book: Path) -> None:
    own = book / "notebooks" / "township_review.ipynb"
    put_short_templates(book)
    code, out, err = run("review", *PERIOD, "--district", "溪口镇", "--to", "html", "--jobs", "1", "-C", book)
    assert code == 0 and is_chinese(out, err)
    assert "做成1份" in out and "已完成" in err
    code, out, err = run("review", *PERIOD, "--district", "溪口镇", "--to", "html", "--jobs", "1", "-C", book)
    assert (code, err) == (0, "") and "未变1份" in out
    source = Path(__file__).parents[2] / "notebooks" / "township_review.ipynb"
    notebook = json.loads(source.read_text("utf-8"))
    # No more of it than it takes to fail.
    *_, last = notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][:4]
    last["source"] = "book.facts('2021Q9')"
    own.write_text(json.dumps(notebook), encoding="utf-8")
    code, out, err = run("review", *PERIOD, "--district", "溪口镇", "--to", "html", "--jobs", "1", "-C", book)
    assert code == 1 and is_chinese(out, err) and "没有做成" in out and "看不懂报告期“2021Q9”" in err
    assert (out + err).count("看不懂报告期") == 1  # once, and not by each part that hears of it
    # What a notebook says is in the command's language, not the workbook's.
    english = (
        "review",
        *PERIOD,
        "--district",
        "溪口镇",
        "--to",
        "html",
        "--jobs",
        "1",
        "--lang",
        "en",
        "-C",
        book,
    )
    code, out, err = run(*english)
    assert code == 1 and "cannot read period '2021Q9'" in err and "报告期" not in err
    last["source"] = "1 / 0"
    own.write_text(json.dumps(notebook), encoding="utf-8")
    code, out, err = run("review", *PERIOD, "--district", "溪口镇", "--to", "html", "--jobs", "1", "-C", book)
    assert code == 1 and "个单元格出错：ZeroDivisionError（原文：“division by zero”）" in err
    assert is_chinese(out, err, allowed=("ZeroDivisionError",))
