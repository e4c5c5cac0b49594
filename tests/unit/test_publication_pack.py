"""The replication package: whole, the same again, valid RO-Crate, and without a row, a person, an address."""

import io
import json
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import taizhang
from taizhang.cli import main
from taizhang.core.errors import ChangedError, ParameterError
from taizhang.core.periods import parse_period
from taizhang.lab.scaffold import make_sample_workbook
from taizhang.metadata.kinds import load_kinds
from taizhang.publication import pack_period
from taizhang.publication.settings import describe_settings
from taizhang.report.manifest import Outputs, read_manifest, write_manifest
from taizhang.report.publish import publish_facts
from taizhang.report.snapshot import take_snapshot
from tests.marked_book import Planted, find_markers, plant_markers

PERIOD = parse_period("2021")
SECRET = "geheim-7319"
# What people write into settings: an address with a password, a telephone number, a person.
WRITTEN = """
[[ledgers.tenders]]
source = "postgresql+psycopg://reader:geheim-7319@db.example.org/safety"
query = "select * from experts_of_the_county"

[[ledgers.visits]]
files = ["data/raw/visits/*.xlsx"]
sheets = ["13912345678"]
constants = { contact = "赵翀璟", place = "联系13912345678" }
"""


def leave_review(root: Path) -> None:
    """What a review leaves of numbers, without its reports."""
    snapshot = take_snapshot(taizhang.open(str(root)), PERIOD)
    snapshot.folder.mkdir(parents=True)
    manifest = read_manifest(snapshot.folder)
    publish_facts(snapshot, manifest, Outputs(snapshot.folder, root / "outputs.json"))
    write_manifest(snapshot.folder, manifest)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    from tools.sample import make_sample

    root = tmp_path_factory.mktemp("packed") / "县 book"
    make_sample(root, townships=3, rows=10, seed=7)
    planted = plant_markers(root, 60)
    leave_review(root)
    return root, planted


@pytest.fixture(scope="module")
def packed(marked: tuple[Path, Planted], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("out") / "2021.zip"
    pack_period(taizhang.open(str(marked[0])).config, PERIOD, path)
    return unpack(path)


def unpack(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read_text(name: str, data: bytes) -> str:
    if name.endswith(".parquet"):
        table = pd.read_parquet(io.BytesIO(data))
        return table.to_csv() + str(table.attrs)
    return data.decode("utf-8-sig")


def test_no_marker_and_no_text_of_a_row_is_in_it(
    marked: tuple[Path, Planted], packed: dict[str, bytes]
) -> None:
    root, planted = marked
    told = {name: name + read_text(name, data) for name, data in packed.items()}
    # They are there to be found.
    assert len(find_markers(planted, (root / "data/processed/set_aside.csv").read_text("utf-8-sig"))) > 20
    assert {name: found for name, text in told.items() if (found := find_markers(planted, text))} == {}
    metadata = told["codebook.csv"] + told["data/dictionary.csv"] + told["workbook.toml"]
    texts = set()
    for path in (root / "data/processed").glob("*.parquet"):
        if path.stem in ("districts", "grid"):
            continue
        for _, column in pd.read_parquet(path).select_dtypes(["object", "str"]).items():
            texts |= {str(one) for one in column.dropna().unique() if len(str(one)) >= 6}
    names = set(pd.read_csv(io.BytesIO(packed["data/facts.csv"]), dtype="str")["district_code"])
    texts = {one for one in texts if one not in metadata and one not in names}
    assert len(texts) > 100
    assert {
        name: found for name, text in told.items() if (found := [one for one in texts if one in text])
    } == {}


def test_it_holds_the_facts_as_they_were_published(
    marked: tuple[Path, Planted], packed: dict[str, bytes]
) -> None:
    reports = marked[0] / "reports" / "2021"
    for name in ("facts.csv", "facts.parquet", "comparison.csv", "dictionary.csv"):
        assert packed[f"data/{name}"] == (reports / name).read_bytes()
    manifest = json.loads(packed["manifest.json"])
    for name, sha in manifest["files"].items():
        assert sha256(packed[name]).hexdigest() == sha
    assert set(packed) - set(manifest["files"]) == {"manifest.json", "ro-crate-metadata.json"}
    raw = {sha256(path.read_bytes()).hexdigest() for path in (marked[0] / "data/raw/hazards").iterdir()}
    assert raw <= {one["sha256"] for one in manifest["inputs"]}
    assert "reports" not in manifest and "hidden" not in manifest and "path" not in str(manifest["inputs"])
    for name in ("notebooks/township_review.ipynb", "notebooks/county_comparison.ipynb"):
        cells = json.loads(packed[name])["cells"]
        assert cells and not any(cell.get("outputs") for cell in cells)
    assert "--hash" in packed["code/requirements.lock"].decode()


def test_its_description_keeps_to_the_rules_of_ro_crate(packed: dict[str, bytes]) -> None:
    """RO-Crate 1.2, 'Metadata of the RO-Crate' and 'Data entities', read from the JSON-LD itself."""
    crate = json.loads(packed["ro-crate-metadata.json"])
    assert crate["@context"] == "https://w3id.org/ro/crate/1.2/context"
    entities = {one["@id"]: one for one in crate["@graph"]}
    assert len(entities) == len(crate["@graph"]) and all(one["@type"] for one in crate["@graph"])
    descriptor = entities["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork" and descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    root = entities["./"]
    assert root["@type"] == "Dataset" and root["name"] and root["description"]
    assert root["datePublished"] == "2021-12-31" and root["temporalCoverage"] == "2021-01-01/2021-12-31"
    assert entities[root["license"]["@id"]]["name"]
    assert {one["@id"] for one in root["hasPart"]} == set(packed) - {"ro-crate-metadata.json"}
    for part in root["hasPart"]:
        entity = entities[part["@id"]]
        assert entity["@type"] == "File" and entity["name"] and "/" in entity["encodingFormat"]
        data = packed[part["@id"]]
        assert entity["contentSize"] == str(len(data)) and entity["sha256"] == sha256(data).hexdigest()
    for one in crate["@graph"]:  # 'Software': an application has an address
        assert one["@type"] != "SoftwareApplication" or one["url"]
    for named in list_references(crate["@graph"]):
        assert named in entities or named.startswith("https://w3id.org/ro/"), (
            named
        )  # nothing hangs in the air


def list_references(value: Any, *, top: bool = True) -> list[str]:
    if isinstance(value, list):
        return [one for item in value for one in list_references(item, top=top)]
    if not isinstance(value, dict):
        return []
    own = [] if top or "@id" not in value else [value["@id"]]
    return own + [one for item in value.values() for one in list_references(item, top=False)]


def test_the_same_review_gives_the_same_bytes_and_a_fault_leaves_the_old_file(
    marked: tuple[Path, Planted], tmp_path: Path
) -> None:
    config = taizhang.open(str(marked[0])).config
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    made = pack_period(config, PERIOD, one, licence="https://creativecommons.org/licenses/by/4.0/")
    pack_period(config, PERIOD, two, licence="https://creativecommons.org/licenses/by/4.0/")
    assert one.read_bytes() == two.read_bytes() and made.files == len(unpack(one))
    entities = json.loads(unpack(one)["ro-crate-metadata.json"])["@graph"]
    assert {"@id": "https://creativecommons.org/licenses/by/4.0/"} in [one.get("license") for one in entities]
    facts = marked[0] / "reports/2021/facts.csv"
    before = facts.read_bytes()
    try:
        facts.write_bytes(before + b"1")
        with pytest.raises(ChangedError, match=r"facts\.csv"):
            pack_period(config, PERIOD, two)
    finally:
        facts.write_bytes(before)
    assert one.read_bytes() == two.read_bytes() and sorted(tmp_path.iterdir()) == [one, two]


def test_settings_are_told_without_places_addresses_and_persons(marked: tuple[Path, Planted]) -> None:
    text = (marked[0] / "workbook.toml").read_text("utf-8")
    told, left = describe_settings(
        text + WRITTEN.replace("[[ledgers.visits]]", "[[ledgers.walks]]"), load_kinds()
    )
    for secret in (
        SECRET,
        "db.example.org",
        "experts_of",
        "13912345678",
        "赵翀璟",
        "data/raw/hazards/*.xlsx",
        "FZR",
    ):
        assert secret not in told
    assert {
        "ledgers.tenders.source",
        "ledgers.tenders.query",
        "boundaries.grid.responsible",
    } <= set(left)
    settings, written = tomllib.loads(told), tomllib.loads(text)
    assert settings["boundaries"]["code"] == "XZDM" and settings["targets"] == written["targets"]
    assert settings["boundaries"]["path"] == "data/raw/boundaries/districts.shp"
    assert settings["ledgers"]["walks"][0]["constants"] == {}  # of a kind that nobody knows, nothing


def test_without_a_review_or_after_a_change_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "book"
    make_sample_workbook(root)
    config = taizhang.open(str(root)).config
    with pytest.raises(ParameterError, match="no review of 2021"):
        pack_period(config, PERIOD, tmp_path / "x.zip")
    folder = root / "reports" / "2021"
    folder.mkdir(parents=True)
    facts = b"\xef\xbb\xbfdistrict_code,fact,value\nall,drills.held,5\n"
    (folder / "facts.csv").write_bytes(facts)
    unverified = b"district_code,district,period,fact,value,unit,source_file,source_sheet,source_row,header\n"
    unverified += "1,a,2021,drills.held,5,,data/raw/赵翀璟.xlsx,s,3,h\n".encode()
    (folder / "unverified.csv").write_bytes(unverified)
    settings = root / "workbook.toml"
    manifest: dict[str, Any] = {
        "title": "t", "period": "2021", "as_of": "2021-12-31", "versions": {"taizhang": "0.1.0", "python": "3.11"},
        "data": {"facts.csv": sha256(facts).hexdigest(), "unverified.csv": sha256(unverified).hexdigest()},
        "reports": {}, "makers": {"a": {"code": "b", "versions": {"yaml": "6.0.3", "python": "3.11.7"}}},
        "inputs": [{"path": "workbook.toml", "sha256": sha256(settings.read_bytes()).hexdigest(), "bytes": 1}],
    }  # fmt: skip
    write_manifest(folder, manifest)
    monkeypatch.setattr(
        "sys.argv",
        ["taizhang", "pack", "--period", "2021", "--out", str(tmp_path / "x.zip"), "-C", str(root)],
    )
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code in (0, None) and "packed reports/2021 as x.zip" in told.out
    assert "--license" in told.err
    needs = unpack(tmp_path / "x.zip")["code/requirements.txt"].decode().split("\n")
    assert needs == ["# Python 3.11.7", "PyYAML==6.0.3", "taizhang==0.1.0", ""]
    assert unpack(tmp_path / "x.zip")["data/unverified.csv"].decode("utf-8-sig") == (
        "district_code,district,period,fact,value,unit\n1,a,2021,drills.held,5,\n"
    )
    settings.write_text(settings.read_text("utf-8") + "\n# later\n", "utf-8")
    with pytest.raises(ParameterError, match="has changed since"):
        pack_period(config, PERIOD, tmp_path / "y.zip")
    assert not (tmp_path / "y.zip").exists()
    # Of a release, which stays as it was, the settings of now are not told.
    release = root / "releases" / "2021" / "v2"
    release.mkdir(parents=True)
    (release / "facts.csv").write_bytes(facts)
    (release / "unverified.csv").write_bytes(unverified)
    write_manifest(
        release,
        manifest
        | {
            "files": {},
            "snapshot": "s",
            "release": {"number": 2, "by": "赵翀璟", "why": "", "made_at": "2022-03-01T09:00:00+08:00"},
        },
    )
    made = pack_period(config, PERIOD, tmp_path / "z.zip")
    files = unpack(tmp_path / "z.zip")
    assert made.source == "releases/2021/v2" and "workbook.toml" not in files
    assert [one.code for one in made.notes] == ["publication.pack.no_settings", "publication.pack.no_licence"]
    assert json.loads(files["manifest.json"])["release"]["number"] == 2
    assert not any("赵翀璟" in read_text(name, data) for name, data in files.items())
    root_entity = next(
        one for one in json.loads(files["ro-crate-metadata.json"])["@graph"] if one["@id"] == "./"
    )
    assert root_entity["datePublished"] == "2022-03-01" and root_entity["version"] == "2"
