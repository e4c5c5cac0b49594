"""Messages for errors raised by Python or a library: in Chinese by class, in English as the library words them."""

import re
from collections.abc import Mapping
from errno import errorcode
from functools import cache
from pathlib import Path
from types import MappingProxyType

from taizhang.core.errors import TaizhangError
from taizhang.core.loading import parse_yaml
from taizhang.core.reasons import Label, word_all

_WORDS = Path(__file__).parents[1] / "metadata" / "outside.yml"
_PLACE = re.compile(r"line (\d+),? column (\d+)")
MOST = 160  # characters of a library's own text
_KINDS: list[type] = [TaizhangError, *TaizhangError.__subclasses__()]
_OWN = {kind.__name__ for kind in _KINDS}


def tell_error(
    error: BaseException, *, named: bool = False, called: Mapping[str, str] = MappingProxyType({})
) -> Label:
    """Return what went wrong, as a message parameter; `named`: in English, the full text after the class name.

    `called`: replacements of texts, such as the name of a file for the path of the copy that was read.
    """
    if isinstance(error, TaizhangError):
        return Label(*(word_all(error.reasons, lang) for lang in ("zh", "en")))
    name, said = type(error).__name__, str(error)
    if isinstance(error, OSError) and error.strerror and not named:
        said = error.strerror  # without the number and the path, which a message has in its own place
    for text, other in called.items():
        said = said.replace(text, other)
    first = next((line.strip() for line in said.splitlines() if line.strip()), name)[:MOST]
    return Label(zh=_say(error, first), en=f"{name}: {said}" if named else first)


def quote_error(name: str, said: str) -> Label:
    """Return an error in a notebook cell as a message parameter, from its class name and text."""
    if name in _OWN:
        zh = said
    else:
        quoted = "{name}（原文：“{said}”）" if said else "{name}"
        zh = _load_words().get(f"nbclient.{name}", quoted).format(name=name, said=said)
    return Label(zh=zh, en=f"{name}: {said}")


@cache
def _load_words() -> dict[str, str]:
    return dict(parse_yaml(_WORDS.read_text("utf-8")))


def _say(error: BaseException, said: str) -> str:
    words = _load_words()
    keys = [_name(kind) for kind in type(error).__mro__]
    if isinstance(error, OSError) and error.errno:
        keys.insert(0, f"errno.{errorcode.get(error.errno)}")
    what = words[next(key for key in keys if key in words)]
    about = {"name": type(error).__name__, "said": said}
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return what.format(**about, line=line, encoding=error.encoding.upper())
    told = what.format(**about)
    line, column = _find_place(error)
    return words["place" if column else "line"].format(what=told, line=line, column=column) if line else told


def _name(kind: type) -> str:
    library = kind.__module__.partition(".")[0]
    return kind.__name__ if library == "builtins" else f"{library}.{kind.__name__}"


def _find_place(error: BaseException) -> tuple[int, int]:
    """Line and column, from 1, of the fault in a text; 0 if the error does not say."""
    if mark := getattr(error, "problem_mark", None):  # YAML
        return mark.line + 1, mark.column + 1
    if found := _PLACE.search(str(error)):
        return int(found[1]), int(found[2])
    return getattr(error, "lineno", None) or 0, 0
