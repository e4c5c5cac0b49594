"""Reading YAML: one way for all metadata."""

from typing import Any

import yaml


def parse_yaml(text: str) -> Any:
    """Parse YAML by libyaml where PyYAML has it: ten times as fast, and every command starts with it."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
