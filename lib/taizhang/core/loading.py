"""Reading YAML: one way for all metadata."""

from collections.abc import Hashable
from typing import Any

import yaml

# By libyaml where PyYAML has it: ten times as fast, and every command starts with it.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
