"""Signed PDFs: PAdES B-B (ETSI EN 319 142-1) by the hall's document key, written by pyHanko, checked here.

One signature, invisible, in an incremental update of its own that ends the file, so that everything but the signature's
own bytes is covered. The check is stricter than a reader's: those bytes too must be in their one form, hence no byte of
a file can differ from what was signed.
"""

import asyncio
import io
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from appliance.errors import N_, Invalid
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing.authority import common_name, hall_of, public_of, read_certificate, signed_by_any
from appliance.signing.code import PREFIX
from appliance.signing.keys import COORDINATE_BYTES, DocumentKey, point, verify
from appliance.signing.values import Credential

FIELD: Final = "HallSignature"
RESERVED_BYTES: Final = 8192
"""Room for the signature in hexadecimal digits; two certificates and the attributes take about 4,000."""

PDF_BYTES_MAX: Final = 16 * 1024 * 1024
_ID_BYTES: Final = 16
_DIGEST: Final = "sha256"
_LONG, _CONSTRUCTED = 0x80, 0x20
_SHA256: Final = algos.DigestAlgorithm({"algorithm": _DIGEST}).dump()
_ECDSA: Final = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
_MAGIC: Final = b"%PDF-"
_RANGE: Final = re.compile(rb"/ByteRange \[ ?(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10}) {0,64}\]")
_ATTRIBUTES: Final = {"content_type", "message_digest", "signing_certificate_v2"}


class SignedPdf(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose signature and chain hold.

    Attributes:
        hall: hall code of the signer.
        name: the signer's name.
        serial: serial number of its certificate, hexadecimal.
        signed_at: when it says that it was signed; aware time.
        code: the licence's code that the file carries in its keywords; empty when it carries none.
    """

    hall: str
    name: str
    serial: str
    signed_at: datetime
    code: str


class _Signer(Signer):
    """pyHanko's port over our key: deterministic, so equal papers signed at the same time are equal files."""

    def __init__(self, key: DocumentKey, credential: Credential) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1_x509.Certificate.load(credential.authority))
        super().__init__(signing_cert=asn1_x509.Certificate.load(credential.certificate), cert_registry=store)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - pyHanko's signature
        signature = self._key.sign(data)
        r, s = (int.from_bytes(part) for part in (signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]))
        return encode_dss_signature(r, s)


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature and nothing else.

    The file stays what typst made it, PDF/A-2b on PDF 1.7: its metadata is left alone (Info and XMP must go on
    agreeing, and the times are the paper's own), no other version is claimed, and the second half of its id is derived
    instead of drawn.
    """

    output_version = (1, 7)

    def __init__(self, body: bytes, at: datetime) -> None:
        super().__init__(io.BytesIO(body))
        changed = sha256(body + at.isoformat().encode()).digest()[:_ID_BYTES]
        self._document_id = ArrayObject([self._document_id[0], ByteStringObject(changed)])

    def _update_meta(self) -> None:
        return


class _PdfSigner(PdfSigner):
    """Announces no extension of PDF 2.0: PAdES in 1.7 is what readers have understood for years."""

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """Announce nothing."""


def sign_pdf(body: bytes, key: DocumentKey, credential: Credential, at: datetime, reason: str = "") -> bytes:
    """Sign a PDF.

    Args:
        body: the file as it was rendered.
        key: the hall's document key.
        credential: what the key was certified with.
        at: time of signing, aware.
        reason: what readers show beside the signature.

    Returns:
        The file with the signature; it begins with `body`.
    """
    writer = _Writer(body, at)
    signer = _PdfSigner(
        PdfSignatureMetadata(
            field_name=FIELD, md_algorithm=_DIGEST, subfilter=SigSeedSubFilter.PADES, reason=reason or None
        ),
        _Signer(key, credential),
        new_field_spec=SigFieldSpec(FIELD),
    )
    session = signer.init_signing_session(writer)
    session.system_time = at.replace(microsecond=0)
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED_BYTES)
    out = io.BytesIO()
    prepared, _ = document.digest_tbs_document(output=out)

    async def finish() -> None:
        await document.perform_signature(
            document_digest=prepared.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes()
        )

    asyncio.run(finish())
    return out.getvalue()


def is_pdf(body: bytes) -> bool:
    """Tell whether bytes claim to be a PDF."""
    return body.startswith(_MAGIC)


def check_pdf(body: bytes, authorities: Sequence[bytes]) -> SignedPdf:
    """Verify a file from the authority down: every byte is as the hall signed it.

    Args:
        body: the file.
        authorities: trusted authorities' certificates, DER.

    Raises:
        Invalid: no PDF, too large, or not signed at all.
        Malformed: the signature is damaged.
        SignatureError: the file was changed after signing, or a stranger signed it.
    """
    if not is_pdf(body) or len(body) > PDF_BYTES_MAX:
        raise Invalid(N_("不是 PDF 文件，或文件过大"), code="not_a_pdf")
    gap = _gap(body)
    certificate, above, attributes, signature, digest = _container(_contents(body[slice(*gap)]))
    if sha256(body[: gap[0]] + body[gap[1] :]).digest() != digest:
        raise _changed()
    if not verify(public_of(certificate), signature, attributes):
        raise _changed()
    # The bytes are the hall's own from here on, so a reader may take them apart.
    signed_at, code = _said(body)
    parent = signed_by_any(certificate, authorities, signed_at)
    _check_above(above, parent)
    return SignedPdf(
        hall=hall_of(certificate),
        name=common_name(certificate),
        serial=f"{certificate.serial_number:x}",
        signed_at=signed_at,
        code=code,
    )


def _gap(body: bytes) -> tuple[int, int]:
    """Find the signature's own bytes: the one hole in a range that else covers the whole file."""
    found = list(_RANGE.finditer(body))
    if not found:
        raise Invalid(N_("这份 PDF 没有电子签名"), code="not_signed")
    start, length, resumed, rest = (int(part) for part in found[-1].groups())
    whole = start == 0 and length < resumed and resumed + rest == len(body)
    if len(found) != 1 or not whole:
        raise _changed()
    return length, resumed


def _contents(gap: bytes) -> bytes:
    """Read the hexadecimal string in its one form, and take the zeros after the container away."""
    if len(gap) != RESERVED_BYTES + 2 or gap[:1] + gap[-1:] != b"<>":
        raise _changed()
    try:
        data = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError as error:
        raise _damaged() from error
    if data.hex().upper().encode() != gap[1:-1]:
        raise _changed()
    header = 4
    length = header + int.from_bytes(data[2:header])
    # 30 82 xx xx: a sequence of 256 to 65,535 bytes, which every container here is.
    if data[:2] != b"\x30\x82" or any(data[length:]):
        raise _damaged()
    return data[:length]


def _check_above(above: x509.Certificate, parent: x509.Certificate) -> None:
    """Hold the authority's certificate inside the file against the trusted one: nothing else covers its bytes.

    The same key may have a newer certificate than the one that is known here.
    """
    try:
        above.verify_directly_issued_by(above)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError) as error:
        raise _changed() from error
    if point(public_of(above)) != point(public_of(parent)):
        raise _changed()


def _container(data: bytes) -> tuple[x509.Certificate, x509.Certificate, bytes, bytes, bytes]:
    """Take a CMS container of our one form apart.

    Returns:
        The signer's certificate and the one above it, the signed attributes, the signature (r, s), the digest stated.
    """
    try:
        _require_der(data)
        content = cms.ContentInfo.load(data, strict=True)
        info = _signer_info(content)
        leaf = info["sid"].chosen
        serial = leaf["serial_number"].native
        certificates = [read_certificate(one.chosen.dump()) for one in content["content"]["certificates"]]
        certificate, above = sorted(certificates, key=lambda known: known.serial_number != serial)
        attributes = {one["type"].native: one["values"] for one in info["signed_attrs"]}
        r, s = decode_dss_signature(info["signature"].native)
        canonical = (
            encode_dss_signature(r, s) == info["signature"].native
            and certificate.serial_number == serial
            and certificate.issuer.public_bytes() == leaf["issuer"].dump()
            and set(attributes) == _ATTRIBUTES
            and attributes["content_type"].native == ["data"]
        )
        digest = attributes["message_digest"].native[0]
        signed = info["signed_attrs"].untag().dump()
    # A parser that is handed arbitrary bytes raises whatever it likes.
    except Exception as error:
        raise _damaged() from error
    if not canonical:
        raise _damaged()
    return certificate, above, signed, r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES), digest


def _require_der(data: bytes) -> None:
    """Refuse lengths that are not written in their one shortest form (X.690 §10.1); raises ValueError."""
    place = 0
    while place < len(data):
        tag, length, head = data[place], data[place + 1], 2
        if length >= _LONG:
            count = length - _LONG
            length, head = int.from_bytes(data[place + 2 : place + 2 + count]), 2 + count
            if length < _LONG or data[place + 2] == 0:
                raise ValueError(place)
        end = place + head + length
        if end > len(data):
            raise ValueError(place)
        if tag & _CONSTRUCTED:
            _require_der(data[place + head : end])
        place = end


def _signer_info(content: Any) -> Any:
    """Give the one signer of a container without anything that the signature does not cover; raises ValueError."""
    inner = content["content"]
    (info,) = inner["signer_infos"]
    (algorithm,) = inner["digest_algorithms"]
    certificates = [one.chosen.dump() for one in inner["certificates"]]
    form = (
        certificates == sorted(certificates)
        and algorithm.dump() == info["digest_algorithm"].dump() == _SHA256
        and info["signature_algorithm"].dump() == _ECDSA
        and content["content_type"].native == "signed_data"
        and inner["version"].native == info["version"].native == "v1"
        and algorithm["algorithm"].native == info["digest_algorithm"]["algorithm"].native == _DIGEST
        and inner["encap_content_info"]["content_type"].native == "data"
        and not inner["encap_content_info"]["content"].native
        and inner["crls"].native is None
        and len(inner["certificates"]) == 2  # noqa: PLR2004 - the hall's and the authority's
        and info["unsigned_attrs"].native is None
        and info["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
    )
    if not form:
        raise ValueError(form)
    return info


def _said(body: bytes) -> tuple[datetime, str]:
    try:
        reader = PdfFileReader(io.BytesIO(body))
        (signature,) = reader.embedded_signatures
        at = signature.self_reported_timestamp
        trailer: Any = reader.trailer
        information = trailer["/Info"] if "/Info" in trailer else {}  # noqa: SIM401 - it has no `get`
        keywords = str(information.get("/Keywords", ""))
    except (PdfError, ValueError, KeyError, IndexError) as error:
        raise _damaged() from error
    if at is None or at.tzinfo is None:
        raise _damaged()
    # The code is the last keyword: what it is made of holds no comma, but may end with a space.
    _, prefix, code = keywords.rpartition(PREFIX)
    return at, prefix + code


def _changed() -> SignatureError:
    return SignatureError(N_("文件在签名之后被改动过"), code="pdf_changed")


def _damaged() -> Malformed:
    return Malformed(N_("文件的电子签名已损坏或不是本系统的"), code="pdf_signature")
