"""Signed copies of a release's PDFs, with the office's own certificate.

A signed copy is the PDF byte for byte, with the signature after its end. As a signature holds a time and parts drawn by
chance, it is never made again: it is checked by its hash, and as a signature.
"""

import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.core.files import read_bytes, write_bytes
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.release.folders import SIGNED, Release
from taizhang.settings.workbook import Config, show_path

PASSWORD = "TAIZHANG_SIGN_PASSWORD"
_PDF, _SIGNED_PDF = ".pdf", ".signed.pdf"
_FIELD = "Signature"
# What of a workbook is copied, stored or handed on: no place for a private key.
_HANDED_ON = ("data", "facts", "ledgers", "notebooks", "notes", "releases", "reports", "templates")


@dataclass(frozen=True)
class OfficeKey:
    """The office's certificate with its private key, which `repr` doesn't show and nothing writes."""

    certificate_sha256: str
    _signer: Any = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """A PDF with an invisible signature after its end; the time in it is this machine's."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers

        # PDF/UA lets an annotation without a tag pass only if it is hidden.
        unseen = fields.InvisSigSettings(set_print_flag=False, set_hidden_flag=True)
        place = fields.SigFieldSpec(_FIELD, invis_sig_settings=unseen, readable_field_name=_FIELD)
        about = signers.PdfSignatureMetadata(field_name=_FIELD, md_algorithm="sha256")
        signed = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        signers.PdfSigner(about, signer=self._signer, new_field_spec=place).sign_pdf(writer, output=signed)
        return signed.getvalue()


def open_key(config: Config) -> OfficeKey | None:
    """Open the certificate that `[release] sign` names, with the password in the environment; None if it names none.

    Raises
    ------
    ParameterError
        If the library, the file or the password is missing, the password is wrong, the file lies where it would be
        handed on, or the certificate is not valid now.
    """
    path = config.release.sign
    if path is None:
        return None
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
        from pyhanko.sign.signers import SimpleSigner
    except ImportError:
        raise ParameterError("release.sign.missing") from None
    file = show_path(config, path)
    _require_apart(config, path, file)
    try:
        data = read_bytes(path)
    except OSError as error:
        raise ParameterError("release.sign.no_file", file=file, why=tell_error(error)) from None
    if PASSWORD not in os.environ:
        raise ParameterError("release.sign.no_password", name=PASSWORD)
    password = os.environ[PASSWORD].encode() or None
    try:
        held = load_pkcs12(data, password)
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
    ):  # the library tells a wrong password by none of its own
        raise ParameterError("release.sign.closed", file=file, name=PASSWORD) from None
    if held.cert is None or not isinstance(held.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ParameterError("release.sign.no_key", file=file)
    certificate, now = held.cert.certificate, datetime.now(UTC)  # signatures don't go by TAIZHANG_NOW either
    if certificate.public_key() != held.key.public_key():
        raise ParameterError("release.sign.no_key", file=file)
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= now <= last:
        days = {"start": first.astimezone().date(), "end": last.astimezone().date()}
        raise ParameterError("release.sign.not_valid", file=file, **days)
    signer = SimpleSigner.load_pkcs12_data(data, [], password)
    return OfficeKey(certificate.fingerprint(SHA256()).hex(), signer)


def _require_apart(config: Config, path: Path, file: str) -> None:
    """ParameterError if a file lies in a folder of the workbook that is copied, stored or handed on."""
    root = config.root.resolve()
    for place in (Path(os.path.normpath(path)), path.resolve()):
        parts = place.relative_to(root).parts if place.is_relative_to(root) else ()
        if parts and parts[0].casefold() in _HANDED_ON:
            raise ParameterError("release.sign.place", file=file)


def name_signed(name: str) -> str:
    """The name of a PDF's signed copy."""
    return name.removesuffix(_PDF) + _SIGNED_PDF


def list_pdfs(manifest: Mapping[str, Any]) -> list[str]:
    """The PDFs of a review's reports."""
    files = (file for one in manifest["reports"].values() for file in one["files"].values())
    return sorted(file for file in files if file.endswith(_PDF))


def sign_pdfs(key: OfficeKey, folder: Path, names: Iterable[str]) -> dict[str, Any]:
    """Write the signed copies of PDFs beside them; returns what a manifest says of them."""
    files = {}
    for name in names:
        write_bytes(folder / name_signed(name), key.sign((folder / name).read_bytes()), through=False)
        files[name_signed(name)] = name
    return {SIGNED: {"certificate_sha256": key.certificate_sha256, "files": files}}


def check_signatures(release: Release) -> tuple[list[Reason], list[Reason]]:
    """What is wrong with the signatures of a release, and what is to be said of them besides.

    Whether to trust the certificate is not looked at: that is for readers to decide.
    """
    there = {
        name: plain
        for name, plain in release.signed.items()
        if (release.folder / name).is_file() and (release.folder / plain).is_file()
    }
    if not there:
        return [], []
    try:
        import pyhanko.sign.validation  # noqa: F401
    except ImportError:
        return [], [Reason("release.sign.unchecked", name=release.name, n=len(there))]
    given = str(release.manifest[SIGNED].get("certificate_sha256", ""))
    wrong = [
        name
        for name, plain in there.items()
        if not is_signed((release.folder / name).read_bytes(), (release.folder / plain).read_bytes(), given)
    ]
    if wrong:
        return [Reason("release.sign.wrong", name=release.name, files=wrong)], []
    return [], [Reason("release.sign.valid", name=release.name, n=len(there))]


def is_signed(signed: bytes, plain: bytes, certificate_sha256: str) -> bool:
    """Return whether bytes are those of a PDF and, after them, a valid signature of all by a certificate."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not signed.startswith(plain):
        return False
    try:
        (one,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
        intact, valid = validate_sig_integrity(
            one.signer_info, one.signer_cert, "data", actual_digest=one.compute_digest()
        )
        whole = one.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
        return intact and valid and whole and one.signer_cert.sha256.hex() == certificate_sha256
    except Exception:  # what somebody has tampered with may fail its reader anywhere
        return False
