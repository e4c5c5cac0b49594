"""What can go wrong is said by code: the words are in metadata, in both languages."""

import ast
from pathlib import Path

ERRORS = ("TaizhangError", "ParameterError", "LedgerError", "BoundaryError", "RenderError", "SchedulerError")


def find_plain_words(source: str) -> list[str]:
    """Errors that are made of words instead of a code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) not in ERRORS:
            continue
        said = node.args[0]
        # A text put together is a code where it has no blank, such as f"boundaries.district.{said}".
        texts = [part.value for part in ast.walk(said) if isinstance(part, ast.Constant)]
        is_text = isinstance(said, ast.Constant | ast.JoinedStr | ast.BinOp) or ast.unparse(said).startswith(
            "str("
        )
        if is_text and (
            not texts or any(" " in str(text) or "." not in "".join(map(str, texts)) for text in texts)
        ):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def test_errors_are_raised_by_code(root: Path) -> None:
    for path in sorted((root / "lib" / "taizhang").rglob("*.py")):
        assert find_plain_words(path.read_text("utf-8")) == [], path.name


def test_plain_words_are_found() -> None:
    for wrong in ('"no such day"', 'f"no {x}"', '"the draw: " + x', "str(error)", 'f"{x}"', '"said"'):
        assert find_plain_words(f"raise ParameterError({wrong})")
    for right in ('"core.period.unknown", text=x', 'f"boundaries.{x}"', "reason", "Reason(code)"):
        assert not find_plain_words(f"raise ParameterError({right})")
    assert not find_plain_words('raise ValueError("a fault of ours")')
