"""The description of a package as RO-Crate 1.2: for each file its content, author, date and origin.

https://www.researchobject.org/ro-crate/specification/1.2/
"""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from taizhang.core.periods import Period
from taizhang.core.reasons import LANGUAGES, Reason

NAME = "ro-crate-metadata.json"
_VERSION = "1.2"
_TYPES = {
    ".ipynb": "application/x-ipynb+json", ".parquet": "application/vnd.apache.parquet", ".toml": "application/toml",
    ".md": "text/markdown", ".csv": "text/csv", ".json": "application/json", ".txt": "text/plain",
    ".lock": "text/plain", ".yml": "application/yaml",
}  # fmt: skip
_TAGS = {"zh": "zh-CN", "en": "en"}
_SOFTWARE = "#taizhang"


@dataclass(frozen=True)
class About:
    """A package's description of itself: title and description by language; the rest may be empty."""

    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    lang: str
    period: Period
    day: date  # of the release, or else as of which the ledgers were read
    number: int  # of the release; 0: none
    issuer: str
    contact: str
    licence: str  # an address or a text
    version: str  # of taizhang


def name_type(file: str) -> str:
    """The media type of a file, by its name."""
    suffix = file[file.rfind(".") :]
    return _TYPES.get(suffix) or mimetypes.guess_type(file)[0] or "application/octet-stream"


def describe_crate(
    about: About, files: Mapping[str, bytes], titles: Mapping[str, Mapping[str, str]]
) -> bytes:
    """The JSON-LD of a package; `titles` describe the files, by name and language."""
    crate = ROCrate(version=_VERSION)
    root = crate.root_dataset
    other = next(lang for lang in LANGUAGES if lang != about.lang)
    told: dict[str, Any] = {
        "name": about.titles[about.lang],
        "alternateName": about.titles[other],
        "description": "\n\n".join(about.descriptions[lang] for lang in (about.lang, other)),
        "datePublished": about.day.isoformat(),
        "temporalCoverage": f"{about.period.start.isoformat()}/{about.period.end.isoformat()}",
        "inLanguage": [_TAGS[lang] for lang in LANGUAGES],
        "license": _add_licence(crate, about.licence),
    }
    if about.number:
        told["version"] = str(about.number)
    if about.issuer:
        office: dict[str, Any] = {"@type": "Organization", "name": about.issuer}
        if about.contact:
            point = {"@type": "ContactPoint", "contactType": "customer service", "name": about.contact}
            office["contactPoint"] = crate.add(ContextEntity(crate, "#contact", properties=point))
        told["publisher"] = crate.add(ContextEntity(crate, "#publisher", properties=office))
    software = {
        "@type": "CreativeWork",  # an application would have to have an address, and this one has none of its own
        "name": "taizhang",
        "version": about.version,
    }
    made_by = crate.add(ContextEntity(crate, _SOFTWARE, properties=software))
    made = []
    for file, data in sorted(files.items()):
        words = titles[file]
        properties = {
            "name": words[about.lang],
            "description": words[other],
            "encodingFormat": name_type(file),
            "contentSize": str(len(data)),
            "sha256": sha256(data).hexdigest(),
        }
        entity = crate.add_file(BytesIO(data), file, properties=properties)
        if file.startswith("data/"):
            made.append(entity)
    action = {"@type": "CreateAction", "name": told["name"], "instrument": made_by, "result": made}
    told["mentions"] = crate.add(ContextEntity(crate, "#review", properties=action))
    for key, value in told.items():
        root[key] = value
    return (json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=1) + "\n").encode()


def _add_licence(crate: ROCrate, licence: str) -> ContextEntity:
    address = licence if licence.startswith(("http://", "https://")) else "#licence"
    words = {"name": licence if len(licence) <= 80 else licence[:80], "description": licence}
    return crate.add(ContextEntity(crate, address, properties={"@type": "CreativeWork", **words}))


def name_files(code: str, /, **places: object) -> dict[str, str]:
    """The content of each file in words, in both languages."""
    return {lang: Reason(f"publication.files.{code}", **places).word(lang) for lang in LANGUAGES}
