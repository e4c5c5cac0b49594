"""Points of a map as tables: KML, KMZ and GeoJSON, a row for each placemark, a sheet for each folder.

Read with a parser that loads nothing from outside and expands no entity; what links elsewhere is not followed.
"""

import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from lxml import etree
from lxml import html as lxml_html

from taizhang.core.errors import LedgerError
from taizhang.core.files import ZIP_ERRORS
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.ledgers.delimited import decode
from taizhang.ledgers.sheets import Sheet, check_wanted

_LON, _LAT = "经度", "纬度"
_NAME, _TEXT = "名称", "描述"
_MOST_BYTES = 256 * 1024**2  # of the KML in an archive
_LONGEST_CELL = 32_767  # as in a spreadsheet
_PLAIN = {"address": "地址", "phoneNumber": "电话", "snippet": "", "Snippet": "", "when": "时间"}

Values = dict[str, object]
Position = tuple[float, float] | None


@dataclass
class _Folder:
    """The placemarks of a folder: what each says, and where it is."""

    rows: list[tuple[Values, Position]] = field(default_factory=list)
    shapes: int = 0  # placemarks that are lines, areas or several points


def read_placemarks(path: Path, kind: str, wanted: Sequence[str] | None) -> Iterator[Sheet]:
    """Read the folders of a kml, kmz or geojson file (`kind`, as `sniff_format` says), each as a sheet.

    Row 1 is the first placemark. Raises LedgerError if the file is damaged, holds a document type (which could pull in
    other files, or grow without end), or no placemark.
    """
    notes: tuple[Reason, ...] = ()
    if kind == "geojson":
        folder, notes = _read_features(path)
        folders = {"": folder}
    elif kind == "kmz":
        text, others = _unpack(path)
        folders, notes = _read_kml(BytesIO(text))
        notes = (*others, *notes)
    else:
        with path.open("rb") as stream:
            folders, notes = _read_kml(stream)
    there = {name: folder for name, folder in folders.items() if folder.rows}
    if not there:
        raise LedgerError("ledgers.file.no_placemarks")
    check_wanted(wanted, list(there))
    for name, folder in there.items():
        if wanted is None or name in wanted:
            yield _make_sheet(name, folder, notes)
            notes = ()


def _make_sheet(name: str, folder: _Folder, notes: tuple[Reason, ...]) -> Sheet:
    located = any(point for _, point in folder.rows)
    headers = dict.fromkeys(key for values, _ in folder.rows for key in values)
    points = [[*(point or ("", ""))] if located else [] for _, point in folder.rows]
    rows: list[list[object]] = [[*([_LON, _LAT] if located else []), *headers]]
    rows += [
        [*point, *(values.get(header, "") for header in headers)]
        for point, (values, _) in zip(points, folder.rows, strict=True)
    ]
    if folder.shapes:
        notes = (*notes, Reason("ledgers.file.shapes", count=folder.shapes))
    return Sheet(name, rows, top=-1, notes=notes)  # the header is no placemark, and has no number


# ------------------------------------------------------------------ KML


def _unpack(path: Path) -> tuple[bytes, tuple[Reason, ...]]:
    """The KML in an archive, doc.kml or else the first at its root, and a note of others, which no program shows."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [one for one in archive.infolist() if one.filename.lower().endswith(".kml")]
            found.sort(key=lambda one: (one.filename.count("/"), one.filename.lower() != "doc.kml"))
            if not found or found[0].file_size > _MOST_BYTES:
                raise LedgerError("ledgers.file.archive_too_big", megabytes=round(_MOST_BYTES / 1024**2))
            others = tuple(Reason("ledgers.file.other_kml", names=[one.filename]) for one in found[1:])
            return archive.read(found[0]), others  # zipfile stops at the size that the archive declares
    except LedgerError:
        raise
    except ZIP_ERRORS as error:
        raise LedgerError("ledgers.file.damaged", why=tell_error(error)) from None


def _read_kml(stream: IO[bytes]) -> tuple[dict[str, _Folder], tuple[Reason, ...]]:
    folders: dict[str, _Folder] = {}
    links = 0
    try:
        for event, element in etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            tag = _name(element)
            if event == "start":
                if element.getparent() is None and element.getroottree().docinfo.doctype:
                    raise LedgerError("ledgers.file.doctype")
                continue
            if tag == "NetworkLink":
                links += 1
            elif tag == "Placemark":
                values, point, shaped = _read_placemark(element)
                folder = folders.setdefault(_name_folder(element), _Folder())
                folder.rows.append((values, point))
                folder.shapes += shaped
                element.clear(keep_tail=False)
    except etree.LxmlError as error:
        raise LedgerError("ledgers.file.damaged", why=tell_error(error)) from None
    return folders, (Reason("ledgers.file.links", count=links),) if links else ()


def _name(element: Any) -> str:
    """An element's name without its namespace; '' for what is none, such as an entity."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(element: Any, name: str) -> Any:
    return next((one for one in element if _name(one) == name), None)


def _text(element: Any) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _name_folder(element: Any) -> str:
    """The folders around a placemark, the outermost first; where there is none, the document's name."""
    above = list(element.iterancestors())
    named = [_text(_child(one, "name")) for one in reversed(above) if _name(one) == "Folder"]
    named = named or [_text(_child(one, "name")) for one in above if _name(one) == "Document"][:1]
    return "/".join(filter(None, named))


def _read_placemark(element: Any) -> tuple[Values, Position, bool]:
    """What a placemark says, its point, and whether it is something else than a point."""
    values: Values = {}
    points: list[Any] = []
    shapes = 0
    for child in element:
        name = _name(child)
        if name == "name":
            values[_NAME] = _text(child)
        elif name == "description":
            values.update(_read_description(_text(child)))
        elif name == "ExtendedData":
            values.update(_read_extended(child))
        elif name in ("TimeStamp", "TimeSpan"):
            values.update((_PLAIN["when"], _text(one)) for one in child if _name(one) in ("when", "begin"))
        elif name in ("address", "phoneNumber"):
            values[_PLAIN[name]] = _text(child)
        elif name in (
            "Point",
            "LineString",
            "LinearRing",
            "Polygon",
            "MultiGeometry",
            "Track",
            "MultiTrack",
            "Model",
        ):
            inner = [
                one
                for one in child.iter()
                if _name(one) in ("Point", "LineString", "Polygon", "Track", "Model")
            ]
            points += [one for one in inner if _name(one) == "Point"]
            shapes += len([one for one in inner if _name(one) != "Point"])
    point = _read_point(_text(_child(points[0], "coordinates"))) if len(points) == 1 and not shapes else None
    return values, point, bool(shapes or len(points) > 1)


def _read_point(text: str) -> Position:
    parts = text.split(",")
    try:
        return _check_point([float(part) for part in parts[:2]])
    except ValueError:
        return None


def _check_point(numbers: Sequence[object]) -> Position:
    if len(numbers) < 2 or not all(
        isinstance(one, int | float) and math.isfinite(one) for one in numbers[:2]
    ):
        return None
    lon, lat = numbers[:2]
    return float(lon), float(lat)  # type: ignore[arg-type]


def _read_extended(element: Any) -> Iterator[tuple[str, object]]:
    """ExtendedData: Data with a value, and SimpleData of a schema, each by its name."""
    for one in element.iter():
        name = _name(one)
        if name == "Data":
            yield one.get("name") or _text(_child(one, "displayName")), _text(_child(one, "value"))
        elif name == "SimpleData":
            yield one.get("name", ""), _text(one)


def _read_description(text: str) -> Mapping[str, object]:
    """A description: the rows of two cells of a table in it, as programs for maps write them; else its text."""
    if "<" not in text:
        return {_TEXT: text} if text else {}
    root = lxml_html.fragment_fromstring(text, create_parent="div")
    pairs: Values = {}
    for row in root.iter("tr"):
        cells = [" ".join(cell.text_content().split()) for cell in row if cell.tag in ("td", "th")]
        if len(cells) == 2 and cells[0]:
            pairs.setdefault(cells[0], cells[1])
    if pairs:
        return pairs
    for line in root.iter("br"):
        line.tail = f"\n{line.tail or ''}"
    return {_TEXT: root.text_content().strip()}


# ------------------------------------------------------------------ GeoJSON


def _read_features(path: Path) -> tuple[_Folder, tuple[Reason, ...]]:
    text, _ = decode(path.read_bytes(), frozenset())
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise LedgerError("ledgers.file.damaged", why=tell_error(error)) from None
    features = data.get("features") if isinstance(data, dict) and "features" in data else [data]
    folder, others = _Folder(), 0
    for feature in features if isinstance(features, list) else []:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            others += 1
            continue
        told = feature.get("properties")
        values = {str(key): _plain(one) for key, one in told.items()} if isinstance(told, dict) else {}
        geometry = feature.get("geometry")
        point, shaped = _read_geometry(geometry) if isinstance(geometry, dict) else (None, False)
        folder.rows.append((values, point))
        folder.shapes += shaped
    return folder, (Reason("ledgers.file.no_features", count=others),) if others and folder.rows else ()


def _read_geometry(geometry: Mapping[str, Any]) -> tuple[Position, bool]:
    numbers = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(numbers, list) and len(numbers) == 1:
        numbers = numbers[0]
    elif geometry.get("type") != "Point":
        return None, True
    return (_check_point(numbers), False) if isinstance(numbers, list) else (None, False)


def _plain(value: object) -> object:
    """A property as a cell: lists and mappings as they are written."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str | bool | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)[:_LONGEST_CELL]
