"""Publish the site: to a folder, whole or not at all, or to an address, where the list of files comes last."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from taizhang.core.addresses import fill_address, is_address, leads_away, show_address
from taizhang.core.errors import ParameterError
from taizhang.core.files import MOST_STEM, is_named, list_below, list_leftovers, name_beside, remove_leftovers
from taizhang.core.locks import hold_lock
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.core.trust import is_trusted, show_folder
from taizhang.publication.choice import find_objection, list_public, shows_internal_maps
from taizhang.publication.site import LIST, build_site, list_site
from taizhang.release.folders import Release, list_releases
from taizhang.settings.workbook import CACHE, Config

_MOVED = "site"  # the one before, while the new one takes its place

_FIRST = "index.html"  # of any site


@dataclass(frozen=True)
class Published:
    """What was published, its address as it may be shown, and the releases left out, with reasons."""

    to: str
    releases: tuple[str, ...]
    files: int
    refused: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()


def publish_releases(config: Config, to: str, *, base: str = "") -> Published:
    """Publish the approved releases of a workbook as a static site.

    Parameters
    ----------
    config : Config
    to : str
        A folder, or an address that fsspec knows.
    base : str
        The site's future address, for the feed and the sitemap.

    Raises
    ------
    ParameterError
        If there is nothing to publish, the folder holds something else, a release once published would be missing, the
        address can't be written to, or the workbook is not trusted to reach it.
    ChangedError
        If a file of a release has been changed.
    """
    base = _read_base(base) if base else ""
    releases, refused = _choose(config)
    if not releases:
        raise ParameterError.of([*refused, Reason("publication.publish.nothing")])
    notes = [
        Reason("publication.publish.maps", name=one.name)
        for one in releases
        if shows_internal_maps(one, list_public(one))
    ]
    if not base:
        notes.append(Reason("publication.publish.no_base"))
    files = build_site(config, releases, base=base)
    listed = list_site(files, releases)
    if is_address(to):
        shown = _send(config, to, files, listed, releases)
    else:
        with hold_lock(config.root / CACHE / "locks" / "publish"):
            _put(Path(to), files | {LIST: listed}, releases)
        shown = to
    return Published(shown, tuple(one.name for one in releases), len(files) + 1, tuple(refused), tuple(notes))


def _read_base(base: str) -> str:
    """The address before all links; ParameterError if nothing can be added to it, or it tells a password."""
    try:
        parts = urlsplit(base)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or "@" in parts.netloc or parts.query or parts.fragment:
        raise ParameterError("publication.publish.base", base=show_address(base))
    path = quote(unquote(parts.path.rstrip("/")), safe="/:@!$&'()*+,;=~")
    return f"{parts.scheme}://{parts.netloc}{path}/"


def _choose(config: Config) -> tuple[list[Release], list[Reason]]:
    releases, refused = [], []
    for one in list_releases(config.root):
        if (why := find_objection(one, approval=config.release.approval)) is not None:
            refused.append(why)
        else:
            releases.append(one)
    return releases, refused


def _require_all(before: Mapping[str, Any], releases: Sequence[Release]) -> None:
    """ParameterError if publishing would remove a release: addresses are permanent."""
    names = {one.name for one in releases}
    if missing := [name for name in before.get("releases", []) if name not in names]:
        raise ParameterError("publication.publish.would_go", names=tuple(missing))


def _put(folder: Path, files: Mapping[str, bytes], releases: Sequence[Release]) -> None:
    folder = folder.resolve()  # of a link, what it leads to, such as a server's folder
    if is_named(folder) and not folder.is_dir():
        raise ParameterError("publication.publish.file", name=folder.name)
    _put_back(folder)
    there: dict[str, Any] = {}
    if is_named(folder):
        there = _read_list((folder / LIST).read_bytes()) if (folder / LIST).is_file() else {}
        found = {one.relative_to(folder).as_posix() for one in list_below(folder) if not one.is_dir()}
        if strange := sorted(found - {*there.get("files", {}), LIST}):
            raise ParameterError("publication.publish.strange", folder=folder.name, files=tuple(strange))
    _require_all(there, releases)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder.parent, below=False)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=name_beside(folder)))
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=name_beside(folder)))
    try:
        for name, data in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(data)
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o777 & ~umask)
        if is_named(folder):
            folder.rename(old / _MOVED)
        try:
            beside.rename(folder)
        except OSError:
            if (old / _MOVED).exists():
                (old / _MOVED).rename(folder)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _put_back(folder: Path) -> None:
    """Put the site back that a run had moved aside when it was killed, before the new one was in its place."""
    if is_named(folder) or not folder.parent.is_dir():
        return
    for left in list_leftovers(folder.parent, below=False):
        if left.name.startswith(f".{folder.stem[:MOST_STEM]}.") and (left / _MOVED / LIST).is_file():
            (left / _MOVED).rename(folder)
            return


def _read_list(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
        return found if isinstance(found.get("files"), dict) else {}
    except (ValueError, AttributeError):
        return {}


def _claim(listed: bytes) -> bytes:
    """A list for a site that is yet to be written, so that the next run knows its files if this one is cut short."""
    return json.dumps({**json.loads(listed), "releases": []}).encode()


def _send(
    config: Config, written: str, files: Mapping[str, bytes], listed: bytes, releases: Sequence[Release]
) -> str:
    """Write the files to an address, the list of files last; returns the address as it may be shown.

    ParameterError if another site is there.
    """
    if leads_away(written) and not is_trusted(config.root):
        raise ParameterError("publication.publish.untrusted", folder=show_folder(config.root))
    address = fill_address(written)
    try:
        import fsspec
    except ImportError:
        raise ParameterError("publication.publish.no_fsspec", extra="taizhang[remote]") from None
    try:
        system, place = fsspec.url_to_fs(address.text)
        place = str(place).rstrip("/")
        before = _read_list(system.cat_file(f"{place}/{LIST}")) if system.exists(f"{place}/{LIST}") else {}
        _require_all(before, releases)
        if not before:
            if system.exists(f"{place}/{_FIRST}"):
                raise ParameterError("publication.publish.strange", folder=address.shown, files=(_FIRST,))
            files = {LIST: _claim(listed)} | dict(files)
        for name, data in (*files.items(), (LIST, listed)):
            target = f"{place}/{name}"
            system.makedirs(target.rpartition("/")[0], exist_ok=True)
            system.pipe_file(target, data)
    except ParameterError:
        raise
    except (OSError, ValueError, ImportError) as error:
        why = tell_error(error)
        told = "" if address.tells(str(why)) else why
        raise ParameterError("publication.publish.unwritable", address=address.shown, why=told) from None
    return address.shown
