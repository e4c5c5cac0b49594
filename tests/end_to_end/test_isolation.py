"""What reads a folder runs nothing of it, whatever Python files lie there and however the command is started."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from taizhang.lab.launch import make_environment
from tests.short_templates import put_short_templates

# Each file leaves its name here when it is run.
RAN = "RAN"
MARK = f"""import os
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), {RAN!r}), "a") as file:
    file.write(__name__ + " in " + str(os.getpid()) + chr(10))
"""
# Python's own modules that `python -m` loads from where it stands before any code of ours: `taizhang`, the command,
# does not.
BEFORE_US = {
    "abc", "collections", "contextlib", "functools", "importlib", "io", "keyword", "operator", "os", "reprlib",
    "runpy", "types", "warnings",
}  # fmt: skip
CONFIGURATION = (
    "jupyter_config.py", "jupyter_server_config.py", "jupyter_lab_config.py", "ipython_config.py",
    ".ipython/profile_default/ipython_config.py", ".ipython/profile_default/startup/00-first.py",
    "profile_default/ipython_config.py", "profile_default/startup/00-first.py", "conftest.py", "setup.py", "make.py",
    "__init__.py", "__main__.py", "ledgers/own.py", "ledgers/__init__.py", "facts/own.py", "facts/__init__.py",
    "data/raw/conftest.py", "notebooks/pandas.py", "tests/conftest.py", "draw.py", "risk.py", "pythonrc.py",
)  # fmt: skip


def plant(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    # What a mark tells is found beside workbook.toml, wherever the file lies.
    path.write_text(MARK.replace("os.path.dirname(os.path.abspath(__file__))", repr(str(folder))))


@pytest.fixture(scope="module")
def folder(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook in which every module that could be imported has a file of its name, and every package a folder."""
    made = tmp_path_factory.mktemp("planted") / "book"
    shutil.copytree(sample_book, made, ignore=shutil.ignore_patterns("reports", "processed"))
    installed = {name for name in packages_distributions() if name.isidentifier() and name[0] != "_"}
    modules = set(sys.stdlib_module_names) | installed | {"warm_kernels", "tools"}
    modules |= {"sitecustomize", "usercustomize", "_distutils_hack", "bottleneck", "numexpr"}
    # `python -m taizhang.cli` asks Python for the module `taizhang` that is nearest.
    for name in sorted(modules - BEFORE_US - {"taizhang"}):
        plant(made, f"{name}.py" if len(name) % 2 else f"{name}/__init__.py")
    for name in CONFIGURATION:
        plant(made, name)
    (made / "evil.pth").write_text(f"import sys; open({str(made / RAN)!r}, 'a').write('pth')\n")
    own = "hazards.own:\n  title: {zh: 甲, en: A}\n  definition: {zh: 甲, en: A}\n  unit: count\n  decimals: 0\n"
    own += "  direction: neither\n  interval: none\n  form: count\n  function: own.py:count\n"
    (made / "facts" / "own.yml").write_text(own, encoding="utf-8")
    return made


def run(folder: Path, *command: str, **env: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONNOUSERSITE": "1", **env}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    mark = folder / RAN
    ran = mark.read_text() if mark.exists() else ""
    mark.unlink(missing_ok=True)
    assert ran == "", f"{command}: {ran[:2000]}\n{done.stderr[-2000:]}"
    return done


SCRIPT = f"import sys; sys.path[:] = {[place for place in sys.path if place]!r}; from taizhang.cli import main; main()"


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("check", "module"),
        ("ingest", "command"),
        pytest.param("doctor", "module", marks=pytest.mark.long),
        pytest.param("check", "command", marks=pytest.mark.long),
        pytest.param("ingest", "module", marks=pytest.mark.long),
        pytest.param("doctor", "command", marks=pytest.mark.long),
    ],
)
def test_reading_a_folder_runs_nothing_of_it(folder: Path, name: str, how: str) -> None:
    start = ["-P", "-c", SCRIPT] if how == "command" else ["-m", "taizhang.cli"]
    done = run(folder, sys.executable, *start, name)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr


# Commands one after the other in one process; their exit codes are told last.
MANY = """
codes = []
for words in json.loads(sys.argv[1]):
    words = [one for word in words for one in (sorted(map(str, Path().glob(word))) if "*" in word else [word])]
    sys.argv[:] = ["taizhang", *words]
    try:
        main()
    except SystemExit as ended:
        codes.append(ended.code)
print(codes, file=sys.stderr)
"""


def run_many(folder: Path, commands: Sequence[Sequence[str]], **env: str) -> list[int]:
    script = f"import json; from pathlib import Path; {SCRIPT.removesuffix('; main()')}{MANY}"
    done = run(folder, sys.executable, "-P", "-c", script, json.dumps(commands), **env)
    assert "Traceback" not in done.stderr, done.stderr
    return list(json.loads(done.stderr.strip().splitlines()[-1]))


@pytest.mark.slow
def test_what_computes_no_fact_runs_nothing_of_a_trusted_folder_either(folder: Path, tmp_path: Path) -> None:
    period, returned = ("--period", "2021"), "reports/2021/returns/*.xlsx"
    commands = [
        ("return", *period), ("collect", returned), ("status", *period), ("store",),
        ("template", "drills", str(tmp_path / "drills.xlsx")), ("draw", "--to", str(tmp_path / "draw.json")),
        ("publish", "--to", str(tmp_path / "site")), ("pack", *period, "--out", str(tmp_path / "2021.zip")),
    ]  # fmt: skip
    # Nothing has been released or reviewed that could be published or packed.
    assert run_many(folder, commands, TAIZHANG_TRUST="1") == [0, 0, 0, 0, 0, 0, 2, 2]


@pytest.mark.slow
def test_what_would_run_code_asks_before(folder: Path) -> None:
    release = folder / "releases" / "2021" / "v1"
    release.mkdir(parents=True)
    about = {"by": "a", "why": "", "made_at": "2022-01-05T09:00:00+08:00"}
    manifest = {"period": "2021", "reports": {}, "files": {}, "snapshot": "x", "release": about}
    (release / "manifest.json").write_text(json.dumps(manifest))
    period = ("--period", "2021")
    commands = [
        ("facts", *period), ("trace", "hazards.found", *period, "--district", "all"), ("diff", "2021/v1", "now"),
        ("review", *period, "--jobs", "1"), ("release", *period, "--by", "a"), ("verify",), ("routine",),
    ]  # fmt: skip
    try:
        assert run_many(folder, commands, TAIZHANG_TRUST="") == [2] * len(commands)
    finally:
        shutil.rmtree(folder / "releases")


@pytest.fixture(scope="module")
def without_own_facts(folder: Path) -> Path:
    """So that a review has no code of the workbook's to run."""
    (folder / "facts" / "own.yml").unlink()
    put_short_templates(folder, "plot_hazards_trend")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("manner", "jobs"),
    [
        ("warm", "2"),
        pytest.param("cold", "1", marks=pytest.mark.long),
        pytest.param("ahead", "2", marks=pytest.mark.long),
    ],
)
def test_a_review_takes_no_file_of_the_folder_for_a_library(
    without_own_facts: Path, manner: str, jobs: str
) -> None:
    """Workers and kernels are processes of their own, started in the folder."""
    words = ["review", "--period", "2021", "--to", "html", "--jobs", jobs, "--fresh"]
    words += ["--district", "城关街道", "--district", "溪南镇"]
    start = [sys.executable, "-m", "taizhang.cli"]
    done = run(without_own_facts, *start, *words, TAIZHANG_KERNELS=manner, TAIZHANG_TRUST="")
    assert done.returncode == 0, done.stderr
    assert "TCP" not in done.stderr


@pytest.mark.slow
def test_a_kernel_of_jupyterlab_starts_without_the_folder(folder: Path) -> None:
    """As JupyterLab starts it beside a notebook, for a workbook that is not trusted."""
    from jupyter_client.manager import start_new_kernel

    environment = make_environment(trusted=False)
    manager, kernel = start_new_kernel(kernel_name="python3", cwd=str(folder), env=environment)
    try:
        shown: list[str] = []
        kernel.execute_interactive(
            "import csv, zipfile; print(csv.__file__, zipfile.__file__)",
            output_hook=lambda message: shown.append(str(message["content"])),
            timeout=60,
        )
        assert str(folder) not in "".join(shown) and "zipfile" in "".join(shown)
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not (folder / RAN).exists()
    assert "PYTHONSAFEPATH" not in make_environment(trusted=True)
