"""Reading YAML: one way for all metadata, and for what people write beside it."""

from collections.abc import Hashable
from typing import Any

import yaml

# By libyaml where PyYAML has it: ten times as fast, and every command starts with it.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


MOST_VALUES, DEEPEST = 100_000, 50  # of a file that a person wrote


class OvergrownError(yaml.YAMLError):
    """A text whose aliases or nesting would take a computer's memory, or end its process, when it is read."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_VALUES} values, aliases counted, or more than {DEEPEST} levels")


class DoubledKeyError(yaml.YAMLError):
    """A key that occurs twice in one mapping, with the line (from 1) of the second occurrence."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(f"line {line}: '{key}' stands twice")
        self.key, self.line = key, line


class _OnceLoader(_Loader):  # type: ignore[valid-type,misc]
    """Refuses a key that occurs twice in a mapping; plain YAML would use the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set[str]()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise DoubledKeyError(key.value, key.start_mark.line + 1)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> Any:
    """Parse YAML; yaml.YAMLError if it is not valid, DoubledKeyError if a mapping has the same key twice."""
    return yaml.load(text, _OnceLoader)


def parse_written_yaml(text: str) -> Any:
    """Parse YAML that people wrote, as `parse_yaml`; OvergrownError before anything is made of a bomb."""
    sizes: dict[str | None, int] = {}  # of what each anchor names, in values
    begun: list[
        tuple[str | None, int]
    ] = []  # the lists and mappings not yet ended, and the values before each
    values = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            values += sizes.get(event.anchor, 0)
            if any(event.anchor == anchor for anchor, _ in begun):  # it holds itself
                raise OvergrownError
        elif isinstance(event, yaml.ScalarEvent):
            values += 1
            sizes |= {event.anchor: 1} if event.anchor else {}
        elif isinstance(event, yaml.CollectionStartEvent):
            begun.append((event.anchor, values))
            values += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = begun.pop()
            sizes |= {anchor: values - before} if anchor else {}
        if values > MOST_VALUES or len(begun) > DEEPEST:
            raise OvergrownError
    return parse_yaml(text)
