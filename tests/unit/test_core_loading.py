"""YAML that people wrote is refused before it takes the memory or the process."""

import pytest
import yaml

from taizhang.core.loading import DoubledKeyError, OvergrownError, parse_written_yaml
from taizhang.core.outside import tell_error

# Each level names the one before nine times: 9 ** 9 values.
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGED = "a: &a {k: x}\n" + "".join(f"b{n}: &b{n} {{<<: [{', '.join(['*a'] * 9)}]}}\n" for n in range(9))


@pytest.mark.parametrize(
    "text", [BOMB, "&a [*a]", "&a {b: [*a]}", "[" * 100_000, "- " * 100_000, "x: {" * 60]
)
def test_a_bomb_is_refused(text: str) -> None:
    with pytest.raises(OvergrownError) as error:
        parse_written_yaml(text)
    told = tell_error(error.value)
    assert told.zh == "展开别名后的内容太多，或嵌套太深" and "aliases" in told.en


def test_what_is_no_bomb_is_read() -> None:
    assert parse_written_yaml("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}
    assert parse_written_yaml(MERGED)["b8"] == {"k": "x"}
    assert parse_written_yaml("") is None
    with pytest.raises(DoubledKeyError):
        parse_written_yaml("a: 1\na: 2\n")
    with pytest.raises(yaml.YAMLError):
        parse_written_yaml("a: *none\n")
