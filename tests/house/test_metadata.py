"""YAML of the package says each thing once: of a key that stands twice, the parser takes the last without a word."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml


def find_twice(node: yaml.Node | None) -> Iterator[str]:
    """Keys that stand twice in one mapping, at any depth, with their lines."""
    if isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from find_twice(part)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"line {key.start_mark.line + 1}: {key.value}"
            seen.add(key.value)
            yield from find_twice(value)


def compose(text: str) -> yaml.Node | None:
    return yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_no_key_stands_twice(root: Path) -> None:
    paths = sorted(
        (*(root / "lib" / "taizhang" / "metadata").rglob("*.y*ml"), *(root / "tools").rglob("*.y*ml"))
    )
    assert len(paths) > 30
    assert {
        path.name: found for path in paths if (found := list(find_twice(compose(path.read_text("utf-8")))))
    } == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\nb: 2", []),
        ("a: {b: 1}\nc: {b: 1}", []),
        ("a: 1\nb: 2\na: 1", ["line 3: a"]),
        ("a: [{zh: 甲, zh: 乙}]", ["line 1: zh"]),
        ("a: &x {b: 1}\nc: {<<: *x, b: 2}", []),
    ],
)
def test_keys_that_stand_twice_are_found(text: str, found: list[str]) -> None:
    assert list(find_twice(compose(text))) == found
