"""Whose code runs: own facts and notebooks of a workbook from elsewhere wait for a word of its user's."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

import taizhang as tz
from taizhang.cli import main
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.core.trust import VARIABLE, is_trusted, revoke_trust, trust_workbook
from taizhang.lab.scaffold import make_workbook
from taizhang.workbook.templates import packaged_notebooks
from taizhang.workbook.trust import list_own_facts, list_own_notebooks

FACT = """hazards.own:
  title: {zh: 自设, en: Own}
  definition: {zh: 自设, en: Own}
  unit: count
  decimals: 0
  direction: neither
  interval: none
  form: count
  function: own.py:count
"""
CODE = """from pathlib import Path
(Path(__file__).parents[1] / "RAN").touch()


def count(rows, *, as_of):
    return rows["found_on"].notna()
"""


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook as it comes out of an archive, with a fact of its own."""
    root = make_book(tmp_path / "from elsewhere", {"a.xlsx": make_hazards("溪口镇")}, patterns=["*.xlsx"])
    (root / "facts").mkdir()
    (root / "facts" / "own.yml").write_text(FACT, "utf-8")
    # What ran is found in the workbook, also where a command runs a copy of its state.
    code = CODE.replace("Path(__file__).parents[1]", f"Path({str(root)!r})")
    (root / "facts" / "own.py").write_text(code, "utf-8")
    return root


def put_notebook(root: Path, name: str, *more: str) -> None:
    """The package's notebook, as saved after a run, with cells added."""
    notebook = json.loads(packaged_notebooks()[name].read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1"]}]
    for number, source in enumerate(more):
        notebook["cells"].append(
            {"cell_type": "code", "id": f"more{number}", "metadata": {}, "outputs": [], "source": source,
             "execution_count": None}
        )  # fmt: skip
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook), "utf-8")


@dataclass
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command in this process, in a folder and without a terminal."""

    def run(root: Path, *words: str, **env: str) -> Done:
        with monkeypatch.context() as patch:
            patch.chdir(root)
            patch.setattr(sys, "argv", ["taizhang", *words])
            patch.setattr(sys, "stdin", io.StringIO())
            for name, value in env.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        return Done(int(str(ended.value.code or 0)), *capsys.readouterr())

    return run


def test_own_facts_wait_for_trust(book: Path) -> None:
    opened = tz.open(str(book))
    with pytest.raises(ParameterError, match=r"facts/own\.py.*taizhang trust") as error:
        opened.facts("2021")
    assert f'"{book}"' in str(error.value)  # the command can be pasted, though the path has a space
    assert not (book / "RAN").exists()
    trust_workbook(book)
    facts = tz.open(str(book)).facts("2021")
    assert "hazards.own" in set(facts["fact"])
    assert (book / "RAN").exists()


def test_trust_is_of_a_place_and_can_be_taken_back(book: Path, tmp_path: Path) -> None:
    trust_workbook(book)
    (book / "facts" / "own.py").write_text(CODE + "# changed here\n", "utf-8")
    assert is_trusted(book)
    copy = tmp_path / "copy"
    book.rename(copy)
    assert not is_trusted(copy)
    copy.rename(book)
    revoke_trust(book)
    assert not is_trusted(book)
    revoke_trust(book)


def test_a_workbook_made_here_is_trusted(tmp_path: Path) -> None:
    make_workbook(tmp_path / "made")
    assert is_trusted(tmp_path / "made")
    assert not is_trusted(tmp_path)


def test_a_home_that_cannot_be_written_stops_no_new_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    make_workbook(tmp_path / "made")
    assert (tmp_path / "made" / "workbook.toml").exists()
    assert not is_trusted(tmp_path / "made")


def test_the_environment_trusts_what_it_names(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for said, trusted in {
        "1": True,
        str(tmp_path): True,
        f"{tmp_path / 'other'}{os.pathsep}{book}": True,
        str(tmp_path / "from"): False,  # a name that begins alike is another folder
        "0": False,
        "": False,
    }.items():
        monkeypatch.setenv(VARIABLE, said)
        assert is_trusted(book) is trusted, said


@pytest.mark.parametrize(
    ("source", "own"),
    [
        ("", False),
        ('district = "350921101"\nperiod = "2021"\nlang = "en"', False),
        ('district = open("x")', True),
        ("district: exit() = 1", True),
        ("a.b = 1", True),
        ("%run evil.py", True),
        ("!evil", True),
        ("import evil", True),
    ],
)
def test_a_notebook_is_the_packages_if_each_of_its_cells_is(tmp_path: Path, source: str, own: bool) -> None:
    put_notebook(tmp_path, "township_review", source)
    assert list_own_notebooks(tmp_path) == (["notebooks/township_review.ipynb"] if own else [])


def test_which_code_is_a_workbooks_own(book: Path) -> None:
    put_notebook(book, "township_review")
    put_notebook(book, "county_comparison", "import evil")
    put_notebook(book, "explore_hazards", "import evil")
    (book / "facts" / "unused.py").write_text(CODE, "utf-8")
    local = book / "notebooks" / "local" / "350921101.ipynb"
    local.parent.mkdir()
    local.write_text("not a notebook", "utf-8")
    assert list_own_facts(book) == ["facts/own.py"]
    told = ["notebooks/county_comparison.ipynb", "notebooks/local/350921101.ipynb"]
    assert list_own_notebooks(book, ["township_review", "county_comparison", "absent"]) == told
    assert list_own_notebooks(book) == [told[0], "notebooks/explore_hazards.ipynb", told[1]]


def test_commands_that_would_run_code_end_with_the_command_to_type(
    book: Path, command: Callable[..., Done]
) -> None:
    for words in (
        ["facts", "--period", "2021"],
        ["review", "--period", "2021", "--to", "html"],
        ["trace", "hazards.found", "--period", "2021", "--district", "all"],
    ):
        done = command(book, *words)
        assert done.returncode == 2, done.stderr
        assert f'taizhang trust "{book}"' in done.stderr
        assert done.stdout == ""
    for name in ("check", "ingest", "doctor"):
        assert "trust" not in command(book, name).stderr
    assert not (book / "RAN").exists()
    given = command(book.parent, "trust", str(book))
    assert given.returncode == 0
    assert "facts/own.py" in given.stdout
    assert command(book, "facts", "--period", "2021").returncode == 0
    assert (book / "RAN").exists()
    assert command(book, "trust", "--revoke").returncode == 0
    assert command(book, "facts", "--period", "2021").returncode == 2
    assert command(book, "facts", "--period", "2021", **{VARIABLE: str(book)}).returncode == 0


def test_an_own_notebook_stops_a_review_alone(book: Path, command: Callable[..., Done]) -> None:
    for path in (book / "facts").iterdir():
        path.unlink()
    put_notebook(book, "township_review", "import evil")
    assert command(book, "facts", "--period", "2021").returncode == 0
    done = command(book, "review", "--period", "2021")
    assert done.returncode == 2
    assert "notebooks/township_review.ipynb" in done.stderr
    from taizhang.report.review import make_review

    with pytest.raises(ParameterError, match="taizhang trust"):  # nor does Python run it
        make_review(tz.Workbook(book), parse_period("2021"), jobs=1, formats=("html",))


@pytest.mark.skipif(os.name != "posix", reason="a terminal is made by pty")
@pytest.mark.parametrize(
    ("answer", "code", "lang"), [("y", 0, "en"), ("是", 0, "zh"), ("", 2, "en"), ("n", 2, "zh")]
)
def test_at_a_terminal_it_asks_once(book: Path, answer: str, code: int, lang: str) -> None:
    import pty

    master, slave = pty.openpty()
    script = "import sys; sys.argv = ['taizhang', 'facts', '--period', '2021']; from taizhang.cli import main; main()"

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-c", script], cwd=book, stdin=slave, stderr=slave, stdout=subprocess.PIPE,
            env={**os.environ, "TAIZHANG_LANG": lang},
        )  # fmt: skip

    first = start()
    os.write(master, f"{answer}\n".encode())
    told = first.communicate(timeout=120)[0].decode()
    said = os.read(master, 1 << 16).decode()
    assert first.returncode == code, said
    assert "facts/own.py" in said
    assert ("Run it?" if lang == "en" else "要运行吗") in said
    assert ("hazards.own" in told) is (code == 0)
    if answer == "y":
        again = start()  # and is not asked again
        assert again.communicate(timeout=120)[0].decode() == told
        assert again.returncode == 0


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "可以运行自己的指标和笔记本"), ("en", "may run its own facts")]
)
def test_it_speaks_the_language_of_the_folder_that_it_names(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, told: str
) -> None:
    monkeypatch.delenv("TAIZHANG_LANG", raising=False)
    here = make_book(tmp_path / "here", {"a.xlsx": make_hazards("溪口镇")}, patterns=["*.xlsx"])
    for root, said in ((book, lang), (here, {"zh": "en", "en": "zh"}[lang])):
        path = root / "workbook.toml"
        path.write_text(path.read_text("utf-8").replace("as_of", f'lang = "{said}"\nas_of'), "utf-8")
    command = [sys.executable, "-m", "taizhang.cli", "trust", str(book)]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
    assert told in done.stdout
