"""Build wheel and sdist, and try both where nothing of this repository is.

``python -m make dist`` runs it. The wheel is installed with pip alone into a bare environment of each Python here
(3.11 to 3.14); there the sample county is unpacked, examined and reviewed, JupyterLab is started, and its facts are
compared with those that this repository counts. Of the sdist alone, its own tests are run: those of the house, or those
that are named. Ends with 1 where anything is wrong.
"""

import argparse
import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
PERIOD = "2021"
CLOSE = 1e-9
_PATIENCE = 120  # seconds until JupyterLab answers


class TrialError(Exception):
    """What was tried, and what came of it."""


def find_pythons() -> dict[str, Path]:
    """Version -> a Python of it: on the path, or among those that pyenv has installed."""
    found: dict[str, Path] = {}
    for version in VERSIONS:
        kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        for command in (*kept[-1:], shutil.which(f"python{version}")):
            if command and _tell_version(Path(command)) == version:
                found.setdefault(version, Path(command))
    return found


def _tell_version(python: Path) -> str:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def build(folder: Path, form: str) -> Path:
    """The one file, ``wheel`` or ``sdist``, that the repository is built as."""
    run([sys.executable, "-m", "hatchling", "build", "-t", form, "-d", folder], ROOT)
    (built,) = folder.glob("taizhang-*.whl" if form == "wheel" else "taizhang-*.tar.gz")
    return built


def run(command: Sequence[str | Path], folder: Path, *, path: str = "") -> str:
    """What a command prints, run without this environment's paths of Python; TrialError if it fails."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    found = {**kept, "PYTHONNOUSERSITE": "1", "TAIZHANG_LANG": "en", **({"PYTHONPATH": path} if path else {})}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=found, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-3000:]
        raise TrialError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{said}")
    return done.stdout


def install(python: Path, wheel: Path, folder: Path) -> Path:
    """The Python of a bare environment into which pip has put the wheel and what it asks for."""
    run([python, "-m", "venv", folder], wheel.parent)
    own = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run([own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], wheel.parent)
    return own


def read_block() -> list[str]:
    """The commands of the README's five minutes."""
    part = (ROOT / "README.md").read_text("utf-8").split("\n## Five minutes\n")[1]
    return part.split("```bash\n")[1].split("```")[0].splitlines()


def try_commands(python: Path, folder: Path) -> str:
    """Follow the README's five minutes and more with the `taizhang` beside a Python; the sample's facts as CSV."""
    command = python.with_name("taizhang.exe" if os.name == "nt" else "taizhang")
    place = folder
    for line in read_block():
        words = line.split()
        if words[0] == "cd":
            place /= words[1]
        else:
            run([command, *words[1:]], place)
    run([command, "doctor"], place)
    made = place / "reports" / PERIOD
    if len(list(made.glob("*.zh.html"))) < 6 or len(list(made.glob("*.zh.pdf"))) < 5:
        raise TrialError(f"reports are missing: {sorted(path.name for path in made.iterdir())}")
    try_lab(command, place)
    try:
        run(
            [command, "review", "--period", PERIOD, "-C", "practice", "--scheduler", "tcp://127.0.0.1:1"],
            folder,
        )
    except TrialError as error:
        if "taizhang[cluster]" not in str(error):
            raise TrialError(f"the extra is not named: {error}") from error
    return run([command, "facts", "--period", PERIOD, "--format", "csv"], place)


def try_lab(command: Path, workbook: Path) -> None:
    """Start JupyterLab on a Chinese workbook and see that its page comes, in Chinese."""
    options = ["--no-browser", "--port=0", "--IdentityProvider.token=", "--allow-root", "-C", str(workbook)]
    log = workbook / "lab.log"
    with log.open("wb") as output:
        server = subprocess.Popen([command, "lab", *options], cwd=workbook, stdout=output, stderr=output)
    try:
        address = _await(server, log)
        said = _get(f"{address}lab/api/settings/@jupyterlab/translation-extension:plugin")
        if '"default": "zh_CN"' not in said:
            raise TrialError("JupyterLab is not in the workbook's language")
        if "文件" not in _get(f"{address}lab/api/translations/zh_CN"):
            raise TrialError("JupyterLab's language pack is not there")
    finally:
        server.terminate()
        server.wait(30)


def _await(server: "subprocess.Popen[bytes]", log: Path) -> str:
    """The address at which the server answers, once it does."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", log.read_text("utf-8", "replace")):
            try:
                _get(f"{found[0]}api")
                return found[0]
            except OSError:  # it writes its address before it listens
                pass
        time.sleep(0.5)
    raise TrialError(f"JupyterLab does not answer:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
        return json.dumps(json.loads(answer.read()), ensure_ascii=False)


def compare_facts(ours: str, theirs: str) -> Iterator[str]:
    """Each number that differs between two tables of facts."""
    first, second = ([*csv.reader(text.lstrip("\ufeff").splitlines())] for text in (ours, theirs))
    if len(first) != len(second) or first[0] != second[0]:
        yield f"{len(first)} rows here, {len(second)} there"
        return
    for one, two in zip(first, second, strict=True):
        for name, here, there in zip(first[0], one, two, strict=True):
            if here != there and not _is_close(here, there):
                yield f"{one[:4]}, {name}: {here} here, {there} there"


def _is_close(one: str, two: str) -> bool:
    try:
        return math.isclose(float(one), float(two), rel_tol=CLOSE)
    except ValueError:
        return False


def count_here(folder: Path) -> str:
    """The facts of the sample as this repository counts them."""
    command = [sys.executable, "-m", "taizhang.cli"]
    here = str(ROOT / "lib")
    run([*command, "new", "here", "--sample"], folder, path=here)
    return run([*command, "facts", "--period", PERIOD, "--format", "csv", "-C", "here"], folder, path=here)


def try_wheel(version: str, python: Path, wheel: Path, folder: Path) -> list[str]:
    """What is wrong with a wheel in a bare environment of one Python."""
    folder.mkdir()
    theirs = try_commands(install(python, wheel, folder / "bare"), folder)
    return [f"{version}: {found}" for found in compare_facts(count_here(folder), theirs)]


def try_sdist(sdist: Path, folder: Path, tests: Sequence[str]) -> None:
    """Run tests of an unpacked sdist, its own code with this environment's packages; TrialError if one fails."""
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    (source,) = (one for one in folder.iterdir() if one.is_dir())
    path = os.pathsep.join(map(str, (source / "lib", source)))
    run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long", *tests],
        source,
        path=path,
    )


def main() -> None:
    """Build and try both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where wheel and sdist go")
    parser.add_argument("--python", action="append", metavar="VERSION", help="only these, such as 3.12")
    parser.add_argument("--tests", nargs="*", default=["tests/house"], help="of the sdist; all: tests")
    chosen = parser.parse_args()
    shutil.rmtree(chosen.out, ignore_errors=True)
    wheel, sdist = build(chosen.out, "wheel"), build(chosen.out, "sdist")
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for version, python in find_pythons().items():
            if chosen.python and version not in chosen.python:
                continue
            began = time.monotonic()
            try:
                found = try_wheel(version, python, wheel, Path(name) / version)
            except TrialError as error:
                found = [f"{version}: {error}"]
            print(
                f"Python {version}: {'; '.join(found) or 'works'} ({time.monotonic() - began:.0f} s)",
                flush=True,
            )
            faults += found
        try:
            try_sdist(sdist, Path(name) / "source", chosen.tests)
            print("sdist: its tests pass")
        except TrialError as error:
            faults.append(str(error))
            print(f"sdist: {error}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
