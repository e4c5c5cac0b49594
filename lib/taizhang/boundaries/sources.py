"""Opening a boundary file: shapefile (zipped too), GeoPackage, GeoJSON, TopoJSON, GeoParquet."""

import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd
import pyogrio

from taizhang.boundaries.encodings import Judgement, decide_encoding, decode_bytes, read_marks
from taizhang.core.errors import BoundaryError
from taizhang.core.files import split_layer
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason

_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj"}
_WHOLE = {".gpkg", ".geojson", ".json", ".topojson", ".parquet", ".fgb"}


@dataclass(frozen=True)
class LayerSource:
    """A layer as it is in its file: nothing mended yet but the encoding of its text."""

    frame: gpd.GeoDataFrame
    notes: list[Reason] = field(default_factory=list)


def read_source(path: Path | str, *, encoding: str = "auto") -> LayerSource:
    """Read a layer with its attributes.

    ``file.gpkg!layer`` names one of several layers, ``file.zip!name.shp`` one of several files in an archive. A
    shapefile's text is judged ('auto') or of the encoding given; the other formats say theirs. Raises BoundaryError
    where the file is missing, damaged, of no known format, or holds several layers and none is named.
    """
    path, inner = split_layer(Path(path))
    if not path.exists():
        raise BoundaryError("boundaries.file.missing", path=path.as_posix())
    if path.suffix.lower() != ".zip":
        return _read_file(path, inner, encoding, shown=path.name)
    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        unpacked, name = _unpack(path, inner, Path(folder))
        return _read_file(unpacked, "", encoding, shown=f"{path.name}!{name}")


def _unpack(path: Path, inner: str, folder: Path) -> tuple[Path, str]:
    """Unpack one layer under plain names: names in an archive are often GBK without saying so."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if "__MACOSX" not in name]
            layers = [name for name in names if PurePosixPath(name).suffix.lower() in {".shp", *_WHOLE}]
            chosen = [name for name in layers if inner in ("", name, PurePosixPath(name).name)]
            if len(chosen) != 1:
                held: list[str | Reason] = [*layers] or [Reason("core.none")]
                raise BoundaryError("boundaries.file.archive_layers", where=path.name, layers=held)
            member = chosen[0]
            stem, suffix = member[: -len(PurePosixPath(member).suffix)], PurePosixPath(member).suffix.lower()
            wanted = [member]
            if suffix == ".shp":
                wanted = [one for one in names if one[:-4] == stem and one[-4:].lower() in _PARTS]
            for one in wanted:
                (folder / f"layer{PurePosixPath(one).suffix.lower()}").write_bytes(archive.read(one))
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise BoundaryError("boundaries.file.archive", where=path.name, why=tell_error(error)) from error
    return folder / f"layer{suffix}", member


def _read_file(path: Path, layer: str, encoding: str, *, shown: str) -> LayerSource:
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            return LayerSource(gpd.read_parquet(path))
        if suffix == ".shp":
            return _read_shapefile(path, encoding, shown)
        name = _choose_layer(path, layer, shown)
        frame = pyogrio.read_dataframe(path, layer=name)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        if isinstance(error, BoundaryError):
            raise
        raise BoundaryError("boundaries.file.unreadable", where=shown, why=tell_error(error)) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BoundaryError("boundaries.file.no_geometry", where=shown)
    return LayerSource(frame)


def _choose_layer(path: Path, layer: str, shown: str) -> str | None:
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer and layer not in names:
        raise BoundaryError("boundaries.file.no_layer", where=shown, layer=layer, layers=names)
    if len(names) > 1 and not layer:
        told = {"number": len(names), "layers": names, "first": names[0]}
        raise BoundaryError("boundaries.file.layers", where=shown, **told)
    return layer or (names[0] if names else None)


def _read_shapefile(path: Path, encoding: str, shown: str) -> LayerSource:
    present = {one.suffix.lower() for one in path.parent.iterdir() if one.stem == path.stem}
    if missing := sorted({".dbf", ".shx"} - present):
        raise BoundaryError("boundaries.file.parts", where=shown, missing=missing)
    # Latin-1 maps every byte to one character and back: the text comes through as it lies in the file.
    raw = pyogrio.read_dataframe(path, encoding="ISO-8859-1")
    if not isinstance(raw, gpd.GeoDataFrame):
        raise BoundaryError("boundaries.file.no_geometry", where=shown)
    attributes = raw.drop(columns="geometry")
    texts = [name for name in attributes if pd.api.types.is_string_dtype(attributes[name].dtype)]
    values = {name: attributes[name].dropna().unique() for name in texts}
    held = [str(name).encode("latin-1") for name in attributes]
    held += [str(value).encode("latin-1") for name in texts for value in values[name]]
    judged = decide_encoding(held, marks=read_marks(path), setting=encoding, where=shown)
    notes = list(judged.notes)
    for name in texts:
        decoded = {value: _decode(str(value), judged) for value in values[name]}
        cut = [text for value, text in decoded.items() if len(text.encode(judged.encoding)) < len(value)]
        if cut:
            where = Reason("boundaries.column", file=shown, column=_decode(str(name), judged))
            notes.append(Reason("boundaries.text.cut", where=where, number=len(cut), texts=cut))
        attributes[name] = attributes[name].map(decoded).astype("str")
    attributes.columns = pd.Index([_decode(str(name), judged) for name in attributes])
    return LayerSource(gpd.GeoDataFrame(attributes, geometry=raw.geometry.array, crs=raw.crs), notes)


def _decode(text: str, judged: Judgement) -> str:
    return decode_bytes(text.encode("latin-1"), judged.encoding)
