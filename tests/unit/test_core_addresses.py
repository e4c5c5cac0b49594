"""Addresses: filled in from the environment, shown without user and password."""

import pytest

from taizhang.core.addresses import fill_address, show_address
from taizhang.core.errors import ParameterError

SIGNS = "p@s/s:w?rd #1%41"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "postgresql+psycopg://reader:${PW}@host:5432/db?sslmode=require",
            "postgresql+psycopg://host:5432/db",
        ),
        ("${URL}", "mysql://h/d"),
        ("sqlite:///data/x.db", "sqlite:///data/x.db"),
        ("sqlite:////home/anyone/x.db", "sqlite:///x.db"),
        ("duckdb:///C:/anyone/x.duckdb", "duckdb:///x.duckdb"),
        ("sftp://u:p@host/a/*.xlsx", "sftp://host/a/*.xlsx"),
        ("memory://a/b.xlsx", "memory://a/b.xlsx"),
        ("pg://u@host/db", "pg://host/db"),
        ("pg://host/db?password=zz", "pg://host/db"),
        # A password that should have been quoted: rather too much is hidden.
        ("pg://u:p@ss@host/db", "pg://host/db"),
        ("pg://u:p/x?y@host/db", "pg://host/db"),
        ("pg://u:1234/x@host/db", "pg://host/db"),
    ],
)
def test_shown_without_user_and_password(monkeypatch: pytest.MonkeyPatch, written: str, shown: str) -> None:
    monkeypatch.setenv("PW", SIGNS)
    monkeypatch.setenv("URL", "mysql://u:sec@h/d?x=y")
    address = fill_address(written)
    assert address.shown == show_address(address.text) == shown and repr(address) == f"Address({shown!r})"


def test_a_value_may_hold_any_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.engine import make_url

    monkeypatch.setenv("PW", SIGNS)
    monkeypatch.setenv("HOST", "db.example.org")
    url = make_url(fill_address("postgresql+psycopg://reader:${PW}@${HOST}/db").text)
    assert (url.username, url.password, url.host, url.database) == ("reader", SIGNS, "db.example.org", "db")


def test_what_a_text_must_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", SIGNS)
    address = fill_address("pg://reader:${PW}@host/db")
    for text in (SIGNS, f"cannot connect to {address.text}", repr(SIGNS), SIGNS.upper()):
        assert address.tells(text)
    assert not address.tells("password authentication failed for user 'reader'")
    assert fill_address("pg://u:plain@host/db").tells("x plain y")
    assert fill_address("pg://host/db?password=zz").tells("zz")


def test_names_without_a_value_are_named() -> None:
    with pytest.raises(ParameterError, match=r"NO_SUCH_A.*NO_SUCH_B"):
        fill_address("pg://${NO_SUCH_A}:${NO_SUCH_B}@host/${NO_SUCH_A}")
