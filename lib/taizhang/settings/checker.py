"""Reading typed values out of a parsed TOML file; what is wrong is collected."""

from collections.abc import Mapping
from typing import Any

from taizhang.core.errors import nearest


def unify_path(text: str) -> str:
    """A path as people on Windows write it, with the separator that every system reads."""
    return text.replace("\\", "/")


class Checker:
    """Reads typed values and collects every problem, so that the user sees them all at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def table(self, parent: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
        value = parent.get(key, {})
        if isinstance(value, dict):
            return value
        self.problems.append(f"[{where}] must be a table, not {value!r}")
        return {}

    def keys(self, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in known:
                place = f"[{where}]" if where else "at the top"
                self.problems.append(f"unknown key '{key}' {place}{nearest(key, known)}")

    def text(self, table: Mapping[str, Any], key: str, where: str, default: str | None = "") -> str:
        value = table.get(key, default)
        if value is None:
            self.problems.append(f'[{where}] needs {key} = "..."')
            return ""
        if not isinstance(value, str):
            self.problems.append(f"[{where}] {key} must be text in quotes, not {value!r}")
            return ""
        return value

    def path(self, table: Mapping[str, Any], key: str, where: str, default: str | None = "") -> str:
        return unify_path(self.text(table, key, where, default))

    def choice(self, table: Mapping[str, Any], key: str, where: str, known: tuple[str, ...]) -> str:
        value = self.text(table, key, where, known[0])
        if value and value not in known:
            self.problems.append(f"[{where}] {key} = '{value}'{nearest(value, known)}")
        return value

    def texts(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problems.append(f"[{where}] {key} must be a list of texts, not {value!r}")
            return ()
        return tuple(value)

    def mapping(self, table: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
        value = self.table(table, key, f"{where}.{key}")
        wrong = [name for name, item in value.items() if not isinstance(item, str)]
        for name in wrong:
            self.problems.append(f"[{where}.{key}] {name} must be text in quotes, not {value[name]!r}")
        return {name: item for name, item in value.items() if name not in wrong}

    def words(self, table: Mapping[str, Any], key: str, where: str) -> Mapping[str, str]:
        """Words in each language: ``{ zh = "...", en = "..." }``, or one text for both."""
        value = table.get(key)
        words = {"zh": value, "en": value} if isinstance(value, str) else value
        if (
            isinstance(words, dict)
            and set(words) == {"zh", "en"}
            and all(isinstance(text, str) and text.strip() for text in words.values())
        ):
            return words
        self.problems.append(f'[{where}] needs {key} = {{ zh = "...", en = "..." }}, not {value!r}')
        return {"zh": "", "en": ""}

    def tables(self, parent: Mapping[str, Any], key: str) -> list[Any]:
        value = parent.get(key, [])
        if isinstance(value, list):
            return value
        self.problems.append(f"{key} must be written as [[{key}]]")
        return []

    def number(self, table: Mapping[str, Any], key: str, where: str, default: float | None) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.append(f"[{where}] {key} must be a number, not {value!r}")
            return 0
        return value
