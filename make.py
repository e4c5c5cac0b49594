"""The same targets as the Makefile, for a machine without make: ``python -m make review``.

Only the standard library, and only syntax that an old Python reads too, so that one can say what is missing.
The environment is made in .venv from requirements.lock, once, and again when the lock changes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.sha256"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
# The version that CI tests comes first.
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14", "python3", "python")
PERIOD = "2021"


class MakeError(Exception):
    """Says in a line what went wrong and what to do."""


def find_python() -> list[str]:
    """Return the command of a Python that is new enough: this one, or one on the path."""
    if sys.version_info >= OLDEST:
        return [sys.executable]
    tries = [[found] for found in map(shutil.which, PYTHONS) if found]
    if os.name == "nt" and shutil.which("py"):
        tries += [["py", "-3.{}".format(minor)] for minor in range(11, 15)]
    for command in tries:
        ask = "import sys; print(sys.executable); sys.exit(sys.version_info < {!r})".format(OLDEST)
        answer = subprocess.run([*command, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if answer.returncode == 0:
            return [answer.stdout.decode().strip()]
    raise MakeError(
        "Python {}.{} or newer is needed; this is {} and none is on the path. "
        "Install one (python.org, your system's packages, or conda), then try again.".format(
            *OLDEST, sys.version.split()[0]
        )
    )


def venv_python() -> Path:
    """Return the path of the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def taizhang() -> Path:
    """Return the path of the environment's ``taizhang`` command."""
    return venv_python().with_name("taizhang.exe" if os.name == "nt" else "taizhang")


def run(*command: str | Path, check: bool = True) -> int:
    """Run a command in the repository and return its exit code; if `check`, exit when it fails."""
    environment = dict(os.environ, PYTHONNOUSERSITE="1", VIRTUAL_ENV=str(VENV))
    environment.pop("PYTHONPATH", None)
    environment.pop("PYTHONHOME", None)
    # Its notebooks and those of its tests are what one has chosen to run.
    environment.setdefault("TAIZHANG_TRUST", str(ROOT))
    environment["PATH"] = str(venv_python().parent) + os.pathsep + environment.get("PATH", "")
    code = subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment)
    if check and code:
        raise SystemExit(code)
    return code


def run_module(*command: str | Path, check: bool = True) -> int:
    """Run ``python -m ...`` with the environment's Python."""
    return run(venv_python(), "-m", *command, check=check)


def installed_state() -> str:
    """Return a digest of what the environment is made from: the lock, the project file, and this folder."""
    digest = hashlib.sha256(str(ROOT).encode("utf-8"))
    for path in (LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def works(python: Path) -> bool:
    """Return whether the environment's Python still starts (the Python it was made from may be gone)."""
    try:
        return subprocess.call([str(python), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def set_up() -> None:
    """Make .venv and install the lock and the package, unless that has been done already."""
    state = installed_state()
    made = works(venv_python())
    if made and STAMP.is_file() and STAMP.read_text() == state:
        return
    if not made:
        python = find_python()
        print("Making .venv with {} ...".format(python[0]), flush=True)
        if subprocess.call([*python, "-m", "venv", "--clear", str(VENV)]):
            raise MakeError(
                "the environment could not be made. On Debian or Ubuntu: apt install python3-venv; "
                "then try again."
            )
    print("Installing the packages of requirements.lock (once; a few minutes on a slow line) ...", flush=True)
    pip = ("pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    run_module(*pip, "--no-compile", "--require-hashes", "--requirement", LOCK)
    run_module(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    # On all cores at once, where pip does it on one. Where Python is told to write no bytecode, as in many containers,
    # each process would else compile anew whatever it loads, which takes longer than to make a report.
    run_module("compileall", "-q", "-j", "0", VENV, ROOT / "lib", check=False)
    STAMP.write_text(state)


def make_review(arguments: list[str]) -> None:
    """Make every district's report for a period: HTML, PDF, index, facts. Arguments go to `taizhang review`."""
    if not any(argument.split("=")[0] == "--period" for argument in arguments):
        arguments = ["--period", PERIOD, *arguments]
    run(taizhang(), "review", *arguments)


def make_lint(arguments: list[str]) -> int:
    """Check style and common errors with ruff."""
    return run_module("ruff", "check", *arguments, ".", check=False)


def make_types(arguments: list[str]) -> int:
    """Check types with mypy."""
    return run_module("mypy", *arguments, check=False)


def make_check(arguments: list[str]) -> None:
    """Check lint and types, without the tests."""
    failed = [code for code in (make_lint(arguments), make_types([])) if code]
    raise SystemExit(failed[0] if failed else 0)


def make_test(arguments: list[str]) -> None:
    """Check lint and types, and run all tests except the long ones in two processes. Arguments go to pytest."""
    failed = [code for code in (make_lint([]), make_types([])) if code]
    if failed:
        print("lint or types failed, see above; the tests run all the same", flush=True)
    # The tests run last, so that their summary ends the output.
    # Tests of one file share what they make, so one worker runs them all; the order given puts the longest files first.
    by_file = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    # Two processes use one core each; threads of linear algebra would slow each other down.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = run_module("pytest", "-q", *by_file, "-m", "not long", *arguments, check=False)
    raise SystemExit(code or (failed[0] if failed else 0))


def make_test_long(arguments: list[str]) -> None:
    """Run simulations, kill tests and other tests that take minutes each. Arguments go to pytest."""
    run_module("pytest", "-q", "-m", "long", *arguments)


def make_mutants(arguments: list[str]) -> None:
    """Put small faults into the code, count what the tests catch, and write docs/mutation.md (under an hour)."""
    run_module("tools.mutate", "--write", *arguments)


def make_lab(arguments: list[str]) -> None:
    """Open JupyterLab on this workbook. Arguments go to `taizhang lab`."""
    run(taizhang(), "lab", *arguments)


def make_docs(arguments: list[str]) -> None:
    """Regenerate the reference pages in docs/ from the commands, the metadata and the code."""
    run_module("tools.make_reference", *arguments)


def make_site(arguments: list[str]) -> None:
    """Build docs/ as a site in site/. Arguments go to `mkdocs build`."""
    run_module("mkdocs", "build", "--quiet", "--strict", *arguments)


def make_pictures(arguments: list[str]) -> None:
    """Retake the pictures of README and tutorial (needs Chromium and an existing review)."""
    run_module("tools.make_pictures", *arguments)


def make_dist(arguments: list[str]) -> None:
    """Build wheel and sdist in dist/, and test both in bare environments (takes minutes; needs a registry)."""
    run_module("tools.try_dist", *arguments)


def make_bench(arguments: list[str]) -> None:
    """Compare the time of our reports with the usual ways, and write docs/benchmarks.md (under 15 minutes)."""
    run_module("benchmarks.time_reports", "--write", *arguments)


def make_bench_full(arguments: list[str]) -> None:
    """Do the same with more reports, 1,000 townships and 20 million rows (under an hour, 16 GB of memory)."""
    run_module("benchmarks.time_reports", "--write", "--full", *arguments)


def make_clean(arguments: list[str]) -> None:
    """Remove generated files: reports, processed data, caches. With --all, also .venv."""
    for folder in (ROOT / "reports", ROOT / "data" / "processed"):
        for path in folder.glob("*"):
            if path.name != "README.md":
                remove(path)
    for name in (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "build", "dist"):
        remove(ROOT / name)
    if "--all" in arguments:
        remove(VENV)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(str(path))
    elif path.exists():
        path.unlink()


TARGETS = {
    "review": make_review,
    "test": make_test,
    "test-long": make_test_long,
    "mutants": make_mutants,
    "lint": make_lint,
    "types": make_types,
    "check": make_check,
    "lab": make_lab,
    "docs": make_docs,
    "site": make_site,
    "pictures": make_pictures,
    "dist": make_dist,
    "bench": make_bench,
    "bench-full": make_bench_full,
    "clean": make_clean,
}


def main() -> None:
    """Set up if necessary, then make one target."""
    parser = argparse.ArgumentParser(
        prog="python -m make",
        description=__doc__.splitlines()[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="targets:\n"
        + "\n".join("  {:<10} {}".format(name, make.__doc__) for name, make in TARGETS.items()),
    )
    parser.add_argument("target", choices=[*TARGETS, "setup"], metavar="target", help="what to make")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to the command behind it")
    chosen = parser.parse_args()
    try:
        if chosen.target != "clean":
            set_up()
        if chosen.target != "setup":
            sys.exit(TARGETS[chosen.target](chosen.arguments))
    except MakeError as error:
        sys.exit("make: {}".format(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
