"""The plan of an ingest: every raw file listed once, with matching time and hash."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from taizhang.core.errors import ChangedError, ParameterError
from taizhang.core.files import UNREADABLE, Stamp, copy_hashed, hash_file, is_named, split_layer, stamp_file
from taizhang.core.keys import Code
from taizhang.core.reasons import Reason
from taizhang.ingest.fetch import Elsewhere, Rows
from taizhang.ingest.state import State, find_damage
from taizhang.settings.workbook import (
    FILE,
    Config,
    LayerConfig,
    LedgerConfig,
    SumsConfig,
    list_files,
    show_path,
)

CORRECTIONS = "data/raw/corrections.csv"
PAIRS = "data/raw/pairs.csv"  # what people have decided of premises
# What turns raw files into tables.
READING = Code(("taizhang.ingest.run",))


@dataclass(frozen=True)
class Plan:
    """The files to read, by their names as shown, and how to read them."""

    config: Config
    paths: Mapping[str, Path]  # of every raw file
    ledgers: Mapping[str, tuple[str, ...]]  # the files of each kind
    sources: Mapping[str, tuple[tuple[str, ...], ...]]  # the same by the kind's sources
    missing: Mapping[str, tuple[str, ...]]  # the patterns of each kind that match no file
    sums: tuple[tuple[str, ...], ...]  # the files of each source of sums
    missing_sums: tuple[tuple[str, ...], ...]
    boundaries: tuple[str, ...]  # the layer's files, the crosswalk apart
    grid: tuple[str, ...]
    settings: tuple[str, ...]  # workbook.toml and the workbook's own kinds
    crosswalk: str = ""
    rows: Mapping[str, Rows] = field(default_factory=dict)  # what of these names came out of a database
    failed: Mapping[str, tuple[Reason, ...]] = field(
        default_factory=dict
    )  # why others could not be brought here
    key: str = field(default_factory=READING.make_key)  # of what reads them
    stamps: Mapping[str, Stamp] = field(default_factory=dict)  # once `stamp_inputs` has looked at them

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of all files of the boundaries."""
        return (*self.boundaries, *self.grid, *filter(None, [self.crosswalk]))

    @property
    def shown(self) -> list[str]:
        """The files of all ledgers as rows name them: an address once, however many tables are read there."""
        names = [name for files in (*self.ledgers.values(), *self.sums) for name in files]
        return list(dict.fromkeys(self.rows[name].shown if name in self.rows else name for name in names))

    def hash_of(self, *names: str) -> list[str]:
        return [self.stamps[name].sha256 for name in names]

    def copy(self, name: str, folder: Path) -> Path:
        """A copy of a raw file, of the bytes that its stamp is of, to be read instead of the file.

        Whatever else saves the file meanwhile, what is read is what the stamp says. ChangedError if the file is no
        longer that; OSError if it cannot be read, and could not be when it was stamped.
        """
        copied = folder / self.paths[name].name
        known = self.stamps[name].sha256
        try:
            same = copy_hashed(self.paths[name], copied) == known
        except FileNotFoundError:
            if known.startswith(UNREADABLE):
                raise
            same = False
        if not same:
            raise ChangedError("ingest.changed", name=name)
        return copied

    def copy_together(self, names: Iterable[str], path: Path, folder: Path) -> Path:
        """Return where in `folder` the file or folder `path` is, after the files of it and beside it have been copied.

        What can't be read stays where it is: whoever reads it says why.
        """
        for name in names:
            place = folder / self.paths[name].relative_to(path.parent).parent
            place.mkdir(parents=True, exist_ok=True)
            try:
                self.copy(name, place)
            except OSError:
                return path
        return folder / path.name

    def check_settings(self) -> None:
        """ChangedError if the settings have changed since the configuration was read."""
        for name in self.settings:
            now = hash_file(self.paths[name]) if self.paths[name].exists() else ""
            if now != self.stamps[name].sha256 or self.config.made_from.get(name, now) != now:
                raise ChangedError("ingest.settings_changed", name=name)


def make_plan(config: Config, *, fetch: bool = True) -> Plan:
    """List the raw files of a workbook; ParameterError if its boundary file or all its ledgers are missing.

    What is in databases and on other machines is brought here first; without `fetch` it is only named.
    """
    elsewhere = Elsewhere(config, fetch)
    boundaries = _list_layer(config.boundaries, elsewhere)
    if not boundaries:
        raise ParameterError("ingest.missing.boundaries", path=show_path(config, config.boundaries.path))
    grid = _list_layer(config.grid, elsewhere)
    if not config.ledgers and not config.sums:
        raise ParameterError("ingest.missing.ledgers")

    def list_source(kind: str, source: LedgerConfig | SumsConfig) -> tuple[list[Path | str], list[str]]:
        here, missing = list_files(config, source)
        there, nowhere = elsewhere.list_ledger(kind, source)
        return [*here, *there], [*missing, *nowhere]

    listed = {
        kind: [list_source(kind, source) for source in sources] for kind, sources in config.ledgers.items()
    }
    sums = [list_source(source.kind, source) for source in config.sums]
    every = [*chain(*listed.values()), *sums]
    if not any(files for files, _ in every):
        patterns = [pattern for _, missing in every for pattern in missing[:1]]
        raise ParameterError("ingest.missing.files", patterns=patterns)
    paths: dict[str, Path] = {}

    def enter(*found: Path | str) -> tuple[str, ...]:
        there = {one: elsewhere.paths[one] for one in found if isinstance(one, str)}
        here = {show_path(config, one): one for one in found if not isinstance(one, str)}
        named = here | there
        paths.update(named)
        return tuple(named)

    settings = enter(config.root / FILE, *sorted((config.root / "ledgers").glob("*.y*ml")))
    crosswalk = config.boundaries.crosswalk
    layers = (enter(*boundaries), enter(*grid), "".join(enter(*filter(None, [crosswalk]))))
    sources = {kind: tuple(enter(*files) for files, _ in found) for kind, found in listed.items()}
    _refuse_twice(config, sources)
    plan = Plan(
        config=config,
        paths=paths,
        boundaries=layers[0],
        grid=layers[1],
        crosswalk=layers[2],
        ledgers={kind: tuple(dict.fromkeys(chain(*found))) for kind, found in sources.items()},
        sources=sources,
        missing={kind: tuple(chain(*(missing for _, missing in found))) for kind, found in listed.items()},
        sums=tuple(enter(*files) for files, _ in sums),
        missing_sums=tuple(tuple(missing) for _, missing in sums),
        settings=settings,
        rows=elsewhere.rows,
        failed=elsewhere.failed,
    )
    elsewhere.clear()
    enter(*(path for path in [config.root / CORRECTIONS, config.root / PAIRS] if is_named(path)))
    return plan


def _refuse_twice(config: Config, sources: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
    """No sheet is read by two sources: its rows would count twice."""
    wrong = []
    for kind, found in sources.items():
        users: dict[str, list[int]] = {}
        for number, names in enumerate(found):
            for name in names:
                users.setdefault(name, []).append(number)
        for name, numbers in users.items():
            if len(numbers) == 1:
                continue
            sheets = [config.ledgers[kind][number].sheets for number in numbers]
            named = Counter(sheet for some in sheets for sheet in set(some or ()))
            if None in sheets or max(named.values()) > 1:
                wrong.append(
                    Reason(
                        "ingest.read_twice",
                        kind=kind,
                        file=name,
                        numbers=[config.ledgers[kind][n].at + 1 for n in numbers],
                    )
                )
    if wrong:
        raise ParameterError.of(wrong)


def stamp_inputs(plan: Plan, known: State | None = None) -> Plan:
    """The plan with every file's size, time and hash; files with a known size and time are not hashed again."""
    files = known.files if known else {}
    return replace(
        plan, stamps={name: stamp_file(path, files.get(name)) for name, path in plan.paths.items()}
    )


def find_reasons(plan: Plan, state: State | None) -> Iterator[str]:
    """Return why the tables are out of date: raw files added, changed or deleted; empty if they are current.

    A file whose time changed but whose bytes did not counts as unchanged.
    """
    if state is None or state.key != plan.key:
        yield "code"
        return
    yield from sorted(set(plan.paths) ^ set(state.files))
    for name, known in state.files.items():
        now = plan.stamps.get(name, known).sha256
        if now != known.sha256 or now.startswith(UNREADABLE):
            yield name
    yield from find_damage(plan.config, state)


# A layer's side files by the ending of the file that is named: what they hold is read with it.
_BESIDE = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg"),
    ".mif": (".mid",),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".gpkg": (".gpkg-wal",),  # what a program that has it open has not yet moved into the file
}


def _list_layer(layer: LayerConfig | None, elsewhere: Elsewhere) -> list[Path | str]:
    """A layer's file with the side files that belong to it; of a folder (a file geodatabase) all files in it."""
    if layer is not None and layer.source:
        return [elsewhere.fetch_layer(layer)]
    path = split_layer(layer.path)[0] if layer else None
    if path is None or not path.exists():
        return []
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file())
    suffixes = (path.suffix.lower(), *_BESIDE.get(path.suffix.lower(), ()))
    stem = "".join(f"[{c}]" if c in "*?[" else c for c in path.stem)
    return sorted(p for p in path.parent.glob(f"{stem}.*") if p.suffix.lower() in suffixes)
