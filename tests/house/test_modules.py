"""What every source file keeps to."""

import ast
import re
from pathlib import Path

import pytest

NOTE_TO_SELF = re.compile(r"#.*\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def list_sources(root: Path) -> list[Path]:
    folders = (root / "lib", root / "tests", root / "tools", root / "benchmarks")
    return [root / "make.py", *(path for folder in folders for path in sorted(folder.rglob("*.py")))]


def find_faults(source: str, *, test: bool = False) -> list[str]:
    """What the house does not allow in a source file; a test's name may say what it is for."""
    faults = []
    tree = ast.parse(source)
    if source.strip() and not test and not ast.get_docstring(tree):
        faults.append("no docstring says what the module is")
    for number, line in enumerate(source.splitlines(), 1):
        if NOTE_TO_SELF.search(line):
            faults.append(f"line {number}: a note to self")
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
            idle = all(isinstance(part, ast.Pass) or ast.unparse(part) == "..." for part in node.body)
            if broad and idle:
                faults.append(f"line {node.lineno}: an exception is swallowed")
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("sys.path.append", "sys.path.insert"):
                faults.append(f"line {node.lineno}: {called}")
            named = {keyword.arg for keyword in node.keywords} & {"category", "message"}
            if called.startswith("warnings.") and "'ignore'" in ast.unparse(node) and not named:
                faults.append(f"line {node.lineno}: every warning is silenced")
    return faults


def test_sources_keep_to_the_house(root: Path) -> None:
    found = [
        f"{path.relative_to(root).as_posix()}: {fault}"
        for path in list_sources(root)
        for fault in find_faults(path.read_text("utf-8"), test=path.is_relative_to(root / "tests"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("x = 1\n", "docstring"),
        ('"""M."""\n# ' + "todo".upper() + " later\n", "note to self"),
        ('"""M."""\ntry:\n    x = 1\nexcept Exception:\n    pass\n', "swallowed"),
        ('"""M."""\nimport sys\nsys.path.append("..")\n', "sys.path"),
        ('"""M."""\nimport warnings\nwarnings.simplefilter("ignore")\n', "silenced"),
    ],
)
def test_faults_are_found(source: str, fault: str) -> None:
    assert any(fault in found for found in find_faults(source))
    assert not find_faults('"""M."""\nx = 1\n')
