"""Addresses of databases and of files elsewhere: filled in, and shown without user and password."""

import json
import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

from taizhang.core.errors import ParameterError

_NAME = re.compile(r"\$\{(\w+)\}")
_HEAD = re.compile(r"(?P<scheme>[A-Za-z][\w.+-]*)://")
# What stands before the host if it is written by the rules: no sign of another part in a name or a password.
_REGULAR = re.compile(r"[^:/@?#]*(?::[^@/?#]*)?@")
_HERE = {
    "sqlite",
    "sqlite+pysqlite",
    "duckdb",
    "file",
    "local",
    "memory",
}  # schemes that stay on this machine
_ABSOLUTE = re.compile(r"/(?:/|[A-Za-z]:[/\\])")  # where no host is named


@dataclass(frozen=True)
class Address:
    """An address as it is used, as it may be shown, and what of it no message may hold."""

    text: str
    shown: str
    secrets: frozenset[str]

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def tells(self, text: str) -> bool:
        """Return whether a text holds a secret of this address, in any spelling that a driver may give it."""
        folded = text.casefold()
        return any(one.casefold() in folded for secret in self.secrets for one in _spell(secret))


def is_address(text: str) -> bool:
    """Return whether a text is an address on another machine, or a variable for one (``${NAME}``)."""
    return bool(_HEAD.match(text) or _NAME.match(text))


def leads_away(written: str) -> bool:
    """Return whether using an address would contact another machine or reveal an environment variable."""
    head = _HEAD.match(written)
    return bool(_NAME.search(written)) or (head is not None and head["scheme"].casefold() not in _HERE)


def fill_address(written: str) -> Address:
    """An address with ``${NAME}`` replaced by environment variables; ParameterError names the missing ones.

    A value before the host, or after the question mark, is taken as it is, whatever signs are in it.
    """
    missing = [name for name in _NAME.findall(written) if name not in os.environ]
    if missing:
        raise ParameterError("core.address.missing", names=list(dict.fromkeys(missing)))
    end, question = len(_split_user(written)[0]), written.find("?")
    secrets = set[str]()

    def fill(found: re.Match[str]) -> str:
        value = os.environ[found[1]]
        if found.start() < end or 0 <= question < found.start():
            secrets.add(value)
            return quote(value, safe="")
        return value

    text = _NAME.sub(fill, written)
    user, rest = _split_user(text)
    password = user.partition("://")[2].rpartition("@")[0].partition(":")[2]
    secrets |= {password, unquote(password), unquote_plus(password)}
    secrets |= {value for _, value in parse_qsl(rest.partition("?")[2])}
    return Address(text, show_address(text), frozenset(secrets - {""}))


def show_address(text: str) -> str:
    """An address without user, password and query string.

    For a file outside the workbook, only the name is shown, since its folders belong to this machine.
    """
    user, rest = _split_user(text)
    head = _HEAD.match(user)
    if _ABSOLUTE.match(rest):
        rest = f"/{rest.replace(chr(92), '/').rpartition('/')[2]}"
    return f"{head[0] if head else ''}{rest}".partition("?")[0]


def _split_user(text: str) -> tuple[str, str]:
    """The scheme with user and password, and the rest; of what breaks the rules, rather too much is the password."""
    head = _HEAD.match(text)
    if head is None:
        return "", text
    rest = text[head.end() :]
    regular = _REGULAR.match(rest)
    if regular and "@" not in rest[regular.end() :].partition("?")[0]:
        end = regular.end()
    elif "@" in rest and ":" in rest.partition("@")[0]:
        end = rest.rindex("@") + 1
    else:
        end = regular.end() if regular else 0
    return text[: head.end() + end], rest[end:]


def _spell(secret: str) -> set[str]:
    plain = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return plain | {repr(secret)[1:-1], json.dumps(secret)[1:-1]}
