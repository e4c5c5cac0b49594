"""Opening a boundary file: shapefile (zipped too), GeoPackage, GeoJSON, TopoJSON, GeoParquet."""

import json
import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from taizhang.boundaries.encodings import TITLES, Judgement, decide_encoding, decode_bytes, read_marks
from taizhang.core.errors import BoundaryError
from taizhang.core.files import ZIP_ERRORS, check_plain, split_layer
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason

_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj"}
# What GDAL (pyogrio's errors are RuntimeErrors), GEOS and Arrow raise for a damaged file.
_DAMAGED = (
    RuntimeError, shapely.errors.ShapelyError, pa.ArrowException, struct.error, ValueError, TypeError, LookupError,
    OverflowError, OSError,
)  # fmt: skip
_JSON = {".geojson", ".json", ".topojson"}
_WHOLE = {".gpkg", ".geojson", ".json", ".topojson", ".parquet", ".fgb"}

# What GDAL reads as it is written: a float keeps 15 figures, of 3.5E+08 in a column of numbers GDAL takes the 3, and
# of 3.5 in one of whole numbers, too.
_INTEGER, _REAL = (re.compile(rb"[+-]?\d{0,15}(?:\.%s*)?" % figure) for figure in (b"0", rb"\d"))


@dataclass(frozen=True)
class LayerSource:
    """A layer as in its file, with only the encoding of its text corrected."""

    frame: gpd.GeoDataFrame
    notes: list[Reason] = field(default_factory=list)


def read_source(
    path: Path | str, *, encoding: str = "auto", shown: str = "", wanted: Collection[str] = ()
) -> LayerSource:
    """Read a layer with its attributes.

    ``file.gpkg!layer`` names one of several layers, ``file.zip!name.shp`` one of several files in an archive, and
    ``file.zip!name.gpkg!layer`` both. The encoding of a shapefile's text is judged ('auto') or given, as is that
    of other files that should be UTF-8 but are not. `shown` is the path as in the settings, `wanted` the columns
    that the layer should have, for the line to paste if the file has several layers. Raises BoundaryError if the
    file is missing, damaged, of unknown format, or has several layers and none is named.
    """
    path, inner = split_layer(Path(path))
    if not path.exists():
        raise BoundaryError("boundaries.file.missing", path=path.as_posix())
    _check_parts(path)
    written = shown.removesuffix(f"!{inner}") or path.name
    if path.suffix.lower() != ".zip" and not {"!", ";"} & set(str(path)):
        return _read_file(path, inner, encoding, shown=path.name, pasted=written, wanted=wanted)
    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        if path.suffix.lower() != ".zip":
            plain = _copy_aside(path, Path(folder))
            return _read_file(plain, inner, encoding, shown=path.name, pasted=written, wanted=wanted)
        name, _, layer = inner.partition("!")
        unpacked, name = _unpack(path, name, Path(folder), written)
        where = f"{path.name}!{name}"
        return _read_file(unpacked, layer, encoding, shown=where, pasted=f"{written}!{name}", wanted=wanted)


def _check_parts(path: Path) -> None:
    """Refuse a layer of which a part is a pipe or a device: GDAL would wait for what never comes."""
    parts = [path.with_suffix(suffix) for suffix in sorted(_PARTS)] if path.suffix.lower() == ".shp" else []
    for part in (path, *(part for part in parts if part.exists())):
        try:
            check_plain(part.stat(), part)
        except OSError as error:
            raise BoundaryError(
                "boundaries.file.unreadable", where=part.name, why=tell_error(error)
            ) from error


def _copy_aside(path: Path, folder: Path) -> Path:
    """A layer with all its parts under a plain path: in a path pyogrio takes '!' and ';' for signs of its own."""
    plain = folder / f"layer{path.suffix}"
    if path.is_dir():
        return Path(shutil.copytree(path, plain))
    for part in path.parent.iterdir():
        if part.stem == path.stem and part.is_file():
            shutil.copyfile(part, plain.with_suffix(part.suffix))
    return plain


def _unpack(path: Path, inner: str, folder: Path, written: str) -> tuple[Path, str]:
    """Unpack one layer under plain names: names in an archive are often GBK without saying so."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if "__MACOSX" not in name]
            layers = [name for name in names if PurePosixPath(name).suffix.lower() in {".shp", *_WHOLE}]
            chosen = [name for name in layers if inner in ("", name, PurePosixPath(name).name)]
            if len(chosen) != 1:
                held: list[str | Reason] = [*layers] or [Reason("core.none")]
                told = {"layers": held, "path": f"{written}!{(layers or ['name.shp'])[0]}"}
                raise BoundaryError("boundaries.file.archive_layers", where=path.name, **told)
            member = chosen[0]
            stem, suffix = member[: -len(PurePosixPath(member).suffix)], PurePosixPath(member).suffix.lower()
            wanted = [member]
            if suffix == ".shp":
                wanted = [one for one in names if one[:-4] == stem and one[-4:].lower() in _PARTS]
            for one in wanted:
                (folder / f"layer{PurePosixPath(one).suffix.lower()}").write_bytes(archive.read(one))
    except ZIP_ERRORS as error:
        if isinstance(error, BoundaryError):
            raise
        raise BoundaryError("boundaries.file.archive", where=path.name, why=tell_error(error)) from error
    return folder / f"layer{suffix}", member


def _read_file(
    path: Path, layer: str, encoding: str, *, shown: str, pasted: str, wanted: Collection[str]
) -> LayerSource:
    suffix = path.suffix.lower()
    notes: list[Reason] = []
    try:
        if suffix == ".shp":
            return _read_shapefile(path, encoding, shown)
        if suffix in _JSON and not _is_utf8(path):
            frame, notes = _read_foreign_json(path, encoding, shown)
        elif suffix == ".parquet":
            frame = gpd.read_parquet(path)
        else:
            try:
                chosen = _choose_layer(path, layer, shown, pasted, wanted)
                frame = pyogrio.read_dataframe(path, layer=chosen)
            except UnicodeDecodeError:
                return _read_foreign(path, layer, encoding, shown)
    except _DAMAGED as error:
        if isinstance(error, BoundaryError):
            raise
        why = tell_error(error, called={str(path): shown})  # it may be a copy, at a path that nobody knows
        raise BoundaryError("boundaries.file.unreadable", where=shown, why=why) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BoundaryError("boundaries.file.no_geometry", where=shown)
    if encoding != "auto" and not notes:
        notes.append(Reason("boundaries.file.encoding_idle", where=shown, encoding=encoding))
    return LayerSource(frame, notes)


def _is_utf8(path: Path) -> bool:
    raw = path.read_bytes()
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return json.detect_encoding(raw).startswith("utf-8")  # Chinese in ASCII signs may be UTF-16 all the same


def _read_foreign_json(path: Path, encoding: str, shown: str) -> tuple[gpd.GeoDataFrame, list[Reason]]:
    """Read GeoJSON that isn't UTF-8, as its standard wants: UTF-16, or by the encoding given or judged."""
    raw = path.read_bytes()
    found: str = json.detect_encoding(raw)
    said: list[Reason] = []
    if found.startswith("utf-8"):
        # No encoding of Chinese has a quotation mark within a character; a backslash it may have.
        words = [word for word in raw.split(b'"') if not word.isascii()]
        judged = decide_encoding(words, marks={}, setting=encoding, where=shown)
        found, said = judged.encoding, list(judged.notes)
    try:
        text = raw.decode(found)
    except UnicodeDecodeError as error:
        odd = raw[max(error.start - 12, 0) : error.end + 12].decode(found, "replace")
        raise BoundaryError(
            "boundaries.encoding.mixed", where=shown, encoding=TITLES.get(found, found), text=odd
        ) from error
    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        beside = Path(folder) / f"layer{path.suffix}"
        beside.write_text(text, encoding="utf-8")
        try:
            frame = pyogrio.read_dataframe(beside)
        except _DAMAGED as error:
            why = tell_error(error, called={str(beside): shown})
            raise BoundaryError("boundaries.file.unreadable", where=shown, why=why) from error
    return frame, [*said, Reason("boundaries.file.foreign_json", where=shown)]


def _choose_layer(
    path: Path, layer: str, shown: str, pasted: str, wanted: Collection[str] = ()
) -> str | None:
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer and layer not in names:
        raise BoundaryError("boundaries.file.no_layer", where=shown, layer=layer, layers=names)
    if len(names) > 1 and not layer:
        fit = [name for name in names if _has_areas_with(path, name, wanted)]
        told = {"number": len(names), "layers": names, "path": f"{pasted}!{(fit or names)[0]}"}
        raise BoundaryError("boundaries.file.layers", where=shown, **told)
    return layer or (names[0] if names else None)


def _has_areas_with(path: Path, layer: str, wanted: Collection[str]) -> bool:
    told = pyogrio.read_info(path, layer=layer)
    areas = any(kind in str(told["geometry_type"]) for kind in ("Polygon", "Unknown", "Surface"))
    return areas and set(wanted) <= set(map(str, told["fields"]))


def _read_foreign(path: Path, layer: str, encoding: str, shown: str) -> LayerSource:
    """Read a layer of any other format whose text isn't of the encoding that it says, as a shapefile's is read."""
    raw = pyogrio.read_dataframe(path, layer=layer or None, encoding="ISO-8859-1")
    return _decode_layer(raw, {}, {}, encoding, shown)


def _read_shapefile(path: Path, encoding: str, shown: str) -> LayerSource:
    present = {one.suffix.lower() for one in path.parent.iterdir() if one.stem == path.stem}
    if missing := sorted({".dbf", ".shx"} - present):
        raise BoundaryError("boundaries.file.parts", where=shown, missing=missing)
    # Latin-1 maps every byte to one character and back: the text comes through as it lies in the file.
    raw = pyogrio.read_dataframe(path, encoding="ISO-8859-1")
    names = [str(name) for name in raw.columns if name != "geometry"]
    written = _read_cells(path, {at for at, name in enumerate(names) if names.count(name) > 1})
    return _decode_layer(raw, written, read_marks(path), encoding, shown)


def _decode_layer(
    raw: gpd.GeoDataFrame | pd.DataFrame,
    written: Mapping[int, list[str | None]],
    marks: Mapping[str, str],
    encoding: str,
    shown: str,
) -> LayerSource:
    """A layer read as Latin-1, in the encoding of its text; `written` are columns, by place, to be taken instead."""
    if not isinstance(raw, gpd.GeoDataFrame):
        raise BoundaryError("boundaries.file.no_geometry", where=shown)
    attributes = raw.drop(columns="geometry")
    names = [str(name).encode("latin-1") for name in attributes]
    cells = [attributes.iloc[:, at] for at in range(len(names))]  # by place: two names can be cut to one
    for at, column in written.items():
        if len(column) == len(attributes):
            cells[at] = pd.Series(column, index=attributes.index, dtype="str")
    texts = [at for at, column in enumerate(cells) if pd.api.types.is_string_dtype(column.dtype)]
    values = {at: cells[at].dropna().unique() for at in texts}
    held = names + [str(value).encode("latin-1") for at in texts for value in values[at]]
    judged = decide_encoding(held, marks=dict(marks), setting=encoding, where=shown)
    notes = list(judged.notes)
    titles = _tell_apart([decode_bytes(name, judged.encoding) for name in names], shown, notes)
    for at in texts:
        decoded = {value: _decode(str(value), judged) for value in values[at]}
        cut = [text for value, text in decoded.items() if len(text.encode(judged.encoding)) < len(value)]
        if cut:
            where = Reason("boundaries.column", file=shown, column=titles[at])
            notes.append(Reason("boundaries.text.cut", where=where, number=len(cut), texts=cut))
        cells[at] = cells[at].map(decoded).astype("str")
    table = pd.DataFrame(dict(zip(titles, cells, strict=True)))
    return LayerSource(gpd.GeoDataFrame(table, geometry=raw.geometry.array, crs=raw.crs), notes)


def _tell_apart(names: Sequence[str], shown: str, notes: list[Reason]) -> list[str]:
    """Names of columns, each its own: ten bytes of UTF-8 are three characters, and two names are soon the same."""
    told: list[str] = []
    for name in names:
        title, number = name, 2
        while title in told:
            title, number = f"{name} ({number})", number + 1
        told.append(title)
    if same := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        notes.append(Reason("boundaries.file.same_names", where=shown, names=same))
    return told


def _read_cells(path: Path, same: set[int]) -> dict[int, list[str | None]]:
    """Columns, by place, that GDAL doesn't give as they are written, as Latin-1 text.

    Of columns of one name (`same`) it gives the last one's cells to all; of a column of numbers those that are plain.
    """
    data = next(
        one for one in path.parent.iterdir() if one.stem == path.stem and one.suffix.lower() == ".dbf"
    )
    raw = data.read_bytes()
    number, head, size = struct.unpack_from("<IHH", raw, 4) if len(raw) >= 32 else (0, 0, 0)
    rows = [row for row in range(head, head + number * size, size or 1) if raw[row : row + 1] != b"*"]
    found: dict[int, list[str | None]] = {}
    start = 1
    for at, place in enumerate(range(32, head - 32, 32)):
        kind, width = raw[place + 11 : place + 12], raw[place + 16]
        plain = _REAL if raw[place + 17] else _INTEGER  # by the decimals of the field
        if at in same or kind in (b"N", b"F"):
            cells = [raw[row + start : row + start + width].strip(b" \0") for row in rows]
            if at in same or not all(map(plain.fullmatch, cells)):
                found[at] = [cell.decode("latin-1") or None for cell in cells]
        start += width
    return found


def _decode(text: str, judged: Judgement) -> str:
    return decode_bytes(text.encode("latin-1"), judged.encoding)
