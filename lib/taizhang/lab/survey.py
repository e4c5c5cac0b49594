"""`taizhang new --from`: what a folder's files are, and a workbook.toml that runs, with what is left to decide."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath

import pandas as pd

from taizhang.boundaries import match_districts
from taizhang.boundaries.codes import cut_zeros
from taizhang.boundaries.names import cut_suffix
from taizhang.boundaries.survey import SUFFIXES, LayerSeen, survey_layers
from taizhang.core.errors import BoundaryError, ParameterError
from taizhang.core.files import hash_file, write_text
from taizhang.core.reasons import Reason, current_language
from taizhang.ingest.check import describe_ledgers, write_decisions
from taizhang.ingest.decisions import find_near_district
from taizhang.ingest.layers import read_layers
from taizhang.ingest.proposals import ASK_ABOVE, Proposal
from taizhang.lab.scaffold import make_folders
from taizhang.ledgers import (
    FileRead,
    FileSeen,
    Source,
    Survey,
    TableSeen,
    read_ledger_file,
    survey_ledger_file,
)
from taizhang.ledgers.periods import find_period
from taizhang.ledgers.places import find_places
from taizhang.ledgers.sheets import ACCESS, MAPS, TEXTS, WORKBOOKS
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import DATE_TYPES, Kind, load_kinds
from taizhang.settings.workbook import DISTRICT, read_config
from taizhang.settings.writing import write_key
from taizhang.settings.writing import write_text as quote

_SHAPE_PARTS = (".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".shp.xml")
_MOST_BYTES = 500 * 1024**2  # copied; more are referred to where they are
_MOSTLY = 0.6  # of a column's texts that are districts'
_HARDLY = 0.3
_SQLITE, _DUCKDB = b"SQLite format 3", b"DUCK"  # with which their files begin; DuckDB's after a checksum
_OF_DAYS = 0.8
# Headers of sentences, which may begin with a place all the same: 城关镇粮库灭火器过期.
_SENTENCES = re.compile("(?:描述|问题|隐患|内容|情况|经过|措施|原因|备注|说明)$")


@dataclass(frozen=True)
class Found:
    """A ledger table among a folder's files, and how to read it."""

    path: Path
    table: TableSeen
    columns: tuple[tuple[str, str], ...] = ()
    district: str = ""
    rows: int = 0
    first: date | None = None
    last: date | None = None
    problem: Reason | None = None
    whole: bool = True  # all sheets of the file are of this kind

    @property
    def settings(self) -> tuple[object, ...]:
        """The settings that tables must share to be read by one source."""
        # A district that is asked about holds for its own file alone.
        asked = self.path if self.near_district else None
        return self.columns, self.district, () if self.whole else (self.table.sheet,), asked

    @property
    def near_district(self) -> str:
        """The district that the file names only in short, to be asked about."""
        told = dict(self.problem.parameters).get("reason", self.problem) if self.problem else None
        return find_near_district(told) if isinstance(told, Reason) else ""


@dataclass(frozen=True)
class SumsFound:
    """Tables of numbers by district in a file, whose headers identify the facts; '' if no period is given."""

    path: Path
    columns: tuple[tuple[str, str], ...]  # fact, and that of the districts, to header
    sheets: tuple[str, ...] = ()  # empty: all of the file
    period: str = ""
    rows: int = 0

    @property
    def kind(self) -> str:
        """The ledger kind under which it is configured: that of its first fact."""
        return next(name for name, _ in self.columns if name != DISTRICT).partition(".")[0]

    @property
    def settings(self) -> tuple[object, ...]:
        """The settings that files must share to be read by one source."""
        return self.columns, self.sheets, not self.period


@dataclass
class FolderSeen:
    """The contents of a folder."""

    layers: list[LayerSeen] = field(default_factory=list)
    districts: LayerSeen | None = None
    cells: LayerSeen | None = None  # the layer of the grid within them
    ledgers: list[Found] = field(default_factory=list)
    unit: str = ""  # what all districts are parts of, where the layer doesn't say
    sums: list[SumsFound] = field(default_factory=list)
    others: list[tuple[Path, Reason]] = field(default_factory=list)  # what is not used, and why


@dataclass(frozen=True)
class Made:
    """A workbook made from a folder: what was found, one line each, and what is left to decide."""

    lines: tuple[Reason, ...]
    left: tuple[Reason | Proposal, ...]
    runs: bool
    period: str = ""  # the year that most of its ledgers end in


def make_workbook_from(folder: Path, source: Path) -> Made:
    """Make a workbook in a new or empty folder from the files in another folder, which is not changed.

    The files are copied into data/raw, with a folder for each kind (very large files are referred to where they
    are), and workbook.toml says how they are read. Raises ParameterError if the folder does not exist, or has no
    ledgers.
    """
    if not source.is_dir():
        raise ParameterError("lab.survey.no_folder", folder=source)
    if folder.resolve().is_relative_to(source.resolve()):
        raise ParameterError("lab.survey.inside", folder=folder, source=source)
    kinds = dict(load_kinds())
    seen = look_at_folder(source, kinds)
    if not seen.ledgers and not seen.sums and seen.districts is None:
        raise ParameterError("lab.survey.nothing", folder=source)
    with make_folders(folder):
        return _fill(folder, source, seen, kinds)


def _fill(folder: Path, source: Path, seen: FolderSeen, kinds: Mapping[str, Kind]) -> Made:
    writer = _Writer(folder, source, seen, kinds)
    write_text(folder / "workbook.toml", writer.write())
    lines = [
        *_describe_layers(seen, source),
        *_describe_ledgers(seen, source, kinds),
        *_describe_sums(seen, source),
        *_describe_others(seen, source),
    ]
    if seen.districts is None or not (seen.ledgers or seen.sums):
        lacking = "no_boundaries" if seen.districts is None else "no_ledgers"
        return Made(tuple(lines), (Reason(f"lab.survey.{lacking}"),), False)
    left: list[Reason | Proposal] = list(_list_questions(seen, source))
    config = read_config(folder, load_kinds(), load_facts())
    if config.grid is not None:
        try:
            read_layers(config)
        except BoundaryError as error:
            seen.cells = None
            left += [Reason("lab.survey.ask_grid", reason=reason) for reason in error.reasons]
            write_text(folder / "workbook.toml", writer.write(grid=False))
            config = read_config(folder, load_kinds(), load_facts())
    proposals: list[Proposal] = []
    fine = True
    for described in describe_ledgers(config):
        fine &= described.fine
        proposals += described.proposals
    write_decisions(config, proposals)
    left += [one for one in proposals if not one.personal]
    ends = Counter(one.last.year for one in seen.ledgers if one.last).most_common(1)
    return Made(tuple(lines), tuple(left), fine, str(ends[0][0]) if ends else str(date.today().year))


# ------------------------------------------------------------------ looking


def look_at_folder(source: Path, kinds: Mapping[str, Kind]) -> FolderSeen:
    """Examine every file of a folder and its subfolders."""
    seen = FolderSeen()
    paths = sorted(path for path in source.rglob("*") if not path.is_dir() and _is_meant(path, source))
    rest = []
    for path in paths:
        if not path.is_file():
            seen.others.append((path, Reason("lab.survey.no_file")))
            continue
        if path.name.lower().endswith(_SHAPE_PARTS):
            continue
        layers = list(survey_layers(path)) if path.suffix.lower() in SUFFIXES else []
        of_points = path.suffix.lower() in MAPS and not any(one.areas or one.problem for one in layers)
        if not layers or of_points or (path.suffix.lower() == ".parquet" and layers[0].problem):
            rest.append(path)
        elif layers[0].problem:
            seen.others.append((path, layers[0].problem))
        else:
            seen.layers += layers
    names = frozenset(name for layer in seen.layers for name in layer.names)
    rest = list(_leave_out_copies(seen, rest, source, names))
    files = []
    for path in rest:
        if path.suffix.lower() not in (*WORKBOOKS, *TEXTS, *MAPS, *ACCESS, ".parquet"):
            seen.others.append((path, _name_format(path)))
            continue
        file = survey_ledger_file(path, Survey(kinds, names), name=_show(path, source))
        files.append((path, file))
    words = Counter(
        word for _, file in files for table in file.tables for one in table.columns for word in one.words
    )
    seen.districts = _choose_districts(seen.layers, words)
    seen.cells = _choose_grid(seen)
    for path, file in files:
        _take_file(seen, path, file, kinds)
    _keep_damaged(seen, dict(files))
    seen.unit = _find_unit(seen, source)
    return seen


def _name_format(path: Path) -> Reason:
    """Why a file is not used: a database, which needs a table or query to be named, or no format that is read."""
    with path.open("rb") as file:
        head = file.read(16)
    scheme = "sqlite" if head.startswith(_SQLITE) else "duckdb" if head[8:12] == _DUCKDB else ""
    if not scheme:
        return Reason("lab.survey.other_format")
    return Reason("lab.survey.database", source=f"{scheme}:///data/raw/{path.name}")


def _find_unit(seen: FolderSeen, source: Path) -> str:
    """The unit above that stands before districts' names (沙岭县城关镇) and is the folder's own.

    It must begin a title or a file name. '' if there is none, or several; `check` then asks.
    """
    if seen.districts is None or (seen.districts.parent and not seen.districts.parent_coded):
        return ""
    words: set[str] = set()
    said = [source.resolve().name, seen.districts.path.stem]
    for one in seen.ledgers:
        chosen = dict(one.columns).get("district")
        said += [one.path.stem, *one.table.titles]
        for column in one.table.columns:
            if column.header == chosen or (not chosen and column.field == "district"):
                words.update(column.words)
    units = {
        str(dict(reason.parameters)["unit"])
        for reason in _match(sorted(words), seen.districts)["reason"]
        if _asks_above(reason)
    }
    titles = "\n".join(said)
    own = [unit for unit in units if re.search(rf"(?:^|[^\u4e00-\u9fff]|[省市州盟]){unit}", titles, re.M)]
    return own[0] if len(own) == 1 else ""


def _leave_out_copies(
    seen: FolderSeen, paths: Sequence[Path], source: Path, names: frozenset[str]
) -> Iterator[Path]:
    """Leave out files with the same bytes as another; lists that name two districts are kept."""
    first: dict[tuple[str, frozenset[str]], Path] = {}
    words = {name: cut_suffix(name) or name for name in names}
    for path in paths:
        key = hash_file(path), frozenset(name for name, word in words.items() if word in path.stem)
        if (twin := first.setdefault(key, path)) == path:
            yield path
        else:
            seen.others.append((path, Reason("lab.survey.copy", file=_show(twin, source))))


def _is_meant(path: Path, source: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
    return not hidden and not path.name.startswith("~$")


def _choose_districts(layers: Sequence[LayerSeen], words: Mapping[str, int]) -> LayerSeen | None:
    """The layer whose names the ledgers use most; of equals the one of fewest features."""
    fit = [one for one in layers if one.areas and one.name]
    if not fit:
        return None

    def weigh(layer: LayerSeen) -> tuple[float, bool, int]:
        used = sum(words.get(name, 0) > 0 for name in {*layer.names, *layer.codes})
        return used / max(1, layer.features), bool(layer.code), -layer.features

    return max(fit, key=weigh)


def _choose_grid(seen: FolderSeen) -> LayerSeen | None:
    """The layer of more, smaller areas whose codes, or units above, are those of the districts."""
    if seen.districts is None or not seen.districts.code:
        return None
    stems = tuple(cut_zeros(code) for code in seen.districts.codes)
    own = (seen.districts.path, seen.districts.layer)
    for one in seen.layers:
        inside = [code for code in one.codes if code.startswith(stems)]
        if (
            (one.path, one.layer) != own
            and one.areas
            and one.features > seen.districts.features
            and (10 * len(inside) >= 9 * one.features)
        ):
            return one
    return None


def _take_file(seen: FolderSeen, path: Path, file: FileSeen, kinds: Mapping[str, Kind]) -> None:
    """Tables of a file that are ledgers, each with what must be said of it; or why it is not used."""
    tables = [table for table in file.tables if table.kind]
    sums = list(_find_sums(path, file, seen.districts))
    seen.sums += sums
    if sums and not tables and not file.problem:
        return
    if file.problem or not tables:
        near = next((table.near for table in file.tables if table.near), "")
        why = file.problem or Reason("lab.survey.no_ledger")
        if any(table.sums for table in file.tables):
            why = Reason("lab.survey.sums")
        elif near and not file.problem:
            why = Reason("lab.survey.near", kind=near, title=kinds[near].title["zh"])
        seen.others.append((path, why))
        return
    for kind in dict.fromkeys(table.kind for table in tables):
        own = [table for table in tables if table.kind == kind]
        whole = len({table.sheet for table in own}) == len({table.sheet for table in file.tables})
        told = {_say_columns(table, kinds[kind], seen.districts) for table in own}
        alike = len(told) == 1
        for number, table in enumerate(own):
            if number and alike and whole:
                continue  # read with the first
            columns = _say_columns(table, kinds[kind], seen.districts)
            found = Found(path, table, columns, whole=whole and alike)
            seen.ledgers.append(_try_reading(found, kinds[kind], seen.districts, file.name))


def _find_sums(path: Path, file: FileSeen, districts: LayerSeen | None) -> Iterator[SumsFound]:
    """The summary tables of a file whose facts are known, those of the same headers together."""
    groups: dict[tuple[tuple[str, str], ...], list[TableSeen]] = {}
    for table in file.tables:
        columns = [
            (one.field, one.header) for one in table.columns if one.field not in ("", DISTRICT) and one.header
        ]
        if not table.sums or not columns:
            continue
        named = [one for one in table.columns if one.field == DISTRICT]
        shares = {
            one.header: share_districts(one.words, districts)
            for one in table.columns
            if districts is not None and one.words and one.header
        }
        best = max(shares, key=lambda header: shares[header], default="")
        if best and (not named or shares.get(named[0].header, 0.0) < _HARDLY) and shares[best] >= _MOSTLY:
            columns.append((DISTRICT, best))
        elif not named:
            continue
        groups.setdefault(tuple(columns), []).append(table)
    for told, tables in groups.items():
        sheets = tuple(dict.fromkeys(table.sheet for table in tables))
        whole = set(sheets) == {table.sheet for table in file.tables}
        names = [(*table.titles, table.sheet, path.name) for table in tables]
        periods = [find_period(*texts) for texts in names]
        period = "、".join(str(one) for one in periods) if all(periods) else ""
        yield SumsFound(path, told, () if whole else sheets, period, sum(table.rows for table in tables))


def _keep_damaged(seen: FolderSeen, files: Mapping[Path, FileSeen]) -> None:
    """Keep an unreadable file among files of one kind as a ledger of that kind, so that it is never skipped."""
    for path, why in list(seen.others):
        kinds = {one.table.kind for one in seen.ledgers if one.path.parent == path.parent}
        if path in files and files[path].problem == why and len(kinds) == 1:
            seen.others.remove((path, why))
            table = TableSeen("", kinds.pop(), 0, 0, ())
            same = next(
                one for one in seen.ledgers if one.path.parent == path.parent and one.table.kind == table.kind
            )
            told = Reason("ledgers.file.refused", file=files[path].name, reason=why)
            seen.ledgers.append(Found(path, table, same.columns, problem=told))


def _say_columns(table: TableSeen, kind: Kind, districts: LayerSeen | None) -> tuple[tuple[str, str], ...]:
    """Headers that must be told: that of the only column of days where the day is lacking, and of the districts'."""
    columns: dict[str, str] = {}
    for name in table.lacking:
        free = [
            one
            for one in table.columns
            if not one.field and not one.asked and one.days >= _OF_DAYS and one.header
        ]
        if kind.fields[name].type in DATE_TYPES and len(free) == 1:
            columns[name] = free[0].header
    sections = districts is not None and table.sections and share_districts(table.sections, districts) > 0
    if districts is not None and "district" in kind.fields and not sections:
        shares = {
            one.header: share_districts(one.words, districts)
            for one in table.columns
            if one.words
            and one.header
            and one.field in ("", "district")
            and not one.ignored
            and not _SENTENCES.search(one.header)
        }
        best = max(shares, key=lambda header: shares[header], default="")
        own = next((shares.get(one.header, 0.0) for one in table.columns if one.field == "district"), -1.0)
        if best and shares[best] >= _MOSTLY and own < min(_HARDLY, shares[best]):
            columns["district"] = best
    return tuple(columns.items())


def share_districts(words: Sequence[str], layer: LayerSeen) -> float:
    """Return the share of texts that match a layer's districts, by any step of matching, or name a place in one.

    Texts that name a place in a district if the unit above is the layer's own (沙岭县城关镇河东村) also count.
    """
    found = _match(words, layer)
    return float((found["code"].notna() | found["reason"].map(_asks_above).astype(bool)).mean())


def _match(words: Sequence[str], layer: LayerSeen) -> pd.DataFrame:
    codes = layer.codes or layer.names
    frame = pd.DataFrame({"code": codes, "name": layer.names}, dtype="str").drop_duplicates("code")
    return match_districts(pd.Series(list(words), dtype="str"), frame)


def _asks_above(reason: object) -> bool:
    return isinstance(reason, Reason) and reason.code == ASK_ABOVE


def _try_reading(found: Found, kind: Kind, districts: LayerSeen | None, name: str) -> Found:
    """Read a table as workbook.toml would have it: its rows, first and last day; where it fails, with its district."""
    names = frozenset(districts.names) if districts else frozenset()
    read = _read(found, kind, names, name)
    if read.errors and "district" in kind.fields:
        told, column = _name_district(found, names, name), _choose_text(found, kind, districts)
        for named in (replace(found, district=told), replace(found, columns=(*found.columns, *column))):
            if read.errors and named != found and not (again := _read(named, kind, names, name)).errors:
                found, read = named, again
    days = read.rows[kind.date].dropna() if kind.date and kind.fields[kind.date].type in DATE_TYPES else None
    span = (days.min().date(), days.max().date()) if days is not None and len(days) else (None, None)
    problem = read.errors[0] if read.errors else None
    return replace(found, rows=read.read, first=span[0], last=span[1], problem=problem)


def _choose_text(found: Found, kind: Kind, districts: LayerSeen | None) -> tuple[tuple[str, str], ...]:
    """The one column of texts, none that is required, whose values are districts (组织单位: 城关镇人民政府)."""
    fit = [
        one.header
        for one in found.table.columns
        if districts is not None
        and one.words
        and one.field
        and one.field != "district"
        and kind.fields[one.field].type == "text"
        and not kind.fields[one.field].required
        and not _SENTENCES.search(one.header)
        and share_districts(one.words, districts) >= _MOSTLY
    ]
    return (("district", fit[0]),) if len(fit) == 1 else ()


def _read(found: Found, kind: Kind, names: frozenset[str], name: str) -> FileRead:
    sheets = None if found.whole or not found.table.sheet else (found.table.sheet,)
    columns = dict(found.columns)
    source = Source(kind=kind, sheets=sheets, district=found.district, columns=columns, names=names)
    return read_ledger_file(found.path, source, name=name)


def _name_district(found: Found, names: frozenset[str], name: str) -> str:
    """The one district whose full name stands in the sheet's name, titles or file's name; '' where none does.

    Where these name none, the nearest of the folders in which the file lies may: 石门镇/2023年隐患台账.xlsx.
    """
    told = set()
    for text in (found.table.sheet, *found.table.titles, found.path.stem):
        there = [name for name in names if name in text]
        longest = [name for name in there if not any(name != other and name in other for other in there)]
        told.update(longest)
    if not told:
        folders = [find_places(part, names) for part in reversed(name.split("/")[:-1])]
        told = set(next((places for places in folders if places), ()))
    return told.pop() if len(told) == 1 else ""


def _list_questions(seen: FolderSeen, source: Path) -> Iterator[Reason]:
    """List the questions that only the user can answer, besides the lines of `check`."""
    layer = seen.districts
    if layer is not None and not layer.crs:
        known = layer.suggested or Reason("core.none")
        yield Reason("lab.survey.ask_crs", file=_show(layer.path, source), crs=known)
    if layer is not None and not layer.code:
        yield Reason("lab.survey.ask_code", file=_show(layer.path, source), column=layer.name)
    for one in seen.ledgers:
        if one.problem and not one.near_district:  # of which check has the line
            yield one.problem


# ------------------------------------------------------------------ writing


class _Writer:
    """Puts the files in their places and writes workbook.toml."""

    def __init__(self, folder: Path, source: Path, seen: FolderSeen, kinds: Mapping[str, Kind]) -> None:
        self.folder, self.source, self.seen, self.kinds = folder, source, seen, kinds
        self.places: dict[Path, str] = {}

    def write(self, *, grid: bool = True) -> str:
        """Copy the files and give the text of workbook.toml."""
        lang = current_language()
        blocks = ["\n".join([f"# {Reason('lab.survey.head').word()}", "[workbook]",
                             f"title = {quote(self._title())}", f'lang = "{lang}"'])]  # fmt: skip
        blocks.append(self._write_boundaries())
        if grid and (cells := self.seen.cells):
            blocks.append(self._write_grid(cells))
        for kind in self.kinds:
            own = [one for one in self.seen.ledgers if one.table.kind == kind]
            sums = [one for one in self.seen.sums if one.kind == kind]
            if own:
                blocks += self._write_kind(self.kinds[kind], own, alone=not sums)
            if sums:
                blocks += self._write_sums(self.kinds[kind], sums, alone=not own)
        return "\n\n".join(blocks) + "\n"

    def _title(self) -> str:
        return self.source.resolve().name

    def _write_boundaries(self) -> str:
        layer = self.seen.districts
        if layer is None:
            return "\n".join(
                [
                    "[boundaries]",
                    f"# {Reason('lab.survey.no_boundaries').word()}",
                    'path = "data/raw/boundaries/"',
                    'code = ""',
                    'name = ""',
                ]
            )
        lines = ["[boundaries]", f"path = {quote(self._place_layer(layer))}"]
        lines += [f"code = {quote(layer.code or layer.name)}", f"name = {quote(layer.name)}"]
        if self.seen.unit:
            remark = Reason("lab.survey.unit").word()
            lines.append(f"parent = {quote(self.seen.unit)}  # {remark}")
        elif layer.parent:
            lines.append(f"parent = {quote(layer.parent)}")
        if not layer.crs:
            remark = Reason("lab.survey.crs_guessed").word()
            lines.append(f"{'' if layer.suggested else '# '}crs = {quote(layer.suggested)}  # {remark}")
        return "\n".join(lines)

    def _write_grid(self, cells: LayerSeen) -> str:
        told = {
            "path": self._place_layer(cells),
            "code": cells.code,
            "name": cells.name,
            "parent": cells.parent,
        }
        lines = [f"{key} = {quote(value)}" for key, value in told.items() if value]
        return "\n".join(["[boundaries.grid]", *lines])

    def _place_layer(self, layer: LayerSeen) -> str:
        target = self._copy(layer.path, "boundaries")
        if layer.path.suffix.lower() == ".shp":
            for part in layer.path.parent.iterdir():
                if part.stem == layer.path.stem and part.name.lower().endswith(_SHAPE_PARTS):
                    self._copy(part, "boundaries")
        return f"{target}!{layer.layer}" if layer.layer else target

    def _copy(self, path: Path, kind: str) -> str:
        """Copy a file into data/raw, or refer to it where it is very large; its path as workbook.toml has it."""
        if path not in self.places:
            if path.stat().st_size > _MOST_BYTES:
                self.places[path] = path.resolve().as_posix()
            else:
                target = PurePosixPath("data/raw", kind, path.name)
                if target.as_posix() in self.places.values():  # another folder has a file of the same name
                    parts = path.relative_to(self.source).parts
                    target = PurePosixPath("data/raw", kind, "_".join(parts))
                (self.folder / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, self.folder / target)
                self.places[path] = target.as_posix()
        return self.places[path]

    def _write_sums(self, kind: Kind, own: Sequence[SumsFound], *, alone: bool) -> Iterator[str]:
        groups: dict[tuple[object, ...], list[SumsFound]] = {}
        for one in own:
            groups.setdefault(one.settings, []).append(one)
        head = f"[ledgers.{kind.name}]" if alone and len(groups) == 1 else f"[[ledgers.{kind.name}]]"
        only = len(groups) == 1 and len({one.kind for one in self.seen.sums}) == 1
        for group in groups.values():
            files = list(dict.fromkeys(self._copy(one.path, "sums") for one in group))
            first = group[0]
            lines = [f"{head}  # {Reason('lab.survey.sums_of', title=kind.title[current_language()]).word()}"]
            lines += ['form = "sums"', *self._write_files(files, "sums", 1 if only else 2)]
            if first.sheets:
                lines.append(f"sheets = [{', '.join(map(quote, first.sheets))}]")
            pairs = ", ".join(f"{write_key(name)} = {quote(header)}" for name, header in first.columns)
            yield "\n".join([*lines, f"columns = {{ {pairs} }}"])

    def _write_kind(self, kind: Kind, own: Sequence[Found], *, alone: bool = True) -> Iterator[str]:
        groups: dict[tuple[object, ...], list[Found]] = {}
        for one in own:
            groups.setdefault(one.settings, []).append(one)
        head = f"[ledgers.{kind.name}]" if alone and len(groups) == 1 else f"[[ledgers.{kind.name}]]"
        for group in groups.values():
            files = list(dict.fromkeys(self._copy(one.path, self._name_folder(one.path)) for one in group))
            first = group[0]
            lines = [
                f"{head}  # {kind.title[current_language()]}",
                *self._write_files(files, kind.name, len(groups)),
            ]
            if not first.whole and first.table.sheet:
                lines.append(f"sheets = [{quote(first.table.sheet)}]")
            if first.district:
                lines.append(f"district = {quote(first.district)}")
            if first.columns:
                lines += [f"[ledgers.{kind.name}.columns]"]
                lines += [f"{write_key(column)} = {quote(header)}" for column, header in first.columns]
            yield "\n".join(lines)

    def _name_folder(self, path: Path) -> str:
        """A folder for each kind, so that next month's file is read when it is put there."""
        kinds = {one.table.kind for one in self.seen.ledgers if one.path == path}
        return kinds.pop() if len(kinds) == 1 else "several"

    def _write_files(self, files: Sequence[str], folder: str, groups: int) -> list[str]:
        place = f"data/raw/{folder}/"
        if groups == 1 and all(file.startswith(place) for file in files):
            suffixes = {PurePosixPath(file).suffix for file in files}
            return [f"files = [{', '.join(quote(f'{place}*{suffix}') for suffix in sorted(suffixes))}]"]
        if len(files) == 1:
            return [f"files = [{quote(files[0])}]"]
        # A bracket in a name is a pattern's.
        return ["files = [", *(f"    {quote(_escape(file))}," for file in files), "]"]


def _escape(pattern: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in pattern)


# ------------------------------------------------------------------ telling


def _show(path: Path, source: Path) -> str:
    return path.relative_to(source).as_posix()


def _describe_layers(seen: FolderSeen, source: Path) -> Iterator[Reason]:
    for one in seen.layers:
        told = {
            "file": _show(one.path, source) + (f"!{one.layer}" if one.layer else ""),
            "features": one.features,
            "code": one.code or Reason("core.none"),
            "name": one.name or Reason("core.none"),
            "crs": one.crs or Reason("core.none"),
        }
        what = "districts" if one is seen.districts else "grid" if one is seen.cells else "layer"
        yield Reason(f"lab.survey.{what}", **told)
    if seen.unit:
        yield Reason("lab.survey.under", unit=seen.unit)


def _describe_ledgers(seen: FolderSeen, source: Path, kinds: Mapping[str, Kind]) -> Iterator[Reason]:
    for one in seen.ledgers:
        table, kind = one.table, kinds[one.table.kind]
        if one.problem:
            title = kind.title[current_language()]
            yield Reason("lab.survey.damaged", kind=kind.name, title=title, reason=one.problem)
            continue
        headed = [column.header for column in table.columns if column.field == "district"]
        district = dict(one.columns).get("district") or one.district or next(iter(headed), "")
        span = Reason("lab.survey.span", first=str(one.first), last=str(one.last)) if one.first else ""
        yield Reason(
            f"lab.survey.ledger{'' if table.header else '_bare'}",
            file=_show(one.path, source),
            sheet=Reason("ledgers.place.in_sheet", sheet=table.sheet)
            if table.sheet and not one.whole
            else "",
            kind=kind.name,
            title=kind.title[current_language()],
            row=table.header,
            rows=one.rows,
            district=Reason("lab.survey.by", column=district) if district else "",
            span=span,
        )


def _describe_sums(seen: FolderSeen, source: Path) -> Iterator[Reason]:
    infos, lang = load_facts(), current_language()
    for one in seen.sums:
        titles = [infos[name].title[lang] for name, _ in one.columns if name != DISTRICT]
        period = Reason("lab.survey.sums_period", period=one.period) if one.period else ""
        yield Reason(
            "lab.survey.sums_ledger",
            file=_show(one.path, source),
            rows=one.rows,
            titles=titles,
            period=period,
        )


def _describe_others(seen: FolderSeen, source: Path) -> Iterator[Reason]:
    for path, reason in seen.others:
        yield Reason("lab.survey.unused", file=_show(path, source), reason=reason)
