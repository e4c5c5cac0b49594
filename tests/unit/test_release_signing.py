"""Signed copies of a release's PDFs, by a certificate made for the test."""

import builtins
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from ingest_book import make_book, make_hazards

from taizhang.cli import main
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.publication import publish_releases
from taizhang.release import (
    Release,
    check_release,
    check_signatures,
    freeze,
    make_release,
    read_release,
    verify,
)
from taizhang.release.signing import PASSWORD, is_signed, open_key
from taizhang.report.manifest import write_manifest
from taizhang.report.review import ReviewResult
from taizhang.workbook.book import Workbook

PERIOD = parse_period("2021")
SECRET = "密码-hunter2"
REPORT = "350921101.zh"
SIGNED = (f"{REPORT}.brief.signed.pdf", f"{REPORT}.signed.pdf")


def make_certificate(path: Path, *, ends_in_days: int = 9, password: str = SECRET) -> tuple[str, bytes]:
    """A .p12 file with a certificate that signs itself; returns the certificate's SHA-256 and the private key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "沙岭县应急管理局")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=ends_in_days))
        .sign(key, hashes.SHA256())
    )
    how = serialization.BestAvailableEncryption(password.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"office", key, certificate, None, how))
    private = key.private_numbers().private_value.to_bytes(32, "big")
    return sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest(), private


def make_pdf(title: str) -> bytes:
    text = f'#set document(title: "{title}")\n#set text(lang: "zh")\n= Report\n#lorem(5)'
    return typst.compile(text.encode(), format="pdf", pdf_standards=["ua-1"], timestamp=0)


def write_review(folder: Path) -> ReviewResult:
    """A review of one report, as if it had been made."""
    page = "<html><body><dl><dt>审定</dt><dd>李工</dd></dl></body></html>"
    made = {
        f"{REPORT}.html": page.encode(), f"{REPORT}.pdf": make_pdf("溪口镇"), f"{REPORT}.brief.pdf": make_pdf("摘要"),
        "facts.csv": b"district_code,fact,value\n",
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (folder / name).write_bytes(data)
    sums = {name: sha256(data).hexdigest() for name, data in made.items()}
    files = {"html": f"{REPORT}.html", "pdf": f"{REPORT}.pdf", "brief": f"{REPORT}.brief.pdf"}
    report = {
        "district": "350921101", "name": "溪口镇", "title": "", "lang": "zh", "status": "made", "files": files,
        "sha256": {form: sums[file] for form, file in files.items()},
    }  # fmt: skip
    manifest = {
        "period": "2021", "as_of": "2021-12-31", "reports": {REPORT: report},
        "data": {"facts.csv": sums["facts.csv"]},
    }  # fmt: skip
    write_manifest(folder, manifest)
    return ReviewResult(manifest, [REPORT], [], [], folder)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_book(
        tmp_path_factory.mktemp("sign") / "book",
        {"a.xlsx": make_hazards("溪口镇", 3)},
        more='[release]\nsign = "office.p12"\n',
    )


@pytest.fixture(scope="module")
def office(root: Path) -> tuple[str, bytes]:
    return make_certificate(root / "office.p12")


@pytest.fixture(scope="module")
def signed(root: Path, office: tuple[str, bytes]) -> Iterator[tuple[Release, str]]:
    """A release with signed copies, and what was printed meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD, SECRET)
        patch.setattr(
            freeze, "bring_up_to_date", lambda book, *_, **__: [write_review(book.reports_dir(PERIOD))]
        )
        patch.setattr(freeze, "write_compared", lambda *_: None)
        patch.setattr(Workbook, "count_withheld", lambda *_: 0)
        made = make_release(Workbook(root), PERIOD, by="李工")
        again = make_release(Workbook(root), PERIOD, by="李工")
        assert made.new and not again.new
        yield made.release, str(made.notes)


def test_a_signed_copy_is_the_pdf_and_a_signature(signed: Any, office: tuple[str, bytes]) -> None:
    release, _ = signed
    assert sorted(release.signed) == sorted(SIGNED)
    assert release.manifest["signed"]["certificate_sha256"] == office[0]
    plain, copy = ((release.folder / name).read_bytes() for name in (f"{REPORT}.pdf", f"{REPORT}.signed.pdf"))
    assert plain == make_pdf("溪口镇") and copy[: len(plain)] == plain
    assert is_signed(copy, plain, office[0])
    assert not is_signed(copy, plain, "0" * 64)
    assert not is_signed(plain, plain, office[0])
    assert not is_signed(copy, make_pdf("摘要"), office[0])
    assert not is_signed(copy + b"\n% more", plain, office[0])
    assert not is_signed(copy[:-200], plain, office[0])
    at = copy.index(b"/Title", len(plain)) + 8
    assert not is_signed(copy[:at] + b"X" + copy[at + 1 :], plain, office[0])


def test_what_makes_a_pdf_accessible_stays(signed: Any) -> None:
    release, _ = signed
    with pikepdf.open(release.folder / f"{REPORT}.signed.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root and pdf.Root.Lang == "zh"
        (place,) = pdf.pages[0].Annots
        assert int(place.F) & 2, "an annotation without a tag is hidden"
        assert pdf.pages[0].Tabs == "/S"
        with pdf.open_metadata() as about:
            assert (about["pdfuaid:part"], about["dc:title"]) == ("1", "溪口镇")


def test_neither_password_nor_key_is_written_anywhere(
    root: Path, signed: Any, office: tuple[str, bytes], tmp_path: Path
) -> None:
    _, notes = signed
    publish_releases(Workbook(root).config, str(tmp_path / "public"))
    written = [path for folder in (root, tmp_path) for path in folder.rglob("*") if path.is_file()]
    secrets = (SECRET.encode(), SECRET.encode("utf-16-le"), office[1], office[1].hex().encode())
    certificate = (root / "office.p12").read_bytes()
    for path in written:
        data = path.read_bytes()
        assert not any(one in data for one in secrets), path.name
        assert data != certificate or path == root / "office.p12", path.name
    assert SECRET not in notes
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD, SECRET)
        assert SECRET not in repr(open_key(Workbook(root).config))


def test_both_are_published_and_linked(root: Path, signed: Any, tmp_path: Path) -> None:
    release, _ = signed
    publish_releases(Workbook(root).config, str(tmp_path / "public"))
    place = tmp_path / "public" / "2021" / "v1"
    for name in SIGNED:
        assert (place / name).read_bytes() == (release.folder / name).read_bytes()
        for lang in ("zh", "en"):
            assert (place / f"index.{lang}.html").read_text("utf-8").count(
                f'href="{name}"'
            ) == 2  # link, and list
    assert "PDF（已签名）" in (place / "index.zh.html").read_text("utf-8")
    page = (release.folder.parent / "v1.en.html").read_text("utf-8")
    assert f'href="v1/{SIGNED[1]}"' in page and "2 of them (.signed.pdf)" in page
    assert "office.p12" not in {path.name for path in (tmp_path / "public").rglob("*")}


def test_signatures_are_checked_and_not_made_again(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = signed

    @contextmanager
    def make_again(one: Release, **_: Any) -> Iterator[tuple[Path, Any]]:
        folder = tmp_path / "again"
        shutil.copytree(one.folder, folder, ignore=shutil.ignore_patterns("*.signed.pdf", "manifest.json"))
        yield folder, {name: value for name, value in one.manifest.items() if name != "signed"}

    monkeypatch.setattr(verify, "make_again", make_again)
    verdict = verify.verify_release(release)
    assert verdict.fine and "2 PDFs are valid" in verdict.notes[0].word("en")
    # Somebody has put another signature, and its hash, in the place of the office's.
    folder = shutil.copytree(release.folder, tmp_path / "2021" / "v1")
    make_certificate(tmp_path / "other.p12")
    (tmp_path / "workbook.toml").write_text("", "utf-8")
    monkeypatch.setenv(PASSWORD, SECRET)
    settings = Workbook(release.root).config
    other = settings.model_copy(
        update={"release": settings.release.model_copy(update={"sign": tmp_path / "other.p12"})}
    )
    key = open_key(other)
    assert key is not None
    data = key.sign((folder / f"{REPORT}.pdf").read_bytes())
    for name in (SIGNED[1], "manifest.json"):
        (folder / name).chmod(0o644)
    (folder / SIGNED[1]).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][SIGNED[1]] = sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    forged = read_release(tmp_path, folder)
    assert not check_release(forged)
    (wrong,), notes = check_signatures(forged)
    assert SIGNED[1] in wrong.word("en") and SIGNED[0] not in wrong.word("en") and not notes


def test_a_certificate_that_is_set_makes_a_new_release_once(signed: Any) -> None:
    """The one before lacks the signed copies; nothing else is another."""
    release, _ = signed
    files = {name: sha for name, sha in release.files.items() if name not in release.signed}
    pdfs = [f"{REPORT}.pdf", f"{REPORT}.brief.pdf"]
    assert freeze.is_same(release, files, pdfs)
    assert freeze.is_same(release, files, [])  # nor does one that is set no more
    unsigned = replace(release, manifest={**release.manifest, "signed": {}, "files": files})
    assert freeze.is_same(unsigned, files, []) and not freeze.is_same(unsigned, files, pdfs)


@pytest.mark.parametrize(
    ("case", "code", "said"),
    [
        ("no file", "no_file", ("读不出", "can't read nowhere.p12")),
        ("wrong password", "closed", ("密码不对", "is wrong")),
        ("no password", "no_password", (PASSWORD, PASSWORD)),
        ("text", "closed", ("打不开", "can't open")),
        ("expired", "not_valid", ("有效期", "not now")),
        ("in reports", "place", ("私钥", "private key")),
        ("no library", "missing", ('"taizhang[sign]"', '"taizhang[sign]"')),
    ],
)
def test_what_keeps_from_signing_is_told_before_anything_is_released(
    case: str, code: str, said: tuple[str, str], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / {"no file": "nowhere.p12", "in reports": "book/reports/office.p12"}.get(
        case, "office.p12"
    )
    if case != "no file":
        path.parent.mkdir(parents=True, exist_ok=True)
        make_certificate(path, ends_in_days=-1 if case == "expired" else 9)
    if case == "text":
        path.write_text("no certificate", "utf-8")
    if case == "no password":
        monkeypatch.delenv(PASSWORD, raising=False)
    else:
        monkeypatch.setenv(PASSWORD, "wrong-one" if case == "wrong password" else SECRET)
    if case == "no library":
        without(monkeypatch, "pyhanko")
    settings = Workbook(root).config
    update = {"release": settings.release.model_copy(update={"sign": path})}
    if case == "in reports":
        update["root"] = tmp_path / "book"
    with pytest.raises(ParameterError) as refused:
        open_key(settings.model_copy(update=update))
    (reason,) = refused.value.reasons
    assert reason.code == f"release.sign.{code}"
    for lang, text in zip(("zh", "en"), said, strict=True):
        assert (
            text in reason.word(lang)
            and SECRET not in reason.word(lang)
            and "wrong-one" not in reason.word(lang)
        )


def without(patch: pytest.MonkeyPatch, library: str) -> None:
    """A library that is not installed."""
    for name in [one for one in sys.modules if one.partition(".")[0] == library]:
        patch.delitem(sys.modules, name)
    load = builtins.__import__

    def refuse_it(name: str, *arguments: Any, **more: Any) -> Any:
        if name.partition(".")[0] == library:
            raise ImportError(name=library)
        return load(name, *arguments, **more)

    patch.setattr(builtins, "__import__", refuse_it)


def test_the_command_ends_with_2_and_releases_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_book(tmp_path, {"a.xlsx": make_hazards("溪口镇", 2)}, more='[release]\nsign = "office.p12"\n')
    make_certificate(root / "office.p12")
    monkeypatch.setenv(PASSWORD, "wrong-one")
    monkeypatch.setattr("sys.argv", ["taizhang", "release", "--period", "2021", "--by", "x", "-C", str(root)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert ended.value.code == 2 and PASSWORD in err and "wrong-one" not in out + err
    assert not (root / "releases").exists() and not (root / "reports").exists()


def test_signatures_that_cannot_be_checked_are_told(signed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    release, _ = signed
    without(monkeypatch, "pyhanko")
    faults, (told,) = check_signatures(release)
    assert not faults and "not checked" in told.word("en") and "taizhang[sign]" in told.word("zh")
