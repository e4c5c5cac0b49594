"""What is in the repository: no paths of one machine, no hosts of a registry, nothing made, nothing large."""

import re
import subprocess
from pathlib import Path

import pytest

MACHINE = re.compile(r"(?<![\w./{}\"'-])/(?:root|work/\w+|tmp/\w+|opt/\w+|private/var)\b")
# In a test it is somebody made up, whose path must not be shown.
PERSON = re.compile(r"(?<![\w./{}\"'-])/(?:home/[a-z]\w*|Users/\w+)\b|\b[A-Z]:\\+(?:Users|Documents)\b")
HOST = re.compile(
    r"\b(?:[\w-]+\.)*(?:py" r"pi\.org|python" r"hosted\.org|aliyun\.com|tuna\.tsinghua)", re.IGNORECASE
)
TEXT = set(".py .md .toml .yml .yaml .ipynb .lock .html .css .js .typ .j2 .cfg".split()) | {""}
MOST_SAMPLE = 5_000_000
MOST_FILE = 2_000_000


def list_tracked(root: Path) -> list[Path]:
    """Files that are in the repository, or would be with the next commit."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    paths = [root / name for name in listed.stdout.decode("utf-8").split("\0") if name]
    return [path for path in paths if path.is_file()]


def find_traces(text: str, *, test: bool = False) -> list[str]:
    """Paths of one machine or person, and hosts of a registry, in a text."""
    patterns = (MACHINE, HOST) if test else (MACHINE, HOST, PERSON)
    return [match[0] for pattern in patterns for match in pattern.finditer(text)]


def test_no_machine_paths_or_hosts(root: Path) -> None:
    found = [
        f"{path.relative_to(root).as_posix()}: {trace}"
        for path in list_tracked(root)
        if path.suffix in TEXT and path != Path(__file__)
        for trace in find_traces(path.read_text("utf-8"), test=path.is_relative_to(root / "tests"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "see /home/anna/x.csv",
        "cd /tmp/abc",
        r"C:\Users\anna",
        "from /root/x",
        "https://files.pythonhosted.org/x",
    ],
)
def test_traces_are_found(text: str) -> None:
    assert find_traces(text)


def test_plain_text_has_no_traces() -> None:
    assert find_traces("data/raw/hazards/*.xlsx and lib/taizhang, /index.html") == []


def test_nothing_made_is_tracked(root: Path) -> None:
    made = [
        name
        for path in list_tracked(root)
        if (name := path.relative_to(root).as_posix()).startswith(("reports/", "data/processed/", ".venv/"))
        and path.name != "README.md"
    ]
    assert not made, made


def test_sample_is_small(root: Path) -> None:
    tracked = list_tracked(root)
    assert sum(p.stat().st_size for p in tracked if p.is_relative_to(root / "data")) < MOST_SAMPLE
    large = [p.relative_to(root).as_posix() for p in tracked if p.stat().st_size > MOST_FILE]
    assert not large, large


def test_lib_is_not_ignored(root: Path) -> None:
    """A stock ignore list has `lib/`; ours must not swallow the package, nor its sample data."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    for name in (
        "lib/taizhang/new_module.py",
        "lib/taizhang/metadata/ledgers/new.yml",
        "data/raw/hazards/new.xlsx",
    ):
        asked = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=root)
        assert asked.returncode == 1, name
    for name in (
        ".venv/x",
        "reports/2021/index.zh.html",
        "data/processed/hazards.parquet",
        "lib/taizhang/__pycache__/x",
    ):
        asked = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=root)
        assert asked.returncode == 0, name
