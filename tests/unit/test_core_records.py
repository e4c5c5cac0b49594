"""Records as JSON and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import pytest

from taizhang.core.records import restore


class Size(NamedTuple):
    width: int
    height: int


@dataclass(frozen=True)
class Leaf:
    text: str
    value: float | None = None


@dataclass(frozen=True)
class Tree:
    name: str
    leaves: tuple[tuple[Leaf, ...], ...]
    first: Leaf
    sizes: Mapping[str, Size] = field(default_factory=dict)
    extra: dict[str, list[int]] = field(default_factory=dict)
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Bud:
    name: str
    leaf: Leaf | None = None


TREE = Tree(
    "oak",
    ((Leaf("a"), Leaf("b", 2.5)), ()),
    Leaf("c"),
    {"s": Size(1, 2)},
    {"lists stay": [1, 2]},
    ("one", "two"),
)


def test_a_record_comes_back_as_it_was_with_all_that_is_in_it() -> None:
    assert restore(Tree, json.loads(json.dumps(asdict(TREE)))) == TREE


def test_what_is_a_record_already_is_taken_as_it_is() -> None:
    assert restore(Tree, {"name": "x", "leaves": [[Leaf("z")]], "first": TREE.first}).leaves == (
        (Leaf("z"),),
    )


def test_what_was_left_out_is_as_usual() -> None:
    assert restore(Tree, {"name": "x", "leaves": [], "first": {"text": "y"}}) == Tree("x", (), Leaf("y"))


@pytest.mark.parametrize(
    "kept",
    [
        {"text": "a", "colour": "red"},  # a field that it has not
        {"value": 1.0},  # one that it must have is missing
        None,
    ],
)
def test_what_does_not_fit_is_refused(kept: object) -> None:
    with pytest.raises(TypeError):
        restore(Leaf, kept)


def test_a_mapping_that_is_none_is_refused() -> None:
    with pytest.raises((TypeError, ValueError)):
        restore(Tree, {"name": "x", "leaves": [], "first": {"text": "y"}, "extra": [1, 2]})


def test_a_record_that_may_be_none_comes_back() -> None:
    for leaf in (None, Leaf("a", 1.5)):
        bud = Bud("b", leaf)
        assert restore(Bud, json.loads(json.dumps(asdict(bud)))) == bud
