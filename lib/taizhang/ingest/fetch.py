"""What is read from elsewhere, rows of databases and files at other addresses: brought into the cache first.

They are asked for each time that the tables are brought up to date: nothing that a server says of its own state is
taken for proof that rows are as they were. What came is compared by its hash with what came before, as a file is, so
that the rest is done only where something changed. What could not be read to its end is not there at all, and why is
told where it would be read.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from taizhang.core.addresses import Address, fill_address, is_address, leads_away, show_address
from taizhang.core.errors import BoundaryError, LedgerError, ParameterError
from taizhang.core.files import write_beside
from taizhang.core.reasons import Reason
from taizhang.core.trust import is_trusted, show_folder
from taizhang.settings.workbook import (
    CACHE,
    FETCHED,
    Config,
    LayerConfig,
    LedgerConfig,
    SumsConfig,
    is_left_behind,
    place_fetched,
    show_layer,
)

if TYPE_CHECKING:
    from taizhang.ingest.databases import Wanted


@dataclass(frozen=True)
class Rows:
    """Rows of a database: the address as shown, the name of the table or query, and the key."""

    shown: str
    sheet: str
    key: str


@dataclass
class Elsewhere:
    """What a workbook reads from elsewhere, by names as shown; without `fetch`, named only."""

    config: Config
    fetch: bool = True
    paths: dict[str, Path] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    failed: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    _asked: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what each name stands for

    def list_ledger(self, kind: str, ledger: LedgerConfig | SumsConfig) -> tuple[list[str], list[str]]:
        """The names of a source from elsewhere, and its patterns that match no file there."""
        if ledger.source:
            return [self._enter_rows(kind, ledger)], []
        names, missing = list[str](), list[str]()
        for pattern in filter(is_address, ledger.files):
            found = self._enter_files(pattern)
            names += found
            missing += [] if found else [_show(pattern)]
        return names, missing

    def fetch_layer(self, layer: LayerConfig) -> str:
        """Copy a boundary layer from a database to a file; returns its name.

        BoundaryError if the districts can't be read; a grid that can't is among what failed.
        """
        name = show_layer(self.config, layer)
        self.paths[name] = layer.path
        if not self.fetch:
            return name
        from taizhang.ingest.geometry import fetch_layer

        try:
            fetch_layer(want(layer, self.config.root), self.config.root, layer.path)
        except (LedgerError, ParameterError, BoundaryError) as error:
            layer.path.unlink(missing_ok=True)
            if layer is self.config.grid:
                self.failed[name] = error.reasons
                return name
            told = (Reason("ingest.source.layer", name=name, reason=reason) for reason in error.reasons)
            raise BoundaryError.of(told) from None
        return name

    def _enter_rows(self, kind: str, ledger: LedgerConfig | SumsConfig) -> str:
        place = _name_place(kind, ledger)
        shown, sheet = ledger.place, ledger.table or place
        asked = (ledger.source, ledger.query, ledger.table, ledger.key)
        name = f"{shown}!{sheet}"
        if self._asked.get(name, asked) != asked:  # the same table for another kind, read in another way
            name = f"{name} ({place})"
        if name in self._asked:
            return name
        self._asked[name] = asked
        self.rows[name] = Rows(shown, sheet, ledger.key)
        path = self.paths[name] = place_fetched(self.config.root, f"{place}.arrow".replace(" ", "."))
        if self.fetch:
            from taizhang.ingest.databases import fetch_rows

            try:
                fetch_rows(want(ledger, self.config.root), self.config.root, path)
            except (LedgerError, ParameterError) as error:
                path.unlink(missing_ok=True)
                self.failed[name] = error.reasons
        return name

    def _enter_files(self, pattern: str) -> list[str]:
        shown = _show(pattern)
        if not self.fetch:
            return [shown]
        names = []
        try:
            for name, path, take in _list_files(_fill(pattern, self.config.root), self.config):
                names.append(name)
                self.paths[name] = path
                try:
                    take()
                except LedgerError as error:
                    path.unlink(missing_ok=True)
                    self.failed[name] = error.reasons
        except (LedgerError, ParameterError) as error:  # it is not known which files there are
            self.paths[shown] = place_fetched(self.config.root, "none")
            self.failed[shown] = error.reasons
            return [shown]
        return names

    def clear(self) -> None:
        """Remove what an earlier run brought and this one did not."""
        folder = self.config.root / CACHE / FETCHED
        kept = set(self.paths.values())
        for path in folder.rglob("*") if folder.exists() and self.fetch else ():
            if path.is_file() and path not in kept and not path.name.startswith("."):
                path.unlink(missing_ok=True)


def list_sources(config: Config) -> Iterator[tuple[str, LedgerConfig | SumsConfig | LayerConfig]]:
    """The databases of a workbook, by name as shown with the table or the query's place."""
    for layer in (config.boundaries, config.grid):
        if layer is not None and layer.source:
            yield show_layer(config, layer), layer
    ledgers: list[tuple[str, LedgerConfig | SumsConfig]] = [(one.kind, one) for one in config.sums]
    ledgers += [(kind, one) for kind, sources in config.ledgers.items() for one in sources]
    for kind, one in ledgers:
        if one.source:
            yield f"{one.place}!{one.table or _name_place(kind, one)}", one


def _name_place(kind: str, ledger: LedgerConfig | SumsConfig) -> str:
    """A source's table in workbook.toml, as a name: ledgers.hazards, or with its number."""
    return f"ledgers.{kind}" + (f" {ledger.at + 1}" if ledger.at >= 0 else "")


def want(source: LedgerConfig | SumsConfig | LayerConfig, root: Path) -> "Wanted":
    """The rows that a source of workbook.toml names; ParameterError if a name in its address has no value.

    So it is where a workbook that is not trusted names another machine, or a value of the environment: it would choose
    who is told.
    """
    from taizhang.ingest.databases import Wanted

    key = "" if isinstance(source, LayerConfig) else source.key
    return Wanted(_fill(source.source, root), source.query, source.table, key)


def _fill(written: str, root: Path) -> Address:
    if leads_away(written) and not is_trusted(root):
        raise ParameterError("ingest.source.untrusted", folder=show_folder(root))
    return fill_address(written)


def _show(pattern: str) -> str:
    try:
        return fill_address(pattern).shown
    except ParameterError:
        return show_address(pattern)


def _list_files(address: Address, config: Config) -> Iterator[tuple[str, Path, Callable[[], None]]]:
    """The files that an address names, each by its name as shown, where it is brought, and what brings it."""
    from taizhang.ingest.databases import tell_driver

    with tell_driver(address):
        from fsspec.core import url_to_fs
        from fsspec.utils import get_protocol

        system, place = url_to_fs(address.text)
        system.invalidate_cache()
        found = sorted(system.glob(place)) if any(sign in place for sign in "*?[") else [place]
        found = [one for one in found if system.exists(one)]
        scheme = get_protocol(address.text)
    for one in found:
        shown = _name_file(str(one), scheme, address)
        base = unquote(PurePosixPath(shown).name)
        if is_left_behind(base):
            continue
        folder = hashlib.sha256(shown.encode()).hexdigest()[:12]
        path = place_fetched(config.root, folder) / base

        def take(one: str = one, path: Path = path) -> None:
            with (
                tell_driver(address),
                write_beside(path, through=False) as beside,
                system.open(one, "rb") as stream,
                beside.open("wb") as sink,
            ):
                shutil.copyfileobj(stream, sink, 1 << 20)

        yield shown, path, take


def _name_file(found: str, scheme: str, address: Address) -> str:
    """A file's address without user and password; file systems say of it more or less."""
    if "://" in found:
        return show_address(found)
    host = address.shown.partition("://")[2].partition("/")[0]
    path = found.lstrip("/")
    return f"{scheme}://{path}" if path.startswith(f"{host}/") or not host else f"{scheme}://{host}/{path}"
